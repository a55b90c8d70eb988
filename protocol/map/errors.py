"""Errors with their parameters (TS 29.002 17.6.6, 17.7.7). Most of them are a SEQUENCE that is empty for now.

In versions 1 and 2 most errors have no parameter, and some have one that is no SEQUENCE: that has a type of its own.
Errors of calls, supplementary services, short messages and location services are in
:mod:`~protocol.map.service_errors`.
"""

from typing import Annotated

from protocol.ber import BOOLEAN, ENUMERATED, NULL, SEQUENCE, Choice, Sequence
from protocol.declare import OpenEnum
from protocol.map.extension import ExtensionContainer


class ErrorCode(OpenEnum):
    """Errors by their local code."""

    UNKNOWN_SUBSCRIBER = 1
    UNKNOWN_BASE_STATION = 2
    UNKNOWN_MSC = 3
    UNIDENTIFIED_SUBSCRIBER = 5
    ABSENT_SUBSCRIBER_SM = 6
    UNKNOWN_EQUIPMENT = 7
    ROAMING_NOT_ALLOWED = 8
    ILLEGAL_SUBSCRIBER = 9
    BEARER_SERVICE_NOT_PROVISIONED = 10
    TELESERVICE_NOT_PROVISIONED = 11
    ILLEGAL_EQUIPMENT = 12
    CALL_BARRED = 13
    FORWARDING_VIOLATION = 14
    CUG_REJECT = 15
    ILLEGAL_SS_OPERATION = 16
    SS_ERROR_STATUS = 17
    SS_NOT_AVAILABLE = 18
    SS_SUBSCRIPTION_VIOLATION = 19
    SS_INCOMPATIBILITY = 20
    FACILITY_NOT_SUPPORTED = 21
    INVALID_TARGET_BASE_STATION = 23
    NO_RADIO_RESOURCE_AVAILABLE = 24
    NO_HANDOVER_NUMBER_AVAILABLE = 25
    SUBSEQUENT_HANDOVER_FAILURE = 26
    ABSENT_SUBSCRIBER = 27
    INCOMPATIBLE_TERMINAL = 28
    SHORT_TERM_DENIAL = 29
    LONG_TERM_DENIAL = 30
    SUBSCRIBER_BUSY_FOR_MT_SMS = 31
    SM_DELIVERY_FAILURE = 32
    MESSAGE_WAITING_LIST_FULL = 33
    SYSTEM_FAILURE = 34
    DATA_MISSING = 35
    UNEXPECTED_DATA_VALUE = 36
    PW_REGISTRATION_FAILURE = 37
    NEGATIVE_PW_CHECK = 38
    NO_ROAMING_NUMBER_AVAILABLE = 39
    TRACING_BUFFER_FULL = 40
    TARGET_CELL_OUTSIDE_GROUP_CALL_AREA = 42
    NUMBER_OF_PW_ATTEMPTS_VIOLATION = 43
    NUMBER_CHANGED = 44
    BUSY_SUBSCRIBER = 45
    NO_SUBSCRIBER_REPLY = 46
    FORWARDING_FAILED = 47
    OR_NOT_ALLOWED = 48
    ATI_NOT_ALLOWED = 49
    NO_GROUP_CALL_NUMBER_AVAILABLE = 50
    RESOURCE_LIMITATION = 51
    UNAUTHORIZED_REQUESTING_NETWORK = 52
    UNAUTHORIZED_LCS_CLIENT = 53
    POSITION_METHOD_FAILURE = 54
    UNKNOWN_OR_UNREACHABLE_LCS_CLIENT = 58
    MM_EVENT_NOT_SUPPORTED = 59
    ATSI_NOT_ALLOWED = 60
    ATM_NOT_ALLOWED = 61
    INFORMATION_NOT_AVAILABLE = 62
    UNKNOWN_ALPHABET = 71
    USSD_BUSY = 72

    def __str__(self) -> str:
        return SPELLED.get(self.name) or camel_case(self.name)


def camel_case(name: str) -> str:
    """A name as most names of operations and errors are written."""
    first, *others = name.lower().split("_")
    return first + "".join(other.capitalize() for other in others)


SPELLED = {
    "ABSENT_SUBSCRIBER_SM": "absentSubscriberSM",
    "ATI_NOT_ALLOWED": "ati-NotAllowed",
    "ATM_NOT_ALLOWED": "atm-NotAllowed",
    "ATSI_NOT_ALLOWED": "atsi-NotAllowed",
    "CUG_REJECT": "cug-Reject",
    "ILLEGAL_SS_OPERATION": "illegalSS-Operation",
    "MM_EVENT_NOT_SUPPORTED": "mm-EventNotSupported",
    "NEGATIVE_PW_CHECK": "negativePW-Check",
    "NUMBER_OF_PW_ATTEMPTS_VIOLATION": "numberOfPW-AttemptsViolation",
    "OR_NOT_ALLOWED": "or-NotAllowed",
    "PW_REGISTRATION_FAILURE": "pw-RegistrationFailure",
    "SM_DELIVERY_FAILURE": "sm-DeliveryFailure",
    "SS_ERROR_STATUS": "ss-ErrorStatus",
    "SS_INCOMPATIBILITY": "ss-Incompatibility",
    "SS_NOT_AVAILABLE": "ss-NotAvailable",
    "SS_SUBSCRIPTION_VIOLATION": "ss-SubscriptionViolation",
    "SUBSCRIBER_BUSY_FOR_MT_SMS": "subscriberBusyForMT-SMS",
    "UNAUTHORIZED_LCS_CLIENT": "unauthorizedLCSClient",
    "UNKNOWN_MSC": "unknownMSC",
    "UNKNOWN_OR_UNREACHABLE_LCS_CLIENT": "unknownOrUnreachableLCSClient",
    "USSD_BUSY": "ussd-Busy",
}
"""Errors whose name the specification writes in another way."""


