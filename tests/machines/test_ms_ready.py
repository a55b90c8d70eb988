"""READY and STANDBY in the mobile: T3314, force to standby, T3312 (24.008 4.7.2, 23.060 6.1)."""

from typing import Any

import pytest

from protocol.gmm import (
    AttachComplete,
    DetachAcceptMo,
    GmmInformation,
    IdentityResponse,
    PtmsiReallocationComplete,
    RoutingAreaUpdateRequest,
)
from protocol.gmm.elements import DetachTypeMt, ForceToStandby, GprsTimer, IdentityType, UpdateTypeValue
from protocol.identities import MobileIdentity, Tlli
from protocol.timers import SECOND
from tests.machines.mobiles import (
    ATTACHED,
    CELL,
    DETACH_ACCEPT,
    EMPTY,
    PTMSI_2,
    TMSI,
    Around,
    accept,
    accept_update,
    attached,
    attached_for_both,
    challenge,
    detach_request,
    identity_request,
)
from tests.machines.test_ms_paging import page, reallocation

TEN = GprsTimer.lasting(10 * SECOND)
OFF = GprsTimer.lasting(None)
FORCED: dict[str, Any] = {"force_to_standby": ForceToStandby.INDICATED}


def ready(**changes: Any) -> Around:
    """An attached mobile, READY for ten seconds."""
    return attached(answer=accept(negotiated_ready_timer=TEN, **changes))


def periodic(around: Around, seconds: float) -> RoutingAreaUpdateRequest:
    """The periodic update that comes after so many seconds, and not before."""
    assert around.wait(seconds - 1) == []
    (request,) = around.wait(2)
    assert isinstance(request, RoutingAreaUpdateRequest)
    return request


def test_ready_timer_default() -> None:
    """Nothing negotiated: 44 s from the last frame sent (24.008 table 11.3a)."""
    around = attached()
    around.wait(20)
    around.says(identity_request(IdentityType.IMSI))
    around.wait(43)
    assert around.m1["mm_state"] == "READY"
    around.wait(2)
    assert around.m1["mm_state"] == "STANDBY"


def test_ready_timer_negotiated() -> None:
    """The mobile asks for a value, and takes the network's (4.7.2.1.1)."""
    around = Around(ready_timer=TEN)
    (request,) = around.order("attach")
    assert request.requested_ready_timer == TEN  # type: ignore[union-attr]
    around.says(accept(negotiated_ready_timer=GprsTimer.lasting(20 * SECOND)))
    around.wait(19)
    assert around.m1["mm_state"] == "READY"
    around.wait(2)
    assert around.m1["mm_state"] == "STANDBY"


def test_ready_timer_zero() -> None:
    """0: the mobile is in STANDBY at once, and no frame takes it to READY; T3312 runs on (4.7.2.1.1, 4.7.2.2)."""
    zero = GprsTimer.lasting(0)
    around = attached(answer=accept(negotiated_ready_timer=zero, periodic_ra_update_timer=TEN))
    assert around.m1["mm_state"] == "STANDBY"
    around.wait(5)
    around.says(identity_request(IdentityType.IMSI))
    assert around.m1["mm_state"] == "STANDBY"
    assert periodic(around, 5).update_type.update_type_value is UpdateTypeValue.PERIODIC_UPDATING


def test_ready_timer_deactivated() -> None:
    """Deactivated: the mobile stays READY, and never updates periodically; a new agreement changes that."""
    around = attached(answer=accept(negotiated_ready_timer=OFF, periodic_ra_update_timer=TEN))
    assert around.wait(24 * 3600) == []
    assert around.m1["mm_state"] == "READY"
    assert around.timers() == set()
    around.says(identity_request(IdentityType.IMSI))
    assert around.m1["mm_state"] == "READY"
    around.order("move", cell="c3")
    around.says(accept_update("c3", negotiated_ready_timer=TEN))
    around.wait(11)
    assert around.m1["mm_state"] == "STANDBY"


