"""Bit fields and CSN.1: records of fields that are not octet-aligned, most significant bit first.

Declared like a message::

    class GprsTimer(Struct):
        '''GPRS timer (TS 24.008 10.5.7.3).'''

        unit: Annotated[GprsTimerUnit, BITS(3)]
        value: Annotated[int, BITS(5)]

``BITS(n)`` is a field that is always there; typed ``| None`` it may be cut off at the end, as elements that grew over
the releases are. ``OPT(n)`` is CSN.1's ``{ 0 | 1 < field > }``. A field whose type is itself a :class:`Struct` needs no
width. What follows the last known field stays in ``rest``, a string of 0 and 1; a sender that stopped in the middle of
a CSN.1 structure leaves the name of the first field that it did not send in ``ends_before``. So encode gives back what
was decoded, bit by bit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, ClassVar, Self

from protocol.declare import MISSING, Declaration, Field, Source, emit_build, make_constructor
from protocol.errors import DecodeError


@dataclass(frozen=True, slots=True)
class BITS:
    """``width`` bits; 0 for a nested Struct, which knows its own."""

    width: int = 0


@dataclass(frozen=True, slots=True)
class OPT:
    """A presence bit, and if it is 1 ``width`` bits or a nested Struct."""

    width: int = 0


class Layout:
    """How else a field may be laid out: :mod:`protocol.csn1` has the further forms of CSN.1."""

    width: int = 0

    def check(self, cls: Any, field: Field) -> None:
        """TypeError where the field's type does not go with it."""

    def emit_take(self, source: Source, cls: Any, field: Field, target: str) -> None:
        """Emit, at a depth of 2, code that reads the field from ``v`` and lowers ``left``."""
        raise NotImplementedError

    def emit_put(self, source: Source, field: Field, value: str) -> None:
        """Emit, at a depth of 2, code that appends the field to ``v`` and its bits to ``n``, from bit ``at`` on."""
        raise NotImplementedError


