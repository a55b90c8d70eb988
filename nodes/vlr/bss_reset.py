"""Reset on the A interface by the MSC (TS 48.008 3.1.4.1.2): all connections of its earlier life are gone."""

from typing import Any

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.core.outputs import Name
from protocol.bssmap import BssmapCause, Reset, ResetAcknowledge
from protocol.timers import T16, Timer


class S(State):
    """States of the reset."""

    START = "start"
    WAIT_ACKNOWLEDGE = "wait for RESET ACKNOWLEDGE"
    OVER = "reset over"


class BssReset(Procedure):
    """The reset of one BSS."""

    __slots__ = ("bss",)

    def __init__(self, stage: Any, bss: Name) -> None:
        super().__init__(stage)
        self.bss = bss

    @property
    def subject(self) -> str:
        return self.bss

    def transmit(self, message: Reset) -> None:
        self.stage.a.tell(self.bss, message)

    def ended(self) -> None:
        self.stage.a.resets.pop(self.bss, None)


def begun(reset: BssReset, event: Begin) -> S:
    """Tell the BSS."""
    reset.ask(Reset(cause=BssmapCause.EQUIPMENT_FAILURE))
    return S.WAIT_ACKNOWLEDGE


def acknowledged(reset: BssReset, event: ResetAcknowledge) -> S:
    """It has released what there was."""
    return S.OVER


def unanswered(reset: BssReset, event: Timer) -> S:
    """O&M is told."""
    reset.stage.warn("bss reset", f"RESET is not acknowledged by {reset.bss}")
    return S.OVER


BSS_RESET = Machine(
    "reset of the A interface by the MSC",
    clause="48.008 3.1.4.1.2",
    of=BssReset,
    initial=S.START,
    final=(S.OVER,),
    guards={S.WAIT_ACKNOWLEDGE: T16},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_ACKNOWLEDGE,)),
        (S.WAIT_ACKNOWLEDGE, ResetAcknowledge, acknowledged, (S.OVER,)),
        (S.WAIT_ACKNOWLEDGE, T16, unanswered, (S.OVER,)),
    ],
)