def test_ready_timer_agreed_anew() -> None:
    """A shorter value counts from the accept on; an update that tells none keeps it (4.7.5.1.3)."""
    around = attached()
    around.order("move", cell="c3")
    around.says(accept_update("c3", negotiated_ready_timer=TEN))
    around.wait(11)
    assert around.m1["mm_state"] == "STANDBY"
    around.order("move", cell="c1")
    around.says(accept_update("c1"))
    around.wait(9)
    assert around.m1["mm_state"] == "READY"
    around.wait(2)
    assert around.m1["mm_state"] == "STANDBY"


def test_standby_and_ready_again() -> None:
    """Any frame that is sent takes the mobile from STANDBY to READY: an answer to a page as well (23.060 6.1.1)."""
    around = ready()
    around.wait(11)
    assert (around.m1["mm_state"], around.timers()) == ("STANDBY", {"T3312"})
    assert around.pages(page()) == [EMPTY]
    assert (around.m1["mm_state"], around.timers()) == ("READY", {"T3314"})


@pytest.mark.parametrize("ready_timer", [TEN, OFF])
@pytest.mark.parametrize("by", ["attach", "update", "identity", "reallocation"])
def test_force_to_standby(by: str, ready_timer: GprsTimer) -> None:
    """Whatever message carries it: once it is answered, the mobile is in STANDBY (4.7.2.1.1)."""
    if by == "attach":
        around = Around()
        around.order("attach")
        assert around.says(accept(negotiated_ready_timer=ready_timer, **FORCED)) == [AttachComplete()]
    else:
        around = attached(answer=accept(negotiated_ready_timer=ready_timer))
    if by == "update":
        around.order("move", cell="c3")
        around.says(accept_update("c3", **FORCED))
    elif by == "identity":
        answer = around.says(identity_request(IdentityType.IMSI).replace(**FORCED))
        assert isinstance(answer[0], IdentityResponse)
    elif by == "reallocation":
        assert around.says(reallocation(PTMSI_2, **FORCED)) == [PtmsiReallocationComplete()]
    assert (around.m1["mm_state"], around.timers()) == ("STANDBY", {"T3312"})


def test_force_to_standby_in_challenge() -> None:
    """Also in a challenge, and where the mobile is in STANDBY already."""
    around = ready()
    around.wait(11)
    around.says(challenge(64, 2, **FORCED))
    assert around.m1["mm_state"] == "STANDBY"


def test_force_to_standby_in_detach() -> None:
    """A mobile that the network detaches is neither."""
    around = ready()
    assert around.says(detach_request(DetachTypeMt.RE_ATTACH_NOT_REQUIRED).replace(**FORCED)) == [DetachAcceptMo()]
    assert (around.m1["mm_state"], around.timers()) == ("IDLE", set())


def test_detach_ends_ready() -> None:
    """Not attached is IDLE: no timer runs (23.060 6.1.1)."""
    around = ready()
    around.order("detach")
    around.says(DETACH_ACCEPT)
    assert (around.m1["mm_state"], around.timers()) == ("IDLE", set())
    around = ready()
    around.order("power-off")
    assert (around.m1["mm_state"], around.timers()) == ("IDLE", set())


# --- periodic updating (4.7.2.2) ----------------------------------------------------------------------------------


def test_periodic_update() -> None:
    """T3312 begins when STANDBY does; the update is periodic, on the local TLLI, and T3312 runs again after it."""
    around = ready(periodic_ra_update_timer=GprsTimer.lasting(60 * SECOND))
    request = periodic(around, 70)
    assert request.update_type.update_type_value is UpdateTypeValue.PERIODIC_UPDATING
    assert request.old_routing_area == CELL.rai
    assert around.tlli.kind == "local"
    assert around.m1["mm_state"] == "READY"
    assert around.says(accept_update("c1", periodic_ra_update_timer=GprsTimer.lasting(60 * SECOND))) == []
    assert around.m1["state"] == ATTACHED
    periodic(around, 70)


