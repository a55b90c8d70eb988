"""The base of M3UA messages: a common header and parameters (RFC 4666 3.1, 3.2).

Parameters may stand in any order. Those that are not known, repeated, or optional and wrong are kept in ``extras``; an
order that is not ours and padding that is not as many zeros as it takes in ``coding``; what follows the message in
``rest``. Only what captures need is here, so there is nothing compiled.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Self, get_args

from protocol.declare import MISSING, Declaration, Field, make_constructor
from protocol.errors import DecodeError
from protocol.layout import Extra
from protocol.m3ua.parameters import ErrorCode

MANY = 1 << 16
"""More than any length."""


@dataclass(frozen=True, slots=True)
class PARAMETER:
    """A parameter: tag, length, value, and padding to four octets. Typed ``tuple`` it holds values of four octets."""

    tag: int


@dataclass(frozen=True, slots=True)
class Padding:
    """The octets behind a parameter, where they are not as many zeros as make a multiple of four."""

    parameter: str
    octets: bytes


@dataclass(frozen=True, slots=True)
class Coding:
    """How a sender coded parameters otherwise than we would: the names in their ``order``, and padding."""

    order: tuple[str, ...] = ()
    padding: tuple[Padding, ...] = ()


class M3uaMessage(Declaration):
    """The base of all."""

    __slots__ = ("coding", "extras", "reserved", "rest")
    extras: tuple[Extra, ...] = ()
    coding: Coding | None = None
    reserved: int = 0
    rest: bytes = b""

    protocol: ClassVar[str] = "m3ua"
    kinds: ClassVar[dict[int, Any]] = {}
    """The messages by class and type, one octet each."""
    code: ClassVar[int]
    title: ClassVar[str]
    clause: ClassVar[str]
    known: ClassVar[dict[int, tuple[int, Field]]]
    """The parameters and their numbers, by tag."""
    puts: ClassVar[tuple[tuple[str, bytes, Callable[[Any], bytes]], ...]]
    """The name of each parameter, the octets of its tag, and what writes its value."""

    def __init_subclass__(cls, *, code: int, title: str, clause: str, **keywords: Any) -> None:
        """Check the declaration and register it."""
        super().__init_subclass__(**keywords)
        assert cls.__doc__, f"{cls.__name__}: a message says who tells whom what"
        tags = [field.layout.tag for field in cls.fields]
        if code in cls.kinds or len(set(tags)) < len(tags):
            raise TypeError(f"{cls.__name__}: its code or a tag is taken")
        cls.kinds[code] = cls
        cls.code, cls.title, cls.clause = code, title, clause
        cls.known = {field.layout.tag: (number, field) for number, field in enumerate(cls.fields)}
        cls.puts = tuple((field.name, field.layout.tag.to_bytes(2, "big"), putter(field.type)) for field in cls.fields)
        make_constructor(cls, {"extras": (), "coding": None, "reserved": 0, "rest": b""})

    @classmethod
    def decode(cls, octets: bytes) -> Self:
        """Read a message of this type, whose version, class and type are not looked at."""
        if len(octets) < 8:
            raise DecodeError("an M3UA message has at least eight octets", ErrorCode.PROTOCOL_ERROR, len(octets))
        length = int.from_bytes(octets[4:8], "big")
        if not 8 <= length <= len(octets):
            raise DecodeError(f"a length of {length} is not within 8 to {len(octets)}", ErrorCode.PROTOCOL_ERROR, 4)
        reading = Reading(cls, octets[:length])
        p = 8
        while p < length:
            p = reading.take(p)
        message: Self = reading.message(octets)
        return message

    def encode(self) -> bytes:
        """The octets of the message. ValueError where a value does not fit."""
        if self.coding is not None or self.extras:
            return self.encode_as_it_came()
        octets = bytearray()
        for name, tag, put in self.puts:
            value = getattr(self, name)
            if value is not None and value != ():
                contents = put(value)
                octets += tag + size_of(name, contents) + contents
                octets += PADDING[len(contents) & 3]
        return self.headed(octets)

    def headed(self, octets: bytearray) -> bytes:
        """The message with these parameters."""
        if not 0 <= self.reserved < 256:
            raise ValueError(f"reserved {self.reserved} does not fit into an octet")
        head = bytes((1, self.reserved)) + self.code.to_bytes(2, "big") + (8 + len(octets)).to_bytes(4, "big")
        return head + octets + self.rest

    def encode_as_it_came(self) -> bytes:
        """The octets of a message that its sender coded otherwise than we would."""
        coding = self.coding or Coding()
        padding = {item.parameter: item.octets for item in coding.padding}
        names = [field.name for field in self.fields]
        behind: dict[str, bytes] = {}
        for extra in self.extras:
            name = names[extra.after] if 0 <= extra.after < len(names) else ""
            behind[name] = behind.get(name, b"") + extra.octets
        octets = bytearray(behind.pop("", b""))
        placed = [name for name in dict.fromkeys(coding.order) if name in names]
        puts = {name: (tag, put) for name, tag, put in self.puts}
        for name in (*placed, *(name for name in names if name not in placed)):
            value = getattr(self, name)
            if value is not None and value != ():
                tag, put = puts[name]
                contents = put(value)
                octets += tag + size_of(name, contents) + contents
                octets += padding.get(name, PADDING[len(contents) & 3])
            octets += behind.pop(name, b"")
        for kept in behind.values():
            octets += kept
        return self.headed(octets)


PADDING = (b"", bytes(3), bytes(2), bytes(1))
"""What fills up to four octets, by the number of octets that are over."""


def size_of(name: str, contents: bytes) -> bytes:
    """The octets of a parameter's length."""
    if len(contents) > MANY - 5:
        raise ValueError(f"{name} of {len(contents)} octets is too long")
    return (len(contents) + 4).to_bytes(2, "big")


