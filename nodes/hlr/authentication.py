"""What the authentication centre answers (TS 33.102 6.3, 6.8.1).

Vectors and resynchronisation are sendAuthenticationInfo (TS 29.002 8.5.2), authenticationFailureReport (8.5.3) is
noted. Every vector is made when it is asked for, and the sequence number that it uses is saved before it leaves, so no
SQN is used twice, whatever is lost.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from nodes.core.tcap import Dialogue
from nodes.hlr.subscribers import Entry
from protocol.auth import (
    BLOCK,
    Algorithm,
    Milenage,
    Quintuplet,
    Triplet,
    check_auts,
    comp128_triplet,
    gsm_triplet,
    next_sqns,
    resynchronised,
)
from protocol.map.authentication import (
    AuthenticationFailureReportArg,
    AuthenticationFailureReportRes,
    AuthenticationQuintuplet,
    AuthenticationSetList,
    AuthenticationTriplet,
    ReSynchronisationInfo,
    SendAuthenticationInfoArg,
    SendAuthenticationInfoArgV2,
    SendAuthenticationInfoRes,
    SendAuthenticationInfoResV2,
)
from protocol.map.errors import ErrorCode, UnexpectedDataParam, UnknownSubscriberDiagnostic, UnknownSubscriberParam

if TYPE_CHECKING:
    from nodes.hlr.node import Hlr

MOST_VECTORS = 5
"""Vectors in one answer, at most (NumberOfRequestedVectors, TS 29.002 17.7.1); version 2 asks for no number."""

COMP128: dict[Algorithm, Literal[1, 2, 3]] = {
    Algorithm.COMP128V1: 1,
    Algorithm.COMP128V2: 2,
    Algorithm.COMP128V3: 3,
}


def check_algorithms(algorithms: set[Algorithm]) -> None:
    """Raise ``ModuleNotFoundError`` where the package for one of these algorithms is not installed."""
    for algorithm in algorithms & COMP128.keys():
        comp128_triplet(COMP128[algorithm], bytes(BLOCK), bytes(BLOCK))


# --- the operations -----------------------------------------------------------------------------------------------


def send_authentication_info(hlr: "Hlr", dialogue: Dialogue, argument: SendAuthenticationInfoArg) -> None:
    """Give vectors: quintuplets for a USIM, triplets for a SIM; after a genuine AUTS, from the SQN that it reports.

    AUTS that K does not confirm, or of a SIM, has none: unexpectedDataValue. Where the sequence numbers of a
    subscriber are used up, the answer is empty.
    """
    dialogue.imsi = argument.imsi
    entry = hlr.register.find(argument.imsi)
    if entry is None:
        diagnostic = UnknownSubscriberDiagnostic.IMSI_UNKNOWN
        dialogue.refuse(UnknownSubscriberParam(unknown_subscriber_diagnostic=diagnostic))
    elif not resynchronise(hlr, entry, argument.re_synchronisation_info):
        hlr.warn("auts wrong", f"AUTS of IMSI {argument.imsi} from {dialogue.peer} is not genuine")
        dialogue.refuse(UnexpectedDataParam())
    elif entry.subscriber.algorithm is Algorithm.MILENAGE:
        sets = make_quintuplets(hlr, entry, argument.number_of_requested_vectors)
        vectors = AuthenticationSetList(quintuplet_list=sets) if sets else None
        dialogue.answer(SendAuthenticationInfoRes(authentication_set_list=vectors))
    else:
        triplets = make_triplets(hlr, entry, argument.number_of_requested_vectors)
        dialogue.answer(SendAuthenticationInfoRes(authentication_set_list=AuthenticationSetList(triplet_list=triplets)))
    dialogue.end()


def send_authentication_info_v2(hlr: "Hlr", dialogue: Dialogue, argument: SendAuthenticationInfoArgV2) -> None:
    """Give triplets to a network that knows GSM only, for a USIM too (TS 33.102 6.8.1.1)."""
    imsi = argument.imsi
    assert imsi is not None, "the only choice"
    dialogue.imsi = imsi
    entry = hlr.register.find(imsi)
    if entry is None:
        dialogue.refuse(ErrorCode.UNKNOWN_SUBSCRIBER)  # its parameter is for version 3 only
    else:
        dialogue.answer(SendAuthenticationInfoResV2(triplets=make_triplets(hlr, entry, MOST_VECTORS)))
    dialogue.end()


def authentication_failure_report(hlr: "Hlr", dialogue: Dialogue, argument: AuthenticationFailureReportArg) -> None:
    """Note that a subscriber, or the network towards it, was not genuine."""
    dialogue.imsi = argument.imsi
    if hlr.register.find(argument.imsi) is None:
        diagnostic = UnknownSubscriberDiagnostic.IMSI_UNKNOWN
        dialogue.refuse(UnknownSubscriberParam(unknown_subscriber_diagnostic=diagnostic))
    else:
        cause = argument.failure_cause.words.lower()
        hlr.warn("authentication failed", f"IMSI {argument.imsi} at {dialogue.peer}: {cause}")
        dialogue.answer(AuthenticationFailureReportRes())
    dialogue.end()


# --- vectors ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def milenage_of(key: bytes, opc: bytes) -> Milenage:
    """The functions of one subscriber. About 1 KB each, so only the subscribers last asked for have theirs at hand."""
    return Milenage(key, opc)


def resynchronise(hlr: "Hlr", entry: Entry, info: ReSynchronisationInfo | None) -> bool:
    """Follow the USIM's SQN where AUTS calls for it (TS 33.102 6.3.5); False where AUTS is not genuine."""
    if info is None:
        return True
    known = entry.subscriber
    if known.algorithm is not Algorithm.MILENAGE:
        return False
    sqn_ms = check_auts(milenage_of(known.key, known.opc), info.rand, info.auts)
    if sqn_ms is None:
        return False
    sqn = resynchronised(entry.sqn, sqn_ms)
    if sqn != entry.sqn:
        hlr.register.use(entry, sqn)
    return True


