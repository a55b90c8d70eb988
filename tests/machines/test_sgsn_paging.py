"""Paging by the SGSN: for packets (24.008 4.7.9.1, 48.018 7.1), and for calls through Gs (29.018 5)."""

import pytest

from nodes.core.outputs import Record
from protocol.bssap_plus import LocationUpdateAccept, MsUnreachable, PagingReject, PagingRequest
from protocol.bssgp import BvcBlock, DummyPagingPsResponse, ImsiIdentity, PagingCs, PagingPs, PagingPsReject
from protocol.bssgp.elements import TimeUntilNextPagingOccasion
from protocol.causes import BssgpCause, GsCause
from protocol.gmm import DetachRequestMo
from protocol.gmm.elements import DetachTypeMo, DrxParameter, GprsTimer, MoDetach, UpdateTypeValue
from protocol.identities import IsdnAddress, Tlli, Tmsi
from tests.machines.sgsn_lab import AWAY, DRX, FAR, IMSI, NEAR, VLR, VLR2, Lab

AGAIN = [Record("restarts", bytes(4))]
"""The records of an SGSN that has lived before."""


def pages(lab: Lab) -> list[tuple[str, Tmsi | None]]:
    """To which BSSs the mobile was paged for packets, and by which P-TMSI."""
    found = [(to, message.ptmsi) for to, message in lab.said if isinstance(message, PagingPs)]
    lab.said.clear()
    return found


@pytest.fixture
def lab() -> Lab:
    """An SGSN with a mobile in STANDBY."""
    lab = Lab()
    lab.attached()
    lab.waits(45)
    assert lab.look["mm_state"] == "STANDBY"
    return lab


# --- packets ----------------------------------------------------------------------------------------------------------


@pytest.mark.ttcn3("paging_ps")
def test_paging_in_standby(lab: Lab) -> None:
    """23.060 8.1.4: what is to be said waits, the mobile is paged by P-TMSI, any frame answers."""
    lab.orders("detach", imsi=IMSI)
    page = lab.last(PagingPs)
    assert page.imsi == ImsiIdentity(IMSI)
    assert (page.drx_parameters, page.routeing_area, page.ptmsi) == (DRX, NEAR.rai, lab.context.ptmsi)
    assert (page.bvci, page.location_area, page.bss_area_indication) == (None, None, None)
    assert "DetachRequestMt" not in lab.names()
    lab.mobiles[0].says(b"")
    assert lab.look["mm_state"] == "READY"
    assert lab.names("ms") == ["DetachRequestMt"]


@pytest.mark.ttcn3("paging_ps_ra_multiple_cells")
def test_paging_over_all_bsss_of_the_area(lab: Lab) -> None:
    """48.018 7.1: each BSS with a cell in the routing area gets one page, whatever the number of cells."""
    lab.orders("page", imsi=IMSI)
    ptmsi = lab.context.ptmsi
    assert pages(lab) == [("bss1", ptmsi), ("bss2", ptmsi)]
    assert lab.replies[-1].status == "accepted"


@pytest.mark.parametrize(
    ("bvci", "named"),
    [
        pytest.param(0, True, marks=pytest.mark.ttcn3("paging_ps_reject_sig_bvci")),
        pytest.param(0, False, marks=pytest.mark.ttcn3("paging_ps_reject_sig_bvci_imsi")),
        pytest.param(2, True, marks=pytest.mark.ttcn3("paging_ps_reject_ptp_bvci")),
        pytest.param(2, False, marks=pytest.mark.ttcn3("paging_ps_reject_ptp_bvci_imsi")),
    ],
)
def test_paging_put_off_by_a_bss(lab: Lab, bvci: int, named: bool) -> None:
    """48.018 7.1: the BSS does not page now: that is told, the page comes again at the time that it has told, once."""
    lab.orders("page", imsi=IMSI)
    ptmsi = lab.context.ptmsi
    pages(lab)
    reject = put_off(3, 42, ptmsi if named else None)
    lab.gb(reject, bvci)
    assert lab.names() == []
    assert "does not page" in lab.warnings[-1]
    lab.waits(3 * 60 + 41)
    assert pages(lab) == []
    lab.waits(1)
    assert pages(lab) == [("bss1", ptmsi), ("bss2", ptmsi)]
    lab.gb(reject, bvci)
    lab.waits(10)
    assert pages(lab) == [("bss1", ptmsi), ("bss2", ptmsi)]
    lab.mobiles[0].says(b"")
    assert lab.replies[-1].body == {"answered": True}


