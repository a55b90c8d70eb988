"""Packets through the GGSN, and router discovery (23.060 9.2.1.1, 9.3, 15.3; 29.061)."""

from ipaddress import IPv4Address, IPv6Address
from typing import Any

import pytest

from protocol.gtp import EndUserAddress, Nsapi, TPdu
from protocol.gtp import Imsi as GtpImsi
from protocol.identities import Apn, Teid
from protocol.ip import (
    IpProtocol,
    Ipv6,
    PrefixInformation,
    RouterAdvertisement,
    RouterSolicitation,
    decode_icmp,
)
from tests.machines.ggsn_lab import (
    DYNAMIC_6,
    DYNAMIC_BOTH,
    IMSI,
    OTHER_IMSI,
    WEB,
    WEB_6,
    AroundGgsn,
    packet,
    read,
)

ALL_ROUTERS = IPv6Address("ff02::2")


@pytest.mark.ttcn3("pdp4_act_deact_wrong_saddr", "pdp6_act_deact_wrong_saddr", "pdp46_act_deact_wrong_saddr")
@pytest.mark.parametrize(
    ("address", "sources"),
    [
        (EndUserAddress.dynamic(), ["10.100.0.2", "198.51.100.1", "2001:db8:100::1"]),
        (DYNAMIC_6, ["2001:db8:100:1::1", "fe80::1", "10.100.0.1"]),
        (DYNAMIC_BOTH, ["10.100.0.2", "2001:db8:100:1::1"]),
    ],
)
def test_packets_with_another_source(address: EndUserAddress, sources: list[str]) -> None:
    """29.061 11.3: a mobile speaks from its own address alone; all else is dropped and counted."""
    around = AroundGgsn()
    created = around.creates(end_user_address=address)
    for source in sources:
        around.sends_up(created, packet(source, WEB_6 if ":" in source else WEB))
    assert not around.packets
    assert around.warnings == {"wrong source": len(sources)}
    assert around.inspects()["dropped"] == {"wrong source": len(sources)}
    assert around.inspects(f"{IMSI}-5")["packets_up"] == 0


@pytest.mark.parametrize("broken", [b"", b"\x45", b"\x45" + bytes(18), b"\x60" + bytes(38), b"\x50" + bytes(60)])
def test_what_is_no_packet(broken: bytes) -> None:
    """Neither from a tunnel nor from Gi."""
    around = AroundGgsn()
    created = around.creates()
    around.sends_up(created, broken)
    around.sends_down(broken)
    assert not around.packets
    assert around.inspects()["dropped"] == {"no packet": 2}


def test_what_is_too_long() -> None:
    """29.060 6: the length in a header of GTP has two octets."""
    around = AroundGgsn()
    around.creates()
    around.sends_down(packet(WEB, "10.100.0.1").ljust(65536, b"x"))
    assert around.inspects()["dropped"] == {"no packet": 1}
    around.sends_down(packet(WEB, "10.100.0.1").ljust(65535, b"x"))
    assert len(around.tunnelled()) == 1


def test_packets_between_mobiles() -> None:
    """29.061 11: from one mobile to another, without leaving the GGSN."""
    around = AroundGgsn()
    first = around.creates()
    around.creates("sgsn2", imsi=GtpImsi(OTHER_IMSI), tunnel_endpoint_identifier_data_i=Teid(0x5001))
    up = packet("10.100.0.1", "10.100.0.2")
    around.sends_up(first, up)
    assert around.tunnelled("sgsn2") == [(0x5001, up)]
    assert not around.packets
    assert around.inspects(f"{OTHER_IMSI}-5")["packets_down"] == 1


def test_packets_for_nobody() -> None:
    """An address without context, that nobody owns: dropped and counted."""
    around = AroundGgsn()
    around.sends_down(packet(WEB, "10.100.0.5"))
    around.sends_down(packet(WEB_6, "2001:db8:100:3::1"))
    assert around.inspects()["dropped"] == {"no context": 2}
    assert not around.warnings


