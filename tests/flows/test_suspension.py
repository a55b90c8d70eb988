"""Suspending and resuming packets for a call, and what helps where that fails (TS 23.060 16.2.1, 48.018 7.4, 7.5)."""

from typing import Any

import pytest

from protocol import ns
from protocol.bssap_plus import MsInformationResponse
from protocol.bssap_plus.elements import MobileStationState
from protocol.bssgp import PagingPs, Resume, ResumeAck, ResumeNack, Suspend, SuspendAck, SuspendNack
from protocol.causes import GmmCause
from protocol.gmm import (
    AttachAccept,
    AttachRequest,
    AuthenticationAndCipheringRequest,
    AuthenticationAndCipheringResponse,
    GmmInformation,
    RoutingAreaUpdateAccept,
    RoutingAreaUpdateComplete,
    RoutingAreaUpdateReject,
    RoutingAreaUpdateRequest,
)
from protocol.gmm.elements import UpdateTypeValue
from protocol.gtp import SgsnContextAcknowledge, SgsnContextRequest, SgsnContextResponse
from protocol.rr import ChannelRelease, GprsSuspensionRequest

REGISTERED = "GMM-REGISTERED.NORMAL-SERVICE"

ONE_LOCATION_AREA = {"topology": {"nodes": {"bss2": {"vlr": "vlr1", "cells": {"cell4": {"lac": 1, "rac": 3}}}}}}
"""cell4, of the other SGSN, lies in the location area of the first VLR: calls need no update there."""


@pytest.fixture
def lab(combined: Any) -> Any:
    """The default network, in which emma has attached for packets and calls."""
    combined.mark()
    return combined


def types(lab: Any) -> list[UpdateTypeValue]:
    """Which updates the mobile has asked for."""
    return [request.update_type.update_type_value for request in lab.said(RoutingAreaUpdateRequest)]


def resumed(lab: Any) -> list[bool | None]:
    """What CHANNEL RELEASE said of packets, each time."""
    found = [release.gprs_resumption for release in lab.said(ChannelRelease)]
    return [None if one is None else one.ack for one in found]


def to_bss(message: Any) -> bytes:
    """A message of the SGSN on the signalling BVC."""
    return ns.NsUnitdata(bvci=0, sdu=message.encode()).encode()


def assert_going_on(lab: Any, sgsn: str = "sgsn1") -> None:
    """Packets go on: nobody holds the mobile for suspended."""
    assert lab.mobile("emma")["state"] == REGISTERED
    assert lab.mobile("emma")["suspended"] is False
    assert lab.context("emma", sgsn)["suspended"] is None


# --- suspended ----------------------------------------------------------------------------------------------------


@pytest.mark.ttcn3("suspend_nopaging")
def test_no_paging_while_suspended(lab: Any) -> None:
    """23.060 16.2.1: what is for the mobile is kept, and it is not paged; it leaves when packets go on."""
    lab.order("emma", "call")
    lab.mark()
    lab.tell("vlr1", "mm-information", "emma")
    lab.wait(20)
    lab.tell("sgsn1", "page", "emma")
    assert lab.count(PagingPs) + lab.count(GmmInformation) == 0
    assert lab.context("emma")["kept"] == 1
    lab.order("emma", "hang-up")
    assert lab.count(PagingPs) == 0
    assert lab.count(GmmInformation) == 1
    assert lab.mobile("emma")["network"] == {"full name": "gprslab"}
    assert_going_on(lab)


def test_suspension_ends_paging(lab: Any) -> None:
    """24.008 4.7.9.1: a mobile that takes a call while it is looked for is not paged any more; then it is told."""
    lab.wait(15)
    lab.lose(PagingPs)
    lab.tell("vlr1", "mm-information", "emma")
    lab.order("emma", "call")
    lab.heal()
    lab.mark()
    lab.wait(60)
    assert lab.count(PagingPs) == 0
    lab.order("emma", "hang-up")
    lab.wait(1)
    assert lab.mobile("emma")["network"] == {"full name": "gprslab"}


def test_vlr_hears_that_the_mobile_is_suspended(lab: Any) -> None:
    """29.018 18.4.19: MS information tells it."""
    lab.order("emma", "call")
    lab.tell("vlr1", "ms-information", "emma")
    state = lab.said(MsInformationResponse)[0].mobile_station_state
    assert state is MobileStationState.SUSPENDED_0_PDP_CONTEXTS_ACTIVE


def test_no_periodic_update_while_suspended(lab: Any) -> None:
    """24.008 4.7.2.2: T3312 runs out in the call: the update is made good after it."""
    lab.order("emma", "call")
    lab.mark()
    lab.wait(150)
    assert types(lab) == []
    lab.order("emma", "hang-up")
    lab.wait(1)
    assert types(lab) == [UpdateTypeValue.PERIODIC_UPDATING]
    assert_going_on(lab)


