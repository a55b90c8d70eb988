"""Names and times that a network tells (TS 24.008 10.5.3.5a, 10.5.3.8, 10.5.3.9, 10.5.3.11, 10.5.3.12)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Final, Self

from protocol.bits import BITS, Struct, bits_in
from protocol.declare import OpenEnum
from protocol.errors import DecodeError

ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The GSM 7 bit default alphabet (TS 23.038 6.2.1); 1B announces a character of the extension table."""

EXTENSION = {"\x0c": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40}
EXTENSION["€"] = 0x65
"""The extension table (TS 23.038 6.2.1.1)."""

ESCAPE = ALPHABET.index("\x1b")
_SEPTETS: dict[str, tuple[int, ...]] = {character: (code,) for code, character in enumerate(ALPHABET)}
_SEPTETS |= {character: (ESCAPE, code) for character, code in EXTENSION.items()}
_EXTENDED = {ALPHABET[ESCAPE] + ALPHABET[code]: character for character, code in EXTENSION.items()}
_EXTENDED_PAIR = re.compile("|".join(map(re.escape, _EXTENDED)))


def text_of(septets: list[int]) -> str:
    """The text that septets of the default alphabet stand for."""
    plain = "".join([ALPHABET[septet] for septet in septets])
    return _EXTENDED_PAIR.sub(lambda found: _EXTENDED[found[0]], plain)


def septets_of(text: str) -> list[int]:
    """The inverse of :func:`text_of`."""
    try:
        return [septet for character in text for septet in _SEPTETS[character]]
    except KeyError as error:
        raise ValueError(f"{error.args[0]!r} is not in the GSM alphabet: use UCS2") from None


LONGEST_TEXT: Final = 4096
"""More characters than any element has."""


class CodingScheme(OpenEnum):
    """How the text of a network name is coded."""

    GSM_DEFAULT_ALPHABET = 0
    UCS2 = 1


