"""Subscriber data on their own (TS 29.002 8.8, 19.4; TS 23.060 6.11): what has changed reaches the nodes that serve.

What an operator changes is sent until the node has answered or X-subscriber-data has run out for the last time. A
change that meets one which is still being sent to the same node replaces it, and tells all data. An update of the
location tells them too, and so ends what is being sent.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from nodes.core.machine import Begin, Machine, State
from nodes.core.node import CommandError
from nodes.core.outputs import Command
from nodes.core.tcap import Inquiry, NoAnswer, Refused
from nodes.hlr.config import Subscriber
from nodes.hlr.subscribers import Entry, GprsLocation, VlrLocation
from nodes.hlr.subscription import make_changes, make_insertions, make_vlr_insertion, zone_codes
from protocol.identities import Gt, Imsi
from protocol.map.contexts import SUBSCRIBER_DATA_MNGT_V3
from protocol.map.packet import GprsSubscriptionDataWithdraw
from protocol.map.subscriber import (
    DeleteSubscriberDataArg,
    DeleteSubscriberDataRes,
    InsertSubscriberDataArg,
    InsertSubscriberDataRes,
)
from protocol.sccp import Address, Ssn
from protocol.timers import X_SUBSCRIBER_DATA, Timer

if TYPE_CHECKING:
    from nodes.hlr.node import Hlr


Location = GprsLocation | VlrLocation
Part = InsertSubscriberDataArg | DeleteSubscriberDataArg
Telling = tuple[Part, ...]
"""What is told in one dialogue, part by part."""


class S(State):
    """States of the telling."""

    START = "start"
    WAIT_RESULT = "wait for the result"
    TOLD = "data told"
    NOT_TOLD = "data not told"


class SubscriberData(Inquiry):
    """The ``tellings`` that are still to be sent to the node of ``location``, and the ``parts`` of the present one.

    ``command`` is answered where an operator asked for it, once all is told to this node and to the ``others``; what is
    not answered is then not sent again.
    """

    __slots__ = ("command", "imsi", "location", "others", "parts", "tellings")

    def __init__(
        self,
        hlr: "Hlr",
        imsi: str,
        location: Location,
        tellings: list[Telling],
        command: Command | None = None,
        others: tuple[tuple[Location, list[Telling]], ...] = (),
    ) -> None:
        super().__init__(hlr)
        self.imsi = Imsi(imsi)
        self.location = location
        self.tellings = tellings
        self.parts: list[Part] = []
        self.command = command
        self.others = others

    @property
    def subject(self) -> str:
        return self.imsi

    @property
    def key(self) -> tuple[str, Ssn]:
        """By what it is known, unless an operator waits for it."""
        return str(self.imsi), self.location.ssn

    def transmit(self, message: Telling) -> None:
        """Begin a dialogue with its first part."""
        self.parts = list(message)
        peer = Address(ssn=self.location.ssn, gt=Gt(self.location.number.digits))
        self.begin_dialogue(peer, SUBSCRIBER_DATA_MNGT_V3, self.imsi)
        self.tell_part()

    def tell_part(self) -> None:
        """Send the next part; in a dialogue of its own each names the subscriber."""
        part = self.parts.pop(0)
        self.dialogue.invoke(part.replace(imsi=self.imsi))
        self.dialogue.send()

    def ended(self) -> None:
        super().ended()
        if self.command is None:
            del self.stage.telling_data[self.key]


# --- what is told -------------------------------------------------------------------------------------------------


def all_data(subscriber: Subscriber, location: Location) -> list[Telling]:
    """All that the node needs to know; SGSNs are told of no PDP contexts by their deletion."""
    if isinstance(location, VlrLocation):
        return [(make_vlr_insertion(subscriber),)]
    deletion = [] if subscriber.contexts else [(make_deletion(subscriber, all_gprs_data=True),)]
    return [*deletion, tuple(reversed(make_insertions(subscriber)))]


def changed_data(before: Subscriber, after: Subscriber, location: Location) -> list[Telling]:
    """What the node does not know yet."""
    zones = () if after.zones else withdraw_zones(before)
    if isinstance(location, VlrLocation):
        known = before if after.zones else replace(before, zones=())
        changed = make_vlr_insertion(after)
        return [*zones, *([] if changed == make_vlr_insertion(known) else [(changed,)])]
    left = {context.context_id for context in after.contexts}
    withdrawn = tuple([context.context_id for context in before.contexts if context.context_id not in left])
    deletion = make_deletion(after, all_gprs_data=True) if not left else make_deletion(after, *withdrawn)
    insertions = make_changes(before, after)
    return [*zones, *(telling for telling in ((deletion,) if withdrawn else (), tuple(insertions)) if telling)]


def withdraw_zones(before: Subscriber) -> tuple[Telling, ...]:
    """Withdraw each zone: a list cannot say that there are none (29.002 8.8.2)."""
    return tuple(
        [
            (DeleteSubscriberDataArg(imsi=before.imsi, regional_subscription_identifier=zone),)
            for zone in zone_codes(before)
        ]
    )


def make_deletion(subscriber: Subscriber, *context_ids: int, all_gprs_data: bool = False) -> DeleteSubscriberDataArg:
    """Withdraw PDP contexts."""
    withdraw = (
        GprsSubscriptionDataWithdraw(all_gprs_data=True)
        if all_gprs_data
        else GprsSubscriptionDataWithdraw(context_id_list=context_ids)
    )
    return DeleteSubscriberDataArg(imsi=subscriber.imsi, gprs_subscription_data_withdraw=withdraw)


def tell_data(hlr: "Hlr", entry: Entry, before: Subscriber, after: Subscriber, location: Location) -> None:
    """Tell a node that serves the subscriber what has changed."""
    running = hlr.telling_data.get((entry.imsi, location.ssn))
    if running is not None:
        running.end()
    tellings = changed_data(before, after, location) if running is None else all_data(after, location)
    if tellings:
        begin_telling(hlr, entry.imsi, location, tellings)


def tell_all_data(hlr: "Hlr", entry: Entry, location: Location) -> None:
    """Tell a node that serves the subscriber all data."""
    stop_telling(hlr, entry.imsi, location.ssn)
    begin_telling(hlr, entry.imsi, location, all_data(entry.subscriber, location))


def begin_telling(hlr: "Hlr", imsi: str, location: Location, tellings: list[Telling]) -> None:
    """Send it until it is answered."""
    telling = SubscriberData(hlr, imsi, location, tellings)
    hlr.telling_data[telling.key] = telling
    telling.begin()


def stop_telling(hlr: "Hlr", imsi: str, ssn: Ssn) -> None:
    """What is being sent to a node of this kind is out of date, or comes to it otherwise."""
    running = hlr.telling_data.get((imsi, ssn))
    if running is not None:
        running.end()


def insert(hlr: "Hlr", command: Command) -> None:
    """Tell the nodes that serve the subscriber ``imsi`` its data anew."""
    imsi = command.arguments.get("imsi")
    entry = hlr.register.find(str(imsi))
    if entry is None:
        raise CommandError(f"{hlr.name} knows no IMSI {imsi}")
    known = entry.subscriber
    (*others,) = [
        (location, all_data(known, location)) for location in (entry.location, entry.vlr) if location is not None
    ]
    if not others:
        raise CommandError(f"IMSI {imsi} is served nowhere")
    hlr.reply(command, "accepted")
    location, tellings = others.pop(0)
    SubscriberData(hlr, entry.imsi, location, tellings, command, tuple(others)).begin()


# --- the table ----------------------------------------------------------------------------------------------------


def begun(data: SubscriberData, event: Begin) -> S:
    """Send the first part."""
    data.ask(data.tellings.pop(0))
    return S.WAIT_RESULT


def taken(data: SubscriberData, event: InsertSubscriberDataRes | DeleteSubscriberDataRes) -> S:
    """Send the next part, in the same dialogue or another; or all is there, and the next node's turn."""
    hlr = data.stage
    if isinstance(event, InsertSubscriberDataRes) and event.odb_general_data is not None:
        # The operator may bar roaming there instead (TS 23.015 2.5.1).
        hlr.warn("barring", f"{data.location} does not support all barring of IMSI {data.imsi}")
    if data.parts:
        data.tell_part()
        return S.WAIT_RESULT
    data.dialogue.end()
    if data.tellings:
        data.ask(data.tellings.pop(0))
        return S.WAIT_RESULT
    if data.command is None:
        return S.TOLD
    if data.others:
        (location, tellings), *others = data.others
        SubscriberData(hlr, data.imsi, location, tellings, data.command, tuple(others)).begin()
    else:
        hlr.reply(data.command, "done", {"imsi": data.subject})
    return S.TOLD


