"""PDP contexts through all nodes (23.060 9.2, 24.008 6.1): activation, packets, deactivation, and what ends them."""

from typing import Any

import pytest

from gprslab.faults import Rule
from protocol.bssgp import PagingPs
from protocol.gmm import (
    AttachAccept,
    AttachComplete,
    AttachRequest,
    DetachAcceptMo,
    DetachAcceptMt,
    DetachRequestMo,
    DetachRequestMt,
)
from protocol.gtp import (
    CreatePdpContextRequest,
    CreatePdpContextResponse,
    DeletePdpContextRequest,
    DeletePdpContextResponse,
    PduNotificationRejectRequest,
    PduNotificationRejectResponse,
    PduNotificationRequest,
    PduNotificationResponse,
)
from protocol.sm import (
    ActivatePdpContextAccept,
    ActivatePdpContextReject,
    ActivatePdpContextRequest,
    DeactivatePdpContextAccept,
    DeactivatePdpContextRequest,
    ModifyPdpContextRequestMo,
    RequestPdpContextActivation,
    RequestPdpContextActivationReject,
)

OUTSIDE = "198.51.100.1"
ACTIVATION = (
    ("anna", "sgsn1", ActivatePdpContextRequest),
    ("sgsn1", "ggsn1", CreatePdpContextRequest),
    ("ggsn1", "sgsn1", CreatePdpContextResponse),
    ("sgsn1", "anna", ActivatePdpContextAccept),
)


@pytest.fixture
def active(lab: Any) -> Any:
    """The network in which anna has a PDP context at access point internet."""
    assert lab.attach("anna").status == "done"
    assert lab.order("anna", "activate", apn="internet").status == "done"
    lab.mark()
    return lab


def assert_none(lab: Any, mobile: str = "anna") -> None:
    """Nobody has a PDP context, nor anything that belongs to one."""
    assert lab.mobile(mobile)["pdp_contexts"] == []
    known = lab.context(mobile)
    assert known is None or known["pdp_contexts"] == []
    for node in ("ggsn1", "ggsn2"):
        shown = lab.session.inspect(node)
        assert (shown["contexts"], shown["teids"]) == (0, 0)
        assert all(not point["in_use"] for point in shown["access_points"].values())
    assert lab.session.inspect("sgsn1")["teids"] == 0


def outside(lab: Any, verb: str = "ping", **arguments: Any) -> Any:
    """What lies behind Gi sends to anna's first address."""
    address = lab.mobile("anna")["pdp_contexts"][0]["address"]
    return lab.session.command("pdn1", verb, {"address": address, **arguments}, within_us=60_000_000).body


# --- activation ---------------------------------------------------------------------------------------------------


@pytest.mark.ttcn3("attach_pdp_act")
def test_activation(lab: Any) -> None:
    """23.060 9.2.2.1: attached, then active: mobile, SGSN and GGSN agree on the context."""
    lab.attach("anna")
    lab.mark()
    outcome = lab.order("anna", "activate", apn="internet")
    lab.sees(*ACTIVATION)
    own, known = lab.mobile("anna")["pdp_contexts"][0], lab.context("anna")["pdp_contexts"][0]
    there = lab.session.inspect("ggsn1", f"{lab.mobile('anna')['imsi']}-5")
    assert outcome.body["address"] == own["address"] == known["address"] == there["address"]
    assert outcome.body["dns"] == ["198.51.100.53"]
    ends = [int(str(end), 0) for end in (there["sgsn_teid_data"], there["teid_data"])]
    assert [int(known["teid_data"], 0), int(known["ggsn_teid_data"], 0)] == ends
    assert own["llc_sapi"] == known["llc_sapi"]
    assert lab.broken() == []


