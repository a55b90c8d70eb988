"""Modification of a PDP context, by either side (TS 24.008 6.1.3.3): actions of the table."""

from dataclasses import replace

from nodes.core.machine import State
from nodes.core.traffic_flow import Filters, TemplateError, changed
from nodes.ms.orders import ModifyOrder
from nodes.ms.pdp_context import SAPIS, PdpContext
from nodes.ms.pdp_states import S
from protocol.causes import SmCause
from protocol.sm import (
    ModifyPdpContextAcceptMo,
    ModifyPdpContextAcceptMt,
    ModifyPdpContextReject,
    ModifyPdpContextRequestMo,
    ModifyPdpContextRequestMt,
)
from protocol.sm.packet_filter import FilterIdentifier
from protocol.sm.traffic_flow_template import TftOperation, TrafficFlowTemplate
from protocol.timers import Timer


def ordered(context: PdpContext, event: ModifyOrder) -> S:
    """Ask for another quality, or for other packets than those of the context (6.1.3.3.2)."""
    template = change_filters(context.filters, event)
    try:
        context.asked_filters = context.filters if template is None else changed(template, context.filters, ())
    except TemplateError:  # let the network say so
        context.asked_filters = context.filters
    context.orders += (event,)
    context.ask(
        ModifyPdpContextRequestMo(
            transaction_identifier=context.identifier, requested_new_qos=event.qos, new_tft=template
        )
    )
    return S.MODIFY_PENDING


def change_filters(present: Filters, order: ModifyOrder) -> TrafficFlowTemplate | None:
    """What the network is asked for, None for nothing (10.5.6.12)."""
    if order.deletes is not None:
        if not order.deletes:
            return TrafficFlowTemplate(TftOperation.DELETE_EXISTING_TFT)
        identifiers = tuple(FilterIdentifier(number) for number in order.deletes)
        return TrafficFlowTemplate(TftOperation.DELETE_PACKET_FILTERS_FROM_EXISTING_TFT, identifiers=identifiers)
    if not order.filters:
        return None
    if order.replaces is not None:
        replaced = tuple(replace(item, identifier=order.replaces) for item in order.filters)
        return TrafficFlowTemplate(TftOperation.REPLACE_PACKET_FILTERS_IN_EXISTING_TFT, replaced)
    operation = TftOperation.ADD_PACKET_FILTERS_TO_EXISTING_TFT if present else TftOperation.CREATE_NEW_TFT
    used = {item.identifier for item in present}
    free = (number for number in range(16) if number not in used)
    first = max((item.evaluation_precedence + 1 for item in present), default=0)
    added = tuple(
        replace(item, identifier=number, evaluation_precedence=min(first + item.evaluation_precedence, 255))
        for item, number in zip(order.filters, free, strict=False)
    )
    return TrafficFlowTemplate(operation, added)


def granted(context: PdpContext, event: ModifyPdpContextAcceptMt) -> S:
    """The network grants it, or something less: what is of no use is deactivated (6.1.3.3.2)."""
    order = next(order for order in context.orders if isinstance(order, ModifyOrder))
    if event.negotiated_llc_sapi is not None:
        context.llc_sapi = SAPIS.get(event.negotiated_llc_sapi.value)
    if event.new_radio_priority is not None:
        context.radio_priority = event.new_radio_priority.level.taken_for
    context.filters = context.asked_filters
    context.wanted = replace(context.wanted, qos=order.qos or context.wanted.qos, filters=context.filters)
    cause = context.check_quality(event.negotiated_qos or order.qos or context.qos)
    if cause is not None:
        context.answer_failed(cause)
        return context.leave(cause)
    context.answer_done()
    return S.ACTIVE


def refused(context: PdpContext, event: ModifyPdpContextReject) -> S:
    """The network does not want it: all stays as it was (6.1.3.3.2)."""
    context.answer_failed(event.sm_cause.taken_for(up=False))
    return S.ACTIVE


def unanswered(context: PdpContext, event: Timer) -> S:
    """The fifth expiry of T3381: the mobile goes on with what it had (6.1.3.3.3 a)."""
    context.answer_failed("not answered")
    return S.ACTIVE


def modified(context: PdpContext, event: ModifyPdpContextRequestMt) -> S:
    """The network changes it: agree, or end it where it is of no use any more (6.1.3.3.1).

    What the mobile has asked for meanwhile is over: the network's request takes precedence (6.1.3.3.3 b).
    """
    context.answer_failed(SmCause.COLLISION_WITH_NETWORK_INITIATED_REQUEST)
    context.radio_priority = event.radio_priority.level.taken_for
    if event.pdp_address is not None:
        context.take_address(event.pdp_address)
    cause = context.take_quality(event.requested_llc_sapi, event.new_qos)
    if cause is not None:
        return context.leave(cause)
    context.tell(ModifyPdpContextAcceptMo(transaction_identifier=context.identifier))
    return S.ACTIVE


def ignored(
    context: PdpContext, event: ModifyPdpContextRequestMt | ModifyPdpContextAcceptMt | ModifyPdpContextReject
) -> State:
    """The mobile has asked for the end of it, which goes before."""
    return context.state
