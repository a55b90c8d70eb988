"""Dedicated channels of mobiles (44.018 3.4): how they begin, what RR and MM do on them, how they end."""

import pytest

from protocol.auth import Algorithm, MacFailure, check_auts, gsm_triplet
from protocol.causes import MmCause, RrCause
from protocol.cc import CcMessage, ConnectAcknowledge, ConnectMt, DisconnectMo, ReleaseMt, SetupMo, StatusEnquiry
from protocol.gmm import RoutingAreaUpdateRequest
from protocol.gmm.elements import Cksn, IdentityType, LsaIdentifier
from protocol.identities import Imei, Imeisv, Imsi, MobileIdentity, Tmsi
from protocol.mm import (
    Abort,
    AuthenticationFailure,
    AuthenticationReject,
    AuthenticationRequest,
    AuthenticationResponse,
    CmServiceAccept,
    CmServiceRequest,
    IdentityRequest,
    IdentityResponse,
    ImsiDetachIndication,
    LocationUpdatingRequest,
    MmInformation,
    MmMessage,
    MmStatus,
    TmsiReallocationCommand,
    TmsiReallocationComplete,
)
from protocol.rr import (
    CipheringModeCommand,
    CipheringModeComplete,
    ClassmarkChange,
    ClassmarkEnquiry,
    GprsSuspensionRequest,
    PagingResponse,
    RrStatus,
)
from protocol.rr.elements import CipheringAlgorithm, CipherModeSetting, CipherResponse
from tests.machines.mobile_calls import (
    ACTIVE,
    OURS,
    THEIRS,
    call_page,
    called,
    calling,
    kinds,
    over,
    plain,
    replies,
)
from tests.machines.mobiles import (
    ATTACHED,
    ATTACHED_NO_CELL,
    CELL,
    IMEISV,
    IMSI,
    NETWORK,
    TMSI,
    Around,
    Said,
    attached_for_both,
    challenge_on_channel,
    release,
)

# --- the channel --------------------------------------------------------------------------------------------------


def test_channel_named_by_mobile() -> None:
    """The mobile draws the reference; each channel has another one, and nobody listens to one that is over."""
    around = calling()
    first = around.reference
    assert list(around.ms.channels) == [first]
    over(around)
    assert around.ms.channels == {}
    assert around.tells(release()) == []
    assert around.warnings == [f"nobody in {CELL} has a channel {first:#010x}"]
    calling(around)
    assert around.reference != first


def test_channel_of_another_cell() -> None:
    """A reference is one's name in its cell alone."""
    around = calling()
    around.channel_cell = "c2"
    assert around.tells(release()) == []
    assert "nobody in" in around.warnings[0]
    assert around.m1["call"] == ACTIVE


def test_messages_are_numbered() -> None:
    """MM and CC count modulo 4 on each channel; RR does not count (24.007 11.2.3.2)."""
    around = attached_for_both()
    request, suspension = around.order("call")
    assert isinstance(request, CmServiceRequest)
    assert isinstance(suspension, GprsSuspensionRequest)
    said: list[Said] = [request]
    said += around.tells(challenge_on_channel(64))
    around.tells(ClassmarkEnquiry())
    said += around.tells(CmServiceAccept())
    said += around.tells(ConnectMt(transaction_identifier=OURS))
    said += around.order("hang-up")
    assert kinds(said) == [
        CmServiceRequest,
        AuthenticationResponse,
        SetupMo,
        ConnectAcknowledge,
        DisconnectMo,
    ]
    numbers = [message.send_sequence_number for message in said if isinstance(message, MmMessage | CcMessage)]
    assert numbers == [0, 1, 2, 3, 0]


@pytest.mark.parametrize("octets", [b"", b"\x08\x01"])
def test_channel_message_of_no_protocol(octets: bytes) -> None:
    """Neither RR, MM nor CC: a warning, and nothing else."""
    around = calling()
    assert around.tells(octets) == []
    assert "no protocol of a dedicated channel" in around.warnings[0]


# --- RR -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("imeisv", [False, True])
def test_ciphering_mode(imeisv: bool) -> None:
    """The mode is confirmed, with the IMEISV if wanted (44.018 3.4.7); it grants the service (24.008 4.5.1.1)."""
    around = attached_for_both()
    around.order("call")
    command = CipheringModeCommand(
        ciphering_mode_setting=CipherModeSetting(algorithm_identifier=CipheringAlgorithm.A5_1, start_ciphering=False),
        cipher_response=CipherResponse(imeisv=imeisv),
    )
    complete, setup = around.tells(command)
    assert complete == CipheringModeComplete(mobile_equipment_identity=MobileIdentity(IMEISV) if imeisv else None)
    assert isinstance(setup, SetupMo)
    assert kinds(around.tells(command)) == [CipheringModeComplete]