@pytest.mark.ttcn3("pdp_act_unattached")
def test_activation_unattached(active: Any) -> None:
    """24.008 4.7.4.2, 23.007: the SGSN does not know the mobile: it must attach again, and gets its context back."""
    active.restart("sgsn1")
    active.mark()
    outcome = active.order("anna", "activate", apn="mms")
    assert (outcome.status, outcome.body["error"]) == ("failed", "anna is not attached any more")
    active.wait(2)
    said = [arrow[2] for arrow in active.arrows() if set(arrow[:2]) == {"anna", "sgsn1"}]
    assert said[:4] == ["ActivatePdpContextRequest", "DetachRequestMt", "DetachAcceptMo", "AttachRequest"]
    assert said[-4:] == ["AttachAccept", "AttachComplete", "ActivatePdpContextRequest", "ActivatePdpContextAccept"]
    assert [context["apn"] for context in active.mobile("anna")["pdp_contexts"]] == ["internet"]
    assert active.session.inspect("ggsn1")["contexts"] == 1


@pytest.mark.ttcn3("attach_pdp_act_ggsn_reject")
def test_activation_refused_by_ggsn(make_lab: Any) -> None:
    """29.060 7.3.2, 24.008 6.1.3.1.3: no address is left; #26, and when one is free again it is given."""
    point = {"pools": ["10.100.0.0/30"]}
    lab = make_lab({"topology": {"nodes": {"ggsn1": {"access_points": {"internet": point}}}}})
    served = []
    for mobile in ("anna", "bert", "emma", "finn"):
        lab.attach(mobile)
        outcome = lab.order(mobile, "activate", apn="internet")
        served.append(outcome.status)
        refused = mobile
    assert "done" in served
    assert served[-1] == "failed"
    assert outcome.body == {"cause": "INSUFFICIENT_RESOURCES"}
    assert lab.count(ActivatePdpContextReject) == served.count("failed")
    assert lab.mobile(refused)["pdp_contexts"] == []
    lab.order("anna", "deactivate")
    assert lab.order(refused, "activate", apn="internet").status == "done"


# --- packets ------------------------------------------------------------------------------------------------------


@pytest.mark.ttcn3("attach_pdp_act_user")
def test_packets_both_ways(active: Any) -> None:
    """23.060 9: a mobile reaches what lies outside, and is reached; small and long packets, counted everywhere."""
    sent = active.order("anna", "ping", address=OUTSIDE, count=3, size=1400)
    assert (sent.body["sent"], sent.body["received"]) == (3, 3)
    assert active.order("anna", "send", address=OUTSIDE, count=2).body == {"sent": 2, "echoed": 2}
    assert outside(active, count=2, size=1000)["received"] == 2
    assert outside(active, "send", count=2) == {"sent": 2, "echoed": 2}
    own, known = active.mobile("anna")["pdp_contexts"][0], active.context("anna")["pdp_contexts"][0]
    assert (own["packets_sent"], own["packets_received"]) == (9, 9)
    assert (known["packets_up"], known["packets_down"]) == (9, 9)
    assert (known["octets_up"], known["octets_down"]) == (own["octets_sent"], own["octets_received"])
    assert active.broken() == []


def test_packets_page_in_standby(active: Any) -> None:
    """23.060 8.1.4, 9.2.1: a packet for a mobile in STANDBY waits until it is found; the next goes at once."""
    active.wait(20)
    assert active.mobile("anna")["mm_state"] == "STANDBY"
    active.mark()
    assert outside(active, count=2)["received"] == 2
    assert active.count(PagingPs) == 1


def test_packets_wait_for_call(lab: Any) -> None:
    """23.060 16.2.1: class B downloads, takes a call, and downloads on: what came meanwhile waits in the SGSN."""
    lab.attach("emma")
    lab.order("emma", "activate", apn="internet")
    lab.order("emma", "call")
    address = lab.mobile("emma")["pdp_contexts"][0]["address"]
    ping = lab.session.start_command("pdn1", "ping", {"address": address, "count": 3, "interval_ms": 100})
    lab.wait(3)
    assert lab.mobile("emma")["pdp_contexts"][0]["packets_received"] == 0
    lab.order("emma", "hang-up")
    lab.wait(1)
    assert lab.session.outcome(ping).body["received"] == 3


