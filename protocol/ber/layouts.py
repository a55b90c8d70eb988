"""The ASN.1 types that a field may have, each with the code that reads and writes it.

The code that a layout emits reads a value from the contents ``d[p:q]`` of an element whose identifier octet is ``t``,
and appends a whole element to ``o``. IndexError and ValueError in a reader mean: not the fast path's business.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Any, ClassVar, get_args

from protocol.ber.octets import CONSTRUCTED, bounds, header, heads, long_length
from protocol.ber.values import Bits
from protocol.declare import Source
from protocol.errors import DecodeError

Take = Callable[[bytes, int, int], Any]
"""Reads a value from the contents ``d[p:q]``."""

UNBOUNDED = 1 << 31
"""More than anything is counted here."""


# --- what the emitted code calls ---------------------------------------------------------------------------------


def take_integer(d: bytes, p: int, q: int) -> int:
    """A signed number of one to eight octets."""
    if not 1 <= q - p <= 8:
        raise DecodeError(f"an INTEGER of {q - p} octets is not used here")
    return int.from_bytes(d[p:q], "big", signed=True)


def put_integer(tag: int, value: int) -> bytes:
    """A number, in as few octets as will do."""
    size = (value if value >= 0 else ~value).bit_length() // 8 + 1
    return header(tag, size) + value.to_bytes(size, "big", signed=True)


@cache
def small_integers(tag: int) -> tuple[bytes, ...]:
    """The elements of the numbers that occur most."""
    return tuple(bytes((tag, 1, value)) for value in range(128))


def misfit(counted: str, value: int, least: int, most: int) -> None:
    """A peer's value or size is out of its range."""
    raise DecodeError(f"{counted} {value} is not within {least} to {most}")


def unfit(owner: Any, name: str, value: Any) -> None:
    """A value of ours does not fit: our own fault."""
    raise ValueError(f"{type(owner).__name__}.{name}: {value!r} does not fit")


HELPERS: dict[str, Any] = {
    "header": header,
    "integer": take_integer,
    "long_length": long_length,
    "misfit": misfit,
    "put_integer": put_integer,
    "unfit": unfit,
}

ENTER = (
    "q = d[p + 1]",
    "p += 2",
    "if q > 127: p, q = long_length(d, p, q)",
    "q += p",
    "if q > e: raise IndexError",
)
"""Code that goes from an element at ``p`` to its contents ``d[p:q]``."""


def new_source(first: str) -> Source:
    """Source of a function that finds the helpers."""
    source = Source()
    source.names.update(HELPERS)
    source.add(0, first)
    return source


def is_one_of(source: Source, tags: tuple[int, ...]) -> str:
    """Expression: ``t`` is one of the tags."""
    return f"t == {tags[0]}" if len(tags) == 1 else f"t in {source.bind(frozenset(tags), 'tags')}"


# --- layouts -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Layout:
    """An ASN.1 type with its tag. ``least`` and ``most`` bound its size, or its value if that is a number.

    ``always``: the element is there even though its field has a default for whoever writes it.
    """

    number: int | None = None
    least: int = 0
    most: int = UNBOUNDED
    always: bool = False
    name: ClassVar[str] = "?"
    universal: ClassVar[int] = 0
    counted: ClassVar[str] = "a size of"
    unions: ClassVar[bool] = False
    """True where a field may have several types."""

    @property
    def tag(self) -> int:
        """The identifier octet."""
        if self.number is None:
            return self.universal
        return (self.number if self.number > 30 else 0x80 | self.number) | self.universal & CONSTRUCTED

    def tags(self, kind: Any) -> tuple[int, ...]:
        """The identifier octets that such an element may start with."""
        del kind
        return (self.tag,)

    def check(self, kind: Any) -> None:
        """TypeError where values of ``kind`` cannot be laid out so."""

    def take_lines(self, source: Source, kind: Any, target: str, *, full: bool) -> list[str]:
        """Code that reads ``target``; ``full`` if nested types shall be read in every form at once."""
        raise NotImplementedError

    def put_lines(self, source: Source, kind: Any, value: str, name: str) -> list[str]:
        """Code that appends the element of ``value``, which is the field ``name`` of ``self``."""
        raise NotImplementedError

    def put_contents(self, source: Source, octets: str, tag: int, checks: list[str]) -> list[str]:
        """Code that appends header and contents octets, whose expression is given."""
        head = source.bind(heads(tag), "heads")
        return [f"v = {octets}", "n = len(v)", *checks, f"o += {head}[n] if n < 128 else header({tag}, n)", "o += v"]

    def take_checks(self, value: str) -> list[str]:
        """Code that refuses a received number or size out of range."""
        if not self.least and self.most == UNBOUNDED:
            return []
        limits = f"{self.least}, {self.most}"
        return [f"if not {self.least} <= {value} <= {self.most}: misfit({self.counted!r}, {value}, {limits})"]

    def put_checks(self, value: str, name: str) -> list[str]:
        """Code that refuses a number or size of ours out of range."""
        if not self.least and self.most == UNBOUNDED:
            return []
        return [f"if not {self.least} <= {value} <= {self.most}: unfit(self, {name!r}, {value})"]


