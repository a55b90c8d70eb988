"""The runner with a small node on the bus in memory."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from random import Random
from typing import Any, ClassVar

import msgpack  # type: ignore[import-untyped]
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gprslab.bus.envelope import MOST_ENVELOPES, Envelope, pack, unpack
from gprslab.bus.memory import MemoryBroker, MemoryBus
from gprslab.bus.topics import Topics
from gprslab.control import pack_command, unpack_notes, unpack_reply, unpack_status
from gprslab.runner import Runner
from gprslab.store import MemoryStore, StoreError
from nodes.core.node import Node, NodeConfig
from nodes.core.outputs import Command, Interface, Name, Note, Record, Reply, Save
from protocol.errors import DecodeError

TOPICS = Topics()
BOUND = 10.0
"""Seconds within which whatever a test awaits must have happened."""


class Echo(Node):
    """Answers ``x`` with ``x``; what begins with ``s`` it saves first; ``b`` is an error of a peer."""

    role: ClassVar[str] = "echo"

    def __init__(self, records: Any) -> None:
        self.kept: dict[str, bytes] = {}
        super().__init__(NodeConfig(name="echo1"), Random(1), records)

    def restore(self, record: Record) -> None:
        self.kept[record.key] = record.octets

    def take(self, link: Name, interface: Interface, pdu: bytes) -> None:
        if pdu.startswith(b"b"):
            raise DecodeError("bad octets")
        if pdu.startswith(b"s"):
            self.kept["last"] = pdu
            self.save("last", pdu)
        self.send(link, interface, pdu)

    def command_later(self, command: Command) -> None:
        """Accept, then be done."""
        self.reply(command, "accepted")
        self.reply(command, "done", command.arguments)

    def look(self, what: str | None) -> Any:
        return {"kept": len(self.kept)} if what is None else self.kept[what].hex()


class HeldStore(MemoryStore):
    """Commits only when it is let, and fails when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.let = threading.Event()
        self.let.set()
        self.entered = threading.Event()
        self.failing = False

    def commit(self, node: str, saves: Sequence[Save]) -> None:
        self.entered.set()
        assert self.let.wait(BOUND)
        if self.failing:
            raise StoreError("disk full")
        super().commit(node, saves)


class Place:
    """A runner of one Echo, and a peer on the same bus that hears everything."""

    def __init__(self, store: MemoryStore | None = None) -> None:
        self.broker = MemoryBroker()
        self.store = store or MemoryStore()
        self.runner = Runner("echo1", "echo", partial(MemoryBus, self.broker), Echo, self.store)
        self.peer = MemoryBus(self.broker, "peer1", capacity=100_000)
        self.heard: list[tuple[str, bytes]] = []
        self.running: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Start, and wait until it is ready."""
        await self.peer.connect()
        await self.peer.subscribe({"gprslab/#": 0})
        self.running = asyncio.create_task(self.runner.run())
        await self.until(lambda: "ready" in self.states())

    async def say(self, *pdus: bytes) -> None:
        """Send PDUs, each in a bundle of its own."""
        for sequence, pdu in enumerate(pdus):
            await self.peer.publish(TOPICS.pdu("echo1", "peer1"), pack([Envelope(sequence, 0, "gr", pdu)]))

    async def ask(self, name: str, verb: str, **arguments: Any) -> Reply:
        """Command, and wait for the last answer."""
        command = Command(name, verb, arguments)
        await self.peer.publish(TOPICS.command("echo1"), pack_command("tester", command), qos=1)
        await self.until(lambda: any(reply.id == name and reply.status != "accepted" for reply in self.replies()))
        return [reply for reply in self.replies() if reply.id == name][-1]

    async def listen(self, wait: float = 0.01) -> None:
        """Hear what has come."""
        self.heard += await self.peer.receive(100_000, wait)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Hear until ``condition`` holds."""
        async with asyncio.timeout(BOUND):
            while not condition():
                await self.listen()

    def on(self, topic: str) -> list[bytes]:
        """Payloads heard on a topic."""
        return [payload for heard, payload in self.heard if heard == topic]

    def states(self) -> list[str]:
        """What the node's status said."""
        return [unpack_status(payload).state for payload in self.on(TOPICS.node("echo1"))]

    def bundles(self) -> list[list[Envelope]]:
        """What the node sent to the peer."""
        return [unpack(payload) for payload in self.on(TOPICS.pdu("peer1", "echo1"))]

    def pdus(self) -> list[bytes]:
        """The same, without bundles and envelopes."""
        return [envelope.pdu for bundle in self.bundles() for envelope in bundle]

    def replies(self) -> list[Reply]:
        """What the node replied to the tester."""
        return [unpack_reply(payload)[1] for payload in self.on(TOPICS.reply("tester"))]

    def notes(self) -> list[Note]:
        """What the node told."""
        return [note for payload in self.on(TOPICS.note("echo1")) for _, note in unpack_notes(payload)]


