"""A population of mobile stations: what comes over the air to each of them, and what it is ordered to do."""

from collections.abc import Iterable
from random import Random
from typing import Any, ClassVar

from nodes.core.llc import LogicalLink
from nodes.core.node import CommandError, Node
from nodes.core.outputs import Command, Interface, Name, Record
from nodes.ms.card import check_algorithms
from nodes.ms.config import MsConfig
from nodes.ms.mobile import Mobile, words
from nodes.ms.orders import AttachOrder, DetachOrder, Order, SwitchOff, SwitchOn
from protocol import gmm, um
from protocol.causes import GmmCause
from protocol.errors import DecodeError
from protocol.gmm import GmmMessage, GmmStatus
from protocol.identities import Tlli
from protocol.llc.frame import Sapi, UiFrame
from protocol.um import PacketChannel

SIM = "sim/"
"""What the key of a card's record begins with; its IMSI follows."""


class Ms(Node):
    """Mobiles, found by name and by TLLI. A restarted node has the same cards, and all its mobiles are off."""

    role: ClassVar[str] = "ms"

    def __init__(self, config: MsConfig, rng: Random, records: Iterable[Record]) -> None:
        check_algorithms({mobile.algorithm for mobile in config.mobiles})
        self.config = config
        cells = {cell.name: cell for cell in config.cells}
        self.mobiles = {mobile.name: Mobile(self, mobile, cells[mobile.cell]) for mobile in config.mobiles}
        self.by_tlli: dict[int, Mobile] = {}
        self._by_imsi = {str(mobile.card.imsi): mobile for mobile in self.mobiles.values()}
        super().__init__(config, rng, records)

    def restore(self, record: Record) -> None:
        mobile = self._by_imsi.get(record.key.removeprefix(SIM))
        if mobile is not None:
            mobile.card.restore(record.octets)

    # --- what comes in --------------------------------------------------------------------------------------------

    def take(self, link: Name, interface: Interface, pdu: bytes) -> None:
        if interface != "um":
            super().take(link, interface, pdu)
        message = um.decode(pdu, up=False)
        if not isinstance(message, PacketChannel):
            raise DecodeError(f"{message.title} is not in use")
        frame = UiFrame.decode(message.llc_frame)
        if not frame.command:
            raise DecodeError("a UI frame of the network has C/R 1")
        if frame.sapi is not Sapi.LLGMM:
            raise DecodeError(f"SAPI {int(frame.sapi)} is not in use")
        mobile = self.by_tlli.get(message.tlli)
        if mobile is None or mobile.cell.identifier != message.cell:
            self.warn("tlli unknown", f"nobody in {message.cell} has TLLI {message.tlli}", pdu)
            return
        if not mobile.link.accepts(frame):
            return  # a repeat on the link: discarded (44.064 8.4.2)
        if message.tlli == mobile.tlli and mobile.tlli_old is not None:
            self._unlist(mobile, mobile.tlli_old)
            mobile.tlli_old = None
        self._take_message(mobile, frame.information)

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

    # --- what goes out --------------------------------------------------------------------------------------------

    def transmit(self, mobile: Mobile, message: GmmMessage) -> None:
        """Send a GMM message of a mobile."""
        assert mobile.tlli is not None
        frame = mobile.link.frame(Sapi.LLGMM, message.encode())
        channel = PacketChannel(cell=mobile.cell.identifier, tlli=mobile.tlli, llc_frame=frame)
        self.send(mobile.cell.bss, "um", channel.encode(), mobile.meta)

    # --- TLLIs (24.008 4.7.1.4, 44.064 7.2.1.1) -------------------------------------------------------------------

    def assign_tlli(self, mobile: Mobile) -> None:
        """Give a mobile that is to attach its foreign TLLI, or a random one; on another TLLI the link begins anew."""
        ptmsi = mobile.card.ptmsi
        if ptmsi is not None:
            tlli = Tlli.foreign(ptmsi)
            if tlli == mobile.tlli:
                return
        else:
            while (tlli := Tlli.random(self.rng.getrandbits(27))) in self.by_tlli:
                pass
        self.release_tlli(mobile)
        mobile.tlli = tlli
        mobile.link = LogicalLink(network=False)
        self.by_tlli[tlli] = mobile

    def change_tlli(self, mobile: Mobile, tlli: Tlli) -> None:
        """Use another TLLI on the same link; the old one is heard until the network uses the new one."""
        if tlli == mobile.tlli:
            return
        if mobile.tlli_old is not None:
            self._unlist(mobile, mobile.tlli_old)
        mobile.tlli_old, mobile.tlli = mobile.tlli, tlli
        self.by_tlli[tlli] = mobile

    def release_tlli(self, mobile: Mobile) -> None:
        """The mobile hears nothing any more."""
        for tlli in (mobile.tlli, mobile.tlli_old):
            if tlli is not None:
                self._unlist(mobile, tlli)
        mobile.tlli = mobile.tlli_old = None

    def _unlist(self, mobile: Mobile, tlli: Tlli) -> None:
        """Forget a TLLI, unless it has become another mobile's."""
        if self.by_tlli.get(tlli) is mobile:
            del self.by_tlli[tlli]

    # --- operator -------------------------------------------------------------------------------------------------

    def command_power_on(self, command: Command) -> None:
        """Switch ``mobile`` on."""
        self._order(command, SwitchOn(command))

    def command_power_off(self, command: Command) -> None:
        """Switch ``mobile`` off; it detaches if it is attached."""
        self._order(command, SwitchOff(command))

    def command_attach(self, command: Command) -> None:
        """Attach ``mobile``, switching it on if need be; answered when the first attempt has ended."""
        self._order(command, AttachOrder(command))

    def command_detach(self, command: Command) -> None:
        """Detach ``mobile``; ``power_off`` true switches it off, which is not answered by the network."""
        power_off = command.arguments.get("power_off", False)
        if not isinstance(power_off, bool):
            raise CommandError(f"power_off is true or false, not {power_off!r}")
        self._order(command, SwitchOff(command) if power_off else DetachOrder(command), "power_off")

    def _order(self, command: Command, order: Order, *more: str) -> None:
        """Find the mobile and give it the order."""
        unknown = sorted(command.arguments.keys() - {"mobile", *more})
        if unknown:
            raise CommandError(f"{command.verb} has no argument {unknown[0]!r}")
        name = command.arguments.get("mobile")
        mobile = self.mobiles.get(name) if isinstance(name, str) else None
        if mobile is None:
            raise CommandError(f"{self.name} has no mobile {name!r}")
        if not mobile.obey(order):
            raise CommandError(f"{mobile.subject} is in {words(mobile.state)}: no {command.verb} now")

    def look(self, what: str | None) -> Any:
        if what is None:
            states: dict[str, int] = {}
            for mobile in self.mobiles.values():
                state = words(mobile.state)
                states[state] = states.get(state, 0) + 1
            return {"mobiles": states, "tllis": len(self.by_tlli)}
        mobile = self.mobiles[what]
        card = mobile.card
        return {
            "name": mobile.subject,
            "imsi": card.imsi,
            "state": words(mobile.state),
            "ptmsi": None if card.ptmsi is None else str(card.ptmsi),
            "tlli": None if mobile.tlli is None else str(mobile.tlli),
            "routing_area": None if card.rai is None else str(card.rai),
            "cksn": int(card.cksn),
            "cell": mobile.cell.name,
            "attach_attempt_counter": mobile.attempts,
            "sim_invalid": mobile.sim_invalid or None,
            "forbidden": sorted(str(area) for area in mobile.forbidden),
            "procedures": [f"{child.machine.title}: {child.state.value}" for child in mobile.children],
        }
