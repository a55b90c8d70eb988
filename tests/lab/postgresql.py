"""A PostgreSQL server of our own: Debian's programs, a private cluster in a temporary folder, on a unix socket only."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Self

ROOT_OF_PROGRAMS = Path("/usr/lib/postgresql")
"""Where Debian keeps one folder for each version."""


def programs() -> Path | None:
    """The folder with the newest server's programs, None where there is none."""
    folders = [path.parent for path in ROOT_OF_PROGRAMS.glob("*/bin/initdb")]
    return max(folders, key=lambda folder: float(folder.parent.name), default=None)


class PostgresqlServer:
    """A server from ``__enter__`` to ``__exit__``, with the database ``postgres`` and the user ``lab``.

    ``durable`` False: it does not wait for the disk, as tests need not. It orders text as Czech does, so that whoever
    relies on the order of code points must ask for it.
    """

    def __init__(self, programs: Path, *, durable: bool = False) -> None:
        self._programs = programs
        self._durable = durable
        # Not in a folder of pytest: the server, which refuses to be root, must reach it; and a socket's path is short.
        self._folder = Path(tempfile.mkdtemp(prefix="gprslab-postgresql-"))
        self._process: subprocess.Popen[bytes] | None = None
        # As root, be the user whom Debian's package makes for it.
        self._user: dict[str, Any] = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self._folder, user.pw_uid, user.pw_gid)
            self._user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    @property
    def url(self) -> str:
        """URL of the database, for :meth:`gprslab.store.Store.open`."""
        return f"postgresql+psycopg://lab@/postgres?host={self._folder}"

    @property
    def log(self) -> str:
        """What the programs have said."""
        return (self._folder / "log").read_text(encoding="utf-8", errors="replace")

    def __enter__(self) -> Self:
        """Make the cluster, start the server and wait until it takes connections."""
        try:
            cluster = self._folder / "cluster"
            order = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=cs"]
            made = self._start("initdb", "--auth=trust", "--username=lab", "--no-sync", *order, "-D", str(cluster))
            assert made.wait(120) == 0, self.log
            waits = [] if self._durable else ["-F", "-c", "full_page_writes=off"]
            self._process = self._start("postgres", "-D", str(cluster), "-k", str(self._folder), "-h", "", *waits)
            deadline = time.monotonic() + 60
            while self._call("pg_isready", "-h", str(self._folder), "-q"):
                assert self._process.poll() is None, self.log
                assert time.monotonic() < deadline, self.log
                time.sleep(0.02)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End the server, without waiting for its clients, and remove all that it wrote."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(60)
        shutil.rmtree(self._folder)

    def _start(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self._folder / "log").open("ab") as log:
            command = [str(self._programs / program), *arguments]
            return subprocess.Popen(
                command, cwd=self._folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **self._user
            )

    def _call(self, program: str, *arguments: str) -> int:
        return self._start(program, *arguments).wait(60)
