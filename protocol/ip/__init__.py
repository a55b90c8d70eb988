"""IP, and ICMP echo and UDP over it: what PDP contexts carry (RFC 791, RFC 8200, RFC 792, RFC 4443, RFC 768)."""

from protocol.ip.checksum import checksum, pseudo_header
from protocol.ip.packet import IpMessage, IpProtocol, Ipv4, Ipv6, decode
from protocol.ip.payloads import (
    Echo,
    EchoReply,
    EchoReplyV6,
    EchoRequest,
    EchoRequestV6,
    Udp,
    UdpMessage,
    decode_icmp,
    decode_udp,
)

__all__ = [
    "Echo",
    "EchoReply",
    "EchoReplyV6",
    "EchoRequest",
    "EchoRequestV6",
    "IpMessage",
    "IpProtocol",
    "Ipv4",
    "Ipv6",
    "Udp",
    "UdpMessage",
    "checksum",
    "decode",
    "decode_icmp",
    "decode_udp",
    "pseudo_header",
]
