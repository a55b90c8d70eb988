"""Scenario files: what is wrong with a bad one, and how a difference is shown."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from gprslab.commands_run import TOUR, playable
from gprslab.config import Lab, load_lab
from gprslab.scenario import Expectation, Scenario, Verdict, explain, load_scenarios, run_scenario
from gprslab.scenario_file import includes
from gprslab.session import WorldSession
from gprslab.strict_yaml import ConfigError

GOOD = """\
id: attach
title: An attach
spec: [24.008 4.7.3.1]
steps:
  - {do: attach, mobile: anna, until: GMM-REGISTERED.NORMAL-SERVICE, within: 30 s}
expect:
  - anna -> sgsn1: AttachRequest
    with: {attach_type: GPRS_ATTACH}
    interface: gb
end: {anna: GMM-REGISTERED.NORMAL-SERVICE}
"""


@pytest.fixture(scope="module")
def lab() -> Lab:
    return load_lab()


def written(folder: Path, text: str) -> Path:
    path = folder / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("id: attach", "id: An Attach", "id: expected a lower-case letter"),
        ("title: An attach\n", "", "title: expected a value, found nothing"),
        ("spec: [24.008 4.7.3.1]", "spec: 24.008 4", "spec: expected a list"),
        ("spec:", "specs:", "specs: expected one of id, title, spec"),
        ("do: attach", "do: fly", "steps.0.do: expected one of power-on, power-off, attach"),
        ("mobile: anna, ", "", "steps.0.mobile: expected a value"),
        ("30 s", "soon", "steps.0.within: expected a duration from 1 ms"),
        ("until:", "unto:", "steps.0.unto: expected one of do, mobile, until, within"),
        ("within: 30 s", "fails: 7", "steps.0.fails: expected true, false, or what the failure must tell"),
        ("do: attach, mobile: anna", "do: kill, node: hlr1", "steps.0.until: expected one of do, node, for"),
        ("- {do: attach,", "- {do: kill, node: hlr1, for: ever}\n  - {do: attach,", "steps.0.for: expected a duration"),
        ("- {do: attach,", "- attach\n  - {do: attach,", "steps.0: expected a step such as {do: attach, mobile: anna}"),
        ("- {do: attach, mobile: anna", "- {do: wait, for: never", "expected one of do, for"),
        ("anna -> sgsn1: AttachRequest", "anna: AttachRequest", "expect.0: expected an entry such as"),
        ("AttachRequest", "ATTACH REQUEST", "expected the name of a message such as AttachAccept"),
        ("{attach_type: GPRS_ATTACH}", "GPRS_ATTACH", "expect.0.with: expected elements with their values"),
        ("interface: gb", "interface: xy", "expect.0.interface: expected one of um, gb, gr"),
        ("interface: gb", "between: gb", "expect.0.between: expected one of interface"),
        ("steps:", "protocols: [http]\nsteps:", "protocols.0: expected one of gmm, sm, rr"),
        ("steps:", "allow: [7]\nsteps:", "allow.0: expected the name of a message"),
        ("end: {anna: GMM-REGISTERED.NORMAL-SERVICE}", "end: anna", "end: expected a mapping"),
    ],
)
def test_a_bad_file_is_told_by_file_key_and_expectation(tmp_path: Path, old: str, new: str, told: str) -> None:
    """One clear line: the file, the key in it, what was expected there, what was found."""
    assert old in GOOD
    path = written(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(ConfigError) as caught:
        Scenario.load(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("mobile: anna", "mobile: zoe", "steps.0.mobile: expected one of anna, bert, carl, dora"),
        ("- {do: attach,", "- {do: restart, node: hlr9}\n  - {do: attach,", "steps.0.node: expected one of bss1"),
        ("-> sgsn1", "-> sgsn9", "expect.0: expected one of anna, bert"),
        ("end: {anna", "end: {zoe", "end: expected a mobile, a node, or node/mobile"),
        ("end: {anna", "end: {sgsn1/zoe", "end: expected a mobile, a node, or node/mobile"),
    ],
)
def test_names_that_the_laboratory_does_not_have(tmp_path: Path, lab: Lab, old: str, new: str, told: str) -> None:
    """Who acts and who is expected must be there, before anything starts."""
    scenario = Scenario.load(written(tmp_path, GOOD.replace(old, new, 1)))
    with pytest.raises(ConfigError) as caught:
        scenario.check(lab)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("wanted", "same"),
    [
        (7, True),
        ([{"a": 1}, {}], True),
        ([{"a": 1}], False),
        ([{"a": True}, {}], False),
        ([{"c": None}, {}], True),
        ({"a": 1}, False),
    ],
)
def test_an_answer_includes_what_is_wanted(wanted: object, same: bool) -> None:
    """Of a mapping the keys that are told, of a list each item; true is not 1."""
    found = 7 if wanted == 7 else [{"a": 1, "b": 2}, {"a": 3}]
    assert includes(found, wanted) is same


def test_an_answer_that_is_not_as_told_fails(lab: Lab, attach: Scenario) -> None:
    """The step fails, and shows the answer."""
    step = attach.steps[0].model_copy(update={"answers": {"state": "GMM-NULL"}})
    verdict, _ = play(lab, replace(attach, steps=(step,)))
    assert verdict.failure is not None
    assert "attach of anna is answered" in verdict.failure


def test_a_folder_without_scenarios_is_bad_input(tmp_path: Path) -> None:
    """A folder must hold at least one scenario file."""
    with pytest.raises(ConfigError, match="expected scenario files"):
        load_scenarios(tmp_path)


@pytest.fixture(scope="module")
def attach() -> Scenario:
    return Scenario.load(TOUR / "02-attach-umts-aka.yaml")


def play(lab: Lab, scenario: Scenario) -> tuple[Verdict, list[str]]:
    with WorldSession(lab) as session:
        verdict = run_scenario(session, scenario, lab)
    file = io.StringIO()
    explain(verdict, lab, file)
    return verdict, file.getvalue().splitlines()


def test_an_unexpected_message_is_marked(lab: Lab, attach: Scenario) -> None:
    """The list is complete: a message that does not stand in it fails, and the ladder ends at it."""
    shorter = replace(attach, expect=attach.expect[:1] + attach.expect[3:])
    verdict, lines = play(lab, shorter)
    assert verdict.failure == "expected sgsn1 -> anna: AuthenticationAndCipheringRequest"
    assert "SendAuthenticationInfoArg" in lines[-2]
    assert lines[-2].startswith("✗")
    assert lines[-1].endswith(f"✗ {verdict.failure}")
    assert not any(line.startswith("✗") for line in lines[:-2])


def test_an_unexpected_message_may_be_allowed(lab: Lab, attach: Scenario) -> None:
    """What stands in ``allow`` may come at any time."""
    names = {"SendAuthenticationInfoArg", "SendAuthenticationInfoRes"}
    shorter = replace(attach, expect=attach.expect[:1] + attach.expect[3:], allow=frozenset(names))
    assert play(lab, shorter)[0].failure is None


def test_a_missing_message_is_told_behind_the_ladder(lab: Lab, attach: Scenario) -> None:
    """Where nothing more is said, the last line tells what is missing."""
    longer = replace(attach, expect=(*attach.expect, Expectation("sgsn1", "anna", "AttachAccept")))
    verdict, lines = play(lab, longer)
    assert verdict.failure == "missing: sgsn1 -> anna: AttachAccept"
    assert lines[-1].endswith(f"✗ {verdict.failure}")


def test_a_wrong_value_is_marked(lab: Lab, attach: Scenario) -> None:
    """The mark tells the element, what was expected of it, and what it was."""
    first = replace(attach.expect[0], values={"attach_type": "COMBINED_GPRS_IMSI_ATTACH"})
    verdict, lines = play(lab, replace(attach, expect=(first, *attach.expect[1:])))
    assert verdict.failure == "expected attach_type 'COMBINED_GPRS_IMSI_ATTACH', found 'GPRS_ATTACH'"
    assert lines[1].startswith("✗")


@pytest.mark.parametrize("value", ["GPRS_ATTACH", 1, "Gprs attach"])
def test_a_value_is_told_by_name_number_or_words(lab: Lab, attach: Scenario, value: object) -> None:
    """Each of the three matches the same coded element (24.008 10.5.5.2)."""
    first = replace(attach.expect[0], values={"attach_type": value})
    assert play(lab, replace(attach, expect=(first, *attach.expect[1:])))[0].failure is None


def test_a_wrong_end_state_fails(lab: Lab, attach: Scenario) -> None:
    """End states count even where every message was right."""
    verdict, lines = play(lab, replace(attach, end={"anna": "GMM-NULL"}))
    assert verdict.failure == "anna is in 'GMM-REGISTERED.NORMAL-SERVICE', expected 'GMM-NULL'"
    assert lines[-1].endswith(verdict.failure)


def test_a_state_not_reached_in_time_fails(lab: Lab, tmp_path: Path) -> None:
    """The step tells the state that was awaited and the one that is there."""
    path = written(tmp_path, GOOD.replace("mobile: anna", "mobile: carl"))
    verdict = play(lab, Scenario.load(path))[0]
    assert verdict.failure is not None
    expected = "carl is in GMM-DEREGISTERED.NO-IMSI after 30 s, expected GMM-REGISTERED.NORMAL-SERVICE"
    assert verdict.failure.startswith(expected)


def test_a_scenario_may_change_its_laboratory(lab: Lab, tmp_path: Path) -> None:
    """Overrides are merged into the laboratory's files and checked with them."""
    scenario = Scenario.load(written(tmp_path, GOOD + "timers: {T3350: 3 s}\n"))
    assert scenario.lab(lab).node_config("sgsn1").timers["T3350"] == 3_000_000
    bad = Scenario.load(written(tmp_path, GOOD + "timers: {T9999: 3 s}\n"))
    with pytest.raises(ConfigError, match="expected the name of a timer"):
        bad.lab(lab)