# --- SUSPEND ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("times", [1, 2, 3])
def test_suspend_lost(lab: Any, times: int) -> None:
    """48.018 7.4: T3 repeats SUSPEND, three times."""
    lab.lose(Suspend, times)
    lab.order("emma", "call")
    lab.wait(5)
    lab.sees(*(("bss1", "sgsn1", Suspend),) * (times + 1), ("sgsn1", "bss1", SuspendAck))
    lab.order("emma", "hang-up")
    assert resumed(lab) == [True]
    assert_going_on(lab)


@pytest.mark.parametrize("times", [1, 3])
def test_suspend_ack_lost(lab: Any, times: int) -> None:
    """48.018 7.4: the same SUSPEND again has the same answer: the suspend reference number holds."""
    lab.lose(SuspendAck, times)
    lab.order("emma", "call")
    lab.wait(5)
    assert [ack.suspend_reference_number for ack in lab.said(SuspendAck)] == [1] * (times + 1)
    lab.order("emma", "hang-up")
    assert resumed(lab) == [True]
    assert_going_on(lab)


@pytest.mark.parametrize("message", [Suspend, SuspendAck])
def test_suspend_never_answered(lab: Any, message: type) -> None:
    """48.018 7.4.1: four SUSPENDs, then O&M is told; the call is none the worse, and after it the mobile updates."""
    lab.lose(message)
    assert lab.order("emma", "call").status == "done"
    lab.wait(10)
    assert lab.count(Suspend) == 4
    assert lab.warnings("bss1")["suspend"] == 1
    lab.heal()
    lab.mark()
    lab.order("emma", "hang-up")
    lab.wait(1)
    assert (resumed(lab), lab.count(Resume)) == ([False], 0)
    assert types(lab) == [UpdateTypeValue.COMBINED_RA_LA_UPDATING]
    assert_going_on(lab)


def test_suspend_for_an_unknown_tlli(lab: Any) -> None:
    """48.018 7.4: the SGSN has forgotten the mobile: SUSPEND-NACK; its update after the call leads to an attach."""
    lab.restart("sgsn1")
    lab.mark()
    assert lab.order("emma", "call").status == "done"
    lab.sees(
        ("emma", "bss1", GprsSuspensionRequest),
        ("bss1", "sgsn1", Suspend),
        ("sgsn1", "bss1", SuspendNack),
    )
    lab.order("emma", "hang-up")
    lab.wait(3)
    assert resumed(lab) == [False]
    assert [reject.gmm_cause for reject in lab.said(RoutingAreaUpdateReject)] == [GmmCause.IMPLICITLY_DETACHED]
    assert lab.count(AttachRequest) == 1
    assert_going_on(lab)
    lab.assert_associated("emma")


# --- RESUME -------------------------------------------------------------------------------------------------------


@pytest.mark.ttcn3("suspend_resume")
@pytest.mark.parametrize("message", [Resume, ResumeAck])
@pytest.mark.parametrize("times", [0, 1, 3])
def test_resume(lab: Any, message: type, times: int) -> None:
    """48.018 7.5: T4 repeats RESUME, three times; the mobile is released when it is answered, and goes on."""
    lab.order("emma", "call")
    if times:
        lab.lose(message, times)
    lab.mark()
    lab.order("emma", "hang-up")
    lab.wait(5)
    assert lab.count(Resume) == times + 1
    assert resumed(lab) == [True]
    assert types(lab) == []
    assert_going_on(lab)


@pytest.mark.ttcn3("suspend_rau")
@pytest.mark.parametrize("message", [Resume, ResumeAck])
def test_resume_never_answered(lab: Any, message: type) -> None:
    """48.018 7.5.1, 23.060 16.2.1.1 step 7: released without packets, the mobile updates, combined in mode I."""
    lab.order("emma", "call")
    lab.lose(message)
    lab.mark()
    lab.order("emma", "hang-up")
    lab.wait(8)
    assert lab.count(Resume) == 4
    assert lab.warnings("bss1")["resume"] == 1
    assert resumed(lab) == [False]
    assert types(lab) == [UpdateTypeValue.COMBINED_RA_LA_UPDATING]
    assert_going_on(lab)
    lab.assert_associated("emma")


def test_resume_never_answered_without_gs(make_lab: Any) -> None:
    """23.060 16.2.1.1 step 7: in mode II the update after it is for packets alone."""
    lab = make_lab({"topology": {"policies": {"nmo": "II"}}})
    lab.attach("emma")
    lab.wait(5)
    lab.order("emma", "call")
    lab.lose(Resume)
    lab.mark()
    lab.order("emma", "hang-up")
    lab.wait(8)
    assert types(lab) == [UpdateTypeValue.RA_UPDATING]
    assert_going_on(lab)