@asynccontextmanager
async def running(store: MemoryStore | None = None) -> AsyncIterator[Place]:
    """Run an Echo from ready to stopped."""
    place = Place(store)
    await place.begin()
    assert place.running is not None
    yield place
    place.runner.stop()
    await asyncio.wait_for(place.running, BOUND)


async def test_the_life_of_a_node_is_told() -> None:
    """The retained status goes from starting over ready to stopping, with the restart counter once it is known."""
    async with running() as place:
        pass
    await place.listen()
    statuses = [unpack_status(payload) for payload in place.on(TOPICS.node("echo1"))]
    assert [(status.state, status.recovery) for status in statuses] == [("starting", -1), ("ready", 0), ("stopping", 0)]
    assert unpack_status(place.broker.retained[TOPICS.node("echo1")]).state == "stopping"


async def test_a_cut_connection_is_lost_and_then_ready_again() -> None:
    """The last will says lost, the runner says ready again, and what was sent meanwhile is lost and counted."""
    async with running() as place:
        bus = place.runner._bus
        assert isinstance(bus, MemoryBus)
        bus.drop()
        place.runner._emit(TOPICS.pdu("peer1", "echo1"), 1, "gr", b"x", None)
        await place.until(lambda: place.runner.pdus_lost == 1)
        bus.restore()
        await place.until(lambda: place.states()[-2:] == ["lost", "ready"])
        await place.say(b"y")
        await place.until(lambda: place.pdus() == [b"y"])
        assert place.bundles()[0][0].sequence == 1


async def test_nothing_leaves_before_its_commit() -> None:
    """While the commit of a turn is under way nothing of that turn, nor of a later one, is heard."""
    store = HeldStore()
    async with running(store) as place:
        store.entered.clear()
        store.let.clear()
        await place.say(b"s1")
        assert await asyncio.to_thread(store.entered.wait, BOUND)
        await place.say(b"2", b"3")
        for _ in range(20):
            await place.listen(0.001)
        assert place.pdus() == []
        store.let.set()
        await place.until(lambda: len(place.pdus()) == 3)
        assert place.pdus() == [b"s1", b"2", b"3"]
        assert [record.octets for record in store.records("echo1") if record.key == "last"] == [b"s1"]


async def test_a_failed_commit_stops_the_service_with_nothing_sent() -> None:
    """Where the records cannot be kept, run raises why, no answer has left and the status says lost."""
    store = HeldStore()
    place = Place(store)
    await place.begin()
    store.failing = True
    await place.say(b"s1")
    assert place.running is not None
    with pytest.raises(StoreError, match="disk full"):
        await asyncio.wait_for(place.running, BOUND)
    await place.listen()
    assert place.pdus() == []
    assert place.states()[-1] == "lost"


async def test_what_a_turn_sends_leaves_in_one_bundle() -> None:
    """More than 256 inputs are several turns; bundles hold at most 256 PDUs, in order, numbered without a gap."""
    async with running() as place:
        said = [b"%d" % number for number in range(1000)]
        before = place.runner.turns
        await place.say(*said)
        await place.until(lambda: len(place.pdus()) == len(said))
        assert place.pdus() == said
        assert [envelope.sequence for bundle in place.bundles() for envelope in bundle] == list(range(1000))
        stamps = [envelope.sent_at for bundle in place.bundles() for envelope in bundle]
        assert stamps == sorted(set(stamps))
        assert max(map(len, place.bundles())) <= MOST_ENVELOPES
        assert len(place.bundles()) < 20
        assert place.runner.turns - before >= 4


async def test_octets_of_bundles_are_bounded() -> None:
    """What is larger than 64 KiB leaves in several publishes."""
    async with running() as place:
        await place.say(*[bytes(30_000)] * 5)
        await place.until(lambda: len(place.pdus()) == 5)
        assert max(map(len, place.on(TOPICS.pdu("peer1", "echo1")))) <= 64 * 1024


