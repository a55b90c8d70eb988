"""The contract of the bus: the same tests over memory, the embedded broker, and mosquitto with its ACL.

Each MQTT client connects through a relay of its own, so that its connection alone can be cut, kept away or held.
"""

import asyncio
import itertools
import socket
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from typing import Any, Unpack

import pytest
import uvloop

from gprslab.bus.bus import Bus, BusError, Message, Options, Will
from gprslab.bus.embedded import EmbeddedBroker
from gprslab.bus.envelope import Envelope, split, unpack
from gprslab.bus.memory import MemoryBroker, MemoryBus, matches
from gprslab.bus.mqtt import BrokerUrl, MqttBus
from gprslab.bus.topics import Topics

BOUND = 10.0
"""Seconds within which whatever a test awaits must have happened."""

LABS = itertools.count(1)


class Relay:
    """Carries one client's octets to the broker and back, as long as it is told to."""

    def __init__(self, host: str, port: int) -> None:
        self._broker = (host, port)
        self._server: asyncio.Server | None = None
        self._calls: dict[asyncio.Task[None], list[asyncio.StreamWriter]] = {}
        self._flowing = asyncio.Event()
        self.port = 0

    async def listen(self) -> None:
        """Let the client in."""
        self._flowing.set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Break the connection there is, as a failing network would."""
        for writers in self._calls.values():
            for writer in writers:
                writer.transport.abort()
        if self._calls:
            await asyncio.wait(self._calls)

    async def close(self) -> None:
        """Break the connection and let the client in no more."""
        if self._server is not None:
            self._server.close()
            self._server = None
        await self.cut()

    def hold(self) -> None:
        """Let nothing through, on the connection there is."""
        self._flowing.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        writers = self._calls[task] = [writer]
        try:
            answers, broker = await asyncio.open_connection(*self._broker)
            writers.append(broker)
            ways = {asyncio.create_task(self._pump(reader, broker)), asyncio.create_task(self._pump(answers, writer))}
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
        except OSError:
            pass  # the broker is away
        finally:
            for end in writers:
                end.close()
            del self._calls[task]

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while octets := await reader.read(1 << 16):
                await self._flowing.wait()
                writer.write(octets)
                await writer.drain()
        except OSError:
            pass  # cut


class Place(ABC):
    """Where the contract is tested: a broker, a laboratory of its own on it, and what can go wrong there."""

    def __init__(self) -> None:
        self.topics = Topics(f"t{next(LABS)}")
        self._buses: list[Bus] = []

    async def open(self, name: str, **options: Unpack[Options]) -> Bus:
        """Connect as the user ``name``."""
        bus = await self._make(name, **options)
        self._buses.append(bus)
        await bus.connect()
        return bus

    async def end(self) -> None:
        """Close what was opened."""
        for bus in self._buses:
            await bus.close()

    async def cut(self, bus: Bus) -> None:
        """Break the connection of ``bus`` and wait until it is back."""
        before = bus.counters.reconnects
        await self.away(bus)
        await self.back(bus)
        assert bus.counters.reconnects == before + 1

    @abstractmethod
    async def _make(self, name: str, **options: Unpack[Options]) -> Bus: ...

    @abstractmethod
    async def away(self, bus: Bus) -> None:
        """Break the connection of ``bus`` and keep the broker away from it."""

    async def back(self, bus: Bus) -> None:
        """Let ``bus`` in again and wait until it is connected."""
        await self.admit(bus)
        await until(lambda: bus.connected)

    @abstractmethod
    async def admit(self, bus: Bus) -> None:
        """Let ``bus`` in again."""

    @abstractmethod
    async def restart(self) -> None:
        """Restart the broker."""


class InMemory(Place):
    """The bus in memory."""

    def __init__(self) -> None:
        super().__init__()
        self._broker = MemoryBroker()

    async def _make(self, name: str, **options: Unpack[Options]) -> Bus:
        return MemoryBus(self._broker, name, **options)

    async def away(self, bus: Bus) -> None:
        assert isinstance(bus, MemoryBus)
        bus.drop()

    async def admit(self, bus: Bus) -> None:
        assert isinstance(bus, MemoryBus)
        bus.restore()

    async def restart(self) -> None:
        self._broker.stop()
        self._broker.start()


class OverMqtt(Place):
    """The bus over an MQTT broker that ``url`` names for each user."""

    def __init__(self, url: Callable[[str], str], restart: Callable[[], None]) -> None:
        super().__init__()
        self._url = url
        self._restart = restart
        self.relays: dict[Bus, Relay] = {}

    async def _make(self, name: str, **options: Unpack[Options]) -> Bus:
        url = BrokerUrl.parse(self._url(name))
        relay = Relay(url.host, url.port)
        await relay.listen()
        bus = MqttBus(BrokerUrl(url.host, relay.port, url.user, url.password, url.password_file), name, **options)
        self.relays[bus] = relay
        return bus

    async def end(self) -> None:
        await super().end()
        for relay in self.relays.values():
            await relay.close()

    async def away(self, bus: Bus) -> None:
        await self.relays[bus].close()
        await until(lambda: not bus.connected)

    async def admit(self, bus: Bus) -> None:
        await self.relays[bus].listen()

    async def restart(self) -> None:
        before = {bus: bus.counters.reconnects for bus in self._buses}
        self._restart()
        await until(lambda: all(bus.connected and bus.counters.reconnects > before[bus] for bus in self._buses))


def restart_embedded(broker: EmbeddedBroker) -> None:
    """Crash the embedded broker and start it again, as the supervisor would."""
    assert broker._process is not None
    broker._process.kill()
    broker._process.wait()
    broker.start()


@pytest.fixture(params=["memory", "embedded", "mosquitto"])
async def place(request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    """Every place in turn."""
    where: Place
    if request.param == "memory":
        where = InMemory()
    elif request.param == "embedded":
        where = over_embedded(request.getfixturevalue("embedded"))
    else:
        where = over_mosquitto(request.getfixturevalue("mosquitto_broker"))
    yield where
    await where.end()


@pytest.fixture
async def mqtt(embedded: EmbeddedBroker) -> AsyncIterator[OverMqtt]:
    """The embedded broker alone, for what only a socket can do."""
    where = over_embedded(embedded)
    yield where
    await where.end()


def over_embedded(broker: EmbeddedBroker) -> OverMqtt:
    """Everybody has the same URL, and no password."""
    return OverMqtt(lambda _: broker.url, lambda: restart_embedded(broker))


def over_mosquitto(broker: Any) -> OverMqtt:
    """Everybody is a user."""

    def restart() -> None:
        broker.stop()
        broker.start()

    return OverMqtt(broker.url, restart)


async def until(happened: Callable[[], bool]) -> None:
    """Wait, within bounds, until something is so."""
    async with asyncio.timeout(BOUND):
        while not happened():  # noqa: ASYNC110 - conditions of several objects, none with an event
            await asyncio.sleep(0.002)


async def take(bus: Bus, count: int) -> list[Message]:
    """Wait, within bounds, for ``count`` messages; there must not be more."""
    messages: list[Message] = []
    async with asyncio.timeout(BOUND):
        while len(messages) < count:
            messages += await bus.receive()
    assert len(messages) == count, messages
    return messages


async def test_wildcards(place: Place) -> None:
    """MQTT 3.1.1 4.7: a node hears what is sent to it from anybody, a watcher hears all."""
    topics = place.topics
    sgsn, bss, hlr = await place.open("sgsn1"), await place.open("bss1"), await place.open("hlr1")
    operator = await place.open("operator")
    await sgsn.subscribe({topics.own_pdus("sgsn1"): 0})
    await operator.subscribe({topics.all_pdus: 0, topics.all_notes: 0})
    await bss.publish(topics.pdu("sgsn1", "bss1"), b"up")
    assert await take(sgsn, 1) == [Message(topics.pdu("sgsn1", "bss1"), b"up")]
    await sgsn.publish(topics.pdu("hlr1", "sgsn1"), b"on")
    await sgsn.publish(topics.note("sgsn1"), b"sent")
    await hlr.publish(topics.pdu("sgsn1", "hlr1"), b"back")
    assert await take(sgsn, 1) == [Message(topics.pdu("sgsn1", "hlr1"), b"back")]
    assert {message.payload for message in await take(operator, 4)} == {b"up", b"on", b"sent", b"back"}


async def test_retained(place: Place) -> None:
    """MQTT 3.1.1 3.3.1.3: who subscribes later gets the last retained message; an empty one makes it forgotten."""
    topics = place.topics
    bss, early, late = await place.open("bss1"), await place.open("ms1"), await place.open("ms2")
    first, second = topics.cell("bss1", "c1"), topics.cell("bss1", "c2")
    await bss.publish(first, b"old", qos=1, retain=True)
    await bss.publish(first, b"new", qos=1, retain=True)
    await early.subscribe({topics.all_cells: 1})
    assert await take(early, 1) == [Message(first, b"new")]
    await bss.publish(first, b"", qos=1, retain=True)
    assert await take(early, 1) == [Message(first, b"")]
    await late.subscribe({topics.all_cells: 1})
    await bss.publish(second, b"live", qos=1)
    assert await take(late, 1) == [Message(second, b"live")]


async def test_last_will(place: Place) -> None:
    """MQTT 3.1.1 3.1.2.5: a client that vanishes is reported by its will, retained; it says again that it is ready."""
    topics = place.topics
    status = topics.node("sgsn1")

    async def say_ready() -> None:
        await sgsn.publish(status, b"ready", qos=1, retain=True)

    sgsn = await place.open("sgsn1", will=Will(status, b"lost"), on_back=say_ready)
    operator, late = await place.open("operator"), await place.open("operator")
    await say_ready()
    await operator.subscribe({topics.all_nodes: 1})
    assert await take(operator, 1) == [Message(status, b"ready")]
    await place.away(sgsn)
    assert await take(operator, 1) == [Message(status, b"lost")]
    await late.subscribe({topics.all_nodes: 1})
    assert await take(late, 1) == [Message(status, b"lost")]
    await place.back(sgsn)
    assert await take(operator, 1) == [Message(status, b"ready")]


async def test_farewell(place: Place) -> None:
    """MQTT 3.1.1 3.14.4: who says farewell leaves no will."""
    topics = place.topics
    sgsn = await place.open("sgsn1", will=Will(topics.node("sgsn1"), b"lost"))
    bss, operator = await place.open("bss1"), await place.open("operator")
    await operator.subscribe({topics.all_nodes: 1})
    await sgsn.close()
    assert not sgsn.connected
    await bss.publish(topics.node("bss1"), b"ready", qos=1)
    assert await take(operator, 1) == [Message(topics.node("bss1"), b"ready")]


async def test_cut_twice(place: Place) -> None:
    """After each of two cuts the subscriptions are there again and both qualities of service work."""
    topics = place.topics
    told: list[str] = []

    async def back() -> None:
        told.append("back")

    sgsn = await place.open("sgsn1", on_lost=lambda why: told.append(f"lost: {why}"), on_back=back)
    bss = await place.open("bss1")
    await sgsn.subscribe({topics.own_pdus("sgsn1"): 1})
    for round_ in (b"1", b"2"):
        await place.cut(sgsn)
        await place.cut(bss)
        await bss.publish(topics.pdu("sgsn1", "bss1"), b"q0-" + round_)
        await bss.publish(topics.pdu("sgsn1", "bss1"), b"q1-" + round_, qos=1)
        assert {message.payload for message in await take(sgsn, 2)} == {b"q0-" + round_, b"q1-" + round_}
    await until(lambda: len(told) == 4)
    lost = told[0]
    assert told == [lost, "back", lost, "back"]
    assert len(lost) > len("lost: ")
    assert bss.counters.published == 4


async def test_broker_restart(place: Place) -> None:
    """A restarted broker finds its clients back with their subscriptions, and has what was retained."""
    topics = place.topics
    sgsn, bss = await place.open("sgsn1"), await place.open("bss1")
    await sgsn.subscribe({topics.own_pdus("sgsn1"): 0})
    await bss.publish(topics.cell("bss1", "c1"), b"system information", qos=1, retain=True)
    await place.restart()
    await bss.publish(topics.pdu("sgsn1", "bss1"), b"after")
    assert await take(sgsn, 1) == [Message(topics.pdu("sgsn1", "bss1"), b"after")]
    await sgsn.subscribe({topics.all_cells: 1})
    assert await take(sgsn, 1) == [Message(topics.cell("bss1", "c1"), b"system information")]


async def test_qos1_waits(place: Place) -> None:
    """A command given while the broker is away arrives when it is back."""
    topics = place.topics
    operator, sgsn = await place.open("operator"), await place.open("sgsn1")
    await sgsn.subscribe({topics.command("sgsn1"): 1})
    await place.away(operator)
    given = asyncio.create_task(operator.publish(topics.command("sgsn1"), b"inspect", qos=1))
    await asyncio.sleep(0)
    assert not given.done()
    await place.back(operator)
    assert await take(sgsn, 1) == [Message(topics.command("sgsn1"), b"inspect")]
    await given
    assert (operator.counters.published, operator.counters.publish_failed) == (1, 0)


async def test_qos1_gives_up(place: Place) -> None:
    """A command for which the broker stays away too long fails, says why, and is counted."""
    operator = await place.open("operator", patience=0.05)
    await place.away(operator)
    with pytest.raises(BusError, match=r"^no broker for 0\.05 s: .+"):
        await operator.publish(place.topics.command("sgsn1"), b"inspect", qos=1)
    assert (operator.counters.published, operator.counters.publish_failed) == (0, 1)


async def test_qos0_is_lost(place: Place) -> None:
    """A PDU sent while the broker is away is lost, as on a real link, and counted."""
    topics = place.topics
    sgsn, bss = await place.open("sgsn1"), await place.open("bss1")
    await sgsn.subscribe({topics.own_pdus("sgsn1"): 0})
    await place.away(bss)
    await bss.publish(topics.pdu("sgsn1", "bss1"), b"lost")
    assert (bss.counters.published, bss.counters.publish_failed) == (0, 1)
    await place.back(bss)
    await bss.publish(topics.pdu("sgsn1", "bss1"), b"kept")
    assert await take(sgsn, 1) == [Message(topics.pdu("sgsn1", "bss1"), b"kept")]


@pytest.mark.parametrize("qos", [0, 1])
async def test_order(place: Place, qos: int) -> None:
    """MQTT 3.1.1 4.6: what one node sends to another arrives in order, once."""
    topics = place.topics
    sgsn, bss = await place.open("sgsn1"), await place.open("bss1")
    await sgsn.subscribe({topics.own_pdus("sgsn1"): qos})
    sent = [b"%d" % number for number in range(300)]
    for payload in sent:
        await bss.publish(topics.pdu("sgsn1", "bss1"), payload, qos=qos)
    assert [message.payload for message in await take(sgsn, len(sent))] == sent


async def test_bounded(place: Place) -> None:
    """What does not fit into the inbox is discarded and counted; what is in it stays, in order."""
    topics = place.topics
    sgsn, bss = await place.open("sgsn1", capacity=10), await place.open("bss1")
    await sgsn.subscribe({topics.own_pdus("sgsn1"): 0})
    for number in range(25):
        await bss.publish(topics.pdu("sgsn1", "bss1"), b"%d" % number)
    await until(lambda: sgsn.counters.received + sgsn.counters.discarded == 25)
    assert (sgsn.counters.received, sgsn.counters.discarded, sgsn.waiting) == (10, 15, 10)
    assert [message.payload for message in await sgsn.receive(4)] == [b"0", b"1", b"2", b"3"]
    assert [message.payload for message in await take(sgsn, 6)] == [b"4", b"5", b"6", b"7", b"8", b"9"]


async def test_large_bundle(place: Place) -> None:
    """Bundles of 64 KiB, and one PDU of the largest size, arrive whole."""
    topics = place.topics
    sgsn, bss = await place.open("sgsn1"), await place.open("bss1")
    await sgsn.subscribe({topics.own_pdus("sgsn1"): 0})
    sent = [Envelope(number, number, "gb", bytes([number % 256]) * 800) for number in range(300)]
    sent.append(Envelope(300, 300, "gn", bytes(65535)))
    payloads = split(sent)
    for payload in payloads:
        await bss.publish(topics.pdu("sgsn1", "bss1"), payload)
    heard = await take(sgsn, len(payloads))
    assert [envelope for message in heard for envelope in unpack(message.payload)] == sent


async def test_unsubscribe(place: Place) -> None:
    """A mobile that leaves a cell hears it no longer, also after a reconnection."""
    topics = place.topics
    ms, bss = await place.open("ms1"), await place.open("bss1")
    old, new = topics.air("bss1", "c1"), topics.air("bss1", "c2")
    await ms.subscribe({old: 0, new: 0})
    await ms.unsubscribe([old])
    await bss.publish(old, b"page")
    await bss.publish(new, b"page")
    assert await take(ms, 1) == [Message(new, b"page")]
    await place.cut(ms)
    await bss.publish(old, b"again")
    await bss.publish(new, b"again")
    assert await take(ms, 1) == [Message(new, b"again")]


async def test_receive_ends(place: Place) -> None:
    """Receiving gives up when told to, a cancelled call takes nothing, and a closed bus says so once it is empty."""
    topics = place.topics
    sgsn, bss = await place.open("sgsn1"), await place.open("bss1")
    await sgsn.subscribe({topics.own_pdus("sgsn1"): 0})
    assert await sgsn.receive(wait=0.01) == []
    receiving = asyncio.create_task(sgsn.receive())
    await asyncio.sleep(0)
    receiving.cancel()
    assert isinstance((await asyncio.gather(receiving, return_exceptions=True))[0], asyncio.CancelledError)
    await bss.publish(topics.pdu("sgsn1", "bss1"), b"kept")
    await until(lambda: sgsn.waiting == 1)
    await sgsn.close()
    await sgsn.close()
    assert [message.payload for message in await sgsn.receive()] == [b"kept"]
    with pytest.raises(BusError, match="closed"):
        await sgsn.receive()
    with pytest.raises(BusError, match="closed"):
        await sgsn.publish(topics.command("sgsn1"), b"", qos=1)


async def test_fault_of_our_own(place: Place) -> None:
    """A programming error in what is said after a reconnection stops whoever receives."""

    async def wrong() -> None:
        raise ZeroDivisionError

    sgsn = await place.open("sgsn1", on_back=wrong)
    await place.away(sgsn)
    await place.admit(sgsn)
    with pytest.raises(ZeroDivisionError):
        await sgsn.receive()


async def test_acknowledgement_lost(mqtt: OverMqtt) -> None:
    """A command whose acknowledgement a breaking connection swallows is given again on the next one."""
    topics = mqtt.topics
    operator, sgsn = await mqtt.open("operator"), await mqtt.open("sgsn1")
    await sgsn.subscribe({topics.command("sgsn1"): 1})
    mqtt.relays[operator].hold()
    given = asyncio.create_task(operator.publish(topics.command("sgsn1"), b"inspect", qos=1))
    lost = asyncio.create_task(operator.publish(topics.pdu("sgsn1", "bss1"), b""))
    await lost  # in the socket, as far as anybody here knows
    assert not given.done()
    await mqtt.cut(operator)
    await given
    assert await take(sgsn, 1) == [Message(topics.command("sgsn1"), b"inspect")]


async def test_no_delay(mqtt: OverMqtt) -> None:
    """TCP_NODELAY is set, without which each acknowledgement waits 44 ms; also after a reconnection."""
    sgsn = await mqtt.open("sgsn1")
    await mqtt.cut(sgsn)
    assert isinstance(sgsn, MqttBus)
    assert sgsn._client is not None
    connection = sgsn._client._client.socket()
    assert isinstance(connection, socket.socket)
    assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_uvloop(embedded: EmbeddedBroker) -> None:
    """The same over uvloop, through two cuts."""

    async def run() -> None:
        place = over_embedded(embedded)
        try:
            await test_cut_twice(place)
            await test_acknowledgement_lost(place)
        finally:
            await place.end()

    uvloop.run(run())


async def test_broker_absent() -> None:
    """Where nothing listens, connecting fails in one line after its patience."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(BusError, match=rf"^no broker at mqtt://127\.0\.0\.1:{port} in 0\.05 s: .*refused"):
        await MqttBus(f"mqtt://127.0.0.1:{port}", "sgsn1", patience=0.05).connect()


