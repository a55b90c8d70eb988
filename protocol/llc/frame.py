"""LLC frames (TS 44.064 clauses 5 and 6): what all have in common, and unconfirmed information."""

from typing import Annotated, Any, Self

from protocol.declare import OpenEnum
from protocol.errors import DecodeError
from protocol.layout import HEADER, Message, Rules, V
from protocol.llc.fcs import fcs
from protocol.llc.reject import W1


class Sapi(OpenEnum):
    """Service access point identifier (6.2.3); frames with a reserved one are to be discarded."""

    LLGMM = 1
    TOM2 = 2
    LL3 = 3
    LL5 = 5
    LLSMS = 7
    TOM8 = 8
    LL9 = 9
    LL11 = 11


SAPIS = tuple(Sapi(value) for value in range(16))

UNPROTECTED_OCTETS = 4
"""N202: how much of the information the FCS covers in unprotected mode."""


def no_more(d: bytes, p: int) -> int:
    """A frame without information has some: its length is wrong (8.8, FRMR with W1)."""
    raise DecodeError(f"{len(d) - p} octets more than the frame has", W1, p)


class LlcFrame(Message):
    """An LLC frame: address, control, information, and frame check sequence (5.1).

    ``command`` is the C/R bit: 1 in commands of the network and responses of the mobile, 0 in responses of the network
    and commands of the mobile (6.2.2). A wrong FCS is a DecodeError without cause, as such a frame is discarded
    silently (5.8); other causes are the W bits of the FRMR that answers in ABM.
    """

    protocol = "llc"
    rules = Rules(unknown_message=None, missing_mandatory=W1, invalid_mandatory=W1, unknown=no_more)

    sapi: Annotated[Sapi, HEADER("4 bits")]
    command: Annotated[bool, HEADER("1 bit")]
    address_spare: Annotated[int, HEADER("2 bits")] = 0


def check(octets: bytes, least: int) -> None:
    """DecodeError for fewer than ``least`` octets, another protocol discriminator, or a wrong FCS over all."""
    if len(octets) < least:
        raise DecodeError(f"{len(octets)} octets are no such LLC frame")
    if octets[0] & 0x80:
        raise DecodeError(f"the protocol discriminator of address {octets[0]:#04x} is not that of LLC")
    if fcs(octets[:-3]) != octets[-3:]:
        raise DecodeError("the frame check sequence is wrong", at=len(octets) - 3)


def address_of(octets: bytes) -> tuple[Sapi, bool, int]:
    """The fields of the address (6.2.0)."""
    address = octets[0]
    return SAPIS[address & 15], address & 64 != 0, address >> 4 & 3


def address(frame: LlcFrame) -> int:
    """The address octet."""
    fits(frame, sapi=4, address_spare=2)
    return frame.command << 6 | frame.address_spare << 4 | frame.sapi


def fits(frame: Any, **widths: int) -> None:
    """ValueError where a field of ours is wider than its bits."""
    for name, width in widths.items():
        value = getattr(frame, name)
        if value >> width:
            raise ValueError(f"{type(frame).__name__}.{name} = {int(value)} does not fit into {width} bits")


class UiFrame(LlcFrame, code=0xC0, title="UI", clause="6.4.2.1"):
    """Either → the other: unconfirmed information, numbered 0 to 511.

    ``encrypted`` is the E bit: the information is ciphered, and opaque. ``protected`` is the PM bit: the FCS covers all
    of the information, not only its first 4 octets.
    """

    spare: Annotated[int, HEADER("2 bits")] = 0
    nu: Annotated[int, HEADER("9 bits")]
    encrypted: Annotated[bool, HEADER("1 bit")] = False
    protected: Annotated[bool, HEADER("1 bit")] = True
    information: Annotated[bytes, V(0, 65535)]

    @classmethod
    def take_header(cls, octets: bytes) -> tuple[tuple[Any, ...], bytes, int]:
        frame = cls.decode(octets)
        heading = (frame.sapi, frame.command, frame.address_spare, frame.spare, frame.nu)
        return (*heading, frame.encrypted, frame.protected), octets[:-3], 3

    def encode(self) -> bytes:
        """Address, control, information and frame check sequence."""
        nu, spare, address_spare = self.nu, self.spare, self.address_spare
        if nu >> 9 or spare >> 2 or address_spare >> 2 or self.sapi >> 4:
            fits(self, nu=9, spare=2, address_spare=2, sapi=4)
        if self.extras or self.coding is not None:
            raise ValueError("a UI frame has no elements that could be coded otherwise")
        head = bytes(
            (
                self.command << 6 | address_spare << 4 | self.sapi,
                0xC0 | spare << 3 | nu >> 6,
                (nu & 63) << 2 | self.encrypted << 1 | self.protected,
            )
        )
        frame = head + self.information
        return frame + fcs(frame if self.protected else frame[: 3 + UNPROTECTED_OCTETS])

    @classmethod
    def decode(cls, octets: bytes) -> Self:
        """Read and check a frame; DecodeError for a wrong FCS and for every frame that is not UI."""
        if len(octets) < 6:
            raise DecodeError(f"{len(octets)} octets are no UI frame")
        address, control, last = octets[:3]
        if address & 0x80:
            raise DecodeError(f"the protocol discriminator of address {address:#04x} is not that of LLC")
        if control & 0xE0 != 0xC0:
            raise DecodeError(f"control {control:#04x} is not of a UI frame", at=1)
        covered = octets[:-3] if last & 1 else octets[: min(len(octets) - 3, 3 + UNPROTECTED_OCTETS)]
        if fcs(covered) != octets[-3:]:
            raise DecodeError("the frame check sequence is wrong", at=len(octets) - 3)
        frame = _new(cls)
        _set_sapi(frame, SAPIS[address & 15])
        _set_command(frame, address & 64 != 0)
        _set_address_spare(frame, address >> 4 & 3)
        _set_spare(frame, control >> 3 & 3)
        _set_nu(frame, (control & 7) << 6 | last >> 2)
        _set_encrypted(frame, last & 2 != 0)
        _set_protected(frame, last & 1 != 0)
        _set_information(frame, octets[3:-3])
        _set_extras(frame, ())
        _set_coding(frame, None)
        return frame


_new = object.__new__
_slots: Any = UiFrame  # a slot's own setter passes by the frozen record's __setattr__, as compiled decoders do
_set_sapi = _slots.sapi.__set__
_set_command = _slots.command.__set__
_set_address_spare = _slots.address_spare.__set__
_set_spare = _slots.spare.__set__
_set_nu = _slots.nu.__set__
_set_encrypted = _slots.encrypted.__set__
_set_protected = _slots.protected.__set__
_set_information = _slots.information.__set__
_set_extras = _slots.extras.__set__
_set_coding = _slots.coding.__set__
