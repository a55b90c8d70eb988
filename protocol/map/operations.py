"""The operations and errors of MAP: which types go with which code (TS 29.002 17.5, 17.6, timers 17.1.2).

To add an operation: declare its argument and result, and add a row. Forms of older versions stand behind the present
one; the tag of what arrives tells them apart.
"""

from dataclasses import dataclass
from typing import Literal

from protocol.ber import Element
from protocol.declare import MISSING
from protocol.map import (
    authentication,
    calls,
    enquiry,
    equipment,
    errors,
    location,
    packet,
    restart,
    service_errors,
    short_messages,
    subscriber,
    tracing,
    unstructured,
)
from protocol.map.contexts import ApplicationContext, ContextName
from protocol.map.errors import ErrorCode
from protocol.map.operation_codes import OperationCode

TimerClass = Literal["s", "m", "ml", "l"]
"""Short, medium, medium-long and long operations (17.1.2)."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation. ``results`` is empty where it is never answered by a result, or by one without parameter.

    ``errors`` are those of all its versions.
    """

    code: OperationCode
    name: str
    arguments: tuple[type[Element], ...]
    results: tuple[type[Element], ...]
    errors: tuple[ErrorCode, ...]
    timer: TimerClass
    contexts: tuple[ApplicationContext, ...]

    @property
    def is_confirmed(self) -> bool:
        """True where it is answered (classes 1 to 3, 17.1.2)."""
        return bool(self.results or self.errors)

    @property
    def empty_result(self) -> Element | None:
        """What a result without parameter means, or None where there must be one."""
        kind = self.results[0] if self.results else None
        if kind is None or any(field.default is MISSING for field in kind.fields):
            return None
        return kind()


@dataclass(frozen=True, slots=True)
class MapError:
    """An error and the types of its parameter; none where it has no parameter."""

    code: ErrorCode
    name: str
    parameters: tuple[type[Element], ...]


OPERATIONS: dict[OperationCode, Operation] = {}
"""All operations that are read and written here."""

ERRORS: dict[ErrorCode, MapError] = {}
"""All errors whose parameter is read and written here."""


def contexts(name: ContextName, *versions: int) -> tuple[ApplicationContext, ...]:
    """Versions of one application context."""
    return tuple(ApplicationContext(name, version) for version in versions)


def operation(
    code: OperationCode,
    arguments: tuple[type[Element], ...],
    results: tuple[type[Element], ...],
    refusals: tuple[ErrorCode, ...],
    timer: TimerClass,
    *allowed: tuple[ApplicationContext, ...],
) -> None:
    """Add a row to the table of operations."""
    assert code not in OPERATIONS, code
    OPERATIONS[code] = Operation(code, str(code), arguments, results, refusals, timer, sum(allowed, ()))


def error(code: ErrorCode, *parameters: type[Element]) -> None:
    """Add a row to the table of errors."""
    assert code not in ERRORS, code
    ERRORS[code] = MapError(code, str(code), parameters)


_E = ErrorCode

