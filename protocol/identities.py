"""Who and where: numbers and areas of TS 23.003 as value types that print themselves.

Numbers made of digits are ``str`` subclasses, plain numbers are ``int`` subclasses: they hash and compare as such, cost
no more, and the type checker keeps an IMSI apart from an IMEI. Octets from a peer raise DecodeError, wrong text from
our own side ValueError.
"""

import ipaddress
from dataclasses import dataclass
from typing import Self

from protocol.errors import DecodeError

DIGITS = "0123456789*#abc"
"""What the half octets 0 to 14 stand for in TBCD (TS 29.002 17.7.8); 15 fills up."""

_PAIRS = [DIGITS[octet & 15 : (octet & 15) + 1] + DIGITS[octet >> 4 : (octet >> 4) + 1] for octet in range(256)]
_OCTETS = {pair: octet for octet, pair in enumerate(_PAIRS) if len(pair) == 2}
_DECIMAL = frozenset(octet for octet in range(256) if octet & 15 < 10 and (octet >> 4 < 10 or octet >> 4 == 15))
_DECIMAL_SET = bytes(sorted(_DECIMAL))


_SWAPPED = bytes((octet & 15) << 4 | octet >> 4 for octet in range(256))
"""Octets with their halves the other way round."""


def digits_of(octets: bytes) -> str:
    """Digits of TBCD octets, low half first; a half octet of 15 may only end the number."""
    digits = octets.translate(_SWAPPED).hex()
    if digits[-1:] == "f":
        digits = digits[:-1]
    if digits.isdecimal() or not digits:
        return digits
    digits = "".join([_PAIRS[octet] for octet in octets])
    if len(digits) < 2 * len(octets) - 1 or (len(digits) % 2 and octets[-1] >> 4 != 15):
        raise DecodeError("a filler stands between digits")
    return digits


def octets_of(digits: str) -> bytes:
    """TBCD octets of digits, an odd number of them filled up with 15."""
    if digits.isdecimal() and digits.isascii():
        return bytes.fromhex(digits + "f" if len(digits) % 2 else digits).translate(_SWAPPED)
    try:
        if len(digits) % 2:
            last = 0xF0 | DIGITS.index(digits[-1])
            return bytes([*(_OCTETS[digits[i : i + 2]] for i in range(0, len(digits) - 1, 2)), last])
        return bytes([_OCTETS[digits[i : i + 2]] for i in range(0, len(digits), 2)])
    except (KeyError, ValueError):
        raise ValueError(f"{digits[:40]!r} is not made of the digits {DIGITS}") from None


def number_from(text: str) -> int:
    """A number as people write one: ``0x1f`` or ``31``."""
    try:
        if len(text) > 20 or text.strip("0123456789abcdefABCDEFx"):
            raise ValueError(text)
        return int(text, 0)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is no number such as 0x1f") from None


