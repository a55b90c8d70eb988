"""Gs over all nodes: combined attach and detach, and what becomes of them when a VLR or an SGSN fails.

TS 29.018, TS 23.060 6.5, 6.6.
"""

from typing import Any

import pytest

from protocol.bssap_plus import (
    LocationUpdateAccept,
    LocationUpdateReject,
    LocationUpdateRequest,
    MobileStatus,
    ResetAck,
    ResetIndication,
    TmsiReallocationComplete,
)
from protocol.bssap_plus.elements import (
    GprsLocationUpdateType,
)
from protocol.bssgp.elements import ImsiIdentity
from protocol.causes import GmmCause, GsCause, MmCause
from protocol.gmm import (
    AttachAccept,
    AttachComplete,
    AttachRequest,
    AuthenticationAndCipheringRequest,
    AuthenticationAndCipheringResponse,
    IdentityRequest,
    IdentityResponse,
    RoutingAreaUpdateComplete,
    RoutingAreaUpdateReject,
    RoutingAreaUpdateRequest,
)
from protocol.identities import Gt, Imsi
from protocol.map.equipment import CheckImeiArg, CheckImeiRes
from protocol.map.location import CancelLocationArg, CancelLocationRes, UpdateLocationArg, UpdateLocationRes
from protocol.map.subscriber import InsertSubscriberDataArg, InsertSubscriberDataRes
from protocol.sccp import Address, Ssn, Udt

GS = (
    ("sgsn1", "vlr1", LocationUpdateRequest),
    ("vlr1", "sgsn1", LocationUpdateAccept),
    ("sgsn1", "vlr1", TmsiReallocationComplete),
)
"""A location update that brings a new TMSI."""

REGISTERED = "GMM-REGISTERED.NORMAL-SERVICE"
GPRS_ONLY = "GMM-REGISTERED.ATTEMPTING-TO-UPDATE-MM"
SGSN1, VLR1 = Gt("999010000003"), Gt("999010000006")


def from_vlr(message: Any) -> bytes:
    """A message of vlr1 for sgsn1."""
    calling, called = Address(ssn=Ssn.BSSAP_PLUS, gt=VLR1), Address(ssn=Ssn.BSSAP_PLUS, gt=SGSN1)
    return Udt(calling=calling, called=called, payload=message.encode()).encode()


def whose(lab: Any) -> ImsiIdentity:
    """The IMSI of emma as Gs tells it."""
    return ImsiIdentity(Imsi(lab.mobile("emma")["imsi"]))


# --- attach -------------------------------------------------------------------------------------------------------


@pytest.mark.ttcn3("attach_combined")
def test_combined_attach(lab: Any) -> None:
    """23.060 figure 22, steps 5 to 10: HLR, then VLR, then ATTACH ACCEPT; the TMSI is confirmed after COMPLETE."""
    assert lab.attach("emma").status == "done"
    assert lab.said(LocationUpdateRequest)[0].update_type is GprsLocationUpdateType.IMSI_ATTACH
    assert lab.said(AttachAccept)[0].ms_identity is not None
    lab.sees(
        ("emma", "sgsn1", AttachRequest),
        ("sgsn1", "emma", AuthenticationAndCipheringRequest),
        ("emma", "sgsn1", AuthenticationAndCipheringResponse),
        ("sgsn1", "emma", IdentityRequest),
        ("emma", "sgsn1", IdentityResponse),
        ("sgsn1", "eir1", CheckImeiArg),
        ("eir1", "sgsn1", CheckImeiRes),
        ("sgsn1", "vlr1", LocationUpdateRequest),
        ("vlr1", "hlr1", UpdateLocationArg),
        ("hlr1", "vlr1", InsertSubscriberDataArg),
        ("vlr1", "hlr1", InsertSubscriberDataRes),
        ("hlr1", "vlr1", UpdateLocationRes),
        ("vlr1", "sgsn1", LocationUpdateAccept),
        ("sgsn1", "emma", AttachAccept),
        ("emma", "sgsn1", AttachComplete),
        ("sgsn1", "vlr1", TmsiReallocationComplete),
    )
    lab.assert_associated("emma")
    assert lab.context("emma", "hlr1")["vlr_number"] == VLR1


