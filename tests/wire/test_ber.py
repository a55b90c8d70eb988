"""The BER family: what a declaration must be, what its compiled reader takes, and what it refuses."""

import pickle
from types import new_class
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.ber import (
    BIT_STRING,
    BOOLEAN,
    CHOICE,
    DEFINED_BY,
    ENUMERATED,
    EXPLICIT,
    INTEGER,
    NULL,
    OCTETS,
    OID,
    ONE_OF,
    OPAQUE,
    SEQUENCE,
    SEQUENCE_OF,
    Bits,
    Choice,
    Element,
    Oid,
    Sequence,
    bounds,
    header,
    reference,
)
from protocol.declare import OpenEnum
from protocol.errors import DecodeError
from protocol.identities import Imsi
from tests.wire.ber_strategies import elements, rewritten


class Colour(OpenEnum):
    """An enumeration."""

    RED = 0
    BLUE = 7


class Flags(Bits):
    """A bit string."""

    __slots__ = ()
    least = 2
    most = 12
    FIRST = 0
    THIRD = 2


class Point(Sequence):
    """A small SEQUENCE."""

    x: Annotated[int, INTEGER(least=-128)]
    name: Annotated[bytes | None, OCTETS()] = None


class Either(Choice):
    """A CHOICE."""

    number: Annotated[int | None, INTEGER(0)] = None
    point: Annotated[Point | None, SEQUENCE()] = None
    points: Annotated[tuple[Point, ...] | None, SEQUENCE_OF(SEQUENCE(), 1)] = None
    nothing: Annotated[bool | None, NULL()] = None


class Everything(Sequence, tag=3):
    """One field of every kind."""

    imsi: Annotated[Imsi, OCTETS(0)]
    either: Annotated[Either, CHOICE()]
    number: Annotated[int, INTEGER(least=-300, most=300)]
    colour: Annotated[Colour | None, ENUMERATED()] = None
    flags: Annotated[Flags | None, BIT_STRING()] = None
    yes: Annotated[bool | None, BOOLEAN(4)] = None
    there: Annotated[bool, NULL(5)] = False
    oid: Annotated[Oid | None, OID()] = None
    fixed: Annotated[bytes | None, OCTETS(6, size=4)] = None
    opaque: Annotated[bytes | None, OPAQUE(7)] = None
    point: Annotated[Point | None, SEQUENCE(8)] = None
    points: Annotated[tuple[Point, ...], SEQUENCE_OF(SEQUENCE(), 9, most=4)] = ()
    explicit: Annotated[int | None, EXPLICIT(10, INTEGER())] = None
    usual: Annotated[int, INTEGER(11)] = 5
    mixed: Annotated[int | bytes | None, ONE_OF(choices=((int, INTEGER(12)), (bytes, OCTETS(13))))] = None
    some: Annotated[tuple[Either, ...], SEQUENCE_OF(CHOICE(), 14)] = ()


POINT = Point(x=5, name=b"ab")
LEAST = Everything(imsi=Imsi("262011234567890"), either=Either(nothing=True), number=-1)


# --- declarations -----------------------------------------------------------------------------------------------------


def test_declaration_tag_twice() -> None:
    """Two elements that may follow each other have different tags (X.680 24.5)."""
    with pytest.raises(TypeError, match="tag 0x81 is taken by a"):

        class Twice(Sequence):
            """Refused."""

            a: Annotated[int | None, INTEGER(1)] = None
            b: Annotated[bytes | None, OCTETS(1)] = None


def test_declaration_mandatory_ambiguous() -> None:
    """An optional element cannot be told from the mandatory one behind it if they have one tag."""
    with pytest.raises(TypeError, match="tag 0x04 is taken by a"):

        class Ambiguous(Sequence):
            """Refused."""

            a: Annotated[bytes | None, OCTETS()] = None
            b: Annotated[bytes, OCTETS()]


def test_declaration_choice_in_sequence_ambiguous() -> None:
    """The tags of a CHOICE count as those of its field."""
    with pytest.raises(TypeError, match="tag 0x30 is taken by either"):

        class Ambiguous(Sequence):
            """Refused."""

            either: Annotated[Either | None, CHOICE()] = None
            point: Annotated[Point | None, SEQUENCE()] = None


