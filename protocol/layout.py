"""Information elements in the formats of TS 24.007 11.2 and their relatives, and the messages made of them.

A message is declared once, in the specification's order and words::

    class IdentityRequest(GmmMessage, code=0x15, title="IDENTITY REQUEST", clause="9.4.12", way="down"):
        '''Network → MS: tell me the identity named.'''

        identity_type: Annotated[IdentityType, HALF()]
        force_to_standby: Annotated[ForceToStandby, HALF()]

and compiled at import into straight-line Python. The compiled decoder knows only the canonical order; whatever it does
not expect it hands to :func:`decode_in_full`, which obeys the error rules (TS 24.008 section 8 and its like) element by
element. Both read the same declaration.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Any, ClassVar, Literal, Self

from protocol.bits import Struct
from protocol.declare import (
    MISSING,
    Declaration,
    Field,
    OpenEnum,
    Source,
    emit_build,
    make_constructor,
)
from protocol.errors import DecodeError

Way = Literal["up", "down", "both"]
"""Who says it: ``up`` from the mobile's side, ``down`` from the network's side."""


# --- value codecs ------------------------------------------------------------------------------------------------


def octet_table(kind: Any, size: int) -> tuple[Any, ...]:
    """All values of a type of ``size`` bits (4 or 8), ``None`` where the type refuses one."""
    table = []
    for value in range(1 << size):
        try:
            table.append(value_of_small(kind, value, size))
        except DecodeError:
            table.append(None)
    return tuple(table)


def value_of_small(kind: Any, value: int, size: int) -> Any:
    """A value of ``kind`` from an unsigned integer of ``size`` bits."""
    if kind is int:
        return value
    if kind is bool:
        return value != 0
    if kind is bytes:
        return bytes([value])
    if issubclass(kind, Struct):
        return kind.from_bits(value, size)
    if issubclass(kind, IntEnum):
        try:
            return kind(value)
        except ValueError as error:
            raise DecodeError(f"{value} is no {kind.__name__}") from error
    return kind.from_octets(bytes([value]))


def value_of(kind: Any, octets: bytes) -> Any:
    """A value of ``kind`` from the value part of an element."""
    if kind is bytes:
        return octets
    if kind is int or issubclass(kind, IntEnum) or kind is bool:
        return value_of_small(kind, int.from_bytes(octets, "big"), 8 * len(octets))
    return kind.from_octets(octets)


def emit_value(source: Source, kind: Any, octets: str) -> str:
    """Expression for a value of ``kind``; ``octets`` is the expression of its octets."""
    if kind is bytes:
        return octets
    if kind is int:
        return f"from_bytes({octets}, 'big')"
    if issubclass(kind, IntEnum):
        return f"{source.bind(kind, 'enum')}(from_bytes({octets}, 'big'))"
    return f"{source.bind(kind.from_octets, 'take')}({octets})"


def emit_octets(source: Source, kind: Any, value: str, size: int | None) -> str:
    """Expression for the octets of ``value``."""
    if kind is bytes:
        return value
    if kind is int or issubclass(kind, IntEnum):
        assert size is not None, f"{kind}: a number needs a fixed length"
        return f"{value}.to_bytes({size}, 'big')"
    if kind is bool:
        return f"(b'\\x01' if {value} else b'\\x00')"
    del source
    return f"{value}.to_octets()"


def emit_small(kind: Any, value: str) -> str:
    """Expression for a value of ``kind`` as an unsigned integer of at most an octet."""
    if kind is int or issubclass(kind, IntEnum):
        return value
    if kind is bool:
        return f"({value} and 1)"
    if issubclass(kind, Struct):
        return f"{value}.to_bits()[0]"
    return f"{value}.to_octets()[0]"


# --- formats -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Format:
    """How an element is framed. ``least`` and ``most`` bound its value part in octets."""

    tag: int | None = None
    least: int = 0
    most: int = 0
    name: ClassVar[str] = "?"

    @property
    def fixed(self) -> int | None:
        """The number of octets of the value part, if there is but one."""
        return self.least if self.least == self.most else None

    def matches(self, octet: int) -> bool:
        """True when an element of this format starts with ``octet``."""
        return octet == self.tag

    def find(self, d: bytes, p: int) -> tuple[int, int]:
        """Bounds of the value part of the element at ``p``; DecodeError where it does not fit into the PDU."""
        raise NotImplementedError

    def take(self, kind: Any, d: bytes, p: int) -> tuple[Any, int]:
        """Value of the element at ``p`` and where the next one starts."""
        start, end = self.find(d, p)
        if end > len(d):
            raise DecodeError(f"{end - len(d)} octets are missing", at=p)
        if not self.least <= end - start <= self.most:
            raise DecodeError(f"a length of {end - start} is not within {self.least} to {self.most}", at=p)
        try:
            return value_of(kind, d[start:end]), end
        except DecodeError as error:
            raise DecodeError(error.why, error.cause, start + error.at) from None

    def emit_take(self, source: Source, kind: Any, target: str, depth: int) -> None:
        """Emit code that reads the element at ``p`` into ``target`` and moves ``p``; anything odd raises IndexError."""
        raise NotImplementedError

    def emit_put(self, source: Source, kind: Any, value: str, depth: int) -> None:
        """Emit code that appends the element to ``o``."""
        raise NotImplementedError


class V(Format):
    """Value only: ``V(n)``, or ``V(least, most)`` for one that runs to the end."""

    name = "V"
    __slots__ = ()

    def __init__(self, least: int, most: int | None = None) -> None:
        super().__init__(None, least, least if most is None else most)

    def find(self, d: bytes, p: int) -> tuple[int, int]:
        return p, p + self.least if self.fixed is not None else max(len(d), p + self.least)

    def emit_take(self, source: Source, kind: Any, target: str, depth: int) -> None:
        emit_fixed(source, kind, target, depth, self, offset=0)

    def emit_put(self, source: Source, kind: Any, value: str, depth: int) -> None:
        emit_put_fixed(source, kind, value, depth, self)


class TV(Format):
    """Tag and value: ``TV(tag, n)``."""

    name = "TV"
    __slots__ = ()

    def __init__(self, tag: int, length: int) -> None:
        super().__init__(tag, length, length)

    def find(self, d: bytes, p: int) -> tuple[int, int]:
        return p + 1, p + 1 + self.least

    def emit_take(self, source: Source, kind: Any, target: str, depth: int) -> None:
        emit_fixed(source, kind, target, depth, self, offset=1)

    def emit_put(self, source: Source, kind: Any, value: str, depth: int) -> None:
        emit_put_fixed(source, kind, value, depth, self)


class T(Format):
    """Tag only: ``T(tag)``, typed ``bool | None``; there or not there."""

    name = "T"
    __slots__ = ()

    def __init__(self, tag: int) -> None:
        super().__init__(tag)

    def find(self, d: bytes, p: int) -> tuple[int, int]:
        return p + 1, p + 1

    def take(self, kind: Any, d: bytes, p: int) -> tuple[Any, int]:
        return True, p + 1

    def emit_take(self, source: Source, kind: Any, target: str, depth: int) -> None:
        source.add(depth, f"{target} = True", "p += 1")

    def emit_put(self, source: Source, kind: Any, value: str, depth: int) -> None:
        source.add(depth, f"o.append({self.tag})")


class LV(Format):
    """Length and value: ``LV(least, most)``, or ``LV(n)``; ``LV2`` has a length of two octets."""

    name = "LV"
    length_octets: ClassVar[int] = 1
    __slots__ = ()

    def __init__(self, least: int, most: int | None = None) -> None:
        super().__init__(None, least, least if most is None else most)

    def find(self, d: bytes, p: int) -> tuple[int, int]:
        return find_length(d, p, self.length_octets)

    def emit_take(self, source: Source, kind: Any, target: str, depth: int) -> None:
        emit_counted(source, kind, target, depth, self, 0, self.length_octets)

    def emit_put(self, source: Source, kind: Any, value: str, depth: int) -> None:
        emit_put_counted(source, kind, value, depth, self, self.length_octets)


class LV2(LV):
    """Length of two octets, and value."""

    name = "LV-E"
    length_octets: ClassVar[int] = 2
    __slots__ = ()


class TLV(Format):
    """Tag, length and value: ``TLV(tag, least, most)``, or ``TLV(tag, n)``."""

    name = "TLV"
    length_octets: ClassVar[int] = 1
    __slots__ = ()

    def __init__(self, tag: int, least: int, most: int | None = None) -> None:
        super().__init__(tag, least, least if most is None else most)

    def find(self, d: bytes, p: int) -> tuple[int, int]:
        return find_length(d, p + 1, self.length_octets)

    def emit_take(self, source: Source, kind: Any, target: str, depth: int) -> None:
        emit_counted(source, kind, target, depth, self, 1, self.length_octets)

    def emit_put(self, source: Source, kind: Any, value: str, depth: int) -> None:
        emit_put_counted(source, kind, value, depth, self, self.length_octets)


class TLV2(TLV):
    """Tag, length of two octets, and value: GTP (TS 29.060 7.7)."""

    name = "TLV-E"
    length_octets: ClassVar[int] = 2
    __slots__ = ()


class GbTLV(TLV):
    """Tag, length of one octet (bit 8 set) or two, and value: BSSGP and NS (TS 48.016 10.1.2)."""

    name = "TLV"
    length_octets: ClassVar[int] = 0
    __slots__ = ()


class HALF(Format):
    """Value of half an octet: ``HALF()``; two stand together, the low half first."""

    name = "V"
    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(None)


class THALF(Format):
    """Tag and value of half an octet each: ``THALF(tag)``."""

    name = "TV"
    __slots__ = ()

    def __init__(self, tag: int) -> None:
        super().__init__(tag)

    def matches(self, octet: int) -> bool:
        return octet >> 4 == self.tag

    def find(self, d: bytes, p: int) -> tuple[int, int]:
        return p, p + 1

    def take(self, kind: Any, d: bytes, p: int) -> tuple[Any, int]:
        return value_of_small(kind, d[p] & 15, 4), p + 1

    def emit_take(self, source: Source, kind: Any, target: str, depth: int) -> None:
        source.add(depth, f"{target} = {source.bind(octet_table(kind, 4), 'table')}[d[p] & 15]", "p += 1")

    def emit_put(self, source: Source, kind: Any, value: str, depth: int) -> None:
        assert self.tag is not None
        source.add(depth, f"o.append({self.tag << 4} | {emit_small(kind, value)})")


def find_length(d: bytes, p: int, length_octets: int) -> tuple[int, int]:
    """Bounds of the value part whose length stands at ``p``; 0 octets of length means one or two (Gb)."""
    try:
        if length_octets == 1:
            return p + 1, p + 1 + d[p]
        if length_octets == 0:
            if d[p] & 0x80:
                return p + 1, p + 1 + (d[p] & 0x7F)
            return p + 2, p + 2 + (d[p] << 8 | d[p + 1])
        return p + 2, p + 2 + (d[p] << 8 | d[p + 1])
    except IndexError:
        raise DecodeError("the length is missing", at=p) from None


def emit_fixed(source: Source, kind: Any, target: str, depth: int, layout: Format, offset: int) -> None:
    """Read a value part of fixed length that starts ``offset`` octets after ``p``."""
    size = layout.fixed
    at = f"p + {offset}" if offset else "p"
    if size is None:
        source.add(
            depth,
            f"if n - {at} < {layout.least} or n - {at} > {layout.most}: raise IndexError",
            f"{target} = {emit_value(source, kind, f'd[{at}:]')}",
            "p = n",
        )
    elif size == 1 and kind is int:
        source.add(depth, f"{target} = d[{at}]", f"p += {1 + offset}")
    elif size == 1 and kind is not bytes:
        source.add(
            depth,
            f"{target} = {source.bind(octet_table(kind, 8), 'table')}[d[{at}]]",
            f"p += {1 + offset}",
            f"if {target} is None: raise IndexError",
        )
    else:
        source.add(
            depth,
            f"e = p + {offset + size}",
            "if e > n: raise IndexError",
            f"{target} = {emit_value(source, kind, f'd[{at}:e]')}",
            "p = e",
        )


def emit_counted(
    source: Source, kind: Any, target: str, depth: int, layout: Format, offset: int, length_octets: int
) -> None:
    """Read a value part whose length stands ``offset`` octets after ``p``."""
    at = f"p + {offset}" if offset else "p"
    if length_octets == 1:
        source.add(depth, f"s = {at} + 1", "e = s + d[s - 1]")
    elif length_octets == 2:
        source.add(depth, f"s = {at} + 2", "e = s + (d[s - 2] << 8 | d[s - 1])")
    else:
        source.add(
            depth,
            f"s = {at} + 1",
            "e = d[s - 1]",
            "if e > 127: e = s + e - 128",
            "else: s += 1; e = s + (e << 8 | d[s - 1])",
        )
    checks = ["e > n"]
    if layout.fixed is not None:
        checks.append(f"e - s != {layout.fixed}")
    else:
        if layout.least:
            checks.append(f"e - s < {layout.least}")
        if layout.most < (255 if length_octets == 1 else 65535):
            checks.append(f"e - s > {layout.most}")
    source.add(
        depth,
        f"if {' or '.join(checks)}: raise IndexError",
        f"{target} = {emit_value(source, kind, 'd[s:e]')}",
        "p = e",
    )


def emit_put_fixed(source: Source, kind: Any, value: str, depth: int, layout: Format) -> None:
    """Append tag, if any, and a value part of fixed length."""
    if layout.fixed == 1 and kind is not bytes:
        small = emit_small(kind, value)
        source.add(depth, f"o.append({small})" if layout.tag is None else f"o += bytes(({layout.tag}, {small}))")
        return
    if layout.tag is not None:
        source.add(depth, f"o.append({layout.tag})")
    source.add(depth, f"v = {emit_octets(source, kind, value, layout.fixed)}")
    if kind is not int and layout.most:
        check = (
            f"len(v) != {layout.fixed}"
            if layout.fixed is not None
            else f"not {layout.least} <= len(v) <= {layout.most}"
        )
        source.add(depth, f"if {check}: raise ValueError(f'{{type(self).__name__}}: {value} takes {{len(v)}} octets')")
    source.add(depth, "o += v")


def emit_put_counted(source: Source, kind: Any, value: str, depth: int, layout: Format, length_octets: int) -> None:
    """Append tag, if any, length and value."""
    if layout.tag is not None:
        source.add(depth, f"o.append({layout.tag})")
    source.add(
        depth,
        f"v = {emit_octets(source, kind, value, layout.fixed)}",
        "s = len(v)",
        f"if not {layout.least} <= s <= {layout.most}: "
        f"raise ValueError(f'{{type(self).__name__}}: {value} takes {{s}} octets')",
    )
    if length_octets == 1:
        source.add(depth, "o.append(s)")
    elif length_octets == 2:
        source.add(depth, "o += s.to_bytes(2, 'big')")
    else:
        source.add(depth, "if s < 128: o.append(s | 128)", "else: o += s.to_bytes(2, 'big')")
    source.add(depth, "o += v")


# --- the family's rules ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rules:
    """What a protocol answers to elements that it cannot read, and how it frames ones that it does not know.

    Causes are those of the protocol; ``None`` means no answer. ``unknown`` finds the end of an unknown element at an
    octet and raises DecodeError where its sender demands that it be understood.
    """

    unknown_message: int | None
    missing_mandatory: int | None
    invalid_mandatory: int | None
    unknown: Callable[[bytes, int], int]


@dataclass(frozen=True, slots=True)
class Extra:
    """Octets that were received but not used: an unknown, repeated or misplaced element.

    It stood after the declared field number ``after`` (-1: before all); encode puts it there again.
    """

    after: int
    octets: bytes

    def __str__(self) -> str:
        return self.octets.hex()


class Message(Declaration):
    """A PDU of one protocol. Subclasses with a ``code`` are registered; without one they are the protocol's base."""

    __slots__ = ("extras",)
    extras: tuple[Extra, ...] = ()

    protocol: ClassVar[str] = ""
    rules: ClassVar[Rules]
    up: ClassVar[dict[int, type["Message"]]]
    down: ClassVar[dict[int, type["Message"]]]

    code: ClassVar[int]
    title: ClassVar[str]
    clause: ClassVar[str]
    way: ClassVar[Way]

    @classmethod
    def header(cls, code: int) -> bytes:
        """The octets before the first element of the message with that code."""
        raise NotImplementedError(code)

    def encode(self) -> bytes:
        """The octets of the PDU (compiled for each message). ValueError where a value does not fit its element."""
        raise NotImplementedError

    @classmethod
    def decode(cls, octets: bytes) -> Self:
        """Read a PDU of this very type, its header already seen (compiled for each message)."""
        raise NotImplementedError(octets)

    def __init_subclass__(
        cls, *, code: int | None = None, title: str = "", clause: str = "", way: Way = "both", **keywords: Any
    ) -> None:
        """Check the declaration, register it, and compile it."""
        super().__init_subclass__(**keywords)
        if code is None:
            cls.up, cls.down = {}, {}
            return
        assert cls.__doc__, f"{cls.__name__}: a message says who tells whom what"
        cls.code, cls.title, cls.clause, cls.way = code, title, clause, way
        check(cls)
        for table in [cls.up] * (way != "down") + [cls.down] * (way != "up"):
            if code in table:
                raise TypeError(f"{cls.__name__}: code {code:#04x} is taken by {table[code].__name__}")
            table[code] = cls
        make_constructor(cls, {"extras": ()})
        cls.encode = compile_encode(cls)  # type: ignore[method-assign,assignment]
        cls.decode = staticmethod(compile_decode(cls))  # type: ignore[method-assign,assignment]


