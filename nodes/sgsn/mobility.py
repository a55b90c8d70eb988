"""The main states of GMM in the SGSN (TS 24.008 4.1.3.3).

The context of a mobile is itself a procedure: the one that lasts as long as the SGSN knows the mobile. Attach, detach
and purge run as its children.
"""

from nodes.core.machine import ANY, Machine, State
from nodes.sgsn import (
    attach,
    detach,
    detach_check,
    location_update,
    ms_information,
    ptmsi_reallocation,
    purge,
    routing_area_update,
    session_orders,
)
from nodes.sgsn.attach import Attach
from nodes.sgsn.context import MmContext
from nodes.sgsn.detach import NetworkDetach
from nodes.sgsn.detach_check import DetachCheck
from nodes.sgsn.events import (
    DEPARTED,
    REGISTERED,
    TMSI_TAKEN,
    Departed,
    DetachedFromGprs,
    DetachedFromNonGprs,
    Forgotten,
    ImplicitDetach,
    LocationLost,
)
from nodes.sgsn.location_update import LocationUpdate
from nodes.sgsn.ms_information import MsInformation, MsInformationWanted
from nodes.sgsn.pdp_network_modification import ModificationOrder
from nodes.sgsn.ptmsi_reallocation import PtmsiReallocation, ReallocationOrder
from nodes.sgsn.purge import Purge
from nodes.sgsn.routing_area_update import RoutingAreaUpdate
from protocol.bssap_plus.elements import ImsiDetachFromGprsServiceType as FromGprs
from protocol.bssap_plus.elements import ImsiDetachFromNonGprsServiceType as FromCalls
from protocol.causes import GmmCause
from protocol.gmm import (
    AttachRequest,
    DetachAcceptMt,
    DetachRequestMo,
    GmmInformation,
    GmmStatus,
    RoutingAreaUpdateReject,
    RoutingAreaUpdateRequest,
)
from protocol.gmm.elements import CodingScheme, DetachTypeMo, DetachTypeMt, NetworkName
from protocol.map.location import CancellationType, CancelLocationArg
from protocol.timers import X_PURGE, Timer


class S(State):
    """Main states of GMM on the network's side."""

    DEREGISTERED = "GMM-DEREGISTERED"
    COMMON_PROCEDURE_INITIATED = "GMM-COMMON-PROCEDURE-INITIATED"
    REGISTERED = "GMM-REGISTERED"
    DEREGISTERED_INITIATED = "GMM-DEREGISTERED-INITIATED"
    GONE = "no context"


class DetachOrder:
    """The operator wants the mobile detached."""

    __slots__ = ("type",)

    def __init__(self, kind: DetachTypeMt) -> None:
        self.type = kind


def attach_requested(context: MmContext, event: AttachRequest) -> S:
    """An attach begins. That of a registered mobile runs in a context of its own until it is proved (4.7.3.1.6 f)."""
    context.end_children()
    context.start(Attach(context, event))
    return S.COMMON_PROCEDURE_INITIATED


def attached(context: MmContext, event: Attach) -> S:
    """The mobile has acknowledged its new identities: the old ones are free. It may be told who we are (4.7.12)."""
    take_identities(context, event)
    full, short = context.stage.config.network_name, context.stage.config.network_name_short
    if full or short:
        context.tell(GmmInformation(full_name_for_network=name_of(full), short_name_for_network=name_of(short)))
    return S.REGISTERED


def name_of(text: str) -> NetworkName | None:
    """A name of the network, if it has one."""
    return NetworkName(CodingScheme.GSM_DEFAULT_ALPHABET, text) if text else None


def take_identities(context: MmContext, event: Attach | RoutingAreaUpdate) -> None:
    """The mobile uses what it was given."""
    context.stage.release_old(context)
    if event.voice is not None and event.voice.identity is not None:
        context.tell_gs(TMSI_TAKEN)
    context.registered()


def overtaken(context: MmContext, event: Attach) -> S:
    """It shows by an update that it has its identities (4.7.3.1.6 f)."""
    assert event.update is not None
    take_identities(context, event)
    return update_requested(context, event.update)


def update_requested(context: MmContext, event: RoutingAreaUpdateRequest) -> S:
    """An update begins; what else the network has begun is over (4.7.4.2.5 e, 4.7.6.6 e)."""
    context.end_children()
    context.start(RoutingAreaUpdate(context, event))
    return S.COMMON_PROCEDURE_INITIATED


