"""The Gs association of one mobile, SGSN side (TS 29.018 4.2.1, clauses 6 to 10).

A companion of the context, known by IMSI: it passes from a context to the next one of the same mobile, and it lasts
until the VLR has acknowledged that the mobile is detached. T6-1 runs in the update that waits for the VLR
(gs_update.py).
"""

from typing import TYPE_CHECKING, Any

from nodes.core.machine import ANY, Machine, Procedure, State
from nodes.sgsn.events import Departed, DetachedFromGprs, DetachedFromNonGprs, TmsiTaken
from protocol.bssap_plus import (
    BssapPlusMessage,
    GprsDetachAck,
    GprsDetachIndication,
    ImsiDetachAck,
    ImsiDetachIndication,
    LocationUpdateAccept,
    LocationUpdateReject,
    LocationUpdateRequest,
    TmsiReallocationComplete,
)
from protocol.bssap_plus.elements import (
    ImsiDetachFromGprsServiceType,
    ImsiDetachFromNonGprsServiceType,
    LocationInformationAge,
)
from protocol.bssgp import ImsiIdentity
from protocol.causes import GsCause
from protocol.identities import CellIdentifier, Gt, Imsi, Lai, Tmsi
from protocol.timers import SECOND, T8, T9, T10, Timer

if TYPE_CHECKING:
    from nodes.sgsn.context import MmContext
    from nodes.sgsn.gs_update import GsUpdate

MINUTE = 60 * SECOND
"""The unit of the location information age."""

NETWORK_INITIATED = ImsiDetachFromGprsServiceType.NETWORK_INITIATED_IMSI_DETACH_FROM_GPRS_SERVICES
IMPLICIT = ImsiDetachFromNonGprsServiceType.IMPLICIT_NETWORK_INITIATED_IMSI_DETACH_FROM_NON_GPRS_SERVICES


class S(State):
    """States of the association; what stands behind a comma is ours."""

    NULL = "Gs-NULL"
    LA_UPDATE_REQUESTED = "LA-UPDATE-REQUESTED"
    ASSOCIATED = "Gs-ASSOCIATED"
    WAIT_GPRS_DETACH_ACK = "Gs-NULL, wait for GPRS-DETACH-ACK"
    WAIT_IMSI_DETACH_ACK = "Gs-NULL, wait for IMSI-DETACH-ACK"
    WAIT_IMPLICIT_DETACH_ACK = "Gs-NULL, wait for IMSI-DETACH-ACK of an implicit detach"
    UNANSWERED = "Gs-NULL, the VLR may have heard of the update"
    GONE = "no association"


class UpdateWanted:
    """Update → association: ask that VLR."""

    __slots__ = ("message", "update", "vlr")

    def __init__(self, update: "GsUpdate", vlr: Gt, message: LocationUpdateRequest) -> None:
        self.update = update
        self.vlr = vlr
        self.message = message


class NotUpdated:
    """Update → association: the VLR does not answer, or nobody waits for its answer any more."""


class Separated:
    """Context → association: the mobile goes to the VLR by itself from now on, if at all."""


class Disowned:
    """Gs → association: the VLR says that it knows nothing of it."""


class ContextGone:
    """Gs → association: the SGSN has forgotten the mobile."""


NOT_UPDATED = NotUpdated()
SEPARATED = Separated()
DISOWNED = Disowned()
CONTEXT_GONE = ContextGone()


