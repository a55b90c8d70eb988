"""The SGSN alone: real octets in by ``receive``, real octets out, every row of its tables."""

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodes.core.outputs import Command, Note, Reply, Send
from nodes.sgsn import Sgsn, SgsnConfig, attach, mobility
from nodes.sgsn.context import MmContext
from protocol import bssgp, gmm, llc, ns, sccp, tcap
from protocol.bssgp import BvcReset, BvcUnblock, DlUnitdata, UlUnitdata
from protocol.causes import BssgpCause, GmmCause
from protocol.gmm import (
    AttachAccept,
    AttachComplete,
    AttachReject,
    AttachRequest,
    AuthenticationAndCipheringFailure,
    AuthenticationAndCipheringReject,
    AuthenticationAndCipheringRequest,
    AuthenticationAndCipheringResponse,
    DetachAcceptMo,
    DetachRequestMo,
    DetachRequestMt,
    GmmStatus,
    IdentityRequest,
    IdentityResponse,
)
from protocol.gmm.elements import (
    AttachType,
    Cksn,
    DetachTypeMo,
    DrxParameter,
    GprsTimer,
    IdentityType,
    MoDetach,
    MsNetworkCapability,
    MsRadioAccessCapability,
    TypeOfAttach,
)
from protocol.identities import (
    CellIdentifier,
    GsnAddress,
    Gt,
    Imei,
    Imsi,
    IsdnAddress,
    MobileIdentity,
    Rai,
    Tlli,
    Tmsi,
)
from protocol.llc.frame import Sapi, UiFrame
from protocol.map.authentication import (
    AuthenticationFailureReportArg,
    AuthenticationFailureReportRes,
    AuthenticationQuintuplet,
    AuthenticationSetList,
    SendAuthenticationInfoArg,
    SendAuthenticationInfoRes,
)
from protocol.map.contexts import LOCATION_CANCEL_V3
from protocol.map.equipment import CheckImeiArg, CheckImeiRes, EquipmentStatus
from protocol.map.errors import (
    RoamingNotAllowedCause,
    RoamingNotAllowedParam,
    UnknownSubscriberDiagnostic,
    UnknownSubscriberParam,
)
from protocol.map.location import (
    CancellationType,
    CancelLocationArg,
    CancelLocationRes,
    Identity,
    PurgeMsArg,
    PurgeMsRes,
    UpdateGprsLocationArg,
    UpdateGprsLocationRes,
)
from protocol.map.operations import ErrorCode
from protocol.map.subscriber import InsertSubscriberDataArg, InsertSubscriberDataRes
from protocol.sccp import Address, Ssn
from protocol.timers import SECOND

CELL = CellIdentifier(Rai.parse("001-01-1-7"), 1)
HLR, EIR, OWN = Gt("49170000001"), Gt("49170000002"), Gt("49170000003")
IMSI = Imsi("001010000000001")
IMEI = Imei("490154203237510")
RANDOM = Tlli(0x78000001)


def request(identity: Imsi | Tmsi = IMSI, **changes: Any) -> AttachRequest:
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
    ).replace(**changes)


def vectors(count: int = 5) -> SendAuthenticationInfoRes:
    """Quintuplets whose XRES is their number."""
    quintuplets = tuple(
        AuthenticationQuintuplet(rand=bytes([n]) * 16, xres=bytes([n]) * 8, ck=bytes(16), ik=bytes(16), autn=bytes(16))
        for n in range(count)
    )
    return SendAuthenticationInfoRes(authentication_set_list=AuthenticationSetList(quintuplet_list=quintuplets))