def update_of_detached(context: MmContext, event: RoutingAreaUpdateRequest) -> S:
    """Of a mobile that is detached here: it must attach. One that is not known may come from another SGSN."""
    if not context.stage.is_registered(context):
        return update_requested(context, event)
    cause = GmmCause.IMPLICITLY_DETACHED
    context.tell(RoutingAreaUpdateReject(gmm_cause=cause, force_to_standby=context.force_to_standby()))
    context.stage.release_asked(context)
    return S.DEREGISTERED


def update_ignored(context: MmContext, event: RoutingAreaUpdateRequest) -> S:
    """The detach by the network goes on (4.7.4.2.5 e)."""
    return S.DEREGISTERED_INITIATED


def updated(context: MmContext, event: RoutingAreaUpdate) -> S:
    """The mobile is where it says. One that the VLR has forgotten is to attach for calls anew (23.007 10)."""
    take_identities(context, event)
    if context.pdp_subscriptions:  # those of another SGSN's are told by the HLR, unless it has lost them
        session_orders.subscription_changed(context)
    for pdp in event.lowered:
        pdp.deliver(ModificationOrder(pdp.qos_negotiated))
    if context.stage.gs.wants_update(context.imsi):
        context.start(NetworkDetach(context, DetachTypeMt.IMSI_DETACH))
    return S.REGISTERED


def update_failed(context: MmContext, event: RoutingAreaUpdate) -> S:
    """Rejected or never acknowledged. Where nothing was proved the mobile is registered as before.

    One that was accepted stays registered, under its old and its new P-TMSI (4.7.5.1.6 c). If it came from elsewhere
    nobody waits for it yet: should it be there still, it must be missed.
    """
    if not context.stage.is_registered(context):
        return left(context)
    if not event.proved:
        context.put_back(event.place)
    elif event.state is routing_area_update.S.REJECTED:
        return lost(context)
    context.stage.release_asked(context)
    if context.reachability.mm_state == "IDLE":
        context.registered()
    else:
        context.settled()
    return S.REGISTERED


def reallocation_ordered(context: MmContext, event: ReallocationOrder) -> S:
    """Give the mobile another P-TMSI."""
    context.start(PtmsiReallocation(context, to_standby=event.to_standby))
    return S.COMMON_PROCEDURE_INITIATED


def reallocated(context: MmContext, event: PtmsiReallocation) -> S:
    """The mobile has it."""
    context.stage.release_old(context)
    context.settled()
    return S.REGISTERED


def reallocation_failed(context: MmContext, event: PtmsiReallocation) -> S:
    """Nobody knows whether it has: both are valid (4.7.6.6 b)."""
    context.settled()
    return S.REGISTERED


def left(context: MmContext) -> S:
    """A context that was never registered goes; one that was is kept, detached, until it is purged.

    Where the HLR does not hold it for registered here there is nothing to purge.
    """
    context.deregistered()
    context.stage.release_asked(context)
    kept = context.stage.is_registered(context) and context.location_confirmed
    return S.DEREGISTERED if kept else S.GONE


def lost(context: MmContext) -> S:
    """As :func:`left`; a VLR that reaches the mobile through here is told that it does so no more (29.018 10)."""
    context.tell_gs(DetachedFromNonGprs(FromCalls.IMPLICIT_NETWORK_INITIATED_IMSI_DETACH_FROM_NON_GPRS_SERVICES))
    return left(context)


def attach_failed(context: MmContext, event: Attach) -> S:
    """The mobile is not attached."""
    return lost(context)


def attach_requested_while_leaving(context: MmContext, event: AttachRequest) -> S:
    """During a detach by the network: ignored, unless the detach wanted the mobile to attach again (4.7.4.2.5 d)."""
    wanted = any(isinstance(c, NetworkDetach) and c.type is DetachTypeMt.RE_ATTACH_REQUIRED for c in context.children)
    return attach_requested(context, event) if wanted else S.DEREGISTERED_INITIATED


def detach_requested(context: MmContext, event: DetachRequestMo) -> State:
    """The mobile leaves, whatever runs (4.7.4.1, 4.7.4.2.5 c); while a procedure runs its signature must be right."""
    if context.stage.is_registered(context) and is_doubtful(context, event):
        context.stage.warn("detach signature", f"DETACH REQUEST of {context.subject} with a wrong P-TMSI signature")
        return context.state
    return leave(context, event)


def detach_requested_at_rest(context: MmContext, event: DetachRequestMo) -> State:
    """The mobile leaves; if its signature is wrong it must prove itself first (23.060 6.6.1)."""
    if not is_doubtful(context, event):
        return leave(context, event)
    context.start(DetachCheck(context, event))
    return S.REGISTERED


