"""A population of mobile stations: what comes over the air to each of them, and what it is ordered to do."""

from collections.abc import Iterable
from random import Random
from typing import Any, ClassVar

from nodes.core import xid
from nodes.core.node import CommandError, Node
from nodes.core.outputs import Command, Interface, Name, Record
from nodes.ms.card import check_algorithms
from nodes.ms.cell import SystemInformation
from nodes.ms.commands import make_order
from nodes.ms.config import MsConfig
from nodes.ms.events import CELL_HEARD, CHANGED, PAGED_BY_IMSI, PAGED_BY_PTMSI, SENT_TO_STANDBY, TRANSMITTED
from nodes.ms.gmm import GMM
from nodes.ms.listening import Listening
from nodes.ms.mm import MobilityManagement
from nodes.ms.mm_machine import MM
from nodes.ms.mobile import Mobile
from nodes.ms.orders import AnswerOrder, CallOrder, HangUpOrder, LoseLink, SessionOrder
from nodes.ms.paging import read_pages
from nodes.ms.pdp_context import PdpContext
from nodes.ms.pdp_machine import SM
from nodes.ms.radio import Channel
from nodes.ms.states import ANY_SUSPENDED, words
from nodes.ms.user_plane import USER_SAPIS, UserPlane
from protocol import gmm, llc, sm, um
from protocol.causes import GmmCause
from protocol.errors import DecodeError
from protocol.gmm import GmmMessage, GmmStatus
from protocol.gmm.elements import ForceToStandby
from protocol.identities import CellIdentifier, Imsi
from protocol.llc import LlcFrame, Xid, XidInformation
from protocol.llc.frame import Sapi, UiFrame
from protocol.llc.xid import Reset
from protocol.sm import SmMessage
from protocol.um import BroadcastChannel, DedicatedChannel, PacketChannel, PagingChannel

SIM = "sim/"
"""What the key of a card's record begins with; its IMSI follows."""

assert Mobile.machine is GMM, "the table of mobiles is another one"
assert MobilityManagement.machine is MM, "the table of their calls is another one"
assert PdpContext.machine is SM, "the table of their PDP contexts is another one"


