"""Strategies for packets: lengths and checksums are mostly computed, and sometimes told wrong."""

from typing import Any

from hypothesis import strategies as st

from protocol.ip import (
    EchoReply,
    EchoReplyV6,
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
    RouterFlags,
    RouterSolicitation,
    Udp,
)
from tests.wire.kinds_sndcp import bits

PAYLOAD = st.binary(max_size=40)
ECHO = {"icmp_code": bits(8), "identifier": bits(16), "sequence_number": bits(16), "payload": PAYLOAD}
PREFIX = st.builds(
    PrefixInformation,
    st.ip_addresses(v=6),
    bits(8),
    st.booleans(),
    st.booleans(),
    bits(32),
    bits(32),
    bits(6),
    bits(32),
)
OTHER = st.builds(
    Option,
    st.sampled_from((OptionType.SOURCE_LINK_LAYER_ADDRESS, OptionType.TARGET_LINK_LAYER_ADDRESS)),
    st.integers(1, 4).flatmap(lambda size: st.binary(min_size=8 * size - 2, max_size=8 * size - 2)),
)
OPTIONS = st.builds(Options, st.lists(PREFIX | OTHER, max_size=3).map(tuple))

KINDS: dict[Any, st.SearchStrategy[Any]] = {
    Ipv4: st.builds(
        Ipv4,
        type_of_service=bits(8),
        identification=bits(16),
        spare=bits(1),
        dont_fragment=st.booleans(),
        more_fragments=st.booleans(),
        fragment_offset=bits(13),
        time_to_live=bits(8),
        protocol_number=st.sampled_from(IpProtocol),
        source=st.ip_addresses(v=4),
        destination=st.ip_addresses(v=4),
        options=st.integers(0, 10).map(lambda words: bytes(4 * words)),
        payload=PAYLOAD,
        trailing=PAYLOAD,
    ),
    Ipv6: st.builds(
        Ipv6,
        traffic_class=bits(8),
        flow_label=bits(20),
        next_header=st.sampled_from(IpProtocol),
        hop_limit=bits(8),
        source=st.ip_addresses(v=6),
        destination=st.ip_addresses(v=6),
        payload=PAYLOAD,
        trailing=PAYLOAD,
    ),
    EchoRequest: st.builds(EchoRequest, **ECHO),
    EchoReply: st.builds(EchoReply, **ECHO),
    EchoRequestV6: st.builds(EchoRequestV6, **ECHO, checksum=st.integers(1, 0xFFFF)),
    EchoReplyV6: st.builds(EchoReplyV6, **ECHO, checksum=st.integers(1, 0xFFFF)),
    PrefixInformation: PREFIX,
    Option: OTHER,
    Options: OPTIONS,
    RouterSolicitation: st.builds(
        RouterSolicitation,
        icmp_code=bits(8),
        checksum=st.integers(1, 0xFFFF),
        reserved=bits(32),
        options=OPTIONS,
    ),
    RouterAdvertisement: st.builds(
        RouterAdvertisement,
        icmp_code=bits(8),
        checksum=st.integers(1, 0xFFFF),
        current_hop_limit=bits(8),
        flags=st.builds(
            RouterFlags,
            managed_address_configuration=st.booleans(),
            other_configuration=st.booleans(),
            reserved=bits(6),
        ),
        router_lifetime=bits(16),
        reachable_time=bits(32),
        retransmission_timer=bits(32),
        options=OPTIONS,
    ),
    Udp: st.builds(
        Udp, source_port=bits(16), destination_port=bits(16), checksum=bits(16), payload=PAYLOAD, trailing=PAYLOAD
    ),
}
