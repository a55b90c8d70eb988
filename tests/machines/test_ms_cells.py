"""Which cell the mobile camps on: what cells tell, where it is carried, what it cannot hear; and calls that suspend."""

from typing import Any

import pytest

from protocol.causes import GmmCause
from protocol.gmm import AttachReject, AttachRequest, RoutingAreaUpdateRequest
from protocol.gmm.elements import DetachTypeMt, GprsTimer, IdentityType, UpdateTypeValue
from protocol.mm import ImsiDetachIndication
from protocol.timers import SECOND
from protocol.um import BroadcastChannel
from tests.machines.mobiles import (
    ATTACHED,
    ATTACHED_NO_CELL,
    ATTEMPTING,
    CELL,
    DETACH_ACCEPT,
    EMPTY,
    LIMITED,
    NO_CELL,
    NO_IMSI,
    NORMAL,
    OFF,
    Around,
    accept,
    accept_update,
    attached,
    attached_for_both,
    broadcast,
    detach_request,
    identity_request,
    reject_update,
)
from tests.machines.test_ms_paging import page

SEARCH, ATTACHED_SEARCH = "GMM-DEREGISTERED.PLMN-SEARCH", "GMM-REGISTERED.PLMN-SEARCH"
SUSPENDED, ATTACHED_SUSPENDED = "GMM-DEREGISTERED.SUSPENDED", "GMM-REGISTERED.SUSPENDED"


# --- what cells tell ----------------------------------------------------------------------------------------------


def test_power_on_waits_for_the_cell() -> None:
    """A mobile knows of a cell what it has heard: before that it searches, and then goes on by itself (4.2.4.1.2)."""
    around = Around(announced=False)
    around.order("power-on")
    assert (around.m1["state"], around.answers()) == (SEARCH, [])
    assert around.announce("c2") == []
    assert around.m1["state"] == SEARCH
    around.announce("c1")
    assert around.answers() == [("done", NORMAL, None)]
    assert around.timers() == set()


def test_attach_waits_for_the_cell() -> None:
    """Whatever was ordered meanwhile."""
    around = Around(announced=False)
    around.order("power-on")
    assert around.order("attach") == []
    (request,) = around.announce("c1")
    assert isinstance(request, AttachRequest)
    around.says(accept())
    assert [status for status, *_ in around.answers()] == ["done", "done"]
    around = Around(announced=False)
    assert around.order("attach") == []
    around.order("detach")
    assert around.announce("c1") == [], "it has been called off"
    assert around.m1["state"] == NORMAL


def test_no_cell_found() -> None:
    """Nothing was heard for X-search: no cell is available; what is heard later is still good (4.2.4.1.6)."""
    around = Around(announced=False)
    around.order("attach")
    around.wait(31)
    assert around.answers() == [("failed", NO_CELL, None)]
    (request,) = around.announce("c1")
    assert isinstance(request, AttachRequest)


def test_no_cell_found_when_registered() -> None:
    """The same in a mobile that is registered (4.2.5.1.5)."""
    around = attached()
    around.order("move", cell="silent")
    assert (around.m1["state"], around.answers()) == (ATTACHED_SEARCH, [])
    assert around.order("attach") == []
    around.wait(31)
    assert around.answers() == [("failed", ATTACHED_NO_CELL, None)] * 2
    (request,) = around.announce("silent")
    assert isinstance(request, RoutingAreaUpdateRequest)


def test_cell_barred() -> None:
    """A cell that bars everybody is none; when it opens the mobile is there."""
    around = Around()
    around.announce("c1", cell_bar_access=True)
    around.order("attach")
    assert around.answers() == [("failed", NO_CELL, None)]
    assert len(around.announce("c1")) == 1
    around.says(accept())
    around.announce("c1", cell_bar_access=True)
    assert around.m1["state"] == ATTACHED_NO_CELL
    around.announce("c1")
    assert around.m1["state"] == ATTACHED


def test_cell_barred_during_a_procedure() -> None:
    """It closes while the mobile waits for an answer: the lower layers have failed."""
    around = Around()
    around.order("attach")
    around.announce("c1", cell_bar_access=True)
    assert around.m1["state"] == NO_CELL
    around = attached()
    around.order("move", cell="c3")
    assert around.announce("c3", "II") == [], "other news change nothing"
    around.announce("c3", cell_bar_access=True)
    assert around.m1["state"] == ATTACHED_NO_CELL
    around = attached()
    around.order("detach")
    around.announce("c1", cell_bar_access=True)
    assert around.m1["state"] == NO_CELL