@pytest.mark.ttcn3("sgsap_lu")
def test_combined_attach_of_one_known_to_the_vlr(combined: Any) -> None:
    """29.018 6.3: the VLR that has confirmed the subscriber with the HLR does not ask it again; the TMSI is new."""
    before = combined.mobile("emma")["tmsi"]
    combined.detach("emma", power_off=True)
    combined.mark()
    combined.attach("emma")
    combined.sees(*GS)
    assert combined.count(UpdateLocationArg) == 0
    assert combined.mobile("emma")["tmsi"] != before
    combined.assert_associated("emma")


def test_combined_attach_other_vlr_had_the_mobile(combined: Any) -> None:
    """23.060 6.5 step 8 d, e: switched on under another VLR, it is cancelled in the first one."""
    combined.detach("emma", power_off=True)
    combined.move("emma", "cell4")
    combined.mark()
    assert combined.attach("emma").status == "done"
    combined.sees(
        ("sgsn2", "vlr2", LocationUpdateRequest),
        ("vlr2", "hlr1", UpdateLocationArg),
        ("hlr1", "vlr1", CancelLocationArg),
        ("hlr1", "vlr2", InsertSubscriberDataArg),
        ("vlr1", "hlr1", CancelLocationRes),
        ("vlr2", "hlr1", InsertSubscriberDataRes),
        ("hlr1", "vlr2", UpdateLocationRes),
        ("vlr2", "sgsn2", LocationUpdateAccept),
        ("sgsn2", "vlr2", TmsiReallocationComplete),
    )
    assert combined.context("emma", "vlr1") is None
    combined.assert_associated("emma", "sgsn2", "vlr2")


@pytest.mark.ttcn3("sgsap_lu_imsi_reject")
def test_combined_attach_not_known_for_calls(make_lab: Any) -> None:
    """24.008 4.7.3.2.3.2: the HLR has no such subscriber for calls: GPRS only, #2, and no further attempt."""
    lab = make_lab({"subscribers": {"emma": {"circuit": False}}})
    outcome = lab.attach("emma")
    assert (outcome.status, outcome.body["cause"]) == ("done", "IMSI_UNKNOWN_IN_HLR")
    assert [one.reject_cause for one in lab.said(LocationUpdateReject)] == [MmCause.IMSI_UNKNOWN_IN_HLR]
    assert lab.mobile("emma")["state"] == REGISTERED
    assert lab.mobile("emma")["sim_invalid"] == "for non-GPRS"
    assert (lab.context("emma")["gs"], lab.context("emma", "vlr1")) == ("Gs-NULL", None)
    lab.mark()
    lab.wait(200)
    assert lab.count(LocationUpdateRequest) == 0


@pytest.mark.parametrize(
    ("cause", "told"),
    [
        (MmCause.NETWORK_FAILURE, GmmCause.NETWORK_FAILURE),
        (MmCause.CONGESTION, GmmCause.CONGESTION),
        (MmCause.ROAMING_NOT_ALLOWED_IN_THIS_LOCATION_AREA, GmmCause.NETWORK_FAILURE),
    ],
)
def test_combined_attach_refused_by_the_vlr(lab: Any, cause: MmCause, told: GmmCause) -> None:
    """24.008 4.7.3.2.3.2: GPRS only, with #17 or #22; after T3311 a combined update with IMSI attach mends it."""
    lab.kill("vlr1")
    lab.begin("emma", "attach")
    lab.wait(1)
    lab.inject("sgsn1", "vlr1", "gs", from_vlr(LocationUpdateReject(imsi=whose(lab), reject_cause=cause)))
    lab.wait(1)
    assert [accept.gmm_cause for accept in lab.said(AttachAccept)] == [told]
    assert (lab.mobile("emma")["state"], lab.context("emma")["gs"]) == (GPRS_ONLY, "Gs-NULL")
    lab.restart("vlr1")
    lab.mark()
    lab.wait(15)
    lab.sees(*GS)
    assert lab.mobile("emma")["state"] == REGISTERED
    lab.assert_associated("emma")


def test_combined_attach_vlr_dead(make_lab: Any) -> None:
    """29.018 6.4: T6-1 runs out: #16; the mobile tries again at T3311, four times, and then at T3302."""
    lab = make_lab({"topology": {"policies": {"t3312": "deactivated"}}})
    lab.kill("vlr1")
    outcome = lab.attach("emma")
    assert (outcome.body["state"], outcome.body["cause"]) == (GPRS_ONLY, "MSC_TEMPORARILY_NOT_REACHABLE")
    assert lab.context("emma")["gs"] == "Gs-NULL"
    lab.wait(4 * (15 + 11))
    assert lab.count(LocationUpdateRequest) == lab.count(RoutingAreaUpdateRequest) + 1 == 5
    lab.restart("vlr1")
    lab.mark()
    lab.wait(11 * 60)
    assert lab.count(LocationUpdateRequest) == 0
    lab.wait(3 * 60)
    assert lab.count(LocationUpdateRequest) == 1
    lab.assert_associated("emma")


