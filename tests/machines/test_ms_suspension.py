"""Packets that wait for a dedicated channel (44.018 3.4.25, 23.060 16.2.1), and how they go on."""

import pytest

from protocol.causes import GmmCause
from protocol.gmm import AttachReject, AttachRequest, RoutingAreaUpdateRequest
from protocol.gmm.elements import GprsTimer, IdentityType, UpdateTypeValue
from protocol.identities import MobileIdentity, Rai, Tlli
from protocol.mm import CmServiceRequest, ImsiDetachIndication, LocationUpdatingRequest
from protocol.rr import GprsSuspensionRequest, PagingResponse, SuspensionCause
from protocol.timers import SECOND
from tests.machines.mobile_calls import call_page, called, calling, kinds, over, replies
from tests.machines.mobiles import (
    ATTACHED,
    ATTACHED_NO_CELL,
    ATTEMPTING,
    CELL,
    CELLS,
    DETACH_ACCEPT,
    EMPTY,
    IMSI,
    NORMAL,
    PTMSI,
    UPDATE_FAILED_MM,
    Around,
    Said,
    accept,
    accept_both,
    accept_update,
    attached,
    attached_for_both,
    identity_request,
    release,
)
from tests.machines.test_ms_paging import page

SUSPENDED, ATTACHED_SUSPENDED = "GMM-DEREGISTERED.SUSPENDED", "GMM-REGISTERED.SUSPENDED"


def kind(said: list[Said]) -> UpdateTypeValue:
    """The type of the one update that was asked for."""
    (request,) = said
    assert isinstance(request, RoutingAreaUpdateRequest)
    return request.update_type.update_type_value


def suspension(said: list[Said]) -> GprsSuspensionRequest:
    """The request to suspend, which is the second thing on the channel."""
    assert isinstance(said[1], GprsSuspensionRequest)
    return said[1]


# --- suspending ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "cause"),
    [
        ("call", SuspensionCause.EMERGENCY_CALL_MO_CALL_OR_CALL_RE_ESTABLISHMENT),
        ("page", SuspensionCause.MT_CS_CONNECTION),
        ("location", SuspensionCause.LOCATION_AREA_UPDATE),
        ("detach", SuspensionCause.OTHER_PROCEDURE_WITH_AN_SDCCH),
    ],
)
def test_suspension_requested(what: str, cause: SuspensionCause) -> None:
    """The local TLLI, the area where it was given, and what the channel is for (44.018 9.1.13b, 10.5.2.47)."""
    around = attached_for_both()
    expected: type
    match what:
        case "call":
            said, expected = around.order("call"), CmServiceRequest
        case "page":
            said, expected = around.pages(call_page()), PagingResponse
        case "location":
            said, expected = around.order("move", cell="c5"), LocationUpdatingRequest
        case _:
            after = around.locates(around.order("move", cell="c5"))
            assert kind(after) is UpdateTypeValue.RA_UPDATING
            around.says(accept_update("c5"))
            said, expected = around.order("detach", type="imsi"), ImsiDetachIndication
    assert isinstance(said[0], expected)
    request = suspension(said)
    assert request.suspension_cause is cause
    assert request.tlli == Tlli.local(PTMSI)
    area = CELL.rai if what != "detach" else CELLS["c5"][1].rai
    assert request.routeing_area_identification == area
    assert len(said) == 2
    assert (around.m1["state"], around.m1["suspended"]) == (ATTACHED_SUSPENDED, True)


def test_nothing_of_packets_in_a_call() -> None:
    """No LLC frame is sent nor taken, no page answered, no update made (23.060 16.2.1)."""
    ten = GprsTimer.lasting(10 * SECOND)
    around = called(attached_for_both(negotiated_ready_timer=ten, periodic_ra_update_timer=ten))
    assert around.says(identity_request(IdentityType.IMSI)) == []
    assert around.pages(page()) == []
    assert around.wait(60) == []
    assert around.m1["mm_state"] == "STANDBY"
    assert kind(over(around)) is UpdateTypeValue.PERIODIC_UPDATING, "T3312 has run out meanwhile"


def test_class_a_does_both() -> None:
    """Class A has nothing to suspend (23.060 5.4.5): packets go on as if nothing were."""
    around = attached(answer=accept_both(), combined=True, ms_class="A")
    assert kinds(around.order("call")) == [CmServiceRequest]
    assert (around.m1["state"], around.m1["suspended"]) == (ATTACHED, False)
    assert len(around.says(identity_request(IdentityType.IMSI))) == 1
    assert around.order("move", cell="c2") == [EMPTY]
    assert around.tells(release()) == []
    assert around.m1["state"] == ATTACHED


def test_not_attached() -> None:
    """Attached for calls alone: there is nobody to tell, and nothing to be resumed."""
    around = attached_for_both()
    around.order("detach", type="gprs")
    around.says(DETACH_ACCEPT)
    assert (around.m1["state"], around.m1["cs_state"]) == (NORMAL, "MM IDLE, NORMAL SERVICE")
    assert kinds(around.order("call")) == [CmServiceRequest]
    assert around.m1["state"] == SUSPENDED
    assert around.tells(release()) == []
    assert around.m1["state"] == NORMAL