def test_declaration_same_tag_after_mandatory() -> None:
    """Mandatory elements may share a tag: their order tells them apart."""

    class Pair(Sequence):
        """Two octet strings."""

        a: Annotated[bytes, OCTETS()]
        b: Annotated[bytes, OCTETS()]

    assert Pair.decode(bytes.fromhex("3006 0401aa 0401bb")) == Pair(a=b"\xaa", b=b"\xbb")


@pytest.mark.parametrize(
    ("kind", "layout", "default", "why"),
    [
        (int, OCTETS(), None, "not made of octets"),
        (bytes, INTEGER(), None, "no number"),
        (int, BOOLEAN(), None, "not bool"),
        (int, BIT_STRING(), None, "no kind of Bits"),
        (int, SEQUENCE(), None, "no Sequence"),
        (int, CHOICE(), None, "no Choice"),
        (int, SEQUENCE_OF(INTEGER()), None, "not tuple"),
        (tuple[bytes, ...], SEQUENCE_OF(INTEGER()), None, "no number"),
        (bytes, OCTETS(least=4, most=3), None, "reversed"),
        (bytes, OCTETS(0x1F), None, "several octets"),
        (bool, NULL(), None, "absent by default"),
        (bytes, 4, None, "no ASN.1 type"),
    ],
)
def test_declaration_refused(kind: type, layout: object, default: object, why: str) -> None:
    """A layout that does not fit the type, or a range that no size is in, fails at import."""
    declared = {"__doc__": "Refused.", "__annotations__": {"a": Annotated[kind | None, layout]}, "a": default}
    with pytest.raises(TypeError, match=why):
        new_class("Wrong", (Sequence,), {}, lambda body: body.update(declared))


def test_declaration_any_not_last() -> None:
    """What may be any element stands at the end."""
    with pytest.raises(TypeError, match="last of a SEQUENCE"):

        class Early(Sequence):
            """Refused."""

            a: Annotated[int, INTEGER()]
            any: Annotated[Point | None, DEFINED_BY(by="a")] = None
            b: Annotated[int | None, INTEGER()] = None


def test_declaration_choice_of_mandatory() -> None:
    """Each alternative of a CHOICE may be absent."""
    with pytest.raises(TypeError, match="an alternative may be absent"):

        class Certain(Choice):
            """Refused."""

            a: Annotated[int, INTEGER()]


def test_reference_table() -> None:
    """The reference shows each element with its tag, presence and type."""
    table = "\n".join(reference([Point]))
    assert "| 02 | x | number | M | INTEGER |" in table
    assert "| 04 | name | octets | O | OCTET STRING |" in table


# --- values -----------------------------------------------------------------------------------------------------------


def test_encode_golden() -> None:
    """Elements stand in the declared order with shortest lengths; what equals its default is not sent (X.690)."""
    full = LEAST.replace(
        either=Either(point=POINT),
        number=300,
        colour=Colour.BLUE,
        flags=Flags("101"),
        yes=True,
        there=True,
        oid=Oid("1.2.840"),
        fixed=b"abcd",
        opaque=b"\x80\x00",
        points=(POINT, Point(x=-1)),
        explicit=128,
        mixed=b"z",
    )
    assert LEAST.encode() == bytes.fromhex("a30f 800862021132547698f0 0500 0201ff")
    assert full.encode() == bytes.fromhex(
        "a34b 800862021132547698f0 300702010504026162 0202012c 0a0107 030205a0 8401ff 8500 06032a8648 860461626364"
        "a7028000 a90e300702010504026162 30030201ff aa0402020080 8d017a"
    )
    assert Everything.decode(full.encode()) == full


@given(elements(Everything))
def test_round_trip(value: Everything) -> None:
    """What is encoded decodes to the same."""
    assert Everything.decode(value.encode()) == value


@pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 65535, 65536])
def test_length_forms(size: int) -> None:
    """Lengths take as many octets as they must, the shortest that will do (X.690 8.1.3)."""
    point = Point(x=0, name=bytes(size))
    octets = point.encode()
    assert Point.decode(octets) == point
    assert len(header(4, size)) == (2 if size < 128 else 3 if size < 256 else 4 if size < 65536 else 5)


