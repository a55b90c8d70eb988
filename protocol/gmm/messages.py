"""The messages of GPRS mobility management, in the order of TS 24.008 9.4: R99 and Rel-4.

Of later releases there are the elements that networks send to every mobile: emergency numbers (Rel-5), T3319 and T3323.
Others are kept as unknown.
"""

from typing import Annotated

from protocol.causes import GmmCause
from protocol.errors import DecodeError
from protocol.gmm.elements import (
    AttachResult,
    AttachType,
    CipheringAlgorithm,
    Cksn,
    DaylightSavingTime,
    DrxParameter,
    EmergencyNumberList,
    ForceToStandby,
    GprsTimer,
    IdentityType,
    ImeisvRequest,
    LsaIdentifier,
    MoDetach,
    MsNetworkCapability,
    MsRadioAccessCapability,
    MtDetach,
    NetworkFeatureSupport,
    NetworkName,
    PdpContextStatus,
    PlmnList,
    PsLcsCapability,
    RadioPriority,
    ReceiveNPduNumbers,
    ServiceType,
    TimeZone,
    TmsiStatus,
    UniversalTime,
    UpdateResult,
    UpdateType,
)
from protocol.identities import MobileIdentity, Rai
from protocol.layout import HALF, LV, THALF, TLV, TV, Message, Rules, T, V, When


def unknown(d: bytes, p: int) -> int:
    """Find the end of an unknown element by its tag (TS 24.007 11.2.4); refuse one that must be understood (8.5)."""
    tag = d[p]
    if tag & 0x80:
        return p + 1
    if not tag & 0xF0:
        raise DecodeError(f"element {tag:#04x} must be understood", GmmCause.INVALID_MANDATORY_INFORMATION, p)
    return p + 2 + d[p + 1] if p + 1 < len(d) else p + 1


class GmmMessage(Message):
    """A message of GPRS mobility management."""

    protocol = "gmm"
    rules = Rules(
        unknown_message=GmmCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED,
        missing_mandatory=GmmCause.INVALID_MANDATORY_INFORMATION,
        invalid_mandatory=GmmCause.INVALID_MANDATORY_INFORMATION,
        missing_conditional=GmmCause.CONDITIONAL_IE_ERROR,
        invalid_conditional=GmmCause.CONDITIONAL_IE_ERROR,
        unexpected_conditional=GmmCause.CONDITIONAL_IE_ERROR,
        longer=True,  # TS 24.007 11.4.2
        unknown=unknown,
    )

    @classmethod
    def header(cls, code: int) -> bytes:
        return bytes((8, code))


class AttachRequest(GmmMessage, code=0x01, title="ATTACH REQUEST", clause="9.4.1", way="up"):
    """MS → network: make me known, so that I may use packet services."""

    ms_network_capability: Annotated[MsNetworkCapability, LV(1, 8)]
    attach_type: Annotated[AttachType, HALF()]
    cksn: Annotated[Cksn, HALF()]
    drx_parameter: Annotated[DrxParameter, V(2)]
    mobile_identity: Annotated[MobileIdentity, LV(5, 8)]
    old_routing_area: Annotated[Rai, V(6)]
    ms_radio_access_capability: Annotated[MsRadioAccessCapability, LV(5, 51)]
    old_ptmsi_signature: Annotated[int | None, TV(0x19, 3)] = None
    requested_ready_timer: Annotated[GprsTimer | None, TV(0x17, 1)] = None
    tmsi_status: Annotated[TmsiStatus | None, THALF(0x9)] = None
    ps_lcs_capability: Annotated[PsLcsCapability | None, TLV(0x33, 1)] = None


