"""The formats of elements: V, LV, TV, TLV, half octets (TS 24.007 11.2) and their relatives on Gb and Gn."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, ClassVar, get_args

from protocol.declare import Source
from protocol.errors import DecodeError
from protocol.layout.values import (
    emit_half_check,
    emit_octets,
    emit_small,
    emit_value,
    name_of,
    octet_table,
    value_of,
    value_of_small,
)


@dataclass(frozen=True, slots=True, eq=False)  # typing keeps one of Annotated types that are equal
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

    def check(self, kind: Any) -> None:
        """TypeError where a value of ``kind`` would not give back the octets that it was read from."""
        if kind is bool and not isinstance(self, T):
            raise TypeError("more than a bit of octets is no bool; make it an enumeration")
        if (kind is int or (isinstance(kind, type) and issubclass(kind, IntEnum))) and self.fixed is None:
            raise TypeError("a number needs a fixed length")

    def matches(self, octet: int) -> bool:
        """True when an element of this format starts with ``octet``."""
        return octet == self.tag

    def whole(self, least: int, most: int) -> tuple[int, int]:
        """The bounds of the whole element for those of its value part, as the specification prints them."""
        return least, most

    def form(self, d: bytes, p: int) -> bool:
        """True where the element at ``p`` has a longer length than it needs."""
        del d, p
        return False

    def lengthen(self, octets: bytes) -> bytes:
        """The element with the longer length that :meth:`form` found."""
        raise ValueError("an element of this format has one length")

    def extend(self, octets: bytes, surplus: bytes) -> bytes:
        """The element with more octets behind its value."""
        raise ValueError("an element of this format cannot be longer")

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

    def whole(self, least: int, most: int) -> tuple[int, int]:
        return least + 1, most + 1

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

    def whole(self, least: int, most: int) -> tuple[int, int]:
        return 1, 1

    def find(self, d: bytes, p: int) -> tuple[int, int]:
        return p + 1, p + 1

    def take(self, kind: Any, d: bytes, p: int) -> tuple[Any, int]:
        return True, p + 1

    def emit_take(self, source: Source, kind: Any, target: str, depth: int) -> None:
        source.add(depth, f"{target} = True", "p += 1")

    def emit_put(self, source: Source, kind: Any, value: str, depth: int) -> None:
        source.add(depth, f"if {value}: o.append({self.tag})")


class LV(Format):
    """Length and value: ``LV(least, most)``, or ``LV(n)``; ``LV2`` has a length of two octets."""

    name = "LV"
    length_octets: ClassVar[int] = 1
    __slots__ = ()

    def __init__(self, least: int, most: int | None = None) -> None:
        super().__init__(None, least, least if most is None else most)

    def whole(self, least: int, most: int) -> tuple[int, int]:
        return least + self.length_octets, most + self.length_octets

    def find(self, d: bytes, p: int) -> tuple[int, int]:
        return find_length(d, p, self.length_octets)

    def extend(self, octets: bytes, surplus: bytes) -> bytes:
        """The element with more octets behind its value."""
        value = octets[self.length_octets :] + surplus
        return put_length(len(value), self.length_octets) + value

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

    def whole(self, least: int, most: int) -> tuple[int, int]:
        return least + 1 + self.length_octets, most + 1 + self.length_octets

    def find(self, d: bytes, p: int) -> tuple[int, int]:
        return find_length(d, p + 1, self.length_octets)

    def extend(self, octets: bytes, surplus: bytes) -> bytes:
        """The element with more octets behind its value."""
        value = octets[self.find(octets, 0)[0] :] + surplus
        return octets[:1] + put_length(len(value), self.length_octets) + value

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

    def whole(self, least: int, most: int) -> tuple[int, int]:
        return (*(value + (2 if value < 128 else 3) for value in (least, most)),)  # type: ignore[return-value]

    def form(self, d: bytes, p: int) -> bool:
        return d[p + 1] == 0 and d[p + 2] < 128

    def lengthen(self, octets: bytes) -> bytes:
        return bytes((octets[0], 0, octets[1] & 0x7F)) + octets[2:]


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
        small = emit_small(kind, value)
        emit_half_check(source, kind, small, depth)
        source.add(depth, f"o.append({self.tag << 4} | {small})")


class HEADER(Format):
    """A field of the protocol's header, which the base's ``take_header`` reads and its ``frame`` writes.

    ``octets`` is what the reference page says of its length.
    """

    name = "V"
    __slots__ = ("octets",)

    def __init__(self, octets: str = "1") -> None:
        super().__init__(None)
        object.__setattr__(self, "octets", octets)

    def check(self, kind: Any) -> None:
        """Whatever the base's functions make of it."""


