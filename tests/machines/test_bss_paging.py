"""Paging: what SGSN and MSC want called, in the cells concerned and nowhere else."""

from typing import Any

import pytest

from protocol import bssgp, bssmap, rr
from protocol.bssgp import DlQosProfile, DummyPagingPs, ImsiIdentity, PagingCs, PagingPs, PagingPsReject, Status
from protocol.bssgp.elements import Channel, ChannelNeeded, TimeUntilNextPagingOccasion
from protocol.bssmap import Area, CellForm, CellIdentifierList
from protocol.causes import BssgpCause
from protocol.errors import DecodeError
from protocol.gmm.elements import DrxParameter
from protocol.identities import Imsi, Lai, MobileIdentity, Plmn, Rai, Tlli, Tmsi
from protocol.rr import PagingRequestType1, PagingRequestType2, PagingRequestType3
from protocol.timers import SECOND, X_OCCASION

IMSI = Imsi("001010000000001")
PTMSI, TMSI, TLLI = Tmsi(0xC0000001), Tmsi(0x12345678), Tlli(0xC0000001)
PLMN = Plmn("001", "01")
NOWHERE = Rai.parse("001-01-9-9")
ALL = ["cell1", "cell2", "cell3", "cell4"]

AREAS: list[Any] = [
    pytest.param({"bvci": 3}, ["cell2"], id="bvci"),
    pytest.param({"location_area": Lai(PLMN, 1)}, ["cell1", "cell2", "cell3"], id="lac"),
    pytest.param({"routeing_area": Rai(PLMN, 1, 1)}, ["cell1", "cell2"], id="rac"),
    pytest.param({"bss_area_indication": 0}, ALL, id="bss"),
]
UNKNOWN: list[Any] = [
    pytest.param({"bvci": 33333}, id="bvci"),
    pytest.param({"location_area": NOWHERE.lai}, id="lac"),
    pytest.param({"routeing_area": NOWHERE}, id="rac"),
]


def paging_ps(**more: Any) -> PagingPs:
    """PAGING-PS for the mobile."""
    return PagingPs(imsi=ImsiIdentity(IMSI), qos_profile=DlQosProfile.from_octets(bytes(3)), **more)


def paging_cs(**more: Any) -> PagingCs:
    """PAGING-CS for the mobile."""
    return PagingCs(imsi=ImsiIdentity(IMSI), drx_parameters=DrxParameter(split_pg_cycle_code=0), **more)


def pages(bss: Any) -> list[str]:
    """The cells that page, each with its own identity."""
    named = {cell.name: cell.identifier for cell in bss.cells}
    heard, bss.pages = bss.pages, []
    assert all(page.cell == named[cell] for cell, page in heard)
    return [cell for cell, _ in heard]


def request(bss: Any) -> PagingRequestType1:
    """What the first page says; it fills a block of 23 octets."""
    octets = bss.pages[0][1].message
    message = rr.decode(octets, up=False)
    assert len(octets) == 23
    assert isinstance(message, PagingRequestType1)
    return message


@pytest.mark.ttcn3("paging_ps_sig_bss")
@pytest.mark.ttcn3("paging_ps_sig_lac")
@pytest.mark.ttcn3("paging_ps_sig_rac")
@pytest.mark.ttcn3("paging_ps_sig_bvci")
@pytest.mark.parametrize(("area", "cells"), AREAS)
def test_paging_ps_on_signalling(bss: Any, area: dict[str, Any], cells: list[str]) -> None:
    """48.018 7.1: a cell, a location area, a routeing area or all cells of the BSS; the SGSN hears nothing."""
    bss.say(paging_ps(ptmsi=PTMSI, **area))
    message = request(bss)
    assert message.mobile_identity_1 == MobileIdentity(PTMSI)
    assert message.p1_rest_octets.packet_page_indication_1
    assert pages(bss) == cells
    assert not bss.said()
    assert not bss.warned


