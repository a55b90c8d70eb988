"""Network-requested PDP context activation in the SGSN (24.008 6.1.3.1.2, 23.060 9.2.2.2, 29.060 7.3.8 to 7.3.11)."""

from ipaddress import IPv4Address
from typing import Any

import pytest

from protocol.bssgp import PagingPs, Resume, Suspend
from protocol.causes import GtpCause, SmCause
from protocol.gmm import DetachRequestMo
from protocol.gmm.elements import DetachTypeMo, MoDetach
from protocol.gtp import (
    CreatePdpContextRequest,
    EndUserAddress,
    Imsi,
    PduNotificationRejectRequest,
    PduNotificationRejectResponse,
    PduNotificationRequest,
    PduNotificationResponse,
)
from protocol.gtp import GsnAddress as TunnelAddress
from protocol.identities import Apn, Teid
from protocol.map.packet import PdpAddress as SubscribedAddress
from protocol.sm import (
    ActivatePdpContextAccept,
    ActivateSecondaryPdpContextReject,
    RequestPdpContextActivation,
    RequestPdpContextActivationReject,
    TransactionIdentifier,
)
from protocol.sm.pdp_address import PdpAddress
from tests.machines.sgsn_lab import IMSI, NEAR
from tests.machines.sgsn_sessions import GGSNS, SessionLab, subscription, template

FIXED = IPv4Address("10.102.0.1")
TEID = Teid(0x4711)


class NotifyingLab(SessionLab):
    """A lab whose GGSN gets packets for a mobile with a static address."""

    def notifies(self, number: int = 1, imsi: str = IMSI, address: IPv4Address = FIXED) -> PduNotificationRequest:
        """The GGSN has a packet."""
        request = PduNotificationRequest(
            teid=Teid(0),
            sequence_number=number,
            imsi=Imsi(imsi),
            tunnel_endpoint_identifier_control_plane=TEID,
            end_user_address=EndUserAddress.static(address),
            access_point_name=Apn("internet"),
            ggsn_address_for_control_plane=TunnelAddress(GGSNS["ggsn1"].address),
        )
        self.gn(request, "ggsn1")
        return request

    def declines(self, ti: TransactionIdentifier) -> None:
        """The mobile does not want it."""
        self.mobiles[0].says(
            RequestPdpContextActivationReject(transaction_identifier=ti.answer, sm_cause=SmCause.INSUFFICIENT_RESOURCES)
        )

    def is_told(self) -> None:
        """The GGSN has heard that it came to nothing."""
        reject = self.last(PduNotificationRejectRequest)
        self.gn(
            PduNotificationRejectResponse(
                teid=reject.tunnel_endpoint_identifier_control_plane,
                sequence_number=reject.sequence_number,
                cause=GtpCause.REQUEST_ACCEPTED,
            ),
            "ggsn1",
        )


@pytest.fixture
def lab() -> NotifyingLab:
    """An SGSN with an attached mobile that has a static address."""
    lab = NotifyingLab(subscription(), subscription(2, pdp_address=SubscribedAddress(FIXED)))
    lab.provided()
    return lab


def static(lab: SessionLab, **more: Any) -> None:
    """The mobile asks for a context with its address."""
    lab.asks(address=PdpAddress.static(FIXED), **more)


def test_network_requested(lab: NotifyingLab) -> None:
    """23.060 figure 65: notification, answer, request, and the activation by the mobile."""
    lab.notifies()
    response = lab.last(PduNotificationResponse)
    assert (response.teid, response.sequence_number, response.cause) == (TEID, 1, GtpCause.REQUEST_ACCEPTED)
    request = lab.heard(RequestPdpContextActivation)
    assert request.offered_pdp_address == PdpAddress.static(FIXED)
    assert request.access_point_name == Apn("internet")
    assert not request.transaction_identifier.flag
    static(lab)
    create = lab.last(CreatePdpContextRequest)
    assert create.end_user_address == EndUserAddress.static(FIXED)
    lab.creates(end_user_address=EndUserAddress.static(FIXED))
    assert lab.heard(ActivatePdpContextAccept).pdp_address is None
    assert lab.context.pdp_requests == {}
    lab.waits(60)
    assert lab.pdp().state.value == "PDP-ACTIVE"


def test_network_requested_twice(lab: NotifyingLab) -> None:
    """A further packet while the mobile is asked, or has the context, asks nothing more."""
    lab.notifies()
    lab.notifies(2)
    assert lab.names() == ["PduNotificationResponse", "RequestPdpContextActivation", "PduNotificationResponse"]
    static(lab)
    lab.creates(end_user_address=EndUserAddress.static(FIXED))
    lab.said.clear()
    lab.notifies(3)
    assert lab.names() == ["PduNotificationResponse"]


def test_network_requested_standby(lab: NotifyingLab) -> None:
    """23.060 9.2.2.2: a mobile in STANDBY is paged first."""
    lab.waits(45)
    lab.notifies()
    assert lab.last(PagingPs)
    assert "RequestPdpContextActivation" not in lab.names()
    lab.mobiles[0].says(b"")
    assert lab.heard(RequestPdpContextActivation)


def test_network_requested_refused(lab: NotifyingLab) -> None:
    """23.060 figure 66: the mobile refuses: PDU Notification Reject Request."""
    lab.notifies()
    lab.declines(lab.heard(RequestPdpContextActivation).transaction_identifier)
    reject = lab.last(PduNotificationRejectRequest)
    assert (reject.teid, reject.cause) == (TEID, GtpCause.MS_REFUSES_TO_BE_ACTIVATED)
    assert reject.end_user_address == EndUserAddress.static(FIXED)
    assert reject.access_point_name == Apn("internet")
    lab.is_told()
    assert lab.is_clean
    assert lab.context.pdp_requests == {}