def refused(data: SubscriberData, event: Refused) -> S:
    """The node does not take the data, or does not know the subscriber: its data there are not those here."""
    data.dialogue.end()
    return give_up(data, str(event.error))


def unanswered(data: SubscriberData, event: NoAnswer) -> S:
    """The node cannot be told now: an operator hears so, else it is told again when X-subscriber-data runs out."""
    if data.command is not None:
        return give_up(data, event.why)
    data.stage.warn("subscriber data", f"data of IMSI {data.imsi} for {data.location}: {event.why}")
    return S.WAIT_RESULT


def never_answered(data: SubscriberData, event: Timer) -> S:
    """Nobody has ever answered there; the node will have the data from the next update of the location."""
    return give_up(data, "no answer")


def give_up(data: SubscriberData, why: str) -> S:
    """The node is not told any more."""
    data.stage.warn("subscriber data", f"data of IMSI {data.imsi} not in {data.location}: {why}")
    if data.command is not None:
        data.stage.reply(data.command, "failed", {"error": f"{data.location}: {why}"})
    return S.NOT_TOLD


SUBSCRIBER_DATA = Machine(
    "Subscriber data management",
    clause="29.002 19.4",
    of=SubscriberData,
    initial=S.START,
    final=(S.TOLD, S.NOT_TOLD),
    guards={S.WAIT_RESULT: X_SUBSCRIBER_DATA},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_RESULT,)),
        (S.WAIT_RESULT, InsertSubscriberDataRes, taken, (S.WAIT_RESULT, S.TOLD)),
        (S.WAIT_RESULT, DeleteSubscriberDataRes, taken, (S.WAIT_RESULT, S.TOLD)),
        (S.WAIT_RESULT, Refused, refused, (S.NOT_TOLD,)),
        (S.WAIT_RESULT, NoAnswer, unanswered, (S.WAIT_RESULT, S.NOT_TOLD)),
        (S.WAIT_RESULT, X_SUBSCRIBER_DATA, never_answered, (S.NOT_TOLD,)),
    ],
)
