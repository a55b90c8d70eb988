"""Router discovery (RFC 4861 6.3.7, TS 23.060 9.2.1.1, TS 29.061 11.2.1.3.2): where an IPv6 prefix comes from.

The network gives a mobile an interface identifier alone; the prefix comes in a Router Advertisement, for which the
mobile asks when its context is active, or which comes by itself.
"""

from ipaddress import IPv6Address
from typing import TYPE_CHECKING, Any

from nodes.core import host
from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.ms.orders import Order
from protocol.ip import IpProtocol, Ipv4, Ipv6, RouterAdvertisement, RouterSolicitation
from protocol.timers import X_SOLICITATION, Timer

if TYPE_CHECKING:
    from nodes.ms.pdp_context import PdpContext

ALL_NODES = IPv6Address("ff02::1")
ALL_ROUTERS = IPv6Address("ff02::2")

HOPS = 255
"""Of router discovery: what has passed a router is not from this link (RFC 4861 6.1)."""

PREFIX = 64
"""Bits of a prefix with which an interface identifier makes an address (RFC 4862 5.5.3 d)."""


class S(State):
    """States of router discovery."""

    START = "start"
    WAIT_ADVERTISEMENT = "wait for a Router Advertisement"
    CONFIGURED = "address known"
    SILENT = "no router answers"


class Advertised:
    """Host → context: a router has told what it knows."""

    __slots__ = ("message",)

    def __init__(self, message: RouterAdvertisement) -> None:
        self.message = message

    @property
    def prefix(self) -> bytes | None:
        """The first prefix that is there to make addresses of."""
        for told in self.message.options.prefixes:
            if told.autonomous and told.valid_lifetime and told.prefix_length == PREFIX:
                return told.prefix.packed[:8]
        return None


def is_from_link(packet: Ipv4 | Ipv6) -> bool:
    """Whether a message of router discovery is valid (RFC 4861 6.1.2)."""
    return isinstance(packet, Ipv6) and packet.hop_limit == HOPS and packet.source.is_link_local


class RouterDiscovery(Procedure):
    """One search for a router. ``orders`` are answered when the address is known, or will not be."""

    __slots__ = ("context", "orders")

    def __init__(self, context: "PdpContext", orders: tuple[Order, ...]) -> None:
        super().__init__(context.stage, context)
        self.context = context
        self.orders = orders

    def transmit(self, message: Any) -> None:
        self.stage.user_plane.send(self.context, message)

    def ended(self) -> None:
        orders, self.orders = self.orders, ()
        for order in orders:
            self.stage.reply(order.command, "failed", {"cause": None, "error": "deactivated"})

    def answer(self) -> None:
        """The activation that was ordered is done."""
        orders, self.orders = self.orders, ()
        for order in orders:
            self.stage.reply(order.command, "done", self.context.summary())


def begun(discovery: RouterDiscovery, event: Begin) -> S:
    """Ask all routers, which is the GGSN alone."""
    source = discovery.context.link_local
    assert source is not None
    message = RouterSolicitation().summed(source, ALL_ROUTERS)
    discovery.ask(host.wrap(source, ALL_ROUTERS, IpProtocol.ICMPV6, message.encode(), HOPS))
    return S.WAIT_ADVERTISEMENT


def advertised(discovery: RouterDiscovery, event: Advertised) -> S:
    """The prefix is known; one advertisement without any is not the answer."""
    if event.prefix is None:
        return S.WAIT_ADVERTISEMENT
    discovery.context.prefix = event.prefix
    discovery.answer()
    return S.CONFIGURED


def unanswered(discovery: RouterDiscovery, event: Timer) -> S:
    """Three solicitations are enough: on the link to the GGSN the mobile has an address all the same."""
    discovery.answer()
    return S.SILENT


ROUTER_DISCOVERY = Machine(
    "router discovery, mobile side",
    clause="RFC 4861 6.3.7",
    of=RouterDiscovery,
    initial=S.START,
    final=(S.CONFIGURED, S.SILENT),
    guards={S.WAIT_ADVERTISEMENT: X_SOLICITATION},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_ADVERTISEMENT,)),
        (S.WAIT_ADVERTISEMENT, Advertised, advertised, (S.WAIT_ADVERTISEMENT, S.CONFIGURED)),
        (S.WAIT_ADVERTISEMENT, X_SOLICITATION, unanswered, (S.SILENT,)),
    ],
)
