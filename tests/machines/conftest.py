"""The world around a node that speaks SS7: peers that send and read real octets."""

from collections import deque
from collections.abc import Callable
from itertools import count
from random import Random
from typing import Any

import pytest

from nodes.bss import Bss, BssConfig, Cell
from nodes.core.clock import Clock
from nodes.core.connections import Connection, Connections
from nodes.core.node import Node
from nodes.core.outputs import Broadcast, Command, Note, Output, Record, Reply, Save, Send
from nodes.core.sccp import Reassembly
from nodes.hlr import Hlr, HlrConfig, PdpSubscription, Subscriber
from protocol import bssgp, bssmap, ns, sccp, tcap, um
from protocol.auth import Algorithm
from protocol.bssgp import BvcResetAck, BvcUnblockAck, DlUnitdata, FlowControlBvc, FlowControlBvcAck
from protocol.identities import Apn, CellIdentifier, Gt, Imsi, IsdnAddress, Tlli
from protocol.ns import NsUnitdata
from protocol.sccp import Address
from protocol.um import DedicatedChannel, PacketChannel, PagingChannel


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
        assert isinstance(message, sccp.Udt | sccp.Xudt | sccp.Ludt)
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


# --- the BSS ------------------------------------------------------------------------------------------------------

AREAS = ("001-01-1-1-1", "001-01-1-1-2", "001-01-1-2-3", "001-01-2-1-4")
"""Two cells of a routing area, one of another in the same location area, one of another location area."""


class Msc:
    """The MSC of a BSS, as far as connections go: it accepts them all, and keeps what it hears."""

    def __init__(self, bss: "AroundBss") -> None:
        self.clock = Clock({})
        self.rng = Random(2)
        self.connections = Connections(self, "a", self._accept, lambda _, octets: self.heard.append(octets))
        self.heard: list[bytes] = []
        self.opened: list[Connection] = []
        self.ended: list[str] = []
        self._bss = bss

    def send(self, to: str, interface: str, pdu: bytes, meta: Any = None) -> None:
        """What its connections send goes to the BSS."""
        self._bss.receive("vlr1", "a", pdu)

    def warn(self, kind: str, text: str) -> None:
        """Nothing odd may come from the BSS."""
        raise AssertionError(f"{kind}: {text}")

    def _accept(self, connection: Connection, octets: bytes) -> "Msc":
        self.heard.append(octets)
        self.opened.append(connection)
        return self

    def received(self, octets: bytes) -> None:
        """Hear something on a connection."""
        self.heard.append(octets)

    def released(self, why: str) -> None:
        """Hear of the end of one."""
        self.ended.append(why)

    def said(self) -> list[Any]:
        """What the BSS has said since the last time: BSSMAP messages, or what DTAP carries."""
        heard, self.heard = self.heard, []
        return [
            bssmap.decode_dtap(octets).message if octets[0] == bssmap.DTAP else bssmap.decode(octets, up=True)
            for octets in heard
        ]

    def say(self, message: Any) -> None:
        """Say something on the connection opened last."""
        self.opened[-1].send(message.encode())

    def tell(self, message: Any) -> None:
        """Say something outside of connections."""
        self.connections.tell("bss1", message.encode())


