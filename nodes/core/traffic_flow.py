"""Traffic flow templates (TS 23.060 15.3, TS 24.008 6.1.3.2.3, 6.1.3.3.3): which packet filters a context has by them.

A template tells which packets for an address belong to which of its contexts; at most one of those has none. Mobile,
SGSN and GGSN reckon alike: one network does not take what another part of it refuses.
"""

from collections.abc import Iterable

from protocol.causes import SmCause
from protocol.sm.packet_filter import DestinationPortRange, PacketFilter, SourcePortRange
from protocol.sm.traffic_flow_template import TftOperation, TrafficFlowTemplate

Filters = tuple[PacketFilter, ...]
"""The packet filters of one context in order of precedence; none where it has no template."""

MOST_FILTERS = 8
"""Of one template (10.5.6.12)."""


class TemplateError(Exception):
    """A template that cannot be taken; ``cause`` is what the mobile is told."""

    def __init__(self, cause: SmCause) -> None:
        super().__init__(cause.words)
        self.cause = cause


def changed(template: TrafficFlowTemplate, own: Filters, others: Iterable[Filters]) -> Filters:
    """The filters of a context once the template is in force; TemplateError where it cannot be.

    ``own`` are its filters before, ``others`` those of the other contexts of the address. Refused is what breaks the
    syntax; to change a template that is not there, or to leave it empty; to be without one where another context is;
    filters whose components contradict each other; and a precedence that another context of the address uses. A new
    template replaces the old, as filters do that have the identifier or the precedence of one. One that is to be
    replaced and is not there is added, one that is to be deleted and is not there is no error.
    """
    check_syntax(template)
    operation, before = template.operation, tuple(others)
    if operation in (TftOperation.NO_TFT_OPERATION, TftOperation.SPARE):
        after = own  # 10.5.6.12: spare is to be ignored
    elif operation == TftOperation.CREATE_NEW_TFT:
        after = template.filters
    elif operation == TftOperation.DELETE_EXISTING_TFT:
        after = ()  # be it for the second time, where the accept was lost
        if () in before:
            raise TemplateError(SmCause.SEMANTIC_ERROR_IN_THE_TFT_OPERATION)
    elif not own:
        raise TemplateError(SmCause.SEMANTIC_ERROR_IN_THE_TFT_OPERATION)
    else:
        after = edited(template, own)
    if len(after) > MOST_FILTERS:
        raise TemplateError(SmCause.SEMANTIC_ERROR_IN_THE_TFT_OPERATION)
    if any(map(contradicts, after)):
        raise TemplateError(SmCause.SEMANTIC_ERRORS_IN_PACKET_FILTERS)
    taken = {one.evaluation_precedence for filters in before for one in filters}
    if any(one.evaluation_precedence in taken for one in after):
        raise TemplateError(SmCause.SYNTACTICAL_ERRORS_IN_PACKET_FILTERS)
    return tuple(sorted(after, key=lambda one: one.evaluation_precedence))


def check_syntax(template: TrafficFlowTemplate) -> None:
    """Refuse a template that is wrong in itself."""
    fault = template.fault()
    if fault is None and len(template.filters) > MOST_FILTERS:
        fault = SmCause.SYNTACTICAL_ERROR_IN_THE_TFT_OPERATION
    if fault is not None:
        raise TemplateError(fault)


def edited(template: TrafficFlowTemplate, own: Filters) -> Filters:
    """The filters after some were added, replaced or deleted."""
    if template.operation == TftOperation.DELETE_PACKET_FILTERS_FROM_EXISTING_TFT:
        gone = {one.identifier for one in template.identifiers}
        after = tuple(one for one in own if one.identifier not in gone)
        if not after:
            raise TemplateError(SmCause.SEMANTIC_ERROR_IN_THE_TFT_OPERATION)
        return after
    names = {one.identifier for one in template.filters}
    places = {one.evaluation_precedence for one in template.filters}
    kept = (one for one in own if one.identifier not in names and one.evaluation_precedence not in places)
    return (*kept, *template.filters)


ALIKE: tuple[frozenset[int], ...] = (
    frozenset({0x10, 0x11, 0x20, 0x21, 0x23}),
    frozenset({0x30}),
    frozenset({0x40, 0x41}),
    frozenset({0x50, 0x51}),
    frozenset({0x60}),
    frozenset({0x70}),
    frozenset({0x80}),
)
"""Component types of which a filter has one at most (10.5.6.12)."""

PORTS = frozenset({0x40, 0x41, 0x50, 0x51})
ADDRESSES_OF_IPV4 = frozenset({0x10, 0x11})
INDEX, LABEL = 0x60, 0x80


def contradicts(one: PacketFilter) -> bool:
    """True where no packet could match all components, by their kinds (23.060 15.3.2, table 12) or a reversed range."""
    codes = [component.code for component in one.components]
    kinds = frozenset(codes)
    if any(sum(code in alike for code in codes) > 1 for alike in ALIKE):
        return True
    if any(
        isinstance(component, DestinationPortRange | SourcePortRange) and component.low > component.high
        for component in one.components
    ):
        return True
    ports, index, label = bool(kinds & PORTS), INDEX in kinds, LABEL in kinds
    return (index and (ports or label)) or (label and (ports or bool(kinds & ADDRESSES_OF_IPV4)))
