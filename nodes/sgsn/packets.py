"""Packets through the SGSN: T-PDUs of a GGSN, SN-UNITDATA of a mobile (TS 23.060 9, TS 44.065 6.9.2, TS 29.060 7.3.7).

In READY a packet goes down at once. In STANDBY the mobile is paged first, and in a call, without radio or while another
SGSN asks for its contexts it is not sent to: so long its packets wait, a bounded number of them for each PDP context.
What waits for a mobile that has gone to another SGSN is forwarded there, and what comes after it too.

A packet for a tunnel that is not known is answered by an Error Indication. An SN-PDU for an NSAPI without PDP context
is discarded, as is one on another SAPI than its context has: the mobile learns from its next update what is active.
"""

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from nodes.core.gtp import NO_TEID
from nodes.core.outputs import Name
from nodes.core.sndcp import LONGEST, Segmentation, WatchedReassembly
from nodes.sgsn.events import GGSN_LOST
from protocol import sndcp
from protocol.bssgp import DlQosProfile
from protocol.bssgp.elements import DlPrecedence, PeakBitRate, RlcMode, SduContents, SduType
from protocol.errors import DecodeError
from protocol.gtp import ErrorIndication, TPdu
from protocol.identities import GsnAddress, Teid
from protocol.llc.frame import Sapi, UiFrame
from protocol.sm.quality_of_service import PrecedenceClass, QualityOfService, ReliabilityClass
from protocol.sndcp import UNCOMPRESSED, SnUnitdata

if TYPE_CHECKING:
    from nodes.sgsn.context import MmContext

USER_SAPIS = frozenset((Sapi.LL3, Sapi.LL5, Sapi.LL9, Sapi.LL11))
"""The SAPIs of user data (TS 44.064 6.2.3)."""

MOST_WAITING = 64
"""How many packets wait for one PDP context; the oldest goes first."""

MOST_OCTETS = 32_768
"""How many octets of packets wait for one PDP context."""

LIFETIME = 3_000
"""PDU lifetime of user data, in hundredths of a second."""

PRECEDENCES = {
    PrecedenceClass.HIGH_PRIORITY: DlPrecedence.HIGH_PRIORITY,
    PrecedenceClass.LOW_PRIORITY: DlPrecedence.LOW_PRIORITY,
}
"""What BSSs call a precedence class; all others are of normal priority."""

UNACKNOWLEDGED = (
    ReliabilityClass.UNACKNOWLEDGED_GTP_LLC_AND_RLC_PROTECTED,
    ReliabilityClass.UNACKNOWLEDGED_GTP_LLC_AND_RLC_UNPROTECTED,
)
"""Reliability classes without acknowledged RLC."""

Tunnel = tuple[GsnAddress, Teid]
"""The far end of a tunnel: the GSN's address for user traffic, and its TEID."""


@lru_cache(maxsize=256)
def profile_of(precedence: PrecedenceClass, reliability: ReliabilityClass, rate: int) -> DlQosProfile:
    """QoS profile of user data towards the mobile (48.018 11.3.28); ``rate`` is in steps of 100 bit/s."""
    return DlQosProfile(
        peak_bit_rate=PeakBitRate(min(rate, 0xFFFF)),
        c_r=SduContents.NO_ACK_OR_SACK,
        t=SduType.DATA,
        a=RlcMode.RLC_MAC_UNITDATA if reliability in UNACKNOWLEDGED else RlcMode.RLC_MAC_ARQ,
        precedence=PRECEDENCES.get(precedence, DlPrecedence.NORMAL_PRIORITY),
    )


def make_profile(quality: QualityOfService) -> DlQosProfile:
    """What a BSS is to know of the quality of service of a packet."""
    rate = quality.peak_throughput.octets_per_second or 0
    return profile_of(quality.precedence_class, quality.reliability_class, round(rate * 8 / PeakBitRate.step))


