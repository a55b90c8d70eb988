"""The Gs association, SGSN side (29.018 4.2.1, 6 to 10, 13 to 16): real octets on Gs and Gb."""

from typing import Any

import pytest

from protocol import bssap_plus, sccp
from protocol.bssap_plus import (
    AlertAck,
    AlertReject,
    AlertRequest,
    DownlinkTunnelRequest,
    GprsDetachAck,
    GprsDetachIndication,
    ImsiDetachAck,
    ImsiDetachIndication,
    LocationUpdateAccept,
    LocationUpdateReject,
    LocationUpdateRequest,
    MmInformationRequest,
    MobileStatus,
    MsActivityIndication,
    MsInformationRequest,
    MsInformationResponse,
    TmsiReallocationComplete,
)
from protocol.bssap_plus.elements import (
    GprsLocationUpdateType,
    ImsiDetachFromGprsServiceType,
    ImsiDetachFromNonGprsServiceType,
    InformationRequested,
    MmInformation,
    MobileStationState,
    TmsiStatus,
    TomProtocolDiscriminator,
    TunnelPayload,
    TunnelPayloadControl,
)
from protocol.bssgp import ImsiIdentity, Suspend
from protocol.causes import GmmCause, GsCause, GtpCause, MmCause
from protocol.classmarks import MobileStationClassmark1, RevisionLevel
from protocol.gmm import (
    AttachAccept,
    AttachComplete,
    DetachRequestMo,
    DetachRequestMt,
    GmmInformation,
    IdentityResponse,
    RoutingAreaUpdateAccept,
)
from protocol.gmm.capability import (
    Access,
    AccessTechnology,
    AdditionalAccess,
    AdditionalAccesses,
    MsRadioAccessCapability,
)
from protocol.gmm.elements import (
    CodingScheme,
    DetachTypeMo,
    DetachTypeMt,
    MoDetach,
    NetworkName,
    ResultOfAttach,
    UpdateResultValue,
    UpdateTypeValue,
)
from protocol.gmm.elements import TmsiStatus as GmmTmsiStatus
from protocol.gtp import GsnAddress, SgsnContextAcknowledge, SgsnContextRequest, SgsnContextResponse
from protocol.identities import Gt, Imei, Imeisv, IsdnAddress, Lai, MobileIdentity, Teid, Tlli, Tmsi
from protocol.map.location import CancellationType
from protocol.sccp import Address, ReturnCause, Udts
from tests.machines.sgsn_lab import AWAY, FAR, IMSI, NEAR, NEXT, OWN, VLR, VLR2, Lab
from tests.machines.sgsn_sessions import SessionLab

WHO = ImsiIdentity(IMSI)
TMSI = Tmsi(0x12345678)
COMBINED = UpdateTypeValue.COMBINED_RA_LA_UPDATING
AND_ATTACH = UpdateTypeValue.COMBINED_RA_LA_UPDATING_WITH_IMSI_ATTACH
ACCEPT = LocationUpdateAccept(imsi=WHO, location_area_identifier=NEAR.rai.lai)


@pytest.fixture
def lab() -> Lab:
    """An SGSN whose mobile is attached for packets and calls."""
    lab = Lab()
    lab.attached(combined=True)
    assert (lab.look["gs"], lab.look["vlr"]) == ("Gs-ASSOCIATED", str(VLR))
    return lab


@pytest.fixture
def asking() -> Lab:
    """An SGSN that has asked the VLR for its mobile, which attaches."""
    lab = Lab()
    lab.mobile().attach(combined=True)
    return lab


def alone(lab: Lab, kind: type) -> Any:
    """The one message that was said to a VLR since."""
    (message,) = [message for to, message in lab.said if to.startswith("vlr")]
    lab.said.clear()
    assert isinstance(message, kind)
    return message


# --- location update (6) ----------------------------------------------------------------------------------------------


@pytest.mark.ttcn3("sgsap_lu", "attach_combined")
def test_location_update_in_attach(asking: Lab) -> None:
    """29.018 6.2.1, 6.2.2: IMSI attach from this cell; the mobile hears when the VLR has accepted."""
    assert asking.last(LocationUpdateRequest) == LocationUpdateRequest(
        imsi=WHO,
        sgsn_number=IsdnAddress(OWN),
        update_type=GprsLocationUpdateType.IMSI_ATTACH,
        new_cell_global_identity=NEAR,
        mobile_station_classmark=MobileStationClassmark1(
            revision_level=RevisionLevel.R99_OR_LATER, es_ind=True, no_a5_1=False, rf_power_capability=4
        ),
        old_location_area_identifier=Lai.parse("001-01-0"),
    )
    assert "AttachAccept" not in asking.names()
    asking.gs(ACCEPT)
    accept = asking.last(AttachAccept)
    assert accept.attach_result.result_of_attach is ResultOfAttach.COMBINED_GPRS_IMSI_ATTACHED
    assert (accept.ms_identity, accept.gmm_cause) == (None, None)
    assert asking.look["gs"] == "Gs-ASSOCIATED"
    assert "TmsiReallocationComplete" not in asking.names()


