"""P-TMSI reallocation on its own (TS 24.008 4.7.6): the mobile gets a new P-TMSI without having asked for anything."""

from typing import Any

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.sgsn.events import RadioLost
from protocol.gmm import PtmsiReallocationCommand, PtmsiReallocationComplete
from protocol.identities import MobileIdentity
from protocol.timers import T3350, Timer


class S(State):
    """States of the reallocation."""

    START = "start"
    WAIT_COMPLETE = "wait for P-TMSI REALLOCATION COMPLETE"
    REALLOCATED = "P-TMSI reallocated"
    ABANDONED = "P-TMSI reallocation abandoned"


class ReallocationOrder:
    """The operator wants the mobile to have another P-TMSI; ``to_standby``: and to be in STANDBY after that."""

    __slots__ = ("to_standby",)

    def __init__(self, *, to_standby: bool) -> None:
        self.to_standby = to_standby


class PtmsiReallocation(Procedure):
    """One reallocation."""

    __slots__ = ("context", "to_standby")

    def __init__(self, context: Any, *, to_standby: bool) -> None:
        super().__init__(context.stage, context)
        self.context = context
        self.to_standby = to_standby


def begun(reallocation: PtmsiReallocation, event: Begin) -> S:
    """Tell the mobile; until it has acknowledged both P-TMSIs are valid."""
    context = reallocation.context
    reallocation.stage.allocate_ptmsi(context, context.tlli_used.ptmsi)
    reallocation.ask(
        PtmsiReallocationCommand(
            allocated_ptmsi=MobileIdentity(context.ptmsi),
            routing_area=context.rai,
            force_to_standby=context.force_to_standby(wanted=reallocation.to_standby),
            ptmsi_signature=context.ptmsi_signature,
        )
    )
    return S.WAIT_COMPLETE


def completed(reallocation: PtmsiReallocation, event: PtmsiReallocationComplete) -> S:
    """The mobile has it."""
    return S.REALLOCATED


def never_completed(reallocation: PtmsiReallocation, event: Timer | RadioLost) -> S:
    """The fifth expiry of T3350, or the radio is lost: both P-TMSIs are valid until one is used (4.7.6.6 a, b)."""
    return S.ABANDONED


PTMSI_REALLOCATION = Machine(
    "P-TMSI reallocation",
    clause="24.008 4.7.6",
    of=PtmsiReallocation,
    initial=S.START,
    final=(S.REALLOCATED, S.ABANDONED),
    guards={S.WAIT_COMPLETE: T3350},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_COMPLETE,)),
        (S.WAIT_COMPLETE, PtmsiReallocationComplete, completed, (S.REALLOCATED,)),
        (S.WAIT_COMPLETE, T3350, never_completed, (S.ABANDONED,)),
        (S.WAIT_COMPLETE, RadioLost, never_completed, (S.ABANDONED,)),
    ],
)
