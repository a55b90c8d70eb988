"""Attach and detach from end to end (TS 23.060 6.5, 6.6), as sequence charts."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gprslab.trace.layers import layers
from gprslab.trace.records import PduRecord
from protocol import bssgp, ns
from protocol.gmm import (
    AttachAccept,
    AttachComplete,
    AttachReject,
    AttachRequest,
    AuthenticationAndCipheringFailure,
    AuthenticationAndCipheringRequest,
    AuthenticationAndCipheringResponse,
    DetachAcceptMt,
    DetachRequestMo,
    IdentityRequest,
    IdentityResponse,
)
from protocol.gmm.elements import DrxParameter
from protocol.llc.frame import Sapi, UiFrame
from protocol.map.authentication import SendAuthenticationInfoArg, SendAuthenticationInfoRes
from protocol.map.equipment import CheckImeiArg, CheckImeiRes
from protocol.map.location import UpdateGprsLocationArg, UpdateGprsLocationRes
from protocol.map.subscriber import InsertSubscriberDataArg, InsertSubscriberDataRes

REGISTERED = "GMM-REGISTERED.NORMAL-SERVICE"


def imsi_attach(mobile: str) -> tuple[tuple[str, str, Any], ...]:
    """The chart of an attach under the IMSI, in a network that checks equipment (23.060 figure 22)."""
    return (
        (mobile, "sgsn1", AttachRequest),
        ("sgsn1", "hlr1", SendAuthenticationInfoArg),
        ("hlr1", "sgsn1", SendAuthenticationInfoRes),
        ("sgsn1", mobile, AuthenticationAndCipheringRequest),
        (mobile, "sgsn1", AuthenticationAndCipheringResponse),
        ("sgsn1", mobile, IdentityRequest),
        (mobile, "sgsn1", IdentityResponse),
        ("sgsn1", "eir1", CheckImeiArg),
        ("eir1", "sgsn1", CheckImeiRes),
        ("sgsn1", "hlr1", UpdateGprsLocationArg),
        ("hlr1", "sgsn1", InsertSubscriberDataArg),
        ("sgsn1", "hlr1", InsertSubscriberDataRes),
        ("hlr1", "sgsn1", UpdateGprsLocationRes),
        ("sgsn1", mobile, AttachAccept),
        (mobile, "sgsn1", AttachComplete),
    )


def assert_attached(lab: Any, mobile: str) -> None:
    """Both sides agree that the mobile is attached, and on its identities."""
    known = lab.context(mobile)
    own = lab.mobile(mobile)
    assert own["state"] == REGISTERED
    assert known["state"] == "GMM-REGISTERED"
    assert (known["ptmsi"], known["tlli"]) == (own["ptmsi"], own["tlli"])
    assert known["location_confirmed"]
    assert not known["procedures"]


def last_request(lab: Any) -> tuple[int, bssgp.UlUnitdata, AttachRequest]:
    """The last ATTACH REQUEST on Gb: its BVCI, what carried it, and itself."""
    for record in reversed(list(lab.session.trace)):
        if isinstance(record, PduRecord) and record.interface == "gb":
            found = layers("gb", record.pdu)
            if found[-1].name == "AttachRequest":
                return found[0].message.bvci, found[1].message, found[-1].message
    raise AssertionError("nobody has asked to attach")


def on_gb(bvci: int, unit: bssgp.UlUnitdata, request: AttachRequest) -> bytes:
    """A request as the second frame of the mobile that sent ``unit``."""
    frame = UiFrame(sapi=Sapi.LLGMM, command=False, nu=1, information=request.encode()).encode()
    message = bssgp.UlUnitdata(
        tlli=unit.tlli, qos_profile=unit.qos_profile, cell_identifier=unit.cell_identifier, llc_pdu=frame
    )
    return ns.NsUnitdata(bvci=bvci, sdu=message.encode()).encode()


@pytest.mark.parametrize("mobile", ["anna", "bert"])
def test_attach_under_imsi(lab: Any, mobile: str) -> None:
    """23.060 6.5: anna's USIM answers by UMTS AKA, bert's SIM by GSM authentication; all else is the same."""
    assert lab.attach(mobile).status == "done"
    challenge = next(
        found[-1].message
        for record in lab.session.trace
        if isinstance(record, PduRecord)
        and (found := layers(record.interface, record.pdu))
        and found[-1].name == "AuthenticationAndCipheringRequest"
    )
    assert (challenge.autn is not None) == (mobile == "anna")
    lab.sees(*imsi_attach(mobile))
    assert_attached(lab, mobile)
    assert lab.context(mobile)["apns"]
    for node in ("ms1", "bss1", "sgsn1", "hlr1", "eir1"):
        assert not lab.warnings(node), node


def test_attach_under_known_ptmsi(lab: Any) -> None:
    """24.008 4.7.3.1: the SGSN knows the P-TMSI: it challenges with a vector that is left, and asks nobody else."""
    lab.attach("anna")
    lab.detach("anna", power_off=True)
    before = lab.mobile("anna")["ptmsi"]
    lab.mark()
    assert lab.attach("anna").status == "done"
    assert lab.count(SendAuthenticationInfoArg) + lab.count(CheckImeiArg) + lab.count(UpdateGprsLocationArg) == 0
    lab.sees(
        ("anna", "sgsn1", AttachRequest),
        ("sgsn1", "anna", AuthenticationAndCipheringRequest),
        ("anna", "sgsn1", AuthenticationAndCipheringResponse),
        ("sgsn1", "anna", AttachAccept),
        ("anna", "sgsn1", AttachComplete),
    )
    assert_attached(lab, "anna")
    assert lab.mobile("anna")["ptmsi"] != before
    assert lab.session.inspect("sgsn1")["links"] == 1


def test_attach_trusted(make_lab: Any) -> None:
    """24.008 4.7.7: P-TMSI, signature and key number are those that the SGSN gave, and it may leave it at that."""
    lab = make_lab({"topology": {"policies": {"authenticate": "when needed"}}})
    lab.attach("anna")
    lab.detach("anna", power_off=True)
    lab.mark()
    assert lab.attach("anna").status == "done"
    lab.sees(
        ("anna", "sgsn1", AttachRequest),
        ("sgsn1", "anna", AttachAccept),
        ("anna", "sgsn1", AttachComplete),
    )
    assert_attached(lab, "anna")


def test_attach_ptmsi_unknown(lab: Any) -> None:
    """23.060 6.5 step 3: an SGSN that has lost its contexts cannot tell whose the P-TMSI is, and asks for the IMSI."""
    lab.attach("anna")
    lab.restart("sgsn1")
    lab.detach("anna", power_off=True)  # a lost BVC shows by this frame, and is reset
    lab.wait(1)
    lab.mark()
    assert lab.attach("anna").status == "done"
    first, *others = imsi_attach("anna")
    lab.sees(first, ("sgsn1", "anna", IdentityRequest), ("anna", "sgsn1", IdentityResponse), *others)
    assert_attached(lab, "anna")


def test_attach_after_sgsn_restart(lab: Any) -> None:
    """48.018 8.4: an SGSN that starts resets the BVCs of its BSSs, so that no frame of a mobile is lost."""
    lab.restart("sgsn1")
    arrows = lab.arrows()
    assert arrows.index(("sgsn1", "bss1", "BvcReset")) < arrows.index(("bss1", "sgsn1", "BvcReset"))
    lab.mark()
    assert lab.attach("anna").status == "done"
    lab.sees(*imsi_attach("anna"))
    assert_attached(lab, "anna")


def test_attach_equipment_black_listed(lab: Any) -> None:
    """23.060 6.8.4: carl's equipment is on the black list: #6, and the HLR is never told of him."""
    outcome = lab.attach("carl")
    assert outcome.status == "failed"
    assert outcome.body["cause"] == "ILLEGAL_ME"
    checked = imsi_attach("carl")[:9]
    lab.sees(*checked, ("sgsn1", "carl", AttachReject))
    assert lab.context("carl") is None
    assert lab.mobile("carl")["state"] == "GMM-DEREGISTERED.NO-IMSI"
    assert lab.session.inspect("sgsn1")["links"] == 0


