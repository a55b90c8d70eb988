"""Mobiles between two SGSNs: what does not fit into a scenario (TS 23.060 6.9.1.2.2, 6.5, TS 29.060 7.5)."""

from typing import Any

import pytest

from gprslab.trace.records import PduRecord
from protocol.causes import GtpCause
from protocol.gmm import (
    AttachAccept,
    AuthenticationAndCipheringRequest,
    AuthenticationAndCipheringResponse,
    RoutingAreaUpdateAccept,
    RoutingAreaUpdateComplete,
    RoutingAreaUpdateRequest,
)
from protocol.gtp import (
    IdentificationRequest,
    IdentificationResponse,
    SgsnContextAcknowledge,
    SgsnContextRequest,
    SgsnContextResponse,
)
from protocol.map.location import UpdateGprsLocationArg
from protocol.timers import SECOND
from tests.flows.test_mobile_moves import REGISTERED, assert_agreed


@pytest.fixture
def away(lab: Any) -> Any:
    """A network in which anna has attached in cell1."""
    assert lab.attach("anna").status == "done"
    lab.mark()
    return lab


def test_update_signature_wrong(away: Any) -> None:
    """23.060 6.9.1.2.2 step 2: the old SGSN doubts, the new one authenticates and asks again with MS Validated."""
    card = away.node("ms1").mobiles["anna"].card
    card.ptmsi_signature ^= 1
    assert away.move("anna", "cell4").status == "done"
    refusal, answer = away.said(SgsnContextResponse)
    assert (refusal.cause, str(refusal.imsi)) == (GtpCause.PTMSI_SIGNATURE_MISMATCH, "001010000000001")
    assert answer.cause is GtpCause.REQUEST_ACCEPTED
    first, second = away.said(SgsnContextRequest)
    assert first.ms_validated is None
    assert second.ms_validated.validated
    away.sees(
        ("anna", "sgsn2", RoutingAreaUpdateRequest),
        ("sgsn2", "sgsn1", SgsnContextRequest),
        ("sgsn1", "sgsn2", SgsnContextResponse),
        ("sgsn2", "anna", AuthenticationAndCipheringRequest),
        ("anna", "sgsn2", AuthenticationAndCipheringResponse),
        ("sgsn2", "sgsn1", SgsnContextRequest),
        ("sgsn1", "sgsn2", SgsnContextResponse),
        ("sgsn2", "sgsn1", SgsnContextAcknowledge),
        ("sgsn2", "anna", RoutingAreaUpdateAccept),
        ("anna", "sgsn2", RoutingAreaUpdateComplete),
    )
    assert_agreed(away, "001-01-2-1", "sgsn2")


def test_attach_signature_wrong(away: Any) -> None:
    """29.060 7.5.2: the old SGSN does not identify a mobile whose signature is wrong; the mobile tells who it is."""
    away.detach("anna", power_off=True)
    away.node("ms1").mobiles["anna"].card.ptmsi_signature ^= 1
    away.move("anna", "cell4")
    away.mark()
    assert away.attach("anna").status == "done"
    assert [answer.cause for answer in away.said(IdentificationResponse)] == [GtpCause.PTMSI_SIGNATURE_MISMATCH]
    assert_agreed(away, "001-01-2-1", "sgsn2")
    assert away.context("anna") is None


def test_attach_of_a_mobile_registered_elsewhere(away: Any) -> None:
    """23.060 6.5 step 6: a mobile went off unheard, was carried away and attaches: the old SGSN is cancelled."""
    away.restart("ms1")
    away.move("anna", "cell4")
    away.mark()
    assert away.attach("anna").status == "done"
    assert away.count(IdentificationRequest) == 1
    assert_agreed(away, "001-01-2-1", "sgsn2")
    assert away.context("anna") is None


@pytest.mark.parametrize("moment", [0.03, 0.06, 0.08, 0.1])
def test_update_overtaken_by_the_way_back(away: Any, moment: float) -> None:
    """24.008 4.7.5.1.5 e: back in the old area at every stage of the update elsewhere: one SGSN has the mobile."""
    away.begin("anna", "move", cell="cell4")
    away.wait(moment)
    away.begin("anna", "move", cell="cell1")
    away.wait(120)
    assert_agreed(away, "001-01-1-1")
    assert (away.context("anna", "sgsn2") or {"departed": True})["departed"]


def test_update_back_and_forth(away: Any) -> None:
    """Ping-pong inside the old SGSN's timer: one holder at each time, and the other forgets in the end."""
    for _ in range(3):
        for cell, area, sgsn in (("cell4", "001-01-2-1", "sgsn2"), ("cell3", "001-01-1-2", "sgsn1")):
            assert away.move("anna", cell).status == "done"
            assert_agreed(away, area, sgsn)
            assert away.broken() == []
    away.wait(65)
    assert away.context("anna", "sgsn2") is None
    assert away.session.inspect("sgsn1")["links"] == 1


MESSAGES = {"sgsn1": 5, "sgsn2": 12, "hlr1": 6}
"""How many messages of an update each of these hears or says."""


@pytest.mark.parametrize(
    ("node", "message"), [(node, number) for node, most in MESSAGES.items() for number in range(1, most + 1)]
)
def test_update_while_a_node_dies(away: Any, node: str, message: int) -> None:
    """23.007: a node begins anew at any message of the update: in the end one SGSN has the mobile."""
    away.begin("anna", "move", cell="cell4")
    heard = len(away.session.trace)

    def reached() -> bool:
        records = [record for record in list(away.session.trace)[heard:] if isinstance(record, PduRecord)]
        return sum(node in (record.sender, record.receiver) for record in records) >= message

    assert away.session.wait_for(reached, 20 * SECOND)
    away.restart(node)
    away.wait(30 * 60)
    own = away.mobile("anna")
    assert own["state"] == REGISTERED
    assert_agreed(away, "001-01-2-1", "sgsn2")


def test_hlr_mute_after_the_transfer(away: Any) -> None:
    """29.002 8.1.7: no answer of the HLR: #17; the mobile tries again, now known to the new SGSN or not."""
    away.kill("hlr1")
    away.begin("anna", "move", cell="cell4")
    away.wait(60)
    assert away.count(UpdateGprsLocationArg) >= 1
    assert away.count(RoutingAreaUpdateAccept) + away.count(AttachAccept) == 0
    away.restart("hlr1")
    away.wait(30 * 60)
    assert_agreed(away, "001-01-2-1", "sgsn2")
