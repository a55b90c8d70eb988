"""IP, and over it ICMP echo, router discovery and UDP: what PDP contexts carry.

RFC 791, RFC 8200; RFC 792, RFC 4443; RFC 4861; RFC 768.
"""

from protocol.ip.checksum import checksum, pseudo_header
from protocol.ip.neighbour_discovery import (
    Option,
    Options,
    OptionType,
    PrefixInformation,
    RouterAdvertisement,
    RouterFlags,
    RouterSolicitation,
)
from protocol.ip.packet import IpMessage, IpProtocol, Ipv4, Ipv6, decode
from protocol.ip.payloads import (
    Echo,
    EchoReply,
    EchoReplyV6,
    EchoRequest,
    EchoRequestV6,
    IcmpMessage,
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
    "IcmpMessage",
    "IpMessage",
    "IpProtocol",
    "Ipv4",
    "Ipv6",
    "Option",
    "OptionType",
    "Options",
    "PrefixInformation",
    "RouterAdvertisement",
    "RouterFlags",
    "RouterSolicitation",
    "Udp",
    "UdpMessage",
    "checksum",
    "decode",
    "decode_icmp",
    "decode_udp",
    "pseudo_header",
]