def test_classmark_enquired() -> None:
    """The mobile tells what it can do (3.4.11)."""
    around = calling()
    (change,) = around.tells(ClassmarkEnquiry())
    assert isinstance(change, ClassmarkChange)
    assert change.mobile_station_classmark == around.ms.config.classmark


def test_rr_not_understood() -> None:
    """A message type that is not implemented: RR STATUS; an RR STATUS is told, and never answered (44.018 8.4)."""
    around = calling()
    (status,) = around.tells(b"\x06\x2b")
    assert status == RrStatus(rr_cause=RrCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED)
    assert around.tells(b"\x06") == []
    assert around.tells(b"\x06\x12") == []
    assert around.tells(RrStatus(rr_cause=RrCause.PROTOCOL_ERROR_UNSPECIFIED)) == []
    assert any("RR STATUS to m1" in warning for warning in around.warnings)


# --- the end of the channel ---------------------------------------------------------------------------------------


def test_channel_never_released() -> None:
    """T3240 runs out: the channel is left, and nobody has said that packets go on (24.008 4.5.3.1)."""
    around = calling()
    around.order("hang-up")
    around.tells(ReleaseMt(transaction_identifier=OURS))
    assert around.m1["cs_state"] == "WAIT FOR NETWORK COMMAND"
    assert around.timers() >= {"T3240"}
    assert around.wait(9.9) == []
    (update,) = around.wait(0.2)
    assert isinstance(update, RoutingAreaUpdateRequest)
    assert around.ms.channels == {}
    assert around.m1["cs_state"] == "MM IDLE, NORMAL SERVICE"


def test_messages_of_mm_prolong_the_wait() -> None:
    """T3240 runs anew with each message of MM; what is of other protocols does not count (11.2.1)."""
    around = attached_for_both()
    around.pages(call_page())
    around.wait(8)
    assert len(around.tells(IdentityRequest(identity_type=IdentityType.IMSI))) == 1
    around.wait(8)
    assert len(around.tells(StatusEnquiry(transaction_identifier=THEIRS))) == 1
    assert len(around.ms.channels) == 1
    around.wait(3)
    assert around.ms.channels == {}


@pytest.mark.parametrize("state", ["requesting", "calling", "paged"])
def test_radio_lost_on_channel(state: str) -> None:
    """Whatever runs is over; on return the mobile updates (44.018 3.4.13.5)."""
    around = attached_for_both()
    if state == "paged":
        around.pages(call_page())
    elif state == "requesting":
        around.order("call")
    else:
        calling(around)
    assert around.order("cover", on=False) == []
    look = around.m1
    assert (look["state"], look["cs_state"]) == (ATTACHED_NO_CELL, "MM IDLE, NO CELL AVAILABLE")
    assert (look["call"], around.ms.channels) == (None, {})
    failed = [("failed", {"error": "the channel is lost"})] if state == "requesting" else []
    assert [reply for reply in replies(around) if reply[0] == "failed"] == failed
    (update,) = around.order("cover", on=True)
    assert isinstance(update, RoutingAreaUpdateRequest)
    assert around.m1["cs_state"] == "MM IDLE, NORMAL SERVICE"


def test_switched_off_in_a_call() -> None:
    """The call is over, and IMSI detach goes on its channel; nobody has to answer that (24.008 4.3.4)."""
    around = calling()
    (detach,) = around.order("power-off")
    assert isinstance(detach, ImsiDetachIndication)
    look = around.m1
    assert (look["state"], look["cs_state"], look["call"]) == ("GMM-NULL", "IMSI DETACH INITIATED", None)
    assert around.tells(IdentityRequest(identity_type=IdentityType.IMSI)) == [
        MmStatus(reject_cause=MmCause.MESSAGE_TYPE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE, send_sequence_number=0)
    ]
    assert around.tells(release()) == []
    assert around.m1["cs_state"] == "NULL"
    assert around.timers() == set()


def test_switched_off_while_a_service_is_asked_for() -> None:
    """Nobody releases the channel: T3220, then it is left. Whoever ordered the call is told."""
    around = attached_for_both()
    around.order("call")
    around.order("power-off")
    assert ("failed", {"error": "the mobile is switched off"}) in replies(around)
    assert around.timers() == {"T3220", "X-radio-link"}
    around.wait(5)
    assert (around.m1["cs_state"], around.ms.channels, around.timers()) == ("NULL", {}, set())


def test_switched_off_and_on_at_once() -> None:
    """The channel of the detach is still there: the mobile attaches by packets, and calls follow."""
    around = calling()
    around.order("power-off")
    around.order("power-on")
    assert around.m1["cs_state"] == "IMSI DETACH INITIATED"
    around.tells(release())
    assert around.m1["cs_state"] == "NULL", "calls are not wanted yet"


