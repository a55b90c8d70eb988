"""Traffic flow templates of PDP contexts in the SGSN (TS 24.008 6.1.3.2.3, 6.1.3.3.3).

Another SGSN does not tell the filters of contexts that come from it (TS 29.060 7.7.29): what is not known here, the
GGSN judges.
"""

from typing import TYPE_CHECKING

from nodes.core.traffic_flow import Filters, TemplateError, changed, check_syntax
from protocol.causes import SmCause
from protocol.sm.traffic_flow_template import TftOperation, TrafficFlowTemplate

if TYPE_CHECKING:
    from nodes.sgsn.pdp_context import PdpContext


def first_filters(wanted: TrafficFlowTemplate | None, linked: "list[PdpContext]") -> Filters | None:
    """The filters of a new secondary context beside those ``linked``; TemplateError where it can have no such."""
    filters = () if wanted is None else next_filters((), wanted, linked)
    if filters == () and any(other.filters == () for other in linked):
        raise TemplateError(SmCause.PDP_CONTEXT_WITHOUT_TFT_ALREADY_ACTIVATED)
    return filters


def next_filters(present: Filters | None, wanted: TrafficFlowTemplate, linked: "list[PdpContext]") -> Filters | None:
    """What becomes of the filters of a context by an operation of the mobile; None where that is not known here."""
    others = [other.filters for other in linked]
    known = [filters for filters in others if filters is not None]
    new = wanted.operation == TftOperation.CREATE_NEW_TFT
    if present is None and not new:
        check_syntax(wanted)
        return None
    return changed(wanted, present or (), known)