def decode(base: type[Message], octets: bytes, code: int, *, up: bool) -> Any:
    """Decode a PDU of the protocol of ``base`` whose message type is ``code``."""
    found = (base.up if up else base.down).get(code)
    if found is None:
        raise DecodeError(f"{base.protocol} has no message type {code:#04x} here", base.rules.unknown_message)
    return found.decode(octets)


def check(cls: type[Message]) -> None:
    """Refuse a declaration that cannot be right."""
    optional = False
    half = 0
    tags: dict[int, str] = {}
    for field in cls.fields:
        where = f"{cls.__name__}.{field.name}"
        layout = field.layout
        if not isinstance(layout, Format):
            raise TypeError(f"{where}: {layout!r} is no format")
        if layout.least > layout.most:
            raise TypeError(f"{where}: the length range is reversed")
        if isinstance(layout, HALF):
            half += 1
        elif half % 2:
            raise TypeError(f"{where}: the half octet before it has no partner")
        if field.optional and layout.tag is None and not isinstance(layout, V):
            raise TypeError(f"{where}: an optional element needs a tag")
        if optional and not field.optional and layout.tag is None:
            raise TypeError(f"{where}: mandatory after optional")
        optional = optional or field.optional
        if layout.tag is not None:
            mine = range(layout.tag << 4, (layout.tag << 4) + 16) if isinstance(layout, THALF) else (layout.tag,)
            for tag in mine:
                if tag in tags:
                    raise TypeError(f"{where}: element tag {tag:#04x} is taken by {tags[tag]}")
                tags[tag] = field.name
    if half % 2:
        raise TypeError(f"{cls.__name__}: a half octet has no partner")


