"""Routing area updating in the mobile (24.008 4.7.5): what is asked, accepted and refused, and every abnormal case."""

from typing import Any

import pytest

from nodes.ms.causes import HOPELESS
from protocol.causes import GmmCause
from protocol.gmm import (
    AttachComplete,
    AttachRequest,
    DetachAcceptMo,
    DetachRequestMo,
    GmmStatus,
    IdentityResponse,
    RoutingAreaUpdateComplete,
    RoutingAreaUpdateRequest,
)
from protocol.gmm.elements import (
    Cksn,
    DetachTypeMt,
    GprsTimer,
    IdentityType,
    PdpContextStatus,
    PlmnList,
    TmsiStatus,
    UpdateTypeValue,
)
from protocol.identities import MobileIdentity, Plmn, Tlli, Tmsi
from protocol.sm import ActivatePdpContextRequest
from protocol.timers import SECOND
from tests.machines.mobile_calls import kinds
from tests.machines.mobile_sessions import TI_2, activated, nsapis
from tests.machines.mobiles import (
    ATTACHED,
    ATTACHED_LIMITED,
    ATTACHED_NO_CELL,
    CELL,
    CELLS,
    DETACH_ACCEPT,
    EMPTY,
    IMSI,
    LIMITED,
    NO_IMSI,
    NORMAL,
    NULL,
    OFF,
    PTMSI,
    PTMSI_2,
    SIGNATURE,
    TMSI,
    UPDATE_FAILED,
    UPDATE_FAILED_MM,
    UPDATING,
    Around,
    Said,
    accept,
    accept_both,
    accept_update,
    attached,
    attached_for_both,
    detach_request,
    forged,
    identity_request,
    reject_update,
)

COMBINED = UpdateTypeValue.COMBINED_RA_LA_UPDATING
WITH_ATTACH = UpdateTypeValue.COMBINED_RA_LA_UPDATING_WITH_IMSI_ATTACH
NEEDED = "GMM-REGISTERED.UPDATE-NEEDED"


def kind(said: list[Said]) -> UpdateTypeValue:
    """The type of the one update that was asked for."""
    (request,) = said
    assert isinstance(request, RoutingAreaUpdateRequest)
    return request.update_type.update_type_value


def moved(around: Around | None = None, cell: str = "c3") -> Around:
    """A mobile that has asked for an update in another routing area."""
    around = around or attached()
    (request,) = around.order("move", cell=cell)
    assert isinstance(request, RoutingAreaUpdateRequest)
    return around


# --- normal updating ----------------------------------------------------------------------------------------------


def test_update_in_new_area() -> None:
    """Another area: asked on the foreign TLLI, with old area and signature; completed on the new TLLI (4.7.5.1)."""
    around = attached()
    (request,) = around.order("move", cell="c3")
    assert isinstance(request, RoutingAreaUpdateRequest)
    assert request.update_type.update_type_value is UpdateTypeValue.RA_UPDATING
    assert (request.old_routing_area, request.old_ptmsi_signature) == (CELL.rai, SIGNATURE)
    assert (request.cksn, request.ptmsi, request.tmsi_status) == (Cksn(2), None, None)
    assert request.pdp_context_status == PdpContextStatus(())
    assert (around.cell, around.tlli) == ("c3", Tlli.foreign(PTMSI))
    assert around.m1["state"] == UPDATING
    answer = accept_update("c3", allocated_ptmsi=MobileIdentity(PTMSI_2), ptmsi_signature=0x777777)
    assert around.says(answer) == [RoutingAreaUpdateComplete()]
    assert around.tlli == Tlli.local(PTMSI_2)
    assert around.answers() == [("done", ATTACHED, None)]
    look = around.m1
    assert (look["ptmsi"], look["routing_area"], look["cell"]) == (str(PTMSI_2), "001-01-1-8", "c3")
    assert around.mobile.card.ptmsi_signature == 0x777777


