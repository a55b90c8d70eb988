"""An SGSN that has lost its contexts, and mobiles that count on with them (TS 23.007 11, TS 44.064 8.5.3.1)."""

from typing import Any

import pytest

from protocol.gmm import AttachComplete, AttachRequest, DetachRequestMt, RoutingAreaUpdateReject
from protocol.gmm.elements import TypeOfAttach


@pytest.mark.parametrize("mobile", ["anna", "emma"])
def test_mobile_is_heard_after_restart(lab: Any, mobile: str) -> None:
    """The link begins anew, so that the mobile takes the reject with #10 for new, and attaches again."""
    assert lab.attach(mobile).status == "done"
    lab.restart("sgsn1")
    lab.mark()
    assert lab.move(mobile, "cell3").status == "done"
    assert lab.count(RoutingAreaUpdateReject) == 1
    assert lab.count(AttachRequest) == lab.count(AttachComplete) == 1
    assert lab.context(mobile)["ptmsi"] == lab.mobile(mobile)["ptmsi"]
    assert lab.broken() == []


def test_mobile_of_a_lost_context_is_sent_away(lab: Any) -> None:
    """What an unknown mobile sends is answered by DETACH REQUEST, re-attach required, on a link that begins anew."""
    assert lab.attach("anna").status == "done"
    lab.restart("sgsn1")
    lab.mark()
    assert lab.move("anna", "cell2").status == "done"  # a cell update
    lab.wait(5)
    assert lab.count(DetachRequestMt) == 1
    assert [said.attach_type.type_of_attach for said in lab.said(AttachRequest)] == [TypeOfAttach.GPRS_ATTACH]
    assert lab.context("anna")["ptmsi"] == lab.mobile("anna")["ptmsi"]
    assert lab.broken() == []
