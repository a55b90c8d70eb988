"""The HLR killed at every message of an attach: what it has acknowledged is never lost."""

from collections.abc import Iterator

import pytest

from gprslab.config import load_lab
from gprslab.session import WorldSession
from gprslab.trace.layers import layers
from gprslab.trace.records import PduRecord

IMSI = "001010000000001"
MESSAGES = 8
"""PDUs of the HLR's interface in an attach: three segments of vectors make the answer to the first."""


def hlr_pdus(session: WorldSession) -> list[PduRecord]:
    """What went to and from the HLR."""
    return [r for r in session.trace if isinstance(r, PduRecord) and "hlr1" in (r.sender, r.receiver)]


def moments() -> Iterator[tuple[int, bool]]:
    """After each PDU: before it arrives, and after what it brought about has left."""
    for count in range(1, MESSAGES + 1):
        yield count, False
        yield count, True


@pytest.mark.parametrize(("count", "later"), list(moments()))
def test_hlr_killed(count: int, later: bool) -> None:
    """No sequence number is given twice, and a location that was acknowledged is known to the next life."""
    quiet = {"topology": {"policies": {"t3312": "deactivated"}}}
    with WorldSession(load_lab().with_changes(quiet, "no periodic updates")) as session:
        first = session.start_command("ms1", "attach", {"mobile": "anna"})
        assert session.wait_for(lambda: len(hlr_pdus(session)) >= count, 10_000_000)
        if later:
            session.advance(3_000)
        located = any(
            layer.name == "UpdateGprsLocationRes"
            for record in hlr_pdus(session)
            for layer in layers(record.interface, record.pdu)
        )
        before = session.inspect("hlr1", IMSI)
        session.world.kill("hlr1")
        session.world.restart("hlr1")
        after = session.inspect("hlr1", IMSI)
        assert after["sqn"] == before["sqn"]
        if located:
            assert after["sgsn_number"] is not None
        assert session.wait_for(lambda: session.outcome(first) is not None, 60_000_000)
        session.advance(90_000_000)
        # The mobile has taken each challenge that it got: none came twice with one sequence number.
        assert session.inspect("ms1", "anna")["state"] == "GMM-REGISTERED.NORMAL-SERVICE"
        assert session.inspect("hlr1", IMSI)["sgsn_number"] is not None
