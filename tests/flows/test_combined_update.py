"""Combined RA/LA updating over all nodes (TS 23.060 6.9.1.3), as sequence charts."""

from dataclasses import replace
from typing import Any

import pytest

from protocol.bssap_plus import (
    GprsDetachAck,
    GprsDetachIndication,
    LocationUpdateAccept,
    LocationUpdateReject,
    LocationUpdateRequest,
    TmsiReallocationComplete,
)
from protocol.bssap_plus.elements import GprsLocationUpdateType
from protocol.gmm import (
    AuthenticationAndCipheringRequest,
    AuthenticationAndCipheringResponse,
    RoutingAreaUpdateAccept,
    RoutingAreaUpdateComplete,
    RoutingAreaUpdateRequest,
)
from protocol.gmm.elements import UpdateResultValue, UpdateTypeValue
from protocol.gtp import SgsnContextAcknowledge, SgsnContextRequest, SgsnContextResponse
from protocol.map.location import (
    CancelLocationArg,
    CancelLocationRes,
    UpdateGprsLocationArg,
    UpdateGprsLocationRes,
    UpdateLocationArg,
    UpdateLocationRes,
)
from protocol.map.subscriber import InsertSubscriberDataArg, InsertSubscriberDataRes
from protocol.mm import LocationUpdatingRequest

OTHER_AREA = {"topology": {"nodes": {"bss1": {"cells": {"cell3": {"lac": 3}}}}}}
"""cell3 lies in a location area of its own, of the same SGSN and VLR."""

ONE_SGSN = {"topology": {"nodes": {"bss2": {"sgsn": "sgsn1"}}}}
"""sgsn1 serves cell4 too, which is under another VLR."""


def attached(lab: Any) -> Any:
    """Emma has attached for packets and calls."""
    assert lab.attach("emma").status == "done"
    lab.mark()
    return lab


def types(lab: Any) -> list[UpdateTypeValue]:
    """Which updates the mobile has asked for."""
    return [request.update_type.update_type_value for request in lab.said(RoutingAreaUpdateRequest)]


def results(lab: Any) -> list[UpdateResultValue]:
    """What came of them."""
    return [accept.update_result.update_result_value for accept in lab.said(RoutingAreaUpdateAccept)]


def update(between: tuple[Any, ...] = (), after: tuple[Any, ...] = (), sgsn: str = "sgsn1") -> tuple[Any, ...]:
    """The chart of an update within an SGSN, with what it asks for in between and tells afterwards."""
    return (
        ("emma", sgsn, RoutingAreaUpdateRequest),
        (sgsn, "emma", AuthenticationAndCipheringRequest),
        ("emma", sgsn, AuthenticationAndCipheringResponse),
        *between,
        (sgsn, "emma", RoutingAreaUpdateAccept),
        ("emma", sgsn, RoutingAreaUpdateComplete),
        *after,
    )


def test_combined_update_same_location_area(combined: Any) -> None:
    """23.060 6.9.1.3.1 step 3: the location area is the same and the association stands: the VLR is not asked."""
    combined.mark()
    assert combined.move("emma", "cell3").status == "done"
    assert types(combined) == [UpdateTypeValue.COMBINED_RA_LA_UPDATING]
    assert results(combined) == [UpdateResultValue.COMBINED_RA_LA_UPDATED]
    assert combined.count(LocationUpdateRequest) == 0
    combined.sees(*update())
    combined.assert_associated("emma")


def test_combined_update_other_location_area(make_lab: Any) -> None:
    """23.060 figure 34: another location area of the same VLR; the HLR is not told."""
    lab = attached(make_lab(OTHER_AREA))
    assert lab.move("emma", "cell3").status == "done"
    assert lab.said(LocationUpdateRequest)[0].update_type is GprsLocationUpdateType.NORMAL_LOCATION_UPDATE
    assert lab.count(UpdateLocationArg) == 0
    lab.sees(
        *update(
            (("sgsn1", "vlr1", LocationUpdateRequest), ("vlr1", "sgsn1", LocationUpdateAccept)),
            (("sgsn1", "vlr1", TmsiReallocationComplete),),
        )
    )
    lab.assert_associated("emma")
    assert lab.context("emma", "vlr1")["lai"] == lab.mobile("emma")["location_area"] == "001-01-3"


