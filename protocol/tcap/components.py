"""Components: operations invoked, their results, errors and rejects (Q.773 3.1, TS 29.002 17.5 and 17.6).

What an operation code or an error code says about the parameter is looked up in :mod:`protocol.map.operations`, so an
:class:`Invoke` that is read holds its typed argument. A parameter that cannot be read stays there as :class:`Unread`,
a component that cannot be read becomes :class:`Unreadable`: the message is not lost, and ``problem`` is what to reject
them with.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from protocol.ber import (
    DEFINED_BY,
    INTEGER,
    OID,
    ONE_OF,
    SEQUENCE,
    Element,
    Layout,
    Oid,
    Place,
    Sequence,
    Unread,
    header,
    long_length,
)
from protocol.declare import OpenEnum, Source
from protocol.errors import DecodeError
from protocol.map.operations import ERRORS, OPERATIONS, ErrorCode, OperationCode, error_of, operation_of

Take = Callable[[bytes, int, int], Element]


# --- problems (Q.773 table 20 and what follows it) ---------------------------------------------------------------


class GeneralProblem(OpenEnum):
    """What is wrong with a component of any kind."""

    UNRECOGNIZED_COMPONENT = 0
    MISTYPED_COMPONENT = 1
    BADLY_STRUCTURED_COMPONENT = 2


class InvokeProblem(OpenEnum):
    """What is wrong with an invoke."""

    DUPLICATE_INVOKE_ID = 0
    UNRECOGNIZED_OPERATION = 1
    MISTYPED_PARAMETER = 2
    RESOURCE_LIMITATION = 3
    INITIATING_RELEASE = 4
    UNRECOGNIZED_LINKED_ID = 5
    LINKED_RESPONSE_UNEXPECTED = 6
    UNEXPECTED_LINKED_OPERATION = 7


class ReturnResultProblem(OpenEnum):
    """What is wrong with a result."""

    UNRECOGNIZED_INVOKE_ID = 0
    RETURN_RESULT_UNEXPECTED = 1
    MISTYPED_PARAMETER = 2


class ReturnErrorProblem(OpenEnum):
    """What is wrong with an error."""

    UNRECOGNIZED_INVOKE_ID = 0
    RETURN_ERROR_UNEXPECTED = 1
    UNRECOGNIZED_ERROR = 2
    UNEXPECTED_ERROR = 3
    MISTYPED_PARAMETER = 4


Problem = GeneralProblem | InvokeProblem | ReturnResultProblem | ReturnErrorProblem


# --- parameters --------------------------------------------------------------------------------------------------


Parameter = Element | Unread


def by_tag(kinds: Iterable[type[Element]]) -> dict[int, Take]:
    """Readers of all forms of a parameter, by identifier octet; earlier ones first."""
    found: dict[int, Take] = {}
    for kind in kinds:
        for tag, take in kind.take.items():
            found.setdefault(tag, take)
    return found


def by_name(kinds: Iterable[type]) -> dict[str, type]:
    """Types of parameters by their names."""
    found: dict[str, type] = {Unread.__name__: Unread}
    for kind in kinds:
        if found.setdefault(kind.__name__, kind) is not kind:
            raise TypeError(f"{kind} and {found[kind.__name__]} have one name")
    return found


ARGUMENTS = {code: by_tag(row.arguments) for code, row in OPERATIONS.items()}
RESULTS = {code: by_tag(row.results) for code, row in OPERATIONS.items()}
PARAMETERS = {code: by_tag(row.parameters) for code, row in ERRORS.items()}
ARGUMENT_KINDS = by_name(kind for row in OPERATIONS.values() for kind in row.arguments)
RESULT_KINDS = by_name(kind for row in OPERATIONS.values() for kind in row.results)
PARAMETER_KINDS = by_name(kind for row in ERRORS.values() for kind in row.parameters)


def parameter_by(by: str, table: dict[Any, dict[int, Take]], kinds: dict[str, type]) -> DEFINED_BY:
    """The layout of a parameter whose type the code in the field ``by`` tells."""

    def resolve(code: Any, d: bytes, start: int, p: int, q: int, end: int) -> Parameter:
        try:
            take = table[code][d[start]]
        except KeyError:
            why = f"no parameter of {code} starts with {d[start]:#04x}" if code in table else f"{code} is not known"
            return Unread(d[start:end], why)
        try:
            return take(d, p, q)
        except DecodeError as error:
            return Unread(d[start:end], str(error))

    return DEFINED_BY(by=by, resolve=resolve, kinds=lambda: kinds)


# --- components --------------------------------------------------------------------------------------------------


class Invoke(Sequence, tag=1):
    """Do this. A ``global_operation`` is one of another user than MAP."""

    invoke_id: Annotated[int, INTEGER(least=-128, most=127)]
    linked_id: Annotated[int | None, INTEGER(0, least=-128, most=127)] = None
    operation: Annotated[OperationCode | None, INTEGER()] = None
    global_operation: Annotated[Oid | None, OID()] = None
    argument: Annotated[Any | None, parameter_by("operation", ARGUMENTS, ARGUMENT_KINDS)] = None

    @property
    def problem(self) -> InvokeProblem | None:
        """What to reject it with, if it must be."""
        if self.operation not in OPERATIONS:
            return InvokeProblem.UNRECOGNIZED_OPERATION
        if isinstance(self.argument, Unread):
            return InvokeProblem.MISTYPED_PARAMETER
        return None


class Returned(Sequence):
    """A result with the operation that it is of."""

    operation: Annotated[OperationCode | None, INTEGER()] = None
    global_operation: Annotated[Oid | None, OID()] = None
    result: Annotated[Any | None, parameter_by("operation", RESULTS, RESULT_KINDS)] = None


class ReturnResult(Sequence):
    """The base of the two kinds of result."""

    invoke_id: Annotated[int, INTEGER(least=-128, most=127)]
    returned: Annotated[Returned | None, SEQUENCE()] = None

    @property
    def operation(self) -> OperationCode | None:
        """The operation that was done, where it is told."""
        return None if self.returned is None else self.returned.operation

    @property
    def result(self) -> Any:
        """What came of it, typed; None where nothing is told."""
        return None if self.returned is None else self.returned.result

    @property
    def problem(self) -> ReturnResultProblem | None:
        """What to reject it with, if it must be."""
        return ReturnResultProblem.MISTYPED_PARAMETER if isinstance(self.result, Unread) else None


class ReturnResultLast(ReturnResult, tag=2):
    """It is done, and this came of it."""


class ReturnResultNotLast(ReturnResult, tag=7):
    """A part of what came of it; more follows."""


class ReturnError(Sequence, tag=3):
    """It was not done, and this is why."""

    invoke_id: Annotated[int, INTEGER(least=-128, most=127)]
    error: Annotated[ErrorCode | None, INTEGER()] = None
    global_error: Annotated[Oid | None, OID()] = None
    parameter: Annotated[Any | None, parameter_by("error", PARAMETERS, PARAMETER_KINDS)] = None

    @property
    def problem(self) -> ReturnErrorProblem | None:
        """What to reject it with, if it must be."""
        if self.error is None or self.error.is_reserved:
            return ReturnErrorProblem.UNRECOGNIZED_ERROR
        if isinstance(self.parameter, Unread) and self.error in ERRORS:
            return ReturnErrorProblem.MISTYPED_PARAMETER
        return None


class INVOKE_ID(INTEGER):  # noqa: N801
    """The number of the component that is rejected, or NULL where it cannot be told."""

    name = "INTEGER or NULL"
    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(least=-128, most=127, always=True)

    def tags(self, kind: Any) -> tuple[int, ...]:
        return (0x02, 0x05)

    def take_lines(self, source: Source, kind: Any, target: str, *, full: bool) -> list[str]:
        take = super().take_lines(source, kind, target, full=full)
        return [f"if t == 5: {target} = None", "else:", *("    " + line for line in take)]

    def put_lines(self, source: Source, kind: Any, value: str, name: str) -> list[str]:
        put = super().put_lines(source, kind, value, name)
        return [
            f"if {value} is None: o += {source.bind(header(0x05, 0), 'null')}",
            "else:",
            *("    " + line for line in put),
        ]


PROBLEM = ONE_OF(
    choices=(
        (GeneralProblem, INTEGER(0)),
        (InvokeProblem, INTEGER(1)),
        (ReturnResultProblem, INTEGER(2)),
        (ReturnErrorProblem, INTEGER(3)),
    )
)


class Reject(Sequence, tag=4):
    """A component of yours cannot be, and this is what is wrong with it."""

    invoke_id: Annotated[int | None, INVOKE_ID()] = None
    problem: Annotated[GeneralProblem | InvokeProblem | ReturnResultProblem | ReturnErrorProblem, PROBLEM]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A component that could not be read, as it came; ``invoke_id`` where it could be told."""

    octets: bytes
    problem: GeneralProblem
    why: str
    invoke_id: int | None = None

    def encode(self) -> bytes:
        """The component as it came."""
        return self.octets

    def __str__(self) -> str:
        return f"{self.octets.hex()} ({self.why})"


