"""Routing area update in the SGSN: intra- and inter-SGSN, periodic, combined, and every abnormal case of 4.7.5.1.6."""

from typing import Any

import pytest

from nodes.sgsn import mobility
from protocol import bssap_plus, gtp
from protocol.bssgp import FlushLl, ImsiIdentity, RaCapability
from protocol.causes import GmmCause, GtpCause, MmCause
from protocol.gmm import (
    AuthenticationAndCipheringReject,
    AuthenticationAndCipheringRequest,
    AuthenticationAndCipheringResponse,
    DetachRequestMo,
    GmmStatus,
    IdentityRequest,
    IdentityResponse,
    RoutingAreaUpdateAccept,
    RoutingAreaUpdateComplete,
    RoutingAreaUpdateReject,
    RoutingAreaUpdateRequest,
)
from protocol.gmm.elements import CipheringAlgorithm as Cipher
from protocol.gmm.elements import (
    Cksn,
    DetachTypeMo,
    DrxParameter,
    ForceToStandby,
    GprsTimer,
    MoDetach,
    MsNetworkCapability,
    MsRadioAccessCapability,
    PdpContextStatus,
    UpdateResultValue,
    UpdateType,
    UpdateTypeValue,
)
from protocol.identities import Imsi, MobileIdentity, Rai, Teid, Tlli, Tmsi
from protocol.map.authentication import SendAuthenticationInfoArg
from protocol.map.location import CancellationType, UpdateGprsLocationArg
from protocol.map.operations import ErrorCode
from protocol.timers import SECOND
from tests.machines.sgsn_lab import AWAY, DRX, FAR, FOREIGN, IMSI, NEAR, NEXT, RADIO, Lab, Mobile, Strict

NORMAL = UpdateTypeValue.RA_UPDATING
PERIODIC = UpdateTypeValue.PERIODIC_UPDATING
COMBINED = UpdateTypeValue.COMBINED_RA_LA_UPDATING
WITH_ATTACH = UpdateTypeValue.COMBINED_RA_LA_UPDATING_WITH_IMSI_ATTACH


class Doubtful(Mobile):
    """A mobile that answers challenges as ``proof`` says, and says that it is ``claims``."""

    proof: bytes | None = b"wrong!!!"
    claims: Imsi | None = IMSI

    def hears(self, message: Any) -> None:
        if isinstance(message, AuthenticationAndCipheringRequest):
            self.heard.append(message)
            if self.proof is not None:
                self.says(
                    AuthenticationAndCipheringResponse(
                        ac_reference_number=message.ac_reference_number,
                        authentication_parameter_response=self.proof[:4],
                        authentication_response_extension=self.proof[4:],
                    )
                )
        elif isinstance(message, IdentityRequest):
            if self.claims is not None:
                self.says(IdentityResponse(mobile_identity=MobileIdentity(self.claims)))
        else:
            super().hears(message)


def request(mobile: Mobile, kind: UpdateTypeValue = NORMAL, **changes: Any) -> RoutingAreaUpdateRequest:
    """What the mobile would ask."""
    return RoutingAreaUpdateRequest(
        update_type=UpdateType(update_type_value=kind),
        cksn=mobile.key,
        old_routing_area=mobile.area,
        ms_radio_access_capability=RADIO,
        old_ptmsi_signature=mobile.signature,
    ).replace(**changes)


@pytest.fixture
def lab() -> Lab:
    """An SGSN with a mobile that has attached."""
    lab = Strict()
    lab.attached()
    return lab


def taken_over(lab: Lab) -> Doubtful:
    """A mobile that has the identities of the first one, but not its card."""
    real = lab.mobiles.pop()
    other = Doubtful(lab)
    other.cell, other.tlli, other.area, other.nu = real.cell, real.tlli, real.area, real.nu
    other.signature, other.key = None, real.key
    lab.mobiles.append(other)
    return other


# --- within the SGSN --------------------------------------------------------------------------------------------------


@pytest.mark.ttcn3("attach_rau_a_b")
def test_update_in_another_area(lab: Lab) -> None:
    """23.060 6.9.1.2.1: known by P-TMSI, signature and key, the mobile gets a new P-TMSI; the HLR hears nothing."""
    mobile = lab.mobiles[0]
    before, old = lab.context.ptmsi, mobile.tlli
    mobile.update(NORMAL, FAR)
    accept = lab.last(RoutingAreaUpdateAccept)
    assert lab.names() == ["FlushLl", "RoutingAreaUpdateAccept"]
    assert accept.routing_area == FAR.rai
    assert accept.allocated_ptmsi.value != before
    assert accept.update_result.update_result_value is UpdateResultValue.RA_UPDATED
    context = lab.context
    assert context.state is mobility.S.REGISTERED
    assert (context.rai, context.cell, context.tlli) == (FAR.rai, FAR, mobile.tlli)
    assert context.ptmsi_old is None
    assert set(lab.sgsn.by_tlli) == {mobile.tlli}
    assert old not in lab.sgsn.by_tlli
    assert set(lab.sgsn.by_ptmsi) == {context.ptmsi}


