"""Mobility management for calls, mobile side: its table (TS 24.008 4.1.2.1, 4.3, 4.4, 4.5)."""

from nodes.core.machine import Machine, State
from nodes.ms import call, cm_service, imsi_detach, location_updating, mm_authentication, radio, states
from nodes.ms.call import Call
from nodes.ms.card import UpdateStatus
from nodes.ms.cm_service import CmService
from nodes.ms.events import Changed, Paged
from nodes.ms.imsi_detach import ImsiDetach
from nodes.ms.location_updating import LocationUpdating, take_identity
from nodes.ms.mm import MobilityManagement
from nodes.ms.mm_authentication import MmAuthentication
from nodes.ms.mm_states import ATTEMPTING, BUSY, IDLE, SERVED, S
from nodes.ms.orders import CallOrder, LoseLink
from nodes.ms.radio import Channel
from nodes.ms.told import note_information
from protocol.causes import MmCause
from protocol.cc import SetupMt
from protocol.gmm.elements import IdentityType
from protocol.identities import Imei, Imeisv, Imsi, MobileIdentity, Tmsi
from protocol.mm import (
    Abort,
    AuthenticationReject,
    AuthenticationRequest,
    IdentityRequest,
    IdentityResponse,
    MmInformation,
    MmStatus,
    TmsiReallocationCommand,
    TmsiReallocationComplete,
)
from protocol.rr import PagingResponse, SuspensionCause
from protocol.timers import T3211, T3212, T3213, T3240, Timer

Mm = MobilityManagement

CARD_INVALID = (MmCause.IMSI_UNKNOWN_IN_HLR, MmCause.ILLEGAL_MS, MmCause.ILLEGAL_ME)
"""Causes after which the card is of no use for calls until the mobile is switched off (4.4.4.7)."""

FORBIDDEN = {
    MmCause.PLMN_NOT_ALLOWED: "PLMN",
    MmCause.LOCATION_AREA_NOT_ALLOWED: "area",
    MmCause.ROAMING_NOT_ALLOWED_IN_THIS_LOCATION_AREA: "area",
    MmCause.NO_SUITABLE_CELLS_IN_LOCATION_AREA: "area",
}
"""Causes that close the network, or the location area (4.4.4.7)."""

FORGOTTEN = (MmCause.PLMN_NOT_ALLOWED, MmCause.LOCATION_AREA_NOT_ALLOWED)
"""Those of them that delete what the mobile was given there."""

# --- the mobile has settled anew ----------------------------------------------------------------------------------


def looked_round(mm: Mm, event: Changed) -> S:
    """Idle: another state may fit, or something is to be done. Packets that have waited for calls need not any more."""
    state = mm.find_service()
    mobile = mm.mobile
    here = mobile.here
    waiting = mobile.state in (states.S.ATTACH_NEEDED, states.S.UPDATE_NEEDED)
    if state in IDLE and waiting and here is not None and not here.bars(mobile.card.imsi):
        mm.tell_packets()
    return state


def looked_up(mm: Mm, event: Changed) -> S:
    """In dedicated mode, only the loss of the radio and being switched off matter."""
    if not mm.mobile.covered:
        mm.failed |= mm.state is S.UPDATING
        mm.end_children()
        return mm.find_service()
    if mm.mobile.is_on:
        return S(mm.state)
    mm.end_procedures("the mobile is switched off")
    return mm.leave()


def left_unheard(mm: Mm, event: Changed) -> S:
    """The radio is lost while the mobile takes its leave."""
    if not mm.mobile.covered:
        mm.end_children()
        return mm.find_service()
    return S.DETACH_INITIATED


# --- the user orders ----------------------------------------------------------------------------------------------


def call_ordered(mm: Mm, event: CallOrder) -> S:
    """Ask for the service."""
    return mm.request_service(event)


def call_ordered_unlocated(mm: Mm, event: CallOrder) -> S:
    """The location is updated first, whatever failed before (4.2.2.2, 4.5.1.1)."""
    mm.waiting = event
    mm.attempts = 0
    mm.retry = True
    return mm.find_service()


def call_ordered_while_packets_update(mm: Mm, event: CallOrder) -> S:
    """Packets are to update the location first (4.2.2.2, 4.5.1.1)."""
    mm.waiting = event
    mm.ask_packets()
    return mm.find_service()


def call_put_off(mm: Mm, event: CallOrder) -> S:
    """The channel must be free first."""
    mm.waiting = event
    return S(mm.state)


# --- the network calls --------------------------------------------------------------------------------------------


