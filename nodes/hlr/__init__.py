"""The HLR with its authentication centre."""

from nodes.hlr.config import HlrConfig, PdpSubscription, Subscriber
from nodes.hlr.node import Hlr

__all__ = ["Hlr", "HlrConfig", "PdpSubscription", "Subscriber"]