class TRAILER(HEADER):
    """A field behind the elements, such as what fills up a block: read by ``take_header``, written by ``frame``."""

    __slots__ = ()


class REPEATED(Format):
    """Elements of one format, ``least`` to ``most`` of them, one after the other: ``REPEATED(TLV2(0x82, 1, 99))``.

    Typed ``tuple[X, ...]``; where none may be there its default is ``()``.
    """

    __slots__ = ("count", "item")

    def __init__(self, item: Format, least: int = 0, most: int = 255) -> None:
        super().__init__(item.tag, item.least, item.most)
        assert item.tag is not None or least == most, "what has no tag is repeated a fixed number of times"
        object.__setattr__(self, "item", item)
        object.__setattr__(self, "count", (least, most))

    item: Format
    count: tuple[int, int]

    @property
    def name(self) -> str:  # type: ignore[override]
        """The name of the items' format."""
        return self.item.name

    def check(self, kind: Any) -> None:
        if get_args(kind)[1:] != (...,):
            raise TypeError("what is repeated is a tuple[X, ...]")
        self.item.check(get_args(kind)[0])

    def whole(self, least: int, most: int) -> tuple[int, int]:
        return self.item.whole(least, most)

    def matches(self, octet: int) -> bool:
        return self.item.matches(octet)

    def find(self, d: bytes, p: int) -> tuple[int, int]:
        return self.item.find(d, p)

    def form(self, d: bytes, p: int) -> bool:
        return self.item.form(d, p)

    def lengthen(self, octets: bytes) -> bytes:
        return self.item.lengthen(octets)

    def take(self, kind: Any, d: bytes, p: int) -> tuple[Any, int]:
        value, p = self.item.take(get_args(kind)[0], d, p)
        return (value,), p

    def emit_take(self, source: Source, kind: Any, target: str, depth: int) -> None:
        least, most = self.count
        condition = f"t >> 4 == {self.tag}" if isinstance(self.item, THALF) else f"t == {self.tag}"
        source.add(depth, "items = []", f"while {condition}:")
        self.item.emit_take(source, get_args(kind)[0], "item", depth + 1)
        source.add(depth + 1, "items.append(item)", "t = d[p] if p < n else -1")
        source.add(depth, f"if not {least} <= len(items) <= {most}: raise IndexError", f"{target} = tuple(items)")

    def emit_put(self, source: Source, kind: Any, value: str, depth: int) -> None:
        least, most = self.count
        source.add(
            depth,
            f"if not {least} <= len({value}) <= {most}: "
            f"raise ValueError(f'{name_of(value)}: {{len({value})}} are not {least} to {most}')",
            f"for item in {value}:",
        )
        self.item.emit_put(source, get_args(kind)[0], "item", depth + 1)


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


def find_end(d: bytes, p: int, length_octets: int) -> int:
    """Where an unknown element ends whose length stands at ``p``: with the PDU, where its length is cut off."""
    try:
        return find_length(d, p, length_octets)[1]
    except DecodeError:
        return len(d)


def put_length(number: int, length_octets: int) -> bytes:
    """The shortest length that tells ``number``; the inverse of :func:`find_length`."""
    if number >> (8 if length_octets == 1 else 16 if length_octets == 2 else 15):
        raise ValueError(f"an element of {number} octets has no length")
    if length_octets == 1:
        return bytes((number,))
    if length_octets == 0 and number < 128:
        return bytes((number | 128,))
    return number.to_bytes(2, "big")


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
            # A length of two octets where one would do: many align LLC frames so.
            "elif not e and d[s] < 128: "
            + ("raise IndexError" if target == "item" else f"s += 1; e = s + d[s - 1]; long += ({target!r},)"),
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
        source.add(depth, f"if {check}: raise ValueError(f'{name_of(value)} takes {{len(v)}} octets')")
    source.add(depth, "o += v")


def emit_put_counted(source: Source, kind: Any, value: str, depth: int, layout: Format, length_octets: int) -> None:
    """Append tag, if any, length and value."""
    if layout.tag is not None:
        source.add(depth, f"o.append({layout.tag})")
    source.add(
        depth,
        f"v = {emit_octets(source, kind, value, layout.fixed)}",
        "s = len(v)",
        f"if not {layout.least} <= s <= {layout.most}: raise ValueError(f'{name_of(value)} takes {{s}} octets')",
    )
    if length_octets == 1:
        source.add(depth, "o.append(s)")
    elif length_octets == 2:
        source.add(depth, "o += s.to_bytes(2, 'big')")
    else:
        source.add(depth, "if s < 128: o.append(s | 128)", "else: o += s.to_bytes(2, 'big')")
    source.add(depth, "o += v")
