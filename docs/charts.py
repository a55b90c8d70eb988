"""Sequence charts of all scenarios, each as it runs in the deterministic world."""

from collections.abc import Iterator

from gprslab.commands_run import TOUR
from gprslab.config import load_lab
from gprslab.scenario import load_scenarios, run_scenario
from gprslab.session import WorldSession
from gprslab.trace.ladder import mermaid

PAGES = {
    "attach": ("Attach", "power attach reattach"),
    "detach": ("Detach", "detach"),
    "ready-and-standby": ("READY, STANDBY and cell updates", "ready force cell standby"),
    "routing-area-update": ("Routing area update", "update"),
    "paging": ("Paging", "paging unknown"),
    "gs": ("The Gs interface", "gs"),
    "calls": ("Calls, suspension and resumption", "call suspend resume"),
    "pdp-contexts": ("PDP contexts", "pdp secondary"),
    "network-requested": ("PDP contexts that the network asks for", "network"),
    "ggsn": ("What the GGSN begins, and its addresses", "ggsn pool"),
    "packets": ("Packets", "packets"),
    "registers": ("What the registers begin", "hlr vlr subscriber"),
    "restoration": ("After a restart", "restoration"),
    "others": ("P-TMSI reallocation", "ptmsi"),
}
"""Pages by file name: the title, and with what the names of their scenarios begin."""


def pages() -> Iterator[tuple[str, str]]:
    """Each page's name, and its text: a chart for each scenario."""
    base = load_lab()
    scenarios = [*load_scenarios(TOUR), *load_scenarios(TOUR.parent / "flows")]
    page_of = {word: name for name, (_, words) in PAGES.items() for word in words.split()}
    charts: dict[str, list[str]] = {name: [] for name in PAGES}
    for scenario in scenarios:
        lab = scenario.lab(base)
        with WorldSession(lab) as session:
            verdict = run_scenario(session, scenario, lab)
        shown = [told for told in verdict.told if told.protocol in scenario.protocols]
        head = f"## {scenario.title}\n\n`{scenario.id}`: {', '.join(scenario.spec)}\n"
        chart = f"\n```mermaid\n{mermaid(shown)}```\n" if shown else "\nNothing is said.\n"
        word = scenario.id.partition("-")[0]
        assert word in page_of, f"{scenario.file}: no page of PAGES takes scenarios whose id begins with {word}"
        charts[page_of[word]].append(head + chart)
    for name, (title, _) in PAGES.items():
        yield name, "\n".join([f"# {title}\n", *charts[name]])