class Around:
    """What is around the SGSN: a BSS with a mobile, an HLR, an EIR. What the SGSN says is read and kept."""

    def __init__(self, cell: CellIdentifier = CELL, **changes: Any) -> None:
        config: dict[str, Any] = {
            "name": "sgsn1",
            "number": OWN,
            "address": GsnAddress.parse("10.0.0.3"),
            "bsss": ("bss1",),
            "routes": {HLR: ("hlr1", "gr"), EIR: ("eir1", "gf")},
            "hlrs": {"00101": HLR},
            "eir": EIR,
            "periodic_ra_update_timer": GprsTimer.lasting(54 * 60 * SECOND),
            "ready_timer": GprsTimer.lasting(44 * SECOND),
            "note_level": "all",
        } | changes
        self.cell = cell
        self.sgsn = Sgsn(SgsnConfig(**config), Random(1), [])
        self.now = 0
        self.tlli = RANDOM
        self.nu = 0
        self.heard: list[Any] = []
        self.notes: list[Note] = []
        self.replies: list[Reply] = []
        self.asked: dict[type, tuple[bytes, int]] = {}
        self.sgsn.start(0)
        self.gb(bssgp.BvcResetAck(bvci=0), 0)
        self.gb(BvcReset(bvci=0, cause=BssgpCause.OM_INTERVENTION), 0)
        self.gb(BvcReset(bvci=2, cause=BssgpCause.OM_INTERVENTION, cell_identifier=cell), 0)
        self.gb(BvcUnblock(bvci=2), 0)
        self.heard.clear()

    # --- in ---
    def gb(self, message: bssgp.BssgpMessage, bvci: int = 2) -> None:
        """A BSSGP PDU from the BSS."""
        self.sgsn.receive("bss1", "gb", ns.NsUnitdata(bvci=bvci, sdu=message.encode()).encode(), self.now)
        self.listen()

    def says(self, message: Any) -> None:
        """The mobile says a GMM message, or octets that should be one."""
        octets = message if isinstance(message, bytes) else message.encode()
        frame = UiFrame(sapi=Sapi.LLGMM, command=False, nu=self.nu, information=octets).encode()
        self.nu = (self.nu + 1) % 512
        self.gb(
            UlUnitdata(
                tlli=self.tlli,
                qos_profile=bssgp.UlQosProfile.from_octets(bytes(3)),
                cell_identifier=self.cell,
                llc_pdu=frame,
            )
        )

    def peer(self, ssn: int, number: Gt, interface: str, message: Any) -> None:
        """A TCAP message from the HLR or EIR."""
        own = Address(ssn=Ssn.SGSN, gt=OWN)
        for pdu in sccp.segments(own, Address(ssn=Ssn(ssn), gt=number), message.encode(), 7):
            self.sgsn.receive("hlr1", interface, pdu, self.now)
        self.listen()

    def answers(self, asked: type, answer: Any) -> None:
        """The peer answers an invoke and ends the dialogue; ``answer`` is a result, an error code or its parameter."""
        otid, number = self.asked[asked]
        plain = isinstance(answer, ErrorCode) or type(answer).__name__.endswith("Param")
        component = tcap.error(number, answer) if plain else tcap.result(number, answer)
        self.peer(6, HLR, "gr", tcap.End(dtid=otid, components=(component,)))

    def waits(self, seconds: float) -> None:
        """Time passes."""
        end = self.now + round(seconds * SECOND)
        while (deadline := self.sgsn.next_timer()) is not None and deadline.when <= end:
            self.now = deadline.when
            self.sgsn.on_time(self.now)
            self.listen()
        self.now = end

    def orders(self, verb: str, **arguments: Any) -> Reply:
        """The operator asks."""
        self.sgsn.command(Command("1", verb, arguments), self.now)
        self.listen()
        return self.replies[-1]

    # --- out ---
    def listen(self) -> None:
        """Read what the SGSN says."""
        for output in self.sgsn.outputs():
            match output:
                case Send(interface="gb", pdu=pdu):
                    message: Any = bssgp.decode(ns.decode(pdu).sdu, up=False)  # type: ignore[attr-defined]
                    if isinstance(message, DlUnitdata):
                        frame = llc.decode(message.llc_pdu)
                        assert frame.command
                        if not isinstance(frame, UiFrame):
                            continue  # the link begins anew
                        message = gmm.decode(frame.information, up=False)
                    self.heard.append(message)
                case Send(pdu=pdu):
                    transaction = tcap.decode(sccp.decode(pdu).payload)  # type: ignore[attr-defined]
                    for component in getattr(transaction, "components", ()):
                        if isinstance(component, tcap.Invoke):
                            self.asked[type(component.argument)] = (transaction.otid, component.invoke_id)  # type: ignore[union-attr]
                            self.heard.append(component.argument)
                        elif isinstance(component, tcap.ReturnResultLast):
                            self.heard.append(component.result)
                        else:
                            self.heard.append(component)
                    if not getattr(transaction, "components", ()):
                        self.heard.append(transaction)
                case Note():
                    self.notes.append(output)
                case Reply():
                    self.replies.append(output)

    def said(self) -> list[str]:
        """Names of what the SGSN has said since this was asked last."""
        names = [type(message).__name__ for message in self.heard]
        self.heard.clear()
        return names

    def last(self, kind: type) -> Any:
        """The last message of a type that it said."""
        return next(message for message in reversed(self.heard) if isinstance(message, kind))

    @property
    def context(self) -> MmContext:
        """The one context."""
        return next(iter(self.sgsn.by_tlli.values()))

    # --- prefixes of flows ---
    def to_challenge(self, message: AttachRequest | None = None) -> None:
        """Attach until the mobile is challenged."""
        self.says(message or request())
        self.answers(SendAuthenticationInfoArg, vectors())

    def proves(self, xres: bytes | None = None) -> None:
        """The mobile answers the challenge, by default right."""
        challenge = self.last(AuthenticationAndCipheringRequest)
        proof = challenge.rand[:8] if xres is None else xres
        self.says(
            AuthenticationAndCipheringResponse(
                ac_reference_number=challenge.ac_reference_number,
                authentication_parameter_response=proof[:4],
                authentication_response_extension=proof[4:],
            )
        )

    def to_equipment(self) -> None:
        """Attach until the EIR is asked."""
        self.to_challenge()
        self.proves()
        self.says(IdentityResponse(mobile_identity=MobileIdentity(IMEI)))

    def to_location(self) -> None:
        """Attach until the HLR is told."""
        self.to_equipment()
        self.answers(CheckImeiArg, CheckImeiRes(equipment_status=EquipmentStatus.WHITE_LISTED))

    def to_accept(self) -> None:
        """Attach until the accept is sent."""
        self.to_location()
        self.answers(UpdateGprsLocationArg, UpdateGprsLocationRes(hlr_number=IsdnAddress(HLR)))

    def attach(self) -> AttachAccept:
        """Attach."""
        self.to_accept()
        accept: AttachAccept = self.last(AttachAccept)
        assert accept.allocated_ptmsi is not None
        self.tlli = Tlli.local(accept.allocated_ptmsi.value)  # type: ignore[arg-type]
        self.says(AttachComplete())
        self.heard.clear()
        return accept