# --- location management ---
operation(
    OperationCode.UPDATE_LOCATION,
    (location.UpdateLocationArg,),
    (location.UpdateLocationRes, location.UpdateLocationResV1),
    (_E.SYSTEM_FAILURE, _E.DATA_MISSING, _E.UNEXPECTED_DATA_VALUE, _E.UNKNOWN_SUBSCRIBER, _E.ROAMING_NOT_ALLOWED),
    "m",
    contexts(ContextName.NETWORK_LOC_UP, 3, 2, 1),
)
operation(
    OperationCode.UPDATE_GPRS_LOCATION,
    (location.UpdateGprsLocationArg,),
    (location.UpdateGprsLocationRes,),
    (_E.SYSTEM_FAILURE, _E.UNEXPECTED_DATA_VALUE, _E.UNKNOWN_SUBSCRIBER, _E.ROAMING_NOT_ALLOWED),
    "m",
    contexts(ContextName.GPRS_LOCATION_UPDATE, 3),
)
operation(
    OperationCode.CANCEL_LOCATION,
    (location.CancelLocationArg, location.Identity),
    (location.CancelLocationRes,),
    (_E.DATA_MISSING, _E.UNEXPECTED_DATA_VALUE, _E.UNIDENTIFIED_SUBSCRIBER),
    "m",
    contexts(ContextName.LOCATION_CANCEL, 3, 2, 1),
)
operation(
    OperationCode.PURGE_MS,
    (location.PurgeMsArg, location.PurgeMsArgV2),
    (location.PurgeMsRes,),
    (_E.DATA_MISSING, _E.UNEXPECTED_DATA_VALUE, _E.UNKNOWN_SUBSCRIBER),
    "m",
    contexts(ContextName.MS_PURGING, 3, 2),
)
operation(
    OperationCode.SEND_IDENTIFICATION,
    (location.SendIdentificationArg, location.SendIdentificationArgV2),
    (location.SendIdentificationRes, location.SendIdentificationResV2),
    (_E.DATA_MISSING, _E.UNIDENTIFIED_SUBSCRIBER),
    "s",
    contexts(ContextName.INTER_VLR_INFO_RETRIEVAL, 3, 2),
)

# --- restart ---
operation(
    OperationCode.RESET,
    (restart.ResetArg,),
    (),
    (),
    "m",
    contexts(ContextName.RESET, 2, 1),
)
operation(
    OperationCode.FORWARD_CHECK_SS_INDICATION,
    (),
    (),
    (),
    "s",
    contexts(ContextName.NETWORK_LOC_UP, 3, 2, 1),
)
operation(
    OperationCode.RESTORE_DATA,
    (restart.RestoreDataArg,),
    (restart.RestoreDataRes,),
    (_E.SYSTEM_FAILURE, _E.DATA_MISSING, _E.UNEXPECTED_DATA_VALUE, _E.UNKNOWN_SUBSCRIBER),
    "m",
    contexts(ContextName.NETWORK_LOC_UP, 3, 2),
)

# --- authentication ---
operation(
    OperationCode.SEND_AUTHENTICATION_INFO,
    (authentication.SendAuthenticationInfoArg, authentication.SendAuthenticationInfoArgV2),
    (authentication.SendAuthenticationInfoRes, authentication.SendAuthenticationInfoResV2),
    (_E.SYSTEM_FAILURE, _E.DATA_MISSING, _E.UNEXPECTED_DATA_VALUE, _E.UNKNOWN_SUBSCRIBER),
    "m",
    contexts(ContextName.INFO_RETRIEVAL, 3, 2),
)
operation(
    OperationCode.AUTHENTICATION_FAILURE_REPORT,
    (authentication.AuthenticationFailureReportArg,),
    (authentication.AuthenticationFailureReportRes,),
    (_E.SYSTEM_FAILURE, _E.UNEXPECTED_DATA_VALUE, _E.UNKNOWN_SUBSCRIBER),
    "m",
    contexts(ContextName.AUTHENTICATION_FAILURE_REPORT, 3),
)
operation(
    OperationCode.SEND_PARAMETERS,
    (subscriber.SendParametersArg,),
    (subscriber.SendParametersRes,),
    (_E.UNEXPECTED_DATA_VALUE, _E.UNKNOWN_SUBSCRIBER, _E.UNIDENTIFIED_SUBSCRIBER),
    "m",
    contexts(ContextName.INFO_RETRIEVAL, 1),
)

# --- equipment ---
operation(
    OperationCode.CHECK_IMEI,
    (equipment.CheckImeiArg, equipment.CheckImeiArgV2),
    (equipment.CheckImeiRes, equipment.CheckImeiResV2),
    (_E.SYSTEM_FAILURE, _E.DATA_MISSING, _E.UNEXPECTED_DATA_VALUE, _E.UNKNOWN_EQUIPMENT),
    "m",
    contexts(ContextName.EQUIPMENT_MNGT, 3, 2, 1),
)

