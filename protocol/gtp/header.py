"""The header of GTP version 1 with its extension headers, and the base of all messages (TS 29.060 and 29.281)."""

from dataclasses import dataclass
from typing import Annotated, Any, Self

from protocol.bits import BITS, Struct
from protocol.causes import GtpCause
from protocol.declare import OpenEnum
from protocol.errors import DecodeError
from protocol.identities import Teid
from protocol.layout import HEADER, Message, Rules

VERSION = 1

E_FLAG, S_FLAG, PN_FLAG = 4, 2, 1
SPARE_FLAG = 8
VERSION_1 = VERSION << 5 | 16
"""The first octet without flags: version, and the protocol type of GTP."""


class ExtensionHeaderType(OpenEnum):
    """Type of an extension header (TS 29.060 figure 5, TS 29.281 figure 5.2.1-3). Bits 8 and 7 say who must know it."""

    NO_MORE_EXTENSION_HEADERS = 0x00
    MBMS_SUPPORT_INDICATION = 0x01
    MS_INFO_CHANGE_REPORTING_SUPPORT_INDICATION = 0x02
    LONG_PDCP_PDU_NUMBER_OPTIONAL = 0x03
    SERVICE_CLASS_INDICATOR = 0x20
    UDP_PORT = 0x40
    RAN_CONTAINER = 0x81
    LONG_PDCP_PDU_NUMBER = 0x82
    XW_RAN_CONTAINER = 0x83
    NR_RAN_CONTAINER = 0x84
    PDU_SESSION_CONTAINER = 0x85
    PDCP_PDU_NUMBER = 0xC0
    SUSPEND_REQUEST = 0xC1
    SUSPEND_RESPONSE = 0xC2

    @property
    def endpoint_must_know(self) -> bool:
        """True where the endpoint that does not know the type must refuse the message."""
        return self & 0x80 != 0

    @property
    def relay_must_know(self) -> bool:
        """True where a node on the way must know it too."""
        return self >> 6 == 3

    @property
    def relay_forwards(self) -> bool:
        """True where a node on the way that does not know the type forwards the header, false where it drops it."""
        return self >> 6 != 1


@dataclass(frozen=True, slots=True)
class ExtensionHeader:
    """An extension header: a PDCP PDU number is a number, the content of all others octets (4n - 2 of them).

    The ones of the control plane say all by their type; their content is FF FF.
    """

    type: ExtensionHeaderType
    content: int | bytes = b"\xff\xff"

    @classmethod
    def of_pdcp_pdu(cls, number: int) -> Self:
        """PDCP PDU Number (6.1.1): the first N-PDU that is not acknowledged yet."""
        return cls(ExtensionHeaderType.PDCP_PDU_NUMBER, number)

    @property
    def is_unknown(self) -> bool:
        """True where no release lists the type."""
        return self.type.is_reserved

    def to_octets(self) -> bytes:
        """Write length and content, without the type, which stands before the length."""
        content = self.content
        if isinstance(content, int):
            if not 0 <= content < 1 << 16:
                raise ValueError(f"PDCP PDU number {content} does not fit into two octets")
            return b"\x01" + content.to_bytes(2, "big")
        size, odd = divmod(len(content) + 2, 4)
        if odd or not 0 < size < 256 or not 0 < self.type < 256:
            raise ValueError(f"extension header {self.type.name} with {len(content)} octets, not 4n - 2")
        return bytes((size,)) + content


class UnusedFields(Struct):
    """What a sender wrote where it should have written zero: header fields whose flag it did not set.

    ``extension_flag``: the flag is set, though the next type is 0.
    """

    sequence_number: Annotated[int, BITS(16)] = 0
    n_pdu_number: Annotated[int, BITS(8)] = 0
    next_extension_header_type: Annotated[int, BITS(8)] = 0
    extension_flag: Annotated[bool, BITS(1)] = False


TV_LENGTHS = {
    1: 1, 2: 8, 3: 6, 4: 4, 5: 4, 8: 1, 9: 28, 11: 1, 12: 3, 13: 1, 14: 1, 15: 1, 16: 4, 17: 4, 18: 5, 19: 1, 20: 1,
    21: 1, 22: 9, 23: 1, 24: 1, 25: 2, 26: 2, 27: 2, 28: 2, 29: 1, 126: 1, 127: 4,
}  # fmt: skip
"""Octets of the value of every element without a length (table 37)."""

