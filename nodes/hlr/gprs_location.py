"""Update of the GPRS location (TS 29.002 8.1.7, 19.1.1; TS 23.060 6.5 step 6).

An SGSN serves the subscriber from now on and gets its data; the SGSN that served it before is told to forget it. The
new location is stored before the data are inserted, together with the cancellation at the old SGSN. So the register
always names the one SGSN that may hold the subscriber's data: if the insertion fails, the next update from elsewhere
cancels there.
"""

from typing import TYPE_CHECKING

from nodes.core.machine import Machine, Procedure, State
from nodes.core.tcap import Dialogue, NoAnswer, Refused
from nodes.hlr.cancelling import CancelLocation
from nodes.hlr.config import PdpSubscription, Subscriber
from nodes.hlr.subscribers import Entry, GprsLocation
from protocol.identities import Gt
from protocol.map.errors import (
    NetworkResource,
    RoamingNotAllowedCause,
    RoamingNotAllowedParam,
    SystemFailureParam,
    UnexpectedDataParam,
    UnknownSubscriberDiagnostic,
    UnknownSubscriberParam,
)
from protocol.map.location import CancellationType, UpdateGprsLocationArg, UpdateGprsLocationRes
from protocol.map.packet import GprsSubscriptionData, PdpAddress, PdpContext, PdpType
from protocol.map.subscriber import (
    InsertSubscriberDataArg,
    InsertSubscriberDataRes,
    NetworkAccessMode,
    SubscriberStatus,
)
from protocol.sm.quality_of_service import QualityOfService

if TYPE_CHECKING:
    from nodes.hlr.node import Hlr

IPV4 = PdpType()
"""PDP type: IETF, IPv4 (TS 29.060 7.7.27)."""

CONTEXTS_AT_ONCE = 20
"""PDP contexts in one insertion: with the longest names they just fit the 16 segments of an SCCP message."""


class S(State):
    """States of the GPRS location update."""

    START = "start"
    WAIT_INSERTED = "wait for the result of the data insertion"
    UPDATED = "location updated"
    REFUSED = "location update refused"


class UpdateGprsLocation(Procedure):
    """One update in the dialogue that an SGSN began. ``insertions`` are still to come."""

    __slots__ = ("dialogue", "entry", "imsi", "insertions")

    def __init__(self, hlr: "Hlr", dialogue: Dialogue, imsi: str) -> None:
        super().__init__(hlr)
        self.imsi = imsi
        self.entry: Entry | None = hlr.register.find(imsi)
        self.insertions: list[InsertSubscriberDataArg] = []
        self.dialogue = dialogue
        dialogue.user = self
        dialogue.imsi = imsi

    @property
    def subject(self) -> str:
        return self.imsi

    def ended(self) -> None:
        self.dialogue.abort()
        del self.stage.updating[self.imsi]

    def insert(self) -> None:
        """Send the next part of the subscriber's data."""
        self.dialogue.invoke(self.insertions.pop())
        self.dialogue.send()


def update_gprs_location(hlr: "Hlr", dialogue: Dialogue, argument: UpdateGprsLocationArg) -> None:
    """Run an update. It ends another one of the same subscriber, whose mobile has gone on; a repeat is dropped."""
    running = hlr.updating.get(argument.imsi)
    if running is not None:
        if running.dialogue.repeats(dialogue):
            hlr.warn("tcap repeat", f"updateGprsLocation of IMSI {argument.imsi} came twice from {dialogue.peer}")
            dialogue.forget()
            return
        running.end()
    update = hlr.updating[argument.imsi] = UpdateGprsLocation(hlr, dialogue, argument.imsi)
    update.hear(argument)


# --- what is decided and made -------------------------------------------------------------------------------------


def choose_refusal(
    hlr: "Hlr", subscriber: Subscriber | None, argument: UpdateGprsLocationArg
) -> UnknownSubscriberParam | RoamingNotAllowedParam | UnexpectedDataParam | None:
    """Why the subscriber may not be served there; None where it may."""
    if subscriber is None:
        return UnknownSubscriberParam(unknown_subscriber_diagnostic=UnknownSubscriberDiagnostic.IMSI_UNKNOWN)
    if not subscriber.gprs:
        diagnostic = UnknownSubscriberDiagnostic.GPRS_SUBSCRIPTION_UNKNOWN
        return UnknownSubscriberParam(unknown_subscriber_diagnostic=diagnostic)
    if subscriber.barred:
        return RoamingNotAllowedParam(roaming_not_allowed_cause=RoamingNotAllowedCause.OPERATOR_DETERMINED_BARRING)
    number = argument.sgsn_number.digits
    if not subscriber.roaming_allowed and hlr.config.home and not number.startswith(hlr.config.home):
        return RoamingNotAllowedParam(roaming_not_allowed_cause=RoamingNotAllowedCause.PLMN_ROAMING_NOT_ALLOWED)
    try:
        Gt(number)
    except ValueError:
        return UnexpectedDataParam()  # a number that no cancellation could ever reach
    return None


