"""Mobility management for circuit-switched services (TS 24.008 clause 9.2): the other half of a class B mobile."""

from protocol import layout
from protocol.causes import MmCause
from protocol.errors import DecodeError
from protocol.mm.elements import CmServiceType, LocationUpdatingType, TypeOfLocationUpdating
from protocol.mm.messages import (
    Abort,
    AuthenticationFailure,
    AuthenticationReject,
    AuthenticationRequest,
    AuthenticationResponse,
    CmReEstablishmentRequest,
    CmServiceAbort,
    CmServiceAccept,
    CmServicePrompt,
    CmServiceReject,
    CmServiceRequest,
    IdentityRequest,
    IdentityResponse,
    ImsiDetachIndication,
    LocationUpdatingAccept,
    LocationUpdatingReject,
    LocationUpdatingRequest,
    MmInformation,
    MmMessage,
    MmNull,
    MmStatus,
    TmsiReallocationCommand,
    TmsiReallocationComplete,
)

PROTOCOL_DISCRIMINATOR = 5


def decode(octets: bytes, *, up: bool) -> MmMessage:
    """Read an MM message; DecodeError carries the reject cause to answer, or none for silence (8.2, 8.3)."""
    if len(octets) < 2:
        raise DecodeError("too short for a message type")
    if octets[0] & 15 != PROTOCOL_DISCRIMINATOR:
        raise DecodeError(f"protocol discriminator {octets[0] & 15} is not MM")
    if octets[0] >> 4:
        raise DecodeError("the skip indicator is not 0")
    message: MmMessage = layout.decode(MmMessage, octets, octets[1] & 0x3F, up=up, at=1)
    return message


__all__ = [
    "PROTOCOL_DISCRIMINATOR",
    "Abort",
    "AuthenticationFailure",
    "AuthenticationReject",
    "AuthenticationRequest",
    "AuthenticationResponse",
    "CmReEstablishmentRequest",
    "CmServiceAbort",
    "CmServiceAccept",
    "CmServicePrompt",
    "CmServiceReject",
    "CmServiceRequest",
    "CmServiceType",
    "IdentityRequest",
    "IdentityResponse",
    "ImsiDetachIndication",
    "LocationUpdatingAccept",
    "LocationUpdatingReject",
    "LocationUpdatingRequest",
    "LocationUpdatingType",
    "MmCause",
    "MmInformation",
    "MmMessage",
    "MmNull",
    "MmStatus",
    "TmsiReallocationCommand",
    "TmsiReallocationComplete",
    "TypeOfLocationUpdating",
    "decode",
]