@pytest.mark.ttcn3("attach_rau_a_a")
@pytest.mark.parametrize("policy", ["every update", "change of area"])
def test_update_in_the_same_area(policy: Any) -> None:
    """24.008 4.7.5.1.3: COMPLETE only if there is a new P-TMSI, and that is policy."""
    lab = Lab(ptmsi_reallocation=policy)
    mobile = lab.attached()
    before = lab.context.ptmsi
    mobile.update(PERIODIC)
    accept = lab.last(RoutingAreaUpdateAccept)
    assert lab.names() == ["RoutingAreaUpdateAccept"]
    assert (accept.allocated_ptmsi is not None) == (policy == "every update")
    assert accept.ptmsi_signature == lab.context.ptmsi_signature
    assert (lab.context.ptmsi != before) == (policy == "every update")
    assert lab.context.state is mobility.S.REGISTERED


@pytest.mark.ttcn3("attach_rau")
def test_update_is_authenticated_always() -> None:
    """24.008 4.7.5.1.2: the network may authenticate; where it always does, the signature does not help."""
    lab = Lab(authenticate="always")
    mobile = lab.attached()
    mobile.update(NORMAL, FAR)
    assert lab.names("ms") == ["AuthenticationAndCipheringRequest", "RoutingAreaUpdateAccept"]


@pytest.mark.parametrize("change", [{"old_ptmsi_signature": 1}, {"old_ptmsi_signature": None}, {"cksn": Cksn.NO_KEY}])
def test_update_with_a_wrong_signature(lab: Lab, change: dict[str, Any]) -> None:
    """23.060 6.9.1.2.1 step 2: signature wrong, missing, or another key: the mobile is challenged."""
    lab.mobiles[0].says(request(lab.mobiles[0], **change))
    assert lab.names("ms") == ["AuthenticationAndCipheringRequest", "RoutingAreaUpdateAccept"]


def test_update_tells_what_is_new(lab: Lab) -> None:
    """24.008 4.7.5: capabilities, DRX and READY timer are those of the request; the BSS hears of another capability."""
    mobile = lab.mobiles[0]
    mobile.says(
        request(
            mobile,
            requested_ready_timer=GprsTimer.lasting(20 * SECOND),
            drx_parameter=DrxParameter(split_pg_cycle_code=20),
            ms_network_capability=MsNetworkCapability.from_octets(b"\x80"),
            pdp_context_status=PdpContextStatus((5,)),
        )
    )
    accept = lab.last(RoutingAreaUpdateAccept)
    assert accept.negotiated_ready_timer == GprsTimer.lasting(20 * SECOND)
    assert accept.pdp_context_status == PdpContextStatus(())
    assert lab.context.drx_parameter == DrxParameter(split_pg_cycle_code=20)
    lab.waits(19)
    assert lab.look["mm_state"] == "READY"
    lab.waits(2)
    assert lab.look["mm_state"] == "STANDBY"


def test_update_with_another_radio_capability(lab: Lab) -> None:
    """48.018 7.1: RA-CAPABILITY tells the BSS what it may have been told otherwise."""
    other = MsRadioAccessCapability.from_octets(bytes.fromhex("38b3432b2596620060809ac2c662006080bac8c66200608000"))
    lab.mobiles[0].says(request(lab.mobiles[0], ms_radio_access_capability=other))
    told = lab.last(RaCapability)
    assert told.ms_radio_access_capability == other
    assert told.tlli == lab.context.tlli_used


def test_update_sends_to_standby() -> None:
    """24.008 4.7.2.1.1: force to standby counts when the procedure is over."""
    lab = Lab(force_to_standby=True)
    mobile = lab.attached()
    assert lab.look["mm_state"] == "STANDBY"
    mobile.update(NORMAL, FAR)
    assert lab.last(RoutingAreaUpdateAccept).force_to_standby is ForceToStandby.INDICATED
    assert lab.look["mm_state"] == "STANDBY"


# --- who it is --------------------------------------------------------------------------------------------------------