def test_combined_update_other_vlr(make_lab: Any) -> None:
    """23.060 figure 34, step 4: another VLR under the same SGSN: the HLR cancels in the old one."""
    lab = attached(make_lab(ONE_SGSN))
    assert lab.move("emma", "cell4").status == "done"
    lab.sees(
        *update(
            (
                ("sgsn1", "vlr2", LocationUpdateRequest),
                ("vlr2", "hlr1", UpdateLocationArg),
                ("hlr1", "vlr1", CancelLocationArg),
                ("hlr1", "vlr2", InsertSubscriberDataArg),
                ("vlr1", "hlr1", CancelLocationRes),
                ("vlr2", "hlr1", InsertSubscriberDataRes),
                ("hlr1", "vlr2", UpdateLocationRes),
                ("vlr2", "sgsn1", LocationUpdateAccept),
            ),
            (("sgsn1", "vlr2", TmsiReallocationComplete),),
        )
    )
    assert lab.context("emma", "vlr1") is None
    lab.assert_associated("emma", "sgsn1", "vlr2")


def test_combined_update_other_sgsn(combined: Any) -> None:
    """23.060 figure 35: first the SGSNs and the HLR for packets, then the VLRs and the HLR for calls."""
    combined.mark()
    assert combined.move("emma", "cell4").status == "done"
    combined.sees(
        ("emma", "sgsn2", RoutingAreaUpdateRequest),
        ("sgsn2", "sgsn1", SgsnContextRequest),
        ("sgsn1", "sgsn2", SgsnContextResponse),
        ("sgsn2", "emma", AuthenticationAndCipheringRequest),
        ("emma", "sgsn2", AuthenticationAndCipheringResponse),
        ("sgsn2", "sgsn1", SgsnContextAcknowledge),
        ("sgsn2", "hlr1", UpdateGprsLocationArg),
        ("hlr1", "sgsn1", CancelLocationArg),
        ("hlr1", "sgsn2", InsertSubscriberDataArg),
        ("sgsn1", "hlr1", CancelLocationRes),
        ("sgsn2", "hlr1", InsertSubscriberDataRes),
        ("hlr1", "sgsn2", UpdateGprsLocationRes),
        ("sgsn2", "vlr2", LocationUpdateRequest),
        ("vlr2", "hlr1", UpdateLocationArg),
        ("hlr1", "vlr1", CancelLocationArg),
        ("hlr1", "vlr2", InsertSubscriberDataArg),
        ("vlr1", "hlr1", CancelLocationRes),
        ("vlr2", "hlr1", InsertSubscriberDataRes),
        ("hlr1", "vlr2", UpdateLocationRes),
        ("vlr2", "sgsn2", LocationUpdateAccept),
        ("sgsn2", "emma", RoutingAreaUpdateAccept),
        ("emma", "sgsn2", RoutingAreaUpdateComplete),
        ("sgsn2", "vlr2", TmsiReallocationComplete),
    )
    assert combined.context("emma", "vlr1") is None
    combined.assert_associated("emma", "sgsn2", "vlr2")
    combined.wait(65)  # longer than the old SGSN keeps the context for a return
    assert combined.context("emma") is None
    combined.assert_associated("emma", "sgsn2", "vlr2")