# --- subscriber data ---
operation(
    OperationCode.INSERT_SUBSCRIBER_DATA,
    (subscriber.InsertSubscriberDataArg,),
    (subscriber.InsertSubscriberDataRes,),
    (_E.DATA_MISSING, _E.UNEXPECTED_DATA_VALUE, _E.UNIDENTIFIED_SUBSCRIBER),
    "m",
    contexts(ContextName.SUBSCRIBER_DATA_MNGT, 3, 2, 1),
    contexts(ContextName.GPRS_LOCATION_UPDATE, 3),
    contexts(ContextName.NETWORK_LOC_UP, 3, 2, 1),
)
operation(
    OperationCode.DELETE_SUBSCRIBER_DATA,
    (subscriber.DeleteSubscriberDataArg,),
    (subscriber.DeleteSubscriberDataRes,),
    (_E.DATA_MISSING, _E.UNEXPECTED_DATA_VALUE, _E.UNIDENTIFIED_SUBSCRIBER),
    "m",
    contexts(ContextName.SUBSCRIBER_DATA_MNGT, 3, 2, 1),
)

# --- packet services ---
operation(
    OperationCode.SEND_ROUTING_INFO_FOR_GPRS,
    (packet.SendRoutingInfoForGprsArg,),
    (packet.SendRoutingInfoForGprsRes,),
    (
        _E.ABSENT_SUBSCRIBER,
        _E.SYSTEM_FAILURE,
        _E.DATA_MISSING,
        _E.UNEXPECTED_DATA_VALUE,
        _E.UNKNOWN_SUBSCRIBER,
        _E.CALL_BARRED,
    ),
    "m",
    contexts(ContextName.GPRS_LOCATION_INFO_RETRIEVAL, 4, 3),
)
operation(
    OperationCode.FAILURE_REPORT,
    (packet.FailureReportArg,),
    (packet.FailureReportRes,),
    (_E.SYSTEM_FAILURE, _E.DATA_MISSING, _E.UNEXPECTED_DATA_VALUE, _E.UNKNOWN_SUBSCRIBER),
    "m",
    contexts(ContextName.FAILURE_REPORT, 3),
)
operation(
    OperationCode.NOTE_MS_PRESENT_FOR_GPRS,
    (packet.NoteMsPresentForGprsArg,),
    (packet.NoteMsPresentForGprsRes,),
    (_E.SYSTEM_FAILURE, _E.DATA_MISSING, _E.UNEXPECTED_DATA_VALUE, _E.UNKNOWN_SUBSCRIBER),
    "m",
    contexts(ContextName.GPRS_NOTIFY, 3),
)

# --- enquiries ---
operation(
    OperationCode.PROVIDE_SUBSCRIBER_INFO,
    (enquiry.ProvideSubscriberInfoArg,),
    (enquiry.ProvideSubscriberInfoRes,),
    (_E.DATA_MISSING, _E.UNEXPECTED_DATA_VALUE),
    "m",
    contexts(ContextName.SUBSCRIBER_INFO_ENQUIRY, 3),
)
operation(
    OperationCode.ANY_TIME_INTERROGATION,
    (enquiry.AnyTimeInterrogationArg,),
    (enquiry.AnyTimeInterrogationRes,),
    (_E.SYSTEM_FAILURE, _E.ATI_NOT_ALLOWED, _E.DATA_MISSING, _E.UNEXPECTED_DATA_VALUE, _E.UNKNOWN_SUBSCRIBER),
    "m",
    contexts(ContextName.ANY_TIME_INFO_ENQUIRY, 3),
)

