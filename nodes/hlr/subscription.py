"""The subscription as MAP tells it to SGSNs and VLRs (TS 29.002 8.8.1, TS 23.008)."""

from nodes.hlr.config import PdpSubscription, Subscriber
from protocol.map.packet import ExtQosSubscribed, GprsSubscriptionData, PdpAddress, PdpContext, PdpType
from protocol.map.subscriber import (
    InsertSubscriberDataArg,
    NetworkAccessMode,
    OdbData,
    OdbGeneralData,
    SubscriberStatus,
    ZoneCode,
)
from protocol.sm.quality_of_service import QualityOfService

CONTEXTS_AT_ONCE = 20
"""PDP contexts in one insertion: with the longest names they just fit the 16 segments of an SCCP message."""


# --- for SGSNs ----------------------------------------------------------------------------------------------------


def make_insertions(subscriber: Subscriber) -> list[InsertSubscriberDataArg]:
    """The subscriber's data, in as many parts as needed, the last part first.

    The first part to be sent has what concerns the subscriber as a whole, and says that the list of PDP contexts
    replaces what the SGSN may have. The IMSI is known from the dialogue.
    """
    parts = in_parts(subscriber.contexts)
    first = InsertSubscriberDataArg(
        msisdn=subscriber.msisdn,
        subscriber_status=subscriber_status(subscriber),
        odb_data=make_barring(subscriber),
        regional_subscription_data=zone_codes(subscriber),
        gprs_subscription_data=make_subscription(parts[0], complete=True) if parts else None,
        network_access_mode=access_mode(subscriber),
    )
    others = [InsertSubscriberDataArg(gprs_subscription_data=make_subscription(part)) for part in reversed(parts[1:])]
    return [*others, first]


def in_parts(contexts: tuple[PdpSubscription, ...]) -> list[tuple[PdpSubscription, ...]]:
    """As many as fit into one message, and again."""
    return [contexts[at : at + CONTEXTS_AT_ONCE] for at in range(0, len(contexts), CONTEXTS_AT_ONCE)]


def make_changes(before: Subscriber, after: Subscriber) -> list[InsertSubscriberDataArg]:
    """What is new or different in ``after``, in as many parts as needed, the first part first (TS 29.002 8.8.1)."""
    parts = in_parts(tuple([context for context in after.contexts if context not in before.contexts]))
    barring_changed = barrings(before) != barrings(after)
    mode = access_mode(after)
    first = InsertSubscriberDataArg(
        msisdn=None if before.msisdn == after.msisdn else after.msisdn,
        subscriber_status=subscriber_status(after) if barring_changed else None,
        odb_data=make_barring(after) if barring_changed else None,
        regional_subscription_data=() if before.zones == after.zones else zone_codes(after),
        gprs_subscription_data=make_subscription(parts[0]) if parts else None,
        network_access_mode=None if access_mode(before) is mode else mode,
    )
    others = [InsertSubscriberDataArg(gprs_subscription_data=make_subscription(part)) for part in parts[1:]]
    return [] if first == InsertSubscriberDataArg() else [first, *others]


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


def zone_codes(subscriber: Subscriber) -> tuple[ZoneCode, ...]:
    """The zones in which alone the subscriber may be served; a list replaces the one before (TS 29.002 8.8.1)."""
    return tuple([ZoneCode(code=zone) for zone in subscriber.zones])


# --- for VLRs -----------------------------------------------------------------------------------------------------


def make_vlr_insertion(subscriber: Subscriber) -> InsertSubscriberDataArg:
    """What a VLR needs of the subscriber's data; the IMSI is known from the dialogue."""
    return InsertSubscriberDataArg(
        msisdn=subscriber.msisdn,
        subscriber_status=SubscriberStatus.SERVICE_GRANTED,
        regional_subscription_data=zone_codes(subscriber),
        network_access_mode=access_mode(subscriber),
    )
