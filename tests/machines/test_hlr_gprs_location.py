"""The HLR's update of the GPRS location, with the data insertion in it and the cancellation beside it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from nodes.core.outputs import Record, Save, Send
from nodes.hlr import PdpSubscription, Subscriber
from nodes.hlr.subscribers import GprsLocation
from nodes.hlr.subscription import CONTEXTS_AT_ONCE
from protocol import sccp, tcap
from protocol.identities import Apn, GsnAddress, Gt, Imsi, IsdnAddress
from protocol.map.contexts import GPRS_LOCATION_UPDATE_V3
from protocol.map.errors import ErrorCode, NetworkResource, RoamingNotAllowedCause, UnknownSubscriberDiagnostic
from protocol.map.location import (
    CancellationType,
    CancelLocationArg,
    CancelLocationRes,
    UpdateGprsLocationArg,
    UpdateGprsLocationRes,
)
from protocol.map.subscriber import InsertSubscriberDataArg, InsertSubscriberDataRes, SubscriberStatus
from protocol.timers import MAP_M

ADDRESSES = {"sgsn1": GsnAddress.parse("10.0.0.5"), "sgsn2": GsnAddress.parse("10.0.0.6")}


def update(sgsn: Any, imsi: Imsi, number: str | None = None) -> bytes:
    """Let an SGSN report that it serves the subscriber; returns its transaction id."""
    argument = UpdateGprsLocationArg(
        imsi=imsi,
        sgsn_number=IsdnAddress(sgsn.address.gt if number is None else number),
        sgsn_address=ADDRESSES[sgsn.name],
    )
    otid: bytes = sgsn.begin(GPRS_LOCATION_UPDATE_V3, argument)
    return otid


def insert(sgsn: Any, otid: bytes) -> InsertSubscriberDataArg:
    """Take the data that the HLR inserts."""
    message, argument = sgsn.asked(InsertSubscriberDataArg)
    assert message.dtid == otid
    sgsn.result(message, InsertSubscriberDataRes(), own=otid)
    assert isinstance(argument, InsertSubscriberDataArg)
    return argument


def attach(sgsn: Any, imsi: Imsi) -> InsertSubscriberDataArg:
    """Run a whole update; returns the data inserted."""
    otid = update(sgsn, imsi)
    argument = insert(sgsn, otid)
    assert sgsn.answered(otid).result == UpdateGprsLocationRes(hlr_number=IsdnAddress("491720000001"))
    return argument


def located(hlr: Any, imsi: Imsi) -> str | None:
    """The SGSN that serves the subscriber, as the HLR has it."""
    number: str | None = hlr.node.look(imsi)["sgsn_number"]
    return number


# --- it goes well -------------------------------------------------------------------------------------------------


@pytest.mark.ttcn3("gsup_ul")
@pytest.mark.ttcn3("gsup_ul_subscriber_data")
def test_update(hlr: Any, subscriber: Subscriber) -> None:
    """TS 23.060 6.5 step 6: the data are inserted within the dialogue, then the update is acknowledged."""
    data = attach(hlr.peers["sgsn1"], subscriber.imsi)
    assert data.imsi is None
    assert data.msisdn == subscriber.msisdn
    assert data.subscriber_status is SubscriberStatus.SERVICE_GRANTED
    assert data.gprs_subscription_data is not None
    assert data.gprs_subscription_data.complete_data_list_included
    (context,) = data.gprs_subscription_data.gprs_data_list
    assert (context.pdp_context_id, context.apn, context.qos_subscribed.to_octets()) == (1, "internet", b"\x23\x12\x1f")
    assert located(hlr, subscriber.imsi) == "491720000005"
    assert not hlr.peers["sgsn2"].inbox
    assert not hlr.node.tcap.dialogues
    assert hlr.node.next_timer() is None


def test_location_is_saved_before_the_answer(hlr: Any, subscriber: Subscriber) -> None:
    """What the SGSN is told is safe: the record is put out before anything that follows from it."""
    hlr.outputs.clear()
    attach(hlr.peers["sgsn1"], subscriber.imsi)
    saved = GprsLocation(IsdnAddress("491720000005"), ADDRESSES["sgsn1"]).to_octets()
    assert hlr.outputs[0] == Save(f"gprs/{subscriber.imsi}", saved)
    assert all(isinstance(output, Send) for output in hlr.outputs[1:])


def test_update_again_in_the_same_sgsn(hlr: Any, subscriber: Subscriber) -> None:
    """TS 29.002 19.1.1: nothing is cancelled, and nothing needs saving, where the SGSN is the same."""
    attach(hlr.peers["sgsn1"], subscriber.imsi)
    hlr.outputs.clear()
    attach(hlr.peers["sgsn1"], subscriber.imsi)
    assert not hlr.peers["sgsn1"].inbox
    assert not any(isinstance(output, Save) for output in hlr.outputs)


def test_number_of_another_nature(hlr: Any, subscriber: Subscriber) -> None:
    """An SGSN that gives its number in another form is the same SGSN: it is not cancelled."""
    sgsn = hlr.peers["sgsn1"]
    attach(sgsn, subscriber.imsi)
    number = IsdnAddress(sgsn.address.gt, 0x81)
    argument = UpdateGprsLocationArg(imsi=subscriber.imsi, sgsn_number=number, sgsn_address=ADDRESSES["sgsn1"])
    otid = sgsn.begin(GPRS_LOCATION_UPDATE_V3, argument)
    insert(sgsn, otid)
    sgsn.answered(otid)
    assert not sgsn.inbox
    assert not hlr.node.tcap.dialogues


def test_location_survives_a_restart(hlr: Any, make_hlr: Callable[..., Any], subscriber: Subscriber) -> None:
    """TS 23.007 5.1: a restarted HLR knows whom to tell, and cancels there."""
    attach(hlr.peers["sgsn1"], subscriber.imsi)
    reborn = make_hlr(records=hlr.records())
    assert reborn.node.look(None)["located"] == 1
    attach(reborn.peers["sgsn2"], subscriber.imsi)
    _, argument = reborn.peers["sgsn1"].asked(CancelLocationArg)
    assert argument.imsi == subscriber.imsi


def test_records_of_strangers_are_left_alone(make_hlr: Callable[..., Any]) -> None:
    """A record of a subscriber who is not provisioned any more does no harm."""
    location = GprsLocation(IsdnAddress("491720000005"), ADDRESSES["sgsn1"]).to_octets()
    hlr = make_hlr(records=[Record("gprs/262010000000000", location), Record("sqn/262010000000000", bytes(6))])
    assert hlr.node.look(None)["located"] == 0


@pytest.mark.ttcn3("gsup_ul_subscriber_data")
def test_many_contexts_are_inserted_in_parts(make_hlr: Callable[..., Any], subscriber: Subscriber) -> None:
    """TS 29.002 8.8.1: more contexts than a message carries are inserted one part after the other, all of them."""
    contexts = tuple(
        PdpSubscription(
            context_id=number,
            apn=Apn(".".join(("x" * 30, "y" * 29, "z"))),
            qos=b"\x23\x12\x1f",
            address=bytes((10, 1, 1, number)),
        )
        for number in range(1, 51)
    )
    hlr = make_hlr(replace(subscriber, contexts=contexts))
    sgsn = hlr.peers["sgsn1"]
    otid = update(sgsn, subscriber.imsi)
    parts = [insert(sgsn, otid) for _ in range(3)]
    lists = [part.gprs_subscription_data for part in parts]
    assert [len(part.gprs_data_list) for part in lists if part] == [CONTEXTS_AT_ONCE, CONTEXTS_AT_ONCE, 10]
    assert [context.pdp_context_id for part in lists if part for context in part.gprs_data_list] == [*range(1, 51)]
    assert [part.complete_data_list_included for part in lists if part] == [True, False, False]
    assert [part.msisdn for part in parts] == [subscriber.msisdn, None, None]
    assert isinstance(sgsn.answered(otid).result, UpdateGprsLocationRes)


def test_no_contexts(make_hlr: Callable[..., Any], subscriber: Subscriber) -> None:
    """A subscriber without PDP contexts may attach all the same."""
    hlr = make_hlr(replace(subscriber, contexts=()))
    assert attach(hlr.peers["sgsn1"], subscriber.imsi).gprs_subscription_data is None


def test_notes_of_an_update(make_hlr: Callable[..., Any], subscriber: Subscriber) -> None:
    """Whoever watches is told the transitions with the subscriber that they are about."""
    hlr = make_hlr(note_level="transitions")
    attach(hlr.peers["sgsn1"], subscriber.imsi)
    attach(hlr.peers["sgsn2"], subscriber.imsi)
    notes = [output for output in hlr.outputs if getattr(output, "kind", "") == "transition"]
    assert {note.subject for note in notes} == {subscriber.imsi}
    assert {note.detail["procedure"] for note in notes} == {"Location update", "Location cancellation"}


# --- the SGSN that served before ----------------------------------------------------------------------------------


def test_old_sgsn_is_told(hlr: Any, subscriber: Subscriber) -> None:
    """TS 29.002 19.1.2: the old SGSN is cancelled for an update, in a dialogue of its own."""
    old, new = hlr.peers["sgsn1"], hlr.peers["sgsn2"]
    attach(old, subscriber.imsi)
    attach(new, subscriber.imsi)
    message, argument = old.asked(CancelLocationArg)
    assert isinstance(message, tcap.Begin)
    assert (argument.imsi, argument.cancellation_type) == (subscriber.imsi, CancellationType.UPDATE_PROCEDURE)
    old.result(message, CancelLocationRes())
    assert not hlr.node.tcap.dialogues
    assert located(hlr, subscriber.imsi) == "491720000006"
    assert not hlr.warnings


def test_old_sgsn_goes_on_instead_of_ending(hlr: Any, subscriber: Subscriber) -> None:
    """An old SGSN that answers in a TC-CONTINUE has its dialogue ended by the HLR."""
    old, new = hlr.peers["sgsn1"], hlr.peers["sgsn2"]
    attach(old, subscriber.imsi)
    attach(new, subscriber.imsi)
    message, _ = old.asked(CancelLocationArg)
    old.result(message, CancelLocationRes(), own=b"\1\2\3\4")
    assert old.heard(tcap.End).dtid == b"\1\2\3\4"
    assert not hlr.node.tcap.dialogues


def test_old_sgsn_silent(hlr: Any, subscriber: Subscriber) -> None:
    """TS 29.002 19.1.2: an old SGSN that does not answer does not hold up the update; the operator hears of it."""
    old, new = hlr.peers["sgsn1"], hlr.peers["sgsn2"]
    attach(old, subscriber.imsi)
    attach(new, subscriber.imsi)
    hlr.wait(MAP_M.duration)
    assert "not answered" in hlr.warnings[-1]
    assert not hlr.node.tcap.dialogues
    assert located(hlr, subscriber.imsi) == "491720000006"


def test_old_sgsn_refuses(hlr: Any, subscriber: Subscriber) -> None:
    """An old SGSN that refuses changes nothing."""
    old, new = hlr.peers["sgsn1"], hlr.peers["sgsn2"]
    attach(old, subscriber.imsi)
    attach(new, subscriber.imsi)
    message, _ = old.asked(CancelLocationArg)
    old.refuse(message, ErrorCode.DATA_MISSING)
    assert "dataMissing" in hlr.warnings[-1]
    assert located(hlr, subscriber.imsi) == "491720000006"


def test_old_sgsn_cannot_be_reached(hlr: Any, subscriber: Subscriber) -> None:
    """Q.714 4.2: a cancellation that the network returns is not waited for, but repeated (TS 29.002 19.1.2)."""
    old, new = hlr.peers["sgsn1"], hlr.peers["sgsn2"]
    attach(old, subscriber.imsi)
    attach(new, subscriber.imsi)
    message, _ = old.asked(CancelLocationArg)
    returned = sccp.Udts(
        cause=sccp.ReturnCause.SUBSYSTEM_FAILURE, called=hlr.address, calling=old.address, payload=message.encode()
    )
    hlr.receive("sgsn1", "gr", returned.encode())
    assert "SUBSYSTEM_FAILURE" in hlr.warnings[-1]
    assert not hlr.node.tcap.dialogues
    assert hlr.node.next_timer().why == "X-cancel"


# --- refused ------------------------------------------------------------------------------------------------------


@pytest.mark.ttcn3("gsup_ul_unknown_imsi")
def test_unknown_subscriber(hlr: Any) -> None:
    """TS 29.002 8.1.7: nobody has this IMSI."""
    sgsn = hlr.peers["sgsn1"]
    answer = sgsn.answered(update(sgsn, Imsi("262010000000000")))
    assert answer.error is ErrorCode.UNKNOWN_SUBSCRIBER
    assert answer.parameter.unknown_subscriber_diagnostic is UnknownSubscriberDiagnostic.IMSI_UNKNOWN
    assert not hlr.node.updating
    assert not hlr.node.tcap.dialogues


def test_no_gprs_subscription(make_hlr: Callable[..., Any], subscriber: Subscriber) -> None:
    """TS 29.002 8.1.7: somebody has, but not for packet services."""
    hlr = make_hlr(replace(subscriber, gprs=False))
    sgsn = hlr.peers["sgsn1"]
    answer = sgsn.answered(update(sgsn, subscriber.imsi))
    assert answer.error is ErrorCode.UNKNOWN_SUBSCRIBER
    assert answer.parameter.unknown_subscriber_diagnostic is UnknownSubscriberDiagnostic.GPRS_SUBSCRIPTION_UNKNOWN
    assert located(hlr, subscriber.imsi) is None


def test_barred(make_hlr: Callable[..., Any], subscriber: Subscriber) -> None:
    """TS 29.002 8.1.7: barred by the operator."""
    hlr = make_hlr(replace(subscriber, barred=True))
    sgsn = hlr.peers["sgsn1"]
    answer = sgsn.answered(update(sgsn, subscriber.imsi))
    assert answer.error is ErrorCode.ROAMING_NOT_ALLOWED
    assert answer.parameter.roaming_not_allowed_cause is RoamingNotAllowedCause.OPERATOR_DETERMINED_BARRING


def test_roaming(make_hlr: Callable[..., Any], subscriber: Subscriber) -> None:
    """TS 29.002 8.1.7: who may not roam is served at home only; where no home is told, everywhere is."""
    homebody = replace(subscriber, roaming_allowed=False)
    hlr = make_hlr(homebody, home=("491720000005",))
    attach(hlr.peers["sgsn1"], subscriber.imsi)
    sgsn = hlr.peers["sgsn2"]
    answer = sgsn.answered(update(sgsn, subscriber.imsi))
    assert answer.error is ErrorCode.ROAMING_NOT_ALLOWED
    assert answer.parameter.roaming_not_allowed_cause is RoamingNotAllowedCause.PLMN_ROAMING_NOT_ALLOWED
    assert located(hlr, subscriber.imsi) == "491720000005"
    attach(make_hlr(homebody).peers["sgsn2"], subscriber.imsi)


@pytest.mark.parametrize("number", ["12", "49172*5"])
def test_number_that_is_none(hlr: Any, subscriber: Subscriber, number: str) -> None:
    """An SGSN number that no cancellation could be sent to is an unexpected data value."""
    sgsn = hlr.peers["sgsn1"]
    answer = sgsn.answered(update(sgsn, subscriber.imsi, number))
    assert answer.error is ErrorCode.UNEXPECTED_DATA_VALUE
    assert located(hlr, subscriber.imsi) is None


# --- the data are not taken ---------------------------------------------------------------------------------------


def is_system_failure(answer: Any) -> bool:
    """Whether the update was answered so."""
    return bool(answer.error is ErrorCode.SYSTEM_FAILURE and answer.parameter.network_resource is NetworkResource.HLR)


def test_insertion_refused(hlr: Any, subscriber: Subscriber) -> None:
    """TS 29.002 19.1.1: an SGSN that refuses the data has its update answered systemFailure."""
    sgsn = hlr.peers["sgsn1"]
    otid = update(sgsn, subscriber.imsi)
    message, _ = sgsn.asked(InsertSubscriberDataArg)
    sgsn.refuse(message, ErrorCode.UNEXPECTED_DATA_VALUE, own=otid)
    assert is_system_failure(sgsn.answered(otid))
    assert "unexpectedDataValue" in hlr.warnings[-1]
    assert not hlr.node.tcap.dialogues


def test_insertion_rejected(hlr: Any, subscriber: Subscriber) -> None:
    """An SGSN that does not know the operation has its update answered systemFailure."""
    sgsn = hlr.peers["sgsn1"]
    otid = update(sgsn, subscriber.imsi)
    message, _ = sgsn.asked(InsertSubscriberDataArg)
    problem = tcap.InvokeProblem.UNRECOGNIZED_OPERATION
    sgsn.reply(message, tcap.Reject(invoke_id=message.components[0].invoke_id, problem=problem), own=otid)
    assert is_system_failure(sgsn.answered(otid))
    assert not hlr.node.tcap.dialogues


def test_insertion_result_unreadable(hlr: Any, subscriber: Subscriber) -> None:
    """A result that is none has the update answered systemFailure."""
    sgsn = hlr.peers["sgsn1"]
    otid = update(sgsn, subscriber.imsi)
    message, _ = sgsn.asked(InsertSubscriberDataArg)
    wrong = tcap.result(message.components[0].invoke_id, CancelLocationRes())
    sgsn.reply(message, wrong, own=otid)
    assert is_system_failure(sgsn.answered(otid))


def test_insertion_unanswered(hlr: Any, subscriber: Subscriber) -> None:
    """TS 29.002 17.1.2: an insertion not answered within the timer has the update answered systemFailure."""
    sgsn = hlr.peers["sgsn1"]
    otid = update(sgsn, subscriber.imsi)
    sgsn.asked(InsertSubscriberDataArg)
    hlr.wait(MAP_M.duration - 1)
    assert not sgsn.inbox
    hlr.wait(1)
    assert is_system_failure(sgsn.answered(otid))
    assert not hlr.node.updating
    assert hlr.node.next_timer() is None


def test_sgsn_aborts(hlr: Any, subscriber: Subscriber) -> None:
    """An SGSN that aborts the dialogue is told nothing more."""
    sgsn = hlr.peers["sgsn1"]
    update(sgsn, subscriber.imsi)
    message, _ = sgsn.asked(InsertSubscriberDataArg)
    sgsn.say(tcap.Abort(dtid=message.otid, p_abort_cause=tcap.PAbortCause.RESOURCE_LIMITATION))
    assert not sgsn.inbox
    assert "RESOURCE_LIMITATION" in hlr.warnings[-1]
    assert not hlr.node.updating
    assert hlr.node.next_timer() is None


@pytest.mark.parametrize("answered", [False, True])
def test_sgsn_ends(hlr: Any, subscriber: Subscriber, answered: bool) -> None:
    """An SGSN that ends the dialogue is told nothing more, whether it has taken the data or not."""
    sgsn = hlr.peers["sgsn1"]
    update(sgsn, subscriber.imsi)
    message, _ = sgsn.asked(InsertSubscriberDataArg)
    if answered:
        sgsn.result(message, InsertSubscriberDataRes())
    else:
        sgsn.say(tcap.End(dtid=message.otid))
        assert "ended the dialogue" in hlr.warnings[-1]
    assert not sgsn.inbox
    assert not hlr.node.updating
    assert not hlr.node.tcap.dialogues
    assert hlr.node.next_timer() is None


def test_location_after_a_failed_insertion(hlr: Any, subscriber: Subscriber) -> None:
    """The register names the SGSN that may hold the data, so the next update elsewhere cancels there."""
    old, new = hlr.peers["sgsn1"], hlr.peers["sgsn2"]
    attach(old, subscriber.imsi)
    otid = update(new, subscriber.imsi)
    old.result(old.asked(CancelLocationArg)[0], CancelLocationRes())
    new.refuse(new.asked(InsertSubscriberDataArg)[0], ErrorCode.SYSTEM_FAILURE, own=otid)
    assert is_system_failure(new.answered(otid))
    assert located(hlr, subscriber.imsi) == "491720000006"
    attach(old, subscriber.imsi)
    new.asked(CancelLocationArg)


# --- collisions ---------------------------------------------------------------------------------------------------


def test_begin_comes_twice(hlr: Any, subscriber: Subscriber) -> None:
    """A TC-BEGIN that the network delivers twice begins one dialogue."""
    sgsn = hlr.peers["sgsn1"]
    otid = update(sgsn, subscriber.imsi)
    argument = UpdateGprsLocationArg(
        imsi=subscriber.imsi, sgsn_number=IsdnAddress(sgsn.address.gt), sgsn_address=ADDRESSES["sgsn1"]
    )
    dialogue = tcap.Aarq(application_context=GPRS_LOCATION_UPDATE_V3)
    sgsn.say(tcap.Begin(otid=otid, dialogue=dialogue, components=(tcap.invoke(0, argument),)))
    assert "came twice" in hlr.warnings[-1]
    insert(sgsn, otid)
    assert isinstance(sgsn.answered(otid).result, UpdateGprsLocationRes)
    assert not sgsn.inbox
    assert not hlr.node.tcap.dialogues


def test_second_update_ends_the_first(hlr: Any, subscriber: Subscriber) -> None:
    """A mobile that has gone on while its update ran is served where it is now; the first SGSN is cancelled."""
    first, second = hlr.peers["sgsn1"], hlr.peers["sgsn2"]
    otid = update(first, subscriber.imsi)
    first.asked(InsertSubscriberDataArg)
    attach(second, subscriber.imsi)
    abort = first.heard(tcap.Abort)
    assert abort.dtid == otid
    assert isinstance(abort.dialogue, tcap.Abrt)
    first.asked(CancelLocationArg)
    assert located(hlr, subscriber.imsi) == "491720000006"
    assert not hlr.node.updating


def test_argument_again_in_the_dialogue(hlr: Any, subscriber: Subscriber) -> None:
    """An update invoked again in its own dialogue cannot be: it is rejected, and the first goes on."""
    sgsn = hlr.peers["sgsn1"]
    otid = update(sgsn, subscriber.imsi)
    message, _ = sgsn.asked(InsertSubscriberDataArg)
    argument = UpdateGprsLocationArg(
        imsi=subscriber.imsi, sgsn_number=IsdnAddress(sgsn.address.gt), sgsn_address=ADDRESSES["sgsn1"]
    )
    for number, problem in (
        (0, tcap.InvokeProblem.DUPLICATE_INVOKE_ID),
        (1, tcap.InvokeProblem.UNRECOGNIZED_OPERATION),
    ):
        sgsn.say(tcap.Continue(otid=otid, dtid=message.otid, components=(tcap.invoke(number, argument),)))
        (reject,) = sgsn.heard(tcap.Continue).components
        assert reject == tcap.Reject(invoke_id=number, problem=problem)
    sgsn.result(message, InsertSubscriberDataRes(), own=otid)
    assert isinstance(sgsn.answered(otid).result, UpdateGprsLocationRes)


def test_result_comes_twice(hlr: Any, subscriber: Subscriber) -> None:
    """A result that comes again finds its dialogue gone, and is answered by an abort."""
    sgsn = hlr.peers["sgsn1"]
    otid = update(sgsn, subscriber.imsi)
    message, _ = sgsn.asked(InsertSubscriberDataArg)
    sgsn.result(message, InsertSubscriberDataRes(), own=otid)
    sgsn.heard(tcap.End)
    sgsn.result(message, InsertSubscriberDataRes(), own=otid)
    assert sgsn.heard(tcap.Abort).p_abort_cause is tcap.PAbortCause.UNRECOGNIZED_TRANSACTION_ID


def test_peers_that_are_not_in_the_routes(hlr: Any, subscriber: Subscriber) -> None:
    """An update from a number without route stores it; its data go nowhere, and the timer cleans up."""
    stray = hlr.peer("sgsn9", "gr", sccp.Address(ssn=149, gt=Gt("491720000009")))
    argument = UpdateGprsLocationArg(
        imsi=subscriber.imsi, sgsn_number=IsdnAddress("491720000009"), sgsn_address=ADDRESSES["sgsn1"]
    )
    stray.begin(GPRS_LOCATION_UPDATE_V3, argument)
    hlr.wait(MAP_M.duration)
    assert not stray.inbox
    assert not hlr.node.updating
    assert hlr.node.next_timer() is None
