"""Value types of ASN.1 that Python lacks."""

from itertools import pairwise
from typing import ClassVar, Self

from protocol.errors import DecodeError


class Oid(str):
    """An OBJECT IDENTIFIER: arcs joined by dots."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``0.0.17.773``."""
        arcs = text.split(".")
        if len(arcs) < 2 or not all(arc.isascii() and arc.isdecimal() and str(int(arc)) == arc for arc in arcs):
            raise ValueError(f"{text!r} is no object identifier such as 0.0.17.773")
        first, second = int(arcs[0]), int(arcs[1])
        if first > 2 or (first < 2 and second > 39):
            raise ValueError(f"{text!r}: the first arc is 0 to 2, and the second below 40 where that is not 2")
        oid = cls(text)
        if len(oid.to_octets()) > 32:
            raise ValueError(f"{text!r} takes more than 32 octets")
        return oid

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read arcs in base 128, the first two in one (X.690 8.19)."""
        if not 1 <= len(octets) <= 32 or octets[-1] & 0x80:
            raise DecodeError(f"{octets[:32].hex()} is no object identifier of 1 to 32 octets")
        if octets[0] == 0x80 or any(not before & 0x80 and after == 0x80 for before, after in pairwise(octets)):
            raise DecodeError(f"an arc of the object identifier {octets.hex()} has more octets than it needs")
        arcs: list[int] = []
        arc = 0
        for octet in octets:
            arc = arc << 7 | octet & 0x7F
            if not octet & 0x80:
                arcs.append(arc)
                arc = 0
        first = min(arcs[0] // 40, 2)
        return cls(".".join(str(arc) for arc in (first, arcs[0] - 40 * first, *arcs[1:])))

    def to_octets(self) -> bytes:
        """Write arcs in base 128."""
        first, second, *arcs = (int(arc) for arc in self.split("."))
        octets = bytearray()
        for arc in (40 * first + second, *arcs):
            octets += bytes(
                (arc >> shift & 0x7F) | (0x80 if shift else 0)
                for shift in range(max(arc.bit_length() - 1, 0) // 7 * 7, -7, -7)
            )
        return bytes(octets)


class Bits(str):
    """A BIT STRING: 0 and 1, bit 0 first. A kind of it names its bits by constants that are their numbers."""

    __slots__ = ()
    least: ClassVar[int] = 0
    most: ClassVar[int] = 64

    def __new__(cls, bits: str) -> Self:
        if not cls.least <= len(bits) <= cls.most or bits.strip("01"):
            raise ValueError(f"{bits!r} is not {cls.least} to {cls.most} bits of {cls.__name__}")
        return str.__new__(cls, bits)

    @classmethod
    def of(cls, *numbers: int) -> Self:
        """Only these bits set, and no more bits than needed."""
        size = max(cls.least, *(number + 1 for number in numbers), 0)
        return cls("".join("1" if number in numbers else "0" for number in range(size)))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``0100`` or, as it prints itself, ``0100 (third)``; the names must be those of the bits."""
        plain, _, names = text.partition(" ")
        bits = cls(plain)
        if names and str(bits) != text:
            raise ValueError(f"{text!r} names other bits than {str(bits)!r}")
        return bits

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read the number of unused bits at the end, then the bits."""
        unused = octets[0] if octets else 8
        size = 8 * len(octets) - 8 - unused
        if unused > 7 or not cls.least <= size <= cls.most:
            raise DecodeError(f"{octets[:16].hex()} is not {cls.least} to {cls.most} bits of {cls.__name__}")
        return str.__new__(cls, f"{int.from_bytes(octets[1:], 'big') >> unused:0{size}b}" if size else "")

    def to_octets(self) -> bytes:
        """Write the number of unused bits, then the bits."""
        unused = -len(self) % 8
        return bytes([unused]) + (int("0" + self, 2) << unused).to_bytes((len(self) + unused) // 8, "big")

    def has(self, number: int) -> bool:
        """True where the bit is there and set."""
        return self[number : number + 1] == "1"

    def __str__(self) -> str:
        names = {value: name for name, value in vars(type(self)).items() if name.isupper()}
        told = [names.get(number, str(number)) for number, bit in enumerate(self) if bit == "1"]
        bits = str.__str__(self)
        return f"{bits} ({', '.join(told).lower().replace('_', ' ')})" if told else bits
