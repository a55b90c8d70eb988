"""The picture of the README: the ladder of a scenario, as a terminal shows it; its SVG needs no font from elsewhere."""

import io
from typing import Final

from rich.console import Console
from rich.terminal_theme import SVG_EXPORT_THEME

from gprslab.commands_run import TOUR
from gprslab.config import load_lab
from gprslab.scenario import columns_of, load_scenarios, run_scenario
from gprslab.session import WorldSession
from gprslab.trace.ladder import Ladder
from gprslab.trace.story import Story

SCENARIO: Final = "packets-browse"
"""What is shown."""

WIDTH: Final = 118

FORMAT: Final = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: {char_height}px; \
line-height: {line_height}px; }}
.{unique_id}-title {{ font: bold 18px sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">\
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" /></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def picture() -> str:
    """The SVG."""
    scenario = next(scenario for scenario in load_scenarios(TOUR) if scenario.id == SCENARIO)
    lab = scenario.lab(load_lab())
    with WorldSession(lab) as session:
        verdict = run_scenario(session, scenario, lab)
    ladder = Ladder(Story.of(lab), columns_of(scenario, lab), verdict.started, scenario.protocols)
    console = Console(
        file=io.StringIO(), record=True, width=WIDTH, force_terminal=True, color_system="truecolor", highlight=False
    )
    console.print(ladder.header())
    for record in verdict.records:
        for line in ladder.lines(record) if record.time >= verdict.started else ():
            console.print(line, soft_wrap=True)
    return console.export_svg(title=scenario.title, theme=SVG_EXPORT_THEME, code_format=FORMAT, unique_id="ladder")
