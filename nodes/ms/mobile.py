"""One mobile: its main states of GMM (TS 24.008 4.1.3.1).

A mobile is itself a procedure, and one that never ends. What it is ordered to do runs as its children: attach, detach,
authentication. An order is answered when the procedure that it began, or the one that took its place, has ended.
"""

from typing import Any

from nodes.core.llc import LogicalLink
from nodes.core.machine import Machine, Procedure, State
from nodes.ms import attach, authentication, detach
from nodes.ms.attach import Attach
from nodes.ms.authentication import Authentication
from nodes.ms.card import Card
from nodes.ms.causes import AREA_FORBIDDEN, HOPELESS, PLMN_FORBIDDEN, SIM_INVALID
from nodes.ms.config import MobileConfig, RadioCell
from nodes.ms.detach import Detach
from nodes.ms.orders import AttachOrder, DetachOrder, Order, SwitchOff, SwitchOn
from protocol.causes import GmmCause
from protocol.gmm import (
    AttachAccept,
    AttachComplete,
    AuthenticationAndCipheringReject,
    AuthenticationAndCipheringRequest,
    DetachAcceptMo,
    DetachRequestMt,
    GmmStatus,
    IdentityRequest,
    IdentityResponse,
)
from protocol.gmm.elements import DetachTypeMt, GprsTimer, IdentityType
from protocol.identities import Imei, Imeisv, Imsi, Lai, MobileIdentity, Plmn, Tlli, Tmsi
from protocol.timers import T3302, T3311, Timer

ATTEMPTS = 5
"""The value of the attach attempt counter that ends quick attempts (4.7.3.1.5)."""


class S(State):
    """Main states of GMM in the mobile; what follows a comma is ours."""

    NULL = "GMM-NULL"
    NORMAL_SERVICE = "GMM-DEREGISTERED.NORMAL-SERVICE"
    ATTEMPTING_TO_ATTACH = "GMM-DEREGISTERED.ATTEMPTING-TO-ATTACH"
    ATTEMPTING_LATER = "GMM-DEREGISTERED.ATTEMPTING-TO-ATTACH, counter at its end"
    LIMITED_SERVICE = "GMM-DEREGISTERED.LIMITED-SERVICE"
    NO_IMSI = "GMM-DEREGISTERED.NO-IMSI"
    NO_CELL_AVAILABLE = "GMM-DEREGISTERED.NO-CELL-AVAILABLE"
    REGISTERED_INITIATED = "GMM-REGISTERED-INITIATED"
    REGISTERED = "GMM-REGISTERED.NORMAL-SERVICE"
    REGISTERED_NO_CELL = "GMM-REGISTERED.NO-CELL-AVAILABLE"
    DEREGISTERED_INITIATED = "GMM-DEREGISTERED-INITIATED"


WANTED: dict[type[Order], tuple[S, ...]] = {
    SwitchOn: (S.NORMAL_SERVICE,),
    SwitchOff: (S.NULL,),
    AttachOrder: (S.REGISTERED,),
    DetachOrder: (S.NORMAL_SERVICE, S.NO_CELL_AVAILABLE, S.NULL),
}
"""The states in which each order counts as done."""


