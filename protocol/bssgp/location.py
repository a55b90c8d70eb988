"""BSSGP messages of location services and their elements (TS 48.018 10.5 and 11.3, with the coding of TS 49.031)."""

from dataclasses import dataclass
from typing import Annotated, Self

from protocol.bits import BITS, Struct
from protocol.bssgp.elements import ImsiIdentity
from protocol.bssgp.messages import LONGEST, BssgpMessage
from protocol.declare import OpenEnum
from protocol.errors import DecodeError
from protocol.gmm.elements import DrxParameter, PsLcsCapability
from protocol.identities import CellIdentifier, Tlli
from protocol.layout import GbTLV


class LocationInformation(OpenEnum):
    """What is asked for. Reserved values are answered by a protocol error."""

    CURRENT_GEOGRAPHIC_LOCATION = 0
    LOCATION_ASSISTANCE_INFORMATION_FOR_THE_TARGET_MS = 1
    DECIPHERING_KEYS_FOR_BROADCAST_ASSISTANCE_DATA_FOR_THE_TARGET_MS = 2


class PositioningMethod(OpenEnum):
    """For which method assistance, or keys, are asked for."""

    MOBILE_ASSISTED_E_OTD = 1
    MOBILE_BASED_E_OTD = 2
    ASSISTED_GPS = 3


class LocationType(Struct):
    """Location type (11.3.53); the method is there unless the location itself is asked for."""

    location_information: Annotated[LocationInformation, BITS(8)]
    positioning_method: Annotated[PositioningMethod | None, BITS(8)] = None


class LcsPriority(OpenEnum):
    """LCS priority (11.3.57). Reserved values count as normal."""

    HIGHEST = 0
    NORMAL = 1


class ResponseTime(OpenEnum):
    """Response time category."""

    NOT_SPECIFIED = 0
    LOW_DELAY = 1
    DELAY_TOLERANT = 2


class LcsQos(Struct):
    """LCS QoS (11.3.50, TS 48.008 3.2.2.72); the accuracies are the codes of TS 23.032."""

    spare: Annotated[int, BITS(6)] = 0
    velocity_requested: Annotated[bool, BITS(1)] = False
    vertical_coordinate_requested: Annotated[bool, BITS(1)]
    horizontal_accuracy_specified: Annotated[bool, BITS(1)]
    horizontal_accuracy: Annotated[int, BITS(7)]
    vertical_accuracy_specified: Annotated[bool, BITS(1)]
    vertical_accuracy: Annotated[int, BITS(7)]
    response_time_category: Annotated[ResponseTime, BITS(2)]
    spare_octet_6: Annotated[int, BITS(6)] = 0


class ClientCategory(OpenEnum):
    """Category of the client that wants to know."""

    VALUE_ADDED_CLIENT = 0
    PLMN_OPERATOR = 2
    EMERGENCY_SERVICES = 3
    LAWFUL_INTERCEPT_SERVICES = 4


class ClientSubtype(OpenEnum):
    """What a client of the operator wants to know it for; of the others the subtype is unspecified."""

    UNSPECIFIED = 0
    BROADCAST_SERVICE = 1
    O_AND_M = 2
    ANONYMOUS_STATISTICS = 3
    TARGET_MS_SERVICE_SUPPORT = 4


class LcsClientType(Struct):
    """LCS client type (11.3.51)."""

    category: Annotated[ClientCategory, BITS(4)]
    subtype: Annotated[ClientSubtype, BITS(4)]


class GpsAssistance(Struct):
    """Which GPS assistance data are requested."""

    acquisition_assistance: Annotated[bool, BITS(1)]
    reference_time: Annotated[bool, BITS(1)]
    reference_location: Annotated[bool, BITS(1)]
    dgps_corrections: Annotated[bool, BITS(1)]
    navigation_model: Annotated[bool, BITS(1)]
    ionospheric_model: Annotated[bool, BITS(1)]
    utc_model: Annotated[bool, BITS(1)]
    almanac: Annotated[bool, BITS(1)]
    spare: Annotated[int, BITS(7)] = 0
    real_time_integrity: Annotated[bool, BITS(1)]


class GpsEphemeris(Struct):
    """Which ephemerides the mobile has: GPS week, time and its limit, and the number of satellites."""

    week_high: Annotated[int, BITS(2)]
    spare: Annotated[int, BITS(6)] = 0
    week_low: Annotated[int, BITS(8)]
    toe: Annotated[int, BITS(8)]
    number_of_satellites: Annotated[int, BITS(4)]
    t_toe_limit: Annotated[int, BITS(4)]

    @property
    def week(self) -> int:
        """The GPS week."""
        return self.week_high << 8 | self.week_low


class GpsSatellite(Struct):
    """A satellite whose ephemeris the mobile has, and the issue of that."""

    spare: Annotated[int, BITS(2)] = 0
    satellite: Annotated[int, BITS(6)]
    issue_of_data: Annotated[int, BITS(8)]


