"""Tags and lengths of BER (X.690 8.1)."""

from dataclasses import dataclass, field
from functools import cache

from protocol.errors import DecodeError

CONSTRUCTED = 0x20
"""The bit of an identifier octet that says that the contents are elements."""

DEEPEST = 32
"""How many indefinite lengths may stand within one another."""


def header(tag: int, length: int) -> bytes:
    """Identifier octet and shortest definite length."""
    if length < 128:
        return bytes((tag, length))
    size = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + length.to_bytes(size, "big")


@cache
def heads(tag: int) -> tuple[bytes, ...]:
    """All headers with one octet of length, by length."""
    return tuple(bytes((tag, length)) for length in range(128))


def long_length(d: bytes, p: int, first: int) -> tuple[int, int]:
    """Contents' start and size for a length of two or three octets; IndexError unless that is the shortest form."""
    if first == 0x81 and d[p] > 127:
        return p + 1, d[p]
    if first == 0x82 and d[p]:
        return p + 2, d[p] << 8 | d[p + 1]
    raise IndexError


def opening(d: bytes, p: int, e: int) -> tuple[int, int, int]:
    """Tag (-1 where it has several octets), contents' start and size (-1: indefinite) of the element at ``p``."""
    start = p
    try:
        tag = first = d[p]
        p += 1
        if tag & 31 == 31:
            tag = -1
            while d[p] & 0x80:
                p += 1
            p += 1
        size = d[p]
        p += 1
        if size == 0xFF:
            raise DecodeError("a length that begins with FF is reserved", at=start)
        if size > 0x80:
            octets = size & 0x7F
            size = int.from_bytes(d[p : p + octets], "big")
            p += octets
        elif size == 0x80:
            if not first & CONSTRUCTED:
                raise DecodeError("only a constructed element may have an indefinite length", at=start)
            size = -1
    except IndexError:
        raise DecodeError("an element ends within its tag or length", at=start) from None
    if p + size > e:
        raise DecodeError(f"{min(p + size - e, 1 << 32)} octets are missing", at=start)
    return tag, p, size


def end_of_contents(d: bytes, p: int, e: int) -> int:
    """Where the contents of indefinite length that start at ``p`` end."""
    depth = 1
    while p < e:
        if not d[p] and d[p : p + 2] == b"\0\0":
            depth -= 1
            if not depth:
                return p
            p += 2
            continue
        _, p, size = opening(d, p, e)
        if size >= 0:
            p += size
        else:
            depth += 1
            if depth > DEEPEST:
                raise DecodeError("indefinite lengths stand too deep within one another", at=p)
    raise DecodeError("contents of indefinite length have no end", at=p)


def bounds(d: bytes, p: int, e: int) -> tuple[int, int, int, int]:
    """Tag (-1 where it has several octets), contents' start and end, and where the next element starts."""
    tag, p, size = opening(d, p, e)
    if size >= 0:
        return tag, p, p + size, p + size
    q = end_of_contents(d, p, e)
    if q + 2 > e:
        raise DecodeError("contents of indefinite length have no end", at=p)
    return tag, p, q, q + 2


def shortest(length: int) -> int:
    """How many octets the shortest definite form of a length has."""
    return 1 if length < 128 else 1 + (length.bit_length() + 7) // 8


@dataclass(slots=True)
class Place:
    """Where an element lies in ``d``: its start, identifier octet, contents ``d[p:q]``, and where the next starts.

    Its length is ``indefinite``, or has ``length_octets`` (None where no fewer would do); ``is_plain`` if neither.
    """

    d: bytes
    start: int
    tag: int
    p: int
    q: int
    end: int
    indefinite: bool = field(init=False)
    length_octets: int | None = field(init=False)
    is_plain: bool = field(init=False)

    def __post_init__(self) -> None:
        octets = self.p - self.start - 1
        self.indefinite = self.end != self.q
        self.length_octets = None if self.indefinite or octets == shortest(self.q - self.p) else octets
        self.is_plain = not self.indefinite and self.length_octets is None

    @classmethod
    def find(cls, d: bytes, start: int, e: int) -> "Place":
        """The place of the element that starts there, before ``e``."""
        return cls(d, start, *bounds(d, start, e))

    @classmethod
    def plain(cls, d: bytes, tag: int, p: int, q: int) -> "Place":
        """The place of an element with these contents and the header that we would write."""
        return cls(d, p - 1 - shortest(q - p), tag, p, q, q)

    @property
    def contents(self) -> bytes:
        """The contents octets."""
        return self.d[self.p : self.q]
