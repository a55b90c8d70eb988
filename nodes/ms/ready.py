"""IDLE, READY and STANDBY in the mobile (TS 23.060 6.1, TS 24.008 4.7.2.1, 4.7.2.2).

A companion of the mobile. In READY the network knows its cell, and it tells every change of it; in STANDBY the routing
area is enough, and T3312 runs until the next periodic update.
"""

from typing import TYPE_CHECKING

from nodes.core.machine import Machine, Procedure, State
from nodes.ms.events import PERIODIC_UPDATE_DUE, Deregistered, Registered, SentToStandby, Transmitted
from protocol.timers import T3312, T3314, Timer

if TYPE_CHECKING:
    from nodes.ms.mobile import Mobile


class S(State):
    """MM states; what stands behind a comma tells which timer does not run."""

    IDLE = "IDLE"
    READY = "READY"
    READY_FOR_EVER = "READY, T3314 deactivated"
    STANDBY = "STANDBY"
    STANDBY_FOR_EVER = "STANDBY, T3312 deactivated or run out"


class Readiness(Procedure):
    """The MM state of one mobile. ``sent_at``: when its last LLC frame left, from which READY counts.

    Frames are many and expiries few; so a frame only sets the time, and a timer that runs out early runs on.
    """

    __slots__ = ("mobile", "sent_at")

    def __init__(self, mobile: "Mobile") -> None:
        super().__init__(mobile.stage)
        self.mobile = mobile
        self.sent_at = 0

    @property
    def subject(self) -> str:
        return self.mobile.subject

    @property
    def mm_state(self) -> str:
        """The state as 23.060 calls it."""
        return str(self.state.value).partition(",")[0]

    @property
    def is_attached(self) -> bool:
        """True where the network knows the mobile."""
        return self.state is not S.IDLE

    @property
    def is_ready(self) -> bool:
        """True where the network must hear of a change of cell."""
        return self.state in READY

    def duration(self, timer: Timer) -> int:
        """Both are the network's."""
        if timer is T3314:
            return self.sent_at + (self.mobile.t3314 or 0) - int(self.stage.clock.now)
        assert timer is T3312
        return self.mobile.t3312 or 0

    def expired(self, timer: Timer) -> None:
        """A frame that was sent since makes READY last; of T3312 the mobile hears once STANDBY is settled."""
        if timer is T3314 and self.duration(timer) > 0:
            self._arm(count=0)
            return
        super().expired(timer)
        if timer is T3312:
            self.mobile.hear(PERIODIC_UPDATE_DUE)

    def be_ready(self) -> S:
        """READY, for as long as was agreed: 0 is not at all, deactivated for ever (24.008 4.7.2.1.1)."""
        self.sent_at = self.stage.clock.now
        if self.mobile.t3314 is None:
            return S.READY_FOR_EVER
        return S.READY if self.mobile.t3314 else self.stand_by()

    def stand_by(self) -> S:
        """STANDBY, and the periodic update in time, where the network wants one; 0 wants none either."""
        return S.STANDBY if self.mobile.t3312 else S.STANDBY_FOR_EVER


def registered(readiness: Readiness, event: Registered) -> S:
    """Attached, or the timers were agreed anew: both begin from the start."""
    state = readiness.be_ready()
    if state is readiness.state:
        readiness.hold_guard()
        readiness.release_guard()
    return state


def transmitted(readiness: Readiness, event: Transmitted) -> S:
    """Any LLC frame but NULL makes the mobile READY; where it cannot be, T3312 runs on (24.008 4.7.2.2)."""
    state = readiness.be_ready()
    return state if state in READY else S(readiness.state)


def sent_to_standby(readiness: Readiness, event: SentToStandby) -> S:
    """The network does not want it to be READY."""
    return readiness.stand_by()


def ready_over(readiness: Readiness, event: Timer) -> S:
    """T3314 has run out."""
    return readiness.stand_by()


def update_due(readiness: Readiness, event: Timer) -> S:
    """T3312 has run out; it runs again from the next STANDBY on."""
    return S.STANDBY_FOR_EVER


def deregistered(readiness: Readiness, event: Deregistered) -> S:
    """Not attached."""
    return S.IDLE


READY = (S.READY, S.READY_FOR_EVER)
STANDBY = (S.STANDBY, S.STANDBY_FOR_EVER)

READINESS = Machine(
    "MM state, mobile side",
    clause="23.060 6.1.1, 24.008 4.7.2",
    of=Readiness,
    initial=S.IDLE,
    guards={S.READY: T3314, S.STANDBY: T3312},
    rows=[
        # in this state    on this event     do this      and be in one of
        ((S.IDLE, *READY, *STANDBY), Registered, registered, (*READY, *STANDBY)),
        ((S.READY, *STANDBY), Transmitted, transmitted, (*READY, *STANDBY)),
        (READY, SentToStandby, sent_to_standby, STANDBY),
        (S.READY, T3314, ready_over, STANDBY),
        (S.STANDBY, T3312, update_due, (S.STANDBY_FOR_EVER,)),
        ((*READY, *STANDBY), Deregistered, deregistered, (S.IDLE,)),
    ],
)
