"""Rest octets (TS 44.018 10.5.2.16 to 10.5.2.37b), CSN.1: what fills the blocks of CCCH and BCCH to 23 octets."""

from typing import Annotated

from protocol.bits import BITS, OPT, Struct
from protocol.csn1 import CHOICE, COUNTED, LH, LIST, H
from protocol.rr.blocks import RestOctets
from protocol.rr.channels import ChannelDescription

# --- paging ------------------------------------------------------------------------------------------------------


class Notification(Struct):
    """What the NCH said last, told on the PCH."""

    nln: Annotated[int, BITS(2)]
    nln_status: Annotated[bool, BITS(1)]


class NoFrequencies(Struct):
    """A group call that does not hop, or over frequencies that are known."""


class GroupMobileAllocation(Struct):
    """The frequencies of a group call as a mobile allocation."""

    octets: Annotated[str, COUNTED(8, unit=8)]


class FrequencyShortList(Struct):
    """The frequencies of a group call as a frequency short list (10.5.2.14): 8 octets."""

    frequency_short_list: Annotated[int, BITS(64)]


class GroupChannel(Struct):
    """The channel of a group call."""

    channel_description: Annotated[ChannelDescription, BITS()]
    frequencies: Annotated[NoFrequencies | GroupMobileAllocation | FrequencyShortList, CHOICE("0", "10", "11")] = (
        NoFrequencies()
    )


class GroupCallInformation(Struct):
    """A voice group call that is going on."""

    group_call_reference: Annotated[int, BITS(36)]
    group_channel_description: Annotated[GroupChannel | None, OPT()] = None


class P1RestOctets(RestOctets):
    """P1 rest octets (10.5.2.23). A packet page indication says that the mobile is paged for GPRS."""

    notification: Annotated[Notification | None, LH()] = None
    priority_1: Annotated[int | None, LH(3)] = None
    priority_2: Annotated[int | None, LH(3)] = None
    group_call_information: Annotated[GroupCallInformation | None, LH()] = None
    packet_page_indication_1: Annotated[bool, H()] = False
    packet_page_indication_2: Annotated[bool, H()] = False


class P2RestOctets(RestOctets):
    """P2 rest octets (10.5.2.24)."""

    channel_needed_3: Annotated[int | None, LH(2)] = None
    notification: Annotated[Notification | None, LH()] = None
    priority_1: Annotated[int | None, LH(3)] = None
    priority_2: Annotated[int | None, LH(3)] = None
    priority_3: Annotated[int | None, LH(3)] = None
    packet_page_indication_3: Annotated[bool, H()] = False


class ChannelsNeeded34(Struct):
    """Channels needed for mobiles 3 and 4."""

    third: Annotated[int, BITS(2)]
    fourth: Annotated[int, BITS(2)]


class P3RestOctets(RestOctets):
    """P3 rest octets (10.5.2.25)."""

    channels_needed_3_and_4: Annotated[ChannelsNeeded34 | None, LH()] = None
    notification: Annotated[Notification | None, LH()] = None
    priority_1: Annotated[int | None, LH(3)] = None
    priority_2: Annotated[int | None, LH(3)] = None
    priority_3: Annotated[int | None, LH(3)] = None
    priority_4: Annotated[int | None, LH(3)] = None


# --- the cell ----------------------------------------------------------------------------------------------------


class Si1RestOctets(RestOctets):
    """SI 1 rest octets (10.5.2.32): position of the NCH, and whether the band is that of PCS 1900."""

    nch_position: Annotated[int | None, LH(5)] = None
    band_indicator_1900: Annotated[bool, H()] = False


class PchAndNchInfo(Struct):
    """Paging and notification of a cell, told on the SACCH."""

    paging_channel_restructuring: Annotated[bool, BITS(1)]
    nln_sacch: Annotated[int, BITS(2)]
    call_priority: Annotated[int | None, OPT(3)] = None
    nln_status_sacch: Annotated[bool, BITS(1)] = False


class VbsVgcsOptions(Struct):
    """Whether notifications and pagings come on the channel of a group call too."""

    inband_notifications: Annotated[bool, BITS(1)]
    inband_pagings: Annotated[bool, BITS(1)]


