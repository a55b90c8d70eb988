"""Suspend and resume by the SGSN (48.018 7.4, 7.5, 23.060 16.2.1)."""

from typing import Any

import pytest

from nodes.sgsn import suspension
from nodes.sgsn.old_suspension import SUSPEND_REQUEST, SUSPEND_RESPONSE
from protocol.bssgp import BvcReset, PagingPs, Resume, ResumeAck, ResumeNack, Suspend, SuspendAck, SuspendNack
from protocol.causes import BssgpCause, GtpCause
from protocol.gmm import DetachRequestMo
from protocol.gmm.elements import DetachTypeMo, MoDetach, UpdateTypeValue
from protocol.gtp import SgsnContextRequest, SgsnContextResponse
from protocol.identities import Rai, Teid, Tlli
from protocol.map.location import CancellationType
from tests.machines.sgsn_lab import FAR, FOREIGN, IMSI, NEAR, Lab, Mobile

UNKNOWN = BssgpCause.UNKNOWN_MS


@pytest.fixture
def lab() -> Lab:
    """An SGSN with an attached mobile."""
    lab = Lab()
    lab.attached()
    return lab


def suspends(lab: Lab, *, area: Rai = NEAR.rai, tlli: Tlli | None = None, bss: str = "bss1") -> Any:
    """A BSS suspends the mobile; the last answer."""
    lab.gb(Suspend(tlli=tlli or lab.mobiles[0].tlli, routeing_area=area), 0, bss)
    return lab.said[-1][1]


def resumes(lab: Lab, number: int, *, area: Rai = NEAR.rai, bss: str = "bss1") -> Any:
    """A BSS resumes the mobile; the first answer."""
    lab.said.clear()
    lab.gb(Resume(tlli=lab.mobiles[0].tlli, routeing_area=area, suspend_reference_number=number), 0, bss)
    return lab.said[0][1]


@pytest.mark.ttcn3("suspend_nopaging")
def test_suspend_then_no_paging(lab: Lab) -> None:
    """23.060 16.2.1.1: ACK with a number; neither downlink nor page while the call lasts."""
    lab.waits(45)
    answer = suspends(lab)
    assert answer == SuspendAck(tlli=lab.mobiles[0].tlli, routeing_area=NEAR.rai, suspend_reference_number=1)
    assert lab.look["suspended"] == 1
    lab.said.clear()
    lab.orders("detach", imsi=IMSI)
    lab.waits(5)
    assert lab.said == []
    assert lab.orders("page", imsi=IMSI).status == "failed"


@pytest.mark.ttcn3("suspend_resume")
def test_resume(lab: Lab) -> None:
    """48.018 7.5: ACK; what was kept leaves."""
    number = suspends(lab).suspend_reference_number
    lab.orders("detach", imsi=IMSI)
    answer = resumes(lab, number)
    assert answer == ResumeAck(tlli=lab.mobiles[0].tlli, routeing_area=NEAR.rai)
    assert lab.names("ms") == ["DetachRequestMt"]
    assert lab.look["suspended"] is None


def test_resume_in_standby_pages_for_what_was_kept(lab: Lab) -> None:
    """23.060 16.2.1.1, 8.1.4: resumed, the mobile is in STANDBY as before."""
    lab.waits(45)
    number = suspends(lab).suspend_reference_number
    lab.orders("detach", imsi=IMSI)
    resumes(lab, number)
    assert lab.names() == ["ResumeAck", "PagingPs", "PagingPs"]


@pytest.mark.ttcn3("suspend_rau")
def test_suspend_then_routing_area_update(lab: Lab) -> None:
    """23.060 16.2.1.1 step 6: an update resumes; RESUME finds it so."""
    number = suspends(lab).suspend_reference_number
    lab.mobiles[0].update(UpdateTypeValue.RA_UPDATING)
    assert lab.look["suspended"] is None
    assert "RoutingAreaUpdateAccept" in lab.names("ms")
    assert isinstance(resumes(lab, number), ResumeAck)


