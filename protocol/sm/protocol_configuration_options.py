"""Protocol configuration options (TS 24.008 10.5.6.3): what mobile and gateway settle about packet data."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Any, Self

from protocol.declare import OpenEnum
from protocol.errors import DecodeError
from protocol.sm.ppp import Chap, Ipcp, Lcp, Pap, number


class ConfigurationProtocol(OpenEnum):
    """Configuration protocol; values not listed count as PPP."""

    PPP_FOR_USE_WITH_IP_PDP_TYPE = 0


class ProtocolOrContainer(OpenEnum):
    """Protocol or container identifier; from the mobile most containers are empty and ask for what they name.

    R99 has the protocols alone, named by their PPP numbers; the containers came with Rel-5 and later.
    """

    P_CSCF_IPV6_ADDRESS = 0x0001
    IM_CN_SUBSYSTEM_SIGNALLING_FLAG = 0x0002
    DNS_SERVER_IPV6_ADDRESS = 0x0003
    POLICY_CONTROL_REJECTION_CODE = 0x0004
    BEARER_CONTROL_MODE = 0x0005
    DSMIPV6_HOME_AGENT_ADDRESS = 0x0007
    DSMIPV6_HOME_NETWORK_PREFIX = 0x0008
    DSMIPV6_IPV4_HOME_AGENT_ADDRESS = 0x0009
    IP_ADDRESS_ALLOCATION_VIA_NAS_SIGNALLING = 0x000A
    IPV4_ADDRESS_ALLOCATION_VIA_DHCPV4 = 0x000B
    P_CSCF_IPV4_ADDRESS = 0x000C
    DNS_SERVER_IPV4_ADDRESS = 0x000D
    MSISDN = 0x000E
    IFOM_SUPPORT = 0x000F
    IPV4_LINK_MTU = 0x0010
    SUPPORT_OF_LOCAL_ADDRESS_IN_TFT = 0x0011
    P_CSCF_RE_SELECTION_SUPPORT = 0x0012
    NBIFOM_REQUEST = 0x0013
    NBIFOM_MODE = 0x0014
    NON_IP_LINK_MTU = 0x0015
    APN_RATE_CONTROL = 0x0016
    PS_DATA_OFF = 0x0017
    RELIABLE_DATA_SERVICE = 0x0018
    IPCP = 0x8021
    LCP = 0xC021
    PAP = 0xC023
    CHAP = 0xC223


PACKETS: dict[int, type[Any]] = {0x8021: Ipcp, 0xC021: Lcp, 0xC023: Pap, 0xC223: Chap}
"""How the content of a protocol's unit is read."""

IPV4 = frozenset({0x0009, 0x000C, 0x000D})
IPV6 = frozenset({0x0001, 0x0003, 0x0007})
"""Containers whose content, where there is one, is an address."""


@dataclass(frozen=True, slots=True)
class Address:
    """The address in a container."""

    address: IPv4Address | IPv6Address

    def to_octets(self) -> bytes:
        """Write it."""
        return self.address.packed

    def __str__(self) -> str:
        return str(self.address)


@dataclass(frozen=True, slots=True)
class Mtu:
    """The link MTU in a container, in octets."""

    octets: int

    def to_octets(self) -> bytes:
        """Write it."""
        return number(self.octets, 2)

    def __str__(self) -> str:
        return f"{self.octets} octets"


Content = Ipcp | Lcp | Pap | Chap | Address | Mtu | bytes


@dataclass(frozen=True, slots=True)
class Unit:
    """Identifier, and content: read as its protocol or container says where it can be, else octets."""

    identifier: ProtocolOrContainer
    content: Content = b""

    @classmethod
    def of(cls, identifier: int, octets: bytes) -> Self:
        """The unit of an identifier and the octets of its content."""
        kind = ProtocolOrContainer(identifier)
        size = len(octets)
        packet = PACKETS.get(identifier)
        if packet is not None:
            try:
                return cls(kind, packet.from_octets(octets))
            except DecodeError:
                return cls(kind, octets)
        if size == 4 and identifier in IPV4:
            return cls(kind, Address(IPv4Address(octets)))
        if size == 16 and identifier in IPV6:
            return cls(kind, Address(IPv6Address(octets)))
        if size == 2 and identifier in (0x0010, 0x0015):
            return cls(kind, Mtu(octets[0] << 8 | octets[1]))
        return cls(kind, octets)

    def to_octets(self) -> bytes:
        """Write identifier, length and content."""
        content = self.content if isinstance(self.content, bytes) else self.content.to_octets()
        fits = isinstance(self.content, bytes | PACKETS.get(self.identifier, Address | Mtu))
        if not fits:
            raise ValueError(f"{type(self.content).__name__} is no content of {self.identifier.name}")
        if len(content) > 255:
            raise ValueError(f"a configuration unit of {len(content)} octets does not fit")
        return number(self.identifier, 2) + bytes((len(content),)) + content

    def __str__(self) -> str:
        if isinstance(self.content, bytes):
            return f"{self.identifier.words} {self.content.hex()}".rstrip()
        return str(self.content) if self.identifier in PACKETS else f"{self.identifier.words} {self.content}"


@dataclass(frozen=True, slots=True)
class ProtocolConfigurationOptions:
    """Protocol configuration options (10.5.6.3): units of a protocol's packet or a container each, in their order.

    ``rest`` holds octets behind the last whole unit. The ``extension`` bit is 1, and the four ``spare`` bits are 0.
    """

    units: tuple[Unit, ...] = ()
    configuration_protocol: ConfigurationProtocol = ConfigurationProtocol.PPP_FOR_USE_WITH_IP_PDP_TYPE
    extension: bool = True
    spare: int = 0
    rest: bytes = b""

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read octets 3 and on."""
        if not octets:
            raise DecodeError("protocol configuration options have at least one octet")
        first = octets[0]
        units = []
        p, size = 1, len(octets)
        while p + 3 <= size:
            end = p + 3 + octets[p + 2]
            if end > size:
                break
            units.append(Unit.of(octets[p] << 8 | octets[p + 1], octets[p + 3 : end]))
            p = end
        return cls(tuple(units), _PROTOCOLS[first & 7], first > 127, first >> 3 & 15, octets[p:])

    def to_octets(self) -> bytes:
        """Write octets 3 and on."""
        if not 0 <= self.spare < 16 or not 0 <= self.configuration_protocol < 8:
            raise ValueError(f"protocol {self.configuration_protocol:d} or spare {self.spare} of configuration options")
        first = self.extension << 7 | self.spare << 3 | self.configuration_protocol
        return bytes((first,)) + b"".join([unit.to_octets() for unit in self.units]) + self.rest

    def contents(self, identifier: ProtocolOrContainer) -> Iterator[Content]:
        """The contents of all units of that identifier."""
        return (unit.content for unit in self.units if unit.identifier is identifier)

    def __str__(self) -> str:
        return "; ".join(map(str, self.units))


_PROTOCOLS = tuple(ConfigurationProtocol(value) for value in range(8))