def put_off(minutes: int, seconds: int, ptmsi: Tmsi | None = None) -> PagingPsReject:
    """PAGING-PS-REJECT."""
    later = TimeUntilNextPagingOccasion(minutes=minutes, seconds=seconds)
    return PagingPsReject(imsi=ImsiIdentity(IMSI), ptmsi=ptmsi, time_until_next_paging_occasion=later)


def test_paging_put_off_for_a_moment(lab: Lab) -> None:
    """48.018 7.1: where T3313 is not sooner, it pages again."""
    lab.orders("page", imsi=IMSI)
    pages(lab)
    lab.gb(put_off(0, 10))
    lab.waits(10)
    assert len(pages(lab)) == 2


def test_paging_put_off_and_the_mobile_comes(lab: Lab) -> None:
    """48.018 7.1: a mobile that is heard meanwhile is found; what a BSS says of one that nobody pages is told only."""
    lab.orders("page", imsi=IMSI)
    lab.gb(put_off(1, 0))
    lab.mobiles[0].says(b"")
    assert lab.replies[-1].body == {"answered": True}
    lab.gb(put_off(1, 0))
    pages(lab)
    lab.waits(60)
    assert pages(lab) == []


@pytest.mark.ttcn3("dummy_paging_ps_sig")
def test_next_occasion_asked_for(lab: Lab) -> None:
    """48.018 7.1, 10.3.12: DUMMY-PAGING-PS to each BSS with a cell in the area; the first that answers tells."""
    lab.orders("next-occasion", imsi=IMSI)
    assert lab.names() == ["DummyPagingPs", "DummyPagingPs"]
    later = TimeUntilNextPagingOccasion(minutes=1, seconds=5)
    answer = DummyPagingPsResponse(imsi=ImsiIdentity(IMSI), time_until_next_paging_occasion=later)
    assert "already" in lab.orders("next-occasion", imsi=IMSI).body["error"]
    lab.gb(answer)
    assert lab.replies[-1].body == {"seconds": 65}
    lab.gb(answer)
    assert "not awaited" in lab.warnings[-1]
    assert "not known" in lab.orders("next-occasion", imsi=[7]).body["error"]


def test_next_occasion_not_told(lab: Lab) -> None:
    """48.018 7.1: asked twice, then given up."""
    lab.orders("next-occasion", imsi=IMSI)
    lab.waits(8)
    assert lab.names() == ["DummyPagingPs"] * 4
    assert lab.replies[-1].body == {"error": "no BSS answers"}


def test_paging_leaves_out_bss_without_usable_cell(lab: Lab) -> None:
    """48.018 8.3: a blocked BVC is not paged in."""
    lab.gb(BvcBlock(bvci=2, cause=BssgpCause.OM_INTERVENTION), 0, "bss2")
    lab.said.clear()
    lab.orders("page", imsi=IMSI)
    assert [bss for bss, _ in pages(lab)] == ["bss1"]


def test_paging_not_answered(lab: Lab) -> None:
    """24.008 4.7.9.1: T3313 repeats the page by P-TMSI; the last attempt is by IMSI; then it is given up."""
    lab.orders("page", imsi=IMSI)
    ptmsi = lab.context.ptmsi
    assert len(pages(lab)) == 2
    for expected in (ptmsi, ptmsi, None):
        lab.waits(10)
        assert pages(lab) == [("bss1", expected), ("bss2", expected)]
    lab.waits(10)
    assert pages(lab) == []
    assert (lab.replies[-1].status, lab.replies[-1].body) == ("failed", {"answered": False})
    lab.waits(60)
    assert pages(lab) == []


def test_paging_by_imsi_not_wanted() -> None:
    """24.008 4.7.9.1.2: paging by IMSI makes the mobile attach anew; an operator may do without."""
    lab = Lab(page_by_imsi=False)
    lab.attached()
    lab.waits(45)
    lab.orders("page", imsi=IMSI)
    lab.waits(30)
    assert None not in [ptmsi for _, ptmsi in pages(lab)]
    assert lab.replies[-1].status == "failed"


def test_paging_drops_what_waited(lab: Lab) -> None:
    """Nobody is there: what was to be said is not said to who comes later, but its sender may say it again."""
    lab.orders("detach", imsi=IMSI)
    assert lab.context.kept
    lab.waits(41)
    assert not lab.context.kept


def test_paging_answered_by_imsi(lab: Lab) -> None:
    """An answer to the page by IMSI counts as any other."""
    lab.orders("page", imsi=IMSI)
    lab.waits(35)
    lab.mobiles[0].says(b"")
    assert lab.replies[-1].status == "done"