KILLED = """\
id: killed
title: A dead HLR
spec: [29.002 19.3]
steps:
  - {do: kill, node: hlr1}
  - {do: tell, node: hlr1, verb: cancel, mobile: anna, fails: hlr1 is dead}
  - {do: restart, node: hlr1}
  - {do: kill, node: hlr1, for: 5 s}
expect: []
end: {hlr1: {restarts: 2}}
"""


def test_a_scenario_may_kill_nodes(lab: Lab, tmp_path: Path) -> None:
    """A node is dead until it is restarted, or for so long; what is told to it meanwhile fails, as expected."""
    scenario = Scenario.load(written(tmp_path, KILLED))
    scenario.check(lab)
    verdict = play(lab, scenario)[0]
    assert verdict.failure is None
    assert verdict.duration >= 5_000_000


@pytest.mark.parametrize(
    ("fails", "told"),
    [
        ("nobody is here", "cancel of anna failed: {'error': 'hlr1 is dead'}, expected 'nobody is here'"),
        ("false", "cancel of anna failed: {'error': 'hlr1 is dead'}"),
    ],
)
def test_a_failure_other_than_expected_fails(lab: Lab, tmp_path: Path, fails: str, told: str) -> None:
    """What the failure must tell is looked for in the answer."""
    scenario = Scenario.load(written(tmp_path, KILLED.replace("hlr1 is dead", fails)))
    assert play(lab, scenario)[0].failure == told