@dataclass(frozen=True, slots=True)
class RequestedGpsAssistanceData:
    """Requested GPS assistance data (11.3.52); the satellites are there where a navigation model is requested."""

    assistance: GpsAssistance
    ephemeris: GpsEphemeris | None = None
    satellites: tuple[GpsSatellite, ...] = ()

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read two octets of flags, and what the mobile has."""
        if len(octets) != 2 and (len(octets) < 6 or len(octets) % 2):
            raise DecodeError(f"{len(octets)} octets are no requested GPS assistance data")
        assistance = GpsAssistance.from_octets(octets[:2])
        if len(octets) == 2:
            return cls(assistance)
        satellites = [GpsSatellite.from_octets(octets[p : p + 2]) for p in range(6, len(octets), 2)]
        return cls(assistance, GpsEphemeris.from_octets(octets[2:6]), tuple(satellites))

    def to_octets(self) -> bytes:
        """Write it."""
        if self.ephemeris is None and self.satellites:
            raise ValueError("satellites need the week and time of their ephemerides")
        parts = (self.assistance, *([self.ephemeris] if self.ephemeris else []), *self.satellites)
        return b"".join(part.to_octets() for part in parts)


class UsedMethod(OpenEnum):
    """A positioning method that was tried."""

    TIMING_ADVANCE = 0
    MOBILE_ASSISTED_E_OTD = 3
    MOBILE_BASED_E_OTD = 4
    MOBILE_ASSISTED_GPS = 5
    MOBILE_BASED_GPS = 6
    CONVENTIONAL_GPS = 7
    U_TDOA = 8
    CELL_ID = 12


class MethodUsage(OpenEnum):
    """What came of a positioning method."""

    ATTEMPTED_UNSUCCESSFULLY = 0
    RESULTS_NOT_USED = 1
    RESULTS_VERIFY_BUT_NOT_GENERATE_THE_LOCATION = 2
    RESULTS_GENERATE_THE_LOCATION = 3
    METHOD_OF_THE_MS_NOT_DETERMINED = 4


class TriedMethod(Struct):
    """A positioning method and what came of it."""

    method: Annotated[UsedMethod, BITS(5)]
    usage: Annotated[MethodUsage, BITS(3)]


@dataclass(frozen=True, slots=True)
class PositioningData:
    """Positioning data (11.3.55): which methods were tried; other discriminators than 0 are reserved."""

    methods: tuple[TriedMethod, ...]
    discriminator: int = 0
    spare: int = 0

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read an octet for the discriminator, and one for each method."""
        if not octets:
            raise DecodeError("positioning data have at least one octet")
        methods = [TriedMethod.from_bits(octet, 8) for octet in octets[1:]]
        return cls(tuple(methods), octets[0] & 15, octets[0] >> 4)

    def to_octets(self) -> bytes:
        """Write it."""
        if not (0 <= self.discriminator < 16 and 0 <= self.spare < 16):
            raise ValueError("a discriminator and its spare bits have 4 bits each")
        return bytes((self.spare << 4 | self.discriminator,)) + b"".join(method.to_octets() for method in self.methods)


class DecipheringKeys(Struct):
    """Deciphering keys (11.3.56) of broadcast assistance data."""

    spare: Annotated[int, BITS(7)] = 0
    ciphering_key_flag: Annotated[bool, BITS(1)]
    current_deciphering_key: Annotated[int, BITS(56)]
    next_deciphering_key: Annotated[int, BITS(56)]


class LcsCauseValue(OpenEnum):
    """Why a location request failed. Reserved values count as unspecified."""

    UNSPECIFIED = 0
    SYSTEM_FAILURE = 1
    PROTOCOL_ERROR = 2
    DATA_MISSING_IN_POSITION_REQUEST = 3
    UNEXPECTED_DATA_VALUE_IN_POSITION_REQUEST = 4
    POSITION_METHOD_FAILURE = 5
    TARGET_MS_UNREACHABLE = 6
    LOCATION_REQUEST_ABORTED = 7
    FACILITY_NOT_SUPPORTED = 8
    INTER_BSC_HANDOVER_ONGOING = 9
    INTRA_BSC_HANDOVER_COMPLETE = 10
    CONGESTION = 11
    INTER_NSE_CELL_CHANGE = 12
    ROUTING_AREA_UPDATE = 13
    PTMSI_REALLOCATION = 14
    SUSPENSION_OF_GPRS_SERVICES = 15


