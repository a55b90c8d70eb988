"""One mobile: what it knows, and what the procedures that it runs need of it (TS 24.008 4.1.3.1).

A mobile is itself a procedure, and one that never ends. What it is ordered to do runs as its children: attach, routing
area update, detach, authentication. An order is answered when the procedure that it began, or the one that took its
place, has ended. The table of its main states is in :mod:`nodes.ms.gmm`.
"""

from typing import Any

from nodes.core.clock import Running
from nodes.core.llc import LogicalLink
from nodes.core.machine import Procedure
from nodes.ms.attach import Attach
from nodes.ms.card import Card, UpdateStatus
from nodes.ms.causes import AREA_FORBIDDEN, FOR_CALLS_TOO, PLMN_FORBIDDEN, SIM_INVALID, Service
from nodes.ms.cell import SystemInformation
from nodes.ms.config import MobileConfig, RadioCell
from nodes.ms.detach import Detach
from nodes.ms.events import CELL_HEARD, DEREGISTERED, SUSPENDED, Paged, Resumed
from nodes.ms.mm import MobilityManagement
from nodes.ms.orders import AttachOrder, DetachOrder, ImsiDetachOrder, Move, Order, SwitchOff, SwitchOn
from nodes.ms.ready import Readiness
from nodes.ms.routing_area_update import RoutingAreaUpdate
from nodes.ms.sessions import Sessions
from nodes.ms.states import (
    ANY_SUSPENDED,
    DEREGISTERED_CAMPED,
    DEREGISTERED_SEARCHING,
    PENDING,
    SERVED,
    S,
    words,
)
from protocol.causes import GmmCause
from protocol.gmm.elements import CipheringAlgorithm, Cksn, DetachTypeMo, GprsTimer
from protocol.identities import Lai, MobileIdentity, Plmn, Rai, Tlli
from protocol.llc import Null
from protocol.llc.frame import Sapi
from protocol.rr import ChannelNeeded, NetworkModeOfOperation
from protocol.timers import T3302, X_BARRED, Timer

ATTEMPTS = 5
"""The value of an attempt counter that ends quick attempts (4.7.3.1.5, 4.7.5.1.5)."""

BEHIND_CALLS = (S.ATTACH_NEEDED, S.UPDATE_NEEDED, *ANY_SUSPENDED)
"""States that end by themselves where a location updating comes first."""

DONE: dict[type[Order], tuple[S, ...]] = {
    SwitchOn: (S.NORMAL_SERVICE, *SERVED),
    SwitchOff: (S.NULL,),
    AttachOrder: SERVED,
    DetachOrder: (S.NORMAL_SERVICE, *DEREGISTERED_SEARCHING, S.SUSPENDED, S.NULL),
    ImsiDetachOrder: (*DEREGISTERED_CAMPED, *SERVED),
    Move: (S.NULL, S.NORMAL_SERVICE, *SERVED, *ANY_SUSPENDED),
}
"""The states in which each order counts as done; any other order is done in whatever state."""


class Barring:
    """A mobile does not use a cell for a while."""

    __slots__ = ("cell", "mobile")

    def __init__(self, mobile: "Mobile", cell: str) -> None:
        self.mobile = mobile
        self.cell = cell

    def expired(self, timer: Timer) -> None:
        """It may be used again; if the mobile is there it looks at it."""
        mobile = self.mobile
        del mobile.barred[self.cell]
        if mobile.cell.name == self.cell and mobile.is_on:
            mobile.hear(CELL_HEARD)
            mobile.stage.unsettled[mobile] = None