def test_update_without_new_ptmsi() -> None:
    """Nothing allocated: nothing to acknowledge; the local TLLI is that of the old P-TMSI, and no signature is left."""
    around = moved()
    assert around.says(accept_update("c3")) == []
    assert around.m1["tlli"] == str(Tlli.local(PTMSI))
    assert around.mobile.card.ptmsi_signature is None


def test_update_accept_repeated() -> None:
    """COMPLETE was lost: the accept comes again on the foreign TLLI, and is acknowledged again (4.7.5.1.6)."""
    around = moved()
    foreign = around.tlli
    answer = accept_update("c3", allocated_ptmsi=MobileIdentity(PTMSI_2))
    around.says(answer)
    assert around.says(answer, foreign) == [RoutingAreaUpdateComplete()]
    assert around.tlli == Tlli.local(PTMSI_2)


def test_update_answered_on_old_tlli() -> None:
    """What the network had sent before it heard the request still comes on the old TLLI."""
    around = moved()
    (answer,) = around.says(identity_request(IdentityType.IMSI), Tlli.local(PTMSI))
    assert isinstance(answer, IdentityResponse)
    assert around.tlli == Tlli.foreign(PTMSI)


def test_update_by_mobile_without_ptmsi() -> None:
    """A mobile that never got a P-TMSI updates on its random TLLI."""
    around = Around()
    around.order("attach")
    around.says(accept(allocated_ptmsi=None))
    tlli = around.tlli
    moved(around)
    assert around.tlli == tlli
    around.says(accept_update("c3"))
    assert around.m1["state"] == ATTACHED


def test_update_by_another_sgsn_counts_anew() -> None:
    """The SGSN of the new area numbers its frames from 0, which the mobile takes (44.064 8.4.2)."""
    around = attached()
    for _ in range(3):
        around.says(identity_request(IdentityType.IMSI))
    moved(around, "c4")
    assert len(around.says(identity_request(IdentityType.IMSI), nu=0)) == 1
    around.says(accept_update("c4"), nu=1)
    assert around.m1["state"] == ATTACHED


def test_update_takes_timers_and_lists() -> None:
    """T3302, equivalent networks, cell notification, PDP contexts: all come with the accept (4.7.5.1.3)."""
    around = attached()
    activated(around)
    activated(around, TI_2)
    (request,) = around.order("move", cell="c3")
    assert isinstance(request, RoutingAreaUpdateRequest)
    assert request.pdp_context_status == PdpContextStatus((5, 6))
    around.says(
        accept_update(
            "c3",
            t3302_value=GprsTimer.lasting(60 * SECOND),
            equivalent_plmns=PlmnList((Plmn("001", "02"), Plmn("001", "03"))),
            cell_notification=True,
            pdp_context_status=PdpContextStatus((5, 7)),
        )
    )
    assert around.mobile.t3302 == 60 * SECOND
    assert around.m1["equivalent_plmns"] == ["001-02", "001-03"]
    assert nsapis(around) == [5]
    assert around.mobile.cell_notification


def test_update_accept_with_another_identity() -> None:
    """An allocated P-TMSI that is none counts as absent (8.7)."""
    around = moved()
    octets = accept_update("c3", allocated_ptmsi=MobileIdentity(PTMSI_2)).encode()
    octets = octets.replace(
        MobileIdentity(PTMSI_2).to_octets(), MobileIdentity(None, none_coded=b"\xf0" * 5).to_octets()
    )
    assert around.says(octets) == []
    assert around.m1["ptmsi"] == str(PTMSI)


# --- combined updating (4.7.5.2) ----------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["c3", "c4"])
def test_combined_update(cell: str) -> None:
    """Attached for both in mode I: another routing area is told for both; a TMSI is taken with it (4.7.5.2)."""
    around = attached_for_both()
    (request,) = around.order("move", cell=cell)
    assert isinstance(request, RoutingAreaUpdateRequest)
    assert request.update_type.update_type_value is COMBINED
    assert request.tmsi_status is None, "there is a valid TMSI"
    answer = accept_update(cell, combined=True, ms_identity=MobileIdentity(Tmsi(0x22222222)))
    assert around.says(answer) == [RoutingAreaUpdateComplete()]
    look = around.m1
    area = str(CELLS[cell][1].rai.lai)
    assert (look["tmsi"], look["location_area"], look["imsi_attached"]) == ("0x22222222", area, True)


