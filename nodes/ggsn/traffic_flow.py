"""Traffic flow templates in the GGSN (TS 23.060 15.3, TS 24.008 6.1.3.2.3, 6.1.3.3.3): which bearer a packet takes."""

from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from nodes.core import traffic_flow
from nodes.core.traffic_flow import Filters, TemplateError
from protocol.causes import GtpCause, SmCause
from protocol.sm import packet_filter as components
from protocol.sm.packet_filter import PacketFilter
from protocol.sm.traffic_flow_template import TrafficFlowTemplate

CAUSES = {
    SmCause.SEMANTIC_ERROR_IN_THE_TFT_OPERATION: GtpCause.SEMANTIC_ERROR_IN_THE_TFT_OPERATION,
    SmCause.SYNTACTICAL_ERROR_IN_THE_TFT_OPERATION: GtpCause.SYNTACTIC_ERROR_IN_THE_TFT_OPERATION,
    SmCause.SEMANTIC_ERRORS_IN_PACKET_FILTERS: GtpCause.SEMANTIC_ERRORS_IN_PACKET_FILTERS,
    SmCause.SYNTACTICAL_ERRORS_IN_PACKET_FILTERS: GtpCause.SYNTACTIC_ERRORS_IN_PACKET_FILTERS,
}
"""Why a template is refused, in the words of GTP."""

FRAGMENTABLE = (6, 17, 132)
"""TCP, UDP and SCTP: what has ports."""

ESP, AH = 50, 51


class RefusedError(Exception):
    """A request that is refused, with this cause."""

    def __init__(self, cause: GtpCause) -> None:
        super().__init__(cause)
        self.cause = cause


def changed(template: TrafficFlowTemplate, own: Filters, others: Iterable[Filters]) -> Filters:
    """The filters of a context once the template is in force; RefusedError where it cannot be."""
    try:
        return traffic_flow.changed(template, own, others)
    except TemplateError as error:
        raise RefusedError(CAUSES[error.cause]) from None


class Flow:
    """What a packet filter looks at. Ports and SPI are None where the packet shows none, as later fragments do."""

    __slots__ = ("destination_port", "flow_label", "protocol", "source", "source_port", "spi", "type_of_service")

    def __init__(self, packet: bytes) -> None:
        self.destination_port: int | None = None
        self.source_port: int | None = None
        self.spi: int | None = None
        self.flow_label: int | None = None
        self.source: IPv4Address | IPv6Address
        if packet[0] >> 4 == 4:
            self.source = IPv4Address(packet[12:16])
            self.type_of_service = packet[1]
            self.protocol = packet[9]
            start = (packet[0] & 15) * 4
            first = not ((packet[6] & 0x1F) << 8 | packet[7])
        else:
            self.source = IPv6Address(packet[8:24])
            self.type_of_service = (packet[0] << 4 | packet[1] >> 4) & 0xFF
            self.flow_label = int.from_bytes(packet[1:4], "big") & 0xFFFFF
            self.protocol = packet[6]
            start, first = 40, True
        if not first:
            return
        if self.protocol in FRAGMENTABLE and len(packet) >= start + 4:
            self.source_port = packet[start] << 8 | packet[start + 1]
            self.destination_port = packet[start + 2] << 8 | packet[start + 3]
        elif self.protocol in (ESP, AH):
            at = start if self.protocol == ESP else start + 4
            if len(packet) >= at + 4:
                self.spi = int.from_bytes(packet[at : at + 4], "big")


def from_masked(component: Any, flow: Flow) -> bool:
    """The sender is in the network."""
    if flow.source.version != component.address.version:
        return False
    mask = int(component.mask)
    return int(flow.source) & mask == int(component.address) & mask


def from_prefix(component: components.Ipv6RemotePrefix, flow: Flow) -> bool:
    """The sender is behind the prefix."""
    shift = 128 - min(component.prefix_length, 128)
    return flow.source.version == 6 and int(flow.source) >> shift == int(component.address) >> shift


def is_local(component: Any, flow: Flow) -> bool:
    """A filter of Rel-10 names the mobile's own address; downlink it is the destination, which has been found by it."""
    return True


def to_port(component: components.SingleDestinationPort, flow: Flow) -> bool:
    """It goes to the port."""
    return flow.destination_port == component.port


def to_ports(component: components.DestinationPortRange, flow: Flow) -> bool:
    """It goes to one of the ports."""
    return flow.destination_port is not None and component.low <= flow.destination_port <= component.high


def from_port(component: components.SingleSourcePort, flow: Flow) -> bool:
    """It comes from the port."""
    return flow.source_port == component.port


def from_ports(component: components.SourcePortRange, flow: Flow) -> bool:
    """It comes from one of the ports."""
    return flow.source_port is not None and component.low <= flow.source_port <= component.high


def of_protocol(component: components.ProtocolIdentifier, flow: Flow) -> bool:
    """It is of the protocol."""
    return flow.protocol == component.protocol


def of_index(component: components.SecurityParameterIndex, flow: Flow) -> bool:
    """It has the security parameter index."""
    return flow.spi == component.index


def of_type(component: components.TypeOfService, flow: Flow) -> bool:
    """It has the type of service, as far as the mask looks."""
    return flow.type_of_service & component.mask == component.value & component.mask


def of_label(component: components.FlowLabel, flow: Flow) -> bool:
    """It has the flow label."""
    return flow.flow_label == component.label


MATCHES: dict[type, Callable[[Any, Flow], bool]] = {
    components.Ipv4SourceAddress: from_masked,
    components.Ipv4LocalAddress: is_local,
    components.Ipv6SourceAddress: from_masked,
    components.Ipv6RemotePrefix: from_prefix,
    components.Ipv6LocalPrefix: is_local,
    components.ProtocolIdentifier: of_protocol,
    components.SingleDestinationPort: to_port,
    components.DestinationPortRange: to_ports,
    components.SingleSourcePort: from_port,
    components.SourcePortRange: from_ports,
    components.SecurityParameterIndex: of_index,
    components.TypeOfService: of_type,
    components.FlowLabel: of_label,
}


def matches(one: PacketFilter, flow: Flow) -> bool:
    """True where the downlink packet matches all components of the filter."""
    if one.direction == components.PacketFilterDirection.UPLINK_ONLY:
        return False
    return all(MATCHES[type(component)](component, flow) for component in one.components)
