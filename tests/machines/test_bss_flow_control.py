"""What a cell can take: flow control told to the SGSN, leaky buckets that hold frames back, and FLUSH-LL."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from nodes.bss.downlink import Bucket, Limit
from protocol.bssgp import (
    BvcReset,
    BvcResetAck,
    BvcUnblockAck,
    Delay,
    FlowControlBvc,
    FlowControlBvcAck,
    FlowControlMs,
    FlowControlMsAck,
    FlushLl,
    FlushLlAck,
    LlcDiscarded,
    RadioStatus,
    Status,
)
from protocol.bssgp.elements import BucketSize, FlushAction, LeakRate
from protocol.causes import BssgpCause, RadioCause
from protocol.identities import Tlli
from protocol.timers import SECOND, TH, X_AIR, X_FLOW_CONTROL, X_FLUSH, C

TLLI, OTHER = Tlli(0xC0000001), Tlli(0xC0000002)
SMALL = {"bucket": 1000, "rate": 100, "mobile_bucket": 1000, "mobile_rate": 100, "backlog": 3000}


@pytest.fixture
def slow(make_bss: Callable[..., Any]) -> Any:
    """A BSS of slow cells, in the first of which two mobiles were heard."""
    cells = [replace(cell, **SMALL) for cell in make_bss().cells]
    slow = make_bss(cells=tuple(cells)).bring_up()
    slow.speak(TLLI)
    slow.speak(OTHER)
    slow.said()
    return slow


def lengths(bss: Any) -> list[int]:
    """The lengths of the frames that came over the air."""
    return [len(channel.llc_frame) for channel in bss.heard()]


def discarded(tlli: Tlli, frames: int, octets: int, bvci: int = 2) -> tuple[int, LlcDiscarded]:
    """LLC-DISCARDED, on signalling."""
    lost = LlcDiscarded(tlli=tlli, llc_frames_discarded=frames, bvci=bvci, number_of_octets_deleted=octets)
    return 0, lost


# --- what the SGSN is told ----------------------------------------------------------------------------------------


@pytest.mark.ttcn3("fc_bvc")
def test_flow_control_at_start(make_bss: Callable[..., Any]) -> None:
    """48.018 8.2.3: as soon as a BVC is operative the SGSN is told what the cell, and a mobile in it, can take."""
    bss = make_bss()
    bss.say(BvcResetAck(bvci=0))
    bss.say(BvcResetAck(bvci=2, cell_identifier=bss.cells[0].identifier))
    bss.said()
    bss.say(BvcUnblockAck(bvci=2))
    told = FlowControlBvc(
        tag=0,
        bvc_bucket_size=BucketSize(500),
        bucket_leak_rate=LeakRate(800),
        bmax_default_ms=BucketSize(100),
        r_default_ms=LeakRate(320),
    )
    assert bss.said() == [(2, told)]
    bss.say(FlowControlBvcAck(tag=0), 2)
    bss.wait(C.duration)
    bss.say(FlowControlBvcAck(tag=0), 2)
    assert bss.warned == {"bssgp state": 1}


def test_flow_control_unanswered(make_bss: Callable[..., Any]) -> None:
    """48.018 8.2.3: FLOW-CONTROL-BVC is repeated, at most once in C; then O&M is told. A wrong tag is no answer."""
    bss = make_bss()
    bss.say(BvcResetAck(bvci=0))
    bss.say(BvcResetAck(bvci=2, cell_identifier=bss.cells[0].identifier))
    bss.say(BvcUnblockAck(bvci=2))
    bss.say(FlowControlBvcAck(tag=9), 2)
    bss.wait(X_FLOW_CONTROL.duration * X_FLOW_CONTROL.expiries)
    assert [message.tag for message in bss.messages() if isinstance(message, FlowControlBvc)] == [0] * 4
    assert bss.warned == {"bssgp state": 1, "flow control": 1}
    assert X_FLOW_CONTROL.duration >= C.duration
    bss.say(FlowControlBvcAck(tag=0), 2)
    assert bss.warned["bssgp state"] == 2


def test_flow_control_changes(bss: Any) -> None:
    """48.018 8.2.3: a cell that can take less says so at once, if it has not just said something, else after C."""
    assert bss.command("capacity", cell="cell1", rate=500, mobile_rate=100)[0].status == "done"
    ((bvci, told),) = bss.said()
    assert (bvci, told.tag, told.bucket_leak_rate, told.r_default_ms) == (2, 1, 40, 8)
    bss.command("capacity", cell="cell1", rate=600)
    bss.say(FlowControlBvcAck(tag=1), 2)
    bss.command("capacity", cell="cell1", rate=700, bucket=12_345, mobile_bucket=6_000)
    assert bss.said() == []
    bss.wait(C.duration)
    ((bvci, told),) = bss.said()
    assert (told.tag, told.bucket_leak_rate, told.bvc_bucket_size, told.bmax_default_ms) == (2, 56, 123, 60)
    bss.say(FlowControlBvcAck(tag=2), 2)
    bss.wait(C.duration)
    assert bss.said() == []
    assert bss.bss.next_timer() is None


def test_flow_control_changes_while_unanswered(bss: Any) -> None:
    """The SGSN does not answer the last of the old values: the new ones are told."""
    bss.command("capacity", cell="cell1", rate=500)
    bss.command("capacity", cell="cell1", rate=600)
    bss.wait(X_FLOW_CONTROL.duration * X_FLOW_CONTROL.expiries)
    assert [message.bucket_leak_rate for message in bss.messages()] == [40] * 4 + [48]


def test_capacity_that_is_none(bss: Any) -> None:
    """What is no number, or does not fit BSSGP, is refused in one line."""
    for value in (-1, True, "much", 0x10000 * 100):
        (reply,) = bss.command("capacity", cell="cell1", rate=value)
        assert reply.body == {"error": f"rate is a number from 0 to 6553500, not {value!r}"}
    assert bss.command("capacity", cell="cell1", speed=1)[0].body == {"error": "capacity has no argument 'speed'"}
    assert bss.said() == []


@pytest.mark.ttcn3("fc_ms")
def test_flow_control_of_a_mobile(slow: Any) -> None:
    """48.018 8.2.3: a mobile with a limit of its own; it is told anew before the SGSN forgets it, while it is here."""
    assert slow.command("capacity", tlli=str(TLLI), bucket=500, rate=50)[0].status == "done"
    told = FlowControlMs(tlli=TLLI, tag=0, ms_bucket_size=BucketSize(5), bucket_leak_rate=LeakRate(4))
    assert slow.said() == [(2, told)]
    slow.say(FlowControlMsAck(tlli=OTHER, tag=0), 2)
    assert slow.warned == {"bssgp state": 1}
    slow.say(FlowControlMsAck(tlli=TLLI, tag=0), 2)
    slow.wait(C.duration)
    slow.command("capacity", tlli=str(TLLI), bucket=400, rate=50)
    assert slow.messages() == [
        FlowControlMs(tlli=TLLI, tag=1, ms_bucket_size=BucketSize(4), bucket_leak_rate=LeakRate(4))
    ]
    slow.say(FlowControlMsAck(tlli=TLLI, tag=1), 2)
    slow.wait(C.duration)
    for _ in range(3):
        slow.wait(TH.duration // 6)
        slow.speak(TLLI)
    assert [type(message) for message in slow.messages()][-1] is not FlowControlMs
    slow.wait(TH.duration // 2)
    assert [message.tag for message in slow.messages() if isinstance(message, FlowControlMs)][:1] == [2]


def test_flow_control_of_a_mobile_that_goes(slow: Any) -> None:
    """A mobile that has left the cell, or is not heard any more, has the default values again; so at a reset."""
    slow.command("capacity", tlli=str(TLLI), bucket=500, rate=50)
    slow.say(FlowControlMsAck(tlli=TLLI, tag=0), 2)
    downlink = slow.bss.downlinks[2]
    assert downlink.limits == {TLLI: Limit(500, 50)}
    slow.said()
    slow.speak(TLLI, slow.cells[1])
    slow.said()
    slow.wait(TH.duration)
    assert slow.said() == []
    assert downlink.limits == {}
    slow.speak(TLLI)
    slow.command("capacity", tlli=str(TLLI), bucket=500, rate=50)
    slow.say(BvcReset(bvci=2, cause=BssgpCause.EQUIPMENT_FAILURE))
    assert downlink.limits == {}


# --- buckets ------------------------------------------------------------------------------------------------------


def test_bucket() -> None:
    """48.018 8.2.2: what is poured in leaks at R; there is room up to Bmax, and for what is larger when it is empty."""
    bucket = Bucket(Limit(1000, 100), 0)
    assert bucket.wait(1000, 0) == 0
    bucket.pour(1000)
    assert bucket.wait(100, 0) == SECOND
    assert bucket.wait(1, 0) == SECOND // 100
    assert bucket.wait(100, SECOND) == 0
    assert bucket.wait(5000, SECOND) == 9 * SECOND
    assert bucket.wait(5000, 10 * SECOND) == 0
    stopped = Bucket(Limit(1000, 0), 0)
    stopped.pour(1000)
    assert stopped.wait(1, 99 * SECOND) is None


def test_frames_of_usual_size_are_not_delayed(bss: Any) -> None:
    """The default rates hold back nobody who signals."""
    for number in range(100):
        tlli = 0xC0000100 + number
        bss.speak(tlli)
        for _ in range(4):
            bss.send_down(tlli, size=100)
    assert len(bss.heard()) == 400
    assert bss.inspect()["waiting_octets"]["cell1"] == 0


def test_a_mobile_is_held_back_by_its_own_bucket(slow: Any) -> None:
    """48.018 8.2: a mobile that has had its share waits, in order; another one does not wait for it."""
    slow.command("capacity", cell="cell1", bucket=5000, rate=5000)
    for size in (800, 250, 20):
        slow.send_down(TLLI, size=size)
    slow.send_down(OTHER, size=900)
    assert lengths(slow) == [800, 900]
    assert slow.inspect()["waiting_octets"]["cell1"] == 270
    slow.wait(SECOND // 2)
    assert lengths(slow) == [250]
    slow.wait(SECOND)
    assert lengths(slow) == [20]
    assert slow.inspect("cell1")["waiting_octets"] == 0


def test_a_saturated_cell_queues(slow: Any) -> None:
    """48.018 8.2: the cell's bucket is shared; those who wait for it take turns."""
    slow.command("capacity", cell="cell1", mobile_bucket=5000, mobile_rate=5000)
    slow.send_down(TLLI, size=1000)
    for size in (101, 102):
        slow.send_down(TLLI, size=size)
    for size in (203, 204):
        slow.send_down(OTHER, size=size)
    slow.heard()
    slow.wait(10 * SECOND)
    assert lengths(slow) == [101, 203, 102, 204]


