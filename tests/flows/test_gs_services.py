"""What VLR and SGSN tell each other of an associated mobile (TS 29.018 8, 13 to 16), over all nodes."""

from typing import Any

import pytest

from protocol.bssap_plus import (
    AlertAck,
    AlertReject,
    AlertRequest,
    DownlinkTunnelRequest,
    ImsiDetachIndication,
    LocationUpdateAccept,
    LocationUpdateRequest,
    MmInformationRequest,
    MobileStatus,
    MsActivityIndication,
    MsInformationRequest,
    MsInformationResponse,
    ResetIndication,
    TmsiReallocationComplete,
)
from protocol.bssap_plus.elements import MobileStationState
from protocol.bssgp import PagingPs
from protocol.causes import GsCause
from protocol.gmm import GmmInformation, IdentityRequest, IdentityResponse
from protocol.map.location import CancelLocationArg


@pytest.fixture
def lab(combined: Any) -> Any:
    """The default network, in which emma has attached for packets and calls, and is in STANDBY."""
    combined.wait(15)
    combined.mark()
    return combined


def alert(lab: Any) -> str:
    """The VLR wants to hear of emma; returns the command's id."""
    command: str = lab.session.start_command("vlr1", "alert", {"imsi": lab.mobile("emma")["imsi"]})
    lab.wait(1)
    return command


# --- alert --------------------------------------------------------------------------------------------------------


def test_alert(lab: Any) -> None:
    """29.018 8: NGAF is set; at the mobile's next sign of life the VLR is told, once."""
    command = alert(lab)
    lab.sees(("vlr1", "sgsn1", AlertRequest), ("sgsn1", "vlr1", AlertAck))
    assert lab.context("emma")["ngaf"]
    assert lab.session.outcome(command) is None
    lab.tell("sgsn1", "page", "emma")
    lab.sees(("sgsn1", "vlr1", MsActivityIndication))
    assert lab.session.outcome(command).status == "done"
    assert not lab.context("emma")["ngaf"]
    lab.wait(15)
    lab.tell("sgsn1", "page", "emma")
    assert lab.count(MsActivityIndication) == 0


def test_alert_update_tells_activity(lab: Any) -> None:
    """29.018 8.3: an update that the VLR does not hear of is activity, told when it is over."""
    command = alert(lab)
    lab.mark()
    lab.move("emma", "cell3")
    lab.sees(("sgsn1", "vlr1", MsActivityIndication))
    assert lab.session.outcome(command).status == "done"
    lab.assert_associated("emma")


def test_alert_procedure_tells_activity(make_lab: Any) -> None:
    """29.018 8.3: a location update shows that the mobile is active: no word besides."""
    lab = make_lab({"topology": {"nodes": {"bss1": {"cells": {"cell3": {"lac": 3}}}}}})
    lab.attach("emma")
    command = alert(lab)
    lab.mark()
    lab.move("emma", "cell3")
    lab.sees(
        ("sgsn1", "vlr1", LocationUpdateRequest),
        ("vlr1", "sgsn1", LocationUpdateAccept),
        ("sgsn1", "vlr1", TmsiReallocationComplete),
    )
    assert lab.session.outcome(command).status == "done"
    assert not lab.context("emma")["ngaf"]


@pytest.mark.parametrize("times", [1, 2, 3])
def test_alert_ack_lost(lab: Any, times: int) -> None:
    """29.018 8.4: T7 repeats ALERT-REQUEST N7 times, then O&M is told."""
    lab.lose(AlertAck, times)
    command = alert(lab)
    lab.wait(15)
    assert lab.count(AlertRequest) == lab.count(AlertAck) == min(times + 1, 3)
    assert ("alert" in lab.warnings("vlr1")) is (times == 3)
    outcome = lab.session.outcome(command)
    assert (None if outcome is None else outcome.status) == ("failed" if times == 3 else None)


def test_alert_of_one_who_is_not_known(lab: Any) -> None:
    """29.018 8.3.3: an SGSN that has begun anew, and could not say so, knows no such IMSI: the association ends."""
    lab.lose(ResetIndication)
    lab.restart("sgsn1")
    lab.wait(15)
    lab.mark()
    assert lab.tell("vlr1", "alert", "emma").body == {"error": "Imsi unknown"}
    lab.sees(("vlr1", "sgsn1", AlertRequest), ("sgsn1", "vlr1", AlertReject))
    assert lab.context("emma", "vlr1")["gs"] == "Gs-NULL"


# --- information --------------------------------------------------------------------------------------------------


def test_ms_information_location(lab: Any) -> None:
    """29.018 13.2: where the mobile was heard last, how many minutes ago, and in which state it is."""
    lab.wait(50)
    lab.mark()
    outcome = lab.tell("vlr1", "ms-information", "emma", wanted="MOBILE_LOCATION_INFORMATION")
    assert outcome.body["cell_global_identity"] == "001-01-1-1-1"
    assert outcome.body["location_information_age"] == "1 min"
    lab.sees(("vlr1", "sgsn1", MsInformationRequest), ("sgsn1", "vlr1", MsInformationResponse))


