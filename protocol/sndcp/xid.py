"""SNDCP XID blocks (TS 44.065 6.8 and 8): what travels as layer-3 parameters in LLC XID."""

from dataclasses import dataclass
from typing import Annotated, Any, Final, Self, TypeVar

from protocol.bits import BITS, Struct
from protocol.errors import DecodeError
from protocol.sndcp.compression import (
    DATA_ALGORITHMS,
    PROTOCOL_ALGORITHMS,
    Known,
    ProposedData,
    ProposedProtocol,
    put_entity,
    take_entities,
)


class SndcpVersion(Struct):
    """Version number, type 0; this is version 0, which is also the default (table 8)."""

    spare: Annotated[int, BITS(4)] = 0
    version: Annotated[int, BITS(4)]


@dataclass(frozen=True, slots=True)
class DataCompression:
    """Data compression, type 1 (6.6.1); by default there is none."""

    entities: tuple[ProposedData | Known, ...] = ()

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read the entities."""
        entities: Any = take_entities(DATA_ALGORITHMS, ProposedData, octets)
        return cls(entities)

    def to_octets(self) -> bytes:
        """The entities' octets."""
        return b"".join(put_entity(entity, DATA_ALGORITHMS) for entity in self.entities)


@dataclass(frozen=True, slots=True)
class ProtocolCompression:
    """Protocol control information compression, type 2 (6.5.1); by default there is none."""

    entities: tuple[ProposedProtocol | Known, ...] = ()

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read the entities."""
        entities: Any = take_entities(PROTOCOL_ALGORITHMS, ProposedProtocol, octets)
        return cls(entities)

    def to_octets(self) -> bytes:
        """The entities' octets."""
        return b"".join(put_entity(entity, PROTOCOL_ALGORITHMS) for entity in self.entities)


@dataclass(frozen=True, slots=True)
class OtherSndcpParameter:
    """A parameter of a type that table 8 does not list, or with fewer octets than it has there."""

    type: int
    octets: bytes

    def to_octets(self) -> bytes:
        """The parameter's octets."""
        return self.octets


SndcpParameter = SndcpVersion | DataCompression | ProtocolCompression | OtherSndcpParameter

TYPES: Final = (SndcpVersion, DataCompression, ProtocolCompression)
"""The parameter types in the order of their numbers, from 0 on (table 8)."""

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class SndcpXid:
    """An XID block: parameters with type and length, in the order in which they stand."""

    parameters: tuple[SndcpParameter, ...] = ()

    def find(self, kind: type[P]) -> P | None:
        """The first parameter of a type, if there is one."""
        for parameter in self.parameters:
            if isinstance(parameter, kind):
                return parameter
        return None

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read parameter after parameter; DecodeError where one does not fit in."""
        parameters: list[SndcpParameter] = []
        p = 0
        while p < len(octets):
            if p + 2 > len(octets) or p + 2 + octets[p + 1] > len(octets):
                raise DecodeError(f"SNDCP XID parameter {octets[p]} is cut off", at=p)
            end = p + 2 + octets[p + 1]
            parameters.append(take_parameter(octets[p], octets[p + 2 : end]))
            p = end
        return cls(tuple(parameters))

    def to_octets(self) -> bytes:
        """All parameters with type and length."""
        whole = bytearray()
        for parameter in self.parameters:
            kind = parameter.type if isinstance(parameter, OtherSndcpParameter) else TYPES.index(type(parameter))
            octets = parameter.to_octets()
            if not 0 <= kind < 256 or len(octets) > 255:
                raise ValueError(f"SNDCP XID parameter {kind} of {len(octets)} octets: each fits into an octet")
            whole += bytes((kind, len(octets))) + octets
        return bytes(whole)


def take_parameter(kind: int, octets: bytes) -> SndcpParameter:
    """The parameter of that type."""
    if kind < len(TYPES):
        try:
            return TYPES[kind].from_octets(octets)
        except DecodeError:  # it is not as the specification has it
            pass
    return OtherSndcpParameter(kind, octets)
