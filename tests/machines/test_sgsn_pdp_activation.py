"""PDP context activation by the mobile in the SGSN (24.008 6.1.3.1, 23.060 9.2.2.1, 29.060 7.3.1)."""

from ipaddress import IPv4Address

import pytest

from nodes.core import gtp as core_gtp
from protocol.bssgp import Resume, Suspend
from protocol.causes import GtpCause, SmCause, sm_cause_of
from protocol.gmm import DetachRequestMo, DetachRequestMt
from protocol.gmm.elements import DetachTypeMo, MoDetach
from protocol.gtp import (
    CreatePdpContextRequest,
    CreatePdpContextResponse,
    DeletePdpContextRequest,
    EndUserAddress,
    QualityOfServiceProfile,
    SelectionModeValue,
)
from protocol.identities import Apn, Teid, Tlli, Tmsi
from protocol.map.packet import PdpAddress as SubscribedAddress
from protocol.sm import ActivatePdpContextAccept, ActivatePdpContextReject
from protocol.sm.pdp_address import PdpAddress
from protocol.sm.protocol_configuration_options import ProtocolConfigurationOptions
from protocol.sm.quality_of_service import PeakThroughput
from tests.machines.sgsn_lab import IMSI, NEAR
from tests.machines.sgsn_sessions import GGSNS, SUBSCRIBED_QOS, SessionLab, subscription, whole


@pytest.fixture
def lab() -> SessionLab:
    """An SGSN with an attached mobile that is subscribed to two access points."""
    lab = SessionLab()
    lab.provided()
    return lab


@pytest.mark.ttcn3("attach_pdp_act")
def test_activation(lab: SessionLab) -> None:
    """23.060 figure 63: request, Create PDP Context Request and Response, accept with what the GGSN gave."""
    lab.asks()
    create = lab.last(CreatePdpContextRequest)
    assert lab.names() == ["CreatePdpContextRequest"]
    assert create.teid == 0
    assert create.imsi == IMSI
    assert create.rai == lab.context.rai
    assert create.recovery == 0
    assert create.selection_mode.value is SelectionModeValue.MS_OR_NETWORK_PROVIDED_APN_SUBSCRIBED_VERIFIED
    assert create.nsapi.value == 5
    assert create.access_point_name == Apn("internet")
    assert create.end_user_address == EndUserAddress.dynamic()
    assert create.quality_of_service_profile.quality_of_service == SUBSCRIBED_QOS
    assert lab.pdp().state.value == "PDP-INACTIVE"
    lab.said.append(("ggsn1", create))
    made = lab.creates()
    accept = lab.heard(ActivatePdpContextAccept)
    assert accept.transaction_identifier.flag
    assert accept.negotiated_qos == SUBSCRIBED_QOS
    assert accept.negotiated_llc_sapi.value == 3
    assert str(accept.pdp_address) == "IPv4 10.100.0.1"
    pdp = lab.pdp()
    assert pdp.state.value == "PDP-ACTIVE"
    assert (pdp.ggsn_control, pdp.ggsn_user) == (GGSNS["ggsn1"], GGSNS["ggsn1"])
    assert pdp.ggsn_teid_control == made.tunnel_endpoint_identifier_control_plane
    assert pdp.ggsn_teid_data == made.tunnel_endpoint_identifier_data_i
    assert lab.sgsn.gn.tunnels == {pdp.teid_data: pdp}
    assert lab.sgsn.gn.controls == {pdp.teid_control: lab.context}
    (shown,) = lab.look["pdp_contexts"]
    assert shown["address"] == "10.100.0.1"
    assert shown["apn"] == "internet"
    assert shown["ggsn"] == "10.0.0.7"
    assert lab.orders("inspect").body["pdp_contexts"] == 1
    assert lab.orders("inspect").body["teids"] == 2


