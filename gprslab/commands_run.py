"""The commands ``gprslab run`` and ``gprslab demo``: scenarios, over a world or over a broker."""

import json
import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NoReturn, Self

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gprslab.broker_session import WINDOW, BrokerSession
from gprslab.config import Lab, load_lab, shipped
from gprslab.scenario import Scenario, Verdict, columns_of, explain, load_scenarios, run_scenario
from gprslab.session import Session, WorldSession
from gprslab.supervisor import BROKER_VARIABLE, LabArguments, Supervisor
from gprslab.trace.capture import write_capture
from gprslab.trace.ladder import Ladder, console_for
from gprslab.trace.records import position_of
from gprslab.trace.story import Story
from protocol.timers import SECOND

TOUR: Final = shipped() / "scenarios" / "tour"
"""The scenarios of the demonstration."""

OUT: Final = Path("out")
"""Where the demonstration leaves its capture and its journal."""

_PATH: Final = click.Path(path_type=Path)
_BROKER: Final = click.option(
    "--broker", metavar="URL", envvar=BROKER_VARIABLE, help="Use the laboratory that runs on this broker."
)


@click.command()
@click.argument("path", metavar="FILE|DIR", type=click.Path(exists=True, path_type=Path))
@click.option("--world", is_flag=True, help="In the deterministic world, without a broker.")
@click.option("--seed", type=click.IntRange(0, (1 << 63) - 1), default=0, help="Seed of all randomness.")
@_BROKER
@click.option("--json", "journal", type=_PATH, metavar="OUT", help="Write verdicts and traces.")
@click.option("--pcap", type=_PATH, metavar="OUT", help="Write a capture.")
@click.option("--verbose", is_flag=True, help="Show the ladder of every scenario.")
def run(
    path: Path, *, world: bool, seed: int, broker: str | None, journal: Path | None, pcap: Path | None, verbose: bool
) -> int:
    """Run the scenario FILE, or all scenarios of the folder DIR.

    Exit status 0 if all passed, 1 if one failed, 2 for bad input.
    """
    console = console_for()
    scenarios = playable(load_scenarios(path), console, broker=None if world else broker)
    verdicts = []
    with interruptible():
        ladders = console if verbose else None
        for verdict, lab in run_all(scenarios, world=world, seed=seed, broker=broker, console=ladders):
            verdicts.append(verdict)
            word = "passed" if verdict.passed else "FAILED"
            console.print(f"{word}  {verdict.scenario.id}  {verdict.scenario.title}")
            if not verdict.passed:
                explain(verdict, lab)
    lab = load_lab()
    write_outputs(verdicts, lab, journal, pcap)
    failed = sum(not verdict.passed for verdict in verdicts)
    console.print(f"run: {len(verdicts) - failed} flows passed, {failed} failed")
    return 1 if failed else 0


@click.command()
@_BROKER
def demo(broker: str | None) -> int:
    """Show the tour: the network comes up, mobiles attach, move and call; a live ladder tells what is said."""
    console = console_for()
    scenarios = playable(load_scenarios(TOUR), console, broker=broker)
    verdicts = []
    with interruptible():
        for verdict, lab in run_all(scenarios, world=False, seed=0, broker=broker, console=console):
            verdicts.append(verdict)
            if not verdict.passed:
                explain(verdict, lab)
    write_outputs(verdicts, load_lab(), OUT / "demo.json", OUT / "demo.pcapng")
    console.print()
    console.print(summary_table(verdicts))
    console.print(f"Capture and journal: {OUT / 'demo.pcapng'}, {OUT / 'demo.json'}")
    failed = sum(not verdict.passed for verdict in verdicts)
    console.print(f"demo: {len(verdicts) - failed} flows passed, {failed} failed")
    return 1 if failed else 0


def playable(scenarios: list[Scenario], console: Console, *, broker: str | None) -> list[Scenario]:
    """The scenarios that can be run: a network that is up already is as it is, and none of its nodes is killed."""
    if broker is None:
        return scenarios
    for scenario in scenarios:
        if scenario.changes:
            console.print(f"left out  {scenario.id}  {scenario.title}: it is for another laboratory than this one")
        elif scenario.kills:
            console.print(f"left out  {scenario.id}  {scenario.title}: it kills nodes, and these are not ours")
    return [scenario for scenario in scenarios if not (scenario.changes or scenario.kills)]


