"""BSS GPRS protocol of the Gb interface (TS 48.018)."""

from protocol import layout
from protocol.bssgp.elements import INFINITE, Delay, DlQosProfile, FeatureBitmap, ImsiIdentity, UlQosProfile
from protocol.bssgp.location import (
    PerformLocationAbort,
    PerformLocationRequest,
    PerformLocationResponse,
    PositionCommand,
    PositionResponse,
)
from protocol.bssgp.management import (
    BvcBlock,
    BvcBlockAck,
    BvcReset,
    BvcResetAck,
    BvcUnblock,
    BvcUnblockAck,
    CreateBssPfc,
    CreateBssPfcAck,
    CreateBssPfcNack,
    DeleteBssPfc,
    DeleteBssPfcAck,
    DownloadBssPfc,
    FlowControlBvc,
    FlowControlBvcAck,
    FlowControlMs,
    FlowControlMsAck,
    FlushLl,
    FlushLlAck,
    LlcDiscarded,
    ModifyBssPfc,
    ModifyBssPfcAck,
    Overload,
    SgsnInvokeTrace,
    Status,
)
from protocol.bssgp.messages import (
    BssgpMessage,
    DlUnitdata,
    PagingCs,
    PagingPs,
    RaCapability,
    RaCapabilityUpdate,
    RaCapabilityUpdateAck,
    RadioStatus,
    Resume,
    ResumeAck,
    ResumeNack,
    Suspend,
    SuspendAck,
    SuspendNack,
    UlUnitdata,
)
from protocol.errors import DecodeError


def decode(octets: bytes, *, up: bool) -> BssgpMessage:
    """Read a BSSGP PDU; DecodeError carries the BSSGP cause to answer."""
    if not octets:
        raise DecodeError("no BSSGP PDU")
    message: BssgpMessage = layout.decode(BssgpMessage, octets, octets[0], up=up)
    return message


__all__ = [
    "INFINITE",
    "BssgpMessage",
    "BvcBlock",
    "BvcBlockAck",
    "BvcReset",
    "BvcResetAck",
    "BvcUnblock",
    "BvcUnblockAck",
    "CreateBssPfc",
    "CreateBssPfcAck",
    "CreateBssPfcNack",
    "Delay",
    "DeleteBssPfc",
    "DeleteBssPfcAck",
    "DlQosProfile",
    "DlUnitdata",
    "DownloadBssPfc",
    "FeatureBitmap",
    "FlowControlBvc",
    "FlowControlBvcAck",
    "FlowControlMs",
    "FlowControlMsAck",
    "FlushLl",
    "FlushLlAck",
    "ImsiIdentity",
    "LlcDiscarded",
    "ModifyBssPfc",
    "ModifyBssPfcAck",
    "Overload",
    "PagingCs",
    "PagingPs",
    "PerformLocationAbort",
    "PerformLocationRequest",
    "PerformLocationResponse",
    "PositionCommand",
    "PositionResponse",
    "RaCapability",
    "RaCapabilityUpdate",
    "RaCapabilityUpdateAck",
    "RadioStatus",
    "Resume",
    "ResumeAck",
    "ResumeNack",
    "SgsnInvokeTrace",
    "Status",
    "Suspend",
    "SuspendAck",
    "SuspendNack",
    "UlQosProfile",
    "UlUnitdata",
    "decode",
]