@pytest.mark.ttcn3("rau_unknown")
@pytest.mark.parametrize(
    ("area", "cause"),
    [
        (NEAR.rai, GmmCause.IMPLICITLY_DETACHED),
        (Rai.parse("001-01-9-9"), GmmCause.MS_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK),
    ],
)
def test_update_of_an_unknown_mobile(area: Rai, cause: GmmCause) -> None:
    """24.008 10.5.5.14: of an area of ours: #10; of an area of nobody's: #9. No context is left."""
    lab = Lab()
    mobile = lab.mobile()
    mobile.area, mobile.tlli = area, Tlli.foreign(0xC1234567)
    mobile.says(request(mobile))
    assert lab.last(RoutingAreaUpdateReject).gmm_cause is cause
    assert lab.sgsn.by_tlli == {}


@pytest.mark.ttcn3("attach_rau_a_b_wrong_old_ra")
def test_update_with_a_wrong_old_area(lab: Lab) -> None:
    """The P-TMSI was given in another area than the one told: it is not that mobile's, which stays as it is."""
    mobile = lab.mobiles[0]
    mobile.says(request(mobile, old_routing_area=AWAY.rai))
    assert lab.last(RoutingAreaUpdateReject).gmm_cause is GmmCause.IMPLICITLY_DETACHED
    assert lab.context.state is mobility.S.REGISTERED
    assert lab.sgsn.by_tlli[mobile.tlli] is lab.context


def test_update_of_a_detached_mobile(lab: Lab) -> None:
    """24.008 4.7.5.1.4: #10 to a mobile that the network has detached, by whatever TLLI it comes."""
    mobile = lab.mobiles[0]
    mobile.says(DetachRequestMo(detach_type=MoDetach(power_off=True, type=DetachTypeMo.GPRS_DETACH)))
    mobile.says(request(mobile))
    assert lab.last(RoutingAreaUpdateReject).gmm_cause is GmmCause.IMPLICITLY_DETACHED
    mobile.update(NORMAL, FAR)
    assert lab.last(RoutingAreaUpdateReject).gmm_cause is GmmCause.IMPLICITLY_DETACHED
    assert lab.context.state is mobility.S.DEREGISTERED
    assert len(lab.sgsn.by_tlli) == 1


def test_update_of_an_implicitly_detached_mobile(lab: Lab) -> None:
    """23.060 6.6.1: not heard for READY, T3312 + 4 min and a while: gone, and the next update is told so by #10."""
    lab.waits(44 + 58 * 60 + 61)
    mobile = lab.mobiles[0]
    mobile.says(request(mobile, PERIODIC))
    assert lab.last(RoutingAreaUpdateReject).gmm_cause is GmmCause.IMPLICITLY_DETACHED


@pytest.mark.parametrize(
    ("claims", "then"),
    [
        (IMSI, AuthenticationAndCipheringReject),
        (Imsi("001010000000009"), RoutingAreaUpdateReject),
        (None, IdentityRequest),
    ],
    ids=["same", "other", "silent"],
)
def test_update_with_a_wrong_proof(lab: Lab, claims: Imsi | None, then: type) -> None:
    """24.008 4.7.7.5: the IMSI is asked; whatever it says, the mobile whose context it is stays where it was."""
    place = lab.context.place
    impostor = taken_over(lab)
    impostor.claims = claims
    impostor.update(NORMAL, FAR)
    lab.waits(29)
    assert isinstance(lab.said[-1][1], then)
    lab.waits(2)
    context = lab.context
    assert context.state is mobility.S.REGISTERED
    assert (context.place, context.rai) == (place, NEAR.rai)
    assert list(lab.sgsn.by_tlli) == [context.tlli]


def test_update_with_an_unanswered_challenge(lab: Lab) -> None:
    """24.008 4.7.7.6 b: the update dies with T3360, the mobile stays where it was."""
    place = lab.context.place
    impostor = taken_over(lab)
    impostor.proof = None
    impostor.update(NORMAL, FAR)
    lab.waits(31)
    assert lab.names("ms").count("AuthenticationAndCipheringRequest") == 5
    assert lab.context.place == place
    assert lab.context.state is mobility.S.REGISTERED


def test_update_without_vectors() -> None:
    """29.010: what the HLR says of the vectors is what the mobile is told; nothing was proved, so it stays."""
    lab = Strict(vectors=1)
    mobile = lab.attached()
    lab.context.vectors = ()
    lab.hlr_errors = {SendAuthenticationInfoArg: ErrorCode.SYSTEM_FAILURE}
    mobile.says(request(mobile, old_ptmsi_signature=1))
    assert lab.last(RoutingAreaUpdateReject).gmm_cause is GmmCause.NETWORK_FAILURE
    assert lab.context.state is mobility.S.REGISTERED


# --- abnormal cases (4.7.5.1.6) ---------------------------------------------------------------------------------------


@pytest.fixture
def accepted() -> Lab:
    """An SGSN that waits for ROUTING AREA UPDATE COMPLETE."""
    lab = Strict()
    mobile = lab.attached()
    mobile.completes = False
    mobile.update(NORMAL, FAR)
    return lab


