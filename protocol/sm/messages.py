"""The messages of GPRS session management, in the order of TS 24.008 9.5 (R99, with the elements of Rel-4).

Protocol configuration options stand here wherever a later release put them, and a TFT in the network's modification:
peers of today send them. R99 has the options in the activation of a first context alone.
"""

from typing import Annotated, Any

from protocol.causes import SmCause
from protocol.identities import Apn
from protocol.layout import HALF, HEADER, LV, THALF, TLV, TV, Message, Rules, V, unknown_by_tag
from protocol.sm.elements import (
    LinkedTi,
    LlcSapi,
    Nsapi,
    PacketFlowIdentifier,
    RadioPriority,
    TearDownIndicator,
    TransactionIdentifier,
    put_identifier,
    take_identifier,
)
from protocol.sm.pdp_address import PdpAddress
from protocol.sm.protocol_configuration_options import ProtocolConfigurationOptions
from protocol.sm.quality_of_service import QualityOfService
from protocol.sm.traffic_flow_template import TrafficFlowTemplate

PROTOCOL_DISCRIMINATOR = 10

QOS = LV(3, 20)
"""3 octets from R97, 11 from R99, and more from later releases."""

NEW_QOS = TLV(0x30, 3, 20)
OPTIONS = TLV(0x27, 1, 251)


class SmMessage(Message):
    """A message of GPRS session management."""

    protocol = "sm"
    rules = Rules(
        unknown_message=SmCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED,
        missing_mandatory=SmCause.INVALID_MANDATORY_INFORMATION,
        invalid_mandatory=SmCause.INVALID_MANDATORY_INFORMATION,
        missing_conditional=SmCause.CONDITIONAL_IE_ERROR,
        unknown=unknown_by_tag(SmCause.INVALID_MANDATORY_INFORMATION),
        longer=True,
    )

    transaction_identifier: Annotated[TransactionIdentifier, HEADER("½-1½")]

    @classmethod
    def take_header(cls, octets: bytes) -> tuple[tuple[Any, ...], bytes, int]:
        """The transaction identifier; discriminator and type were seen."""
        identifier, p = take_identifier(octets)
        return (identifier,), octets, p + 1

    def frame(self, elements: bytes | bytearray) -> bytes:
        """Discriminator, transaction identifier, type, and the elements."""
        return put_identifier(self.transaction_identifier, PROTOCOL_DISCRIMINATOR) + bytes((self.code,)) + elements


class ActivatePdpContextRequest(SmMessage, code=0x41, title="ACTIVATE PDP CONTEXT REQUEST", clause="9.5.1", way="up"):
    """MS → network: give me a PDP context of this quality at this access point."""

    requested_nsapi: Annotated[Nsapi, V(1)]
    requested_llc_sapi: Annotated[LlcSapi, V(1)]
    requested_qos: Annotated[QualityOfService, QOS]
    requested_pdp_address: Annotated[PdpAddress, LV(2, 22)]
    access_point_name: Annotated[Apn | None, TLV(0x28, 1, 100)] = None
    protocol_configuration_options: Annotated[ProtocolConfigurationOptions | None, OPTIONS] = None


class ActivatePdpContextAccept(SmMessage, code=0x42, title="ACTIVATE PDP CONTEXT ACCEPT", clause="9.5.2", way="down"):
    """Network → MS: the context is there, of this quality, and this is your address."""

    negotiated_llc_sapi: Annotated[LlcSapi, V(1)]
    negotiated_qos: Annotated[QualityOfService, QOS]
    radio_priority: Annotated[RadioPriority, HALF()]
    spare_half_octet: Annotated[int, HALF()] = 0
    pdp_address: Annotated[PdpAddress | None, TLV(0x2B, 2, 22)] = None
    protocol_configuration_options: Annotated[ProtocolConfigurationOptions | None, OPTIONS] = None
    packet_flow_identifier: Annotated[PacketFlowIdentifier | None, TLV(0x34, 1)] = None


class ActivatePdpContextReject(SmMessage, code=0x43, title="ACTIVATE PDP CONTEXT REJECT", clause="9.5.3", way="down"):
    """Network → MS: you get no context, and this is why."""

    sm_cause: Annotated[SmCause, V(1)]
    protocol_configuration_options: Annotated[ProtocolConfigurationOptions | None, OPTIONS] = None


class ActivateSecondaryPdpContextRequest(
    SmMessage, code=0x4D, title="ACTIVATE SECONDARY PDP CONTEXT REQUEST", clause="9.5.4", way="up"
):
    """MS → network: give me a further context of this quality, for these packets of the context named."""

    requested_nsapi: Annotated[Nsapi, V(1)]
    requested_llc_sapi: Annotated[LlcSapi, V(1)]
    requested_qos: Annotated[QualityOfService, QOS]
    linked_ti: Annotated[LinkedTi, LV(1, 2)]
    tft: Annotated[TrafficFlowTemplate | None, TLV(0x36, 1, 255)] = None
    protocol_configuration_options: Annotated[ProtocolConfigurationOptions | None, OPTIONS] = None


class ActivateSecondaryPdpContextAccept(
    SmMessage, code=0x4E, title="ACTIVATE SECONDARY PDP CONTEXT ACCEPT", clause="9.5.5", way="down"
):
    """Network → MS: the further context is there, of this quality."""

    negotiated_llc_sapi: Annotated[LlcSapi, V(1)]
    negotiated_qos: Annotated[QualityOfService, QOS]
    radio_priority: Annotated[RadioPriority, HALF()]
    spare_half_octet: Annotated[int, HALF()] = 0
    packet_flow_identifier: Annotated[PacketFlowIdentifier | None, TLV(0x34, 1)] = None
    protocol_configuration_options: Annotated[ProtocolConfigurationOptions | None, OPTIONS] = None


