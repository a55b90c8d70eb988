"""The SGSN between other SGSNs: contexts asked for and handed over, identification, suspension. Real octets on Gn."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.core.outputs import Command, Note, Reply, Send
from nodes.sgsn import Sgsn, SgsnConfig, context_handover, context_transfer, mobility, old_identification
from nodes.sgsn import old_suspension as suspension
from nodes.sgsn.context import MmContext
from nodes.sgsn.context_transfer import ContextTransfer
from nodes.sgsn.mm_context import GsmKey, UmtsKeys
from nodes.sgsn.old_identification import IdentificationAtOldSgsn
from nodes.sgsn.old_suspension import SUSPEND_REQUEST, SUSPEND_RESPONSE, SuspendAtOldSgsn
from nodes.sgsn.pdp_transfer import take_pdp_contexts
from protocol import bssgp, gmm, gtp, ns, sccp, tcap
from protocol.bssgp import BvcReset, BvcUnblock, DlUnitdata, UlUnitdata
from protocol.causes import BssgpCause, GmmCause, GtpCause
from protocol.gmm import (
    AttachAccept,
    AttachComplete,
    AttachRequest,
    AuthenticationAndCipheringRequest,
    AuthenticationAndCipheringResponse,
    DetachRequestMo,
)
from protocol.gmm.elements import (
    AttachType,
    CipheringAlgorithm,
    Cksn,
    DetachTypeMo,
    DrxParameter,
    GprsTimer,
    MoDetach,
    MsNetworkCapability,
    MsRadioAccessCapability,
    TypeOfAttach,
)
from protocol.gtp import AuthenticationQuintuplet as GtpQuintuplet
from protocol.gtp import AuthenticationTriplet as GtpTriplet
from protocol.gtp import (
    EndUserAddress,
    IdentificationRequest,
    IdentificationResponse,
    MsValidated,
    PdpContext,
    QualityOfServiceProfile,
    SecurityMode,
    SgsnContextAcknowledge,
    SgsnContextRequest,
    SgsnContextResponse,
    SupportedExtensionHeadersNotification,
    TransactionIdentifier,
)
from protocol.gtp import GsnAddress as GtpAddress
from protocol.gtp import Imsi as GtpImsi
from protocol.gtp import MmContext as GtpMmContext
from protocol.identities import (
    CellIdentifier,
    GsnAddress,
    Gt,
    Imsi,
    IsdnAddress,
    MobileIdentity,
    Rai,
    Teid,
    Tlli,
    Tmsi,
)
from protocol.llc.frame import Sapi, UiFrame
from protocol.map.authentication import (
    AuthenticationQuintuplet,
    AuthenticationSetList,
    AuthenticationTriplet,
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
from protocol.sccp import Address, Ssn
from protocol.sm.quality_of_service import QualityOfService
from protocol.timers import SECOND

CELL = CellIdentifier(Rai.parse("001-01-1-7"), 1)
AREA, THIRD, FAR = Rai.parse("001-01-2-1"), Rai.parse("001-01-3-1"), Rai.parse("001-01-9-9")
HLR, OWN = Gt("49170000001"), Gt("49170000003")
IMSI = Imsi("001010000000001")
RANDOM = Tlli(0x78000001)
PTMSI, SIGNATURE = Tmsi(0xC0000123), 0xABCDEF
ACCEPTED = GtpCause.REQUEST_ACCEPTED
NO_TEID = Teid(0)

QUALITY = QualityOfServiceProfile(2, QualityOfService.from_octets(b"\x23\x12\x1f"))
PDP = PdpContext(
    nsapi=5,
    sapi=3,
    quality_of_service_subscribed=QUALITY,
    quality_of_service_requested=QUALITY,
    quality_of_service_negotiated=QUALITY,
    sequence_number_down=0,
    sequence_number_up=0,
    uplink_teid_control_plane=Teid(1),
    uplink_teid_data_i=Teid(2),
    pdp_context_identifier=1,
    pdp_address=EndUserAddress.dynamic(),
    ggsn_address_for_control_plane=GtpAddress.parse("10.0.0.7"),
    ggsn_address_for_user_traffic=GtpAddress.parse("10.0.0.7"),
    access_point_name=None,
    transaction_identifier=TransactionIdentifier(0),
)
QUINTUPLET = GtpQuintuplet(b"\1" * 16, b"\2" * 8, b"\3" * 16, b"\4" * 16, b"\5" * 16)
TRIPLET = GtpTriplet(b"\1" * 16, b"\2" * 4, b"\3" * 8)
UMTS = GtpMmContext(
    security_mode=SecurityMode.USED_CIPHER_VALUE_UMTS_KEYS_AND_QUINTUPLETS,
    cksn=Cksn.KEY_3,
    used_cipher=CipheringAlgorithm.NOT_USED,
    drx_parameter=DrxParameter(split_pg_cycle_code=10),
    ck=b"\6" * 16,
    ik=b"\7" * 16,
    quintuplets=(QUINTUPLET,),
    ms_network_capability=MsNetworkCapability.from_octets(b"\xe5\xe0"),
)
GSM = GtpMmContext(
    security_mode=SecurityMode.GSM_KEY_AND_TRIPLETS,
    cksn=Cksn.KEY_1,
    used_cipher=CipheringAlgorithm.NOT_USED,
    drx_parameter=DrxParameter(split_pg_cycle_code=10),
    kc=b"\6" * 8,
    triplets=(TRIPLET,),
)


def attach_request(identity: Imsi | Tmsi = IMSI) -> AttachRequest:
    """An ATTACH REQUEST."""
    return AttachRequest(
        ms_network_capability=MsNetworkCapability.from_octets(b"\xe5\xe0"),
        attach_type=AttachType(type_of_attach=TypeOfAttach.GPRS_ATTACH),
        cksn=Cksn.NO_KEY,
        drx_parameter=DrxParameter(split_pg_cycle_code=10),
        mobile_identity=MobileIdentity(identity),
        old_routing_area=CELL.rai,
        ms_radio_access_capability=MsRadioAccessCapability.from_octets(
            bytes.fromhex("18b3432b2596620060809ac2c662006080bac8c66200608000")
        ),
    )


def quintuplets() -> AuthenticationSetList:
    """Five of them; the first is used by the attach."""
    return AuthenticationSetList(
        quintuplet_list=tuple(
            AuthenticationQuintuplet(
                rand=bytes([n]) * 16, xres=bytes([n]) * 8, ck=bytes([n]) * 16, ik=bytes([n]) * 16, autn=bytes(16)
            )
            for n in range(5)
        )
    )


def triplets() -> AuthenticationSetList:
    """Five of them; the first is used by the attach."""
    return AuthenticationSetList(
        triplet_list=tuple(
            AuthenticationTriplet(rand=bytes([n]) * 16, sres=bytes([n]) * 4, kc=bytes([n]) * 8) for n in range(5)
        )
    )


class Around:
    """What is around the SGSN: a BSS with a mobile, an HLR, two other SGSNs. What it says is read and kept."""

    def __init__(self, **changes: Any) -> None:
        config: dict[str, Any] = {
            "name": "sgsn1",
            "number": OWN,
            "address": GsnAddress.parse("10.0.0.3"),
            "bsss": ("bss1",),
            "routes": {HLR: ("hlr1", "gr")},
            "hlrs": {"00101": HLR},
            "periodic_ra_update_timer": GprsTimer.lasting(54 * 60 * SECOND),
            "ready_timer": GprsTimer.lasting(44 * SECOND),
            "gsns": {GsnAddress.parse("10.0.0.4"): "sgsn2", GsnAddress.parse("10.0.0.5"): "sgsn3"},
            "sgsns": {AREA: GsnAddress.parse("10.0.0.4"), THIRD: GsnAddress.parse("10.0.0.5")},
            "note_level": "all",
        } | changes
        self.sgsn = Sgsn(SgsnConfig(**config), Random(1), [])
        self.now = 0
        self.tlli = RANDOM
        self.nu = 0
        self.sequence = 100
        self.heard: list[Any] = []
        self.to: list[str] = []
        self.octets: list[bytes] = []
        self.notes: list[Note] = []
        self.replies: list[Reply] = []
        self.asked: dict[type, tuple[bytes, int]] = {}
        self.sgsn.start(0)
        self.gb(bssgp.BvcResetAck(bvci=0), 0)
        self.gb(BvcReset(bvci=0, cause=BssgpCause.OM_INTERVENTION), 0)
        self.gb(BvcReset(bvci=2, cause=BssgpCause.OM_INTERVENTION, cell_identifier=CELL), 0)
        self.gb(BvcUnblock(bvci=2), 0)
        self.heard.clear()

    # --- in ---
    def gb(self, message: bssgp.BssgpMessage, bvci: int = 2) -> None:
        """A BSSGP PDU from the BSS."""
        self.sgsn.receive("bss1", "gb", ns.NsUnitdata(bvci=bvci, sdu=message.encode()).encode(), self.now)
        self.listen()

    def says(self, message: Any) -> None:
        """The mobile says a GMM message."""
        frame = UiFrame(sapi=Sapi.LLGMM, command=False, nu=self.nu, information=message.encode()).encode()
        self.nu = (self.nu + 1) % 512
        quality = bssgp.UlQosProfile.from_octets(bytes(3))
        self.gb(UlUnitdata(tlli=self.tlli, qos_profile=quality, cell_identifier=CELL, llc_pdu=frame))

    def gn(self, message: Any, peer: str = "sgsn2") -> None:
        """A GTP message from another SGSN; a request gets a number of its own."""
        if message.sequence_number is None:
            self.sequence += 1
            message = message.replace(sequence_number=self.sequence)
        self.sgsn.receive(peer, "gn", message.encode(), self.now)
        self.listen()

    def gr(self, message: Any) -> None:
        """A TCAP message from the HLR."""
        own = Address(ssn=Ssn.SGSN, gt=OWN)
        for pdu in sccp.segments(own, Address(ssn=Ssn.HLR, gt=HLR), message.encode(), 7):
            self.sgsn.receive("hlr1", "gr", pdu, self.now)
        self.listen()

    def answers(self, asked: type, answer: Any) -> None:
        """The HLR answers an invoke and ends the dialogue."""
        otid, number = self.asked[asked]
        self.gr(tcap.End(dtid=otid, components=(tcap.result(number, answer),)))

    def cancels(self, kind: CancellationType = CancellationType.UPDATE_PROCEDURE) -> None:
        """The HLR cancels the mobile here."""
        argument = CancelLocationArg(identity=Identity(imsi=IMSI), cancellation_type=kind)
        opening = tcap.Aarq(application_context=LOCATION_CANCEL_V3)
        self.gr(tcap.Begin(otid=b"\0\0\0\7", dialogue=opening, components=(tcap.invoke(1, argument),)))

    def waits(self, seconds: float) -> None:
        """Time passes."""
        end = self.now + round(seconds * SECOND)
        while (deadline := self.sgsn.next_timer()) is not None and deadline.when <= end:
            self.now = deadline.when
            self.sgsn.on_time(self.now)
            self.listen()
        self.now = end

    def orders(self, verb: str, **arguments: Any) -> Any:
        """The operator asks."""
        self.sgsn.command(Command("1", verb, arguments), self.now)
        self.listen()
        return self.replies[-1].body

    # --- out ---
    def listen(self) -> None:
        """Read what the SGSN says."""
        for output in self.sgsn.outputs():
            match output:
                case Send(to=to, interface="gn", pdu=pdu):
                    self.heard.append(gtp.decode(pdu))
                    self.octets.append(pdu)
                    self.to.append(to)
                case Send(interface="gb", pdu=pdu):
                    message: Any = bssgp.decode(ns.decode(pdu).sdu, up=False)  # type: ignore[attr-defined]
                    if isinstance(message, DlUnitdata):
                        message = gmm.decode(UiFrame.decode(message.llc_pdu).information, up=False)
                    self.heard.append(message)
                case Send(pdu=pdu):
                    transaction = tcap.decode(sccp.decode(pdu).payload)  # type: ignore[attr-defined]
                    for component in getattr(transaction, "components", ()):
                        if isinstance(component, tcap.Invoke):
                            self.asked[type(component.argument)] = (transaction.otid, component.invoke_id)  # type: ignore[union-attr]
                            self.heard.append(component.argument)
                        else:
                            self.heard.append(component)
                case Note():
                    self.notes.append(output)
                case Reply():
                    self.replies.append(output)

    def said(self) -> list[str]:
        """Names of what the SGSN has said since this was asked last."""
        names = [type(message).__name__ for message in self.heard]
        self.heard.clear()
        self.to.clear()
        return names

    def last(self, kind: type) -> Any:
        """The last message of a type that it said."""
        return next(message for message in reversed(self.heard) if isinstance(message, kind))

    # --- prefixes ---
    def attach(self, vectors: AuthenticationSetList | None = None) -> MmContext:
        """A mobile attaches."""
        self.says(attach_request())
        self.answers(
            SendAuthenticationInfoArg, SendAuthenticationInfoRes(authentication_set_list=vectors or quintuplets())
        )
        challenge = self.last(AuthenticationAndCipheringRequest)
        umts = challenge.autn is not None
        self.says(
            AuthenticationAndCipheringResponse(
                ac_reference_number=challenge.ac_reference_number,
                authentication_parameter_response=challenge.rand[:4],
                authentication_response_extension=challenge.rand[:4] if umts else None,
            )
        )
        self.answers(UpdateGprsLocationArg, UpdateGprsLocationRes(hlr_number=IsdnAddress(HLR)))
        self.tlli = Tlli.local(self.last(AttachAccept).allocated_ptmsi.value)
        self.says(AttachComplete())
        self.said()
        return self.context

    @property
    def context(self) -> MmContext:
        """The mobile's context."""
        return self.sgsn.by_imsi[IMSI]

    def request(self, context: MmContext, **changes: Any) -> SgsnContextRequest:
        """What another SGSN asks when the mobile is there."""
        assert context.ptmsi is not None
        return SgsnContextRequest(
            teid=NO_TEID,
            rai=CELL.rai,
            tlli=Tlli.foreign(context.ptmsi),
            ptmsi_signature=context.ptmsi_signature,
            tunnel_endpoint_identifier_control_plane=Teid(7),
            sgsn_address_for_control_plane=GtpAddress.parse("10.0.0.4"),
        ).replace(**changes)

    def to_response(self) -> SgsnContextResponse:
        """A mobile attaches, and another SGSN asks for it."""
        self.gn(self.request(self.attach()))
        (response,) = self.heard
        assert isinstance(response, SgsnContextResponse)
        return response

    def acknowledges(self, cause: GtpCause = ACCEPTED) -> None:
        """The other SGSN acknowledges what came last."""
        response = self.last(SgsnContextResponse)
        teid = response.tunnel_endpoint_identifier_control_plane
        number = response.sequence_number
        self.said()
        self.gn(SgsnContextAcknowledge(teid=teid, sequence_number=number, cause=cause), "sgsn2")

    def depart(self) -> MmContext:
        """A mobile attaches, and another SGSN takes it over."""
        self.to_response()
        self.acknowledges()
        assert self.context.departed
        return self.context


