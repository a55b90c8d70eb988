"""Paging: what SGSN and MSC want called is spread over the cells concerned (TS 48.018 7.1, 7.2; 48.008 3.1.10).

On the BVC of a cell only that cell is concerned, whatever area the PDU names. On the signalling BVC it is the area: a
cell by its BVCI, a location area, a routeing area, or all. A circuit-switched page for a mobile whose TLLI was heard
of late goes to its cell alone. Where the paging channels of all cells concerned are full the SGSN is told when to page
for packets again (PAGING-PS-REJECT).
"""

from collections.abc import Iterable
from typing import Any

from nodes.bss.bvc import SIGNALLING
from nodes.bss.config import Cell
from nodes.bss.paging_channel import Page
from protocol import bssmap
from protocol.bssgp import DummyPagingPs, DummyPagingPsResponse, PagingCs, PagingPs, PagingPsReject
from protocol.bssgp.elements import TimeUntilNextPagingOccasion
from protocol.bssmap import Area, CellForm
from protocol.causes import BssgpCause
from protocol.errors import DecodeError
from protocol.identities import Imsi, Tmsi
from protocol.rr import ChannelNeeded

LONGEST = 63 * 60 + 59
"""The longest time until a paging occasion that can be told, in seconds."""


def page_for_packets(gb: Any, bvci: int, message: PagingPs) -> None:
    """PAGING-PS (7.1), by P-TMSI if the SGSN names one; a cell whose BVC is not in use could not answer."""
    cells = [cell for cell in concerned(gb, bvci, message) if gb.is_operative(cell.bvci)]
    identity = message.imsi.imsi if message.ptmsi is None else message.ptmsi
    if cells and not page(gb.node, cells, identity, ChannelNeeded.ANY_CHANNEL, packets=True):
        later = next_occasion(gb.node, cells)
        gb.send(bvci, PagingPsReject(imsi=message.imsi, ptmsi=message.ptmsi, time_until_next_paging_occasion=later))


def page_for_circuits(gb: Any, bvci: int, message: PagingCs) -> None:
    """PAGING-CS (7.2), by TMSI if the VLR has named one."""
    cells = concerned(gb, bvci, message)
    place = None if message.tlli is None else gb.node.whereabouts.find(message.tlli)
    if place is not None and bvci == SIGNALLING:
        cells = [place.cell]
    identity = message.imsi.imsi if message.tmsi is None else message.tmsi
    needed = 0 if message.channel_needed is None else message.channel_needed.first
    page(gb.node, cells, identity, ChannelNeeded(needed), packets=False)


def tell_next_occasion(gb: Any, bvci: int, message: DummyPagingPs) -> None:
    """DUMMY-PAGING-PS (7.1): nobody is paged; the SGSN is told, on the BVC that it asked on, when that could be."""
    area = message.routeing_area
    cells = [cell for cell in gb.node.config.cells if area is None or cell.identifier.rai == area]
    if bvci != SIGNALLING:
        cells = [gb.bvcs[bvci].cell]
    if not cells:
        raise DecodeError(f"{message.title} in {area}: no such cell here")
    soon = next_occasion(gb.node, cells)
    gb.send(bvci, DummyPagingPsResponse(imsi=message.imsi, time_until_next_paging_occasion=soon))


def next_occasion(node: Any, cells: Iterable[Cell]) -> TimeUntilNextPagingOccasion:
    """When a mobile can be paged in one of these cells, which have no extended DRX: once those are that wait."""
    seconds = min(LONGEST, *(node.pages[cell.bvci].delay for cell in cells))
    return TimeUntilNextPagingOccasion(minutes=seconds // 60, seconds=seconds % 60)


def page_for_msc(node: Any, message: bssmap.Paging) -> None:
    """PAGING of the MSC (48.008 3.1.10)."""
    imsi = message.imsi.value
    if not isinstance(imsi, Imsi):
        raise DecodeError("PAGING without IMSI")
    wanted = message.cell_identifier_list
    cells = [
        cell for cell in node.config.cells if any(is_in(cell, wanted.form, area) for area in wanted.areas or (None,))
    ]
    if not cells:
        node.warn("paging", f"PAGING in {wanted.areas}: no such cell here")
    needed = 0 if message.channel_needed is None else message.channel_needed & 3
    page(node, cells, imsi if message.tmsi is None else message.tmsi, ChannelNeeded(needed), packets=False)


def concerned(gb: Any, bvci: int, message: PagingPs | PagingCs) -> list[Cell]:
    """The cells to page in."""
    node = gb.node
    if bvci != SIGNALLING:
        return [gb.bvcs[bvci].cell]
    if message.bvci is not None:
        bvc = gb.bvcs.get(message.bvci)
        if bvc is None:
            gb.tell_unusable(message.bvci, BssgpCause.BVCI_UNKNOWN)
            raise DecodeError(f"{message.title} for BVCI {message.bvci}, which is not known")
        return [bvc.cell]
    if message.routeing_area is not None:
        cells = [cell for cell in node.config.cells if cell.identifier.rai == message.routeing_area]
    elif message.location_area is not None:
        cells = [cell for cell in node.config.cells if cell.identifier.rai.lai == message.location_area]
    else:
        cells = list(node.config.cells)
    if not cells:
        node.warn("paging", f"{message.title} in {message.routeing_area or message.location_area}: no such cell here")
    return cells


def is_in(cell: Cell, form: CellForm, area: Area | None) -> bool:
    """True for a cell that a cell identification names."""
    if area is None:
        return form is CellForm.ALL_CELLS
    rai, ci = cell.identifier.rai, cell.identifier.ci
    return area.plmn in (None, rai.plmn) and area.lac in (None, rai.lac) and area.ci in (None, ci)


def page(node: Any, cells: Iterable[Cell], identity: Imsi | Tmsi, needed: ChannelNeeded, *, packets: bool) -> bool:
    """Call a mobile in cells (44.018 3.3.2, 3.5.1); False where there is room for it in none of them."""
    called = Page(identity, needed, packets)
    found = [node.pages[cell.bvci].put(called) for cell in cells]
    if not all(found):
        node.warn("paging", f"the paging channel is full in {len(found) - sum(found)} of {len(found)} cells")
    return any(found)
