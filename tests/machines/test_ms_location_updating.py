"""Location updating and IMSI detach of a mobile whose calls do not go through the SGSN (24.008 4.3.4, 4.4)."""

from typing import Any

import pytest

from nodes.core.outputs import Record
from protocol.causes import GmmCause, MmCause
from protocol.gmm import AttachRequest, RoutingAreaUpdateRequest
from protocol.gmm.elements import Cksn, PlmnList, UpdateTypeValue
from protocol.identities import Imsi, Lai, MobileIdentity, Plmn, Tmsi
from protocol.mm import (
    AuthenticationReject,
    CmServiceRequest,
    ImsiDetachIndication,
    LocationUpdatingReject,
    LocationUpdatingRequest,
    TmsiReallocationComplete,
    TypeOfLocationUpdating,
)
from protocol.rr import ChannelRelease, GprsSuspensionRequest, PagingResponse, RrCause
from tests.machines.mobile_calls import call_page, kinds, plain, replies
from tests.machines.mobiles import (
    ATTACHED,
    CELLS,
    DETACH_ACCEPT,
    IMSI,
    NORMAL,
    OFF,
    TMSI,
    Around,
    Said,
    accept,
    accept_both,
    accept_update,
    attached_for_both,
    challenge_on_channel,
    location_accept,
    release,
)

TMSI_2 = Tmsi(0x23456789)
NORMAL_UPDATING = TypeOfLocationUpdating.NORMAL_LOCATION_UPDATING
PERIODIC_UPDATING = TypeOfLocationUpdating.PERIODIC_UPDATING
IMSI_ATTACH = TypeOfLocationUpdating.IMSI_ATTACH
SERVED, NOT_SERVED = "MM IDLE, NORMAL SERVICE", "MM IDLE, ATTEMPTING TO UPDATE"
AREA = CELLS["c5"][1].rai


def request_of(said: list[Said]) -> LocationUpdatingRequest:
    """The location updating that was asked for; packets are suspended for it where there are any."""
    assert isinstance(said[0], LocationUpdatingRequest)
    assert kinds(said[1:]) in ([], [GprsSuspensionRequest])
    return said[0]


def type_of(said: list[Said]) -> TypeOfLocationUpdating:
    """Its type."""
    return request_of(said).location_updating_type.type_of_location_updating


def updating(cell: str = "c5", **settings: Any) -> Around:
    """A mobile that wants calls in a cell without Gs, and updates its location before it attaches."""
    around = Around(combined=True, **settings)
    around.order("move", cell=cell)
    replies(around)
    assert type_of(around.order("attach")) is NORMAL_UPDATING
    return around


def located(cell: str = "c5", *, tmsi: bool = True, **settings: Any) -> Around:
    """A mobile that is attached for both, each on its own way."""
    around = updating(cell, **settings)
    identity = MobileIdentity(TMSI) if tmsi else None
    around.tells(location_accept(cell, mobile_identity=identity))
    assert kinds(around.tells(release())) == [AttachRequest]
    around.says(accept(routing_area=CELLS[cell][1].rai))
    assert replies(around) == [("done", {"state": ATTACHED, "cause": None})]
    return around


def refuse(around: Around, cause: MmCause) -> list[Said]:
    """The network refuses the location updating, and releases the channel; what the mobile says then."""
    assert around.tells(LocationUpdatingReject(reject_cause=cause)) == []
    assert around.m1["cs_state"] == "WAIT FOR NETWORK COMMAND"
    return around.tells(release(resumed=True))


