"""The forms that BER leaves to the sender: told in the document, sent again, and changed one by one."""

import json
from collections.abc import Iterator
from typing import Annotated, Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol import tcap
from protocol.ber import (
    BIT_STRING,
    BOOLEAN,
    EXPLICIT,
    INTEGER,
    NULL,
    OCTETS,
    SEQUENCE,
    SEQUENCE_OF,
    Bits,
    Coding,
    Element,
    Form,
    Layout,
    Oid,
    Sequence,
    Unread,
)
from protocol.document import from_document, to_document
from protocol.errors import DecodeError
from protocol.map.dialogue import MapDialoguePdu
from protocol.map.operations import ERRORS, OPERATIONS
from tests.wire.ber_strategies import elements, rewritten


class Point(Sequence):
    """A small SEQUENCE."""

    x: Annotated[int, INTEGER(least=-128, most=1000)]
    name: Annotated[bytes | None, OCTETS()] = None


class Flags(Bits):
    """A bit string."""

    __slots__ = ()
    most = 8
    FIRST = 0


class Shape(Sequence, tag=3):
    """Something of every form."""

    number: Annotated[int, INTEGER(0)]
    flags: Annotated[Flags | None, BIT_STRING(1)] = None
    yes: Annotated[bool, BOOLEAN(2)] = False
    there: Annotated[bool, NULL(3)] = False
    usual: Annotated[int, INTEGER(4)] = 5
    explicit: Annotated[int | None, EXPLICIT(5, INTEGER())] = None
    names: Annotated[tuple[bytes, ...], SEQUENCE_OF(OCTETS(), 6, least=0)] = ()
    points: Annotated[tuple[Point, ...], SEQUENCE_OF(SEQUENCE(), 7)] = ()
    point: Annotated[Point | None, SEQUENCE(8)] = None


FORMS: list[tuple[str, str, dict[str, Any]]] = [
    ("the shortest", "a303 800101", {"number": 1}),
    ("long length", "a38103 800101", {"number": 1, "coding": {"length_octets": 2}}),
    ("indefinite length", "a380 800101 0000", {"number": 1, "coding": {"indefinite": True}}),
    (
        "longer than it need be",
        "a306 8083000001 01",
        {"number": 1, "coding": {"elements": [{"element": "number", "length_octets": 4}]}},
    ),
    (
        "INTEGER with more octets",
        "a304 80020001",
        {"number": 1, "coding": {"elements": [{"element": "number", "contents": "0001"}]}},
    ),
    (
        "unused bits that are set",
        "a307 800101 810207ff",
        {
            "number": 1,
            "flags": "1 (first)",
            "coding": {"elements": [{"element": "flags", "contents": "07ff"}]},
        },
    ),
    (
        "TRUE that is not FF",
        "a306 800101 820101",
        {"number": 1, "yes": True, "coding": {"elements": [{"element": "yes", "contents": "01"}]}},
    ),
    (
        "FALSE, which is the default",
        "a306 800101 820100",
        {"number": 1, "coding": {"elements": [{"element": "yes"}]}},
    ),
    (
        "a number that is the default, and long",
        "a307 800101 84810105",
        {"number": 1, "coding": {"elements": [{"element": "usual", "length_octets": 2}]}},
    ),
    ("a list of nothing", "a305 800101 a600", {"number": 1, "coding": {"elements": [{"element": "names"}]}}),
    (
        "explicit tags",
        "a30b 800101 a580 02810105 0000",
        {
            "number": 1,
            "explicit": 5,
            "coding": {
                "elements": [
                    {"element": "explicit", "indefinite": True},
                    {"element": "explicit.inner", "length_octets": 2},
                ]
            },
        },
    ),
    (
        "items",
        "a30e 800101 a609 040161 04810162 0400",
        {
            "number": 1,
            "names": ["61", "62", ""],
            "coding": {"elements": [{"element": "names[1]", "length_octets": 2}]},
        },
    ),
    (
        "items with forms of their own",
        "a31a 800101 a780 3003020105 30800202 00060000 308103020107 0000",
        {
            "number": 1,
            "points": [
                {"x": 5},
                {
                    "x": 6,
                    "coding": {"indefinite": True, "elements": [{"element": "x", "contents": "0006"}]},
                },
                {"x": 7, "coding": {"length_octets": 2}},
            ],
            "coding": {"elements": [{"element": "points", "indefinite": True}]},
        },
    ),
    (
        "a SEQUENCE with another tag",
        "a30b 800101 a88200 04 02810105",
        {
            "number": 1,
            "point": {
                "x": 5,
                "coding": {"length_octets": 3, "elements": [{"element": "x", "length_octets": 2}]},
            },
        },
    ),
    (
        "unknown elements",
        "a380 800101 9f8120 0101 820100 be80 0500 0000 0000",
        {
            "number": 1,
            "coding": {"indefinite": True, "elements": [{"element": "yes"}]},
            "extras": [{"after": "number", "octets": "9f81200101"}, {"after": "yes", "octets": "be8005000000"}],
        },
    ),
]
"""Octets, and the document that they have."""