@pytest.mark.parametrize("status", [None, *GmmTmsiStatus])
def test_location_update_tells_tmsi_status(status: GmmTmsiStatus | None) -> None:
    """29.018 18.4.24: whether the mobile has a TMSI, if it said so."""
    lab = Lab()
    lab.mobile().attach(combined=True, status=status)
    told = lab.last(LocationUpdateRequest).tmsi_status
    assert told == (None if status is None else TmsiStatus(valid_tmsi_available=status is GmmTmsiStatus.VALID_TMSI))


def test_location_update_with_new_tmsi(asking: Lab) -> None:
    """29.018 6.2.2: the mobile's COMPLETE tells that it has the TMSI, and the VLR is told; it is the mobile's then."""
    asking.mobiles[0].completes = False
    asking.gs(ACCEPT.replace(new_tmsi_or_imsi=MobileIdentity(TMSI)))
    assert asking.last(AttachAccept).ms_identity == MobileIdentity(TMSI)
    assert asking.look["tmsi"] is None
    asking.said.clear()
    asking.waits(7)
    assert asking.names("vlr1") == []
    asking.mobiles[0].says(AttachComplete())
    complete = alone(asking, TmsiReallocationComplete)
    assert complete == TmsiReallocationComplete(imsi=WHO, cell_global_identity=NEAR)
    assert asking.look["tmsi"] == str(TMSI)


def test_location_update_with_imsi(asking: Lab) -> None:
    """29.018 6.2.2: the IMSI instead of a TMSI: the mobile has none, and nothing is confirmed to the VLR."""
    asking.gs(ACCEPT.replace(new_tmsi_or_imsi=MobileIdentity(IMSI)))
    assert asking.last(AttachAccept).ms_identity == MobileIdentity(IMSI)
    assert "TmsiReallocationComplete" not in asking.names()


@pytest.mark.ttcn3("sgsap_lu_imsi_reject")
@pytest.mark.parametrize(
    ("told", "cause"),
    [
        (MmCause.IMSI_UNKNOWN_IN_HLR, GmmCause.IMSI_UNKNOWN_IN_HLR),
        (MmCause.ILLEGAL_MS, GmmCause.IMSI_UNKNOWN_IN_HLR),
        (MmCause.ILLEGAL_ME, GmmCause.IMSI_UNKNOWN_IN_HLR),
        (MmCause.CONGESTION, GmmCause.CONGESTION),
        (MmCause.NETWORK_FAILURE, GmmCause.NETWORK_FAILURE),
        (MmCause.LOCATION_AREA_NOT_ALLOWED, GmmCause.NETWORK_FAILURE),
    ],
)
def test_location_update_rejected(asking: Lab, told: MmCause, cause: GmmCause) -> None:
    """29.018 6.2.3, 24.008 4.7.3.2.3.2: attached for GPRS only, with one of the causes that there are for that."""
    asking.gs(LocationUpdateReject(imsi=WHO, reject_cause=told))
    accept = asking.last(AttachAccept)
    assert accept.attach_result.result_of_attach is ResultOfAttach.GPRS_ONLY_ATTACHED
    assert accept.gmm_cause is cause
    assert (asking.look["gs"], asking.look["vlr"]) == ("Gs-NULL", None)


@pytest.mark.ttcn3("sgsap_lu_and_nothing")
def test_location_update_not_answered(asking: Lab) -> None:
    """29.018 6.4: T6-1, and no repeat: #16. An ACCEPT that comes later fits no state."""
    asking.waits(11)
    assert asking.names("vlr1") == ["LocationUpdateRequest"]
    assert asking.look["gs"] == "Gs-NULL"
    assert asking.mobiles[0].heard[-1].gmm_cause is GmmCause.MSC_TEMPORARILY_NOT_REACHABLE
    asking.gs(ACCEPT)
    status = alone(asking, MobileStatus)
    assert status.gs_cause is GsCause.MESSAGE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE
    assert (status.imsi, status.erroneous_message) == (WHO, ACCEPT.encode())
    assert asking.look["gs"] == "Gs-NULL"


