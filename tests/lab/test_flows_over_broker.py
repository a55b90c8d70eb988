"""Flows over the wire: each node a process of its own, a real broker between them, one network for all."""

from collections.abc import Iterator

import pytest

from gprslab.broker_session import BrokerSession
from gprslab.config import Lab, load_lab, shipped
from gprslab.drills.invariants import AT_REST, broken, tunnels_counted
from gprslab.scenario import Scenario, load_scenarios, run_scenario
from gprslab.supervisor import LabArguments, Supervisor
from tests.lab.conftest import MosquittoBroker

FLOWS = {scenario.id: scenario for scenario in load_scenarios(shipped() / "scenarios" / "flows")}
OVER_BROKER = [
    "cell-update-ready",
    "update-same-sgsn",
    "update-other-sgsn",
    "update-other-sgsn-request-lost",
    "update-there-and-back",
    "attach-other-sgsn",
    "ptmsi-reallocation",
    "detach-by-sgsn",
    "detach-by-sgsn-reattach",
    "detach-by-hlr",
    "subscriber-data-inserted",
    "gs-combined-detach",
    "gs-imsi-detach",
    "gs-power-off",
    "gs-mm-information",
    "gs-ms-information",
    "gs-update-same-location-area",
    "gs-update-other-sgsn",
    "gs-update-imsi-attach",
    "pdp-activation-ipv6",
    "pdp-activation-create-lost",
    "pdp-modification-by-ggsn",
    "pdp-deactivation-by-ggsn",
    "secondary-packets",
    "network-requested-activation",
    "ggsn-between-networks",
    "packets-long",
    "packets-suspended",
    "update-other-sgsn-sessions",
    "detach-sessions",
]


@pytest.fixture(scope="module")
def lab() -> Lab:
    return load_lab()


@pytest.fixture(scope="module")
def network(
    lab: Lab, mosquitto_broker: MosquittoBroker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrokerSession]:
    """The laboratory's processes over mosquitto, up for all flows."""
    url = mosquitto_broker.url()
    arguments = LabArguments(note_level="transitions")
    with (
        Supervisor(arguments, url, tmp_path_factory.mktemp("state")) as network,
        BrokerSession(lab, mosquitto_broker.url("operator")) as session,
    ):
        yield session
        assert network.restarts == 0


@pytest.mark.parametrize("name", OVER_BROKER)
def test_flow_over_broker(name: str, network: BrokerSession, lab: Lab) -> None:
    """The flow goes as in the world, and what must hold of the network holds."""
    scenario: Scenario = FLOWS[name]
    assert not scenario.changes
    network.reset()
    verdict = run_scenario(network, scenario, lab)
    assert verdict.failure is None
    # An SGSN from which a mobile has gone keeps the end of the transfer for as long as it keeps the context.
    assert broken(network, lab, [it for it in AT_REST if it is not tunnels_counted]) == []
