"""BSSGP messages between the relay functions, and of mobility management (TS 48.018 10.2, 10.3), in the clause's order.

A sender keeps the order of the tables; a receiver takes the elements with a tag in any order, skips unknown ones, and
reads of longer ones what it knows (TS 48.016 8.1, 10.1).
"""

from typing import Annotated, Any

from protocol.bssgp.elements import (
    ChannelNeeded,
    Delay,
    DlQosProfile,
    EdrxParameters,
    EmlppPriority,
    GlobalCnId,
    ImsiIdentity,
    LsaIdentifierList,
    LsaInformation,
    MmeQuery,
    PacketFlowIdentifier,
    Priority,
    RaCapUpdCause,
    ServiceUtranCco,
    TimeUntilNextPagingOccasion,
    UlQosProfile,
)
from protocol.causes import BssgpCause, RadioCause
from protocol.gmm.elements import DrxParameter, MsRadioAccessCapability
from protocol.identities import CellIdentifier, Lai, Plmn, Rai, Tlli, Tmsi
from protocol.layout import GbTLV, Message, Rules, V, When, find_end
from protocol.sm.quality_of_service import QualityOfService

LONGEST = 0x7FFF
"""What two octets of length can tell."""


def unknown(d: bytes, p: int) -> int:
    """Find the end of an unknown element: all are TLV (TS 48.016 10.1.1)."""
    return find_end(d, p + 1, 0)


class BssgpMessage(Message):
    """A PDU between BSS and SGSN; what is wrong with one is answered by STATUS (clause 9)."""

    protocol = "bssgp"
    rules = Rules(
        unknown_message=BssgpCause.PROTOCOL_ERROR_UNSPECIFIED,
        missing_mandatory=BssgpCause.MISSING_MANDATORY_IE,
        invalid_mandatory=BssgpCause.INVALID_MANDATORY_INFORMATION,
        unknown=unknown,
        missing_conditional=BssgpCause.MISSING_CONDITIONAL_IE,
        invalid_conditional=BssgpCause.CONDITIONAL_IE_ERROR,
        unexpected_conditional=BssgpCause.UNEXPECTED_CONDITIONAL_IE,
        any_order=True,
        longer=True,
    )

    @classmethod
    def header(cls, code: int) -> bytes:
        return bytes((code,))


def one_of(*names: str) -> tuple[When, ...]:
    """The conditions of elements of which a PDU has one and only one."""

    def several(message: Any) -> bool:
        return sum(getattr(message, name) is not None for name in names) > 1

    def none(message: Any) -> bool:
        return all(getattr(message, name) is None for name in names)

    words = f"one and only one of {', '.join(name.replace('_', ' ') for name in names)}"
    return tuple(When(words, none, several) for _ in names)


OF_BVCI, OF_LA, OF_RA, OF_BSS = one_of("bvci", "location_area", "routeing_area", "bss_area_indication")
OF_TLLI, OF_TMSI, OF_IMSI = one_of("tlli", "tmsi", "imsi")


# --- relay (10.2) ------------------------------------------------------------------------------------------------


class DlUnitdata(BssgpMessage, code=0x00, title="DL-UNITDATA", clause="10.2.1", way="down"):
    """SGSN → BSS: send this LLC frame to the mobile with this TLLI."""

    tlli: Annotated[Tlli, V(4)]
    qos_profile: Annotated[DlQosProfile, V(3)]
    pdu_lifetime: Annotated[Delay, GbTLV(0x16, 2)]
    ms_radio_access_capability: Annotated[MsRadioAccessCapability | None, GbTLV(0x13, 5, LONGEST)] = None
    priority: Annotated[Priority | None, GbTLV(0x17, 1)] = None
    drx_parameters: Annotated[DrxParameter | None, GbTLV(0x0A, 2)] = None
    imsi: Annotated[ImsiIdentity | None, GbTLV(0x0D, 3, 8)] = None
    tlli_old: Annotated[Tlli | None, GbTLV(0x1F, 4)] = None
    packet_flow_identifier: Annotated[PacketFlowIdentifier | None, GbTLV(0x28, 1)] = None
    lsa_information: Annotated[LsaInformation | None, GbTLV(0x27, 1, LONGEST)] = None
    service_utran_cco: Annotated[ServiceUtranCco | None, GbTLV(0x3D, 1)] = None
    alignment_octets: Annotated[bytes | None, GbTLV(0x00, 0, 3)] = None
    llc_pdu: Annotated[bytes, GbTLV(0x0E, 0, LONGEST)]


