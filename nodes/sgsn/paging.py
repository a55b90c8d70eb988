"""Paging for GPRS services, network side (TS 24.008 4.7.9.1, TS 23.060 8.1.4, TS 48.018 7.1).

A mobile in STANDBY is looked for in all cells of its routing area, of every BSS concerned: by its P-TMSI, and at last
by its IMSI, which makes it attach again. Any valid LLC frame that is not NULL answers, a routing area update too. A
mobile in READY is not paged, nor one in a call, nor one that has missed its periodic update (PPF).

A BSS may say that the mobile does not listen, or cannot be paged, for so long (PAGING-PS-REJECT): where that is longer
than T3313 would wait the page is put off till then, once.
"""

from typing import TYPE_CHECKING

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.core.outputs import Command
from nodes.sgsn.bvc import SIGNALLING
from nodes.sgsn.events import Heard
from nodes.sgsn.gb import BEST_EFFORT
from protocol.bssgp import ImsiIdentity, PagingPs, PagingPsReject
from protocol.identities import Tmsi
from protocol.timers import SECOND, T3313, X_PAGING_BY_IMSI, X_PUT_OFF, Timer

if TYPE_CHECKING:
    from nodes.sgsn.context import MmContext


class S(State):
    """States of the paging."""

    START = "start"
    PAGED_BY_PTMSI = "paged by P-TMSI"
    PUT_OFF = "wait for the next paging occasion"
    PAGED_BY_IMSI = "paged by IMSI"
    ANSWERED = "paging answered"
    UNANSWERED = "paging not answered"


class Paging(Procedure):
    """One search for the mobile of ``context``; ``commands`` are those that wait for its end.

    ``occasion`` is how long (microseconds) a BSS has said that it will take until the mobile can be paged.
    """

    __slots__ = ("commands", "context", "occasion")

    def __init__(self, context: "MmContext") -> None:
        super().__init__(context.stage)
        self.context = context
        self.commands: tuple[Command, ...] = ()
        self.occasion: int | None = None

    def duration(self, timer: Timer) -> int:
        return self.occasion if timer is X_PUT_OFF and self.occasion is not None else super().duration(timer)

    @property
    def subject(self) -> str:
        return self.context.subject

    def transmit(self, message: PagingPs) -> None:
        """To each BSS with a cell in the routing area.

        A P-TMSI that the mobile has neither acknowledged nor used may not be the one that it has: the one before is
        tried by turns with it, and first.
        """
        context, gb = self.context, self.stage.gb
        unused = context.ptmsi_old is not None and context.tlli_used != context.tlli
        if message.ptmsi is not None and unused and self._expiries % 2 == 0:
            message = message.replace(ptmsi=context.ptmsi_old)
        for bss in gb.bsss_of(lambda area: area == context.rai):
            gb.send(bss, SIGNALLING, message, context.imsi)

    def make_page(self, ptmsi: Tmsi | None) -> PagingPs:
        """PAGING-PS (48.018 10.3.1); the IMSI tells the BSS when the mobile listens."""
        context = self.context
        assert context.imsi is not None
        return PagingPs(
            imsi=ImsiIdentity(context.imsi),
            drx_parameters=context.drx_parameter,
            routeing_area=context.rai,
            qos_profile=BEST_EFFORT,
            ptmsi=ptmsi,
        )

    def by_imsi(self) -> S:
        """Page by IMSI."""
        self.ask(self.make_page(None))
        return S.PAGED_BY_IMSI

    def ended(self) -> None:
        self.context.paging = None
        answered = self.state is S.ANSWERED
        for command in self.commands:
            self.stage.reply(command, "done" if answered else "failed", {"answered": answered})


def begun(paging: Paging, event: Begin | Timer) -> S:
    """Page by P-TMSI; once more where the occasion has come for which that was put off."""
    paging.ask(paging.make_page(paging.context.ptmsi))
    return S.PAGED_BY_PTMSI


def answered(paging: Paging, event: Heard) -> S:
    """The mobile was heard: what waits for it leaves now."""
    return S.ANSWERED


def rejected(paging: Paging, event: PagingPsReject) -> S:
    """The mobile is not paged now: T3313 pages again, or what the BSS has told if that is later (48.018 7.1)."""
    later = event.time_until_next_paging_occasion
    wait = (later.minutes * 60 + later.seconds) * SECOND
    if paging.occasion is not None or wait <= paging.stage.clock.duration(T3313):
        return S.PAGED_BY_PTMSI
    paging.occasion = wait
    return S.PUT_OFF


def unanswered_by_ptmsi(paging: Paging, event: Timer) -> S:
    """The last expiry of T3313; by policy the IMSI is the last attempt (24.008 4.7.9.1.2)."""
    return paging.by_imsi() if paging.stage.config.page_by_imsi else unanswered(paging, event)


def unanswered(paging: Paging, event: Timer) -> S:
    """Nobody is there: what waited is dropped."""
    paging.context.kept = ()
    paging.stage.user_plane.drop(paging.context, "down, page not answered")
    return S.UNANSWERED


PAGING = Machine(
    "paging for GPRS services",
    clause="24.008 4.7.9.1",
    of=Paging,
    initial=S.START,
    final=(S.ANSWERED, S.UNANSWERED),
    guards={S.PAGED_BY_PTMSI: T3313, S.PUT_OFF: X_PUT_OFF, S.PAGED_BY_IMSI: X_PAGING_BY_IMSI},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.PAGED_BY_PTMSI,)),
        (S.PAGED_BY_PTMSI, Heard, answered, (S.ANSWERED,)),
        (S.PAGED_BY_PTMSI, T3313, unanswered_by_ptmsi, (S.PAGED_BY_IMSI, S.UNANSWERED)),
        (S.PAGED_BY_PTMSI, PagingPsReject, rejected, (S.PAGED_BY_PTMSI, S.PUT_OFF)),
        (S.PUT_OFF, Heard, answered, (S.ANSWERED,)),
        (S.PUT_OFF, X_PUT_OFF, begun, (S.PAGED_BY_PTMSI,)),
        (S.PAGED_BY_IMSI, Heard, answered, (S.ANSWERED,)),
        (S.PAGED_BY_IMSI, X_PAGING_BY_IMSI, unanswered, (S.UNANSWERED,)),
    ],
)
