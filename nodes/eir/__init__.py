"""The EIR."""

from nodes.eir.config import Colour, EirConfig
from nodes.eir.node import Eir

__all__ = ["Colour", "Eir", "EirConfig"]
