"""The mobiles alone: attach, detach, authentication, identification, and what they cannot take.

Real octets go in by ``receive``, real octets come out.
"""

from typing import Any

import pytest

from nodes.core.outputs import Command, Record, Reply
from nodes.ms.causes import HOPELESS
from protocol import gmm
from protocol.auth import Algorithm, check_auts, gsm_triplet
from protocol.causes import GmmCause
from protocol.errors import DecodeError
from protocol.gmm import (
    AttachComplete,
    AttachReject,
    AttachRequest,
    AuthenticationAndCipheringFailure,
    AuthenticationAndCipheringReject,
    AuthenticationAndCipheringResponse,
    DetachAcceptMo,
    DetachRequestMo,
    GmmMessage,
    GmmStatus,
    IdentityResponse,
    RoutingAreaUpdateRequest,
)
from protocol.gmm.elements import Cksn, DetachTypeMt, GprsTimer, IdentityType, ImeisvRequest
from protocol.identities import Imei, Imsi, MobileIdentity, Rai, Tlli, Tmsi
from protocol.llc.frame import Sapi
from protocol.timers import SECOND
from protocol.um import DedicatedChannel
from tests.machines.mobiles import (
    ATTACHED,
    ATTEMPTING,
    CELL,
    DETACH_ACCEPT,
    ELSEWHERE,
    IMEISV,
    IMSI,
    LIMITED,
    NETWORK,
    NO_CELL,
    NO_IMSI,
    NORMAL,
    OFF,
    PTMSI,
    SIGNATURE,
    Around,
    accept,
    attached,
    challenge,
    detach_request,
    forged,
    identity_request,
)

# --- attach -------------------------------------------------------------------------------------------------------


def test_attach_with_imsi() -> None:
    """A new card attaches under its IMSI on a random TLLI and completes on the local one (24.008 4.7.3.1, 4.7.1.4)."""
    around = Around()
    around.order("power-on")
    assert around.answers() == [("done", NORMAL, None)]
    (request,) = around.order("attach")
    assert isinstance(request, AttachRequest)
    assert request.mobile_identity.value == IMSI
    assert request.old_routing_area == Rai(CELL.rai.plmn, 0xFFFE, 0xFF)
    assert (request.cksn, request.old_ptmsi_signature, request.requested_ready_timer) == (Cksn.NO_KEY, None, None)
    assert around.tlli.kind == "random"
    assert around.m1["state"] == "GMM-REGISTERED-INITIATED"
    (response,) = around.says(challenge())
    assert isinstance(response, AuthenticationAndCipheringResponse)
    xres = NETWORK.f2(bytes([1]) * 16)
    assert response.authentication_parameter_response == xres[:4]
    assert response.authentication_response_extension == xres[4:]
    assert (response.ac_reference_number, response.imeisv) == (1, None)
    assert around.says(accept()) == [AttachComplete()]
    assert around.tlli == Tlli.local(PTMSI)
    assert [reply.status for reply in around.replies] == ["accepted", "done"]
    assert around.answers() == [("done", ATTACHED, None)]
    assert around.m1 == {
        "name": "m1",
        "imsi": IMSI,
        "state": ATTACHED,
        "mm_state": "READY",
        "ptmsi": str(PTMSI),
        "tlli": str(Tlli.local(PTMSI)),
        "tmsi": None,
        "routing_area": str(CELL.rai),
        "location_area": None,
        "update_status": "UPDATED",
        "cipher": "NOT_USED",
        "imsi_attached": False,
        "suspended": False,
        "cs_state": "NULL",
        "call": None,
        "location_update_status": "NOT_UPDATED",
        "cs_cksn": 7,
        "cksn": 2,
        "cell": "c1",
        "covered": True,
        "nmo": "MODE_I",
        "attach_attempt_counter": 0,
        "update_attempt_counter": 0,
        "location_update_attempt_counter": 0,
        "sim_invalid": None,
        "forbidden": [],
        "equivalent_plmns": [],
        "network": {},
        "pdp_contexts": [],
        "procedures": [],
    }
    assert around.timers() == {"T3314"}


