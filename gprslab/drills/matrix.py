"""``python -m gprslab.drills.matrix``: the crash matrix of all scenarios, or of some, with what broke in a table."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from gprslab.commands_run import TOUR
from gprslab.config import load_lab
from gprslab.drills.crash import CrashMatrix
from gprslab.scenario import Scenario, load_scenarios

Row = tuple[str, int, int, list[str], list[dict[str, Any]]]
"""Scenario, seed, number of deaths, what was wrong without any, and every death after which something was wrong."""


def row(scenario: Scenario, seed: int, every: bool) -> Row:
    """The matrix of one scenario."""
    matrix = CrashMatrix(scenario, load_lab(), seed, every=every)
    verdicts = list(matrix.run())
    return scenario.id, seed, len(verdicts), matrix.wrong, [verdict.plain() for verdict in verdicts if verdict.wrong]


def rows(scenarios: list[Scenario], seeds: int, every: bool, jobs: int) -> Iterator[Row]:
    """The matrices of all scenarios with each seed."""
    tasks = [(scenario, seed, every) for seed in range(1, seeds + 1) for scenario in scenarios]
    if jobs == 1:
        for task in tasks:
            yield row(*task)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(row, *zip(*tasks, strict=True))


def table_of(found: list[Row]) -> Table:
    """What broke: for each sentence of each scenario how often, and at which death first."""
    table = Table(title="The crash matrix", title_justify="left", title_style="bold")
    for name in ("scenario", "seed", "deaths", "first", "what does not hold"):
        table.add_column(name, justify="right" if name in ("seed", "deaths") else "left", overflow="fold")
    for name, seed, _, wrong, verdicts in found:
        for sentence in wrong:
            table.add_row(name, str(seed), "none", "", sentence)
        counts = Counter(sentence for verdict in verdicts for sentence in verdict["wrong"])
        for sentence, count in counts.most_common():
            first = next(verdict for verdict in verdicts if sentence in verdict["wrong"])
            at = f"{first['node']} {first['moment']} {first['pdu']} {first['said']}"
            table.add_row(name, str(seed), str(count), at, sentence)
    return table


@click.command()
@click.argument("names", nargs=-1, metavar="[SCENARIO]...")
@click.option("--every", is_flag=True, help="Every moment of every PDU, also those that come to the same.")
@click.option("--seeds", type=click.IntRange(1, 1000), default=1, help="How many seeds.")
@click.option("--jobs", type=click.IntRange(1, 64), default=os.cpu_count() or 1, help="How many processes.")
@click.option("--json", "out", type=click.Path(path_type=Path), metavar="OUT", help="Write what broke.")
def main(names: tuple[str, ...], *, every: bool, seeds: int, jobs: int, out: Path | None) -> None:
    """Kill each node at each message of the SCENARIOs, by default of all, and tell what does not hold afterwards."""
    console = Console()
    known = [scenario for folder in (TOUR, TOUR.parent / "flows") for scenario in load_scenarios(folder)]
    unknown = sorted(set(names) - {scenario.id for scenario in known})
    if unknown:
        raise click.BadParameter(f"there is no scenario {unknown[0]}")
    scenarios = [scenario for scenario in known if not names or scenario.id in names]
    found = []
    columns = (TextColumn("{task.description:32.32}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=len(scenarios) * seeds)
        for result in rows(scenarios, seeds, every, jobs):
            found.append(result)
            progress.update(task, advance=1, description=result[0])
    broken = sum(len(verdicts) + bool(wrong) for _, _, _, wrong, verdicts in found)
    if broken:
        console.print(table_of(found))
    if out is not None:
        out.write_text(json.dumps([verdict for *_, verdicts in found for verdict in verdicts], indent=1), "utf-8")
    console.print(f"matrix: {sum(count for _, _, count, _, _ in found)} deaths in {len(found)} flows, {broken} broke")
    raise SystemExit(1 if broken else 0)


if __name__ == "__main__":
    main()
