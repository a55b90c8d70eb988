"""Paging for a call (TS 29.018 5, TS 48.008 3.1.10, TS 23.018): through the SGSN, on the A interface, or everywhere.

Where an SGSN speaks for the mobile it is asked, and no second time while T5 runs; else the BSSs of the location area
are. Of a subscriber whose location was lost in a restart the HLR's data are fetched, and then all SGSNs and BSSs are
asked, by IMSI (TS 23.007 4.2). The mobile answers on the A interface in any case.
"""

from typing import TYPE_CHECKING, Any

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.vlr import association, location_update
from nodes.vlr.events import (
    ASSOCIATION_LOST,
    Accessed,
    AccessFailed,
    Associated,
    CallOrder,
    Detached,
    Dissociated,
    HangUpOrder,
    LocationRefused,
    Undelivered,
    UpdateBegun,
    Updated,
)
from nodes.vlr.location_update import LocationUpdate
from protocol import bssmap
from protocol.bssap_plus import MsUnreachable, PagingReject, PagingRequest
from protocol.bssgp.elements import ImsiIdentity
from protocol.bssmap import CellForm, CellIdentifierList
from protocol.causes import GsCause
from protocol.identities import Gt, MobileIdentity
from protocol.rr import PagingResponse
from protocol.timers import T5_GS, T3113, Timer

if TYPE_CHECKING:
    from nodes.vlr.subscribers import Subscriber

DETACHED = (
    GsCause.IMSI_DETACHED_FOR_GPRS_AND_NON_GPRS_SERVICES,
    GsCause.IMSI_DETACHED_FOR_NON_GPRS_SERVICES,
    GsCause.IMSI_IMPLICITLY_DETACHED_FOR_NON_GPRS_SERVICES,
)
"""Rejections by which the mobile takes no calls at all; by others it may be reached on the A interface."""


class S(State):
    """States of paging."""

    START = "start"
    WAIT_DATA = "wait for the HLR's data"
    ON_GS = "paged through the SGSN"
    ON_A = "paged on the A interface"
    EVERYWHERE = "paged everywhere"
    WAIT_UPDATE = "wait for the location update"
    ANSWERING = "page answered, wait for verification"
    ANSWERED = "page answered"
    FAILED = "not reached"


class Paging(Procedure):
    """One paging for one call; ``why`` it was not reached."""

    __slots__ = ("order", "subscriber", "why")

    def __init__(self, subscriber: "Subscriber", order: CallOrder) -> None:
        super().__init__(subscriber.stage, subscriber)
        self.subscriber = subscriber
        self.order = order
        self.why = ""

    def ended(self) -> None:
        if not self.state.final:
            self.stage.reply(self.order.command, "failed", {"error": "the subscriber is no more"})

    def transmit(self, message: Any) -> None:
        """To the SGSN that speaks for the mobile, or all; to the BSSs of its location area, or all."""
        subscriber, stage = self.subscriber, self.stage
        if isinstance(message, bssmap.Paging):
            stage.a.page(subscriber.lai, message)
            return
        numbers: tuple[Gt, ...] = stage.sgsns if subscriber.sgsn is None else (subscriber.sgsn,)
        for number in numbers:
            stage.gs.send(number, message)

    def page_on_gs(self) -> S:
        """Ask the SGSN; by IMSI alone as long as two TMSIs are valid."""
        self.ask(self.request())
        return S.ON_GS

    def page_on_a(self) -> S:
        """Ask the BSSs of the location area."""
        self.ask(self.bss_request())
        return S.ON_A

    def page_everywhere(self) -> S:
        """Nobody knows where it is."""
        self.ask(self.request())
        self.tell(self.bss_request())
        return S.EVERYWHERE

    def request(self) -> PagingRequest:
        """What an SGSN is told."""
        subscriber = self.subscriber
        return PagingRequest(
            imsi=ImsiIdentity(subscriber.imsi),
            vlr_number=self.stage.isdn,
            tmsi=subscriber.tmsi if subscriber.tmsi_old is None else None,
            location_area_identifier=subscriber.lai,
        )

    def bss_request(self) -> bssmap.Paging:
        """What BSSs are told."""
        subscriber, area = self.subscriber, self.subscriber.lai
        cells = CellIdentifierList(CellForm.ALL_CELLS) if area is None else CellIdentifierList.of_area(area)
        return bssmap.Paging(
            imsi=MobileIdentity(subscriber.imsi),
            tmsi=subscriber.tmsi if subscriber.tmsi_old is None else None,
            cell_identifier_list=cells,
        )

    def choose(self) -> State | None:
        """How a mobile is paged of which something is known."""
        state = self.subscriber.association.state
        if state is association.S.LA_UPDATE_PRESENT:
            return S.WAIT_UPDATE
        if state in association.HERE:
            return self.page_on_gs()
        return None if self.subscriber.lai is None else self.page_on_a()

    def fail(self, why: str) -> S:
        """Give up."""
        self.why = why
        return S.FAILED


def begun(paging: Paging, event: Begin) -> State:
    """Page where the mobile is; ask the HLR about one that was forgotten here."""
    chosen = paging.choose()
    if chosen is None:
        paging.start(LocationUpdate(paging, paging.subscriber, restore=True))
        return S.WAIT_DATA
    return chosen