def test_combined_attach_vlr_is_there_again(lab: Any) -> None:
    """29.018 6.4: for packets only, #16; the mobile tries again by an update, and the VLR is there again."""
    lab.kill("vlr1")
    lab.attach("emma")
    assert lab.context("emma")["gs"] == "Gs-NULL"
    lab.restart("vlr1")
    lab.wait(40)
    lab.assert_associated("emma")


@pytest.mark.ttcn3("sgsap_lu_and_nothing")
def test_combined_attach_answer_of_the_vlr_lost(lab: Any) -> None:
    """29.018 6.4: the VLR holds the mobile for associated, the SGSN does not; the next update makes them one."""
    lab.lose(LocationUpdateAccept, 1)
    lab.attach("emma")
    assert (lab.context("emma")["gs"], lab.context("emma", "vlr1")["gs"]) == ("Gs-NULL", "Gs-ASSOCIATED")
    lab.mark()
    lab.wait(20)
    lab.sees(*GS)
    lab.assert_associated("emma")


def test_combined_attach_answer_of_the_vlr_late(lab: Any) -> None:
    """29.018 6.4, 16: an answer after T6-1 fits no state; MOBILE-STATUS tells the VLR, which drops the association."""
    lab.delay(LocationUpdateAccept, 11)
    lab.attach("emma")
    lab.wait(2)
    assert [one.gs_cause for one in lab.said(MobileStatus)] == [GsCause.MESSAGE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE]
    assert (lab.context("emma")["gs"], lab.context("emma", "vlr1")["gs"]) == ("Gs-NULL", "Gs-NULL")
    lab.wait(20)
    lab.assert_associated("emma")


def test_combined_attach_hlr_mute_on_d(lab: Any) -> None:
    """29.018 6.4: the HLR does not answer the VLR, which so cannot answer in T6-1; later all is well."""
    lab.lose(UpdateLocationRes, 1)
    assert lab.attach("emma").body["cause"] == "MSC_TEMPORARILY_NOT_REACHABLE"
    lab.wait(120)
    lab.assert_associated("emma")


def test_attach_complete_lost(lab: Any) -> None:
    """29.018 6.2.2: TMSI-REALLOCATION-COMPLETE waits for the mobile's own."""
    lab.lose(AttachComplete, 2)
    lab.attach("emma")
    lab.wait(20)
    assert lab.count(AttachAccept) == 3
    assert lab.count(TmsiReallocationComplete) == 1
    assert lab.count(RoutingAreaUpdateComplete) == 0
    lab.assert_associated("emma")


def test_attach_complete_never_heard(lab: Any) -> None:
    """24.008 4.7.3.1.6 c, 29.018 6.4: T3350 gives up, and the VLR hears of no TMSI; the next update mends all."""
    lab.lose(AttachComplete)
    lab.attach("emma")
    lab.wait(31)
    assert lab.count(AttachAccept) == 5
    assert lab.count(TmsiReallocationComplete) == 0
    lab.heal()
    lab.wait(200)
    lab.assert_associated("emma")


def test_tmsi_reallocation_complete_lost(combined: Any) -> None:
    """29.018 6.2.2: the VLR does not hear that the mobile has its TMSI: at T6-2 old and new one both stay valid."""
    combined.lose(TmsiReallocationComplete, 1)
    combined.detach("emma", power_off=True)
    combined.attach("emma")
    combined.wait(60)
    visitor = combined.context("emma", "vlr1")
    assert visitor["gs"] == combined.context("emma")["gs"] == "Gs-ASSOCIATED"
    assert None not in (visitor["tmsi"], visitor["tmsi_old"])
    assert combined.mobile("emma")["tmsi"] == visitor["tmsi"]


def test_mobile_of_class_c(make_lab: Any) -> None:
    """23.060 5.4.5: a mobile of class C attaches for packets alone, whatever its user wants."""
    lab = make_lab({"subscribers": {"emma": {"mobile": {"mode": "C"}}}})
    assert lab.attach("emma").status == "done"
    assert lab.count(LocationUpdateRequest) == 0
    assert (lab.context("emma")["gs"], lab.context("emma", "vlr1")) == ("Gs-NULL", None)


