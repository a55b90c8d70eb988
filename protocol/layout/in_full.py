"""Decoding by the protocol's error rules (TS 24.008 section 8 and its like), for octets that are not canonical."""

from typing import Any, get_args

from protocol.declare import MISSING, Field
from protocol.errors import DecodeError
from protocol.layout.formats import HALF, HEADER, LV, REPEATED, TLV, TRAILER, Format, V
from protocol.layout.rules import Coding, Extra
from protocol.layout.values import value_of, value_of_small


def decode_in_full(cls: Any, d: bytes) -> Any:
    """Decode by the protocol's error rules: every fault is named, every optional element judged on its own.

    Mandatory elements that are missing or wrong raise DecodeError with the protocol's cause. Optional elements that are
    wrong count as absent; unknown, repeated and misplaced ones are kept in ``extras``.
    """
    heading, d, p = cls.take_header(d)
    values: dict[str, Any] = {field.name: field.default for field in cls.fields}
    values |= {field.name: value for field, value in zip(cls.heading, heading, strict=True)}
    long: list[str] = []
    surplus: list[tuple[str, bytes]] = []
    p, first = take_untagged(cls, d, p, values, long, surplus)
    extras, coding = Tagged(cls, d, first, values, long, surplus).take(p)
    for field in cls.fields:
        if values[field.name] is MISSING:
            raise DecodeError(f"{cls.title}: {field.title} is missing", cls.rules.missing_mandatory, len(d))
    return check_conditions(cls(**values, extras=extras, coding=coding), len(d))


def take_untagged(
    cls: Any, d: bytes, p: int, values: dict[str, Any], long: list[str], surplus: list[tuple[str, bytes]]
) -> tuple[int, int]:
    """Read the elements without tags into ``values``; where they end, and the number of the first field with one.

    Mandatory elements that have a tag but stand before one without are read with them.
    """
    low: tuple[Field, Any] | None = None
    loose = [number for number, field in enumerate(cls.fields) if is_loose(field)]
    last = loose[-1] if loose else -1
    for number, field in enumerate(cls.fields):
        layout: Format = field.layout
        if isinstance(layout, HEADER):
            continue
        if layout.tag is not None and number > last:
            return p, number
        if layout.tag is not None and p < len(d) and not layout.matches(d[p]):
            raise DecodeError(f"{cls.title}: {field.title} is missing", cls.rules.missing_mandatory, p)
        if p >= len(d) and (field.optional or (layout.least == 0 and isinstance(layout, V))):
            if not field.optional:
                values[field.name] = value_of(field.type, b"")
            continue
        if p >= len(d):
            raise DecodeError(f"{cls.title}: {field.title} is missing", cls.rules.missing_mandatory, p)
        try:
            if isinstance(layout, HALF):
                values[field.name] = value_of_small(field.type, d[p] >> (0 if low is None else 4) & 15, 4)
                p += low is not None
                low = (field, values[field.name]) if low is None else None
            else:
                start = p
                values[field.name], p, more = take_or_cut(cls, field, d, p)
                if layout.form(d, start):
                    long.append(field.name)
                if more:
                    surplus.append((field.name, more))
        except DecodeError as error:
            raise DecodeError(
                f"{cls.title}: {field.title}: {error.why}", cls.rules.invalid_mandatory, error.at
            ) from None
    return p, sum(not isinstance(field.layout, TRAILER) for field in cls.fields)


def is_loose(field: Field) -> bool:
    """True for a mandatory element without a tag."""
    may_lack = field.optional or field.default == ()
    return field.layout.tag is None and not may_lack and not isinstance(field.layout, HEADER)


def take_or_cut(cls: Any, field: Field, d: bytes, p: int) -> tuple[Any, int, bytes]:
    """Value of the element at ``p``, where it ends, and the octets by which it is longer than declared."""
    layout: Any = field.layout
    repeated = isinstance(layout, REPEATED)
    if cls.rules.longer and isinstance(layout.item if repeated else layout, LV | TLV):
        start, end = layout.find(d, p)
        if start + layout.most < end <= len(d):
            try:
                value = value_of(get_args(field.type)[0] if repeated else field.type, d[start:][: layout.most])
            except DecodeError as error:
                raise DecodeError(error.why, error.cause, start + error.at) from None
            return (value,) if repeated else value, end, d[start + layout.most : end]
    return *layout.take(field.type, d, p), b""


