"""The crash matrix: a flow is run again and again, and each time a node is killed at another of its messages.

In the world a node dies as by SIGKILL: the object is dropped, and rebuilt from its saves :data:`DEAD` later. Whatever
it was about, in the end all invariants hold, the mobiles are in service as they were without it, and once they are
switched off nothing is left in any node. :mod:`gprslab.drills.matrix` runs it over all scenarios.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from traceback import extract_tb
from typing import Any, Final

from gprslab.config import Lab
from gprslab.drills.invariants import AT_REST, broken
from gprslab.drills.leftovers import leftovers, still_life
from gprslab.drills.service import DONE, MINUTE, ON, Served, serve, switch_off
from gprslab.scenario import Scenario, perform
from gprslab.session import WorldSession
from gprslab.trace.layers import layers
from gprslab.trace.story import LOWER
from gprslab.world import Passing
from nodes.core.sccp import Reassembly
from protocol.causes import SmCause
from protocol.timers import SECOND

DEAD: Final = 2 * SECOND
"""How long a node is dead (microseconds)."""

REST: Final = 8 * MINUTE
"""Longer than all timers, as :data:`QUICK` has them, that lead to something which is said."""

DRAIN: Final = 10 * MINUTE
"""After so long nothing is left of a mobile that was switched off, or was never heard again."""

QUICK: Final[Mapping[str, Any]] = {
    "topology": {"policies": {"t3212": 1}},
    "timers": {
        "T3302": "60 s",
        "mobile reachable": "30 s",
        "X-implicit-detach": "20 s",
        "X-purge": "10 s",
        "X-moved": "30 s",
        "X-imsi-detach": "7 min",
        "X-vlr-purge": "30 s",
        "X-barred": "60 s",
        "X-silence": "90 s",
        "X-suspension": "3 min",
        "X-radio-link": "90 s",
    },
}
"""What runs for hours runs for minutes."""

FULL: Final = SmCause.INSUFFICIENT_RESOURCES.name
"""Why a GGSN that has no address left makes no PDP context."""

LONGEST_PERIOD: Final = 2 * MINUTE
"""Where a scenario has its mobiles tell of themselves more rarely, or never, they do it as in the laboratory."""


@dataclass(frozen=True, slots=True)
class Death:
    """Where ``node`` dies: at a ``moment`` of the PDU with this ``number``. ``said`` is what it says."""

    node: str
    moment: str
    number: int
    said: str = field(compare=False, default="")

    def __str__(self) -> str:
        return f"{self.node} {self.moment} {self.number} ({self.said})"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the network was after a death: ``wrong`` is what did not hold, a sentence each."""

    scenario: Scenario
    seed: int
    death: Death
    wrong: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """The verdict as plain JSON types."""
        death = self.death
        at = {"node": death.node, "moment": death.moment, "pdu": death.number, "said": death.said}
        return {"scenario": self.scenario.id, "seed": self.seed, **at, "wrong": list(self.wrong)}


def crash_lab(scenario: Scenario, base: Lab) -> Lab:
    """The laboratory of a scenario with quick timers, in which every mobile tells of itself now and then."""
    lab = scenario.lab(base.with_changes(QUICK, "the crash matrix"))
    changes = {}
    for name, default in (("t3312", "60 s"), ("ready_timer", "10 s")):
        duration = getattr(lab.topology.policies, name).duration
        if duration is None or duration > LONGEST_PERIOD:
            changes[name] = default
    return lab.with_changes({"topology": {"policies": changes}}, "the crash matrix") if changes else lab


