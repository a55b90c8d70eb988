"""A detach whose P-TMSI signature is wrong is believed only if the mobile proves who it is (TS 23.060 6.6.1)."""

from typing import Any

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.sgsn import authentication
from nodes.sgsn.authentication import Authentication
from protocol.gmm import DetachRequestMo


class S(State):
    """States of the check."""

    START = "start"
    WAIT_AUTHENTICATION = "wait for authentication"
    CONFIRMED = "detach confirmed"
    DENIED = "detach not to be believed"


class DetachCheck(Procedure):
    """The check of one request."""

    __slots__ = ("context", "request")

    def __init__(self, context: Any, request: DetachRequestMo) -> None:
        super().__init__(context.stage, context)
        self.context = context
        self.request = request


def begun(check: DetachCheck, event: Begin) -> S:
    """Challenge the mobile."""
    check.start(Authentication(check, check.context))
    return S.WAIT_AUTHENTICATION


def requested_again(check: DetachCheck, event: DetachRequestMo) -> S:
    """It is being checked."""
    return S.WAIT_AUTHENTICATION


def proved(check: DetachCheck, event: Authentication) -> S:
    """It is the mobile, which has another signature for whatever reason."""
    return S.CONFIRMED


def not_proved(check: DetachCheck, event: Authentication) -> S:
    """It is not, or nobody can tell."""
    return S.DENIED


def silent(check: DetachCheck, event: Authentication) -> S:
    """Nobody answers, as of a mobile that is switched off."""
    return S.CONFIRMED if check.request.detach_type.power_off else S.DENIED


DETACH_CHECK = Machine(
    "check of a detach by the mobile",
    clause="23.060 6.6.1",
    of=DetachCheck,
    initial=S.START,
    final=(S.CONFIRMED, S.DENIED),
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_AUTHENTICATION,)),
        (S.WAIT_AUTHENTICATION, DetachRequestMo, requested_again, (S.WAIT_AUTHENTICATION,)),
        (S.WAIT_AUTHENTICATION, authentication.S.AUTHENTICATED, proved, (S.CONFIRMED,)),
        (S.WAIT_AUTHENTICATION, authentication.S.WRONG, not_proved, (S.DENIED,)),
        (S.WAIT_AUTHENTICATION, authentication.S.NO_VECTORS, not_proved, (S.DENIED,)),
        (S.WAIT_AUTHENTICATION, authentication.S.UNANSWERED, silent, (S.CONFIRMED, S.DENIED)),
    ],
)