# --- why, and what for --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["II", "III"])
@pytest.mark.parametrize("ms_class", ["A", "B"])
def test_location_updating(ms_class: Any, mode: Any) -> None:
    """A new card: normal location updating under the IMSI, from nowhere; the TMSI is acknowledged (4.4.1, 4.4.4)."""
    around = Around(combined=True, ms_class=ms_class)
    around.announce("c5", mode)
    around.order("move", cell="c5")
    said = around.order("attach")
    assert kinds(said) == [AttachRequest, LocationUpdatingRequest] if ms_class == "A" else [LocationUpdatingRequest]
    request = said[-1]
    assert isinstance(request, LocationUpdatingRequest)
    assert request.location_updating_type.type_of_location_updating is NORMAL_UPDATING
    assert request.location_area_identification == Lai(AREA.plmn, 0xFFFE)
    assert (request.mobile_identity.value, request.cksn) == (IMSI, Cksn.NO_KEY)
    assert around.m1["cs_state"] == "LOCATION UPDATING INITIATED"
    answer = location_accept(mobile_identity=MobileIdentity(TMSI))
    assert plain(around.tells(answer)) == [TmsiReallocationComplete()]
    look = around.m1
    assert (look["tmsi"], look["location_area"], look["imsi_attached"]) == (str(TMSI), "001-01-1", True)
    assert (look["location_update_status"], look["cs_state"]) == ("UPDATED", "WAIT FOR NETWORK COMMAND")
    said = around.tells(release())
    assert kinds(said) == ([] if ms_class == "A" else [AttachRequest])
    assert around.m1["cs_state"] == SERVED


def test_location_updating_of_class_c() -> None:
    """Class C has no calls (23.060 5.4.5)."""
    around = Around(combined=True, ms_class="C")
    around.order("move", cell="c5")
    assert kinds(around.order("attach")) == [AttachRequest]
    assert around.m1["cs_state"] == "NULL"


def test_location_updating_in_another_area() -> None:
    """Another location area: normal, under TMSI and old area, before the routing area (4.4.1, 23.060 6.9.1)."""
    around = located()
    around.announce("c4", "II")
    said = around.order("move", cell="c4")
    assert kinds(said) == [LocationUpdatingRequest, GprsSuspensionRequest]
    request = request_of(said)
    assert type_of(said) is NORMAL_UPDATING
    assert (request.mobile_identity.value, request.location_area_identification) == (TMSI, AREA.lai)
    assert replies(around) == []
    around.tells(location_accept("c4", mobile_identity=MobileIdentity(TMSI_2)))
    (update,) = around.tells(release(resumed=True))
    assert isinstance(update, RoutingAreaUpdateRequest)
    assert update.update_type.update_type_value is UpdateTypeValue.RA_UPDATING
    around.says(accept_update("c4"))
    assert replies(around) == [("done", {"state": ATTACHED, "cause": None})]
    assert around.m1["tmsi"] == str(TMSI_2)


def test_no_location_updating_in_the_same_area() -> None:
    """Another routing area of the same location area is no business of calls."""
    around = located()
    around.announce("c3", "II")
    (update,) = around.order("move", cell="c3")
    assert isinstance(update, RoutingAreaUpdateRequest)
    assert around.m1["cs_state"] == SERVED


@pytest.mark.parametrize("att", [True, False])
def test_imsi_attach(att: bool) -> None:
    """Switched off and on in the same area: IMSI attach, unless the cell does not want to know (4.4.3)."""
    around = located()
    around.announce("c5", "II", att=att)
    said = around.order("power-off")
    assert kinds(said[1:]) == ([ImsiDetachIndication] if att else [])
    around.tells(release())
    replies(around)
    said = around.order("attach")
    if att:
        assert type_of(said) is IMSI_ATTACH
        assert request_of(said).mobile_identity.value == TMSI
        said = around.locates(said)
    assert kinds(said) == [AttachRequest]
    assert around.m1["cs_state"] == SERVED


def test_location_outlives_the_mobile() -> None:
    """TMSI, area and key number are on the card (31.102 4.2.17)."""
    around = updating()
    around.tells(challenge_on_channel(64))
    around.tells(location_accept(mobile_identity=MobileIdentity(TMSI)))
    around.tells(release())
    again = Around(records=[Record(key, octets) for key, octets in around.saved.items()], combined=True)
    again.order("move", cell="c5")
    request = request_of(again.order("attach"))
    assert (request.mobile_identity.value, request.cksn) == (TMSI, Cksn(3))