class UlUnitdata(BssgpMessage, code=0x01, title="UL-UNITDATA", clause="10.2.2", way="up"):
    """BSS → SGSN: this LLC frame came from that TLLI in that cell."""

    tlli: Annotated[Tlli, V(4)]
    qos_profile: Annotated[UlQosProfile, V(3)]
    cell_identifier: Annotated[CellIdentifier, GbTLV(0x08, 8)]
    packet_flow_identifier: Annotated[PacketFlowIdentifier | None, GbTLV(0x28, 1)] = None
    lsa_identifier_list: Annotated[LsaIdentifierList | None, GbTLV(0x26, 1, LONGEST)] = None
    alignment_octets: Annotated[bytes | None, GbTLV(0x00, 0, 3)] = None
    llc_pdu: Annotated[bytes, GbTLV(0x0E, 0, LONGEST)]


class RaCapability(BssgpMessage, code=0x02, title="RA-CAPABILITY", clause="10.2.3", way="down"):
    """SGSN → BSS: this is what the radio of that mobile can do."""

    tlli: Annotated[Tlli, GbTLV(0x1F, 4)]
    ms_radio_access_capability: Annotated[MsRadioAccessCapability, GbTLV(0x13, 5, LONGEST)]


# --- mobility management (10.3) ----------------------------------------------------------------------------------


class PagingPs(BssgpMessage, code=0x06, title="PAGING-PS", clause="10.3.1", way="down"):
    """SGSN → BSS: find this mobile in that area, for packets."""

    imsi: Annotated[ImsiIdentity, GbTLV(0x0D, 3, 8)]
    drx_parameters: Annotated[DrxParameter | None, GbTLV(0x0A, 2)] = None
    bvci: Annotated[int | None, GbTLV(0x04, 2), OF_BVCI] = None
    location_area: Annotated[Lai | None, GbTLV(0x10, 5), OF_LA] = None
    routeing_area: Annotated[Rai | None, GbTLV(0x1B, 6), OF_RA] = None
    bss_area_indication: Annotated[int | None, GbTLV(0x02, 1), OF_BSS] = None
    packet_flow_identifier: Annotated[PacketFlowIdentifier | None, GbTLV(0x28, 1)] = None
    aggregate_bss_qos_profile: Annotated[QualityOfService | None, GbTLV(0x3A, 11, LONGEST)] = None
    qos_profile: Annotated[DlQosProfile, GbTLV(0x18, 3)]
    ptmsi: Annotated[Tmsi | None, GbTLV(0x20, 4)] = None


class PagingCs(BssgpMessage, code=0x07, title="PAGING-CS", clause="10.3.2", way="down"):
    """SGSN → BSS: find this mobile in that area; the MSC wants it."""

    imsi: Annotated[ImsiIdentity, GbTLV(0x0D, 3, 8)]
    drx_parameters: Annotated[DrxParameter, GbTLV(0x0A, 2)]
    bvci: Annotated[int | None, GbTLV(0x04, 2), OF_BVCI] = None
    location_area: Annotated[Lai | None, GbTLV(0x10, 5), OF_LA] = None
    routeing_area: Annotated[Rai | None, GbTLV(0x1B, 6), OF_RA] = None
    bss_area_indication: Annotated[int | None, GbTLV(0x02, 1), OF_BSS] = None
    tlli: Annotated[Tlli | None, GbTLV(0x1F, 4)] = None
    channel_needed: Annotated[ChannelNeeded | None, GbTLV(0x09, 1)] = None
    emlpp_priority: Annotated[EmlppPriority | None, GbTLV(0x0B, 1)] = None
    tmsi: Annotated[Tmsi | None, GbTLV(0x20, 4)] = None
    global_cn_id: Annotated[GlobalCnId | None, GbTLV(0x53, 5)] = None


class RaCapabilityUpdate(BssgpMessage, code=0x08, title="RA-CAPABILITY-UPDATE", clause="10.3.3", way="up"):
    """BSS → SGSN: tell me what the radio of that mobile can do."""

    tlli: Annotated[Tlli, GbTLV(0x1F, 4)]
    tag: Annotated[int, GbTLV(0x1E, 1)]


class RaCapabilityUpdateAck(BssgpMessage, code=0x09, title="RA-CAPABILITY-UPDATE-ACK", clause="10.3.4", way="down"):
    """SGSN → BSS: this is what the radio of that mobile can do, or why I cannot tell."""

    tlli: Annotated[Tlli, GbTLV(0x1F, 4)]
    tag: Annotated[int, GbTLV(0x1E, 1)]
    imsi: Annotated[ImsiIdentity | None, GbTLV(0x0D, 3, 8)] = None
    ra_cap_upd_cause: Annotated[RaCapUpdCause, GbTLV(0x1A, 1)]
    ms_radio_access_capability: Annotated[MsRadioAccessCapability | None, GbTLV(0x13, 5, LONGEST)] = None


class RadioStatus(BssgpMessage, code=0x0A, title="RADIO-STATUS", clause="10.3.5", way="up"):
    """BSS → SGSN: the radio contact to this mobile is not what it was."""

    tlli: Annotated[Tlli | None, GbTLV(0x1F, 4), OF_TLLI] = None
    tmsi: Annotated[Tmsi | None, GbTLV(0x20, 4), OF_TMSI] = None
    imsi: Annotated[ImsiIdentity | None, GbTLV(0x0D, 3, 8), OF_IMSI] = None
    radio_cause: Annotated[RadioCause, GbTLV(0x19, 1)]