@pytest.mark.parametrize("wanted", ["PTMSI", "IMEI", "TMSI"])
def test_ms_information_known(lab: Any, wanted: str) -> None:
    """29.018 13.2: what the SGSN knows it tells at once, without a word to the mobile."""
    outcome = lab.tell("vlr1", "ms-information", "emma", wanted=wanted)
    own = lab.mobile("emma") | {"imei": lab.context("emma")["imei"]}
    assert outcome.body[wanted.lower()] == own[wanted.lower()]
    state = lab.said(MsInformationResponse)[0].mobile_station_state
    assert state is MobileStationState.STANDBY_OR_PMM_IDLE_0_PDP_CONTEXTS_ACTIVE
    assert lab.count(PagingPs) + lab.count(IdentityRequest) == 0


def test_ms_information_asks_the_mobile(lab: Any) -> None:
    """29.018 13.2: the software version only the mobile can tell: it is paged and asked."""
    outcome = lab.tell("vlr1", "ms-information", "emma", wanted="PTMSI_IMEI_AND_IMEISV")
    assert outcome.body["imeisv"] == "0010010000000501"
    assert outcome.body["ptmsi"] == lab.mobile("emma")["ptmsi"]
    lab.sees(
        ("vlr1", "sgsn1", MsInformationRequest),
        ("sgsn1", "bss1", PagingPs),
        ("sgsn1", "emma", IdentityRequest),
        ("emma", "sgsn1", IdentityResponse),
        ("sgsn1", "vlr1", MsInformationResponse),
    )


def test_ms_information_mobile_silent(lab: Any) -> None:
    """29.018 13.2: the mobile does not say: the VLR, which has given up, hears what is known."""
    lab.order("emma", "cover", on=False)
    assert lab.tell("vlr1", "ms-information", "emma", wanted="IMEISV").status == "failed"
    lab.wait(120)
    assert [one.imeisv for one in lab.said(MsInformationResponse)] == [None]


def test_ms_information_lost(lab: Any) -> None:
    """29.018 13: nobody repeats the request."""
    lab.lose(MsInformationResponse)
    assert lab.tell("vlr1", "ms-information", "emma").status == "failed"
    assert lab.count(MsInformationRequest) == 1


def test_ms_information_of_one_detached_from_calls(lab: Any) -> None:
    """29.018 11.2.1, 13: in Gs-NULL nothing is asked."""
    lab.order("emma", "detach", type="imsi")
    lab.mark()
    assert lab.tell("vlr1", "ms-information", "emma").status == "failed"
    assert lab.count(MsInformationRequest) == 0


def test_mm_information(lab: Any) -> None:
    """29.018 14: the SGSN tells the mobile by GMM what the VLR would have told by MM."""
    assert lab.tell("vlr1", "mm-information", "emma").status == "done"
    lab.sees(("vlr1", "sgsn1", MmInformationRequest), ("sgsn1", "bss1", PagingPs), ("sgsn1", "emma", GmmInformation))
    assert lab.mobile("emma")["network"] == {"full name": "gprslab"}


# --- messages that fit no state -----------------------------------------------------------------------------------


@pytest.mark.ttcn3("sgsap_unexp_ud")
def test_tunnel_is_not_offered(lab: Any) -> None:
    """29.018 15, 16: there is no tunnel to non-GSM networks: MOBILE-STATUS with the message; nothing else changes."""
    lab.tell("vlr1", "tunnel", "emma", payload="0102")
    assert lab.said(MobileStatus)[0].gs_cause is GsCause.TOM_FUNCTIONALITY_NOT_SUPPORTED
    lab.sees(("vlr1", "sgsn1", DownlinkTunnelRequest), ("sgsn1", "vlr1", MobileStatus))
    lab.assert_associated("emma")


def test_message_where_there_is_no_association(lab: Any) -> None:
    """29.018 16: the VLR has not heard of a detach from calls; what it says then is answered by MOBILE-STATUS."""
    lab.lose(ImsiDetachIndication)
    lab.order("emma", "detach", type="imsi")
    lab.wait(15)
    lab.heal()
    assert lab.context("emma", "vlr1")["gs"] == "Gs-ASSOCIATED"
    lab.mark()
    lab.tell("vlr1", "mm-information", "emma")
    assert lab.said(MobileStatus)[0].gs_cause is GsCause.MESSAGE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE
    lab.sees(("vlr1", "sgsn1", MmInformationRequest), ("sgsn1", "vlr1", MobileStatus))
    assert lab.context("emma", "vlr1")["gs"] == "Gs-NULL"


def test_mobile_status_is_not_answered(lab: Any) -> None:
    """29.018 16: a MOBILE-STATUS that makes no sense is told to the operator, and goes unanswered."""
    lab.lose(LocationUpdateAccept, 1)
    lab.tell("sgsn1", "detach", "emma", type="imsi")
    lab.wait(60)
    assert lab.count(MobileStatus) == 0
    lab.assert_associated("emma")


def test_calls_withdrawn_by_the_hlr(lab: Any) -> None:
    """29.002 8.1.3: cancelled in the VLR, which forgets the mobile; the SGSN learns it when it speaks of it."""
    lab.tell("hlr1", "cancel", "emma", domain="circuit")
    assert lab.count(CancelLocationArg) == 1
    assert lab.context("emma", "vlr1") is None
    assert lab.context("emma")["gs"] == "Gs-ASSOCIATED"
    lab.order("emma", "detach", type="imsi")
    assert lab.context("emma")["gs"] == "Gs-NULL"
