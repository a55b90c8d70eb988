"""Subscriber data that the HLR inserts or deletes on its own (TS 23.060 6.11.1, TS 29.002 8.8.1, 8.8.2)."""

from typing import Any

from nodes.core.machine import Machine, Procedure, State
from nodes.core.tcap import Closed, Dialogue, NoAnswer
from nodes.sgsn import session_orders
from nodes.sgsn.association import DISOWNED
from nodes.sgsn.mobility import DetachOrder
from protocol.gmm.elements import DetachTypeMt
from protocol.map.errors import UnidentifiedSubParam
from protocol.map.subscriber import (
    DeleteSubscriberDataArg,
    DeleteSubscriberDataRes,
    InsertSubscriberDataArg,
    InsertSubscriberDataRes,
    NetworkAccessMode,
)
from protocol.timers import X_MORE_DATA, Timer


class S(State):
    """States of the insertion."""

    START = "start"
    WAIT_MORE = "wait for more data"
    OVER = "insertion over"


class SubscriberData(Procedure):
    """One insertion, in one part or several: the HLR ends its dialogue when all is told."""

    __slots__ = ("dialogue",)

    def __init__(self, stage: Any, dialogue: Dialogue) -> None:
        super().__init__(stage)
        self.dialogue = dialogue
        dialogue.user = self

    @property
    def subject(self) -> str:
        return self.dialogue.imsi

    def ended(self) -> None:
        """All is told, so PDP contexts may follow."""
        self.dialogue.abort()
        context = self.stage.context_of(self.dialogue.imsi)
        if context is not None:
            session_orders.subscription_changed(context)


def insert(sgsn: Any, dialogue: Dialogue, argument: InsertSubscriberDataArg) -> None:
    """The HLR has begun."""
    SubscriberData(sgsn, dialogue).hear(argument)


def delete(sgsn: Any, dialogue: Dialogue, argument: DeleteSubscriberDataArg) -> None:
    """The HLR takes something away; it is done at once, and the HLR is told where there is no such mobile."""
    context = sgsn.context_of(argument.imsi)
    if context is None:
        dialogue.refuse(UnidentifiedSubParam())
    else:
        dialogue.imsi = context.imsi
        context.delete(argument)
        session_orders.subscription_changed(context)
        dialogue.answer(DeleteSubscriberDataRes())
    dialogue.end()


def begun(insertion: SubscriberData, event: InsertSubscriberDataArg) -> S:
    """Find the mobile; the HLR is told where there is no such."""
    dialogue = insertion.dialogue
    context = None if event.imsi is None else insertion.stage.context_of(event.imsi)
    if context is None:
        dialogue.refuse(UnidentifiedSubParam())
        dialogue.end()
        return S.OVER
    dialogue.imsi = context.imsi
    return inserted(insertion, event)


def inserted(insertion: SubscriberData, event: InsertSubscriberDataArg) -> S:
    """Keep it, unless the mobile has gone meanwhile; there may be more.

    A mobile that may have packets alone from now on is detached from calls: its VLR is told by the HLR to forget it,
    and refuses it when it attaches for calls again (24.008 4.7.4.2). One that may not be here any more is detached.
    """
    sgsn = insertion.stage
    context = sgsn.context_of(insertion.dialogue.imsi)
    response = None
    if context is not None:
        context.insert(event)
        response = context.zone_response() if event.regional_subscription_data else None
    insertion.dialogue.answer(InsertSubscriberDataRes(regional_subscription_response=response))
    insertion.dialogue.send()
    packets_alone = event.network_access_mode is NetworkAccessMode.ONLY_PACKET
    if context is not None and packets_alone and sgsn.gs.is_associated(context.imsi):
        sgsn.gs.tell(context.imsi, DISOWNED)  # at its next update, should it not hear of the detach
        context.deliver(DetachOrder(DetachTypeMt.IMSI_DETACH))
    elif context is not None and event.regional_subscription_data and context.is_restricted:
        context.deliver(DetachOrder(DetachTypeMt.RE_ATTACH_NOT_REQUIRED))
    return S.WAIT_MORE


def closed(insertion: SubscriberData, event: Closed | NoAnswer) -> S:
    """That was all."""
    return S.OVER


def silent(insertion: SubscriberData, event: Timer) -> S:
    """The HLR has forgotten to say so."""
    return S.OVER


SUBSCRIBER_DATA = Machine(
    "insertion of subscriber data, SGSN side",
    clause="29.002 8.8.1",
    of=SubscriberData,
    initial=S.START,
    final=(S.OVER,),
    guards={S.WAIT_MORE: X_MORE_DATA},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, InsertSubscriberDataArg, begun, (S.WAIT_MORE, S.OVER)),
        (S.WAIT_MORE, InsertSubscriberDataArg, inserted, (S.WAIT_MORE,)),
        (S.WAIT_MORE, Closed, closed, (S.OVER,)),
        (S.WAIT_MORE, NoAnswer, closed, (S.OVER,)),
        (S.WAIT_MORE, X_MORE_DATA, silent, (S.OVER,)),
    ],
)