# --- the compiler ------------------------------------------------------------------------------------------------


def pairs(fields: tuple[Field, ...]) -> Iterator[tuple[Field, ...]]:
    """The fields in order, half octets two by two."""
    waiting: Field | None = None
    for field in fields:
        if not isinstance(field.layout, HALF):
            yield (field,)
        elif waiting is None:
            waiting = field
        else:
            yield waiting, field
            waiting = None


def compile_decode(cls: type[Message]) -> Callable[[bytes], Any]:
    """The decoder: canonical octets in one pass, all others through :func:`decode_in_full`."""
    source = Source()
    source.names.update(from_bytes=int.from_bytes, cls=cls, full=decode_in_full, DecodeError=DecodeError, empty=())
    header = len(cls.header(cls.code))
    source.add(0, "def decode(d):")
    source.add(1, "n = len(d)", f"p = {header}", "try:")
    values = {field.name: f"v{index}" for index, field in enumerate(cls.fields)}
    started = False
    for group in pairs(cls.fields):
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
        if not field.optional:
            if layout.tag is not None:
                source.add(2, f"if d[p] != {layout.tag}: raise IndexError")
            layout.emit_take(source, field.type, values[field.name], 2)
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
    source.add(2, "if p != n: raise IndexError")
    source.add(1, "except (IndexError, DecodeError, ValueError):", "    return full(cls, d)")
    emit_build(source, cls, 1, values | {"extras": "empty"})
    return source.function("decode", f"{cls.__name__}.decode")