class UnknownSubscriberDiagnostic(OpenEnum):
    """What is not known of the subscriber."""

    IMSI_UNKNOWN = 0
    GPRS_SUBSCRIPTION_UNKNOWN = 1
    NPDB_MISMATCH = 2


class UnknownSubscriberParam(Sequence):
    """With unknownSubscriber: there is no such subscriber, or not for this service."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
    unknown_subscriber_diagnostic: Annotated[UnknownSubscriberDiagnostic | None, ENUMERATED()] = None


class RoamingNotAllowedCause(OpenEnum):
    """Why the subscriber may not roam here."""

    PLMN_ROAMING_NOT_ALLOWED = 0
    OPERATOR_DETERMINED_BARRING = 3


class RoamingNotAllowedParam(Sequence):
    """With roamingNotAllowed: why."""

    roaming_not_allowed_cause: Annotated[RoamingNotAllowedCause, ENUMERATED()]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class RoamingNotAllowedParamV2(Choice):
    """With roamingNotAllowed: why (version 2)."""

    roaming_not_allowed_cause: Annotated[RoamingNotAllowedCause | None, ENUMERATED()] = None


class NetworkResource(OpenEnum):
    """Which part of the network failed."""

    PLMN = 0
    HLR = 1
    VLR = 2
    PREVIOUS_VLR = 3
    CONTROLLING_MSC = 4
    VISITED_MSC = 5
    EIR = 6
    RSS = 7


class AdditionalNetworkResource(OpenEnum):
    """Which other part of the network failed."""

    SGSN = 0
    GGSN = 1
    GMLC = 2
    GSM_SCF = 3
    NPLR = 4
    AUC = 5


class SystemFailureParam(Sequence):
    """With systemFailure: where."""

    network_resource: Annotated[NetworkResource | None, ENUMERATED()] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
    additional_network_resource: Annotated[AdditionalNetworkResource | None, ENUMERATED(0)] = None


class SystemFailureParamV2(Choice):
    """With systemFailure: where (version 2)."""

    network_resource: Annotated[NetworkResource | None, ENUMERATED()] = None


class DataMissingParam(Sequence):
    """With dataMissing: something that may be absent is needed in this case."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class UnexpectedDataParam(Sequence):
    """With unexpectedDataValue: something has a value that makes no sense in this case."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
    unexpected_subscriber: Annotated[bool, NULL(0)] = False


class UnidentifiedSubParam(Sequence):
    """With unidentifiedSubscriber: this node has no such subscriber."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class FacilityNotSupParam(Sequence):
    """With facilityNotSupported: the network lacks it."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class AbsentSubscriberReason(OpenEnum):
    """Why a subscriber cannot be reached."""

    IMSI_DETACH = 0
    RESTRICTED_AREA = 1
    NO_PAGE_RESPONSE = 2
    PURGED_MS = 3


class AbsentSubscriberParam(Sequence):
    """With absentSubscriber: why."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
    absent_subscriber_reason: Annotated[AbsentSubscriberReason | None, ENUMERATED(0)] = None


class AbsentSubscriberParamV1(Choice):
    """With absentSubscriber: whether the service centre will be told when the subscriber is there (version 1)."""

    mwd_set: Annotated[bool | None, BOOLEAN()] = None


class CallBarringCause(OpenEnum):
    """What bars a call."""

    BARRING_SERVICE_ACTIVE = 0
    OPERATOR_BARRING = 1


class CallBarredParam(Sequence):
    """With callBarred: by what."""

    call_barring_cause: Annotated[CallBarringCause | None, ENUMERATED()] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
    unauthorised_message_originator: Annotated[bool, NULL(1)] = False


class ResourceLimitationParam(Sequence):
    """With resourceLimitation: the node has too much to do."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class CallBarredParamV2(Choice):
    """With callBarred: by what (version 2)."""

    call_barring_cause: Annotated[CallBarringCause | None, ENUMERATED()] = None


class IllegalSubscriberParam(Sequence):
    """With illegalSubscriber: authentication failed."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class IllegalEquipmentParam(Sequence):
    """With illegalEquipment: the equipment is not allowed."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class TracingBufferFullParam(Sequence):
    """With tracingBufferFull: too much is traced already."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class AtiNotAllowedParam(Sequence):
    """With ati-NotAllowed: this node may not ask."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class InformationNotAvailableParam(Sequence):
    """With informationNotAvailable: it is not to be had."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class UnauthorizedRequestingNetworkParam(Sequence):
    """With unauthorizedRequestingNetwork: this network may not ask."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
