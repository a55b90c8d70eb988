"""A BSS with several SGSNs (TS 23.236): BVCs towards each, and each mobile at the one that its NRI names."""

from collections.abc import Callable
from typing import Any

import pytest

from protocol.bssgp import (
    BvcBlock,
    BvcReset,
    BvcResetAck,
    BvcUnblockAck,
    FlowControlBvc,
    ImsiIdentity,
    PagingCs,
    Resume,
    Status,
    Suspend,
    SuspendAck,
)
from protocol.causes import BssgpCause
from protocol.gmm.elements import DrxParameter
from protocol.identities import Imsi, Tlli, Tmsi

NRI_BITS = 4
HOME, AWAY = 3, 9

BAD = bytes.fromhex("0281000281")
"""A BSS area indication twice over, the second cut short: too much, and too little."""

PAGING = PagingCs(
    imsi=ImsiIdentity(Imsi("001010000000001")),
    drx_parameters=DrxParameter(split_pg_cycle_code=0),
    bvci=2,
    tmsi=Tmsi(0xC0900001),
).encode()


@pytest.fixture
def pool(make_bss: Callable[..., Any]) -> Any:
    """A BSS with two SGSNs, of which sgsn1 takes what nobody else does."""
    return make_bss(vlr="vlr1", nri_bits=NRI_BITS, pool={HOME: "sgsn1", AWAY: "sgsn2"}).bring_up()


def heard_by(pool: Any) -> list[str]:
    """The SGSNs that were told something."""
    told, pool.gb = pool.gb, []
    return [sgsn for sgsn, _, _ in told]


def test_nri_of_a_tmsi() -> None:
    """23.236 4.3: the highest bit of the NRI is bit 23, whatever its length."""
    assert Tmsi(0xC0900001).nri(4) == 9
    assert Tmsi(0xC0FFC001).nri(10) == 1023
    assert Tmsi(0xFFFFFFFF).with_nri(0, 10) == 0xFF003FFF
    assert Tlli(0xC0000001).with_nri(9, 4) == Tlli(0xC0900001)
    assert Tmsi(0xFFFFFFFF).nri(0) == 0


@pytest.mark.ttcn3("BVC_bringup")
def test_bvcs_towards_each_sgsn(make_bss: Callable[..., Any]) -> None:
    """48.018 8.4: signalling and cells come up with each SGSN on its own."""
    pool = make_bss(nri_bits=NRI_BITS, pool={HOME: "sgsn1", AWAY: "sgsn2"})
    assert [(sgsn, message.bvci) for sgsn, _, message in pool.gb] == [("sgsn1", 0), ("sgsn2", 0)]
    pool.gb = []
    pool.say(BvcResetAck(bvci=0), link="sgsn2")
    assert [(sgsn, message.bvci) for sgsn, _, message in pool.gb] == [("sgsn2", bvci) for bvci in (2, 3, 4, 5)]
    states = pool.inspect()["bvcs"]
    assert states["cell1"] == "start"
    assert states["sgsn2 signalling"] == "operative"
    assert states["sgsn2 cell1"] == "wait for BVC-RESET-ACK"


@pytest.mark.parametrize(
    ("tlli", "sgsn"),
    [
        pytest.param(Tlli.local(0xC0000001).with_nri(AWAY, NRI_BITS), "sgsn2", id="local"),
        pytest.param(Tlli.foreign(Tlli(0xC0000001).with_nri(AWAY, NRI_BITS)), "sgsn2", id="foreign"),
        pytest.param(Tlli.local(0xC0000001).with_nri(HOME, NRI_BITS), "sgsn1", id="the default one"),
        pytest.param(Tlli.local(0xC0000002).with_nri(7, NRI_BITS), "sgsn1", id="unknown NRI"),
        pytest.param(Tlli.local(0xC0000001).with_nri(7, NRI_BITS), "sgsn2", id="unknown NRI, another mobile"),
        pytest.param(Tlli.random(0).with_nri(AWAY, NRI_BITS), "sgsn1", id="random"),
        pytest.param(Tlli.random(1).with_nri(HOME, NRI_BITS), "sgsn2", id="random, another mobile"),
    ],
)
def test_node_selection(pool: Any, tlli: Tlli, sgsn: str) -> None:
    """23.236 4.4, 5.2: by the NRI of local and foreign TLLIs; all others are spread. Any SGSN may answer."""
    pool.speak(tlli)
    assert heard_by(pool) == [sgsn]
    assert pool.inspect(str(tlli))["sgsn"] == sgsn
    pool.send_down(tlli)
    assert len(pool.heard()) == 1