def restored(paging: Paging, event: LocationUpdate) -> State:
    """The subscriber should be here: it is paged wherever it may be."""
    return paging.choose() or paging.page_everywhere()


def not_restored(paging: Paging, event: LocationUpdate) -> S:
    """The HLR knows no such subscriber, or cannot help."""
    return paging.fail("the HLR gives no data")


def rejected(paging: Paging, event: PagingReject) -> S:
    """The SGSN cannot page: the association is wrong (5.3.3). Unless the mobile takes no calls, the BSSs can."""
    subscriber = paging.subscriber
    subscriber.association.hear(ASSOCIATION_LOST)
    if event.gs_cause in DETACHED:
        subscriber.hear(Detached("implicit"))
        return paging.fail(event.gs_cause.words)
    return paging.page_on_a()


def refused_somewhere(paging: Paging, event: PagingReject | MsUnreachable) -> S:
    """It is not there; it may be elsewhere."""
    return S.EVERYWHERE


def unreachable(paging: Paging, event: MsUnreachable) -> S:
    """The SGSN has no hope, or has paged in vain (5.3.3)."""
    return paging.fail(event.gs_cause.words)


def not_delivered(paging: Paging, event: Undelivered) -> S:
    """No SGSN has got the request."""
    return paging.page_on_a()


def unanswered(paging: Paging, event: Timer) -> S:
    """T5, or the last T3113, has run out."""
    return paging.fail("no answer to paging")


def update_begun(paging: Paging, event: UpdateBegun) -> S:
    """The mobile is on its way: it is paged again where it will be (6.3)."""
    return S.WAIT_UPDATE


def arrived(paging: Paging, event: Associated) -> S:
    """It has come to an SGSN."""
    return paging.page_on_gs()


def update_refused(paging: Paging, event: LocationRefused) -> S:
    """It may not be here."""
    return paging.fail(f"location update refused: {event.cause.words}")


def arrived_on_a(paging: Paging, event: Updated | Dissociated) -> S:
    """The SGSN does not speak for it any more."""
    return paging.page_on_a()


def answered(paging: Paging, event: PagingResponse) -> S:
    """There it is, if it is."""
    return S.ANSWERING


def accessed(paging: Paging, event: Accessed) -> S:
    """It is."""
    return S.ANSWERED


def access_failed(paging: Paging, event: AccessFailed) -> S:
    """It is not, or was lost."""
    return paging.fail("the mobile that answered is lost")


def detached(paging: Paging, event: Detached) -> S:
    """It leaves instead."""
    return paging.fail("IMSI detached")


def given_up(paging: Paging, event: HangUpOrder) -> S:
    """Who calls has no patience."""
    paging.stage.reply(event.command, "done", {"call": None})
    return paging.fail("given up")


PAGED = (S.ON_GS, S.ON_A, S.EVERYWHERE)

PAGING = Machine(
    "paging for a call, VLR side",
    clause="29.018 5, 48.008 3.1.10",
    of=Paging,
    initial=S.START,
    final=(S.ANSWERED, S.FAILED),
    guards={S.ON_GS: T5_GS, S.EVERYWHERE: T5_GS, S.ON_A: T3113},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.ON_GS, S.ON_A, S.WAIT_UPDATE, S.WAIT_DATA)),
        (S.WAIT_DATA, location_update.S.UPDATED, restored, (*PAGED, S.WAIT_UPDATE)),
        (S.WAIT_DATA, location_update.S.REFUSED, not_restored, (S.FAILED,)),
        (S.ON_GS, PagingReject, rejected, (S.ON_A, S.FAILED)),
        (S.ON_GS, MsUnreachable, unreachable, (S.FAILED,)),
        (S.ON_GS, Undelivered, not_delivered, (S.ON_A,)),
        (S.ON_GS, T5_GS, unanswered, (S.FAILED,)),
        (S.EVERYWHERE, PagingReject, refused_somewhere, (S.EVERYWHERE,)),
        (S.EVERYWHERE, MsUnreachable, refused_somewhere, (S.EVERYWHERE,)),
        (S.EVERYWHERE, T5_GS, unanswered, (S.FAILED,)),
        (S.ON_A, T3113, unanswered, (S.FAILED,)),
        (PAGED, UpdateBegun, update_begun, (S.WAIT_UPDATE,)),
        (PAGED, Updated, arrived_on_a, (S.ON_A,)),
        (PAGED, Detached, detached, (S.FAILED,)),
        (PAGED, PagingResponse, answered, (S.ANSWERING,)),
        (S.WAIT_UPDATE, Associated, arrived, (S.ON_GS,)),
        (S.WAIT_UPDATE, LocationRefused, update_refused, (S.FAILED,)),
        (S.WAIT_UPDATE, Dissociated, arrived_on_a, (S.ON_A,)),
        (S.ANSWERING, Accessed, accessed, (S.ANSWERED,)),
        (S.ANSWERING, AccessFailed, access_failed, (S.FAILED,)),
        ((*PAGED, S.WAIT_UPDATE, S.WAIT_DATA), HangUpOrder, given_up, (S.FAILED,)),
    ],
)
