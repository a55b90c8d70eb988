"""Values as documents of plain JSON types, and back: exactly, and so that one field can be edited.

A document of a declared record is an object of its fields, in their order; what is absent is left out, and so are spare
bits and the like where they are as they should be. A value that prints itself and is parsed again is a string, octets
are hexadecimal digits, an enumeration value is its name. Where a field may have several types, the document is an
object whose one key names the type. What a sender coded otherwise than we would stands beside the fields, under the
names of the record's further slots: ``extras``, ``coding``, ``rest``.

The kind of a value is needed both ways; documents come from outside, so each fault is one :class:`DocumentError`.
"""

import ipaddress
import json
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING as NO_DEFAULT
from dataclasses import Field, dataclass, fields, is_dataclass, replace
from enum import Enum
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from protocol.bits import BITS, Struct
from protocol.csn1 import Composite
from protocol.declare import MISSING, PLAIN_NAMES, Declaration, OpenEnum, slots_of

PRIMITIVES = (int, str, bytes, bool)
QUIET = frozenset({
    "ext", "ext_4", "extension", "extras", "coding", "filler", "fixed_1", "indefinite", "long", "none_coded", "padding",
    "rest", "type_of_identity", "why", "wrong_parity",
})  # fmt: skip
"""Fields that tell of a coding: where it is ours, they need not be told. So are those for spare and reserved bits."""

DEEPEST = 64
"""How deep documents may nest."""


class DocumentError(ValueError):
    """A document is not one of a value of this kind; ``where`` names the field, ``why`` says what is wrong."""

    def __init__(self, why: str, where: tuple[str, ...] = ()) -> None:
        super().__init__(why, where)
        self.why = why
        self.where = where

    def __str__(self) -> str:
        return f"{'.'.join(self.where) or 'document'}: {self.why}"

    def within(self, *names: str) -> "DocumentError":
        """The same error, seen from outside."""
        return DocumentError(self.why, (*names, *self.where))


@dataclass(frozen=True, slots=True)
class Part:
    """A field of a record: its name, its kind without None, whether it may be None, and its default."""

    name: str
    kind: Any
    optional: bool
    default: Any
    among: Callable[[], Mapping[str, type]] | None = None
    """What the value may be, by name, where the kind does not tell."""
    quiet: bool = False
    """Whether it is left out of a document when it has its default."""


@cache
def parts(kind: Any) -> tuple[Part, ...]:
    """The fields and further slots of a declared record, or the fields of a dataclass."""
    return tuple(replace(part, quiet=is_quiet(kind, part.name, part.default)) for part in all_parts(kind))


def all_parts(kind: Any) -> tuple[Part, ...]:
    """The same without what is left out of documents."""
    hints = get_type_hints(kind)
    if issubclass(kind, Declaration):
        known = {field.name: field for field in kind.fields}
        made = [
            Part(name, field.type, field.optional, field.default, getattr(field.layout, "kinds", None))
            for name, field in known.items()
        ]
        further = [slot for slot in slots_of(kind) if slot not in known]
        made += [Part(slot, *without_none(hints[slot]), default_of_slot(kind, slot)) for slot in further]
        return tuple(made)
    return tuple(
        Part(field.name, *without_none(hints[field.name]), default_of(field)) for field in fields(kind) if field.init
    )


def default_of_slot(kind: type[Declaration], slot: str) -> Any:
    """The default of a slot that is no field."""
    defaults = kind.__init__.__kwdefaults__ or {}
    return defaults.get(slot, MISSING)


def default_of(field: Field[Any]) -> Any:
    """The default of a dataclass's field."""
    if field.default_factory is not NO_DEFAULT:
        return field.default_factory()
    return MISSING if field.default is NO_DEFAULT else field.default


def without_none(kind: Any) -> tuple[Any, bool]:
    """A type without None, and whether None was in it."""
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) not in (Union, types.UnionType):
        return kind, False
    members = tuple(member for member in get_args(kind) if member is not types.NoneType)
    return (Union[members] if len(members) > 1 else members[0]), types.NoneType in get_args(kind)  # noqa: UP007  made at run time


def is_union(kind: Any) -> bool:
    """True where a value may have several types."""
    return get_origin(kind) in (Union, types.UnionType)


def is_text(kind: Any) -> bool:
    """True where the document is a string that ``parse`` reads."""
    return hasattr(kind, "parse")


# --- to a document -----------------------------------------------------------------------------------------------


