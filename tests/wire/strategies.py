"""Hypothesis strategies made from the declarations: values of every element type, and whole messages.

A type of which most values would be invalid has a strategy of its own in a ``kinds_<protocol>.py`` beside this file.
"""

import types
from functools import cache
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any, Union, get_args, get_origin

from hypothesis import assume
from hypothesis import strategies as st

from protocol.bits import Struct
from protocol.declare import MISSING, Field, OpenEnum
from protocol.document import parts
from protocol.identities import (
    Apn,
    CellIdentifier,
    GsnAddress,
    Gt,
    Imei,
    Imeisv,
    Imsi,
    IsdnAddress,
    Lai,
    MobileIdentity,
    Plmn,
    Rai,
    Teid,
    Tlli,
    Tmsi,
)
from protocol.layout import HALF, HEADER, REPEATED, THALF, Format, Message, T
from protocol.sccp import PartsMessage

Strategy = st.SearchStrategy[Any]
DIGITS = "0123456789"
LONGEST = 40
"""Octets of opaque values: more would only take time."""


def digits(least: int, most: int) -> st.SearchStrategy[str]:
    """Strings of decimal digits."""
    return st.text(DIGITS, min_size=least, max_size=most)


PLMN = st.builds(Plmn, digits(3, 3), digits(2, 3))
RAI = st.builds(Rai, PLMN, st.integers(0, 0xFFFF), st.integers(0, 0xFF))
IDENTITY = digits(6, 15).map(Imsi) | digits(15, 15).map(Imei) | digits(16, 16).map(Imeisv)

KINDS: dict[Any, Strategy] = {
    bool: st.booleans(),
    Imsi: digits(6, 15).map(Imsi),
    Imei: digits(15, 15).map(Imei),
    Imeisv: digits(16, 16).map(Imeisv),
    Gt: digits(5, 15).map(Gt),
    Tmsi: st.integers(0, 0xFFFFFFFF).map(Tmsi),
    Tlli: st.integers(0, 0xFFFFFFFF).map(Tlli),
    Teid: st.integers(0, 0xFFFFFFFF).map(Teid),
    Plmn: PLMN,
    Lai: st.builds(Lai, PLMN, st.integers(0, 0xFFFF)),
    Rai: RAI,
    CellIdentifier: st.builds(CellIdentifier, RAI, st.integers(0, 0xFFFF)),
    GsnAddress: st.ip_addresses(v=4).map(GsnAddress) | st.ip_addresses(v=6).map(GsnAddress),
    IsdnAddress: st.builds(IsdnAddress, digits(2, 15)),
    MobileIdentity: (IDENTITY | st.integers(0, 0xFFFFFFFF).map(Tmsi)).map(MobileIdentity),
    Apn: st.sampled_from([Apn("internet"), Apn("mms.example"), Apn("a.mnc001.mcc001.gprs")]),
}


@cache
def own_kinds() -> dict[Any, Strategy]:
    """The strategies of all protocols."""
    found = dict(KINDS)
    for path in sorted(Path(__file__).parent.glob("kinds_*.py")):
        found |= import_module(f"tests.wire.{path.stem}").KINDS
    return found


def values(kind: Any, least: int = 0, most: int = LONGEST, bits: int | None = None) -> Strategy:
    """Values of a type; ``least`` and ``most`` bound the octets of opaque ones, ``bits`` the width of a number."""
    if kind in own_kinds():
        return own_kinds()[kind]
    if get_origin(kind) in (Union, types.UnionType):
        return st.one_of([values(member) for member in get_args(kind)])
    if get_origin(kind) is tuple:
        inner = get_args(kind)
        if inner[1:] == (...,):
            return st.lists(values(inner[0]), max_size=4).map(tuple)
        return st.tuples(*map(values, inner))
    if kind is type(None):
        return st.none()
    if kind is bytes:
        return st.binary(min_size=least, max_size=max(least, min(most, LONGEST)))
    if kind is int:
        return st.integers(0, (1 << (8 * most if bits is None else bits)) - 1)
    if issubclass(kind, OpenEnum):
        width = 8 * most if bits is None else bits
        return st.sampled_from([member for member in list(kind) if member < 1 << width])
    if kind is str:
        return st.just("")
    if issubclass(kind, Struct):
        return structs(kind)
    return records(kind)


