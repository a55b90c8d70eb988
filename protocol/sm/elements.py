"""The short information elements of GPRS session management (TS 24.008 10.5.6), and the transaction identifier."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Self

from protocol.bits import BITS, Struct
from protocol.causes import SmCause
from protocol.declare import OpenEnum
from protocol.errors import DecodeError
from protocol.sm.quantity import Quantity

EXTENDED = 7
"""The value in three bits that says that an octet with the value follows."""


@dataclass(frozen=True, slots=True)
class TransactionIdentifier:
    """Transaction identifier (TS 24.007 11.2.3.1.3): which transaction of the two sides a message is about.

    The side that starts a transaction chooses its ``value``, 0 to 126; ``flag`` is False in the messages of that side,
    True in those of the other. Values from 7 on take a second octet.
    """

    value: int
    flag: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.value < 127:
            raise ValueError(f"a transaction identifier of {self.value}: it is 0 to 126")

    @property
    def answer(self) -> Self:
        """The same transaction in messages of the other side."""
        return type(self)(self.value, not self.flag)

    def __str__(self) -> str:
        return f"{self.value}{' of the receiver' * self.flag}"


_IDENTIFIERS = tuple(tuple(TransactionIdentifier(value, flag) for value in range(127)) for flag in (False, True))


def take_identifier(octets: bytes, p: int = 0) -> tuple[TransactionIdentifier, int]:
    """The transaction identifier in the upper half of the octet at ``p``, and where what follows starts.

    A value that no transaction can have is cause #81; a message that says that its extension is extended again is
    ignored (TS 24.008 8.3).
    """
    first = octets[p]
    value = first >> 4 & 7
    flag = first >> 7
    if value != EXTENDED:
        return _IDENTIFIERS[flag][value], p + 1
    if p + 1 >= len(octets):
        raise DecodeError("the extension of the transaction identifier is missing", at=p + 1)
    value = octets[p + 1]
    if value < 0x80:
        raise DecodeError("the EXT bit of the transaction identifier is 0", at=p + 1)
    value &= 0x7F
    if value < EXTENDED or value == 127:
        raise DecodeError(
            f"an extended transaction identifier of {value}", SmCause.INVALID_TRANSACTION_IDENTIFIER_VALUE, p + 1
        )
    return _IDENTIFIERS[flag][value], p + 2


def put_identifier(identifier: TransactionIdentifier, lower: int) -> bytes:
    """The octets of a transaction identifier over the lower half of its first one."""
    flag = identifier.flag << 7
    if identifier.value < EXTENDED:
        return bytes((flag | identifier.value << 4 | lower,))
    return bytes((flag | EXTENDED << 4 | lower, 0x80 | identifier.value))


@dataclass(frozen=True, slots=True)
class LinkedTi:
    """Linked TI (10.5.6.7): the transaction of the context whose address and APN a secondary one shares.

    ``surplus`` is an octet behind a value that needs none.
    """

    transaction_identifier: TransactionIdentifier
    spare: int = 0
    surplus: bytes = b""

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read octets 3 and on."""
        if not octets:
            raise DecodeError("a linked TI has at least one octet")
        identifier, end = take_identifier(octets)
        return cls(identifier, octets[0] & 15, octets[end:])

    def to_octets(self) -> bytes:
        """Write octets 3 and on."""
        if not 0 <= self.spare < 16:
            raise ValueError(f"spare bits {self.spare} of a linked TI")
        return put_identifier(self.transaction_identifier, self.spare) + self.surplus

    def __str__(self) -> str:
        return str(self.transaction_identifier)


class Nsapi(Struct):
    """Network service access point identifier (10.5.6.2): 5 to 15; 0 to 4 are reserved."""

    spare: Annotated[int, BITS(4)] = 0
    value: Annotated[int, BITS(4)]

    @property
    def is_reserved(self) -> bool:
        """True where no context can have it."""
        return self.value < 5


class LlcSapiValue(OpenEnum):
    """LLC service access point identifier for user data."""

    NOT_ASSIGNED = 0
    SAPI_3 = 3
    SAPI_5 = 5
    SAPI_9 = 9
    SAPI_11 = 11


class LlcSapi(Struct):
    """LLC service access point identifier (10.5.6.9)."""

    spare: Annotated[int, BITS(4)] = 0
    value: Annotated[LlcSapiValue, BITS(4)]


class RadioPriorityLevel(OpenEnum):
    """Radio priority level, 1 the highest. Values not listed count as 4."""

    LEVEL_1 = 1
    LEVEL_2 = 2
    LEVEL_3 = 3
    LEVEL_4 = 4

    @property
    def taken_for(self) -> "RadioPriorityLevel":
        """What the receiver takes it for."""
        return RadioPriorityLevel.LEVEL_4 if self.is_reserved else self


class RadioPriority(Struct):
    """Radio priority (10.5.7.2), and radio priority 2 (10.5.7.5)."""

    spare: Annotated[int, BITS(1)] = 0
    level: Annotated[RadioPriorityLevel, BITS(3)]


class FlowIdentifier(Quantity):
    """Identifier of a packet flow: one of four agreed ones, or from 8 on one that the network assigned."""

    __slots__ = ()
    bits = 7
    amounts: ClassVar = {number: number for number in range(8, 128)}
    named: ClassVar = {0: "best effort", 1: "signalling", 2: "SMS", 3: "TOM8"}


class PacketFlowIdentifier(Struct):
    """Packet flow identifier (10.5.6.11)."""

    spare: Annotated[int, BITS(1)] = 0
    value: Annotated[FlowIdentifier, BITS(7)]


class TearDownIndicator(Struct):
    """Tear down indicator (10.5.6.10): whether all contexts of the same address and APN go."""

    spare: Annotated[int, BITS(3)] = 0
    tear_down_requested: Annotated[bool, BITS(1)]