def test_attach_with_ptmsi() -> None:
    """A card with a P-TMSI attaches with it, its signature, area and key, on the foreign TLLI (4.7.3.1.1)."""
    around = attached()
    around.order("detach")
    around.says(DETACH_ACCEPT)
    (request,) = around.order("attach")
    assert isinstance(request, AttachRequest)
    assert request.mobile_identity.value == PTMSI
    assert (request.old_routing_area, request.old_ptmsi_signature) == (CELL.rai, SIGNATURE)
    assert request.cksn == Cksn(2)
    assert around.tlli == Tlli.foreign(PTMSI)
    assert around.says(accept(allocated_ptmsi=None, ptmsi_signature=None)) == []
    look = around.m1
    assert (look["state"], look["tlli"]) == (ATTACHED, str(Tlli.local(PTMSI)))
    assert around.ms.mobiles["m1"].card.ptmsi_signature is None


def test_no_complete_without_ptmsi() -> None:
    """An accept that allocates nothing is not acknowledged; the mobile keeps its random TLLI (4.7.3.1.3)."""
    around = Around()
    around.order("attach")
    tlli = around.tlli
    assert around.says(accept(allocated_ptmsi=None)) == []
    assert (around.m1["state"], around.m1["tlli"]) == (ATTACHED, str(tlli))


def test_allocated_identity_of_another_kind() -> None:
    """An allocated P-TMSI that is an IMSI is as absent (8.7)."""
    around = Around()
    around.order("attach")
    octets = accept().encode().replace(MobileIdentity(PTMSI).to_octets(), MobileIdentity(Imsi("123456789")).to_octets())
    assert around.says(octets) == []
    assert (around.m1["state"], around.m1["ptmsi"]) == (ATTACHED, None)


def test_accept_repeated() -> None:
    """COMPLETE was lost: the accept comes again on the old TLLI and is acknowledged again, on the local one."""
    around = Around()
    around.order("attach")
    old = around.tlli
    around.says(accept())
    assert around.says(accept(), old) == [AttachComplete()]
    assert around.tlli == Tlli.local(PTMSI)
    around.says(identity_request(IdentityType.IMSI))
    assert around.says(accept(), old) == [], "the network has used the new TLLI: the old one is nobody's"
    assert any("nobody" in warning for warning in around.warnings)
    assert around.m1["state"] == ATTACHED


def test_accept_repeated_with_another_ptmsi() -> None:
    """A second accept may carry another P-TMSI: the newest one counts, and two TLLIs at most are heard."""
    around = Around()
    around.order("attach")
    old = around.tlli
    around.says(accept())
    another = Tmsi(0xC7654321)
    assert around.says(accept(allocated_ptmsi=MobileIdentity(another)), old) == [AttachComplete()]
    assert (around.tlli, around.m1["ptmsi"]) == (Tlli.local(another), str(another))
    assert set(around.ms.listening.by_tlli) == {(CELL, Tlli.local(PTMSI)), (CELL, Tlli.local(another))}


def test_network_mute() -> None:
    """T3310 five times, T3311, five attempts, T3302, and all anew (4.7.3.1.5 c)."""
    around = attached()
    around.order("detach")
    around.says(DETACH_ACCEPT)
    around.answers()
    requests = around.order("attach")
    for attempt in range(1, 5):
        requests += around.wait(74.9)
        assert len(requests) == 5
        assert len(set(requests)) == 1, "a repeat is the same"
        assert around.wait(0.1) == []
        assert (around.m1["state"], around.m1["attach_attempt_counter"]) == (ATTEMPTING, attempt)
        assert around.wait(14.9) == []
        requests = around.wait(0.1)
        assert around.m1["state"] == "GMM-REGISTERED-INITIATED"
    assert around.answers() == [("failed", ATTEMPTING, None)]
    requests += around.wait(75)
    look = around.m1
    assert (look["state"], look["attach_attempt_counter"]) == (ATTEMPTING, 5)
    assert (look["ptmsi"], look["routing_area"], look["cksn"]) == (None, None, 7)
    assert around.wait(719) == []
    (request,) = around.wait(2)
    assert isinstance(request, AttachRequest)
    assert request.mobile_identity.value == IMSI
    assert around.tlli.kind == "random"
    assert around.m1["attach_attempt_counter"] == 0
    assert around.says(accept()) == [AttachComplete()]


def test_user_is_impatient() -> None:
    """Attach while attaching joins in; attach between attempts begins at once, with a new counter."""
    around = Around()
    around.order("attach")
    assert around.order("attach") == []
    around.says(AttachReject(gmm_cause=GmmCause.CONGESTION))
    assert around.answers() == [("failed", ATTEMPTING, "CONGESTION")] * 2
    (request,) = around.order("attach")
    assert isinstance(request, AttachRequest)
    assert around.m1["attach_attempt_counter"] == 0
    around.says(AttachReject(gmm_cause=GmmCause.NETWORK_FAILURE))
    assert around.order("detach") == []
    assert around.answers() == [("failed", ATTEMPTING, "NETWORK_FAILURE"), ("done", NORMAL, None)]
    assert around.wait(3600) == []


