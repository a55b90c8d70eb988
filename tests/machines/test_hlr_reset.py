"""Restart of the HLR (TS 23.007 5.1, TS 29.002 19.3.2): its nodes are told, and confirm what it knows."""

from dataclasses import replace
from typing import Any

import pytest

from protocol import tcap
from protocol.identities import Imsi, IsdnAddress
from protocol.map.contexts import MS_PURGING_V3, RESET_V2
from protocol.map.location import PurgeMsArg
from protocol.map.restart import ResetArg
from protocol.timers import X_HLR_RESET
from tests.machines.conftest import SUBSCRIBER
from tests.machines.hlr_lab import HLR, IMSI, PEERS, HlrLab

OTHER = Imsi("262010000000001")
TWO = (SUBSCRIBER, replace(SUBSCRIBER, imsi=OTHER))


def restarted() -> HlrLab:
    """An HLR that has come back: one subscriber was served by sgsn1 and vlr1, another by sgsn2 alone."""
    lab = HlrLab(*TWO)
    for name, imsi in (("sgsn1", IMSI), ("vlr1", IMSI), ("sgsn2", OTHER)):
        lab.attach(name, imsi)
    return lab.reborn(*TWO)


def told(lab: HlrLab, name: str) -> None:
    """A node hears of the reset, and ends the dialogue."""
    peer = lab.peers[name]
    message, argument = peer.asked(ResetArg)
    assert argument == ResetArg(hlr_number=IsdnAddress(HLR))
    assert message.dialogue.application_context == RESET_V2
    accepted = tcap.Aare(application_context=RESET_V2)
    peer.say(tcap.End(dtid=message.otid, dialogue=accepted, components=()))


def test_first_life_tells_nobody() -> None:
    """An HLR that starts for the first time has lost nothing."""
    lab = HlrLab()
    assert not any(peer.inbox for peer in lab.peers.values())
    assert not lab.node.resets


def test_nodes_are_told() -> None:
    """29.002 19.3.2: Reset goes to every SGSN and VLR that serves somebody, and to no others."""
    lab = restarted()
    assert lab.obey("inspect")["resets"] == ["SGSN 491720000005", "VLR 491720000007", "SGSN 491720000006"]
    for name in ("sgsn1", "vlr1", "sgsn2"):
        told(lab, name)
    assert not any(peer.inbox for peer in lab.peers.values())
    assert not lab.node.resets
    assert not lab.node.tcap.dialogues
    assert lab.node.next_timer() is None


def test_what_is_known_is_unconfirmed() -> None:
    """23.007 5.1: until the node tells it anew."""
    lab = restarted()
    lab.peers["sgsn1"].inbox.clear()
    lab.peers["vlr1"].inbox.clear()
    assert lab.look(IMSI)["unconfirmed"]
    assert lab.look(OTHER)["unconfirmed"]
    lab.attach("sgsn1")
    assert lab.look(IMSI)["unconfirmed"], "the VLR's part is not confirmed yet"
    lab.attach("vlr1")
    assert not lab.look(IMSI)["unconfirmed"]


def test_purged_is_not_known_any_more() -> None:
    """23.007 5.1: all "MS purged" flags are reset, those of SGSNs and those of VLRs."""
    lab = HlrLab()
    for name in ("sgsn1", "vlr1"):
        lab.attach(name)
    for name, key in (("sgsn1", "sgsn_number"), ("vlr1", "vlr_number")):
        peer = lab.peers[name]
        numbers: dict[str, Any] = {key: IsdnAddress(str(PEERS[name][0]))}
        peer.answered(peer.begin(MS_PURGING_V3, PurgeMsArg(imsi=IMSI, **numbers)))
    assert (lab.look()["purged"], lab.look()["vlr_purged"], lab.obey("inspect")["purged"]) == (True, True, 1)
    lab = lab.reborn()
    assert (lab.look()["purged"], lab.look()["vlr_purged"], lab.obey("inspect")["purged"]) == (False, False, 0)
    assert lab.look()["unconfirmed"]


def test_reset_lost() -> None:
    """A node that has not heard of the reset is told again; in the end O&M is."""
    lab = restarted()
    told(lab, "vlr1")
    told(lab, "sgsn2")
    lab.wait(X_HLR_RESET.duration)
    assert len(lab.peers["sgsn1"].inbox) == 2
    lab.wait(X_HLR_RESET.duration * (X_HLR_RESET.expiries - 1))
    assert len(lab.peers["sgsn1"].inbox) == X_HLR_RESET.expiries
    assert "SGSN 491720000005 does not hear of the reset" in lab.warnings
    assert lab.node.next_timer() is None


def test_reset_refused() -> None:
    """A node that does not know what a reset is refuses the dialogue: it is asked again, as if it had not heard."""
    lab = restarted()
    message, _ = lab.peers["sgsn1"].asked(ResetArg)
    refusal = tcap.Aare(
        application_context=RESET_V2,
        result=tcap.AssociateResult.REJECT_PERMANENT,
        diagnostic=tcap.UserDiagnostic.APPLICATION_CONTEXT_NAME_NOT_SUPPORTED,
    )
    lab.peers["sgsn1"].say(tcap.Abort(dtid=message.otid, dialogue=refusal))
    assert "SGSN 491720000005: aborted" in lab.warnings[-1]
    lab.wait(X_HLR_RESET.duration)
    told(lab, "sgsn1")


def test_reset_ordered() -> None:
    """An operator may have the same done at any time, and again before the nodes have answered."""
    lab = HlrLab()
    lab.attach("sgsn1")
    assert lab.obey("reset") == {"nodes": 1}
    assert lab.look()["unconfirmed"]
    assert lab.obey("reset") == {"nodes": 1}
    lab.peers["sgsn1"].asked(ResetArg)
    told(lab, "sgsn1")
    lab.wait(X_HLR_RESET.duration)
    assert not lab.peers["sgsn1"].inbox
    assert not lab.node.resets


@pytest.mark.parametrize("name", ["sgsn1", "vlr1"])
def test_reset_ordered_of_purged(name: str) -> None:
    """The flag goes in a life that goes on, too."""
    lab = HlrLab()
    lab.attach(name)
    register = lab.node.register
    (register.purge if name == "sgsn1" else register.purge_vlr)(register.find(IMSI))
    lab.obey("reset")
    assert not lab.look()["purged"]
    assert not lab.look()["vlr_purged"]
    assert lab.look()["unconfirmed"]
