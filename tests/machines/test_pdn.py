"""The packet data network: hosts that answer, routes to GGSNs, operators' probes."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from random import Random
from typing import Any

import pytest

from nodes.core import host
from nodes.core.outputs import Command, Reply, Send
from nodes.core.probe import FIRST_PORT, MOST
from nodes.pdn import Pdn, PdnConfig
from protocol.ip import EchoReply, EchoReplyV6, Udp
from protocol.timers import SECOND

HOST, HOST_6 = IPv4Address("198.51.100.1"), IPv6Address("2001:db8:ffff::1")
MOBILE, MOBILE_6, STATIC = IPv4Address("10.100.0.9"), IPv6Address("2001:db8:100:1::9"), IPv4Address("10.100.0.77")
NETWORKS = {
    IPv4Network("10.100.0.0/24"): "ggsn1",
    IPv4Network("10.100.0.77"): "ggsn2",
    IPv4Network("10.101.0.0/16"): "ggsn2",
    IPv6Network("2001:db8:100::/48"): "ggsn1",
}


class AroundPdn:
    """The network, and what the GGSNs hear of it."""

    def __init__(self, **changes: Any) -> None:
        config: dict[str, Any] = {"name": "pdn1", "networks": NETWORKS, "hosts": (HOST, HOST_6), "note_level": "all"}
        self.node = Pdn(PdnConfig(**config | changes), Random(1), ())
        self.now = 0
        self.heard: list[tuple[str, bytes]] = []
        self.replies: list[Reply] = []
        self.node.start(0)

    def listen(self) -> None:
        for output in self.node.outputs():
            match output:
                case Send(to=to, interface="gi", pdu=pdu):
                    self.heard.append((to, pdu))
                case Reply():
                    self.replies.append(output)

    def receives(self, packet: bytes, link: str = "ggsn1", interface: str = "gi") -> None:
        self.node.receive(link, interface, packet, self.now)
        self.listen()

    def orders(self, verb: str, **arguments: Any) -> Reply:
        self.node.command(Command("c1", verb, arguments), self.now)
        self.listen()
        return self.replies[-1]

    def waits(self, seconds: float) -> None:
        end = self.now + round(seconds * SECOND)
        while (deadline := self.node.next_timer()) is not None and deadline.when <= end:
            self.now = deadline.when
            self.node.on_time(self.now)
            self.listen()
        self.now = end

    @property
    def counts(self) -> dict[str, int]:
        self.orders("inspect")
        counts: dict[str, int] = self.replies.pop().body["counts"]
        return counts


@pytest.mark.parametrize(
    ("mobile", "there", "kind"),
    [(MOBILE, IPv4Address("203.0.113.5"), EchoReply), (MOBILE_6, IPv6Address("2001:db8:ffff::99"), EchoReplyV6)],
)
def test_any_address_answers_echo_requests(mobile: Any, there: Any, kind: type) -> None:
    """RFC 792, RFC 4443: what a mobile sends to an address that no mobile has comes back from there."""
    around = AroundPdn()
    around.receives(host.echo_request(mobile, there, 5, 6, b"data"))
    ((ggsn, octets),) = around.heard
    packet, content = host.read(octets)
    assert ggsn == "ggsn1"
    assert (packet.source, packet.destination) == (there, mobile)
    assert isinstance(content, kind)
    assert around.counts == {"received": 1, "answered": 1}


def test_datagrams_are_echoed_and_discarded() -> None:
    """RFC 862, RFC 863: port 7 echoes, others take what they are sent; two echo ports do not keep each other going."""
    around = AroundPdn()
    around.receives(host.datagram(MOBILE, HOST, 4000, 7, b"data"))
    ((_, octets),) = around.heard
    content = host.read(octets)[1]
    assert isinstance(content, Udp)
    assert (content.source_port, content.destination_port, content.payload) == (7, 4000, b"data")
    around.receives(host.datagram(MOBILE, HOST, 4000, 9, b"data"))
    around.receives(host.datagram(MOBILE, IPv4Address("203.0.113.5"), 7, 7, b"data"))
    assert len(around.heard) == 1
    assert around.counts == {"received": 3, "answered": 1, "discarded": 2}


def test_packets_between_mobiles_take_the_longest_prefix() -> None:
    """RFC 1812 5.2.4.3: a static address may lie elsewhere than the network around it."""
    around = AroundPdn()
    for address in (MOBILE, STATIC, IPv4Address("10.101.7.7"), MOBILE_6):
        source = HOST_6 if address.version == 6 else HOST
        around.receives(host.echo_request(source, address, 1, 1, b""), "ggsn2")
    assert [ggsn for ggsn, _ in around.heard] == ["ggsn1", "ggsn2", "ggsn2", "ggsn1"]
    assert around.counts == {"received": 4, "forwarded": 4}


def test_answer_without_route() -> None:
    """A packet from an address that no GGSN has is answered to nobody."""
    around = AroundPdn()
    around.receives(host.echo_request(IPv4Address("192.0.2.1"), HOST, 1, 1, b""))
    assert not around.heard
    assert around.counts == {"received": 1, "no route": 1}


def test_strangers_and_broken_packets_are_warned_about() -> None:
    """Only GGSNs speak here, and only packets."""
    around = AroundPdn()
    good = host.echo_request(MOBILE, HOST, 1, 1, b"")
    around.receives(good, "sgsn1")
    around.receives(good, "ggsn1", "gn")
    for broken in (b"", b"\x45", good[:-1], good[:10] + bytes(2) + good[12:]):
        around.receives(broken)
    assert not around.heard
    assert dict(around.node.warnings) == {"gi undecodable": 5, "gn undecodable": 1}


def test_ping() -> None:
    """An operator's echo requests to a mobile, and how long their answers took."""
    around = AroundPdn()
    assert around.orders("ping", address=str(MOBILE), count=2, interval_ms=100).status == "accepted"
    around.now = 30_000
    (ggsn, request) = around.heard.pop()
    answer = host.answer(*host.read(request))
    assert answer is not None
    assert ggsn == "ggsn1"
    around.receives(answer)
    around.receives(host.answer(*host.read(host.echo_request(HOST, STATIC, 0, 0, b""))) or b"")  # another host's answer
    around.waits(0.2)
    around.receives(host.answer(*host.read(around.heard.pop()[1])) or b"")
    assert around.replies[-1].body == {"sent": 2, "received": 2, "times_us": [30_000, 130_000]}
    assert around.orders("inspect").body["probes"] == 0
    assert not around.node.next_timer()