def test_resume_under_a_wrong_number(lab: Any) -> None:
    """48.018 7.5: the number is that of another suspension: RESUME-NACK; the mobile updates, which resumes it."""
    lab.order("emma", "call")
    asked = lab.said(Suspend)[0]
    other = SuspendAck(tlli=asked.tlli, routeing_area=asked.routeing_area, suspend_reference_number=9)
    lab.inject("bss1", "sgsn1", "gb", to_bss(other))
    lab.mark()
    lab.order("emma", "hang-up")
    lab.wait(1)
    assert lab.said(Resume)[0].suspend_reference_number == 9
    assert (lab.count(ResumeNack), resumed(lab)) == (1, [False])
    assert types(lab) == [UpdateTypeValue.COMBINED_RA_LA_UPDATING]
    assert_going_on(lab)


def test_sgsn_restart_in_a_call(lab: Any) -> None:
    """48.018 8.4, 23.007 11: the signalling BVC begins anew: no RESUME; the mobile updates, and attaches again."""
    lab.order("emma", "call")
    lab.restart("sgsn1")
    lab.mark()
    assert lab.order("emma", "hang-up").status == "done"
    lab.wait(5)
    assert (lab.count(Resume), resumed(lab)) == (0, [False])
    assert lab.count(AttachRequest) == 1
    assert_going_on(lab)
    lab.assert_associated("emma")


def test_bss_restart_in_a_call(lab: Any) -> None:
    """48.018 8.4, 48.008 3.1.4: a BSS that begins anew has no calls: SGSN and MSC give theirs up; the mobile follows.

    Radio link failure is not emulated: the mobile finds out when it next speaks, and is released.
    """
    lab.order("emma", "call")
    lab.restart("bss1")
    lab.wait(5)
    assert lab.context("emma")["suspended"] is None
    assert lab.session.inspect("vlr1")["connections"] == 0
    lab.mark()
    lab.order("emma", "hang-up")
    lab.wait(60)
    assert resumed(lab) == [None]
    assert types(lab)[0] is UpdateTypeValue.COMBINED_RA_LA_UPDATING
    assert_going_on(lab)
    lab.assert_associated("emma")


def test_channel_release_lost(lab: Any) -> None:
    """44.018 3.4.13: the mobile hears nothing of the release: it leaves by itself, and updates."""
    lab.order("emma", "call")
    lab.lose(ChannelRelease, 1)
    lab.mark()
    lab.order("emma", "hang-up")
    lab.wait(20)
    assert types(lab) == [UpdateTypeValue.COMBINED_RA_LA_UPDATING]
    assert_going_on(lab)


# --- other procedures ---------------------------------------------------------------------------------------------


def test_call_during_attach(lab: Any) -> None:
    """24.008 4.7.1.5: a mobile that is just attaching for calls attaches first; then it calls, and packets wait."""
    lab.detach("emma", power_off=True)
    lab.delay(AttachAccept, 3)
    lab.begin("emma", "attach")
    lab.wait(1)
    lab.order("emma", "call")
    lab.wait(5)
    lab.order("emma", "hang-up")
    lab.wait(60)
    assert_going_on(lab)
    lab.assert_associated("emma")


def test_call_during_a_routing_area_update(lab: Any) -> None:
    """24.008 4.7.5.1.5: the update is over as the call begins, and is done again when packets go on."""
    lab.delay(RoutingAreaUpdateAccept, 3)
    lab.begin("emma", "move", cell="cell3")
    lab.wait(1)
    assert lab.order("emma", "call").status == "done"
    assert lab.context("emma")["suspended"] is not None
    lab.wait(10)
    lab.mark()
    lab.order("emma", "hang-up")
    lab.wait(10)
    assert types(lab) == [UpdateTypeValue.COMBINED_RA_LA_UPDATING]
    assert_going_on(lab)
    assert lab.context("emma")["ptmsi"] == lab.mobile("emma")["ptmsi"]


def test_moved_in_the_call(lab: Any) -> None:
    """23.060 16.2.1.1 step 7: in another routing area after the call: resumed or not, the mobile updates."""
    lab.order("emma", "call")
    lab.move("emma", "cell3")
    lab.mark()
    lab.order("emma", "hang-up")
    lab.wait(1)
    assert types(lab) == [UpdateTypeValue.COMBINED_RA_LA_UPDATING]
    assert_going_on(lab)
    lab.assert_associated("emma")


def test_moved_to_another_sgsn_in_the_call(lab: Any) -> None:
    """23.060 16.2.1.2: after the call the update moves the context; nothing of the suspension is left with either."""
    lab.order("emma", "call")
    lab.move("emma", "cell4")
    lab.mark()
    lab.order("emma", "hang-up")
    lab.wait(2)
    assert lab.count(SgsnContextRequest) == 1
    assert_going_on(lab, "sgsn2")
    lab.assert_associated("emma", "sgsn2", "vlr2")
    lab.wait(65)
    assert lab.context("emma") is None


