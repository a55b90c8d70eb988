"""Suspend and resume, BSS side (TS 48.018 7.4, 7.5; 44.018 3.4.25; 23.060 16.2.1).

A mobile in a call that cannot do both asks to be suspended: SUSPEND goes to the SGSN of its TLLI. When the network ends
the call RESUME does, under the number that the SGSN gave, and the mobile is told what came of it. One that was not
suspended, or leaves without being told, is not resumed: it updates its routing area.
"""

from typing import Any

from nodes.core.machine import Begin, Machine, Procedure, State
from protocol.bssgp import Resume, ResumeAck, ResumeNack, Suspend, SuspendAck, SuspendNack
from protocol.identities import Rai, Tlli
from protocol.rr import GprsSuspensionRequest
from protocol.timers import T3, T4, Timer


class Voided:
    """The number of the SGSN means nothing any more: signalling begins anew, or the mobile asks on another channel."""


VOIDED = Voided()


class SuspensionState(State):
    """States of a mobile that has asked to be suspended."""

    START = "start"
    WAIT_ACK = "wait for SUSPEND-ACK"
    SUSPENDED = "suspended"
    REFUSED = "not suspended"


class ResumptionState(State):
    """States of a mobile that is to be resumed."""

    START = "start"
    WAIT_ACK = "wait for RESUME-ACK"
    RESUMED = "resumed"
    NOT_RESUMED = "not resumed"


class Run(Procedure):
    """A procedure of a dedicated channel about a mobile, with the SGSN that its TLLI leads to."""

    __slots__ = ("gb", "number", "rai", "tlli")

    def __init__(self, channel: Any, tlli: Tlli, rai: Rai) -> None:
        super().__init__(channel.stage, channel)
        self.number: int | None = None
        self.claim(tlli, rai)

    @property
    def subject(self) -> str:
        return f"TLLI {self.tlli}"

    def transmit(self, message: Any) -> None:
        self.gb.send(0, message)

    def claim(self, tlli: Tlli, rai: Rai) -> None:
        """This procedure is that of the mobile from now on, and none of a channel that it has lost."""
        other = self.stage.suspended.get(tlli)
        if other is not None:
            other.hear(VOIDED)
        self.tlli, self.rai = tlli, rai
        self.gb = self.stage.gb_of(tlli)
        self.stage.suspended[tlli] = self

    def ended(self) -> None:
        if self.stage.suspended.get(self.tlli) is self:
            del self.stage.suspended[self.tlli]


class Suspension(Run):
    """A mobile that has asked to be suspended, until its channel ends."""

    __slots__ = ()

    def suspend(self) -> SuspensionState:
        """Ask the SGSN."""
        self.number = None
        self.ask(Suspend(tlli=self.tlli, routeing_area=self.rai))
        return SuspensionState.WAIT_ACK


class Resumption(Run):
    """A mobile that is to be resumed."""

    __slots__ = ()

    def __init__(self, channel: Any, suspension: Suspension) -> None:
        super().__init__(channel, suspension.tlli, suspension.rai)
        self.number = suspension.number


def take(gb: Any, bvci: int, message: SuspendAck | SuspendNack | ResumeAck | ResumeNack) -> None:
    """An answer of an SGSN, for the mobile with this TLLI in this routing area."""
    run = gb.node.suspended.get(message.tlli)
    if run is None or (run.gb, run.rai) != (gb, message.routeing_area) or not run.hear(message):
        gb.node.warn("bssgp state", f"{message.title} for TLLI {message.tlli} is not awaited")


# --- suspension ---------------------------------------------------------------------------------------------------


def begun(suspension: Suspension, event: Begin) -> SuspensionState:
    """Ask the SGSN."""
    return suspension.suspend()


def asked_again(suspension: Suspension, event: GprsSuspensionRequest) -> SuspensionState:
    """The same request once more has its answer, or is on its way to it, unless it was refused; another one is new."""
    assert isinstance(suspension.state, SuspensionState)
    same = (event.tlli, event.routeing_area_identification) == (suspension.tlli, suspension.rai)
    if same and suspension.state is not SuspensionState.REFUSED:
        return suspension.state
    suspension.ended()
    suspension.claim(event.tlli, event.routeing_area_identification)
    return suspension.suspend()


def acknowledged(suspension: Suspension, event: SuspendAck) -> SuspensionState:
    """The SGSN has suspended it, under this number; to a SUSPEND repeated there may be two, and the last one counts."""
    suspension.number = event.suspend_reference_number
    return SuspensionState.SUSPENDED


