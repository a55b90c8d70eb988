"""The BVCs of a BSS towards one SGSN (TS 48.018 8.3, 8.4): signalling first, then that of each cell.

The cells' BVCs are children of the signalling BVC: where that is reset they end, and begin again once it is operative.
What the operator has blocked stays so through resets, which leave a BVC to be told anew.
"""

from collections.abc import Callable
from typing import Any

from nodes.bss.config import Cell
from nodes.bss.flow_control import BvcFlowControl, MsFlowControl
from nodes.bss.ra_capability import RaCapabilityUpdate
from nodes.core.machine import ANY, Begin, Machine, Procedure, State
from protocol.bssgp import BvcBlock, BvcBlockAck, BvcReset, BvcResetAck, BvcUnblock, BvcUnblockAck, Status
from protocol.causes import BssgpCause
from protocol.identities import Tlli
from protocol.timers import T1, T2, X_RETRY, Timer

SIGNALLING = 0
"""The BVCI of signalling."""

Heard = Callable[[str | None], None]
"""Who has given an order hears of its end: why it failed, or None."""


class Order:
    """An operator wants something of a BVC."""

    __slots__ = ("heard",)

    def __init__(self, heard: Heard) -> None:
        self.heard = heard


class BlockOrder(Order):
    """Block it."""


class UnblockOrder(Order):
    """Unblock it."""


class ResetOrder(Order):
    """Reset it."""


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
    WAIT_BLOCK_ACK = "wait for BVC-BLOCK-ACK"
    OPERATIVE = "operative"
    BLOCKED = "blocked"
    FAILED = "failed"


class Bvc(Procedure):
    """A BVC, and the order that is being obeyed there."""

    __slots__ = ("gb", "order")

    gb: Any
    order: Order | None

    def transmit(self, message: Any) -> None:
        self.gb.send(SIGNALLING, message)

    def take_order(self, order: Order) -> None:
        """An order has come; what was under way before is overtaken."""
        self.finish("overtaken by another order")
        self.order = order

    def finish(self, why: str | None) -> None:
        """The order, if there is one, has come to its end."""
        order, self.order = self.order, None
        if order is not None:
            order.heard(why)

    def ended(self) -> None:
        self.finish("the BVC was reset")

    def fail(self, timer: Timer) -> None:
        """Tell O&M what the SGSN did not acknowledge."""
        text = f"BVC {self.subject}: no answer to the last of {timer.expiries} requests ({timer})"
        self.stage.warn("bvc failed", text)
        self.finish(f"no answer ({timer})")


class SignallingBvc(Bvc):
    """BVCI 0 towards an SGSN."""

    __slots__ = ()

    def __init__(self, gb: Any) -> None:
        super().__init__(gb.node)
        self.gb = gb
        self.order = None

    @property
    def subject(self) -> str:
        return str(self.gb.label("signalling"))

    def reset(self) -> SignallingState:
        """Tell the SGSN that all begins anew; no procedure between us lives on."""
        self.end_children()
        self.gb.lose_procedures()
        self.ask(BvcReset(bvci=SIGNALLING, cause=BssgpCause.OM_INTERVENTION))
        return SignallingState.WAIT_RESET_ACK

    def start_cells(self) -> SignallingState:
        """Bring up the cells, all anew."""
        self.end_children()
        for cell in self.stage.config.cells:
            self.start(CellBvc(self, cell))
        self.finish(None)
        return SignallingState.OPERATIVE


