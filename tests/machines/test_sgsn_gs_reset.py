"""Resets of Gs as the SGSN sees them (29.018 11, 12, 23.007): its own, and that of a VLR."""

import pytest

from nodes.core.outputs import Record
from protocol.bssap_plus import LocationUpdateAccept, LocationUpdateRequest, MobileStatus, ResetAck, ResetIndication
from protocol.bssap_plus.elements import GprsLocationUpdateType
from protocol.bssgp import ImsiIdentity
from protocol.causes import GsCause
from protocol.gmm import DetachAcceptMo, DetachRequestMt, RoutingAreaUpdateAccept
from protocol.gmm.elements import DetachTypeMt, GprsTimer, UpdateResultValue, UpdateTypeValue
from protocol.identities import Gt, IsdnAddress
from tests.machines.sgsn_lab import IMSI, NEAR, OWN, VLR, VLR2, Lab

AGAIN = [Record("restarts", bytes(4))]
"""The records of an SGSN that has lived before."""
ACCEPT = LocationUpdateAccept(imsi=ImsiIdentity(IMSI), location_area_identifier=NEAR.rai.lai)
PERIODIC = UpdateTypeValue.PERIODIC_UPDATING


@pytest.fixture
def lab() -> Lab:
    """An SGSN whose mobile is attached for packets and calls."""
    lab = Lab()
    lab.attached(combined=True)
    return lab


# --- of the SGSN (12) -------------------------------------------------------------------------------------------------


def test_first_start_resets_nothing() -> None:
    """There is nothing that anybody could have forgotten."""
    lab = Lab()
    assert "ResetIndication" not in lab.names()
    assert not lab.sgsn.gs.has_forgotten


@pytest.mark.ttcn3("sgsap_reset")
def test_restart_tells_all_vlrs() -> None:
    """29.018 12.2: RESET-INDICATION to each VLR, T12-2 stops with its ACK."""
    lab = Lab(AGAIN)
    told = [(to, message) for to, message in lab.said if to.startswith("vlr")]
    assert told == [(to, ResetIndication(sgsn_number=IsdnAddress(OWN))) for to in ("vlr1", "vlr2")]
    lab.said.clear()
    for vlr in (VLR, VLR2):
        lab.gs(ResetAck(vlr_number=IsdnAddress(vlr)), vlr)
    lab.waits(30)
    assert lab.names("vlr1", "vlr2") == []
    assert lab.sgsn.gs.resets == {}


def test_associated_before_the_reset_is_repeated() -> None:
    """29.018 12.3: where RESET-ACK is lost, the repeat ends what was associated meanwhile: the VLR is asked anew."""
    lab = Lab(AGAIN)
    lab.attached(combined=True)
    assert lab.sgsn.gs.look(IMSI)["vlr_reliable"]
    assert not lab.sgsn.gs.wants_update(IMSI)
    lab.waits(5)
    assert "ResetIndication" in lab.names("vlr1")
    assert not lab.sgsn.gs.look(IMSI)["vlr_reliable"]
    assert lab.sgsn.gs.wants_update(IMSI)


def test_restart_not_acknowledged() -> None:
    """29.018 12.4: N12 = 2 repeats, then O&M; another VLR is not concerned, a later ACK is ignored."""
    lab = Lab(AGAIN)
    lab.gs(ResetAck(vlr_number=IsdnAddress(VLR2)), VLR2)
    lab.said.clear()
    lab.waits(30)
    assert lab.names("vlr1", "vlr2") == ["ResetIndication"] * 2
    assert any("does not acknowledge the reset" in text for text in lab.warnings)
    lab.gs(ResetAck(vlr_number=IsdnAddress(VLR)))
    assert lab.names() == []


@pytest.mark.parametrize(
    ("timer", "seconds"),
    [
        (GprsTimer.lasting(54 * 60 * 1_000_000), 54 * 60 + 8),
        (GprsTimer.lasting(10_000_000), 18),
        (GprsTimer.lasting(None), 54 * 60 + 8),
    ],
)
def test_sgsn_reset_lasts_longer_than_t3312(timer: GprsTimer, seconds: int) -> None:
    """29.018 12, 23.007 11: SGSN-Reset is true for T12-1, longer than T3312 (its default where none runs)."""
    lab = Lab(AGAIN, periodic_ra_update_timer=timer)
    lab.waits(seconds - 1)
    assert lab.sgsn.gs.has_forgotten
    lab.waits(2)
    assert not lab.sgsn.gs.has_forgotten


