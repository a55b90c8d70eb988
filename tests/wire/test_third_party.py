"""PDUs that others made, of the protocols on Um and Gb: decoded as expected, and encoded to the same octets.

Vectors of GMM, LLC, SNDCP, SCCP, TCAP and MAP are read in their own tests. A vector that is not taken stands here with
the reason.
"""

from typing import Any

from protocol import bssgp, ns
from protocol.errors import DecodeError


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
