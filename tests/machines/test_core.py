"""The engine of procedures and the timer store, on a machine of nobody's."""

from enum import Enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.core.clock import Clock
from nodes.core.llc import LogicalLink
from nodes.core.machine import ANY, Begin, Machine, Procedure, State
from protocol.llc.frame import Sapi, UiFrame
from protocol.timers import T3350, T3360, Timer


class Ping:
    """An event."""


class Pong:
    """Another."""


class Inner(State):
    """States of the child."""

    START = "start"
    OVER = "over"


class Child(Procedure):
    """Ends as soon as it begins."""

    __slots__ = ()


def child_begun(child: Child, event: Begin) -> Inner:
    """Nothing to wait for."""
    return Inner.OVER


Machine(
    "child of the test",
    clause="none",
    of=Child,
    initial=Inner.START,
    final=(Inner.OVER,),
    rows=[(Inner.START, Begin, child_begun, (Inner.OVER,))],
)


class S(State):
    """States of the parent."""

    IDLE = "idle"
    WAIT = "wait"
    NESTED = "nested"
    DONE = "done"


class Caller(Procedure):
    """Asks, and may run a child."""

    __slots__ = ("log",)

    def __init__(self, stage: Any) -> None:
        super().__init__(stage)
        self.log: list[str] = []

    def transmit(self, message: Any) -> None:
        self.log.append(f"{self.stage.clock.now // 1_000_000} {message}")


def pinged(caller: Caller, event: Ping) -> S:
    """Ask."""
    caller.ask("question")
    return S.WAIT


def answered(caller: Caller, event: Pong) -> S:
    """Run a child that ends at once."""
    caller.start(Child(caller.stage, caller))
    return S.NESTED


def nagged(caller: Caller, event: Ping) -> S:
    """Say it again without counting."""
    caller.repeat()
    return S.WAIT


def silent(caller: Caller, event: Timer) -> S:
    """Nobody answered."""
    caller.tell("given up")
    return S.DONE


def nested_over(caller: Caller, event: Child) -> S:
    """The child is over."""
    return S.DONE


CALLER = Machine(
    "caller of the test",
    clause="none",
    of=Caller,
    initial=S.IDLE,
    final=(S.DONE,),
    guards={S.WAIT: T3350},
    rows=[
        (S.IDLE, Ping, pinged, (S.WAIT,)),
        (S.WAIT, Ping, nagged, (S.WAIT,)),
        (S.WAIT, Pong, answered, (S.NESTED,)),
        (S.WAIT, T3350, silent, (S.DONE,)),
        (S.NESTED, Inner.OVER, nested_over, (S.DONE,)),
    ],
)


class Stage:
    """What a procedure needs of a node."""

    def __init__(self) -> None:
        self.clock = Clock({})
        self.telling = False

    def run(self, seconds: int) -> None:
        """Let time pass, deadline by deadline."""
        end = self.clock.now + seconds * 1_000_000
        while (deadline := self.clock.next()) is not None and deadline.when <= end:
            self.clock.now = deadline.when
            self.clock.expire()
        self.clock.now = end


def test_guard_asks_five_times_and_gives_up() -> None:
    """24.008 4.7.3.1.6 c: sent once and at four expiries; the fifth expiry takes the timer's row."""
    stage = Stage()
    caller = Caller(stage)
    assert caller.deliver(Ping())
    stage.run(60)
    assert caller.log == ["0 question", "6 question", "12 question", "18 question", "24 question", "30 given up"]
    assert caller.state is S.DONE
    assert stage.clock.next() is None


def test_repeat_does_not_count() -> None:
    """A repeated request makes the answer go again and the guard start anew, its expiries as before."""
    stage = Stage()
    caller = Caller(stage)
    caller.deliver(Ping())
    stage.run(7)
    caller.deliver(Ping())
    stage.run(60)
    assert [line for line in caller.log if "question" in line] == [
        "0 question",
        "6 question",
        "7 question",
        "13 question",
        "19 question",
        "25 question",
    ]