# --- MM: errors (24.008 8) ----------------------------------------------------------------------------------------


def test_mm_not_understood() -> None:
    """8.4: a type that is not known, or not awaited, is answered by MM STATUS; an MM STATUS never is."""
    around = calling()
    (status,) = plain(around.tells(b"\x05\x3f"))
    assert status == MmStatus(reject_cause=MmCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED)
    (status,) = plain(around.tells(CmServiceAccept()))
    assert status == MmStatus(reject_cause=MmCause.MESSAGE_TYPE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE)
    assert around.tells(b"\x05") == []
    assert around.tells(b"\x05\x31") == []
    assert around.tells(MmStatus(reject_cause=MmCause.NETWORK_FAILURE)) == []
    assert around.m1["call"] == ACTIVE


# --- identification, TMSI reallocation, information ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (IdentityType.IMSI, IMSI),
        (IdentityType.IMEI, Imei(IMEISV.body + "0")),
        (IdentityType.IMEISV, IMEISV),
        (IdentityType.TMSI, TMSI),
        (IdentityType(5), IMSI),
    ],
)
def test_identity_on_channel(kind: IdentityType, expected: Imsi | Imei | Imeisv | Tmsi) -> None:
    """The identity asked for; a reserved type counts as IMSI (4.3.3.2)."""
    around = calling()
    (response,) = around.tells(IdentityRequest(identity_type=kind))
    assert isinstance(response, IdentityResponse)
    assert response.mobile_identity.value == expected


def test_identity_that_is_not_there() -> None:
    """No TMSI: no identity (4.3.3.2)."""
    around = attached_for_both(ms_identity=MobileIdentity(IMSI))
    calling(around)
    (response,) = around.tells(IdentityRequest(identity_type=IdentityType.TMSI))
    assert isinstance(response, IdentityResponse)
    assert response.mobile_identity.value is None


@pytest.mark.parametrize("identity", [Tmsi(0x00ABCDEF), IMSI])
def test_tmsi_reallocated(identity: Tmsi | Imsi) -> None:
    """A TMSI is taken, an IMSI deletes it; either is acknowledged (4.3.1.2)."""
    around = calling()
    command = TmsiReallocationCommand(
        location_area_identification=CELL.rai.lai, mobile_identity=MobileIdentity(identity)
    )
    assert plain(around.tells(command)) == [TmsiReallocationComplete()]
    look = around.m1
    assert (look["tmsi"], look["location_area"]) == (
        str(identity) if isinstance(identity, Tmsi) else None,
        "001-01-1",
    )
    over(around)
    assert kinds(around.pages(call_page(identity)))[:1] == [PagingResponse]


def test_mm_information() -> None:
    """What the network is called (4.3.6)."""
    around = calling()
    assert around.tells(MmInformation(lsa_identity=LsaIdentifier(number=1, universal=True))) == []
    assert around.m1["network"].keys() == {"LSA"}


# --- authentication (4.3.2) ---------------------------------------------------------------------------------------


def test_authentication_on_channel() -> None:
    """The card answers; the key has a number of its own; a repeat is answered alike (4.3.2.2)."""
    around = attached_for_both()
    around.order("call")
    (first,) = around.tells(challenge_on_channel(64))
    assert isinstance(first, AuthenticationResponse)
    xres = NETWORK.f2(bytes([1]) * 16)
    assert first.authentication_response_parameter == xres[:4]
    assert first.authentication_response_extension == xres[4:]
    assert plain(around.tells(challenge_on_channel(64))) == plain([first])
    assert (around.m1["cs_cksn"], around.m1["cksn"]) == (3, 2)
    assert kinds(around.tells(CmServiceAccept())) == [SetupMo]
    over(around)
    request = around.order("call")[0]
    assert isinstance(request, CmServiceRequest)
    assert request.cksn == Cksn(3)


def test_authentication_of_a_sim_on_channel() -> None:
    """A SIM gives SRES alone."""
    around = Around(Algorithm.GSM_MILENAGE, combined=True)
    around.order("move", cell="c5")
    around.order("attach")
    (response,) = around.tells(challenge_on_channel(None))
    assert isinstance(response, AuthenticationResponse)
    assert response.authentication_response_parameter == gsm_triplet(NETWORK, bytes([1]) * 16).sres
    assert response.authentication_response_extension is None


def failures(around: Around, *challenges: AuthenticationRequest) -> list[MmCause]:
    """The causes with which challenges are refused."""
    found = []
    for challenge in challenges:
        (failure,) = around.tells(challenge)
        assert isinstance(failure, AuthenticationFailure)
        found.append(failure.reject_cause)
    return found