def test_accept_repeated_by_t3350(accepted: Lab) -> None:
    """24.008 4.7.5.1.6 c: five in all; then it is over, the mobile registered, and both P-TMSIs valid."""
    context = accepted.context
    accepted.waits(29)
    assert accepted.names("ms") == ["RoutingAreaUpdateAccept"] * 5
    accepted.waits(2)
    assert accepted.names("ms") == []
    assert context.state is mobility.S.REGISTERED
    assert set(accepted.sgsn.by_ptmsi) == {context.ptmsi, context.ptmsi_old}
    assert (context.rai_old, context.rai) == (NEAR.rai, FAR.rai)
    assert context.tlli_asked is None


@pytest.mark.parametrize("has_new", [True, False])
def test_update_after_an_abort(accepted: Lab, has_new: bool) -> None:
    """24.008 4.7.5.1.6 c: the mobile may have the new P-TMSI or the old one; either is good for the next update."""
    mobile, context = accepted.mobiles[0], accepted.context
    assert context.ptmsi_old is not None
    if not has_new:
        mobile.tlli, mobile.area = Tlli.foreign(context.ptmsi_old), NEAR.rai
        mobile.signature = context.ptmsi_signature_old
    accepted.waits(31)
    accepted.said.clear()
    mobile.completes = True
    mobile.update(NORMAL)
    assert accepted.names("ms") == ["RoutingAreaUpdateAccept"]
    assert context.ptmsi_old is None
    assert set(accepted.sgsn.by_ptmsi) == {context.ptmsi}
    assert list(accepted.sgsn.by_tlli) == [context.tlli]


def test_same_request_after_accept_repeats_it(accepted: Lab) -> None:
    """24.008 4.7.5.1.6 d.1: the same accept, and the counter of T3350 does not move."""
    mobile = accepted.mobiles[0]
    first = accepted.last(RoutingAreaUpdateAccept)
    accepted.waits(5)
    accepted.said.clear()
    ask = accepted.context.children[0].request  # type: ignore[attr-defined]
    assert accepted.context.tlli_asked is not None
    mobile.tlli = accepted.context.tlli_asked
    mobile.says(ask)
    assert [message for _, message in accepted.said] == [first]
    accepted.waits(29)
    assert accepted.names("ms") == ["RoutingAreaUpdateAccept"] * 5


def test_other_request_after_accept_replaces(accepted: Lab) -> None:
    """24.008 4.7.5.1.6 d.1: the mobile has moved on with its new P-TMSI; the first update is aborted."""
    mobile = accepted.mobiles[0]
    accepted.said.clear()
    mobile.completes = True
    mobile.update(NORMAL, AWAY)
    assert accepted.names("ms") == ["RoutingAreaUpdateAccept"]
    assert accepted.context.rai == AWAY.rai
    assert list(accepted.sgsn.by_tlli) == [mobile.tlli]


@pytest.mark.parametrize("same", [True, False])
def test_second_request_before_accept(same: bool) -> None:
    """24.008 4.7.5.1.6 d.2: the same is ignored, another one replaces the first, whose dialogue is aborted."""
    lab = Strict()
    mobile = lab.attached()
    lab.context.vectors = ()
    lab.hlr_errors = {SendAuthenticationInfoArg: None}
    ask = request(mobile, old_ptmsi_signature=1)
    mobile.says(ask)
    mobile.says(ask if same else ask.replace(old_ptmsi_signature=2))
    assert lab.names() == ["SendAuthenticationInfoArg"] * (1 if same else 2)
    assert len(lab.sgsn.tcap.dialogues) == 1


def test_detach_before_complete(accepted: Lab) -> None:
    """24.008 4.7.5.1.6 f: the update is aborted and the detach granted."""
    accepted.said.clear()
    accepted.mobiles[0].says(DetachRequestMo(detach_type=MoDetach(power_off=False, type=DetachTypeMo.GPRS_DETACH)))
    assert accepted.names("ms") == ["DetachAcceptMt"]
    assert accepted.context.state is mobility.S.DEREGISTERED
    assert accepted.context.children == ()


def test_attach_before_complete(accepted: Lab) -> None:
    """24.008 4.7.5.1.6 e: the mobile attaches anew; what it had ends when that is proved."""
    mobile = accepted.mobiles[0]
    mobile.completes = True
    mobile.attach()
    assert accepted.context.state is mobility.S.REGISTERED
    assert accepted.context.children == ()
    assert list(accepted.sgsn.by_tlli) == [mobile.tlli]


