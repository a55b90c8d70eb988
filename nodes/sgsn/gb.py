"""The Gb interface of the SGSN (TS 48.018): its BVCs, and BSSGP to and from the BSSs."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from nodes.core.machine import BEGIN
from nodes.core.outputs import Name
from nodes.sgsn.bvc import SIGNALLING, BvcResetting
from nodes.sgsn.events import RADIO_LOST
from nodes.sgsn.flow_control import Downlink, Frame
from nodes.sgsn.network_service import NetworkService
from protocol import bssgp, ns
from protocol.bssgp import (
    INFINITE,
    BvcBlock,
    BvcBlockAck,
    BvcReset,
    BvcResetAck,
    BvcUnblock,
    BvcUnblockAck,
    Delay,
    DlQosProfile,
    DlUnitdata,
    DummyPagingPsResponse,
    FlowControlBvc,
    FlowControlBvcAck,
    FlowControlMs,
    FlowControlMsAck,
    FlushLl,
    FlushLlAck,
    LlcDiscarded,
    MsRegistrationEnquiry,
    MsRegistrationEnquiryResponse,
    PagingPsReject,
    RaCapability,
    RaCapabilityUpdate,
    RaCapabilityUpdateAck,
    RadioStatus,
    Status,
    UlUnitdata,
)
from protocol.bssgp.elements import FlushAction, ImsiIdentity, RaCapUpdCause
from protocol.causes import BssgpCause, RadioCause
from protocol.errors import DecodeError
from protocol.identities import CellIdentifier, Rai, Tlli
from protocol.timers import TH

BEST_EFFORT = DlQosProfile.from_octets(bytes(3))
"""QoS profile of signalling towards the mobile (48.018 11.3.28): best effort, peak rate not given."""

HUNDREDTH = 10_000
"""Microseconds in the unit of a PDU lifetime."""

SIGNALLING_LIFETIME = 600
"""PDU lifetime of signalling, in hundredths of a second: after that its sender says it again."""

IN_CELL = frozenset((UlUnitdata, RaCapabilityUpdate, RadioStatus, FlowControlBvc, FlowControlMs))
"""What comes on the BVC of a cell; STATUS may come on any, and all else on that of signalling (table 5.4)."""

ANYWHERE = (Status, PagingPsReject, DummyPagingPsResponse)
"""What comes on the BVC that it answers on."""

WAITS_FOR_CELL_UPDATE = (RadioCause.CELL_RESELECTION_ORDERED, RadioCause.CELL_RESELECTION_PREPARE)

NO_PFC: tuple[type, ...] = (
    bssgp.CreateBssPfcAck,
    bssgp.CreateBssPfcNack,
    bssgp.DeleteBssPfcAck,
    bssgp.DownloadBssPfc,
    bssgp.ModifyBssPfc,
    bssgp.PerformLocationResponse,
    bssgp.PositionCommand,
)
"""What belongs to features that this SGSN has not offered: packet flow contexts and location services."""

Taker = Callable[[Name, int, Any], None]
"""Takes a BSSGP PDU of a BSS from a BVC."""


@dataclass(slots=True)
class Bvc:
    """A BVC that was reset: the cell that it serves, whether it may be used, and what goes down on it."""

    cell: CellIdentifier
    downlink: Downlink
    blocked: bool = False


class Gb:
    """The BVCs of all BSSs of an SGSN."""

    def __init__(self, node: Any, bsss: tuple[Name, ...]) -> None:
        self.node = node
        self.bvcs: dict[tuple[Name, int], Bvc] = {}
        self.resets: dict[tuple[Name, int], BvcResetting] = {}
        self.service = NetworkService(node)
        self.occasions: dict[str, Any] = {}
        """Who asks when a mobile can be paged, by IMSI."""
        self.discarded: Counter[str] = Counter()
        """Downlink frames that went no further, by reason; and what BSSs say that they have discarded."""
        self._bsss = bsss
        self.takers: dict[type, Taker] = {
            BvcReset: self._reset,
            BvcResetAck: self._reset_acknowledged,
            BvcBlock: self._block,
            BvcUnblock: self._block,
            FlowControlBvc: self._limit_cell,
            FlowControlMs: self._limit_mobile,
            FlushLlAck: self._flushed,
            LlcDiscarded: self._discarded,
            RadioStatus: self._radio_status,
            RaCapabilityUpdate: self._tell_capability,
            PagingPsReject: self._not_paged,
            DummyPagingPsResponse: self._tell_occasion,
            MsRegistrationEnquiry: self._tell_registration,
            Status: self._status,
            **dict.fromkeys(NO_PFC, self._refuse_feature),
        }
        """What is done with each PDU but UL-UNITDATA; suspend and resume are entered by suspension.py."""

    def start(self) -> None:
        """Whatever BVCs there were are not known any more: each BSS is told (8.4)."""
        for bss in self._bsss:
            self.reset(bss, SIGNALLING)

    def reset(self, bss: Name, bvci: int) -> None:
        """Reset a BVC, unless that is being done."""
        if (bss, bvci) not in self.resets:
            self.resets[bss, bvci] = BvcResetting(self, bss, bvci)
            self.resets[bss, bvci].hear(BEGIN)

    def serves(self, area: Rai) -> bool:
        """True for a routing area of which there is a cell here."""
        return any(bvc.cell.rai == area for bvc in self.bvcs.values())

    def bsss_of(self, wanted: Callable[[Rai], bool]) -> tuple[Name, ...]:
        """The BSSs that have a cell, and one that may be used, in a routing area that is wanted."""
        usable = [key[0] for key, bvc in self.bvcs.items() if not bvc.blocked and wanted(bvc.cell.rai)]
        return tuple(bss for bss in dict.fromkeys(usable) if bss not in self.service.blocked)

    # --- down -----------------------------------------------------------------------------------------------------

    def send(self, bss: Name, bvci: int, message: bssgp.BssgpMessage, imsi: str | None = None) -> None:
        """Send a BSSGP PDU on a BVC."""
        pdu = ns.NsUnitdata(bvci=bvci, sdu=message.encode()).encode()
        self.node.send(bss, "gb", pdu, {"imsi": imsi} if imsi else None)

    def send_frame(
        self,
        bss: Name,
        bvci: int,
        tlli: Tlli,
        frame: bytes,
        context: Any = None,
        lifetime: int = SIGNALLING_LIFETIME,
        quality: DlQosProfile = BEST_EFFORT,
    ) -> None:
        """Send an LLC frame to a mobile, as fast as flow control lets it pass; ``lifetime`` in hundredths of a second.

        A BVC that is gone or blocked takes none: who sent it will say it again, in the cell where the mobile is then.
        """
        bvc = self.bvcs.get((bss, bvci))
        if bvc is None or bvc.blocked or bss in self.service.blocked:
            self.discarded["bvc not operative"] += 1
            return
        message = DlUnitdata(tlli=tlli, qos_profile=quality, pdu_lifetime=Delay(lifetime), llc_pdu=frame)
        until = None if lifetime >= INFINITE else self.node.clock.now + lifetime * HUNDREDTH
        imsi = None if context is None else context.imsi
        if not bvc.downlink.send(tlli if context is None else context, message, imsi, until):
            self.discarded["no room"] += 1

    def send_waited(self, bss: Name, bvci: int, frame: Frame) -> None:
        """Send a frame that had to wait: its lifetime has become shorter."""
        message = frame.message
        if frame.until is not None:
            left = (frame.until - self.node.clock.now) // HUNDREDTH
            message = message.replace(pdu_lifetime=Delay(left))
        self.send(bss, bvci, message, frame.imsi)

    def flush(self, context: Any, bss: Name, bvci: int, *, same_area: bool) -> None:
        """The mobile has left that cell (8.1): what waits there goes to the new one, within a BSS and a routing area.

        What waits here follows it in any case.
        """
        old = self.bvcs.get((bss, bvci))
        if old is None or old.blocked:
            return
        within = same_area and context.bss == bss
        message = FlushLl(tlli=context.tlli_used, bvci_old=bvci, bvci_new=context.bvci if within else None)
        self.send(bss, SIGNALLING, message, context.imsi)
        new = self.bvcs.get((context.bss, context.bvci))
        for frame in old.downlink.take(context):
            if new is None or not new.downlink.send(context, frame.message, frame.imsi, frame.until):
                self.discarded["no room"] += 1

    def hold(self, context: Any) -> list[Frame]:
        """Frames that wait for their turn are not to go to the mobile now."""
        bvc = self.bvcs.get((context.bss, context.bvci))
        return [] if bvc is None else bvc.downlink.take(context)

    def drop(self, context: Any) -> None:
        """Nothing is to go to the mobile any more."""
        self.hold(context)

    def send_held(self, context: Any, frames: Iterable[Frame]) -> None:
        """Frames that were held may go, to where the mobile is now. The time meanwhile was none of their life."""
        for frame in frames:
            message = frame.message
            self.send_frame(
                context.bss,
                context.bvci,
                context.tlli_used,
                message.llc_pdu,
                context,
                message.pdu_lifetime,
                message.qos_profile,
            )

    def tell_capability(self, context: Any) -> None:
        """The mobile's radio can do other things than the BSS may have been told (7.1)."""
        capability = context.ms_radio_access_capability
        message = RaCapability(tlli=context.tlli_used, ms_radio_access_capability=capability)
        self.send(context.bss, context.bvci, message, context.imsi)

    # --- up -------------------------------------------------------------------------------------------------------

    def receive(self, bss: Name, pdu: bytes) -> tuple[int, UlUnitdata] | None:
        """Take an NS PDU; an LLC frame from a mobile is returned with its BVCI, all else is answered here."""
        if bss not in self._bsss:
            raise DecodeError(f"{bss} is no BSS of this SGSN")
        unit = self.service.receive(bss, pdu)
        if unit is None:
            return None
        bvci = unit.bvci
        try:
            message = bssgp.decode(unit.sdu, up=True)
        except DecodeError as error:
            if error.cause is not None and unit.sdu[:1] != b"\x41":  # a STATUS is never answered
                self._refuse(bss, unit.sdu, BssgpCause(error.cause))
            raise
        if isinstance(message, UlUnitdata):
            self._usable(bss, bvci, message)
            return bvci, message
        taker = self.takers.get(type(message))
        if taker is None:
            self.node.warn("bssgp state", f"{message.title} from {bss} is not awaited")
        elif type(message) in IN_CELL:
            self._usable(bss, bvci, message)
            taker(bss, bvci, message)
        elif bvci == SIGNALLING or isinstance(message, ANYWHERE):
            taker(bss, bvci, message)
        else:
            self._refuse(bss, unit.sdu, BssgpCause.PROTOCOL_ERROR_UNSPECIFIED)
            raise DecodeError(f"{message.title} on BVCI {bvci}, not on that of signalling")
        return None

    def _usable(self, bss: Name, bvci: int, message: bssgp.BssgpMessage) -> Bvc:
        """The BVC of a cell; STATUS and DecodeError if it is not known or blocked (8.3)."""
        bvc = self.bvcs.get((bss, bvci))
        if bvc is None or bvc.blocked:
            cause = BssgpCause.BVCI_UNKNOWN if bvc is None else BssgpCause.BVCI_BLOCKED
            self.send(bss, SIGNALLING, Status(cause=cause, bvci=bvci))
            raise DecodeError(f"{message.title} on BVCI {bvci}: {cause.words}")
        return bvc

    def _refuse(self, bss: Name, sdu: bytes, cause: BssgpCause) -> None:
        """Answer a PDU in error (48.018 clause 9)."""
        self.send(bss, SIGNALLING, Status(cause=cause, pdu_in_error=sdu[:200]))

    def _refuse_feature(self, bss: Name, bvci: int, message: bssgp.BssgpMessage) -> None:
        self._refuse(bss, message.encode(), BssgpCause.PDU_NOT_COMPATIBLE_WITH_THE_FEATURE_SET)

    def _status(self, bss: Name, bvci: int, message: Status) -> None:
        """A STATUS is told, never answered; a BVC that the BSS does not know, or takes for blocked, is not used."""
        self.node.warn("bssgp status", f"BSSGP STATUS from {bss}: {message.cause.words}")
        bvc = None if message.bvci is None else self.bvcs.get((bss, message.bvci))
        if bvc is not None and message.cause is BssgpCause.BVCI_UNKNOWN:
            self._take_down(bss, message.bvci)
        elif bvc is not None and message.cause is BssgpCause.BVCI_BLOCKED:
            bvc.blocked = True
            bvc.downlink.clear()

    # --- BVC management (8.3, 8.4) --------------------------------------------------------------------------------

    def bring_up(self, bss: Name, bvci: int, cell: CellIdentifier) -> None:
        """A BVC was reset: it serves this cell, nothing waits, and there are no limits yet."""
        self._take_down(bss, bvci)
        self.bvcs[bss, bvci] = Bvc(cell, Downlink(self, bss, bvci))

    def _take_down(self, bss: Name, bvci: int | None) -> None:
        bvc = None if bvci is None else self.bvcs.pop((bss, bvci), None)
        if bvc is not None:
            bvc.downlink.clear()

    def _reset(self, bss: Name, bvci: int, message: BvcReset) -> None:
        """BVC-RESET (8.4): signalling takes all cells with it; a cell may be used once its BVC is reset."""
        if message.bvci == SIGNALLING:
            for key in [key for key in self.bvcs if key[0] == bss]:
                self._take_down(*key)
            self.node.suspensions.void(bss)
            self.send(bss, SIGNALLING, BvcResetAck(bvci=SIGNALLING))
            return
        if message.cell_identifier is None:
            self._refuse(bss, message.encode(), BssgpCause.MISSING_CONDITIONAL_IE)
            return
        self.bring_up(bss, message.bvci, message.cell_identifier)
        self.send(bss, SIGNALLING, BvcResetAck(bvci=message.bvci))

    def _reset_acknowledged(self, bss: Name, bvci: int, message: BvcResetAck) -> None:
        reset = self.resets.get((bss, message.bvci))
        if reset is None:
            self.node.warn("bssgp state", f"{message.title} from {bss} for BVCI {message.bvci} is not awaited")
        else:
            reset.hear(message)

    def _block(self, bss: Name, bvci: int, message: BvcBlock | BvcUnblock) -> None:
        """BVC-BLOCK and BVC-UNBLOCK (8.3), acknowledged each time; what waits for a blocked BVC is discarded."""
        blocked = isinstance(message, BvcBlock)
        bvc = self.bvcs.get((bss, message.bvci))
        if bvc is None:
            self.send(bss, SIGNALLING, Status(cause=BssgpCause.BVCI_UNKNOWN, bvci=message.bvci))
            return
        if blocked and not bvc.blocked:
            bvc.downlink.clear()
        bvc.blocked = blocked
        self.send(bss, SIGNALLING, (BvcBlockAck if blocked else BvcUnblockAck)(bvci=message.bvci))

    # --- flow control, flush (8.1, 8.2) ---------------------------------------------------------------------------

    def _limit_cell(self, bss: Name, bvci: int, message: FlowControlBvc) -> None:
        self.send(bss, bvci, FlowControlBvcAck(tag=message.tag))
        self.bvcs[bss, bvci].downlink.limit(
            message.bvc_bucket_size * 100,
            message.bucket_leak_rate * 100,
            message.bmax_default_ms * 100,
            message.r_default_ms * 100,
        )

    def _limit_mobile(self, bss: Name, bvci: int, message: FlowControlMs) -> None:
        """One that is not known here is not sent to, so the limit is kept anyhow."""
        self.send(bss, bvci, FlowControlMsAck(tlli=message.tlli, tag=message.tag))
        context = self.node.by_tlli.get(message.tlli)
        if context is not None:
            until = self.node.clock.now + self.node.clock.duration(TH)
            size, rate = message.ms_bucket_size * 100, message.bucket_leak_rate * 100
            self.bvcs[bss, bvci].downlink.limit_one(context, size, rate, until)

    def _flushed(self, bss: Name, bvci: int, message: FlushLlAck) -> None:
        """What was moved needs no more care; what was deleted is lost, unless its sender says it again."""
        if message.flush_action is not FlushAction.LLC_PDUS_TRANSFERRED:
            self.discarded["octets deleted by flush"] += message.number_of_octets_affected

    def _discarded(self, bss: Name, bvci: int, message: LlcDiscarded) -> None:
        self.discarded["by bss"] += message.llc_frames_discarded
        self.discarded["octets discarded by bss"] += message.number_of_octets_deleted

    # --- mobiles (7.1 to 7.3) -------------------------------------------------------------------------------------

    def _tell_capability(self, bss: Name, bvci: int, message: RaCapabilityUpdate) -> None:
        """RA-CAPABILITY-UPDATE: IMSI and capability, or why not (7.1)."""
        context = self.node.by_tlli.get(message.tlli)
        imsi = capability = None
        cause = RaCapUpdCause.TLLI_UNKNOWN_IN_SGSN
        if context is not None:
            cause = RaCapUpdCause.NO_RA_CAPABILITIES_OR_IMSI_AVAILABLE_FOR_THIS_MS
            if context.imsi is not None and context.ms_radio_access_capability is not None:
                cause = RaCapUpdCause.OK_RA_CAPABILITY_IE_PRESENT
                imsi, capability = ImsiIdentity(context.imsi), context.ms_radio_access_capability
        answer = RaCapabilityUpdateAck(
            tlli=message.tlli,
            tag=message.tag,
            imsi=imsi,
            ra_cap_upd_cause=cause,
            ms_radio_access_capability=capability,
        )
        self.send(bss, bvci, answer)

    def _tell_registration(self, bss: Name, bvci: int, message: MsRegistrationEnquiry) -> None:
        """MS-REGISTRATION-ENQUIRY: the operator of the area where the mobile is registered here, if it is."""
        context = self.node.by_imsi.get(message.imsi.imsi)
        gone = context is None or context.reachability.mm_state == "IDLE"
        operator = None if gone else context.rai.plmn
        self.send(bss, SIGNALLING, MsRegistrationEnquiryResponse(imsi=message.imsi, ps_registered_operator=operator))

    def _not_paged(self, bss: Name, bvci: int, message: PagingPsReject) -> None:
        """PAGING-PS-REJECT (7.1): the page is sent again later, there and wherever else the mobile may be."""
        self.node.warn("bssgp paging", f"{bss} does not page {message.imsi.imsi} now")
        context = self.node.by_imsi.get(message.imsi.imsi)
        if context is not None and context.paging is not None:
            context.paging.hear(message)

    def _tell_occasion(self, bss: Name, bvci: int, message: DummyPagingPsResponse) -> None:
        """DUMMY-PAGING-PS-RESPONSE (7.1), for who has asked."""
        enquiry = self.occasions.get(message.imsi.imsi)
        if enquiry is None:
            self.node.warn("bssgp state", f"{message.title} from {bss} about {message.imsi.imsi} is not awaited")
        else:
            enquiry.hear(message)

    def _radio_status(self, bss: Name, bvci: int, message: RadioStatus) -> None:
        """RADIO-STATUS (7.3): no downlink until the mobile is heard, or, if it is lost, until it is paged."""
        if message.tlli is not None:
            context = self.node.by_tlli.get(message.tlli)
        elif message.tmsi is not None:
            context = self.node.by_ptmsi.get(message.tmsi)
        else:
            context = None if message.imsi is None else self.node.by_imsi.get(message.imsi.imsi)
        if context is None or (context.bss, context.bvci) != (bss, bvci):
            self.node.warn("bssgp radio status", f"RADIO-STATUS from {bss} for a mobile that is not there")
        elif message.radio_cause in WAITS_FOR_CELL_UPDATE:
            context.radio_lost = True
        elif message.radio_cause is RadioCause.CELL_RESELECTION_FAILURE:
            context.resume()
        else:
            self.drop(context)
            context.deliver(RADIO_LOST)
            context.reachability.hear(RADIO_LOST)