class _Digits(str):
    """Decimal digits of bounded number."""

    __slots__ = ()
    least = 1
    most = 15

    def __new__(cls, digits: str) -> Self:
        if not (cls.least <= len(digits) <= cls.most and digits.isascii() and digits.isdecimal()):
            wanted = f"{cls.least}" if cls.least == cls.most else f"{cls.least} to {cls.most}"
            raise ValueError(f"{cls.__name__} {digits[:40]!r} is not {wanted} decimal digits")
        return str.__new__(cls, digits)

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read TBCD."""
        if octets.translate(None, _DECIMAL_SET):
            raise DecodeError(f"{octets.hex()} has half octets that are no decimal digits")
        digits = digits_of(octets)
        if not cls.least <= len(digits) <= cls.most:
            raise DecodeError(f"{len(digits)} digits are no {cls.__name__}")
        return str.__new__(cls, digits)

    def to_octets(self) -> bytes:
        """Write TBCD."""
        return octets_of(self)


class Imsi(_Digits):
    """International mobile subscriber identity (2.2): MCC, MNC, MSIN."""

    __slots__ = ()
    least = 6
    most = 15


class Imei(_Digits):
    """International mobile equipment identity (6.2.1): TAC and serial number, with or without the check digit."""

    __slots__ = ()
    least = 14
    most = 15

    @property
    def body(self) -> str:
        """The 14 digits that identify, without check digit."""
        return self[:14]


class Imeisv(_Digits):
    """IMEI with software version (6.2.2)."""

    __slots__ = ()
    least = 16
    most = 16

    @property
    def body(self) -> str:
        """The 14 digits that identify, without software version."""
        return self[:14]


class Gt(_Digits):
    """An E.164 number used as SCCP global title and as the number of a node."""

    __slots__ = ()
    least = 5
    most = 15


class Tmsi(int):
    """TMSI or P-TMSI (2.4): four octets; a P-TMSI has its two top bits set."""

    __slots__ = ()

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read four octets."""
        if len(octets) != 4:
            raise DecodeError(f"{len(octets)} octets are no {cls.__name__}")
        return cls(int.from_bytes(octets, "big"))

    def to_octets(self) -> bytes:
        """Write four octets."""
        return self.to_bytes(4, "big")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``0xc0000001``."""
        number = number_from(text)
        if not 0 <= number < 1 << 32:
            raise ValueError(f"{text[:40]} does not fit into four octets")
        return cls(number)

    def nri(self, bits: int) -> int:
        """Network resource identifier of so many bits: which node of a pool gave it. Its highest is bit 23 (23.236)."""
        return self >> 24 - bits & (1 << bits) - 1

    def with_nri(self, nri: int, bits: int) -> Self:
        """The same with another network resource identifier."""
        shift = 24 - bits
        return type(self)(self & ~((1 << bits) - 1 << shift) | nri << shift)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({int(self):#010x})"

    def __str__(self) -> str:
        return f"{int(self):#010x}"


class Tlli(Tmsi):
    """Temporary logical link identity (2.6)."""

    __slots__ = ()

    @classmethod
    def local(cls, ptmsi: int) -> Self:
        """For a mobile that got this P-TMSI in the routing area where it is."""
        return cls(ptmsi | 0xC0000000)

    @classmethod
    def foreign(cls, ptmsi: int) -> Self:
        """For a mobile that got this P-TMSI in another routing area, or attaches with it."""
        return cls(ptmsi & 0x3FFFFFFF | 0x80000000)

    @classmethod
    def random(cls, bits: int) -> Self:
        """For a mobile without P-TMSI: top bits 01111, the lower 27 chosen at random."""
        return cls(bits & 0x07FFFFFF | 0x78000000)

    @property
    def kind(self) -> str:
        """``local``, ``foreign``, ``random``, ``auxiliary`` or ``reserved``, by the top bits."""
        top = self >> 27
        if top >= 0b11000:
            return "local"
        if top >= 0b10000:
            return "foreign"
        return {0b01111: "random", 0b01110: "auxiliary"}.get(top, "reserved")

    @property
    def ptmsi(self) -> Tmsi:
        """The P-TMSI that a local or foreign TLLI was made from."""
        return Tmsi(self | 0xC0000000)


class Teid(Tmsi):
    """Tunnel endpoint identifier (TS 29.060 7.7.13)."""

    __slots__ = ()


_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Plmn:
    """A network: mobile country code and mobile network code of two or three digits.

    A peer may send half octets that are no decimal digits, as in a LAI that was deleted (TS 24.008 10.5.1.3): they are
    kept as ``a`` to ``f``.
    """

    mcc: str
    mnc: str

    def __post_init__(self) -> None:
        digits = self.mcc + self.mnc
        if not (len(self.mcc) == 3 and len(self.mnc) in (2, 3) and _HEX.issuperset(digits)) or self.mnc[2:] == "f":
            raise ValueError(f"PLMN {self.mcc[:8]!r}-{self.mnc[:8]!r} is not three digits and two or three digits")

    @property
    def is_valid(self) -> bool:
        """True where all digits are decimal."""
        return (self.mcc + self.mnc).isdecimal()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``262-01``."""
        mcc, _, mnc = text.partition("-")
        return cls(mcc, mnc)

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read three octets (TS 24.008 10.5.1.3)."""
        known = _plmns.get(octets)
        if known is None:
            if len(octets) != 3:
                raise DecodeError(f"{len(octets)} octets are no PLMN")
            halves = f"{octets[0] & 15:x}{octets[0] >> 4:x}{octets[1] & 15:x}{octets[2] & 15:x}{octets[2] >> 4:x}"
            third = f"{octets[1] >> 4:x}"
            mnc = halves[3:] if third == "f" else halves[3:] + third
            known = cls(halves[:3], mnc)
            if len(_plmns) < 4096:
                _plmns[octets] = known
        assert isinstance(known, cls)
        return known

    def to_octets(self) -> bytes:
        """Write three octets."""
        mcc, mnc = self.mcc, self.mnc
        third = mnc[2] if len(mnc) == 3 else "f"
        return bytes.fromhex(f"{mcc[1]}{mcc[0]}{third}{mcc[2]}{mnc[1]}{mnc[0]}")

    def __str__(self) -> str:
        return f"{self.mcc}-{self.mnc}"


_plmns: dict[bytes, Plmn] = {}
"""Networks already read: a lab meets few of them, many times."""


@dataclass(frozen=True, slots=True)
class Lai:
    """Location area identification (4.1)."""

    plmn: Plmn
    lac: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``262-01-1``: MCC, MNC, LAC."""
        try:
            mcc, mnc, lac = text.split("-")
            area = cls(Plmn(mcc, mnc), int(lac))
            area.to_octets()
        except (ValueError, OverflowError):
            raise ValueError(f"{text!r} is no location area such as 262-01-1 (MCC-MNC-LAC)") from None
        return area

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read five octets."""
        if len(octets) != 5:
            raise DecodeError(f"{len(octets)} octets are no LAI")
        return cls(Plmn.from_octets(octets[:3]), octets[3] << 8 | octets[4])

    def to_octets(self) -> bytes:
        """Write five octets."""
        return self.plmn.to_octets() + self.lac.to_bytes(2, "big")

    def __str__(self) -> str:
        return f"{self.plmn}-{self.lac}"


@dataclass(frozen=True, slots=True)
class Rai:
    """Routing area identification (4.2)."""

    plmn: Plmn
    lac: int
    rac: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``262-01-1-7``: MCC, MNC, LAC, RAC."""
        try:
            mcc, mnc, lac, rac = text.split("-")
            area = cls(Plmn(mcc, mnc), int(lac), int(rac))
            area.to_octets()
        except (ValueError, OverflowError):
            raise ValueError(f"{text!r} is no routing area such as 262-01-1-7 (MCC-MNC-LAC-RAC)") from None
        return area

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read six octets."""
        if len(octets) != 6:
            raise DecodeError(f"{len(octets)} octets are no RAI")
        return cls(Plmn.from_octets(octets[:3]), octets[3] << 8 | octets[4], octets[5])

    def to_octets(self) -> bytes:
        """Write six octets."""
        return self.plmn.to_octets() + bytes((self.lac >> 8, self.lac & 255, self.rac))

    @property
    def lai(self) -> Lai:
        """The location area that it lies in."""
        return Lai(self.plmn, self.lac)

    def __str__(self) -> str:
        return f"{self.plmn}-{self.lac}-{self.rac}"


@dataclass(frozen=True, slots=True)
class CellIdentifier:
    """Cell identifier of the Gb interface (TS 48.018 11.3.9): routing area and cell identity, eight octets."""

    rai: Rai
    ci: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``262-01-1-7-42``: MCC, MNC, LAC, RAC, cell identity."""
        try:
            area, _, ci = text.rpartition("-")
            cell = cls(Rai.parse(area), int(ci))
            cell.to_octets()
        except (ValueError, OverflowError):
            raise ValueError(f"{text!r} is no cell such as 262-01-1-7-42 (MCC-MNC-LAC-RAC-CI)") from None
        return cell

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read eight octets."""
        known = _cells.get(octets)
        if known is None:
            if len(octets) != 8:
                raise DecodeError(f"{len(octets)} octets are no cell identifier")
            known = cls(Rai.from_octets(octets[:6]), octets[6] << 8 | octets[7])
            if len(_cells) < 4096:
                _cells[octets] = known
        assert isinstance(known, cls)
        return known

    def to_octets(self) -> bytes:
        """Write eight octets."""
        return self.rai.to_octets() + self.ci.to_bytes(2, "big")

    def __str__(self) -> str:
        return f"{self.rai}-{self.ci}"


_cells: dict[bytes, CellIdentifier] = {}
"""Cells already read."""


@dataclass(frozen=True, slots=True)
class MobileIdentity:
    """Mobile identity element (TS 24.008 10.5.1.4): one of several identities, or none.

    ``wrong_parity`` marks digits whose odd/even bit does not fit their number, and a TMSI that is marked as odd: some
    send so, and the filler tells.
    ``none_coded`` holds the octets of no identity (type 0), whose spare bits and digits every sender fills as it likes.
    """

    value: Imsi | Imei | Imeisv | Tmsi | None
    wrong_parity: bool = False
    none_coded: bytes = b"\xf0"

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read type, parity and digits or TMSI."""
        if not octets:
            raise DecodeError("a mobile identity has at least one octet")
        first = octets[0]
        kind = first & 7
        if kind == 4:
            if first & 0xF0 != 0xF0 or len(octets) != 5:
                raise DecodeError("a TMSI is an octet F4 and four more")
            return cls(Tmsi(int.from_bytes(octets[1:], "big")), wrong_parity=first & 8 != 0)
        if kind == 0:
            return cls(None, none_coded=octets)
        number = _IDENTITIES.get(kind)
        if number is None:
            raise DecodeError(f"identity type {kind} is reserved")
        odd = octets[-1] >> 4 != 15
        halves = octets.translate(_SWAPPED).hex()
        digits = halves[1:] if odd else halves[1:-1]
        if not digits.isdecimal():
            if first >> 4 > 9 or octets[1:].translate(None, _DECIMAL_SET):
                raise DecodeError(f"{octets.hex()} has half octets that are no decimal digits")
            raise DecodeError("a filler stands between digits")
        if not number.least <= len(digits) <= number.most:
            raise DecodeError(f"{len(digits)} digits are no {number.__name__}")
        return cls(str.__new__(number, digits), wrong_parity=odd != (first & 8 != 0))

    def to_octets(self) -> bytes:
        """Write type, parity and digits or TMSI."""
        value = self.value
        if value is None:
            if not self.none_coded or self.none_coded[0] & 7:
                raise ValueError(f"{self.none_coded.hex()} does not code that there is no identity")
            return self.none_coded
        if isinstance(value, Tmsi):
            return (b"\xfc" if self.wrong_parity else b"\xf4") + value.to_octets()
        kind = 1 if isinstance(value, Imsi) else 2 if isinstance(value, Imei) else 3
        odd = len(value) % 2
        parity = odd ^ self.wrong_parity
        digits = f"{parity << 3 | kind:x}{value}"
        return bytes.fromhex(digits if odd else digits + "f").translate(_SWAPPED)

    def __str__(self) -> str:
        return "none" if self.value is None else f"{type(self.value).__name__} {self.value}"