class Mobile(Procedure):
    """A mobile and its card.

    ``tlli`` is the identity on the link, ``tlli_old`` the one before, valid until the network uses the new one.
    ``answered`` is the last challenge that was in order (RAND, AUTN, RES), ``forbidden`` what may not be tried again
    before the mobile is switched off, ``t3302`` the duration that the network gave.
    """

    __slots__ = (
        "answered",
        "attempts",
        "card",
        "cell",
        "config",
        "forbidden",
        "link",
        "meta",
        "orders",
        "sim_invalid",
        "t3302",
        "tlli",
        "tlli_old",
    )

    def __init__(self, stage: Any, config: MobileConfig, cell: RadioCell) -> None:
        super().__init__(stage)
        self.config = config
        self.card = Card(config)
        self.cell = cell
        self.link = LogicalLink(network=False)
        self.meta = {"mobile": config.name, "imsi": str(config.imsi)}
        self.tlli: Tlli | None = None
        self.tlli_old: Tlli | None = None
        self.orders: tuple[Order, ...] = ()
        self.renew()

    def renew(self) -> None:
        """All is as it is when a mobile is switched on."""
        self.attempts = 0
        self.answered: tuple[bytes, bytes | None, bytes] | None = None
        self.forbidden: frozenset[Plmn | Lai] = frozenset()
        self.sim_invalid = ""
        self.t3302: int | None = None

    @property
    def subject(self) -> str:
        return self.config.name

    def transmit(self, message: Any) -> None:
        self.stage.transmit(self, message)

    def duration(self, timer: Timer) -> int:
        return self.t3302 if timer is T3302 and self.t3302 is not None else super().duration(timer)

    def save(self) -> None:
        """Keep the card for the next life."""
        self.stage.save(f"sim/{self.card.imsi}", self.card.to_octets())

    def forget(self) -> None:
        """Delete P-TMSI, signature, routing area and key number from the card."""
        self.card.forget()
        self.save()

    # --- orders ---------------------------------------------------------------------------------------------------

    def obey(self, order: Order) -> bool:
        """Take an order, if it makes sense in this state; the answer follows when it has come to its end."""
        if type(order) not in self.state.rows:
            return False
        self.stage.reply(order.command, "accepted")
        self.orders += (order,)
        self.hear(order)
        return True

    def conclude(self, state: S, cause: GmmCause | None = None) -> S:
        """A procedure has ended in ``state``: answer the orders that waited for it."""
        self.answered = None
        orders, self.orders = self.orders, ()
        body = {"state": words(state), "cause": None if cause is None else cause.name}
        for order in orders:
            self.stage.reply(order.command, "done" if state in WANTED[type(order)] else "failed", body)
        return state

    # --- for procedures -------------------------------------------------------------------------------------------

    def attach(self) -> S:
        """Begin an attempt to attach."""
        self.start(Attach(self))
        return S.REGISTERED_INITIATED

    def leave(self, *, power_off: bool) -> S:
        """Begin to detach, whatever runs."""
        self.end_children()
        self.start(Detach(self, power_off=power_off))
        return S.DEREGISTERED_INITIATED

    def take_accept(self, accept: AttachAccept) -> None:
        """Store what ATTACH ACCEPT brings, and acknowledge a P-TMSI on the TLLI made of it (4.7.3.1.3, 4.7.1.4)."""
        card = self.card
        allocated = None if accept.allocated_ptmsi is None else accept.allocated_ptmsi.value
        card.rai = accept.routing_area
        card.ptmsi_signature = accept.ptmsi_signature
        if isinstance(allocated, Tmsi):
            card.ptmsi = allocated
        self.save()
        self.attempts = 0
        self.t3302 = None
        if accept.t3302_value is not None:
            self.take_t3302(accept.t3302_value)
        if card.ptmsi is not None:
            self.stage.change_tlli(self, Tlli.local(card.ptmsi))
        if isinstance(allocated, Tmsi):
            self.tell(AttachComplete())

    def take_t3302(self, value: GprsTimer) -> None:
        """Take the network's value; zero and deactivated leave the default, else there were no attempt or no pause."""
        self.t3302 = value.duration or None

    def hold_requests(self) -> None:
        """Stop the timers that repeat requests, as long as the network must prove itself (4.7.7.6)."""
        for child in self.children:
            if child.state.guard is not None and child.state.guard.expiries > 1:
                child.hold_guard()

    def excluded(self, cause: GmmCause | None) -> S | None:
        """What a cause does to a mobile that may not come again (4.7.3.1.4, 4.7.4.2.2); None for all other causes."""
        area = self.cell.identifier.rai
        if cause in SIM_INVALID:
            self.sim_invalid = SIM_INVALID[cause]
            self.forget()
            return S.NO_IMSI
        if cause in PLMN_FORBIDDEN or cause in AREA_FORBIDDEN:
            self.attempts = 0
            self.forbidden |= {area.plmn if cause in PLMN_FORBIDDEN else area.lai}
            self.forget()
            return S.LIMITED_SERVICE
        return None

    def try_again(self, cause: GmmCause | None) -> S:
        """An attempt has failed: another one soon, or later and as if for the first time (4.7.3.1.5)."""
        self.attempts = ATTEMPTS if cause in HOPELESS else self.attempts + 1
        if self.attempts < ATTEMPTS:
            return self.conclude(S.ATTEMPTING_TO_ATTACH, cause)
        self.forget()
        return self.conclude(S.ATTEMPTING_LATER, cause)


