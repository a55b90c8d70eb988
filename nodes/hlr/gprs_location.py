"""Update of the GPRS location (TS 29.002 8.1.7; TS 23.060 6.5 step 6): the SGSN's part of the location update."""

from typing import Any

from nodes.hlr.config import PdpSubscription, Subscriber
from nodes.hlr.location_update import LocationUpdate
from nodes.hlr.subscribers import Entry, GprsLocation
from protocol.identities import IsdnAddress
from protocol.map.errors import UnknownSubscriberDiagnostic, UnknownSubscriberParam
from protocol.map.location import UpdateGprsLocationArg, UpdateGprsLocationRes
from protocol.map.packet import ExtQosSubscribed, GprsSubscriptionData, PdpAddress, PdpContext, PdpType
from protocol.map.subscriber import (
    InsertSubscriberDataArg,
    NetworkAccessMode,
    OdbData,
    OdbGeneralData,
    SubscriberStatus,
)
from protocol.sm.quality_of_service import QualityOfService

CONTEXTS_AT_ONCE = 20
"""PDP contexts in one insertion: with the longest names they just fit the 16 segments of an SCCP message."""


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

    def make_insertions(self, subscriber: Subscriber) -> list[InsertSubscriberDataArg]:
        return make_insertions(subscriber)

    def make_result(self) -> UpdateGprsLocationRes:
        return UpdateGprsLocationRes(hlr_number=self.stage.isdn)


def make_insertions(subscriber: Subscriber) -> list[InsertSubscriberDataArg]:
    """The subscriber's data, in as many parts as needed, the last part first.

    The first part to be sent has what concerns the subscriber as a whole, and says that the list of PDP contexts
    replaces what the SGSN may have. The IMSI is known from the dialogue.
    """
    parts = [
        subscriber.contexts[at : at + CONTEXTS_AT_ONCE] for at in range(0, len(subscriber.contexts), CONTEXTS_AT_ONCE)
    ]
    first = InsertSubscriberDataArg(
        msisdn=subscriber.msisdn,
        subscriber_status=subscriber_status(subscriber),
        odb_data=make_barring(subscriber),
        gprs_subscription_data=make_subscription(parts[0], complete=True) if parts else None,
        network_access_mode=access_mode(subscriber),
    )
    others = [InsertSubscriberDataArg(gprs_subscription_data=make_subscription(part)) for part in reversed(parts[1:])]
    return [*others, first]


def make_subscription(contexts: tuple[PdpSubscription, ...], *, complete: bool = False) -> GprsSubscriptionData:
    """PDP contexts as MAP tells them."""
    return GprsSubscriptionData(
        complete_data_list_included=complete,
        gprs_data_list=tuple(
            [
                PdpContext(
                    pdp_context_id=context.context_id,
                    pdp_type=PdpType(number=context.pdp_type),
                    pdp_address=None if context.address is None else PdpAddress.from_octets(context.address),
                    qos_subscribed=QualityOfService.from_octets(context.qos),
                    vplmn_address_allowed=context.vplmn_address_allowed,
                    apn=context.apn,
                    ext_qos_subscribed=ExtQosSubscribed.from_octets(context.ext_qos) if context.ext_qos else None,
                )
                for context in contexts
            ]
        ),
    )


def barrings(subscriber: Subscriber) -> list[int]:
    """What the operator bars of packet services, as bits of ODB-GeneralData (TS 23.015)."""
    return [
        bit
        for barred, bit in (
            (subscriber.packet_services_barred, OdbGeneralData.ALL_PACKET_ORIENTED_SERVICES_BARRED),
            (subscriber.hplmn_ap_barred, OdbGeneralData.ROAMER_ACCESS_TO_HPLMN_AP_BARRED),
            (subscriber.vplmn_ap_barred, OdbGeneralData.ROAMER_ACCESS_TO_VPLMN_AP_BARRED),
        )
        if barred
    ]


def make_barring(subscriber: Subscriber) -> OdbData | None:
    """The operator's barring of packet services as MAP tells it; None where nothing is barred."""
    bits = barrings(subscriber)
    return OdbData(odb_general_data=OdbGeneralData.of(*bits)) if bits else None


def subscriber_status(subscriber: Subscriber) -> SubscriberStatus:
    """Whether the operator bars packet services; where not, the data of an earlier barring go (TS 29.002 8.8.1)."""
    if barrings(subscriber):
        return SubscriberStatus.OPERATOR_DETERMINED_BARRING
    return SubscriberStatus.SERVICE_GRANTED


def access_mode(subscriber: Subscriber) -> NetworkAccessMode:
    """The domains that the subscriber may use (TS 23.008 2.1.1.2)."""
    if not subscriber.circuit:
        return NetworkAccessMode.ONLY_PACKET
    return NetworkAccessMode.PACKET_AND_CIRCUIT if subscriber.gprs else NetworkAccessMode.ONLY_CIRCUIT
