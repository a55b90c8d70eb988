"""RESET of the A interface, BSS side (TS 48.008 3.1.4): one side has lost all connections, and says so."""

from typing import Any

from nodes.core.machine import Begin, Machine, Procedure, State
from protocol.bssmap import BssmapCause, Reset, ResetAcknowledge
from protocol.timers import X_RESET, X_RETRY, Timer


class S(State):
    """States of the A interface."""

    START = "start"
    WAIT_ACKNOWLEDGE = "wait for RESET ACKNOWLEDGE"
    IN_SERVICE = "in service"
    FAILED = "failed"


class AReset(Procedure):
    """The A interface to the MSC."""

    __slots__ = ()

    def __init__(self, stage: Any) -> None:
        super().__init__(stage)

    @property
    def subject(self) -> str:
        return f"A interface to {self.stage.config.vlr}"

    def transmit(self, message: Any) -> None:
        self.stage.connections.tell(self.stage.config.vlr, message.encode())

    def grant(self) -> None:
        """The MSC has lost all connections: so have we, and every channel is released."""
        self.tell(ResetAcknowledge())
        self.stage.connections.end_all(self.stage.config.vlr, "reset by the MSC")


def begun(reset: AReset, event: Begin | Timer) -> S:
    """This BSS has lost all connections (3.1.4.1.2)."""
    reset.ask(Reset(cause=BssmapCause.EQUIPMENT_FAILURE))
    return S.WAIT_ACKNOWLEDGE


def acknowledged(reset: AReset, event: ResetAcknowledge) -> S:
    """So has the MSC."""
    return S.IN_SERVICE


def unanswered(reset: AReset, event: Timer) -> S:
    """O&M is told; it is tried again later (3.1.4.1.3.2)."""
    reset.stage.warn("reset", f"{reset.subject}: RESET is not acknowledged ({event})")
    return S.FAILED


def resets_crossed(reset: AReset, event: Reset) -> S:
    """Both have begun: ours is still awaited."""
    reset.grant()
    return S.WAIT_ACKNOWLEDGE


def reset_by_msc(reset: AReset, event: Reset) -> S:
    """The MSC is there, and begins anew (3.1.4.1.1)."""
    reset.grant()
    return S.IN_SERVICE


A_RESET = Machine(
    "RESET of the A interface, BSS side",
    clause="48.008 3.1.4",
    of=AReset,
    initial=S.START,
    guards={S.WAIT_ACKNOWLEDGE: X_RESET, S.FAILED: X_RETRY},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_ACKNOWLEDGE,)),
        (S.WAIT_ACKNOWLEDGE, ResetAcknowledge, acknowledged, (S.IN_SERVICE,)),
        (S.WAIT_ACKNOWLEDGE, Reset, resets_crossed, (S.WAIT_ACKNOWLEDGE,)),
        (S.WAIT_ACKNOWLEDGE, X_RESET, unanswered, (S.FAILED,)),
        (S.FAILED, X_RETRY, begun, (S.WAIT_ACKNOWLEDGE,)),
        ((S.IN_SERVICE, S.FAILED), Reset, reset_by_msc, (S.IN_SERVICE,)),
    ],
)
