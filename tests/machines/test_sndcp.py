"""Segmentation and reassembly of N-PDUs (TS 44.065 6.7): numbers, order, loss, repeats, and bounds."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.core.sndcp import LONGEST, MOST_PARTS, N201_U, NUMBERS, NPdu, Reassembly, Segmentation
from protocol.sndcp import UNCOMPRESSED, Compression, SnData, SnUnitdata, segment, segment_acknowledged

SECOND = 1_000_000
PACKET = bytes(range(256)) * 4


def parts(number: int = 7, nsapi: int = 5, n_pdu: bytes = PACKET) -> list[SnUnitdata]:
    """The segments of an N-PDU."""
    return segment(n_pdu, nsapi=nsapi, n_pdu_number=number, n201_u=140)


def fed(reassembly: Reassembly, messages: list[SnUnitdata] | list[SnData], now: int = 0) -> list[NPdu]:
    """What a row of segments completes."""
    return [whole for message in messages if (whole := reassembly.accept(message, now)) is not None]


@given(st.binary(max_size=1500), st.integers(140, 600), st.randoms(use_true_random=False))
def test_any_order(n_pdu: bytes, n201: int, random: Random) -> None:
    """Numbered segments may overtake each other, and those of two N-PDUs may mix."""
    reassembly = Reassembly()
    compression = Compression(dcomp=1, pcomp=2)
    one = segment(n_pdu, nsapi=5, n_pdu_number=1, n201_u=n201, compression=compression)
    two = segment(n_pdu[::-1], nsapi=5, n_pdu_number=2, n201_u=n201)
    mixed = one + two
    random.shuffle(mixed)
    assert sorted(fed(reassembly, mixed)) == [NPdu(5, 1, compression, n_pdu), NPdu(5, 2, UNCOMPRESSED, n_pdu[::-1])]
    assert len(reassembly) == 0
    assert reassembly.next_deadline() is None


def test_acknowledged() -> None:
    """Segments of SN-DATA come in order: a first one begins, the last one ends, others without a first are lost."""
    reassembly = Reassembly()
    sent = segment_acknowledged(PACKET, nsapi=6, n_pdu_number=255, n201_i=140)
    assert fed(reassembly, sent) == [NPdu(6, 255, UNCOMPRESSED, PACKET)]
    assert fed(reassembly, sent[1:]) == []
    assert fed(reassembly, sent[:3] + sent) == [NPdu(6, 255, UNCOMPRESSED, PACKET)]
    assert reassembly.broken_off == 1
    assert fed(reassembly, segment_acknowledged(b"x", nsapi=6, n_pdu_number=0)) == [NPdu(6, 0, UNCOMPRESSED, b"x")]


def test_lost_and_repeated_segments() -> None:
    """A lost segment loses its N-PDU alone; a repeat changes nothing, but a first segment begins anew."""
    reassembly = Reassembly()
    sent = parts()
    assert fed(reassembly, sent[:2] + sent[3:]) == []
    assert fed(reassembly, parts(8)) == [NPdu(5, 8, UNCOMPRESSED, PACKET)]
    assert fed(reassembly, [sent[1], sent[2]]) == [NPdu(5, 7, UNCOMPRESSED, PACKET)]
    again = parts(9, n_pdu=PACKET[::-1])
    assert fed(reassembly, parts(9)[:-1] + again) == [NPdu(5, 9, UNCOMPRESSED, PACKET[::-1])]
    assert reassembly.broken_off == 1


def test_segments_that_contradict() -> None:
    """A first segment with another number than 0, a number 0 that is not first, and one behind the last."""
    reassembly = Reassembly()
    sent = parts()
    assert fed(reassembly, [sent[0].replace(segment_number=1), sent[1].replace(segment_number=0)]) == []
    assert len(reassembly) == 0
    assert fed(reassembly, [sent[4], sent[2].replace(more=False)]) == []
    assert len(reassembly) == 0
    assert reassembly.broken_off == 1


def test_links_and_nsapis_are_apart() -> None:
    """The same numbers on another link, or of another NSAPI, are other N-PDUs."""
    reassembly = Reassembly()
    sent, other = parts(), parts(nsapi=6)
    for message in sent[:-1]:
        assert reassembly.accept(message, 0, link=1) is None
        assert reassembly.accept(message, 0, link=2) is None
    assert fed(reassembly, other[-1:]) == []
    assert reassembly.accept(sent[-1], 0, link=2) == NPdu(5, 7, UNCOMPRESSED, PACKET)
    assert len(reassembly) == 2
    reassembly.forget(1, nsapi=6)
    assert len(reassembly) == 2
    reassembly.forget(1)
    assert len(reassembly) == 1


def test_time() -> None:
    """What has waited too long is given up, whether expire is called in time or not."""
    reassembly = Reassembly(timeout=SECOND)
    sent = parts()
    assert fed(reassembly, sent[:-1]) == []
    assert reassembly.next_deadline() == SECOND
    assert reassembly.expire(SECOND - 1) == []
    assert fed(reassembly, sent[-1:], now=SECOND) == []
    assert reassembly.expire(2 * SECOND) == [(0, 5, 7)]
    data = segment_acknowledged(PACKET, nsapi=6, n_pdu_number=1, n201_i=600)
    assert fed(reassembly, data[:1]) == []
    assert fed(reassembly, data[1:], now=SECOND) == []
    assert len(reassembly) == 0


def test_bounds() -> None:
    """The oldest goes for lack of room; an endless N-PDU is given up, by its octets or by its segments."""
    reassembly = Reassembly(capacity=3, longest=1000)
    for number in range(5):
        assert fed(reassembly, parts(number)[:1]) == []
    assert len(reassembly) == 3
    assert reassembly.broken_off == 2
    few = Reassembly(most_octets=300)
    assert fed(few, parts(1)[:2] + parts(2)[:1]) == []
    assert len(few) == 1
    endless = SnData(nsapi=5, more=True, payload=b"")
    first = segment_acknowledged(PACKET, nsapi=5, n_pdu_number=0, n201_i=140)[0]
    assert fed(reassembly, [first] + [endless] * MOST_PARTS) == []
    assert fed(reassembly, [first] + [endless.replace(payload=bytes(500))] * 2) == []
    assert reassembly.next_deadline() is not None
    assert all(key[2] is not None for key in reassembly.expire(1 << 60))


@given(st.lists(st.binary(max_size=LONGEST), max_size=4), st.integers(140, 1520))
def test_segmentation(n_pdus: list[bytes], n201: int) -> None:
    """44.065 6.7.1: no segment is longer than N201-U, and all together are the N-PDUs again, one number each."""
    segmentation, reassembly = Segmentation(nsapi=5), Reassembly()
    sent = [segmentation.cut(n_pdu, n201) for n_pdu in n_pdus]
    assert all(len(part.encode()) <= n201 for parts in sent for part in parts)
    whole = [fed(reassembly, parts) for parts in sent]
    assert whole == [[NPdu(5, number, UNCOMPRESSED, n_pdu)] for number, n_pdu in enumerate(n_pdus)]


def test_segmentation_numbers_begin_anew() -> None:
    """44.065 6.9.2: N-PDU numbers of unacknowledged mode count modulo 4096, for each NSAPI on its own."""
    segmentation = Segmentation(nsapi=6)
    numbers = [segmentation.cut(b"x")[0].n_pdu_number for _ in range(NUMBERS + 2)]
    assert numbers == [*range(NUMBERS), 0, 1]
    assert Segmentation(nsapi=7).cut(b"x")[0].n_pdu_number == 0


def test_segmentation_too_long() -> None:
    """44.065 7.2: sixteen segments can be numbered; an N-PDU that takes more uses up no number."""
    segmentation = Segmentation(nsapi=5)
    with pytest.raises(ValueError, match="16 can be numbered"):
        segmentation.cut(bytes(16 * (N201_U - 3)))
    assert segmentation.cut(bytes(16 * (N201_U - 3) - 1))[-1].segment_number == 15
    assert segmentation.cut(b"x")[0].n_pdu_number == 1
