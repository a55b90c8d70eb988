"""What VLRs and the HLR say to each other (TS 29.002 8.1.2, 8.1.3, 8.1.6, 8.8.1)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from nodes.core.outputs import Save
from nodes.hlr import Subscriber
from nodes.hlr.subscribers import VlrLocation
from protocol.identities import Gt, Imsi, IsdnAddress
from protocol.map.contexts import MS_PURGING_V3, NETWORK_LOC_UP_V3
from protocol.map.errors import (
    ErrorCode,
    RoamingNotAllowedCause,
    RoamingNotAllowedParam,
    UnidentifiedSubParam,
    UnknownSubscriberDiagnostic,
    UnknownSubscriberParam,
)
from protocol.map.location import (
    CancellationType,
    CancelLocationArg,
    CancelLocationRes,
    LocationInfo,
    PurgeMsArg,
    PurgeMsRes,
    UpdateLocationArg,
    UpdateLocationRes,
)
from protocol.map.restart import RestoreDataArg, RestoreDataRes
from protocol.map.subscriber import InsertSubscriberDataArg, InsertSubscriberDataRes, NetworkAccessMode
from protocol.sccp import Address
from protocol.timers import SECOND
from tests.machines.test_hlr_gprs_location import attach as attach_packet
from tests.machines.test_hlr_gprs_location import insert
from tests.machines.test_hlr_gprs_location import update as update_packet

HLR = IsdnAddress("491720000001")


@pytest.fixture
def network(make_hlr: Callable[..., Any], subscriber: Subscriber) -> Callable[..., Any]:
    """An HLR with two SGSNs and two VLRs around it."""

    def make(*subscribers: Subscriber, **changes: Any) -> Any:
        hlr = make_hlr(*(subscribers or (subscriber,)), **changes)
        for number, name in (("491720000007", "vlr1"), ("491720000008", "vlr2")):
            hlr.node.config.routes[Gt(number)] = (name, "d")
            hlr.peer(name, "d", Address(ssn=7, gt=Gt(number)))
        return hlr

    return make


def update(vlr: Any, imsi: Imsi) -> bytes:
    """Let a VLR report that it serves the subscriber; returns its transaction id."""
    number = IsdnAddress(vlr.address.gt)
    argument = UpdateLocationArg(imsi=imsi, location_info=LocationInfo(msc_number=number), vlr_number=number)
    otid: bytes = vlr.begin(NETWORK_LOC_UP_V3, argument)
    return otid


def attach(vlr: Any, imsi: Imsi) -> InsertSubscriberDataArg:
    """Run a whole update; returns the data inserted."""
    otid = update(vlr, imsi)
    message, argument = vlr.asked(InsertSubscriberDataArg)
    vlr.result(message, InsertSubscriberDataRes(), own=otid)
    assert vlr.answered(otid).result == UpdateLocationRes(hlr_number=HLR)
    assert isinstance(argument, InsertSubscriberDataArg)
    return argument


def test_location_update_of_a_vlr(network: Callable[..., Any], subscriber: Subscriber) -> None:
    """29.002 19.1.1: data without PDP contexts within the dialogue; the location is saved, and survives a restart."""
    hlr = network()
    data = attach(hlr.peers["vlr1"], subscriber.imsi)
    assert data.gprs_subscription_data is None
    assert data.msisdn == subscriber.msisdn
    assert data.network_access_mode is NetworkAccessMode.PACKET_AND_CIRCUIT
    number = IsdnAddress("491720000007")
    location = VlrLocation(number, number)
    assert Save(f"vlr/{subscriber.imsi}", location.to_octets()) in hlr.outputs
    assert VlrLocation.from_octets(location.to_octets()) == location
    again = network(records=hlr.records())
    assert again.node.look(subscriber.imsi)["vlr_number"] == "491720000007"


def test_both_domains_are_apart(network: Callable[..., Any], subscriber: Subscriber) -> None:
    """An update of the VLR cancels no SGSN, nor the other way round; both may run at a time."""
    hlr = network()
    attach_packet(hlr.peers["sgsn1"], subscriber.imsi)
    attach(hlr.peers["vlr1"], subscriber.imsi)
    assert not hlr.peers["sgsn1"].inbox
    shown = hlr.node.look(subscriber.imsi)
    assert (shown["sgsn_number"], shown["vlr_number"]) == ("491720000005", "491720000007")
    update(hlr.peers["vlr1"], subscriber.imsi)
    attach_packet(hlr.peers["sgsn1"], subscriber.imsi)
    assert hlr.node.look(subscriber.imsi)["updating"]


def test_the_old_vlr_is_cancelled(network: Callable[..., Any], subscriber: Subscriber) -> None:
    """29.002 19.1.2: whoever served before is told, in a dialogue of its own."""
    hlr = network()
    attach(hlr.peers["vlr1"], subscriber.imsi)
    attach(hlr.peers["vlr2"], subscriber.imsi)
    message, argument = hlr.peers["vlr1"].asked(CancelLocationArg)
    assert argument.cancellation_type is CancellationType.UPDATE_PROCEDURE
    hlr.peers["vlr1"].result(message, CancelLocationRes())
    assert hlr.node.look(subscriber.imsi)["vlr_number"] == "491720000008"
    assert not hlr.node.tcap.dialogues


def test_a_withdrawal_in_the_vlr(network: Callable[..., Any], subscriber: Subscriber) -> None:
    """The operator names the domain; the location goes when the VLR has forgotten."""
    hlr = network()
    attach(hlr.peers["vlr1"], subscriber.imsi)
    hlr.command("cancel", imsi=str(subscriber.imsi), domain="circuit")
    message, argument = hlr.peers["vlr1"].asked(CancelLocationArg)
    assert argument.cancellation_type is CancellationType.SUBSCRIPTION_WITHDRAW
    hlr.peers["vlr1"].result(message, CancelLocationRes())
    assert hlr.replies[-1].status == "done"
    assert hlr.node.look(subscriber.imsi)["vlr_number"] is None
    assert hlr.command("cancel", imsi=str(subscriber.imsi), domain="circuit")[-1].status == "failed"
    assert hlr.command("cancel", imsi=str(subscriber.imsi), domain="x")[-1].status == "failed"


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        (
            {"circuit": False},
            UnknownSubscriberParam(unknown_subscriber_diagnostic=UnknownSubscriberDiagnostic.IMSI_UNKNOWN),
        ),
        (
            {"barred": True},
            RoamingNotAllowedParam(roaming_not_allowed_cause=RoamingNotAllowedCause.OPERATOR_DETERMINED_BARRING),
        ),
        (
            {"roaming_allowed": False},
            RoamingNotAllowedParam(roaming_not_allowed_cause=RoamingNotAllowedCause.PLMN_ROAMING_NOT_ALLOWED),
        ),
    ],
)
def test_a_vlr_that_may_not_serve(
    network: Callable[..., Any], subscriber: Subscriber, changes: dict[str, Any], refusal: Any
) -> None:
    """29.002 8.1.2.4: each refusal with its cause, and no location."""
    hlr = network(replace(subscriber, **changes), home=("4930",))
    otid = update(hlr.peers["vlr1"], subscriber.imsi)
    assert hlr.peers["vlr1"].answered(otid).parameter == refusal
    assert hlr.node.look(subscriber.imsi)["vlr_number"] is None


def test_an_unknown_subscriber(network: Callable[..., Any]) -> None:
    """29.002 8.1.2.4: imsiUnknown."""
    hlr = network()
    otid = update(hlr.peers["vlr1"], Imsi("262019999999999"))
    assert hlr.peers["vlr1"].answered(otid).error is ErrorCode.UNKNOWN_SUBSCRIBER


@pytest.mark.ttcn3("gsup_purge_cs")
def test_a_purge_by_the_vlr(network: Callable[..., Any], subscriber: Subscriber) -> None:
    """29.002 8.1.6: the TMSI is frozen; a VLR that does not serve any more changes nothing."""
    hlr = network()
    attach(hlr.peers["vlr1"], subscriber.imsi)
    number = IsdnAddress("491720000007")
    otid = hlr.peers["vlr1"].begin(MS_PURGING_V3, PurgeMsArg(imsi=subscriber.imsi, vlr_number=number))
    assert hlr.peers["vlr1"].answered(otid).result == PurgeMsRes(freeze_tmsi=True)
    assert hlr.node.look(subscriber.imsi)["vlr_purged"]
    attach(hlr.peers["vlr2"], subscriber.imsi)
    hlr.peers["vlr1"].inbox.clear()
    otid = hlr.peers["vlr1"].begin(MS_PURGING_V3, PurgeMsArg(imsi=subscriber.imsi, vlr_number=number))
    assert hlr.peers["vlr1"].answered(otid).result == PurgeMsRes()
    assert not hlr.node.look(subscriber.imsi)["vlr_purged"]


@pytest.mark.ttcn3("vty_msisdn_isd")
def test_data_are_inserted_on_their_own(network: Callable[..., Any], subscriber: Subscriber) -> None:
    """29.002 8.8.1: both nodes that serve are told, one after the other, and each part names the subscriber."""
    hlr = network()
    attach_packet(hlr.peers["sgsn1"], subscriber.imsi)
    attach(hlr.peers["vlr1"], subscriber.imsi)
    hlr.command("insert", imsi=str(subscriber.imsi))
    for name in ("sgsn1", "vlr1"):
        message, argument = hlr.peers[name].asked(InsertSubscriberDataArg)
        assert argument.imsi == subscriber.imsi
        assert (argument.gprs_subscription_data is None) is (name == "vlr1")
        hlr.peers[name].result(message, InsertSubscriberDataRes())
    assert [reply.status for reply in hlr.replies[-2:]] == ["accepted", "done"]
    assert not hlr.node.tcap.dialogues
    assert hlr.node.next_timer() is None


def test_data_in_several_parts(network: Callable[..., Any], subscriber: Subscriber) -> None:
    """A subscription that does not fit into one message is inserted part by part in one dialogue."""
    (context,) = subscriber.contexts
    many = tuple(replace(context, context_id=number) for number in range(1, 31))
    hlr = network(replace(subscriber, contexts=many))
    sgsn = hlr.peers["sgsn1"]
    otid = update_packet(sgsn, subscriber.imsi)
    insert(sgsn, otid)
    insert(sgsn, otid)
    sgsn.answered(otid)
    hlr.command("insert", imsi=str(subscriber.imsi))
    for _ in range(2):
        message, _ = sgsn.asked(InsertSubscriberDataArg)
        sgsn.result(message, InsertSubscriberDataRes(), own=b"\0\0\0\x07")
    assert hlr.replies[-1].status == "done"


def test_data_that_are_not_taken(network: Callable[..., Any], subscriber: Subscriber) -> None:
    """29.002 8.8.1.4: unidentifiedSubscriber; the operator is told."""
    hlr = network()
    attach_packet(hlr.peers["sgsn1"], subscriber.imsi)
    hlr.command("insert", imsi=str(subscriber.imsi))
    message, _ = hlr.peers["sgsn1"].asked(InsertSubscriberDataArg)
    hlr.peers["sgsn1"].refuse(message, UnidentifiedSubParam())
    assert hlr.replies[-1].status == "failed"
    assert any("not in" in warning for warning in hlr.warnings)


def test_data_for_a_node_that_is_silent(network: Callable[..., Any], subscriber: Subscriber) -> None:
    """29.002 19.4.1: without an answer the operator is told that the data did not get there."""
    hlr = network()
    attach(hlr.peers["vlr1"], subscriber.imsi)
    hlr.command("insert", imsi=str(subscriber.imsi))
    hlr.wait(30 * SECOND)
    assert hlr.replies[-1].status == "failed"
    assert hlr.node.next_timer() is None


def test_nothing_to_insert(network: Callable[..., Any], subscriber: Subscriber) -> None:
    """A subscriber who is served nowhere, or whom nobody knows."""
    hlr = network()
    assert hlr.command("insert", imsi=str(subscriber.imsi))[-1].status == "failed"
    assert hlr.command("insert", imsi="1")[-1].status == "failed"


def test_everybody_is_shown(network: Callable[..., Any], subscriber: Subscriber) -> None:
    """``inspect *`` tells of all subscribers."""
    hlr = network()
    (reply,) = hlr.command("inspect", subject="*")
    assert reply.body["subjects"].keys() == {str(subscriber.imsi)}
    assert hlr.command("inspect", subject="*", page=5)[-1].status == "failed"


def restore(vlr: Any, imsi: Imsi) -> bytes:
    """Let a VLR ask for the data of a subscriber that it should know; returns its transaction id."""
    otid: bytes = vlr.begin(NETWORK_LOC_UP_V3, RestoreDataArg(imsi=imsi))
    return otid


def test_restoration_of_a_vlr(network: Callable[..., Any], subscriber: Subscriber) -> None:
    """23.007 4.2: the data are inserted again, and the location stays as it is."""
    hlr = network()
    vlr = hlr.peers["vlr1"]
    data = attach(vlr, subscriber.imsi)
    otid = restore(vlr, subscriber.imsi)
    message, again = vlr.asked(InsertSubscriberDataArg)
    assert again == data
    vlr.result(message, InsertSubscriberDataRes(), own=otid)
    assert vlr.answered(otid).result == RestoreDataRes(hlr_number=HLR)
    assert hlr.node.look(subscriber.imsi)["vlr_number"] == "491720000007"


def test_restoration_elsewhere_is_refused(network: Callable[..., Any], subscriber: Subscriber) -> None:
    """A VLR that does not serve the subscriber is told that it is unknown; the one that does keeps it."""
    hlr = network()
    attach(hlr.peers["vlr1"], subscriber.imsi)
    answer = hlr.peers["vlr2"].answered(restore(hlr.peers["vlr2"], subscriber.imsi))
    assert answer.error is ErrorCode.UNKNOWN_SUBSCRIBER
    assert hlr.node.look(subscriber.imsi)["vlr_number"] == "491720000007"
