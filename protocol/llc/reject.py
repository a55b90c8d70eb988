"""The information field of FRMR (TS 44.064 6.4.1.5): which frame was rejected, in which state, and why."""

from dataclasses import dataclass
from typing import Annotated, Self

from protocol.bits import BITS, Struct
from protocol.errors import DecodeError

W1 = 0x01
"""Information where none is permitted, or an S or U frame of wrong length."""

W2 = 0x02
"""More information than N201 allows."""

W3 = 0x04
"""Control field undefined or not implemented."""

W4 = 0x08
"""The rejecting entity was in ABM."""


class IControl(Struct):
    """Control field of an I frame after its format bit 0 (6.3.1), up to 3 octets of a SACK bitmap included."""

    acknowledgement_request: Annotated[bool, BITS(1)] = False
    spare: Annotated[int, BITS(1)] = 0
    ns: Annotated[int, BITS(9)]
    spare_2: Annotated[int, BITS(1)] = 0
    nr: Annotated[int, BITS(9)]
    function: Annotated[int, BITS(2)]
    following: Annotated[int, BITS(24)] = 0


class SControl(Struct):
    """Control field of an S frame after its format bits 10 (6.3.2), up to 4 octets of a SACK bitmap included."""

    acknowledgement_request: Annotated[bool, BITS(1)] = False
    spare: Annotated[int, BITS(2)] = 0
    nr: Annotated[int, BITS(9)]
    function: Annotated[int, BITS(2)]
    following: Annotated[int, BITS(32)] = 0


class UiControl(Struct):
    """Control field of a UI frame after its format bits 110 (6.3.3)."""

    spare: Annotated[int, BITS(2)] = 0
    nu: Annotated[int, BITS(9)]
    encrypted: Annotated[bool, BITS(1)] = False
    protected: Annotated[bool, BITS(1)] = False
    following: Annotated[int, BITS(32)] = 0


class UControl(Struct):
    """Control field of a U frame after its format bits 111 (6.3.4)."""

    poll_final: Annotated[bool, BITS(1)] = False
    function: Annotated[int, BITS(4)]
    following: Annotated[int, BITS(40)] = 0


Control = IControl | SControl | UiControl | UControl

FORMATS: tuple[tuple[type[Control], int, int], ...] = (
    (IControl, 1, 0),
    (SControl, 2, 2),
    (UiControl, 3, 6),
    (UControl, 3, 7),
)
"""The format bits that each control field starts with: how many, and which."""


@dataclass(frozen=True, slots=True)
class RejectedControl:
    """Rejected frame control field: the first 6 octets of the control field, filled up with zeros."""

    control: Control

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read the field."""
        if len(octets) != 6:
            raise DecodeError(f"{len(octets)} octets are no rejected frame control field")
        bits = int.from_bytes(octets, "big")
        for kind, width, start in FORMATS:
            if bits >> 48 - width == start:
                return cls(kind.from_bits(bits & (1 << 48 - width) - 1, 48 - width))
        raise AssertionError(octets)

    @classmethod
    def of_frame(cls, octets: bytes) -> Self:
        """The field for a frame that is to be rejected: what of its control field has room, without information."""
        control = octets[1:-3]
        length = 1 if control[0] >= 0xE0 else 2 if control[0] >= 0xC0 else 6
        if control[0] < 0x80 and control[2] & 3 != 3:
            length = 3
        return cls.from_octets(control[:length][:6].ljust(6, b"\0"))

    def to_octets(self) -> bytes:
        """The field's octets."""
        for kind, width, start in FORMATS:
            if isinstance(self.control, kind):
                bits, rest = self.control.to_bits()
                if rest != 48 - width:
                    raise ValueError(f"a rejected control field of {rest + width} bits is not one of 48")
                return (start << rest | bits).to_bytes(6, "big")
        raise ValueError("it has no control field")


class RejectCondition(Struct):
    """State variables of the rejecting entity, C/R bit of the rejected frame, and why it was rejected."""

    spare: Annotated[int, BITS(4)] = 0
    vs: Annotated[int, BITS(9)]
    spare_2: Annotated[int, BITS(1)] = 0
    vr: Annotated[int, BITS(9)]
    command: Annotated[bool, BITS(1)]
    spare_3: Annotated[int, BITS(4)] = 0
    w4: Annotated[bool, BITS(1)] = False
    w3: Annotated[bool, BITS(1)] = False
    w2: Annotated[bool, BITS(1)] = False
    w1: Annotated[bool, BITS(1)] = False
