"""The base station subsystem: it carries LLC frames between the air and its SGSN, and never looks into them."""

from collections.abc import Iterable
from random import Random
from typing import Any, ClassVar

from nodes.bss.bvc import SIGNALLING, CellBvc, CellState, SignallingBvc
from nodes.bss.config import BssConfig, Cell
from nodes.bss.system_information import make_broadcast
from nodes.bss.whereabouts import Whereabouts
from nodes.core.machine import BEGIN, Procedure
from nodes.core.node import Node
from nodes.core.outputs import Broadcast, Interface, Name, Record
from protocol import bssgp, ns, um
from protocol.bssgp import BvcReset, BvcResetAck, BvcUnblockAck, DlUnitdata, Status, UlQosProfile, UlUnitdata
from protocol.causes import BssgpCause
from protocol.errors import DecodeError
from protocol.um import PacketChannel

QOS = UlQosProfile.from_octets(bytes(3))
"""QoS profile of uplink frames (48.018 11.3.28): best effort."""

LOST = (BssgpCause.BVCI_UNKNOWN, BssgpCause.BVCI_BLOCKED)
"""With these causes of STATUS the SGSN says that it cannot use a BVC."""


class Bss(Node):
    """A BSS: its cells, their BVCs, and where its mobiles were heard last."""

    role: ClassVar[str] = "bss"

    def __init__(self, config: BssConfig, rng: Random, records: Iterable[Record]) -> None:
        super().__init__(config, rng, records)
        self.config = config
        self.cells = {cell.identifier: cell for cell in config.cells}
        self.whereabouts = Whereabouts(self.clock)
        self.bvcs: dict[int, CellBvc] = {}
        """The BVCs of cells that have begun, by BVCI."""
        self.signalling = SignallingBvc(self, config.cells)

    def started(self) -> None:
        for cell in self.config.cells:
            self.broadcast(make_broadcast(cell))
        self.signalling.hear(BEGIN)

    # --- what comes in --------------------------------------------------------------------------------------------

    def take(self, link: Name, interface: Interface, pdu: bytes) -> None:
        if interface == "um":
            self._take_uplink(link, pdu)
        elif interface == "gb":
            self._take_downlink(link, pdu)
        else:
            super().take(link, interface, pdu)

    def _take_uplink(self, ms: Name, pdu: bytes) -> None:
        """A frame from the air goes to the SGSN, on the BVC of its cell."""
        channel = um.decode(pdu, up=True)
        if not isinstance(channel, PacketChannel):
            raise DecodeError(f"{channel.title} is not in use")
        cell = self.cells.get(channel.cell)
        if cell is None:
            raise DecodeError(f"{channel.cell} is no cell of this BSS")
        self.whereabouts.hear(channel.tlli, ms, cell)
        if not self._operative(cell.bvci):
            self.warn("bvc not operative", f"frame of TLLI {channel.tlli} dropped: the BVC of {cell.name} is not up")
            return
        message = UlUnitdata(
            tlli=channel.tlli, qos_profile=QOS, cell_identifier=channel.cell, llc_pdu=channel.llc_frame
        )
        self.transmit(cell.bvci, message)

    def _take_downlink(self, link: Name, pdu: bytes) -> None:
        """A PDU of the SGSN: a frame for the air, or one about the BVCs; errors are answered (48.018 clause 9)."""
        if link != self.config.sgsn:
            raise DecodeError(f"{link} is not the SGSN of this BSS")
        unit = ns.decode(pdu, up=False)
        if not isinstance(unit, ns.NsUnitdata):
            raise DecodeError(f"{unit.title} from {link} is not awaited: the bus is no network service")
        try:
            message = bssgp.decode(unit.sdu, up=False)
        except DecodeError as error:
            if error.cause is not None and unit.sdu[0] != Status.code:  # a STATUS is never answered
                self._refuse(BssgpCause(error.cause), unit.sdu)
            raise
        if isinstance(message, Status):
            self._take_status(message)
        elif isinstance(message, DlUnitdata):
            self._take_frame(unit.bvci, message)
        elif unit.bvci != SIGNALLING:
            self._refuse(BssgpCause.PROTOCOL_ERROR_UNSPECIFIED, unit.sdu)
            raise DecodeError(f"{message.title} on BVCI {unit.bvci}, not on that of signalling")
        elif isinstance(message, BvcReset | BvcResetAck | BvcUnblockAck):
            bvc = self._bvc(message.bvci)
            if bvc is None:
                self._unusable(message.bvci, BssgpCause.BVCI_UNKNOWN)
                raise DecodeError(f"{message.title} for BVCI {message.bvci}, which is not known")
            if not bvc.hear(message):
                self.warn("bssgp state", f"{message.title} for BVC {bvc.subject} is not awaited")
        else:
            self._refuse(BssgpCause.PDU_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE, unit.sdu)
            raise DecodeError(f"{message.title} is not awaited")

    def _take_status(self, message: Status) -> None:
        """A STATUS is told, never answered; if it is about a BVC of ours, that may have to start anew."""
        self.warn("bssgp status", f"STATUS from {self.config.sgsn}: {message.cause.words}")
        bvc = None if message.bvci is None else self.bvcs.get(message.bvci)
        if bvc is not None and message.cause in LOST:
            bvc.hear(message)

    def _take_frame(self, bvci: int, message: DlUnitdata) -> None:
        """A frame goes to the mobile if its cell is the one where the mobile was heard last."""
        bvc = self.bvcs.get(bvci)
        if bvc is None or bvc.state is not CellState.OPERATIVE:
            cause = BssgpCause.BVCI_UNKNOWN if bvc is None else BssgpCause.BVCI_BLOCKED
            self._unusable(bvci, cause)
            raise DecodeError(f"{message.title} on BVCI {bvci}: {cause.words}")
        place = self.whereabouts.find(message.tlli)
        if place is None and message.tlli_old is not None:
            place = self.whereabouts.find(message.tlli_old)
        if place is None or place.cell is not bvc.cell:
            self.warn("tlli unknown", f"TLLI {message.tlli} was not heard in {bvc.cell.name} of late")
            return
        channel = PacketChannel(cell=bvc.cell.identifier, tlli=message.tlli, llc_frame=message.llc_pdu)
        self.send(place.ms, "um", channel.encode())

    # --- what goes out --------------------------------------------------------------------------------------------

    def transmit(self, bvci: int, message: bssgp.BssgpMessage) -> None:
        """Send a BSSGP PDU on a BVC."""
        self.send(self.config.sgsn, "gb", ns.NsUnitdata(bvci=bvci, sdu=message.encode()).encode())

    def broadcast(self, broadcast: Broadcast) -> None:
        """Let a cell say something to all its mobiles."""
        self._outputs.append(broadcast)

    def _refuse(self, cause: BssgpCause, sdu: bytes) -> None:
        """Answer a PDU in error."""
        self.transmit(SIGNALLING, Status(cause=cause, pdu_in_error=sdu[:200]))

    def _unusable(self, bvci: int, cause: BssgpCause) -> None:
        """Answer a PDU on a BVC that is blocked or not known."""
        self.transmit(SIGNALLING, Status(cause=cause, bvci=bvci))

    # --- state ----------------------------------------------------------------------------------------------------

    def _bvc(self, bvci: int) -> Procedure | None:
        return self.signalling if bvci == SIGNALLING else self.bvcs.get(bvci)

    def _operative(self, bvci: int) -> bool:
        bvc = self.bvcs.get(bvci)
        return bvc is not None and bvc.state is CellState.OPERATIVE

    def look(self, what: str | None) -> Any:
        if what is not None:
            raise KeyError(what)
        return {
            "bvcs": {"signalling": self.signalling.state.value}
            | {cell.name: self._state_of(cell) for cell in self.config.cells},
            "tllis": len(self.whereabouts),
        }

    def _state_of(self, cell: Cell) -> str:
        return self.bvcs[cell.bvci].state.value if cell.bvci in self.bvcs else CellState.START.value