@pytest.fixture
def around() -> Iterator[Around]:
    """An SGSN; in the end nothing is left of any transaction, and all tunnel ends but those of a handover are free."""
    world = Around()
    yield world
    layer = world.sgsn.gn.gtp
    world.waits(11)
    assert layer.outstanding == {}
    assert layer.unacknowledged == {}
    handovers = [context for context in world.sgsn.by_imsi.values() if context.handover is not None]
    sessions = [pdp for context in world.sgsn.by_imsi.values() for pdp in context.pdp.values()]
    assert layer.teids == len(handovers) + 2 * len(sessions)


# --- old side ---------------------------------------------------------------------------------------------------------


@pytest.mark.ttcn3("sgsn_context_req_in")
def test_context_is_handed_over(around: Around) -> None:
    """23.060 6.9.1.2.2 step 2, 29.060 7.5.4: IMSI, keys, unused vectors and capabilities, to the TEID given."""
    response = around.to_response()
    assert (response.teid, response.cause, response.sequence_number) == (7, ACCEPTED, 101)
    assert response.imsi == IMSI
    assert response.sgsn_address_for_control_plane == GtpAddress.parse("10.0.0.3")
    assert response.tunnel_endpoint_identifier_control_plane not in (None, 0)
    mm = response.mm_context
    assert mm is not None
    assert mm.security_mode is SecurityMode.USED_CIPHER_VALUE_UMTS_KEYS_AND_QUINTUPLETS
    assert (mm.cksn, mm.ck, mm.ik, mm.kc) == (around.context.cksn, bytes(16), bytes(16), None)
    assert [vector.rand[0] for vector in mm.quintuplets] == [1, 2, 3, 4]
    assert mm.drx_parameter == DrxParameter(split_pg_cycle_code=10)
    assert mm.ms_network_capability == MsNetworkCapability.from_octets(b"\xe5\xe0")
    assert around.context.vectors == ()  # each serves one challenge, and there may be one over there
    assert not around.context.departed