def test_frame_resumes(lab: Lab) -> None:
    """23.060 16.2.1: any frame of the mobile tells that it takes packets."""
    suspends(lab)
    lab.orders("detach", imsi=IMSI)
    lab.said.clear()
    lab.mobiles[0].says(b"")
    assert lab.look["suspended"] is None
    assert lab.names("ms") == ["DetachRequestMt"]


def test_suspend_twice_has_one_number(lab: Lab) -> None:
    """48.018 7.4: the ACK was lost; SUSPEND again is answered with the same number."""
    assert suspends(lab).suspend_reference_number == suspends(lab).suspend_reference_number == 1


def test_each_suspension_has_a_number(lab: Lab) -> None:
    """48.018 11.3.36: from 1 to 255, and round."""
    for call in range(256):
        number = suspends(lab).suspend_reference_number
        assert number == call % 255 + 1
        assert isinstance(resumes(lab, number), ResumeAck)


def test_suspend_from_another_bss(lab: Lab) -> None:
    """A call in a cell of another BSS: what the first one knew means nothing any more."""
    first = suspends(lab).suspend_reference_number
    second = suspends(lab, bss="bss2").suspend_reference_number
    assert second != first
    assert isinstance(resumes(lab, first), ResumeNack)
    assert lab.look["suspended"] == second
    lab.gb(BvcReset(bvci=0, cause=BssgpCause.OM_INTERVENTION))
    assert lab.look["suspended"] == second
    assert isinstance(resumes(lab, second, bss="bss2"), ResumeAck)


def test_resume_twice(lab: Lab) -> None:
    """48.018 7.5: the ACK was lost; the mobile is resumed."""
    number = suspends(lab).suspend_reference_number
    assert isinstance(resumes(lab, number), ResumeAck)
    assert isinstance(resumes(lab, number), ResumeAck)
    assert isinstance(resumes(lab, number + 1), ResumeNack)


def test_resume_with_wrong_number(lab: Lab) -> None:
    """48.018 7.5: NACK, and still suspended; the mobile will update its routing area."""
    number = suspends(lab).suspend_reference_number
    answer = resumes(lab, number + 1)
    assert answer == ResumeNack(tlli=lab.mobiles[0].tlli, routeing_area=NEAR.rai, cause=UNKNOWN)
    assert lab.look["suspended"] == number


def test_resume_who_was_not_suspended(lab: Lab) -> None:
    """48.018 7.5: RESUME-NACK, not the SUSPEND-NACK of some."""
    answer = resumes(lab, 1)
    assert answer == ResumeNack(tlli=lab.mobiles[0].tlli, routeing_area=NEAR.rai, cause=UNKNOWN)


def test_suspend_and_resume_unknown() -> None:
    """48.018 7.4, 7.5: a TLLI that is not known."""
    lab = Lab()
    tlli = lab.mobile().tlli
    answer = suspends(lab)
    assert answer == SuspendNack(tlli=tlli, routeing_area=NEAR.rai, cause=UNKNOWN)
    assert resumes(lab, 1) == ResumeNack(tlli=tlli, routeing_area=NEAR.rai, cause=UNKNOWN)


def test_suspend_deregistered(lab: Lab) -> None:
    """A mobile that has detached is as good as unknown."""
    detach = DetachRequestMo(detach_type=MoDetach(power_off=False, type=DetachTypeMo.GPRS_DETACH))
    lab.mobiles[0].says(detach)
    assert isinstance(suspends(lab), SuspendNack)


def test_suspend_during_attach() -> None:
    """A mobile that is not attached yet cannot be suspended; its attach goes on."""
    lab = Lab()
    mobile = Silent(lab)
    mobile.attach()
    lab.mobiles.append(mobile)
    assert isinstance(suspends(lab), SuspendNack)
    lab.said.clear()
    lab.waits(7)
    assert lab.names("ms") == ["AuthenticationAndCipheringRequest"]