class Ms(Node):
    """Mobiles, found by name and by what they listen to. A restarted node has the same cards, and all are off.

    ``cells`` is what cells have told of themselves, ``channels`` the dedicated channels by their references;
    ``unsettled`` are mobiles whose calls are to look at what has become of their packets.
    """

    role: ClassVar[str] = "ms"

    def __init__(self, config: MsConfig, rng: Random, records: Iterable[Record]) -> None:
        check_algorithms({mobile.algorithm for mobile in config.mobiles})
        self.config = config
        self.cells: dict[CellIdentifier, SystemInformation] = {}
        self.channels: dict[int, Channel] = {}
        self.unsettled: dict[Mobile, None] = {}
        self.named = {cell.name: cell for cell in config.cells}
        self.mobiles = {mobile.name: Mobile(self, mobile, self.named[mobile.cell]) for mobile in config.mobiles}
        self.listening = Listening(rng, self.mobiles.values())
        super().__init__(config, rng, records)
        self.user_plane = UserPlane(self)

    def restore(self, record: Record) -> None:
        imsi = record.key.removeprefix(SIM)
        mobile = self.listening.by_imsi.get(Imsi(imsi)) if record.key.startswith(SIM) else None
        if mobile is not None:
            mobile.card.restore(record.octets)
            self.listening.name(mobile, mobile.card.lai, mobile.card.tmsi)

    # --- verbs ----------------------------------------------------------------------------------------------------

    def receive(self, link: Name, interface: Interface, pdu: bytes, now: int) -> None:
        super().receive(link, interface, pdu, now)
        self._settle()

    def command(self, command: Command, now: int) -> None:
        super().command(command, now)
        self._settle()

    def on_time(self, now: int) -> None:
        super().on_time(now)
        self._settle()

    def _settle(self) -> None:
        """What packets have come to concerns calls; they are told when nothing is in the midst of something."""
        while self.unsettled:
            mobile = next(iter(self.unsettled))
            del self.unsettled[mobile]
            mobile.mm.hear(CHANGED)
            mobile.sessions.settle()

    # --- what comes in --------------------------------------------------------------------------------------------

    def take(self, link: Name, interface: Interface, pdu: bytes) -> None:
        if interface != "um":
            super().take(link, interface, pdu)
        message = um.decode(pdu, up=False)
        match message:
            case PacketChannel():
                self._take_frame(message, pdu)
            case PagingChannel():
                self._take_pages(message)
            case BroadcastChannel():
                self._take_system_information(message)
            case DedicatedChannel():
                self._take_message_of_channel(message, pdu)

    def _take_frame(self, message: PacketChannel, pdu: bytes) -> None:
        """A frame for a mobile: signalling, or a reset of the link."""
        frame = llc.decode(message.llc_frame, up=False)
        if not frame.command:
            raise DecodeError(f"{frame.title} of the network with C/R 0: a response, and nothing was asked")
        if frame.sapi is not Sapi.LLGMM and frame.sapi not in USER_SAPIS:
            raise DecodeError(f"SAPI {int(frame.sapi)} is not in use")
        mobile = self.listening.by_tlli.get((message.cell, message.tlli))
        if mobile is None:
            self.warn("tlli unknown", f"nobody in {message.cell} has TLLI {message.tlli}", pdu)
            return
        if isinstance(frame, Xid) and frame.information.find(Reset) is not None:
            mobile.link.begin_anew()  # 44.064 8.5.3.1
            heard = Xid(sapi=Sapi.LLGMM, command=True, poll_final=frame.poll_final, information=XidInformation())
            self.transmit_frame(mobile, heard.encode())
            return
        if not isinstance(frame, UiFrame):
            self._answer_frame(mobile, frame)
            return
        if not mobile.link.accepts(frame):
            return  # a repeat on the link: discarded (44.064 8.4.2)
        if message.tlli == mobile.tlli:
            self.listening.forget_old_tlli(mobile)
        if frame.sapi is not Sapi.LLGMM:
            self.user_plane.take(mobile, frame)
        elif frame.information[:1] and frame.information[0] & 15 == sm.PROTOCOL_DISCRIMINATOR:
            mobile.sessions.take(frame.information)
        else:
            self._take_message(mobile, frame.information)

    def _answer_frame(self, mobile: Mobile, frame: LlcFrame) -> None:
        """Agree to parameters; there is no acknowledged operation (44.064 8.5.1, 8.5.3)."""
        answer = xid.answer(frame, network=False)
        if answer is None:
            raise DecodeError(f"{frame.title} is not in use")
        if isinstance(answer, Xid):
            mobile.link.agree(answer)
        self.transmit_frame(mobile, answer.encode())

    def _take_message(self, mobile: Mobile, information: bytes) -> None:
        """A GMM message for a mobile; what it cannot take it answers by a STATUS, but for a STATUS (24.008 8)."""
        try:
            message = gmm.decode(information, up=False)
        except DecodeError as error:
            if error.cause is not None and information[1] != GmmStatus.code:
                mobile.tell(GmmStatus(gmm_cause=GmmCause(error.cause)))
            raise
        if not mobile.deliver(message):
            self.warn("gmm state", f"{message.title} to {mobile.subject} in {words(mobile.state)}")
            mobile.tell(GmmStatus(gmm_cause=GmmCause.MESSAGE_TYPE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE))
        elif getattr(message, "force_to_standby", None) is ForceToStandby.INDICATED:
            mobile.readiness.hear(SENT_TO_STANDBY)  # once it is answered (24.008 4.7.2.1.1)

    def _take_message_of_channel(self, message: DedicatedChannel, pdu: bytes) -> None:
        """A message on a dedicated channel; of one that is over nobody hears."""
        channel = self.channels.get(message.reference)
        if channel is None or channel.cell.identifier != message.cell:
            self.warn("channel unknown", f"nobody in {message.cell} has a channel {message.reference:#010x}", pdu)
            return
        channel.receive(message.message)

    def _take_pages(self, message: PagingChannel) -> None:
        """Tell those who are paged; others are elsewhere, or in other nodes."""
        known = self.cells.get(message.cell)
        if known is None:
            return
        for identity, packets, channel in read_pages(message.message):
            mobile = self.listening.paged(message.cell, known.rai.lai, identity, packets=packets)
            if mobile is None:
                continue
            if packets:
                mobile.hear(PAGED_BY_IMSI if isinstance(identity.value, Imsi) else PAGED_BY_PTMSI)
            else:
                mobile.paged_for_call(identity, channel)

    def _take_system_information(self, message: BroadcastChannel) -> None:
        """Know the cell, and tell those who are in it if they did not know."""
        found = SystemInformation.read(message)
        if self.cells.get(message.cell) != found:
            self.cells[message.cell] = found
            for mobile in tuple(self.listening.in_cell.get(message.cell, ())):
                mobile.hear(CELL_HEARD)
                self.unsettled[mobile] = None

    # --- dedicated channels ---------------------------------------------------------------------------------------

    def open_channel(self, channel: Channel) -> int:
        """List a channel; the reference that names it is drawn at random, as that of an access is (44.018 3.3.1.1)."""
        while (reference := self.rng.getrandbits(32)) in self.channels:
            pass
        self.channels[reference] = channel
        return reference

    def close_channel(self, channel: Channel) -> None:
        """Nothing on it is heard any more."""
        del self.channels[channel.reference]

    # --- what goes out --------------------------------------------------------------------------------------------

    def transmit(self, mobile: Mobile, message: GmmMessage | SmMessage) -> None:
        """Send a message of a mobile."""
        self.transmit_information(mobile, message.encode())

    def transmit_information(self, mobile: Mobile, information: bytes) -> None:
        """Send a UI frame of signalling, which makes the mobile READY."""
        self.transmit_frame(mobile, mobile.link.frame(Sapi.LLGMM, information))
        mobile.readiness.hear(TRANSMITTED)

    def transmit_frame(self, mobile: Mobile, frame: bytes) -> None:
        """Send an LLC frame of a mobile."""
        assert mobile.tlli is not None
        channel = PacketChannel(cell=mobile.cell.identifier, tlli=mobile.tlli, llc_frame=frame)
        self.send(mobile.cell.bss, "um", channel.encode(), mobile.meta)

    # --- operator -------------------------------------------------------------------------------------------------

    def command_power_on(self, command: Command) -> None:
        """Switch ``mobile`` on; answered when it has a cell, or none."""
        self._order(command)

    def command_power_off(self, command: Command) -> None:
        """Switch ``mobile`` off; it detaches if it is attached."""
        self._order(command)

    def command_attach(self, command: Command) -> None:
        """Attach ``mobile``, switching it on if need be; answered when the first attempt has ended.

        ``combined`` tells whether it wants calls through the SGSN from now on.
        """
        self._order(command)

    def command_detach(self, command: Command) -> None:
        """Detach ``mobile`` from what ``type`` says; ``power_off`` true switches it off."""
        self._order(command)

    def command_move(self, command: Command) -> None:
        """Carry ``mobile`` into ``cell``; answered when it has told the network, if it must."""
        self._order(command)

    def command_cover(self, command: Command) -> None:
        """Take the radio from ``mobile``, or (``on``) give it back."""
        self._order(command)

    def command_call(self, command: Command) -> None:
        """Have ``mobile`` call ``number``; answered when the call is through, or has failed."""
        self._order(command)

    def command_answer(self, command: Command) -> None:
        """Have ``mobile`` take the call that rings."""
        self._order(command)

    def command_hang_up(self, command: Command) -> None:
        """Have ``mobile`` end its call; answered when it is ended."""
        self._order(command)

    def command_lose_link(self, command: Command) -> None:
        """Let the radio link of the dedicated channel of ``mobile`` fail; its cell stays."""
        self._order(command)

    def command_activate(self, command: Command) -> None:
        """Activate a PDP context of ``mobile``: ``apn``, ``type``, ``address``, ``qos``, ``least_qos``, ``nsapi``."""
        self._order(command)

    def command_activate_secondary(self, command: Command) -> None:
        """Activate a context with the address of ``nsapi`` for the packets of ``filter``, with another ``qos``."""
        self._order(command)

    def command_modify(self, command: Command) -> None:
        """Ask for another ``qos`` of ``nsapi``; add ``filter``, or ``replace`` one by it, or ``delete`` some or all."""
        self._order(command)

    def command_ping(self, command: Command) -> None:
        """Have ``mobile`` send ``count`` echo requests to ``address``; answered with what came back, and how fast."""
        self._order(command)

    def command_send(self, command: Command) -> None:
        """Have ``mobile`` send ``count`` datagrams to ``port`` of ``address``; answered with how many came back."""
        self._order(command)

    def command_deactivate(self, command: Command) -> None:
        """Deactivate ``nsapi``, with ``teardown`` all contexts of its address; or all contexts."""
        self._order(command)

    def command_auto_activate(self, command: Command) -> None:
        """Have ``mobile`` activate PDP contexts that the network asks for (``on``), or refuse them."""
        self._order(command)

    def _order(self, command: Command) -> None:
        """Find the mobile and give it the order."""
        order = make_order(command, self.named)
        name = command.arguments.get("mobile")
        mobile = self.mobiles.get(name) if isinstance(name, str) else None
        if mobile is None:
            raise CommandError(f"{self.name} has no mobile {name!r}")
        if isinstance(order, SessionOrder):
            why_not = mobile.sessions.obey(order)
        elif isinstance(order, AnswerOrder | CallOrder | HangUpOrder | LoseLink):
            why_not = mobile.mm.obey(order)
        else:
            obeyed = mobile.obey(order)
            why_not = None if obeyed else f"{mobile.subject} is in {words(mobile.state)}: no {command.verb} now"
        if why_not is not None:
            raise CommandError(why_not)

    def everybody(self) -> Iterable[str]:
        return self.mobiles

    def look(self, what: str | None) -> Any:
        if what is None:
            states: dict[str, int] = {}
            for mobile in self.mobiles.values():
                state = words(mobile.state)
                states[state] = states.get(state, 0) + 1
            known = {"tllis": len(self.listening.by_tlli), "cells": len(self.cells), "channels": len(self.channels)}
            known["pdp_contexts"] = sum(len(mobile.sessions.contexts) for mobile in self.mobiles.values())
            return {"mobiles": states, "packets_dropped": dict(self.user_plane.dropped)} | known
        mobile = self.mobiles[what]
        card = mobile.card
        here = mobile.here
        call = mobile.mm.call
        return {
            "name": mobile.subject,
            "imsi": card.imsi,
            "state": words(mobile.state),
            "mm_state": mobile.readiness.mm_state,
            "ptmsi": None if card.ptmsi is None else str(card.ptmsi),
            "tlli": None if mobile.tlli is None else str(mobile.tlli),
            "tmsi": None if card.tmsi is None else str(card.tmsi),
            "routing_area": None if card.rai is None else str(card.rai),
            "location_area": None if card.lai is None else str(card.lai),
            "update_status": card.update_status.name,
            "cipher": mobile.cipher.name,
            "imsi_attached": mobile.imsi_attached,
            "suspended": mobile.state in ANY_SUSPENDED,
            "cs_state": mobile.mm.cs_state,
            "call": None if call is None else call.state.value,
            "location_update_status": card.location_status.name,
            "cs_cksn": int(card.cs_cksn),
            "cksn": int(card.cksn),
            "cell": mobile.cell.name,
            "covered": mobile.covered,
            "nmo": None if here is None else here.nmo.name,
            "attach_attempt_counter": mobile.attempts,
            "update_attempt_counter": mobile.update_attempts,
            "location_update_attempt_counter": mobile.mm.attempts,
            "sim_invalid": f"for {' and '.join(sorted(mobile.sim_invalid))}" if mobile.sim_invalid else None,
            "forbidden": sorted(str(area) for area in mobile.forbidden),
            "equivalent_plmns": [str(plmn) for plmn in mobile.equivalent_plmns],
            "network": dict(mobile.information),
            "pdp_contexts": [mobile.sessions.contexts[nsapi].look() for nsapi in sorted(mobile.sessions.contexts)],
            "procedures": [
                f"{child.machine.title}: {child.state.value}" for child in (*mobile.children, *mobile.mm.children)
            ],
        }
