"""Scenarios: what mobiles do, and all that must be said meanwhile.

A scenario file is YAML, read strictly (:class:`ConfigError` names file, key and what was expected)::

    id: attach-umts
    title: Attach by IMSI, UMTS AKA
    spec: [24.008 4.7.3.1]
    given: [{do: power-on, mobile: anna}]
    steps: [{do: attach, mobile: anna, until: GMM-REGISTERED.NORMAL-SERVICE, within: 30 s}]
    expect:
      - anna -> sgsn1: AttachRequest
      - sgsn1 -> anna: AttachReject
        with: {gmm_cause: ILLEGAL_ME}
    end: {anna: GMM-REGISTERED.NORMAL-SERVICE}

What is said during ``given`` is not looked at. ``expect`` is complete for the mobiles of the scenario: any other
message of its ``protocols`` fails, unless ``allow`` names it. ``interface`` in an entry lets it match a relay.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self, TypeVar, get_args

from pydantic import Field, TypeAdapter, ValidationError, create_model

from gprslab.config import Lab
from gprslab.faults import Rule
from gprslab.session import Session
from gprslab.strict_yaml import ConfigError, key_path, read_yaml, shown
from gprslab.topology import Duration, Name, Section, first_fault, one_of, reads, whole
from gprslab.trace.ladder import Ladder, console_for
from gprslab.trace.records import TraceRecord
from gprslab.trace.stacks import REFERENCE_POINTS
from gprslab.trace.story import Story, Told
from protocol.declare import OpenEnum
from protocol.timers import SECOND

SETTLE: Final = 5 * SECOND
"""How long, after the last step, the messages and states that are still awaited may take (microseconds)."""

SILENCE: Final = SECOND // 2
"""How long nothing more may be said after all was said."""

PROTOCOLS: Final = ("gmm", "bssgp", "map", "tcap", "sccp")

_ARROW: Final = re.compile(r"([a-z][a-z0-9-]*) -> ([a-z][a-z0-9-]*)")
_CLASS: Final = re.compile(r"[A-Z][A-Za-z0-9]*")


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError(text)
    return text


def _class_name(text: str) -> str:
    if not _CLASS.fullmatch(text):
        raise ValueError(text)
    return text


Text = Annotated[str, reads(_text, "a text")]
MessageName = Annotated[str, reads(_class_name, "the name of a message such as AttachAccept")]
InterfaceName = Annotated[str, one_of({name: name for name in REFERENCE_POINTS})]
ProtocolName = Annotated[str, one_of({name: name for name in PROTOCOLS})]
Count = Annotated[int, whole(1, 1_000_000)]

# --- what a file says -----------------------------------------------------------------------------------------------


class MobileStep(Section):
    """A mobile is told to do something; it is done when the mobile answers and, where told, is in a state."""

    do: Literal["power-on", "power-off", "attach", "detach"]
    mobile: Name
    until: Text | None = None
    within: Duration = 60 * SECOND


class DetachStep(MobileStep):
    """A mobile leaves."""

    power_off: bool = False


class AwaitStep(Section):
    """Nothing is done until a mobile is in a state."""

    do: Literal["await"]
    mobile: Name
    until: Text
    within: Duration = 60 * SECOND


class CancelStep(Section):
    """The HLR withdraws a mobile's subscription from the SGSN that serves it."""

    do: Literal["cancel"]
    node: Name
    mobile: Name
    within: Duration = 60 * SECOND


class FaultStep(Section):
    """From now on a fault strikes the messages named: from the ``nth`` on, as many ``times``."""

    do: Literal["lose", "delay", "duplicate"]
    message: MessageName | None = None
    interface: InterfaceName | None = None
    sender: Name | None = None
    receiver: Name | None = None
    mobile: Name | None = None
    nth: Count | None = None
    times: Count | None = None
    by: Duration = 100_000


_WAIT_KEYS: dict[str, Any] = {"do": (Literal["wait"], ...), "for": (Duration, ...)}
WaitStep: Any = create_model("WaitStep", __base__=Section, **_WAIT_KEYS)  # "for" cannot be a name in a class
"""Time passes."""

STEPS: Final[dict[str, Any]] = {
    "power-on": MobileStep,
    "power-off": MobileStep,
    "attach": MobileStep,
    "detach": DetachStep,
    "await": AwaitStep,
    "cancel": CancelStep,
    "wait": WaitStep,
    **dict.fromkeys(get_args(FaultStep.model_fields["do"].annotation), FaultStep),
}
"""What a step may do."""