def test_periodic_update_with_new_ptmsi() -> None:
    """It may bring a P-TMSI, which is acknowledged on its TLLI."""
    around = ready(periodic_ra_update_timer=TEN)
    around.wait(21)
    around.says(accept_update("c1", allocated_ptmsi=MobileIdentity(PTMSI_2)))
    assert around.tlli == Tlli.local(PTMSI_2)


def test_periodic_update_put_off_by_ready() -> None:
    """READY stops T3312: it begins anew with the next STANDBY."""
    around = ready(periodic_ra_update_timer=GprsTimer.lasting(60 * SECOND))
    around.wait(60)
    around.pages(page())
    periodic(around, 70)


def test_periodic_update_deactivated() -> None:
    """Deactivated, or 0: none ever."""
    for value in (OFF, GprsTimer.lasting(0)):
        around = ready(periodic_ra_update_timer=value)
        assert around.wait(24 * 3600) == []
        assert around.timers() == set()


def test_periodic_update_unanswered() -> None:
    """In the known area a failed update leaves normal service, and comes again after T3311 (4.7.5.1.5)."""
    around = ready(periodic_ra_update_timer=TEN)
    around.wait(21)
    assert len(around.wait(74)) == 4
    look = around.m1
    assert (look["state"], look["update_attempt_counter"], look["update_status"]) == (ATTACHED, 1, "UPDATED")
    assert around.pages(page()) == [EMPTY]
    assert around.wait(13) == []
    (request,) = around.wait(2)
    assert isinstance(request, RoutingAreaUpdateRequest)
    around.says(accept_update("c1"))
    assert (around.m1["state"], around.m1["update_attempt_counter"]) == (ATTACHED, 0)


def test_periodic_update_due_without_cover() -> None:
    """T3312 runs out where no cell is: the update comes on return (4.7.2.2)."""
    around = ready(periodic_ra_update_timer=TEN)
    around.order("cover", on=False)
    assert around.wait(3600) == []
    (request,) = around.order("cover", on=True)
    assert isinstance(request, RoutingAreaUpdateRequest)
    assert request.update_type.update_type_value is UpdateTypeValue.PERIODIC_UPDATING


def test_periodic_update_due_without_cover_for_both() -> None:
    """One that is attached for calls too attaches for them anew: the SGSN may have given it up (4.7.2.2)."""
    around = attached_for_both(periodic_ra_update_timer=TEN)
    around.order("cover", on=False)
    around.wait(3600)
    (request,) = around.order("cover", on=True)
    assert isinstance(request, RoutingAreaUpdateRequest)
    kind = UpdateTypeValue.COMBINED_RA_LA_UPDATING_WITH_IMSI_ATTACH
    assert request.update_type.update_type_value is kind
    around.says(accept_update("c1", combined=True, ms_identity=MobileIdentity(TMSI)))
    assert around.m1["imsi_attached"]
    around.wait(44)
    (request,) = around.wait(3241)
    assert isinstance(request, RoutingAreaUpdateRequest)
    assert request.update_type.update_type_value is UpdateTypeValue.PERIODIC_UPDATING


def test_periodic_update_due_between_attempts() -> None:
    """While another update waits for its timer nothing more is sent (4.7.2.2)."""
    two_minutes = GprsTimer.lasting(120 * SECOND)
    around = attached(answer=accept(negotiated_ready_timer=GprsTimer.lasting(0), periodic_ra_update_timer=two_minutes))
    around.wait(40)
    around.order("move", cell="c3")
    around.wait(75)
    assert around.wait(14) == [], "T3312 runs out here"
    (request,) = around.wait(2)
    assert isinstance(request, RoutingAreaUpdateRequest)
    assert request.update_type.update_type_value is UpdateTypeValue.RA_UPDATING


def test_network_name_and_time() -> None:
    """GMM INFORMATION is kept and not answered (4.7.12)."""
    around = attached()
    octets = (
        GmmInformation().encode()
        + bytes.fromhex("430885d4f29c1e3e9701")
        + bytes.fromhex("47526021101500 40".replace(" ", ""))
    )
    assert around.says(octets) == []
    assert set(around.m1["network"]) == {"full name", "time"}
