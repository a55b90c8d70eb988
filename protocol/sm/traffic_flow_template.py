"""Traffic flow template (TS 24.008 10.5.6.12): which packets belong to a secondary PDP context."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Any, ClassVar, Self

from protocol.causes import SmCause
from protocol.declare import OpenEnum
from protocol.errors import DecodeError
from protocol.sm.ppp import number


class TftOperation(OpenEnum):
    """TFT operation code; 0 is spare (since Rel-8: ignore this element), 7 is reserved."""

    SPARE = 0
    CREATE_NEW_TFT = 1
    DELETE_EXISTING_TFT = 2
    ADD_PACKET_FILTERS_TO_EXISTING_TFT = 3
    REPLACE_PACKET_FILTERS_IN_EXISTING_TFT = 4
    DELETE_PACKET_FILTERS_FROM_EXISTING_TFT = 5
    NO_TFT_OPERATION = 6


class PacketFilterDirection(OpenEnum):
    """Direction in which a packet filter counts (Rel-7); before that two of the spare bits, 0."""

    PRE_REL_7 = 0
    DOWNLINK_ONLY = 1
    UPLINK_ONLY = 2
    BIDIRECTIONAL = 3


class TftParameterIdentifier(OpenEnum):
    """Identifier of a parameter (Rel-5)."""

    AUTHORIZATION_TOKEN = 1
    FLOW_IDENTIFIER = 2
    PACKET_FILTER_IDENTIFIER = 3


# --- components of a packet filter -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ipv4SourceAddress:
    """IPv4 source (since Rel-7: remote) address and mask."""

    code: ClassVar[int] = 0x10
    size: ClassVar[int] = 8

    address: IPv4Address
    mask: IPv4Address

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read address and mask."""
        return cls(IPv4Address(octets[:4]), IPv4Address(octets[4:]))

    def to_octets(self) -> bytes:
        """Write address and mask."""
        return self.address.packed + self.mask.packed


@dataclass(frozen=True, slots=True)
class Ipv4LocalAddress(Ipv4SourceAddress):
    """IPv4 address of the mobile, and mask (Rel-10)."""

    code: ClassVar[int] = 0x11


@dataclass(frozen=True, slots=True)
class Ipv6SourceAddress:
    """IPv6 source (since Rel-7: remote) address and mask."""

    code: ClassVar[int] = 0x20
    size: ClassVar[int] = 32

    address: IPv6Address
    mask: IPv6Address

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read address and mask."""
        return cls(IPv6Address(octets[:16]), IPv6Address(octets[16:]))

    def to_octets(self) -> bytes:
        """Write address and mask."""
        return self.address.packed + self.mask.packed


@dataclass(frozen=True, slots=True)
class Ipv6RemotePrefix:
    """IPv6 remote address and length of its prefix (Rel-10)."""

    code: ClassVar[int] = 0x21
    size: ClassVar[int] = 17

    address: IPv6Address
    prefix_length: int

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read address and length."""
        return cls(IPv6Address(octets[:16]), octets[16])

    def to_octets(self) -> bytes:
        """Write address and length."""
        return self.address.packed + number(self.prefix_length, 1)


@dataclass(frozen=True, slots=True)
class Ipv6LocalPrefix(Ipv6RemotePrefix):
    """IPv6 address of the mobile, and length of its prefix (Rel-10)."""

    code: ClassVar[int] = 0x23


@dataclass(frozen=True, slots=True)
class ProtocolIdentifier:
    """Protocol of IPv4, or next header of IPv6."""

    code: ClassVar[int] = 0x30
    size: ClassVar[int] = 1

    protocol: int

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read the number."""
        return cls(octets[0])

    def to_octets(self) -> bytes:
        """Write the number."""
        return bytes((self.protocol,))


@dataclass(frozen=True, slots=True)
class SingleDestinationPort:
    """Destination (since Rel-7: local) port."""

    code: ClassVar[int] = 0x40
    size: ClassVar[int] = 2

    port: int

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read the port."""
        return cls(octets[0] << 8 | octets[1])

    def to_octets(self) -> bytes:
        """Write the port."""
        return number(self.port, 2)


