"""Scenarios run on a session: the steps are done, what was said is compared, the first difference is told.

What a scenario file says stands in :mod:`gprslab.scenario_file`.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final

from gprslab.config import Lab
from gprslab.faults import Rule
from gprslab.scenario_file import (
    AwaitStep,
    CancelStep,
    Expectation,
    FaultStep,
    KillStep,
    MobileStep,
    RestartStep,
    Scenario,
    TellStep,
    includes,
    load_scenarios,
)
from gprslab.session import Outcome, Session
from gprslab.strict_yaml import shown
from gprslab.trace.ladder import Ladder, console_for
from gprslab.trace.records import TraceRecord
from gprslab.trace.story import Story, Told
from protocol.timers import SECOND

__all__ = [
    "Difference",
    "Expectation",
    "Scenario",
    "Verdict",
    "compare",
    "explain",
    "load_scenarios",
    "perform",
    "run_scenario",
]

SETTLE: Final = 5 * SECOND
"""How long, after the last step, the messages and states that are still awaited may take (microseconds)."""

SILENCE: Final = SECOND // 2
"""How long nothing more may be said after all was said."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The first difference: ``at`` is the message where it shows, None where messages are missing at the end."""

    why: str
    at: Told | None = None


def compare(scenario: Scenario, told: Sequence[Told]) -> Difference | None:
    """The first difference between what was expected and what was told; None where there is none."""
    left = list(scenario.expect)
    for message in told:
        if message.protocol not in scenario.protocols or message.mobile not in scenario.mobiles:
            continue
        why = left[0].difference(message) if left else "expected nothing more"
        if why is None:
            left.pop(0)
        elif not message.relay and message.message not in scenario.allow:
            return Difference(why, message)
    return Difference(f"missing: {left[0]}") if left else None


# --- running --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a scenario went: ``failure`` is why it failed, in one line. Times are microseconds."""

    scenario: Scenario
    failure: str | None
    started: int
    duration: int
    records: list[TraceRecord]
    told: list[Told]
    at: Told | None = None

    @property
    def passed(self) -> bool:
        """Whether all was as expected."""
        return self.failure is None

    def plain(self) -> dict[str, Any]:
        """The verdict and the trace as plain JSON types, without anything of wall clock, process or path."""
        return {
            "id": self.scenario.id,
            "title": self.scenario.title,
            "spec": list(self.scenario.spec),
            "verdict": "passed" if self.passed else "failed",
            "failure": self.failure,
            "trace": [message.row(self.started) for message in self.told],
        }


def address_of(session: Session, lab: Lab, mobile: str) -> str | None:
    """The address by which packets reach a mobile: of its first active PDP context, or else its static one."""
    ms = next(entry.ms for entry in lab.mobiles if entry.name == mobile)
    contexts = session.inspect(ms, mobile).get("pdp_contexts", ())
    dynamic = [context["address"] for context in contexts if context["state"] == "PDP-ACTIVE" and context["address"]]
    static = [ip_address(it.address) for it in lab.subscribers[mobile].contexts.values() if it.address is not None]
    return next((str(address) for address in (*dynamic, *static)), None)


class _FailedError(Exception):
    """A step or the end is not as told."""


