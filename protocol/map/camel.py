"""CAMEL subscription information, phases 1 to 3 (TS 29.002 17.7.1, TS 23.078).

What came with phase 4 in Rel-5, such as MT-SMS-CSI, stays in ``extras``.
"""

from typing import Annotated

from protocol.ber import CHOICE, ENUMERATED, INTEGER, NULL, OCTETS, SEQUENCE, SEQUENCE_OF, Sequence
from protocol.declare import OpenEnum
from protocol.identities import IsdnAddress
from protocol.map.codes import Code, ExtBasicServiceCode, MmCode, SsCode
from protocol.map.extension import ExtensionContainer

SERVICE_KEY = INTEGER(most=2147483647)
"""The number of a service in the gsmSCF."""


class DefaultCallHandling(OpenEnum):
    """What to do with a call when the gsmSCF does not answer."""

    CONTINUE_CALL = 0
    RELEASE_CALL = 1


class DefaultTransactionHandling(OpenEnum):
    """DefaultGPRS-Handling, DefaultSMS-Handling: what to do when the gsmSCF does not answer."""

    CONTINUE_TRANSACTION = 0
    RELEASE_TRANSACTION = 1


# --- calls ---


class OBcsmTriggerDetectionPoint(OpenEnum):
    """When the gsmSCF is asked in an originating call."""

    COLLECTED_INFO = 2
    ROUTE_SELECT_FAILURE = 4


class TBcsmTriggerDetectionPoint(OpenEnum):
    """When the gsmSCF is asked in a terminating call."""

    TERM_ATTEMPT_AUTHORIZED = 12
    T_BUSY = 13
    T_NO_ANSWER = 14


class OBcsmCamelTdpData(Sequence):
    """A service that is asked in originating calls."""

    o_bcsm_trigger_detection_point: Annotated[OBcsmTriggerDetectionPoint, ENUMERATED()]
    service_key: Annotated[int, SERVICE_KEY]
    gsm_scf_address: Annotated[IsdnAddress, OCTETS(0, least=1, most=9)]
    default_call_handling: Annotated[DefaultCallHandling, ENUMERATED(1)]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(2)] = None


class TBcsmCamelTdpData(Sequence):
    """A service that is asked in terminating calls."""

    t_bcsm_trigger_detection_point: Annotated[TBcsmTriggerDetectionPoint, ENUMERATED()]
    service_key: Annotated[int, SERVICE_KEY]
    gsm_scf_address: Annotated[IsdnAddress, OCTETS(0, least=1, most=9)]
    default_call_handling: Annotated[DefaultCallHandling, ENUMERATED(1)]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(2)] = None


class OCsi(Sequence):
    """O-CSI: services in originating calls."""

    o_bcsm_camel_tdp_data_list: Annotated[tuple[OBcsmCamelTdpData, ...], SEQUENCE_OF(SEQUENCE(), most=10)]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
    camel_capability_handling: Annotated[int | None, INTEGER(0, least=1, most=16)] = None
    notification_to_cse: Annotated[bool, NULL(1)] = False
    csi_active: Annotated[bool, NULL(2)] = False


class TCsi(Sequence):
    """T-CSI and VT-CSI: services in terminating calls."""

    t_bcsm_camel_tdp_data_list: Annotated[tuple[TBcsmCamelTdpData, ...], SEQUENCE_OF(SEQUENCE(), most=10)]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
    camel_capability_handling: Annotated[int | None, INTEGER(0, least=1, most=16)] = None
    notification_to_cse: Annotated[bool, NULL(1)] = False
    csi_active: Annotated[bool, NULL(2)] = False


class MatchType(OpenEnum):
    """Whether what matches is left out or is all that counts."""

    INHIBITING = 0
    ENABLING = 1


class DestinationNumberCriteria(Sequence):
    """Called numbers, and how many digits they have."""

    match_type: Annotated[MatchType, ENUMERATED(0)]
    destination_number_list: Annotated[tuple[IsdnAddress, ...], SEQUENCE_OF(OCTETS(least=1, most=9), 1, most=10)] = ()
    destination_number_length_list: Annotated[tuple[int, ...], SEQUENCE_OF(INTEGER(least=1, most=15), 2, most=3)] = ()


class CallTypeCriteria(OpenEnum):
    """Whether a call is forwarded."""

    FORWARDED = 0
    NOT_FORWARDED = 1