@pytest.mark.ttcn3("attach")
@pytest.mark.ttcn3("attach_umts_aka_umts_res")
def test_attach_by_imsi() -> None:
    """23.060 6.5: challenge, equipment, location with subscriber data, and only then ATTACH ACCEPT."""
    around = Around()
    around.says(request())
    assert around.said() == ["SendAuthenticationInfoArg"]
    around.answers(SendAuthenticationInfoArg, vectors())
    around.proves()
    assert around.said() == ["AuthenticationAndCipheringRequest", "IdentityRequest"]
    around.says(IdentityResponse(mobile_identity=MobileIdentity(IMEI)))
    around.answers(CheckImeiArg, CheckImeiRes(equipment_status=EquipmentStatus.GREY_LISTED))
    assert around.said() == ["CheckImeiArg", "UpdateGprsLocationArg"]
    otid, _ = around.asked[UpdateGprsLocationArg]
    insert = InsertSubscriberDataArg(msisdn=IsdnAddress("491700000001"))
    around.peer(6, HLR, "gr", tcap.Continue(otid=b"\0\0\0\1", dtid=otid, components=(tcap.invoke(1, insert),)))
    assert around.said() == [InsertSubscriberDataRes.__name__]
    around.answers(UpdateGprsLocationArg, UpdateGprsLocationRes(hlr_number=IsdnAddress(HLR)))
    assert around.said() == ["AttachAccept"]
    around.says(AttachComplete())
    assert around.context.state is mobility.S.REGISTERED
    assert around.context.msisdn == IsdnAddress("491700000001")
    assert around.sgsn.tcap.dialogues == {}
    assert any("grey" in note.text for note in around.notes)


@pytest.mark.ttcn3("attach_mnc3")
def test_attach_where_the_mnc_has_three_digits() -> None:
    """24.008 10.5.5.15: the third digit is 0 and not the filler; the mobile learns the area that its BSS tells."""
    cell = CellIdentifier(Rai.parse("023-042-1-7"), 1)
    around = Around(cell)
    accept = around.attach()
    assert accept.routing_area == cell.rai
    assert accept.routing_area.to_octets()[:3] == b"\x20\x23\x40"
    assert around.context.rai != Rai.parse("023-42-1-7")


@pytest.mark.ttcn3("detach_nopoweroff")
def test_reattach_by_ptmsi_with_signature() -> None:
    """23.060 6.5.3: a P-TMSI of ours with its signature and key needs neither challenge nor HLR."""
    around = Around()
    accept = around.attach()
    key = around.context.cksn
    around.says(DetachRequestMo(detach_type=MoDetach(power_off=False, type=DetachTypeMo.GPRS_DETACH)))
    assert around.said() == ["DetachAcceptMt"]
    assert around.context.state is mobility.S.DEREGISTERED
    ptmsi = accept.allocated_ptmsi.value  # type: ignore[union-attr]
    around.tlli = Tlli.foreign(ptmsi)  # type: ignore[arg-type]
    around.nu = 0
    around.says(request(ptmsi, cksn=key, old_ptmsi_signature=accept.ptmsi_signature))  # type: ignore[arg-type]
    assert around.said() == ["AttachAccept"]
    assert len({id(context) for context in around.sgsn.by_tlli.values()}) == 1


def test_reattach_by_ptmsi_with_wrong_signature() -> None:
    """23.060 6.5.3: without the right signature the mobile is challenged, with a vector that is left."""
    around = Around()
    accept = around.attach()
    ptmsi = accept.allocated_ptmsi.value  # type: ignore[union-attr]
    around.tlli = Tlli.foreign(ptmsi)  # type: ignore[arg-type]
    around.says(request(ptmsi, cksn=Cksn(0), old_ptmsi_signature=1))  # type: ignore[arg-type]
    assert around.said() == ["AuthenticationAndCipheringRequest"]


@pytest.mark.ttcn3("attach_no_imsi_response")
@pytest.mark.ttcn3("attach_auth_id_timeout")
def test_ptmsi_unknown() -> None:
    """23.060 6.5.3: a P-TMSI that is not ours leads to an identity request, T3370 repeats it, the fifth expiry ends."""
    around = Around()
    around.says(request(Tmsi(0xC0000001)))
    around.waits(29)
    assert around.said() == ["IdentityRequest"] * 5
    around.waits(2)
    assert around.said() == []
    assert around.sgsn.by_tlli == {}
    around.says(request(Tmsi(0xC0000001)))
    around.says(IdentityResponse(mobile_identity=MobileIdentity(IMEI)))
    around.says(IdentityResponse(mobile_identity=MobileIdentity(IMSI)))
    assert around.said() == ["IdentityRequest", "SendAuthenticationInfoArg"]


@pytest.mark.ttcn3("attach_gmm_attach_req_while_gmm_attach")
def test_same_request_before_accept_is_ignored() -> None:
    """24.008 4.7.3.1.6 e: the first one goes on."""
    around = Around()
    around.says(request())
    around.says(request())
    assert around.said() == ["SendAuthenticationInfoArg"]