# --- what the network grants --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("identity", "expected"), [(None, TMSI), (TMSI_2, TMSI_2), (IMSI, None)])
def test_identity_granted(identity: Tmsi | Imsi | None, expected: Tmsi | None) -> None:
    """A TMSI is taken, an IMSI deletes it, nothing keeps it (4.4.4.6)."""
    around = located()
    around.announce("c4", "II")
    around.order("move", cell="c4")
    answer = location_accept("c4", mobile_identity=None if identity is None else MobileIdentity(identity))
    assert kinds(around.tells(answer)) == [TmsiReallocationComplete] * isinstance(identity, Tmsi)
    assert around.m1["tmsi"] == (None if expected is None else str(expected))
    around.tells(release(resumed=True))
    around.says(accept_update("c4"))
    assert kinds(around.pages(call_page(expected or IMSI), "c4"))[0] is PagingResponse


def test_equivalent_networks() -> None:
    """Equivalent networks are kept, but for forbidden ones (4.4.4.6)."""
    around = updating()
    around.mobile.forbidden |= {Plmn("001", "05")}
    plmns = PlmnList((Plmn("001", "02"), Plmn("001", "05")))
    around.tells(location_accept(equivalent_plmns=plmns))
    assert around.m1["equivalent_plmns"] == ["001-02"]


def test_network_that_thinks_it_elsewhere() -> None:
    """An accept for another area than the one asked for: as if it had failed, lest it go on for ever."""
    around = updating()
    around.tells(location_accept("c4"))
    assert kinds(around.tells(release())) == [AttachRequest]
    assert around.m1["cs_state"] == NOT_SERVED
    assert around.timers() >= {"T3211"}


# --- periodic updating (4.4.2) ------------------------------------------------------------------------------------


def test_periodic_updating() -> None:
    """T3212 is the cell's, in units of six minutes, and begins anew with each channel."""
    around = Around(combined=True)
    around.announce("c5", "II", t3212=1)
    around.order("move", cell="c5")
    around.locates(around.order("attach"))
    around.says(accept(routing_area=AREA))
    assert around.m1["cs_state"] == SERVED
    assert around.timers() == {"T3212", "T3314"}
    around.wait(300)
    around.pages(call_page(IMSI))
    around.order("call")
    around.tells(release(resumed=True))
    around.order("hang-up")
    around.tells(release(resumed=True))
    replies(around)
    assert around.wait(359) == []
    said = around.wait(2)
    assert type_of(said) is PERIODIC_UPDATING
    assert around.locates(said) == []
    assert around.m1["cs_state"] == SERVED
    assert around.timers() >= {"T3212"}


def test_no_periodic_updating() -> None:
    """T3212 of 0: none."""
    around = located()
    assert "T3212" not in around.timers()


def test_other_period_in_another_cell() -> None:
    """The time that is left is taken modulo the new period (4.4.2)."""
    around = Around(combined=True)
    around.announce("c5", "II", t3212=10)
    around.order("move", cell="c5")
    around.locates(around.order("attach"))
    around.says(accept(routing_area=AREA))
    around.wait(100)
    around.announce("c5", "II", t3212=4)
    assert around.wait(3500 % 1440 - 1) == []
    assert type_of(around.wait(2)) is PERIODIC_UPDATING


def test_period_that_ends() -> None:
    """The cell wants no more updates."""
    around = Around(combined=True)
    around.announce("c5", "II", t3212=1)
    around.order("move", cell="c5")
    around.locates(around.order("attach"))
    around.announce("c5", "II", t3212=0)
    assert "T3212" not in around.timers()
    assert around.m1["cs_state"] == SERVED