def test_a_saturated_cell_discards(slow: Any) -> None:
    """48.018 8.1.2: what is more than the backlog is discarded, and the SGSN told how much."""
    for size in (1000, 1000, 1000, 1000, 1):
        slow.send_down(TLLI, size=size)
    assert lengths(slow) == [1000]
    assert slow.said() == [discarded(TLLI, 1, 1)]
    cell = slow.inspect("cell1")
    assert (cell["waiting_octets"], cell["discarded_frames"], cell["discarded_octets"]) == (3000, 1, 1)
    slow.send_down(OTHER, size=77)
    assert slow.said() == [discarded(OTHER, 1, 77)]


@pytest.mark.ttcn3("llc_discarded")
def test_frames_that_are_too_old(slow: Any) -> None:
    """48.018 8.1.1: a frame that has waited longer than its lifetime is discarded, told, and not sent."""
    slow.send_down(TLLI, size=1000)
    slow.send_down(TLLI, size=100, lifetime=Delay(50))
    slow.send_down(TLLI, size=50, lifetime=Delay(50))
    slow.send_down(TLLI, size=60)
    slow.wait(SECOND // 2)
    assert slow.said() == [discarded(TLLI, 2, 150)]
    slow.wait(10 * SECOND)
    assert lengths(slow) == [1000, 60]


def test_old_frames_in_line(slow: Any) -> None:
    """A frame in line for the cell's bucket is discarded when its time is over, and the next is seen to."""
    slow.command("capacity", cell="cell1", mobile_bucket=2000, mobile_rate=10)
    slow.send_down(TLLI, size=1000)
    slow.send_down(TLLI, size=100, lifetime=Delay(50))
    slow.send_down(TLLI, size=1500)  # its own bucket has no room for this one yet
    slow.send_down(OTHER, size=200)
    slow.heard()
    slow.said()
    slow.wait(SECOND // 2)
    assert slow.said() == [discarded(TLLI, 1, 100)]
    slow.wait(2 * SECOND)
    assert lengths(slow) == [200]
    slow.wait(100 * SECOND)
    assert lengths(slow) == [1500]


def test_starvation(slow: Any) -> None:
    """A cell with R = 0 sends nothing until it can again; only lifetimes run."""
    slow.command("capacity", cell="cell1", rate=0)
    for size in (900, 400, 500):
        slow.send_down(TLLI, size=size)
    slow.send_down(OTHER, size=400, lifetime=Delay(10))
    slow.said()
    slow.wait(50 * SECOND)
    assert lengths(slow) == [900]
    slow.command("capacity", cell="cell1", rate=100_000)
    slow.wait(20 * SECOND)
    assert lengths(slow) == [400, 500]
    assert discarded(OTHER, 1, 400) in slow.said()


@pytest.mark.ttcn3("llc_discarded")
def test_lives_end_in_a_starved_cell(slow: Any) -> None:
    """48.018 8.1.1: with R = 0 no frame waits longer than its life, whatever stands before it; the SGSN hears of it."""
    slow.command("capacity", cell="cell1", rate=0)
    slow.send_down(TLLI, size=1000)
    for size, lifetime in ((400, None), (300, 200), (200, 100), (100, None)):
        slow.send_down(TLLI, size=size, **({} if lifetime is None else {"lifetime": Delay(lifetime)}))
    slow.send_down(OTHER, size=70, lifetime=Delay(150))  # behind all of them in the cell's line
    slow.said()
    slow.wait(2 * SECOND)
    lost = [told for told in slow.said() if isinstance(told[1], LlcDiscarded)]
    assert lost == [discarded(TLLI, 1, 200), discarded(OTHER, 1, 70), discarded(TLLI, 1, 300)]
    assert slow.inspect("cell1")["waiting_octets"] == 500
    slow.command("capacity", cell="cell1", bucket=5000, mobile_bucket=5000)
    assert lengths(slow) == [1000, 400, 100]


def test_lives_end_where_a_mobile_has_left(slow: Any) -> None:
    """48.018 8.1.1: what waits for FLUSH-LL does not wait longer than its life either."""
    for size, lifetime in ((1000, 60_000), (600, 100), (500, 60_000)):
        slow.send_down(TLLI, size=size, lifetime=Delay(lifetime))
    slow.speak(TLLI, slow.cells[1])
    slow.said()
    slow.wait(SECOND)
    assert slow.said() == [discarded(TLLI, 1, 600)]
    slow.say(FlushLl(tlli=TLLI, bvci_old=2, bvci_new=3))
    ack = FlushLlAck(
        tlli=TLLI, flush_action=FlushAction.LLC_PDUS_TRANSFERRED, bvci_new=3, number_of_octets_affected=500
    )
    assert slow.said() == [(0, ack)]


def test_starvation_of_a_mobile(slow: Any) -> None:
    """A mobile with R = 0 waits; given a rate, it goes on."""
    slow.command("capacity", cell="cell1", bucket=50_000)
    slow.command("capacity", tlli=str(TLLI), bucket=100, rate=0)
    for size in (100, 50, 60):
        slow.send_down(TLLI, size=size)
    slow.wait(20 * SECOND)
    assert lengths(slow) == [100]
    slow.command("capacity", tlli=str(TLLI), bucket=100, rate=50)
    slow.wait(10 * SECOND)
    assert lengths(slow) == [50, 60]


def test_frames_wait_for_a_mobile_that_is_forgotten(slow: Any) -> None:
    """48.018 7.3: when its turn comes, nobody knows where the mobile is: discarded, contact lost."""
    slow.send_down(TLLI, size=1000)
    slow.send_down(TLLI, size=900)
    slow.command("capacity", cell="cell1", rate=0)
    slow.wait(X_AIR.duration)
    slow.said()
    slow.command("capacity", cell="cell1", rate=10_000)
    slow.wait(SECOND // 2)
    lost = (2, RadioStatus(tlli=TLLI, radio_cause=RadioCause.RADIO_CONTACT_LOST_WITH_THE_MS))
    assert slow.said()[-2:] == [discarded(TLLI, 1, 900), lost]
    assert lengths(slow) == [1000]


def test_flows_make_room(slow: Any) -> None:
    """What has nothing to remember any more goes as others come."""
    downlink = slow.bss.downlinks[2]
    for number in range(50):
        tlli = 0xC0000100 + number
        slow.speak(tlli)
        slow.send_down(tlli, size=10)
        slow.wait(SECOND)
    assert len(downlink._flows) <= 2
    for number in range(5):
        slow.speak(0xC0000200 + number)
        slow.send_down(0xC0000200 + number, size=100)
    assert len(downlink._flows) >= 5


def test_reset_drops_what_waits(slow: Any) -> None:
    """48.018 8.4: with the BVC its queue begins anew; nothing is told of it."""
    for size in (1000, 500):
        slow.send_down(TLLI, size=size)
    slow.say(BvcReset(bvci=2, cause=BssgpCause.EQUIPMENT_FAILURE))
    assert slow.inspect("cell1")["waiting_octets"] == 0
    assert LlcDiscarded not in [type(message) for message in slow.messages()]
    slow.wait(20 * SECOND)
    assert lengths(slow) == [1000]


# --- FLUSH-LL -----------------------------------------------------------------------------------------------------


@pytest.fixture
def moved(slow: Any) -> Any:
    """Two frames wait in cell1 for a mobile that was heard in cell2 since."""
    for size in (1000, 300, 200):
        slow.send_down(TLLI, size=size)
    slow.heard()
    slow.speak(TLLI, slow.cells[1])
    slow.said()
    return slow


def flushed(action: FlushAction, octets: int, bvci: int | None = None) -> list[tuple[int, FlushLlAck]]:
    """FLUSH-LL-ACK."""
    return [(0, FlushLlAck(tlli=TLLI, flush_action=action, bvci_new=bvci, number_of_octets_affected=octets))]


@pytest.mark.ttcn3("flush_ll_bvci_new")
def test_flush_to_a_new_cell(moved: Any) -> None:
    """48.018 8.1.3: within the routing area what waits follows the mobile."""
    moved.send_down(TLLI, size=50)  # it was under way
    moved.say(FlushLl(tlli=TLLI, bvci_old=2, bvci_new=3))
    assert moved.said() == flushed(FlushAction.LLC_PDUS_TRANSFERRED, 550, 3)
    heard = moved.heard()
    assert [channel.cell for channel in heard] == [moved.cells[1].identifier] * 3
    assert [len(channel.llc_frame) for channel in heard] == [300, 200, 50]
    moved.wait(20 * SECOND)
    assert moved.said() == []


@pytest.mark.ttcn3("flush_ll_no_bvci_new")
def test_flush_without_a_new_cell(moved: Any) -> None:
    """48.018 8.1.3: what waits is deleted; it is told how much, and that once."""
    moved.say(FlushLl(tlli=TLLI, bvci_old=2))
    assert moved.said() == flushed(FlushAction.LLC_PDUS_DELETED, 500)
    moved.say(FlushLl(tlli=TLLI, bvci_old=2))
    assert moved.said() == flushed(FlushAction.LLC_PDUS_DELETED, 0)
    moved.wait(20 * SECOND)
    assert moved.heard() == []


@pytest.mark.parametrize("changes", [{"bvci_new": 4}, {"bvci_new": 99}, {"bvci_new": 3, "nsei": 7}])
def test_flush_where_frames_cannot_follow(moved: Any, changes: dict[str, Any]) -> None:
    """48.018 8.1.3: to another routing area, an unknown cell or another NSE nothing is transferred."""
    moved.say(FlushLl(tlli=TLLI, bvci_old=2, **changes))
    assert moved.said() == flushed(FlushAction.LLC_PDUS_DELETED, 500)


def test_flush_of_an_unknown_cell(moved: Any) -> None:
    """48.018 9: STATUS, BVCI unknown."""
    moved.say(FlushLl(tlli=TLLI, bvci_old=99))
    assert moved.said() == [(0, Status(cause=BssgpCause.BVCI_UNKNOWN, bvci=99))]


def test_no_flush_comes(moved: Any) -> None:
    """After X-flush the frames are discarded, and told."""
    moved.wait(X_FLUSH.duration)
    assert moved.said() == [discarded(TLLI, 2, 500)]
    assert moved.heard() == []


def test_mobile_comes_back(moved: Any) -> None:
    """A mobile that is heard in its old cell again, before FLUSH-LL, gets there what waits."""
    moved.speak(TLLI)
    moved.wait(20 * SECOND)
    assert lengths(moved) == [300, 200]


def test_mobile_leaves_while_in_line(slow: Any) -> None:
    """Others in line for the cell's bucket are not held up by one that has left; it may come back meanwhile."""
    slow.command("capacity", cell="cell1", mobile_bucket=5000, mobile_rate=5000)
    slow.send_down(TLLI, size=1000)
    slow.send_down(TLLI, size=101)
    slow.send_down(OTHER, size=102)
    slow.heard()
    slow.speak(TLLI, slow.cells[1])
    slow.speak(TLLI)
    slow.speak(TLLI, slow.cells[1])
    slow.wait(3 * SECOND)
    assert lengths(slow) == [102]
    slow.speak(TLLI)
    slow.wait(3 * SECOND)
    assert lengths(slow) == [101]


def test_mobile_leaves_and_nothing_waits(slow: Any) -> None:
    """A change of cell with an empty queue leaves nothing behind."""
    slow.send_down(TLLI, size=10)
    slow.speak(TLLI, slow.cells[1])
    slow.send_down(TLLI, slow.cells[1], size=20)
    assert lengths(slow) == [10, 20]
    assert RadioStatus not in [type(message) for message in slow.messages()]