def test_child_that_ends_at_once() -> None:
    """A child may end before its parent's action is forgotten: the parent hears of it in its new state."""
    stage = Stage()
    caller = Caller(stage)
    caller.deliver(Ping())
    assert caller.deliver(Pong())
    assert caller.state is S.DONE
    assert caller.children == ()
    assert stage.clock.next() is None


def test_event_without_row_is_not_taken() -> None:
    """What no row lists changes nothing; the caller answers by the protocol's rule."""
    caller = Caller(Stage())
    assert not caller.deliver(Pong())
    assert caller.state is S.IDLE


def test_diagram_shows_every_row() -> None:
    """The picture is drawn from the table."""
    picture = CALLER.mermaid()
    for line in (
        "[*] --> IDLE",
        "WAIT --> DONE: T3350 / silent",
        "NESTED --> DONE: over / nested_over",
        "DONE --> [*]",
    ):
        assert line in picture


class TestRefusedTables:
    """Faults in a table fail at import."""

    def declare(self, rows: list[Any], guards: Any = None) -> None:
        """Declare a machine of two states with these rows."""
        states: Any = Enum("states", {"A": "a", "B": "b"}, type=State)
        first: Any = states.A
        Machine(
            "scratch",
            clause="none",
            of=type("P", (Procedure,), {}),
            initial=first,
            guards={first: guards} if guards else None,
            rows=[
                (getattr(states, a) if a != ANY else ANY, e, f, tuple(getattr(states, t) for t in to))
                for a, e, f, to in rows
            ],
        )

    def test_two_rows_for_one_pair(self) -> None:
        """A state takes an event in one way."""
        with pytest.raises(AssertionError, match="two rows"):
            self.declare([("A", Ping, pinged, "B"), ("A", Ping, pinged, "A")])

    def test_action_of_another_event(self) -> None:
        """The annotated event of an action is that of its row."""
        with pytest.raises(AssertionError, match="its row is for Pong"):
            self.declare([("A", Pong, pinged, "B")])

    def test_unreachable_state(self) -> None:
        """Every state can be reached."""
        with pytest.raises(AssertionError, match="no row leads to"):
            self.declare([("A", Ping, pinged, "A")])

    def test_guard_without_row(self) -> None:
        """The expiry of a guard is in the table."""
        with pytest.raises(AssertionError, match="no row says"):
            self.declare([("A", Ping, pinged, "B")], guards=T3360)


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=300))
def test_clock_order(timers: list[tuple[int, bool]]) -> None:
    """Deadlines come in order of time and, where equal, of start; stopped ones never come."""
    clock = Clock({})
    told: list[int] = []

    class Owner:
        def __init__(self, number: int) -> None:
            self.number = number

        def expired(self, timer: Timer) -> None:
            told.append(self.number)

    running = [clock.start(T3350, Owner(n), duration) for n, (duration, _) in enumerate(timers)]
    for entry, (_, stop) in zip(running, timers, strict=True):
        if stop:
            clock.stop(entry)
    wanted = sorted((n for n, (_, stop) in enumerate(timers) if not stop), key=lambda n: (timers[n][0], n))
    assert [timers[n][0] for n in wanted] == [entry.when for entry in clock.running()]
    clock.now = 100
    clock.expire()
    assert told == wanted
    assert clock.next() is None


def test_link_discards_repeats_only() -> None:
    """44.064 8.4.2: a repeat within the last 32 numbers is discarded, a late first copy passes, numbers wrap at 512."""
    sender, receiver = LogicalLink(network=True), LogicalLink(network=False)
    frames = [UiFrame.decode(sender.frame(Sapi.LLGMM, b"x")) for _ in range(600)]
    assert [frame.nu for frame in frames[510:514]] == [510, 511, 0, 1]
    late = frames.pop(300)
    for frame in frames[:305]:
        assert receiver.accepts(frame)
        assert not receiver.accepts(frame)
    assert receiver.accepts(late)
    assert not receiver.accepts(late)
    for frame in frames[305:]:
        assert receiver.accepts(frame)