def paged(mm: Mm, event: Paged) -> S:
    """Answer under the identity that was called (44.018 3.3.2.2); whatever packets were at must wait."""
    mobile = mm.mobile
    response = PagingResponse(
        cksn=mobile.card.cs_cksn,
        mobile_station_classmark=mm.stage.config.classmark,
        mobile_identity=event.identity,
    )
    mm.open_channel(response, SuspensionCause.MT_CS_CONNECTION)
    return S.WAIT_NETWORK_COMMAND


def call_offered(mm: Mm, event: SetupMt) -> S:
    """There is the call."""
    mm.start(Call(mm, None, event))
    return S.CONNECTION_ACTIVE


# --- who are you --------------------------------------------------------------------------------------------------


def challenged(mm: Mm, event: AuthenticationRequest) -> State:
    """Answer, or begin to doubt."""
    mm.start(MmAuthentication(mm, event))
    return mm.state


def authenticated(mm: Mm, event: MmAuthentication) -> State:
    """What the mobile has asked for is awaited again."""
    mm.release_requests()
    return mm.state


def network_false(mm: Mm, event: MmAuthentication) -> S:
    """The cell is barred, and the channel left (4.3.2.6.1)."""
    mobile, channel = mm.mobile, mm.channel
    assert channel is not None
    mobile.bar(channel.cell.name)
    mm.stage.warn("network false", f"{mm.subject} bars {channel.cell.name}: its network fails authentication")
    mm.end_children()
    mm.tell_packets()
    return mm.find_service()


def proof_refused(mm: Mm, event: AuthenticationReject) -> S:
    """The network does not believe us: no calls with this card until the mobile is switched off (4.3.2.5)."""
    mm.end_procedures("the network does not believe the mobile")
    mm.mobile.invalidate(frozenset(("non-GPRS",)))
    return S.WAIT_NETWORK_COMMAND


def asked_who(mm: Mm, event: IdentityRequest) -> State:
    """Name the identity asked for, or say that there is none (4.3.3.2). A reserved type counts as IMSI."""
    mobile = mm.mobile
    identity: Imsi | Imei | Imeisv | Tmsi | None
    match event.identity_type:
        case IdentityType.IMEI:
            identity = mobile.config.imei
        case IdentityType.IMEISV:
            identity = mobile.config.imeisv
        case IdentityType.TMSI:
            identity = mobile.card.tmsi
        case _:
            identity = mobile.card.imsi
    mm.tell(IdentityResponse(mobile_identity=MobileIdentity(identity)))
    return mm.state


def renamed(mm: Mm, event: TmsiReallocationCommand) -> State:
    """Take the new TMSI, or delete the old one for an IMSI (4.3.1.2)."""
    take_identity(mm.mobile, event.location_area_identification, event.mobile_identity)
    mm.tell(TmsiReallocationComplete())
    return mm.state


def informed(mm: Mm, event: MmInformation) -> State:
    """Keep what the network is called, and its time (4.3.6)."""
    note_information(mm.mobile, event)
    return mm.state


def noted(mm: Mm, event: MmStatus) -> State:
    """A STATUS is told, never answered (8.4)."""
    mm.stage.warn("mm status", f"MM STATUS to {mm.subject}: {event.reject_cause.words}")
    return mm.state


# --- what procedures end with -------------------------------------------------------------------------------------


def updated(mm: Mm, event: LocationUpdating) -> S:
    """The network knows where the mobile is; through an SGSN it would have to be told anew (4.1.1.2.2)."""
    mobile = mm.mobile
    mm.attempts = mm.access_failures = 0
    mm.by_gs = mm.update_due = False
    mm.failed = mobile.card.lai != mm.tried  # of a network that thinks it elsewhere there is no hope
    mobile.imsi_attached = mobile.imsi_attach_due = True
    order = mm.waiting
    if event.proceeds and order is not None and not mm.failed:
        mm.waiting = None
        return mm.request_service(order)  # on the same channel (4.4.4.6)
    return S.WAIT_NETWORK_COMMAND


def update_refused(mm: Mm, event: LocationUpdating) -> S:
    """The cause says whether ever to come again (4.4.4.7)."""
    mobile, cause = mm.mobile, event.cause
    kind = FORBIDDEN.get(cause) if cause is not None else None
    if cause in CARD_INVALID:
        mobile.invalidate(frozenset(("non-GPRS",)))
    elif kind is None:
        mm.failed = True
    else:
        mm.attempts = 0
        area = mm.tried
        assert area is not None
        mobile.forbidden |= {area.plmn if kind == "PLMN" else area}
        if cause in FORGOTTEN:
            mobile.forget_location(UpdateStatus.ROAMING_NOT_ALLOWED)
        else:
            mobile.imsi_attached = False
            mobile.card.location_status = UpdateStatus.ROAMING_NOT_ALLOWED
            mobile.save()
        mm.tell_packets()
    return S.WAIT_NETWORK_COMMAND


