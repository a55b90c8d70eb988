"""A procedure is a table.

A :class:`Machine` is declared once a procedure, as rows ``(state, event, action, next states)``. An event is a
class (of a message, a command), a timer (its last expiry), or a final state of a child procedure. The action gets the
procedure and the event and *returns* the next state, one of those that its row lists; nothing else changes a state.

A :class:`Procedure` is one run of a machine. It belongs to a node, may have a parent and children, and ends when it
reaches a final state: then its parent gets that state as an event. An event from outside goes to the youngest child
first, and up until one has a row for it; where none has, the protocol's rule answers, never a default branch.

States name what is awaited, and ``guards`` name the timer that bounds the wait: the engine starts it when the state is
entered, repeats what :meth:`Procedure.ask` sent at each expiry but the last, and at the last takes the timer's row.
"""

import inspect
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any, ClassVar, TypeAlias, Union, get_args, get_origin

from nodes.core.clock import Clock, Running
from protocol.timers import Timer


class State(Enum):
    """A state of one machine; its value is the specification's name of it."""

    __hash__ = object.__hash__  # by identity: states are compared on every event

    rows: dict[Any, "Row"]
    guard: Timer | None
    final: bool


class Begin:
    """The first event of a child procedure."""


BEGIN = Begin()

ANY = "any state"
"""In a row: every state that is not final and has no row of its own for the event."""

Event: TypeAlias = type | Timer | State
RowSource: TypeAlias = tuple[State | str | tuple[State, ...], Event, Callable[..., State], tuple[State, ...]]


class Row:
    """One line of a machine. ``taken`` counts how often it was taken in this process: the coverage that matters."""

    __slots__ = ("action", "event", "state", "taken", "to")

    def __init__(self, state: State, event: Event, action: Callable[[Any, Any], State], to: tuple[State, ...]) -> None:
        self.state = state
        self.event = event
        self.action = action
        self.to = to
        self.taken = 0


MACHINES: list["Machine"] = []
"""All machines, in the order of their declaration."""


class Machine:
    """The table of one procedure. Faults in it fail at import."""

    def __init__(
        self,
        title: str,
        *,
        clause: str,
        of: type["Procedure"],
        initial: State,
        final: Iterable[State] = (),
        guards: Mapping[State, Timer] | None = None,
        rows: list[RowSource],
    ) -> None:
        self.title = title
        self.home = of.__module__
        self.clause = clause
        self.initial = initial
        self.sources = rows
        self.rows: list[Row] = []
        """One row for each line of the table, ``ANY`` and groups of states sharing theirs."""
        states = type(initial)
        finals = set(final)
        for state in states:
            assert "rows" not in state.__dict__, f"{state} belongs to another machine"
            state.rows, state.guard, state.final = {}, (guards or {}).get(state), state in finals
        for source in sorted(rows, key=lambda source: source[0] == ANY):
            self._add(states, *source)
        for state, timer in (guards or {}).items():
            assert timer in state.rows, f"{title}: {state} is guarded by {timer}, but no row says what its expiry does"
        reached = {initial, *(state for row in self.rows for state in row.to)}
        assert reached == set(states), f"{title}: no row leads to {set(states) - reached}"
        of.machine = self
        MACHINES.append(self)

    def _add(
        self,
        states: type[State],
        where: State | str | tuple[State, ...],
        event: Event,
        action: Callable[..., State],
        to: tuple[State, ...],
    ) -> None:
        check_action(self.title, event, action)
        row = Row(self.initial, event, action, to)
        self.rows.append(row)
        for state in states if where == ANY else where if isinstance(where, tuple) else (where,):
            assert isinstance(state, states), f"{self.title}: {state} is no state of this machine"
            if where == ANY and (state.final or event in state.rows):
                continue
            assert not state.final, f"{self.title}: {state} is final and takes no event"
            assert event not in state.rows, f"{self.title}: two rows for {state} and {event}"
            state.rows[event] = row
            row.state = state

    def mermaid(self) -> str:
        """The table as a state diagram."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial.name}"]
        for where, event, action, to in self.sources:
            if isinstance(where, State):
                starts: tuple[State, ...] = (where,)
            elif isinstance(where, tuple):
                starts = where
            else:
                starts = tuple(state for state in type(self.initial) if not state.final)
            # A row for many states shows only where it leaves them: the rest stands in the table.
            ends = [end for end in dict.fromkeys(to) if len(starts) == 1 or end not in starts]
            for start in starts:
                lines += [f"    {start.name} --> {end.name}: {event_name(event)} / {action.__name__}" for end in ends]
        for state in type(self.initial):
            if state.guard is not None:
                lines.append(f"    {state.name}: {state.name} ({state.guard})")
            if state.final:
                lines.append(f"    {state.name} --> [*]")
        return "\n".join(lines)


def event_name(event: Event) -> str:
    """How an event is called in tables and pictures."""
    if isinstance(event, State):
        return event.value if isinstance(event.value, str) else event.name
    return str(event) if isinstance(event, Timer) else event.__name__


def check_action(title: str, event: Event, action: Callable[..., State]) -> None:
    """Refuse an action whose annotated event is not the row's."""
    parameters = list(inspect.signature(action).parameters)
    assert len(parameters) == 2, f"{title}: {action.__name__} takes the procedure and the event"
    wanted = typing.get_type_hints(action)[parameters[1]]
    options = get_args(wanted) if get_origin(wanted) in (Union, types.UnionType) else (wanted,)
    if wanted is Any or wanted is object:
        return
    if isinstance(event, State):
        fits = any(isinstance(option, type) and issubclass(option, Procedure) for option in options)
    elif isinstance(event, Timer):
        fits = Timer in options
    else:
        fits = any(issubclass(event, option) for option in options)
    assert fits, f"{title}: {action.__name__} takes {wanted}, but its row is for {event_name(event)}"


