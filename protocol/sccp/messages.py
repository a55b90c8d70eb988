"""Connectionless SCCP messages: unit data of every length, and their return (Q.713 4.10 to 4.20).

Declared in the formats of Q.713 1.4 to 1.8: ``F`` a mandatory part of fixed length, ``V`` a mandatory part found by a
pointer, ``O`` an optional part found by its name. Compiled at import.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self

from protocol.declare import Declaration, OpenEnum, Source, emit_build, make_constructor
from protocol.errors import DecodeError
from protocol.sccp.address import Address


@dataclass(frozen=True, slots=True)
class F:
    """One octet at its place."""


@dataclass(frozen=True, slots=True)
class V:
    """Length and value, where a pointer points; ``octets`` is the size of that length."""

    octets: int = 1


@dataclass(frozen=True, slots=True)
class O:  # noqa: E742  Q.713 calls it so
    """Name, length and value in the optional part."""

    name: int


class ProtocolClass(OpenEnum):
    """Protocol class, and whether the message shall come back where it cannot be delivered (3.6)."""

    CLASS_0 = 0x00
    CLASS_1 = 0x01
    CLASS_0_RETURN_ON_ERROR = 0x80
    CLASS_1_RETURN_ON_ERROR = 0x81

    @property
    def in_sequence(self) -> bool:
        """True for class 1, whose messages stay in order."""
        return self & 15 == 1

    @property
    def return_on_error(self) -> bool:
        """True where an undeliverable message shall come back."""
        return self >> 4 == 8


class ReturnCause(OpenEnum):
    """Why a message came back (3.12)."""

    NO_TRANSLATION_FOR_ADDRESS_OF_SUCH_NATURE = 0
    NO_TRANSLATION_FOR_THIS_ADDRESS = 1
    SUBSYSTEM_CONGESTION = 2
    SUBSYSTEM_FAILURE = 3
    UNEQUIPPED_USER = 4
    MTP_FAILURE = 5
    NETWORK_CONGESTION = 6
    UNQUALIFIED = 7
    ERROR_IN_MESSAGE_TRANSPORT = 8
    ERROR_IN_LOCAL_PROCESSING = 9
    DESTINATION_CANNOT_PERFORM_REASSEMBLY = 10
    SCCP_FAILURE = 11
    HOP_COUNTER_VIOLATION = 12
    SEGMENTATION_NOT_SUPPORTED = 13
    SEGMENTATION_FAILURE = 14


@dataclass(frozen=True, slots=True)
class Segmentation:
    """Which part of a segmented message this is (3.17).

    ``remaining`` counts the segments still to come, ``reference`` (24 bits) tells messages of one sender apart,
    ``in_sequence`` says that the user had asked for class 1.
    """

    first: bool
    remaining: int
    reference: int
    in_sequence: bool = False

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read four octets."""
        if len(octets) != 4:
            raise DecodeError(f"{len(octets)} octets are no segmentation parameter")
        first = octets[0]
        return cls(first & 0x80 != 0, first & 15, int.from_bytes(octets[1:], "big"), first & 0x40 != 0)

    def to_octets(self) -> bytes:
        """Write four octets."""
        first = self.first << 7 | self.in_sequence << 6 | self.remaining
        return bytes([first]) + self.reference.to_bytes(3, "big")

    def __str__(self) -> str:
        place = "first segment" if self.first else "segment"
        return f"{place} of {self.reference}, {self.remaining} to come"


class Unitdata(Declaration):
    """The base of all. ``others`` holds optional parameters that are not declared, as they came."""

    __slots__ = ("others",)
    others: bytes = b""

    kinds: ClassVar[dict[int, type["Unitdata"]]] = {}
    code: ClassVar[int]
    pointer: ClassVar[int]
    take: ClassVar[Callable[[bytes], Any]]

    def __init_subclass__(cls, *, code: int, pointer: int = 1, **keywords: Any) -> None:
        """Register the message and compile it; ``pointer`` is the size of its pointers."""
        super().__init_subclass__(**keywords)
        assert cls.__doc__, f"{cls.__name__}: a message says who tells whom what"
        if code in cls.kinds:
            raise TypeError(f"{cls.__name__}: code {code:#04x} is taken by {cls.kinds[code].__name__}")
        order = [("F", "V", "O").index(type(field.layout).__name__) for field in cls.fields]
        if order != sorted(order):
            raise TypeError(f"{cls.__name__}: fixed parts come first, optional ones last")
        cls.kinds[code] = cls
        cls.code, cls.pointer = code, pointer
        make_constructor(cls, {"others": b""})
        cls.take = staticmethod(compile_take(cls))
        cls.encode = compile_encode(cls)  # type: ignore[method-assign,assignment]

    def encode(self) -> bytes:
        """The octets of the message (compiled for each). ValueError where a value does not fit."""
        raise NotImplementedError


