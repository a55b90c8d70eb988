"""Calls to a subscriber: sendRoutingInfo, provideRoamingNumber (TS 29.002 17.7.3).

Versions 1 and 2 have fewer elements in the arguments; what they lack is optional here, though version 3 demands it.
"""

from typing import Annotated

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
    Choice,
    Sequence,
)
from protocol.bits import BITS, Struct
from protocol.declare import OpenEnum
from protocol.identities import Imsi, IsdnAddress
from protocol.map.camel import GmscCamelSubscriptionInfo
from protocol.map.codes import AlertingPattern, ExtBasicServiceCode, ForwardingOptions, SsCode
from protocol.map.enquiry import NumberPortabilityStatus, SubscriberInfo
from protocol.map.extension import ExtensionContainer
from protocol.map.location import IstSupportIndicator, SupportedCamelPhases
from protocol.map.numbers import IsdnSubaddress
from protocol.map.subscriber import NaeaPreferredCi
from protocol.map.supplementary import CugCheckInfo


class ProtocolId(OpenEnum):
    """Whose element is carried (17.7.8)."""

    GSM_0408 = 1
    GSM_0806 = 2
    GSM_BSSMAP = 3
    ETS_300102_1 = 4


class ExternalSignalInfo(Sequence):
    """Elements of another protocol, with their identifiers, as octets (17.1.3)."""

    protocol_id: Annotated[ProtocolId, ENUMERATED()]
    signal_info: Annotated[bytes, OCTETS(least=1, most=200)]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class ExtProtocolId(OpenEnum):
    """Whose element is carried (17.7.8)."""

    ETS_300356 = 1


class ExtExternalSignalInfo(Sequence):
    """Elements of yet another protocol."""

    ext_protocol_id: Annotated[ExtProtocolId, ENUMERATED()]
    signal_info: Annotated[bytes, OCTETS(least=1, most=200)]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class InterrogationType(OpenEnum):
    """Why routing is asked for."""

    BASIC_CALL = 0
    FORWARDING = 1


class ForwardingCause(OpenEnum):
    """ForwardingReason: why a call is forwarded late."""

    NOT_REACHABLE = 0
    BUSY = 1
    NO_REPLY = 2


class CallDiversionTreatment(OpenEnum):
    """Whether a call may be diverted."""

    ALLOWED = 1
    NOT_ALLOWED = 2


class CallDiversionTreatmentIndicator(Struct):
    """Whether the call may be diverted; in the two last bits."""

    spare: Annotated[int, BITS(6)] = 0
    treatment: Annotated[CallDiversionTreatment, BITS(2)]


class CamelInfo(Sequence):
    """CAMEL in the gateway."""

    supported_camel_phases: Annotated[SupportedCamelPhases, BIT_STRING()]
    suppress_t_csi: Annotated[bool, NULL()] = False
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class SendRoutingInfoArg(Sequence):
    """Gateway MSC → HLR: tell me where a call to this number shall go.

    ``interrogation_type`` and ``gmsc_or_gsm_scf_address`` came with version 3, which demands them.
    """

    msisdn: Annotated[IsdnAddress, OCTETS(0, least=1, most=9)]
    cug_check_info: Annotated[CugCheckInfo | None, SEQUENCE(1)] = None
    number_of_forwarding: Annotated[int | None, INTEGER(2, least=1, most=5)] = None
    interrogation_type: Annotated[InterrogationType | None, ENUMERATED(3)] = None
    or_interrogation: Annotated[bool, NULL(4)] = False
    or_capability: Annotated[int | None, INTEGER(5, least=1, most=127)] = None
    gmsc_or_gsm_scf_address: Annotated[IsdnAddress | None, OCTETS(6, least=1, most=9)] = None
    call_reference_number: Annotated[bytes | None, OCTETS(7, least=1, most=8)] = None
    forwarding_reason: Annotated[ForwardingCause | None, ENUMERATED(8)] = None
    basic_service_group: Annotated[ExtBasicServiceCode | None, EXPLICIT(9, CHOICE())] = None
    network_signal_info: Annotated[ExternalSignalInfo | None, SEQUENCE(10)] = None
    camel_info: Annotated[CamelInfo | None, SEQUENCE(11)] = None
    suppression_of_announcement: Annotated[bool, NULL(12)] = False
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(13)] = None
    alerting_pattern: Annotated[AlertingPattern | None, OCTETS(14, size=1)] = None
    ccbs_call: Annotated[bool, NULL(15)] = False
    supported_ccbs_phase: Annotated[int | None, INTEGER(16, least=1, most=127)] = None
    additional_signal_info: Annotated[ExtExternalSignalInfo | None, SEQUENCE(17)] = None
    ist_support_indicator: Annotated[IstSupportIndicator | None, ENUMERATED(18)] = None
    pre_paging_supported: Annotated[bool, NULL(19)] = False
    call_diversion_treatment_indicator: Annotated[CallDiversionTreatmentIndicator | None, OCTETS(20, size=1)] = None
    long_ftn_supported: Annotated[bool, NULL(21)] = False


class ForwardingData(Sequence):
    """Where a call is forwarded to."""

    forwarded_to_number: Annotated[IsdnAddress | None, OCTETS(5, least=1, most=9)] = None
    forwarded_to_subaddress: Annotated[IsdnSubaddress | None, OCTETS(4, least=1, most=21)] = None
    forwarding_options: Annotated[ForwardingOptions | None, OCTETS(6, size=1)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(7)] = None
    long_forwarded_to_number: Annotated[IsdnAddress | None, OCTETS(8, least=1, most=15)] = None


