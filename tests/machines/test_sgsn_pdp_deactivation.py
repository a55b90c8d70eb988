"""PDP context deactivation in the SGSN: by the mobile, the SGSN and the GGSN (24.008 6.1.3.4, 23.060 9.2.4)."""

from typing import Any

import pytest

from protocol.causes import GtpCause, SmCause
from protocol.gmm import DetachRequestMo
from protocol.gmm.elements import DetachTypeMo, MoDetach, UpdateTypeValue
from protocol.gtp import (
    CreatePdpContextRequest,
    DeletePdpContextRequest,
    DeletePdpContextResponse,
    ErrorIndication,
    Nsapi,
    TeardownInd,
)
from protocol.gtp import GsnAddress as TunnelAddress
from protocol.identities import Teid, Tlli
from protocol.map.location import CancellationType
from protocol.sm import ActivatePdpContextAccept, DeactivatePdpContextAccept, DeactivatePdpContextRequest
from tests.machines.sgsn_lab import FAR, IMSI
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


def test_deactivation_by_both_networks_sides(lab: SessionLab) -> None:
    """SGSN and GGSN want it at once: the GGSN is answered, the mobile is told once."""
    request = deletion(lab)
    lab.orders("deactivate", imsi=IMSI)
    lab.gn(request, "ggsn1")
    assert lab.names() == ["DeletePdpContextRequest", "DeactivatePdpContextRequest", "DeletePdpContextResponse"]
    lab.agrees()
    lab.waits(11)
    assert lab.is_clean


def test_deactivation_by_mobile_and_ggsn(lab: SessionLab) -> None:
    """The GGSN deletes while it is asked to: both are answered."""
    request = deletion(lab)
    lab.leaves()
    lab.gn(request, "ggsn1")
    assert lab.names() == ["DeletePdpContextRequest", "DeletePdpContextResponse"]
    lab.waits(11)
    assert lab.heard(DeactivatePdpContextAccept)
    assert lab.is_clean


def test_deactivation_in_standby(lab: SessionLab) -> None:
    """23.060 9.2.4.3: a mobile in STANDBY is paged first."""
    lab.waits(45)
    lab.gn(deletion(lab), "ggsn1")
    assert lab.names() == ["PagingPs", "PagingPs"]
    lab.mobiles[0].says(b"")
    assert lab.heard(DeactivatePdpContextRequest)


@pytest.mark.ttcn3("attach_pdp_act_gmm_detach")
def test_detach_deletes_contexts(lab: SessionLab) -> None:
    """23.060 6.6.1: a mobile that detaches has no contexts; the GGSN is told, one request an address."""
    lab.active(nsapi=6, ti=1, apn="internet")
    lab.mobiles[0].says(DetachRequestMo(detach_type=MoDetach(power_off=False, type=DetachTypeMo.GPRS_DETACH)))
    assert lab.names() == ["DetachAcceptMt", "DeletePdpContextRequest", "DeletePdpContextRequest"]
    lab.waits(11)
    assert lab.is_clean


def test_implicit_detach_deletes_contexts(lab: SessionLab) -> None:
    """23.060 6.6.1: nor has one that was not heard for too long."""
    lab.waits(3 * 3600)
    assert lab.context.pdp == {}
    assert "DeletePdpContextRequest" in lab.names()
    assert lab.is_clean


def test_attach_again_deletes_contexts(lab: SessionLab) -> None:
    """24.008 4.7.3.1.6 f: a mobile that attaches anew has forgotten its contexts."""
    lab.mobiles[0].tlli = Tlli.random(99)
    lab.mobiles[0].attach()
    assert lab.context.pdp == {}
    assert lab.last(DeletePdpContextRequest)
    lab.waits(11)
    assert lab.is_clean


@pytest.mark.parametrize("by", ["subscription", "move"])
def test_cancelled(lab: SessionLab, by: str) -> None:
    """23.060 6.6.2.2: a mobile whose location is cancelled has no contexts here."""
    kind = CancellationType.SUBSCRIPTION_WITHDRAW if by == "subscription" else CancellationType.UPDATE_PROCEDURE
    lab.cancels(kind)
    lab.waits(60)
    assert lab.is_clean


