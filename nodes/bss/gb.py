"""The Gb interface to one SGSN: its NS-VC, its BVCs, and what is done with each PDU (TS 48.018 5.4, 9; 48.016 7)."""

from collections.abc import Callable
from enum import Enum
from typing import Any

from nodes.bss import flush_ll, paging, suspension
from nodes.bss.bvc import SIGNALLING, CellBvc, CellState, ResetOrder, SignallingBvc, SignallingState
from nodes.bss.downlink import Frame
from nodes.bss.ip_subnetwork import IpSubnetwork
from nodes.bss.network_service import NsVc
from nodes.bss.ra_capability import RaCapabilityUpdate
from nodes.bss.registration_enquiry import RegistrationEnquiry
from nodes.core.machine import BEGIN
from nodes.core.outputs import Name
from protocol import bssgp, ns
from protocol.bssgp import (
    INFINITE,
    BssgpMessage,
    BvcBlockAck,
    BvcReset,
    BvcResetAck,
    BvcUnblockAck,
    CreateBssPfc,
    DeleteBssPfc,
    DlUnitdata,
    DummyPagingPs,
    FlowControlBvcAck,
    FlowControlMsAck,
    FlushLl,
    LlcDiscarded,
    ModifyBssPfcAck,
    MsRegistrationEnquiryResponse,
    Overload,
    PagingCs,
    PagingPs,
    PerformLocationAbort,
    PerformLocationRequest,
    PositionResponse,
    RaCapability,
    RaCapabilityUpdateAck,
    ResumeAck,
    ResumeNack,
    SgsnInvokeTrace,
    Status,
    SuspendAck,
    SuspendNack,
)
from protocol.causes import BssgpCause, NsCause, RadioCause
from protocol.errors import DecodeError
from protocol.identities import Imsi, Tlli
from protocol.ns import NsAlive, NsAliveAck, NsBlock, NsBlockAck, NsMessage, NsReset, NsResetAck, NsStatus, NsUnitdata

LOST = (BssgpCause.BVCI_UNKNOWN, BssgpCause.BVCI_BLOCKED)
"""With these causes of STATUS the SGSN says that it cannot use a BVC."""

UNUSABLE = (NsCause.NS_VC_BLOCKED, NsCause.NS_VC_UNKNOWN)
"""With these causes of NS-STATUS the SGSN says that it cannot use the NS-VC."""

SDU_SHOWN = 200
"""How many octets of a PDU in error are sent back."""


class Membership(Enum):
    """Which mobiles an SGSN of a pool takes."""

    OPEN = "all"
    CLOSED = "known"
    OUT = "none"