class RoutingInfo(Choice):
    """Where a call goes: to the visited MSC by a roaming number, or elsewhere."""

    roaming_number: Annotated[IsdnAddress | None, OCTETS(least=1, most=9)] = None
    forwarding_data: Annotated[ForwardingData | None, SEQUENCE()] = None


class CamelRoutingInfo(Sequence):
    """A call that the gsmSCF decides on."""

    forwarding_data: Annotated[ForwardingData | None, SEQUENCE()] = None
    gmsc_camel_subscription_info: Annotated[GmscCamelSubscriptionInfo, SEQUENCE(0)]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(1)] = None


class ExtendedRoutingInfo(Choice):
    """Where a call goes, or who decides."""

    routing_info: Annotated[RoutingInfo | None, CHOICE()] = None
    camel_routing_info: Annotated[CamelRoutingInfo | None, SEQUENCE(8)] = None


class CcbsIndicators(Sequence):
    """Completion of calls to busy subscribers."""

    ccbs_possible: Annotated[bool, NULL(0)] = False
    keep_ccbs_call_indicator: Annotated[bool, NULL(1)] = False
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(2)] = None


class SendRoutingInfoRes(Sequence, tag=3):
    """HLR → gateway MSC: there."""

    imsi: Annotated[Imsi | None, OCTETS(9)] = None
    extended_routing_info: Annotated[ExtendedRoutingInfo | None, CHOICE()] = None
    cug_check_info: Annotated[CugCheckInfo | None, SEQUENCE(3)] = None
    cug_subscription_flag: Annotated[bool, NULL(6)] = False
    subscriber_info: Annotated[SubscriberInfo | None, SEQUENCE(7)] = None
    ss_list: Annotated[tuple[SsCode, ...], SEQUENCE_OF(OCTETS(size=1), 1, most=30)] = ()
    basic_service: Annotated[ExtBasicServiceCode | None, EXPLICIT(5, CHOICE())] = None
    forwarding_interrogation_required: Annotated[bool, NULL(4)] = False
    vmsc_address: Annotated[IsdnAddress | None, OCTETS(2, least=1, most=9)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(0)] = None
    naea_preferred_ci: Annotated[NaeaPreferredCi | None, SEQUENCE(10)] = None
    ccbs_indicators: Annotated[CcbsIndicators | None, SEQUENCE(11)] = None
    msisdn: Annotated[IsdnAddress | None, OCTETS(12, least=1, most=9)] = None
    number_portability_status: Annotated[NumberPortabilityStatus | None, ENUMERATED(13)] = None
    ist_alert_timer: Annotated[int | None, INTEGER(14, least=15, most=255)] = None
    supported_camel_phases_in_vmsc: Annotated[SupportedCamelPhases | None, BIT_STRING(15)] = None


class SendRoutingInfoResV2(Sequence):
    """HLR → gateway MSC: there (versions 1 and 2)."""

    imsi: Annotated[Imsi, OCTETS()]
    routing_info: Annotated[RoutingInfo, CHOICE()]
    cug_check_info: Annotated[CugCheckInfo | None, SEQUENCE()] = None


class ProvideRoamingNumberArg(Sequence):
    """HLR → VLR: give me a number by which a call reaches this subscriber.

    ``previous_roaming_number`` is of version 1 and 2, ``msc_number`` of 2 and 3.
    """

    imsi: Annotated[Imsi, OCTETS(0)]
    msc_number: Annotated[IsdnAddress | None, OCTETS(1, least=1, most=9)] = None
    msisdn: Annotated[IsdnAddress | None, OCTETS(2, least=1, most=9)] = None
    previous_roaming_number: Annotated[IsdnAddress | None, OCTETS(3, least=1, most=9)] = None
    lmsi: Annotated[bytes | None, OCTETS(4, size=4)] = None
    gsm_bearer_capability: Annotated[ExternalSignalInfo | None, SEQUENCE(5)] = None
    network_signal_info: Annotated[ExternalSignalInfo | None, SEQUENCE(6)] = None
    suppression_of_announcement: Annotated[bool, NULL(7)] = False
    gmsc_address: Annotated[IsdnAddress | None, OCTETS(8, least=1, most=9)] = None
    call_reference_number: Annotated[bytes | None, OCTETS(9, least=1, most=8)] = None
    or_interrogation: Annotated[bool, NULL(10)] = False
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(11)] = None
    alerting_pattern: Annotated[AlertingPattern | None, OCTETS(12, size=1)] = None
    ccbs_call: Annotated[bool, NULL(13)] = False
    supported_camel_phases_in_interrogating_node: Annotated[SupportedCamelPhases | None, BIT_STRING(15)] = None
    additional_signal_info: Annotated[ExtExternalSignalInfo | None, SEQUENCE(14)] = None
    or_not_supported_in_gmsc: Annotated[bool, NULL(16)] = False
    pre_paging_supported: Annotated[bool, NULL(17)] = False
    long_ftn_supported: Annotated[bool, NULL(18)] = False


class ProvideRoamingNumberRes(Sequence):
    """VLR → HLR: this one. The last two elements came with later releases."""

    roaming_number: Annotated[IsdnAddress, OCTETS(least=1, most=9)]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
    release_resources_supported: Annotated[bool, NULL()] = False
    vmsc_address: Annotated[IsdnAddress | None, OCTETS(least=1, most=9)] = None


class ProvideRoamingNumberResV2(Choice):
    """VLR → HLR: this one (versions 1 and 2)."""

    roaming_number: Annotated[IsdnAddress | None, OCTETS(least=1, most=9)] = None
