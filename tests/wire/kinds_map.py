"""Strategies of MAP's value types of which most values would be invalid."""

from typing import Any

from hypothesis import strategies as st

from protocol.ber import Oid
from protocol.identities import Lai
from protocol.map.enquiry import ChargingId
from protocol.map.extension import PrivateExtension
from protocol.map.numbers import (
    CellGlobalId,
    HlrId,
    IsdnSubaddress,
    LocationNumber,
    LocationNumberHeader,
    NatureOfLocation,
    NumberingPlan,
    Presentation,
    Screening,
    SubaddressHeader,
    SubaddressType,
    Tbcd,
)
from protocol.map.packet import ExtQosSubscribed, PdpAddress
from protocol.map.position import GeodeticInformation, GeographicalInformation, Point
from tests.wire.strategies import KINDS as COMMON
from tests.wire.strategies import digits

POINTS = st.builds(
    Point,
    south=st.booleans(),
    latitude=st.integers(0, (1 << 23) - 1),
    longitude=st.integers(0, (1 << 24) - 1),
    uncertainty=st.integers(0, 127),
)


@st.composite
def location_numbers(draw: st.DrawFn) -> LocationNumber:
    """Location numbers with as many signals as they say."""
    signals = draw(st.text("0123456789bcf", max_size=15))
    header = LocationNumberHeader(
        odd=len(signals) % 2 == 1,
        nature=draw(st.sampled_from(list(NatureOfLocation))),
        internal_network_number_not_allowed=draw(st.booleans()),
        numbering_plan=draw(st.sampled_from(list(NumberingPlan))),
        presentation=draw(st.sampled_from(list(Presentation))),
        screening=draw(st.sampled_from(list(Screening))),
    )
    return LocationNumber(header, signals)


@st.composite
def tbcd(draw: st.DrawFn) -> Tbcd:
    """Digits in one to five octets."""
    size = 2 * draw(st.integers(1, 5))
    number = draw(digits(0, size))
    return Tbcd(number, size - len(number))


KINDS: dict[Any, st.SearchStrategy[Any]] = {
    ChargingId: st.integers(0, 0xFFFFFFFF).map(ChargingId),
    # One that stops between the octets of R99 is read, and is none that 24.008 10.5.6.5 has.
    ExtQosSubscribed: st.binary(min_size=9, max_size=9).map(ExtQosSubscribed.from_octets),
    HlrId: digits(5, 15).map(HlrId),
    Tbcd: tbcd(),
    LocationNumber: location_numbers(),
    IsdnSubaddress: st.builds(
        IsdnSubaddress,
        st.builds(
            SubaddressHeader,
            extension=st.booleans(),
            type=st.sampled_from(list(SubaddressType)),
            odd=st.booleans(),
        ),
        st.binary(max_size=20),
    ),
    GeographicalInformation: st.builds(GeographicalInformation, point=POINTS),  # the one shape of 17.7.1
    GeodeticInformation: st.builds(
        GeodeticInformation,
        presentation=st.sampled_from(list(Presentation)),
        screening=st.sampled_from(list(Screening)),
        point=POINTS,
        confidence=st.integers(0, 127),
    ),
    CellGlobalId: st.builds(CellGlobalId, COMMON[Lai], st.integers(0, 0xFFFF)),
    PdpAddress: (st.ip_addresses() | st.binary(min_size=5, max_size=15)).map(PdpAddress),
    PrivateExtension: st.builds(
        PrivateExtension,
        st.sampled_from([Oid("0.4.0.0.1.1.1.1"), Oid("1.2.840.113549"), Oid("2.999.3")]),
        st.sampled_from([bytes.fromhex(octets) for octets in ("", "0500", "020105", "3006800100810100", "a1020500")]),
    ),
}