class Gb:
    """What a BSS shares with one SGSN. ``bvcs`` are the BVCs of cells that have begun, by BVCI."""

    def __init__(self, node: Any, sgsn: Name, ns_vci: int) -> None:
        self.node = node
        self.sgsn = sgsn
        self.ns_vci = ns_vci
        self.ns_vc: NsVc | IpSubnetwork = IpSubnetwork(self) if node.config.endpoints else NsVc(self)
        self.bvcs: dict[int, CellBvc] = {}
        self.signalling = SignallingBvc(self)
        self.registrations: dict[Imsi, RegistrationEnquiry] = {}
        self.membership = Membership.OPEN
        self._tag = 0

    def start(self) -> None:
        """Bring up the sub-network, if that is IP, and then the BVCs."""
        if not self.ns_vc.hear(BEGIN):
            self.signalling.hear(BEGIN)

    def label(self, what: str) -> str:
        """How a BVC is called: other SGSNs than that of the BSS are named."""
        return what if self.sgsn == self.node.config.sgsn else f"{self.sgsn} {what}"

    @property
    def is_usable(self) -> bool:
        """True for an SGSN that can be spoken to, and takes its own mobiles at least."""
        up = self.signalling.state is SignallingState.OPERATIVE and self.ns_vc.in_service
        return up and self.membership is not Membership.OUT

    def is_operative(self, bvci: int) -> bool:
        """True where the BVC of a cell may be used."""
        bvc = self.bvcs.get(bvci)
        return bvc is not None and bvc.state is CellState.OPERATIVE

    # --- what goes out --------------------------------------------------------------------------------------------

    def send(self, bvci: int, message: BssgpMessage) -> None:
        """Send a BSSGP PDU on a BVC, if the NS-VC is in service."""
        if not self.ns_vc.in_service:
            self.node.warn("ns blocked", f"{message.title} to {self.sgsn} dropped: NS-VC {self.ns_vc.state.value}")
            return
        self.send_ns(NsUnitdata(bvci=bvci, sdu=message.encode()))

    def send_ns(self, message: NsMessage) -> None:
        """Send an NS PDU."""
        self.node.send(self.sgsn, "gb", message.encode())

    def tell_discarded(self, message: LlcDiscarded) -> None:
        """Frames were lost here (48.018 8.1.2)."""
        self.send(SIGNALLING, message)

    def tell_radio(self, bvci: int, tlli: Tlli, cause: RadioCause) -> None:
        """The radio contact to a mobile is not what it was (48.018 7.3)."""
        self.send(bvci, bssgp.RadioStatus(tlli=tlli, radio_cause=cause))

    def tell_unusable(self, bvci: int, cause: BssgpCause) -> None:
        """Answer a PDU on, or about, a BVC that is blocked or not known."""
        self.send(SIGNALLING, Status(cause=cause, bvci=bvci))

    def enquire(self, bvc: CellBvc, tlli: Tlli) -> None:
        """Ask what the radio of a mobile can do, unless that is being asked."""
        if tlli not in bvc.enquiries:
            self._tag = (self._tag + 1) % 256
            RaCapabilityUpdate(bvc, tlli, self._tag).begin()

    def lose_procedures(self) -> None:
        """Signalling begins anew: what was suspended under a number of the SGSN cannot be resumed under it."""
        for run in [run for run in self.node.suspended.values() if run.gb is self]:
            run.hear(suspension.VOIDED)

    # --- what comes in --------------------------------------------------------------------------------------------

    def receive(self, pdu: bytes) -> None:
        """Take a PDU of the SGSN; what is wrong with it is answered (48.016 8)."""
        try:
            message = ns.decode(pdu, up=False)
        except DecodeError as error:
            if error.cause is not None and pdu[0] != NsStatus.code:
                self.send_ns(NsStatus(cause=NsCause(error.cause), ns_pdu=pdu[:SDU_SHOWN]))
            raise
        if not isinstance(message, NsUnitdata):
            self._take_ns(message)
        elif self.ns_vc.in_service:
            self._take_sdu(message)
        elif isinstance(self.ns_vc, IpSubnetwork):
            raise DecodeError(f"{message.title} where the sub-network is {self.ns_vc.state.value!r}")
        else:
            self.send_ns(NsStatus(cause=NsCause.NS_VC_BLOCKED, ns_vci=self.ns_vci))
            raise DecodeError(f"{message.title} on an NS-VC that is {self.ns_vc.state.value}")

    def _take_ns(self, message: NsMessage) -> None:
        """A PDU about the NS-VC; one of another NS-VC changes nothing here (48.016 7.2.1, 7.3.1)."""
        if isinstance(message, NsAlive):
            self.send_ns(NsAliveAck())
        elif isinstance(self.ns_vc, IpSubnetwork):
            self._take_sns(self.ns_vc, message)
        elif isinstance(message, NsReset) and not self._is_ours(message):
            self.send_ns(NsResetAck(ns_vci=self.ns_vci, nsei=self.node.config.nsei))
            raise DecodeError(f"{message.title} for NS-VC {message.ns_vci} of NSE {message.nsei}")
        elif isinstance(message, NsResetAck) and not self._is_ours(message):
            raise DecodeError(f"{message.title} for NS-VC {message.ns_vci} of NSE {message.nsei}")
        elif isinstance(message, NsBlock | NsBlockAck) and message.ns_vci != self.ns_vci:
            self.send_ns(NsStatus(cause=NsCause.NS_VC_UNKNOWN, ns_vci=message.ns_vci))
            raise DecodeError(f"{message.title} for NS-VC {message.ns_vci}, which is not known")
        elif isinstance(message, NsStatus):
            self.node.warn("ns status", f"NS-STATUS from {self.sgsn}: {message.cause.words}")
            if message.cause in UNUSABLE:
                self.ns_vc.hear(message)
        elif not self.ns_vc.deliver(message):
            self.node.warn("ns state", f"{message.title} from {self.sgsn} is not awaited")

    def _take_sns(self, service: IpSubnetwork, message: NsMessage) -> None:
        """A PDU about an IP sub-network, or its test; NS-VCs are not reset, nor blocked there (48.016 7.4b)."""
        before = service.in_service
        if getattr(message, "nsei", self.node.config.nsei) != self.node.config.nsei:
            raise DecodeError(f"{message.title} for NSE {message.nsei}")  # type: ignore[attr-defined]
        if isinstance(message, NsStatus):
            self.node.warn("ns status", f"NS-STATUS from {self.sgsn}: {message.cause.words}")
        elif not service.deliver(message):
            self.node.warn("ns state", f"{message.title} from {self.sgsn} is not awaited")
        if service.in_service and not before and not self.signalling.hear(BEGIN):
            self.signalling.hear(ResetOrder(lambda _: None))  # in service anew: so are the BVCs

    def _is_ours(self, message: NsReset | NsResetAck) -> bool:
        return (message.ns_vci, message.nsei) == (self.ns_vci, self.node.config.nsei)

    def _take_sdu(self, unit: NsUnitdata) -> None:
        """A BSSGP PDU: errors in it are answered by STATUS, but for a STATUS (48.018 9)."""
        try:
            message = bssgp.decode(unit.sdu, up=False)
        except DecodeError as error:
            if error.cause is not None and unit.sdu[0] != Status.code:
                self.refuse(BssgpCause(error.cause), unit.sdu)
            raise
        on_signalling, on_cell, take = TAKES[type(message)]
        if not (on_signalling if unit.bvci == SIGNALLING else on_cell):
            self.refuse(BssgpCause.PROTOCOL_ERROR_UNSPECIFIED, unit.sdu)
            raise DecodeError(f"{message.title} on BVCI {unit.bvci}")
        if unit.bvci != SIGNALLING and not self.is_operative(unit.bvci) and not isinstance(message, Status):
            cause = BssgpCause.BVCI_BLOCKED if unit.bvci in self.bvcs else BssgpCause.BVCI_UNKNOWN
            self.tell_unusable(unit.bvci, cause)
            raise DecodeError(f"{message.title} on BVCI {unit.bvci}: {cause.words}")
        take(self, unit.bvci, message)

    def refuse(self, cause: BssgpCause, sdu: bytes) -> None:
        """Answer a PDU in error."""
        self.send(SIGNALLING, Status(cause=cause, pdu_in_error=sdu[:SDU_SHOWN]))