def words(state: State) -> str:
    """A main state as the specification calls it."""
    return str(state.value).partition(",")[0]


# --- orders -------------------------------------------------------------------------------------------------------


def switched_on(mobile: Mobile, event: SwitchOn) -> S:
    """Camp on the cell."""
    mobile.renew()
    return mobile.conclude(S.NORMAL_SERVICE)


def switched_on_to_attach(mobile: Mobile, event: AttachOrder) -> S:
    """A mobile that is off is switched on first."""
    mobile.renew()
    return mobile.attach()


def attach_ordered(mobile: Mobile, event: AttachOrder) -> S:
    """The user wants it: what failed before does not count any more (4.7.3.1)."""
    mobile.attempts = 0
    return mobile.attach()


def attach_impossible(mobile: Mobile, event: AttachOrder) -> S:
    """No service here, or none with this card."""
    assert isinstance(mobile.state, S)
    return mobile.conclude(mobile.state)


def joined(mobile: Mobile, event: AttachOrder | DetachOrder) -> State:
    """It is being done already."""
    return mobile.state


def detach_ordered(mobile: Mobile, event: DetachOrder) -> S:
    """Leave, even if the attach has not come to its end (4.7.3.1.5)."""
    return mobile.leave(power_off=False)


def given_up(mobile: Mobile, event: DetachOrder) -> S:
    """Nothing to leave, and no more attempts."""
    return mobile.conclude(S.NORMAL_SERVICE)


def detached_unheard(mobile: Mobile, event: DetachOrder) -> S:
    """There is no cell to say it in."""
    return mobile.conclude(S.NO_CELL_AVAILABLE)


def leaving(mobile: Mobile, event: SwitchOff) -> S:
    """Tell the network before going off."""
    return mobile.leave(power_off=True)


def switched_off(mobile: Mobile, event: SwitchOff) -> S:
    """There is nobody to tell."""
    mobile.end_children()
    mobile.stage.release_tlli(mobile)
    return mobile.conclude(S.NULL)


# --- what procedures end with -------------------------------------------------------------------------------------


def attached(mobile: Mobile, event: Attach) -> S:
    """The network knows the mobile."""
    return mobile.conclude(S.REGISTERED)


def refused(mobile: Mobile, event: Attach) -> S:
    """The cause says whether ever to come again (4.7.3.1.4)."""
    mobile.end_children()
    state = mobile.excluded(event.cause)
    return mobile.try_again(event.cause) if state is None else mobile.conclude(state, event.cause)


def unanswered(mobile: Mobile, event: Attach) -> S:
    """The network is mute."""
    return mobile.try_again(None)


def attempt_again(mobile: Mobile, event: Timer) -> S:
    """T3311 has run out."""
    return mobile.attach()


def attempt_anew(mobile: Mobile, event: Timer) -> S:
    """T3302 has run out: the counter begins anew."""
    mobile.attempts = 0
    return mobile.attach()


def detached(mobile: Mobile, event: Detach) -> S:
    """The mobile is gone for the network; one that was switched off is gone altogether."""
    mobile.end_children()
    if event.power_off:
        mobile.stage.release_tlli(mobile)
    return mobile.conclude(S.NULL if event.power_off else S.NORMAL_SERVICE)