NAMES = [name for name, _, _ in FORMS]


@pytest.mark.parametrize(("octets", "document"), [form[1:] for form in FORMS], ids=NAMES)
def test_form_is_told(octets: str, document: dict[str, Any]) -> None:
    """Each form stands in the document, and the document gives the same octets (X.690 8.1.3, 8.2, 8.3, 8.6, 11.5)."""
    raw = bytes.fromhex(octets)
    shape = Shape.decode(raw)
    assert shape.encode() == raw
    assert to_document(shape) == document
    made = from_document(Shape, json.loads(json.dumps(document)))
    assert (made, made.coding) == (shape, shape.coding)
    assert made.encode() == raw


@pytest.mark.parametrize("octets", [form[1] for form in FORMS], ids=NAMES)
def test_one_edit_changes_one_element(octets: str) -> None:
    """A field that is edited is sent anew in the length that it had; all others, and what is around it, stay."""
    raw = bytes.fromhex(octets)
    document = to_document(Shape.decode(raw))
    for edited, value in (("number", 200), ("yes", not document.get("yes", False)), ("point", {"x": 9})):
        made = from_document(Shape, document | {edited: value})
        read = Shape.decode(made.encode())
        assert read == made
        assert getattr(read, edited) == getattr(made, edited)
        told = to_document(read)
        unchanged = told.keys() - {edited, "coding", "extras"}
        assert {name: told[name] for name in unchanged} == {name: document[name] for name in unchanged}
        assert forms(told, edited) == forms(document, edited)


def forms(document: dict[str, Any], edited: str) -> dict[str, Any]:
    """The coding of a document but for the contents of one element, which are edited."""
    coding = document.get("coding", {})
    elements = [form for form in coding.get("elements", []) if form["element"] != edited]
    return {name: coding.get(name) for name in ("indefinite", "length_octets")} | {"elements": elements}


def test_edited_value_in_its_length() -> None:
    """Contents as they came are sent while they say the value, the length in its form as long as it fits."""
    raw = bytes.fromhex("a307 8083000002 0001")
    shape = Shape.decode(raw)
    assert shape.coding == Coding(elements=(Form("number", length_octets=4, contents=b"\0\1"),))
    assert shape.encode() == raw
    assert shape.replace(number=2).encode().hex() == "a306808300000102"
    assert shape.replace(number=2, coding=None).encode().hex() == "a303800102"
    name = Point.decode(bytes.fromhex("3008 020105 0481 02 6162"))
    assert name.encode().hex() == "30080201050481026162"
    grown = name.replace(name=bytes(300)).encode()
    assert grown == bytes.fromhex("30820133 020105 0482012c") + bytes(300)


def test_length_that_cannot_be() -> None:
    """A form that BER does not have is our own fault."""
    for coding in (Coding(length_octets=128), Coding(length_octets=-1), Coding(elements=(Form("x", indefinite=True),))):
        with pytest.raises(ValueError, match=r"length"):
            Point(x=1, coding=coding).encode()
    assert Point(x=1, coding=Coding(length_octets=1)).encode().hex() == "3003020101"
    assert Point(x=1, coding=Coding(length_octets=127)).encode()[:2].hex() == "30fe"


