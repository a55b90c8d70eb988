"""Location updating on the A interface, VLR side (TS 24.008 4.4.4): normal, periodic, or IMSI attach.

So updates a mobile that does not use Gs: whatever SGSN spoke for it before, does not any more (TS 23.060 6.3).
"""

from typing import TYPE_CHECKING

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.vlr import equipment_check, location_update, verification
from nodes.vlr.equipment_check import EquipmentCheck
from nodes.vlr.events import ASSOCIATION_LOST, CONTACT, UNWELCOME, UPDATED, LocationRefused
from nodes.vlr.location_update import LocationUpdate, is_confirmed
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
    WAIT_EQUIPMENT = "wait for the equipment check that comes first"
    WAIT_VERIFICATION = "wait for verification"
    WAIT_LOCATION = "wait for the location update"
    WAIT_EQUIPMENT_LATE = "wait for the equipment check"
    WAIT_COMPLETE = "wait for TMSI REALLOCATION COMPLETE"
    OVER = "location updating over"


class LocationUpdating(Procedure):
    """One location updating on a channel. ``proceeds``: the mobile wants more, and may ask for it on the channel."""

    __slots__ = ("channel", "proceeds", "request")

    def __init__(self, channel: "Channel", request: LocationUpdatingRequest) -> None:
        super().__init__(channel.stage, channel)
        self.channel = channel
        self.request = request
        self.proceeds = False

    def verify(self) -> S:
        """Find out who asks."""
        request = self.request
        area = request.location_area_identification
        check = Verification(self, self.channel, request.mobile_identity, request.cksn, area, newcomers=True)
        self.start(check)
        return S.WAIT_VERIFICATION

    def check_equipment(self, when: str) -> bool:
        """Begin the check of the equipment, if this is the time for it."""
        wanted = self.stage.eir is not None and self.stage.config.check_imei == when
        if wanted:
            owner = self.channel.subscriber
            self.start(EquipmentCheck(self, "" if owner is None else owner.imsi))
        return wanted

    def complete(self) -> S:
        """The HLR agrees: only the area, and the equipment, may still be in the way."""
        subscriber = self.channel.subscriber
        if not subscriber.may_be_in(self.channel.area):
            subscriber.hear(UNWELCOME)
            return self.reject(self.stage.config.map_causes["zone restricted"])
        return S.WAIT_EQUIPMENT_LATE if self.check_equipment("late") else self.accept()

    def accept(self) -> S:
        """The mobile is registered here: a new TMSI, until it is acknowledged, if TMSIs are given."""
        subscriber, area, stage = self.channel.subscriber, self.channel.area, self.stage
        if stage.register.find(subscriber.imsi) is not subscriber:
            return self.reject(MmCause.NETWORK_FAILURE)  # it was cancelled meanwhile
        subscriber.lai = area
        subscriber.association.hear(ASSOCIATION_LOST)
        # Without TMSIs one that it may have is deleted by the IMSI (24.008 4.4.4.6).
        identity = stage.register.allocate(subscriber) if stage.config.tmsi else subscriber.imsi
        more = self.request.location_updating_type.follow_on_request
        accept = LocationUpdatingAccept(
            location_area_identification=area,
            mobile_identity=MobileIdentity(identity),
            follow_on_proceed=True if more else None,
        )
        if stage.config.tmsi:
            self.ask(accept)
        else:
            self.tell(accept)
            self.proceeds = more
        subscriber.hear(UPDATED)
        subscriber.tell_children(UPDATED)
        subscriber.tell_children(CONTACT)
        return S.WAIT_COMPLETE if stage.config.tmsi else S.OVER

    def reject(self, cause: MmCause) -> S:
        """Refuse it."""
        self.tell(LocationUpdatingReject(reject_cause=cause))
        return S.OVER


def begun(updating: LocationUpdating, event: Begin) -> S:
    """Look at the equipment first, or find out at once who asks."""
    return S.WAIT_EQUIPMENT if updating.check_equipment("early") else updating.verify()


def equipment_allowed(updating: LocationUpdating, event: EquipmentCheck) -> S:
    """Now to the subscriber."""
    return updating.verify()


