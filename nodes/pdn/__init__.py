"""The packet data network behind Gi."""

from nodes.pdn.config import PdnConfig
from nodes.pdn.node import Pdn

__all__ = ["Pdn", "PdnConfig"]
