"""The messages of radio resource management that GPRS meets, in the order of TS 44.018 9.1."""

from typing import Annotated

from protocol.causes import RrCause
from protocol.classmarks import MobileStationClassmark2, MobileStationClassmark3
from protocol.gmm.elements import Cksn
from protocol.identities import Lai, MobileIdentity, Rai, Tlli, Tmsi
from protocol.layout import HALF, LV, THALF, TLV, TRAILER, TV, V, When
from protocol.rr.blocks import BlockMessage, RrMessage
from protocol.rr.channels import (
    AssignedChannel,
    BaListPref,
    BaRange,
    ChannelDescription,
    DedicatedModeOrTbf,
    GroupChannelDescription,
    MobileAllocation,
    RequestReference,
    StartingTime,
    TimingAdvance,
    UtranFrequencyList,
)
from protocol.rr.elements import (
    AdditionalUpdateParameters,
    CellIdentity,
    CellOptions,
    CellOptionsOnSacch,
    CellSelectionParameters,
    ChannelsNeeded,
    CipherModeSetting,
    CipherResponse,
    ClassmarkEnquiryMask,
    ControlChannelDescription,
    GprsResumption,
    PageMode,
    RachControlParameters,
    ServiceSupport,
    SuspensionCause,
)
from protocol.rr.frequencies import CellChannelDescription, NeighbourCellDescription
from protocol.rr.immediate import IaRestOctets
from protocol.rr.rest_octets import (
    P1RestOctets,
    P2RestOctets,
    P3RestOctets,
    Si1RestOctets,
    Si3RestOctets,
    Si4RestOctets,
    Si6RestOctets,
)
from protocol.rr.si13 import Si13RestOctets

# --- releasing, ciphering, classmark, suspension -----------------------------------------------------------------


class ChannelRelease(RrMessage, code=0x0D, title="CHANNEL RELEASE", clause="9.1.7", way="down"):
    """Network → MS: leave the dedicated channel; and whether GPRS services go on, where they were suspended."""

    rr_cause: Annotated[RrCause, V(1)]
    ba_range: Annotated[BaRange | None, TLV(0x73, 4, 251)] = None
    group_channel_description: Annotated[GroupChannelDescription | None, TLV(0x74, 3, 11)] = None
    group_cipher_key_number: Annotated[int | None, THALF(0x8), When("a group channel description is there")] = None
    gprs_resumption: Annotated[GprsResumption | None, THALF(0xC)] = None
    ba_list_pref: Annotated[BaListPref | None, TLV(0x75, 1, 251)] = None
    utran_frequency_list: Annotated[UtranFrequencyList | None, TLV(0x76, 1, 251)] = None
    cell_channel_description: Annotated[CellChannelDescription | None, TV(0x62, 16)] = None


class CipheringModeCommand(RrMessage, code=0x35, title="CIPHERING MODE COMMAND", clause="9.1.9", way="down"):
    """Network → MS: cipher from now on, or do not; and send your IMEISV, or do not."""

    ciphering_mode_setting: Annotated[CipherModeSetting, HALF()]
    cipher_response: Annotated[CipherResponse, HALF()]


class CipheringModeComplete(RrMessage, code=0x32, title="CIPHERING MODE COMPLETE", clause="9.1.10", way="up"):
    """MS → network: I cipher, and this is my IMEISV where you asked for it."""

    mobile_equipment_identity: Annotated[MobileIdentity | None, TLV(0x17, 1, 9)] = None


class ClassmarkChange(RrMessage, code=0x16, title="CLASSMARK CHANGE", clause="9.1.11", way="up"):
    """MS → network: this is what I can do."""

    mobile_station_classmark: Annotated[MobileStationClassmark2, LV(3)]
    additional_mobile_station_classmark_information: Annotated[
        MobileStationClassmark3 | None,
        TLV(0x20, 1, 32),
        When("the classmark says that there is a classmark 3", lambda m: m.mobile_station_classmark.classmark_3),
    ] = None


class ClassmarkEnquiry(RrMessage, code=0x13, title="CLASSMARK ENQUIRY", clause="9.1.12", way="down"):
    """Network → MS: tell me what you can do."""

    classmark_enquiry_mask: Annotated[ClassmarkEnquiryMask | None, TLV(0x10, 1)] = None