def test_other_request_before_accept_replaces() -> None:
    """24.008 4.7.3.1.6 e: the first one is aborted, its dialogue too, and the new one begun."""
    around = Around()
    around.says(request())
    around.says(request(Imsi("001010000000002")))
    assert around.said() == ["SendAuthenticationInfoArg", "SendAuthenticationInfoArg"]
    assert len(around.sgsn.tcap.dialogues) == 1


@pytest.mark.ttcn3("attach_check_complete_resend")
def test_accept_repeated_by_t3350() -> None:
    """24.008 4.7.3.1.6 c: five in all; then the attach is aborted and both identities stay valid."""
    around = Around()
    around.to_accept()
    around.waits(29)
    assert around.said().count("AttachAccept") == 5
    around.waits(2)
    assert around.said() == []
    assert around.context.state is mobility.S.DEREGISTERED
    assert len(around.sgsn.by_tlli) == 2


def test_same_request_after_accept_repeats_it() -> None:
    """24.008 4.7.3.1.6 d: the same accept again, not counted; another request begins anew."""
    around = Around()
    around.to_accept()
    first = around.last(AttachAccept)
    around.heard.clear()
    around.says(request())
    assert around.heard == [first]
    around.waits(29)
    assert around.said().count("AttachAccept") == 5
    around.says(request(old_ptmsi_signature=5))
    assert around.said() == ["AuthenticationAndCipheringRequest"]


def test_wrong_proof_of_an_imsi() -> None:
    """24.008 4.7.7.5: rejected, and the HLR is told."""
    around = Around()
    around.to_challenge()
    around.proves(b"wrong!!!")
    assert around.said()[-2:] == ["AuthenticationFailureReportArg", "AuthenticationAndCipheringReject"]
    around.answers(AuthenticationFailureReportArg, AuthenticationFailureReportRes())
    assert around.sgsn.by_tlli == {}
    assert around.sgsn.tcap.dialogues == {}


@pytest.mark.parametrize("answer", [ErrorCode.SYSTEM_FAILURE, None], ids=["refused", "silent"])
def test_failure_report_is_nobodys_worry(answer: ErrorCode | None) -> None:
    """29.002 8.5.3: whatever comes of the report, nothing waits for it."""
    around = Around()
    around.to_challenge()
    around.proves(b"wrong!!!")
    if answer is None:
        around.waits(31)
    else:
        around.answers(AuthenticationFailureReportArg, answer)
    assert around.sgsn.tcap.dialogues == {}


def test_wrong_proof_of_a_ptmsi() -> None:
    """24.008 4.7.7.5: it may be another's P-TMSI, so the IMSI is asked and that one challenged."""
    around = Around()
    accept = around.attach()
    ptmsi = accept.allocated_ptmsi.value  # type: ignore[union-attr]
    around.tlli = Tlli.foreign(ptmsi)  # type: ignore[arg-type]
    around.says(request(ptmsi))  # type: ignore[arg-type]
    around.proves(b"wrong!!!")
    assert around.said() == ["AuthenticationAndCipheringRequest", "IdentityRequest"]
    around.says(IdentityResponse(mobile_identity=MobileIdentity(Imsi("001010000000002"))))
    assert around.said() == ["SendAuthenticationInfoArg"]
    assert around.sgsn.by_imsi[IMSI].state is mobility.S.REGISTERED


def test_challenge_unanswered() -> None:
    """24.008 4.7.7.6 b: five challenges, then the attach dies with the authentication."""
    around = Around()
    around.to_challenge()
    around.waits(29)
    assert around.said().count("AuthenticationAndCipheringRequest") == 5
    around.waits(2)
    assert around.said() == []
    assert around.sgsn.by_tlli == {}


def test_answer_to_another_challenge_is_ignored() -> None:
    """24.008 10.5.5.19: the reference number tells which challenge is answered."""
    around = Around()
    around.to_challenge()
    around.heard.clear()
    around.says(AuthenticationAndCipheringResponse(ac_reference_number=9, authentication_parameter_response=bytes(4)))
    assert around.said() == []


@pytest.mark.ttcn3("attach_usim_resync")
def test_synch_failure() -> None:
    """33.102 6.3.5: RAND and AUTS go to the HLR, a fresh vector comes; a second failure ends it."""
    around = Around()
    around.to_challenge()
    around.says(
        AuthenticationAndCipheringFailure(gmm_cause=GmmCause.SYNCH_FAILURE, authentication_failure_parameter=b"a" * 14)
    )
    asked = around.last(SendAuthenticationInfoArg)
    assert asked.re_synchronisation_info.auts == b"a" * 14
    around.answers(SendAuthenticationInfoArg, vectors())
    around.proves()
    assert around.last(IdentityRequest).identity_type is IdentityType.IMEI


def test_synch_failure_twice() -> None:
    """One re-synchronisation is enough; there is no loop."""
    around = Around()
    around.to_challenge()
    failure = AuthenticationAndCipheringFailure(
        gmm_cause=GmmCause.SYNCH_FAILURE, authentication_failure_parameter=b"a" * 14
    )
    around.says(failure)
    around.answers(SendAuthenticationInfoArg, vectors())
    around.says(failure)
    assert around.said()[-1] == AuthenticationAndCipheringReject.__name__


