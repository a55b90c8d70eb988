"""The bus as the rest of gprslab sees it, whichever broker carries it.

An adapter supplies a connection and says when it came and went; everything that a user can rely on is here, so that
it is the same over MQTT and in memory:

- Messages wait in one bounded inbox. What does not fit is discarded and counted.
- Publishing at QoS 0 while the broker is away loses the message, as a real link does, and counts it.
- Publishing at QoS 1, subscribing and unsubscribing wait for the connection to come back, and repeat what a breaking
  connection left in doubt; they give up after ``patience`` seconds.
- Subscriptions outlive the connection; retained messages arrive again after each reconnection.
"""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Final, NamedTuple, Self, TypedDict

CAPACITY: Final = 4096
"""Messages that wait in an inbox, at most."""

PATIENCE: Final = 10.0
"""Seconds of real time to wait for a broker."""

OnLost = Callable[[str], None]
"""Told why, at once, when the connection is lost."""

OnBack = Callable[[], Awaitable[None]]
"""Awaited after each reconnection, with the subscriptions restored: the place to say again what the broker must know,
such as the status that the last will has overwritten. Cancelled where the connection is lost again meanwhile."""


class BusError(Exception):
    """The bus cannot do what was asked. Its text is the reason, in one line."""


class ConnectionLostError(BusError):
    """The connection broke while something was under way."""


class Message(NamedTuple):
    """What arrived."""

    topic: str
    payload: bytes


class Will(NamedTuple):
    """What the broker publishes when this client vanishes without a farewell."""

    topic: str
    payload: bytes
    qos: int = 1
    retain: bool = True


class Options(TypedDict, total=False):
    """What every bus can be given."""

    will: Will | None
    capacity: int
    patience: float
    on_lost: OnLost | None
    on_back: OnBack | None


@dataclass(slots=True)
class Counters:
    """What a bus has done since it was made, in messages."""

    published: int = 0
    """Handed to the broker; acknowledged, at QoS 1."""
    publish_failed: int = 0
    """Lost: the broker was away, or did not acknowledge."""
    received: int = 0
    """Put into the inbox."""
    discarded: int = 0
    """Arrived, but the inbox was full."""
    reconnects: int = 0
    """Connections after the first."""


