"""A packet data network: all that lies outside of Gi (TS 29.061).

Every address that is no mobile's has a host, which answers echo requests and echoes datagrams to port 7; packets for
mobiles go to the GGSN behind which they lie. Operators ping and send from the addresses of its hosts.
"""

from collections import Counter
from collections.abc import Iterable
from random import Random
from typing import Any, ClassVar

from nodes.core import host
from nodes.core.node import CommandError, Node
from nodes.core.outputs import Command, Interface, Name, Record
from nodes.core.probe import MOST, Probe, read_probe
from nodes.pdn.config import PdnConfig
from nodes.pdn.routes import Routes
from protocol.errors import DecodeError


class Pdn(Node):
    """A packet data network. ``counts`` tells what became of packets; ``probes`` are the operators', by number."""

    role: ClassVar[str] = "pdn"

    def __init__(self, config: PdnConfig, rng: Random, records: Iterable[Record]) -> None:
        super().__init__(config, rng, records)
        self.config = config
        self.counts: Counter[str] = Counter()
        self.probes: dict[int, Probe] = {}
        self._routes = Routes(config.networks)
        self._ggsns = frozenset(config.networks.values())
        self._hosts = {address.version: address for address in config.hosts}
        self._last = 0

    def take(self, link: Name, interface: Interface, pdu: bytes) -> None:
        if interface != "gi":
            super().take(link, interface, pdu)
        if link not in self._ggsns:
            raise DecodeError("it is no GGSN of this network")
        packet, content = host.read(pdu)
        self.counts["received"] += 1
        ggsn = self._routes.find(packet.destination)
        if ggsn is not None:
            self.counts["forwarded"] += 1
            self.send(ggsn, "gi", pdu)
            return
        returned = host.returned(content)
        if returned is not None and packet.destination in self.config.hosts:
            self.counts["returned"] += 1
            probe = self._probe_of(returned)
            if probe is not None and probe.asked.destination == packet.source:
                probe.hear(returned)
            return
        answer = host.answer(packet, content)
        if answer is None:
            self.counts["discarded"] += 1
        elif self.route(answer, packet.source):
            self.counts["answered"] += 1

    def route(self, packet: bytes, destination: host.Address) -> bool:
        """Send a packet to a mobile; False where no GGSN leads to it."""
        ggsn = self._routes.find(destination)
        if ggsn is None:
            self.counts["no route"] += 1
            return False
        self.send(ggsn, "gi", packet)
        return True

    def command_ping(self, command: Command) -> None:
        """Send echo requests to a mobile's ``address``, and tell what comes back."""
        self._start_probe(command)

    def command_send(self, command: Command) -> None:
        """Send datagrams to a mobile's ``address``, and tell what comes back."""
        self._start_probe(command)

    def _start_probe(self, command: Command) -> None:
        asked = read_probe(command)
        source = self._hosts.get(asked.destination.version)
        if source is None:
            raise CommandError(f"{self.name} has no host of IPv{asked.destination.version}")
        if self._routes.find(asked.destination) is None:
            raise CommandError(f"{asked.destination} is no mobile's: no GGSN leads to it")
        if len(self.probes) >= MOST:
            raise CommandError(f"{self.name} has {MOST} probes under way")
        while self._last in self.probes:
            self._last = (self._last + 1) % MOST
        number = self._last
        self._last = (number + 1) % MOST
        probe = self.probes[number] = Probe(
            self,
            command,
            number,
            source,
            asked,
            send=lambda packet: self._send_probe(packet, asked.destination),
            forget=self._forget,
        )
        self.reply(command, "accepted")
        probe.begin()

    def _send_probe(self, packet: bytes, destination: host.Address) -> None:
        self.counts["sent"] += 1
        self.route(packet, destination)

    def _forget(self, probe: Probe) -> None:
        del self.probes[probe.number]

    def _probe_of(self, returned: host.Returned) -> Probe | None:
        """The probe to which something has come back."""
        probe = self.probes.get(returned.identifier % MOST)
        return probe if probe is not None and probe.identifier == returned.identifier else None

    def look(self, what: str | None) -> Any:
        if what is not None:
            raise KeyError(what)
        return {
            "hosts": [str(address) for address in self.config.hosts],
            "probes": len(self.probes),
            "counts": dict(self.counts),
        }
