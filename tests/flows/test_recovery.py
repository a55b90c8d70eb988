"""What a dead node leaves half done is made good by those who live: found by the crash matrix, one flow each."""

from typing import Any

from gprslab.drills.invariants import broken, sessions_have_mobiles, sessions_have_tunnels
from gprslab.faults import Rule
from protocol.bssap_plus import (
    GprsDetachIndication,
    ImsiDetachIndication,
    LocationUpdateAccept,
    LocationUpdateRequest,
    TmsiReallocationComplete,
)
from protocol.gmm import AttachAccept, RoutingAreaUpdateAccept, RoutingAreaUpdateComplete
from protocol.gtp import CreatePdpContextRequest, CreatePdpContextResponse
from protocol.map.equipment import CheckImeiRes
from protocol.map.location import UpdateGprsLocationRes


def test_attach_never_completed_is_told_to_the_vlr(lab: Any) -> None:
    """29.018 10: the mobile dies before ATTACH COMPLETE; the VLR hears that it is not reached through the SGSN."""
    lab.begin("emma", "attach")
    assert lab.session.wait_for(lambda: lab.count(AttachAccept) == 1, 10_000_000)
    assert lab.context("emma", "vlr1")["gs"] == "Gs-ASSOCIATED"
    lab.kill("ms1")
    lab.mark()
    lab.wait(40)  # T3350 runs out five times
    assert lab.count(ImsiDetachIndication) == 1
    assert lab.context("emma", "vlr1")["gs"] == "Gs-NULL"
    assert lab.broken() == []


def test_update_that_the_vlr_may_have_heard_is_undone(combined: Any) -> None:
    """29.018 6.4, 10: T6-1 has run out, but the VLR took the update; once the mobile is gone, the VLR is told."""
    lab = combined
    lab.lose(LocationUpdateAccept, times=1)
    lab.begin("emma", "move", cell="cell4")
    lab.wait(12)
    assert (lab.context("emma", "sgsn2")["gs"], lab.context("emma", "vlr2")["gs"]) == ("Gs-NULL", "Gs-ASSOCIATED")
    lab.kill("ms1")
    lab.mark()
    lab.wait(20 * 60)  # periodic update missed, implicitly detached
    assert lab.count(ImsiDetachIndication) == 1
    assert lab.context("emma", "vlr2")["gs"] == "Gs-NULL"


def test_context_cancelled_is_told_to_the_vlr(lab: Any) -> None:
    """29.018 7.2: a mobile that has died attaches elsewhere, for packets alone: its VLR pages there no more."""
    assert lab.order("emma", "attach").status == "done"
    lab.kill("ms1")
    lab.restart("ms1")
    assert lab.order("emma", "move", cell="cell4").status == "done"
    lab.mark()
    assert lab.order("emma", "attach", combined=False).status == "done"
    assert lab.context("emma", "sgsn1") is None
    assert lab.count(GprsDetachIndication) == 1
    assert lab.context("emma", "vlr1")["gs"] == "Gs-NULL"
    assert lab.broken() == []


def test_tmsi_that_never_came_is_given_anew(combined: Any) -> None:
    """23.060 6.9.1.3.2: RAU ACCEPT is lost with its TMSI; the next update asks anew, or pages miss the mobile."""
    lab = combined
    lab.mark()
    lab.begin("emma", "move", cell="cell4")
    assert lab.session.wait_for(lambda: lab.count(RoutingAreaUpdateAccept) == 1, 10_000_000)
    lab.kill("bss2")
    lab.wait(2)
    lab.restart("bss2")
    lab.wait(60)
    assert lab.count(LocationUpdateRequest) == 2
    assert lab.count(RoutingAreaUpdateComplete) == lab.count(TmsiReallocationComplete) == 1
    lab.assert_associated("emma", "sgsn2", "vlr2")


def test_secondary_context_has_the_new_address(lab: Any) -> None:
    """23.060 9.2.2.1.1: contexts that a dead SGSN has lost are made again; the GGSN may give them another address."""
    assert lab.attach("anna").status == "done"
    assert lab.order("anna", "activate", apn="internet").status == "done"
    assert lab.order("anna", "activate-secondary", nsapi=5, filter={"protocol": "udp", "port": 7}).status == "done"
    lab.kill("ggsn1")
    lab.restart("sgsn1")
    lab.restart("ggsn1")
    assert lab.attach("bert").status == "done"
    assert lab.order("bert", "activate").status == "done"  # takes the address that was anna's
    lab.wait(180)
    first, second = lab.mobile("anna")["pdp_contexts"]
    assert (first["state"], second["state"]) == ("PDP-ACTIVE", "PDP-ACTIVE")
    assert first["address"] == second["address"] != lab.mobile("bert")["pdp_contexts"][0]["address"]
    assert broken(lab.session, lab.lab, (sessions_have_mobiles, sessions_have_tunnels)) == []


