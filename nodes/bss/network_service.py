"""The NS-VC to an SGSN, BSS side (TS 48.016 7.2 to 7.4): block, unblock, reset, test.

The bus is no frame relay: the NS-VC is in service from the start. Once it was reset, by either side, it is tested all
the time, and a test that fails resets it again. What the operator has blocked stays so through resets.
"""

from typing import Any

from nodes.core.machine import ANY, Begin, Machine, Procedure, State
from protocol.causes import NsCause
from protocol.ns import (
    NsAlive,
    NsAliveAck,
    NsBlock,
    NsBlockAck,
    NsReset,
    NsResetAck,
    NsStatus,
    NsUnblock,
    NsUnblockAck,
)
from protocol.timers import TNS_ALIVE, TNS_BLOCK, TNS_RESET, TNS_TEST, X_RETRY, Timer


class BlockOrder:
    """The operator blocks the NS-VC."""


class UnblockOrder:
    """The operator unblocks the NS-VC."""


class ResetOrder:
    """The operator resets the NS-VC."""


class NsState(State):
    """States of an NS-VC."""

    IN_SERVICE = "unblocked"
    WAIT_RESET_ACK = "wait for NS-RESET-ACK"
    WAIT_UNBLOCK_ACK = "wait for NS-UNBLOCK-ACK"
    WAIT_BLOCK_ACK = "wait for NS-BLOCK-ACK"
    BLOCKED = "blocked"
    BLOCKED_BY_SGSN = "blocked by the SGSN"
    DEAD = "dead"


class AliveState(State):
    """States of the test of an NS-VC."""

    START = "start"
    WAIT_ALIVE_ACK = "wait for NS-ALIVE-ACK"
    ALIVE = "alive"
    FAILED = "failed"


class NsVc(Procedure):
    """The NS-VC; ``blocked``: by the operator."""

    __slots__ = ("blocked", "gb")

    def __init__(self, gb: Any) -> None:
        super().__init__(gb.node)
        self.gb = gb
        self.blocked = False

    @property
    def subject(self) -> str:
        return f"NS-VC to {self.gb.sgsn}"

    @property
    def in_service(self) -> bool:
        """True where BSSGP may be sent."""
        return self.state is NsState.IN_SERVICE

    def transmit(self, message: Any) -> None:
        self.gb.send_ns(message)

    def reset(self) -> NsState:
        """Begin anew."""
        self.end_children()
        self.ask(NsReset(cause=NsCause.OM_INTERVENTION, ns_vci=self.gb.ns_vci, nsei=self.stage.config.nsei))
        return NsState.WAIT_RESET_ACK

    def come_up(self) -> NsState:
        """After a reset: test it, and unblock it unless the operator has blocked it (7.3)."""
        self.end_children()
        self.start(NsTest(self))
        return NsState.BLOCKED if self.blocked else self.unblock()

    def unblock(self) -> NsState:
        """Say that it may be used."""
        self.ask(NsUnblock())
        return NsState.WAIT_UNBLOCK_ACK

    def block(self) -> NsState:
        """Say that it may not be used."""
        self.ask(NsBlock(cause=NsCause.OM_INTERVENTION, ns_vci=self.gb.ns_vci))
        return NsState.WAIT_BLOCK_ACK

    def fail(self, timer: Timer) -> None:
        """Tell O&M."""
        self.stage.warn("ns failed", f"{self.subject}: no answer to the last of {timer.expiries} PDUs ({timer})")


class NsTest(Procedure):
    """The test of an NS-VC (7.4)."""

    __slots__ = ()

    def __init__(self, parent: Procedure) -> None:
        super().__init__(parent.stage, parent)

    def test(self) -> AliveState:
        """Ask whether the other side is there."""
        self.ask(NsAlive())
        return AliveState.WAIT_ALIVE_ACK


# --- the NS-VC ----------------------------------------------------------------------------------------------------


def reset_ordered(vc: NsVc, event: ResetOrder | Timer) -> NsState:
    """Reset it (7.3)."""
    return vc.reset()


def reset_acknowledged(vc: NsVc, event: NsResetAck) -> NsState:
    """Both sides have forgotten what was."""
    return vc.come_up()


def reset_by_sgsn(vc: NsVc, event: NsReset) -> NsState:
    """The SGSN resets it; where we did so too, that is settled with it (7.3.1)."""
    vc.tell(NsResetAck(ns_vci=vc.gb.ns_vci, nsei=vc.stage.config.nsei))
    return vc.come_up()


def failed(vc: NsVc, event: Timer) -> NsState:
    """The SGSN does not answer: it is tried again later."""
    vc.fail(event)
    return NsState.DEAD


def died(vc: NsVc, event: NsTest) -> NsState:
    """The test has failed (7.4.1)."""
    vc.stage.warn("ns failed", f"{vc.subject} is dead: no NS-ALIVE is answered")
    return vc.reset()


def block_ordered(vc: NsVc, event: BlockOrder) -> NsState:
    """The operator takes it out of service (7.2)."""
    vc.blocked = True
    return vc.block()


def block_acknowledged(vc: NsVc, event: NsBlockAck) -> NsState:
    """The SGSN sends no more."""
    return NsState.BLOCKED


def block_unanswered(vc: NsVc, event: Timer) -> NsState:
    """It is blocked here, whatever the SGSN thinks of it (7.2.1)."""
    vc.fail(event)
    return NsState.BLOCKED


def unblock_ordered(vc: NsVc, event: UnblockOrder) -> NsState:
    """The operator takes it into service again."""
    vc.blocked = False
    return vc.unblock()


def unblock_acknowledged(vc: NsVc, event: NsUnblockAck) -> NsState:
    """It is in service."""
    return NsState.IN_SERVICE


