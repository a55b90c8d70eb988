"""Tunnel management: PDP contexts are made, changed and deleted in the GGSN (TS 29.060 clause 7.3)."""

from typing import Annotated

from protocol.causes import GtpCause
from protocol.charging import ChargingCharacteristics
from protocol.gtp.elements import (
    EndUserAddress,
    GsnAddress,
    Imsi,
    Nsapi,
    PrivateExtension,
    QualityOfServiceProfile,
    ReorderingRequired,
    SelectionMode,
    TeardownInd,
)
from protocol.gtp.header import GtpMessage, GtpRequest
from protocol.identities import Apn, IsdnAddress, Rai, Teid
from protocol.layout import REPEATED, TLV2, TV, When
from protocol.sm.protocol_configuration_options import ProtocolConfigurationOptions
from protocol.sm.traffic_flow_template import TrafficFlowTemplate


def is_first(message: GtpMessage) -> bool:
    """True for a request without a tunnel: the first context of an address and APN."""
    return message.teid == 0


FIRST = When("it is the first context of an address and APN: the TEID in the header is 0", is_first)
UNASSIGNED = When("the receiver has not yet used the TEID that the sender assigned", is_first)
ACCEPTED = When("the cause is Request accepted")
ACCEPTED_BY_GGSN = When("the cause is Request accepted, and the sender is a GGSN")


