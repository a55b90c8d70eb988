"""The ``lab`` of the flows: all nodes in the deterministic world, and charts that read as the specification's."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import pytest

from gprslab.config import Lab, load_lab
from gprslab.drills.invariants import INVARIANTS, broken
from gprslab.faults import Rule
from gprslab.session import Outcome, WorldSession
from gprslab.trace.records import PduRecord, Position
from gprslab.trace.story import Story, Told
from nodes.core.node import Node
from protocol.gmm import GmmMessage
from protocol.timers import SECOND

Arrow = tuple[str, str, str]
"""Who says it, to whom, and what: the class name of the message."""

HOUR = 3600 * SECOND

M = TypeVar("M")


class FlowLab:
    """A network in which mobiles do what a test wants, and what was said can be read as a chart.

    Between a mobile and its SGSN a chart shows GMM, between a mobile and its VLR MM and calls, between a mobile and its
    BSS RR; between the elements BSSGP, BSSMAP, BSSAP+, GTP and MAP.
    """

    def __init__(self, lab: Lab, seed: int = 1) -> None:
        self.lab = lab
        self.session = WorldSession(lab, seed, "all")
        self._mark: Position = (-1, "")
        self._homes = {mobile.name: mobile.ms for mobile in lab.mobiles}
        self._imsis = {mobile.name: str(mobile.imsi) for mobile in lab.mobiles}
        self.mark()

    # --- what mobiles do ------------------------------------------------------------------------------------------

    def order(self, mobile: str, verb: str, **arguments: Any) -> Outcome:
        """Give a mobile an order and wait for its end and for what follows at once."""
        outcome = self.session.command(self._homes[mobile], verb, {"mobile": mobile, **arguments}, within_us=HOUR)
        self.wait(1)
        return outcome

    def attach(self, mobile: str) -> Outcome:
        """Let a mobile attach; the first attempt decides."""
        return self.order(mobile, "attach")

    def detach(self, mobile: str, *, power_off: bool = False) -> Outcome:
        """Let a mobile detach."""
        return self.order(mobile, "detach", power_off=power_off)

    def begin(self, mobile: str, verb: str, **arguments: Any) -> None:
        """Give a mobile an order and go on."""
        self.session.start_command(self._homes[mobile], verb, {"mobile": mobile, **arguments})

    def move(self, mobile: str, cell: str) -> Outcome:
        """Let a mobile camp on another cell, and do what that makes it do."""
        return self.order(mobile, "move", cell=cell)

    def tell(self, node: str, verb: str, mobile: str, **arguments: Any) -> Outcome:
        """Give a node of the network an order about a mobile."""
        outcome = self.session.command(node, verb, {"imsi": self._imsis[mobile], **arguments}, within_us=HOUR)
        self.wait(1)
        return outcome

    def broken(self) -> list[str]:
        """What does not hold of the network."""
        return broken(self.session, self.lab, INVARIANTS)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.session.advance(round(seconds * SECOND))

    # --- faults ---------------------------------------------------------------------------------------------------

    def lose(self, message: type, times: int | None = None) -> None:
        """Lose a message on its last hop, every time or only the first times."""
        self.session.add_fault(Rule(action="lose", message=message.__name__, interface=last_hop(message), times=times))

    def delay(self, message: type, seconds: float) -> None:
        """Hold the first message of a class on its last hop."""
        rule = Rule(
            action="delay",
            message=message.__name__,
            interface=last_hop(message),
            nth=1,
            delay_us=round(seconds * SECOND),
        )
        self.session.add_fault(rule)

    def heal(self) -> None:
        """Lose nothing any more."""
        self.session.clear_faults()

    def kill(self, node: str) -> None:
        """End a node."""
        self.session.world.kill(node)

    def restart(self, node: str, *, blank: bool = False) -> None:
        """Give a node a new life; a ``blank`` one has lost its records too."""
        if blank:
            self.session.world.store.clear(node)
        self.session.world.restart(node)
        self.wait(1)

    def inject(self, receiver: str, link: str, interface: str, pdu: bytes) -> None:
        """Let a node receive a PDU that nobody sent."""
        world, node = self.session.world, self.node(receiver)
        node.receive(link, interface, pdu, world.now)
        world._settle(receiver, node)

    # --- what can be seen -----------------------------------------------------------------------------------------

    def node(self, name: str) -> Any:
        """The node itself."""
        node: Node | None = self.session.world.nodes[name]
        assert node is not None
        return node

    def mobile(self, name: str) -> dict[str, Any]:
        """What a mobile tells of itself."""
        return self.session.inspect(self._homes[name], name)

    def context(self, mobile: str, node: str = "sgsn1") -> dict[str, Any] | None:
        """What a node of the network knows of a mobile."""
        try:
            return self.session.inspect(node, self._imsis[mobile])
        except KeyError:
            return None

    def warnings(self, node: str) -> dict[str, int]:
        """What a node has warned of."""
        found: dict[str, int] = self.session.inspect(node)["warnings"]
        return found

    def mark(self) -> None:
        """The next chart begins here."""
        self._mark = (self.session.now, "~")
        self.session.advance(1)

    def told(self) -> list[Told]:
        """All that charts show since the mark."""
        story = Story.of(self.lab)
        found: list[Told] = []
        for record in self.session.trace:
            if isinstance(record, PduRecord):
                said = [told for told in story.tell(record) if shown(told)]
                if (record.time, record.sender) > self._mark:
                    found += said
        return found

    def arrows(self) -> list[Arrow]:
        """All that was said since the mark."""
        return [(told.source, told.target, told.message) for told in self.told()]

    def said(self, message: type[M]) -> list[M]:
        """The messages of a class that were said since the mark."""
        return [told.said for told in self.told() if isinstance(told.said, message)]

    def sees(self, *chart: tuple[str, str, Any]) -> None:
        """Hold what was said since the mark against a chart, and mark.

        The chart is whole for each pair of elements that it names; what others said to each other is left out.
        """
        expected = [(sender, receiver, what.__name__) for sender, receiver, what in chart]
        pairs = {frozenset(arrow[:2]) for arrow in expected}
        seen = [arrow for arrow in self.arrows() if frozenset(arrow[:2]) in pairs]
        assert seen == expected, "\n".join(["seen:", *(" ".join(arrow) for arrow in seen)])
        self.mark()

    def count(self, message: type) -> int:
        """How often a message was said since the mark."""
        return sum(arrow[2] == message.__name__ for arrow in self.arrows())

    def assert_associated(self, mobile: str, sgsn: str = "sgsn1", vlr: str = "vlr1") -> None:
        """SGSN and VLR are associated for a mobile, and agree with it on its TMSI (TS 29.018 4.2)."""
        known, visitor, own = self.context(mobile, sgsn), self.context(mobile, vlr), self.mobile(mobile)
        assert known is not None
        assert visitor is not None
        assert (known["gs"], visitor["gs"]) == ("Gs-ASSOCIATED", "Gs-ASSOCIATED")
        assert known["tmsi"] == visitor["tmsi"] == own["tmsi"]
        assert known["vlr_reliable"] is True
        assert self.broken() == []


def last_hop(message: type) -> str | None:
    """Where a message is lost that its sender's chart should show: the last interface that it crosses."""
    if not issubclass(message, GmmMessage):
        return None
    return "um" if message.way == "down" else "gb"


def shown(told: Told) -> bool:
    """Whether a chart shows a message: each once, without what only carries another."""
    return not told.relay and told.protocol not in ("tcap", "sccp") and told.message not in CARRIERS


CARRIERS = ("UlUnitdata", "DlUnitdata", "CompleteLayer3Information")


@pytest.fixture
def make_lab() -> Iterator[Callable[[Mapping[str, object]], FlowLab]]:
    """Make the default network with changes to its configuration; in the end its invariants must hold."""
    made: list[FlowLab] = []

    def make(changes: Mapping[str, object]) -> FlowLab:
        made.append(FlowLab(load_lab().with_changes(changes, "a test")))
        return made[-1]

    yield make
    for lab in made:
        assert lab.broken() == []


@pytest.fixture
def lab(make_lab: Callable[[Mapping[str, object]], FlowLab]) -> FlowLab:
    """The default network, up, with all its mobiles off."""
    return make_lab({})


@pytest.fixture
def combined(lab: FlowLab) -> FlowLab:
    """The default network, in which emma has attached for packets and calls."""
    assert lab.attach("emma").status == "done"
    return lab
