"""Identity check procedures (TS 23.060 6.8.4): the SGSN asks the EIR about the mobile's equipment."""

from typing import Any

from nodes.core.machine import Begin, Machine, State
from nodes.core.tcap import Inquiry, NoAnswer, Refused
from protocol.causes import GmmCause
from protocol.identities import Imei
from protocol.map.contexts import EQUIPMENT_MNGT_V3
from protocol.map.equipment import CheckImeiArg, CheckImeiRes, EquipmentStatus, RequestedEquipmentInfo
from protocol.map.operations import ErrorCode


class S(State):
    """States of the equipment check."""

    START = "start"
    WAIT_STATUS = "wait for equipment status"
    ALLOWED = "equipment allowed"
    FORBIDDEN = "equipment forbidden"


class EquipmentCheck(Inquiry):
    """One check of an IMEI; ``cause`` says why it is forbidden."""

    __slots__ = ("cause", "imei", "imsi")

    def __init__(self, parent: Any, imei: Imei, imsi: str) -> None:
        super().__init__(parent.stage, parent)
        self.imei = imei
        self.imsi = imsi
        self.cause = GmmCause.ILLEGAL_ME

    def by_policy(self, cause: GmmCause) -> S:
        """What the operator wants where the EIR cannot tell."""
        if self.stage.config.eir_policy == "open":
            return S.ALLOWED
        self.cause = cause
        return S.FORBIDDEN


def begun(check: EquipmentCheck, event: Begin) -> S:
    """Ask the EIR."""
    dialogue = check.begin_dialogue(check.stage.eir, EQUIPMENT_MNGT_V3, check.imsi)
    dialogue.invoke(
        CheckImeiArg(
            imei=check.imei, requested_equipment_info=RequestedEquipmentInfo.of(RequestedEquipmentInfo.EQUIPMENT_STATUS)
        )
    )
    dialogue.send()
    return S.WAIT_STATUS


def told(check: EquipmentCheck, event: CheckImeiRes) -> S:
    """White may, black may not, grey is watched."""
    if event.equipment_status is EquipmentStatus.BLACK_LISTED:
        return S.FORBIDDEN
    if event.equipment_status is EquipmentStatus.GREY_LISTED:
        check.stage.warn("grey equipment", f"{check.subject} uses grey-listed equipment {check.imei}")
    return S.ALLOWED


def refused(check: EquipmentCheck, event: Refused) -> S:
    """Unknown equipment, or an EIR in trouble: the operator's policy decides."""
    unknown = event.error is ErrorCode.UNKNOWN_EQUIPMENT
    return check.by_policy(GmmCause.ILLEGAL_ME if unknown else GmmCause.NETWORK_FAILURE)


def unanswered(check: EquipmentCheck, event: NoAnswer) -> S:
    """No EIR: the operator's policy decides."""
    check.stage.warn("eir down", f"EIR: {event.why}")
    return check.by_policy(GmmCause.NETWORK_FAILURE)


EQUIPMENT_CHECK = Machine(
    "equipment check",
    clause="23.060 6.8.4",
    of=EquipmentCheck,
    initial=S.START,
    final=(S.ALLOWED, S.FORBIDDEN),
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_STATUS,)),
        (S.WAIT_STATUS, CheckImeiRes, told, (S.ALLOWED, S.FORBIDDEN)),
        (S.WAIT_STATUS, Refused, refused, (S.ALLOWED, S.FORBIDDEN)),
        (S.WAIT_STATUS, NoAnswer, unanswered, (S.ALLOWED, S.FORBIDDEN)),
    ],
)