class Stage(typing.Protocol):
    """What a procedure needs of the node that it runs in."""

    clock: Clock
    telling: bool

    def tell_transition(
        self, procedure: "Procedure", before: State, event: str, after: State, running: Running | None
    ) -> None:
        """Note a transition; called only while ``telling``."""

    def tell_expiry(self, procedure: "Procedure", timer: Timer, count: int) -> None:
        """Note the expiry of a guard; called only while ``telling``."""


class Procedure:
    """One run of a machine.

    Subclasses add what the procedure must remember, and say in :meth:`transmit` how a message leaves.
    """

    __slots__ = ("_asked", "_expiries", "_guard", "_new", "_waiting", "children", "parent", "stage", "state")

    machine: ClassVar[Machine]

    def __init__(self, stage: Any, parent: "Procedure | None" = None) -> None:
        self.stage: Any = stage
        self.parent = parent
        self.children: tuple[Procedure, ...] = ()
        self.state: State = self.machine.initial
        self._guard: Running | None = None
        self._expiries = 0
        self._asked: tuple[Any, ...] = ()
        self._new = False
        self._waiting: tuple[Procedure, ...] = ()

    # --- for the subclass -----------------------------------------------------------------------------------------

    @property
    def subject(self) -> str:
        """Whom this procedure is about, for notes."""
        return "" if self.parent is None else self.parent.subject

    def transmit(self, message: Any) -> None:
        """Send a message of this procedure."""
        assert self.parent is not None, f"{type(self).__name__} cannot send"
        self.parent.transmit(message)

    def ended(self) -> None:
        """Let go of what is held outside; called once, when the procedure ends in whatever way."""

    # --- for actions ----------------------------------------------------------------------------------------------

    def ask(self, message: Any) -> None:
        """Send a message that the guard of the next state repeats until it is answered."""
        self._asked = (*self._asked, message) if self._new else (message,)
        self._new = True
        self.transmit(message)

    def tell(self, message: Any) -> None:
        """Send a message once."""
        self.transmit(message)

    def repeat(self) -> None:
        """Send again what was asked, and run the guard anew; its expiries count on (24.008 4.7.3.1.6)."""
        for message in self._asked:
            self.transmit(message)
        self._arm(count=self._expiries)

    def start(self, child: "Procedure") -> None:
        """Run a child procedure once the action has returned."""
        self._waiting += (child,)

    def end_children(self) -> None:
        """End all children; they tell nothing."""
        for child in (*self.children, *self._waiting):
            child.end()
        self.children = self._waiting = ()

    def hold_guard(self) -> None:
        """Stop the guard without leaving the state; :meth:`release_guard` runs it anew."""
        if self._guard is not None:
            self.stage.clock.stop(self._guard)
            self._guard = None

    def is_guarded_by(self, running: Running) -> bool:
        """True where this timer is the guard of the present state."""
        return self._guard is running

    def release_guard(self) -> None:
        """Run the guard of the state anew, if it has one and it does not run."""
        if self._guard is None and self.state.guard is not None:
            self._arm(count=self._expiries)

    def duration(self, timer: Timer) -> int:
        """How long ``timer`` runs here; a procedure may have been told another value by its peer."""
        return self.stage.clock.duration(timer)  # type: ignore[no-any-return]

    # --- the engine -----------------------------------------------------------------------------------------------

    def deliver(self, event: Any) -> bool:
        """Offer an event to the youngest child first, then to this; True when a row took it."""
        for child in reversed(self.children):
            if child.deliver(event):
                return True
        return self.hear(event)

    def hear(self, event: Any) -> bool:
        """Take an event that is for this procedure alone, such as what a peer says in its dialogue."""
        row = self.state.rows.get(type(event))
        if row is None:
            return False
        self._take(row, event, None)
        return True

    def begin(self) -> None:
        """Give a new child its first event."""
        self._take(self.state.rows[Begin], BEGIN, None)

    def expired(self, timer: Timer) -> None:
        """The guard has run out: ask again, or take its row if it was the last time."""
        self._guard = None
        self._expiries += 1
        if self.stage.telling:
            self.stage.tell_expiry(self, timer, self._expiries)
        if self._expiries < timer.expiries:
            for message in self._asked:
                self.transmit(message)
            self._arm(count=self._expiries)
        else:
            self._take(self.state.rows[timer], timer, None)

    def end(self) -> None:
        """End this run and its children at once; the parent is not told."""
        self.end_children()
        self.hold_guard()
        self.ended()
        if self.parent is not None:
            self.parent.children = tuple(child for child in self.parent.children if child is not self)

    def _arm(self, count: int) -> None:
        self.hold_guard()
        timer = self.state.guard
        assert timer is not None
        self._expiries = count
        self._guard = self.stage.clock.start(timer, self, self.duration(timer))

    def _take(self, row: Row, event: Any, told: State | None) -> None:
        row.taken += 1
        self._new = False
        before = self.state
        after = row.action(self, event)
        assert after in row.to, f"{self.machine.title}: {row.action.__name__} led to {after}, not among {row.to}"
        if after is not before or self._new:
            if self._guard is not None:
                self.stage.clock.stop(self._guard)
                self._guard = None
            if not self._new:
                self._asked = ()
            self.state = after
            if after.guard is not None:
                self._expiries = 0
                self._guard = self.stage.clock.start(after.guard, self, self.duration(after.guard))
        self._new = False
        if self.stage.telling:
            name = told.value if told is not None else event.name if isinstance(event, Timer) else type(event).__name__
            self.stage.tell_transition(self, before, name, after, self._guard)
        while self._waiting:
            child, self._waiting = self._waiting[0], self._waiting[1:]
            self.children += (child,)
            child.begin()
        if after.final and self.state is after:
            parent = self.parent
            self.end()
            if parent is not None:
                parent.child_ended(self)

    def child_ended(self, child: "Procedure") -> None:
        """Take the row for the final state that a child has reached."""
        row = self.state.rows.get(child.state)
        assert row is not None, f"{self.machine.title}: no row for {child.state} in {self.state}"
        self._take(row, child, child.state)
