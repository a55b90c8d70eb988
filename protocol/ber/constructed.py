"""The constructed ASN.1 types that a field may have, and the choices among types."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, get_args

from protocol.ber.coding import Coding, Form, wrap
from protocol.ber.layouts import ENTER, Layout, Take, element_putter, is_one_of, new_source, shown
from protocol.ber.octets import Place
from protocol.declare import Source
from protocol.errors import DecodeError

Resolve = Callable[[Any, bytes, int, int, int, int], Any]
"""Reads an element whose type a value tells: that value, octets, start, contents' start and end, end."""


class SEQUENCE(Layout):
    """SEQUENCE: a kind of :class:`protocol.ber.Sequence`, whose own tag counts where none is given here."""

    name = "SEQUENCE"
    universal = 0x30
    nests = True
    __slots__ = ()

    def tags(self, kind: Any) -> tuple[int, ...]:
        return (kind.tag,) if self.number is None else (self.tag,)

    def check(self, kind: Any) -> None:
        if not hasattr(kind, "contents"):
            raise TypeError(f"{kind} is no Sequence")

    def take_lines(self, source: Source, kind: Any, target: str, *, full: bool) -> list[str]:
        return [f"{target} = {source.bind(kind.take[kind.tag], 'take')}(d, p, q)"]

    def put_lines(self, source: Source, kind: Any, value: str, name: str) -> list[str]:
        # The header's form stands in the value's own coding.
        tag = self.tags(kind)[0]
        put = self.put_contents(source, "s.contents()", tag, [])
        coded = source.bind(wrap, "wrap")
        return [
            f"s = {value}",
            "if s.coding is None:",
            *("    " + line for line in put),
            f"else: o += {coded}({tag}, s.contents(), s.coding)",
        ]

    def take_in_full(self, kind: Any, place: Place, path: str, forms: list[Form]) -> Any:
        return kind.full[kind.tag](place)

    def put_as_it_came(self, owner: Any, kind: Any, value: Any, path: str, forms: Mapping[str, Form]) -> bytes:
        return element_putter(self, kind)(owner, value)


class CHOICE(Layout):
    """CHOICE: a kind of :class:`protocol.ber.Choice`, or a union of types that stand by themselves."""

    name = "CHOICE"
    unions = True
    nests = True
    __slots__ = ()

    def __init__(self) -> None:
        super().__init__()

    def tags(self, kind: Any) -> tuple[int, ...]:
        return tuple(readers(kind))

    def check(self, kind: Any) -> None:
        for member in get_args(kind) or (kind,):
            if not hasattr(member, "take"):
                raise TypeError(f"{member} is no Choice and no Sequence")

    def take_lines(self, source: Source, kind: Any, target: str, *, full: bool) -> list[str]:
        return [f"{target} = {source.bind(readers(kind), 'readers')}[t](d, p, q)"]

    def put_lines(self, source: Source, kind: Any, value: str, name: str) -> list[str]:
        return [f"o += {value}.encode()"]

    def take_in_full(self, kind: Any, place: Place, path: str, forms: list[Form]) -> Any:
        return next(member for member in get_args(kind) or (kind,) if place.tag in member.full).full[place.tag](place)

    def put_as_it_came(self, owner: Any, kind: Any, value: Any, path: str, forms: Mapping[str, Form]) -> bytes:
        octets: bytes = value.encode()
        return octets


@cache
def readers(kind: Any) -> dict[int, Take]:
    """The readers of all the types that ``kind`` may be, by identifier octet."""
    found: dict[int, Take] = {}
    for member in get_args(kind) or (kind,):
        for tag, take in member.take.items():
            if tag in found:
                raise TypeError(f"{kind}: {tag:#04x} starts more than one of its types")
            found[tag] = take
    return found


@dataclass(frozen=True, slots=True)
class Constructed(Layout):
    """An element whose contents are elements of one other layout."""

    item: Layout = field(default_factory=Layout)
    universal: ClassVar[int] = 0x30
    nests: ClassVar[bool] = True

    def take_items(self, kind: Any, place: Place, paths: Callable[[int], str], forms: list[Form]) -> tuple[Any, ...]:
        """The values of the elements within, whatever their forms."""
        own = len(forms)
        items: list[Any] = []
        tags = self.item.tags(kind)
        p = place.p
        while p < place.q:
            inner = Place.find(place.d, p, place.q)
            if inner.tag not in tags:
                raise DecodeError("an item has another type", at=p)
            path = paths(len(items))
            try:
                items.append(self.item.take_in_full(kind, inner, path, forms))
            except DecodeError as error:
                raise DecodeError(error.why, error.cause, max(error.at, inner.p)) from None
            p = inner.end
        if not place.is_plain:
            forms.insert(own, Form(paths(-1), place.indefinite, place.length_octets))
        return tuple(items)

    def refuse_count(self, count: int) -> None:
        """DecodeError for another number of items than there may be."""
        if not self.least <= count <= self.most:
            raise DecodeError(f"{self.counted} {count} is not within {self.least} to {self.most}")