def test_combined_update_keeps_or_deletes_tmsi() -> None:
    """No identity keeps the TMSI; an IMSI deletes it, and the next request says that there is none (4.7.5.2.3.1)."""
    around = moved(attached_for_both())
    assert around.says(accept_update("c3", combined=True)) == []
    assert around.m1["tmsi"] == str(TMSI)
    moved(around, "c4")
    assert around.says(accept_update("c4", combined=True, ms_identity=MobileIdentity(IMSI))) == []
    assert around.m1["tmsi"] is None
    (request,) = around.order("move", cell="c1")
    assert isinstance(request, RoutingAreaUpdateRequest)
    assert request.tmsi_status is TmsiStatus.NO_VALID_TMSI


@pytest.mark.parametrize("settings", [{"ms_class": "C", "combined": True}, {"ms_class": "A"}])
def test_update_for_packets_only(settings: dict[str, Any]) -> None:
    """Class C, or no wish for calls: mode I or not, updates are for packets alone (23.060 5.4.5)."""
    around = attached(**settings)
    assert kind(around.order("move", cell="c4")) is UpdateTypeValue.RA_UPDATING


def test_update_where_mode_changes() -> None:
    """From mode I to II calls go their own way; back in I the update attaches for them again (24.008 4.1.1.2.2)."""
    around = attached_for_both()
    assert kind(around.locates(around.order("move", cell="c5"))) is UpdateTypeValue.RA_UPDATING
    around.says(accept_update("c5"))
    assert around.m1["state"] == ATTACHED
    assert kind(around.order("move", cell="c3")) is WITH_ATTACH


def test_imsi_attach_of_attached_mobile() -> None:
    """Calls wanted only later: an update with IMSI attach in the same area (23.060 6.5, 24.008 4.7.5.2)."""
    around = attached()
    assert around.order("attach") == []
    assert around.answers() == [("done", ATTACHED, None)]
    (request,) = around.order("attach", combined=True)
    assert isinstance(request, RoutingAreaUpdateRequest)
    assert request.update_type.update_type_value is WITH_ATTACH
    assert request.tmsi_status is TmsiStatus.NO_VALID_TMSI
    assert around.tlli == Tlli.local(PTMSI)
    assert around.order("attach") == []
    answer = accept_update("c1", combined=True, ms_identity=MobileIdentity(TMSI))
    assert around.says(answer) == [RoutingAreaUpdateComplete()]
    assert around.answers() == [("done", ATTACHED, None)] * 2
    assert around.order("attach", combined=True) == []
    assert around.answers() == [("done", ATTACHED, None)]


# --- partial success (4.7.5.2.3.2) --------------------------------------------------------------------------------


def test_partial_update_imsi_unknown() -> None:
    """#2: no calls with this card until it is switched off; packets go on, and updates are for them alone."""
    around = moved(attached_for_both())
    around.says(accept_update("c3", gmm_cause=GmmCause.IMSI_UNKNOWN_IN_HLR))
    assert around.answers() == [("done", ATTACHED, "IMSI_UNKNOWN_IN_HLR")]
    look = around.m1
    assert (look["sim_invalid"], look["tmsi"], look["location_area"]) == ("for non-GPRS", None, None)
    assert not look["imsi_attached"]
    assert len(around.says(identity_request(IdentityType.IMSI))) == 1
    assert kind(around.order("move", cell="c1")) is UpdateTypeValue.RA_UPDATING


