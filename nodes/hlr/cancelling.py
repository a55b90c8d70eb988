"""Location cancellation (TS 29.002 8.1.3, 19.1.2).

An SGSN or a VLR is told to forget a subscriber, who is served elsewhere now or is withdrawn by the operator. It runs on
its own, beside the location update that started it, as figure 19.1.2/4 has it: a node that is down does not keep the
subscriber from being served elsewhere.

A node that the register does not name any more is told again and again, in the next life too, until it has answered or
X-cancel has run out for the last time: else it would hold a subscriber who is not there. The record for that is
``cancel/<imsi>/<subsystem>/<digits of the node's number>``: the type of the cancellation, and the number as MAP codes
it.
"""

from typing import TYPE_CHECKING

from nodes.core.machine import Begin, Machine, State
from nodes.core.node import CommandError
from nodes.core.outputs import Command, Record
from nodes.core.tcap import Inquiry, NoAnswer, Refused
from nodes.hlr.subscribers import GprsLocation, VlrLocation
from protocol.identities import Gt, Imsi, IsdnAddress
from protocol.map.contexts import LOCATION_CANCEL_V3
from protocol.map.location import CancellationType, CancelLocationArg, CancelLocationRes, Identity
from protocol.sccp import Address, Ssn
from protocol.timers import X_CANCEL, Timer

if TYPE_CHECKING:
    from nodes.hlr.node import Hlr

MOST_CANCELLATIONS = 10_000
"""Cancellations that wait for an answer; where there would be more, the oldest is given up."""


class S(State):
    """States of the location cancellation."""

    START = "start"
    WAIT_CANCELLED = "wait for the result"
    CANCELLED = "location cancelled"
    NOT_CANCELLED = "location not cancelled"


class CancelLocation(Inquiry):
    """One cancellation at the node of this number and subsystem.

    ``command`` is answered where an operator asked for it: then the location stays until the node has answered, and
    the node is asked once.
    """

    __slots__ = ("cancellation_type", "command", "imsi", "number", "ssn")

    def __init__(
        self,
        hlr: "Hlr",
        imsi: str,
        number: IsdnAddress,
        ssn: Ssn,
        cancellation_type: CancellationType,
        command: Command | None = None,
    ) -> None:
        super().__init__(hlr)
        self.imsi = Imsi(imsi)
        self.number = number
        self.ssn = ssn
        self.cancellation_type = cancellation_type
        self.command = command

    @property
    def subject(self) -> str:
        return self.imsi

    @property
    def key(self) -> str:
        """Its record."""
        return record_key(self.imsi, self.number, self.ssn)

    def transmit(self, message: CancelLocationArg) -> None:
        dialogue = self.begin_dialogue(Address(ssn=self.ssn, gt=Gt(self.number.digits)), LOCATION_CANCEL_V3, self.imsi)
        dialogue.invoke(message)
        dialogue.send()

    def ended(self) -> None:
        super().ended()
        if self.command is None:
            del self.stage.cancellations[self.key]
            self.stage.save(self.key, None)


def record_key(imsi: str, number: IsdnAddress, ssn: Ssn) -> str:
    """The record of a cancellation."""
    return f"cancel/{imsi}/{ssn.name.lower()}/{number.digits}"


def cancel_location(
    hlr: "Hlr", imsi: str, location: GprsLocation | VlrLocation, cancellation_type: CancellationType
) -> None:
    """Have a node forget the subscriber, whom the register does not find there any more."""
    stop_cancelling(hlr, imsi, location)
    if len(hlr.cancellations) >= MOST_CANCELLATIONS:
        oldest = next(iter(hlr.cancellations.values()))
        hlr.warn("cancel location", f"IMSI {oldest.imsi} never cancelled in {oldest.number}: too many wait")
        oldest.end()
    cancellation = CancelLocation(hlr, imsi, location.number, location.ssn, cancellation_type)
    hlr.save(cancellation.key, bytes((cancellation_type,)) + location.number.to_octets())
    hlr.cancellations[cancellation.key] = cancellation
    cancellation.begin()


def stop_cancelling(hlr: "Hlr", imsi: str, location: GprsLocation | VlrLocation) -> None:
    """The subscriber is at that node again, which must not be told any more to forget it."""
    cancellation = hlr.cancellations.get(record_key(imsi, location.number, location.ssn))
    if cancellation is not None:
        cancellation.end()


