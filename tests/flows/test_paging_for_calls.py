"""Paging for calls over all nodes: through Gs and on the A interface (TS 29.018 5, TS 23.060 6.3.3, TS 23.007)."""

from typing import Any

import pytest

from protocol import bssmap
from protocol.bssap_plus import (
    GprsDetachIndication,
    ImsiDetachIndication,
    LocationUpdateAccept,
    LocationUpdateRequest,
    MsUnreachable,
    PagingReject,
    PagingRequest,
    ResetIndication,
    TmsiReallocationComplete,
)
from protocol.bssgp import PagingCs, PagingPs
from protocol.causes import GsCause
from protocol.map.location import UpdateLocationRes
from protocol.map.restart import RestoreDataArg
from protocol.rr import PagingRequestType1, PagingResponse

STANDBY = 15
"""Seconds after which a mobile is in STANDBY."""


@pytest.fixture
def lab(combined: Any) -> Any:
    """The default network, in which emma has attached for packets and calls."""
    combined.mark()
    return combined


def answered(lab: Any, vlr: str = "vlr1") -> None:
    """The call has come about; it ends again, and packets go on."""
    assert lab.mobile("emma")["call"] == "U10, active"
    assert lab.context("emma", vlr)["call"] == "N10"
    assert lab.order("emma", "hang-up").status == "done"
    assert lab.mobile("emma")["call"] is None


def test_paging_in_ready(lab: Any) -> None:
    """29.018 5.2, 48.018 7.2: a mobile in READY is paged in its cell alone; it answers on the A interface."""
    assert lab.tell("vlr1", "call", "emma").status == "done"
    page = lab.said(PagingCs)[0]
    assert (page.bvci, page.routeing_area, str(page.tmsi)) == (2, None, lab.mobile("emma")["tmsi"])
    assert page.tlli is not None
    assert lab.count(PagingRequestType1) == 1
    assert (lab.count(PagingPs), lab.count(bssmap.Paging)) == (0, 0)
    answered(lab)


def test_paging_in_standby(lab: Any) -> None:
    """29.018 5.2: a mobile in STANDBY is paged in all cells of its routing area."""
    lab.wait(STANDBY)
    lab.mark()
    assert lab.tell("vlr1", "call", "emma").status == "done"
    page = lab.said(PagingCs)[0]
    assert (page.bvci, str(page.routeing_area)) == (None, "001-01-1-1")
    assert lab.count(PagingRequestType1) == 2
    lab.sees(("vlr1", "sgsn1", PagingRequest))
    answered(lab)


def test_paging_after_a_silent_move(lab: Any) -> None:
    """23.060 8.1.4: in STANDBY the mobile has changed its cell and told nobody: it is found in the routing area."""
    lab.wait(STANDBY)
    lab.move("emma", "cell2")
    assert lab.tell("vlr1", "call", "emma").status == "done"
    answered(lab)


@pytest.mark.ttcn3("sgsap_paging_and_nothing")
def test_paging_unanswered(lab: Any) -> None:
    """29.018 5.3.4: nobody answers: T5 runs out; the SGSN is asked once, and the association stays."""
    lab.order("emma", "cover", on=False)
    assert lab.tell("vlr1", "call", "emma").body == {"error": "no answer to paging"}
    lab.sees(("vlr1", "sgsn1", PagingRequest), ("sgsn1", "bss1", PagingCs))
    lab.order("emma", "cover", on=True)
    lab.assert_associated("emma")


def test_paging_request_lost(lab: Any) -> None:
    """29.018 5.3.4: the SGSN has heard nothing: the call fails at T5; the next one comes about."""
    lab.lose(PagingRequest, 1)
    assert lab.tell("vlr1", "call", "emma").status == "failed"
    assert lab.tell("vlr1", "call", "emma").status == "done"
    answered(lab)


@pytest.mark.ttcn3("sgsap_paging_ue_unr")
def test_paging_unreachable(lab: Any) -> None:
    """29.018 5.3.3: PPF is false, the mobile has been silent for long: MS-UNREACHABLE, nobody is paged."""
    lab.order("emma", "cover", on=False)
    lab.wait(320)
    assert lab.context("emma")["ppf"] is False
    lab.mark()
    assert lab.tell("vlr1", "call", "emma").body == {"error": "Ms unreachable"}
    lab.sees(("vlr1", "sgsn1", PagingRequest), ("sgsn1", "vlr1", MsUnreachable))
    assert lab.count(PagingCs) == 0