class Traffic:
    """What passes through one PDP context.

    ``tunnel`` is the end at the GGSN; ``forward`` the one at another SGSN, when the mobile has gone there.
    """

    __slots__ = (
        "forward",
        "octets_down",
        "octets_up",
        "packets_down",
        "packets_up",
        "segmentation",
        "tunnel",
        "waiting",
        "waiting_octets",
    )

    def __init__(self, nsapi: int) -> None:
        self.segmentation = Segmentation(nsapi)
        self.tunnel: Tunnel | None = None
        self.forward: Tunnel | None = None
        self.waiting: list[bytes] = []
        self.waiting_octets = 0
        self.packets_up = self.octets_up = self.packets_down = self.octets_down = 0

    def keep(self, packet: bytes) -> int:
        """Keep a packet for later; returns how many went for it."""
        self.waiting.append(packet)
        self.waiting_octets += len(packet)
        gone = 0
        while len(self.waiting) > MOST_WAITING or self.waiting_octets > MOST_OCTETS:
            self.next()
            gone += 1
        return gone

    def next(self) -> bytes:
        """The packet that has waited longest; it does not wait any more."""
        packet = self.waiting.pop(0)
        self.waiting_octets -= len(packet)
        return packet

    def clear(self) -> int:
        """Nothing waits any more; returns how many packets did."""
        gone = len(self.waiting)
        self.waiting.clear()
        self.waiting_octets = 0
        return gone

    def look(self) -> dict[str, int]:
        """What ``inspect`` tells of it."""
        return {
            "waiting": len(self.waiting),
            "packets_up": self.packets_up,
            "packets_down": self.packets_down,
            "octets_up": self.octets_up,
            "octets_down": self.octets_down,
        }