_IDENTITIES: dict[int, type[Imsi | Imei | Imeisv]] = {1: Imsi, 2: Imei, 3: Imeisv}


@dataclass(frozen=True, slots=True)
class IsdnAddress:
    """ISDN address string of MAP and BSSAP+ (TS 29.002 17.7.8): nature and plan, then digits."""

    digits: str
    nature_and_plan: int = 0x91

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``999010000003``, or ``a1:4711`` where nature and plan are others than international and E.164."""
        plan, colon, digits = text.rpartition(":")
        octets_of(digits)
        number = int(plan, 16) if colon else 0x91
        if not 0 <= number < 256:
            raise ValueError(f"{plan} is no octet of nature and plan")
        return cls(digits, number)

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read an octet of nature and plan (bit 8 set), and TBCD digits."""
        if not octets or len(octets) > 21:
            raise DecodeError(f"{len(octets)} octets are no address string")
        return cls(digits_of(octets[1:]), octets[0])

    def to_octets(self) -> bytes:
        """Write it."""
        return bytes([self.nature_and_plan]) + octets_of(self.digits)

    def __str__(self) -> str:
        return self.digits if self.nature_and_plan == 0x91 else f"{self.nature_and_plan:02x}:{self.digits}"


@dataclass(frozen=True, slots=True)
class GsnAddress:
    """Address of a GSN on the backbone (5.1): IPv4 or IPv6."""

    address: ipaddress.IPv4Address | ipaddress.IPv6Address

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``10.0.0.3``."""
        return cls(ipaddress.ip_address(text))

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read type and length in one octet, then the address."""
        if octets[:1] == b"\x04" and len(octets) == 5:
            return cls(ipaddress.IPv4Address(octets[1:]))
        if octets[:1] == b"\x50" and len(octets) == 17:
            return cls(ipaddress.IPv6Address(octets[1:]))
        raise DecodeError(f"{octets.hex()} is no GSN address")

    def to_octets(self) -> bytes:
        """Write it."""
        packed = self.address.packed
        return (b"\x04" if len(packed) == 4 else b"\x50") + packed

    def __str__(self) -> str:
        return str(self.address)