class AttachAccept(GmmMessage, code=0x02, title="ATTACH ACCEPT", clause="9.4.2", way="down"):
    """Network → MS: you are attached, and these are your temporary identity and timers."""

    attach_result: Annotated[AttachResult, HALF()]
    force_to_standby: Annotated[ForceToStandby, HALF()]
    periodic_ra_update_timer: Annotated[GprsTimer, V(1)]
    radio_priority_for_sms: Annotated[RadioPriority, HALF()]
    radio_priority_for_tom8: Annotated[RadioPriority, HALF()] = RadioPriority(0)
    routing_area: Annotated[Rai, V(6)]
    ptmsi_signature: Annotated[int | None, TV(0x19, 3)] = None
    negotiated_ready_timer: Annotated[GprsTimer | None, TV(0x17, 1)] = None
    allocated_ptmsi: Annotated[MobileIdentity | None, TLV(0x18, 5)] = None
    ms_identity: Annotated[MobileIdentity | None, TLV(0x23, 5, 8)] = None
    gmm_cause: Annotated[GmmCause | None, TV(0x25, 1)] = None
    t3302_value: Annotated[GprsTimer | None, TLV(0x2A, 1)] = None
    cell_notification: Annotated[bool | None, T(0x8C)] = None
    equivalent_plmns: Annotated[PlmnList | None, TLV(0x4A, 3, 45)] = None
    network_feature_support: Annotated[NetworkFeatureSupport | None, THALF(0xB)] = None
    emergency_number_list: Annotated[EmergencyNumberList | None, TLV(0x34, 3, 48)] = None
    t3319_value: Annotated[GprsTimer | None, TLV(0x37, 1)] = None
    t3323_value: Annotated[GprsTimer | None, TLV(0x38, 1)] = None


class AttachComplete(GmmMessage, code=0x03, title="ATTACH COMPLETE", clause="9.4.3", way="up"):
    """MS → network: I have taken the identity that you allocated."""


class AttachReject(GmmMessage, code=0x04, title="ATTACH REJECT", clause="9.4.4", way="down"):
    """Network → MS: you are not attached, and this is why."""

    gmm_cause: Annotated[GmmCause, V(1)]
    t3302_value: Annotated[GprsTimer | None, TLV(0x2A, 1)] = None


class DetachRequestMt(GmmMessage, code=0x05, title="DETACH REQUEST", clause="9.4.5.1", way="down"):
    """Network → MS: you are detached; attach again or do not."""

    detach_type: Annotated[MtDetach, HALF()]
    force_to_standby: Annotated[ForceToStandby, HALF()]
    gmm_cause: Annotated[GmmCause | None, TV(0x25, 1)] = None


class DetachRequestMo(GmmMessage, code=0x05, title="DETACH REQUEST", clause="9.4.5.2", way="up"):
    """MS → network: I leave; if I am switched off, do not answer."""

    detach_type: Annotated[MoDetach, HALF()]
    spare_half_octet: Annotated[int, HALF()] = 0
    ptmsi: Annotated[MobileIdentity | None, TLV(0x18, 5)] = None
    ptmsi_signature: Annotated[int | None, TLV(0x19, 3)] = None


class DetachAcceptMt(GmmMessage, code=0x06, title="DETACH ACCEPT", clause="9.4.6.1", way="down"):
    """Network → MS: you are detached, as you asked."""

    force_to_standby: Annotated[ForceToStandby, HALF()]
    spare_half_octet: Annotated[int, HALF()] = 0


class DetachAcceptMo(GmmMessage, code=0x06, title="DETACH ACCEPT", clause="9.4.6.2", way="up"):
    """MS → network: I am detached, as you asked."""


class PtmsiReallocationCommand(GmmMessage, code=0x10, title="P-TMSI REALLOCATION COMMAND", clause="9.4.7", way="down"):
    """Network → MS: from now on this is your temporary identity."""

    allocated_ptmsi: Annotated[MobileIdentity, LV(5)]
    routing_area: Annotated[Rai, V(6)]
    force_to_standby: Annotated[ForceToStandby, HALF()]
    spare_half_octet: Annotated[int, HALF()] = 0
    ptmsi_signature: Annotated[int | None, TV(0x19, 3)] = None


class PtmsiReallocationComplete(GmmMessage, code=0x11, title="P-TMSI REALLOCATION COMPLETE", clause="9.4.8", way="up"):
    """MS → network: I have taken the identity that you allocated."""


