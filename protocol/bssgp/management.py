"""BSSGP messages of network management and of packet flow management (TS 48.018 10.4), in the clause's order."""

from typing import Annotated

from protocol.bssgp.elements import (
    BucketFullRatio,
    BucketSize,
    Delay,
    FeatureBitmap,
    FlushAction,
    ImsiIdentity,
    LeakRate,
    PacketFlowIdentifier,
    Priority,
    PriorityClassIndicator,
    ServiceUtranCco,
)
from protocol.bssgp.messages import LONGEST, BssgpMessage
from protocol.causes import BssgpCause
from protocol.gmm.elements import GprsTimer, MsRadioAccessCapability
from protocol.identities import CellIdentifier, MobileIdentity, Tlli
from protocol.layout import GbTLV, When
from protocol.sm.quality_of_service import QualityOfService


class FlushLl(BssgpMessage, code=0x2A, title="FLUSH-LL", clause="10.4.1", way="down"):
    """SGSN → BSS: this mobile left that cell; drop its frames, or move them to the new one."""

    tlli: Annotated[Tlli, GbTLV(0x1F, 4)]
    bvci_old: Annotated[int, GbTLV(0x04, 2)]
    bvci_new: Annotated[int | None, GbTLV(0x04, 2)] = None
    nsei: Annotated[int | None, GbTLV(0x3E, 2)] = None


class FlushLlAck(BssgpMessage, code=0x2B, title="FLUSH-LL-ACK", clause="10.4.2", way="up"):
    """BSS → SGSN: so many octets of that mobile were dropped, or moved."""

    tlli: Annotated[Tlli, GbTLV(0x1F, 4)]
    flush_action: Annotated[FlushAction, GbTLV(0x0C, 1)]
    bvci_new: Annotated[int | None, GbTLV(0x04, 2), When("the flush action is: LLC PDUs transferred")] = None
    number_of_octets_affected: Annotated[int, GbTLV(0x25, 3)]
    nsei: Annotated[int | None, GbTLV(0x3E, 2), When("the LLC PDUs went to another NSE")] = None


class LlcDiscarded(BssgpMessage, code=0x2C, title="LLC-DISCARDED", clause="10.4.3", way="up"):
    """BSS → SGSN: so many frames of that mobile were dropped here, without being asked to."""

    tlli: Annotated[Tlli, GbTLV(0x1F, 4)]
    llc_frames_discarded: Annotated[int, GbTLV(0x0F, 1)]
    bvci: Annotated[int, GbTLV(0x04, 2)]
    number_of_octets_deleted: Annotated[int, GbTLV(0x25, 3)]
    packet_flow_identifier: Annotated[PacketFlowIdentifier | None, GbTLV(0x28, 1)] = None


CBL = When("the current bucket level feature is negotiated")


class FlowControlBvc(BssgpMessage, code=0x26, title="FLOW-CONTROL-BVC", clause="10.4.4", way="up"):
    """BSS → SGSN: send no faster than this into this cell."""

    tag: Annotated[int, GbTLV(0x1E, 1)]
    bvc_bucket_size: Annotated[BucketSize, GbTLV(0x05, 2)]
    bucket_leak_rate: Annotated[LeakRate, GbTLV(0x03, 2)]
    bmax_default_ms: Annotated[BucketSize, GbTLV(0x01, 2)]
    r_default_ms: Annotated[LeakRate, GbTLV(0x1C, 2)]
    bucket_full_ratio: Annotated[BucketFullRatio | None, GbTLV(0x3C, 1), CBL] = None
    bvc_measurement: Annotated[Delay | None, GbTLV(0x06, 2)] = None


class FlowControlBvcAck(BssgpMessage, code=0x27, title="FLOW-CONTROL-BVC-ACK", clause="10.4.5", way="down"):
    """SGSN → BSS: I keep to it."""

    tag: Annotated[int, GbTLV(0x1E, 1)]


class FlowControlMs(BssgpMessage, code=0x28, title="FLOW-CONTROL-MS", clause="10.4.6", way="up"):
    """BSS → SGSN: send no faster than this to this mobile."""

    tlli: Annotated[Tlli, GbTLV(0x1F, 4)]
    tag: Annotated[int, GbTLV(0x1E, 1)]
    ms_bucket_size: Annotated[BucketSize, GbTLV(0x12, 2)]
    bucket_leak_rate: Annotated[LeakRate, GbTLV(0x03, 2)]
    bucket_full_ratio: Annotated[BucketFullRatio | None, GbTLV(0x3C, 1), CBL] = None


