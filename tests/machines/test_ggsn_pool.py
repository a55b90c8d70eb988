"""Pools of dynamic addresses (23.060 9.2.1)."""

from ipaddress import IPv4Address, IPv4Network, IPv6Network

from nodes.ggsn.pool import Pool

FOUR = IPv4Network("10.0.0.0/30")


def test_network_and_broadcast_addresses_are_not_given() -> None:
    """RFC 1122 3.2.1.3: 10.0.0.0/30 has two hosts."""
    pool = Pool([FOUR])
    assert pool.size == pool.free == 2
    assert [pool.take(), pool.take(), pool.take()] == [int(IPv4Address("10.0.0.1")), int(IPv4Address("10.0.0.2")), None]
    assert (pool.in_use, pool.free) == (2, 0)


def test_what_was_free_for_longest_goes_first() -> None:
    """Never used ones before all others, then the first that was given back."""
    pool = Pool([IPv4Network("10.0.0.0/29")])
    first, second, third = pool.take(), pool.take(), pool.take()
    assert first is not None
    assert second is not None
    assert third is not None
    pool.give_back(second)
    pool.give_back(first)
    assert [pool.take() for _ in range(6)] == [third + 1, third + 2, third + 3, second, first, None]


def test_networks_one_after_the_other() -> None:
    """A pool may have several networks."""
    pool = Pool([FOUR, IPv4Network("10.0.1.0/30")])
    assert pool.size == 4
    assert [str(IPv4Address(pool.take() or 0)) for _ in range(5)] == [
        "10.0.0.1",
        "10.0.0.2",
        "10.0.1.1",
        "10.0.1.2",
        "0.0.0.0",  # noqa: S104  none
    ]


def test_prefixes() -> None:
    """23.060 9.2.1.1: of IPv6 a prefix of 64 bits each, the first and the last too; a pool may be vast."""
    pool = Pool([IPv6Network("2001:db8::/63")])
    first = 0x20010DB800000000
    assert [pool.take() for _ in range(3)] == [first, first + 1, None]
    vast = Pool([IPv6Network("2001::/16")])
    assert vast.size == 1 << 48
    assert vast.take() == 0x2001000000000000


def test_static_addresses_are_left_out() -> None:
    """What somebody owns is nobody else's."""
    owned = int(IPv4Address("10.0.0.1"))
    pool = Pool([FOUR], [owned, int(IPv4Address("192.0.2.1"))])
    assert pool.size == 1
    pool.give_back(owned)
    assert pool.take() == owned + 1
    assert pool.take() is None


def test_no_network() -> None:
    """An access point may have static addresses alone."""
    pool = Pool([])
    assert (pool.size, pool.free, pool.take()) == (0, 0, None)
