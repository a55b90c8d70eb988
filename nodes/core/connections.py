"""Connections of SCCP class 2 (Q.714 3): on the A interface each is the dedicated channel of a mobile.

Beneath the procedures: a user opens one or is given one that a peer opened, sends and receives octets on it, and
releases it. It hears of the end once, however that comes. What is sent before the peer has confirmed waits.
"""

from collections.abc import Callable
from typing import Any, Protocol

from nodes.core.clock import Running
from nodes.core.outputs import Interface, Name
from protocol import sccp
from protocol.errors import DecodeError
from protocol.sccp import Address, Cc, Cr, Cref, Dt1, LocalReference, RefusalCause, ReleaseCause, Rlc, Rlsd
from protocol.timers import X_CONNECTION, X_RELEASE, Timer

MOST = 65_536
"""How many connections a node has at a time."""

MOST_WAITING = 16
"""How many messages wait for the confirmation of a connection; more are discarded."""


class User(Protocol):
    """Who uses a connection."""

    def received(self, octets: bytes) -> None:
        """The peer has said this."""

    def released(self, why: str) -> None:
        """The connection is no more; told once, and not to who released it."""


class Connection:
    """One end of a connection with ``peer``."""

    __slots__ = ("_layer", "_running", "_sends", "_waiting", "local", "peer", "remote", "user")

    def __init__(self, layer: "Connections", local: LocalReference, peer: Name, user: User | None) -> None:
        self._layer = layer
        self.local = local
        self.peer = peer
        self.user = user
        self.remote: LocalReference | None = None
        self._running: Running | None = None
        self._sends = 0
        self._waiting: list[bytes] = []

    def send(self, octets: bytes) -> None:
        """Say this to the peer; ValueError for more than 255 octets."""
        if self.remote is not None:
            self._layer.send(self.peer, Dt1(destination=self.remote, payload=octets))
        elif len(self._waiting) < MOST_WAITING:
            self._waiting.append(octets)
        else:
            self._layer.discard(self.peer)

    def release(self) -> None:
        """Let the connection go; the user hears no more of it."""
        self.user = None
        if self.remote is None:
            return  # RLSD follows when the peer confirms (Q.714 3.2.3)
        self._release()

    # --- for the layer --------------------------------------------------------------------------------------------

    def confirm(self, remote: LocalReference) -> None:
        """The peer has accepted."""
        self.remote = remote
        self.stop()
        if self.user is None:
            self._release()
            return
        waiting, self._waiting = self._waiting, []
        for octets in waiting:
            self.send(octets)

    def await_confirmation(self) -> None:
        """Give the peer so long to answer."""
        self._running = self._layer.clock.start(X_CONNECTION, self)

    def lose(self, why: str) -> None:
        """The connection is no more."""
        self.stop()
        self._layer.forget(self)
        user, self.user = self.user, None
        if user is not None:
            user.released(why)

    def stop(self) -> None:
        """Stop the timer."""
        if self._running is not None:
            self._layer.clock.stop(self._running)
            self._running = None

    def expired(self, timer: Timer) -> None:
        """The peer has not confirmed the connection or its release."""
        self._running = None
        if timer is X_CONNECTION:
            self.lose("not confirmed")
        elif self._sends < timer.expiries:
            self._release()
        else:
            self._layer.forget(self)

    def _release(self) -> None:
        assert self.remote is not None
        self._sends += 1
        cause = ReleaseCause.SCCP_USER_ORIGINATED
        self._layer.send(self.peer, Rlsd(destination=self.remote, source=self.local, cause=cause))
        self.stop()
        self._running = self._layer.clock.start(X_RELEASE, self)


