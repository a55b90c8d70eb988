"""Paging for non-GPRS services, SGSN side (TS 29.018 clause 5, TS 48.018 7.2, TS 23.007 11).

The mobile answers on the A interface; the SGSN hears nothing of it and waits for nothing. A suspended mobile is paged
as any other: what comes of it the BSS knows.
"""

from typing import TYPE_CHECKING, Any

from nodes.core.outputs import Name
from nodes.sgsn import mobility
from nodes.sgsn.association import Association, S
from nodes.sgsn.bvc import SIGNALLING
from protocol.bssap_plus import MsUnreachable, PagingReject, PagingRequest
from protocol.bssgp import PagingCs
from protocol.causes import GsCause
from protocol.gmm.elements import DrxParameter
from protocol.identities import Gt, Lai

if TYPE_CHECKING:
    from nodes.sgsn.context import MmContext
    from nodes.sgsn.gs import Gs

ALWAYS = DrxParameter(split_pg_cycle_code=0)
"""DRX of a mobile of which nothing is known: no blocks are left out."""

EXPLICIT = GsCause.IMSI_DETACHED_FOR_NON_GPRS_SERVICES
IMPLICIT = GsCause.IMSI_IMPLICITLY_DETACHED_FOR_NON_GPRS_SERVICES


def page(gs: "Gs", vlr: Gt, request: PagingRequest) -> bool:
    """PAGING-REQUEST of a VLR (5.2)."""
    node = gs.node
    context: MmContext | None = node.context_of(request.imsi.imsi)
    if context is None:
        if gs.has_forgotten:
            page_forgotten(gs, vlr, request)
        else:
            gs.link.send(vlr, PagingReject(imsi=request.imsi, gs_cause=GsCause.IMSI_UNKNOWN))
        return True
    cause = why_not(context, gs.associations.get(request.imsi.imsi), vlr)
    if cause is not None:
        gs.link.send(vlr, PagingReject(imsi=request.imsi, gs_cause=cause))
    elif not (context.can_be_paged or is_under_way(context)) or not page_known(context, request):
        gs.link.send(vlr, MsUnreachable(imsi=request.imsi, gs_cause=GsCause.MS_UNREACHABLE))
    return True


def why_not(context: "MmContext", association: Association | None, vlr: Gt) -> GsCause | None:
    """Why the mobile cannot be paged for calls (5.2.3); None if it can."""
    marked = None if association is None else association.detached
    if context.state is mobility.S.DEREGISTERED:
        if marked is EXPLICIT:
            return GsCause.IMSI_DETACHED_FOR_GPRS_AND_NON_GPRS_SERVICES
        return marked or GsCause.IMSI_DETACHED_FOR_GPRS_SERVICES
    if association is None or association.state not in (S.LA_UPDATE_REQUESTED, S.ASSOCIATED):
        return marked or EXPLICIT
    if association.vlr != vlr:
        return GsCause.IMSI_UNKNOWN  # as a mobile of that VLR, which has not heard that it is another's
    return None


def is_under_way(context: "MmContext") -> bool:
    """True while the mobile attaches or comes from another SGSN: it is in the cell from which it has asked."""
    return context.reachability.mm_state == "IDLE" and context.state is mobility.S.COMMON_PROCEDURE_INITIATED


def page_known(context: "MmContext", request: PagingRequest) -> bool:
    """Page in the cell where the mobile is, or in its routing area; False where there is no cell to page in.

    The TLLI leads the BSS to where it heard the mobile last, which in STANDBY may be another cell than that it is in.
    """
    gb, cell = context.stage.gb, (context.bss, context.bvci)
    page = make_page(request, context.drx_parameter or ALWAYS)
    here = context.reachability.mm_state == "READY" or is_under_way(context)
    if here and cell in gb.bvcs and not gb.bvcs[cell].blocked:
        gb.send(context.bss, SIGNALLING, page.replace(tlli=context.tlli_used, bvci=context.bvci), context.imsi)
        return True
    bsss = gb.bsss_of(lambda area: area == context.rai)
    for bss in bsss:
        gb.send(bss, SIGNALLING, page.replace(routeing_area=context.rai), context.imsi)
    return bool(bsss)


def page_forgotten(gs: "Gs", vlr: Gt, request: PagingRequest) -> None:
    """The mobile may be here, unknown since the restart: page where the VLR says, or in all that it serves (12)."""
    area = request.location_area_identifier
    areas = [area] if area is not None else [area for area, number in gs.node.config.vlrs.items() if number == vlr]
    page = make_page(request, ALWAYS)
    for area in areas:
        for bss in bsss_of_location_area(gs.node, area):
            gs.node.gb.send(bss, SIGNALLING, page.replace(location_area=area), request.imsi.imsi)


def bsss_of_location_area(node: Any, wanted: Lai) -> tuple[Name, ...]:
    """The BSSs with a cell in a location area."""
    bsss: tuple[Name, ...] = node.gb.bsss_of(lambda area: area.lai == wanted)
    return bsss


def make_page(request: PagingRequest, drx: DrxParameter) -> PagingCs:
    """PAGING-CS, but for where."""
    return PagingCs(
        imsi=request.imsi,
        drx_parameters=drx,
        channel_needed=request.channel_needed,
        emlpp_priority=request.emlpp_priority,
        tmsi=request.tmsi,
        global_cn_id=request.global_cn_id,
    )
