"""The VLR."""

from nodes.vlr.config import VlrConfig
from nodes.vlr.node import Vlr

__all__ = ["Vlr", "VlrConfig"]
