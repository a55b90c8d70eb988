"""Information elements of BSSAP+ (TS 29.018 18.4); those that it has in common with BSSGP stand there."""

from dataclasses import dataclass
from typing import Annotated, Self

from protocol.bits import BITS, Struct
from protocol.bssgp.elements import Steps
from protocol.declare import OpenEnum
from protocol.errors import DecodeError
from protocol.gmm.names import DaylightSavingTime, LsaIdentifier, NetworkName, TimeZone, UniversalTime
from protocol.identities import Plmn
from protocol.layout import TLV, TV, Message, Rules, find_end


class GprsLocationUpdateType(OpenEnum):
    """GPRS location update type (18.4.6). Reserved values count as normal location update."""

    IMSI_ATTACH = 1
    NORMAL_LOCATION_UPDATE = 2


class ImsiDetachFromGprsServiceType(OpenEnum):
    """IMSI detach from GPRS service type (18.4.11). Reserved values count as network initiated."""

    NETWORK_INITIATED_IMSI_DETACH_FROM_GPRS_SERVICES = 1
    MS_INITIATED_IMSI_DETACH_FROM_GPRS_SERVICES = 2
    GPRS_SERVICES_NOT_ALLOWED = 3


class ImsiDetachFromNonGprsServiceType(OpenEnum):
    """IMSI detach from non-GPRS service type (18.4.12). Reserved values count as implicit."""

    EXPLICIT_MS_INITIATED_IMSI_DETACH_FROM_NON_GPRS_SERVICES = 1
    COMBINED_EXPLICIT_MS_INITIATED_IMSI_DETACH_FROM_GPRS_AND_NON_GPRS_SERVICES = 2
    IMPLICIT_NETWORK_INITIATED_IMSI_DETACH_FROM_NON_GPRS_SERVICES = 3


class InformationRequested(OpenEnum):
    """Information requested (18.4.13). Reserved values are not supported."""

    PTMSI = 1
    IMEI = 2
    IMEISV = 3
    PTMSI_AND_IMEI = 4
    PTMSI_AND_IMEISV = 5
    IMEI_AND_IMEISV = 6
    PTMSI_IMEI_AND_IMEISV = 7
    MOBILE_LOCATION_INFORMATION = 8
    TMSI = 9


class MobileStationState(OpenEnum):
    """Mobile station state (18.4.19)."""

    IDLE_OR_PMM_DETACHED = 0
    STANDBY_OR_PMM_IDLE_0_PDP_CONTEXTS_ACTIVE = 1
    STANDBY_OR_PMM_IDLE_1_OR_MORE_PDP_CONTEXTS_ACTIVE = 2
    SUSPENDED_0_PDP_CONTEXTS_ACTIVE = 3
    SUSPENDED_1_OR_MORE_PDP_CONTEXTS_ACTIVE = 4
    READY_OR_PMM_CONNECTED_0_PDP_CONTEXTS_ACTIVE = 5
    READY_OR_PMM_CONNECTED_1_OR_MORE_PDP_CONTEXTS_ACTIVE = 6
    IMSI_UNKNOWN = 7
    INFORMATION_REQUESTED_NOT_SUPPORTED = 8


class TmsiStatus(Struct):
    """TMSI status (18.4.24)."""

    spare: Annotated[int, BITS(7)] = 0
    valid_tmsi_available: Annotated[bool, BITS(1)]


class LocationInformationAge(Steps):
    """Location information age (18.4.15): minutes since the mobile was heard; 0 is now, 32767 that long or longer."""

    __slots__ = ()
    unit = "min"