# --- calls ---
operation(
    OperationCode.SEND_ROUTING_INFO,
    (calls.SendRoutingInfoArg,),
    (calls.SendRoutingInfoRes, calls.SendRoutingInfoResV2),
    (
        _E.SYSTEM_FAILURE,
        _E.DATA_MISSING,
        _E.UNEXPECTED_DATA_VALUE,
        _E.FACILITY_NOT_SUPPORTED,
        _E.OR_NOT_ALLOWED,
        _E.UNKNOWN_SUBSCRIBER,
        _E.NUMBER_CHANGED,
        _E.BEARER_SERVICE_NOT_PROVISIONED,
        _E.TELESERVICE_NOT_PROVISIONED,
        _E.ABSENT_SUBSCRIBER,
        _E.BUSY_SUBSCRIBER,
        _E.NO_SUBSCRIBER_REPLY,
        _E.CALL_BARRED,
        _E.CUG_REJECT,
        _E.FORWARDING_VIOLATION,
    ),
    "m",
    contexts(ContextName.LOC_INFO_RETRIEVAL, 3, 2, 1),
)
operation(
    OperationCode.PROVIDE_ROAMING_NUMBER,
    (calls.ProvideRoamingNumberArg,),
    (calls.ProvideRoamingNumberRes, calls.ProvideRoamingNumberResV2),
    (
        _E.SYSTEM_FAILURE,
        _E.DATA_MISSING,
        _E.UNEXPECTED_DATA_VALUE,
        _E.FACILITY_NOT_SUPPORTED,
        _E.OR_NOT_ALLOWED,
        _E.ABSENT_SUBSCRIBER,
        _E.NO_ROAMING_NUMBER_AVAILABLE,
    ),
    "m",
    contexts(ContextName.ROAMING_NBR_ENQUIRY, 3, 2, 1),
)

# --- unstructured supplementary services ---
operation(
    OperationCode.PROCESS_UNSTRUCTURED_SS_REQUEST,
    (unstructured.ProcessUnstructuredSsRequestArg,),
    (unstructured.ProcessUnstructuredSsRequestRes,),
    (_E.SYSTEM_FAILURE, _E.DATA_MISSING, _E.UNEXPECTED_DATA_VALUE, _E.UNKNOWN_ALPHABET, _E.CALL_BARRED),
    "ml",
    contexts(ContextName.NETWORK_UNSTRUCTURED_SS, 2),
)
_USSD_ERRORS = (
    _E.SYSTEM_FAILURE,
    _E.DATA_MISSING,
    _E.UNEXPECTED_DATA_VALUE,
    _E.ABSENT_SUBSCRIBER,
    _E.ILLEGAL_SUBSCRIBER,
    _E.ILLEGAL_EQUIPMENT,
    _E.UNKNOWN_ALPHABET,
    _E.USSD_BUSY,
)
operation(
    OperationCode.UNSTRUCTURED_SS_REQUEST,
    (unstructured.UnstructuredSsRequestArg,),
    (unstructured.UnstructuredSsRequestRes,),
    _USSD_ERRORS,
    "ml",
    contexts(ContextName.NETWORK_UNSTRUCTURED_SS, 2),
)
operation(
    OperationCode.UNSTRUCTURED_SS_NOTIFY,
    (unstructured.UnstructuredSsNotifyArg,),
    (),
    _USSD_ERRORS,
    "ml",
    contexts(ContextName.NETWORK_UNSTRUCTURED_SS, 2),
)

