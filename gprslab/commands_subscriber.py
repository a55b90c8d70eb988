"""The commands ``gprslab subscriber``: who the HLRs know, while they run or while they rest."""

import json
import os
import signal
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import wraps
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Final, TextIO, TypeVar, get_args

import click
from click.core import ParameterSource
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from gprslab import running
from gprslab.bus.mqtt import BrokerUrl
from gprslab.config import Lab, load_lab
from gprslab.provisioning.files import Form, form_of, read_entries, write_entries
from gprslab.provisioning.importing import Import
from gprslab.provisioning.places import Place, RunningHlrs, StoredHlrs
from gprslab.provisioning.rows import COLUMNS, NEEDED, Options, cells_of, content_of, content_of_cells, read_content
from gprslab.strict_yaml import ConfigError, shown
from gprslab.supervisor import BROKER_VARIABLE
from nodes.hlr.config import FLAGS, Subscriber
from protocol.auth import Algorithm

F = TypeVar("F", bound=Callable[..., Any])

SECRETS: Final = ("key", "opc")
"""What is shown only where it is asked for."""

_FILE: Final = click.Path(path_type=Path)

_HELP: Final = {
    "msisdn": "5 to 15 digits.",
    "algorithm": f"{', '.join(Algorithm)}.",
    "key": "K or Ki, 32 hexadecimal digits.",
    "opc": "32 hexadecimal digits.",
    "amf": "4 hexadecimal digits.",
    "zones": "Zone codes, such as '1 20': the subscriber is served there alone.",
    "contexts": "PDP contexts, such as '1 internet; 2 mms delay_class=3 address=10.0.0.7'.",
}


class SubscriberError(click.ClickException):
    """What was asked for cannot be done; the text is one line."""


@click.group()
def subscriber() -> None:
    """Subscribers of the HLRs: of a network that runs (--broker), or of one at rest (--state)."""


def place_options(command: F) -> F:
    """Options that say which laboratory, and where its subscribers are; they arrive as ``lab`` and ``where``.

    ``where`` opens the place; told that records may be made, it makes those which are not there.
    """

    @wraps(command)
    def gathered(
        *rest: Any, broker: str | None, state: str | None, config: Path | None, subscribers: Path | None, **others: Any
    ) -> Any:
        source = click.get_current_context().get_parameter_source("broker")
        if state is not None and source is not ParameterSource.COMMANDLINE:
            broker = None
        if (broker is None) == (state is None):
            raise click.UsageError("expected --broker URL of a network that runs, or --state DIR|URL of one at rest")
        lab = load_lab(config, subscribers=subscribers)

        def open_place(*, make: bool = False) -> Place:
            return StoredHlrs(lab, state, make=make) if state else RunningHlrs(lab, BrokerUrl.parse(broker or ""))

        return command(*rest, lab=lab, where=open_place, **others)

    wrapped: Any = gathered
    for option in (
        click.option("--subscribers", type=_FILE, help="Subscribers that the HLR knows without records, YAML."),
        click.option("--config", type=_FILE, help="Topology of the laboratory, YAML."),
        click.option("--state", metavar="DIR|URL", help="Folder or database of the records of HLRs that do not run."),
        click.option(
            "--broker",
            metavar="URL",
            envvar=BROKER_VARIABLE,
            default=running.found,
            help="Broker of the network that runs; that of `gprslab up` if not told.",
        ),
    ):
        wrapped = option(wrapped)
    result: F = wrapped
    return result


def profile_options(command: F) -> F:
    """An option for each column; those that were told arrive as ``told``, as cells."""

    @wraps(command)
    def gathered(*rest: Any, **others: Any) -> Any:
        given = {name: others.pop(name) for name in COLUMNS if name != "imsi"}
        told = {
            name: ("false", "true")[value] if isinstance(value, bool) else value
            for name, value in given.items()
            if value is not None
        }
        return command(*rest, told=told, **others)

    wrapped: Any = gathered
    for name in reversed(COLUMNS):
        word = name.replace("_", "-")
        if name in FLAGS:
            wrapped = click.option(f"--{word}/--no-{word}", name, default=None)(wrapped)
        elif name != "imsi":
            wrapped = click.option(f"--{word}", name, metavar="TEXT", help=_HELP[name])(wrapped)
    result: F = wrapped
    return result


Where = Callable[..., Place]