@dataclass(frozen=True, slots=True)
class NetworkName:
    """Network name (10.5.3.5a): a text, and whether the mobile shall put the country's initials before it.

    ``opaque`` holds the octets of what is no text: another coding scheme, or half a character. ``spare_bits`` is the
    sender's count of the bits that fill up the last octet, where it is wrong (``None``: computed); ``rest`` are the
    bits behind the text, where they are more than fill up the last octet, or not zeros.
    """

    coding_scheme: CodingScheme
    text: str = ""
    add_country_initials: bool = False
    spare_bits: int | None = None
    rest: str = ""
    opaque: bytes = b""
    extension: bool = True

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read an octet that tells the coding, then the text."""
        if not octets:
            raise DecodeError("a network name has at least one octet")
        first, string = octets[0], octets[1:]
        scheme = CodingScheme(first >> 4 & 7)
        text, rest, opaque, computed = "", "", string, 0
        if scheme is CodingScheme.UCS2:
            try:
                text, opaque = string.decode("utf-16-be"), b""
            except UnicodeDecodeError:  # half a character, which only the octets can tell
                opaque = string
        elif scheme is CodingScheme.GSM_DEFAULT_ALPHABET:
            width = 8 * len(string)
            number = max(width - (first & 7), 0) // 7
            value = int.from_bytes(string, "little")
            text, opaque = text_of([value >> 7 * index & 127 for index in range(number)]), b""
            computed = width - 7 * number
            behind = value >> 7 * number
            if behind or computed > 7:
                rest = f"{behind:0{computed}b}"
        spare = None if first & 7 == computed else first & 7
        return cls(scheme, text, first & 8 != 0, spare, rest, opaque, first & 0x80 != 0)

    def to_octets(self) -> bytes:
        """Write the octet that tells the coding, and the text."""
        scheme, string, computed = self.coding_scheme, self.opaque, 0
        if len(self.text) > LONGEST_TEXT:
            raise ValueError(f"a network name of {len(self.text)} characters does not fit")
        if self.text and self.opaque:
            raise ValueError("a network name has a text or opaque octets, not both")
        if scheme is CodingScheme.GSM_DEFAULT_ALPHABET and not self.opaque:
            septets = septets_of(self.text)
            computed = len(self.rest) or -7 * len(septets) % 8
            if (7 * len(septets) + computed) % 8:
                raise ValueError(f"{len(septets)} characters and {computed} further bits fill no whole octets")
            value = bits_in(self.rest)
            for septet in reversed(septets):
                value = value << 7 | septet
            string = value.to_bytes((7 * len(septets) + computed) // 8, "little")
        elif self.rest or (scheme is not CodingScheme.UCS2 and self.text):
            raise ValueError(f"coding scheme {scheme} has opaque octets only")
        elif self.text:
            string = self.text.encode("utf-16-be")
        spare = computed & 7 if self.spare_bits is None else self.spare_bits
        if not 0 <= spare < 8 or not 0 <= scheme < 8:
            raise ValueError(f"{spare} spare bits or coding scheme {int(scheme)} do not fit into three bits")
        return bytes([self.extension << 7 | scheme << 4 | self.add_country_initials << 3 | spare]) + string

    def __str__(self) -> str:
        shown = self.opaque.hex() or "".join(c if c.isprintable() else "." for c in self.text)
        return f"{shown} (with country initials)" if self.add_country_initials else shown


class TimeZone(int):
    """Time zone (10.5.3.8): what local time is ahead of universal time, in quarters of an hour.

    It is the octet of the element: the units in bits 8 to 5, the sign in bit 4, the tens in bits 3 to 1. A half octet
    that is no digit counts as 0 (TS 23.040 9.2.3.11).
    """

    __slots__ = ()

    @classmethod
    def ahead(cls, quarter_hours: int) -> Self:
        """The zone that many quarters of an hour ahead of universal time; behind it, if negative."""
        if not -79 <= quarter_hours <= 79:
            raise ValueError(f"{quarter_hours} quarters of an hour are no time zone")
        tens, units = divmod(abs(quarter_hours), 10)
        return cls(units << 4 | (quarter_hours < 0) << 3 | tens)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``+02:00``, or ``0xa1`` where a half octet is no digit."""
        found = re.fullmatch(r"([+-])(\d\d):(00|15|30|45)|0x([a-f][0-9a-f])", text, re.ASCII)
        if found is None:
            raise ValueError(f"{text!r} is no time zone such as +02:00, -03:30")
        sign, hours, minutes, octet = found.groups()
        if octet:
            return cls(int(octet, 16))
        zone = cls.ahead(4 * int(hours) + int(minutes) // 15)
        return cls(zone | 8) if sign == "-" else zone

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read one octet."""
        if len(octets) != 1:
            raise DecodeError(f"{len(octets)} octets are no time zone")
        return cls(octets[0])

    def to_octets(self) -> bytes:
        """Write one octet."""
        return bytes([self])

    @property
    def quarter_hours(self) -> int:
        """How far local time is ahead, in quarters of an hour."""
        units = self >> 4
        ahead = 10 * (self & 7) + (units if units < 10 else 0)
        return -ahead if self & 8 else ahead

    def __str__(self) -> str:
        if self >> 4 > 9:
            return f"{int(self):#04x}"
        hours, quarters = divmod(abs(self.quarter_hours), 4)
        return f"{'-' if self & 8 else '+'}{hours:02}:{15 * quarters:02}"

    def __repr__(self) -> str:
        return f"TimeZone({int(self):#04x})"


_TIME = re.compile(r"([0-9a-f]{2})-([0-9a-f]{2})-([0-9a-f]{2}) ([0-9a-f]{2}):([0-9a-f]{2}):([0-9a-f]{2}) (\S+)")


@dataclass(frozen=True, slots=True)
class UniversalTime:
    """Universal time and time zone (10.5.3.9).

    ``digits`` are year, month, day, hour, minute and second, two digits each; a half octet that is none is kept as
    ``a`` to ``f``.
    """

    digits: str
    time_zone: TimeZone

    def __post_init__(self) -> None:
        if not re.fullmatch("[0-9a-f]{12}", self.digits):
            raise ValueError(f"{self.digits!r} is not a time of twelve digits")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``17-10-19 09:27:47 +02:00``."""
        found = _TIME.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is no time such as 17-10-19 09:27:47 +02:00")
        return cls("".join(found.groups()[:6]), TimeZone.parse(found[7]))

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read seven octets."""
        if len(octets) != 7:
            raise DecodeError(f"{len(octets)} octets are no time")
        return cls("".join([f"{octet & 15:x}{octet >> 4:x}" for octet in octets[:6]]), TimeZone(octets[6]))

    def to_octets(self) -> bytes:
        """Write seven octets."""
        swapped = "".join([self.digits[index + 1] + self.digits[index] for index in range(0, 12, 2)])
        return bytes.fromhex(swapped) + self.time_zone.to_octets()

    @property
    def moment(self) -> datetime | None:
        """The time in this century, ``None`` where the digits tell none."""
        try:
            year, month, day, hour, minute, second = (int(self.digits[index : index + 2]) for index in range(0, 12, 2))
            return datetime(2000 + year, month, day, hour, minute, second, tzinfo=UTC)
        except ValueError:
            return None

    def __str__(self) -> str:
        year, month, day, hour, minute, second = (self.digits[index : index + 2] for index in range(0, 12, 2))
        return f"{year}-{month}-{day} {hour}:{minute}:{second} {self.time_zone}"


class Adjustment(OpenEnum):
    """What daylight saving time adds."""

    NONE = 0
    HOUR_1 = 1
    HOURS_2 = 2


class DaylightSavingTime(Struct):
    """Daylight saving time (10.5.3.12): what the time zone has in it already."""

    spare: Annotated[int, BITS(6)] = 0
    adjustment: Annotated[Adjustment, BITS(2)]


class LsaIdentifier(Struct):
    """LSA identifier (10.5.3.11): the localised service area where the mobile is; nothing where it is in none.

    ``universal`` areas have one number in all networks (TS 23.003 9).
    """

    number: Annotated[int | None, BITS(23)] = None
    universal: Annotated[bool | None, BITS(1)] = None
