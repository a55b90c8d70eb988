"""SN-PDUs (TS 44.065 7.2): segments of N-PDUs, acknowledged and unacknowledged."""

from collections.abc import Iterator
from typing import Annotated, Any

from protocol import layout
from protocol.bits import BITS, Struct
from protocol.errors import DecodeError
from protocol.layout import HEADER, Message, Rules, V


class Compression(Struct):
    """DCOMP and PCOMP of a first segment: how data and protocol control information are compressed; 0 is not at all."""

    dcomp: Annotated[int, BITS(4)] = 0
    pcomp: Annotated[int, BITS(4)] = 0


COMPRESSIONS = tuple(Compression.from_bits(value, 8) for value in range(256))

UNCOMPRESSED = COMPRESSIONS[0]


class FirstSegment(Struct):
    """What only a first segment of SN-DATA says: DCOMP, PCOMP and the N-PDU number, 0 to 255."""

    dcomp: Annotated[int, BITS(4)] = 0
    pcomp: Annotated[int, BITS(4)] = 0
    n_pdu_number: Annotated[int, BITS(8)]


def nothing_behind(d: bytes, p: int) -> int:
    """A segment runs to the end."""
    raise DecodeError("octets after the end", at=p)


class SndcpMessage(Message):
    """An SN-PDU: the first octet with X (spare), F (first segment), T (type), M (more segments follow), and NSAPI.

    NSAPIs 5 to 15 are those of PDP contexts, 0 is an escape for later extensions, 1 was point-to-multipoint, and 2 to
    4 are reserved (7.2). The F bit stands for the fields that only a first segment has.
    """

    protocol = "sndcp"
    rules = Rules(unknown_message=None, missing_mandatory=None, invalid_mandatory=None, unknown=nothing_behind)

    spare: Annotated[int, HEADER("1 bit")] = 0
    more: Annotated[bool, HEADER("1 bit")] = False
    nsapi: Annotated[int, HEADER("4 bits")]

    @property
    def first(self) -> bool:
        """The F bit: True for the first segment of an N-PDU."""
        return getattr(self, "compression", None) is not None

    @property
    def dcomp(self) -> int:
        """How the data of the N-PDU are compressed, if a first segment says so; 0 is not at all."""
        return getattr(getattr(self, "compression", None), "dcomp", 0)

    @property
    def pcomp(self) -> int:
        """How the headers in the N-PDU are compressed, if a first segment says so; 0 is not at all."""
        return getattr(getattr(self, "compression", None), "pcomp", 0)


def first_octet(message: SndcpMessage, *, first: bool) -> int:
    """The octet with which every SN-PDU starts."""
    if message.spare >> 1 or message.nsapi >> 4:
        raise ValueError(f"spare {message.spare}, NSAPI {message.nsapi}: there are one bit and four")
    return message.spare << 7 | first << 6 | message.code | message.more << 4 | message.nsapi


class SnData(SndcpMessage, code=0x00, title="SN-DATA", clause="7.2"):
    """Either → the other, acknowledged: a segment of an N-PDU; LLC keeps the order, so only the first has a number."""

    first_segment: Annotated[FirstSegment | None, HEADER("2")] = None
    payload: Annotated[bytes, V(0, 65535)]

    @property
    def compression(self) -> Compression | None:
        """DCOMP and PCOMP of a first segment."""
        first = self.first_segment
        return None if first is None else COMPRESSIONS[first.dcomp << 4 | first.pcomp]

    @classmethod
    def take_header(cls, octets: bytes) -> tuple[tuple[Any, ...], bytes, int]:
        if not octets or octets[0] & 0x20:
            raise DecodeError("no SN-DATA")
        octet = octets[0]
        heading = (octet >> 7, octet & 0x10 != 0, octet & 15)
        if not octet & 0x40:
            return (*heading, None), octets, 1
        if len(octets) < 3:
            raise DecodeError("the header of a first segment is cut off", at=len(octets))
        return (*heading, FirstSegment.from_octets(octets[1:3])), octets, 3

    def frame(self, elements: bytes | bytearray) -> bytes:
        first = self.first_segment
        head = bytes((first_octet(self, first=first is not None),))
        return head + (b"" if first is None else first.to_octets()) + elements


