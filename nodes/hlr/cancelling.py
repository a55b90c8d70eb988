"""Location cancellation (TS 29.002 8.1.3, 19.1.2).

An SGSN or a VLR is told to forget a subscriber, who is served elsewhere now or is withdrawn by the operator. It runs on
its own, beside the location update that started it, as figure 19.1.2/4 has it: a node that is down does not keep the
subscriber from being served elsewhere.
"""

from typing import TYPE_CHECKING

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.core.node import CommandError
from nodes.core.outputs import Command
from nodes.core.tcap import Dialogue, NoAnswer, Refused
from nodes.hlr.subscribers import Entry, GprsLocation, VlrLocation
from protocol.identities import Gt
from protocol.map.contexts import LOCATION_CANCEL_V3
from protocol.map.location import CancellationType, CancelLocationArg, CancelLocationRes, Identity
from protocol.sccp import Address

if TYPE_CHECKING:
    from nodes.hlr.node import Hlr


class S(State):
    """States of the location cancellation."""

    START = "start"
    WAIT_CANCELLED = "wait for the result"
    CANCELLED = "location cancelled"
    NOT_CANCELLED = "location not cancelled"


class CancelLocation(Procedure):
    """One cancellation at the node of ``location``; ``command`` is answered where an operator asked for it."""

    __slots__ = ("cancellation_type", "command", "dialogue", "entry", "location")

    def __init__(
        self,
        hlr: "Hlr",
        entry: Entry,
        location: GprsLocation | VlrLocation,
        cancellation_type: CancellationType,
        command: Command | None = None,
    ) -> None:
        super().__init__(hlr)
        self.entry = entry
        self.location = location
        self.cancellation_type = cancellation_type
        self.command = command
        peer = Address(ssn=location.ssn, gt=Gt(location.number.digits))
        self.dialogue: Dialogue = hlr.tcap.begin(self, peer, LOCATION_CANCEL_V3, entry.subscriber.imsi)

    @property
    def subject(self) -> str:
        return self.entry.subscriber.imsi


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
    CancelLocation(hlr, entry, location, CancellationType.SUBSCRIPTION_WITHDRAW, command).begin()


def begun(cancellation: CancelLocation, event: Begin) -> S:
    """Tell the node."""
    identity = Identity(imsi=cancellation.entry.subscriber.imsi)
    cancellation.dialogue.invoke(CancelLocationArg(identity=identity, cancellation_type=cancellation.cancellation_type))
    cancellation.dialogue.send()
    return S.WAIT_CANCELLED


def cancelled(cancellation: CancelLocation, event: CancelLocationRes) -> S:
    """The node has forgotten the subscriber; who is withdrawn, and has not moved since, is served nowhere."""
    cancellation.dialogue.end()
    hlr, entry, command = cancellation.stage, cancellation.entry, cancellation.command
    if cancellation.cancellation_type is CancellationType.SUBSCRIPTION_WITHDRAW:
        hlr.register.forget(entry, cancellation.location)
    if command is not None:
        hlr.reply(command, "done", {"imsi": str(entry.subscriber.imsi), "node": str(cancellation.location)})
    return S.CANCELLED


def not_cancelled(cancellation: CancelLocation, event: Refused | NoAnswer) -> S:
    """The node refuses, or cannot be asked: it keeps what it has, and the location stays."""
    cancellation.dialogue.end()
    hlr, command = cancellation.stage, cancellation.command
    why = event.why if isinstance(event, NoAnswer) else str(event.error)
    hlr.warn("cancel location", f"IMSI {cancellation.subject} not cancelled in {cancellation.location}: {why}")
    if command is not None:
        hlr.reply(command, "failed", {"error": f"{cancellation.location}: {why}"})
    return S.NOT_CANCELLED


CANCEL_LOCATION = Machine(
    "Location cancellation",
    clause="29.002 19.1.2",
    of=CancelLocation,
    initial=S.START,
    final=(S.CANCELLED, S.NOT_CANCELLED),
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_CANCELLED,)),
        (S.WAIT_CANCELLED, CancelLocationRes, cancelled, (S.CANCELLED,)),
        (S.WAIT_CANCELLED, Refused, not_cancelled, (S.NOT_CANCELLED,)),
        (S.WAIT_CANCELLED, NoAnswer, not_cancelled, (S.NOT_CANCELLED,)),
    ],
)
