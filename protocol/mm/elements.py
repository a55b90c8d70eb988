"""Information elements of mobility management for circuit-switched services (TS 24.008 10.5.1 and 10.5.3)."""

from typing import Annotated

from protocol.bits import BITS, Struct
from protocol.declare import OpenEnum


class TypeOfLocationUpdating(OpenEnum):
    """Why a mobile updates its location area."""

    NORMAL_LOCATION_UPDATING = 0
    PERIODIC_UPDATING = 1
    IMSI_ATTACH = 2


class LocationUpdatingType(Struct):
    """Location updating type (10.5.3.5), and whether the mobile has more to send at once."""

    follow_on_request: Annotated[bool, BITS(1)] = False
    spare: Annotated[bool, BITS(1)] = False
    type_of_location_updating: Annotated[TypeOfLocationUpdating, BITS(2)]


class CmServiceType(OpenEnum):
    """CM service type (10.5.3.3)."""

    MOBILE_ORIGINATING_CALL_OR_PACKET_MODE_CONNECTION = 1
    EMERGENCY_CALL = 2
    SHORT_MESSAGE_SERVICE = 4
    SUPPLEMENTARY_SERVICE_ACTIVATION = 8
    VOICE_GROUP_CALL = 9
    VOICE_BROADCAST_CALL = 10
    LOCATION_SERVICES = 11


class PriorityLevel(OpenEnum):
    """Priority of a call (10.5.1.11)."""

    NO_PRIORITY_APPLIED = 0
    CALL_PRIORITY_LEVEL_4 = 1
    CALL_PRIORITY_LEVEL_3 = 2
    CALL_PRIORITY_LEVEL_2 = 3
    CALL_PRIORITY_LEVEL_1 = 4
    CALL_PRIORITY_LEVEL_0 = 5
    CALL_PRIORITY_LEVEL_B = 6
    CALL_PRIORITY_LEVEL_A = 7


class Priority(Struct):
    """Priority level (10.5.1.11)."""

    spare: Annotated[bool, BITS(1)] = False
    call_priority: Annotated[PriorityLevel, BITS(3)]


class Sapi(OpenEnum):
    """Service access point of the data link on the air."""

    SAPI_0 = 0
    SAPI_3 = 3


class PdAndSapi(Struct):
    """PD and SAPI (10.5.1.10a): the protocol that the mobile is to ask for, and on which link."""

    spare: Annotated[int, BITS(2)] = 0
    sapi: Annotated[Sapi, BITS(2)]
    protocol_discriminator: Annotated[int, BITS(4)]


class DeviceProperties(Struct):
    """Device properties (TS 24.008 10.5.7.8, Rel-10): a mobile that may wait, as meters do."""

    spare: Annotated[int, BITS(3)] = 0
    low_priority: Annotated[bool, BITS(1)]


class MsNetworkFeatureSupport(Struct):
    """MS network feature support (10.5.1.15, Rel-10): the mobile knows long periods of T3212."""

    spare: Annotated[int, BITS(3)] = 0
    extended_periodic_timers: Annotated[bool, BITS(1)]
