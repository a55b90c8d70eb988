"""BVC reset by the SGSN (TS 48.018 8.4): at its own start for the signalling of each BSS, or as the operator wants.

With signalling the BSS starts all its cells anew, so that nothing is lost when the SGSN has lost its memory. A reset by
the BSS that crosses is acknowledged as ever, and this one goes on.
"""

from typing import Any

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.core.outputs import Name
from protocol.bssgp import BvcReset, BvcResetAck
from protocol.causes import BssgpCause
from protocol.timers import T2, Timer

SIGNALLING = 0
"""The BVCI of signalling."""


class S(State):
    """States of the reset."""

    START = "start"
    WAIT_ACK = "wait for BVC-RESET-ACK"
    RESET = "reset"
    FAILED = "not acknowledged"


class BvcResetting(Procedure):
    """The reset of one BVC."""

    __slots__ = ("bss", "bvci", "gb")

    def __init__(self, gb: Any, bss: Name, bvci: int) -> None:
        super().__init__(gb.node)
        self.gb = gb
        self.bss = bss
        self.bvci = bvci

    @property
    def subject(self) -> str:
        return f"{self.bss}/{self.bvci}"

    def transmit(self, message: Any) -> None:
        self.gb.send(self.bss, SIGNALLING, message)

    def ended(self) -> None:
        del self.gb.resets[self.bss, self.bvci]


def begun(reset: BvcResetting, event: Begin) -> S:
    """Tell the BSS."""
    reset.ask(BvcReset(bvci=reset.bvci, cause=BssgpCause.OM_INTERVENTION))
    return S.WAIT_ACK


def acknowledged(reset: BvcResetting, event: BvcResetAck) -> S:
    """The BSS has done so. Its cells follow with resets of their own, a single one names its cell here."""
    if reset.bvci != SIGNALLING and event.cell_identifier is not None:
        reset.gb.bring_up(reset.bss, reset.bvci, event.cell_identifier)
    return S.RESET


def unacknowledged(reset: BvcResetting, event: Timer) -> S:
    """The BSS does not answer: O&M is told. It will reset its BVCs when it comes up, or when it is told of them."""
    reset.stage.warn("bvc failed", f"BVC {reset.subject}: no answer to the last of {event.expiries} requests ({event})")
    return S.FAILED


BVC_RESET = Machine(
    "BVC reset, SGSN side",
    clause="48.018 8.4",
    of=BvcResetting,
    initial=S.START,
    final=(S.RESET, S.FAILED),
    guards={S.WAIT_ACK: T2},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_ACK,)),
        (S.WAIT_ACK, BvcResetAck, acknowledged, (S.RESET,)),
        (S.WAIT_ACK, T2, unacknowledged, (S.FAILED,)),
    ],
)
