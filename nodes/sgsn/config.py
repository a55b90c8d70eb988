"""What an SGSN is told."""

from dataclasses import dataclass, field
from typing import Literal

from nodes.core.node import NodeConfig
from nodes.core.outputs import Interface, Name
from protocol.causes import GmmCause
from protocol.gmm.elements import CipheringAlgorithm, GprsTimer
from protocol.identities import GsnAddress, Gt, Lai, Rai
from protocol.ns.elements import Ip4Element

MAP_CAUSES: dict[str, GmmCause] = {
    "imsi unknown": GmmCause.GPRS_SERVICES_AND_NON_GPRS_SERVICES_NOT_ALLOWED,
    "gprs subscription unknown": GmmCause.GPRS_SERVICES_NOT_ALLOWED,
    "plmn roaming not allowed": GmmCause.PLMN_NOT_ALLOWED,
    "operator determined barring": GmmCause.GPRS_SERVICES_NOT_ALLOWED_IN_THIS_PLMN,
    "zone restricted": GmmCause.LOCATION_AREA_NOT_ALLOWED,
    "hlr not reachable": GmmCause.NO_SUITABLE_CELLS_IN_LOCATION_AREA,
    "system failure": GmmCause.NETWORK_FAILURE,
    "no answer": GmmCause.NETWORK_FAILURE,
}
"""Which GMM cause a refusal of the HLR becomes, by default; operators differ (PROCEDURES 6.1).

That no HLR serves an IMSI here is no fault of the card, so it is not to be locked (#8), nor one that passes soon (#17):
by #15 the mobile leaves the area to try another network's (as TS 29.272 A.2 has it for a realm that is not served).
That the subscription does not extend to the area is what #12 says (24.008 annex G.2); many networks send #13 or #15.
"""

TRANSFER_CAUSES: dict[str, GmmCause] = {
    "old sgsn unknown": GmmCause.MS_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK,
    "imsi not known": GmmCause.MS_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK,
    "refused": GmmCause.MS_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK,
    "no answer": GmmCause.MS_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK,
}
"""Which GMM cause it becomes, by default, that the old SGSN gives no contexts (24.008 10.5.5.14: #9; some send #10)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SgsnConfig(NodeConfig):
    """An SGSN: its numbers, whom it asks, and its policies.

    ``hlrs`` maps IMSI prefixes to the HLR's number, the longest prefix counts. ``vectors`` is how many authentication
    vectors it asks for. ``eir`` is the number of the EIR, ``None`` where equipment is not checked; ``eir_policy`` what
    happens when it does not answer. ``periodic_ra_update_timer`` is T3312, ``ready_timer`` T3314.

    ``vlrs`` maps location areas to the number of the VLR on Gs. ``sgsns`` maps routing areas of other SGSNs to their
    addresses, ``gsns`` the addresses of all other GSNs to nodes, ``ggsns`` APNs (network identifier, lower case) to the
    GGSNs that have them. ``path_failure``: what becomes of the PDP contexts with a GGSN that does not answer. In a pool
    of SGSNs ``nri`` stands in each P-TMSI, in ``nri_bits`` bits from bit 23 down (TS 23.236; ``Tmsi.with_nri``);
    ``pool`` maps those of the others to their addresses.

    ``zones`` are the zone codes of location areas (TS 23.003 4.4); where none are told, regional subscription is not
    supported. ``endpoints`` are what it tells a BSS whose sub-network is IP, with which it can do ``most_ns_vcs``
    NS-VCs.

    ``force_to_standby``: all procedures send the mobile to STANDBY at their end. ``cell_notification``: mobiles may
    tell of another cell by LLC NULL frames. ``unknown_mobiles``: one that is not known, and says something other than
    that it attaches, updates or detaches, is told to attach again, or not answered. ``page_by_imsi``: who does not
    answer pages by P-TMSI is paged by IMSI once. ``ptmsi_reallocation``: an update brings a new P-TMSI each time, or
    only in another routing area. ``ciphering`` lists algorithms, the best first: the first that a mobile has is agreed
    on (frames are not ciphered all the same). ``capacity`` is how many TLLIs there may be: whoever comes under one more
    is refused for congestion; ``pdp_capacity`` how many PDP contexts. ``network_name`` and
    ``network_name_short``, where not empty, are told to whom has attached.
    """

    number: Gt
    address: GsnAddress
    bsss: tuple[Name, ...]
    routes: dict[Gt, tuple[Name, Interface]]
    hlrs: dict[str, Gt]
    eir: Gt | None = None
    eir_policy: Literal["open", "closed"] = "open"
    authenticate: Literal["always", "when needed"] = "when needed"
    vectors: int = 5
    periodic_ra_update_timer: GprsTimer
    ready_timer: GprsTimer
    vlrs: dict[Lai, Gt] = field(default_factory=dict)
    sgsns: dict[Rai, GsnAddress] = field(default_factory=dict)
    gsns: dict[GsnAddress, Name] = field(default_factory=dict)
    ggsns: dict[str, tuple[GsnAddress, ...]] = field(default_factory=dict)
    path_failure: Literal["keep", "delete"] = "keep"
    zones: dict[Lai, tuple[int, ...]] = field(default_factory=dict)
    endpoints: tuple[Ip4Element, ...] = ()
    most_ns_vcs: int = 128
    nri_bits: int = 0
    nri: int = 0
    pool: dict[int, GsnAddress] = field(default_factory=dict)
    force_to_standby: bool = False
    cell_notification: bool = False
    unknown_mobiles: Literal["detach", "discard"] = "detach"
    ptmsi_reallocation: Literal["every update", "change of area"] = "change of area"
    network_name: str = ""
    network_name_short: str = ""
    page_by_imsi: bool = True
    capacity: int = 3_000_000
    pdp_capacity: int = 3_000_000
    ciphering: tuple[CipheringAlgorithm, ...] = ()
    map_causes: dict[str, GmmCause] = field(default_factory=lambda: dict(MAP_CAUSES))
    transfer_causes: dict[str, GmmCause] = field(default_factory=lambda: dict(TRANSFER_CAUSES))


__all__ = ["MAP_CAUSES", "TRANSFER_CAUSES", "SgsnConfig"]
