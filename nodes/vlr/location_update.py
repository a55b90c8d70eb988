"""Registration at the HLR (TS 23.012 4.1, TS 29.002 19.1.1): the VLR tells where the subscriber is, and is told whom.

Or, after a restart, it asks for the data of a subscriber who should be here (restoreData, TS 23.007 4.2).
"""

from typing import Any

from nodes.core.machine import Begin, Machine, State
from nodes.core.tcap import Inquiry, NoAnswer, Refused
from nodes.core.zones import answer_zones
from nodes.vlr.causes import is_final, mm_cause
from protocol.causes import MmCause
from protocol.identities import Lai
from protocol.map.contexts import NETWORK_LOC_UP_V3
from protocol.map.location import LocationInfo, UpdateLocationArg, UpdateLocationRes
from protocol.map.restart import RestoreDataArg, RestoreDataRes
from protocol.map.subscriber import InsertSubscriberDataArg, InsertSubscriberDataRes


class S(State):
    """States of the location update."""

    START = "start"
    WAIT_RESULT = "wait for the HLR's result"
    UPDATED = "location updated"
    REFUSED = "location update refused"


NOWHERE = (0, 0xFFFE)
"""Location area codes of a mobile that has been nowhere (23.003 4.1)."""


def is_confirmed(subscriber: Any, was_in: Lai | None) -> bool:
    """Whether the HLR need not be told of a mobile that ``was_in`` this area before.

    One that comes from an area of another VLR was confirmed for that since, even if we were never told so.
    """
    config = subscriber.stage.config
    strange = was_in is not None and was_in.lac not in NOWHERE and not (was_in in config.sgsns or was_in in config.bsss)
    return subscriber.confirmed_in_hlr and not strange


class LocationUpdate(Inquiry):
    """One update, or, if it is to ``restore``, the fetching of what was lost.

    ``cause`` says what the mobile is to be told if it fails, ``final`` whether the subscriber is to be deleted.
    """

    __slots__ = ("cause", "final", "restore", "subscriber")

    def __init__(self, parent: Any, subscriber: Any, *, restore: bool = False) -> None:
        super().__init__(parent.stage, parent)
        self.subscriber = subscriber
        self.restore = restore
        self.cause = MmCause.NETWORK_FAILURE
        self.final = False

    def open(self) -> bool:
        """Begin the dialogue; False where no HLR serves the IMSI."""
        hlr = self.stage.hlr_of(self.subscriber.imsi)
        if hlr is None:
            return False
        self.begin_dialogue(hlr, NETWORK_LOC_UP_V3, self.subscriber.imsi)
        return True


def begun(update: LocationUpdate, event: Begin) -> S:
    """Tell the HLR."""
    stage, imsi = update.stage, update.subscriber.imsi
    if not update.open():
        update.cause = stage.config.map_causes["hlr not reachable"]
        update.final = True
        return S.REFUSED
    if update.restore:
        update.dialogue.invoke(RestoreDataArg(imsi=imsi))
    else:
        here = LocationInfo(msc_number=stage.isdn)
        update.dialogue.invoke(UpdateLocationArg(imsi=imsi, location_info=here, vlr_number=stage.isdn))
    update.dialogue.send()
    return S.WAIT_RESULT


def inserted(update: LocationUpdate, event: InsertSubscriberDataArg) -> S:
    """Keep the subscription and acknowledge it within the dialogue."""
    update.subscriber.insert(event)
    response = answer_zones(event.regional_subscription_data, update.stage.config.zones)
    update.dialogue.answer(InsertSubscriberDataRes(regional_subscription_response=response))
    update.dialogue.send()
    return S.WAIT_RESULT


def updated(update: LocationUpdate, event: UpdateLocationRes | RestoreDataRes) -> S:
    """The HLR has it, or has told it."""
    update.subscriber.confirmed_in_hlr = True
    return S.UPDATED


def refused(update: LocationUpdate, event: Refused) -> S:
    """The HLR will not."""
    update.cause = mm_cause(update.stage.config.map_causes, event)
    update.final = is_final(event)
    return S.REFUSED


def unanswered(update: LocationUpdate, event: NoAnswer) -> S:
    """The HLR does not answer."""
    update.cause = update.stage.config.map_causes["no answer"]
    return S.REFUSED


LOCATION_UPDATE = Machine(
    "registration of the VLR at the HLR",
    clause="29.002 19.1.1",
    of=LocationUpdate,
    initial=S.START,
    final=(S.UPDATED, S.REFUSED),
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_RESULT, S.REFUSED)),
        (S.WAIT_RESULT, InsertSubscriberDataArg, inserted, (S.WAIT_RESULT,)),
        (S.WAIT_RESULT, UpdateLocationRes, updated, (S.UPDATED,)),
        (S.WAIT_RESULT, RestoreDataRes, updated, (S.UPDATED,)),
        (S.WAIT_RESULT, Refused, refused, (S.REFUSED,)),
        (S.WAIT_RESULT, NoAnswer, unanswered, (S.REFUSED,)),
    ],
)
