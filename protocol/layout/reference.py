"""The reference pages: a table of elements for every message, as the specification prints them."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, get_args

from protocol.declare import PLAIN_NAMES, Field
from protocol.layout.formats import HALF, HEADER, REPEATED, THALF, Format
from protocol.layout.message import Message


def messages(base: type[Message]) -> Iterator[type[Message]]:
    """All messages of a protocol, each once, by code and direction."""
    seen: set[type[Message]] = set()
    for code in sorted({*base.up, *base.down}):
        for table in (base.up, base.down):
            cls = table.get(code)
            if cls is not None and cls not in seen:
                seen.add(cls)
                yield cls


WAYS = {"up": "↑", "down": "↓", "both": "↕"}


def reference(classes: Iterable[type[Message]]) -> str:
    """A Markdown table of elements for every message."""
    parts: list[str] = []
    for cls in classes:
        told = f"`{cls.__name__}`, code {cls.code:#04x}, {WAYS[cls.way]}, clause {cls.clause}."
        parts += [f"## {cls.title}", "", f"{told} {prose(cls)}", ""]
        if not cls.fields:
            parts += ["No elements.", ""]
            continue
        parts += ["| IEI | information element | type / reference | presence | format | length |"]
        parts += ["|---|---|---|---|---|---|"]
        parts += [row(field) for field in cls.fields]
        conditions = [field for field in cls.fields if field.condition is not None]
        parts += ["", *(f"- {field.title}: {field.condition.words}" for field in conditions)] if conditions else []
        parts.append("")
    return "\n".join(parts)


def prose(cls: type) -> str:
    """What the docstring of a class says, its paragraphs without indentation."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in (cls.__doc__ or "").split("\n\n")).strip()


def row(field: Field) -> str:
    """One line of an element table."""
    layout: Format = field.layout
    repeated = isinstance(layout, REPEATED)
    half = isinstance(layout.item if repeated else layout, HALF | THALF)  # type: ignore[attr-defined]
    tag = "" if layout.tag is None else f"{layout.tag:X}-" if half else f"{layout.tag:02X}"
    presence = "C" if field.condition is not None else "O" if field.optional or field.default == () else "M"
    name = f"{field.title}, repeated" if repeated else field.title
    return f"| {tag} | {name} | {kind_of(field.type)} | {presence} | {layout.name} | {length_of(layout)} |"


def length_of(layout: Format) -> str:
    """The length of the whole element in octets."""
    if isinstance(layout, HEADER):
        return layout.octets  # type: ignore[attr-defined,no-any-return]
    if isinstance(layout, HALF | THALF):
        return "½" if isinstance(layout, HALF) else "1"
    least, most = layout.whole(layout.least, layout.most)
    return str(least) if least == most else f"{least}-{most}"


def kind_of(kind: Any) -> str:
    """The type's name, with the clause that its docstring gives."""
    if get_args(kind):
        return kind_of(get_args(kind)[0])
    if kind in PLAIN_NAMES:
        return PLAIN_NAMES[kind]
    clause = (
        re.search(r"(?<!TS )(?<![\d.])\d+(\.\d+)+[a-z]?", kind.__doc__ or "")
        if kind.__module__.startswith("protocol")
        else None
    )
    return f"{kind.__name__} {clause[0]}" if clause else str(kind.__name__)