def test_context_with_triplets(around: Around) -> None:
    """29.060 7.7.28: a GSM key goes with triplets."""
    around.gn(around.request(around.attach(triplets())))
    mm = around.heard[0].mm_context
    assert mm.security_mode is SecurityMode.GSM_KEY_AND_TRIPLETS
    assert (mm.kc, len(mm.triplets)) == (bytes(8), 4)


def test_context_with_a_gsm_key_and_quintuplets(around: Around) -> None:
    """29.060 7.7.28: vectors that were got since are handed over with the key that is in use."""
    context = around.attach()
    context.keys = GsmKey(b"\1" * 8)
    around.gn(around.request(context))
    mm = around.heard[0].mm_context
    assert mm.security_mode is SecurityMode.GSM_KEY_AND_QUINTUPLETS
    assert (mm.kc, len(mm.quintuplets)) == (b"\1" * 8, 4)


def test_context_without_a_key(around: Around) -> None:
    """29.060 7.7.28: a mobile that was never challenged here has none, and its key sequence number says so."""
    context = around.attach(triplets())
    context.keys = None
    around.gn(around.request(context))
    mm = around.heard[0].mm_context
    assert (mm.security_mode, mm.cksn) == (SecurityMode.GSM_KEY_AND_TRIPLETS, Cksn.NO_KEY)


def test_context_with_pdp_contexts(around: Around) -> None:
    """29.060 7.5.4: all active ones."""
    context = around.attach()
    take_pdp_contexts(context, (PDP,))
    around.gn(around.request(context))
    assert around.heard[0].pdp_contexts == (PDP,)


def test_context_by_ptmsi(around: Around) -> None:
    """29.060 7.5.3: an SGSN of UMTS names the P-TMSI."""
    context = around.attach()
    around.gn(around.request(context, tlli=None, ptmsi=context.ptmsi))
    assert around.heard[0].cause is ACCEPTED


@pytest.mark.parametrize("signature", [1, None], ids=["wrong", "absent"])
def test_signature_does_not_match(around: Around, signature: int | None) -> None:
    """29.060 7.5.4: wrong, or absent though there is one: cause 206 with the IMSI, and nothing else."""
    context = around.attach()
    around.gn(around.request(context, ptmsi_signature=signature))
    assert around.heard == [
        SgsnContextResponse(
            teid=Teid(7), sequence_number=101, cause=GtpCause.PTMSI_SIGNATURE_MISMATCH, imsi=GtpImsi(IMSI)
        )
    ]
    assert context.handover is None
    assert len(context.vectors) == 4
    around.said()
    around.gn(
        around.request(context, tlli=None, imsi=GtpImsi(IMSI), ms_validated=MsValidated(validated=True)).replace(
            ptmsi_signature=signature
        )
    )
    assert around.heard[0].cause is ACCEPTED


@pytest.mark.parametrize(
    "changes",
    [
        {"rai": AREA},
        {"tlli": Tlli(0x80000001)},
        {"tlli": RANDOM},
        {"tlli": None, "ptmsi": Tmsi(0xC0000001)},
        {"tlli": None, "imsi": GtpImsi("001010000000009"), "ms_validated": MsValidated(validated=True)},
        {"tlli": None, "ptmsi": Tmsi(0xC0000001), "imsi": GtpImsi(IMSI)},
    ],
    ids=["area", "tlli", "random", "ptmsi", "imsi", "not validated"],
)
def test_mobile_that_is_not_known(around: Around, changes: dict[str, Any]) -> None:
    """29.060 7.5.4: IMSI not known, to the TEID that was given."""
    around.gn(around.request(around.attach(), **changes))
    assert around.heard == [SgsnContextResponse(teid=Teid(7), sequence_number=101, cause=GtpCause.IMSI_NOT_KNOWN)]
    assert around.context.handover is None


