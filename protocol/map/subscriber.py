"""Subscriber data: insertSubscriberData (TS 29.002 17.7.1).

What only calls, supplementary services, CAMEL and location services need is carried as octets.
"""

from typing import Annotated

from protocol.ber import (
    BIT_STRING,
    ENUMERATED,
    INTEGER,
    NULL,
    OCTETS,
    OPAQUE,
    SEQUENCE,
    SEQUENCE_OF,
    Bits,
    Sequence,
)
from protocol.declare import OpenEnum
from protocol.identities import Apn, Imsi, IsdnAddress
from protocol.map.location import SupportedCamelPhases


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
    least = 15
    most = 32
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
    extension_container: Annotated[bytes | None, OPAQUE()] = None


class PdpContext(Sequence):
    """One subscribed PDP context. Type, address and QoS are coded as in TS 29.060 and TS 24.008.

    ``qos_subscribed`` is octets 3 to 5 of the QoS element; ``ext_qos_subscribed`` is an octet of allocation/retention
    priority and then octets 6 to 13.
    """

    pdp_context_id: Annotated[int, INTEGER(least=1, most=50)]
    pdp_type: Annotated[bytes, OCTETS(16, size=2)]
    pdp_address: Annotated[bytes | None, OCTETS(17, least=1, most=16)] = None
    qos_subscribed: Annotated[bytes, OCTETS(18, size=3)]
    vplmn_address_allowed: Annotated[bool, NULL(19)] = False
    apn: Annotated[Apn, OCTETS(20, least=2, most=63)]
    extension_container: Annotated[bytes | None, OPAQUE(21)] = None
    ext_qos_subscribed: Annotated[bytes | None, OCTETS(0, least=1, most=9)] = None
    pdp_charging_characteristics: Annotated[bytes | None, OCTETS(1, size=2)] = None


class GprsSubscriptionData(Sequence):
    """The PDP contexts subscribed; all of them, where ``complete_data_list_included``."""

    complete_data_list_included: Annotated[bool, NULL()] = False
    gprs_data_list: Annotated[tuple[PdpContext, ...], SEQUENCE_OF(SEQUENCE(), 1, most=50)]
    extension_container: Annotated[bytes | None, OPAQUE(2)] = None


class SgsnCamelSubscriptionInfo(Sequence):
    """CAMEL subscription for packet services, as its octets."""

    gprs_csi: Annotated[bytes | None, OPAQUE(0)] = None
    mo_sms_csi: Annotated[bytes | None, OPAQUE(1)] = None
    extension_container: Annotated[bytes | None, OPAQUE(2)] = None


class AccessRestrictionData(Bits):
    """Radio access that the subscriber may not use."""

    __slots__ = ()
    least = 2
    most = 8
    UTRAN_NOT_ALLOWED = 0
    GERAN_NOT_ALLOWED = 1


class InsertSubscriberDataArg(Sequence):
    """HLR → SGSN or VLR: the subscriber's data, or those of them that have changed."""

    imsi: Annotated[Imsi | None, OCTETS(0)] = None
    msisdn: Annotated[IsdnAddress | None, OCTETS(1, least=1, most=9)] = None
    category: Annotated[bytes | None, OCTETS(2, size=1)] = None
    subscriber_status: Annotated[SubscriberStatus | None, ENUMERATED(3)] = None
    bearer_service_list: Annotated[tuple[bytes, ...], SEQUENCE_OF(OCTETS(least=1, most=5), 4, most=50)] = ()
    teleservice_list: Annotated[tuple[bytes, ...], SEQUENCE_OF(OCTETS(least=1, most=5), 6, most=20)] = ()
    provisioned_ss: Annotated[bytes | None, OPAQUE(7)] = None
    odb_data: Annotated[OdbData | None, SEQUENCE(8)] = None
    roaming_restriction_due_to_unsupported_feature: Annotated[bool, NULL(9)] = False
    regional_subscription_data: Annotated[tuple[bytes, ...], SEQUENCE_OF(OCTETS(size=2), 10, most=10)] = ()
    vbs_subscription_data: Annotated[bytes | None, OPAQUE(11)] = None
    vgcs_subscription_data: Annotated[bytes | None, OPAQUE(12)] = None
    vlr_camel_subscription_info: Annotated[bytes | None, OPAQUE(13)] = None
    extension_container: Annotated[bytes | None, OPAQUE(14)] = None
    naea_preferred_ci: Annotated[bytes | None, OPAQUE(15)] = None
    gprs_subscription_data: Annotated[GprsSubscriptionData | None, SEQUENCE(16)] = None
    roaming_restricted_in_sgsn_due_to_unsupported_feature: Annotated[bool, NULL(23)] = False
    network_access_mode: Annotated[NetworkAccessMode | None, ENUMERATED(24)] = None
    lsa_information: Annotated[bytes | None, OPAQUE(25)] = None
    lmu_indicator: Annotated[bool, NULL(21)] = False
    lcs_information: Annotated[bytes | None, OPAQUE(22)] = None
    ist_alert_timer: Annotated[int | None, INTEGER(26, least=15, most=255)] = None
    super_charger_supported_in_hlr: Annotated[bytes | None, OCTETS(27, least=1, most=6)] = None
    mc_ss_info: Annotated[bytes | None, OPAQUE(28)] = None
    cs_allocation_retention_priority: Annotated[bytes | None, OCTETS(29, size=1)] = None
    sgsn_camel_subscription_info: Annotated[SgsnCamelSubscriptionInfo | None, SEQUENCE(17)] = None
    charging_characteristics: Annotated[bytes | None, OCTETS(18, size=2)] = None
    access_restriction_data: Annotated[AccessRestrictionData | None, BIT_STRING(19)] = None


class RegionalSubscriptionResponse(OpenEnum):
    """What became of the zone codes."""

    NETWORK_NODE_AREA_RESTRICTED = 0
    TOO_MANY_ZONE_CODES = 1
    ZONE_CODES_CONFLICT = 2
    REGIONAL_SUBSCRIPTION_NOT_SUPPORTED = 3


class InsertSubscriberDataRes(Sequence):
    """SGSN or VLR → HLR: stored, but for what is listed because it is not supported here."""

    teleservice_list: Annotated[tuple[bytes, ...], SEQUENCE_OF(OCTETS(least=1, most=5), 1, most=20)] = ()
    bearer_service_list: Annotated[tuple[bytes, ...], SEQUENCE_OF(OCTETS(least=1, most=5), 2, most=50)] = ()
    ss_list: Annotated[tuple[bytes, ...], SEQUENCE_OF(OCTETS(size=1), 3, most=30)] = ()
    odb_general_data: Annotated[OdbGeneralData | None, BIT_STRING(4)] = None
    regional_subscription_response: Annotated[RegionalSubscriptionResponse | None, ENUMERATED(5)] = None
    supported_camel_phases: Annotated[SupportedCamelPhases | None, BIT_STRING(6)] = None
    extension_container: Annotated[bytes | None, OPAQUE(7)] = None
