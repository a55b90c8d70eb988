"""SEQUENCE and CHOICE: declarations that stand as elements, compiled at import."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar, Self, get_args, get_origin

from protocol.ber.coding import Coding, Form, coding_of, wrap
from protocol.ber.constructed import DEFINED_BY
from protocol.ber.in_full import (
    choice_as_it_came,
    choice_in_full,
    contents_as_it_came,
    located,
    mandatory,
    sequence_in_full,
    take_in_full,
)
from protocol.ber.layouts import ENTER, NULL, Layout, Take, is_one_of, new_source
from protocol.ber.octets import CONSTRUCTED, Place, header
from protocol.declare import PLAIN_NAMES, Declaration, emit_build, make_constructor, slots_of
from protocol.errors import DecodeError
from protocol.layout import Extra
from protocol.layout.reference import prose


class Element(Declaration):
    """What stands as an element by itself: a SEQUENCE, or a CHOICE of several types.

    Two are equal when they say the same, whatever form their senders chose for it: ``coding`` does not count.
    """

    __slots__ = ("coding",)
    coding: Coding | None = None
    take: ClassVar[dict[int, Take]]
    """Compiled readers of the contents of an element whose header is plain, by identifier octet."""
    full: ClassVar[dict[int, Callable[[Place], Any]]]
    """Readers of elements in every form that BER allows, by identifier octet."""

    def encode(self) -> bytes:
        """The octets of the element. ValueError where a value does not fit."""
        raise NotImplementedError

    def with_header(self, place: Place) -> Self:
        """The same, noted that its header was like the one at a place."""
        raise NotImplementedError

    @classmethod
    def decode(cls, octets: bytes) -> Self:
        """Read one element that takes all the octets."""
        place = Place.find(octets, 0, len(octets))
        if place.end != len(octets):
            raise DecodeError(f"{len(octets) - place.end} octets follow {cls.__name__}", at=place.end)
        if place.tag not in cls.take:
            raise DecodeError(f"no {cls.__name__} starts with {octets[0]:#04x}")
        element: Self = cls.take[place.tag](octets, place.p, place.q)
        return element if place.is_plain else element.with_header(place)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, slot) == getattr(other, slot) for slot in meaning_of(type(self)))

    def __hash__(self) -> int:
        return hash((type(self), *(getattr(self, slot) for slot in meaning_of(type(self)))))


@cache
def meaning_of(cls: type[Element]) -> list[str]:
    """The slots of an element that count for what it says."""
    return [slot for slot in slots_of(cls) if slot != "coding"]


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
        make_constructor(cls, {"extras": (), "coding": None})
        cls.take = {cls.tag: compile_take(cls)}
        cls.full = {cls.tag: lambda place: sequence_in_full(cls, place)}
        cls.contents = compile_contents(cls, extras=False)  # type: ignore[method-assign,assignment]

    def contents(self) -> bytes | bytearray:
        """The contents octets (compiled for each type)."""
        raise NotImplementedError

    def encode(self) -> bytes:
        contents = self.contents()
        if self.coding is not None:
            return wrap(self.tag, contents, self.coding)
        return header(self.tag, len(contents)) + contents

    def with_header(self, place: Place) -> Self:
        coding = self.coding or Coding()
        return self.replace(coding=replace(coding, indefinite=place.indefinite, length_octets=place.length_octets))


class Choice(Element):
    """A CHOICE: exactly one field is there. The form of its header is that of the field's element.

    Parameters that were no SEQUENCE in older versions of a protocol are declared as a CHOICE of one.
    """

    __slots__ = ()

    def __init_subclass__(cls, **keywords: Any) -> None:
        """Check the declaration and compile it."""
        super().__init_subclass__(**keywords)
        check(cls)
        make_constructor(cls, {"coding": None})
        cls.take = compile_alternatives(cls)
        cls.full = full_alternatives(cls)
        cls.encode = compile_encode_choice(cls)  # type: ignore[method-assign,assignment]

    @property
    def chosen(self) -> Any:
        """The value of the field that is there."""
        return next(value for _, value in self.present())

    def with_header(self, place: Place) -> Self:
        name, value = next(self.present())
        if isinstance(value, Element):
            return self.replace(**{name: value.with_header(place)})
        forms = {} if self.coding is None else {form.element: form for form in self.coding.elements}
        form = forms.get(name, Form(name))
        forms[name] = replace(form, indefinite=place.indefinite, length_octets=place.length_octets)
        return self.replace(coding=coding_of(forms.values()))


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
        bare = isinstance(layout, DEFINED_BY) and layout.number is None
        if bare and (index + 1 != len(cls.fields) or not field.optional):
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
        if isinstance(layout, DEFINED_BY) and layout.number is None:
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
        source.add(depth, *ENTER)
        if isinstance(layout, DEFINED_BY):
            within = source.bind(layout.resolve_within, "within")
            source.add(depth, f"{target} = {within}({values[layout.by]}, d, p, q)")
        else:
            source.add(depth, *layout.take_lines(source, field.type, target, full=False))
        if depth == 3 and field.default is not None and not isinstance(layout, NULL):
            # What equals its default is not sent; where it was, that is kept.
            source.add(depth, f"if {target} == {source.bind(field.default, 'default')}: raise IndexError")
        source.add(depth, "p = q", NEXT)
    source.add(2, "if p != e: raise IndexError")
    source.add(1, "except (IndexError, ValueError):", "    return in_full(cls, d, s, e)")
    source.add(1, "except DecodeError as error:", "    raise located(cls, d, s, e, p, error) from None")
    emit_build(source, cls, 1, values | {"extras": "empty", "coding": "None"})
    return source.function("take", f"{cls.__name__}.take")


def compile_contents(cls: type[Sequence], *, extras: bool) -> Callable[[Any], bytes | bytearray]:
    """The writer of a SEQUENCE's contents."""
    source = new_source("def contents(self):")
    source.names.update(odd=contents_of_odd, put_extras=put_extras)
    if not extras:
        source.add(1, "if self.extras or self.coding is not None: return odd(self)")
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