class OCTETS(Layout):
    """OCTET STRING: ``bytes``, or a type with ``from_octets`` and ``to_octets``."""

    name = "OCTET STRING"
    universal = 0x04
    __slots__ = ()

    def __init__(
        self, number: int | None = None, *, size: int | None = None, least: int = 0, most: int = UNBOUNDED
    ) -> None:
        super().__init__(number, least if size is None else size, most if size is None else size)

    def check(self, kind: Any) -> None:
        if kind is not bytes and not (hasattr(kind, "from_octets") and hasattr(kind, "to_octets")):
            raise TypeError(f"{kind} is not made of octets")

    def take_lines(self, source: Source, kind: Any, target: str, *, full: bool) -> list[str]:
        value = "d[p:q]" if kind is bytes else f"{source.bind(kind.from_octets, 'take')}(d[p:q])"
        return [*self.take_checks("q - p"), f"{target} = {value}"]

    def put_lines(self, source: Source, kind: Any, value: str, name: str) -> list[str]:
        octets = value if kind is bytes else f"{value}.to_octets()"
        if self.least == self.most < 128:
            head = source.bind(header(self.tag, self.least), "head")
            return [f"v = {octets}", f"if len(v) != {self.least}: unfit(self, {name!r}, v)", f"o += {head}", "o += v"]
        return self.put_contents(source, octets, self.tag, self.put_checks("n", name))


class OID(OCTETS):
    """OBJECT IDENTIFIER: an :class:`Oid`, or a type that is read from the octets of one."""

    name = "OBJECT IDENTIFIER"
    universal = 0x06
    __slots__ = ()


class OPAQUE(OCTETS):
    """A constructed element whose contents are carried through as they are."""

    name = "contents not read"
    universal = 0x30
    __slots__ = ()


class BIT_STRING(OCTETS):  # noqa: N801  layouts have the names of the ASN.1 types
    """BIT STRING: a kind of :class:`Bits`, which knows how many bits it has."""

    name = "BIT STRING"
    universal = 0x03
    __slots__ = ()

    def check(self, kind: Any) -> None:
        if not issubclass(kind, Bits):
            raise TypeError(f"{kind} is no kind of Bits")


class INTEGER(Layout):
    """INTEGER: ``int``, not negative unless ``least`` says so, or an enumeration of an octet."""

    name = "INTEGER"
    universal = 0x02
    counted = "the number"
    __slots__ = ()

    def __init__(
        self, number: int | None = None, *, least: int = 0, most: int = UNBOUNDED - 1, always: bool = False
    ) -> None:
        super().__init__(number, least, most, always)

    def check(self, kind: Any) -> None:
        if kind is not int and not issubclass(kind, IntEnum):
            raise TypeError(f"{kind} is no number")

    def take_lines(self, source: Source, kind: Any, target: str, *, full: bool) -> list[str]:
        number = "d[p] if q - p == 1 and d[p] < 128 else integer(d, p, q)"
        if kind is int:
            return [f"{target} = {number}", *self.take_checks(target)]
        return [
            f"v = {number}",
            f"if not 0 <= v < 256: misfit({self.counted!r}, v, 0, 255)",
            f"{target} = {source.bind(kind._value2member_map_, 'members')}.get(v)",
            f"if {target} is None: {target} = {source.bind(kind, 'enum')}(v)",
        ]

    def put_lines(self, source: Source, kind: Any, value: str, name: str) -> list[str]:
        small = source.bind(small_integers(self.tag), "small")
        return [
            f"v = {value}",
            *(self.put_checks("v", name) if kind is int else []),
            f"o += {small}[v] if 0 <= v < 128 else put_integer({self.tag}, v)",
        ]


