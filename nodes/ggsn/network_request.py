"""Network-requested PDP context activation (TS 23.060 9.2.2.2, TS 29.060 7.3.8 to 7.3.11).

A packet looks for its mobile. There is one run an address, from the first downlink packet for a static address
without context on. Packets wait in it, the newest of them, until the mobile has made the context.

An SGSN that does not know the mobile may be the one that it has left: then the HLR is asked again for the one where it
is (23.060 9.2.2.2.2).

MNRG is set where the HLR says so, or where the SGSN does not know the mobile, has it detached, or gets no answer to
paging: those the HLR will tell of when the mobile is heard again. A mobile that refuses, or that is suspended for a
call, is there: for it nothing is set. After any failure packets are dropped for a time, X-quiet, so that who sends them
does not flood the HLR (23.060 9.2.2.2.2); then the next one asks again.
"""

from collections import deque
from typing import TYPE_CHECKING

from nodes.core import gtp
from nodes.core.gtp import NO_TEID, Transaction
from nodes.core.machine import ANY, Begin, Machine, State
from nodes.core.tcap import Inquiry, NoAnswer, Refused
from nodes.ggsn.config import Address
from nodes.ggsn.contexts import Point
from protocol.causes import GtpCause
from protocol.gtp import EndUserAddress, PduNotificationRequest
from protocol.gtp import Imsi as GtpImsi
from protocol.identities import Apn, GsnAddress, Imsi
from protocol.map.contexts import FAILURE_REPORT_V3, GPRS_LOCATION_INFO_RETRIEVAL_V3
from protocol.map.errors import ErrorCode
from protocol.map.packet import (
    AbsentSubscriberDiagnosticSm,
    FailureReportArg,
    FailureReportRes,
    SendRoutingInfoForGprsArg,
    SendRoutingInfoForGprsRes,
)
from protocol.timers import X_ACTIVATION, X_PRESENT, X_QUIET, Timer

if TYPE_CHECKING:
    from nodes.ggsn.node import Ggsn

MOST_WAITING = 16
"""How many packets wait for the context; the oldest goes first."""

UNREACHABLE = frozenset(
    {
        GtpCause.IMSI_NOT_KNOWN,
        GtpCause.MS_IS_GPRS_DETACHED,
        GtpCause.MS_IS_NOT_GPRS_RESPONDING,
        GtpCause.MS_IS_NOT_GPRS_RESPONDING_TO_PAGING,
    }
)
"""Causes after which the HLR is asked to tell when the mobile is there again."""


class S(State):
    """States of a network-requested activation."""

    START = "start"
    WAIT_LOCATION = "wait for the HLR to tell the SGSN"
    WAIT_NOTIFICATION = "wait for PDU Notification Response"
    WAIT_ACTIVATION = "wait for Create PDP Context Request"
    WAIT_REPORT = "wait for the HLR's answer to the failure report"
    WAIT_PRESENT = "MNRG set, wait for Note MS Present"
    QUIET = "failed, nobody is asked for a time"
    ACTIVATED = "activated"
    OVER = "over"


class Activated:
    """The context has been made."""


class MsPresent:
    """The HLR tells that the mobile is there again, at this SGSN."""

    __slots__ = ("sgsn",)

    def __init__(self, sgsn: GsnAddress) -> None:
        self.sgsn = sgsn


class NotificationRejected:
    """The SGSN tells that the mobile does not answer, or refuses."""

    __slots__ = ("cause",)

    def __init__(self, cause: GtpCause) -> None:
        self.cause = cause


