"""Strategies of BSSGP elements, and of messages of whose elements one and only one is there."""

from typing import Any

from hypothesis import strategies as st

from protocol.bssgp.elements import (
    BucketFullRatio,
    BucketSize,
    Delay,
    GlobalCnId,
    ImsiIdentity,
    LeakRate,
    LsaAttributes,
    LsaIdentifierList,
    LsaIdentity,
    LsaInformation,
    PeakBitRate,
)
from protocol.bssgp.location import (
    GpsAssistance,
    GpsEphemeris,
    GpsSatellite,
    PositioningData,
    RequestedGpsAssistanceData,
    TriedMethod,
)
from protocol.bssgp.messages import PagingCs, PagingPs, RadioStatus
from protocol.identities import Imsi
from tests.wire.strategies import PLMN, digits, element, structs

TWO = st.integers(0, 0xFFFF)
SPARE = st.integers(0, 127)


def lazily(kind: Any) -> st.SearchStrategy[Any]:
    """Bit fields; their strategy is made once all kinds are known."""
    return st.deferred(lambda: structs(kind))


def chosen(cls: Any, *choice: str) -> st.SearchStrategy[Any]:
    """Messages with one of the elements named."""
    others = {
        field.name: st.none() | element(field) if field.optional else element(field)
        for field in cls.fields
        if field.name not in choice
    }
    fields = {field.name: field for field in cls.fields}
    return st.one_of([st.builds(cls, **others, **{name: element(fields[name])}) for name in choice])


AREAS = ("bvci", "location_area", "routeing_area", "bss_area_indication")

KINDS: dict[Any, st.SearchStrategy[Any]] = {
    Delay: TWO.map(Delay),
    BucketSize: TWO.map(BucketSize),
    LeakRate: TWO.map(LeakRate),
    PeakBitRate: TWO.map(PeakBitRate),
    BucketFullRatio: st.integers(0, 255).map(BucketFullRatio),
    GlobalCnId: st.builds(GlobalCnId, PLMN, TWO),
    ImsiIdentity: digits(6, 15).map(Imsi).map(ImsiIdentity),
    LsaIdentifierList: st.builds(
        LsaIdentifierList, st.lists(lazily(LsaIdentity), max_size=3).map(tuple), st.booleans(), SPARE
    ),
    LsaInformation: st.builds(
        LsaInformation, st.lists(lazily(LsaAttributes), max_size=3).map(tuple), st.booleans(), SPARE
    ),
    RequestedGpsAssistanceData: st.builds(RequestedGpsAssistanceData, lazily(GpsAssistance))
    | st.builds(
        RequestedGpsAssistanceData,
        lazily(GpsAssistance),
        lazily(GpsEphemeris),
        st.lists(lazily(GpsSatellite), max_size=3).map(tuple),
    ),
    PositioningData: st.builds(
        PositioningData,
        st.lists(lazily(TriedMethod), max_size=3).map(tuple),
        st.integers(0, 15),
        st.integers(0, 15),
    ),
    PagingPs: st.deferred(lambda: chosen(PagingPs, *AREAS)),
    PagingCs: st.deferred(lambda: chosen(PagingCs, *AREAS)),
    RadioStatus: st.deferred(lambda: chosen(RadioStatus, "tlli", "tmsi", "imsi")),
}
