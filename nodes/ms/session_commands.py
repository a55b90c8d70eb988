"""What operators may order of mobiles about PDP contexts and packets: these commands, read and checked."""

import ipaddress
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from nodes.core.arguments import whole
from nodes.core.node import CommandError
from nodes.core.outputs import Command
from nodes.core.probe import read_probe
from nodes.ms.orders import (
    ActivateOrder,
    AutomaticOrder,
    DeactivateOrder,
    ModifyOrder,
    ProbeOrder,
    SecondaryOrder,
    SessionOrder,
)
from nodes.ms.pdp_context import KINDS
from nodes.ms.quality import SUBSCRIBED, read_quality
from protocol.identities import Apn
from protocol.ip import IpProtocol
from protocol.sm.packet_filter import (
    Component,
    Ipv4SourceAddress,
    Ipv6SourceAddress,
    PacketFilter,
    ProtocolIdentifier,
    SingleDestinationPort,
    SingleSourcePort,
    TypeOfService,
)
from protocol.sm.pdp_address import PdpAddress

PROTOCOLS = {"icmp": IpProtocol.ICMP, "tcp": IpProtocol.TCP, "udp": IpProtocol.UDP, "icmpv6": IpProtocol.ICMPV6}


def read_nsapi(arguments: Mapping[str, Any], *, needed: bool = False) -> Any:
    """An NSAPI among the arguments."""
    nsapi = whole(arguments, "nsapi", 5, 15, None)
    if nsapi is None and needed:
        raise CommandError("which PDP context: nsapi is missing")
    return nsapi


def read_ip(name: str, value: object) -> IPv4Address | IPv6Address:
    """An address."""
    try:
        return ipaddress.ip_address(value if isinstance(value, str) else "")
    except ValueError:
        raise CommandError(f"{name} is an IP address, not {value!r}") from None


def make_activate(command: Command) -> SessionOrder:
    """A first context of an address."""
    arguments = command.arguments
    name, fixed, kind = arguments.get("apn"), arguments.get("address"), arguments.get("type")
    if kind is not None and (not isinstance(kind, str) or kind not in KINDS):
        raise CommandError(f"type is ipv4 or ipv6, not {kind!r}")
    if fixed is None:
        address = PdpAddress.dynamic(KINDS[kind or "ipv4"])
    else:
        address = PdpAddress.static(read_ip("address", fixed))
        if kind is not None and address.number is not KINDS[kind]:
            raise CommandError(f"{fixed} is no address of type {kind}")
    try:
        apn = None if name is None else Apn(name)
    except (ValueError, AttributeError, TypeError):
        raise CommandError(f"apn is a name such as internet, not {name!r}") from None
    return ActivateOrder(
        command,
        apn=apn,
        address=address,
        nsapi=read_nsapi(arguments),
        qos=read_quality(arguments, "qos") or SUBSCRIBED,
        least_qos=read_quality(arguments, "least_qos"),
    )


def make_activate_secondary(command: Command) -> SessionOrder:
    """Another context of an address."""
    return SecondaryOrder(
        command,
        nsapi=read_nsapi(command.arguments, needed=True),
        filters=read_filters(command.arguments),
        qos=read_quality(command.arguments, "qos") or SUBSCRIBED,
        least_qos=read_quality(command.arguments, "least_qos"),
    )


def make_modify(command: Command) -> SessionOrder:
    """Another quality, or more, other or fewer packets."""
    arguments = command.arguments
    filters, deletes = read_filters(arguments), read_identifiers(arguments)
    qos = read_quality(arguments, "qos")
    replaces = whole(arguments, "replace", 0, MOST_FILTERS - 1, None)
    if qos is None and not filters and deletes is None:
        raise CommandError("modify needs qos, filter or delete")
    if deletes is not None and filters:
        raise CommandError("modify adds filters or deletes them, not both at once")
    if replaces is not None and not filters:
        raise CommandError("replace is about the place of a filter: filter is missing")
    return ModifyOrder(
        command,
        nsapi=read_nsapi(arguments, needed=True),
        qos=qos,
        filters=filters,
        replaces=replaces,
        deletes=deletes,
    )


def make_deactivate(command: Command) -> SessionOrder:
    """One context, those of its address, or all."""
    tear_down = command.arguments.get("teardown")
    nsapi = read_nsapi(command.arguments)
    if tear_down is not None and not isinstance(tear_down, bool):
        raise CommandError(f"teardown is true or false, not {tear_down!r}")
    if tear_down and nsapi is None:
        raise CommandError("teardown is about the address of one context: nsapi is missing")
    return DeactivateOrder(command, nsapi, tear_down=bool(tear_down))


