"""What a GGSN is told."""

from dataclasses import dataclass

from nodes.core.node import NodeConfig
from protocol.identities import GsnAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class GgsnConfig(NodeConfig):
    """A GGSN: its address on the backbone."""

    address: GsnAddress
