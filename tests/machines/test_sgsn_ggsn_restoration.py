"""GGSNs that restart or fall silent (23.007, 29.060 7.2.1, 11.4), SGSN side."""

from collections.abc import Callable
from typing import Any

import pytest

from nodes.core.gtp import NO_TEID
from protocol.causes import SmCause
from protocol.gmm.elements import UpdateTypeValue
from protocol.gtp import DeletePdpContextRequest, EchoRequest, EchoResponse
from protocol.sm import DeactivatePdpContextRequest
from tests.machines.sgsn_lab import IMSI
from tests.machines.test_sgsn_pdp_transfer import Moving


class Restarting(Moving):
    """A network with a mobile that has a PDP context, and a GGSN that may restart."""

    def __init__(self, **changes: Any) -> None:
        super().__init__(**changes)
        self.provided()
        self.asks()
        self.creates(recovery=3)
        self.said.clear()

    def echoes(self, recovery: int) -> None:
        """The GGSN answers the last echo."""
        asked = self.last(EchoRequest)
        self.gn(EchoResponse(teid=NO_TEID, sequence_number=asked.sequence_number, recovery=recovery), "ggsn1")

    def goes_on(self, seconds: float) -> None:
        """Time passes, in which the GGSN answers echoes."""
        for _ in range(int(seconds // 30)):
            self.waits(30)
            if self.all(EchoRequest):
                self.echoes(3)
                self.said = [entry for entry in self.said if not isinstance(entry[1], EchoRequest)]


@pytest.fixture
def lab() -> Restarting:
    """A mobile with a PDP context."""
    return Restarting()


def by_echo(lab: Restarting) -> None:
    """The answer to an echo tells of the restart."""
    lab.waits(61)
    lab.said = [entry for entry in lab.said if isinstance(entry[1], EchoRequest)]
    lab.mobiles[0].says(b"")
    lab.echoes(4)


def by_creation(lab: Restarting) -> None:
    """The answer to the next activation tells of the restart; the context that it makes is new."""
    lab.asks(nsapi=6, ti=1)
    lab.creates(recovery=4)


@pytest.mark.parametrize(
    "restart",
    [
        pytest.param(by_echo, marks=pytest.mark.ttcn3("attach_restart_ctr_echo")),
        pytest.param(by_creation, marks=pytest.mark.ttcn3("attach_restart_ctr_create")),
    ],
)
def test_ggsn_restarted(lab: Restarting, restart: Callable[[Restarting], None]) -> None:
    """23.007, 29.060 11.4: contexts of its earlier life are over, without a word to it; the mobile activates again."""
    restart(lab)
    assert lab.heard(DeactivatePdpContextRequest).sm_cause is SmCause.REACTIVATION_REQUESTED
    assert lab.all(DeletePdpContextRequest) == []
    lab.agrees()
    assert list(lab.context.pdp) == ([6] if restart is by_creation else [])
    assert any("has restarted" in warning for warning in lab.warnings)


def test_ggsn_restarted_while_the_first_context_goes(lab: Restarting) -> None:
    """23.007: the secondary context of an address goes too, though the first is being deactivated alone already."""
    lab.beside()
    lab.orders("deactivate", imsi=IMSI, nsapi=5)
    lab.asks(nsapi=7, ti=2)
    lab.creates(recovery=4)
    causes = [message.sm_cause for message in lab.all(DeactivatePdpContextRequest)]
    assert causes == [SmCause.REGULAR_DEACTIVATION, SmCause.REACTIVATION_REQUESTED]
    lab.agrees()
    lab.agrees(1)
    assert list(lab.context.pdp) == [7]


def test_ggsn_not_restarted(lab: Restarting) -> None:
    """29.060 7.2.1: an echo every minute while there are contexts, and none without."""
    lab.goes_on(300)
    assert lab.pdp().state.value == "PDP-ACTIVE"
    assert lab.orders("inspect").body["paths"] == {"10.0.0.7": "up"}
    lab.pdp().drop()
    lab.listen()
    lab.deletes()
    assert lab.orders("inspect").body["paths"] == {}
    lab.said.clear()
    lab.waits(300)
    assert lab.all(EchoRequest) == []
    assert lab.is_clean


def test_ggsn_restarted_after_the_mobile_has_gone(lab: Restarting) -> None:
    """A mobile that another SGSN serves is told there: what was kept here goes without a word."""
    lab.departs()
    lab.said.clear()
    lab.waits(61 - 2)
    assert list(lab.context.pdp) == [5]
    lab.gn(EchoRequest(teid=NO_TEID, sequence_number=1), "ggsn1")
    assert lab.context.departed
    lab.orders("echo", address="10.0.0.7")
    lab.echoes(4)
    assert lab.context.pdp == {}
    assert lab.names("ms") == []


def test_other_gsn_restarted(lab: Restarting) -> None:
    """The restart of another GSN concerns its own contexts alone."""
    for recovery in (1, 2):
        lab.orders("echo", address="10.0.0.12")
        asked = lab.last(EchoRequest)
        lab.gn(EchoResponse(teid=NO_TEID, sequence_number=asked.sequence_number, recovery=recovery), "ggsn2")
    assert "ggsn2 has restarted" in lab.warnings[-1]
    assert lab.pdp().state.value == "PDP-ACTIVE"


def test_path_down_contexts_kept(lab: Restarting) -> None:
    """29.060 7.2.1: the GGSN does not answer its echoes; by this policy its contexts are kept."""
    lab.waits(61 + 11)
    assert lab.orders("inspect").body["paths"] == {"10.0.0.7": "down"}
    assert lab.pdp().state.value == "PDP-ACTIVE"
    assert any("is down" in warning for warning in lab.warnings)


@pytest.mark.ttcn3("attach_echo_timeout")
def test_path_down_contexts_deleted() -> None:
    """29.060 7.2.1: by the other policy they are deactivated: network failure (#38)."""
    lab = Restarting(path_failure="delete")
    lab.waits(60)
    lab.mobiles[0].says(b"")
    lab.waits(11)
    assert lab.heard(DeactivatePdpContextRequest).sm_cause is SmCause.NETWORK_FAILURE
    lab.agrees()
    assert lab.context.pdp == {}


def test_path_down_after_the_mobile_has_gone() -> None:
    """What another SGSN has is not deactivated here."""
    lab = Restarting(path_failure="delete")
    lab.waits(45)
    lab.mobiles[0].update(UpdateTypeValue.PERIODIC_UPDATING)
    lab.departs()
    lab.said.clear()
    lab.waits(30)
    assert list(lab.context.pdp) == [5]
    assert lab.all(DeletePdpContextRequest) == []
