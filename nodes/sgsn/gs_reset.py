"""Restart of the SGSN as Gs sees it (TS 29.018 clause 12, TS 23.007 11): VLRs are told, and pages are believed.

For a time longer than T3312 the SGSN takes a mobile that it does not know for one that it has forgotten: SGSN-Reset.
"""

from typing import Any

from nodes.core.machine import Begin, Machine, Procedure, State
from protocol.bssap_plus import ResetAck, ResetIndication
from protocol.identities import Gt
from protocol.timers import SECOND, T12_1, T12_2, Timer

LONGEST = 54 * 60 * SECOND
"""For how long mobiles are awaited that were told never to update periodically: the default of T3312."""


class Forgetful(State):
    """States of SGSN-Reset."""

    FALSE = "SGSN-Reset is false"
    TRUE = "SGSN-Reset is true"
    OVER = "SGSN-Reset is false again"


class SgsnReset(Procedure):
    """The time after a restart in which mobiles are heard of again."""

    __slots__ = ()

    def __init__(self, stage: Any) -> None:
        super().__init__(stage)

    @property
    def subject(self) -> str:
        return "SGSN-Reset"

    def duration(self, timer: Timer) -> int:
        """T12-1 is longer than T3312 (12)."""
        periodic = self.stage.config.periodic_ra_update_timer.duration
        return super().duration(timer) + (LONGEST if periodic is None else int(periodic))


def restarted(reset: SgsnReset, event: Begin) -> Forgetful:
    """All that was known is forgotten."""
    return Forgetful.TRUE


def remembered(reset: SgsnReset, event: Timer) -> Forgetful:
    """Every mobile that is still there has been heard."""
    return Forgetful.OVER


SGSN_RESET = Machine(
    "SGSN-Reset",
    clause="29.018 12, 23.007 11",
    of=SgsnReset,
    initial=Forgetful.FALSE,
    final=(Forgetful.OVER,),
    guards={Forgetful.TRUE: T12_1},
    rows=[
        # in this state    on this event     do this      and be in one of
        (Forgetful.FALSE, Begin, restarted, (Forgetful.TRUE,)),
        (Forgetful.TRUE, T12_1, remembered, (Forgetful.OVER,)),
    ],
)


class S(State):
    """States of telling a VLR."""

    START = "start"
    WAIT_ACK = "wait for RESET-ACK"
    ACKNOWLEDGED = "reset acknowledged"
    FAILED = "reset not acknowledged"


class GsReset(Procedure):
    """One VLR is told that the SGSN has forgotten all mobiles."""

    __slots__ = ("vlr",)

    def __init__(self, stage: Any, vlr: Gt) -> None:
        super().__init__(stage)
        self.vlr = vlr

    @property
    def subject(self) -> str:
        return f"VLR {self.vlr}"

    def transmit(self, message: ResetIndication) -> None:
        """The VLR ends every association (12.3): one that was made since the last time is not to be relied on."""
        self.stage.gs.generations[self.vlr] += 1
        self.stage.gs.link.send(self.vlr, message)

    def ended(self) -> None:
        del self.stage.gs.resets[self.vlr]


def begun(reset: GsReset, event: Begin) -> S:
    """Tell it."""
    reset.ask(ResetIndication(sgsn_number=reset.stage.isdn))
    return S.WAIT_ACK


def acknowledged(reset: GsReset, event: ResetAck) -> S:
    """It does not trust its associations with this SGSN any more."""
    return S.ACKNOWLEDGED


def unacknowledged(reset: GsReset, event: Timer) -> S:
    """The last expiry of T12-2 (12.4): O&M is told."""
    reset.stage.warn("gs reset failed", f"VLR {reset.vlr} does not acknowledge the reset ({event})")
    return S.FAILED


GS_RESET = Machine(
    "reset of Gs by the SGSN",
    clause="29.018 12",
    of=GsReset,
    initial=S.START,
    final=(S.ACKNOWLEDGED, S.FAILED),
    guards={S.WAIT_ACK: T12_2},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_ACK,)),
        (S.WAIT_ACK, ResetAck, acknowledged, (S.ACKNOWLEDGED,)),
        (S.WAIT_ACK, T12_2, unacknowledged, (S.FAILED,)),
    ],
)