def test_periodic_updating_fails() -> None:
    """Served all the same, it tries again after T3211; the fourth time its location counts as unknown (4.4.4.9)."""
    around = Around(combined=True)
    around.announce("c5", "II", t3212=1)
    around.order("move", cell="c5")
    around.order("attach")
    around.tells(location_accept(mobile_identity=MobileIdentity(TMSI)))
    around.tells(release())
    around.says(accept(routing_area=AREA))
    said = around.wait(360)
    for attempt in range(1, 4):
        assert type_of(said) is PERIODIC_UPDATING
        assert refuse(around, MmCause.NETWORK_FAILURE) == []
        look = around.m1
        assert (look["cs_state"], look["location_update_attempt_counter"]) == (SERVED, attempt)
        assert look["tmsi"] == str(TMSI)
        assert around.announce("c5", "II", t3212=1, ac_2=True) == [], "news of the cell do not hasten it"
        assert around.wait(14.9) == []
        said = around.wait(0.2)
    refuse(around, MmCause.NETWORK_FAILURE)
    look = around.m1
    assert (look["cs_state"], look["location_update_attempt_counter"]) == (NOT_SERVED, 4)
    assert (look["tmsi"], look["location_update_status"]) == (None, "NOT_UPDATED")
    assert around.timers() >= {"T3212"}
    assert around.wait(359) == []
    assert type_of(around.wait(2)) is NORMAL_UPDATING
    assert around.m1["location_update_attempt_counter"] == 0


# --- rejects (4.4.4.7) --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cause", [MmCause.IMSI_UNKNOWN_IN_HLR, MmCause.ILLEGAL_MS, MmCause.ILLEGAL_ME])
def test_location_rejected_for_good(cause: MmCause) -> None:
    """#2, #3, #6: no calls with this card until the mobile is switched off; packets are another matter."""
    around = updating()
    assert kinds(refuse(around, cause)) == [AttachRequest]
    look = around.m1
    assert (look["cs_state"], look["sim_invalid"]) == ("MM IDLE, NO IMSI", "for non-GPRS")
    assert look["location_update_status"] == "ROAMING_NOT_ALLOWED"
    around.says(accept(routing_area=AREA))
    assert around.m1["state"] == ATTACHED
    replies(around)
    around.announce("c4", "II")
    assert kinds(around.order("move", cell="c4")) == [RoutingAreaUpdateRequest]
    assert around.pages(call_page(IMSI), "c4") == []
    around.order("power-off")
    around.order("move", cell="c5")
    assert kinds(around.order("attach")) == [LocationUpdatingRequest]


@pytest.mark.parametrize(
    ("cause", "forbidden", "keeps"),
    [
        (MmCause.PLMN_NOT_ALLOWED, "001-01", False),
        (MmCause.LOCATION_AREA_NOT_ALLOWED, "001-01-2", False),
        (MmCause.ROAMING_NOT_ALLOWED_IN_THIS_LOCATION_AREA, "001-01-2", True),
        (MmCause.NO_SUITABLE_CELLS_IN_LOCATION_AREA, "001-01-2", True),
    ],
)
@pytest.mark.parametrize("ms_class", ["A", "B"])
def test_location_rejected_here(ms_class: Any, cause: MmCause, forbidden: str, keeps: bool) -> None:
    """#11, #12, #13, #15: network or area is closed, for packets too; elsewhere the mobile asks again."""
    around = located() if ms_class == "B" else located_class_a()
    around.announce("c4", "II")
    around.order("move", cell="c4")
    refuse(around, cause)
    look = around.m1
    assert (look["cs_state"], look["forbidden"]) == ("MM IDLE, LIMITED SERVICE", [forbidden])
    assert look["state"] == "GMM-REGISTERED.LIMITED-SERVICE"
    assert look["location_update_status"] == "ROAMING_NOT_ALLOWED"
    assert look["tmsi"] == (str(TMSI) if keeps else None)
    around.order("call")
    assert replies(around)[-1] == ("failed", {"error": "m1 is in MM IDLE, LIMITED SERVICE: no call now"})
    said = around.order("move", cell="c5")
    if cause is MmCause.PLMN_NOT_ALLOWED:
        assert said == []
    else:
        assert LocationUpdatingRequest in kinds(said)