class Connections:
    """All connections of a node on one interface.

    ``accept(connection, octets)`` is asked about a connection that a peer opens with these octets, and returns its
    user, or None to refuse it. ``unitdata(peer, octets)`` takes what comes outside of connections.
    """

    def __init__(
        self,
        node: Any,
        interface: Interface,
        accept: Callable[[Connection, bytes], User | None],
        unitdata: Callable[[Name, bytes], None],
    ) -> None:
        self.clock = node.clock
        self._node = node
        self._interface = interface
        self._accept = accept
        self._unitdata = unitdata
        self._connections: dict[int, Connection] = {}
        self._last = node.rng.getrandbits(23)  # references of an earlier life are not used again at once

    def __len__(self) -> int:
        """How many connections there are."""
        return len(self._connections)

    def open(self, peer: Name, octets: bytes, user: User) -> Connection:
        """Open a connection with these first octets (at most 128, Q.713 3.16)."""
        connection = self._make(peer, user)
        self.send(peer, Cr(source=connection.local, called=BSSAP, payload=octets))
        connection.await_confirmation()
        return connection

    def tell(self, peer: Name, octets: bytes) -> None:
        """Say something outside of connections."""
        self.send(peer, sccp.Udt(called=BSSAP, calling=BSSAP, payload=octets))

    def send(self, peer: Name, message: sccp.SccpMessage) -> None:
        """Send a message of SCCP."""
        self._node.send(peer, self._interface, message.encode())

    def end_all(self, peer: Name, why: str) -> None:
        """All connections with a peer are no more: one end was reset."""
        for connection in [one for one in self._connections.values() if one.peer == peer]:
            connection.lose(why)

    def receive(self, peer: Name, pdu: bytes) -> None:
        """Take what a peer sends."""
        message = sccp.decode(pdu)
        match message:
            case Cr():
                self._take_request(peer, message)
            case sccp.Udt():
                self._unitdata(peer, message.payload)
            case Cc(destination=local) | Cref(destination=local) | Dt1(destination=local) | Rlsd(destination=local):
                connection = self._connections.get(local)
                self._take(peer, message, connection if connection is not None and connection.peer == peer else None)
            case Rlc(destination=local):
                connection = self._connections.get(local)
                if connection is not None and connection.peer == peer:
                    connection.lose("released")
            case _:
                raise DecodeError(f"{type(message).__name__} is not in use")

    def _take_request(self, peer: Name, request: Cr) -> None:
        """A peer opens a connection; what its user says at once goes behind the confirmation."""
        if len(self._connections) >= MOST:
            self.send(peer, Cref(destination=request.source, cause=RefusalCause.END_USER_CONGESTION))
            return
        connection = self._make(peer, None)
        connection.user = self._accept(connection, request.payload or b"")
        if connection.user is None:
            self.forget(connection)
            self.send(peer, Cref(destination=request.source, cause=RefusalCause.END_USER_ORIGINATED))
            return
        self.send(peer, Cc(destination=request.source, source=connection.local))
        connection.confirm(request.source)

    def _take(self, peer: Name, message: Cc | Cref | Dt1 | Rlsd, connection: Connection | None) -> None:
        """A message on a connection, or on one that is not known here (Q.714 3.8)."""
        match message:
            case Rlsd():
                self.send(peer, Rlc(destination=message.source, source=message.destination))
                if connection is not None:
                    connection.lose("released by the peer")
            case Cc() if connection is None:
                cause = ReleaseCause.INCONSISTENT_CONNECTION_DATA
                self.send(peer, Rlsd(destination=message.source, source=message.destination, cause=cause))
            case Cc() if connection is not None and connection.remote is None:
                connection.confirm(message.source)
            case Cref() if connection is not None:
                connection.lose(f"refused: {message.cause.words}")
            case Dt1(payload=octets) if connection is not None and connection.user is not None:
                connection.user.received(octets)
            case _:
                self._node.warn("sccp state", f"{type(message).__name__} from {peer} is not awaited")

    def _make(self, peer: Name, user: User | None) -> Connection:
        while True:
            self._last = self._last % 0xFFFFFE + 1
            if self._last not in self._connections:
                break
        connection = Connection(self, LocalReference(self._last), peer, user)
        self._connections[self._last] = connection
        return connection

    def discard(self, peer: Name) -> None:
        """Nothing more can wait for the confirmation of a connection."""
        self._node.warn("sccp waiting", f"discarded: {MOST_WAITING} messages wait for {peer} to confirm")

    def forget(self, connection: Connection) -> None:
        """A connection is no more."""
        self._connections.pop(connection.local, None)


BSSAP = Address(ssn=sccp.Ssn.BSSAP)
"""The subsystem on both sides of the A interface."""
