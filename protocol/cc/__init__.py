"""Call control of circuit-switched services (TS 24.008 clause 9.3): what the shortest call needs."""

from protocol import layout
from protocol.causes import CcCause
from protocol.cc.elements import (
    CalledPartyBcdNumber,
    CallingPartyBcdNumber,
    CallState,
    CallStateValue,
    Cause,
    Location,
    NumberingPlan,
    TypeOfNumber,
)
from protocol.cc.messages import (
    PROTOCOL_DISCRIMINATOR,
    AlertingMo,
    AlertingMt,
    CallConfirmed,
    CallProceeding,
    CcMessage,
    ConnectAcknowledge,
    ConnectMo,
    ConnectMt,
    DisconnectMo,
    DisconnectMt,
    EmergencySetup,
    ReleaseCompleteMo,
    ReleaseCompleteMt,
    ReleaseMo,
    ReleaseMt,
    SetupMo,
    SetupMt,
    Status,
    StatusEnquiry,
)
from protocol.errors import DecodeError
from protocol.sm.elements import TransactionIdentifier, take_identifier


def decode(octets: bytes, *, up: bool) -> CcMessage:
    """Read a CC message; DecodeError carries the cause to answer, or none for silence (8.2, 8.3)."""
    if len(octets) < 2:
        raise DecodeError("too short for a message type")
    if octets[0] & 15 != PROTOCOL_DISCRIMINATOR:
        raise DecodeError(f"protocol discriminator {octets[0] & 15} is not CC")
    _, p = take_identifier(octets)
    if p >= len(octets):
        raise DecodeError("too short for a message type", at=p)
    message: CcMessage = layout.decode(CcMessage, octets, octets[p] & 0x3F, up=up, at=p)
    return message


__all__ = [
    "PROTOCOL_DISCRIMINATOR",
    "AlertingMo",
    "AlertingMt",
    "CallConfirmed",
    "CallProceeding",
    "CallState",
    "CallStateValue",
    "CalledPartyBcdNumber",
    "CallingPartyBcdNumber",
    "Cause",
    "CcCause",
    "CcMessage",
    "ConnectAcknowledge",
    "ConnectMo",
    "ConnectMt",
    "DisconnectMo",
    "DisconnectMt",
    "EmergencySetup",
    "Location",
    "NumberingPlan",
    "ReleaseCompleteMo",
    "ReleaseCompleteMt",
    "ReleaseMo",
    "ReleaseMt",
    "SetupMo",
    "SetupMt",
    "Status",
    "StatusEnquiry",
    "TransactionIdentifier",
    "TypeOfNumber",
    "decode",
]