def test_attached_without_ptmsi() -> None:
    """A network that gave no P-TMSI knows the mobile by its random TLLI."""
    around = attached(answer=accept_both(allocated_ptmsi=None), combined=True)
    assert suspension(around.order("call")).tlli == around.tlli


def test_no_packets_at_all() -> None:
    """Where the card is invalid for GPRS calls go on, by a location updating of their own (4.7.3.2.4)."""
    around = Around(combined=True)
    around.order("attach")
    said = around.says(AttachReject(gmm_cause=GmmCause.GPRS_SERVICES_NOT_ALLOWED))
    assert kinds(said) == [LocationUpdatingRequest], "nothing to suspend"
    assert around.locates(said, "c1") == []
    assert (around.m1["state"], around.m1["cs_state"]) == (
        "GMM-DEREGISTERED.NO-IMSI",
        "MM IDLE, NORMAL SERVICE",
    )
    assert kinds(around.pages(call_page(IMSI))) == [PagingResponse]
    around.tells(release())
    around.order("move", cell="c2")
    assert kinds(around.pages(call_page(IMSI), "c2")) == [PagingResponse], "it listens for calls all the same"


# --- resuming -----------------------------------------------------------------------------------------------------


def test_resumed() -> None:
    """The network says that packets go on: nothing more is to be said (44.018 3.4.13.1.1)."""
    around = calling()
    assert over(around, resumed=True) == []
    assert (around.m1["state"], around.m1["suspended"]) == (ATTACHED, False)
    assert around.pages(page()) == [EMPTY]


@pytest.mark.parametrize("resumed", [False, None])
@pytest.mark.parametrize(
    ("cell", "expected"),
    [("c1", UpdateTypeValue.COMBINED_RA_LA_UPDATING), ("c5", UpdateTypeValue.RA_UPDATING)],
)
def test_not_resumed(resumed: bool | None, cell: str, expected: UpdateTypeValue) -> None:
    """The network says that they do not, or nothing: a routing area update, combined in mode I (23.060 16.2.1.1)."""
    around = attached_for_both()
    if cell == "c5":
        around.locates(around.order("move", cell=cell))
        around.says(accept_update(cell))
        replies(around)
    assert kind(over(calling(around), resumed)) is expected
    around.says(accept_update(cell, combined=cell == "c1"))
    assert around.m1["state"] == ATTACHED


def test_never_released() -> None:
    """No CHANNEL RELEASE at all: T3240, and an update."""
    around = attached_for_both()
    around.pages(call_page())
    assert kind(around.wait(10)) is UpdateTypeValue.COMBINED_RA_LA_UPDATING


def test_radio_lost_in_a_call() -> None:
    """Nobody says that packets go on: an update on return (44.018 3.4.13.5)."""
    around = calling()
    assert around.order("cover", on=False) == []
    assert (around.m1["state"], around.m1["cs_state"]) == (ATTACHED_NO_CELL, "MM IDLE, NO CELL AVAILABLE")
    assert kind(around.order("cover", on=True)) is UpdateTypeValue.COMBINED_RA_LA_UPDATING
    assert around.m1["call"] is None


# --- moved in a call ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("c3", UpdateTypeValue.COMBINED_RA_LA_UPDATING), ("c4", UpdateTypeValue.COMBINED_RA_LA_UPDATING)],
)
@pytest.mark.parametrize("resumed", [True, False])
def test_moved_to_another_area_in_a_call(cell: str, expected: UpdateTypeValue, resumed: bool) -> None:
    """The call stays where it began; packets look at the new cell after it: an update, whatever was resumed."""
    around = calling()
    assert around.order("move", cell=cell) == []
    assert replies(around) == [("done", {"state": ATTACHED_SUSPENDED, "cause": None})]
    assert around.channel_cell == "c1"
    assert kind(over(around, resumed)) is expected
    assert (around.cell, around.tlli) == (cell, Tlli.foreign(PTMSI))
    around.says(accept_update(cell, combined=True))
    assert (around.m1["state"], around.m1["cs_state"]) == (ATTACHED, "MM IDLE, NORMAL SERVICE")


def test_moved_to_an_area_without_gs_in_a_call() -> None:
    """Location first, then the routing area (23.060 6.9.1)."""
    around = calling()
    around.order("move", cell="c5")
    said = over(around)
    assert kinds(said) == [LocationUpdatingRequest, GprsSuspensionRequest]
    assert kind(around.locates(said)) is UpdateTypeValue.RA_UPDATING


@pytest.mark.parametrize(("ready", "expected"), [(True, [EMPTY]), (False, [])])
def test_moved_in_the_area_in_a_call(ready: bool, expected: list[Said]) -> None:
    """Another cell of the same area: a cell update in READY, nothing in STANDBY (23.060 6.9.1.1)."""
    around = calling()
    around.order("move", cell="c2")
    around.wait(5 if ready else 50)
    assert over(around) == expected
    assert around.m1["state"] == ATTACHED