@pytest.mark.ttcn3("paging_ps_ptp_bss")
@pytest.mark.ttcn3("paging_ps_ptp_lac")
@pytest.mark.ttcn3("paging_ps_ptp_lac_unknown")
@pytest.mark.ttcn3("paging_ps_ptp_rac")
@pytest.mark.ttcn3("paging_ps_ptp_rac_unknown")
@pytest.mark.ttcn3("paging_ps_ptp_bvci")
@pytest.mark.ttcn3("paging_ps_ptp_bvci_unknown")
@pytest.mark.parametrize("area", [*(area.values[0] for area in AREAS), *(area.values[0] for area in UNKNOWN)])
def test_paging_ps_on_a_cell(bss: Any, area: dict[str, Any]) -> None:
    """48.018 7.1: what comes on the BVC of a cell is for that cell, whatever area it names, known or not."""
    bss.say(paging_ps(ptmsi=PTMSI, **area), bss.cells[2].bvci)
    assert pages(bss) == ["cell3"]
    assert not bss.said()


@pytest.mark.ttcn3("paging_ps_sig_bvci_imsi")
@pytest.mark.ttcn3("paging_ps_ptp_bvci_imsi")
@pytest.mark.parametrize("bvci", [0, 2])
def test_paging_ps_by_imsi(bss: Any, bvci: int) -> None:
    """48.018 7.1: without P-TMSI the mobile is called by its IMSI; DRX parameters are accepted."""
    bss.say(paging_ps(bvci=2, drx_parameters=DrxParameter(split_pg_cycle_code=7)), bvci)
    assert request(bss).mobile_identity_1 == MobileIdentity(IMSI)
    assert pages(bss) == ["cell1"]


@pytest.mark.ttcn3("paging_ps_sig_bvci_unknown")
@pytest.mark.ttcn3("paging_ps_sig_lac_unknown")
@pytest.mark.ttcn3("paging_ps_sig_rac_unknown")
@pytest.mark.ttcn3("paging_cs_sig_bvci_unknown")
@pytest.mark.ttcn3("paging_cs_sig_lac_unknown")
@pytest.mark.ttcn3("paging_cs_sig_rac_unknown")
@pytest.mark.parametrize("area", UNKNOWN)
def test_paging_in_an_unknown_area(bss: Any, area: dict[str, Any]) -> None:
    """48.018 7.1, 9: no cell pages; a BVCI not known is answered by STATUS, an area not known is told only."""
    for message in (paging_ps(**area), paging_cs(**area)):
        bss.say(message)
        assert pages(bss) == []
        expected = [(0, Status(cause=BssgpCause.BVCI_UNKNOWN, bvci=33333))] if "bvci" in area else []
        assert bss.said() == expected
    assert sum(bss.warned.values()) == 2


def test_paging_where_a_bvc_is_blocked(bss: Any) -> None:
    """48.018 7.1, 7.2: packets could not be answered in a blocked cell; a call can."""
    bss.command("block", cell="cell1")
    bss.say(paging_ps(bss_area_indication=0))
    assert pages(bss) == ["cell2", "cell3", "cell4"]
    bss.wait(SECOND)
    bss.say(paging_cs(bss_area_indication=0))
    assert pages(bss) == ALL
    bss.said()
    bss.say(paging_ps(bss_area_indication=0), 2)
    assert bss.said() == [(0, Status(cause=BssgpCause.BVCI_BLOCKED, bvci=2))]


@pytest.mark.ttcn3("paging_cs_sig_bss")
@pytest.mark.ttcn3("paging_cs_sig_lac")
@pytest.mark.ttcn3("paging_cs_sig_rac")
@pytest.mark.ttcn3("paging_cs_sig_bvci")
@pytest.mark.parametrize(("area", "cells"), AREAS)
def test_paging_cs_on_signalling(bss: Any, area: dict[str, Any], cells: list[str]) -> None:
    """48.018 7.2: by TMSI, with the channel that the MSC needs, and no packet page indication."""
    bss.say(paging_cs(tmsi=TMSI, channel_needed=ChannelNeeded(first=Channel.TCH_F), **area))
    message = request(bss)
    assert message.mobile_identity_1 == MobileIdentity(TMSI)
    assert message.channels_needed.first is rr.ChannelNeeded.TCH_F
    assert not message.p1_rest_octets.packet_page_indication_1
    assert pages(bss) == cells
    assert not bss.said()


