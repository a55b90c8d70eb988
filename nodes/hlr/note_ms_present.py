"""Note MS present for GPRS (TS 29.002 13.3, 24.3; TS 23.060 9.2.2.2): GGSNs hear that a mobile can be reached again.

A GGSN that has failed to reach the mobile tries no more until it hears so. It is told until it has answered, in the
next life too, or X-ms-present has run out for the last time.
"""

from typing import TYPE_CHECKING

from nodes.core.machine import Begin, Machine, State
from nodes.core.tcap import Inquiry, NoAnswer, Refused
from nodes.hlr.absence import Absence, Ggsn
from nodes.hlr.subscribers import Entry
from protocol.identities import GsnAddress, Gt, IsdnAddress
from protocol.map.contexts import GPRS_NOTIFY_V3
from protocol.map.packet import NoteMsPresentForGprsArg, NoteMsPresentForGprsRes
from protocol.sccp import Address, Ssn
from protocol.timers import X_MS_PRESENT, Timer

if TYPE_CHECKING:
    from nodes.hlr.node import Hlr


class S(State):
    """States of the note."""

    START = "start"
    WAIT_NOTED = "wait for the result"
    OVER = "note over"


class NoteMsPresent(Inquiry):
    """One note to one GGSN: the mobile is at the SGSN of this address."""

    __slots__ = ("entry", "ggsn", "sgsn_address")

    def __init__(self, hlr: "Hlr", entry: Entry, ggsn: Ggsn, sgsn_address: GsnAddress) -> None:
        super().__init__(hlr)
        self.entry = entry
        self.ggsn = ggsn
        self.sgsn_address = sgsn_address

    @property
    def subject(self) -> str:
        return self.entry.imsi

    @property
    def key(self) -> tuple[str, str]:
        """By what it is known."""
        return self.entry.imsi, self.ggsn.number.digits

    def transmit(self, message: NoteMsPresentForGprsArg) -> None:
        peer = Address(ssn=Ssn.GGSN, gt=Gt(self.ggsn.number.digits))
        dialogue = self.begin_dialogue(peer, GPRS_NOTIFY_V3, self.entry.imsi)
        dialogue.invoke(message)
        dialogue.send()

    def ended(self) -> None:
        super().ended()
        del self.stage.notes_present[self.key]

    def strike_out(self) -> S:
        """This GGSN does not wait any more."""
        absence = self.entry.absence
        if absence is not None:
            self.stage.register.set_absence(self.entry, absence.without(self.ggsn.number))
        return S.OVER


def present(hlr: "Hlr", entry: Entry) -> None:
    """The mobile is served, and was heard: MNRG is cleared, and every GGSN that waits is told."""
    absence, location = entry.absence, entry.location
    if absence is None or location is None:
        return
    hlr.register.set_absence(entry, Absence(None, absence.ggsns))
    for ggsn in absence.ggsns:
        note = NoteMsPresent(hlr, entry, ggsn, location.sgsn_address)
        stop_noting(hlr, entry.imsi, ggsn.number)
        hlr.notes_present[note.key] = note
        note.begin()


def stop_noting(hlr: "Hlr", imsi: str, number: IsdnAddress) -> None:
    """What that GGSN is being told is out of date."""
    running = hlr.notes_present.get((imsi, number.digits))
    if running is not None:
        running.end()


def begun(note: NoteMsPresent, event: Begin) -> S:
    """Tell it."""
    note.ask(
        NoteMsPresentForGprsArg(
            imsi=note.entry.subscriber.imsi, sgsn_address=note.sgsn_address, ggsn_address=note.ggsn.address
        )
    )
    return S.WAIT_NOTED


def noted(note: NoteMsPresent, event: NoteMsPresentForGprsRes) -> S:
    """The GGSN has cleared its flag."""
    note.dialogue.end()
    return note.strike_out()


def refused(note: NoteMsPresent, event: Refused) -> S:
    """The GGSN knows nothing of the mobile, or cannot help it."""
    note.dialogue.end()
    note.stage.warn("note ms present", f"IMSI {note.subject} not noted by GGSN {note.ggsn.number}: {event.error}")
    return note.strike_out()


def unanswered(note: NoteMsPresent, event: NoAnswer) -> S:
    """The GGSN cannot be told now: it is told again when X-ms-present runs out."""
    note.stage.warn("note ms present", f"IMSI {note.subject} for GGSN {note.ggsn.number}: {event.why}")
    return S.WAIT_NOTED


def never_answered(note: NoteMsPresent, event: Timer) -> S:
    """The GGSN is given up; O&M is told."""
    note.stage.warn("note ms present", f"IMSI {note.subject} not noted by GGSN {note.ggsn.number}: no answer")
    return note.strike_out()


NOTE_MS_PRESENT = Machine(
    "Note MS present for GPRS",
    clause="29.002 24.3",
    of=NoteMsPresent,
    initial=S.START,
    final=(S.OVER,),
    guards={S.WAIT_NOTED: X_MS_PRESENT},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_NOTED,)),
        (S.WAIT_NOTED, NoteMsPresentForGprsRes, noted, (S.OVER,)),
        (S.WAIT_NOTED, Refused, refused, (S.OVER,)),
        (S.WAIT_NOTED, NoAnswer, unanswered, (S.WAIT_NOTED,)),
        (S.WAIT_NOTED, X_MS_PRESENT, never_answered, (S.OVER,)),
    ],
)