# --- short messages ---
operation(
    OperationCode.SEND_ROUTING_INFO_FOR_SM,
    (short_messages.RoutingInfoForSmArg,),
    (short_messages.RoutingInfoForSmRes,),
    (
        _E.SYSTEM_FAILURE,
        _E.DATA_MISSING,
        _E.UNEXPECTED_DATA_VALUE,
        _E.FACILITY_NOT_SUPPORTED,
        _E.UNKNOWN_SUBSCRIBER,
        _E.TELESERVICE_NOT_PROVISIONED,
        _E.CALL_BARRED,
        _E.ABSENT_SUBSCRIBER,
        _E.ABSENT_SUBSCRIBER_SM,
    ),
    "m",
    contexts(ContextName.SHORT_MSG_GATEWAY, 3, 2, 1),
)
operation(
    OperationCode.MO_FORWARD_SM,
    (short_messages.MoForwardSmArg,),
    (short_messages.MoForwardSmRes,),
    (
        _E.SYSTEM_FAILURE,
        _E.DATA_MISSING,
        _E.UNEXPECTED_DATA_VALUE,
        _E.FACILITY_NOT_SUPPORTED,
        _E.UNIDENTIFIED_SUBSCRIBER,
        _E.ILLEGAL_SUBSCRIBER,
        _E.ILLEGAL_EQUIPMENT,
        _E.ABSENT_SUBSCRIBER,
        _E.SUBSCRIBER_BUSY_FOR_MT_SMS,
        _E.SM_DELIVERY_FAILURE,
    ),
    "ml",
    contexts(ContextName.SHORT_MSG_MO_RELAY, 3, 2, 1),
    contexts(ContextName.SHORT_MSG_MT_RELAY, 2),
)
operation(
    OperationCode.MT_FORWARD_SM,
    (short_messages.MtForwardSmArg,),
    (short_messages.MtForwardSmRes,),
    (
        _E.SYSTEM_FAILURE,
        _E.DATA_MISSING,
        _E.UNEXPECTED_DATA_VALUE,
        _E.FACILITY_NOT_SUPPORTED,
        _E.UNIDENTIFIED_SUBSCRIBER,
        _E.ILLEGAL_SUBSCRIBER,
        _E.ILLEGAL_EQUIPMENT,
        _E.SUBSCRIBER_BUSY_FOR_MT_SMS,
        _E.SM_DELIVERY_FAILURE,
        _E.ABSENT_SUBSCRIBER_SM,
    ),
    "ml",
    contexts(ContextName.SHORT_MSG_MT_RELAY, 3),
)
operation(
    OperationCode.REPORT_SM_DELIVERY_STATUS,
    (short_messages.ReportSmDeliveryStatusArg,),
    (short_messages.ReportSmDeliveryStatusRes, short_messages.ReportSmDeliveryStatusResV2),
    (_E.DATA_MISSING, _E.UNEXPECTED_DATA_VALUE, _E.UNKNOWN_SUBSCRIBER, _E.MESSAGE_WAITING_LIST_FULL),
    "s",
    contexts(ContextName.SHORT_MSG_GATEWAY, 3, 2, 1),
)
operation(
    OperationCode.NOTE_SUBSCRIBER_PRESENT,
    (short_messages.NoteSubscriberPresentArg,),
    (),
    (),
    "s",
    contexts(ContextName.MWD_MNGT, 1),
)
operation(
    OperationCode.ALERT_SERVICE_CENTRE_WITHOUT_RESULT,
    (short_messages.AlertServiceCentreWithoutResultArg,),
    (),
    (),
    "s",
    contexts(ContextName.SHORT_MSG_ALERT, 1),
)
operation(
    OperationCode.ALERT_SERVICE_CENTRE,
    (short_messages.AlertServiceCentreArg,),
    (),
    (_E.SYSTEM_FAILURE, _E.DATA_MISSING, _E.UNEXPECTED_DATA_VALUE),
    "s",
    contexts(ContextName.SHORT_MSG_ALERT, 2),
)
operation(
    OperationCode.INFORM_SERVICE_CENTRE,
    (short_messages.InformServiceCentreArg,),
    (),
    (),
    "s",
    contexts(ContextName.SHORT_MSG_GATEWAY, 3, 2),
)
operation(
    OperationCode.READY_FOR_SM,
    (short_messages.ReadyForSmArg,),
    (short_messages.ReadyForSmRes,),
    (_E.DATA_MISSING, _E.UNEXPECTED_DATA_VALUE, _E.FACILITY_NOT_SUPPORTED, _E.UNKNOWN_SUBSCRIBER),
    "m",
    contexts(ContextName.MWD_MNGT, 3, 2),
)