class CreatePdpContextRequest(GtpRequest, code=16, title="Create PDP Context Request", clause="7.3.1"):
    """SGSN → GSN of the access point: make a context for this mobile."""

    imsi: Annotated[Imsi | None, TV(2, 8), FIRST] = None
    rai: Annotated[Rai | None, TV(3, 6)] = None
    recovery: Annotated[int | None, TV(14, 1)] = None
    selection_mode: Annotated[SelectionMode | None, TV(15, 1), FIRST] = None
    tunnel_endpoint_identifier_data_i: Annotated[Teid, TV(16, 4)]
    tunnel_endpoint_identifier_control_plane: Annotated[Teid | None, TV(17, 4), UNASSIGNED] = None
    nsapi: Annotated[Nsapi, TV(20, 1)]
    linked_nsapi: Annotated[Nsapi | None, TV(20, 1), When("the mobile asked for a secondary context")] = None
    charging_characteristics: Annotated[
        ChargingCharacteristics | None, TV(26, 2), When("the subscription has some")
    ] = None
    trace_reference: Annotated[int | None, TV(27, 2)] = None
    trace_type: Annotated[int | None, TV(28, 2)] = None
    end_user_address: Annotated[EndUserAddress | None, TLV2(128, 2, 65), FIRST] = None
    access_point_name: Annotated[Apn | None, TLV2(131, 1, 100), FIRST] = None
    protocol_configuration_options: Annotated[ProtocolConfigurationOptions | None, TLV2(132, 1, 251)] = None
    sgsn_address_for_signalling: Annotated[GsnAddress, TLV2(133, 4, 16)]
    sgsn_address_for_user_traffic: Annotated[GsnAddress, TLV2(133, 4, 16)]
    msisdn: Annotated[IsdnAddress | None, TLV2(134, 1, 9), When("it is no secondary context")] = None
    quality_of_service_profile: Annotated[QualityOfServiceProfile, TLV2(135, 4, 255)]
    tft: Annotated[
        TrafficFlowTemplate | None, TLV2(137, 1, 255), When("a context of the same address has none already")
    ] = None
    trigger_id: Annotated[bytes | None, TLV2(142, 0, 65535)] = None
    omc_identity: Annotated[bytes | None, TLV2(143, 0, 65535)] = None
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class CreatePdpContextResponse(GtpMessage, code=17, title="Create PDP Context Response", clause="7.3.2"):
    """GGSN → SGSN: the context is made, or why not."""

    cause: Annotated[GtpCause, TV(1, 1)]
    reordering_required: Annotated[ReorderingRequired | None, TV(8, 1), ACCEPTED] = None
    recovery: Annotated[int | None, TV(14, 1)] = None
    tunnel_endpoint_identifier_data_i: Annotated[Teid | None, TV(16, 4), ACCEPTED] = None
    tunnel_endpoint_identifier_control_plane: Annotated[
        Teid | None, TV(17, 4), When("the SGSN has not yet used the TEID that the GGSN assigned")
    ] = None
    nsapi: Annotated[Nsapi | None, TV(20, 1)] = None
    charging_id: Annotated[int | None, TV(127, 4), ACCEPTED] = None
    end_user_address: Annotated[
        EndUserAddress | None, TLV2(128, 2, 65), When("the cause is Request accepted, and the context no secondary one")
    ] = None
    protocol_configuration_options: Annotated[ProtocolConfigurationOptions | None, TLV2(132, 1, 251)] = None
    ggsn_address_for_control_plane: Annotated[GsnAddress | None, TLV2(133, 4, 16), ACCEPTED] = None
    ggsn_address_for_user_traffic: Annotated[GsnAddress | None, TLV2(133, 4, 16), ACCEPTED] = None
    quality_of_service_profile: Annotated[QualityOfServiceProfile | None, TLV2(135, 4, 255), ACCEPTED] = None
    charging_gateway_address: Annotated[GsnAddress | None, TLV2(251, 4, 16)] = None
    alternative_charging_gateway_address: Annotated[GsnAddress | None, TLV2(251, 4, 16)] = None
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class UpdatePdpContextRequest(GtpRequest, code=18, title="Update PDP Context Request", clause="7.3.3", way="up"):
    """SGSN → GGSN: the mobile is with me now, or wants another quality of service."""

    imsi: Annotated[Imsi | None, TV(2, 8)] = None
    rai: Annotated[Rai | None, TV(3, 6)] = None
    recovery: Annotated[int | None, TV(14, 1)] = None
    tunnel_endpoint_identifier_data_i: Annotated[Teid, TV(16, 4)]
    tunnel_endpoint_identifier_control_plane: Annotated[
        Teid | None, TV(17, 4), When("the GGSN has not yet used the TEID that the SGSN assigned")
    ] = None
    nsapi: Annotated[Nsapi, TV(20, 1)]
    trace_reference: Annotated[int | None, TV(27, 2)] = None
    trace_type: Annotated[int | None, TV(28, 2)] = None
    protocol_configuration_options: Annotated[ProtocolConfigurationOptions | None, TLV2(132, 1, 251)] = None
    sgsn_address_for_control_plane: Annotated[GsnAddress, TLV2(133, 4, 16)]
    sgsn_address_for_user_traffic: Annotated[GsnAddress, TLV2(133, 4, 16)]
    quality_of_service_profile: Annotated[QualityOfServiceProfile, TLV2(135, 4, 255)]
    tft: Annotated[TrafficFlowTemplate | None, TLV2(137, 1, 255)] = None
    trigger_id: Annotated[bytes | None, TLV2(142, 0, 65535)] = None
    omc_identity: Annotated[bytes | None, TLV2(143, 0, 65535)] = None
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class GgsnInitiatedUpdatePdpContextRequest(
    GtpRequest, code=18, title="Update PDP Context Request", clause="7.3.3", way="down"
):
    """GGSN → SGSN: the context gets another quality of service, or its address (table 8)."""

    imsi: Annotated[Imsi | None, TV(2, 8)] = None
    recovery: Annotated[int | None, TV(14, 1)] = None
    nsapi: Annotated[Nsapi, TV(20, 1)]
    end_user_address: Annotated[EndUserAddress | None, TLV2(128, 2, 65)] = None
    protocol_configuration_options: Annotated[ProtocolConfigurationOptions | None, TLV2(132, 1, 251)] = None
    quality_of_service_profile: Annotated[QualityOfServiceProfile | None, TLV2(135, 4, 255)] = None
    tft: Annotated[TrafficFlowTemplate | None, TLV2(137, 1, 255)] = None
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class UpdatePdpContextResponse(GtpMessage, code=19, title="Update PDP Context Response", clause="7.3.4"):
    """GGSN → SGSN, or SGSN → GGSN: the context is changed, or why not (tables 9 and 10: an SGSN tells less)."""

    cause: Annotated[GtpCause, TV(1, 1)]
    recovery: Annotated[int | None, TV(14, 1)] = None
    tunnel_endpoint_identifier_data_i: Annotated[Teid | None, TV(16, 4), ACCEPTED_BY_GGSN] = None
    tunnel_endpoint_identifier_control_plane: Annotated[
        Teid | None, TV(17, 4), When("the SGSN has not yet used the TEID that the GGSN assigned")
    ] = None
    charging_id: Annotated[int | None, TV(127, 4), ACCEPTED_BY_GGSN] = None
    protocol_configuration_options: Annotated[ProtocolConfigurationOptions | None, TLV2(132, 1, 251)] = None
    ggsn_address_for_control_plane: Annotated[GsnAddress | None, TLV2(133, 4, 16), ACCEPTED_BY_GGSN] = None
    ggsn_address_for_user_traffic: Annotated[GsnAddress | None, TLV2(133, 4, 16), ACCEPTED_BY_GGSN] = None
    quality_of_service_profile: Annotated[
        QualityOfServiceProfile | None,
        TLV2(135, 4, 255),
        When("the cause is Request accepted, and the request had one"),
    ] = None
    charging_gateway_address: Annotated[GsnAddress | None, TLV2(251, 4, 16)] = None
    alternative_charging_gateway_address: Annotated[GsnAddress | None, TLV2(251, 4, 16)] = None
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class DeletePdpContextRequest(GtpRequest, code=20, title="Delete PDP Context Request", clause="7.3.5"):
    """SGSN → GGSN, or GGSN → SGSN: the context, or all with its address, are no more. The cause came with Rel-8."""

    cause: Annotated[GtpCause | None, TV(1, 1)] = None
    teardown_ind: Annotated[TeardownInd | None, TV(19, 1), When("all contexts with the address go")] = None
    nsapi: Annotated[Nsapi, TV(20, 1)]
    protocol_configuration_options: Annotated[ProtocolConfigurationOptions | None, TLV2(132, 1, 251)] = None
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class DeletePdpContextResponse(GtpMessage, code=21, title="Delete PDP Context Response", clause="7.3.6"):
    """GGSN → SGSN, or SGSN → GGSN: the context is deleted, or was not there."""

    cause: Annotated[GtpCause, TV(1, 1)]
    protocol_configuration_options: Annotated[ProtocolConfigurationOptions | None, TLV2(132, 1, 251)] = None
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class InitiatePdpContextActivationRequest(
    GtpRequest, code=22, title="Initiate PDP Context Activation Request", clause="7.3.12"
):
    """GGSN → SGSN: let the mobile ask for a secondary context (Rel-7)."""

    linked_nsapi: Annotated[Nsapi, TV(20, 1)]
    protocol_configuration_options: Annotated[ProtocolConfigurationOptions | None, TLV2(132, 1, 251)] = None
    quality_of_service_profile: Annotated[QualityOfServiceProfile, TLV2(135, 4, 255)]
    tft: Annotated[TrafficFlowTemplate | None, TLV2(137, 1, 255), When("the GGSN has filters for it")] = None
    correlation_id: Annotated[int, TLV2(183, 1)]
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class InitiatePdpContextActivationResponse(
    GtpMessage, code=23, title="Initiate PDP Context Activation Response", clause="7.3.13"
):
    """SGSN → GGSN: the mobile asks for the secondary context, or why not (Rel-7)."""

    cause: Annotated[GtpCause, TV(1, 1)]
    protocol_configuration_options: Annotated[
        ProtocolConfigurationOptions | None, TLV2(132, 1, 251), When("the mobile sent some")
    ] = None
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class PduNotificationRequest(GtpRequest, code=27, title="PDU Notification Request", clause="7.3.8"):
    """GGSN → SGSN: a packet came for a mobile without a context; let it ask for one."""

    imsi: Annotated[Imsi, TV(2, 8)]
    tunnel_endpoint_identifier_control_plane: Annotated[Teid, TV(17, 4)]
    end_user_address: Annotated[EndUserAddress, TLV2(128, 2, 65)]
    access_point_name: Annotated[Apn, TLV2(131, 1, 100)]
    protocol_configuration_options: Annotated[ProtocolConfigurationOptions | None, TLV2(132, 1, 251)] = None
    ggsn_address_for_control_plane: Annotated[GsnAddress, TLV2(133, 4, 16)]
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class PduNotificationResponse(GtpMessage, code=28, title="PDU Notification Response", clause="7.3.9"):
    """SGSN → GGSN: I ask the mobile, or why not."""

    cause: Annotated[GtpCause, TV(1, 1)]
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class PduNotificationRejectRequest(GtpRequest, code=29, title="PDU Notification Reject Request", clause="7.3.10"):
    """SGSN → GGSN: the mobile that I asked does not answer, or refuses."""

    cause: Annotated[GtpCause, TV(1, 1)]
    tunnel_endpoint_identifier_control_plane: Annotated[Teid, TV(17, 4)]
    end_user_address: Annotated[EndUserAddress, TLV2(128, 2, 65)]
    access_point_name: Annotated[Apn, TLV2(131, 1, 100)]
    protocol_configuration_options: Annotated[ProtocolConfigurationOptions | None, TLV2(132, 1, 251)] = None
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class PduNotificationRejectResponse(GtpMessage, code=30, title="PDU Notification Reject Response", clause="7.3.11"):
    """GGSN → SGSN: noted."""

    cause: Annotated[GtpCause, TV(1, 1)]
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()