async def test_a_bad_pdu_is_a_warning() -> None:
    """What a peer sends wrongly is told as a note and stops nothing."""
    async with running() as place:
        await place.say(b"bad", b"good")
        await place.until(lambda: place.pdus() == [b"good"])
        assert [note.kind for note in place.notes()] == ["warning"]


async def test_commands_are_answered_in_order() -> None:
    """A command is accepted, then done, with its own id, at the client that gave it."""
    async with running() as place:
        reply = await place.ask("7/a", "later", mobile="ms1")
        assert reply == Reply("7/a", "done", {"mobile": "ms1"})
        assert [reply.status for reply in place.replies()] == ["accepted", "done"]
        assert (await place.ask("8", "inspect")).body["kept"] == 0
        assert (await place.ask("9", "fly")).status == "failed"


async def test_arguments_are_plain() -> None:
    """What a node looks up can be looked up; only some arguments may hold others, and not deep."""
    async with running() as place:
        refused: list[dict[str, Any]] = [
            {"a": ["ms1"]},
            {"a": {"b": 1}},
            {"a": b"1"},
            {"qos": {"b": b"1"}},
            {"qos": [[[[[]]]]]},
        ]
        for number, arguments in enumerate(refused):
            assert (await place.ask(f"{number}", "later", **arguments)).status == "failed"
        contexts = {"1": {"apn": "internet"}, "2": None, "3": [1, 2]}
        assert (await place.ask("9", "later", contexts=contexts)).body == {"contexts": contexts}


async def test_a_command_that_comes_twice_is_obeyed_once() -> None:
    """QoS 1 may deliver twice; the second is dropped."""
    async with running() as place:
        await place.ask("1", "later")
        octets = pack_command("tester", Command("1", "later", {}))
        await place.peer.publish(TOPICS.command("echo1"), octets, qos=1)
        await place.ask("2", "inspect")
        assert [reply.status for reply in place.replies() if reply.id == "1"] == ["accepted", "done"]


async def test_a_reset_forgets_everything() -> None:
    """runner-reset clears the records, builds the node again and starts it."""
    async with running() as place:
        await place.say(b"s1")
        await place.until(lambda: place.pdus() == [b"s1"])
        assert (await place.ask("1", "inspect", subject="last")).body == b"s1".hex()
        assert (await place.ask("2", "runner-reset")).status == "done"
        body = (await place.ask("3", "inspect")).body
        assert (body["kept"], body["restarts"]) == (0, 0)
        assert [record.key for record in place.store.records("echo1")] == ["restarts"]


async def test_a_node_that_begins_anew_hears_its_cells_again() -> None:
    """What a cell tells of itself came before the reset; the mobiles of the next life must know it all the same."""
    async with running() as place:
        await place.runner._bus.subscribe({TOPICS.all_cells: 1})
        await place.peer.publish(TOPICS.cell("bss1", "cell1"), pack([Envelope(0, 0, "gr", b"cell")]))
        assert (await place.ask("1", "runner-reset")).status == "done"
        echoed = TOPICS.pdu("bss1", "echo1")
        await place.until(lambda: len(place.on(echoed)) == 2)
        assert [unpack(payload)[0].pdu for payload in place.on(echoed)] == [b"cell", b"cell"]


async def test_the_next_life_has_the_records() -> None:
    """A node that is stopped and run again knows what it saved, and has one restart more."""
    async with running() as first:
        await first.say(b"s1")
        await first.until(lambda: first.pdus() == [b"s1"])
    async with running(first.store) as second:
        assert (await second.ask("1", "inspect", subject="last")).body == b"s1".hex()
        assert (await second.ask("2", "inspect")).body["restarts"] == 1


async def test_the_note_level_is_changed_and_survives_a_reset() -> None:
    """runner-note-level takes one of the levels and nothing else."""
    async with running() as place:
        assert (await place.ask("1", "runner-note-level", level="all")).status == "done"
        await place.ask("2", "runner-reset")
        assert place.runner._living.level == "all"
        assert (await place.ask("3", "runner-note-level", level="loud")).status == "failed"
        assert (await place.ask("4", "runner-note-level")).status == "failed"
        assert (await place.ask("5", "runner-dance")).status == "failed"


async def test_counters_tell_what_passed() -> None:
    """runner-counters tells how many PDUs came and went, and in how many publishes."""
    async with running() as place:
        await place.say(b"1")
        await place.until(lambda: bool(place.pdus()))
        counters = (await place.ask("1", "runner-counters")).body
        assert (counters["pdus_in"], counters["pdus_out"], counters["publishes"]) == (1, 1, 1)
        assert (await place.ask("2", "runner-counters", since=0)).status == "failed"


