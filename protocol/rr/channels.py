"""Elements that describe channels (TS 44.018 10.5.2.1 to 10.5.2.40): dedicated ones, packet ones, lists to look at."""

from dataclasses import dataclass
from typing import Annotated, Self

from protocol.bits import BITS, Struct
from protocol.csn1 import ARRAY, CHOICE, IF, LIST
from protocol.declare import OpenEnum
from protocol.errors import DecodeError


class ChannelType(OpenEnum):
    """Channel type and TDMA offset (10.5.2.5)."""

    TCH_F_ACCHS = 1
    TCH_H_ACCHS_0 = 2
    TCH_H_ACCHS_1 = 3
    SDCCH_4_0 = 4
    SDCCH_4_1 = 5
    SDCCH_4_2 = 6
    SDCCH_4_3 = 7
    SDCCH_8_0 = 8
    SDCCH_8_1 = 9
    SDCCH_8_2 = 10
    SDCCH_8_3 = 11
    SDCCH_8_4 = 12
    SDCCH_8_5 = 13
    SDCCH_8_6 = 14
    SDCCH_8_7 = 15


class SingleFrequency(Struct):
    """A channel that stays on one frequency."""

    spare: Annotated[int, BITS(2)] = 0
    arfcn: Annotated[int, BITS(10)]


class Hopping(Struct):
    """A channel that hops: mobile allocation index offset, and hopping sequence number."""

    maio: Annotated[int, BITS(6)]
    hsn: Annotated[int, BITS(6)]


class ChannelDescription(Struct):
    """Channel description (10.5.2.5): channel type, timeslot, training sequence, and one frequency or several."""

    channel_type: Annotated[ChannelType, BITS(5)]
    timeslot: Annotated[int, BITS(3)]
    training_sequence_code: Annotated[int, BITS(3)]
    frequency: Annotated[SingleFrequency | Hopping, CHOICE("0", "1")]


@dataclass(frozen=True, slots=True)
class MobileAllocation:
    """Mobile allocation (10.5.2.21): which frequencies of the cell allocation are hopped over, counted from 1.

    ``size`` is the number of octets, where it is not the least.
    """

    frequencies: tuple[int, ...] = ()
    size: int | None = None

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read a bit map whose last bit is that of the first frequency."""
        if len(octets) > 8:
            raise DecodeError(f"a mobile allocation of {len(octets)} octets")
        value = int.from_bytes(octets, "big")
        frequencies = tuple(number + 1 for number in range(value.bit_length()) if value >> number & 1)
        least = (value.bit_length() + 7) // 8
        return cls(frequencies, None if least == len(octets) else len(octets))

    def to_octets(self) -> bytes:
        """Write the bit map."""
        value = 0
        for number in self.frequencies:
            if not 1 <= number <= 64 or value >> number - 1 & 1:
                raise ValueError(f"mobile allocation of {self.frequencies}: each from 1 to 64, once")
            value |= 1 << number - 1
        least = (value.bit_length() + 7) // 8
        size = least if self.size is None else self.size
        if not least <= size <= 8:
            raise ValueError(f"mobile allocation of {least} octets does not fit into {size}")
        return value.to_bytes(size, "big")


@dataclass(frozen=True, slots=True)
class GroupChannelDescription:
    """Group channel description (10.5.2.14b): where a voice group call is; with frequencies if it hops."""

    channel: ChannelDescription
    mobile_allocation: MobileAllocation | None = None

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read a channel description, and a bit map behind it."""
        channel = ChannelDescription.from_octets(octets[:3])
        if len(octets) > 11:
            raise DecodeError(f"a mobile allocation of {len(octets) - 3} octets", at=3)
        return cls(channel, MobileAllocation.from_octets(octets[3:]) if len(octets) > 3 else None)

    def to_octets(self) -> bytes:
        """Write it."""
        allocation = self.mobile_allocation
        return self.channel.to_octets() + (b"" if allocation is None else allocation.to_octets())


class Range(Struct):
    """A range of frequencies, both ends in it."""

    lower: Annotated[int, BITS(10)]
    higher: Annotated[int, BITS(10)]


class BaRange(Struct):
    """BA range (10.5.2.1a): where a mobile is to look for cells first."""

    ranges: Annotated[tuple[Range, ...], ARRAY(8)]


class BaListPref(Struct):
    """BA list pref (10.5.2.1c), CSN.1: frequencies to select a cell from."""

    ranges: Annotated[tuple[Range, ...], LIST()]
    frequencies: Annotated[tuple[int, ...], LIST(10)]


class UtranFrequencyList(Struct):
    """UTRAN frequency list (10.5.2.1d), CSN.1: FDD and TDD frequencies."""

    fdd_arfcns: Annotated[tuple[int, ...], LIST(14)]
    tdd_arfcns: Annotated[tuple[int, ...], LIST(14)]


class DedicatedModeOrTbf(Struct):
    """Dedicated mode or TBF (10.5.2.25b): what is assigned, and whether in one message or two."""

    nra: Annotated[bool, BITS(1)] = False
    tma: Annotated[bool, BITS(1)]
    downlink: Annotated[bool, BITS(1)]
    tbf: Annotated[bool, BITS(1)]


class AssignedFrequency(Struct):
    """A channel that stays on one frequency."""

    spare: Annotated[bool, BITS(1)] = False
    arfcn: Annotated[int, BITS(10)]


class IndirectHopping(Struct):
    """A packet channel that hops over a mobile allocation of SI 13 (10.5.2.25a)."""

    maio: Annotated[int, BITS(6)]
    ma_number_ind: Annotated[bool, BITS(1)]
    no_change_mark: Annotated[bool, BITS(1)]
    change_mark_1: Annotated[int | None, IF("no_change_mark", (0,), 2)] = None
    spare: Annotated[int | None, IF("no_change_mark", (1,), 2)] = None
    spare_2: Annotated[bool, BITS(1)] = False


class AssignedChannel(Struct):
    """Channel description (10.5.2.5) or packet channel description (10.5.2.25a): the same but for indirect hopping."""

    channel_type: Annotated[ChannelType, BITS(5)]
    timeslot: Annotated[int, BITS(3)]
    training_sequence_code: Annotated[int, BITS(3)]
    frequency: Annotated[AssignedFrequency | IndirectHopping | Hopping, CHOICE("00", "01", "1")]


class RequestReference(Struct):
    """Request reference (10.5.2.30): the random access that is answered, and the frame that it came in."""

    ra: Annotated[int, BITS(8)]
    t1: Annotated[int, BITS(5)]
    t3: Annotated[int, BITS(6)]
    t2: Annotated[int, BITS(5)]


class StartingTime(Struct):
    """Starting time (10.5.2.38): the frame number in three parts."""

    t1: Annotated[int, BITS(5)]
    t3: Annotated[int, BITS(6)]
    t2: Annotated[int, BITS(5)]


class TimingAdvance(Struct):
    """Timing advance (10.5.2.40) in bit periods of 48/13 µs."""

    spare: Annotated[int, BITS(2)] = 0
    value: Annotated[int, BITS(6)]