@pytest.mark.parametrize("nmo", ["II", "III"])
def test_attach_without_gs(make_lab: Any, nmo: str) -> None:
    """23.060 6.3.3: in network mode of operation II and III nothing is combined, and Gs is not used."""
    lab = make_lab({"topology": {"policies": {"nmo": nmo}}})
    assert lab.attach("emma").status == "done"
    assert lab.count(LocationUpdateRequest) == 0
    assert lab.context("emma")["gs"] == "Gs-NULL"


# --- restarts -----------------------------------------------------------------------------------------------------


@pytest.mark.ttcn3("sgsap_reset")
@pytest.mark.ttcn3("sgsap_vlr_failure")
def test_vlr_restart(combined: Any) -> None:
    """23.007 10, 29.018 11: the association is not reliable; a periodic update ends in an IMSI detach, and mends it."""
    combined.mark()
    combined.restart("vlr1")
    combined.sees(("vlr1", "sgsn1", ResetIndication), ("sgsn1", "vlr1", ResetAck))
    assert combined.context("emma")["vlr_reliable"] is False
    combined.wait(70)
    combined.sees(*GS)
    combined.assert_associated("emma")


def test_vlr_restart_then_combined_update(combined: Any) -> None:
    """29.018 11: a combined update in the same location area asks the VLR, as the association is not reliable."""
    combined.restart("vlr1")
    combined.mark()
    combined.move("emma", "cell3")
    combined.sees(*GS)
    combined.assert_associated("emma")


@pytest.mark.parametrize("times", [1, 2])
def test_vlr_restart_indication_lost(combined: Any, times: int) -> None:
    """29.018 11.4: T11 repeats RESET-INDICATION N11 times."""
    combined.lose(ResetIndication, times)
    combined.mark()
    combined.restart("vlr1")
    combined.wait(15)
    assert combined.count(ResetIndication) == times + 1
    assert combined.context("emma")["vlr_reliable"] is False
    combined.wait(70)
    combined.assert_associated("emma")


def test_vlr_restart_never_told(combined: Any) -> None:
    """29.018 11.4: O&M is told; in another location area the mobile is registered for calls again."""
    combined.lose(ResetIndication)
    combined.restart("vlr1")
    combined.wait(15)
    assert combined.warnings("vlr1")["gs reset"] == 1
    assert combined.context("emma")["vlr_reliable"] is True
    combined.heal()
    combined.move("emma", "cell4")
    combined.wait(65)
    combined.assert_associated("emma", "sgsn2", "vlr2")


@pytest.mark.parametrize("times", [0, 1, 2])
def test_sgsn_restart(combined: Any, times: int) -> None:
    """29.018 12: the VLR drops its associations with this SGSN; T12-2 repeats RESET-INDICATION N12 times."""
    if times:
        combined.lose(ResetIndication, times)
    combined.mark()
    combined.restart("sgsn1")
    combined.wait(10)
    combined.sees(*(("sgsn1", "vlr1", ResetIndication),) * (times + 1), ("vlr1", "sgsn1", ResetAck))
    assert combined.context("emma", "vlr1")["gs"] == "Gs-NULL"


def test_sgsn_restart_never_told(combined: Any) -> None:
    """29.018 12.4: O&M is told; the mobile's next attach makes both sides one."""
    combined.lose(ResetIndication)
    combined.restart("sgsn1")
    combined.wait(15)
    assert combined.warnings("sgsn1")["gs reset failed"] == 1
    assert combined.context("emma", "vlr1")["gs"] == "Gs-ASSOCIATED"
    combined.wait(120)
    combined.assert_associated("emma")


def test_sgsn_restart_then_periodic_update(combined: Any) -> None:
    """23.007 11: the mobile's update finds no context: #10; it attaches again, and the association is made anew."""
    combined.restart("sgsn1")
    combined.mark()
    combined.wait(120)
    assert [one.gmm_cause for one in combined.said(RoutingAreaUpdateReject)] == [GmmCause.IMPLICITLY_DETACHED]
    assert combined.count(AttachRequest) == 1
    combined.assert_associated("emma")


def test_sgsn_and_vlr_restart_at_once(combined: Any) -> None:
    """29.018 11, 12: nobody knows of the mobile any more until it is heard."""
    combined.restart("vlr1")
    combined.restart("sgsn1")
    assert combined.context("emma", "vlr1") is None
    combined.wait(120)
    combined.assert_associated("emma")