def make_automatic(command: Command) -> SessionOrder:
    """What becomes of a request of the network."""
    on = command.arguments.get("on")
    if not isinstance(on, bool):
        raise CommandError(f"auto-activate needs on: true or false, not {on!r}")
    return AutomaticOrder(command, on=on)


def make_probe(command: Command) -> SessionOrder:
    """Echo requests, or datagrams."""
    return ProbeOrder(command, read_probe(command), read_nsapi(command.arguments))


MOST_FILTERS = 8
"""Of one template; their identifiers are 0 to 7 (10.5.6.12)."""


def read_identifiers(arguments: Mapping[str, Any]) -> tuple[int, ...] | None:
    """The identifiers of filters that are to be deleted; none of them for ``all``, None where it is not told."""
    told = arguments.get("delete")
    if told is None or told == "all":
        return None if told is None else ()
    numbers = told if isinstance(told, list | tuple) else [told]
    if not numbers or not all(type(number) is int and 0 <= number < MOST_FILTERS for number in numbers):
        raise CommandError(f"delete is all, or identifiers of filters, 0 to {MOST_FILTERS - 1}, not {told!r}")
    return tuple(dict.fromkeys(numbers))


FILTER = ("address", "local_port", "port", "precedence", "protocol", "tos")


def read_filters(arguments: Mapping[str, Any]) -> tuple[PacketFilter, ...]:
    """A packet filter among the arguments: an object of what packets to the mobile must have in common.

    ``address`` (with a prefix length if need be) and ``port`` are those of the other side, ``local_port`` the mobile's.
    """
    told = arguments.get("filter")
    if told is None:
        return ()
    if not isinstance(told, Mapping) or not told or not told.keys() <= set(FILTER):
        raise CommandError(f"filter is an object of {', '.join(FILTER)}, not {told!r}")
    components: list[Component] = []
    if told.get("address") is not None:
        components.append(read_network(told["address"]))
    if told.get("protocol") is not None:
        name = told["protocol"]
        number = PROTOCOLS.get(name) if isinstance(name, str) else whole(told, "protocol", 0, 255, None)
        if number is None:
            raise CommandError(f"protocol is {', '.join(PROTOCOLS)} or a number, not {name!r}")
        components.append(ProtocolIdentifier(number))
    for key, make in (("local_port", SingleDestinationPort), ("port", SingleSourcePort)):
        port = whole(told, key, 0, 65535, None)
        if port is not None:
            components.append(make(port))
    tos = whole(told, "tos", 0, 255, None)
    if tos is not None:
        components.append(TypeOfService(tos, 0xFF))
    if not components:
        raise CommandError("a filter of precedence alone takes no packets")
    return (PacketFilter(0, whole(told, "precedence", 0, 255, 0), tuple(components)),)


def read_network(value: object) -> Component:
    """An address of the other side, or a prefix."""
    try:
        network = ipaddress.ip_network(value if isinstance(value, str) else "", strict=False)
    except ValueError:
        raise CommandError(f"address is an IP address or prefix, not {value!r}") from None
    if isinstance(network, ipaddress.IPv4Network):
        return Ipv4SourceAddress(network.network_address, network.netmask)
    return Ipv6SourceAddress(network.network_address, network.netmask)


SESSION_ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "activate": ("apn", "type", "address", "qos", "least_qos", "nsapi"),
    "activate-secondary": ("nsapi", "filter", "qos", "least_qos"),
    "modify": ("nsapi", "qos", "filter", "replace", "delete"),
    "deactivate": ("nsapi", "teardown"),
    "auto-activate": ("on",),
    "ping": ("address", "count", "size", "interval_ms", "nsapi"),
    "send": ("address", "port", "count", "size", "interval_ms", "nsapi"),
}
"""The arguments of each command besides the mobile's name."""

SESSION_ORDERS: Mapping[str, Callable[[Command], SessionOrder]] = {
    "activate": make_activate,
    "activate-secondary": make_activate_secondary,
    "modify": make_modify,
    "deactivate": make_deactivate,
    "auto-activate": make_automatic,
    "ping": make_probe,
    "send": make_probe,
}
"""What makes the order of each command."""
