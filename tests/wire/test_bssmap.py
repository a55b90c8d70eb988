"""BSSMAP (TS 48.008): elements that are told by their name alone."""

from protocol import bssmap
from protocol.bssmap import (
    ChosenAlgorithm,
    CipherModeCommand,
    CipherModeComplete,
    CipherResponseMode,
    ClearCommand,
    EncryptionInformation,
    Paging,
)


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


def test_cipher_mode_command() -> None:
    """3.2.1.30, 3.2.2.10: none and A5/3 permitted, a key of eight octets, and the IMEISV is wanted."""
    octets = bytes.fromhex("000e 53 0a09 09 0011223344556677 2301".replace(" ", ""))
    message = bssmap.decode(octets, up=False)
    assert isinstance(message, CipherModeCommand)
    assert message.encryption_information == EncryptionInformation.of((0, 3), bytes.fromhex("0011223344556677"))
    assert message.encryption_information.algorithms == (0, 3)
    assert message.cipher_response_mode is CipherResponseMode.IMEISV_MUST_BE_INCLUDED
    assert message.encode() == octets


def test_cipher_mode_complete() -> None:
    """3.2.1.31, 3.2.2.44: what the mobile has answered, and A5/3."""
    octets = bytes.fromhex("0007 55 2002 0632 2c04".replace(" ", ""))
    message = bssmap.decode(octets, up=True)
    assert isinstance(message, CipherModeComplete)
    assert message.chosen_encryption_algorithm is ChosenAlgorithm.A5_3
    assert ChosenAlgorithm.A5_3.number == 3
    assert message.encode() == octets
