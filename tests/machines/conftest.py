"""The world around a node that speaks SS7: peers that send and read real octets."""

from collections import deque
from collections.abc import Callable
from itertools import count
from random import Random
from typing import Any

import pytest

from nodes.core.node import Node
from nodes.core.outputs import Command, Note, Output, Record, Reply, Save, Send
from nodes.core.sccp import Reassembly
from nodes.hlr import Hlr, HlrConfig, PdpSubscription, Subscriber
from protocol import sccp, tcap
from protocol.auth import Algorithm
from protocol.identities import Apn, Gt, Imsi, IsdnAddress
from protocol.sccp import Address


class Ss7Peer:
    """A node at the other end, as far as SCCP and TCAP go: it begins dialogues, and reads what it is sent."""

    def __init__(self, around: "Around", name: str, interface: str, address: Address) -> None:
        self.around = around
        self.name = name
        self.interface = interface
        self.address = address
        self.inbox: deque[Any] = deque()
        self._reassembly = Reassembly()
        self._ids = count(1)

    def take(self, pdu: bytes) -> None:
        """A PDU of the node has come; a segment waits for the others."""
        message = sccp.decode(pdu)
        assert not isinstance(message, sccp.Udts | sccp.Xudts | sccp.Ludts)
        assert message.called == self.address
        payload = self._reassembly.accept(message, self.around.now)
        if payload is not None:
            self.inbox.append(tcap.decode(payload))

    def say_octets(self, payload: bytes) -> None:
        """Send a TCAP message as octets."""
        reference = next(self._ids)
        for pdu in sccp.segments(self.around.address, self.address, payload, reference):
            self.around.receive(self.name, self.interface, pdu)

    def say(self, message: Any) -> None:
        """Send a TCAP message."""
        self.say_octets(message.encode())

    def begin(self, context: Any, *arguments: Any) -> bytes:
        """Begin a dialogue with these invokes; returns its transaction id."""
        otid = next(self._ids).to_bytes(4, "big")
        dialogue = None if context is None else tcap.Aarq(application_context=context)
        components = tuple(tcap.invoke(number, argument) for number, argument in enumerate(arguments))
        self.say(tcap.Begin(otid=otid, dialogue=dialogue, components=components))
        return otid

    def heard(self, kind: Any) -> Any:
        """The next message of the node, which must be of this kind."""
        assert self.inbox, f"{self.name} has heard nothing"
        message = self.inbox.popleft()
        assert isinstance(message, kind), message
        return message

    def answered(self, otid: bytes) -> Any:
        """The one component of the TC-END that ends the dialogue."""
        end = self.heard(tcap.End)
        assert end.dtid == otid
        (component,) = end.components
        return component

    def asked(self, kind: Any) -> tuple[Any, Any]:
        """The next message, and the argument of the one invoke in it."""
        message = self.heard(tcap.Begin | tcap.Continue)
        (component,) = message.components
        assert isinstance(component, tcap.Invoke)
        assert isinstance(component.argument, kind), component
        return message, component.argument

    def reply(self, message: Any, component: Any, *, own: bytes | None = None) -> None:
        """Answer in the dialogue of ``message``: by TC-END, or by TC-CONTINUE with our ``own`` transaction id."""
        accepted = None
        if isinstance(message, tcap.Begin) and message.dialogue is not None:
            accepted = tcap.Aare(application_context=message.dialogue.application_context)
        if own is None:
            self.say(tcap.End(dtid=message.otid, dialogue=accepted, components=(component,)))
        else:
            self.say(tcap.Continue(otid=own, dtid=message.otid, dialogue=accepted, components=(component,)))

    def result(self, message: Any, value: Any, *, own: bytes | None = None) -> None:
        """Answer the invoke in ``message`` by a result."""
        self.reply(message, tcap.result(message.components[0].invoke_id, value), own=own)

    def refuse(self, message: Any, why: Any, *, own: bytes | None = None) -> None:
        """Answer the invoke in ``message`` by an error."""
        self.reply(message, tcap.error(message.components[0].invoke_id, why), own=own)


