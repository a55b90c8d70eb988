"""Subscriber data: insertSubscriberData, deleteSubscriberData, and sendParameters of version 1 (TS 29.002 17.7.1).

Versions 1 and 2 have the same arguments with less in them.
"""

from typing import Annotated, ClassVar, Self

from protocol.ber import (
    BIT_STRING,
    CHOICE,
    ENUMERATED,
    EXPLICIT,
    INTEGER,
    NULL,
    OCTETS,
    SEQUENCE,
    SEQUENCE_OF,
    Bits,
    Choice,
    Sequence,
)
from protocol.bits import BITS, Struct
from protocol.charging import ChargingCharacteristics
from protocol.declare import OpenEnum
from protocol.identities import Imsi, IsdnAddress, Tmsi
from protocol.map.authentication import AuthenticationTriplet
from protocol.map.camel import SgsnCamelSubscriptionInfo, VlrCamelSubscriptionInfo
from protocol.map.codes import (
    EXT_CODE,
    AllocationRetentionPriority,
    Category,
    ExtBasicServiceCode,
    ExtBearerServiceCode,
    ExtTeleserviceCode,
    SsCode,
)
from protocol.map.extension import ExtensionContainer
from protocol.map.groups import (
    LcsInformation,
    LsaInformation,
    LsaInformationWithdraw,
    VoiceBroadcastData,
    VoiceGroupCallData,
)
from protocol.map.location import SupportedCamelPhases
from protocol.map.packet import GprsSubscriptionData, GprsSubscriptionDataWithdraw
from protocol.map.supplementary import ExtSsInfo, McSsInfo


class SubscriberStatus(OpenEnum):
    """Whether an operator bars services."""

    SERVICE_GRANTED = 0
    OPERATOR_DETERMINED_BARRING = 1


class NetworkAccessMode(OpenEnum):
    """The domains that a subscriber may use."""

    PACKET_AND_CIRCUIT = 0
    ONLY_CIRCUIT = 1
    ONLY_PACKET = 2


class OdbGeneralData(Bits):
    """Operator determined barring that every network knows (TS 23.015)."""

    __slots__ = ()
    least = 6
    most = 32
    shortest: ClassVar[int] = 15
    """Bits that version 3 has at least; version 2 has six (GSM 09.02 17.7.1)."""

    ALL_OUTGOING_CALLS_BARRED = 0
    INTERNATIONAL_OUTGOING_CALLS_BARRED = 1
    INTERNATIONAL_OUTGOING_CALLS_NOT_TO_HPLMN_COUNTRY_BARRED = 2
    PREMIUM_RATE_INFORMATION_OUTGOING_CALLS_BARRED = 3
    PREMIUM_RATE_ENTERTAINMENT_OUTGOING_CALLS_BARRED = 4
    SS_ACCESS_BARRED = 5
    INTERZONAL_OUTGOING_CALLS_BARRED = 6
    INTERZONAL_OUTGOING_CALLS_NOT_TO_HPLMN_COUNTRY_BARRED = 7
    INTERZONAL_OUTGOING_CALLS_AND_INTERNATIONAL_OUTGOING_CALLS_NOT_TO_HPLMN_COUNTRY_BARRED = 8
    ALL_ECT_BARRED = 9
    CHARGEABLE_ECT_BARRED = 10
    INTERNATIONAL_ECT_BARRED = 11
    INTERZONAL_ECT_BARRED = 12
    DOUBLY_CHARGEABLE_ECT_BARRED = 13
    MULTIPLE_ECT_BARRED = 14
    ALL_PACKET_ORIENTED_SERVICES_BARRED = 15
    ROAMER_ACCESS_TO_HPLMN_AP_BARRED = 16
    ROAMER_ACCESS_TO_VPLMN_AP_BARRED = 17
    ROAMING_OUTSIDE_PLMN_OUTGOING_CALLS_BARRED = 18
    ALL_INCOMING_CALLS_BARRED = 19
    ROAMING_OUTSIDE_PLMN_INCOMING_CALLS_BARRED = 20
    ROAMING_OUTSIDE_PLMN_COUNTRY_INCOMING_CALLS_BARRED = 21
    ROAMING_OUTSIDE_PLMN_BARRED = 22
    ROAMING_OUTSIDE_PLMN_COUNTRY_BARRED = 23
    REGISTRATION_ALL_CF_BARRED = 24
    REGISTRATION_CF_NOT_TO_HPLMN_BARRED = 25
    REGISTRATION_INTERZONAL_CF_BARRED = 26
    REGISTRATION_INTERZONAL_CF_NOT_TO_HPLMN_BARRED = 27
    REGISTRATION_INTERNATIONAL_CF_BARRED = 28

    @classmethod
    def of(cls, *numbers: int) -> Self:
        """Only these bits set, and as many bits as version 3 demands."""
        return cls(super().of(*numbers).ljust(cls.shortest, "0"))