def refused(suspension: Suspension, event: SuspendNack) -> SuspensionState:
    """The SGSN does not know it, or cannot."""
    why = "" if event.cause is None else f": {event.cause.words}"
    suspension.stage.warn("suspend", f"{suspension.subject} is not suspended{why}")
    suspension.number = None
    return SuspensionState.REFUSED


def unanswered(suspension: Suspension, event: Timer) -> SuspensionState:
    """O&M is told (7.4.1)."""
    suspension.stage.warn("suspend", f"{suspension.subject}: SUSPEND is not answered by {suspension.gb.sgsn} ({event})")
    return SuspensionState.REFUSED


def voided(suspension: Suspension, event: Voided) -> SuspensionState:
    """It cannot be resumed from here."""
    suspension.number = None
    return SuspensionState.REFUSED


SUSPENSION = Machine(
    "suspend, BSS side",
    clause="48.018 7.4",
    of=Suspension,
    initial=SuspensionState.START,
    guards={SuspensionState.WAIT_ACK: T3},
    rows=[
        # in this state    on this event     do this      and be in one of
        (SuspensionState.START, Begin, begun, (SuspensionState.WAIT_ACK,)),
        (
            (SuspensionState.WAIT_ACK, SuspensionState.SUSPENDED, SuspensionState.REFUSED),
            GprsSuspensionRequest,
            asked_again,
            (SuspensionState.WAIT_ACK, SuspensionState.SUSPENDED),
        ),
        (
            (SuspensionState.WAIT_ACK, SuspensionState.SUSPENDED, SuspensionState.REFUSED),
            SuspendAck,
            acknowledged,
            (SuspensionState.SUSPENDED,),
        ),
        ((SuspensionState.WAIT_ACK, SuspensionState.SUSPENDED), SuspendNack, refused, (SuspensionState.REFUSED,)),
        (SuspensionState.WAIT_ACK, T3, unanswered, (SuspensionState.REFUSED,)),
        (
            (SuspensionState.WAIT_ACK, SuspensionState.SUSPENDED),
            Voided,
            voided,
            (SuspensionState.REFUSED,),
        ),
    ],
)


# --- resumption ---------------------------------------------------------------------------------------------------


def resuming(resumption: Resumption, event: Begin) -> ResumptionState:
    """Ask the SGSN."""
    assert resumption.number is not None
    resumption.ask(
        Resume(tlli=resumption.tlli, routeing_area=resumption.rai, suspend_reference_number=resumption.number)
    )
    return ResumptionState.WAIT_ACK


def resumed(resumption: Resumption, event: ResumeAck) -> ResumptionState:
    """The SGSN has resumed it."""
    return ResumptionState.RESUMED


def not_resumed(resumption: Resumption, event: ResumeNack) -> ResumptionState:
    """The SGSN does not know it, or not by this number."""
    why = "" if event.cause is None else f": {event.cause.words}"
    resumption.stage.warn("resume", f"{resumption.subject} is not resumed{why}")
    return ResumptionState.NOT_RESUMED


def resume_unanswered(resumption: Resumption, event: Timer) -> ResumptionState:
    """O&M is told (7.5.1)."""
    resumption.stage.warn("resume", f"{resumption.subject}: RESUME is not answered by {resumption.gb.sgsn} ({event})")
    return ResumptionState.NOT_RESUMED


def resume_voided(resumption: Resumption, event: Voided) -> ResumptionState:
    """It cannot be resumed from here."""
    return ResumptionState.NOT_RESUMED


RESUMPTION = Machine(
    "resume, BSS side",
    clause="48.018 7.5",
    of=Resumption,
    initial=ResumptionState.START,
    final=(ResumptionState.RESUMED, ResumptionState.NOT_RESUMED),
    guards={ResumptionState.WAIT_ACK: T4},
    rows=[
        # in this state    on this event     do this      and be in one of
        (ResumptionState.START, Begin, resuming, (ResumptionState.WAIT_ACK,)),
        (ResumptionState.WAIT_ACK, ResumeAck, resumed, (ResumptionState.RESUMED,)),
        (ResumptionState.WAIT_ACK, ResumeNack, not_resumed, (ResumptionState.NOT_RESUMED,)),
        (ResumptionState.WAIT_ACK, T4, resume_unanswered, (ResumptionState.NOT_RESUMED,)),
        (ResumptionState.WAIT_ACK, Voided, resume_voided, (ResumptionState.NOT_RESUMED,)),
    ],
)
