"""Routing area update, network side (TS 24.008 4.7.5, TS 23.060 6.9.1.2, 6.9.1.3): normal, periodic, combined.

A mobile that is known here runs it in its own context; one that comes from another SGSN runs it in a new one, which the
old SGSN fills. Only what is proved changes anything: else the mobile stays registered where it was.
"""

from typing import Any

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.sgsn import authentication, context_transfer, gs_update, identification, location_update, pdp_transfer
from nodes.sgsn.association import SEPARATED
from nodes.sgsn.authentication import Authentication
from nodes.sgsn.context_transfer import ContextTransfer
from nodes.sgsn.events import RadioLost
from nodes.sgsn.failure_report import FailureReport
from nodes.sgsn.gs_update import GsUpdate
from nodes.sgsn.identification import Identification
from nodes.sgsn.location_update import LocationUpdate
from nodes.sgsn.pdp_context import PdpContext
from nodes.sgsn.pdp_transfer import TunnelUpdate, accept_status
from protocol.causes import GmmCause, GtpCause
from protocol.gmm import (
    AuthenticationAndCipheringReject,
    RoutingAreaUpdateAccept,
    RoutingAreaUpdateComplete,
    RoutingAreaUpdateReject,
    RoutingAreaUpdateRequest,
)
from protocol.gmm.elements import (
    Cksn,
    IdentityType,
    PdpContextStatus,
    UpdateResult,
    UpdateResultValue,
    UpdateTypeValue,
)
from protocol.identities import MobileIdentity, Tmsi
from protocol.timers import T3350, Timer

COMBINED = (UpdateTypeValue.COMBINED_RA_LA_UPDATING, UpdateTypeValue.COMBINED_RA_LA_UPDATING_WITH_IMSI_ATTACH)


class S(State):
    """States of the update."""

    START = "start"
    WAIT_CONTEXT = "wait for the contexts from the old SGSN"
    WAIT_AUTHENTICATION = "wait for authentication"
    WAIT_IDENTITY = "wait for identification after a wrong proof"
    WAIT_GGSNS = "wait for the GGSNs"
    WAIT_LOCATION = "wait for the location update"
    WAIT_VLR = "wait for the VLR"
    WAIT_COMPLETE = "wait for ROUTING AREA UPDATE COMPLETE"
    UPDATED = "updated"
    REJECTED = "update rejected"
    ABANDONED = "update abandoned"


