"""The commands ``gprslab messages``, ``decode`` and ``encode``: every message that is known, and single PDUs."""

import json
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Final, NoReturn

import click
from rich.console import Console
from rich.table import Table

from protocol.declare import OpenEnum
from protocol.document import DocumentError
from protocol.errors import DecodeError
from protocol.layers import Fault, Pdu, encode_document, guess, pdu_document, read, read_message
from protocol.registry import PROTOCOLS, Row, rows

MOST_OCTETS: Final = 1 << 16
"""No PDU here is longer."""

MOST_TEXT: Final = 64 * MOST_OCTETS
"""How much is read of a document."""

MOST_DIGITS: Final = 40
"""No number in a document has more."""

ARROWS: Final = {"up": "↑", "down": "↓", "both": "↕"}


class _ProtocolName(click.Choice[str]):
    """The name of a protocol."""

    def __init__(self) -> None:
        super().__init__([*PROTOCOLS, "map"])


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As a list of objects.")
@click.option("--protocol", type=_ProtocolName(), help="Of this protocol alone.")
def messages(*, as_json: bool, protocol: str | None) -> None:
    """List every message: protocol, code, name, direction, clause."""
    found = [row for row in rows() if protocol in (None, row.protocol)]
    if as_json:
        click.echo(json.dumps([row._asdict() for row in found], indent=1))
        return
    table = Table(box=None, pad_edge=False)
    for column in ("protocol", "code", "name", "", "clause", "class"):
        table.add_column(column, no_wrap=True)
    for row in found:
        table.add_row(row.protocol, code_of(row), row.name, ARROWS[row.direction], row.clause, row.message)
    console = Console()
    (console if console.is_terminal else Console(width=160)).print(table)
    protocols = {row.protocol for row in found}
    click.echo(f"{len(found)} messages of {len(protocols)} protocol{'s' * (len(protocols) != 1)}")


def code_of(row: Row) -> str:
    """The code of a message as people read it."""
    return "" if row.code is None else f"{row.code:#04x}"


@click.command()
@click.argument("octets", metavar="HEX|-")
@click.option("--protocol", type=_ProtocolName(), help="Which protocol it is of; guessed if not told.")
@click.option("--direction", type=click.Choice(["up", "down"]), help="From the mobile's side, or to it.")
@click.option(
    "--message", "name", metavar="CLASS", help="Which message or MAP parameter it is, where octets do not tell."
)
@click.option("--json", "as_json", is_flag=True, help="As a document that `gprslab encode` takes.")
def decode(octets: str, *, protocol: str | None, direction: str | None, name: str | None, as_json: bool) -> int:
    """Decode one PDU through all its layers. With - its hexadecimal digits come from standard input.

    Exit status 1 and one line if it cannot be read.
    """
    if protocol == "map" and name is None:
        raise click.UsageError("parameters of MAP do not tell by themselves which they are: say it with --message")
    pdu_octets = from_hex(read_text("-") if octets == "-" else octets)
    up = None if direction is None else direction == "up"
    try:
        if name is not None:
            pdu = read_message(protocol, name, pdu_octets, up)
        else:
            pdu = guess(pdu_octets, up) if protocol is None else read(protocol, pdu_octets, up)
    except DecodeError as error:
        return failed(protocol or "", error)
    except LookupError as error:
        raise click.UsageError(str(error.args[0])) from None
    document = pdu_document(pdu)
    if encode_document(document) != pdu_octets:
        click.echo("gprslab: a fault of ours: this document does not give back the same octets", err=True)
        return 1
    if as_json:
        click.echo(json.dumps(document, indent=1, ensure_ascii=False))
    else:
        click.echo("\n".join(lines_of(pdu)))
    fault = pdu.fault
    return 0 if fault is None else failed(fault.protocol, fault.error)


def from_hex(text: str) -> bytes:
    """Octets from hexadecimal digits, with or without space and colons."""
    digits = "".join(text.replace(":", "").split())
    try:
        octets = bytes.fromhex(digits.removeprefix("0x"))
    except ValueError:
        raise click.UsageError("expected hexadecimal digits, two for each octet") from None
    if len(octets) > MOST_OCTETS:
        raise click.UsageError(f"expected at most {MOST_OCTETS} octets")
    return octets


