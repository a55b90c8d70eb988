"""Network-requested PDP context activation (TS 24.008 6.1.3.1.2, TS 23.060 9.2.2.2, TS 29.060 7.3.8 to 7.3.11).

A GGSN has a packet for a static address without a context: the mobile is asked to activate one. That it does so answers
the request, be it of its own accord. A GGSN whose mobile refuses or is silent is told by a PDU Notification Reject.
"""

from typing import TYPE_CHECKING, Any

from nodes.core import gtp
from nodes.core.gtp import Incoming, Transaction
from nodes.core.machine import BEGIN, Begin, Machine, Procedure, State
from nodes.sgsn import mobility, ready_for_sm
from nodes.sgsn.apn_selection import split
from nodes.sgsn.events import Deregistered
from nodes.sgsn.pdp_activation import plain
from protocol.causes import GtpCause
from protocol.gtp import PduNotificationRejectRequest, PduNotificationRequest, PduNotificationResponse
from protocol.identities import GsnAddress, Imsi, Teid
from protocol.sm import (
    ActivatePdpContextRequest,
    RequestPdpContextActivation,
    RequestPdpContextActivationReject,
    TransactionIdentifier,
)
from protocol.sm.pdp_address import PdpAddress
from protocol.timers import T3385, Timer

if TYPE_CHECKING:
    from nodes.sgsn.context import MmContext

UNREACHED = (GtpCause.MS_IS_GPRS_DETACHED, GtpCause.MS_IS_NOT_GPRS_RESPONDING)
"""After these the HLR is told when the mobile is there again."""

MOST = 11
"""Activations that the network asks one mobile for at a time: it can have no more contexts."""


class S(State):
    """States of an activation that the network asks for."""

    START = "start"
    ACTIVE_PENDING = "PDP-ACTIVE-PENDING"
    WAIT_GGSN = "wait for PDU Notification Reject Response"
    OVER = "activation by the mobile, or none"


class NetworkRequest(Procedure):
    """One request to the mobile of ``context`` to activate a context for ``address``, because a GGSN wants it.

    ``request`` is what the GGSN says, ``asked`` what the mobile is asked.
    """

    __slots__ = ("_subject", "_teid", "address", "asked", "context", "request", "ti")

    def __init__(self, context: "MmContext", request: PduNotificationRequest) -> None:
        super().__init__(context.stage)
        self.context = context
        self._subject = context.subject
        self._teid: Teid | None = None
        self.request = request
        self.asked: RequestPdpContextActivation | None = None
        self.address = plain(request.end_user_address)
        taken = {other.ti.value for other in context.pdp_requests.values()}
        taken |= {pdp.ti.value for pdp in context.pdp.values() if pdp.ti.flag}  # begun by the network, too
        self.ti = TransactionIdentifier(next(value for value in range(2 * MOST) if value not in taken))
        context.pdp_requests[self.address] = self

    @property
    def subject(self) -> str:
        return self._subject

    def transmit(self, message: Any) -> None:
        self.stage.transmit(self.context, message)

    def leave(self) -> None:
        """The mobile is not asked any more, not even later if it could not be told yet."""
        self.context.unsay(self.asked)
        if self.context.pdp_requests.get(self.address) is self:
            del self.context.pdp_requests[self.address]

    def ended(self) -> None:
        self.leave()
        if self._teid is not None:
            self.stage.gn.gtp.release_teid(self._teid)

    def wants(self, activation: ActivatePdpContextRequest) -> bool:
        """True for the activation that is asked for: of this address, and of this access point if one is named."""
        asked, name = activation.requested_pdp_address, activation.access_point_name
        same = (asked.ipv4, asked.ipv6) == (self.address.ipv4, self.address.ipv6)
        return same and (name is None or split(name)[0] == split(self.request.access_point_name)[0])

    def tell_ggsn(self, cause: GtpCause) -> S:
        """The mobile does not activate it."""
        self.leave()
        request, layer = self.request, self.stage.gn.gtp
        self._teid = layer.allocate_teid()
        message = PduNotificationRejectRequest(
            teid=request.tunnel_endpoint_identifier_control_plane,
            cause=cause,
            tunnel_endpoint_identifier_control_plane=self._teid,
            end_user_address=request.end_user_address,
            access_point_name=request.access_point_name,
        )
        address = GsnAddress(request.ggsn_address_for_control_plane.address)
        self.start(layer.request(self, address, message, self.subject))
        return S.WAIT_GGSN


