"""Where packets go: the longest prefix counts (RFC 1812 5.2.4.3)."""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from nodes.core.outputs import Name

WIDTHS = {4: 32, 6: 128}


class Routes:
    """The node behind each network. A search costs a look for each length of prefix that there is."""

    __slots__ = ("_lengths", "_nodes")

    def __init__(self, networks: Mapping[IPv4Network | IPv6Network, Name]) -> None:
        self._nodes: dict[tuple[int, int, int], Name] = {}
        lengths: dict[int, set[int]] = {4: set(), 6: set()}
        for network, node in networks.items():
            shift = WIDTHS[network.version] - network.prefixlen
            self._nodes[network.version, network.prefixlen, int(network.network_address) >> shift] = node
            lengths[network.version].add(network.prefixlen)
        self._lengths = {version: sorted(found, reverse=True) for version, found in lengths.items()}

    def find(self, address: IPv4Address | IPv6Address) -> Name | None:
        """The node that leads to an address; None where nothing does."""
        version, number = address.version, int(address)
        for length in self._lengths[version]:
            node = self._nodes.get((version, length, number >> WIDTHS[version] - length))
            if node is not None:
                return node
        return None