def test_paging_answered_by_attach(lab: Lab) -> None:
    """24.008 4.7.9.1.2: who hears a page by IMSI attaches again, and that answers it."""
    lab.orders("page", imsi=IMSI)
    lab.waits(35)
    mobile = lab.mobiles[0]
    mobile.tlli = Tlli.random(77)
    mobile.attach()
    assert lab.replies[-1].body == {"answered": True}


def test_paging_by_the_new_ptmsi_once_it_was_used(lab: Lab) -> None:
    """24.008 4.7.6.6 b: the mobile has not acknowledged its new P-TMSI, but has shown by its TLLI that it has it."""
    mobile = lab.mobiles[0]
    lab.orders("reallocate", imsi=IMSI)
    new = lab.context.ptmsi
    assert new is not None
    mobile.tlli = Tlli.local(new)
    mobile.says(b"")
    lab.waits(60)
    lab.said.clear()
    lab.orders("page", imsi=IMSI)
    assert {ptmsi for _, ptmsi in pages(lab)} == {new}


def test_what_was_kept_goes_with_its_procedure(lab: Lab) -> None:
    """24.008 4.7.6.6 b: a command that waits for a page is not said after its procedure was given up."""
    lab.waits(28)
    lab.orders("reallocate", imsi=IMSI)
    lab.waits(18)
    assert lab.context.kept
    lab.waits(13)
    lab.said.clear()
    lab.mobiles[0].says(b"")
    assert lab.names("ms") == []


def test_paging_answered_by_routing_area_update(lab: Lab) -> None:
    """24.008 4.7.9.1.1: an update that collides with the page answers it, from wherever."""
    lab.orders("page", imsi=IMSI)
    lab.mobiles[0].update(UpdateTypeValue.RA_UPDATING, FAR)
    assert lab.replies[-1].body == {"answered": True}
    assert "RoutingAreaUpdateAccept" in lab.names("ms")
    lab.waits(20)
    assert pages(lab) == []


def test_paging_answer_by_null_is_none(lab: Lab) -> None:
    """24.008 4.7.2.1.1: a NULL frame does not take the mobile to READY, so it answers no page."""
    lab.orders("page", imsi=IMSI)
    lab.mobiles[0].sends(bytes.fromhex("41ff") + bytes(0))
    lab.waits(11)
    assert lab.look["mm_state"] == "STANDBY"
    assert len(pages(lab)) == 4


def test_page_again_is_one_page(lab: Lab) -> None:
    """A second wish while the mobile is looked for adds none; both are answered."""
    lab.orders("page", imsi=IMSI)
    assert len(pages(lab)) == 2
    lab.orders("page", imsi=IMSI)
    lab.orders("detach", imsi=IMSI)
    assert pages(lab) == []
    lab.mobiles[0].says(b"")
    assert [reply.status for reply in lab.replies[-2:]] == ["done", "done"]


def test_paging_by_the_old_ptmsi_first(lab: Lab) -> None:
    """24.008 4.7.6.6: while a new P-TMSI is not acknowledged, the mobile is looked for by the old one too."""
    mobile = lab.mobiles[0]
    old = lab.context.ptmsi
    mobile.completes = False
    mobile.update(UpdateTypeValue.RA_UPDATING, FAR)
    mobile.update(UpdateTypeValue.RA_UPDATING, NEAR)
    lab.waits(120)
    new = lab.context.ptmsi
    assert (new != old, lab.context.ptmsi_old is not None) == (True, True)
    lab.said.clear()
    lab.orders("page", imsi=IMSI)
    lab.waits(11)
    assert [ptmsi for _, ptmsi in pages(lab)][::2] == [lab.context.ptmsi_old, new]


@pytest.mark.parametrize("imsi", ["001010000000009", IMSI])
def test_paging_refused(imsi: str) -> None:
    """None for who is not known, and none in READY."""
    lab = Lab()
    lab.attached()
    assert lab.orders("page", imsi=imsi).status == "failed"
    assert pages(lab) == []


def test_no_paging_after_a_missed_update(lab: Lab) -> None:
    """23.060 6.9.1.2: PPF is cleared when the mobile reachable timer runs out: what waits is kept, no page is sent."""
    lab.waits(58 * 60)
    assert lab.look["ppf"] is False
    assert lab.orders("page", imsi=IMSI).status == "failed"
    lab.orders("detach", imsi=IMSI)
    assert pages(lab) == []
    lab.mobiles[0].says(b"")
    assert lab.names("ms") == ["DetachRequestMt"]


