"""What a VLR is told."""

from dataclasses import dataclass

from nodes.core.node import NodeConfig
from protocol.identities import Gt


@dataclass(frozen=True, slots=True, kw_only=True)
class VlrConfig(NodeConfig):
    """A VLR: its number."""

    number: Gt
