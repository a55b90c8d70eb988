"""Network service of the Gb interface (TS 48.016): it names the BVC that a BSSGP PDU belongs to."""

from protocol import layout
from protocol.errors import DecodeError
from protocol.ns.messages import (
    NsAlive,
    NsAliveAck,
    NsBlock,
    NsBlockAck,
    NsMessage,
    NsReset,
    NsResetAck,
    NsStatus,
    NsUnblock,
    NsUnblockAck,
    NsUnitdata,
    SnsAck,
    SnsAdd,
    SnsChangeWeight,
    SnsConfig,
    SnsConfigAck,
    SnsDelete,
    SnsSize,
    SnsSizeAck,
)


def decode(octets: bytes, *, up: bool = True) -> NsMessage:
    """Read an NS PDU; DecodeError carries the NS cause to answer."""
    if not octets:
        raise DecodeError("no NS PDU")
    message: NsMessage = layout.decode(NsMessage, octets, octets[0], up=up)
    return message


__all__ = [
    "NsAlive",
    "NsAliveAck",
    "NsBlock",
    "NsBlockAck",
    "NsMessage",
    "NsReset",
    "NsResetAck",
    "NsStatus",
    "NsUnblock",
    "NsUnblockAck",
    "NsUnitdata",
    "SnsAck",
    "SnsAdd",
    "SnsChangeWeight",
    "SnsConfig",
    "SnsConfigAck",
    "SnsDelete",
    "SnsSize",
    "SnsSizeAck",
    "decode",
]
