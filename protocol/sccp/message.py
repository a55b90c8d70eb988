"""Messages of parts (Q.713 1.4 to 1.8): the base of all SCCP messages, compiled at import.

``F`` is a mandatory part of fixed length, ``V`` one that a pointer finds, ``O`` an optional part that its name finds
(:mod:`protocol.sccp.parts`). We put parts right behind the pointers, in the order of the declaration; a sender that
does otherwise leaves that in ``coding``, unknown and repeated optional parameters in ``extras``, and what stands behind
all parts in ``rest``.
"""

from collections.abc import Callable
from typing import Any, ClassVar, Self

from protocol.declare import Declaration, Source, emit_build, make_constructor
from protocol.errors import DecodeError
from protocol.layout import Extra
from protocol.sccp.in_full import encode_as_it_came, take_in_full
from protocol.sccp.parts import OPTIONAL, Coding, F, O, V, number


class PartsMessage(Declaration):
    """The root of the families of messages; a class without ``code`` is the base of a family."""

    __slots__ = ("coding", "extras", "rest")
    extras: tuple[Extra, ...] = ()
    coding: Coding | None = None
    rest: bytes = b""

    kinds: ClassVar[dict[int, Any]] = {}
    """The messages of the family by code."""
    code: ClassVar[int]
    title: ClassVar[str]
    clause: ClassVar[str]
    protocol: ClassVar[str] = ""
    places: ClassVar[tuple[str, ...]] = (OPTIONAL,)
    """What a coding may name besides fields."""
    pointer: ClassVar[int]
    """The size of its pointers."""
    start: ClassVar[int]
    """Where the first part that a pointer finds may be."""

    @classmethod
    def decode(cls, octets: bytes) -> Self:
        """Read a message of this type, whose code is not looked at (compiled for each)."""
        raise NotImplementedError(octets)

    def encode(self) -> bytes:
        """The octets of the message (compiled for each). ValueError where a value does not fit."""
        raise NotImplementedError

    def __init_subclass__(cls, *, code: int | None = None, clause: str = "", pointer: int = 1, **keywords: Any) -> None:
        """Check the declaration, register and compile it."""
        super().__init_subclass__(**keywords)
        assert cls.__doc__, f"{cls.__name__}: a message says who tells whom what"
        if code is None:
            cls.kinds = {}
            return
        if code in cls.kinds:
            raise TypeError(f"{cls.__name__}: code {code:#04x} is taken by {cls.kinds[code].__name__}")
        order = [(F, V, O).index(type(field.layout)) for field in cls.fields]
        if order != sorted(order):
            raise TypeError(f"{cls.__name__}: fixed parts come first, optional ones last")
        cls.kinds[code] = cls
        cls.code, cls.title, cls.clause, cls.pointer = code, cls.__name__.upper(), clause, pointer
        fixed = sum(field.layout.octets for field in cls.fields if isinstance(field.layout, F))
        cls.start = 1 + fixed + pointer * (order.count(1) + (2 in order))
        make_constructor(cls, {"extras": (), "coding": None, "rest": b""})
        cls.decode = staticmethod(compile_decode(cls))  # type: ignore[method-assign,assignment]
        cls.encode = compile_encode(cls)  # type: ignore[method-assign,assignment]


