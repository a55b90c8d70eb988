"""The base station subsystem: it carries what mobiles say to SGSN and MSC, and never looks into LLC frames."""

from collections.abc import Iterable
from random import Random
from typing import Any, ClassVar

from nodes.bss import orders
from nodes.bss.bvc import CellState
from nodes.bss.channels import Channel, Key, open_channel
from nodes.bss.config import BssConfig, Cell
from nodes.bss.downlink import Downlink, Frame
from nodes.bss.gb import Gb, Membership
from nodes.bss.paging import page_for_msc
from nodes.bss.paging_channel import Pages
from nodes.bss.reset import AReset
from nodes.bss.suspension import Run
from nodes.bss.system_information import make_broadcast
from nodes.bss.whereabouts import Whereabouts
from nodes.core.connections import Connections
from nodes.core.machine import BEGIN
from nodes.core.node import Node
from nodes.core.outputs import Broadcast, Command, Interface, Name, Record
from protocol import bssmap, um
from protocol.bssgp import UlQosProfile, UlUnitdata
from protocol.causes import RadioCause
from protocol.errors import DecodeError
from protocol.identities import Tlli
from protocol.um import DedicatedChannel, PacketChannel

QOS = UlQosProfile.from_octets(bytes(3))
"""QoS profile of uplink frames (48.018 11.3.28): best effort."""


