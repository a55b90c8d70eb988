"""BSSMAP and DTAP between BSS and MSC (TS 48.008, 48.006): what calls, paging and location updating here need.

A mobile's dedicated channel is an SCCP connection of the A interface: COMPLETE LAYER 3 INFORMATION opens it, DTAP
carries what mobile and MSC say to each other, CLEAR COMMAND ends it; the MSC may have it ciphered. Assignment and
handover are not here: a call stays on the channel on which it began.
"""

from typing import Annotated, Any

from protocol import layout
from protocol.bssmap.elements import (
    Area,
    BssmapCause,
    CellForm,
    CellIdentifierList,
    ChosenAlgorithm,
    CipherResponseMode,
    EncryptionInformation,
)
from protocol.classmarks import MobileStationClassmark2, MobileStationClassmark3
from protocol.errors import DecodeError
from protocol.identities import MobileIdentity, Tmsi
from protocol.layout import HEADER, LV, TLV, TV, Message, Rules, V

BSSMAP, DTAP = 0, 1
"""The discriminators of TS 48.006 9.3.2."""

FIXED = {
    0x01: 3, 0x03: 22, 0x0C: 2, 0x0D: 2, 0x0E: 5, 0x14: 2, 0x15: 2, 0x18: 2, 0x19: 2, 0x1B: 1, 0x1C: 2,
    0x1D: 2, 0x21: 2, 0x23: 2, 0x24: 2, 0x25: 2, 0x2B: 2, 0x2C: 2, 0x2D: 2, 0x2F: 2, 0x31: 2, 0x32: 2, 0x33: 2,
    0x35: 1, 0x38: 2, 0x39: 2, 0x3F: 2, 0x40: 2,
}  # fmt: skip
"""The octets of elements without a length (3.2.2.1): they are told by nothing but their name."""


def unknown(d: bytes, p: int) -> int:
    """Find the end of an unknown element."""
    if d[p] in FIXED:
        return p + FIXED[d[p]]
    return p + 2 + d[p + 1] if p + 1 < len(d) else p + 1


class BssmapMessage(Message):
    """A message about a connection or about the BSS as a whole."""

    protocol = "bssmap"
    rules = Rules(
        unknown_message=BssmapCause.UNKNOWN_MESSAGE_TYPE,
        missing_mandatory=BssmapCause.INFORMATION_ELEMENT_OR_FIELD_MISSING,
        invalid_mandatory=BssmapCause.INVALID_MESSAGE_CONTENTS,
        unknown=unknown,
    )

    length: Annotated[int | None, HEADER()] = None
    """The octets that follow, where the sender told another number than there are."""

    @classmethod
    def take_header(cls, octets: bytes) -> tuple[tuple[Any, ...], bytes, int]:
        told = octets[1]
        if told > len(octets) - 2:
            raise DecodeError(f"{told - len(octets) + 2} octets are missing", at=len(octets))
        return (None if told == len(octets) - 2 else told,), octets, 3

    def frame(self, elements: bytes | bytearray) -> bytes:
        return bytes((BSSMAP, len(elements) + 1 if self.length is None else self.length, self.code)) + elements


class ClearCommand(BssmapMessage, code=0x20, title="CLEAR COMMAND", clause="3.2.1.21", way="down"):
    """MSC → BSS: release the channel of this connection."""

    layer_3_header_information: Annotated[bytes | None, TLV(0x07, 2)] = None
    cause: Annotated[BssmapCause, TLV(0x04, 1)]


class ClearComplete(BssmapMessage, code=0x21, title="CLEAR COMPLETE", clause="3.2.1.22", way="up"):
    """BSS → MSC: the channel is released."""


class ClearRequest(BssmapMessage, code=0x22, title="CLEAR REQUEST", clause="3.2.1.20", way="up"):
    """BSS → MSC: the mobile is lost, clear the connection."""

    cause: Annotated[BssmapCause, TLV(0x04, 1)]


class Reset(BssmapMessage, code=0x30, title="RESET", clause="3.2.1.23"):
    """Either → the other: I have lost all connections."""

    cause: Annotated[BssmapCause, TLV(0x04, 1)]


class ResetAcknowledge(BssmapMessage, code=0x31, title="RESET ACKNOWLEDGE", clause="3.2.1.24"):
    """Either → the other: your connections are forgotten here too."""


class Paging(BssmapMessage, code=0x52, title="PAGING", clause="3.2.1.19", way="down"):
    """MSC → BSS: call this mobile in these cells."""

    imsi: Annotated[MobileIdentity, TLV(0x08, 3, 8)]
    tmsi: Annotated[Tmsi | None, TLV(0x09, 4)] = None
    cell_identifier_list: Annotated[CellIdentifierList, TLV(0x1A, 1, 253)]
    channel_needed: Annotated[int | None, TV(0x24, 1)] = None
    emlpp_priority: Annotated[int | None, TV(0x38, 1)] = None