class PositionMethodFailure(OpenEnum):
    """Why a position method failed. Reserved values are ignored."""

    CONGESTION = 0
    INSUFFICIENT_RESOURCES = 1
    INSUFFICIENT_MEASUREMENT_DATA = 2
    INCONSISTENT_MEASUREMENT_DATA = 3
    LOCATION_PROCEDURE_NOT_COMPLETED = 4
    LOCATION_PROCEDURE_NOT_SUPPORTED_BY_TARGET_MS = 5
    QOS_NOT_ATTAINABLE = 6
    POSITION_METHOD_NOT_AVAILABLE_IN_NETWORK = 7
    POSITION_METHOD_NOT_AVAILABLE_IN_LOCATION_AREA = 8


class LcsCause(Struct):
    """LCS cause (11.3.58); the diagnostic goes with position method failure."""

    value: Annotated[LcsCauseValue, BITS(8)]
    diagnostic: Annotated[PositionMethodFailure | None, BITS(8)] = None


class RrlpFlags(Struct):
    """RRLP flags (11.3.60)."""

    spare: Annotated[int, BITS(7)] = 0
    position_command_or_final_response: Annotated[bool, BITS(1)]


# --- messages ----------------------------------------------------------------------------------------------------


class PerformLocationRequest(BssgpMessage, code=0x60, title="PERFORM-LOCATION-REQUEST", clause="10.5.1", way="down"):
    """SGSN → BSS: find out where this mobile is, or what it needs for that."""

    tlli: Annotated[Tlli, GbTLV(0x1F, 4)]
    imsi: Annotated[ImsiIdentity, GbTLV(0x0D, 3, 8)]
    drx_parameters: Annotated[DrxParameter | None, GbTLV(0x0A, 2)] = None
    bvci: Annotated[int, GbTLV(0x04, 2)]
    nsei: Annotated[int, GbTLV(0x3E, 2)]
    location_type: Annotated[LocationType, GbTLV(0x43, 1, 2)]
    cell_identifier: Annotated[CellIdentifier, GbTLV(0x08, 8)]
    lcs_capability: Annotated[PsLcsCapability | None, GbTLV(0x49, 1)] = None
    lcs_priority: Annotated[LcsPriority | None, GbTLV(0x47, 1)] = None
    lcs_qos: Annotated[LcsQos | None, GbTLV(0x40, 4)] = None
    lcs_client_type: Annotated[LcsClientType | None, GbTLV(0x41, 1)] = None
    requested_gps_assistance_data: Annotated[RequestedGpsAssistanceData | None, GbTLV(0x42, 2, 36)] = None


class PerformLocationResponse(BssgpMessage, code=0x61, title="PERFORM-LOCATION-RESPONSE", clause="10.5.2", way="up"):
    """BSS → SGSN: the mobile is there, or cannot be found. The estimate is coded in TS 23.032."""

    tlli: Annotated[Tlli, GbTLV(0x1F, 4)]
    bvci: Annotated[int, GbTLV(0x04, 2)]
    location_estimate: Annotated[bytes | None, GbTLV(0x44, 1, LONGEST)] = None
    positioning_data: Annotated[PositioningData | None, GbTLV(0x45, 1, LONGEST)] = None
    deciphering_keys: Annotated[DecipheringKeys | None, GbTLV(0x46, 15)] = None
    lcs_cause: Annotated[LcsCause | None, GbTLV(0x48, 1, 2)] = None


class PerformLocationAbort(BssgpMessage, code=0x62, title="PERFORM-LOCATION-ABORT", clause="10.5.3", way="down"):
    """SGSN → BSS: never mind where the mobile is."""

    tlli: Annotated[Tlli, GbTLV(0x1F, 4)]
    bvci: Annotated[int, GbTLV(0x04, 2)]
    lcs_cause: Annotated[LcsCause, GbTLV(0x48, 1, 2)]


class PositionCommand(BssgpMessage, code=0x63, title="POSITION-COMMAND", clause="10.5.4", way="up"):
    """BSS → SGSN: tell the mobile this, in RRLP (TS 44.031)."""

    tlli: Annotated[Tlli, GbTLV(0x1F, 4)]
    bvci: Annotated[int, GbTLV(0x04, 2)]
    rrlp_flags: Annotated[RrlpFlags, GbTLV(0x4A, 1)]
    rrlp_apdu: Annotated[bytes, GbTLV(0x3F, 0, LONGEST)]


class PositionResponse(BssgpMessage, code=0x64, title="POSITION-RESPONSE", clause="10.5.5", way="down"):
    """SGSN → BSS: the mobile says this, in RRLP, or cannot be asked."""

    tlli: Annotated[Tlli, GbTLV(0x1F, 4)]
    bvci: Annotated[int, GbTLV(0x04, 2)]
    rrlp_flags: Annotated[RrlpFlags | None, GbTLV(0x4A, 1)] = None
    rrlp_apdu: Annotated[bytes | None, GbTLV(0x3F, 0, LONGEST)] = None
    lcs_cause: Annotated[LcsCause | None, GbTLV(0x48, 1, 2)] = None
