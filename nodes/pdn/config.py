"""What a packet data network is told."""

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from nodes.core.node import NodeConfig
from nodes.core.outputs import Name


@dataclass(frozen=True, slots=True, kw_only=True)
class PdnConfig(NodeConfig):
    """A packet data network: the GGSN behind which each network of mobiles lies, the longest prefix counts.

    ``hosts`` are the addresses from which its operators ping and send, one a version of IP at most.
    """

    networks: dict[IPv4Network | IPv6Network, Name] = field(default_factory=dict)
    hosts: tuple[IPv4Address | IPv6Address, ...] = ()