def test_other_causes_count_attempts() -> None:
    """Five rejects for passing reasons delete the identities and start T3302 (4.7.3.1.5 d)."""
    around = Around()
    around.order("attach")
    for _ in range(4):
        assert around.says(AttachReject(gmm_cause=GmmCause.NETWORK_FAILURE)) == []
        assert len(around.wait(15)) == 1
    t3302 = GprsTimer.lasting(60 * SECOND)
    around.says(AttachReject(gmm_cause=GmmCause.NETWORK_FAILURE, t3302_value=t3302))
    assert around.m1["attach_attempt_counter"] == 5
    assert around.wait(59) == []
    assert len(around.wait(2)) == 1, "the network's T3302 counts"


@pytest.mark.parametrize("cause", HOPELESS)
def test_hopeless_causes(cause: GmmCause) -> None:
    """A request that the network cannot read is not repeated soon (4.7.3.1.5 d); T3302 off is T3302 by default."""
    around = Around()
    around.order("attach")
    around.says(AttachReject(gmm_cause=cause, t3302_value=GprsTimer.lasting(None)))
    assert around.answers() == [("failed", ATTEMPTING, cause.name)]
    assert around.wait(719) == []
    assert len(around.wait(2)) == 1


def test_t3302_in_accept() -> None:
    """The value of ATTACH ACCEPT holds for later; an accept without one brings back the default."""
    around = Around()
    around.order("attach")
    around.says(accept(t3302_value=GprsTimer.lasting(60 * SECOND)))
    assert around.ms.mobiles["m1"].t3302 == 60 * SECOND
    around.says(accept())
    assert around.ms.mobiles["m1"].t3302 is None


REJECTIONS = [
    (GmmCause.ILLEGAL_MS, NO_IMSI, "for GPRS and non-GPRS", []),
    (GmmCause.ILLEGAL_ME, NO_IMSI, "for GPRS and non-GPRS", []),
    (GmmCause.GPRS_SERVICES_AND_NON_GPRS_SERVICES_NOT_ALLOWED, NO_IMSI, "for GPRS and non-GPRS", []),
    (GmmCause.GPRS_SERVICES_NOT_ALLOWED, NO_IMSI, "for GPRS", []),
    (GmmCause.PLMN_NOT_ALLOWED, LIMITED, None, ["001-01"]),
    (GmmCause.GPRS_SERVICES_NOT_ALLOWED_IN_THIS_PLMN, LIMITED, None, ["001-01"]),
    (GmmCause.LOCATION_AREA_NOT_ALLOWED, LIMITED, None, ["001-01-1"]),
    (GmmCause.ROAMING_NOT_ALLOWED_IN_THIS_LOCATION_AREA, LIMITED, None, ["001-01-1"]),
    (GmmCause.NO_SUITABLE_CELLS_IN_LOCATION_AREA, LIMITED, None, ["001-01-1"]),
]


@pytest.mark.parametrize(("cause", "state", "invalid", "forbidden"), REJECTIONS)
def test_reject_for_good(cause: GmmCause, state: str, invalid: str | None, forbidden: list[str]) -> None:
    """What each cause deletes and forbids, until the mobile is switched off (4.7.3.1.4)."""
    around = attached()
    around.order("detach")
    around.says(DETACH_ACCEPT)
    around.order("attach")
    around.answers()
    assert around.says(AttachReject(gmm_cause=cause)) == []
    assert around.answers() == [("failed", state, cause.name)]
    look = around.m1
    assert (look["state"], look["ptmsi"], look["routing_area"], look["cksn"]) == (state, None, None, 7)
    assert (look["sim_invalid"], look["forbidden"]) == (invalid, forbidden)
    assert around.order("attach") == []
    assert around.answers() == [("failed", state, None)]
    assert around.wait(3600) == []
    around.order("power-off")
    assert around.answers() == [("done", OFF, None)]
    (request,) = around.order("attach")
    assert isinstance(request, AttachRequest)
    assert request.mobile_identity.value == IMSI
    assert (around.m1["sim_invalid"], around.m1["forbidden"]) == (None, [])


