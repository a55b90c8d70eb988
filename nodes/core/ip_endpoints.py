"""Endpoints of the IP sub-network service, as both ends of Gb judge them (TS 48.016 7.4b.1.3)."""

from protocol.causes import NsCause
from protocol.ns.elements import Ip4Element


def config_fault(elements: tuple[Ip4Element, ...], most: int) -> NsCause | None:
    """Why endpoints are not taken: none, or more than ``most``; or none of them for signalling, or for data."""
    if not 0 < len(elements) <= most:
        return NsCause.INVALID_NUMBER_OF_IP4_ENDPOINTS
    if not any(one.signalling_weight for one in elements) or not any(one.data_weight for one in elements):
        return NsCause.INVALID_WEIGHTS
    return None
