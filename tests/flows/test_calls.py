"""Calls over all nodes: who makes them, how they end, and what they do to packets in each class of mobile.

TS 24.008 5.2 to 5.4, TS 23.060 5.4.5, 16.2.1.
"""

from typing import Any

import pytest

from protocol import mm
from protocol.bssap_plus import GprsDetachIndication, PagingRequest
from protocol.bssgp import PagingCs, Resume, ResumeAck, Suspend, SuspendAck
from protocol.bssmap import BssmapCause, ClearCommand, ClearComplete, ClearRequest
from protocol.cc import (
    ConnectAcknowledge,
    ConnectMt,
    DisconnectMo,
    DisconnectMt,
    ReleaseCompleteMo,
    ReleaseCompleteMt,
    ReleaseMo,
    ReleaseMt,
    SetupMo,
    SetupMt,
)
from protocol.gmm import GmmInformation, RoutingAreaUpdateRequest
from protocol.mm import AuthenticationRequest, AuthenticationResponse, CmServiceAccept, CmServiceRequest
from protocol.rr import ChannelRelease, GprsSuspensionRequest, PagingRequestType1, PagingResponse, SuspensionCause

REGISTERED = "GMM-REGISTERED.NORMAL-SERVICE"

SUSPENDED = (
    ("emma", "bss1", GprsSuspensionRequest),
    ("bss1", "sgsn1", Suspend),
    ("sgsn1", "bss1", SuspendAck),
)
"""How packets begin to wait (23.060 figure 83)."""

RESUMED = (
    ("vlr1", "bss1", ClearCommand),
    ("bss1", "sgsn1", Resume),
    ("sgsn1", "bss1", ResumeAck),
    ("bss1", "emma", ChannelRelease),
    ("bss1", "vlr1", ClearComplete),
)
"""How packets go on when the call is over."""


@pytest.fixture
def lab(combined: Any) -> Any:
    """The default network, in which emma has attached for packets and calls."""
    combined.mark()
    return combined


def test_call_by_the_mobile(lab: Any) -> None:
    """24.008 4.5.1.1, 5.2.1; 23.060 16.2.1.1: packets wait from the first moment of the channel on."""
    assert lab.order("emma", "call").body == {"call": "active"}
    assert lab.said(GprsSuspensionRequest)[0].suspension_cause is (
        SuspensionCause.EMERGENCY_CALL_MO_CALL_OR_CALL_RE_ESTABLISHMENT
    )
    lab.sees(
        ("emma", "vlr1", CmServiceRequest),
        ("emma", "bss1", GprsSuspensionRequest),
        ("bss1", "sgsn1", Suspend),
        ("vlr1", "emma", AuthenticationRequest),
        ("sgsn1", "bss1", SuspendAck),
        ("emma", "vlr1", AuthenticationResponse),
        ("vlr1", "emma", CmServiceAccept),
        ("emma", "vlr1", SetupMo),
        ("vlr1", "emma", ConnectMt),
        ("emma", "vlr1", ConnectAcknowledge),
    )
    assert lab.mobile("emma")["state"] == "GMM-REGISTERED.SUSPENDED"
    assert lab.context("emma")["suspended"] == 1


def test_call_ended_by_the_mobile(lab: Any) -> None:
    """24.008 5.4.3, 44.018 3.4.13: the channel is released when packets go on, and says so."""
    lab.order("emma", "call")
    lab.mark()
    assert lab.order("emma", "hang-up").status == "done"
    assert lab.said(ChannelRelease)[0].gprs_resumption.ack
    lab.sees(
        ("emma", "vlr1", DisconnectMo),
        ("vlr1", "emma", ReleaseMt),
        ("emma", "vlr1", ReleaseCompleteMo),
        *RESUMED,
    )
    assert lab.mobile("emma")["state"] == REGISTERED
    assert lab.context("emma")["suspended"] is None
    lab.assert_associated("emma")


