"""The messages of mobility management for circuit-switched services, in the order of TS 24.008 9.2 (R99).

Elements of later releases that are half an octet are there too; longer ones are kept as unknown.
"""

from typing import Annotated, Any

from protocol.causes import MmCause
from protocol.classmarks import MobileStationClassmark1, MobileStationClassmark2
from protocol.errors import DecodeError
from protocol.gmm.elements import (
    Cksn,
    DaylightSavingTime,
    EmergencyNumberList,
    IdentityType,
    LsaIdentifier,
    NetworkName,
    PlmnList,
    TimeZone,
    UniversalTime,
)
from protocol.identities import Lai, MobileIdentity
from protocol.layout import HALF, HEADER, LV, THALF, TLV, TV, Message, Rules, T, V, When
from protocol.mm.elements import (
    CmServiceType,
    DeviceProperties,
    LocationUpdatingType,
    MsNetworkFeatureSupport,
    PdAndSapi,
    Priority,
)
from protocol.rr.elements import AdditionalUpdateParameters


def unknown(d: bytes, p: int) -> int:
    """Find the end of an unknown element by its tag (TS 24.007 11.2.4); refuse one that must be understood (8.5)."""
    tag = d[p]
    if tag & 0x80:
        return p + 1
    if not tag & 0xF0:
        raise DecodeError(f"element {tag:#04x} must be understood", MmCause.INVALID_MANDATORY_INFORMATION, p)
    return p + 2 + d[p + 1] if p + 1 < len(d) else p + 1


class MmMessage(Message):
    """A message of mobility management.

    ``send_sequence_number`` is the mobile's (TS 24.007 11.2.3.2), in the two top bits of the message type; the
    network has 0 there.
    """

    protocol = "mm"
    rules = Rules(
        unknown_message=MmCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED,
        missing_mandatory=MmCause.INVALID_MANDATORY_INFORMATION,
        invalid_mandatory=MmCause.INVALID_MANDATORY_INFORMATION,
        missing_conditional=MmCause.CONDITIONAL_IE_ERROR,
        invalid_conditional=MmCause.CONDITIONAL_IE_ERROR,
        unexpected_conditional=MmCause.CONDITIONAL_IE_ERROR,
        longer=True,  # TS 24.007 11.4.2
        unknown=unknown,
    )

    send_sequence_number: Annotated[int, HEADER("in the message type")] = 0

    @classmethod
    def header(cls, code: int) -> bytes:
        return bytes((5, code))

    @classmethod
    def take_header(cls, octets: bytes) -> tuple[tuple[Any, ...], bytes, int]:
        return (octets[1] >> 6,), octets, 2

    def frame(self, elements: bytes | bytearray) -> bytes:
        if not 0 <= self.send_sequence_number < 4:
            raise ValueError(f"a send sequence number of {self.send_sequence_number} does not fit into two bits")
        return bytes((5, self.send_sequence_number << 6 | self.code)) + elements


class AuthenticationReject(MmMessage, code=0x11, title="AUTHENTICATION REJECT", clause="9.2.1", way="down"):
    """Network → MS: your proof is wrong; you are not who you say."""


class AuthenticationRequest(MmMessage, code=0x12, title="AUTHENTICATION REQUEST", clause="9.2.2", way="down"):
    """Network → MS: prove who you are."""

    cksn: Annotated[Cksn, HALF()]
    spare_half_octet: Annotated[int, HALF()] = 0
    rand: Annotated[bytes, V(16)]
    autn: Annotated[bytes | None, TLV(0x20, 16)] = None


class AuthenticationResponse(MmMessage, code=0x14, title="AUTHENTICATION RESPONSE", clause="9.2.3", way="up"):
    """MS → network: here is my proof."""

    authentication_response_parameter: Annotated[bytes, V(4)]
    authentication_response_extension: Annotated[bytes | None, TLV(0x21, 1, 12)] = None


class AuthenticationFailure(MmMessage, code=0x1C, title="AUTHENTICATION FAILURE", clause="9.2.3a", way="up"):
    """MS → network: your challenge is not in order, and this is why."""

    reject_cause: Annotated[MmCause, V(1)]
    authentication_failure_parameter: Annotated[bytes | None, TLV(0x22, 14)] = None


class CmReEstablishmentRequest(MmMessage, code=0x28, title="CM RE-ESTABLISHMENT REQUEST", clause="9.2.4", way="up"):
    """MS → network: my connection was lost; let it go on."""

    cksn: Annotated[Cksn, HALF()]
    spare_half_octet: Annotated[int, HALF()] = 0
    mobile_station_classmark: Annotated[MobileStationClassmark2, LV(3)]
    mobile_identity: Annotated[MobileIdentity, LV(1, 8)]
    location_area_identification: Annotated[
        Lai | None, TV(0x13, 5), When("the mobile identity is a TMSI: where it was given")
    ] = None
    device_properties: Annotated[DeviceProperties | None, THALF(0xD)] = None


class CmServiceAccept(MmMessage, code=0x21, title="CM SERVICE ACCEPT", clause="9.2.5", way="down"):
    """Network → MS: you get the service."""


class CmServicePrompt(MmMessage, code=0x25, title="CM SERVICE PROMPT", clause="9.2.5a", way="down"):
    """Network → MS: ask me for this service."""

    pd_and_sapi: Annotated[PdAndSapi, V(1)]


class CmServiceReject(MmMessage, code=0x22, title="CM SERVICE REJECT", clause="9.2.6", way="down"):
    """Network → MS: you do not get the service, and this is why."""

    reject_cause: Annotated[MmCause, V(1)]


