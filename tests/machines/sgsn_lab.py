"""What is around an SGSN: two BSSs, an HLR that always says yes, two VLRs that a test lets speak, another SGSN.

Everything goes by octets. What the SGSN says is read and kept in ``said``: to whom, and what.
"""

from collections import deque
from random import Random
from typing import Any

from nodes.core.outputs import Command, Note, Record, Reply, Send
from nodes.sgsn import Sgsn, SgsnConfig
from nodes.sgsn.context import MmContext
from protocol import bssap_plus, bssgp, gmm, gtp, llc, ns, sccp, sm, sndcp, tcap
from protocol.bssap_plus import BssapPlusMessage
from protocol.bssgp import BvcReset, BvcResetAck, BvcUnblock, DlUnitdata, UlUnitdata
from protocol.causes import BssgpCause
from protocol.gmm import (
    AttachAccept,
    AttachComplete,
    AttachRequest,
    AuthenticationAndCipheringRequest,
    AuthenticationAndCipheringResponse,
    RoutingAreaUpdateAccept,
    RoutingAreaUpdateComplete,
    RoutingAreaUpdateRequest,
)
from protocol.gmm.elements import (
    AttachType,
    Cksn,
    DrxParameter,
    GprsTimer,
    MsNetworkCapability,
    MsRadioAccessCapability,
    PdpContextStatus,
    TmsiStatus,
    TypeOfAttach,
    UpdateType,
    UpdateTypeValue,
)
from protocol.identities import CellIdentifier, GsnAddress, Gt, Imsi, IsdnAddress, Lai, MobileIdentity, Rai, Tlli, Tmsi
from protocol.llc.frame import Sapi, UiFrame
from protocol.map.authentication import (
    AuthenticationQuintuplet,
    AuthenticationSetList,
    SendAuthenticationInfoArg,
    SendAuthenticationInfoRes,
)
from protocol.map.contexts import LOCATION_CANCEL_V3
from protocol.map.location import (
    CancellationType,
    CancelLocationArg,
    Identity,
    PurgeMsArg,
    PurgeMsRes,
    UpdateGprsLocationArg,
    UpdateGprsLocationRes,
)
from protocol.map.operations import ErrorCode
from protocol.sccp import Address, Ssn
from protocol.timers import SECOND

NEAR = CellIdentifier.parse("001-01-1-7-1")
NEXT = CellIdentifier.parse("001-01-1-7-2")
OVER = CellIdentifier.parse("001-01-1-7-9")
"""In the routing area of the first two, under the other BSS."""
FAR = CellIdentifier.parse("001-01-1-8-5")
"""In another routing area of the same location area."""
AWAY = CellIdentifier.parse("001-01-2-9-6")
"""In another location area."""
PLACES = {NEAR: ("bss1", 2), NEXT: ("bss1", 3), OVER: ("bss2", 2), FAR: ("bss2", 3), AWAY: ("bss2", 4)}
FOREIGN = Rai.parse("001-01-3-1")
"""Under another SGSN."""
HLR, OWN, VLR, VLR2 = Gt("49170000001"), Gt("49170000003"), Gt("49170000004"), Gt("49170000005")
GGSN = GsnAddress.parse("10.0.0.5")
IMSI = Imsi("001010000000001")
DRX = DrxParameter(split_pg_cycle_code=10)
RADIO = MsRadioAccessCapability.from_octets(bytes.fromhex("18b3432b2596620060809ac2c662006080bac8c66200608000"))
NETWORK = MsNetworkCapability.from_octets(b"\xe5\xe0")