def make_insertions(subscriber: Subscriber) -> list[InsertSubscriberDataArg]:
    """The subscriber's data, in as many parts as needed, the last part first.

    The first part to be sent has what concerns the subscriber as a whole, and says that the list of PDP contexts
    replaces what the SGSN may have. The IMSI is known from the dialogue.
    """
    parts = [
        subscriber.contexts[at : at + CONTEXTS_AT_ONCE] for at in range(0, len(subscriber.contexts), CONTEXTS_AT_ONCE)
    ]
    first = InsertSubscriberDataArg(
        msisdn=subscriber.msisdn,
        subscriber_status=SubscriberStatus.SERVICE_GRANTED,
        gprs_subscription_data=make_subscription(parts[0], complete=True) if parts else None,
        network_access_mode=NetworkAccessMode.PACKET_AND_CIRCUIT,
    )
    others = [InsertSubscriberDataArg(gprs_subscription_data=make_subscription(part)) for part in reversed(parts[1:])]
    return [*others, first]


def make_subscription(contexts: tuple[PdpSubscription, ...], *, complete: bool = False) -> GprsSubscriptionData:
    """PDP contexts as MAP tells them."""
    return GprsSubscriptionData(
        complete_data_list_included=complete,
        gprs_data_list=tuple(
            [
                PdpContext(
                    pdp_context_id=context.context_id,
                    pdp_type=IPV4,
                    pdp_address=None if context.address is None else PdpAddress.from_octets(context.address),
                    qos_subscribed=QualityOfService.from_octets(context.qos),
                    apn=context.apn,
                )
                for context in contexts
            ]
        ),
    )


# --- the table ----------------------------------------------------------------------------------------------------


def requested(update: UpdateGprsLocation, event: UpdateGprsLocationArg) -> S:
    """Refuse it; or store where the subscriber is, cancel it where it was, and insert its data where it is."""
    hlr: Hlr = update.stage
    entry = update.entry
    refusal = choose_refusal(hlr, None if entry is None else entry.subscriber, event)
    if entry is None or refusal is not None:
        update.dialogue.refuse(refusal)
        update.dialogue.end()
        return S.REFUSED
    before = entry.location
    hlr.register.locate(entry, GprsLocation(event.sgsn_number, event.sgsn_address))
    if before is not None and not before.serves(event.sgsn_number):
        CancelLocation(hlr, entry, before, CancellationType.UPDATE_PROCEDURE).begin()
    update.insertions = make_insertions(entry.subscriber)
    update.insert()
    return S.WAIT_INSERTED


def inserted(update: UpdateGprsLocation, event: InsertSubscriberDataRes) -> S:
    """Insert what is left; or all is there, and the update done."""
    if update.insertions:
        update.insert()
        return S.WAIT_INSERTED
    update.dialogue.answer(UpdateGprsLocationRes(hlr_number=update.stage.isdn))
    update.dialogue.end()
    return S.UPDATED


def not_inserted(update: UpdateGprsLocation, event: Refused | NoAnswer) -> S:
    """The SGSN does not take the data; it is told systemFailure, if it is still there."""
    why = event.why if isinstance(event, NoAnswer) else str(event.error)
    update.stage.warn("insert subscriber data", f"data of IMSI {update.imsi} not in {update.dialogue.peer}: {why}")
    update.dialogue.refuse(SystemFailureParam(network_resource=NetworkResource.HLR))
    update.dialogue.end()
    return S.REFUSED


UPDATE_GPRS_LOCATION = Machine(
    "GPRS location update",
    clause="29.002 19.1.1",
    of=UpdateGprsLocation,
    initial=S.START,
    final=(S.UPDATED, S.REFUSED),
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, UpdateGprsLocationArg, requested, (S.WAIT_INSERTED, S.REFUSED)),
        (S.WAIT_INSERTED, InsertSubscriberDataRes, inserted, (S.WAIT_INSERTED, S.UPDATED)),
        (S.WAIT_INSERTED, Refused, not_inserted, (S.REFUSED,)),
        (S.WAIT_INSERTED, NoAnswer, not_inserted, (S.REFUSED,)),
    ],
)
