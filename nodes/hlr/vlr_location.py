"""Update of the location (TS 29.002 8.1.2): the VLR's part of the location update."""

from typing import Any

from nodes.hlr.config import Subscriber
from nodes.hlr.gprs_location import access_mode
from nodes.hlr.location_update import LocationUpdate
from nodes.hlr.subscribers import Entry, VlrLocation
from protocol.map.errors import UnknownSubscriberDiagnostic, UnknownSubscriberParam
from protocol.map.location import LocationInfo, UpdateLocationRes
from protocol.map.subscriber import InsertSubscriberDataArg, SubscriberStatus


class UpdateVlrLocation(LocationUpdate):
    """A VLR serves the subscriber."""

    __slots__ = ()

    def unsubscribed(self, subscriber: Subscriber | None) -> UnknownSubscriberParam | None:
        if subscriber is None or not subscriber.circuit:
            return UnknownSubscriberParam(unknown_subscriber_diagnostic=UnknownSubscriberDiagnostic.IMSI_UNKNOWN)
        return None

    def locate(self, entry: Entry, event: Any) -> VlrLocation | None:
        before = entry.vlr
        info: LocationInfo = event.location_info
        self.stage.register.locate_vlr(entry, VlrLocation(event.vlr_number, info.msc_number or event.vlr_number))
        return before

    def make_insertions(self, subscriber: Subscriber) -> list[InsertSubscriberDataArg]:
        return [make_insertion(subscriber)]

    def make_result(self) -> UpdateLocationRes:
        return UpdateLocationRes(hlr_number=self.stage.isdn)


def make_insertion(subscriber: Subscriber) -> InsertSubscriberDataArg:
    """What a VLR needs of the subscriber's data; the IMSI is known from the dialogue."""
    return InsertSubscriberDataArg(
        msisdn=subscriber.msisdn,
        subscriber_status=SubscriberStatus.SERVICE_GRANTED,
        network_access_mode=access_mode(subscriber),
    )