def take_bvc(gb: Gb, bvci: int, message: BvcReset | BvcResetAck | BvcUnblockAck | BvcBlockAck) -> None:
    """A PDU about a BVC (8.3, 8.4)."""
    bvc = gb.signalling if message.bvci == SIGNALLING else gb.bvcs.get(message.bvci)
    if bvc is None:
        gb.tell_unusable(message.bvci, BssgpCause.BVCI_UNKNOWN)
        raise DecodeError(f"{message.title} for BVCI {message.bvci}, which is not known")
    if not bvc.hear(message):
        gb.node.warn("bssgp state", f"{message.title} for BVC {bvc.subject} is not awaited")


def take_status(gb: Gb, bvci: int, message: Status) -> None:
    """A STATUS is told, never answered; if it is about a BVC of ours, that may have to start anew."""
    gb.node.warn("bssgp status", f"STATUS from {gb.sgsn}: {message.cause.words}")
    bvc = None if message.bvci is None else gb.bvcs.get(message.bvci)
    if bvc is not None and message.cause in LOST:
        bvc.hear(message)


def take_frame(gb: Gb, bvci: int, message: DlUnitdata) -> None:
    """A frame for a mobile: it leaves by its cell as soon as the air has room (8.1)."""
    node = gb.node
    tlli, place = message.tlli, node.whereabouts.find(message.tlli)
    if place is None and message.tlli_old is not None:
        place = node.whereabouts.find(message.tlli_old)
        if place is not None:
            node.whereabouts.rename(message.tlli_old, tlli)
    if message.ms_radio_access_capability is not None:
        node.whereabouts.learn(tlli, message.ms_radio_access_capability)
    elif node.config.ask_capability and place is not None and place.capability is None and not place.asked:
        place.asked = True
        gb.enquire(gb.bvcs[bvci], tlli)
    lifetime = message.pdu_lifetime
    until = None if lifetime == INFINITE else node.clock.now + lifetime * 10_000
    node.downlinks[bvci].put(Frame(gb, tlli, message.llc_pdu, until))


