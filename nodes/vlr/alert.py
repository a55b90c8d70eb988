"""Non-GPRS alert (TS 29.018 7): the VLR wants to hear when the mobile is active again."""

from typing import TYPE_CHECKING

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.vlr.events import ASSOCIATION_LOST, AlertOrder, Contact
from protocol.bssap_plus import AlertAck, AlertReject, AlertRequest, MsActivityIndication
from protocol.timers import T7, Timer

if TYPE_CHECKING:
    from nodes.vlr.subscribers import Subscriber


class S(State):
    """States of the alert."""

    START = "start"
    WAIT_ACK = "wait for ALERT-ACK"
    WAIT_ACTIVITY = "wait for the mobile to be heard"
    OVER = "alert over"


class Alert(Procedure):
    """One alert; it is over when the mobile was heard, whichever way."""

    __slots__ = ("order", "subscriber")

    def __init__(self, subscriber: "Subscriber", order: AlertOrder) -> None:
        super().__init__(subscriber.stage, subscriber)
        self.subscriber = subscriber
        self.order = order

    def ended(self) -> None:
        if not self.state.final:
            self.stage.reply(self.order.command, "failed", {"error": "the subscriber is no more"})

    def transmit(self, message: AlertRequest) -> None:
        self.subscriber.association.transmit(message)


def begun(alert: Alert, event: Begin) -> S:
    """Ask the SGSN."""
    alert.ask(AlertRequest(imsi=alert.subscriber.association.identity))
    return S.WAIT_ACK


def acknowledged(alert: Alert, event: AlertAck) -> S:
    """It will tell."""
    return S.WAIT_ACTIVITY


def rejected(alert: Alert, event: AlertReject) -> S:
    """It does not know the mobile: nor is there an association (7.3)."""
    alert.stage.reply(alert.order.command, "failed", {"error": event.gs_cause.words})
    alert.subscriber.association.hear(ASSOCIATION_LOST)
    return S.OVER


def unanswered(alert: Alert, event: Timer) -> S:
    """T7 has run out N7 times: O&M is told (7.4)."""
    alert.stage.warn("alert", f"ALERT-REQUEST for {alert.subject} is not answered")
    alert.stage.reply(alert.order.command, "failed", {"error": "no answer"})
    return S.OVER


def heard(alert: Alert, event: MsActivityIndication | Contact) -> S:
    """The mobile is active."""
    alert.stage.reply(alert.order.command, "done")
    return S.OVER


ALERT = Machine(
    "non-GPRS alert, VLR side",
    clause="29.018 7",
    of=Alert,
    initial=S.START,
    final=(S.OVER,),
    guards={S.WAIT_ACK: T7},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_ACK,)),
        (S.WAIT_ACK, AlertAck, acknowledged, (S.WAIT_ACTIVITY,)),
        (S.WAIT_ACK, AlertReject, rejected, (S.OVER,)),
        (S.WAIT_ACK, T7, unanswered, (S.OVER,)),
        ((S.WAIT_ACK, S.WAIT_ACTIVITY), MsActivityIndication, heard, (S.OVER,)),
        ((S.WAIT_ACK, S.WAIT_ACTIVITY), Contact, heard, (S.OVER,)),
    ],
)
