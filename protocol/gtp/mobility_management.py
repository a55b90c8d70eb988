"""Mobility management: an SGSN hands a mobile to another (TS 29.060 clause 7.5)."""

from typing import Annotated

from protocol.causes import GtpCause
from protocol.charging import ChargingCharacteristics
from protocol.gtp.elements import (
    ContextRadioPriority,
    GsnAddress,
    Imsi,
    MsValidated,
    PacketFlowId,
    PrivateExtension,
    RabContext,
    RabSetupInformation,
    RadioPrioritySms,
    RanapCause,
    TargetIdentification,
    TunnelEndpointIdentifierDataII,
)
from protocol.gtp.header import GtpMessage, GtpRequest
from protocol.gtp.mm_context import AuthenticationQuintuplet, AuthenticationTriplet, MmContext
from protocol.gtp.pdp_context import PdpContext
from protocol.identities import Rai, Teid, Tlli, Tmsi
from protocol.layout import REPEATED, TLV2, TV, When

SIGNED = When("the mobile sent one to the new SGSN")
ACCEPTED = When("the cause is Request accepted")
ACCEPTED_WHOLE = When("the cause is Request accepted, and it is no answer to a suspension")
ACTIVE = When("the cause is Request accepted, and PDP contexts are active")


def is_validated(message: "SgsnContextRequest") -> bool:
    """True where the new SGSN has authenticated the mobile."""
    return message.ms_validated is not None and message.ms_validated.validated


def is_nobody(message: "SgsnContextRequest") -> bool:
    """True where nothing says who the mobile is."""
    return message.imsi is None and message.tlli is None