def to_document(value: Any, kind: Any = None) -> Any:
    """The document of a value; ``kind`` is the type that its place has, where that is not the value's own."""
    kind = type(value) if kind is None else kind
    if value is None:
        return None
    if kind is Any or kind is object or is_union(kind):
        return {name_of(type(value)): to_document(value)}
    if get_origin(kind) is tuple:
        inner = get_args(kind)
        kinds = (inner[0],) * len(value) if inner[1:] == (...,) else inner
        return [to_document(item, other) for item, other in zip(value, kinds, strict=True)]
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, bytes):
        return value.hex()
    if is_text(kind):
        return str(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, ipaddress.IPv4Address | ipaddress.IPv6Address):
        return str(value)
    record: Any = type(value)
    assert issubclass(record, Declaration) or is_dataclass(record), f"{kind} has no document"
    absent = absent_from(value)
    told = {}
    for part in parts(record):
        item = getattr(value, part.name)
        if item is None or (is_default(item, part.default) and (part.quiet or part.name in absent)):
            continue
        told[part.name] = to_document(item, part.kind)
    for extra in told.get("extras", ()):  # the place of an extra is told by the name of the field before it
        extra["after"] = record.fields[extra["after"]].name if extra["after"] >= 0 else ""
    return told


def is_default(value: Any, default: Any) -> bool:
    """True where a value is the one that its field has where it is not told."""
    return default is not MISSING and type(value) is type(default) and bool(value == default)


def is_quiet(kind: Any, name: str, default: Any) -> bool:
    """True where a field of a record need not be told when it has its default."""
    if default in (MISSING, "", b"", ()) or (isinstance(default, OpenEnum) and default.is_reserved):
        return True
    words = name.split("_")
    # What equals its default is not sent in BER (X.690 11.5).
    return name in QUIET or "spare" in words or "reserved" in words or hasattr(kind, "with_header")


def absent_from(record: Any) -> frozenset[str]:
    """The fields for which a record has no octets, so that their values say nothing."""
    if not isinstance(record, Struct):
        found: frozenset[str] = getattr(record, "absent", NOTHING)
        return found
    names = []
    ended = False
    for field in record.fields:
        ended = ended or field.name == record.ends_before
        if ended:
            names.append(field.name)
        cuts = isinstance(field.layout, BITS) or (isinstance(field.layout, Composite) and not field.layout.optional)
        ended = ended or (cuts and field.optional and getattr(record, field.name) is None)
    return frozenset(names)


NOTHING: frozenset[str] = frozenset()


# --- from a document ---------------------------------------------------------------------------------------------


def from_document(kind: Any, document: Any, depth: int = 0) -> Any:
    """The value of ``kind`` that a document tells; DocumentError where it tells none."""
    if depth > DEEPEST:
        raise DocumentError(f"more than {DEEPEST} levels")
    if is_union(kind):
        return from_alternatives({name_of(member): member for member in get_args(kind)}, document, depth)
    if get_origin(kind) is tuple:
        return from_list(kind, document, depth)
    if kind is bool:
        return expect(bool, document, "true or false")
    if kind is bytes:
        return from_hex(document)
    if issubclass(kind, Enum):
        return from_name(kind, document)
    if is_text(kind):
        return built(kind.parse, expect(str, document, "a string"))
    if issubclass(kind, int):
        number = expect(int, document, "a number")
        return number if kind is int else built(kind, number)
    if issubclass(kind, str | ipaddress.IPv4Address | ipaddress.IPv6Address):
        text = expect(str, document, "a string")
        return text if kind is str else built(kind, text)
    return from_record(kind, document, depth)


def name_of(kind: Any) -> str:
    """The name by which a type is told from others."""
    return PLAIN_NAMES.get(kind) or str(getattr(kind, "__name__", kind))


def expect(kind: type, document: Any, words: str) -> Any:
    """The document, which must be of a JSON type."""
    if not isinstance(document, kind) or (kind is int and isinstance(document, bool)):
        raise DocumentError(f"expected {words}, found {brief(document)}")
    return document


def brief(document: Any) -> str:
    """A short form for error messages."""
    text = json.dumps(document, ensure_ascii=True)
    return text if len(text) <= 60 else f"{text[:57]}..."


def built(make: Callable[[Any], Any], plain: Any) -> Any:
    """What ``make`` makes of a string or number."""
    try:
        return make(plain)
    except (ValueError, OverflowError, KeyError, IndexError) as error:
        raise DocumentError(str(error) or f"{brief(plain)} cannot be read") from None


def from_hex(document: Any) -> bytes:
    """Octets from hexadecimal digits."""
    text = expect(str, document, "hexadecimal digits")
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise DocumentError(f"expected hexadecimal digits, found {brief(text)}") from None