def update_unanswered(mm: Mm, event: LocationUpdating) -> S:
    """The network is mute: the channel is left (4.4.4.9 d)."""
    mm.failed = True
    mm.end_children()
    return mm.find_service()


def service_accepted(mm: Mm, event: CmService) -> S:
    """Set the call up."""
    mm.start(Call(mm, event.order))
    return S.CONNECTION_ACTIVE


def service_refused(mm: Mm, event: CmService) -> S:
    """Two causes say more than no (4.5.1.1): the VLR has lost the mobile, or its equipment is not wanted."""
    if event.cause is MmCause.IMSI_UNKNOWN_IN_VLR:
        mm.mobile.forget_location(UpdateStatus.NOT_UPDATED)
    elif event.cause is MmCause.ILLEGAL_ME:
        mm.mobile.invalidate(frozenset(("non-GPRS",)))
    return S.WAIT_NETWORK_COMMAND


def service_over(mm: Mm, event: CmService) -> S:
    """Nobody answers, or nobody wants it any more."""
    return S.WAIT_NETWORK_COMMAND


def call_over(mm: Mm, event: Call) -> S:
    """The network releases the channel."""
    return S.WAIT_NETWORK_COMMAND


def connections_aborted(mm: Mm, event: Abort) -> S:
    """The network wants no calls of this mobile now, or never any with its equipment (4.3.5.2)."""
    mm.end_procedures(event.reject_cause.words)
    if event.reject_cause is MmCause.ILLEGAL_ME:
        mm.mobile.invalidate(frozenset(("non-GPRS",)))
    return S.WAIT_NETWORK_COMMAND


# --- the end of the channel ---------------------------------------------------------------------------------------


def released(mm: Mm, event: Channel) -> S:
    """Idle again; the VLR that has lost the mobile is told where it is."""
    return idle_again(mm)


def released_early(mm: Mm, event: Channel) -> S:
    """The update has failed (4.4.4.9 e), perhaps for want of a channel (4.4.4.9 c)."""
    mm.failed = True
    mm.refused = event.refused
    return idle_again(mm)


def link_lost(mm: Mm, event: LoseLink) -> S:
    """The radio link has failed (44.018 3.4.13.1): an update has failed, a call is over (24.008 4.4.4.9 e, 4.5.2.3).

    Re-establishment is not asked for. Nobody has said that packets go on, so they update.
    """
    mm.failed |= mm.state is S.UPDATING
    if mm.state is S.DETACH_INITIATED:
        mm.end_children()
        return mm.find_service()
    return idle_again(mm)


def never_released(mm: Mm, event: Timer) -> S:
    """T3240 has run out: the channel is left (4.5.3.1)."""
    return idle_again(mm)


def idle_again(mm: Mm) -> S:
    """Nothing runs on the channel any more."""
    mm.end_children()
    if mm.through_sgsn and not mm.mobile.imsi_attached and mm.mobile.state is states.S.REGISTERED:
        mm.tell_packets()
    return mm.find_service()


def left(mm: Mm, event: Channel | ImsiDetach) -> S:
    """The network knows that calls do not reach the mobile, or will never hear of it."""
    mm.end_children()
    return mm.find_service()


# --- timers -------------------------------------------------------------------------------------------------------


def update_due(mm: Mm, event: Timer) -> S:
    """T3211 or T3213 has run out, or T3212 where the location is known."""
    mm.retry = mm.update_due = True
    return mm.find_service()


def update_due_anew(mm: Mm, event: Timer) -> S:
    """T3212 has run out where attempts have come to their end: they begin anew (4.4.4.5)."""
    mm.attempts = 0
    return update_due(mm, event)


LOOKED_ROUND = (*IDLE, S.UPDATING, S.WAIT_OUTGOING, S.DETACH_INITIATED)
"""What the look for service can lead to."""
LOCATED_OR_TRYING = (*SERVED, *ATTEMPTING)