class CauseValue(Code):
    """Why a call failed (Q.850); those that no name is given here are ``RESERVED_n``."""

    UNALLOCATED_NUMBER = 1
    NO_ROUTE_TO_DESTINATION = 3
    NORMAL_CALL_CLEARING = 16
    USER_BUSY = 17
    NO_USER_RESPONDING = 18
    NO_ANSWER_FROM_USER = 19
    SUBSCRIBER_ABSENT = 20
    CALL_REJECTED = 21
    NORMAL_UNSPECIFIED = 31
    NO_CIRCUIT_AVAILABLE = 34


class OBcsmCamelTdpCriteria(Sequence):
    """For which originating calls a service is asked."""

    o_bcsm_trigger_detection_point: Annotated[OBcsmTriggerDetectionPoint, ENUMERATED()]
    destination_number_criteria: Annotated[DestinationNumberCriteria | None, SEQUENCE(0)] = None
    basic_service_criteria: Annotated[tuple[ExtBasicServiceCode, ...], SEQUENCE_OF(CHOICE(), 1, most=5)] = ()
    call_type_criteria: Annotated[CallTypeCriteria | None, ENUMERATED(2)] = None
    o_cause_value_criteria: Annotated[tuple[CauseValue, ...], SEQUENCE_OF(OCTETS(size=1), 3, most=5)] = ()
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(4)] = None


class TBcsmCamelTdpCriteria(Sequence):
    """For which terminating calls a service is asked."""

    t_bcsm_trigger_detection_point: Annotated[TBcsmTriggerDetectionPoint, ENUMERATED()]
    basic_service_criteria: Annotated[tuple[ExtBasicServiceCode, ...], SEQUENCE_OF(CHOICE(), 0, most=5)] = ()
    t_cause_value_criteria: Annotated[tuple[CauseValue, ...], SEQUENCE_OF(OCTETS(size=1), 1, most=5)] = ()


class DpAnalysedInfoCriterium(Sequence):
    """A dialled number that has a service."""

    dialled_number: Annotated[IsdnAddress, OCTETS(least=1, most=9)]
    service_key: Annotated[int, SERVICE_KEY]
    gsm_scf_address: Annotated[IsdnAddress, OCTETS(least=1, most=9)]
    default_call_handling: Annotated[DefaultCallHandling, ENUMERATED()]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class DCsi(Sequence):
    """D-CSI: services of dialled numbers."""

    dp_analysed_info_criteria_list: Annotated[
        tuple[DpAnalysedInfoCriterium, ...], SEQUENCE_OF(SEQUENCE(), 0, most=10)
    ] = ()
    camel_capability_handling: Annotated[int | None, INTEGER(1, least=1, most=16)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(2)] = None
    notification_to_cse: Annotated[bool, NULL(3)] = False
    csi_active: Annotated[bool, NULL(4)] = False


# --- supplementary services and mobility ---


class SsCamelData(Sequence):
    """Supplementary services of whose use the gsmSCF is told."""

    ss_event_list: Annotated[tuple[SsCode, ...], SEQUENCE_OF(OCTETS(size=1), most=10)]
    gsm_scf_address: Annotated[IsdnAddress, OCTETS(least=1, most=9)]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(0)] = None


class SsCsi(Sequence):
    """SS-CSI: who is told of supplementary services."""

    ss_camel_data: Annotated[SsCamelData, SEQUENCE()]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
    notification_to_cse: Annotated[bool, NULL(0)] = False
    csi_active: Annotated[bool, NULL(1)] = False


class MCsi(Sequence):
    """M-CSI: who is told of mobility management events."""

    mobility_triggers: Annotated[tuple[MmCode, ...], SEQUENCE_OF(OCTETS(size=1), most=10)]
    service_key: Annotated[int, SERVICE_KEY]
    gsm_scf_address: Annotated[IsdnAddress, OCTETS(0, least=1, most=9)]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(1)] = None
    notification_to_cse: Annotated[bool, NULL(2)] = False
    csi_active: Annotated[bool, NULL(3)] = False


# --- short messages and packet services ---


class SmsTriggerDetectionPoint(OpenEnum):
    """When the gsmSCF is asked about a short message."""

    SMS_COLLECTED_INFO = 1
    SMS_DELIVERY_REQUEST = 2


