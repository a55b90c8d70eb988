"""The further forms of CSN.1 (TS 24.007 annex B): L and H, lists, alternatives, and counted bits.

``BITS`` and ``OPT`` of :mod:`protocol.bits` are ``< field >`` and ``{ 0 | 1 < field > }``. Beyond them:

=================================  =============================================================
``H()``                            ``{ L | H }``, a bool
``LH(3)``, ``LH()``                ``{ L | H < field > }`` of some bits, or a structure
``LIST(10)``, ``LIST()``           ``{ 1 < item > } ** 0``, a tuple
``LIST(4, first=True)``            ``< item > { 1 < item > } ** 0``
``ARRAY(8)``                       a number of items, and that many structures
``CHOICE("0", "1")``               ``{ 0 < this > | 1 < that > }``, a structure of one of several types
``COUNTED(6, 1)``                  ``< n : bit (6) > < bit (n + 1) >``, a string of bits or a structure
``MAP(16)``                        a bit map, a tuple of the numbers whose bits are set
``WORDS(9, 8, 8)``                 numbers of these widths, a tuple
``IF("kind", (1, 2), 4)``          a field that is there where an earlier one has one of some values
=================================  =============================================================

L and H are bits seen through the filling pattern 00101011: L is the bit that fills up, H the other one.
"""

from collections.abc import Callable
from typing import Any, get_args

from protocol.bits import Layout, Struct, bits_in, emit_number, end_before
from protocol.declare import MISSING, Field, Source
from protocol.errors import DecodeError

FILLING = 0x2B
"""The octet that fills up (TS 44.006 5.2)."""

Take = Callable[[int, int], tuple[Any, int]]
Put = Callable[[Any, int], tuple[int, int]]


def number_or_structure(kind: Any, width: int) -> tuple[Take, Put]:
    """How one value of ``width`` bits, or one structure, is read and written."""
    if not width:
        return kind.take, lambda value, at: value.to_bits(at)

    def take(v: int, left: int) -> tuple[Any, int]:
        if left < width:
            raise DecodeError("the bits end within a field")
        left -= width
        return kind(v >> left & (1 << width) - 1), left

    def put(value: Any, at: int) -> tuple[int, int]:
        if not 0 <= value < 1 << width:
            raise ValueError(f"{int(value)} does not fit into {width} bits")
        return int(value), width

    return take, put


def check_width(cls: Any, field: Field, kind: Any, width: int) -> None:
    """TypeError where a structure has a width or a number none."""
    if (width == 0) != (isinstance(kind, type) and issubclass(kind, Struct)):
        raise TypeError(f"{cls.__name__}.{field.name}: a width is for numbers, none for structures")


class H(Layout):
    """``{ L | H }``: True for H; L where the bits have ended."""

    def check(self, cls: Any, field: Field) -> None:
        if field.type is not bool or field.default is MISSING:
            raise TypeError(f"{cls.__name__}.{field.name}: {{ L | H }} is a bool with a default")

    def emit_take(self, source: Source, cls: Any, field: Field, target: str) -> None:
        source.add(2, f"if left: left -= 1; {target} = (v >> left ^ {FILLING} >> (left & 7)) & 1 == 1")

    def emit_put(self, source: Source, field: Field, value: str) -> None:
        source.add(
            2,
            end_before(field),
            f"v = v << 1 | ({FILLING} >> (7 - (at + n & 7)) & 1) ^ ({value} and 1)",
            "n += 1",
        )