@pytest.mark.ttcn3("sgsap_paging_subscr_rej")
def test_paging_imsi_detached(lab: Any) -> None:
    """29.018 5.3.3: the VLR has not heard that the mobile takes no calls: it is told so, and nobody is paged."""
    lab.lose(ImsiDetachIndication)
    lab.order("emma", "detach", type="imsi")
    lab.wait(15)
    lab.mark()
    assert lab.tell("vlr1", "call", "emma").status == "failed"
    assert lab.said(PagingReject)[0].gs_cause is GsCause.IMSI_DETACHED_FOR_NON_GPRS_SERVICES
    lab.sees(("vlr1", "sgsn1", PagingRequest), ("sgsn1", "vlr1", PagingReject))
    assert lab.count(PagingCs) + lab.count(bssmap.Paging) == 0
    assert lab.context("emma", "vlr1")["gs"] == "Gs-NULL"


def test_paging_imsi_detached_implicitly(lab: Any) -> None:
    """29.018 5.3.3: the same for one that was silent for so long that it was given up."""
    lab.lose(ImsiDetachIndication)
    lab.order("emma", "cover", on=False)
    lab.wait(500)
    lab.mark()
    assert lab.tell("vlr1", "call", "emma").status == "failed"
    assert lab.said(PagingReject)[0].gs_cause is GsCause.IMSI_IMPLICITLY_DETACHED_FOR_NON_GPRS_SERVICES


def test_paging_gprs_detached(lab: Any) -> None:
    """29.018 5.3.3: the VLR has not heard that the mobile left packets: it pages by itself, and the mobile answers."""
    lab.lose(GprsDetachIndication)
    lab.order("emma", "detach", type="gprs")
    lab.wait(15)
    lab.mark()
    assert lab.tell("vlr1", "call", "emma").status == "done"
    assert lab.said(PagingReject)[0].gs_cause is GsCause.IMSI_DETACHED_FOR_GPRS_SERVICES
    lab.sees(("vlr1", "sgsn1", PagingRequest), ("sgsn1", "vlr1", PagingReject), ("vlr1", "bss1", bssmap.Paging))
    answered(lab)


@pytest.mark.ttcn3("sgsap_paging_rej")
def test_paging_unknown(lab: Any) -> None:
    """29.018 5.3.3: the SGSN knows no such IMSI, and its SGSN-Reset is false: the VLR pages on the A interface."""
    lab.order("emma", "cover", on=False)
    lab.lose(ResetIndication)
    lab.restart("sgsn1")
    lab.wait(80)
    lab.mark()
    assert lab.tell("vlr1", "call", "emma").status == "failed"
    assert lab.said(PagingReject)[0].gs_cause is GsCause.IMSI_UNKNOWN
    lab.sees(("vlr1", "sgsn1", PagingRequest), ("sgsn1", "vlr1", PagingReject), *(("vlr1", "bss1", bssmap.Paging),) * 2)
    assert lab.context("emma", "vlr1")["gs"] == "Gs-NULL"


def test_paging_by_an_sgsn_that_has_forgotten(lab: Any) -> None:
    """23.007 11, 29.018 12: while SGSN-Reset is true the unknown mobile is paged in the VLR's location area."""
    lab.lose(ResetIndication)
    lab.restart("sgsn1")
    lab.wait(15)
    lab.mark()
    assert lab.tell("vlr1", "call", "emma").status == "done"
    assert str(lab.said(PagingCs)[0].location_area) == "001-01-1"
    assert lab.count(PagingRequestType1) == 3
    answered(lab)
    lab.wait(10)
    lab.assert_associated("emma")


def test_paging_by_a_vlr_that_has_forgotten(lab: Any) -> None:
    """23.007 4.2: the VLR gets the data from the HLR, and pages everywhere, by IMSI."""
    lab.restart("vlr1")
    lab.mark()
    assert lab.tell("vlr1", "call", "emma").status == "done"
    assert lab.count(RestoreDataArg) == 1
    assert lab.said(PagingRequest)[0].tmsi is None
    assert lab.count(bssmap.Paging) == 1
    answered(lab)
    lab.wait(70)
    lab.assert_associated("emma")


@pytest.mark.ttcn3("sgsap_paging_and_lu")
def test_paging_during_a_location_update(lab: Any) -> None:
    """29.018 5.3.2, 6.3: a call in the midst of a location update waits for it, and reaches the mobile then."""
    lab.delay(UpdateLocationRes, 3)
    lab.begin("emma", "move", cell="cell4")
    lab.wait(1)
    lab.mark()
    assert lab.tell("vlr2", "call", "emma").status == "done"
    lab.sees(
        ("vlr2", "sgsn2", LocationUpdateAccept),
        ("vlr2", "sgsn2", PagingRequest),
        ("sgsn2", "vlr2", TmsiReallocationComplete),
    )
    answered(lab, "vlr2")
    lab.assert_associated("emma", "sgsn2", "vlr2")


