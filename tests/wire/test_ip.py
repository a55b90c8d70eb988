"""IP packets, ICMP echo, router discovery and UDP: known octets, checksums, and what tshark says."""

import json
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gprslab.trace.stacks import Stacks
from protocol import ip
from protocol.document import from_document, to_document
from protocol.errors import DecodeError
from protocol.ip import (
    EchoReply,
    EchoRequest,
    EchoRequestV6,
    IpProtocol,
    Ipv4,
    Ipv6,
    Option,
    Options,
    OptionType,
    PrefixInformation,
    RouterAdvertisement,
    RouterSolicitation,
    Udp,
    checksum,
    decode_icmp,
    decode_udp,
)
from protocol.layout import Message
from tests.wire.kinds_ip import KINDS
from tests.wire.oracle import dissect, packet

HERE, THERE = IPv4Address("10.0.0.1"), IPv4Address("10.0.0.2")
HERE_6, THERE_6 = IPv6Address("2001:db8::1"), IPv6Address("2001:db8::2")
# The DNS answer in openbsc:tests/gbproxy/gbproxy_test.c, its first 28 octets and how many more there are.
DNS = bytes.fromhex("450000c6000040003e117c69ac10010a0ac007e40035adab00b2744e") + bytes(170)


def decode(octets: bytes, cls: type) -> Any:
    """Read what that class is one of."""
    if cls in (Ipv4, Ipv6):
        return ip.decode(octets)
    return decode_udp(octets) if cls is Udp else decode_icmp(octets)


def test_real_packet() -> None:
    """A packet of a real network: the header's checksum is what we compute."""
    found = ip.decode(DNS)
    assert isinstance(found, Ipv4)
    assert found.checksum is None
    assert found.total_length is None
    assert (str(found.source), str(found.destination)) == ("172.16.1.10", "10.192.7.228")
    assert (found.protocol_number, found.time_to_live, found.dont_fragment) == (IpProtocol.UDP, 62, True)
    assert found.encode() == DNS
    datagram = decode_udp(found.payload)
    assert isinstance(datagram, Udp)
    assert (datagram.source_port, datagram.destination_port, datagram.checksum) == (53, 44459, 0x744E)
    assert datagram.length is None
    assert datagram.encode() == found.payload


def test_checksum() -> None:
    """RFC 1071 3: the sum of its example is ddf2; octets with their checksum in place sum up to nothing."""
    assert checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0xFFFF - 0xDDF2
    assert checksum(DNS[:20]) == 0
    assert checksum(b"") == checksum(bytes(6)) == 0xFFFF
    assert checksum(b"\xff\xff") == checksum(b"\xff\xff\xff\xff") == 0
    assert checksum(b"\x12\x34\x56") == 0xFFFF - 0x1234 - 0x5600