class LH(Layout):
    """``{ L | H < field > }``: None for L, and where the bits have ended."""

    def __init__(self, width: int = 0) -> None:
        self.width = width

    def check(self, cls: Any, field: Field) -> None:
        check_width(cls, field, field.type, self.width)
        if not field.optional:
            raise TypeError(f"{cls.__name__}.{field.name}: LH may be absent, so its type needs | None")

    def emit_take(self, source: Source, cls: Any, field: Field, target: str) -> None:
        source.add(
            2,
            f"if left and (v >> left - 1 ^ {FILLING} >> (left - 1 & 7)) & 1:",
        )
        if self.width:
            source.add(
                3,
                f"if left < {self.width} + 1: ends = {field.name!r}; break",
                f"left -= {self.width} + 1",
                f"{target} = {emit_number(source, field.type, self.width)}",
            )
        else:
            source.add(
                3,
                f"try: {target}, left = {source.bind(field.type.take, 'take')}(v, left - 1)",
                f"except DecodeError: ends = {field.name!r}; break",
            )
        source.add(2, "elif left: left -= 1")

    def emit_put(self, source: Source, field: Field, value: str) -> None:
        put = source.bind(number_or_structure(field.type, self.width)[1], "put")
        source.add(
            2,
            end_before(field),
            f"v = v << 1 | ({FILLING} >> (7 - (at + n & 7)) & 1) ^ ({value} is not None)",
            "n += 1",
            f"if {value} is not None: w, k = {put}({value}, at + n); v = v << k | w; n += k",
        )


class Composite(Layout):
    """A layout whose fields are read and written by functions; one that is cut off ends the record if it may lack."""

    optional = False
    """Whether a bit before it says if it is there."""

    def functions(self, field: Field) -> tuple[Take, Put]:
        """What reads the field, and what writes it."""
        raise NotImplementedError

    def emit_take(self, source: Source, cls: Any, field: Field, target: str) -> None:
        take, _ = self.functions(field)
        read = f"{target}, left = {source.bind(take, 'take')}"
        if not field.optional and field.default is MISSING:
            source.add(2, f"{read}(v, left)")
            return
        cut = f"except DecodeError: {'' if field.optional and not self.optional else f'ends = {field.name!r}; '}break"
        if not self.optional:
            source.add(2, f"try: {read}(v, left)", cut)
            return
        source.add(2, f"if left < 1: ends = {field.name!r}; break", "if v >> left - 1 & 1:")
        source.add(3, f"try: {read}(v, left - 1)", cut)
        source.add(2, "else: left -= 1")

    def emit_put(self, source: Source, field: Field, value: str) -> None:
        _, put = self.functions(field)
        write = f"w, k = {source.bind(put, 'put')}({value}, at + n); v = v << k | w; n += k"
        source.add(2, end_before(field))
        if self.optional:
            source.add(2, f"v = v << 1 | ({value} is not None)", "n += 1", f"if {value} is not None: {write}")
        else:
            source.add(2, *([f"if {value} is None: break"] if field.optional else []), write)


class LIST(Composite):
    """``{ 1 < item > } ** 0``; with ``first`` the first item stands there without a bit before it."""

    def __init__(self, width: int = 0, *, first: bool = False, optional: bool = False) -> None:
        self.width = width
        self.first = first
        self.optional = optional

    def check(self, cls: Any, field: Field) -> None:
        if get_args(field.type)[1:] != (...,):
            raise TypeError(f"{cls.__name__}.{field.name}: a list is a tuple[X, ...]")
        check_width(cls, field, get_args(field.type)[0], self.width)

    def functions(self, field: Field) -> tuple[Take, Put]:
        first = self.first
        take_one, put_one = number_or_structure(get_args(field.type)[0], self.width)

        def take(v: int, left: int) -> tuple[Any, int]:
            items = []
            if first:
                item, left = take_one(v, left)
                items.append(item)
            while True:
                if not left:
                    raise DecodeError("the bits end within a list")
                left -= 1
                if not v >> left & 1:
                    return tuple(items), left
                item, left = take_one(v, left)
                items.append(item)

        def put(items: Any, at: int) -> tuple[int, int]:
            if first and not items:
                raise ValueError("a list that has a first item is not empty")
            v = n = 0
            for number, item in enumerate(items):
                if number or not first:
                    v, n = v << 1 | 1, n + 1
                w, k = put_one(item, at + n)
                v, n = v << k | w, n + k
            return v << 1, n + 1

        return take, put