def located_class_a() -> Around:
    """The same of class A, which does both at once."""
    around = Around(combined=True, ms_class="A")
    around.order("move", cell="c5")
    around.order("attach")
    around.tells(location_accept(mobile_identity=MobileIdentity(TMSI)))
    around.tells(release())
    around.says(accept(routing_area=AREA))
    replies(around)
    return around


@pytest.mark.parametrize("cause", [MmCause.NETWORK_FAILURE, MmCause.CONGESTION, MmCause.PROTOCOL_ERROR_UNSPECIFIED])
def test_location_rejected_for_now(cause: MmCause) -> None:
    """Other causes: T3211, three times; then T3212, or our own time where the cell has none (4.4.4.9 g)."""
    around = updating()
    for attempt in range(1, 5):
        said = refuse(around, cause)
        assert kinds(said) == ([AttachRequest] if attempt == 1 else [])
        if attempt == 1:
            around.says(accept(routing_area=AREA))
        look = around.m1
        assert (look["cs_state"], look["location_update_attempt_counter"]) == (NOT_SERVED, attempt)
        if attempt < 4:
            assert around.wait(14.9) == []
            assert type_of(around.wait(0.2)) is NORMAL_UPDATING
    assert "T3211" not in around.timers()
    assert around.announce("c5", "III") == []
    assert len([m for m in around.wait(3599) if isinstance(m, LocationUpdatingRequest)]) == 0
    assert type_of(around.wait(2)) is NORMAL_UPDATING


def test_location_not_answered() -> None:
    """T3210: the channel is left, and the attempt has failed (4.4.4.9 d)."""
    around = updating()
    assert around.wait(19.9) == []
    assert kinds(around.wait(0.2)) == [AttachRequest]
    assert (around.m1["cs_state"], around.ms.channels) == (NOT_SERVED, {})
    assert around.m1["location_update_attempt_counter"] == 1


def test_channel_released_before_the_answer() -> None:
    """The attempt has failed (4.4.4.9 e); packets need not wait any more."""
    around = updating()
    assert kinds(around.tells(release())) == [AttachRequest]
    assert around.m1["cs_state"] == NOT_SERVED
    around.says(accept(routing_area=AREA))
    assert replies(around) == [("done", {"state": ATTACHED, "cause": None})]


def test_radio_lost_before_the_answer() -> None:
    """The attempt has failed; what was ordered has failed with it, and goes on when the radio is back."""
    around = updating()
    around.order("cover", on=False)
    assert ("failed", {"state": "GMM-DEREGISTERED.NO-CELL-AVAILABLE", "cause": None}) in replies(around)
    assert (around.m1["cs_state"], around.ms.channels) == ("MM IDLE, NO CELL AVAILABLE", {})
    assert kinds(around.order("cover", on=True)) == [AttachRequest]
    assert around.m1["cs_state"] == NOT_SERVED
    around.says(accept(routing_area=AREA))
    assert type_of(around.wait(15)) is NORMAL_UPDATING


def test_no_channel_for_the_update() -> None:
    """24.008 4.4.4.9 c: twice T3213 and nothing is counted; the third time the attempt has failed."""
    around = updating()
    refused = ChannelRelease(rr_cause=RrCause.ABNORMAL_RELEASE_UNSPECIFIED)
    assert kinds(around.tells(refused)) == [AttachRequest]
    around.says(accept(routing_area=AREA))
    for _ in range(2):
        assert (around.m1["cs_state"], around.m1["location_update_attempt_counter"]) == (NOT_SERVED, 0)
        assert around.wait(3.9) == []
        assert type_of(around.wait(0.2)) is NORMAL_UPDATING
        around.tells(refused)
    assert around.m1["location_update_attempt_counter"] == 1
    assert around.wait(14) == []
    assert type_of(around.wait(1.1)) is NORMAL_UPDATING