def test_combined_update_other_sgsn_same_vlr(make_lab: Any) -> None:
    """23.060 6.9.1.3.2, 29.018 6.3: the VLR serves both SGSNs: the association passes to the new one, HLR untold."""
    lab = attached(make_lab({"topology": {"nodes": {"bss2": {"vlr": "vlr1"}}}}))
    assert lab.move("emma", "cell4").status == "done"
    assert lab.count(UpdateLocationArg) == 0
    lab.sees(
        ("sgsn2", "vlr1", LocationUpdateRequest),
        ("vlr1", "sgsn2", LocationUpdateAccept),
        ("sgsn2", "vlr1", TmsiReallocationComplete),
    )
    assert lab.context("emma", "vlr1")["sgsn"] == "999010000009"
    lab.assert_associated("emma", "sgsn2", "vlr1")
    lab.wait(65)
    assert lab.count(GprsDetachIndication) == 0
    lab.assert_associated("emma", "sgsn2", "vlr1")


def test_combined_update_there_and_back(combined: Any) -> None:
    """23.060 6.9.1.3.2: A, B, A: each time the association is where the mobile is, and nowhere else."""
    for cell, sgsn, vlr in (("cell4", "sgsn2", "vlr2"), ("cell3", "sgsn1", "vlr1"), ("cell4", "sgsn2", "vlr2")):
        assert combined.move("emma", cell).status == "done"
        combined.assert_associated("emma", sgsn, vlr)
        other = "vlr1" if vlr == "vlr2" else "vlr2"
        assert combined.context("emma", other) is None


@pytest.mark.parametrize("seconds", [2, 62])
def test_combined_update_imsi_attach(lab: Any, seconds: int) -> None:
    """23.060 6.5: a mobile attached for packets attaches for calls by a combined update with IMSI attach."""
    lab.order("emma", "attach", combined=False)
    assert lab.context("emma")["gs"] == "Gs-NULL"
    lab.wait(seconds)
    lab.mark()
    lab.order("emma", "attach", combined=True)
    assert types(lab) == [UpdateTypeValue.COMBINED_RA_LA_UPDATING_WITH_IMSI_ATTACH]
    assert lab.said(LocationUpdateRequest)[0].update_type is GprsLocationUpdateType.IMSI_ATTACH
    lab.sees(
        *update(
            (("sgsn1", "vlr1", LocationUpdateRequest), ("vlr1", "sgsn1", LocationUpdateAccept)),
            (("sgsn1", "vlr1", TmsiReallocationComplete),),
        )
    )
    lab.assert_associated("emma")


def test_combined_update_after_imsi_detach(combined: Any) -> None:
    """29.018 6.3: detached from calls and back again: the association is made anew."""
    combined.order("emma", "detach", type="imsi")
    combined.mark()
    combined.order("emma", "attach", combined=True)
    assert types(combined) == [UpdateTypeValue.COMBINED_RA_LA_UPDATING_WITH_IMSI_ATTACH]
    combined.assert_associated("emma")


def test_periodic_update_asks_no_vlr(combined: Any) -> None:
    """23.060 6.9.1.3: a periodic update of an associated mobile is for packets alone; the association stays."""
    combined.wait(11)
    combined.mark()
    combined.wait(61)
    assert types(combined) == [UpdateTypeValue.PERIODIC_UPDATING]
    assert combined.count(LocationUpdateRequest) == 0
    combined.assert_associated("emma")


def test_combined_update_vlr_dead(combined: Any) -> None:
    """29.018 6.4, 24.008 4.7.5.2.3.2: RA only, #16; T3311 later a combined update with IMSI attach mends it."""
    combined.kill("vlr2")
    combined.mark()
    outcome = combined.move("emma", "cell4")
    assert outcome.body == {"state": "GMM-REGISTERED.ATTEMPTING-TO-UPDATE-MM", "cause": "MSC_TEMPORARILY_NOT_REACHABLE"}
    assert results(combined) == [UpdateResultValue.RA_UPDATED]
    assert combined.context("emma", "sgsn2")["gs"] == "Gs-NULL"
    combined.restart("vlr2")
    combined.wait(60)
    assert types(combined)[-1] is UpdateTypeValue.COMBINED_RA_LA_UPDATING_WITH_IMSI_ATTACH
    combined.assert_associated("emma", "sgsn2", "vlr2")


