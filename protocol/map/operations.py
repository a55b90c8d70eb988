"""The operations and errors of MAP: which types go with which code (TS 29.002 17.5, 17.6, timers 17.1.2).

To add an operation: declare its argument and result, and add a row. Forms of older versions stand behind the present
one; the tag of what arrives tells them apart.
"""

from dataclasses import dataclass
from typing import Literal

from protocol.ber import Element
from protocol.declare import MISSING, OpenEnum
from protocol.map import authentication, equipment, errors, location, subscriber
from protocol.map.contexts import ApplicationContext, ContextName
from protocol.map.errors import ErrorCode

TimerClass = Literal["s", "m", "ml", "l"]
"""Short, medium, medium-long and long operations (17.1.2)."""


class OperationCode(OpenEnum):
    """Operations by their local code. That one has a name here does not say that it is in :data:`OPERATIONS`."""

    UPDATE_LOCATION = 2
    CANCEL_LOCATION = 3
    PROVIDE_ROAMING_NUMBER = 4
    NOTE_SUBSCRIBER_DATA_MODIFIED = 5
    INSERT_SUBSCRIBER_DATA = 7
    DELETE_SUBSCRIBER_DATA = 8
    AUTHENTICATION_FAILURE_REPORT = 15
    SEND_ROUTING_INFO = 22
    UPDATE_GPRS_LOCATION = 23
    SEND_ROUTING_INFO_FOR_GPRS = 24
    FAILURE_REPORT = 25
    NOTE_MS_PRESENT_FOR_GPRS = 26
    RESET = 37
    FORWARD_CHECK_SS_INDICATION = 38
    CHECK_IMEI = 43
    MT_FORWARD_SM = 44
    SEND_ROUTING_INFO_FOR_SM = 45
    MO_FORWARD_SM = 46
    SEND_IDENTIFICATION = 55
    SEND_AUTHENTICATION_INFO = 56
    RESTORE_DATA = 57
    UNSTRUCTURED_SS_NOTIFY = 61
    READY_FOR_SM = 66
    PURGE_MS = 67
    PROVIDE_SUBSCRIBER_INFO = 70
    ANY_TIME_INTERROGATION = 71

    def __str__(self) -> str:
        first, *others = self.name.lower().split("_")
        return first + "".join(other.capitalize() for other in others)


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation. ``results`` is empty where it is never answered by a result."""

    code: OperationCode
    name: str
    arguments: tuple[type[Element], ...]
    results: tuple[type[Element], ...]
    errors: tuple[ErrorCode, ...]
    timer: TimerClass
    contexts: tuple[ApplicationContext, ...]

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
    (_E.DATA_MISSING, _E.UNEXPECTED_DATA_VALUE),
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

# --- equipment ---
operation(
    OperationCode.CHECK_IMEI,
    (equipment.CheckImeiArg, equipment.CheckImeiArgV2),
    (equipment.CheckImeiRes, equipment.CheckImeiResV2),
    (_E.SYSTEM_FAILURE, _E.DATA_MISSING, _E.UNKNOWN_EQUIPMENT),
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

# --- errors ---
error(_E.UNKNOWN_SUBSCRIBER, errors.UnknownSubscriberParam)
error(_E.UNIDENTIFIED_SUBSCRIBER, errors.UnidentifiedSubParam)
error(_E.UNKNOWN_EQUIPMENT)
error(_E.ROAMING_NOT_ALLOWED, errors.RoamingNotAllowedParam, errors.RoamingNotAllowedParamV2)
error(_E.CALL_BARRED, errors.CallBarredParam)
error(_E.FACILITY_NOT_SUPPORTED, errors.FacilityNotSupParam)
error(_E.ABSENT_SUBSCRIBER, errors.AbsentSubscriberParam)
error(_E.SYSTEM_FAILURE, errors.SystemFailureParam, errors.SystemFailureParamV2)
error(_E.DATA_MISSING, errors.DataMissingParam)
error(_E.UNEXPECTED_DATA_VALUE, errors.UnexpectedDataParam)
error(_E.RESOURCE_LIMITATION, errors.ResourceLimitationParam)

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
