"""GPRS mobility management (TS 24.008 clause 9.4)."""

from protocol import layout
from protocol.causes import GmmCause
from protocol.errors import DecodeError
from protocol.gmm.messages import (
    AttachAccept,
    AttachComplete,
    AttachReject,
    AttachRequest,
    AuthenticationAndCipheringFailure,
    AuthenticationAndCipheringReject,
    AuthenticationAndCipheringRequest,
    AuthenticationAndCipheringResponse,
    DetachAcceptMo,
    DetachAcceptMt,
    DetachRequestMo,
    DetachRequestMt,
    GmmInformation,
    GmmMessage,
    GmmStatus,
    IdentityRequest,
    IdentityResponse,
    PtmsiReallocationCommand,
    PtmsiReallocationComplete,
    RoutingAreaUpdateAccept,
    RoutingAreaUpdateComplete,
    RoutingAreaUpdateReject,
    RoutingAreaUpdateRequest,
    ServiceAccept,
    ServiceReject,
    ServiceRequest,
)

PROTOCOL_DISCRIMINATOR = 8


def decode(octets: bytes, *, up: bool) -> GmmMessage:
    """Read a GMM message; DecodeError carries the GMM cause to answer, or none for silence (8.2, 8.3)."""
    if len(octets) < 2:
        raise DecodeError("too short for a message type")
    if octets[0] & 15 != PROTOCOL_DISCRIMINATOR:
        raise DecodeError(f"protocol discriminator {octets[0] & 15} is not GMM")
    if octets[0] >> 4:
        raise DecodeError("the skip indicator is not 0")
    message: GmmMessage = layout.decode(GmmMessage, octets, octets[1], up=up, at=1)
    return message


__all__ = [
    "PROTOCOL_DISCRIMINATOR",
    "AttachAccept",
    "AttachComplete",
    "AttachReject",
    "AttachRequest",
    "AuthenticationAndCipheringFailure",
    "AuthenticationAndCipheringReject",
    "AuthenticationAndCipheringRequest",
    "AuthenticationAndCipheringResponse",
    "DetachAcceptMo",
    "DetachAcceptMt",
    "DetachRequestMo",
    "DetachRequestMt",
    "GmmCause",
    "GmmInformation",
    "GmmMessage",
    "GmmStatus",
    "IdentityRequest",
    "IdentityResponse",
    "PtmsiReallocationCommand",
    "PtmsiReallocationComplete",
    "RoutingAreaUpdateAccept",
    "RoutingAreaUpdateComplete",
    "RoutingAreaUpdateReject",
    "RoutingAreaUpdateRequest",
    "ServiceAccept",
    "ServiceReject",
    "ServiceRequest",
    "decode",
]