@given(st.binary(max_size=200))
def test_checksum_word_by_word(octets: bytes) -> None:
    """RFC 1071 1: the one's complement sum, carries added, complemented."""
    padded = octets + bytes(len(octets) % 2)
    total = sum(int.from_bytes(padded[p : p + 2], "big") for p in range(0, len(padded), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    assert checksum(octets) == total ^ 0xFFFF


def test_wrong_numbers_are_told() -> None:
    """A wrong checksum or length is kept, and what is behind the packet."""
    good = Ipv4(protocol_number=IpProtocol.ICMP, source=HERE, destination=THERE, payload=EchoRequest().encode())
    octets = bytearray(good.encode())
    octets[10] ^= 1
    wrong = ip.decode(bytes(octets))
    assert isinstance(wrong, Ipv4)
    assert wrong.checksum is not None
    assert wrong == good.replace(checksum=wrong.checksum)
    assert wrong.encode() == bytes(octets)
    cut = ip.decode(good.encode()[:-3])
    assert isinstance(cut, Ipv4)
    assert (cut.total_length, len(cut.payload)) == (28, 5)
    longer = ip.decode(good.encode() + b"!!")
    assert longer == good.replace(trailing=b"!!")
    echo = decode_icmp(bytes.fromhex("0800f7fe00000000"))
    assert echo == EchoRequest(checksum=0xF7FE)
    assert decode_icmp(bytes.fromhex("0800f7ff00000000")) == EchoRequest()
    assert decode_udp(bytes.fromhex("00010002000a00006162")) == Udp(source_port=1, destination_port=2, payload=b"ab")
    assert decode_udp(bytes.fromhex("00010002000b00006162")) == Udp(
        source_port=1, destination_port=2, length=11, payload=b"ab"
    )
    assert decode_udp(bytes.fromhex("00010002000900006162")) == Udp(
        source_port=1, destination_port=2, payload=b"a", trailing=b"b"
    )


@pytest.mark.parametrize(
    "octets",
    ["", "45", "50" * 40, "44" + "00" * 30, "4f" + "00" * 30, "45000013" + "00" * 16, "60" + "00" * 38],
)
def test_no_packet(octets: str) -> None:
    """RFC 1122 3.2.1: a header that cannot be one is discarded."""
    with pytest.raises(DecodeError):
        ip.decode(bytes.fromhex(octets))


@pytest.mark.parametrize("octets", ["", "08", "08000000000000", "0500000000000000", "ff"])
def test_no_echo(octets: str) -> None:
    """Too short, or another type."""
    with pytest.raises(DecodeError):
        decode_icmp(bytes.fromhex(octets))


@pytest.mark.parametrize("octets", ["", "00010002000800", "0001000200070000"])
def test_no_datagram(octets: str) -> None:
    """Too short, or with a length that has no room for the header."""
    with pytest.raises(DecodeError):
        decode_udp(bytes.fromhex(octets))


def test_router_discovery() -> None:
    """RFC 4861 4.1, 4.2, 4.6.2: octets written after the figures."""
    octets = bytes.fromhex(
        "86000000" "40" "c0" "0708" "00000001" "00000002"
        "0304" "40" "c0" "00278d00" "00093a80" "00000000" "20010db8000100000000000000000000"
        "0101" "000102030405"
    )  # fmt: skip
    found = decode_icmp(octets)
    assert isinstance(found, RouterAdvertisement)
    assert (found.current_hop_limit, found.router_lifetime, found.reachable_time) == (64, 1800, 1)
    assert (found.flags.managed_address_configuration, found.flags.other_configuration) == (True, True)
    prefix = PrefixInformation(
        IPv6Address("2001:db8:1::"), on_link=True, valid_lifetime=2_592_000, preferred_lifetime=604_800
    )
    assert found.options.options == (prefix, Option(OptionType.SOURCE_LINK_LAYER_ADDRESS, bytes(range(6))))
    assert found.options.prefixes == (prefix,)
    assert found.encode() == octets
    assert decode_icmp(bytes.fromhex("8500000000000000")) == RouterSolicitation()


@pytest.mark.parametrize("options", ["0100", "01", "0102000000000000", "0300000000000000"])
def test_router_discovery_broken_options(options: str) -> None:
    """RFC 4861 6.1.1: a message with an option of length 0, or one that is cut off, is discarded."""
    with pytest.raises(DecodeError):
        decode_icmp(bytes.fromhex("8500000000000000" + options))


def test_router_discovery_that_does_not_fit() -> None:
    """Values of ours that are wider than their fields."""
    with pytest.raises(ValueError, match="8n - 2"):
        RouterSolicitation(options=Options((Option(OptionType.MTU, b"x"),))).encode()
    with pytest.raises(ValueError, match="reserved"):
        RouterSolicitation(options=Options((PrefixInformation(HERE_6, reserved_1=64),))).encode()


def test_what_does_not_fit() -> None:
    """Values of ours that are wider than their fields."""
    good = Ipv4(protocol_number=IpProtocol.ICMP, source=HERE, destination=THERE, payload=b"")
    for message in (good.replace(options=b"x"), good.replace(options=bytes(44)), good.replace(fragment_offset=8192)):
        with pytest.raises(ValueError, match=r"options|offset"):
            message.encode()
    six = Ipv6(next_header=IpProtocol.UDP, source=HERE_6, destination=THERE_6, payload=b"")
    with pytest.raises(ValueError, match="flow label"):
        six.replace(flow_label=1 << 20).encode()


@given(st.one_of([kind for cls, kind in KINDS.items() if issubclass(cls, Message)]))
def test_round_trip(message: Any) -> None:
    """Every packet comes back from its octets, and from its document."""
    octets = message.encode()
    assert decode(octets, type(message)) == message
    assert from_document(type(message), json.loads(json.dumps(to_document(message)))) == message


@given(st.binary(max_size=64), st.sampled_from(["45", "46", "60", ""]))
def test_any_packet(octets: bytes, start: str) -> None:
    """Any octets are refused, or come back."""
    octets = bytes.fromhex(start) + octets
    for read in (ip.decode, decode_icmp, decode_udp):
        try:
            message = read(octets)
        except DecodeError:
            continue
        assert message.encode() == octets


@given(st.binary(max_size=30), st.sampled_from([0, 8, 128, 129, 133, 134]))
def test_any_echo(octets: bytes, kind: int) -> None:
    """Any octets are refused, or come back."""
    octets = bytes((kind,)) + octets
    try:
        message = decode_icmp(octets)
    except DecodeError:
        return
    assert message.encode() == octets


def test_by_tshark(tshark: str, tmp_path: Path) -> None:
    """Tshark finds our checksums right, and a wrong one wrong."""
    udp = Udp(source_port=5000, destination_port=5001, payload=b"hello")
    echo = EchoRequestV6(identifier=1, sequence_number=2, payload=b"hello!")
    four: dict[str, Any] = {"source": HERE, "destination": THERE}
    six: dict[str, Any] = {"source": HERE_6, "destination": THERE_6}
    packets = [
        Ipv4(**four, protocol_number=IpProtocol.ICMP, payload=EchoRequest(payload=b"hello!").encode()),
        Ipv4(**four, protocol_number=IpProtocol.ICMP, options=b"\x01\x01\x01\x00", payload=EchoReply().encode()),
        Ipv4(**four, protocol_number=IpProtocol.UDP, payload=udp.summed(HERE, THERE).encode()),
        Ipv6(**six, next_header=IpProtocol.UDP, payload=udp.summed(HERE_6, THERE_6).encode()),
        Ipv6(**six, next_header=IpProtocol.ICMPV6, payload=echo.summed(HERE_6, THERE_6).encode()),
        Ipv4(**four, protocol_number=IpProtocol.ICMP, checksum=1, payload=EchoRequest(checksum=2).encode()),
    ]
    prefix = PrefixInformation(IPv6Address("2001:db8::"))
    for one in (RouterSolicitation(), RouterAdvertisement(options=Options((prefix,)))):
        icmp = one.summed(HERE_6, THERE_6).encode()
        packets.append(Ipv6(**six, next_header=IpProtocol.ICMPV6, hop_limit=255, payload=icmp))
    fields = ("ip.checksum.status", "icmp.checksum.status", "udp.checksum.status", "icmpv6.checksum.status")
    stacks = Stacks()
    found = dissect(
        tshark,
        tmp_path,
        [packet("ip", one.encode(), stacks) for one in packets],
        fields,
        ["ip.check_checksum:TRUE", "udp.check_checksum:TRUE"],
    )
    statuses = [tuple("".join(each.fields[name]) for name in fields) for each in found]
    assert statuses == [
        ("1", "1", "", ""),
        ("1", "1", "", ""),
        ("1", "", "1", ""),
        ("", "", "1", ""),
        ("", "", "", "1"),
        ("0", "0", "", ""),
        ("", "", "", "1"),
        ("", "", "", "1"),
    ]