@pytest.mark.ttcn3("pdp_act_unattached")
def test_activation_unattached() -> None:
    """23.007 11.1: a mobile that is not known here is told to attach."""
    lab = SessionLab()
    lab.mobile().tlli = Tlli.local(Tmsi(0xC1234567))
    lab.asks()
    assert isinstance(lab.said[-1][1], DetachRequestMt)


@pytest.mark.ttcn3("attach_pdp_act_ggsn_reject")
@pytest.mark.parametrize("cause", [cause for cause in GtpCause if cause.is_rejection])
def test_activation_rejected_by_ggsn(lab: SessionLab, cause: GtpCause) -> None:
    """29.060 7.7.1, 24.008 6.1.3.1.2: the mobile is told what the GGSN's cause means, when none other can help."""
    lab.asks(apn="mms")
    lab.refuses(cause, "ggsn2")
    assert lab.heard(ActivatePdpContextReject).sm_cause is sm_cause_of(cause)
    assert lab.context.pdp == {}
    assert lab.is_clean


def test_activation_ggsn_full_next_asked(lab: SessionLab) -> None:
    """23.060 annex A: where the first GGSN has no room, the next that has the access point is asked."""
    lab.asks()
    lab.refuses(GtpCause.NO_RESOURCES_AVAILABLE)
    assert [to for to, message in lab.said if isinstance(message, CreatePdpContextRequest)] == ["ggsn1", "ggsn2"]
    lab.creates(link="ggsn2")
    assert lab.heard(ActivatePdpContextAccept)
    assert lab.pdp().ggsn_control == GGSNS["ggsn2"]


def test_activation_ggsn_silent(lab: SessionLab) -> None:
    """29.060 7.6: N3-REQUESTS to the only GGSN, then network failure."""
    lab.asks(apn="mms")
    lab.waits(11)
    assert lab.names("ggsn2") == ["CreatePdpContextRequest"] * 5
    assert lab.heard(ActivatePdpContextReject).sm_cause is SmCause.NETWORK_FAILURE
    lab.waits(21)
    assert lab.is_clean


def test_activation_answered_late(lab: SessionLab) -> None:
    """A GGSN that answers after all is told to delete what nobody waits for."""
    lab.asks(apn="mms")
    create = lab.last(CreatePdpContextRequest)
    lab.waits(11)
    made = lab.creates(create, "ggsn2", teid=Teid(0))
    delete = lab.last(DeletePdpContextRequest)
    assert delete.teid == made.tunnel_endpoint_identifier_control_plane
    assert delete.teardown_ind.teardown
    lab.deletes(link="ggsn2")
    lab.waits(21)
    assert lab.is_clean


def test_activation_answered_late_by_two_lives(lab: SessionLab) -> None:
    """23.007: a GGSN that has restarted between two repeats has made two: both are deleted, repeats are not."""
    lab.asks(apn="mms")
    create = lab.last(CreatePdpContextRequest)
    lab.waits(11)
    lab.said.clear()
    first = lab.creates(create, "ggsn2")
    lab.gn(first, "ggsn2")
    lab.creates(create, "ggsn2")
    deleted = [message.teid for _, message in lab.said if isinstance(message, DeletePdpContextRequest)]
    assert deleted == [0x1001, 0x1002]
    lab.waits(21)
    assert lab.is_clean


def test_activation_withdrawn_ggsn_silent(lab: SessionLab) -> None:
    """A GGSN that answers after the mobile has gone, and later than T3 x N3, is told to delete all the same."""
    lab.asks(apn="mms")
    create = lab.last(CreatePdpContextRequest)
    lab.mobiles[0].says(DetachRequestMo(detach_type=MoDetach(power_off=True, type=DetachTypeMo.GPRS_DETACH)))
    assert lab.context.pdp == {}
    lab.waits(12)
    assert lab.names("ggsn2") == ["CreatePdpContextRequest"] * 5
    made = lab.creates(create, "ggsn2")
    assert lab.last(DeletePdpContextRequest).teid == made.tunnel_endpoint_identifier_control_plane
    lab.deletes(link="ggsn2")
    lab.waits(21)
    assert lab.is_clean