def test_no_network_behind() -> None:
    """A GGSN may have nothing behind Gi: what is not for mobiles is dropped."""
    around = AroundGgsn(pdn="")
    around.sends_up(around.creates(), packet("10.100.0.1", WEB))
    assert around.inspects()["dropped"] == {"no network": 1}


def test_strangers() -> None:
    """Who is neither SGSN, HLR nor the network behind is warned about."""
    around = AroundGgsn()
    around.creates()
    around.receive("pdn2", "gi", packet(WEB, "10.100.0.1"))
    around.receive("sgsn7", "gn", TPdu(teid=Teid(1), payload=b"").encode())
    around.receive("sgsn1", "gb", b"x")
    assert around.warnings == {"gi undecodable": 1, "gn undecodable": 1, "gb undecodable": 1}
    assert not around.tunnelled()


def solicitation(source: IPv6Address, hop_limit: int = 255, destination: IPv6Address = ALL_ROUTERS) -> bytes:
    """A Router Solicitation."""
    return Ipv6(
        next_header=IpProtocol.ICMPV6,
        hop_limit=hop_limit,
        source=source,
        destination=destination,
        payload=RouterSolicitation().summed(source, destination).encode(),
    ).encode()


@pytest.mark.parametrize("unspecified", [False, True])
def test_stateless_autoconfiguration(unspecified: bool) -> None:
    """23.060 9.2.1.1: the interface identifier makes the link-local address, and the advertisement tells the prefix."""
    around = AroundGgsn()
    created = around.creates(end_user_address=DYNAMIC_6)
    identifier = created.end_user_address.ipv6.packed[8:]
    source = IPv6Address(0) if unspecified else IPv6Address(b"\xfe\x80" + bytes(6) + identifier)
    around.sends_up(created, solicitation(source))
    ((teid, octets),) = around.tunnelled()
    advertised: Any = read(octets)
    message = decode_icmp(advertised.payload)
    assert teid == 0x1001
    assert isinstance(message, RouterAdvertisement)
    assert (advertised.hop_limit, str(advertised.destination)) == (255, "ff02::1")
    assert advertised.source.is_link_local
    assert message.summed(advertised.source, advertised.destination) == message
    assert message.options.prefixes == (PrefixInformation(IPv6Address("2001:db8:100::")),)
    assert not around.packets


@pytest.mark.parametrize("kind", ["hops", "echo", "broken", "other"])
def test_link_scope_that_is_no_solicitation(kind: str) -> None:
    """RFC 4861 6.1.1: a hop limit that is not 255, another message or octets that are none are discarded."""
    around = AroundGgsn()
    created = around.creates(end_user_address=DYNAMIC_6)
    source = IPv6Address(b"\xfe\x80" + bytes(6) + created.end_user_address.ipv6.packed[8:])
    octets = {
        "hops": solicitation(source, 64),
        "echo": packet(source, ALL_ROUTERS),
        "broken": solicitation(source)[:42],
        "other": Ipv6(
            next_header=IpProtocol.UDP, hop_limit=255, source=source, destination=ALL_ROUTERS, payload=b""
        ).encode(),
    }[kind]
    around.sends_up(created, octets)
    assert not around.tunnelled()
    assert not around.packets
    assert around.inspects()["dropped"] == {"link": 1}


def test_ipv4_context_has_no_link() -> None:
    """A solicitation through an IPv4 context is a packet with a wrong source."""
    around = AroundGgsn()
    around.sends_up(around.creates(), solicitation(IPv6Address(0)))
    around.sends_up(around.creates(nsapi=Nsapi(value=6)), solicitation(IPv6Address("fe80::1")))
    assert around.inspects()["dropped"] == {"wrong source": 2}


def test_static_address_of_another_mobile() -> None:
    """A packet of a mobile for a static address without context makes the GGSN look for its owner too."""
    around = AroundGgsn()
    around.sends_up(around.creates(), packet("10.100.0.1", "10.101.0.1"))
    assert around.hlr
    around.sends_up(around.creates(access_point_name=Apn("internet")), packet("10.100.0.2", "10.102.0.1"))
    assert around.inspects()["dropped"] == {"no context": 1}
    assert IPv4Address("10.102.0.1") in around.node.config.access_points["quiet"].subscribers