def compile_encode(cls: type[Message]) -> Callable[[Any], bytes]:
    """The encoder; a message that carries extras goes through :func:`encode_with_extras`."""
    source = Source()
    source.names.update(with_extras=encode_with_extras)
    source.add(0, "def encode(self):")
    source.add(1, "if self.extras: return with_extras(self)", f"o = bytearray({cls.header(cls.code)!r})")
    for group in pairs(cls.fields):
        emit_put_group(source, group, 1)
    source.add(1, "return bytes(o)")
    return source.function("encode", f"{cls.__name__}.encode")


def emit_put_group(source: Source, group: tuple[Field, ...], depth: int) -> None:
    """Append one element, or one octet of two halves, if it is there."""
    if len(group) == 2:
        low, high = (emit_small(field.type, f"self.{field.name}") for field in group)
        source.add(depth, f"o.append({low} | {high} << 4)")
        return
    field = group[0]
    value = f"self.{field.name}"
    if field.optional:
        source.add(depth, f"if {value} is not None:")
        depth += 1
    field.layout.emit_put(source, field.type, value, depth)


@cache
def putters(cls: type[Message]) -> tuple[tuple[int, Callable[[Message, bytearray], None]], ...]:
    """For each element, or octet of two halves: the number of its last field, and what appends it."""
    made = []
    last = -1
    for group in pairs(cls.fields):
        source = Source()
        source.add(0, "def put(self, o):")
        emit_put_group(source, group, 1)
        last += len(group)
        made.append((last, source.function("put", f"{cls.__name__}.put")))
    return tuple(made)