def run_all(
    scenarios: Iterable[Scenario], *, world: bool, seed: int, broker: str | None, console: Console | None
) -> Iterator[tuple[Verdict, Lab]]:
    """Run scenarios one after the other; those of equal laboratory share it, with all records cleared between them."""
    base = load_lab()
    groups: dict[str, tuple[Lab, list[Scenario]]] = {}
    for scenario in scenarios:
        lab, group = groups.setdefault(json.dumps(scenario.changes, sort_keys=True), (scenario.lab(base), []))
        scenario.check(lab)
        group.append(scenario)
    for lab, group in groups.values():
        if world:
            for scenario in group:
                with WorldSession(lab, seed) as session:
                    yield play(session, scenario, lab, console), lab
        elif broker is not None:
            yield from _over_broker(broker, lab, group, console)
        else:
            with written(lab, base) as arguments, Supervisor(replace(arguments, seed=seed)) as network:
                yield from _over_broker(network.url, lab, group, console, network)


@contextmanager
def written(lab: Lab, base: Lab) -> Iterator[LabArguments]:
    """The laboratory as files for the processes of its nodes; what comes with gprslab needs none."""
    if lab is base:
        yield LabArguments(note_level="transitions")
        return
    with TemporaryDirectory(prefix="gprslab-") as folder:
        documents = lab.documents
        paths = {name: Path(folder) / f"{name}.yaml" for name in documents}
        for name, path in paths.items():
            path.write_text(json.dumps(documents[name].content), encoding="utf-8")  # JSON is YAML
        yield LabArguments(paths["topology"], paths["subscribers"], paths["timers"], note_level="transitions")


def _over_broker(
    url: str, lab: Lab, scenarios: list[Scenario], console: Console | None, network: Supervisor | None = None
) -> Iterator[tuple[Verdict, Lab]]:
    with BrokerSession(lab, url, network) as session:
        session.set_note_level("transitions")
        for scenario in scenarios:
            session.reset()
            yield play(session, scenario, lab, console), lab


def play(session: Session, scenario: Scenario, lab: Lab, console: Console | None) -> Verdict:
    """Run one scenario, with its ladder on the console where there is one."""
    if console is None:
        return run_scenario(session, scenario, lab)
    console.print()
    console.rule(Text(f"{scenario.title}  ({', '.join(scenario.spec)})", style="bold"), align="left")
    with LiveLadder(session, scenario, lab, console):
        verdict = run_scenario(session, scenario, lab)
    mark = ("✓ passed", "bold green") if verdict.passed else (f"✗ {verdict.failure}", "bold red")
    console.print(f"{mark[0]} ({verdict.duration / SECOND:.1f} s)", style=mark[1])
    return verdict


class LiveLadder:
    """Prints the ladder of a scenario while it runs; over a world, whose time jumps, as soon as it has run."""

    def __init__(self, session: Session, scenario: Scenario, lab: Lab, console: Console) -> None:
        self._session = session
        self._console = console
        self._ladder = Ladder(Story.of(lab), columns_of(scenario, lab), session.now, scenario.protocols)
        self._shown = session.trace.end
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="ladder", daemon=True)

    def __enter__(self) -> Self:
        self._console.print(self._ladder.header())
        if not isinstance(self._session, WorldSession):
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._show(None)

    def _work(self) -> None:
        while not self._over.wait(0.1):
            self._show(self._session.now - WINDOW)

    def _show(self, until: int | None) -> None:
        for record in self._session.trace.after(self._shown, until):
            self._shown = position_of(record)
            for line in self._ladder.lines(record):
                self._console.print(line)


def summary_table(verdicts: Iterable[Verdict]) -> Table:
    """One row for each scenario."""
    table = Table(title="The tour", title_justify="left", title_style="bold")
    for name in ("flow", "specification", "messages", "time", "verdict"):
        table.add_column(name, justify="right" if name in ("messages", "time") else "left")
    for verdict in verdicts:
        said = sum(not told.relay and told.protocol in verdict.scenario.protocols for told in verdict.told)
        table.add_row(
            verdict.scenario.title,
            ", ".join(verdict.scenario.spec),
            str(said),
            f"{verdict.duration / SECOND:.1f} s",
            Text("passed", style="green") if verdict.passed else Text("failed", style="bold red"),
        )
    return table


def write_outputs(verdicts: list[Verdict], lab: Lab, journal: Path | None, pcap: Path | None) -> None:
    """Write the journal and the capture where they are asked for."""
    try:
        if journal is not None:
            journal.parent.mkdir(parents=True, exist_ok=True)
            journal.write_text(journal_of(verdicts), encoding="utf-8")
        if pcap is not None:
            write_capture(pcap, (record for verdict in verdicts for record in verdict.records), lab)
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from None


def journal_of(verdicts: Iterable[Verdict]) -> str:
    """Verdicts and traces as JSON; of equal runs in the world, the same text."""
    content: dict[str, Any] = {"scenarios": [verdict.plain() for verdict in verdicts]}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


@contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGTERM end the network as cleanly as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(*_: object) -> NoReturn:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    before: dict[int, Any] = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, was in before.items():
            signal.signal(number, was)
