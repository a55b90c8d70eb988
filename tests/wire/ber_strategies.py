"""Hypothesis strategies made from the declarations of ASN.1 types, and BER written in other ways than ours."""

from collections.abc import Callable
from functools import cache
from typing import Any, get_args

from hypothesis import strategies as st

from protocol.ber import (
    BIT_STRING,
    BOOLEAN,
    DEFINED_BY,
    ENUMERATED,
    EXPLICIT,
    INTEGER,
    NULL,
    OCTETS,
    ONE_OF,
    OPAQUE,
    SEQUENCE_OF,
    Choice,
    Element,
    Layout,
    Oid,
    Unread,
    bounds,
)
from protocol.bits import Struct
from protocol.declare import MISSING
from protocol.errors import DecodeError
from protocol.identities import Apn, GsnAddress, Imei, Imeisv, Imsi, IsdnAddress, Plmn
from protocol.map.contexts import ApplicationContext, ContextName
from protocol.map.dialogue import MAP_DIALOGUE_AS, MapDialoguePdu
from protocol.map.equipment import IMEI
from protocol.tcap.dialogue import ArbitraryBits, External
from tests.wire import strategies
from tests.wire.strategies import own_kinds

DIGITS = "0123456789"


def digits(least: int, most: int) -> st.SearchStrategy[str]:
    """Strings of decimal digits."""
    return st.text(DIGITS, min_size=least, max_size=most)


KINDS: dict[Any, st.SearchStrategy[Any]] = {
    Imsi: digits(6, 15).map(Imsi),
    IsdnAddress: st.builds(IsdnAddress, digits(2, 15), st.sampled_from([0x91, 0xA1, 0x81])),
    GsnAddress: st.ip_addresses(v=4).map(GsnAddress) | st.ip_addresses(v=6).map(GsnAddress),
    Apn: st.sampled_from([Apn("internet"), Apn("mms.example"), Apn("a")]),
    Plmn: st.builds(Plmn, digits(3, 3), digits(2, 3)),
    Oid: st.sampled_from([Oid("0.4.0.0.1.1.1.1"), Oid("1.2.840.113549"), Oid("2.999.3")]),
    ApplicationContext: st.builds(ApplicationContext, st.sampled_from(list(ContextName)), st.integers(1, 3))
    | st.just(ApplicationContext(Oid("1.2.3"))),
    bool: st.booleans(),
}

OPAQUES = st.sampled_from([b"", bytes.fromhex("800100"), bytes.fromhex("30038001ff8200")])
"""Contents that are elements."""


def values(kind: Any, layout: Layout, *, opaque: bool = True, named: bool = False) -> st.SearchStrategy[Any]:
    """Values of a field with this type and layout; ``named``: of enumerations those alone that have a name."""
    if isinstance(layout, IMEI):
        return digits(15, 15).map(Imei) | digits(16, 16).map(Imeisv)
    if isinstance(layout, BIT_STRING):
        return st.text("01", min_size=kind.least, max_size=kind.most).map(kind)
    if isinstance(layout, OPAQUE):
        return OPAQUES if kind is bytes else own_kinds()[kind]
    if isinstance(layout, OCTETS):
        return octets(kind, layout)
    if isinstance(layout, INTEGER | ENUMERATED):
        if kind is int:
            return st.integers(layout.least, layout.most)
        known = [member for member in list(kind) if not member.is_reserved]
        return st.sampled_from(known) if named else st.integers(0, 255).map(kind)
    if isinstance(layout, NULL):
        return st.just(value=True)
    if isinstance(layout, BOOLEAN):
        return st.booleans()
    if isinstance(layout, SEQUENCE_OF):
        item = values(get_args(kind)[0], layout.item, opaque=opaque, named=named)
        return st.lists(item, min_size=layout.least, max_size=min(layout.most, 4)).map(tuple)
    if isinstance(layout, EXPLICIT):
        return values(kind, layout.item, opaque=opaque, named=named)
    if isinstance(layout, ONE_OF):
        return st.one_of([values(member, inner, opaque=opaque, named=named) for member, inner in layout.choices])
    if isinstance(layout, DEFINED_BY):
        return own_kinds().get(kind, st.none()) if opaque else st.none()
    members = get_args(kind) or (kind,)
    return st.one_of([elements(member, opaque=opaque, named=named) for member in members])


