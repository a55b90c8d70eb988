"""Combined attach and the ways to end it (24.008 4.7.3.2, 4.7.4), with their abnormal cases in the mobile."""

from typing import Any

import pytest

from nodes.core.outputs import Record
from protocol.causes import GmmCause
from protocol.gmm import (
    AttachComplete,
    AttachReject,
    AttachRequest,
    DetachAcceptMo,
    DetachRequestMo,
    RoutingAreaUpdateRequest,
)
from protocol.gmm.elements import DetachTypeMo, DetachTypeMt, TmsiStatus, TypeOfAttach, UpdateTypeValue
from protocol.identities import MobileIdentity, Tmsi
from protocol.mm import ImsiDetachIndication
from protocol.sm import ActivatePdpContextRequest
from tests.machines.mobile_calls import kinds
from tests.machines.mobile_sessions import activated, nsapis
from tests.machines.mobiles import (
    ATTACHED,
    ATTACHED_NO_CELL,
    CELLS,
    DETACH_ACCEPT,
    EMPTY,
    IMSI,
    LIMITED,
    NO_CELL,
    NO_IMSI,
    NORMAL,
    PTMSI,
    TMSI,
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
    reject_update,
)

IMSI_DETACH = "GMM-REGISTERED.IMSI-DETACH-INITIATED"
WITH_ATTACH = UpdateTypeValue.COMBINED_RA_LA_UPDATING_WITH_IMSI_ATTACH


def attach_type(said: list[Said]) -> TypeOfAttach:
    """The type of the one attach that was asked for."""
    (request,) = said
    assert isinstance(request, AttachRequest)
    return request.attach_type.type_of_attach


def detach_type(said: list[Said]) -> DetachTypeMo:
    """The type of the one detach that was asked for."""
    (request,) = said
    assert isinstance(request, DetachRequestMo)
    return request.detach_type.type


def kind(said: list[Said]) -> UpdateTypeValue:
    """The type of the one update that was asked for."""
    (request,) = said
    assert isinstance(request, RoutingAreaUpdateRequest)
    return request.update_type.update_type_value


# --- attach for both ----------------------------------------------------------------------------------------------


def test_combined_attach() -> None:
    """Type 3, no TMSI yet; TMSI and location area come with the accept, and are acknowledged (4.7.3.2)."""
    around = Around(combined=True)
    (request,) = around.order("attach")
    assert isinstance(request, AttachRequest)
    assert request.attach_type.type_of_attach is TypeOfAttach.COMBINED_GPRS_IMSI_ATTACH
    assert request.tmsi_status is TmsiStatus.NO_VALID_TMSI
    assert around.says(accept_both()) == [AttachComplete()]
    look = around.m1
    assert (look["state"], look["imsi_attached"]) == (ATTACHED, True)
    assert (look["tmsi"], look["location_area"]) == (str(TMSI), "001-01-1")
    assert around.answers() == [("done", ATTACHED, None)]


def test_combined_attach_tmsi_only() -> None:
    """A TMSI alone is acknowledged too (4.7.3.2.3.1)."""
    around = Around(combined=True)
    around.order("attach")
    assert around.says(accept_both(allocated_ptmsi=None)) == [AttachComplete()]
    around = Around(combined=True)
    around.order("attach")
    assert around.says(accept_both(allocated_ptmsi=None, ms_identity=MobileIdentity(IMSI))) == []
    assert around.m1["tmsi"] is None


@pytest.mark.parametrize(
    ("settings", "cell", "arguments", "expected"),
    [
        ({}, "c1", {}, TypeOfAttach.GPRS_ATTACH),
        ({}, "c1", {"combined": True}, TypeOfAttach.COMBINED_GPRS_IMSI_ATTACH),
        ({"ms_class": "A"}, "c1", {"combined": True}, TypeOfAttach.COMBINED_GPRS_IMSI_ATTACH),
        ({"ms_class": "C"}, "c1", {"combined": True}, TypeOfAttach.GPRS_ATTACH),
        ({"combined": True}, "c1", {"combined": False}, TypeOfAttach.GPRS_ATTACH),
        ({"combined": True}, "c5", {}, TypeOfAttach.GPRS_ATTACH_WHILE_IMSI_ATTACHED),
    ],
)
def test_attach_type(settings: dict[str, Any], cell: str, arguments: dict[str, Any], expected: TypeOfAttach) -> None:
    """For both only where it is wanted, by class A or B, in network mode of operation I (23.060 5.4.5, 6.3.3)."""
    around = Around(**settings)
    around.order("move", cell=cell)
    said = around.order("attach", **arguments)
    assert attach_type(around.locates(said) if cell == "c5" else said) is expected


