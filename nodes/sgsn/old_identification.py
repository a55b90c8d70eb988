"""Identification at the old SGSN (TS 23.060 6.5 step 2, TS 29.060 7.5.1): to whom it gave a P-TMSI."""

from typing import TYPE_CHECKING

from nodes.core import gtp
from nodes.core.gtp import NO_TEID, Transaction
from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.sgsn.mm_context import keep_vectors
from protocol.gtp import IdentificationRequest
from protocol.identities import Imsi, Rai, Tmsi

if TYPE_CHECKING:
    from nodes.sgsn.context import MmContext


class S(State):
    """States of the identification at the old SGSN."""

    START = "start"
    WAIT_RESPONSE = "wait for Identification Response"
    IDENTIFIED = "identified by the old SGSN"
    UNKNOWN = "not identified by the old SGSN"


class IdentificationAtOldSgsn(Procedure):
    """One identification. Where it is successful, ``context`` has the IMSI and the vectors that are left."""

    __slots__ = ("context", "ptmsi", "rai", "signature")

    def __init__(self, parent: Procedure, context: "MmContext", rai: Rai, ptmsi: Tmsi, signature: int | None) -> None:
        super().__init__(parent.stage, parent)
        self.context = context
        self.rai = rai
        self.ptmsi = ptmsi
        self.signature = signature


def begun(identification: IdentificationAtOldSgsn, event: Begin) -> S:
    """Ask the SGSN of the old routing area, if there is one."""
    stage = identification.stage
    address = stage.old_sgsn(identification.rai, identification.ptmsi)
    if address is None:
        return S.UNKNOWN
    request = IdentificationRequest(
        teid=NO_TEID,
        rai=identification.rai,
        ptmsi=identification.ptmsi,
        ptmsi_signature=identification.signature,
    )
    identification.start(stage.gn.gtp.request(identification, address, request))
    return S.WAIT_RESPONSE


def responded(identification: IdentificationAtOldSgsn, event: Transaction) -> S:
    """It knows the mobile, or does not, or the signature does not convince it."""
    response = event.answer
    if not response.cause.is_acceptance or response.imsi is None:
        return S.UNKNOWN
    identification.context.become(Imsi(response.imsi))
    if response.authentication_triplets or response.authentication_quintuplets:
        keep_vectors(identification.context, response.authentication_triplets, response.authentication_quintuplets)
    return S.IDENTIFIED


def unanswered(identification: IdentificationAtOldSgsn, event: Transaction) -> S:
    """It does not answer: the mobile is asked."""
    return S.UNKNOWN


IDENTIFICATION_AT_OLD_SGSN = Machine(
    "identification at the old SGSN",
    clause="23.060 6.5, 29.060 7.5.1",
    of=IdentificationAtOldSgsn,
    initial=S.START,
    final=(S.IDENTIFIED, S.UNKNOWN),
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_RESPONSE, S.UNKNOWN)),
        (S.WAIT_RESPONSE, gtp.S.ANSWERED, responded, (S.IDENTIFIED, S.UNKNOWN)),
        (S.WAIT_RESPONSE, gtp.S.NO_RESPONSE, unanswered, (S.UNKNOWN,)),
    ],
)
