"""No node dies of what its peers send: in whole flows, PDUs are followed by spoilt copies and by others of before."""

from random import Random
from typing import Any

import pytest

from gprslab.config import load_lab
from gprslab.drills.invariants import broken, identities_unshared, timers_owned
from gprslab.scenario import Scenario, load_scenarios, run_scenario
from gprslab.session import WorldSession
from gprslab.world import World
from protocol.timers import SECOND
from tests.flows.test_flows import FLOWS

CHOSEN = (
    "gs-power-off",
    "gs-update-other-vlr",
    "call-class-a",
    "suspend-withdrawn",
    "update-other-sgsn",
    "update-returned-before-completion",
    "detach-by-sgsn-reattach",
    "paging-by-imsi",
    "pdp-activation-ipv6",
    "pdp-modification-by-ggsn",
    "secondary-packets",
    "network-requested-no-answer",
    "ggsn-deactivation-of-both",
)
"""Flows that together cross every interface."""

SCENARIOS = {scenario.id: scenario for scenario in load_scenarios(FLOWS)}


def spoil(pdu: bytes, dice: Random) -> bytes:
    """A PDU with an octet changed, lost, added or repeated, or with its end cut off."""
    octets = bytearray(pdu)
    for _ in range(dice.choice((1, 1, 2, 3))):
        at = dice.randrange(len(octets) + 1)
        match dice.randrange(6):
            case 0:
                octets[at : at + 1] = dice.randbytes(1)
            case 1:
                octets[at : at + 1] = bytes((octets[at] ^ 1 << dice.randrange(8),)) if at < len(octets) else b""
            case 2:
                del octets[at : at + dice.choice((1, 2, 4))]
            case 3:
                octets[at:at] = dice.randbytes(dice.choice((1, 2, 4)))
            case 4:
                octets[at:at] = octets[at : at + 8]
            case _:
                del octets[at:]
    return bytes(octets)


@pytest.mark.parametrize("name", CHOSEN)
@pytest.mark.parametrize("turn", range(3))
def test_spoilt_pdus(name: str, turn: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """24.008 8, 48.018 9, 29.018 16, 29.060 11, 44.018 8: whatever comes is answered or dropped, and nodes live on."""
    scenario: Scenario = SCENARIOS[name]
    dice = Random(f"{name} {turn}")
    heard: dict[tuple[str, str], list[Any]] = {}
    arrive = World._arrive
    spoilt = 0

    def arrive_with_company(world: World, arrival: Any) -> None:
        nonlocal spoilt
        arrive(world, arrival)
        before = heard.setdefault((arrival.receiver, arrival.interface), [])
        before.append(arrival)
        node = world.nodes.get(arrival.receiver)
        if node is None or dice.random() < 0.5:
            return
        spoilt += 1
        other = dice.choice(before[-100:])
        node.receive(other.sender, other.interface, spoil(other.pdu, dice), world.now)
        world._settle(arrival.receiver, node)

    lab = scenario.lab(load_lab())
    monkeypatch.setattr(World, "_arrive", arrive_with_company)
    with WorldSession(lab, 1) as session:
        run_scenario(session, scenario, lab)
        session.advance(60 * SECOND)
        assert spoilt > 10
        assert broken(session, lab, (timers_owned, identities_unshared)) == []
