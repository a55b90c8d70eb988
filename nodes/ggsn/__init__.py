"""The GGSN."""

from nodes.ggsn.config import GgsnConfig
from nodes.ggsn.node import Ggsn

__all__ = ["Ggsn", "GgsnConfig"]
