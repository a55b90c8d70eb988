"""Reset on Gs (TS 29.018 11, 12): a VLR that has forgotten its mobiles tells each SGSN, and the other way round."""

from typing import Any

from nodes.core.machine import Begin, Machine, Procedure, State
from protocol.bssap_plus import ResetAck, ResetIndication
from protocol.identities import Gt
from protocol.timers import T11, Timer


class S(State):
    """States of the reset."""

    START = "start"
    WAIT_ACK = "wait for RESET-ACK"
    OVER = "reset over"


class Reset(Procedure):
    """The reset of one SGSN's associations."""

    __slots__ = ("number",)

    def __init__(self, stage: Any, number: Gt) -> None:
        super().__init__(stage)
        self.number = number

    @property
    def subject(self) -> str:
        return f"SGSN {self.number}"

    def transmit(self, message: ResetIndication) -> None:
        self.stage.gs.send(self.number, message)

    def ended(self) -> None:
        self.stage.gs.resets.pop(self.number, None)


def begun(reset: Reset, event: Begin) -> S:
    """None of the associations is reliable (11.2.1)."""
    reset.ask(ResetIndication(vlr_number=reset.stage.isdn))
    return S.WAIT_ACK


def acknowledged(reset: Reset, event: ResetAck) -> S:
    """The SGSN has marked them so (11.2.2)."""
    return S.OVER


def unanswered(reset: Reset, event: Timer) -> S:
    """T11 has run out N11 times: O&M is told (11.2.3)."""
    reset.stage.warn("gs reset", f"RESET-INDICATION is not answered by {reset.subject}")
    return S.OVER


RESET = Machine(
    "VLR failure, Gs",
    clause="29.018 11",
    of=Reset,
    initial=S.START,
    final=(S.OVER,),
    guards={S.WAIT_ACK: T11},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_ACK,)),
        (S.WAIT_ACK, ResetAck, acknowledged, (S.OVER,)),
        (S.WAIT_ACK, T11, unanswered, (S.OVER,)),
    ],
)
