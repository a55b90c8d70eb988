"""IA rest octets (TS 44.018 10.5.2.16), CSN.1: the packet channel that an IMMEDIATE ASSIGNMENT gives."""

from typing import Annotated

from protocol.bits import BITS, OPT, Struct
from protocol.csn1 import CHOICE, COUNTED, LH, LIST, H
from protocol.identities import Tlli
from protocol.rr.blocks import RestOctets
from protocol.rr.channels import StartingTime

AT_ONCE = StartingTime(t1=0, t3=0, t2=0)
"""A starting time that says nothing: for blocks of which the sender stopped before it."""


class PowerControl(Struct):
    """Power of the BTS (TS 44.060 12.12): P0 in steps of 2 dB, and its mode."""

    p0: Annotated[int, BITS(4)]
    pr_mode: Annotated[bool, BITS(1)]


class PowerControlOfBlock(Struct):
    """Power of the BTS, with the bit of its mode that is always 0."""

    p0: Annotated[int, BITS(4)]
    bts_pwr_ctrl_mode: Annotated[bool, BITS(1)] = False
    pr_mode: Annotated[bool, BITS(1)]


class SingleBlock(Struct):
    """One block in the uplink."""

    alpha: Annotated[int | None, OPT(4)] = None
    gamma: Annotated[int, BITS(5)] = 0
    fixed_1: Annotated[int, BITS(2)] = 1
    tbf_starting_time: Annotated[StartingTime, BITS()] = AT_ONCE
    power_control: Annotated[PowerControlOfBlock | None, LH()] = None


class DynamicAllocation(Struct):
    """An uplink TBF whose blocks are given by USF."""

    tfi_assignment: Annotated[int, BITS(5)]
    polling: Annotated[bool, BITS(1)]
    fixed_allocation: Annotated[bool, BITS(1)] = False
    usf: Annotated[int, BITS(3)]
    usf_granularity: Annotated[bool, BITS(1)]
    power_control: Annotated[PowerControl | None, OPT()] = None
    channel_coding_command: Annotated[int, BITS(2)] = 0
    tlli_block_channel_coding: Annotated[bool, BITS(1)] = False
    alpha: Annotated[int | None, OPT(4)] = None
    gamma: Annotated[int, BITS(5)] = 0
    timing_advance_index: Annotated[int | None, OPT(4)] = None
    tbf_starting_time: Annotated[StartingTime | None, OPT()] = None


class ExtendedRa(Struct):
    """The further bits of a random access of 11 bits."""

    extended_ra: Annotated[int | None, OPT(5)] = None


class Pfi(Struct):
    """Packet flow identifier (Rel-6)."""

    pfi: Annotated[int | None, OPT(7)] = None


class PacketUplinkAssignment(Struct):
    """A packet channel in the uplink."""

    allocation: Annotated[SingleBlock | DynamicAllocation, CHOICE("0", "1")]
    additions_in_r99: Annotated[ExtendedRa | None, LH()] = None
    additions_in_rel_6: Annotated[Pfi | None, LH()] = None


class DownlinkTbf(Struct):
    """A TBF in the downlink."""

    tfi_assignment: Annotated[int, BITS(5)]
    rlc_mode: Annotated[bool, BITS(1)]
    alpha: Annotated[int | None, OPT(4)] = None
    gamma: Annotated[int, BITS(5)] = 0
    polling: Annotated[bool, BITS(1)] = False
    ta_valid: Annotated[bool, BITS(1)] = False


class EgprsDownlink(Struct):
    """EGPRS in the downlink (R99)."""

    egprs_window_size: Annotated[int, BITS(5)]
    link_quality_measurement_mode: Annotated[int, BITS(2)]
    bep_period2: Annotated[int | None, OPT(4)] = None


