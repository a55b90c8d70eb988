"""The primitive ASN.1 types that a field may have, each with the code that reads and writes it.

The code that a layout emits reads a value from the contents ``d[p:q]`` of an element whose identifier octet is ``t``,
and appends a whole element to ``o``. IndexError and ValueError in a reader mean: not the fast path's business, which is
what we would write ourselves. The rest is read by :meth:`Layout.take_in_full`, which keeps its form, and written by
:meth:`Layout.put_as_it_came`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Any, ClassVar, NoReturn

from protocol.ber.coding import Form, wrap
from protocol.ber.octets import CONSTRUCTED, Place, bounds, header, heads, long_length
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


def take_shortest(d: bytes, p: int, q: int) -> int:
    """The same in as few octets as will do; IndexError where there are more (X.690 8.3.2)."""
    value = take_integer(d, p, q)
    if q - p > 1 and -128 <= value >> 8 * (q - p - 2) < 128:
        raise IndexError
    return value


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


def unfit(owner: Any, name: str, value: Any) -> NoReturn:
    """A value of ours does not fit: our own fault."""
    raise ValueError(f"{type(owner).__name__}.{name}: {shown(value)} does not fit")


def shown(value: Any) -> str:
    """A value as an error tells it."""
    if isinstance(value, tuple | bytes):
        return f"{len(value)} {'octets' if isinstance(value, bytes) else 'items'}"
    if isinstance(value, int):
        return str(int(value))
    return repr(value[:40]) if isinstance(value, str) else f"what is {type(value).__name__}"


HELPERS: dict[str, Any] = {
    "header": header,
    "integer": take_integer,
    "long_length": long_length,
    "misfit": misfit,
    "put_integer": put_integer,
    "shortest": take_shortest,
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
    nests: ClassVar[bool] = False
    """True where there may be elements in it: an error in one of them names its octet in the whole."""

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

    def take_in_full(self, kind: Any, place: Place, path: str, forms: list[Form]) -> Any:
        """The value of an element in any form that BER allows; a form that is not ours is added to ``forms``."""
        try:
            value = element_taker(self, kind)(place.d, place.tag, place.p, place.q)
        except (IndexError, ValueError):
            raise DecodeError("it cannot be read", at=0) from None
        contents = None
        if not place.tag & CONSTRUCTED and not self.is_ours(kind, value, place.contents):
            contents = place.contents
        if contents is not None or not place.is_plain:
            forms.append(Form(path, place.indefinite, place.length_octets, contents))
        return value

    def is_ours(self, kind: Any, value: Any, contents: bytes) -> bool:
        """True where we would write the value with these contents."""
        try:
            octets = element_putter(self, kind)(None, value)
        except ValueError:
            return False
        _, p, q, _ = bounds(octets, 0, len(octets))
        return octets[p:q] == contents

    def put_as_it_came(self, owner: Any, kind: Any, value: Any, path: str, forms: Mapping[str, Form]) -> bytes:
        """The element of ``value``, which is the field ``path`` of ``owner``, in its form."""
        form = forms.get(path)
        if form is None:
            return element_putter(self, kind)(owner, value)
        if form.contents is not None:
            for tag in self.tags(kind):
                if self.says(kind, form.contents, tag, value):
                    return wrap(tag, form.contents, form)
        octets = element_putter(self, kind)(owner, value)
        tag, p, q, _ = bounds(octets, 0, len(octets))
        return wrap(tag, octets[p:q], form)

    def says(self, kind: Any, contents: bytes, tag: int, value: Any) -> bool:
        """True where contents read as the value."""
        try:
            read = element_taker(self, kind)(contents, tag, 0, len(contents))
        except (DecodeError, IndexError, ValueError):
            return False
        return type(read) is type(value) and bool(read == value)

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

    def take_lines(self, source: Source, kind: Any, target: str, *, full: bool) -> list[str]:
        lines = super().take_lines(source, kind, target, full=full)
        # Unused bits are 0 in ours (X.690 11.2.1).
        return lines if full else [*lines, "if d[q - 1] & (1 << d[p]) - 1: raise IndexError"]


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
        number = f"d[p] if q - p == 1 and d[p] < 128 else {'integer' if full else 'shortest'}(d, p, q)"
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
        lines = [f"if q - p != 1: misfit({self.counted!r}, q - p, 1, 1)", f"{target} = d[p] != 0"]
        return lines if full else [*lines, f"if {target} and d[p] != 255: raise IndexError"]

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


# --- one element at a time ---------------------------------------------------------------------------------------


@cache
def element_taker(layout: Layout, kind: Any) -> Callable[[bytes, int, int, int], Any]:
    """The reader of contents in every form, compiled when first needed."""
    source = new_source("def take(d, t, p, q):")
    source.add(1, *layout.take_lines(source, kind, "value", full=True), "return value")
    return source.function("take", f"{layout.name} of {kind}")


@cache
def element_putter(layout: Layout, kind: Any) -> Callable[[Any, Any], bytes]:
    """The writer of one element, compiled when first needed."""
    source = new_source("def put(self, value):")
    source.add(1, "o = bytearray()", *layout.put_lines(source, kind, "value", "value"), "return bytes(o)")
    return source.function("put", f"{layout.name} of {kind}")
