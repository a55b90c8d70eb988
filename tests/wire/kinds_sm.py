"""Strategies of session management's values, where most of those made from the types alone would be invalid."""

from ipaddress import IPv4Address, IPv6Address
from typing import Any

from hypothesis import strategies as st

from protocol.sm.elements import FlowIdentifier, LinkedTi, TransactionIdentifier
from protocol.sm.packet_filter import COMPONENTS, FilterIdentifier, PacketFilter
from protocol.sm.pdp_address import PdpAddress, PdpTypeNumber, PdpTypeOrganisation
from protocol.sm.ppp import ADDRESSED, NUMBERED, Chap, Ipcp, IpcpOption, Lcp, LcpOption, Pap
from protocol.sm.protocol_configuration_options import (
    IPV4,
    IPV6,
    PACKETS,
    Address,
    Mtu,
    ProtocolConfigurationOptions,
    ProtocolOrContainer,
    Unit,
)
from protocol.sm.quality_of_service import QualityOfService
from protocol.sm.quantity import Quantity
from protocol.sm.traffic_flow_template import TftOperation, TftParameter, TftParameterIdentifier, TrafficFlowTemplate

OCTET = st.integers(0, 255)
SHORT = st.binary(max_size=9)
IPV4_ADDRESS = st.integers(0, (1 << 32) - 1).map(IPv4Address)
IPV6_ADDRESS = st.integers(0, (1 << 128) - 1).map(IPv6Address)

IDENTIFIER = st.builds(TransactionIdentifier, st.integers(0, 126), st.booleans())

PROFILE = st.sampled_from((3, 11, 12, 14, 16, 20)).flatmap(
    lambda size: st.binary(min_size=size, max_size=size).map(QualityOfService.from_octets)
)

ETSI, IETF, EMPTY = PdpTypeOrganisation.ETSI, PdpTypeOrganisation.IETF, PdpTypeOrganisation.EMPTY_PDP_TYPE
PDP_ADDRESS = st.one_of(
    st.builds(PdpAddress.static, IPV4_ADDRESS | IPV6_ADDRESS),
    st.sampled_from((PdpTypeNumber.IPV4, PdpTypeNumber.IPV6, PdpTypeNumber.IPV4V6)).map(PdpAddress.dynamic),
    st.builds(PdpAddress, st.just(IETF), st.just(PdpTypeNumber.IPV4V6), IPV4_ADDRESS, IPV6_ADDRESS),
    st.sampled_from((PdpAddress(ETSI, PdpTypeNumber.PPP), PdpAddress(EMPTY, PdpTypeNumber.X_25))),
)

IPCP_OPTION = st.builds(IpcpOption.of, st.sampled_from(sorted(ADDRESSED)), IPV4_ADDRESS.map(lambda value: value.packed))
LCP_OPTION = st.sampled_from(sorted(NUMBERED)).flatmap(
    lambda kind: st.binary(min_size=NUMBERED[kind], max_size=NUMBERED[kind]).map(
        lambda content: LcpOption.of(kind, content)
    )
)


def packet(code: int, identifier: int, content: bytes) -> bytes:
    """Octets of a PPP packet."""
    return bytes((code, identifier)) + (4 + len(content)).to_bytes(2, "big") + content


def packets(kind: Any, codes: st.SearchStrategy[int], content: st.SearchStrategy[bytes]) -> st.SearchStrategy[Any]:
    """Packets of a protocol."""
    return st.builds(packet, codes, OCTET, content).map(kind.from_octets)


def options(option: st.SearchStrategy[Any]) -> st.SearchStrategy[bytes]:
    """Octets of some options."""
    return st.lists(option, max_size=3).map(lambda items: b"".join(item.to_octets() for item in items))


TEXT = st.text("abcdefghij.@", max_size=9).map(str.encode)
"""Names, passwords and messages that tshark prints without objection."""