class Tagged:
    """The reading of the elements that have a tag, from ``p`` to the end, into ``values``."""

    def __init__(
        self,
        cls: Any,
        d: bytes,
        first: int,
        values: dict[str, Any],
        long: list[str],
        surplus: list[tuple[str, bytes]],
    ) -> None:
        self.cls = cls
        self.d = d
        self.first = first
        self.values = values
        self.after = first - 1
        self.extras: list[Extra] = []
        self.order: list[str] = []
        self.long = long
        self.surplus = surplus
        self.met: set[int] = set()

    def take(self, p: int) -> tuple[tuple[Extra, ...], Coding | None]:
        """What was not used, and how the rest was coded where that is not as we would."""
        while p < len(self.d):
            p = self.take_one(p)
        declared = [field.name for field in self.cls.fields if field.name in set(self.order)]
        order = () if self.order == declared else tuple(self.order)
        coding = Coding(tuple(self.long), order, tuple(self.surplus))
        extras = tuple(self.among_items(extra) for extra in self.extras)
        return extras, coding if self.long or order or self.surplus else None

    def among_items(self, extra: Extra) -> Extra:
        """The extra, without its place among the items of a repeated element where it stood behind them all."""
        if extra.items is None or extra.items < len(self.values[self.cls.fields[extra.after].name]):
            return extra
        return Extra(extra.after, extra.octets, extra.why)

    def take_one(self, p: int) -> int:
        """Read the element at ``p``; where it ends."""
        cls, d = self.cls, self.d
        for number in range(self.first, len(cls.fields)):
            field = cls.fields[number]
            if field.layout.matches(d[p]) and not self.has_twin(number):
                break
        else:
            return self.keep(p, cls.rules.unknown(d, p), "unknown")
        self.met.add(number)
        surplus = b""
        try:
            value, end, surplus = take_or_cut(cls, field, d, p)
        except DecodeError as error:
            if field.condition is not None and cls.rules.invalid_conditional is not None:
                raise DecodeError(
                    f"{cls.title}: {field.title}: {error.why}", cls.rules.invalid_conditional, error.at
                ) from None
            if not (field.optional or field.default == ()):
                raise DecodeError(
                    f"{cls.title}: {field.title}: {error.why}", cls.rules.invalid_mandatory, error.at
                ) from None
            # An optional element that cannot be read counts as absent (TS 24.008 8.7.1).
            try:
                _, end = field.layout.find(d, p)
            except DecodeError:
                end = len(d)
            return self.keep(p, end, f"{field.title}: {error.why}")
        seen = self.values[field.name] is not field.default
        if isinstance(field.layout, REPEATED) and number == self.after and seen:
            value = self.values[field.name] + value
            if len(value) > field.layout.count[1]:
                return self.keep(p, end, f"more than {field.layout.count[1]} times {field.title}")
        elif seen:
            return self.keep(p, end, f"{field.title} is repeated")  # the first counts (TS 24.008 8.6.3)
        elif number <= self.after and cls.rules.ascending:
            raise DecodeError(f"{cls.title}: {field.title} is out of order", cls.rules.misplaced, p)
        elif number <= self.after and not cls.rules.any_order:
            return self.keep(p, end, f"{field.title} is out of order")  # ignored (TS 24.008 8.6.2)
        else:
            self.order.append(field.name)
        repeated = isinstance(field.layout, REPEATED)
        if field.layout.form(d, p):
            self.long.append(f"{field.name}[{len(value) - 1}]" if repeated else field.name)
        if surplus:
            self.surplus.append((f"{field.name}[{len(value) - 1}]" if repeated else field.name, surplus))
        self.values[field.name] = value
        self.after = number
        return int(end)

    def has_twin(self, number: int) -> bool:
        """True where the element was met already, and the next field may be another with the same tag."""
        fields = self.cls.fields
        twin = number + 1 < len(fields) and fields[number + 1].layout.tag == fields[number].layout.tag
        return twin and number in self.met

    def keep(self, p: int, end: int, why: str) -> int:
        """Keep the octets of an element that is not used; where it ends."""
        end = min(end, len(self.d))
        before = self.cls.fields[self.after] if self.after >= 0 else None
        items = len(self.values[before.name]) if before and isinstance(before.layout, REPEATED) else None
        self.extras.append(Extra(self.after, self.d[p:end], why, items))
        return end


def check_conditions(message: Any, end: int) -> Any:
    """The message; DecodeError where an element is absent though it must be there, or there though it must not."""
    cls = type(message)
    for field in cls.fields:
        condition = field.condition
        if condition is None:
            continue
        if getattr(message, field.name) not in (None, ()):
            if condition.barred is not None and condition.barred(message):
                raise DecodeError(f"{cls.title}: {field.title} is not expected", cls.rules.unexpected_conditional, end)
        elif condition.needed is not None and condition.needed(message):
            raise DecodeError(f"{cls.title}: {field.title} is missing", cls.rules.missing_conditional, end)
    return message
