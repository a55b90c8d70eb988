"""What a BSS is told."""

from dataclasses import dataclass, field
from typing import Literal

from nodes.core.node import NodeConfig
from nodes.core.outputs import Name
from protocol.identities import CellIdentifier
from protocol.ns.elements import Ip4Element


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell of this BSS, the BVC that serves it, and what it tells mobiles.

    ``nmo`` is the network mode of operation. ``t3212`` is the period of location updating in units of 6 minutes, 0 for
    none. ``bucket`` (octets) and ``rate`` (octets a second) are what the cell can take downlink; ``mobile_bucket`` and
    ``mobile_rate`` the same of one mobile. ``backlog`` is how many octets may wait for the air before more are
    discarded.
    """

    name: str
    bvci: int
    identifier: CellIdentifier
    nmo: Literal["I", "II", "III"] = "I"
    t3212: int = 0
    bucket: int = 50_000
    rate: int = 10_000
    mobile_bucket: int = 10_000
    mobile_rate: int = 4_000
    backlog: int = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class BssConfig(NodeConfig):
    """A BSS: its SGSN, its MSC/VLR if it has one, and its cells.

    In a pool of SGSNs (TS 23.236) ``pool`` maps network resource identifiers, the ``nri_bits`` bits of a P-TMSI from
    bit 23 down, to SGSNs; mobiles without such an identifier are spread over them. ``nsei`` is its network service
    entity. ``ask_capability``: it asks for the radio access capability of mobiles that the SGSN does not tell.
    ``endpoints``, where there are any, make the sub-network to its SGSNs IP, with at most ``most_ns_vcs`` NS-VCs to
    each. ``ciphering`` lists the algorithms A5/n that it has by their n, those that it prefers first; 0 is none.
    """

    sgsn: Name
    cells: tuple[Cell, ...]
    vlr: Name | None = None
    nri_bits: int = 0
    pool: dict[int, Name] = field(default_factory=dict)
    nsei: int = 1
    endpoints: tuple[Ip4Element, ...] = ()
    most_ns_vcs: int = 128
    ask_capability: bool = False
    ciphering: tuple[int, ...] = (3, 1, 0)
