"""The session over a broker: a network that runs as processes, driven from a synchronous test or script.

Its event loop lives in a thread of its own. The trace has everything as soon as it is heard, each record in its
place; who watches live should wait ``WINDOW`` before showing a record, so that earlier ones of other nodes come first.
"""

import asyncio
import itertools
import secrets
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Final, Protocol

from gprslab.bus.bus import BusError, Message
from gprslab.bus.envelope import BadEnvelope, unpack
from gprslab.bus.mqtt import BrokerUrl, MqttBus
from gprslab.bus.topics import AirTopic, CellTopic, NodeTopic, NoteTopic, PduTopic, ReplyTopic, Topics
from gprslab.config import Lab
from gprslab.control import BadControl, Gaps, Status, pack_command, unpack_notes, unpack_reply, unpack_status
from gprslab.faults import Rule
from gprslab.session import MINUTE, Outcome, Session
from gprslab.trace.records import NoteRecord, PduRecord, Trace
from nodes.core.outputs import Command

WINDOW: Final = 200_000
"""Microseconds after which a record is unlikely to be followed by an earlier one of another node."""

_PATIENCE: Final = 15.0
"""Seconds of real time to wait for a call into the thread; the bus gives up before."""


class Processes(Protocol):
    """Whoever started the processes of the nodes."""

    def kill(self, node: str) -> None:
        """End a node with SIGKILL, and leave it dead."""

    def restart(self, node: str) -> None:
        """Start a node that was killed."""