class Suspend(BssgpMessage, code=0x0B, title="SUSPEND", clause="10.3.6", way="up"):
    """BSS → SGSN: this mobile takes no packets while it is in a call."""

    tlli: Annotated[Tlli, GbTLV(0x1F, 4)]
    routeing_area: Annotated[Rai, GbTLV(0x1B, 6)]


class SuspendAck(BssgpMessage, code=0x0C, title="SUSPEND-ACK", clause="10.3.7", way="down"):
    """SGSN → BSS: it is suspended; resume it under this number."""

    tlli: Annotated[Tlli, GbTLV(0x1F, 4)]
    routeing_area: Annotated[Rai, GbTLV(0x1B, 6)]
    suspend_reference_number: Annotated[int, GbTLV(0x1D, 1)]


class SuspendNack(BssgpMessage, code=0x0D, title="SUSPEND-NACK", clause="10.3.8", way="down"):
    """SGSN → BSS: it cannot be suspended."""

    tlli: Annotated[Tlli, GbTLV(0x1F, 4)]
    routeing_area: Annotated[Rai, GbTLV(0x1B, 6)]
    cause: Annotated[BssgpCause | None, GbTLV(0x07, 1)] = None


class Resume(BssgpMessage, code=0x0E, title="RESUME", clause="10.3.9", way="up"):
    """BSS → SGSN: the call is over, this mobile takes packets again."""

    tlli: Annotated[Tlli, GbTLV(0x1F, 4)]
    routeing_area: Annotated[Rai, GbTLV(0x1B, 6)]
    suspend_reference_number: Annotated[int, GbTLV(0x1D, 1)]


class ResumeAck(BssgpMessage, code=0x0F, title="RESUME-ACK", clause="10.3.10", way="down"):
    """SGSN → BSS: it is resumed."""

    tlli: Annotated[Tlli, GbTLV(0x1F, 4)]
    routeing_area: Annotated[Rai, GbTLV(0x1B, 6)]


class ResumeNack(BssgpMessage, code=0x10, title="RESUME-NACK", clause="10.3.11", way="down"):
    """SGSN → BSS: it cannot be resumed."""

    tlli: Annotated[Tlli, GbTLV(0x1F, 4)]
    routeing_area: Annotated[Rai, GbTLV(0x1B, 6)]
    cause: Annotated[BssgpCause | None, GbTLV(0x07, 1)] = None


class DummyPagingPs(BssgpMessage, code=0x12, title="DUMMY-PAGING-PS", clause="10.3.12", way="down"):
    """SGSN → BSS: when would this mobile hear a page? Of later releases."""

    imsi: Annotated[ImsiIdentity, GbTLV(0x0D, 3, 8)]
    routeing_area: Annotated[Rai | None, GbTLV(0x1B, 6)] = None
    edrx_parameters: Annotated[EdrxParameters | None, GbTLV(0x92, 1)] = None


class DummyPagingPsResponse(BssgpMessage, code=0x13, title="DUMMY-PAGING-PS-RESPONSE", clause="10.3.13", way="up"):
    """BSS → SGSN: so long it takes until it would. Of later releases."""

    imsi: Annotated[ImsiIdentity, GbTLV(0x0D, 3, 8)]
    time_until_next_paging_occasion: Annotated[TimeUntilNextPagingOccasion, GbTLV(0x93, 2)]


class PagingPsReject(BssgpMessage, code=0x11, title="PAGING-PS-REJECT", clause="10.3.14", way="up"):
    """BSS → SGSN: this mobile is not paged, it listens only after that time. Of later releases."""

    imsi: Annotated[ImsiIdentity, GbTLV(0x0D, 3, 8)]
    ptmsi: Annotated[Tmsi | None, GbTLV(0x20, 4)] = None
    time_until_next_paging_occasion: Annotated[TimeUntilNextPagingOccasion, GbTLV(0x93, 2)]


class MsRegistrationEnquiry(BssgpMessage, code=0x14, title="MS-REGISTRATION-ENQUIRY", clause="10.3.15", way="up"):
    """BSS → SGSN: which operator serves this mobile for packets? Of later releases."""

    imsi: Annotated[ImsiIdentity, GbTLV(0x0D, 3, 8)]
    mme_query: Annotated[MmeQuery | None, GbTLV(0x9E, 1)] = None


class MsRegistrationEnquiryResponse(
    BssgpMessage, code=0x15, title="MS-REGISTRATION-ENQUIRY-RESPONSE", clause="10.3.16", way="down"
):
    """SGSN → BSS: that one, or nobody does. Of later releases."""

    imsi: Annotated[ImsiIdentity, GbTLV(0x0D, 3, 8)]
    ps_registered_operator: Annotated[Plmn | None, GbTLV(0x9D, 3)] = None
