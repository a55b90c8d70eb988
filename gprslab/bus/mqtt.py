"""The bus over an MQTT 3.1.1 broker, by aiomqtt.

What aiomqtt needs to be told, all of it measured:

- TCP_NODELAY, which paho never sets: without it each acknowledgement costs 44 ms.
- A new client for every connection: one that is used again stops publishing at QoS 1 after its second reconnection.
- Where messages go: iterating over ``Client.messages`` makes a task for each of them, so a queue of ours passes them
  straight to the bounded inbox.
"""

import asyncio
import contextlib
import logging
import math
import os
import random
import secrets
import socket
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self, Unpack
from urllib.parse import parse_qs, unquote, urlsplit

import aiomqtt

from gprslab.bus.bus import Bus, BusError, ConnectionLostError, Options

PASSWORD_VARIABLE: Final = "GPRSLAB_MQTT_PASSWORD"  # noqa: S105 - the name of the variable
"""Environment variable with the password, where the URL names none."""

KEEPALIVE: Final = 10
"""Seconds between signs of life; a broker publishes the last will of a client silent for one and a half times that."""

SHORTEST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 5.0
"""Seconds between two attempts to reconnect: doubled from the shortest to the longest, each less a random part."""

ANSWER: Final = 5.0
FAREWELL: Final = 1.0
"""Seconds to wait for a broker's answer when a connection is made, and when it is ended."""

_SILENT: Final = logging.getLogger(__name__)
_SILENT.setLevel(logging.CRITICAL + 1)
"""For paho, which logs as its own error what ``trouble`` and ``on_lost`` tell."""

_REFUSED: Final = {"Bad user name or password", "Not authorized", "Client identifier not valid"}
_FORM: Final = "expected mqtt://[user[:password]@]host[:port][?password_file=PATH]"


class BadUrlError(ValueError):
    """A broker URL is not one. Its text is the reason, in one line without the password."""