def selected(pool: Any, tlli: Tlli) -> str:
    """The SGSN that a frame under this TLLI goes to."""
    pool.speak(tlli)
    (sgsn,) = heard_by(pool)
    return str(sgsn)


OWN, NEW = Tlli.local(0xC0000001).with_nri(AWAY, NRI_BITS), Tlli.random(1)
"""A mobile of the second SGSN, and one that would be given to it."""


@pytest.mark.parametrize(("takes", "own", "new"), [("known", "sgsn2", "sgsn1"), ("none", "sgsn1", "sgsn1")])
def test_an_sgsn_leaves_the_pool(pool: Any, takes: str, own: str, new: str) -> None:
    """23.236 4.5: it takes no new mobiles, or none at all: others take them; all of it can be undone."""
    assert pool.command("pool", sgsn="sgsn2", takes=takes)[0].status == "done"
    assert pool.inspect()["pool"] == {"sgsn1": "all", "sgsn2": takes}
    assert (selected(pool, OWN), selected(pool, NEW)) == (own, new)
    pool.command("pool", sgsn="sgsn2", takes="all")
    assert (selected(pool, OWN), selected(pool, NEW)) == ("sgsn2", "sgsn2")


def test_an_sgsn_fails(pool: Any) -> None:
    """23.236 5.2: one that cannot be spoken to is passed over; where there is no other, nothing changes."""
    pool.command("ns", sgsn="sgsn2", do="block")
    assert (selected(pool, OWN), selected(pool, NEW)) == ("sgsn1", "sgsn1")
    pool.command("pool", sgsn="sgsn1", takes="none")
    pool.speak(NEW)
    pool.speak(OWN)
    assert heard_by(pool) == ["sgsn1"]  # by default; towards the other nothing may be sent
    assert pool.warned == {"ns blocked": 1}


def test_orders_to_a_pool(pool: Any, bss: Any) -> None:
    """What makes no sense is refused in words."""
    assert "one of all, known, none" in pool.command("pool", sgsn="sgsn2", takes=[])[0].body["error"]
    assert "no SGSN" in pool.command("pool", sgsn="sgsn9", takes="all")[0].body["error"]
    assert "no pool" in bss.command("pool", takes="none")[0].body["error"]


def test_capacity_is_shared(pool: Any) -> None:
    """48.018 8.2: each SGSN is told an equal part of what the cell can take, and all of what a mobile can."""
    assert pool.command("capacity", cell="cell1", bucket=20_000, rate=10_000)[0].status == "done"
    flows = [message for _, _, message in pool.gb if isinstance(message, FlowControlBvc)]
    assert [flow.bvc_bucket_size for flow in flows] == [100, 100]
    assert [flow.bucket_leak_rate for flow in flows] == [400, 400]
    assert {flow.bmax_default_ms for flow in flows} == {100}


@pytest.mark.ttcn3("bvc_block_ptp")
def test_a_cell_is_blocked_towards_each(pool: Any) -> None:
    """48.018 8.3: the command is done when both have acknowledged, and failed where one has not."""
    pool.command("block", cell="cell1")
    assert [(sgsn, type(message)) for sgsn, _, message in pool.gb] == [("sgsn1", BvcBlock), ("sgsn2", BvcBlock)]
    pool.wait(20_000_000)
    (reply,) = pool.replies
    assert reply.body == {"error": "cell1: no answer (T1); sgsn2 cell1: no answer (T1)"}


