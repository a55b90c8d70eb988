"""What lies below each PDU in a capture: from the octets on our bus to a raw IPv4 packet.

The bus carries a PDU without the transport that a real network has beneath it. A capture shows that transport, so
that Wireshark dissects every frame from IP upwards with no setting at all:

========== ==================================================================================
reference  layers below the PDU
point
========== ==================================================================================
Um         GSMTAP over UDP 4729
Gb         UDP 2157 (the PDU begins with its NS header, 48.016 clause 9)
Gr Gf Gc F M3UA DATA (RFC 4666) in an SCTP DATA chunk (RFC 9260); the PDU is an SCCP message
D Gs A     the same
Gn         UDP 2123 (GTP-C) or 2152 (GTP-U), 29.060 clause 10.1
Gi         none: the PDU is an IP packet
========== ==================================================================================
"""

import socket
import struct
from collections import Counter
from dataclasses import dataclass
from typing import Final, Literal

LINKTYPE_IPV4: Final = 228
"""The link type of the packets of our own elements: IPv4 with nothing below it."""

LINKTYPE_RAW: Final = 101
"""The link type of the packets of mobiles: IP of either version with nothing below it."""

REFERENCE_POINTS: Final = {
    "um": "mobile station - BSS, over GSMTAP",
    "gb": "BSS - SGSN, NS over UDP",
    "gr": "SGSN - HLR, SCCP over M3UA",
    "gf": "SGSN - EIR, SCCP over M3UA",
    "gc": "GGSN - HLR, SCCP over M3UA",
    "f": "VLR - EIR, SCCP over M3UA",
    "d": "VLR - HLR, SCCP over M3UA",
    "gs": "SGSN - MSC/VLR, SCCP over M3UA",
    "a": "BSS - MSC/VLR, SCCP over M3UA",
    "gn": "GSN - GSN, GTP over UDP",
    "gi": "GGSN - packet data network, IP",
}
"""Each reference point that a capture may show: between whom, and over what."""

UmKind = Literal["llc", "rr", "bcch", "ccch", "sacch"]
"""What follows our header on Um: an LLC frame with its FCS (44.064), an RR or MM message of a dedicated channel
(44.018, 24.008), an RR message of the broadcast or of the common control channel, its pseudo length included, or a
whole block of a slow associated channel."""

_GSMTAP_TYPES: Final[dict[UmKind, tuple[int, int]]] = {
    "llc": (8, 0),
    "rr": (2, 0),
    "bcch": (1, 1),
    "ccch": (1, 2),
    "sacch": (1, 0x88),
}
"""Type and channel: GB_LLC and ABIS are dissected without radio framing, UM as the block of a common channel."""

