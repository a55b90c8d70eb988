"""Where a subscriber is, and in which state (TS 29.002 17.7.1, TS 23.032, Q.763)."""

from typing import Annotated

from protocol.ber import (
    CHOICE,
    ENUMERATED,
    EXPLICIT,
    INTEGER,
    NULL,
    OCTETS,
    SEQUENCE,
    Choice,
    Sequence,
)
from protocol.bits import BITS, Struct
from protocol.declare import OpenEnum
from protocol.identities import IsdnAddress, Lai, Rai
from protocol.map.extension import ExtensionContainer
from protocol.map.numbers import CellGlobalId, LocationNumber, LsaIdentity, Presentation, Screening


class Shape(OpenEnum):
    """Type of shape of a geographical area (TS 23.032 6); MAP allows the second only."""

    ELLIPSOID_POINT = 0
    ELLIPSOID_POINT_WITH_UNCERTAINTY_CIRCLE = 1
    ELLIPSOID_POINT_WITH_UNCERTAINTY_ELLIPSE = 3
    POLYGON = 5
    ELLIPSOID_POINT_WITH_ALTITUDE = 8
    ELLIPSOID_POINT_WITH_ALTITUDE_AND_UNCERTAINTY_ELLIPSOID = 9
    ELLIPSOID_ARC = 10


class Point(Struct):
    """A point on the ellipsoid, with a circle of uncertainty (TS 23.032 6.1 to 6.3).

    Latitude counts 90/2^23 degrees from the equator, longitude 360/2^24 degrees, negative ones as two's complement. An
    uncertainty of k is 10 (1.1^k - 1) metres.
    """

    south: Annotated[bool, BITS(1)]
    latitude: Annotated[int, BITS(23)]
    longitude: Annotated[int, BITS(24)]
    spare: Annotated[int, BITS(1)] = 0
    uncertainty: Annotated[int, BITS(7)]

    @property
    def degrees(self) -> tuple[float, float]:
        """Latitude and longitude in degrees, north and east positive."""
        latitude = self.latitude * 90 / (1 << 23)
        longitude = (self.longitude - (self.longitude >> 23 << 24)) * 360 / (1 << 24)
        return -latitude if self.south else latitude, longitude


class GeographicalInformation(Struct):
    """Where a mobile is, by its coordinates (17.7.1, TS 23.032)."""

    shape: Annotated[Shape, BITS(4)] = Shape.ELLIPSOID_POINT_WITH_UNCERTAINTY_CIRCLE
    spare: Annotated[int, BITS(4)] = 0
    point: Annotated[Point, BITS()]


class GeodeticInformation(Struct):
    """Where a mobile is, by its coordinates, as a calling geodetic location (17.7.1, Q.763 3.88)."""

    spare: Annotated[int, BITS(4)] = 0
    presentation: Annotated[Presentation, BITS(2)]
    screening: Annotated[Screening, BITS(2)]
    extension: Annotated[bool, BITS(1)] = False
    shape: Annotated[Shape, BITS(7)] = Shape.ELLIPSOID_POINT_WITH_UNCERTAINTY_CIRCLE
    point: Annotated[Point, BITS()]
    spare_2: Annotated[int, BITS(1)] = 0
    confidence: Annotated[int, BITS(7)]


class CellGlobalIdOrServiceAreaIdOrLai(Choice):
    """A cell, a service area or a location area (17.7.8)."""

    cell_global_id_or_service_area_id_fixed_length: Annotated[CellGlobalId | None, OCTETS(0, size=7)] = None
    lai_fixed_length: Annotated[Lai | None, OCTETS(1, size=5)] = None


class LocationInformation(Sequence):
    """Where a mobile was seen last in the circuit domain; the age is in minutes, 0 while it is in touch."""

    age_of_location_information: Annotated[int | None, INTEGER(most=32767)] = None
    geographical_information: Annotated[GeographicalInformation | None, OCTETS(0, size=8)] = None
    vlr_number: Annotated[IsdnAddress | None, OCTETS(1, least=1, most=9)] = None
    location_number: Annotated[LocationNumber | None, OCTETS(2, least=2, most=10)] = None
    cell_global_id_or_service_area_id_or_lai: Annotated[
        CellGlobalIdOrServiceAreaIdOrLai | None, EXPLICIT(3, CHOICE())
    ] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(4)] = None
    selected_lsa_id: Annotated[LsaIdentity | None, OCTETS(5, size=3)] = None
    msc_number: Annotated[IsdnAddress | None, OCTETS(6, least=1, most=9)] = None
    geodetic_information: Annotated[GeodeticInformation | None, OCTETS(7, size=10)] = None
    current_location_retrieved: Annotated[bool, NULL(8)] = False
    sai_present: Annotated[bool, NULL(9)] = False


class LocationInformationGprs(Sequence):
    """Where a mobile was seen last in the packet domain."""

    cell_global_id_or_service_area_id_or_lai: Annotated[
        CellGlobalIdOrServiceAreaIdOrLai | None, EXPLICIT(0, CHOICE())
    ] = None
    routeing_area_identity: Annotated[Rai | None, OCTETS(1, size=6)] = None
    geographical_information: Annotated[GeographicalInformation | None, OCTETS(2, size=8)] = None
    sgsn_number: Annotated[IsdnAddress | None, OCTETS(3, least=1, most=9)] = None
    selected_lsa_identity: Annotated[LsaIdentity | None, OCTETS(4, size=3)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(5)] = None
    sai_present: Annotated[bool, NULL(6)] = False
    geodetic_information: Annotated[GeodeticInformation | None, OCTETS(7, size=10)] = None
    current_location_retrieved: Annotated[bool, NULL(8)] = False
    age_of_location_information: Annotated[int | None, INTEGER(9, most=32767)] = None


class NotReachableReason(OpenEnum):
    """Why the network holds a mobile for not reachable."""

    MS_PURGED = 0
    IMSI_DETACHED = 1
    RESTRICTED_AREA = 2
    NOT_REGISTERED = 3


class SubscriberState(Choice):
    """What a mobile is doing in the circuit domain."""

    assumed_idle: Annotated[bool | None, NULL(0)] = None
    camel_busy: Annotated[bool | None, NULL(1)] = None
    net_det_not_reachable: Annotated[NotReachableReason | None, ENUMERATED()] = None
    not_provided_from_vlr: Annotated[bool | None, NULL(2)] = None
