"""Passwords for a laboratory's broker, made where it runs, so that none is in the repository.

Run once before the broker starts, as compose does, it makes what is missing and keeps what is there::

    python -m gprslab.bus.passwords --broker /mosquitto/data/passwords --users /run/gprslab operator bss1 sgsn1
"""

import argparse
import hashlib
import os
import secrets
from base64 import b64encode
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from gprslab.bus.topics import check_name

ITERATIONS: Final = 101
"""Rounds of PBKDF2, as mosquitto's own tool chooses; the passwords are random, so that more would buy nothing."""


def make_passwords(broker: Path, users: Path, names: Iterable[str], owner: int | None = None) -> None:
    """Give each of ``names`` a password: in its own file in the folder ``users``, and in mosquitto's file ``broker``.

    A password that a file in ``users`` already has is kept; ``broker`` is written anew, for ``names`` alone. All files
    are for their owner only, those of ``users`` for the user id ``owner``. Raises ``OSError``.
    """
    users.mkdir(parents=True, exist_ok=True)
    lines = []
    for name in names:
        file = users / name
        if not file.exists():
            _write(file, secrets.token_urlsafe(24) + "\n")
        if owner is not None:
            os.chown(file, owner, -1)
        lines.append(password_line(name, file.read_text(encoding="utf-8").strip()) + "\n")
    _write(broker, "".join(lines))


def password_line(name: str, password: str, salt: bytes | None = None) -> str:
    """Line of mosquitto's password file: PBKDF2 with SHA-512 and 12 octets of salt, which every 2.x reads."""
    salt = secrets.token_bytes(12) if salt is None else salt
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return f"{name}:$7${ITERATIONS}${b64encode(salt).decode()}${b64encode(digest).decode()}"


def _write(file: Path, text: str) -> None:
    """Write a file whole or not at all, for its owner only."""
    partial = file.with_name(file.name + ".partial")
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600)
    partial.write_text(text, encoding="utf-8")
    partial.replace(file)


def main(arguments: Sequence[str] | None = None) -> None:
    """Make passwords from the command line."""
    parser = argparse.ArgumentParser(prog="python -m gprslab.bus.passwords", description=__doc__.splitlines()[0])
    parser.add_argument("--broker", type=Path, required=True, metavar="FILE", help="mosquitto's password file")
    parser.add_argument("--users", type=Path, required=True, metavar="FOLDER", help="one password file per user")
    parser.add_argument("--owner", type=int, metavar="UID", help="user id that reads the files in FOLDER")
    parser.add_argument("names", nargs="+", metavar="NAME", help="user: the name of a node, or operator")
    options = parser.parse_args(arguments)
    try:
        for name in options.names:
            check_name(name)
    except ValueError as error:
        parser.error(str(error))
    make_passwords(options.broker, options.users, options.names, options.owner)


if __name__ == "__main__":
    main()