def test_attach_while_attached_for_calls() -> None:
    """Attached for calls on another way: type 2 says so (10.5.5.2)."""
    around = Around(combined=True)
    around.order("move", cell="c5")
    assert attach_type(around.locates(around.order("attach"))) is TypeOfAttach.GPRS_ATTACH_WHILE_IMSI_ATTACHED


def test_card_remembers_calls() -> None:
    """TMSI, location area and both update statuses outlive the mobile (31.102 4.2.17, 4.2.66)."""
    before = attached_for_both()
    around = Around(records=[Record(key, octets) for key, octets in before.saved.items()], combined=True)
    look = around.m1
    assert (look["tmsi"], look["location_area"], look["update_status"]) == (str(TMSI), "001-01-1", "UPDATED")
    (request,) = around.order("attach")
    assert isinstance(request, AttachRequest)
    assert request.tmsi_status is None


# --- partial success (4.7.3.2.3.2) --------------------------------------------------------------------------------


def test_partial_attach_imsi_unknown() -> None:
    """#2: attached for packets, and no calls with this card until it is switched off."""
    around = Around(combined=True)
    around.order("attach")
    around.says(accept(gmm_cause=GmmCause.IMSI_UNKNOWN_IN_HLR))
    assert around.answers() == [("done", ATTACHED, "IMSI_UNKNOWN_IN_HLR")]
    assert around.m1["sim_invalid"] == "for non-GPRS"
    assert around.wait(43) == []
    around.order("power-off")
    assert attach_type(around.order("attach")) is TypeOfAttach.COMBINED_GPRS_IMSI_ATTACH


@pytest.mark.parametrize(
    "cause", [GmmCause.MSC_TEMPORARILY_NOT_REACHABLE, GmmCause.NETWORK_FAILURE, GmmCause.CONGESTION, None]
)
def test_partial_attach(cause: GmmCause | None) -> None:
    """#16, #17, #22, or none: attached for packets; calls are asked for by updates with IMSI attach."""
    around = Around(combined=True)
    around.order("attach")
    around.says(accept(gmm_cause=cause))
    assert around.answers() == [("done", UPDATE_FAILED_MM, cause and cause.name)]
    assert not around.m1["imsi_attached"]
    assert around.wait(14) == []
    assert kind(around.wait(2)) is WITH_ATTACH
    assert len(around.says(accept_update("c1", combined=True, ms_identity=MobileIdentity(TMSI)))) == 1
    look = around.m1
    assert (look["state"], look["imsi_attached"], look["tmsi"]) == (ATTACHED, True, str(TMSI))


def test_partial_attach_accept_repeated() -> None:
    """COMPLETE was lost: the accept comes again while calls wait."""
    around = Around(combined=True)
    around.order("attach")
    old = around.tlli
    around.says(accept(gmm_cause=GmmCause.CONGESTION))
    assert around.says(accept(gmm_cause=GmmCause.CONGESTION), old) == [AttachComplete()]
    assert around.m1["state"] == UPDATE_FAILED_MM


# --- rejects (4.7.3.2.4) ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cause", "state", "calls_too"),
    [
        (GmmCause.ILLEGAL_MS, NO_IMSI, True),
        (GmmCause.GPRS_SERVICES_AND_NON_GPRS_SERVICES_NOT_ALLOWED, NO_IMSI, True),
        (GmmCause.GPRS_SERVICES_NOT_ALLOWED, NO_IMSI, False),
        (GmmCause.PLMN_NOT_ALLOWED, LIMITED, True),
        (GmmCause.LOCATION_AREA_NOT_ALLOWED, LIMITED, True),
        (GmmCause.ROAMING_NOT_ALLOWED_IN_THIS_LOCATION_AREA, LIMITED, True),
        (GmmCause.NO_SUITABLE_CELLS_IN_LOCATION_AREA, LIMITED, True),
        (GmmCause.GPRS_SERVICES_NOT_ALLOWED_IN_THIS_PLMN, LIMITED, False),
    ],
)
def test_combined_attach_rejected(cause: GmmCause, state: str, calls_too: bool) -> None:
    """What ends for calls as well: TMSI and location area are deleted then."""
    around = attached_for_both()
    around.order("detach")
    around.says(DETACH_ACCEPT)
    around.order("attach")
    around.says(AttachReject(gmm_cause=cause))
    look = around.m1
    assert (look["state"], look["tmsi"] is None) == (state, calls_too)
    assert look["update_status"] == "ROAMING_NOT_ALLOWED"


