"""A pool of SGSNs behind one BSS (TS 23.236): who serves whom, and what happens when an SGSN leaves."""

from typing import Any

import pytest

from protocol.causes import GmmCause
from protocol.gmm import AttachAccept, AttachRequest, RoutingAreaUpdateAccept, RoutingAreaUpdateReject
from protocol.gtp import IdentificationRequest, SgsnContextAcknowledge, SgsnContextRequest, SgsnContextResponse
from protocol.identities import Tmsi
from protocol.map.location import CancelLocationArg

NRI = {"sgsn1": 3, "sgsn2": 9}
BITS = 4
POOL = {
    "topology": {
        "policies": {"nri_bits": BITS},
        "nodes": {
            "sgsn1": {"nri": NRI["sgsn1"]},
            "sgsn2": {"nri": NRI["sgsn2"]},
            "bss1": {"pool": ["sgsn2"]},
        },
    }
}
MOBILES = ("anna", "bert", "emma", "finn")
REGISTERED = "GMM-REGISTERED.NORMAL-SERVICE"


@pytest.fixture
def pool(make_lab: Any) -> Any:
    """Two SGSNs behind bss1."""
    return make_lab(POOL)


def home(lab: Any, mobile: str) -> str:
    """The SGSN that serves a mobile: its P-TMSI says so too."""
    (sgsn,) = [name for name in NRI if (context := lab.context(mobile, name)) and context["state"] == "GMM-REGISTERED"]
    assert Tmsi(int(lab.mobile(mobile)["ptmsi"], 16)).nri(BITS) == NRI[sgsn]
    return str(sgsn)


def attach_at(lab: Any, sgsn: str) -> str:
    """Let mobiles attach, one after the other, until one has come to this SGSN."""
    for mobile in MOBILES:
        assert lab.attach(mobile).status == "done"
        if home(lab, mobile) == sgsn:
            return mobile
    raise AssertionError(f"nobody has come to {sgsn}")


def leave(lab: Any, sgsn: str, takes: str = "none") -> None:
    """Take an SGSN out of the pool."""
    assert lab.session.command("bss1", "pool", {"sgsn": sgsn, "takes": takes}).status == "done"


def test_pool_spreads_new_mobiles(pool: Any) -> None:
    """23.236 4.4: mobiles that come by a random TLLI are spread over the pool; each then stays where it is."""
    for mobile in MOBILES:
        assert pool.attach(mobile).status == "done"
    homes = {mobile: home(pool, mobile) for mobile in MOBILES}
    assert set(homes.values()) == set(NRI)
    pool.wait(130)  # two periodic updates
    for mobile in MOBILES:
        pool.move(mobile, "cell3")
    assert {mobile: home(pool, mobile) for mobile in MOBILES} == homes
    assert pool.count(SgsnContextRequest) == 0


def test_pool_attach_by_ptmsi(pool: Any) -> None:
    """23.236 5.2: a mobile that comes back attaches by its foreign TLLI, whose NRI leads to the same SGSN."""
    mobile = attach_at(pool, "sgsn2")
    pool.detach(mobile)
    pool.mark()
    assert pool.attach(mobile).status == "done"
    assert home(pool, mobile) == "sgsn2"
    assert pool.said(AttachRequest)[0].mobile_identity.value.nri(BITS) == NRI["sgsn2"]


def test_pool_takes_no_new_mobiles(pool: Any) -> None:
    """23.236 4.5: an SGSN that is to rest keeps its own mobiles, and gets no others."""
    mobile = attach_at(pool, "sgsn2")
    leave(pool, "sgsn2", "known")
    others = [one for one in MOBILES if pool.mobile(one)["state"] != REGISTERED]
    assert others
    for other in others:
        assert pool.attach(other).status == "done"
        assert home(pool, other) == "sgsn1"
    pool.wait(70)
    assert home(pool, mobile) == "sgsn2"


def test_pool_without_an_sgsn(pool: Any) -> None:
    """23.236 5.3: its mobiles come to another one, which finds the old one by the NRI and gets the contexts."""
    mobile = attach_at(pool, "sgsn2")
    leave(pool, "sgsn2")
    pool.mark()
    pool.wait(140)  # the old SGSN keeps what has left for a minute
    assert home(pool, mobile) == "sgsn1"
    moved = pool.said(SgsnContextRequest)
    assert len(moved) >= 1
    assert pool.count(SgsnContextResponse) == pool.count(SgsnContextAcknowledge) == len(moved)
    assert pool.count(CancelLocationArg) == len(moved)
    assert pool.count(RoutingAreaUpdateAccept) >= 1
    assert pool.count(AttachRequest) == 0
    assert pool.context(mobile, "sgsn2") is None


def test_pool_without_an_sgsn_that_is_dead(pool: Any) -> None:
    """23.236 5.2, 24.008 4.7.5.1.4: nobody has the contexts: #9, and the mobile attaches at the other one."""
    mobile = attach_at(pool, "sgsn2")
    pool.kill("sgsn2")
    leave(pool, "sgsn2")
    pool.mark()
    pool.wait(120)
    assert home(pool, mobile) == "sgsn1"
    causes = {reject.gmm_cause for reject in pool.said(RoutingAreaUpdateReject)}
    assert causes == {GmmCause.MS_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK}
    pool.restart("sgsn2")
    pool.wait(5)


def test_pool_attach_where_another_sgsn_served(pool: Any) -> None:
    """23.236 5.3, 23.060 6.5: a mobile that attaches by the P-TMSI of an SGSN that is out is identified there."""
    mobile = attach_at(pool, "sgsn2")
    pool.detach(mobile)
    leave(pool, "sgsn2")
    pool.mark()
    assert pool.attach(mobile).status == "done"
    assert home(pool, mobile) == "sgsn1"
    assert pool.count(IdentificationRequest) == 1
    assert pool.count(AttachAccept) == 1
