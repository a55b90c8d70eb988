"""Update of the GPRS location (TS 29.002 8.1.7; TS 23.060 6.5 step 6): the SGSN's part of the location update."""

from typing import Any

from nodes.hlr.config import Subscriber
from nodes.hlr.location_update import LocationUpdate
from nodes.hlr.note_ms_present import present
from nodes.hlr.subscribers import Entry, GprsLocation
from nodes.hlr.subscription import make_insertions
from protocol.identities import IsdnAddress
from protocol.map.errors import UnknownSubscriberDiagnostic, UnknownSubscriberParam
from protocol.map.location import UpdateGprsLocationArg, UpdateGprsLocationRes
from protocol.map.subscriber import InsertSubscriberDataArg


class UpdateGprsLocation(LocationUpdate):
    """An SGSN serves the subscriber."""

    __slots__ = ()

    def unsubscribed(self, subscriber: Subscriber | None) -> UnknownSubscriberParam | None:
        if subscriber is None:
            return UnknownSubscriberParam(unknown_subscriber_diagnostic=UnknownSubscriberDiagnostic.IMSI_UNKNOWN)
        if not subscriber.gprs:
            diagnostic = UnknownSubscriberDiagnostic.GPRS_SUBSCRIPTION_UNKNOWN
            return UnknownSubscriberParam(unknown_subscriber_diagnostic=diagnostic)
        return None

    def number_of(self, event: UpdateGprsLocationArg) -> IsdnAddress:
        return event.sgsn_number

    def locate(self, entry: Entry, event: Any) -> GprsLocation | None:
        before = entry.location
        self.stage.register.locate(entry, GprsLocation(event.sgsn_number, event.sgsn_address))
        return before

    def location(self, entry: Entry) -> GprsLocation | None:
        return entry.location

    def make_insertions(self, subscriber: Subscriber) -> list[InsertSubscriberDataArg]:
        return make_insertions(subscriber)

    def make_result(self) -> UpdateGprsLocationRes:
        return UpdateGprsLocationRes(hlr_number=self.stage.isdn)

    def updated(self, entry: Entry) -> None:
        present(self.stage, entry)
