"""SEQUENCE and CHOICE: declarations that stand as elements, compiled at import."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, ClassVar, Self, get_args

from protocol.ber.layouts import (
    CHOICE,
    DEFINED_BY,
    ENTER,
    NULL,
    SEQUENCE,
    Constructed,
    Layout,
    Take,
    is_one_of,
    new_source,
)
from protocol.ber.octets import CONSTRUCTED, bounds, header
from protocol.declare import MISSING, Declaration, Field, emit_build, make_constructor
from protocol.errors import DecodeError
from protocol.layout import Extra


class Element(Declaration):
    """What stands as an element by itself: a SEQUENCE, or a CHOICE of several types."""

    __slots__ = ()
    take: ClassVar[dict[int, Take]]
    """Compiled readers of the contents, by identifier octet."""
    full: ClassVar[dict[int, Take]]
    """The same for every form that BER allows."""

    def encode(self) -> bytes:
        """The octets of the element. ValueError where a value does not fit."""
        raise NotImplementedError

    @classmethod
    def decode(cls, octets: bytes) -> Self:
        """Read one element that takes all the octets."""
        tag, p, q, end = bounds(octets, 0, len(octets))
        if end != len(octets):
            raise DecodeError(f"{len(octets) - end} octets follow {cls.__name__}", at=end)
        if tag not in cls.take:
            raise DecodeError(f"no {cls.__name__} starts with {octets[0]:#04x}")
        element: Self = cls.take[tag](octets, p, q)
        return element


class Sequence(Element):
    """A SEQUENCE. ``extras`` holds the elements that no field takes, such as extensions of later releases."""

    __slots__ = ("extras",)
    extras: tuple[Extra, ...] = ()
    tag: ClassVar[int] = 0x30

    def __init_subclass__(cls, *, tag: int | None = None, **keywords: Any) -> None:
        """Check the declaration and compile it. ``tag`` is read as that of a layout is."""
        super().__init_subclass__(**keywords)
        if tag is not None:
            cls.tag = (tag if tag > 30 else 0x80 | tag) | CONSTRUCTED
        check(cls)
        make_constructor(cls, {"extras": ()})
        cls.take = {cls.tag: compile_take(cls)}
        cls.full = {cls.tag: lambda d, p, q: take_in_full(cls, d, p, q)}
        cls.contents = compile_contents(cls, extras=False)  # type: ignore[method-assign,assignment]

    def contents(self) -> bytes | bytearray:
        """The contents octets (compiled for each type)."""
        raise NotImplementedError

    def encode(self) -> bytes:
        contents = self.contents()
        return header(self.tag, len(contents)) + contents


class Choice(Element):
    """A CHOICE: exactly one of the fields is there.

    Parameters that were no SEQUENCE in older versions of a protocol are declared as a CHOICE of one.
    """

    __slots__ = ()

    def __init_subclass__(cls, **keywords: Any) -> None:
        """Check the declaration and compile it."""
        super().__init_subclass__(**keywords)
        check(cls)
        make_constructor(cls, {})
        cls.take = compile_alternatives(cls, full=False)
        cls.full = compile_alternatives(cls, full=True)
        cls.encode = compile_encode_choice(cls)  # type: ignore[method-assign,assignment]

    @property
    def chosen(self) -> Any:
        """The value of the field that is there."""
        return next(value for _, value in self.present())


def mandatory(field: Field) -> bool:
    """True when the element must be there."""
    return field.default is MISSING or field.layout.always


def check(cls: type[Element]) -> None:
    """Refuse a declaration that cannot be right (X.680 24.5, 28.3)."""
    assert cls.__doc__, f"{cls.__name__}: a type says what it is"
    tags: dict[int, str] = {}
    for index, field in enumerate(cls.fields):
        where = f"{cls.__name__}.{field.name}"
        layout = field.layout
        if not isinstance(layout, Layout):
            raise TypeError(f"{where}: {layout!r} is no ASN.1 type")
        if layout.least > layout.most:
            raise TypeError(f"{where}: the range is reversed")
        try:
            layout.check(field.type)
        except TypeError as error:
            raise TypeError(f"{where}: {error}") from None
        if issubclass(cls, Choice):
            if not field.optional:
                raise TypeError(f"{where}: an alternative may be absent, so its type needs | None")
        elif isinstance(layout, NULL) and field.default is not False:
            raise TypeError(f"{where}: NULL is absent by default: = False")
        if isinstance(layout, DEFINED_BY) and (index + 1 != len(cls.fields) or not field.optional):
            raise TypeError(f"{where}: ANY is the last of a SEQUENCE and may be absent")
        for tag in layout.tags(field.type):
            if tag & 31 == 31:
                raise TypeError(f"{where}: tags of several octets are not used here")
            if tag in tags:
                raise TypeError(f"{where}: tag {tag:#04x} is taken by {tags[tag]}")
            tags[tag] = field.name
        if mandatory(field):
            tags.clear()  # what follows cannot be taken for what stands before it


# --- the compiler ------------------------------------------------------------------------------------------------

NEXT = "t = d[p] if p < e else -1"


def compile_take(cls: type[Sequence]) -> Take:
    """The fast reader of a SEQUENCE's contents: one pass over the fields in their order."""
    source = new_source("def take(d, p, e):")
    source.names.update(cls=cls, in_full=take_in_full, located=located, DecodeError=DecodeError, empty=())
    source.add(1, "s = p", "try:", f"    {NEXT}")
    values = {field.name: f"f{index}" for index, field in enumerate(cls.fields)}
    for field in cls.fields:
        target = values[field.name]
        layout: Layout = field.layout
        if isinstance(layout, DEFINED_BY):
            resolve = source.bind(layout.resolve, "resolve")
            source.add(2, f"{target} = None", "if p < e:", "    if t & 31 == 31: raise IndexError", "    b = p")
            source.add(3, *ENTER, f"{target} = {resolve}({values[layout.by]}, d, b, p, q, q)", "p = q")
            continue
        found = is_one_of(source, layout.tags(field.type))
        depth = 2
        if mandatory(field):
            source.add(2, f"if not ({found}): raise IndexError")
        else:
            source.add(2, f"{target} = {source.bind(field.default, 'default')}", f"if {found}:")
            depth = 3
        source.add(depth, *ENTER, *layout.take_lines(source, field.type, target, full=False), "p = q", NEXT)
    source.add(2, "if p != e: raise IndexError")
    source.add(1, "except (IndexError, ValueError):", "    return in_full(cls, d, s, e)")
    source.add(1, "except DecodeError as error:", "    raise located(cls, d, s, e, p, error) from None")
    emit_build(source, cls, 1, values | {"extras": "empty"})
    return source.function("take", f"{cls.__name__}.take")


