"""Authentication on a dedicated channel, mobile side (TS 24.008 4.3.2): it must be our network that asks.

A challenge that is in order is answered at once. One that is not is refused with its cause, and the network has until
T3214 or T3216 to do better; meanwhile the timers of what the mobile has asked for stand still (4.3.2.6).
"""

from typing import TYPE_CHECKING

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.ms.authentication import FAILURES
from protocol.auth import MacFailure, SyncFailure
from protocol.causes import MmCause
from protocol.mm import AuthenticationFailure, AuthenticationRequest, AuthenticationResponse
from protocol.timers import T3214, T3216, Timer

if TYPE_CHECKING:
    from nodes.ms.mm import MobilityManagement


class S(State):
    """States of the authentication."""

    START = "start"
    WAIT_AFTER_MAC_FAILURE = "wait for a better challenge (T3214)"
    WAIT_AFTER_SYNCH_FAILURE = "wait for a fresh challenge (T3216)"
    ANSWERED = "request answered"
    FALSE_NETWORK = "network taken for a false one"


class MmAuthentication(Procedure):
    """One authentication: the first challenge, and those that follow as long as none is in order."""

    __slots__ = ("failures", "mm", "request")

    def __init__(self, mm: "MobilityManagement", request: AuthenticationRequest) -> None:
        super().__init__(mm.stage, mm)
        self.mm = mm
        self.request = request
        self.failures = 0

    def respond(self, res: bytes) -> S:
        """Answer; RES beyond its first four octets goes into the extension (9.2.3)."""
        extension = res[4:] or None
        self.tell(
            AuthenticationResponse(
                authentication_response_parameter=res[:4], authentication_response_extension=extension
            )
        )
        return S.ANSWERED

    def refuse(self, cause: MmCause, auts: bytes | None = None) -> S:
        """Say what is wrong with the challenge; after the third one there is nobody worth telling."""
        self.failures += 1
        if self.failures == FAILURES:
            return S.FALSE_NETWORK
        self.mm.hold_requests()
        self.ask(AuthenticationFailure(reject_cause=cause, authentication_failure_parameter=auts))
        return S.WAIT_AFTER_SYNCH_FAILURE if cause is MmCause.SYNCH_FAILURE else S.WAIT_AFTER_MAC_FAILURE


def challenged(authentication: MmAuthentication, event: AuthenticationRequest) -> S:
    """Let the card judge. A repeat of what was answered gets the same answer, unseen by the card (4.3.2.2)."""
    mm = authentication.mm
    card = mm.mobile.card
    rand, autn = event.rand, event.autn
    if mm.answered is not None and mm.answered[:2] == (rand, autn):
        return authentication.respond(mm.answered[2])
    match card.challenge(rand, autn):
        case bytes(res):
            mm.answered = (rand, autn, res)
            card.cs_cksn = event.cksn
            mm.mobile.save()
            return authentication.respond(res)
        case MacFailure():
            return authentication.refuse(MmCause.MAC_FAILURE)
        case SyncFailure(auts):
            return authentication.refuse(MmCause.SYNCH_FAILURE, auts)
        case _:  # a USIM without AUTN
            return authentication.refuse(MmCause.GSM_AUTHENTICATION_UNACCEPTABLE)


def begun(authentication: MmAuthentication, event: Begin) -> S:
    """Take the first challenge."""
    return challenged(authentication, authentication.request)


def unbelievable(authentication: MmAuthentication, event: Timer) -> S:
    """No better challenge came (4.3.2.6.1)."""
    return S.FALSE_NETWORK


WAITING = (S.WAIT_AFTER_MAC_FAILURE, S.WAIT_AFTER_SYNCH_FAILURE)

MM_AUTHENTICATION = Machine(
    "authentication on a dedicated channel, mobile side",
    clause="24.008 4.3.2",
    of=MmAuthentication,
    initial=S.START,
    final=(S.ANSWERED, S.FALSE_NETWORK),
    guards={S.WAIT_AFTER_MAC_FAILURE: T3214, S.WAIT_AFTER_SYNCH_FAILURE: T3216},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (*WAITING, S.ANSWERED)),
        (WAITING, AuthenticationRequest, challenged, (*WAITING, S.ANSWERED, S.FALSE_NETWORK)),
        (S.WAIT_AFTER_MAC_FAILURE, T3214, unbelievable, (S.FALSE_NETWORK,)),
        (S.WAIT_AFTER_SYNCH_FAILURE, T3216, unbelievable, (S.FALSE_NETWORK,)),
    ],
)
