"""PDUs that others made, of the protocols on Um and Gb: decoded as expected, and encoded to the same octets.

Vectors of SCCP, TCAP and MAP are read in their own tests. A vector that is not taken stands here with the reason.
"""

from collections import Counter
from typing import Any

from protocol import bssgp, gmm, ns
from protocol.causes import GmmCause
from protocol.errors import DecodeError
from protocol.gmm import GmmMessage
from protocol.llc.frame import UiFrame

WRONG = {
    # libosmo-gprs sends a mobile's capability of no octets, where 24.008 10.5.5.12a has at least five.
    "08010497070000010a0005f40000123400f00000000000195566771716e1": GmmCause.INVALID_MANDATORY_INFORMATION,
    # The same suite sends DETACH REQUEST with element 0A, which 24.008 8.5 says must be understood.
    "0805200a0005f4ec999002": GmmCause.INVALID_MANDATORY_INFORMATION,
}
"""GMM vectors that the specification refuses, with the cause that it answers."""

LATER = {0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x10, 0x11, 0x21}
"""GMM message types that come with their procedures: routing area update, reallocation, information, service."""


def named(message: GmmMessage) -> str:
    """The title as tshark shortens it."""
    return message.title.title().replace("And Ciphering", "and Ciphering")


def gmm_in(vector: dict[str, Any]) -> tuple[str, GmmMessage | DecodeError]:
    """Decode a GMM vector in its direction; DETACH ACCEPT without elements is the mobile's, whatever its label says."""
    octets = bytes.fromhex(vector["hex"])
    up = vector.get("dir") != "MT" or octets == b"\x08\x06"
    try:
        return vector["expect"]["message"], gmm.decode(octets, up=up)
    except DecodeError as error:
        return vector["expect"]["message"], error


def test_gmm_vectors(vectors: list[dict[str, Any]]) -> None:
    """Every GMM vector in scope is the message that tshark says, field by field of the IMSI, and encodes back."""
    counts: Counter[str] = Counter()
    for vector in (v for v in vectors if v["protocol"] == "gmm"):
        octets = bytes.fromhex(vector["hex"])
        if octets[1] in LATER:
            counts["later"] += 1
            continue
        expected, message = gmm_in(vector)
        if vector.get("negative") or vector["hex"] in WRONG:
            assert isinstance(message, DecodeError), vector["name"]
            assert message.cause == WRONG.get(vector["hex"], GmmCause.INVALID_MANDATORY_INFORMATION)
            counts["refused"] += 1
            continue
        assert isinstance(message, GmmMessage), (vector["name"], message)
        words = expected.split(") ")[-1].removesuffix(" (Net to MS)")
        assert named(message).startswith(words[:20]), (vector["name"], message.title, expected)
        assert message.encode() == octets, vector["name"]
        imsi = vector["expect"]["fields"].get("e212.imsi")
        if imsi:
            assert imsi in repr(message)
        counts["decoded"] += 1
    assert counts["decoded"] >= 18
    assert counts["refused"] >= 3


def test_llc_vectors(vectors: list[dict[str, Any]]) -> None:
    """A UI frame with a right FCS decodes and encodes back; all else is refused, not misread."""
    taken = 0
    for vector in (v for v in vectors if v["protocol"] == "llc"):
        octets = bytes.fromhex(vector["hex"])
        try:
            frame = UiFrame.decode(octets)
        except DecodeError:
            continue
        assert frame.encode() == octets, vector["name"]
        taken += 1
    assert taken >= 3


def test_gb_vectors(vectors: list[dict[str, Any]]) -> None:
    """NS-UNITDATA and the BSSGP PDUs in scope decode and encode back; others are refused as unknown."""
    taken = 0
    for vector in (v for v in vectors if v["protocol"] in ("ns", "bssgp")):
        octets = bytes.fromhex(vector["hex"])
        if vector["protocol"] == "ns":
            if octets[0] != ns.NsUnitdata.code:
                continue
            unit = ns.decode(octets)
            assert isinstance(unit, ns.NsUnitdata)
            assert unit.encode() == octets
            octets = unit.sdu
        for up in (True, False):
            table = bssgp.BssgpMessage.up if up else bssgp.BssgpMessage.down
            if not octets or octets[0] not in table:
                continue
            try:
                message = bssgp.decode(octets, up=up)
            except DecodeError:
                assert vector["expect"]["verdict"] != "clean", vector["name"]
                continue
            if message.encode() != octets:  # a length of two octets where one does: read alike, written short
                assert "gbproxy" in vector["name"], vector["name"]
                assert bssgp.decode(message.encode(), up=up) == message
            taken += 1
    assert taken >= 3
