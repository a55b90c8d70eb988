"""The serving GPRS support node: mobility management between the Gb interface and the HLR and EIR."""

from collections.abc import Iterable
from functools import partial
from random import Random
from typing import Any, ClassVar

from nodes.core import echo, hlrs, xid
from nodes.core.llc import RESET
from nodes.core.machine import BEGIN
from nodes.core.node import CommandError
from nodes.core.outputs import Command, Interface, Name, Record
from nodes.core.tcap import Dialogue, Tcap
from nodes.sgsn import mobility, ready_for_sm, session_management, session_orders, subscriber_data
from nodes.sgsn.attach import Attach
from nodes.sgsn.config import SgsnConfig
from nodes.sgsn.context import MmContext
from nodes.sgsn.contexts import Contexts
from nodes.sgsn.events import LOCATION_LOST
from nodes.sgsn.gb import Gb
from nodes.sgsn.gn import Gn
from nodes.sgsn.gs import Gs
from nodes.sgsn.hlr_reset import CONTEXTS as RESETS
from nodes.sgsn.hlr_reset import HlrResets
from nodes.sgsn.location_update import LocationUpdate
from nodes.sgsn.next_occasion import NextOccasion
from nodes.sgsn.packets import USER_SAPIS, UserPlane
from nodes.sgsn.ptmsi_reallocation import ReallocationOrder
from nodes.sgsn.suspensions import Suspensions
from protocol import gmm, llc, sm
from protocol.bssgp import UlUnitdata
from protocol.causes import GmmCause
from protocol.errors import DecodeError
from protocol.gmm import (
    AttachAccept,
    AttachReject,
    AttachRequest,
    AuthenticationAndCipheringReject,
    DetachAcceptMo,
    DetachAcceptMt,
    DetachRequestMo,
    DetachRequestMt,
    GmmMessage,
    GmmStatus,
    RoutingAreaUpdateAccept,
    RoutingAreaUpdateReject,
    RoutingAreaUpdateRequest,
)
from protocol.gmm.elements import DetachTypeMt, ForceToStandby, MtDetach
from protocol.identities import Imsi, IsdnAddress, Tlli
from protocol.llc.frame import Sapi, UiFrame
from protocol.map.contexts import LOCATION_CANCEL_V3, SUBSCRIBER_DATA_MNGT_V3
from protocol.map.location import CancelLocationArg, CancelLocationRes
from protocol.map.restart import ResetArg
from protocol.map.subscriber import DeleteSubscriberDataArg, InsertSubscriberDataArg
from protocol.sccp import Address, Ssn
from protocol.sm import SmMessage

ANSWERS = (
    AttachAccept,
    AttachReject,
    AuthenticationAndCipheringReject,
    DetachAcceptMt,
    GmmStatus,
    RoutingAreaUpdateAccept,
    RoutingAreaUpdateReject,
)
"""What is said to a mobile that waits for it."""

DETACH_TYPES = {
    "reattach": DetachTypeMt.RE_ATTACH_REQUIRED,
    "no-reattach": DetachTypeMt.RE_ATTACH_NOT_REQUIRED,
    "imsi": DetachTypeMt.IMSI_DETACH,
}
"""What an operator calls the kinds of detach."""

ATTACH_REQUEST = GmmMessage.header(AttachRequest.code)

WELCOME = (AttachRequest, RoutingAreaUpdateRequest)
"""With what a mobile comes that is not known."""


