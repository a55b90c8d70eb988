"""Strategies of the endpoints of the network service over IP."""

from typing import Any

from hypothesis import strategies as st

from protocol.ns.elements import Ip4Element, Ip4Elements, Ip6Element, Ip6Elements, IpAddress

PORT = st.integers(0, 0xFFFF)
WEIGHT = st.integers(0, 255)
IP4 = st.builds(Ip4Element, st.ip_addresses(v=4), PORT, WEIGHT, WEIGHT)
IP6 = st.builds(Ip6Element, st.ip_addresses(v=6), PORT, WEIGHT, WEIGHT)

KINDS: dict[Any, st.SearchStrategy[Any]] = {
    Ip4Element: IP4,
    Ip6Element: IP6,
    Ip4Elements: st.builds(Ip4Elements, st.lists(IP4, max_size=3).map(tuple)),
    Ip6Elements: st.builds(Ip6Elements, st.lists(IP6, max_size=3).map(tuple)),
    IpAddress: (st.ip_addresses(v=4) | st.ip_addresses(v=6)).map(IpAddress),
}
