"""Lists of frequencies (TS 44.018 10.5.2.1b, 10.5.2.13, 10.5.2.22): sixteen octets in one of six formats."""

from typing import Annotated

from protocol.bits import BITS, Struct
from protocol.csn1 import CHOICE, IF, MAP, WORDS
from protocol.declare import OpenEnum


class FormatIdentifier(OpenEnum):
    """Format of a list of frequencies, bits 128 and 127 (10.5.2.13.1)."""

    BIT_MAP_0 = 0
    RANGE_OR_VARIABLE_BIT_MAP = 2


class BitMap0(Struct):
    """Bit map 0: frequencies 1 to 124 of GSM 900 (10.5.2.13.2)."""

    arfcns: Annotated[tuple[int, ...], MAP(124)]


class Range1024(Struct):
    """Range 1024 (10.5.2.13.3): frequency 0, and differences from which the others are computed."""

    f0: Annotated[bool, BITS(1)]
    words: Annotated[tuple[int, ...], WORDS(10, 9, 9, *[8] * 4, *[7] * 8, 6)]

    def arfcns(self) -> tuple[int, ...]:
        """The frequencies."""
        return tuple(sorted([0] * self.f0 + differences(self.words, 1024)))


class Range512(Struct):
    """Range 512 (10.5.2.13.4): a frequency, and differences from it."""

    orig_arfcn: Annotated[int, BITS(10)]
    words: Annotated[tuple[int, ...], WORDS(9, 8, 8, *[7] * 4, *[6] * 8, 5, 5)]

    def arfcns(self) -> tuple[int, ...]:
        """The frequencies."""
        return from_origin(self.orig_arfcn, differences(self.words, 512))


class Range256(Struct):
    """Range 256 (10.5.2.13.5)."""

    orig_arfcn: Annotated[int, BITS(10)]
    words: Annotated[tuple[int, ...], WORDS(8, 7, 7, *[6] * 4, *[5] * 8, *[4] * 6)]
    spare: Annotated[bool, BITS(1)] = False

    def arfcns(self) -> tuple[int, ...]:
        """The frequencies."""
        return from_origin(self.orig_arfcn, differences(self.words, 256))


class Range128(Struct):
    """Range 128 (10.5.2.13.6)."""

    orig_arfcn: Annotated[int, BITS(10)]
    words: Annotated[tuple[int, ...], WORDS(7, 6, 6, *[5] * 4, *[4] * 8, *[3] * 13)]
    spare: Annotated[bool, BITS(1)] = False

    def arfcns(self) -> tuple[int, ...]:
        """The frequencies."""
        return from_origin(self.orig_arfcn, differences(self.words, 128))


class VariableBitMap(Struct):
    """Variable bit map (10.5.2.13.7): a frequency, and how far above it the others are."""

    orig_arfcn: Annotated[int, BITS(10)]
    offsets: Annotated[tuple[int, ...], MAP(111, rising=True)]

    def arfcns(self) -> tuple[int, ...]:
        """The frequencies."""
        return from_origin(self.orig_arfcn, list(self.offsets))


class RangeOrVariableBitMap(Struct):
    """The formats that the bits behind the format identifier tell apart."""

    format: Annotated[
        Range1024 | Range512 | Range256 | Range128 | VariableBitMap, CHOICE("0", "100", "101", "110", "111")
    ]


class CellChannelDescription(Struct):
    """Cell channel description (10.5.2.1b), 16 octets: the frequencies of a cell."""

    format_identifier: Annotated[FormatIdentifier, BITS(2)]
    spare: Annotated[int, BITS(2)] = 0
    bit_map_0: Annotated[BitMap0 | None, IF("format_identifier", (0,))] = None
    others: Annotated[RangeOrVariableBitMap | None, IF("format_identifier", (2,))] = None

    @property
    def arfcns(self) -> tuple[int, ...]:
        """The frequencies, in ascending order."""
        return arfcns_of(self.bit_map_0, self.others)


class NeighbourCellDescription(Struct):
    """Neighbour cell description (10.5.2.22), 16 octets: the frequencies of cells around, or part of them."""

    format_identifier: Annotated[FormatIdentifier, BITS(2)]
    ext_ind: Annotated[bool, BITS(1)]
    ba_ind: Annotated[bool, BITS(1)]
    bit_map_0: Annotated[BitMap0 | None, IF("format_identifier", (0,))] = None
    others: Annotated[RangeOrVariableBitMap | None, IF("format_identifier", (2,))] = None

    @property
    def arfcns(self) -> tuple[int, ...]:
        """The frequencies, in ascending order."""
        return arfcns_of(self.bit_map_0, self.others)


def arfcns_of(bit_map_0: BitMap0 | None, others: RangeOrVariableBitMap | None) -> tuple[int, ...]:
    """The frequencies of a list, in whichever format."""
    if bit_map_0 is not None:
        return bit_map_0.arfcns
    return () if others is None else others.format.arfcns()


def from_origin(origin: int, offsets: list[int]) -> tuple[int, ...]:
    """The frequency given, and those above it; they go around at 1024."""
    return tuple(sorted({origin, *((origin + offset) % 1024 for offset in offsets)}))


def differences(words: tuple[int, ...], size: int) -> list[int]:
    """The numbers that the words of a range format stand for: each is a difference from one halfway (annex J)."""
    found = []
    for place in range(1, len(words) + 1):
        if not words[place - 1]:
            break
        index = place
        number = words[place - 1]
        power = 1 << place.bit_length() - 1
        while index > 1:
            half = size // power
            if 2 * index < 3 * power:
                index -= power // 2
                number = (number + words[index - 1] + half - 2) % (2 * half - 1) + 1
            else:
                index -= power
                number = (number + words[index - 1] + 2 * half - 2) % (2 * half - 1) + 1
            power //= 2
        found.append(number)
    return found