# --- abnormal cases of the attach (4.7.3.1.5) ---------------------------------------------------------------------


def test_attach_abnormal_a_access_barred() -> None:
    """A: the access class is barred: the attach waits for the cell to tell otherwise."""
    around = Around()
    around.announce("c1", ac_1=True)
    assert around.order("attach") == []
    assert around.answers() == [("failed", "GMM-DEREGISTERED.ATTACH-NEEDED", None)]
    assert around.order("attach") == []
    assert around.answers() == [("failed", "GMM-DEREGISTERED.ATTACH-NEEDED", None)]
    assert attach_type(around.announce("c1")) is TypeOfAttach.GPRS_ATTACH
    around = Around()
    around.announce("c1", ac_1=True)
    around.order("attach")
    around.order("detach")
    assert around.announce("c1") == [], "not wanted any more"
    assert around.m1["state"] == NORMAL


def test_attach_abnormal_b_lower_layer_failure() -> None:
    """B: the radio is lost: the attempt has failed; the next one comes with the radio. Five delete the identities."""
    around = attached()
    around.order("detach")
    around.says(DETACH_ACCEPT)
    around.order("attach")
    for attempt in range(1, 6):
        around.answers()
        assert around.order("cover", on=False) == []
        assert around.answers()[-1] == ("done", NO_CELL, None)
        assert around.m1["attach_attempt_counter"] == attempt
        assert around.m1["ptmsi"] == (str(PTMSI) if attempt < 5 else None)
        assert len(around.order("cover", on=True)) == 1
    around.says(accept())
    assert around.answers()[-1] == ("done", ATTACHED, None)


def test_attach_abnormal_e_another_area() -> None:
    """E: another routing area before the answer: the attach begins anew there."""
    around = Around()
    around.order("attach")
    assert attach_type(around.order("move", cell="c3")) is TypeOfAttach.GPRS_ATTACH
    assert around.cell == "c3"
    assert around.order("move", cell="silent") == []
    assert around.m1["state"] == "GMM-DEREGISTERED.PLMN-SEARCH"
    assert len(around.announce("silent")) == 1
    around.says(accept(routing_area=CELLS["silent"][1].rai))
    assert around.answers() == [("done", ATTACHED, None)] * 3


def test_attach_abnormal_f_another_cell() -> None:
    """F: another cell of the same area: it is told, and the attach goes on."""
    around = Around()
    around.order("attach")
    assert around.order("move", cell="c2") == [EMPTY]
    around.says(accept())
    assert around.answers() == [("done", ATTACHED, None)] * 2


def test_attach_failed_and_another_area() -> None:
    """Between attempts another area is worth one at once; another cell of the same is not (4.2.4.1.3)."""
    around = Around()
    around.order("attach")
    around.says(AttachReject(gmm_cause=GmmCause.CONGESTION))
    assert around.order("move", cell="c2") == []
    assert around.timers() == {"T3311"}
    assert around.announce("c2", "II") == []
    assert len(around.order("move", cell="c3")) == 1
    assert around.m1["attach_attempt_counter"] == 0


# --- detach by the mobile (4.7.4.1) -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("both", "type_", "expected"),
    [
        (True, None, DetachTypeMo.COMBINED_GPRS_IMSI_DETACH),
        (True, "combined", DetachTypeMo.COMBINED_GPRS_IMSI_DETACH),
        (True, "gprs", DetachTypeMo.GPRS_DETACH),
        (False, None, DetachTypeMo.GPRS_DETACH),
    ],
)
def test_detach_type(both: bool, type_: str | None, expected: DetachTypeMo) -> None:
    """From what it is attached for, unless told; from packets alone it stays attached for calls (4.7.4.1.2)."""
    around = attached_for_both() if both else attached()
    arguments = {} if type_ is None else {"type": type_}
    assert detach_type(around.order("detach", **arguments)) is expected
    around.says(DETACH_ACCEPT)
    assert around.answers() == [("done", NORMAL, None)]
    assert around.m1["imsi_attached"] == (expected is DetachTypeMo.GPRS_DETACH and both)


def test_power_off_of_both() -> None:
    """A mobile that is switched off leaves both at once (4.7.4.1.1)."""
    around = attached_for_both()
    (request,) = around.order("power-off")
    assert isinstance(request, DetachRequestMo)
    assert request.detach_type.power_off
    assert request.detach_type.type is DetachTypeMo.COMBINED_GPRS_IMSI_DETACH