class UserPlane:
    """The user plane of one SGSN.

    ``by_tunnel`` finds PDP contexts by the far end of their tunnel. ``dropped`` counts packets that went no further, by
    reason.
    """

    def __init__(self, node: Any) -> None:
        self._node = node
        self.by_tunnel: dict[Tunnel, Any] = {}
        self.dropped: Counter[str] = Counter()
        self._reassembly = WatchedReassembly(node.clock, self._lose)

    # --- up -------------------------------------------------------------------------------------------------------

    def take_frame(self, context: "MmContext", frame: UiFrame) -> None:
        """Take a frame of user data of a mobile."""
        message = sndcp.decode(frame.information)
        if not isinstance(message, SnUnitdata):
            raise DecodeError(f"{message.title} in a UI frame")
        pdp = context.pdp.get(message.nsapi)
        if pdp is None or not pdp.is_active:
            self.dropped["up, no context"] += 1
            return
        if pdp.llc_sapi != frame.sapi:
            self.dropped["up, other sapi"] += 1
            return
        n_pdu = self._reassembly.take(message, pdp.teid_data)
        if n_pdu is None:
            return
        if n_pdu.compression != UNCOMPRESSED:
            self.dropped["up, compressed"] += 1
            return
        pdp.traffic.packets_up += 1
        pdp.traffic.octets_up += len(n_pdu.octets)
        self._tunnel(pdp, pdp.traffic.tunnel, n_pdu.octets)

    def _tunnel(self, pdp: Any, tunnel: Tunnel, packet: bytes) -> None:
        """Send a packet through a tunnel."""
        address, teid = tunnel
        gtp = self._node.gn.gtp
        gtp.send(gtp.path_to(address), TPdu(teid=teid, payload=packet).encode(), pdp.context.imsi)

    def _lose(self, count: int) -> None:
        """Packets that lack segments."""
        self.dropped["up, segments missing"] += count

    # --- down -----------------------------------------------------------------------------------------------------

    def take(self, peer: Name, message: TPdu | ErrorIndication) -> None:
        """Take what comes through a tunnel, or the word of a GSN that it has no such tunnel."""
        if isinstance(message, ErrorIndication):
            self._indicated(peer, message)
            return
        pdp = self._node.gn.tunnels.get(message.teid)
        if pdp is not None:
            self._down(pdp, message.payload)
            return
        self._node.warn("gtp tunnel", f"{message.title} from {peer} for TEID {message.teid}, which is not known")
        answer = ErrorIndication(
            teid=NO_TEID,
            sequence_number=0,
            tunnel_endpoint_identifier_data_i=message.teid,
            gsn_address=self._node.gn.own,
        )
        self._node.gn.gtp.send(peer, answer.encode())

    def _indicated(self, peer: Name, message: ErrorIndication) -> None:
        """The GGSN has no such PDP context (any more): it is over here, too (29.060 7.3.7)."""
        address, teid = GsnAddress(message.gsn_address.address), message.tunnel_endpoint_identifier_data_i
        pdp = self.by_tunnel.get((address, teid)) if self._node.gn.gtp.path_to(address) == peer else None
        if pdp is None:
            self._node.warn("gtp tunnel", f"{message.title} from {peer} for TEID {teid}, to which nothing is sent")
            return
        pdp.hear(GGSN_LOST)

    def _down(self, pdp: Any, packet: bytes) -> None:
        """A packet for the mobile: now, later, or by another SGSN."""
        context: MmContext = pdp.context
        if len(packet) > LONGEST:
            self.dropped["down, too long"] += 1
        elif context.departed:
            self._forward(pdp, packet)
        else:
            self.dropped["down, no room"] += pdp.traffic.keep(packet)
            self.release(context)

    def release(self, context: "MmContext") -> None:
        """Send what waits for a mobile, or look for it if it must be paged."""
        for pdp in context.pdp.values():
            traffic = pdp.traffic
            while traffic.waiting and self._may_send(context, pdp):
                self._send(context, pdp, traffic.next())

    def _may_send(self, context: "MmContext", pdp: Any) -> bool:
        """Whether a packet may go to the mobile now; one in STANDBY is paged, and one that cannot be is not waited for.

        One that updates from another SGSN gets its packets when that is accepted.
        """
        if context.cannot_be_told or context.handover is not None or not pdp.is_active:
            return False
        if not self._node.is_registered(context):
            return False
        if not context.must_be_paged:
            return True
        if context.page() is None:
            self.drop(context, "down, not reachable")
        return False

    def _send(self, context: "MmContext", pdp: Any, packet: bytes) -> None:
        """Send a packet to the cell where the mobile is."""
        sapi, quality = Sapi(pdp.llc_sapi), make_profile(pdp.qos_negotiated)
        pdp.traffic.packets_down += 1
        pdp.traffic.octets_down += len(packet)
        for part in pdp.traffic.segmentation.cut(packet, context.link.n201_u(sapi)):
            frame = context.link.frame(sapi, part.encode())
            self._node.gb.send_frame(
                context.bss, context.bvci, context.tlli_used, frame, context, LIFETIME, quality=quality
            )

    def drop(self, context: "MmContext", why: str) -> None:
        """Nothing that waits for a mobile will reach it."""
        for pdp in context.pdp.values():
            self.dropped[why] += pdp.traffic.clear()

    # --- tunnels --------------------------------------------------------------------------------------------------

    def connect(self, pdp: Any, address: GsnAddress, teid: Teid) -> None:
        """The tunnel of a PDP context ends there, at the GGSN; it may have ended elsewhere before.

        It is one and the same with a context that stayed here when the mobile left, and came back with it.
        """
        self.disconnect(pdp)
        tunnel = pdp.traffic.tunnel = (address, teid)
        left_behind = self.by_tunnel.get(tunnel)
        if left_behind is not None:
            left_behind.in_ggsn = False
        self.by_tunnel[tunnel] = pdp

    def disconnect(self, pdp: Any) -> None:
        """A PDP context has no tunnel any more."""
        tunnel, pdp.traffic.tunnel = pdp.traffic.tunnel, None
        if tunnel is None:
            return
        self._reassembly.forget(pdp.teid_data)
        if self.by_tunnel.get(tunnel) is pdp:  # and not where the mobile has come back with the same tunnel
            del self.by_tunnel[tunnel]

    def forget(self, pdp: Any) -> None:
        """A PDP context is no more: nothing waits for it, neither up nor down."""
        self.disconnect(pdp)
        self.dropped["down, context gone"] += pdp.traffic.clear()

    def forward(self, pdp: Any, tunnel: Tunnel | None) -> None:
        """The mobile has gone to another SGSN, which takes its packets, or not (23.060 6.9.1.2.2 steps 4 and 5)."""
        traffic = pdp.traffic
        traffic.forward = tunnel
        while traffic.waiting:
            self._forward(pdp, traffic.next())

    def _forward(self, pdp: Any, packet: bytes) -> None:
        """A packet for a mobile that is elsewhere."""
        if pdp.traffic.forward is None:
            self.dropped["down, moved"] += 1
        else:
            self._tunnel(pdp, pdp.traffic.forward, packet)