def test_illegal_ms() -> None:
    """After #3 the card is of no use: no attach, no IMSI told, until the mobile is switched off."""
    test_reject_for_good(*REJECTIONS[0])
    around = Around()
    around.order("attach")
    around.says(AttachReject(gmm_cause=GmmCause.ILLEGAL_MS))
    assert around.says(identity_request(IdentityType.IMSI)) == [IdentityResponse(mobile_identity=MobileIdentity(None))]
    around.answers()
    around.order("detach")
    assert [status for status, *_ in around.answers()] == ["failed"]


# --- detach -------------------------------------------------------------------------------------------------------


def test_detach() -> None:
    """The mobile leaves under its P-TMSI and is granted it (4.7.4.1)."""
    around = attached()
    (request,) = around.order("detach")
    assert isinstance(request, DetachRequestMo)
    assert not request.detach_type.power_off
    assert request.ptmsi == MobileIdentity(PTMSI)
    assert around.order("detach") == []
    assert around.says(DETACH_ACCEPT) == []
    assert around.answers() == [("done", NORMAL, None)] * 2
    assert around.ms.next_timer() is None


def test_detach_unanswered() -> None:
    """Five expiries of T3321 detach all the same (4.7.4.1.4 b)."""
    around = attached()
    requests = around.order("detach") + around.wait(74)
    assert len(requests) == 5
    assert around.m1["state"] == "GMM-DEREGISTERED-INITIATED"
    assert around.wait(2) == []
    assert around.answers() == [("done", NORMAL, None)]


def test_detach_crossing() -> None:
    """The network's request during ours is granted, but for an IMSI detach, and ours goes on (4.7.4.1.4)."""
    around = attached()
    around.order("detach")
    assert around.says(detach_request(DetachTypeMt.RE_ATTACH_NOT_REQUIRED)) == [DetachAcceptMo()]
    assert around.says(detach_request(DetachTypeMt.IMSI_DETACH)) == []
    assert around.m1["state"] == "GMM-DEREGISTERED-INITIATED"
    around.says(DETACH_ACCEPT)
    assert around.answers() == [("done", NORMAL, None)]


def test_detach_during_attach() -> None:
    """A detach ends the attach, which counts as failed (4.7.3.1.5)."""
    around = Around()
    around.order("attach")
    (request,) = around.order("detach")
    assert isinstance(request, DetachRequestMo)
    around.says(DETACH_ACCEPT)
    assert around.answers() == [("failed", NORMAL, None), ("done", NORMAL, None)]
    assert around.wait(3600) == []


@pytest.mark.parametrize("by", ["power-off", "detach"])
def test_power_off(by: str) -> None:
    """Who is switched off says so and does not wait (4.7.4.1.1); nothing is heard any more."""
    around = attached()
    arguments = {"power_off": True} if by == "detach" else {}
    (request,) = around.order(by, **arguments)
    assert isinstance(request, DetachRequestMo)
    assert request.detach_type.power_off
    assert around.answers() == [("done", OFF, None)]
    assert around.ms.next_timer() is None
    assert around.says(identity_request(IdentityType.IMSI)) == []
    assert (around.m1["tlli"], around.m1["ptmsi"]) == (None, str(PTMSI))


def test_power_off_in_any_state() -> None:
    """Power-off is obeyed whatever runs; a request is sent only where the network may know the mobile."""
    test_power_off("power-off")
    around = Around()
    around.order("power-off")
    assert [status for status, *_ in around.answers()] == ["failed"], "it is off already"
    around.order("power-on")
    assert around.order("power-off") == []
    around.order("attach")
    assert len(around.order("power-off")) == 1
    assert around.answers()[-2:] == [("failed", OFF, None), ("done", OFF, None)]
    around.order("attach")
    around.order("detach")
    assert len(around.order("power-off")) == 1
    around.order("attach")
    around.says(AttachReject(gmm_cause=GmmCause.CONGESTION))
    assert around.order("power-off") == []
    assert around.wait(3600) == []
    assert around.ms.listening.by_tlli == {}


def test_network_detach_and_attach_again() -> None:
    """Re-attach required: granted, then a new attach under the P-TMSI (4.7.4.2.2)."""
    around = attached()
    granted, request = around.says(detach_request(DetachTypeMt.RE_ATTACH_REQUIRED))
    assert granted == DetachAcceptMo()
    assert isinstance(request, AttachRequest)
    assert request.mobile_identity.value == PTMSI


def test_network_detach_for_good() -> None:
    """Re-attach not required: granted, as often as it is asked; no attach follows."""
    around = attached()
    assert around.says(detach_request(DetachTypeMt.RE_ATTACH_NOT_REQUIRED)) == [DetachAcceptMo()]
    assert around.says(detach_request(DetachTypeMt.RE_ATTACH_NOT_REQUIRED)) == [DetachAcceptMo()]
    assert around.m1["state"] == NORMAL
    assert around.wait(3600) == []


