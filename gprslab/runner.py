"""The runner: one asyncio task that owns one node, the only place where a node meets asyncio.

A turn: take what has arrived, or wake at the node's next timer; let the faults act; call the node's verbs; commit all
that the node saved, in one transaction off the loop; only then let the rest leave. The next turn begins after that, so
that none overtakes. Where the commit fails, nothing of the turn leaves and the service stops.
"""

import asyncio
import heapq
import os
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final, Generic, NamedTuple, TypeVar, get_args

import structlog

from gprslab.bus.bus import Bus, BusError, Message, Will
from gprslab.bus.envelope import BadEnvelope, Envelope, split, unpack
from gprslab.bus.topics import AirTopic, CellTopic, CommandTopic, PduTopic, Topics
from gprslab.control import (
    BadControl,
    Gaps,
    StampedNote,
    State,
    Status,
    pack_notes,
    pack_reply,
    pack_status,
    unpack_command,
    version,
)
from gprslab.faults import BadRuleError, Faults, Rule
from gprslab.logs import log_note
from gprslab.store import RecordStore
from nodes.core.node import Node, NoteLevel
from nodes.core.outputs import Broadcast, Command, Note, Output, Record, Reply, Save, Send

MOST_INPUTS: Final = 256
"""PDUs and commands that one turn takes."""

FAREWELL: Final = 0.5
"""Seconds of real time in which what was committed still leaves when the service stops."""

REMEMBERED: Final = 256
"""Commands whose ids are remembered: the bus may deliver one twice where a connection breaks."""

STRUCTURED: Final = frozenset({"contexts", "delete", "filter", "least_qos", "qos", "records"})
"""Arguments of commands that are maps or lists, into which the nodes that take them look themselves."""

DEEPEST: Final = 4
"""Maps and lists within each other in these."""

T = TypeVar("T")

_ORIGIN: Final = time.time_ns() - time.monotonic_ns()

Make = Callable[[Iterable[Record]], Node]
"""Builds the node from what it saved in its earlier lives."""


class Arrival(NamedTuple):
    """A PDU that came over ``link``; its meta is for the faults, not for the node."""

    link: str
    interface: str
    pdu: bytes
    meta: dict[str, str] | None


class Request(NamedTuple):
    """A command, and the client that wants the answer."""

    client: str
    command: Command


class _RefusedError(Exception):
    """A command to the runner cannot be obeyed; its text is the answer."""


