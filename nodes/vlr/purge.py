"""Purge (TS 23.012 3.6.1, TS 29.002 8.1.6): the VLR deletes a subscriber who was detached for long, and says so."""

from typing import TYPE_CHECKING

from nodes.core.machine import Begin, Machine, State
from nodes.core.tcap import Inquiry, NoAnswer, Refused
from protocol.map.contexts import MS_PURGING_V3
from protocol.map.location import PurgeMsArg, PurgeMsRes

if TYPE_CHECKING:
    from nodes.vlr.subscribers import Subscriber


class S(State):
    """States of the purge."""

    START = "start"
    WAIT_RESULT = "wait for the HLR's result"
    PURGED = "purged"


class Purge(Inquiry):
    """One purge; the subscriber goes, whatever the HLR says."""

    __slots__ = ("subscriber",)

    def __init__(self, subscriber: "Subscriber") -> None:
        super().__init__(subscriber.stage, subscriber)
        self.subscriber = subscriber

    def ask_hlr(self) -> S:
        """Send purgeMS, if an HLR serves the IMSI."""
        imsi = self.subscriber.imsi
        hlr = self.stage.hlr_of(imsi)
        if hlr is None:
            return S.PURGED
        dialogue = self.begin_dialogue(hlr, MS_PURGING_V3, imsi)
        dialogue.invoke(PurgeMsArg(imsi=imsi, vlr_number=self.stage.isdn))
        dialogue.send()
        return S.WAIT_RESULT


def begun(purge: Purge, event: Begin) -> S:
    """Tell the HLR."""
    return purge.ask_hlr()


def acknowledged(purge: Purge, event: PurgeMsRes) -> S:
    """The HLR has marked the subscriber as purged; it may want the TMSI not to be used again."""
    tmsi = purge.subscriber.tmsi
    if event.freeze_tmsi and tmsi is not None:
        purge.stage.register.freeze(tmsi, purge.subscriber.imsi)
    return S.PURGED


def unacknowledged(purge: Purge, event: Refused | NoAnswer) -> S:
    """The HLR has not."""
    return S.PURGED


PURGE = Machine(
    "purge by the VLR",
    clause="23.012 3.6.1",
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
