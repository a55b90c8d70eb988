"""MTP level 3 (Q.704 clause 2, 14.2): the head of a signalling message, with the 14-bit point codes of ITU-T."""

from protocol.mtp3.message import Mtp3Message, NetworkIndicator, ServiceIndicator, decode

__all__ = ["Mtp3Message", "NetworkIndicator", "ServiceIndicator", "decode"]
