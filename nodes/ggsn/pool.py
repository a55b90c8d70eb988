"""Pools of dynamic addresses (TS 23.060 9.2.1): single addresses of IPv4, prefixes of 64 bits of IPv6.

An address is a number here: all 32 bits of IPv4, the first 64 of IPv6. Of the networks of IPv4 the first and the last
address are not given, as they name the network itself and all its hosts (RFC 1122 3.2.1.3); of IPv6 all prefixes are.
"""

from collections import deque
from collections.abc import Collection
from ipaddress import IPv4Network, IPv6Network


class Pool:
    """The dynamic addresses of one access point in one version of IP.

    ``static`` are numbers that are never given. Those that nobody has had yet go first, then the one that has been free
    for longest: whoever still sends to a former holder seldom meets the next.
    """

    __slots__ = ("_at", "_freed", "_networks", "_next", "_static", "_used", "size")

    def __init__(self, networks: Collection[IPv4Network | IPv6Network], static: Collection[int] = ()) -> None:
        self._networks = [limits(network) for network in networks]
        self._static = frozenset(static)
        within = sum(first <= number <= last for number in self._static for first, last in self._networks)
        self.size = sum(last - first + 1 for first, last in self._networks) - within
        self._at = 0
        self._next = self._networks[0][0] if self._networks else 0
        self._freed: deque[int] = deque()
        self._used: set[int] = set()

    @property
    def in_use(self) -> int:
        """How many are given."""
        return len(self._used)

    @property
    def free(self) -> int:
        """How many can be given."""
        return self.size - len(self._used)

    def take(self) -> int | None:
        """An address that nobody has; None where all are given."""
        number = self._fresh()
        if number is None and self._freed:
            number = self._freed.popleft()
        if number is not None:
            self._used.add(number)
        return number

    def give_back(self, number: int) -> None:
        """It is free again; what was not taken from here is left alone."""
        if number in self._used:
            self._used.remove(number)
            self._freed.append(number)

    def _fresh(self) -> int | None:
        """The next one that was never given."""
        while self._at < len(self._networks):
            number = self._next
            if number > self._networks[self._at][1]:
                self._at += 1
                if self._at < len(self._networks):
                    self._next = self._networks[self._at][0]
                continue
            self._next = number + 1
            if number not in self._static:
                return number
        return None


def limits(network: IPv4Network | IPv6Network) -> tuple[int, int]:
    """The first and the last number of a network that may be given."""
    first, last = int(network.network_address), int(network.broadcast_address)
    if isinstance(network, IPv4Network):
        return first + 1, last - 1
    return first >> 64, last >> 64