def test_mobile_that_is_detached(around: Around) -> None:
    """23.060 6.9.1.2.2: there is nothing to hand over, though the P-TMSI is known."""
    context = around.attach()
    around.says(DetachRequestMo(detach_type=MoDetach(power_off=True, type=DetachTypeMo.GPRS_DETACH)))
    around.said()
    around.gn(around.request(context))
    assert around.heard[0].cause is GtpCause.IMSI_NOT_KNOWN


def test_response_is_repeated(around: Around) -> None:
    """29.060 7.5.4: without acknowledge N3-REQUESTS times in all, and then as if never asked."""
    around.to_response()
    around.waits(9)
    assert around.said() == ["SgsnContextResponse"] * 5
    assert around.context.handover is not None
    around.waits(1)
    assert around.said() == []
    assert around.context.handover is None
    assert around.context.state is mobility.S.REGISTERED
    assert around.context.location_confirmed


def test_request_that_comes_twice_is_answered_alike(around: Around) -> None:
    """29.060 7.6: the same octets, and one handover."""
    response = around.to_response()
    around.gn(around.request(around.context).replace(sequence_number=101))
    assert around.heard == [response, response]


def test_negative_acknowledge(around: Around) -> None:
    """29.060 7.5.5: as if never asked."""
    around.to_response()
    around.acknowledges(GtpCause.AUTHENTICATION_FAILURE)
    assert around.context.handover is None
    assert around.context.location_confirmed


def test_acknowledge(around: Around) -> None:
    """23.060 6.9.1.2.2 step 4: what HLR and VLR know of this SGSN does not count any more; messages wait."""
    context = around.depart()
    assert not context.location_confirmed
    assert context.state is mobility.S.REGISTERED
    assert around.orders("inspect", subject=str(IMSI))["departed"] is True
    around.orders("detach", imsi=str(IMSI), reattach=True)
    assert "DetachRequestMt" not in around.said()


def test_cancel_location_keeps_the_context_until_the_timer_ends(around: Around) -> None:
    """23.060 6.9.1.2.2 step 8: acknowledged at once; the context goes when the timer has run out, and silently."""
    context = around.depart()
    around.cancels()
    around.waits(59)
    assert around.said() == ["ReturnResultLast"]
    assert around.context is context
    around.waits(2)
    assert around.said() == []
    assert (around.sgsn.by_imsi, around.sgsn.by_ptmsi, around.sgsn.by_tlli) == ({}, {}, {})


def test_timer_ends_without_cancel_location(around: Around) -> None:
    """23.060 6.7: the HLR may still name this SGSN, so it is told that nobody is served here."""
    around.depart()
    around.waits(61)
    assert around.said() == ["PurgeMsArg"]
    around.answers(PurgeMsArg, PurgeMsRes())
    assert around.sgsn.by_imsi == {}


def test_mobile_comes_back(around: Around) -> None:
    """23.060 6.9.1.2.2: before the timer ends its context is still good."""
    context = around.depart()
    around.waits(30)
    around.says(AttachComplete())  # whatever it says
    assert context.handover is None
    around.waits(100)
    assert around.context is context
    assert context.state is mobility.S.REGISTERED
    assert not context.location_confirmed  # the next update tells the HLR


def test_mobile_comes_back_before_the_acknowledge(around: Around) -> None:
    """The response is repeated no more, and an acknowledge that comes all the same is late."""
    around.to_response()
    around.says(AttachComplete())
    assert around.context.handover is None
    around.acknowledges()
    around.waits(10)
    assert "SgsnContextResponse" not in around.said()
    assert around.context.location_confirmed
    assert around.sgsn.warnings["gtp unexpected"] == 1


def test_mobile_attaches_anew_where_it_departed(around: Around) -> None:
    """23.060 6.5: the context that was kept is replaced."""
    departed = around.depart()
    around.tlli, around.nu = RANDOM, 0
    context = around.attach()
    assert context is not departed
    assert departed.handover is None
    assert context.location_confirmed


def test_mobile_detaches_where_it_departed(around: Around) -> None:
    """24.008 4.7.4.1: it has come back, and leaves."""
    context = around.depart()
    around.says(DetachRequestMo(detach_type=MoDetach(power_off=False, type=DetachTypeMo.GPRS_DETACH)))
    assert around.said() == ["DetachAcceptMt"]
    assert context.handover is None


def test_asked_again_by_another_number(around: Around) -> None:
    """23.060 6.9.1.2.2: the new SGSN has begun anew; it gets the contexts again, the first response is forgotten."""
    around.to_response()
    around.waits(3)
    around.said()
    around.gn(around.request(around.context))
    assert around.heard[0].sequence_number == 102
    around.waits(3)
    assert {message.sequence_number for message in around.heard} == {102}
    around.acknowledges()
    assert around.context.departed


def test_asked_by_a_third_sgsn_while_departed(around: Around) -> None:
    """23.060 6.9.1.2.2: the mobile went on before the update was complete; without acknowledge it stays departed."""
    context = around.depart()
    around.gn(around.request(context), "sgsn3")
    assert around.to == ["sgsn3"]
    assert around.heard[0].cause is ACCEPTED
    assert around.heard[0].mm_context.quintuplets == ()
    around.waits(10)
    assert context.departed
    around.cancels()
    around.waits(61)
    assert around.sgsn.by_imsi == {}


def test_cancel_location_before_the_acknowledge(around: Around) -> None:
    """23.060 6.9.1.2.2 step 8: the mobile is elsewhere, whether that SGSN has said so or not."""
    around.to_response()
    around.said()
    around.cancels()
    around.waits(59)
    assert around.said() == ["ReturnResultLast"]
    assert around.context.departed
    around.waits(2)
    assert around.sgsn.by_imsi == {}


def test_subscription_is_withdrawn_while_departed(around: Around) -> None:
    """23.060 6.6.2.2: a detach, as ever; nobody answers."""
    around.depart()
    around.cancels(CancellationType.SUBSCRIPTION_WITHDRAW)
    assert around.said() == ["DetachRequestMt", "ReturnResultLast"]
    around.waits(31)
    assert around.sgsn.by_imsi == {}


def test_departs_during_a_detach_by_the_network(around: Around) -> None:
    """24.008 4.7.4.2: there is nobody left to detach."""
    around.to_response()
    around.orders("detach", imsi=str(IMSI), reattach=True)
    around.acknowledges()
    assert around.context.state is mobility.S.REGISTERED
    assert around.context.children == ()
    around.cancels()
    around.waits(61)
    assert around.sgsn.by_imsi == {}


def test_context_ends_while_it_is_handed_over(around: Around) -> None:
    """A detach that nobody answers ends all: nothing is repeated any more."""
    around.to_response()
    around.waits(1)
    around.sgsn.clock.now = around.now
    around.context.end()
    around.said()
    around.waits(20)
    assert around.said() == []


# --- new side ---------------------------------------------------------------------------------------------------------


class S(State):
    """States of a procedure that asks."""

    START = "start"
    WAIT = "wait"
    DONE = "done"


class Update(Procedure):
    """Who runs one child and keeps it."""

    __slots__ = ("child",)

    def __init__(self, stage: Any, child: Callable[[Any], Any]) -> None:
        super().__init__(stage)
        self.child = child(self)

    @property
    def outcome(self) -> str:
        """How the child has ended."""
        return str(self.child.state.name)


