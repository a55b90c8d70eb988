"""LLC: logical link control between mobile and SGSN (TS 44.064)."""

from protocol.errors import DecodeError
from protocol.llc.acknowledged import Ack, Bitmap, IAck, IFrame, IRnr, IRr, ISack, Rnr, Rr, Sack, SFrame
from protocol.llc.frame import LlcFrame, Sapi, UiFrame, check
from protocol.llc.reject import W1, W2, W3, W4, RejectCondition, RejectedControl
from protocol.llc.unnumbered import Disc, Dm, Frmr, Null, Sabm, Ua, UFrame, Xid
from protocol.llc.xid import XidInformation, XidParameter

FRAMES = LlcFrame.up | LlcFrame.down
"""All frames by their codes."""


def decode(octets: bytes, *, up: bool | None = None) -> LlcFrame:
    """Read and check a frame of any format, whichever way it goes; DecodeError for one that is to be discarded."""
    del up  # a frame reads alike either way, and tells by itself whether it is a command (6.2.2)
    control = octets[1] if len(octets) > 1 else 0
    if control & 0xE0 == 0xC0:
        return UiFrame.decode(octets)
    if control >= 0xE0:
        code = control & 0xEF
    elif control >= 0x80:
        code = 0x80 | octets[2] & 3 if len(octets) > 2 else 0x80
    else:
        code = octets[3] & 3 if len(octets) > 3 else 0
    found = FRAMES.get(code)
    if found is None:
        check(octets, 5)
        raise DecodeError(f"control {control:#04x} is not defined", W3, 1)
    frame = found.decode(octets)
    assert isinstance(frame, LlcFrame)
    return frame


__all__ = [
    "W1",
    "W2",
    "W3",
    "W4",
    "Ack",
    "Bitmap",
    "Disc",
    "Dm",
    "Frmr",
    "IAck",
    "IFrame",
    "IRnr",
    "IRr",
    "ISack",
    "LlcFrame",
    "Null",
    "RejectCondition",
    "RejectedControl",
    "Rnr",
    "Rr",
    "SFrame",
    "Sabm",
    "Sack",
    "Sapi",
    "UFrame",
    "Ua",
    "UiFrame",
    "Xid",
    "XidInformation",
    "XidParameter",
    "decode",
]
