"""What all network elements have in common: octets and the time go in, outputs come out."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any, ClassVar, Literal

from nodes.core.clock import Clock, Running
from nodes.core.machine import Procedure, State
from nodes.core.outputs import Command, Deadline, Interface, Name, Note, Output, Record, Reply, Save, Send
from protocol.errors import DecodeError
from protocol.timers import Timer

NoteLevel = Literal["off", "transitions", "all"]
"""``off``: warnings only; ``transitions``: changes of state and the last expiry of a timer; ``all``: every expiry."""


PAGE = 200
"""How many subjects one answer shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeConfig:
    """What every node is told: its name, durations (microseconds) that differ from the timer table, the note level."""

    name: Name
    timers: dict[str, int] = field(default_factory=dict)
    note_level: NoteLevel = "off"


class CommandError(Exception):
    """A command that cannot be obeyed; its text is the answer."""


class Node:
    """A network element without I/O.

    Subclasses implement :meth:`take` (a PDU), commands as methods ``command_<verb>``, and :meth:`look` (inspect).
    """

    role: ClassVar[str]

    def __init__(self, config: NodeConfig, rng: Random, records: Iterable[Record]) -> None:
        self.name = config.name
        self.rng = rng
        self.clock = Clock(config.timers)
        self.warnings: Counter[str] = Counter()
        self._outputs: list[Output] = []
        self.level: NoteLevel = config.note_level
        self.restarts = 0
        for record in records:
            if record.key == "restarts":
                self.restarts = int.from_bytes(record.octets, "big") + 1
            else:
                self.restore(record)

    # --- verbs ----------------------------------------------------------------------------------------------------

    def start(self, now: int) -> None:
        """Begin to live; the restart counter is stepped and saved before anything is said (TS 23.007)."""
        self.clock.now = now
        self.save("restarts", self.restarts.to_bytes(4, "big"))
        self.started()

    def receive(self, link: Name, interface: Interface, pdu: bytes, now: int) -> None:
        """Take a PDU that came over ``link``. What a peer sends never raises."""
        self.clock.now = now
        try:
            self.take(link, interface, pdu)
        except DecodeError as error:
            self.warn(f"{interface} undecodable", f"{interface} from {link}: {error}", pdu)

    def command(self, command: Command, now: int) -> None:
        """Obey an operator, a scenario or a test; every command is answered."""
        self.clock.now = now
        method = getattr(self, f"command_{command.verb.replace('-', '_')}", None)
        try:
            if method is None:
                raise CommandError(f"{self.role} has no command {command.verb!r}")
            method(command)
        except CommandError as error:
            self.reply(command, "failed", {"error": str(error)})

    def on_time(self, now: int) -> None:
        """Let all timers expire whose time has come."""
        self.clock.now = now
        self.clock.expire()

    def next_timer(self) -> Deadline | None:
        """When to be woken next, and why."""
        return self.clock.next()

    def outputs(self) -> list[Output]:
        """Drain what is to happen, in order."""
        drained = self._outputs
        self._outputs = []
        return drained

    # --- for subclasses -------------------------------------------------------------------------------------------

    def started(self) -> None:
        """Say what an element says when it comes up."""

    def restore(self, record: Record) -> None:
        """Take back one record of an earlier life."""

    def take(self, link: Name, interface: Interface, pdu: bytes) -> None:
        """Take a PDU; a DecodeError that leaves becomes a counted warning."""
        raise DecodeError(f"{self.role} has no interface {interface}")

    def look(self, what: str | None) -> Any:
        """The state of the node, or of one subject in it, as plain JSON types; KeyError for a subject unknown."""
        return {}

    def everybody(self) -> Iterable[str]:
        """All subjects that :meth:`look` knows."""
        return ()

    def command_inspect(self, command: Command) -> None:
        """Answer the state of the node, of one ``subject``, or with ``*`` a ``page`` of all (:data:`PAGE` of them)."""
        subject = command.arguments.get("subject")
        if subject == "*":
            self._show_page(command)
            return
        try:
            body = self.look(subject)
        except KeyError:
            raise CommandError(f"{self.name} knows no {subject}") from None
        if subject is not None:
            self.reply(command, "done", body)
            return
        running = self.clock.running()
        known = {
            "node": self.name,
            "role": self.role,
            "restarts": self.restarts,
            "warnings": dict(self.warnings),
            "timers": [f"{timer.timer} {timer.when}" for timer in running[:20]],
            "timers_running": len(running),
            "timers_without_owner": [
                str(timer.timer)
                for timer in running
                if isinstance(timer.owner, Procedure) and not timer.owner.is_guarded_by(timer)
            ],
        }
        self.reply(command, "done", known | body)

    def _show_page(self, command: Command) -> None:
        page = command.arguments.get("page", 0)
        subjects = sorted(self.everybody())
        pages = max(1, -(-len(subjects) // PAGE))
        if not isinstance(page, int) or not 0 <= page < pages:
            raise CommandError(f"page is 0 to {pages - 1}, not {page!r}")
        shown = subjects[page * PAGE : (page + 1) * PAGE]
        self.reply(command, "done", {"pages": pages, "subjects": {subject: self.look(subject) for subject in shown}})

    def send(self, to: Name, interface: Interface, pdu: bytes, meta: dict[str, str] | None = None) -> None:
        """Send a PDU to another node."""
        self._outputs.append(Send(to, interface, pdu, meta))

    def save(self, key: str, octets: bytes | None) -> None:
        """Keep a record for the next life."""
        self._outputs.append(Save(key, octets))

    def reply(self, command: Command, status: Literal["accepted", "done", "failed"], body: Any = None) -> None:
        """Answer a command."""
        self._outputs.append(Reply(command.id, status, body))

    def warn(self, kind: str, text: str, pdu: bytes = b"") -> None:
        """Count something odd that a peer did and tell it; a kind is told in full ten times, then counted only."""
        self.warnings[kind] += 1
        if self.warnings[kind] <= 10:
            self._outputs.append(Note("warning", self.name, text, {"pdu": pdu.hex()} if pdu else {}))

    # --- notes ----------------------------------------------------------------------------------------------------

    @property
    def level(self) -> NoteLevel:
        """How much is told."""
        return self._level

    @level.setter
    def level(self, level: NoteLevel) -> None:
        self._level = level
        self.telling = level != "off"

    def tell_transition(
        self, procedure: Procedure, before: State, event: str, after: State, running: Running | None
    ) -> None:
        """Note a transition."""
        detail: dict[str, Any] = {
            "procedure": procedure.machine.title,
            "event": event,
            "before": before.value,
            "state": after.value,
        }
        if running is not None:
            detail["timer"] = running.timer.name
            detail["until"] = running.when
        self._outputs.append(Note("transition", procedure.subject, f"{before.value} → {after.value}", detail))

    def tell_expiry(self, procedure: Procedure, timer: Timer, count: int) -> None:
        """Note an expiry."""
        if self._level == "all" or count >= timer.expiries:
            detail = {"procedure": procedure.machine.title, "timer": timer.name, "count": count, "of": timer.expiries}
            self._outputs.append(Note("expiry", procedure.subject, f"{timer.name} {count} of {timer.expiries}", detail))
