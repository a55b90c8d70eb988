"""Probes and hosts of the user plane: what is sent, what comes back, what a host discards."""

from ipaddress import IPv4Address, IPv6Address
from random import Random
from typing import Any

import pytest

from nodes.core import host
from nodes.core.node import CommandError, Node, NodeConfig
from nodes.core.outputs import Command, Reply
from nodes.core.probe import Probe, read_probe
from protocol import ip
from protocol.errors import DecodeError
from protocol.ip import EchoRequest, IpProtocol, Ipv4, Ipv6, Udp

HERE, THERE = IPv4Address("10.0.0.1"), IPv4Address("198.51.100.1")
HERE_6, THERE_6 = IPv6Address("2001:db8::1"), IPv6Address("2001:db8:ffff::1")


class Prober(Node):
    """A node with one probe."""

    role = "prober"

    def __init__(self, verb: str = "ping", source: Any = HERE, address: Any = THERE, **arguments: Any) -> None:
        super().__init__(NodeConfig(name="prober", note_level="all"), Random(1), ())
        self.start(0)
        self.sent: list[bytes] = []
        command = Command("1", verb, {"address": str(address), **arguments})
        asked = read_probe(command)
        self.over = False
        self.probe = Probe(self, command, 3, source, asked, send=self.sent.append, forget=self.forget)
        self.probe.begin()

    def forget(self, probe: Probe) -> None:
        self.over = probe is self.probe

    def hear(self, octets: bytes) -> None:
        """A packet comes."""
        returned = host.returned(host.read(octets)[1])
        assert returned is not None
        assert returned.identifier == self.probe.identifier
        self.probe.hear(returned)

    def echo(self, octets: bytes) -> bytes:
        """What the other host answers."""
        answer = host.answer(*host.read(octets))
        assert answer is not None
        return answer

    def wait(self, until: int) -> None:
        """Let time go by, in milliseconds."""
        while (deadline := self.next_timer()) is not None and deadline.when <= until * 1000:
            self.on_time(deadline.when)
        self.clock.now = until * 1000

    def reply_(self) -> tuple[str, Any]:
        """The one answer."""
        (reply,) = (output for output in self.outputs() if isinstance(output, Reply))
        return reply.status, reply.body


@pytest.mark.parametrize(("source", "address"), [(HERE, THERE), (HERE_6, THERE_6)])
def test_ping(source: Any, address: Any) -> None:
    """Three echo requests, a second apart, of which the second is lost: told when it has had its time."""
    prober = Prober(source=source, address=address, count=3)
    prober.wait(20)
    prober.hear(prober.echo(prober.sent[0]))
    prober.hear(prober.echo(prober.sent[0]))
    prober.wait(2030)
    assert len(prober.sent) == 3
    prober.hear(prober.echo(prober.sent[2]))
    prober.wait(11_999)
    assert not prober.over
    prober.wait(12_001)
    assert prober.reply_() == ("done", {"sent": 3, "received": 2, "times_us": [20_000, 30_000]})
    assert prober.over


@pytest.mark.parametrize("size", [0, 1, 2, 1400])
@pytest.mark.parametrize(("source", "address"), [(HERE, THERE), (HERE_6, THERE_6)])
def test_send(size: int, source: Any, address: Any) -> None:
    """Datagrams to the port of echoes: done when all are back, whatever room there is for a number."""
    prober = Prober("send", source, address, count=2, size=size, interval_ms=0)
    prober.wait(0)
    first, second = prober.sent
    prober.hear(prober.echo(second))
    prober.hear(prober.echo(first))
    assert prober.reply_() == ("done", {"sent": 2, "echoed": 2})


def test_send_to_discard() -> None:
    """What goes to another port never returns: nothing is awaited."""
    prober = Prober("send", port=9, count=2)
    assert not prober.over
    prober.wait(1000)
    assert prober.reply_() == ("done", {"sent": 2, "echoed": 0})
    assert host.answer(*host.read(prober.sent[0])) is None