def test_call_to_the_mobile(lab: Any) -> None:
    """29.018 5.2, 24.008 5.2.2: paged through Gs, answered on A; the mobile says that it is called."""
    assert lab.tell("vlr1", "call", "emma").body == {"call": "active"}
    assert lab.said(GprsSuspensionRequest)[0].suspension_cause is SuspensionCause.MT_CS_CONNECTION
    lab.sees(
        ("vlr1", "sgsn1", PagingRequest),
        ("sgsn1", "bss1", PagingCs),
        ("bss1", "emma", PagingRequestType1),
        ("emma", "bss1", PagingResponse),
        *SUSPENDED,
    )
    assert lab.context("emma", "vlr1")["call"] == "N10"


def test_call_ended_by_the_network(lab: Any) -> None:
    """24.008 5.4.4: the other side hangs up."""
    lab.tell("vlr1", "call", "emma")
    lab.mark()
    assert lab.tell("vlr1", "hang-up", "emma").status == "done"
    lab.sees(
        ("vlr1", "emma", DisconnectMt),
        ("emma", "vlr1", ReleaseMo),
        ("vlr1", "emma", ReleaseCompleteMt),
        *RESUMED,
    )
    assert lab.mobile("emma")["state"] == REGISTERED


def test_call_to_the_mobile_is_set_up(lab: Any) -> None:
    """24.008 5.2.2: the same again, on the network's side of MM and call control."""
    lab.tell("vlr1", "call", "emma")
    assert (lab.count(SetupMt), lab.count(ConnectAcknowledge)) == (1, 1)


def test_calls_one_after_the_other(lab: Any) -> None:
    """48.018 7.4: each call has its own suspend reference number."""
    for number in (1, 2, 3):
        assert lab.order("emma", "call").status == "done"
        assert lab.context("emma")["suspended"] == number
        assert lab.order("emma", "hang-up").status == "done"
    assert lab.session.inspect("vlr1")["connections"] == 0
    assert lab.count(RoutingAreaUpdateRequest) == 0


def test_call_while_in_a_call(lab: Any) -> None:
    """23.018: the mobile is busy: nobody is paged."""
    lab.order("emma", "call")
    lab.mark()
    assert "busy" in lab.tell("vlr1", "call", "emma").body["error"]
    assert lab.order("emma", "call").status == "failed"
    assert lab.count(PagingRequest) == 0


def test_long_call(lab: Any) -> None:
    """23.060 16.2.1: longer than the mobile reachable timer: the SGSN does not miss it; a periodic update follows."""
    lab.order("emma", "call")
    lab.wait(600)
    assert lab.context("emma")["state"] == "GMM-REGISTERED"
    lab.mark()
    lab.order("emma", "hang-up")
    lab.wait(2)
    assert lab.count(RoutingAreaUpdateRequest) == 1
    lab.assert_associated("emma")


def test_radio_lost_in_a_call(lab: Any) -> None:
    """44.018 3.4.13.2: nobody tells the mobile that packets go on: back in the cell it updates, and is resumed."""
    lab.order("emma", "call")
    lab.order("emma", "cover", on=False)
    lab.wait(5)
    lab.mark()
    lab.order("emma", "cover", on=True)
    lab.wait(2)
    assert lab.count(RoutingAreaUpdateRequest) == 1
    assert lab.context("emma")["suspended"] is None
    lab.wait(2 * 3600)  # the BSS takes a channel for lost that has been silent for long
    assert lab.session.inspect("vlr1")["connections"] == 0
    lab.assert_associated("emma")


def test_call_that_rings(make_lab: Any) -> None:
    """24.008 5.2.2: the phone rings as long as its user likes, up to T301 of the network."""
    for seconds, body in ((20, {"call": "active"}), (200, {"error": "User alerting no answer"})):
        lab = make_lab({"subscribers": {"emma": {"mobile": {"rings": f"{seconds} s"}}}})
        lab.attach("emma")
        command = lab.session.start_command("vlr1", "call", {"imsi": lab.mobile("emma")["imsi"]})
        lab.wait(10)
        assert lab.mobile("emma")["call"] == "U7, call received"
        assert lab.context("emma", "vlr1")["call"] == "N7"
        lab.wait(240)
        assert lab.session.outcome(command).body == body
        lab.mark()