@cache
def structs(kind: type[Struct]) -> Strategy:
    """Records of bit fields: whole, or without their last optional fields."""
    loose = [field.name for field in kind.fields if field.optional and type(field.layout).__name__ == "BITS"]
    fields = {field.name: values(field.type, bits=field.layout.width or None) for field in kind.fields}

    @st.composite
    def build(draw: st.DrawFn) -> Any:
        kept = draw(st.integers(0, len(loose)))
        dropped = set(loose[kept:])
        told: dict[str, Any] = {}
        for field in kind.fields:
            if field.name in dropped or (field.name.startswith("spare") and field.default is not MISSING):
                continue
            optional = field.optional and field.name not in loose
            told[field.name] = draw(st.none() | fields[field.name] if optional else fields[field.name])
        if dropped:
            # What was cut off leaves nothing behind it.
            names = [field.name for field in kind.fields]
            for name in names[names.index(loose[kept]) :]:
                told.pop(name, None)
        return kind(**told)

    return build()


@cache
def records(kind: Any) -> Strategy:
    """Dataclasses, from the types of their fields."""
    told = {}
    for part in parts(kind):
        strategy = values(part.kind, bits=8)
        told[part.name] = st.none() | strategy if part.optional else strategy
    return st.builds(kind, **told)


def element(field: Field) -> Strategy:
    """Values of an element, as its format bounds them."""
    layout: Format = field.layout
    if isinstance(layout, HEADER):
        return values(field.type)
    if isinstance(layout, T):
        return st.just(value=True)
    if isinstance(layout, REPEATED):
        item = sized(get_args(field.type)[0], layout.item)
        least, most = layout.count
        return st.lists(item, min_size=least, max_size=max(least, min(most, 3))).map(tuple)
    return sized(field.type, layout)


def sized(kind: Any, layout: Format) -> Strategy:
    """Values whose octets the format holds."""
    if isinstance(layout, HALF | THALF):
        return values(kind, bits=4)
    strategy = values(kind, layout.least, layout.most)
    if kind in (int, bytes) or issubclass(kind, OpenEnum):
        return strategy

    def fits(value: Any) -> bool:
        return layout.least <= len(value.to_octets()) <= layout.most

    return strategy.filter(fits)


@cache
def messages(cls: type[Message]) -> Strategy:
    """Messages of one type, each optional element there or not."""
    if cls in own_kinds():
        return own_kinds()[cls]
    told: dict[str, Strategy] = {}
    for field in cls.fields:
        if field.name.startswith("spare") and field.default is not MISSING:
            continue
        strategy = element(field)
        if isinstance(field.layout, HEADER) and field.default is not MISSING:
            strategy = st.just(field.default)
        told[field.name] = st.none() | strategy if field.optional else strategy

    @st.composite
    def build(draw: st.DrawFn) -> Any:
        drawn = {name: draw(strategy) for name, strategy in told.items()}
        for first, second in pairwise(cls.fields):  # of two with the same tag, the second is only behind the first
            if first.layout.tag is not None and first.layout.tag == second.layout.tag and drawn[first.name] is None:
                drawn[second.name] = None
        message = cls(**drawn)
        for field in cls.fields:
            condition = field.condition
            if condition is not None and condition.needed is not None:
                assume(getattr(message, field.name) is not None or not condition.needed(message))
            if condition is not None and condition.barred is not None:
                assume(getattr(message, field.name) is None or not condition.barred(message))
        return message

    return build()


@cache
def flat(cls: Any) -> Strategy:
    """Messages of one type that are not made of elements: of all their declared parts, as we would code them."""
    if cls in own_kinds():
        return own_kinds()[cls]
    if not hasattr(cls, "fields"):
        return records(cls)
    return st.builds(
        cls, **{field.name: part(field, 8 if issubclass(cls, PartsMessage) else 32) for field in cls.fields}
    )


def part(field: Field, width: int) -> Strategy:
    """Values of a part, in which numbers have so many bits."""
    if get_origin(field.type) is tuple:
        item = values(get_args(field.type)[0], bits=width)
        return st.lists(item, min_size=field.default is MISSING, max_size=3).map(tuple)
    strategy = values(field.type, least=1, bits=width)
    return st.none() | strategy if field.optional else strategy