async def test_broker_appears(embedded: EmbeddedBroker) -> None:
    """Who connects before the broker is there gets in as soon as it is."""
    url = BrokerUrl.parse(embedded.url)
    relay = Relay(url.host, url.port)
    await relay.listen()
    await relay.close()
    bus = MqttBus(BrokerUrl(url.host, relay.port), "sgsn1")
    connecting = asyncio.create_task(bus.connect())
    await until(lambda: "refused" in (bus.trouble or ""))
    await relay.listen()
    await connecting
    assert bus.connected
    assert bus.counters.reconnects == 0
    await bus.close()
    await relay.close()


async def test_broker_mute() -> None:
    """A broker that takes the connection and says nothing does not hold up who gives up on it."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        with pytest.raises(BusError, match=rf"^no broker at mqtt://127\.0\.0\.1:{port} in 0\.05 s"):
            await MqttBus(f"mqtt://127.0.0.1:{port}", "sgsn1", patience=0.05).connect()


@pytest.mark.parametrize(
    ("wanted", "topic", "matched"),
    [
        ("a/b", "a/b", True),
        ("a/+", "a/b", True),
        ("a/+", "a", False),
        ("a/+", "a/b/c", False),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("+/+", "a/b", True),
        ("+/b", "a/c", False),
        ("#", "a/b", True),
        ("#", "$SYS/b", False),
        ("+/b", "$SYS/b", False),
        ("a", "a/b", False),
        ("+", "", True),
        ("a/+/c", "a//c", True),
    ],
)
def test_matches(wanted: str, topic: str, matched: bool) -> None:
    """MQTT 3.1.1 4.7: the filters of the bus in memory."""
    assert matches(wanted, topic) is matched
