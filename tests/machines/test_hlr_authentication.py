"""The authentication centre: vectors, resynchronisation, failure reports."""

import importlib.util
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from nodes.core.outputs import Record, Save, Send
from nodes.hlr import Subscriber
from protocol import tcap
from protocol.auth import (
    SEQ_MAX,
    Algorithm,
    Authenticated,
    Milenage,
    SqnArray,
    SyncFailure,
    check_autn,
    comp128_triplet,
    gsm_triplet,
    make_auts,
)
from protocol.identities import Gt, Imsi
from protocol.map.authentication import (
    AuthenticationFailureReportArg,
    AuthenticationFailureReportRes,
    FailureCause,
    ReSynchronisationInfo,
    SendAuthenticationInfoArg,
    SendAuthenticationInfoArgV2,
    SendAuthenticationInfoRes,
    SendAuthenticationInfoResV2,
)
from protocol.map.contexts import (
    AUTHENTICATION_FAILURE_REPORT_V3,
    GPRS_LOCATION_UPDATE_V3,
    INFO_RETRIEVAL_V2,
    INFO_RETRIEVAL_V3,
    RESET_V2,
)
from protocol.map.errors import ErrorCode, UnknownSubscriberDiagnostic
from protocol.map.operations import OperationCode
from protocol.sccp import Address

STRANGER = Imsi("262010000000000")


def ask(sgsn: Any, imsi: Imsi, count: int = 1, info: ReSynchronisationInfo | None = None) -> Any:
    """Ask for vectors; returns the component that answers."""
    argument = SendAuthenticationInfoArg(imsi=imsi, number_of_requested_vectors=count, re_synchronisation_info=info)
    return sgsn.answered(sgsn.begin(INFO_RETRIEVAL_V3, argument))


def quintuplets(answer: Any) -> Any:
    """The quintuplets of an answer."""
    assert isinstance(answer.result, SendAuthenticationInfoRes)
    assert answer.result.authentication_set_list is not None
    return answer.result.authentication_set_list.quintuplet_list


def triplets(answer: Any) -> Any:
    """The triplets of an answer."""
    assert isinstance(answer.result, SendAuthenticationInfoRes)
    assert answer.result.authentication_set_list is not None
    return answer.result.authentication_set_list.triplet_list


@pytest.mark.ttcn3("gsup_sai")
def test_vectors_are_accepted_by_the_usim(hlr: Any, subscriber: Subscriber) -> None:
    """TS 33.102 6.3.2: the USIM takes each of five vectors, in their order, and computes what the network expects."""
    usim, accepted = Milenage(subscriber.key, subscriber.opc), SqnArray()
    vectors = quintuplets(ask(hlr.peers["sgsn1"], subscriber.imsi, 5))
    assert len(vectors) == 5
    for vector in vectors:
        outcome = check_autn(usim, vector.rand, vector.autn, accepted)
        assert isinstance(outcome, Authenticated)
        assert (outcome.res, outcome.ck, outcome.ik) == (vector.xres, vector.ck, vector.ik)


@pytest.mark.ttcn3("gsup_sai_num_auth_vectors")
@pytest.mark.parametrize("count", range(1, 6))
def test_as_many_vectors_as_asked(hlr: Any, subscriber: Subscriber, count: int) -> None:
    """TS 29.002 8.5.2: NumberOfRequestedVectors, from 1 to 5."""
    assert len(quintuplets(ask(hlr.peers["sgsn1"], subscriber.imsi, count))) == count


def test_sqn_is_saved_before_the_vectors_leave(hlr: Any, subscriber: Subscriber) -> None:
    """The order of the outputs is the order of their effects: the highest SQN is safe when the first vector is out."""
    hlr.outputs.clear()
    quintuplets(ask(hlr.peers["sgsn1"], subscriber.imsi, 5))
    kinds = [type(output) for output in hlr.outputs]
    assert kinds[0] is Save
    assert set(kinds[1:]) == {Send}
    assert hlr.outputs[0] == Save(f"sqn/{subscriber.imsi}", hlr.node.register.find(subscriber.imsi).sqn.to_bytes(6))


def test_sqn_goes_on_after_a_restart(hlr: Any, make_hlr: Callable[..., Any], subscriber: Subscriber) -> None:
    """TS 33.102 6.3.2: no sequence number is used twice, in whatever life."""
    usim, accepted = Milenage(subscriber.key, subscriber.opc), SqnArray()
    first = quintuplets(ask(hlr.peers["sgsn1"], subscriber.imsi, 5))
    reborn = make_hlr(records=hlr.records())
    second = quintuplets(ask(reborn.peers["sgsn1"], subscriber.imsi, 5))
    for vector in (*first, *second):
        assert isinstance(check_autn(usim, vector.rand, vector.autn, accepted), Authenticated)
    assert reborn.node.restarts == 1


