"""Lists in GMM elements: networks, N-PDU numbers, PDP contexts, emergency numbers."""

from dataclasses import dataclass
from typing import Annotated, Self

from protocol.bits import BITS, Struct, bits_in
from protocol.errors import DecodeError
from protocol.identities import Plmn, digits_of, octets_of


@dataclass(frozen=True, slots=True)
class PlmnList:
    """PLMN list (10.5.1.13): networks that count as the one that sent it. ``rest`` is part of a further network."""

    plmns: tuple[Plmn, ...]
    rest: bytes = b""

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read three octets a network."""
        end = len(octets) - len(octets) % 3
        return cls(tuple([Plmn.from_octets(octets[p : p + 3]) for p in range(0, end, 3)]), octets[end:])

    def to_octets(self) -> bytes:
        """Write them."""
        if len(self.rest) > 2:
            raise ValueError(f"{len(self.rest)} octets are more than a part of a network")
        return b"".join([plmn.to_octets() for plmn in self.plmns]) + self.rest

    def __str__(self) -> str:
        return ", ".join(map(str, self.plmns))


class ReceiveNPduNumber(Struct):
    """The number of the next N-PDU that is expected from the peer in a PDP context."""

    nsapi: Annotated[int, BITS(4)]
    n_pdu_number: Annotated[int, BITS(8)]


@dataclass(frozen=True, slots=True)
class ReceiveNPduNumbers:
    """Receive N-PDU numbers list (10.5.5.11), twelve bits each; for contexts in acknowledged LLC mode.

    ``rest`` are the bits behind the list, where they are not the four zeros that fill up the last octet.
    """

    numbers: tuple[ReceiveNPduNumber, ...]
    rest: str = ""

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read as many as there are."""
        value = int.from_bytes(octets, "big")
        left = 8 * len(octets)
        numbers = []
        while left >= 12:
            left -= 12
            numbers.append(ReceiveNPduNumber.from_bits(value >> left & 0xFFF, 12))
        rest = value & (1 << left) - 1
        return cls(tuple(numbers), f"{rest:0{left}b}" if rest or left > 4 else "")

    def to_octets(self) -> bytes:
        """Write them."""
        value = 0
        for number in self.numbers:
            value = value << 12 | number.to_bits()[0]
        left = len(self.rest) or len(self.numbers) % 2 * 4
        width = 12 * len(self.numbers) + left
        if width % 8:
            raise ValueError(f"{len(self.numbers)} N-PDU numbers and {left} further bits fill no whole octets")
        return (value << left | bits_in(self.rest)).to_bytes(width // 8, "big")

    def __str__(self) -> str:
        return ", ".join(f"NSAPI {number.nsapi}: {number.n_pdu_number}" for number in self.numbers)


@dataclass(frozen=True, slots=True)
class PdpContextStatus:
    """PDP context status (10.5.7.1): the NSAPIs whose context is not inactive, in rising order. 0 to 4 are spare."""

    active: tuple[int, ...]

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read a bit for each NSAPI, 0 to 7 in the first octet from the lowest bit on, 8 to 15 in the second."""
        if len(octets) != 2:
            raise DecodeError(f"{len(octets)} octets are no PDP context status")
        bits = octets[0] | octets[1] << 8
        return cls(tuple([nsapi for nsapi in range(16) if bits >> nsapi & 1]))

    def to_octets(self) -> bytes:
        """Write a bit for each NSAPI."""
        bits = 0
        for nsapi in self.active:
            if not 0 <= nsapi < 16:
                raise ValueError(f"{nsapi} is no NSAPI")
            bits |= 1 << nsapi
        return bits.to_bytes(2, "little")

    def __str__(self) -> str:
        return f"NSAPI {', '.join(map(str, self.active))}" if self.active else "none"


class EmergencyServiceCategory(Struct):
    """Emergency service category (10.5.4.33), as it stands in a list of numbers."""

    spare: Annotated[int, BITS(3)] = 0
    mountain_rescue: Annotated[bool, BITS(1)]
    marine_guard: Annotated[bool, BITS(1)]
    fire_brigade: Annotated[bool, BITS(1)]
    ambulance: Annotated[bool, BITS(1)]
    police: Annotated[bool, BITS(1)]


@dataclass(frozen=True, slots=True)
class EmergencyNumber:
    """A number to call in an emergency, and for whom it is."""

    category: EmergencyServiceCategory
    digits: str


@dataclass(frozen=True, slots=True)
class EmergencyNumberList:
    """Emergency number list (10.5.3.13, Rel-5): numbers that are emergency calls in this country."""

    numbers: tuple[EmergencyNumber, ...]

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read numbers, each with its length, category and digits."""
        numbers = []
        p = 0
        while p < len(octets):
            end = p + 1 + octets[p]
            if end > len(octets) or end < p + 2:
                raise DecodeError(f"an emergency number of {octets[p]} octets", at=p)
            category = EmergencyServiceCategory.from_bits(octets[p + 1], 8)
            numbers.append(EmergencyNumber(category, digits_of(octets[p + 2 : end])))
            p = end
        return cls(tuple(numbers))

    def to_octets(self) -> bytes:
        """Write them."""
        made = [number.category.to_octets() + octets_of(number.digits) for number in self.numbers]
        return b"".join([bytes([len(one)]) + one for one in made])

    def __str__(self) -> str:
        return ", ".join(number.digits for number in self.numbers)
