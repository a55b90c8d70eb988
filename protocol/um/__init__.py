"""The air interface as it travels on the bus: a small header of ours, then an LLC frame or RR and MM messages.

The radio itself (RLC/MAC, LAPDm) is not emulated. What it would tell the network about a frame stands in the header: in
which cell it was sent and whose it is. This is the one protocol here that no specification knows.
"""

from typing import Annotated

from protocol import layout
from protocol.errors import DecodeError
from protocol.identities import CellIdentifier, Tlli
from protocol.layout import LV2, Message, Rules, V


def unknown(d: bytes, p: int) -> int:
    """There is nothing behind the declared elements."""
    raise DecodeError("octets after the end", at=p)


class UmMessage(Message):
    """What crosses the air."""

    protocol = "um"
    rules = Rules(unknown_message=None, missing_mandatory=None, invalid_mandatory=None, unknown=unknown)

    @classmethod
    def header(cls, code: int) -> bytes:
        return bytes((code,))


class PacketChannel(UmMessage, code=1, title="packet channel", clause="of ours"):
    """Either → the other: an LLC frame of this TLLI on a packet data channel of this cell."""

    cell: Annotated[CellIdentifier, V(8)]
    tlli: Annotated[Tlli, V(4)]
    llc_frame: Annotated[bytes, LV2(0, 1600)]


class DedicatedChannel(UmMessage, code=2, title="dedicated channel", clause="of ours"):
    """Either → the other: an RR or MM message on the dedicated channel with this reference."""

    cell: Annotated[CellIdentifier, V(8)]
    reference: Annotated[int, V(4)]
    message: Annotated[bytes, LV2(0, 255)]


class PagingChannel(UmMessage, code=3, title="paging channel", clause="of ours", way="down"):
    """Cell → all mobiles in it: a PAGING REQUEST."""

    cell: Annotated[CellIdentifier, V(8)]
    message: Annotated[bytes, LV2(0, 255)]


class BroadcastChannel(UmMessage, code=4, title="broadcast channel", clause="of ours", way="down"):
    """Cell → all mobiles that look for one: what there is to know about it, in SYSTEM INFORMATION TYPE 3 and 13."""

    cell: Annotated[CellIdentifier, V(8)]
    system_information_3: Annotated[bytes, LV2(0, 255)]
    system_information_13: Annotated[bytes, LV2(0, 255)]


def decode(octets: bytes, *, up: bool = True) -> UmMessage:
    """Read what came over the air."""
    if not octets:
        raise DecodeError("nothing on the air")
    message: UmMessage = layout.decode(UmMessage, octets, octets[0], up=up)
    return message


__all__ = ["BroadcastChannel", "DedicatedChannel", "PacketChannel", "PagingChannel", "UmMessage", "decode"]
