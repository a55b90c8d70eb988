"""Authentication and ciphering (TS 24.008 4.7.7, TS 33.102 6.3, TS 43.020): the mobile proves who it is.

Vectors come from the HLR, five at a time, and each serves one challenge. What the mobile finds wrong with a challenge
it says by a failure: #20 and #23 lead to an identification, #21 to a re-synchronisation at the HLR.
"""

from collections.abc import Iterable
from typing import Any

from nodes.core.machine import Begin, Machine, State
from nodes.core.tcap import Inquiry, NoAnswer, Refused
from nodes.sgsn import identification
from nodes.sgsn.causes import gmm_cause
from nodes.sgsn.events import RadioLost
from nodes.sgsn.identification import Identification
from nodes.sgsn.mm_context import GsmKey, Keys, UmtsKeys
from protocol import auth
from protocol.causes import GmmCause
from protocol.gmm import (
    AuthenticationAndCipheringFailure,
    AuthenticationAndCipheringRequest,
    AuthenticationAndCipheringResponse,
)
from protocol.gmm.elements import CipheringAlgorithm, Cksn, IdentityType, ImeisvRequest, MsNetworkCapability
from protocol.identities import Imsi
from protocol.map.authentication import (
    AuthenticationQuintuplet,
    ReSynchronisationInfo,
    SendAuthenticationInfoArg,
    SendAuthenticationInfoRes,
)
from protocol.map.contexts import INFO_RETRIEVAL_V3
from protocol.timers import T3360, Timer


class S(State):
    """States of authentication."""

    START = "start"
    WAIT_VECTORS = "wait for authentication vectors"
    WAIT_RESPONSE = "wait for AUTHENTICATION AND CIPHERING RESPONSE"
    WAIT_IDENTITY = "wait for identification after a failure"
    AUTHENTICATED = "authenticated"
    WRONG = "proof wrong"
    NO_VECTORS = "no vectors"
    UNANSWERED = "not answered"


class Authentication(Inquiry):
    """One authentication. ``cause`` says why there are no vectors; ``cipher`` is the algorithm that is offered."""

    __slots__ = ("cause", "cipher", "cksn", "context", "failed", "reference", "vector")

    def __init__(self, parent: Any, context: Any) -> None:
        super().__init__(parent.stage, parent)
        self.context = context
        self.cause = GmmCause.NETWORK_FAILURE
        self.failed = False
        self.vector: Any = None
        self.cksn = Cksn.NO_KEY
        self.cipher = CipheringAlgorithm.NOT_USED
        self.reference = 0

    def fetch(self, resynchronisation: ReSynchronisationInfo | None = None) -> S:
        """Ask the HLR for vectors."""
        imsi = self.context.imsi
        hlr = self.stage.hlr_of(imsi)
        if hlr is None:
            self.cause = self.stage.config.map_causes["hlr not reachable"]
            return S.NO_VECTORS
        self.forget_vectors()
        dialogue = self.begin_dialogue(hlr, INFO_RETRIEVAL_V3, imsi)
        dialogue.invoke(
            SendAuthenticationInfoArg(
                imsi=imsi,
                number_of_requested_vectors=self.stage.config.vectors,
                immediate_response_preferred=True,
                re_synchronisation_info=resynchronisation,
            )
        )
        dialogue.send()
        return S.WAIT_VECTORS

    def forget_vectors(self) -> None:
        """Vectors that are left are of no use: there are none, or they are older than the card (33.102 6.3.5)."""
        for holder in (self.context, self.stage.context_of(self.context.imsi)):
            if holder is not None:
                holder.vectors = ()

    def challenge(self, vector: Any) -> S:
        """Challenge the mobile."""
        self.vector = vector
        last = self.context.cksn
        self.cksn = Cksn.KEY_0 if last is Cksn.NO_KEY else Cksn((last + 1) % 7)
        self.context.ac_reference = self.reference = (self.context.ac_reference + 1) % 16
        self.cipher = choose_cipher(self.stage.config.ciphering, self.context.ms_network_capability)
        quintuplet = isinstance(self.vector, AuthenticationQuintuplet)
        self.ask(
            AuthenticationAndCipheringRequest(
                ciphering_algorithm=self.cipher,
                imeisv_request=ImeisvRequest.NOT_REQUESTED,
                force_to_standby=self.context.force_to_standby(),
                ac_reference_number=self.reference,
                rand=self.vector.rand,
                cksn=self.cksn,
                autn=self.vector.autn if quintuplet else None,
            )
        )
        return S.WAIT_RESPONSE


def choose_cipher(wanted: Iterable[CipheringAlgorithm], capability: MsNetworkCapability | None) -> CipheringAlgorithm:
    """The first algorithm wanted that the mobile has, if any (43.020 D.4.9, 24.008 4.7.7)."""
    for algorithm in wanted:
        if getattr(capability, algorithm.name.lower(), False):
            return algorithm
    return CipheringAlgorithm.NOT_USED


