"""Values in elements: read from the octets of a value part, and the code that does it."""

from enum import IntEnum
from typing import Any

from protocol.bits import Struct
from protocol.declare import Source
from protocol.errors import DecodeError


def octet_table(kind: Any, size: int) -> tuple[Any, ...]:
    """All values of a type of ``size`` bits (4 or 8), ``None`` where the type refuses one."""
    table = []
    for value in range(1 << size):
        try:
            table.append(value_of_small(kind, value, size))
        except DecodeError:
            table.append(None)
    return tuple(table)


def value_of_small(kind: Any, value: int, size: int) -> Any:
    """A value of ``kind`` from an unsigned integer of ``size`` bits."""
    if kind is int:
        return value
    if kind is bool:
        return value != 0
    if kind is bytes:
        return bytes([value])
    if issubclass(kind, Struct):
        return kind.from_bits(value, size)
    if issubclass(kind, IntEnum):
        try:
            return kind(value)
        except ValueError as error:
            raise DecodeError(f"{value} is no {kind.__name__}") from error
    return kind.from_octets(bytes([value]))


def value_of(kind: Any, octets: bytes) -> Any:
    """A value of ``kind`` from the value part of an element."""
    if kind is bytes:
        return octets
    if kind is int or issubclass(kind, IntEnum) or kind is bool:
        return value_of_small(kind, int.from_bytes(octets, "big"), 8 * len(octets))
    return kind.from_octets(octets)


def emit_value(source: Source, kind: Any, octets: str) -> str:
    """Expression for a value of ``kind``; ``octets`` is the expression of its octets."""
    if kind is bytes:
        return octets
    if kind is int:
        return f"from_bytes({octets}, 'big')"
    if issubclass(kind, IntEnum):
        return f"{source.bind(kind, 'enum')}(from_bytes({octets}, 'big'))"
    return f"{source.bind(kind.from_octets, 'take')}({octets})"


def emit_octets(source: Source, kind: Any, value: str, size: int | None) -> str:
    """Expression for the octets of ``value``."""
    if kind is bytes:
        return value
    if kind is int or issubclass(kind, IntEnum):
        assert size is not None, f"{kind}: a number needs a fixed length"
        return f"{value}.to_bytes({size}, 'big')"
    if kind is bool:
        return f"(b'\\x01' if {value} else b'\\x00')"
    del source
    return f"{value}.to_octets()"


def emit_small(kind: Any, value: str) -> str:
    """Expression for a value of ``kind`` as an unsigned integer of at most an octet."""
    if kind is int or issubclass(kind, IntEnum):
        return value
    if kind is bool:
        return f"({value} and 1)"
    if issubclass(kind, Struct):
        return f"{value}.to_bits()[0]"
    return f"{value}.to_octets()[0]"


def name_of(value: str) -> str:
    """What an expression of generated code is called by people: the field's name."""
    return value.removeprefix("self.")


def emit_half_check(source: Source, kind: Any, value: str, depth: int) -> None:
    """Emit that a number of ours that does not fit into half an octet is refused: it would spoil the other half."""
    if kind is int or issubclass(kind, IntEnum):
        told = f"{name_of(value)}: {{int({value})}} does not fit into half an octet"
        source.add(depth, f"if not 0 <= {value} < 16: raise ValueError(f'{told}')")
