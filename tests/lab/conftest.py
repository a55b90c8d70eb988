"""Servers for the tests: brokers, the embedded one and Debian's mosquitto as compose configures it; and PostgreSQL."""

import getpass
import importlib.util
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gprslab.bus.embedded import EmbeddedBroker, EmbeddedBrokerError, probe
from gprslab.bus.passwords import make_passwords
from tests.conftest import absent
from tests.lab.postgresql import PostgresqlServer, programs

CONFIGS = Path(__file__).parents[2] / "configs" / "broker"
USERS = [
    "operator",
    *(f"{role}{number}" for role in ("ms", "bss", "sgsn", "ggsn", "pdn", "hlr", "eir", "vlr") for number in (1, 2)),
]


class MosquittoBroker:
    """Debian's mosquitto on a free port of loopback, with the users ``operator`` and ``ms1`` to ``vlr2``."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "data").mkdir()
        (folder / "config").mkdir()
        (folder / "config" / "acl").write_text((CONFIGS / "acl").read_text(encoding="utf-8"), encoding="utf-8")
        make_passwords(folder / "data" / "passwords", folder / "users", USERS)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port: int = free.getsockname()[1]
        text = (CONFIGS / "mosquitto.conf").read_text(encoding="utf-8")
        text = text.replace("listener 1883", f"listener {self._port} 127.0.0.1").replace("/mosquitto/", f"{folder}/")
        text = text.replace("log_dest stdout", "log_dest stderr")  # which it does not buffer
        # The folder is ours alone, so the broker must run as ourselves.
        (folder / "config" / "mosquitto.conf").write_text(f"{text}user {getpass.getuser()}\n", encoding="utf-8")

    def url(self, user: str | None = None) -> str:
        """URL of the broker for one of its users; without one, each client is the user of its own name."""
        login = "" if user is None else f"{user}@"
        return f"mqtt://{login}127.0.0.1:{self._port}?password_file={self._folder / 'users'}"

    def log(self) -> str:
        """What it has logged."""
        return (self._folder / "log").read_text(encoding="utf-8")

    def start(self) -> None:
        """Start it and wait until it listens."""
        with (self._folder / "log").open("ab") as stdout:
            self._process = subprocess.Popen(
                [self._program, "-c", self._folder / "config" / "mosquitto.conf"], stdout=stdout, stderr=stdout
            )
        deadline = time.monotonic() + 10
        while True:
            try:
                probe("127.0.0.1", self._port)
            except EmbeddedBrokerError:
                return  # it refuses a client without a user
            except OSError:
                assert self._process.poll() is None, self.log()
                assert time.monotonic() < deadline, self.log()
                time.sleep(0.005)

    def stop(self) -> None:
        """Stop it; what it retains stays on disk."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None


@pytest.fixture(scope="session")
def embedded() -> Iterator[EmbeddedBroker]:
    """One embedded broker for all tests; each test takes a laboratory of its own."""
    with EmbeddedBroker() as broker:
        yield broker


@pytest.fixture
def embedded_broker(embedded: EmbeddedBroker) -> str:
    """URL of the embedded broker."""
    return embedded.url


@pytest.fixture(scope="session")
def mosquitto_broker(mosquitto: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MosquittoBroker]:
    """One mosquitto for all tests: ``url(user)`` is what a node of that name connects to."""
    broker = MosquittoBroker(mosquitto, tmp_path_factory.mktemp("mosquitto"))
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """URL of a database of a server that is started for the tests."""
    folder = programs()
    if folder is None:
        absent("postgresql", "PostgreSQL is not installed")
    if importlib.util.find_spec("psycopg") is None:
        absent("postgresql", "psycopg is not installed")
    with PostgresqlServer(folder) as server:
        yield server.url