def test_answer_before_the_last_is_sent() -> None:
    """All that was sent is back, but more is to be sent."""
    prober = Prober(count=2)
    prober.hear(prober.echo(prober.sent[0]))
    prober.probe.hear(host.Returned(3, 77))
    assert not prober.over
    prober.wait(1000)
    prober.hear(prober.echo(prober.sent[1]))
    assert prober.reply_()[0] == "done"


def test_nothing_left_to_count() -> None:
    """More echoes without a number than were sent."""
    prober = Prober("send", size=0, count=2)
    prober.hear(prober.echo(prober.sent[0]))
    prober.hear(prober.echo(prober.sent[0]))
    assert not prober.over


def test_probe_given_up() -> None:
    """What it goes through is no more."""
    prober = Prober(count=3)
    prober.probe.give_up("deactivated")
    error = {"error": "deactivated", "sent": 1, "received": 0, "times_us": []}
    assert prober.reply_() == ("failed", error)
    assert prober.over
    assert prober.next_timer() is None


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"address": "anna"}, "address is an IP address, not 'anna'"),
        ({"address": 5}, "address is an IP address, not 5"),
        ({"address": "10.0.0.1", "count": 0}, "count is a number, 1 to 1000, not 0"),
        ({"address": "10.0.0.1", "count": True}, "count is a number, 1 to 1000, not True"),
        ({"address": "10.0.0.1", "size": 1401}, "size is a number, 0 to 1400, not 1401"),
        ({"address": "10.0.0.1", "interval_ms": "1"}, "interval_ms is a number, 0 to 60000, not '1'"),
    ],
)
def test_probe_refused(arguments: dict[str, Any], expected: str) -> None:
    """One clear line."""
    with pytest.raises(CommandError, match=expected):
        read_probe(Command("1", "ping", arguments))


def packet(**changes: Any) -> Ipv4:
    """A packet with an echo request."""
    octets = host.echo_request(HERE, THERE, 1, 2, b"abc")
    decoded = ip.decode(octets)
    assert isinstance(decoded, Ipv4)
    return decoded.replace(**changes)


def test_hosts_discard() -> None:
    """Wrong checksums and lengths, fragments, and ICMP of the other version (RFC 1122 3.2.1, RFC 8200 8.1)."""
    datagram = Udp(source_port=5, destination_port=7, payload=b"abc")
    over_6 = ip.decode(host.datagram(HERE_6, THERE_6, 5, 7, b"abc"))
    assert isinstance(over_6, Ipv6)
    for wrong in (
        packet(checksum=5),
        packet(total_length=500),
        packet(more_fragments=True),
        packet(fragment_offset=4),
        packet(payload=EchoRequest(checksum=9).encode()),
        packet(payload=b"\x80" + packet().payload[1:]),
        packet(payload=b""),
        packet(payload=datagram.replace(checksum=9).encode(), protocol_number=IpProtocol.UDP),
        packet(payload=b"1234", protocol_number=IpProtocol.UDP),
        over_6.replace(payload=datagram.encode()),
        over_6.replace(payload_length=500),
    ):
        with pytest.raises(DecodeError):
            host.read(wrong.encode())


def test_hosts_take() -> None:
    """A datagram over IPv4 need not be summed up; of other protocols nothing is taken; no echo echoes an echo."""
    unsummed = Udp(source_port=5, destination_port=7, payload=b"abc")
    answer = host.answer(*host.read(packet(payload=unsummed.encode(), protocol_number=IpProtocol.UDP).encode()))
    assert answer is not None
    assert host.read(packet(protocol_number=IpProtocol.TCP).encode())[1] is None
    assert host.answer(*host.read(packet(protocol_number=IpProtocol.TCP).encode())) is None
    for port in (0, 7):
        assert host.answer(*host.read(host.datagram(HERE, THERE, port, 7, b""))) is None
    assert host.returned(host.read(host.datagram(HERE, THERE, 9, 9, b""))[1]) is None
