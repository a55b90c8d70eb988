"""A network that lives: mobiles are given orders at random, messages are lost, nodes die; in the end all must be well.

``python -m gprslab.drills.soak`` does so with one seed after the other, in the world, and tells the seeds after which
something does not hold. A seed tells the same story every time.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from traceback import extract_tb, print_exception
from typing import Any, Final

import click

from gprslab.config import Lab, load_lab
from gprslab.drills.crash import DRAIN, QUICK, REST
from gprslab.drills.invariants import AT_REST, INVARIANTS, broken
from gprslab.drills.leftovers import StillLife, leftovers, still_life
from gprslab.drills.service import DONE, serve, switch_off
from gprslab.faults import Rule
from gprslab.session import WorldSession
from gprslab.world import Passing
from protocol.timers import SECOND

LONGEST_PAUSE: Final = 40 * SECOND
"""The longest time (microseconds) between two happenings, which are mostly close."""

MOST_PASSING: Final = 60
"""After how many PDUs, at most, a node dies that is to die."""

ORDERS: Final = (
    *("attach",) * 6,
    *("move",) * 6,
    *("call", "hang-up") * 3,
    *("activate",) * 6,
    *("deactivate", "ping", "activate-secondary", "modify") * 2,
    *("detach", "power-off", "power-on", "lose-link"),
    *("cover",) * 2,
)
"""What mobiles are ordered to do, by how often."""

TOLD: Final = (
    ("sgsn", "page"),
    ("sgsn", "reallocate"),
    ("sgsn", "detach"),
    ("sgsn", "deactivate"),
    ("sgsn", "modify"),
    ("ggsn", "deactivate"),
    ("ggsn", "modify"),
    ("pdn", "ping"),
    ("pdn", "ping"),
    ("hlr", "insert"),
    ("hlr", "cancel"),
    ("hlr", "reset"),
    ("vlr", "call"),
    ("vlr", "hang-up"),
    ("vlr", "alert"),
    ("vlr", "mm-information"),
    ("vlr", "ms-information"),
    ("bss", "reset"),
)
"""What nodes of the network are told to do, by their roles."""

ADDRESSES: Final = ("10.100.0.1", "10.100.0.2", "10.102.0.2")
"""Whom the network behind Gi pings: whoever has these addresses; the last one is static, and may be woken."""

IN_ORDER: Final = ("gb", "a")
"""Interfaces where whatever is not lost comes once and in its order (48.016 7.1, Q.714 1.1.2)."""

SLOW: Final = ("um", "gn")
"""Interfaces where what comes late may be late by seconds, or come again after them: the radio, and UDP."""


class Life:
    """What happens in a network: ``session`` is lived in; ``log`` hears of everything, in words."""

    def __init__(
        self, session: WorldSession, lab: Lab, dice: Random, log: Callable[[str], None] = lambda _: None
    ) -> None:
        self.session = session
        self.lab = lab
        self.dice = dice
        self.orders: Sequence[str] = ORDERS
        """What mobiles are ordered to do."""
        self._log = log
        self._of_role: dict[str, list[str]] = {}
        for node, role in lab.roles.items():
            self._of_role.setdefault(role, []).append(node)

    def live(self, happenings: int, *, faults: int = 0, deaths: int = 0, longest_pause: int = LONGEST_PAUSE) -> None:
        """Let so many things happen, one after the other, and never wait for their ends.

        ``faults`` and ``deaths`` are how often something is lost, or somebody dies, to twelve orders of mobiles.
        """
        kinds = [self.order] * 12 + [self.tell] * 3 + [self.lose] * faults + [self.kill] * deaths
        for _ in range(happenings):
            self.dice.choice(kinds)()
            pause = round(longest_pause * self.dice.random() ** 4)
            self.session.advance(pause)

    def heal(self) -> None:
        """Lose nothing any more, let all nodes live, and give every mobile the radio."""
        self.session.clear_faults()
        self.session.world.watch = None
        self.session.advance(DEAD_FOR)
        for node in self.lab.nodes:
            if self.session.world.nodes[node] is None:
                self.session.restart(node)
        for mobile in self.lab.mobiles:
            self.session.start_command(mobile.ms, "cover", {"mobile": mobile.name, "on": True})

    # --- what happens ---------------------------------------------------------------------------------------------

    def order(self) -> None:
        """A mobile is ordered to do something."""
        dice = self.dice
        mobile = dice.choice(self.lab.mobiles)
        verb = dice.choice(self.orders)
        arguments: dict[str, Any] = {"mobile": mobile.name}
        match verb:
            case "move":
                arguments["cell"] = dice.choice(self.lab.cells)
            case "cover":
                arguments["on"] = dice.random() < 0.7
            case "attach":
                arguments |= dice.choice(({}, {}, {"combined": True}))
            case "detach":
                arguments |= dice.choice(({}, {"type": "imsi"}, {"type": "gprs"}, {"power_off": True}))
            case "activate":
                apn = {"apn": "internet"}
                arguments |= dice.choice(({}, apn, apn, apn | {"nsapi": 7}, apn | {"type": "ipv6"}, {"apn": "nowhere"}))
            case "activate-secondary":
                arguments |= {"nsapi": 5, "filter": {"protocol": "udp", "port": 7}}
            case "modify":
                arguments |= {"nsapi": 5, "qos": {"delay_class": dice.choice((1, 2, 3))}}
            case "deactivate":
                arguments |= dice.choice(({}, {"nsapi": 5}))
            case "ping":
                arguments |= {"address": "198.51.100.1", "count": dice.choice((1, 5)), "interval_ms": 500}
        self._give(mobile.ms, verb, arguments)

    def tell(self) -> None:
        """A node of the network is told to do something."""
        dice = self.dice
        role, verb = dice.choice(TOLD)
        mobile = dice.choice(self.lab.mobiles)
        arguments: dict[str, Any] = {"imsi": str(mobile.imsi)}
        match role, verb:
            case "bss", _:
                arguments = {}
            case "hlr", "reset":
                arguments = {}
            case ("ggsn", "deactivate"):
                arguments["nsapi"] = 5
            case (_, "modify"):
                arguments |= {"nsapi": 5, "qos": {"delay_class": dice.choice((1, 2, 3))}}
            case ("pdn", _):
                arguments = {"address": dice.choice(ADDRESSES), "count": dice.choice((1, 5)), "interval_ms": 500}
            case "sgsn", "detach":
                arguments["type"] = dice.choice(("no-reattach", "reattach", "imsi"))
        nodes = self._of_role.get(role)
        if nodes:
            self._give(dice.choice(nodes), verb, arguments)

    def lose(self) -> None:
        """For some time messages are lost, late, or come twice; or that is over."""
        dice = self.dice
        if dice.random() < 0.5:
            self._log("no more faults")
            self.session.clear_faults()
            return
        interface = dice.choice(("um", "gb", "gr", "gs", "gn", "d", "a", "gf"))
        chance, times = dice.choice(((0.05, 50), (0.3, 2), (1.0, 1)))
        action: Any = dice.choice(("lose", "lose", "delay", "duplicate"))
        rule = Rule(
            action="lose" if interface in IN_ORDER else action,
            interface=interface,
            chance=chance,
            delay_us=dice.choice((50_000, 3 * SECOND if interface in SLOW else 100_000)),
            nth=1,
            times=times,
        )
        self._log(str(rule))
        self.session.add_fault(rule)

    def kill(self) -> None:
        """A node dies at one of the next messages, and comes back after a while."""
        dice = self.dice
        node, count = dice.choice(self.lab.nodes), dice.randrange(MOST_PASSING)
        moment = dice.choice(("sending", "sent", "arriving", "taken"))
        dead_for = round(DEAD_FOR * dice.random() ** 3)
        world = self.session.world

        def watch(passing: Passing) -> None:
            nonlocal count
            count -= 1
            if count < 0 and (passing.node, passing.moment) == (node, moment):
                world.watch = None
                self._log(f"{node} dies for {dead_for / SECOND:g} s at {moment} {passing.interface}")
                world.kill(node)
                world.after(dead_for, revive)

        def revive() -> None:
            if world.nodes[node] is None:
                self._log(f"{node} is back")
                world.restart(node)

        world.watch = watch

    def _give(self, node: str, verb: str, arguments: dict[str, Any]) -> None:
        self._log(f"{node}: {verb} {' '.join(str(argument) for argument in arguments.values())}")
        command = self.session.start_command(node, verb, arguments)
        outcome = self.session.outcome(command)
        if outcome is not None and outcome.status == "failed":
            self._log(f"    {outcome.body}")


DEAD_FOR: Final = 60 * SECOND
"""How long a node is dead at most (microseconds)."""


VARIANTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "plain": {},
    "mode II": {"topology": {"policies": {"nmo": "II"}}},
    "mode III": {"topology": {"policies": {"nmo": "III"}}},
    "one VLR": {"topology": {"nodes": {"bss2": {"vlr": "vlr1"}}}},
    "trusting": {"topology": {"policies": {"authenticate": "when needed", "path_failure": "delete"}}},
    "restless": {
        "topology": {
            "policies": {
                "ptmsi_reallocation": "every update",
                "force_to_standby": True,
                "cell_notification": True,
                "network_name": "Laboratory",
            }
        }
    },
    "pool": {
        "topology": {
            "policies": {"nri_bits": 4},
            "nodes": {"sgsn1": {"nri": 3}, "sgsn2": {"nri": 9}, "bss1": {"pool": ["sgsn2"]}},
        }
    },
}
"""Networks to live in; a seed draws one."""


class Soak:
    """A network with quick timers, and how it is when nothing has happened to it."""

    def __init__(self, base: Lab, variant: str = "plain") -> None:
        self.lab = base.with_changes(QUICK, "the soak").with_changes(VARIANTS[variant], variant)
        with WorldSession(self.lab, 1, "off") as session:
            session.advance(DRAIN)
            self._still: StillLife = still_life(session, self.lab)
            self._served = serve(session, self.lab, [mobile.name for mobile in self.lab.mobiles])

    def wrong(self, seed: int, happenings: int, log: Callable[[str], None] = lambda _: None) -> Iterator[str]:
        """Live with this seed, and tell what does not hold afterwards, a sentence each."""
        with WorldSession(self.lab, seed, "off") as session:
            life = Life(
                session, self.lab, Random(f"soak {seed}"), lambda text: log(f"{session.now / SECOND:10.3f} {text}")
            )
            faults, deaths = life.dice.choice((0, 2, 6)), life.dice.choice((0, 1, 4))
            pause = life.dice.choice((2 * SECOND, LONGEST_PAUSE, 3 * LONGEST_PAUSE))
            life.orders = life.dice.choices(ORDERS, k=12)
            life.live(happenings, faults=faults, deaths=deaths, longest_pause=pause)
            life.heal()
            session.advance(REST)
            self._call_everybody(session)
            yield from broken(session, self.lab, INVARIANTS)
            session.advance(DRAIN)
            yield from broken(session, self.lab, AT_REST)
            for name, then in self._served.items():
                mobile = next(mobile for mobile in self.lab.mobiles if mobile.name == name)
                if then.outcomes["attach"] == DONE:
                    yield from self._service(session, mobile.ms, name)
            switch_off(session, self.lab)
            session.advance(2 * DRAIN)
            yield from broken(session, self.lab, AT_REST)
            yield from leftovers(self._still, still_life(session, self.lab))

    def _call_everybody(self, session: WorldSession) -> None:
        """Have each VLR call whom it believes to reach through an SGSN.

        Where the SGSN to which a mobile went has died, and the mobile too, that is how it finds out (29.018 5.3).
        """
        for vlr in self.lab.nodes:
            if self.lab.roles[vlr] != "vlr":
                continue
            for imsi, view in session.inspect_all(vlr).items():
                if view["gs"] == "Gs-ASSOCIATED" and session.command(vlr, "call", {"imsi": imsi}).status == "done":
                    session.command(vlr, "hang-up", {"imsi": imsi})
                    session.advance(10 * SECOND)

    def _service(self, session: WorldSession, ms: str, name: str) -> Iterator[str]:
        """Whether a mobile is served, if need be once it was switched off and on."""
        session.command(ms, "hang-up", {"mobile": name})
        now = serve(session, self.lab, [name])[name]
        if now.refused or now.outcomes["attach"] != DONE:
            session.command(ms, "power-off", {"mobile": name})
            session.advance(30 * SECOND)
            now = serve(session, self.lab, [name])[name]
        for order, outcome in now.outcomes.items():
            if outcome != DONE and not now.refused:
                yield f"{name}: {order} ended with {outcome}"


@click.command()
@click.option("--seeds", type=click.IntRange(1), default=1000, help="How many seeds.")
@click.option("--first", type=click.IntRange(0), default=1, help="The first of them.")
@click.option("--happenings", type=click.IntRange(1, 1_000_000), default=100, help="How much happens with each.")
@click.option("--variant", type=click.Choice(list(VARIANTS)), help="The network; each seed draws one.")
@click.option("--verbose", is_flag=True, help="Tell all that happens.")
def main(seeds: int, first: int, happenings: int, variant: str | None, verbose: bool) -> None:
    """Live with random orders, losses and deaths, and tell the seeds after which something does not hold."""
    base = load_lab()
    soaks: dict[str, Soak] = {}
    bad = 0
    for seed in range(first, first + seeds):
        name = variant or Random(f"variant {seed}").choice(list(VARIANTS))
        soak = soaks.get(name)
        if soak is None:
            soak = soaks[name] = Soak(base, name)
        log: Callable[[str], None] = click.echo if verbose else lambda _: None
        try:
            wrong = list(dict.fromkeys(soak.wrong(seed, happenings, log)))
        except Exception as fault:  # noqa: BLE001  a fault of a node, which is what is looked for
            place = extract_tb(fault.__traceback__)[-1]
            wrong = [f"{type(fault).__name__}: {fault} in {Path(place.filename).name}, line {place.lineno}"]
            if verbose:
                print_exception(fault)
        bad += bool(wrong)
        for sentence in wrong:
            click.echo(f"seed {seed} ({name}): {sentence}")
        sys.stdout.flush()
    click.echo(f"soak: {seeds} seeds with {happenings} happenings each, {bad} bad")
    raise SystemExit(1 if bad else 0)


if __name__ == "__main__":
    main()
