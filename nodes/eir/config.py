"""What an EIR is told."""

from dataclasses import dataclass, field
from typing import Literal

from nodes.core.node import NodeConfig
from nodes.core.outputs import Interface, Name
from protocol.identities import Gt

Colour = Literal["white", "grey", "black", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EirConfig(NodeConfig):
    """An EIR: its number, the routes to its peers, and its lists.

    ``lists`` maps IMEI prefixes (TAC, or all 14 digits) to a colour, the longest prefix counts; ``otherwise`` is for
    the rest; ``unknown`` is answered by the error unknownEquipment.
    """

    number: Gt
    routes: dict[Gt, tuple[Name, Interface]]
    lists: dict[str, Colour] = field(default_factory=dict)
    otherwise: Colour = "white"