def test_attach_subscriber_unknown(lab: Any) -> None:
    """24.008 4.7.3.1.4: the HLR does not know dora: #8."""
    outcome = lab.attach("dora")
    assert outcome.status == "failed"
    assert outcome.body["cause"] == "GPRS_SERVICES_AND_NON_GPRS_SERVICES_NOT_ALLOWED"
    lab.sees(("dora", "sgsn1", AttachRequest), ("sgsn1", "dora", AttachReject))
    assert lab.session.inspect("sgsn1")["links"] == 0
    assert lab.session.inspect("sgsn1")["dialogues"] == 0


@pytest.mark.ttcn3("gsup_ul_unknown_imsi_roaming_not_allowed")
def test_attach_subscriber_unknown_told_otherwise(make_lab: Any) -> None:
    """29.010: what an unknown subscriber is told is the operator's choice; here that it may not roam: #11."""
    lab = make_lab({"topology": {"policies": {"map_causes": {"imsi unknown": 11}}}})
    outcome = lab.attach("dora")
    assert outcome.body["cause"] == "PLMN_NOT_ALLOWED"
    assert lab.mobile("dora")["state"] == "GMM-DEREGISTERED.LIMITED-SERVICE"


@pytest.mark.parametrize("times", [1, 2, 3, 4, 5])
def test_attach_accept_lost(lab: Any, times: int) -> None:
    """24.008 4.7.3.1.6 c, d: ATTACH ACCEPT comes again at T3350, and for a request repeated at T3310, until heard."""
    lab.lose(AttachAccept, times=times)
    assert lab.attach("anna").status == "done"
    assert lab.count(AttachAccept) == times + 1
    assert lab.count(AttachComplete) == 1
    assert_attached(lab, "anna")


