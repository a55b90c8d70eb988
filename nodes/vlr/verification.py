"""Who has opened the channel, and is it really (TS 24.008 4.3.2, 4.3.3): what procedures of the A interface begin with.

The TMSI tells, if it was given here, or the IMSI; or the mobile is asked. A mobile that is known by its TMSI and has
the last key need not prove it, unless the VLR is told to ask always. Then the channel is ciphered, if that is wanted;
where neither is, nor is required, a mobile is what it says.
"""

from typing import TYPE_CHECKING, Any

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.vlr import authentication, ciphering, identification
from nodes.vlr.authentication import Authentication
from nodes.vlr.ciphering import NONE, Ciphering
from nodes.vlr.events import UNPROVED
from nodes.vlr.identification import Identification
from protocol.causes import MmCause
from protocol.gmm.elements import Cksn
from protocol.identities import Imsi, Lai, MobileIdentity, Tmsi
from protocol.mm import AuthenticationReject

if TYPE_CHECKING:
    from nodes.vlr.subscribers import Subscriber


class S(State):
    """States of the verification."""

    START = "start"
    WAIT_IDENTITY = "wait for identification"
    WAIT_AUTHENTICATION = "wait for authentication"
    WAIT_CIPHERING = "wait for ciphering"
    VERIFIED = "verified"
    REFUSED = "not verified"


class Verification(Procedure):
    """One verification. ``area`` is where the TMSI was given; ``newcomers`` may have no record here.

    ``cause`` is what to reject with, None where nothing is to be said, or has been. ``ciphers``: it has the channel
    ciphered, which tells the mobile that it is served.
    """

    __slots__ = ("area", "cause", "channel", "ciphers", "cksn", "identity", "known_by_tmsi", "newcomers", "subscriber")

    def __init__(
        self, parent: Any, channel: Any, identity: MobileIdentity, cksn: Cksn, area: Lai, *, newcomers: bool
    ) -> None:
        super().__init__(parent.stage, parent)
        self.channel = channel
        self.identity = identity.value
        self.cksn = cksn
        self.area = area
        self.newcomers = newcomers
        self.known_by_tmsi = self.ciphers = False
        self.subscriber: Subscriber | None = None
        self.cause: MmCause | None = None

    def ended(self) -> None:
        if self.subscriber is not None and self.state is not S.VERIFIED:
            self.subscriber.hear(UNPROVED)

    def identify(self) -> S:
        """Ask for the IMSI."""
        self.start(Identification(self))
        return S.WAIT_IDENTITY

    def take(self, imsi: Imsi) -> S:
        """It says to be this one."""
        register = self.stage.register
        subscriber = register.enter(imsi) if self.newcomers else register.find(imsi)
        if subscriber is None:
            self.cause = MmCause.IMSI_UNKNOWN_IN_VLR
            return S.REFUSED
        self.known_by_tmsi = False
        return self.authenticate(subscriber)

    def authenticate(self, subscriber: "Subscriber") -> S:
        """Challenge it, if need be."""
        self.subscriber = subscriber
        self.channel.recognise(subscriber)
        config = self.stage.config
        known = self.known_by_tmsi and self.cksn is not Cksn.NO_KEY and self.cksn == subscriber.cksn
        if known and config.authenticate == "when needed":
            return self.cipher()
        if config.authentication == "optional" and not any(config.ciphering):
            return self.verified()
        self.start(Authentication(self, subscriber))
        return S.WAIT_AUTHENTICATION

    def cipher(self) -> S:
        """It is who it says, and has a key; by that the channel is ciphered."""
        assert self.subscriber is not None
        if self.channel.secured or not any(self.stage.config.ciphering):
            return self.verified()
        self.start(Ciphering(self, self.channel, self.subscriber.kc))
        return S.WAIT_CIPHERING

    def verified(self) -> S:
        """It is served."""
        self.channel.adopt(self.subscriber)
        return S.VERIFIED

    def reject(self) -> S:
        """It is not."""
        self.tell(AuthenticationReject())
        return S.REFUSED


