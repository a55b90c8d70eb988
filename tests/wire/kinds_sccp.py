"""Values of SCCP, TCAP and M3UA of which the derived ones would mostly be invalid."""

from typing import Any

from hypothesis import strategies as st

from protocol import m3ua, sccp
from protocol.errors import DecodeError
from protocol.mtp3 import Mtp3Message
from protocol.sccp import Address, GlobalTitle, LocalReference


def is_address(octets: bytes) -> bool:
    """True for octets that are an address."""
    try:
        Address.from_octets(octets)
    except DecodeError:
        return False
    return True


ADDRESSES = st.binary(min_size=1, max_size=14).filter(is_address).map(Address.from_octets)
"""Addresses of every form."""

KINDS: dict[Any, st.SearchStrategy[Any]] = {
    Address: ADDRESSES,
    GlobalTitle: st.text("0123456789abcdef", max_size=16).map(GlobalTitle),
    LocalReference: st.integers(0, 0xFFFFFF).map(LocalReference),
    sccp.Segmentation: st.builds(
        sccp.Segmentation, st.booleans(), st.integers(0, 15), st.integers(0, 0xFFFFFF), st.booleans(), st.integers(0, 3)
    ),
    sccp.AffectedPointCode: st.builds(sccp.AffectedPointCode, st.integers(0, 0x3FFF), st.integers(0, 3)),
    m3ua.InfoString: st.text(st.characters(max_codepoint=255), max_size=20).map(m3ua.InfoString),
    m3ua.AffectedPointCode: st.builds(m3ua.AffectedPointCode, st.integers(0, 0xFFFFFF), st.integers(0, 255)),
    Mtp3Message: st.binary(min_size=5, max_size=40).map(Mtp3Message.decode),
    m3ua.ProtocolData: st.binary(min_size=12, max_size=40).map(m3ua.ProtocolData.from_octets),
}