@dataclass(frozen=True, slots=True)
class ServiceAreaIdentification:
    """Service area identification (18.4.21b): the element SAI of TS 25.413 9.2.3.9, in seven octets.

    Its network is coded otherwise than in TS 24.008: three digits of the MNC follow the MCC in their order.
    """

    plmn: Plmn
    lac: int
    sac: int

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read PLMN identity, LAC and SAC."""
        if len(octets) != 7:
            raise DecodeError(f"{len(octets)} octets are no service area identification")
        mcc, first, second = octets[0], octets[1], octets[2]
        if first >> 4 != 15:
            if second >> 4 == 15:
                raise DecodeError("a filler stands where the last digit of the MNC should", at=2)
            digits = first >> 4, second & 15, second >> 4
            first, second = digits[2] << 4 | first & 15, digits[1] << 4 | digits[0]
        plmn = Plmn.from_octets(bytes((mcc, first, second)))
        return cls(plmn, int.from_bytes(octets[3:5], "big"), int.from_bytes(octets[5:], "big"))

    def to_octets(self) -> bytes:
        """Write PLMN identity, LAC and SAC."""
        if not (0 <= self.lac < 1 << 16 and 0 <= self.sac < 1 << 16):
            raise ValueError(f"LAC {self.lac} and SAC {self.sac} have two octets each")
        plmn = self.plmn.to_octets()
        if len(self.plmn.mnc) == 3:
            mnc = [int(digit, 16) for digit in self.plmn.mnc]
            if mnc[0] == 15:
                raise ValueError(f"MNC {self.plmn.mnc} starts with what is a filler here")
            plmn = bytes((plmn[0], mnc[0] << 4 | plmn[1] & 15, mnc[2] << 4 | mnc[1]))
        return plmn + self.lac.to_bytes(2, "big") + self.sac.to_bytes(2, "big")


# --- tunnel of messages ------------------------------------------------------------------------------------------


class TomProtocolDiscriminator(OpenEnum):
    """TOM protocol discriminator (TS 44.064 B.1.1): whose messages are tunnelled."""

    NOT_SPECIFIED = 0
    TIA_EIA_136 = 1
    RRLP = 2
    EXTENSION = 15


class TunnelPayloadControl(Struct):
    """How a tunnelled message is to be, or was, carried: ``e`` asks for, or tells of, ciphering.

    The tunnel priority stands for an LLC service access point (table 20.1).
    """

    spare: Annotated[bool, BITS(1)] = False
    tom_protocol_discriminator: Annotated[TomProtocolDiscriminator, BITS(4)]
    e: Annotated[bool, BITS(1)]
    tunnel_priority: Annotated[int, BITS(2)]


@dataclass(frozen=True, slots=True)
class TunnelPayload:
    """Downlink, or uplink, tunnel payload control and info (18.4.3, 18.4.25): the message is opaque here."""

    control: TunnelPayloadControl
    payload: bytes

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read control octet and message."""
        if not octets:
            raise DecodeError("a tunnel payload has at least one octet")
        return cls(TunnelPayloadControl.from_bits(octets[0], 8), octets[1:])

    def to_octets(self) -> bytes:
        """Write it."""
        return self.control.to_octets() + self.payload


# --- what the network tells of itself ----------------------------------------------------------------------------


def unknown(d: bytes, p: int) -> int:
    """Find the end of an unknown element (TS 24.007 11.2.4): one octet, or TLV."""
    return p + 1 if d[p] & 0x80 else find_end(d, p + 1, 1)


class ElementsOfMm(Message):
    """Elements of a message of TS 24.008, without what stands before them there."""

    protocol = "elements of MM"
    rules = Rules(
        unknown_message=None,
        missing_mandatory=None,
        invalid_mandatory=None,
        unknown=unknown,
        any_order=True,
        longer=True,
    )

    @classmethod
    def header(cls, code: int) -> bytes:
        del code
        return b""


class MmInformation(ElementsOfMm, code=0x32, title="MM INFORMATION", clause="9.2.15a", way="down"):
    """MM information (18.4.16): the elements of the message of that name (TS 24.008 9.2.15a)."""

    full_name_for_network: Annotated[NetworkName | None, TLV(0x43, 1, 253)] = None
    short_name_for_network: Annotated[NetworkName | None, TLV(0x45, 1, 253)] = None
    local_time_zone: Annotated[TimeZone | None, TV(0x46, 1)] = None
    universal_time_and_local_time_zone: Annotated[UniversalTime | None, TV(0x47, 7)] = None
    lsa_identity: Annotated[LsaIdentifier | None, TLV(0x48, 0, 3)] = None
    network_daylight_saving_time: Annotated[DaylightSavingTime | None, TLV(0x49, 1)] = None

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read the elements."""
        return cls.decode(octets)

    def to_octets(self) -> bytes:
        """Write the elements."""
        return self.encode()