@pytest.mark.ttcn3("paging_cs_ptp_bss")
@pytest.mark.ttcn3("paging_cs_ptp_lac")
@pytest.mark.ttcn3("paging_cs_ptp_lac_unknown")
@pytest.mark.ttcn3("paging_cs_ptp_rac")
@pytest.mark.ttcn3("paging_cs_ptp_rac_unknown")
@pytest.mark.ttcn3("paging_cs_ptp_bvci")
@pytest.mark.ttcn3("paging_cs_ptp_bvci_unknown")
@pytest.mark.parametrize("area", [*(area.values[0] for area in AREAS), *(area.values[0] for area in UNKNOWN)])
def test_paging_cs_on_a_cell(bss: Any, area: dict[str, Any]) -> None:
    """48.018 7.2: for that cell alone; without TMSI by IMSI, and for any channel if none is named."""
    bss.say(paging_cs(**area), bss.cells[3].bvci)
    message = request(bss)
    assert message.mobile_identity_1 == MobileIdentity(IMSI)
    assert message.channels_needed.first is rr.ChannelNeeded.ANY_CHANNEL
    assert pages(bss) == ["cell4"]
    assert not bss.said()


def test_paging_cs_of_a_mobile_that_is_known(bss: Any) -> None:
    """48.018 7.2: a mobile whose TLLI has a radio context here is paged in its cell, another one in the area."""
    bss.speak(TLLI, bss.cells[1])
    bss.say(paging_cs(tlli=TLLI, location_area=Lai(PLMN, 1)))
    assert pages(bss) == ["cell2"]
    bss.wait(SECOND)
    bss.say(paging_cs(tlli=Tlli(0xC9999999), location_area=Lai(PLMN, 1)))
    assert pages(bss) == ["cell1", "cell2", "cell3"]


FORMS: list[Any] = [
    pytest.param(CellForm.ALL_CELLS, (), ALL, id="all"),
    pytest.param(CellForm.LAI, (Area(PLMN, 1),), ["cell1", "cell2", "cell3"], id="LAI"),
    pytest.param(CellForm.LAC, (Area(lac=2),), ["cell4"], id="LAC"),
    pytest.param(CellForm.LAC_AND_CI, (Area(lac=1, ci=2), Area(lac=1, ci=3)), ["cell2", "cell3"], id="LAC and CI"),
    pytest.param(CellForm.CI, (Area(ci=4),), ["cell4"], id="CI"),
    pytest.param(CellForm.CELL_GLOBAL_IDENTIFICATION, (Area(PLMN, 1, 1),), ["cell1"], id="CGI"),
    pytest.param(CellForm.LAI, (Area(Plmn("262", "01"), 1),), [], id="another network"),
    pytest.param(CellForm.NO_CELL, (), [], id="none"),
]


@pytest.mark.parametrize(("form", "areas", "cells"), FORMS)
def test_paging_by_the_msc(bss: Any, form: CellForm, areas: tuple[Area, ...], cells: list[str]) -> None:
    """48.008 3.1.10: each form of naming cells; where there is none here, it is told."""
    wanted = CellIdentifierList(form, areas)
    bss.msc.tell(bssmap.Paging(imsi=MobileIdentity(IMSI), tmsi=TMSI, cell_identifier_list=wanted, channel_needed=1))
    if cells:
        message = request(bss)
        assert message.mobile_identity_1 == MobileIdentity(TMSI)
        assert message.channels_needed.first is rr.ChannelNeeded.SDCCH
    assert pages(bss) == cells
    assert bss.warned == ({} if cells else {"paging": 1})


def test_paging_by_the_msc_by_imsi(bss: Any) -> None:
    """48.008 3.1.10: without TMSI by IMSI, for any channel; what is no IMSI is an error."""
    everywhere = CellIdentifierList(CellForm.ALL_CELLS)
    bss.msc.tell(bssmap.Paging(imsi=MobileIdentity(IMSI), cell_identifier_list=everywhere))
    assert request(bss).mobile_identity_1 == MobileIdentity(IMSI)
    assert request(bss).channels_needed.first is rr.ChannelNeeded.ANY_CHANNEL
    assert pages(bss) == ALL
    bss.msc.tell(bssmap.Paging(imsi=MobileIdentity(TMSI), cell_identifier_list=everywhere))
    assert pages(bss) == []
    assert bss.warned == {"a undecodable": 1}


