"""The crash matrix: any node dies at any message of the standard flows, and leaves nothing that does not heal."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from gprslab.commands_run import TOUR
from gprslab.config import Lab, load_lab
from gprslab.drills.crash import CrashMatrix, Death
from gprslab.drills.matrix import main
from gprslab.scenario import load_scenarios
from gprslab.session import WorldSession
from gprslab.world import Passing, World
from tests.flows.test_flows import FLOWS

STANDARD = (
    "attach-umts-aka",
    "attach-combined",
    "cell-update",
    "update-intra-sgsn",
    "update-inter-sgsn",
    "update-periodic",
    "standby-paging",
    "detach",
    "detach-power-off",
    "gs-combined-detach",
    "call-paged",
    "pdp-activation",
    "secondary-activation",
    "pdp-modification-by-mobile",
    "pdp-deactivation-by-mobile",
    "pdp-deactivation-by-ggsn",
    "pdp-deactivation-by-sgsn",
    "network-requested-activation",
    "network-requested-standby",
    "ggsn-ping-standby",
    "hlr-gprs-withdrawn",
    "attach-hlr-killed",
)
"""The flows that every run of the tests takes; ``make matrix`` takes all."""

SCENARIOS = {scenario.id: scenario for folder in (TOUR, FLOWS) for scenario in load_scenarios(folder)}


@pytest.fixture(scope="module")
def lab() -> Lab:
    return load_lab()


@pytest.mark.parametrize("name", STANDARD)
def test_any_node_dies_at_any_message(name: str, lab: Lab) -> None:
    """All agree, the mobiles are in service, nothing is left behind: as if nobody had died."""
    matrix = CrashMatrix(SCENARIOS[name], lab)
    assert matrix.wrong == []
    assert matrix.deaths
    assert [(str(verdict.death), verdict.wrong) for verdict in matrix.run() if verdict.wrong] == []


def test_deaths_are_all_moments_of_all_messages(lab: Lab) -> None:
    """Each PDU has four: before and after it leaves, before and after it is handled. Some come to the same."""
    scenario = SCENARIOS["cell-update"]
    every = CrashMatrix(scenario, lab, every=True).deaths
    by_pdu: dict[int, list[Death]] = {}
    for death in every:
        by_pdu.setdefault(death.number, []).append(death)
    for deaths in by_pdu.values():
        sender = deaths[0].node
        complete = {("sending", True), ("sent", True), ("arriving", False), ("taken", False)}
        assert {(death.moment, death.node == sender) for death in deaths} == complete
    merged = CrashMatrix(scenario, lab).deaths
    assert set(merged) < set(every)
    assert {death.node for death in merged} == {death.node for death in every}


def watched(session: WorldSession, node: str, moment: str) -> list[int]:
    """Kill the node at this moment of the next PDU; the list gets the PDU's number when that has happened."""
    killed: list[int] = []

    def watch(passing: Passing) -> None:
        if (passing.node, passing.moment) == (node, moment):
            session.world.watch = None
            session.kill(node)
            killed.append(passing.number)

    session.world.watch = watch
    return killed


@pytest.mark.parametrize(("moment", "arrives"), [("sending", False), ("sent", True)])
def test_a_sender_dies_before_or_after_its_message(lab: Lab, moment: str, arrives: bool) -> None:
    """What the turn saved is kept either way; the message is heard only if it had left."""
    with WorldSession(lab) as session:
        before = session.inspect("bss1")["tllis"]
        killed = watched(session, "ms1", moment)
        session.command("ms1", "attach", {"mobile": "anna"}, within_us=1_000_000)
        assert len(killed) == 1
        assert (session.inspect("bss1")["tllis"] > before) is arrives
        assert session.command("ms1", "inspect").body == {"error": "ms1 is dead"}


@pytest.mark.parametrize("moment", ["arriving", "taken"])
def test_a_receiver_dies_before_or_after_it_handles_a_message(lab: Lab, moment: str) -> None:
    """It answers only if it had handled it."""
    with WorldSession(lab) as session:
        killed = watched(session, "hlr1", moment)
        session.command("ms1", "attach", {"mobile": "anna"}, within_us=1_000_000)
        assert len(killed) == 1
        answered = [record for record in session.trace if getattr(record, "sender", None) == "hlr1"]
        assert bool(answered) is (moment == "taken")


def test_what_does_not_heal_is_told(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A node that never comes back, and one that raises, are found and named."""
    matrix = CrashMatrix(SCENARIOS["detach"], lab)
    death = next(death for death in matrix.deaths if death.node == "sgsn1")
    assert matrix.disturb(death).wrong == ()
    monkeypatch.setattr(World, "after", lambda *_: None)
    wrong = matrix.disturb(death).wrong
    assert any(sentence.startswith("bert: attach ended with") for sentence in wrong)
    monkeypatch.undo()

    def restart(*_: Any) -> None:
        raise AssertionError("no life after death")

    monkeypatch.setattr(World, "after", restart)
    assert matrix.disturb(death).wrong[0].startswith("AssertionError: no life after death in test_crash.py, line")


def test_the_matrix_by_hand(tmp_path: Path) -> None:
    """``python -m gprslab.drills.matrix`` tells how many deaths there were, writes what broke, and refuses nonsense."""
    runner = CliRunner()
    out = tmp_path / "matrix.json"
    ended = runner.invoke(main, ["detach-power-off", "--jobs", "1", "--json", str(out)])
    assert ended.exit_code == 0, ended.output
    assert ended.output.startswith("matrix: ")
    assert ended.output.endswith("deaths in 1 flows, 0 broke\n")
    assert json.loads(out.read_text("utf-8")) == []
    assert runner.invoke(main, ["nothing-of-the-kind"]).exit_code == 2
