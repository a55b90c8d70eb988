"""SCCP connections between two nodes (Q.714 3): opened, used, refused, released, lost."""

from collections import deque
from random import Random
from typing import Any

import pytest

from nodes.core.clock import Clock
from nodes.core.connections import BSSAP, MOST_WAITING, Connection, Connections, make_test
from protocol import sccp
from protocol.errors import DecodeError
from protocol.timers import SECOND, T_IAR, T_IAS, X_CONNECTION, X_RELEASE


class End:
    """A node with one interface, and a user of its connections that keeps what it hears."""

    def __init__(self, name: str, air: deque[tuple[str, str, bytes]], *, accepts: bool = True) -> None:
        self.name = name
        self.clock = Clock({})
        self.rng = Random(name)
        self.warnings: list[str] = []
        self.heard: list[bytes] = []
        self.why: list[str] = []
        self.greeting = b""
        self.accepted: list[Connection] = []
        self._air = air
        self._accepts = accepts
        self.connections = Connections(self, "a", self.accept, lambda _, octets: self.heard.append(octets))

    def send(self, to: str, interface: str, pdu: bytes, meta: Any = None) -> None:
        """Put a PDU on its way."""
        assert (interface, meta) == ("a", None)
        self._air.append((self.name, to, pdu))

    def warn(self, kind: str, text: str) -> None:
        """Keep a warning."""
        self.warnings.append(f"{kind}: {text}")

    def accept(self, connection: Connection, octets: bytes) -> "End | None":
        """Take a connection that the peer opens."""
        self.heard.append(octets)
        if not self._accepts:
            return None
        self.accepted.append(connection)
        if self.greeting:
            connection.send(self.greeting)
        return self

    def received(self, octets: bytes) -> None:
        """Hear something."""
        self.heard.append(octets)

    def released(self, why: str) -> None:
        """Hear of the end."""
        self.why.append(why)

    def wait(self, us: int) -> None:
        """Let time pass."""
        self.clock.now += us
        self.clock.expire()


class Pair:
    """Two ends; :meth:`settle` delivers all that is under way."""

    def __init__(self, *, accepts: bool = True) -> None:
        self.air: deque[tuple[str, str, bytes]] = deque()
        self.bss = End("bss1", self.air)
        self.vlr = End("vlr1", self.air, accepts=accepts)
        self.said: list[str] = []

    def settle(self, *, lose: type | None = None) -> None:
        """Deliver; messages of a class may be lost."""
        ends = {"bss1": self.bss, "vlr1": self.vlr}
        while self.air:
            sender, receiver, pdu = self.air.popleft()
            message = sccp.decode(pdu)
            self.said.append(type(message).__name__)
            if lose is None or not isinstance(message, lose):
                ends[receiver].connections.receive(sender, pdu)


@pytest.fixture
def pair() -> Pair:
    """Two ends that accept."""
    return Pair()


def test_a_connection_from_its_beginning_to_its_end(pair: Pair) -> None:
    """Q.714 3.1 to 3.3: what is said before the confirmation waits, and the peer's greeting follows CC."""
    pair.vlr.greeting = b"welcome"
    connection = pair.bss.connections.open("vlr1", b"first", pair.bss)
    connection.send(b"second")
    pair.settle()
    assert (pair.vlr.heard, pair.bss.heard) == ([b"first", b"second"], [b"welcome"])
    assert pair.said == ["Cr", "Cc", "Dt1", "Dt1"]
    pair.vlr.accepted[0].release()
    pair.settle()
    assert pair.said[4:] == ["Rlsd", "Rlc"]
    assert (pair.bss.why, pair.vlr.why) == (["released by the peer"], [])
    assert len(pair.bss.connections) == len(pair.vlr.connections) == 0
    assert pair.bss.clock.next() is pair.vlr.clock.next() is None


def test_a_connection_that_is_refused() -> None:
    """Q.714 3.2.2: CREF ends it."""
    pair = Pair(accepts=False)
    pair.bss.connections.open("vlr1", b"first", pair.bss)
    pair.settle()
    assert pair.said == ["Cr", "Cref"]
    assert pair.bss.why == ["refused: End user originated"]
    assert len(pair.bss.connections) == len(pair.vlr.connections) == 0


