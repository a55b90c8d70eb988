"""The A interface of the MSC (TS 48.008): channels that mobiles open, and what concerns a BSS as a whole."""

from typing import Any

from nodes.core.connections import Connection, Connections
from nodes.core.machine import BEGIN
from nodes.core.outputs import Name
from nodes.vlr.bss_reset import BssReset
from nodes.vlr.channel import Channel
from protocol import bssmap
from protocol.bssmap import (
    BssmapMessage,
    CellForm,
    CellIdentifierList,
    CompleteLayer3Information,
    Paging,
    Reset,
    ResetAcknowledge,
)
from protocol.errors import DecodeError
from protocol.identities import Lai

WITH_AREA = (CellForm.CELL_GLOBAL_IDENTIFICATION, CellForm.LAI)


class AInterface:
    """The BSSs of this MSC, and the resets that run, by name."""

    def __init__(self, node: Any) -> None:
        self.node = node
        self.bsss: tuple[Name, ...] = tuple(dict.fromkeys(bss for names in node.config.bsss.values() for bss in names))
        self.connections = Connections(node, "a", self._accept, self._take)
        self.resets: dict[Name, BssReset] = {}

    def start(self) -> None:
        """After a restart every BSS is told that all connections are gone."""
        for bss in self.bsss:
            self.resets[bss] = BssReset(self.node, bss)
            self.resets[bss].hear(BEGIN)

    def receive(self, bss: Name, pdu: bytes) -> None:
        """Take an SCCP message."""
        if bss not in self.bsss:
            raise DecodeError(f"{bss} is no BSS of this MSC")
        self.connections.receive(bss, pdu)

    def tell(self, bss: Name, message: BssmapMessage) -> None:
        """Say something that concerns no connection."""
        self.connections.tell(bss, message.encode())

    def page(self, area: Lai | None, message: Paging) -> None:
        """Have a mobile called by the BSSs of a location area, or by all."""
        for bss in self.bsss if area is None else self.node.config.bsss.get(area, ()):
            self.tell(bss, message)

    def _accept(self, connection: Connection, octets: bytes) -> Channel | None:
        """A mobile opens a channel; what its BSS says of it must be readable, and tell where it is."""
        try:
            message = bssmap.decode(octets, up=True)
            if not isinstance(message, CompleteLayer3Information):
                raise DecodeError(f"{message.title} opens no connection")
            channel = Channel(self.node, connection, area_of(message.cell_identifier))
        except DecodeError as error:
            self.node.warn("a connection", f"connection of {connection.peer} refused: {error}", octets)
            return None
        try:
            channel.begin_with(message.layer_3_information)
        except DecodeError as error:
            self.node.warn("a undecodable", f"a from {connection.peer}: {error}", octets)
        return channel

    def _take(self, bss: Name, octets: bytes) -> None:
        """What concerns a BSS as a whole."""
        message = bssmap.decode(octets, up=True)
        reset = self.resets.get(bss)
        if isinstance(message, Reset):
            self.connections.end_all(bss, "reset by the BSS")
            self.tell(bss, ResetAcknowledge())
        elif not isinstance(message, ResetAcknowledge) or reset is None or not reset.hear(message):
            self.node.warn("bssmap state", f"{message.title} from {bss} is not awaited")


def area_of(cell: CellIdentifierList) -> Lai:
    """The location area of a cell."""
    area = cell.areas[0] if cell.areas else None
    if cell.form not in WITH_AREA or area is None or area.plmn is None or area.lac is None:
        raise DecodeError(f"{cell.form.words} does not tell the location area")
    return Lai(area.plmn, area.lac)
