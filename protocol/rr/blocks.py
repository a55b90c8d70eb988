"""The bases of RR messages: on dedicated channels, and in blocks that are filled up (TS 44.018 10.5.2)."""

from functools import cache
from typing import Annotated, Any, ClassVar, Self

from protocol.bits import Struct
from protocol.causes import RrCause
from protocol.csn1 import FILLING
from protocol.errors import DecodeError
from protocol.layout import HALF, HEADER, LV, TRAILER, Message, Rules


class RestOctets(Struct):
    """Octets that end a block (TS 44.018 10.5.2): a structure, and the filling pattern behind it.

    ``size`` is the number of octets, where it is another than the block leaves. Octets alone have no block: for them
    None is as many as there are before the filling ones at the end.
    """

    __slots__ = ("size",)
    size: int | None = None

    further: ClassVar[dict[str, Any]] = {**Struct.further, "size": None}

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read them; ``rest`` is what no field takes, without the filling pattern."""
        value = int.from_bytes(octets, "big")
        record: Self
        record, left = cls.take(value, 8 * len(octets))
        if left:
            unfilled = (value ^ int.from_bytes(bytes((FILLING,)) * len(octets), "big")) & (1 << left) - 1
            if unfilled:
                filled = (unfilled & -unfilled).bit_length() - 1
                rest = (value & (1 << left) - 1) >> filled
                _set_rest(record, f"{rest:0{left - filled}b}")
        if octets and octets[-1] == FILLING:
            _set_size(record, len(octets))
        return record

    def to_octets(self) -> bytes:
        """Write them, filled up."""
        value, width = self.to_bits()
        spare = -width % 8
        value = value << spare | FILLING & (1 << spare) - 1
        octets = value.to_bytes((width + spare) // 8, "big").rstrip(bytes((FILLING,)))
        if self.size is None:
            return octets
        return self.filled(octets, self.size)

    def in_block(self, room: int) -> bytes:
        """Write them at the end of a block that has ``room`` for them."""
        octets = self.to_octets()
        return octets if self.size is not None else self.filled(octets, room)

    def filled(self, octets: bytes, size: int) -> bytes:
        """The octets, so many of them."""
        if len(octets) > size:
            raise ValueError(f"{type(self).__name__} of {len(octets)} octets has no room in {size}")
        return octets.ljust(size, bytes((FILLING,)))

    def of_size(self, size: int | None) -> Self:
        """These, so many of them in a block; changes a record that was just read."""
        _set_size(self, size)
        return self


_set_rest = Struct.__dict__["rest"].__set__
_set_size = RestOctets.__dict__["size"].__set__


def unknown(d: bytes, p: int) -> int:
    """Find the end of an unknown element by its tag (TS 24.007 11.2.4); refuse one that must be understood (8.5)."""
    tag = d[p]
    if tag & 0x80:
        return p + 1
    if not tag & 0xF0:
        raise DecodeError(f"element {tag:#04x} must be understood", RrCause.INVALID_MANDATORY_INFORMATION, p)
    return p + 2 + d[p + 1] if p + 1 < len(d) else p + 1


class RrMessage(Message):
    """A message of radio resource management on a dedicated channel."""

    protocol = "rr"
    rules = Rules(
        unknown_message=RrCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED,
        missing_mandatory=RrCause.INVALID_MANDATORY_INFORMATION,
        invalid_mandatory=RrCause.INVALID_MANDATORY_INFORMATION,
        missing_conditional=RrCause.CONDITIONAL_IE_ERROR,
        invalid_conditional=RrCause.CONDITIONAL_IE_ERROR,
        unexpected_conditional=RrCause.CONDITIONAL_IE_ERROR,
        longer=True,  # TS 24.007 11.4.2
        unknown=unknown,
    )

    @classmethod
    def header(cls, code: int) -> bytes:
        return bytes((6, code))


class BlockMessage(RrMessage):
    """A message in a block of its own on a common or broadcast channel, which rest octets fill up.

    ``l2_pseudo_length`` is the sender's, where it is another than that of the elements (10.5.2.19).
    """

    l2_pseudo_length: Annotated[int | None, HEADER("1")] = None

    block: ClassVar[int] = 23
    """Octets of the block."""

    pseudo_length: ClassVar[int | None] = None
    """What the pseudo length is, where it does not tell that of the elements."""

    @classmethod
    def take_header(cls, octets: bytes) -> tuple[tuple[Any, ...], bytes, int]:
        told = octets[0] >> 2
        length = fixed_length(cls)
        end = min(told + 1 if length is None else 3 + length, len(octets))
        if end < 3:
            raise DecodeError(f"an L2 pseudo length of {told} leaves no room for the message type", at=0)
        kind = rest_octets(cls)
        canonical = cls.pseudo_length
        if canonical is None:
            canonical = (
                len(octets) if kind is None else end
            ) - 1  # without rest octets, what follows is kept as extras
        values: tuple[Any, ...] = (None if told == canonical else told,)
        if kind is not None:
            rest = kind.from_octets(octets[end:])
            values = (*values, rest.of_size(None if len(octets) == cls.block else len(octets) - end))
            octets = octets[:end]
        return values, octets, 3

    def frame(self, elements: bytes | bytearray) -> bytes:
        length = self.l2_pseudo_length
        if length is None:
            length = len(elements) + 2 if self.pseudo_length is None else self.pseudo_length
        if not 0 <= length < 64:
            raise ValueError(f"{type(self).__name__}: an L2 pseudo length of {length}")
        octets = bytes((length << 2 | 1, 6, self.code)) + elements
        if rest_octets(type(self)) is None:
            return octets
        rest: RestOctets = getattr(self, self.heading[-1].name)
        return octets + rest.in_block(max(self.block - len(octets), 0))


@cache
def rest_octets(cls: type[BlockMessage]) -> type[RestOctets] | None:
    """The type of a message's rest octets, if it has some."""
    last = cls.fields[-1]
    return last.type if isinstance(last.layout, TRAILER) else None


@cache
def fixed_length(cls: type[BlockMessage]) -> int | None:
    """The octets of a message's elements where they are always the same, so that no pseudo length is needed."""
    total = 0.0
    for field in cls.fields:
        if isinstance(field.layout, HEADER):
            continue
        if field.optional or field.layout.fixed is None or isinstance(field.layout, LV):
            return None
        total += 0.5 if isinstance(field.layout, HALF) else field.layout.fixed
    return int(total)