class AroundBss:
    """A BSS, its SGSNs and MSC, and the air. SGSNs say nothing of themselves; the MSC is that of :class:`Msc`."""

    def __init__(self, **changes: Any) -> None:
        self.cells = tuple(
            Cell(name=f"cell{number}", bvci=number + 1, identifier=CellIdentifier.parse(area))
            for number, area in enumerate(AREAS, start=1)
        )
        config = {"name": "bss1", "sgsn": "sgsn1", "cells": self.cells, "note_level": "all"} | changes
        self.cells = config["cells"]
        self.bss = Bss(BssConfig(**config), Random(1), ())
        self.now = 0
        self.notes: list[Note] = []
        self.replies: list[Reply] = []
        self.air: list[tuple[str, Any]] = []
        self.pages: list[tuple[str, PagingChannel]] = []
        self.gb: list[tuple[str, int, Any]] = []
        self.ns: list[Any] = []
        self.msc = Msc(self)
        self.deaf = False
        """The MSC hears nothing."""
        self.bss.start(0)
        self.drain()

    def drain(self) -> None:
        """Read what the BSS has put out."""
        for output in self.bss.outputs():
            match output:
                case Send(to=to, interface="gb", pdu=pdu):
                    unit = ns.decode(pdu)
                    if isinstance(unit, NsUnitdata):
                        self.gb.append((to, unit.bvci, bssgp.decode(unit.sdu, up=True)))
                    else:
                        self.ns.append(unit)
                case Send(to=to, interface="um", pdu=pdu):
                    self.air.append((to, um.decode(pdu, up=False)))
                case Send(to="vlr1", interface="a", pdu=pdu):
                    if not self.deaf:
                        self.msc.connections.receive("bss1", pdu)
                case Broadcast(cell=cell, pdu=pdu, lasting=False):
                    page = um.decode(pdu, up=False)
                    assert isinstance(page, PagingChannel)
                    self.pages.append((cell, page))
                case Note():
                    self.notes.append(output)
                case Reply():
                    self.replies.append(output)

    def receive(self, link: str, interface: str, pdu: bytes) -> None:
        """Let the BSS receive."""
        self.bss.receive(link, interface, pdu, self.now)
        self.drain()

    def said(self) -> list[tuple[int, Any]]:
        """What the SGSNs were told since the last time, by BVCI."""
        said, self.gb = self.gb, []
        return [(bvci, message) for _, bvci, message in said]

    def messages(self) -> list[Any]:
        """The same without BVCIs."""
        return [message for _, message in self.said()]

    def octets(self, sdu: bytes, bvci: int = 0, link: str = "sgsn1") -> None:
        """Let an NS-UNITDATA come."""
        self.receive(link, "gb", NsUnitdata(bvci=bvci, sdu=sdu).encode())

    def say(self, message: Any, bvci: int = 0, link: str = "sgsn1") -> None:
        """Let an SGSN say something."""
        self.octets(message.encode(), bvci, link)

    def say_ns(self, message: Any, link: str = "sgsn1") -> None:
        """Let an SGSN say something about the NS-VC; returns what is answered by :attr:`ns`."""
        self.ns.clear()
        self.receive(link, "gb", message.encode())

    def bring_up(self) -> "AroundBss":
        """Let all BVCs come up."""
        for sgsn in self.bss.gbs:
            self.say(BvcResetAck(bvci=0), link=sgsn)
            for cell in self.cells:
                self.say(BvcResetAck(bvci=cell.bvci, cell_identifier=cell.identifier), link=sgsn)
                self.say(BvcUnblockAck(bvci=cell.bvci), link=sgsn)
            for to, bvci, message in list(self.gb):
                if to == sgsn and isinstance(message, FlowControlBvc):
                    self.say(FlowControlBvcAck(tag=message.tag), bvci, link=sgsn)
        if self.bss.config.vlr is not None:
            self.msc.tell(bssmap.ResetAcknowledge())
            self.drain()
            self.msc.heard.clear()
        self.wait(2_000_000)
        assert set(self.inspect()["bvcs"].values()) == {"operative"}
        assert self.bss.next_timer() is None
        self.said()
        return self

    def speak(self, tlli: int = 0x78000001, cell: Cell | None = None, ms: str = "ms1") -> None:
        """Let a mobile send a frame."""
        where = (cell or self.cells[0]).identifier
        self.receive(ms, "um", PacketChannel(cell=where, tlli=Tlli(tlli), llc_frame=b"up").encode())

    def send_down(
        self,
        tlli: int,
        cell: Cell | None = None,
        *,
        size: int = 10,
        lifetime: bssgp.Delay = bssgp.INFINITE,
        **more: Any,
    ) -> None:
        """Let the SGSN send a frame of so many octets to a mobile."""
        message = DlUnitdata(
            tlli=Tlli(tlli),
            qos_profile=bssgp.DlQosProfile.from_octets(bytes(3)),
            pdu_lifetime=lifetime,
            llc_pdu=bytes(size),
            **more,
        )
        self.say(message, (cell or self.cells[0]).bvci)

    def dedicated(self, message: Any, reference: int = 0x11223344, cell: Cell | None = None, ms: str = "ms1") -> None:
        """Let a mobile say something on a dedicated channel."""
        octets = message if isinstance(message, bytes) else message.encode()
        where = (cell or self.cells[0]).identifier
        self.receive(ms, "um", DedicatedChannel(cell=where, reference=reference, message=octets).encode())

    def heard(self) -> list[Any]:
        """What came over the air since the last time."""
        air, self.air = self.air, []
        return [channel for _, channel in air]

    def command(self, verb: str, **arguments: Any) -> list[Reply]:
        """Give a command; returns the answers so far."""
        self.replies.clear()
        self.bss.command(Command("c1", verb, arguments), self.now)
        self.drain()
        return list(self.replies)

    def inspect(self, subject: str | None = None) -> Any:
        """What the BSS tells of itself, or of one subject."""
        kept, arguments = list(self.replies), {} if subject is None else {"subject": subject}
        (reply,) = self.command("inspect", **arguments)
        self.replies = kept
        return reply.body

    def wait(self, duration: int) -> None:
        """Let time pass, from timer to timer, for the connections of the MSC too."""
        until = self.now + duration
        while due := [one.when for one in (self.bss.next_timer(), self.msc.clock.next()) if one is not None]:
            if min(due) > until:
                break
            self.now = self.msc.clock.now = min(due)
            self.bss.on_time(self.now)
            self.drain()
            self.msc.clock.expire()
        self.now = self.msc.clock.now = until

    @property
    def warned(self) -> dict[str, int]:
        """What it has warned of, and how often."""
        return dict(self.bss.warnings)


@pytest.fixture(scope="session")
def make_bss() -> type[AroundBss]:
    """Make a BSS of four cells that has just started, with changes to its configuration."""
    return AroundBss


@pytest.fixture
def bss() -> AroundBss:
    """A BSS of four cells, with an MSC, that is up."""
    return AroundBss(vlr="vlr1").bring_up()
