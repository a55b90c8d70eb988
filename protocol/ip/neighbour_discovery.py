"""Router discovery of ICMPv6 (RFC 4861): how a mobile gets the prefix of its PDP context (TS 23.060 9.2.1.1)."""

from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Annotated, Any, ClassVar, Self

from protocol.bits import BITS, Struct
from protocol.declare import OpenEnum
from protocol.errors import DecodeError
from protocol.ip.payloads import IcmpMessage
from protocol.layout import HEADER, V

FOR_EVER = 0xFFFFFFFF
"""A lifetime that does not end (RFC 4861 4.6.2)."""


class OptionType(OpenEnum):
    """Type of a neighbour discovery option (RFC 4861 4.6)."""

    SOURCE_LINK_LAYER_ADDRESS = 1
    TARGET_LINK_LAYER_ADDRESS = 2
    PREFIX_INFORMATION = 3
    REDIRECTED_HEADER = 4
    MTU = 5


@dataclass(frozen=True, slots=True)
class PrefixInformation:
    """Prefix information (4.6.2): a prefix, and what it is good for. Lifetimes are seconds."""

    prefix: IPv6Address
    prefix_length: int = 64
    on_link: bool = False
    autonomous: bool = True
    valid_lifetime: int = FOR_EVER
    preferred_lifetime: int = FOR_EVER
    reserved_1: int = 0
    reserved_2: int = 0

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read the 30 octets behind type and length."""
        return cls(
            IPv6Address(octets[14:30]),
            octets[0],
            octets[1] & 0x80 != 0,
            octets[1] & 0x40 != 0,
            int.from_bytes(octets[2:6], "big"),
            int.from_bytes(octets[6:10], "big"),
            octets[1] & 0x3F,
            int.from_bytes(octets[10:14], "big"),
        )

    def to_octets(self) -> bytes:
        """Write type, length and content."""
        if not 0 <= self.reserved_1 < 64:
            raise ValueError(f"reserved bits {self.reserved_1} of prefix information: there are 6")
        flags = self.on_link << 7 | self.autonomous << 6 | self.reserved_1
        octets = bytes((OptionType.PREFIX_INFORMATION, 4, self.prefix_length, flags))
        for number in (self.valid_lifetime, self.preferred_lifetime, self.reserved_2):
            octets += number.to_bytes(4, "big")
        return octets + self.prefix.packed


@dataclass(frozen=True, slots=True)
class Option:
    """Any other option: its content has 8n - 2 octets."""

    type: OptionType
    content: bytes

    def to_octets(self) -> bytes:
        """Write type, length and content."""
        size, odd = divmod(len(self.content) + 2, 8)
        if odd or not 0 < size < 256:
            raise ValueError(f"an option of {len(self.content)} octets: they are 8n - 2")
        return bytes((self.type, size)) + self.content


@dataclass(frozen=True, slots=True)
class Options:
    """The options behind a message. One of length 0, or that does not end within it, discards the message (6.1)."""

    options: tuple[PrefixInformation | Option, ...] = ()

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read them all."""
        options: list[PrefixInformation | Option] = []
        p = 0
        while p < len(octets):
            end = p + 8 * octets[p + 1] if p + 1 < len(octets) else p
            if not p < end <= len(octets):
                raise DecodeError("a neighbour discovery option does not lie within its message", at=p)
            if octets[p] == OptionType.PREFIX_INFORMATION and end == p + 32:
                options.append(PrefixInformation.from_octets(octets[p + 2 : end]))
            else:
                options.append(Option(OptionType(octets[p]), octets[p + 2 : end]))
            p = end
        return cls(tuple(options))

    def to_octets(self) -> bytes:
        """Write them all."""
        return b"".join([option.to_octets() for option in self.options])

    @property
    def prefixes(self) -> tuple[PrefixInformation, ...]:
        """The prefixes among them."""
        return tuple(option for option in self.options if isinstance(option, PrefixInformation))


class RouterFlags(Struct):
    """Flags of a router advertisement (4.2)."""

    managed_address_configuration: Annotated[bool, BITS(1)] = False
    other_configuration: Annotated[bool, BITS(1)] = False
    reserved: Annotated[int, BITS(6)] = 0


class RouterSolicitation(IcmpMessage, code=133, title="Router Solicitation", clause="RFC 4861 4.1"):
    """Host → routers: advertise now."""

    pseudo: ClassVar[bool] = True

    reserved: Annotated[int, HEADER("4")] = 0
    options: Annotated[Options, V(0, 65535)] = Options()

    @classmethod
    def take_header(cls, octets: bytes) -> tuple[tuple[Any, ...], bytes, int]:
        return (*cls.take_start(octets, 8), int.from_bytes(octets[4:8], "big")), octets, 8

    def frame(self, elements: bytes | bytearray) -> bytes:
        return self.put_start(self.reserved.to_bytes(4, "big") + elements)


class RouterAdvertisement(IcmpMessage, code=134, title="Router Advertisement", clause="RFC 4861 4.2"):
    """Router → hosts: I route, and these are the prefixes here. Lifetimes are seconds, the two timers milliseconds."""

    pseudo: ClassVar[bool] = True

    current_hop_limit: Annotated[int, V(1)] = 0
    flags: Annotated[RouterFlags, V(1)] = RouterFlags()
    router_lifetime: Annotated[int, V(2)] = 65535
    reachable_time: Annotated[int, V(4)] = 0
    retransmission_timer: Annotated[int, V(4)] = 0
    options: Annotated[Options, V(0, 65535)] = Options()

    @classmethod
    def take_header(cls, octets: bytes) -> tuple[tuple[Any, ...], bytes, int]:
        return cls.take_start(octets, 4), octets, 4

    def frame(self, elements: bytes | bytearray) -> bytes:
        return self.put_start(elements)
