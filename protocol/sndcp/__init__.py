"""SNDCP: N-PDUs of several PDP contexts over LLC, compressed and cut into segments (TS 44.065)."""

from protocol.sndcp.messages import (
    UNCOMPRESSED,
    Compression,
    FirstSegment,
    SnData,
    SndcpMessage,
    SnUnitdata,
    decode,
    segment,
    segment_acknowledged,
)
from protocol.sndcp.xid import SndcpXid

__all__ = [
    "UNCOMPRESSED",
    "Compression",
    "FirstSegment",
    "SnData",
    "SnUnitdata",
    "SndcpMessage",
    "SndcpXid",
    "decode",
    "segment",
    "segment_acknowledged",
]
