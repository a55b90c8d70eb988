"""The PDUs whose coding is measured: of our own making, as they go through a network every day (``pdus.txt``)."""

from pathlib import Path
from typing import Final, NamedTuple


class Octets(NamedTuple):
    """A PDU: the name of its protocol, whether it goes up, its octets."""

    protocol: str
    up: bool
    octets: bytes


def load() -> dict[str, Octets]:
    """The lines of the file, by what they are called."""
    found = {}
    for line in Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines():
        name, protocol, way, octets = line.split(" | ")
        found[name] = Octets(protocol, way == "up", bytes.fromhex(octets))
    return found


PDUS: Final = load()