def test_one_sgsn_resets(pool: Any) -> None:
    """48.018 8.4: the other one's BVCs stay, and what it has suspended."""
    home = Tlli.local(0xC0000001).with_nri(HOME, NRI_BITS)
    away = Tlli.local(0xC0000001).with_nri(AWAY, NRI_BITS)
    rai = pool.cells[0].identifier.rai
    from_mobile = [(home, 1), (away, 2)]
    for tlli, reference in from_mobile:
        pool.dedicated(CM, reference)
        pool.dedicated(suspension_request(tlli, rai), reference)
    suspends = [(sgsn, message) for sgsn, _, message in pool.gb]
    assert suspends == [
        ("sgsn1", Suspend(tlli=home, routeing_area=rai)),
        ("sgsn2", Suspend(tlli=away, routeing_area=rai)),
    ]
    pool.say(SuspendAck(tlli=home, routeing_area=rai, suspend_reference_number=1), link="sgsn2")  # not its own
    pool.say(SuspendAck(tlli=home, routeing_area=rai, suspend_reference_number=1), link="sgsn1")
    pool.say(SuspendAck(tlli=away, routeing_area=rai, suspend_reference_number=2), link="sgsn2")
    assert pool.warned == {"bssgp state": 1}
    pool.say(BvcReset(bvci=0, cause=BssgpCause.EQUIPMENT_FAILURE), link="sgsn1")
    assert [entry["state"] for entry in pool.inspect()["suspended"].values()] == ["not suspended", "suspended"]
    states = pool.inspect()["bvcs"]
    assert states["cell1"] == "wait for BVC-RESET-ACK"
    assert states["sgsn2 cell1"] == "operative"
    pool.gb = []
    for connection in pool.msc.opened:
        connection.send(CLEAR)
    assert [(sgsn, type(message)) for sgsn, _, message in pool.gb] == [("sgsn2", Resume)]
    assert pool.command("ns", sgsn="sgsn3", do="block")[0].status == "failed"
    pool.say(BvcUnblockAck(bvci=2), link="sgsn2")


IN_ERROR = [
    pytest.param(0, bytes.fromhex("2a1f84c0900001"), id="FLUSH-LL", marks=pytest.mark.ttcn3("status_sig_ul_tlli")),
    pytest.param(0, PAGING + BAD, id="PAGING-CS", marks=pytest.mark.ttcn3("status_sig_ul_tmsi")),
    pytest.param(
        2,
        bytes.fromhex("00c0900001000000") + b"\x0e\x82\x00\x00",
        id="DL-UNITDATA",
        marks=pytest.mark.ttcn3("status_ptp_ul_tlli"),
    ),
    pytest.param(2, PAGING + BAD, id="PAGING-CS on a cell", marks=pytest.mark.ttcn3("status_ptp_ul_tmsi")),
]


@pytest.mark.parametrize(("bvci", "octets"), IN_ERROR)
def test_status_goes_to_whom_it_concerns(pool: Any, bvci: int, octets: bytes) -> None:
    """48.018 9: a PDU in error is sent back to the SGSN that it came from."""
    pool.octets(octets, bvci, link="sgsn2")
    ((sgsn, where, status),) = pool.gb
    assert (sgsn, where) == ("sgsn2", 0)
    assert isinstance(status, Status)
    assert status.pdu_in_error == octets


CM = bytes.fromhex("0524113303305886a50100")
"""A CM SERVICE REQUEST; the BSS does not look into it."""

CLEAR = bytes.fromhex("000420040109")
"""CLEAR COMMAND: call control."""


def suspension_request(tlli: Tlli, rai: Any) -> bytes:
    """GPRS SUSPENSION REQUEST of a mobile with a call."""
    return b"\x06\x34" + tlli.to_octets() + bytes(rai.to_octets()) + b"\x00"