def test_call_follows_on_a_location_updating(make_lab: Any) -> None:
    """24.008 4.4.4.6: a call that waits for a location updating is made on the channel of that."""
    lab = make_lab({"topology": {"policies": {"nmo": "II"}}})
    lab.lose(mm.LocationUpdatingRequest)
    lab.begin("emma", "attach")
    lab.wait(25)
    assert lab.mobile("emma")["cs_state"] == "MM IDLE, ATTEMPTING TO UPDATE"
    lab.heal()
    lab.mark()
    assert lab.order("emma", "call").body == {"call": "active"}
    (accept,) = lab.said(mm.LocationUpdatingAccept)
    assert accept.follow_on_proceed
    assert lab.count(ClearCommand) == 0
    assert lab.order("emma", "hang-up").status == "done"
    assert lab.count(ClearCommand) == 1
    lab.wait(20)
    assert lab.mobile("emma")["cs_state"] == "MM IDLE, NORMAL SERVICE"


def test_link_lost_in_a_call(lab: Any) -> None:
    """44.018 3.4.13, 48.008 3.1.9.2: both sides of the air miss the other: CLEAR REQUEST, and packets update."""
    lab.order("emma", "call")
    (channel,) = lab.session.inspect("bss1")["channels"]
    lab.mark()
    assert lab.session.command("bss1", "lose", {"reference": channel.removeprefix("channel ")}).status == "done"
    assert lab.order("emma", "lose-link").status == "done"
    lab.wait(2)
    (request,) = lab.said(ClearRequest)
    assert request.cause is BssmapCause.RADIO_INTERFACE_FAILURE
    lab.sees(("bss1", "vlr1", ClearRequest), ("vlr1", "bss1", ClearCommand), ("bss1", "vlr1", ClearComplete))
    assert lab.mobile("emma")["state"] == REGISTERED
    assert lab.context("emma")["suspended"] is None
    assert lab.context("emma", "vlr1")["call"] is None
    assert lab.session.inspect("vlr1")["connections"] == lab.session.inspect("bss1")["connections"] == 0
    lab.assert_associated("emma")


def test_link_lost_by_the_mobile_alone(lab: Any) -> None:
    """24.008 4.5.1.1: the network learns of it when the mobile calls again: the old channel is of no use any more."""
    lab.order("emma", "call")
    lab.order("emma", "lose-link")
    lab.wait(2)
    assert lab.session.inspect("vlr1")["connections"] == 1
    assert lab.order("emma", "call").status == "done"
    lab.wait(1)
    assert lab.session.inspect("vlr1")["connections"] == 1
    assert lab.order("emma", "hang-up").status == "done"
    assert lab.session.inspect("vlr1")["connections"] == 0


def test_radio_lost_for_good_in_a_call(lab: Any) -> None:
    """48.008 3.1.9.2: the BSS misses the mobile, has the call cleared, and packets resumed; then nobody hears it."""
    lab.order("emma", "call")
    lab.order("emma", "cover", on=False)
    lab.wait(3 * 3600)
    assert lab.session.inspect("vlr1")["connections"] == 0
    assert lab.context("emma", "vlr1")["call"] is None
    assert lab.context("emma", "vlr1")["imsi_detached"] == "implicit"


def test_power_off_in_a_call(lab: Any) -> None:
    """24.008 4.3.4: the mobile says on the channel that it goes; packets are given up later."""
    lab.order("emma", "call")
    lab.mark()
    lab.detach("emma", power_off=True)
    assert lab.count(mm.ImsiDetachIndication) == 1
    assert lab.context("emma", "vlr1")["imsi_detached"] == "explicit"
    lab.wait(500)
    assert lab.context("emma")["state"] == "GMM-DEREGISTERED"


def test_packets_withdrawn_in_a_call(lab: Any) -> None:
    """23.060 6.6.2.2: the HLR withdraws packets: the detach waits for the end of the call, which goes on."""
    lab.order("emma", "call")
    lab.tell("hlr1", "cancel", "emma")
    assert lab.count(GprsDetachIndication) == 1
    assert lab.mobile("emma")["call"] == "U10, active"
    lab.order("emma", "hang-up")
    lab.wait(30)
    assert lab.mobile("emma")["state"] == "GMM-DEREGISTERED.NORMAL-SERVICE"
    assert lab.order("emma", "call").status == "done"


