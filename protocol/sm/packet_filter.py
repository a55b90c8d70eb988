"""Packet filters of a traffic flow template (TS 24.008 10.5.6.12), and their components."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Any, ClassVar, Self

from protocol.declare import OpenEnum
from protocol.sm.ppp import number


class PacketFilterDirection(OpenEnum):
    """Direction in which a packet filter counts (Rel-7); before that two of the spare bits, 0."""

    PRE_REL_7 = 0
    DOWNLINK_ONLY = 1
    UPLINK_ONLY = 2
    BIDIRECTIONAL = 3


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


_DIRECTIONS = tuple(PacketFilterDirection(value) for value in range(4))