def test_resynchronisation(hlr: Any, subscriber: Subscriber) -> None:
    """TS 33.102 6.3.5: a USIM that is ahead tells its SQN by AUTS, and takes the vectors that follow."""
    sgsn, usim = hlr.peers["sgsn1"], Milenage(subscriber.key, subscriber.opc)
    accepted = SqnArray([100_000] * 32)
    (stale,) = quintuplets(ask(sgsn, subscriber.imsi))
    outcome = check_autn(usim, stale.rand, stale.autn, accepted)
    assert isinstance(outcome, SyncFailure)
    info = ReSynchronisationInfo(rand=stale.rand, auts=outcome.auts)
    for vector in quintuplets(ask(sgsn, subscriber.imsi, 5, info)):
        assert isinstance(check_autn(usim, vector.rand, vector.autn, accepted), Authenticated)


def test_resynchronisation_replayed(hlr: Any, subscriber: Subscriber) -> None:
    """TS 33.102 6.3.5: an AUTS that came before does not turn the sequence numbers back."""
    sgsn, usim = hlr.peers["sgsn1"], Milenage(subscriber.key, subscriber.opc)
    info = ReSynchronisationInfo(rand=bytes(16), auts=make_auts(usim, bytes(16), 1000 << 5))
    quintuplets(ask(sgsn, subscriber.imsi, 5, info))
    ahead = hlr.node.register.find(subscriber.imsi).sqn
    quintuplets(ask(sgsn, subscriber.imsi, 5, info))
    assert hlr.node.register.find(subscriber.imsi).sqn >> 5 == (ahead >> 5) + 5


def test_resynchronisation_not_genuine(hlr: Any, subscriber: Subscriber) -> None:
    """TS 33.102 6.3.5: an AUTS that K does not confirm changes nothing and is answered unexpectedDataValue."""
    auts = make_auts(Milenage(subscriber.opc, subscriber.key), bytes(16), 1000 << 5)
    answer = ask(hlr.peers["sgsn1"], subscriber.imsi, 5, ReSynchronisationInfo(rand=bytes(16), auts=auts))
    assert answer.error is ErrorCode.UNEXPECTED_DATA_VALUE
    assert hlr.node.register.find(subscriber.imsi).sqn == 0
    assert "not genuine" in hlr.warnings[-1]


def test_resynchronisation_of_a_sim(make_hlr: Callable[..., Any], subscriber: Subscriber) -> None:
    """A SIM has no sequence numbers: resynchronisation info for it is answered unexpectedDataValue."""
    hlr = make_hlr(replace(subscriber, algorithm=Algorithm.GSM_MILENAGE))
    info = ReSynchronisationInfo(rand=bytes(16), auts=bytes(14))
    assert ask(hlr.peers["sgsn1"], subscriber.imsi, 5, info).error is ErrorCode.UNEXPECTED_DATA_VALUE


def test_sqn_used_up(make_hlr: Callable[..., Any], subscriber: Subscriber) -> None:
    """TS 29.002 8.5.2: where the sequence numbers end, the answer has the vectors there are, and then none."""
    last = (SEQ_MAX - 2) << 5
    hlr = make_hlr(records=[Record(f"sqn/{subscriber.imsi}", last.to_bytes(6))])
    assert len(quintuplets(ask(hlr.peers["sgsn1"], subscriber.imsi, 5))) == 2
    empty = ask(hlr.peers["sgsn1"], subscriber.imsi, 5)
    assert empty.result == SendAuthenticationInfoRes()
    assert "no sequence number left" in hlr.warnings[-1]


def test_triplets_of_a_sim(make_hlr: Callable[..., Any], subscriber: Subscriber) -> None:
    """TS 55.205: a SIM that runs GSM-MILENAGE gets triplets, and no sequence number is used."""
    hlr = make_hlr(replace(subscriber, algorithm=Algorithm.GSM_MILENAGE))
    vectors = triplets(ask(hlr.peers["sgsn1"], subscriber.imsi, 3))
    assert len({vector.rand for vector in vectors}) == 3
    for vector in vectors:
        expected = gsm_triplet(Milenage(subscriber.key, subscriber.opc), vector.rand)
        assert (vector.sres, vector.kc) == (expected.sres, expected.kc)
    assert hlr.node.register.find(subscriber.imsi).sqn == 0


