"""Regional subscription (TS 23.003 4.4, TS 23.008 2.4, TS 29.002 8.8.1): zones, and the areas that they are made of.

The HLR tells up to ten zone codes; what they mean is known where the location areas are. A subscriber without any may
be everywhere, one with some only in the areas of these zones.
"""

from collections.abc import Collection, Mapping

from protocol.identities import Lai
from protocol.map.subscriber import RegionalSubscriptionResponse, ZoneCode

Zones = Mapping[Lai, Collection[int]]
"""The zone codes of each location area of a node; none at all where it does not support regional subscription."""


def may_be_in(area: Lai, codes: Collection[ZoneCode], zones: Zones) -> bool:
    """Whether a subscriber with these zone codes may be served in an area."""
    if not codes or not zones:
        return True
    here = zones.get(area, ())
    return any(zone.code in here for zone in codes)


def answer_zones(codes: Collection[ZoneCode], zones: Zones) -> RegionalSubscriptionResponse | None:
    """What the HLR is to know: that zones are not supported, or that no area of this node is in one of them."""
    if not codes:
        return None
    if not zones:
        return RegionalSubscriptionResponse.REGIONAL_SUBSCRIPTION_NOT_SUPPORTED
    if not any(may_be_in(area, codes, zones) for area in zones):
        return RegionalSubscriptionResponse.NETWORK_NODE_AREA_RESTRICTED
    return None