def make_quintuplets(hlr: "Hlr", entry: Entry, count: int) -> tuple[AuthenticationQuintuplet, ...]:
    """So many quintuplets, or as many as there are sequence numbers; their SQNs count as used from now on."""
    known = entry.subscriber
    sqns = next_sqns(entry.sqn, count)
    if not sqns:
        hlr.warn("sqn used up", f"IMSI {known.imsi} has no sequence number left")
        return ()
    hlr.register.use(entry, sqns[-1])
    vectors = milenage_of(known.key, known.opc).quintuplets(challenges(hlr, len(sqns)), sqns, known.amf)
    return tuple([quintuplet_of(vector) for vector in vectors])


def make_triplets(hlr: "Hlr", entry: Entry, count: int) -> tuple[AuthenticationTriplet, ...]:
    """So many triplets by the subscriber's algorithm; they use no sequence numbers."""
    known = entry.subscriber
    version = COMP128.get(known.algorithm)
    if version is not None:
        triplets = [comp128_triplet(version, known.key, rand) for rand in challenges(hlr, count)]
    else:
        milenage = milenage_of(known.key, known.opc)
        triplets = [gsm_triplet(milenage, rand) for rand in challenges(hlr, count)]
    return tuple([triplet_of(triplet) for triplet in triplets])


def challenges(hlr: "Hlr", count: int) -> list[bytes]:
    """So many RANDs."""
    octets = hlr.rng.randbytes(BLOCK * count)
    return [octets[at : at + BLOCK] for at in range(0, len(octets), BLOCK)]


def quintuplet_of(vector: Quintuplet) -> AuthenticationQuintuplet:
    """The vector as MAP tells it."""
    return AuthenticationQuintuplet(rand=vector.rand, xres=vector.xres, ck=vector.ck, ik=vector.ik, autn=vector.autn)


def triplet_of(vector: Triplet) -> AuthenticationTriplet:
    """The vector as MAP tells it."""
    return AuthenticationTriplet(rand=vector.rand, sres=vector.sres, kc=vector.kc)
