"""What a BSS is told."""

from dataclasses import dataclass

from nodes.core.node import NodeConfig
from nodes.core.outputs import Name
from protocol.identities import CellIdentifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell of this BSS and the BVC that serves it."""

    name: str
    bvci: int
    identifier: CellIdentifier


@dataclass(frozen=True, slots=True, kw_only=True)
class BssConfig(NodeConfig):
    """A BSS: its SGSN and its cells."""

    sgsn: Name
    cells: tuple[Cell, ...]
