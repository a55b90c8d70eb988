"""PDP context deactivation in the SGSN: by the mobile, the SGSN and the GGSN (24.008 6.1.3.4, 23.060 9.2.4)."""

import pytest

from protocol.causes import GtpCause, SmCause
from protocol.gtp import CreatePdpContextRequest, DeletePdpContextRequest, DeletePdpContextResponse, Nsapi, TeardownInd
from protocol.sm import DeactivatePdpContextAccept, DeactivatePdpContextRequest
from tests.machines.sgsn_lab import IMSI
from tests.machines.sgsn_sessions import SessionLab


@pytest.fixture
def lab() -> SessionLab:
    """An SGSN with an attached mobile that has an active context."""
    lab = SessionLab()
    lab.provided()
    lab.active()
    return lab


def deletion(lab: SessionLab, *, teardown: bool = True, number: int = 77) -> DeletePdpContextRequest:
    """What the GGSN says to delete the context."""
    teid = lab.pdp().teid_control
    assert teid is not None
    indicator = TeardownInd(teardown=True) if teardown else None
    return DeletePdpContextRequest(teid=teid, sequence_number=number, teardown_ind=indicator, nsapi=Nsapi(value=5))


@pytest.mark.ttcn3("attach_pdp_act_user_deact_mo")
def test_deactivation_by_mobile(lab: SessionLab) -> None:
    """23.060 figure 73: the GGSN deletes, then the mobile is answered."""
    teid = lab.pdp().ggsn_teid_control
    lab.leaves()
    delete = lab.last(DeletePdpContextRequest)
    assert lab.names() == ["DeletePdpContextRequest"]
    assert (delete.teid, delete.nsapi.value, delete.teardown_ind.teardown) == (teid, 5, True)
    lab.said.append(("ggsn1", delete))
    lab.deletes()
    assert lab.heard(DeactivatePdpContextAccept)
    assert lab.is_clean


@pytest.mark.ttcn3("attach_pdp_act_deact_dup")
def test_deactivation_by_mobile_repeated(lab: SessionLab) -> None:
    """T3390 expired before the GGSN answered: one deletion, one accept."""
    lab.leaves()
    lab.leaves()
    assert lab.names() == ["DeletePdpContextRequest"]


@pytest.mark.ttcn3("attach_pdp_act_deact_gtp_retrans")
def test_deactivation_by_mobile_ggsn_silent(lab: SessionLab) -> None:
    """29.060 7.6: N3-REQUESTS in vain; the mobile is answered all the same."""
    lab.leaves()
    lab.waits(11)
    assert lab.names() == ["DeletePdpContextRequest"] * 5 + ["DeactivatePdpContextAccept"]
    assert lab.is_clean


def test_deactivation_before_activation(lab: SessionLab) -> None:
    """The mobile wants no more what the GGSN is still asked for: what that makes is deleted."""
    lab.asks(nsapi=6, ti=1, apn="mms")
    lab.leaves(1)
    assert lab.heard(DeactivatePdpContextAccept)
    assert list(lab.context.pdp) == [5]
    made = lab.creates(lab.last(CreatePdpContextRequest), "ggsn2")
    delete = lab.last(DeletePdpContextRequest)
    assert delete.teid == made.tunnel_endpoint_identifier_control_plane
    lab.deletes(link="ggsn2")
    lab.leaves()
    lab.deletes()
    assert lab.is_clean


def test_deactivation_by_operator(lab: SessionLab) -> None:
    """23.060 figure 74: GGSN and mobile are told at once."""
    assert lab.orders("deactivate", imsi=IMSI, nsapi=5).status == "done"
    assert lab.names() == ["DeletePdpContextRequest", "DeactivatePdpContextRequest"]
    assert lab.heard(DeactivatePdpContextRequest).sm_cause is SmCause.REGULAR_DEACTIVATION
    assert lab.pdp().state.value == "PDP-INACTIVE-PENDING"
    lab.agrees()
    lab.waits(11)
    assert lab.is_clean


@pytest.mark.ttcn3("attach_pdp_act_user_deact_mt")
def test_deactivation_by_ggsn(lab: SessionLab) -> None:
    """23.060 figure 75: the mobile is told, then the GGSN is answered."""
    teid = lab.pdp().ggsn_teid_control
    request = deletion(lab)
    lab.gn(request, "ggsn1")
    assert lab.names() == ["DeactivatePdpContextRequest"]
    lab.agrees()
    response = lab.last(DeletePdpContextResponse)
    assert (response.teid, response.sequence_number, response.cause) == (teid, 77, GtpCause.REQUEST_ACCEPTED)
    assert lab.is_clean


@pytest.mark.ttcn3("attach_pdp_act_deact_mt_t3395_expire")
def test_deactivation_by_ggsn_mobile_silent(lab: SessionLab) -> None:
    """24.008 6.1.3.4.3: five requests, eight seconds each; then the context goes without the mobile."""
    lab.gn(deletion(lab), "ggsn1")
    lab.waits(39)
    assert lab.names("ms") == ["DeactivatePdpContextRequest"] * 5
    assert lab.pdp().state.value == "PDP-INACTIVE-PENDING"
    lab.waits(2)
    assert lab.names() == ["DeletePdpContextResponse"]
    assert lab.is_clean


@pytest.mark.ttcn3("attach_pdp_act_deact_gtp_retrans_resp")
def test_deletion_repeated_by_ggsn(lab: SessionLab) -> None:
    """29.060 7.6: a request that comes twice is answered twice alike."""
    request = deletion(lab)
    lab.gn(request, "ggsn1")
    lab.gn(request, "ggsn1")
    lab.agrees()
    first = lab.last(DeletePdpContextResponse)
    lab.gn(request, "ggsn1")
    assert lab.last(DeletePdpContextResponse) == first
    assert lab.names() == ["DeactivatePdpContextRequest", "DeletePdpContextResponse", "DeletePdpContextResponse"]


def test_deletion_of_unknown_context(lab: SessionLab) -> None:
    """29.060 7.3.6: a tunnel that is not here is non-existent."""
    lab.gn(deletion(lab).replace(teid=lab.pdp().teid_data), "ggsn1")
    assert lab.last(DeletePdpContextResponse).cause is GtpCause.NON_EXISTENT


def test_deletion_of_last_without_teardown(lab: SessionLab) -> None:
    """29.060 7.3.5: the last context of an address goes with teardown, or not."""
    lab.gn(deletion(lab, teardown=False), "ggsn1")
    assert lab.names() == []
    assert lab.pdp().state.value == "PDP-ACTIVE"


def test_deactivation_collision(lab: SessionLab) -> None:
    """24.008 6.1.3.4.3: mobile and network want it at once: the mobile is answered, T3395 stops."""
    lab.gn(deletion(lab), "ggsn1")
    lab.leaves()
    assert lab.names() == ["DeactivatePdpContextRequest", "DeactivatePdpContextAccept", "DeletePdpContextResponse"]
    lab.agrees()
    assert lab.names() == []
    assert lab.is_clean
