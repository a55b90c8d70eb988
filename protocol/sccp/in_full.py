"""Messages that are not as we would write them: parts in another order, gaps, optional parameters of every kind."""

from typing import TYPE_CHECKING, Any

from protocol.declare import MISSING, Field
from protocol.errors import DecodeError
from protocol.layout import Extra
from protocol.sccp.parts import OPTIONAL, Coding, F, Gap, O, V, in_order, number

if TYPE_CHECKING:
    from protocol.sccp.message import PartsMessage


def take_in_full(cls: Any, d: bytes) -> Any:
    """Read a message, whatever the order of its parts. DecodeError where a part lies outside, or two overlap."""
    if len(d) < cls.start:
        raise DecodeError(f"{cls.__name__} of {len(d)} octets ends before its parts", at=len(d))
    values = {field.name: field.default for field in cls.fields if field.default is not MISSING}
    at = 1
    lie: list[tuple[int, int, str]] = []
    for field in cls.fields:
        layout = field.layout
        if isinstance(layout, F):
            values[field.name] = value_of(field.type, d[at : at + layout.octets])
            at += layout.octets
        elif isinstance(layout, V):
            start = pointed_at(cls, d, at)
            end = part_end(d, start, layout.octets)
            try:
                values[field.name] = value_of(field.type, d[start + layout.octets : end])
            except DecodeError as error:
                raise DecodeError(f"{field.title}: {error.why}", error.cause, start + layout.octets) from None
            lie.append((start, end, field.name))
            at += cls.pointer
    extras: list[Extra] = []
    parameters: list[str] = []
    if at < cls.start and any(d[at : cls.start]):
        start = pointed_at(cls, d, at)
        lie.append((start, take_optional(cls, d, start, values, parameters, extras), OPTIONAL))
    order, gaps, x = placed(cls, d, lie)
    declared = [field.name for field in cls.fields if field.name in parameters]
    coding = Coding(
        order if order != usual_order(cls, values, extras) else (),
        gaps,
        tuple(parameters) if parameters != declared else (),
    )
    return cls(**values, extras=tuple(extras), rest=d[x:], coding=None if coding == Coding() else coding)


def value_of(kind: Any, octets: bytes) -> Any:
    """A value from its octets; a number or an enumeration takes one."""
    if kind is bytes:
        return octets
    if hasattr(kind, "from_octets"):
        return kind.from_octets(octets)
    if len(octets) != 1:
        raise DecodeError(f"{len(octets)} octets where there is one")
    return kind(octets[0])


def octets_of(value: Any) -> bytes:
    """The octets of a value."""
    if isinstance(value, bytes):
        return value
    octets: bytes = value.to_octets() if hasattr(value, "to_octets") else bytes([value])
    return octets


def pointed_at(cls: type["PartsMessage"], d: bytes, at: int) -> int:
    """Where the pointer points; it counts from its own most significant octet, which is its last."""
    start = at + cls.pointer - 1 + int.from_bytes(d[at : at + cls.pointer], "little")
    if not cls.start <= start < len(d):
        raise DecodeError("a pointer points outside of the parts", at=at)
    return start


def part_end(d: bytes, start: int, size: int) -> int:
    """Where a part with a length of so many octets ends."""
    end = start + size + int.from_bytes(d[start : start + size], "little")
    if start + size > len(d) or end > len(d):
        raise DecodeError("a part reaches beyond the message", at=start)
    return end


def take_optional(
    cls: Any, d: bytes, p: int, values: dict[str, Any], parameters: list[str], extras: list[Extra]
) -> int:
    """Read the optional part from ``p`` on; where it ends."""
    fields = {
        field.layout.name: (index, field) for index, field in enumerate(cls.fields) if isinstance(field.layout, O)
    }
    after = -1
    while p < len(d) and d[p]:
        end = part_end(d, p + 1, 1)
        index, field = fields.get(d[p], (-1, None))
        if field is None:
            extras.append(Extra(after, d[p:end], "unknown"))
        elif field.name in parameters:
            extras.append(Extra(after, d[p:end], f"{field.title} is repeated"))
        else:
            try:
                values[field.name] = value_of(field.type, d[p + 2 : end])
            except DecodeError as error:
                if field.layout.needed:
                    raise DecodeError(f"{field.title}: {error.why}", error.cause, p + 2) from None
                extras.append(Extra(after, d[p:end], f"{field.title}: {error.why}"))
            else:
                parameters.append(field.name)
                after = index
        p = end
    if p >= len(d):
        raise DecodeError("the optional part has no end", at=p)
    return p + 1