class CmServiceAbort(MmMessage, code=0x23, title="CM SERVICE ABORT", clause="9.2.7", way="up"):
    """MS → network: I do not want the service any more."""


class Abort(MmMessage, code=0x29, title="ABORT", clause="9.2.8", way="down"):
    """Network → MS: all your connections end, and this is why."""

    reject_cause: Annotated[MmCause, V(1)]


class CmServiceRequest(MmMessage, code=0x24, title="CM SERVICE REQUEST", clause="9.2.9", way="up"):
    """MS → network: I want this service."""

    cm_service_type: Annotated[CmServiceType, HALF()]
    cksn: Annotated[Cksn, HALF()]
    mobile_station_classmark: Annotated[MobileStationClassmark2, LV(3)]
    mobile_identity: Annotated[MobileIdentity, LV(1, 8)]
    priority: Annotated[Priority | None, THALF(0x8)] = None
    additional_update_parameters: Annotated[AdditionalUpdateParameters | None, THALF(0xC)] = None
    device_properties: Annotated[DeviceProperties | None, THALF(0xD)] = None


class IdentityRequest(MmMessage, code=0x18, title="IDENTITY REQUEST", clause="9.2.10", way="down"):
    """Network → MS: tell me the identity named."""

    identity_type: Annotated[IdentityType, HALF()]
    spare_half_octet: Annotated[int, HALF()] = 0


class IdentityResponse(MmMessage, code=0x19, title="IDENTITY RESPONSE", clause="9.2.11", way="up"):
    """MS → network: this is the identity that you asked for."""

    mobile_identity: Annotated[MobileIdentity, LV(1, 9)]


class ImsiDetachIndication(MmMessage, code=0x01, title="IMSI DETACH INDICATION", clause="9.2.12", way="up"):
    """MS → network: I leave."""

    mobile_station_classmark: Annotated[MobileStationClassmark1, V(1)]
    mobile_identity: Annotated[MobileIdentity, LV(1, 8)]


class LocationUpdatingAccept(MmMessage, code=0x02, title="LOCATION UPDATING ACCEPT", clause="9.2.13", way="down"):
    """Network → MS: I know that you are in this location area; and this is your new TMSI, if there is one."""

    location_area_identification: Annotated[Lai, V(5)]
    mobile_identity: Annotated[MobileIdentity | None, TLV(0x17, 1, 8)] = None
    follow_on_proceed: Annotated[bool | None, T(0xA1)] = None
    cts_permission: Annotated[bool | None, T(0xA2)] = None
    equivalent_plmns: Annotated[PlmnList | None, TLV(0x4A, 3, 45)] = None
    emergency_number_list: Annotated[EmergencyNumberList | None, TLV(0x34, 3, 48)] = None


class LocationUpdatingReject(MmMessage, code=0x04, title="LOCATION UPDATING REJECT", clause="9.2.14", way="down"):
    """Network → MS: your location is not updated, and this is why."""

    reject_cause: Annotated[MmCause, V(1)]


class LocationUpdatingRequest(MmMessage, code=0x08, title="LOCATION UPDATING REQUEST", clause="9.2.15", way="up"):
    """MS → network: I was in that location area and am in this one."""

    location_updating_type: Annotated[LocationUpdatingType, HALF()]
    cksn: Annotated[Cksn, HALF()]
    location_area_identification: Annotated[Lai, V(5)]
    mobile_station_classmark: Annotated[MobileStationClassmark1, V(1)]
    mobile_identity: Annotated[MobileIdentity, LV(1, 8)]
    mobile_station_classmark_for_umts: Annotated[MobileStationClassmark2 | None, TLV(0x33, 3)] = None
    additional_update_parameters: Annotated[AdditionalUpdateParameters | None, THALF(0xC)] = None
    device_properties: Annotated[DeviceProperties | None, THALF(0xD)] = None
    ms_network_feature_support: Annotated[MsNetworkFeatureSupport | None, THALF(0xE)] = None


class MmInformation(MmMessage, code=0x32, title="MM INFORMATION", clause="9.2.15a", way="down"):
    """Network → MS: this is what I am called, and what time it is."""

    full_name_for_network: Annotated[NetworkName | None, TLV(0x43, 1, 255)] = None
    short_name_for_network: Annotated[NetworkName | None, TLV(0x45, 1, 255)] = None
    time_zone: Annotated[TimeZone | None, TV(0x46, 1)] = None
    universal_time_and_time_zone: Annotated[UniversalTime | None, TV(0x47, 7)] = None
    lsa_identity: Annotated[LsaIdentifier | None, TLV(0x48, 0, 3)] = None
    network_daylight_saving_time: Annotated[DaylightSavingTime | None, TLV(0x49, 1)] = None


class MmStatus(MmMessage, code=0x31, title="MM STATUS", clause="9.2.16"):
    """Either → the other: I got something that I cannot take, and this is why."""

    reject_cause: Annotated[MmCause, V(1)]


class TmsiReallocationCommand(MmMessage, code=0x1A, title="TMSI REALLOCATION COMMAND", clause="9.2.17", way="down"):
    """Network → MS: this is your new TMSI, in this location area."""

    location_area_identification: Annotated[Lai, V(5)]
    mobile_identity: Annotated[MobileIdentity, LV(1, 8)]


class TmsiReallocationComplete(MmMessage, code=0x1B, title="TMSI REALLOCATION COMPLETE", clause="9.2.18", way="up"):
    """MS → network: I have taken the TMSI that you allocated."""


class MmNull(MmMessage, code=0x30, title="MM NULL", clause="9.2.19", way="up"):
    """MS → network: nothing, but it takes a sequence number."""