def test_location_update_not_deliverable(asking: Lab) -> None:
    """The request comes back: no need to wait. What else comes back changes nothing."""
    own, vlr = Address(ssn=98, gt=OWN), Address(ssn=98, gt=VLR)
    for message in (MsActivityIndication(imsi=WHO), asking.last(LocationUpdateRequest)):
        cause = ReturnCause.SUBSYSTEM_FAILURE
        service = Udts(cause=cause, called=own, calling=vlr, payload=message.encode())
        assert asking.look_of_gs() == "LA-UPDATE-REQUESTED"
        asking.sgsn.receive("vlr1", "gs", service.encode(), asking.now)
        asking.listen()
    assert asking.last(AttachAccept).gmm_cause is GmmCause.MSC_TEMPORARILY_NOT_REACHABLE


def test_no_vlr_for_the_location_area() -> None:
    """A combined attach where there is no Gs: for GPRS only, #16."""
    lab = Lab(vlrs={})
    lab.mobile().attach(combined=True)
    assert lab.last(AttachAccept).gmm_cause is GmmCause.MSC_TEMPORARILY_NOT_REACHABLE


def test_no_route_to_the_vlr() -> None:
    """A VLR that nobody knows the way to is as one that does not answer."""
    lab = Lab(vlrs={NEAR.rai.lai: Gt("49179999999")})
    lab.mobile().attach(combined=True)
    lab.waits(11)
    assert lab.last(AttachAccept).gmm_cause is GmmCause.MSC_TEMPORARILY_NOT_REACHABLE


def test_attach_again_while_the_vlr_is_asked(asking: Lab) -> None:
    """24.008 4.7.3.1.6 e: another attach replaces the first; so does its location update."""
    asking.said.clear()
    asking.mobiles[0].attach(combined=True, status=GmmTmsiStatus.VALID_TMSI)
    assert "LocationUpdateRequest" in asking.names("vlr1")
    asking.waits(9)
    asking.gs(ACCEPT)
    assert asking.names("ms") == ["AttachAccept"]
    assert asking.look["gs"] == "Gs-ASSOCIATED"
    asking.gs(ACCEPT)
    assert asking.names("vlr1") == []


def test_attach_aborted_while_the_vlr_is_asked(asking: Lab) -> None:
    """29.018 4.2.1: nobody waits for the VLR any more: Gs-NULL. It may have heard, and is told."""
    detach = DetachRequestMo(detach_type=MoDetach(power_off=True, type=DetachTypeMo.GPRS_DETACH))
    asking.said.clear()
    asking.mobiles[0].says(detach)
    assert asking.names("vlr1") == ["GprsDetachIndication"]
    asking.said.clear()
    asking.gs(ACCEPT)
    assert alone(asking, MobileStatus).imsi == WHO
    asking.gs(GprsDetachAck(imsi=WHO))
    assert asking.sgsn.gs.associations == {}


def test_location_update_in_routing_area_update() -> None:
    """23.060 6.9.1.3: IMSI attach of a mobile that is attached for packets; then the area alone."""
    lab = Lab()
    mobile = lab.attached()
    mobile.update(AND_ATTACH)
    assert lab.last(LocationUpdateRequest).update_type is GprsLocationUpdateType.IMSI_ATTACH
    lab.gs(ACCEPT.replace(new_tmsi_or_imsi=MobileIdentity(TMSI)))
    accept = lab.last(RoutingAreaUpdateAccept)
    assert accept.update_result.update_result_value is UpdateResultValue.COMBINED_RA_LA_UPDATED
    assert accept.ms_identity == MobileIdentity(TMSI)
    assert "TmsiReallocationComplete" in lab.names("vlr1")


def test_no_location_update_within_the_location_area(lab: Lab) -> None:
    """23.060 6.9.1.3.1 step 5: the VLR is not asked when it knows all; the mobile is updated for both."""
    lab.mobiles[0].update(COMBINED, FAR)
    result = lab.last(RoutingAreaUpdateAccept).update_result.update_result_value
    assert result is UpdateResultValue.COMBINED_RA_LA_UPDATED
    assert lab.names("vlr1", "vlr2") == []
    assert lab.look["gs"] == "Gs-ASSOCIATED"


def test_location_update_in_another_location_area(lab: Lab) -> None:
    """29.018 6.2.1: its VLR is asked; the one before hears of it from the HLR."""
    lab.mobiles[0].update(COMBINED, AWAY)
    request = lab.last(LocationUpdateRequest)
    assert request.update_type is GprsLocationUpdateType.NORMAL_LOCATION_UPDATE
    assert (request.old_location_area_identifier, request.new_cell_global_identity) == (NEAR.rai.lai, AWAY)
    assert lab.names("vlr1") == []
    lab.gs(ACCEPT)  # of the VLR before: not of the one that was asked
    assert lab.look["gs"] == "LA-UPDATE-REQUESTED"
    lab.gs(ACCEPT.replace(location_area_identifier=AWAY.rai.lai), VLR2)
    assert (lab.look["gs"], lab.look["vlr"]) == ("Gs-ASSOCIATED", str(VLR2))


