"""What a mobile does when the network tells it something: actions of :mod:`nodes.ms.gmm`."""

from nodes.core.machine import State
from nodes.ms import attach, routing_area_update
from nodes.ms.authentication import Authentication
from nodes.ms.card import UpdateStatus
from nodes.ms.causes import BOTH
from nodes.ms.events import PagedByImsi, PagedByPtmsi
from nodes.ms.mobile import Mobile
from nodes.ms.registration import rename
from nodes.ms.states import S
from protocol.causes import GmmCause
from protocol.gmm import (
    AttachAccept,
    AuthenticationAndCipheringReject,
    AuthenticationAndCipheringRequest,
    DetachAcceptMo,
    DetachRequestMt,
    GmmInformation,
    GmmStatus,
    IdentityRequest,
    IdentityResponse,
    PtmsiReallocationCommand,
    PtmsiReallocationComplete,
    RoutingAreaUpdateAccept,
)
from protocol.gmm.elements import DetachTypeMt, IdentityType
from protocol.identities import Imei, Imeisv, Imsi, MobileIdentity, Tmsi
from protocol.mm import MmInformation

# --- who are you --------------------------------------------------------------------------------------------------


def challenged(mobile: Mobile, event: AuthenticationAndCipheringRequest) -> State:
    """Answer, or begin to doubt."""
    mobile.start(Authentication(mobile, event))
    return mobile.state


def proof_refused(mobile: Mobile, event: AuthenticationAndCipheringReject) -> S:
    """The network does not believe us: the card is of no use until the mobile is switched off (4.7.7.5)."""
    mobile.deregister()
    mobile.invalidate(BOTH)
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
            identity = None if "GPRS" in mobile.sim_invalid else mobile.card.imsi
    mobile.tell(IdentityResponse(mobile_identity=MobileIdentity(identity)))
    return mobile.state


def renamed(mobile: Mobile, event: PtmsiReallocationCommand) -> State:
    """Take the new P-TMSI, and acknowledge it under it (4.7.6.2)."""
    if isinstance(event.allocated_ptmsi.value, Tmsi):
        rename(mobile, event)
        mobile.tell(PtmsiReallocationComplete())
    else:
        mobile.tell(GmmStatus(gmm_cause=GmmCause.INVALID_MANDATORY_INFORMATION))
    return mobile.state


def renaming_ignored(mobile: Mobile, event: PtmsiReallocationCommand) -> S:
    """The mobile is leaving: what is done about its identity does not matter any more (4.7.4.1.4 d)."""
    return S.DEREGISTERED_INITIATED


# --- you are known, and you are not any more ----------------------------------------------------------------------


def accepted_again(mobile: Mobile, event: AttachAccept) -> State:
    """ATTACH COMPLETE was lost: once more (4.7.3.1.6 c)."""
    attach.take_accept(mobile, event)
    return mobile.state


def updated_again(mobile: Mobile, event: RoutingAreaUpdateAccept) -> State:
    """ROUTING AREA UPDATE COMPLETE was lost: once more (4.7.5.1.6 c)."""
    routing_area_update.take_accept(mobile, event)
    return mobile.state


def attach_anew(mobile: Mobile) -> S:
    """The registration is of no use: attach again, and activate what was active (4.7.4.2.2, 4.7.5.1.4)."""
    mobile.sessions.remember()
    mobile.deregister()
    mobile.attempts = 0
    mobile.wants_gprs = True
    return mobile.conclude(mobile.find_service())


def detached_by_network(mobile: Mobile, event: DetachRequestMt) -> S:
    """Go, and come again or not (4.7.4.2.2)."""
    mobile.tell(DetachAcceptMo())
    kind, cause = event.detach_type.type, event.gmm_cause
    if kind is DetachTypeMt.IMSI_DETACH:
        return detached_from_calls(mobile, cause)
    if kind is DetachTypeMt.RE_ATTACH_REQUIRED:
        return attach_anew(mobile)
    mobile.wants_gprs = False
    state = mobile.excluded(cause, combined=mobile.may_combine)
    mobile.deregister()
    return mobile.conclude(state or mobile.find_service(), cause)


def detached_from_calls(mobile: Mobile, cause: GmmCause | None) -> S:
    """Calls do not come through the SGSN any more: ask for them again, unless they will never be (4.7.4.2.2).

    A mobile that is attached for GPRS only has no IMSI to detach.
    """
    assert isinstance(mobile.state, S)
    if not mobile.imsi_attached or not mobile.may_combine:
        return mobile.state
    if cause is GmmCause.IMSI_UNKNOWN_IN_HLR:
        mobile.invalidate(frozenset(("non-GPRS",)))
        return mobile.state
    mobile.imsi_attached = False
    mobile.card.location_status = UpdateStatus.NOT_UPDATED
    mobile.save()
    return mobile.conclude(mobile.find_service_again())


def detached_while_attaching(mobile: Mobile, event: DetachRequestMt) -> S:
    """Only a detach for good ends an attach; any other one is ignored (4.7.3.1.5 h)."""
    if event.detach_type.type in (DetachTypeMt.RE_ATTACH_REQUIRED, DetachTypeMt.IMSI_DETACH):
        return S.REGISTERED_INITIATED
    return detached_by_network(mobile, event)


def detached_while_updating(mobile: Mobile, event: DetachRequestMt) -> S:
    """A detach from GPRS ends the update; one from calls is ignored (4.7.5.1.5 g)."""
    return S.UPDATING if event.detach_type.type is DetachTypeMt.IMSI_DETACH else detached_by_network(mobile, event)


def detached_again(mobile: Mobile, event: DetachRequestMt) -> State:
    """It is detached: the network has not heard so."""
    mobile.tell(DetachAcceptMo())
    return mobile.state


# --- news ---------------------------------------------------------------------------------------------------------


def paged(mobile: Mobile, event: PagedByPtmsi) -> State:
    """There are packets: any frame tells where the mobile is (4.7.9.1.1)."""
    mobile.answer_page()
    return mobile.state


def paged_by_imsi(mobile: Mobile, event: PagedByImsi) -> S:
    """The network has lost the mobile's identities: it attaches as if it had none (4.7.9.1.2)."""
    mobile.end_children()
    mobile.forget(UpdateStatus.NOT_UPDATED)
    return attach_anew(mobile)


def note_information(mobile: Mobile, event: GmmInformation | MmInformation) -> None:
    """Keep what the network is called, and its time."""
    told = {
        "full name": event.full_name_for_network,
        "short name": event.short_name_for_network,
        "time zone": event.time_zone,
        "time": event.universal_time_and_time_zone,
        "daylight saving": event.network_daylight_saving_time,
        "LSA": event.lsa_identity,
    }
    mobile.information |= {what: str(value) for what, value in told.items() if value is not None}


def informed(mobile: Mobile, event: GmmInformation) -> State:
    """GMM INFORMATION (4.7.12)."""
    note_information(mobile, event)
    return mobile.state


def noted(mobile: Mobile, event: GmmStatus) -> State:
    """A STATUS is told, never answered (8.4)."""
    mobile.stage.warn("gmm status", f"GMM STATUS to {mobile.subject}: {event.gmm_cause.words}")
    return mobile.state
