"""The IP host at the end of a PDP context: its addresses, and what it does with the packets that come to it."""

from functools import partial

from nodes.core import host
from nodes.core.probe import Probe
from nodes.ms.orders import ProbeOrder
from nodes.ms.pdp_context import PdpContext
from nodes.ms.router_discovery import ALL_NODES, Advertised, is_from_link
from protocol.errors import DecodeError
from protocol.ip import RouterAdvertisement


def take(context: PdpContext, octets: bytes) -> str | None:
    """A packet has come in the context: answer it, or take it; why it is dropped, if it is."""
    try:
        packet, content = host.read(octets)
    except DecodeError:
        return "unreadable"
    if isinstance(content, RouterAdvertisement):
        return None if is_from_link(packet) and context.deliver(Advertised(content)) else "not from a router"
    if packet.destination not in (context.host_address, context.link_local):
        return "not for us" if packet.destination != ALL_NODES else "not taken"
    returned = host.returned(content)
    probe = None if returned is None else context.sessions.find_probe(returned.identifier, packet.source)
    if returned is not None and probe is not None:
        probe.hear(returned)
        return None
    answer = host.answer(packet, content)
    if answer is None:
        return "not taken"
    context.stage.user_plane.send(context, answer)
    return None


def begin_probe(context: PdpContext, order: ProbeOrder) -> str | None:
    """Send what an order wants; why not, if that cannot be."""
    number, source = context.sessions.allocate_probe(), context.host_address
    assert source is not None
    if number is None:
        return f"{context.subject} has too much under way: its pings must end first"
    context.stage.reply(order.command, "accepted")
    probe = Probe(
        context.stage,
        order.command,
        number,
        source,
        order.asked,
        send=partial(context.stage.user_plane.send, context),
        forget=partial(forget_probe, context),
    )
    context.probes[number] = probe
    probe.begin()
    return None


def forget_probe(context: PdpContext, probe: Probe) -> None:
    """It is over."""
    del context.probes[probe.number]