def pointer_at(at: int, size: int) -> str:
    """Expression: where the pointer at octet ``at`` points; it counts from its own most significant octet."""
    return f"{at} + d[{at}]" if size == 1 else f"{at + 1} + (d[{at}] | d[{at + 1}] << 8)"


def compile_take(cls: type[Unitdata]) -> Callable[[bytes], Any]:
    """The reader of a message."""
    source = Source()
    source.names.update(DecodeError=DecodeError, take_optional=take_optional)
    source.add(0, "def take(d):")
    source.add(1, "n = len(d)", "others = b''", "try:")
    values = {field.name: f"f{index}" for index, field in enumerate(cls.fields)}
    at = 1
    optional = [field for field in cls.fields if isinstance(field.layout, O)]
    mandatory = [field for field in cls.fields if isinstance(field.layout, V)]
    least = 1 + sum(isinstance(field.layout, F) for field in cls.fields)
    least += cls.pointer * (len(mandatory) + bool(optional))
    for field in cls.fields:
        target = values[field.name]
        if isinstance(field.layout, F):
            source.add(2, f"{target} = {take_octet(source, field.type, f'd[{at}]')}")
            at += 1
        elif isinstance(field.layout, V):
            size = field.layout.octets
            length = "d[s - 1]" if size == 1 else "(d[s - 2] | d[s - 1] << 8)"
            source.add(2, f"s = {pointer_at(at, cls.pointer)} + {size}")
            source.add(2, f"if s < {least + size}: raise IndexError", f"e = s + {length}", "if e > n: raise IndexError")
            source.add(2, f"{target} = {take_octets(source, field.type, 'd[s:e]')}")
            at += cls.pointer
    if optional:
        source.add(2, f"{' = '.join(values[field.name] for field in optional)} = None")
        source.add(2, f"p = {pointer_at(at, cls.pointer)}", f"if p != {at + cls.pointer - 1}:")
        source.add(3, f"if p < {least}: raise IndexError", "found, others = take_optional(d, p, NAMES)")
        source.names["NAMES"] = frozenset(field.layout.name for field in optional)
        for field in optional:
            source.add(3, f"v = found.get({field.layout.name})")
            source.add(3, f"if v is not None: {values[field.name]} = {take_octets(source, field.type, 'v')}")
    source.add(1, "except IndexError:")
    source.add(2, f"raise DecodeError('{cls.__name__}: a part lies outside of the message', at=n) from None")
    emit_build(source, cls, 1, values | {"others": "others"})
    return source.function("take", f"{cls.__name__}.take")


def take_octet(source: Source, kind: Any, octet: str) -> str:
    """Expression for a value of one octet."""
    return octet if kind is int else f"{source.bind(tuple(kind(value) for value in range(256)), 'table')}[{octet}]"


def take_octets(source: Source, kind: Any, octets: str) -> str:
    """Expression for a value of some octets."""
    if kind is bytes:
        return octets
    if kind is int:
        return f"int.from_bytes({octets}, 'big')"
    return f"{source.bind(kind.from_octets, 'take')}({octets})"


def take_optional(d: bytes, p: int, names: frozenset[int]) -> tuple[dict[int, bytes], bytes]:
    """The optional part from ``p`` to its end: parameters by name, and the octets of all that have another name."""
    found: dict[int, bytes] = {}
    others = b""
    while d[p]:
        end = p + 2 + d[p + 1]
        if end > len(d):
            raise IndexError
        if d[p] in names and d[p] not in found:
            found[d[p]] = d[p + 2 : end]
        else:
            others += d[p:end]
        p = end
    return found, others


def compile_encode(cls: type[Unitdata]) -> Callable[[Any], bytes]:
    """The writer of a message: parts in the order of their pointers, each right behind the other."""
    source = Source()
    source.names.update(number=number)
    source.add(0, "def encode(self):")
    source.add(1, f"o = bytearray(({cls.code},))")
    parts = [field for field in cls.fields if isinstance(field.layout, V)]
    optional = [field for field in cls.fields if isinstance(field.layout, O)]
    for field in cls.fields:
        if isinstance(field.layout, F):
            source.add(1, f"o.append(self.{field.name})")
    source.add(1, f"p = {cls.pointer * (len(parts) + bool(optional)) - cls.pointer + 1}", "v = b''")
    for field in parts:
        value = f"self.{field.name}" + ("" if field.type is bytes else ".to_octets()")
        source.add(
            1, f"w = {value}", f"o += number(p, {cls.pointer})", f"v += number(len(w), {field.layout.octets}) + w"
        )
        source.add(1, f"p += len(w) + {field.layout.octets} - {cls.pointer}")
    if optional:
        source.add(1, "w = self.others")
        for field in optional:
            octets = f"self.{field.name}" + (".to_bytes(1, 'big')" if field.type is int else ".to_octets()")
            source.add(1, f"if self.{field.name} is not None:", f"    t = {octets}")
            source.add(2, f"w = bytes(({field.layout.name}, len(t))) + t + w")
        source.add(1, f"o += number(p, {cls.pointer}) if w else bytes({cls.pointer})", "if w: v += w + b'\\0'")
    source.add(1, "return bytes(o + v)")
    return source.function("encode", f"{cls.__name__}.encode")