class CellBvc(Bvc):
    """The BVC of one cell.

    ``flows`` are the mobiles with a flow control of their own, ``enquiries`` those whose radio access capability the
    SGSN is asked for.
    """

    __slots__ = ("cell", "enquiries", "flows")

    def __init__(self, parent: SignallingBvc, cell: Cell) -> None:
        super().__init__(parent.stage, parent)
        self.gb = parent.gb
        self.order = None
        self.cell = cell
        self.flows: dict[Tlli, MsFlowControl] = {}
        self.enquiries: dict[Tlli, RaCapabilityUpdate] = {}
        self.gb.bvcs[cell.bvci] = self

    @property
    def subject(self) -> str:
        return str(self.gb.label(self.cell.name))

    def ended(self) -> None:
        super().ended()
        self.halt()
        del self.gb.bvcs[self.cell.bvci]

    def halt(self) -> None:
        """What runs on this BVC ends."""
        self.end_children()
        for procedure in (*self.flows.values(), *self.enquiries.values()):
            procedure.end()

    def reset(self) -> CellState:
        """Tell the SGSN that this BVC starts anew, and which cell it serves."""
        self.halt()
        self.stage.downlinks[self.cell.bvci].drop(self.gb)
        self.ask(BvcReset(bvci=self.cell.bvci, cause=BssgpCause.OM_INTERVENTION, cell_identifier=self.cell.identifier))
        return CellState.WAIT_RESET_ACK

    def unblock_or_block(self) -> CellState:
        """After a reset: tell the SGSN that this BVC may be used, or that it may not."""
        return self.block() if self.cell.bvci in self.stage.blocked else self.unblock()

    def unblock(self) -> CellState:
        """Tell the SGSN that this BVC may be used."""
        self.ask(BvcUnblock(bvci=self.cell.bvci))
        return CellState.WAIT_UNBLOCK_ACK

    def block(self) -> CellState:
        """Tell the SGSN that this BVC may not be used."""
        self.halt()
        self.ask(BvcBlock(bvci=self.cell.bvci, cause=BssgpCause.OM_INTERVENTION))
        return CellState.WAIT_BLOCK_ACK

    def acknowledge(self) -> None:
        """Grant the SGSN its reset."""
        self.tell(BvcResetAck(bvci=self.cell.bvci, cell_identifier=self.cell.identifier))


# --- signalling ---------------------------------------------------------------------------------------------------


def signalling_begun(bvc: SignallingBvc, event: Begin | Timer) -> SignallingState:
    """Reset signalling, and with it all that the SGSN knows of this BSS (8.4.1)."""
    return bvc.reset()


def signalling_acknowledged(bvc: SignallingBvc, event: BvcResetAck) -> SignallingState:
    """Now the cells."""
    return bvc.start_cells()


def signalling_resets_crossed(bvc: SignallingBvc, event: BvcReset) -> SignallingState:
    """Both have begun: each acknowledges the other's, and waits on."""
    bvc.tell(BvcResetAck(bvci=SIGNALLING))
    return SignallingState.WAIT_RESET_ACK


def signalling_failed(bvc: SignallingBvc, event: Timer) -> SignallingState:
    """The SGSN does not answer."""
    bvc.fail(event)
    return SignallingState.FAILED


def signalling_reset_ordered(bvc: SignallingBvc, event: ResetOrder) -> SignallingState:
    """The operator wants all to begin anew."""
    bvc.take_order(event)
    return bvc.reset()


def signalling_reset_by_sgsn(bvc: SignallingBvc, event: BvcReset) -> SignallingState:
    """The SGSN has forgotten all BVCs, and whom it has suspended: tell it of the cells again (8.4.2)."""
    bvc.tell(BvcResetAck(bvci=SIGNALLING))
    bvc.gb.lose_procedures()
    return bvc.start_cells()


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
        (SignallingState.OPERATIVE, ResetOrder, signalling_reset_ordered, (SignallingState.WAIT_RESET_ACK,)),
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
    """A BVC is blocked after its reset: unblock it (8.3), unless the operator has blocked it."""
    return bvc.unblock_or_block()


def cell_resets_crossed(bvc: CellBvc, event: BvcReset) -> CellState:
    """Both have begun: each acknowledges the other's, and waits on."""
    bvc.acknowledge()
    return CellState.WAIT_RESET_ACK


def cell_unblocked(bvc: CellBvc, event: BvcUnblockAck) -> CellState:
    """The BVC is in use: the SGSN is told how fast it may send (8.2)."""
    bvc.finish(None)
    bvc.start(BvcFlowControl(bvc))
    return CellState.OPERATIVE


def cell_unknown_to_sgsn(bvc: CellBvc, event: Status) -> CellState:
    """The SGSN does not know the BVC, or takes it for blocked: it has lost its memory, or we missed something."""
    return bvc.reset()