class GprsSuspensionRequest(RrMessage, code=0x34, title="GPRS SUSPENSION REQUEST", clause="9.1.13b", way="up"):
    """MS → BSS: I have a call and cannot do both; tell the SGSN of this routing area to wait."""

    tlli: Annotated[Tlli, V(4)]
    routeing_area_identification: Annotated[Rai, V(6)]
    suspension_cause: Annotated[SuspensionCause, V(1)]
    service_support: Annotated[ServiceSupport | None, TV(0x01, 1)] = None


# --- immediate assignment ----------------------------------------------------------------------------------------


class ImmediateAssignment(BlockMessage, code=0x3F, title="IMMEDIATE ASSIGNMENT", clause="9.1.18", way="down"):
    """Network → MS: take this channel, dedicated or for packets.

    The channel is a channel description or a packet channel description, as ``dedicated_mode_or_tbf`` says.
    """

    page_mode: Annotated[PageMode, HALF()]
    dedicated_mode_or_tbf: Annotated[DedicatedModeOrTbf, HALF()]
    channel_description: Annotated[AssignedChannel, V(3)]
    request_reference: Annotated[RequestReference, V(3)]
    timing_advance: Annotated[TimingAdvance, V(1)]
    mobile_allocation: Annotated[MobileAllocation, LV(0, 8)]
    starting_time: Annotated[StartingTime | None, TV(0x7C, 2)] = None
    ia_rest_octets: Annotated[IaRestOctets, TRAILER("0-11")] = IaRestOctets()


# --- paging ------------------------------------------------------------------------------------------------------


class PagingRequestType1(BlockMessage, code=0x21, title="PAGING REQUEST TYPE 1", clause="9.1.22", way="down"):
    """Network → MS: one or two of you are called; the rest octets say whether for packets."""

    page_mode: Annotated[PageMode, HALF()]
    channels_needed: Annotated[ChannelsNeeded, HALF()]
    mobile_identity_1: Annotated[MobileIdentity, LV(1, 8)]
    mobile_identity_2: Annotated[MobileIdentity | None, TLV(0x17, 1, 8)] = None
    p1_rest_octets: Annotated[P1RestOctets, TRAILER("0-17")] = P1RestOctets()


class PagingRequestType2(BlockMessage, code=0x22, title="PAGING REQUEST TYPE 2", clause="9.1.23", way="down"):
    """Network → MS: two or three of you are called."""

    page_mode: Annotated[PageMode, HALF()]
    channels_needed: Annotated[ChannelsNeeded, HALF()]
    mobile_identity_1: Annotated[Tmsi, V(4)]
    mobile_identity_2: Annotated[Tmsi, V(4)]
    mobile_identity_3: Annotated[MobileIdentity | None, TLV(0x17, 1, 8)] = None
    p2_rest_octets: Annotated[P2RestOctets, TRAILER("1-11")] = P2RestOctets()


class PagingRequestType3(BlockMessage, code=0x24, title="PAGING REQUEST TYPE 3", clause="9.1.24", way="down"):
    """Network → MS: four of you are called."""

    page_mode: Annotated[PageMode, HALF()]
    channels_needed: Annotated[ChannelsNeeded, HALF()]
    mobile_identity_1: Annotated[Tmsi, V(4)]
    mobile_identity_2: Annotated[Tmsi, V(4)]
    mobile_identity_3: Annotated[Tmsi, V(4)]
    mobile_identity_4: Annotated[Tmsi, V(4)]
    p3_rest_octets: Annotated[P3RestOctets, TRAILER("3")] = P3RestOctets()


class PagingResponse(RrMessage, code=0x27, title="PAGING RESPONSE", clause="9.1.25", way="up"):
    """MS → network: here I am."""

    cksn: Annotated[Cksn, HALF()]
    spare_half_octet: Annotated[int, HALF()] = 0
    mobile_station_classmark: Annotated[MobileStationClassmark2, LV(3)]
    mobile_identity: Annotated[MobileIdentity, LV(1, 8)]
    additional_update_parameters: Annotated[AdditionalUpdateParameters | None, THALF(0xC)] = None