def test_malformed_update_request(lab: Lab) -> None:
    """24.008 4.7.5.1.6 b: an update that cannot be read is rejected with #96; the mobile stays registered."""
    lab.mobiles[0].says(request(lab.mobiles[0]).encode()[:9])
    assert lab.last(RoutingAreaUpdateReject).gmm_cause is GmmCause.INVALID_MANDATORY_INFORMATION
    assert lab.context.state is mobility.S.REGISTERED
    stranger = lab.mobile(Imsi("001010000000007"))
    stranger.says(request(stranger).encode()[:9])
    assert lab.last(RoutingAreaUpdateReject).gmm_cause is GmmCause.INVALID_MANDATORY_INFORMATION


@pytest.mark.ttcn3("attach_req_id_req_ra_update")
def test_update_during_attach() -> None:
    """24.008 4.7.5.1.4: who has not been accepted cannot update: #10, and the attach goes on."""
    lab = Strict()
    mobile = Doubtful(lab)
    lab.mobiles.append(mobile)
    mobile.claims = None
    mobile.tlli = Tlli.foreign(0xC0000001)
    mobile.attach(by_ptmsi=True)
    mobile.says(request(mobile, old_routing_area=FOREIGN))
    assert lab.names("ms") == ["IdentityRequest", "RoutingAreaUpdateReject"]
    mobile.says(IdentityResponse(mobile_identity=MobileIdentity(IMSI)))
    assert "AuthenticationAndCipheringRequest" in lab.names("ms")


@pytest.mark.parametrize("cell", [NEAR, FAR])
def test_update_before_attach_complete(cell: Any) -> None:
    """24.008 4.7.3.1.6 f: T3350 stops, the P-TMSI given is valid, and the update is progressed."""
    lab = Lab()
    mobile = lab.mobile()
    mobile.completes = False
    mobile.attach()
    mobile.completes = True
    lab.said.clear()
    mobile.update(NORMAL, cell)
    assert lab.names("ms") == ["RoutingAreaUpdateAccept"]
    lab.waits(31)
    assert lab.names("ms") == []
    assert lab.context.state is mobility.S.REGISTERED
    assert lab.context.rai == cell.rai


@pytest.mark.parametrize(
    ("kind", "then"), [("no-reattach", []), ("reattach", []), ("imsi", ["RoutingAreaUpdateAccept"])]
)
def test_update_during_network_detach(lab: Lab, kind: str, then: list[str]) -> None:
    """24.008 4.7.4.2.5 e: ignored, but for a detach from calls only, which is over then."""
    lab.orders("detach", imsi=IMSI, type=kind)
    lab.said.clear()
    lab.mobiles[0].update(NORMAL)
    assert lab.names("ms") == then
    lab.waits(7)
    assert lab.names("ms") == ([] if then else ["DetachRequestMt"])


def test_complete_that_nobody_awaits(lab: Lab) -> None:
    """24.008 8.4: a COMPLETE that was repeated fits no state: #98."""
    lab.mobiles[0].says(RoutingAreaUpdateComplete())
    assert lab.last(GmmStatus).gmm_cause is GmmCause.MESSAGE_TYPE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE


# --- the HLR and the VLR ----------------------------------------------------------------------------------------------


def test_update_when_the_hlr_must_be_told(lab: Lab) -> None:
    """23.007 5.1: a location that the HLR may have lost is told again at the next contact."""
    lab.context.location_confirmed = False
    lab.mobiles[0].update(PERIODIC)
    assert lab.names("ms") == ["RoutingAreaUpdateAccept"]
    assert lab.context.location_confirmed


@pytest.mark.parametrize("error", [ErrorCode.UNKNOWN_SUBSCRIBER, None])
def test_update_refused_by_the_hlr(error: ErrorCode | None) -> None:
    """29.010: the cause is that of the HLR, and the mobile is not registered any more."""
    lab = Strict()
    mobile = lab.attached()
    lab.context.location_confirmed = False
    lab.hlr_errors = {UpdateGprsLocationArg: error}
    mobile.update(PERIODIC)
    lab.waits(31)
    wanted = GmmCause.NETWORK_FAILURE if error is None else GmmCause.GPRS_SERVICES_NOT_ALLOWED
    assert lab.last(RoutingAreaUpdateReject).gmm_cause is wanted
    assert lab.sgsn.by_imsi == {}


def vlr_accepts(lab: Lab, tmsi: Tmsi | None = None) -> None:
    """LOCATION-UPDATE-ACCEPT of the VLR that serves the mobile's cell."""
    area = lab.mobiles[0].cell.rai.lai
    accept = bssap_plus.LocationUpdateAccept(
        imsi=ImsiIdentity(IMSI),
        location_area_identifier=area,
        new_tmsi_or_imsi=None if tmsi is None else MobileIdentity(tmsi),
    )
    lab.gs(accept, lab.sgsn.config.vlrs[area])