class SmsCamelTdpData(Sequence):
    """A service that is asked about short messages."""

    sms_trigger_detection_point: Annotated[SmsTriggerDetectionPoint, ENUMERATED(0)]
    service_key: Annotated[int, INTEGER(1, most=2147483647)]
    gsm_scf_address: Annotated[IsdnAddress, OCTETS(2, least=1, most=9)]
    default_sms_handling: Annotated[DefaultTransactionHandling, ENUMERATED(3)]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(4)] = None


class SmsCsi(Sequence):
    """SMS-CSI: services about short messages."""

    sms_camel_tdp_data_list: Annotated[tuple[SmsCamelTdpData, ...], SEQUENCE_OF(SEQUENCE(), 0, most=10)] = ()
    camel_capability_handling: Annotated[int | None, INTEGER(1, least=1, most=16)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(2)] = None
    notification_to_cse: Annotated[bool, NULL(3)] = False
    csi_active: Annotated[bool, NULL(4)] = False


class GprsTriggerDetectionPoint(OpenEnum):
    """When the gsmSCF is asked in packet services."""

    ATTACH = 1
    ATTACH_CHANGE_OF_POSITION = 2
    PDP_CONTEXT_ESTABLISHMENT = 11
    PDP_CONTEXT_ESTABLISHMENT_ACKNOWLEDGEMENT = 12
    PDP_CONTEXT_CHANGE_OF_POSITION = 14


class GprsCamelTdpData(Sequence):
    """A service that is asked in packet services."""

    gprs_trigger_detection_point: Annotated[GprsTriggerDetectionPoint, ENUMERATED(0)]
    service_key: Annotated[int, INTEGER(1, most=2147483647)]
    gsm_scf_address: Annotated[IsdnAddress, OCTETS(2, least=1, most=9)]
    default_session_handling: Annotated[DefaultTransactionHandling, ENUMERATED(3)]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(4)] = None


class GprsCsi(Sequence):
    """GPRS-CSI: services in packet services."""

    gprs_camel_tdp_data_list: Annotated[tuple[GprsCamelTdpData, ...], SEQUENCE_OF(SEQUENCE(), 0, most=10)] = ()
    camel_capability_handling: Annotated[int | None, INTEGER(1, least=1, most=16)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(2)] = None
    notification_to_cse: Annotated[bool, NULL(3)] = False
    csi_active: Annotated[bool, NULL(4)] = False


class SgsnCamelSubscriptionInfo(Sequence):
    """CAMEL in an SGSN."""

    gprs_csi: Annotated[GprsCsi | None, SEQUENCE(0)] = None
    mo_sms_csi: Annotated[SmsCsi | None, SEQUENCE(1)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(2)] = None


class VlrCamelSubscriptionInfo(Sequence):
    """CAMEL in a VLR."""

    o_csi: Annotated[OCsi | None, SEQUENCE(0)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(1)] = None
    ss_csi: Annotated[SsCsi | None, SEQUENCE(2)] = None
    o_bcsm_camel_tdp_criteria_list: Annotated[
        tuple[OBcsmCamelTdpCriteria, ...], SEQUENCE_OF(SEQUENCE(), 4, most=10)
    ] = ()
    tif_csi: Annotated[bool, NULL(3)] = False
    m_csi: Annotated[MCsi | None, SEQUENCE(5)] = None
    mo_sms_csi: Annotated[SmsCsi | None, SEQUENCE(6)] = None
    vt_csi: Annotated[TCsi | None, SEQUENCE(7)] = None
    t_bcsm_camel_tdp_criteria_list: Annotated[
        tuple[TBcsmCamelTdpCriteria, ...], SEQUENCE_OF(SEQUENCE(), 8, most=10)
    ] = ()
    d_csi: Annotated[DCsi | None, SEQUENCE(9)] = None


class GmscCamelSubscriptionInfo(Sequence):
    """CAMEL in a gateway MSC."""

    t_csi: Annotated[TCsi | None, SEQUENCE(0)] = None
    o_csi: Annotated[OCsi | None, SEQUENCE(1)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(2)] = None
    o_bcsm_camel_tdp_criteria_list: Annotated[
        tuple[OBcsmCamelTdpCriteria, ...], SEQUENCE_OF(SEQUENCE(), 3, most=10)
    ] = ()
    t_bcsm_camel_tdp_criteria_list: Annotated[
        tuple[TBcsmCamelTdpCriteria, ...], SEQUENCE_OF(SEQUENCE(), 4, most=10)
    ] = ()
    d_csi: Annotated[DCsi | None, SEQUENCE(5)] = None
