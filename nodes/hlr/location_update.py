"""Location update (TS 29.002 8.1.2, 8.1.7, 19.1.1): an SGSN or a VLR serves the subscriber from now on.

It gets the subscriber's data, and the node that served before is told to forget the subscriber. The new location is
stored before the data are inserted, together with the cancellation at the old node. So the register always names the
one node that may hold the data: if the insertion fails, the next update from elsewhere cancels there. Data that an
operator changes meanwhile follow when the update is done.

What the two domains differ in is told by :mod:`nodes.hlr.gprs_location` and :mod:`nodes.hlr.vlr_location`.
"""

from typing import TYPE_CHECKING, Any

from nodes.core.machine import Machine, Procedure, State
from nodes.core.tcap import Dialogue, NoAnswer, Refused
from nodes.hlr.cancelling import cancel_location, stop_cancelling
from nodes.hlr.config import Subscriber
from nodes.hlr.subscriber_data import stop_telling, tell_all_data
from nodes.hlr.subscribers import Entry, GprsLocation, VlrLocation
from protocol.ber import Element
from protocol.identities import Gt, IsdnAddress
from protocol.map.errors import (
    NetworkResource,
    RoamingNotAllowedCause,
    RoamingNotAllowedParam,
    SystemFailureParam,
    UnexpectedDataParam,
    UnknownSubscriberParam,
)
from protocol.map.location import CancellationType, UpdateGprsLocationArg, UpdateLocationArg
from protocol.map.restart import RestoreDataArg
from protocol.map.subscriber import InsertSubscriberDataArg, InsertSubscriberDataRes

if TYPE_CHECKING:
    from nodes.hlr.node import Hlr

Refusal = UnknownSubscriberParam | RoamingNotAllowedParam | UnexpectedDataParam
"""Why a subscriber may not be served."""

Request = UpdateGprsLocationArg | UpdateLocationArg | RestoreDataArg
"""What begins an update."""

NAMES = {
    UpdateGprsLocationArg: "updateGprsLocation",
    UpdateLocationArg: "updateLocation",
    RestoreDataArg: "restoreData",
}
"""How the operations are called."""


class S(State):
    """States of the location update."""

    START = "start"
    WAIT_INSERTED = "wait for the result of the data insertion"
    UPDATED = "location updated"
    REFUSED = "location update refused"


class LocationUpdate(Procedure):
    """One update in the dialogue that a node began. ``insertions`` are still to come, the last one first.

    ``profile`` is the record of the subscriber whose data are inserted.
    """

    __slots__ = ("dialogue", "entry", "imsi", "insertions", "profile")

    def __init__(self, hlr: "Hlr", dialogue: Dialogue, imsi: str) -> None:
        super().__init__(hlr)
        self.imsi = imsi
        self.entry: Entry | None = hlr.register.find(imsi)
        self.insertions: list[InsertSubscriberDataArg] = []
        self.profile = b""
        self.dialogue = dialogue
        dialogue.user = self
        dialogue.imsi = imsi

    @property
    def subject(self) -> str:
        return self.imsi

    def ended(self) -> None:
        self.dialogue.abort()
        del self.stage.updating[type(self), self.imsi]

    def insert(self) -> None:
        """Send the next part of the subscriber's data."""
        self.dialogue.invoke(self.insertions.pop())
        self.dialogue.send()

    # --- what the domains differ in -------------------------------------------------------------------------------

    def unsubscribed(self, subscriber: Subscriber | None) -> UnknownSubscriberParam | None:
        """How a subscriber is refused who has no subscription for this domain; None for one who has."""
        raise NotImplementedError

    def number_of(self, event: Any) -> IsdnAddress:
        """The number of the node that asks."""
        raise NotImplementedError

    def locate(self, entry: Entry, event: Any) -> GprsLocation | VlrLocation | None:
        """Store where the subscriber is, and return where it was."""
        raise NotImplementedError

    def make_insertions(self, subscriber: Subscriber) -> list[InsertSubscriberDataArg]:
        """The subscriber's data, in as many parts as needed, the last part first."""
        raise NotImplementedError

    def make_result(self) -> Element:
        """The result of the update."""
        raise NotImplementedError

    def updated(self, entry: Entry) -> None:
        """The node has been told the result."""

    def location(self, entry: Entry) -> GprsLocation | VlrLocation | None:
        """Where the subscriber is, in this domain."""
        raise NotImplementedError


