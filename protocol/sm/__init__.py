"""GPRS session management (TS 24.008 clause 9.5)."""

from protocol import layout
from protocol.causes import SmCause
from protocol.errors import DecodeError
from protocol.sm.elements import TransactionIdentifier, take_identifier
from protocol.sm.messages import (
    PROTOCOL_DISCRIMINATOR,
    ActivatePdpContextAccept,
    ActivatePdpContextReject,
    ActivatePdpContextRequest,
    ActivateSecondaryPdpContextAccept,
    ActivateSecondaryPdpContextReject,
    ActivateSecondaryPdpContextRequest,
    DeactivatePdpContextAccept,
    DeactivatePdpContextRequest,
    ModifyPdpContextAcceptMo,
    ModifyPdpContextAcceptMt,
    ModifyPdpContextReject,
    ModifyPdpContextRequestMo,
    ModifyPdpContextRequestMt,
    RequestPdpContextActivation,
    RequestPdpContextActivationReject,
    SmMessage,
    SmStatus,
)


def decode(octets: bytes, *, up: bool) -> SmMessage:
    """Read an SM message; DecodeError carries the SM cause to answer, or none for silence (8.2, 8.3)."""
    if len(octets) < 2:
        raise DecodeError("too short for a message type")
    if octets[0] & 15 != PROTOCOL_DISCRIMINATOR:
        raise DecodeError(f"protocol discriminator {octets[0] & 15} is not SM")
    _, p = take_identifier(octets)
    if p >= len(octets):
        raise DecodeError("too short for a message type", at=p)
    message: SmMessage = layout.decode(SmMessage, octets, octets[p], up=up, at=p)
    return message


__all__ = [
    "PROTOCOL_DISCRIMINATOR",
    "ActivatePdpContextAccept",
    "ActivatePdpContextReject",
    "ActivatePdpContextRequest",
    "ActivateSecondaryPdpContextAccept",
    "ActivateSecondaryPdpContextReject",
    "ActivateSecondaryPdpContextRequest",
    "DeactivatePdpContextAccept",
    "DeactivatePdpContextRequest",
    "ModifyPdpContextAcceptMo",
    "ModifyPdpContextAcceptMt",
    "ModifyPdpContextReject",
    "ModifyPdpContextRequestMo",
    "ModifyPdpContextRequestMt",
    "RequestPdpContextActivation",
    "RequestPdpContextActivationReject",
    "SmCause",
    "SmMessage",
    "SmStatus",
    "TransactionIdentifier",
    "decode",
]