@subscriber.command()
@click.argument("imsi")
@profile_options
@place_options
def add(imsi: str, told: dict[str, str], lab: Lab, where: Where) -> None:
    """Add a subscriber who is not there yet."""
    missing = [name for name in NEEDED if name != "imsi" and name not in told]
    if missing:
        raise click.UsageError(f"expected --{missing[0]}")
    hlr, profile = checked(lab, imsi, told)
    with closing(where(make=True)) as place:
        if place.get(hlr, imsi) is not None:
            raise SubscriberError(f"{hlr} has IMSI {imsi} already; `subscriber set` changes it")
        put(place, hlr, profile)
    click.echo(f"{imsi} is a subscriber of {hlr}")


@subscriber.command("set")
@click.argument("imsi")
@profile_options
@place_options
def change(imsi: str, told: dict[str, str], lab: Lab, where: Where) -> None:
    """Change what is told of a subscriber, and leave the rest; an empty text takes it away."""
    if not told:
        raise click.UsageError("expected an option that tells what shall change")
    imsi = imsi_of(lab, imsi)
    hlr = hlr_of(lab, imsi)
    with closing(where()) as place:
        before = known(place, hlr, imsi)
        _, profile = checked(lab, imsi, cells_of(content_of(before)) | told)
        put(place, hlr, profile)
    click.echo(f"{imsi} is changed in {hlr}")


@subscriber.command()
@click.argument("imsis", metavar="IMSI...", nargs=-1, required=True)
@place_options
def remove(imsis: tuple[str, ...], lab: Lab, where: Where) -> None:
    """Remove subscribers: who serves them is told to forget them."""
    there = [(hlr_of(lab, imsi), imsi) for imsi in (imsi_of(lab, subject) for subject in imsis)]
    with closing(where()) as place:
        for hlr, imsi in there:
            known(place, hlr, imsi)
            place.remove(hlr, imsi)
            click.echo(f"{imsi} is no subscriber of {hlr} any more")


@subscriber.command()
@click.argument("imsi")
@click.option("--json", "as_json", is_flag=True, help="As an object.")
@click.option("--keys", is_flag=True, help="With the keys of the card.")
@place_options
def show(imsi: str, as_json: bool, keys: bool, lab: Lab, where: Where) -> None:
    """Show a subscriber, and of a network that runs also where it is."""
    imsi = imsi_of(lab, imsi)
    hlr = hlr_of(lab, imsi)
    with closing(where()) as place:
        content = content_of(known(place, hlr, imsi), in_full=True)
        state = place.state(hlr, imsi)
    profile = {name: value for name, value in content.items() if keys or name not in SECRETS}
    told = {"hlr": hlr} | profile | {name: value for name, value in state.items() if name not in content}
    if as_json:
        click.echo(json.dumps(told, indent=1))
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    for name, value in (told | cells_of(profile)).items():
        table.add_row(name, readable(value))
    console_out().print(table)


@subscriber.command("import")
@click.argument("file", metavar="FILE|-")
@click.option("--format", "form", type=click.Choice(get_args(Form)), help="Unless the name of the file tells it.")
@click.option("--skip-bad", is_flag=True, help="Go on behind rows that are wrong, and tell each.")
@click.option("--json", "as_json", is_flag=True, help="What was done as an object.")
@place_options
def import_file(file: str, form: Form | None, skip_bad: bool, as_json: bool, lab: Lab, where: Where) -> None:
    """Add the subscribers of a CSV or YAML file, or change those who are there.

    The first line of CSV names its columns, which are the keys of subscribers.yaml; of a subscriber who comes twice the
    later row counts. The import ends at the first row that is wrong: up to where, it says, all is done, and nothing
    behind it.
    """
    console = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)
    skipped = 0

    def on_bad(error: ConfigError) -> None:
        nonlocal skipped
        if not skip_bad:
            raise error
        skipped += 1
        console.print(f"skipped: {error}")

    def on_refused(hlr: str, imsi: str, why: str) -> None:
        nonlocal skipped
        if not skip_bad:
            raise SubscriberError(f"{hlr}: IMSI {imsi}: {why}")
        skipped += 1
        console.print(f"skipped: {hlr}: IMSI {imsi}: {why}")

    begun = time.monotonic()
    with opened(file) as (stream, size), closing(where(make=True)) as place, ended_by_signals():
        entries = read_entries(stream, file, form or form_of(Path(file)), lab, on_bad)
        first = next(entries, None)  # so that there is no bar above the words about a file that is none
        work = Import(place, on_refused)
        columns = (
            TextColumn("{task.fields[done]} subscribers"),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
        )
        try:
            with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
                bar = progress.add_task("", total=size, done=0)
                work.run(
                    chain([] if first is None else [first], entries),
                    lambda: progress.update(bar, completed=work.read, done=work.done),
                )
        except BaseException:
            reached = f", up to {work.where}; nothing behind it" if work.done else ""
            console.print(f"{work.done} subscribers are imported{reached}")
            raise
    seconds = time.monotonic() - begun
    if as_json:
        click.echo(json.dumps({"imported": work.done, "skipped": skipped, "seconds": round(seconds, 3)}))
        return
    without = f", {skipped} rows skipped" if skipped else ""
    click.echo(f"{work.done} subscribers are imported in {seconds:.1f} s{without}")