class Mobile(Procedure):
    """A mobile and its card.

    ``tlli`` is the identity on the link, ``tlli_old`` the one before, valid until the network uses the new one;
    ``listens`` tells whether it hears anything. ``answered`` is the last challenge that was in order (RAND, AUTN, RES),
    ``cipher`` the algorithm that came with it;
    ``forbidden`` are areas that may not be tried again before the mobile is switched off, ``barred`` cells that may not
    be before their timers have run out.
    ``wants_gprs`` and ``wants_calls`` are what its user wants now, ``combined`` whether calls are wanted with GPRS.
    ``attempted`` is the area where it last tried to attach or update. ``periodic_due``, ``update_due`` and
    ``imsi_attach_due`` tell what an update must make good. ``redo`` is a detach that waits for an update.
    ``sessions`` are the PDP contexts. ``mm`` sees to calls; ``suspended_in`` is the cell where a call has suspended
    packets, ``before`` the state to which they return from it.
    """

    __slots__ = (
        "answered",
        "attempted",
        "attempts",
        "barred",
        "before",
        "card",
        "cell",
        "cell_notification",
        "cipher",
        "combined",
        "config",
        "covered",
        "equivalent_plmns",
        "forbidden",
        "imsi_attach_due",
        "imsi_attached",
        "information",
        "link",
        "listens",
        "meta",
        "mm",
        "orders",
        "periodic_due",
        "readiness",
        "redo",
        "sessions",
        "sim_invalid",
        "suspended_in",
        "t3302",
        "t3312",
        "t3314",
        "tlli",
        "tlli_old",
        "update_attempts",
        "update_due",
        "wants_calls",
        "wants_gprs",
    )

    def __init__(self, stage: Any, config: MobileConfig, cell: RadioCell) -> None:
        super().__init__(stage)
        self.config = config
        self.card = Card(config)
        self.cell = cell
        self.covered = True
        self.link = LogicalLink(network=False)
        self.meta = {"mobile": config.name, "imsi": str(config.imsi)}
        self.tlli: Tlli | None = None
        self.tlli_old: Tlli | None = None
        self.listens = False
        self.orders: tuple[Order, ...] = ()
        self.readiness = Readiness(self)
        self.mm = MobilityManagement(self)
        self.barred: dict[str, Running] = {}
        self.sessions = Sessions(self)
        self.renew()

    def renew(self) -> None:
        """All is as it is when a mobile is switched on."""
        self.attempts = self.update_attempts = 0
        self.cipher = CipheringAlgorithm.NOT_USED
        self.attempted: Rai | None = None
        self.answered: tuple[bytes, bytes | None, bytes] | None = None
        self.forbidden: frozenset[Plmn | Lai] = frozenset()
        self.sim_invalid: frozenset[Service] = frozenset()
        self.equivalent_plmns: tuple[Plmn, ...] = ()
        self.information: dict[str, str] = {}
        self.t3302: int | None = None
        self.t3312: int | None = None
        self.t3314: int | None = None
        self.wants_gprs = self.wants_calls = False
        self.before: S | None = None
        self.suspended_in = self.cell
        self.combined = self.config.combined
        self.imsi_attached = self.imsi_attach_due = False
        self.periodic_due = self.update_due = False
        self.cell_notification = False
        self.redo: DetachTypeMo | None = None
        self.sessions.wanted = ()
        self.mm.renew()

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

    @property
    def is_on(self) -> bool:
        """Whether it is switched on."""
        return self.state is not S.NULL

    # --- the cell -------------------------------------------------------------------------------------------------

    @property
    def here(self) -> SystemInformation | None:
        """What the mobile knows of its cell, as far as it can be used."""
        if not self.covered or self.cell.name in self.barred:
            return None
        known: SystemInformation | None = self.stage.cells.get(self.cell.identifier)
        return None if known is None or known.barred else known

    def bar(self, cell: str) -> None:
        """The network in this cell is taken for a false one: the cell is not used for a while (24.008 4.7.7.6.1)."""
        if cell not in self.barred:
            self.barred[cell] = self.stage.clock.start(X_BARRED, Barring(self, cell))

    def unbar(self) -> None:
        """All cells may be used again."""
        for running in self.barred.values():
            self.stage.clock.stop(running)
        self.barred.clear()

    @property
    def may_combine(self) -> bool:
        """Whether calls go through the SGSN: the user wants it, class and network allow it (23.060 5.4.5, 6.3.3)."""
        return self.combined and self.has_gs and "non-GPRS" not in self.sim_invalid

    @property
    def has_gs(self) -> bool:
        """Whether this mobile may have calls through the SGSN in this cell."""
        here = self.here
        return self.config.ms_class != "C" and here is not None and here.nmo is NetworkModeOfOperation.MODE_I

    @property
    def is_updated(self) -> bool:
        """Whether the network knows the mobile in the area of this cell."""
        here, card = self.here, self.card
        return here is not None and here.rai == card.rai and card.update_status is UpdateStatus.UPDATED

    def find_service(self) -> S:
        """Camp on the cell; a mobile that is not registered attaches if it wants to (4.2.4.1, 4.2.5.1)."""
        here = self.here
        if here is None:
            state = self.search(S.PLMN_SEARCH, S.NO_CELL_AVAILABLE)
            return S.NO_IMSI if "GPRS" in self.sim_invalid else state
        self.stage.listening.listen(self)
        if "GPRS" in self.sim_invalid:
            return S.NO_IMSI
        if not self.forbidden.isdisjoint((here.rai.plmn, here.rai.lai)):
            return S.LIMITED_SERVICE
        if not self.wants_gprs:
            return S.NORMAL_SERVICE
        return S.ATTACH_NEEDED if here.bars(self.card.imsi) or self.mm.goes_first else self.attach()

    def find_service_again(self) -> S:
        """Camp on the cell; a mobile that is registered updates if there is need (4.7.5)."""
        here = self.here
        if here is None:
            return self.search(S.REGISTERED_SEARCH, S.REGISTERED_NO_CELL)
        self.stage.listening.listen(self)
        if not self.forbidden.isdisjoint((here.rai.plmn, here.rai.lai)):
            return S.REGISTERED_LIMITED
        attach_due = self.may_combine and (self.imsi_attach_due or not self.imsi_attached)
        if self.is_updated and not (self.update_due or self.periodic_due or attach_due):
            return S.REGISTERED
        return S.UPDATE_NEEDED if here.bars(self.card.imsi) or self.mm.goes_first else self.update()

    def search(self, searching: S, without: S) -> S:
        """Wait for a cell that has not told anything yet; of one that cannot be used there is nothing to wait for."""
        self.end_children()
        self.stage.listening.shut(self)
        known = self.cell.identifier in self.stage.cells
        return searching if self.covered and not known else without

    def update_cell(self) -> None:
        """Let the network know the cell: any frame does, NULL where it can take that (23.060 6.9.1.1, 24.008 4.7.1)."""
        if self.cell_notification:
            self.stage.transmit_frame(self, Null(sapi=Sapi.LLGMM, command=False).encode())
        else:
            self.answer_page()

    def answer_page(self) -> None:
        """Any frame does: an empty one (4.7.9.1.1)."""
        self.stage.transmit_information(self, b"")

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
        """A procedure has led to ``state``: answer the orders that waited for it, unless more is to come.

        Calls look at it when all is settled.
        """
        self.stage.unsettled[self] = None
        if state in PENDING or (state in BEHIND_CALLS and self.mm.goes_first):
            return state
        self.answered = None
        self.redo = None
        orders, self.orders = self.orders, ()
        body = {"state": words(state), "cause": None if cause is None else cause.name}
        for order in orders:
            done = type(order) not in DONE or state in DONE[type(order)]
            self.stage.reply(order.command, "done" if done else "failed", body)
        return state

    # --- for procedures -------------------------------------------------------------------------------------------

    def attach(self) -> S:
        """Begin an attempt to attach."""
        assert self.here is not None
        self.attempted = self.here.rai
        self.start(Attach(self))
        return S.REGISTERED_INITIATED

    def update(self) -> S:
        """Begin an attempt to update."""
        assert self.here is not None
        self.attempted = self.here.rai
        self.start(RoutingAreaUpdate(self))
        return S.UPDATING

    def leave(self, kind: DetachTypeMo | None, *, power_off: bool = False) -> S:
        """Begin to detach from GPRS, whatever runs; from calls too where they go the same way, unless told."""
        self.end_children()
        self.sessions.pause()
        if kind is None:
            both = self.imsi_attached and self.has_gs
            kind = DetachTypeMo.COMBINED_GPRS_IMSI_DETACH if both else DetachTypeMo.GPRS_DETACH
        elif kind is DetachTypeMo.COMBINED_GPRS_IMSI_DETACH and not self.has_gs:
            kind = DetachTypeMo.GPRS_DETACH  # calls leave on a channel of their own
        self.start(Detach(self, kind, power_off=power_off))
        return S.DEREGISTERED_INITIATED

    def deregister(self) -> None:
        """Not attached for GPRS any more: nothing runs, and there are no PDP contexts."""
        self.end_children()
        self.sessions.end()
        self.periodic_due = self.update_due = False
        self.readiness.hear(DEREGISTERED)

    def take_t3302(self, value: GprsTimer) -> None:
        """Take the network's value; zero and deactivated leave the default, else there were no attempt or no pause."""
        self.t3302 = value.duration or None

    def hold_requests(self) -> None:
        """Stop the timers that repeat requests, as long as the network must prove itself (4.7.7.6)."""
        for child in self.children:
            if child.state.guard is not None and child.state.guard.expiries > 1:
                child.hold_guard()

    def forget(self, status: UpdateStatus) -> None:
        """Delete P-TMSI, signature, routing area and key number from the card; GPRS update status as told."""
        self.card.forget()
        self.card.update_status = status
        self.save()

    def forget_location(self, status: UpdateStatus) -> None:
        """Delete TMSI, location area and key number from the card; location update status as told."""
        self.stage.listening.name(self, None, None)
        self.card.cs_cksn = Cksn.NO_KEY
        self.card.location_status = status
        self.imsi_attached = False
        self.save()

    def invalidate(self, services: frozenset[Service]) -> None:
        """The card is of no use for these services until the mobile is switched off."""
        self.sim_invalid |= services
        if "GPRS" in services:
            self.forget(UpdateStatus.ROAMING_NOT_ALLOWED)
        if "non-GPRS" in services:
            self.forget_location(UpdateStatus.ROAMING_NOT_ALLOWED)

    def forbid(self, cause: GmmCause | None) -> None:
        """The network, or the location area, may not be tried again."""
        assert self.here is not None
        area = self.here.rai
        self.forbidden |= {area.plmn if cause in PLMN_FORBIDDEN else area.lai}
        self.attempts = self.update_attempts = 0

    def excluded(self, cause: GmmCause | None, *, combined: bool) -> S | None:
        """What a cause does to a mobile that may not come again (4.7.3.1.4, 4.7.4.2.2); None for all other causes."""
        if cause in SIM_INVALID:
            self.invalidate(SIM_INVALID[cause])
            return S.NO_IMSI
        if cause in PLMN_FORBIDDEN or cause in AREA_FORBIDDEN:
            self.forbid(cause)
            self.forget(UpdateStatus.ROAMING_NOT_ALLOWED)
            if combined and cause in FOR_CALLS_TOO:
                self.forget_location(UpdateStatus.ROAMING_NOT_ALLOWED)
            return S.LIMITED_SERVICE
        return None

    # --- for what is not packets ----------------------------------------------------------------------------------

    def suspend(self) -> bool:
        """A dedicated channel is in use, and the mobile cannot do both: packets wait (23.060 16.2.1).

        False where there was nothing that could.
        """
        return self.hear(SUSPENDED)

    def resumed(self, *, ok: bool) -> None:
        """The dedicated channel is left; ``ok`` is what the network said of packets, False if it said nothing."""
        self.hear(Resumed(ok=ok))

    def paged_for_call(self, identity: MobileIdentity, channel: ChannelNeeded) -> None:
        """A call for the mobile, on such a channel, which is not emulated: it takes the call if it can."""
        here = self.here
        barred = here is None or here.bars(self.card.imsi)
        if barred or not self.mm.hear(Paged(identity)):
            what = f"paged for a call ({identity}, {channel.name})"
            self.stage.warn("call not taken", f"{self.subject} is {what} in {self.mm.cs_state}")