def test_mode_of_operation_changes() -> None:
    """The cell comes to have Gs: a mobile that wants calls asks for them; the same news twice is none (4.1.1.2.2)."""
    around = Around(combined=True)
    around.announce("c1", "II")
    assert len(around.locates(around.order("attach"), "c1")) == 1
    around.says(accept())
    assert around.m1["nmo"] == "MODE_II"
    (request,) = around.announce("c1", "I")
    assert isinstance(request, RoutingAreaUpdateRequest)
    kind = UpdateTypeValue.COMBINED_RA_LA_UPDATING_WITH_IMSI_ATTACH
    assert request.update_type.update_type_value is kind
    around.says(accept_update("c1", combined=True))
    assert around.announce("c1", "I") == []


def test_system_information_of_no_use() -> None:
    """Messages of other types, or of a cell that does not tell of GPRS, are a warning, and the cell stays unknown."""
    around = Around(announced=False)
    good = BroadcastChannel.decode(broadcast("c1"))
    three, thirteen = good.system_information_3, good.system_information_13
    no_gprs = bytes.fromhex("010600") + bytes.fromhex("2b" * 20)
    for first, second in ((thirteen, three), (three, three), (b"", b""), (three, no_gprs), (three, b"")):
        message = BroadcastChannel(cell=CELL, system_information_3=first, system_information_13=second)
        assert around.hears(message.encode()) == []
    assert len(around.warnings) == 5
    assert around.ms.cells == {}


# --- carried ------------------------------------------------------------------------------------------------------


def test_carried_while_off() -> None:
    """It wakes up elsewhere."""
    around = Around()
    around.order("move", cell="c4")
    assert around.answers() == [("done", OFF, None)]
    around.order("attach")
    assert around.cell == "c4"


def test_carried_while_not_registered() -> None:
    """Nobody is told."""
    around = Around()
    around.order("power-on")
    assert around.order("move", cell="c3") == []
    assert around.m1["state"] == NORMAL
    around.order("move", cell="silent")
    assert around.m1["state"] == SEARCH
    around.order("move", cell="c1")
    assert around.answers()[-1] == ("done", NORMAL, None)


def test_carried_out_of_a_forbidden_area() -> None:
    """Refused here, the mobile attaches where it may by itself."""
    around = Around()
    around.order("attach")
    around.says(AttachReject(gmm_cause=GmmCause.LOCATION_AREA_NOT_ALLOWED))
    assert around.order("move", cell="c3") == []
    assert around.m1["state"] == LIMITED
    assert around.announce("c3", "II") == []
    assert len(around.order("move", cell="c4")) == 1


# --- no radio -----------------------------------------------------------------------------------------------------


def test_cover_lost_and_found() -> None:
    """Nothing is heard without radio; back in time and in the same area there is nothing to say (4.2.5.1.5)."""
    around = attached()
    assert around.order("cover", on=False) == []
    assert around.answers() == [("done", ATTACHED_NO_CELL, None)]
    assert around.says(identity_request(IdentityType.IMSI)) == []
    assert around.pages(page()) == []
    assert around.order("cover", on=True) == []
    assert around.answers() == [("done", ATTACHED, None)]
    assert len(around.says(identity_request(IdentityType.IMSI))) == 1


def test_cover_lost_and_found_elsewhere() -> None:
    """Carried meanwhile: an update, if the area is another."""
    around = attached()
    around.order("cover", on=False)
    assert around.order("move", cell="c3") == []
    assert around.answers()[-1] == ("failed", ATTACHED_NO_CELL, None)
    assert around.order("attach") == []
    (request,) = around.order("cover", on=True)
    assert isinstance(request, RoutingAreaUpdateRequest)
    around.says(accept_update("c3"))
    assert around.answers()[-1] == ("done", ATTACHED, None)


@pytest.mark.parametrize("prepare", ["off", "power-on", "attempting", "no imsi", "limited"])
def test_cover_lost_in_any_state(prepare: str) -> None:
    """Lost and found again is as before, but that an attach which waited begins at once."""
    around = Around()
    if prepare != "off":
        around.order("power-on")
    causes = {
        "attempting": GmmCause.CONGESTION,
        "no imsi": GmmCause.ILLEGAL_MS,
        "limited": GmmCause.LOCATION_AREA_NOT_ALLOWED,
    }
    if prepare in causes:
        around.order("attach")
        around.says(AttachReject(gmm_cause=causes[prepare]))
    before = around.m1["state"]
    around.order("cover", on=False)
    assert around.m1["state"] == {"off": OFF, "no imsi": NO_IMSI}.get(prepare, NO_CELL)
    assert around.order("cover", on=False) == []
    said = around.order("cover", on=True)
    assert (around.m1["state"] == before) == (prepare != "attempting")
    assert len(said) == (prepare == "attempting")
    assert around.order("cover", on=True) == []
    assert around.m1["covered"]


