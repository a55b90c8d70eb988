"""Suspend and resume, SGSN side (TS 48.018 7.4, 7.5, TS 23.060 16.2.1).

A mobile in a call that cannot do both is not paged, and what is to be said to it is kept, frames that waited for their
turn on the radio too. Its READY timer and its
mobile reachable timer stand still, since it can neither send nor update (23.060 leaves this to the implementation);
they run on when it is resumed: by the BSS under the number that it was given, or by any frame of its own. A call that
the BSS has forgotten, because its signalling began anew, is over; so is one that lasts longer than any call.
"""

from typing import TYPE_CHECKING, Any

from nodes.core.machine import Machine, Procedure, State
from nodes.core.outputs import Name
from nodes.sgsn.bvc import SIGNALLING
from nodes.sgsn.events import Deregistered, Heard
from protocol.bssgp import Resume, ResumeAck, ResumeNack, Suspend, SuspendAck
from protocol.causes import BssgpCause
from protocol.timers import X_SUSPENSION, Timer

if TYPE_CHECKING:
    from nodes.sgsn.context import MmContext
    from nodes.sgsn.flow_control import Frame

ELSEWHERE = -1
"""The suspend reference number of a mobile that another SGSN has suspended: no BSS can name it."""


class SuspendedElsewhere:
    """Gn → suspension: the mobile took a call under another SGSN (29.060 6.1.3)."""


class Voided:
    """Gb → suspension: the BSS has forgotten it."""


SUSPENDED_ELSEWHERE = SuspendedElsewhere()
VOIDED = Voided()


class S(State):
    """States of a mobile that has been in a call."""

    NOT_SUSPENDED = "not suspended"
    SUSPENDED = "suspended"


class Suspension(Procedure):
    """The suspensions of one mobile, from the first to the end of its context.

    ``number`` is that of the last one, by which the BSS ``bss`` knows it. ``frames`` had not left when the call began.
    """

    __slots__ = ("bss", "context", "frames", "number", "request")

    def __init__(self, context: "MmContext") -> None:
        super().__init__(context.stage)
        self.context = context
        self.number = ELSEWHERE
        self.bss: Name = ""
        self.request: Suspend | None = None
        self.frames: tuple[Frame, ...] = ()

    @property
    def subject(self) -> str:
        return self.context.subject

    def transmit(self, message: SuspendAck | ResumeAck | ResumeNack) -> None:
        self.stage.gb.send(self.bss, SIGNALLING, message, self.context.imsi)

    def ended(self) -> None:
        self.stage.suspensions.leave(self)

    def hear(self, event: Any) -> bool:
        """What was kept leaves as soon as the mobile is resumed."""
        taken = super().hear(event)
        self.say_kept()
        return taken

    def expired(self, timer: Timer) -> None:
        super().expired(timer)
        self.say_kept()

    def say_kept(self) -> None:
        """Say what was kept, unless it must still be: first what had been said already."""
        if self.state is S.NOT_SUSPENDED:
            frames, self.frames = self.frames, ()
            self.stage.gb.send_held(self.context, frames)
            self.context.say_kept()

    def suspend(self) -> S:
        """Speak to the mobile no more, page it no more, and miss it no more."""
        context = self.context
        if context.paging is not None:
            context.paging.end()
        context.reachability.hold_guard()
        self.frames += tuple(self.stage.gb.hold(context))
        return S.SUSPENDED

    def resume(self) -> S:
        """All runs on."""
        self.stage.suspensions.leave(self)
        self.request = None
        self.context.reachability.release_guard()
        return S.NOT_SUSPENDED

    def acknowledge(self, request: Suspend) -> None:
        """Tell the number."""
        self.tell(
            SuspendAck(tlli=request.tlli, routeing_area=request.routeing_area, suspend_reference_number=self.number)
        )

    def acknowledge_resume(self, request: Resume) -> None:
        """Tell that it is resumed."""
        self.tell(ResumeAck(tlli=request.tlli, routeing_area=request.routeing_area))

    def refuse_resume(self, request: Resume) -> None:
        """Not under this number."""
        cause = BssgpCause.UNKNOWN_MS
        self.tell(ResumeNack(tlli=request.tlli, routeing_area=request.routeing_area, cause=cause))


def suspended(suspension: Suspension, event: Suspend) -> S:
    """A call begins."""
    suspension.number = suspension.stage.suspensions.enter(suspension)
    suspension.request = event
    suspension.acknowledge(event)
    return suspension.suspend()


def suspended_elsewhere(suspension: Suspension, event: SuspendedElsewhere) -> S:
    """A call begins under another SGSN."""
    suspension.stage.suspensions.leave(suspension)
    suspension.number = ELSEWHERE
    suspension.request = None
    return suspension.suspend()


def suspended_again(suspension: Suspension, event: Suspend) -> S:
    """The same request: the ACK was lost, and its number holds. Another one is another call."""
    if event == suspension.request:
        suspension.acknowledge(event)
        return S.SUSPENDED
    return suspended(suspension, event)


def resumed(suspension: Suspension, event: Resume) -> S:
    """The call is over, if it is that one."""
    if event.suspend_reference_number != suspension.number:
        suspension.refuse_resume(event)
        return S.SUSPENDED
    suspension.acknowledge_resume(event)
    return suspension.resume()


def resumed_again(suspension: Suspension, event: Resume) -> S:
    """It is resumed: the ACK was lost, or the mobile was quicker."""
    if event.suspend_reference_number == suspension.number:
        suspension.acknowledge_resume(event)
    else:
        suspension.refuse_resume(event)
    return S.NOT_SUSPENDED


def heard(suspension: Suspension, event: Heard | Voided | Deregistered) -> S:
    """The mobile sends frames, or the BSS knows of no call, or nothing is to be said to it any more."""
    return suspension.resume()


def too_long(suspension: Suspension, event: Timer) -> S:
    """The call must have ended without a word: if the mobile is gone, its other timers will tell."""
    suspension.stage.warn("suspended for long", f"{suspension.subject} is taken for resumed ({event})")
    return suspension.resume()


SUSPENSION = Machine(
    "suspend and resume, SGSN side",
    clause="48.018 7.4, 7.5, 23.060 16.2.1",
    of=Suspension,
    initial=S.NOT_SUSPENDED,
    guards={S.SUSPENDED: X_SUSPENSION},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.NOT_SUSPENDED, Suspend, suspended, (S.SUSPENDED,)),
        (S.NOT_SUSPENDED, SuspendedElsewhere, suspended_elsewhere, (S.SUSPENDED,)),
        (S.NOT_SUSPENDED, Resume, resumed_again, (S.NOT_SUSPENDED,)),
        (S.SUSPENDED, Suspend, suspended_again, (S.SUSPENDED,)),
        (S.SUSPENDED, SuspendedElsewhere, suspended_elsewhere, (S.SUSPENDED,)),
        (S.SUSPENDED, Resume, resumed, (S.SUSPENDED, S.NOT_SUSPENDED)),
        (S.SUSPENDED, Heard, heard, (S.NOT_SUSPENDED,)),
        (S.SUSPENDED, Voided, heard, (S.NOT_SUSPENDED,)),
        (S.SUSPENDED, Deregistered, heard, (S.NOT_SUSPENDED,)),
        (S.SUSPENDED, X_SUSPENSION, too_long, (S.NOT_SUSPENDED,)),
    ],
)