class SnUnitdata(SndcpMessage, code=0x20, title="SN-UNITDATA", clause="7.2"):
    """Either → the other, unacknowledged: a segment, 0 to 15, of the N-PDU with this number, 0 to 4095."""

    compression: Annotated[Compression | None, HEADER("1")] = None
    segment_number: Annotated[int, HEADER("4 bits")]
    n_pdu_number: Annotated[int, HEADER("12 bits")]
    payload: Annotated[bytes, V(0, 65535)]

    @classmethod
    def take_header(cls, octets: bytes) -> tuple[tuple[Any, ...], bytes, int]:
        if not octets or not octets[0] & 0x20:
            raise DecodeError("no SN-UNITDATA")
        octet = octets[0]
        p = 2 if octet & 0x40 else 1
        if len(octets) < p + 2:
            raise DecodeError("the header of SN-UNITDATA is cut off", at=len(octets))
        number = octets[p]
        heading = (octet >> 7, octet & 0x10 != 0, octet & 15, COMPRESSIONS[octets[1]] if p == 2 else None)
        return (*heading, number >> 4, (number & 15) << 8 | octets[p + 1]), octets, p + 2

    def frame(self, elements: bytes | bytearray) -> bytes:
        compression, segment, number = self.compression, self.segment_number, self.n_pdu_number
        if segment >> 4 or number >> 12:
            raise ValueError(f"segment {segment} of N-PDU {number}: there are four bits and twelve")
        first = first_octet(self, first=compression is not None)
        numbers = (segment << 4 | number >> 8, number & 0xFF)
        if compression is None:
            return bytes((first, *numbers)) + elements
        return bytes((first, compression.to_bits()[0], *numbers)) + elements


def decode(octets: bytes, *, up: bool = True) -> SndcpMessage:
    """Read an SN-PDU."""
    if not octets:
        raise DecodeError("no octets are no SN-PDU")
    message: SndcpMessage = layout.decode(SndcpMessage, octets, octets[0] & 0x20, up=up)
    return message


MOST_SEGMENTS = 16
"""Segments of an unacknowledged N-PDU: as many as their number can count."""


def segment(
    n_pdu: bytes, *, nsapi: int, n_pdu_number: int, n201_u: int = 500, compression: Compression = UNCOMPRESSED
) -> list[SnUnitdata]:
    """The SN-UNITDATA PDUs of an N-PDU, none longer than N201-U (6.7); ValueError where it takes more than 16."""
    parts = list(cut(n_pdu, n201_u - 4, n201_u - 3))
    if len(parts) > MOST_SEGMENTS:
        raise ValueError(f"an N-PDU of {len(n_pdu)} octets takes {len(parts)} segments of {n201_u}: 16 can be numbered")
    return [
        SnUnitdata(
            nsapi=nsapi,
            more=number + 1 < len(parts),
            compression=None if number else compression,
            segment_number=number,
            n_pdu_number=n_pdu_number,
            payload=part,
        )
        for number, part in enumerate(parts)
    ]


def segment_acknowledged(
    n_pdu: bytes, *, nsapi: int, n_pdu_number: int, n201_i: int = 1503, compression: Compression = UNCOMPRESSED
) -> list[SnData]:
    """The SN-DATA PDUs of an N-PDU, none longer than N201-I (6.7)."""
    first = FirstSegment(dcomp=compression.dcomp, pcomp=compression.pcomp, n_pdu_number=n_pdu_number)
    parts = list(cut(n_pdu, n201_i - 3, n201_i - 1))
    last = len(parts) - 1
    return [
        SnData(nsapi=nsapi, more=number < last, first_segment=None if number else first, payload=part)
        for number, part in enumerate(parts)
    ]


def cut(n_pdu: bytes, first: int, later: int) -> Iterator[bytes]:
    """Parts of an N-PDU, the first of at most ``first`` octets, the others of ``later``; one if it is empty."""
    if first < 1:
        raise ValueError("N201 leaves no room for a segment")
    yield n_pdu[:first]
    for start in range(first, len(n_pdu), later):
        yield n_pdu[start : start + later]
