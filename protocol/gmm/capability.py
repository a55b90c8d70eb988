"""What a mobile can do: MS network, radio access and PS LCS capability (TS 24.008 10.5.5.12, 10.5.5.12a, 10.5.5.22)."""

from dataclasses import dataclass
from typing import Annotated, Self

from protocol.bits import BITS, OPT, Struct, bits_in
from protocol.declare import OpenEnum
from protocol.errors import DecodeError


class MsNetworkCapability(Struct):
    """MS network capability (10.5.5.12). Bits that later releases added are absent from shorter elements."""

    gea1: Annotated[bool, BITS(1)]
    sm_capabilities_via_dedicated_channels: Annotated[bool, BITS(1)]
    sm_capabilities_via_gprs_channels: Annotated[bool, BITS(1)]
    ucs2_support: Annotated[bool, BITS(1)]
    ss_screening_indicator: Annotated[int, BITS(2)]
    solsa_capability: Annotated[bool, BITS(1)]
    revision_level_indicator: Annotated[bool, BITS(1)]
    pfc_feature_mode: Annotated[bool | None, BITS(1)] = None
    gea2: Annotated[bool | None, BITS(1)] = None
    gea3: Annotated[bool | None, BITS(1)] = None
    gea4: Annotated[bool | None, BITS(1)] = None
    gea5: Annotated[bool | None, BITS(1)] = None
    gea6: Annotated[bool | None, BITS(1)] = None
    gea7: Annotated[bool | None, BITS(1)] = None
    lcs_va_capability: Annotated[bool | None, BITS(1)] = None


class PsLcsCapability(Struct):
    """PS LCS capability (10.5.5.22): the methods of positioning that the mobile supports."""

    spare: Annotated[int, BITS(2)] = 0
    apc: Annotated[bool, BITS(1)] = False
    otd_a: Annotated[bool, BITS(1)]
    otd_b: Annotated[bool, BITS(1)]
    gps_a: Annotated[bool, BITS(1)]
    gps_b: Annotated[bool, BITS(1)]
    gps_c: Annotated[bool, BITS(1)]


class GprsMultislot(Struct):
    """GPRS multislot class and extended dynamic allocation."""

    multislot_class: Annotated[int, BITS(5)]
    extended_dynamic_allocation: Annotated[bool, BITS(1)]


class SmsSm(Struct):
    """Switch-measure-switch and switch-measure times, in quarters of a slot."""

    sms_value: Annotated[int, BITS(4)]
    sm_value: Annotated[int, BITS(4)]


class DtmMultislot(Struct):
    """Dual transfer mode."""

    dtm_gprs_multislot_class: Annotated[int, BITS(2)]
    single_slot_dtm: Annotated[bool, BITS(1)]
    dtm_egprs_multislot_class: Annotated[int | None, OPT(2)] = None


class MultislotCapability(Struct):
    """Multislot capability struct."""

    hscsd_multislot_class: Annotated[int | None, OPT(5)] = None
    gprs: Annotated[GprsMultislot | None, OPT()] = None
    sms_sm: Annotated[SmsSm | None, OPT()] = None
    ecsd_multislot_class: Annotated[int | None, OPT(5)] = None
    egprs: Annotated[GprsMultislot | None, OPT()] = None
    dtm: Annotated[DtmMultislot | None, OPT()] = None


class ExtendedDtm(Struct):
    """Extended DTM multislot classes (Rel-4)."""

    gprs_multislot_class: Annotated[int, BITS(2)]
    egprs_multislot_class: Annotated[int, BITS(2)]


class AccessCapabilities(Struct):
    """Content of the access capabilities of one radio access technology, up to Rel-4; the rest is kept as bits.

    ``a5_bits`` are A5/1 to A5/7 from the top bit on. What a sender cut off does not exist; an absent ``a5_bits`` or
    ``multislot_capability`` is that of the technology before.
    """

    rf_power_capability: Annotated[int | None, BITS(3)] = None
    a5_bits: Annotated[int | None, OPT(7)] = None
    es_ind: Annotated[bool, BITS(1)] = False
    ps: Annotated[bool, BITS(1)] = False
    vgcs: Annotated[bool, BITS(1)] = False
    vbs: Annotated[bool, BITS(1)] = False
    multislot_capability: Annotated[MultislotCapability | None, OPT()] = None
    eight_psk_power_capability: Annotated[int | None, OPT(2)] = None
    compact_interference_measurement_capability: Annotated[bool | None, BITS(1)] = None
    revision_level_indicator: Annotated[bool | None, BITS(1)] = None
    umts_fdd_radio_access_technology_capability: Annotated[bool | None, BITS(1)] = None
    umts_3_84_mcps_tdd_radio_access_technology_capability: Annotated[bool | None, BITS(1)] = None
    cdma_2000_radio_access_technology_capability: Annotated[bool | None, BITS(1)] = None
    umts_1_28_mcps_tdd_radio_access_technology_capability: Annotated[bool | None, BITS(1)] = None
    geran_feature_package_1: Annotated[bool | None, BITS(1)] = None
    extended_dtm: Annotated[ExtendedDtm | None, OPT()] = None
    modulation_based_multislot_class_support: Annotated[bool | None, BITS(1)] = None