def test_attach_accept_never_heard(lab: Any) -> None:
    """24.008 4.7.3.1.5 c, 4.7.3.1.6 c: both sides give up; the network keeps nothing in progress."""
    lab.lose(AttachAccept)
    outcome = lab.attach("anna")
    assert outcome.status == "failed"
    assert outcome.body["state"] == "GMM-DEREGISTERED.ATTEMPTING-TO-ATTACH"
    lab.heal()
    lab.wait(60)
    assert lab.mobile("anna")["state"] == REGISTERED
    assert_attached(lab, "anna")
    assert lab.session.inspect("sgsn1")["links"] == 1


@pytest.mark.parametrize("times", [1, 2, 3, 4])
def test_attach_complete_lost(lab: Any, times: int) -> None:
    """24.008 4.7.3.1.6 c: without ATTACH COMPLETE the accept comes again, and the mobile acknowledges it again."""
    lab.lose(AttachComplete, times=times)
    assert lab.attach("anna").status == "done"
    lab.wait(60)
    assert lab.count(AttachAccept) == lab.count(AttachComplete) == times + 1
    assert_attached(lab, "anna")


def test_attach_complete_never_heard(lab: Any) -> None:
    """24.008 4.7.3.1.6 c: after five the SGSN gives up, though the mobile takes itself for attached; both recover."""
    lab.lose(AttachComplete)
    assert lab.attach("anna").status == "done"
    lab.wait(60)
    assert lab.count(AttachAccept) == 5
    assert lab.context("anna")["state"] == "GMM-DEREGISTERED"
    lab.heal()
    lab.detach("anna")
    lab.mark()
    assert lab.attach("anna").status == "done"
    assert_attached(lab, "anna")


def test_attach_vectors_lost(lab: Any) -> None:
    """29.002 8.5.2: a lost answer to SendAuthenticationInfo ends in #17, and the mobile tries again after T3311."""
    lab.lose(SendAuthenticationInfoRes, times=1)
    outcome = lab.attach("anna")
    assert outcome.status == "failed"
    assert outcome.body["cause"] == "NETWORK_FAILURE"
    lab.wait(30)
    assert_attached(lab, "anna")
    assert lab.session.inspect("sgsn1")["links"] == 1
    assert lab.session.inspect("sgsn1")["dialogues"] == 0


def test_attach_hlr_mute(lab: Any) -> None:
    """24.008 4.7.3.1.5: the HLR is dead: five attempts, each refused by #17; then T3302, after which all is well."""
    lab.kill("hlr1")
    assert lab.attach("anna").body["cause"] == "NETWORK_FAILURE"
    lab.wait(5 * 60)
    assert lab.mobile("anna")["attach_attempt_counter"] == 5
    assert lab.session.inspect("sgsn1")["links"] == 0
    assert lab.session.inspect("sgsn1")["dialogues"] == 0
    lab.mark()
    lab.wait(5 * 60)
    assert lab.count(AttachRequest) == 0
    lab.restart("hlr1")
    lab.wait(5 * 60)
    assert lab.count(AttachRequest) == 1
    assert_attached(lab, "anna")


def test_attach_location_update_unanswered(lab: Any) -> None:
    """29.002 8.1.7: without the result of the location update there is no accept, whatever was inserted."""
    lab.lose(UpdateGprsLocationRes, times=1)
    outcome = lab.attach("anna")
    assert outcome.status == "failed"
    assert outcome.body["cause"] == "NETWORK_FAILURE"
    lab.wait(60)
    assert_attached(lab, "anna")


def test_detach(lab: Any) -> None:
    """24.008 4.7.4.1: a mobile that stays on is answered; the context is kept, detached."""
    lab.attach("anna")
    lab.mark()
    assert lab.detach("anna").status == "done"
    lab.sees(("anna", "sgsn1", DetachRequestMo), ("sgsn1", "anna", DetachAcceptMt))
    assert lab.mobile("anna")["state"] == "GMM-DEREGISTERED.NORMAL-SERVICE"
    assert lab.context("anna")["state"] == "GMM-DEREGISTERED"