def cell_failed(bvc: CellBvc, event: Timer) -> CellState:
    """The SGSN does not answer."""
    bvc.fail(event)
    return CellState.FAILED


def cell_block_ordered(bvc: CellBvc, event: BlockOrder) -> CellState:
    """The operator takes the cell out of use (8.3)."""
    bvc.take_order(event)
    return bvc.block()


def cell_blocked(bvc: CellBvc, event: BvcBlockAck) -> CellState:
    """The SGSN sends no more."""
    bvc.finish(None)
    return CellState.BLOCKED


def cell_block_unanswered(bvc: CellBvc, event: Timer) -> CellState:
    """The BVC is blocked here, whatever the SGSN thinks of it (8.3.2)."""
    bvc.fail(event)
    return CellState.BLOCKED


def cell_unblock_ordered(bvc: CellBvc, event: UnblockOrder) -> CellState:
    """The operator puts the cell to use again."""
    bvc.take_order(event)
    return bvc.unblock()


def cell_reset_ordered(bvc: CellBvc, event: ResetOrder) -> CellState:
    """The operator wants this BVC to begin anew."""
    bvc.take_order(event)
    return bvc.reset()


def cell_reset_by_sgsn(bvc: CellBvc, event: BvcReset) -> CellState:
    """The SGSN starts the BVC anew: what was queued is gone, and it must be told how the BVC stands."""
    bvc.halt()
    bvc.stage.downlinks[bvc.cell.bvci].drop(bvc.gb)
    bvc.acknowledge()
    return bvc.unblock_or_block()


CELL_BVC = Machine(
    "BVC of a cell, BSS side",
    clause="48.018 8.3, 8.4",
    of=CellBvc,
    initial=CellState.START,
    guards={
        CellState.WAIT_RESET_ACK: T2,
        CellState.WAIT_UNBLOCK_ACK: T1,
        CellState.WAIT_BLOCK_ACK: T1,
        CellState.FAILED: X_RETRY,
    },
    rows=[
        # in this state    on this event     do this      and be in one of
        (CellState.START, Begin, cell_begun, (CellState.WAIT_RESET_ACK,)),
        (
            CellState.WAIT_RESET_ACK,
            BvcResetAck,
            cell_acknowledged,
            (CellState.WAIT_UNBLOCK_ACK, CellState.WAIT_BLOCK_ACK),
        ),
        (CellState.WAIT_RESET_ACK, BvcReset, cell_resets_crossed, (CellState.WAIT_RESET_ACK,)),
        (CellState.WAIT_RESET_ACK, T2, cell_failed, (CellState.FAILED,)),
        (CellState.WAIT_UNBLOCK_ACK, BvcUnblockAck, cell_unblocked, (CellState.OPERATIVE,)),
        (CellState.WAIT_UNBLOCK_ACK, T1, cell_failed, (CellState.FAILED,)),
        ((CellState.WAIT_UNBLOCK_ACK, CellState.OPERATIVE), Status, cell_unknown_to_sgsn, (CellState.WAIT_RESET_ACK,)),
        (
            (CellState.WAIT_UNBLOCK_ACK, CellState.OPERATIVE),
            BlockOrder,
            cell_block_ordered,
            (CellState.WAIT_BLOCK_ACK,),
        ),
        (CellState.WAIT_BLOCK_ACK, BvcBlockAck, cell_blocked, (CellState.BLOCKED,)),
        (CellState.WAIT_BLOCK_ACK, T1, cell_block_unanswered, (CellState.BLOCKED,)),
        (
            (CellState.WAIT_BLOCK_ACK, CellState.BLOCKED),
            UnblockOrder,
            cell_unblock_ordered,
            (CellState.WAIT_UNBLOCK_ACK,),
        ),
        (CellState.FAILED, X_RETRY, cell_begun, (CellState.WAIT_RESET_ACK,)),
        (ANY, ResetOrder, cell_reset_ordered, (CellState.WAIT_RESET_ACK,)),
        (ANY, BvcReset, cell_reset_by_sgsn, (CellState.WAIT_UNBLOCK_ACK, CellState.WAIT_BLOCK_ACK)),
    ],
)
