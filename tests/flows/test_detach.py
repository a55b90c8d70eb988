"""Detaches that meet something else (TS 24.008 4.7.4.2.5, 4.7.3.1.6, TS 23.060 6.6), and those of mobiles not known."""

from typing import Any

import pytest

from protocol.gmm import (
    AttachAccept,
    AttachComplete,
    AttachRequest,
    AuthenticationAndCipheringRequest,
    AuthenticationAndCipheringResponse,
    DetachAcceptMo,
    DetachAcceptMt,
    DetachRequestMo,
    DetachRequestMt,
    RoutingAreaUpdateAccept,
    RoutingAreaUpdateRequest,
)
from protocol.map.location import CancelLocationArg, CancelLocationRes
from tests.flows.test_mobile_moves import IMSI, REGISTERED, assert_agreed

OFF = "GMM-DEREGISTERED.NORMAL-SERVICE"


@pytest.fixture
def served(lab: Any) -> Any:
    """A network in which anna has attached in cell1."""
    assert lab.attach("anna").status == "done"
    lab.mark()
    return lab


def order(lab: Any, kind: str = "no-reattach") -> None:
    """The operator wants anna detached."""
    lab.session.start_command("sgsn1", "detach", {"imsi": IMSI, "type": kind})


def test_detach_requests_cross(served: Any) -> None:
    """24.008 4.7.4.1.4 c, 4.7.4.2.5 c: each side grants what the other wants."""
    served.begin("anna", "detach")
    order(served)
    served.wait(2)
    assert served.count(DetachRequestMo) == served.count(DetachRequestMt) == 1
    assert (served.mobile("anna")["state"], served.context("anna")["state"]) == (OFF, "GMM-DEREGISTERED")
    served.wait(60)
    assert served.count(DetachRequestMo) == served.count(DetachRequestMt) == 1


@pytest.mark.parametrize(("kind", "requests"), [("no-reattach", 3), ("reattach", 1)])
def test_attach_during_detach_by_the_network(served: Any, kind: str, requests: int) -> None:
    """24.008 4.7.4.2.5 d: ignored until the detach has ended, unless that wanted the mobile to attach again."""
    served.lose(DetachRequestMo)
    served.order("anna", "power-off")
    served.heal()
    order(served, kind)
    served.wait(13)
    served.mark()
    assert served.attach("anna").status == "done"
    assert served.count(AttachRequest) == requests
    assert_agreed(served, "001-01-1-1")


def test_update_during_detach_by_the_network(served: Any) -> None:
    """24.008 4.7.4.2.5 e: an update is ignored; the detach, heard at last, ends it."""
    served.lose(DetachRequestMt, times=1)
    order(served)
    served.begin("anna", "move", cell="cell3")
    served.wait(10)
    assert served.count(RoutingAreaUpdateRequest) == 1
    assert served.count(RoutingAreaUpdateAccept) == 0
    assert (served.mobile("anna")["state"], served.context("anna")["state"]) == (OFF, "GMM-DEREGISTERED")


def test_detach_during_update(served: Any) -> None:
    """24.008 4.7.5.1.5 f: the user wants off while the update runs: the update is given up."""
    served.lose(RoutingAreaUpdateAccept)
    served.begin("anna", "move", cell="cell3")
    served.wait(1)
    assert served.detach("anna").status == "done"
    served.heal()
    served.wait(60)
    assert (served.mobile("anna")["state"], served.context("anna")["state"]) == (OFF, "GMM-DEREGISTERED")
    assert served.session.inspect("sgsn1")["links"] == 2  # nobody knows which P-TMSI the mobile has


def test_withdrawn_during_attach(lab: Any) -> None:
    """29.002 8.1.3, 23.060 6.6.2.2: the HLR withdraws the subscription before ATTACH COMPLETE was heard."""
    lab.lose(AttachComplete)
    lab.begin("anna", "attach")
    lab.wait(2)
    lab.session.start_command("hlr1", "cancel", {"imsi": IMSI})
    lab.wait(5)
    assert lab.count(DetachRequestMt) == lab.count(DetachAcceptMo) == 1
    assert lab.context("anna") is None
    assert lab.mobile("anna")["state"] == OFF


