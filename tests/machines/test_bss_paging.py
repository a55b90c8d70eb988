"""Paging: what SGSN and MSC want called, in the cells concerned and nowhere else."""

from typing import Any

import pytest

from protocol import bssgp, bssmap, rr
from protocol.bssgp import DlQosProfile, ImsiIdentity, PagingCs, PagingPs, Status
from protocol.bssgp.elements import Channel, ChannelNeeded
from protocol.bssmap import Area, CellForm, CellIdentifierList
from protocol.causes import BssgpCause
from protocol.errors import DecodeError
from protocol.gmm.elements import DrxParameter
from protocol.identities import Imsi, Lai, MobileIdentity, Plmn, Rai, Tlli, Tmsi
from protocol.rr import PagingRequestType1

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
