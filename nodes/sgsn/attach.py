"""GPRS attach, network side (TS 24.008 4.7.3.1, TS 23.060 6.5).

Who is it, is it really, may its equipment be used, does the HLR allow it: then, and only then, ATTACH ACCEPT.
"""

from typing import Any

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.sgsn import authentication, equipment_check, gs_update, identification, location_update, old_identification
from nodes.sgsn.association import SEPARATED
from nodes.sgsn.authentication import Authentication
from nodes.sgsn.detach import NetworkDetach
from nodes.sgsn.equipment_check import EquipmentCheck
from nodes.sgsn.events import RadioLost
from nodes.sgsn.failure_report import FailureReport
from nodes.sgsn.gs_update import GsUpdate
from nodes.sgsn.identification import Identification
from nodes.sgsn.location_update import LocationUpdate
from nodes.sgsn.old_identification import IdentificationAtOldSgsn
from protocol.causes import GmmCause
from protocol.gmm import (
    AttachAccept,
    AttachComplete,
    AttachReject,
    AttachRequest,
    AuthenticationAndCipheringReject,
    RoutingAreaUpdateReject,
    RoutingAreaUpdateRequest,
)
from protocol.gmm.elements import (
    AttachResult,
    Cksn,
    DetachTypeMt,
    ForceToStandby,
    IdentityType,
    RadioPriority,
    ResultOfAttach,
    TypeOfAttach,
)
from protocol.identities import Imei, Imsi, MobileIdentity, Tmsi
from protocol.timers import T3350, Timer


class S(State):
    """States of the attach."""

    START = "start"
    WAIT_OLD_SGSN = "wait for identification by the old SGSN"
    WAIT_IDENTITY = "wait for identification"
    WAIT_AUTHENTICATION = "wait for authentication"
    WAIT_EQUIPMENT = "wait for the equipment's identity"
    WAIT_EQUIPMENT_CHECK = "wait for the equipment check"
    WAIT_LOCATION = "wait for the location update"
    WAIT_VLR = "wait for the VLR"
    WAIT_COMPLETE = "wait for ATTACH COMPLETE"
    ATTACHED = "attached"
    OVERTAKEN = "attached, and an update begun"
    REJECTED = "attach rejected"
    ABANDONED = "attach abandoned"


