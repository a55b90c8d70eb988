"""SCCP messages without connections: unit data of every length, and their return (Q.713 4.10, 4.11, 4.18 to 4.21)."""

from typing import Annotated, Any, ClassVar

from protocol.errors import DecodeError
from protocol.sccp.address import Address
from protocol.sccp.message import PartsMessage
from protocol.sccp.parameters import Importance, ProtocolClass, ReturnCause, Segmentation
from protocol.sccp.parts import F, O, V


class SccpMessage(PartsMessage):
    """The base of all SCCP messages."""

    protocol: ClassVar[str] = "sccp"
    kinds: ClassVar[dict[int, Any]]


class Udt(SccpMessage, code=0x09, clause="4.10"):
    """UDT: take this. At most 255 octets."""

    protocol_class: Annotated[ProtocolClass, F()] = ProtocolClass.CLASS_0
    called: Annotated[Address, V()]
    calling: Annotated[Address, V()]
    payload: Annotated[bytes, V()]


class Udts(SccpMessage, code=0x0A, clause="4.11"):
    """UDTS: your UDT could not be delivered; ``called`` is who had sent it."""

    cause: Annotated[ReturnCause, F()]
    called: Annotated[Address, V()]
    calling: Annotated[Address, V()]
    payload: Annotated[bytes, V()]


class Xudt(SccpMessage, code=0x11, clause="4.18"):
    """XUDT: take this, or this segment of something longer."""

    protocol_class: Annotated[ProtocolClass, F()] = ProtocolClass.CLASS_0
    hop_counter: Annotated[int, F()] = 15
    called: Annotated[Address, V()]
    calling: Annotated[Address, V()]
    payload: Annotated[bytes, V()]
    segmentation: Annotated[Segmentation | None, O(0x10, needed=True)] = None
    importance: Annotated[Importance | None, O(0x12)] = None


class Xudts(SccpMessage, code=0x12, clause="4.19"):
    """XUDTS: your XUDT could not be delivered; ``called`` is who had sent it."""

    cause: Annotated[ReturnCause, F()]
    hop_counter: Annotated[int, F()] = 15
    called: Annotated[Address, V()]
    calling: Annotated[Address, V()]
    payload: Annotated[bytes, V()]
    segmentation: Annotated[Segmentation | None, O(0x10, needed=True)] = None
    importance: Annotated[Importance | None, O(0x12)] = None


class Ludt(SccpMessage, code=0x13, clause="4.20", pointer=2):
    """LUDT: take this, up to 3952 octets in one piece."""

    protocol_class: Annotated[ProtocolClass, F()] = ProtocolClass.CLASS_0
    hop_counter: Annotated[int, F()] = 15
    called: Annotated[Address, V()]
    calling: Annotated[Address, V()]
    payload: Annotated[bytes, V(2)]
    segmentation: Annotated[Segmentation | None, O(0x10, needed=True)] = None
    importance: Annotated[Importance | None, O(0x12)] = None


class Ludts(SccpMessage, code=0x14, clause="4.21", pointer=2):
    """LUDTS: your LUDT could not be delivered; ``called`` is who had sent it."""

    cause: Annotated[ReturnCause, F()]
    hop_counter: Annotated[int, F()] = 15
    called: Annotated[Address, V()]
    calling: Annotated[Address, V()]
    payload: Annotated[bytes, V(2)]
    segmentation: Annotated[Segmentation | None, O(0x10, needed=True)] = None
    importance: Annotated[Importance | None, O(0x12)] = None


Unitdata = Udt | Udts | Xudt | Xudts | Ludt | Ludts


def decode(octets: bytes) -> SccpMessage:
    """Read an SCCP message."""
    try:
        kind = SccpMessage.kinds[octets[0]]
    except (IndexError, KeyError):
        raise DecodeError(f"no SCCP message starts with {octets[:1].hex() or 'nothing'}") from None
    message: SccpMessage = kind.decode(octets)
    return message


def segments(
    called: Address,
    calling: Address,
    payload: bytes,
    reference: int,
    protocol_class: ProtocolClass = ProtocolClass.CLASS_0_RETURN_ON_ERROR,
) -> list[bytes]:
    """The messages that carry ``payload``: one UDT where it fits, else up to 16 XUDT (Q.714 4.1.1.2).

    ``reference`` (24 bits) must differ among messages under way from ``calling``. ValueError for a payload of more
    than 16 segments.
    """
    most = 255 if called.gt is None and calling.gt is None else 254
    if len(payload) <= most:
        return [Udt(protocol_class=protocol_class, called=called, calling=calling, payload=payload).encode()]
    # The pointer to the optional part, of one octet, must reach beyond addresses and data.
    size = min(254, 251 - len(called.to_octets()) - len(calling.to_octets()))
    count = -(-len(payload) // size)
    if count > 16:
        raise ValueError(f"{len(payload)} octets are more than 16 segments of {size}")
    ordered = ProtocolClass(protocol_class | 1)
    return [
        Xudt(
            protocol_class=ordered,
            called=called,
            calling=calling,
            payload=payload[index * size : (index + 1) * size],
            segmentation=Segmentation(index == 0, count - 1 - index, reference, protocol_class.in_sequence),
        ).encode()
        for index in range(count)
    ]