def test_switched_on_without_cover() -> None:
    """No search where there is no radio."""
    around = Around()
    around.order("cover", on=False)
    around.order("power-on")
    assert around.answers()[-1] == ("failed", NO_CELL, None)
    assert around.order("detach") == []
    around.order("power-off")
    assert around.answers()[-1] == ("done", OFF, None)


def test_attempts_end_with_the_radio() -> None:
    """Between attempts to update: no timer runs without a cell."""
    around = attached()
    around.order("move", cell="c3")
    around.says(reject_update(GmmCause.NETWORK_FAILURE))
    around.order("cover", on=False)
    assert around.timers() == {"T3314"}
    assert len(around.order("cover", on=True)) == 1


@pytest.mark.parametrize("order", ["detach", "power-off"])
def test_leave_without_radio(order: str) -> None:
    """Nobody can be told."""
    around = attached()
    around.order("cover", on=False)
    assert around.order(order) == []
    assert around.answers()[-1][0] == "done"
    assert around.timers() == set()


# --- calls that suspend packets (23.060 16.2.1) -------------------------------------------------------------------


def test_suspended_and_resumed() -> None:
    """Nothing is heard during the call; if the network says that packets go on, nothing is said after it either."""
    around = attached()
    around.mobile.suspend()
    look = around.m1
    assert (look["state"], look["suspended"]) == (ATTACHED_SUSPENDED, True)
    assert around.says(identity_request(IdentityType.IMSI)) == []
    assert around.pages(page()) == []
    around.mobile.resumed(ok=True)
    assert around.drain() == []
    assert (around.m1["state"], around.m1["suspended"]) == (ATTACHED, False)
    assert around.pages(page()) == [EMPTY]


@pytest.mark.parametrize("both", [False, True])
def test_resumption_failed(both: bool) -> None:
    """No resumption, or nothing said of it: an update, combined in mode I (44.018 3.4.25, 24.008 4.7.5)."""
    around = attached_for_both() if both else attached()
    around.mobile.suspend()
    around.mobile.resumed(ok=False)
    (request,) = around.drain()
    assert isinstance(request, RoutingAreaUpdateRequest)
    kind = UpdateTypeValue.COMBINED_RA_LA_UPDATING if both else UpdateTypeValue.RA_UPDATING
    assert request.update_type.update_type_value is kind
    around.says(accept_update("c1", combined=both))
    assert around.m1["state"] == ATTACHED
    around.mobile.suspend()
    around.mobile.resumed(ok=True)
    assert around.drain() == []


def test_moved_during_a_call() -> None:
    """Handed over into another area: an update after the call, whatever the network says."""
    around = attached()
    around.mobile.suspend()
    assert around.order("move", cell="c3") == []
    assert around.answers() == [("done", ATTACHED_SUSPENDED, None)]
    assert around.announce("c3", "II") == []
    around.cell = "c3"
    assert around.pages(page(), "c3") == []
    around.mobile.resumed(ok=True)
    (request,) = around.drain()
    assert isinstance(request, RoutingAreaUpdateRequest)


def test_radio_lost_during_a_call() -> None:
    """No CHANNEL RELEASE is ever heard: an update on return (44.018 3.4.13.5)."""
    around = attached()
    around.mobile.suspend()
    around.order("cover", on=False)
    assert around.m1["state"] == ATTACHED_NO_CELL
    around.mobile.resumed(ok=False)
    assert around.drain() == []
    (request,) = around.order("cover", on=True)
    assert isinstance(request, RoutingAreaUpdateRequest)


def test_suspended_during_an_update() -> None:
    """The update is over, and comes again after the call."""
    around = attached()
    around.order("move", cell="c3")
    around.mobile.suspend()
    around.drain()
    assert around.answers() == [("done", ATTACHED_SUSPENDED, None)]
    assert around.wait(300) == []
    around.mobile.resumed(ok=True)
    assert len(around.drain()) == 1


def test_suspended_during_an_attach() -> None:
    """The attach is over, and comes again after the call; one that is ordered during the call waits for its end."""
    around = Around()
    around.order("attach")
    around.mobile.suspend()
    around.drain()
    assert around.answers() == [("failed", SUSPENDED, None)]
    assert around.wait(300) == []
    assert around.order("attach") == []
    around.mobile.resumed(ok=False)
    assert len(around.drain()) == 1
    around.says(accept())
    assert around.answers() == [("done", ATTACHED, None)]


