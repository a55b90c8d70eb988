"""BSS GPRS protocol (TS 48.018): the messages that the procedures here use, in the order of clause 10."""

from typing import Annotated

from protocol import layout
from protocol.causes import BssgpCause
from protocol.errors import DecodeError
from protocol.identities import CellIdentifier, MobileIdentity, Tlli
from protocol.layout import GbTLV, Message, Rules, V, find_length


def unknown(d: bytes, p: int) -> int:
    """Find the end of an unknown element: all are TLV."""
    return find_length(d, p + 1, 0)[1]


class BssgpMessage(Message):
    """A PDU between BSS and SGSN."""

    protocol = "bssgp"
    rules = Rules(
        unknown_message=BssgpCause.PROTOCOL_ERROR_UNSPECIFIED,
        missing_mandatory=BssgpCause.MISSING_MANDATORY_IE,
        invalid_mandatory=BssgpCause.INVALID_MANDATORY_INFORMATION,
        unknown=unknown,
    )

    @classmethod
    def header(cls, code: int) -> bytes:
        return bytes((code,))


class DlUnitdata(BssgpMessage, code=0x00, title="DL-UNITDATA", clause="10.2.1", way="down"):
    """SGSN → BSS: send this LLC frame to the mobile with this TLLI."""

    tlli: Annotated[Tlli, V(4)]
    qos_profile: Annotated[bytes, V(3)]
    pdu_lifetime: Annotated[int, GbTLV(0x16, 2)]
    ms_radio_access_capability: Annotated[bytes | None, GbTLV(0x13, 5, 255)] = None
    priority: Annotated[int | None, GbTLV(0x17, 1)] = None
    drx_parameters: Annotated[bytes | None, GbTLV(0x0A, 2)] = None
    imsi: Annotated[MobileIdentity | None, GbTLV(0x0D, 3, 8)] = None
    tlli_old: Annotated[Tlli | None, GbTLV(0x1F, 4)] = None
    packet_flow_identifier: Annotated[int | None, GbTLV(0x28, 1)] = None
    lsa_information: Annotated[bytes | None, GbTLV(0x27, 5, 255)] = None
    service_utran_cco: Annotated[int | None, GbTLV(0x3D, 1)] = None
    alignment_octets: Annotated[bytes | None, GbTLV(0x00, 0, 3)] = None
    llc_pdu: Annotated[bytes, GbTLV(0x0E, 0, 1600)]


class UlUnitdata(BssgpMessage, code=0x01, title="UL-UNITDATA", clause="10.2.2", way="up"):
    """BSS → SGSN: this LLC frame came from that TLLI in that cell."""

    tlli: Annotated[Tlli, V(4)]
    qos_profile: Annotated[bytes, V(3)]
    cell_identifier: Annotated[CellIdentifier, GbTLV(0x08, 8)]
    packet_flow_identifier: Annotated[int | None, GbTLV(0x28, 1)] = None
    lsa_identifier_list: Annotated[bytes | None, GbTLV(0x26, 3, 255)] = None
    alignment_octets: Annotated[bytes | None, GbTLV(0x00, 0, 3)] = None
    llc_pdu: Annotated[bytes, GbTLV(0x0E, 0, 1600)]


class BvcBlock(BssgpMessage, code=0x20, title="BVC-BLOCK", clause="10.4.8", way="up"):
    """BSS → SGSN: send no more on this BVC."""

    bvci: Annotated[int, GbTLV(0x04, 2)]
    cause: Annotated[BssgpCause, GbTLV(0x07, 1)]


class BvcBlockAck(BssgpMessage, code=0x21, title="BVC-BLOCK-ACK", clause="10.4.9", way="down"):
    """SGSN → BSS: this BVC is blocked."""

    bvci: Annotated[int, GbTLV(0x04, 2)]


class BvcReset(BssgpMessage, code=0x22, title="BVC-RESET", clause="10.4.12"):
    """Either → the other: forget what you know of this BVC; it starts anew."""

    bvci: Annotated[int, GbTLV(0x04, 2)]
    cause: Annotated[BssgpCause, GbTLV(0x07, 1)]
    cell_identifier: Annotated[CellIdentifier | None, GbTLV(0x08, 8)] = None
    feature_bitmap: Annotated[int | None, GbTLV(0x3B, 1)] = None


class BvcResetAck(BssgpMessage, code=0x23, title="BVC-RESET-ACK", clause="10.4.13"):
    """Either → the other: this BVC is reset."""

    bvci: Annotated[int, GbTLV(0x04, 2)]
    cell_identifier: Annotated[CellIdentifier | None, GbTLV(0x08, 8)] = None
    feature_bitmap: Annotated[int | None, GbTLV(0x3B, 1)] = None


class BvcUnblock(BssgpMessage, code=0x24, title="BVC-UNBLOCK", clause="10.4.10", way="up"):
    """BSS → SGSN: this BVC may be used again."""

    bvci: Annotated[int, GbTLV(0x04, 2)]


class BvcUnblockAck(BssgpMessage, code=0x25, title="BVC-UNBLOCK-ACK", clause="10.4.11", way="down"):
    """SGSN → BSS: this BVC is in use."""

    bvci: Annotated[int, GbTLV(0x04, 2)]


class Status(BssgpMessage, code=0x41, title="STATUS", clause="10.4.14"):
    """Either → the other: I got something that I cannot take, and this is why."""

    cause: Annotated[BssgpCause, GbTLV(0x07, 1)]
    bvci: Annotated[int | None, GbTLV(0x04, 2)] = None
    pdu_in_error: Annotated[bytes | None, GbTLV(0x15, 0, 1700)] = None


def decode(octets: bytes, *, up: bool) -> BssgpMessage:
    """Read a BSSGP PDU; DecodeError carries the BSSGP cause to answer."""
    if not octets:
        raise DecodeError("no BSSGP PDU")
    message: BssgpMessage = layout.decode(BssgpMessage, octets, octets[0], up=up)
    return message


__all__ = [
    "BssgpMessage",
    "BvcBlock",
    "BvcBlockAck",
    "BvcReset",
    "BvcResetAck",
    "BvcUnblock",
    "BvcUnblockAck",
    "DlUnitdata",
    "Status",
    "UlUnitdata",
    "decode",
]
