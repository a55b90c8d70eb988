"""Information elements of the network service (TS 48.016 10.3)."""

import ipaddress
from dataclasses import dataclass
from typing import Annotated, Any, Self

from protocol.bits import BITS, Struct
from protocol.declare import Source
from protocol.errors import DecodeError
from protocol.layout import Format


class SduControlBits(Struct):
    """NS SDU control bits (10.3.9): on which NS-VC the peer may send for this mobile, where the subnetwork is IP."""

    spare: Annotated[int, BITS(6)] = 0
    confirm_change_flow: Annotated[bool, BITS(1)]
    request_change_flow: Annotated[bool, BITS(1)]


NO_CHANGE_OF_FLOW = SduControlBits(confirm_change_flow=False, request_change_flow=False)
"""What is sent where the peer may choose as it likes."""


class EndFlag(Struct):
    """End flag (10.3.2a): this is the last of several SNS-CONFIG."""

    spare: Annotated[int, BITS(7)] = 0
    end: Annotated[bool, BITS(1)]


class ResetFlag(Struct):
    """Reset flag (10.3.7a): forget what was configured before."""

    spare: Annotated[int, BITS(7)] = 0
    reset: Annotated[bool, BITS(1)]


@dataclass(frozen=True, slots=True)
class Ip4Element:
    """An endpoint with an IPv4 address: how much of the signalling and of the data it takes."""

    ip_address: ipaddress.IPv4Address
    udp_port: int
    signalling_weight: int
    data_weight: int

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read eight octets."""
        address, port = ipaddress.IPv4Address(octets[:4]), octets[4] << 8 | octets[5]
        return cls(address, port, octets[6], octets[7])

    def to_octets(self) -> bytes:
        """Write eight octets."""
        return self.ip_address.packed + port_and_weights(self)


@dataclass(frozen=True, slots=True)
class Ip6Element:
    """An endpoint with an IPv6 address: how much of the signalling and of the data it takes."""

    ip_address: ipaddress.IPv6Address
    udp_port: int
    signalling_weight: int
    data_weight: int

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read 20 octets."""
        address, port = ipaddress.IPv6Address(octets[:16]), octets[16] << 8 | octets[17]
        return cls(address, port, octets[18], octets[19])

    def to_octets(self) -> bytes:
        """Write 20 octets."""
        return self.ip_address.packed + port_and_weights(self)


def port_and_weights(element: Ip4Element | Ip6Element) -> bytes:
    """What follows the address of an endpoint."""
    try:
        return element.udp_port.to_bytes(2, "big") + bytes((element.signalling_weight, element.data_weight))
    except OverflowError:
        raise ValueError(f"UDP port {element.udp_port} does not fit into two octets") from None


@dataclass(frozen=True, slots=True)
class Ip4Elements:
    """List of IP4 elements (10.3.2c)."""

    elements: tuple[Ip4Element, ...]

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read eight octets for each endpoint."""
        if len(octets) % 8:
            raise DecodeError(f"{len(octets)} octets are no list of IP4 elements")
        return cls(tuple([Ip4Element.from_octets(octets[p : p + 8]) for p in range(0, len(octets), 8)]))

    def to_octets(self) -> bytes:
        """Write it."""
        return b"".join(element.to_octets() for element in self.elements)


@dataclass(frozen=True, slots=True)
class Ip6Elements:
    """List of IP6 elements (10.3.2d)."""

    elements: tuple[Ip6Element, ...]

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read 20 octets for each endpoint."""
        if len(octets) % 20:
            raise DecodeError(f"{len(octets)} octets are no list of IP6 elements")
        return cls(tuple([Ip6Element.from_octets(octets[p : p + 20]) for p in range(0, len(octets), 20)]))

    def to_octets(self) -> bytes:
        """Write it."""
        return b"".join(element.to_octets() for element in self.elements)


@dataclass(frozen=True, slots=True)
class IpAddress:
    """IP address (10.3.2b): type 1 and an IPv4 address, or type 2 and an IPv6 address."""

    address: ipaddress.IPv4Address | ipaddress.IPv6Address

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``10.0.0.3``."""
        return cls(ipaddress.ip_address(text))

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read type and address."""
        if octets[:1] == b"\x01" and len(octets) == 5:
            return cls(ipaddress.IPv4Address(octets[1:]))
        if octets[:1] == b"\x02" and len(octets) == 17:
            return cls(ipaddress.IPv6Address(octets[1:]))
        raise DecodeError(f"{octets.hex()} is no IP address")

    def to_octets(self) -> bytes:
        """Write type and address."""
        packed = self.address.packed
        return (b"\x01" if len(packed) == 4 else b"\x02") + packed

    def __str__(self) -> str:
        return str(self.address)


class AddressTV(Format):
    """Tag and value of an IP address, whose type tells its length: ``AddressTV(tag)``."""

    name = "TV"
    __slots__ = ()

    def __init__(self, tag: int) -> None:
        super().__init__(tag, 5, 17)

    def whole(self, least: int, most: int) -> tuple[int, int]:
        return least + 1, most + 1

    def find(self, d: bytes, p: int) -> tuple[int, int]:
        length = {b"\x01": 5, b"\x02": 17}.get(d[p + 1 : p + 2])
        if length is None:
            raise DecodeError("the type of an IP address is 1 or 2", at=p + 1)
        return p + 1, p + 1 + length

    def emit_take(self, source: Source, kind: Any, target: str, depth: int) -> None:
        take, kind_name = source.bind(self.take, "take"), source.bind(kind, "kind")
        source.add(depth, f"{target}, p = {take}({kind_name}, d, p)")

    def emit_put(self, source: Source, kind: Any, value: str, depth: int) -> None:
        source.add(depth, f"o.append({self.tag})", f"o += {value}.to_octets()")
