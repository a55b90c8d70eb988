"""The user plane of the GGSN (TS 23.060 9.3, TS 29.060 9, TS 29.061): packets between tunnels and Gi.

Up, a packet must come from the context's own address; it goes to the packet data network, or to another mobile here.
Down, it takes the context of its destination whose filters it matches. What belongs to nobody is dropped and counted.
"""

from collections import Counter
from ipaddress import IPv6Address
from typing import TYPE_CHECKING

from nodes.core.gtp import NO_TEID
from nodes.core.outputs import Name
from nodes.ggsn.contexts import PREFIX, Connection
from nodes.ggsn.pdp_context import Lost, PdpContext
from protocol import ip
from protocol.errors import DecodeError
from protocol.gtp import ErrorIndication, TPdu
from protocol.ip import IpProtocol, Ipv6, Options, PrefixInformation, RouterAdvertisement, RouterSolicitation

if TYPE_CHECKING:
    from nodes.ggsn.node import Ggsn

ROUTER = IPv6Address("fe80::")
"""From where routers are advertised: the one interface identifier that no mobile is given is 0 (23.060 9.2.1.1)."""

ALL_NODES = IPv6Address("ff02::1")
HOPS = 255
"""Of neighbour discovery: what has passed a router is not from this link (RFC 4861 6.1)."""

NOBODY = bytes(16)
"""The source of who has no address yet (RFC 4861 4.1)."""

IPV4_HEADER, IPV6_HEADER = 20, 40
LONGEST = 65535
"""Octets that fit behind a header of GTP."""

LINK_SCOPE = (b"\xff\x02", b"\xfe\x80")
"""How addresses begin that are of this link alone."""


