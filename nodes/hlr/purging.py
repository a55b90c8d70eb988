"""Purging of a mobile that was silent for long (TS 29.002 8.1.6, 19.1.4; TS 23.060 6.7)."""

from typing import TYPE_CHECKING

from nodes.core.tcap import Dialogue
from protocol.map.errors import DataMissingParam, UnknownSubscriberDiagnostic, UnknownSubscriberParam
from protocol.map.location import PurgeMsArg, PurgeMsRes

if TYPE_CHECKING:
    from nodes.hlr.node import Hlr


def purge_ms(hlr: "Hlr", dialogue: Dialogue, argument: PurgeMsArg) -> None:
    """Set "MS purged for GPRS" or "MS purged", and have the P-TMSI or the TMSI frozen.

    A node that does not serve the subscriber any more is acknowledged, and nothing changes: its identity may go.
    """
    dialogue.imsi = argument.imsi
    entry = hlr.register.find(argument.imsi)
    if entry is None:
        diagnostic = UnknownSubscriberDiagnostic.IMSI_UNKNOWN
        dialogue.refuse(UnknownSubscriberParam(unknown_subscriber_diagnostic=diagnostic))
    elif argument.sgsn_number is None and argument.vlr_number is None:
        dialogue.refuse(DataMissingParam())
    elif entry.location is not None and entry.location.serves(argument.sgsn_number):
        hlr.register.purge(entry)
        dialogue.answer(PurgeMsRes(freeze_p_tmsi=True))
    elif entry.vlr is not None and entry.vlr.serves(argument.vlr_number):
        hlr.register.purge_vlr(entry)
        dialogue.answer(PurgeMsRes(freeze_tmsi=True))
    else:
        hlr.warn("purge", f"IMSI {argument.imsi} purged by {dialogue.peer}, which does not serve it")
        dialogue.answer(PurgeMsRes())
    dialogue.end()
