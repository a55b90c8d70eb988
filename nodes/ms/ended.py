"""What follows the procedures of a mobile, and the timers between them: actions of :mod:`nodes.ms.gmm`."""

from nodes.core.machine import State
from nodes.ms.attach import Attach
from nodes.ms.authentication import Authentication
from nodes.ms.card import UpdateStatus
from nodes.ms.causes import AREA_FORBIDDEN_FOR_A_WHILE, HOPELESS
from nodes.ms.detach import Detach
from nodes.ms.mobile import ATTEMPTS, Mobile
from nodes.ms.moved import detached_at_once
from nodes.ms.ordered import off
from nodes.ms.routing_area_update import COMBINED, RoutingAreaUpdate
from nodes.ms.states import REGISTERED_CAMPED, S
from nodes.ms.told import attach_anew, detached_by_network
from protocol.causes import GmmCause
from protocol.gmm.elements import DetachTypeMo
from protocol.timers import Timer

NOT_KNOWN = (GmmCause.MS_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK, GmmCause.IMPLICITLY_DETACHED)
"""With these causes the network says that the mobile is not attached."""

# --- attach -------------------------------------------------------------------------------------------------------


def attached(mobile: Mobile, event: Attach) -> S:
    """The network knows the mobile."""
    mobile.update_attempts = 0
    return mobile.conclude(for_gprs_alone(mobile, event.cause) if event.partial else S.REGISTERED, event.cause)


def for_gprs_alone(mobile: Mobile, cause: GmmCause | None) -> S:
    """Calls were asked for too: they never will be, or are asked for again later (4.7.3.2.3.2, 4.7.5.2.3.2)."""
    if cause is GmmCause.IMSI_UNKNOWN_IN_HLR:
        mobile.invalidate(frozenset(("non-GPRS",)))
        return S.REGISTERED
    if not mobile.mm.is_served_by_itself:
        mobile.imsi_attached = False
        mobile.card.location_status = UpdateStatus.NOT_UPDATED
        mobile.save()
    mobile.update_attempts += 1
    return S.ATTEMPTING_TO_UPDATE_MM if mobile.update_attempts < ATTEMPTS else S.UPDATING_MM_LATER


def refused(mobile: Mobile, event: Attach) -> S:
    """The cause says whether ever to come again (4.7.3.1.4, 4.7.3.2.4)."""
    mobile.deregister()
    state = mobile.excluded(event.cause, combined=event.combined)
    return try_again(mobile, event.cause) if state is None else mobile.conclude(state, event.cause)


def unanswered(mobile: Mobile, event: Attach) -> S:
    """The network is mute."""
    return try_again(mobile, None)


def try_again(mobile: Mobile, cause: GmmCause | None) -> S:
    """An attempt to attach has failed: another one soon, or later and as if for the first time (4.7.3.1.5)."""
    mobile.attempts = ATTEMPTS if cause in HOPELESS else mobile.attempts + 1
    if mobile.attempts < ATTEMPTS:
        return mobile.conclude(S.ATTEMPTING_TO_ATTACH, cause)
    mobile.forget(UpdateStatus.NOT_UPDATED)
    return mobile.conclude(S.ATTEMPTING_LATER, cause)


def attach_due(mobile: Mobile, event: Timer) -> S:
    """T3311 has run out."""
    return mobile.conclude(mobile.find_service())


def attach_due_anew(mobile: Mobile, event: Timer) -> S:
    """T3302 has run out: the counter begins anew."""
    mobile.attempts = 0
    return mobile.conclude(mobile.find_service())


# --- routing area update ------------------------------------------------------------------------------------------


def updated(mobile: Mobile, event: RoutingAreaUpdate) -> S:
    """The network knows where the mobile is; a detach that waited for it begins again (4.7.4.1.4 f)."""
    if event.partial:
        state = for_gprs_alone(mobile, event.cause)
    else:
        mobile.update_attempts, state = 0, S.REGISTERED
    if mobile.redo is DetachTypeMo.IMSI_DETACH:
        mobile.leave(mobile.redo)
        return S.IMSI_DETACH_INITIATED
    return mobile.conclude(state, event.cause) if mobile.redo is None else mobile.leave(mobile.redo)