class OdbHplmnData(Bits):
    """Operator determined barring that only the home network knows."""

    __slots__ = ()
    least = 4
    most = 32
    PLMN_SPECIFIC_BARRING_TYPE_1 = 0
    PLMN_SPECIFIC_BARRING_TYPE_2 = 1
    PLMN_SPECIFIC_BARRING_TYPE_3 = 2
    PLMN_SPECIFIC_BARRING_TYPE_4 = 3


class OdbData(Sequence):
    """Operator determined barring."""

    odb_general_data: Annotated[OdbGeneralData, BIT_STRING()]
    odb_hplmn_data: Annotated[OdbHplmnData | None, BIT_STRING()] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class AccessRestrictionData(Bits):
    """Radio access that the subscriber may not use."""

    __slots__ = ()
    least = 2
    most = 8
    UTRAN_NOT_ALLOWED = 0
    GERAN_NOT_ALLOWED = 1


class ZoneCode(Struct):
    """Part of a regional subscription zone, in a code that the network chose (TS 23.003 4.4)."""

    code: Annotated[int, BITS(16)]


class NaeaPreferredCi(Sequence):
    """The preferred carrier in North America; its digits are coded as ANSI T1.113.3 says."""

    naea_preferred_cic: Annotated[bytes, OCTETS(0, size=3)]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(1)] = None


class SubscriberData(Sequence):
    """The data that insertSubscriberData and sendParameters have in common, as version 1 has them."""

    msisdn: Annotated[IsdnAddress | None, OCTETS(1, least=1, most=9)] = None
    category: Annotated[Category | None, OCTETS(2, size=1)] = None
    subscriber_status: Annotated[SubscriberStatus | None, ENUMERATED(3)] = None
    bearer_service_list: Annotated[tuple[ExtBearerServiceCode, ...], SEQUENCE_OF(EXT_CODE, 4, most=50)] = ()
    teleservice_list: Annotated[tuple[ExtTeleserviceCode, ...], SEQUENCE_OF(EXT_CODE, 6, most=20)] = ()
    provisioned_ss: Annotated[tuple[ExtSsInfo, ...], SEQUENCE_OF(CHOICE(), 7, most=30)] = ()


