"""Connections of SCCP class 2 (Q.714 3): on the A interface each is the dedicated channel of a mobile.

Beneath the procedures: a user opens one or is given one that a peer opened, sends and receives octets on it, and
releases it. It hears of the end once, however that comes. What is sent before the peer has confirmed waits.

Both ends watch an idle connection (3.4): one that has nothing to say says IT after T(ias), and one that has heard
nothing for T(iar) releases it. So a lost RLSD, or a peer that has died without a word, leaves no stale connection.
"""

from collections.abc import Callable
from typing import Any, Protocol

from nodes.core.clock import Running
from nodes.core.outputs import Interface, Name
from protocol import sccp
from protocol.errors import DecodeError
from protocol.sccp import (
    Address,
    Cc,
    Cr,
    Cref,
    Dt1,
    Err,
    ErrorCause,
    It,
    LocalReference,
    ProtocolClass,
    RefusalCause,
    ReleaseCause,
    Rlc,
    Rlsd,
    SequencingSegmenting,
)
from protocol.timers import T_IAR, T_IAS, X_CONNECTION, X_RELEASE, Timer

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

    __slots__ = (
        "_cause",
        "_hearing",
        "_layer",
        "_running",
        "_saying",
        "_sends",
        "_waiting",
        "local",
        "peer",
        "remote",
        "user",
    )

    def __init__(self, layer: "Connections", local: LocalReference, peer: Name, user: User | None) -> None:
        self._layer = layer
        self.local = local
        self.peer = peer
        self.user = user
        self.remote: LocalReference | None = None
        self._running: Running | None = None
        self._saying: Running | None = None
        self._hearing: Running | None = None
        self._sends = 0
        self._cause = ReleaseCause.SCCP_USER_ORIGINATED
        self._waiting: list[bytes] = []

    def send(self, octets: bytes) -> None:
        """Say this to the peer; ValueError for more than 255 octets."""
        if self.remote is not None:
            self._layer.send(self.peer, Dt1(destination=self.remote, payload=octets))
            self._say_later()
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
        self._say_later()
        self.heard()
        waiting, self._waiting = self._waiting, []
        for octets in waiting:
            self.send(octets)

    def await_confirmation(self) -> None:
        """Give the peer so long to answer."""
        self._running = self._layer.clock.start(X_CONNECTION, self)

    @property
    def is_open(self) -> bool:
        """True from the confirmation to the release."""
        return self._hearing is not None

    def heard(self) -> None:
        """The peer has said something on it: it is there."""
        self._stop(self._hearing)
        self._hearing = self._layer.clock.start(T_IAR, self)

    def give_up(self, cause: ReleaseCause, why: str) -> None:
        """The connection is of no use any more: both the user and the peer are told."""
        user, self.user, self._cause = self.user, None, cause
        self._release()
        if user is not None:
            user.released(why)

    def lose(self, why: str) -> None:
        """The connection is no more."""
        self.stop()
        self._layer.forget(self)
        user, self.user = self.user, None
        if user is not None:
            user.released(why)

    def stop(self) -> None:
        """Stop the timers."""
        for running in (self._running, self._saying, self._hearing):
            self._stop(running)
        self._running = self._saying = self._hearing = None

    def expired(self, timer: Timer) -> None:
        """The peer has not confirmed the connection or its release; or one side has been silent for long."""
        if timer is T_IAS:
            assert self.remote is not None
            self._saying = None
            self._layer.send(self.peer, make_test(self.remote, self.local))
            self._say_later()
        elif timer is T_IAR:
            self._hearing = None
            self.give_up(ReleaseCause.EXPIRATION_OF_RECEIVE_INACTIVITY_TIMER, "the peer is silent")
        elif timer is X_CONNECTION:
            self._running = None
            self.lose("not confirmed")
        else:
            self._running = None
            if self._sends < timer.expiries:
                self._release()
            else:
                self._layer.forget(self)

    def _say_later(self) -> None:
        """Something was said: IT is due T(ias) from now."""
        self._stop(self._saying)
        self._saying = self._layer.clock.start(T_IAS, self)

    def _stop(self, running: Running | None) -> None:
        if running is not None:
            self._layer.clock.stop(running)

    def _release(self) -> None:
        assert self.remote is not None
        self._sends += 1
        self._layer.send(self.peer, Rlsd(destination=self.remote, source=self.local, cause=self._cause))
        self.stop()
        self._running = self._layer.clock.start(X_RELEASE, self)


def make_test(remote: LocalReference, local: LocalReference) -> It:
    """IT; what it tells of sequence numbers and credit is of class 3 alone (Q.713 4.17)."""
    return It(
        destination=remote,
        source=local,
        protocol_class=ProtocolClass.CLASS_2,
        sequencing=SequencingSegmenting(),
        credit=0,
    )


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
            case Cc() | Cref() | Dt1() | Rlsd() | Rlc() | It() | Err():
                connection = self._connections.get(message.destination)
                self._take(peer, message, connection if connection is not None and connection.peer == peer else None)
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

    def _take(
        self, peer: Name, message: Cc | Cref | Dt1 | Rlsd | Rlc | It | Err, connection: Connection | None
    ) -> None:
        """A message on a connection, or on one that is not known here (Q.714 3.8, table B.2)."""
        if connection is None:
            self._answer_unassigned(peer, message)
            return
        match message:
            case Rlsd():
                self.send(peer, Rlc(destination=message.source, source=message.destination))
                connection.lose("released by the peer")
            case Rlc():
                connection.lose("released")
            case Cref():
                connection.lose(f"refused: {message.cause.words}")
            case Cc() if connection.remote is None:
                connection.confirm(message.source)
            case Dt1(payload=octets) if connection.is_open and connection.user is not None:
                connection.heard()
                connection.user.received(octets)
            case It() if connection.is_open:
                self._take_test(message, connection)
            case Err() if connection.is_open:
                connection.give_up(ReleaseCause.REMOTE_PROCEDURE_ERROR, f"error: {message.cause.words}")
            case _:
                self._node.warn("sccp state", f"{type(message).__name__} from {peer} is not awaited")

    def _take_test(self, test: It, connection: Connection) -> None:
        """The peer is there, and means this connection; else it is of no use (3.4)."""
        if (test.source, test.protocol_class) == (connection.remote, ProtocolClass.CLASS_2):
            connection.heard()
        else:
            connection.give_up(ReleaseCause.INCONSISTENT_CONNECTION_DATA, "the peer means another connection")

    def _answer_unassigned(self, peer: Name, message: Cc | Cref | Dt1 | Rlsd | Rlc | It | Err) -> None:
        """What the peer takes for a connection is none here: it learns so where it waits for something (table B.2)."""
        if isinstance(message, Rlsd):
            self.send(peer, Rlc(destination=message.source, source=message.destination))
        elif isinstance(message, Cc | It):
            cause = ErrorCause.UNASSIGNED_DESTINATION_LOCAL_REFERENCE
            self.send(peer, Err(destination=message.source, cause=cause))
        elif not isinstance(message, Rlc):
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
