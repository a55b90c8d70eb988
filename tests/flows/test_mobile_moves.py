"""A mobile on its way through cells and areas: cell, routing area and periodic updates, paging (23.060 6.9)."""

from typing import Any

import pytest

from protocol.bssgp import FlushLl, FlushLlAck, PagingPs
from protocol.gmm import (
    AttachAccept,
    AttachComplete,
    AttachRequest,
    AuthenticationAndCipheringRequest,
    AuthenticationAndCipheringResponse,
    DetachAcceptMo,
    DetachRequestMt,
    RoutingAreaUpdateAccept,
    RoutingAreaUpdateComplete,
    RoutingAreaUpdateRequest,
)
from protocol.rr import PagingRequestType1

REGISTERED = "GMM-REGISTERED.NORMAL-SERVICE"
UPDATE_FAILED = "GMM-REGISTERED.ATTEMPTING-TO-UPDATE"
IMSI = "001010000000001"


def update(sgsn: str = "sgsn1") -> tuple[tuple[str, str, type], ...]:
    """The chart of a normal routing area update within an SGSN (23.060 figure 32)."""
    return (
        ("anna", sgsn, RoutingAreaUpdateRequest),
        (sgsn, "anna", AuthenticationAndCipheringRequest),
        ("anna", sgsn, AuthenticationAndCipheringResponse),
        (sgsn, "anna", RoutingAreaUpdateAccept),
        ("anna", sgsn, RoutingAreaUpdateComplete),
    )


def assert_agreed(lab: Any, area: str, sgsn: str = "sgsn1") -> None:
    """Both sides agree where the mobile is, and how it is called."""
    known, own = lab.context("anna", sgsn), lab.mobile("anna")
    assert (own["state"], known["state"]) == (REGISTERED, "GMM-REGISTERED")
    assert (known["ptmsi"], known["tlli"], known["rai"]) == (own["ptmsi"], own["tlli"], own["routing_area"])
    assert own["routing_area"] == area
    assert own["mm_state"] == known["mm_state"]


@pytest.fixture
def moving(lab: Any) -> Any:
    """A network in which anna has attached in cell1."""
    assert lab.attach("anna").status == "done"
    lab.mark()
    return lab


def test_power_on_hears_the_cell(lab: Any) -> None:
    """24.008 4.2.4: a mobile that is switched on while its cell tells nothing yet goes on when it does."""
    lab.kill("bss1")
    lab.restart("ms1")
    lab.begin("anna", "attach")
    lab.wait(1)
    lab.restart("bss1")
    lab.wait(30)
    assert_agreed(lab, "001-01-1-1")


@pytest.mark.ttcn3("cell_change_different_ci_data")
def test_cell_update_in_ready(moving: Any) -> None:
    """23.060 6.9.1.1: any frame tells the new cell; what waits in the old one is flushed (48.018 8.1)."""
    assert moving.order("anna", "move", cell="cell2").status == "done"
    moving.sees(("sgsn1", "bss1", FlushLl), ("bss1", "sgsn1", FlushLlAck))
    assert moving.context("anna")["cell"] == "001-01-1-1-2"
    assert_agreed(moving, "001-01-1-1")


def test_cell_update_in_standby(moving: Any) -> None:
    """23.060 6.9.1: in STANDBY another cell of the area is not told; paging finds the mobile in it."""
    moving.wait(11)
    moving.mark()
    assert moving.order("anna", "move", cell="cell2").status == "done"
    assert moving.count(RoutingAreaUpdateRequest) + moving.count(FlushLl) == 0
    assert moving.context("anna")["cell"] == "001-01-1-1-1"
    moving.session.command("sgsn1", "page", {"imsi": IMSI})
    moving.wait(1)
    assert moving.count(PagingPs) == 1
    assert moving.context("anna")["cell"] == "001-01-1-1-2"
    assert_agreed(moving, "001-01-1-1")


@pytest.mark.ttcn3("paging_ps_ra_multiple_cells")
def test_paging_in_all_cells_of_the_area(moving: Any) -> None:
    """23.060 8.1.4: every cell of the routing area pages; the mobile is ready wherever it is."""
    moving.wait(11)
    moving.mark()
    moving.session.command("sgsn1", "page", {"imsi": IMSI})
    moving.wait(1)
    assert moving.count(PagingRequestType1) == 2
    assert (moving.mobile("anna")["mm_state"], moving.context("anna")["mm_state"]) == ("READY", "READY")


@pytest.mark.ttcn3("attach_rau_a_b")
def test_update_within_an_sgsn(moving: Any) -> None:
    """23.060 6.9.1.2.1: another routing area of the same SGSN: the HLR is not told."""
    assert moving.order("anna", "move", cell="cell3").status == "done"
    moving.sees(*update())
    assert_agreed(moving, "001-01-1-2")


