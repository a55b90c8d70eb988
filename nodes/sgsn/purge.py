"""Purge (TS 23.060 6.7, TS 29.002 8.1.6): the SGSN has forgotten a mobile and says so to the HLR."""

from typing import Any

from nodes.core.machine import Begin, Machine, State
from nodes.core.tcap import Inquiry, NoAnswer, Refused
from protocol.map.contexts import MS_PURGING_V3
from protocol.map.location import PurgeMsArg, PurgeMsRes


class S(State):
    """States of the purge."""

    START = "start"
    WAIT_RESULT = "wait for the HLR's result"
    PURGED = "purged"


class Purge(Inquiry):
    """One purge; the context goes, whatever the HLR says. ``freeze`` : its P-TMSI must not be used soon again."""

    __slots__ = ("context", "freeze")

    def __init__(self, context: Any) -> None:
        super().__init__(context.stage, context)
        self.context = context
        self.freeze = False

    def ask_hlr(self) -> S:
        """Send purgeMS, if an HLR serves the IMSI."""
        hlr = self.stage.hlr_of(self.context.imsi)
        if hlr is None:
            return S.PURGED
        dialogue = self.begin_dialogue(hlr, MS_PURGING_V3, self.context.imsi)
        dialogue.invoke(PurgeMsArg(imsi=self.context.imsi, sgsn_number=self.stage.isdn))
        dialogue.send()
        return S.WAIT_RESULT


def begun(purge: Purge, event: Begin) -> S:
    """Tell the HLR."""
    return purge.ask_hlr()


def acknowledged(purge: Purge, event: PurgeMsRes) -> S:
    """The HLR has marked the mobile as purged."""
    purge.freeze = event.freeze_p_tmsi
    return S.PURGED


def unacknowledged(purge: Purge, event: Refused | NoAnswer) -> S:
    """The HLR has not; the context goes all the same."""
    return S.PURGED


PURGE = Machine(
    "purge",
    clause="23.060 6.7",
    of=Purge,
    initial=S.START,
    final=(S.PURGED,),
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_RESULT, S.PURGED)),
        (S.WAIT_RESULT, PurgeMsRes, acknowledged, (S.PURGED,)),
        (S.WAIT_RESULT, Refused, unacknowledged, (S.PURGED,)),
        (S.WAIT_RESULT, NoAnswer, unacknowledged, (S.PURGED,)),
    ],
)