def test_packets_over_ipv6(lab: Any) -> None:
    """23.060 9.2.1.1, 29.061 11.2.1.3.2: the prefix comes by router discovery, then packets pass both ways."""
    lab.attach("finn")
    outcome = lab.order("finn", "activate", apn="internet", type="ipv6")
    address = outcome.body["address"]
    assert not address.startswith("fe80")
    assert outcome.body["dns"] == ["2001:db8:ffff::53"]
    assert lab.order("finn", "ping", address="2001:db8:ffff::1", size=1400).body["received"] == 1
    assert lab.session.command("pdn1", "ping", {"address": address}, within_us=60_000_000).body["received"] == 1


def test_packets_after_cell_change(active: Any) -> None:
    """23.060 6.9.1.1: in READY the new cell is told, and packets come there."""
    active.move("anna", "cell2")
    assert outside(active, count=2)["received"] == 2


def test_packets_after_update(active: Any) -> None:
    """23.060 6.9.1.2.1: another routing area of the same SGSN leaves the context as it is."""
    address = active.mobile("anna")["pdp_contexts"][0]["address"]
    active.move("anna", "cell3")
    assert active.mobile("anna")["pdp_contexts"][0]["address"] == address
    assert outside(active)["received"] == 1
    assert active.order("anna", "ping", address=OUTSIDE).body["received"] == 1


# --- deactivation -------------------------------------------------------------------------------------------------


@pytest.mark.ttcn3("attach_pdp_act_user_deact_mo")
def test_deactivation_by_mobile(active: Any) -> None:
    """23.060 9.2.4.1: packets, then the mobile deactivates; nothing is left, and packets for it go nowhere."""
    active.order("anna", "ping", address=OUTSIDE)
    address = active.mobile("anna")["pdp_contexts"][0]["address"]
    active.mark()
    assert active.order("anna", "deactivate").status == "done"
    active.sees(
        ("anna", "sgsn1", DeactivatePdpContextRequest),
        ("sgsn1", "ggsn1", DeletePdpContextRequest),
        ("ggsn1", "sgsn1", DeletePdpContextResponse),
        ("sgsn1", "anna", DeactivatePdpContextAccept),
    )
    assert_none(active)
    lost = active.session.command("pdn1", "ping", {"address": address}, within_us=60_000_000)
    assert lost.body["received"] == 0


@pytest.mark.ttcn3("attach_pdp_act_user_deact_mt")
def test_deactivation_by_ggsn(active: Any) -> None:
    """23.060 9.2.4.3: packets, then the GGSN deletes the context."""
    active.order("anna", "ping", address=OUTSIDE)
    active.mark()
    active.tell("ggsn1", "deactivate", "anna", nsapi=5)
    active.sees(
        ("ggsn1", "sgsn1", DeletePdpContextRequest),
        ("sgsn1", "anna", DeactivatePdpContextRequest),
        ("anna", "sgsn1", DeactivatePdpContextAccept),
        ("sgsn1", "ggsn1", DeletePdpContextResponse),
    )
    assert_none(active)


@pytest.mark.ttcn3("attach_pdp_act_deact_dup")
def test_deactivation_twice(active: Any) -> None:
    """24.008 6.1.3.4, 8.3.2: the mobile's request comes twice: the GGSN hears of it once, and nothing is left."""
    rule = Rule(action="duplicate", message="DeactivatePdpContextRequest", interface="gb", times=1)
    active.session.add_fault(rule)
    assert active.order("anna", "deactivate").status == "done"
    assert active.count(DeletePdpContextRequest) == 1
    assert_none(active)
    assert active.broken() == []


@pytest.mark.ttcn3("attach_pdp_act_gmm_detach")
def test_detach_ends_contexts(active: Any) -> None:
    """23.060 6.6.1: a detach deletes all contexts in the GGSNs, and says nothing of them on the air."""
    active.order("anna", "activate", apn="mms")
    active.mark()
    active.detach("anna")
    active.sees(("anna", "sgsn1", DetachRequestMo), ("sgsn1", "anna", DetachAcceptMt))
    assert_none(active)