def test_moved_to_a_cell_that_says_nothing_in_a_call() -> None:
    """The mobile looks for its cell after the call."""
    around = calling()
    around.order("move", cell="silent")
    assert over(around) == []
    assert around.m1["state"] == "GMM-REGISTERED.PLMN-SEARCH"
    assert around.m1["cs_state"] == "MM IDLE, NO CELL AVAILABLE"
    assert kind(around.announce("silent")) is UpdateTypeValue.COMBINED_RA_LA_UPDATING


# --- a channel in the midst of something --------------------------------------------------------------------------


def test_call_during_an_update() -> None:
    """The update is over, and made after the call; its area is not the one where the P-TMSI was given (4.7.5.1.5)."""
    around = attached_for_both()
    around.order("move", cell="c3")
    request = suspension(around.order("call"))
    assert (request.tlli, request.routeing_area_identification) == (Tlli.local(PTMSI), CELL.rai)
    assert around.wait(14) == []
    assert kind(around.tells(release(resumed=True))) is UpdateTypeValue.COMBINED_RA_LA_UPDATING


def test_page_during_an_attach() -> None:
    """The attach is over, and begins anew after the call; the SGSN does not know the mobile, so it is not told."""
    around = attached_for_both()
    around.order("detach", type="gprs")
    around.says(DETACH_ACCEPT)
    assert kinds(around.order("attach")) == [AttachRequest]
    assert kinds(around.pages(call_page())) == [PagingResponse]
    assert around.m1["state"] == SUSPENDED
    assert around.wait(9) == []
    assert kinds(around.tells(release())) == [AttachRequest]


def test_page_during_a_detach() -> None:
    """The detach counts as done."""
    around = attached_for_both()
    around.order("detach", type="gprs")
    assert kinds(around.pages(call_page())) == [PagingResponse, GprsSuspensionRequest]
    assert around.m1["state"] == SUSPENDED
    assert around.tells(release()) == []
    assert around.m1["state"] == NORMAL


def test_call_between_attempts_to_update() -> None:
    """What waited for T3311 waits for it again, unless packets were not resumed."""
    around = attached_for_both()
    around.order("move", cell="c3")
    around.says(accept_update("c3"))
    assert around.m1["state"] == UPDATE_FAILED_MM
    assert kinds(around.pages(call_page(IMSI), "c3")) == [PagingResponse, GprsSuspensionRequest]
    assert around.tells(release(resumed=True)) == []
    assert around.m1["state"] == UPDATE_FAILED_MM
    around.pages(call_page(IMSI), "c3")
    assert kind(around.tells(release(resumed=False))) is UpdateTypeValue.COMBINED_RA_LA_UPDATING_WITH_IMSI_ATTACH


def test_moved_between_attempts_to_update() -> None:
    """Another cell of the same area is told; another area is worth an attempt."""
    around = attached_for_both()
    around.order("detach", type="gprs")
    around.says(DETACH_ACCEPT)
    around.order("attach")
    around.says(accept())
    assert around.m1["state"] == UPDATE_FAILED_MM
    around.pages(call_page(IMSI))
    around.order("move", cell="c2")
    assert around.tells(release(resumed=True)) == [EMPTY]
    around.cell = "c2"
    assert around.m1["state"] == UPDATE_FAILED_MM
    around.pages(call_page(IMSI), "c2")
    around.order("move", cell="c3")
    assert len(around.tells(release(resumed=True))) == 1


def test_calls_between_attempts_to_attach() -> None:
    """When attempts have come to their end calls see to themselves; T3302 goes on after them (4.7.3.2.5)."""
    around = Around(combined=True)
    around.order("attach")
    for _ in range(4):
        around.says(AttachReject(gmm_cause=GmmCause.CONGESTION))
        assert around.m1["state"] == ATTEMPTING
        assert around.m1["cs_state"] == "LOCATION UPDATING PENDING"
        around.wait(15)
    said = around.says(AttachReject(gmm_cause=GmmCause.CONGESTION))
    assert kinds(said) == [LocationUpdatingRequest]
    assert around.m1["state"] == SUSPENDED
    assert around.locates(said, "c1") == []
    assert (around.m1["state"], around.m1["cs_state"]) == (ATTEMPTING, "MM IDLE, NORMAL SERVICE")
    assert around.wait(719) == []
    (request,) = around.wait(2)
    assert isinstance(request, AttachRequest)
    assert around.m1["cs_state"] == "MM IDLE, NORMAL SERVICE"
    said = around.says(accept_both())
    assert around.m1["state"] == ATTACHED


def test_orders_wait_for_the_location() -> None:
    """Attach in a network without Gs: location first; the order is answered when both are done (23.060 6.9.1)."""
    around = Around(combined=True)
    around.order("move", cell="c5")
    replies(around)
    said = around.order("attach")
    assert kinds(said) == [LocationUpdatingRequest]
    assert replies(around) == []
    (request,) = around.locates(said)
    assert isinstance(request, AttachRequest)
    assert replies(around) == []
    assert request.mobile_identity == MobileIdentity(IMSI)
    around.says(accept(routing_area=Rai.parse("001-01-1-9")))
    assert replies(around) == [("done", {"state": ATTACHED, "cause": None})]