class RoutingAreaUpdate(Procedure):
    """One update of one mobile; the context that it changes is its parent.

    ``place`` is where the mobile was before it asked, ``proved`` whether it is the one whose context this is, ``asked``
    the P-TMSI under which it came. ``transfer`` got the contexts from the old SGSN, ``voice`` asked the VLR.
    ``tells_status``: the mobile is to learn which PDP contexts there are; ``lowered`` are those of which their GGSNs
    give less than they did.
    """

    __slots__ = ("asked", "context", "lowered", "place", "proved", "request", "tells_status", "transfer", "voice")

    def __init__(self, context: Any, request: RoutingAreaUpdateRequest) -> None:
        super().__init__(context.stage, context)
        self.context = context
        self.place = context.place_before
        self.request = request
        self.proved = False
        self.tells_status = False
        self.lowered: tuple[PdpContext, ...] = ()
        self.asked = Tmsi(0)
        self.transfer: ContextTransfer | None = None
        self.voice: GsUpdate | None = None

    def ended(self) -> None:
        if self.transfer is not None:
            self.transfer.give_back(GtpCause.SYSTEM_FAILURE)

    def reject(self, cause: GmmCause) -> S:
        """Refuse the update; contexts that came for it go back."""
        context = self.context
        self.tell(RoutingAreaUpdateReject(gmm_cause=cause, force_to_standby=context.force_to_standby()))
        return S.REJECTED

    def fetch_contexts(self, *, validated: bool = False) -> S:
        """Ask the old SGSN; a mobile of a routing area of ours that is not known was implicitly detached."""
        request, context = self.request, self.context
        area = request.old_routing_area
        identity = self.asked if request.ptmsi is not None else context.tlli_used
        if self.stage.old_sgsn(area, identity) is None and self.stage.gb.serves(area):
            return self.reject(GmmCause.IMPLICITLY_DETACHED)
        signature = request.old_ptmsi_signature
        self.start(ContextTransfer(self, context, area, identity, signature, validated=validated))
        return S.WAIT_CONTEXT

    def authenticate(self) -> S:
        """Challenge the mobile."""
        self.start(Authentication(self, self.context))
        return S.WAIT_AUTHENTICATION

    @property
    def is_signed(self) -> bool:
        """True where the P-TMSI signature is the one that we gave the mobile, and the key is still that."""
        request, context = self.request, self.context
        signature = context.signature_of(self.asked)
        return (
            signature is not None
            and signature == request.old_ptmsi_signature
            and context.cksn is not Cksn.NO_KEY
            and request.cksn == context.cksn
        )

    def go_on(self) -> S:
        """It is the mobile: take what it tells, and let GGSNs and HLR know if they must."""
        self.proved = True
        request, context = self.request, self.context
        if self.transfer is not None:
            self.transfer.acknowledge()
        if request.ms_network_capability is not None:
            context.ms_network_capability = request.ms_network_capability
        if request.drx_parameter is not None:
            context.drx_parameter = request.drx_parameter
        known, capability = context.ms_radio_access_capability, request.ms_radio_access_capability
        context.ms_radio_access_capability = capability
        if known is not None and known != capability:
            self.stage.gb.tell_capability(context)
        self.tells_status = request.pdp_context_status is not None
        if context.pdp and not context.ggsns_know:
            self.start(TunnelUpdate(self, context))
            return S.WAIT_GGSNS
        return self.update_location()

    def update_location(self) -> S:
        """Delete what the mobile does not have, as the GGSNs know now who may; let the HLR know, if it must."""
        if self.request.pdp_context_status is not None:
            accept_status(self.context, self.request.pdp_context_status.active)
        if self.context.location_confirmed:
            return self.ask_vlr()
        self.start(LocationUpdate(self, self.context))
        return S.WAIT_LOCATION

    def ask_vlr(self) -> S:
        """Let the VLR know of a combined update, if the mobile may be here at all (23.060 6.9.1.2.1 step 3)."""
        if self.context.is_restricted:
            return self.reject(self.stage.config.map_causes["zone restricted"])
        if self.request.update_type.update_type_value in COMBINED:
            self.start(GsUpdate(self, self.context, self.request))
            return S.WAIT_VLR
        return self.accept()

    def accept(self) -> S:
        """All is well: the accept, with a new P-TMSI if there is reason, and then it waits for COMPLETE."""
        context, config, request = self.context, self.stage.config, self.request
        newcomer = not self.stage.is_registered(context)
        self.stage.claim(context, None)
        moved = context.rai != context.cell.rai
        if moved and request.update_type.update_type_value is UpdateTypeValue.RA_UPDATING:
            context.tell_gs(SEPARATED)  # it goes to the VLR by itself there, or attaches for calls later
        new = newcomer or moved or context.ptmsi_old is not None or config.ptmsi_reallocation == "every update"
        if new:
            self.stage.allocate_ptmsi(context, self.asked)
        context.ready_timer = request.requested_ready_timer or config.ready_timer
        context.cell_notification = config.cell_notification
        identity, cause, result = None, None, UpdateResultValue.RA_UPDATED
        if self.voice is not None:
            identity, cause = self.voice.identity, self.voice.cause
            if cause is None and request.update_type.update_type_value in COMBINED:
                result = UpdateResultValue.COMBINED_RA_LA_UPDATED
        message = RoutingAreaUpdateAccept(
            force_to_standby=context.force_to_standby(),
            update_result=UpdateResult(update_result_value=result),
            periodic_ra_update_timer=config.periodic_ra_update_timer,
            routing_area=context.rai,
            ptmsi_signature=context.ptmsi_signature,
            allocated_ptmsi=MobileIdentity(context.ptmsi) if new else None,
            ms_identity=identity,
            negotiated_ready_timer=context.ready_timer,
            gmm_cause=cause if request.update_type.update_type_value in COMBINED else None,
            cell_notification=config.cell_notification or None,
            pdp_context_status=active(context) if self.tells_status else None,
        )
        if new or identity is not None:
            self.ask(message)
            return S.WAIT_COMPLETE
        self.tell(message)
        return S.UPDATED