def test_combined_update_in_another_location_area() -> None:
    """23.060 6.9.1.3.1: the new VLR registers the mobile, and its TMSI is acknowledged by COMPLETE."""
    lab = Lab()
    mobile = lab.attached(combined=True)
    mobile.update(COMBINED, AWAY)
    assert lab.names() == ["FlushLl", "LocationUpdateRequest"]
    vlr_accepts(lab, Tmsi(0x11223344))
    accept = lab.last(RoutingAreaUpdateAccept)
    assert lab.names() == ["RoutingAreaUpdateAccept", "TmsiReallocationComplete"]
    assert accept.update_result.update_result_value is UpdateResultValue.COMBINED_RA_LA_UPDATED
    assert accept.ms_identity == MobileIdentity(Tmsi(0x11223344))
    assert accept.gmm_cause is None
    assert lab.look["gs"] == "Gs-ASSOCIATED"


def test_combined_update_in_the_same_location_area() -> None:
    """23.060 6.9.1.3.1 step 5: the VLR knows all that it would hear."""
    lab = Lab()
    mobile = lab.attached(combined=True)
    mobile.update(COMBINED, FAR)
    accept = lab.last(RoutingAreaUpdateAccept)
    assert lab.names() == ["FlushLl", "RoutingAreaUpdateAccept"]
    assert accept.update_result.update_result_value is UpdateResultValue.COMBINED_RA_LA_UPDATED


def test_imsi_attach_of_a_gprs_attached_mobile(lab: Lab) -> None:
    """24.008 4.7.5.2: a combined update with IMSI attach; without a TMSI or a new area no COMPLETE is awaited."""
    lab.mobiles[0].update(WITH_ATTACH)
    assert lab.names() == ["LocationUpdateRequest"]
    vlr_accepts(lab)
    assert lab.names() == ["RoutingAreaUpdateAccept"]
    assert lab.context.state is mobility.S.REGISTERED


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (MmCause.IMSI_UNKNOWN_IN_HLR, GmmCause.IMSI_UNKNOWN_IN_HLR),
        (MmCause.NETWORK_FAILURE, GmmCause.NETWORK_FAILURE),
        (MmCause.CONGESTION, GmmCause.CONGESTION),
        (None, GmmCause.MSC_TEMPORARILY_NOT_REACHABLE),
    ],
)
def test_combined_update_succeeds_in_part(lab: Lab, answer: MmCause | None, cause: GmmCause) -> None:
    """24.008 4.7.5.2.3.2: updated for packets only, with the cause; T6-1 of a mute VLR means #16."""
    lab.mobiles[0].update(WITH_ATTACH)
    if answer is None:
        lab.waits(11)
    else:
        lab.gs(bssap_plus.LocationUpdateReject(imsi=ImsiIdentity(IMSI), reject_cause=answer))
    accept = lab.last(RoutingAreaUpdateAccept)
    assert accept.gmm_cause is cause
    assert accept.update_result.update_result_value is UpdateResultValue.RA_UPDATED
    assert lab.look["gs"] == "Gs-NULL"


def test_update_for_packets_only_in_another_area() -> None:
    """23.060 6.9.1.2: the mobile goes to the VLR by itself there (network mode II): no association is left."""
    lab = Lab()
    lab.attached(combined=True).update(NORMAL, AWAY)
    assert lab.names("ms") == ["RoutingAreaUpdateAccept"]
    assert lab.look["gs"] == "Gs-NULL"


# --- from another SGSN ------------------------------------------------------------------------------------------------

PTMSI = Tmsi(0xC0ABCDEF)


@pytest.fixture
def arriving() -> Lab:
    """An SGSN to which a mobile comes from the area of another."""
    lab = Strict()
    mobile = lab.mobile()
    mobile.area, mobile.tlli, mobile.signature = FOREIGN, Tlli.foreign(PTMSI), 0x123456
    mobile.key = Cksn.KEY_3
    lab.said.clear()
    return lab


def hands_over(lab: Lab, cause: GtpCause = GtpCause.REQUEST_ACCEPTED, *, whole: bool = True) -> Any:
    """The old SGSN answers the SGSN Context Request, which is returned."""
    asked = lab.last(gtp.SgsnContextRequest)
    context = gtp.MmContext(
        security_mode=gtp.SecurityMode.GSM_KEY_AND_TRIPLETS,
        cksn=Cksn.KEY_3,
        used_cipher=Cipher.NOT_USED,
        drx_parameter=DRX,
        kc=bytes(8),
        triplets=(),
        ms_network_capability=None,
    )
    lab.gn(
        gtp.SgsnContextResponse(
            teid=asked.tunnel_endpoint_identifier_control_plane,
            sequence_number=asked.sequence_number,
            cause=cause,
            imsi=gtp.Imsi(str(IMSI)),
            tunnel_endpoint_identifier_control_plane=Teid(7) if whole else None,
            mm_context=context if whole else None,
            sgsn_address_for_control_plane=gtp.GsnAddress.parse("10.0.0.4") if whole else None,
        )
    )
    return asked