@pytest.mark.ttcn3("attach_pdp_act_user_error_ind_ggsn")
def test_error_indication(lab: SessionLab) -> None:
    """29.060 7.3.7: the GGSN has no such tunnel: the mobile is to activate the context again, if it still is active."""
    pdp = lab.pdp()
    assert pdp.ggsn_teid_data is not None
    assert pdp.ggsn_user is not None
    indication = ErrorIndication(
        teid=Teid(0),
        sequence_number=0,
        tunnel_endpoint_identifier_data_i=pdp.ggsn_teid_data,
        gsn_address=TunnelAddress(pdp.ggsn_user.address),
    )
    lab.gn(indication, "ggsn1")
    assert lab.names() == ["DeactivatePdpContextRequest"]
    assert lab.heard(DeactivatePdpContextRequest).sm_cause is SmCause.REACTIVATION_REQUESTED
    lab.gn(indication, "ggsn1")
    lab.agrees()
    assert lab.names() == []
    assert lab.is_clean


def test_error_indication_while_modified(lab: SessionLab) -> None:
    """A modification that is under way is over then."""
    pdp = lab.pdp()
    lab.wants()
    assert pdp.ggsn_teid_data is not None
    assert pdp.ggsn_user is not None
    lab.gn(
        ErrorIndication(
            teid=Teid(0),
            sequence_number=0,
            tunnel_endpoint_identifier_data_i=pdp.ggsn_teid_data,
            gsn_address=TunnelAddress(pdp.ggsn_user.address),
        ),
        "ggsn1",
    )
    assert lab.names("ms") == ["ModifyPdpContextRequestMt", "DeactivatePdpContextRequest"]


@pytest.mark.parametrize(
    ("cause", "told"),
    [
        (None, SmCause.REGULAR_DEACTIVATION),
        (GtpCause.REACTIVATION_REQUESTED, SmCause.REACTIVATION_REQUESTED),
        (GtpCause.NETWORK_FAILURE, SmCause.NETWORK_FAILURE),
        (GtpCause.QOS_PARAMETER_MISMATCH, SmCause.QOS_NOT_ACCEPTED),
        (GtpCause.PDP_ADDRESS_INACTIVITY_TIMER_EXPIRES, SmCause.REGULAR_DEACTIVATION),
    ],
)
def test_deletion_tells_why(lab: SessionLab, cause: GtpCause | None, told: SmCause) -> None:
    """29.060 7.3.5 (since Rel-8): the reason of the GGSN reaches the mobile."""
    lab.gn(deletion(lab).replace(cause=cause), "ggsn1")
    assert lab.heard(DeactivatePdpContextRequest).sm_cause is told


def test_deactivation_by_operator_for_reactivation(lab: SessionLab) -> None:
    """24.008 6.1.3.4.2: the operator may say why, such as that the mobile is to activate it again."""
    lab.orders("deactivate", imsi=IMSI, nsapi=5, cause="REACTIVATION_REQUESTED")
    assert lab.heard(DeactivatePdpContextRequest).sm_cause is SmCause.REACTIVATION_REQUESTED


@pytest.mark.parametrize(
    "arguments", [{"cause": "BOREDOM"}, {"cause": 39}, {"nsapi": 6}, {"nsapi": "5"}, {"nsapi": None}, {"nsapi": [5]}]
)
def test_deactivation_by_operator_wrong(lab: SessionLab, arguments: dict[str, Any]) -> None:
    """A command that names no context is answered by one line."""
    assert lab.orders("deactivate", imsi=IMSI, **arguments).status == "failed"
    assert lab.orders("deactivate", imsi="nobody").status == "failed"
    assert lab.names() == []


def test_routing_area_update_keeps_contexts(lab: SessionLab) -> None:
    """23.060 6.9.1.2.1: contexts stay with a mobile that moves within the SGSN, also one that is being activated."""
    lab.asks(nsapi=6, ti=1)
    lab.mobiles[0].update(UpdateTypeValue.RA_UPDATING, FAR)
    lab.creates()
    assert [pdp.state.value for pdp in lab.context.pdp.values()] == ["PDP-ACTIVE", "PDP-ACTIVE"]
    assert any(isinstance(message, ActivatePdpContextAccept) for message in lab.mobiles[0].heard)
