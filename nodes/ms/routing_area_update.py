"""Routing area updating, mobile side (TS 24.008 4.7.5.1, 4.7.5.2): one attempt, of any type.

What follows an attempt that failed, another one after T3311 or T3302, is the business of :mod:`nodes.ms.mobile`.
"""

from typing import Any

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.ms.registration import register
from protocol.causes import GmmCause
from protocol.gmm import (
    PtmsiReallocationCommand,
    RoutingAreaUpdateAccept,
    RoutingAreaUpdateComplete,
    RoutingAreaUpdateReject,
    RoutingAreaUpdateRequest,
)
from protocol.gmm.elements import PdpContextStatus, TmsiStatus, UpdateResultValue, UpdateType, UpdateTypeValue
from protocol.identities import Tlli
from protocol.timers import T3330, Timer

COMBINED = (UpdateTypeValue.COMBINED_RA_LA_UPDATING, UpdateTypeValue.COMBINED_RA_LA_UPDATING_WITH_IMSI_ATTACH)


class S(State):
    """States of an attempt to update."""

    START = "start"
    WAIT_ACCEPT = "wait for ROUTING AREA UPDATE ACCEPT"
    UPDATED = "routing area updated"
    REFUSED = "update refused"
    UNANSWERED = "update not answered"


class RoutingAreaUpdate(Procedure):
    """One attempt. The mobile is its parent.

    ``cause`` is the network's, if it refused, or if it updated the routing area alone: then the update is ``partial``.
    """

    __slots__ = ("cause", "mobile", "partial", "type")

    def __init__(self, mobile: Any) -> None:
        super().__init__(mobile.stage, mobile)
        self.mobile = mobile
        self.type = choose_type(mobile)
        self.cause: GmmCause | None = None
        self.partial = False


def choose_type(mobile: Any) -> UpdateTypeValue:
    """Why the mobile updates (4.7.5): its time has come, or it is elsewhere; combined where class and network allow."""
    attach_due = mobile.may_combine and (mobile.imsi_attach_due or not mobile.imsi_attached)
    if mobile.periodic_due and mobile.is_updated and not attach_due:
        return UpdateTypeValue.PERIODIC_UPDATING
    if attach_due:
        return UpdateTypeValue.COMBINED_RA_LA_UPDATING_WITH_IMSI_ATTACH
    return UpdateTypeValue.COMBINED_RA_LA_UPDATING if mobile.may_combine else UpdateTypeValue.RA_UPDATING


def begun(update: RoutingAreaUpdate, event: Begin) -> S:
    """Ask on the local TLLI in the area of the P-TMSI, on the foreign one elsewhere (4.7.1.4)."""
    mobile, card, config = update.mobile, update.mobile.card, update.stage.config
    if card.ptmsi is not None:
        at_home = card.rai == mobile.here.rai
        update.stage.listening.change_tlli(mobile, Tlli.local(card.ptmsi) if at_home else Tlli.foreign(card.ptmsi))
        if not at_home:
            mobile.link.hear_anew()  # who answers may be another SGSN, which begins to count
    status = TmsiStatus.NO_VALID_TMSI if update.type in COMBINED and card.tmsi is None else None
    update.ask(
        RoutingAreaUpdateRequest(
            update_type=UpdateType(update_type_value=update.type),
            cksn=card.cksn,
            old_routing_area=card.rai,
            ms_radio_access_capability=config.ms_radio_access_capability,
            old_ptmsi_signature=card.ptmsi_signature,
            requested_ready_timer=mobile.config.ready_timer,
            tmsi_status=status,
            ms_network_capability=config.ms_network_capability,
            pdp_context_status=PdpContextStatus(mobile.sessions.active_nsapis),
        )
    )
    return S.WAIT_ACCEPT


def take_accept(mobile: Any, accept: RoutingAreaUpdateAccept) -> bool:
    """Store and acknowledge it; true where it is for calls too."""
    combined = accept.update_result.update_result_value is UpdateResultValue.COMBINED_RA_LA_UPDATED
    if register(mobile, accept, combined=combined):
        mobile.tell(RoutingAreaUpdateComplete())
    if accept.pdp_context_status is not None:
        mobile.sessions.keep(accept.pdp_context_status.active)
    return combined


def accepted(update: RoutingAreaUpdate, event: RoutingAreaUpdateAccept) -> S:
    """Take the new identities; they are acknowledged on the new TLLI."""
    update.partial = not take_accept(update.mobile, event) and update.type in COMBINED
    if update.partial:
        update.cause = event.gmm_cause
    return S.UPDATED


def rejected(update: RoutingAreaUpdate, event: RoutingAreaUpdateReject) -> S:
    """The network does not want this mobile here, or not now."""
    update.cause = event.gmm_cause
    if event.t3302_value is not None:
        update.mobile.take_t3302(event.t3302_value)
    return S.REFUSED


def reallocation_ignored(update: RoutingAreaUpdate, event: PtmsiReallocationCommand) -> S:
    """Collision with P-TMSI reallocation: the update goes on, and brings a P-TMSI if there is need (4.7.5.1.5 h)."""
    return S.WAIT_ACCEPT


def unanswered(update: RoutingAreaUpdate, event: Timer) -> S:
    """The fifth expiry of T3330 (4.7.5.1.5 c)."""
    return S.UNANSWERED


ROUTING_AREA_UPDATE = Machine(
    "routing area update, mobile side",
    clause="24.008 4.7.5",
    of=RoutingAreaUpdate,
    initial=S.START,
    final=(S.UPDATED, S.REFUSED, S.UNANSWERED),
    guards={S.WAIT_ACCEPT: T3330},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_ACCEPT,)),
        (S.WAIT_ACCEPT, RoutingAreaUpdateAccept, accepted, (S.UPDATED,)),
        (S.WAIT_ACCEPT, RoutingAreaUpdateReject, rejected, (S.REFUSED,)),
        (S.WAIT_ACCEPT, PtmsiReallocationCommand, reallocation_ignored, (S.WAIT_ACCEPT,)),
        (S.WAIT_ACCEPT, T3330, unanswered, (S.UNANSWERED,)),
    ],
)