class ENUMERATED(INTEGER):
    """ENUMERATED: an enumeration."""

    name = "ENUMERATED"
    universal = 0x0A
    __slots__ = ()


class BOOLEAN(Layout):
    """BOOLEAN."""

    name = "BOOLEAN"
    universal = 0x01
    __slots__ = ()

    def check(self, kind: Any) -> None:
        if kind is not bool:
            raise TypeError(f"{kind} is not bool")

    def take_lines(self, source: Source, kind: Any, target: str, *, full: bool) -> list[str]:
        return [f"if q - p != 1: misfit({self.counted!r}, q - p, 1, 1)", f"{target} = d[p] != 0"]

    def put_lines(self, source: Source, kind: Any, value: str, name: str) -> list[str]:
        no, yes = (source.bind(bytes((self.tag, 1, octet)), "flag") for octet in (0, 0xFF))
        return [f"o += {yes} if {value} else {no}"]


class NULL(BOOLEAN):
    """NULL: ``True`` where it is there; its default ``False`` says that it is not."""

    name = "NULL"
    universal = 0x05
    __slots__ = ()

    def take_lines(self, source: Source, kind: Any, target: str, *, full: bool) -> list[str]:
        return [f"if p != q: misfit({self.counted!r}, q - p, 0, 0)", f"{target} = True"]

    def put_lines(self, source: Source, kind: Any, value: str, name: str) -> list[str]:
        return [f"o += {source.bind(header(self.tag, 0), 'null')}"]


class SEQUENCE(Layout):
    """SEQUENCE: a kind of :class:`protocol.ber.Sequence`, whose own tag counts where none is given here."""

    name = "SEQUENCE"
    universal = 0x30
    __slots__ = ()

    def tags(self, kind: Any) -> tuple[int, ...]:
        return (kind.tag,) if self.number is None else (self.tag,)

    def check(self, kind: Any) -> None:
        if not hasattr(kind, "contents"):
            raise TypeError(f"{kind} is no Sequence")

    def take_lines(self, source: Source, kind: Any, target: str, *, full: bool) -> list[str]:
        take = source.bind((kind.full if full else kind.take)[kind.tag], "take")
        return [f"{target} = {take}(d, p, q)"]

    def put_lines(self, source: Source, kind: Any, value: str, name: str) -> list[str]:
        return self.put_contents(source, f"{value}.contents()", self.tags(kind)[0], [])


class CHOICE(Layout):
    """CHOICE: a kind of :class:`protocol.ber.Choice`, or a union of types that stand by themselves."""

    name = "CHOICE"
    unions = True
    __slots__ = ()

    def __init__(self) -> None:
        super().__init__()

    def tags(self, kind: Any) -> tuple[int, ...]:
        return tuple(readers(kind, full=False))

    def check(self, kind: Any) -> None:
        for member in get_args(kind) or (kind,):
            if not hasattr(member, "take"):
                raise TypeError(f"{member} is no Choice and no Sequence")

    def take_lines(self, source: Source, kind: Any, target: str, *, full: bool) -> list[str]:
        return [f"{target} = {source.bind(readers(kind, full=full), 'readers')}[t](d, p, q)"]

    def put_lines(self, source: Source, kind: Any, value: str, name: str) -> list[str]:
        return [f"o += {value}.encode()"]


def readers(kind: Any, *, full: bool) -> dict[int, Take]:
    """The readers of all the types that ``kind`` may be, by identifier octet."""
    found: dict[int, Take] = {}
    for member in get_args(kind) or (kind,):
        for tag, take in (member.full if full else member.take).items():
            if tag in found:
                raise TypeError(f"{kind}: {tag:#04x} starts more than one of its types")
            found[tag] = take
    return found


