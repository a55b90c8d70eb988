"""Files of subscribers: CSV, which is read and written line by line, and YAML as ``subscribers.yaml`` has it.

Whatever a file holds, each fault is told to ``on_bad`` as a ConfigError with file, line or entry, column, and what was
expected there: it raises that, or lets the reading go on behind it.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, NamedTuple, TextIO

import yaml

from gprslab.config import NAMED, Document, Lab
from gprslab.provisioning.rows import COLUMNS, Rows, cells_of, content_of, read_content
from gprslab.strict_yaml import MIB, ConfigError, parse_yaml, shown
from nodes.hlr.config import Subscriber

Form = Literal["csv", "yaml"]
"""How a file is written."""

LONGEST_LINE: Final = 64 * 1024
"""Octets of a line of CSV, at most."""

LARGEST_YAML: Final = 64 * MIB
"""Octets of a YAML file, at most: it is read as a whole."""

_DUMPER: Final = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # libyaml is not in every build of PyYAML


class Entry(NamedTuple):
    """A subscriber of a file."""

    where: str
    """Its line, or its name."""
    read: int
    """Octets of the file up to here; 0 where it was read as a whole."""
    hlr: str
    subscriber: Subscriber


OnBad = Callable[[ConfigError], None]
"""Is told each fault of a file; what it raises ends the reading."""


def form_of(path: Path) -> Form:
    """The form that the name of a file tells."""
    return "yaml" if path.suffix in (".yaml", ".yml") else "csv"


def read_entries(stream: BinaryIO, file: str, form: Form, lab: Lab, on_bad: OnBad) -> Iterator[Entry]:
    """The subscribers of a file that ``lab``'s HLRs are to know, in its order; of CSV, one line is held at a time.

    Raises ConfigError where nothing of the file can be read.
    """
    return (_read_csv if form == "csv" else _read_yaml)(stream, file, lab, on_bad)


def _read_csv(stream: BinaryIO, file: str, lab: Lab, on_bad: OnBad) -> Iterator[Entry]:
    rows: Rows | None = None
    read = 0
    for line, octets in enumerate(_lines(stream), 1):
        read += len(octets)
        try:
            cells = _cells(octets, file, line)
            if not any(cells):
                continue
            if rows is None:
                rows = Rows(lab, file, cells)
                continue
            placed = rows.read(cells, line)
        except ConfigError as error:
            if rows is None:
                raise
            on_bad(error)
            continue
        yield Entry(f"line {line}", read, *placed)
    if rows is None:
        raise ConfigError(file, "line 1", f"columns of {', '.join(COLUMNS)}", "nothing")


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a stream; one that is too long is broken off, and so refused."""
    while line := stream.readline(LONGEST_LINE + 1):
        yield line
        while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            line = stream.readline(LONGEST_LINE + 1)
            if not line:
                return


def _cells(octets: bytes, file: str, line: int) -> list[str]:
    """The cells of a line, which is a row of its own: no cell of a subscriber goes over several lines."""
    if len(octets) > LONGEST_LINE:
        raise ConfigError(file, f"line {line}", f"at most {LONGEST_LINE} octets", "more")
    try:
        text = octets.decode("utf-8-sig" if line == 1 else "utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise ConfigError(file, f"line {line}", "text in UTF-8", shown(octets)) from None
    if '"' not in text:
        return text.split(",")
    try:
        return next(csv.reader([text], strict=True))
    except csv.Error as error:
        raise ConfigError(file, f"line {line}", "cells of CSV in one line", str(error)) from None


def _read_yaml(stream: BinaryIO, file: str, lab: Lab, on_bad: OnBad) -> Iterator[Entry]:
    content = parse_yaml(stream, file, LARGEST_YAML)
    if content is None:
        return
    document = Document(file, content)
    document.checked(NAMED, content)
    first: dict[str, str] = {}
    for name, told in content.items():
        try:
            placed = read_content(lab, document, told, name)
            if placed is None:
                continue
            imsi = placed.subscriber.imsi
            if first.setdefault(imsi, name) != name:
                found = f"{imsi}, which is {first[imsi]}'s too"
                raise document.error([name, "imsi"], "a value that stands once", found)
        except ConfigError as error:
            on_bad(error)
            continue
        yield Entry(name, 0, *placed)


def write_entries(subscribers: Iterable[Subscriber], stream: TextIO, form: Form) -> int:
    """Write subscribers so that they can be read again; returns how many there were."""
    return (_write_csv if form == "csv" else _write_yaml)(subscribers, stream)


def _write_csv(subscribers: Iterable[Subscriber], stream: TextIO) -> int:
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    count = 0
    for subscriber in subscribers:
        writer.writerow(cells_of(content_of(subscriber)))
        count += 1
    return count


def _write_yaml(subscribers: Iterable[Subscriber], stream: TextIO) -> int:
    """One entry after the other, so that no more than one is held; nobody has told their names."""
    count = 0
    for subscriber in subscribers:
        entry: dict[str, Any] = {f"imsi-{subscriber.imsi}": content_of(subscriber)}
        stream.write(yaml.dump(entry, Dumper=_DUMPER, sort_keys=False, width=120))
        count += 1
    return count