def test_update_there_and_back(moving: Any) -> None:
    """A to B to A: one context, one link, and both sides agree."""
    for _ in range(3):
        for cell, area in (("cell3", "001-01-1-2"), ("cell2", "001-01-1-1")):
            assert moving.order("anna", "move", cell=cell).status == "done"
            assert_agreed(moving, area)
    assert moving.session.inspect("sgsn1")["links"] == 1


def test_update_overtaken_by_another_area(moving: Any) -> None:
    """24.008 4.7.5.1.5 e: in the next area before the answer: the update begins anew, and one is left."""
    moving.begin("anna", "move", cell="cell3")
    moving.wait(0.01)
    moving.begin("anna", "move", cell="cell1")
    moving.wait(30)
    assert_agreed(moving, "001-01-1-1")
    assert moving.session.inspect("sgsn1")["links"] == 1


@pytest.mark.ttcn3("attach_rau_a_a")
def test_periodic_update(moving: Any) -> None:
    """23.060 6.9.1.2: T3312 from STANDBY on; the same area, and no new P-TMSI need be given."""
    moving.wait(11)
    moving.mark()
    moving.wait(57)
    assert moving.count(RoutingAreaUpdateRequest) == 0
    moving.wait(4)
    assert moving.count(RoutingAreaUpdateRequest) == moving.count(RoutingAreaUpdateAccept) == 1
    assert_agreed(moving, "001-01-1-1")


@pytest.mark.parametrize("times", [1, 2, 3, 4, 5])
def test_update_accept_lost(moving: Any, times: int) -> None:
    """24.008 4.7.5.1.6: ROUTING AREA UPDATE ACCEPT comes again until it is heard."""
    moving.lose(RoutingAreaUpdateAccept, times=times)
    moving.order("anna", "move", cell="cell3")
    moving.wait(120)
    moving.heal()
    moving.wait(90)
    own = moving.mobile("anna")
    assert (own["state"], own["routing_area"]) == (REGISTERED, "001-01-1-2")
    assert moving.context("anna")["ptmsi"] == own["ptmsi"]


@pytest.mark.parametrize("times", [1, 4])
def test_update_complete_lost(moving: Any, times: int) -> None:
    """24.008 4.7.5.1.6: without COMPLETE the accept comes again, and is acknowledged again."""
    moving.lose(RoutingAreaUpdateComplete, times=times)
    assert moving.order("anna", "move", cell="cell3").status == "done"
    moving.wait(30)
    assert moving.count(RoutingAreaUpdateAccept) == moving.count(RoutingAreaUpdateComplete) == times + 1
    assert_agreed(moving, "001-01-1-2")


def test_update_request_never_heard(moving: Any) -> None:
    """24.008 4.7.5.1.5 c: five requests, T3311, and so on; then one is heard."""
    moving.lose(RoutingAreaUpdateRequest, times=7)
    outcome = moving.order("anna", "move", cell="cell3")
    assert (outcome.status, outcome.body["state"]) == ("failed", UPDATE_FAILED)
    moving.wait(60)
    assert_agreed(moving, "001-01-1-2")


def test_cover_lost_for_a_while(moving: Any) -> None:
    """24.008 4.7.2.2: back before the network has missed the mobile: nothing is said."""
    moving.order("anna", "cover", on=False)
    moving.wait(5)
    moving.mark()
    moving.order("anna", "cover", on=True)
    assert moving.count(RoutingAreaUpdateRequest) == 0
    assert_agreed(moving, "001-01-1-1")


def test_cover_lost_for_long(moving: Any) -> None:
    """24.008 4.7.2.2, 23.060 6.6.1: the network gives the mobile up; its overdue update shows that, and it attaches."""
    moving.order("anna", "cover", on=False)
    moving.wait(30 * 60)
    assert moving.context("anna")["state"] != "GMM-REGISTERED"
    assert moving.mobile("anna")["state"] == "GMM-REGISTERED.NO-CELL-AVAILABLE"
    moving.mark()
    moving.order("anna", "cover", on=True)
    moving.wait(5)
    assert moving.count(RoutingAreaUpdateRequest) == moving.count(AttachRequest) == 1
    assert_agreed(moving, "001-01-1-1")


def test_network_wants_attach_again(moving: Any) -> None:
    """23.060 6.6.2.1: re-attach required: granted, and done."""
    moving.session.command("sgsn1", "detach", {"imsi": IMSI, "type": "reattach"})
    moving.wait(5)
    moving.sees(
        ("sgsn1", "anna", DetachRequestMt),
        ("anna", "sgsn1", DetachAcceptMo),
        ("anna", "sgsn1", AttachRequest),
        ("sgsn1", "anna", AuthenticationAndCipheringRequest),
        ("anna", "sgsn1", AuthenticationAndCipheringResponse),
        ("sgsn1", "anna", AttachAccept),
        ("anna", "sgsn1", AttachComplete),
    )
    assert_agreed(moving, "001-01-1-1")