def test_update_for_packets_alone_in_another_area(lab: Lab) -> None:
    """23.060 6.9.1.2: it goes to the VLR by itself there: the VLR is told to reach it so."""
    lab.mobiles[0].update(UpdateTypeValue.RA_UPDATING, FAR)
    indication = alone(lab, GprsDetachIndication)
    kind = ImsiDetachFromGprsServiceType.NETWORK_INITIATED_IMSI_DETACH_FROM_GPRS_SERVICES
    assert indication.imsi_detach_from_gprs_service_type is kind
    assert lab.look["gs"] == "Gs-NULL"
    lab.gs(GprsDetachAck(imsi=WHO))
    lab.waits(15)
    assert lab.names("vlr1") == []


def test_update_after_a_time_elsewhere(lab: Lab) -> None:
    """23.060 6.9.1.2.2 step 4: another SGSN took the mobile over, and it came back: the VLR is asked anew."""
    mobile = lab.mobiles[0]
    lab.gn(
        SgsnContextRequest(
            sequence_number=1,
            teid=Teid(0),
            rai=NEAR.rai,
            tlli=Tlli.foreign(mobile.tlli),
            ptmsi_signature=mobile.signature,
            tunnel_endpoint_identifier_control_plane=Teid(7),
            sgsn_address_for_control_plane=GsnAddress.parse("10.0.0.4"),
        )
    )
    teid = lab.last(SgsnContextResponse).tunnel_endpoint_identifier_control_plane
    lab.gn(SgsnContextAcknowledge(sequence_number=1, teid=teid, cause=GtpCause.REQUEST_ACCEPTED))
    assert (lab.look["gs"], lab.look["vlr_reliable"]) == ("Gs-ASSOCIATED", False)
    mobile.update(COMBINED)
    assert "LocationUpdateRequest" in lab.names("vlr1")
    lab.gs(ACCEPT)
    assert lab.look["vlr_reliable"] is True


def test_classmark_of_a_mobile_of_later_technologies() -> None:
    """What is told of additional technologies alone says nothing of power or ciphers."""
    lab = Lab()
    mobile = lab.mobile()
    additional = AdditionalAccesses(
        (AdditionalAccess(technology=AccessTechnology.GSM_1800, gmsk_power_class=1, eight_psk_power_class=1),)
    )
    mobile.radio = MsRadioAccessCapability((Access(AccessTechnology.ADDITIONAL, additional),), rest="0" * 16)
    mobile.attach(combined=True)
    assert lab.last(LocationUpdateRequest).mobile_station_classmark.rf_power_capability == 0


# --- detach (7, 9, 10) ------------------------------------------------------------------------------------------------


def leaves(lab: Lab, kind: DetachTypeMo) -> None:
    """The mobile detaches."""
    lab.mobiles[0].says(DetachRequestMo(detach_type=MoDetach(power_off=False, type=kind)))


@pytest.mark.ttcn3("sgsap_expl_imsi_det_eps")
def test_detach_from_gprs(lab: Lab) -> None:
    """29.018 7.2: MS initiated; T8 stops with the ACK."""
    leaves(lab, DetachTypeMo.GPRS_DETACH)
    assert alone(lab, GprsDetachIndication) == GprsDetachIndication(
        imsi=WHO,
        sgsn_number=IsdnAddress(OWN),
        imsi_detach_from_gprs_service_type=ImsiDetachFromGprsServiceType.MS_INITIATED_IMSI_DETACH_FROM_GPRS_SERVICES,
        cell_global_identity=NEAR,
    )
    lab.gs(GprsDetachAck(imsi=WHO))
    lab.waits(20)
    assert lab.names("vlr1") == []
    assert lab.look["gs"] == "Gs-NULL"


def test_detach_from_gprs_not_acknowledged(lab: Lab) -> None:
    """29.018 7.4: N8 = 2 repeats, then O&M; an ACK that comes later is for nothing."""
    leaves(lab, DetachTypeMo.GPRS_DETACH)
    for _ in range(3):
        assert lab.names("vlr1") == ["GprsDetachIndication"]
        lab.waits(4)
    lab.waits(20)
    assert lab.names("vlr1") == []
    assert any("does not answer: T8" in text for text in lab.warnings)
    lab.gs(GprsDetachAck(imsi=WHO))
    lab.gs(ImsiDetachAck(imsi=WHO))
    assert lab.names() == []


