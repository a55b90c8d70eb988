"""The base of all messages that are made of elements."""

from typing import Any, ClassVar, Literal, Self

from protocol.declare import Declaration, Field, make_constructor
from protocol.errors import DecodeError
from protocol.layout.compiler import compile_decode, compile_encode
from protocol.layout.formats import HALF, HEADER, REPEATED, THALF, Format, V
from protocol.layout.rules import Coding, Extra, Rules

Way = Literal["up", "down", "both"]
"""Who says it: ``up`` from the mobile's side, ``down`` from the network's side."""


class Message(Declaration):
    """A PDU of one protocol. Subclasses with a ``code`` are registered; without one they are the protocol's base.

    A base gives a constant :meth:`header`; or declares fields of its own, laid out as ``HEADER()``, and gives
    :meth:`take_header` and :meth:`frame`. So may a message whose header has more fields than others of its protocol. A
    base that names no ``protocol`` is one of messages alike within that of its parent.
    """

    __slots__ = ("coding", "extras")
    extras: tuple[Extra, ...] = ()
    coding: Coding | None = None

    protocol: ClassVar[str] = ""
    rules: ClassVar[Rules]
    up: ClassVar[dict[int, type["Message"]]]
    down: ClassVar[dict[int, type["Message"]]]
    heading: ClassVar[tuple[Field, ...]] = ()
    """The fields of the header."""

    code: ClassVar[int]
    title: ClassVar[str]
    clause: ClassVar[str]
    way: ClassVar[Way]

    @classmethod
    def header(cls, code: int) -> bytes:
        """The octets before the first element of the message with that code."""
        raise NotImplementedError(code)

    @classmethod
    def take_header(cls, octets: bytes) -> tuple[tuple[Any, ...], bytes, int]:
        """Values of the header's fields, the octets without what follows the elements, and where the elements start."""
        return (), octets, len(cls.header(cls.code))

    def frame(self, elements: bytes | bytearray) -> bytes:
        """The PDU: the header's fields, and the elements."""
        return self.header(self.code) + elements

    def encode(self) -> bytes:
        """The octets of the PDU (compiled for each message). ValueError where a value does not fit its element."""
        raise NotImplementedError

    @classmethod
    def decode(cls, octets: bytes) -> Self:
        """Read a PDU of this very type, its header already seen (compiled for each message)."""
        raise NotImplementedError(octets)

    def __init_subclass__(
        cls, *, code: int | None = None, title: str = "", clause: str = "", way: Way = "both", **keywords: Any
    ) -> None:
        """Check the declaration, register it, and compile it."""
        super().__init_subclass__(**keywords)
        if code is None:
            if "protocol" in cls.__dict__ or not hasattr(cls, "up"):
                cls.up, cls.down = {}, {}
            cls.heading = cls.fields
            assert all(isinstance(field.layout, HEADER) for field in cls.heading), (
                f"{cls.__name__}: a base has a header"
            )
            return
        assert cls.__doc__, f"{cls.__name__}: a message says who tells whom what"
        cls.code, cls.title, cls.clause, cls.way = code, title, clause, way
        cls.heading = tuple(field for field in cls.fields if isinstance(field.layout, HEADER))
        check(cls)
        for table in [cls.up] * (way != "down") + [cls.down] * (way != "up"):
            if code in table:
                raise TypeError(f"{cls.__name__}: code {code:#04x} is taken by {table[code].__name__}")
            table[code] = cls
        make_constructor(cls, {"extras": (), "coding": None})
        if "encode" not in cls.__dict__:  # one on the hottest path may be written by hand
            cls.encode = compile_encode(cls)  # type: ignore[method-assign,assignment]
        if "decode" not in cls.__dict__:
            cls.decode = staticmethod(compile_decode(cls))  # type: ignore[method-assign,assignment]


def decode(base: type[Message], octets: bytes, code: int, *, up: bool, at: int = 0) -> Any:
    """Decode a PDU of the protocol of ``base`` whose message type is ``code``, which stands in octet ``at``."""
    found = (base.up if up else base.down).get(code)
    if found is None:
        raise DecodeError(f"{base.protocol} has no message type {code:#04x} here", base.rules.unknown_message, at)
    return found.decode(octets)


def same_kind(one: Field, other: Field) -> bool:
    """True where two elements are told apart by nothing but their place."""
    alike = type(one.layout) is type(other.layout) and one.layout.tag == other.layout.tag
    return alike and one.type is other.type


def check(cls: type[Message]) -> None:
    """Refuse a declaration that cannot be right."""
    optional = False
    half = 0
    tags: dict[int, str] = {}
    before: Field | None = None
    for field in cls.fields:
        where = f"{cls.__name__}.{field.name}"
        layout = field.layout
        if not isinstance(layout, Format):
            raise TypeError(f"{where}: {layout!r} is no format")
        if layout.least > layout.most:
            raise TypeError(f"{where}: the length range is reversed")
        try:
            layout.check(field.type)
        except TypeError as error:
            raise TypeError(f"{where}: {error}") from None
        if isinstance(layout, HEADER):
            continue
        if isinstance(layout, HALF):
            half += 1
        elif half % 2:
            raise TypeError(f"{where}: the half octet before it has no partner")
        if field.condition is not None and not field.optional and field.default != ():
            raise TypeError(f"{where}: a conditional element may be absent, so its type needs | None")
        if isinstance(layout, REPEATED) and (field.default == ()) is not (layout.count[0] == 0):
            raise TypeError(f"{where}: what may be there no time has the default ()")
        may_lack = field.optional or field.default == ()
        if may_lack and layout.tag is None and not isinstance(layout, V):
            raise TypeError(f"{where}: an optional element needs a tag")
        if optional and not may_lack and layout.tag is None:
            raise TypeError(f"{where}: mandatory after optional")
        optional = optional or may_lack
        # Of two elements with the same tag the second is known by its place, so it is there only behind the first.
        twin = before is not None and (may_lack or not before.optional) and same_kind(before, field)
        before = field
        if layout.tag is not None and not twin:
            is_half = isinstance(layout, THALF) or (isinstance(layout, REPEATED) and isinstance(layout.item, THALF))
            for tag in range(layout.tag << 4, (layout.tag << 4) + 16) if is_half else (layout.tag,):
                if tag in tags:
                    raise TypeError(f"{where}: element tag {tag:#04x} is taken by {tags[tag]}")
                tags[tag] = field.name
    if half % 2:
        raise TypeError(f"{cls.__name__}: a half octet has no partner")
