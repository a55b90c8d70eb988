"""The tour in the deterministic world: every flow passes, and two runs are the same octet by octet."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gprslab.commands_run import TOUR, journal_of
from gprslab.config import Lab, load_lab
from gprslab.scenario import Scenario, load_scenarios, run_scenario
from gprslab.session import WorldSession
from gprslab.trace.capture import write_capture
from gprslab.trace.records import PduRecord
from protocol import um

SCENARIOS = load_scenarios(TOUR)


@pytest.fixture(scope="module")
def lab() -> Lab:
    return load_lab()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
@pytest.mark.parametrize("seed", [0, 7])
def test_flow_passes(scenario: Scenario, seed: int, lab: Lab) -> None:
    """What is said is what was expected, no more and no less, and the end states are right."""
    scenario.check(lab)
    wanted = scenario.lab(lab)
    with WorldSession(wanted, seed) as session:
        verdict = run_scenario(session, scenario, wanted)
    assert verdict.failure is None


def test_the_tour_shows_what_was_promised() -> None:
    """All flows of the demonstration are there, in order."""
    assert [scenario.id for scenario in SCENARIOS] == [
        "power-on",
        "attach-umts-aka",
        "attach-gsm",
        "reattach-ptmsi",
        "attach-illegal-me",
        "attach-unknown",
        "attach-accept-lost",
        "detach",
        "detach-power-off",
        "attach-combined",
        "cell-update",
        "update-intra-sgsn",
        "update-inter-sgsn",
        "standby-paging",
        "update-periodic",
        "call-paged",
        "call-resume-fails",
        "packets-browse",
    ]


def test_two_processes_write_the_same_journal(tmp_path: Path) -> None:
    """Fresh processes with other hash seeds write the same JSON, octet by octet."""
    digests = set()
    for hash_seed in ("1", "2"):
        out = tmp_path / f"{hash_seed}.json"
        program = (
            "import sys; from pathlib import Path; from gprslab.commands_run import run;"
            f"arguments = [{str(TOUR)!r}, '--world', '--seed', '5', '--json', {str(out)!r}];"
            "sys.exit(run.main(arguments, standalone_mode=False))"
        )
        done = subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.splitlines()[-1] == f"run: {len(SCENARIOS)} flows passed, 0 failed"
        digests.add(hashlib.sha256(out.read_bytes()).hexdigest())
    assert len(digests) == 1


def test_another_seed_writes_another_journal(lab: Lab) -> None:
    """The seed decides challenges and latencies: the comparison above compares something."""
    journals = []
    for seed in (1, 2):
        with WorldSession(lab, seed) as session:
            journals.append(journal_of([run_scenario(session, SCENARIOS[1], lab)]))
    assert journals[0] != journals[1]


def test_the_capture_dissects_without_complaint(lab: Lab, tmp_path: Path, tshark: str) -> None:
    """No frame of the tour is flagged by tshark, and every LLC FCS is right (44.064 5.5)."""
    records = []
    for scenario in SCENARIOS:
        wanted = scenario.lab(lab)
        with WorldSession(wanted, 0) as session:
            run_scenario(session, scenario, wanted)
            records += list(session.trace)
    capture = tmp_path / "tour.pcapng"
    packets = write_capture(capture, records, lab)
    pdus = [record for record in records if isinstance(record, PduRecord)]
    broadcasts = [pdu for pdu in pdus if pdu.receiver not in lab.roles and pdu.pdu[0] == um.BroadcastChannel.code]
    assert packets == len(pdus) + len(broadcasts) > 100  # system information is two messages

    def frames(expression: str) -> int:
        command = [tshark, "-r", str(capture), "-Y", expression, "-T", "fields", "-e", "frame.number"]
        return len(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())

    assert frames('_ws.malformed || _ws.expert.severity >= "Note" || bssap.extraneous_data') == 0
    assert frames("gsm_map || gsm_a.dtap") > 50