def active(context: Any) -> PdpContextStatus:
    """The NSAPIs that are in use here."""
    return PdpContextStatus(tuple(sorted(context.pdp)))


def begun(update: RoutingAreaUpdate, event: Begin) -> S:
    """Whose is it: a mobile of ours, which is believed if its signature is right, or one from another SGSN."""
    context, request = update.context, update.request
    identity = None if request.ptmsi is None else request.ptmsi.value
    update.asked = identity if isinstance(identity, Tmsi) else context.tlli_used.ptmsi
    if not update.stage.is_registered(context):
        return update.fetch_contexts()
    if update.stage.config.authenticate == "when needed" and update.is_signed:
        return update.go_on()
    return update.authenticate()


def requested_again(update: RoutingAreaUpdate, event: RoutingAreaUpdateRequest) -> State:
    """The same request before the answer: the first one goes on. Another one replaces it (4.7.5.1.6 d.2)."""
    return update.state if event == update.request else restarted(update, event)


def restarted(update: RoutingAreaUpdate, event: RoutingAreaUpdateRequest) -> S:
    """Abort what was begun and begin anew."""
    update.end_children()
    if update.transfer is not None:
        update.transfer.give_back(GtpCause.SYSTEM_FAILURE)
    update.transfer = update.voice = None
    update.request = event
    return begun(update, Begin())


def transferred(update: RoutingAreaUpdate, event: ContextTransfer) -> S:
    """The old SGSN has believed the signature, or our word; more proof is policy (23.060 6.9.1.2.2 step 3)."""
    update.transfer = event
    if event.validated or update.stage.config.authenticate == "when needed":
        return update.go_on()
    return update.authenticate()


def not_validated(update: RoutingAreaUpdate, event: ContextTransfer) -> S:
    """The old SGSN wants the mobile authenticated first."""
    return update.authenticate()


def transfer_refused(update: RoutingAreaUpdate, event: ContextTransfer) -> S:
    """The old SGSN does not help: the mobile must attach."""
    return update.reject(event.cause)


def authenticated(update: RoutingAreaUpdate, event: Authentication) -> S:
    """It is who it says. Contexts that the old SGSN has kept till now are asked for again (29.060 7.5.3)."""
    if update.transfer is None and not update.stage.is_registered(update.context):
        return update.fetch_contexts(validated=True)
    return update.go_on()


def proof_wrong(update: RoutingAreaUpdate, event: Authentication) -> S:
    """Wrong proof: the P-TMSI may be another's, so ask for the IMSI (4.7.7.5)."""
    update.start(Identification(update, IdentityType.IMSI))
    return S.WAIT_IDENTITY


def identified(update: RoutingAreaUpdate, event: Identification) -> S:
    """The IMSI that the P-TMSI stands for: it is an impostor. Another: its P-TMSI is not known, it must attach."""
    if event.identity != update.context.imsi:
        return update.reject(GmmCause.MS_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK)
    FailureReport(update.stage, update.context.imsi).begin()
    update.tell(AuthenticationAndCipheringReject())
    return S.REJECTED


def vectors_missing(update: RoutingAreaUpdate, event: Authentication) -> S:
    """The HLR gave no vectors."""
    return update.reject(event.cause)


def unanswered(update: RoutingAreaUpdate, event: Authentication | Identification) -> S:
    """The mobile does not answer: the update dies with the challenge (4.7.7.6 b)."""
    return S.ABANDONED


def tunnels_updated(update: RoutingAreaUpdate, event: TunnelUpdate) -> S:
    """The GGSNs know; of a context that one of them has not kept the mobile is told by its status."""
    update.tells_status = update.tells_status or event.lost
    update.lowered += event.lowered
    return update.update_location()


def located(update: RoutingAreaUpdate, event: LocationUpdate) -> S:
    """The HLR has accepted."""
    return update.ask_vlr()


def location_refused(update: RoutingAreaUpdate, event: LocationUpdate) -> S:
    """The HLR has not."""
    return update.reject(event.cause)


def vlr_answered(update: RoutingAreaUpdate, event: GsUpdate) -> S:
    """The VLR has accepted, or the mobile is updated for packets only (4.7.5.2.3)."""
    update.voice = event
    return update.accept()