@pytest.mark.ttcn3("sgsn_context_req_out")
def test_update_from_another_sgsn(arriving: Lab) -> None:
    """23.060 6.9.1.2.2: context request, acknowledge, update GPRS location, and the accept with a P-TMSI of ours."""
    arriving.mobiles[0].says(request(arriving.mobiles[0]))
    asked = hands_over(arriving)
    assert asked.tlli == Tlli.foreign(PTMSI)
    assert asked.ptmsi_signature == 0x123456
    assert arriving.names() == ["SgsnContextRequest", "SgsnContextAcknowledge", "RoutingAreaUpdateAccept"]
    context = arriving.context
    assert context.state is mobility.S.REGISTERED
    assert context.location_confirmed
    assert (context.rai, context.ptmsi_old) == (NEAR.rai, None)
    assert list(arriving.sgsn.by_tlli) == [context.tlli]


def test_update_from_another_sgsn_never_completed(arriving: Lab) -> None:
    """24.008 4.7.5.1.6 c, 23.060 6.6.1: T3350 gives up; the mobile is registered, and is missed like any other."""
    mobile = arriving.mobiles[0]
    mobile.completes = False
    mobile.says(request(mobile))
    hands_over(arriving)
    arriving.waits(31)
    assert (arriving.look["state"], arriving.look["mm_state"]) == ("GMM-REGISTERED", "READY")
    arriving.waits(2 * 3600)
    assert (arriving.look["state"], arriving.look["mm_state"]) == ("GMM-DEREGISTERED", "IDLE")


def test_update_from_another_sgsn_cancelled(arriving: Lab) -> None:
    """23.060 6.9.1.3.2, 29.002 8.1.3: it waits for the VLR, and has gone on to yet another SGSN: nothing is left."""
    mobile = arriving.mobiles[0]
    mobile.says(request(mobile, UpdateTypeValue.COMBINED_RA_LA_UPDATING))
    hands_over(arriving)
    assert arriving.names()[-1] == "LocationUpdateRequest"
    arriving.cancels(CancellationType.UPDATE_PROCEDURE)
    arriving.waits(60)
    assert "RoutingAreaUpdateAccept" not in arriving.names()
    assert (arriving.sgsn.by_imsi, arriving.sgsn.by_tlli, arriving.sgsn.gs.associations) == ({}, {}, {})


def test_update_from_another_sgsn_is_authenticated_always() -> None:
    """23.060 6.9.1.2.2 step 3: security functions, before the contexts are acknowledged."""
    lab = Lab(authenticate="always")
    mobile = lab.mobile()
    mobile.area, mobile.tlli = FOREIGN, Tlli.foreign(PTMSI)
    lab.said.clear()
    mobile.says(request(mobile))
    hands_over(lab)
    assert lab.names() == [
        "SgsnContextRequest",
        "AuthenticationAndCipheringRequest",
        "SgsnContextAcknowledge",
        "RoutingAreaUpdateAccept",
    ]


def test_update_from_an_sgsn_that_doubts(arriving: Lab) -> None:
    """29.060 7.5.3: signature mismatch: the mobile is authenticated, and the old SGSN asked again for it, validated."""
    arriving.mobiles[0].says(request(arriving.mobiles[0]))
    hands_over(arriving, GtpCause.PTMSI_SIGNATURE_MISMATCH, whole=False)
    again = hands_over(arriving)
    assert again.ms_validated is not None
    assert str(again.imsi) == IMSI
    assert arriving.names()[:3] == ["SgsnContextRequest", "AuthenticationAndCipheringRequest", "SgsnContextRequest"]
    assert arriving.context.state is mobility.S.REGISTERED


@pytest.mark.parametrize("cause", [GtpCause.IMSI_NOT_KNOWN, None])
def test_update_from_an_sgsn_that_does_not_help(arriving: Lab, cause: GtpCause | None) -> None:
    """24.008 10.5.5.14: #9, the mobile must attach."""
    arriving.mobiles[0].says(request(arriving.mobiles[0]))
    if cause is None:
        arriving.waits(60)
    else:
        hands_over(arriving, cause, whole=False)
    assert arriving.last(RoutingAreaUpdateReject).gmm_cause is GmmCause.MS_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK
    assert arriving.sgsn.by_tlli == {}
    assert arriving.sgsn.by_imsi == {}