@pytest.mark.ttcn3("sgsap_expl_imsi_det_noneps")
@pytest.mark.parametrize(
    ("kind", "told", "state"),
    [
        (
            DetachTypeMo.IMSI_DETACH,
            ImsiDetachFromNonGprsServiceType.EXPLICIT_MS_INITIATED_IMSI_DETACH_FROM_NON_GPRS_SERVICES,
            "GMM-REGISTERED",
        ),
        (
            DetachTypeMo.COMBINED_GPRS_IMSI_DETACH,
            ImsiDetachFromNonGprsServiceType.COMBINED_EXPLICIT_MS_INITIATED_IMSI_DETACH_FROM_GPRS_AND_NON_GPRS_SERVICES,
            "GMM-DEREGISTERED",
        ),
    ],
)
def test_detach_from_calls(lab: Lab, kind: DetachTypeMo, told: Any, state: str) -> None:
    """29.018 9.2: explicit, alone or with that from GPRS; T9."""
    leaves(lab, kind)
    indication = alone(lab, ImsiDetachIndication)
    assert indication.imsi_detach_from_non_gprs_service_type is told
    assert (indication.cell_global_identity, indication.location_information_age) == (NEAR, 0)
    assert (lab.look["gs"], lab.look["state"]) == ("Gs-NULL", state)
    lab.waits(5)
    assert lab.names("vlr1") == ["ImsiDetachIndication"]
    lab.gs(ImsiDetachAck(imsi=WHO))
    lab.waits(20)
    assert lab.names("vlr1") == []


def test_detach_from_calls_not_acknowledged(lab: Lab) -> None:
    """29.018 9.4: N9 = 2 repeats."""
    leaves(lab, DetachTypeMo.IMSI_DETACH)
    lab.waits(30)
    assert lab.names("vlr1") == ["ImsiDetachIndication"] * 3
    assert any("does not answer: T9" in text for text in lab.warnings)


@pytest.mark.ttcn3("sgsap_impl_imsi_det_eps", "sgsap_impl_imsi_det_noneps")
def test_implicit_detach(lab: Lab) -> None:
    """29.018 10.2: the mobile was not heard; how long ago that was, goes with it. T10, N10 = 2 repeats."""
    lab.waits(60 * 60)
    indication = next(message for _, message in lab.said if isinstance(message, ImsiDetachIndication))
    kind = ImsiDetachFromNonGprsServiceType.IMPLICIT_NETWORK_INITIATED_IMSI_DETACH_FROM_NON_GPRS_SERVICES
    assert indication.imsi_detach_from_non_gprs_service_type is kind
    assert indication.location_information_age == 59
    assert lab.names("vlr1") == ["ImsiDetachIndication"] * 3
    assert any("does not answer: T10" in text for text in lab.warnings)
    assert (lab.look["gs"], lab.look["state"]) == ("Gs-NULL", "GMM-DEREGISTERED")


def test_implicit_detach_acknowledged(lab: Lab) -> None:
    """29.018 10.2: the ACK stops T10."""
    lab.waits(59 * 60 + 46)
    assert lab.names("vlr1") == ["ImsiDetachIndication"]
    lab.gs(ImsiDetachAck(imsi=WHO))
    lab.waits(30)
    assert lab.names("vlr1") == []


def test_detach_by_the_network(lab: Lab) -> None:
    """29.018 7.2, 24.008 4.7.4.2: network initiated."""
    lab.orders("detach", imsi=IMSI, type="reattach")
    kind = ImsiDetachFromGprsServiceType.NETWORK_INITIATED_IMSI_DETACH_FROM_GPRS_SERVICES
    assert alone(lab, GprsDetachIndication).imsi_detach_from_gprs_service_type is kind


def test_subscription_withdrawn(lab: Lab) -> None:
    """29.018 7.2, 23.060 6.6.2.2: GPRS services not allowed; the VLR is told until it acknowledges, context or not."""
    lab.cancels(CancellationType.SUBSCRIPTION_WITHDRAW)
    kind = ImsiDetachFromGprsServiceType.GPRS_SERVICES_NOT_ALLOWED
    assert alone(lab, GprsDetachIndication).imsi_detach_from_gprs_service_type is kind
    lab.gs(GprsDetachAck(imsi=WHO))
    lab.waits(31)
    assert lab.sgsn.gs.associations == {}


