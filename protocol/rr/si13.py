"""SI 13 rest octets (TS 44.018 10.5.2.37b), CSN.1: all that a mobile must know of a cell to use GPRS there."""

from typing import Annotated

from protocol.bits import BITS, OPT, Struct
from protocol.csn1 import CHOICE, COUNTED, LH, LIST
from protocol.declare import OpenEnum
from protocol.rr.blocks import RestOctets


class NetworkModeOfOperation(OpenEnum):
    """NMO (TS 44.060 12.24): where a mobile is paged for circuit-switched calls, and whether there is Gs."""

    MODE_I = 0
    MODE_II = 1
    MODE_III = 2


class T3192(OpenEnum):
    """How long a mobile waits after the last downlink block (TS 44.060 12.24), in milliseconds."""

    MS_500 = 0
    MS_1000 = 1
    MS_1500 = 2
    MS_0 = 3
    MS_80 = 4
    MS_120 = 5
    MS_160 = 6
    MS_200 = 7


class Pan(Struct):
    """How N3102 goes down and up, and its most (TS 44.060 9.3)."""

    pan_dec: Annotated[int, BITS(3)]
    pan_inc: Annotated[int, BITS(3)]
    pan_max: Annotated[int, BITS(3)]


class EgprsOptions(Struct):
    """The cell has EGPRS."""

    egprs_packet_channel_request: Annotated[bool, BITS(1)]
    bep_period: Annotated[int, BITS(4)]


class MbmsOptions(Struct):
    """MBMS in dedicated mode and of neighbours (Rel-7)."""

    dedicated_mode_mbms_notification_support: Annotated[bool, BITS(1)]
    mnci_support: Annotated[bool, BITS(1)]


class GprsCellOptionsExtension(Struct):
    """Extension information of GPRS cell options, R99 and later; later parts are absent from shorter ones."""

    egprs: Annotated[EgprsOptions | None, OPT()] = None
    pfc_feature_mode: Annotated[bool | None, BITS(1)] = None
    dtm_support: Annotated[bool | None, BITS(1)] = None
    bss_paging_coordination: Annotated[bool | None, BITS(1)] = None
    ccn_active: Annotated[bool | None, BITS(1)] = None
    nw_ext_utbf: Annotated[bool | None, BITS(1)] = None
    multiple_tbf_capability: Annotated[bool | None, BITS(1)] = None
    ext_utbf_nodata: Annotated[bool | None, BITS(1)] = None
    dtm_enhancements_capability: Annotated[bool | None, BITS(1)] = None
    mbms: Annotated[MbmsOptions | None, OPT()] = None
    reduced_latency_access: Annotated[bool | None, BITS(1)] = None
    nmo_i_alternate: Annotated[bool | None, BITS(1)] = None


class GprsCellOptions(Struct):
    """GPRS cell options (TS 44.060 12.24). T3168 counts 500 ms from 0 for 500 ms; DRX_TIMER_MAX is 0, or 2^(n-1) s."""

    nmo: Annotated[NetworkModeOfOperation, BITS(2)]
    t3168: Annotated[int, BITS(3)]
    t3192: Annotated[T3192, BITS(3)]
    drx_timer_max: Annotated[int, BITS(3)]
    access_burst_type: Annotated[bool, BITS(1)]
    control_ack_type: Annotated[bool, BITS(1)]
    bs_cv_max: Annotated[int, BITS(4)]
    pan: Annotated[Pan | None, OPT()] = None
    extension: Annotated[GprsCellOptionsExtension | None, COUNTED(6, 1, optional=True)] = None


class GprsPowerControlParameters(Struct):
    """GPRS power control parameters (TS 44.060 12.9a). Alpha in steps of 0.1."""

    alpha: Annotated[int, BITS(4)]
    t_avg_w: Annotated[int, BITS(5)]
    t_avg_t: Annotated[int, BITS(5)]
    pc_meas_chan: Annotated[bool, BITS(1)]
    n_avg_i: Annotated[int, BITS(4)]


