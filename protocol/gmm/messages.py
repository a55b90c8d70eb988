"""The messages of GPRS mobility management, in the order of TS 24.008 9.4 (R99, with the elements of Rel-4)."""

from typing import Annotated

from protocol.causes import GmmCause
from protocol.errors import DecodeError
from protocol.gmm.elements import (
    AttachResult,
    AttachType,
    CipheringAlgorithm,
    Cksn,
    DrxParameter,
    ForceToStandby,
    GprsTimer,
    IdentityType,
    ImeisvRequest,
    MoDetach,
    MsNetworkCapability,
    MsRadioAccessCapability,
    MtDetach,
    RadioPriority,
    TmsiStatus,
)
from protocol.identities import MobileIdentity, Rai
from protocol.layout import HALF, LV, THALF, TLV, TV, Message, Rules, T, V


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
    ps_lcs_capability: Annotated[int | None, TLV(0x33, 1)] = None


class AttachAccept(GmmMessage, code=0x02, title="ATTACH ACCEPT", clause="9.4.2", way="down"):
    """Network → MS: you are attached, and these are your temporary identity and timers."""

    attach_result: Annotated[AttachResult, HALF()]
    force_to_standby: Annotated[ForceToStandby, HALF()]
    periodic_ra_update_timer: Annotated[GprsTimer, V(1)]
    radio_priority_for_sms: Annotated[RadioPriority, HALF()]
    spare_half_octet: Annotated[int, HALF()] = 0
    routing_area: Annotated[Rai, V(6)]
    ptmsi_signature: Annotated[int | None, TV(0x19, 3)] = None
    negotiated_ready_timer: Annotated[GprsTimer | None, TV(0x17, 1)] = None
    allocated_ptmsi: Annotated[MobileIdentity | None, TLV(0x18, 5)] = None
    ms_identity: Annotated[MobileIdentity | None, TLV(0x23, 5, 8)] = None
    gmm_cause: Annotated[GmmCause | None, TV(0x25, 1)] = None
    t3302_value: Annotated[GprsTimer | None, TLV(0x2A, 1)] = None
    cell_notification: Annotated[bool | None, T(0x8C)] = None
    equivalent_plmns: Annotated[bytes | None, TLV(0x4A, 3, 15)] = None
    network_feature_support: Annotated[int | None, THALF(0xB)] = None


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


class AuthenticationAndCipheringRequest(
    GmmMessage, code=0x12, title="AUTHENTICATION AND CIPHERING REQUEST", clause="9.4.9", way="down"
):
    """Network → MS: prove who you are, and cipher from now on with this algorithm."""

    ciphering_algorithm: Annotated[CipheringAlgorithm, HALF()]
    imeisv_request: Annotated[ImeisvRequest, HALF()]
    force_to_standby: Annotated[ForceToStandby, HALF()]
    ac_reference_number: Annotated[int, HALF()]
    rand: Annotated[bytes | None, TV(0x21, 16)] = None
    cksn: Annotated[Cksn | None, THALF(0x8)] = None
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


class GmmStatus(GmmMessage, code=0x20, title="GMM STATUS", clause="9.4.14"):
    """Either → the other: I got something that I cannot take, and this is why."""

    gmm_cause: Annotated[GmmCause, V(1)]