def compile_contents(cls: type[Sequence], *, extras: bool) -> Callable[[Any], bytes | bytearray]:
    """The writer of a SEQUENCE's contents."""
    source = new_source("def contents(self):")
    source.names.update(cls=cls, with_extras=contents_with_extras, put_extras=put_extras)
    if not extras:
        source.add(1, "if self.extras: return with_extras(cls)(self)")
    source.add(1, "o = bytearray()")
    if extras:
        source.add(1, "put_extras(o, self.extras, -1)")
    for index, field in enumerate(cls.fields):
        value = f"self.{field.name}"
        depth = 1
        if not mandatory(field):
            depth = 2
            if field.default is None:
                source.add(1, f"if {value} is not None:")
            elif field.default is False or field.default == ():
                source.add(1, f"if {value}:")
            else:
                source.add(1, f"if {value} != {source.bind(field.default, 'default')}:")
        source.add(depth, *field.layout.put_lines(source, field.type, value, field.name))
        if extras:
            source.add(1, f"put_extras(o, self.extras, {index})")
    source.add(1, "return o")
    return source.function("contents", f"{cls.__name__}.contents")


@cache
def contents_with_extras(cls: type[Sequence]) -> Callable[[Any], bytes | bytearray]:
    """The writer for one that carries extras, compiled when first needed."""
    return compile_contents(cls, extras=True)


def put_extras(o: bytearray, extras: Iterable[Extra], after: int) -> None:
    """Append the extras that stood after a field."""
    for extra in extras:
        if extra.after == after:
            o += extra.octets


def compile_alternatives(cls: type[Choice], *, full: bool) -> dict[int, Take]:
    """A reader for every tag that an alternative may start with."""
    found: dict[int, Take] = {}
    for field in cls.fields:
        for tag in field.layout.tags(field.type):
            source = new_source("def take(d, p, q):")
            source.add(1, f"t = {tag}", *field.layout.take_lines(source, field.type, "value", full=full))
            emit_build(source, cls, 1, {other.name: "None" for other in cls.fields} | {field.name: "value"})
            found[tag] = source.function("take", f"{cls.__name__}.{field.name}")
    return found


