"""How a mobile can be reached: IDLE, READY, STANDBY (TS 23.060 6.1, TS 24.008 4.7.2.1).

A companion of the context. In READY the SGSN knows the cell and sends at once; in STANDBY it knows the routing area and
must page; a mobile that misses its periodic update is not paged any more, and after a while it counts as detached.
"""

from typing import TYPE_CHECKING

from nodes.core.machine import Machine, Procedure, State
from nodes.sgsn.events import Deregistered, Heard, ImplicitDetach, RadioLost, Registered, SentToStandby
from protocol.timers import MOBILE_REACHABLE, T3314, X_IMPLICIT_DETACH, Timer

if TYPE_CHECKING:
    from nodes.sgsn.context import MmContext


class S(State):
    """MM states of the SGSN; what stands behind a comma tells which timer does not run."""

    IDLE = "IDLE"
    READY = "READY"
    READY_FOR_EVER = "READY, timer deactivated"
    STANDBY = "STANDBY"
    STANDBY_FOR_EVER = "STANDBY, no periodic update"
    UNREACHABLE = "STANDBY, PPF cleared"


class Reachability(Procedure):
    """The MM state of one mobile. ``heard_at``: when its last LLC frame came, from which READY counts.

    Frames are many and expiries few; so a frame only sets the time, and a timer that runs out early runs on.
    """

    __slots__ = ("context", "heard_at")

    def __init__(self, context: "MmContext") -> None:
        super().__init__(context.stage)
        self.context = context
        self.heard_at = 0

    @property
    def subject(self) -> str:
        return self.context.subject

    @property
    def mm_state(self) -> str:
        """The state as 23.060 calls it."""
        return str(self.state.value).partition(",")[0]

    def duration(self, timer: Timer) -> int:
        """READY counts from the last frame; the mobile reachable timer is longer than T3312."""
        if timer is T3314:
            return self.heard_at + (self.context.ready_timer.duration or 0) - int(self.stage.clock.now)
        if timer is MOBILE_REACHABLE:
            return super().duration(timer) + (self.stage.config.periodic_ra_update_timer.duration or 0)
        return super().duration(timer)

    def expired(self, timer: Timer) -> None:
        """A frame that came since makes READY last."""
        if timer is T3314 and self.duration(timer) > 0:
            self._arm(count=0)
        else:
            super().expired(timer)

    def be_ready(self) -> S:
        """READY, for as long as was agreed: 0 is not at all, deactivated for ever (24.008 4.7.2.1.1)."""
        self.heard_at = self.stage.clock.now
        duration = self.context.ready_timer.duration
        if duration is None:
            return S.READY_FOR_EVER
        return S.READY if duration else self.stand_by()

    def stand_by(self) -> S:
        """STANDBY; without periodic updates nothing tells that the mobile is gone."""
        return S.STANDBY if self.stage.config.periodic_ra_update_timer.duration else S.STANDBY_FOR_EVER

    def run_anew(self, state: S) -> S:
        """The timer of a state that is entered again starts again."""
        if state is self.state:
            self.hold_guard()
            self.release_guard()
        return state


def registered(reachability: Reachability, event: Registered) -> S:
    """Attached, or the READY timer negotiated anew."""
    return reachability.run_anew(reachability.be_ready())


def heard(reachability: Reachability, event: Heard) -> S:
    """Any LLC frame but NULL takes the mobile to READY, and back among those that can be paged."""
    return reachability.run_anew(reachability.be_ready())


def sent_to_standby(reachability: Reachability, event: SentToStandby | RadioLost) -> S:
    """It was told to, or the radio is lost for good (23.060 6.1.2.3)."""
    return reachability.stand_by()


def ready_over(reachability: Reachability, event: Timer) -> S:
    """T3314 has run out."""
    return reachability.stand_by()


def update_missed(reachability: Reachability, event: Timer) -> S:
    """The periodic update is overdue: no more paging (23.060 6.9.1.2: PPF cleared)."""
    return S.UNREACHABLE


def missed_for_long(reachability: Reachability, event: Timer) -> S:
    """The mobile counts as detached."""
    reachability.context.hear(ImplicitDetach())
    return S.IDLE


def deregistered(reachability: Reachability, event: Deregistered) -> S:
    """Not attached."""
    return S.IDLE


READY = (S.READY, S.READY_FOR_EVER)
STANDBY = (S.STANDBY, S.STANDBY_FOR_EVER)

REACHABILITY = Machine(
    "MM state, SGSN side",
    clause="23.060 6.1.2, 24.008 4.7.2.1",
    of=Reachability,
    initial=S.IDLE,
    guards={S.READY: T3314, S.STANDBY: MOBILE_REACHABLE, S.UNREACHABLE: X_IMPLICIT_DETACH},
    rows=[
        # in this state    on this event     do this      and be in one of
        ((S.IDLE, *READY, *STANDBY, S.UNREACHABLE), Registered, registered, (*READY, *STANDBY)),
        ((*STANDBY, S.UNREACHABLE), Heard, heard, (*READY, *STANDBY)),
        (READY, SentToStandby, sent_to_standby, STANDBY),
        (READY, RadioLost, sent_to_standby, STANDBY),
        (S.READY, T3314, ready_over, STANDBY),
        (S.STANDBY, MOBILE_REACHABLE, update_missed, (S.UNREACHABLE,)),
        (S.UNREACHABLE, X_IMPLICIT_DETACH, missed_for_long, (S.IDLE,)),
        ((*READY, *STANDBY, S.UNREACHABLE), Deregistered, deregistered, (S.IDLE,)),
    ],
)