def detach_confirmed(context: MmContext, event: DetachCheck) -> State:
    """It is the mobile."""
    return leave(context, event.request)


def detach_denied(context: MmContext, event: DetachCheck) -> S:
    """It is not."""
    return S.REGISTERED


def is_doubtful(context: MmContext, request: DetachRequestMo) -> bool:
    """True where a P-TMSI signature is told that is not the mobile's; R97 mobiles tell none."""
    told = request.ptmsi_signature
    return told is not None and told not in (context.ptmsi_signature, context.ptmsi_signature_old)


def leave(context: MmContext, request: DetachRequestMo) -> State:
    """Detach from packets, calls or both; the mobile is answered unless it is switched off."""
    wanted = request.detach_type
    if wanted.type is DetachTypeMo.GPRS_DETACH:
        context.tell_gs(DetachedFromGprs(FromGprs.MS_INITIATED_IMSI_DETACH_FROM_GPRS_SERVICES))
    elif wanted.type is DetachTypeMo.IMSI_DETACH:
        context.tell_gs(DetachedFromNonGprs(FromCalls.EXPLICIT_MS_INITIATED_IMSI_DETACH_FROM_NON_GPRS_SERVICES))
    else:
        both = FromCalls.COMBINED_EXPLICIT_MS_INITIATED_IMSI_DETACH_FROM_GPRS_AND_NON_GPRS_SERVICES
        context.tell_gs(DetachedFromNonGprs(both))
    stays = wanted.type is DetachTypeMo.IMSI_DETACH and context.stage.is_registered(context)
    if not stays:
        context.end_children()
    if not wanted.power_off:
        context.tell(DetachAcceptMt(force_to_standby=context.force_to_standby()))
    if not stays:
        return left(context)
    if not context.children:
        context.settled()
    return context.state


def detach_ordered(context: MmContext, event: DetachOrder) -> S:
    """Send the mobile away; from calls only, it stays registered and attaches for them again (4.7.4.2)."""
    context.start(NetworkDetach(context, event.type))
    if event.type is DetachTypeMt.IMSI_DETACH:
        return S.REGISTERED
    context.drop_sessions()
    context.tell_gs(DetachedFromGprs(FromGprs.NETWORK_INITIATED_IMSI_DETACH_FROM_GPRS_SERVICES))
    return S.DEREGISTERED_INITIATED


def is_leaving(context: MmContext) -> bool:
    """Whether a detach has begun that leaves the mobile registered so far: nothing else may begin beside it."""
    return any(isinstance(child, NetworkDetach | DetachCheck) for child in context.children)


def detached_from_calls(context: MmContext, event: NetworkDetach) -> S:
    """It has gone from calls."""
    context.settled()
    return S.REGISTERED


def cancelled(context: MmContext, event: CancelLocationArg) -> S:
    """The HLR cancels: silently if the mobile moved, by a detach if its subscription is withdrawn (23.060 6.6.2.2).

    A context that was handed over is kept for a while (6.9.1.2.2 step 8). Where it was not, as the mobile has attached
    elsewhere, the GGSNs delete the PDP contexts (6.5 step 8 d), unless they have gone with it to another SGSN.
    """
    context.end_children()
    context.location_confirmed = False
    handover = context.handover
    if event.cancellation_type is not CancellationType.SUBSCRIPTION_WITHDRAW:
        return departed(context, DEPARTED) if handover is not None and handover.hear(event) else S.GONE
    if handover is not None:
        handover.end()
    context.drop_sessions()
    context.tell_gs(DetachedFromGprs(FromGprs.GPRS_SERVICES_NOT_ALLOWED))
    context.start(NetworkDetach(context, DetachTypeMt.RE_ATTACH_NOT_REQUIRED))
    return S.DEREGISTERED_INITIATED


def cancelled_when_detached(context: MmContext, event: CancelLocationArg) -> S:
    """Nothing is left to tell the mobile."""
    context.end_children()
    return S.GONE


def detached(context: MmContext, event: NetworkDetach) -> S:
    """The mobile is gone."""
    return left(context)


def detached_again(context: MmContext, event: DetachRequestMo) -> S:
    """The mobile has not heard that it is detached."""
    if not event.detach_type.power_off:
        context.tell(DetachAcceptMt(force_to_standby=context.force_to_standby()))
    return S.DEREGISTERED


