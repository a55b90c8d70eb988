"""Information elements of GPRS mobility management (TS 24.008 10.5.5 and 10.5.7)."""

from dataclasses import dataclass
from typing import Annotated, Self

from protocol.bits import BITS, OPT, Struct
from protocol.declare import OpenEnum
from protocol.errors import DecodeError
from protocol.timers import SECOND


class AttachType(OpenEnum):
    """Attach type (10.5.5.2), bit 4 spare here. Reserved values count as GPRS attach."""

    GPRS_ATTACH = 1
    GPRS_ATTACH_WHILE_IMSI_ATTACHED = 2
    COMBINED_GPRS_IMSI_ATTACH = 3


class AttachResult(OpenEnum):
    """Attach result (10.5.5.1)."""

    GPRS_ONLY_ATTACHED = 1
    COMBINED_GPRS_IMSI_ATTACHED = 3


class DetachTypeMo(OpenEnum):
    """Type of detach from the mobile (10.5.5.5). Reserved values count as combined."""

    GPRS_DETACH = 1
    IMSI_DETACH = 2
    COMBINED_GPRS_IMSI_DETACH = 3


class DetachTypeMt(OpenEnum):
    """Type of detach from the network (10.5.5.5). Reserved values count as re-attach not required."""

    RE_ATTACH_REQUIRED = 1
    RE_ATTACH_NOT_REQUIRED = 2
    IMSI_DETACH = 3


class MoDetach(Struct):
    """Detach type element from the mobile: switched off or not, and what is detached."""

    power_off: Annotated[bool, BITS(1)]
    type: Annotated[DetachTypeMo, BITS(3)]


class MtDetach(Struct):
    """Detach type element from the network; bit 4 is spare."""

    spare: Annotated[bool, BITS(1)] = False
    type: Annotated[DetachTypeMt, BITS(3)]


class IdentityType(OpenEnum):
    """Identity type 2 (10.5.5.9). Reserved values count as IMSI."""

    IMSI = 1
    IMEI = 2
    IMEISV = 3
    TMSI = 4


class ForceToStandby(OpenEnum):
    """Force to standby (10.5.5.7). Other values count as not indicated."""

    NOT_INDICATED = 0
    INDICATED = 1


class CipheringAlgorithm(OpenEnum):
    """Ciphering algorithm (10.5.5.3)."""

    NOT_USED = 0
    GEA1 = 1
    GEA2 = 2
    GEA3 = 3
    GEA4 = 4


class ImeisvRequest(OpenEnum):
    """IMEISV request (10.5.5.10)."""

    NOT_REQUESTED = 0
    REQUESTED = 1


class Cksn(OpenEnum):
    """Ciphering key sequence number (10.5.1.2): 0 to 6, or none."""

    KEY_0 = 0
    KEY_1 = 1
    KEY_2 = 2
    KEY_3 = 3
    KEY_4 = 4
    KEY_5 = 5
    KEY_6 = 6
    NO_KEY = 7


class TmsiStatus(OpenEnum):
    """TMSI status (10.5.5.4)."""

    NO_VALID_TMSI = 0
    VALID_TMSI = 1


class RadioPriority(OpenEnum):
    """Radio priority (10.5.7.2); others count as 4."""

    PRIORITY_1 = 1
    PRIORITY_2 = 2
    PRIORITY_3 = 3
    PRIORITY_4 = 4


class GprsTimerUnit(OpenEnum):
    """Unit of a GPRS timer (10.5.7.3). Units not listed count as minutes."""

    SECONDS_2 = 0
    MINUTE = 1
    DECIHOURS = 2
    DEACTIVATED = 7


class GprsTimer(Struct):
    """GPRS timer (10.5.7.3): 0 to 31 units of 2 s, 1 min or 6 min, or deactivated."""

    unit: Annotated[GprsTimerUnit, BITS(3)]
    value: Annotated[int, BITS(5)]

    @property
    def duration(self) -> int | None:
        """Microseconds, ``None`` where the timer is deactivated."""
        if self.unit is GprsTimerUnit.DEACTIVATED:
            return None
        unit = {GprsTimerUnit.SECONDS_2: 2, GprsTimerUnit.DECIHOURS: 360}.get(self.unit, 60)
        return self.value * unit * SECOND

    @classmethod
    def lasting(cls, duration: int | None) -> Self:
        """The timer of that many microseconds; ValueError where no unit expresses it."""
        if duration is None:
            return cls(unit=GprsTimerUnit.DEACTIVATED, value=0)
        for unit, seconds in ((GprsTimerUnit.SECONDS_2, 2), (GprsTimerUnit.MINUTE, 60), (GprsTimerUnit.DECIHOURS, 360)):
            value, rest = divmod(duration, seconds * SECOND)
            if value < 32 and not rest:
                return cls(unit=unit, value=value)
        raise ValueError(f"{duration / SECOND:g} s is no GPRS timer: 0 to 31 times 2 s, 1 min or 6 min")

    def __str__(self) -> str:
        duration = self.duration
        return "deactivated" if duration is None else f"{duration // SECOND} s"


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


class DrxParameter(Struct):
    """DRX parameter (10.5.5.6)."""

    split_pg_cycle_code: Annotated[int, BITS(8)]
    cn_specific_drx_cycle_length_coefficient: Annotated[int, BITS(4)] = 0
    split_on_ccch: Annotated[bool, BITS(1)] = False
    non_drx_timer: Annotated[int, BITS(3)] = 0


# --- MS radio access capability (10.5.5.12a), CSN.1 ---------------------------------------------------------------


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
    """Content of the access capabilities of one radio access technology, up to Rel-4; the rest is kept as bits."""

    rf_power_capability: Annotated[int, BITS(3)]
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


@dataclass(frozen=True, slots=True)
class Access:
    """One access technology: its capabilities, or for ``ADDITIONAL`` the bits of the list (opaque here)."""

    technology: AccessTechnology
    capabilities: AccessCapabilities | str


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
            if technology is AccessTechnology.ADDITIONAL:
                accesses.append(Access(technology, f"{content:0{length}b}" if length else ""))
            else:
                accesses.append(Access(technology, AccessCapabilities.from_bits(content, length)))
            left -= 1
            more = value >> left & 1
        rest = value & (1 << left) - 1
        return cls(tuple(accesses), f"{rest:0{left}b}" if rest or left > 7 else "")

    def to_octets(self) -> bytes:
        """Write the list."""
        value = width = 0
        last = len(self.accesses) - 1
        for index, access in enumerate(self.accesses):
            capabilities = access.capabilities
            if isinstance(capabilities, str):
                content, length = int(capabilities or "0", 2), len(capabilities)
            else:
                content, length = capabilities.to_bits()
            if length > 127:
                raise ValueError(f"access capabilities of {length} bits do not fit")
            value = ((value << 4 | access.technology) << 7 | length) << length + 1 | content << 1 | (index < last)
            width += length + 12
        if self.rest:
            value = value << len(self.rest) | int(self.rest, 2)
            width += len(self.rest)
        spare = -width % 8
        return (value << spare).to_bytes((width + spare) // 8, "big")

    def __str__(self) -> str:
        return "; ".join(f"{access.technology.words}: {access.capabilities}" for access in self.accesses)


_TECHNOLOGIES = tuple(AccessTechnology(value) for value in range(16))
