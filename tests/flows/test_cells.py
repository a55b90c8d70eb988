"""Cells come and go while mobiles are in them (TS 48.018 7, 8): what concerns a cell, seen in the whole network."""

from typing import Any

import pytest

from protocol.bssgp import (
    BvcBlock,
    BvcBlockAck,
    BvcReset,
    BvcResetAck,
    BvcUnblock,
    BvcUnblockAck,
    DlUnitdata,
    FlowControlBvc,
    FlowControlBvcAck,
    RaCapabilityUpdate,
    RaCapabilityUpdateAck,
    RadioStatus,
)
from protocol.bssgp.elements import RaCapUpdCause
from protocol.gmm import AttachAccept, AttachReject


@pytest.fixture
def attached(lab: Any) -> Any:
    """A network in which anna is attached in cell1."""
    assert lab.attach("anna").status == "done"
    lab.mark()
    return lab


def orders(lab: Any, verb: str, **arguments: Any) -> None:
    """Tell bss1 to do something."""
    assert lab.session.command("bss1", verb, arguments).status == "done"
    lab.wait(1)


def said(lab: Any, *kinds: type) -> list[str]:
    """Which of these bss1 and sgsn1 have told each other since the mark, in order."""
    names = [kind.__name__ for kind in kinds]
    return [arrow[2] for arrow in lab.arrows() if arrow[2] in names and set(arrow[:2]) == {"bss1", "sgsn1"}]


def test_cell_blocked_and_unblocked(attached: Any) -> None:
    """48.018 8.3: who goes into a blocked cell is not heard, the other cell is not touched; unblocked, it serves."""
    orders(attached, "block", cell="cell2")
    assert said(attached, BvcBlock, BvcBlockAck) == ["BvcBlock", "BvcBlockAck"]
    attached.move("anna", "cell2")
    assert attached.context("anna")["cell"] == "001-01-1-1-1"
    orders(attached, "unblock", cell="cell2")
    assert said(attached, BvcUnblock, BvcUnblockAck) == ["BvcUnblock", "BvcUnblockAck"]
    attached.move("anna", "cell1")
    attached.move("anna", "cell2")
    assert attached.context("anna")["cell"] == "001-01-1-1-2"


@pytest.mark.parametrize("lost", [BvcBlock, BvcBlockAck])
def test_block_lost(attached: Any, lost: type) -> None:
    """48.018 8.3.1: T1 repeats it."""
    attached.lose(lost, times=2)
    orders(attached, "block", cell="cell2")
    assert said(attached, BvcBlock) == ["BvcBlock"] * 3
    assert attached.session.inspect("bss1", "cell2")["blocked"]


def test_cell_begins_anew(attached: Any) -> None:
    """48.018 8.4: the reset of a cell is acknowledged, and whoever is in it stays registered and is reached there."""
    orders(attached, "reset", cell="cell1")
    assert said(attached, BvcReset, BvcResetAck) == ["BvcReset", "BvcResetAck"]
    assert attached.tell("sgsn1", "reallocate", "anna").status == "done"
    known, own = attached.context("anna"), attached.mobile("anna")
    assert (known["ptmsi"], known["state"]) == (own["ptmsi"], "GMM-REGISTERED")


def test_signalling_begins_anew(attached: Any) -> None:
    """48.018 8.4: all cells of the BSS follow, and serve again."""
    orders(attached, "reset")
    cells = len(attached.session.inspect("bss1")["waiting_octets"])
    assert said(attached, BvcReset) == ["BvcReset"] * (1 + cells)
    assert attached.tell("sgsn1", "reallocate", "anna").status == "done"
    assert attached.mobile("anna")["ptmsi"] == attached.context("anna")["ptmsi"]


def test_cell_that_takes_nothing(lab: Any) -> None:
    """48.018 8.2: a cell with a bucket of 0 lets nothing down: who attaches there waits until it takes frames again."""
    orders(lab, "capacity", cell="cell1", bucket=0, rate=0)
    lab.wait(10)  # C: BSSs do not tell of every change at once (8.2.3.3)
    assert set(said(lab, FlowControlBvc, FlowControlBvcAck)) == {"FlowControlBvc", "FlowControlBvcAck"}
    lab.mark()
    lab.begin("anna", "attach")
    lab.wait(10)
    assert lab.session.inspect("sgsn1")["downlink_waiting"] > 0
    assert lab.said(AttachAccept) == lab.said(AttachReject) == []
    orders(lab, "capacity", cell="cell1", bucket=50_000, rate=10_000)
    lab.wait(60)
    assert lab.context("anna")["state"] == "GMM-REGISTERED"
    assert lab.session.inspect("sgsn1")["downlink_waiting"] == 0


def test_capability_asked_for(attached: Any) -> None:
    """48.018 7.1: the SGSN tells what the mobile's radio can do."""
    orders(attached, "ask-capability", tlli=attached.context("anna")["tlli"])
    assert said(attached, RaCapabilityUpdate, RaCapabilityUpdateAck) == ["RaCapabilityUpdate", "RaCapabilityUpdateAck"]
    [answer] = attached.said(RaCapabilityUpdateAck)
    assert answer.ra_cap_upd_cause is RaCapUpdCause.OK_RA_CAPABILITY_IE_PRESENT


def test_mobile_ordered_elsewhere(attached: Any) -> None:
    """48.018 7.3: nothing goes down until the mobile is heard in its new cell, then it does there."""
    orders(attached, "reselect", tlli=attached.context("anna")["tlli"])
    assert said(attached, RadioStatus) == ["RadioStatus"]
    attached.mark()
    attached.tell("sgsn1", "reallocate", "anna")
    assert said(attached, DlUnitdata) == []
    attached.move("anna", "cell2")
    known, own = attached.context("anna"), attached.mobile("anna")
    assert (known["cell"], known["ptmsi"]) == ("001-01-1-1-2", own["ptmsi"])
