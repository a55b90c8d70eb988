"""Value types of ASN.1 that Python lacks."""

from typing import ClassVar, Self

from protocol.errors import DecodeError


class Oid(str):
    """An OBJECT IDENTIFIER: arcs joined by dots."""

    __slots__ = ()

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read arcs in base 128, the first two in one (X.690 8.19)."""
        if not 1 <= len(octets) <= 32 or octets[-1] & 0x80:
            raise DecodeError(f"{octets[:32].hex()} is no object identifier of 1 to 32 octets")
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
        return ", ".join(told).lower().replace("_", " ") or "none"
