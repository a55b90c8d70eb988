"""Gs over all nodes: the VLR hears that a mobile has left packets, calls or both (29.018 7, 9, 10; 23.060 6.6)."""

from typing import Any

import pytest

from protocol.bssap_plus import (
    GprsDetachAck,
    GprsDetachIndication,
    ImsiDetachAck,
    ImsiDetachIndication,
    LocationUpdateAccept,
    LocationUpdateRequest,
    TmsiReallocationComplete,
)
from protocol.bssap_plus.elements import ImsiDetachFromGprsServiceType as FromGprs
from protocol.bssap_plus.elements import ImsiDetachFromNonGprsServiceType as FromCalls
from protocol.gmm import (
    AuthenticationAndCipheringRequest,
    AuthenticationAndCipheringResponse,
    DetachAcceptMo,
    DetachAcceptMt,
    DetachRequestMo,
    DetachRequestMt,
    RoutingAreaUpdateAccept,
    RoutingAreaUpdateComplete,
    RoutingAreaUpdateRequest,
)
from protocol.map.location import CancelLocationArg, CancelLocationRes


@pytest.fixture
def lab(combined: Any) -> Any:
    """The default network, in which emma has attached for packets and calls."""
    combined.mark()
    return combined


def how(lab: Any) -> list[Any]:
    """In which ways the VLR was told that the mobile has left."""
    return [one.imsi_detach_from_non_gprs_service_type for one in lab.said(ImsiDetachIndication)] + [
        one.imsi_detach_from_gprs_service_type for one in lab.said(GprsDetachIndication)
    ]


@pytest.mark.ttcn3("sgsap_expl_imsi_det_noneps")
def test_imsi_detach(lab: Any) -> None:
    """29.018 9.2, 23.060 6.6.1: the mobile takes no calls any more; it stays attached for packets."""
    lab.order("emma", "detach", type="imsi")
    assert how(lab) == [FromCalls.EXPLICIT_MS_INITIATED_IMSI_DETACH_FROM_NON_GPRS_SERVICES]
    lab.sees(
        ("emma", "sgsn1", DetachRequestMo),
        ("sgsn1", "vlr1", ImsiDetachIndication),
        ("sgsn1", "emma", DetachAcceptMt),
        ("vlr1", "sgsn1", ImsiDetachAck),
    )
    assert (lab.context("emma")["state"], lab.context("emma")["gs"]) == ("GMM-REGISTERED", "Gs-NULL")
    assert lab.context("emma", "vlr1")["imsi_detached"] == "explicit"
    assert lab.mobile("emma")["state"] == "GMM-REGISTERED.NORMAL-SERVICE"


def test_combined_detach(lab: Any) -> None:
    """29.018 9.2, 23.060 6.6.1: from packets and calls at once."""
    lab.order("emma", "detach", type="combined")
    assert how(lab) == [FromCalls.COMBINED_EXPLICIT_MS_INITIATED_IMSI_DETACH_FROM_GPRS_AND_NON_GPRS_SERVICES]
    lab.sees(
        ("emma", "sgsn1", DetachRequestMo),
        ("sgsn1", "vlr1", ImsiDetachIndication),
        ("sgsn1", "emma", DetachAcceptMt),
        ("vlr1", "sgsn1", ImsiDetachAck),
    )
    assert (lab.context("emma")["state"], lab.context("emma")["gs"]) == ("GMM-DEREGISTERED", "Gs-NULL")
    assert lab.context("emma", "vlr1")["imsi_detached"] == "explicit"


def test_combined_detach_power_off(lab: Any) -> None:
    """24.008 4.7.4.1.2: switched off: the VLR is told, the mobile is not answered."""
    lab.detach("emma", power_off=True)
    lab.sees(
        ("emma", "sgsn1", DetachRequestMo),
        ("sgsn1", "vlr1", ImsiDetachIndication),
        ("vlr1", "sgsn1", ImsiDetachAck),
    )
    assert lab.context("emma", "vlr1")["imsi_detached"] == "explicit"


@pytest.mark.ttcn3("sgsap_expl_imsi_det_eps")
def test_gprs_detach(lab: Any) -> None:
    """29.018 7.2: the mobile leaves packets alone: the VLR keeps it, and reaches it by itself from now on."""
    lab.order("emma", "detach", type="gprs")
    assert how(lab) == [FromGprs.MS_INITIATED_IMSI_DETACH_FROM_GPRS_SERVICES]
    lab.sees(
        ("emma", "sgsn1", DetachRequestMo),
        ("sgsn1", "vlr1", GprsDetachIndication),
        ("sgsn1", "emma", DetachAcceptMt),
        ("vlr1", "sgsn1", GprsDetachAck),
    )
    visitor = lab.context("emma", "vlr1")
    assert (visitor["gs"], visitor["state"]) == ("Gs-NULL", "IMSI attached")
    assert lab.mobile("emma")["imsi_attached"]


