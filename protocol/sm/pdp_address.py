"""Packet data protocol address (TS 24.008 10.5.6.4). GTP's end user address (TS 29.060 7.7.27) has the same octets."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Self

from protocol.declare import OpenEnum
from protocol.errors import DecodeError


class PdpTypeOrganisation(OpenEnum):
    """Who allocated the PDP type number."""

    ETSI = 0
    IETF = 1
    EMPTY_PDP_TYPE = 15


class PdpTypeNumber(OpenEnum):
    """PDP type number; it means what is said here behind its own organisation alone."""

    X_25 = 0x00
    """ETSI; or coded so behind the empty PDP type. Reserved since R99."""
    PPP = 0x01
    """ETSI."""
    OSP_IHOSS = 0x02
    """ETSI; R98 alone."""
    IPV4 = 0x21
    """IETF. Values not listed count as IPv4."""
    IPV6 = 0x57
    """IETF."""
    IPV4V6 = 0x8D
    """IETF; Rel-8 and later."""


@dataclass(frozen=True, slots=True)
class PdpAddress:
    """Packet data protocol address (10.5.6.4): a type, and an address where it is static; one without is dynamic.

    ``other`` holds octets that are no IP address: those of other types, or what follows the address. The ``spare``
    half octet is 15 in GTP.
    """

    organisation: PdpTypeOrganisation
    number: PdpTypeNumber
    ipv4: IPv4Address | None = None
    ipv6: IPv6Address | None = None
    other: bytes = b""
    spare: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.spare < 16:
            raise ValueError(f"spare half octet {self.spare} of a PDP address")
        number = self.number if self.organisation == PdpTypeOrganisation.IETF else None
        holds_4 = number in (PdpTypeNumber.IPV4, PdpTypeNumber.IPV4V6)
        holds_6 = number in (PdpTypeNumber.IPV6, PdpTypeNumber.IPV4V6)
        if (self.ipv4 is not None and not holds_4) or (self.ipv6 is not None and not holds_6):
            raise ValueError(f"a PDP type {self.kind} has no such address")
        if self.other and ((holds_4 and self.ipv4 is None) or (holds_6 and self.ipv6 is None)):
            raise ValueError(f"octets {self.other.hex()} stand in the place of the {self.kind} address")

    @classmethod
    def static(cls, address: IPv4Address | IPv6Address) -> Self:
        """The address of a context that has one."""
        if isinstance(address, IPv4Address):
            return cls(PdpTypeOrganisation.IETF, PdpTypeNumber.IPV4, ipv4=address)
        return cls(PdpTypeOrganisation.IETF, PdpTypeNumber.IPV6, ipv6=address)

    @classmethod
    def dynamic(cls, number: PdpTypeNumber = PdpTypeNumber.IPV4) -> Self:
        """An IP type without an address: the network is to give one."""
        return cls(PdpTypeOrganisation.IETF, number)

    @property
    def kind(self) -> str:
        """``IPv4``, ``IPv6``, ``IPv4v6``, ``PPP``, ``X.25``, ``OSP:IHOSS``, ``empty``, or organisation and number."""
        return _KINDS.get((self.organisation, self.number), f"{int(self.organisation)}/{int(self.number):#04x}")

    @property
    def is_dynamic(self) -> bool:
        """True where no address stands in it."""
        return self.ipv4 is None and self.ipv6 is None and not self.other

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read octets 3 and on; an IP address that is cut short is syntactically incorrect."""
        if len(octets) < 2:
            raise DecodeError("a PDP address has a type of two octets")
        spare, organisation = octets[0] >> 4, _ORGANISATIONS[octets[0] & 15]
        number = PdpTypeNumber(octets[1])
        size = len(octets) - 2
        if organisation is not PdpTypeOrganisation.IETF or not size:
            return cls(organisation, number, other=octets[2:], spare=spare)
        if number is PdpTypeNumber.IPV4:
            if size < 4:
                raise DecodeError(f"an IPv4 address of {size} octets", at=2)
            return cls(organisation, number, IPv4Address(octets[2:6]), other=octets[6:], spare=spare)
        if number is PdpTypeNumber.IPV6:
            if size < 16:
                raise DecodeError(f"an IPv6 address of {size} octets", at=2)
            return cls(organisation, number, ipv6=IPv6Address(octets[2:18]), other=octets[18:], spare=spare)
        if number is PdpTypeNumber.IPV4V6:
            if size == 4:
                return cls(organisation, number, IPv4Address(octets[2:6]), spare=spare)
            if size == 16:
                return cls(organisation, number, ipv6=IPv6Address(octets[2:18]), spare=spare)
            if size < 20:
                raise DecodeError(f"IPv4 and IPv6 addresses of {size} octets", at=2)
            return cls(organisation, number, IPv4Address(octets[2:6]), IPv6Address(octets[6:22]), octets[22:], spare)
        return cls(organisation, number, other=octets[2:], spare=spare)

    def to_octets(self) -> bytes:
        """Write octets 3 and on."""
        octets = bytes((self.spare << 4 | self.organisation, self.number))
        if self.ipv4 is not None:
            octets += self.ipv4.packed
        if self.ipv6 is not None:
            octets += self.ipv6.packed
        return octets + self.other

    def __str__(self) -> str:
        told = [str(address) for address in (self.ipv4, self.ipv6) if address is not None]
        told += [self.other.hex()] * (self.other != b"")
        return " ".join([self.kind, *told]) if told or self.kind in ("PPP", "empty") else f"{self.kind} dynamic"


_ORGANISATIONS = tuple(PdpTypeOrganisation(value) for value in range(16))

_KINDS = {
    (PdpTypeOrganisation.ETSI, PdpTypeNumber.X_25): "X.25",
    (PdpTypeOrganisation.ETSI, PdpTypeNumber.PPP): "PPP",
    (PdpTypeOrganisation.ETSI, PdpTypeNumber.OSP_IHOSS): "OSP:IHOSS",
    (PdpTypeOrganisation.IETF, PdpTypeNumber.IPV4): "IPv4",
    (PdpTypeOrganisation.IETF, PdpTypeNumber.IPV6): "IPv6",
    (PdpTypeOrganisation.IETF, PdpTypeNumber.IPV4V6): "IPv4v6",
    (PdpTypeOrganisation.EMPTY_PDP_TYPE, PdpTypeNumber.X_25): "empty",
}
