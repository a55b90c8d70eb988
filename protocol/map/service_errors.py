"""Errors of calls, supplementary services, short messages and location services (TS 29.002 17.6.6, 17.7.7)."""

from typing import Annotated

from protocol.ber import CHOICE, ENUMERATED, INTEGER, NULL, OCTETS, SEQUENCE, Choice, Sequence
from protocol.declare import OpenEnum
from protocol.identities import Imsi
from protocol.map.codes import BasicServiceCode, SsCode, SsStatus
from protocol.map.extension import ExtensionContainer
from protocol.map.packet import AbsentSubscriberDiagnosticSm
from protocol.map.supplementary import SsSubscriptionOption


class NumberChangedParam(Sequence):
    """With numberChanged: the subscriber has another number now."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class BearerServNotProvParam(Sequence):
    """With bearerServiceNotProvisioned: the subscriber has no such service."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class TeleservNotProvParam(Sequence):
    """With teleserviceNotProvisioned: the subscriber has no such service."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class NoRoamingNbParam(Sequence):
    """With noRoamingNumberAvailable: all are in use."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class NoSubscriberReplyParam(Sequence):
    """With noSubscriberReply: the subscriber does not answer."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class OrNotAllowedParam(Sequence):
    """With or-NotAllowed: no optimal routing of this call."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class ForwardingViolationParam(Sequence):
    """With forwardingViolation: forwarded too often."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class ForwardingFailedParam(Sequence):
    """With forwardingFailed: the call could not be forwarded."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class AtsiNotAllowedParam(Sequence):
    """With atsi-NotAllowed: this node may not ask."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class AtmNotAllowedParam(Sequence):
    """With atm-NotAllowed: this node may not modify."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class IllegalSsOperationParam(Sequence):
    """With illegalSS-Operation: the service does not allow it."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class SsNotAvailableParam(Sequence):
    """With ss-NotAvailable: not here."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class SsSubscriptionViolationParam(Sequence):
    """With ss-SubscriptionViolation: the subscription does not allow it."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class MessageWaitListFullParam(Sequence):
    """With messageWaitingListFull: no service centre more can be noted."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class NoGroupCallNbParam(Sequence):
    """With noGroupCallNumberAvailable: all are in use."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class IncompatibleTerminalParam(Sequence):
    """With incompatibleTerminal: the terminal cannot take the call."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class UnknownOrUnreachableLcsClientParam(Sequence):
    """With unknownOrUnreachableLCSClient: nobody there to be told."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class MmEventNotSupportedParam(Sequence):
    """With mm-EventNotSupported: no service for this event."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class TargetCellOutsideGcaParam(Sequence):
    """With targetCellOutsideGroupCallArea: the group call is not there."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class BusySubscriberParam(Sequence):
    """With busySubscriber: and whether a call can be completed later."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
    ccbs_possible: Annotated[bool, NULL(0)] = False
    ccbs_busy: Annotated[bool, NULL(1)] = False