@given(elements(Everything, opaque=False), st.data())
def test_other_lengths(value: Everything, data: st.DataObject) -> None:
    """Indefinite lengths and lengths longer than needed say the same (X.690 8.1.3.6)."""
    octets = rewritten(value.encode(), lambda: data.draw(st.integers(0, 2)))
    other = Everything.decode(octets)
    assert other == value
    assert other.encode() == octets


@given(elements(Everything), st.integers(0, 15), st.sampled_from(["9f2000", "bf8101038001ff", "be800000", "970101"]))
def test_unknown_element_carried(value: Everything, number: int, unknown: str) -> None:
    """An element of a later release is kept and sent on where it stood, with a tag of several octets or not."""
    octets = value.encode()
    _, start, q, _ = bounds(octets, 0, len(octets))
    ends = [start]
    while ends[-1] < q:
        ends.append(bounds(octets, ends[-1], q)[3])
    at = ends[number % len(ends)]
    contents = octets[start:at] + bytes.fromhex(unknown) + octets[at:]
    grown = Everything.decode(header(0xA3, len(contents)) + contents)
    assert [extra.octets.hex() for extra in grown.extras] == [unknown]
    assert grown.replace(extras=()) == value
    assert grown.encode() == header(0xA3, len(contents)) + contents


def test_unknown_element_in_nested_type() -> None:
    """An unknown element within an inner SEQUENCE stays there."""
    octets = bytes.fromhex("a31a 800862021132547698f0 3006 020105 830100 0201ff a800".replace(" ", ""))
    octets = bytes([0xA3, len(octets) - 4]) + octets[2:-2]
    value = Everything.decode(octets)
    assert value.either.point is not None
    assert value.either.point.extras[0].octets.hex() == "830100"
    assert value.encode() == octets


def test_boolean_any_nonzero_is_true() -> None:
    """TRUE is every octet but zero, and kept as it came until the field changes; ours is FF (X.690 8.2.2, 11.1)."""
    octets = LEAST.encode()
    longer = bytes([0xA3, len(octets) + 1]) + octets[2:] + bytes.fromhex("840101")
    value = Everything.decode(longer)
    assert value.yes is True
    assert value.encode() == longer
    assert value.replace(yes=False).encode()[-1] == 0
    assert value.replace(coding=None).encode()[-1] == 0xFF


def test_enumeration_open() -> None:
    """A value that the enumeration does not list is kept (X.680 52, extension markers)."""
    octets = LEAST.replace(colour=Colour.BLUE).encode().replace(bytes.fromhex("0a0107"), bytes.fromhex("0a0142"))
    value = Everything.decode(octets)
    assert value.colour is not None
    assert value.colour.is_reserved
    assert value.encode() == octets


@given(st.integers(-(2**63), 2**63 - 1))
def test_integer(number: int) -> None:
    """Numbers have as few octets as will do, in two's complement (X.690 8.3)."""
    octets = Wide(number=number).encode()
    assert Wide.decode(octets) == Wide(number=number)
    assert octets[2:4] == bytes((2, len(octets) - 4))
    assert len(octets) - 4 == (number if number >= 0 else ~number).bit_length() // 8 + 1


class Wide(Sequence):
    """A number of up to eight octets."""

    number: Annotated[int, INTEGER(least=-(2**63), most=2**63 - 1)]


@pytest.mark.parametrize(
    ("oid", "octets"), [("0.0.17.773.1.1.1", "00118605010101"), ("2.999", "8837"), ("1.2.840", "2a8648"), ("0.0", "00")]
)
def test_oid(oid: str, octets: str) -> None:
    """Arcs are written in base 128, the first two as one (X.690 8.19)."""
    assert Oid(oid).to_octets().hex() == octets
    assert Oid.from_octets(bytes.fromhex(octets)) == oid


