"""The serving GPRS support node: mobility management between the Gb interface and the HLR and EIR."""

from collections.abc import Iterable
from random import Random
from typing import Any, ClassVar

from nodes.core.node import CommandError, Node
from nodes.core.outputs import Command, Interface, Name, Record
from nodes.core.tcap import Dialogue, Tcap
from nodes.sgsn import mobility
from nodes.sgsn.config import SgsnConfig
from nodes.sgsn.gb import Gb
from nodes.sgsn.mobility import MmContext
from protocol import gmm
from protocol.bssgp import UlUnitdata
from protocol.causes import GmmCause
from protocol.errors import DecodeError
from protocol.gmm import AttachReject, AttachRequest, DetachAcceptMt, DetachRequestMo, GmmMessage, GmmStatus
from protocol.gmm.elements import DetachTypeMt, ForceToStandby
from protocol.identities import Imsi, IsdnAddress, Rai, Tlli, Tmsi
from protocol.llc.frame import Sapi, UiFrame
from protocol.map.contexts import LOCATION_CANCEL_V3
from protocol.map.location import CancelLocationArg, CancelLocationRes
from protocol.sccp import Address, Ssn

ATTACH_REQUEST = GmmMessage.header(AttachRequest.code)


class Sgsn(Node):
    """An SGSN: its contexts, found by TLLI, P-TMSI and IMSI."""

    role: ClassVar[str] = "sgsn"

    def __init__(self, config: SgsnConfig, rng: Random, records: Iterable[Record]) -> None:
        super().__init__(config, rng, records)
        self.config = config
        self.isdn = IsdnAddress(config.number)
        self.gb = Gb(self, config.bsss)
        self.eir = None if config.eir is None else Address(ssn=Ssn.EIR, gt=config.eir)
        self.by_tlli: dict[int, MmContext] = {}
        self.by_ptmsi: dict[int, MmContext] = {}
        self.by_imsi: dict[str, MmContext] = {}
        self._prefixes = sorted(config.hlrs, key=len, reverse=True)
        self._hlrs = {prefix: Address(ssn=Ssn.HLR, gt=number) for prefix, number in config.hlrs.items()}
        self.tcap = Tcap(
            self,
            Address(ssn=Ssn.SGSN, gt=config.number),
            config.routes,
            {CancelLocationArg: self.cancel_location},
            frozenset({LOCATION_CANCEL_V3}),
        )

    # --- what comes in --------------------------------------------------------------------------------------------

    def take(self, link: Name, interface: Interface, pdu: bytes) -> None:
        if interface == "gb":
            received = self.gb.receive(link, pdu)
            if received is not None:
                self._take_frame(link, *received)
        elif interface in ("gr", "gf"):
            self.tcap.receive(pdu)
        else:
            super().take(link, interface, pdu)

    def _take_frame(self, bss: Name, bvci: int, unit: UlUnitdata) -> None:
        """An LLC frame of a mobile: known by its TLLI, or new."""
        frame = UiFrame.decode(unit.llc_pdu)
        if frame.command:
            raise DecodeError("a UI frame of a mobile has C/R 0")
        if frame.sapi is not Sapi.LLGMM:
            raise DecodeError(f"SAPI {int(frame.sapi)} is not in use")
        context = self.by_tlli.get(unit.tlli)
        if context is not None and not context.link.accepts(frame):
            if frame.nu or frame.information[:2] != ATTACH_REQUEST:
                return  # a repeat on the link: discarded (44.064 8.4.2)
            # The first frame of a mobile that was switched off and on again; a mere repeat of it is GMM's to know.
            context.link.hear_anew()
            context.link.accepts(frame)
        try:
            message = gmm.decode(frame.information, up=True)
        except DecodeError as error:
            self._answer_error(context, bss, bvci, unit, frame.information, error)
            raise
        if context is None or (isinstance(message, AttachRequest) and self._keeps(context)):
            # Who attaches is somebody new until it has proved who it is: what is registered stays as it is till then.
            context = self._meet(bss, bvci, unit, message)
            if context is None:
                return
            context.link.accepts(frame)
        context.bss, context.bvci, context.cell = bss, bvci, unit.cell_identifier
        if not context.deliver(message):
            self.warn("gmm state", f"{message.title} from {context.subject} in {context.state.value}")
            context.tell(GmmStatus(gmm_cause=GmmCause.MESSAGE_TYPE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE))

    def _meet(self, bss: Name, bvci: int, unit: UlUnitdata, message: GmmMessage) -> MmContext | None:
        """A TLLI without context: an ATTACH REQUEST makes one, a DETACH REQUEST is granted, all else is dropped."""
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
        return None

    def _answer_error(
        self, context: MmContext | None, bss: Name, bvci: int, unit: UlUnitdata, information: bytes, error: DecodeError
    ) -> None:
        """Answer what cannot be read (24.008 8): an attach by a reject, all else by a STATUS if it is known."""
        if error.cause is None or information[1] == GmmStatus.code:
            return
        cause = GmmCause(error.cause)
        answer = AttachReject(gmm_cause=cause) if information[1] == AttachRequest.code else GmmStatus(gmm_cause=cause)
        if context is not None:
            context.tell(answer)
        elif isinstance(answer, AttachReject):
            self._say(bss, bvci, unit.tlli, answer)

    def cancel_location(self, dialogue: Dialogue, argument: CancelLocationArg) -> None:
        """The HLR cancels a mobile (29.002 8.1.3); one that is not known is acknowledged all the same."""
        dialogue.imsi = argument.imsi
        context = self.by_imsi.get(argument.imsi)
        if context is not None:
            context.deliver(argument)
        dialogue.answer(CancelLocationRes())
        dialogue.end()

    # --- what goes out --------------------------------------------------------------------------------------------

    def transmit(self, context: MmContext, message: GmmMessage) -> None:
        """Send a GMM message to the mobile of a context."""
        frame = context.link.frame(Sapi.LLGMM, message.encode())
        tlli = context.tlli if context.tlli_old is None else context.tlli_old
        self.gb.send_frame(context.bss, context.bvci, tlli, frame, context.imsi)

    def _say(self, bss: Name, bvci: int, tlli: Tlli, message: GmmMessage) -> None:
        """Send a GMM message to a TLLI that has no context."""
        frame = UiFrame(sapi=Sapi.LLGMM, command=True, nu=0, information=message.encode()).encode()
        self.gb.send_frame(bss, bvci, tlli, frame, None)

    # --- contexts -------------------------------------------------------------------------------------------------

    def hlr_of(self, imsi: Imsi) -> Address | None:
        """The HLR that serves an IMSI."""
        for prefix in self._prefixes:
            if imsi.startswith(prefix):
                return self._hlrs[prefix]
        return None

    def context_of(self, imsi: Imsi) -> MmContext | None:
        """The context registered under an IMSI."""
        return self.by_imsi.get(imsi)

    def holder_of(self, ptmsi: Tmsi, area: Rai) -> MmContext | None:
        """The context that was given this P-TMSI in this routing area."""
        context = self.by_ptmsi.get(ptmsi)
        if context is None or context.cell is None or context.cell.rai != area:
            return None
        return context

    def is_registered(self, context: MmContext) -> bool:
        """True when the IMSI of the context is known to be right: it was accepted once."""
        return context.imsi is not None and self.by_imsi.get(context.imsi) is context

    def _keeps(self, context: MmContext) -> bool:
        """True for a context that an attach must not touch: registered, and no attach or detach under way in it."""
        return self.is_registered(context) and context.state in (mobility.S.REGISTERED, mobility.S.DEREGISTERED)

    def disown(self, context: MmContext) -> None:
        """The context is no longer that of its IMSI."""
        if context.imsi is not None:
            drop(self.by_imsi, context.imsi, context)

    def claim(self, context: MmContext) -> None:
        """This context is the mobile's from now on; another one of the same mobile ends."""
        assert context.imsi is not None
        other = self.by_imsi.get(context.imsi)
        if other is context:
            return
        if other is not None:
            if not context.vectors:
                context.vectors = other.vectors
            if context.ptmsi_old is not None:
                drop(self.by_ptmsi, context.ptmsi_old, context)
            context.ptmsi_old = other.ptmsi
            other.end()
            if context.ptmsi_old is not None:
                self.by_ptmsi[context.ptmsi_old] = context
        self.by_imsi[context.imsi] = context

    def allocate_ptmsi(self, context: MmContext) -> None:
        """Give the mobile a P-TMSI, its signature and the local TLLI; the old ones stay valid until COMPLETE."""
        while (ptmsi := self.rng.getrandbits(30) | 0xC0000000) in self.by_ptmsi:
            pass
        if context.ptmsi is not None:
            if context.ptmsi_old is not None:
                drop(self.by_ptmsi, context.ptmsi_old, context)
            context.ptmsi_old = context.ptmsi
        if context.tlli_old is None:
            context.tlli_old = context.tlli
        else:
            drop(self.by_tlli, context.tlli, context)
        context.ptmsi = Tmsi(ptmsi)
        context.ptmsi_signature = self.rng.getrandbits(24)
        context.tlli = Tlli.local(ptmsi)
        self.by_ptmsi[ptmsi] = context
        self.by_tlli[context.tlli] = context

    def release_old(self, context: MmContext) -> None:
        """The mobile uses its new identities: the old ones are free."""
        if context.ptmsi_old is not None:
            drop(self.by_ptmsi, context.ptmsi_old, context)
            context.ptmsi_old = None
        if context.tlli_old is not None:
            drop(self.by_tlli, context.tlli_old, context)
            context.tlli_old = None

    def forget(self, context: MmContext) -> None:
        """A context has ended: no index leads to it any more."""
        for tlli in (context.tlli, context.tlli_old):
            if tlli is not None and drop(self.by_tlli, tlli, context):
                # An attach that came to nothing on the TLLI of a registered mobile gives it back.
                owner = self.by_ptmsi.get(tlli.ptmsi)
                if owner is not None and owner is not context and tlli in (owner.tlli, owner.tlli_old):
                    self.by_tlli[tlli] = owner
        for ptmsi in (context.ptmsi, context.ptmsi_old):
            if ptmsi is not None:
                drop(self.by_ptmsi, ptmsi, context)
        self.disown(context)

    # --- operator -------------------------------------------------------------------------------------------------

    def command_detach(self, command: Command) -> None:
        """Detach a mobile by the network: ``imsi``, and ``reattach`` true or false."""
        context = self.by_imsi.get(command.arguments.get("imsi", ""))
        if context is None or context.state is not mobility.S.REGISTERED:
            raise CommandError(f"{command.arguments.get('imsi')} is not attached here")
        again = bool(command.arguments.get("reattach"))
        context.deliver(
            mobility.DetachOrder(DetachTypeMt.RE_ATTACH_REQUIRED if again else DetachTypeMt.RE_ATTACH_NOT_REQUIRED)
        )
        self.reply(command, "done")

    def look(self, what: str | None) -> Any:
        if what is None:
            states: dict[str, int] = {}
            for context in self.by_imsi.values():
                states[context.state.value] = states.get(context.state.value, 0) + 1
            return {
                "contexts": states,
                "links": len(self.by_tlli),
                "dialogues": len(self.tcap.dialogues),
                "bvcs": {
                    f"{bss}/{bvci}": str(bvc.cell) for (bss, bvci), bvc in self.gb.bvcs.items() if not bvc.blocked
                },
            }
        context = self.by_imsi[what]
        return {
            "imsi": context.imsi,
            "state": context.state.value,
            "ptmsi": str(context.ptmsi),
            "tlli": str(context.tlli),
            "cell": str(context.cell),
            "imei": context.imei,
            "location_confirmed": context.location_confirmed,
            "vectors": len(context.vectors),
            "apns": [str(subscription.apn) for subscription in context.pdp_subscriptions],
            "procedures": [f"{child.machine.title}: {child.state.value}" for child in descendants(context)],
        }


def drop(index: dict[Any, MmContext], key: Any, context: MmContext) -> bool:
    """Take a context out of an index, if it is the one that stands there; returns whether it was."""
    if index.get(key) is not context:
        return False
    del index[key]
    return True


def descendants(procedure: Any) -> list[Any]:
    """All procedures below one."""
    return [below for child in procedure.children for below in (child, *descendants(child))]
