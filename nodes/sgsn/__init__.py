"""The SGSN."""

from nodes.sgsn.config import SgsnConfig
from nodes.sgsn.node import Sgsn

__all__ = ["Sgsn", "SgsnConfig"]