@pytest.mark.parametrize("octets", ["", "2a86", "80" * 32, "01" * 33, "8001", "2a8001"])
def test_oid_refused(octets: str) -> None:
    """An object identifier that does not end, or is longer than any in use, is refused."""
    with pytest.raises(DecodeError):
        Oid.from_octets(bytes.fromhex(octets))


def test_bits() -> None:
    """A BIT STRING starts with the number of unused bits; bit 0 is the first (X.690 8.6)."""
    flags = Flags.of(Flags.THIRD)
    assert (flags, flags.to_octets().hex()) == (Flags("001"), "0520")
    assert Flags.from_octets(bytes.fromhex("0520")) == flags
    assert flags.has(Flags.THIRD)
    assert not flags.has(Flags.FIRST)
    assert not flags.has(9)
    assert str(flags) == "001 (third)"
    assert str(Flags("00")) == "00"
    assert Flags.parse("001 (third)") == Flags.parse("001") == flags
    with pytest.raises(ValueError, match="names other bits"):
        Flags.parse("101 (third)")
    with pytest.raises(ValueError, match="2 to 12 bits"):
        Flags("1")


@pytest.mark.parametrize("octets", ["", "00", "0880", "0780", "01", "000000"])
def test_bits_refused(octets: str) -> None:
    """No unused octet, more than seven unused bits, or a number of bits out of range (X.690 8.6.2)."""
    with pytest.raises(DecodeError):
        Flags.from_octets(bytes.fromhex(octets))


# --- faults -----------------------------------------------------------------------------------------------------------


def fault(octets: str) -> DecodeError:
    """The error that decoding causes."""
    with pytest.raises(DecodeError) as caught:
        Everything.decode(bytes.fromhex(octets))
    return caught.value