class CipherModeCommand(BssmapMessage, code=0x53, title="CIPHER MODE COMMAND", clause="3.2.1.30", way="down"):
    """MSC → BSS: cipher with this key, by one of these algorithms; and have the mobile send its IMEISV, or do not."""

    layer_3_header_information: Annotated[bytes | None, TLV(0x07, 2)] = None
    encryption_information: Annotated[EncryptionInformation, TLV(0x0A, 1, 9)]
    cipher_response_mode: Annotated[CipherResponseMode | None, TV(0x23, 1)] = None


class ClassmarkUpdate(BssmapMessage, code=0x54, title="CLASSMARK UPDATE", clause="3.2.1.29"):
    """Either → the other: this is what the mobile can do."""

    classmark_information_type_2: Annotated[MobileStationClassmark2, TLV(0x12, 3)]
    classmark_information_type_3: Annotated[MobileStationClassmark3 | None, TLV(0x13, 1, 32)] = None


class CipherModeComplete(BssmapMessage, code=0x55, title="CIPHER MODE COMPLETE", clause="3.2.1.31", way="up"):
    """BSS → MSC: the channel is ciphered by this algorithm, and the mobile has answered so."""

    layer_3_message_contents: Annotated[bytes | None, TLV(0x20, 1, 251)] = None
    chosen_encryption_algorithm: Annotated[ChosenAlgorithm | None, TV(0x2C, 1)] = None


class ClassmarkRequest(BssmapMessage, code=0x58, title="CLASSMARK REQUEST", clause="3.2.1.83", way="down"):
    """MSC → BSS: tell me what the mobile can do."""


class CipherModeReject(BssmapMessage, code=0x59, title="CIPHER MODE REJECT", clause="3.2.1.48", way="up"):
    """BSS → MSC: the channel cannot be ciphered so."""

    cause: Annotated[BssmapCause, TLV(0x04, 1)]


class CompleteLayer3Information(
    BssmapMessage, code=0x57, title="COMPLETE LAYER 3 INFORMATION", clause="3.2.1.32", way="up"
):
    """BSS → MSC: a mobile in this cell has opened a channel with this message."""

    cell_identifier: Annotated[CellIdentifierList, TLV(0x05, 1, 8)]
    layer_3_information: Annotated[bytes, TLV(0x17, 1, 251)]
    chosen_channel: Annotated[int | None, TV(0x21, 1)] = None


class DtapMessage(Message):
    """A layer 3 message of mobile and MSC, which the BSS carries and does not look into."""

    protocol = "dtap"
    rules = Rules(unknown_message=None, missing_mandatory=None, invalid_mandatory=None, unknown=lambda d, _: len(d))

    @classmethod
    def header(cls, code: int) -> bytes:
        return bytes((code,))


class Dtap(DtapMessage, code=DTAP, title="DTAP", clause="48.006 9.3"):
    """Either → the other: a message of mobile and MSC; the DLCI names channel and SAPI."""

    dlci: Annotated[int, V(1)] = 0
    message: Annotated[bytes, LV(0, 255)]


def decode(octets: bytes, *, up: bool) -> BssmapMessage:
    """Read a BSSMAP message, its BSSAP header included."""
    if len(octets) < 3:
        raise DecodeError("too short for a BSSMAP message")
    if octets[0] != BSSMAP:
        raise DecodeError(f"discriminator {octets[0]} is not that of BSSMAP")
    message: BssmapMessage = layout.decode(BssmapMessage, octets, octets[2], up=up, at=2)
    return message


def decode_dtap(octets: bytes) -> Dtap:
    """Read a DTAP message, its BSSAP header included."""
    if octets[:1] != bytes((DTAP,)):
        raise DecodeError("the discriminator is not that of DTAP")
    return Dtap.decode(octets)


__all__ = [
    "Area",
    "BssmapCause",
    "BssmapMessage",
    "CellForm",
    "CellIdentifierList",
    "ChosenAlgorithm",
    "CipherModeCommand",
    "CipherModeComplete",
    "CipherModeReject",
    "CipherResponseMode",
    "ClassmarkRequest",
    "ClassmarkUpdate",
    "ClearCommand",
    "ClearComplete",
    "ClearRequest",
    "CompleteLayer3Information",
    "Dtap",
    "DtapMessage",
    "EncryptionInformation",
    "Paging",
    "Reset",
    "ResetAcknowledge",
    "decode",
    "decode_dtap",
]