def test_a_connection_that_is_not_confirmed(pair: Pair) -> None:
    """T(conn est): the user is told; a confirmation that comes later is released again."""
    pair.bss.connections.open("vlr1", b"first", pair.bss)
    pair.settle(lose=sccp.Cc)
    pair.bss.wait(X_CONNECTION.duration)
    assert pair.bss.why == ["not confirmed"]
    late = sccp.Cc(destination=sccp.LocalReference(77), source=sccp.LocalReference(5))
    pair.bss.connections.receive("vlr1", late.encode())
    cause = sccp.ErrorCause.UNASSIGNED_DESTINATION_LOCAL_REFERENCE
    assert sccp.decode(pair.air.pop()[2]) == sccp.Err(destination=sccp.LocalReference(5), cause=cause)


def test_too_much_waits_for_the_confirmation(pair: Pair) -> None:
    """A user that goes on talking to a silent peer fills no memory: what is too much is discarded, and told."""
    connection = pair.bss.connections.open("vlr1", b"first", pair.bss)
    for number in range(100):
        connection.send(bytes((number,)))
    assert len(pair.bss.warnings) == 100 - MOST_WAITING
    pair.settle()
    assert pair.vlr.heard == [b"first", *(bytes((number,)) for number in range(MOST_WAITING))]


def test_a_connection_released_before_it_is_confirmed(pair: Pair) -> None:
    """RLSD follows the confirmation; the user hears nothing more."""
    connection = pair.bss.connections.open("vlr1", b"first", pair.bss)
    connection.release()
    pair.settle()
    assert pair.said == ["Cr", "Cc", "Rlsd", "Rlc"]
    assert pair.bss.why == []
    assert pair.vlr.why == ["released by the peer"]


def test_a_release_that_is_not_confirmed(pair: Pair) -> None:
    """T(rel) and T(int): RLSD is repeated, and in the end the reference is free."""
    connection = pair.bss.connections.open("vlr1", b"first", pair.bss)
    pair.settle()
    connection.release()
    for _ in range(X_RELEASE.expiries):
        pair.settle(lose=sccp.Rlsd)
        pair.bss.wait(X_RELEASE.duration)
    assert pair.said.count("Rlsd") == X_RELEASE.expiries
    assert len(pair.bss.connections) == 0
    assert len(pair.vlr.connections) == 1


def test_a_reset_ends_all_connections(pair: Pair) -> None:
    """48.008 3.1.4: both sides forget; what comes on an old connection is not awaited."""
    pair.bss.connections.open("vlr1", b"first", pair.bss)
    pair.settle()
    pair.vlr.connections.end_all("bss1", "reset")
    assert pair.vlr.why == ["reset"]
    data = sccp.Dt1(destination=pair.vlr.accepted[0].local, payload=b"lost")
    pair.vlr.connections.receive("bss1", data.encode())
    assert pair.vlr.warnings == ["sccp state: Dt1 from bss1 is not awaited"]
    release = sccp.Rlsd(
        destination=sccp.LocalReference(9), source=sccp.LocalReference(8), cause=sccp.ReleaseCause.UNQUALIFIED
    )
    pair.vlr.connections.receive("bss1", release.encode())
    answer = sccp.decode(pair.air.pop()[2])
    assert answer == sccp.Rlc(destination=sccp.LocalReference(8), source=sccp.LocalReference(9))


def test_a_reference_is_its_peers_alone(pair: Pair) -> None:
    """Another node cannot speak on a connection, nor end it."""
    connection = pair.bss.connections.open("vlr1", b"first", pair.bss)
    pair.settle()
    local = connection.local
    pair.bss.connections.receive("vlr9", sccp.Dt1(destination=local, payload=b"x").encode())
    pair.bss.connections.receive("vlr9", sccp.Rlc(destination=local, source=sccp.LocalReference(1)).encode())
    assert pair.bss.heard == []
    assert len(pair.bss.connections) == 1


def test_a_release_that_is_lost_leaves_nothing(pair: Pair) -> None:
    """Q.714 3.4, 3.8: the side that knows of no release tests the connection at T(ias), and learns the truth."""
    connection = pair.bss.connections.open("vlr1", b"first", pair.bss)
    pair.settle()
    connection.release()
    for _ in range(X_RELEASE.expiries):
        pair.settle(lose=sccp.Rlsd)
        pair.bss.wait(X_RELEASE.duration)
    pair.vlr.wait(T_IAS.duration)
    pair.settle()
    assert pair.said[-4:] == ["It", "Err", "Rlsd", "Rlc"]
    assert pair.vlr.why == ["error: Unassigned destination local reference"]
    assert len(pair.bss.connections) == len(pair.vlr.connections) == 0
    assert pair.bss.clock.next() is pair.vlr.clock.next() is None


