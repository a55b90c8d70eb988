"""The Gs association of a mobile, VLR side: location update for calls through the SGSN, and detach (TS 29.018 6 to 10).

A companion of the subscriber. A LOCATION-UPDATE-REQUEST is taken in every state and begins the association anew, with
the SGSN that sent it: of two SGSNs that claim a mobile the later one has it. What the other one says then finds no
association.
"""

from typing import TYPE_CHECKING, Any

from nodes.core.machine import Machine, Procedure, State
from nodes.vlr import location_update
from nodes.vlr.events import (
    ASSOCIATED,
    CONTACT,
    DISSOCIATED,
    UNWELCOME,
    UPDATE_BEGUN,
    AssociationLost,
    Detached,
    LocationRefused,
)
from nodes.vlr.location_update import LocationUpdate, is_confirmed
from protocol.bssap_plus import (
    AlertAck,
    AlertReject,
    GprsDetachAck,
    GprsDetachIndication,
    ImsiDetachAck,
    ImsiDetachIndication,
    LocationUpdateAccept,
    LocationUpdateReject,
    LocationUpdateRequest,
    MobileStatus,
    MsActivityIndication,
    MsInformationResponse,
    MsUnreachable,
    PagingReject,
    TmsiReallocationComplete,
    UplinkTunnelRequest,
)
from protocol.bssap_plus.elements import ImsiDetachFromNonGprsServiceType
from protocol.bssgp.elements import ImsiIdentity
from protocol.causes import GsCause
from protocol.identities import Gt, Lai, MobileIdentity
from protocol.timers import T6_2, Timer

if TYPE_CHECKING:
    from nodes.vlr.subscribers import Subscriber

_How = ImsiDetachFromNonGprsServiceType
EXPLICIT = (
    _How.EXPLICIT_MS_INITIATED_IMSI_DETACH_FROM_NON_GPRS_SERVICES,
    _How.COMBINED_EXPLICIT_MS_INITIATED_IMSI_DETACH_FROM_GPRS_AND_NON_GPRS_SERVICES,
)
"""The mobile itself has left; reserved values count as implicit (18.4.12)."""

NOT_KNOWN = (
    GsCause.IMSI_DETACHED_FOR_GPRS_SERVICES,
    GsCause.IMSI_DETACHED_FOR_GPRS_AND_NON_GPRS_SERVICES,
    GsCause.IMSI_UNKNOWN,
    GsCause.IMSI_DETACHED_FOR_NON_GPRS_SERVICES,
    GsCause.IMSI_IMPLICITLY_DETACHED_FOR_NON_GPRS_SERVICES,
    GsCause.MESSAGE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE,
)
"""Causes by which an SGSN says that it has no association where we have one."""


class S(State):
    """States of the association; what stands behind a comma is ours."""

    GS_NULL = "Gs-NULL"
    LA_UPDATE_PRESENT = "LA-UPDATE-PRESENT"
    TMSI_SENT = "Gs-ASSOCIATED, TMSI not acknowledged"
    ASSOCIATED = "Gs-ASSOCIATED"


class Association(Procedure):
    """The association of one subscriber.

    ``caller`` is the SGSN whose location update is being taken, ``area`` where the mobile is by it; ``tunnelled`` the
    last message that came through the tunnel.
    """

    __slots__ = ("area", "caller", "subscriber", "tunnelled")

    def __init__(self, subscriber: "Subscriber") -> None:
        super().__init__(subscriber.stage)
        self.subscriber = subscriber
        self.caller: Gt | None = None
        self.area: Lai | None = None
        self.tunnelled = b""

    @property
    def subject(self) -> str:
        return self.subscriber.subject

    @property
    def gs_state(self) -> str:
        """The state as 29.018 calls it."""
        return str(self.state.value).partition(",")[0]

    @property
    def identity(self) -> ImsiIdentity:
        """Whom messages are about."""
        return ImsiIdentity(self.subscriber.imsi)

    def transmit(self, message: Any) -> None:
        self.stage.gs.send(self.subscriber.sgsn, message)

    def accept(self) -> S:
        """The mobile is registered here, if it may: a new TMSI, guarded by T6-2, if TMSIs are given."""
        subscriber = self.subscriber
        assert self.area is not None
        if not subscriber.may_be_in(self.area):
            cause = self.stage.config.map_causes["zone restricted"]
            self.tell(LocationUpdateReject(imsi=self.identity, reject_cause=cause))
            subscriber.tell_children(LocationRefused(cause, final=False))
            subscriber.hear(UNWELCOME)
            return self.dissolve()
        subscriber.lai = self.area
        if not self.stage.config.tmsi:
            self.tell(LocationUpdateAccept(imsi=self.identity, location_area_identifier=self.area))
            subscriber.hear(ASSOCIATED)
            subscriber.tell_children(ASSOCIATED)
            return S.ASSOCIATED
        # A request that comes again has the same answer: the acknowledgement does not tell which TMSI it is of.
        again = subscriber.tmsi if self.state is S.TMSI_SENT else None
        tmsi = again or self.stage.register.allocate(subscriber)
        self.ask(
            LocationUpdateAccept(
                imsi=self.identity, location_area_identifier=self.area, new_tmsi_or_imsi=MobileIdentity(tmsi)
            )
        )
        subscriber.hear(ASSOCIATED)
        subscriber.tell_children(ASSOCIATED)
        return S.TMSI_SENT

    def dissolve(self) -> S:
        """No SGSN speaks for the mobile any more."""
        self.end_children()
        self.subscriber.sgsn = None
        self.subscriber.hear(DISSOCIATED)
        self.subscriber.tell_children(DISSOCIATED)
        return S.GS_NULL