class Mobile:
    """A mobile: it proves who it is, completes what it was given, and else says what the test wants."""

    def __init__(self, lab: "Lab", imsi: Imsi = IMSI) -> None:
        self.lab = lab
        self.imsi = imsi
        self.cell = NEAR
        self.tlli = Tlli.random(int(imsi[-6:]))
        self.nu = 0
        self.area = Rai.parse("001-01-0-0")
        self.signature: int | None = None
        self.key = Cksn.NO_KEY
        self.radio = RADIO
        self.completes = True
        self.heard: list[Any] = []

    def says(self, message: Any, *, sapi: Sapi = Sapi.LLGMM) -> None:
        """Say a message, or octets, in an UI frame."""
        octets = message if isinstance(message, bytes) else message.encode()
        frame = UiFrame(sapi=sapi, command=False, nu=self.nu, information=octets).encode()
        self.nu = (self.nu + 1) % 512
        self.sends(frame)

    def sends(self, frame: bytes) -> None:
        """Send an LLC frame."""
        quality = bssgp.UlQosProfile.from_octets(bytes(3))
        bss, bvci = PLACES[self.cell]
        self.lab.gb(
            UlUnitdata(tlli=self.tlli, qos_profile=quality, cell_identifier=self.cell, llc_pdu=frame), bvci, bss
        )

    def hears(self, message: Any) -> None:
        """Answer what needs no test."""
        self.heard.append(message)
        match message:
            case AuthenticationAndCipheringRequest(rand=bytes() as rand):
                assert message.cksn is not None
                self.key = message.cksn
                self.says(
                    AuthenticationAndCipheringResponse(
                        ac_reference_number=message.ac_reference_number,
                        authentication_parameter_response=rand[:4],
                        authentication_response_extension=rand[:4],
                    )
                )
            case AttachAccept() | RoutingAreaUpdateAccept():
                self.area = message.routing_area
                if message.ptmsi_signature is not None:
                    self.signature = message.ptmsi_signature
                given = message.allocated_ptmsi
                if given is not None:
                    assert isinstance(given.value, Tmsi)
                    self.tlli = Tlli.local(given.value)
                if (given is not None or message.ms_identity is not None) and self.completes:
                    attached = isinstance(message, AttachAccept)
                    self.says(AttachComplete() if attached else RoutingAreaUpdateComplete())

    def attach(self, *, combined: bool = False, status: TmsiStatus | None = None, by_ptmsi: bool = False) -> None:
        """Attach, for calls too or not."""
        kind = TypeOfAttach.COMBINED_GPRS_IMSI_ATTACH if combined else TypeOfAttach.GPRS_ATTACH
        identity = MobileIdentity(self.tlli.ptmsi if by_ptmsi else self.imsi)
        if by_ptmsi:
            self.tlli = Tlli.foreign(self.tlli)
        self.nu = 0
        self.says(
            AttachRequest(
                ms_network_capability=NETWORK,
                attach_type=AttachType(type_of_attach=kind),
                cksn=self.key,
                drx_parameter=DRX,
                mobile_identity=identity,
                old_routing_area=self.area,
                ms_radio_access_capability=self.radio,
                old_ptmsi_signature=self.signature,
                tmsi_status=status,
            )
        )

    def update(
        self, kind: UpdateTypeValue, cell: CellIdentifier | None = None, status: PdpContextStatus | None = None
    ) -> None:
        """Update the routing area, from another cell or not."""
        if cell is not None:
            self.cell = cell
        if self.cell.rai != self.area:
            self.tlli = Tlli.foreign(self.tlli)
        self.says(
            RoutingAreaUpdateRequest(
                update_type=UpdateType(update_type_value=kind),
                cksn=self.key,
                old_routing_area=self.area,
                ms_radio_access_capability=self.radio,
                old_ptmsi_signature=self.signature,
                pdp_context_status=status,
            )
        )