def test_no_channel_for_the_update_and_a_call() -> None:
    """24.008 4.5.1.1: a call that is wanted does not wait for T3213."""
    around = updating()
    around.tells(ChannelRelease(rr_cause=RrCause.ABNORMAL_RELEASE_UNSPECIFIED))
    around.says(accept(routing_area=AREA))
    assert type_of(around.order("call")) is NORMAL_UPDATING


def test_link_lost_before_the_answer() -> None:
    """24.008 4.4.4.9 e, 44.018 3.4.13.1: the radio link alone fails: so has the attempt, and packets go on."""
    around = updating()
    assert kinds(around.order("lose-link")) == [AttachRequest]
    assert (around.m1["cs_state"], around.ms.channels) == (NOT_SERVED, {})
    around.says(accept(routing_area=AREA))
    assert type_of(around.wait(15)) is NORMAL_UPDATING


def test_link_lost_in_imsi_detach() -> None:
    """24.008 4.3.4.2: the detach is over."""
    around = located()
    around.order("detach", type="imsi")
    assert kinds(around.order("lose-link")) == [RoutingAreaUpdateRequest], "nobody has resumed packets"
    assert (around.m1["cs_state"], around.ms.channels) == ("NULL", {})


def test_proof_refused_while_updating() -> None:
    """AUTHENTICATION REJECT ends the update (4.3.2.5)."""
    around = updating()
    assert around.tells(AuthenticationReject()) == []
    assert kinds(around.tells(release())) == [AttachRequest]
    assert around.m1["cs_state"] == "MM IDLE, NO IMSI"


# --- while it does not succeed ------------------------------------------------------------------------------------


def attempting() -> Around:
    """A mobile attached for packets whose location updating has failed."""
    around = updating()
    refuse(around, MmCause.CONGESTION)
    around.says(accept(routing_area=AREA))
    replies(around)
    assert around.m1["cs_state"] == NOT_SERVED
    return around


def test_another_area_is_worth_an_attempt() -> None:
    """Another location area: at once, and the counter begins anew; the same one: T3211 (4.2.2.2)."""
    around = attempting()
    around.announce("c3", "II")
    assert kinds(around.order("move", cell="c3")) == [RoutingAreaUpdateRequest]
    around.says(accept_update("c3"))
    around.announce("c4", "II")
    said = around.order("move", cell="c4")
    assert type_of(said) is NORMAL_UPDATING
    refuse(around, MmCause.CONGESTION)
    assert around.m1["location_update_attempt_counter"] == 1


def test_call_hastens_the_update() -> None:
    """A call that is wanted: location updating first, then the call (4.2.2.2, 4.5.1.1)."""
    around = attempting()
    said = around.order("call")
    assert type_of(said) is NORMAL_UPDATING
    said = around.locates(said)
    assert kinds(said) == [CmServiceRequest, GprsSuspensionRequest]


def test_call_follows_on_the_channel() -> None:
    """24.008 4.4.4.6: where the network proceeds the call is asked for on the channel of the update."""
    around = attempting()
    (request, *_) = around.order("call")
    assert isinstance(request, LocationUpdatingRequest)
    assert request.location_updating_type.follow_on_request
    said = around.tells(location_accept(mobile_identity=MobileIdentity(TMSI), follow_on_proceed=True))
    assert kinds(said) == [TmsiReallocationComplete, CmServiceRequest]
    assert len(around.ms.channels) == 1
    assert around.m1["cs_state"] == "WAIT FOR OUTGOING MM CONNECTION"


def test_network_proceeds_with_nothing() -> None:
    """24.008 4.4.4.6: the call was given up meanwhile: the channel is left to the network."""
    around = attempting()
    around.order("call")
    around.order("hang-up")
    assert around.tells(location_accept(follow_on_proceed=True)) == []
    assert around.m1["cs_state"] == "WAIT FOR NETWORK COMMAND"


def test_call_finds_no_location() -> None:
    """The update fails again: no call."""
    around = attempting()
    around.order("call")
    assert refuse(around, MmCause.CONGESTION) == []
    assert replies(around) == [("failed", {"error": f"m1 is in {NOT_SERVED}"})]
    assert around.m1["location_update_attempt_counter"] == 1