# --- TCAP -------------------------------------------------------------------------------------------------------------

PORTION = "060700118605010101 a00d 600b a109 060704000001002003"
BEGIN = f"6222 480400000001 6b1a 2818 {PORTION}"


@pytest.mark.parametrize(
    ("octets", "coding"),
    [
        (BEGIN, None),
        (BEGIN.replace("6222", "628122"), {"length_octets": 2}),
        (
            f"6224 480400000001 6b811b 288118 {PORTION}",
            {
                "elements": [
                    {"element": "dialogue", "length_octets": 2},
                    {"element": "dialogue.external", "length_octets": 2},
                ]
            },
        ),
        (
            "6225 480400000001 6b1d 281b 06810700118605010101 a080 600b a109 060704000001002003 0000",
            {
                "elements": [
                    {"element": "dialogue.external"},
                    {"element": "dialogue.external.direct_reference", "length_octets": 2},
                    {"element": "dialogue.external.single_asn1_type", "indefinite": True},
                ]
            },
        ),
    ],
    ids=["the shortest", "message", "portion", "within the portion"],
)
def test_dialogue_portion(octets: str, coding: dict[str, Any] | None) -> None:
    """The forms of what is around a dialogue APDU are told by name, also where the portion was met before."""
    raw = bytes.fromhex(octets)
    for _ in range(2):
        message = tcap.decode(raw)
        assert isinstance(message, tcap.Begin)
        assert isinstance(message.dialogue, tcap.Aarq)
        assert to_document(message).get("coding") == coding
        assert message.encode() == raw
    document = to_document(message)
    document["dialogue"]["application_context"] = document["dialogue"]["application_context"] | {"version": 2}
    made = from_document(tcap.Begin, document).encode()
    assert made == raw.replace(bytes.fromhex("2003"), bytes.fromhex("2002"))


def test_unidirectional_with_audt() -> None:
    """TC-UNI names its application context in an AUDT, under an abstract syntax of its own (Q.773 4.2.3)."""
    octets = bytes.fromhex(
        "6126 6b1a 2818 060700118605010201 a00d 600b a109 060704000001002003 6c08 a106 020101 020163"
    )
    message = tcap.decode(octets)
    assert isinstance(message, tcap.Unidirectional)
    assert isinstance(message.dialogue, tcap.Audt)
    assert message.encode() == octets
    assert from_document(tcap.Unidirectional, to_document(message)).encode() == octets


def test_dialogue_portion_of_more() -> None:
    """An EXTERNAL that holds more than an APDU stays one, where a message may carry it."""
    octets = bytes.fromhex("671d 490400000001 6b15 2813 060700118605010101 020105 a005 6403 800100")
    message = tcap.decode(octets)
    assert isinstance(message, tcap.Abort)
    assert isinstance(message.dialogue, tcap.External)
    assert message.dialogue.indirect_reference == 5
    assert message.encode() == octets
    assert from_document(tcap.Abort, to_document(message)).encode() == octets


@pytest.mark.parametrize(
    ("held", "told"),
    [
        ("a002 a000", {"MapDialoguePdu": {"map_open": {}}}),
        (
            "a004 a0800000",
            {"MapDialoguePdu": {"map_open": {"coding": {"indefinite": True}}}},
        ),
        ("a002 0500", {"Unread": {"octets": "0500", "why": "no MapDialoguePdu starts with 0x05"}}),
        ("a004 05000500", {"Unread": {"octets": "05000500", "why": "more than one element"}}),
        ("a000", {"Unread": {"octets": "", "why": "an element ends within its tag or length"}}),
    ],
)
def test_user_information_is_typed(held: str, told: dict[str, Any]) -> None:
    """User information under MAP's abstract syntax is a MAP-DialoguePDU; what is none is kept (TS 29.002 17.4)."""
    contents = bytes.fromhex("060704000001010101" + held)
    external = bytes([0x28, len(contents)]) + contents
    read = tcap.External.decode(external)
    assert read.encode() == external
    document = to_document(read)
    assert document["single_asn1_type"] == told
    assert from_document(tcap.External, json.loads(json.dumps(document))).encode() == external