def test_network_detaches_imsi() -> None:
    """A mobile attached for GPRS only has no IMSI attachment to lose."""
    around = attached()
    assert around.says(detach_request(DetachTypeMt.IMSI_DETACH)) == [DetachAcceptMo()]
    assert around.m1["state"] == ATTACHED


@pytest.mark.parametrize(("cause", "state", "invalid", "forbidden"), REJECTIONS)
def test_network_detach_with_cause(cause: GmmCause, state: str, invalid: str | None, forbidden: list[str]) -> None:
    """A cause does in a detach what it does in a reject (4.7.4.2.2)."""
    around = attached()
    assert around.says(detach_request(DetachTypeMt.RE_ATTACH_NOT_REQUIRED, cause)) == [DetachAcceptMo()]
    look = around.m1
    assert (look["state"], look["ptmsi"], look["sim_invalid"], look["forbidden"]) == (state, None, invalid, forbidden)


def test_network_detach_during_attach() -> None:
    """Only a detach for good ends an attach (4.7.3.1.5)."""
    around = Around()
    around.order("attach")
    assert around.says(detach_request(DetachTypeMt.RE_ATTACH_REQUIRED)) == []
    assert around.m1["state"] == "GMM-REGISTERED-INITIATED"
    assert around.says(detach_request(DetachTypeMt.RE_ATTACH_NOT_REQUIRED)) == [DetachAcceptMo()]
    assert around.answers() == [("failed", NORMAL, None)]


# --- authentication -----------------------------------------------------------------------------------------------


def test_challenge_repeated() -> None:
    """A repeat of a challenge gets the same answer though its SQN is used (4.7.7.2); later it is a replay."""
    around = Around()
    around.order("attach")
    (first,) = around.says(challenge())
    assert around.says(challenge()) == [first]
    around.says(accept())
    (failure,) = around.says(challenge())
    assert isinstance(failure, AuthenticationAndCipheringFailure)
    assert failure.gmm_cause is GmmCause.SYNCH_FAILURE


def test_forged_then_genuine() -> None:
    """After #20 requests are held until a good challenge comes; then they go on (4.7.7.6)."""
    around = Around()
    around.order("attach")
    around.wait(10)
    assert around.says(forged()) == [AuthenticationAndCipheringFailure(gmm_cause=GmmCause.MAC_FAILURE)]
    assert around.wait(19) == [], "T3310 is held"
    assert around.m1["procedures"][-1].endswith("(T3318)")
    (response,) = around.says(challenge(number=2))
    assert isinstance(response, AuthenticationAndCipheringResponse)
    assert around.wait(14) == []
    (request,) = around.wait(2)
    assert isinstance(request, AttachRequest)
    around.says(accept())
    assert around.answers() == [("done", ATTACHED, None)]


def test_no_better_challenge() -> None:
    """T3318 runs out: the network is false, the attach over, the cell barred until switch-off (4.7.7.6.1)."""
    around = Around()
    around.order("attach")
    around.says(forged())
    around.wait(21)
    assert around.answers() == [("failed", NO_CELL, None)]
    assert around.says(accept()) == [], "nothing is heard in a barred cell"
    assert around.order("attach") == []
    assert around.answers() == [("failed", NO_CELL, None)]
    around.order("power-off")
    assert len(around.order("attach")) == 1


def test_replay_and_resynchronisation() -> None:
    """A used SQN is told by AUTS, from which the network learns the right one (33.102 6.3.5)."""
    around = attached()
    (failure,) = around.says(challenge(32, 2))
    assert isinstance(failure, AuthenticationAndCipheringFailure)
    assert failure.gmm_cause is GmmCause.SYNCH_FAILURE
    assert failure.authentication_failure_parameter is not None
    sqn_ms = check_auts(NETWORK, bytes([2]) * 16, failure.authentication_failure_parameter)
    assert sqn_ms is not None
    assert sqn_ms >> 5 == 1
    (response,) = around.says(challenge(sqn_ms + 33, 3))
    assert isinstance(response, AuthenticationAndCipheringResponse)
    assert around.timers() == {"T3314"}