def test_detach_ends_paging(lab: Lab) -> None:
    """Who leaves is not looked for."""
    lab.orders("page", imsi=IMSI)
    lab.orders("detach", imsi=IMSI)
    lab.waits(31)
    assert lab.replies[-1].body == {"answered": False}
    lab.said.clear()
    lab.waits(20)
    assert pages(lab) == []


def test_ready_timer_of_zero() -> None:
    """24.008 4.7.2.1.1: never in READY; the mobile is paged for all but the answer to what it just said."""
    lab = Lab(ready_timer=GprsTimer.lasting(0))
    lab.attached()
    lab.waits(1)
    assert lab.look["mm_state"] == "STANDBY"
    lab.mobiles[0].update(UpdateTypeValue.PERIODIC_UPDATING)
    assert "RoutingAreaUpdateAccept" in lab.names("ms")
    lab.waits(1)
    lab.orders("detach", imsi=IMSI)
    assert len(pages(lab)) == 2
    lab.mobiles[0].says(b"")
    assert "DetachRequestMt" in lab.names("ms")


# --- calls ------------------------------------------------------------------------------------------------------------

PAGE = PagingRequest(imsi=ImsiIdentity(IMSI), vlr_number=IsdnAddress(VLR), tmsi=Tmsi(0x12345678))


@pytest.fixture
def called() -> Lab:
    """An SGSN with a mobile that has attached for packets and calls."""
    lab = Lab()
    lab.attached(combined=True)
    return lab


def refused(lab: Lab) -> GsCause:
    """The cause of the PAGING-REJECT that is all that was said."""
    ((to, message),) = lab.said
    assert to == "vlr1"
    assert isinstance(message, PagingReject)
    assert message.imsi == ImsiIdentity(IMSI)
    return message.gs_cause


def test_call_in_ready(called: Lab) -> None:
    """48.018 7.2: the cell is known, so only that is paged in, and the BSS is told the TLLI."""
    called.gs(PAGE)
    ((bss, page),) = called.said
    assert isinstance(page, PagingCs)
    assert (bss, page.bvci, page.routeing_area) == ("bss1", 2, None)
    assert (page.imsi, page.tmsi, page.drx_parameters) == (PAGE.imsi, PAGE.tmsi, DRX)
    assert page.tlli == Tlli.local(called.context.ptmsi)  # type: ignore[arg-type]


def test_call_in_standby(called: Lab) -> None:
    """29.018 5.2, 48.018 7.2: the routing area, in every BSS that has cells of it; nobody waits for an answer."""
    called.waits(45)
    called.gs(PAGE)
    assert [bss for bss, _ in called.said] == ["bss1", "bss2"]
    assert {message.routeing_area for _, message in called.said} == {NEAR.rai}
    assert {message.tlli for _, message in called.said} == {None}  # the BSS would page where it heard that last
    called.said.clear()
    called.waits(60)
    assert called.said == []


def test_call_in_ready_in_a_blocked_cell(called: Lab) -> None:
    """48.018 8.3: where the cell cannot be used, the mobile will look for another in its routing area."""
    called.gb(BvcBlock(bvci=2, cause=BssgpCause.OM_INTERVENTION))
    called.said.clear()
    called.gs(PAGE)
    assert {message.routeing_area for _, message in called.said} == {NEAR.rai}


@pytest.mark.ttcn3("sgsap_paging_and_nothing")
def test_call_where_nothing_can_be_paged(called: Lab) -> None:
    """29.018 5.2.3: with no cell left the mobile cannot be reached."""
    for bss in ("bss1", "bss2"):
        for bvci in (2, 3):
            called.gb(BvcBlock(bvci=bvci, cause=BssgpCause.OM_INTERVENTION), 0, bss)
    called.said.clear()
    called.gs(PAGE)
    assert called.said == [("vlr1", MsUnreachable(imsi=PAGE.imsi, gs_cause=GsCause.MS_UNREACHABLE))]


@pytest.mark.ttcn3("sgsap_paging_ue_unr")
def test_call_for_who_missed_its_update(called: Lab) -> None:
    """29.018 5.2.3: PPF is cleared: MS-UNREACHABLE, and no page."""
    called.waits(59 * 60 - 15)
    assert called.look["ppf"] is False
    called.said.clear()
    called.gs(PAGE)
    assert called.said == [("vlr1", MsUnreachable(imsi=PAGE.imsi, gs_cause=GsCause.MS_UNREACHABLE))]


@pytest.mark.ttcn3("sgsap_paging_rej")
def test_call_for_nobody() -> None:
    """23.007 11: who is not known, and was not forgotten."""
    lab = Lab()
    lab.said.clear()
    lab.gs(PAGE)
    assert refused(lab) is GsCause.IMSI_UNKNOWN


