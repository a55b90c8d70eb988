"""What a population of mobiles is told."""

from dataclasses import dataclass
from typing import Literal

from nodes.core.node import NodeConfig
from nodes.core.outputs import Name
from protocol.auth import Algorithm
from protocol.classmarks import MobileStationClassmark2, RevisionLevel, SsScreeningIndicator
from protocol.gmm.elements import DrxParameter, GprsTimer, MsNetworkCapability, MsRadioAccessCapability
from protocol.identities import CellIdentifier, Imei, Imeisv, Imsi

CLASSMARK = MobileStationClassmark2(
    revision_level=RevisionLevel.R99_OR_LATER,
    es_ind=True,
    no_a5_1=False,
    rf_power_capability=3,
    ps_capability=False,
    ss_screening_indicator=SsScreeningIndicator.ELLIPSIS_AND_PHASE_2_ERROR_HANDLING,
    sm_capability=False,
    vbs_notification_reception=False,
    vgcs_notification_reception=False,
    frequency_capability=False,
    classmark_3=False,
    lcs_va_capability=False,
    ucs2_treatment=False,
    solsa=False,
    cm_service_prompt=False,
    a5_3=False,
    a5_2=False,
)
"""An ordinary mobile, without short messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RadioCell:
    """A cell as a mobile sees it: its name, whose it is, and what it calls itself."""

    name: str
    bss: Name
    identifier: CellIdentifier


@dataclass(frozen=True, slots=True, kw_only=True)
class MobileConfig:
    """One mobile: its card, its equipment and the cell where it starts.

    ``key`` is K or Ki, ``opc`` OPc for the MILENAGE algorithms. ``highest_sqn`` is where the USIM's sequence numbers
    start. ``ms_class`` is the GPRS mode of operation: packets and calls at once (A), one at a time (B), or packets only
    (C). ``combined``: it attaches for both wherever its class and the network's mode allow. ``ready_timer`` is what it
    asks the network for. ``rings`` is how long (microseconds) a call rings before its user takes it, 0 for not at all.
    """

    name: str
    imsi: Imsi
    imeisv: Imeisv
    algorithm: Algorithm
    key: bytes
    opc: bytes
    cell: str
    highest_sqn: int = 0
    ms_class: Literal["A", "B", "C"] = "B"
    combined: bool = False
    ready_timer: GprsTimer | None = None
    rings: int = 0

    @property
    def imei(self) -> Imei:
        """The IMEI as it is sent: 14 digits and a spare digit 0 (TS 23.003 6.2.1)."""
        return Imei(self.imeisv.body + "0")


@dataclass(frozen=True, slots=True, kw_only=True)
class MsConfig(NodeConfig):
    """A population of mobiles and the cells that they can camp on."""

    cells: tuple[RadioCell, ...]
    mobiles: tuple[MobileConfig, ...]
    ms_network_capability: MsNetworkCapability
    ms_radio_access_capability: MsRadioAccessCapability
    drx_parameter: DrxParameter
    classmark: MobileStationClassmark2 = CLASSMARK
