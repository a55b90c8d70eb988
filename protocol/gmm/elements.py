"""Information elements of GPRS mobility management (TS 24.008 10.5.5 and 10.5.7)."""

from typing import Annotated, Self

from protocol.bits import BITS, Struct
from protocol.declare import OpenEnum
from protocol.gmm.capability import (
    Access,
    AccessCapabilities,
    AccessTechnology,
    AdditionalAccess,
    AdditionalAccesses,
    DtmMultislot,
    ExtendedDtm,
    GprsMultislot,
    MsNetworkCapability,
    MsRadioAccessCapability,
    MultislotCapability,
    PsLcsCapability,
    SmsSm,
)
from protocol.gmm.lists import (
    EmergencyNumber,
    EmergencyNumberList,
    EmergencyServiceCategory,
    PdpContextStatus,
    PlmnList,
    ReceiveNPduNumber,
    ReceiveNPduNumbers,
)
from protocol.gmm.names import (
    Adjustment,
    CodingScheme,
    DaylightSavingTime,
    LsaIdentifier,
    NetworkName,
    TimeZone,
    UniversalTime,
)
from protocol.timers import SECOND


class TypeOfAttach(OpenEnum):
    """Type of attach. Reserved values count as GPRS attach."""

    GPRS_ATTACH = 1
    GPRS_ATTACH_WHILE_IMSI_ATTACHED = 2
    COMBINED_GPRS_IMSI_ATTACH = 3


class AttachType(Struct):
    """Attach type (10.5.5.2): what is attached, and in Iu mode whether the mobile has more to send at once."""

    follow_on_request: Annotated[bool, BITS(1)] = False
    type_of_attach: Annotated[TypeOfAttach, BITS(3)]


class ResultOfAttach(OpenEnum):
    """Result of attach."""

    GPRS_ONLY_ATTACHED = 1
    COMBINED_GPRS_IMSI_ATTACHED = 3


class AttachResult(Struct):
    """Attach result (10.5.5.1): what is attached, and in Iu mode that the connection is not kept for more."""

    no_follow_on_proceed: Annotated[bool, BITS(1)] = False
    result_of_attach: Annotated[ResultOfAttach, BITS(3)]


class UpdateTypeValue(OpenEnum):
    """Update type value."""

    RA_UPDATING = 0
    COMBINED_RA_LA_UPDATING = 1
    COMBINED_RA_LA_UPDATING_WITH_IMSI_ATTACH = 2
    PERIODIC_UPDATING = 3


class UpdateType(Struct):
    """Update type (10.5.5.18): what is updated, and in Iu mode whether the mobile has more to send at once."""

    follow_on_request: Annotated[bool, BITS(1)] = False
    update_type_value: Annotated[UpdateTypeValue, BITS(3)]


class UpdateResultValue(OpenEnum):
    """Update result value."""

    RA_UPDATED = 0
    COMBINED_RA_LA_UPDATED = 1


class UpdateResult(Struct):
    """Update result (10.5.5.17): what is updated, and in Iu mode that the connection is not kept for more."""

    no_follow_on_proceed: Annotated[bool, BITS(1)] = False
    update_result_value: Annotated[UpdateResultValue, BITS(3)]


class ServiceType(OpenEnum):
    """Service type (10.5.5.20): what an idle mobile wants a connection for in Iu mode."""

    SIGNALLING = 0
    DATA = 1
    PAGING_RESPONSE = 2


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


class NetworkFeatureSupport(Struct):
    """Network feature support (10.5.5.23, Rel-4). The three lower bits were spare until Rel-6 and Rel-9."""

    lcs_molr: Annotated[bool, BITS(1)]
    mbms: Annotated[bool, BITS(1)] = False
    ims_voice_over_ps_session: Annotated[bool, BITS(1)] = False
    emergency_bearer_services: Annotated[bool, BITS(1)] = False


class DrxParameter(Struct):
    """DRX parameter (10.5.5.6): when the mobile listens."""

    split_pg_cycle_code: Annotated[int, BITS(8)]
    cn_specific_drx_cycle_length_coefficient: Annotated[int, BITS(4)] = 0
    split_on_ccch: Annotated[bool, BITS(1)] = False
    non_drx_timer: Annotated[int, BITS(3)] = 0

    @property
    def split_pg_cycle(self) -> int:
        """Paging blocks of a cycle; 704 means that the mobile always listens. Reserved codes count as 1."""
        code = self.split_pg_cycle_code
        return code if 1 <= code <= 64 else _SPLIT_PG_CYCLES.get(code, 1)

    @property
    def non_drx_duration(self) -> int:
        """For how long the mobile goes on listening after a transfer, at most (microseconds)."""
        return (1 << self.non_drx_timer >> 1) * SECOND


_SPLIT_PG_CYCLES = {
    0: 704,
    **dict(
        enumerate((71, 72, 74, 75, 77, 79, 80, 83, 86, 88, 90, 92, 96, 101, 103, 107, 112, 116, 118, 128), start=65)
    ),
    **dict(enumerate((141, 144, 150, 160, 171, 176, 192, 214, 224, 235, 256, 288, 320, 352), start=85)),
}
"""Paging blocks of a cycle by SPLIT PG CYCLE CODE, where they are not the same number."""


__all__ = [
    "Access",
    "AccessCapabilities",
    "AccessTechnology",
    "AdditionalAccess",
    "AdditionalAccesses",
    "Adjustment",
    "AttachResult",
    "AttachType",
    "CipheringAlgorithm",
    "Cksn",
    "CodingScheme",
    "DaylightSavingTime",
    "DetachTypeMo",
    "DetachTypeMt",
    "DrxParameter",
    "DtmMultislot",
    "EmergencyNumber",
    "EmergencyNumberList",
    "EmergencyServiceCategory",
    "ExtendedDtm",
    "ForceToStandby",
    "GprsMultislot",
    "GprsTimer",
    "GprsTimerUnit",
    "IdentityType",
    "ImeisvRequest",
    "LsaIdentifier",
    "MoDetach",
    "MsNetworkCapability",
    "MsRadioAccessCapability",
    "MtDetach",
    "MultislotCapability",
    "NetworkFeatureSupport",
    "NetworkName",
    "PdpContextStatus",
    "PlmnList",
    "PsLcsCapability",
    "RadioPriority",
    "ReceiveNPduNumber",
    "ReceiveNPduNumbers",
    "ResultOfAttach",
    "ServiceType",
    "SmsSm",
    "TimeZone",
    "TmsiStatus",
    "TypeOfAttach",
    "UniversalTime",
    "UpdateResult",
    "UpdateResultValue",
    "UpdateType",
    "UpdateTypeValue",
]
