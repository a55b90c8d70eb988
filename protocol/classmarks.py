"""What a mobile says of itself: the mobile station classmarks (TS 24.008 10.5.1.5 to 10.5.1.7)."""

from typing import Annotated

from protocol.bits import BITS, OPT, Struct
from protocol.csn1 import IF
from protocol.declare import OpenEnum


class RevisionLevel(OpenEnum):
    """Revision level of a classmark (10.5.1.5)."""

    PHASE_1 = 0
    PHASE_2 = 1
    R99_OR_LATER = 2


class MobileStationClassmark1(Struct):
    """Mobile station classmark 1 (10.5.1.5). The bit of A5/1 says that it is *not* there."""

    spare: Annotated[bool, BITS(1)] = False
    revision_level: Annotated[RevisionLevel, BITS(2)]
    es_ind: Annotated[bool, BITS(1)]
    no_a5_1: Annotated[bool, BITS(1)]
    rf_power_capability: Annotated[int, BITS(3)]


class SsScreeningIndicator(OpenEnum):
    """SS screening indicator (TS 24.080 3.7.1)."""

    PHASE_1 = 0
    ELLIPSIS_AND_PHASE_2_ERROR_HANDLING = 1


class MobileStationClassmark2(Struct):
    """Mobile station classmark 2 (10.5.1.6). The bit of A5/1 says that it is *not* there, the others that they are."""

    spare: Annotated[bool, BITS(1)] = False
    revision_level: Annotated[RevisionLevel, BITS(2)]
    es_ind: Annotated[bool, BITS(1)]
    no_a5_1: Annotated[bool, BITS(1)]
    rf_power_capability: Annotated[int, BITS(3)]
    spare_2: Annotated[bool, BITS(1)] = False
    ps_capability: Annotated[bool, BITS(1)]
    ss_screening_indicator: Annotated[SsScreeningIndicator, BITS(2)]
    sm_capability: Annotated[bool, BITS(1)]
    vbs_notification_reception: Annotated[bool, BITS(1)]
    vgcs_notification_reception: Annotated[bool, BITS(1)]
    frequency_capability: Annotated[bool, BITS(1)]
    classmark_3: Annotated[bool, BITS(1)]
    spare_3: Annotated[bool, BITS(1)] = False
    lcs_va_capability: Annotated[bool, BITS(1)]
    ucs2_treatment: Annotated[bool, BITS(1)]
    solsa: Annotated[bool, BITS(1)]
    cm_service_prompt: Annotated[bool, BITS(1)]
    a5_3: Annotated[bool, BITS(1)]
    a5_2: Annotated[bool, BITS(1)]


class MsMeasurementCapability(Struct):
    """Switch-measure-switch and switch-measure times, in quarters of a slot."""

    sms_value: Annotated[int, BITS(4)]
    sm_value: Annotated[int, BITS(4)]


class EightPskStruct(Struct):
    """8-PSK modulation in the uplink too, and its power classes."""

    modulation_capability: Annotated[bool, BITS(1)]
    rf_power_capability_1: Annotated[int | None, OPT(2)] = None
    rf_power_capability_2: Annotated[int | None, OPT(2)] = None


class Gsm400Capability(Struct):
    """GSM 400 bands: 1 is 480, 2 is 450, 3 both; and the power class."""

    bands_supported: Annotated[int, BITS(2)]
    associated_radio_capability: Annotated[int, BITS(4)]


class DtmCapability(Struct):
    """Dual transfer mode."""

    dtm_gprs_multislot_class: Annotated[int, BITS(2)]
    single_slot_dtm: Annotated[bool, BITS(1)]
    dtm_egprs_multislot_class: Annotated[int | None, OPT(2)] = None


class ExtendedDtmCapability(Struct):
    """Extended dual transfer mode (Rel-4)."""

    gprs_multislot_class: Annotated[int, BITS(2)]
    egprs_multislot_class: Annotated[int, BITS(2)]


class DtmHighCapability(Struct):
    """Dual transfer mode of high multislot classes (Rel-6)."""

    dtm_gprs_high_multislot_class: Annotated[int, BITS(3)]
    offset_required: Annotated[bool, BITS(1)]
    dtm_egprs_high_multislot_class: Annotated[int | None, OPT(3)] = None


