"""What a cell tells every mobile that looks for one (TS 44.018 3.2.2, 9.1.35, 9.1.43a).

SYSTEM INFORMATION TYPE 3 has location area, cell identity, T3212 and the colour of the routing area; TYPE 13 has
routing area code and network mode of operation. The parameters of the radio, which is not emulated, are usual ones.
"""

from nodes.bss.config import Cell
from nodes.core.outputs import Broadcast
from protocol.rr import CellIdentity, NetworkModeOfOperation, SystemInformationType3, SystemInformationType13
from protocol.rr.elements import (
    CcchConfiguration,
    CellOptions,
    CellSelectionParameters,
    ControlChannelDescription,
    MaxRetrans,
    RachControlParameters,
    UplinkDtx,
)
from protocol.rr.rest_octets import GprsIndicator, Si3RestOctets
from protocol.rr.si13 import (
    T3192,
    GprsCellOptions,
    GprsInformation,
    GprsPowerControlParameters,
    NoPbcch,
    Si13R99,
    Si13RestOctets,
)
from protocol.um import BroadcastChannel

MODES = {
    "I": NetworkModeOfOperation.MODE_I,
    "II": NetworkModeOfOperation.MODE_II,
    "III": NetworkModeOfOperation.MODE_III,
}


def make_broadcast(cell: Cell) -> Broadcast:
    """What the cell tells until it says something else."""
    pdu = BroadcastChannel(
        cell=cell.identifier,
        system_information_3=make_system_information_3(cell).encode(),
        system_information_13=make_system_information_13(cell).encode(),
    )
    return Broadcast(cell.name, pdu.encode(), lasting=True)


def make_system_information_3(cell: Cell) -> SystemInformationType3:
    """Which cell this is. Routing areas side by side have different colours, so the colour follows the code."""
    rai = cell.identifier.rai
    return SystemInformationType3(
        cell_identity=CellIdentity(cell.identifier.ci),
        location_area_identification=rai.lai,
        control_channel_description=ControlChannelDescription(
            mscr=True,
            att=True,
            bs_ag_blks_res=1,
            ccch_conf=CcchConfiguration.ONE_NOT_COMBINED,
            bs_pa_mfrms=3,
            t3212=cell.t3212,
        ),
        cell_options=CellOptions(pwrc=False, dtx=UplinkDtx.SHALL_NOT, radio_link_timeout=7),
        cell_selection_parameters=CellSelectionParameters(
            cell_reselect_hysteresis=2, ms_txpwr_max_cch=5, acs=False, neci=True, rxlev_access_min=0
        ),
        rach_control_parameters=RachControlParameters(
            max_retrans=MaxRetrans.RETRANSMISSIONS_7, tx_integer=9, cell_bar_access=False, re=True
        ),
        si3_rest_octets=Si3RestOctets(gprs_indicator=GprsIndicator(ra_colour=rai.rac % 8, si13_position=False)),
    )


def make_system_information_13(cell: Cell) -> SystemInformationType13:
    """GPRS in this cell: there is no PBCCH, and the SGSN is of R99 or later."""
    options = GprsCellOptions(
        nmo=MODES[cell.nmo],
        t3168=1,
        t3192=T3192.MS_500,
        drx_timer_max=2,
        access_burst_type=False,
        control_ack_type=True,
        bs_cv_max=9,
    )
    power = GprsPowerControlParameters(alpha=0, t_avg_w=16, t_avg_t=16, pc_meas_chan=False, n_avg_i=8)
    packets = NoPbcch(
        rac=cell.identifier.rai.rac,
        spgc_ccch_sup=False,
        priority_access_thr=6,
        network_control_order=0,
        gprs_cell_options=options,
        gprs_power_control_parameters=power,
    )
    information = GprsInformation(
        bcch_change_mark=0, si_change_field=0, cell=packets, additions_in_r99=Si13R99(sgsnr=True)
    )
    return SystemInformationType13(si13_rest_octets=Si13RestOctets(information=information))
