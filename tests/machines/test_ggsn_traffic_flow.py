"""Traffic flow templates in the GGSN: operations and their checks (24.008 6.1.3.3.3), and the choice of a bearer."""

from ipaddress import IPv4Address, IPv6Address
from typing import Any

import pytest

from nodes.core.traffic_flow import Filters
from nodes.ggsn.traffic_flow import Flow, RefusedError, changed, matches
from protocol.causes import GtpCause
from protocol.ip import IpProtocol, Ipv4, Ipv6
from protocol.sm.packet_filter import (
    DestinationPortRange,
    FilterIdentifier,
    FlowLabel,
    Ipv4LocalAddress,
    Ipv4SourceAddress,
    Ipv6LocalPrefix,
    Ipv6RemotePrefix,
    Ipv6SourceAddress,
    PacketFilter,
    PacketFilterDirection,
    ProtocolIdentifier,
    SecurityParameterIndex,
    SingleDestinationPort,
    SingleSourcePort,
    SourcePortRange,
    TypeOfService,
)
from protocol.sm.traffic_flow_template import TftOperation, TrafficFlowTemplate

OP = TftOperation
SEMANTIC, SYNTACTIC = GtpCause.SEMANTIC_ERROR_IN_THE_TFT_OPERATION, GtpCause.SYNTACTIC_ERROR_IN_THE_TFT_OPERATION


def port(identifier: int, precedence: int, number: int = 1) -> PacketFilter:
    """A filter of a source port."""
    return PacketFilter(identifier, precedence, (SingleSourcePort(number),))


A, B, C = port(0, 10), port(1, 20), port(2, 30)


@pytest.mark.parametrize(
    ("operation", "items", "own", "after"),
    [
        (OP.CREATE_NEW_TFT, (B, A), (), (A, B)),
        (OP.CREATE_NEW_TFT, (A,), (B, C), (A,)),
        (OP.DELETE_EXISTING_TFT, (), (A, B), ()),
        (OP.DELETE_EXISTING_TFT, (), (), ()),
        (OP.ADD_PACKET_FILTERS_TO_EXISTING_TFT, (A,), (B,), (A, B)),
        (OP.ADD_PACKET_FILTERS_TO_EXISTING_TFT, (port(1, 5),), (A, B), (port(1, 5), A)),
        (OP.ADD_PACKET_FILTERS_TO_EXISTING_TFT, (port(7, 20),), (A, B), (A, port(7, 20))),
        (OP.REPLACE_PACKET_FILTERS_IN_EXISTING_TFT, (port(1, 20, 9),), (A, B), (A, port(1, 20, 9))),
        (OP.REPLACE_PACKET_FILTERS_IN_EXISTING_TFT, (port(1, 20, 9),), (A,), (A, port(1, 20, 9))),
        (OP.DELETE_PACKET_FILTERS_FROM_EXISTING_TFT, (FilterIdentifier(0),), (A, B), (B,)),
        (OP.DELETE_PACKET_FILTERS_FROM_EXISTING_TFT, (FilterIdentifier(5),), (A, B), (A, B)),
        (OP.NO_TFT_OPERATION, (), (A,), (A,)),
        (OP.SPARE, (), (A,), (A,)),
    ],
)
def test_operations(operation: TftOperation, items: tuple[Any, ...], own: Filters, after: Filters) -> None:
    """24.008 10.5.6.12: each operation, in order of precedence; what is named or placed alike is replaced."""
    assert changed(template(operation, items), own, [(C,)] if C not in own else []) == after


def template(operation: TftOperation, items: tuple[Any, ...]) -> TrafficFlowTemplate:
    """A template of filters, or of the identifiers of those that are to be deleted."""
    deletes = operation == OP.DELETE_PACKET_FILTERS_FROM_EXISTING_TFT
    return TrafficFlowTemplate(operation, () if deletes else items, items if deletes else ())


@pytest.mark.parametrize(
    ("operation", "items", "own", "others", "cause"),
    [
        (OP.ADD_PACKET_FILTERS_TO_EXISTING_TFT, (A,), (), [], SEMANTIC),
        (OP.REPLACE_PACKET_FILTERS_IN_EXISTING_TFT, (A,), (), [], SEMANTIC),
        (OP.DELETE_PACKET_FILTERS_FROM_EXISTING_TFT, (FilterIdentifier(0),), (), [], SEMANTIC),
        (OP.DELETE_PACKET_FILTERS_FROM_EXISTING_TFT, (FilterIdentifier(0),), (A,), [], SEMANTIC),
        (
            OP.ADD_PACKET_FILTERS_TO_EXISTING_TFT,
            tuple(port(n, n + 50) for n in range(2, 9)),
            (A, B),
            [],
            SEMANTIC,
        ),
        (OP.CREATE_NEW_TFT, tuple(port(n, n) for n in range(9)), (), [], SYNTACTIC),
        (OP(7), (), (A,), [], SYNTACTIC),
        (OP.SPARE, (A,), (), [], SYNTACTIC),
        (OP.CREATE_NEW_TFT, (), (), [], SYNTACTIC),
        (OP.CREATE_NEW_TFT, (A, port(0, 11)), (), [], GtpCause.SYNTACTIC_ERRORS_IN_PACKET_FILTERS),
        (OP.CREATE_NEW_TFT, (A, port(1, 10)), (), [], GtpCause.SYNTACTIC_ERRORS_IN_PACKET_FILTERS),
        (OP.CREATE_NEW_TFT, (A,), (), [(port(7, 10),)], GtpCause.SYNTACTIC_ERRORS_IN_PACKET_FILTERS),
        (
            OP.CREATE_NEW_TFT,
            (PacketFilter(0, 1, (SingleSourcePort(1), SecurityParameterIndex(1))),),
            (),
            [],
            GtpCause.SEMANTIC_ERRORS_IN_PACKET_FILTERS,
        ),
        (
            OP.CREATE_NEW_TFT,
            (PacketFilter(0, 1, (Ipv4SourceAddress(IPv4Address("10.0.0.1"), IPv4Address("255.0.0.0")), FlowLabel(7))),),
            (),
            [],
            GtpCause.SEMANTIC_ERRORS_IN_PACKET_FILTERS,
        ),
        (OP.DELETE_EXISTING_TFT, (), (A,), [()], SEMANTIC),
    ],
)
def test_operations_refused(
    operation: TftOperation, items: tuple[Any, ...], own: Filters, others: list[Filters], cause: GtpCause
) -> None:
    """24.008 6.1.3.2.3, 6.1.3.3.3: semantic and syntactic errors, each with its cause."""
    with pytest.raises(RefusedError) as refused:
        changed(template(operation, items), own, others)
    assert refused.value.cause is cause


