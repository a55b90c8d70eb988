"""The invariants of sessions, on pictures of networks in which something is wrong."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from gprslab.config import Lab, load_lab
from gprslab.drills.invariants import AT_REST, Picture

IMSI = "001010000000001"
GGSN, SGSN = "10.0.0.7", "10.0.0.3"


@pytest.fixture(scope="module")
def lab() -> Lab:
    return load_lab()


def healthy() -> dict[str, Any]:
    """What the nodes tell of one mobile with a PDP context and a secondary one."""
    first: dict[str, Any] = {"nsapi": 5, "state": "PDP-ACTIVE", "apn": "internet", "address": "10.1.0.1"}
    second = first | {"nsapi": 6}
    of_sgsn = [
        pdp
        | {"ggsn": GGSN, "teid_control": "0x00000011", "teid_data": f"0x0000001{at}"}
        | {"ggsn_teid_control": "0x00000021", "ggsn_teid_data": f"0x0000002{at}"}
        for at, pdp in ((2, first), (3, second))
    ]
    of_ggsn = {
        f"{IMSI}-{pdp['nsapi']}": {
            **{key: pdp[key] for key in ("nsapi", "apn", "address")},
            "imsi": IMSI,
            "sgsn": SGSN,
            "linked_nsapi": linked,
            "teid_control": int(pdp["ggsn_teid_control"], 0),
            "teid_data": int(pdp["ggsn_teid_data"], 0),
            "sgsn_teid_control": int(pdp["teid_control"], 0),
            "sgsn_teid_data": int(pdp["teid_data"], 0),
        }
        for pdp, linked in zip(of_sgsn, (None, 5), strict=True)
    }
    mobile = {"imsi": IMSI, "state": "GMM-REGISTERED.NORMAL-SERVICE", "ptmsi": "0xc0000001"}
    context = {"state": "GMM-REGISTERED", "ptmsi": "0xc0000001", "ppf": True, "pdp_contexts": of_sgsn}
    return {
        "nodes": {
            "ms1": {"role": "ms"},
            "sgsn1": {"role": "sgsn", "teids": 3},
            "ggsn1": {
                "role": "ggsn",
                "address": GGSN,
                "teids": 3,
                "access_points": {"internet": {"in_use": 1, "free": 9}},
            },
        },
        "ms": {"ms1": {"anna": mobile | {"pdp_contexts": [first, second]}}},
        "sgsn": {"sgsn1": {IMSI: context}},
        "ggsn": {"ggsn1": of_ggsn},
        "hlr": {"hlr1": {IMSI: {"sgsn_number": "999010000003"}}},
    }


def wrong(lab: Lab, told: dict[str, Any]) -> list[str]:
    """What does not hold of it."""
    told = copy.deepcopy(told)
    picture = Picture(lab, told.pop("nodes"), told)
    return [sentence for invariant in AT_REST for sentence in invariant(picture)]


def test_a_healthy_network(lab: Lab) -> None:
    """A primary and a secondary context share address and control plane; nothing is wrong."""
    assert wrong(lab, healthy()) == []


def first_of_sgsn(told: dict[str, Any]) -> dict[str, Any]:
    pdp: dict[str, Any] = told["sgsn"]["sgsn1"][IMSI]["pdp_contexts"][0]
    return pdp


def one_more(told: dict[str, Any], **different: Any) -> None:
    """The GGSN has a context of another subscriber, which no SGSN knows."""
    other = told["ggsn"]["ggsn1"][f"{IMSI}-5"] | {"imsi": "001010000000002"} | different
    told["ggsn"]["ggsn1"]["001010000000002-5"] = other


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda told: told["ggsn"]["ggsn1"].pop(f"{IMSI}-6"), f"PDP context {IMSI}-6 is active in sgsn1, but ggsn1"),
        (
            lambda told: told["sgsn"]["sgsn1"][IMSI]["pdp_contexts"].pop(),
            f"PDP context {IMSI}-6 is in ggsn1, but no SGSN",
        ),
        (lambda told: told["ms"]["ms1"]["anna"]["pdp_contexts"].pop(), "is active in sgsn1, but not in the mobile"),
        (lambda told: told["sgsn"]["sgsn1"][IMSI]["pdp_contexts"].clear(), "is active in anna, but in no SGSN"),
        (lambda told: told["ms"]["ms1"]["anna"].update(state="GMM-NULL"), "anna is in GMM-NULL, and has PDP contexts"),
        (lambda told: first_of_sgsn(told).update(teid_data="0x00000077"), "teid_data in sgsn1 is 0x00000077"),
        (lambda told: first_of_sgsn(told).update(address="10.1.0.9"), "has 10.1.0.9 in sgsn1, and 10.1.0.1 in ggsn1"),
        (lambda told: first_of_sgsn(told).update(address="10.1.0.9"), "has 10.1.0.1 in anna, and 10.1.0.9 in sgsn1"),
        (
            lambda told: first_of_sgsn(told).update(state="PDP-INACTIVE-PENDING"),
            "of 001010000000001 is in PDP-INACTIVE",
        ),
        (one_more, "10.1.0.1 is the address of 001010000000001-5 and of 001010000000002-5"),
        (one_more, "TEID 0x00000022 is that of data of 001010000000001-5 and of data of 001010000000002-5"),
        (lambda told: told["nodes"]["sgsn1"].update(teids=4), "sgsn1: 4 TEIDs are in use, by contexts 3"),
        (
            lambda told: told["nodes"]["ggsn1"]["access_points"]["internet"].update(in_use=2),
            "ggsn1: 2 addresses of internet are in use, by contexts 1",
        ),
        (lambda told: told["nodes"]["ggsn1"].update(transactions=1), "ggsn1: 1 transactions are left"),
    ],
)
def test_what_is_wrong_is_told(lab: Lab, spoil: Callable[[dict[str, Any]], Any], sentence: str) -> None:
    """Each invariant says who disagrees with whom."""
    told = healthy()
    spoil(told)
    assert any(sentence in found for found in wrong(lab, told)), wrong(lab, told)


def test_an_ipv6_address_is_its_prefix(lab: Lab) -> None:
    """The mobile chooses the interface identifier (23.060 9.2.1.1): the nodes agree if the 64 bits before it do."""
    told = healthy()
    for pdp in (*told["ms"]["ms1"]["anna"]["pdp_contexts"], *told["ggsn"]["ggsn1"].values()):
        pdp["address"] = "2001:db8:1::1"
    for pdp in told["sgsn"]["sgsn1"][IMSI]["pdp_contexts"]:
        pdp["address"] = "2001:db8:1::2"
    assert wrong(lab, told) == []
    first_of_sgsn(told)["address"] = "2001:db8:2::2"
    assert len(wrong(lab, told)) == 3