class Lab:
    """An SGSN and all around it."""

    def __init__(self, records: list[Record] | None = None, **changes: Any) -> None:
        config: dict[str, Any] = {
            "name": "sgsn1",
            "number": OWN,
            "address": GsnAddress.parse("10.0.0.3"),
            "bsss": ("bss1", "bss2"),
            "routes": {HLR: ("hlr1", "gr"), VLR: ("vlr1", "gs"), VLR2: ("vlr2", "gs")},
            "hlrs": {"00101": HLR},
            "vlrs": {Lai.parse("001-01-1"): VLR, Lai.parse("001-01-2"): VLR2},
            "periodic_ra_update_timer": GprsTimer.lasting(54 * 60 * SECOND),
            "ready_timer": GprsTimer.lasting(44 * SECOND),
            "gsns": {GsnAddress.parse("10.0.0.4"): "sgsn2", GGSN: "ggsn1"},
            "sgsns": {FOREIGN: GsnAddress.parse("10.0.0.4")},
            "note_level": "all",
        } | changes
        self.sgsn = Sgsn(SgsnConfig(**config), Random(1), records or [])
        self.now = 0
        self.said: list[tuple[str, Any]] = []
        self.notes: list[Note] = []
        self.replies: list[Reply] = []
        self.mobiles: list[Mobile] = []
        self._waiting: deque[Any] = deque()
        self._listening = False
        self.sgsn.start(0)
        self.listen()
        for bss in ("bss1", "bss2"):
            self.gb(BvcResetAck(bvci=0), 0, bss)
            self.gb(BvcReset(bvci=0, cause=BssgpCause.OM_INTERVENTION), 0, bss)
        for cell, (bss, bvci) in PLACES.items():
            self.gb(BvcReset(bvci=bvci, cause=BssgpCause.OM_INTERVENTION, cell_identifier=cell), 0, bss)
            self.gb(BvcUnblock(bvci=bvci), 0, bss)

    def mobile(self, imsi: Imsi = IMSI) -> Mobile:
        """A mobile more."""
        self.mobiles.append(Mobile(self, imsi))
        return self.mobiles[-1]

    def attached(self, *, combined: bool = False, tmsi: Tmsi | None = None) -> Mobile:
        """A mobile that has attached, for calls too or not; what was said is forgotten."""
        mobile = self.mobile()
        mobile.attach(combined=combined)
        if combined:
            identity = None if tmsi is None else MobileIdentity(tmsi)
            self.gs(
                bssap_plus.LocationUpdateAccept(
                    imsi=bssgp.ImsiIdentity(IMSI),
                    location_area_identifier=mobile.cell.rai.lai,
                    new_tmsi_or_imsi=identity,
                )
            )
        self.said.clear()
        mobile.heard.clear()
        return mobile

    @property
    def context(self) -> MmContext:
        """The context of the first mobile."""
        return self.sgsn.by_imsi[IMSI]

    @property
    def look(self) -> Any:
        """What inspect tells of the first mobile."""
        return self.orders("inspect", subject=IMSI).body

    def look_of_gs(self) -> str:
        """The state of the association of the first mobile, even if that is not registered yet."""
        return self.sgsn.gs.associations[IMSI].words

    # --- in ---
    def gb(self, message: bssgp.BssgpMessage, bvci: int = 0, bss: str = "bss1") -> None:
        """A BSSGP PDU of a BSS."""
        self.sgsn.receive(bss, "gb", ns.NsUnitdata(bvci=bvci, sdu=message.encode()).encode(), self.now)
        self.listen()

    def gs(self, message: BssapPlusMessage | bytes, vlr: Gt = VLR) -> None:
        """A message of a VLR."""
        octets = message if isinstance(message, bytes) else message.encode()
        own, peer = Address(ssn=Ssn.BSSAP_PLUS, gt=OWN), Address(ssn=Ssn.BSSAP_PLUS, gt=vlr)
        for pdu in sccp.segments(own, peer, octets, 7):
            self.sgsn.receive("vlr1", "gs", pdu, self.now)
        self.listen()

    def gn(self, message: Any, gsn: str = "sgsn2") -> None:
        """A GTP message of the other SGSN, or another GSN."""
        self.sgsn.receive(gsn, "gn", message.encode(), self.now)
        self.listen()

    def gr(self, message: Any) -> None:
        """A TCAP message of the HLR."""
        own = Address(ssn=Ssn.SGSN, gt=OWN)
        for pdu in sccp.segments(own, Address(ssn=Ssn.HLR, gt=HLR), message.encode(), 7):
            self.sgsn.receive("hlr1", "gr", pdu, self.now)
        self.listen()

    def cancels(self, kind: CancellationType) -> None:
        """The HLR cancels the mobile here."""
        argument = CancelLocationArg(identity=Identity(imsi=IMSI), cancellation_type=kind)
        opening = tcap.Aarq(application_context=LOCATION_CANCEL_V3)
        self.gr(tcap.Begin(otid=b"\0\0\0\7", dialogue=opening, components=(tcap.invoke(1, argument),)))

    def waits(self, seconds: float) -> None:
        """Time passes."""
        end = self.now + round(seconds * SECOND)
        while (deadline := self.sgsn.next_timer()) is not None and deadline.when <= end:
            self.now = max(self.now, deadline.when)
            self.sgsn.on_time(self.now)
            self.listen()
        self.now = end

    def orders(self, verb: str, **arguments: Any) -> Reply:
        """The operator asks; the last answer so far."""
        self.sgsn.command(Command("1", verb, arguments), self.now)
        self.listen()
        return self.replies[-1]

    # --- out ---
    def listen(self) -> None:
        """Read what the SGSN says, and let those answer that always do."""
        self._waiting += self.sgsn.outputs()
        if self._listening:
            return
        self._listening = True
        while self._waiting:
            match self._waiting.popleft():
                case Send(to=to, interface="gb", pdu=pdu):
                    self._down(to, bssgp.decode(ns.decode(pdu).sdu, up=False))  # type: ignore[attr-defined]
                case Send(to=to, interface="gs", pdu=pdu):
                    self.said.append((to, bssap_plus.decode(sccp.decode(pdu).payload, up=True)))  # type: ignore[attr-defined]
                case Send(to=to, interface="gn", pdu=pdu):
                    self.said.append((to, gtp.decode(pdu)))
                case Send(pdu=pdu):
                    self._ask_hlr(tcap.decode(sccp.decode(pdu).payload))  # type: ignore[attr-defined]
                case Note() as note:
                    self.notes.append(note)
                case Reply() as reply:
                    self.replies.append(reply)
            self._waiting += self.sgsn.outputs()
        self._listening = False

    def _down(self, bss: str, message: Any) -> None:
        """To a BSS, or through it to a mobile."""
        if not isinstance(message, DlUnitdata):
            self.said.append((bss, message))
            return
        frame = llc.decode(message.llc_pdu)
        if not isinstance(frame, UiFrame):
            self.said.append(("ms", frame))
            return
        if frame.sapi is not Sapi.LLGMM:
            self.said.append(("ms", sndcp.decode(frame.information, up=False)))
            return
        session = frame.information[0] & 15 == sm.PROTOCOL_DISCRIMINATOR
        told: Any = (sm if session else gmm).decode(frame.information, up=False)
        self.said.append(("ms", told))
        for mobile in self.mobiles:
            if message.tlli == mobile.tlli:
                mobile.hears(told)

    def _ask_hlr(self, transaction: Any) -> None:
        for component in getattr(transaction, "components", ()):
            if not isinstance(component, tcap.Invoke):
                continue
            answer: Any
            match component.argument:
                case SendAuthenticationInfoArg():
                    answer = SendAuthenticationInfoRes(authentication_set_list=vectors())
                case UpdateGprsLocationArg():
                    answer = UpdateGprsLocationRes(hlr_number=IsdnAddress(HLR))
                case PurgeMsArg():
                    answer = PurgeMsRes()
                case other:
                    self.said.append(("hlr1", other))
                    continue
            self.gr(tcap.End(dtid=transaction.otid, components=(tcap.result(component.invoke_id, answer),)))

    def names(self, *to: str) -> list[str]:
        """Names of what was said, to these or to all, since this was asked last."""
        names = [type(message).__name__ for name, message in self.said if not to or name in to]
        self.said.clear()
        return names

    def last(self, kind: type) -> Any:
        """The last message of a type that was said."""
        return next(message for _, message in reversed(self.said) if isinstance(message, kind))

    @property
    def warnings(self) -> list[str]:
        """All warnings so far."""
        return [note.text for note in self.notes if note.kind == "warning"]


class Strict(Lab):
    """An HLR that can say no: ``hlr_errors`` maps arguments to errors, None is no answer at all."""

    hlr_errors: dict[type, ErrorCode | None]

    def _ask_hlr(self, transaction: Any) -> None:
        component = next(iter(getattr(transaction, "components", ())), None)
        argument = getattr(component, "argument", None)
        if type(argument) in getattr(self, "hlr_errors", {}):
            self.said.append(("hlr1", argument))
            error = self.hlr_errors[type(argument)]
            if error is not None and isinstance(component, tcap.Invoke):
                self.gr(tcap.End(dtid=transaction.otid, components=(tcap.error(component.invoke_id, error),)))
            return
        super()._ask_hlr(transaction)


def vectors() -> AuthenticationSetList:
    """Five quintuplets whose XRES is the beginning of RAND."""
    return AuthenticationSetList(
        quintuplet_list=tuple(
            AuthenticationQuintuplet(
                rand=bytes([n]) * 16, xres=bytes([n]) * 8, ck=bytes([n]) * 16, ik=bytes([n]) * 16, autn=bytes(16)
            )
            for n in range(5)
        )
    )