@pytest.mark.parametrize(
    ("identity", "then"),
    [(IMSI, "AuthenticationAndCipheringReject"), (Imsi("001010000000002"), "SendAuthenticationInfoArg")],
    ids=["same", "other"],
)
def test_mac_failure(identity: Imsi, then: str) -> None:
    """24.008 4.7.7.6 c: the mobile is identified; the same IMSI is rejected, another one challenged."""
    around = Around()
    around.to_challenge()
    around.says(AuthenticationAndCipheringFailure(gmm_cause=GmmCause.MAC_FAILURE))
    assert around.said()[-1] == "IdentityRequest"
    around.says(IdentityResponse(mobile_identity=MobileIdentity(identity)))
    assert around.said()[-1] == then


def test_mac_failure_then_silence() -> None:
    """24.008 4.7.8.4: the identification that follows is not answered."""
    around = Around()
    around.to_challenge()
    around.says(AuthenticationAndCipheringFailure(gmm_cause=GmmCause.MAC_FAILURE))
    around.waits(31)
    assert around.sgsn.by_tlli == {}


@pytest.mark.ttcn3("attach_auth_sai_reject")
@pytest.mark.ttcn3("attach_gsup_lu_reject")
@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (
            UnknownSubscriberParam(unknown_subscriber_diagnostic=UnknownSubscriberDiagnostic.IMSI_UNKNOWN),
            GmmCause.GPRS_SERVICES_AND_NON_GPRS_SERVICES_NOT_ALLOWED,
        ),
        (
            UnknownSubscriberParam(unknown_subscriber_diagnostic=UnknownSubscriberDiagnostic.GPRS_SUBSCRIPTION_UNKNOWN),
            GmmCause.GPRS_SERVICES_NOT_ALLOWED,
        ),
        (UnknownSubscriberParam(), GmmCause.GPRS_SERVICES_NOT_ALLOWED),
        (ErrorCode.UNKNOWN_SUBSCRIBER, GmmCause.GPRS_SERVICES_NOT_ALLOWED),
        (
            RoamingNotAllowedParam(roaming_not_allowed_cause=RoamingNotAllowedCause.PLMN_ROAMING_NOT_ALLOWED),
            GmmCause.PLMN_NOT_ALLOWED,
        ),
        (
            RoamingNotAllowedParam(roaming_not_allowed_cause=RoamingNotAllowedCause.OPERATOR_DETERMINED_BARRING),
            GmmCause.GPRS_SERVICES_NOT_ALLOWED_IN_THIS_PLMN,
        ),
        (ErrorCode.SYSTEM_FAILURE, GmmCause.NETWORK_FAILURE),
    ],
)
@pytest.mark.parametrize("operation", [SendAuthenticationInfoArg, UpdateGprsLocationArg])
def test_hlr_refuses(operation: type, answer: Any, cause: GmmCause) -> None:
    """29.010: each error of the HLR becomes its GMM cause."""
    around = Around()
    if operation is SendAuthenticationInfoArg:
        around.says(request())
    else:
        around.to_location()
    around.answers(operation, answer)
    assert around.last(AttachReject).gmm_cause is cause
    assert around.sgsn.by_tlli == {}


@pytest.mark.ttcn3("attach_auth_sai_timeout")
@pytest.mark.ttcn3("attach_gsup_lu_timeout")
@pytest.mark.parametrize("operation", ["vectors", "location"])
def test_hlr_silent(operation: str) -> None:
    """29.002 17.1.2: no answer within the operation's timer is a network failure for the mobile."""
    around = Around()
    if operation == "vectors":
        around.says(request())
    else:
        around.to_location()
    around.waits(31)
    assert around.last(AttachReject).gmm_cause is GmmCause.NETWORK_FAILURE
    assert around.sgsn.tcap.dialogues == {}


def test_no_vectors() -> None:
    """29.002 8.5.2: an answer without vectors is no help."""
    around = Around()
    around.says(request())
    around.answers(SendAuthenticationInfoArg, SendAuthenticationInfoRes())
    assert around.last(AttachReject).gmm_cause is GmmCause.NETWORK_FAILURE


@pytest.mark.ttcn3("attach_closed")
def test_imsi_of_no_hlr() -> None:
    """29.272 A.2 read for MAP: no HLR of such an IMSI is reachable: the mobile may try elsewhere (#15)."""
    around = Around()
    around.says(request(Imsi("262010000000001")))
    assert around.last(AttachReject).gmm_cause is GmmCause.NO_SUITABLE_CELLS_IN_LOCATION_AREA


def test_black_equipment() -> None:
    """23.060 6.8.4: black-listed equipment is rejected with #6."""
    around = Around()
    around.to_equipment()
    around.answers(CheckImeiArg, CheckImeiRes(equipment_status=EquipmentStatus.BLACK_LISTED))
    assert around.last(AttachReject).gmm_cause is GmmCause.ILLEGAL_ME