class Attach(Procedure):
    """One attach of one mobile; the context that it fills is its parent."""

    __slots__ = ("by_old_sgsn", "context", "known_by_ptmsi", "request", "signature", "update", "voice")

    def __init__(self, context: Any, request: AttachRequest) -> None:
        super().__init__(context.stage, context)
        self.context = context
        self.request = request
        self.known_by_ptmsi = False
        self.by_old_sgsn = False
        self.signature: int | None = None
        self.voice: GsUpdate | None = None
        self.update: RoutingAreaUpdateRequest | None = None

    def reject(self, cause: GmmCause) -> S:
        """Refuse the attach."""
        self.tell(AttachReject(gmm_cause=cause))
        return S.REJECTED

    def identify(self) -> S:
        """Ask for the IMSI."""
        self.start(Identification(self, IdentityType.IMSI))
        return S.WAIT_IDENTITY

    def authenticate(self) -> S:
        """Challenge the mobile, unless its P-TMSI, signature and key are the ones that we gave it."""
        request, context = self.request, self.context
        trusted = (
            self.stage.config.authenticate == "when needed"
            and self.known_by_ptmsi
            and context.cksn is not Cksn.NO_KEY
            and request.cksn == context.cksn
            and request.old_ptmsi_signature is not None
            and request.old_ptmsi_signature == self.signature
        )
        if trusted:
            return self.check_equipment()
        self.start(Authentication(self, context))
        return S.WAIT_AUTHENTICATION

    def check_equipment(self) -> S:
        """Ask the EIR, once in the life of a context."""
        if self.stage.eir is None or self.context.equipment_checked:
            return self.update_location()
        self.start(Identification(self, IdentityType.IMEI))
        return S.WAIT_EQUIPMENT

    def update_location(self) -> S:
        """Tell the HLR, unless it has confirmed this SGSN already."""
        owner = self.stage.context_of(self.context.imsi)
        if owner is not None and owner.location_confirmed:
            self.context.location_confirmed = True
            self.context.subscribe_as(owner)
            return self.ask_vlr()
        self.start(LocationUpdate(self, self.context))
        return S.WAIT_LOCATION

    def ask_vlr(self) -> S:
        """Let the VLR know of a combined attach, if the mobile may be here at all (23.060 6.5.3 step 8)."""
        if self.context.is_restricted:
            return self.reject(self.stage.config.map_causes["zone restricted"])
        if self.request.attach_type.type_of_attach is not TypeOfAttach.COMBINED_GPRS_IMSI_ATTACH:
            return self.accept()
        self.start(GsUpdate(self, self.context, self.request))
        return S.WAIT_VLR

    def accept(self) -> S:
        """All is well: a new P-TMSI, and the accept that carries it until it is acknowledged."""
        context, config = self.context, self.stage.config
        asked = self.request.mobile_identity.value
        self.stage.claim(context, asked if self.known_by_ptmsi else None)
        self.stage.allocate_ptmsi(context)
        context.ready_timer = self.request.requested_ready_timer or config.ready_timer
        context.cell_notification = config.cell_notification
        identity, cause, result = None, None, ResultOfAttach.GPRS_ONLY_ATTACHED
        if self.voice is None:
            context.tell_gs(SEPARATED)  # it goes to the VLR by itself, if at all
        else:
            identity, cause = self.voice.identity, self.voice.cause
            result = ResultOfAttach.COMBINED_GPRS_IMSI_ATTACHED if cause is None else result
        self.ask(
            AttachAccept(
                attach_result=AttachResult(result_of_attach=result),
                force_to_standby=context.force_to_standby(),
                periodic_ra_update_timer=config.periodic_ra_update_timer,
                radio_priority_for_sms=RadioPriority.PRIORITY_4,
                routing_area=context.rai,
                ptmsi_signature=context.ptmsi_signature,
                negotiated_ready_timer=context.ready_timer,
                allocated_ptmsi=MobileIdentity(context.ptmsi),
                ms_identity=identity,
                gmm_cause=cause,
                cell_notification=config.cell_notification or None,
            )
        )
        return S.WAIT_COMPLETE


def begun(attach: Attach, event: Begin) -> S:
    """Find out who asks: the request tells the IMSI, or a P-TMSI that is ours, or one must ask."""
    context = attach.context
    context.ms_network_capability = attach.request.ms_network_capability
    context.ms_radio_access_capability = attach.request.ms_radio_access_capability
    context.drx_parameter = attach.request.drx_parameter
    identity = attach.request.mobile_identity.value
    if isinstance(identity, Imsi):
        if is_sent_away(attach.stage.context_of(identity)):
            return S.ABANDONED
        context.become(identity)
        return attach.authenticate()
    if isinstance(identity, Tmsi):
        known = attach.stage.holder_of(identity, attach.request.old_routing_area)
        if is_sent_away(known):
            return S.ABANDONED
        if known is not None:
            context.adopt(known)
            attach.known_by_ptmsi = True
            attach.signature = known.signature_of(identity)
            return attach.authenticate()
        area, signature = attach.request.old_routing_area, attach.request.old_ptmsi_signature
        if attach.stage.old_sgsn(area, identity) is not None:
            attach.start(IdentificationAtOldSgsn(attach, context, area, identity, signature))
            return S.WAIT_OLD_SGSN
    return attach.identify()


def is_sent_away(context: Any) -> bool:
    """True while the network detaches a mobile for good: its attach is ignored till then (4.7.4.2.5 d)."""
    return context is not None and any(
        isinstance(child, NetworkDetach) and child.type is DetachTypeMt.RE_ATTACH_NOT_REQUIRED
        for child in context.children
    )


def requested_again(attach: Attach, event: AttachRequest) -> State:
    """The same request before the answer: the first one goes on. Another one replaces it (4.7.3.1.6 d, e)."""
    if event == attach.request:
        return attach.state
    return restarted(attach, event)


def restarted(attach: Attach, event: AttachRequest) -> S:
    """Abort what was begun and begin anew."""
    attach.end_children()
    attach.request = event
    attach.known_by_ptmsi = attach.by_old_sgsn = False
    attach.voice = None
    return begun(attach, Begin())