def test_withdrawn_during_update(served: Any) -> None:
    """The same during an update within the SGSN, whose accept is lost: the detach is what the mobile hears."""
    served.lose(RoutingAreaUpdateAccept)
    served.begin("anna", "move", cell="cell3")
    served.wait(2)
    served.session.start_command("hlr1", "cancel", {"imsi": IMSI})
    served.wait(5)
    assert served.context("anna") is None
    assert served.mobile("anna")["state"] == OFF


@pytest.mark.ttcn3("hlr_location_cancel_request_update")
def test_cancelled_by_the_update_elsewhere(served: Any) -> None:
    """23.060 6.9.1.2.2 step 8: the cancellation of an update says nothing to the mobile."""
    assert served.move("anna", "cell4").status == "done"
    assert served.count(CancelLocationArg) == served.count(CancelLocationRes) == 1
    assert served.count(DetachRequestMt) == 0
    assert_agreed(served, "001-01-2-1", "sgsn2")


@pytest.mark.ttcn3("hlr_location_cancel_request_unknown_subscriber_withdraw")
def test_withdrawn_where_nobody_is_known(served: Any) -> None:
    """29.002 8.1.3: an SGSN that has lost the mobile acknowledges the cancellation all the same."""
    served.restart("sgsn1")
    served.mark()
    assert served.tell("hlr1", "cancel", "anna").status == "done"
    served.sees(("hlr1", "sgsn1", CancelLocationArg), ("sgsn1", "hlr1", CancelLocationRes))
    assert served.context("anna", "hlr1")["sgsn_number"] is None


def test_withdrawn_while_out_of_reach(served: Any) -> None:
    """24.008 4.7.4.2.5 a: nobody hears the detach: the network is done with the mobile, which finds out later."""
    served.order("anna", "cover", on=False)
    served.session.start_command("hlr1", "cancel", {"imsi": IMSI})
    served.wait(60)
    assert served.context("anna") is None
    served.wait(60)
    served.order("anna", "cover", on=True)
    served.wait(10)
    assert_agreed(served, "001-01-1-1")  # its subscription is as it was


@pytest.mark.ttcn3("detach_unknown_nopoweroff")
def test_detach_of_an_unknown_mobile(served: Any) -> None:
    """24.008 4.7.4.1: an SGSN that has lost the mobile grants its detach."""
    served.restart("sgsn1")
    served.mark()
    assert served.detach("anna").status == "done"
    served.sees(("anna", "sgsn1", DetachRequestMo), ("sgsn1", "anna", DetachAcceptMt))


@pytest.mark.ttcn3("detach_unknown_poweroff")
def test_detach_of_an_unknown_mobile_switched_off(served: Any) -> None:
    """24.008 4.7.4.1: nobody is left to be told."""
    served.restart("sgsn1")
    served.mark()
    assert served.detach("anna", power_off=True).status == "done"
    served.sees(("anna", "sgsn1", DetachRequestMo))


def test_detach_with_a_wrong_signature(served: Any) -> None:
    """23.060 6.6.1: who detaches under a wrong P-TMSI signature must prove to be the mobile."""
    served.node("ms1").mobiles["anna"].card.ptmsi_signature ^= 1
    assert served.detach("anna").status == "done"
    served.sees(
        ("anna", "sgsn1", DetachRequestMo),
        ("sgsn1", "anna", AuthenticationAndCipheringRequest),
        ("anna", "sgsn1", AuthenticationAndCipheringResponse),
        ("sgsn1", "anna", DetachAcceptMt),
    )


def test_detach_and_attach_at_once(served: Any) -> None:
    """The user changes his mind: the detach comes to its end, then the attach begins."""
    served.begin("anna", "detach")
    served.wait(2)
    assert served.attach("anna").status == "done"
    assert served.count(AttachAccept) == 1
    assert served.mobile("anna")["state"] == REGISTERED
    assert_agreed(served, "001-01-1-1")