def read_by(kind: Any) -> Callable[[bytes], Any]:
    """Reads octets, or gives None where they are no value."""

    def read(octets: bytes) -> Any:
        try:
            return kind.from_octets(octets)
        except DecodeError:
            return None

    return read


def octets(kind: Any, layout: OCTETS) -> st.SearchStrategy[Any]:
    """Values of an OCTET STRING, of the size that the layout allows."""
    if kind is bytes:
        return st.binary(min_size=layout.least, max_size=min(layout.most, 140))
    known = (KINDS | own_kinds()).get(kind)
    if known is None and issubclass(kind, Struct):
        return st.binary(min_size=layout.least, max_size=min(layout.most, 20)).map(read_by(kind)).filter(bool)
    made = strategies.values(kind, layout.least, min(layout.most, 140)) if known is None else known
    return made.filter(lambda value: layout.least <= len(value.to_octets()) <= layout.most)


def is_opaque(layout: Layout) -> bool:
    """True where contents are not read."""
    return isinstance(layout, OPAQUE) or (isinstance(layout, SEQUENCE_OF) and isinstance(layout.item, OPAQUE))


def layout_of(cls: type[Element], name: str) -> Layout:
    """How a field is laid out."""
    layout: Layout = next(field.layout for field in cls.fields if field.name == name)
    return layout


@cache
def elements(cls: type[Element], *, opaque: bool = True, named: bool = False) -> st.SearchStrategy[Any]:
    """Instances of a declared type, without extras, and if wanted without contents that are not read."""
    if cls is External:
        return externals(opaque=opaque)
    fields = {field.name: values(field.type, field.layout, opaque=opaque, named=named) for field in cls.fields}
    if issubclass(cls, Choice):
        return st.one_of([st.builds(cls, **{name: strategy}) for name, strategy in fields.items()])
    needed = [field.name for field in cls.fields if field.default is MISSING]
    loose = [field.name for field in cls.fields if field.default is not MISSING]
    if not opaque:
        loose = [name for name in loose if not is_opaque(layout_of(cls, name))]

    @st.composite
    def build(draw: st.DrawFn) -> Any:
        # A few of the optional elements at a time: large types would be too large for Hypothesis.
        present = draw(st.sets(st.sampled_from(loose), max_size=5)) if loose else set()
        return cls(**{name: draw(fields[name]) for name in [*needed, *sorted(present)]})

    return build()


def externals(*, opaque: bool = True) -> st.SearchStrategy[Any]:
    """EXTERNAL values, whose type is that of their abstract syntax."""
    known = st.builds(
        External, direct_reference=st.just(MAP_DIALOGUE_AS), single_asn1_type=elements(MapDialoguePdu, opaque=opaque)
    )
    other = st.builds(
        External,
        direct_reference=st.sampled_from([Oid("1.2.3"), None]),
        indirect_reference=st.none() | st.integers(-(1 << 31), (1 << 31) - 1),
        data_value_descriptor=st.none() | st.binary(max_size=5),
        single_asn1_type=st.sampled_from([None, Unread(b"\x05\x00"), Unread(b"")] if opaque else [None]),
        octet_aligned=st.none() | st.binary(max_size=5),
        arbitrary=st.none() | st.text("01", max_size=20).map(ArbitraryBits),
    )
    return known | other


def rewritten(octets: bytes, choose: Callable[[], int]) -> bytes:
    """The same elements with other lengths, as ``choose`` says: 0 shortest, 1 longer than needed, 2 indefinite."""
    written = bytearray()
    p = 0
    while p < len(octets):
        try:
            _, start, q, end = bounds(octets, p, len(octets))
        except DecodeError:
            return octets
        tag = octets[p]
        contents = octets[start:q]
        if tag & 0x20:
            contents = rewritten(contents, choose)
        how = choose()
        if how == 2 and tag & 0x20 and is_elements(contents):
            written += bytes((tag, 0x80)) + contents + b"\0\0"
        elif how:
            written += bytes((tag, 0x84)) + len(contents).to_bytes(4, "big") + contents
        else:
            size = len(contents)
            written += bytes((tag, size) if size < 128 else (tag, 0x82, size >> 8, size & 255)) + contents
        p = end
    return bytes(written)


def is_elements(contents: bytes) -> bool:
    """True when contents can stand in an indefinite length."""
    p = 0
    try:
        while p < len(contents):
            if contents[p] == 0:
                return False
            p = bounds(contents, p, len(contents))[3]
    except DecodeError:
        return False
    return True