def test_suspend_before_attach_complete(lab: Lab) -> None:
    """The accept is kept, and said again when the call is over (24.008 4.7.3.1.6 c)."""
    mobile = Mobile(lab, IMSI)
    mobile.completes = False
    mobile.area, lab.mobiles[:] = NEAR.rai, [mobile]
    mobile.attach()
    mobile.tlli = lab.context.tlli_used
    number = suspends(lab).suspend_reference_number
    lab.said.clear()
    lab.waits(13)
    assert lab.said == []
    assert lab.context.kept
    mobile.completes = True
    resumes(lab, number)
    assert lab.look["state"] == "GMM-REGISTERED"


def test_suspend_during_detach(lab: Lab) -> None:
    """24.008 4.7.4.2.4: nobody hears the request; after the fifth expiry of T3322 it is detached all the same."""
    lab.orders("detach", imsi=IMSI)
    suspends(lab)
    lab.said.clear()
    lab.waits(31)
    assert lab.names("ms") == []
    assert (lab.look["state"], lab.look["suspended"]) == ("GMM-DEREGISTERED", None)


def test_suspend_while_paged(lab: Lab) -> None:
    """The mobile took a call before it answered: no more pages, and what waits is kept."""
    lab.waits(45)
    lab.orders("detach", imsi=IMSI)
    lab.orders("page", imsi=IMSI)
    number = suspends(lab).suspend_reference_number
    assert lab.replies[-1].body == {"answered": False}
    lab.said.clear()
    lab.waits(11)
    assert lab.said == []
    lab.waits(4)
    resumes(lab, number)
    assert [message for _, message in lab.said if isinstance(message, PagingPs)]


def test_timers_stand_still(lab: Lab) -> None:
    """23.060 16.2.1: who is in a call cannot update; the mobile reachable timer runs anew when it is resumed."""
    number = suspends(lab).suspend_reference_number
    lab.waits(100 * 60)
    assert (lab.look["mm_state"], lab.look["ppf"]) == ("READY", True)
    resumes(lab, number)
    lab.waits(1)
    assert lab.look["mm_state"] == "STANDBY"
    lab.waits(57 * 60)
    assert lab.look["ppf"] is True
    lab.waits(61)
    assert lab.look["ppf"] is False


def test_ready_timer_runs_on(lab: Lab) -> None:
    """READY counts from the last frame; one that resumes begins it anew."""
    suspends(lab)
    lab.waits(60)
    lab.mobiles[0].says(b"")
    lab.waits(43)
    assert lab.look["mm_state"] == "READY"
    lab.waits(2)
    assert lab.look["mm_state"] == "STANDBY"


def test_call_without_end(lab: Lab) -> None:
    """Nobody stays suspended for ever: a mobile that vanished in its call is missed, and detached in the end."""
    suspends(lab)
    lab.waits(2 * 3600)
    assert lab.look["suspended"] is None
    assert any("taken for resumed" in text for text in lab.warnings)
    lab.waits(60 * 60)
    assert lab.look["state"] == "GMM-DEREGISTERED"


def test_bvc_reset_of_signalling_ends_suspensions(lab: Lab) -> None:
    """48.018 8.4: the BSS has forgotten the call; RESUME will not come."""
    suspends(lab)
    lab.gb(BvcReset(bvci=2, cause=BssgpCause.OM_INTERVENTION, cell_identifier=NEAR))
    assert lab.look["suspended"] == 1
    lab.gb(BvcReset(bvci=0, cause=BssgpCause.OM_INTERVENTION))
    assert lab.look["suspended"] is None


@pytest.mark.parametrize("kind", list(CancellationType)[:2])
def test_cancel_while_suspended(lab: Lab, kind: CancellationType) -> None:
    """23.060 6.6.2.2: the HLR need not wait for the call; RESUME finds nobody."""
    number = suspends(lab).suspend_reference_number
    lab.cancels(kind)
    lab.waits(31)
    assert IMSI not in lab.sgsn.by_imsi
    assert isinstance(resumes(lab, number), ResumeNack)