@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize(
    ("kind", "indication", "answer"),
    [("imsi", ImsiDetachIndication, ImsiDetachAck), ("gprs", GprsDetachIndication, GprsDetachAck)],
    ids=["T9", "T8"],
)
def test_detach_ack_lost(lab: Any, kind: str, indication: type, answer: type, times: int) -> None:
    """29.018 7.4, 9.4: the indication comes again, twice (N8, N9), and is acknowledged; then O&M is told."""
    lab.lose(answer, times)
    lab.order("emma", "detach", type=kind)
    lab.wait(15)
    assert lab.count(indication) == lab.count(answer) == min(times + 1, 3)
    assert ("gs unanswered" in lab.warnings("sgsn1")) is (times == 3)
    assert lab.context("emma")["gs"] == "Gs-NULL"


@pytest.mark.ttcn3("sgsap_impl_imsi_det_noneps")
@pytest.mark.parametrize("times", [0, 1, 3])
def test_implicit_detach(lab: Any, times: int) -> None:
    """29.018 10, 23.060 6.6.1: a mobile that is silently gone is detached from calls too; T10, N10 times more."""
    if times:
        lab.lose(ImsiDetachAck, times)
    lab.order("emma", "cover", on=False)
    lab.wait(500)
    assert how(lab) == [FromCalls.IMPLICIT_NETWORK_INITIATED_IMSI_DETACH_FROM_NON_GPRS_SERVICES] * min(times + 1, 3)
    assert lab.context("emma", "vlr1")["imsi_detached"] == "implicit"
    assert lab.context("emma")["gs"] == "Gs-NULL"


def test_implicit_detach_indication_never_heard(lab: Any) -> None:
    """29.018 10.4: the VLR is told in vain, and believes in the mobile; when that returns all is one again."""
    lab.lose(ImsiDetachIndication)
    lab.order("emma", "cover", on=False)
    lab.wait(500)
    assert lab.context("emma", "vlr1")["gs"] == "Gs-ASSOCIATED"
    lab.heal()
    lab.order("emma", "cover", on=True)
    lab.wait(5)
    lab.assert_associated("emma")


@pytest.mark.ttcn3("sgsap_impl_imsi_det_eps")
def test_detach_by_the_network(lab: Any) -> None:
    """29.018 7.2: from packets only; the VLR keeps the mobile, and reaches it by itself."""
    lab.tell("sgsn1", "detach", "emma", type="no-reattach")
    assert how(lab) == [FromGprs.NETWORK_INITIATED_IMSI_DETACH_FROM_GPRS_SERVICES]
    lab.sees(
        ("sgsn1", "vlr1", GprsDetachIndication),
        ("sgsn1", "emma", DetachRequestMt),
        ("vlr1", "sgsn1", GprsDetachAck),
        ("emma", "sgsn1", DetachAcceptMo),
    )
    assert lab.context("emma", "vlr1")["gs"] == "Gs-NULL"


def test_detach_by_the_network_to_attach_again(lab: Any) -> None:
    """23.060 6.6.2.1: re-attach required: the association ends, and the combined attach makes another."""
    lab.tell("sgsn1", "detach", "emma", type="reattach")
    lab.wait(5)
    lab.sees(
        ("sgsn1", "vlr1", GprsDetachIndication),
        ("vlr1", "sgsn1", GprsDetachAck),
        ("sgsn1", "vlr1", LocationUpdateRequest),
        ("vlr1", "sgsn1", LocationUpdateAccept),
        ("sgsn1", "vlr1", TmsiReallocationComplete),
    )
    lab.assert_associated("emma")


def test_imsi_detach_by_the_network(lab: Any) -> None:
    """24.008 4.7.4.2: IMSI detach: the mobile stays attached for packets, and attaches for calls by an update."""
    lab.tell("sgsn1", "detach", "emma", type="imsi")
    lab.wait(5)
    lab.sees(
        ("sgsn1", "emma", DetachRequestMt),
        ("emma", "sgsn1", DetachAcceptMo),
        ("emma", "sgsn1", RoutingAreaUpdateRequest),
        ("sgsn1", "emma", AuthenticationAndCipheringRequest),
        ("emma", "sgsn1", AuthenticationAndCipheringResponse),
        ("sgsn1", "vlr1", LocationUpdateRequest),
        ("vlr1", "sgsn1", LocationUpdateAccept),
        ("sgsn1", "emma", RoutingAreaUpdateAccept),
        ("emma", "sgsn1", RoutingAreaUpdateComplete),
        ("sgsn1", "vlr1", TmsiReallocationComplete),
    )
    lab.assert_associated("emma")


@pytest.mark.ttcn3("hlr_location_cancel_request_withdraw")
def test_detach_by_the_hlr(lab: Any) -> None:
    """23.060 6.6.2.2: the subscription to packets is withdrawn: the VLR hears that GPRS is not allowed (29.018 7.2)."""
    lab.tell("hlr1", "cancel", "emma")
    assert how(lab) == [FromGprs.GPRS_SERVICES_NOT_ALLOWED]
    lab.sees(
        ("hlr1", "sgsn1", CancelLocationArg),
        ("sgsn1", "vlr1", GprsDetachIndication),
        ("sgsn1", "emma", DetachRequestMt),
        ("sgsn1", "hlr1", CancelLocationRes),
        ("vlr1", "sgsn1", GprsDetachAck),
        ("emma", "sgsn1", DetachAcceptMo),
    )
    assert lab.context("emma", "vlr1")["gs"] == "Gs-NULL"
