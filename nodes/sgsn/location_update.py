"""Update of the GPRS location (TS 23.060 6.5 step 6, TS 29.002 8.1.7).

The HLR learns where the mobile is and hands over what it has subscribed to.
"""

from typing import Any

from nodes.core.machine import Begin, Machine, State
from nodes.core.tcap import Inquiry, NoAnswer, Refused
from nodes.sgsn.causes import gmm_cause
from protocol.causes import GmmCause
from protocol.map.contexts import GPRS_LOCATION_UPDATE_V3
from protocol.map.location import UpdateGprsLocationArg, UpdateGprsLocationRes
from protocol.map.subscriber import InsertSubscriberDataArg, InsertSubscriberDataRes


class S(State):
    """States of the location update."""

    START = "start"
    WAIT_RESULT = "wait for the HLR's result"
    UPDATED = "location updated"
    REFUSED = "location update refused"


class LocationUpdate(Inquiry):
    """One update; ``cause`` says what the mobile is to be told if it fails."""

    __slots__ = ("cause", "context")

    def __init__(self, parent: Any, context: Any) -> None:
        super().__init__(parent.stage, parent)
        self.context = context
        self.cause = GmmCause.NETWORK_FAILURE

    def open(self) -> bool:
        """Begin the dialogue; False where no HLR serves the IMSI."""
        hlr = self.stage.hlr_of(self.context.imsi)
        if hlr is None:
            return False
        self.begin_dialogue(hlr, GPRS_LOCATION_UPDATE_V3, self.context.imsi)
        self.stage.locating[self.context.imsi] = self
        return True

    def ended(self) -> None:
        super().ended()
        if self.stage.locating.get(self.context.imsi) is self:
            del self.stage.locating[self.context.imsi]


def begun(update: LocationUpdate, event: Begin) -> S:
    """Tell the HLR."""
    if not update.open():
        update.cause = update.stage.config.map_causes["hlr not reachable"]
        return S.REFUSED
    update.dialogue.invoke(
        UpdateGprsLocationArg(
            imsi=update.context.imsi,
            sgsn_number=update.stage.isdn,
            sgsn_address=update.stage.config.address,
        )
    )
    update.dialogue.send()
    return S.WAIT_RESULT


def inserted(update: LocationUpdate, event: InsertSubscriberDataArg) -> S:
    """Keep the subscription and acknowledge it within the dialogue."""
    update.context.insert(event)
    response = update.context.zone_response() if event.regional_subscription_data else None
    update.dialogue.answer(InsertSubscriberDataRes(regional_subscription_response=response))
    update.dialogue.send()
    return S.WAIT_RESULT


def updated(update: LocationUpdate, event: UpdateGprsLocationRes) -> S:
    """The HLR has it. One that had lost it makes the VLR hear of the mobile, too (23.007 5.1)."""
    context = update.context
    if context.lost_by_hlr:
        update.stage.gs.set_ngaf(context.imsi)
    context.location_confirmed = True
    return S.UPDATED


def refused(update: LocationUpdate, event: Refused) -> S:
    """The HLR will not."""
    update.cause = gmm_cause(update.stage.config.map_causes, event)
    return S.REFUSED


def unanswered(update: LocationUpdate, event: NoAnswer) -> S:
    """The HLR does not answer."""
    update.cause = update.stage.config.map_causes["no answer"]
    return S.REFUSED


LOCATION_UPDATE = Machine(
    "GPRS location update",
    clause="29.002 8.1.7",
    of=LocationUpdate,
    initial=S.START,
    final=(S.UPDATED, S.REFUSED),
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_RESULT, S.REFUSED)),
        (S.WAIT_RESULT, InsertSubscriberDataArg, inserted, (S.WAIT_RESULT,)),
        (S.WAIT_RESULT, UpdateGprsLocationRes, updated, (S.UPDATED,)),
        (S.WAIT_RESULT, Refused, refused, (S.REFUSED,)),
        (S.WAIT_RESULT, NoAnswer, unanswered, (S.REFUSED,)),
    ],
)
