"""Packets of mobiles: SN-UNITDATA over unacknowledged LLC (TS 44.065 6.9.2, TS 23.060 9), up and down.

A packet leaves in the PDP context that it belongs to, cut into segments, and makes the mobile READY as any frame does.
While a call suspends packets, or an update is in the way, those that are to leave wait, a bounded number of them.
"""

from collections import Counter
from typing import TYPE_CHECKING, Any

from nodes.core.sndcp import LONGEST, WatchedReassembly
from nodes.ms import host
from nodes.ms.events import TRANSMITTED
from nodes.ms.pdp_context import PdpContext
from protocol import sndcp
from protocol.errors import DecodeError
from protocol.llc.frame import Sapi, UiFrame
from protocol.sndcp import UNCOMPRESSED, SnUnitdata

if TYPE_CHECKING:
    from nodes.ms.mobile import Mobile

USER_SAPIS = frozenset((Sapi.LL3, Sapi.LL5, Sapi.LL9, Sapi.LL11))
"""The service access points of user data (TS 44.064 6.2.3)."""

MOST_WAITING = 64
"""How many packets of one PDP context wait; no more are taken."""


class UserPlane:
    """The user plane of all mobiles of a node. ``dropped`` counts packets that went no further, by reason."""

    def __init__(self, node: Any) -> None:
        self._node = node
        self.dropped: Counter[str] = Counter()
        self._reassembly = WatchedReassembly(node.clock, self._lose)

    # --- up -------------------------------------------------------------------------------------------------------

    def send(self, context: PdpContext, packet: bytes) -> None:
        """Let a packet leave, or wait until it can."""
        mobile = context.sessions.mobile
        if len(packet) > LONGEST:
            self.dropped["up, too long"] += 1
        elif not context.carries:
            self.dropped["up, no context"] += 1
        elif context.sessions.is_served:
            self._transmit(mobile, context, packet)
        elif len(context.waiting) < MOST_WAITING:
            context.waiting += (packet,)
            self._node.unsettled[mobile] = None
        else:
            self.dropped["up, no room"] += 1

    def release(self, context: PdpContext) -> None:
        """The mobile is served: what has waited leaves."""
        waiting, context.waiting = context.waiting, ()
        for packet in waiting:
            self.send(context, packet)

    def _transmit(self, mobile: "Mobile", context: PdpContext, packet: bytes) -> None:
        sapi = context.llc_sapi
        assert sapi is not None
        for part in context.segmentation.cut(packet, mobile.link.n201_u(sapi)):
            self._node.transmit_frame(mobile, mobile.link.frame(sapi, part.encode()))
        context.packets_sent += 1
        context.octets_sent += len(packet)
        mobile.readiness.hear(TRANSMITTED)

    # --- down -----------------------------------------------------------------------------------------------------

    def take(self, mobile: "Mobile", frame: UiFrame) -> None:
        """A frame of user data: with the last segment of a packet the packet is there."""
        message = sndcp.decode(frame.information)
        if not isinstance(message, SnUnitdata):
            raise DecodeError(f"{message.title} in a UI frame")
        context = mobile.sessions.contexts.get(message.nsapi)
        if context is None or not context.carries:
            self.dropped["down, no context"] += 1
            return
        if context.llc_sapi is not frame.sapi:
            self.dropped["down, other sapi"] += 1
            return
        packet = self._reassembly.take(message, self._link(context))
        if packet is None:
            return
        if packet.compression != UNCOMPRESSED:
            self.dropped["down, compressed"] += 1
            return
        context.packets_received += 1
        context.octets_received += len(packet.octets)
        why_not = host.take(context, packet.octets)
        if why_not is not None:
            self.dropped[f"down, {why_not}"] += 1

    def forget(self, context: PdpContext) -> None:
        """A context is no more: nothing waits in it."""
        self._reassembly.forget(self._link(context), context.nsapi)
        self.dropped["up, no context"] += len(context.waiting)
        context.waiting = ()

    def _link(self, context: PdpContext) -> int:
        """What tells the segments of mobiles apart."""
        return int(context.sessions.mobile.card.imsi)

    def _lose(self, count: int) -> None:
        """Packets that lack segments."""
        self.dropped["down, segments missing"] += count
