"""The BSS: its cells and their BVCs."""

from nodes.bss.config import BssConfig, Cell
from nodes.bss.node import Bss

__all__ = ["Bss", "BssConfig", "Cell"]