def update_refused(mobile: Mobile, event: RoutingAreaUpdate) -> S:
    """The cause says what is left of the mobile's registration (4.7.5.1.4, 4.7.5.2.4)."""
    cause = event.cause
    combined = event.type in COMBINED
    mobile.end_children()
    if cause in NOT_KNOWN:
        if cause is GmmCause.MS_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK:
            mobile.forget(UpdateStatus.NOT_UPDATED)
        if mobile.redo in (None, DetachTypeMo.IMSI_DETACH):
            return attach_anew(mobile)
        return detached_at_once(mobile, mobile.redo)  # as it wanted when it was in another area (4.7.4.1.4 f)
    if cause in AREA_FORBIDDEN_FOR_A_WHILE:
        mobile.forbid(cause)
        mobile.card.update_status = UpdateStatus.ROAMING_NOT_ALLOWED
        if combined:
            mobile.card.location_status = UpdateStatus.ROAMING_NOT_ALLOWED
            mobile.imsi_attached = False
        mobile.save()
        return mobile.conclude(S.REGISTERED_LIMITED, cause)
    state = mobile.excluded(cause, combined=combined)
    if state is None:
        return try_update_again(mobile, cause)
    mobile.deregister()
    return mobile.conclude(state, cause)


def update_unanswered(mobile: Mobile, event: RoutingAreaUpdate) -> S:
    """The network is mute."""
    return try_update_again(mobile, None)


def try_update_again(mobile: Mobile, cause: GmmCause | None) -> S:
    """An update has failed: another one soon, or later (4.7.5.1.5). One in the known area leaves normal service."""
    mobile.update_attempts = ATTEMPTS if cause in HOPELESS else mobile.update_attempts + 1
    if mobile.update_attempts < ATTEMPTS and mobile.is_updated:
        return mobile.conclude(S.UPDATE_AGAIN, cause)
    mobile.card.update_status = UpdateStatus.NOT_UPDATED
    mobile.save()
    if mobile.update_attempts < ATTEMPTS:
        return mobile.conclude(S.ATTEMPTING_TO_UPDATE, cause)
    mobile.equivalent_plmns = ()
    return mobile.conclude(S.UPDATING_LATER, cause)


def update_due(mobile: Mobile, event: Timer) -> S:
    """T3311 has run out."""
    mobile.update_due = True
    return mobile.conclude(mobile.find_service_again())


def update_due_anew(mobile: Mobile, event: Timer) -> S:
    """T3302 has run out: the counter begins anew."""
    mobile.update_attempts = 0
    return update_due(mobile, event)


def cell_not_found(mobile: Mobile, event: Timer) -> S:
    """Nothing was heard of the cell."""
    return mobile.conclude(S.NO_CELL_AVAILABLE if mobile.state is S.PLMN_SEARCH else S.REGISTERED_NO_CELL)


# --- detach -------------------------------------------------------------------------------------------------------


def detached(mobile: Mobile, event: Detach) -> S:
    """The mobile is gone for the network; one that was switched off is gone altogether."""
    if event.type is DetachTypeMo.COMBINED_GPRS_IMSI_DETACH:
        mobile.imsi_attached = False
    if event.power_off:
        return off(mobile)
    mobile.deregister()
    return mobile.conclude(mobile.find_service())


def imsi_detached(mobile: Mobile, event: Detach) -> S:
    """No more calls; packets go on."""
    mobile.imsi_attached = False
    return mobile.conclude(mobile.find_service_again())


def overtaken(mobile: Mobile, event: Detach) -> S:
    """The network detaches from GPRS while the mobile wants to detach from calls."""
    assert event.overtaken_by is not None
    return detached_by_network(mobile, event.overtaken_by)


# --- authentication -----------------------------------------------------------------------------------------------


def authenticated(mobile: Mobile, event: Authentication) -> State:
    """Requests that were held are repeated again."""
    for child in mobile.children:
        child.release_guard()
    return mobile.state


def network_false(mobile: Mobile, event: Authentication) -> S:
    """The cell is barred, and whatever ran in it is over (4.7.7.6.1)."""
    mobile.bar(mobile.cell.name)
    mobile.stage.warn("network false", f"{mobile.subject} bars {mobile.cell.name}: its network fails authentication")
    mobile.end_children()
    if mobile.state in (*REGISTERED_CAMPED, S.UPDATING, S.IMSI_DETACH_INITIATED):
        mobile.update_due = True
        return mobile.conclude(mobile.find_service_again())
    mobile.deregister()
    return mobile.conclude(mobile.find_service())
