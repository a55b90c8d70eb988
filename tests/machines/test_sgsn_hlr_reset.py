"""Reset of an HLR (29.002 19.3.2, 23.007 5.1), SGSN side: locations are told again, and the VLR hears of activity."""

from typing import Any

import pytest

from nodes.sgsn import hlr_reset
from protocol import tcap
from protocol.bssap_plus import MsActivityIndication
from protocol.causes import GmmCause
from protocol.gmm import DetachRequestMt, RoutingAreaUpdateAccept
from protocol.gmm.elements import DetachTypeMt, UpdateTypeValue
from protocol.identities import IsdnAddress
from protocol.map.contexts import RESET_V2
from protocol.map.location import UpdateGprsLocationArg
from protocol.map.numbers import HlrId
from protocol.map.operations import ErrorCode
from protocol.map.restart import ResetArg
from tests.machines.sgsn_lab import HLR, OWN, Strict


class Around(Strict):
    """A network that remembers what the HLR was asked."""

    def __init__(self, **changes: Any) -> None:
        self.asked: list[Any] = []
        super().__init__(**changes)

    def _ask_hlr(self, transaction: Any) -> None:
        self.asked += (c.argument for c in getattr(transaction, "components", ()) if isinstance(c, tcap.Invoke))
        super()._ask_hlr(transaction)

    def resets(self, number: str = HLR, *prefixes: str) -> None:
        """The HLR tells that it was reset."""
        self.asked.clear()
        argument = ResetArg(hlr_number=IsdnAddress(number), hlr_list=tuple(HlrId(prefix) for prefix in prefixes))
        opening = tcap.Aarq(application_context=RESET_V2)
        self.gr(tcap.Begin(otid=b"\0\0\0\7", dialogue=opening, components=(tcap.invoke(1, argument),)))

    def told(self) -> int:
        """How often the HLR was told where the mobile is, since the reset."""
        return sum(isinstance(argument, UpdateGprsLocationArg) for argument in self.asked)


@pytest.fixture
def lab() -> Around:
    """An SGSN with an attached mobile."""
    lab = Around()
    lab.attached()
    return lab


def test_reset_then_contact(lab: Around) -> None:
    """29.002 19.3.2: nothing is said until the mobile is heard; then its location is told, once."""
    lab.resets()
    lab.waits(10)
    assert lab.told() == 0
    assert lab.look["location_confirmed"] is False
    lab.mobiles[0].says(b"")
    assert lab.told() == 1
    assert lab.look["location_confirmed"] is True
    lab.mobiles[0].says(b"")
    assert lab.told() == 1


def test_reset_then_update(lab: Around) -> None:
    """29.002 19.3.2: a routing area update tells the location by itself."""
    lab.resets()
    lab.mobiles[0].update(UpdateTypeValue.PERIODIC_UPDATING)
    assert isinstance(lab.last(RoutingAreaUpdateAccept), RoutingAreaUpdateAccept)
    assert lab.told() == 1


def test_reset_of_others(lab: Around) -> None:
    """29.002 17.7.1: a list of IMSI beginnings, or another HLR: those that it does not concern are left alone."""
    lab.resets(HLR, "0010199")
    lab.mobiles[0].says(b"")
    assert lab.told() == 0
    lab.resets(OWN)
    lab.mobiles[0].says(b"")
    assert lab.told() == 0
    assert "serves nobody here" in lab.warnings[-1]
    lab.resets(HLR, "0010100", "26201")
    lab.mobiles[0].says(b"")
    assert lab.told() == 1


def test_reset_hlr_silent(lab: Around) -> None:
    """29.002 19.3.2: an HLR that does not answer is told again at a later contact, one time at a time."""
    lab.resets()
    lab.hlr_errors = {UpdateGprsLocationArg: None}
    lab.mobiles[0].says(b"")
    lab.mobiles[0].says(b"")
    assert lab.told() == 1
    lab.waits(21)
    assert lab.look["state"] == "GMM-REGISTERED"
    lab.hlr_errors = {}
    lab.mobiles[0].says(b"")
    assert lab.told() == 2
    assert lab.look["location_confirmed"] is True


def test_reset_hlr_refuses(lab: Around) -> None:
    """29.010: an HLR that does not know the mobile any more: the mobile is detached and told why."""
    lab.resets()
    lab.hlr_errors = {UpdateGprsLocationArg: ErrorCode.UNKNOWN_SUBSCRIBER}
    lab.mobiles[0].says(b"")
    detach = lab.last(DetachRequestMt)
    assert detach.detach_type.type is DetachTypeMt.RE_ATTACH_NOT_REQUIRED
    assert detach.gmm_cause is GmmCause.GPRS_SERVICES_NOT_ALLOWED
    assert lab.look["state"] == "GMM-DEREGISTERED-INITIATED"


def test_reset_hlr_refuses_meanwhile(lab: Around) -> None:
    """A refusal that comes while a common procedure runs does not break it; the next contact asks again."""
    lab.resets()
    lab.hlr_errors = {UpdateGprsLocationArg: None}
    lab.mobiles[0].says(b"")
    lab.mobiles[0].completes = False
    lab.orders("reallocate", imsi=lab.context.imsi)
    assert lab.look["state"] == "GMM-COMMON-PROCEDURE-INITIATED"
    lab.waits(21)
    assert lab.look["state"] == "GMM-COMMON-PROCEDURE-INITIATED"
    assert lab.told() == 1


def test_reset_sets_ngaf() -> None:
    """23.007 5.1: a VLR that is associated with the mobile hears of its activity, once."""
    lab = Around()
    lab.attached(combined=True)
    lab.resets()
    assert lab.look["ngaf"] is False
    lab.mobiles[0].says(b"")
    assert lab.names("vlr1") == ["MsActivityIndication"]
    lab.mobiles[0].says(b"")
    assert lab.names("vlr1") == []


def test_reset_sets_ngaf_before_update() -> None:
    """23.007 5.1: after an update for packets alone the VLR hears of the mobile at its next frame."""
    lab = Around()
    lab.attached(combined=True)
    lab.resets()
    lab.mobiles[0].update(UpdateTypeValue.PERIODIC_UPDATING)
    lab.mobiles[0].says(b"")
    assert isinstance(lab.last(MsActivityIndication), MsActivityIndication)


def test_resets_without_end(lab: Around, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many beginnings of IMSIs an HLR lists in time, no more than so many are kept apart."""
    monkeypatch.setattr(hlr_reset, "MOST", 4)
    for number in range(7):
        lab.resets(HLR, f"001019{number}")
    lab.mobiles[0].says(b"")
    assert lab.told() == 1
