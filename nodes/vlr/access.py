"""A mobile wants a connection, or answers a page (TS 24.008 4.5.1, TS 23.018): it is verified, and gets its service."""

from typing import TYPE_CHECKING

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.vlr import verification
from nodes.vlr.events import CONTACT
from nodes.vlr.verification import Verification
from protocol.causes import MmCause
from protocol.mm import CmServiceAccept, CmServiceReject, CmServiceRequest, CmServiceType
from protocol.rr import PagingResponse

if TYPE_CHECKING:
    from nodes.vlr.channel import Channel


class S(State):
    """States of the access."""

    START = "start"
    WAIT_VERIFICATION = "wait for verification"
    ORIGINATING = "service accepted"
    TERMINATING = "page answered"
    REFUSED = "access refused"


class Access(Procedure):
    """One access on a channel."""

    __slots__ = ("channel", "request")

    def __init__(self, channel: "Channel", request: CmServiceRequest | PagingResponse) -> None:
        super().__init__(channel.stage, channel)
        self.channel = channel
        self.request = request

    def reject(self, cause: MmCause) -> S:
        """Refuse the service."""
        self.tell(CmServiceReject(reject_cause=cause))
        return S.REFUSED


def begun(access: Access, event: Begin) -> S:
    """An emergency call may be made by anybody; other services than calls are not offered here."""
    request = access.request
    if isinstance(request, CmServiceRequest):
        if request.cm_service_type is CmServiceType.EMERGENCY_CALL:
            access.tell(CmServiceAccept())
            return S.ORIGINATING
        if request.cm_service_type is not CmServiceType.MOBILE_ORIGINATING_CALL_OR_PACKET_MODE_CONNECTION:
            return access.reject(MmCause.SERVICE_OPTION_NOT_SUPPORTED)
    channel = access.channel
    check = Verification(access, channel, request.mobile_identity, request.cksn, channel.area, newcomers=False)
    access.start(check)
    return S.WAIT_VERIFICATION


def verified(access: Access, event: Verification) -> S:
    """It is here, whatever was thought of it."""
    subscriber = access.channel.subscriber
    subscriber.lai = access.channel.area if subscriber.lai is None else subscriber.lai
    subscriber.hear(CONTACT)
    subscriber.tell_children(CONTACT)
    if isinstance(access.request, PagingResponse):
        return S.TERMINATING
    if not event.ciphers:
        access.tell(CmServiceAccept())  # else the mobile knows from CIPHERING MODE COMMAND (24.008 4.5.1.1)
    return S.ORIGINATING


def not_verified(access: Access, event: Verification) -> S:
    """Say why to one who asked; a page that the wrong one answered has no other answer than the channel's release."""
    if event.cause is None or isinstance(access.request, PagingResponse):
        return S.REFUSED
    return access.reject(event.cause)


ACCESS = Machine(
    "access to services on the A interface",
    clause="24.008 4.5.1",
    of=Access,
    initial=S.START,
    final=(S.ORIGINATING, S.TERMINATING, S.REFUSED),
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_VERIFICATION, S.ORIGINATING, S.REFUSED)),
        (S.WAIT_VERIFICATION, verification.S.VERIFIED, verified, (S.ORIGINATING, S.TERMINATING)),
        (S.WAIT_VERIFICATION, verification.S.REFUSED, not_verified, (S.REFUSED,)),
    ],
)
