"""Quality of service of a PDP context: what is asked for, held down to what is subscribed (TS 23.060 9.2.2.1, 15.2).

Of each attribute the weaker demand counts; one that the mobile leaves open is the subscribed one (TS 24.008 10.5.6.5).
What this network cannot do goes too: it knows no acknowledged LLC (reliability classes 1 and 2).
"""

from typing import Any

from protocol.map.packet import PdpContext as Subscription
from protocol.sm.elements import LlcSapiValue, RadioPriorityLevel
from protocol.sm.quality_of_service import (
    DelayClass,
    MeanThroughput,
    PeakThroughput,
    PrecedenceClass,
    QualityOfService,
    ReliabilityClass,
    TrafficClass,
)

WEAKER_BY_NUMBER = ("delivery_order", "delivery_of_erroneous_sdus", "traffic_handling_priority")
"""Attributes of R99 whose higher value demands less."""

LARGER_IS_MORE = ("maximum_sdu_size", "maximum_bit_rate_for_uplink", "maximum_bit_rate_for_downlink")
GUARANTEED = ("guaranteed_bit_rate_for_uplink", "guaranteed_bit_rate_for_downlink")
SMALLER_IS_MORE = ("residual_ber", "sdu_error_ratio", "transfer_delay")

LEAST_RELIABILITY = ReliabilityClass.UNACKNOWLEDGED_GTP_AND_LLC_ACKNOWLEDGED_RLC_PROTECTED
"""The first class without acknowledged LLC."""

SAPIS = {
    DelayClass.CLASS_1: LlcSapiValue.SAPI_3,
    DelayClass.CLASS_2: LlcSapiValue.SAPI_5,
    DelayClass.CLASS_3: LlcSapiValue.SAPI_9,
}
"""Where packets of a delay class travel, if the mobile does not say; all others on 11."""

ASSIGNED = frozenset({LlcSapiValue.SAPI_3, LlcSapiValue.SAPI_5, LlcSapiValue.SAPI_9, LlcSapiValue.SAPI_11})

R99_ATTRIBUTES = (
    "traffic_class",
    "delivery_order",
    "delivery_of_erroneous_sdus",
    "maximum_sdu_size",
    "maximum_bit_rate_for_uplink",
    "maximum_bit_rate_for_downlink",
    "residual_ber",
    "sdu_error_ratio",
    "transfer_delay",
    "traffic_handling_priority",
    "guaranteed_bit_rate_for_uplink",
    "guaranteed_bit_rate_for_downlink",
)


def subscribed(subscription: Subscription) -> QualityOfService:
    """The profile of a subscription: octets 3 to 5, and those of R99 where the HLR has told all of them."""
    profile, extension = subscription.qos_subscribed, subscription.ext_qos_subscribed
    if extension is None or extension.guaranteed_bit_rate_for_downlink is None:
        return profile
    return profile.replace(**{name: getattr(extension, name) for name in R99_ATTRIBUTES})


def priority_of(subscription: Subscription, profile: QualityOfService) -> int:
    """Allocation and retention priority, 1 to 3: subscribed, or that of the precedence class (TS 23.107 9.1.2.2)."""
    extension = subscription.ext_qos_subscribed
    if extension is not None and 1 <= extension.allocation_retention_priority <= 3:
        return extension.allocation_retention_priority
    return int(profile.precedence_class.taken_for) or 3


def negotiate(requested: QualityOfService, allowed: QualityOfService) -> QualityOfService:
    """What of ``requested`` may be had where ``allowed`` is subscribed."""
    changes = negotiate_r97(requested, allowed)
    if requested.traffic_class is not None and allowed.traffic_class is not None:
        changes.update(negotiate_r99(requested, allowed))
    return QualityOfService(**changes)


def negotiate_r97(requested: QualityOfService, allowed: QualityOfService) -> dict[str, Any]:
    """Octets 3 to 5."""
    reliability = weaker(requested.reliability_class.taken_for, allowed.reliability_class.taken_for, ReliabilityClass)
    return {
        "delay_class": weaker(requested.delay_class.taken_for, allowed.delay_class.taken_for, DelayClass),
        "reliability_class": max(reliability, LEAST_RELIABILITY),
        "peak_throughput": lower_peak(requested.peak_throughput, allowed.peak_throughput),
        "precedence_class": weaker(
            requested.precedence_class.taken_for, allowed.precedence_class.taken_for, PrecedenceClass
        ),
        "mean_throughput": lower_mean(requested.mean_throughput, allowed.mean_throughput),
    }


def weaker(requested: Any, allowed: Any, kind: Any) -> Any:
    """The one that demands less, of two where 1 demands most.

    0 asks for what is subscribed, as does a reserved value; what is subscribed badly is the least there is.
    """
    listed = [member for member in kind.__members__.values() if member]
    if allowed not in listed:
        allowed = listed[-1]
    return max(requested, allowed) if requested in listed else allowed


def lower_peak(requested: PeakThroughput, allowed: PeakThroughput) -> PeakThroughput:
    """The lower of two peak throughputs; codes that are not listed count as 1000 octets a second."""
    codes = [1 if 9 < code < 15 else int(code) for code in (requested, allowed) if code and code != 15]
    return PeakThroughput(min(codes, default=1))


def lower_mean(requested: MeanThroughput, allowed: MeanThroughput) -> MeanThroughput:
    """The lower of two mean throughputs, best effort the lowest."""
    given = [value for value in (requested, allowed) if value]
    if not given or any(value.is_best_effort or value.is_reserved for value in given):
        return MeanThroughput(31)
    return MeanThroughput(min(given))


def negotiate_r99(requested: QualityOfService, allowed: QualityOfService) -> dict[str, Any]:
    """Octets 6 to 13."""
    traffic = weaker(requested.traffic_class, allowed.traffic_class, TrafficClass)
    changes: dict[str, Any] = {"traffic_class": traffic}
    for name in WEAKER_BY_NUMBER:
        mine, most = getattr(requested, name), getattr(allowed, name)
        changes[name] = weaker(mine, most, type(most))
    for name in (*LARGER_IS_MORE, *GUARANTEED):
        changes[name] = less(getattr(requested, name), getattr(allowed, name), min)
    for name in SMALLER_IS_MORE:
        changes[name] = less(getattr(requested, name), getattr(allowed, name), max)
    return changes


def less(requested: Any, allowed: Any, choose: Any) -> Any:
    """The code of the amount that is chosen of two; a code without amount leaves it to what is subscribed."""
    if requested.amount is None or allowed.amount is None:
        return allowed
    return requested if choose(requested.amount, allowed.amount) == requested.amount else allowed


def choose_sapi(requested: LlcSapiValue, profile: QualityOfService) -> LlcSapiValue:
    """The LLC SAPI that the packets take: the mobile's wish, or one that goes with the delay class."""
    if requested in ASSIGNED:
        return requested
    return SAPIS.get(profile.delay_class.taken_for, LlcSapiValue.SAPI_11)


def choose_radio_priority(profile: QualityOfService) -> RadioPriorityLevel:
    """The radio priority of the packets, by the precedence class."""
    return RadioPriorityLevel(int(profile.precedence_class.taken_for) or 4)