def restore(hlr: "Hlr", record: Record) -> None:
    """Take back the record of a cancellation that was not answered in an earlier life; it begins with the node."""
    _, imsi, ssn, _ = record.key.split("/")
    number, kind = IsdnAddress.from_octets(record.octets[1:]), CancellationType(record.octets[0])
    hlr.cancellations[record.key] = CancelLocation(hlr, imsi, number, Ssn[ssn.upper()], kind)


def cancel(hlr: "Hlr", command: Command) -> None:
    """Withdraw the subscriber ``imsi`` from a ``domain``, gprs or circuit, as an operator asks (TS 23.060 6.6.2.2)."""
    imsi, domain = command.arguments.get("imsi"), command.arguments.get("domain", "gprs")
    entry = hlr.register.find(str(imsi))
    if entry is None:
        raise CommandError(f"{hlr.name} knows no IMSI {imsi}")
    if domain not in ("gprs", "circuit"):
        raise CommandError(f"domain is gprs or circuit, not {domain!r}")
    location = entry.location if domain == "gprs" else entry.vlr
    if location is None:
        raise CommandError(f"IMSI {imsi} is served by no {'SGSN' if domain == 'gprs' else 'VLR'}")
    hlr.reply(command, "accepted")
    withdraw = CancellationType.SUBSCRIPTION_WITHDRAW
    CancelLocation(hlr, entry.imsi, location.number, location.ssn, withdraw, command).begin()


def begun(cancellation: CancelLocation, event: Begin) -> S:
    """Tell the node."""
    identity = Identity(imsi=cancellation.imsi)
    argument = CancelLocationArg(identity=identity, cancellation_type=cancellation.cancellation_type)
    if cancellation.command is None:
        cancellation.ask(argument)
    else:
        cancellation.tell(argument)
    return S.WAIT_CANCELLED


def cancelled(cancellation: CancelLocation, event: CancelLocationRes) -> S:
    """The node has forgotten the subscriber; whom an operator withdrew, and who has not moved since, is nowhere."""
    cancellation.dialogue.end()
    hlr, command = cancellation.stage, cancellation.command
    if command is not None:
        hlr.register.forget(cancellation.imsi, cancellation.number, cancellation.ssn)
        hlr.reply(command, "done", {"imsi": str(cancellation.imsi), "node": str(cancellation.number)})
    return S.CANCELLED


def not_cancelled(cancellation: CancelLocation, event: Refused) -> S:
    """The node refuses, and would again: it keeps what it has."""
    cancellation.dialogue.end()
    return give_up(cancellation, str(event.error))


def unanswered(cancellation: CancelLocation, event: NoAnswer) -> S:
    """The node cannot be asked now: an operator is told so, else it is asked again when X-cancel runs out."""
    if cancellation.command is not None:
        return give_up(cancellation, event.why)
    cancellation.stage.warn("cancel location", f"IMSI {cancellation.imsi} in {cancellation.number}: {event.why}")
    return S.WAIT_CANCELLED


def never_answered(cancellation: CancelLocation, event: Timer) -> S:
    """Nobody has ever answered there: O&M is told."""
    return give_up(cancellation, "no answer")


def give_up(cancellation: CancelLocation, why: str) -> S:
    """The node is not asked any more."""
    hlr, command = cancellation.stage, cancellation.command
    hlr.warn("cancel location", f"IMSI {cancellation.imsi} not cancelled in {cancellation.number}: {why}")
    if command is not None:
        hlr.reply(command, "failed", {"error": f"{cancellation.number}: {why}"})
    return S.NOT_CANCELLED


CANCEL_LOCATION = Machine(
    "Location cancellation",
    clause="29.002 19.1.2",
    of=CancelLocation,
    initial=S.START,
    final=(S.CANCELLED, S.NOT_CANCELLED),
    guards={S.WAIT_CANCELLED: X_CANCEL},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_CANCELLED,)),
        (S.WAIT_CANCELLED, CancelLocationRes, cancelled, (S.CANCELLED,)),
        (S.WAIT_CANCELLED, Refused, not_cancelled, (S.NOT_CANCELLED,)),
        (S.WAIT_CANCELLED, NoAnswer, unanswered, (S.WAIT_CANCELLED, S.NOT_CANCELLED)),
        (S.WAIT_CANCELLED, X_CANCEL, never_answered, (S.NOT_CANCELLED,)),
    ],
)
