"""The NS-VC to an SGSN (48.016 7): reset, block, unblock, test, and errors."""

from typing import Any

import pytest

from protocol.bssgp import BvcResetAck, UlUnitdata
from protocol.causes import NsCause
from protocol.ns import (
    NsAlive,
    NsAliveAck,
    NsBlock,
    NsBlockAck,
    NsReset,
    NsResetAck,
    NsStatus,
    NsUnblock,
    NsUnblockAck,
)
from protocol.timers import TNS_ALIVE, TNS_BLOCK, TNS_RESET, TNS_TEST, X_RETRY

RESET = NsReset(cause=NsCause.EQUIPMENT_FAILURE, ns_vci=1, nsei=1)
RESET_ACK = NsResetAck(ns_vci=1, nsei=1)
BLOCK = NsBlock(cause=NsCause.EQUIPMENT_FAILURE, ns_vci=1)
BLOCK_ACK = NsBlockAck(ns_vci=1)
OUR_RESET = NsReset(cause=NsCause.OM_INTERVENTION, ns_vci=1, nsei=1)
OUR_BLOCK = NsBlock(cause=NsCause.OM_INTERVENTION, ns_vci=1)
BLOCKED = NsStatus(cause=NsCause.NS_VC_BLOCKED, ns_vci=1)

WRONG = [
    pytest.param(1, 21, marks=pytest.mark.ttcn3("reset_wrong_nsei"), id="nsei"),
    pytest.param(21, 1, marks=pytest.mark.ttcn3("reset_wrong_nsvci"), id="nsvci"),
    pytest.param(21, 21, marks=pytest.mark.ttcn3("reset_wrong_nsei_nsvci"), id="nsei and nsvci"),
]
WRONG_ACK = [
    pytest.param(1, 21, marks=pytest.mark.ttcn3("reset_ack_wrong_nsei"), id="nsei"),
    pytest.param(21, 1, marks=pytest.mark.ttcn3("reset_ack_wrong_nsvci"), id="nsvci"),
    pytest.param(21, 21, marks=pytest.mark.ttcn3("reset_ack_wrong_nsei_nsvci"), id="nsei and nsvci"),
]


def state(bss: Any) -> str:
    """The state of the NS-VC."""
    found: str = bss.inspect()["ns"]["sgsn1"]
    return found


def said(bss: Any) -> list[Any]:
    """What was said about the NS-VC since the last time."""
    heard: list[Any] = bss.ns
    bss.ns = []
    return heard


def order(bss: Any, what: str) -> str:
    """Give an order about the NS-VC; returns the answer's status."""
    status: str = bss.command("ns", sgsn="sgsn1", do=what)[0].status
    return status


def passes(bss: Any) -> bool:
    """True where an uplink frame gets through."""
    bss.said()
    bss.speak(0xC0000001)
    return [type(message) for message in bss.messages()] == [UlUnitdata]


@pytest.mark.ttcn3("tx_reset")
@pytest.mark.ttcn3("tx_unblock")
def test_reset_by_the_sgsn(bss: Any) -> None:
    """48.016 7.3: NS-RESET is acknowledged; then the NS-VC is tested and unblocked. The BVCs know nothing of it."""
    assert passes(bss)
    bss.say_ns(RESET)
    assert said(bss) == [RESET_ACK, NsUnblock(), NsAlive()]
    assert state(bss) == "wait for NS-UNBLOCK-ACK"
    assert not passes(bss)
    bss.say_ns(NsUnblockAck())
    assert state(bss) == "unblocked"
    assert passes(bss)
    assert set(bss.inspect()["bvcs"].values()) == {"operative"}
    assert bss.warned == {"ns blocked": 1}


@pytest.mark.ttcn3("tx_reset_tx_alive")
def test_alive_from_the_sgsn(bss: Any) -> None:
    """48.016 7.4: NS-ALIVE is answered in every state, before a reset and after."""
    bss.say_ns(NsAlive())
    assert said(bss) == [NsAliveAck()]
    bss.say_ns(RESET)
    bss.say_ns(NsAlive())
    assert said(bss) == [NsAliveAck()]


@pytest.mark.ttcn3("tx_reset_rx_alive")
def test_alive_to_the_sgsn(bss: Any) -> None:
    """48.016 7.4: after a reset the NS-VC is tested, and again after Tns-test, for as long as it is answered."""
    bss.say_ns(RESET)
    bss.say_ns(NsUnblockAck())
    for _ in range(3):
        bss.say_ns(NsAliveAck())
        assert said(bss) == []
        bss.wait(TNS_TEST.duration - 1)
        assert said(bss) == []
        bss.wait(1)
        assert said(bss) == [NsAlive()]