def test_context_gone_before_the_acknowledge(lab: Lab) -> None:
    """29.018 7: what the VLR has not heard it is told even when nothing else is known of the mobile."""
    leaves(lab, DetachTypeMo.GPRS_DETACH)
    lab.cancels(CancellationType.UPDATE_PROCEDURE)
    assert lab.sgsn.by_imsi == {}
    lab.said.clear()
    lab.waits(5)
    assert lab.names("vlr1") == ["GprsDetachIndication"]
    lab.gs(GprsDetachAck(imsi=WHO))
    assert lab.sgsn.gs.associations == {}


def test_cancelled_as_it_moved(lab: Lab) -> None:
    """23.060 6.5.2 step 7: the mobile is elsewhere. Should it have gone there for packets alone, the VLR must know."""
    lab.cancels(CancellationType.UPDATE_PROCEDURE)
    assert lab.names("vlr1") == ["GprsDetachIndication"]
    lab.gs(GprsDetachAck(imsi=WHO))
    assert lab.sgsn.gs.associations == {}


def test_attach_again_before_the_acknowledge(lab: Lab) -> None:
    """29.018 6.2.1: a location update begins the association anew; nothing of the detach is repeated."""
    leaves(lab, DetachTypeMo.COMBINED_GPRS_IMSI_DETACH)
    lab.said.clear()
    lab.mobiles[0].attach(combined=True)
    lab.gs(ImsiDetachAck(imsi=WHO))
    lab.gs(ACCEPT)
    lab.waits(15)
    assert lab.names("vlr1") == ["LocationUpdateRequest"]
    assert lab.look["gs"] == "Gs-ASSOCIATED"


def test_attach_again_keeps_the_association(lab: Lab) -> None:
    """The context of the mobile is another one then; the association is that of the IMSI."""
    lab.mobiles[0].attach(combined=True)
    lab.gs(ACCEPT)
    assert len(lab.sgsn.gs.associations) == 1
    assert lab.look["gs"] == "Gs-ASSOCIATED"


def test_attach_again_for_packets_alone(lab: Lab) -> None:
    """The VLR is told to reach the mobile by itself."""
    lab.mobiles[0].attach()
    assert lab.names("vlr1") == ["GprsDetachIndication"]
    assert lab.look["gs"] == "Gs-NULL"


def test_implicit_detach_after_that_from_calls(lab: Lab) -> None:
    """29.018 10.2: in Gs-NULL the VLR needs no word; should it page, it is told."""
    leaves(lab, DetachTypeMo.IMSI_DETACH)
    lab.gs(ImsiDetachAck(imsi=WHO))
    lab.said.clear()
    lab.waits(61 * 60)
    assert lab.names("vlr1") == []
    assert lab.look["state"] == "GMM-DEREGISTERED"


# --- alert and activity (8) -------------------------------------------------------------------------------------------


def test_alert_then_activity(lab: Lab) -> None:
    """29.018 8.2, 8.3: NGAF is set; the next frame of the mobile is told, once."""
    lab.waits(45)
    lab.gs(AlertRequest(imsi=WHO))
    assert alone(lab, AlertAck) == AlertAck(imsi=WHO)
    assert lab.look["ngaf"] is True
    lab.mobiles[0].cell = NEXT
    lab.mobiles[0].says(b"")
    assert alone(lab, MsActivityIndication) == MsActivityIndication(imsi=WHO, cell_global_identity=NEXT)
    assert lab.look["ngaf"] is False
    lab.mobiles[0].says(b"")
    assert lab.names("vlr1") == []


def test_alert_then_location_update(lab: Lab) -> None:
    """29.018 8.3: a procedure towards the VLR tells more, and clears NGAF."""
    lab.gs(AlertRequest(imsi=WHO))
    lab.said.clear()
    lab.mobiles[0].update(COMBINED, AWAY)
    lab.gs(ACCEPT.replace(location_area_identifier=AWAY.rai.lai), VLR2)
    assert "MsActivityIndication" not in lab.names()
    assert lab.look["ngaf"] is False


def test_alert_for_who_is_attached_for_packets_only() -> None:
    """29.018 8.2: the state of the association does not matter."""
    lab = Lab()
    lab.attached()
    lab.gs(AlertRequest(imsi=WHO))
    lab.mobiles[0].says(b"")
    assert lab.names("vlr1") == ["AlertAck", "MsActivityIndication"]


def test_alert_for_nobody() -> None:
    """29.018 8.4: IMSI unknown."""
    lab = Lab()
    lab.said.clear()
    lab.gs(AlertRequest(imsi=WHO))
    assert alone(lab, AlertReject) == AlertReject(imsi=WHO, gs_cause=GsCause.IMSI_UNKNOWN)