@dataclass(frozen=True, slots=True)
class BrokerUrl:
    """Where a broker is and who we are to it: ``mqtt://[user[:password]@]host[:port][?password_file=PATH]``.

    ``PATH`` is a file with the password, or a folder with one such file per user, named as the user.
    """

    host: str
    port: int = 1883
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    password_file: Path | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a URL. Raises :class:`BadUrlError`."""
        try:
            url = urlsplit(text)
            port = url.port
        except ValueError:
            raise BadUrlError(f"broker URL: no valid host and port; {_FORM}") from None
        if url.scheme != "mqtt":
            raise BadUrlError(f"broker URL: scheme {url.scheme!r}; {_FORM}")
        if not url.hostname:
            raise BadUrlError(f"broker URL: no host; {_FORM}")
        if url.path not in {"", "/"} or url.fragment:
            raise BadUrlError(f"broker URL: something after host and port; {_FORM}")
        query = parse_qs(url.query, keep_blank_values=True)
        files = query.pop("password_file", [])
        if query or len(files) > 1 or not all(files):
            raise BadUrlError(f"broker URL: a query other than one password_file; {_FORM}")
        return cls(
            url.hostname,
            1883 if port is None else port,
            unquote(url.username) if url.username else None,
            unquote(url.password) if url.password else None,
            Path(files[0]) if files else None,
        )

    def __str__(self) -> str:
        """Print the URL without its password."""
        user = f"{self.user}@" if self.user else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"mqtt://{user}{host}:{self.port}"

    def login(self, name: str) -> tuple[str | None, str | None]:
        """User and password with which the client ``name`` presents itself.

        The password is that of the URL, else of the file, else of ``GPRSLAB_MQTT_PASSWORD``; where there is one
        but no user in the URL, the user is ``name``. Raises :class:`BusError` where the file cannot be read.
        """
        user = self.user or name
        password = self.password
        if password is None and self.password_file is not None:
            file = self.password_file / user if self.password_file.is_dir() else self.password_file
            try:
                password = file.read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise BusError(f"password of {user}: {error}") from None
        if password is None:
            password = os.environ.get(PASSWORD_VARIABLE)
        return (self.user, None) if password is None else (user, password)


class MqttBus(Bus):
    """The bus over the broker at ``url``, as the client ``name`` (and, by default, as the user of that name)."""

    def __init__(self, url: BrokerUrl | str, name: str, **options: Unpack[Options]) -> None:
        super().__init__(name, **options)
        self.url: Final = BrokerUrl.parse(url) if isinstance(url, str) else url
        self._identifier: Final = f"{name}-{secrets.token_hex(4)}"
        self._client: aiomqtt.Client | None = None
        self._owner: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Connect, once; an absent broker is tried again for ``patience`` seconds. Raises :class:`BusError`."""
        assert self._owner is None, "connects once"
        first: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._owner = asyncio.create_task(self._live(first), name=f"{self.name}: connection to {self.url}")
        try:
            async with asyncio.timeout(self.patience):
                await first
        except TimeoutError:
            await self.close()
            raise BusError(f"no broker at {self.url} in {self.patience:g} s: {self.trouble}") from None
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Say farewell to the broker and stop, within about a second. Idempotent."""
        self._ended(BusError("closed"))
        if self._owner is not None:
            self._owner.cancel()
            await asyncio.wait({self._owner})

    async def _live(self, first: asyncio.Future[None]) -> None:
        """Own the connections, one after another, until cancelled; ``first`` is told how the first one went."""
        loop = asyncio.get_running_loop()
        pause = SHORTEST_PAUSE
        while True:
            since = loop.time()
            try:
                await self._one_connection(first)
            except (aiomqtt.MqttError, BusError) as error:
                why = _reason(error)
                if not first.done() and (isinstance(error, BusError) or why in _REFUSED):
                    first.set_exception(BusError(f"{self.url}: {why}"))
                    return
            except Exception as fault:  # noqa: BLE001 - a fault of our own reaches whoever connects or receives
                if not first.done():
                    first.set_exception(fault)
                self._ended(fault)
                return
            if self.connected:
                self._went(why)
            self.trouble = why
            steady = loop.time() - since > LONGEST_PAUSE
            pause = SHORTEST_PAUSE if steady else min(2 * pause, LONGEST_PAUSE)
            await asyncio.sleep(pause * random.uniform(0.5, 1))

    async def _one_connection(self, first: asyncio.Future[None]) -> None:
        """Connect with a new client and stay until that connection ends, which raises why."""
        client = self._make_client()
        await _enter(client)
        greeting = asyncio.ensure_future(self._greet(client, first))
        # The client's own queue stays empty, so that this ends only when the connection does.
        end = asyncio.ensure_future(anext(client.messages))
        try:
            done, _ = await asyncio.wait({greeting, end}, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            self._client = None
            greeting.cancel()
            end.cancel()
            await _leave(client)

    async def _greet(self, client: aiomqtt.Client, first: asyncio.Future[None]) -> None:
        """Restore the subscriptions, then say that the connection is there."""
        if self._filters:
            await _subscribe(client, self._filters)
        self._client = client
        if first.done():
            self._returned()
        else:
            self._came()
            first.set_result(None)

    def _make_client(self) -> aiomqtt.Client:
        user, password = self.url.login(self.name)
        will = self.will
        return aiomqtt.Client(
            self.url.host,
            self.url.port,
            username=user,
            password=password,
            logger=_SILENT,
            identifier=self._identifier,
            queue_type=_inbox(self._arrived),
            will=None if will is None else aiomqtt.Will(will.topic, will.payload, will.qos, will.retain),
            clean_session=True,
            timeout=ANSWER,
            keepalive=KEEPALIVE,
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        )

    async def _send(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:
        await self._call(lambda client: client.publish(topic, payload, qos, retain, timeout=math.inf))

    async def _take(self, filters: Mapping[str, int]) -> None:
        await self._call(lambda client: _subscribe(client, filters))

    async def _leave(self, filters: Collection[str]) -> None:
        await self._call(lambda client: client.unsubscribe(list(filters), timeout=math.inf))

    async def _call(self, act: Callable[[aiomqtt.Client], Awaitable[None]]) -> None:
        if self._client is None:
            raise ConnectionLostError("the broker is away")
        try:
            await act(self._client)
        except aiomqtt.MqttError as error:
            raise ConnectionLostError(_reason(error)) from None


async def _enter(client: aiomqtt.Client) -> None:
    """Connect. A cancelled call waits a moment first: paho connects in a thread, which would connect all the same."""
    entering = asyncio.ensure_future(client.__aenter__())
    try:
        await asyncio.shield(entering)
    except asyncio.CancelledError:
        await asyncio.wait({entering}, timeout=FAREWELL)
        if not entering.done():
            entering.add_done_callback(lambda late: late.cancelled() or late.exception())  # nobody will ask
        elif entering.exception() is None:
            await _leave(client)
        raise


async def _leave(client: aiomqtt.Client) -> None:
    """Disconnect, as well as it goes."""
    client.timeout = FAREWELL
    with contextlib.suppress(aiomqtt.MqttError):
        await client.__aexit__(None, None, None)


async def _subscribe(client: aiomqtt.Client, filters: Mapping[str, int]) -> None:
    codes = await client.subscribe(list(filters.items()))
    for topic, code in zip(filters, codes, strict=True):
        if getattr(code, "value", code) == 0x80:
            raise BusError(f"the broker refuses the subscription to {topic}")


def _inbox(arrived: Callable[[str, bytes], None]) -> type[asyncio.Queue[aiomqtt.Message]]:
    """Make a queue that holds nothing: it passes what a client puts into it on to ``arrived``."""

    class Inbox(asyncio.Queue[aiomqtt.Message]):
        def put_nowait(self, item: aiomqtt.Message) -> None:
            arrived(item.topic.value, item.payload)

    return Inbox


def _reason(error: Exception) -> str:
    """Why, in one line, as far as aiomqtt tells."""
    cause = error.__cause__ or error
    code = getattr(cause, "rc", None)
    why = str(cause) if code is None or isinstance(code, int) else str(code)
    return "the connection broke" if why == "Unspecified error" else why