def test_location_update_during_paging(make_lab: Any) -> None:
    """29.018 5.3.2: the mobile is not where it is paged, but on its way: T5 stops, and it is paged where it comes."""
    lab = make_lab({"topology": {"nodes": {"bss1": {"cells": {"cell3": {"lac": 3}}}}}})
    lab.attach("emma")
    lab.wait(STANDBY)
    lab.mark()
    lab.lose(PagingRequestType1, 2)
    command = lab.session.start_command("vlr1", "call", {"imsi": lab.mobile("emma")["imsi"]})
    lab.wait(1)
    lab.move("emma", "cell3")
    lab.wait(2)
    assert lab.session.outcome(command).status == "done"
    lab.sees(
        ("vlr1", "sgsn1", PagingRequest),
        ("sgsn1", "vlr1", LocationUpdateRequest),
        ("vlr1", "sgsn1", LocationUpdateAccept),
        ("vlr1", "sgsn1", PagingRequest),
        ("sgsn1", "vlr1", TmsiReallocationComplete),
    )
    answered(lab)


def test_paging_again_while_paged(lab: Any) -> None:
    """29.018 5.1.2: no second PAGING-REQUEST while T5 runs; who calls too is told that the mobile is busy."""
    lab.order("emma", "cover", on=False)
    lab.session.start_command("vlr1", "call", {"imsi": lab.mobile("emma")["imsi"]})
    lab.wait(1)
    assert "busy" in lab.tell("vlr1", "call", "emma").body["error"]
    lab.wait(15)
    assert lab.count(PagingRequest) == 1


def test_paging_given_up(lab: Any) -> None:
    """23.018: who calls hangs up before the mobile has answered; one that answers then is released."""
    command = lab.session.start_command("vlr1", "call", {"imsi": lab.mobile("emma")["imsi"]})
    lab.wait(0.01)
    lab.tell("vlr1", "hang-up", "emma")
    assert lab.session.outcome(command).body == {"error": "given up"}
    lab.wait(5)
    assert lab.mobile("emma")["call"] is None
    assert lab.context("emma")["suspended"] is None
    lab.assert_associated("emma")


def test_paging_while_the_sgsn_is_dead(lab: Any) -> None:
    """29.018 5.3.4: the SGSN is no more: T5 runs out; after its return mobile and association come back."""
    lab.kill("sgsn1")
    assert lab.tell("vlr1", "call", "emma").status == "failed"
    lab.restart("sgsn1")
    lab.wait(90)
    lab.assert_associated("emma")


@pytest.mark.parametrize("nmo", ["II", "III"])
def test_paging_without_gs(make_lab: Any, nmo: str) -> None:
    """23.060 6.3.3.1: in mode II and III the MSC pages on the A interface, in the whole location area."""
    lab = make_lab({"topology": {"policies": {"nmo": nmo}}})
    lab.attach("emma")
    lab.wait(STANDBY)
    lab.mark()
    assert lab.tell("vlr1", "call", "emma").status == "done"
    lab.sees(("vlr1", "bss1", bssmap.Paging))
    assert lab.count(PagingRequest) + lab.count(PagingCs) == 0
    answered(lab)


def test_paging_after_leaving_gs(make_lab: Any) -> None:
    """23.060 6.3.3: from mode I into mode II the mobile updates its location by itself, and is paged on A."""
    lab = make_lab({"topology": {"nodes": {"bss1": {"cells": {"cell3": {"nmo": "II"}}}}}})
    lab.attach("emma")
    lab.move("emma", "cell3")
    lab.wait(5)
    assert lab.context("emma", "vlr1")["gs"] == lab.context("emma")["gs"] == "Gs-NULL"
    lab.mark()
    assert lab.tell("vlr1", "call", "emma").status == "done"
    assert lab.count(PagingRequest) == 0
    answered(lab)


def test_paging_of_one_that_is_detached(lab: Any) -> None:
    """23.012: a mobile that has left is not paged at all."""
    lab.order("emma", "detach", type="combined")
    lab.mark()
    assert lab.tell("vlr1", "call", "emma").body == {"error": "IMSI detached"}
    assert lab.count(PagingRequest) + lab.count(bssmap.Paging) == 0


def test_paging_response_lost(lab: Any) -> None:
    """44.018 3.3.2: the answer is lost on the air: whoever calls is told at T5, the mobile is itself again."""
    lab.lose(PagingResponse, 1)
    assert lab.tell("vlr1", "call", "emma").status == "failed"
    lab.heal()
    lab.wait(60)
    assert lab.mobile("emma")["state"] == "GMM-REGISTERED.NORMAL-SERVICE"
    assert lab.context("emma")["suspended"] is None
    assert lab.tell("vlr1", "call", "emma").status == "done"
    answered(lab)