EXTENSION_HEADER_TYPE_LIST = 141
"""The one element whose length has one octet (7.7.40)."""


def unknown(d: bytes, p: int) -> int:
    """Where an element that is not expected ends; an unknown one without a length takes the rest (11.1.9, 11.1.11)."""
    kind = d[p]
    if kind < 128:
        return p + 1 + TV_LENGTHS[kind] if kind in TV_LENGTHS else len(d)
    if kind == EXTENSION_HEADER_TYPE_LIST:
        return p + 2 + d[p + 1] if p + 1 < len(d) else len(d)
    return p + 3 + (d[p + 1] << 8 | d[p + 2]) if p + 2 < len(d) else len(d)


TOLD = Rules(
    unknown_message=None,
    missing_mandatory=GtpCause.MANDATORY_IE_MISSING,
    invalid_mandatory=GtpCause.MANDATORY_IE_INCORRECT,
    unknown=unknown,
    ascending=True,
)
"""A response that cannot be read is never answered: whoever asked is told the cause (11.1.5, 11.1.7), or, without one,
it counts as not received (11.1.2, 11.1.10)."""

ANSWERED = Rules(
    unknown_message=None,
    missing_mandatory=GtpCause.MANDATORY_IE_MISSING,
    invalid_mandatory=GtpCause.MANDATORY_IE_INCORRECT,
    unknown=unknown,
    missing_conditional=GtpCause.MANDATORY_IE_MISSING,
    ascending=True,
    misplaced=GtpCause.INVALID_MESSAGE_FORMAT,
)
"""A request that cannot be read is answered by a response with a cause."""


class GtpMessage(Message):
    """A GTP message of control or user plane: a response, or one that is not answered."""

    protocol = "gtp"
    rules = TOLD

    teid: Annotated[Teid, HEADER("4")]
    sequence_number: Annotated[int | None, HEADER("2")] = None
    n_pdu_number: Annotated[int | None, HEADER("1")] = None
    extension_headers: Annotated[tuple[ExtensionHeader, ...], HEADER("4-1020")] = ()
    spare: Annotated[bool, HEADER("1 bit")] = False
    unused: Annotated[UnusedFields | None, HEADER("4")] = None

    @classmethod
    def take_header(cls, octets: bytes) -> tuple[tuple[Any, ...], bytes, int]:
        """The header's fields, and where the elements start. Its length must be that of the datagram (11.1.2)."""
        size = size_of(octets)
        if size + 8 != len(octets):
            told = f"{cls.title}: a length of {size}, but {len(octets) - 8} octets follow"
            raise DecodeError(told, cls.rules.misplaced, 2)
        values, p = take_fields(octets, cls.rules.misplaced)
        return values, octets, p

    def frame(self, elements: bytes | bytearray) -> bytes:
        """Header and elements."""
        return put_header(self, len(elements)) + elements


class GtpRequest(GtpMessage):
    """A GTP message that is answered."""

    rules = ANSWERED


def size_of(octets: bytes) -> int:
    """The header's length field; DecodeError where the octets are too few for the header (11.1.2)."""
    if len(octets) < 8 or (octets[0] & 7 and len(octets) < 12):
        raise DecodeError("too short for a GTP header", at=len(octets))
    return octets[2] << 8 | octets[3]


def take_fields(d: bytes, cause: int | None) -> tuple[tuple[Any, ...], int]:
    """The fields of a header, and where it ends; ``cause`` answers one that is wrong."""
    flags = d[0]
    teid = Teid(int.from_bytes(d[4:8], "big"))
    spare = flags & SPARE_FLAG != 0
    if not flags & 7:
        return (teid, None, None, (), spare, None), 8
    if len(d) < 12:
        raise DecodeError("too short for a GTP header", at=len(d))
    if flags & 7 == S_FLAG and not d[10] and not d[11]:
        return (teid, d[8] << 8 | d[9], None, (), spare, None), 12
    sequence = d[8] << 8 | d[9]
    headers, p = take_extension_headers(d, cause) if flags & E_FLAG else ((), 12)
    unused = UnusedFields(
        sequence_number=0 if flags & S_FLAG else sequence,
        n_pdu_number=0 if flags & PN_FLAG else d[10],
        next_extension_header_type=0 if flags & E_FLAG else d[11],
        extension_flag=flags & E_FLAG != 0 and not headers,
    )
    values = (
        teid,
        sequence if flags & S_FLAG else None,
        d[10] if flags & PN_FLAG else None,
        headers,
        spare,
        None if unused == NONE_USED else unused,
    )
    return values, p