def test_detach_power_off(lab: Any) -> None:
    """24.008 4.7.4.1: a mobile that is switched off is not answered."""
    lab.attach("anna")
    lab.mark()
    assert lab.detach("anna", power_off=True).status == "done"
    lab.sees(("anna", "sgsn1", DetachRequestMo))
    assert lab.mobile("anna")["state"] == "GMM-NULL"
    assert lab.context("anna")["state"] == "GMM-DEREGISTERED"


def test_detach_accept_lost(lab: Any) -> None:
    """24.008 4.7.4.1.4 b: DETACH REQUEST comes again at T3321, four times; the fifth expiry detaches all the same."""
    lab.attach("anna")
    lab.mark()
    lab.lose(DetachAcceptMt)
    assert lab.detach("anna").status == "done"
    assert lab.count(DetachRequestMo) == lab.count(DetachAcceptMt) == 5
    assert lab.mobile("anna")["state"] == "GMM-DEREGISTERED.NORMAL-SERVICE"


def test_attach_resynchronises(lab: Any) -> None:
    """33.102 6.3.5: an AuC that has lost its sequence numbers learns them from the card's AUTS."""
    lab.attach("anna")
    lab.restart("hlr1", blank=True)
    lab.restart("sgsn1")
    lab.detach("anna", power_off=True)  # a lost BVC shows by this frame, and is reset
    lab.wait(1)
    lab.mark()
    assert lab.attach("anna").status == "done"
    request, ask, told, challenge, *rest = imsi_attach("anna")
    lab.sees(
        request,
        ("sgsn1", "anna", IdentityRequest),
        ("anna", "sgsn1", IdentityResponse),
        ask,
        told,
        challenge,
        ("anna", "sgsn1", AuthenticationAndCipheringFailure),
        ask,
        told,
        challenge,
        *rest,
    )
    assert_attached(lab, "anna")


def test_attach_request_repeated(lab: Any) -> None:
    """24.008 4.7.3.1.6 e: the same request while the first one runs is ignored: the HLR is asked once."""
    lab.delay(SendAuthenticationInfoRes, 9)
    lab.begin("anna", "attach")
    lab.wait(1)
    bvci, unit, request = last_request(lab)
    lab.inject("sgsn1", "bss1", "gb", on_gb(bvci, unit, request))
    lab.wait(20)
    assert lab.count(SendAuthenticationInfoArg) == 1
    assert lab.count(AttachAccept) == 1
    assert_attached(lab, "anna")


def test_attach_request_differs(lab: Any) -> None:
    """24.008 4.7.3.1.6 e: another request while the first one runs replaces it; one context comes of it."""
    lab.delay(SendAuthenticationInfoRes, 9)
    lab.begin("anna", "attach")
    lab.wait(1)
    bvci, unit, request = last_request(lab)
    elements = {field.name: getattr(request, field.name) for field in AttachRequest.fields}
    other = AttachRequest(**elements | {"drx_parameter": DrxParameter.from_octets(b"\x0a\x05")})
    assert other != request
    lab.inject("sgsn1", "bss1", "gb", on_gb(bvci, unit, other))
    lab.wait(20)
    assert lab.count(SendAuthenticationInfoArg) == 2
    assert_attached(lab, "anna")
    assert lab.session.inspect("sgsn1")["links"] == 1


def test_attach_of_a_mobile_known_already(lab: Any) -> None:
    """24.008 4.7.3.1.6 f: a mobile that has forgotten all attaches again: its old context ends, one remains."""
    lab.attach("anna")
    lab.restart("ms1", blank=True)
    lab.mark()
    assert lab.attach("anna").status == "done"
    assert_attached(lab, "anna")
    assert lab.session.inspect("sgsn1")["links"] == 1
    assert lab.session.inspect("sgsn1")["contexts"] == {"GMM-REGISTERED": 1}


SCRIPT = """
from gprslab.config import load_lab
from gprslab.faults import Rule
from gprslab.session import WorldSession

session = WorldSession(load_lab(), seed=5, note_level="all")
session.add_fault(Rule(action="lose", message="AttachAccept", chance=0.5))
session.add_fault(Rule(action="delay", interface="gr", chance=0.5, delay_us=300_000))
for mobile in ("anna", "bert", "carl", "dora"):
    session.start_command("ms1", "attach", {"mobile": mobile})
session.advance(120_000_000)
session.world.restart("hlr1")
session.command("ms1", "detach", {"mobile": "anna"})
for record in session.trace:
    print(record)
"""


def test_the_same_seed_gives_the_same_trace() -> None:
    """The world depends on its seed alone, not on the hash seed of the process."""
    traces = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    ]
    assert traces[0] == traces[1]
    assert traces[0].count(b"PduRecord") > 50