COUNTED = TEXT.map(lambda octets: bytes((len(octets),)) + octets)
IPCP = packets(Ipcp, st.integers(1, 4), options(IPCP_OPTION)) | packets(Ipcp, st.integers(5, 7), SHORT)
LCP = packets(Lcp, st.integers(1, 4), options(LCP_OPTION)) | packets(Lcp, st.integers(5, 6), SHORT)
PAP = packets(Pap, st.just(1), st.builds(bytes.__add__, COUNTED, COUNTED)) | packets(Pap, st.integers(2, 3), COUNTED)
CHAP = packets(Chap, st.integers(1, 2), st.builds(bytes.__add__, COUNTED, TEXT)) | packets(
    Chap, st.integers(3, 4), TEXT
)
ADDRESS = st.builds(Address, IPV4_ADDRESS | IPV6_ADDRESS)
MTU = st.builds(Mtu, st.integers(0, 65535))

UNIT = st.one_of(
    st.tuples(st.just(0x8021), IPCP),
    st.tuples(st.just(0xC021), LCP),
    st.tuples(st.just(0xC023), PAP),
    st.tuples(st.just(0xC223), CHAP),
    st.tuples(st.sampled_from(sorted(IPV4)), st.builds(Address, IPV4_ADDRESS)),
    st.tuples(st.sampled_from(sorted(IPV6)), st.builds(Address, IPV6_ADDRESS)),
    st.tuples(st.just(0x0010), MTU),
    st.tuples(st.sampled_from([kind for kind in ProtocolOrContainer if kind not in PACKETS]), st.just(b"")),
).map(lambda pair: Unit(ProtocolOrContainer(pair[0]), pair[1]))
OPTIONS = st.lists(UNIT, max_size=3).map(lambda units: ProtocolConfigurationOptions(tuple(units)))

COMPONENT = st.sampled_from(sorted(COMPONENTS)).flatmap(
    lambda code: st.binary(min_size=COMPONENTS[code].size, max_size=COMPONENTS[code].size).map(
        COMPONENTS[code].from_octets
    )
)
NAME = st.integers(0, 15)
FILTER = st.builds(PacketFilter, NAME, OCTET, st.lists(COMPONENT, min_size=1, max_size=3).map(tuple))
FLOW = st.builds(TftParameter, st.just(TftParameterIdentifier.FLOW_IDENTIFIER), st.binary(min_size=4, max_size=4))
PARAMETERS = st.none() | st.lists(FLOW, max_size=2).map(tuple)


@st.composite
def templates(draw: st.DrawFn) -> TrafficFlowTemplate:
    """Templates whose operation has the filters that it wants."""
    operation = draw(st.sampled_from(list(TftOperation)[1:7]))
    parameters = draw(PARAMETERS)
    if operation is TftOperation.DELETE_PACKET_FILTERS_FROM_EXISTING_TFT:
        names = draw(st.lists(st.builds(FilterIdentifier, NAME), min_size=1, max_size=3))
        return TrafficFlowTemplate(operation, identifiers=tuple(names), parameters=parameters)
    if operation in (TftOperation.DELETE_EXISTING_TFT, TftOperation.NO_TFT_OPERATION):
        return TrafficFlowTemplate(operation, parameters=parameters)
    filters = draw(st.lists(FILTER, min_size=1, max_size=2))
    return TrafficFlowTemplate(operation, tuple(filters), parameters=parameters)


def quantities(kind: type[Quantity]) -> st.SearchStrategy[Quantity]:
    """All codes of a quantity."""
    return st.integers(0, (1 << kind.bits) - 1).map(kind)


KINDS: dict[Any, st.SearchStrategy[Any]] = {
    IPv4Address: IPV4_ADDRESS,
    IPv6Address: IPV6_ADDRESS,
    TransactionIdentifier: IDENTIFIER,
    LinkedTi: st.builds(LinkedTi, IDENTIFIER),
    QualityOfService: PROFILE,
    PdpAddress: PDP_ADDRESS,
    IpcpOption: IPCP_OPTION,
    LcpOption: LCP_OPTION,
    Ipcp: IPCP,
    Lcp: LCP,
    Pap: PAP,
    Chap: CHAP,
    Address: ADDRESS,
    Mtu: MTU,
    Unit: UNIT,
    ProtocolConfigurationOptions: OPTIONS,
    PacketFilter: FILTER,
    FilterIdentifier: st.builds(FilterIdentifier, NAME),
    TftParameter: FLOW,
    TrafficFlowTemplate: templates(),
    FlowIdentifier: quantities(FlowIdentifier),
} | {kind: quantities(kind) for kind in Quantity.__subclasses__()}