def update_refused(attach: Attach, event: RoutingAreaUpdateRequest) -> State:
    """Nobody who attaches can update: it is not registered (4.7.5.1.4)."""
    cause = GmmCause.IMPLICITLY_DETACHED
    attach.tell(RoutingAreaUpdateReject(gmm_cause=cause, force_to_standby=ForceToStandby.NOT_INDICATED))
    return attach.state


def known_elsewhere(attach: Attach, event: IdentificationAtOldSgsn) -> S:
    """The old SGSN has told the IMSI, and left us its vectors."""
    attach.by_old_sgsn = True
    return attach.authenticate()


def unknown_elsewhere(attach: Attach, event: IdentificationAtOldSgsn) -> S:
    """The old SGSN does not help."""
    return attach.identify()


def identified(attach: Attach, event: Identification) -> S:
    """The IMSI is known now."""
    assert isinstance(event.identity, Imsi)
    attach.context.become(event.identity)
    attach.known_by_ptmsi = attach.by_old_sgsn = False
    return attach.authenticate()


def unidentified(attach: Attach, event: Identification) -> S:
    """The mobile does not answer: nobody to tell (4.7.8.4 a)."""
    return S.ABANDONED


def authenticated(attach: Attach, event: Authentication) -> S:
    """It is who it says."""
    return attach.check_equipment()


def proof_wrong(attach: Attach, event: Authentication) -> S:
    """Wrong proof: if it came under a P-TMSI that may be another's, ask for the IMSI; else it is rejected (4.7.7.5)."""
    if attach.known_by_ptmsi or attach.by_old_sgsn:
        attach.known_by_ptmsi = attach.by_old_sgsn = False
        return attach.identify()
    FailureReport(attach.stage, attach.context.imsi).begin()
    attach.tell(AuthenticationAndCipheringReject())
    return S.REJECTED


def vectors_missing(attach: Attach, event: Authentication) -> S:
    """The HLR gave no vectors."""
    return attach.reject(event.cause)


def challenge_unanswered(attach: Attach, event: Authentication) -> S:
    """The mobile does not answer: the attach dies with the authentication (4.7.7.6 b)."""
    return S.ABANDONED


def equipment_identified(attach: Attach, event: Identification) -> S:
    """Ask the EIR about it."""
    assert isinstance(event.identity, Imei)
    attach.context.imei = event.identity
    attach.start(EquipmentCheck(attach, event.identity, attach.context.imsi))
    return S.WAIT_EQUIPMENT_CHECK


def equipment_allowed(attach: Attach, event: EquipmentCheck) -> S:
    """It may be used."""
    attach.context.equipment_checked = True
    return attach.update_location()


def equipment_forbidden(attach: Attach, event: EquipmentCheck) -> S:
    """It may not."""
    return attach.reject(event.cause)


def located(attach: Attach, event: LocationUpdate) -> S:
    """The HLR has accepted."""
    return attach.ask_vlr()


def location_refused(attach: Attach, event: LocationUpdate) -> S:
    """The HLR has not."""
    return attach.reject(event.cause)


def vlr_answered(attach: Attach, event: GsUpdate) -> S:
    """The VLR has accepted, or the mobile is attached for packets only (4.7.3.2.3)."""
    attach.voice = event
    return attach.accept()


def completed(attach: Attach, event: AttachComplete) -> S:
    """The mobile has its P-TMSI."""
    return S.ATTACHED


def requested_after_accept(attach: Attach, event: AttachRequest) -> S:
    """The same request: the accept was lost, send it again without counting. Another: begin anew (4.7.3.1.6 d)."""
    if event == attach.request:
        attach.repeat()
        return S.WAIT_COMPLETE
    return restarted(attach, event)


def overtaken(attach: Attach, event: RoutingAreaUpdateRequest) -> S:
    """The mobile has its P-TMSI, as it updates with it; its COMPLETE was lost (4.7.3.1.6 f)."""
    attach.update = event
    return S.OVERTAKEN


def never_completed(attach: Attach, event: Timer | RadioLost) -> S:
    """The fifth expiry of T3350, or the radio is lost: abort; both P-TMSIs stay valid for a time (4.7.3.1.6 a, c)."""
    return S.ABANDONED


