"""Envelopes and topics: what we make is read back, and nothing that a peer sends does worse than be refused."""

from typing import Any

import msgpack  # type: ignore[import-untyped]
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gprslab.bus.envelope import (
    LARGEST_BUNDLE,
    LARGEST_PAYLOAD,
    LARGEST_PDU,
    MOST_ENVELOPES,
    BadEnvelope,
    Envelope,
    pack,
    split,
    unpack,
)
from gprslab.bus.topics import (
    AirTopic,
    CellTopic,
    CommandTopic,
    NodeTopic,
    NoteTopic,
    PduTopic,
    ReplyTopic,
    SettingsTopic,
    Topics,
    check_name,
)

INTERFACES = st.sampled_from(["um", "gb", "gr", "gf", "gc", "gs", "gn", "gi", "d", "f", "a"])
TEXT = st.text(max_size=20)
ENVELOPES = st.builds(
    Envelope,
    sequence=st.integers(0, (1 << 64) - 1),
    sent_at=st.integers(-(1 << 63), (1 << 63) - 1),
    interface=INTERFACES,
    pdu=st.binary(max_size=100),
    meta=st.none() | st.dictionaries(TEXT, TEXT, max_size=4),
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 63), (1 << 64) - 1) | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text() | st.integers(0, 9), inner, max_size=3),
)
GOOD: list[Any] = [7, 1_000_000, "gb", b"\x01", {"imsi": "001010000000001"}]


@settings(deadline=None)
@given(st.lists(ENVELOPES, max_size=20))
def test_read_back(envelopes: list[Envelope]) -> None:
    """What is packed is an array, also of one, and is read back as it was."""
    octets = pack(envelopes)
    assert unpack(octets) == envelopes
    assert type(msgpack.unpackb(octets)) is list


def test_on_the_wire() -> None:
    """The octets of one envelope: msgpack's array of one array of five, with the PDU as binary."""
    assert pack([Envelope(1, 2, "gb", b"\x0a\x0b")]).hex() == "919501" + "02" + "a26762" + "c4020a0b" + "c0"


@settings(deadline=None)
@given(st.binary(max_size=200))
@example(b"")
@example(b"\xdd\xff\xff\xff\xff")
@example(b"\x91" * 10_000)
@example(b"\x81\x90\x00")
@example(b"\xc7\x0c\xff" + bytes(12))
@example(b"\x91\x95\x01\x02\xa2\xff\xfe\xc4\x01\x00\xc0")
def test_hostile_octets(octets: bytes) -> None:
    """Any octets are envelopes or refused with a reason of one line."""
    try:
        envelopes = unpack(octets)
    except BadEnvelope as error:
        lines = str(error).splitlines()
    else:
        assert unpack(pack(envelopes)) == envelopes
        return
    assert len(lines) == 1


@settings(deadline=None)
@given(st.lists(st.lists(VALUES, min_size=5, max_size=5) | VALUES, min_size=1, max_size=3))
def test_hostile_values(values: list[Any]) -> None:
    """Well-formed msgpack of any other shape is refused; nothing else is raised."""
    try:
        envelopes = unpack(msgpack.packb(values))
    except BadEnvelope:
        return
    assert [list(envelope) for envelope in envelopes] == values


@pytest.mark.parametrize(
    ("at", "value", "why"),
    [
        (0, -1, "sequence"),
        (0, True, "sequence"),
        (0, 1.0, "sequence"),
        (1, 1 << 63, "sent_at"),
        (1, None, "sent_at"),
        (2, "", "interface"),
        (2, "Gb", "interface"),
        (2, "gb1", "interface"),
        (2, "ü", "interface"),
        (2, "abcdefghi", "interface"),
        (2, b"gb", "interface"),
        (3, "text", "pdu"),
        (3, 1, "pdu"),
        (3, bytes(LARGEST_PDU + 1), "pdu"),
        (4, [], "meta"),
        (4, {"key": 1}, "meta"),
        (4, {b"key": "text"}, "meta"),
        (4, {"key": "x" * 257}, "meta"),
        (4, {str(number): "" for number in range(17)}, "not msgpack"),
        (4, {1: "text"}, "not msgpack"),
    ],
)
def test_each_field_is_checked(at: int, value: object, why: str) -> None:
    """An envelope with one wrong field is refused, and the reason names the field."""
    assert unpack(msgpack.packb([GOOD])) == [Envelope(*GOOD)]
    wrong = [*GOOD[:at], value, *GOOD[at + 1 :]]
    with pytest.raises(BadEnvelope, match=f"^{why}"):
        unpack(msgpack.packb([GOOD, wrong]))


@pytest.mark.parametrize("value", [GOOD, [GOOD[:4]], [[*GOOD, 0]], {}, [{}], 1, None, [[GOOD]], "abcde", ["abcde"]])
def test_shape_is_checked(value: object) -> None:
    """A payload is an array of arrays of five, and nothing else."""
    with pytest.raises(BadEnvelope):
        unpack(msgpack.packb(value))