class ARRAY(Composite):
    """A number of items in ``count`` bits, and so many structures."""

    def __init__(self, count: int) -> None:
        self.count = count

    def check(self, cls: Any, field: Field) -> None:
        if get_args(field.type)[1:] != (...,):
            raise TypeError(f"{cls.__name__}.{field.name}: an array is a tuple[X, ...]")
        check_width(cls, field, get_args(field.type)[0], 0)

    def functions(self, field: Field) -> tuple[Take, Put]:
        take_count, put_count = number_or_structure(int, self.count)
        take_one, put_one = number_or_structure(get_args(field.type)[0], 0)

        def take(v: int, left: int) -> tuple[Any, int]:
            count, left = take_count(v, left)
            items = []
            for _ in range(count):
                item, left = take_one(v, left)
                items.append(item)
            return tuple(items), left

        def put(items: Any, at: int) -> tuple[int, int]:
            v, n = put_count(len(items), at)
            for item in items:
                w, k = put_one(item, at + n)
                v, n = v << k | w, n + k
            return v, n

        return take, put


class MAP(Composite):
    """Numbers as a bit map of ``width`` bits: the last bit is number 1, or the first one where they are ``rising``."""

    def __init__(self, width: int, *, rising: bool = False) -> None:
        self.width = width
        self.rising = rising

    def check(self, cls: Any, field: Field) -> None:
        if field.type != tuple[int, ...]:
            raise TypeError(f"{cls.__name__}.{field.name}: a bit map is a tuple[int, ...]")

    def functions(self, field: Field) -> tuple[Take, Put]:
        width = self.width
        numbers = [width - place if self.rising else place + 1 for place in range(width)]
        places = {number: place for place, number in enumerate(numbers)}
        order = sorted(places.items())

        def take(v: int, left: int) -> tuple[Any, int]:
            if left < width:
                raise DecodeError("the bits end within a bit map")
            left -= width
            v = v >> left & (1 << width) - 1
            return tuple([number for number, place in order if v >> place & 1]) if v else (), left

        def put(value: Any, at: int) -> tuple[int, int]:
            v = 0
            for number in value:
                if number not in places:
                    raise ValueError(f"{number} is none of 1 to {width}")
                v |= 1 << places[number]
            return v, width

        return take, put


class WORDS(Composite):
    """Numbers, each of a width of its own."""

    def __init__(self, *widths: int) -> None:
        self.widths = widths

    def check(self, cls: Any, field: Field) -> None:
        if field.type != tuple[int, ...]:
            raise TypeError(f"{cls.__name__}.{field.name}: words are a tuple[int, ...]")

    def functions(self, field: Field) -> tuple[Take, Put]:
        ways = [number_or_structure(int, width) for width in self.widths]

        def take(v: int, left: int) -> tuple[Any, int]:
            words = []
            for take_one, _ in ways:
                word, left = take_one(v, left)
                words.append(word)
            return tuple(words), left

        def put(value: Any, at: int) -> tuple[int, int]:
            if len(value) != len(ways):
                raise ValueError(f"{len(value)} words where there are {len(ways)}")
            v = n = 0
            for word, (_, put_one) in zip(value, ways, strict=True):
                w, k = put_one(word, at + n)
                v, n = v << k | w, n + k
            return v, n

        return take, put


class CHOICE(Composite):
    """Structures of several types, each behind its own bits, given as a string of 0, 1, L and H."""

    unions = True

    def __init__(self, *prefixes: str, optional: bool = False) -> None:
        self.prefixes = prefixes
        self.optional = optional

    def check(self, cls: Any, field: Field) -> None:
        members = get_args(field.type)
        if len(members) != len(self.prefixes) or not all(issubclass(member, Struct) for member in members):
            raise TypeError(f"{cls.__name__}.{field.name}: a choice is among structures, each with its own bits")

    def functions(self, field: Field) -> tuple[Take, Put]:
        ways = [
            (
                len(prefix),
                int("".join("1" if bit in "1H" else "0" for bit in prefix), 2),
                int("".join("1" if bit in "LH" else "0" for bit in prefix), 2),
                member,
            )
            for prefix, member in zip(self.prefixes, get_args(field.type), strict=True)
        ]
        put_ways = {member: (n, bits, seen) for n, bits, seen, member in ways}

        def take(v: int, left: int) -> tuple[Any, int]:
            for n, bits, seen, member in ways:
                if left >= n and (v >> left - n ^ seen & filling(n, left - n)) & (1 << n) - 1 == bits:
                    read: Take = member.take
                    return read(v, left - n)
            raise DecodeError("none of the alternatives is there")

        def put(value: Any, at: int) -> tuple[int, int]:
            n, bits, seen = put_ways[type(value)]
            w, k = value.to_bits(at + n)
            return (bits ^ seen & filling(n, -(at + n))) << k | w, n + k

        return take, put