class DtmSupport(Struct):
    """The cell has dual transfer mode: routing area code, and the most octets of a GPRS message on the SDCCH or TCH."""

    rac: Annotated[int, BITS(8)]
    max_lapdm: Annotated[int, BITS(3)]


class Si6RestOctets(RestOctets):
    """SI 6 rest octets (10.5.2.35a)."""

    pch_and_nch_info: Annotated[PchAndNchInfo | None, LH()] = None
    vbs_vgcs_options: Annotated[VbsVgcsOptions | None, LH()] = None
    dtm_support: Annotated[DtmSupport | None, LH()] = None
    band_indicator_1900: Annotated[bool, H()] = False
    gprs_ms_txpwr_max_ccch: Annotated[int | None, LH(5)] = None


class SelectionParameters(Struct):
    """Reselection of this cell by C2: offset in steps of 2 dB, temporary offset of 10 dB, penalty time of 20 s."""

    cbq: Annotated[bool, BITS(1)]
    cell_reselect_offset: Annotated[int, BITS(6)]
    temporary_offset: Annotated[int, BITS(3)]
    penalty_time: Annotated[int, BITS(5)]


class GprsIndicator(Struct):
    """The cell has GPRS: colour of its routing area, and whether SI 13 stands on the extended BCCH."""

    ra_colour: Annotated[int, BITS(3)]
    si13_position: Annotated[bool, BITS(1)]


class Si3RestOctets(RestOctets):
    """SI 3 rest octets (10.5.2.34)."""

    selection_parameters: Annotated[SelectionParameters | None, LH()] = None
    power_offset: Annotated[int | None, LH(2)] = None
    system_information_2ter_indicator: Annotated[bool, H()] = False
    early_classmark_sending_control: Annotated[bool, H()] = False
    scheduling_where: Annotated[int | None, LH(3)] = None
    gprs_indicator: Annotated[GprsIndicator | None, LH()] = None
    umts_early_classmark_sending_restriction: Annotated[bool, H()] = False
    si2quater_position: Annotated[int | None, LH(1)] = None
    iu_indicator: Annotated[bool, H()] = False
    si21_position: Annotated[int | None, LH(1)] = None


class LsaPlmn(Struct):
    """The network of local service areas: MCC and MNC in BCD."""

    mcc: Annotated[int, BITS(12)]
    mnc: Annotated[int, BITS(12)]


class LsaParameters(Struct):
    """Reselection by local service area."""

    prio_thr: Annotated[int, BITS(3)]
    lsa_offset: Annotated[int, BITS(3)]
    plmn: Annotated[LsaPlmn | None, OPT()] = None


class LsaId(Struct):
    """A local service area by its whole identity."""

    lsa_id: Annotated[int, BITS(24)]


class ShortLsaId(Struct):
    """A local service area by a short identity."""

    short_lsa_id: Annotated[int, BITS(10)]


class LsaIdentity(Struct):
    """A local service area."""

    identity: Annotated[LsaId | ShortLsaId, CHOICE("0", "1")]


class LsaIdInformation(Struct):
    """The local service areas that the cell belongs to."""

    identities: Annotated[tuple[LsaIdentity, ...], LIST(first=True)]


class CellBarQualify3(Struct):
    """Cell bar qualify 3, and where SI 13alt stands."""

    cbq3: Annotated[int, BITS(2)]
    si13alt_position: Annotated[int | None, OPT(1)] = None


class BreakIndicator(Struct):
    """No more here: H says that SI 7 and SI 8 go on."""

    break_indicator: Annotated[bool, H()] = False


class Si4RestOctetsS(Struct):
    """The part of SI 4 rest octets on local service areas."""

    lsa_parameters: Annotated[LsaParameters | None, LH()] = None
    cell_identity: Annotated[int | None, LH(16)] = None
    lsa_id_information: Annotated[LsaIdInformation | None, LH()] = None
    cell_bar_qualify_3: Annotated[CellBarQualify3 | None, LH()] = None


class Si4RestOctets(RestOctets):
    """SI 4 rest octets (10.5.2.35)."""

    selection_parameters: Annotated[SelectionParameters | None, LH()] = None
    power_offset: Annotated[int | None, LH(2)] = None
    gprs_indicator: Annotated[GprsIndicator | None, LH()] = None
    local_service_areas: Annotated[BreakIndicator | Si4RestOctetsS, CHOICE("L", "H")] = BreakIndicator()