class NetworkRequest(Inquiry):
    """One activation, for the static ``address`` of a subscriber at an access point.

    ``sgsn`` is the one that is asked, or was asked last; ``left`` the one that does not know the mobile, if any.
    """

    __slots__ = ("address", "imsi", "key", "left", "packets", "point", "sgsn", "teid")

    stage: "Ggsn"

    def __init__(self, ggsn: "Ggsn", point: Point, key: bytes, address: Address, imsi: Imsi) -> None:
        super().__init__(ggsn)
        self.point = point
        self.key = key
        self.address = address
        self.imsi = imsi
        self.packets: deque[bytes] = deque()
        self.teid = NO_TEID
        self.sgsn: GsnAddress | None = None
        self.left: GsnAddress | None = None

    @property
    def subject(self) -> str:
        return str(self.imsi)

    def ended(self) -> None:
        super().ended()
        self.leave_sgsn()
        self.drop_packets()
        del self.stage.requests[self.key]

    def keep(self, packet: bytes) -> None:
        """A packet waits for the context, if there is still hope."""
        if self.state is S.QUIET:
            self.stage.user_plane.dropped["not activated"] += 1
            return
        if len(self.packets) == MOST_WAITING:
            self.packets.popleft()
            self.stage.user_plane.dropped["waited too long"] += 1
        self.packets.append(packet)

    def drop_packets(self) -> None:
        """There is no hope for those that wait."""
        if self.packets:
            self.stage.user_plane.dropped["not activated"] += len(self.packets)
            self.packets.clear()

    def leave_sgsn(self) -> None:
        """The SGSN is not asked any more."""
        self.end_children()
        if self.teid != NO_TEID:
            del self.stage.notifications[self.teid]
            self.stage.gtp.release_teid(self.teid)
            self.teid = NO_TEID

    def locate(self) -> S:
        """Have the HLR tell the SGSN."""
        ggsn, hlr = self.stage, self.stage.hlr_of(self.imsi)
        if hlr is None:
            return self.be_quiet()
        dialogue = self.begin_dialogue(hlr, GPRS_LOCATION_INFO_RETRIEVAL_V3, self.imsi)
        dialogue.invoke(
            SendRoutingInfoForGprsArg(imsi=self.imsi, ggsn_address=ggsn.config.address, ggsn_number=ggsn.isdn)
        )
        dialogue.send()
        return S.WAIT_LOCATION

    def notify(self, sgsn: GsnAddress) -> S:
        """Let the SGSN ask the mobile for the context."""
        self.sgsn = sgsn
        if not self.stage.gtp.path_to(sgsn):
            self.stage.warn("gtp route", f"{self.imsi} is with the SGSN {sgsn}, which is not known here")
            return self.be_quiet()
        self.teid = self.stage.gtp.allocate_teid()
        self.stage.notifications[self.teid] = self
        request = PduNotificationRequest(
            teid=NO_TEID,
            imsi=GtpImsi(self.imsi),
            tunnel_endpoint_identifier_control_plane=self.teid,
            end_user_address=EndUserAddress.static(self.address),
            access_point_name=Apn(self.point.apn),
            ggsn_address_for_control_plane=self.stage.own,
        )
        self.start(self.stage.gtp.request(self, sgsn, request, self.imsi))
        return S.WAIT_NOTIFICATION

    def fail(self, cause: GtpCause) -> S:
        """It did not work: have the HLR tell when the mobile is there, where it is not."""
        self.leave_sgsn()
        hlr = self.stage.hlr_of(self.imsi)
        if cause not in UNREACHABLE or hlr is None:
            return self.be_quiet()
        dialogue = self.begin_dialogue(hlr, FAILURE_REPORT_V3, self.imsi)
        ggsn = self.stage
        dialogue.invoke(FailureReportArg(imsi=self.imsi, ggsn_number=ggsn.isdn, ggsn_address=ggsn.config.address))
        dialogue.send()
        return S.WAIT_REPORT

    def unreachable(self) -> S:
        """Set MNRG: nobody is asked for this mobile until it is known to be there."""
        self.stage.mnrg[self.imsi] = None
        return S.WAIT_PRESENT

    def be_quiet(self) -> S:
        """It did not work, and nobody will tell when it would."""
        self.leave_sgsn()
        self.drop_packets()
        return S.QUIET


def begun(request: NetworkRequest, event: Begin) -> S:
    """Find the SGSN: by another context of the mobile, or ask the HLR."""
    served = request.stage.sgsn_of(request.imsi)
    return request.locate() if served is None else request.notify(served)


def located(request: NetworkRequest, event: SendRoutingInfoForGprsRes) -> S:
    """Ask the SGSN, unless the HLR knows that it is in vain; a mobile that was not heard of is tried all the same."""
    if event.sgsn_address == request.left:
        return request.fail(GtpCause.IMSI_NOT_KNOWN)
    reason = event.mobile_not_reachable_reason
    if reason is None or reason is AbsentSubscriberDiagnosticSm.NO_PAGING_RESPONSE_VIA_SGSN:
        return request.notify(event.sgsn_address)
    return request.unreachable()