def test_arguments_are_found_by_name() -> None:
    """A parameter stands under the name of its type in a document; one of another name has no place there."""
    raw = bytes.fromhex("a10b 020101 020117 3003 040111")
    invoke = tcap.Invoke.decode(raw)
    assert isinstance(invoke.argument, Unread)
    document = to_document(invoke)
    assert set(document["argument"]) == {"Unread"}
    document["argument"] = {"PurgeMsArg": {"imsi": "262011234567890"}}
    assert type(from_document(tcap.Invoke, document).argument).__name__ == "PurgeMsArg"
    document["argument"] = {"Surprise": {}}
    with pytest.raises(ValueError, match='argument: "Surprise" has no place here'):
        from_document(tcap.Invoke, document)


def test_components_in_their_forms() -> None:
    """Each component keeps its own header, and one that cannot be read is kept whole beside it."""
    octets = bytes.fromhex("6480 490400000001 6c80 a280 020101 0000 a5820001 ff a4 06 0500 80020001 0000 0000")
    message = tcap.decode(octets)
    assert isinstance(message, tcap.End)
    assert [type(component).__name__ for component in message.components] == [
        "ReturnResultLast",
        "Unreadable",
        "Reject",
    ]
    assert message.encode() == octets
    document = json.loads(json.dumps(to_document(message)))
    assert document["components"][1]["Unreadable"]["octets"] == "a5820001ff"
    assert from_document(tcap.End, document).encode() == octets
    assert message == tcap.decode(message.replace(coding=None).encode())


# --- every type -------------------------------------------------------------------------------------------------------

TYPES: list[type[Element]] = [
    *{kind: None for row in OPERATIONS.values() for kind in (*row.arguments, *row.results)},
    *(kind for row in ERRORS.values() for kind in row.parameters),
    *(tcap.Aarq, tcap.Aare, tcap.Abrt, tcap.Audt, MapDialoguePdu),
]
"""Everything that stands by itself."""


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)
def test_every_type_in_every_form(kind: type[Element]) -> None:
    """Whatever the forms, the same value is read, and the document gives back the same octets."""

    @settings(max_examples=10, deadline=None)
    @given(elements(kind, opaque=False), st.data())
    def check(value: Element, data: st.DataObject) -> None:
        octets = rewritten(value.encode(), lambda: data.draw(st.integers(0, 2)))
        read = kind.decode(octets)
        assert read.encode() == octets
        document = json.loads(json.dumps(to_document(read)))
        assert from_document(kind, document).encode() == octets

    check()


def octet_types() -> Iterator[Any]:
    """The types of all OCTET STRINGs, BIT STRINGs and OBJECT IDENTIFIERs that are declared in some element."""
    found: dict[Any, None] = {}
    seen: set[Any] = set()

    def visit(kind: Any, layout: Layout) -> None:
        if isinstance(layout, OCTETS) and hasattr(kind, "from_octets"):
            found[kind] = None
        inner = getattr(layout, "item", None)
        if inner is not None:
            visit(get_args(kind)[0] if isinstance(layout, SEQUENCE_OF) else kind, inner)
        for member in get_args(kind) or (kind,):
            if isinstance(member, type) and issubclass(member, Element) and member not in seen:
                seen.add(member)
                for field in member.fields:
                    visit(field.type, field.layout)

    for kind in TYPES:
        visit(kind, SEQUENCE())
    return iter(found)


@pytest.mark.parametrize("kind", [*octet_types(), Oid], ids=lambda kind: kind.__name__)
def test_value_types_lose_nothing(kind: Any) -> None:
    """What a value type takes it gives back: the compiled readers rely on it. Bit strings may have unused bits set."""

    @settings(max_examples=60, deadline=None)
    @given(st.binary(max_size=20))
    def check(octets: bytes) -> None:
        try:
            value = kind.from_octets(octets)
        except (DecodeError, IndexError, ValueError):
            return
        if issubclass(kind, Bits):
            octets = octets[:-1] + bytes([octets[-1] & -1 << octets[0]]) if len(octets) > 1 else octets
        assert value.to_octets() == octets

    check()