class IdentificationRequest(GtpRequest, code=48, title="Identification Request", clause="7.5.1"):
    """New SGSN → old SGSN: a mobile with your P-TMSI attaches with me; tell me who it is."""

    rai: Annotated[Rai, TV(3, 6)]
    ptmsi: Annotated[Tmsi, TV(5, 4)]
    ptmsi_signature: Annotated[int | None, TV(12, 3), SIGNED] = None
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class IdentificationResponse(GtpMessage, code=49, title="Identification Response", clause="7.5.2"):
    """Old SGSN → new SGSN: it is this one, and these vectors of it I did not use."""

    cause: Annotated[GtpCause, TV(1, 1)]
    imsi: Annotated[Imsi | None, TV(2, 8), ACCEPTED] = None
    authentication_triplets: Annotated[
        tuple[AuthenticationTriplet, ...], REPEATED(TV(9, 28), 0, 5), When("unused triplets are left")
    ] = ()
    authentication_quintuplets: Annotated[
        tuple[AuthenticationQuintuplet, ...], REPEATED(TLV2(136, 50, 560), 0, 5), When("unused quintuplets are left")
    ] = ()
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class SgsnContextRequest(GtpRequest, code=50, title="SGSN Context Request", clause="7.5.3"):
    """New SGSN → old SGSN: this mobile is with me now; give me its contexts. With an extension header: suspend it."""

    imsi: Annotated[Imsi | None, TV(2, 8), When("MS validated says yes", is_validated)] = None
    rai: Annotated[Rai, TV(3, 6)]
    tlli: Annotated[Tlli | None, TV(4, 4), When("exactly one of TLLI, P-TMSI and IMSI is there")] = None
    ptmsi: Annotated[Tmsi | None, TV(5, 4), When("exactly one of TLLI, P-TMSI and IMSI is there", is_nobody)] = None
    ptmsi_signature: Annotated[int | None, TV(12, 3), SIGNED] = None
    ms_validated: Annotated[MsValidated | None, TV(13, 1)] = None
    tunnel_endpoint_identifier_control_plane: Annotated[Teid, TV(17, 4)]
    sgsn_address_for_control_plane: Annotated[GsnAddress, TLV2(133, 4, 16)]
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class SgsnContextResponse(GtpMessage, code=51, title="SGSN Context Response", clause="7.5.4"):
    """Old SGSN → new SGSN: here are its contexts, or why not."""

    cause: Annotated[GtpCause, TV(1, 1)]
    imsi: Annotated[
        Imsi | None, TV(2, 8), When("the cause is Request accepted or P-TMSI signature mismatch; no suspension")
    ] = None
    tunnel_endpoint_identifier_control_plane: Annotated[Teid | None, TV(17, 4), ACCEPTED_WHOLE] = None
    rab_contexts: Annotated[
        tuple[RabContext, ...], REPEATED(TV(22, 9)), When("radio access bearers have a lossless PDCP context")
    ] = ()
    radio_priority_sms: Annotated[RadioPrioritySms | None, TV(23, 1)] = None
    radio_priorities: Annotated[tuple[ContextRadioPriority, ...], REPEATED(TV(24, 1))] = ()
    packet_flow_ids: Annotated[tuple[PacketFlowId, ...], REPEATED(TV(25, 2))] = ()
    charging_characteristics: Annotated[tuple[ChargingCharacteristics, ...], REPEATED(TV(26, 2))] = ()
    mm_context: Annotated[MmContext | None, TLV2(129, 15, 65535), ACCEPTED_WHOLE] = None
    pdp_contexts: Annotated[tuple[PdpContext, ...], REPEATED(TLV2(130, 40, 65535)), ACTIVE] = ()
    sgsn_address_for_control_plane: Annotated[GsnAddress | None, TLV2(133, 4, 16), ACCEPTED_WHOLE] = None
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class SgsnContextAcknowledge(GtpMessage, code=52, title="SGSN Context Acknowledge", clause="7.5.5"):
    """New SGSN → old SGSN: I have them; forward what comes to these tunnel ends."""

    cause: Annotated[GtpCause, TV(1, 1)]
    tunnel_endpoint_identifiers_data_ii: Annotated[
        tuple[TunnelEndpointIdentifierDataII, ...], REPEATED(TV(18, 5)), ACTIVE
    ] = ()
    sgsn_address_for_user_traffic: Annotated[GsnAddress | None, TLV2(133, 4, 16), ACTIVE] = None
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class ForwardRelocationRequest(GtpRequest, code=53, title="Forward Relocation Request", clause="7.5.6"):
    """Old SGSN → new SGSN: this mobile moves to a radio network controller of yours (Iu mode)."""

    imsi: Annotated[Imsi | None, TV(2, 8), When("the mobile has one")] = None
    tunnel_endpoint_identifier_control_plane: Annotated[Teid, TV(17, 4)]
    ranap_cause: Annotated[RanapCause, TV(21, 1)]
    packet_flow_ids: Annotated[tuple[PacketFlowId, ...], REPEATED(TV(25, 2))] = ()
    charging_characteristics: Annotated[tuple[ChargingCharacteristics, ...], REPEATED(TV(26, 2))] = ()
    mm_context: Annotated[MmContext, TLV2(129, 15, 65535)]
    pdp_contexts: Annotated[
        tuple[PdpContext, ...], REPEATED(TLV2(130, 40, 65535)), When("PDP contexts are active")
    ] = ()
    sgsn_address_for_control_plane: Annotated[GsnAddress, TLV2(133, 4, 16)]
    target_identification: Annotated[TargetIdentification, TLV2(138, 0, 65535)]
    utran_transparent_container: Annotated[bytes, TLV2(139, 0, 65535)]
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class ForwardRelocationResponse(GtpMessage, code=54, title="Forward Relocation Response", clause="7.5.7"):
    """New SGSN → old SGSN: the controller is ready, or why not."""

    cause: Annotated[GtpCause, TV(1, 1)]
    tunnel_endpoint_identifier_control_plane: Annotated[Teid | None, TV(17, 4), ACCEPTED] = None
    ranap_cause: Annotated[RanapCause | None, TV(21, 1), When("the RANAP message had one")] = None
    sgsn_address_for_control_plane: Annotated[GsnAddress | None, TLV2(133, 4, 16), ACCEPTED] = None
    utran_transparent_container: Annotated[bytes | None, TLV2(139, 0, 65535)] = None
    rab_setup_information: Annotated[
        tuple[RabSetupInformation, ...],
        REPEATED(TLV2(140, 1, 21)),
        When("the cause is Request accepted, and a bearer is assigned"),
    ] = ()
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class ForwardRelocationComplete(GtpRequest, code=55, title="Forward Relocation Complete", clause="7.5.8"):
    """New SGSN → old SGSN: the mobile has arrived."""

    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class RelocationCancelRequest(GtpRequest, code=56, title="Relocation Cancel Request", clause="7.5.9"):
    """Old SGSN → new SGSN: the mobile stays."""

    imsi: Annotated[Imsi | None, TV(2, 8), When("the mobile has one")] = None
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class RelocationCancelResponse(GtpMessage, code=57, title="Relocation Cancel Response", clause="7.5.10"):
    """New SGSN → old SGSN: the relocation is cancelled."""

    cause: Annotated[GtpCause, TV(1, 1)]
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class ForwardSrnsContext(GtpRequest, code=58, title="Forward SRNS Context", clause="7.5.13"):
    """Old SGSN → new SGSN: the sequence numbers of the bearers, for the new controller."""

    rab_contexts: Annotated[tuple[RabContext, ...], REPEATED(TV(22, 9), 1)]
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class ForwardRelocationCompleteAcknowledge(
    GtpMessage, code=59, title="Forward Relocation Complete Acknowledge", clause="7.5.11"
):
    """Old SGSN → new SGSN: noted."""

    cause: Annotated[GtpCause, TV(1, 1)]
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class ForwardSrnsContextAcknowledge(GtpMessage, code=60, title="Forward SRNS Context Acknowledge", clause="7.5.12"):
    """New SGSN → old SGSN: noted."""

    cause: Annotated[GtpCause, TV(1, 1)]
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()