def test_suspended_when_not_registered() -> None:
    """A call of a mobile that is not attached: after it all is as before."""
    around = Around()
    around.order("power-on")
    around.mobile.suspend()
    assert around.order("move", cell="c3") == []
    assert around.order("cover", on=True) == []
    around.mobile.resumed(ok=False)
    assert around.m1["state"] == NORMAL
    around.mobile.resumed(ok=True)
    assert around.m1["state"] == NORMAL
    around.mobile.suspend()
    around.order("cover", on=False)
    assert around.m1["state"] == NO_CELL


@pytest.mark.parametrize(("type_", "state"), [("combined", SUSPENDED), ("imsi", ATTACHED_SUSPENDED)])
def test_suspended_during_a_detach(type_: str, state: str) -> None:
    """The detach counts as done."""
    around = attached_for_both()
    around.order("detach", type=type_)
    around.mobile.suspend()
    around.drain()
    assert around.m1["state"] == state
    around.mobile.resumed(ok=True)
    assert around.m1["state"] == (NORMAL if type_ == "combined" else ATTACHED)
    said = around.drain()
    assert [type(message) for message in said] == [ImsiDetachIndication] * (type_ == "combined"), "to be sure"


@pytest.mark.parametrize("registered", [False, True])
def test_switched_off_during_a_call(registered: bool) -> None:
    """Packets cannot tell that they end."""
    around = attached() if registered else Around()
    if not registered:
        around.order("power-on")
    around.mobile.suspend()
    assert around.order("power-off") == []
    assert around.m1["state"] == OFF


def test_attach_ordered_during_a_call() -> None:
    """Attached already: the order is answered after the call."""
    around = attached()
    around.mobile.suspend()
    around.order("attach")
    assert around.answers() == []
    around.mobile.resumed(ok=True)
    around.drain()
    assert around.answers() == [("done", ATTACHED, None)]


def test_periodic_update_due_during_a_call() -> None:
    """T3312 runs out during the call: the update comes after it (4.7.2.2)."""
    ten = GprsTimer.lasting(10 * SECOND)
    around = attached(answer=accept(negotiated_ready_timer=ten, periodic_ra_update_timer=ten))
    around.mobile.suspend()
    assert around.wait(30) == []
    around.mobile.resumed(ok=True)
    (request,) = around.drain()
    assert isinstance(request, RoutingAreaUpdateRequest)
    assert request.update_type.update_type_value is UpdateTypeValue.PERIODIC_UPDATING


def test_call_while_nothing_works() -> None:
    """Packets have nothing to suspend in limited service, nor where the card is invalid."""
    around = Around()
    around.order("attach")
    around.says(AttachReject(gmm_cause=GmmCause.LOCATION_AREA_NOT_ALLOWED))
    around.mobile.suspend()
    assert around.m1["state"] == LIMITED


def test_suspended_between_attempts() -> None:
    """An attempt that waited for its timer comes after the call."""
    around = Around()
    around.order("attach")
    around.says(AttachReject(gmm_cause=GmmCause.CONGESTION))
    assert around.m1["state"] == ATTEMPTING
    around.mobile.suspend()
    assert around.wait(60) == []
    around.mobile.resumed(ok=True)
    assert len(around.drain()) == 1


# --- what goes on in any state ------------------------------------------------------------------------------------


def test_detached_mobile_is_detached_again() -> None:
    """The network repeats its request to a mobile in each state in which it is not attached."""
    around = attached()
    around.order("detach")
    around.says(DETACH_ACCEPT)
    assert len(around.says(detach_request(DetachTypeMt.RE_ATTACH_REQUIRED))) == 1


@pytest.mark.parametrize(
    ("verb", "arguments", "error"),
    [
        ("move", {}, "there is no cell None"),
        ("move", {"cell": "c9"}, "there is no cell 'c9'"),
        ("move", {"cell": ["c1"]}, "there is no cell ['c1']"),
        ("cover", {}, "cover needs on: true or false"),
        ("cover", {"on": "no"}, "on is true or false, not 'no'"),
        ("attach", {"combined": 1}, "combined is true or false, not 1"),
        ("detach", {"type": "all"}, "type is gprs, imsi or combined, not 'all'"),
        ("detach", {"type": ["imsi"]}, "type is gprs, imsi or combined, not ['imsi']"),
        ("detach", {"type": "imsi"}, "m1 is in GMM-NULL: no detach now"),
        ("power-on", {"cell": "c1"}, "power-on has no argument 'cell'"),
    ],
)
def test_bad_commands(verb: str, arguments: dict[str, Any], error: str) -> None:
    """A command that cannot be obeyed is answered by one clear line."""
    around = Around()
    assert around.order(verb, **arguments) == []
    (reply,) = around.replies
    assert (reply.status, reply.body) == ("failed", {"error": error})


def test_everybody() -> None:
    """All mobiles can be looked at."""
    around = Around()
    assert list(around.ms.everybody()) == ["m1", "m2"]
