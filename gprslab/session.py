"""The one API for scenarios, tests, drills and the command line: synchronous, over a world or over a broker."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Literal, NamedTuple, Self

from gprslab.build import make_node
from gprslab.config import Lab
from gprslab.faults import Rule
from gprslab.trace.records import Trace
from gprslab.world import World
from nodes.core.node import NoteLevel
from nodes.core.outputs import Command

MINUTE = 60_000_000
"""One minute in microseconds."""


class Outcome(NamedTuple):
    """How a command ended, and what it answered."""

    status: Literal["done", "failed"]
    body: Any


class Session(ABC):
    """A network that obeys commands. All times are microseconds.

    ``trace`` is what was said since the session began.
    """

    trace: Trace
    bsss: tuple[str, ...]
    """The names of all BSSs: a network is up when their BVCs are."""

    @property
    @abstractmethod
    def now(self) -> int:
        """The network's time."""

    @abstractmethod
    def start_command(self, node: str, verb: str, arguments: dict[str, Any] | None = None) -> str:
        """Give a command and go on; returns what :meth:`outcome` knows it by."""

    @abstractmethod
    def outcome(self, command: str) -> Outcome | None:
        """How a command ended; None while it has not."""

    @abstractmethod
    def advance(self, us: int) -> None:
        """Let so much time pass."""

    @abstractmethod
    def wait_for(self, condition: Callable[[], bool], within_us: int = MINUTE) -> bool:
        """Let time pass until the condition holds, but no more than that; returns whether it holds."""

    @abstractmethod
    def restart_all(self) -> None:
        """Clear the records of all nodes and start them anew, in order."""

    @abstractmethod
    def add_fault(self, rule: Rule) -> None:
        """Put a fault rule in force, in all nodes."""

    @abstractmethod
    def clear_faults(self) -> None:
        """Take all fault rules back."""

    @abstractmethod
    def close(self) -> None:
        """Let the network go."""

    def command(
        self, node: str, verb: str, arguments: dict[str, Any] | None = None, *, within_us: int = MINUTE
    ) -> Outcome:
        """Give a command and wait for its end. Raises TimeoutError where it does not come in time."""
        command = self.start_command(node, verb, arguments)
        if not self.wait_for(lambda: self.outcome(command) is not None, within_us):
            raise TimeoutError(f"{node} has not ended {verb!r} within {within_us / 1_000_000:g} s")
        outcome = self.outcome(command)
        assert outcome is not None
        return outcome

    def inspect(self, node: str, subject: str | None = None) -> dict[str, Any]:
        """The state of a node, or of one subject in it. Raises KeyError where it knows no such subject."""
        outcome = self.command(node, "inspect", {} if subject is None else {"subject": subject})
        if outcome.status == "failed":
            raise KeyError(outcome.body["error"])
        body: dict[str, Any] = outcome.body
        return body

    def reset(self) -> None:
        """Begin anew with empty records and without faults; returns when the network is up.

        Raises TimeoutError where the BVCs do not come up.
        """
        self.clear_faults()
        self.restart_all()
        if not self.wait_for(self.is_up):
            raise TimeoutError("the BVCs have not come up within a minute")

    def is_up(self) -> bool:
        """Whether the BVCs of all BSSs are operative."""
        return all(
            state == "operative" for bss in self.bsss for state in self.inspect(bss).get("bvcs", {"": ""}).values()
        )

    def __enter__(self) -> Self:
        """Use the session in a ``with`` statement, which closes it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()


class WorldSession(Session):
    """A session over the deterministic world: the same lab, seed and commands give the same trace, octet by octet."""

    def __init__(self, lab: Lab, seed: int = 0, note_level: NoteLevel = "transitions") -> None:
        self.trace = Trace()
        self.bsss = tuple(name for name in lab.nodes if lab.roles[name] == "bss")
        self.world = World(
            {name: lab.roles[name] for name in lab.nodes},
            lambda name, records: make_node(lab, name, seed, records),
            seed=seed,
            note_level=note_level,
            trace=self.trace,
        )
        self._number = 0
        self.reset()

    @property
    def now(self) -> int:
        return self.world.now

    def start_command(self, node: str, verb: str, arguments: dict[str, Any] | None = None) -> str:
        self._number += 1
        command = Command(f"c{self._number}", verb, arguments or {})
        self.world.command(node, command)
        return command.id

    def outcome(self, command: str) -> Outcome | None:
        for reply in self.world.replies.get(command, ()):
            if reply.status != "accepted":
                return Outcome(reply.status, reply.body)
        return None

    def inspect(self, node: str, subject: str | None = None) -> dict[str, Any]:
        found = super().inspect(node, subject)
        del self.world.replies[f"c{self._number}"]  # conditions inspect without end
        return found

    def advance(self, us: int) -> None:
        self.world.advance(us)

    def wait_for(self, condition: Callable[[], bool], within_us: int = MINUTE) -> bool:
        return self.world.run_until(condition, within_us)

    def restart_all(self) -> None:
        self.world.reset()

    def add_fault(self, rule: Rule) -> None:
        self.world.faults.add(rule)

    def clear_faults(self) -> None:
        self.world.faults.clear()

    def close(self) -> None:
        """Nothing runs when nobody asks."""
