"""The BVCs of a BSS (TS 48.018 clause 8): signalling first, then that of each cell.

The cells' BVCs are children of the signalling BVC: where that is reset they end, and begin again once it is operative.
"""

from typing import Any

from nodes.bss.config import Cell
from nodes.core.machine import ANY, Begin, Machine, Procedure, State
from protocol.bssgp import BvcReset, BvcResetAck, BvcUnblock, BvcUnblockAck, Status
from protocol.causes import BssgpCause
from protocol.timers import T1, T2, X_RETRY, Timer

SIGNALLING = 0
"""The BVCI of signalling."""


class SignallingState(State):
    """States of the signalling BVC."""

    START = "start"
    WAIT_RESET_ACK = "wait for BVC-RESET-ACK"
    OPERATIVE = "operative"
    FAILED = "failed"


class CellState(State):
    """States of the BVC of a cell."""

    START = "start"
    WAIT_RESET_ACK = "wait for BVC-RESET-ACK"
    WAIT_UNBLOCK_ACK = "wait for BVC-UNBLOCK-ACK"
    OPERATIVE = "operative"
    FAILED = "failed"


class SignallingBvc(Procedure):
    """BVCI 0 towards the SGSN."""

    __slots__ = ("cells",)

    def __init__(self, stage: Any, cells: tuple[Cell, ...]) -> None:
        super().__init__(stage)
        self.cells = cells

    @property
    def subject(self) -> str:
        return "signalling"

    def transmit(self, message: Any) -> None:
        self.stage.transmit(SIGNALLING, message)

    def start_cells(self) -> SignallingState:
        """Bring up the cells, all anew."""
        self.end_children()
        for cell in self.cells:
            self.start(CellBvc(self, cell))
        return SignallingState.OPERATIVE


class CellBvc(Procedure):
    """The BVC of one cell."""

    __slots__ = ("cell",)

    def __init__(self, parent: SignallingBvc, cell: Cell) -> None:
        super().__init__(parent.stage, parent)
        self.cell = cell
        self.stage.bvcs[cell.bvci] = self

    @property
    def subject(self) -> str:
        return self.cell.name

    def ended(self) -> None:
        del self.stage.bvcs[self.cell.bvci]

    def reset(self) -> CellState:
        """Tell the SGSN that this BVC starts anew, and which cell it serves."""
        self.ask(BvcReset(bvci=self.cell.bvci, cause=BssgpCause.OM_INTERVENTION, cell_identifier=self.cell.identifier))
        return CellState.WAIT_RESET_ACK

    def unblock(self) -> CellState:
        """Tell the SGSN that this BVC may be used."""
        self.ask(BvcUnblock(bvci=self.cell.bvci))
        return CellState.WAIT_UNBLOCK_ACK

    def acknowledge(self) -> None:
        """Grant the SGSN its reset."""
        self.tell(BvcResetAck(bvci=self.cell.bvci, cell_identifier=self.cell.identifier))


def fail(bvc: SignallingBvc | CellBvc, timer: Timer) -> None:
    """Tell O&M what the SGSN did not acknowledge."""
    bvc.stage.warn("bvc failed", f"BVC {bvc.subject}: no answer to the last of {timer.expiries} requests ({timer})")


# --- signalling ---------------------------------------------------------------------------------------------------


def signalling_begun(bvc: SignallingBvc, event: Begin | Timer) -> SignallingState:
    """Reset signalling, and with it all that the SGSN knows of this BSS (8.4.1)."""
    bvc.ask(BvcReset(bvci=SIGNALLING, cause=BssgpCause.OM_INTERVENTION))
    return SignallingState.WAIT_RESET_ACK


def signalling_acknowledged(bvc: SignallingBvc, event: BvcResetAck) -> SignallingState:
    """Now the cells."""
    return bvc.start_cells()


def signalling_resets_crossed(bvc: SignallingBvc, event: BvcReset) -> SignallingState:
    """Both have begun: each acknowledges the other's, and waits on."""
    bvc.tell(BvcResetAck(bvci=SIGNALLING))
    return SignallingState.WAIT_RESET_ACK


def signalling_reset_by_sgsn(bvc: SignallingBvc, event: BvcReset) -> SignallingState:
    """The SGSN has forgotten all BVCs: tell it of the cells again (8.4.2)."""
    bvc.tell(BvcResetAck(bvci=SIGNALLING))
    return bvc.start_cells()