@pytest.mark.parametrize(
    "cause",
    [
        GmmCause.MSC_TEMPORARILY_NOT_REACHABLE,
        GmmCause.NETWORK_FAILURE,
        GmmCause.CONGESTION,
        None,
    ],
)
def test_partial_update(cause: GmmCause | None) -> None:
    """#16, #17, #22, or none: for calls again after T3311, five times; then after T3302 as if for the first time.

    Meanwhile calls see to themselves, as in a network without Gs (4.7.5.2.5).
    """
    around = moved(attached_for_both())
    around.says(accept_update("c3", gmm_cause=cause))
    assert around.answers() == [("done", UPDATE_FAILED_MM, cause and cause.name)]
    for attempt in range(1, 5):
        look = around.m1
        assert (look["state"], look["update_attempt_counter"]) == (UPDATE_FAILED_MM, attempt)
        assert around.wait(14) == []
        assert kind(around.wait(2)) is WITH_ATTACH
        said = around.says(accept_update("c3", gmm_cause=cause))
    assert around.m1["update_attempt_counter"] == 5
    assert around.locates(said, "c3") == []
    assert around.wait(719) == []
    assert kind(around.wait(2)) is WITH_ATTACH
    around.says(accept_update("c3", combined=True))
    look = around.m1
    assert (look["state"], look["update_attempt_counter"], look["imsi_attached"]) == (ATTACHED, 0, True)


def test_partial_update_and_then() -> None:
    """Between the attempts packets go on: other cells and areas are told, and the user may hasten or end it."""
    around = moved(attached_for_both())
    around.says(accept_update("c3", gmm_cause=GmmCause.CONGESTION))
    assert len(around.says(identity_request(IdentityType.IMSI))) == 1
    assert kind(around.order("attach")) is WITH_ATTACH
    around.says(accept_update("c3", gmm_cause=GmmCause.CONGESTION))
    assert kind(around.order("move", cell="c1")) is WITH_ATTACH
    around.says(accept_update("c1", gmm_cause=GmmCause.CONGESTION))
    assert around.order("move", cell="c2") == [EMPTY]
    assert around.m1["state"] == UPDATE_FAILED_MM
    around.answers()
    assert around.order("detach", type="imsi") == []
    assert around.answers() == [("done", UPDATE_FAILED_MM, None)]
    assert kind(around.wait(15)) is UpdateTypeValue.RA_UPDATING, "calls are not wanted any more"


def test_partial_update_and_periodic() -> None:
    """T3312 does not wait for T3302 (4.2.5.1.8)."""
    ten = GprsTimer.lasting(10 * SECOND)
    around = moved(attached_for_both())
    around.mobile.update_attempts = 4
    answer = accept_update(
        "c3", gmm_cause=GmmCause.CONGESTION, negotiated_ready_timer=ten, periodic_ra_update_timer=ten
    )
    around.says(answer)
    assert around.m1["update_attempt_counter"] == 5
    assert kind(around.wait(21)) is WITH_ATTACH


# --- rejects (4.7.5.1.4, 4.7.5.2.4) -------------------------------------------------------------------------------


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize(
    ("cause", "invalid"),
    [
        (GmmCause.ILLEGAL_MS, "for GPRS and non-GPRS"),
        (GmmCause.ILLEGAL_ME, "for GPRS and non-GPRS"),
        (GmmCause.GPRS_SERVICES_NOT_ALLOWED, "for GPRS"),
        (GmmCause.GPRS_SERVICES_AND_NON_GPRS_SERVICES_NOT_ALLOWED, "for GPRS and non-GPRS"),
    ],
)
def test_update_rejected_for_good(cause: GmmCause, invalid: str, both: bool) -> None:
    """#3, #6, #7, #8: GU3, all is deleted, and the card is of no use until the mobile is switched off."""
    around = moved(attached_for_both() if both else None)
    assert around.says(reject_update(cause)) == []
    assert around.answers() == [("failed", NO_IMSI, cause.name)]
    look = around.m1
    assert (look["sim_invalid"], look["update_status"]) == (invalid, "ROAMING_NOT_ALLOWED")
    assert (look["ptmsi"], look["routing_area"], look["cksn"], look["mm_state"]) == (None, None, 7, "IDLE")
    assert (look["tmsi"] is None) == (not both or "non-GPRS" in invalid)
    assert around.order("move", cell="c1") == []
    assert around.m1["state"] == NO_IMSI
    assert around.wait(24 * 3600) == []