def test_imsi_detach() -> None:
    """From calls alone: packets go on, and updates are for them alone (4.7.4.1.3)."""
    around = attached_for_both()
    assert detach_type(around.order("detach", type="imsi")) is DetachTypeMo.IMSI_DETACH
    assert around.m1["state"] == IMSI_DETACH
    assert around.says(DETACH_ACCEPT) == []
    assert around.answers() == [("done", ATTACHED, None)]
    assert not around.m1["imsi_attached"]
    assert kind(around.order("move", cell="c3")) is UpdateTypeValue.RA_UPDATING


def test_imsi_detach_unanswered() -> None:
    """T3321 five times: detached from calls all the same (4.7.4.1.4 b)."""
    around = attached_for_both()
    assert len(around.order("detach", type="imsi") + around.wait(74)) == 5
    around.wait(2)
    assert (around.m1["state"], around.m1["imsi_attached"]) == (ATTACHED, False)


def test_imsi_detach_of_nothing() -> None:
    """Attached for packets only, there is nothing to say."""
    around = attached()
    assert around.order("detach", type="imsi") == []
    assert around.answers() == [("done", ATTACHED, None)]


@pytest.mark.parametrize("order", ["detach", "power-off"])
def test_imsi_detach_overtaken_by_mobile(order: str) -> None:
    """The mobile leaves altogether while it leaves calls."""
    around = attached_for_both()
    around.order("detach", type="imsi")
    assert detach_type(around.order(order)) is DetachTypeMo.COMBINED_GPRS_IMSI_DETACH


@pytest.mark.parametrize("type_", [DetachTypeMt.RE_ATTACH_REQUIRED, DetachTypeMt.RE_ATTACH_NOT_REQUIRED])
def test_imsi_detach_overtaken_by_network(type_: DetachTypeMt) -> None:
    """The network detaches from packets: what the mobile wanted is pointless (4.7.4.1.4 c)."""
    around = attached_for_both()
    around.order("detach", type="imsi")
    granted, *more = around.says(detach_request(type_))
    assert granted == DetachAcceptMo()
    expected = AttachRequest if type_ is DetachTypeMt.RE_ATTACH_REQUIRED else ImsiDetachIndication
    assert [type(message) for message in more] == [expected], "calls are left on a channel of their own"
    assert "T3321" not in around.timers()


def test_imsi_detach_crossing_imsi_detach() -> None:
    """Both want to end calls: the network's request is ignored, and ours goes on (4.7.4.1.4 c)."""
    around = attached_for_both()
    around.order("detach", type="imsi")
    assert around.says(detach_request(DetachTypeMt.IMSI_DETACH)) == []
    assert around.m1["state"] == IMSI_DETACH


# --- abnormal cases of the detach (4.7.4.1.4) ---------------------------------------------------------------------


@pytest.mark.parametrize("type_", ["gprs", "imsi", "combined"])
def test_detach_abnormal_a_lower_layer_failure(type_: str) -> None:
    """A: the radio is lost: detached all the same."""
    around = attached_for_both()
    around.order("detach", type=type_)
    assert around.order("cover", on=False) == []
    state = ATTACHED_NO_CELL if type_ == "imsi" else NO_CELL
    assert around.m1["state"] == state
    assert around.m1["imsi_attached"] == (type_ == "gprs")
    assert around.answers() == [("failed" if type_ == "imsi" else "done", state, None), ("done", state, None)]
    assert around.order("cover", on=True) == []


def test_detach_abnormal_e_another_cell() -> None:
    """E: another cell of the same area: it is told, and the detach goes on."""
    around = attached()
    around.order("detach")
    assert around.order("move", cell="c2") == [EMPTY]
    around.says(DETACH_ACCEPT)
    assert around.answers() == [("done", NORMAL, None)] * 2


@pytest.mark.parametrize("type_", ["gprs", "imsi"])
def test_detach_abnormal_f_another_area(type_: str) -> None:
    """F: another routing area: an update first, then the detach again."""
    around = attached_for_both()
    around.order("detach", type=type_)
    expected = UpdateTypeValue.COMBINED_RA_LA_UPDATING if type_ == "gprs" else UpdateTypeValue.RA_UPDATING
    assert kind(around.order("move", cell="c3")) is expected
    assert around.m1["state"] == UPDATING
    (request,) = around.says(accept_update("c3", combined=type_ == "gprs"))
    assert isinstance(request, DetachRequestMo)
    assert request.detach_type.type.name.startswith(type_.upper())
    around.says(DETACH_ACCEPT)
    assert around.m1["state"] == (ATTACHED if type_ == "imsi" else NORMAL)
    assert {status for status, *_ in around.answers()} == {"done"}