def implicitly_detached(context: MmContext, event: ImplicitDetach) -> S:
    """The mobile was not heard for too long (23.060 6.6.1): it is not told, and nobody waits for it."""
    context.end_children()
    return lost(context)


def departed(context: MmContext, event: Departed) -> S:
    """Another SGSN serves the mobile: what runs here is over; HLR, VLR and GGSNs no longer agree (6.9.1.2.2 step 4).

    One that had not even completed its update here may come back all the same, and is missed then as any other.
    """
    context.end_children()
    if context.reachability.mm_state == "IDLE":
        context.reachability.hear(REGISTERED)
    context.location_confirmed = context.ggsns_know = False
    context.tell_gs(event)
    return S.REGISTERED


def forgotten(context: MmContext, event: Forgotten) -> S:
    """It has not come back. An HLR that does not know it to be elsewhere is told that nobody is served here.

    Then the GGSNs may not know so, too, and delete its PDP contexts if they are with this SGSN still.
    """
    context.end_children()
    context.deregistered()
    if event.cancelled:
        return S.GONE
    context.start(Purge(context))
    return S.DEREGISTERED


def purge_due(context: MmContext, event: Timer) -> S:
    """Detached for long: from now on the HLR may hold the mobile for purged."""
    context.location_confirmed = False
    context.start(Purge(context))
    return S.DEREGISTERED


def purged(context: MmContext, event: Purge) -> S:
    """Forgotten."""
    return S.GONE


def information_wanted(context: MmContext, event: MsInformationWanted) -> S:
    """The VLR wants to know what only the mobile can tell (29.018 13)."""
    context.start(MsInformation(context, event.vlr, event.request))
    return S.REGISTERED


def information_told(context: MmContext, event: MsInformation) -> State:
    """The VLR has its answer."""
    return context.state


def location_lost(context: MmContext, event: LocationLost) -> S:
    """The HLR was reset: tell it again where the mobile is (29.002 19.3.2), once at a time."""
    if not any(isinstance(child, LocationUpdate) for child in context.children):
        context.start(LocationUpdate(context, context))
    return S.REGISTERED


def location_found(context: MmContext, event: LocationUpdate) -> State:
    """It knows, and so does the VLR now if the mobile is associated with one; it may have told another subscription."""
    context.stage.gs.heard(context)
    if context.pdp_subscriptions:
        session_orders.subscription_changed(context)
    return context.state


def location_denied(context: MmContext, event: LocationUpdate) -> State:
    """It will not have the mobile here; one that does not answer is told again at the next contact."""
    if context.state is not S.REGISTERED or event.cause is GmmCause.NETWORK_FAILURE:
        return context.state
    context.location_confirmed = False
    context.drop_sessions()
    context.tell_gs(DetachedFromGprs(FromGprs.GPRS_SERVICES_NOT_ALLOWED))
    context.start(NetworkDetach(context, DetachTypeMt.RE_ATTACH_NOT_REQUIRED, event.cause))
    return S.DEREGISTERED_INITIATED


def noted(context: MmContext, event: GmmStatus) -> State:
    """A STATUS is told, never answered (8.4)."""
    context.stage.warn("gmm status", f"GMM STATUS from {context.subject}: {event.gmm_cause.words}")
    return context.state


SERVED = (S.REGISTERED, S.COMMON_PROCEDURE_INITIATED)
"""States of a mobile that may have sessions, and move with them."""

ENDED = (S.REGISTERED, S.DEREGISTERED, S.GONE)
MAIN = (S.DEREGISTERED, S.COMMON_PROCEDURE_INITIATED, S.REGISTERED, S.DEREGISTERED_INITIATED)