def test_call_of_one_attached_for_calls_alone(lab: Any) -> None:
    """23.060 16.2.1: where no packets are, there is nothing to suspend, and CHANNEL RELEASE says nothing of it."""
    lab.order("emma", "detach", type="gprs")
    lab.mark()
    assert lab.order("emma", "call").status == "done"
    lab.order("emma", "hang-up")
    assert lab.count(GprsSuspensionRequest) + lab.count(Suspend) == 0
    assert lab.said(ChannelRelease)[0].gprs_resumption is None


@pytest.mark.parametrize("way", ["mobile", "network"])
def test_call_of_a_mobile_of_class_a(lab: Any, way: str) -> None:
    """23.060 5.4.5.1: class A does both at once: nothing is suspended, packets reach it in the call."""
    lab.attach("finn")
    lab.mark()
    outcome = lab.order("finn", "call") if way == "mobile" else lab.tell("vlr1", "call", "finn")
    assert outcome.status == "done"
    lab.tell("vlr1", "mm-information", "finn")
    assert lab.mobile("finn")["network"] == {"full name": "gprslab"}
    assert lab.mobile("finn")["state"] == REGISTERED
    lab.wait(15)
    lab.mark()
    assert lab.tell("sgsn1", "page", "finn").status == "done"
    assert lab.context("finn")["mm_state"] == "READY"
    lab.order("finn", "hang-up")
    assert lab.count(GprsSuspensionRequest) + lab.count(Suspend) + lab.count(RoutingAreaUpdateRequest) == 0
    assert lab.mobile("finn")["state"] == REGISTERED


def test_mobile_of_class_a_moves_in_a_call(lab: Any) -> None:
    """23.060 5.4.5.1: its packets move with it, by a routing area update; the call goes on."""
    lab.attach("finn")
    lab.order("finn", "call")
    lab.mark()
    assert lab.move("finn", "cell3").status == "done"
    assert lab.count(RoutingAreaUpdateRequest) == 1
    assert lab.mobile("finn")["call"] == "U10, active"
    assert lab.order("finn", "hang-up").status == "done"
    lab.assert_associated("finn")


def test_no_call_of_a_mobile_of_class_c(make_lab: Any) -> None:
    """23.060 5.4.5.3: a mobile of class C has packets alone."""
    lab = make_lab({"subscribers": {"emma": {"mobile": {"mode": "C"}}}})
    lab.attach("emma")
    assert lab.order("emma", "call").status == "failed"
    assert lab.count(CmServiceRequest) == 0


@pytest.mark.parametrize("nmo", ["II", "III"])
def test_call_without_gs(make_lab: Any, nmo: str) -> None:
    """23.060 6.3.3, 16.2.1.1: suspension does not need Gs: in mode II and III it is the same."""
    lab = make_lab({"topology": {"policies": {"nmo": nmo}}})
    lab.attach("emma")
    lab.wait(5)
    lab.mark()
    assert lab.order("emma", "call").status == "done"
    assert lab.context("emma")["suspended"] is not None
    lab.order("emma", "hang-up")
    assert lab.said(ChannelRelease)[-1].gprs_resumption.ack
    assert (lab.context("emma")["suspended"], lab.count(GmmInformation)) == (None, 0)


def test_location_updating_suspends(make_lab: Any) -> None:
    """44.018 3.4.25.1: a location updating on the A interface suspends packets too; the area's update follows."""
    lab = make_lab({"topology": {"policies": {"nmo": "II"}}})
    lab.attach("emma")
    lab.wait(10)
    lab.mark()
    lab.move("emma", "cell4")
    lab.wait(10)
    assert lab.count(mm.LocationUpdatingAccept) == 1
    causes = [one.suspension_cause for one in lab.said(GprsSuspensionRequest)]
    assert causes == [SuspensionCause.LOCATION_AREA_UPDATE]
    assert lab.context("emma", "vlr2")["gs"] == "Gs-NULL"
    assert lab.context("emma", "sgsn2")["suspended"] is None
    assert lab.mobile("emma")["state"] == REGISTERED
