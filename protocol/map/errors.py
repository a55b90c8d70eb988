"""Errors with their parameters (TS 29.002 17.6.6, 17.7.7). Most of them are a SEQUENCE that is empty for now."""

from typing import Annotated

from protocol.ber import ENUMERATED, NULL, OPAQUE, Choice, Sequence
from protocol.declare import OpenEnum


class ErrorCode(OpenEnum):
    """Errors by their local code."""

    UNKNOWN_SUBSCRIBER = 1
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
    ABSENT_SUBSCRIBER = 27
    INCOMPATIBLE_TERMINAL = 28
    SUBSCRIBER_BUSY_FOR_MT_SMS = 31
    SM_DELIVERY_FAILURE = 32
    MESSAGE_WAITING_LIST_FULL = 33
    SYSTEM_FAILURE = 34
    DATA_MISSING = 35
    UNEXPECTED_DATA_VALUE = 36
    NO_ROAMING_NUMBER_AVAILABLE = 39
    TRACING_BUFFER_FULL = 40
    NUMBER_CHANGED = 44
    BUSY_SUBSCRIBER = 45
    NO_SUBSCRIBER_REPLY = 46
    OR_NOT_ALLOWED = 48
    ATI_NOT_ALLOWED = 49
    RESOURCE_LIMITATION = 51
    INFORMATION_NOT_AVAILABLE = 62

    def __str__(self) -> str:
        first, *others = self.name.lower().split("_")
        return first + "".join(other.capitalize() for other in others)


class UnknownSubscriberDiagnostic(OpenEnum):
    """What is not known of the subscriber."""

    IMSI_UNKNOWN = 0
    GPRS_SUBSCRIPTION_UNKNOWN = 1


class UnknownSubscriberParam(Sequence):
    """With unknownSubscriber: there is no such subscriber, or not for this service."""

    extension_container: Annotated[bytes | None, OPAQUE()] = None
    unknown_subscriber_diagnostic: Annotated[UnknownSubscriberDiagnostic | None, ENUMERATED()] = None


class RoamingNotAllowedCause(OpenEnum):
    """Why the subscriber may not roam here."""

    PLMN_ROAMING_NOT_ALLOWED = 0
    OPERATOR_DETERMINED_BARRING = 3


class RoamingNotAllowedParam(Sequence):
    """With roamingNotAllowed: why."""

    roaming_not_allowed_cause: Annotated[RoamingNotAllowedCause, ENUMERATED()]
    extension_container: Annotated[bytes | None, OPAQUE()] = None


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
    extension_container: Annotated[bytes | None, OPAQUE()] = None
    additional_network_resource: Annotated[AdditionalNetworkResource | None, ENUMERATED(0)] = None


class SystemFailureParamV2(Choice):
    """With systemFailure: where (version 2)."""

    network_resource: Annotated[NetworkResource | None, ENUMERATED()] = None


class DataMissingParam(Sequence):
    """With dataMissing: something that may be absent is needed in this case."""

    extension_container: Annotated[bytes | None, OPAQUE()] = None


class UnexpectedDataParam(Sequence):
    """With unexpectedDataValue: something has a value that makes no sense in this case."""

    extension_container: Annotated[bytes | None, OPAQUE()] = None
    unexpected_subscriber: Annotated[bool, NULL(0)] = False


class UnidentifiedSubParam(Sequence):
    """With unidentifiedSubscriber: this node has no such subscriber."""

    extension_container: Annotated[bytes | None, OPAQUE()] = None


class FacilityNotSupParam(Sequence):
    """With facilityNotSupported: the network lacks it."""

    extension_container: Annotated[bytes | None, OPAQUE()] = None


class AbsentSubscriberReason(OpenEnum):
    """Why a subscriber cannot be reached."""

    IMSI_DETACH = 0
    RESTRICTED_AREA = 1
    NO_PAGE_RESPONSE = 2
    PURGED_MS = 3


class AbsentSubscriberParam(Sequence):
    """With absentSubscriber: why."""

    extension_container: Annotated[bytes | None, OPAQUE()] = None
    absent_subscriber_reason: Annotated[AbsentSubscriberReason | None, ENUMERATED(0)] = None


class CallBarringCause(OpenEnum):
    """What bars a call."""

    BARRING_SERVICE_ACTIVE = 0
    OPERATOR_BARRING = 1


class CallBarredParam(Sequence):
    """With callBarred: by what."""

    call_barring_cause: Annotated[CallBarringCause | None, ENUMERATED()] = None
    extension_container: Annotated[bytes | None, OPAQUE()] = None


class ResourceLimitationParam(Sequence):
    """With resourceLimitation: the node has too much to do."""

    extension_container: Annotated[bytes | None, OPAQUE()] = None