def update_begun(update: Update, event: Begin) -> S:
    update.start(update.child)
    return S.WAIT


def update_done(update: Update, event: Any) -> S:
    return S.DONE


FINAL = (
    *(context_transfer.S.TRANSFERRED, context_transfer.S.NOT_VALIDATED, context_transfer.S.REFUSED),
    *(old_identification.S.IDENTIFIED, old_identification.S.UNKNOWN),
    *(suspension.S.ACKNOWLEDGED, suspension.S.REFUSED),
)
UPDATE = Machine(
    "who asks",
    clause="none",
    of=Update,
    initial=S.START,
    final=(S.DONE,),
    rows=[(S.START, Begin, update_begun, (S.WAIT,)), *((S.WAIT, state, update_done, (S.DONE,)) for state in FINAL)],
)


class New:
    """A mobile that comes from elsewhere, at an SGSN that has not met it."""

    def __init__(self, around: Around) -> None:
        self.around = around
        self.context = MmContext(around.sgsn, Tlli.foreign(PTMSI))

    def begin(self, child: Callable[[Any], Any]) -> Any:
        """Run a procedure; returns who runs it."""
        self.around.sgsn.clock.now = self.around.now
        update = Update(self.around.sgsn, child)
        update.begin()
        self.around.listen()
        return update

    def transfer(self, rai: Rai = AREA, identity: Tmsi = PTMSI, *, validated: bool = False) -> Any:
        """Ask for the contexts."""
        return self.begin(
            lambda parent: ContextTransfer(parent, self.context, rai, identity, SIGNATURE, validated=validated)
        )

    def responds(self, **changes: Any) -> SgsnContextResponse:
        """The old SGSN answers, by default with contexts."""
        request = self.around.last(SgsnContextRequest)
        response = SgsnContextResponse(
            teid=request.tunnel_endpoint_identifier_control_plane,
            sequence_number=request.sequence_number,
            cause=ACCEPTED,
            imsi=GtpImsi(IMSI),
            tunnel_endpoint_identifier_control_plane=Teid(9),
            mm_context=UMTS,
            sgsn_address_for_control_plane=GtpAddress.parse("10.0.0.4"),
        ).replace(**changes)
        self.around.said()
        self.around.gn(response)
        return response

    def settles(self, update: Any, cause: GtpCause | None = None) -> None:
        """The procedure around it has come to an end."""
        if cause is None:
            update.child.acknowledge()
        else:
            update.child.give_back(cause)
        self.around.listen()


@pytest.fixture
def new(around: Around) -> New:
    """A mobile that comes from elsewhere."""
    return New(around)


@pytest.mark.ttcn3("sgsn_context_req_out")
def test_contexts_are_transferred(around: Around, new: New) -> None:
    """23.060 6.9.1.2.2 steps 2 to 4: asked for by what the mobile says; acknowledged once it is served here."""
    update = new.transfer(identity=Tlli.foreign(PTMSI))
    (request,) = around.heard
    assert around.to == ["sgsn2"]
    assert (request.teid, request.rai, request.tlli, request.ptmsi) == (0, AREA, Tlli.foreign(PTMSI), None)
    assert (request.imsi, request.ptmsi_signature, request.ms_validated) == (None, SIGNATURE, None)
    assert request.sgsn_address_for_control_plane == GtpAddress.parse("10.0.0.3")
    assert request.tunnel_endpoint_identifier_control_plane != 0
    new.responds(pdp_contexts=(PDP,))
    assert around.said() == []
    assert update.outcome == "TRANSFERRED"
    context = new.context
    assert context.imsi == IMSI
    assert type(context.imsi) is Imsi
    assert (context.cksn, context.keys) == (Cksn.KEY_3, UmtsKeys(b"\6" * 16, b"\7" * 16))
    assert context.vectors == (
        AuthenticationQuintuplet(
            rand=QUINTUPLET.rand, xres=QUINTUPLET.xres, ck=QUINTUPLET.ck, ik=QUINTUPLET.ik, autn=QUINTUPLET.autn
        ),
    )
    assert context.drx_parameter == UMTS.drx_parameter
    assert context.ms_network_capability == UMTS.ms_network_capability
    assert context.pdp == {}
    new.settles(update)
    pdp = context.pdp[5]
    assert (pdp.state.value, pdp.ggsn_teid_data, pdp.llc_sapi) == ("PDP-ACTIVE", 2, 3)
    (acknowledge,) = around.heard
    assert (acknowledge.teid, acknowledge.sequence_number) == (9, request.sequence_number)
    assert acknowledge.cause is ACCEPTED
    ends = acknowledge.tunnel_endpoint_identifiers_data_ii
    assert [(element.nsapi, element.teid) for element in ends] == [(5, pdp.teid_data)]
    assert acknowledge.sgsn_address_for_user_traffic == GtpAddress.parse("10.0.0.3")
    context.end()


def test_acknowledge_without_pdp_contexts(around: Around, new: New) -> None:
    """29.060 7.5.5: the cause alone."""
    update = new.transfer()
    new.responds()
    new.settles(update)
    new.settles(update)
    new.settles(update, GtpCause.SYSTEM_FAILURE)  # settled once, it is settled
    (acknowledge,) = around.heard
    assert acknowledge == SgsnContextAcknowledge(
        teid=Teid(9), sequence_number=acknowledge.sequence_number, cause=ACCEPTED
    )


def test_contexts_are_asked_for_by_ptmsi(around: Around, new: New) -> None:
    """29.060 7.5.3: exactly one of TLLI, P-TMSI and IMSI."""
    new.transfer()
    request = around.last(SgsnContextRequest)
    assert (request.tlli, request.ptmsi, request.imsi) == (None, PTMSI, None)


def test_gsm_context_is_taken(around: Around, new: New) -> None:
    """29.060 7.7.28: a GSM key and triplets; what the mobile itself has told stays."""
    drx = new.context.drx_parameter = DrxParameter(split_pg_cycle_code=20)
    capability = new.context.ms_network_capability = MsNetworkCapability.from_octets(b"\xa5\x40")
    new.transfer()
    new.responds(mm_context=GSM)
    context = new.context
    assert (context.cksn, context.keys) == (Cksn.KEY_1, GsmKey(b"\6" * 8))
    assert context.vectors == (AuthenticationTriplet(rand=TRIPLET.rand, sres=TRIPLET.sres, kc=TRIPLET.kc),)
    assert (context.drx_parameter, context.ms_network_capability) == (drx, capability)


def test_context_without_key_is_taken(new: New) -> None:
    """29.060 7.7.28: a key sequence number that says that there is none."""
    new.transfer()
    new.responds(
        mm_context=GtpMmContext(
            security_mode=SecurityMode.GSM_KEY_AND_TRIPLETS,
            cksn=Cksn.NO_KEY,
            used_cipher=CipheringAlgorithm.NOT_USED,
            drx_parameter=DrxParameter(split_pg_cycle_code=10),
            kc=bytes(8),
        )
    )
    assert (new.context.cksn, new.context.keys, new.context.vectors) == (Cksn.NO_KEY, None, ())