@dataclass(frozen=True, slots=True)
class DestinationPortRange:
    """Destination (since Rel-7: local) ports from ``low`` to ``high``."""

    code: ClassVar[int] = 0x41
    size: ClassVar[int] = 4

    low: int
    high: int

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read the limits."""
        return cls(octets[0] << 8 | octets[1], octets[2] << 8 | octets[3])

    def to_octets(self) -> bytes:
        """Write the limits."""
        return number(self.low, 2) + number(self.high, 2)


@dataclass(frozen=True, slots=True)
class SingleSourcePort(SingleDestinationPort):
    """Source (since Rel-7: remote) port."""

    code: ClassVar[int] = 0x50


@dataclass(frozen=True, slots=True)
class SourcePortRange(DestinationPortRange):
    """Source (since Rel-7: remote) ports from ``low`` to ``high``."""

    code: ClassVar[int] = 0x51


@dataclass(frozen=True, slots=True)
class SecurityParameterIndex:
    """IPSec security parameter index."""

    code: ClassVar[int] = 0x60
    size: ClassVar[int] = 4

    index: int

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read the index."""
        return cls(int.from_bytes(octets, "big"))

    def to_octets(self) -> bytes:
        """Write the index."""
        return number(self.index, 4)


@dataclass(frozen=True, slots=True)
class TypeOfService:
    """Type of service of IPv4 or traffic class of IPv6, and mask."""

    code: ClassVar[int] = 0x70
    size: ClassVar[int] = 2

    value: int
    mask: int

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read value and mask."""
        return cls(octets[0], octets[1])

    def to_octets(self) -> bytes:
        """Write value and mask."""
        return bytes((self.value, self.mask))


@dataclass(frozen=True, slots=True)
class FlowLabel:
    """Flow label of IPv6, behind four spare bits."""

    code: ClassVar[int] = 0x80
    size: ClassVar[int] = 3

    label: int
    spare: int = 0

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read the label of 20 bits."""
        return cls(int.from_bytes(octets, "big") & 0xFFFFF, octets[0] >> 4)

    def to_octets(self) -> bytes:
        """Write the label."""
        if not 0 <= self.label < 1 << 20 or not 0 <= self.spare < 16:
            raise ValueError(f"flow label {self.label} does not fit into 20 bits, or spare {self.spare} into 4")
        return (self.spare << 20 | self.label).to_bytes(3, "big")


Component = (
    Ipv4SourceAddress
    | Ipv4LocalAddress
    | Ipv6SourceAddress
    | Ipv6RemotePrefix
    | Ipv6LocalPrefix
    | ProtocolIdentifier
    | SingleDestinationPort
    | DestinationPortRange
    | SingleSourcePort
    | SourcePortRange
    | SecurityParameterIndex
    | TypeOfService
    | FlowLabel
)
"""A component of a packet filter."""

COMPONENTS: dict[int, Any] = {kind.code: kind for kind in Component.__args__}

# --- filters and the template ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PacketFilter:
    """A packet filter: packets that all its components match. Filters are tried by ascending precedence.

    ``rest`` holds the octets from the first component on that has a reserved type or is cut short.
    """

    identifier: int
    evaluation_precedence: int
    components: tuple[Component, ...] = ()
    direction: PacketFilterDirection = PacketFilterDirection.PRE_REL_7
    spare: int = 0
    rest: bytes = b""

    @classmethod
    def of(cls, first: int, precedence: int, contents: bytes) -> Self:
        """The filter of its first two octets and its contents."""
        components = []
        p, size = 0, len(contents)
        while p < size:
            kind = COMPONENTS.get(contents[p])
            if kind is None or p + 1 + kind.size > size:
                break
            components.append(kind.from_octets(contents[p + 1 : p + 1 + kind.size]))
            p += 1 + kind.size
        return cls(first & 15, precedence, tuple(components), _DIRECTIONS[first >> 4 & 3], first >> 6, contents[p:])

    def to_octets(self) -> bytes:
        """Write the filter."""
        first = identified(self.identifier, self.spare << 2 | self.direction, self.spare < 4 and self.direction < 4)
        contents = b"".join([bytes((item.code,)) + item.to_octets() for item in self.components]) + self.rest
        if len(contents) > 255 or not 0 <= self.evaluation_precedence < 256:
            raise ValueError(f"packet filter of precedence {self.evaluation_precedence} and {len(contents)} octets")
        return bytes((first, self.evaluation_precedence, len(contents))) + contents


@dataclass(frozen=True, slots=True)
class FilterIdentifier:
    """Identifier of a packet filter that is to be deleted."""

    identifier: int
    spare: int = 0

    def to_octets(self) -> bytes:
        """Write an octet."""
        return bytes((identified(self.identifier, self.spare, self.spare < 16),))


def identified(identifier: int, upper: int, fits: bool) -> int:
    """An octet of an identifier, and what stands above it."""
    if not 0 <= identifier < 16 or upper < 0 or not fits:
        raise ValueError(f"packet filter identifier {identifier} with upper bits {upper} does not fit into an octet")
    return upper << 4 | identifier