def test_ping_in_vain() -> None:
    """X-ping: what does not come back is lost."""
    around = AroundPdn()
    around.orders("ping", address=str(MOBILE_6))
    around.waits(60)
    assert around.replies[-1].body == {"sent": 1, "received": 0, "times_us": []}


def test_send() -> None:
    """Datagrams to the echo port of a mobile, several orders at once."""
    around = AroundPdn()
    around.orders("send", address=str(MOBILE), size=0)
    around.orders("send", address=str(MOBILE), size=10)
    first, second = (host.answer(*host.read(octets)) for _, octets in around.heard)
    assert first is not None
    assert second is not None
    around.receives(second)
    around.receives(first)
    assert [reply.body for reply in around.replies if reply.status == "done"] == [{"sent": 1, "echoed": 1}] * 2


def test_answers_that_nobody_awaits() -> None:
    """They are counted and that is all."""
    around = AroundPdn()
    for identifier in (0, FIRST_PORT, 0xFFFF):
        around.receives(host.datagram(MOBILE, HOST, 7, identifier, b"data"))
    assert not around.heard
    assert around.counts == {"received": 3, "returned": 3}


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"address": "somewhere"},
        {"address": ["10.100.0.9"]},
        {"address": "203.0.113.5"},
        {"address": str(MOBILE), "count": 0},
        {"address": str(MOBILE), "count": "3"},
        {"address": str(MOBILE), "size": 10**9},
        {"address": str(MOBILE), "interval_ms": -1},
    ],
)
def test_orders_that_cannot_be(arguments: dict[str, Any]) -> None:
    """Each is answered by failed, in a line."""
    around = AroundPdn()
    reply = around.orders("ping", **arguments)
    assert reply.status == "failed"
    assert "\n" not in reply.body["error"]
    assert not around.heard


def test_orders_without_host() -> None:
    """A network may have no address from which its operators speak."""
    around = AroundPdn(hosts=())
    assert around.orders("ping", address=str(MOBILE)).body == {"error": "pdn1 has no host of IPv4"}


def test_too_many_orders() -> None:
    """Probes are bounded, and numbers of those that have ended are used again."""
    around = AroundPdn()
    for _ in range(MOST):
        assert around.orders("ping", address=str(MOBILE)).status == "accepted"
    assert around.orders("ping", address=str(MOBILE)).status == "failed"
    around.receives(host.answer(*host.read(around.heard[7][1])) or b"")
    assert around.orders("ping", address=str(MOBILE)).status == "accepted"
    assert around.orders("inspect").body["probes"] == MOST
    assert around.orders("inspect", subject="x").status == "failed"