_GSMTAP_PORT: Final = 4729
_NS_PORT: Final = 2157
_GTP_C_PORT: Final = 2123
_GTP_U_PORT: Final = 2152
_GTP_U_TYPES: Final = (b"\x1a", b"\xfe", b"\xff")  # ERROR INDICATION, END MARKER, T-PDU; echoes count as GTP-C
_M3UA_PORT: Final = 2905
_UDP: Final = 17
_SCTP: Final = 132


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One end of a packet.

    ``name`` is what a reader sees in place of ``address`` (IPv4, dotted). ``point_code`` is the 14-bit national SS7
    point code, 0 for an element that has none because it never speaks over SCCP.
    """

    name: str
    address: str
    point_code: int = 0

    @property
    def packed(self) -> bytes:
        """The address as four octets."""
        return socket.inet_pton(socket.AF_INET, self.address)


def _crc32c_of(octet: int) -> int:
    for _ in range(8):
        octet = octet >> 1 ^ (0x82F63B78 if octet & 1 else 0)
    return octet


_CRC32C: Final = tuple(map(_crc32c_of, range(256)))


def crc32c(octets: bytes) -> int:
    """CRC-32C (Castagnoli) of ``octets``, the checksum of SCTP (RFC 9260 appendix A)."""
    table, crc = _CRC32C, 0xFFFFFFFF
    for octet in octets:
        crc = table[crc & 0xFF ^ octet] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def internet_checksum(octets: bytes) -> int:
    """Checksum of IP and UDP (RFC 1071) of ``octets``, of which at least one is not zero."""
    # A one's complement sum of 16-bit words is the whole number modulo 65535.
    return -int.from_bytes(octets + bytes(len(octets) % 2)) % 0xFFFF


class Stacks:
    """The transport of one capture, with the counters that must go on from packet to packet."""

    def __init__(self) -> None:
        self._packets = 0
        self._chunks: Counter[tuple[str, str]] = Counter()  # by (source, target) address: one way of an association

    def wrap(self, interface: str, source: Endpoint, target: Endpoint, pdu: bytes) -> bytes:
        """Return the IP packet that carries ``pdu`` over ``interface``, a key of REFERENCE_POINTS except ``um``.

        The octets of the PDU are taken as they are, whole or broken.
        """
        match interface:
            case "gb":
                return self._udp(_NS_PORT, source, target, pdu)
            case "gn":
                return self._udp(_GTP_U_PORT if pdu[1:2] in _GTP_U_TYPES else _GTP_C_PORT, source, target, pdu)
            case "gr" | "gf" | "gc" | "f" | "d" | "gs" | "a":
                return self._sctp(source, target, _m3ua_data(source.point_code, target.point_code, pdu))
            case "gi":
                return pdu
            case _:
                raise ValueError(f"no layers are known below a PDU on {interface!r}")

    def wrap_um(self, kind: UmKind, source: Endpoint, target: Endpoint, payload: bytes, *, uplink: bool) -> bytes:
        """Return the IPv4 packet that carries ``payload``, what follows our own header on Um.

        ``uplink`` tells that the mobile station sent it.
        """
        # Version 2, header of 4 words, type, timeslot; ARFCN 0, in which bit 14 tells uplink; the radio fields empty.
        number, channel = _GSMTAP_TYPES[kind]
        header = struct.pack(">BBBBH6xB3x", 2, 4, number, 0, 0x4000 if uplink else 0, channel)
        return self._udp(_GSMTAP_PORT, source, target, header + payload)

    def _udp(self, port: int, source: Endpoint, target: Endpoint, payload: bytes) -> bytes:
        """A UDP datagram with ``port`` on both sides (RFC 768)."""
        length = 8 + len(payload)
        pseudo_header = source.packed + target.packed + struct.pack(">HH", _UDP, length)
        checksum = internet_checksum(pseudo_header + struct.pack(">HHHH", port, port, length, 0) + payload)
        # On the wire a checksum of zero means that there is none; its other form is all ones.
        datagram = struct.pack(">HHHH", port, port, length, checksum or 0xFFFF) + payload
        return self._ipv4(_UDP, source, target, datagram)

    def _sctp(self, source: Endpoint, target: Endpoint, message: bytes) -> bytes:
        """An SCTP packet of one whole M3UA message in one DATA chunk (RFC 9260 clauses 3.1 and 3.3.1)."""
        way = (source.address, target.address)
        sent = self._chunks[way]
        self._chunks[way] += 1
        # Wireshark knows an association by ports and verification tag alone, so each way needs a tag of its own.
        common = struct.pack(">HHI", _M3UA_PORT, _M3UA_PORT, crc32c(source.packed + target.packed))
        # Both sequence numbers count messages. Stream 0 is for M3UA management (RFC 4666 clause 1.4.7), so stream 1.
        header = struct.pack(">BBHIHHI", 0, 0x03, 16 + len(message), sent & 0xFFFFFFFF, 1, sent & 0xFFFF, 3)
        checksum = crc32c(common + bytes(4) + header + message)
        return self._ipv4(_SCTP, source, target, common + struct.pack("<I", checksum) + header + message)

    def _ipv4(self, number: int, source: Endpoint, target: Endpoint, payload: bytes) -> bytes:
        """An IPv4 packet whose payload is of the protocol ``number`` (RFC 791)."""
        self._packets += 1
        identification = self._packets & 0xFFFF
        start = struct.pack(">BBHHHBB", 0x45, 0, 20 + len(payload), identification, 0, 64, number)
        addresses = source.packed + target.packed
        return start + internet_checksum(start + addresses).to_bytes(2) + addresses + payload


def _m3ua_data(source: int, target: int, message: bytes) -> bytes:
    """An M3UA DATA message from point code to point code: national network, SCCP, SLS 0 (RFC 4666 clause 3.3.1)."""
    parameter = struct.pack(">HHIIBBBB", 0x0210, 16 + len(message), source, target, 3, 2, 0, 0) + message
    parameter += bytes(-len(parameter) % 4)  # counted in the length of the message, not of the parameter
    return struct.pack(">BBBBI", 1, 0, 1, 1, 8 + len(parameter)) + parameter