def test_update_rejected_identity_unknown() -> None:
    """#9: GU2, the identities are deleted, and the mobile attaches under its IMSI."""
    around = moved()
    (request,) = around.says(reject_update(GmmCause.MS_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK))
    assert isinstance(request, AttachRequest)
    assert request.mobile_identity.value == IMSI
    assert around.tlli.kind == "random"
    assert around.m1["update_status"] == "NOT_UPDATED"
    around.says(accept(routing_area=CELLS["c3"][1].rai))
    assert around.answers() == [("done", ATTACHED, None)]


def test_update_rejected_implicitly_detached() -> None:
    """#10: the P-TMSI is kept, the mobile attaches with it, and its PDP contexts are to be activated again."""
    around = attached()
    activated(around)
    moved(around)
    (request,) = around.says(reject_update(GmmCause.IMPLICITLY_DETACHED))
    assert isinstance(request, AttachRequest)
    assert request.mobile_identity.value == PTMSI
    assert nsapis(around) == []
    assert kinds(around.says(accept())) == [AttachComplete, ActivatePdpContextRequest]


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize(
    ("cause", "forbidden"),
    [
        (GmmCause.PLMN_NOT_ALLOWED, "001-01"),
        (GmmCause.GPRS_SERVICES_NOT_ALLOWED_IN_THIS_PLMN, "001-01"),
        (GmmCause.LOCATION_AREA_NOT_ALLOWED, "001-01-1"),
    ],
)
def test_update_rejected_here(cause: GmmCause, forbidden: str, both: bool) -> None:
    """#11, #12, #14: GU3, all is deleted, the network or the location area is closed; the mobile is detached."""
    around = moved(attached_for_both() if both else None)
    assert around.says(reject_update(cause)) == []
    assert around.answers() == [("failed", LIMITED, cause.name)]
    look = around.m1
    assert (look["forbidden"], look["ptmsi"], look["mm_state"]) == ([forbidden], None, "IDLE")
    assert look["update_status"] == "ROAMING_NOT_ALLOWED"
    packets_alone = cause is GmmCause.GPRS_SERVICES_NOT_ALLOWED_IN_THIS_PLMN
    assert (look["tmsi"] is not None) == (both and packets_alone)
    assert around.order("move", cell="c1") == []
    assert around.m1["state"] == LIMITED
    said = around.order("move", cell="c4")
    if forbidden == "001-01":
        assert said == []
    else:
        assert isinstance(said[0], AttachRequest), "it still wants GPRS, and elsewhere it may"


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize(
    "cause", [GmmCause.ROAMING_NOT_ALLOWED_IN_THIS_LOCATION_AREA, GmmCause.NO_SUITABLE_CELLS_IN_LOCATION_AREA]
)
def test_update_rejected_but_registered(cause: GmmCause, both: bool) -> None:
    """#13, #15: GU3, the area is closed, but the mobile stays registered, and updates elsewhere."""
    around = moved(attached_for_both() if both else None, "c4")
    assert around.says(reject_update(cause)) == []
    assert around.answers() == [("failed", ATTACHED_LIMITED, cause.name)]
    look = around.m1
    assert (look["forbidden"], look["ptmsi"]) == (["001-01-2"], str(PTMSI))
    assert look["update_status"] == "ROAMING_NOT_ALLOWED"
    assert around.order("attach") == []
    assert around.answers() == [("failed", ATTACHED_LIMITED, None)]
    said = around.order("move", cell="c1")
    assert kind(said) is (WITH_ATTACH if both else UpdateTypeValue.RA_UPDATING)
    assert around.tlli == Tlli.local(PTMSI), "the area of the P-TMSI"
    around.says(accept_update("c1", combined=both))
    assert around.order("move", cell="c4") == []
    assert around.m1["state"] == ATTACHED_LIMITED, "it remembers"
    around.answers()
    assert around.order("detach") == []
    assert around.answers() == [("failed", LIMITED, None)]