@pytest.mark.ttcn3("alive_retries_single_reset")
@pytest.mark.ttcn3("alive_retries_single_no_resp")
def test_alive_unanswered(bss: Any) -> None:
    """48.016 7.4.1: NS-ALIVE is repeated ten times at Tns-alive; then the NS-VC is dead, O&M told, and it is reset."""
    bss.say_ns(RESET)
    bss.say_ns(NsUnblockAck())
    said(bss)
    bss.wait(TNS_ALIVE.duration * 10)
    assert said(bss) == [NsAlive()] * 10
    assert state(bss) == "unblocked"
    bss.wait(TNS_ALIVE.duration)
    assert said(bss) == [OUR_RESET]
    assert state(bss) == "wait for NS-RESET-ACK"
    assert bss.warned == {"ns failed": 1}
    bss.say_ns(RESET_ACK)
    assert said(bss) == [NsUnblock(), NsAlive()]


@pytest.mark.ttcn3("no_reset_alive_ack")
@pytest.mark.ttcn3("ignore_reset_ack")
def test_acknowledgements_that_are_not_awaited(bss: Any) -> None:
    """48.016 7.3.1, 7.4.1: they are told, and change nothing."""
    for message in (NsAliveAck(), RESET_ACK, BLOCK_ACK, NsUnblockAck()):
        bss.say_ns(message)
        assert said(bss) == []
    assert bss.warned == {"ns state": 4}
    assert state(bss) == "unblocked"


@pytest.mark.parametrize(("ns_vci", "nsei"), WRONG)
def test_reset_of_another(bss: Any, ns_vci: int, nsei: int) -> None:
    """48.016 7.3.1: a reset with other numbers is acknowledged with ours, and nothing is reset."""
    bss.say_ns(NsReset(cause=NsCause.EQUIPMENT_FAILURE, ns_vci=ns_vci, nsei=nsei))
    assert said(bss) == [RESET_ACK]
    assert state(bss) == "unblocked"
    assert sum(bss.warned.values()) == 1


@pytest.mark.parametrize(("ns_vci", "nsei"), WRONG_ACK)
def test_reset_acknowledged_by_another(bss: Any, ns_vci: int, nsei: int) -> None:
    """48.016 7.3.1: an acknowledgement with other numbers is none."""
    assert order(bss, "reset") == "done"
    bss.say_ns(NsResetAck(ns_vci=ns_vci, nsei=nsei))
    assert said(bss) == []
    assert state(bss) == "wait for NS-RESET-ACK"
    bss.say_ns(RESET_ACK)
    assert state(bss) == "wait for NS-UNBLOCK-ACK"


@pytest.mark.ttcn3("reset_retries")
def test_reset_unanswered(bss: Any) -> None:
    """48.016 7.3.1: NS-RESET is repeated at Tns-reset; then O&M is told, and it begins again after X-retry."""
    order(bss, "reset")
    bss.wait(TNS_RESET.duration * TNS_RESET.expiries)
    assert said(bss) == [OUR_RESET] * 4
    assert (state(bss), bss.warned) == ("dead", {"ns failed": 1})
    bss.wait(X_RETRY.duration)
    assert said(bss) == [OUR_RESET]


@pytest.mark.ttcn3("reset_on_block_reset")
def test_reset_instead_of_an_unblock_ack(bss: Any) -> None:
    """48.016 7.3: the SGSN has missed NS-RESET-ACK and resets again and again; each time it begins anew."""
    for _ in range(3):
        bss.say_ns(RESET)
        assert said(bss) == [RESET_ACK, NsUnblock(), NsAlive()]
    bss.say_ns(NsUnblockAck())
    assert state(bss) == "unblocked"


def test_resets_cross(bss: Any) -> None:
    """48.016 7.3.1: both have begun: with the SGSN's reset ours is settled."""
    order(bss, "reset")
    bss.say_ns(RESET)
    assert said(bss) == [RESET_ACK, NsUnblock(), NsAlive()]


def test_unblock_unanswered(bss: Any) -> None:
    """48.016 7.2.1: NS-UNBLOCK is repeated three times at Tns-block; then the NS-VC is dead, and O&M told."""
    bss.say_ns(RESET)
    bss.say_ns(NsAliveAck())
    bss.wait(TNS_BLOCK.duration * TNS_BLOCK.expiries)
    assert said(bss) == [NsUnblock()] * 3
    assert state(bss) == "dead"


@pytest.mark.ttcn3("tx_block")
@pytest.mark.ttcn3("tx_block_unitdata_over_blocked")
def test_block_by_the_sgsn(bss: Any) -> None:
    """48.016 7.2: a blocked NS-VC carries nothing: NS-UNITDATA is answered by NS-STATUS, until the SGSN unblocks it."""
    bss.say_ns(BLOCK)
    assert said(bss) == [BLOCK_ACK]
    assert state(bss) == "blocked by the SGSN"
    bss.say(BvcResetAck(bvci=0))
    assert said(bss) == [BLOCKED]
    assert not passes(bss)
    bss.say_ns(BLOCK)
    assert said(bss) == [BLOCK_ACK]
    bss.say_ns(NsUnblock())
    assert said(bss) == [NsUnblockAck()]
    assert passes(bss)


