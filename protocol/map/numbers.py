"""Numbers and addresses that only MAP uses (TS 29.002 17.7.8, Q.763, TS 23.003)."""

from dataclasses import dataclass
from typing import Annotated, Self

from protocol.bits import BITS, Struct
from protocol.declare import OpenEnum
from protocol.errors import DecodeError
from protocol.identities import Lai, _Digits, octets_of


class HlrId(_Digits):
    """The leading digits of the IMSIs that an HLR serves: country and network code and more."""

    __slots__ = ()
    least = 5
    most = 15


@dataclass(frozen=True, slots=True)
class Tbcd:
    """Digits in TBCD of a fixed number of octets, of which ``fillers`` half octets of 1111 follow the digits."""

    digits: str
    fillers: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``4711ff``: the digits and the fillers that follow them."""
        digits = text.rstrip("f")
        made = cls(digits, len(text) - len(digits))
        made.to_octets()
        return made

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read digits, low half octet first."""
        halves = "".join(f"{octet & 15:x}{octet >> 4:x}" for octet in octets)
        digits = halves.rstrip("f")
        if "f" in digits:
            raise DecodeError("a filler stands between digits")
        return cls(digits.translate(_TO_DIGITS), len(halves) - len(digits))

    def to_octets(self) -> bytes:
        """Write digits and fillers."""
        size = len(self.digits) + self.fillers
        if size % 2:
            raise ValueError(f"{self.digits} with {self.fillers} fillers does not end with an octet")
        octets = octets_of(self.digits)
        return octets + b"\xff" * (size // 2 - len(octets))

    def __str__(self) -> str:
        return self.digits + "f" * self.fillers


_TO_DIGITS = str.maketrans("abcde", "*#abc")


class SubaddressType(OpenEnum):
    """What a subaddress is made of (17.7.8)."""

    NSAP = 0
    USER_SPECIFIED = 2


class SubaddressHeader(Struct):
    """The first octet of a subaddress."""

    extension: Annotated[bool, BITS(1)]
    type: Annotated[SubaddressType, BITS(3)]
    odd: Annotated[bool, BITS(1)]
    spare: Annotated[int, BITS(3)] = 0


@dataclass(frozen=True, slots=True)
class IsdnSubaddress:
    """ISDN-SubaddressString: which of several terminals at one number (17.7.8, TS 24.008 10.5.4.8)."""

    header: SubaddressHeader
    information: bytes

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read an octet of type and the subaddress."""
        return cls(SubaddressHeader.from_octets(octets[:1]), octets[1:])

    def to_octets(self) -> bytes:
        """Write it."""
        return self.header.to_octets() + self.information


class NatureOfLocation(OpenEnum):
    """Nature of address of a location number (Q.763 3.30)."""

    SUBSCRIBER_NUMBER = 1
    UNKNOWN = 2
    NATIONAL_NUMBER = 3
    INTERNATIONAL_NUMBER = 4


class NumberingPlan(OpenEnum):
    """Numbering plan (Q.763 3.30)."""

    UNKNOWN = 0
    ISDN = 1
    DATA = 3
    TELEX = 4
    PRIVATE = 5


class Presentation(OpenEnum):
    """Whether an address may be shown (Q.763 3.30)."""

    ALLOWED = 0
    RESTRICTED = 1
    NOT_AVAILABLE = 2


class Screening(OpenEnum):
    """Who provided an address (Q.763 3.30)."""

    USER_PROVIDED_VERIFIED_AND_PASSED = 1
    NETWORK_PROVIDED = 3


class LocationNumberHeader(Struct):
    """The first two octets of a location number."""

    odd: Annotated[bool, BITS(1)]
    nature: Annotated[NatureOfLocation, BITS(7)]
    internal_network_number_not_allowed: Annotated[bool, BITS(1)]
    numbering_plan: Annotated[NumberingPlan, BITS(3)]
    presentation: Annotated[Presentation, BITS(2)]
    screening: Annotated[Screening, BITS(2)]


@dataclass(frozen=True, slots=True)
class LocationNumber:
    """Where a mobile is, as a number (Q.763 3.30). Address signals above 9 are ``a`` to ``f``.

    The half octet that fills up an odd number of signals is ``filler``.
    """

    header: LocationNumberHeader
    signals: str
    filler: int = 0

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read two octets and the signals, low half octet first."""
        if len(octets) < 2:
            raise DecodeError(f"{len(octets)} octets are no location number")
        header = LocationNumberHeader.from_octets(octets[:2])
        signals = "".join(f"{octet & 15:x}{octet >> 4:x}" for octet in octets[2:])
        if header.odd and signals:
            return cls(header, signals[:-1], int(signals[-1], 16))
        return cls(header, signals)

    def to_octets(self) -> bytes:
        """Write it."""
        halves = self.signals
        if self.header.odd and halves:
            halves += f"{self.filler:x}"
        if len(halves) % 2:
            raise ValueError(f"{self.signals} has not the number of signals that odd={self.header.odd} says")
        swapped = "".join(halves[at + 1] + halves[at] for at in range(0, len(halves), 2))
        return self.header.to_octets() + bytes.fromhex(swapped)


@dataclass(frozen=True, slots=True)
class CellGlobalId:
    """CellGlobalIdOrServiceAreaIdFixedLength: a cell (or on UTRAN a service area) in its location area (17.7.8)."""

    lai: Lai
    ci: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``262-01-1-42``: MCC, MNC, LAC, cell identity."""
        try:
            area, _, ci = text.rpartition("-")
            cell = cls(Lai.parse(area), int(ci))
            cell.to_octets()
        except (ValueError, OverflowError):
            raise ValueError(f"{text!r} is no cell such as 262-01-1-42 (MCC-MNC-LAC-CI)") from None
        return cell

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read seven octets."""
        if len(octets) != 7:
            raise DecodeError(f"{len(octets)} octets are no cell global identity")
        return cls(Lai.from_octets(octets[:5]), octets[5] << 8 | octets[6])

    def to_octets(self) -> bytes:
        """Write seven octets."""
        return self.lai.to_octets() + self.ci.to_bytes(2, "big")

    def __str__(self) -> str:
        return f"{self.lai}-{self.ci}"


class LsaIdentity(Struct):
    """A localised service area: a number in the network, or a universal one (TS 23.003 9.1)."""

    number: Annotated[int, BITS(23)]
    universal: Annotated[bool, BITS(1)]


class LsaAttributes(Struct):
    """How a localised service area is preferred (TS 48.008 3.2.2.26)."""

    spare: Annotated[int, BITS(2)] = 0
    preferential_access: Annotated[bool, BITS(1)]
    active_mode_support: Annotated[bool, BITS(1)]
    priority: Annotated[int, BITS(4)]