def suspended_elsewhere(lab: Any) -> None:
    """Emma's update to the other SGSN is not heard, and she takes a call there."""
    assert lab.attach("emma").status == "done"
    lab.wait(5)
    lab.lose(RoutingAreaUpdateRequest)
    lab.begin("emma", "move", cell="cell4")
    lab.wait(1)
    lab.mark()
    assert lab.order("emma", "call").status == "done"
    lab.heal()


def test_suspend_at_the_old_sgsn(make_lab: Any) -> None:
    """23.060 16.2.1.2, 29.060 6.1.2: the new SGSN passes the suspension on; after the call an update moves all."""
    lab = make_lab(ONE_LOCATION_AREA)
    suspended_elsewhere(lab)
    lab.sees(
        ("bss2", "sgsn2", Suspend),
        ("sgsn2", "sgsn1", SgsnContextRequest),
        ("sgsn1", "sgsn2", SgsnContextResponse),
        ("sgsn2", "bss2", SuspendAck),
    )
    assert lab.context("emma")["suspended"] is not None
    assert lab.context("emma", "sgsn2") is None
    lab.tell("vlr1", "mm-information", "emma")
    lab.wait(20)
    assert lab.count(PagingPs) == 0
    lab.mark()
    lab.order("emma", "hang-up")
    lab.wait(2)
    assert (lab.count(ResumeNack), resumed(lab)) == (1, [False])
    lab.sees(
        ("emma", "sgsn2", RoutingAreaUpdateRequest),
        ("sgsn2", "sgsn1", SgsnContextRequest),
        ("sgsn1", "sgsn2", SgsnContextResponse),
        ("sgsn2", "emma", AuthenticationAndCipheringRequest),
        ("emma", "sgsn2", AuthenticationAndCipheringResponse),
        ("sgsn2", "sgsn1", SgsnContextAcknowledge),
        ("sgsn2", "emma", RoutingAreaUpdateAccept),
        ("emma", "sgsn2", RoutingAreaUpdateComplete),
    )
    assert_going_on(lab, "sgsn2")
    lab.assert_associated("emma", "sgsn2", "vlr1")


def test_suspend_at_an_old_sgsn_that_is_dead(make_lab: Any) -> None:
    """23.060 16.2.1.2: the old SGSN does not answer: SUSPEND-NACK, or nothing in T3; the call goes on."""
    lab = make_lab(ONE_LOCATION_AREA)
    lab.attach("emma")
    lab.wait(5)
    lab.lose(RoutingAreaUpdateRequest)
    lab.begin("emma", "move", cell="cell4")
    lab.wait(1)
    lab.kill("sgsn1")
    lab.mark()
    assert lab.order("emma", "call").status == "done"
    lab.wait(60)
    assert (lab.count(SuspendAck), lab.count(SuspendNack)) == (0, 1)
    lab.heal()
    lab.restart("sgsn1")
    lab.order("emma", "hang-up")
    lab.wait(60)
    assert lab.mobile("emma")["state"] == REGISTERED
    lab.assert_associated("emma", "sgsn2", "vlr1")


def test_suspend_at_an_old_sgsn_that_has_forgotten(make_lab: Any) -> None:
    """29.060 6.1.3: the old SGSN does not know the mobile: SUSPEND-NACK; it attaches after the call."""
    lab = make_lab(ONE_LOCATION_AREA)
    lab.attach("emma")
    lab.wait(5)
    lab.lose(RoutingAreaUpdateRequest)
    lab.begin("emma", "move", cell="cell4")
    lab.wait(1)
    lab.restart("sgsn1")
    lab.mark()
    assert lab.order("emma", "call").status == "done"
    lab.sees(
        ("bss2", "sgsn2", Suspend),
        ("sgsn2", "sgsn1", SgsnContextRequest),
        ("sgsn1", "sgsn2", SgsnContextResponse),
        ("sgsn2", "bss2", SuspendNack),
    )
    lab.heal()
    lab.order("emma", "hang-up")
    lab.wait(30)
    assert lab.mobile("emma")["state"] == REGISTERED
    lab.assert_associated("emma", "sgsn2", "vlr1")


def test_suspension_that_the_bss_has_lost(lab: Any) -> None:
    """48.018 7.4: a frame of the mobile shows that it is in no call: it counts as resumed (implicit resume)."""
    lab.order("emma", "call")
    lab.order("emma", "cover", on=False)
    lab.order("emma", "cover", on=True)
    lab.wait(2)
    assert types(lab) == [UpdateTypeValue.COMBINED_RA_LA_UPDATING]
    assert_going_on(lab)
