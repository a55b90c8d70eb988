"""BSSMAP (TS 48.008): elements that are told by their name alone."""

from protocol import bssmap
from protocol.bssmap import ClearCommand, Paging


def test_priority_of_paging() -> None:
    """3.2.1.19: the eMLPP priority is element 38, as tshark 4.0.17 has it too."""
    octets = bytes.fromhex("0011 52 0808 2902113254769810 1a0106 2401 3807".replace(" ", ""))
    message = bssmap.decode(octets[:1] + bytes((len(octets) - 2,)) + octets[2:], up=False)
    assert isinstance(message, Paging)
    assert message.emlpp_priority == 7
    assert not message.extras


def test_unknown_elements_without_length() -> None:
    """3.2.2.1: a circuit identity code has two octets, a response request none; what follows is read."""
    octets = bytes.fromhex("000a20 01aabb 1b 040109 2305".replace(" ", ""))
    message = bssmap.decode(octets[:1] + bytes((len(octets) - 2,)) + octets[2:], up=False)
    assert isinstance(message, ClearCommand)
    assert message.cause == 9
    assert [extra.octets.hex() for extra in message.extras] == ["01aabb", "1b", "2305"]
    assert message.encode()[2:] == octets[2:]