MM = Machine(
    "MM, mobile side",
    clause="24.008 4.1.2.1",
    of=MobilityManagement,
    initial=S.NULL,
    guards={
        S.PERIODIC: T3212,
        S.UPDATE_AGAIN: T3211,
        S.ATTEMPTING_TO_UPDATE: T3211,
        S.ACCESS_FAILED: T3213,
        S.UPDATING_LATER: T3212,
        S.WAIT_NETWORK_COMMAND: T3240,
    },
    rows=[
        # in this state    on this event     do this      and be in one of
        # --- the mobile has settled anew
        (IDLE, Changed, looked_round, LOOKED_ROUND),
        (BUSY, Changed, looked_up, (*BUSY, *LOOKED_ROUND)),
        (S.DETACH_INITIATED, Changed, left_unheard, LOOKED_ROUND),
        # --- the user orders
        (SERVED, CallOrder, call_ordered, (S.WAIT_OUTGOING,)),
        (ATTEMPTING, CallOrder, call_ordered_unlocated, LOOKED_ROUND),
        (S.UPDATE_PENDING, CallOrder, call_ordered_while_packets_update, LOOKED_ROUND),
        (
            (S.UPDATING, S.WAIT_NETWORK_COMMAND),
            CallOrder,
            call_put_off,
            (S.UPDATING, S.WAIT_NETWORK_COMMAND),
        ),
        # --- the network calls
        ((*LOCATED_OR_TRYING, S.UPDATE_PENDING), Paged, paged, (S.WAIT_NETWORK_COMMAND,)),
        (S.WAIT_NETWORK_COMMAND, SetupMt, call_offered, (S.CONNECTION_ACTIVE,)),
        # --- who are you
        (BUSY, AuthenticationRequest, challenged, BUSY),
        (BUSY, mm_authentication.S.ANSWERED, authenticated, BUSY),
        (BUSY, mm_authentication.S.FALSE_NETWORK, network_false, LOOKED_ROUND),
        (BUSY, AuthenticationReject, proof_refused, (S.WAIT_NETWORK_COMMAND,)),
        (BUSY, IdentityRequest, asked_who, BUSY),
        (BUSY, TmsiReallocationCommand, renamed, BUSY),
        (BUSY, MmInformation, informed, BUSY),
        (BUSY, MmStatus, noted, BUSY),
        # --- what procedures end with
        (S.UPDATING, location_updating.S.UPDATED, updated, (S.WAIT_NETWORK_COMMAND, S.WAIT_OUTGOING)),
        (S.UPDATING, location_updating.S.REFUSED, update_refused, (S.WAIT_NETWORK_COMMAND,)),
        (S.UPDATING, location_updating.S.UNANSWERED, update_unanswered, LOOKED_ROUND),
        (S.WAIT_OUTGOING, cm_service.S.ACCEPTED, service_accepted, (S.CONNECTION_ACTIVE,)),
        (S.WAIT_OUTGOING, cm_service.S.REFUSED, service_refused, (S.WAIT_NETWORK_COMMAND,)),
        (S.WAIT_OUTGOING, cm_service.S.UNANSWERED, service_over, (S.WAIT_NETWORK_COMMAND,)),
        (S.WAIT_OUTGOING, cm_service.S.ABORTED, service_over, (S.WAIT_NETWORK_COMMAND,)),
        (S.CONNECTION_ACTIVE, call.S.RELEASED, call_over, (S.WAIT_NETWORK_COMMAND,)),
        (
            (S.WAIT_OUTGOING, S.CONNECTION_ACTIVE, S.WAIT_NETWORK_COMMAND),
            Abort,
            connections_aborted,
            (S.WAIT_NETWORK_COMMAND,),
        ),
        # --- the end of the channel
        (S.UPDATING, radio.S.RELEASED, released_early, LOOKED_ROUND),
        (
            (S.WAIT_OUTGOING, S.CONNECTION_ACTIVE, S.WAIT_NETWORK_COMMAND),
            radio.S.RELEASED,
            released,
            LOOKED_ROUND,
        ),
        ((*BUSY, S.DETACH_INITIATED), LoseLink, link_lost, LOOKED_ROUND),
        (S.WAIT_NETWORK_COMMAND, T3240, never_released, LOOKED_ROUND),
        (S.DETACH_INITIATED, radio.S.RELEASED, left, LOOKED_ROUND),
        (S.DETACH_INITIATED, imsi_detach.S.DETACHED, left, LOOKED_ROUND),
        # --- timers
        (S.PERIODIC, T3212, update_due, LOOKED_ROUND),
        ((S.UPDATE_AGAIN, S.ATTEMPTING_TO_UPDATE), T3211, update_due, LOOKED_ROUND),
        (S.ACCESS_FAILED, T3213, update_due, LOOKED_ROUND),
        (S.UPDATING_LATER, T3212, update_due_anew, LOOKED_ROUND),
    ],
)