def test_bounds() -> None:
    """256 envelopes and 1 MiB are read, not more."""
    assert len(unpack(msgpack.packb([GOOD] * MOST_ENVELOPES))) == MOST_ENVELOPES
    with pytest.raises(BadEnvelope):
        unpack(msgpack.packb([GOOD] * (MOST_ENVELOPES + 1)))
    full = [[0, 0, "gb", bytes(LARGEST_PDU), None]] * 15
    assert len(unpack(msgpack.packb(full))) == 15
    with pytest.raises(BadEnvelope, match=f"^payload of {LARGEST_PAYLOAD + 1} octets"):
        unpack(bytes(LARGEST_PAYLOAD + 1))


@settings(deadline=None)
@given(st.lists(st.integers(0, 40_000), max_size=30) | st.lists(st.just(40), min_size=250, max_size=600))
@example([])
@example([LARGEST_PDU])
@example([0] * (MOST_ENVELOPES + 1))
def test_split(sizes: list[int]) -> None:
    """Bundles keep the order and the bounds; only a single PDU may be larger, and nothing is an empty bundle."""
    envelopes = [Envelope(number, number, "gn", bytes(size)) for number, size in enumerate(sizes)]
    bundles = [(octets, unpack(octets)) for octets in split(envelopes)]
    assert [envelope for _, bundle in bundles for envelope in bundle] == envelopes
    for octets, bundle in bundles:
        assert 1 <= len(bundle) <= MOST_ENVELOPES
        assert len(octets) <= LARGEST_BUNDLE or len(bundle) == 1


TOPICS = Topics("lab1")


@pytest.mark.parametrize(
    ("topic", "name", "meaning"),
    [
        (TOPICS.pdu("sgsn1", "bss1"), "gprslab/lab1/pdu/sgsn1/bss1", PduTopic(to="sgsn1", from_="bss1")),
        (TOPICS.air("bss1", "c-7"), "gprslab/lab1/air/bss1/c-7", AirTopic(bss="bss1", cell="c-7")),
        (TOPICS.cell("bss1", "c-7"), "gprslab/lab1/cell/bss1/c-7", CellTopic(bss="bss1", cell="c-7")),
        (TOPICS.node("hlr1"), "gprslab/lab1/node/hlr1", NodeTopic("hlr1")),
        (TOPICS.note("hlr1"), "gprslab/lab1/note/hlr1", NoteTopic("hlr1")),
        (TOPICS.command("ms1"), "gprslab/lab1/command/ms1", CommandTopic("ms1")),
        (TOPICS.reply("tour"), "gprslab/lab1/reply/tour", ReplyTopic("tour")),
        (TOPICS.settings, "gprslab/lab1/settings", SettingsTopic()),
    ],
)
def test_topics(topic: str, name: str, meaning: object) -> None:
    """DESIGN 3: each topic has the name that the table gives it, and is read back."""
    assert topic == name
    assert TOPICS.parse(topic) == meaning
    assert Topics("lab2").parse(topic) is None


def test_filters() -> None:
    """The filters to subscribe to; none of them is itself a topic."""
    filters = {
        TOPICS.own_pdus("sgsn1"): "gprslab/lab1/pdu/sgsn1/+",
        TOPICS.all_pdus: "gprslab/lab1/pdu/#",
        TOPICS.all_air: "gprslab/lab1/air/#",
        TOPICS.all_cells: "gprslab/lab1/cell/#",
        TOPICS.all_nodes: "gprslab/lab1/node/+",
        TOPICS.all_notes: "gprslab/lab1/note/+",
        TOPICS.all_commands: "gprslab/lab1/command/+",
        TOPICS.all_replies: "gprslab/lab1/reply/+",
    }
    assert list(filters) == list(filters.values())
    assert all(TOPICS.parse(wanted) is None for wanted in filters)


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "/",
        "gprslab",
        "gprslab/lab1",
        "gprslab/lab1/pdu",
        "gprslab/lab1/pdu/sgsn1",
        "gprslab/lab1/pdu/sgsn1/bss1/more",
        "gprslab/lab1/pdu//bss1",
        "gprslab/lab1/pdu/sgsn1/BSS1",
        "gprslab/lab1/pdu/sgsn1/bss1\n",
        "gprslab/lab1/pdu/sgsn1/1bss",
        "gprslab/lab1/settings/",
        "gprslab/lab1/weather/sgsn1",
        "other/lab1/settings",
        "gprslab/lab1/note/" + "a" * 64,
        "gprslab/lab1/pdu/" + "/" * 60_000,
    ],
)
def test_hostile_topic(topic: str) -> None:
    """What is not a topic of this laboratory means nothing."""
    assert TOPICS.parse(topic) is None


@settings(deadline=None)
@given(st.text(max_size=300) | st.text("gprslab/1pdunote-+#", max_size=60))
def test_any_topic(topic: str) -> None:
    """Any text can be asked about."""
    meaning = TOPICS.parse(topic)
    assert meaning is None or topic.startswith("gprslab/lab1/")


@pytest.mark.parametrize("name", ["", "Sgsn1", "1sgsn", "sgsn/1", "sgsn+", "#", "sgsn1 ", "sgsn1\n", "a" * 64])
def test_bad_name(name: str) -> None:
    """DESIGN 3: a name that could change the meaning of a topic is refused in one line."""
    with pytest.raises(ValueError, match="is not a name: ") as caught:
        Topics().pdu("sgsn1", name)
    assert "\n" not in str(caught.value)
    assert check_name("a" * 63) == "a" * 63