class Apn(str):
    """Access point name (9.1): labels joined by dots."""

    __slots__ = ()

    def __new__(cls, name: str) -> Self:
        labels = name.split(".")
        if len(name) > 99 or not all(0 < len(label) < 64 and label.isascii() for label in labels):
            raise ValueError(f"APN {name!r} is not made of labels of 1 to 63 characters, 100 octets in all")
        return str.__new__(cls, name)

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read labels, each behind its length."""
        known = _apns.get(octets)
        if known is None:
            labels = []
            p = 0
            while p < len(octets):
                end = p + 1 + octets[p]
                label = octets[p + 1 : end]
                if end > len(octets) or not label or not label.isascii():
                    raise DecodeError(f"{octets.hex()} is no access point name", at=p)
                labels.append(label.decode("ascii"))
                p = end
            try:
                known = cls(".".join(labels))
            except ValueError as error:
                raise DecodeError(str(error)) from None
            if known.to_octets() != octets:
                raise DecodeError("a label holds a dot or is too long")
            if len(_apns) < 4096:
                _apns[octets] = known
        assert isinstance(known, cls)
        return known

    def to_octets(self) -> bytes:
        """Write labels, each behind its length."""
        return b"".join(bytes([len(label)]) + label.encode("ascii") for label in self.split("."))


_apns: dict[bytes, Apn] = {}
"""Names already read, so that equal ones are one object."""