class _Run:
    """One run of a scenario."""

    def __init__(self, session: Session, scenario: Scenario, lab: Lab) -> None:
        self.session = session
        self.scenario = scenario
        self.lab = lab
        self.ms = {mobile.name: mobile.ms for mobile in lab.mobiles}
        self.imsi = {mobile.name: str(mobile.imsi) for mobile in lab.mobiles}
        self.background: list[tuple[str, str, Any]] = []
        """Commands that nobody waits for yet: the id, the verb and the step of each."""
        self.origin = session.trace.end
        self.started = session.now

    def begin(self) -> None:
        """What follows is looked at."""
        self.started = self.session.now

    def state(self, mobile: str) -> str:
        """The GMM state of a mobile."""
        return str(self.session.inspect(self.ms[mobile], mobile).get("state"))

    def address(self, mobile: str) -> str:
        """The address of a mobile: of its first PDP context, or its static one."""
        address = address_of(self.session, self.lab, mobile)
        if address is None:
            raise _FailedError(f"{mobile} has no address")
        return address

    # --- steps ------------------------------------------------------------------------------------------------------

    def step(self, step: Any) -> None:
        """Do one step."""
        match step:
            case MobileStep():
                self._order(self.ms[step.mobile], step.do, step.arguments, step)
            case TellStep():
                told = {"cell": step.cell, "type": step.type}
                if step.mobile is not None:
                    outside = self.lab.roles[step.node] == "pdn"
                    told |= {"address": self.address(step.mobile)} if outside else {"imsi": self.imsi[step.mobile]}
                arguments = {name: value for name, value in told.items() if value is not None}
                self._order(step.node, step.verb, arguments | step.arguments, step)
            case CancelStep():
                self._order(step.node, "cancel", {"imsi": self.imsi[step.mobile]}, step)
            case AwaitStep():
                self._await(step)
            case FaultStep():
                self.session.add_fault(self._rule(step))
            case KillStep():
                self._kill(step)
            case RestartStep():
                self.session.restart(step.node)
            case _:
                self.session.advance(getattr(step, "for"))

    def _rule(self, step: FaultStep) -> Rule:
        return Rule(
            action=step.do,
            message=step.message,
            interface=step.interface,
            sender=step.sender,
            receiver=step.receiver,
            imsi=None if step.mobile is None else self.imsi[step.mobile],
            nth=step.nth,
            times=step.times,
            delay_us=0 if step.do == "lose" else step.by,
        )

    def _order(self, node: str, verb: str, arguments: dict[str, Any], step: Any) -> None:
        command = self.session.start_command(node, verb, arguments)
        if getattr(step, "background", False):
            self.background.append((command, verb, step))
        else:
            self._end(command, verb, step)

    def end_background(self) -> None:
        """Wait for what was begun in the background."""
        for command, verb, step in self.background:
            self._end(command, verb, step)

    def _end(self, command: str, verb: str, step: Any) -> None:
        """Wait for the end of a command, which must be as the step tells."""
        whom = step.mobile or getattr(step, "cell", None) or step.node
        error = {"error": f"no answer in {step.within / SECOND:g} s"}
        outcome = self.session.end_of(command, step.within) or Outcome("failed", error)
        fails = getattr(step, "fails", False)
        if fails and outcome.status == "done":
            raise _FailedError(f"{verb} of {whom} was done, expected to fail")
        if isinstance(fails, str) and fails not in str(outcome.body):
            raise _FailedError(f"{verb} of {whom} failed: {outcome.body}, expected {shown(fails)}")
        if getattr(step, "until", None) is not None:
            self._await(step)
        elif outcome.status == "failed" and not fails:
            raise _FailedError(f"{verb} of {whom} failed: {outcome.body}")
        wanted = getattr(step, "answers", None)
        if wanted is not None and not includes(outcome.body, wanted):
            raise _FailedError(
                f"{verb} of {whom} is answered {json.dumps(outcome.body)}, expected {json.dumps(wanted)}"
            )

    def _kill(self, step: Any) -> None:
        self.session.kill(step.node)
        duration = getattr(step, "for")
        if duration is not None:
            self.session.advance(duration)
            self.session.restart(step.node)

    def _await(self, step: Any) -> None:
        if not self.session.wait_for(lambda: self.state(step.mobile) == step.until, step.within):
            found = self.state(step.mobile)
            raise _FailedError(f"{step.mobile} is in {found} after {step.within / SECOND:g} s, expected {step.until}")

    # --- the end ----------------------------------------------------------------------------------------------------

    def records(self) -> list[TraceRecord]:
        """All records of this run."""
        return self.session.trace.after(self.origin)

    def told(self) -> list[Told]:
        """What was said in the steps, by the mobiles of the scenario and about them, in the protocols looked at."""
        told = Story.of(self.lab).tell_all(self.records())
        return [message for message in told if message.time >= self.started]

    def differences(self) -> Iterator[str]:
        """End states that are not as told."""
        for key, wanted in self.scenario.end.items():
            node, mobile, *context = [*key.split("/"), ""]
            if node in self.ms:
                node, subject = self.ms[node], node
            else:
                subject = "-".join([self.imsi[mobile], *filter(None, context)]) if mobile else ""
            try:
                found: dict[str, Any] | None = self.session.inspect(node, subject or None)
            except KeyError:
                found = None
            if not isinstance(wanted, dict) or found is None:
                state = None if found is None else found.get("state")
                if state != wanted:
                    yield f"{key} is in {shown(state)}, expected {shown(wanted)}"
                continue
            for name, value in wanted.items():
                if not includes(found.get(name), value):
                    yield f"{name} of {key} is {shown(found.get(name))}, expected {shown(value)}"

    def finish(self) -> Difference | None:
        """Wait for what is still to come, then for what must not come."""
        self.session.wait_for(
            lambda: compare(self.scenario, self.told()) is None and next(self.differences(), None) is None, SETTLE
        )
        self.session.advance(SILENCE)
        difference = compare(self.scenario, self.told())
        if difference is not None:
            return difference
        why = next(self.differences(), None)
        return None if why is None else Difference(why)


