"""The deterministic world: all nodes of a laboratory on a bus in memory, under a clock that jumps.

What happens depends on the seed and on what is asked, on nothing else: events come in the order of their time and then
of their number, each pair of nodes has its own random latency, and everything that iterates does so in a given order.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Final, Literal, NamedTuple

from gprslab.faults import Faults
from gprslab.store import MemoryStore
from gprslab.trace.records import NoteRecord, PduRecord, Trace
from nodes.core.node import Node, NoteLevel
from nodes.core.outputs import Broadcast, Command, Note, Record, Reply, Save, Send

LATENCY: Final = {"um": 20_000}
"""How long a PDU is under way at least, by interface, in microseconds; elsewhere :data:`NEAR`."""

NEAR: Final = 1_000
"""Latency between elements of the core."""

JITTER: Final = {"um": 5_000}
"""What comes to the latency at most, by chance; elsewhere as much as :data:`NEAR`."""

Build = Callable[[str, Iterable[Record]], Node]
"""Makes the node of a name from what it saved before."""


Moment = Literal["sending", "sent", "arriving", "taken"]
"""Where a PDU is: about to leave its sender, gone, about to be handled by its receiver, handled with all it caused."""


class Passing(NamedTuple):
    """A PDU at a moment, there at ``node``: the ``number``-th that was sent (0 for what a cell tells again)."""

    moment: Moment
    node: str
    number: int
    interface: str
    pdu: bytes


Watch = Callable[[Passing], None]
"""Is told of every PDU at every moment; it may kill the node, which then does no more."""


class _Arrival(NamedTuple):
    """A PDU on its way, the ``number``-th sent, or 0. ``struck``: faults have acted on it already."""

    number: int
    receiver: str
    sender: str
    interface: str
    pdu: bytes
    meta: dict[str, str] | None
    struck: bool


class World:
    """Nodes, what is between them, and the time (``now``, microseconds).

    ``roles`` names the nodes in the order in which they start. The world begins empty: :meth:`reset` starts it.
    ``trace``, where given, is appended to.
    """

    def __init__(
        self,
        roles: Mapping[str, str],
        build: Build,
        *,
        seed: int = 0,
        note_level: NoteLevel = "off",
        trace: Trace | None = None,
    ) -> None:
        self.now = 0
        self.store = MemoryStore()
        self.faults = Faults(seed)
        self.nodes: dict[str, Node | None] = dict.fromkeys(roles)
        """Every node by its name; None while it is dead."""
        self.replies: dict[str, list[Reply]] = {}
        """What was answered, by the command's id; whoever has read an answer may remove it."""
        self.undelivered: Counter[str] = Counter()
        """PDUs for dead or unknown nodes, by name."""
        self.level: NoteLevel = note_level
        self.watch: Watch | None = None
        """Who looks at every PDU."""
        self.turns: Counter[str] = Counter()
        """How often each node has acted: on a PDU, a timer, or a command other than inspect."""
        self._build = build
        self._seed = seed
        self._trace = trace
        self._heap: list[tuple[int, int, _Event]] = []
        """What will happen, by time and number: a PDU arrives, the node of a name is woken, or something else."""
        self._number = 0
        self._pdus = 0
        self._wakes: dict[str, int] = {}
        """When each node will be woken; other wakes in the heap are void."""
        self._links: dict[tuple[str, str], _Link] = {}
        self._mobiles = [name for name, role in roles.items() if role == "ms"]
        self._cells: dict[tuple[str, str], bytes] = {}
        """What each cell of a BSS tells for as long as it is not told otherwise."""

    # --- nodes ----------------------------------------------------------------------------------------------------

    def reset(self) -> None:
        """Start all nodes anew, without records; what is under way is lost."""
        for name in self.nodes:
            self.kill(name)
            self.store.clear(name)
        self._heap.clear()
        self._cells.clear()
        for name in self.nodes:
            self.restart(name)

    def kill(self, name: str) -> None:
        """The node is no more; what it saved remains."""
        assert name in self.nodes, f"no node {name}"
        self.nodes[name] = None
        self._wakes.pop(name, None)

    def restart(self, name: str) -> None:
        """A new life of the node, from what it saved."""
        self.kill(name)
        node = self._build(name, self.store.records(name))
        node.level = self.level
        self.nodes[name] = node
        node.start(self.now)
        self._settle(name, node)
        if name in self._mobiles:
            for (bss, _), pdu in self._cells.items():
                self._on_air(bss, name, pdu, 0)

    def set_level(self, level: NoteLevel) -> None:
        """Let all nodes, those to come too, tell so much."""
        self.level = level
        for node in self.nodes.values():
            if node is not None:
                node.level = level

    def command(self, name: str, command: Command) -> None:
        """Give a node a command; it answers into :attr:`replies`."""
        node = self.nodes[name]
        if node is None:
            self.replies[command.id] = [Reply(command.id, "failed", {"error": f"{name} is dead"})]
            return
        if command.verb != "inspect":
            self.turns[name] += 1
        node.command(command, self.now)
        self._settle(name, node)

    # --- time -----------------------------------------------------------------------------------------------------

    def after(self, us: int, action: Callable[[], None]) -> None:
        """Have something done when so much time has passed."""
        self._put(self.now + us, action)

    def advance(self, us: int) -> None:
        """Let so much time pass."""
        limit = self.now + us
        while self._heap and self._heap[0][0] <= limit:
            self._step()
        self.now = limit

    def run_until(self, condition: Callable[[], bool], within: int) -> bool:
        """Let time pass until the condition holds, at most ``within``; returns whether it holds."""
        limit = self.now + within
        while not condition():
            if not self._heap or self._heap[0][0] > limit:
                self.now = limit
                return condition()
            self._step()
        return True

    def _step(self) -> None:
        """The next event."""
        when, _, event = heapq.heappop(self._heap)
        if isinstance(event, str):
            if self._wakes.get(event) != when:
                return
            del self._wakes[event]
            self.now = when
            node = self.nodes[event]
            assert node is not None
            self.turns[event] += 1
            node.on_time(when)
            self._settle(event, node)
        else:
            self.now = when
            if isinstance(event, _Arrival):
                self._arrive(event)
            else:
                event()

    def _put(self, when: int, event: "_Event") -> None:
        self._number += 1
        heapq.heappush(self._heap, (when, self._number, event))

    # --- PDUs -----------------------------------------------------------------------------------------------------

    def _arrive(self, arrival: _Arrival) -> None:
        """A PDU meets the faults, then its receiver."""
        _, receiver, sender, interface, pdu, meta, struck = arrival
        node = self.nodes.get(receiver)
        if node is None:
            self.undelivered[receiver] += 1
            return
        if self.faults.rules and not struck:
            copies, notes = self.faults.act(receiver, sender, interface, pdu, self.now, meta)
            for note in notes:
                self._tell(receiver, note)
            for delay, copy in copies:
                # A copy without delay keeps its place: it is received before anything that arrives after it.
                if delay:
                    self._put(self.now + delay, arrival._replace(pdu=copy, struck=True))
                else:
                    self._deliver(arrival, node, copy)
            return
        self._deliver(arrival, node, pdu)

    def _deliver(self, arrival: _Arrival, node: Node, pdu: bytes) -> None:
        """Hand a PDU to its receiver, who may have died."""
        name = arrival.receiver
        if self._dies("arriving", name, arrival.number, arrival.interface, pdu):
            self.undelivered[name] += 1
            return
        self.turns[name] += 1
        node.receive(arrival.sender, arrival.interface, pdu, self.now)
        self._settle(name, node)
        if self.nodes[name] is node:
            self._dies("taken", name, arrival.number, arrival.interface, pdu)

    def _dies(self, moment: Moment, name: str, number: int, interface: str, pdu: bytes) -> bool:
        """Tell who looks; whether the node is dead now."""
        if self.watch is not None:
            self.watch(Passing(moment, name, number, interface, pdu))
        return self.nodes[name] is None

    def _settle(self, name: str, node: Node) -> None:
        """Do what a node wants done after a verb: all saves first, the rest in order; then see when it must wake.

        One that dies meanwhile has saved, but does the rest no more.
        """
        outputs = node.outputs()
        if outputs:
            saves = [output for output in outputs if isinstance(output, Save)]
            if saves:
                self.store.commit(name, saves)
            for output in outputs:
                match output:
                    case Send() | Broadcast():
                        number = self._pdus = self._pdus + 1
                        interface = output.interface if isinstance(output, Send) else "um"
                        if self._dies("sending", name, number, interface, output.pdu):
                            return
                        if isinstance(output, Send):
                            self._send(name, output)
                        else:
                            self._broadcast(name, output)
                        if self._dies("sent", name, number, interface, output.pdu):
                            return
                    case Note():
                        self._tell(name, output)
                    case Reply():
                        self.replies.setdefault(output.id, []).append(output)
                    case Save():
                        pass  # saved above
        deadline = node.next_timer()
        if deadline is not None:
            when = max(deadline.when, self.now)
            planned = self._wakes.get(name)
            if planned is None or when < planned:
                self._wakes[name] = when
                self._put(when, name)

    def _send(self, sender: str, send: Send) -> None:
        link = self._link(sender, send.to)
        if self._trace is not None:
            self._trace.append(PduRecord(self.now, sender, send.to, send.interface, send.pdu, link.sequence, send.meta))
        link.sequence += 1
        arrival = _Arrival(self._pdus, send.to, sender, send.interface, send.pdu, send.meta, struck=False)
        self._put(link.arrival(send.interface, self.now), arrival)

    def _broadcast(self, bss: str, broadcast: Broadcast) -> None:
        """Let every node of mobiles hear a cell; the trace has one record, whose receiver is the cell."""
        link = self._link(bss, broadcast.cell)
        if self._trace is not None:
            self._trace.append(
                PduRecord(self.now, bss, broadcast.cell, "um", broadcast.pdu, link.sequence, broadcast.meta)
            )
        link.sequence += 1
        if broadcast.lasting:
            self._cells[bss, broadcast.cell] = broadcast.pdu
        for name in self._mobiles:
            self._on_air(bss, name, broadcast.pdu, self._pdus)

    def _on_air(self, bss: str, name: str, pdu: bytes, number: int) -> None:
        when = self._link(bss, name).arrival("um", self.now)
        self._put(when, _Arrival(number, name, bss, "um", pdu, None, struck=False))

    def _link(self, sender: str, receiver: str) -> "_Link":
        link = self._links.get((sender, receiver))
        if link is None:
            link = self._links[sender, receiver] = _Link(f"{self._seed} link {sender} {receiver}")
        return link

    def _tell(self, name: str, note: Note) -> None:
        if self._trace is not None:
            self._trace.append(NoteRecord(self.now, name, note))


_Event = _Arrival | str | Callable[[], None]


class _Link:
    """One direction between two nodes: it keeps the order, and has its own dice."""

    __slots__ = ("_last", "_random", "sequence")

    def __init__(self, seed: str) -> None:
        self.sequence = 0
        self._last = 0
        self._random = Random(seed)

    def arrival(self, interface: str, now: int) -> int:
        """When a PDU sent now arrives."""
        when = now + LATENCY.get(interface, NEAR) + self._random.randrange(JITTER.get(interface, NEAR))
        self._last = max(self._last, when)
        return self._last
