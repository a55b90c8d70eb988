"""Frames of acknowledged operation (TS 44.064 6.4.3): information, and supervisory functions with or without it.

The supervisory function is part of what a frame is: an I frame carries one as an S frame does (6.4.3), so each function
is a frame of its own in both formats.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Self

from protocol.errors import DecodeError
from protocol.layout import HEADER, V
from protocol.llc.fcs import fcs
from protocol.llc.frame import LlcFrame, address, address_of, check, fits
from protocol.llc.reject import W1

LONGEST_BITMAP = 32
"""Octets of a bitmap: as many frames as the window can have."""


@dataclass(frozen=True, slots=True)
class Bitmap:
    """R(n) of SACK (6.3.5.4): whether the frame numbered N(R) + n has come, R(1) in the first bit; 8 to 256 of them."""

    octets: bytes

    @classmethod
    def of(cls, *received: int) -> Self:
        """The shortest bitmap with a 1 for each of these n, from 1 on."""
        octets = bytearray(max(received, default=1) + 7 >> 3)
        for n in received:
            octets[n - 1 >> 3] |= 0x80 >> (n - 1 & 7)
        return cls(bytes(octets))

    def __contains__(self, n: int) -> bool:
        return 0 < n <= 8 * len(self.octets) and self.octets[n - 1 >> 3] << (n - 1 & 7) & 0x80 != 0

    def __str__(self) -> str:
        return "".join(f"{octet:08b}" for octet in self.octets)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``str()`` back."""
        if set(text) - {"0", "1"} or not 8 <= len(text) <= 8 * LONGEST_BITMAP or len(text) % 8:
            raise ValueError(f"{text[:40]!r} is not 8, 16, ... 256 digits 0 and 1")
        return cls(int(text, 2).to_bytes(len(text) // 8, "big"))

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read the bitmap."""
        if not 1 <= len(octets) <= LONGEST_BITMAP:
            raise DecodeError(f"a bitmap has 1 to {LONGEST_BITMAP} octets, not {len(octets)}", W1)
        return cls(octets)

    def to_octets(self) -> bytes:
        """The bitmap's octets."""
        return self.octets


class IFrame(LlcFrame):
    """I format (6.3.1): information with the number N(S), and a supervisory function with N(R).

    ``acknowledgement_request`` is the A bit. The information is ciphered wherever ciphering is on, and opaque.
    """

    acknowledgement_request: Annotated[bool, HEADER("1 bit")] = False
    spare: Annotated[int, HEADER("1 bit")] = 0
    ns: Annotated[int, HEADER("9 bits")]
    spare_2: Annotated[int, HEADER("1 bit")] = 0
    nr: Annotated[int, HEADER("9 bits")]

    @classmethod
    def take_header(cls, octets: bytes) -> tuple[tuple[Any, ...], bytes, int]:
        check(octets, 7)
        first, second, third = octets[1:4]
        if first & 0x80 or third & 3 != cls.code:
            raise DecodeError(f"control {octets[1:4].hex()} is not of a frame {cls.title}", at=1)
        ns = (first & 0x1F) << 4 | second >> 4
        nr = (second & 7) << 6 | third >> 2
        control = (first & 0x40 != 0, first >> 5 & 1, ns, second >> 3 & 1, nr)
        return (*address_of(octets), *control), octets[:-3], 4

    def control(self) -> bytes:
        """The three octets of the control field."""
        fits(self, spare=1, ns=9, spare_2=1, nr=9)
        ns, nr = self.ns, self.nr
        first = self.acknowledgement_request << 6 | self.spare << 5 | ns >> 4
        return bytes((first, (ns & 15) << 4 | self.spare_2 << 3 | nr >> 6, (nr & 63) << 2 | self.code))

    def frame(self, elements: bytes | bytearray) -> bytes:
        whole = bytes((address(self),)) + self.control() + elements
        return whole + fcs(whole)


class IRr(IFrame, code=0x00, title="I+RR", clause="6.4.3.1"):
    """Either → the other: information; I am ready for more, and have all before N(R)."""

    information: Annotated[bytes, V(0, 65535)]


class IAck(IFrame, code=0x01, title="I+ACK", clause="6.4.3.2"):
    """Either → the other: information; I have all before N(R), and the frame N(R) + 1."""

    information: Annotated[bytes, V(0, 65535)]


class IRnr(IFrame, code=0x02, title="I+RNR", clause="6.4.3.4"):
    """Either → the other: information; I have all before N(R), but take no more now."""

    information: Annotated[bytes, V(0, 65535)]


class ISack(IFrame, code=0x03, title="I+SACK", clause="6.4.3.3"):
    """Either → the other: information; I have all before N(R), and of those behind it the ones marked."""

    k_spare: Annotated[int, HEADER("3 bits")] = 0
    bitmap: Annotated[Bitmap, HEADER("2-33")]
    information: Annotated[bytes, V(0, 65535)]

    @classmethod
    def take_header(cls, octets: bytes) -> tuple[tuple[Any, ...], bytes, int]:
        heading, d, p = super().take_header(octets)
        if p >= len(d):
            raise DecodeError("the length of the bitmap is missing", W1, p)
        k = d[p]
        end = p + 2 + (k & 0x1F)
        if end > len(d):
            raise DecodeError(f"{end - len(d)} octets of the bitmap are missing", W1, p)
        return (*heading, k >> 5, Bitmap(d[p + 1 : end])), d, end

    def control(self) -> bytes:
        fits(self, k_spare=3)
        octets = self.bitmap.octets
        if not 1 <= len(octets) <= LONGEST_BITMAP:
            raise ValueError(f"a bitmap has 1 to {LONGEST_BITMAP} octets, not {len(octets)}")
        return super().control() + bytes((self.k_spare << 5 | len(octets) - 1,)) + octets


class SFrame(LlcFrame):
    """S format (6.3.2): a supervisory function with N(R); ``acknowledgement_request`` is the A bit."""

    acknowledgement_request: Annotated[bool, HEADER("1 bit")] = False
    spare: Annotated[int, HEADER("2 bits")] = 0
    nr: Annotated[int, HEADER("9 bits")]

    @classmethod
    def take_header(cls, octets: bytes) -> tuple[tuple[Any, ...], bytes, int]:
        check(octets, 6)
        first, second = octets[1:3]
        if first & 0xC0 != 0x80 or second & 3 != cls.code & 3:
            raise DecodeError(f"control {octets[1:3].hex()} is not of a frame {cls.title}", at=1)
        control = (first & 0x20 != 0, first >> 3 & 3, (first & 7) << 6 | second >> 2)
        return (*address_of(octets), *control), octets[:-3], 3

    def frame(self, elements: bytes | bytearray) -> bytes:
        fits(self, spare=2, nr=9)
        first = 0x80 | self.acknowledgement_request << 5 | self.spare << 3 | self.nr >> 6
        whole = bytes((address(self), first, (self.nr & 63) << 2 | self.code & 3)) + elements
        return whole + fcs(whole)


class Rr(SFrame, code=0x80, title="RR", clause="6.4.3.1"):
    """Either → the other: I am ready for more, and have all before N(R)."""


class Ack(SFrame, code=0x81, title="ACK", clause="6.4.3.2"):
    """Either → the other: I have all before N(R), and the frame N(R) + 1."""


class Rnr(SFrame, code=0x82, title="RNR", clause="6.4.3.4"):
    """Either → the other: I have all before N(R), but take no more now."""


class Sack(SFrame, code=0x83, title="SACK", clause="6.4.3.3"):
    """Either → the other: I have all before N(R), and of those behind it the ones marked."""

    bitmap: Annotated[Bitmap, V(1, LONGEST_BITMAP)]