class AccessTechnology(OpenEnum):
    """Access technology type of MS radio access capability."""

    GSM_P = 0
    GSM_E = 1
    GSM_R = 2
    GSM_1800 = 3
    GSM_1900 = 4
    GSM_450 = 5
    GSM_480 = 6
    GSM_850 = 7
    GSM_750 = 8
    GSM_T_380 = 9
    GSM_T_410 = 10
    GSM_T_900 = 11
    ADDITIONAL = 15


class AdditionalAccess(Struct):
    """An access technology whose capabilities are those of the technology before it, but for its power classes."""

    technology: Annotated[AccessTechnology, BITS(4)]
    gmsk_power_class: Annotated[int, BITS(3)]
    eight_psk_power_class: Annotated[int, BITS(2)]


@dataclass(frozen=True, slots=True)
class AdditionalAccesses:
    """A list of additional access technologies. ``rest`` is the 0 that ends it, and spare bits."""

    accesses: tuple[AdditionalAccess, ...]
    rest: str = "0"

    @classmethod
    def from_bits(cls, value: int, left: int) -> Self:
        """Read the list from exactly ``left`` bits: a 1 before each technology."""
        accesses: list[AdditionalAccess] = []
        while left >= 10 and value >> left - 1 & 1:
            left -= 10
            accesses.append(AdditionalAccess.from_bits(value >> left & 0x1FF, 9))
        return cls(tuple(accesses), f"{value & (1 << left) - 1:0{left}b}" if left else "")

    def to_bits(self) -> tuple[int, int]:
        """The list as an integer and its number of bits."""
        value = 0
        for access in self.accesses:
            value = value << 10 | 0x200 | access.to_bits()[0]
        width = len(self.rest)
        return value << width | bits_in(self.rest), 10 * len(self.accesses) + width

    def __str__(self) -> str:
        return ", ".join(access.technology.words for access in self.accesses)


@dataclass(frozen=True, slots=True)
class Access:
    """One access technology with its capabilities, or for ``ADDITIONAL`` further technologies like the one before."""

    technology: AccessTechnology
    capabilities: AccessCapabilities | AdditionalAccesses


@dataclass(frozen=True, slots=True)
class MsRadioAccessCapability:
    """MS radio access capability (10.5.5.12a): what the mobile can do on each band.

    ``rest`` holds bits after the list, where they are not the zeros that fill up the last octet.
    """

    accesses: tuple[Access, ...]
    rest: str = ""

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read the list: technology, length in bits, content, and a bit that says whether another follows."""
        value = int.from_bytes(octets, "big")
        left = 8 * len(octets)
        accesses: list[Access] = []
        more = 1
        while more:
            if left < 11:
                raise DecodeError("MS radio access capability ends within an access technology", at=len(octets))
            left -= 11
            head = value >> left
            technology = _TECHNOLOGIES[head >> 7 & 15]
            length = head & 127
            if left < length + 1:
                raise DecodeError("access capabilities run past the end", at=len(octets) - left // 8)
            left -= length
            content = value >> left & (1 << length) - 1
            kind = AdditionalAccesses if technology is AccessTechnology.ADDITIONAL else AccessCapabilities
            accesses.append(Access(technology, kind.from_bits(content, length)))
            left -= 1
            more = value >> left & 1
        rest = value & (1 << left) - 1
        return cls(tuple(accesses), f"{rest:0{left}b}" if rest or left > 7 else "")

    def to_octets(self) -> bytes:
        """Write the list."""
        value = width = 0
        last = len(self.accesses) - 1
        for index, access in enumerate(self.accesses):
            if (access.technology is AccessTechnology.ADDITIONAL) != isinstance(
                access.capabilities, AdditionalAccesses
            ):
                raise ValueError(f"{access.technology.words}: its capabilities are those of another technology")
            content, length = access.capabilities.to_bits()
            if length > 127:
                raise ValueError(f"access capabilities of {length} bits do not fit")
            value = ((value << 4 | access.technology) << 7 | length) << length + 1 | content << 1 | (index < last)
            width += length + 12
        if self.rest:
            value = value << len(self.rest) | bits_in(self.rest)
            width += len(self.rest)
        spare = -width % 8
        return (value << spare).to_bytes((width + spare) // 8, "big")

    def __str__(self) -> str:
        return "; ".join(f"{access.technology.words}: {access.capabilities}" for access in self.accesses)


_TECHNOLOGIES = tuple(AccessTechnology(value) for value in range(16))