def test_update_rejected_for_now() -> None:
    """Other causes: T3311, four times; the fifth time T3302, the network's if it told one (4.7.5.1.5 d)."""
    around = moved()
    for attempt in range(1, 5):
        around.says(reject_update(GmmCause.NETWORK_FAILURE))
        look = around.m1
        assert (look["state"], look["update_attempt_counter"]) == (UPDATE_FAILED, attempt)
        assert look["update_status"] == "NOT_UPDATED"
        assert around.wait(14) == []
        assert kind(around.wait(2)) is UpdateTypeValue.RA_UPDATING
    assert around.answers() == [("failed", UPDATE_FAILED, "NETWORK_FAILURE")]
    around.says(reject_update(GmmCause.CONGESTION, t3302_value=GprsTimer.lasting(60 * SECOND)))
    assert around.m1["update_attempt_counter"] == 5
    assert around.wait(59) == []
    assert kind(around.wait(2)) is UpdateTypeValue.RA_UPDATING
    assert around.m1["update_attempt_counter"] == 0
    around.says(accept_update("c3"))
    assert around.m1["state"] == ATTACHED


@pytest.mark.parametrize("cause", HOPELESS)
def test_update_rejected_hopelessly(cause: GmmCause) -> None:
    """A request that the network cannot read is not repeated soon; equivalent networks are forgotten (4.7.5.1.5 d)."""
    around = moved()
    around.mobile.equivalent_plmns = (Plmn("001", "02"),)
    around.says(reject_update(cause))
    assert around.wait(719) == []
    assert around.m1["equivalent_plmns"] == []
    assert len(around.wait(2)) == 1


def test_update_failed_and_attach_ordered() -> None:
    """The user need not wait for T3311 or T3302."""
    around = moved()
    around.says(reject_update(GmmCause.NETWORK_FAILURE))
    around.answers()
    assert kind(around.order("attach")) is UpdateTypeValue.RA_UPDATING
    assert around.m1["update_attempt_counter"] == 0
    around.says(accept_update("c3"))
    assert around.answers() == [("done", ATTACHED, None)]


@pytest.mark.parametrize("order", ["detach", "power-off"])
def test_update_failed_and_detach_ordered(order: str) -> None:
    """A mobile that waits for another attempt can still leave."""
    around = moved()
    around.says(reject_update(GmmCause.NETWORK_FAILURE))
    (request,) = around.order(order)
    assert isinstance(request, DetachRequestMo)
    if order == "detach":
        around.says(DETACH_ACCEPT)
    assert around.m1["state"] in (NORMAL, OFF)
    assert around.timers() == set()


# --- abnormal cases (4.7.5.1.5) -----------------------------------------------------------------------------------


def test_update_abnormal_a_access_barred() -> None:
    """A: the access class is barred: the update waits for the cell to tell otherwise, or for another cell."""
    around = attached()
    around.announce("c3", ac_1=True)
    assert around.order("move", cell="c3") == [], "the last digit of the IMSI is 1"
    assert around.answers() == [("failed", NEEDED, None)]
    assert around.m1["state"] == NEEDED
    assert around.order("attach") == []
    assert around.answers() == [("failed", NEEDED, None)]
    assert around.wait(600) == []
    assert kind(around.announce("c3")) is UpdateTypeValue.RA_UPDATING
    around.says(accept_update("c3"))
    around.announce("c1", ac_1=True)
    around.order("move", cell="c1")
    assert kind(around.order("move", cell="c4")) is UpdateTypeValue.RA_UPDATING


def test_update_abnormal_a_and_leave() -> None:
    """Barred, the mobile can leave only without saying so."""
    for order, end in (("detach", NORMAL), ("power-off", OFF)):
        around = attached()
        around.announce("c3", ac_1=True)
        around.order("move", cell="c3")
        assert around.order(order) == []
        assert around.m1["state"] == end


def test_update_abnormal_b_lower_layer_failure() -> None:
    """B: the radio is lost before the answer: the attempt has failed; on return another one (4.7.5.1.5 b)."""
    around = moved()
    around.answers()
    assert around.order("cover", on=False) == []
    assert around.answers() == [("failed", ATTACHED_NO_CELL, None), ("done", ATTACHED_NO_CELL, None)]
    look = around.m1
    assert (look["update_attempt_counter"], look["update_status"]) == (1, "NOT_UPDATED")
    assert around.wait(600) == []
    assert kind(around.order("cover", on=True)) is UpdateTypeValue.RA_UPDATING
    around.says(accept_update("c3"))
    assert around.answers() == [("done", ATTACHED, None)]