class AuthenticationAndCipheringRequest(
    GmmMessage, code=0x12, title="AUTHENTICATION AND CIPHERING REQUEST", clause="9.4.9", way="down"
):
    """Network → MS: prove who you are, and cipher from now on with this algorithm."""

    ciphering_algorithm: Annotated[CipheringAlgorithm, HALF()]
    imeisv_request: Annotated[ImeisvRequest, HALF()]
    force_to_standby: Annotated[ForceToStandby, HALF()]
    ac_reference_number: Annotated[int, HALF()]
    rand: Annotated[bytes | None, TV(0x21, 16)] = None
    cksn: Annotated[
        Cksn | None,
        THALF(0x8),
        When("if and only if the RAND is there", lambda m: m.rand is not None, lambda m: m.rand is None),
    ] = None
    autn: Annotated[bytes | None, TLV(0x28, 16)] = None


class AuthenticationAndCipheringResponse(
    GmmMessage, code=0x13, title="AUTHENTICATION AND CIPHERING RESPONSE", clause="9.4.10", way="up"
):
    """MS → network: here is my proof, and my IMEISV where you asked for it."""

    ac_reference_number: Annotated[int, HALF()]
    spare_half_octet: Annotated[int, HALF()] = 0
    authentication_parameter_response: Annotated[bytes | None, TV(0x22, 4)] = None
    imeisv: Annotated[MobileIdentity | None, TLV(0x23, 9)] = None
    authentication_response_extension: Annotated[bytes | None, TLV(0x29, 1, 12)] = None


class AuthenticationAndCipheringFailure(
    GmmMessage, code=0x1C, title="AUTHENTICATION AND CIPHERING FAILURE", clause="9.4.10a", way="up"
):
    """MS → network: your challenge is not in order, and this is why."""

    gmm_cause: Annotated[GmmCause, V(1)]
    authentication_failure_parameter: Annotated[bytes | None, TLV(0x30, 14)] = None


class AuthenticationAndCipheringReject(
    GmmMessage, code=0x14, title="AUTHENTICATION AND CIPHERING REJECT", clause="9.4.11", way="down"
):
    """Network → MS: your proof is wrong; you are not who you say."""


class IdentityRequest(GmmMessage, code=0x15, title="IDENTITY REQUEST", clause="9.4.12", way="down"):
    """Network → MS: tell me the identity named."""

    identity_type: Annotated[IdentityType, HALF()]
    force_to_standby: Annotated[ForceToStandby, HALF()]


class IdentityResponse(GmmMessage, code=0x16, title="IDENTITY RESPONSE", clause="9.4.13", way="up"):
    """MS → network: this is the identity that you asked for."""

    mobile_identity: Annotated[MobileIdentity, LV(1, 9)]


class RoutingAreaUpdateRequest(GmmMessage, code=0x08, title="ROUTING AREA UPDATE REQUEST", clause="9.4.14", way="up"):
    """MS → network: I am in another routing area, or still in this one, or can do other things than I told."""

    update_type: Annotated[UpdateType, HALF()]
    cksn: Annotated[Cksn, HALF()]
    old_routing_area: Annotated[Rai, V(6)]
    ms_radio_access_capability: Annotated[MsRadioAccessCapability, LV(5, 51)]
    old_ptmsi_signature: Annotated[int | None, TV(0x19, 3)] = None
    requested_ready_timer: Annotated[GprsTimer | None, TV(0x17, 1)] = None
    drx_parameter: Annotated[DrxParameter | None, TV(0x27, 2)] = None
    tmsi_status: Annotated[TmsiStatus | None, THALF(0x9)] = None
    ptmsi: Annotated[MobileIdentity | None, TLV(0x18, 5)] = None
    ms_network_capability: Annotated[MsNetworkCapability | None, TLV(0x31, 1, 8)] = None
    pdp_context_status: Annotated[PdpContextStatus | None, TLV(0x32, 2)] = None
    ps_lcs_capability: Annotated[PsLcsCapability | None, TLV(0x33, 1)] = None