def take_flow_control_ack(gb: Gb, bvci: int, message: FlowControlBvcAck | FlowControlMsAck) -> None:
    """The SGSN keeps to what it was told."""
    bvc = gb.bvcs[bvci]
    flow = bvc.flows.get(message.tlli) if isinstance(message, FlowControlMsAck) else bvc.children[0]
    if flow is None or not flow.hear(message):
        gb.node.warn("bssgp state", f"{message.title} for BVC {bvc.subject} is not awaited")


def take_capability(gb: Gb, bvci: int, message: RaCapability) -> None:
    """The SGSN tells what the radio of a mobile can do (6.4)."""
    gb.node.whereabouts.learn(message.tlli, message.ms_radio_access_capability)


def take_capability_ack(gb: Gb, bvci: int, message: RaCapabilityUpdateAck) -> None:
    """The SGSN answers what it was asked for (6.5)."""
    enquiry = gb.bvcs[bvci].enquiries.get(message.tlli)
    if enquiry is None or not enquiry.hear(message):
        gb.node.warn("bssgp state", f"{message.title} for TLLI {message.tlli} is not awaited")


def take_note(gb: Gb, bvci: int, message: SgsnInvokeTrace | Overload) -> None:
    """What is accepted, told and has no effect here: a trace (8.5), a request to send less."""
    gb.node.warn(message.title, f"{message.title} from {gb.sgsn}: taken note of")


def take_registration(gb: Gb, bvci: int, message: MsRegistrationEnquiryResponse) -> None:
    """The SGSN tells who serves a mobile for packets (10.3.16)."""
    enquiry = gb.registrations.get(message.imsi.imsi)
    if enquiry is None:
        gb.node.warn("bssgp state", f"{message.title} about {message.imsi.imsi} is not awaited")
    else:
        enquiry.hear(message)


def take_unsupported(gb: Gb, bvci: int, message: BssgpMessage) -> None:
    """Packet flow contexts and location services are not negotiated (8.4, feature bitmap)."""
    gb.refuse(BssgpCause.PDU_NOT_COMPATIBLE_WITH_THE_FEATURE_SET, message.encode())
    raise DecodeError(f"{message.title} is not supported")


TAKES: dict[type[BssgpMessage], tuple[bool, bool, Callable[..., None]]] = {
    # PDU: on the signalling BVC, on that of a cell (48.018 5.4, table 5.4), what is done with it
    DlUnitdata: (False, True, take_frame),
    RaCapability: (False, True, take_capability),
    PagingPs: (True, True, paging.page_for_packets),
    PagingCs: (True, True, paging.page_for_circuits),
    DummyPagingPs: (True, True, paging.tell_next_occasion),
    MsRegistrationEnquiryResponse: (True, False, take_registration),
    RaCapabilityUpdateAck: (False, True, take_capability_ack),
    SuspendAck: (True, False, suspension.take),
    SuspendNack: (True, False, suspension.take),
    ResumeAck: (True, False, suspension.take),
    ResumeNack: (True, False, suspension.take),
    FlushLl: (True, False, flush_ll.flush),
    FlowControlBvcAck: (False, True, take_flow_control_ack),
    FlowControlMsAck: (False, True, take_flow_control_ack),
    BvcBlockAck: (True, False, take_bvc),
    BvcUnblockAck: (True, False, take_bvc),
    BvcReset: (True, False, take_bvc),
    BvcResetAck: (True, False, take_bvc),
    Status: (True, True, take_status),
    SgsnInvokeTrace: (True, False, take_note),
    Overload: (True, False, take_note),
    CreateBssPfc: (False, True, take_unsupported),
    ModifyBssPfcAck: (False, True, take_unsupported),
    DeleteBssPfc: (False, True, take_unsupported),
    PerformLocationRequest: (True, False, take_unsupported),
    PerformLocationAbort: (True, False, take_unsupported),
    PositionResponse: (True, False, take_unsupported),
}