class ScenarioFile(Section):
    """The keys of a scenario file; steps and expectations have models of their own."""

    id: Name
    title: Text
    spec: list[Text]
    topology: dict[str, Any] = Field(default_factory=dict)
    subscribers: dict[str, Any] = Field(default_factory=dict)
    timers: dict[str, Any] = Field(default_factory=dict)
    protocols: list[ProtocolName] = Field(default_factory=lambda: ["gmm", "map"])
    given: list[Any] = Field(default_factory=list)
    steps: list[Any]
    expect: list[Any]
    allow: list[MessageName] = Field(default_factory=list)
    end: dict[str, Any] = Field(default_factory=dict)


class Beside(Section):
    """What may stand beside the arrow of an expectation."""

    interface: InterfaceName | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """One message that must come, and what must be in it."""

    source: str
    target: str
    message: str
    values: dict[str, Any] = field(default_factory=dict)
    interface: str | None = None

    def difference(self, told: Told) -> str | None:
        """What a message differs in; None where it is the one."""
        if (self.source, self.target, self.message) != (told.source, told.target, told.message):
            return f"expected {self}"
        if self.interface is None and told.relay:
            return "a relay"
        if self.interface not in (None, told.interface):
            return f"expected on {self.interface}"
        for name, wanted in self.values.items():
            if not agrees(told, name, wanted):
                return f"expected {name} {shown(wanted)}, found {shown(printed(told.fields, name))}"
        return None

    def __str__(self) -> str:
        values = "".join(f" {name}={wanted}" for name, wanted in self.values.items())
        on = f" on {self.interface}" if self.interface else ""
        return f"{self.source} -> {self.target}: {self.message}{values}{on}"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario as read from ``file``.

    ``end`` maps a mobile, a node, or ``node/mobile`` to what inspect must tell; ``changes`` says in what its laboratory
    differs from another.
    """

    file: str
    id: str
    title: str
    spec: tuple[str, ...]
    protocols: tuple[str, ...]
    given: tuple[Any, ...]
    steps: tuple[Any, ...]
    expect: tuple[Expectation, ...]
    allow: frozenset[str]
    end: dict[str, Any]
    changes: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a scenario file. Raises ConfigError."""
        file = str(path)
        content = read_yaml(path)
        told = _checked(ScenarioFile, content, file)
        changes = {"topology": told.topology, "subscribers": told.subscribers, "timers": told.timers}
        return cls(
            file=file,
            id=told.id,
            title=told.title,
            spec=tuple(told.spec),
            protocols=tuple(told.protocols),
            given=tuple(_step(step, file, "given", number) for number, step in enumerate(told.given)),
            steps=tuple(_step(step, file, "steps", number) for number, step in enumerate(told.steps)),
            expect=tuple(_expectation(entry, file, number) for number, entry in enumerate(told.expect)),
            allow=frozenset(told.allow),
            end=dict(told.end),
            changes={key: change for key, change in changes.items() if change},
        )

    @property
    def mobiles(self) -> list[str]:
        """The mobiles that do something, in order."""
        names = (getattr(step, "mobile", None) for step in (*self.given, *self.steps))
        return list(dict.fromkeys(name for name in names if name is not None))

    def lab(self, base: Lab) -> Lab:
        """The laboratory that the scenario wants. Raises ConfigError."""
        return base.with_changes(self.changes, self.file) if self.changes else base

    def check(self, lab: Lab) -> None:
        """Refuse names that the laboratory does not have. Raises ConfigError."""
        mobiles = {mobile.name for mobile in lab.mobiles}
        for part, steps in (("given", self.given), ("steps", self.steps)):
            for number, step in enumerate(steps):
                for key, known in (("mobile", mobiles), ("node", lab.roles), ("sender", lab.roles)):
                    name = getattr(step, key, None)
                    if name is not None and name not in known:
                        raise ConfigError(self.file, key_path(part, number, key), _choice(known), shown(name))
        ends = mobiles | set(lab.roles)
        for number, entry in enumerate(self.expect):
            for name in (entry.source, entry.target):
                if name not in ends:
                    raise ConfigError(self.file, key_path("expect", number), _choice(ends), shown(name))
        for key in self.end:
            node, _, mobile = key.partition("/")
            if node not in ends or (mobile and (mobile not in mobiles or node not in lab.roles)):
                expected = "a mobile, a node, or node/mobile of the laboratory"
                raise ConfigError(self.file, key_path("end"), expected, shown(key))


def load_scenarios(path: Path) -> list[Scenario]:
    """The scenario in a file, or all in the ``.yaml`` files of a folder, by name. Raises ConfigError."""
    if not path.is_dir():
        return [Scenario.load(path)]
    scenarios = [Scenario.load(file) for file in sorted(path.glob("*.yaml"))]
    if not scenarios:
        raise ConfigError(str(path), "", "scenario files, *.yaml", "none")
    return scenarios


M = TypeVar("M", bound=Section)


def _checked(model: type[M], content: Any, file: str, *where: object) -> M:
    try:
        return TypeAdapter(model).validate_python(content)
    except ValidationError as error:
        keys, expected, found = first_fault(error, content)
        raise ConfigError(file, key_path(*where, *keys), expected, shown(found)) from None