class SubBusyForMtSmsParam(Sequence):
    """With subscriberBusyForMT-SMS: and whether its GPRS is suspended for a call."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
    gprs_connection_suspended: Annotated[bool, NULL()] = False


class ShortTermDenialParam(Sequence):
    """With shortTermDenial: not now."""


class LongTermDenialParam(Sequence):
    """With longTermDenial: not for long."""


class CugRejectCause(OpenEnum):
    """Why a call in a closed user group is refused."""

    INCOMING_CALLS_BARRED_WITHIN_CUG = 0
    SUBSCRIBER_NOT_MEMBER_OF_CUG = 1
    REQUESTED_BASIC_SERVICE_VIOLATES_CUG_CONSTRAINTS = 5
    CALLED_PARTY_SS_INTERACTION_VIOLATION = 7


class CugRejectParam(Sequence):
    """With cug-Reject: why."""

    cug_reject_cause: Annotated[CugRejectCause | None, ENUMERATED()] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class CugRejectParamV2(Choice):
    """With cug-Reject: why (version 2)."""

    cug_reject_cause: Annotated[CugRejectCause | None, ENUMERATED()] = None


class SsErrorStatusParam(Choice):
    """With ss-ErrorStatus: the state that the service is in."""

    ss_status: Annotated[SsStatus | None, OCTETS(size=1)] = None


class SsSubscriptionViolationParamV1(Choice):
    """With ss-SubscriptionViolation: how the service is subscribed (version 1)."""

    ss_subscription_option: Annotated[SsSubscriptionOption | None, CHOICE()] = None


class SsIncompatibilityCause(Sequence):
    """With ss-Incompatibility: with which other service."""

    ss_code: Annotated[SsCode | None, OCTETS(1, size=1)] = None
    basic_service: Annotated[BasicServiceCode | None, CHOICE()] = None
    ss_status: Annotated[SsStatus | None, OCTETS(4, size=1)] = None


class PwRegistrationFailureCause(OpenEnum):
    """Why a password is refused."""

    UNDETERMINED = 0
    INVALID_FORMAT = 1
    NEW_PASSWORDS_MISMATCH = 2


class PwRegistrationFailureParam(Choice):
    """With pw-RegistrationFailure: why."""

    pw_registration_failure_cause: Annotated[PwRegistrationFailureCause | None, ENUMERATED()] = None


class SmEnumeratedDeliveryFailureCause(OpenEnum):
    """Why a short message was not delivered."""

    MEMORY_CAPACITY_EXCEEDED = 0
    EQUIPMENT_PROTOCOL_ERROR = 1
    EQUIPMENT_NOT_SM_EQUIPPED = 2
    UNKNOWN_SERVICE_CENTRE = 3
    SC_CONGESTION = 4
    INVALID_SME_ADDRESS = 5
    SUBSCRIBER_NOT_SC_SUBSCRIBER = 6


class SmDeliveryFailureCause(Sequence):
    """With sm-DeliveryFailure: why, and what the other end says in a TPDU of TS 23.040 (versions 2 and 3)."""

    sm_enumerated_delivery_failure_cause: Annotated[SmEnumeratedDeliveryFailureCause, ENUMERATED()]
    diagnostic_info: Annotated[bytes | None, OCTETS(least=1, most=200)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class SmDeliveryFailureCauseV1(Choice):
    """With sm-DeliveryFailure: why (version 1)."""

    sm_enumerated_delivery_failure_cause: Annotated[SmEnumeratedDeliveryFailureCause | None, ENUMERATED()] = None


class AbsentSubscriberSmParam(Sequence):
    """With absentSubscriberSM: why, in each domain."""

    absent_subscriber_diagnostic_sm: Annotated[AbsentSubscriberDiagnosticSm | None, INTEGER()] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
    additional_absent_subscriber_diagnostic_sm: Annotated[AbsentSubscriberDiagnosticSm | None, INTEGER(0)] = None
    imsi: Annotated[Imsi | None, OCTETS(1)] = None


class UnauthorizedLcsClientDiagnostic(OpenEnum):
    """Why a client may not locate a subscriber."""

    NO_ADDITIONAL_INFORMATION = 0
    CLIENT_NOT_IN_MS_PRIVACY_EXCEPTION_LIST = 1
    CALL_TO_CLIENT_NOT_SETUP = 2
    PRIVACY_OVERRIDE_NOT_APPLICABLE = 3
    DISALLOWED_BY_LOCAL_REGULATORY_REQUIREMENTS = 4


class UnauthorizedLcsClientParam(Sequence):
    """With unauthorizedLCSClient: why."""

    unauthorized_lcs_client_diagnostic: Annotated[UnauthorizedLcsClientDiagnostic | None, ENUMERATED(0)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(1)] = None


class PositionMethodFailureDiagnostic(OpenEnum):
    """Why a subscriber was not located."""

    CONGESTION = 0
    INSUFFICIENT_RESOURCES = 1
    INSUFFICIENT_MEASUREMENT_DATA = 2
    INCONSISTENT_MEASUREMENT_DATA = 3
    LOCATION_PROCEDURE_NOT_COMPLETED = 4
    LOCATION_PROCEDURE_NOT_SUPPORTED_BY_TARGET_MS = 5
    QOS_NOT_ATTAINABLE = 6
    POSITION_METHOD_NOT_AVAILABLE_IN_NETWORK = 7
    POSITION_METHOD_NOT_AVAILABLE_IN_LOCATION_AREA = 8


class PositionMethodFailureParam(Sequence):
    """With positionMethodFailure: why."""

    position_method_failure_diagnostic: Annotated[PositionMethodFailureDiagnostic | None, ENUMERATED(0)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(1)] = None