@pytest.mark.parametrize(
    ("policy", "answer", "then"),
    [
        ("open", ErrorCode.UNKNOWN_EQUIPMENT, "UpdateGprsLocationArg"),
        ("closed", ErrorCode.UNKNOWN_EQUIPMENT, GmmCause.ILLEGAL_ME),
        ("open", None, "UpdateGprsLocationArg"),
        ("closed", None, GmmCause.NETWORK_FAILURE),
    ],
)
def test_eir_cannot_tell(policy: str, answer: ErrorCode | None, then: str | GmmCause) -> None:
    """What the operator's policy makes of unknown equipment and of an EIR that is down."""
    around = Around(eir_policy=policy)
    around.to_equipment()
    if answer is None:
        around.waits(31)
    else:
        around.answers(CheckImeiArg, answer)
    if isinstance(then, GmmCause):
        assert around.last(AttachReject).gmm_cause is then
    else:
        assert then in around.said()


@pytest.mark.ttcn3("attach_no_imei_response")
def test_equipment_not_told() -> None:
    """24.008 4.7.8.4: the IMEI is asked five times, then the attach dies."""
    around = Around()
    around.to_challenge()
    around.proves()
    around.waits(31)
    assert around.sgsn.by_tlli == {}


@pytest.mark.ttcn3("attach_second_attempt")
def test_attach_of_a_registered_mobile() -> None:
    """24.008 4.7.3.1.6 f: the mobile starts again on its link, is challenged again, and then accepted."""
    around = Around()
    before = around.attach()
    around.says(request())
    around.proves()
    accept = around.last(AttachAccept)
    assert around.said() == ["AuthenticationAndCipheringRequest", "AttachAccept"]
    assert accept.allocated_ptmsi != before.allocated_ptmsi
    around.says(AttachComplete())
    assert around.context.state is mobility.S.REGISTERED
    assert set(around.sgsn.by_imsi) == {IMSI}


@pytest.mark.parametrize("proof", [b"wrong!!!", None], ids=["wrong", "silent"])
def test_attach_on_the_tlli_of_another(proof: bytes | None) -> None:
    """An attach that is not proved leaves the registered mobile of that TLLI as it was, whatever IMSI it claims."""
    around = Around()
    around.attach()
    for claimed in (Imsi("001010000000002"), IMSI):
        around.says(request(claimed))
        if claimed != IMSI:
            around.answers(SendAuthenticationInfoArg, vectors())
        if proof is None:
            around.waits(31)
        else:
            around.proves(proof)
        assert around.context is around.sgsn.by_imsi[IMSI]
        assert around.context.state is mobility.S.REGISTERED
        assert list(around.sgsn.by_imsi) == [IMSI]
    around.says(DetachRequestMo(detach_type=MoDetach(power_off=False, type=DetachTypeMo.GPRS_DETACH)))
    assert around.said()[-1] == "DetachAcceptMt"


def test_location_cancelled_during_reattach() -> None:
    """29.002 8.1.3: what the HLR cancels during the challenge of a new attach is asked of it again."""
    around = Around()
    around.attach()
    around.tlli = Tlli(0x78000002)
    around.nu = 0
    around.says(request())
    cancel(around, CancellationType.UPDATE_PROCEDURE)
    around.proves()
    around.said()
    around.answers(UpdateGprsLocationArg, UpdateGprsLocationRes(hlr_number=IsdnAddress(HLR)))
    assert around.said() == ["AttachAccept"]


def test_attach_during_purge() -> None:
    """23.060 6.7: the HLR may have marked the mobile as purged, so it is told that it is back."""
    around = Around()
    around.attach()
    around.says(DetachRequestMo(detach_type=MoDetach(power_off=True, type=DetachTypeMo.GPRS_DETACH)))
    around.waits(24 * 3600)
    around.says(request())
    around.proves()
    assert around.said()[-1] == "UpdateGprsLocationArg"


def test_detach_during_purge() -> None:
    """24.008 4.7.4.1: a mobile that is detached already is answered, and the purge goes on."""
    around = Around()
    around.attach()
    leave = DetachRequestMo(detach_type=MoDetach(power_off=False, type=DetachTypeMo.GPRS_DETACH))
    around.says(leave)
    around.waits(24 * 3600)
    around.said()
    around.says(leave)
    around.says(leave.replace(detach_type=MoDetach(power_off=True, type=DetachTypeMo.GPRS_DETACH)))
    assert around.said() == ["DetachAcceptMt"]
    around.answers(PurgeMsArg, PurgeMsRes())
    assert around.sgsn.by_tlli == {}


def test_late_answer_to_a_challenge_that_was_replaced() -> None:
    """24.008 10.5.5.19: another request, another challenge, another reference: the late answer is ignored."""
    around = Around()
    around.to_challenge()
    first = around.last(AuthenticationAndCipheringRequest)
    around.says(request(old_ptmsi_signature=1))
    around.heard.clear()
    around.says(
        AuthenticationAndCipheringResponse(
            ac_reference_number=first.ac_reference_number, authentication_parameter_response=first.rand[:4]
        )
    )
    assert around.said() == []


@pytest.mark.ttcn3("detach_poweroff")
def test_detach_switched_off_is_not_answered() -> None:
    """24.008 4.7.4.1.2: nobody would hear the answer."""
    around = Around()
    around.attach()
    around.says(DetachRequestMo(detach_type=MoDetach(power_off=True, type=DetachTypeMo.GPRS_DETACH)))
    assert around.said() == []
    assert around.context.state is mobility.S.DEREGISTERED