def _step(content: Any, file: str, *where: object) -> Any:
    if not isinstance(content, dict):
        raise ConfigError(file, key_path(*where), "a step such as {do: attach, mobile: anna}", shown(content))
    model = STEPS.get(str(content.get("do")))
    if model is None:
        raise ConfigError(file, key_path(*where, "do"), f"one of {', '.join(STEPS)}", shown(content.get("do")))
    return _checked(model, content, file, *where)


def _expectation(content: Any, file: str, number: int) -> Expectation:
    where = ("expect", number)
    expected = "an entry such as anna -> sgsn1: AttachRequest"
    if not isinstance(content, dict):
        raise ConfigError(file, key_path(*where), expected, shown(content))
    arrows = [key for key in content if _ARROW.fullmatch(key)]
    if len(arrows) != 1:
        found = next((key for key in content if key not in ("with", "interface")), None)
        raise ConfigError(file, key_path(*where), expected, shown(found))
    source, target = arrows[0].split(" -> ")
    message = content[arrows[0]]
    if not isinstance(message, str) or not _CLASS.fullmatch(message):
        expected = "the name of a message such as AttachAccept"
        raise ConfigError(file, key_path(*where, arrows[0]), expected, shown(message))
    values = content.get("with", {})
    if not isinstance(values, dict):
        raise ConfigError(file, key_path(*where, "with"), "elements with their values", shown(values))
    rest = {key: value for key, value in content.items() if key not in (arrows[0], "with")}
    beside = _checked(Beside, rest, file, *where)
    return Expectation(source, target, message, values, beside.interface)


def _choice(names: Any) -> str:
    return f"one of {', '.join(sorted(names))}"


# --- comparison -----------------------------------------------------------------------------------------------------


def printed(fields: Any, path: str) -> Any:
    """The element of printed fields that a dotted path leads to; None where there is none."""
    for name in path.split("."):
        fields = fields.get(name) if isinstance(fields, dict) else None
    return fields


def agrees(told: Told, path: str, wanted: Any) -> bool:
    """Whether an element has a value, told by name, number or text; ``null`` is for an element that is absent."""
    value = told.said
    for name in path.split("."):
        value = getattr(value, name, None)
    if value is None or wanted is None or isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    names = {str(value), str(printed(told.fields, path))}
    if isinstance(value, Enum):
        names.add(value.name)
    if isinstance(value, OpenEnum):
        names.add(value.words)
    if hasattr(value, "value") and not isinstance(value, Enum):
        names.add(str(value.value))
    return str(wanted) in names or (isinstance(value, int) and type(wanted) is int and int(value) == wanted)


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
        self.origin = session.trace.end
        self.started = session.now

    def begin(self) -> None:
        """What follows is looked at."""
        self.started = self.session.now

    def state(self, mobile: str) -> str:
        """The GMM state of a mobile."""
        return str(self.session.inspect(self.ms[mobile], mobile).get("state"))

    # --- steps ------------------------------------------------------------------------------------------------------

    def step(self, step: Any) -> None:
        """Do one step."""
        match step:
            case MobileStep():
                arguments: dict[str, Any] = {"mobile": step.mobile}
                if isinstance(step, DetachStep) and step.power_off:
                    arguments["power_off"] = True
                self._order(self.ms[step.mobile], step.do, arguments, step)
            case CancelStep():
                self._order(step.node, "cancel", {"imsi": self.imsi[step.mobile]}, step)
            case AwaitStep():
                self._await(step)
            case FaultStep():
                self.session.add_fault(self._rule(step))
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
        outcome = self.session.command(node, verb, arguments, within_us=step.within)
        if getattr(step, "until", None) is not None:
            self._await(step)
        elif outcome.status == "failed":
            raise _FailedError(f"{verb} of {step.mobile} failed: {outcome.body}")

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
            node, _, mobile = key.partition("/")
            if node in self.ms:
                node, subject = self.ms[node], node
            else:
                subject = self.imsi[mobile] if mobile else ""
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
                if found.get(name) != value:
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


def columns_of(scenario: Scenario, lab: Lab) -> list[str]:
    """The columns of a scenario's ladder: its mobiles, then the nodes that its protocols show."""
    roles = ["sgsn", "hlr", "eir"]
    if "bssgp" in scenario.protocols:
        roles.insert(0, "bss")
    return scenario.mobiles + [name for role in roles for name in lab.nodes if lab.roles[name] == role]


def explain(verdict: Verdict, lab: Lab, file: Any = None) -> None:
    """Print the ladder of a scenario that failed, with the first difference marked, to ``file`` (standard output)."""
    console = console_for(file)
    scenario = verdict.scenario
    ladder = Ladder(Story.of(lab), columns_of(scenario, lab), verdict.started, scenario.protocols)
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