@dataclass(frozen=True, slots=True)
class Constructed(Layout):
    """An element whose contents are elements of one other layout."""

    item: Layout = Layout()
    universal: ClassVar[int] = 0x30


class SEQUENCE_OF(Constructed):  # noqa: N801
    """SEQUENCE OF: a tuple of items."""

    name = "SEQUENCE OF"
    counted = "the number of items"
    __slots__ = ()

    def __init__(self, item: Layout, number: int | None = None, *, least: int = 1, most: int = UNBOUNDED) -> None:
        super().__init__(number, least, most, item=item)

    def check(self, kind: Any) -> None:
        if getattr(kind, "__origin__", None) is not tuple or get_args(kind)[1:] != (...,):
            raise TypeError(f"{kind} is not tuple[type, ...]")
        self.item.check(get_args(kind)[0])

    def take_lines(self, source: Source, kind: Any, target: str, *, full: bool) -> list[str]:
        take = source.bind(compile_items(self.item, get_args(kind)[0], full=full), "items")
        return [f"{target} = {take}(d, p, q)", *self.take_checks(f"len({target})")]

    def put_lines(self, source: Source, kind: Any, value: str, name: str) -> list[str]:
        put = source.bind(compile_put_items(self.item, get_args(kind)[0]), "put")
        checks = self.put_checks(f"len({value})", name)
        return [*checks, *self.put_contents(source, f"{put}(self, {value})", self.tag, [])]


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
        take = source.bind(compile_items(self.item, kind, full=full), "items")
        return [f"v = {take}(d, p, q)", *self.take_checks("len(v)"), f"{target} = v[0]"]

    def put_lines(self, source: Source, kind: Any, value: str, name: str) -> list[str]:
        put = source.bind(compile_put_items(self.item, kind), "put")
        return self.put_contents(source, f"{put}(self, ({value},))", self.tag, [])


@dataclass(frozen=True, slots=True)
class ONE_OF(Layout):  # noqa: N801
    """CHOICE of types that are no SEQUENCE: a union of Python types, each with its layout."""

    choices: tuple[tuple[Any, Layout], ...] = ()
    name: ClassVar[str] = "CHOICE"
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


@dataclass(frozen=True, slots=True)
class DEFINED_BY(Layout):  # noqa: N801
    """ANY DEFINED BY a field before it: any one element, the last of a SEQUENCE.

    ``resolve(value of that field, octets, start, contents' start, contents' end, end)`` returns something whose
    ``encode`` gives back the element, and raises nothing.
    """

    by: str = ""
    resolve: Callable[[Any, bytes, int, int, int, int], Any] = lambda *_: None
    name: ClassVar[str] = "ANY DEFINED BY"

    def tags(self, kind: Any) -> tuple[int, ...]:
        return ()

    def put_lines(self, source: Source, kind: Any, value: str, name: str) -> list[str]:
        return [f"o += {value}.encode()"]


# --- elements in elements ----------------------------------------------------------------------------------------


@cache
def compile_items(layout: Layout, kind: Any, *, full: bool) -> Take:
    """The reader of elements of one layout, one after the other."""
    source = new_source("def take(d, p, e):")
    other = f"if not ({is_one_of(source, layout.tags(kind))}):"
    take = layout.take_lines(source, kind, "item", full=full)
    if full:
        source.names.update(bounds=bounds, DecodeError=DecodeError)
        source.add(1, "items = []", "while p < e:")
        source.add(2, "s = p", "t, p, q, following = bounds(d, p, e)")
        source.add(2, f"{other} raise DecodeError('an item has another type', at=s)")
        source.add(2, *take, "items.append(item)", "p = following")
    else:
        source.names.update(in_full=compile_items(layout, kind, full=True))
        source.add(1, "items = []", "s = p", "try:")
        source.add(2, "while p < e:")
        source.add(3, "t = d[p]", f"{other} raise IndexError", *ENTER, *take, "items.append(item)", "p = q")
        source.add(1, "except (IndexError, ValueError):", "    return in_full(d, s, e)")
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