FOUR: dict[str, Any] = {"source": IPv4Address("192.0.2.7"), "destination": IPv4Address("10.0.0.1")}
SIX: dict[str, Any] = {"source": IPv6Address("2001:db8::7"), "destination": IPv6Address("2001:db8:1::1")}
UDP_4 = Ipv4(protocol_number=IpProtocol.UDP, type_of_service=0xB8, payload=bytes.fromhex("13881389"), **FOUR)
UDP_6 = Ipv6(
    next_header=IpProtocol.UDP, traffic_class=0xB8, flow_label=0x12345, payload=bytes.fromhex("13881389"), **SIX
)
ESP_4 = Ipv4(protocol_number=IpProtocol.ESP, payload=bytes.fromhex("00000007"), **FOUR)
AH_6 = Ipv6(next_header=IpProtocol.AH, payload=bytes.fromhex("0604000000000007"), **SIX)
MASK, MASK_6 = IPv4Address("255.255.255.0"), IPv6Address("ffff:ffff::")


@pytest.mark.parametrize(
    ("packet", "component", "match"),
    [
        (UDP_4, Ipv4SourceAddress(IPv4Address("192.0.2.99"), MASK), True),
        (UDP_4, Ipv4SourceAddress(IPv4Address("192.0.3.99"), MASK), False),
        (UDP_6, Ipv4SourceAddress(IPv4Address(0), IPv4Address(0)), False),
        (UDP_6, Ipv6SourceAddress(IPv6Address("2001:db8:9::"), MASK_6), True),
        (UDP_6, Ipv6SourceAddress(IPv6Address("2001:db9::"), MASK_6), False),
        (UDP_6, Ipv6RemotePrefix(IPv6Address("2001:db8::"), 64), True),
        (UDP_6, Ipv6RemotePrefix(IPv6Address("2001:db8:1::"), 64), False),
        (UDP_6, Ipv6RemotePrefix(IPv6Address("2001:db8::7"), 200), True),
        (UDP_4, Ipv6RemotePrefix(IPv6Address("::"), 0), False),
        (UDP_4, Ipv4LocalAddress(IPv4Address("10.0.0.1"), MASK), True),
        (UDP_6, Ipv6LocalPrefix(IPv6Address("2001:db8:1::"), 64), True),
        (UDP_4, ProtocolIdentifier(17), True),
        (UDP_6, ProtocolIdentifier(6), False),
        (UDP_4, SingleSourcePort(5000), True),
        (UDP_6, SingleSourcePort(5001), False),
        (UDP_4, SingleDestinationPort(5001), True),
        (UDP_6, SourcePortRange(4000, 5000), True),
        (UDP_6, SourcePortRange(5001, 6000), False),
        (UDP_4, DestinationPortRange(5001, 5001), True),
        (UDP_4.replace(fragment_offset=1), SingleSourcePort(5000), False),
        (UDP_4.replace(fragment_offset=1), SourcePortRange(0, 65535), False),
        (UDP_4.replace(payload=b"\x13"), DestinationPortRange(0, 65535), False),
        (UDP_4.replace(options=b"\1\1\1\0"), SingleSourcePort(5000), True),
        (ESP_4, SecurityParameterIndex(7), True),
        (ESP_4, SecurityParameterIndex(8), False),
        (AH_6, SecurityParameterIndex(7), True),
        (AH_6.replace(payload=b"\x06\x04"), SecurityParameterIndex(7), False),
        (UDP_4, TypeOfService(0xB9, 0xFC), True),
        (UDP_6, TypeOfService(0xB8, 0xFF), True),
        (UDP_6, TypeOfService(0, 0xFF), False),
        (UDP_6, FlowLabel(0x12345), True),
        (UDP_4, FlowLabel(0x12345), False),
    ],
)
def test_components(packet: Any, component: Any, match: bool) -> None:
    """24.008 10.5.6.12: what each component looks at; fragments behind the first show no ports."""
    assert matches(PacketFilter(0, 1, (component,)), Flow(packet.encode())) is match


def test_all_components_must_match() -> None:
    """23.060 15.3.2: a filter matches where all its components do, in the direction that it is for."""
    flow = Flow(UDP_4.encode())
    assert matches(PacketFilter(0, 1, (ProtocolIdentifier(17), SingleSourcePort(5000))), flow)
    assert not matches(PacketFilter(0, 1, (ProtocolIdentifier(6), SingleSourcePort(5000))), flow)
    up = PacketFilter(0, 1, (ProtocolIdentifier(17),), PacketFilterDirection.UPLINK_ONLY)
    assert not matches(up, flow)