class Sgsn(Contexts):
    """An SGSN: its contexts, found by TLLI, P-TMSI and IMSI."""

    role: ClassVar[str] = "sgsn"

    def __init__(self, config: SgsnConfig, rng: Random, records: Iterable[Record]) -> None:
        super().__init__(config, rng, records)
        self.config = config
        self.isdn = IsdnAddress(config.number)
        self.eir = None if config.eir is None else Address(ssn=Ssn.EIR, gt=config.eir)
        self.gb = Gb(self, config.bsss)
        self.gs = Gs(self)
        self.suspensions = Suspensions(self)
        self.user_plane = UserPlane(self)
        self.hlr_resets = HlrResets(self)
        self.locating: dict[Imsi, LocationUpdate] = {}
        """The location update that runs, by IMSI."""
        self.unreached: dict[Imsi, None] = {}
        """Mobiles that a GGSN could not have, of whose return the HLR is to hear (ready_for_sm.py)."""
        self.gn = Gn(self)
        self.hlr_of = hlrs.finder(config.hlrs)
        self.tcap = Tcap(
            self,
            Address(ssn=Ssn.SGSN, gt=config.number),
            config.routes,
            {
                CancelLocationArg: self.cancel_location,
                InsertSubscriberDataArg: partial(subscriber_data.insert, self),
                DeleteSubscriberDataArg: partial(subscriber_data.delete, self),
                ResetArg: self.hlr_resets.hear,
            },
            frozenset({LOCATION_CANCEL_V3, SUBSCRIBER_DATA_MNGT_V3}) | RESETS,
        )

    # --- what comes in --------------------------------------------------------------------------------------------

    def started(self) -> None:
        self.gb.start()
        self.gs.start()

    def take(self, link: Name, interface: Interface, pdu: bytes) -> None:
        if interface == "gb":
            received = self.gb.receive(link, pdu)
            if received is not None:
                bvci, unit = received
                self._take_frame(link, bvci, unit)
                context = self.by_tlli.get(unit.tlli)
                if context is not None:
                    if context.lost_by_hlr:
                        context.hear(LOCATION_LOST)
                    if self.unreached:
                        ready_for_sm.heard(context)
                    self.gs.heard(context)
        elif interface in ("gr", "gf"):
            self.tcap.receive(pdu)
        elif interface == "gs":
            self.gs.receive(pdu)
        elif interface == "gn":
            self.gn.gtp.receive(link, pdu)
        else:
            super().take(link, interface, pdu)

    def _take_frame(self, bss: Name, bvci: int, unit: UlUnitdata) -> None:
        """An LLC frame of a mobile: known by its TLLI, or new."""
        octets = unit.llc_pdu
        if len(octets) > 1 and octets[1] & 0xE0 != 0xC0:
            self._take_link_frame(bss, bvci, unit)
            return
        frame = UiFrame.decode(octets)
        if frame.command:
            raise DecodeError("a UI frame of a mobile has C/R 0")
        context = self.by_tlli.get(unit.tlli)
        if context is not None and not context.link.accepts(frame):
            if frame.nu or frame.information[:2] != ATTACH_REQUEST:
                return  # a repeat on the link: discarded (44.064 8.4.2)
            # The first frame of a mobile that was switched off and on again; a mere repeat of it is GMM's to know.
            context.link.hear_anew()
            context.link.accepts(frame)
        if frame.sapi is not Sapi.LLGMM or not frame.information:
            self._take_data(context, bss, bvci, unit, frame)
            return
        if frame.information[0] & 15 == sm.PROTOCOL_DISCRIMINATOR:
            self._take_session(context, bss, bvci, unit, frame.information)
            return
        try:
            message = gmm.decode(frame.information, up=True)
        except DecodeError as error:
            self._answer_error(context, bss, bvci, unit, frame.information, error)
            raise
        if context is None and len(self.by_tlli) >= self.config.capacity and isinstance(message, WELCOME):
            self._turn_away(bss, bvci, unit.tlli, message)
            return
        if isinstance(message, RoutingAreaUpdateRequest):
            context = self._updating(context, unit.tlli, message, frame)
            context.place_before = context.place
        elif context is None or (isinstance(message, AttachRequest) and self._keeps(context)):
            # Who attaches is somebody new until it has proved who it is: what is registered stays as it is till then.
            context = self._meet(bss, bvci, unit, message)
            if context is None:
                return
            context.link.accepts(frame)
            context.resets_link = frame.nu != 0  # it counts on with a context that was given up
        context.heard(bss, bvci, unit.cell_identifier, tlli=unit.tlli)
        if not context.deliver(message):
            self.warn("gmm state", f"{message.title} from {context.subject} in {context.state.value}")
            context.tell(GmmStatus(gmm_cause=GmmCause.MESSAGE_TYPE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE))

    def _take_session(self, context: MmContext | None, bss: Name, bvci: int, unit: UlUnitdata, octets: bytes) -> None:
        """A message of session management: only of a mobile that is attached (24.008 4.1.3.3)."""
        if context is None or not self.is_registered(context) or context.state is mobility.S.DEREGISTERED:
            self.warn("sm unattached", f"session management from TLLI {unit.tlli}, which is not attached", octets)
            self._send_away(bss, bvci, unit.tlli)
            return
        context.heard(bss, bvci, unit.cell_identifier, tlli=unit.tlli)
        if context.state in mobility.SERVED:
            session_management.receive(context, octets)

    def _take_link_frame(self, bss: Name, bvci: int, unit: UlUnitdata) -> None:
        """A frame that is not UI; of an unknown TLLI only XID on SAPI 1 (44.064 7.2.1.1)."""
        frame = llc.decode(unit.llc_pdu, up=True)
        context = self.by_tlli.get(unit.tlli)
        if frame.sapi.is_reserved or (
            context is None and not (isinstance(frame, llc.Xid) and frame.sapi is Sapi.LLGMM)
        ):
            raise DecodeError(f"{frame.title} on SAPI {int(frame.sapi)} from TLLI {unit.tlli}")
        if context is not None:
            null = isinstance(frame, llc.Null)
            context.heard(bss, bvci, unit.cell_identifier, tlli=unit.tlli, null=null)
            if isinstance(frame, llc.Xid) and frame.command:  # a response, and resets are all we ask for
                context.resets_link = False
                context.link.hear_anew()
        answer = xid.answer(frame, network=True)
        if answer is not None:
            if context is not None and isinstance(answer, llc.Xid):
                context.link.agree(answer)
            self.gb.send_frame(bss, bvci, unit.tlli, answer.encode(), context)

    def _take_data(self, context: MmContext | None, bss: Name, bvci: int, unit: UlUnitdata, frame: UiFrame) -> None:
        """What is not signalling: a part of a packet, or an empty frame, a cell update or the answer to a page."""
        if context is None:
            if frame.sapi is Sapi.LLGMM:
                self._send_away(bss, bvci, unit.tlli)
            raise DecodeError(f"UI on SAPI {int(frame.sapi)} from TLLI {unit.tlli}, which is not known")
        context.heard(bss, bvci, unit.cell_identifier, tlli=unit.tlli)
        if frame.sapi in USER_SAPIS:
            self.user_plane.take_frame(context, frame)
        elif frame.sapi is not Sapi.LLGMM:
            raise DecodeError(f"SAPI {int(frame.sapi)} is not in use")

    def _updating(
        self, context: MmContext | None, tlli: Tlli, request: RoutingAreaUpdateRequest, frame: UiFrame
    ) -> MmContext:
        """Whose routing area update this is: by its TLLI, by the P-TMSI in that, or somebody's who is new here."""
        area = request.old_routing_area
        if context is not None and (not self.is_registered(context) or area in (context.rai, context.rai_old)):
            return context
        holder = self.holder_of(tlli.ptmsi, area) if tlli.kind in ("local", "foreign") else None
        if holder is None:
            holder = MmContext(self, tlli)
            holder.resets_link = tlli.kind == "local"  # it counts on with a context that was lost here
        else:
            holder.ask_under(tlli)
            holder.link.hear_anew()
        self.by_tlli[tlli] = holder
        holder.link.accepts(frame)
        return holder

    def _meet(self, bss: Name, bvci: int, unit: UlUnitdata, message: GmmMessage) -> MmContext | None:
        """A TLLI without context: an ATTACH REQUEST makes one, a DETACH REQUEST is granted, all else cannot be."""
        match message:
            case AttachRequest():
                context = MmContext(self, unit.tlli)
                self.by_tlli[unit.tlli] = context
                return context
            case DetachRequestMo(detach_type=detach) if not detach.power_off:
                accept = DetachAcceptMt(force_to_standby=ForceToStandby.NOT_INDICATED)
                self._say(bss, bvci, unit.tlli, accept)
            case DetachRequestMo():
                pass  # it is switched off: nobody would hear
            case _:
                self.warn("tlli unknown", f"{message.title} from TLLI {unit.tlli}, which is not known")
                if not isinstance(message, DetachAcceptMo | GmmStatus):
                    self._send_away(bss, bvci, unit.tlli)
        return None

    def _turn_away(self, bss: Name, bvci: int, tlli: Tlli, request: GmmMessage) -> None:
        """There is no room for a mobile more: congestion (24.008 10.5.5.14 #22); it will try again later."""
        self.warn("congestion", f"no room for TLLI {tlli}: there are {len(self.by_tlli)}")
        cause, standby = GmmCause.CONGESTION, ForceToStandby.NOT_INDICATED
        if isinstance(request, AttachRequest):
            self._say(bss, bvci, tlli, AttachReject(gmm_cause=cause))
        else:
            self._say(bss, bvci, tlli, RoutingAreaUpdateReject(gmm_cause=cause, force_to_standby=standby))

    def _send_away(self, bss: Name, bvci: int, tlli: Tlli) -> None:
        """A mobile that holds itself for attached, but is not known (23.007 11): by policy it is told so."""
        if self.config.unknown_mobiles == "detach" and tlli.kind in ("local", "foreign"):
            request = DetachRequestMt(
                detach_type=MtDetach(type=DetachTypeMt.RE_ATTACH_REQUIRED),
                force_to_standby=ForceToStandby.NOT_INDICATED,
                gmm_cause=GmmCause.IMPLICITLY_DETACHED,
            )
            self._say(bss, bvci, tlli, request)

    def _answer_error(
        self, context: MmContext | None, bss: Name, bvci: int, unit: UlUnitdata, information: bytes, error: DecodeError
    ) -> None:
        """Answer what cannot be read (24.008 8): a request by its reject, all else by a STATUS if it is known."""
        if error.cause is None or information[1] == GmmStatus.code:
            return
        cause = GmmCause(error.cause)
        answer: GmmMessage = GmmStatus(gmm_cause=cause)
        if information[1] == AttachRequest.code:
            answer = AttachReject(gmm_cause=cause)
        elif information[1] == RoutingAreaUpdateRequest.code:
            answer = RoutingAreaUpdateReject(gmm_cause=cause, force_to_standby=ForceToStandby.NOT_INDICATED)
        if context is not None:
            context.tell(answer)
        elif not isinstance(answer, GmmStatus):
            self._say(bss, bvci, unit.tlli, answer)

    def cancel_location(self, dialogue: Dialogue, argument: CancelLocationArg) -> None:
        """The HLR cancels a mobile (29.002 8.1.3); one that is not known is acknowledged all the same.

        One that still waits for the HLR's result, or for its VLR, is not registered yet, but the HLR holds it for
        registered here.
        """
        dialogue.imsi = argument.imsi
        locating = self.locating.get(argument.imsi)
        contexts = dict.fromkeys(
            (
                self.by_imsi.get(argument.imsi),
                None if locating is None else locating.context,
                self.gs.updating(argument.imsi),
            )
        )
        for context in contexts:
            if context is not None:
                context.deliver(argument)
        dialogue.answer(CancelLocationRes())
        dialogue.end()

    # --- what goes out --------------------------------------------------------------------------------------------

    def transmit(self, context: MmContext, message: GmmMessage | SmMessage) -> None:
        """Send a message of GMM or SM to the mobile of a context, or keep it until that can be told or is found.

        Who waits for an answer of ours is where it was heard, and takes no pages (24.008 4.7.9.1.1).
        """
        if context.cannot_be_told:
            context.keep(message)
            return
        if context.must_be_paged and not isinstance(message, ANSWERS):
            context.keep(message)
            context.page()
            return
        if context.resets_link:
            self.gb.send_frame(context.bss, context.bvci, context.tlli_used, RESET, context)
        frame = context.link.frame(Sapi.LLGMM, message.encode())
        self.gb.send_frame(context.bss, context.bvci, context.tlli_used, frame, context)

    def _say(self, bss: Name, bvci: int, tlli: Tlli, message: GmmMessage) -> None:
        """Send a GMM message to a TLLI without context, whose mobile may count on with one that was lost here."""
        if tlli.kind != "random":
            self.gb.send_frame(bss, bvci, tlli, RESET)
        frame = UiFrame(sapi=Sapi.LLGMM, command=True, nu=0, information=message.encode()).encode()
        self.gb.send_frame(bss, bvci, tlli, frame)

    # --- who is who ---------------------------------------------------------------------------------------------------

    def _keeps(self, context: MmContext) -> bool:
        """True for a context that an attach must not touch: registered, and no attach or detach under way in it."""
        if not self.is_registered(context) or context.state is mobility.S.DEREGISTERED_INITIATED:
            return False
        return not any(isinstance(child, Attach) for child in context.children)

    # --- operator -------------------------------------------------------------------------------------------------

    def command_detach(self, command: Command) -> None:
        """Detach a mobile by the network: ``imsi``, and ``type`` no-reattach (the default), reattach, or imsi."""
        context = self._attached(command)
        kind = DETACH_TYPES.get(command.arguments.get("type", "no-reattach"))
        if kind is None:
            raise CommandError(f"type is one of {', '.join(DETACH_TYPES)}")
        context.deliver(mobility.DetachOrder(kind))
        self.reply(command, "done")

    def command_deactivate(self, command: Command) -> None:
        """Deactivate PDP contexts of a mobile: ``imsi``, ``nsapi`` for one alone, and ``cause``."""
        session_orders.deactivate(self._attached(command), command)

    def command_echo(self, command: Command) -> None:
        """Ask the GSN at ``address`` whether it is alive."""
        echo.order(self.gn.gtp, command)

    def command_reallocate(self, command: Command) -> None:
        """Give a mobile another P-TMSI: ``imsi``, and ``force_to_standby`` true or false."""
        context = self._attached(command)
        context.deliver(ReallocationOrder(to_standby=bool(command.arguments.get("force_to_standby"))))
        self.reply(command, "done")

    def command_reset(self, command: Command) -> None:
        """Reset a BVC: ``bss``, and ``bvci``, 0 for signalling."""
        bss, bvci = command.arguments.get("bss", ""), command.arguments.get("bvci", 0)
        if bss not in self.config.bsss or not isinstance(bvci, int) or (bvci and (bss, bvci) not in self.gb.bvcs):
            raise CommandError(f"{bss}/{bvci} is no BVC of this SGSN")
        self.gb.reset(bss, bvci)
        self.reply(command, "done")

    def _attached(self, command: Command) -> MmContext:
        """The context of the mobile that a command is about, which must be attached and in no procedure."""
        context = self.by_imsi.get(command.arguments.get("imsi", ""))
        if context is None or context.state is not mobility.S.REGISTERED or context.departed:
            raise CommandError(f"{command.arguments.get('imsi')} is not attached here")
        if mobility.is_leaving(context):
            raise CommandError(f"{context.imsi} is being detached")
        return context

    def command_modify(self, command: Command) -> None:
        """Modify a PDP context of a mobile: ``imsi``, ``nsapi``, and ``qos``, the fields of it that are to change."""
        session_orders.modify(self._attached(command), command)

    def command_page(self, command: Command) -> None:
        """Look for a mobile in STANDBY: ``imsi``. Done when it answers, failed when it does not."""
        context = self.by_imsi.get(command.arguments.get("imsi", ""))
        if context is None:
            raise CommandError(f"{command.arguments.get('imsi')} is not known here")
        if context.reachability.mm_state != "STANDBY" or context.suspended is not None or context.departed:
            raise CommandError(f"{context.imsi} is not paged: it is not in STANDBY, in a call, or elsewhere")
        paging = context.page()
        if paging is None:
            raise CommandError(f"{context.imsi} is not paged: it was not heard for too long (PPF)")
        paging.commands += (command,)
        self.reply(command, "accepted")

    def command_next_occasion(self, command: Command) -> None:
        """Ask the BSSs when the mobile ``imsi`` could be paged (DUMMY-PAGING-PS): done with ``seconds`` until then."""
        context = self.by_imsi.get(str(command.arguments.get("imsi")))
        if context is None or context.imsi is None:
            raise CommandError(f"{command.arguments.get('imsi')} is not known here")
        if context.imsi in self.gb.occasions:
            raise CommandError(f"BSSs were asked about {context.imsi} already")
        NextOccasion(context, context.imsi, command).hear(BEGIN)

    def look(self, what: str | None) -> Any:
        if what is None:
            states: dict[str, int] = {}
            for context in self.by_imsi.values():
                states[context.state.value] = states.get(context.state.value, 0) + 1
            return {
                "contexts": states,
                "links": len(self.by_tlli),
                "pdp_contexts": len(self.gn.tunnels),
                "teids": self.gn.gtp.teids,
                "unreached": len(self.unreached),
                "paths": self.gn.paths.look(),
                "dialogues": len(self.tcap.dialogues),
                "downlink_waiting": sum(bvc.downlink.waiting for bvc in self.gb.bvcs.values()),
                "downlink_discarded": dict(self.gb.discarded),
                "packets_dropped": dict(+self.user_plane.dropped),
                "bvcs": {
                    f"{bss}/{bvci}": str(bvc.cell) for (bss, bvci), bvc in self.gb.bvcs.items() if not bvc.blocked
                },
            }
        return self.by_imsi[what].look()

    def everybody(self) -> Iterable[str]:
        return self.by_imsi