def test_combined_update_refused_by_the_vlr(make_lab: Any) -> None:
    """24.008 4.7.5.2.3.2: calls are withdrawn meanwhile: the new VLR refuses, RA only, #2, and no further attempt."""
    lab = attached(make_lab({}))
    withdraw_calls(lab)
    outcome = lab.move("emma", "cell4")
    assert (outcome.status, outcome.body["cause"]) == ("done", "IMSI_UNKNOWN_IN_HLR")
    assert lab.count(LocationUpdateReject) == 1
    assert lab.mobile("emma")["sim_invalid"] == "for non-GPRS"
    lab.mark()
    lab.wait(300)
    assert lab.count(LocationUpdateRequest) == 0
    assert lab.context("emma", "sgsn2")["gs"] == "Gs-NULL"


def withdraw_calls(lab: Any) -> None:
    """The operator of the HLR takes calls from emma's subscription, and the VLR learns it."""
    lab.tell("hlr1", "cancel", "emma", domain="circuit")
    register = lab.node("hlr1").register
    imsi = lab.mobile("emma")["imsi"]
    register.provision(imsi, replace(register.find(imsi).subscriber, circuit=False).to_octets())


def test_update_accept_lost(combined: Any) -> None:
    """24.008 4.7.5.1.6: ACCEPT comes again; the VLR was asked once, and hears of its TMSI once."""
    combined.lose(RoutingAreaUpdateAccept, 2)
    combined.mark()
    combined.move("emma", "cell4")
    combined.wait(60)
    assert combined.count(LocationUpdateRequest) == combined.count(TmsiReallocationComplete) == 1
    combined.assert_associated("emma", "sgsn2", "vlr2")


def test_update_where_nothing_is_combined(make_lab: Any) -> None:
    """24.008 4.7.1.6, 29.018 7.2: into mode II the mobile updates its location by itself, and leaves Gs; and back."""
    lab = attached(make_lab({"topology": {"nodes": {"bss1": {"cells": {"cell3": {"nmo": "II"}}}}}}))
    assert lab.move("emma", "cell3").status == "done"
    assert types(lab) == [UpdateTypeValue.RA_UPDATING]
    assert lab.count(LocationUpdatingRequest) == 1
    lab.sees(("sgsn1", "vlr1", GprsDetachIndication), ("vlr1", "sgsn1", GprsDetachAck))
    assert lab.context("emma")["gs"] == lab.context("emma", "vlr1")["gs"] == "Gs-NULL"
    assert lab.move("emma", "cell1").status == "done"
    assert types(lab) == [UpdateTypeValue.COMBINED_RA_LA_UPDATING_WITH_IMSI_ATTACH]
    lab.assert_associated("emma")


def test_update_never_completed_at_another_sgsn(combined: Any) -> None:
    """24.008 4.7.5.1.6 c, 23.060 6.6.1: the mobile is gone before it has heard ACCEPT: the new SGSN misses it, too."""
    combined.lose(RoutingAreaUpdateAccept)
    combined.begin("emma", "move", cell="cell4")
    combined.wait(1)
    combined.order("emma", "cover", on=False)
    combined.wait(40)
    assert combined.context("emma", "sgsn2")["mm_state"] != "IDLE"
    combined.wait(500)
    assert combined.context("emma", "sgsn2")["state"] == "GMM-DEREGISTERED"
    assert combined.context("emma", "vlr2")["imsi_detached"] == "implicit"


def test_update_while_the_vlr_of_another_sgsn_is_silent(combined: Any) -> None:
    """23.060 6.9.1.3.2: back again before the other SGSN had its VLR's answer: the HLR cancels what is left there."""
    combined.lose(UpdateLocationArg, 1)
    combined.begin("emma", "move", cell="cell4")
    combined.wait(2)
    assert combined.move("emma", "cell3").status == "done"
    combined.wait(60)
    assert combined.context("emma", "sgsn2") is None
    combined.assert_associated("emma")