class MobileStationClassmark3(Struct):
    """Mobile station classmark 3 (10.5.1.7), CSN.1: bits that later releases added are absent from shorter elements.

    ``multiband_supported`` has a bit for P-GSM (1), E-GSM or R-GSM (2) and GSM 1800 (4). Of a mobile with one band,
    ``associated_radio_capability_2`` is spare.
    """

    spare: Annotated[bool, BITS(1)] = False
    multiband_supported: Annotated[int, BITS(3)]
    a5_7: Annotated[bool, BITS(1)] = False
    a5_6: Annotated[bool, BITS(1)] = False
    a5_5: Annotated[bool, BITS(1)] = False
    a5_4: Annotated[bool, BITS(1)] = False
    associated_radio_capability_2: Annotated[int | None, IF("multiband_supported", (1, 2, 4, 5, 6), 4)] = None
    associated_radio_capability_1: Annotated[int | None, IF("multiband_supported", (1, 2, 4, 5, 6), 4)] = None
    r_support: Annotated[int | None, OPT(3)] = None
    hscsd_multislot_capability: Annotated[int | None, OPT(5)] = None
    ucs2_treatment: Annotated[bool | None, BITS(1)] = None
    extended_measurement_capability: Annotated[bool | None, BITS(1)] = None
    ms_measurement_capability: Annotated[MsMeasurementCapability | None, OPT()] = None
    ms_positioning_method_capability: Annotated[int | None, OPT(5)] = None
    ecsd_multislot_capability: Annotated[int | None, OPT(5)] = None
    eight_psk: Annotated[EightPskStruct | None, OPT()] = None
    gsm_400: Annotated[Gsm400Capability | None, OPT()] = None
    gsm_850_associated_radio_capability: Annotated[int | None, OPT(4)] = None
    gsm_1900_associated_radio_capability: Annotated[int | None, OPT(4)] = None
    umts_fdd_radio_access_technology_capability: Annotated[bool | None, BITS(1)] = None
    umts_3_84_mcps_tdd_radio_access_technology_capability: Annotated[bool | None, BITS(1)] = None
    cdma_2000_radio_access_technology_capability: Annotated[bool | None, BITS(1)] = None
    dtm: Annotated[DtmCapability | None, OPT()] = None
    single_band_support: Annotated[int | None, OPT(4)] = None
    gsm_750_associated_radio_capability: Annotated[int | None, OPT(4)] = None
    umts_1_28_mcps_tdd_radio_access_technology_capability: Annotated[bool | None, BITS(1)] = None
    geran_feature_package_1: Annotated[bool | None, BITS(1)] = None
    extended_dtm: Annotated[ExtendedDtmCapability | None, OPT()] = None
    high_multislot_capability: Annotated[int | None, OPT(2)] = None
    geran_iu_mode_capabilities: Annotated[int | None, OPT(4)] = None
    geran_feature_package_2: Annotated[bool | None, BITS(1)] = None
    gmsk_multislot_power_profile: Annotated[int | None, BITS(2)] = None
    eight_psk_multislot_power_profile: Annotated[int | None, BITS(2)] = None
    t_gsm_400: Annotated[Gsm400Capability | None, OPT()] = None
    t_gsm_900_associated_radio_capability: Annotated[int | None, OPT(4)] = None
    downlink_advanced_receiver_performance: Annotated[int | None, BITS(2)] = None
    dtm_enhancements_capability: Annotated[bool | None, BITS(1)] = None
    dtm_high: Annotated[DtmHighCapability | None, OPT()] = None
    repeated_acch_capability: Annotated[bool | None, BITS(1)] = None
    gsm_710_associated_radio_capability: Annotated[int | None, OPT(4)] = None
    t_gsm_810_associated_radio_capability: Annotated[int | None, OPT(4)] = None
    ciphering_mode_setting_capability: Annotated[bool | None, BITS(1)] = None
    additional_positioning_capabilities: Annotated[bool | None, BITS(1)] = None
    e_utra_fdd_support: Annotated[bool | None, BITS(1)] = None
    e_utra_tdd_support: Annotated[bool | None, BITS(1)] = None
    e_utra_measurement_and_reporting_support: Annotated[bool | None, BITS(1)] = None
    priority_based_reselection_support: Annotated[bool | None, BITS(1)] = None