def encode_with_extras(message: Message) -> bytes:
    """Encode element by element, each extra where it stood."""
    octets = bytearray(message.header(message.code))
    waiting = sorted(message.extras, key=lambda extra: extra.after)[::-1]
    before = -1
    for last, put in putters(type(message)):
        while waiting and waiting[-1].after <= before:
            octets += waiting.pop().octets
        put(message, octets)
        before = last
    while waiting:
        octets += waiting.pop().octets
    return bytes(octets)


def decode_in_full(cls: type[Message], d: bytes) -> Message:
    """Decode by the protocol's error rules: every fault is named, every optional element judged on its own.

    Mandatory elements that are missing or wrong raise DecodeError with the protocol's cause. Optional elements that are
    wrong count as absent; unknown, repeated and misplaced ones are kept in ``extras``.
    """
    p = len(cls.header(cls.code))
    values: dict[str, Any] = {field.name: field.default for field in cls.fields}
    first = 0
    for group in pairs(cls.fields):
        field = group[0]
        layout: Format = field.layout
        if layout.tag is not None:
            break
        first += len(group)
        if p >= len(d) and (field.optional or (layout.least == 0 and isinstance(layout, V))):
            if not field.optional:
                values[field.name] = value_of(field.type, b"")
            continue
        if p >= len(d):
            raise DecodeError(f"{cls.title}: {field.title} is missing", cls.rules.missing_mandatory, p)
        try:
            if len(group) == 2:
                for half, shift in zip(group, (0, 4), strict=True):
                    values[half.name] = value_of_small(half.type, d[p] >> shift & 15, 4)
                p += 1
            else:
                values[field.name], p = layout.take(field.type, d, p)
        except DecodeError as error:
            raise DecodeError(
                f"{cls.title}: {field.title}: {error.why}", cls.rules.invalid_mandatory, error.at
            ) from None
    extras = take_tagged(cls, d, p, first, values)
    for field in cls.fields:
        if values[field.name] is MISSING:
            raise DecodeError(f"{cls.title}: {field.title} is missing", cls.rules.missing_mandatory, len(d))
    return cls(**values, extras=extras)


