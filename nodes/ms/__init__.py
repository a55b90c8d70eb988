"""The mobile stations."""

from nodes.ms.config import MsConfig
from nodes.ms.node import Ms

__all__ = ["Ms", "MsConfig"]