def equipment_forbidden(updating: LocationUpdating, event: EquipmentCheck) -> S:
    """Not with this equipment."""
    return updating.reject(event.cause)


def equipment_unidentified(updating: LocationUpdating, event: EquipmentCheck) -> S:
    """The mobile does not answer: the channel is released (24.008 4.3.3.3)."""
    return S.OVER


def verified(updating: LocationUpdating, event: Verification) -> S:
    """Ask the HLR, unless it has confirmed this VLR already."""
    subscriber = updating.channel.subscriber
    if is_confirmed(subscriber, updating.request.location_area_identification):
        return updating.complete()
    updating.start(LocationUpdate(updating, subscriber))
    return S.WAIT_LOCATION


def not_verified(updating: LocationUpdating, event: Verification) -> S:
    """Say why, if that has not been said."""
    return S.OVER if event.cause is None else updating.reject(event.cause)


def located(updating: LocationUpdating, event: LocationUpdate) -> S:
    """The HLR has accepted."""
    return updating.complete()


def location_refused(updating: LocationUpdating, event: LocationUpdate) -> S:
    """The HLR has not."""
    updating.channel.subscriber.hear(LocationRefused(event.cause, final=event.final))
    return updating.reject(event.cause)


def equipment_allowed_late(updating: LocationUpdating, event: EquipmentCheck) -> S:
    """Nothing is in the way any more."""
    return updating.accept()


def equipment_forbidden_late(updating: LocationUpdating, event: EquipmentCheck) -> S:
    """Not with this equipment: a subscriber that is new here does not stay, and the HLR learns of it (29.002 8.1.6)."""
    updating.channel.subscriber.hear(UNWELCOME)
    return updating.reject(event.cause)


def equipment_unidentified_late(updating: LocationUpdating, event: EquipmentCheck) -> S:
    """The same, without a word."""
    updating.channel.subscriber.hear(UNWELCOME)
    return S.OVER


def completed(updating: LocationUpdating, event: TmsiReallocationComplete) -> S:
    """The mobile has its TMSI."""
    updating.stage.register.release_old(updating.channel.subscriber)
    updating.proceeds = updating.request.location_updating_type.follow_on_request
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
        (S.START, Begin, begun, (S.WAIT_EQUIPMENT, S.WAIT_VERIFICATION)),
        (S.WAIT_EQUIPMENT, equipment_check.S.ALLOWED, equipment_allowed, (S.WAIT_VERIFICATION,)),
        (S.WAIT_EQUIPMENT, equipment_check.S.FORBIDDEN, equipment_forbidden, (S.OVER,)),
        (S.WAIT_EQUIPMENT, equipment_check.S.UNIDENTIFIED, equipment_unidentified, (S.OVER,)),
        (
            S.WAIT_VERIFICATION,
            verification.S.VERIFIED,
            verified,
            (S.WAIT_LOCATION, S.WAIT_EQUIPMENT_LATE, S.WAIT_COMPLETE, S.OVER),
        ),
        (S.WAIT_VERIFICATION, verification.S.REFUSED, not_verified, (S.OVER,)),
        (
            S.WAIT_LOCATION,
            location_update.S.UPDATED,
            located,
            (S.WAIT_EQUIPMENT_LATE, S.WAIT_COMPLETE, S.OVER),
        ),
        (S.WAIT_LOCATION, location_update.S.REFUSED, location_refused, (S.OVER,)),
        (S.WAIT_EQUIPMENT_LATE, equipment_check.S.ALLOWED, equipment_allowed_late, (S.WAIT_COMPLETE, S.OVER)),
        (S.WAIT_EQUIPMENT_LATE, equipment_check.S.FORBIDDEN, equipment_forbidden_late, (S.OVER,)),
        (S.WAIT_EQUIPMENT_LATE, equipment_check.S.UNIDENTIFIED, equipment_unidentified_late, (S.OVER,)),
        (S.WAIT_COMPLETE, TmsiReallocationComplete, completed, (S.OVER,)),
        (S.WAIT_COMPLETE, T3250, never_completed, (S.OVER,)),
    ],
)
