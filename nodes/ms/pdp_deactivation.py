"""Deactivation of a PDP context, by either side (TS 24.008 6.1.3.4), and what SM STATUS does to one (6.1.3.7)."""

from nodes.core.machine import State
from nodes.ms.orders import DeactivateOrder
from nodes.ms.pdp_context import PdpContext
from nodes.ms.pdp_states import S
from protocol.causes import SmCause
from protocol.sm import DeactivatePdpContextAccept, DeactivatePdpContextRequest, SmStatus
from protocol.timers import Timer


def ordered(context: PdpContext, event: DeactivateOrder) -> S:
    """The user has done with it; what else was going on is over (6.1.3.4.1)."""
    context.answer_failed("deactivated")
    context.orders = (event,)
    if context.is_unheard_of:
        return end(context)
    return context.leave(SmCause.REGULAR_DEACTIVATION, tear_down=event.tear_down)


def joined(context: PdpContext, event: DeactivateOrder) -> S:
    """It is being done already."""
    context.orders += (event,)
    return S.INACTIVE_PENDING


def granted(context: PdpContext, event: DeactivatePdpContextAccept) -> S:
    """The network agrees."""
    return end(context)


def unanswered(context: PdpContext, event: Timer) -> S:
    """The fifth expiry of T3390: ended all the same (6.1.3.4.3 a)."""
    return end(context)


def end(context: PdpContext) -> S:
    """It is over, and so are others of the address where the mobile has asked for that."""
    if any(isinstance(order, DeactivateOrder) and order.tear_down for order in context.orders):
        for other in context.sessions.beside(context):
            other.release("deactivated")
    context.answer_done()
    return S.OVER


def deactivated(context: PdpContext, event: DeactivatePdpContextRequest) -> S:
    """The network ends it, with others of its address if it says so; it may want it activated anew (6.1.3.4.2).

    That takes precedence over what the mobile has asked for (6.1.3.3.3 c); crossing requests are both granted
    (6.1.3.4.3 b).
    """
    context.tell(DeactivatePdpContextAccept(transaction_identifier=context.identifier))
    cause = event.sm_cause.taken_for(up=False)
    teardown = event.tear_down_indicator
    others = context.sessions.beside(context) if teardown is not None and teardown.tear_down_requested else ()
    if cause is SmCause.REACTIVATION_REQUESTED and context.state is not S.INACTIVE_PENDING:
        context.sessions.want_again(context, *others)
    for other in others:
        other.answer_failed(cause)
        other.end()
    if context.state is S.INACTIVE_PENDING:
        return end(context)
    context.answer_failed(cause)
    return S.OVER


def told_status(context: PdpContext, event: SmStatus) -> State:
    """Something of ours could not be taken: #81 ends the context, #97 what runs on it (6.1.3.7). Never answered."""
    cause = event.sm_cause
    context.stage.warn("sm status", f"SM STATUS to {context.subject}, NSAPI {context.nsapi}: {cause.words}")
    match cause:
        case SmCause.INVALID_TRANSACTION_IDENTIFIER_VALUE:
            ended = True
        case SmCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED:
            ended = context.state is not S.ACTIVE and context.state is not S.MODIFY_PENDING
        case _:
            return context.state
    if context.state is S.INACTIVE_PENDING:
        return end(context)
    context.answer_failed(cause)
    return S.OVER if ended else S.ACTIVE
