"""Authentication on the A interface (TS 24.008 4.3.2, TS 33.102 6.3): the mobile proves who it is.

Vectors come from the HLR and each serves one challenge. Where the mobile finds the challenge out of order (#21) the HLR
is asked anew, once; any other failure counts as a wrong proof.
"""

from typing import TYPE_CHECKING, Any

from nodes.core.machine import Begin, Machine, State
from nodes.core.tcap import Inquiry, NoAnswer, Refused
from nodes.vlr.causes import mm_cause
from protocol.auth import c3
from protocol.causes import MmCause
from protocol.gmm.elements import Cksn
from protocol.map.authentication import (
    AuthenticationQuintuplet,
    AuthenticationTriplet,
    ReSynchronisationInfo,
    SendAuthenticationInfoArg,
    SendAuthenticationInfoRes,
)
from protocol.map.contexts import INFO_RETRIEVAL_V3
from protocol.mm import AuthenticationFailure, AuthenticationRequest, AuthenticationResponse
from protocol.timers import T3260, Timer

if TYPE_CHECKING:
    from nodes.vlr.subscribers import Subscriber


class S(State):
    """States of authentication."""

    START = "start"
    WAIT_VECTORS = "wait for authentication vectors"
    WAIT_RESPONSE = "wait for AUTHENTICATION RESPONSE"
    AUTHENTICATED = "authenticated"
    WRONG = "proof wrong"
    NO_VECTORS = "no vectors"
    UNANSWERED = "not answered"


class Authentication(Inquiry):
    """One authentication. ``cause`` says why there are no vectors."""

    __slots__ = ("cause", "cksn", "subscriber", "synchronised", "vector")

    def __init__(self, parent: Any, subscriber: "Subscriber") -> None:
        super().__init__(parent.stage, parent)
        self.subscriber = subscriber
        self.cause = MmCause.NETWORK_FAILURE
        self.cksn = Cksn.NO_KEY
        self.synchronised = False
        self.vector: Any = None

    def fetch(self, resynchronisation: ReSynchronisationInfo | None = None) -> S:
        """Ask the HLR for vectors; those that are left are older than the card."""
        imsi, config = self.subscriber.imsi, self.stage.config
        hlr = self.stage.hlr_of(imsi)
        if hlr is None:
            self.cause = config.map_causes["hlr not reachable"]
            return S.NO_VECTORS
        self.subscriber.vectors = ()
        dialogue = self.begin_dialogue(hlr, INFO_RETRIEVAL_V3, imsi)
        dialogue.invoke(
            SendAuthenticationInfoArg(
                imsi=imsi,
                number_of_requested_vectors=config.vectors,
                immediate_response_preferred=True,
                re_synchronisation_info=resynchronisation,
            )
        )
        dialogue.send()
        return S.WAIT_VECTORS

    def challenge(self, vector: Any) -> S:
        """Challenge the mobile."""
        self.vector = vector
        last = self.subscriber.cksn
        self.cksn = Cksn.KEY_0 if last is Cksn.NO_KEY else Cksn((last + 1) % 7)
        autn = vector.autn if isinstance(vector, AuthenticationQuintuplet) else None
        self.ask(AuthenticationRequest(cksn=self.cksn, rand=vector.rand, autn=autn))
        return S.WAIT_RESPONSE


def begun(authentication: Authentication, event: Begin) -> S:
    """Use a vector that is left, or get some."""
    vector = authentication.subscriber.next_vector()
    return authentication.fetch() if vector is None else authentication.challenge(vector)


def vectors_received(authentication: Authentication, event: SendAuthenticationInfoRes) -> S:
    """Keep the vectors and use the first."""
    found = event.authentication_set_list
    if found is not None:
        authentication.subscriber.vectors = tuple(found.quintuplet_list or found.triplet_list or ())
    vector = authentication.subscriber.next_vector()
    return S.NO_VECTORS if vector is None else authentication.challenge(vector)


def vectors_refused(authentication: Authentication, event: Refused) -> S:
    """The HLR does not know the subscriber, or cannot help."""
    authentication.cause = mm_cause(authentication.stage.config.map_causes, event)
    return S.NO_VECTORS


def vectors_missed(authentication: Authentication, event: NoAnswer) -> S:
    """The HLR does not answer."""
    authentication.cause = authentication.stage.config.map_causes["no answer"]
    return S.NO_VECTORS


def responded(authentication: Authentication, event: AuthenticationResponse) -> S:
    """Compare the proof."""
    vector = authentication.vector
    proof = event.authentication_response_parameter + (event.authentication_response_extension or b"")
    if proof != (vector.xres if isinstance(vector, AuthenticationQuintuplet) else vector.sres):
        return S.WRONG
    subscriber = authentication.subscriber
    subscriber.cksn = authentication.cksn
    subscriber.kc = vector.kc if isinstance(vector, AuthenticationTriplet) else c3(vector.ck, vector.ik)
    return S.AUTHENTICATED


def challenge_refused(authentication: Authentication, event: AuthenticationFailure) -> S:
    """The mobile finds the challenge wrong (4.3.2.6 c, d)."""
    parameter = event.authentication_failure_parameter
    if event.reject_cause is not MmCause.SYNCH_FAILURE or parameter is None or authentication.synchronised:
        return S.WRONG
    authentication.synchronised = True
    return authentication.fetch(ReSynchronisationInfo(rand=authentication.vector.rand, auts=parameter))


def unanswered(authentication: Authentication, event: Timer) -> S:
    """T3260 has run out (4.3.2.6 b)."""
    return S.UNANSWERED


AUTHENTICATION = Machine(
    "authentication on the A interface",
    clause="24.008 4.3.2",
    of=Authentication,
    initial=S.START,
    final=(S.AUTHENTICATED, S.WRONG, S.NO_VECTORS, S.UNANSWERED),
    guards={S.WAIT_RESPONSE: T3260},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_VECTORS, S.WAIT_RESPONSE, S.NO_VECTORS)),
        (S.WAIT_VECTORS, SendAuthenticationInfoRes, vectors_received, (S.WAIT_RESPONSE, S.NO_VECTORS)),
        (S.WAIT_VECTORS, Refused, vectors_refused, (S.NO_VECTORS,)),
        (S.WAIT_VECTORS, NoAnswer, vectors_missed, (S.NO_VECTORS,)),
        (S.WAIT_RESPONSE, AuthenticationResponse, responded, (S.AUTHENTICATED, S.WRONG)),
        (S.WAIT_RESPONSE, AuthenticationFailure, challenge_refused, (S.WAIT_VECTORS, S.WRONG)),
        (S.WAIT_RESPONSE, T3260, unanswered, (S.UNANSWERED,)),
    ],
)
