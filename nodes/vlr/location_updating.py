"""Location updating on the A interface, VLR side (TS 24.008 4.4.4): normal, periodic, or IMSI attach.

So updates a mobile that does not use Gs: whatever SGSN spoke for it before, does not any more (TS 23.060 6.3).
"""

from typing import TYPE_CHECKING

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.vlr import location_update, verification
from nodes.vlr.events import ASSOCIATION_LOST, CONTACT, UPDATED, LocationRefused
from nodes.vlr.location_update import LocationUpdate
from nodes.vlr.verification import Verification
from protocol.causes import MmCause
from protocol.identities import MobileIdentity
from protocol.mm import (
    LocationUpdatingAccept,
    LocationUpdatingReject,
    LocationUpdatingRequest,
    TmsiReallocationComplete,
)
from protocol.timers import T3250, Timer

if TYPE_CHECKING:
    from nodes.vlr.channel import Channel


class S(State):
    """States of location updating."""

    START = "start"
    WAIT_VERIFICATION = "wait for verification"
    WAIT_LOCATION = "wait for the location update"
    WAIT_COMPLETE = "wait for TMSI REALLOCATION COMPLETE"
    OVER = "location updating over"


class LocationUpdating(Procedure):
    """One location updating on a channel."""

    __slots__ = ("channel", "request")

    def __init__(self, channel: "Channel", request: LocationUpdatingRequest) -> None:
        super().__init__(channel.stage, channel)
        self.channel = channel
        self.request = request

    def accept(self) -> S:
        """The mobile is registered here: a new TMSI, until it is acknowledged."""
        subscriber, area, stage = self.channel.subscriber, self.channel.area, self.stage
        if stage.register.find(subscriber.imsi) is not subscriber:
            return self.reject(MmCause.NETWORK_FAILURE)  # it was cancelled meanwhile
        subscriber.lai = area
        subscriber.association.hear(ASSOCIATION_LOST)
        identity = MobileIdentity(stage.register.allocate(subscriber))
        self.ask(LocationUpdatingAccept(location_area_identification=area, mobile_identity=identity))
        subscriber.hear(UPDATED)
        subscriber.tell_children(UPDATED)
        subscriber.tell_children(CONTACT)
        return S.WAIT_COMPLETE

    def reject(self, cause: MmCause) -> S:
        """Refuse it."""
        self.tell(LocationUpdatingReject(reject_cause=cause))
        return S.OVER


def begun(updating: LocationUpdating, event: Begin) -> S:
    """Find out who asks."""
    request = updating.request
    area = request.location_area_identification
    check = Verification(updating, updating.channel, request.mobile_identity, request.cksn, area, newcomers=True)
    updating.start(check)
    return S.WAIT_VERIFICATION


def verified(updating: LocationUpdating, event: Verification) -> S:
    """Ask the HLR, unless it has confirmed this VLR already."""
    subscriber = updating.channel.subscriber
    if subscriber.confirmed_in_hlr:
        return updating.accept()
    updating.start(LocationUpdate(updating, subscriber))
    return S.WAIT_LOCATION


def not_verified(updating: LocationUpdating, event: Verification) -> S:
    """Say why, if that has not been said."""
    return S.OVER if event.cause is None else updating.reject(event.cause)


def located(updating: LocationUpdating, event: LocationUpdate) -> S:
    """The HLR has accepted."""
    return updating.accept()


def location_refused(updating: LocationUpdating, event: LocationUpdate) -> S:
    """The HLR has not."""
    updating.channel.subscriber.hear(LocationRefused(event.cause, final=event.final))
    return updating.reject(event.cause)


def completed(updating: LocationUpdating, event: TmsiReallocationComplete) -> S:
    """The mobile has its TMSI."""
    updating.stage.register.release_old(updating.channel.subscriber)
    return S.OVER


def never_completed(updating: LocationUpdating, event: Timer) -> S:
    """T3250 has run out: old and new TMSI stay valid (4.3.1.3)."""
    return S.OVER


LOCATION_UPDATING = Machine(
    "location updating on the A interface",
    clause="24.008 4.4.4",
    of=LocationUpdating,
    initial=S.START,
    final=(S.OVER,),
    guards={S.WAIT_COMPLETE: T3250},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_VERIFICATION,)),
        (S.WAIT_VERIFICATION, verification.S.VERIFIED, verified, (S.WAIT_LOCATION, S.WAIT_COMPLETE, S.OVER)),
        (S.WAIT_VERIFICATION, verification.S.REFUSED, not_verified, (S.OVER,)),
        (S.WAIT_LOCATION, location_update.S.UPDATED, located, (S.WAIT_COMPLETE, S.OVER)),
        (S.WAIT_LOCATION, location_update.S.REFUSED, location_refused, (S.OVER,)),
        (S.WAIT_COMPLETE, TmsiReallocationComplete, completed, (S.OVER,)),
        (S.WAIT_COMPLETE, T3250, never_completed, (S.OVER,)),
    ],
)
