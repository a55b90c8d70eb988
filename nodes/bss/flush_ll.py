"""FLUSH-LL, BSS side (TS 48.018 8.1): what waits in the cell that a mobile has left is deleted, or follows it."""

from typing import Any

from nodes.bss.bvc import SIGNALLING
from protocol.bssgp import FlushLl, FlushLlAck
from protocol.bssgp.elements import FlushAction
from protocol.causes import BssgpCause
from protocol.errors import DecodeError


def flush(gb: Any, bvci: int, message: FlushLl) -> None:
    """Frames follow to another cell of this BSS in the same routing area, if the SGSN names one; else they go."""
    old, new = gb.bvcs.get(message.bvci_old), None
    if old is None:
        gb.tell_unusable(message.bvci_old, BssgpCause.BVCI_UNKNOWN)
        raise DecodeError(f"{message.title} for BVCI {message.bvci_old}, which is not known")
    if message.bvci_new is not None and message.nsei in (None, gb.node.config.nsei):
        new = gb.bvcs.get(message.bvci_new)
    frames = gb.node.downlinks[message.bvci_old].flush(message.tlli)
    octets = sum(len(frame.llc_pdu) for frame in frames)
    if new is None or not gb.is_operative(new.cell.bvci) or new.cell.identifier.rai != old.cell.identifier.rai:
        action, where = FlushAction.LLC_PDUS_DELETED, None
    else:
        action, where = FlushAction.LLC_PDUS_TRANSFERRED, message.bvci_new
        for frame in frames:
            gb.node.downlinks[where].put(frame)
    gb.send(
        SIGNALLING,
        FlushLlAck(tlli=message.tlli, flush_action=action, bvci_new=where, number_of_octets_affected=octets),
    )