ASKING = (S.WAIT_OLD_SGSN, S.WAIT_IDENTITY, S.WAIT_AUTHENTICATION)
DECIDING = (S.WAIT_EQUIPMENT, S.WAIT_LOCATION, S.WAIT_VLR, S.WAIT_COMPLETE, S.REJECTED)
BEFORE_ACCEPT = (*ASKING, S.WAIT_EQUIPMENT, S.WAIT_EQUIPMENT_CHECK, S.WAIT_LOCATION, S.WAIT_VLR)

ATTACH = Machine(
    "GPRS attach, network side",
    clause="24.008 4.7.3.1",
    of=Attach,
    initial=S.START,
    final=(S.ATTACHED, S.OVERTAKEN, S.REJECTED, S.ABANDONED),
    guards={S.WAIT_COMPLETE: T3350},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (*ASKING, *DECIDING, S.ABANDONED)),
        (BEFORE_ACCEPT, AttachRequest, requested_again, (*BEFORE_ACCEPT, *DECIDING, S.ABANDONED)),
        (BEFORE_ACCEPT, RoutingAreaUpdateRequest, update_refused, BEFORE_ACCEPT),
        (S.WAIT_OLD_SGSN, old_identification.S.IDENTIFIED, known_elsewhere, (S.WAIT_AUTHENTICATION,)),
        (S.WAIT_OLD_SGSN, old_identification.S.UNKNOWN, unknown_elsewhere, (S.WAIT_IDENTITY,)),
        (S.WAIT_IDENTITY, identification.S.IDENTIFIED, identified, (*ASKING, *DECIDING)),
        (S.WAIT_IDENTITY, identification.S.UNIDENTIFIED, unidentified, (S.ABANDONED,)),
        (S.WAIT_AUTHENTICATION, authentication.S.AUTHENTICATED, authenticated, DECIDING),
        (S.WAIT_AUTHENTICATION, authentication.S.WRONG, proof_wrong, (S.WAIT_IDENTITY, S.REJECTED)),
        (S.WAIT_AUTHENTICATION, authentication.S.NO_VECTORS, vectors_missing, (S.REJECTED,)),
        (S.WAIT_AUTHENTICATION, authentication.S.UNANSWERED, challenge_unanswered, (S.ABANDONED,)),
        (S.WAIT_EQUIPMENT, identification.S.IDENTIFIED, equipment_identified, (S.WAIT_EQUIPMENT_CHECK,)),
        (S.WAIT_EQUIPMENT, identification.S.UNIDENTIFIED, unidentified, (S.ABANDONED,)),
        (S.WAIT_EQUIPMENT_CHECK, equipment_check.S.ALLOWED, equipment_allowed, DECIDING),
        (S.WAIT_EQUIPMENT_CHECK, equipment_check.S.FORBIDDEN, equipment_forbidden, (S.REJECTED,)),
        (S.WAIT_LOCATION, location_update.S.UPDATED, located, (S.WAIT_VLR, S.WAIT_COMPLETE, S.REJECTED)),
        (S.WAIT_LOCATION, location_update.S.REFUSED, location_refused, (S.REJECTED,)),
        (S.WAIT_VLR, gs_update.S.UPDATED, vlr_answered, (S.WAIT_COMPLETE,)),
        (S.WAIT_VLR, gs_update.S.REFUSED, vlr_answered, (S.WAIT_COMPLETE,)),
        (S.WAIT_VLR, gs_update.S.UNANSWERED, vlr_answered, (S.WAIT_COMPLETE,)),
        (S.WAIT_COMPLETE, AttachComplete, completed, (S.ATTACHED,)),
        (S.WAIT_COMPLETE, RoutingAreaUpdateRequest, overtaken, (S.OVERTAKEN,)),
        (S.WAIT_COMPLETE, AttachRequest, requested_after_accept, (*ASKING, *DECIDING, S.ABANDONED)),
        (S.WAIT_COMPLETE, T3350, never_completed, (S.ABANDONED,)),
        (S.WAIT_COMPLETE, RadioLost, never_completed, (S.ABANDONED,)),
    ],
)