class Association(Procedure):
    """The association of the mobile ``imsi`` with ``vlr``.

    ``lai`` is where it is registered there; ``generation`` tells whether that VLR has started anew since; ``update`` is
    who waits for the VLR now. ``tmsi`` is the one that the mobile has, ``tmsi_given`` one that it has not acknowledged.
    ``alert`` is the VLR that wants to hear of the mobile's activity (NGAF). ``detached`` says why calls do not reach
    the mobile, if it was detached from them.
    """

    __slots__ = ("alert", "detached", "generation", "imsi", "lai", "tmsi", "tmsi_given", "update", "vlr")

    def __init__(self, stage: Any, imsi: Imsi) -> None:
        super().__init__(stage)
        self.imsi = imsi
        self.vlr: Gt | None = None
        self.lai: Lai | None = None
        self.generation = 0
        self.update: GsUpdate | None = None
        self.tmsi: Tmsi | None = None
        self.tmsi_given: Tmsi | None = None
        self.alert: Gt | None = None
        self.detached: GsCause | None = None

    @property
    def subject(self) -> str:
        return str(self.imsi)

    @property
    def words(self) -> str:
        """The state as 29.018 calls it."""
        return str(self.state.value).partition(",")[0]

    @property
    def is_reliable(self) -> bool:
        """VLR-Reliable (23.007): the VLR has not lost its memory since, and the mobile has not been elsewhere."""
        return self.vlr is not None and self.generation == self.stage.gs.generations[self.vlr]

    def transmit(self, message: BssapPlusMessage) -> None:
        assert self.vlr is not None
        self.stage.gs.link.send(self.vlr, message)

    def ended(self) -> None:
        self.stage.gs.drop(self)

    def leave(self) -> None:
        """The mobile is not registered with the VLR through this SGSN any more."""
        self.update = self.lai = self.tmsi_given = None
        self.alert = None

    def tell_detach_from_gprs(self, kind: ImsiDetachFromGprsServiceType) -> S:
        """Tell the VLR to reach the mobile by itself."""
        cell, _ = self.place()
        self.leave()
        self.ask(
            GprsDetachIndication(
                imsi=ImsiIdentity(self.imsi),
                sgsn_number=self.stage.isdn,
                imsi_detach_from_gprs_service_type=kind,
                cell_global_identity=cell,
            )
        )
        return S.WAIT_GPRS_DETACH_ACK

    def settle(self) -> S:
        """Gs-NULL; with nothing to remember where the context is gone."""
        return S.NULL if self.stage.context_of(self.imsi) is not None else S.GONE

    def place(self) -> tuple[CellIdentifier | None, LocationInformationAge | None]:
        """Where the mobile was heard last, and how many minutes ago."""
        context: MmContext | None = self.stage.context_of(self.imsi)
        if context is None or context.cell is None:
            return None, None
        minutes = (self.stage.clock.now - context.reachability.heard_at) // MINUTE
        return context.cell, LocationInformationAge(min(minutes, 32767))


def update_wanted(association: Association, event: UpdateWanted) -> S:
    """Ask the VLR, whatever was before (6.2); it hears so that the mobile is active (NGAF, 8)."""
    association.leave()
    association.vlr = event.vlr
    association.update = event.update
    association.tell(event.message)
    return S.LA_UPDATE_REQUESTED


def accepted(association: Association, event: LocationUpdateAccept) -> S:
    """The mobile is registered there; a new TMSI counts once the mobile has acknowledged it (6.2.2)."""
    identity = event.new_tmsi_or_imsi
    association.update = None
    association.lai = event.location_area_identifier
    association.generation = association.stage.gs.generations[association.vlr]
    association.detached = None
    if identity is not None:
        association.tmsi = None
        association.tmsi_given = identity.value if isinstance(identity.value, Tmsi) else None
    return S.ASSOCIATED


def rejected(association: Association, event: LocationUpdateReject) -> S:
    """The mobile is not registered there (6.2.3)."""
    association.leave()
    return S.NULL


def not_updated(association: Association, event: NotUpdated) -> S:
    """T6-1 has run out (6.4), or the procedure around the update is over. The VLR may think otherwise, and is told."""
    association.leave()
    return S.UNANSWERED


def accepted_again(association: Association, event: LocationUpdateAccept) -> S:
    """The same answer twice."""
    return S.ASSOCIATED


def tmsi_taken(association: Association, event: TmsiTaken) -> S:
    """The mobile has its new TMSI, if it was given one: the old one is free (6.2.2)."""
    if association.tmsi_given is not None:
        association.tmsi, association.tmsi_given = association.tmsi_given, None
        cell, _ = association.place()
        complete = TmsiReallocationComplete(imsi=ImsiIdentity(association.imsi), cell_global_identity=cell)
        association.tell(complete)
    return S.ASSOCIATED


def distrusted(association: Association, event: Departed | Disowned) -> State:
    """The VLR is asked anew at the next update (23.060 6.9.1.2.2): the mobile was elsewhere, or is not known there."""
    association.generation = -1
    return association.state


def detached_from_gprs(association: Association, event: DetachedFromGprs) -> S:
    """The mobile is reached through the A interface now, if at all (7.2)."""
    return association.tell_detach_from_gprs(event.type)


def detached_from_calls(association: Association, event: DetachedFromNonGprs) -> S:
    """The mobile takes no calls any more: it said so (9.2), or it was not heard for too long (10.2)."""
    cell, age = association.place()
    association.leave()
    association.detached = detached_by(event)
    association.ask(
        ImsiDetachIndication(
            imsi=ImsiIdentity(association.imsi),
            sgsn_number=association.stage.isdn,
            imsi_detach_from_non_gprs_service_type=event.type,
            cell_global_identity=cell,
            location_information_age=age,
        )
    )
    return S.WAIT_IMPLICIT_DETACH_ACK if event.type is IMPLICIT else S.WAIT_IMSI_DETACH_ACK


def marked_detached(association: Association, event: DetachedFromNonGprs) -> State:
    """The VLR needs no word of it, but may page, and is told then."""
    association.detached = detached_by(event)
    return association.state