def test_activation_withdrawn_then_refused(lab: SessionLab) -> None:
    """A GGSN that makes none has nothing to delete, in time or late."""
    lab.asks(apn="mms")
    lab.leaves()
    lab.refuses(GtpCause.NO_RESOURCES_AVAILABLE, "ggsn2")
    lab.waits(21)
    assert lab.is_clean
    lab.asks(apn="mms")
    lab.waits(11)
    lab.refuses(GtpCause.NO_RESOURCES_AVAILABLE, "ggsn2")
    lab.waits(21)
    assert lab.is_clean


def unreadable(lab: SessionLab, link: str) -> None:
    """The GGSN answers with a cause alone, whose octet is missing."""
    create = lab.last(CreatePdpContextRequest)
    whole = CreatePdpContextResponse(
        teid=Teid(0), sequence_number=create.sequence_number, cause=GtpCause.REQUEST_ACCEPTED
    ).encode()
    octets = whole[:3] + bytes((whole[3] - 2,)) + whole[4:-2]
    lab.sgsn.receive(link, "gn", octets, lab.now)
    lab.listen()


def test_activation_answer_unreadable(lab: SessionLab) -> None:
    """29.060 11.1.5: an answer that cannot be read is none; the next GGSN may do better."""
    lab.asks()
    unreadable(lab, "ggsn1")
    unreadable(lab, "ggsn2")
    assert lab.heard(ActivatePdpContextReject).sm_cause is SmCause.NETWORK_FAILURE
    assert lab.is_clean


def test_activation_late_answer_unreadable(lab: SessionLab) -> None:
    """What comes late and cannot be read tells of nothing to delete."""
    lab.asks(apn="mms")
    lab.waits(11)
    unreadable(lab, "ggsn2")
    lab.waits(21)
    assert lab.is_clean
    lab.asks(apn="mms")
    lab.leaves()
    unreadable(lab, "ggsn2")
    lab.waits(21)
    assert lab.is_clean


@pytest.mark.parametrize(
    "missing",
    [
        "tunnel_endpoint_identifier_data_i",
        "tunnel_endpoint_identifier_control_plane",
        "charging_id",
        "end_user_address",
        "ggsn_address_for_user_traffic",
        "quality_of_service_profile",
    ],
)
def test_activation_answer_incomplete(lab: SessionLab, missing: str) -> None:
    """29.060 7.3.2, 11.1.6: an acceptance that lacks what it must have is none; what was made is deleted."""
    lab.asks(apn="mms")
    lab.creates(None, "ggsn2", **{missing: None})
    assert lab.heard(ActivatePdpContextReject).sm_cause is SmCause.NETWORK_FAILURE
    if missing != "tunnel_endpoint_identifier_control_plane":
        assert lab.last(DeletePdpContextRequest).teid == 0x1001
        lab.deletes(link="ggsn2")
    assert lab.is_clean


def test_activation_both_ggsns_silent(lab: SessionLab) -> None:
    """Two GGSNs in vain take less than T3380: one reject."""
    lab.asks()
    lab.waits(21)
    creation = ["CreatePdpContextRequest"] * 10
    assert lab.names() == [*creation, "ActivatePdpContextReject"]
    assert lab.heard(ActivatePdpContextReject).sm_cause is SmCause.NETWORK_FAILURE


def test_activation_given_up_by_operator(lab: SessionLab) -> None:
    """Who deactivates all contexts ends one that is only asked for, too."""
    lab.asks(apn="mms")
    lab.orders("deactivate", imsi=IMSI)
    assert lab.heard(ActivatePdpContextReject).sm_cause is SmCause.REGULAR_DEACTIVATION
    lab.creates(lab.last(CreatePdpContextRequest), "ggsn2")
    lab.deletes(link="ggsn2")
    assert lab.is_clean


