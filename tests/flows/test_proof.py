"""Mobiles and networks that do not convince each other (TS 24.008 4.7.7.6, TS 33.102 6.3)."""

from dataclasses import replace
from typing import Any

import pytest

from protocol.causes import GmmCause
from protocol.gmm import (
    AttachAccept,
    AttachRequest,
    AuthenticationAndCipheringFailure,
    AuthenticationAndCipheringReject,
    AuthenticationAndCipheringRequest,
    AuthenticationAndCipheringResponse,
    IdentityRequest,
    IdentityResponse,
    RoutingAreaUpdateRequest,
)
from protocol.gmm.elements import CipheringAlgorithm
from protocol.map.authentication import AuthenticationFailureReportArg, SendAuthenticationInfoArg
from tests.flows.test_attach import assert_attached


def change_key(lab: Any, imsi: str) -> None:
    """The AuC has another key than the card."""
    register = lab.node("hlr1").register
    register.provision(imsi, replace(register.find(imsi).subscriber, key=bytes(16)).to_octets())


def test_mac_wrong(lab: Any) -> None:
    """24.008 4.7.7.6 c: #20; the mobile says who it is, and as that is known, it is rejected; the HLR is told."""
    change_key(lab, "001010000000001")
    lab.attach("anna")
    assert [failure.gmm_cause for failure in lab.said(AuthenticationAndCipheringFailure)] == [GmmCause.MAC_FAILURE]
    assert lab.count(AuthenticationFailureReportArg) == 1
    lab.sees(
        ("anna", "sgsn1", AttachRequest),
        ("sgsn1", "anna", AuthenticationAndCipheringRequest),
        ("anna", "sgsn1", AuthenticationAndCipheringFailure),
        ("sgsn1", "anna", IdentityRequest),
        ("anna", "sgsn1", IdentityResponse),
        ("sgsn1", "anna", AuthenticationAndCipheringReject),
    )
    assert lab.mobile("anna")["state"] == "GMM-DEREGISTERED.NO-IMSI"
    assert lab.context("anna") is None


def test_sres_wrong(lab: Any) -> None:
    """24.008 4.7.7.5: a SIM whose answer is wrong and who told its IMSI is rejected."""
    change_key(lab, "001010000000002")
    lab.attach("bert")
    lab.sees(
        ("bert", "sgsn1", AttachRequest),
        ("sgsn1", "bert", AuthenticationAndCipheringRequest),
        ("bert", "sgsn1", AuthenticationAndCipheringResponse),
        ("sgsn1", "bert", AuthenticationAndCipheringReject),
    )
    assert lab.mobile("bert")["state"] == "GMM-DEREGISTERED.NO-IMSI"


def test_sres_wrong_under_a_ptmsi(make_lab: Any) -> None:
    """24.008 4.7.7.5: who came under a P-TMSI is asked for the IMSI first, as the P-TMSI may be another's."""
    lab = make_lab({"topology": {"policies": {"vectors": 1}}})
    lab.attach("bert")
    lab.detach("bert")
    change_key(lab, "001010000000002")
    lab.mark()
    lab.attach("bert")
    proof = (
        ("sgsn1", "bert", AuthenticationAndCipheringRequest),
        ("bert", "sgsn1", AuthenticationAndCipheringResponse),
    )
    lab.sees(
        ("bert", "sgsn1", AttachRequest),
        *proof,
        ("sgsn1", "bert", IdentityRequest),
        ("bert", "sgsn1", IdentityResponse),
        *proof,
        ("sgsn1", "bert", AuthenticationAndCipheringReject),
    )


def test_update_that_is_not_proved(make_lab: Any) -> None:
    """24.008 4.7.7.5: whoever updates in the name of a mobile and cannot prove it does not move that mobile."""
    lab = make_lab({"topology": {"policies": {"vectors": 1}}})
    lab.attach("bert")
    change_key(lab, "001010000000002")
    lab.mark()
    lab.move("bert", "cell3")
    assert lab.count(RoutingAreaUpdateRequest) == lab.count(AuthenticationAndCipheringReject) == 1
    assert lab.context("bert")["rai"] == "001-01-1-1"


def test_sequence_number_too_far_ahead(lab: Any) -> None:
    """33.102 C.3: after a lost AuC record the card's AUTS brings it back; a second attach needs no more of that."""
    lab.attach("anna")
    lab.detach("anna", power_off=True)
    lab.restart("hlr1", blank=True)
    lab.restart("sgsn1")
    lab.mark()
    assert lab.attach("anna").status == "done"
    assert lab.count(AuthenticationAndCipheringFailure) == 1
    assert lab.count(SendAuthenticationInfoArg) == 2
    lab.detach("anna")
    lab.mark()
    assert lab.attach("anna").status == "done"
    assert lab.count(AuthenticationAndCipheringFailure) == 0
    assert_attached(lab, "anna")


@pytest.mark.parametrize(
    ("policy", "agreed"),
    [(["GEA4", "GEA2"], "GEA2"), (["GEA3", "GEA1"], "GEA3"), (["GEA4"], "NOT_USED"), ([], "NOT_USED")],
)
def test_ciphering_is_agreed_on(make_lab: Any, policy: list[str], agreed: str) -> None:
    """24.008 4.7.7: the first algorithm of the network that the mobile has; it goes with the mobile to another SGSN."""
    lab = make_lab({"topology": {"policies": {"ciphering": policy}}})
    assert lab.attach("anna").status == "done"
    (request,) = lab.said(AuthenticationAndCipheringRequest)
    assert request.ciphering_algorithm is CipheringAlgorithm[agreed]
    assert lab.context("anna")["cipher"] == lab.mobile("anna")["cipher"] == agreed
    assert lab.move("anna", "cell4").status == "done"
    assert lab.context("anna", "sgsn2")["cipher"] == agreed


@pytest.mark.ttcn3("attach_mnc3")
def test_attach_in_a_network_with_three_digits_of_mnc(make_lab: Any) -> None:
    """23.003 2.2: MNCs have two digits or three, and areas tell which."""
    lab = make_lab({"topology": {"plmn": "001-010"}})
    assert lab.attach("anna").status == "done"
    (accept,) = lab.said(AttachAccept)
    assert str(accept.routing_area) == "001-010-1-1"
    assert_attached(lab, "anna")
    assert lab.move("anna", "cell4").status == "done"
    assert lab.mobile("anna")["routing_area"] == "001-010-2-1"