def authenticated(mobile: Mobile, event: Authentication) -> State:
    """Requests that were held are repeated again."""
    for child in mobile.children:
        child.release_guard()
    return mobile.state


def network_false(mobile: Mobile, event: Authentication) -> S:
    """The cell is barred, and whatever ran in it is over (4.7.7.6.1)."""
    registered = mobile.state is S.REGISTERED
    mobile.end_children()
    mobile.stage.release_tlli(mobile)
    mobile.stage.warn("network false", f"{mobile.subject} bars {mobile.cell.name}: its network fails authentication")
    return mobile.conclude(S.REGISTERED_NO_CELL if registered else S.NO_CELL_AVAILABLE)


# --- what the network says ----------------------------------------------------------------------------------------


def challenged(mobile: Mobile, event: AuthenticationAndCipheringRequest) -> State:
    """Answer, or begin to doubt."""
    mobile.start(Authentication(mobile, event))
    return mobile.state


def proof_refused(mobile: Mobile, event: AuthenticationAndCipheringReject) -> S:
    """The network does not believe us: the card is of no use until the mobile is switched off (4.7.7.5)."""
    mobile.end_children()
    mobile.sim_invalid = SIM_INVALID[GmmCause.ILLEGAL_MS]
    mobile.forget()
    return mobile.conclude(S.NO_IMSI)


def asked_who(mobile: Mobile, event: IdentityRequest) -> State:
    """Name the identity asked for, or say that there is none (4.7.8.2). A reserved type counts as IMSI."""
    identity: Imsi | Imei | Imeisv | Tmsi | None
    match event.identity_type:
        case IdentityType.IMEI:
            identity = mobile.config.imei
        case IdentityType.IMEISV:
            identity = mobile.config.imeisv
        case IdentityType.TMSI:
            identity = mobile.card.ptmsi
        case _:
            identity = None if mobile.sim_invalid else mobile.card.imsi
    mobile.tell(IdentityResponse(mobile_identity=MobileIdentity(identity)))
    return mobile.state


def accepted_again(mobile: Mobile, event: AttachAccept) -> S:
    """ATTACH COMPLETE was lost: once more (4.7.3.1.6 c)."""
    mobile.take_accept(event)
    return S.REGISTERED


def detached_by_network(mobile: Mobile, event: DetachRequestMt) -> S:
    """Go, and come again or not (4.7.4.2.2). A mobile that is attached for GPRS only has no IMSI to detach."""
    mobile.tell(DetachAcceptMo())
    if event.detach_type.type is DetachTypeMt.IMSI_DETACH:
        return S.REGISTERED
    mobile.end_children()
    if event.detach_type.type is DetachTypeMt.RE_ATTACH_REQUIRED:
        return mobile.attach()
    return mobile.conclude(mobile.excluded(event.gmm_cause) or S.NORMAL_SERVICE, event.gmm_cause)


def detached_while_attaching(mobile: Mobile, event: DetachRequestMt) -> S:
    """Only a detach for good ends an attach; any other one is ignored (4.7.3.1.5)."""
    if event.detach_type.type in (DetachTypeMt.RE_ATTACH_REQUIRED, DetachTypeMt.IMSI_DETACH):
        return S.REGISTERED_INITIATED
    return detached_by_network(mobile, event)


def detached_again(mobile: Mobile, event: DetachRequestMt) -> State:
    """It is detached: the network has not heard so."""
    mobile.tell(DetachAcceptMo())
    return mobile.state


def noted(mobile: Mobile, event: GmmStatus) -> State:
    """A STATUS is told, never answered (8.4)."""
    mobile.stage.warn("gmm status", f"GMM STATUS to {mobile.subject}: {event.gmm_cause.words}")
    return mobile.state