# --- operation and maintenance ---
_TRACING = (
    *contexts(ContextName.TRACING, 3, 2, 1),
    *contexts(ContextName.GPRS_LOCATION_UPDATE, 3),
    *contexts(ContextName.NETWORK_LOC_UP, 3, 2, 1),
)
operation(
    OperationCode.ACTIVATE_TRACE_MODE,
    (tracing.ActivateTraceModeArg,),
    (tracing.ActivateTraceModeRes,),
    (
        _E.SYSTEM_FAILURE,
        _E.DATA_MISSING,
        _E.UNEXPECTED_DATA_VALUE,
        _E.FACILITY_NOT_SUPPORTED,
        _E.UNIDENTIFIED_SUBSCRIBER,
        _E.TRACING_BUFFER_FULL,
    ),
    "m",
    _TRACING,
)
operation(
    OperationCode.DEACTIVATE_TRACE_MODE,
    (tracing.DeactivateTraceModeArg,),
    (tracing.DeactivateTraceModeRes,),
    (
        _E.SYSTEM_FAILURE,
        _E.DATA_MISSING,
        _E.UNEXPECTED_DATA_VALUE,
        _E.FACILITY_NOT_SUPPORTED,
        _E.UNIDENTIFIED_SUBSCRIBER,
    ),
    "m",
    _TRACING,
)
operation(
    OperationCode.SEND_IMSI,
    (tracing.SendImsiArg,),
    (tracing.SendImsiRes,),
    (_E.DATA_MISSING, _E.UNEXPECTED_DATA_VALUE, _E.UNKNOWN_SUBSCRIBER),
    "m",
    contexts(ContextName.IMSI_RETRIEVAL, 2),
)