def test_page_is_answered_all_the_same() -> None:
    """4.2.2.2: a page under the IMSI is answered; after it the update is made."""
    around = attempting()
    assert kinds(around.pages(call_page(IMSI), "c5")) == [PagingResponse, GprsSuspensionRequest]
    assert type_of(around.tells(release(resumed=True))) is NORMAL_UPDATING


def test_access_barred() -> None:
    """The access class is barred: the update waits, and is made when that ends (4.2.2.6)."""
    around = Around(combined=True)
    around.announce("c5", "II", ac_1=True)
    around.order("move", cell="c5")
    assert around.order("attach") == []
    assert (around.m1["cs_state"], around.m1["state"]) == (
        "MM IDLE, LOCATION UPDATE NEEDED",
        "GMM-DEREGISTERED.ATTACH-NEEDED",
    )
    around.order("call")
    assert replies(around)[-1][0] == "failed"
    said = around.announce("c5", "II")
    assert type_of(said) is NORMAL_UPDATING
    assert kinds(around.locates(said)) == [AttachRequest]


# --- between the two ways (4.1.1.2.2) -----------------------------------------------------------------------------


def test_from_mode_one_to_two() -> None:
    """What the VLR knows through the SGSN it is told anew, though the location area is the same."""
    around = attached_for_both()
    said = around.order("move", cell="c5")
    assert type_of(said) is NORMAL_UPDATING
    (update,) = around.locates(said)
    assert isinstance(update, RoutingAreaUpdateRequest)
    assert update.update_type.update_type_value is UpdateTypeValue.RA_UPDATING


def test_from_mode_two_to_one() -> None:
    """Combined update with IMSI attach; T3212 does not run where packets see to it."""
    around = Around(combined=True)
    around.announce("c5", "II", t3212=1)
    around.order("move", cell="c5")
    around.locates(around.order("attach"))
    around.says(accept(routing_area=AREA))
    assert "T3212" in around.timers()
    (update,) = around.order("move", cell="c3")
    assert isinstance(update, RoutingAreaUpdateRequest)
    assert update.update_type.update_type_value is UpdateTypeValue.COMBINED_RA_LA_UPDATING_WITH_IMSI_ATTACH
    around.says(accept_update("c3", combined=True))
    assert around.m1["cs_state"] == SERVED
    assert "T3212" not in around.timers()


def test_partial_update_of_who_is_located() -> None:
    """Packets cannot attach for calls: what the mobile has achieved by itself stays good (4.7.5.2.3.2)."""
    around = Around(combined=True)
    around.order("move", cell="c5")
    around.locates(around.order("attach"))
    around.says(accept(routing_area=AREA))
    around.order("move", cell="c3")
    around.says(accept_update("c3", gmm_cause=GmmCause.MSC_TEMPORARILY_NOT_REACHABLE))
    look = around.m1
    assert (look["state"], look["cs_state"], look["imsi_attached"]) == (
        "GMM-REGISTERED.ATTEMPTING-TO-UPDATE-MM",
        SERVED,
        True,
    )


def test_detached_from_packets_alone() -> None:
    """Calls go on without packets, by way of the A interface; T3212 begins to run (4.7.4.1.2)."""
    around = attached_for_both()
    around.announce("c1", "I", t3212=1)
    around.order("detach", type="gprs")
    assert around.says(DETACH_ACCEPT) == []
    assert (around.m1["state"], around.m1["cs_state"]) == (NORMAL, SERVED)
    assert around.timers() == {"T3212"}
    assert type_of(around.wait(360)) is PERIODIC_UPDATING