def keys_proved(vector: Any, proof: bytes) -> Keys | None:
    """The keys that go with a right proof; a USIM in equipment of before R99 proves itself by SRES (33.102 6.8.1.1)."""
    if not isinstance(vector, AuthenticationQuintuplet):
        return GsmKey(vector.kc) if proof == vector.sres else None
    if proof == vector.xres:
        return UmtsKeys(vector.ck, vector.ik)
    return GsmKey(auth.c3(vector.ck, vector.ik)) if proof == auth.c2(vector.xres) else None


def begun(authentication: Authentication, event: Begin) -> S:
    """Use a vector that is left, or get some."""
    vector = authentication.context.next_vector()
    return authentication.fetch() if vector is None else authentication.challenge(vector)


def vectors_received(authentication: Authentication, event: SendAuthenticationInfoRes) -> S:
    """Keep the vectors and use the first."""
    found = event.authentication_set_list
    if found is not None:
        authentication.context.vectors = tuple(found.quintuplet_list or found.triplet_list or ())
    vector = authentication.context.next_vector()
    return S.NO_VECTORS if vector is None else authentication.challenge(vector)


def vectors_refused(authentication: Authentication, event: Refused) -> S:
    """The HLR does not know the mobile, or cannot help."""
    authentication.cause = gmm_cause(authentication.stage.config.map_causes, event)
    return S.NO_VECTORS


def vectors_missed(authentication: Authentication, event: NoAnswer) -> S:
    """The HLR does not answer."""
    authentication.cause = authentication.stage.config.map_causes["no answer"]
    return S.NO_VECTORS


def responded(authentication: Authentication, event: AuthenticationAndCipheringResponse) -> S:
    """Compare the proof; an answer to another challenge is ignored, T3360 goes on."""
    if event.ac_reference_number != authentication.reference:
        return S.WAIT_RESPONSE
    context = authentication.context
    proof = (event.authentication_parameter_response or b"") + (event.authentication_response_extension or b"")
    keys = keys_proved(authentication.vector, proof)
    if keys is None:
        return S.WRONG
    context.cksn, context.keys, context.cipher = authentication.cksn, keys, authentication.cipher
    return S.AUTHENTICATED


def challenge_refused(authentication: Authentication, event: AuthenticationAndCipheringFailure) -> S:
    """The mobile finds the challenge wrong (4.7.7.6 c, d, e); a second failure ends the attempt."""
    parameter = event.authentication_failure_parameter
    if authentication.failed:
        return S.WRONG
    authentication.failed = True
    if event.gmm_cause is GmmCause.SYNCH_FAILURE and parameter is not None:
        return authentication.fetch(ReSynchronisationInfo(rand=authentication.vector.rand, auts=parameter))
    authentication.start(Identification(authentication, IdentityType.IMSI))
    return S.WAIT_IDENTITY


def unanswered(authentication: Authentication, event: Timer | RadioLost) -> S:
    """The fifth expiry of T3360, or the radio is lost (4.7.7.6 a, b)."""
    return S.UNANSWERED


def identified(authentication: Authentication, event: Identification) -> S:
    """Another IMSI than ours: challenge that one. The same: its card and the HLR do not agree."""
    if event.identity == authentication.context.imsi:
        return S.WRONG
    assert isinstance(event.identity, Imsi)
    authentication.context.become(event.identity)
    return authentication.fetch()


def unidentified(authentication: Authentication, event: Identification) -> S:
    """The mobile is gone."""
    return S.UNANSWERED


AUTHENTICATION = Machine(
    "authentication and ciphering",
    clause="24.008 4.7.7",
    of=Authentication,
    initial=S.START,
    final=(S.AUTHENTICATED, S.WRONG, S.NO_VECTORS, S.UNANSWERED),
    guards={S.WAIT_RESPONSE: T3360},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_VECTORS, S.WAIT_RESPONSE, S.NO_VECTORS)),
        (S.WAIT_VECTORS, SendAuthenticationInfoRes, vectors_received, (S.WAIT_RESPONSE, S.NO_VECTORS)),
        (S.WAIT_VECTORS, Refused, vectors_refused, (S.NO_VECTORS,)),
        (S.WAIT_VECTORS, NoAnswer, vectors_missed, (S.NO_VECTORS,)),
        (
            S.WAIT_RESPONSE,
            AuthenticationAndCipheringResponse,
            responded,
            (S.WAIT_RESPONSE, S.AUTHENTICATED, S.WRONG),
        ),
        (
            S.WAIT_RESPONSE,
            AuthenticationAndCipheringFailure,
            challenge_refused,
            (S.WAIT_VECTORS, S.WAIT_IDENTITY, S.WRONG, S.NO_VECTORS),
        ),
        (S.WAIT_RESPONSE, T3360, unanswered, (S.UNANSWERED,)),
        (S.WAIT_RESPONSE, RadioLost, unanswered, (S.UNANSWERED,)),
        (S.WAIT_IDENTITY, identification.S.IDENTIFIED, identified, (S.WAIT_VECTORS, S.WRONG, S.NO_VECTORS)),
        (S.WAIT_IDENTITY, identification.S.UNIDENTIFIED, unidentified, (S.UNANSWERED,)),
    ],
)
