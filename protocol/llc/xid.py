"""XID parameters (TS 44.064 6.4.1.6): the information field of XID, SABM and UA."""

from dataclasses import dataclass
from typing import Annotated, Final, Self, TypeVar

from protocol.bits import BITS, Struct
from protocol.errors import DecodeError
from protocol.sndcp.xid import SndcpXid

TENTH: Final = 100_000
"""Microseconds in the unit of T200."""


class LlcVersion(Struct):
    """LLC version number, type 0; this is version 0 (table 6)."""

    spare: Annotated[int, BITS(4)] = 0
    version: Annotated[int, BITS(4)]


class IovUi(Struct):
    """Ciphering input offset value for UI frames, type 1 (table 6)."""

    offset: Annotated[int, BITS(32)]


class IovI(Struct):
    """Ciphering input offset value for I frames, type 2 (table 6)."""

    offset: Annotated[int, BITS(32)]


class T200(Struct):
    """Retransmission timeout in tenths of a second, type 3 (table 6)."""

    spare: Annotated[int, BITS(4)] = 0
    tenths: Annotated[int, BITS(12)]

    @property
    def duration(self) -> int:
        """The timeout in microseconds."""
        return self.tenths * TENTH


class N200(Struct):
    """Greatest number of retransmissions, type 4 (table 6)."""

    spare: Annotated[int, BITS(4)] = 0
    retransmissions: Annotated[int, BITS(4)]


class N201U(Struct):
    """Greatest number of octets of information in U and UI frames, type 5 (table 6)."""

    spare: Annotated[int, BITS(5)] = 0
    octets: Annotated[int, BITS(11)]


class N201I(Struct):
    """Greatest number of octets of information in I frames, type 6 (table 6)."""

    spare: Annotated[int, BITS(5)] = 0
    octets: Annotated[int, BITS(11)]


class MD(Struct):
    """Buffer for I frames down, in units of 16 octets; 0 for none, type 7 (table 6)."""

    spare: Annotated[int, BITS(1)] = 0
    units: Annotated[int, BITS(15)]


class MU(Struct):
    """Buffer for I frames up, in units of 16 octets; 0 for none, type 8 (table 6)."""

    spare: Annotated[int, BITS(1)] = 0
    units: Annotated[int, BITS(15)]


class KD(Struct):
    """Window for I frames down, type 9 (table 6)."""

    frames: Annotated[int, BITS(8)]


class KU(Struct):
    """Window for I frames up, type 10 (table 6)."""

    frames: Annotated[int, BITS(8)]


@dataclass(frozen=True, slots=True)
class Layer3Parameters:
    """Parameters of the layer above, type 11 (table 6): an XID block of SNDCP, or octets that are none.

    No octets ask for negotiation of nothing, and are kept as such.
    """

    content: SndcpXid | bytes

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read the block."""
        if not octets:
            return cls(octets)
        try:
            return cls(SndcpXid.from_octets(octets))
        except DecodeError:  # LLC passes on what it need not read (6.4.1.6)
            return cls(octets)

    def to_octets(self) -> bytes:
        """The block's octets."""
        return self.content if isinstance(self.content, bytes) else self.content.to_octets()


class Reset(Struct):
    """Both ends of the link begin anew, with defaults and unconfirmed numbers from 0, type 12 (table 6, 8.5.3.1)."""


@dataclass(frozen=True, slots=True)
class OtherParameter:
    """A parameter of a type that table 6 does not list, or with fewer octets than it has there."""

    type: int
    octets: bytes

    def to_octets(self) -> bytes:
        """The parameter's octets."""
        return self.octets


Value = (
    LlcVersion | IovUi | IovI | T200 | N200 | N201U | N201I | MD | MU | KD | KU
    | Layer3Parameters | Reset | OtherParameter
)  # fmt: skip

TYPES: Final[tuple[type[Value], ...]] = (
    LlcVersion, IovUi, IovI, T200, N200, N201U, N201I, MD, MU, KD, KU, Layer3Parameters, Reset,
)  # fmt: skip
"""The parameter types in the order of their numbers, from 0 on."""

NUMBERS: Final = {kind: number for number, kind in enumerate(TYPES)}

LONGEST: Final = 255
"""Octets that the length of eight bits can count."""

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class XidParameter:
    """A parameter with its type and length (figure of 6.4.1.6).

    Up to 3 octets are counted in two bits (XL = 0), more in eight (XL = 1). ``long`` is set where the sender took the
    eight bits without need; ``spare`` are the two bits behind them.
    """

    value: Value
    long: bool = False
    spare: int = 0

    def to_octets(self) -> bytes:
        """Type, length and value."""
        value = self.value
        kind = value.type if isinstance(value, OtherParameter) else NUMBERS[type(value)]
        octets = value.to_octets()
        size = len(octets)
        if not 0 <= kind < 32 or size > LONGEST:
            raise ValueError(f"XID parameter {kind} of {size} octets: there are 32 types of at most {LONGEST} octets")
        if size > 3 or self.long:
            if not 0 <= self.spare < 4:
                raise ValueError(f"{self.spare} does not fit into two spare bits")
            return bytes((0x80 | kind << 2 | size >> 6, (size & 63) << 2 | self.spare)) + octets
        if self.spare:
            raise ValueError("only a long length has spare bits")
        return bytes((kind << 2 | size,)) + octets


@dataclass(frozen=True, slots=True)
class XidInformation:
    """The parameters of XID, SABM or UA (6.4.1.6), in the order in which they stand."""

    parameters: tuple[XidParameter, ...] = ()

    @classmethod
    def of(cls, *values: Value) -> Self:
        """The parameters in our coding."""
        return cls(tuple(XidParameter(value) for value in values))

    def find(self, kind: type[P]) -> P | None:
        """The first parameter of a type, if there is one."""
        for parameter in self.parameters:
            if isinstance(parameter.value, kind):
                return parameter.value
        return None

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read parameter after parameter; DecodeError where one does not fit in."""
        parameters = []
        p = 0
        while p < len(octets):
            parameter, p = take_parameter(octets, p)
            parameters.append(parameter)
        return cls(tuple(parameters))

    def to_octets(self) -> bytes:
        """All parameters."""
        return b"".join(parameter.to_octets() for parameter in self.parameters)


def take_parameter(octets: bytes, p: int) -> tuple[XidParameter, int]:
    """The parameter at ``p``, and where it ends."""
    first = octets[p]
    kind, size, spare, start = first >> 2 & 31, first & 3, 0, p + 1
    if first & 0x80:
        if start >= len(octets):
            raise DecodeError("the length of an XID parameter is cut off", at=p)
        size, spare, start = size << 6 | octets[start] >> 2, octets[start] & 3, start + 1
    end = start + size
    if end > len(octets):
        raise DecodeError(f"{end - len(octets)} octets of XID parameter {kind} are missing", at=p)
    return XidParameter(take_value(kind, octets[start:end]), bool(first & 0x80) and size <= 3, spare), end


def take_value(kind: int, octets: bytes) -> Value:
    """A parameter's value."""
    if kind < len(TYPES):
        try:
            return TYPES[kind].from_octets(octets)  # type: ignore[union-attr]
        except DecodeError:  # shorter than table 6 has it
            pass
    return OtherParameter(kind, octets)
