"""What every IP host of the laboratory does with packets: it answers echo requests, and echoes datagrams to port 7.

Those to port 9 are taken and discarded. There are no fragments and no options here.
"""

from ipaddress import IPv4Address, IPv6Address

from protocol import ip
from protocol.errors import DecodeError
from protocol.ip import (
    EchoReply,
    EchoReplyV6,
    EchoRequest,
    EchoRequestV6,
    IcmpMessage,
    IpProtocol,
    Ipv4,
    Ipv6,
    Udp,
    decode_icmp,
    decode_udp,
)

ECHO, DISCARD = 7, 9
"""The ports of RFC 862 and RFC 863."""

HOPS = 64

Address = IPv4Address | IPv6Address
Packet = Ipv4 | Ipv6
Content = IcmpMessage | Udp


class Returned:
    """Host → probe: a packet has come back, numbered as it was sent; None where it had no room for a number."""

    __slots__ = ("identifier", "sequence")

    def __init__(self, identifier: int, sequence: int | None) -> None:
        self.identifier = identifier
        self.sequence = sequence


def read(octets: bytes) -> tuple[Packet, Content | None]:
    """A packet and what is in it, None for what no host here takes; DecodeError for one that a host discards."""
    packet = ip.decode(octets)
    assert isinstance(packet, Ipv4 | Ipv6)
    if isinstance(packet, Ipv4):
        if packet.checksum is not None or packet.total_length is not None:
            raise DecodeError("the IPv4 header has a wrong checksum or length")
        if packet.more_fragments or packet.fragment_offset:
            raise DecodeError("a fragment: there are none here")
        return packet, read_content(packet, packet.protocol_number)
    if packet.payload_length is not None:
        raise DecodeError("the IPv6 header has a wrong length")
    return packet, read_content(packet, packet.next_header)


def read_content(packet: Packet, protocol: IpProtocol) -> Content | None:
    """What is in a packet, its checksum verified."""
    source, destination = packet.source, packet.destination
    if protocol is IpProtocol.UDP:
        datagram = decode_udp(packet.payload)
        assert isinstance(datagram, Udp)
        unsummed = not datagram.checksum and isinstance(packet, Ipv4)
        if not unsummed and datagram.summed(source, destination).checksum != datagram.checksum:
            raise DecodeError("the UDP checksum is wrong")
        return datagram
    if protocol is not (IpProtocol.ICMP if isinstance(packet, Ipv4) else IpProtocol.ICMPV6):
        return None
    message = decode_icmp(packet.payload)
    if message.pseudo is not isinstance(packet, Ipv6):
        raise DecodeError(f"{message.title} in {packet.title}")
    right = message.summed(source, destination).checksum if message.pseudo else None
    if message.checksum != right:
        raise DecodeError("the ICMP checksum is wrong")
    return message


def answer(packet: Packet, content: Content | None) -> bytes | None:
    """What a host says to it, if anything."""
    source, destination = packet.destination, packet.source
    match content:
        case EchoRequest():
            reply: IcmpMessage = EchoReply(
                identifier=content.identifier, sequence_number=content.sequence_number, payload=content.payload
            )
            return wrap(source, destination, IpProtocol.ICMP, reply.encode())
        case EchoRequestV6():
            reply = EchoReplyV6(
                identifier=content.identifier, sequence_number=content.sequence_number, payload=content.payload
            ).summed(source, destination)
            return wrap(source, destination, IpProtocol.ICMPV6, reply.encode())
        case Udp(destination_port=port) if port == ECHO and content.source_port not in (0, ECHO):
            return datagram(source, destination, ECHO, content.source_port, content.payload)
    return None


def returned(content: Content | None) -> Returned | None:
    """What has come back, if that is what the packet holds."""
    match content:
        case EchoReply() | EchoReplyV6():
            return Returned(content.identifier, content.sequence_number)
        case Udp(source_port=port) if port == ECHO:
            data = content.payload
            return Returned(content.destination_port, int.from_bytes(data[:2], "big") if len(data) > 1 else None)
    return None


def wrap(source: Address, destination: Address, protocol: IpProtocol, payload: bytes, hops: int = HOPS) -> bytes:
    """A packet around a payload."""
    if isinstance(source, IPv4Address):
        assert isinstance(destination, IPv4Address)
        return Ipv4(
            source=source,
            destination=destination,
            protocol_number=protocol,
            dont_fragment=True,
            time_to_live=hops,
            payload=payload,
        ).encode()
    assert isinstance(destination, IPv6Address)
    return Ipv6(source=source, destination=destination, next_header=protocol, hop_limit=hops, payload=payload).encode()


def echo_request(source: Address, destination: Address, identifier: int, sequence: int, data: bytes) -> bytes:
    """An echo request of either version."""
    if isinstance(source, IPv4Address):
        message: IcmpMessage = EchoRequest(identifier=identifier, sequence_number=sequence, payload=data)
        return wrap(source, destination, IpProtocol.ICMP, message.encode())
    message = EchoRequestV6(identifier=identifier, sequence_number=sequence, payload=data)
    return wrap(source, destination, IpProtocol.ICMPV6, message.summed(source, destination).encode())


def datagram(source: Address, destination: Address, source_port: int, destination_port: int, data: bytes) -> bytes:
    """A datagram."""
    message = Udp(source_port=source_port, destination_port=destination_port, payload=data)
    return wrap(source, destination, IpProtocol.UDP, message.summed(source, destination).encode())