def test_paging_with_two_areas(bss: Any) -> None:
    """48.018 9: one and only one area is named; else the condition is violated."""
    octets = paging_ps(bvci=2, bss_area_indication=None).encode() + bytes.fromhex("028100")
    with pytest.raises(DecodeError):
        bssgp.decode(octets, up=False)
    bss.octets(octets)
    assert pages(bss) == []
    ((_, status),) = bss.said()
    assert status.cause is BssgpCause.UNEXPECTED_CONDITIONAL_IE


# --- several at once ----------------------------------------------------------------------------------------------


def paged_together(bss: Any, *identities: Imsi | Tmsi) -> list[Any]:
    """The messages with which mobiles are paged in the first cell, while an occasion passes."""
    for identity in identities:
        named: dict[str, Any] = {"ptmsi": identity} if isinstance(identity, Tmsi) else {}
        imsi = identity if isinstance(identity, Imsi) else IMSI
        bss.say(PagingPs(imsi=ImsiIdentity(imsi), qos_profile=DlQosProfile.from_octets(bytes(3)), bvci=2, **named))
    bss.wait(X_OCCASION.duration)
    heard, bss.pages = bss.pages, []
    assert {cell for cell, _ in heard} == {"cell1"}
    return [rr.decode(page.message, up=False) for _, page in heard]


def test_paging_of_several_in_one_occasion(bss: Any) -> None:
    """44.018 9.1.22 to 9.1.24: the first is paged at once; four that come soon after share PAGING REQUEST TYPE 3."""
    first, *others = [Tmsi(0xC0000000 + number) for number in range(5)]
    alone, together = paged_together(bss, first, *others)
    assert isinstance(alone, PagingRequestType1)
    assert alone.mobile_identity_1 == MobileIdentity(first)
    assert isinstance(together, PagingRequestType3)
    assert [getattr(together, f"mobile_identity_{number}") for number in (1, 2, 3, 4)] == others
    bss.wait(SECOND)
    assert bss.bss.next_timer() is None


def test_paging_of_three_in_one_occasion(bss: Any) -> None:
    """44.018 9.1.23: two temporary identities, and a third of any kind, of which the indication tells the domain."""
    other = Imsi("001010000000002")
    one, two, three = Tmsi(0xC0000001), Tmsi(0xC0000002), Tmsi(0xC0000003)
    _, request = paged_together(bss, three, one, other, two)
    assert isinstance(request, PagingRequestType2)
    assert (request.mobile_identity_1, request.mobile_identity_2) == (one, two)
    assert request.mobile_identity_3 == MobileIdentity(other)
    assert request.p2_rest_octets.packet_page_indication_3
    assert len(request.encode()) == 23


def test_paging_of_two_in_one_occasion(bss: Any) -> None:
    """44.018 9.1.22: two of whatever kind; who is paged twice is paged once."""
    first, other = Imsi("001010000000003"), Imsi("001010000000002")
    _, request = paged_together(bss, first, other, PTMSI, other)
    assert isinstance(request, PagingRequestType1)
    assert request.mobile_identity_1 == MobileIdentity(PTMSI)
    assert request.mobile_identity_2 == MobileIdentity(other)
    assert request.p1_rest_octets.packet_page_indication_2


def test_paging_of_two_imsis_in_one_occasion(bss: Any) -> None:
    """44.018 9.1.22: two IMSIs fill PAGING REQUEST TYPE 1: no octet is left to tell that packets are meant."""
    first, one, two = (Imsi(f"00101000000000{number}") for number in (3, 4, 5))
    _, *requests = paged_together(bss, first, one, two)
    assert [request.mobile_identity_1 for request in requests] == [MobileIdentity(one), MobileIdentity(two)]
    assert all(request.p1_rest_octets.packet_page_indication_1 for request in requests)


