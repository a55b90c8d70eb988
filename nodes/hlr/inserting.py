"""Insertion of subscriber data on its own (TS 29.002 8.8.1, 19.4.1): what has changed reaches the nodes that serve."""

from typing import TYPE_CHECKING

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.core.node import CommandError
from nodes.core.outputs import Command
from nodes.core.tcap import Dialogue, NoAnswer, Refused
from nodes.hlr.gprs_location import make_insertions
from nodes.hlr.subscribers import Entry, GprsLocation, VlrLocation
from nodes.hlr.vlr_location import make_insertion
from protocol.identities import Gt
from protocol.map.contexts import SUBSCRIBER_DATA_MNGT_V3
from protocol.map.subscriber import InsertSubscriberDataArg, InsertSubscriberDataRes
from protocol.sccp import Address

if TYPE_CHECKING:
    from nodes.hlr.node import Hlr


Location = GprsLocation | VlrLocation


class S(State):
    """States of the insertion."""

    START = "start"
    WAIT_INSERTED = "wait for the result"
    INSERTED = "data inserted"
    NOT_INSERTED = "data not inserted"


class InsertData(Procedure):
    """One insertion into the node of ``location``; ``insertions`` are still to come, the last one first.

    ``others`` are the locations where the same is to be done afterwards.
    """

    __slots__ = ("command", "dialogue", "entry", "insertions", "location", "others")

    def __init__(self, hlr: "Hlr", entry: Entry, locations: list[Location], command: Command) -> None:
        super().__init__(hlr)
        self.entry = entry
        location, *self.others = locations
        self.location = location
        self.command = command
        subscriber = entry.subscriber
        packet = isinstance(location, GprsLocation)
        self.insertions = make_insertions(subscriber) if packet else [make_insertion(subscriber)]
        peer = Address(ssn=location.ssn, gt=Gt(location.number.digits))
        self.dialogue: Dialogue = hlr.tcap.begin(self, peer, SUBSCRIBER_DATA_MNGT_V3, subscriber.imsi)

    @property
    def subject(self) -> str:
        return self.entry.subscriber.imsi

    def ended(self) -> None:
        self.dialogue.end()

    def insert(self) -> S:
        """Send the next part; in a dialogue of its own each names the subscriber."""
        part: InsertSubscriberDataArg = self.insertions.pop()
        self.dialogue.invoke(part.replace(imsi=self.entry.subscriber.imsi))
        self.dialogue.send()
        return S.WAIT_INSERTED


def insert(hlr: "Hlr", command: Command) -> None:
    """Tell the nodes that serve the subscriber ``imsi`` its data anew."""
    imsi = command.arguments.get("imsi")
    entry = hlr.register.find(str(imsi))
    if entry is None:
        raise CommandError(f"{hlr.name} knows no IMSI {imsi}")
    locations = [location for location in (entry.location, entry.vlr) if location is not None]
    if not locations:
        raise CommandError(f"IMSI {imsi} is served nowhere")
    hlr.reply(command, "accepted")
    InsertData(hlr, entry, locations, command).begin()


def begun(insertion: InsertData, event: Begin) -> S:
    """Send the first part."""
    return insertion.insert()


def inserted(insertion: InsertData, event: InsertSubscriberDataRes) -> S:
    """Send the next part; or all is there, and the next node's turn."""
    if insertion.insertions:
        return insertion.insert()
    if insertion.others:
        InsertData(insertion.stage, insertion.entry, insertion.others, insertion.command).begin()
    else:
        insertion.stage.reply(insertion.command, "done", {"imsi": insertion.subject})
    return S.INSERTED


def not_inserted(insertion: InsertData, event: Refused | NoAnswer) -> S:
    """The node does not take the data, or does not know the subscriber: its data there are not those here."""
    why = event.why if isinstance(event, NoAnswer) else str(event.error)
    insertion.stage.warn(
        "insert subscriber data", f"data of IMSI {insertion.subject} not in {insertion.location}: {why}"
    )
    insertion.stage.reply(insertion.command, "failed", {"error": f"{insertion.location}: {why}"})
    return S.NOT_INSERTED


INSERT_DATA = Machine(
    "Insertion of subscriber data",
    clause="29.002 19.4.1",
    of=InsertData,
    initial=S.START,
    final=(S.INSERTED, S.NOT_INSERTED),
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_INSERTED,)),
        (S.WAIT_INSERTED, InsertSubscriberDataRes, inserted, (S.WAIT_INSERTED, S.INSERTED)),
        (S.WAIT_INSERTED, Refused, not_inserted, (S.NOT_INSERTED,)),
        (S.WAIT_INSERTED, NoAnswer, not_inserted, (S.NOT_INSERTED,)),
    ],
)
