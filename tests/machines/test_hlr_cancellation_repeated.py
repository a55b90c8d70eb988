"""A node that holds a subscriber whom the HLR finds elsewhere is told until it has heard (TS 29.002 19.1.2)."""

import pytest

from nodes.core.outputs import Save
from nodes.hlr import cancelling
from protocol import tcap
from protocol.map.errors import UnexpectedDataParam
from protocol.map.location import CancellationType, CancelLocationArg, CancelLocationRes
from protocol.sccp import Ssn
from protocol.timers import MAP_M, X_CANCEL
from tests.machines.hlr_lab import IMSI, HlrLab

DOMAINS = [("sgsn1", "sgsn2"), ("vlr1", "vlr2")]


def moved(old: str, new: str) -> HlrLab:
    """The subscriber was at ``old`` and is at ``new``; the cancellation was lost."""
    lab = HlrLab()
    lab.attach(old)
    lab.attach(new)
    _, argument = lab.peers[old].asked(CancelLocationArg)
    assert argument.cancellation_type is CancellationType.UPDATE_PROCEDURE
    return lab


def pending(lab: HlrLab) -> list[str]:
    """The records of cancellations."""
    return [record.key for record in lab.records() if record.key.startswith("cancel/")]


@pytest.mark.parametrize(("old", "new"), DOMAINS)
def test_lost_cancellation_is_repeated(old: str, new: str) -> None:
    """A cancellation that is not answered comes again, until it is; then nothing of it is left."""
    lab = moved(old, new)
    lab.wait(3 * X_CANCEL.duration)
    heard = [lab.peers[old].asked(CancelLocationArg) for _ in range(3)]
    assert not lab.peers[old].inbox
    assert {argument.identity.imsi for _, argument in heard} == {IMSI}
    lab.peers[old].result(heard[-1][0], CancelLocationRes())
    assert not pending(lab)
    assert not lab.node.cancellations
    assert not lab.node.tcap.dialogues
    assert lab.node.next_timer() is None


@pytest.mark.parametrize(("old", "new"), DOMAINS)
def test_cancellation_is_given_up_in_the_end(old: str, new: str) -> None:
    """A node that never answers is asked a bounded number of times; O&M is told."""
    lab = moved(old, new)
    lab.wait(X_CANCEL.expiries * X_CANCEL.duration)
    assert len(lab.peers[old].inbox) == X_CANCEL.expiries - 1
    assert lab.node.warnings["cancel location"] == X_CANCEL.expiries + 1
    assert not pending(lab)
    assert lab.node.next_timer() is None


@pytest.mark.parametrize(("old", "new"), DOMAINS)
def test_cancellation_survives_a_restart(old: str, new: str) -> None:
    """The next life of the HLR goes on with it."""
    lab = moved(old, new).reborn()
    message, argument = next(
        (message, component.argument)
        for message in lab.peers[old].inbox
        for component in message.components
        if isinstance(component, tcap.Invoke) and isinstance(component.argument, CancelLocationArg)
    )
    assert argument.cancellation_type is CancellationType.UPDATE_PROCEDURE
    lab.peers[old].result(message, CancelLocationRes())
    assert not lab.node.cancellations


@pytest.mark.parametrize(("old", "new"), DOMAINS)
def test_subscriber_who_returns_is_not_cancelled(old: str, new: str) -> None:
    """What was said of the time before is not said any more: the node would forget who is there."""
    lab = moved(old, new)
    lab.wait(MAP_M.duration)
    lab.attach(old)
    assert [key.split("/")[-1] for key in pending(lab)] == [str(lab.peers[new].address.gt)]
    lab.wait(X_CANCEL.expiries * X_CANCEL.duration)
    assert not lab.peers[old].inbox


def test_refused_cancellation_is_not_repeated() -> None:
    """29.002 8.1.3: who refuses would refuse again."""
    lab = moved("sgsn1", "sgsn2")
    lab.wait(X_CANCEL.duration)
    message, _ = lab.peers["sgsn1"].asked(CancelLocationArg)
    lab.peers["sgsn1"].refuse(message, UnexpectedDataParam())
    assert not pending(lab)
    assert lab.node.next_timer() is None


def test_cancellation_is_saved_before_it_leaves() -> None:
    """The record is there before the node hears anything, and goes when it has answered."""
    lab = HlrLab()
    lab.attach("vlr1")
    lab.outputs.clear()
    lab.update("vlr2")
    saves = [output for output in lab.outputs if isinstance(output, Save)]
    assert [save.key for save in saves] == [f"vlr/{IMSI}", f"cancel/{IMSI}/vlr/491720000007"]
    message, _ = lab.peers["vlr1"].asked(CancelLocationArg)
    lab.peers["vlr1"].result(message, CancelLocationRes())
    assert lab.outputs[-1] == Save(f"cancel/{IMSI}/vlr/491720000007", None)


def test_cancellations_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where too many wait, the oldest is given up."""
    monkeypatch.setattr(cancelling, "MOST_CANCELLATIONS", 1)
    lab = moved("sgsn1", "sgsn2")
    lab.attach("vlr1")
    lab.attach("vlr2")
    assert [cancellation.ssn for cancellation in lab.node.cancellations.values()] == [Ssn.VLR]
    assert any("too many wait" in warning for warning in lab.warnings)