@dataclass(frozen=True, slots=True)
class TftParameter:
    """A parameter (Rel-5); its content is opaque here."""

    identifier: TftParameterIdentifier
    content: bytes = b""

    def to_octets(self) -> bytes:
        """Write identifier, length and content."""
        if len(self.content) > 255:
            raise ValueError(f"a TFT parameter of {len(self.content)} octets does not fit")
        return bytes((self.identifier, len(self.content))) + self.content


@dataclass(frozen=True, slots=True)
class TrafficFlowTemplate:
    """Traffic flow template (10.5.6.12): an operation, the filters it is about, and parameters where the E bit says so.

    To delete filters it names them in ``identifiers``. A template that breaks the rules of the specification is read
    all the same, since the receiver answers such with causes of their own (:meth:`fault`): ``number_of_packet_filters``
    is given where it is not that of the filters, and ``rest`` holds octets that are none.
    """

    operation: TftOperation
    filters: tuple[PacketFilter, ...] = ()
    identifiers: tuple[FilterIdentifier, ...] = ()
    parameters: tuple[TftParameter, ...] | None = None
    number_of_packet_filters: int | None = None
    rest: bytes = b""

    def __post_init__(self) -> None:
        deletes = self.operation == TftOperation.DELETE_PACKET_FILTERS_FROM_EXISTING_TFT
        if self.filters if deletes else self.identifiers:
            raise ValueError("filters are named by identifiers where they are deleted, and nowhere else")

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read octets 3 and on."""
        if not octets:
            raise DecodeError("a traffic flow template has at least one octet")
        operation, count = _OPERATIONS[octets[0] >> 5], octets[0] & 15
        filters: list[PacketFilter] = []
        identifiers: list[FilterIdentifier] = []
        size = len(octets)
        p = 1
        if operation is TftOperation.DELETE_PACKET_FILTERS_FROM_EXISTING_TFT:
            identifiers = [FilterIdentifier(octet & 15, octet >> 4) for octet in octets[1 : 1 + count]]
            p += len(identifiers)
        else:
            while len(filters) < count and p + 3 <= size and p + 3 + octets[p + 2] <= size:
                end = p + 3 + octets[p + 2]
                filters.append(PacketFilter.of(octets[p], octets[p + 1], octets[p + 3 : end]))
                p = end
        whole = len(filters) + len(identifiers) == count
        parameters: list[TftParameter] | None = [] if octets[0] & 16 else None
        while whole and parameters is not None and p + 2 <= size and p + 2 + octets[p + 1] <= size:
            end = p + 2 + octets[p + 1]
            parameters.append(TftParameter(_PARAMETERS[octets[p]], octets[p + 2 : end]))
            p = end
        return cls(
            operation,
            tuple(filters),
            tuple(identifiers),
            None if parameters is None else tuple(parameters),
            None if whole else count,
            octets[p:],
        )

    def to_octets(self) -> bytes:
        """Write octets 3 and on."""
        items: list[PacketFilter | FilterIdentifier | TftParameter] = [*self.filters, *self.identifiers]
        count = len(items) if self.number_of_packet_filters is None else self.number_of_packet_filters
        if not 0 <= count < 16 or not 0 <= self.operation < 8:
            raise ValueError(f"traffic flow template of operation {self.operation:d} and {count} packet filters")
        first = self.operation << 5 | (self.parameters is not None) << 4 | count
        items += self.parameters or ()
        return bytes((first,)) + b"".join([item.to_octets() for item in items]) + self.rest

    def fault(self) -> SmCause | None:
        """What is answered to its syntax, whatever the context (6.1.3.2.3 and 6.1.3.3.3); None where it is right."""
        wants_filters = TftOperation.SPARE < self.operation < TftOperation.NO_TFT_OPERATION
        wants_filters = wants_filters and self.operation != TftOperation.DELETE_EXISTING_TFT
        if self.operation.is_reserved or self.number_of_packet_filters is not None or self.rest:
            return SmCause.SYNTACTICAL_ERROR_IN_THE_TFT_OPERATION
        if bool(self.filters or self.identifiers) is not wants_filters:
            return SmCause.SYNTACTICAL_ERROR_IN_THE_TFT_OPERATION
        names = [item.identifier for item in self.filters] + [item.identifier for item in self.identifiers]
        precedences = [item.evaluation_precedence for item in self.filters]
        if len(set(names)) < len(names) or len(set(precedences)) < len(precedences):
            return SmCause.SYNTACTICAL_ERRORS_IN_PACKET_FILTERS
        if any(item.rest or not item.components for item in self.filters):
            return SmCause.SYNTACTICAL_ERRORS_IN_PACKET_FILTERS
        return None


_OPERATIONS = tuple(TftOperation(value) for value in range(8))
_DIRECTIONS = tuple(PacketFilterDirection(value) for value in range(4))
_PARAMETERS = tuple(TftParameterIdentifier(value) for value in range(256))