class BrokerSession(Session):
    """A session with the network of ``lab`` on the broker at ``url``, as the bus user ``operator``.

    ``processes``, where they are ours, can be killed and started again. Without ``watch`` it hears only what answers
    its commands, and its trace stays empty: for who asks a busy network for one thing. Raises :class:`BusError` where
    there is no broker.
    """

    def __init__(
        self, lab: Lab, url: BrokerUrl | str, processes: Processes | None = None, *, watch: bool = True
    ) -> None:
        self.lab: Final = lab
        self._watch: Final = watch
        self.client: Final = f"session-{secrets.token_hex(4)}"
        self.statuses: Final[dict[str, Status]] = {}
        """What each node says that it is doing."""
        self.gaps: Final = Gaps()
        """PDUs lost on the way to this session, and those that came twice or too late."""
        self.rejected = 0
        """Payloads that were not what their topic carries."""
        self._processes: Final = processes
        self._rules: Final[list[Rule]] = []
        self._topics: Final = Topics()
        self._trace: Final = Trace()
        self._bsss: Final = [name for name in lab.nodes if lab.roles[name] == "bss"]
        self._outcomes: Final[dict[str, Outcome | None]] = {}
        self._ids: Final = itertools.count(1)
        self._changed: Final = threading.Condition()
        self._heard = 0
        self._closed = False
        self._bus: Final = MqttBus(url, "operator")
        self._loop: Final = asyncio.new_event_loop()
        self._task: asyncio.Task[None] | None = None
        opened: Future[None] = Future()
        self._thread: Final = threading.Thread(target=self._work, args=(opened,), name=self.client, daemon=True)
        self._thread.start()
        try:
            opened.result()
        except BaseException:
            self.close()
            raise

    # --- what a script does ---------------------------------------------------------------------------------------

    @property
    def trace(self) -> Trace:
        return self._trace

    @property
    def now(self) -> int:
        """Microseconds since 1970."""
        return time.time_ns() // 1000

    def start_command(self, node: str, verb: str, arguments: dict[str, Any] | None = None) -> str:
        name = f"{next(self._ids)}"
        octets = pack_command(self.client, Command(name, verb, arguments or {}))
        self._outcomes[name] = None
        self._call(self._bus.publish(self._topics.command(node), octets, qos=1))
        return name

    def outcome(self, command: str) -> Outcome | None:
        return self._outcomes.get(command)

    def forget(self, command: str) -> None:
        self._outcomes.pop(command, None)

    def advance(self, us: int) -> None:
        time.sleep(us / 1e6)

    def wait_for(self, condition: Callable[[], bool], within_us: int = MINUTE) -> bool:
        deadline = time.monotonic() + within_us / 1e6
        while True:
            heard = self._heard
            if condition():
                return True
            left = deadline - time.monotonic()
            if left <= 0 or not self._thread.is_alive():
                return False
            with self._changed:
                self._changed.wait_for(lambda heard=heard: self._heard != heard, min(left, 0.1))  # type: ignore[misc]

    def reset(self) -> None:
        for node in self.lab.nodes:
            self._done(node, "runner-reset", {})
        if not self.wait_for(self.is_up):
            raise TimeoutError("the BVCs are not operative a minute after the reset")

    def is_up(self) -> bool:
        """Whether all BVCs are operative."""
        return all(state == "operative" for bss in self._bsss for state in self.inspect(bss)["bvcs"].values())

    def add_fault(self, rule: Rule) -> None:
        self._rules.append(rule)
        for node in self.lab.nodes:
            self._done(node, "runner-fault", {"rule": rule.to_dict()})

    def clear_faults(self) -> None:
        self._rules.clear()
        for node in self.lab.nodes:
            self._done(node, "runner-clear-faults", {})

    def kill(self, node: str) -> None:
        self._own_processes().kill(node)

    def restart(self, node: str) -> None:
        """Begin a new life of a node and wait until it is ready; in it the fault rules count anew."""
        processes, before = self._own_processes(), self.statuses.get(node)
        processes.kill(node)
        processes.restart(node)
        if not self.wait_for(lambda: self._lives_anew(node, before)):
            raise TimeoutError(f"{node} is not ready a minute after its restart")
        for rule in self._rules:
            self._done(node, "runner-fault", {"rule": rule.to_dict()})

    def _own_processes(self) -> Processes:
        if self._processes is None:
            raise RuntimeError("the network's processes are not ours")
        return self._processes

    def _lives_anew(self, node: str, before: Status | None) -> bool:
        status = self.statuses.get(node)
        return status is not None and status.state == "ready" and (before is None or status.pid != before.pid)

    def set_note_level(self, level: str) -> None:
        """Let all nodes tell as much as ``level`` says."""
        for node in self.lab.nodes:
            self._done(node, "runner-note-level", {"level": level})

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        if self._task is not None:
            with suppress(RuntimeError):  # the loop has ended by itself
                self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join()
        self._loop.close()

    def _done(self, node: str, verb: str, arguments: dict[str, Any]) -> None:
        outcome = self.command(node, verb, arguments)
        if outcome.status != "done":
            raise RuntimeError(f"{node}: {verb} failed: {outcome.body}")

    def _call(self, step: Coroutine[Any, Any, None]) -> None:
        """Do ``step`` in the thread."""
        if not self._thread.is_alive():
            step.close()
            raise BusError("the session is closed")
        asyncio.run_coroutine_threadsafe(step, self._loop).result(_PATIENCE)

    # --- the thread -----------------------------------------------------------------------------------------------

    def _work(self, opened: "Future[None]") -> None:
        asyncio.set_event_loop(self._loop)
        self._task = self._loop.create_task(self._listen(opened))
        try:
            self._loop.run_until_complete(self._task)
        except asyncio.CancelledError:
            pass
        except BaseException as error:
            if opened.done():
                raise
            opened.set_exception(error)
        finally:
            with self._changed:
                self._changed.notify_all()

    async def _listen(self, opened: "Future[None]") -> None:
        filters = {self._topics.all_nodes: 1, self._topics.reply(self.client): 1}
        if self._watch:
            filters |= {
                self._topics.all_pdus: 0,
                self._topics.all_air: 0,
                self._topics.all_cells: 1,
                self._topics.all_notes: 0,
            }
        async with self._bus:
            await self._bus.subscribe(filters)
            opened.set_result(None)
            while True:
                messages = await self._bus.receive()
                for message in messages:
                    self._take(message)
                with self._changed:
                    self._heard += len(messages)
                    self._changed.notify_all()

    def _take(self, message: Message) -> None:
        try:
            match self._topics.parse(message.topic):
                case PduTopic(to, from_):
                    self._take_pdus(message, from_, to)
                case AirTopic(bss, cell) | CellTopic(bss, cell):
                    self._take_pdus(message, bss, cell)
                case NoteTopic(name):
                    for stamp, note in unpack_notes(message.payload):
                        self._trace.append(NoteRecord(stamp, name, note))
                case NodeTopic(name):
                    self.statuses[name] = unpack_status(message.payload)
                case ReplyTopic():
                    _, reply = unpack_reply(message.payload)
                    if reply.status != "accepted" and reply.id in self._outcomes:
                        self._outcomes[reply.id] = Outcome(reply.status, reply.body)
        except (BadEnvelope, BadControl):
            self.rejected += 1

    def _take_pdus(self, message: Message, sender: str, receiver: str) -> None:
        for sequence, stamp, interface, pdu, meta in unpack(message.payload):
            self.gaps.see(message.topic, sequence)
            self._trace.append(PduRecord(stamp, sender, receiver, interface, pdu, sequence, meta))
