"""PDP context activation by the mobile in the SGSN (24.008 6.1.3.1, 23.060 9.2.2.1, 29.060 7.3.1)."""

import pytest

from protocol.causes import GtpCause, SmCause, sm_cause_of
from protocol.gmm import DetachRequestMt
from protocol.gtp import CreatePdpContextRequest, DeletePdpContextRequest, EndUserAddress, SelectionModeValue
from protocol.identities import Apn, Teid, Tlli, Tmsi
from protocol.sm import ActivatePdpContextAccept, ActivatePdpContextReject
from tests.machines.sgsn_lab import IMSI
from tests.machines.sgsn_sessions import GGSNS, SUBSCRIBED_QOS, SessionLab


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
    lab.waits(11)
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
    assert lab.is_clean
