"""The supervisor: a broker, one process for each node, and the care that they live and end together."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from asyncio import run as run_loop
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from gprslab.bus.embedded import EmbeddedBroker
from gprslab.bus.mqtt import MqttBus
from gprslab.bus.topics import NodeTopic, Topics
from gprslab.config import Lab, load_lab
from gprslab.control import BadControl, Status, unpack_status
from nodes.core.node import NoteLevel

START: Final = 30.0
"""Seconds in which all nodes must be ready."""

STOP: Final = 1.2
"""Seconds in which a node must have stopped before it is killed."""

SHORTEST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 5.0
"""Seconds before a node that died is started again: doubled from the shortest to the longest, until it lives longer."""

PARENT_VARIABLE: Final = "GPRSLAB_PARENT"
"""Environment variable with the process id of the supervisor, without which its nodes shall not live."""

BROKER_VARIABLE: Final = "GPRSLAB_BROKER"
"""Environment variable with the broker's URL: unlike the command line, not every user can read it."""

STATE_VARIABLE: Final = "GPRSLAB_STATE"
"""Environment variable with where records are kept, for the same reason."""

_TICK: Final = 0.05
_ROOT: Final = Path(__file__).parents[1]
_PR_SET_PDEATHSIG: Final = 1


class SupervisorError(Exception):
    """The network does not come up. Its text is the reason, in one line."""


@dataclass(frozen=True, slots=True)
class LabArguments:
    """Which laboratory: what the commands take to describe it. ``None`` means what comes with gprslab."""

    config: Path | None = None
    subscribers: Path | None = None
    timers: Path | None = None
    seed: int = 0
    note_level: NoteLevel | None = None

    def load(self) -> Lab:
        """Read and check the files."""
        return load_lab(self.config, subscribers=self.subscribers, timers=self.timers)

    def options(self) -> list[str]:
        """Return the same as options of the command line."""
        named = {
            "--config": self.config,
            "--subscribers": self.subscribers,
            "--timers": self.timers,
            "--note-level": self.note_level,
        }
        given = [word for name, setting in named.items() if setting is not None for word in (name, str(setting))]
        return [*given, "--seed", str(self.seed)]


@dataclass(slots=True)
class _Child:
    """The process of one node, through all its lives."""

    name: str
    log: Path
    command: list[str]
    environment: dict[str, str] = field(repr=False)
    process: subprocess.Popen[bytes] | None = None
    born: float = 0.0
    due: float = 0.0
    """When to start it again, in seconds of the monotonic clock."""
    held: bool = False
    """It was killed on purpose, and stays dead until it is restarted on purpose."""
    pause: float = SHORTEST_PAUSE

    def start(self) -> None:
        """Start the process; Ctrl-C in the terminal is for the supervisor alone."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                self.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.born = time.monotonic()

    def has_died(self) -> bool:
        """Whether there was a process, and it has ended."""
        return self.process is not None and self.process.poll() is not None

    def bury(self) -> None:
        """Say when the next life begins."""
        now = time.monotonic()
        self.process = None
        self.pause = SHORTEST_PAUSE if now - self.born > LONGEST_PAUSE else min(2 * self.pause, LONGEST_PAUSE)
        self.due = now + self.pause

    def last_line(self) -> str:
        """Return the last line of its log, as the end of a sentence."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").split("\n") if self.log.exists() else []
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        return f": {last[:500]}" if last else ", and its log is empty"


