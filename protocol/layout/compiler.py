"""From a declaration to straight-line Python: the decoder of canonical octets, and the encoder."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from typing import Any

from protocol.declare import Field, Source, emit_build
from protocol.errors import DecodeError
from protocol.layout.formats import HALF, HEADER, REPEATED, THALF, TRAILER, Format, GbTLV
from protocol.layout.in_full import check_conditions, decode_in_full
from protocol.layout.rules import Coding
from protocol.layout.values import emit_half_check, emit_small, octet_table


def elements(fields: Iterable[Field]) -> Iterator[tuple[Field, ...]]:
    """The elements in their order, half octets two by two; header fields are none."""
    waiting: Field | None = None
    for field in fields:
        if isinstance(field.layout, HEADER):
            continue
        if not isinstance(field.layout, HALF):
            yield (field,)
        elif waiting is None:
            waiting = field
        else:
            yield waiting, field
            waiting = None


def compile_decode(cls: Any) -> Callable[[bytes], Any]:
    """The decoder: canonical octets in one pass, all others through :func:`decode_in_full`."""
    source = Source()
    source.names.update(from_bytes=int.from_bytes, cls=cls, full=decode_in_full, DecodeError=DecodeError, empty=())
    values = {field.name: f"v{index}" for index, field in enumerate(cls.fields)}
    source.add(0, "def decode(d):")
    if cls.heading:
        heading = "".join(f"{values[field.name]}, " for field in cls.heading)
        source.add(1, "whole = d", f"({heading}), d, p = {source.bind(cls.take_header, 'take_header')}(d)")
        source.add(1, "n = len(d)", "try:")
    else:
        source.add(1, "n = len(d)", f"p = {len(cls.header(cls.code))}", "try:")
    grown = any(isinstance(field.layout, GbTLV) for field in cls.fields)
    if grown:
        source.lines.insert(1, "    long = ()")
        source.names["coded"] = partial(coded, {value: name for name, value in values.items()})
    started = False
    for group in elements(cls.fields):
        if len(group) == 2:
            low, high = (source.bind(octet_table(field.type, 4), "table") for field in group)
            source.add(
                2,
                "e = d[p]",
                f"{values[group[0].name]} = {low}[e & 15]",
                f"{values[group[1].name]} = {high}[e >> 4]",
                "p += 1",
            )
            continue
        field = group[0]
        layout: Format = field.layout
        if isinstance(layout, REPEATED):
            if not started:
                source.add(2, "t = d[p] if p < n else -1")
                started = True
            layout.emit_take(source, field.type, values[field.name], 2)
            continue
        if not field.optional:
            if layout.tag is not None:
                source.add(2, f"if d[p] != {layout.tag}: raise IndexError")
            layout.emit_take(source, field.type, values[field.name], 2)
            if started:
                source.add(2, "t = d[p] if p < n else -1")
            continue
        source.add(2, f"{values[field.name]} = None")
        if layout.tag is None:
            source.add(2, "if p < n:")
            layout.emit_take(source, field.type, values[field.name], 3)
            continue
        if not started:
            source.add(2, "t = d[p] if p < n else -1")
            started = True
        source.add(2, f"if t >> 4 == {layout.tag}:" if isinstance(layout, THALF) else f"if t == {layout.tag}:")
        layout.emit_take(source, field.type, values[field.name], 3)
        source.add(3, "t = d[p] if p < n else -1")
    emit_end(source, cls, values | {"extras": "empty", "coding": "coded(long) if long else None" if grown else "None"})
    return source.function("decode", f"{cls.__name__}.decode")


def emit_end(source: Source, cls: Any, values: dict[str, str]) -> None:
    """Emit what follows the last element: octets that are left over, the making of the message, its conditions."""
    source.add(2, "if p != n: raise IndexError")
    source.add(1, "except (IndexError, DecodeError, ValueError):")
    source.add(2, f"return full(cls, {'whole' if cls.heading else 'd'})")
    emit_build(source, cls, 1, values)
    conditions = [field.condition for field in cls.fields if field.condition is not None]
    if any(condition.needed is not None or condition.barred is not None for condition in conditions):
        assert source.lines[-1].strip() == "return m"
        source.lines[-1] = f"    return {source.bind(check_conditions, 'check')}(m, n)"


def coded(names: dict[str, str], long: tuple[str, ...]) -> Coding:
    """The coding of a message of whose elements some have a longer length than they need."""
    return Coding(tuple([names[value] for value in long]))


def compile_encode(cls: Any) -> Callable[[Any], bytes]:
    """The encoder; a message that carries extras or another coding goes through :func:`encode_as_it_came`."""
    source = Source()
    source.names.update(as_it_came=encode_as_it_came)
    source.add(0, "def encode(self):")
    source.add(1, "if self.extras or self.coding is not None: return as_it_came(self)")
    source.add(1, "o = bytearray()" if cls.heading else f"o = bytearray({cls.header(cls.code)!r})")
    before: Field | None = None
    for group in elements(cls.fields):
        field = group[0]
        if before is not None and before.optional and before.layout.tag == field.layout.tag is not None:
            told = f"{{type(self).__name__}}: {field.name} is known by its place behind {before.name}"
            source.add(
                1, f"if self.{before.name} is None and self.{field.name} is not None: raise ValueError(f'{told}')"
            )
        before = field
        emit_put_group(source, group, 1)
    source.add(1, "return self.frame(o)" if cls.heading else "return bytes(o)")
    return source.function("encode", f"{cls.__name__}.encode")


def emit_put_group(source: Source, group: tuple[Field, ...], depth: int) -> None:
    """Append one element, or one octet of two halves, if it is there."""
    if len(group) == 2:
        low, high = (emit_small(field.type, f"self.{field.name}") for field in group)
        emit_half_check(source, group[0].type, low, depth)
        source.add(depth, f"o.append({low} | {high} << 4)")
        return
    field = group[0]
    value = f"self.{field.name}"
    if field.optional:
        source.add(depth, f"if {value} is not None:")
        depth += 1
    field.layout.emit_put(source, field.type, value, depth)


# --- messages that their sender coded otherwise ------------------------------------------------------------------


@cache
def putters(cls: Any) -> dict[str, Callable[[Any, bytearray], None]]:
    """What appends each element, by the name of its (last) field; a repeated one by its name, item by item."""
    made = {}
    for group in elements(cls.fields):
        source = Source()
        source.add(0, "def put(self, o):")
        emit_put_group(source, group, 1)
        made[group[-1].name] = source.function("put", f"{cls.__name__}.put")
    return made


@cache
def put_item(cls: Any, name: str) -> Callable[[Any, Any, bytearray], None]:
    """What appends one of a repeated element."""
    field = next(field for field in cls.fields if field.name == name)
    source = Source()
    source.add(0, "def put(self, item, o):")
    field.layout.item.emit_put(source, field.type.__args__[0], "item", 1)
    return source.function("put", f"{cls.__name__}.{name}")


def encode_as_it_came(message: Any) -> bytes:
    """Encode element by element: each extra where it stood, in the order and with the lengths of the sender."""
    cls: Any = type(message)
    coding = message.coding or Coding()
    octets = bytearray() if cls.heading else bytearray(cls.header(cls.code))
    behind: dict[str, bytearray] = {}
    for extra in message.extras:
        after = cls.fields[extra.after].name if 0 <= extra.after < len(cls.fields) else ""
        if extra.items is not None and after and extra.items < len(getattr(message, after)):
            after = f"{after}[{extra.items}]"
        behind.setdefault(after, bytearray()).extend(extra.octets)
    for field in cls.heading:
        if isinstance(field.layout, TRAILER):
            continue
        behind.setdefault("", bytearray()).extend(behind.pop(field.name, b""))
    octets += behind.pop("", b"")
    made = putters(cls)
    for name in in_order(list(made), coding.order):
        field = next(field for field in cls.fields if field.name == name)
        if coding.long_lengths or coding.surplus or isinstance(field.layout, REPEATED):
            put_lengths(message, field, coding, behind, octets)
        else:
            made[name](message, octets)
        octets += behind.pop(name, b"")
    for rest in behind.values():
        octets += rest
    return message.frame(octets) if cls.heading else bytes(octets)


def in_order(names: list[str], order: tuple[str, ...]) -> list[str]:
    """The names as ``order`` says; one that it leaves out keeps its place behind the one declared before it."""
    if not order:
        return names
    placed = [name for name in dict.fromkeys(order) if name in names]
    for index, name in enumerate(names):
        if name not in placed:
            placed.insert(placed.index(names[index - 1]) + 1 if index else 0, name)
    return placed


def put_lengths(message: Any, field: Field, coding: Coding, behind: dict[str, bytearray], octets: bytearray) -> None:
    """Append an element, with a surplus and a longer length where ``coding`` names it, and extras between items."""
    cls: Any = type(message)
    one = bytearray()
    if isinstance(field.layout, REPEATED):
        items = getattr(message, field.name)
        least, most = field.layout.count
        if not least <= len(items) <= most:
            raise ValueError(f"{cls.__name__}: {len(items)} of {field.name}")
        for index, item in enumerate(items):
            octets += behind.pop(f"{field.name}[{index}]", b"")
            one.clear()
            put_item(cls, field.name)(message, item, one)
            octets += with_lengths(field.layout.item, f"{field.name}[{index}]", bytes(one), coding)
        return
    putters(cls)[field.name](message, one)
    octets += with_lengths(field.layout, field.name, bytes(one), coding)


def with_lengths(layout: Any, name: str, one: bytes, coding: Coding) -> bytes:
    """An element as its sender coded it."""
    surplus = dict(coding.surplus).get(name)
    if surplus and one:
        one = layout.extend(one, surplus)
    return layout.lengthen(one) if name in coding.long_lengths and one else one