class InsertSubscriberDataArg(Sequence):
    """HLR → SGSN or VLR: the subscriber's data, or those of them that have changed."""

    imsi: Annotated[Imsi | None, OCTETS(0)] = None
    msisdn: Annotated[IsdnAddress | None, OCTETS(1, least=1, most=9)] = None
    category: Annotated[Category | None, OCTETS(2, size=1)] = None
    subscriber_status: Annotated[SubscriberStatus | None, ENUMERATED(3)] = None
    bearer_service_list: Annotated[tuple[ExtBearerServiceCode, ...], SEQUENCE_OF(EXT_CODE, 4, most=50)] = ()
    teleservice_list: Annotated[tuple[ExtTeleserviceCode, ...], SEQUENCE_OF(EXT_CODE, 6, most=20)] = ()
    provisioned_ss: Annotated[tuple[ExtSsInfo, ...], SEQUENCE_OF(CHOICE(), 7, most=30)] = ()
    odb_data: Annotated[OdbData | None, SEQUENCE(8)] = None
    roaming_restriction_due_to_unsupported_feature: Annotated[bool, NULL(9)] = False
    regional_subscription_data: Annotated[tuple[ZoneCode, ...], SEQUENCE_OF(OCTETS(size=2), 10, most=10)] = ()
    vbs_subscription_data: Annotated[tuple[VoiceBroadcastData, ...], SEQUENCE_OF(SEQUENCE(), 11, most=50)] = ()
    vgcs_subscription_data: Annotated[tuple[VoiceGroupCallData, ...], SEQUENCE_OF(SEQUENCE(), 12, most=50)] = ()
    vlr_camel_subscription_info: Annotated[VlrCamelSubscriptionInfo | None, SEQUENCE(13)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(14)] = None
    naea_preferred_ci: Annotated[NaeaPreferredCi | None, SEQUENCE(15)] = None
    gprs_subscription_data: Annotated[GprsSubscriptionData | None, SEQUENCE(16)] = None
    roaming_restricted_in_sgsn_due_to_unsupported_feature: Annotated[bool, NULL(23)] = False
    network_access_mode: Annotated[NetworkAccessMode | None, ENUMERATED(24)] = None
    lsa_information: Annotated[LsaInformation | None, SEQUENCE(25)] = None
    lmu_indicator: Annotated[bool, NULL(21)] = False
    lcs_information: Annotated[LcsInformation | None, SEQUENCE(22)] = None
    ist_alert_timer: Annotated[int | None, INTEGER(26, least=15, most=255)] = None
    super_charger_supported_in_hlr: Annotated[bytes | None, OCTETS(27, least=1, most=6)] = None
    mc_ss_info: Annotated[McSsInfo | None, SEQUENCE(28)] = None
    cs_allocation_retention_priority: Annotated[AllocationRetentionPriority | None, OCTETS(29, size=1)] = None
    sgsn_camel_subscription_info: Annotated[SgsnCamelSubscriptionInfo | None, SEQUENCE(17)] = None
    charging_characteristics: Annotated[ChargingCharacteristics | None, OCTETS(18, size=2)] = None
    access_restriction_data: Annotated[AccessRestrictionData | None, BIT_STRING(19)] = None


class RegionalSubscriptionResponse(OpenEnum):
    """What became of the zone codes."""

    NETWORK_NODE_AREA_RESTRICTED = 0
    TOO_MANY_ZONE_CODES = 1
    ZONE_CODES_CONFLICT = 2
    REGIONAL_SUBSCRIPTION_NOT_SUPPORTED = 3


class InsertSubscriberDataRes(Sequence):
    """SGSN or VLR → HLR: stored, but for what is listed because it is not supported here."""

    teleservice_list: Annotated[tuple[ExtTeleserviceCode, ...], SEQUENCE_OF(EXT_CODE, 1, most=20)] = ()
    bearer_service_list: Annotated[tuple[ExtBearerServiceCode, ...], SEQUENCE_OF(EXT_CODE, 2, most=50)] = ()
    ss_list: Annotated[tuple[SsCode, ...], SEQUENCE_OF(OCTETS(size=1), 3, most=30)] = ()
    odb_general_data: Annotated[OdbGeneralData | None, BIT_STRING(4)] = None
    regional_subscription_response: Annotated[RegionalSubscriptionResponse | None, ENUMERATED(5)] = None
    supported_camel_phases: Annotated[SupportedCamelPhases | None, BIT_STRING(6)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(7)] = None


# --- deletion ---