def signalling_failed(bvc: SignallingBvc, event: Timer) -> SignallingState:
    """The SGSN does not answer."""
    fail(bvc, event)
    return SignallingState.FAILED


SIGNALLING_BVC = Machine(
    "signalling BVC, BSS side",
    clause="48.018 8.4",
    of=SignallingBvc,
    initial=SignallingState.START,
    guards={SignallingState.WAIT_RESET_ACK: T2, SignallingState.FAILED: X_RETRY},
    rows=[
        # in this state    on this event     do this      and be in one of
        (SignallingState.START, Begin, signalling_begun, (SignallingState.WAIT_RESET_ACK,)),
        (SignallingState.WAIT_RESET_ACK, BvcResetAck, signalling_acknowledged, (SignallingState.OPERATIVE,)),
        (SignallingState.WAIT_RESET_ACK, BvcReset, signalling_resets_crossed, (SignallingState.WAIT_RESET_ACK,)),
        (SignallingState.WAIT_RESET_ACK, T2, signalling_failed, (SignallingState.FAILED,)),
        (SignallingState.FAILED, X_RETRY, signalling_begun, (SignallingState.WAIT_RESET_ACK,)),
        (
            (SignallingState.OPERATIVE, SignallingState.FAILED),
            BvcReset,
            signalling_reset_by_sgsn,
            (SignallingState.OPERATIVE,),
        ),
    ],
)


# --- cells --------------------------------------------------------------------------------------------------------


def cell_begun(bvc: CellBvc, event: Begin | Timer) -> CellState:
    """Reset it (8.4.3)."""
    return bvc.reset()


def cell_acknowledged(bvc: CellBvc, event: BvcResetAck) -> CellState:
    """A BVC is blocked after its reset: unblock it (8.3)."""
    return bvc.unblock()


def cell_resets_crossed(bvc: CellBvc, event: BvcReset) -> CellState:
    """Both have begun: each acknowledges the other's, and waits on."""
    bvc.acknowledge()
    return CellState.WAIT_RESET_ACK


def cell_reset_by_sgsn(bvc: CellBvc, event: BvcReset) -> CellState:
    """The SGSN starts the BVC anew, so it must be unblocked again."""
    bvc.acknowledge()
    return bvc.unblock()


def cell_unblocked(bvc: CellBvc, event: BvcUnblockAck) -> CellState:
    """The BVC is in use."""
    return CellState.OPERATIVE


def cell_unknown_to_sgsn(bvc: CellBvc, event: Status) -> CellState:
    """The SGSN does not know the BVC, or takes it for blocked: it has lost its memory, or we missed something."""
    return bvc.reset()


def cell_failed(bvc: CellBvc, event: Timer) -> CellState:
    """The SGSN does not answer."""
    fail(bvc, event)
    return CellState.FAILED


CELL_BVC = Machine(
    "BVC of a cell, BSS side",
    clause="48.018 8.3, 8.4",
    of=CellBvc,
    initial=CellState.START,
    guards={CellState.WAIT_RESET_ACK: T2, CellState.WAIT_UNBLOCK_ACK: T1, CellState.FAILED: X_RETRY},
    rows=[
        # in this state    on this event     do this      and be in one of
        (CellState.START, Begin, cell_begun, (CellState.WAIT_RESET_ACK,)),
        (CellState.WAIT_RESET_ACK, BvcResetAck, cell_acknowledged, (CellState.WAIT_UNBLOCK_ACK,)),
        (CellState.WAIT_RESET_ACK, BvcReset, cell_resets_crossed, (CellState.WAIT_RESET_ACK,)),
        (CellState.WAIT_RESET_ACK, T2, cell_failed, (CellState.FAILED,)),
        (CellState.WAIT_UNBLOCK_ACK, BvcUnblockAck, cell_unblocked, (CellState.OPERATIVE,)),
        (CellState.WAIT_UNBLOCK_ACK, T1, cell_failed, (CellState.FAILED,)),
        ((CellState.WAIT_UNBLOCK_ACK, CellState.OPERATIVE), Status, cell_unknown_to_sgsn, (CellState.WAIT_RESET_ACK,)),
        (CellState.FAILED, X_RETRY, cell_begun, (CellState.WAIT_RESET_ACK,)),
        (ANY, BvcReset, cell_reset_by_sgsn, (CellState.WAIT_UNBLOCK_ACK,)),
    ],
)
