"""Scenario files: what mobiles do, and all that must be said meanwhile.

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
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self, TypeVar, get_args

from pydantic import Field, TypeAdapter, ValidationError, create_model

from gprslab.config import Lab
from gprslab.strict_yaml import ConfigError, key_path, read_yaml, shown
from gprslab.topology import Duration, Name, Section, first_fault, one_of, reads, true_or_text, whole
from gprslab.trace.stacks import REFERENCE_POINTS
from gprslab.trace.story import Told, told_by
from protocol.declare import OpenEnum, printable
from protocol.timers import SECOND

PROTOCOLS: Final = (
    *("gmm", "sm", "rr", "mm", "cc", "bssgp", "bssmap", "bssap_plus", "gtp", "map", "tcap", "sccp"),
    *("sndcp", "ip", "icmp", "udp"),
)
"""What a scenario may look at."""

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
Failure = Annotated[bool | str, true_or_text("true, false, or what the failure must tell")]

# --- what a file says -----------------------------------------------------------------------------------------------


class MobileStep(Section):
    """A mobile is told to do something; it is done when the mobile answers and, where told, is in a state.

    ``fails``: it must fail, with this text in the answer where it is a text; ``answers`` tells what must be in it. In
    the ``background`` the next step does not wait for it: it must have ended when the scenario ends.
    """

    do: Literal[
        "power-on",
        "power-off",
        "attach",
        "detach",
        "move",
        "call",
        "answer",
        "hang-up",
        "lose-link",
        "cover",
        "auto-activate",
        "activate",
        "activate-secondary",
        "modify",
        "deactivate",
        "ping",
        "send",
    ]
    mobile: Name
    until: Text | None = None
    within: Duration = 60 * SECOND
    fails: Failure = False
    answers: dict[str, Any] | None = None
    background: bool = False

    @property
    def arguments(self) -> dict[str, Any]:
        """What the command takes: the mobile, and whatever else was told."""
        own = type(self).model_fields.keys() - MobileStep.model_fields.keys() | {"mobile"}
        return {name: value for name in sorted(own) if (value := getattr(self, name)) is not None}


class AttachStep(MobileStep):
    """A mobile attaches, for packets alone or combined; without that as it is configured."""

    combined: bool | None = None


class DetachStep(MobileStep):
    """A mobile leaves."""

    type: Literal["gprs", "imsi", "combined"] | None = None
    power_off: bool | None = None


class MoveStep(MobileStep):
    """A mobile goes to another cell."""

    cell: Name


class SwitchStep(MobileStep):
    """A mobile loses the radio (``on: false``) or finds it again; or it refuses contexts that the network asks for."""

    on: bool


class ActivateStep(MobileStep):
    """A mobile activates a PDP context; what is not told is as subscribed."""

    apn: Text | None = None
    type: Literal["ipv4", "ipv6"] | None = None
    address: Text | None = None
    nsapi: Annotated[int, whole(0, 15)] | None = None
    qos: dict[str, Any] | None = None
    least_qos: dict[str, Any] | None = None


class ChangeStep(MobileStep):
    """A mobile changes or deactivates the PDP context ``nsapi``, or activates a secondary one beside it."""

    nsapi: Annotated[int, whole(0, 15)] | None = None
    qos: dict[str, Any] | None = None
    filter: dict[str, Any] | None = None
    replace: Annotated[int, whole(0, 7)] | None = None
    delete: Any = None
    teardown: bool | None = None


class PacketStep(MobileStep):
    """A mobile pings or sends to an address."""

    address: Text
    nsapi: Annotated[int, whole(0, 15)] | None = None
    port: Annotated[int, whole(1, 65535)] | None = None
    count: Annotated[int, whole(1, 1000)] | None = None
    size: Annotated[int, whole(0, 65535)] | None = None
    interval_ms: Annotated[int, whole(0, 60_000)] | None = None


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


class TellStep(Section):
    """A node of the network is told to do something about a mobile, or about a cell.

    ``arguments`` are those of the verb besides; ``fails``, ``answers`` and ``background`` are as for mobiles. A packet
    data network is told the address of the mobile.
    """

    do: Literal["tell"]
    node: Name
    verb: Text
    mobile: Name | None = None
    cell: Name | None = None
    type: Text | None = None
    arguments: dict[str, Any] = Field(default_factory=dict)
    within: Duration = 60 * SECOND
    fails: Failure = False
    answers: dict[str, Any] | None = None
    background: bool = False


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

_KILL_KEYS: dict[str, Any] = {"do": (Literal["kill"], ...), "node": (Name, ...), "for": (Duration | None, None)}
KillStep: Any = create_model("KillStep", __base__=Section, **_KILL_KEYS)
"""A node dies at once, as by SIGKILL; ``for`` so long, or until it is restarted. What it has saved remains."""


class RestartStep(Section):
    """A node that is dead, or not, begins a new life with what it has saved."""

    do: Literal["restart"]
    node: Name


STEPS: Final[dict[str, Any]] = {
    "power-on": MobileStep,
    "power-off": MobileStep,
    "attach": AttachStep,
    "detach": DetachStep,
    "move": MoveStep,
    "call": MobileStep,
    "answer": MobileStep,
    "hang-up": MobileStep,
    "lose-link": MobileStep,
    "cover": SwitchStep,
    "auto-activate": SwitchStep,
    "activate": ActivateStep,
    "activate-secondary": ChangeStep,
    "modify": ChangeStep,
    "deactivate": ChangeStep,
    "ping": PacketStep,
    "send": PacketStep,
    "tell": TellStep,
    "await": AwaitStep,
    "cancel": CancelStep,
    "wait": WaitStep,
    "kill": KillStep,
    "restart": RestartStep,
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
                return f"expected {name} {shown(wanted)}, found {shown(printable(told_by(element(told, name))))}"
        return None

    def __str__(self) -> str:
        values = "".join(f" {name}={wanted}" for name, wanted in self.values.items())
        on = f" on {self.interface}" if self.interface else ""
        return f"{self.source} -> {self.target}: {self.message}{values}{on}"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario as read from ``file``.

    ``end`` maps a mobile, a node, ``node/mobile``, or of a GGSN ``node/mobile/nsapi`` to what inspect must tell: of a
    mapping the keys that stand there, of a list each item; ``changes`` says in what its laboratory
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

    @property
    def kills(self) -> bool:
        """Whether a node dies in it: then the network must be one whose processes we own."""
        return any(isinstance(step, KillStep | RestartStep) for step in (*self.given, *self.steps))

    def lab(self, base: Lab) -> Lab:
        """The laboratory that the scenario wants. Raises ConfigError."""
        return base.with_changes(self.changes, self.file) if self.changes else base

    def check(self, lab: Lab) -> None:
        """Refuse names that the laboratory does not have. Raises ConfigError."""
        mobiles = {mobile.name for mobile in lab.mobiles}
        for part, steps in (("given", self.given), ("steps", self.steps)):
            for number, step in enumerate(steps):
                places = (("mobile", mobiles), ("node", lab.roles), ("sender", lab.roles), ("cell", lab.cells))
                for key, known in places:
                    name = getattr(step, key, None)
                    if name is not None and name not in known:
                        raise ConfigError(self.file, key_path(part, number, key), _choice(known), shown(name))
        ends = mobiles | set(lab.roles)
        for number, entry in enumerate(self.expect):
            for name in (entry.source, entry.target):
                if name not in ends:
                    raise ConfigError(self.file, key_path("expect", number), _choice(ends), shown(name))
        for key in self.end:
            node, mobile, *_ = [*key.split("/"), ""]
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


def includes(found: Any, wanted: Any) -> bool:
    """Whether plain JSON types are as wanted: of a mapping the keys that are told, of a list each item."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(includes(found.get(name), value) for name, value in wanted.items())
    if isinstance(wanted, list):
        alike = isinstance(found, list) and len(found) == len(wanted)
        return alike and all(map(includes, found, wanted))
    return bool(found == wanted) and isinstance(found, bool) is isinstance(wanted, bool)


def element(told: Told, path: str) -> Any:
    """The element of a message that a dotted path leads to; None where there is none."""
    value = told.said
    for name in path.split("."):
        value = getattr(value, name, None)
    return value


def agrees(told: Told, path: str, wanted: Any) -> bool:
    """Whether an element has a value, told by name, number or text; ``null`` is for an element that is absent."""
    value = told_by(element(told, path))
    if value is None or wanted is None or isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    names = {str(value), str(printable(value))}
    if isinstance(value, Enum):
        names.add(value.name)
    if isinstance(value, OpenEnum):
        names.add(value.words)
    if hasattr(value, "value") and not isinstance(value, Enum):
        names.add(str(value.value))
    return str(wanted) in names or (isinstance(value, int) and type(wanted) is int and int(value) == wanted)