class SEQUENCE_OF(Constructed):  # noqa: N801  layouts have the names of the ASN.1 types
    """SEQUENCE OF: a tuple of items."""

    name = "SEQUENCE OF"
    counted = "the number of items"
    __slots__ = ()

    def __init__(self, item: Layout, number: int | None = None, *, least: int = 1, most: int = 1 << 31) -> None:
        super().__init__(number, least, most, item=item)

    def check(self, kind: Any) -> None:
        if getattr(kind, "__origin__", None) is not tuple or get_args(kind)[1:] != (...,):
            raise TypeError(f"{kind} is not tuple[type, ...]")
        self.item.check(get_args(kind)[0])

    def take_lines(self, source: Source, kind: Any, target: str, *, full: bool) -> list[str]:
        take = source.bind(compile_items(self.item, get_args(kind)[0]), "items")
        return [f"{target} = {take}(d, p, q)", *self.take_checks(f"len({target})")]

    def put_lines(self, source: Source, kind: Any, value: str, name: str) -> list[str]:
        put = source.bind(compile_put_items(self.item, get_args(kind)[0]), "put")
        checks = self.put_checks(f"len({value})", name)
        return [*checks, *self.put_contents(source, f"{put}(self, {value})", self.tag, [])]

    def take_in_full(self, kind: Any, place: Place, path: str, forms: list[Form]) -> Any:
        def paths(index: int) -> str:
            return path if index < 0 else f"{path}[{index}]"

        items = self.take_items(get_args(kind)[0], place, paths, forms)
        self.refuse_count(len(items))
        return items

    def put_as_it_came(self, owner: Any, kind: Any, value: Any, path: str, forms: Mapping[str, Form]) -> bytes:
        if not self.least <= len(value) <= self.most:
            raise ValueError(f"{type(owner).__name__}.{path}: {len(value)} items do not fit")
        inner = get_args(kind)[0]
        items = [
            self.item.put_as_it_came(owner, inner, item, f"{path}[{index}]", forms) for index, item in enumerate(value)
        ]
        return wrap(self.tag, b"".join(items), forms.get(path))


class EXPLICIT(Constructed):
    """An explicit tag around one element."""

    name = "explicitly tagged"
    counted = "the number of elements"
    unions = True
    __slots__ = ()

    def __init__(self, number: int, item: Layout, *, always: bool = False) -> None:
        super().__init__(number, 1, 1, always, item)

    def check(self, kind: Any) -> None:
        self.item.check(kind)

    def take_lines(self, source: Source, kind: Any, target: str, *, full: bool) -> list[str]:
        take = source.bind(compile_items(self.item, kind), "items")
        return [f"v = {take}(d, p, q)", *self.take_checks("len(v)"), f"{target} = v[0]"]

    def put_lines(self, source: Source, kind: Any, value: str, name: str) -> list[str]:
        put = source.bind(compile_put_items(self.item, kind), "put")
        return self.put_contents(source, f"{put}(self, ({value},))", self.tag, [])

    def take_in_full(self, kind: Any, place: Place, path: str, forms: list[Form]) -> Any:
        items = self.take_items(kind, place, lambda index: path if index < 0 else f"{path}.inner", forms)
        self.refuse_count(len(items))
        return items[0]

    def put_as_it_came(self, owner: Any, kind: Any, value: Any, path: str, forms: Mapping[str, Form]) -> bytes:
        contents = self.item.put_as_it_came(owner, kind, value, f"{path}.inner", forms)
        return wrap(self.tag, contents, forms.get(path))


