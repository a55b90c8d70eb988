"""Network service of the Gb interface (TS 48.016), as far as it names the BVC that a BSSGP PDU belongs to."""

from typing import Annotated

from protocol import layout
from protocol.errors import DecodeError
from protocol.layout import Message, Rules, V


def unknown(d: bytes, p: int) -> int:
    """NS-UNITDATA has no further elements."""
    return len(d)


class NsMessage(Message):
    """A PDU of the network service."""

    protocol = "ns"
    rules = Rules(unknown_message=None, missing_mandatory=None, invalid_mandatory=None, unknown=unknown)

    @classmethod
    def header(cls, code: int) -> bytes:
        return bytes((code,))


class NsUnitdata(NsMessage, code=0x00, title="NS-UNITDATA", clause="9.2.10"):
    """Either → the other: a BSSGP PDU of this BVC; BVCI 0 is signalling."""

    sdu_control_bits: Annotated[int, V(1)] = 0
    bvci: Annotated[int, V(2)]
    sdu: Annotated[bytes, V(0, 1700)]


def decode(octets: bytes, *, up: bool = True) -> NsMessage:
    """Read an NS PDU."""
    if not octets:
        raise DecodeError("no NS PDU")
    message: NsMessage = layout.decode(NsMessage, octets, octets[0], up=up)
    return message


__all__ = ["NsMessage", "NsUnitdata", "decode"]