def test_an_order_that_does_not_fail_as_expected_fails(lab: Lab, tmp_path: Path) -> None:
    """An order that must fail, and is obeyed, fails the scenario."""
    verdict = play(lab, Scenario.load(written(tmp_path, GOOD.replace("within: 30 s", "fails: true"))))[0]
    assert verdict.failure is not None
    assert verdict.failure.startswith("attach of anna was done, expected to fail")


def test_a_network_of_others_is_not_killed(tmp_path: Path) -> None:
    """A scenario that kills nodes is left out where the processes are not ours."""
    console = Console(file=io.StringIO(), width=200)
    scenario = Scenario.load(written(tmp_path, KILLED))
    assert playable([scenario], console, broker="mqtt://elsewhere") == []
    assert playable([scenario], console, broker=None) == [scenario]
    file = console.file
    assert isinstance(file, io.StringIO)
    assert file.getvalue() == "left out  killed  A dead HLR: it kills nodes, and these are not ours\n"


def test_a_step_in_the_background_must_have_ended_well_at_the_end(lab: Lab, attach: Scenario) -> None:
    """The next step does not wait for it; how it ends counts all the same."""
    step = attach.steps[0].model_copy(update={"background": True, "until": None})
    verdict, _ = play(lab, replace(attach, steps=(step,)))
    assert verdict.failure is None
    verdict, _ = play(lab, replace(attach, steps=(step.model_copy(update={"fails": True}),)))
    assert verdict.failure is not None
    assert "attach of anna was done, expected to fail" in verdict.failure