def take_tagged(cls: type[Message], d: bytes, p: int, first: int, values: dict[str, Any]) -> tuple[Extra, ...]:
    """Read the elements from ``p`` to the end into ``values``; what is not used is returned."""
    extras: list[Extra] = []
    after = first - 1
    while p < len(d):
        for index in range(first, len(cls.fields)):
            field = cls.fields[index]
            if field.layout.matches(d[p]):
                break
        else:
            end = min(cls.rules.unknown(d, p), len(d))
            extras.append(Extra(after, d[p:end]))
            p = end
            continue
        try:
            value, end = field.layout.take(field.type, d, p)
        except DecodeError as error:
            if not field.optional:
                raise DecodeError(
                    f"{cls.title}: {field.title}: {error.why}", cls.rules.invalid_mandatory, error.at
                ) from None
            # An optional element that cannot be read counts as absent (TS 24.008 8.7.1).
            try:
                _, end = field.layout.find(d, p)
            except DecodeError:
                end = len(d)
            end = min(end, len(d))
            extras.append(Extra(after, d[p:end]))
        else:
            if index > after:
                values[field.name] = value
                after = index
            else:  # repeated or out of sequence: ignored (TS 24.008 8.6.2, 8.6.3)
                extras.append(Extra(after, d[p:end]))
        p = end
    return tuple(extras)