@pytest.mark.parametrize("cause", [GmmCause.IMPLICITLY_DETACHED, GmmCause.MS_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK])
def test_detach_abnormal_f_not_known(cause: GmmCause) -> None:
    """F: the update is refused, as the mobile is not attached (4.7.5.1.4): that is what it wanted."""
    around = attached_for_both()
    around.order("detach")
    around.order("move", cell="c3")
    assert around.says(reject_update(cause)) == []
    assert around.m1["state"] == NORMAL
    assert around.m1["imsi_attached"] is False
    assert around.answers() == [("done", NORMAL, None)] * 2


def test_detach_abnormal_f_update_refused() -> None:
    """The update fails: the detach is given up, and told so."""
    around = attached()
    around.order("detach")
    around.order("move", cell="c3")
    around.says(reject_update(GmmCause.NETWORK_FAILURE))
    assert [status for status, *_ in around.answers()] == ["failed", "failed"]
    assert kind(around.wait(15)) is UpdateTypeValue.RA_UPDATING
    assert around.says(accept_update("c3")) == []


@pytest.mark.parametrize(("type_", "state"), [("gprs", "GMM-DEREGISTERED"), ("imsi", "GMM-REGISTERED")])
def test_detach_abnormal_f_no_cell(type_: str, state: str) -> None:
    """A cell of which nothing is known: it counts as detached."""
    around = attached_for_both()
    around.order("detach", type=type_)
    assert around.order("move", cell="silent") == []
    assert around.m1["state"] == f"{state}.PLMN-SEARCH"


# --- detach by the network (4.7.4.2.2) ----------------------------------------------------------------------------


def test_network_detaches_from_calls() -> None:
    """After a failure of the VLR: granted, and calls are asked for again by an update with IMSI attach."""
    around = attached_for_both()
    granted, update = around.says(detach_request(DetachTypeMt.IMSI_DETACH))
    assert granted == DetachAcceptMo()
    assert kind([update]) is WITH_ATTACH
    assert not around.m1["imsi_attached"]
    around.says(accept_update("c1", combined=True))
    assert (around.m1["state"], around.m1["imsi_attached"]) == (ATTACHED, True)


def test_network_detaches_from_calls_for_good() -> None:
    """#2: granted, and no calls until the mobile is switched off."""
    around = attached_for_both()
    assert around.says(detach_request(DetachTypeMt.IMSI_DETACH, GmmCause.IMSI_UNKNOWN_IN_HLR)) == [DetachAcceptMo()]
    look = around.m1
    assert (look["state"], look["sim_invalid"], look["tmsi"]) == (ATTACHED, "for non-GPRS", None)


def test_network_wants_attach_again() -> None:
    """Re-attach required: for both, and PDP contexts are to be activated again."""
    around = attached_for_both()
    activated(around)
    granted, request = around.says(detach_request(DetachTypeMt.RE_ATTACH_REQUIRED))
    assert granted == DetachAcceptMo()
    assert attach_type([request]) is TypeOfAttach.COMBINED_GPRS_IMSI_ATTACH
    assert nsapis(around) == []
    assert kinds(around.says(accept_both())) == [AttachComplete, ActivatePdpContextRequest]


def test_network_detach_in_limited_service() -> None:
    """A mobile that may not update here can still be detached."""
    around = attached()
    around.order("move", cell="c4")
    around.says(reject_update(GmmCause.NO_SUITABLE_CELLS_IN_LOCATION_AREA))
    assert around.says(detach_request(DetachTypeMt.RE_ATTACH_NOT_REQUIRED)) == [DetachAcceptMo()]
    assert around.m1["state"] == LIMITED
    around = attached()
    around.order("move", cell="c4")
    around.says(reject_update(GmmCause.NO_SUITABLE_CELLS_IN_LOCATION_AREA))
    assert around.says(detach_request(DetachTypeMt.IMSI_DETACH)) == [DetachAcceptMo()]


def test_two_areas_two_tmsis() -> None:
    """Each accept names its area and TMSI."""
    around = attached(answer=accept_both(), combined=True)
    around.order("move", cell="c4")
    around.says(accept_update("c4", combined=True, ms_identity=MobileIdentity(Tmsi(0x33333333))))
    assert set(around.ms.listening.by_tmsi) == {(CELLS["c4"][1].rai.lai, Tmsi(0x33333333))}