def test_location_update_request_that_comes_twice(lab: Any) -> None:
    """29.018 6.3: its copy is answered with the same TMSI, or the VLR would page by one that the mobile never got."""
    lab.session.add_fault(
        Rule(action="duplicate", message="LocationUpdateRequest", interface="gs", nth=1, delay_us=30_000)
    )
    assert lab.attach("emma").status == "done"
    assert lab.count(LocationUpdateAccept) == 2
    lab.assert_associated("emma")


def test_request_that_comes_twice_from_another_area(combined: Any) -> None:
    """29.018 6.3: so does one with which the mobile comes from an area of another VLR, for which the HLR is asked."""
    lab = combined
    lab.session.add_fault(
        Rule(action="duplicate", message="LocationUpdateRequest", interface="gs", nth=1, delay_us=30_000)
    )
    assert lab.move("emma", "cell4").status == "done"
    assert lab.count(LocationUpdateAccept) == 3  # one of them in the attach before
    lab.assert_associated("emma", "sgsn2", "vlr2")


def test_two_attaches_share_a_subscription(lab: Any) -> None:
    """23.060 6.5: a mobile that has died attaches anew while the EIR is asked; both are subscribed."""
    lab.delay(CheckImeiRes, 5)
    lab.begin("anna", "attach")
    lab.wait(1)
    lab.kill("ms1")
    lab.restart("ms1")
    assert lab.attach("anna").status == "done"
    lab.wait(300)  # what is left of the first attach is given up, and the mobile attaches again if it must
    assert lab.context("anna")["apns"] == ["internet", "mms"]
    assert lab.order("anna", "activate", apn="internet").status == "done"


def test_mobile_comes_back_before_its_cancellation(combined: Any) -> None:
    """23.012 4.1: CANCEL LOCATION to the old VLR is lost; the mobile is back there when it is repeated."""
    lab = combined
    lab.session.add_fault(Rule(action="lose", message="CancelLocationArg", receiver="vlr1", nth=1))
    assert lab.move("emma", "cell4").status == "done"
    assert lab.move("emma", "cell1").status == "done"
    lab.wait(60)
    assert lab.context("emma", "hlr1")["vlr_number"] == "999010000006"
    lab.assert_associated("emma")


def test_attach_is_over_when_the_hlr_cancels_it(lab: Any) -> None:
    """29.002 8.1.3: the HLR's result comes late, after the mobile has attached elsewhere: the first SGSN gives up."""
    lab.delay(UpdateGprsLocationRes, 5)
    lab.begin("emma", "attach")
    lab.wait(1)
    assert lab.move("emma", "cell4").status == "done"
    lab.wait(60)
    assert lab.context("emma", "sgsn1") is None
    assert lab.context("emma", "vlr1") is None
    assert lab.context("emma", "hlr1")["vlr_number"] == "999010000008"
    lab.assert_associated("emma", "sgsn2", "vlr2")


def test_both_ends_of_a_path_restart(lab: Any) -> None:
    """23.007: a GGSN that has just restarted makes a context for an SGSN that dies; by its counter it knows later."""
    for mobile in ("anna", "bert"):
        assert lab.order(mobile, "attach").status == "done"
    assert lab.order("anna", "activate", apn="internet").status == "done"
    lab.kill("ggsn1")
    lab.restart("ggsn1")
    lab.mark()
    lab.begin("bert", "activate", apn="internet")
    assert lab.session.wait_for(lambda: lab.count(CreatePdpContextResponse) == 1, 10_000_000)
    assert lab.count(CreatePdpContextRequest) == 1
    lab.kill("sgsn1")
    lab.wait(2)
    lab.restart("sgsn1")
    lab.wait(5 * 60)  # paths are asked every minute, and who comes again has what it had
    assert broken(lab.session, lab.lab, [sessions_have_mobiles, sessions_have_tunnels]) == []