def number(value: int, size: int) -> bytes:
    """A pointer or length, least significant octet first. ValueError where it does not fit."""
    if value >> 8 * size:
        raise ValueError(f"a part of the message is too long: {value} does not fit into {size} octets")
    return value.to_bytes(size, "little")


class Udt(Unitdata, code=0x09):
    """UDT: take this. At most 255 octets."""

    protocol_class: Annotated[ProtocolClass, F()] = ProtocolClass.CLASS_0
    called: Annotated[Address, V()]
    calling: Annotated[Address, V()]
    payload: Annotated[bytes, V()]


class Udts(Unitdata, code=0x0A):
    """UDTS: your UDT could not be delivered; ``called`` is who had sent it."""

    cause: Annotated[ReturnCause, F()]
    called: Annotated[Address, V()]
    calling: Annotated[Address, V()]
    payload: Annotated[bytes, V()]


class Xudt(Unitdata, code=0x11):
    """XUDT: take this, or this segment of something longer."""

    protocol_class: Annotated[ProtocolClass, F()] = ProtocolClass.CLASS_0
    hop_counter: Annotated[int, F()] = 15
    called: Annotated[Address, V()]
    calling: Annotated[Address, V()]
    payload: Annotated[bytes, V()]
    segmentation: Annotated[Segmentation | None, O(0x10)] = None
    importance: Annotated[int | None, O(0x12)] = None


class Xudts(Unitdata, code=0x12):
    """XUDTS: your XUDT could not be delivered; ``called`` is who had sent it."""

    cause: Annotated[ReturnCause, F()]
    hop_counter: Annotated[int, F()] = 15
    called: Annotated[Address, V()]
    calling: Annotated[Address, V()]
    payload: Annotated[bytes, V()]
    segmentation: Annotated[Segmentation | None, O(0x10)] = None
    importance: Annotated[int | None, O(0x12)] = None


class Ludt(Unitdata, code=0x13, pointer=2):
    """LUDT: take this, up to 3952 octets in one piece."""

    protocol_class: Annotated[ProtocolClass, F()] = ProtocolClass.CLASS_0
    hop_counter: Annotated[int, F()] = 15
    called: Annotated[Address, V()]
    calling: Annotated[Address, V()]
    payload: Annotated[bytes, V(2)]
    segmentation: Annotated[Segmentation | None, O(0x10)] = None
    importance: Annotated[int | None, O(0x12)] = None


class Ludts(Unitdata, code=0x14, pointer=2):
    """LUDTS: your LUDT could not be delivered; ``called`` is who had sent it."""

    cause: Annotated[ReturnCause, F()]
    hop_counter: Annotated[int, F()] = 15
    called: Annotated[Address, V()]
    calling: Annotated[Address, V()]
    payload: Annotated[bytes, V(2)]
    segmentation: Annotated[Segmentation | None, O(0x10)] = None
    importance: Annotated[int | None, O(0x12)] = None


Message = Udt | Udts | Xudt | Xudts | Ludt | Ludts


def decode(octets: bytes) -> Message:
    """Read an SCCP message. Those of connections (classes 2 and 3) are not used here and raise DecodeError."""
    if not octets:
        raise DecodeError("an SCCP message has at least one octet")
    kind = Unitdata.kinds.get(octets[0])
    if kind is None:
        raise DecodeError(f"SCCP message type {octets[0]:#04x} is not a connectionless one")
    message: Message = kind.take(octets)
    return message


def segments(
    called: Address,
    calling: Address,
    payload: bytes,
    reference: int,
    protocol_class: ProtocolClass = ProtocolClass.CLASS_0_RETURN_ON_ERROR,
) -> list[bytes]:
    """The messages that carry ``payload``: one UDT where it fits, else up to 16 XUDT (Q.714 4.1.1.2).

    ``reference`` (24 bits) must differ among messages under way from ``calling``. ValueError for a payload of more
    than 16 segments.
    """
    most = 255 if called.gt is None and calling.gt is None else 254
    if len(payload) <= most:
        return [Udt(protocol_class=protocol_class, called=called, calling=calling, payload=payload).encode()]
    # The pointer to the optional part, of one octet, must reach beyond addresses and data.
    size = min(254, 251 - len(called.to_octets()) - len(calling.to_octets()))
    count = -(-len(payload) // size)
    if count > 16:
        raise ValueError(f"{len(payload)} octets are more than 16 segments of {size}")
    ordered = ProtocolClass(protocol_class | 1)
    return [
        Xudt(
            protocol_class=ordered,
            called=called,
            calling=calling,
            payload=payload[index * size : (index + 1) * size],
            segmentation=Segmentation(index == 0, count - 1 - index, reference, protocol_class.in_sequence),
        ).encode()
        for index in range(count)
    ]
