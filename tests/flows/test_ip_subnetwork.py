"""Gb over an IP sub-network (TS 48.016 7.4b), in the whole network: sizes and endpoints before anything else."""

from typing import Any

import pytest

from protocol import ns
from protocol.ns import NsAlive, NsAliveAck, NsUnitdata, SnsConfig, SnsConfigAck, SnsSize, SnsSizeAck
from tests.flows.conftest import FlowLab

REGISTERED = "GMM-REGISTERED.NORMAL-SERVICE"


@pytest.fixture
def lab(make_lab: Any) -> Any:
    """The default network, in which bss1 has an IP sub-network."""
    return make_lab({"topology": {"nodes": {"bss1": {"ip_sns": True}}}})


def spoken(lab: FlowLab) -> list[tuple[str, type]]:
    """Who said what about the sub-network of bss1, up to the first BVC that both have reset."""
    found = []
    for record in lab.session.trace:
        if getattr(record, "interface", "") == "gb" and "bss1" in (record.sender, record.receiver):  # type: ignore[union-attr]
            message = ns.decode(record.pdu, up=record.sender == "bss1")  # type: ignore[union-attr]
            if not isinstance(message, NsUnitdata):
                found.append((record.sender, type(message)))  # type: ignore[union-attr]
    return found


@pytest.mark.ttcn3("SNS_config_bss")
@pytest.mark.ttcn3("SNS_config_sgsn")
@pytest.mark.ttcn3("SNS_and_alive")
def test_ip_subnetwork_from_the_start(lab: Any) -> None:
    """48.016 7.4b.1: both tell their endpoints, the test is answered, and mobiles are served."""
    assert lab.attach("anna").status == "done"
    assert spoken(lab)[:8] == [
        ("bss1", SnsSize),
        ("sgsn1", SnsSizeAck),
        ("bss1", SnsConfig),
        ("sgsn1", SnsConfigAck),
        ("sgsn1", SnsConfig),
        ("bss1", SnsConfigAck),
        ("bss1", NsAlive),
        ("sgsn1", NsAliveAck),
    ]
    assert lab.session.inspect("bss1")["ns"] == {"sgsn1": "alive"}
    assert lab.mobile("anna")["state"] == REGISTERED


def test_ip_subnetwork_dies_and_comes_back(lab: Any) -> None:
    """48.016 7.4b.1.5: an SGSN that is dead is noticed by its silence; when it is back all begins anew."""
    lab.attach("anna")
    lab.kill("sgsn1")
    lab.wait(80)
    assert lab.session.inspect("bss1")["ns"] != {"sgsn1": "alive"}
    lab.restart("sgsn1")
    lab.wait(120)
    assert lab.session.inspect("bss1")["ns"] == {"sgsn1": "alive"}
    assert lab.mobile("anna")["state"] == REGISTERED