# --- information (13, 14) ---------------------------------------------------------------------------------------------


def asked(lab: Lab, wanted: InformationRequested) -> MsInformationResponse:
    """What the SGSN answers at once."""
    lab.said.clear()
    lab.gs(MsInformationRequest(imsi=WHO, information_requested=wanted))
    response = alone(lab, MsInformationResponse)
    assert isinstance(response, MsInformationResponse)
    return response


def test_information_about_place(lab: Lab) -> None:
    """29.018 13.2: cell, age in minutes, and state."""
    lab.waits(200)
    response = asked(lab, InformationRequested.MOBILE_LOCATION_INFORMATION)
    assert (response.cell_global_identity, response.location_information_age) == (NEAR, 3)
    assert response.mobile_station_state is MobileStationState.STANDBY_OR_PMM_IDLE_0_PDP_CONTEXTS_ACTIVE


def test_information_about_identities(lab: Lab) -> None:
    """29.018 13.2: P-TMSI, TMSI; each alone."""
    response = asked(lab, InformationRequested.PTMSI)
    assert (response.ptmsi, response.tmsi) == (lab.context.ptmsi, None)
    assert response.mobile_station_state is MobileStationState.READY_OR_PMM_CONNECTED_0_PDP_CONTEXTS_ACTIVE
    lab.mobiles[0].update(AND_ATTACH)
    lab.gs(ACCEPT.replace(new_tmsi_or_imsi=MobileIdentity(TMSI)))
    response = asked(lab, InformationRequested.TMSI)
    assert (response.ptmsi, response.tmsi) == (None, TMSI)


def test_information_about_a_suspended_mobile(lab: Lab) -> None:
    """29.018 18.4.19: it is in a call."""
    lab.gb(Suspend(tlli=lab.mobiles[0].tlli, routeing_area=NEAR.rai))
    response = asked(lab, InformationRequested.PTMSI)
    assert response.mobile_station_state is MobileStationState.SUSPENDED_0_PDP_CONTEXTS_ACTIVE


def test_information_about_a_mobile_with_pdp_contexts() -> None:
    """29.018 18.4.19: one or more are active."""
    lab = SessionLab()
    lab.provided()
    lab.active()
    response = asked(lab, InformationRequested.PTMSI)
    assert response.mobile_station_state is MobileStationState.READY_OR_PMM_CONNECTED_1_OR_MORE_PDP_CONTEXTS_ACTIVE


def test_information_about_a_detached_mobile(lab: Lab) -> None:
    """29.018 18.4.19: idle; nobody can be asked for an IMEI."""
    leaves(lab, DetachTypeMo.GPRS_DETACH)
    response = asked(lab, InformationRequested.IMEI)
    assert response.mobile_station_state is MobileStationState.IDLE_OR_PMM_DETACHED
    assert response.imei is None


def test_information_about_nobody() -> None:
    """29.018 13.3: IMSI unknown."""
    response = asked(Lab(), InformationRequested.IMEI)
    assert response.mobile_station_state is MobileStationState.IMSI_UNKNOWN


def test_information_not_supported(lab: Lab) -> None:
    """29.018 18.4.13: a value that is reserved."""
    response = asked(lab, InformationRequested(99))
    assert response.mobile_station_state is MobileStationState.INFORMATION_REQUESTED_NOT_SUPPORTED


def test_information_from_the_mobile(lab: Lab) -> None:
    """29.018 13.2: the mobile is asked for what is not known, then the VLR is answered; the IMEI is kept."""
    imei, imeisv = Imei("490154203237510"), Imeisv("4901542032375101")
    wanted = InformationRequested.PTMSI_IMEI_AND_IMEISV
    lab.gs(MsInformationRequest(imsi=WHO, information_requested=wanted))
    assert lab.names() == ["IdentityRequest"]
    lab.mobiles[0].says(IdentityResponse(mobile_identity=MobileIdentity(imei)))
    assert lab.names() == ["IdentityRequest"]
    lab.mobiles[0].says(IdentityResponse(mobile_identity=MobileIdentity(imeisv)))
    response = alone(lab, MsInformationResponse)
    assert (response.ptmsi, response.imei, response.imeisv) == (lab.context.ptmsi, imei, imeisv)
    assert asked(lab, InformationRequested.IMEI).imei == imei


def test_information_that_the_mobile_does_not_tell(lab: Lab) -> None:
    """24.008 4.7.8.4: T3370 runs out; the VLR is answered without."""
    for wanted in (InformationRequested.IMEI, InformationRequested.IMEISV):
        lab.gs(MsInformationRequest(imsi=WHO, information_requested=wanted))
        lab.said.clear()
        lab.waits(31)
        response = alone(lab, MsInformationResponse)
        assert (response.imei, response.imeisv) == (None, None)


