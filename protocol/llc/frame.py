"""LLC frames (TS 44.064 clause 6): unconfirmed information."""

from typing import Self

from protocol.declare import OpenEnum
from protocol.errors import DecodeError
from protocol.llc.fcs import fcs


class Sapi(OpenEnum):
    """Service access point identifier (6.2.3)."""

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


class UiFrame:
    """UI frame (6.3.5.1.1): unconfirmed information with number N(U), 0 to 511.

    ``command`` is the C/R bit: 1 in commands of the network, 0 in commands of the mobile (6.2.2).
    """

    __slots__ = ("command", "encrypted", "information", "nu", "protected", "sapi")

    def __init__(
        self,
        *,
        sapi: Sapi,
        command: bool,
        nu: int,
        information: bytes,
        encrypted: bool = False,
        protected: bool = True,
    ) -> None:
        self.sapi = sapi
        self.command = command
        self.nu = nu
        self.information = information
        self.encrypted = encrypted
        self.protected = protected

    def encode(self) -> bytes:
        """Address, control, information and frame check sequence."""
        nu = self.nu
        head = bytes(
            (
                self.command << 6 | self.sapi,
                0xC0 | nu >> 6,
                (nu & 63) << 2 | self.encrypted << 1 | self.protected,
            )
        )
        frame = head + self.information
        return frame + fcs(frame if self.protected else frame[: 3 + UNPROTECTED_OCTETS])

    @classmethod
    def decode(cls, octets: bytes) -> Self:
        """Read and check a frame; DecodeError for a wrong FCS and for every frame that is not UI."""
        if len(octets) < 6:
            raise DecodeError(f"{len(octets)} octets are no LLC frame")
        address, control, last = octets[0], octets[1], octets[2]
        if address & 0xB0:
            raise DecodeError(f"address {address:#04x} is not of an LLC frame")
        if control & 0xE0 != 0xC0:
            raise DecodeError(f"control {control:#04x} is not of a UI frame", at=1)
        covered = octets[:-3] if last & 1 else octets[: min(len(octets) - 3, 3 + UNPROTECTED_OCTETS)]
        if fcs(covered) != octets[-3:]:
            raise DecodeError("the frame check sequence is wrong", at=len(octets) - 3)
        frame = cls.__new__(cls)
        frame.sapi = SAPIS[address & 15]
        frame.command = address & 64 != 0
        frame.nu = (control & 7) << 6 | last >> 2
        frame.encrypted = last & 2 != 0
        frame.protected = last & 1 != 0
        frame.information = octets[3:-3]
        return frame

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UiFrame) and all(getattr(self, s) == getattr(other, s) for s in self.__slots__)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"UiFrame({', '.join(f'{slot}={getattr(self, slot)!r}' for slot in self.__slots__)})"
