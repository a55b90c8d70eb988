"""Check of the mobile's equipment, VLR side (TS 23.012 4.1, 29.002 8.7.1): IDENTITY REQUEST, then checkIMEI on F.

The operator says when: before anything else is done about a location updating, or once the HLR has accepted it.
"""

from typing import Any

from nodes.core.machine import Begin, Machine, State
from nodes.core.tcap import Inquiry, NoAnswer, Refused
from protocol.causes import MmCause
from protocol.gmm.elements import IdentityType
from protocol.identities import Imei, Imeisv
from protocol.map.contexts import EQUIPMENT_MNGT_V3
from protocol.map.equipment import CheckImeiArg, CheckImeiRes, EquipmentStatus, RequestedEquipmentInfo
from protocol.map.operations import ErrorCode
from protocol.mm import IdentityRequest, IdentityResponse
from protocol.timers import T3270, Timer


class S(State):
    """States of the equipment check."""

    START = "start"
    WAIT_IDENTITY = "wait for IDENTITY RESPONSE"
    WAIT_STATUS = "wait for equipment status"
    ALLOWED = "equipment allowed"
    FORBIDDEN = "equipment forbidden"
    UNIDENTIFIED = "equipment not identified"


class EquipmentCheck(Inquiry):
    """One check; ``imsi`` is whose mobile it is, as far as that is known, ``cause`` why the equipment is forbidden."""

    __slots__ = ("cause", "imsi")

    def __init__(self, parent: Any, imsi: str) -> None:
        super().__init__(parent.stage, parent)
        self.imsi = imsi
        self.cause = MmCause.ILLEGAL_ME

    def by_policy(self, cause: MmCause) -> S:
        """What the operator wants where the EIR cannot tell."""
        if self.stage.config.eir_policy == "open":
            return S.ALLOWED
        self.cause = cause
        return S.FORBIDDEN


def begun(check: EquipmentCheck, event: Begin) -> S:
    """Ask the mobile; the software version need not be known."""
    check.ask(IdentityRequest(identity_type=IdentityType.IMEI))
    return S.WAIT_IDENTITY


def identified(check: EquipmentCheck, event: IdentityResponse) -> S:
    """Ask the EIR; an answer of another type is no answer, and T3270 goes on."""
    told = event.mobile_identity.value
    if not isinstance(told, Imei | Imeisv):
        check.stage.warn("identity type", f"{check.subject} answered {event.mobile_identity}")
        return S.WAIT_IDENTITY
    dialogue = check.begin_dialogue(check.stage.eir, EQUIPMENT_MNGT_V3, check.imsi)
    wanted = RequestedEquipmentInfo.of(RequestedEquipmentInfo.EQUIPMENT_STATUS)
    dialogue.invoke(CheckImeiArg(imei=told, requested_equipment_info=wanted))
    dialogue.send()
    return S.WAIT_STATUS


def unidentified(check: EquipmentCheck, event: Timer) -> S:
    """T3270 has run out (24.008 4.3.3.3)."""
    return S.UNIDENTIFIED


def told(check: EquipmentCheck, event: CheckImeiRes) -> S:
    """White may, black may not (24.008 annex G: #6), grey is watched."""
    if event.equipment_status is EquipmentStatus.BLACK_LISTED:
        return S.FORBIDDEN
    if event.equipment_status is EquipmentStatus.GREY_LISTED:
        check.stage.warn("grey equipment", f"{check.subject} uses grey-listed equipment")
    return S.ALLOWED


def refused(check: EquipmentCheck, event: Refused) -> S:
    """Unknown equipment, or an EIR in trouble: the operator's policy decides."""
    unknown = event.error is ErrorCode.UNKNOWN_EQUIPMENT
    return check.by_policy(MmCause.ILLEGAL_ME if unknown else MmCause.NETWORK_FAILURE)


def unanswered(check: EquipmentCheck, event: NoAnswer) -> S:
    """No EIR: the operator's policy decides."""
    check.stage.warn("eir down", f"EIR: {event.why}")
    return check.by_policy(MmCause.NETWORK_FAILURE)


EQUIPMENT_CHECK = Machine(
    "equipment check on the A interface",
    clause="23.012 4.1",
    of=EquipmentCheck,
    initial=S.START,
    final=(S.ALLOWED, S.FORBIDDEN, S.UNIDENTIFIED),
    guards={S.WAIT_IDENTITY: T3270},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_IDENTITY,)),
        (S.WAIT_IDENTITY, IdentityResponse, identified, (S.WAIT_IDENTITY, S.WAIT_STATUS)),
        (S.WAIT_IDENTITY, T3270, unidentified, (S.UNIDENTIFIED,)),
        (S.WAIT_STATUS, CheckImeiRes, told, (S.ALLOWED, S.FORBIDDEN)),
        (S.WAIT_STATUS, Refused, refused, (S.ALLOWED, S.FORBIDDEN)),
        (S.WAIT_STATUS, NoAnswer, unanswered, (S.ALLOWED, S.FORBIDDEN)),
    ],
)
