"""Which network this user has up on this machine: so that commands find it without being told."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def place() -> Path:
    """The file with the broker's URL of the network that was brought up last."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return Path(runtime, "gprslab") if runtime else Path(tempfile.gettempdir(), f"gprslab-{os.getuid()}")


@contextmanager
def noted(url: str) -> Iterator[None]:
    """Let commands find the network at ``url`` while it is up; where that cannot be written, they must be told."""
    file = place()
    with suppress(OSError):
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(f"{os.getpid()} {url}")
    try:
        yield
    finally:
        if found() == url:
            with suppress(OSError):
                file.unlink()


def found() -> str | None:
    """The broker's URL of the network that is up, if this user has noted one and it was not killed."""
    try:
        descriptor = os.open(place(), os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(descriptor) as stream:
            own = os.fstat(descriptor).st_uid == os.getuid()
            pid, _, url = stream.read(1000).partition(" ")
        os.kill(int(pid), 0)
    except (OSError, ValueError):
        return None
    return url if own else None