def wrap(contents: str) -> str:
    """A whole ``Everything`` of these contents."""
    return header(0xA3, len(contents) // 2).hex() + contents


IMSI = "800862021132547698f0"


@pytest.mark.parametrize(
    ("contents", "why", "at"),
    [
        ("", "imsi is missing", 2),
        (IMSI + "0201ff", "either is missing", 12),
        (IMSI + "0500", "number is missing", 14),
        ("8001ff" + "0500" + "0201ff", "imsi: ff has half octets that are no decimal digits", 4),
        (IMSI + "3003020105" + "0201ff" + "0201ff", "an element 0x02 is repeated or out of order", 20),
        (IMSI + "0500" + "0201ff" + "8500" + "0a0100", "an element 0x0a is repeated or out of order", 19),
        (IMSI + "0500" + "0202012d", "number: the number 301 is not within -300 to 300", 16),
        (IMSI + "0500" + "0200", "number: an INTEGER of 0 octets is not used here", 16),
        (IMSI + "0500" + "0201ff" + "0a020100", "colour: the number 256 is not within 0 to 255", 19),
        (IMSI + "0500" + "0201ff" + "85010a", "there: a size of 1 is not within 0 to 0", 19),
        (IMSI + "0500" + "0201ff" + "8603616263", "fixed: a size of 3 is not within 4 to 4", 19),
        (IMSI + "0500" + "0201ff" + "a806" + "040100020105", "point: x is missing", 19),
        (IMSI + "0500" + "0201ff" + "a900", "points: the number of items 0 is not within 1 to 4", 19),
        (IMSI + "0500" + "0201ff" + "a903" + "020105", "points: an item has another type", 19),
        (
            IMSI + "0500" + "0201ff" + "aa06" + "020105020106",
            "explicit: the number of elements 2 is not within 1 to 1",
            19,
        ),
        (IMSI + "0500" + "0201ff" + "a8050201058005", "point: 5 octets are missing", 22),
        (IMSI + "0500" + "02800000", "only a constructed element may have an indefinite length", 14),
        (IMSI + "0500" + "0201ff" + "bf", "an element ends within its tag or length", 17),
        (IMSI + "0500" + "0201ff" + "be800400", "contents of indefinite length have no end", 21),
    ],
)
def test_fault_named(contents: str, why: str, at: int) -> None:
    """An error names the field, what is wrong with it, and the octet in the whole PDU."""
    error = fault(wrap(contents))
    assert (error.why, error.at) == (why, at)


def test_fault_whole() -> None:
    """Another type, nothing, and octets behind the element are refused."""
    assert "no Everything starts with 0x30" in fault("3000").why
    assert "ends within its tag" in fault("").why
    assert "1 octets follow Everything" in fault(LEAST.encode().hex() + "00").why


@given(elements(Everything), st.data())
def test_prefixes_and_flips(value: Everything, data: st.DataObject) -> None:
    """Every prefix raises DecodeError; a flipped bit raises that, or decodes to what encodes to it again."""
    octets = value.encode()
    with pytest.raises(DecodeError):
        Everything.decode(octets[: data.draw(st.integers(0, len(octets) - 1))])
    at = data.draw(st.integers(0, 8 * len(octets) - 1))
    flipped = bytearray(octets)
    flipped[at // 8] ^= 1 << at % 8
    try:
        other = Everything.decode(bytes(flipped))
    except DecodeError:
        return
    assert other.encode() == flipped


@given(st.binary(max_size=60))
def test_any_octets(octets: bytes) -> None:
    """Whatever arrives, nothing but DecodeError is raised."""
    for prefix in (b"", bytes.fromhex("a380" + IMSI + "0500"), bytes.fromhex("a380" + IMSI)):
        try:
            value = Everything.decode(prefix + octets)
            assert value.encode() == prefix + octets
        except DecodeError as error:
            assert 0 <= error.at <= len(prefix + octets)  # noqa: PT017  either outcome is right, but not any place


@pytest.mark.parametrize("pair", ["3080", "a980", "be80", "a880"])
def test_nested_without_end(pair: str) -> None:
    """Indefinite lengths within one another are bounded, however many there are."""
    error = fault("a380" + IMSI + "0500" + "0201ff" + pair * 30_000)
    assert error.why.endswith(("too deep within one another", "have no end"))


def test_nested_and_unknown() -> None:
    """Contents that no field takes are not descended into: their depth does not matter."""
    inner = b""
    for _ in range(1000):
        inner = header(0x30, len(inner)) + inner
    octets = LEAST.encode()
    octets = octets[2:] + header(0xBE, len(inner)) + inner
    value = Everything.decode(header(0xA3, len(octets)) + octets)
    assert value.encode() == header(0xA3, len(octets)) + octets


@pytest.mark.parametrize(
    "value",
    [
        LEAST.replace(number=301),
        LEAST.replace(fixed=b"abc"),
        LEAST.replace(points=(POINT,) * 5),
        LEAST.replace(either=Either()),
        LEAST.replace(either=Either(number=1, point=POINT)),
        LEAST.replace(mixed="text"),
    ],
)
def test_own_fault(value: Everything) -> None:
    """A value of ours that does not fit raises ValueError when it is encoded."""
    with pytest.raises(ValueError, match="does not fit"):
        value.encode()


def test_element_is_a_value() -> None:
    """Elements are frozen, compare by value, and can be pickled."""
    with pytest.raises(AttributeError):
        POINT.x = 6  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(LEAST)) == LEAST  # noqa: S301  our own octets
    assert len({LEAST, Everything.decode(LEAST.encode())}) == 1
    assert Either(number=3).chosen == 3


def test_any_defined_by() -> None:
    """The resolver is told the field before, and where the element and its contents lie, in both readers."""
    seen: list[tuple[int, str, str]] = []

    def resolve(code: int, d: bytes, start: int, p: int, q: int, end: int) -> Point:
        seen.append((code, d[start:end].hex(), d[p:q].hex()))
        return POINT

    class Holder(Sequence):
        """A number and what it stands for."""

        code: Annotated[int, INTEGER()]
        content: Annotated[Element | None, DEFINED_BY(by="code", resolve=resolve)] = None

    assert Holder.decode(bytes.fromhex("3006020107810109")).content is POINT
    assert Holder.decode(bytes.fromhex("3080020107a18082000000" + "0000")).content == POINT
    assert Holder.decode(bytes.fromhex("3003020107")).content is None
    assert Holder(code=7, content=POINT).encode().hex() == "300c020107" + POINT.encode().hex()
    assert seen == [(7, "810109", "09"), (7, "a18082000000", "8200")]