def test_impostor_from_another_sgsn() -> None:
    """29.060 7.5.5: not who it says: the contexts go back, and nothing is left here."""
    lab = Lab(authenticate="always")
    impostor = Doubtful(lab)
    lab.mobiles.append(impostor)
    impostor.area, impostor.tlli = FOREIGN, Tlli.foreign(PTMSI)
    impostor.says(request(impostor))
    hands_over(lab)
    assert lab.last(gtp.SgsnContextAcknowledge).cause is GtpCause.SYSTEM_FAILURE
    assert "AuthenticationAndCipheringReject" in lab.names("ms")
    assert lab.sgsn.by_tlli == {}


def test_update_from_another_sgsn_begun_anew(arriving: Lab) -> None:
    """24.008 4.7.5.1.6 d.2: another request during the challenge: the contexts go back and are asked for again."""
    lab = Lab(authenticate="always")
    mobile = Doubtful(lab)
    mobile.proof = None
    lab.mobiles.append(mobile)
    mobile.area, mobile.tlli = FOREIGN, Tlli.foreign(PTMSI)
    lab.said.clear()
    mobile.says(request(mobile))
    hands_over(lab)
    mobile.says(request(mobile, old_ptmsi_signature=9))
    assert lab.names() == [
        "SgsnContextRequest",
        "AuthenticationAndCipheringRequest",
        "SgsnContextAcknowledge",
        "SgsnContextRequest",
    ]


def test_attach_during_update_from_another_sgsn(arriving: Lab) -> None:
    """24.008 4.7.5.1.6 e: the mobile attaches instead; the update is over."""
    mobile = arriving.mobiles[0]
    mobile.says(request(mobile))
    mobile.attach()
    assert arriving.context.state is mobility.S.REGISTERED
    assert arriving.context.children == ()


def test_update_refused_by_the_hlr_after_the_transfer(arriving: Strict) -> None:
    """23.060 6.9.1.2.2: roaming not allowed: rejected, no context is left here."""
    arriving.hlr_errors = {UpdateGprsLocationArg: ErrorCode.ROAMING_NOT_ALLOWED}
    arriving.mobiles[0].says(request(arriving.mobiles[0]))
    hands_over(arriving)
    assert arriving.last(RoutingAreaUpdateReject).gmm_cause is GmmCause.PLMN_NOT_ALLOWED
    assert arriving.sgsn.by_tlli == {}


# --- cell update ------------------------------------------------------------------------------------------------------


@pytest.mark.ttcn3("cell_change_different_ci_data")
def test_cell_update(lab: Lab) -> None:
    """23.060 6.9.1.1, 48.018 8.1: any frame from another cell of the area; what waits in the old one goes over."""
    mobile = lab.mobiles[0]
    mobile.cell = NEXT
    mobile.says(b"")
    flush = lab.last(FlushLl)
    assert lab.names() == ["FlushLl"]
    assert (flush.tlli, flush.bvci_old, flush.bvci_new) == (mobile.tlli, 2, 3)
    assert lab.context.cell == NEXT
    mobile.says(b"")
    assert lab.names() == []


def test_cell_update_while_the_attach_runs() -> None:
    """23.060 6.9.1.1: the answers follow the mobile."""
    lab = Lab()
    mobile = Doubtful(lab)
    mobile.proof = None
    lab.mobiles.append(mobile)
    mobile.attach()
    mobile.cell = NEXT
    mobile.says(b"")
    lab.waits(7)
    assert lab.sgsn.by_tlli[mobile.tlli].bvci == 3
    assert lab.names("ms").count("AuthenticationAndCipheringRequest") == 2


@pytest.mark.ttcn3("cell_change_different_ci_attach")
def test_attach_from_another_cell(lab: Lab) -> None:
    """A mobile that attaches anew in another cell is answered there."""
    mobile = lab.mobiles[0]
    mobile.cell = NEXT
    mobile.attach(by_ptmsi=True)
    assert "AttachAccept" in lab.names("ms")
    assert lab.context.cell == NEXT


@pytest.mark.ttcn3("cell_change_different_rai_ci_attach")
def test_attach_from_another_area(lab: Lab) -> None:
    """A mobile that attaches anew in another area has that from then on."""
    mobile = lab.mobiles[0]
    mobile.cell = AWAY
    mobile.attach(by_ptmsi=True)
    assert lab.context.rai == AWAY.rai


@pytest.mark.ttcn3("cell_change_different_rai_ci_data")
def test_frame_from_another_area(lab: Lab) -> None:
    """48.018 8.1: a frame from another area before any update: what waits in the old cell is deleted."""
    mobile = lab.mobiles[0]
    mobile.cell = FAR
    mobile.says(b"")
    assert lab.last(FlushLl).bvci_new is None
    assert lab.context.rai == NEAR.rai