def failed(protocol: str, error: DecodeError) -> int:
    """One line: what is wrong, at which octet, and the cause that the specification would answer."""
    where = f"{protocol}: " if protocol else ""
    click.echo(f"gprslab: {where}octet {error.at}: {on_a_line(error.why)}{answer_of(error.cause)}", err=True)
    return 1


def answer_of(cause: int | None) -> str:
    """The answer to an error, with the specification's words where they are known."""
    if cause is None:
        return "; not answered"
    words = f" {cause.words}" if isinstance(cause, OpenEnum) else ""
    return f"; answered with cause {int(cause)}{words}"


def lines_of(pdu: Pdu, indent: str = "") -> Iterator[str]:
    """A PDU as people read it: each element on a line, what it carries below it."""
    cls = type(pdu.message)
    way = "" if pdu.up is None else " ↑" if pdu.up else " ↓"
    title = getattr(cls, "title", cls.__name__)
    clause = getattr(cls, "clause", "")
    yield f"{indent}{pdu.protocol} {title}{way}{f'  ({clause})' if clause else ''}"
    fields = pdu_document(pdu)["fields"]
    for name, value in fields.items():
        if name == pdu.field and isinstance(pdu.inner, Pdu):
            yield f"{indent}  {name}"
            yield from lines_of(pdu.inner, indent + "    ")
        else:
            yield from lines_of_value(name, value, indent + "  ")
    if isinstance(pdu.inner, Fault):
        yield f"{indent}  {pdu.field} cannot be read as {pdu.inner.protocol}: {on_a_line(str(pdu.inner.error))}"


def lines_of_value(name: str, value: Any, indent: str) -> Iterator[str]:
    """One element, nested as it is."""
    label = name.replace("_", " ")
    if isinstance(value, dict):
        yield f"{indent}{label}"
        for inner, item in value.items():
            yield from lines_of_value(inner, item, indent + "  ")
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        for number, item in enumerate(value):
            yield from lines_of_value(f"{name}[{number}]", item, indent)
    else:
        shown = " ".join(map(plain, value)) if isinstance(value, list) else plain(value)
        yield f"{indent}{label:<{max(1, 40 - len(indent))}} {shown}"


def plain(value: Any) -> str:
    """A single value as people read it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return on_a_line(str(value))


@click.command()
@click.option(
    "--json", "file", metavar="FILE|-", required=True, help="The document that `gprslab decode --json` prints."
)
def encode(file: str) -> None:
    """Print the octets of the PDU that a document tells, in hexadecimal digits."""
    try:
        document = json.loads(
            read_text(file).removeprefix("\ufeff"),
            parse_constant=refuse,
            parse_int=whole_number,
            object_pairs_hook=without_repeats,
        )
    except RecursionError:
        raise click.UsageError(f"{file}: expected JSON that is not nested so deep") from None
    except ValueError as error:
        raise click.UsageError(f"{file}: expected JSON: {' '.join(str(error).split())}") from None
    try:
        click.echo(encode_document(document).hex())
    except DocumentError as error:
        raise click.UsageError(f"{file}: {on_a_line(str(error))}") from None


def on_a_line(text: str) -> str:
    """Text that does nothing to a terminal, as some that comes from others would."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def read_text(file: str) -> str:
    """The text of a file, or of standard input."""
    try:
        with nullcontext(sys.stdin) if file == "-" else Path(file).open(encoding="utf-8") as stream:
            text = stream.read(MOST_TEXT + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{file}: {getattr(error, 'strerror', None) or 'expected text in UTF-8'}") from None
    if len(text) > MOST_TEXT:
        raise click.UsageError(f"{file}: expected at most {MOST_TEXT} characters")
    return text


def refuse(constant: str) -> NoReturn:
    """NaN and infinities are no JSON."""
    raise ValueError(f"{constant} is no number")


def whole_number(digits: str) -> int:
    """A number of few enough digits."""
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"a number of {len(digits)} digits")
    return int(digits)


def without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names are all different: of two that are the same one would be lost."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{json.dumps(twice[:40])} is there twice in an object")
    return found