# --- IMSI detach (4.3.4) ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("type_", "more"), [(None, True), ("combined", True), ("gprs", False)])
def test_detach_without_gs(type_: str | None, more: bool) -> None:
    """From packets first, then from calls, on a channel of its own; the network need not answer."""
    around = located()
    arguments = {} if type_ is None else {"type": type_}
    (request,) = around.order("detach", **arguments)
    assert type(request).__name__ == "DetachRequestMo"
    said = around.says(DETACH_ACCEPT)
    assert kinds(said) == [ImsiDetachIndication] * more
    assert replies(around) == [("done", {"state": NORMAL, "cause": None})]
    if more:
        detach = said[0]
        assert isinstance(detach, ImsiDetachIndication)
        assert detach.mobile_identity.value == TMSI
        assert around.m1["cs_state"] == "IMSI DETACH INITIATED"
        assert around.tells(release()) == []
    look = around.m1
    assert (look["cs_state"], look["imsi_attached"]) == ("NULL", False) if more else (SERVED, True)


def test_imsi_detach_ordered() -> None:
    """From calls alone: packets wait meanwhile."""
    around = located()
    said = around.order("detach", type="imsi")
    assert kinds(said) == [ImsiDetachIndication, GprsSuspensionRequest]
    assert replies(around) == [("done", {"state": ATTACHED, "cause": None})]
    assert around.tells(release(resumed=True)) == []
    assert (around.m1["state"], around.m1["cs_state"]) == (ATTACHED, "NULL")


def test_imsi_detach_without_packets() -> None:
    """The same of a mobile that has no packets."""
    around = located()
    around.order("detach", type="gprs")
    around.says(DETACH_ACCEPT)
    replies(around)
    assert kinds(around.order("detach", type="imsi")) == [ImsiDetachIndication]
    assert replies(around) == [("done", {"state": NORMAL, "cause": None})]


def test_imsi_detach_unheard() -> None:
    """T3220: nobody releases the channel, which is left (4.3.4.3)."""
    around = located(tmsi=False)
    said = around.order("detach", type="imsi")
    assert isinstance(said[0], ImsiDetachIndication)
    assert said[0].mobile_identity.value == IMSI
    assert around.wait(4.9) == []
    assert kinds(around.wait(0.2)) == [RoutingAreaUpdateRequest], "nobody has resumed packets"
    assert (around.m1["cs_state"], around.ms.channels) == ("NULL", {})


def test_radio_lost_in_imsi_detach() -> None:
    """Nobody hears it: so be it."""
    around = located()
    around.order("detach", type="imsi")
    around.order("cover", on=True)
    assert around.m1["cs_state"] == "IMSI DETACH INITIATED"
    around.order("cover", on=False)
    assert (around.m1["cs_state"], around.ms.channels) == ("NULL", {})


def test_switched_off_without_gs() -> None:
    """Both are told; nobody has to answer."""
    around = located()
    said = around.order("power-off")
    assert [type(message).__name__ for message in said] == ["DetachRequestMo", "ImsiDetachIndication"]
    assert around.m1["state"] == OFF
    around.wait(5)
    assert (around.m1["cs_state"], around.timers()) == ("NULL", set())


def test_switched_off_while_updating() -> None:
    """What is not attached does not detach: the channel is left."""
    around = updating()
    assert around.order("power-off") == []
    assert (around.m1["cs_state"], around.ms.channels, around.timers()) == ("NULL", {}, set())


def test_switched_on_again_while_detaching() -> None:
    """The channel of the detach is still there; the location is updated after it."""
    around = located()
    around.order("power-off")
    replies(around)
    assert kinds(around.order("attach")) == [AttachRequest], "packets do not wait for that"
    said = around.tells(release())
    assert type_of(said) is IMSI_ATTACH
    assert around.m1["state"] == "GMM-DEREGISTERED.SUSPENDED"
    assert replies(around) == []
    assert kinds(around.locates(said)) == [AttachRequest]


def test_accept_both_is_for_mode_one() -> None:
    """A combined attach makes all this needless."""
    around = Around(combined=True)
    assert kinds(around.order("attach")) == [AttachRequest]
    assert around.m1["cs_state"] == "LOCATION UPDATING PENDING"
    around.says(accept_both())
    assert around.m1["cs_state"] == SERVED
