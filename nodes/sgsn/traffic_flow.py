"""Traffic flow templates of PDP contexts as the SGSN checks them (TS 24.008 6.1.3.2.3, 6.1.3.3.3, TS 23.060 15.3).

A template tells which packets for an address belong to which of its contexts; at most one of those has none. Packet
filters of one address are tried by precedence, so no two of them have the same.
"""

from typing import TYPE_CHECKING

from protocol.causes import SmCause
from protocol.sm.packet_filter import (
    Component,
    DestinationPortRange,
    FlowLabel,
    Ipv4SourceAddress,
    Ipv6RemotePrefix,
    Ipv6SourceAddress,
    PacketFilter,
    SecurityParameterIndex,
    SingleDestinationPort,
    SingleSourcePort,
    SourcePortRange,
)
from protocol.sm.traffic_flow_template import TftOperation, TrafficFlowTemplate

if TYPE_CHECKING:
    from nodes.sgsn.pdp_context import PdpContext

OF_IPV6 = (Ipv6SourceAddress, Ipv6RemotePrefix)
PORTS = (SingleDestinationPort, DestinationPortRange, SingleSourcePort, SourcePortRange)

MOST_FILTERS = 8
"""Packet filters of one template (10.5.6.12)."""


class TemplateError(Exception):
    """A template that cannot be taken; ``cause`` is what the mobile is told."""

    def __init__(self, cause: SmCause) -> None:
        super().__init__(cause.words)
        self.cause = cause


def first_template(wanted: TrafficFlowTemplate | None, linked: "list[PdpContext]") -> TrafficFlowTemplate | None:
    """The template of a new secondary context beside those ``linked`` (6.1.3.2.3)."""
    if wanted is None:
        if any(other.tft is None for other in linked):
            raise TemplateError(SmCause.PDP_CONTEXT_WITHOUT_TFT_ALREADY_ACTIVATED)
        return None
    check_syntax(wanted)
    if wanted.operation != TftOperation.CREATE_NEW_TFT:
        raise TemplateError(SmCause.SEMANTIC_ERROR_IN_THE_TFT_OPERATION)
    check_filters(wanted.filters, linked)
    return template_of(wanted.filters)


def next_template(
    present: TrafficFlowTemplate | None, wanted: TrafficFlowTemplate, linked: "list[PdpContext]"
) -> TrafficFlowTemplate | None:
    """What becomes of the template of a context by an operation of the mobile (6.1.3.3.3)."""
    check_syntax(wanted)
    operation, filters = wanted.operation, wanted.filters
    if operation in (TftOperation.SPARE, TftOperation.NO_TFT_OPERATION):
        return present
    if operation == TftOperation.CREATE_NEW_TFT:
        check_filters(filters, linked)
        return template_of(filters)
    if operation == TftOperation.DELETE_EXISTING_TFT:
        if any(other.tft is None for other in linked):
            raise TemplateError(SmCause.SEMANTIC_ERROR_IN_THE_TFT_OPERATION)
        return None
    if present is None:
        raise TemplateError(SmCause.SEMANTIC_ERROR_IN_THE_TFT_OPERATION)
    if operation == TftOperation.DELETE_PACKET_FILTERS_FROM_EXISTING_TFT:
        gone = {item.identifier for item in wanted.identifiers}
        left = tuple(item for item in present.filters if item.identifier not in gone)
        if not left:
            raise TemplateError(SmCause.SEMANTIC_ERROR_IN_THE_TFT_OPERATION)
        return template_of(left)
    names = {item.identifier for item in filters}  # added or replaced: the new one counts, be there an old one or not
    old = tuple(item for item in present.filters if item.identifier not in names)
    check_filters((*old, *filters), linked)
    return template_of((*old, *filters))


def template_of(filters: tuple[PacketFilter, ...]) -> TrafficFlowTemplate:
    """A template with these filters, as it would be created."""
    return TrafficFlowTemplate(TftOperation.CREATE_NEW_TFT, filters)


def check_syntax(template: TrafficFlowTemplate) -> None:
    """Refuse a template that is wrong in itself."""
    fault = template.fault()
    if fault is not None:
        raise TemplateError(fault)


def check_filters(filters: tuple[PacketFilter, ...], linked: "list[PdpContext]") -> None:
    """Refuse filters that contradict themselves, or are tried at the same time as others of the address."""
    if len(filters) > MOST_FILTERS:
        raise TemplateError(SmCause.SYNTACTICAL_ERROR_IN_THE_TFT_OPERATION)
    precedences = [item.evaluation_precedence for item in filters]
    for other in linked:
        precedences += [item.evaluation_precedence for item in (() if other.tft is None else other.tft.filters)]
    if len(set(precedences)) < len(precedences):
        raise TemplateError(SmCause.SYNTACTICAL_ERRORS_IN_PACKET_FILTERS)
    if any(contradicts(item.components) for item in filters):
        raise TemplateError(SmCause.SEMANTIC_ERRORS_IN_PACKET_FILTERS)


def contradicts(components: tuple[Component, ...]) -> bool:
    """True where no packet can match: components of two kinds that exclude each other, or one of them twice."""
    kinds = [type(item) for item in components]
    if len(set(kinds)) < len(kinds):
        return True
    of_4 = any(isinstance(item, Ipv4SourceAddress) for item in components)
    of_6 = any(isinstance(item, (*OF_IPV6, FlowLabel)) for item in components)
    ports = any(isinstance(item, PORTS) for item in components)
    index = any(isinstance(item, SecurityParameterIndex) for item in components)
    label = any(isinstance(item, FlowLabel) for item in components)
    reversed_range = any(
        isinstance(item, DestinationPortRange | SourcePortRange) and item.low > item.high for item in components
    )
    return (of_4 and of_6) or (ports and (index or label)) or (index and label) or reversed_range
