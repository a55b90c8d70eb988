"""Authentication and ciphering, mobile side (TS 24.008 4.7.7): it must be our network that asks.

A challenge that is in order is answered at once. One that is not is refused with its cause, and the network has until
T3318 or T3320 to do better; meanwhile the mobile's own requests are not repeated (4.7.7.6).
"""

from typing import Any

from nodes.core.machine import Begin, Machine, Procedure, State
from protocol.auth import MacFailure, SyncFailure
from protocol.causes import GmmCause
from protocol.gmm import (
    AuthenticationAndCipheringFailure,
    AuthenticationAndCipheringRequest,
    AuthenticationAndCipheringResponse,
    GmmStatus,
)
from protocol.gmm.elements import ImeisvRequest
from protocol.identities import MobileIdentity
from protocol.timers import T3318, T3320, Timer

FAILURES = 3
"""So many wrong challenges in a row come from a false network (4.7.7.6.1)."""


class S(State):
    """States of the authentication."""

    START = "start"
    WAIT_AFTER_MAC_FAILURE = "wait for a better challenge (T3318)"
    WAIT_AFTER_SYNCH_FAILURE = "wait for a fresh challenge (T3320)"
    ANSWERED = "request answered"
    FALSE_NETWORK = "network taken for a false one"


class Authentication(Procedure):
    """One authentication: the first challenge, and those that follow as long as none is in order."""

    __slots__ = ("failures", "mobile", "request")

    def __init__(self, mobile: Any, request: AuthenticationAndCipheringRequest) -> None:
        super().__init__(mobile.stage, mobile)
        self.mobile = mobile
        self.request = request
        self.failures = 0

    def respond(self, request: AuthenticationAndCipheringRequest, res: bytes | None) -> S:
        """Answer; RES beyond its first four octets goes into the extension (9.4.10.2)."""
        wanted = request.imeisv_request is ImeisvRequest.REQUESTED
        self.tell(
            AuthenticationAndCipheringResponse(
                ac_reference_number=request.ac_reference_number,
                authentication_parameter_response=res and res[:4],
                imeisv=MobileIdentity(self.mobile.config.imeisv) if wanted else None,
                authentication_response_extension=(res and res[4:]) or None,
            )
        )
        return S.ANSWERED

    def refuse(self, cause: GmmCause, auts: bytes | None = None) -> S:
        """Say what is wrong with the challenge; after the third one there is nobody worth telling."""
        self.failures += 1
        if self.failures == FAILURES:
            return S.FALSE_NETWORK
        self.mobile.hold_requests()
        self.ask(AuthenticationAndCipheringFailure(gmm_cause=cause, authentication_failure_parameter=auts))
        return S.WAIT_AFTER_SYNCH_FAILURE if cause is GmmCause.SYNCH_FAILURE else S.WAIT_AFTER_MAC_FAILURE


def challenged(authentication: Authentication, event: AuthenticationAndCipheringRequest) -> State:
    """Let the card judge. A repeat of what was answered gets the same answer, unseen by the card (4.7.7.2)."""
    mobile = authentication.mobile
    rand, autn, cksn = event.rand, event.autn, event.cksn
    if rand is None and autn is None and cksn is None:
        return authentication.respond(event, None)
    if rand is None or cksn is None:
        authentication.tell(GmmStatus(gmm_cause=GmmCause.CONDITIONAL_IE_ERROR))
        return S.ANSWERED if authentication.state is S.START else authentication.state
    if mobile.answered is not None and mobile.answered[:2] == (rand, autn):
        return authentication.respond(event, mobile.answered[2])
    match mobile.card.challenge(rand, autn):
        case bytes(res):
            mobile.answered = (rand, autn, res)
            mobile.card.cksn = cksn
            mobile.cipher = event.ciphering_algorithm
            mobile.save()
            return authentication.respond(event, res)
        case MacFailure():
            return authentication.refuse(GmmCause.MAC_FAILURE)
        case SyncFailure(auts):
            return authentication.refuse(GmmCause.SYNCH_FAILURE, auts)
        case _:  # a USIM without AUTN
            return authentication.refuse(GmmCause.GSM_AUTHENTICATION_UNACCEPTABLE)


def begun(authentication: Authentication, event: Begin) -> State:
    """Take the first challenge."""
    return challenged(authentication, authentication.request)


def unbelievable(authentication: Authentication, event: Timer) -> S:
    """No better challenge came (4.7.7.6.1)."""
    return S.FALSE_NETWORK


WAITING = (S.WAIT_AFTER_MAC_FAILURE, S.WAIT_AFTER_SYNCH_FAILURE)

AUTHENTICATION = Machine(
    "authentication and ciphering, mobile side",
    clause="24.008 4.7.7",
    of=Authentication,
    initial=S.START,
    final=(S.ANSWERED, S.FALSE_NETWORK),
    guards={S.WAIT_AFTER_MAC_FAILURE: T3318, S.WAIT_AFTER_SYNCH_FAILURE: T3320},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (*WAITING, S.ANSWERED)),
        (WAITING, AuthenticationAndCipheringRequest, challenged, (*WAITING, S.ANSWERED, S.FALSE_NETWORK)),
        (S.WAIT_AFTER_MAC_FAILURE, T3318, unbelievable, (S.FALSE_NETWORK,)),
        (S.WAIT_AFTER_SYNCH_FAILURE, T3320, unbelievable, (S.FALSE_NETWORK,)),
    ],
)