class UserPlane:
    """Relays packets. ``dropped`` counts those that went nowhere, by reason."""

    def __init__(self, ggsn: "Ggsn") -> None:
        self.dropped: Counter[str] = Counter()
        self._ggsn = ggsn
        self._contexts = ggsn.contexts
        self._pdn = ggsn.config.pdn

    # --- up ---------------------------------------------------------------------------------------------------------

    def take(self, peer: Name, message: TPdu | ErrorIndication) -> None:
        """What came through a tunnel."""
        if not isinstance(message, TPdu):
            self._refused(peer, message)
            return
        context = self._contexts.by_data.get(message.teid)
        if context is None:
            self._unknown(peer, message)
            return
        packet = message.payload
        connection = context.connection
        version = packet[0] >> 4 if packet else 0
        if version == 4 and len(packet) >= IPV4_HEADER:
            source, destination = packet[12:16], packet[16:20]
        elif version == 6 and len(packet) >= IPV6_HEADER:
            source, destination = packet[8:16], packet[24:32]
        else:
            self._drop("no packet", f"{context.subject}: what came is no IP packet", packet)
            return
        if source not in connection.keys:
            link_local = connection.link_local
            if link_local and packet[8:24] in (link_local, NOBODY) and destination[:2] in LINK_SCOPE and version == 6:
                self._on_link(context, packet)
            else:
                self._drop("wrong source", f"{context.subject}: a packet from an address that is not its own", packet)
            return
        context.used_at = self._ggsn.clock.now
        context.packets_up += 1
        context.octets_up += len(packet)
        there = self._contexts.by_key.get(destination)
        if there is not None:
            self._send(there, packet)
        elif destination in self._ggsn.static:
            self._ggsn.network_requested(destination, packet)
        elif self._pdn:
            self._ggsn.send(self._pdn, "gi", packet, connection.meta)
        else:
            self.dropped["no network"] += 1

    def _on_link(self, context: PdpContext, packet: bytes) -> None:
        """A packet to the link, of which the GGSN is the other end: a Router Solicitation is answered."""
        try:
            read = ip.decode(packet)
            asked = ip.decode_icmp(read.payload) if isinstance(read, Ipv6) and is_discovery(read) else None
        except DecodeError:
            asked = None
        if not isinstance(asked, RouterSolicitation):
            self.dropped["link"] += 1
            return
        context.used_at = self._ggsn.clock.now
        context.packets_up += 1
        context.octets_up += len(packet)
        self._transmit(context, advertisement(context.connection))

    def _unknown(self, peer: Name, message: TPdu) -> None:
        """There is no such tunnel here: say so (29.060 7.3.7)."""
        self.dropped["unknown TEID"] += 1
        told = ErrorIndication(
            teid=NO_TEID,
            sequence_number=0,
            tunnel_endpoint_identifier_data_i=message.teid,
            gsn_address=self._ggsn.own,
        )
        self._ggsn.gtp.send(peer, told.encode())

    def _refused(self, peer: Name, message: ErrorIndication) -> None:
        """The SGSN has no such tunnel: the context is deleted (29.060 7.3.7, 23.007)."""
        context = self._contexts.by_remote.get((peer, message.tunnel_endpoint_identifier_data_i))
        if context is None or context.sgsn_address.address != message.gsn_address.address:
            self._drop("error indication", f"Error Indication from {peer} for a tunnel that nothing here uses", b"")
            return
        self._ggsn.warn("gtp tunnel", f"{context.subject}: {peer} has no such tunnel, the context is deleted")
        context.hear(Lost("the SGSN has no such tunnel"))

    # --- down -------------------------------------------------------------------------------------------------------

    def take_from_network(self, packet: bytes) -> None:
        """What came from Gi."""
        version = packet[0] >> 4 if 0 < len(packet) <= LONGEST else 0
        if version == 4 and len(packet) >= IPV4_HEADER:
            destination = packet[16:20]
        elif version == 6 and len(packet) >= IPV6_HEADER:
            destination = packet[24 : 24 + PREFIX]
        else:
            self._drop("no packet", "what came from Gi is no IP packet", packet)
            return
        connection = self._contexts.by_key.get(destination)
        if connection is not None:
            self._send(connection, packet)
        elif destination in self._ggsn.static:
            self._ggsn.network_requested(destination, packet)
        else:
            self.dropped["no context"] += 1

    def deliver(self, connection: Connection, packets: list[bytes]) -> None:
        """Packets that waited for the context."""
        for packet in packets:
            self._send(connection, packet)

    def _send(self, connection: Connection, packet: bytes) -> None:
        context = connection.choose(packet) if connection.filters else connection.default
        if context is None:
            self.dropped["no filter"] += 1
        else:
            self._transmit(context, packet)

    def _transmit(self, context: PdpContext, packet: bytes) -> None:
        context.used_at = self._ggsn.clock.now
        context.packets_down += 1
        context.octets_down += len(packet)
        octets = TPdu(teid=context.sgsn_teid, payload=packet).encode()
        self._ggsn.send(context.sgsn, "gn", octets, context.connection.meta)

    def _drop(self, why: str, text: str, packet: bytes) -> None:
        """Something odd that a peer sent."""
        self.dropped[why] += 1
        self._ggsn.warn(why, text, packet)


def is_discovery(packet: Ipv6) -> bool:
    """Whether it may be neighbour discovery from this link."""
    return packet.next_header == IpProtocol.ICMPV6 and packet.hop_limit == HOPS


def advertisement(connection: Connection) -> bytes:
    """The packet that tells a mobile its prefix (23.060 9.2.1.1; RFC 4861 6.2.3).

    It is sent where the mobile asks. Unasked ones, which 23.060 wants from time to time, would page each mobile in
    STANDBY, and the prefix does not change.
    """
    prefix = next(key for key in connection.keys if len(key) == PREFIX)
    information = PrefixInformation(IPv6Address(prefix + bytes(16 - PREFIX)))
    message = RouterAdvertisement(current_hop_limit=64, options=Options((information,)))
    return Ipv6(
        next_header=IpProtocol.ICMPV6,
        hop_limit=HOPS,
        source=ROUTER,
        destination=ALL_NODES,
        payload=message.summed(ROUTER, ALL_NODES).encode(),
    ).encode()
