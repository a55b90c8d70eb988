"""A declaration becomes a class: frozen, slotted, keyword-only, with its fields read from the annotations.

This is the ground under every layout family (:mod:`protocol.layout` for information elements, :mod:`protocol.bits` for
bit fields and CSN.1, :mod:`protocol.ber` for ASN.1): the metaclass makes slots and constructor, the family compiles
``decode`` and ``encode`` from the same fields.
"""

import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, IntEnum
from functools import reduce
from operator import or_
from typing import Annotated, Any, ClassVar, Self, Union, dataclass_transform, get_args, get_origin

MISSING: Any = object()
"""No default was given."""

PLAIN_NAMES: dict[Any, str] = {bytes: "octets", int: "number", bool: "flag", str: "text"}
"""What types of values are called that have no name of a specification."""


class OpenEnum(IntEnum):
    """An enumeration of a coded element, open as the wire is: a value that no clause lists becomes ``RESERVED_n``.

    The value survives decode and encode; what the specification says to take it for is the user's ``match``.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self:
        assert isinstance(value, int), value
        member = int.__new__(cls, value)
        member._name_ = f"RESERVED_{value}"
        member._value_ = value
        return cls._value2member_map_.setdefault(value, member)  # type: ignore[return-value]

    @property
    def is_reserved(self) -> bool:
        """True where the specification gives this value no meaning."""
        return self._name_.startswith("RESERVED_")

    @property
    def words(self) -> str:
        """The name as people read it."""
        return self._name_.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Field:
    """One declared field: its name, its type without ``None``, how it is laid out, and whether it may be absent.

    ``condition`` is what else its annotation says: when a conditional element is there.
    """

    name: str
    type: Any
    layout: Any
    optional: bool
    default: Any
    condition: Any = None

    @property
    def title(self) -> str:
        """The element's name as the specification prints it."""
        return self.name.replace("_", " ")


def annotations_of(namespace: dict[str, Any]) -> dict[str, Any]:
    """Annotations of a class body that is about to become a class (PEP 563 strings are refused)."""
    found: dict[str, Any] = namespace.get("__annotations__", {})
    if not found and sys.version_info >= (3, 14):
        import annotationlib  # noqa: PLC0415

        annotate = annotationlib.get_annotate_from_class_namespace(namespace)
        if annotate is not None:
            found = annotationlib.call_annotate_function(annotate, annotationlib.Format.VALUE)
    assert not any(isinstance(value, str) for value in found.values()), "declarations need real annotations"
    return found


def read_field(name: str, annotation: Any, default: Any, owner: str) -> Field:
    """Turn ``Annotated[Type | None, LAYOUT]`` into a :class:`Field`; several types only if the layout takes unions."""
    where = f"{owner}.{name}"
    if get_origin(annotation) is not Annotated:
        raise TypeError(f"{where}: every field is Annotated[type, layout]")
    kind, layout, *conditions = get_args(annotation)
    members = get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)
    optional = type(None) in members
    rest = tuple(member for member in members if member is not type(None))
    if len(rest) != 1 and not getattr(layout, "unions", False):
        raise TypeError(f"{where}: a field has one type, or one type and None")
    if optional and default is not None:
        raise TypeError(f"{where}: what may be absent is absent by default: = None")
    return Field(name, reduce(or_, rest), layout, optional, default, *conditions)


