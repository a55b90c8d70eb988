"""YAML of files that people write, read strictly: plain values only, and one clear line for whatever is wrong.

A mapping, a sequence, or a scalar; no anchors, aliases or tags, no key twice, no second document, bounded depth and
size. Keys are always text. A plain scalar becomes a number, ``True``, ``False`` or ``None`` only where it is written as
such (``12``, ``0.5``, ``true``, ``false``, ``null``), and a whole number only where its text can be had back: so
``001010000000001`` and ``off`` stay text, as IMSIs and policies need it.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from sys import intern
from typing import Any, BinaryIO

import yaml
from yaml.events import (
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

MIB = 1 << 20
"""One mebibyte."""
MOST_DEPTH = 32
"""Mappings and sequences within each other."""

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is not in every build of PyYAML
_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,17}")
_BROKEN = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,18}")
_CONSTANTS = {"": None, "~": None, "null": None, "true": True, "false": False}
_PLAIN_KEY = re.compile(r"[\w.+-]{1,63}( [\w.+-]{1,63}){0,7}")


class ConfigError(Exception):
    """A file of the user that cannot be obeyed: which file, which key in it, what was expected there, what was found.

    Its text is one line. ``key`` is a path such as ``nodes.sgsn1.gt``, or ``line 7`` where the YAML itself is at fault,
    or empty for the file as a whole.
    """

    def __init__(self, file: str, key: str, expected: str, found: str) -> None:
        self.file = file
        self.key = key
        self.expected = expected
        self.found = found
        where = f"{file}: {key}" if key else file
        super().__init__(f"{where}: expected {expected}, found {found}")


def shown(value: object) -> str:
    """A value of a file as an error prints it: on one line, and not all of a long one."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case dict():
            return "a mapping"
        case list():
            return "a list"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def key_path(*keys: object) -> str:
    """Keys, from the outermost inwards, as an error prints them."""
    return ".".join(str(key) if _PLAIN_KEY.fullmatch(str(key)) else shown(key) for key in keys)


def read_yaml(path: Path, most: int = MIB) -> dict[str, Any]:
    """Read a file that holds a mapping, of at most ``most`` octets; an empty file is an empty mapping.

    The file is read piece by piece and never held as a whole. Whatever is wrong with it is a ConfigError.
    """
    file = str(path)
    try:
        with path.open("rb") as stream:
            content = parse_yaml(stream, file, most)
    except OSError as error:
        raise ConfigError(file, "", "a file that can be read", (error.strerror or str(error)).lower()) from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ConfigError(file, "", "a mapping", shown(content))
    return content


def parse_yaml(stream: BinaryIO, file: str, most: int = MIB) -> Any:
    """Read one document of at most ``most`` octets; ``file`` is what errors call it. Empty is ``None``."""
    try:
        events: Iterator[Event] = yaml.parse(_Bounded(stream, most), Loader=_Loader)
        return _Composer(events, file).document()
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}" if error.problem_mark else ""
        found = ", ".join(part for part in (error.context, error.problem) if part)
        if "maximum nesting depth" in found:  # newer releases of PyYAML look ahead as far as that, and refuse first
            raise ConfigError(file, line, f"at most {MOST_DEPTH} levels", "more") from None
        raise ConfigError(file, line, "YAML", _one_line(found)) from None
    except yaml.reader.ReaderError as error:
        raise ConfigError(file, f"character {error.position}", "YAML in UTF-8", _one_line(error.reason)) from None
    except _TooLongError:
        raise ConfigError(file, "", f"at most {most} octets", "more") from None


class _TooLongError(Exception):
    """The stream holds more than it may."""


class _Bounded:
    """A stream that breaks off behind so many octets."""

    def __init__(self, stream: BinaryIO, most: int) -> None:
        self._stream = stream
        self._left = most

    def read(self, size: int = -1) -> bytes:
        octets = self._stream.read(size)
        self._left -= len(octets)
        if self._left < 0:
            raise _TooLongError
        return octets


class _Composer:
    """Plain values from the events of one document."""

    def __init__(self, events: Iterator[Event], file: str) -> None:
        self._events = events
        self._file = file

    def document(self) -> Any:
        """The only document of the stream."""
        content = None
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                content = self._value(next(self._events), MOST_DEPTH)
                end = next(self._events)
                assert isinstance(end, DocumentEndEvent), end
                after = next(self._events)
                if not isinstance(after, StreamEndEvent):
                    raise self._error(after, "one document", "a second")
        return content

    def _value(self, event: Event, depth: int) -> Any:
        self._check_plain(event)
        if isinstance(event, ScalarEvent):
            return event.value if event.style else plain(event.value)
        if not depth:
            raise self._error(event, f"at most {MOST_DEPTH} levels", "more")
        if isinstance(event, SequenceStartEvent):
            return self._sequence(depth - 1)
        assert isinstance(event, MappingStartEvent), event
        return self._mapping(depth - 1)

    def _sequence(self, depth: int) -> list[Any]:
        values = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            values.append(self._value(event, depth))
        return values

    def _mapping(self, depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            self._check_plain(event)
            if not isinstance(event, ScalarEvent):
                raise self._error(event, "a key that is text", "a list or a mapping")
            key = intern(event.value)
            if key in values:
                raise self._error(event, "every key once", f"{shown(key)} again")
            values[key] = self._value(next(self._events), depth)
        return values

    def _check_plain(self, event: Event) -> None:
        if anchor := getattr(event, "anchor", None):  # an alias has one too: the anchor that it names
            raise self._error(event, "no anchors and aliases", shown(anchor))
        if tag := getattr(event, "tag", None):
            raise self._error(event, "no tags", shown(tag))

    def _error(self, event: Event, expected: str, found: str) -> ConfigError:
        assert event.start_mark is not None, event
        return ConfigError(self._file, f"line {event.start_mark.line + 1}", expected, found)


def plain(text: str) -> Any:
    """What a plain scalar stands for: text, a number, ``True``, ``False`` or ``None``."""
    if _WHOLE.fullmatch(text):
        return int(text)
    if _BROKEN.fullmatch(text):
        return float(text)
    return _CONSTANTS.get(text, text)


def _one_line(text: str) -> str:
    return " ".join(str(text).split())