# --- of a VLR (11) ----------------------------------------------------------------------------------------------------


@pytest.mark.ttcn3("sgsap_vlr_failure")
def test_vlr_reset(lab: Lab) -> None:
    """29.018 11.3: ACK; no association with that VLR is reliable, though it goes on."""
    lab.gs(ResetIndication(vlr_number=IsdnAddress(VLR)))
    assert lab.said == [("vlr1", ResetAck(sgsn_number=IsdnAddress(OWN)))]
    assert (lab.look["gs"], lab.look["vlr_reliable"]) == ("Gs-ASSOCIATED", False)


def test_reset_of_another_vlr(lab: Lab) -> None:
    """29.018 11.3: associations with others are not concerned."""
    lab.gs(ResetIndication(vlr_number=IsdnAddress(VLR2)), VLR2)
    assert lab.look["vlr_reliable"] is True


def test_reset_of_an_unknown_vlr(lab: Lab) -> None:
    """A VLR that nobody is associated with has no answer to get where no route leads to it."""
    lab.gs(ResetIndication(vlr_number=IsdnAddress("49179999999")), Gt("49179999999"))
    assert lab.names() == []
    assert lab.look["vlr_reliable"] is True


def test_reset_without_vlr_number(lab: Lab) -> None:
    """29.018 16.5: what a VLR sends names a VLR."""
    lab.gs(ResetIndication(sgsn_number=IsdnAddress(OWN)))
    ((_, status),) = lab.said
    assert isinstance(status, MobileStatus)
    assert status.gs_cause is GsCause.CONDITIONAL_IE_ERROR


def test_combined_update_after_vlr_reset(lab: Lab) -> None:
    """23.007 10, 29.018 11: at the next combined update the VLR is asked anew, though the area is the same."""
    lab.gs(ResetIndication(vlr_number=IsdnAddress(VLR)))
    lab.said.clear()
    lab.mobiles[0].update(UpdateTypeValue.COMBINED_RA_LA_UPDATING)
    request = lab.last(LocationUpdateRequest)
    assert request.update_type is GprsLocationUpdateType.NORMAL_LOCATION_UPDATE
    lab.gs(ACCEPT)
    result = lab.last(RoutingAreaUpdateAccept).update_result.update_result_value
    assert result is UpdateResultValue.COMBINED_RA_LA_UPDATED
    assert (lab.look["gs"], lab.look["vlr_reliable"]) == ("Gs-ASSOCIATED", True)
    lab.said.clear()
    lab.mobiles[0].update(PERIODIC)
    assert lab.names() == ["RoutingAreaUpdateAccept"]


def test_periodic_update_after_vlr_reset(lab: Lab) -> None:
    """23.007 10, 29.018 11: the mobile is asked to attach for calls anew, by a combined update."""
    lab.gs(ResetIndication(vlr_number=IsdnAddress(VLR)))
    lab.said.clear()
    lab.mobiles[0].update(PERIODIC)
    assert lab.last(DetachRequestMt).detach_type.type is DetachTypeMt.IMSI_DETACH
    assert lab.names() == ["RoutingAreaUpdateAccept", "DetachRequestMt"]
    lab.mobiles[0].says(DetachAcceptMo())
    lab.mobiles[0].update(UpdateTypeValue.COMBINED_RA_LA_UPDATING_WITH_IMSI_ATTACH)
    lab.gs(ACCEPT)
    assert (lab.look["gs"], lab.look["vlr_reliable"]) == ("Gs-ASSOCIATED", True)
    assert lab.names() == ["LocationUpdateRequest", "RoutingAreaUpdateAccept"]


def test_vlr_reset_while_it_is_asked(lab: Lab) -> None:
    """29.018 11: the VLR has forgotten the request; T6-1 tells, and the next update asks again."""
    lab.mobiles[0].update(UpdateTypeValue.COMBINED_RA_LA_UPDATING_WITH_IMSI_ATTACH)
    lab.gs(ResetIndication(vlr_number=IsdnAddress(VLR)))
    lab.waits(11)
    assert lab.look["gs"] == "Gs-NULL"
