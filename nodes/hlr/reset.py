"""Restart of the HLR (TS 23.007 5.1, TS 29.002 19.3.2): what it knows of locations may be out of date.

Every SGSN and VLR that serves somebody is told so by Reset; at the next contact with each mobile they tell anew where
it is, and are told its data. Reset has no result: that it has come is told by the end of the dialogue.
"""

from typing import TYPE_CHECKING

from nodes.core.machine import Begin, Machine, State
from nodes.core.tcap import Closed, Inquiry, NoAnswer
from protocol.identities import Gt
from protocol.map.contexts import RESET_V2
from protocol.map.restart import ResetArg
from protocol.sccp import Address, Ssn
from protocol.timers import X_HLR_RESET, Timer

if TYPE_CHECKING:
    from nodes.hlr.node import Hlr


class S(State):
    """States of the reset."""

    START = "start"
    WAIT_ENDED = "wait for the end of the dialogue"
    OVER = "reset over"


class Reset(Inquiry):
    """The reset towards one SGSN or VLR."""

    __slots__ = ("number", "ssn")

    def __init__(self, hlr: "Hlr", number: Gt, ssn: Ssn) -> None:
        super().__init__(hlr)
        self.number = number
        self.ssn = ssn

    @property
    def subject(self) -> str:
        return f"{self.ssn.name} {self.number}"

    def transmit(self, message: ResetArg) -> None:
        dialogue = self.begin_dialogue(Address(ssn=self.ssn, gt=self.number), RESET_V2, "")
        dialogue.invoke(message)
        dialogue.send()

    def ended(self) -> None:
        super().ended()
        del self.stage.resets[self.number, self.ssn]


def reset(hlr: "Hlr") -> int:
    """Take all that is known of locations as unconfirmed, and say so to the nodes; returns how many these are."""
    hlr.register.doubt()
    serving = hlr.register.serving()
    for number, ssn in serving:
        running = hlr.resets.get((number, ssn))
        if running is not None:
            running.end()
        hlr.resets[number, ssn] = Reset(hlr, number, ssn)
        hlr.resets[number, ssn].begin()
    return len(serving)


def begun(procedure: Reset, event: Begin) -> S:
    """Tell it."""
    procedure.ask(ResetArg(hlr_number=procedure.stage.isdn))
    return S.WAIT_ENDED


def heard(procedure: Reset, event: Closed) -> S:
    """The node has marked its subscribers."""
    return S.OVER


def unheard(procedure: Reset, event: NoAnswer) -> S:
    """The node cannot be told now, or does not know what a reset is: it is told again when X-hlr-reset runs out."""
    procedure.stage.warn("reset", f"{procedure.subject}: {event.why}")
    return S.WAIT_ENDED


def never_heard(procedure: Reset, event: Timer) -> S:
    """It never was; O&M is told."""
    procedure.stage.warn("reset", f"{procedure.subject} does not hear of the reset")
    return S.OVER


RESET = Machine(
    "HLR restart",
    clause="29.002 19.3.2",
    of=Reset,
    initial=S.START,
    final=(S.OVER,),
    guards={S.WAIT_ENDED: X_HLR_RESET},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_ENDED,)),
        (S.WAIT_ENDED, Closed, heard, (S.OVER,)),
        (S.WAIT_ENDED, NoAnswer, unheard, (S.WAIT_ENDED,)),
        (S.WAIT_ENDED, X_HLR_RESET, never_heard, (S.OVER,)),
    ],
)
