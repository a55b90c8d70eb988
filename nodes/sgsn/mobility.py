"""The main states of GMM in the SGSN (TS 24.008 4.1.3.3).

The context of a mobile is itself a procedure: the one that lasts as long as the SGSN knows the mobile. Attach, detach
and purge run as its children.
"""

from nodes.core.machine import ANY, Machine, State
from nodes.sgsn import attach, detach, ms_information, purge
from nodes.sgsn.attach import Attach
from nodes.sgsn.context import MmContext
from nodes.sgsn.detach import NetworkDetach
from nodes.sgsn.events import (
    DEPARTED,
    Departed,
    DetachedFromNonGprs,
    Forgotten,
    ImplicitDetach,
)
from nodes.sgsn.ms_information import MsInformation, MsInformationWanted
from nodes.sgsn.purge import Purge
from protocol.bssap_plus.elements import ImsiDetachFromNonGprsServiceType
from protocol.gmm import AttachRequest, DetachAcceptMt, DetachRequestMo, GmmStatus
from protocol.gmm.elements import DetachTypeMt
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
    """The mobile has acknowledged its new identity: the old ones are free."""
    context.stage.release_old(context)
    context.registered()
    return S.REGISTERED


def left(context: MmContext) -> S:
    """A context that was never registered goes; one that was is kept, detached, until it is purged."""
    context.deregistered()
    return S.DEREGISTERED if context.stage.is_registered(context) else S.GONE


def attach_failed(context: MmContext, event: Attach) -> S:
    """The mobile is not attached."""
    return left(context)


def attach_requested_while_leaving(context: MmContext, event: AttachRequest) -> S:
    """During a detach by the network: ignored, unless the detach wanted the mobile to attach again (4.7.4.2.5 c)."""
    wanted = any(isinstance(c, NetworkDetach) and c.type is DetachTypeMt.RE_ATTACH_REQUIRED for c in context.children)
    return attach_requested(context, event) if wanted else S.DEREGISTERED_INITIATED


def detach_requested(context: MmContext, event: DetachRequestMo) -> S:
    """The mobile leaves, whatever runs; it is answered unless it is switched off (4.7.4.1)."""
    context.end_children()
    if not event.detach_type.power_off:
        context.tell(DetachAcceptMt(force_to_standby=context.force_to_standby()))
    return left(context)


def detach_ordered(context: MmContext, event: DetachOrder) -> S:
    """Send the mobile away."""
    context.start(NetworkDetach(context, event.type))
    return S.DEREGISTERED_INITIATED


def cancelled(context: MmContext, event: CancelLocationArg) -> S:
    """The HLR cancels: silently if the mobile moved, by a detach if its subscription is withdrawn (23.060 6.6.2.2).

    A context that was handed over is kept for a while (6.9.1.2.2 step 8).
    """
    context.end_children()
    context.location_confirmed = False
    handover = context.handover
    if event.cancellation_type is not CancellationType.SUBSCRIPTION_WITHDRAW:
        return departed(context, DEPARTED) if handover is not None and handover.hear(event) else S.GONE
    if handover is not None:
        handover.end()
    context.start(NetworkDetach(context, DetachTypeMt.RE_ATTACH_NOT_REQUIRED))
    return S.DEREGISTERED_INITIATED


def cancelled_when_detached(context: MmContext, event: CancelLocationArg) -> S:
    """Nothing is left to tell the mobile."""
    context.end_children()
    return S.GONE


def detached(context: MmContext, event: NetworkDetach) -> S:
    """The mobile is gone, and the HLR wants it forgotten."""
    context.deregistered()
    return S.DEREGISTERED if context.location_confirmed else S.GONE


def detached_again(context: MmContext, event: DetachRequestMo) -> S:
    """The mobile has not heard that it is detached."""
    if not event.detach_type.power_off:
        context.tell(DetachAcceptMt(force_to_standby=context.force_to_standby()))
    return S.DEREGISTERED


def implicitly_detached(context: MmContext, event: ImplicitDetach) -> S:
    """The mobile was not heard for too long (23.060 6.6.1): it is not told, and nobody waits for it."""
    kind = ImsiDetachFromNonGprsServiceType.IMPLICIT_NETWORK_INITIATED_IMSI_DETACH_FROM_NON_GPRS_SERVICES
    context.end_children()
    context.tell_gs(DetachedFromNonGprs(kind))
    context.deregistered()
    return S.DEREGISTERED


def departed(context: MmContext, event: Departed) -> S:
    """Another SGSN serves the mobile: what runs here is over, HLR and VLR no longer agree (23.060 6.9.1.2.2 step 4)."""
    context.end_children()
    context.location_confirmed = False
    context.tell_gs(event)
    return S.REGISTERED


def forgotten(context: MmContext, event: Forgotten) -> S:
    """It has not come back. An HLR that does not know it to be elsewhere is told that nobody is served here."""
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


def noted(context: MmContext, event: GmmStatus) -> State:
    """A STATUS is told, never answered (8.4)."""
    context.stage.warn("gmm status", f"GMM STATUS from {context.subject}: {event.gmm_cause.words}")
    return context.state


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
        (S.DEREGISTERED, AttachRequest, attach_requested, (S.COMMON_PROCEDURE_INITIATED,)),
        (S.COMMON_PROCEDURE_INITIATED, attach.S.ATTACHED, attached, (S.REGISTERED,)),
        (S.COMMON_PROCEDURE_INITIATED, attach.S.REJECTED, attach_failed, (S.DEREGISTERED, S.GONE)),
        (S.COMMON_PROCEDURE_INITIATED, attach.S.ABANDONED, attach_failed, (S.DEREGISTERED, S.GONE)),
        (
            S.DEREGISTERED_INITIATED,
            AttachRequest,
            attach_requested_while_leaving,
            (S.DEREGISTERED_INITIATED, S.COMMON_PROCEDURE_INITIATED),
        ),
        (ANY, DetachRequestMo, detach_requested, (S.DEREGISTERED, S.GONE)),
        (S.DEREGISTERED, DetachRequestMo, detached_again, (S.DEREGISTERED,)),
        (S.REGISTERED, DetachOrder, detach_ordered, (S.DEREGISTERED_INITIATED,)),
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
            (S.DEREGISTERED,),
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
        (ANY, GmmStatus, noted, MAIN),
    ],
)