def told_unusable(vc: NsVc, event: NsStatus) -> NsState:
    """The SGSN cannot use it: it takes it for blocked, or does not know it (7.1)."""
    return vc.unblock() if event.cause is NsCause.NS_VC_BLOCKED else vc.reset()


def blocked_by_sgsn(vc: NsVc, event: NsBlock) -> NsState:
    """Nothing may be sent until the SGSN unblocks it."""
    vc.tell(NsBlockAck(ns_vci=vc.gb.ns_vci))
    return NsState.BLOCKED_BY_SGSN


def blocks_crossed(vc: NsVc, event: NsBlock) -> NsState:
    """Both block it."""
    vc.tell(NsBlockAck(ns_vci=vc.gb.ns_vci))
    return NsState.BLOCKED


def unblocked_by_sgsn(vc: NsVc, event: NsUnblock) -> NsState:
    """It is in service; so it was, perhaps, and the SGSN has missed that."""
    vc.tell(NsUnblockAck())
    return NsState.IN_SERVICE


def unblock_refused(vc: NsVc, event: NsUnblock) -> NsState:
    """The operator has blocked it: the SGSN is told again (7.2.1)."""
    return vc.block()


NS_VC = Machine(
    "NS-VC, BSS side",
    clause="48.016 7.2, 7.3",
    of=NsVc,
    initial=NsState.IN_SERVICE,
    guards={
        NsState.WAIT_RESET_ACK: TNS_RESET,
        NsState.WAIT_UNBLOCK_ACK: TNS_BLOCK,
        NsState.WAIT_BLOCK_ACK: TNS_BLOCK,
        NsState.DEAD: X_RETRY,
    },
    rows=[
        # in this state    on this event     do this      and be in one of
        (NsState.WAIT_RESET_ACK, NsResetAck, reset_acknowledged, (NsState.WAIT_UNBLOCK_ACK, NsState.BLOCKED)),
        (NsState.WAIT_RESET_ACK, TNS_RESET, failed, (NsState.DEAD,)),
        (NsState.DEAD, X_RETRY, reset_ordered, (NsState.WAIT_RESET_ACK,)),
        (NsState.WAIT_UNBLOCK_ACK, NsUnblockAck, unblock_acknowledged, (NsState.IN_SERVICE,)),
        (NsState.WAIT_UNBLOCK_ACK, TNS_BLOCK, failed, (NsState.DEAD,)),
        (NsState.IN_SERVICE, NsStatus, told_unusable, (NsState.WAIT_UNBLOCK_ACK, NsState.WAIT_RESET_ACK)),
        (NsState.IN_SERVICE, BlockOrder, block_ordered, (NsState.WAIT_BLOCK_ACK,)),
        (NsState.WAIT_BLOCK_ACK, NsBlockAck, block_acknowledged, (NsState.BLOCKED,)),
        (NsState.WAIT_BLOCK_ACK, TNS_BLOCK, block_unanswered, (NsState.BLOCKED,)),
        (NsState.BLOCKED, UnblockOrder, unblock_ordered, (NsState.WAIT_UNBLOCK_ACK,)),
        (
            (NsState.IN_SERVICE, NsState.WAIT_UNBLOCK_ACK, NsState.BLOCKED_BY_SGSN),
            NsBlock,
            blocked_by_sgsn,
            (NsState.BLOCKED_BY_SGSN,),
        ),
        ((NsState.WAIT_BLOCK_ACK, NsState.BLOCKED), NsBlock, blocks_crossed, (NsState.BLOCKED,)),
        (
            (NsState.IN_SERVICE, NsState.WAIT_UNBLOCK_ACK, NsState.BLOCKED_BY_SGSN),
            NsUnblock,
            unblocked_by_sgsn,
            (NsState.IN_SERVICE,),
        ),
        ((NsState.WAIT_BLOCK_ACK, NsState.BLOCKED), NsUnblock, unblock_refused, (NsState.WAIT_BLOCK_ACK,)),
        (ANY, ResetOrder, reset_ordered, (NsState.WAIT_RESET_ACK,)),
        (ANY, NsReset, reset_by_sgsn, (NsState.WAIT_UNBLOCK_ACK, NsState.BLOCKED)),
        (ANY, AliveState.FAILED, died, (NsState.WAIT_RESET_ACK,)),
    ],
)


# --- its test -----------------------------------------------------------------------------------------------------


def tested(test: NsTest, event: Begin | Timer) -> AliveState:
    """It is time to ask."""
    return test.test()


def found_alive(test: NsTest, event: NsAliveAck) -> AliveState:
    """It is there."""
    return AliveState.ALIVE


def found_dead(test: NsTest, event: Timer) -> AliveState:
    """It does not answer."""
    return AliveState.FAILED


NS_TEST = Machine(
    "test of an NS-VC, BSS side",
    clause="48.016 7.4",
    of=NsTest,
    initial=AliveState.START,
    final=(AliveState.FAILED,),
    guards={AliveState.WAIT_ALIVE_ACK: TNS_ALIVE, AliveState.ALIVE: TNS_TEST},
    rows=[
        # in this state    on this event     do this      and be in one of
        (AliveState.START, Begin, tested, (AliveState.WAIT_ALIVE_ACK,)),
        (AliveState.WAIT_ALIVE_ACK, NsAliveAck, found_alive, (AliveState.ALIVE,)),
        (AliveState.WAIT_ALIVE_ACK, TNS_ALIVE, found_dead, (AliveState.FAILED,)),
        (AliveState.ALIVE, TNS_TEST, tested, (AliveState.WAIT_ALIVE_ACK,)),
    ],
)