class SpecificCsiWithdraw(Bits):
    """Which CAMEL subscription information is taken away."""

    __slots__ = ()
    least = 8
    most = 32
    O_CSI = 0
    SS_CSI = 1
    TIF_CSI = 2
    D_CSI = 3
    VT_CSI = 4
    MO_SMS_CSI = 5
    M_CSI = 6
    GPRS_CSI = 7
    T_CSI = 8
    MT_SMS_CSI = 9
    MG_CSI = 10


class DeleteSubscriberDataArg(Sequence):
    """HLR → SGSN or VLR: delete these of the subscriber's data."""

    imsi: Annotated[Imsi, OCTETS(0)]
    basic_service_list: Annotated[tuple[ExtBasicServiceCode, ...], SEQUENCE_OF(CHOICE(), 1, most=70)] = ()
    ss_list: Annotated[tuple[SsCode, ...], SEQUENCE_OF(OCTETS(size=1), 2, most=30)] = ()
    roaming_restriction_due_to_unsupported_feature: Annotated[bool, NULL(4)] = False
    regional_subscription_identifier: Annotated[ZoneCode | None, OCTETS(5, size=2)] = None
    vbs_group_indication: Annotated[bool, NULL(7)] = False
    vgcs_group_indication: Annotated[bool, NULL(8)] = False
    camel_subscription_info_withdraw: Annotated[bool, NULL(9)] = False
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(6)] = None
    gprs_subscription_data_withdraw: Annotated[GprsSubscriptionDataWithdraw | None, EXPLICIT(10, CHOICE())] = None
    roaming_restricted_in_sgsn_due_to_unsupported_feature: Annotated[bool, NULL(11)] = False
    lsa_information_withdraw: Annotated[LsaInformationWithdraw | None, EXPLICIT(12, CHOICE())] = None
    gmlc_list_withdraw: Annotated[bool, NULL(13)] = False
    ist_information_withdraw: Annotated[bool, NULL(14)] = False
    specific_csi_withdraw: Annotated[SpecificCsiWithdraw | None, BIT_STRING(15)] = None
    charging_characteristics_withdraw: Annotated[bool, NULL(16)] = False


class DeleteSubscriberDataRes(Sequence):
    """SGSN or VLR → HLR: deleted."""

    regional_subscription_response: Annotated[RegionalSubscriptionResponse | None, ENUMERATED(0)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


# --- version 1 ---


class SubscriberId(Choice):
    """Whose parameters are asked for: by IMSI from the HLR, by TMSI from the previous VLR."""

    imsi: Annotated[Imsi | None, OCTETS(0)] = None
    tmsi: Annotated[Tmsi | None, OCTETS(1, least=1, most=4)] = None


class RequestParameter(OpenEnum):
    """What is asked for."""

    REQUEST_IMSI = 0
    REQUEST_AUTHENTICATION_SET = 1
    REQUEST_SUBSCRIBER_DATA = 2
    REQUEST_KI = 4


class SendParametersArg(Sequence):
    """VLR → HLR or previous VLR: give me these of the subscriber (version 1)."""

    subscriber_id: Annotated[SubscriberId, CHOICE()]
    request_parameter_list: Annotated[tuple[RequestParameter, ...], SEQUENCE_OF(ENUMERATED(), most=2)]


class SentParameter(Choice):
    """One of the things asked for."""

    imsi: Annotated[Imsi | None, OCTETS(0)] = None
    authentication_set: Annotated[AuthenticationTriplet | None, SEQUENCE(1)] = None
    subscriber_data: Annotated[SubscriberData | None, SEQUENCE(2)] = None
    ki: Annotated[bytes | None, OCTETS(4, size=16)] = None


class SendParametersRes(Choice):
    """HLR or previous VLR → VLR: here they are (version 1)."""

    sent_parameter_list: Annotated[tuple[SentParameter, ...] | None, SEQUENCE_OF(CHOICE(), most=6)] = None