@pytest.mark.parametrize(
    ("algorithm", "version"), [(Algorithm.COMP128V1, 1), (Algorithm.COMP128V2, 2), (Algorithm.COMP128V3, 3)]
)
def test_triplets_of_comp128(
    make_hlr: Callable[..., Any], subscriber: Subscriber, algorithm: Algorithm, version: Any
) -> None:
    """A SIM that runs COMP128 gets triplets by it; without the package, such an HLR says so as it is made."""
    sim = replace(subscriber, algorithm=algorithm)
    if importlib.util.find_spec("comp128") is None:
        with pytest.raises(ModuleNotFoundError, match="comp128"):
            make_hlr(sim)
        return
    (vector,) = triplets(ask(make_hlr(sim).peers["sgsn1"], subscriber.imsi))
    expected = comp128_triplet(version, subscriber.key, vector.rand)
    assert (vector.sres, vector.kc) == (expected.sres, expected.kc)


def test_version_2(hlr: Any, subscriber: Subscriber) -> None:
    """TS 33.102 6.8.1.1: to a network that knows GSM only, a USIM's vectors are five triplets."""
    sgsn = hlr.peers["sgsn1"]
    answer = sgsn.answered(sgsn.begin(INFO_RETRIEVAL_V2, SendAuthenticationInfoArgV2(imsi=subscriber.imsi)))
    assert isinstance(answer.result, SendAuthenticationInfoResV2)
    assert answer.result.triplets is not None
    assert len(answer.result.triplets) == 5
    for vector in answer.result.triplets:
        expected = gsm_triplet(Milenage(subscriber.key, subscriber.opc), vector.rand)
        assert (vector.sres, vector.kc) == (expected.sres, expected.kc)


@pytest.mark.ttcn3("gsup_sai_err_unknown_imsi")
def test_unknown_subscriber(hlr: Any) -> None:
    """TS 29.002 8.5.2: an IMSI that nobody has is answered unknownSubscriber, with a parameter from version 3 on."""
    sgsn = hlr.peers["sgsn1"]
    answer = ask(sgsn, STRANGER)
    assert answer.error is ErrorCode.UNKNOWN_SUBSCRIBER
    assert answer.parameter.unknown_subscriber_diagnostic is UnknownSubscriberDiagnostic.IMSI_UNKNOWN
    answer = sgsn.answered(sgsn.begin(INFO_RETRIEVAL_V2, SendAuthenticationInfoArgV2(imsi=STRANGER)))
    assert (answer.error, answer.parameter) == (ErrorCode.UNKNOWN_SUBSCRIBER, None)


def test_failure_report(hlr: Any, subscriber: Subscriber) -> None:
    """TS 29.002 8.5.3: the report is acknowledged and told."""
    sgsn = hlr.peers["sgsn1"]
    argument = AuthenticationFailureReportArg(imsi=subscriber.imsi, failure_cause=FailureCause.WRONG_USER_RESPONSE)
    answer = sgsn.answered(sgsn.begin(AUTHENTICATION_FAILURE_REPORT_V3, argument))
    assert answer.result == AuthenticationFailureReportRes()
    assert str(subscriber.imsi) in hlr.warnings[-1]
    assert "wrong user response" in hlr.warnings[-1]


def test_failure_report_of_a_stranger(hlr: Any) -> None:
    """TS 29.002 8.5.3: a report about nobody is answered unknownSubscriber."""
    sgsn = hlr.peers["sgsn1"]
    argument = AuthenticationFailureReportArg(imsi=STRANGER, failure_cause=FailureCause.WRONG_NETWORK_SIGNATURE)
    answer = sgsn.answered(sgsn.begin(AUTHENTICATION_FAILURE_REPORT_V3, argument))
    assert answer.error is ErrorCode.UNKNOWN_SUBSCRIBER


