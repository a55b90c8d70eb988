"""Mobiles that are looked for (TS 23.060 8.1.4, TS 24.008 4.7.9.1): what does not fit into a scenario."""

from typing import Any

import pytest

from protocol.bssgp import PagingPs
from protocol.gmm import (
    AttachRequest,
    DetachRequestMt,
    PtmsiReallocationCommand,
    RoutingAreaUpdateAccept,
    RoutingAreaUpdateRequest,
)
from protocol.rr import PagingRequestType1
from tests.flows.test_mobile_moves import IMSI, REGISTERED, assert_agreed


@pytest.fixture
def resting(lab: Any) -> Any:
    """A network in which anna is attached in cell1, and in STANDBY."""
    assert lab.attach("anna").status == "done"
    lab.wait(11)
    lab.mark()
    return lab


def page(lab: Any) -> Any:
    """Look for anna; how that ends can be asked for later."""
    command = lab.session.start_command("sgsn1", "page", {"imsi": IMSI})
    return lambda: lab.session.outcome(command)


@pytest.mark.ttcn3("paging_ps")
def test_paging(resting: Any) -> None:
    """23.060 8.1.4: a page to the BSS, one request in each cell of the routing area, one answer."""
    outcome = page(resting)
    resting.wait(1)
    assert (resting.count(PagingPs), resting.count(PagingRequestType1)) == (1, 2)
    assert outcome().body == {"answered": True}


def test_paging_not_answered(resting: Any) -> None:
    """24.008 4.7.9.1.2: three pages by P-TMSI, one by IMSI, and then it is given up; the mobile stays registered."""
    resting.order("anna", "cover", on=False)
    outcome = page(resting)
    resting.wait(45)
    assert [message.ptmsi is None for message in resting.said(PagingPs)] == [False, False, False, True]
    assert outcome().body == {"answered": False}
    assert resting.context("anna")["state"] == "GMM-REGISTERED"
    resting.order("anna", "cover", on=True)
    resting.wait(70)
    assert_agreed(resting, "001-01-1-1")


def test_paging_by_imsi_is_a_policy(make_lab: Any) -> None:
    """24.008 4.7.9.1.2: a network may leave it at the P-TMSI."""
    lab = make_lab({"topology": {"policies": {"page_by_imsi": False}}})
    lab.attach("anna")
    lab.order("anna", "cover", on=False)
    lab.wait(11)
    lab.mark()
    outcome = page(lab)
    lab.wait(45)
    assert lab.count(PagingPs) == 3
    assert outcome().body == {"answered": False}


def test_paging_meets_an_update(resting: Any) -> None:
    """24.008 4.7.9.1.1: the mobile goes elsewhere while it is paged: its update answers the page."""
    resting.lose(PagingRequestType1)
    outcome = page(resting)
    resting.wait(1)
    resting.heal()
    assert resting.move("anna", "cell3").status == "done"
    assert outcome().body == {"answered": True}
    assert resting.count(RoutingAreaUpdateRequest) == resting.count(RoutingAreaUpdateAccept) == 1
    resting.wait(15)
    assert resting.count(PagingPs) == 1
    assert_agreed(resting, "001-01-1-2")


def test_paging_of_a_mobile_that_goes_to_another_sgsn(resting: Any) -> None:
    """23.060 6.9.1.2.2 step 4: nobody is looked for who is served elsewhere."""
    resting.order("anna", "cover", on=False)
    outcome = page(resting)
    resting.wait(1)
    resting.order("anna", "move", cell="cell4")
    resting.order("anna", "cover", on=True)
    resting.wait(60)
    assert outcome() is not None
    assert_agreed(resting, "001-01-2-1", "sgsn2")


def test_paging_after_the_periodic_update_was_missed(resting: Any) -> None:
    """23.060 6.9.1.2: PPF is cleared: the mobile is not looked for."""
    resting.order("anna", "cover", on=False)
    resting.wait(310)
    assert resting.context("anna")["ppf"] is False
    outcome = page(resting)
    resting.wait(1)
    assert outcome().status == "failed"
    assert resting.count(PagingPs) == 0


def test_what_is_to_be_said_waits_for_the_page(resting: Any) -> None:
    """24.008 4.7.9.1: a command for a mobile in STANDBY is kept, and said when it answers."""
    resting.lose(PagingRequestType1, times=2)  # one a cell
    resting.session.start_command("sgsn1", "reallocate", {"imsi": IMSI})
    resting.wait(19)
    assert resting.count(PtmsiReallocationCommand) == 0
    resting.wait(3)
    first, second, third = resting.said(PagingPs)
    assert first.ptmsi == third.ptmsi != second.ptmsi  # it may have the new one, for all that is known
    assert resting.count(PtmsiReallocationCommand) == 1
    assert resting.context("anna")["ptmsi_old"] is None
    assert_agreed(resting, "001-01-1-1")


def test_detach_of_a_mobile_that_is_paged_in_vain(resting: Any) -> None:
    """24.008 4.7.4.2.5 a: the detach is over after T3322, whether the mobile was found or not; it is not said later."""
    resting.order("anna", "cover", on=False)
    resting.session.start_command("sgsn1", "detach", {"imsi": IMSI})
    resting.wait(35)
    assert resting.context("anna")["state"] == "GMM-DEREGISTERED"
    resting.order("anna", "cover", on=True)
    resting.wait(120)
    assert resting.count(DetachRequestMt) == 0
    assert resting.mobile("anna")["state"] == REGISTERED
    assert resting.count(AttachRequest) == 1  # its periodic update told it that it was detached


def test_page_of_many_in_one_cell(make_lab: Any) -> None:
    """44.018 3.3.2.1: mobiles that are paged at once are all found."""
    lab = make_lab({})
    for mobile in ("anna", "bert"):
        assert lab.attach(mobile).status == "done"
    lab.wait(11)
    lab.mark()
    commands = [
        lab.session.start_command("sgsn1", "page", {"imsi": imsi}) for imsi in ("001010000000001", "001010000000002")
    ]
    lab.wait(2)
    assert [lab.session.outcome(command).body for command in commands] == [{"answered": True}] * 2
