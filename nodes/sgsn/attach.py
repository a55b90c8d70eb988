"""GPRS attach, network side (TS 24.008 4.7.3.1, TS 23.060 6.5).

Who is it, is it really, may its equipment be used, does the HLR allow it: then, and only then, ATTACH ACCEPT.
"""

from typing import Any

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.sgsn import authentication, equipment_check, identification, location_update
from nodes.sgsn.authentication import Authentication
from nodes.sgsn.equipment_check import EquipmentCheck
from nodes.sgsn.failure_report import FailureReport
from nodes.sgsn.identification import Identification
from nodes.sgsn.location_update import LocationUpdate
from protocol.causes import GmmCause
from protocol.gmm import (
    AttachAccept,
    AttachComplete,
    AttachReject,
    AttachRequest,
    AuthenticationAndCipheringReject,
)
from protocol.gmm.elements import AttachResult, Cksn, IdentityType, RadioPriority, ResultOfAttach
from protocol.identities import Imei, Imsi, MobileIdentity, Tmsi
from protocol.timers import T3350, Timer


class S(State):
    """States of the attach."""

    START = "start"
    WAIT_IDENTITY = "wait for identification"
    WAIT_AUTHENTICATION = "wait for authentication"
    WAIT_EQUIPMENT = "wait for the equipment's identity"
    WAIT_EQUIPMENT_CHECK = "wait for the equipment check"
    WAIT_LOCATION = "wait for the location update"
    WAIT_COMPLETE = "wait for ATTACH COMPLETE"
    ATTACHED = "attached"
    REJECTED = "attach rejected"
    ABANDONED = "attach abandoned"


class Attach(Procedure):
    """One attach of one mobile; the context that it fills is its parent."""

    __slots__ = ("context", "known_by_ptmsi", "request", "signature")

    def __init__(self, context: Any, request: AttachRequest) -> None:
        super().__init__(context.stage, context)
        self.context = context
        self.request = request
        self.known_by_ptmsi = False
        self.signature: int | None = None

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
            return self.accept()
        self.start(LocationUpdate(self, self.context))
        return S.WAIT_LOCATION

    def accept(self) -> S:
        """All is well: a new P-TMSI, and the accept that carries it until it is acknowledged."""
        context, config = self.context, self.stage.config
        identity = self.request.mobile_identity.value
        self.stage.claim(context, identity if self.known_by_ptmsi else None)
        self.stage.allocate_ptmsi(context)
        context.ready_timer = self.request.requested_ready_timer or config.ready_timer
        context.cell_notification = config.cell_notification
        self.ask(
            AttachAccept(
                attach_result=AttachResult(result_of_attach=ResultOfAttach.GPRS_ONLY_ATTACHED),
                force_to_standby=context.force_to_standby(),
                periodic_ra_update_timer=config.periodic_ra_update_timer,
                radio_priority_for_sms=RadioPriority.PRIORITY_4,
                routing_area=context.rai,
                ptmsi_signature=context.ptmsi_signature,
                negotiated_ready_timer=context.ready_timer,
                allocated_ptmsi=MobileIdentity(context.ptmsi),
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
        context.become(identity)
        return attach.authenticate()
    if isinstance(identity, Tmsi):
        known = attach.stage.holder_of(identity, attach.request.old_routing_area)
        if known is not None:
            context.adopt(known)
            attach.known_by_ptmsi = True
            attach.signature = known.signature_of(identity)
            return attach.authenticate()
    return attach.identify()


def requested_again(attach: Attach, event: AttachRequest) -> State:
    """The same request before the answer: the first one goes on. Another one replaces it (4.7.3.1.6 d, e)."""
    if event == attach.request:
        return attach.state
    return restarted(attach, event)


def restarted(attach: Attach, event: AttachRequest) -> S:
    """Abort what was begun and begin anew."""
    attach.end_children()
    attach.request = event
    attach.known_by_ptmsi = False
    return begun(attach, Begin())


def identified(attach: Attach, event: Identification) -> S:
    """The IMSI is known now."""
    assert isinstance(event.identity, Imsi)
    attach.context.become(event.identity)
    attach.known_by_ptmsi = False
    return attach.authenticate()


def unidentified(attach: Attach, event: Identification) -> S:
    """The mobile does not answer: nobody to tell (4.7.8.4 a)."""
    return S.ABANDONED


def authenticated(attach: Attach, event: Authentication) -> S:
    """It is who it says."""
    return attach.check_equipment()


def proof_wrong(attach: Attach, event: Authentication) -> S:
    """Wrong proof: if it came under a P-TMSI that may be another's, ask for the IMSI; else it is rejected (4.7.7.5)."""
    if attach.known_by_ptmsi:
        attach.known_by_ptmsi = False
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
    return attach.accept()


def location_refused(attach: Attach, event: LocationUpdate) -> S:
    """The HLR has not."""
    return attach.reject(event.cause)


def completed(attach: Attach, event: AttachComplete) -> S:
    """The mobile has its P-TMSI."""
    return S.ATTACHED


def requested_after_accept(attach: Attach, event: AttachRequest) -> S:
    """The same request: the accept was lost, send it again without counting. Another: begin anew (4.7.3.1.6 d)."""
    if event == attach.request:
        attach.repeat()
        return S.WAIT_COMPLETE
    return restarted(attach, event)


def never_completed(attach: Attach, event: Timer) -> S:
    """The fifth expiry of T3350: abort; old and new P-TMSI stay valid for a time (4.7.3.1.6 c)."""
    return S.ABANDONED


ASKING = (S.WAIT_IDENTITY, S.WAIT_AUTHENTICATION)
DECIDING = (S.WAIT_EQUIPMENT, S.WAIT_LOCATION, S.WAIT_COMPLETE)
BEFORE_ACCEPT = (*ASKING, S.WAIT_EQUIPMENT, S.WAIT_EQUIPMENT_CHECK, S.WAIT_LOCATION)

ATTACH = Machine(
    "GPRS attach, network side",
    clause="24.008 4.7.3.1",
    of=Attach,
    initial=S.START,
    final=(S.ATTACHED, S.REJECTED, S.ABANDONED),
    guards={S.WAIT_COMPLETE: T3350},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (*ASKING, *DECIDING)),
        (BEFORE_ACCEPT, AttachRequest, requested_again, (*BEFORE_ACCEPT, *DECIDING)),
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
        (S.WAIT_LOCATION, location_update.S.UPDATED, located, (S.WAIT_COMPLETE,)),
        (S.WAIT_LOCATION, location_update.S.REFUSED, location_refused, (S.REJECTED,)),
        (S.WAIT_COMPLETE, AttachComplete, completed, (S.ATTACHED,)),
        (S.WAIT_COMPLETE, AttachRequest, requested_after_accept, (*ASKING, *DECIDING)),
        (S.WAIT_COMPLETE, T3350, never_completed, (S.ABANDONED,)),
    ],
)