def begun(verification: Verification, event: Begin) -> S:
    """Find out who it says to be."""
    identity = verification.identity
    if isinstance(identity, Imsi):
        return verification.take(identity)
    if isinstance(identity, Tmsi) and verification.stage.serves(verification.area):
        known = verification.stage.register.by_tmsi.get(identity)
        if known is not None:
            verification.known_by_tmsi = True
            return verification.authenticate(known)
    return verification.identify()


def identified(verification: Verification, event: Identification) -> S:
    """The IMSI is known now: if it is that whose proof was wrong, there is nothing more to try (4.3.2.5)."""
    assert event.imsi is not None
    wrong = verification.subscriber
    if wrong is not None and wrong.imsi == event.imsi:
        return verification.reject()
    verification.subscriber = None
    return verification.take(event.imsi)


def unidentified(verification: Verification, event: Identification) -> S:
    """The mobile does not answer."""
    return S.REFUSED


def authenticated(verification: Verification, event: Authentication) -> S:
    """The proof is right."""
    return verification.cipher()


def proof_wrong(verification: Verification, event: Authentication) -> S:
    """If it came under a TMSI that may be another's, ask for the IMSI; else it is rejected (4.3.2.5)."""
    return verification.identify() if verification.known_by_tmsi else verification.reject()


def vectors_missing(verification: Verification, event: Authentication) -> S:
    """The HLR gave no vectors: by policy that need not matter, unless the channel must be ciphered."""
    config = verification.stage.config
    if config.authentication == "optional" and NONE in config.ciphering:
        return verification.verified()
    verification.cause = event.cause
    return S.REFUSED


def ciphering_settled(verification: Verification, event: Ciphering) -> S:
    """The channel is ciphered, or may do without."""
    verification.ciphers = verification.channel.secured
    return verification.verified()


def ciphering_failed(verification: Verification, event: Ciphering) -> S:
    """It must be, and is not."""
    verification.cause = MmCause.NETWORK_FAILURE
    return S.REFUSED


def challenge_unanswered(verification: Verification, event: Authentication) -> S:
    """The mobile does not answer."""
    return S.REFUSED


VERIFICATION = Machine(
    "verification of a mobile on the A interface",
    clause="24.008 4.3.2, 4.3.3",
    of=Verification,
    initial=S.START,
    final=(S.VERIFIED, S.REFUSED),
    rows=[
        # in this state    on this event     do this      and be in one of
        (
            S.START,
            Begin,
            begun,
            (S.WAIT_IDENTITY, S.WAIT_AUTHENTICATION, S.WAIT_CIPHERING, S.VERIFIED, S.REFUSED),
        ),
        (
            S.WAIT_IDENTITY,
            identification.S.IDENTIFIED,
            identified,
            (S.WAIT_AUTHENTICATION, S.VERIFIED, S.REFUSED),
        ),
        (S.WAIT_IDENTITY, identification.S.UNIDENTIFIED, unidentified, (S.REFUSED,)),
        (S.WAIT_AUTHENTICATION, authentication.S.AUTHENTICATED, authenticated, (S.WAIT_CIPHERING, S.VERIFIED)),
        (S.WAIT_AUTHENTICATION, authentication.S.WRONG, proof_wrong, (S.WAIT_IDENTITY, S.REFUSED)),
        (S.WAIT_AUTHENTICATION, authentication.S.NO_VECTORS, vectors_missing, (S.VERIFIED, S.REFUSED)),
        (S.WAIT_CIPHERING, ciphering.S.SETTLED, ciphering_settled, (S.VERIFIED,)),
        (S.WAIT_CIPHERING, ciphering.S.FAILED, ciphering_failed, (S.REFUSED,)),
        (S.WAIT_AUTHENTICATION, authentication.S.UNANSWERED, challenge_unanswered, (S.REFUSED,)),
    ],
)