Component = Invoke | ReturnResultLast | ReturnResultNotLast | ReturnError | Reject | Unreadable

KINDS = (Invoke, ReturnResultLast, ReturnError, Reject, ReturnResultNotLast)
READERS: dict[int, Callable[[bytes, int, int], Any]] = {kind.tag: kind.take[kind.tag] for kind in KINDS}


class COMPONENTS(Layout):
    """The component portion."""

    name = "ComponentPortion"
    nests = True
    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(0x6C)

    def take_lines(self, source: Source, kind: Any, target: str, *, full: bool) -> list[str]:
        return [f"{target} = {source.bind(take_component, 'take')}(d, p, q)"]

    def put_lines(self, source: Source, kind: Any, value: str, name: str) -> list[str]:
        joined = f"b''.join([component.encode() for component in {value}])"
        return self.put_contents(source, joined, self.tag, [])


def take_components(d: bytes, p: int, e: int) -> tuple[Component, ...]:
    """All components; DecodeError only where it cannot be told where one ends."""
    components: list[Component] = []
    while p < e:
        place = Place.find(d, p, e)
        take = READERS.get(place.tag)
        if take is None:
            problem = GeneralProblem.UNRECOGNIZED_COMPONENT
            components.append(Unreadable(d[p : place.end], problem, f"no component starts with {d[p]:#04x}"))
        else:
            try:
                component = take(d, place.p, place.q)
                components.append(component if place.is_plain else component.with_header(place))
            except DecodeError as error:
                problem = GeneralProblem.MISTYPED_COMPONENT
                number = invoke_id_of(d, place.p, place.q)
                components.append(Unreadable(d[p : place.end], problem, str(error), number))
        p = place.end
    return tuple(components)