# --- errors ---
error(_E.UNKNOWN_SUBSCRIBER, errors.UnknownSubscriberParam)
error(_E.UNKNOWN_BASE_STATION)
error(_E.UNKNOWN_MSC)
error(_E.UNIDENTIFIED_SUBSCRIBER, errors.UnidentifiedSubParam)
error(_E.ABSENT_SUBSCRIBER_SM, service_errors.AbsentSubscriberSmParam)
error(_E.UNKNOWN_EQUIPMENT)
error(_E.ROAMING_NOT_ALLOWED, errors.RoamingNotAllowedParam, errors.RoamingNotAllowedParamV2)
error(_E.ILLEGAL_SUBSCRIBER, errors.IllegalSubscriberParam)
error(_E.BEARER_SERVICE_NOT_PROVISIONED, service_errors.BearerServNotProvParam)
error(_E.TELESERVICE_NOT_PROVISIONED, service_errors.TeleservNotProvParam)
error(_E.ILLEGAL_EQUIPMENT, errors.IllegalEquipmentParam)
error(_E.CALL_BARRED, errors.CallBarredParam, errors.CallBarredParamV2)
error(_E.FORWARDING_VIOLATION, service_errors.ForwardingViolationParam)
error(_E.CUG_REJECT, service_errors.CugRejectParam, service_errors.CugRejectParamV2)
error(_E.ILLEGAL_SS_OPERATION, service_errors.IllegalSsOperationParam)
error(_E.SS_ERROR_STATUS, service_errors.SsErrorStatusParam)
error(_E.SS_NOT_AVAILABLE, service_errors.SsNotAvailableParam)
error(
    _E.SS_SUBSCRIPTION_VIOLATION,
    service_errors.SsSubscriptionViolationParam,
    service_errors.SsSubscriptionViolationParamV1,
)
error(_E.SS_INCOMPATIBILITY, service_errors.SsIncompatibilityCause)
error(_E.FACILITY_NOT_SUPPORTED, errors.FacilityNotSupParam)
error(_E.INVALID_TARGET_BASE_STATION)
error(_E.NO_RADIO_RESOURCE_AVAILABLE)
error(_E.NO_HANDOVER_NUMBER_AVAILABLE)
error(_E.SUBSEQUENT_HANDOVER_FAILURE)
error(_E.ABSENT_SUBSCRIBER, errors.AbsentSubscriberParam, errors.AbsentSubscriberParamV1)
error(_E.INCOMPATIBLE_TERMINAL, service_errors.IncompatibleTerminalParam)
error(_E.SHORT_TERM_DENIAL, service_errors.ShortTermDenialParam)
error(_E.LONG_TERM_DENIAL, service_errors.LongTermDenialParam)
error(_E.SUBSCRIBER_BUSY_FOR_MT_SMS, service_errors.SubBusyForMtSmsParam)
error(_E.SM_DELIVERY_FAILURE, service_errors.SmDeliveryFailureCause, service_errors.SmDeliveryFailureCauseV1)
error(_E.MESSAGE_WAITING_LIST_FULL, service_errors.MessageWaitListFullParam)
error(_E.SYSTEM_FAILURE, errors.SystemFailureParam, errors.SystemFailureParamV2)
error(_E.DATA_MISSING, errors.DataMissingParam)
error(_E.UNEXPECTED_DATA_VALUE, errors.UnexpectedDataParam)
error(_E.PW_REGISTRATION_FAILURE, service_errors.PwRegistrationFailureParam)
error(_E.NEGATIVE_PW_CHECK)
error(_E.NO_ROAMING_NUMBER_AVAILABLE, service_errors.NoRoamingNbParam)
error(_E.TRACING_BUFFER_FULL, errors.TracingBufferFullParam)
error(_E.TARGET_CELL_OUTSIDE_GROUP_CALL_AREA, service_errors.TargetCellOutsideGcaParam)
error(_E.NUMBER_OF_PW_ATTEMPTS_VIOLATION)
error(_E.NUMBER_CHANGED, service_errors.NumberChangedParam)
error(_E.BUSY_SUBSCRIBER, service_errors.BusySubscriberParam)
error(_E.NO_SUBSCRIBER_REPLY, service_errors.NoSubscriberReplyParam)
error(_E.FORWARDING_FAILED, service_errors.ForwardingFailedParam)
error(_E.OR_NOT_ALLOWED, service_errors.OrNotAllowedParam)
error(_E.ATI_NOT_ALLOWED, errors.AtiNotAllowedParam)
error(_E.NO_GROUP_CALL_NUMBER_AVAILABLE, service_errors.NoGroupCallNbParam)
error(_E.RESOURCE_LIMITATION, errors.ResourceLimitationParam)
error(_E.UNAUTHORIZED_REQUESTING_NETWORK, errors.UnauthorizedRequestingNetworkParam)
error(_E.UNAUTHORIZED_LCS_CLIENT, service_errors.UnauthorizedLcsClientParam)
error(_E.POSITION_METHOD_FAILURE, service_errors.PositionMethodFailureParam)
error(_E.UNKNOWN_OR_UNREACHABLE_LCS_CLIENT, service_errors.UnknownOrUnreachableLcsClientParam)
error(_E.MM_EVENT_NOT_SUPPORTED, service_errors.MmEventNotSupportedParam)
error(_E.ATSI_NOT_ALLOWED, service_errors.AtsiNotAllowedParam)
error(_E.ATM_NOT_ALLOWED, service_errors.AtmNotAllowedParam)
error(_E.INFORMATION_NOT_AVAILABLE, errors.InformationNotAvailableParam)
error(_E.UNKNOWN_ALPHABET)
error(_E.USSD_BUSY)

_OPERATION_OF = {kind: row.code for row in OPERATIONS.values() for kind in (*row.arguments, *row.results)}
_ERROR_OF = {kind: row.code for row in ERRORS.values() for kind in row.parameters}


def operation_of(kind: type[Element]) -> OperationCode:
    """The operation that a type is an argument or a result of."""
    return _OPERATION_OF[kind]


def error_of(kind: type[Element]) -> ErrorCode:
    """The error that a type is the parameter of."""
    return _ERROR_OF[kind]


__all__ = [
    "ERRORS",
    "OPERATIONS",
    "ErrorCode",
    "MapError",
    "Operation",
    "OperationCode",
    "TimerClass",
    "error_of",
    "operation_of",
]