@dataclass_transform(kw_only_default=True, frozen_default=True, eq_default=True)
class Declared(type):
    """Metaclass of all declarations: annotations become slots before the class exists."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **keywords: Any) -> "Declared":
        """Make the class with one slot a field; defaults move from the body into the fields."""
        own: list[Field] = []
        slots = namespace.get("__slots__", ())
        for key, annotation in annotations_of(namespace).items():
            if get_origin(annotation) is ClassVar or annotation is ClassVar:
                continue
            if key in slots:  # a family's own slot, such as the extras of a message: its default is the family's matter
                namespace.pop(key, None)
                continue
            own.append(read_field(key, annotation, namespace.pop(key, MISSING), name))
        inherited: tuple[Field, ...] = ()
        for base in bases:
            inherited += getattr(base, "fields", ())
        namespace["fields"] = inherited + tuple(own)
        namespace.setdefault("__slots__", tuple(field.name for field in own))
        return super().__new__(mcs, name, bases, namespace, **keywords)


class Declaration(metaclass=Declared):
    """A frozen record whose fields were declared; equal when all its fields are."""

    __slots__ = ()
    fields: ClassVar[tuple[Field, ...]]

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, slot) == getattr(other, slot) for slot in slots_of(type(self)))

    def __hash__(self) -> int:
        return hash((type(self), *(getattr(self, slot) for slot in slots_of(type(self)))))

    def __repr__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.present())
        return f"{type(self).__name__}({told})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), {slot: getattr(self, slot) for slot in slots_of(type(self))})

    def present(self) -> Iterator[tuple[str, Any]]:
        """Names and values of the fields that are there, in the order of the declaration."""
        for field in self.fields:
            value = getattr(self, field.name)
            if value is not None and value != ():
                yield field.name, value

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed."""
        return type(self)(**({slot: getattr(self, slot) for slot in slots_of(type(self))} | changes))


def _rebuild(cls: type[Declaration], values: dict[str, Any]) -> Declaration:
    return cls(**values)


def slots_of(cls: type) -> list[str]:
    """All slots of a declaration, its bases' first."""
    return [slot for base in reversed(cls.__mro__) for slot in base.__dict__.get("__slots__", ())]


class Source:
    """Straight-line Python for one class, with the objects that it refers to."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.names: dict[str, Any] = {}

    def add(self, depth: int, *lines: str) -> None:
        """Append lines at an indentation of ``depth``."""
        self.lines.extend("    " * depth + line for line in lines)

    def bind(self, value: Any, hint: str) -> str:
        """A name under which the generated code finds ``value``."""
        for name, bound in self.names.items():
            if bound is value:
                return name
        name = f"{hint}_{len(self.names)}"
        self.names[name] = value
        return name

    def function(self, name: str, title: str) -> Callable[..., Any]:
        """Compile the lines and return the function called ``name``."""
        namespace = dict(self.names)
        text = "\n".join(self.lines)
        exec(compile(text, f"<{title}>", "exec"), namespace)  # noqa: S102  the text is ours, from a declaration
        made: Callable[..., Any] = namespace[name]
        made.__source__ = text  # type: ignore[attr-defined]
        return made


def make_constructor(cls: type[Declaration], extra: dict[str, Any]) -> None:
    """Give ``cls`` a keyword-only ``__init__`` over its fields and the ``extra`` slots with their defaults."""
    source = Source()
    parameters = [(field.name, field.default) for field in cls.fields] + list(extra.items())
    told = ", ".join(
        name if default is MISSING else f"{name}={source.bind(default, 'default')}" for name, default in parameters
    )
    source.add(0, f"def __init__(self, *, {told}):" if told else "def __init__(self):")
    source.add(
        1, *(f"{source.bind(getattr(cls, name).__set__, 'set')}(self, {name})" for name, _ in parameters), "pass"
    )
    cls.__init__ = source.function("__init__", f"{cls.__name__}.__init__")  # type: ignore[method-assign]


def emit_build(source: Source, cls: type[Declaration], depth: int, values: dict[str, str]) -> None:
    """Emit the making of an instance from local expressions, past the constructor's keyword parsing."""
    source.add(depth, f"m = {source.bind(object.__new__, 'new')}({source.bind(cls, 'cls')})")
    for name, expression in values.items():
        source.add(depth, f"{source.bind(getattr(cls, name).__set__, 'set')}(m, {expression})")
    source.add(depth, "return m")


def printable(value: Any) -> Any:
    """The value as plain JSON types, for people, traces and expectations."""
    if isinstance(value, Declaration):
        return {name: printable(item) for name, item in value.present()}
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple | list):
        return [printable(item) for item in value]
    if value is None or type(value) in (int, str, bool, float):
        return value
    return str(value)