class RrStatus(RrMessage, code=0x12, title="RR STATUS", clause="9.1.29"):
    """Either → the other: I got something that I cannot take, and this is why."""

    rr_cause: Annotated[RrCause, V(1)]


# --- system information ------------------------------------------------------------------------------------------


class SystemInformationType1(BlockMessage, code=0x19, title="SYSTEM INFORMATION TYPE 1", clause="9.1.31", way="down"):
    """BSS → all: the frequencies of this cell, and who may access it."""

    cell_channel_description: Annotated[CellChannelDescription, V(16)]
    rach_control_parameters: Annotated[RachControlParameters, V(3)]
    si1_rest_octets: Annotated[Si1RestOctets, TRAILER("1")] = Si1RestOctets()


class SystemInformationType2(BlockMessage, code=0x1A, title="SYSTEM INFORMATION TYPE 2", clause="9.1.32", way="down"):
    """BSS → all: the frequencies of cells around."""

    neighbour_cell_description: Annotated[NeighbourCellDescription, V(16)]
    ncc_permitted: Annotated[int, V(1)]
    rach_control_parameters: Annotated[RachControlParameters, V(3)]


class SystemInformationType3(BlockMessage, code=0x1B, title="SYSTEM INFORMATION TYPE 3", clause="9.1.35", way="down"):
    """BSS → all: which cell this is, how its control channels are arranged, and whether it has GPRS."""

    cell_identity: Annotated[CellIdentity, V(2)]
    location_area_identification: Annotated[Lai, V(5)]
    control_channel_description: Annotated[ControlChannelDescription, V(3)]
    cell_options: Annotated[CellOptions, V(1)]
    cell_selection_parameters: Annotated[CellSelectionParameters, V(2)]
    rach_control_parameters: Annotated[RachControlParameters, V(3)]
    si3_rest_octets: Annotated[Si3RestOctets, TRAILER("4")] = Si3RestOctets()


class SystemInformationType4(BlockMessage, code=0x1C, title="SYSTEM INFORMATION TYPE 4", clause="9.1.36", way="down"):
    """BSS → all: where this is, how the cell is selected, and where the cell broadcast channel is."""

    location_area_identification: Annotated[Lai, V(5)]
    cell_selection_parameters: Annotated[CellSelectionParameters, V(2)]
    rach_control_parameters: Annotated[RachControlParameters, V(3)]
    cbch_channel_description: Annotated[ChannelDescription | None, TV(0x64, 3)] = None
    cbch_mobile_allocation: Annotated[
        MobileAllocation | None, TLV(0x72, 1, 4), When("the CBCH hops; it may be there though it does not")
    ] = None
    si4_rest_octets: Annotated[Si4RestOctets, TRAILER("0-10")] = Si4RestOctets()


class SystemInformationType5(BlockMessage, code=0x1D, title="SYSTEM INFORMATION TYPE 5", clause="9.1.37", way="down"):
    """BSS → MS on the SACCH: the frequencies of cells around."""

    neighbour_cell_description: Annotated[NeighbourCellDescription, V(16)]


class SystemInformationType6(BlockMessage, code=0x1E, title="SYSTEM INFORMATION TYPE 6", clause="9.1.40", way="down"):
    """BSS → MS on the SACCH: which cell this is."""

    block = 19

    cell_identity: Annotated[CellIdentity, V(2)]
    location_area_identification: Annotated[Lai, V(5)]
    cell_options: Annotated[CellOptionsOnSacch, V(1)]
    ncc_permitted: Annotated[int, V(1)]
    si6_rest_octets: Annotated[Si6RestOctets, TRAILER("7")] = Si6RestOctets()


class SystemInformationType13(
    BlockMessage, code=0x00, title="SYSTEM INFORMATION TYPE 13", clause="9.1.43a", way="down"
):
    """BSS → all: GPRS in this cell. Its L2 pseudo length is 0."""

    pseudo_length = 0

    si13_rest_octets: Annotated[Si13RestOctets, TRAILER("20")] = Si13RestOctets()