def putter(kind: Any) -> Callable[[Any], bytes]:
    """What writes values of a parameter."""
    return partial(octets_of, kind) if is_list(kind) or kind in (int, bytes) else kind.to_octets


class Reading:
    """The reading of the parameters of one message."""

    def __init__(self, cls: type[M3uaMessage], d: bytes) -> None:
        self.cls = cls
        self.d = d
        self.known = cls.known
        self.values: dict[str, Any] = {}
        self.extras: list[Extra] = []
        self.padding: list[Padding] = []
        self.after = -1

    def take(self, p: int) -> int:
        """Read the parameter at ``p``; where the next one starts."""
        d = self.d
        if p + 4 > len(d):
            return self.keep(p, len(d), "too short for a parameter")
        length = int.from_bytes(d[p + 2 : p + 4], "big")
        q = p + length
        if length < 4 or q > len(d):
            raise DecodeError(f"a parameter of {length} octets does not fit", ErrorCode.PARAMETER_FIELD_ERROR, p + 2)
        end = min(q + -length % 4, len(d))
        found = self.known.get(d[p] << 8 | d[p + 1])
        if found is None:
            return self.keep(p, end, "unknown")
        number, field = found
        if field.name in self.values:
            return self.keep(p, end, f"{field.title} is repeated")
        try:
            self.values[field.name] = value_of(field.type, d[p + 4 : q])
        except DecodeError as error:
            if field.default is MISSING:
                raise DecodeError(f"{field.title}: {error.why}", ErrorCode.PARAMETER_FIELD_ERROR, p + 4) from None
            return self.keep(p, end, f"{field.title}: {error.why}")
        if d[q:end] != bytes(-length % 4):
            self.padding.append(Padding(field.name, d[q:end]))
        self.after = number
        return end

    def keep(self, p: int, end: int, why: str) -> int:
        """Keep the octets of a parameter that is not used; where it ends."""
        self.extras.append(Extra(self.after, self.d[p:end], why))
        return end

    def message(self, octets: bytes) -> Any:
        """The message, once all parameters are read."""
        for field in self.cls.fields:
            if field.default is MISSING and field.name not in self.values:
                raise DecodeError(f"{field.title} is missing", ErrorCode.MISSING_PARAMETER, len(self.d))
        order = tuple(self.values)
        declared = tuple(field.name for field in self.cls.fields if field.name in self.values)
        coding = Coding(order if order != declared else (), tuple(self.padding))
        return self.cls(
            **self.values,
            extras=tuple(self.extras),
            coding=None if coding == Coding() else coding,
            reserved=octets[1],
            rest=octets[len(self.d) :],
        )


def is_list(kind: Any) -> bool:
    """True for a parameter that holds several values."""
    return getattr(kind, "__origin__", None) is tuple


def value_of(kind: Any, octets: bytes) -> Any:
    """The value of a parameter."""
    if is_list(kind):
        if not octets or len(octets) % 4:
            raise DecodeError(f"{len(octets)} octets are no values of four octets")
        inner = get_args(kind)[0]
        return tuple(value_of(inner, octets[p : p + 4]) for p in range(0, len(octets), 4))
    if kind is bytes:
        return octets
    if kind is int:
        if len(octets) != 4:
            raise DecodeError(f"{len(octets)} octets are no number of four octets")
        return int.from_bytes(octets, "big")
    return kind.from_octets(octets)


def octets_of(kind: Any, value: Any) -> bytes:
    """The octets of a parameter's value."""
    if is_list(kind):
        return b"".join(octets_of(get_args(kind)[0], item) for item in value)
    if isinstance(value, bytes):
        return value
    if kind is int:
        if not 0 <= value < 1 << 32:
            raise ValueError(f"{value} does not fit into four octets")
        return int(value).to_bytes(4, "big")
    octets: bytes = value.to_octets()
    return octets


def decode(octets: bytes) -> M3uaMessage:
    """Read an M3UA message. The cause of a DecodeError is the error code to answer (RFC 4666 3.8.1)."""
    if len(octets) < 8:
        raise DecodeError("an M3UA message has at least eight octets", ErrorCode.PROTOCOL_ERROR, len(octets))
    if octets[0] != 1:
        raise DecodeError(f"version {octets[0]} is not known", ErrorCode.INVALID_VERSION)
    kind = M3uaMessage.kinds.get(octets[2] << 8 | octets[3])
    if kind is None:
        known = any(code >> 8 == octets[2] for code in M3uaMessage.kinds)
        cause = ErrorCode.UNSUPPORTED_MESSAGE_TYPE if known else ErrorCode.UNSUPPORTED_MESSAGE_CLASS
        raise DecodeError(f"message type {octets[3]} of class {octets[2]} is not known", cause, 2)
    message: M3uaMessage = kind.decode(octets)
    return message