@pytest.mark.ttcn3("attach_timeout_after_pdp_act")
def test_attach_again_never_completed(active: Any) -> None:
    """24.008 4.7.3.1.6 d, e: the mobile comes back without its context, and never completes: nothing is left."""
    active.lose(DetachRequestMo)
    active.order("anna", "power-off")
    active.lose(AttachComplete)
    active.mark()
    active.attach("anna")
    active.wait(60)
    assert active.count(AttachAccept) == 5
    assert active.count(DeletePdpContextRequest) == 1
    assert_none(active)
    active.heal()


def test_detach_by_network_activates_again(active: Any) -> None:
    """24.008 4.7.4.2.2: re-attach required: the mobile attaches, and activates what was active."""
    active.tell("sgsn1", "detach", "anna", type="reattach")
    said = {arrow[2] for arrow in active.arrows()}
    assert {kind.__name__ for kind in (DetachRequestMt, DetachAcceptMo, AttachRequest)} <= said
    active.wait(2)
    (context,) = active.mobile("anna")["pdp_contexts"]
    assert (context["state"], context["apn"]) == ("PDP-ACTIVE", "internet")
    assert active.order("anna", "ping", address=OUTSIDE).body["received"] == 1


# --- what one side alone has ----------------------------------------------------------------------------------------


def test_update_ends_what_the_network_lost(active: Any) -> None:
    """24.008 4.7.5.1.3: the SGSN's word of the end was lost; the next update tells the mobile."""
    active.lose(DeactivatePdpContextRequest)
    active.session.start_command("ggsn1", "deactivate", {"imsi": active.mobile("anna")["imsi"], "nsapi": 5})
    active.wait(60)
    active.heal()
    assert len(active.mobile("anna")["pdp_contexts"]) == 1
    active.move("anna", "cell3")
    assert_none(active)


def test_update_ends_what_the_mobile_lost(active: Any) -> None:
    """24.008 4.7.5.1.3: the mobile's requests to deactivate were lost; the next update tells the SGSN."""
    active.lose(DeactivatePdpContextRequest)
    assert active.order("anna", "deactivate").status == "done"
    active.heal()
    assert active.session.inspect("ggsn1")["contexts"] == 1
    active.move("anna", "cell3")
    active.wait(5)
    assert_none(active)


# --- by the network -----------------------------------------------------------------------------------------------


def test_activation_requested_by_network(lab: Any) -> None:
    """23.060 9.2.2.2, 24.007 11.2.3.1.3: the mobile answers in the network's transaction; the packet waits for that."""
    lab.attach("bert")
    lab.mark()
    sent = lab.session.command("pdn1", "ping", {"address": "10.102.0.2", "count": 2}, within_us=60_000_000)
    assert sent.body["received"] == 2
    (request,) = lab.said(RequestPdpContextActivation)
    (answer,) = lab.said(ActivatePdpContextRequest)
    assert not request.transaction_identifier.flag
    assert answer.transaction_identifier == request.transaction_identifier.answer
    (context,) = lab.mobile("bert")["pdp_contexts"]
    assert (context["state"], context["address"]) == ("PDP-ACTIVE", "10.102.0.2")
    assert lab.order("bert", "activate-secondary", nsapi=5, filter={"protocol": "udp"}).status == "done"
    assert lab.order("bert", "deactivate").status == "done"
    assert_none(lab, "bert")