class PacketDownlinkAssignment(Struct):
    """A packet channel in the downlink."""

    tlli: Annotated[Tlli, BITS(32)]
    tbf: Annotated[DownlinkTbf | None, OPT()] = None
    timing_advance_index: Annotated[int | None, OPT(4)] = None
    tbf_starting_time: Annotated[StartingTime | None, OPT()] = None
    power_control: Annotated[PowerControlOfBlock | None, OPT()] = None
    additions_in_r99: Annotated[EgprsDownlink | None, LH()] = None
    additions_in_rel_6: Annotated[Pfi | None, LH()] = None


class SecondPart(Struct):
    """The second part of an assignment in two messages."""

    additions_in_r99: Annotated[ExtendedRa | None, LH()] = None


class PacketAssignment(Struct):
    """HH: a packet channel."""

    assignment: Annotated[PacketUplinkAssignment | PacketDownlinkAssignment | SecondPart, CHOICE("00", "01", "1")]


class FrequencyParameters(Struct):
    """HL: the frequencies of the channel before its starting time, as bits; none where there is no starting time."""

    frequency_parameters_before_time: Annotated[str, COUNTED(6, unit=8)]
    compressed_inter_rat_ho_info_ind: Annotated[bool, H()] = False


class MultiBlock(Struct):
    """One or more blocks in the uplink for EGPRS."""

    alpha: Annotated[int | None, OPT(4)] = None
    gamma: Annotated[int, BITS(5)] = 0
    tbf_starting_time: Annotated[StartingTime, BITS()] = AT_ONCE
    number_of_radio_blocks_allocated: Annotated[int, BITS(2)] = 0
    power_control: Annotated[PowerControlOfBlock | None, OPT()] = None
    additions_in_rel_6: Annotated[Pfi | None, LH()] = None


class EgprsDynamicAllocation(Struct):
    """An EGPRS TBF in the uplink whose blocks are given by USF."""

    tfi_assignment: Annotated[int, BITS(5)]
    polling: Annotated[bool, BITS(1)]
    fixed_allocation: Annotated[bool, BITS(1)] = False
    usf: Annotated[int, BITS(3)]
    usf_granularity: Annotated[bool, BITS(1)]
    power_control: Annotated[PowerControl | None, OPT()] = None
    egprs_channel_coding_command: Annotated[int, BITS(4)] = 0
    tlli_block_channel_coding: Annotated[bool, BITS(1)] = False
    bep_period2: Annotated[int | None, OPT(4)] = None
    resegment: Annotated[bool, BITS(1)] = False
    egprs_window_size: Annotated[int, BITS(5)] = 0
    alpha: Annotated[int | None, OPT(4)] = None
    gamma: Annotated[int, BITS(5)] = 0
    timing_advance_index: Annotated[int | None, OPT(4)] = None
    tbf_starting_time: Annotated[StartingTime | None, OPT()] = None


class EgprsPacketUplinkAssignment(Struct):
    """A packet channel in the uplink for EGPRS."""

    extended_ra: Annotated[int, BITS(5)]
    access_technologies_request: Annotated[tuple[int, ...] | None, LIST(4, first=True, optional=True)] = None
    allocation: Annotated[MultiBlock | EgprsDynamicAllocation | None, CHOICE("0", "1")] = None


class MultipleBlocksDownlink(Struct):
    """Several blocks in the downlink for MBMS (Rel-6): its bits follow as the rest."""


class ReservedAssignment(Struct):
    """Reserved: its bits follow as the rest."""


class EgprsAssignment(Struct):
    """LH: an uplink for EGPRS (R99); later releases have other assignments here."""

    assignment: Annotated[
        EgprsPacketUplinkAssignment | MultipleBlocksDownlink | ReservedAssignment, CHOICE("00", "01", "1")
    ]


class NoPacketAssignment(Struct):
    """LL: a dedicated channel; and whether the network takes compressed inter RAT handover information (Rel-5)."""

    compressed_inter_rat_ho_info_ind: Annotated[bool, H()] = False


class IaRestOctets(RestOctets):
    """IA rest octets (10.5.2.16)."""

    content: Annotated[
        NoPacketAssignment | EgprsAssignment | FrequencyParameters | PacketAssignment,
        CHOICE("LL", "LH", "HL", "HH"),
    ] = NoPacketAssignment()
