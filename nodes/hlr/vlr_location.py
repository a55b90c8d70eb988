"""A VLR's part of the location update (TS 29.002 8.1.2), and the restoration of its data (TS 23.007 4.2)."""

from typing import Any

from nodes.hlr.config import Subscriber
from nodes.hlr.location_update import LocationUpdate
from nodes.hlr.subscribers import Entry, VlrLocation
from nodes.hlr.subscription import make_vlr_insertion
from protocol.identities import IsdnAddress
from protocol.map.errors import UnknownSubscriberDiagnostic, UnknownSubscriberParam
from protocol.map.location import LocationInfo, UpdateLocationArg, UpdateLocationRes
from protocol.map.restart import RestoreDataRes
from protocol.map.subscriber import InsertSubscriberDataArg


class UpdateVlrLocation(LocationUpdate):
    """A VLR serves the subscriber."""

    __slots__ = ()

    def unsubscribed(self, subscriber: Subscriber | None) -> UnknownSubscriberParam | None:
        if subscriber is None or not subscriber.circuit:
            return UnknownSubscriberParam(unknown_subscriber_diagnostic=UnknownSubscriberDiagnostic.IMSI_UNKNOWN)
        return None

    def number_of(self, event: UpdateLocationArg) -> IsdnAddress:
        return event.vlr_number

    def locate(self, entry: Entry, event: Any) -> VlrLocation | None:
        before = entry.vlr
        info: LocationInfo = event.location_info
        self.stage.register.locate_vlr(entry, VlrLocation(event.vlr_number, info.msc_number or event.vlr_number))
        return before

    def location(self, entry: Entry) -> VlrLocation | None:
        return entry.vlr

    def make_insertions(self, subscriber: Subscriber) -> list[InsertSubscriberDataArg]:
        return [make_vlr_insertion(subscriber)]

    def make_result(self) -> UpdateLocationRes | RestoreDataRes:
        return UpdateLocationRes(hlr_number=self.stage.isdn)


class RestoreVlrData(UpdateVlrLocation):
    """A VLR has lost the data of a subscriber who is in it; nothing is restored in any other."""

    __slots__ = ()

    def unsubscribed(self, subscriber: Subscriber | None) -> UnknownSubscriberParam | None:
        location = None if self.entry is None else self.entry.vlr
        here = location is not None and location.serves(self.number_of(None))
        return super().unsubscribed(subscriber if here else None)

    def number_of(self, event: Any) -> IsdnAddress:
        return IsdnAddress(str(self.dialogue.peer.gt))

    def locate(self, entry: Entry, event: Any) -> VlrLocation | None:
        return entry.vlr

    def make_result(self) -> RestoreDataRes:
        return RestoreDataRes(hlr_number=self.stage.isdn)