class FlowControlMsAck(BssgpMessage, code=0x29, title="FLOW-CONTROL-MS-ACK", clause="10.4.7", way="down"):
    """SGSN → BSS: I keep to it."""

    tlli: Annotated[Tlli, GbTLV(0x1F, 4)]
    tag: Annotated[int, GbTLV(0x1E, 1)]


class BvcBlock(BssgpMessage, code=0x20, title="BVC-BLOCK", clause="10.4.8", way="up"):
    """BSS → SGSN: send no more on this BVC."""

    bvci: Annotated[int, GbTLV(0x04, 2)]
    cause: Annotated[BssgpCause, GbTLV(0x07, 1)]


class BvcBlockAck(BssgpMessage, code=0x21, title="BVC-BLOCK-ACK", clause="10.4.9", way="down"):
    """SGSN → BSS: this BVC is blocked."""

    bvci: Annotated[int, GbTLV(0x04, 2)]


class BvcUnblock(BssgpMessage, code=0x24, title="BVC-UNBLOCK", clause="10.4.10", way="up"):
    """BSS → SGSN: this BVC may be used again."""

    bvci: Annotated[int, GbTLV(0x04, 2)]


class BvcUnblockAck(BssgpMessage, code=0x25, title="BVC-UNBLOCK-ACK", clause="10.4.11", way="down"):
    """SGSN → BSS: this BVC is in use."""

    bvci: Annotated[int, GbTLV(0x04, 2)]


class BvcReset(BssgpMessage, code=0x22, title="BVC-RESET", clause="10.4.12"):
    """Either → the other: forget what you know of this BVC; it starts anew."""

    bvci: Annotated[int, GbTLV(0x04, 2)]
    cause: Annotated[BssgpCause, GbTLV(0x07, 1)]
    cell_identifier: Annotated[
        CellIdentifier | None, GbTLV(0x08, 8), When("the BSS resets the BVC of a cell; not otherwise")
    ] = None
    feature_bitmap: Annotated[FeatureBitmap | None, GbTLV(0x3B, 1)] = None


class BvcResetAck(BssgpMessage, code=0x23, title="BVC-RESET-ACK", clause="10.4.13"):
    """Either → the other: this BVC is reset."""

    bvci: Annotated[int, GbTLV(0x04, 2)]
    cell_identifier: Annotated[
        CellIdentifier | None,
        GbTLV(0x08, 8),
        When("the BSS acknowledges the reset of the BVC of a cell; not otherwise"),
    ] = None
    feature_bitmap: Annotated[FeatureBitmap | None, GbTLV(0x3B, 1)] = None


class Status(BssgpMessage, code=0x41, title="STATUS", clause="10.4.14"):
    """Either → the other: I got something that I cannot take, and this is why."""

    cause: Annotated[BssgpCause, GbTLV(0x07, 1)]
    bvci: Annotated[int | None, GbTLV(0x04, 2), When("the cause is: BVCI blocked, or BVCI unknown")] = None
    pdu_in_error: Annotated[bytes | None, GbTLV(0x15, 0, LONGEST)] = None


class SgsnInvokeTrace(BssgpMessage, code=0x40, title="SGSN-INVOKE-TRACE", clause="10.4.15", way="down"):
    """SGSN → BSS: write down what this mobile does. The type is coded in TS 52.008, the identities in TS 52.020."""

    trace_type: Annotated[int, GbTLV(0x22, 1)]
    trace_reference: Annotated[int, GbTLV(0x21, 2)]
    trigger_id: Annotated[bytes | None, GbTLV(0x24, 1, 20)] = None
    mobile_id: Annotated[MobileIdentity | None, GbTLV(0x11, 1, 9)] = None
    omc_id: Annotated[bytes | None, GbTLV(0x14, 1, 20)] = None
    transaction_id: Annotated[int | None, GbTLV(0x23, 2)] = None


class DownloadBssPfc(BssgpMessage, code=0x50, title="DOWNLOAD-BSS-PFC", clause="10.4.16", way="up"):
    """BSS → SGSN: tell me the context of this packet flow."""

    tlli: Annotated[Tlli, GbTLV(0x1F, 4)]
    packet_flow_identifier: Annotated[PacketFlowIdentifier, GbTLV(0x28, 1)]