def perform(session: Session, scenario: Scenario, lab: Lab, begin: Callable[[], None]) -> list[str]:
    """Do what a scenario says, as far as it goes: what fails is told, and the next follows.

    ``begin`` is called between what is given and the steps. Nothing that is said is compared with anything.
    """
    run = _Run(session, scenario, lab)
    failed = []
    for part in (scenario.given, scenario.steps):
        for step in part:
            try:
                run.step(step)
            except (_FailedError, TimeoutError, KeyError) as error:
                failed.append(str(error.args[0]) if error.args else str(error))
        session.advance(SILENCE)
        if part is scenario.given:
            begin()
    session.clear_faults()
    return failed


def run_scenario(session: Session, scenario: Scenario, lab: Lab) -> Verdict:
    """Run a scenario on a session that has just been reset."""
    run = _Run(session, scenario, lab)
    difference: Difference | None
    try:
        for step in scenario.given:
            run.step(step)
        if scenario.given:
            session.advance(SILENCE)
        run.begin()
        for step in scenario.steps:
            run.step(step)
        run.end_background()
        difference = run.finish()
    except (_FailedError, TimeoutError, KeyError) as error:
        failed = Difference(str(error.args[0]) if error.args else str(error))
        earlier = compare(scenario, run.told())
        difference = Difference(f"{failed.why}; {earlier.why}", earlier.at) if earlier is not None else failed
    finally:
        session.clear_faults()
    return Verdict(
        scenario=scenario,
        failure=None if difference is None else difference.why,
        started=run.started,
        duration=session.now - run.started,
        records=run.records(),
        told=run.told(),
        at=None if difference is None else difference.at,
    )


COLUMNS: Final = ("bss", "sgsn", "ggsn", "pdn", "vlr", "hlr", "eir")
"""The order of the nodes in a ladder."""


def columns_of(scenario: Scenario, lab: Lab, at: Told | None = None) -> list[str]:
    """The columns of a scenario's ladder: its mobiles, then nodes that it expects to speak, and who spoke ``at``."""
    expected = {name for entry in scenario.expect for name in (entry.source, entry.target)}
    if at is not None:
        expected |= {at.source, at.target}
    nodes = [name for role in COLUMNS for name in lab.nodes if lab.roles[name] == role]
    return scenario.mobiles + ([name for name in nodes if name in expected] or nodes[:1])


def explain(verdict: Verdict, lab: Lab, file: Any = None) -> None:
    """Print the ladder of a scenario that failed, with the first difference marked, to ``file`` (standard output)."""
    console = console_for(file)
    scenario = verdict.scenario
    ladder = Ladder(Story.of(lab), columns_of(scenario, lab, verdict.at), verdict.started, scenario.protocols)
    console.print(ladder.header())
    for message in verdict.told:
        marked = message == verdict.at
        if marked or (ladder.shows(message) and message.mobile in scenario.mobiles):
            console.print(ladder.arrow(message, marked=marked))
        if marked:
            console.print(ladder.remark(f"✗ {verdict.failure}", "bold red"))
            break
    else:
        console.print(ladder.remark(f"✗ {verdict.failure}", "bold red"))