def placed(cls: Any, d: bytes, lie: list[tuple[int, int, str]]) -> tuple[tuple[str, ...], tuple[Gap, ...], int]:
    """The order of the parts, the gaps before them, and where the last one ends."""
    x = cls.start
    gaps = []
    lie = sorted(lie)
    for start, end, name in lie:
        if start < x:
            raise DecodeError(f"{name} overlaps another part", at=start)
        if start > x:
            gaps.append(Gap(name, d[x:start]))
        x = end
    return tuple(name for _, _, name in lie), tuple(gaps), x


def usual_order(cls: Any, values: dict[str, Any], extras: list[Extra] | tuple[Extra, ...]) -> tuple[str, ...]:
    """The parts as we would place them."""
    order = [field.name for field in cls.fields if isinstance(field.layout, V)]
    told = any(values.get(field.name) is not None for field in cls.fields if isinstance(field.layout, O))
    return (*order, OPTIONAL) if told or extras else tuple(order)


# --- writing -----------------------------------------------------------------------------------------------------


def encode_as_it_came(message: Any) -> bytes:
    """Encode a message with its parts where they were, and with what no part takes."""
    cls: Any = type(message)
    coding = message.coding or Coding()
    fixed = bytearray([cls.code])
    parts: dict[str, bytes] = {}
    optional = False
    for field in cls.fields:
        value = getattr(message, field.name)
        if isinstance(field.layout, F):
            fixed += octets_of(value)
        elif isinstance(field.layout, V):
            octets = octets_of(value)
            parts[field.name] = number(len(octets), field.layout.octets) + octets
        else:
            optional = True
    values = {field.name: getattr(message, field.name) for field in cls.fields}
    order = list(usual_order(cls, values, message.extras))
    if optional and OPTIONAL in coding.order and OPTIONAL not in order:
        order.append(OPTIONAL)
    if OPTIONAL in order:
        parts[OPTIONAL] = optional_part(message, coding)
    gaps = {gap.before: gap.octets for gap in coding.gaps}
    starts: dict[str, int] = {}
    body = bytearray()
    for name in in_order(order, coding.order):
        body += gaps.get(name, b"")
        starts[name] = cls.start + len(body)
        body += parts[name]
    names = [field.name for field in cls.fields if isinstance(field.layout, V)] + [OPTIONAL] * optional
    pointers = bytearray()
    for name in names:
        last = len(fixed) + len(pointers) + cls.pointer - 1
        pointers += number(starts[name] - last, cls.pointer) if name in starts else bytes(cls.pointer)
    return bytes(fixed + pointers + body + message.rest)


def optional_part(message: Any, coding: Coding) -> bytes:
    """The optional part: parameters in their order, each extra behind the one that it followed."""
    fields: dict[str, Field] = {field.name: field for field in message.fields if isinstance(field.layout, O)}
    behind: dict[str, bytes] = {}
    for extra in message.extras:
        name = message.fields[extra.after].name if 0 <= extra.after < len(message.fields) else ""
        behind[name] = behind.get(name, b"") + extra.octets
    octets = bytearray(behind.pop("", b""))
    for name in in_order(list(fields), coding.parameters):
        value = getattr(message, name)
        if value is not None:
            contents = octets_of(value)
            octets += bytes([fields[name].layout.name]) + number(len(contents), 1) + contents
        octets += behind.pop(name, b"")
    return bytes(octets + b"".join(behind.values()) + b"\0")
