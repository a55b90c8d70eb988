"""The Gb interface of the SGSN: its BVCs (TS 48.018 clause 8), and frames to and from mobiles."""

from dataclasses import dataclass
from typing import Any

from nodes.core.outputs import Name
from protocol import bssgp, ns
from protocol.bssgp import (
    INFINITE,
    BvcBlock,
    BvcBlockAck,
    BvcReset,
    BvcResetAck,
    BvcUnblock,
    BvcUnblockAck,
    DlQosProfile,
    DlUnitdata,
    Status,
    UlUnitdata,
)
from protocol.causes import BssgpCause
from protocol.errors import DecodeError
from protocol.identities import CellIdentifier, Tlli

SIGNALLING = 0
"""The BVCI of signalling."""

BEST_EFFORT = DlQosProfile.from_octets(bytes(3))
"""QoS profile of signalling towards the mobile (48.018 11.3.28): best effort, peak rate not given."""


@dataclass(slots=True)
class Bvc:
    """A BVC that was reset: the cell that it serves, and whether it may be used."""

    cell: CellIdentifier
    blocked: bool


class Gb:
    """The BVCs of all BSSs of an SGSN."""

    def __init__(self, node: Any, bsss: tuple[Name, ...]) -> None:
        self._node = node
        self._bsss = frozenset(bsss)
        self.bvcs: dict[tuple[Name, int], Bvc] = {}

    def send(self, bss: Name, bvci: int, message: bssgp.BssgpMessage, imsi: str | None = None) -> None:
        """Send a BSSGP PDU on a BVC."""
        pdu = ns.NsUnitdata(bvci=bvci, sdu=message.encode()).encode()
        self._node.send(bss, "gb", pdu, {"imsi": imsi} if imsi else None)

    def send_frame(self, bss: Name, bvci: int, tlli: Tlli, frame: bytes, imsi: str | None) -> None:
        """Send an LLC frame to a mobile."""
        message = DlUnitdata(tlli=tlli, qos_profile=BEST_EFFORT, pdu_lifetime=INFINITE, llc_pdu=frame)
        self.send(bss, bvci, message, imsi)

    def receive(self, bss: Name, pdu: bytes) -> tuple[int, UlUnitdata] | None:
        """Take an NS PDU; an LLC frame from a mobile is returned with its BVCI, all else is answered here."""
        if bss not in self._bsss:
            raise DecodeError(f"{bss} is no BSS of this SGSN")
        unit = ns.decode(pdu)
        if not isinstance(unit, ns.NsUnitdata):
            raise DecodeError(f"{unit.title} from {bss} is not awaited: the bus is no network service")
        try:
            message = bssgp.decode(unit.sdu, up=True)
        except DecodeError as error:
            if error.cause is not None and unit.sdu[:1] != b"\x41":  # a STATUS is never answered
                self._refuse(bss, unit, BssgpCause(error.cause))
            raise
        match message:
            case UlUnitdata():
                bvc = self.bvcs.get((bss, unit.bvci))
                if bvc is None or bvc.blocked:
                    cause = BssgpCause.BVCI_UNKNOWN if bvc is None else BssgpCause.BVCI_BLOCKED
                    self.send(bss, SIGNALLING, Status(cause=cause, bvci=unit.bvci))
                    raise DecodeError(f"UL-UNITDATA on BVCI {unit.bvci}: {cause.words}")
                return unit.bvci, message
            case BvcReset():
                self._reset(bss, message)
            case BvcBlock() | BvcUnblock():
                self._block(bss, message, blocked=isinstance(message, BvcBlock))
            case Status():
                self._node.warn("bssgp status", f"BSSGP STATUS from {bss}: {message.cause.words}")
            case _:
                self._node.warn("bssgp state", f"{message.title} from {bss} is not awaited")
        return None

    def _refuse(self, bss: Name, unit: ns.NsUnitdata, cause: BssgpCause) -> None:
        """Answer a PDU in error (48.018 clause 9)."""
        self.send(bss, SIGNALLING, Status(cause=cause, pdu_in_error=unit.sdu[:200]))

    def _reset(self, bss: Name, message: BvcReset) -> None:
        """BVC-RESET (8.4): signalling takes all cells with it; a cell may be used once its BVC is reset."""
        if message.bvci == SIGNALLING:
            for key in [key for key in self.bvcs if key[0] == bss]:
                del self.bvcs[key]
            self.send(bss, SIGNALLING, BvcResetAck(bvci=SIGNALLING))
            return
        if message.cell_identifier is None:
            self.send(bss, SIGNALLING, Status(cause=BssgpCause.MISSING_CONDITIONAL_IE, pdu_in_error=message.encode()))
            return
        self.bvcs[bss, message.bvci] = Bvc(message.cell_identifier, blocked=False)
        self.send(bss, SIGNALLING, BvcResetAck(bvci=message.bvci, cell_identifier=message.cell_identifier))

    def _block(self, bss: Name, message: BvcBlock | BvcUnblock, *, blocked: bool) -> None:
        bvc = self.bvcs.get((bss, message.bvci))
        if bvc is None:
            self.send(bss, SIGNALLING, Status(cause=BssgpCause.BVCI_UNKNOWN, bvci=message.bvci))
            return
        bvc.blocked = blocked
        self.send(bss, SIGNALLING, (BvcBlockAck if blocked else BvcUnblockAck)(bvci=message.bvci))