class CreateBssPfc(BssgpMessage, code=0x51, title="CREATE-BSS-PFC", clause="10.4.17", way="down"):
    """SGSN → BSS: make, or change, the context of this packet flow."""

    tlli: Annotated[Tlli, GbTLV(0x1F, 4)]
    imsi: Annotated[ImsiIdentity | None, GbTLV(0x0D, 3, 8)] = None
    packet_flow_identifier: Annotated[PacketFlowIdentifier, GbTLV(0x28, 1)]
    packet_flow_timer: Annotated[GprsTimer, GbTLV(0x29, 1)]
    aggregate_bss_qos_profile: Annotated[QualityOfService, GbTLV(0x3A, 11, LONGEST)]
    service_utran_cco: Annotated[ServiceUtranCco | None, GbTLV(0x3D, 1)] = None
    ms_radio_access_capability: Annotated[MsRadioAccessCapability | None, GbTLV(0x13, 5, LONGEST)] = None
    allocation_retention_priority: Annotated[Priority | None, GbTLV(0x17, 1)] = None


class CreateBssPfcAck(BssgpMessage, code=0x52, title="CREATE-BSS-PFC-ACK", clause="10.4.18", way="up"):
    """BSS → SGSN: the flow has this context; less than asked for, if the profile says so."""

    tlli: Annotated[Tlli, GbTLV(0x1F, 4)]
    packet_flow_identifier: Annotated[PacketFlowIdentifier, GbTLV(0x28, 1)]
    aggregate_bss_qos_profile: Annotated[QualityOfService, GbTLV(0x3A, 11, LONGEST)]
    cause: Annotated[BssgpCause | None, GbTLV(0x07, 1)] = None


class CreateBssPfcNack(BssgpMessage, code=0x53, title="CREATE-BSS-PFC-NACK", clause="10.4.19", way="up"):
    """BSS → SGSN: no context for this flow."""

    tlli: Annotated[Tlli, GbTLV(0x1F, 4)]
    packet_flow_identifier: Annotated[PacketFlowIdentifier, GbTLV(0x28, 1)]
    cause: Annotated[BssgpCause, GbTLV(0x07, 1)]


class ModifyBssPfc(BssgpMessage, code=0x54, title="MODIFY-BSS-PFC", clause="10.4.20", way="up"):
    """BSS → SGSN: I want this profile for the flow instead."""

    tlli: Annotated[Tlli, GbTLV(0x1F, 4)]
    packet_flow_identifier: Annotated[PacketFlowIdentifier, GbTLV(0x28, 1)]
    aggregate_bss_qos_profile: Annotated[QualityOfService, GbTLV(0x3A, 11, LONGEST)]


class ModifyBssPfcAck(BssgpMessage, code=0x55, title="MODIFY-BSS-PFC-ACK", clause="10.4.21", way="down"):
    """SGSN → BSS: the flow has this profile now."""

    tlli: Annotated[Tlli, GbTLV(0x1F, 4)]
    packet_flow_identifier: Annotated[PacketFlowIdentifier, GbTLV(0x28, 1)]
    packet_flow_timer: Annotated[GprsTimer, GbTLV(0x29, 1)]
    aggregate_bss_qos_profile: Annotated[QualityOfService, GbTLV(0x3A, 11, LONGEST)]


class DeleteBssPfc(BssgpMessage, code=0x56, title="DELETE-BSS-PFC", clause="10.4.22", way="down"):
    """SGSN → BSS: forget this packet flow."""

    tlli: Annotated[Tlli, GbTLV(0x1F, 4)]
    packet_flow_identifier: Annotated[PacketFlowIdentifier, GbTLV(0x28, 1)]


class DeleteBssPfcAck(BssgpMessage, code=0x57, title="DELETE-BSS-PFC-ACK", clause="10.4.23", way="up"):
    """BSS → SGSN: this packet flow is forgotten."""

    tlli: Annotated[Tlli, GbTLV(0x1F, 4)]
    packet_flow_identifier: Annotated[PacketFlowIdentifier, GbTLV(0x28, 1)]


class Overload(BssgpMessage, code=0x42, title="OVERLOAD", clause="10.4.36", way="down"):
    """SGSN → BSS, of later releases: send me less from mobiles of this priority class."""

    priority_class_indicator: Annotated[PriorityClassIndicator, GbTLV(0x8F, 1)]
