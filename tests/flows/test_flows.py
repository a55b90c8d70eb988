"""All scenarios of the flows in the deterministic world; the network agrees with itself afterwards."""

import subprocess
from pathlib import Path

import pytest

from gprslab.commands_run import TOUR
from gprslab.config import Lab, load_lab
from gprslab.drills.invariants import AT_REST, INVARIANTS, broken
from gprslab.scenario import Scenario, load_scenarios, run_scenario
from gprslab.session import WorldSession
from gprslab.trace.capture import write_capture
from gprslab.trace.records import TraceRecord
from protocol.timers import SECOND

FLOWS = TOUR.parent / "flows"
SCENARIOS = load_scenarios(FLOWS)

REST = 20 * 60 * SECOND
"""Longer than T3302, the longest timer that leads to something which is said."""


@pytest.fixture(scope="module")
def lab() -> Lab:
    return load_lab()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
@pytest.mark.parametrize("seed", [1, 7])
def test_flow_passes(scenario: Scenario, seed: int, lab: Lab) -> None:
    """What is said is what was expected, no more and no less; nodes agree at once, and all of them after a while."""
    own = scenario.lab(lab)
    scenario.check(own)
    with WorldSession(own, seed) as session:
        verdict = run_scenario(session, scenario, own)
        assert verdict.failure is None
        assert broken(session, own, INVARIANTS) == []
        session.advance(REST)
        assert broken(session, own, AT_REST) == []


def test_names_stand_once() -> None:
    """The identifiers of all scenarios, of the tour too, are different."""
    names = [scenario.id for folder in (TOUR, FLOWS) for scenario in load_scenarios(folder)]
    assert len(names) == len(set(names))


def test_captures_dissect_without_complaint(lab: Lab, tmp_path: Path, tshark: str) -> None:
    """No frame of any flow is flagged by tshark."""
    records: list[TraceRecord] = []
    for scenario in SCENARIOS:
        own = scenario.lab(lab)
        with WorldSession(own, 1) as session:
            records += run_scenario(session, scenario, own).records
    capture = tmp_path / "flows.pcapng"
    assert write_capture(capture, records, lab) > 1000
    null = "llcgprs.u == 7 && llcgprs.no_info_field"  # LLC NULL, which tshark does not know (44.064 6.4.1.6)
    flagged = f'(_ws.malformed || _ws.expert.severity >= "Note" || bssap.extraneous_data) && !({null})'
    command = [tshark, "-r", str(capture), "-Y", flagged, "-T", "fields", "-e", "frame.number"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == ""