def detached_by(event: DetachedFromNonGprs) -> GsCause:
    """Why calls do not reach the mobile."""
    if event.type is IMPLICIT:
        return GsCause.IMSI_IMPLICITLY_DETACHED_FOR_NON_GPRS_SERVICES
    return GsCause.IMSI_DETACHED_FOR_NON_GPRS_SERVICES


def acknowledged(association: Association, event: GprsDetachAck | ImsiDetachAck) -> S:
    """The VLR has heard."""
    return association.settle()


def given_up(association: Association, event: Timer) -> S:
    """The last expiry (7.4, 9.4, 10.4): the VLR will find out when it pages."""
    association.stage.warn("gs unanswered", f"VLR {association.vlr} does not answer: {event} for {association.imsi}")
    return association.settle()


def acknowledged_again(association: Association, event: GprsDetachAck | ImsiDetachAck) -> State:
    """An acknowledge that nobody waits for, as of a repeated indication, changes nothing."""
    return association.state


def separated(association: Association, event: Separated) -> S:
    """The VLR may not have heard so yet: it is told, and does nothing if it has (7.3)."""
    return association.tell_detach_from_gprs(NETWORK_INITIATED)


def context_gone(association: Association, event: ContextGone) -> S:
    """Nothing is left to know. A VLR that still reaches the mobile through here is told that it cannot (7.2)."""
    if association.state is S.NULL or not association.is_reliable:
        return S.GONE
    return association.tell_detach_from_gprs(NETWORK_INITIATED)


WAITING = (S.WAIT_GPRS_DETACH_ACK, S.WAIT_IMSI_DETACH_ACK, S.WAIT_IMPLICIT_DETACH_ACK)
KNOWN_TO_VLR = (S.LA_UPDATE_REQUESTED, S.ASSOCIATED, S.UNANSWERED)
LIVING = (S.NULL, *KNOWN_TO_VLR, *WAITING)

ASSOCIATION = Machine(
    "Gs association, SGSN side",
    clause="29.018 4.2.1",
    of=Association,
    initial=S.NULL,
    final=(S.GONE,),
    guards={S.WAIT_GPRS_DETACH_ACK: T8, S.WAIT_IMSI_DETACH_ACK: T9, S.WAIT_IMPLICIT_DETACH_ACK: T10},
    rows=[
        # in this state    on this event     do this      and be in one of
        (ANY, UpdateWanted, update_wanted, (S.LA_UPDATE_REQUESTED,)),
        (S.LA_UPDATE_REQUESTED, LocationUpdateAccept, accepted, (S.ASSOCIATED,)),
        (S.LA_UPDATE_REQUESTED, LocationUpdateReject, rejected, (S.NULL,)),
        (S.LA_UPDATE_REQUESTED, NotUpdated, not_updated, (S.UNANSWERED,)),
        (S.ASSOCIATED, LocationUpdateAccept, accepted_again, (S.ASSOCIATED,)),
        (S.ASSOCIATED, TmsiTaken, tmsi_taken, (S.ASSOCIATED,)),
        (ANY, Departed, distrusted, LIVING),
        (S.ASSOCIATED, Disowned, distrusted, (S.ASSOCIATED,)),
        (KNOWN_TO_VLR, DetachedFromGprs, detached_from_gprs, (S.WAIT_GPRS_DETACH_ACK,)),
        (
            KNOWN_TO_VLR,
            DetachedFromNonGprs,
            detached_from_calls,
            (S.WAIT_IMSI_DETACH_ACK, S.WAIT_IMPLICIT_DETACH_ACK),
        ),
        ((S.NULL, *WAITING), DetachedFromNonGprs, marked_detached, (S.NULL, *WAITING)),
        (S.WAIT_GPRS_DETACH_ACK, GprsDetachAck, acknowledged, (S.NULL, S.GONE)),
        (S.WAIT_IMSI_DETACH_ACK, ImsiDetachAck, acknowledged, (S.NULL, S.GONE)),
        (S.WAIT_IMPLICIT_DETACH_ACK, ImsiDetachAck, acknowledged, (S.NULL, S.GONE)),
        (S.WAIT_GPRS_DETACH_ACK, T8, given_up, (S.NULL, S.GONE)),
        (S.WAIT_IMSI_DETACH_ACK, T9, given_up, (S.NULL, S.GONE)),
        (S.WAIT_IMPLICIT_DETACH_ACK, T10, given_up, (S.NULL, S.GONE)),
        (ANY, GprsDetachAck, acknowledged_again, LIVING),
        (ANY, ImsiDetachAck, acknowledged_again, LIVING),
        (KNOWN_TO_VLR, Separated, separated, (S.WAIT_GPRS_DETACH_ACK,)),
        ((S.NULL, *KNOWN_TO_VLR), ContextGone, context_gone, (S.WAIT_GPRS_DETACH_ACK, S.GONE)),
    ],
)