ATTEMPTING = (S.ATTEMPTING_TO_ATTACH, S.ATTEMPTING_LATER)
WITHOUT_SERVICE = (S.LIMITED_SERVICE, S.NO_IMSI)
DEREGISTERED = (S.NORMAL_SERVICE, *ATTEMPTING, *WITHOUT_SERVICE)
ON_LINK = (S.REGISTERED_INITIATED, S.REGISTERED, S.DEREGISTERED_INITIATED)
WITHOUT_CELL = (S.NO_CELL_AVAILABLE, S.REGISTERED_NO_CELL)
HEARING = (*DEREGISTERED, *ON_LINK)
SENT_AWAY = (S.NORMAL_SERVICE, *WITHOUT_SERVICE, S.REGISTERED_INITIATED)

GMM = Machine(
    "GMM, mobile side",
    clause="24.008 4.1.3.1",
    of=Mobile,
    initial=S.NULL,
    guards={S.ATTEMPTING_TO_ATTACH: T3311, S.ATTEMPTING_LATER: T3302},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.NULL, SwitchOn, switched_on, (S.NORMAL_SERVICE,)),
        (S.NULL, AttachOrder, switched_on_to_attach, (S.REGISTERED_INITIATED,)),
        ((S.NORMAL_SERVICE, *ATTEMPTING), AttachOrder, attach_ordered, (S.REGISTERED_INITIATED,)),
        (
            (*WITHOUT_SERVICE, S.NO_CELL_AVAILABLE),
            AttachOrder,
            attach_impossible,
            (*WITHOUT_SERVICE, S.NO_CELL_AVAILABLE),
        ),
        (S.REGISTERED_INITIATED, AttachOrder, joined, (S.REGISTERED_INITIATED,)),
        (S.DEREGISTERED_INITIATED, DetachOrder, joined, (S.DEREGISTERED_INITIATED,)),
        ((S.REGISTERED_INITIATED, S.REGISTERED), DetachOrder, detach_ordered, (S.DEREGISTERED_INITIATED,)),
        (ATTEMPTING, DetachOrder, given_up, (S.NORMAL_SERVICE,)),
        (S.REGISTERED_NO_CELL, DetachOrder, detached_unheard, (S.NO_CELL_AVAILABLE,)),
        (ON_LINK, SwitchOff, leaving, (S.DEREGISTERED_INITIATED,)),
        ((*DEREGISTERED, *WITHOUT_CELL), SwitchOff, switched_off, (S.NULL,)),
        (S.REGISTERED_INITIATED, attach.S.ATTACHED, attached, (S.REGISTERED,)),
        (S.REGISTERED_INITIATED, attach.S.REFUSED, refused, (*WITHOUT_SERVICE, *ATTEMPTING)),
        (S.REGISTERED_INITIATED, attach.S.UNANSWERED, unanswered, ATTEMPTING),
        (S.ATTEMPTING_TO_ATTACH, T3311, attempt_again, (S.REGISTERED_INITIATED,)),
        (S.ATTEMPTING_LATER, T3302, attempt_anew, (S.REGISTERED_INITIATED,)),
        (S.DEREGISTERED_INITIATED, detach.S.DETACHED, detached, (S.NORMAL_SERVICE, S.NULL)),
        (HEARING, authentication.S.ANSWERED, authenticated, HEARING),
        (HEARING, authentication.S.FALSE_NETWORK, network_false, WITHOUT_CELL),
        (HEARING, AuthenticationAndCipheringRequest, challenged, HEARING),
        (HEARING, AuthenticationAndCipheringReject, proof_refused, (S.NO_IMSI,)),
        (HEARING, IdentityRequest, asked_who, HEARING),
        (S.REGISTERED, AttachAccept, accepted_again, (S.REGISTERED,)),
        (S.REGISTERED, DetachRequestMt, detached_by_network, (S.REGISTERED, *SENT_AWAY)),
        (S.REGISTERED_INITIATED, DetachRequestMt, detached_while_attaching, SENT_AWAY),
        (DEREGISTERED, DetachRequestMt, detached_again, DEREGISTERED),
        (HEARING, GmmStatus, noted, HEARING),
    ],
)