def compile_decode(cls: type[PartsMessage]) -> Callable[[bytes], Any]:
    """The reader of messages as we would write them; all others go through :func:`take_in_full`."""
    source = Source()
    source.names.update(cls=cls, in_full=take_in_full, empty=())
    source.add(0, "def decode(d):")
    source.add(1, "n = len(d)", "try:")
    values = {field.name: f"f{index}" for index, field in enumerate(cls.fields)}
    at = 1
    optional = [field for field in cls.fields if isinstance(field.layout, O)]
    end = str(cls.start)  # where the last part ended; that it is not beyond the message shows at the end
    for field in cls.fields:
        target = values[field.name]
        if isinstance(field.layout, F):
            size = field.layout.octets
            if size == 1:
                source.add(2, f"{target} = {take_octet(source, field.type, f'd[{at}]')}")
            else:
                source.add(2, f"{target} = {take_octets(source, field.type, f'd[{at}:{at + size}]')}")
            at += size
        elif isinstance(field.layout, V):
            size = field.layout.octets
            length = f"d[{end}]" if size == 1 else f"(d[{end}] | d[{end} + 1] << 8)"
            source.add(2, f"if {pointer_at(at, cls.pointer)} != {end}: raise IndexError")
            source.add(2, f"p = {end} + {size}", f"e = p + {length}")
            source.add(2, f"{target} = {take_octets(source, field.type, 'd[p:e]')}")
            at += cls.pointer
            end = "e"
    if optional:
        source.add(2, f"{' = '.join(values[field.name] for field in optional)} = None")
        if end != "e":
            source.add(2, f"e = {end}")
            end = "e"
        source.add(2, f"if {' or '.join(f'd[{at + index}]' for index in range(cls.pointer))}:")
        source.add(3, f"if {pointer_at(at, cls.pointer)} != e or not d[e]: raise IndexError")
        for field in optional:
            source.add(3, f"if d[e] == {field.layout.name}:", "    p = e + 2", "    e = p + d[e + 1]")
            if field.type is int:
                source.add(4, "if e != p + 1: raise IndexError", f"{values[field.name]} = d[p]")
            else:
                source.add(4, f"{values[field.name]} = {take_octets(source, field.type, 'd[p:e]')}")
        source.add(3, "if d[e]: raise IndexError", "e += 1")
    source.add(2, f"if {end} != n: raise IndexError")
    source.add(1, "except (IndexError, DecodeError):", "    return in_full(cls, d)")
    source.names["DecodeError"] = DecodeError
    emit_build(source, cls, 1, values | {"extras": "empty", "coding": "None", "rest": "b''"})
    return source.function("decode", f"{cls.__name__}.decode")


def pointer_at(at: int, size: int) -> str:
    """Expression: where the pointer at octet ``at`` points; it counts from its own most significant octet."""
    return f"{at} + d[{at}]" if size == 1 else f"{at + 1} + (d[{at}] | d[{at + 1}] << 8)"


def take_octet(source: Source, kind: Any, octet: str) -> str:
    """Expression for a value of one octet."""
    if kind is int:
        return octet
    make = kind.from_octets if hasattr(kind, "from_octets") else lambda octets: kind(octets[0])
    return f"{source.bind(tuple(make(bytes([value])) for value in range(256)), 'table')}[{octet}]"


def take_octets(source: Source, kind: Any, octets: str) -> str:
    """Expression for a value of some octets."""
    return octets if kind is bytes else f"{source.bind(kind.from_octets, 'take')}({octets})"


def compile_encode(cls: type[PartsMessage]) -> Callable[[Any], bytes]:
    """The writer: parts in the order of their pointers, each right behind the other."""
    source = Source()
    source.names.update(number=number, as_it_came=encode_as_it_came)
    source.add(0, "def encode(self):")
    source.add(1, "if self.coding is not None or self.extras or self.rest: return as_it_came(self)")
    source.add(1, f"o = bytearray(({cls.code},))")
    parts = [field for field in cls.fields if isinstance(field.layout, V)]
    optional = [field for field in cls.fields if isinstance(field.layout, O)]
    for field in cls.fields:
        if isinstance(field.layout, F):
            value = f"self.{field.name}"
            source.add(1, f"o += {value}.to_octets()" if hasattr(field.type, "to_octets") else f"o.append({value})")
    source.add(1, f"p = {cls.pointer * (len(parts) + bool(optional)) - cls.pointer + 1}", "v = b''")
    for field in parts:
        value = f"self.{field.name}" + ("" if field.type is bytes else ".to_octets()")
        source.add(
            1, f"w = {value}", f"o += number(p, {cls.pointer})", f"v += number(len(w), {field.layout.octets}) + w"
        )
        source.add(1, f"p += len(w) + {field.layout.octets} - {cls.pointer}")
    if optional:
        source.add(1, "w = b''")
        for field in optional:
            octets = f"self.{field.name}"
            if field.type is int:
                octets = f"bytes(({octets},))"
            elif field.type is not bytes:
                octets += ".to_octets()"
            source.add(1, f"if self.{field.name} is not None:", f"    t = {octets}")
            source.add(2, f"w += bytes(({field.layout.name},)) + number(len(t), 1) + t")
        source.add(1, f"o += number(p, {cls.pointer}) if w else bytes({cls.pointer})", "if w: v += w + b'\\0'")
    source.add(1, "return bytes(o + v)")
    return source.function("encode", f"{cls.__name__}.encode")
