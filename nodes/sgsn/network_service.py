"""The network service beneath BSSGP (TS 48.016), as far as peers ask for it: one NS-VC to each BSS.

The bus needs none of it, so nothing is sent unasked, and an NS-VC of which nobody has spoken is in use. A BSS that
tells its size has an IP sub-network (ip_subnetwork.py): it is in use when that is configured.
"""

from typing import Any

from nodes.core.outputs import Name
from nodes.sgsn.ip_subnetwork import IpSubnetwork
from protocol import ns
from protocol.causes import NsCause
from protocol.errors import DecodeError


class NetworkService:
    """The NS-VCs that are blocked, by BSS, and the IP sub-networks."""

    def __init__(self, node: Any) -> None:
        self.node = node
        self.subnetworks: dict[Name, IpSubnetwork] = {}
        self.blocked: dict[Name, int | None] = {}
        """BSSs whose NS-VC was reset or blocked and not unblocked since, and its NS-VCI."""
        self._ns_vci: dict[Name, int] = {}

    def receive(self, bss: Name, pdu: bytes) -> ns.NsUnitdata | None:
        """Take an NS PDU; one that carries BSSGP is returned, all else is answered here."""
        try:
            message = ns.decode(pdu)
        except DecodeError as error:
            if error.cause is not None and pdu[:1] != b"\x08":  # an NS-STATUS is never answered
                self.send(bss, ns.NsStatus(cause=NsCause(error.cause), ns_pdu=pdu[:200]))
            raise
        if isinstance(message, ns.NsUnitdata):
            if not self.blocked or bss not in self.blocked:
                return message
            if bss in self.subnetworks:
                raise DecodeError(f"NS-UNITDATA from {bss}, whose sub-network is not configured")
            self.send(bss, ns.NsStatus(cause=NsCause.NS_VC_BLOCKED, ns_vci=self.blocked[bss]))
            raise DecodeError(f"NS-UNITDATA from {bss}, whose NS-VC is blocked")
        match message:
            case ns.NsAlive():
                self.send(bss, ns.NsAliveAck())
            case ns.SnsSize():
                self.subnetworks.setdefault(bss, IpSubnetwork(self, bss)).hear(message)
            case _ if bss in self.subnetworks and self._is_for(self.subnetworks[bss], message):
                pass
            case ns.NsReset(ns_vci=ns_vci, nsei=nsei):
                self._ns_vci[bss] = self.blocked[bss] = ns_vci
                self.send(bss, ns.NsResetAck(ns_vci=ns_vci, nsei=nsei))
            case ns.NsBlock(ns_vci=ns_vci):
                self._block(bss, ns_vci)
            case ns.NsUnblock():
                self.blocked.pop(bss, None)
                self.send(bss, ns.NsUnblockAck())
            case ns.NsStatus(cause=cause):
                self.node.warn("ns status", f"NS-STATUS from {bss}: {cause.words}")
            case _:
                self.send(bss, ns.NsStatus(cause=NsCause.PDU_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE, ns_pdu=pdu[:200]))
                self.node.warn("ns state", f"{message.title} from {bss} is not awaited")
        return None

    def _is_for(self, subnetwork: IpSubnetwork, message: ns.NsMessage) -> bool:
        """Let an IP sub-network take a message, if that is about its NSE; True where it has."""
        return getattr(message, "nsei", subnetwork.nsei) == subnetwork.nsei and subnetwork.hear(message)

    def put_out_of_use(self, bss: Name) -> None:
        """The sub-network of a BSS is configured anew."""
        self.blocked[bss] = None

    def put_in_use(self, bss: Name) -> None:
        """It is configured."""
        self.blocked.pop(bss, None)

    def _block(self, bss: Name, ns_vci: int) -> None:
        """Block the NS-VC; another than the one that was reset is not known (7.2)."""
        if self._ns_vci.get(bss, ns_vci) != ns_vci:
            self.send(bss, ns.NsStatus(cause=NsCause.NS_VC_UNKNOWN, ns_vci=ns_vci))
            return
        self.blocked[bss] = ns_vci
        self.send(bss, ns.NsBlockAck(ns_vci=ns_vci))

    def send(self, bss: Name, message: ns.NsMessage) -> None:
        """Send an NS PDU."""
        self.node.send(bss, "gb", message.encode())