def notified(node: Any, incoming: Incoming) -> None:
    """A GGSN has a packet for a mobile without a context (7.3.8)."""
    request: PduNotificationRequest = incoming.message
    incoming.imsi = str(request.imsi)
    context = node.context_of(Imsi(request.imsi))
    cause = refusal(context, request)
    incoming.answer(
        PduNotificationResponse(
            teid=request.tunnel_endpoint_identifier_control_plane, cause=cause or GtpCause.REQUEST_ACCEPTED
        )
    )
    if cause in UNREACHED and context is not None:
        ready_for_sm.mark(node, Imsi(request.imsi))
    if cause is None and not is_known(context, plain(request.end_user_address)):
        NetworkRequest(context, request).hear(BEGIN)


def refusal(context: "MmContext | None", request: PduNotificationRequest) -> GtpCause | None:
    """Why the mobile cannot be asked (7.3.9)."""
    if context is None or context.departed:
        return GtpCause.IMSI_NOT_KNOWN
    if context.state not in mobility.SERVED:
        return GtpCause.MS_IS_GPRS_DETACHED
    if context.suspended is not None:
        return GtpCause.GPRS_CONNECTION_SUSPENDED
    if not context.can_be_paged:
        return GtpCause.MS_IS_NOT_GPRS_RESPONDING
    if len(context.pdp_requests) >= MOST:
        return GtpCause.NO_RESOURCES_AVAILABLE
    return None


def is_known(context: "MmContext", address: PdpAddress) -> bool:
    """True where the mobile is asked for this address already, or has asked for it itself."""
    return address in context.pdp_requests or any(pdp.pdp_address == address for pdp in context.pdp.values())


def begun(request: NetworkRequest, event: Begin) -> S:
    """Ask the mobile."""
    notification = request.request
    request.asked = RequestPdpContextActivation(
        transaction_identifier=request.ti,
        offered_pdp_address=request.address,
        access_point_name=notification.access_point_name,
        protocol_configuration_options=notification.protocol_configuration_options,
    )
    request.ask(request.asked)
    return S.ACTIVE_PENDING


def activated(request: NetworkRequest, event: ActivatePdpContextRequest) -> S:
    """The mobile activates it; whether it had heard of ours does not matter (24.008 6.1.3.1.5)."""
    return S.OVER


def refused(request: NetworkRequest, event: RequestPdpContextActivationReject) -> S:
    """The mobile does not want it."""
    return request.tell_ggsn(GtpCause.MS_REFUSES_TO_BE_ACTIVATED)


def unanswered(request: NetworkRequest, event: Timer | Deregistered) -> S:
    """The fifth expiry of T3385, or the mobile has gone: the HLR is to hear when it is there (23.060 9.2.2.2.2)."""
    ready_for_sm.mark(request.stage, Imsi(request.request.imsi))
    return request.tell_ggsn(GtpCause.MS_IS_NOT_GPRS_RESPONDING_TO_PAGING)


def told(request: NetworkRequest, event: Transaction) -> S:
    """The GGSN knows, or is silent."""
    return S.OVER


NETWORK_REQUESTED = Machine(
    "PDP context activation that the network asks for",
    clause="24.008 6.1.3.1.2, 23.060 9.2.2.2",
    of=NetworkRequest,
    initial=S.START,
    final=(S.OVER,),
    guards={S.ACTIVE_PENDING: T3385},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.ACTIVE_PENDING,)),
        (S.ACTIVE_PENDING, ActivatePdpContextRequest, activated, (S.OVER,)),
        (S.ACTIVE_PENDING, RequestPdpContextActivationReject, refused, (S.WAIT_GGSN,)),
        (S.ACTIVE_PENDING, T3385, unanswered, (S.WAIT_GGSN,)),
        (S.ACTIVE_PENDING, Deregistered, unanswered, (S.WAIT_GGSN,)),
        (S.WAIT_GGSN, gtp.S.ANSWERED, told, (S.OVER,)),
        (S.WAIT_GGSN, gtp.S.NO_RESPONSE, told, (S.OVER,)),
    ],
)
