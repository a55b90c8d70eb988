"""A probe of the user plane: echo requests or datagrams that an operator has sent, and how many come back.

Any host can have one, a mobile and what lies behind Gi: it gives it a number, lets it send, and tells it what returns.
"""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from nodes.core import host
from nodes.core.arguments import whole
from nodes.core.host import ECHO, Returned
from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.core.node import CommandError
from nodes.core.outputs import Command
from protocol.timers import X_INTERVAL, X_PING, Timer

FIRST_PORT = 0xC000
"""Where the ports begin from which datagrams are sent; the number of the probe is added (RFC 6335 6)."""

MOST = 0x1000
"""How many probes a host has at a time."""

FILLING = bytes(range(256)) * 6
"""What packets are filled with."""


LARGEST = 1400
"""Octets of data in a packet: with its headers it fits into the 16 segments of SNDCP, and on Gn in one piece."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an operator wants to be sent: ``interval`` is microseconds, ``port`` None for echo requests."""

    destination: IPv4Address | IPv6Address
    port: int | None
    count: int
    size: int
    interval: int


def read_probe(command: Command) -> Asked:
    """A command ``ping`` or ``send``: ``address``, and as wanted ``count``, ``size``, ``interval_ms``, ``port``."""
    arguments = command.arguments
    address = arguments.get("address")
    try:
        destination = ip_address(address if isinstance(address, str) else "")
    except ValueError:
        raise CommandError(f"address is an IP address, not {address!r}") from None
    return Asked(
        destination,
        None if command.verb == "ping" else whole(arguments, "port", 1, 65535, ECHO),
        whole(arguments, "count", 1, 1000, 1),
        whole(arguments, "size", 0, LARGEST, 56),
        whole(arguments, "interval_ms", 0, 60_000, 1000) * 1000,
    )


class S(State):
    """States of a probe."""

    START = "start"
    SENDING = "sending"
    WAITING = "wait for what comes back"
    DONE = "done"


class Probe(Procedure):
    """One probe from ``source``, as it was ``asked`` for; ``number`` tells it from others of the host.

    ``send`` sends a packet, ``forget`` is told of the end. ``sent_at`` and ``times`` are when each left, and how long
    it took to come back.
    """

    __slots__ = (
        "asked",
        "command",
        "forget",
        "number",
        "send",
        "sent_at",
        "source",
        "times",
    )

    def __init__(
        self,
        stage: Any,
        command: Command,
        number: int,
        source: IPv4Address | IPv6Address,
        asked: Asked,
        *,
        send: Callable[[bytes], None],
        forget: Callable[["Probe"], None],
    ) -> None:
        super().__init__(stage)
        self.command = command
        self.number = number
        self.source = source
        self.asked = asked
        self.send = send
        self.forget = forget
        self.sent_at: list[int] = []
        self.times: dict[int, int] = {}

    @property
    def subject(self) -> str:
        return f"{self.source} to {self.asked.destination}"

    @property
    def identifier(self) -> int:
        """What tells its packets from those of others."""
        return self.number if self.asked.port is None else FIRST_PORT + self.number

    def duration(self, timer: Timer) -> int:
        return self.asked.interval if timer is X_INTERVAL else super().duration(timer)

    def ended(self) -> None:
        self.forget(self)

    def give_up(self, why: str) -> None:
        """It cannot go on: the order has failed."""
        self.stage.reply(self.command, "failed", {"error": why, **self.summary()})
        self.end()

    def summary(self) -> dict[str, Any]:
        """How many left, and what came back."""
        if self.asked.port is not None:
            return {"sent": len(self.sent_at), "echoed": len(self.times)}
        times = [self.times[sequence] for sequence in sorted(self.times)]
        return {"sent": len(self.sent_at), "received": len(times), "times_us": times}

    def make_packet(self, sequence: int) -> bytes:
        """The packet of that number. In a datagram the number is the first of the data, as far as there is room."""
        asked = self.asked
        if asked.port is None:
            data = FILLING[: asked.size]
            return host.echo_request(self.source, asked.destination, self.identifier, sequence, data)
        data = (sequence.to_bytes(2, "big") + FILLING)[: asked.size]
        return host.datagram(self.source, asked.destination, self.identifier, asked.port, data)


def begun(probe: Probe, event: Begin) -> S:
    """The first packet leaves."""
    return send_next(probe)


def sent_next(probe: Probe, event: Timer) -> S:
    """The next one does."""
    state = send_next(probe)
    if state is S.SENDING:
        probe.release_guard()
    return state


def send_next(probe: Probe) -> S:
    """Send a packet; after the last one it is time to wait. What is not sent to the port of echoes never returns."""
    sequence = len(probe.sent_at)
    probe.sent_at.append(probe.stage.clock.now)
    probe.send(probe.make_packet(sequence))
    if len(probe.sent_at) < probe.asked.count:
        return S.SENDING
    if probe.asked.port not in (None, ECHO) or len(probe.times) == probe.asked.count:
        return finish(probe)
    return S.WAITING


def came_back(probe: Probe, event: Returned) -> S:
    """A packet is back: only the first time counts."""
    sequence = event.sequence
    if sequence is None:
        sequence = next((n for n in range(len(probe.sent_at)) if n not in probe.times), None)
    if sequence is not None and sequence < len(probe.sent_at):
        probe.times.setdefault(sequence, probe.stage.clock.now - probe.sent_at[sequence])
    if probe.state is S.WAITING and len(probe.times) == probe.asked.count:
        return finish(probe)
    return S.SENDING if probe.state is S.SENDING else S.WAITING


def timed_out(probe: Probe, event: Timer) -> S:
    """What has not come back is lost."""
    return finish(probe)


def finish(probe: Probe) -> S:
    """Tell the operator."""
    probe.stage.reply(probe.command, "done", probe.summary())
    return S.DONE


PROBE = Machine(
    "probe of the user plane",
    clause="RFC 792, RFC 862, RFC 4443",
    of=Probe,
    initial=S.START,
    final=(S.DONE,),
    guards={S.SENDING: X_INTERVAL, S.WAITING: X_PING},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.SENDING, S.WAITING, S.DONE)),
        (S.SENDING, X_INTERVAL, sent_next, (S.SENDING, S.WAITING, S.DONE)),
        ((S.SENDING, S.WAITING), Returned, came_back, (S.SENDING, S.WAITING, S.DONE)),
        (S.WAITING, X_PING, timed_out, (S.DONE,)),
    ],
)