def take_component(d: bytes, p: int, e: int) -> tuple[Component, ...]:
    """The same for the usual case: one component, whose header is plain."""
    try:
        take = READERS[d[p]]
        q = d[p + 1]
        s = p + 2
        if q > 127:
            s, q = long_length(d, s, q)
        if s + q == e:
            return (take(d, s, e),)
    except (DecodeError, KeyError, IndexError):
        pass
    return take_components(d, p, e)


def invoke_id_of(d: bytes, p: int, q: int) -> int | None:
    """The invoke id at the beginning of a component that could not be read."""
    if d[p : p + 2] == b"\x02\x01" and p + 2 < q:
        return int.from_bytes(d[p + 2 : p + 3], "big", signed=True)
    return None


def without_meaning(component: Component, context: str) -> Component:
    """A component in a dialogue that is not MAP's: its codes have the meanings of another user, such as CAMEL's."""
    why = f"the operations of {context} are not MAP's"
    match component:
        case Invoke(argument=Element() as argument):
            return component.replace(argument=Unread(argument.encode(), why))
        case ReturnError(parameter=Element() as parameter):
            return component.replace(parameter=Unread(parameter.encode(), why))
        case ReturnResult(returned=Returned(result=Element() as result)):
            assert component.returned is not None
            return component.replace(returned=component.returned.replace(result=Unread(result.encode(), why)))
    return component


# --- short ways --------------------------------------------------------------------------------------------------


def invoke(invoke_id: int, argument: Element, linked_id: int | None = None) -> Invoke:
    """Invoke the operation that ``argument`` is the argument of."""
    return Invoke(invoke_id=invoke_id, operation=operation_of(type(argument)), argument=argument, linked_id=linked_id)


def result(invoke_id: int, value: Element) -> ReturnResultLast:
    """Return the last, and mostly the only, result of the operation that ``value`` is a result of."""
    return ReturnResultLast(invoke_id=invoke_id, returned=Returned(operation=operation_of(type(value)), result=value))


def error(invoke_id: int, why: ErrorCode | Element) -> ReturnError:
    """Return an error, given by its code alone or by its parameter."""
    if isinstance(why, ErrorCode):
        return ReturnError(invoke_id=invoke_id, error=why)
    return ReturnError(invoke_id=invoke_id, error=error_of(type(why)), parameter=why)
