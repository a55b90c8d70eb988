"""What a GGSN is told."""

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Literal

from nodes.core.node import NodeConfig
from nodes.core.outputs import Interface, Name
from protocol.identities import GsnAddress, Gt, Imsi
from protocol.sm.quality_of_service import QualityOfService

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPoint:
    """An access point: an external network as mobiles see it.

    ``pools`` are the networks from which dynamic addresses come: single addresses of IPv4, prefixes of 64 bits of IPv6.
    ``subscribers`` are those with a static address, by it; ``network_requested``: packets for them may make a context.
    ``dns`` is told to mobiles that ask. ``qos`` is the most that is granted, None is whatever is asked for.
    ``inactivity`` is how long (microseconds) a context may be without packets; None is for ever.
    """

    pools: tuple[Network, ...] = ()
    dns: tuple[Address, ...] = ()
    subscribers: dict[Address, Imsi] = field(default_factory=dict)
    network_requested: bool = True
    qos: QualityOfService | None = None
    inactivity: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GgsnConfig(NodeConfig):
    """A GGSN: its address on the backbone, its number, its access points by APN (network identifier, lower case).

    ``gsns`` maps the addresses of SGSNs to nodes; ``hlrs`` maps IMSI prefixes to the HLR's number, the longest counts,
    and ``routes`` leads to them. ``pdn`` is the node behind Gi, empty where there is none. ``capacity`` is how many
    PDP contexts there may be. ``path_failure``: what becomes of the contexts of an SGSN that does not answer.
    """

    address: GsnAddress
    number: Gt
    gsns: dict[GsnAddress, Name] = field(default_factory=dict)
    routes: dict[Gt, tuple[Name, Interface]] = field(default_factory=dict)
    hlrs: dict[str, Gt] = field(default_factory=dict)
    access_points: dict[str, AccessPoint] = field(default_factory=dict)
    pdn: Name = ""
    capacity: int = 1_000_000
    path_failure: Literal["keep", "delete"] = "keep"
