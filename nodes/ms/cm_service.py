"""Establishing an MM connection, mobile side (TS 24.008 4.5.1.1): the mobile asks whether it may call."""

from typing import TYPE_CHECKING

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.ms.events import Secured
from nodes.ms.orders import CallOrder, HangUpOrder
from protocol.causes import MmCause
from protocol.identities import MobileIdentity
from protocol.mm import CmServiceAbort, CmServiceAccept, CmServiceReject, CmServiceRequest, CmServiceType
from protocol.rr import SuspensionCause
from protocol.timers import T3230, Timer

if TYPE_CHECKING:
    from nodes.ms.mm import MobilityManagement


class S(State):
    """States of the establishment."""

    START = "start"
    WAIT_ACCEPT = "wait for CM SERVICE ACCEPT"
    ACCEPTED = "service accepted"
    REFUSED = "service refused"
    UNANSWERED = "service not answered"
    ABORTED = "service not wanted any more"


class CmService(Procedure):
    """One request for the call that ``order`` wants; ``cause`` is the network's, if it refused."""

    __slots__ = ("cause", "mm", "order", "why")

    def __init__(self, mm: "MobilityManagement", order: CallOrder) -> None:
        super().__init__(mm.stage, mm)
        self.mm = mm
        self.order = order
        self.cause: MmCause | None = None
        self.why = "the channel is lost"

    def ended(self) -> None:
        """Where there will be no call, whoever ordered it is told."""
        if self.state is not S.ACCEPTED:
            self.stage.reply(self.order.command, "failed", {"error": self.why})


def begun(service: CmService, event: Begin) -> S:
    """Open a channel, unless there is one, and ask."""
    mm = service.mm
    request = CmServiceRequest(
        cm_service_type=CmServiceType.MOBILE_ORIGINATING_CALL_OR_PACKET_MODE_CONNECTION,
        cksn=mm.mobile.card.cs_cksn,
        mobile_station_classmark=service.stage.config.classmark,
        mobile_identity=MobileIdentity(mm.identity),
    )
    if mm.channel is None:
        mm.open_channel(request, SuspensionCause.EMERGENCY_CALL_MO_CALL_OR_CALL_RE_ESTABLISHMENT)
    else:
        service.tell(request)
    return S.WAIT_ACCEPT


def accepted(service: CmService, event: CmServiceAccept | Secured) -> S:
    """The call may be set up."""
    return S.ACCEPTED


def rejected(service: CmService, event: CmServiceReject) -> S:
    """It may not."""
    service.cause = event.reject_cause
    service.why = event.reject_cause.words
    return S.REFUSED


def unanswered(service: CmService, event: Timer) -> S:
    """T3230 has run out (4.5.1.2 b)."""
    service.why = "CM SERVICE REQUEST is not answered"
    return S.UNANSWERED


def aborted(service: CmService, event: HangUpOrder) -> S:
    """The user does not want to call any more (4.5.1.7)."""
    service.why = "hung up"
    service.tell(CmServiceAbort())
    service.stage.reply(event.command, "done", {"call": None})
    return S.ABORTED


CM_SERVICE = Machine(
    "MM connection, established by the mobile",
    clause="24.008 4.5.1.1",
    of=CmService,
    initial=S.START,
    final=(S.ACCEPTED, S.REFUSED, S.UNANSWERED, S.ABORTED),
    guards={S.WAIT_ACCEPT: T3230},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_ACCEPT,)),
        (S.WAIT_ACCEPT, CmServiceAccept, accepted, (S.ACCEPTED,)),
        (S.WAIT_ACCEPT, Secured, accepted, (S.ACCEPTED,)),
        (S.WAIT_ACCEPT, CmServiceReject, rejected, (S.REFUSED,)),
        (S.WAIT_ACCEPT, T3230, unanswered, (S.UNANSWERED,)),
        (S.WAIT_ACCEPT, HangUpOrder, aborted, (S.ABORTED,)),
    ],
)