def test_no_fresh_challenge() -> None:
    """T3320 runs out: a mobile that is registered stays so, without a cell."""
    around = attached()
    around.says(challenge(32, 2))
    assert around.wait(14) == []
    assert around.m1["state"] == ATTACHED
    around.wait(2)
    assert around.m1["state"] == "GMM-REGISTERED.NO-CELL-AVAILABLE"
    assert any("bars c1" in warning for warning in around.warnings)
    assert around.order("detach") == []
    assert around.answers() == [("done", NO_CELL, None)]


def test_cell_barred_for_a_while() -> None:
    """25.331 8.1.4a: what was taken for a false network may have been a slow HLR; X-barred later the cell is tried."""
    around = attached()
    around.says(challenge(32, 2))
    around.wait(16)
    assert around.wait(1270) == []
    (update,) = around.wait(10)
    assert isinstance(update, RoutingAreaUpdateRequest)
    around.order("power-off")
    around.order("power-on")
    assert "X-barred" not in around.timers()


def test_cell_unbarred_by_switching_off() -> None:
    """A mobile that is switched off and on uses any cell again."""
    around = attached()
    around.says(challenge(32, 2))
    around.wait(16)
    assert "X-barred" in around.timers()
    around.order("power-off")
    assert around.timers() == set()
    assert len(around.order("attach")) == 1


def test_three_wrong_challenges() -> None:
    """The third wrong challenge in a row, of whatever kind, comes from a false network (4.7.7.6.1)."""
    around = attached()
    assert len(around.says(forged(2))) == 1
    assert len(around.says(challenge(32, 3))) == 1
    assert around.says(challenge(None, 4)) == []
    assert around.m1["state"] == "GMM-REGISTERED.NO-CELL-AVAILABLE"


def test_wrong_challenges_do_not_add_up() -> None:
    """A good challenge in between begins the count anew, and each wrong one starts its timer anew."""
    around = Around()
    around.order("attach")
    for number in range(1, 12, 3):
        assert len(around.says(forged(number))) == 1
        around.wait(19)
        assert len(around.says(forged(number + 1))) == 1
        around.wait(19)
        (response,) = around.says(challenge(32 * number, number + 2))
        assert isinstance(response, AuthenticationAndCipheringResponse)
    assert around.m1["state"] == "GMM-REGISTERED-INITIATED"


def test_usim_without_autn() -> None:
    """A USIM is challenged as if it were a SIM: #23."""
    around = Around()
    around.order("attach")
    assert around.says(challenge(None)) == [
        AuthenticationAndCipheringFailure(gmm_cause=GmmCause.GSM_AUTHENTICATION_UNACCEPTABLE)
    ]


@pytest.mark.parametrize("sqn", [None, 32])
def test_sim(sqn: int | None) -> None:
    """A SIM answers SRES and does not see AUTN (43.020)."""
    around = Around(Algorithm.GSM_MILENAGE)
    around.order("attach")
    (response,) = around.says(challenge(sqn))
    assert isinstance(response, AuthenticationAndCipheringResponse)
    assert response.authentication_parameter_response == gsm_triplet(NETWORK, bytes([1]) * 16).sres
    assert response.authentication_response_extension is None


def test_comp128() -> None:
    """COMP128 is an extra: where it is absent, no mobile with it comes to life; where it is there, it answers."""
    try:
        around = Around(Algorithm.COMP128V1)
    except ModuleNotFoundError as error:
        assert "gprslab[comp128]" in str(error)  # noqa: PT017  (both outcomes are right, each on its machine)
        return
    around.order("attach")
    (response,) = around.says(challenge(None))
    assert isinstance(response, AuthenticationAndCipheringResponse)
    assert response.authentication_response_extension is None


def test_proof_refused() -> None:
    """AUTHENTICATION AND CIPHERING REJECT makes the card useless until switch-off (4.7.7.5)."""
    around = attached()
    around.says(forged(2))
    assert around.says(AuthenticationAndCipheringReject()) == []
    look = around.m1
    assert (look["state"], look["ptmsi"], look["cksn"]) == (NO_IMSI, None, 7)
    assert look["sim_invalid"] == "for GPRS and non-GPRS"
    assert around.ms.next_timer() is None


def test_request_without_challenge() -> None:
    """A request without RAND is about ciphering and IMEISV only (4.7.7.1)."""
    around = attached()
    nothing: dict[str, Any] = {"rand": None, "cksn": None, "autn": None, "imeisv_request": ImeisvRequest.REQUESTED}
    assert around.says(challenge(**nothing)) == [
        AuthenticationAndCipheringResponse(ac_reference_number=1, imeisv=MobileIdentity(IMEISV))
    ]


