"""Reassembly of SCCP segments (Q.714 4.1.1.3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.core.sccp import Reassembly
from protocol import sccp
from protocol.identities import Gt
from protocol.sccp import Address, Segmentation

HLR = Address(ssn=6, gt=Gt("491720000005"))
SGSN = Address(ssn=149, gt=Gt("491720000003"))
OTHER = Address(ssn=149, gt=Gt("491720000004"))
SECOND = 1_000_000


def cut(payload: bytes, reference: int = 7, calling: Address = HLR) -> list[sccp.Xudt]:
    """The segments of a message, as they arrive."""
    parts = [sccp.decode(octets) for octets in sccp.segments(SGSN, calling, payload, reference)]
    assert all(isinstance(part, sccp.Xudt) for part in parts)
    return [part for part in parts if isinstance(part, sccp.Xudt)]


LONG = bytes(range(256)) * 3
FIRST, SECOND_PART, THIRD, LAST = cut(LONG)


def test_whole_messages_pass() -> None:
    """What is not segmented is complete at once: UDT, LUDT, XUDT without or with a single segment."""
    reassembly = Reassembly()
    single = Segmentation(first=True, remaining=0, reference=1)
    for message in (
        sccp.Udt(called=SGSN, calling=HLR, payload=b"a"),
        sccp.Ludt(called=SGSN, calling=HLR, payload=b"a"),
        sccp.Xudt(called=SGSN, calling=HLR, payload=b"a"),
        sccp.Xudt(called=SGSN, calling=HLR, payload=b"a", segmentation=single),
    ):
        assert reassembly.accept(message, 0) == b"a"
    assert len(reassembly) == 0
    assert reassembly.next_deadline() is None


def test_segments_in_order() -> None:
    """Segments in order make the message; nothing is left of them."""
    reassembly = Reassembly()
    assert [reassembly.accept(part, 0) for part in (FIRST, SECOND_PART, THIRD)] == [None] * 3
    assert len(reassembly) == 1
    assert reassembly.accept(LAST, 0) == LONG
    assert len(reassembly) == 0
    assert reassembly.next_deadline() is None


def test_messages_interleaved() -> None:
    """Messages are told apart by calling address and by reference."""
    reassembly = Reassembly()
    streams = [cut(LONG, 1), cut(LONG[::-1], 2), cut(LONG[:400], 1, OTHER)]
    done = []
    for step in range(4):
        for stream in streams:
            if step < len(stream):
                whole = reassembly.accept(stream[step], 0)
                if whole is not None:
                    done.append(whole)
    assert done == [LONG[:400], LONG, LONG[::-1]]


@pytest.mark.parametrize(
    "parts",
    [
        (FIRST, THIRD, LAST),  # one is lost
        (FIRST, THIRD, SECOND_PART, LAST),  # two change places
        (FIRST, SECOND_PART, SECOND_PART, THIRD, LAST),  # one comes twice
    ],
    ids=["lost", "disordered", "duplicate"],
)
def test_disorder_breaks_off(parts: tuple[sccp.Xudt, ...]) -> None:
    """A segment out of order ends the reassembly; what follows belongs to nothing."""
    reassembly = Reassembly()
    assert [reassembly.accept(part, 0) for part in parts] == [None] * len(parts)
    assert len(reassembly) == 0
    assert reassembly.broken_off == 1


def test_first_segment_missing() -> None:
    """Segments without their first are dropped."""
    reassembly = Reassembly()
    assert [reassembly.accept(part, 0) for part in (SECOND_PART, THIRD, LAST)] == [None] * 3
    assert (len(reassembly), reassembly.broken_off) == (0, 0)


def test_first_segment_again() -> None:
    """A first segment of a reference in use begins the message anew."""
    reassembly = Reassembly()
    reassembly.accept(FIRST, 0)
    reassembly.accept(SECOND_PART, 0)
    assert [reassembly.accept(part, 0) for part in (FIRST, SECOND_PART, THIRD, LAST)] == [None, None, None, LONG]
    assert reassembly.broken_off == 1


def test_time_runs_out() -> None:
    """T(reass) runs from the first segment on; then the message is given up, and its later segments dropped."""
    reassembly = Reassembly(timeout=15 * SECOND)
    late = cut(LONG, 8)
    reassembly.accept(FIRST, 0)
    reassembly.accept(late[0], 5 * SECOND)
    reassembly.accept(SECOND_PART, 9 * SECOND)
    assert reassembly.next_deadline() == 15 * SECOND
    assert reassembly.expire(15 * SECOND - 1) == []
    assert reassembly.expire(15 * SECOND) == [(HLR, 7)]
    assert reassembly.accept(THIRD, 15 * SECOND) is None
    assert reassembly.next_deadline() == 20 * SECOND
    assert [reassembly.accept(part, 16 * SECOND) for part in late[1:]] == [None, None, LONG]


def test_late_without_poll() -> None:
    """A segment after the deadline completes nothing, even if nobody has asked what expired."""
    reassembly = Reassembly(timeout=15 * SECOND)
    for part in (FIRST, SECOND_PART, THIRD):
        reassembly.accept(part, 0)
    assert reassembly.accept(LAST, 15 * SECOND) is None
    assert len(reassembly) == 0


def test_bounded_in_number() -> None:
    """With too many messages waiting, the oldest is dropped."""
    reassembly = Reassembly(capacity=2)
    streams = [cut(LONG, reference) for reference in range(3)]
    for stream in streams:
        reassembly.accept(stream[0], 0)
    assert (len(reassembly), reassembly.broken_off) == (2, 1)
    assert [reassembly.accept(part, 0) for part in streams[0][1:]] == [None] * 3
    assert [reassembly.accept(part, 0) for part in streams[2][1:]] == [None, None, LONG]


def test_bounded_in_size() -> None:
    """With too many octets waiting, the oldest message is dropped; one that is too large alone never completes."""
    reassembly = Reassembly(most_octets=2 * len(FIRST.payload))
    streams = [cut(LONG, reference) for reference in range(3)]
    for stream in streams:
        reassembly.accept(stream[0], 0)
    assert (len(reassembly), reassembly.broken_off) == (2, 1)
    assert reassembly.accept(streams[2][1], 0) is None
    assert len(reassembly) == 1
    assert [reassembly.accept(part, 0) for part in streams[2][2:]] == [None, None]
    assert (len(reassembly), reassembly.broken_off) == (0, 3)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 4 * SECOND)), max_size=60))
def test_any_order(arrivals: list[tuple[int, int, int]]) -> None:
    """However segments arrive, what comes out is whole, and what waits is bounded and ends."""
    reassembly = Reassembly(capacity=2, timeout=10 * SECOND)
    streams = [cut(bytes([reference]) * 700, reference) for reference in range(3)]
    now = 0
    for reference, index, pause in arrivals:
        now += pause
        whole = reassembly.accept(streams[reference][index], now)
        assert whole in (None, bytes([reference]) * 700)
        assert len(reassembly) <= 2
        deadline = reassembly.next_deadline()
        assert (deadline is None) == (len(reassembly) == 0)
    reassembly.expire(now + 10 * SECOND)
    assert len(reassembly) == 0