class Bss(Node):
    """A BSS: its cells, its SGSNs and MSC, where its mobiles were heard last, and their dedicated channels.

    ``blocked`` are the BVCIs of cells that the operator has blocked; ``suspended`` finds what runs for a suspended
    mobile by its TLLI.
    """

    role: ClassVar[str] = "bss"

    def __init__(self, config: BssConfig, rng: Random, records: Iterable[Record]) -> None:
        super().__init__(config, rng, records)
        self.config = config
        self.cells = {cell.identifier: cell for cell in config.cells}
        self.downlinks = {cell.bvci: Downlink(self, cell) for cell in config.cells}
        self.pages = {cell.bvci: Pages(self, cell) for cell in config.cells}
        self.whereabouts = Whereabouts(self.clock)
        self.blocked: set[int] = set()
        self.suspended: dict[Tlli, Run] = {}
        self.channels: dict[Key, Channel] = {}
        sgsns = dict.fromkeys((config.sgsn, *config.pool.values()))
        self.gbs = {sgsn: Gb(self, sgsn, number) for number, sgsn in enumerate(sgsns, start=1)}
        self.connections = Connections(self, "a", lambda *_: None, self._take_unitdata)
        self.a_reset = AReset(self)

    def started(self) -> None:
        for cell in self.config.cells:
            self.broadcast(make_broadcast(cell))
        for gb in self.gbs.values():
            gb.start()
        if self.config.vlr is not None:
            self.a_reset.hear(BEGIN)

    def gb_of(self, tlli: Tlli) -> Gb:
        """The SGSN that serves a TLLI: in a pool that of its NRI, if it can be used (23.236 4.4, 5.2).

        A mobile without one, or whose SGSN is out of use, goes to one of those that take new mobiles: always to the
        same as long as those stay the same, so that nobody need remember it.
        """
        pool, bits = self.config.pool, self.config.nri_bits
        if not pool:
            return self.gbs[self.config.sgsn]
        named = pool.get(tlli.nri(bits)) if tlli.kind in ("local", "foreign") else None
        if named is not None and self.gbs[named].is_usable:
            return self.gbs[named]
        open_ones = [gb for gb in self.gbs.values() if gb.membership is Membership.OPEN and gb.is_usable]
        if not open_ones:
            return self.gbs[self.config.sgsn if named is None else named]
        return open_ones[tlli.ptmsi % len(open_ones)]

    # --- what comes in --------------------------------------------------------------------------------------------

    def take(self, link: Name, interface: Interface, pdu: bytes) -> None:
        if interface == "um":
            channel = um.decode(pdu, up=True)
            if isinstance(channel, PacketChannel):
                self._take_frame(link, channel, self._cell(channel))
            elif isinstance(channel, DedicatedChannel):
                self._take_message(link, channel, self._cell(channel))
        elif interface == "gb":
            gb = self.gbs.get(link)
            if gb is None:
                raise DecodeError(f"{link} is no SGSN of this BSS")
            gb.receive(pdu)
        elif interface == "a":
            if link != self.config.vlr:
                raise DecodeError(f"{link} is not the MSC of this BSS")
            self.connections.receive(link, pdu)
        else:
            super().take(link, interface, pdu)

    def _cell(self, channel: PacketChannel | DedicatedChannel) -> Cell:
        cell = self.cells.get(channel.cell)
        if cell is None:
            raise DecodeError(f"{channel.cell} is no cell of this BSS")
        return cell

    def _take_frame(self, ms: Name, channel: PacketChannel, cell: Cell) -> None:
        """A frame from the air goes to the SGSN of its TLLI, on the BVC of its cell."""
        tlli = channel.tlli
        before = self.whereabouts.hear(tlli, ms, cell)
        if before is not None and before is not cell:
            self.downlinks[before.bvci].leave(tlli)
            self.downlinks[cell.bvci].come_back(tlli)
        gb = self.gb_of(tlli)
        if not gb.is_operative(cell.bvci):
            self.warn("bvc not operative", f"frame of TLLI {tlli} dropped: the BVC of {cell.name} is not up")
            return
        message = UlUnitdata(tlli=tlli, qos_profile=QOS, cell_identifier=channel.cell, llc_pdu=channel.llc_frame)
        gb.send(cell.bvci, message)

    def _take_message(self, ms: Name, message: DedicatedChannel, cell: Cell) -> None:
        """A message on a dedicated channel; a cell changed within the BSS is a handover that nobody else sees."""
        key = (ms, message.reference)
        channel = self.channels.get(key)
        if channel is None:
            open_channel(self, key, cell, message.message)
        else:
            channel.cell = cell
            channel.hear_mobile(message.message)

    def _take_unitdata(self, msc: Name, octets: bytes) -> None:
        """BSSMAP outside of connections."""
        message = bssmap.decode(octets, up=False)
        if isinstance(message, bssmap.Paging):
            page_for_msc(self, message)
        elif not self.a_reset.hear(message):
            self.warn("bssmap state", f"{message.title} from {msc} is not awaited")

    # --- what goes out --------------------------------------------------------------------------------------------

    def deliver(self, downlink: Downlink, frame: Frame) -> None:
        """The air has room for a frame; the mobile may have gone."""
        place = self.whereabouts.find(frame.tlli)
        if place is None:
            name, bvci = downlink.cell.name, downlink.cell.bvci
            self.warn("tlli unknown", f"TLLI {frame.tlli} was not heard in {name} of late")
            downlink.discard((frame,))
            frame.gb.tell_radio(bvci, frame.tlli, RadioCause.RADIO_CONTACT_LOST_WITH_THE_MS)
            return
        channel = PacketChannel(cell=downlink.cell.identifier, tlli=frame.tlli, llc_frame=frame.llc_pdu)
        self.send(place.ms, "um", channel.encode())

    def tell_channel(self, key: Key, cell: Cell, octets: bytes) -> None:
        """Send a message on a dedicated channel."""
        ms, reference = key
        self.send(ms, "um", DedicatedChannel(cell=cell.identifier, reference=reference, message=octets).encode())

    def broadcast(self, broadcast: Broadcast) -> None:
        """Let a cell say something to all its mobiles."""
        self._outputs.append(broadcast)

    # --- operator -------------------------------------------------------------------------------------------------

    def command_block(self, command: Command) -> None:
        """Block the BVC of ``cell`` towards every SGSN; answered when they know."""
        orders.block(self, command)

    def command_unblock(self, command: Command) -> None:
        """Unblock the BVC of ``cell``; answered when it is in use."""
        orders.unblock(self, command)

    def command_reset(self, command: Command) -> None:
        """Reset the BVC of ``cell``, or signalling and all BVCs where none is named; answered when that is done."""
        orders.reset(self, command)

    def command_capacity(self, command: Command) -> None:
        """Let ``cell`` take less or more (bucket, rate, mobile_bucket, mobile_rate), or the mobile with ``tlli``."""
        orders.change_capacity(self, command)

    def command_reselect(self, command: Command) -> None:
        """Tell the SGSN that the mobile with ``tlli`` was ordered into another cell (RADIO-STATUS)."""
        orders.reselect(self, command)

    def command_ask_capability(self, command: Command) -> None:
        """Ask the SGSN what the radio of the mobile with ``tlli`` can do."""
        orders.ask_capability(self, command)

    def command_lose(self, command: Command) -> None:
        """Let the radio link of the dedicated channel with ``reference`` fail."""
        orders.lose(self, command)

    def command_enquire(self, command: Command) -> None:
        """Ask ``sgsn`` which operator serves the mobile ``imsi`` for packets; done with ``operator``, null for none."""
        orders.enquire(self, command)

    def command_pool(self, command: Command) -> None:
        """Say which mobiles ``sgsn`` of the pool ``takes``: all, known (those that are its own), or none."""
        orders.change_membership(self, command)

    def command_ns(self, command: Command) -> None:
        """``do`` reset, block or unblock with the NS-VC to ``sgsn``."""
        orders.network_service(self, command)

    # --- state ----------------------------------------------------------------------------------------------------

    def everybody(self) -> Iterable[str]:
        yield from (cell.name for cell in self.config.cells)
        yield from (str(tlli) for tlli in self.suspended)
        yield from (f"channel {reference:#010x}" for _, reference in self.channels)

    def look(self, what: str | None) -> Any:
        if what is None:
            return self._look_at_all()
        for cell in self.config.cells:
            if cell.name == what:
                return self._look_at_cell(cell)
        for channel in self.channels.values():
            if channel.subject == what:
                return look_at_channel(channel)
        try:
            tlli = Tlli.parse(what)
        except ValueError:
            raise KeyError(what) from None
        return self._look_at_mobile(tlli)

    def _look_at_all(self) -> dict[str, Any]:
        return {
            "bvcs": {
                label: state
                for gb in self.gbs.values()
                for label, state in (
                    (gb.signalling.subject, gb.signalling.state.value),
                    *((gb.label(cell.name), state_of(gb, cell)) for cell in self.config.cells),
                )
            },
            "pool": {gb.sgsn: gb.membership.value for gb in self.gbs.values()},
            "ns": {gb.sgsn: gb.ns_vc.state.value for gb in self.gbs.values()},
            "a": None if self.config.vlr is None else self.a_reset.state.value,
            "tllis": len(self.whereabouts),
            "channels": {channel.subject: look_at_channel(channel) for channel in self.channels.values()},
            "suspended": {
                str(tlli): {"state": run.state.value, "number": run.number, "sgsn": run.gb.sgsn}
                for tlli, run in self.suspended.items()
            },
            "connections": len(self.connections),
            "waiting_pages": {cell.name: len(self.pages[cell.bvci].waiting) for cell in self.config.cells},
            "waiting_octets": {cell.name: self.downlinks[cell.bvci].waiting for cell in self.config.cells},
            "discarded_frames": {cell.name: self.downlinks[cell.bvci].discarded_frames for cell in self.config.cells},
        }

    def _look_at_cell(self, cell: Cell) -> dict[str, Any]:
        return {
            "cell": str(cell.identifier),
            "nmo": cell.nmo,
            "bvc": {gb.sgsn: state_of(gb, cell) for gb in self.gbs.values()},
            "blocked": cell.bvci in self.blocked,
            **self.downlinks[cell.bvci].look(),
        }

    def _look_at_mobile(self, tlli: Tlli) -> dict[str, Any]:
        place, run = self.whereabouts.find(tlli), self.suspended.get(tlli)
        if place is None and run is None:
            raise KeyError(tlli)
        return {
            "cell": None if place is None else place.cell.name,
            "sgsn": self.gb_of(tlli).sgsn,
            "capability_known": place is not None and place.capability is not None,
            "suspension": None if run is None else run.state.value,
            "number": None if run is None else run.number,
        }


def state_of(gb: Gb, cell: Cell) -> str:
    """How the BVC of a cell stands towards an SGSN."""
    return gb.bvcs[cell.bvci].state.value if cell.bvci in gb.bvcs else CellState.START.value


def look_at_channel(channel: Channel) -> dict[str, Any]:
    """How a dedicated channel stands."""
    return {"ms": channel.key[0], "cell": channel.cell.name, "state": channel.state.value}