def from_name(kind: Any, document: Any) -> Any:
    """A value of an enumeration, by its name; one without a name by ``RESERVED_n``, or as a number."""
    if isinstance(document, int) and not isinstance(document, bool) and document >= 0 and issubclass(kind, OpenEnum):
        return built(kind, document)
    name = expect(str, document, f"a name of {kind.__name__}")
    if name in kind.__members__:
        return kind[name]
    number = name.removeprefix("RESERVED_")
    if issubclass(kind, OpenEnum) and number.isascii() and number.isdecimal() and len(number) < 10:
        value = kind(int(number))
        if value.name == name:
            return value
    known = ", ".join(list(kind.__members__)[:8])
    raise DocumentError(f"{brief(name)} is no {kind.__name__}: expected {known} ...")


def from_list(kind: Any, document: Any, depth: int) -> tuple[Any, ...]:
    """A tuple."""
    items = expect(list, document, "a list")
    inner = get_args(kind)
    kinds = (inner[0],) * len(items) if inner[1:] == (...,) else inner
    if len(kinds) != len(items):
        raise DocumentError(f"expected a list of {len(kinds)}, found {len(items)}")
    made = []
    for index, (item, other) in enumerate(zip(items, kinds, strict=True)):
        try:
            made.append(from_document(other, item, depth + 1))
        except DocumentError as error:
            raise error.within(str(index)) from None
    return tuple(made)


def from_alternatives(members: Mapping[str, Any], document: Any, depth: int) -> Any:
    """A value of one of several types: an object whose one key names it."""
    found = expect(dict, document, f"one of {', '.join(list(members)[:8])}")
    if len(found) != 1:
        raise DocumentError(f"expected one name of a type, found {brief(sorted(found))}")
    ((name, inner),) = found.items()
    if name not in members:
        raise DocumentError(f"{brief(name)} has no place here: expected {', '.join(list(members)[:8])}")
    try:
        return from_document(members[name], inner, depth + 1)
    except DocumentError as error:
        raise error.within(str(name)) from None


def from_record(kind: Any, document: Any, depth: int) -> Any:
    """A declared record or a dataclass."""
    told = expect(dict, document, f"an object of the fields of {name_of(kind)}")
    if issubclass(kind, Declaration):
        if told.get("extras") is not None:
            told = told | {"extras": placed(kind, told["extras"])}
        check_coding(kind, told.get("coding"))
    known = {part.name: part for part in parts(kind)}
    for name in told:
        if name not in known:
            raise DocumentError(f"{kind.__name__} has no field {brief(name)}")
    values: dict[str, Any] = {}
    for name, part in known.items():
        if told.get(name) is None:
            if part.default is MISSING and not part.optional:
                raise DocumentError(f"{kind.__name__} needs a field {name!r}")
            values[name] = None if part.default is MISSING else part.default
            continue
        try:
            if part.among is not None:
                values[name] = from_alternatives(part.among(), told[name], depth + 1)
            else:
                values[name] = from_document(part.kind, told[name], depth + 1)
        except DocumentError as error:
            raise error.within(name) from None
    return built(lambda arguments: kind(**arguments), values)


def placed(kind: type[Declaration], extras: Any) -> list[Any]:
    """Documents of extras, the names of the fields before them made numbers."""
    numbers = {"": -1} | {field.name: number for number, field in enumerate(kind.fields)}
    made = []
    for extra in listed(extras, "extras"):
        name = object_in(extra, "extras").get("after", "")
        if not isinstance(name, str) or name not in numbers:
            raise DocumentError(f"{kind.__name__} has no field {brief(name)}", ("extras", "after"))
        made.append(extra | {"after": numbers[name]})
    return made


def listed(document: Any, name: str) -> list[Any]:
    """A list that stands in a further slot."""
    try:
        found: list[Any] = expect(list, document, "a list")
    except DocumentError as error:
        raise error.within(name) from None
    return found


def object_in(document: Any, name: str) -> dict[str, Any]:
    """An object in such a list."""
    try:
        found: dict[str, Any] = expect(dict, document, "an object")
    except DocumentError as error:
        raise error.within(name) from None
    return found


def check_coding(kind: type[Declaration], coding: Any) -> None:
    """DocumentError where a coding names an element that there is not."""
    if not isinstance(coding, dict):
        return
    names = {field.name for field in kind.fields} | set(getattr(kind, "places", ()))
    for slot, told in coding.items():
        for item in told if isinstance(told, list) else ():
            named = item
            if isinstance(item, dict):
                named = next((item[key] for key in ("element", "parameter", "before") if key in item), None)
            elif isinstance(item, list):
                named = item[0] if item else None
            if isinstance(named, str) and named.partition("[")[0].partition(".")[0] not in names:
                raise DocumentError(f"{kind.__name__} has no field {brief(named)}", ("coding", slot))


__all__ = ["DocumentError", "from_document", "to_document"]