def test_activation_accept_waits_for_the_mobile(lab: SessionLab) -> None:
    """23.060 16.2.1: a mobile in a call is told when it is back."""
    lab.asks()
    lab.gb(Suspend(tlli=lab.mobiles[0].tlli, routeing_area=NEAR.rai))
    lab.creates()
    assert lab.mobiles[0].heard == []
    lab.gb(Resume(tlli=lab.mobiles[0].tlli, routeing_area=NEAR.rai, suspend_reference_number=1))
    assert lab.heard(ActivatePdpContextAccept)


def test_activation_quality_of_ggsn(lab: SessionLab) -> None:
    """23.060 9.2.2.1: the GGSN may lower the quality of service further; the mobile hears what it has."""
    lab.asks()
    lower = SUBSCRIBED_QOS.replace(peak_throughput=PeakThroughput(1))
    lab.creates(quality_of_service_profile=QualityOfServiceProfile(2, lower))
    assert lab.heard(ActivatePdpContextAccept).negotiated_qos == lower
    assert lab.look["pdp_contexts"][0]["qos"]["peak_throughput"] == "1000 octet/s"


def test_activation_options_pass(lab: SessionLab) -> None:
    """24.008 10.5.6.3: protocol configuration options pass between mobile and GGSN as they are, in a reject too."""
    options = ProtocolConfigurationOptions.from_octets(bytes.fromhex("80000d00"))
    lab.asks(protocol_configuration_options=options)
    assert lab.last(CreatePdpContextRequest).protocol_configuration_options == options
    lab.creates(protocol_configuration_options=options)
    assert lab.heard(ActivatePdpContextAccept).protocol_configuration_options == options


def test_static_address_again(lab: SessionLab) -> None:
    """24.008 6.1.3.1.5 b: a context of the same access point, type and static address gives way."""
    fixed = PdpAddress.static(IPv4Address("10.102.0.1"))
    mine = subscription(3, pdp_address=SubscribedAddress(IPv4Address("10.102.0.1")))
    lab.inserts(gprs_subscription_data=whole(mine))
    lab.asks(address=fixed)
    lab.creates(end_user_address=EndUserAddress.static(IPv4Address("10.102.0.1")))
    lab.said.clear()
    lab.asks(nsapi=6, ti=1, address=fixed)
    assert lab.names() == ["DeletePdpContextRequest", "CreatePdpContextRequest"]
    assert list(lab.context.pdp) == [6]


def test_activation_tells_recovery(lab: SessionLab) -> None:
    """29.060 7.7.11: our restart counter stands in each first request: a GGSN may have lost it."""
    lab.asks()
    assert lab.last(CreatePdpContextRequest).recovery == 0
    lab.creates()
    lab.asks(nsapi=6, ti=1)
    assert lab.last(CreatePdpContextRequest).recovery == 0
    lab.creates()


def test_activation_path_down(lab: SessionLab) -> None:
    """29.060 7.2.1, 23.060 annex A: a GGSN that does not answer its echoes is asked last."""
    lab.active()
    while lab.sgsn.gn.paths.is_up(GGSNS["ggsn1"]):
        lab.waits(5)
        lab.mobiles[0].says(b"")
    lab.said.clear()
    lab.asks(nsapi=6, ti=1)
    assert lab.names() == ["CreatePdpContextRequest"]
    lab.said.append(("ggsn2", None))
    lab.waits(11)
    assert [to for to, message in lab.said if isinstance(message, CreatePdpContextRequest)][-1] == "ggsn1"


def test_activation_without_sequence_number(lab: SessionLab, monkeypatch: pytest.MonkeyPatch) -> None:
    """29.060 7.6: there are no more sequence numbers than that: the mobile is refused, and nothing waits for ever."""
    monkeypatch.setattr(core_gtp, "MOST_OUTSTANDING", 0)
    lab.asks()
    assert lab.names() == ["ActivatePdpContextReject"]
    assert lab.heard(ActivatePdpContextReject).sm_cause is SmCause.NETWORK_FAILURE
    assert lab.is_clean