def test_update_abnormal_b_in_known_area() -> None:
    """In the area where it is registered the mobile stays updated, but tries again."""
    around = attached()
    around.order("attach", combined=True)
    around.order("cover", on=False)
    assert around.m1["update_status"] == "UPDATED"
    assert kind(around.order("cover", on=True)) is WITH_ATTACH


def test_update_abnormal_c_unanswered() -> None:
    """C: T3330 five times, the same request; then as for a reject (4.7.5.1.5 c)."""
    around = attached()
    requests = around.order("move", cell="c3") + around.wait(74.9)
    assert len(requests) == 5
    assert len(set(requests)) == 1
    assert around.wait(0.1) == []
    assert around.answers() == [("failed", UPDATE_FAILED, None)]
    assert around.m1["update_attempt_counter"] == 1
    requests = around.wait(15) + around.wait(90)
    assert len(requests) == 6


@pytest.mark.parametrize("elsewhere", ["c4", "c1", "c5"])
def test_update_abnormal_e_another_area(elsewhere: str) -> None:
    """E: another routing area before the answer: the update begins anew there; back home it is one as well."""
    around = moved()
    assert kind(around.order("move", cell=elsewhere)) is UpdateTypeValue.RA_UPDATING
    assert around.cell == elsewhere
    assert around.tlli == (Tlli.local(PTMSI) if elsewhere == "c1" else Tlli.foreign(PTMSI))
    assert around.m1["update_status"] == "NOT_UPDATED"
    around.says(accept_update(elsewhere))
    assert around.answers() == [("done", ATTACHED, None)] * 2
    assert around.m1["update_status"] == "UPDATED"


def test_update_abnormal_e_a_cell_of_which_nothing_is_known() -> None:
    """The update begins anew when the cell has told of itself."""
    around = moved()
    assert around.order("move", cell="silent") == []
    assert around.m1["state"] == "GMM-REGISTERED.PLMN-SEARCH"
    assert kind(around.announce("silent")) is UpdateTypeValue.RA_UPDATING


def test_update_abnormal_f_another_cell() -> None:
    """F: another cell of the same area: it is told, and the update goes on."""
    around = attached()
    around.order("attach", combined=True)
    assert around.order("move", cell="c2") == [EMPTY]
    around.says(accept_update("c1", combined=True))
    assert around.answers()[-2:] == [("done", ATTACHED, None)] * 2
    assert around.cell == "c2"


@pytest.mark.parametrize("type_", [DetachTypeMt.RE_ATTACH_REQUIRED, DetachTypeMt.RE_ATTACH_NOT_REQUIRED])
def test_update_abnormal_g_detached_by_network(type_: DetachTypeMt) -> None:
    """G: the network detaches from GPRS: the update is over."""
    around = moved()
    granted, *more = around.says(detach_request(type_))
    assert granted == DetachAcceptMo()
    if type_ is DetachTypeMt.RE_ATTACH_REQUIRED:
        assert isinstance(more[0], AttachRequest)
    else:
        assert around.answers() == [("done", NORMAL, None)]
    assert "T3330" not in around.timers()


def test_update_abnormal_g_detached_from_calls() -> None:
    """A detach from calls is ignored, and the update goes on."""
    around = moved(attached_for_both())
    assert around.says(detach_request(DetachTypeMt.IMSI_DETACH)) == []
    assert around.m1["state"] == UPDATING


@pytest.mark.parametrize("order", ["detach", "power-off"])
def test_update_and_detach_by_mobile(order: str) -> None:
    """The mobile itself leaves: the update is over (4.7.5.1.5)."""
    around = moved()
    (request,) = around.order(order)
    assert isinstance(request, DetachRequestMo)
    if order == "detach":
        around.says(DETACH_ACCEPT)
        assert around.answers() == [("done", NORMAL, None)] * 2
    else:
        assert around.m1["state"] == OFF


