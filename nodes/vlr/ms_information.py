"""MS information (TS 29.018 14): the VLR asks the SGSN what it knows of a mobile."""

from typing import TYPE_CHECKING

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.vlr.events import InformationOrder
from protocol.bssap_plus import MsInformationRequest, MsInformationResponse
from protocol.declare import printable
from protocol.timers import X_INFORMATION, Timer

if TYPE_CHECKING:
    from nodes.vlr.subscribers import Subscriber


class S(State):
    """States of the enquiry."""

    START = "start"
    WAIT_RESPONSE = "wait for MS-INFORMATION-RESPONSE"
    OVER = "enquiry over"


class MsInformation(Procedure):
    """One enquiry."""

    __slots__ = ("order", "subscriber")

    def __init__(self, subscriber: "Subscriber", order: InformationOrder) -> None:
        super().__init__(subscriber.stage, subscriber)
        self.subscriber = subscriber
        self.order = order

    def ended(self) -> None:
        if not self.state.final:
            self.stage.reply(self.order.command, "failed", {"error": "the subscriber is no more"})

    def transmit(self, message: MsInformationRequest) -> None:
        self.subscriber.association.transmit(message)


def begun(enquiry: MsInformation, event: Begin) -> S:
    """Ask."""
    identity = enquiry.subscriber.association.identity
    enquiry.ask(MsInformationRequest(imsi=identity, information_requested=enquiry.order.wanted))
    return S.WAIT_RESPONSE


def told(enquiry: MsInformation, event: MsInformationResponse) -> S:
    """This is known."""
    enquiry.stage.reply(enquiry.order.command, "done", printable(event))
    return S.OVER


def unanswered(enquiry: MsInformation, event: Timer) -> S:
    """Nobody knows."""
    enquiry.stage.reply(enquiry.order.command, "failed", {"error": "no answer"})
    return S.OVER


MS_INFORMATION = Machine(
    "MS information, VLR side",
    clause="29.018 14",
    of=MsInformation,
    initial=S.START,
    final=(S.OVER,),
    guards={S.WAIT_RESPONSE: X_INFORMATION},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_RESPONSE,)),
        (S.WAIT_RESPONSE, MsInformationResponse, told, (S.OVER,)),
        (S.WAIT_RESPONSE, X_INFORMATION, unanswered, (S.OVER,)),
    ],
)
