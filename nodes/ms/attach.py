"""GPRS attach and combined attach, mobile side (TS 24.008 4.7.3.1, 4.7.3.2): one attempt.

What follows an attempt that failed, another one after T3311 or T3302, is the business of :mod:`nodes.ms.mobile`: while
it waits, the mobile is in the main state GMM-DEREGISTERED and not in the procedure.
"""

from typing import Any

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.ms.registration import register
from protocol.causes import GmmCause
from protocol.gmm import AttachAccept, AttachComplete, AttachReject, AttachRequest
from protocol.gmm.elements import AttachType, ResultOfAttach, TmsiStatus, TypeOfAttach
from protocol.identities import MobileIdentity, Rai
from protocol.timers import T3310, Timer

DELETED_LAC, DELETED_RAC = 0xFFFE, 0xFF
"""How a mobile without a stored routing area writes the old one (10.5.5.15)."""


class S(State):
    """States of an attempt to attach."""

    START = "start"
    WAIT_ACCEPT = "wait for ATTACH ACCEPT"
    ATTACHED = "attached"
    REFUSED = "attach refused"
    UNANSWERED = "attach not answered"


class Attach(Procedure):
    """One attempt. The mobile is its parent.

    ``combined``: it is for calls too. ``cause`` is the network's, if it refused, or if it granted GPRS alone: then the
    attach is ``partial``.
    """

    __slots__ = ("cause", "combined", "mobile", "partial")

    def __init__(self, mobile: Any) -> None:
        super().__init__(mobile.stage, mobile)
        self.mobile = mobile
        self.combined: bool = mobile.may_combine
        self.cause: GmmCause | None = None
        self.partial = False


def choose_type(attach: Attach) -> TypeOfAttach:
    """For both, for GPRS while attached for calls otherwise, or for GPRS (4.7.3)."""
    if attach.combined:
        return TypeOfAttach.COMBINED_GPRS_IMSI_ATTACH
    return TypeOfAttach.GPRS_ATTACH_WHILE_IMSI_ATTACHED if attach.mobile.imsi_attached else TypeOfAttach.GPRS_ATTACH


def begun(attach: Attach, event: Begin) -> S:
    """Ask under the P-TMSI on the foreign TLLI, or under the IMSI on a random one (4.7.1.4)."""
    mobile, card, config = attach.mobile, attach.mobile.card, attach.stage.config
    attach.stage.listening.assign_tlli(mobile)
    attach.ask(
        AttachRequest(
            ms_network_capability=config.ms_network_capability,
            attach_type=AttachType(type_of_attach=choose_type(attach)),
            cksn=card.cksn,
            drx_parameter=config.drx_parameter,
            mobile_identity=MobileIdentity(card.imsi if card.ptmsi is None else card.ptmsi),
            old_routing_area=card.rai or Rai(mobile.here.rai.plmn, DELETED_LAC, DELETED_RAC),
            ms_radio_access_capability=config.ms_radio_access_capability,
            old_ptmsi_signature=None if card.ptmsi is None else card.ptmsi_signature,
            requested_ready_timer=mobile.config.ready_timer,
            tmsi_status=TmsiStatus.NO_VALID_TMSI if attach.combined and card.tmsi is None else None,
        )
    )
    return S.WAIT_ACCEPT


def take_accept(mobile: Any, accept: AttachAccept) -> bool:
    """Store and acknowledge it; true where it is for calls too."""
    combined = accept.attach_result.result_of_attach is ResultOfAttach.COMBINED_GPRS_IMSI_ATTACHED
    if register(mobile, accept, combined=combined):
        mobile.tell(AttachComplete())
    return combined


def accepted(attach: Attach, event: AttachAccept) -> S:
    """Take the new identities; they are acknowledged on the new TLLI."""
    attach.partial = not take_accept(attach.mobile, event) and attach.combined
    if attach.partial:
        attach.cause = event.gmm_cause
    return S.ATTACHED


def rejected(attach: Attach, event: AttachReject) -> S:
    """The network does not want this mobile, or not now."""
    attach.cause = event.gmm_cause
    if event.t3302_value is not None:
        attach.mobile.take_t3302(event.t3302_value)
    return S.REFUSED


def unanswered(attach: Attach, event: Timer) -> S:
    """The fifth expiry of T3310 (4.7.3.1.5 c)."""
    return S.UNANSWERED


ATTACH = Machine(
    "GPRS attach, mobile side",
    clause="24.008 4.7.3.1",
    of=Attach,
    initial=S.START,
    final=(S.ATTACHED, S.REFUSED, S.UNANSWERED),
    guards={S.WAIT_ACCEPT: T3310},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_ACCEPT,)),
        (S.WAIT_ACCEPT, AttachAccept, accepted, (S.ATTACHED,)),
        (S.WAIT_ACCEPT, AttachReject, rejected, (S.REFUSED,)),
        (S.WAIT_ACCEPT, T3310, unanswered, (S.UNANSWERED,)),
    ],
)