@dataclass(frozen=True, slots=True)
class ONE_OF(Layout):  # noqa: N801
    """CHOICE of types that are no SEQUENCE: a union of Python types, each with its layout."""

    choices: tuple[tuple[Any, Layout], ...] = ()
    name: ClassVar[str] = "CHOICE"
    nests: ClassVar[bool] = True
    unions: ClassVar[bool] = True

    def tags(self, kind: Any) -> tuple[int, ...]:
        return tuple(tag for member, layout in self.choices for tag in layout.tags(member))

    def check(self, kind: Any) -> None:
        for member, layout in self.choices:
            layout.check(member)

    def take_lines(self, source: Source, kind: Any, target: str, *, full: bool) -> list[str]:
        lines = []
        for index, (member, layout) in enumerate(self.choices):
            lines.append(f"{'elif' if index else 'if'} {is_one_of(source, layout.tags(member))}:")
            lines += ["    " + line for line in layout.take_lines(source, member, target, full=full)]
        return lines

    def put_lines(self, source: Source, kind: Any, value: str, name: str) -> list[str]:
        lines = []
        for index, (member, layout) in enumerate(self.choices):
            lines.append(f"{'elif' if index else 'if'} isinstance({value}, {source.bind(member, 'kind')}):")
            lines += ["    " + line for line in layout.put_lines(source, member, value, name)]
        return [*lines, f"else: unfit(self, {name!r}, {value})"]

    def take_in_full(self, kind: Any, place: Place, path: str, forms: list[Form]) -> Any:
        member, layout = next(choice for choice in self.choices if place.tag in choice[1].tags(choice[0]))
        return layout.take_in_full(member, place, path, forms)

    def put_as_it_came(self, owner: Any, kind: Any, value: Any, path: str, forms: Mapping[str, Form]) -> bytes:
        for member, layout in self.choices:
            if isinstance(value, member):
                return layout.put_as_it_came(owner, member, value, path, forms)
        raise ValueError(f"{type(owner).__name__}.{path}: {shown(value)} does not fit")


# --- any type ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unread:
    """An element, or elements, whose type is not known or that could not be read, as it came; and ``why``."""

    octets: bytes
    why: str = field(default="", compare=False)

    def encode(self) -> bytes:
        """The octets as they came."""
        return self.octets

    def __str__(self) -> str:
        return f"{self.octets.hex()} ({self.why})"


@dataclass(frozen=True, slots=True)
class DEFINED_BY(Layout):  # noqa: N801
    """ANY DEFINED BY a field before it: any one element, in the explicit tag ``number`` or, last of a SEQUENCE, bare.

    ``resolve`` returns something whose ``encode`` gives back the element, and raises nothing. ``kinds`` tells the types
    that it may return, by name, where the field's type does not.
    """

    by: str = ""
    resolve: Resolve = lambda *_: None
    kinds: Callable[[], Mapping[str, type]] | None = None
    name: ClassVar[str] = "ANY DEFINED BY"
    universal: ClassVar[int] = 0x20

    def tags(self, kind: Any) -> tuple[int, ...]:
        return () if self.number is None else (self.tag,)

    def put_lines(self, source: Source, kind: Any, value: str, name: str) -> list[str]:
        if self.number is None:
            return [f"o += {value}.encode()"]
        return self.put_contents(source, f"{value}.encode()", self.tag, [])

    def put_as_it_came(self, owner: Any, kind: Any, value: Any, path: str, forms: Mapping[str, Form]) -> bytes:
        octets: bytes = value.encode()
        return octets if self.number is None else wrap(self.tag, octets, forms.get(path))

    def resolve_at(self, told: Any, place: Place) -> Any:
        """The value of the element at a place, with the form of its header; ``told`` is that of the field before it."""
        value = self.resolve(told, place.d, place.start, place.p, place.q, place.end)
        return value.with_header(place) if not place.is_plain and hasattr(value, "with_header") else value

    def resolve_within(self, told: Any, d: bytes, p: int, q: int) -> Any:
        """The same for the one element in the contents of an explicit tag."""
        try:
            place = Place.find(d, p, q)
        except DecodeError as error:
            return Unread(d[p:q], error.why)
        return self.resolve_at(told, place) if place.end == q else Unread(d[p:q], "more than one element")


# --- elements in elements ----------------------------------------------------------------------------------------


@cache
def compile_items(layout: Layout, kind: Any) -> Take:
    """The reader of elements of one layout, one after the other; IndexError where one is not as we would write it."""
    source = new_source("def take(d, p, e):")
    other = f"if not ({is_one_of(source, layout.tags(kind))}):"
    source.add(1, "items = []", "while p < e:")
    take = layout.take_lines(source, kind, "item", full=False)
    source.add(2, "t = d[p]", f"{other} raise IndexError", *ENTER, *take, "items.append(item)", "p = q")
    source.add(1, "return tuple(items)")
    return source.function("take", f"items of {kind}")


@cache
def compile_put_items(layout: Layout, kind: Any) -> Callable[[Any, Any], bytearray]:
    """The writer of elements of one layout."""
    source = new_source("def put(self, items):")
    source.add(1, "o = bytearray()", "for item in items:")
    source.add(2, *layout.put_lines(source, kind, "item", "item"))
    source.add(1, "return o")
    return source.function("put", f"items of {kind}")


__all__ = [
    "CHOICE",
    "DEFINED_BY",
    "EXPLICIT",
    "ONE_OF",
    "SEQUENCE",
    "SEQUENCE_OF",
    "Coding",
    "Constructed",
    "Resolve",
    "Unread",
]
