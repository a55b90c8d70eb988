"""Gs over all nodes: combined procedures, and what becomes of them when a VLR fails (29.018, 23.060 6.5, 6.9.1.3)."""

from typing import Any

import pytest

from protocol.bssap_plus import (
    GprsDetachAck,
    GprsDetachIndication,
    ImsiDetachAck,
    ImsiDetachIndication,
    LocationUpdateAccept,
    LocationUpdateRequest,
    ResetAck,
    ResetIndication,
    TmsiReallocationComplete,
)
from protocol.gmm import (
    AttachAccept,
    AttachComplete,
    DetachAcceptMo,
    DetachAcceptMt,
    DetachRequestMo,
    DetachRequestMt,
    RoutingAreaUpdateComplete,
)

GS = (
    ("sgsn1", "vlr1", LocationUpdateRequest),
    ("vlr1", "sgsn1", LocationUpdateAccept),
    ("sgsn1", "vlr1", TmsiReallocationComplete),
)
"""A location update that brings a new TMSI."""


@pytest.mark.ttcn3("attach_combined")
def test_combined_attach(combined: Any) -> None:
    """23.060 figure 22, steps 7 to 10: the VLR before ATTACH ACCEPT, the TMSI confirmed after COMPLETE."""
    combined.sees(*GS)
    combined.assert_associated("emma")


@pytest.mark.parametrize("kind", ["combined", "imsi"])
def test_detach_from_calls(combined: Any, kind: str) -> None:
    """29.018 9.2: the VLR hears what the mobile has left."""
    combined.mark()
    combined.order("emma", "detach", type=kind)
    combined.sees(
        ("emma", "sgsn1", DetachRequestMo),
        ("sgsn1", "vlr1", ImsiDetachIndication),
        ("sgsn1", "emma", DetachAcceptMt),
        ("vlr1", "sgsn1", ImsiDetachAck),
    )
    assert combined.context("emma")["gs"] == "Gs-NULL"
    assert combined.context("emma", "vlr1")["imsi_detached"] == "explicit"
    assert combined.broken() == []


def test_detach_by_the_network(combined: Any) -> None:
    """29.018 7.2: from packets only; the VLR keeps the mobile, and reaches it by itself."""
    combined.mark()
    combined.tell("sgsn1", "detach", "emma", type="no-reattach")
    combined.sees(
        ("sgsn1", "vlr1", GprsDetachIndication),
        ("sgsn1", "emma", DetachRequestMt),
        ("vlr1", "sgsn1", GprsDetachAck),
        ("emma", "sgsn1", DetachAcceptMo),
    )
    assert combined.context("emma", "vlr1")["gs"] == "Gs-NULL"
    assert combined.broken() == []


def test_attach_while_the_vlr_is_down(lab: Any) -> None:
    """29.018 6.4: for packets only, #16; the mobile tries again by an update, and the VLR is there again."""
    lab.kill("vlr1")
    lab.attach("emma")
    assert lab.context("emma")["gs"] == "Gs-NULL"
    lab.restart("vlr1")
    lab.wait(40)
    lab.assert_associated("emma")


def test_tmsi_reallocation_complete_lost(lab: Any) -> None:
    """29.018 6.2.2: the VLR does not hear that the mobile has its TMSI; both serve until it does."""
    lab.lose(TmsiReallocationComplete, 1)
    lab.attach("emma")
    lab.wait(60)
    assert lab.context("emma", "vlr1")["gs"] == lab.context("emma")["gs"] == "Gs-ASSOCIATED"
    assert lab.broken() == []


def test_vlr_restart(combined: Any) -> None:
    """23.007 10, 29.018 11: the association is not reliable; the next periodic update mends it."""
    combined.mark()
    combined.kill("vlr1")
    combined.restart("vlr1")
    combined.sees(("vlr1", "sgsn1", ResetIndication), ("sgsn1", "vlr1", ResetAck))
    assert combined.context("emma")["vlr_reliable"] is False
    combined.wait(70)
    combined.sees(*GS)
    combined.assert_associated("emma")


def test_sgsn_restart_is_told(combined: Any) -> None:
    """29.018 12: the VLR drops its associations with this SGSN."""
    combined.kill("sgsn1")
    combined.mark()
    combined.restart("sgsn1")
    combined.sees(("sgsn1", "vlr1", ResetIndication), ("vlr1", "sgsn1", ResetAck))
    assert combined.context("emma", "vlr1")["gs"] == "Gs-NULL"
    assert combined.broken() == []


def test_combined_update_to_another_vlr(combined: Any) -> None:
    """23.060 6.9.1.3.2: the new SGSN asks its VLR; nothing is left of the association with the first."""
    combined.mark()
    combined.move("emma", "cell4")
    combined.wait(65)  # longer than the old SGSN keeps the context for a return
    assert combined.context("emma") is None
    combined.assert_associated("emma", "sgsn2", "vlr2")


def test_implicit_detach(combined: Any) -> None:
    """29.018 10: a mobile that is silently gone is detached from calls too."""
    combined.order("emma", "cover", on=False)
    combined.wait(500)
    assert combined.count(ImsiDetachIndication) == 1
    assert combined.context("emma", "vlr1")["gs"] == "Gs-NULL"
    assert combined.broken() == []


def test_attach_complete_lost(lab: Any) -> None:
    """29.018 6.2.2: TMSI-REALLOCATION-COMPLETE waits for the mobile's own."""
    lab.lose(AttachComplete, 2)
    lab.attach("emma")
    lab.wait(20)
    assert lab.count(AttachAccept) == 3
    assert lab.count(TmsiReallocationComplete) == 1
    assert lab.count(RoutingAreaUpdateComplete) == 0
    lab.assert_associated("emma")
