"""Radio resource management (TS 44.018 clause 9.1): what GPRS meets on dedicated, common and broadcast channels."""

from protocol import layout
from protocol.causes import RrCause
from protocol.errors import DecodeError
from protocol.rr.blocks import BlockMessage, RrMessage
from protocol.rr.elements import CellIdentity, ChannelNeeded, ChannelsNeeded, SuspensionCause
from protocol.rr.messages import (
    ChannelRelease,
    CipheringModeCommand,
    CipheringModeComplete,
    ClassmarkChange,
    ClassmarkEnquiry,
    GprsSuspensionRequest,
    ImmediateAssignment,
    PagingRequestType1,
    PagingRequestType2,
    PagingRequestType3,
    PagingResponse,
    RrStatus,
    SystemInformationType1,
    SystemInformationType2,
    SystemInformationType3,
    SystemInformationType4,
    SystemInformationType5,
    SystemInformationType6,
    SystemInformationType13,
)
from protocol.rr.si13 import NetworkModeOfOperation

PROTOCOL_DISCRIMINATOR = 6


def decode(octets: bytes, *, up: bool) -> RrMessage:
    """Read an RR message; DecodeError carries the RR cause to answer, or none for silence (8.2, 8.3).

    On common and broadcast channels an L2 pseudo length stands first; its last two bits, 01, are no end of a protocol
    discriminator of RR.
    """
    in_block = len(octets) > 0 and octets[0] & 3 == 1
    start = int(in_block)
    if len(octets) < start + 2:
        raise DecodeError("too short for a message type")
    if octets[start] & 15 != PROTOCOL_DISCRIMINATOR:
        raise DecodeError(f"protocol discriminator {octets[start] & 15} is not RR", at=start)
    if octets[start] >> 4:
        raise DecodeError("the skip indicator is not 0", at=start)
    code = octets[start + 1]
    found = (RrMessage.up if up else RrMessage.down).get(code)
    if found is not None and issubclass(found, BlockMessage) is not in_block:
        told = f"{found.title} {'has no' if in_block else 'needs an'} L2 pseudo length"
        raise DecodeError(told, RrMessage.rules.unknown_message)
    message: RrMessage = layout.decode(RrMessage, octets, code, up=up, at=start + 1)
    return message


__all__ = [
    "PROTOCOL_DISCRIMINATOR",
    "BlockMessage",
    "CellIdentity",
    "ChannelNeeded",
    "ChannelRelease",
    "ChannelsNeeded",
    "CipheringModeCommand",
    "CipheringModeComplete",
    "ClassmarkChange",
    "ClassmarkEnquiry",
    "GprsSuspensionRequest",
    "ImmediateAssignment",
    "NetworkModeOfOperation",
    "PagingRequestType1",
    "PagingRequestType2",
    "PagingRequestType3",
    "PagingResponse",
    "RrCause",
    "RrMessage",
    "RrStatus",
    "SuspensionCause",
    "SystemInformationType1",
    "SystemInformationType2",
    "SystemInformationType3",
    "SystemInformationType4",
    "SystemInformationType5",
    "SystemInformationType6",
    "SystemInformationType13",
    "decode",
]
