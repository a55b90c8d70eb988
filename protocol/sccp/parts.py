"""The formats of parts (Q.713 1.4 to 1.8), and how a sender placed them otherwise than we would."""

from dataclasses import dataclass

OPTIONAL = "optional"
"""What the whole optional part is called among the parts that pointers find."""


@dataclass(frozen=True, slots=True)
class F:
    """Some octets at their place."""

    octets: int = 1


@dataclass(frozen=True, slots=True)
class V:
    """Length and value, where a pointer points; ``octets`` is the size of that length."""

    octets: int = 1


@dataclass(frozen=True, slots=True)
class O:  # noqa: E742  Q.713 calls it so
    """Name, length and value in the optional part. ``needed``: one that cannot be read spoils the message."""

    name: int
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """Octets that no pointer finds, in front of the part with this name."""

    before: str
    octets: bytes


@dataclass(frozen=True, slots=True)
class Coding:
    """How a sender placed the parts.

    ``order`` names the parts that pointers find as they lie; :data:`OPTIONAL` is the whole optional part, which is
    there even without a parameter if it is named. ``parameters`` names the optional parameters as they stand.
    """

    order: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    parameters: tuple[str, ...] = ()


def in_order(names: list[str], order: tuple[str, ...]) -> list[str]:
    """The names as ``order`` says; one that it leaves out keeps its place behind the one declared before it."""
    placed = [name for name in dict.fromkeys(order) if name in names]
    for index, name in enumerate(names):
        if name not in placed:
            placed.insert(placed.index(names[index - 1]) + 1 if index else 0, name)
    return placed


def number(value: int, size: int) -> bytes:
    """A pointer or length, the least significant octet first. ValueError where it is too large."""
    if value >> 8 * size:
        raise ValueError(f"the parts of the message are too long: {value} does not fit into {size} octets")
    return value.to_bytes(size, "little")