def completed(update: RoutingAreaUpdate, event: RoutingAreaUpdateComplete) -> S:
    """The mobile has its new identities."""
    return S.UPDATED


def requested_after_accept(update: RoutingAreaUpdate, event: RoutingAreaUpdateRequest) -> S:
    """The same request: the accept again, not counted. Another: begin anew (4.7.5.1.6 d.1)."""
    if event == update.request:
        update.repeat()
        return S.WAIT_COMPLETE
    return restarted(update, event)


def never_completed(update: RoutingAreaUpdate, event: Timer | RadioLost) -> S:
    """The fifth expiry of T3350, or the radio is lost: abort; both P-TMSIs stay valid for a time (4.7.5.1.6 a, c)."""
    return S.ABANDONED


BEFORE_ACCEPT = (S.WAIT_CONTEXT, S.WAIT_AUTHENTICATION, S.WAIT_IDENTITY, S.WAIT_GGSNS, S.WAIT_LOCATION, S.WAIT_VLR)
PROVED = (S.WAIT_GGSNS, S.WAIT_LOCATION, S.WAIT_VLR, S.WAIT_COMPLETE, S.UPDATED, S.REJECTED)
FIRST = (S.WAIT_CONTEXT, S.WAIT_AUTHENTICATION, *PROVED)

ROUTING_AREA_UPDATE = Machine(
    "routing area update, network side",
    clause="24.008 4.7.5",
    of=RoutingAreaUpdate,
    initial=S.START,
    final=(S.UPDATED, S.REJECTED, S.ABANDONED),
    guards={S.WAIT_COMPLETE: T3350},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, FIRST),
        (BEFORE_ACCEPT, RoutingAreaUpdateRequest, requested_again, (*FIRST, S.WAIT_IDENTITY)),
        (S.WAIT_CONTEXT, context_transfer.S.TRANSFERRED, transferred, (S.WAIT_AUTHENTICATION, *PROVED)),
        (S.WAIT_CONTEXT, context_transfer.S.NOT_VALIDATED, not_validated, (S.WAIT_AUTHENTICATION,)),
        (S.WAIT_CONTEXT, context_transfer.S.REFUSED, transfer_refused, (S.REJECTED,)),
        (S.WAIT_AUTHENTICATION, authentication.S.AUTHENTICATED, authenticated, (S.WAIT_CONTEXT, *PROVED)),
        (S.WAIT_AUTHENTICATION, authentication.S.WRONG, proof_wrong, (S.WAIT_IDENTITY,)),
        (S.WAIT_AUTHENTICATION, authentication.S.NO_VECTORS, vectors_missing, (S.REJECTED,)),
        (S.WAIT_AUTHENTICATION, authentication.S.UNANSWERED, unanswered, (S.ABANDONED,)),
        (S.WAIT_IDENTITY, identification.S.IDENTIFIED, identified, (S.REJECTED,)),
        (S.WAIT_IDENTITY, identification.S.UNIDENTIFIED, unanswered, (S.ABANDONED,)),
        (S.WAIT_GGSNS, pdp_transfer.S.UPDATED, tunnels_updated, PROVED),
        (S.WAIT_LOCATION, location_update.S.UPDATED, located, PROVED),
        (S.WAIT_LOCATION, location_update.S.REFUSED, location_refused, (S.REJECTED,)),
        (S.WAIT_VLR, gs_update.S.UPDATED, vlr_answered, (S.WAIT_COMPLETE, S.UPDATED)),
        (S.WAIT_VLR, gs_update.S.REFUSED, vlr_answered, (S.WAIT_COMPLETE, S.UPDATED)),
        (S.WAIT_VLR, gs_update.S.UNANSWERED, vlr_answered, (S.WAIT_COMPLETE, S.UPDATED)),
        (S.WAIT_COMPLETE, RoutingAreaUpdateComplete, completed, (S.UPDATED,)),
        (S.WAIT_COMPLETE, RoutingAreaUpdateRequest, requested_after_accept, (*FIRST, S.WAIT_IDENTITY)),
        (S.WAIT_COMPLETE, T3350, never_completed, (S.ABANDONED,)),
        (S.WAIT_COMPLETE, RadioLost, never_completed, (S.ABANDONED,)),
    ],
)