NONE_USED = UnusedFields()


def take_extension_headers(d: bytes, cause: int | None) -> tuple[tuple[ExtensionHeader, ...], int]:
    """The chain of extension headers whose first type stands in octet 12, and where it ends."""
    headers: list[ExtensionHeader] = []
    kind, p = d[11], 12
    while kind:
        if p >= len(d):
            raise DecodeError(f"extension header {kind:#04x} is missing", cause, p)
        end = p + 4 * d[p]
        if end == p or end > len(d):
            raise DecodeError(f"extension header {kind:#04x} has a length of {d[p]} times 4 octets", cause, p)
        header = ExtensionHeader(ExtensionHeaderType(kind), d[p + 1 : end - 1])
        if header.is_unknown and header.type.endpoint_must_know:
            # Answered by Supported Extension Headers Notification too, and by that alone where there is no response.
            told = f"extension header {kind:#04x} is not known, but must be"
            raise DecodeError(told, GtpCause.UNKNOWN_MANDATORY_EXTENSION_HEADER, p)
        if kind == ExtensionHeaderType.PDCP_PDU_NUMBER and end == p + 4:
            header = ExtensionHeader(header.type, d[p + 1] << 8 | d[p + 2])
        headers.append(header)
        kind, p = d[end - 1], end
    return tuple(headers), p


def put_header(message: GtpMessage, size: int) -> bytes:
    """The header before ``size`` octets."""
    flags = VERSION_1 | SPARE_FLAG if message.spare else VERSION_1
    optional = b""
    sequence, number, headers, unused = (
        message.sequence_number,
        message.n_pdu_number,
        message.extension_headers,
        message.unused,
    )
    if sequence is not None and number is None and not headers and unused is None:
        flags |= S_FLAG
        if not 0 <= sequence < 1 << 16:
            raise ValueError(f"sequence number {sequence} does not fit into a GTP header")
        optional = bytes((sequence >> 8, sequence & 255, 0, 0))
    elif sequence is not None or number is not None or headers or unused is not None:
        set_flags, optional = put_optional(sequence, number, headers, unused or NONE_USED)
        flags |= set_flags
    size += len(optional)
    if size > 0xFFFF:
        raise ValueError(f"{message.title}: {size} octets do not fit into a GTP message")
    return bytes((flags, message.code, size >> 8, size & 255)) + message.teid.to_octets() + optional


def put_optional(
    sequence: int | None, number: int | None, headers: tuple[ExtensionHeader, ...], unused: UnusedFields
) -> tuple[int, bytes]:
    """The flags, and the four octets with the extension headers behind them."""
    flags = (
        S_FLAG * (sequence is not None)
        | PN_FLAG * (number is not None)
        | E_FLAG * (bool(headers) or unused.extension_flag)
    )
    if not flags:
        raise ValueError("the fields of a GTP header are there only where a flag is set")
    for name, used in (
        ("sequence_number", flags & S_FLAG),
        ("n_pdu_number", flags & PN_FLAG),
        ("next_extension_header_type", flags & E_FLAG),
        ("extension_flag", bool(headers)),
    ):
        if used and getattr(unused, name):
            raise ValueError(f"{name} of a GTP header is used, so its unused value has no place")
    first = unused.sequence_number if sequence is None else sequence
    second = unused.n_pdu_number if number is None else number
    if not (0 <= first < 1 << 16 and 0 <= second < 1 << 8):
        raise ValueError(f"sequence number {first} or N-PDU number {second} does not fit into a GTP header")
    kinds = [int(header.type) for header in headers] or [unused.next_extension_header_type]
    octets = bytearray((first >> 8, first & 255, second, kinds[0]))
    for header, following in zip(headers, [*kinds[1:], 0], strict=False):
        octets += header.to_octets()
        octets.append(following)
    return flags, bytes(octets)