def requested(association: Association, event: LocationUpdateRequest) -> S:
    """Ask the HLR, unless it has confirmed this VLR already; whatever ran before is aborted (6.3)."""
    subscriber = association.subscriber
    association.end_children()
    subscriber.sgsn = association.caller
    subscriber.confirmed_by_radio = True
    subscriber.tell_children(UPDATE_BEGUN)
    subscriber.tell_children(CONTACT)
    association.area = event.new_cell_global_identity.rai.lai
    again = association.state is S.TMSI_SENT and subscriber.lai == association.area
    if is_confirmed(subscriber, None if again else event.old_location_area_identifier):
        return association.accept()
    association.start(LocationUpdate(association, subscriber))
    return S.LA_UPDATE_PRESENT


def updated(association: Association, event: LocationUpdate) -> S:
    """The HLR has accepted."""
    return association.accept()


def refused(association: Association, event: LocationUpdate) -> S:
    """The HLR has not: the SGSN tells the mobile why (6.3.4)."""
    subscriber = association.subscriber
    association.tell(LocationUpdateReject(imsi=association.identity, reject_cause=event.cause))
    refusal = LocationRefused(event.cause, final=event.final)
    subscriber.tell_children(refusal)
    subscriber.hear(refusal)
    return association.dissolve()


def acknowledged(association: Association, event: TmsiReallocationComplete) -> S:
    """The mobile has its TMSI: the one before is free."""
    association.stage.register.release_old(association.subscriber)
    return S.ASSOCIATED


def never_acknowledged(association: Association, event: Timer) -> S:
    """T6-2 has run out: old and new TMSI stay valid, and the mobile is associated (6.3)."""
    return S.ASSOCIATED


def detached_from_gprs(association: Association, event: GprsDetachIndication) -> S:
    """No packet services any more; calls reach the mobile through the A interface (8.3)."""
    association.tell(GprsDetachAck(imsi=association.identity))
    return association.dissolve()


def detached_from_non_gprs(association: Association, event: ImsiDetachIndication) -> S:
    """No calls any more: by the mobile's wish, or because it was silent for long (9.3, 10.3)."""
    association.tell(ImsiDetachAck(imsi=association.identity))
    detach = Detached("explicit" if event.imsi_detach_from_non_gprs_service_type in EXPLICIT else "implicit")
    association.subscriber.tell_children(detach)
    association.subscriber.hear(detach)
    return association.dissolve()


def lost(association: Association, event: AssociationLost) -> S:
    """SGSN reset, location updating on the A interface, or the SGSN knows nothing of it: no word to the SGSN."""
    return association.dissolve()


def status_told(association: Association, event: MobileStatus) -> State:
    """The SGSN could not take a message of ours; it may be that it knows of no association (16)."""
    association.stage.warn("gs status", f"MOBILE-STATUS of {association.subject}: {event.gs_cause.words}")
    return association.dissolve() if event.gs_cause in NOT_KNOWN else association.state


def late(association: Association, event: AlertAck | MsInformationResponse | MsUnreachable) -> State:
    """Nobody waits for this answer any more; the association is none the worse for it."""
    return association.state


def denied(association: Association, event: AlertReject | PagingReject) -> State:
    """The same, but the SGSN has no association where we have one (5.3.3, 7.3)."""
    return association.dissolve() if event.gs_cause in NOT_KNOWN else association.state


def active(association: Association, event: MsActivityIndication) -> State:
    """The mobile was heard, after an HLR failed (13): what the VLR knows of it is to be confirmed there anew."""
    association.subscriber.tell_children(event)
    association.subscriber.hear(CONTACT)
    return association.state


def tunnel_used(association: Association, event: UplinkTunnelRequest) -> State:
    """A message came through the tunnel; nobody here reads it."""
    association.tunnelled = event.uplink_tunnel_payload_control_and_info.payload
    return association.state


HERE = (S.TMSI_SENT, S.ASSOCIATED)
PRESENT = (S.LA_UPDATE_PRESENT, *HERE)

ASSOCIATION = Machine(
    "Gs association, VLR side",
    clause="29.018 4.2.2",
    of=Association,
    initial=S.GS_NULL,
    guards={S.TMSI_SENT: T6_2},
    rows=[
        # in this state    on this event     do this      and be in one of
        ((S.GS_NULL, *PRESENT), LocationUpdateRequest, requested, (S.LA_UPDATE_PRESENT, *HERE, S.GS_NULL)),
        (S.LA_UPDATE_PRESENT, location_update.S.UPDATED, updated, (*HERE, S.GS_NULL)),
        (S.LA_UPDATE_PRESENT, location_update.S.REFUSED, refused, (S.GS_NULL,)),
        (S.TMSI_SENT, TmsiReallocationComplete, acknowledged, (S.ASSOCIATED,)),
        (S.TMSI_SENT, T6_2, never_acknowledged, (S.ASSOCIATED,)),
        (PRESENT, GprsDetachIndication, detached_from_gprs, (S.GS_NULL,)),
        (PRESENT, ImsiDetachIndication, detached_from_non_gprs, (S.GS_NULL,)),
        (PRESENT, AssociationLost, lost, (S.GS_NULL,)),
        (PRESENT, MobileStatus, status_told, (*PRESENT, S.GS_NULL)),
        (HERE, AlertAck, late, HERE),
        (HERE, MsInformationResponse, late, HERE),
        (HERE, MsUnreachable, late, HERE),
        (HERE, AlertReject, denied, (*HERE, S.GS_NULL)),
        (HERE, PagingReject, denied, (*HERE, S.GS_NULL)),
        (HERE, MsActivityIndication, active, HERE),
        (HERE, UplinkTunnelRequest, tunnel_used, HERE),
    ],
)
