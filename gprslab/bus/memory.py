"""The bus in memory: a broker without processes or sockets, for one event loop.

It keeps what the bus promises (wildcards, retained messages, last wills, order), delivers at once, and knows neither
users nor QoS.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Final, Unpack

from gprslab.bus.bus import Bus, BusError, ConnectionLostError, Options


class MemoryBroker:
    """What its buses share: who is connected, and the retained messages. It runs from the start."""

    def __init__(self) -> None:
        self.running = True
        """Whether it lets anybody in."""
        self.members: Final[dict[MemoryBus, None]] = {}
        """The buses that have connected, in that order, and not closed."""
        self.retained: Final[dict[str, bytes]] = {}
        """The retained messages by topic."""

    def stop(self) -> None:
        """Break every connection, without wills, and let nobody in."""
        self.running = False
        for member in list(self.members):
            member.drop("the broker has stopped")

    def start(self) -> None:
        """Let everybody in again."""
        self.running = True
        for member in list(self.members):
            member.restore()

    def publish(self, topic: str, payload: bytes, *, retain: bool) -> None:
        """Hand a message to everybody who is connected and wants it; retain it, or forget it where it is empty."""
        if retain and payload:
            self.retained[topic] = payload
        elif retain:
            self.retained.pop(topic, None)
        for member in list(self.members):
            member.offer(topic, payload)


class MemoryBus(Bus):
    """A client of ``broker``."""

    def __init__(self, broker: MemoryBroker, name: str, **options: Unpack[Options]) -> None:
        super().__init__(name, **options)
        self._broker: Final = broker

    async def connect(self) -> None:
        """Connect, once. Raises :class:`BusError` where the broker does not run."""
        if not self._broker.running:
            raise BusError("the broker does not run")
        self._broker.members[self] = None
        self._came()

    async def close(self) -> None:
        """Leave the broker; no last will is published. Idempotent."""
        self._broker.members.pop(self, None)
        self._ended(BusError("closed"))

    def drop(self, why: str = "the connection was cut") -> None:
        """Break the connection as a fault would: the broker publishes the last will."""
        if not self.connected:
            return
        self._went(why)
        if self.will is not None and self._broker.running:
            self._broker.publish(self.will.topic, self.will.payload, retain=self.will.retain)

    def restore(self) -> None:
        """Mend a broken connection."""
        if self.connected or not self._broker.running:
            return
        self._returned()
        self._recall(self._filters)

    def offer(self, topic: str, payload: bytes) -> None:
        """Receive a message where connected and subscribed to it."""
        if self.connected and _wanted(self._filters, topic):
            self._arrived(topic, payload)

    def _recall(self, filters: Collection[str]) -> None:
        for topic, payload in self._broker.retained.items():
            if _wanted(filters, topic):
                self._arrived(topic, payload)

    async def _send(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:
        if not self.connected:
            raise ConnectionLostError("the broker is away")
        self._broker.publish(topic, payload, retain=retain)

    async def _take(self, filters: Mapping[str, int]) -> None:
        self._recall(filters)

    async def _leave(self, filters: Collection[str]) -> None:
        """Nothing to do: what is delivered follows the filters."""


def _wanted(filters: Iterable[str], topic: str) -> bool:
    return any(matches(wanted, topic) for wanted in filters)


def matches(wanted: str, topic: str) -> bool:
    """Whether the filter ``wanted`` matches ``topic``: ``+`` one level, ``#`` all from there on (MQTT 3.1.1, 4.7)."""
    if topic.startswith("$") and wanted[:1] in {"+", "#"}:
        return False
    levels = topic.split("/")
    for at, level in enumerate(wanted.split("/")):
        if level == "#":
            return True
        if at == len(levels) or level not in {"+", levels[at]}:
            return False
    return wanted.count("/") == topic.count("/")