GMM = Machine(
    "GMM, network side",
    clause="24.008 4.1.3.3",
    of=MmContext,
    initial=S.DEREGISTERED,
    final=(S.GONE,),
    guards={S.DEREGISTERED: X_PURGE},
    rows=[
        # in this state    on this event     do this      and be in one of
        (
            (S.DEREGISTERED, S.COMMON_PROCEDURE_INITIATED),
            AttachRequest,
            attach_requested,
            (S.COMMON_PROCEDURE_INITIATED,),
        ),
        (S.COMMON_PROCEDURE_INITIATED, attach.S.ATTACHED, attached, (S.REGISTERED,)),
        (S.COMMON_PROCEDURE_INITIATED, attach.S.OVERTAKEN, overtaken, (S.COMMON_PROCEDURE_INITIATED,)),
        (S.COMMON_PROCEDURE_INITIATED, attach.S.REJECTED, attach_failed, (S.DEREGISTERED, S.GONE)),
        (S.COMMON_PROCEDURE_INITIATED, attach.S.ABANDONED, attach_failed, (S.DEREGISTERED, S.GONE)),
        (
            S.DEREGISTERED_INITIATED,
            AttachRequest,
            attach_requested_while_leaving,
            (S.DEREGISTERED_INITIATED, S.COMMON_PROCEDURE_INITIATED),
        ),
        (
            S.DEREGISTERED,
            RoutingAreaUpdateRequest,
            update_of_detached,
            (S.DEREGISTERED, S.COMMON_PROCEDURE_INITIATED),
        ),
        (
            (S.REGISTERED, S.COMMON_PROCEDURE_INITIATED),
            RoutingAreaUpdateRequest,
            update_requested,
            (S.COMMON_PROCEDURE_INITIATED,),
        ),
        (S.DEREGISTERED_INITIATED, RoutingAreaUpdateRequest, update_ignored, (S.DEREGISTERED_INITIATED,)),
        (S.COMMON_PROCEDURE_INITIATED, routing_area_update.S.UPDATED, updated, (S.REGISTERED,)),
        (S.COMMON_PROCEDURE_INITIATED, routing_area_update.S.REJECTED, update_failed, ENDED),
        (S.COMMON_PROCEDURE_INITIATED, routing_area_update.S.ABANDONED, update_failed, ENDED),
        (S.REGISTERED, ReallocationOrder, reallocation_ordered, (S.COMMON_PROCEDURE_INITIATED,)),
        (S.COMMON_PROCEDURE_INITIATED, ptmsi_reallocation.S.REALLOCATED, reallocated, (S.REGISTERED,)),
        (S.COMMON_PROCEDURE_INITIATED, ptmsi_reallocation.S.ABANDONED, reallocation_failed, (S.REGISTERED,)),
        (
            (S.COMMON_PROCEDURE_INITIATED, S.DEREGISTERED_INITIATED),
            DetachRequestMo,
            detach_requested,
            (S.COMMON_PROCEDURE_INITIATED, S.DEREGISTERED_INITIATED, S.DEREGISTERED, S.GONE),
        ),
        (S.REGISTERED, DetachRequestMo, detach_requested_at_rest, ENDED),
        (S.REGISTERED, detach_check.S.CONFIRMED, detach_confirmed, ENDED),
        (S.REGISTERED, detach_check.S.DENIED, detach_denied, (S.REGISTERED,)),
        (S.DEREGISTERED, DetachRequestMo, detached_again, (S.DEREGISTERED,)),
        (S.REGISTERED, DetachOrder, detach_ordered, (S.REGISTERED, S.DEREGISTERED_INITIATED)),
        (S.REGISTERED, detach.S.DETACHED, detached_from_calls, (S.REGISTERED,)),
        (
            (S.COMMON_PROCEDURE_INITIATED, S.REGISTERED, S.DEREGISTERED_INITIATED),
            CancelLocationArg,
            cancelled,
            (S.REGISTERED, S.DEREGISTERED_INITIATED, S.GONE),
        ),
        (S.DEREGISTERED, CancelLocationArg, cancelled_when_detached, (S.GONE,)),
        (S.DEREGISTERED_INITIATED, detach.S.DETACHED, detached, (S.DEREGISTERED, S.GONE)),
        (
            (S.COMMON_PROCEDURE_INITIATED, S.REGISTERED, S.DEREGISTERED_INITIATED),
            ImplicitDetach,
            implicitly_detached,
            (S.DEREGISTERED, S.GONE),
        ),
        (
            (S.COMMON_PROCEDURE_INITIATED, S.REGISTERED, S.DEREGISTERED_INITIATED),
            Departed,
            departed,
            (S.REGISTERED,),
        ),
        (S.REGISTERED, Forgotten, forgotten, (S.DEREGISTERED, S.GONE)),
        (S.DEREGISTERED, X_PURGE, purge_due, (S.DEREGISTERED,)),
        (S.DEREGISTERED, purge.S.PURGED, purged, (S.GONE,)),
        (S.REGISTERED, MsInformationWanted, information_wanted, (S.REGISTERED,)),
        (ANY, ms_information.S.ANSWERED, information_told, MAIN),
        (S.REGISTERED, LocationLost, location_lost, (S.REGISTERED,)),
        (ANY, location_update.S.UPDATED, location_found, MAIN),
        (ANY, location_update.S.REFUSED, location_denied, MAIN),
        (ANY, GmmStatus, noted, MAIN),
    ],
)
