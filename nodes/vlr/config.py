"""What a VLR is told."""

from dataclasses import dataclass, field

from nodes.core.node import NodeConfig
from nodes.core.outputs import Interface, Name
from protocol.identities import Gt, Lai


@dataclass(frozen=True, slots=True, kw_only=True)
class VlrConfig(NodeConfig):
    """An MSC/VLR: its number, its location areas with their BSSs and SGSNs, and whom it asks.

    ``hlrs`` maps IMSI prefixes to the HLR's number, the longest prefix counts. ``bsss`` are on the A interface,
    ``sgsns`` (numbers) on Gs; ``routes`` finds HLRs and SGSNs by number. ``vectors`` is how many authentication vectors
    it asks for.
    """

    number: Gt
    routes: dict[Gt, tuple[Name, Interface]] = field(default_factory=dict)
    hlrs: dict[str, Gt] = field(default_factory=dict)
    bsss: dict[Lai, tuple[Name, ...]] = field(default_factory=dict)
    sgsns: dict[Lai, tuple[Gt, ...]] = field(default_factory=dict)
    vectors: int = 5