def test_an_idle_connection_stays(pair: Pair) -> None:
    """Q.714 3.4: IT after T(ias) says that a connection is there, for hours if need be."""
    pair.bss.connections.open("vlr1", b"first", pair.bss)
    pair.settle()
    for _ in range(30):
        for end in (pair.bss, pair.vlr):
            end.wait(T_IAS.duration)
        pair.settle()
    assert pair.said == ["Cr", "Cc", *["It"] * 60]
    assert len(pair.bss.connections) == len(pair.vlr.connections) == 1
    assert pair.bss.why == pair.vlr.why == []


def test_an_idle_connection_of_a_dead_peer(pair: Pair) -> None:
    """Q.714 3.4: nothing comes any more: the user is told, RLSD repeated, the reference freed."""
    pair.bss.connections.open("vlr1", b"first", pair.bss)
    pair.settle()
    pair.bss.wait(T_IAR.duration)
    for _ in range(X_RELEASE.expiries):
        pair.bss.wait(X_RELEASE.duration)
    assert pair.bss.why == ["the peer is silent"]
    assert len(pair.bss.connections) == 0
    causes = [message.cause for _, _, pdu in pair.air if isinstance(message := sccp.decode(pdu), sccp.Rlsd)]
    assert causes == [sccp.ReleaseCause.EXPIRATION_OF_RECEIVE_INACTIVITY_TIMER] * X_RELEASE.expiries


def test_an_idle_connection_that_the_peer_has_forgotten(pair: Pair) -> None:
    """Q.714 3.8, table B.2: IT for what is not known is answered by ERR, which ends the connection."""
    pair.bss.connections.open("vlr1", b"first", pair.bss)
    pair.settle()
    pair.vlr.connections.end_all("bss1", "restart")
    pair.bss.wait(T_IAS.duration)
    pair.settle()
    assert pair.said[2:] == ["It", "Err", "Rlsd", "Rlc"]
    assert pair.bss.why == ["error: Unassigned destination local reference"]
    assert len(pair.bss.connections) == 0


@pytest.mark.parametrize("wrong", [{"source": sccp.LocalReference(7)}, {"protocol_class": sccp.ProtocolClass.CLASS_3}])
def test_an_inactivity_test_of_another_connection(pair: Pair, wrong: dict[str, Any]) -> None:
    """Q.714 3.4: source reference and class must be those of the connection, or it is released."""
    pair.bss.connections.open("vlr1", b"first", pair.bss)
    pair.settle()
    pair.bss.wait(T_IAS.duration)
    test = sccp.decode(pair.air.pop()[2])
    assert isinstance(test, sccp.It)
    pair.vlr.connections.receive("bss1", test.replace(**wrong).encode())
    pair.settle()
    assert pair.vlr.why == ["the peer means another connection"]
    assert pair.bss.why == ["released by the peer"]
    assert len(pair.bss.connections) == len(pair.vlr.connections) == 0


def test_an_inactivity_test_before_the_confirmation(pair: Pair) -> None:
    """Q.714 3.1: a connection that is not confirmed has nothing to test, and no error yet."""
    connection = pair.bss.connections.open("vlr1", b"first", pair.bss)
    pair.bss.connections.receive("vlr1", make_test(connection.local, sccp.LocalReference(7)).encode())
    assert pair.bss.warnings == ["sccp state: It from vlr1 is not awaited"]
    cause = sccp.ErrorCause.UNQUALIFIED
    pair.bss.connections.receive("vlr1", sccp.Err(destination=connection.local, cause=cause).encode())
    assert pair.bss.warnings[1:] == ["sccp state: Err from vlr1 is not awaited"]


def test_unitdata_and_what_is_not_in_use(pair: Pair) -> None:
    """UDT goes past connections; messages of class 3 are refused."""
    pair.bss.connections.tell("vlr1", b"reset")
    pair.settle()
    assert pair.vlr.heard == [b"reset"]
    with pytest.raises(DecodeError, match="Ea is not in use"):
        pair.bss.connections.receive("vlr1", sccp.Ea(destination=sccp.LocalReference(1)).encode())
    assert BSSAP.ssn == 254
    assert X_RELEASE.duration == 10 * SECOND