def update_location(kind: type[LocationUpdate], hlr: "Hlr", dialogue: Dialogue, argument: Request) -> None:
    """Run an update. It ends another one of the same subscriber, whose mobile has gone on; a repeat is dropped."""
    running = hlr.updating.get((kind, argument.imsi))
    if running is not None:
        if running.dialogue.repeats(dialogue):
            hlr.warn("tcap repeat", f"{NAMES[type(argument)]} of IMSI {argument.imsi} came twice from {dialogue.peer}")
            dialogue.forget()
            return
        running.end()
    update = hlr.updating[kind, argument.imsi] = kind(hlr, dialogue, argument.imsi)
    update.hear(argument)


def choose_refusal(update: LocationUpdate, number: IsdnAddress) -> Refusal | None:
    """Why the subscriber may not be served by the node of this number; None where it may."""
    hlr: Hlr = update.stage
    subscriber = None if update.entry is None else update.entry.subscriber
    unknown = update.unsubscribed(subscriber)
    if subscriber is None or unknown is not None:
        return unknown
    barring = choose_barring(hlr, subscriber, number)
    if barring is not None:
        return barring
    try:
        Gt(number.digits)
    except ValueError:
        return UnexpectedDataParam()  # a number that no cancellation could ever reach
    return None


def choose_barring(hlr: "Hlr", subscriber: Subscriber, number: IsdnAddress) -> RoamingNotAllowedParam | None:
    """Why a subscriber may not be where the node of this number is; None where it may."""
    if subscriber.barred:
        return RoamingNotAllowedParam(roaming_not_allowed_cause=RoamingNotAllowedCause.OPERATOR_DETERMINED_BARRING)
    if not subscriber.roaming_allowed and hlr.config.home and not number.digits.startswith(hlr.config.home):
        return RoamingNotAllowedParam(roaming_not_allowed_cause=RoamingNotAllowedCause.PLMN_ROAMING_NOT_ALLOWED)
    return None


# --- the table ----------------------------------------------------------------------------------------------------


def requested(update: LocationUpdate, event: Request) -> S:
    """Refuse it; or store where the subscriber is, cancel it where it was, and insert its data where it is."""
    hlr: Hlr = update.stage
    entry = update.entry
    number = update.number_of(event)
    refusal = choose_refusal(update, number)
    if entry is None or refusal is not None:
        update.dialogue.refuse(refusal)
        update.dialogue.end()
        return S.REFUSED
    before = update.locate(entry, event)
    now = update.location(entry)
    assert now is not None, "it was just stored"
    if before is not None and not before.serves(number):
        cancel_location(hlr, update.imsi, before, CancellationType.UPDATE_PROCEDURE)
    stop_cancelling(hlr, update.imsi, now)
    stop_telling(hlr, update.imsi, now.ssn)
    update.profile = entry.profile
    update.insertions = update.make_insertions(entry.subscriber)
    update.insert()
    return S.WAIT_INSERTED


def inserted(update: LocationUpdate, event: InsertSubscriberDataRes) -> S:
    """Insert what is left; or all is there, and the update done."""
    if event.regional_subscription_response is not None:
        why = event.regional_subscription_response.words.lower()
        update.stage.warn("zones", f"IMSI {update.subject}: {why} in {update.dialogue.peer}")
    if update.insertions:
        update.insert()
        return S.WAIT_INSERTED
    update.dialogue.answer(update.make_result())
    update.dialogue.end()
    entry = update.entry
    assert entry is not None, "its data are inserted"
    now = update.location(entry)
    if now is not None and update.profile != entry.profile:
        tell_all_data(update.stage, entry, now)
    update.updated(entry)
    return S.UPDATED


def not_inserted(update: LocationUpdate, event: Refused | NoAnswer) -> S:
    """The node does not take the data; it is told systemFailure, if it is still there."""
    why = event.why if isinstance(event, NoAnswer) else str(event.error)
    update.stage.warn("insert subscriber data", f"data of IMSI {update.imsi} not in {update.dialogue.peer}: {why}")
    update.dialogue.refuse(SystemFailureParam(network_resource=NetworkResource.HLR))
    update.dialogue.end()
    return S.REFUSED


LOCATION_UPDATE = Machine(
    "Location update",
    clause="29.002 19.1.1",
    of=LocationUpdate,
    initial=S.START,
    final=(S.UPDATED, S.REFUSED),
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, UpdateGprsLocationArg, requested, (S.WAIT_INSERTED, S.REFUSED)),
        (S.START, UpdateLocationArg, requested, (S.WAIT_INSERTED, S.REFUSED)),
        (S.START, RestoreDataArg, requested, (S.WAIT_INSERTED, S.REFUSED)),
        (S.WAIT_INSERTED, InsertSubscriberDataRes, inserted, (S.WAIT_INSERTED, S.UPDATED)),
        (S.WAIT_INSERTED, Refused, not_inserted, (S.REFUSED,)),
        (S.WAIT_INSERTED, NoAnswer, not_inserted, (S.REFUSED,)),
    ],
)