def contents_of_odd(element: Sequence) -> bytes | bytearray:
    """The contents octets of one that carries extras, or was coded otherwise."""
    if element.coding is None or not element.coding.elements:
        return contents_with_extras(type(element))(element)
    return contents_as_it_came(element)


def put_extras(o: bytearray, extras: Iterable[Extra], after: int) -> None:
    """Append the extras that stood after a field."""
    for extra in extras:
        if extra.after == after:
            o += extra.octets


def compile_alternatives(cls: type[Choice]) -> dict[int, Take]:
    """A reader for every tag that an alternative may start with."""
    found: dict[int, Take] = {}
    for index, field in enumerate(cls.fields):
        for tag in field.layout.tags(field.type):
            source = new_source("def take(d, p, q):")
            source.names.update(cls=cls, in_full=choice_in_full, plain=Place.plain)
            source.add(1, f"t = {tag}", "s = p", "try:")
            source.add(2, *field.layout.take_lines(source, field.type, "value", full=False))
            source.add(1, "except (IndexError, ValueError):")
            source.add(2, f"return in_full(cls, {index}, plain(d, t, s, q))")
            told = {other.name: "None" for other in cls.fields} | {field.name: "value", "coding": "None"}
            emit_build(source, cls, 1, told)
            found[tag] = source.function("take", f"{cls.__name__}.{field.name}")
    return found


def full_alternatives(cls: type[Choice]) -> dict[int, Callable[[Place], Any]]:
    """The same for every form that BER allows."""

    def reader(index: int) -> Callable[[Place], Any]:
        return lambda place: choice_in_full(cls, index, place)

    return {tag: reader(index) for index, field in enumerate(cls.fields) for tag in field.layout.tags(field.type)}


def none_chosen(choice: Choice) -> None:
    """A choice of ours without alternative: our own fault."""
    names = ", ".join(field.name for field in choice.fields[:8])
    raise ValueError(f"{type(choice).__name__} does not fit without one of {names}")


def compile_encode_choice(cls: type[Choice]) -> Callable[[Any], bytes]:
    """The writer of a CHOICE."""
    source = new_source("def encode(self):")
    source.names.update(as_it_came=choice_as_it_came)
    source.add(1, "if self.coding is not None: return as_it_came(self)", "o = bytearray()")
    for field in cls.fields:
        value = f"self.{field.name}"
        source.add(1, f"if {value}:" if isinstance(field.layout, NULL) else f"if {value} is not None:")
        source.add(2, f"if o: unfit(self, {field.name!r}, 'a second alternative')")
        source.add(2, *field.layout.put_lines(source, field.type, value, field.name))
    source.names["none_chosen"] = none_chosen
    source.add(1, "if not o: none_chosen(self)", "return bytes(o)")
    return source.function("encode", f"{cls.__name__}.encode")


# --- reference ---------------------------------------------------------------------------------------------------


def reference(classes: Iterable[type[Element]]) -> Iterator[str]:
    """Lines of Markdown: a table of elements for every type."""
    for cls in classes:
        yield from (f"## {cls.__name__}", "", prose(cls), "")
        yield from ("| tag | element | type | presence | ASN.1 |", "|---|---|---|---|---|")
        for field in cls.fields:
            tags = " ".join(f"{tag:02X}" for tag in field.layout.tags(field.type))
            presence = "M" if mandatory(field) else "O"
            yield f"| {tags} | {field.title} | {name_of(field.type)} | {presence} | {field.layout.name} |"
        yield ""


def name_of(kind: Any) -> str:
    """The name of a type: of each of several, of the items of a list."""
    inner = [name_of(item) for item in get_args(kind) if item is not ...]
    if not inner:
        return PLAIN_NAMES.get(kind) or str(getattr(kind, "__name__", kind))
    return f"list of {inner[0]}" if get_origin(kind) is tuple else " or ".join(inner)