def forged(number: int = 1) -> AuthenticationRequest:
    """A challenge by somebody who does not know K."""
    return challenge_on_channel(None, number, autn=bytes(16))


def test_authentication_fails_and_succeeds() -> None:
    """#20, then #21 with AUTS, then all is well; T3230 stands still meanwhile (4.3.2.6 c, f)."""
    around = attached_for_both()
    around.order("call")
    assert failures(around, forged()) == [MmCause.MAC_FAILURE]
    assert "T3214" in around.timers()
    assert "T3230" not in around.timers()
    (failure,) = around.tells(challenge_on_channel(32, 2))
    assert isinstance(failure, AuthenticationFailure)
    assert failure.reject_cause is MmCause.SYNCH_FAILURE
    assert failure.authentication_failure_parameter is not None
    assert not isinstance(
        check_auts(NETWORK, bytes([2]) * 16, failure.authentication_failure_parameter), MacFailure | None
    )
    assert "T3216" in around.timers()
    assert kinds(around.tells(challenge_on_channel(96, 3))) == [AuthenticationResponse]
    assert around.timers() >= {"T3230"}
    assert kinds(around.tells(CmServiceAccept())) == [SetupMo]


def test_authentication_without_autn() -> None:
    """#23: a USIM wants AUTN (4.3.2.5.1)."""
    around = calling()
    assert failures(around, challenge_on_channel(None)) == [MmCause.GSM_AUTHENTICATION_UNACCEPTABLE]


@pytest.mark.parametrize("how", ["T3214", "T3216", "three times"])
def test_network_false_on_channel(how: str) -> None:
    """No better challenge in time, or three bad ones: the cell is barred, the channel left (4.3.2.6.1)."""
    around = calling()
    if how == "three times":
        failures(around, forged(1), forged(2))
        assert around.tells(forged(3)) == []
    else:
        failures(around, forged() if how == "T3214" else challenge_on_channel(32, 4))
        assert around.wait(20 if how == "T3214" else 15) == []
    look = around.m1
    assert (look["state"], look["cs_state"]) == (ATTACHED_NO_CELL, "MM IDLE, NO CELL AVAILABLE")
    assert (look["call"], around.ms.channels) == (None, {})
    assert any("bars c1" in warning for warning in around.warnings)
    assert len(around.order("move", cell="c2")) == 1, "it updates elsewhere"


def test_authentication_rejected_on_channel() -> None:
    """The proof is not believed: no calls with this card; packets go on (4.3.2.5)."""
    around = calling()
    assert around.tells(AuthenticationReject()) == []
    look = around.m1
    assert (look["call"], look["sim_invalid"], look["tmsi"]) == (None, "for non-GPRS", None)
    assert around.tells(release(resumed=True)) == []
    look = around.m1
    assert (look["state"], look["cs_state"]) == (ATTACHED, "MM IDLE, NO IMSI")
    around.order("call")
    assert replies(around)[-1] == ("failed", {"error": "m1 is in MM IDLE, NO IMSI: no call now"})


# --- abort (4.3.5) ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cause", [MmCause.NETWORK_FAILURE, MmCause.ILLEGAL_ME])
@pytest.mark.parametrize("state", ["requesting", "calling", "paged"])
def test_connections_aborted(state: str, cause: MmCause) -> None:
    """All connections end; with #6 the card is of no use for calls any more (4.3.5.2)."""
    around = attached_for_both()
    if state == "requesting":
        around.order("call")
    elif state == "calling":
        calling(around)
    else:
        around.pages(call_page())
    assert around.tells(Abort(reject_cause=cause)) == []
    assert (around.m1["cs_state"], around.m1["call"]) == ("WAIT FOR NETWORK COMMAND", None)
    if state == "requesting":
        assert replies(around) == [("failed", {"error": cause.words})]
    around.tells(release(resumed=True))
    expected = "NO IMSI" if cause is MmCause.ILLEGAL_ME else "NORMAL SERVICE"
    assert around.m1["cs_state"] == f"MM IDLE, {expected}"


def test_abort_while_updating() -> None:
    """There is no connection to abort: MM STATUS."""
    around = Around(combined=True)
    around.order("move", cell="c5")
    assert kinds(around.order("attach")) == [LocationUpdatingRequest]
    assert kinds(around.tells(Abort(reject_cause=MmCause.NETWORK_FAILURE))) == [MmStatus]


def test_call_offered_on_channel_of_a_page() -> None:
    """What comes about is a call; its end leaves the mobile as it was."""
    around = called()
    assert around.m1["state"] == "GMM-REGISTERED.SUSPENDED"
    assert over(around) == []
    assert (around.m1["state"], around.m1["cs_state"]) == (ATTACHED, "MM IDLE, NORMAL SERVICE")