class Bus(ABC):
    """One client's connection to the bus, used by one task as ``async with``, or with ``connect`` and ``close``."""

    def __init__(
        self,
        name: str,
        *,
        will: Will | None = None,
        capacity: int = CAPACITY,
        patience: float = PATIENCE,
        on_lost: OnLost | None = None,
        on_back: OnBack | None = None,
    ) -> None:
        self.name: Final = name
        self.will: Final = will
        self.capacity: Final = capacity
        self.patience: Final = patience
        self.counters: Final = Counters()
        self.trouble: str | None = "no answer yet"
        """Why there is no connection now; ``None`` while there is one."""
        self._on_lost: Final = on_lost
        self._on_back: Final = on_back
        self._filters: Final[dict[str, int]] = {}
        self._inbox: Final[deque[Message]] = deque()
        self._reader: asyncio.Future[None] | None = None
        self._up: Final = asyncio.Event()
        self._scopes: Final[set[asyncio.Timeout]] = set()
        self._back: asyncio.Task[None] | None = None
        self._fault: BaseException | None = None

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def connected(self) -> bool:
        """Whether there is a connection, with its subscriptions acknowledged."""
        return self._up.is_set()

    @property
    def waiting(self) -> int:
        """Messages in the inbox."""
        return len(self._inbox)

    @abstractmethod
    async def connect(self) -> None:
        """Connect, once. Raises :class:`BusError` where no broker lets us in within ``patience`` seconds."""

    @abstractmethod
    async def close(self) -> None:
        """Say farewell to the broker (no last will is published) and stop, within about a second. Idempotent."""

    async def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> None:
        """Hand ``payload`` to the broker; at QoS 1, also wait for its acknowledgement.

        At QoS 0 this never fails: what the broker did not get is counted as ``publish_failed``. At QoS 1 that raises
        :class:`BusError` as well; a message may then have arrived, and arrive twice where the connection broke.
        """
        try:
            if qos:
                await self._insist(lambda: self._send(topic, payload, qos, retain))
            else:
                await self._attempt(lambda: self._send(topic, payload, qos, retain))
        except BusError:
            self.counters.publish_failed += 1
            if qos:
                raise
        else:
            self.counters.published += 1

    async def subscribe(self, filters: Mapping[str, int]) -> None:
        """Receive what matches ``filters`` (filter to QoS), from the broker's acknowledgement, which this awaits, on.

        A broker may deliver a message once for each filter that matches, so filters should not overlap. Raises
        :class:`BusError` where the broker refuses one or does not answer; none of them is then kept.
        """
        await self._insist(lambda: self._take(filters))
        self._filters.update(filters)

    async def unsubscribe(self, filters: Collection[str]) -> None:
        """Receive no longer what matches ``filters``; awaits the acknowledgement, as :meth:`subscribe` does."""
        for topic in filters:
            self._filters.pop(topic, None)
        await self._insist(lambda: self._leave(filters))

    async def receive(self, most: int = 256, wait: float | None = None) -> list[Message]:
        """Wait for messages and take all that are ready, in order, ``most`` at most.

        With ``wait``, give up after so many seconds and answer with an empty list. A cancelled call takes nothing.
        Raises :class:`BusError` once the bus is closed and its inbox empty, and the fault itself where ``on_back``
        failed for a reason of our own.
        """
        if not self._inbox and self._fault is None:
            await self._arrival(wait)
        if self._inbox:
            await self._gather(most)
        elif self._fault is not None:
            raise self._fault
        return [self._inbox.popleft() for _ in range(min(most, len(self._inbox)))]

    async def _arrival(self, wait: float | None) -> None:
        """Wait until the inbox is no longer empty, or ``wait`` seconds, or until there is a fault."""
        assert self._reader is None, "one task receives"
        loop = asyncio.get_running_loop()
        self._reader = loop.create_future()
        alarm = None if wait is None else loop.call_later(wait, self._wake)
        try:
            await self._reader
        finally:
            self._reader = None
            if alarm is not None:
                alarm.cancel()

    async def _gather(self, most: int) -> None:
        """Let the loop bring what else has arrived: an adapter may take one packet from its socket per turn of it."""
        quiet = 0
        while quiet < 2 and len(self._inbox) < most:
            before = len(self._inbox)
            await asyncio.sleep(0)
            quiet = quiet + 1 if len(self._inbox) == before else 0

    async def _attempt(self, act: Callable[[], Awaitable[None]]) -> None:
        """Act on the present connection, until it is lost."""
        if not self._up.is_set():
            raise ConnectionLostError("the broker is away")
        try:
            async with asyncio.timeout(None) as scope:
                await self._within(scope, act)
        except TimeoutError:
            raise ConnectionLostError("the connection was lost") from None

    async def _insist(self, act: Callable[[], Awaitable[None]]) -> None:
        """Act on the connection, and again on the next one where it breaks, for ``patience`` seconds."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.patience
        while self._fault is None:
            try:
                async with asyncio.timeout_at(deadline) as scope:
                    await self._within(scope, act)
                    return
            except (TimeoutError, ConnectionLostError):
                if loop.time() >= deadline:
                    why = self.trouble or "it does not answer"
                    raise BusError(f"no broker for {self.patience:g} s: {why}") from None
                # The adapter may need a turn of the loop to notice what this call has noticed already.
                await asyncio.sleep(0.001)
        raise BusError(f"the bus has ended: {self._fault}")

    async def _within(self, scope: asyncio.Timeout, act: Callable[[], Awaitable[None]]) -> None:
        """Act once there is a connection, in a scope that ends when the connection does."""
        self._scopes.add(scope)
        try:
            await self._up.wait()
            await act()
        finally:
            self._scopes.discard(scope)

    # What an adapter supplies: each acts on the present connection, and raises ConnectionLostError where that broke.

    @abstractmethod
    async def _send(self, topic: str, payload: bytes, qos: int, retain: bool) -> None: ...

    @abstractmethod
    async def _take(self, filters: Mapping[str, int]) -> None: ...

    @abstractmethod
    async def _leave(self, filters: Collection[str]) -> None: ...

    # What an adapter tells.

    def _arrived(self, topic: str, payload: bytes) -> None:
        """Say that a message arrived."""
        if len(self._inbox) >= self.capacity:
            self.counters.discarded += 1
            return
        self.counters.received += 1
        self._inbox.append(Message(topic, payload))
        self._wake()

    def _came(self) -> None:
        """Say that a connection stands and its subscriptions are acknowledged."""
        self._up.set()
        self.trouble = None

    def _returned(self) -> None:
        """Say the same of a connection that is not the first."""
        self._came()
        self.counters.reconnects += 1
        if self._on_back is not None:
            self._back = asyncio.create_task(self._say_again(self._on_back), name=f"{self.name}: back on the bus")

    def _went(self, why: str) -> None:
        """Say that the connection is lost."""
        self._up.clear()
        self.trouble = why
        self._interrupt()
        if self._on_lost is not None:
            self._on_lost(why)

    def _ended(self, fault: BaseException) -> None:
        """Say that nothing more will come, and why: :meth:`receive` raises it."""
        self._fault = self._fault or fault
        self._up.clear()
        self._interrupt()
        self._wake()

    def _interrupt(self) -> None:
        """End whatever was under way on the connection."""
        now = asyncio.get_running_loop().time()
        for scope in self._scopes:
            if not scope.expired():
                scope.reschedule(now)
        if self._back is not None:
            self._back.cancel()

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    async def _say_again(self, on_back: OnBack) -> None:
        try:
            await on_back()
        except BusError:
            pass  # the connection is lost again, and the next one calls again
        except Exception as fault:  # noqa: BLE001 - a fault of our own stops whoever receives
            self._ended(fault)