def test_network_requested_mobile_silent(lab: NotifyingLab) -> None:
    """24.008 6.1.3.1.5: five requests, eight seconds each; then the GGSN knows."""
    lab.notifies()
    lab.waits(41)
    said = [type(message).__name__ for to, message in lab.said if to in ("ms", "ggsn1")]
    assert said.count("RequestPdpContextActivation") == 5
    assert lab.last(PduNotificationRejectRequest).cause is GtpCause.MS_IS_NOT_GPRS_RESPONDING_TO_PAGING
    lab.waits(11)
    assert lab.is_clean


def test_network_requested_call_comes_first(lab: NotifyingLab) -> None:
    """24.008 6.1.3.1.5: a call comes before the mobile has answered; after it the mobile is not asked any more."""
    lab.notifies()
    me = lab.mobiles[0]
    lab.gb(Suspend(tlli=me.tlli, routeing_area=me.cell.rai))
    number = lab.context.suspended
    assert number is not None
    lab.waits(41)
    assert lab.last(PduNotificationRejectRequest).cause is GtpCause.MS_IS_NOT_GPRS_RESPONDING_TO_PAGING
    me.heard.clear()
    lab.gb(Resume(tlli=me.tlli, routeing_area=me.cell.rai, suspend_reference_number=number))
    assert me.heard == []


def test_network_requested_mobile_leaves(lab: NotifyingLab) -> None:
    """A mobile that detaches does not answer any more."""
    lab.notifies()
    lab.mobiles[0].says(DetachRequestMo(detach_type=MoDetach(power_off=True, type=DetachTypeMo.GPRS_DETACH)))
    assert lab.last(PduNotificationRejectRequest).cause is GtpCause.MS_IS_NOT_GPRS_RESPONDING_TO_PAGING
    lab.is_told()
    assert lab.is_clean


def test_network_requested_collision(lab: NotifyingLab) -> None:
    """24.008 6.1.3.1.5: the mobile asks by itself for that address at the same time: T3385 stops."""
    static(lab)
    lab.notifies()
    assert lab.names() == ["CreatePdpContextRequest", "PduNotificationResponse"]


def test_network_requested_other_activation(lab: NotifyingLab) -> None:
    """An activation for something else does not answer."""
    lab.notifies()
    lab.asks(nsapi=6, ti=1)
    assert len(lab.context.pdp_requests) == 1
    static(lab, apn=None)
    assert lab.context.pdp_requests == {}


def test_secondary_beside_a_transaction_of_the_other_side(lab: NotifyingLab) -> None:
    """24.008 10.5.6.7: transactions of one value were begun by both sides: the flag tells which one is meant."""
    lab.notifies()
    static(lab, ti=TransactionIdentifier(0, flag=True))
    lab.creates(end_user_address=EndUserAddress.static(FIXED))
    lab.asks_beside(linked=0, tft=template())
    assert lab.heard(ActivateSecondaryPdpContextReject).sm_cause is SmCause.UNKNOWN_PDP_CONTEXT


def test_refusal_of_nothing(lab: NotifyingLab) -> None:
    """24.008 8.3.2: a reject that nobody awaits gets a STATUS."""
    lab.declines(TransactionIdentifier(3))
    assert lab.mobiles[0].heard[-1].sm_cause is SmCause.INVALID_TRANSACTION_IDENTIFIER_VALUE


def test_notification_of_unknown_mobile(lab: NotifyingLab) -> None:
    """29.060 7.3.9: nobody of that IMSI is here."""
    lab.notifies(imsi="001010000000099")
    assert lab.last(PduNotificationResponse).cause is GtpCause.IMSI_NOT_KNOWN


def test_notification_of_detached_mobile(lab: NotifyingLab) -> None:
    """29.060 7.3.9: it is detached."""
    lab.mobiles[0].says(DetachRequestMo(detach_type=MoDetach(power_off=True, type=DetachTypeMo.GPRS_DETACH)))
    lab.notifies()
    assert lab.last(PduNotificationResponse).cause is GtpCause.MS_IS_GPRS_DETACHED


def test_notification_of_suspended_mobile(lab: NotifyingLab) -> None:
    """29.060 7.3.9: it is in a call."""
    lab.gb(Suspend(tlli=lab.mobiles[0].tlli, routeing_area=NEAR.rai))
    lab.notifies()
    assert lab.last(PduNotificationResponse).cause is GtpCause.GPRS_CONNECTION_SUSPENDED


def test_notification_of_unreachable_mobile(lab: NotifyingLab) -> None:
    """29.060 7.3.9, 23.060 6.1.2: it has missed its periodic update (PPF)."""
    lab.waits(58 * 60 + 50)
    assert not lab.look["ppf"]
    lab.notifies()
    assert lab.last(PduNotificationResponse).cause is GtpCause.MS_IS_NOT_GPRS_RESPONDING


def test_notifications_are_bounded(lab: NotifyingLab) -> None:
    """A GGSN that asks for more addresses than a mobile can have is refused."""
    for number in range(12):
        lab.notifies(number, address=FIXED + number)
    assert len(lab.context.pdp_requests) == 11
    assert lab.last(PduNotificationResponse).cause is GtpCause.NO_RESOURCES_AVAILABLE
