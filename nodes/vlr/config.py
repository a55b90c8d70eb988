"""What a VLR is told."""

from dataclasses import dataclass, field
from typing import Literal

from nodes.core.node import NodeConfig
from nodes.core.outputs import Interface, Name
from protocol.causes import MmCause
from protocol.identities import Gt, Lai

MAP_CAUSES: dict[str, MmCause] = {
    "unknown subscriber": MmCause.IMSI_UNKNOWN_IN_HLR,
    "plmn roaming not allowed": MmCause.PLMN_NOT_ALLOWED,
    "operator determined barring": MmCause.ROAMING_NOT_ALLOWED_IN_THIS_LOCATION_AREA,
    "zone restricted": MmCause.LOCATION_AREA_NOT_ALLOWED,
    "hlr not reachable": MmCause.NO_SUITABLE_CELLS_IN_LOCATION_AREA,
    "system failure": MmCause.NETWORK_FAILURE,
    "no answer": MmCause.NETWORK_FAILURE,
}
"""Which reject cause a refusal of the HLR becomes, by default (29.010); operators differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VlrConfig(NodeConfig):
    """An MSC/VLR: its number, its location areas with their BSSs and SGSNs, whom it asks, and its policies.

    ``hlrs`` maps IMSI prefixes to the HLR's number, the longest prefix counts. ``bsss`` are on the A interface,
    ``sgsns`` (numbers) on Gs; ``routes`` finds HLRs and SGSNs by number. ``vectors`` is how many authentication vectors
    it asks for; with ``authenticate`` "when needed" one that is known by its TMSI and has the last key is believed.
    ``network_name`` is what mobiles are told by MM information.

    ``authentication`` "optional": a mobile that need not be ciphered is not challenged, and one for which the HLR has
    no vectors is served all the same, if it may go without ciphering. ``ciphering`` lists the algorithms A5/n that are
    permitted by their n, the best first; 0 is none. ``tmsi``: mobiles get TMSIs. ``eir`` is the number of the EIR that
    is asked about equipment, None where it is not checked; ``check_imei`` tells whether before anything else is done
    about a location updating, or after the HLR has accepted it; ``eir_policy`` what happens if it cannot tell.
    ``zones`` are the zone codes of location areas (TS 23.003 4.4), none where regional subscription is not supported.
    """

    number: Gt
    routes: dict[Gt, tuple[Name, Interface]] = field(default_factory=dict)
    hlrs: dict[str, Gt] = field(default_factory=dict)
    bsss: dict[Lai, tuple[Name, ...]] = field(default_factory=dict)
    sgsns: dict[Lai, tuple[Gt, ...]] = field(default_factory=dict)
    vectors: int = 5
    authenticate: Literal["always", "when needed"] = "when needed"
    authentication: Literal["required", "optional"] = "required"
    ciphering: tuple[int, ...] = (0,)
    tmsi: bool = True
    zones: dict[Lai, tuple[int, ...]] = field(default_factory=dict)
    eir: Gt | None = None
    eir_policy: Literal["open", "closed"] = "open"
    check_imei: Literal["early", "late"] = "late"
    network_name: str = "gprslab"
    map_causes: dict[str, MmCause] = field(default_factory=lambda: dict(MAP_CAUSES))


__all__ = ["MAP_CAUSES", "VlrConfig"]