class RoutingAreaUpdateAccept(GmmMessage, code=0x09, title="ROUTING AREA UPDATE ACCEPT", clause="9.4.15", way="down"):
    """Network → MS: I know where you are, and these are your temporary identity, timers and contexts."""

    force_to_standby: Annotated[ForceToStandby, HALF()]
    update_result: Annotated[UpdateResult, HALF()]
    periodic_ra_update_timer: Annotated[GprsTimer, V(1)]
    routing_area: Annotated[Rai, V(6)]
    ptmsi_signature: Annotated[int | None, TV(0x19, 3)] = None
    allocated_ptmsi: Annotated[MobileIdentity | None, TLV(0x18, 5)] = None
    ms_identity: Annotated[MobileIdentity | None, TLV(0x23, 5, 8)] = None
    receive_n_pdu_numbers: Annotated[ReceiveNPduNumbers | None, TLV(0x26, 2, 17)] = None
    negotiated_ready_timer: Annotated[GprsTimer | None, TV(0x17, 1)] = None
    gmm_cause: Annotated[GmmCause | None, TV(0x25, 1)] = None
    t3302_value: Annotated[GprsTimer | None, TLV(0x2A, 1)] = None
    cell_notification: Annotated[bool | None, T(0x8C)] = None
    equivalent_plmns: Annotated[PlmnList | None, TLV(0x4A, 3, 45)] = None
    pdp_context_status: Annotated[PdpContextStatus | None, TLV(0x32, 2)] = None
    network_feature_support: Annotated[NetworkFeatureSupport | None, THALF(0xB)] = None
    emergency_number_list: Annotated[EmergencyNumberList | None, TLV(0x34, 3, 48)] = None
    t3319_value: Annotated[GprsTimer | None, TLV(0x37, 1)] = None
    t3323_value: Annotated[GprsTimer | None, TLV(0x38, 1)] = None


class RoutingAreaUpdateComplete(GmmMessage, code=0x0A, title="ROUTING AREA UPDATE COMPLETE", clause="9.4.16", way="up"):
    """MS → network: I have taken the identity that you allocated, and expect these N-PDUs next."""

    receive_n_pdu_numbers: Annotated[ReceiveNPduNumbers | None, TLV(0x26, 2, 17)] = None


class RoutingAreaUpdateReject(GmmMessage, code=0x0B, title="ROUTING AREA UPDATE REJECT", clause="9.4.17", way="down"):
    """Network → MS: your update is refused, and this is why."""

    gmm_cause: Annotated[GmmCause, V(1)]
    force_to_standby: Annotated[ForceToStandby, HALF()]
    spare_half_octet: Annotated[int, HALF()] = 0
    t3302_value: Annotated[GprsTimer | None, TLV(0x2A, 1)] = None


class GmmStatus(GmmMessage, code=0x20, title="GMM STATUS", clause="9.4.18"):
    """Either → the other: I got something that I cannot take, and this is why."""

    gmm_cause: Annotated[GmmCause, V(1)]


class GmmInformation(GmmMessage, code=0x21, title="GMM INFORMATION", clause="9.4.19", way="down"):
    """Network → MS: this is what I am called, and what time it is."""

    full_name_for_network: Annotated[NetworkName | None, TLV(0x43, 1, 255)] = None
    short_name_for_network: Annotated[NetworkName | None, TLV(0x45, 1, 255)] = None
    time_zone: Annotated[TimeZone | None, TV(0x46, 1)] = None
    universal_time_and_time_zone: Annotated[UniversalTime | None, TV(0x47, 7)] = None
    lsa_identity: Annotated[LsaIdentifier | None, TLV(0x48, 0, 3)] = None
    network_daylight_saving_time: Annotated[DaylightSavingTime | None, TLV(0x49, 1)] = None


class ServiceRequest(GmmMessage, code=0x0C, title="SERVICE REQUEST", clause="9.4.20", way="up"):
    """MS → network, in Iu mode only: I need a connection, to signal, to send, or because I was paged."""

    cksn: Annotated[Cksn, HALF()]
    service_type: Annotated[ServiceType, HALF()]
    ptmsi: Annotated[MobileIdentity, LV(5)]
    pdp_context_status: Annotated[PdpContextStatus | None, TLV(0x32, 2)] = None


class ServiceAccept(GmmMessage, code=0x0D, title="SERVICE ACCEPT", clause="9.4.21", way="down"):
    """Network → MS, in Iu mode only: you have the connection."""

    pdp_context_status: Annotated[PdpContextStatus | None, TLV(0x32, 2)] = None


class ServiceReject(GmmMessage, code=0x0E, title="SERVICE REJECT", clause="9.4.22", way="down"):
    """Network → MS, in Iu mode only: you do not get a connection, and this is why."""

    gmm_cause: Annotated[GmmCause, V(1)]