def test_update_fails_after_the_transfer(around: Around, new: New) -> None:
    """23.060 6.9.1.2.2 step 4: the old SGSN is told, and goes on as if never asked."""
    update = new.transfer()
    new.responds()
    new.settles(update, GtpCause.AUTHENTICATION_FAILURE)
    (acknowledge,) = around.heard
    assert acknowledge.cause is GtpCause.AUTHENTICATION_FAILURE


def test_response_comes_again(around: Around, new: New) -> None:
    """29.060 7.6: before the acknowledge it is discarded, afterwards acknowledged again."""
    update = new.transfer()
    response = new.responds()
    around.gn(response)
    assert around.said() == []
    new.settles(update)
    around.gn(response)
    assert around.said() == ["SgsnContextAcknowledge"] * 2


def test_signature_is_not_accepted(around: Around, new: New) -> None:
    """23.060 6.9.1.2.2 step 2: the mobile is to be authenticated; then its SGSN is asked by its IMSI, and told so."""
    update = new.transfer()
    new.responds(cause=GtpCause.PTMSI_SIGNATURE_MISMATCH, mm_context=None)
    assert update.outcome == "NOT_VALIDATED"
    assert new.context.imsi == IMSI
    assert around.said() == []
    update = new.transfer(validated=True)
    request = around.last(SgsnContextRequest)
    assert (request.imsi, request.tlli, request.ptmsi) == (IMSI, None, None)
    assert request.ms_validated == MsValidated(validated=True)
    new.responds()
    assert update.outcome == "TRANSFERRED"


def refused(new: New, told: GmmCause, **changes: Any) -> None:
    """The transfer is refused, and nothing is known of the mobile."""
    update = new.transfer()
    new.responds(**{"imsi": None, "mm_context": None} | changes)
    assert (update.outcome, update.child.cause) == ("REFUSED", told)
    assert new.context.imsi is None


@pytest.mark.parametrize(
    "cause",
    [
        GtpCause.IMSI_NOT_KNOWN,
        GtpCause.SYSTEM_FAILURE,
        GtpCause.MANDATORY_IE_INCORRECT,
        GtpCause.PTMSI_SIGNATURE_MISMATCH,
        GtpCause.INVALID_MESSAGE_FORMAT,
    ],
)
def test_contexts_are_refused(around: Around, new: New, cause: GtpCause) -> None:
    """24.008 10.5.5.14: the identity cannot be derived (#9). A rejection is not acknowledged (29.060 7.5.5)."""
    refused(new, GmmCause.MS_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK, cause=cause)
    assert around.said() == []


def test_cause_of_a_refusal_is_a_policy() -> None:
    """24.008 10.5.5.14: #10, for an operator who takes the mobile for implicitly detached."""
    causes = {"imsi not known": GmmCause.IMPLICITLY_DETACHED, "refused": GmmCause.NETWORK_FAILURE}
    around = Around(transfer_causes=causes)
    refused(New(around), GmmCause.IMPLICITLY_DETACHED, cause=GtpCause.IMSI_NOT_KNOWN)
    refused(New(around), GmmCause.NETWORK_FAILURE, cause=GtpCause.SYSTEM_FAILURE)


@pytest.mark.parametrize("lacking", ["imsi", "mm_context"])
def test_acceptance_that_lacks_something(around: Around, new: New, lacking: str) -> None:
    """29.060 11.1.5: what the condition demands is as mandatory; the old SGSN is told."""
    refused(
        new,
        GmmCause.MS_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK,
        **{"imsi": GtpImsi(IMSI), "mm_context": UMTS} | {lacking: None},
    )
    (acknowledge,) = around.heard
    assert acknowledge.cause is GtpCause.MANDATORY_IE_MISSING


def test_acceptance_without_a_tunnel(around: Around, new: New) -> None:
    """29.060 8.2: where the peer's TEID is not known, the acknowledge has none."""
    update = new.transfer()
    new.responds(tunnel_endpoint_identifier_control_plane=None)
    new.settles(update)
    assert around.heard[0].teid == 0


def test_validated_mobile_is_refused_all_the_same(around: Around, new: New) -> None:
    """29.060 7.5.4: nobody is asked for ever; and another mobile's contexts are not wanted."""
    new.context.become(IMSI)
    update = new.transfer(validated=True)
    new.responds(cause=GtpCause.PTMSI_SIGNATURE_MISMATCH, mm_context=None)
    assert update.outcome == "REFUSED"
    update = new.transfer(validated=True)
    new.responds(imsi=GtpImsi("001010000000002"))
    assert update.outcome == "REFUSED"
    (acknowledge,) = around.heard
    assert acknowledge.cause is GtpCause.SYSTEM_FAILURE


def test_old_sgsn_does_not_answer(around: Around, new: New) -> None:
    """29.060 7.6: given up after N3-REQUESTS, well before the mobile asks again."""
    update = new.transfer()
    around.waits(10)
    assert around.said() == ["SgsnContextRequest"] * 5
    assert (update.outcome, update.child.cause) == (
        "REFUSED",
        GmmCause.MS_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK,
    )


def test_old_area_is_nobodys(around: Around, new: New) -> None:
    """23.060 6.9.1.2.2: no SGSN can be asked."""
    update = new.transfer(FAR)
    assert (update.outcome, update.child.cause) == (
        "REFUSED",
        GmmCause.MS_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK,
    )
    new.settles(update, GtpCause.SYSTEM_FAILURE)
    assert around.said() == []


def test_update_is_aborted_while_it_waits(around: Around, new: New) -> None:
    """What comes then is nobody's."""
    update = new.transfer()
    update.end()
    new.responds()
    assert around.said() == []
    assert around.sgsn.warnings["gtp unexpected"] == 1


# --- ping-pong --------------------------------------------------------------------------------------------------------


def test_ping_pong(around: Around) -> None:
    """23.060 6.9.1.2.2: away and back within the old SGSN's timer, by a transfer each way: one context is left."""
    old = around.depart()
    around.cancels()
    new = New(around)
    update = new.transfer(identity=Tlli.foreign(PTMSI))
    new.responds()
    new.settles(update)
    around.sgsn.claim(new.context, None)
    assert around.context is new.context
    assert old.handover is None
    around.waits(100)
    assert around.context is new.context


# --- identification ---------------------------------------------------------------------------------------------------


def identification(context: MmContext, **changes: Any) -> IdentificationRequest:
    """What another SGSN asks when the mobile attaches there."""
    assert context.ptmsi is not None
    request = IdentificationRequest(
        teid=NO_TEID, rai=CELL.rai, ptmsi=context.ptmsi, ptmsi_signature=context.ptmsi_signature
    )
    return request.replace(**changes)