def test_detach_during_attach() -> None:
    """24.008 4.7.3.1.6 g: the attach is aborted and the detach granted."""
    around = Around()
    around.to_challenge()
    around.heard.clear()
    around.says(DetachRequestMo(detach_type=MoDetach(power_off=False, type=DetachTypeMo.GPRS_DETACH)))
    assert around.said() == ["DetachAcceptMt"]
    assert around.sgsn.by_tlli == {}


@pytest.mark.ttcn3("detach_unknown_nopoweroff")
@pytest.mark.ttcn3("detach_unknown_poweroff")
@pytest.mark.parametrize(("power_off", "answer"), [(False, ["DetachAcceptMt"]), (True, [])])
def test_detach_of_an_unknown_mobile(power_off: bool, answer: list[str]) -> None:
    """A TLLI that is not known: silence if it is switched off, else it is granted."""
    around = Around()
    around.says(DetachRequestMo(detach_type=MoDetach(power_off=power_off, type=DetachTypeMo.GPRS_DETACH)))
    assert around.said() == answer


@pytest.mark.parametrize("answer", [PurgeMsRes(freeze_p_tmsi=True), ErrorCode.SYSTEM_FAILURE, None])
def test_purge(answer: Any) -> None:
    """23.060 6.7: a mobile that was detached for long is forgotten, and the HLR told."""
    around = Around()
    around.attach()
    around.says(DetachRequestMo(detach_type=MoDetach(power_off=True, type=DetachTypeMo.GPRS_DETACH)))
    around.waits(24 * 3600)
    assert around.said() == [PurgeMsArg.__name__]
    if answer is None:
        around.waits(31)
    else:
        around.answers(PurgeMsArg, answer)
    assert around.sgsn.by_tlli == {}
    assert around.sgsn.by_imsi == {}
    assert around.sgsn.by_ptmsi == {}
    assert around.sgsn.next_timer() is None


def cancel(around: Around, kind: CancellationType) -> None:
    """The HLR cancels the mobile's location."""
    argument = CancelLocationArg(identity=Identity(imsi=IMSI), cancellation_type=kind)
    opening = tcap.Aarq(application_context=LOCATION_CANCEL_V3)
    around.peer(6, HLR, "gr", tcap.Begin(otid=b"\0\0\0\2", dialogue=opening, components=(tcap.invoke(1, argument),)))


@pytest.mark.ttcn3("hlr_location_cancel_request_update")
def test_cancel_location_update_procedure() -> None:
    """23.060 6.9.1: the mobile is elsewhere: its context goes, it is not told."""
    around = Around()
    around.attach()
    cancel(around, CancellationType.UPDATE_PROCEDURE)
    assert around.said() == [CancelLocationRes.__name__]
    assert around.sgsn.by_imsi == {}


@pytest.mark.ttcn3("hlr_location_cancel_request_withdraw")
def test_cancel_location_withdraw() -> None:
    """23.060 6.6.2.2: the subscription is withdrawn: the mobile is detached and its context goes."""
    around = Around()
    around.attach()
    cancel(around, CancellationType.SUBSCRIPTION_WITHDRAW)
    assert around.said() == [DetachRequestMt.__name__, CancelLocationRes.__name__]
    around.says(DetachAcceptMo())
    assert around.sgsn.by_imsi == {}


@pytest.mark.ttcn3("hlr_location_cancel_request_unknown_subscriber_update")
@pytest.mark.ttcn3("hlr_location_cancel_request_unknown_subscriber_withdraw")
def test_cancel_location_of_an_unknown_or_detached_mobile() -> None:
    """29.002 8.1.3: acknowledged all the same; a detached one is forgotten."""
    around = Around()
    cancel(around, CancellationType.UPDATE_PROCEDURE)
    assert around.said() == [CancelLocationRes.__name__]
    around.attach()
    around.says(DetachRequestMo(detach_type=MoDetach(power_off=True, type=DetachTypeMo.GPRS_DETACH)))
    cancel(around, CancellationType.SUBSCRIPTION_WITHDRAW)
    assert around.said() == [CancelLocationRes.__name__]
    assert around.sgsn.by_imsi == {}


def test_network_detach_unanswered() -> None:
    """24.008 4.7.4.2.5 a: five requests, then it counts as gone."""
    around = Around()
    around.attach()
    assert around.orders("detach", imsi=IMSI).status == "done"
    around.waits(29)
    assert around.said() == ["DetachRequestMt"] * 5
    around.waits(2)
    assert around.context.state is mobility.S.DEREGISTERED


def test_detach_requests_cross() -> None:
    """24.008 4.7.4.2.5: the mobile's own request is answered, and both are done."""
    around = Around()
    around.attach()
    around.orders("detach", imsi=IMSI)
    around.says(DetachRequestMo(detach_type=MoDetach(power_off=False, type=DetachTypeMo.GPRS_DETACH)))
    assert around.said() == ["DetachRequestMt", "DetachAcceptMt"]
    assert around.context.state is mobility.S.DEREGISTERED