class Supervisor:
    """The network of ``lab`` as processes, from ``__enter__`` to ``__exit__``.

    Without ``broker_url`` it starts the embedded broker; without ``state``, a folder, records and logs are in a
    temporary one that goes with it; ``records``, the URL of a database, keeps the records of all nodes there. Entering
    returns once all nodes are ready. ``on_death`` is told in one line of each node that dies later; it is started
    again. ``tun`` is the device through which this host is in the first packet data network.
    """

    def __init__(
        self,
        lab: LabArguments | None = None,
        broker_url: str | None = None,
        state: Path | None = None,
        on_death: Callable[[str], None] | None = None,
        *,
        tun: str | None = None,
        records: str | None = None,
    ) -> None:
        self.url = broker_url or ""
        """Where clients find the broker, once entered."""
        self.restarts = 0
        """Nodes that died and were started again."""
        self._arguments = lab or LabArguments()
        self._state = state
        self._on_death = on_death
        self._tun = tun
        self._records = records
        self._failure: BaseException | None = None
        self._topics = Topics()
        self._statuses: dict[str, Status] = {}
        self._children: dict[str, _Child] = {}
        self._broker: EmbeddedBroker | None = None
        self._temporary: Path | None = None
        self._stopping = threading.Event()
        # Not Thread.join: in Python 3.11 a thread whose join is interrupted by Ctrl-C passes for ended.
        self._ended = threading.Event()
        self._up: Future[None] = Future()
        # Linux ends a process with the thread that started it, so one thread starts and ends them all.
        self._thread = threading.Thread(target=self._work, name="supervisor", daemon=True)

    def __enter__(self) -> Self:
        self._lab = self._arguments.load()
        self._thread.start()
        try:
            self._up.result()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop all nodes and the broker, and remove what was temporary. Idempotent."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._ended.wait()

    def pid(self, node: str) -> int | None:
        """Process id of a node, while it has one."""
        process = self._children[node].process
        return None if process is None else process.pid

    def kill(self, node: str) -> None:
        """End a node with SIGKILL; it is not started again by itself, but by :meth:`restart`."""
        child = self._children[node]
        child.held = True
        process = child.process
        if process is not None:
            process.kill()
            while child.process is process and not self._ended.wait(_TICK):
                pass  # the thread buries it

    def restart(self, node: str) -> None:
        """Let a node that was killed be started again, soon."""
        child = self._children[node]
        child.due = 0.0
        child.held = False

    def wait(self, seconds: float) -> bool:
        """Wait so long; whether the network is still supervised. Raises what ended that, other than :meth:`close`."""
        ended = self._ended.wait(seconds)
        if self._failure is not None:
            raise self._failure
        return not ended

    # --- the thread -----------------------------------------------------------------------------------------------

    def _work(self) -> None:
        try:
            with ExitStack() as stack:
                if not self.url:
                    self._broker = stack.enter_context(EmbeddedBroker())
                    self.url = self._broker.url
                stack.callback(self._stop_all)
                self._make_children(self._folder())
                run_loop(self._supervise())
        except BaseException as error:  # noqa: BLE001 - told by whoever enters or waits
            if not self._up.done():
                self._up.set_exception(error)
            else:
                self._failure = error
        finally:
            self._ended.set()

    def _folder(self) -> Path:
        """Where records and logs are."""
        if self._state is not None:
            try:
                self._state.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise SupervisorError(f"{self._state}: {error.strerror}") from None
            return self._state
        # The broker's folder is removed even when we are killed.
        within = self._broker.folder if self._broker is not None else None
        self._temporary = Path(tempfile.mkdtemp(prefix="gprslab-", dir=within))
        return self._temporary

    def _make_children(self, folder: Path) -> None:
        paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = os.environ | {
            BROKER_VARIABLE: self.url,
            PARENT_VARIABLE: str(os.getpid()),
            STATE_VARIABLE: self._records or str(folder),
            "PYTHONPATH": os.pathsep.join(paths),
        }
        outside = next((name for name in self._lab.nodes if self._lab.roles[name] == "pdn"), None)
        if self._tun is not None and outside is None:
            raise SupervisorError(f"there is no packet data network (a node of role pdn) for the device {self._tun}")
        for name in self._lab.nodes:
            command = [sys.executable, "-m", "gprslab", "node", name, "--log", "json"]
            if self._tun is not None and name == outside:
                command += ["--tun", self._tun]
            log = folder / f"{name}.log"
            self._children[name] = _Child(name, log, command + self._arguments.options(), environment)

    async def _supervise(self) -> None:
        async with MqttBus(self.url, "operator") as bus:
            await bus.subscribe({self._topics.all_nodes: 1})
            deadline = time.monotonic() + START
            # A BSS speaks as soon as it starts, and repeats only after seconds what nobody heard.
            speakers = [child for child in self._children.values() if self._lab.roles[child.name] == "bss"]
            for stage in ([child for child in self._children.values() if child not in speakers], speakers):
                for child in stage:
                    child.start()
                while not self._stopping.is_set() and not all(map(self._is_ready, stage)):
                    self._check_start(stage, deadline)
                    await self._listen(bus)
            self._up.set_result(None)
            while not self._stopping.is_set():
                self._care()
                await self._listen(bus)

    async def _listen(self, bus: MqttBus) -> None:
        for message in await bus.receive(wait=_TICK):
            topic = self._topics.parse(message.topic)
            if isinstance(topic, NodeTopic):
                try:
                    self._statuses[topic.name] = unpack_status(message.payload)
                except BadControl:
                    self._statuses.pop(topic.name, None)

    def _is_ready(self, child: _Child) -> bool:
        """Whether this life of the node, not one whose status the broker still retains, is ready."""
        status = self._statuses.get(child.name)
        return (
            status is not None
            and status.state == "ready"
            and child.process is not None
            and status.pid == child.process.pid
        )

    def _check_start(self, stage: list[_Child], deadline: float) -> None:
        for child in self._children.values():
            if child.has_died():
                raise SupervisorError(f"{child.name} did not start{child.last_line()}")
        if time.monotonic() > deadline:
            late = next(child for child in stage if not self._is_ready(child))
            raise SupervisorError(f"{late.name} is not ready after {START:g} s{late.last_line()}")

    def _care(self) -> None:
        """Start again what has died."""
        if self._broker is not None and not self._broker.running:
            self._broker.start()
        for child in self._children.values():
            if child.has_died():
                if child.held:
                    child.process = None
                    continue
                if self._on_death is not None:
                    self._on_death(f"{child.name} died{child.last_line()}")
                child.bury()
                self.restarts += 1
            if child.process is None and not child.held and time.monotonic() >= child.due:
                child.start()

    def _stop_all(self) -> None:
        running = [child.process for child in self._children.values() if child.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOP
        for process in running:
            try:
                process.wait(max(0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)


def live_with_parent() -> None:
    """Let this process, a node, end with its supervisor however that ends; without one, do nothing."""
    parent = os.environ.get(PARENT_VARIABLE)
    if parent is None:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if str(os.getppid()) != parent:
        sys.exit(1)  # it ended before it could take us along