@pytest.mark.ttcn3("tx_unblock_retries")
def test_unblock_repeated(bss: Any) -> None:
    """48.016 7.2.1: each NS-UNBLOCK is acknowledged, also of an NS-VC that is in service."""
    for _ in range(3):
        bss.say_ns(NsUnblock())
        assert said(bss) == [NsUnblockAck()]
    assert state(bss) == "unblocked"


@pytest.mark.ttcn3("tx_block_by_vty")
@pytest.mark.ttcn3("rx_block_unitdata_over_blocked")
def test_block_by_the_operator(bss: Any) -> None:
    """48.016 7.2: NS-BLOCK, and NS-UNBLOCK when the operator wants it again."""
    assert order(bss, "block") == "done"
    assert said(bss) == [OUR_BLOCK]
    bss.say_ns(BLOCK_ACK)
    assert state(bss) == "blocked"
    bss.say(BvcResetAck(bvci=0))
    assert said(bss) == [BLOCKED]
    assert order(bss, "block") == "failed"
    bss.say_ns(BLOCK)
    assert said(bss) == [BLOCK_ACK]
    assert order(bss, "unblock") == "done"
    assert said(bss) == [NsUnblock()]
    bss.say_ns(NsUnblockAck())
    assert passes(bss)
    assert order(bss, "unblock") == "failed"


@pytest.mark.ttcn3("tx_block_by_vty_reset")
def test_reset_of_what_the_operator_has_blocked(bss: Any) -> None:
    """48.016 7.2, 7.3: it is still blocked after a reset, and is not unblocked by the SGSN: that is told again."""
    order(bss, "block")
    bss.say_ns(BLOCK_ACK)
    bss.say_ns(RESET)
    assert said(bss) == [RESET_ACK, NsAlive()]
    assert state(bss) == "blocked"
    bss.say_ns(NsUnblock())
    assert said(bss) == [OUR_BLOCK]
    bss.say_ns(BLOCK_ACK)
    assert state(bss) == "blocked"


def test_block_unanswered(bss: Any) -> None:
    """48.016 7.2.1: NS-BLOCK is repeated three times at Tns-block; then it is blocked here all the same, O&M told."""
    order(bss, "block")
    bss.wait(TNS_BLOCK.duration * TNS_BLOCK.expiries)
    assert said(bss) == [OUR_BLOCK] * 4
    assert (state(bss), bss.warned) == ("blocked", {"ns failed": 1})


def test_block_of_another(bss: Any) -> None:
    """48.016 7.2.1: NS-STATUS, NS-VC unknown."""
    for message in (NsBlock(cause=NsCause.EQUIPMENT_FAILURE, ns_vci=7), NsBlockAck(ns_vci=7)):
        bss.say_ns(message)
        assert said(bss) == [NsStatus(cause=NsCause.NS_VC_UNKNOWN, ns_vci=7)]
    assert state(bss) == "unblocked"


def test_status(bss: Any) -> None:
    """48.016 7.1: an SGSN that takes the NS-VC for blocked has it unblocked, one that does not know it, reset."""
    bss.say_ns(NsStatus(cause=NsCause.PROTOCOL_ERROR_UNSPECIFIED, ns_pdu=b""))
    assert said(bss) == []
    bss.say_ns(BLOCKED)
    assert said(bss) == [NsUnblock()]
    bss.say_ns(NsUnblockAck())
    bss.say_ns(NsStatus(cause=NsCause.NS_VC_UNKNOWN, ns_vci=1))
    assert said(bss) == [OUR_RESET]
    assert bss.warned == {"ns status": 3}


@pytest.mark.parametrize(
    ("pdu", "cause"),
    [
        (b"\x77", NsCause.PROTOCOL_ERROR_UNSPECIFIED),
        (b"\x02\x00\x81\x01", NsCause.MISSING_ESSENTIAL_IE),
        (b"\x04\x00\x82\x01\x01\x01\x82\x00\x01", None),
    ],
)
def test_unreadable(bss: Any, pdu: bytes, cause: NsCause | None) -> None:
    """48.016 8: what cannot be read is answered by NS-STATUS with the octets; of longer ones what is known is read."""
    bss.receive("sgsn1", "gb", pdu)
    assert said(bss) == ([BLOCK_ACK] if cause is None else [NsStatus(cause=cause, ns_pdu=pdu)])


def test_unreadable_status(bss: Any) -> None:
    """48.016 8: an NS-STATUS is never answered."""
    bss.receive("sgsn1", "gb", b"\x08")
    bss.receive("sgsn1", "gb", b"")
    assert said(bss) == []
    assert bss.warned == {"gb undecodable": 2}


def test_orders_that_make_no_sense(bss: Any) -> None:
    """Refused in one line."""
    assert bss.command("ns", do="fly")[0].body == {"error": "do is one of reset, block, unblock"}
    assert bss.command("ns", sgsn="sgsn9", do="block")[0].body == {"error": "no SGSN 'sgsn9'"}
