"""Identification (TS 24.008 4.7.8): the SGSN asks the mobile for one of its identities."""

from typing import Any

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.sgsn.events import RadioLost
from protocol.gmm import IdentityRequest, IdentityResponse
from protocol.gmm.elements import IdentityType
from protocol.identities import Imei, Imeisv, Imsi, Tmsi
from protocol.timers import T3370, Timer

KINDS: dict[IdentityType, type] = {
    IdentityType.IMSI: Imsi,
    IdentityType.IMEI: Imei,
    IdentityType.IMEISV: Imeisv,
    IdentityType.TMSI: Tmsi,
}
"""What an answer to each identity type must hold."""


class S(State):
    """States of identification."""

    START = "start"
    WAIT_RESPONSE = "wait for IDENTITY RESPONSE"
    IDENTIFIED = "identified"
    UNIDENTIFIED = "not identified"


class Identification(Procedure):
    """One identification; ``identity`` is the answer."""

    __slots__ = ("context", "identity", "wanted")

    def __init__(self, parent: Any, wanted: IdentityType) -> None:
        super().__init__(parent.stage, parent)
        self.context = parent.context
        self.wanted = wanted
        self.identity: Imsi | Imei | Imeisv | Tmsi | None = None


def begun(identification: Identification, event: Begin) -> S:
    """Ask."""
    identification.ask(
        IdentityRequest(identity_type=identification.wanted, force_to_standby=identification.context.force_to_standby())
    )
    return S.WAIT_RESPONSE


def responded(identification: Identification, event: IdentityResponse) -> S:
    """Take the identity; an answer of another type is no answer, and T3370 goes on."""
    value = event.mobile_identity.value
    if type(value) is not KINDS[identification.wanted]:
        identification.stage.warn("identity type", f"{identification.subject} answered {event.mobile_identity}")
        return S.WAIT_RESPONSE
    identification.identity = value
    return S.IDENTIFIED


def unanswered(identification: Identification, event: Timer | RadioLost) -> S:
    """The fifth expiry of T3370, or the radio is lost (4.7.8.4 a, b)."""
    return S.UNIDENTIFIED


IDENTIFICATION = Machine(
    "identification",
    clause="24.008 4.7.8",
    of=Identification,
    initial=S.START,
    final=(S.IDENTIFIED, S.UNIDENTIFIED),
    guards={S.WAIT_RESPONSE: T3370},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_RESPONSE,)),
        (S.WAIT_RESPONSE, IdentityResponse, responded, (S.WAIT_RESPONSE, S.IDENTIFIED)),
        (S.WAIT_RESPONSE, T3370, unanswered, (S.UNIDENTIFIED,)),
        (S.WAIT_RESPONSE, RadioLost, unanswered, (S.UNIDENTIFIED,)),
    ],
)