def filling(n: int, above: int) -> int:
    """``n`` bits of the filling pattern that stand ``above`` bits above the end of an octet."""
    pattern = FILLING * 0x0101
    return pattern >> (above & 7) & (1 << n) - 1


class COUNTED(Composite):
    """A number in ``count`` bits, and that many bits and ``more``: a string of them, or a structure in them."""

    def __init__(self, count: int, more: int = 0, *, unit: int = 1, optional: bool = False) -> None:
        self.count = count
        self.more = more
        self.unit = unit
        self.optional = optional

    def check(self, cls: Any, field: Field) -> None:
        if field.type is not str and not issubclass(field.type, Struct):
            raise TypeError(f"{cls.__name__}.{field.name}: counted bits are a string or a structure")

    def functions(self, field: Field) -> tuple[Take, Put]:
        kind, more, unit = field.type, self.more, self.unit
        take_count, put_count = number_or_structure(int, self.count)

        def take(v: int, left: int) -> tuple[Any, int]:
            count, left = take_count(v, left)
            count = count * unit + more
            if left < count:
                raise DecodeError("counted bits run past the end")
            left -= count
            bits = v >> left & (1 << count) - 1
            if kind is str:
                return f"{bits:0{count}b}" if count else "", left
            return kind.from_bits(bits, count), left

        def put(value: Any, at: int) -> tuple[int, int]:
            if kind is str:
                w, k = bits_in(value), len(value)
            else:
                w, k = value.to_bits()
            count, odd = divmod(k - more, unit)
            if odd:
                raise ValueError(f"{k} bits are no multiple of {unit}")
            v, n = put_count(count, at)
            return v << k | w, n + k

        return take, put


class IF(Layout):
    """A field of some bits, or a structure, that is there where an earlier field has one of ``values``."""

    def __init__(self, field: str, values: tuple[int, ...], width: int = 0) -> None:
        self.field = field
        self.values = values
        self.width = width

    def check(self, cls: Any, field: Field) -> None:
        check_width(cls, field, field.type, self.width)
        if not field.optional:
            raise TypeError(f"{cls.__name__}.{field.name}: IF may be absent, so its type needs | None")

    def emit_take(self, source: Source, cls: Any, field: Field, target: str) -> None:
        number = [other.name for other in cls.fields].index(self.field)
        take = source.bind(number_or_structure(field.type, self.width)[0], "take")
        source.add(2, f"if f{number} in {self.values!r}:")
        source.add(3, f"try: {target}, left = {take}(v, left)", f"except DecodeError: ends = {field.name!r}; break")

    def emit_put(self, source: Source, field: Field, value: str) -> None:
        put = source.bind(number_or_structure(field.type, self.width)[1], "put")
        source.names["misplaced"] = misplaced
        source.add(
            2,
            end_before(field),
            f"if ({value} is None) is (self.{self.field} in {self.values!r}): misplaced(self, {field.name!r})",
            f"if {value} is not None: w, k = {put}({value}, at + n); v = v << k | w; n += k",
        )


def misplaced(record: Struct, name: str) -> None:
    """A field of ours is there where it must not be, or not where it must."""
    state = "is missing" if getattr(record, name) is None else "has no place here"
    raise ValueError(f"{type(record).__name__}.{name} {state}")
