"""The one API for scenarios, tests, drills and the command line: synchronous, over a world or over a broker."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Literal, NamedTuple, Self

from gprslab.build import make_node
from gprslab.config import Lab
from gprslab.faults import Rule
from gprslab.trace.records import Trace
from gprslab.world import World
from nodes.core.node import Node, NoteLevel
from nodes.core.outputs import Command, Record

MINUTE = 60_000_000
"""One minute in microseconds."""


class Outcome(NamedTuple):
    """How a command ended, and what it answered."""

    status: Literal["done", "failed"]
    body: Any


class Session(ABC):
    """A network that obeys commands. All times are microseconds."""

    @property
    @abstractmethod
    def trace(self) -> Trace:
        """What was said since the session began."""

    @property
    @abstractmethod
    def now(self) -> int:
        """The network's time."""

    @abstractmethod
    def start_command(self, node: str, verb: str, arguments: dict[str, Any] | None = None) -> str:
        """Give a command and go on; returns its id."""

    @abstractmethod
    def outcome(self, command: str) -> Outcome | None:
        """How the command with this id ended; None while it has not."""

    @abstractmethod
    def forget(self, command: str) -> None:
        """Let go of a command and its outcome."""

    @abstractmethod
    def advance(self, us: int) -> None:
        """Let so much time pass."""

    @abstractmethod
    def wait_for(self, condition: Callable[[], bool], within_us: int) -> bool:
        """Let time pass until the condition holds, but no more than that; returns whether it holds."""

    @abstractmethod
    def reset(self) -> None:
        """Start all nodes anew, with nothing kept, and wait for all BVCs; TimeoutError if they fail to come up."""

    @abstractmethod
    def add_fault(self, rule: Rule) -> None:
        """Put a fault rule in force, in every node that receives."""

    @abstractmethod
    def clear_faults(self) -> None:
        """Take all fault rules back."""

    @abstractmethod
    def kill(self, node: str) -> None:
        """Let a node die at once, as by SIGKILL; what it has saved remains, and it stays dead until it is restarted."""

    @abstractmethod
    def restart(self, node: str) -> None:
        """Begin a new life of a node with what it has saved, whether it is dead or not."""

    @abstractmethod
    def close(self) -> None:
        """Let the network go. Idempotent."""

    def command(
        self, node: str, verb: str, arguments: dict[str, Any] | None = None, *, within_us: int = MINUTE
    ) -> Outcome:
        """Give a command and wait for its end; no end in time counts as failed."""
        command = self.start_command(node, verb, arguments)
        return self.end_of(command, within_us) or Outcome(
            "failed", {"error": f"no answer of {node} to {verb} in {within_us / 1_000_000:g} s"}
        )

    def end_of(self, command: str, within_us: int) -> Outcome | None:
        """Wait for the end of the command with this id, and forget it; None where it does not end in time."""
        self.wait_for(lambda: self.outcome(command) is not None, within_us)
        outcome = self.outcome(command)
        self.forget(command)
        return outcome

    def inspect(self, node: str, subject: str | None = None) -> dict[str, Any]:
        """The state of a node, or of one subject in it. Raises KeyError where that cannot be told."""
        outcome = self.command(node, "inspect", {} if subject is None else {"subject": subject})
        if outcome.status == "failed":
            raise KeyError(outcome.body["error"])
        body: dict[str, Any] = outcome.body
        return body

    def inspect_all(self, node: str) -> dict[str, dict[str, Any]]:
        """The state of every subject in a node. Raises KeyError where that cannot be told."""
        found: dict[str, dict[str, Any]] = {}
        page = 0
        while True:
            outcome = self.command(node, "inspect", {"subject": "*", "page": page})
            if outcome.status == "failed":
                raise KeyError(outcome.body["error"])
            found |= outcome.body["subjects"]
            page += 1
            if page >= outcome.body["pages"]:
                return found

    def __enter__(self) -> Self:
        """Use the session in a ``with`` statement, which closes it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()


class WorldSession(Session):
    """A session over the deterministic world: the same lab, seed and commands give the same trace, octet by octet.

    It begins with a network that is up.
    """

    def __init__(self, lab: Lab, seed: int = 0, note_level: NoteLevel = "transitions") -> None:
        self._lab = lab
        self._seed = seed
        self._lives: Counter[str] = Counter()
        self._trace = Trace()
        self.world = World(
            {name: lab.roles[name] for name in lab.nodes},
            self._build,
            seed=seed,
            note_level=note_level,
            trace=self._trace,
        )
        self._bsss = [name for name in lab.nodes if lab.roles[name] == "bss"]
        self._number = 0
        self.reset()

    def _build(self, name: str, records: Iterable[Record]) -> Node:
        """A node in its next life, in which its dice fall otherwise than before."""
        life = self._lives[name]
        self._lives[name] += 1
        return make_node(self._lab, name, self._seed + (life << 64), records)

    @property
    def trace(self) -> Trace:
        return self._trace

    @property
    def now(self) -> int:
        return self.world.now

    def start_command(self, node: str, verb: str, arguments: dict[str, Any] | None = None) -> str:
        self._number += 1
        command = Command(f"{self._number}", verb, arguments or {})
        self.world.command(node, command)
        return command.id

    def outcome(self, command: str) -> Outcome | None:
        for reply in self.world.replies.get(command, ()):
            if reply.status != "accepted":
                return Outcome(reply.status, reply.body)
        return None

    def forget(self, command: str) -> None:
        self.world.replies.pop(command, None)

    def advance(self, us: int) -> None:
        self.world.advance(us)

    def wait_for(self, condition: Callable[[], bool], within_us: int = MINUTE) -> bool:
        return self.world.run_until(condition, within_us)

    def reset(self) -> None:
        self._lives.clear()
        self.world.reset()
        if not self.wait_for(self.is_up):
            raise TimeoutError("the BVCs are not operative a minute after the reset")

    def is_up(self) -> bool:
        """Whether all BVCs are operative."""
        return all(state == "operative" for bss in self._bsss for state in self.inspect(bss)["bvcs"].values())

    def add_fault(self, rule: Rule) -> None:
        self.world.faults.add(rule)

    def clear_faults(self) -> None:
        self.world.faults.clear()

    def kill(self, node: str) -> None:
        self.world.kill(node)

    def restart(self, node: str) -> None:
        self.world.restart(node)

    def set_note_level(self, level: NoteLevel) -> None:
        """Let all nodes tell as much as ``level`` says."""
        self.world.set_level(level)

    def close(self) -> None:
        """Nothing runs when nobody asks."""