def test_update_with_false_network() -> None:
    """A network that cannot prove itself: the cell is barred, another one is asked for an update (4.7.7.6.1)."""
    around = moved()
    around.says(forged())
    assert around.wait(21) == []
    assert around.m1["state"] == ATTACHED_NO_CELL
    assert kind(around.order("move", cell="c1")) is UpdateTypeValue.RA_UPDATING
    around.says(accept_update("c1"))
    assert around.order("move", cell="c3") == []
    assert around.m1["state"] == ATTACHED_NO_CELL, "barred until the mobile is switched off"


def test_update_failed_and_another_cell() -> None:
    """Between attempts: the same area is no reason to ask again, another one is, and with a new counter (4.2.5.1.4)."""
    around = moved()
    around.says(reject_update(GmmCause.NETWORK_FAILURE))
    around.announce("silent")
    assert kind(around.order("move", cell="silent")) is UpdateTypeValue.RA_UPDATING
    assert around.m1["update_attempt_counter"] == 0
    around.says(reject_update(GmmCause.NETWORK_FAILURE))
    around.answers()
    assert around.order("move", cell="silent") == [EMPTY], "READY, from the request"
    assert around.answers() == [("failed", UPDATE_FAILED, None)]
    assert around.timers() >= {"T3311"}


def test_cell_told_while_attempts_wait() -> None:
    """News of the cell does not hasten an attempt; a cell that closes ends the wait."""
    around = moved()
    around.says(reject_update(GmmCause.NETWORK_FAILURE))
    assert around.announce("c3", "II") == []
    assert around.m1["state"] == UPDATE_FAILED
    assert around.announce("c3", cell_bar_access=True) == []
    assert around.m1["state"] == ATTACHED_NO_CELL
    assert len(around.announce("c3")) == 1


# --- cell update (23.060 6.9.1.1) ---------------------------------------------------------------------------------


def test_cell_update_ready() -> None:
    """READY: another cell of the same area is told by an empty frame, and nothing else happens."""
    around = attached()
    assert around.order("move", cell="c2") == [EMPTY]
    assert (around.cell, around.tlli) == ("c2", Tlli.local(PTMSI))
    assert around.answers() == [("done", ATTACHED, None)]
    (answer,) = around.says(identity_request(IdentityType.IMSI))
    assert isinstance(answer, IdentityResponse)


def test_cell_update_notification() -> None:
    """Where Cell Notification was granted a NULL frame is enough, which does not prolong READY (24.008 4.7.2.1.1)."""
    around = attached(answer=accept(cell_notification=True))
    around.wait(40)
    assert around.order("move", cell="c2") == [NULL]
    around.wait(5)
    assert around.m1["mm_state"] == "STANDBY"


def test_cell_update_standby() -> None:
    """STANDBY: the area is enough, and nothing is said."""
    around = attached()
    around.wait(45)
    assert around.order("move", cell="c2") == []
    assert around.answers() == [("done", ATTACHED, None)]
    assert around.wait(60) == []


def test_message_in_the_old_cell() -> None:
    """What is sent in the cell that the mobile has left reaches nobody."""
    around = attached()
    around.order("move", cell="c2")
    around.cell = "c1"
    assert around.says(identity_request(IdentityType.IMSI)) == []
    assert any("nobody" in warning for warning in around.warnings)


def test_update_message_untimely() -> None:
    """A reject for nothing is answered by STATUS (8.4)."""
    around = attached()
    status = GmmStatus(gmm_cause=GmmCause.MESSAGE_TYPE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE)
    assert around.says(reject_update(GmmCause.NETWORK_FAILURE)) == [status]


def test_update_twice_in_different_areas_for_both() -> None:
    """The accept of one area is the old area of the next request."""
    around = attached(answer=accept_both(), combined=True)
    around = moved(around, "c4")
    around.says(accept_update("c4", combined=True))
    (request,) = around.order("move", cell="c3")
    assert isinstance(request, RoutingAreaUpdateRequest)
    assert request.old_routing_area == CELLS["c4"][1].rai