def test_paging_of_one_temporary_identity_and_two_imsis_in_one_occasion(bss: Any) -> None:
    """44.018 9.1.22: a temporary identity and an IMSI share a message, the other IMSI has its own."""
    first, one, two = (Imsi(f"00101000000000{number}") for number in (3, 4, 5))
    _, together, alone = paged_together(bss, first, one, two, PTMSI)
    assert together.mobile_identity_1 == MobileIdentity(PTMSI)
    assert together.mobile_identity_2 == MobileIdentity(one)
    assert alone.mobile_identity_1 == MobileIdentity(two)


def test_paging_for_calls_and_packets_in_one_occasion(bss: Any) -> None:
    """44.018 10.5.2.8, 10.5.2.25: each with its channel; by a TMSI a call is meant, by a P-TMSI packets."""
    bss.say(paging_ps(ptmsi=Tmsi(0xC0000009), bvci=2))
    bss.pages = []
    calls = [(Tmsi(0x10000001), Channel.SDCCH), (Tmsi(0x10000002), Channel.TCH_F), (Tmsi(0x10000003), Channel.TCH_F)]
    for tmsi, channel in calls:
        bss.say(paging_cs(tmsi=tmsi, bvci=2, channel_needed=ChannelNeeded(first=channel)))
    (request,) = paged_together(bss, PTMSI)
    assert isinstance(request, PagingRequestType3)
    assert (request.channels_needed.first, request.channels_needed.second) == (1, 2)
    more = request.p3_rest_octets.channels_needed_3_and_4
    assert more is not None
    assert (more.third, more.fourth) == (2, 0)


def test_paging_third_needs_a_channel(bss: Any) -> None:
    """44.018 10.5.2.24: the channel of the third stands in the rest octets."""
    bss.say(paging_ps(ptmsi=Tmsi(0xC0000009), bvci=2))
    bss.pages = []
    bss.say(paging_cs(bvci=2, channel_needed=ChannelNeeded(first=Channel.SDCCH)))
    (request,) = paged_together(bss, PTMSI, Tmsi(0xC0000002))
    assert isinstance(request, PagingRequestType2)
    assert request.p2_rest_octets.channel_needed_3 == 1
    assert not request.p2_rest_octets.packet_page_indication_3


@pytest.mark.ttcn3("paging_ps_reject_sig_bvci")
def test_paging_channel_is_full(bss: Any) -> None:
    """48.018 7.1: what has no room in any cell is rejected, with the time until there is; a call is told only."""
    for number in range(1001):
        bss.say(paging_ps(ptmsi=Tmsi(0xC0001000 + number), bvci=2))
    assert bss.inspect()["waiting_pages"] == {"cell1": 1000, "cell2": 0, "cell3": 0, "cell4": 0}
    assert not bss.said()
    bss.say(paging_ps(ptmsi=PTMSI, bvci=2))
    later = TimeUntilNextPagingOccasion(minutes=0, seconds=27)
    reject = PagingPsReject(imsi=ImsiIdentity(IMSI), ptmsi=PTMSI, time_until_next_paging_occasion=later)
    assert bss.said() == [(0, reject)]
    bss.say(DummyPagingPs(imsi=ImsiIdentity(IMSI)), 2)
    assert bss.messages()[0].time_until_next_paging_occasion == later
    bss.say(paging_cs(bvci=2))
    assert not bss.said()
    assert bss.warned == {"paging": 2}
    bss.say(paging_ps(ptmsi=PTMSI, bss_area_indication=0))  # three other cells have room
    assert not bss.said()
    bss.pages = []
    bss.wait(27 * SECOND)
    requests = [rr.decode(page.message, up=False) for cell, page in bss.pages if cell == "cell1"]
    assert [type(request) for request in requests] == [PagingRequestType3] * 250
    assert bss.inspect()["waiting_pages"]["cell1"] == 0


def test_dummy_paging_in_an_unknown_area(bss: Any) -> None:
    """48.018 9: there is no such cell: told only."""
    bss.say(DummyPagingPs(imsi=ImsiIdentity(IMSI), routeing_area=NOWHERE))
    assert not bss.said()
    assert bss.warned == {"gb undecodable": 1}
