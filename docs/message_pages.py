"""The reference pages of messages: one a protocol, its tables made from the declarations."""

from collections.abc import Iterable, Iterator
from typing import Any, get_args

from protocol import ber, layout
from protocol.ber.types import Element
from protocol.layout import Message
from protocol.layout.reference import kind_of, prose
from protocol.m3ua import M3uaMessage
from protocol.map.operations import ERRORS, OPERATIONS
from protocol.registry import PARAMETERS, PROTOCOLS
from protocol.sccp import PartsMessage
from protocol.sccp.parts import F, O, V


def pages() -> Iterator[tuple[str, str]]:
    """Protocol by protocol, its name and its page."""
    for protocol in PROTOCOLS.values():
        yield protocol.name, f"# Messages: {protocol.name}\n\n{page(list(protocol.classes.values()))}"
    yield "map", f"# MAP\n\n{operations()}\n\n{elements(PARAMETERS.values())}"


def page(classes: list[Any]) -> str:
    """The tables of messages that are declared alike."""
    kind = classes[0]
    if issubclass(kind, Message):
        return layout.reference(classes)
    if issubclass(kind, Element):
        return elements(classes)
    return "\n".join(line for cls in classes for line in plain(cls))


def plain(cls: Any) -> Iterator[str]:
    """The table of a message of SCCP, M3UA or MTP."""
    code = "" if cls.code is None else f", code {cls.code:#04x}"
    yield from (f"## {cls.title}", "", f"`{cls.__name__}`{code}, clause {cls.clause}. {prose(cls)}", "")
    if issubclass(cls, PartsMessage):
        yield from ("| name | parameter | type | presence | length |", "|---|---|---|---|---|")
        for field in cls.fields:
            yield f"| {part(field.layout)} | {field.title} | {kind_of(field.type)} | {presence(field)} |"
    elif issubclass(cls, M3uaMessage):
        yield from ("| tag | parameter | type | presence |", "|---|---|---|---|")
        for field in cls.fields:
            must = "O" if field.optional or field.default == () else "M"
            yield f"| {field.layout.tag:04X} | {field.title} | {kind_of(field.type)} | {must} |"
    yield ""


def part(kind: Any) -> str:
    """The name of an optional part."""
    return f"{kind.name:02X}" if isinstance(kind, O) else ""


def presence(field: Any) -> str:
    """F, V or O as Q.713 says, and the octets of a fixed part."""
    match field.layout:
        case F(octets=octets):
            return f"F | {octets}"
        case V(octets=octets):
            return f"V | {octets} and more"
        case _:
            return "O | 3 and more"


def operations() -> str:
    """The tables of operations and errors."""
    lines = ["| code | operation | argument | result | errors | timer | contexts |", "|---|---|---|---|---|---|---|"]
    for row in OPERATIONS.values():
        named = [", ".join(f"`{kind.__name__}`" for kind in kinds) or "–" for kinds in (row.arguments, row.results)]
        refusals = ", ".join(str(error) for error in row.errors)
        contexts = ", ".join(str(context) for context in row.contexts)
        lines.append(
            f"| {int(row.code)} | {row.name} | {named[0]} | {named[1]} | {refusals} | {row.timer} | {contexts} |"
        )
    lines += ["", "| code | error | parameter |", "|---|---|---|"]
    for error in ERRORS.values():
        told = ", ".join(f"`{kind.__name__}`" for kind in error.parameters) or "–"
        lines.append(f"| {int(error.code)} | {error.name} | {told} |")
    return "\n".join(lines)


def elements(classes: Iterable[type[Element]]) -> str:
    """The tables of ASN.1 types and of all types in them, each once."""
    found: dict[type[Element], None] = {}
    waiting = list(classes)[::-1]
    while waiting:
        cls = waiting.pop()
        if cls not in found:
            found[cls] = None
            waiting += [inner for field in reversed(cls.fields) for inner in within(field.type)]
    return "\n".join(ber.reference(found))


def within(kind: Any) -> list[type[Element]]:
    """The ASN.1 types that a field's type names."""
    if isinstance(kind, type) and issubclass(kind, Element):
        return [kind]
    return [inner for argument in get_args(kind) for inner in within(argument)]