async def test_what_comes_another_way_is_received_too() -> None:
    """It breaks off the wait for the bus; before the node is there it waits for that, and disturbs nothing."""
    place = Place()
    await place.peer.connect()
    await place.peer.subscribe({"gprslab/#": 0})
    place.running = asyncio.create_task(place.runner.run())
    await asyncio.sleep(0)
    place.runner.take("peer1", "gi", b"early")
    await place.until(lambda: place.pdus() == [b"early"])
    place.runner.take("peer1", "gi", b"now")
    await place.until(lambda: place.pdus() == [b"early", b"now"])
    place.runner.stop()
    await place.running
    await place.peer.close()


async def test_a_lost_pdu_is_not_received() -> None:
    """A rule given with runner-fault acts before the node, is told as a note, and can be taken back."""
    async with running() as place:
        assert (await place.ask("1", "runner-fault", rule={"action": "lose", "interface": "gr"})).status == "done"
        await place.say(b"1")
        await place.until(lambda: any(note.kind == "fault" for note in place.notes()))
        assert (await place.ask("2", "runner-clear-faults")).status == "done"
        await place.say(b"2")
        await place.until(lambda: bool(place.pdus()))
        assert place.pdus() == [b"2"]
        assert (await place.ask("3", "runner-fault", rule={"action": "explode"})).status == "failed"
        assert (await place.ask("4", "runner-fault", rule="lose")).status == "failed"


async def test_a_delayed_pdu_is_received_later() -> None:
    """A PDU that a fault holds back is overtaken by the next, and wakes the runner when its time has come."""
    async with running() as place:
        rule = {"action": "delay", "interface": "gr", "times": 1, "delay_us": 50_000}
        assert (await place.ask("1", "runner-fault", rule=rule)).status == "done"
        await place.say(b"1", b"2")
        await place.until(lambda: len(place.pdus()) == 2)
        assert place.pdus() == [b"2", b"1"]


async def test_a_fault_of_our_own_stops_the_service() -> None:
    """What a node raises besides DecodeError comes out of run."""
    place = Place()
    await place.begin()

    def fail(link: Name, interface: Interface, pdu: bytes) -> None:
        raise AssertionError("our own fault")

    place.runner._living.take = fail  # type: ignore[method-assign]
    await place.say(b"1")
    assert place.running is not None
    with pytest.raises(AssertionError, match="our own fault"):
        await asyncio.wait_for(place.running, BOUND)


async def test_stopping_does_not_wait_for_a_broker() -> None:
    """A runner whose broker is away stops in its time, without an error."""
    async with running() as place:
        place.broker.stop()
        assert not place.runner._bus.connected


HOSTILE = st.one_of(
    st.binary(max_size=200),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(1 << 63), (1 << 64) - 1)
        | st.text(max_size=5)
        | st.binary(max_size=5),
        lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    ).map(msgpack.packb),
    st.fixed_dictionaries(
        {
            "id": st.just("1") | st.integers(0, 9) | st.text(max_size=3),
            "client": st.just("tester") | st.text(max_size=3) | st.none(),
            "verb": st.sampled_from(["inspect", "runner-reset", "runner-fault", "init", "--", "x" * 70]) | st.none(),
            "arguments": st.dictionaries(st.text(max_size=3) | st.just("subject"), st.none() | st.lists(st.none())),
        }
    ).map(msgpack.packb),
)


@pytest.fixture(scope="module")
def loop_of_hostility() -> Iterator[asyncio.Runner]:
    """One event loop for all the examples."""
    with asyncio.Runner() as loop:
        yield loop


@given(payloads=st.lists(HOSTILE, min_size=1, max_size=8))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_hostile_octets_stop_nothing(loop_of_hostility: asyncio.Runner, payloads: list[bytes]) -> None:
    """Whatever is published on any topic of the node, it still answers."""

    async def attack() -> None:
        async with running() as place:
            for payload in payloads:
                for topic in (TOPICS.pdu("echo1", "peer1"), TOPICS.command("echo1")):
                    await place.peer.publish(topic, payload)
                await place.peer.publish(f"gprslab/lab/pdu/echo1/{payload[:3].hex()}", payload)
            assert (await place.ask("the-last", "inspect")).status == "done"
            await place.say(b"x")
            await place.until(lambda: b"x" in place.pdus())

    loop_of_hostility.run(attack())