class ActivateSecondaryPdpContextReject(
    SmMessage, code=0x4F, title="ACTIVATE SECONDARY PDP CONTEXT REJECT", clause="9.5.6", way="down"
):
    """Network → MS: you get no further context, and this is why."""

    sm_cause: Annotated[SmCause, V(1)]
    protocol_configuration_options: Annotated[ProtocolConfigurationOptions | None, OPTIONS] = None


class RequestPdpContextActivation(
    SmMessage, code=0x44, title="REQUEST PDP CONTEXT ACTIVATION", clause="9.5.7", way="down"
):
    """Network → MS: there are packets for this address of yours; activate a context for it."""

    offered_pdp_address: Annotated[PdpAddress, LV(2, 22)]
    access_point_name: Annotated[Apn | None, TLV(0x28, 1, 100)] = None
    protocol_configuration_options: Annotated[ProtocolConfigurationOptions | None, OPTIONS] = None


class RequestPdpContextActivationReject(
    SmMessage, code=0x45, title="REQUEST PDP CONTEXT ACTIVATION REJECT", clause="9.5.8", way="up"
):
    """MS → network: I activate no context for that address, and this is why."""

    sm_cause: Annotated[SmCause, V(1)]
    protocol_configuration_options: Annotated[ProtocolConfigurationOptions | None, OPTIONS] = None


class ModifyPdpContextRequestMt(
    SmMessage, code=0x48, title="MODIFY PDP CONTEXT REQUEST (Network to MS direction)", clause="9.5.9", way="down"
):
    """Network → MS: the context has another quality from now on."""

    radio_priority: Annotated[RadioPriority, HALF()]
    spare_half_octet: Annotated[int, HALF()] = 0
    requested_llc_sapi: Annotated[LlcSapi, V(1)]
    new_qos: Annotated[QualityOfService, QOS]
    pdp_address: Annotated[PdpAddress | None, TLV(0x2B, 2, 22)] = None
    packet_flow_identifier: Annotated[PacketFlowIdentifier | None, TLV(0x34, 1)] = None
    protocol_configuration_options: Annotated[ProtocolConfigurationOptions | None, OPTIONS] = None
    tft: Annotated[TrafficFlowTemplate | None, TLV(0x36, 1, 255)] = None


class ModifyPdpContextRequestMo(
    SmMessage, code=0x4A, title="MODIFY PDP CONTEXT REQUEST (MS to network direction)", clause="9.5.10", way="up"
):
    """MS → network: give the context this quality, or let these packets belong to it."""

    requested_llc_sapi: Annotated[LlcSapi | None, TV(0x32, 1)] = None
    requested_new_qos: Annotated[QualityOfService | None, NEW_QOS] = None
    new_tft: Annotated[TrafficFlowTemplate | None, TLV(0x31, 1, 255)] = None
    protocol_configuration_options: Annotated[ProtocolConfigurationOptions | None, OPTIONS] = None


class ModifyPdpContextAcceptMo(
    SmMessage, code=0x49, title="MODIFY PDP CONTEXT ACCEPT (MS to network direction)", clause="9.5.11", way="up"
):
    """MS → network: I take the context as you modified it."""

    protocol_configuration_options: Annotated[ProtocolConfigurationOptions | None, OPTIONS] = None


class ModifyPdpContextAcceptMt(
    SmMessage, code=0x4B, title="MODIFY PDP CONTEXT ACCEPT (Network to MS direction)", clause="9.5.12", way="down"
):
    """Network → MS: the context is modified, and this is what it has now."""

    negotiated_qos: Annotated[QualityOfService | None, NEW_QOS] = None
    negotiated_llc_sapi: Annotated[LlcSapi | None, TV(0x32, 1)] = None
    new_radio_priority: Annotated[RadioPriority | None, THALF(0x8)] = None
    packet_flow_identifier: Annotated[PacketFlowIdentifier | None, TLV(0x34, 1)] = None
    protocol_configuration_options: Annotated[ProtocolConfigurationOptions | None, OPTIONS] = None


class ModifyPdpContextReject(SmMessage, code=0x4C, title="MODIFY PDP CONTEXT REJECT", clause="9.5.13", way="down"):
    """Network → MS: the context stays as it was, and this is why."""

    sm_cause: Annotated[SmCause, V(1)]
    protocol_configuration_options: Annotated[ProtocolConfigurationOptions | None, OPTIONS] = None


class DeactivatePdpContextRequest(SmMessage, code=0x46, title="DEACTIVATE PDP CONTEXT REQUEST", clause="9.5.14"):
    """Either → the other: the context ends, and this is why."""

    sm_cause: Annotated[SmCause, V(1)]
    tear_down_indicator: Annotated[TearDownIndicator | None, THALF(0x9)] = None
    protocol_configuration_options: Annotated[ProtocolConfigurationOptions | None, OPTIONS] = None


class DeactivatePdpContextAccept(SmMessage, code=0x47, title="DEACTIVATE PDP CONTEXT ACCEPT", clause="9.5.15"):
    """Either → the other: the context has ended, as you asked."""

    protocol_configuration_options: Annotated[ProtocolConfigurationOptions | None, OPTIONS] = None


class SmStatus(SmMessage, code=0x55, title="SM STATUS", clause="9.5.21"):
    """Either → the other: I got something that I cannot take, and this is why."""

    sm_cause: Annotated[SmCause, V(1)]