class Runner:
    """Runs the node ``name`` on the bus that ``open_bus(name, **options)`` makes, until :meth:`stop`.

    ``make`` builds the node, at the start and again when it is reset.
    """

    def __init__(
        self,
        name: str,
        role: str,
        open_bus: Callable[..., Bus],
        make: Make,
        store: RecordStore,
        *,
        topics: Topics | None = None,
        faults: Faults | None = None,
        on_state: Callable[[State], None] | None = None,
    ) -> None:
        self.name: Final = name
        self._on_state: Final = on_state
        self.topics: Final = topics or Topics()
        self.faults: Final = faults or Faults()
        self.turns = 0
        self.pdus_in = 0
        self.pdus_out = 0
        self.pdus_lost = 0
        """Not sent, because the broker was away."""
        self.publishes = 0
        """Payloads with PDUs: a payload carries what became ready while the one before it was on its way."""
        self.rejected = 0
        """Payloads and commands that were not what their topic carries."""
        self.gaps: Final = Gaps()
        self._make: Final = make
        self._store: Final = store
        self._log: Final = structlog.get_logger().bind(node=name)
        self._clock = 0
        self._status = Status("starting", role, os.getpid(), self._now(), -1, version())
        will = Will(self.topics.node(name), pack_status(replace(self._status, state="lost")))
        self._bus: Final = open_bus(name, will=will, on_lost=self._lost, on_back=self._say_status)
        self._node: Node | None = None
        self._level: NoteLevel | None = None
        self._inputs: deque[Arrival | Request] = deque()
        self._cells: Final[dict[CellTopic, list[Arrival]]] = {}
        """What each cell tells of itself, for a node that begins anew."""
        self._held: list[tuple[int, int, Arrival]] = []
        self._outputs: list[tuple[int, Output]] = []
        self._outlets: Final[dict[str, _Outlet[Any]]] = {}
        self._sequences: Final[dict[str, int]] = {}
        self._seen: Final[deque[tuple[str, str]]] = deque(maxlen=REMEMBERED)
        self._reset: Request | None = None
        self._scope: asyncio.Timeout | None = None
        self._stopping = False
        self._waiting = False
        """For the bus: what comes another way breaks the wait off."""
        self._fault: BaseException | None = None

    @property
    def state(self) -> State:
        """What the node's status topic says."""
        return self._status.state

    async def run(self) -> None:
        """Run until :meth:`stop`.

        Raises :class:`BusError` where no broker lets us in, :class:`StoreError` where records cannot be read or
        committed (nothing of that turn has left then), and whatever fault of our own the node raises.
        """
        try:
            if await self._unless_stopped(self._begin()):
                while not self._stopping:
                    await self._await_inputs()
                    if not self._stopping:
                        await self._turn()
            if self._fault is not None:
                raise self._fault
            await self._end("stopping")
        except BaseException:
            for outlet in self._outlets.values():
                outlet.cancel()
            await self._end("lost")
            raise

    def stop(self) -> None:
        """Stop after the present turn; what it committed still leaves."""
        self._stopping = True
        if self._scope is not None and not self._scope.expired():
            self._scope.reschedule(asyncio.get_running_loop().time())

    def take(self, link: str, interface: str, pdu: bytes) -> None:
        """Let the node receive a PDU that did not come over the bus; called in the loop's thread."""
        self._inputs.append(Arrival(link, interface, pdu, None))
        if self._waiting and self._scope is not None and not self._scope.expired():
            self._scope.reschedule(asyncio.get_running_loop().time())

    # --- life -----------------------------------------------------------------------------------------------------

    async def _begin(self) -> None:
        await self._bus.connect()
        await self._say("starting")
        filters = {self.topics.own_pdus(self.name): 0, self.topics.command(self.name): 1}
        if self._status.role == "ms":
            filters |= {self.topics.all_air: 0, self.topics.all_cells: 1}
        await self._bus.subscribe(filters)
        node = await self._revive()
        await self._let_leave()
        self._status = replace(self._status, recovery=node.restarts)
        await self._say("ready")

    async def _revive(self) -> Node:
        """Build the node from its records and start it."""
        node = await asyncio.to_thread(lambda: self._make(self._store.records(self.name)))
        if self._level is not None:
            node.level = self._level
        self._node = node
        node.start(self._now())
        self._collect(node)
        return node

    async def _end(self, state: State) -> None:
        with suppress(BusError, TimeoutError):
            async with asyncio.timeout(FAREWELL):
                for outlet in self._outlets.values():
                    await outlet.empty()
                if self._bus.connected:
                    await self._say(state)
        for outlet in self._outlets.values():
            outlet.cancel()
        await self._bus.close()

    async def _say(self, state: State) -> None:
        self._status = replace(self._status, state=state)
        self._log.info(state, role=self._status.role, recovery=self._status.recovery)
        await self._say_status()
        if self._on_state is not None:
            self._on_state(state)

    async def _say_status(self) -> None:
        """Say what the broker must know; again after a reconnection, because the last will has overwritten it."""
        await self._bus.publish(self.topics.node(self.name), pack_status(self._status), qos=1, retain=True)

    def _lost(self, why: str) -> None:
        self._log.warning("the broker is away; state is kept, PDUs are lost", why=why)

    async def _unless_stopped(self, step: Coroutine[Any, Any, object]) -> bool:
        """Whether ``step`` came to its end: :meth:`stop` breaks it off."""
        scope = asyncio.timeout(None)
        try:
            async with scope:
                self._scope = scope
                if not self._stopping:
                    await step
                    return True
                step.close()
        except TimeoutError:
            if not scope.expired():
                raise
        finally:
            self._scope = None
        return False

    # --- a turn ---------------------------------------------------------------------------------------------------

    async def _await_inputs(self) -> None:
        """Wait until there is something to do, and take what has arrived."""
        if self._inputs:
            await asyncio.sleep(0)  # what was published leaves while a backlog is worked off
        else:
            self._waiting = True
            await self._unless_stopped(self._receive())
            self._waiting = False

    async def _receive(self) -> None:
        for message in await self._bus.receive(MOST_INPUTS, self._patience()):
            self._sort_in(message)

    def _patience(self) -> float | None:
        """Seconds until the node, or a PDU that a fault holds back, wants its turn."""
        deadline = self._living.next_timer()
        times = [] if deadline is None else [deadline.when]
        times += [self._held[0][0]] if self._held else []
        return max(0, min(times) - self._now()) / 1_000_000 if times else None

    async def _turn(self) -> None:
        node = self._living
        self.turns += 1
        for _ in range(min(MOST_INPUTS, len(self._inputs))):
            arrived = self._inputs.popleft()
            if isinstance(arrived, Arrival):
                self._let_in(node, arrived)
            else:
                self._obey(node, arrived)
                if self._reset is not None:
                    break
        while self._held and self._held[0][0] <= self._now():
            self._deliver(node, heapq.heappop(self._held)[2])
        deadline = node.next_timer()
        now = self._now()
        if deadline is not None and deadline.when <= now:
            node.on_time(now)
            self._collect(node)
        await self._let_leave()
        if self._reset is not None:
            await self._start_over(self._reset)

    def _let_in(self, node: Node, arrival: Arrival) -> None:
        """Deliver a PDU, or what the faults make of it."""
        self.pdus_in += 1
        now = self._now()
        pdus, notes = self.faults.act(self.name, *arrival[:3], now, arrival.meta)
        self._outputs += [(self._now(), note) for note in notes]
        for delay, pdu in pdus:
            if delay:
                heapq.heappush(self._held, (now + delay, self.pdus_in, arrival._replace(pdu=pdu)))
            else:
                self._deliver(node, arrival._replace(pdu=pdu))

    def _deliver(self, node: Node, arrival: Arrival) -> None:
        node.receive(arrival.link, arrival.interface, arrival.pdu, self._now())
        self._collect(node)

    def _collect(self, node: Node) -> None:
        """Stamp what is to happen: no two stamps of a node are equal, so that (time, node) orders the trace."""
        for output in node.outputs():
            self._outputs.append((self._now(), output))

    async def _let_leave(self) -> None:
        """Commit what was saved, then let the rest leave."""
        outputs, self._outputs = self._outputs, []
        saves = [output for _, output in outputs if isinstance(output, Save)]
        if saves:
            await asyncio.to_thread(self._store.commit, self.name, saves)
        for stamp, output in outputs:
            match output:
                case Send(to, interface, pdu, meta):
                    if self.faults.rules:
                        self.faults.learn(interface, pdu, stamp, meta)
                    self._emit(self.topics.pdu(to, self.name), stamp, interface, pdu, meta)
                case Broadcast(cell, pdu, meta, lasting):
                    topic = self.topics.cell if lasting else self.topics.air
                    self._emit(topic(self.name, cell), stamp, "um", pdu, meta, lasting=lasting)
                case Note():
                    log_note(self._log, output)
                    self._outlet(self.topics.note(self.name), pack_notes).put(StampedNote(stamp, output))
                case Reply(id=name):
                    client, _, own = name.partition("/")
                    self._outlet(self.topics.reply(client), self._pack_replies, 1).put(replace(output, id=own))

    def _emit(
        self, topic: str, stamp: int, interface: str, pdu: bytes, meta: dict[str, str] | None, *, lasting: bool = False
    ) -> None:
        sequence = self._sequences.get(topic, 0)
        self._sequences[topic] = sequence + 1
        self.pdus_out += 1
        outlet = self._outlet(topic, split, qos=int(lasting), retain=lasting)
        outlet.put(Envelope(sequence, stamp, interface, pdu, meta))

    def _pack_replies(self, replies: Sequence[Reply]) -> list[bytes]:
        return [pack_reply(self.name, reply) for reply in replies]

    def _outlet(
        self, topic: str, pack: Callable[[Sequence[Any]], list[bytes]], qos: int = 0, *, retain: bool = False
    ) -> "_Outlet[Any]":
        outlet = self._outlets.get(topic)
        if outlet is None:
            outlet = self._outlets[topic] = _Outlet(self, topic, pack, qos, retain=retain)
        return outlet

    # --- what arrives ---------------------------------------------------------------------------------------------

    def _sort_in(self, message: Message) -> None:
        try:
            match self.topics.parse(message.topic):
                case (PduTopic(from_=link) | AirTopic(bss=link) | CellTopic(bss=link)) as topic:
                    arrivals = []
                    for envelope in unpack(message.payload):
                        self.gaps.see(message.topic, envelope.sequence)
                        arrivals.append(Arrival(link, envelope.interface, envelope.pdu, envelope.meta))
                    self._inputs.extend(arrivals)
                    if isinstance(topic, CellTopic):
                        self._cells[topic] = arrivals
                case CommandTopic():
                    request = Request(*unpack_command(message.payload))
                    if (name := (request.client, request.command.id)) not in self._seen:
                        self._seen.append(name)
                        self._inputs.append(request)
        except (BadEnvelope, BadControl) as error:
            self.rejected += 1
            if self.rejected <= 10:
                why = f"payload on {message.topic} discarded: {error}"
                self._outputs.append((self._now(), Note("warning", self.name, why)))

    def _obey(self, node: Node, request: Request) -> None:
        """Let the node obey a command, or obey it here; the client's name travels in the id, so nothing is kept."""
        command = replace(request.command, id=f"{request.client}/{request.command.id}")
        if command.verb == "runner-reset":
            self._reset = request
            return
        try:
            if command.verb.startswith("runner-"):
                self._outputs.append((self._now(), Reply(command.id, "done", self._change(node, command))))
                return
            # Whatever else a node is given, it may look up: it is to be nothing that cannot be a key.
            if not all(_is_plain(value, DEEPEST * (name in STRUCTURED)) for name, value in command.arguments.items()):
                plain = "text, numbers, true, false or nothing"
                raise _RefusedError(
                    f"arguments are {plain}; {', '.join(sorted(STRUCTURED))} may be maps or lists of these"
                )
        except _RefusedError as error:
            self._outputs.append((self._now(), Reply(command.id, "failed", {"error": str(error)})))
            return
        node.command(command, self._now())
        self._collect(node)

    def _change(self, node: Node, command: Command) -> dict[str, int] | None:
        """Change how the runner runs, or tell how it has run; returns the answer."""
        match command.verb, command.arguments:
            case "runner-fault", {"rule": dict() as rule, **others} if not others:
                try:
                    self.faults.add(Rule.from_dict(rule))
                except BadRuleError as error:
                    raise _RefusedError(str(error)) from None
            case "runner-clear-faults", {**others} if not others:
                self.faults.clear()
            case "runner-note-level", {"level": str() as level, **others} if not others and level in _LEVELS:
                self._level = node.level = _LEVELS[level]
            case "runner-counters", {**others} if not others:
                return {name: getattr(self, name) for name in _COUNTERS} | {"pdus_missed": self.gaps.lost}
            case verb, _:
                raise _RefusedError(_EXPECTED.get(verb, f"the runner has no command {verb!r}"))
        return None

    async def _start_over(self, request: Request) -> None:
        """Forget everything the node kept, and start it as new; PDUs on their way into it are lost with it."""
        self._reset = None
        self._held.clear()
        self._inputs = deque(arrived for arrived in self._inputs if isinstance(arrived, Request))
        await asyncio.to_thread(self._store.clear, self.name)
        await self._revive()
        for arrivals in self._cells.values():
            self._inputs.extend(arrivals)
        self._outputs.append((self._now(), Reply(f"{request.client}/{request.command.id}", "done")))
        await self._let_leave()

    # --- small things ---------------------------------------------------------------------------------------------

    @property
    def _living(self) -> Node:
        assert self._node is not None, "built before the first turn"
        return self._node

    def _now(self) -> int:
        """Microseconds since 1970; each answer is greater than the last, whatever is done to the system's clock."""
        self._clock = max(self._clock + 1, (_ORIGIN + time.monotonic_ns()) // 1000)
        return self._clock

    async def publish(self, topic: str, payload: bytes, qos: int, *, retain: bool = False) -> bool:
        """Publish for an outlet; whether the broker was there."""
        try:
            await self._bus.publish(topic, payload, qos=qos, retain=retain)
        except BusError as error:
            self._log.warning("an answer is lost", topic=topic, why=str(error))
        return self._bus.connected

    def fail(self, fault: BaseException) -> None:
        """Stop the service for a fault of our own outside the turn."""
        self._fault = fault
        self.stop()


def _is_plain(value: object, depth: int) -> bool:
    """Whether a value is text, a number or the like, or holds only such, so deep at most."""
    match value:
        case dict():
            return depth > 0 and all(isinstance(key, str) and _is_plain(its, depth - 1) for key, its in value.items())
        case list():
            return depth > 0 and all(_is_plain(its, depth - 1) for its in value)
        case bytes():
            return False
    return True


_LEVELS: Final[dict[str, NoteLevel]] = {level: level for level in get_args(NoteLevel)}

_COUNTERS: Final = ("turns", "pdus_in", "pdus_out", "pdus_lost", "publishes", "rejected")

_EXPECTED: Final = {
    "runner-fault": "expected the argument rule, a map",
    "runner-clear-faults": "expected no arguments",
    "runner-counters": "expected no arguments",
    "runner-note-level": f"expected the argument level: {', '.join(_LEVELS)}",
}


class _Outlet(Generic[T]):
    """The way out to one topic: one publish at a time, and what becomes ready meanwhile joins the next."""

    def __init__(
        self, runner: Runner, topic: str, pack: Callable[[Sequence[T]], list[bytes]], qos: int, *, retain: bool
    ) -> None:
        self._runner = runner
        self._topic = topic
        self._pack = pack
        self._qos = qos
        self._retain = retain
        self._waiting: list[T] = []
        self._task: asyncio.Task[None] | None = None

    def put(self, item: T) -> None:
        """Let ``item`` leave, after all that was put before it."""
        self._waiting.append(item)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._publish(), name=f"to {self._topic}")

    async def empty(self) -> None:
        """Wait until all has left."""
        if self._task is not None:
            await asyncio.wait({self._task})

    def cancel(self) -> None:
        """Let nothing more leave."""
        if self._task is not None:
            self._task.cancel()

    async def _publish(self) -> None:
        try:
            while self._waiting:
                items, self._waiting = self._waiting, []
                there = [
                    await self._runner.publish(self._topic, payload, self._qos, retain=self._retain)
                    for payload in self._pack(items)
                ]
                if self._pack is split:
                    self._runner.publishes += len(there)
                    if not all(there):
                        self._runner.pdus_lost += len(items)
        except Exception as fault:  # noqa: BLE001 - a fault of our own stops the service
            self._runner.fail(fault)