@subscriber.command("export")
@click.argument("file", metavar="FILE|-")
@click.option("--format", "form", type=click.Choice(get_args(Form)), help="Unless the name of the file tells it.")
@place_options
def export_file(file: str, form: Form | None, lab: Lab, where: Where) -> None:
    """Write all subscribers, with their keys, to a CSV or YAML file that can be imported."""
    hlrs = [name for name in lab.nodes if lab.roles[name] == "hlr"]
    with closing(where()) as place, ended_by_signals():
        entries = chain.from_iterable(place.all(hlr) for hlr in hlrs)
        try:
            with written(file) as stream:
                count = write_entries(entries, stream, form or form_of(Path(file)))
        except OSError as error:
            raise click.UsageError(f"{file}: expected a file that can be written, found {error.strerror}") from None
    click.echo(f"{count} subscribers are exported", err=True)


# --- small things -------------------------------------------------------------------------------------------------


def imsi_of(lab: Lab, subject: str) -> str:
    """The IMSI of the subscriber whom subscribers.yaml calls so, or else the text itself."""
    entry = lab.subscribers.get(subject)
    return subject if entry is None else str(entry.imsi)


def hlr_of(lab: Lab, imsi: str) -> str:
    """The HLR that serves an IMSI."""
    hlr = lab.hlr_of(imsi) if imsi.isascii() and imsi.isdecimal() and 6 <= len(imsi) <= 15 else None
    if hlr is None:
        expected = "an IMSI of 6 to 15 digits that an HLR serves, or a name in subscribers.yaml"
        raise click.UsageError(f"expected {expected}, found {shown(imsi)}")
    return hlr


def checked(lab: Lab, imsi: str, told: dict[str, str]) -> tuple[str, Subscriber]:
    """The subscriber that the options tell, and its HLR."""
    hlr_of(lab, imsi)
    document = Options("", {})
    placed = read_content(
        lab, document, {"imsi": imsi} | content_of_cells(document, {n: t for n, t in told.items() if t})
    )
    assert placed is not None, "no option says that the subscriber is not provisioned"
    return placed


def known(place: Place, hlr: str, imsi: str) -> Subscriber:
    """The subscriber, who must be there."""
    found = place.get(hlr, imsi)
    if found is None:
        raise SubscriberError(f"{hlr} knows no IMSI {imsi}")
    return found


def put(place: Place, hlr: str, profile: Subscriber) -> None:
    """Let the HLR know the subscriber so."""
    refused = place.put(hlr, {str(profile.imsi): profile.to_octets()})
    if refused:
        raise SubscriberError(f"{hlr}: IMSI {profile.imsi}: {refused[profile.imsi]}")


def console_out() -> Console:
    """Where tables go."""
    console = Console(highlight=False, markup=False, emoji=False)
    return console if console.is_terminal else Console(width=160, highlight=False, markup=False, emoji=False)


def readable(value: object) -> str:
    """A single value as people read it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(str, value))
    return str(value)


@contextmanager
def opened(file: str) -> Iterator[tuple[BinaryIO, int | None]]:
    """A file or standard input, and how many octets there are to read, if that can be told."""
    if file == "-":
        yield sys.stdin.buffer, None
        return
    with ExitStack() as held:
        try:
            stream = held.enter_context(Path(file).open("rb"))
            found = os.fstat(stream.fileno())
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise ConfigError(file, "", "a file that can be read", why.lower()) from None
        yield stream, found.st_size if stat.S_ISREG(found.st_mode) else None


@contextmanager
def written(file: str) -> Iterator[TextIO]:
    """A file that stands under its name once it is whole, or standard output. Others cannot read it: it holds keys."""
    if file == "-":
        yield sys.stdout
        return
    part = f"{file}.part"
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            yield stream
        Path(part).replace(file)
    except BaseException:
        Path(part).unlink()
        raise


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let SIGTERM end the work between two chunks as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