@pytest.mark.parametrize("changes", [{"cksn": None}, {"rand": None}, {"rand": None, "cksn": None}])
def test_conditional_elements(changes: dict[str, Any]) -> None:
    """RAND, CKSN and AUTN go together: else STATUS #100 and nothing else, whatever runs (8.7.2)."""
    around = attached()
    status = [GmmStatus(gmm_cause=GmmCause.CONDITIONAL_IE_ERROR)]
    assert around.says(challenge(64, 2, **changes)) == status
    around.says(forged(3))
    assert around.says(challenge(64, 2, **changes)) == status
    assert around.m1["procedures"][-1].endswith("(T3318)")


# --- identification -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "identity"),
    [
        (IdentityType.IMSI, IMSI),
        (IdentityType.IMEI, Imei("490154203237510")),
        (IdentityType.IMEISV, IMEISV),
        (IdentityType.TMSI, PTMSI),
        (IdentityType(6), IMSI),
    ],
)
def test_identity(kind: IdentityType, identity: Any) -> None:
    """The mobile names the identity asked for; a reserved type counts as IMSI (4.7.8.2, 10.5.5.9)."""
    around = attached()
    assert around.says(identity_request(kind)) == [IdentityResponse(mobile_identity=MobileIdentity(identity))]


def test_no_tmsi() -> None:
    """A mobile without P-TMSI says that it has none."""
    around = Around()
    around.order("attach")
    assert around.says(identity_request(IdentityType.TMSI)) == [IdentityResponse(mobile_identity=MobileIdentity(None))]


# --- errors -------------------------------------------------------------------------------------------------------


def test_status_is_not_answered() -> None:
    """A STATUS is told and never answered, be it malformed (8.4)."""
    around = attached()
    assert around.says(GmmStatus(gmm_cause=GmmCause.NETWORK_FAILURE)) == []
    assert around.says(b"\x08\x20") == []
    assert len(around.warnings) == 2


@pytest.mark.parametrize(
    ("octets", "cause"),
    [
        (b"\x08\x7f", GmmCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED),
        (b"\x08\x01", GmmCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED),
        (b"\x08\x02\x01", GmmCause.INVALID_MANDATORY_INFORMATION),
        (b"\x08\x04", GmmCause.INVALID_MANDATORY_INFORMATION),
        (DETACH_ACCEPT.encode(), GmmCause.MESSAGE_TYPE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE),
        (b"\x08", None),
        (b"\x18\x15\x01", None),
        (b"\x03\x15\x01", None),
    ],
)
def test_what_cannot_be_taken(octets: bytes, cause: GmmCause | None) -> None:
    """Unknown, malformed, untimely messages get their STATUS, too short or foreign ones nothing (8.2 to 8.5)."""
    around = attached()
    assert around.says(octets) == ([] if cause is None else [GmmStatus(gmm_cause=cause)])
    assert around.m1["state"] == ATTACHED
    assert len(around.warnings) == 1


def test_frames_that_are_not_for_us() -> None:
    """The wrong direction, SAPI, channel, cell, TLLI, interface: each is a warning and nothing else."""
    around = attached()
    request = identity_request(IdentityType.IMSI)
    assert around.says(request, command=False) == []
    assert around.says(request, sapi=Sapi.LL3) == []
    assert around.says(request, Tlli(0xC0000001)) == []
    assert around.hears(around.pdu(request).replace(CELL.to_octets(), ELSEWHERE.to_octets())) == []
    assert around.hears(DedicatedChannel(cell=CELL, reference=1, message=b"").encode()) == []
    assert around.hears(b"") == []
    around.ms.receive("bss1", "gb", b"", 0)
    assert around.drain() == []
    assert len(around.warnings) == 7


def test_repeat_on_the_link() -> None:
    """A frame that comes twice is taken once (44.064 8.4.2)."""
    around = attached()
    pdu = around.pdu(identity_request(IdentityType.IMSI))
    assert len(around.hears(pdu)) == 1
    assert around.hears(pdu) == []


REAL = [
    accept(t3302_value=GprsTimer.lasting(60 * SECOND)),
    AttachReject(gmm_cause=GmmCause.ILLEGAL_MS),
    challenge(),
    AuthenticationAndCipheringReject(),
    identity_request(IdentityType.IMEI),
    detach_request(DetachTypeMt.RE_ATTACH_NOT_REQUIRED, GmmCause.GPRS_SERVICES_NOT_ALLOWED),
    GmmStatus(gmm_cause=GmmCause.NETWORK_FAILURE),
]