@pytest.mark.parametrize(("reattach", "then"), [(True, ["AuthenticationAndCipheringRequest"]), (False, [])])
def test_attach_during_network_detach(reattach: bool, then: list[str]) -> None:
    """24.008 4.7.4.2.5 c: ignored, unless the detach wanted the mobile to attach again."""
    around = Around()
    around.attach()
    around.orders("detach", imsi=IMSI, type="reattach" if reattach else "no-reattach")
    around.heard.clear()
    around.says(request())
    assert around.said() == then


def test_orders_that_cannot_be_obeyed() -> None:
    """Every command is answered."""
    around = Around()
    assert around.orders("detach", imsi="999").status == "failed"
    assert around.orders("fly").status == "failed"
    assert around.orders("inspect", subject="999").status == "failed"
    assert around.orders("inspect").body["bvcs"] == {"bss1/2": str(CELL)}
    around.attach()
    assert around.orders("inspect", subject=IMSI).body["state"] == "GMM-REGISTERED"


def test_message_not_awaited() -> None:
    """24.008 8.4: a message that the state does not know is answered by STATUS #98; a STATUS never is."""
    around = Around()
    around.attach()
    around.says(IdentityResponse(mobile_identity=MobileIdentity(IMSI)))
    assert around.last(GmmStatus).gmm_cause is GmmCause.MESSAGE_TYPE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE
    around.heard.clear()
    around.says(GmmStatus(gmm_cause=GmmCause.CONGESTION))
    around.says(GmmStatus(gmm_cause=GmmCause.CONGESTION).encode()[:2])
    assert around.said() == []


def test_malformed_attach_request() -> None:
    """24.008 8.5: an attach that cannot be read is rejected with #96; another message gets a STATUS if known."""
    around = Around()
    around.says(request().encode()[:20])
    assert around.last(AttachReject).gmm_cause is GmmCause.INVALID_MANDATORY_INFORMATION
    assert around.sgsn.by_tlli == {}
    around.heard.clear()
    around.says(b"\x08\x7f")
    assert around.said() == []
    around.attach()
    around.says(b"\x08\x7f")
    assert around.last(GmmStatus).gmm_cause is GmmCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED


def test_repeated_frame_is_discarded() -> None:
    """44.064 8.4.2: the same N(U) again is the same frame again."""
    around = Around()
    around.to_challenge()
    around.proves()
    around.nu -= 1
    around.proves(b"wrong!!!")
    assert around.said()[-1] == "IdentityRequest"


def test_mobile_switched_on_again_starts_a_new_link() -> None:
    """44.064 7.2.1.1: an ATTACH REQUEST numbered 0 is heard, whatever the link had before."""
    around = Around()
    around.says(request())
    around.nu = 0
    around.says(request(Imsi("001010000000009")))
    assert around.said() == ["SendAuthenticationInfoArg", "SendAuthenticationInfoArg"]


def test_bvc_procedures() -> None:
    """48.018 8: reset, block, unblock; traffic on a BVC that is blocked or unknown is answered by STATUS."""
    around = Around()
    around.gb(bssgp.BvcBlock(bvci=2, cause=BssgpCause.OM_INTERVENTION), 0)
    around.says(request())
    assert around.said() == ["BvcBlockAck", "Status"]
    around.gb(BvcReset(bvci=0, cause=BssgpCause.OM_INTERVENTION), 0)
    around.says(request())
    assert around.last(bssgp.Status).cause is BssgpCause.BVCI_UNKNOWN
    around.heard.clear()
    around.gb(BvcUnblock(bvci=9), 0)
    around.gb(BvcReset(bvci=2, cause=BssgpCause.OM_INTERVENTION), 0)
    around.gb(bssgp.Status(cause=BssgpCause.BVCI_UNKNOWN), 0)
    around.gb(bssgp.BvcResetAck(bvci=2), 0)
    assert around.said() == ["Status", "Status"]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60), st.sampled_from(["gb", "gr", "gf", "um"]), st.sampled_from(["bss1", "hlr1", "x"]))
def test_any_octets_leave_it_alive(octets: bytes, interface: str, link: str) -> None:
    """Hostile octets on any interface never raise and never leave a context."""
    around = Around()
    around.sgsn.receive(link, interface, octets, 0)
    around.sgsn.receive(link, interface, b"\0\0\0\2" + octets, 0)
    assert around.sgsn.by_tlli == {}


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 7))
def test_flipped_bits_leave_nothing_behind(position: int, bit: int) -> None:
    """A real PDU with one bit turned is answered or dropped; when all timers are out, no half-made context is left."""
    around = Around()
    frame = UiFrame(sapi=Sapi.LLGMM, command=False, nu=0, information=request().encode()).encode()
    unit = UlUnitdata(
        tlli=RANDOM, qos_profile=bssgp.UlQosProfile.from_octets(bytes(3)), cell_identifier=CELL, llc_pdu=frame
    )
    pdu = bytearray(ns.NsUnitdata(bvci=2, sdu=unit.encode()).encode())
    pdu[position % len(pdu)] ^= 1 << bit
    around.sgsn.receive("bss1", "gb", bytes(pdu), 0)
    around.waits(200)
    assert around.sgsn.by_tlli == {}
    assert around.sgsn.tcap.dialogues == {}


def test_every_row_of_the_attach_is_drawn() -> None:
    """The generated diagram has every state."""
    picture = attach.ATTACH.mermaid()
    assert all(state.name in picture for state in attach.S)