def test_activation_requested_in_vain(lab: Any) -> None:
    """23.060 9.2.2.2.2, 24.008 6.1.3.1.4: the mobile has no NSAPI left and refuses; the GGSN hears of it."""
    lab.attach("bert")
    for _ in range(11):
        assert lab.order("bert", "activate", apn="internet").status == "done"
    lab.mark()
    sent = lab.session.command("pdn1", "ping", {"address": "10.102.0.2"}, within_us=60_000_000)
    assert sent.body["received"] == 0
    lab.sees(
        ("ggsn1", "sgsn1", PduNotificationRequest),
        ("sgsn1", "ggsn1", PduNotificationResponse),
        ("sgsn1", "bert", RequestPdpContextActivation),
        ("bert", "sgsn1", RequestPdpContextActivationReject),
        ("sgsn1", "ggsn1", PduNotificationRejectRequest),
        ("ggsn1", "sgsn1", PduNotificationRejectResponse),
    )
    lab.order("bert", "deactivate")
    assert_none(lab, "bert")


def test_requests_collide(lab: Any) -> None:
    """24.008 6.1.3.1.5 b, 51.010 45.2.4.2: both sides want a context for the address: the mobile's own goes on."""
    lab.attach("bert")
    lab.delay(RequestPdpContextActivation, 1)
    ping = lab.session.start_command("pdn1", "ping", {"address": "10.102.0.2"})
    lab.wait(0.5)
    lab.session.add_fault(Rule(action="lose", message="ActivatePdpContextRequest", interface="gb", times=1))
    lab.begin("bert", "activate", apn="internet", address="10.102.0.2")
    lab.wait(45)
    (context,) = lab.mobile("bert")["pdp_contexts"]
    assert (context["state"], context["ti"]) == ("PDP-ACTIVE", 0)
    assert [request.transaction_identifier.flag for request in lab.said(ActivatePdpContextRequest)] == [False] * 2
    assert lab.session.outcome(ping).body["received"] == 0, "the reply came late"
    assert lab.session.inspect("ggsn1")["contexts"] == 1
    assert lab.broken() == []


# --- in the midst of it, another SGSN -------------------------------------------------------------------------------


def test_activation_goes_on_in_another_sgsn(lab: Any) -> None:
    """23.060 6.9.1.2.2: the old SGSN had not answered yet, and keeps nothing; T3380 asks the new one."""
    lab.attach("anna")
    lab.mark()
    lab.delay(CreatePdpContextResponse, 4)
    lab.begin("anna", "activate", apn="internet")
    lab.wait(0.5)
    lab.move("anna", "cell4")
    assert lab.mobile("anna")["pdp_contexts"][0]["state"] == "PDP-ACTIVE-PENDING"
    lab.wait(40)
    (context,) = lab.mobile("anna")["pdp_contexts"]
    (known,) = lab.context("anna", "sgsn2")["pdp_contexts"]
    assert (context["state"], context["address"]) == ("PDP-ACTIVE", known["address"])
    assert lab.session.inspect("ggsn1")["contexts"] == 1
    assert lab.order("anna", "ping", address=OUTSIDE).body["received"] == 1
    assert lab.broken() == []


@pytest.mark.parametrize("verb", ["deactivate", "modify"])
def test_request_goes_on_in_another_sgsn(active: Any, verb: str) -> None:
    """23.060 6.9.1.2.2: what the old SGSN has not heard the new one hears, which has the context by now."""
    kind = DeactivatePdpContextRequest if verb == "deactivate" else ModifyPdpContextRequestMo
    active.session.add_fault(Rule(action="lose", message=kind.__name__, interface="gb", nth=1, receiver="sgsn1"))
    active.begin("anna", verb, nsapi=5, **({"qos": {"peak_throughput": 2}} if verb == "modify" else {}))
    active.wait(0.5)
    active.move("anna", "cell4")
    active.wait(10)
    assert active.count(kind) == 2
    if verb == "deactivate":
        assert active.context("anna", "sgsn2")["pdp_contexts"] == []
        active.wait(65)  # the old SGSN keeps what it had, should the mobile come back
        assert_none(active)
    else:
        (context,) = active.mobile("anna")["pdp_contexts"]
        assert (context["state"], context["qos"]["peak_throughput"]) == ("PDP-ACTIVE", "2000 octet/s")
    assert active.broken() == []