def damaged(octets: bytes) -> list[bytes]:
    """All prefixes, and all copies with one bit turned."""
    flipped = [
        bytes((*octets[:at], octets[at] ^ 1 << bit, *octets[at + 1 :])) for at in range(len(octets)) for bit in range(8)
    ]
    return [octets[:length] for length in range(len(octets))] + flipped


@pytest.mark.parametrize("message", REAL, ids=lambda message: type(message).__name__)
def test_damaged_messages(message: GmmMessage) -> None:
    """A message that cannot be read changes no state; none raises; each leaves a mobile that can be switched off."""
    for octets in damaged(message.encode()):
        around = Around()
        around.order("attach")
        heard = around.says(octets)
        try:
            gmm.decode(octets, up=False)
        except DecodeError:
            assert around.m1["state"] == "GMM-REGISTERED-INITIATED"
            assert all(isinstance(answer, GmmStatus) for answer in heard)
        around.order("power-off")
        assert around.answers()[-1] == ("done", OFF, None)


def test_damaged_frames() -> None:
    """Octets damaged on the air fail the check of LLC or reach nobody."""
    around = Around()
    around.order("attach")
    for octets in damaged(around.pdu(AttachReject(gmm_cause=GmmCause.ILLEGAL_MS))):
        assert around.hears(octets) == []
        assert around.m1["state"] == "GMM-REGISTERED-INITIATED"


# --- the population -----------------------------------------------------------------------------------------------


def test_two_mobiles() -> None:
    """Mobiles do not disturb each other."""
    around = Around()
    around.order("attach")
    first = around.tlli
    around.order("attach", mobile="m2")
    assert around.tlli != first
    around.says(accept(), first)
    around.ms.command(Command("look", "inspect"), 0)
    (reply,) = around.ms.outputs()
    assert isinstance(reply, Reply)
    assert reply.body["mobiles"] == {ATTACHED: 1, "GMM-REGISTERED-INITIATED": 1}
    assert reply.body["tllis"] == 3


def test_restart_with_the_same_cards() -> None:
    """A restarted node has the same cards: P-TMSI, area, signature, key number and sequence numbers (23.007)."""
    before = attached()
    records = [Record(key, octets) for key, octets in before.saved.items()]
    records.append(Record("sim/999990000000001", b""))  # of a mobile that is not in the population any more
    around = Around(records=records)
    assert around.m1["state"] == OFF
    (request,) = around.order("attach")
    assert isinstance(request, AttachRequest)
    assert request.mobile_identity.value == PTMSI
    assert (request.old_routing_area, request.old_ptmsi_signature) == (CELL.rai, SIGNATURE)
    assert request.cksn == Cksn(2)
    (failure,) = around.says(challenge(32, 2))
    assert isinstance(failure, AuthenticationAndCipheringFailure)
    assert failure.gmm_cause is GmmCause.SYNCH_FAILURE


def test_card_without_identities_is_saved() -> None:
    """A card that lost its identities is saved without them, and keeps its sequence numbers."""
    before = attached()
    before.says(AuthenticationAndCipheringReject())
    around = Around(records=[Record(key, octets) for key, octets in before.saved.items()])
    assert (around.m1["ptmsi"], around.m1["routing_area"], around.m1["cksn"]) == (None, None, 7)
    around.order("attach")
    (failure,) = around.says(challenge(32, 2))
    assert isinstance(failure, AuthenticationAndCipheringFailure)


@pytest.mark.parametrize(
    ("verb", "arguments", "error"),
    [
        ("attach", {"mobile": "m9"}, "ms1 has no mobile 'm9'"),
        ("attach", {"mobile": ["m1"]}, "ms1 has no mobile ['m1']"),
        ("attach", {"power_off": True}, "attach has no argument 'power_off'"),
        ("detach", {"power_off": "yes"}, "power_off is true or false, not 'yes'"),
        ("detach", {}, "m1 is in GMM-NULL: no detach now"),
        ("power-off", {}, "m1 is in GMM-NULL: no power-off now"),
        ("dance", {}, "ms has no command 'dance'"),
        ("inspect", {"subject": "m9"}, "ms1 knows no m9"),
    ],
)
def test_bad_commands(verb: str, arguments: dict[str, Any], error: str) -> None:
    """A command that cannot be obeyed is answered by one clear line."""
    around = Around()
    assert around.order(verb, **arguments) == []
    (reply,) = around.replies
    assert (reply.status, reply.body) == ("failed", {"error": error})