@pytest.mark.ttcn3("gsup_sai_err_invalid_imsi")
@pytest.mark.parametrize(
    "argument",
    [
        pytest.param(
            tcap.Unread(bytes.fromhex("3003800121"), ""),
            id="no octet string of an IMSI",
        ),
        pytest.param(
            tcap.Unread(bytes.fromhex("3009800210320201018300"), ""),
            id="four digits",
        ),
        pytest.param(tcap.Unread(bytes.fromhex("0a0100"), ""), id="no such argument"),
        pytest.param(None, id="no argument"),
    ],
)
def test_mistyped_argument_is_rejected(hlr: Any, argument: tcap.Unread | None) -> None:
    """Q.774 3.2.2.2: a parameter that is no argument of the operation is rejected, and the dialogue ends."""
    sgsn = hlr.peers["sgsn1"]
    invoke = tcap.Invoke(invoke_id=1, operation=OperationCode.SEND_AUTHENTICATION_INFO, argument=argument)
    dialogue = tcap.Aarq(application_context=INFO_RETRIEVAL_V3)
    sgsn.say(tcap.Begin(otid=b"abcd", dialogue=dialogue, components=(invoke,)))
    assert sgsn.answered(b"abcd") == tcap.Reject(invoke_id=1, problem=tcap.InvokeProblem.MISTYPED_PARAMETER)
    assert not hlr.node.tcap.dialogues


@pytest.mark.ttcn3("gsup_sai_num_auth_vectors")
def test_six_vectors_are_rejected(hlr: Any, subscriber: Subscriber) -> None:
    """TS 29.002 17.7.1: NumberOfRequestedVectors is 1 to 5; another number is a mistyped parameter."""
    sgsn = hlr.peers["sgsn1"]
    argument = SendAuthenticationInfoArg(imsi=subscriber.imsi, number_of_requested_vectors=5)
    dialogue = tcap.Aarq(application_context=INFO_RETRIEVAL_V3)
    begin = tcap.Begin(otid=b"abcd", dialogue=dialogue, components=(tcap.invoke(1, argument),))
    sgsn.say_octets(begin.encode().replace(b"\x02\x01\x05", b"\x02\x01\x06"))
    assert sgsn.answered(b"abcd") == tcap.Reject(invoke_id=1, problem=tcap.InvokeProblem.MISTYPED_PARAMETER)


def test_operation_of_another_context_is_rejected(hlr: Any, subscriber: Subscriber) -> None:
    """TS 29.002 17.2: an operation that the application context does not have is not recognized."""
    sgsn = hlr.peers["sgsn1"]
    argument = SendAuthenticationInfoArg(imsi=subscriber.imsi, number_of_requested_vectors=5)
    answer = sgsn.answered(sgsn.begin(GPRS_LOCATION_UPDATE_V3, argument))
    assert answer.problem is tcap.InvokeProblem.UNRECOGNIZED_OPERATION
    assert hlr.node.register.find(subscriber.imsi).sqn == 0


def test_unknown_context_is_refused(hlr: Any, subscriber: Subscriber) -> None:
    """TS 29.002 5.1.1: a context that is not served is refused by an abort that says so."""
    sgsn = hlr.peers["sgsn1"]
    argument = SendAuthenticationInfoArg(imsi=subscriber.imsi, number_of_requested_vectors=5)
    otid = sgsn.begin(RESET_V2, argument)
    abort = sgsn.heard(tcap.Abort)
    assert abort.dtid == otid
    assert abort.dialogue.result is tcap.AssociateResult.REJECT_PERMANENT
    assert abort.dialogue.diagnostic is tcap.UserDiagnostic.APPLICATION_CONTEXT_NAME_NOT_SUPPORTED
    assert hlr.node.register.find(subscriber.imsi).sqn == 0


def test_no_context_is_aborted(hlr: Any, subscriber: Subscriber) -> None:
    """A TC-BEGIN without dialogue portion is MAP version 1, which is not served."""
    sgsn = hlr.peers["sgsn1"]
    sgsn.begin(None, SendAuthenticationInfoArg(imsi=subscriber.imsi, number_of_requested_vectors=5))
    assert sgsn.heard(tcap.Abort).p_abort_cause is tcap.PAbortCause.INCORRECT_TRANSACTION_PORTION


def test_vectors_for_a_peer_without_route(hlr: Any, subscriber: Subscriber) -> None:
    """An answer that no route leads to is lost with a warning, as in a network without translation."""
    lost = hlr.peer("sgsn9", "gr", Address(ssn=149, gt=Gt("491720000009")))
    argument = SendAuthenticationInfoArg(imsi=subscriber.imsi, number_of_requested_vectors=1)
    lost.begin(INFO_RETRIEVAL_V3, argument)
    assert not lost.inbox
    assert "no route" in hlr.warnings[-1]


def test_octets_of_no_interface(hlr: Any) -> None:
    """What comes where the HLR has no interface is warned about, and nothing else."""
    hlr.outputs.clear()
    hlr.receive("bss1", "gb", b"\x00")
    assert len(hlr.outputs) == 1
    assert "no interface gb" in hlr.warnings[0]