def not_located(request: NetworkRequest, event: Refused) -> S:
    """No SGSN serves the mobile, or the HLR does not know it at all."""
    if event.error is ErrorCode.ABSENT_SUBSCRIBER:
        return request.unreachable()
    return request.be_quiet()


def unanswered(request: NetworkRequest, event: NoAnswer) -> S:
    """The HLR cannot be asked."""
    return request.be_quiet()


def notified(request: NetworkRequest, event: Transaction) -> S:
    """The SGSN asks the mobile, or why it does not."""
    cause = event.answer.cause
    if cause.is_acceptance:
        return S.WAIT_ACTIVATION
    if cause is GtpCause.IMSI_NOT_KNOWN and request.left is None:
        request.left = request.sgsn
        request.leave_sgsn()
        return request.locate()
    return request.fail(cause)


def not_notified(request: NetworkRequest, event: Transaction) -> S:
    """The SGSN does not answer."""
    return request.be_quiet()


def rejected(request: NetworkRequest, event: NotificationRejected) -> S:
    """The mobile does not answer, or refuses."""
    return request.fail(event.cause)


def never_activated(request: NetworkRequest, event: Timer) -> S:
    """The SGSN told neither."""
    return request.be_quiet()


def reported(request: NetworkRequest, event: FailureReportRes) -> S:
    """The HLR will tell when the mobile is there."""
    return request.unreachable()


def not_reported(request: NetworkRequest, event: Refused | NoAnswer) -> S:
    """The HLR will not: so MNRG is not set, and the next packet asks again."""
    return request.be_quiet()


def present(request: NetworkRequest, event: MsPresent) -> S:
    """The mobile is there again: try once more."""
    request.left = None
    return request.notify(event.sgsn)


def given_up(request: NetworkRequest, event: Timer) -> S:
    """The packets are too old for anybody; MNRG stays set."""
    return S.OVER


def quiet_over(request: NetworkRequest, event: Timer) -> S:
    """The next packet asks again."""
    return S.OVER


def activated(request: NetworkRequest, event: Activated) -> S:
    """The mobile has the context; the SGSN's answer to the notification, if it comes still, is of no more use."""
    return S.ACTIVATED


NETWORK_REQUEST = Machine(
    "network-requested activation, GGSN side",
    clause="23.060 9.2.2.2",
    of=NetworkRequest,
    initial=S.START,
    final=(S.ACTIVATED, S.OVER),
    guards={S.WAIT_ACTIVATION: X_ACTIVATION, S.WAIT_PRESENT: X_PRESENT, S.QUIET: X_QUIET},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_LOCATION, S.WAIT_NOTIFICATION, S.QUIET)),
        (
            S.WAIT_LOCATION,
            SendRoutingInfoForGprsRes,
            located,
            (S.WAIT_NOTIFICATION, S.WAIT_REPORT, S.WAIT_PRESENT, S.QUIET),
        ),
        (S.WAIT_LOCATION, Refused, not_located, (S.WAIT_PRESENT, S.QUIET)),
        (S.WAIT_LOCATION, NoAnswer, unanswered, (S.QUIET,)),
        (
            S.WAIT_NOTIFICATION,
            gtp.S.ANSWERED,
            notified,
            (S.WAIT_ACTIVATION, S.WAIT_LOCATION, S.WAIT_REPORT, S.QUIET),
        ),
        (S.WAIT_NOTIFICATION, gtp.S.NO_RESPONSE, not_notified, (S.QUIET,)),
        ((S.WAIT_NOTIFICATION, S.WAIT_ACTIVATION), NotificationRejected, rejected, (S.WAIT_REPORT, S.QUIET)),
        (S.WAIT_ACTIVATION, X_ACTIVATION, never_activated, (S.QUIET,)),
        (S.WAIT_REPORT, FailureReportRes, reported, (S.WAIT_PRESENT,)),
        (S.WAIT_REPORT, Refused, not_reported, (S.QUIET,)),
        (S.WAIT_REPORT, NoAnswer, not_reported, (S.QUIET,)),
        (S.WAIT_PRESENT, MsPresent, present, (S.WAIT_NOTIFICATION, S.QUIET)),
        (S.WAIT_PRESENT, X_PRESENT, given_up, (S.OVER,)),
        (S.QUIET, X_QUIET, quiet_over, (S.OVER,)),
        (ANY, Activated, activated, (S.ACTIVATED,)),
    ],
)