@pytest.mark.parametrize("kind", ["quintuplets", "triplets"])
def test_identification_is_answered(around: Around, kind: str) -> None:
    """23.060 6.5 step 2, 29.060 7.5.2: the IMSI and the vectors that are left; they are not used here any more."""
    context = around.attach(quintuplets() if kind == "quintuplets" else triplets())
    around.gn(identification(context))
    (response,) = around.heard
    assert (response.cause, response.imsi, response.teid) == (ACCEPTED, IMSI, 0)
    assert len(getattr(response, f"authentication_{kind}")) == 4
    assert context.vectors == ()
    assert context.state is mobility.S.REGISTERED


def test_identification_of_a_detached_mobile(around: Around) -> None:
    """23.060 6.5: the P-TMSI is kept for that."""
    context = around.attach()
    around.says(DetachRequestMo(detach_type=MoDetach(power_off=True, type=DetachTypeMo.GPRS_DETACH)))
    around.said()
    around.gn(identification(context))
    assert around.heard[0].imsi == IMSI


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"ptmsi_signature": 1}, GtpCause.PTMSI_SIGNATURE_MISMATCH),
        ({"ptmsi_signature": None}, GtpCause.PTMSI_SIGNATURE_MISMATCH),
        ({"ptmsi": Tmsi(0xC0000001)}, GtpCause.IMSI_NOT_KNOWN),
        ({"rai": AREA}, GtpCause.IMSI_NOT_KNOWN),
    ],
    ids=["signature", "no signature", "ptmsi", "area"],
)
def test_identification_is_refused(around: Around, changes: dict[str, Any], cause: GtpCause) -> None:
    """29.060 7.5.2: the cause alone, and the vectors stay."""
    context = around.attach()
    around.gn(identification(context, **changes))
    assert around.heard == [IdentificationResponse(teid=NO_TEID, sequence_number=101, cause=cause)]
    assert len(context.vectors) == 4


def identify(new: New, rai: Rai = AREA) -> Any:
    """Ask another SGSN who it is."""
    return new.begin(lambda parent: IdentificationAtOldSgsn(parent, new.context, rai, PTMSI, SIGNATURE))


def identified(new: New, **changes: Any) -> None:
    """The old SGSN answers."""
    number = new.around.last(IdentificationRequest).sequence_number
    response = IdentificationResponse(teid=NO_TEID, sequence_number=number, cause=ACCEPTED, imsi=GtpImsi(IMSI))
    new.around.gn(response.replace(**changes))


@pytest.mark.parametrize(
    "vectors",
    [{"authentication_quintuplets": (QUINTUPLET,)}, {"authentication_triplets": (TRIPLET,)}, {}],
    ids=["quintuplets", "triplets", "none"],
)
def test_identified_by_the_old_sgsn(around: Around, new: New, vectors: dict[str, Any]) -> None:
    """23.060 6.5 step 2: the IMSI, and vectors that the HLR need not be asked for."""
    update = identify(new)
    (request,) = around.heard
    assert around.to == ["sgsn2"]
    assert (request.rai, request.ptmsi, request.ptmsi_signature, request.teid) == (AREA, PTMSI, SIGNATURE, 0)
    identified(new, **vectors)
    assert update.outcome == "IDENTIFIED"
    assert new.context.imsi == IMSI
    assert len(new.context.vectors) == len(vectors)


@pytest.mark.parametrize(
    "changes",
    [
        {"cause": GtpCause.IMSI_NOT_KNOWN, "imsi": None},
        {"cause": GtpCause.PTMSI_SIGNATURE_MISMATCH, "imsi": None},
        {"imsi": None},
    ],
    ids=["unknown", "signature", "nobody"],
)
def test_not_identified_by_the_old_sgsn(new: New, changes: dict[str, Any]) -> None:
    """23.060 6.5 step 3: the mobile is asked."""
    update = identify(new)
    identified(new, **changes)
    assert update.outcome == "UNKNOWN"
    assert new.context.imsi is None


def test_identification_is_not_answered(around: Around, new: New) -> None:
    """29.060 7.6: after N3-REQUESTS the mobile is asked."""
    update = identify(new)
    around.waits(10)
    assert around.said() == ["IdentificationRequest"] * 5
    assert update.outcome == "UNKNOWN"
    assert identify(new, FAR).outcome == "UNKNOWN"


# --- suspension -------------------------------------------------------------------------------------------------------


def test_suspended_by_another_sgsn(around: Around) -> None:
    """29.060 6.1.3: no context moves; the mobile is not spoken to until it is heard."""
    context = around.attach()
    around.gn(around.request(context, ptmsi_signature=None, extension_headers=(SUSPEND_REQUEST,)))
    assert around.heard == [
        SgsnContextResponse(teid=Teid(7), sequence_number=101, extension_headers=(SUSPEND_RESPONSE,), cause=ACCEPTED)
    ]
    assert context.handover is None
    assert context.suspended is not None
    around.said()
    around.orders("detach", imsi=str(IMSI), reattach=True)
    assert around.said() == []


@pytest.mark.parametrize("changes", [{"tlli": Tlli(0x80000001)}, {"rai": AREA}], ids=["tlli", "area"])
def test_suspension_of_a_mobile_that_is_not_known(around: Around, changes: dict[str, Any]) -> None:
    """29.060 6.1.3: refused, with the header that says what was refused."""
    around.gn(around.request(around.attach(), extension_headers=(SUSPEND_REQUEST,), **changes))
    (response,) = around.heard
    assert response.cause is GtpCause.IMSI_NOT_KNOWN
    assert response.extension_headers == (SUSPEND_RESPONSE,)
    assert around.context.suspended is None


def suspend(new: New, rai: Rai = AREA) -> Any:
    """Have the mobile suspended elsewhere."""
    return new.begin(lambda parent: SuspendAtOldSgsn(parent, rai, Tlli.local(PTMSI)))


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"extension_headers": (SUSPEND_RESPONSE,)}, "ACKNOWLEDGED"),
        ({"extension_headers": (SUSPEND_RESPONSE,), "cause": GtpCause.IMSI_NOT_KNOWN}, "REFUSED"),
        ({"cause": GtpCause.UNKNOWN_MANDATORY_EXTENSION_HEADER}, "REFUSED"),
        ({}, "REFUSED"),
    ],
    ids=["accepted", "unknown", "R99", "no header"],
)
def test_suspension_at_the_old_sgsn(around: Around, new: New, changes: dict[str, Any], outcome: str) -> None:
    """29.060 6.1.2: without IMSI, P-TMSI, signature and MS validated; one of R99 does not know what is meant."""
    update = suspend(new)
    (request,) = around.heard
    assert around.to == ["sgsn2"]
    assert request.extension_headers == (SUSPEND_REQUEST,)
    assert (request.tlli, request.rai) == (Tlli.local(PTMSI), AREA)
    assert (request.imsi, request.ptmsi, request.ptmsi_signature, request.ms_validated) == (None,) * 4
    new.responds(imsi=None, mm_context=None, **changes)
    assert update.outcome == outcome
    assert around.said() == []


def test_suspension_is_not_answered(around: Around, new: New) -> None:
    """29.060 7.6: refused, after a while or at once."""
    update = suspend(new)
    around.waits(10)
    assert update.outcome == "REFUSED"
    assert suspend(new, FAR).outcome == "REFUSED"