def reference(base: type[Message]) -> str:
    """A Markdown table of elements for every message of a protocol, as the specification prints them."""
    parts: list[str] = []
    seen: set[type[Message]] = set()
    for code in sorted({*base.up, *base.down}):
        for table in (base.up, base.down):
            cls = table.get(code)
            if cls is None or cls in seen:
                continue
            seen.add(cls)
            parts += [
                f"## {cls.title}",
                "",
                f"`{cls.__name__}`, code {code:#04x}, clause {cls.clause}. {cls.__doc__}",
                "",
            ]
            parts += ["| tag | element | type | presence | format | length |", "|---|---|---|---|---|---|"]
            for field in cls.fields:
                parts.append(row(field))
            parts.append("")
    return "\n".join(parts)


def row(field: Field) -> str:
    """One line of an element table."""
    layout: Format = field.layout
    half = isinstance(layout, HALF | THALF)
    tag = "" if layout.tag is None else f"{layout.tag:X}-" if half else f"{layout.tag:02X}"
    length = "½" if isinstance(layout, HALF) else "1" if half else str(layout.least)
    if not half and layout.least != layout.most:
        length = f"{layout.least}-{layout.most}"
    presence = "O" if field.optional else "M"
    return f"| {tag} | {field.title} | {field.type.__name__} | {presence} | {layout.name} | {length} |"


__all__ = [
    "HALF",
    "LV",
    "LV2",
    "MISSING",
    "THALF",
    "TLV",
    "TLV2",
    "TV",
    "Extra",
    "Format",
    "GbTLV",
    "Message",
    "OpenEnum",
    "Rules",
    "T",
    "V",
    "Way",
    "decode",
    "reference",
]
