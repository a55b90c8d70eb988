"""What the compiled code leaves: every form that BER allows, unknown elements, and faults with their names."""

from typing import Any

from protocol.ber.coding import Form, coding_of, forms_of
from protocol.ber.constructed import DEFINED_BY
from protocol.ber.layouts import NULL
from protocol.ber.octets import Place, bounds
from protocol.declare import MISSING, Field
from protocol.errors import DecodeError
from protocol.layout import Extra


def mandatory(field: Field) -> bool:
    """True when the element must be there."""
    return field.default is MISSING or field.layout.always


# --- reading -----------------------------------------------------------------------------------------------------


def accepts(field: Field, tag: int) -> bool:
    """True when the field may start with the tag."""
    layout = field.layout
    return (isinstance(layout, DEFINED_BY) and layout.number is None) or tag in layout.tags(field.type)


def find_field(cls: Any, tag: int, first: int, at: int) -> int | None:
    """Which field from number ``first`` on takes the tag; None where it is unknown."""
    fields = cls.fields
    for index in range(first, len(fields)):
        if accepts(fields[index], tag):
            return index
        if mandatory(fields[index]):
            if any(accepts(later, tag) for later in fields[index + 1 :]):
                raise DecodeError(f"{fields[index].title} is missing", at=at)
            break
    if any(accepts(earlier, tag) for earlier in fields[:first]):
        raise DecodeError(f"an element {tag:#04x} is repeated or out of order", at=at)
    return None


def sequence_in_full(cls: Any, place: Place) -> Any:
    """Read a SEQUENCE whatever its form."""
    element = take_in_full(cls, place.d, place.p, place.q)
    return element if place.is_plain else element.with_header(place)


def take_in_full(cls: Any, d: bytes, p: int, e: int) -> Any:
    """Read a SEQUENCE's contents in any form that BER allows; unknown elements become extras."""
    fields = cls.fields
    values = {field.name: field.default for field in fields}
    extras: list[Extra] = []
    forms: list[Form] = []
    first = 0
    while p < e:
        place = Place.find(d, p, e)
        index = find_field(cls, place.tag, first, p)
        if index is None:
            extras.append(Extra(first - 1, d[p : place.end]))
        else:
            first = index + 1
            values[fields[index].name] = take_field(fields[index], place, values, forms)
        p = place.end
    for field in fields[first:]:
        if mandatory(field):
            raise DecodeError(f"{field.title} is missing", at=e)
    return cls(**values, extras=tuple(extras), coding=coding_of(forms))


def take_field(field: Field, place: Place, values: dict[str, Any], forms: list[Form]) -> Any:
    """Read the element of a field; ``values`` are those of the fields before it."""
    layout = field.layout
    if isinstance(layout, DEFINED_BY):
        told = values[layout.by]
        if layout.number is None:
            return layout.resolve_at(told, place)
        if not place.is_plain:
            forms.append(Form(field.name, place.indefinite, place.length_octets))
        return layout.resolve_within(told, place.d, place.p, place.q)
    known = len(forms)
    try:
        value = layout.take_in_full(field.type, place, field.name, forms)
    except DecodeError as error:
        raise named(field, place.p, error) from None
    is_default = not mandatory(field) and field.default is not None and value == field.default
    if is_default and not isinstance(layout, NULL) and len(forms) == known:
        forms.append(Form(field.name))
    return value


def choice_in_full(cls: Any, index: int, place: Place) -> Any:
    """Read the alternative of a CHOICE that stands there."""
    field = cls.fields[index]
    forms: list[Form] = []
    value = field.layout.take_in_full(field.type, place, field.name, forms)
    return cls(**{field.name: value}, coding=coding_of(forms))


def named(field: Field, start: int, error: DecodeError) -> DecodeError:
    """The error of a field's value as one of the SEQUENCE that it stands in."""
    nested = field.layout.nests and error.at >= start
    return DecodeError(f"{field.title}: {error.why}", error.cause, error.at if nested else start + error.at)


def located(cls: Any, d: bytes, p: int, e: int, at: int, error: DecodeError) -> DecodeError:
    """The error that the fast path met in the element whose contents start ``at``, with the field's name."""
    first = 0
    while p < e:
        tag, start, _, end = bounds(d, p, e)
        index = find_field(cls, tag, first, p)
        if index is None:
            break
        if start == at:
            return named(cls.fields[index], start, error)
        first = index + 1
        p = end
    return error


# --- writing -----------------------------------------------------------------------------------------------------


def contents_as_it_came(element: Any) -> bytes:
    """The contents octets of a SEQUENCE, each element in its form and each extra where it stood."""
    forms = forms_of(element.coding)
    behind: dict[int, bytes] = {}
    for extra in element.extras:
        behind[extra.after] = behind.get(extra.after, b"") + extra.octets
    octets = bytearray(behind.get(-1, b""))
    for index, field in enumerate(element.fields):
        value = getattr(element, field.name)
        if is_sent(field, value, forms):
            octets += field.layout.put_as_it_came(element, field.type, value, field.name, forms)
        octets += behind.get(index, b"")
    return bytes(octets)


def is_sent(field: Field, value: Any, forms: dict[str, Form]) -> bool:
    """True where a field's element is there: it must be, is not its default, or came although it is."""
    if mandatory(field):
        return True
    if value is None or (isinstance(field.layout, NULL) and not value):
        return False
    return bool(value != field.default) or field.name in forms


def choice_as_it_came(choice: Any) -> bytes:
    """The octets of a CHOICE, in its form."""
    forms = forms_of(choice.coding)
    values = {field: getattr(choice, field.name) for field in choice.fields}
    told = [field for field, value in values.items() if value or not (value is None or isinstance(field.layout, NULL))]
    if len(told) != 1:
        raise ValueError(f"{type(choice).__name__}: {len(told)} alternatives do not fit")
    (field,) = told
    octets: bytes = field.layout.put_as_it_came(choice, field.type, getattr(choice, field.name), field.name, forms)
    return octets