class Around:
    """A node and its peers: everything that the node puts out is kept, and what it sends is delivered."""

    def __init__(self, node: Node, address: Address) -> None:
        self.node: Any = node
        self.address = address
        self.now = 0
        self.outputs: list[Output] = []
        self.peers: dict[str, Ss7Peer] = {}
        node.start(0)
        self.turn()

    def peer(self, name: str, interface: str, address: Address) -> Ss7Peer:
        """Add a peer."""
        self.peers[name] = Ss7Peer(self, name, interface, address)
        return self.peers[name]

    def turn(self) -> list[Output]:
        """Drain the node and deliver; returns what was put out in this turn."""
        outputs: list[Output] = self.node.outputs()
        self.outputs += outputs
        for output in outputs:
            if isinstance(output, Send) and output.to in self.peers:
                self.peers[output.to].take(output.pdu)
        return outputs

    def receive(self, link: str, interface: str, pdu: bytes) -> None:
        """Let the node receive."""
        self.node.receive(link, interface, pdu, self.now)
        self.turn()

    def command(self, verb: str, **arguments: Any) -> list[Reply]:
        """Give a command; returns the answers so far."""
        self.node.command(Command("c1", verb, arguments), self.now)
        return [output for output in self.turn() if isinstance(output, Reply)]

    def wait(self, duration: int) -> list[Output]:
        """Let time pass, from timer to timer; returns what was put out meanwhile."""
        until, outputs = self.now + duration, list[Output]()
        while (deadline := self.node.next_timer()) is not None and deadline.when <= until:
            self.now = deadline.when
            self.node.on_time(self.now)
            outputs += self.turn()
        self.now = until
        return outputs

    @property
    def warnings(self) -> list[str]:
        """All warnings so far."""
        return [output.text for output in self.outputs if isinstance(output, Note) and output.kind == "warning"]

    @property
    def replies(self) -> list[Reply]:
        """All answers to commands so far."""
        return [output for output in self.outputs if isinstance(output, Reply)]

    def records(self) -> list[Record]:
        """What a next life would be given."""
        kept: dict[str, bytes] = {}
        for output in self.outputs:
            if isinstance(output, Save):
                kept.pop(output.key, None)
                if output.octets is not None:
                    kept[output.key] = output.octets
        return [Record(key, octets) for key, octets in kept.items()]


@pytest.fixture
def around() -> Callable[[Node, Address], Around]:
    """Make the world around a node of this SCCP address."""
    return Around


SUBSCRIBER = Subscriber(
    imsi=Imsi("262019876543210"),
    msisdn=IsdnAddress("491721234567"),
    algorithm=Algorithm.MILENAGE,
    key=bytes(range(16)),
    opc=bytes(range(16, 32)),
    contexts=(PdpSubscription(context_id=1, apn=Apn("internet"), qos=b"\x23\x12\x1f"),),
)


@pytest.fixture
def subscriber() -> Subscriber:
    """Who is subscribed, unless a test says otherwise."""
    return SUBSCRIBER


@pytest.fixture
def make_hlr() -> Callable[..., Around]:
    """Make an HLR with two SGSNs around it."""

    def make(*subscribers: Subscriber, records: tuple[Record, ...] | list[Record] = (), **changes: Any) -> Around:
        number = Gt("491720000001")
        routes = {Gt("491720000005"): ("sgsn1", "gr"), Gt("491720000006"): ("sgsn2", "gr")}
        config = HlrConfig(
            name="hlr1", number=number, routes=routes, subscribers=subscribers or (SUBSCRIBER,), **changes
        )
        hlr = Around(Hlr(config, Random(1), records), Address(ssn=6, gt=number))
        for gt, (name, interface) in routes.items():
            hlr.peer(name, interface, Address(ssn=149, gt=gt))
        return hlr

    return make


@pytest.fixture
def hlr(make_hlr: Callable[..., Around]) -> Around:
    """An HLR with one subscriber and two SGSNs around it."""
    return make_hlr()
