"""BSSAP+ of the Gs interface (TS 29.018)."""

from protocol import layout
from protocol.bssap_plus.messages import (
    AlertAck,
    AlertReject,
    AlertRequest,
    BssapPlusMessage,
    DownlinkTunnelRequest,
    GprsDetachAck,
    GprsDetachIndication,
    ImsiDetachAck,
    ImsiDetachIndication,
    LocationUpdateAccept,
    LocationUpdateReject,
    LocationUpdateRequest,
    MmInformationRequest,
    MobileStatus,
    MsActivityIndication,
    MsInformationRequest,
    MsInformationResponse,
    MsUnreachable,
    PagingReject,
    PagingRequest,
    ResetAck,
    ResetIndication,
    TmsiReallocationComplete,
    UplinkTunnelRequest,
)
from protocol.errors import DecodeError


def decode(octets: bytes, *, up: bool) -> BssapPlusMessage:
    """Read a message of the SGSN (``up``) or of the VLR; DecodeError carries the Gs cause to answer, or none."""
    if not octets:
        raise DecodeError("too short for a message type")
    message: BssapPlusMessage = layout.decode(BssapPlusMessage, octets, octets[0], up=up)
    return message


__all__ = [
    "AlertAck",
    "AlertReject",
    "AlertRequest",
    "BssapPlusMessage",
    "DownlinkTunnelRequest",
    "GprsDetachAck",
    "GprsDetachIndication",
    "ImsiDetachAck",
    "ImsiDetachIndication",
    "LocationUpdateAccept",
    "LocationUpdateReject",
    "LocationUpdateRequest",
    "MmInformationRequest",
    "MobileStatus",
    "MsActivityIndication",
    "MsInformationRequest",
    "MsInformationResponse",
    "MsUnreachable",
    "PagingReject",
    "PagingRequest",
    "ResetAck",
    "ResetIndication",
    "TmsiReallocationComplete",
    "UplinkTunnelRequest",
    "decode",
]
