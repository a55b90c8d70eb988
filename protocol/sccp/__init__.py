"""SCCP, the Signalling Connection Control Part (Q.711 to Q.714), without connections: what MAP and BSSAP+ need."""

from protocol.sccp.address import Address, Ssn
from protocol.sccp.messages import (
    Ludt,
    Ludts,
    Message,
    ProtocolClass,
    ReturnCause,
    Segmentation,
    Udt,
    Udts,
    Unitdata,
    Xudt,
    Xudts,
    decode,
    segments,
)

__all__ = [
    "Address",
    "Ludt",
    "Ludts",
    "Message",
    "ProtocolClass",
    "ReturnCause",
    "Segmentation",
    "Ssn",
    "Udt",
    "Udts",
    "Unitdata",
    "Xudt",
    "Xudts",
    "decode",
    "segments",
]