def test_information_while_the_mobile_leaves(lab: Lab) -> None:
    """The VLR is answered in any case."""
    lab.gs(MsInformationRequest(imsi=WHO, information_requested=InformationRequested.IMEI_AND_IMEISV))
    leaves(lab, DetachTypeMo.GPRS_DETACH)
    assert "MsInformationResponse" in lab.names("vlr1")


def test_information_for_the_mobile(lab: Lab) -> None:
    """29.018 14.2: MM information becomes GMM INFORMATION."""
    name = NetworkName(CodingScheme.GSM_DEFAULT_ALPHABET, "lab")
    lab.gs(MmInformationRequest(imsi=WHO, mm_information=MmInformation(short_name_for_network=name)))
    assert lab.said == [("ms", GmmInformation(short_name_for_network=name))]
    lab.said.clear()
    lab.gs(MmInformationRequest(imsi=WHO))
    assert lab.said == []


def test_information_for_a_mobile_in_gs_null() -> None:
    """29.018 14.3: in Gs-NULL the VLR has nothing to tell."""
    lab = Lab()
    lab.attached()
    lab.gs(MmInformationRequest(imsi=WHO))
    assert alone(lab, MobileStatus).gs_cause is GsCause.MESSAGE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE


# --- others -----------------------------------------------------------------------------------------------------------


def test_tunnel_is_not_offered(lab: Lab) -> None:
    """29.018 15: told to the operator, and to the VLR as a functionality that is not there."""
    control = TunnelPayloadControl(
        tom_protocol_discriminator=TomProtocolDiscriminator.TIA_EIA_136, e=False, tunnel_priority=0
    )
    lab.gs(
        DownlinkTunnelRequest(
            imsi=WHO,
            vlr_number=IsdnAddress(VLR),
            downlink_tunnel_payload_control_and_info=TunnelPayload(control, b"\x01\x02"),
        )
    )
    assert alone(lab, MobileStatus).gs_cause is GsCause.TOM_FUNCTIONALITY_NOT_SUPPORTED
    assert any("another network" in text for text in lab.warnings)


@pytest.mark.parametrize("imsi", [None, WHO])
def test_mobile_status_is_noted(lab: Lab, imsi: ImsiIdentity | None) -> None:
    """29.018 16: no answer, and nothing changes."""
    lab.gs(MobileStatus(imsi=imsi, gs_cause=GsCause.MESSAGE_UNKNOWN, erroneous_message=b"\x63"))
    assert lab.names() == []
    assert any("MOBILE-STATUS" in text for text in lab.warnings)
    assert lab.look["gs"] == "Gs-ASSOCIATED"


def test_mobile_status_disowns(lab: Lab) -> None:
    """29.018 16: the VLR has no association: it is asked anew at the next update."""
    cause = GsCause.MESSAGE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE
    lab.gs(MobileStatus(imsi=WHO, gs_cause=cause, erroneous_message=TmsiReallocationComplete(imsi=WHO).encode()))
    assert lab.look["vlr_reliable"] is False
    lab.mobiles[0].update(UpdateTypeValue.PERIODIC_UPDATING)
    assert lab.last(DetachRequestMt).detach_type.type is DetachTypeMt.IMSI_DETACH


@pytest.mark.ttcn3("sgsap_unexp_ud")
def test_answer_for_nobody() -> None:
    """29.018 16.3: an answer about a mobile that is not known."""
    lab = Lab()
    lab.said.clear()
    lab.gs(LocationUpdateReject(imsi=WHO, reject_cause=MmCause.CONGESTION))
    assert alone(lab, MobileStatus).imsi == WHO
    lab.gs(ImsiDetachAck(imsi=WHO))
    assert lab.names() == []


def test_wrong_message_is_answered(lab: Lab) -> None:
    """29.018 16.4: PAGING-REQUEST without VLR number."""
    octets = bytes((bssap_plus.PagingRequest.code,)) + bssap_plus.AlertRequest(imsi=WHO).encode()[1:]
    lab.gs(octets)
    assert alone(lab, MobileStatus).gs_cause is GsCause.MISSING_MANDATORY_INFORMATION_ELEMENT


def test_connection_is_not_taken(lab: Lab) -> None:
    """29.016: Gs has no connections."""
    request = sccp.Cr(source=sccp.LocalReference(1), called=Address(ssn=98), payload=b"\x01")
    lab.sgsn.receive("vlr1", "gs", request.encode(), lab.now)
    lab.listen()
    assert lab.names() == []
