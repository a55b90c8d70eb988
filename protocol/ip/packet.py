"""IPv4 (RFC 791) and IPv6 (RFC 8200) packets: the N-PDUs of PDP contexts."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import Annotated, Any

from protocol import layout
from protocol.declare import OpenEnum
from protocol.errors import DecodeError
from protocol.ip.checksum import checksum
from protocol.layout import HEADER, Message, Rules, V


class IpProtocol(OpenEnum):
    """Protocol of the payload, as the IANA assigns the numbers."""

    HOP_BY_HOP_OPTIONS = 0
    ICMP = 1
    IGMP = 2
    IPV4 = 4
    TCP = 6
    UDP = 17
    IPV6 = 41
    ROUTING = 43
    FRAGMENT = 44
    GRE = 47
    ESP = 50
    AH = 51
    ICMPV6 = 58
    NO_NEXT_HEADER = 59
    DESTINATION_OPTIONS = 60
    SCTP = 132
    UDP_LITE = 136


PROTOCOLS = tuple(IpProtocol(value) for value in range(256))

address_4 = lru_cache(maxsize=4096)(IPv4Address)
address_6 = lru_cache(maxsize=4096)(IPv6Address)


def nothing_behind(d: bytes, p: int) -> int:
    """The payload runs to the end."""
    raise DecodeError("octets after the end", at=p)


class IpMessage(Message):
    """An IP packet; its code is the version."""

    protocol = "ip"
    rules = Rules(unknown_message=None, missing_mandatory=None, invalid_mandatory=None, unknown=nothing_behind)


class Ipv4(IpMessage, code=4, title="IPv4", clause="RFC 791 3.1"):
    """Host → host: a packet. Lengths and checksum are computed where None, and told where a sender got them wrong.

    ``fragment_offset`` counts in 8 octets; ``trailing`` is what stands behind the total length.
    """

    type_of_service: Annotated[int, HEADER("1")] = 0
    total_length: Annotated[int | None, HEADER("2")] = None
    identification: Annotated[int, HEADER("2")] = 0
    spare: Annotated[int, HEADER("1 bit")] = 0
    dont_fragment: Annotated[bool, HEADER("1 bit")] = False
    more_fragments: Annotated[bool, HEADER("1 bit")] = False
    fragment_offset: Annotated[int, HEADER("13 bits")] = 0
    time_to_live: Annotated[int, HEADER("1")] = 64
    protocol_number: Annotated[IpProtocol, HEADER("1")]
    checksum: Annotated[int | None, HEADER("2")] = None
    source: Annotated[IPv4Address, HEADER("4")]
    destination: Annotated[IPv4Address, HEADER("4")]
    options: Annotated[bytes, HEADER("0-40")] = b""
    payload: Annotated[bytes, V(0, 65535)]
    trailing: Annotated[bytes, HEADER("0-65535")] = b""

    @classmethod
    def take_header(cls, octets: bytes) -> tuple[tuple[Any, ...], bytes, int]:
        if len(octets) < 20 or octets[0] >> 4 != 4:
            raise DecodeError("no IPv4 header")
        start = (octets[0] & 15) * 4
        total = octets[2] << 8 | octets[3]
        if not 20 <= start <= len(octets):
            raise DecodeError(f"a header of {start} octets is not one of 20 to {len(octets)}")
        if total < start:
            raise DecodeError(f"a total length of {total} is less than that of the header", at=2)
        flags = octets[6]
        header = octets[:start]
        heading = (
            octets[1],
            total if total > len(octets) else None,
            octets[4] << 8 | octets[5],
            flags >> 7,
            flags & 0x40 != 0,
            flags & 0x20 != 0,
            (flags & 0x1F) << 8 | octets[7],
            octets[8],
            PROTOCOLS[octets[9]],
            octets[10] << 8 | octets[11] if given(header, 10) else None,
            address_4(octets[12:16]),
            address_4(octets[16:20]),
            octets[20:start],
            octets[total:],
        )
        return heading, octets[:total], start

    def frame(self, elements: bytes | bytearray) -> bytes:
        start = 20 + len(self.options)
        if start % 4 or start > 60:
            raise ValueError(f"{len(self.options)} octets of IPv4 options: they are words of 4 octets, at most ten")
        if self.spare >> 1 or self.fragment_offset >> 13:
            raise ValueError(f"spare {self.spare}, fragment offset {self.fragment_offset}: there are one bit and 13")
        total = start + len(elements) if self.total_length is None else self.total_length
        flags = self.spare << 15 | self.dont_fragment << 14 | self.more_fragments << 13 | self.fragment_offset
        header = bytearray((0x40 | start >> 2, self.type_of_service))
        for number in (total, self.identification, flags):
            header += number.to_bytes(2, "big")
        header += bytes((self.time_to_live, self.protocol_number, 0, 0))
        header += self.source.packed + self.destination.packed + self.options
        put_checksum(header, 10, self.checksum)
        return bytes(header) + elements + self.trailing


class Ipv6(IpMessage, code=6, title="IPv6", clause="RFC 8200 3"):
    """Host → host: a packet; extension headers, of which ``next_header`` tells the first, are in the payload.

    The payload length is computed where None, and told where a sender got it wrong; ``trailing`` stands behind it.
    """

    traffic_class: Annotated[int, HEADER("1")] = 0
    flow_label: Annotated[int, HEADER("20 bits")] = 0
    payload_length: Annotated[int | None, HEADER("2")] = None
    next_header: Annotated[IpProtocol, HEADER("1")]
    hop_limit: Annotated[int, HEADER("1")] = 64
    source: Annotated[IPv6Address, HEADER("16")]
    destination: Annotated[IPv6Address, HEADER("16")]
    payload: Annotated[bytes, V(0, 65535)]
    trailing: Annotated[bytes, HEADER("0-65535")] = b""

    @classmethod
    def take_header(cls, octets: bytes) -> tuple[tuple[Any, ...], bytes, int]:
        if len(octets) < 40 or octets[0] >> 4 != 6:
            raise DecodeError("no IPv6 header")
        first = int.from_bytes(octets[:4], "big")
        length = octets[4] << 8 | octets[5]
        end = 40 + length
        heading = (
            first >> 20 & 0xFF,
            first & 0xFFFFF,
            length if end > len(octets) else None,
            PROTOCOLS[octets[6]],
            octets[7],
            address_6(octets[8:24]),
            address_6(octets[24:40]),
            octets[end:],
        )
        return heading, octets[:end], 40

    def frame(self, elements: bytes | bytearray) -> bytes:
        if self.flow_label >> 20 or self.traffic_class >> 8:
            raise ValueError(
                f"traffic class {self.traffic_class}, flow label {self.flow_label}: there are 8 bits and 20"
            )
        length = len(elements) if self.payload_length is None else self.payload_length
        first = 6 << 28 | self.traffic_class << 20 | self.flow_label
        header = first.to_bytes(4, "big") + length.to_bytes(2, "big") + bytes((self.next_header, self.hop_limit))
        return header + self.source.packed + self.destination.packed + elements + self.trailing


def given(octets: bytes, at: int) -> bool:
    """True where the checksum at ``at`` is not the one that we would compute over the octets."""
    return checksum(octets[:at] + b"\0\0" + octets[at + 2 :]) != octets[at] << 8 | octets[at + 1]


def put_checksum(octets: bytearray, at: int, told: int | None) -> None:
    """Write the checksum over octets that have zeros there, or the one that is told."""
    octets[at : at + 2] = (checksum(bytes(octets)) if told is None else told).to_bytes(2, "big")


def decode(octets: bytes, *, up: bool = True) -> IpMessage:
    """Read a packet of either version."""
    if not octets:
        raise DecodeError("no octets are no packet")
    message: IpMessage = layout.decode(IpMessage, octets, octets[0] >> 4, up=up)
    return message
