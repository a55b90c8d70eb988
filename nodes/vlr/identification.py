"""Identification (TS 24.008 4.3.3): the VLR asks the mobile on a channel for its IMSI."""

from typing import Any

from nodes.core.machine import Begin, Machine, Procedure, State
from protocol.gmm.elements import IdentityType
from protocol.identities import Imsi
from protocol.mm import IdentityRequest, IdentityResponse
from protocol.timers import T3270, Timer


class S(State):
    """States of identification."""

    START = "start"
    WAIT_RESPONSE = "wait for IDENTITY RESPONSE"
    IDENTIFIED = "identified"
    UNIDENTIFIED = "not identified"


class Identification(Procedure):
    """One identification; ``imsi`` is the answer."""

    __slots__ = ("imsi",)

    def __init__(self, parent: Any) -> None:
        super().__init__(parent.stage, parent)
        self.imsi: Imsi | None = None


def begun(identification: Identification, event: Begin) -> S:
    """Ask."""
    identification.ask(IdentityRequest(identity_type=IdentityType.IMSI))
    return S.WAIT_RESPONSE


def responded(identification: Identification, event: IdentityResponse) -> S:
    """Take the identity; an answer of another type is no answer, and T3270 goes on."""
    value = event.mobile_identity.value
    if not isinstance(value, Imsi):
        identification.stage.warn("identity type", f"{identification.subject} answered {event.mobile_identity}")
        return S.WAIT_RESPONSE
    identification.imsi = value
    return S.IDENTIFIED


def unanswered(identification: Identification, event: Timer) -> S:
    """T3270 has run out (4.3.3.3)."""
    return S.UNIDENTIFIED


IDENTIFICATION = Machine(
    "identification on the A interface",
    clause="24.008 4.3.3",
    of=Identification,
    initial=S.START,
    final=(S.IDENTIFIED, S.UNIDENTIFIED),
    guards={S.WAIT_RESPONSE: T3270},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_RESPONSE,)),
        (S.WAIT_RESPONSE, IdentityResponse, responded, (S.WAIT_RESPONSE, S.IDENTIFIED)),
        (S.WAIT_RESPONSE, T3270, unanswered, (S.UNIDENTIFIED,)),
    ],
)