class CrashMatrix:
    """A scenario in the world, undisturbed at first, then with each death that can be.

    ``every`` takes all of them, also those that come to the same: a node that dies before it handles a PDU is as it was
    when it had acted last.
    """

    def __init__(self, scenario: Scenario, base: Lab, seed: int = 1, *, every: bool = False) -> None:
        self.scenario = scenario
        self.seed = seed
        self.lab = crash_lab(scenario, base)
        self._deaths: dict[object, Death] = {}
        self._every = every
        with self._session() as session:
            session.advance(DRAIN)
            self._still = still_life(session, self.lab)
        with self._session() as session:
            perform(session, scenario, self.lab, lambda: self._look(session))
            session.world.watch = None
            session.advance(REST)
            self._served = serve(session, self.lab, scenario.mobiles)
            self.wrong = self._rest(session)
            """What does not hold even where nobody dies."""

    @property
    def deaths(self) -> list[Death]:
        """All deaths, in the order of their PDUs."""
        return list(self._deaths.values())

    def run(self) -> Iterator[Verdict]:
        """Let a node die, each time another or elsewhere."""
        for death in self._deaths.values():
            yield self.disturb(death)

    def disturb(self, death: Death) -> Verdict:
        """Run the scenario with this death."""
        with self._session() as session:
            world = session.world

            def kill(passing: Passing) -> None:
                if passing[:3] == (death.moment, death.node, death.number):
                    world.watch = None
                    world.kill(death.node)
                    world.after(DEAD, revive)

            def revive() -> None:
                if world.nodes[death.node] is None:
                    world.restart(death.node)

            world.watch = kill
            wrong: list[str] = []
            try:
                self._go_through(session, death, wrong)
            except Exception as fault:  # noqa: BLE001  a fault of a node, which is what is looked for
                wrong.append(f"{type(fault).__name__}: {fault} {where(fault)}")
        return Verdict(self.scenario, self.seed, death, tuple(dict.fromkeys(wrong)))

    def _go_through(self, session: WorldSession, death: Death, wrong: list[str]) -> None:
        """The scenario, the rest after it, and the end."""
        perform(session, self.scenario, self.lab, lambda: None)
        assert session.world.watch is None, f"{death} has not come"
        session.advance(REST)
        wrong += broken(session, self.lab, AT_REST)
        wrong += self._worse(serve(session, self.lab, self.scenario.mobiles), death)
        wrong += self._rest(session)

    # --- within ---------------------------------------------------------------------------------------------------

    def _session(self) -> WorldSession:
        return WorldSession(self.lab, self.seed, "off")

    def _look(self, session: WorldSession) -> None:
        """From now on a node may die at each moment of each PDU."""
        world = session.world
        left: dict[str, tuple[int, int]] = {}

        def watch(passing: Passing) -> None:
            moment, node, number = passing[:3]
            if not number:
                return  # a cell tells what it has told before
            turn = world.turns[node]
            if moment in ("sending", "arriving"):
                gone = left.get(node, (0, 0))
                state = (node, turn, gone[1] if gone[0] == turn else 0)
            else:
                gone = left.get(node, (0, 0))
                count = gone[1] if gone[0] == turn else 0
                if moment == "sent":
                    count += 1
                    left[node] = turn, count
                state = (node, turn, count)
            death = Death(node, moment, number, self._said(passing))
            self._deaths.setdefault(death if self._every else state, death)

        world.watch = watch

    def _said(self, passing: Passing) -> str:
        """What a PDU says, in its highest protocol that can be read."""
        sends = passing.moment in ("sending", "sent")
        is_lower = self.lab.roles[passing.node] == LOWER.get(passing.interface, "bss")
        found = layers(passing.interface, passing.pdu, is_lower is sends, Reassembly(timeout=SECOND), 0)
        return f"{passing.interface} {found[-1].name}"

    def _worse(self, served: Mapping[str, Served], death: Death) -> Iterator[str]:
        """Who is not served as without the death.

        Mobiles that died are off until they are ordered on; since they do not know what was before, they may be
        refused, if they are told why. So may those be for whom no address is left, as others were faster.
        """
        for name, now in served.items():
            then = self._served[name]
            dead = self.lab.roles[death.node] == "ms"
            full = FULL in now.outcomes.get("activate", "")
            if then.state == ON and now.state != ON and not dead:
                yield f"{name} is in {now.state}, without the death in {ON}"
            for order, outcome in then.outcomes.items():
                why = now.outcomes.get(order, DONE)
                told = (dead and now.refused) or (full and order == "ping")
                if outcome == DONE != why and not told:
                    yield f"{name}: {order} ended with {why}, without the death it was done"

    def _rest(self, session: WorldSession) -> list[str]:
        """What does not hold when all mobiles have been switched off, and what is left of them."""
        switch_off(session, self.lab)
        session.advance(DRAIN)
        return [*broken(session, self.lab, AT_REST), *leftovers(self._still, still_life(session, self.lab))]


def where(fault: BaseException) -> str:
    """The place in the code where a fault was raised."""
    place = extract_tb(fault.__traceback__)[-1]
    return f"in {Path(place.filename).name}, line {place.lineno}"


__all__ = ["CrashMatrix", "Death", "Verdict", "crash_lab"]