def test_sgsn_restart_in_a_call() -> None:
    """23.007 11: all is forgotten: RESUME-NACK, and the mobile updates its routing area."""
    lab = Lab()
    lab.attached()
    number = suspends(lab).suspend_reference_number
    again = Lab()
    again.mobiles = lab.mobiles
    assert isinstance(resumes(again, number), ResumeNack)


# --- another SGSN -----------------------------------------------------------------------------------------------------


def ask_elsewhere(lab: Lab) -> SgsnContextRequest:
    """SUSPEND for a mobile of another SGSN, which is asked."""
    suspends(lab, area=FOREIGN, tlli=Tlli(0xC0000777))
    ((to, request),) = lab.said
    assert to == "sgsn2"
    assert isinstance(request, SgsnContextRequest)
    assert (request.extension_headers, request.tlli) == ((SUSPEND_REQUEST,), 0xC0000777)
    lab.said.clear()
    return request


def answer_elsewhere(lab: Lab, request: SgsnContextRequest, cause: GtpCause) -> None:
    """The other SGSN answers."""
    lab.gn(
        SgsnContextResponse(
            teid=request.tunnel_endpoint_identifier_control_plane or Teid(0),
            sequence_number=request.sequence_number,
            extension_headers=(SUSPEND_RESPONSE,),
            cause=cause,
        )
    )


def test_suspend_at_another_sgsn() -> None:
    """23.060 16.2.1.2: the old SGSN suspends; a repetition meanwhile waits too, and RESUME is refused here."""
    lab = Lab()
    lab.said.clear()
    request = ask_elsewhere(lab)
    lab.gb(Suspend(tlli=Tlli(0xC0000777), routeing_area=FOREIGN))
    assert lab.said == []
    answer_elsewhere(lab, request, GtpCause.REQUEST_ACCEPTED)
    ((bss, answer),) = lab.said
    assert (bss, answer.routeing_area) == ("bss1", FOREIGN)
    assert isinstance(answer, SuspendAck)
    lab.gb(Resume(tlli=Tlli(0xC0000777), routeing_area=FOREIGN, suspend_reference_number=1))
    assert isinstance(lab.said[-1][1], ResumeNack)


def test_suspend_refused_by_another_sgsn() -> None:
    """23.060 16.2.1.2: it is not known there, either."""
    lab = Lab()
    lab.said.clear()
    answer_elsewhere(lab, ask_elsewhere(lab), GtpCause.IMSI_NOT_KNOWN)
    assert lab.said == [("bss1", SuspendNack(tlli=Tlli(0xC0000777), routeing_area=FOREIGN, cause=UNKNOWN))]


def test_suspend_in_an_area_of_nobody() -> None:
    """No SGSN is known for the routing area."""
    lab = Lab()
    lab.mobile()
    assert isinstance(suspends(lab, area=Rai.parse("001-01-99-9")), SuspendNack)


def test_suspend_under_the_tlli_of_another(lab: Lab) -> None:
    """A TLLI counts only in its routing area: elsewhere it may be somebody else's."""
    assert isinstance(suspends(lab, area=FAR.rai), SuspendNack)
    assert lab.look["suspended"] is None


def test_suspended_elsewhere_then_here(lab: Lab) -> None:
    """29.060 6.1.3: suspended for another SGSN, without a number that a BSS could name; then by a BSS of our own."""
    context = lab.context
    for _ in range(2):
        context.suspend_elsewhere()
        assert context.suspended == suspension.ELSEWHERE
    number = suspends(lab).suspend_reference_number
    assert context.suspended == number
    context.suspend_elsewhere()
    assert isinstance(resumes(lab, number), ResumeNack)
    lab.mobiles[0].says(b"")
    assert context.suspended is None


class Silent(Mobile):
    """A mobile that answers nothing."""

    def hears(self, message: Any) -> None:
        self.heard.append(message)