@pytest.mark.ttcn3("sgsap_paging_subscr_rej")
@pytest.mark.parametrize("combined", [False, True])
def test_call_for_who_is_attached_for_packets_only(combined: bool) -> None:
    """29.018 5.2.3: IMSI detached for non-GPRS services, be it since ever or by the mobile's own wish."""
    lab = Lab()
    mobile = lab.attached(combined=combined)
    if combined:
        mobile.says(DetachRequestMo(detach_type=MoDetach(power_off=False, type=DetachTypeMo.IMSI_DETACH)))
    lab.said.clear()
    lab.gs(PAGE)
    assert refused(lab) is GsCause.IMSI_DETACHED_FOR_NON_GPRS_SERVICES


@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        (DetachTypeMo.GPRS_DETACH, GsCause.IMSI_DETACHED_FOR_GPRS_SERVICES),
        (DetachTypeMo.COMBINED_GPRS_IMSI_DETACH, GsCause.IMSI_DETACHED_FOR_GPRS_AND_NON_GPRS_SERVICES),
    ],
)
def test_call_for_who_has_left(called: Lab, kind: DetachTypeMo, cause: GsCause) -> None:
    """29.018 5.2.3: what it was detached from."""
    called.mobiles[0].says(DetachRequestMo(detach_type=MoDetach(power_off=True, type=kind)))
    called.said.clear()
    called.gs(PAGE)
    assert refused(called) is cause


def test_call_for_who_was_detached_implicitly(called: Lab) -> None:
    """29.018 5.2.3: it was not heard for too long."""
    called.waits(62 * 60)
    called.said.clear()
    called.gs(PAGE)
    assert refused(called) is GsCause.IMSI_IMPLICITLY_DETACHED_FOR_NON_GPRS_SERVICES


def test_call_from_another_vlr(called: Lab) -> None:
    """A VLR where the mobile was before does not know that it is another's now."""
    called.gs(PAGE.replace(vlr_number=IsdnAddress(VLR2)), VLR2)
    ((to, message),) = called.said
    assert (to, message.gs_cause) == ("vlr2", GsCause.IMSI_UNKNOWN)


def test_call_during_location_update(called: Lab) -> None:
    """29.018 5.2: the association may be there in a moment, and the mobile is."""
    called.mobiles[0].update(UpdateTypeValue.COMBINED_RA_LA_UPDATING_WITH_IMSI_ATTACH)
    assert called.look["gs"] == "LA-UPDATE-REQUESTED"
    called.said.clear()
    called.gs(PAGE)
    assert called.names() == ["PagingCs"]


def test_call_during_attach() -> None:
    """29.018 5.2: a mobile that is just attaching is heard in its cell, and is paged there."""
    lab = Lab()
    mobile = lab.mobile()
    mobile.completes = False
    mobile.attach(combined=True)
    lab.gs(LocationUpdateAccept(imsi=PAGE.imsi, location_area_identifier=NEAR.rai.lai))
    assert (lab.look["state"], lab.look["mm_state"]) == ("GMM-COMMON-PROCEDURE-INITIATED", "IDLE")
    lab.said.clear()
    lab.gs(PAGE)
    ((bss, page),) = lab.said
    assert isinstance(page, PagingCs)
    assert (bss, page.bvci, page.tlli) == ("bss1", 2, lab.context.tlli_used)


def test_call_for_who_was_forgotten() -> None:
    """29.018 12, 23.007 11: after a restart one who is not known is paged in the VLR's location area."""
    lab = Lab(AGAIN)
    lab.said.clear()
    lab.gs(PAGE.replace(location_area_identifier=AWAY.rai.lai))
    ((bss, page),) = lab.said
    assert isinstance(page, PagingCs)
    assert (bss, page.location_area, page.tlli) == ("bss2", AWAY.rai.lai, None)
    assert page.drx_parameters == DrxParameter(split_pg_cycle_code=0)


def test_call_for_who_was_forgotten_anywhere() -> None:
    """23.007 11: without location area, in all that the VLR serves; not longer than T12-1."""
    lab = Lab(AGAIN)
    lab.said.clear()
    lab.gs(PAGE)
    assert [(bss, page.location_area) for bss, page in lab.said] == [
        ("bss1", NEAR.rai.lai),
        ("bss2", NEAR.rai.lai),
    ]
    lab.waits(54 * 60 + 8)
    lab.said.clear()
    lab.gs(PAGE)
    assert refused(lab) is GsCause.IMSI_UNKNOWN