# --- two of them ------------------------------------------------------------------------------------------------------


class Pair:
    """The SGSN where a mobile is attached, and the one where it is now; what one says on Gn the other hears."""

    def __init__(self) -> None:
        self.old = Around()
        self.new = Around(
            name="sgsn2",
            address=GsnAddress.parse("10.0.0.4"),
            gsns={GsnAddress.parse("10.0.0.3"): "sgsn1"},
            sgsns={CELL.rai: GsnAddress.parse("10.0.0.3")},
        )
        self.context = self.old.attach()
        self.mobile = New(self.new)

    def exchange(self) -> list[str]:
        """Let them speak until there is nothing left to say; tells what was said."""
        said: list[str] = []
        while self.old.octets or self.new.octets:
            for sender, receiver, name in ((self.old, self.new, "sgsn1"), (self.new, self.old, "sgsn2")):
                octets, sender.octets = sender.octets, []
                said += [type(gtp.decode(pdu)).__name__ for pdu in octets]
                for pdu in octets:
                    receiver.sgsn.receive(name, "gn", pdu, receiver.now)
                    receiver.listen()
        return said

    def asks(self, child: Callable[[Any, Rai, Tlli, int | None], Any], *, signed: bool = True) -> Any:
        """The new SGSN asks by what the mobile says."""
        assert self.context.ptmsi is not None
        signature = self.context.ptmsi_signature if signed else None
        tlli = Tlli.foreign(self.context.ptmsi)
        update = self.mobile.begin(lambda parent: child(parent, CELL.rai, tlli, signature))
        self.said = self.exchange()
        return update

    def transfers(self, *, signed: bool = True, validated: bool = False) -> Any:
        """The contexts are asked for."""
        return self.asks(
            lambda parent, rai, tlli, signature: ContextTransfer(
                parent, self.mobile.context, rai, tlli, signature, validated=validated
            ),
            signed=signed,
        )


def test_transfer_between_two_sgsns() -> None:
    """23.060 6.9.1.2.2: without signature the mobile is authenticated first; then it is known as before."""
    pair = Pair()
    assert pair.transfers(signed=False).outcome == "NOT_VALIDATED"
    assert pair.said == ["SgsnContextRequest", "SgsnContextResponse"]
    update = pair.transfers(signed=False, validated=True)
    assert update.outcome == "TRANSFERRED"
    known, here = pair.context, pair.mobile.context
    assert (here.imsi, here.cksn, here.keys) == (known.imsi, known.cksn, known.keys)
    assert [vector.rand[0] for vector in here.vectors] == [1, 2, 3, 4]
    pair.mobile.settles(update)
    assert pair.exchange() == ["SgsnContextAcknowledge"]
    assert known.departed


def test_acknowledge_between_two_sgsns_is_lost() -> None:
    """29.060 7.6: the response comes again, and so does the acknowledge."""
    pair = Pair()
    pair.mobile.settles(pair.transfers())
    pair.new.octets.clear()
    pair.old.waits(2)
    assert pair.exchange() == ["SgsnContextResponse", "SgsnContextAcknowledge"]
    assert pair.context.departed


def test_identification_between_two_sgsns() -> None:
    """23.060 6.5 step 2."""
    pair = Pair()
    update = pair.asks(
        lambda parent, rai, tlli, signature: IdentificationAtOldSgsn(
            parent, pair.mobile.context, rai, tlli.ptmsi, signature
        )
    )
    assert update.outcome == "IDENTIFIED"
    assert len(pair.mobile.context.vectors) == 4
    assert not pair.context.departed


def test_suspension_between_two_sgsns() -> None:
    """23.060 16.2.1.2."""
    pair = Pair()
    assert pair.asks(lambda parent, rai, tlli, _: SuspendAtOldSgsn(parent, rai, tlli)).outcome == "ACKNOWLEDGED"
    assert pair.context.suspended is not None


# --- the interface ----------------------------------------------------------------------------------------------------


def test_extension_header_that_an_sgsn_does_not_know(around: Around) -> None:
    """29.060 7.2.4: it tells those that it does know."""
    unknown = gtp.ExtensionHeader(gtp.ExtensionHeaderType.LONG_PDCP_PDU_NUMBER, b"\0" * 6)
    around.gn(around.request(around.attach(), extension_headers=(unknown,)))
    notification, response = around.heard
    assert isinstance(notification, SupportedExtensionHeadersNotification)
    assert [int(kind) for kind in notification.extension_header_type_list.types] == [0xC1, 0xC2]
    assert response.cause is GtpCause.UNKNOWN_MANDATORY_EXTENSION_HEADER


def test_nothing_that_another_sgsn_sends_raises() -> None:
    """DESIGN 7: every octet turned, of every message that is taken here, as a new message each time."""
    around = Around(note_level="off")
    context = around.attach()
    new = New(around)
    for message in (
        around.request(context),
        around.request(context, extension_headers=(SUSPEND_REQUEST,)),
        identification(context),
        SgsnContextAcknowledge(teid=NO_TEID, sequence_number=101, cause=ACCEPTED),
    ):
        octets = message.replace(sequence_number=101).encode()
        for index in range(len(octets)):
            for value in (0, 0x7F, 0xFF, octets[index] ^ 1):
                pdu = octets[:index] + bytes([value]) + octets[index + 1 :]
                around.sgsn.receive("sgsn2", "gn", pdu, around.now)
    response = SgsnContextResponse(
        teid=Teid(7),
        sequence_number=1,
        cause=ACCEPTED,
        imsi=GtpImsi(IMSI),
        tunnel_endpoint_identifier_control_plane=Teid(9),
        mm_context=UMTS,
        pdp_contexts=(PDP,),
        sgsn_address_for_control_plane=GtpAddress.parse("10.0.0.4"),
    ).encode()
    for index in range(len(response)):
        update = new.transfer()
        number = update.child.children[0].sequence.to_bytes(2, "big")
        turned = bytearray(response)
        turned[8:10] = number
        turned[index] ^= 0x55
        around.sgsn.receive("sgsn2", "gn", bytes(turned), around.now)
        update.end()
    around.sgsn.outputs()


def test_echo_both_ways(around: Around) -> None:
    """29.060 7.2: asked and answered; a peer that has restarted is noticed."""
    for recovery in (1, 2):
        around.orders("echo", address="10.0.0.4")
        number = around.last(gtp.EchoRequest).sequence_number
        around.gn(gtp.EchoResponse(teid=NO_TEID, sequence_number=number, recovery=recovery))
        assert around.replies[-1].body == {"recovery": recovery}
    assert around.sgsn.warnings == {"gn restart": 1}
    around.said()
    around.gn(gtp.EchoRequest(teid=NO_TEID))
    assert around.heard == [gtp.EchoResponse(teid=NO_TEID, sequence_number=101, recovery=0)]


def test_states_name_what_is_awaited() -> None:
    """What the trace and inspect show."""
    assert context_handover.S.DEPARTED.value == "served by another SGSN, context kept for a return"
    assert context_transfer.S.WAIT_RESPONSE.value == "wait for SGSN Context Response"