def compile_encode_choice(cls: type[Choice]) -> Callable[[Any], bytes]:
    """The writer of a CHOICE."""
    source = new_source("def encode(self):")
    source.add(1, "o = bytearray()")
    for field in cls.fields:
        value = f"self.{field.name}"
        source.add(1, f"if {value} is not None:")
        source.add(2, f"if o: unfit(self, {field.name!r}, 'a second alternative')")
        source.add(2, *field.layout.put_lines(source, field.type, value, field.name))
    source.add(1, "if not o: unfit(self, 'alternative', None)", "return bytes(o)")
    return source.function("encode", f"{cls.__name__}.encode")


# --- what the fast path leaves -----------------------------------------------------------------------------------


@cache
def field_takers(cls: type[Sequence]) -> list[Callable[[bytes, int, int, int], Any]]:
    """A reader for each field that takes every form, compiled when first needed."""
    takers = []
    for field in cls.fields:
        source = new_source("def take(d, t, p, q):")
        if isinstance(field.layout, DEFINED_BY):
            source.add(1, "raise AssertionError('ANY is resolved, not read')")
        else:
            source.add(1, *field.layout.take_lines(source, field.type, "value", full=True), "return value")
        takers.append(source.function("take", f"{cls.__name__}.{field.name}"))
    return takers


def accepts(field: Field, tag: int) -> bool:
    """True when the field may start with the tag."""
    return isinstance(field.layout, DEFINED_BY) or tag in field.layout.tags(field.type)


def find_field(cls: type[Sequence], tag: int, first: int, at: int) -> int | None:
    """Which field from number ``first`` on takes the tag; None where it is unknown."""
    fields = cls.fields
    for index in range(first, len(fields)):
        if accepts(fields[index], tag):
            return index
        if mandatory(fields[index]):
            if any(accepts(later, tag) for later in fields[index + 1 :]):
                raise DecodeError(f"{fields[index].title} is missing", at=at)
            break
    if any(accepts(earlier, tag) for earlier in fields[:first]):
        raise DecodeError(f"an element {tag:#04x} is repeated or out of order", at=at)
    return None


def take_in_full(cls: type[Sequence], d: bytes, p: int, e: int) -> Sequence:
    """Read a SEQUENCE's contents in any form that BER allows; unknown elements become extras."""
    fields = cls.fields
    values = {field.name: field.default for field in fields}
    extras: list[Extra] = []
    first = 0
    while p < e:
        tag, start, q, end = bounds(d, p, e)
        index = find_field(cls, tag, first, p)
        if index is None:
            extras.append(Extra(first - 1, d[p:end]))
        else:
            field = fields[index]
            first = index + 1
            if isinstance(field.layout, DEFINED_BY):
                values[field.name] = field.layout.resolve(values[field.layout.by], d, p, start, q, end)
            else:
                try:
                    values[field.name] = field_takers(cls)[index](d, tag, start, q)
                except DecodeError as error:
                    raise named(field, start, error) from None
                except (IndexError, ValueError):
                    raise DecodeError(f"{field.title} cannot be read", at=start) from None
        p = end
    for field in fields[first:]:
        if mandatory(field):
            raise DecodeError(f"{field.title} is missing", at=e)
    return cls(**values, extras=tuple(extras))


def named(field: Field, start: int, error: DecodeError) -> DecodeError:
    """The error of a field's value as one of the SEQUENCE that it stands in."""
    nested = isinstance(field.layout, SEQUENCE | CHOICE | Constructed) and error.at >= start
    return DecodeError(f"{field.title}: {error.why}", error.cause, error.at if nested else start + error.at)


def located(cls: type[Sequence], d: bytes, p: int, e: int, at: int, error: DecodeError) -> DecodeError:
    """The error that the fast path met in the element whose contents start ``at``, with the field's name."""
    first = 0
    while p < e:
        tag, start, _, end = bounds(d, p, e)
        index = find_field(cls, tag, first, p)
        if index is None:
            break
        if start == at:
            return named(cls.fields[index], start, error)
        first = index + 1
        p = end
    return error


# --- reference ---------------------------------------------------------------------------------------------------


def reference(classes: Iterable[type[Element]]) -> Iterator[str]:
    """Lines of Markdown: a table of elements for every type."""
    for cls in classes:
        yield from (f"## {cls.__name__}", "", (cls.__doc__ or "").strip(), "")
        yield from ("| tag | element | type | presence | ASN.1 |", "|---|---|---|---|---|")
        for field in cls.fields:
            tags = " ".join(f"{tag:02X}" for tag in field.layout.tags(field.type))
            kind = str(field.type) if get_args(field.type) else field.type.__name__
            presence = "M" if mandatory(field) else "O"
            yield f"| {tags} | {field.title} | {kind} | {presence} | {field.layout.name} |"
        yield ""