class MaBitmap(Struct):
    """The frequencies of a GPRS mobile allocation as a bit map."""

    ma_bitmap: Annotated[str, COUNTED(6, 1)]


class ArfcnIndices(Struct):
    """The frequencies of a GPRS mobile allocation that are left out, by their index; or none of them."""

    arfcn_indices: Annotated[tuple[int, ...] | None, LIST(6, first=True, optional=True)] = None


class GprsMobileAllocation(Struct):
    """GPRS mobile allocation (TS 44.060 12.10a): hopping sequence, frequency lists that it refers to, frequencies."""

    hsn: Annotated[int, BITS(6)]
    rfl_numbers: Annotated[tuple[int, ...] | None, LIST(4, first=True, optional=True)] = None
    frequencies: Annotated[MaBitmap | ArfcnIndices, CHOICE("0", "1")] = ArfcnIndices()


class Si13Hopping(Struct):
    """The mobile allocation of packet channels, and its change mark."""

    si13_change_mark: Annotated[int, BITS(2)]
    gprs_mobile_allocation: Annotated[GprsMobileAllocation, BITS()]


class NoPbcch(Struct):
    """A cell without PBCCH: all that a mobile needs for GPRS."""

    rac: Annotated[int, BITS(8)]
    spgc_ccch_sup: Annotated[bool, BITS(1)]
    priority_access_thr: Annotated[int, BITS(3)]
    network_control_order: Annotated[int, BITS(2)]
    gprs_cell_options: Annotated[GprsCellOptions, BITS()]
    gprs_power_control_parameters: Annotated[GprsPowerControlParameters, BITS()]


class BcchFrequency(Struct):
    """On the frequency of the BCCH."""


class PbcchFrequency(Struct):
    """On a frequency of its own."""

    arfcn: Annotated[int, BITS(10)]


class PbcchHopping(Struct):
    """Hopping."""

    maio: Annotated[int, BITS(6)]


class PbcchDescription(Struct):
    """Where the PBCCH is (10.5.2.37b)."""

    pb: Annotated[int, BITS(4)]
    tsc: Annotated[int, BITS(3)]
    tn: Annotated[int, BITS(3)]
    frequency: Annotated[BcchFrequency | PbcchFrequency | PbcchHopping, CHOICE("00", "01", "1")]


class Pbcch(Struct):
    """A cell with PBCCH: all else is told there."""

    psi1_repeat_period: Annotated[int, BITS(4)]
    pbcch_description: Annotated[PbcchDescription, BITS()]


class Si13Rel6(Struct):
    """What Rel-6 added to SI 13."""

    lb_ms_txpwr_max_cch: Annotated[int | None, OPT(5)] = None
    si2n_support: Annotated[int, BITS(2)] = 0


class Si13Rel4(Struct):
    """What Rel-4 added to SI 13."""

    si_status_ind: Annotated[bool, BITS(1)]
    additions_in_rel_6: Annotated[Si13Rel6 | None, LH()] = None


class Si13R99(Struct):
    """What R99 added to SI 13: whether the SGSN is of R99 or later."""

    sgsnr: Annotated[bool, BITS(1)]
    additions_in_rel_4: Annotated[Si13Rel4 | None, LH()] = None


class GprsInformation(Struct):
    """What SI 13 says, if anything."""

    bcch_change_mark: Annotated[int, BITS(3)]
    si_change_field: Annotated[int, BITS(4)]
    hopping: Annotated[Si13Hopping | None, OPT()] = None
    cell: Annotated[NoPbcch | Pbcch | None, CHOICE("0", "1")] = None
    additions_in_r99: Annotated[Si13R99 | None, LH()] = None


class Si13RestOctets(RestOctets):
    """SI 13 rest octets (10.5.2.37b): GPRS in this cell."""

    information: Annotated[GprsInformation | None, LH()] = None