class Struct(Declaration):
    """A record of bit fields, compiled at import."""

    __slots__ = ("ends_before", "rest")
    rest: str = ""
    ends_before: str | None = None

    further: ClassVar[dict[str, Any]] = {"rest": "", "ends_before": None}
    """What a record holds besides its fields, with its default."""

    take: ClassVar[Callable[[int, int], tuple[Any, int]]]
    """Read from the low ``left`` bits of an integer; returns the record and how many bits are left."""

    def to_bits(self, at: int = 0) -> tuple[int, int]:
        """The record as an integer and its number of bits, ``rest`` included (compiled for each structure).

        ``at`` is the bit of an octet where it starts, counted from the most significant one: L and H depend on it.
        """
        raise NotImplementedError

    def __init_subclass__(cls, **keywords: Any) -> None:
        """Check the declaration and compile it."""
        super().__init_subclass__(**keywords)
        assert cls.__doc__, f"{cls.__name__}: a structure says what it is"
        grown = False
        for field in cls.fields:
            if not isinstance(field.layout, BITS | OPT | Layout):
                raise TypeError(f"{cls.__name__}.{field.name}: {field.layout!r} is no bit field")
            if isinstance(field.layout, OPT) and not field.optional:
                raise TypeError(f"{cls.__name__}.{field.name}: OPT may be absent, so its type needs | None")
            grown = grown or field.optional
            if grown and not field.optional and field.default is MISSING:
                raise TypeError(
                    f"{cls.__name__}.{field.name}: it may be cut off with what is before it: give a default"
                )
            if isinstance(field.layout, Layout):
                field.layout.check(cls, field)
            elif (field.layout.width == 0) != issubclass(field.type, Struct):
                raise TypeError(f"{cls.__name__}.{field.name}: a width is for numbers, none for structures")
        make_constructor(cls, dict(cls.further))
        cls.take = staticmethod(compile_take(cls))
        cls.to_bits = compile_to_bits(cls)  # type: ignore[method-assign,assignment]

    @classmethod
    def from_bits(cls, value: int, width: int) -> Self:
        """Read a record from exactly ``width`` bits; bits that no field takes go to ``rest``."""
        record: Self
        record, left = cls.take(value, width)
        if left:
            rest = f"{value & (1 << left) - 1:0{left}b}"
            _set_rest(record, rest)
        return record

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read a record from the value part of an element."""
        value = int.from_bytes(octets, "big")
        record: Self
        record, left = cls.take(value, 8 * len(octets))
        if left:
            rest = value & (1 << left) - 1
            if rest or left > 7:  # less than an octet of zeros is what fills up the last one
                _set_rest(record, f"{rest:0{left}b}")
        return record

    def to_octets(self) -> bytes:
        """The record as octets, filled up with zero bits."""
        value, width = self.to_bits()
        spare = -width % 8
        return (value << spare).to_bytes((width + spare) // 8, "big")

    def __str__(self) -> str:
        return ", ".join(name if value is True else f"{name} {value}" for name, value in self.present() if value != 0)


_set_rest = Struct.__dict__["rest"].__set__


def enum_table(kind: type[IntEnum], width: int) -> tuple[Any, ...]:
    """All values of an open enumeration of a few bits."""
    return tuple(kind(value) for value in range(1 << width))


def compile_take(cls: type[Struct]) -> Callable[[int, int], tuple[Any, int]]:
    """The reader: one shift and mask a field, leaving at the end of the bits."""
    source = Source()
    source.names.update(DecodeError=DecodeError)
    source.add(0, "def take(v, left):")
    values = {field.name: f"f{index}" for index, field in enumerate(cls.fields)}
    loose = [values[field.name] for field in cls.fields if field.optional]
    source.add(1, f"{' = '.join([*loose, 'ends'])} = None")
    for field in cls.fields:
        if not field.optional and field.default is not MISSING:
            source.add(1, f"{values[field.name]} = {source.bind(field.default, 'default')}")
    source.add(1, "while True:")
    for number, field in enumerate(cls.fields):
        emit_field(source, cls, number, values[field.name])
    source.add(2, "break")
    emit_build_pair(source, cls, values)
    return source.function("take", f"{cls.__name__}.take")


def emit_build_pair(source: Source, cls: type[Struct], values: dict[str, str]) -> None:
    """Emit the making of the record, returned with what is left."""
    further = {name: repr(default) for name, default in cls.further.items()}
    emit_build(source, cls, 1, values | further | {"ends_before": "ends"})
    assert source.lines[-1].strip() == "return m"
    source.lines[-1] = "    return m, left"


def emit_field(source: Source, cls: type[Struct], number: int, target: str) -> None:
    """Emit the reading of one field; a mandatory one that is cut off raises, a later one ends the record."""
    field = cls.fields[number]
    if isinstance(field.layout, Layout):
        field.layout.emit_take(source, cls, field, target)
        return
    width = field.layout.width or flat_width(field.type)
    short = f"ends = {field.name!r}; break"
    if field.optional:
        short = "break"
    elif any(not other.optional and other.default is MISSING for other in cls.fields[number:]):
        short = f"raise DecodeError('{cls.__name__} ends before {field.title}')"
    depth = 2
    if isinstance(field.layout, OPT):
        short = f"ends = {field.name!r}; break"
        source.add(2, f"if left < 1: {short}", "if v >> left - 1 & 1:")
        depth = 3
        if width:
            source.add(3, f"if left < {width} + 1: {short}", "left -= 1")
    elif width:
        source.add(2, f"if left < {width}: {short}")
    if width:
        source.add(depth, f"left -= {width}", f"{target} = {emit_number(source, field.type, width)}")
    else:
        take = source.bind(field.type.take, "take")
        if isinstance(field.layout, OPT):
            source.add(depth, "try:", f"    {target}, left = {take}(v, left - 1)", f"except DecodeError: {short}")
        elif field.optional or field.default is not MISSING:
            source.add(depth, "try:", f"    {target}, left = {take}(v, left)", f"except DecodeError: {short}")
        else:
            source.add(depth, f"{target}, left = {take}(v, left)")
        # Where the inner record is cut off, so is this one: what is left is no field of its own.
        later = cls.fields[number + 1 :]
        if later and all(other.optional or other.default is not MISSING for other in later):
            source.add(depth, f"if {target}.ends_before is not None: ends = {later[0].name!r}; break")
    if isinstance(field.layout, OPT):
        source.add(2, "else: left -= 1")


def bits_in(text: str) -> int:
    """The number that a string of 0 and 1 stands for."""
    if text.strip("01"):
        raise ValueError(f"{text[:40]!r} is no string of bits")
    return int(text or "0", 2)


def flat_width(kind: Any) -> int:
    """The width of a record of few bits that are all always there, which is read by table; 0 for others."""
    if not issubclass(kind, Struct) or not all(
        isinstance(field.layout, BITS) and not field.optional and field.default is MISSING for field in kind.fields
    ):
        return 0
    widths = [field.layout.width or flat_width(field.type) for field in kind.fields]
    return sum(widths) if all(widths) and sum(widths) <= 8 else 0


def emit_number(source: Source, kind: Any, width: int) -> str:
    """Expression for a field of ``width`` bits that stands ``left`` bits above the end."""
    bits = f"v >> left & {(1 << width) - 1:#x}"
    if kind is int:
        return bits
    if kind is bool:
        return f"({bits}) == 1"
    if issubclass(kind, IntEnum) and width <= 8:
        return f"{source.bind(enum_table(kind, width), 'table')}[{bits}]"
    if issubclass(kind, Struct):
        table = tuple(kind.from_bits(value, width) for value in range(1 << width))
        return f"{source.bind(table, 'table')}[{bits}]"
    return f"{source.bind(kind, 'kind')}({bits})"


def compile_to_bits(cls: type[Struct]) -> Callable[[Any], tuple[int, int]]:
    """The writer: shifts each field in; the first absent field without a presence bit ends the record."""
    source = Source()
    source.names.update(overflow=overflow, gap=gap, cut=cut, bits_in=bits_in)
    source.add(0, "def to_bits(self, at=0):")
    source.add(1, "v = 0", "n = 0", "while True:")
    for number, field in enumerate(cls.fields):
        value = f"self.{field.name}"
        depth = 2
        if isinstance(field.layout, Layout):
            field.layout.emit_put(source, field, value)
            continue
        if isinstance(field.layout, OPT) or (not field.optional and field.default is not MISSING):
            source.add(2, end_before(field))
        if isinstance(field.layout, OPT):
            source.add(
                2,
                "n += 1",
                f"if {value} is None: v <<= 1",
                "else:",
                "    v = v << 1 | 1",
            )
            depth = 3
        elif field.optional:
            source.add(2, f"if {value} is None:")
            later = cls.fields[number + 1 :]
            there = [f"self.{other.name} is not None" for other in later if other.optional]
            there += [
                f"self.{other.name} != {source.bind(other.default, 'default')}" for other in later if not other.optional
            ]
            if there:
                source.add(3, f"if {' or '.join(there)}: gap(self, {field.name!r})")
            source.add(3, "break")
        emit_put(source, field, value, depth)
    source.add(2, "break")
    source.add(1, "if self.rest: v = v << len(self.rest) | bits_in(self.rest); n += len(self.rest)", "return v, n")
    return source.function("to_bits", f"{cls.__name__}.to_bits")


def emit_put(source: Source, field: Field, value: str, depth: int) -> None:
    """Shift one field into ``v``."""
    width = field.layout.width
    if not width:
        source.add(depth, f"w, k = {value}.to_bits(at + n)", "v = v << k | w", "n += k")
        return
    number = value if field.type is not bool else f"({value} and 1)"
    source.add(
        depth,
        f"if not 0 <= {number} < {1 << width}: overflow(self, {field.name!r}, {width})",
        f"v = v << {width} | {number}",
        f"n += {width}",
    )


def end_before(field: Field) -> str:
    """The line that ends a record where its sender stopped before this field."""
    return f"if self.ends_before == {field.name!r}: cut(self, {field.name!r}); break"


def cut(record: Struct, name: str) -> None:
    """A record ends before a field: one that is there from then on would be lost."""
    behind = False
    for field in record.fields:
        behind = behind or field.name == name
        value = getattr(record, field.name)
        if behind and value is not None and value != field.default:
            raise ValueError(f"{type(record).__name__} ends before {name!r}, so {field.name!r} cannot be there")


def overflow(record: Struct, name: str, width: int) -> None:
    """A field of ours does not fit: our own fault."""
    raise ValueError(f"{type(record).__name__}.{name} = {int(getattr(record, name))} does not fit into {width} bits")


def gap(record: Struct, name: str) -> None:
    """A field of ours stands behind one that is cut off: our own fault."""
    raise ValueError(f"{type(record).__name__}: a field behind {name!r} is there, so it must be there too")
