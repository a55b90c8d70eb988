"""The VLR and calls: access, paging on Gs and on the A interface, call control (29.018 5, 24.008 4.5 and 5)."""

from typing import Any

import pytest

from protocol import mm, rr, sccp, tcap
from protocol.bssap_plus import (
    ImsiDetachIndication,
    LocationUpdateAccept,
    LocationUpdateReject,
    MsUnreachable,
    PagingReject,
    PagingRequest,
    ResetIndication,
)
from protocol.bssap_plus.elements import ImsiDetachFromNonGprsServiceType
from protocol.bssmap import BssmapCause, CellForm, ClearRequest, Paging
from protocol.causes import CcCause, GsCause, MmCause
from protocol.cc import (
    AlertingMo,
    CallConfirmed,
    CalledPartyBcdNumber,
    CallState,
    CallStateValue,
    Cause,
    ConnectAcknowledge,
    ConnectMo,
    ConnectMt,
    DisconnectMo,
    DisconnectMt,
    EmergencySetup,
    ReleaseCompleteMo,
    ReleaseCompleteMt,
    ReleaseMo,
    ReleaseMt,
    SetupMo,
    SetupMt,
    Status,
    StatusEnquiry,
    TransactionIdentifier,
)
from protocol.gmm.elements import Cksn
from protocol.identities import Imei, IsdnAddress, MobileIdentity, Tmsi
from protocol.map.errors import SystemFailureParam, UnknownSubscriberParam
from protocol.map.location import UpdateLocationArg
from protocol.map.restart import RestoreDataArg, RestoreDataRes
from protocol.map.subscriber import InsertSubscriberDataArg
from protocol.mm import (
    AuthenticationRequest,
    CmReEstablishmentRequest,
    CmServiceAbort,
    CmServiceAccept,
    CmServiceReject,
    CmServiceRequest,
    CmServiceType,
    LocationUpdatingAccept,
)
from protocol.mm import (
    ImsiDetachIndication as DetachOnA,
)
from protocol.sccp import Address
from protocol.timers import (
    MAP_M,
    T5_GS,
    T301_NETWORK,
    T303_NETWORK,
    T305_NETWORK,
    T308_NETWORK,
    T310_NETWORK,
    T313_NETWORK,
    T3113,
    T3260,
    X_SETUP,
)
from tests.machines.vlr import (
    AREA,
    CLASSMARK_1,
    CLASSMARK_2,
    HLR,
    IDENTITY,
    IMSI,
    MSISDN,
    SGSN1,
    VLR,
    Phone,
    World,
    updating_request,
)

CALL = CmServiceType.MOBILE_ORIGINATING_CALL_OR_PACKET_MODE_CONNECTION
OURS, THEIRS = TransactionIdentifier(0), TransactionIdentifier(0, flag=True)
"""The transaction in messages of the mobile: of a call that it makes, and of one that it takes."""

CLEARING = Cause(CcCause.NORMAL_CALL_CLEARING)


@pytest.fixture
def world() -> World:
    """A VLR that knows nobody."""
    return World()


def service(identity: Any, kind: CmServiceType = CALL, cksn: Cksn = Cksn.KEY_0) -> CmServiceRequest:
    """CM SERVICE REQUEST."""
    return CmServiceRequest(
        cm_service_type=kind,
        cksn=cksn,
        mobile_station_classmark=CLASSMARK_2,
        mobile_identity=MobileIdentity(identity),
    )


def answer(identity: Any, cksn: Cksn = Cksn.KEY_0) -> rr.PagingResponse:
    """PAGING RESPONSE."""
    return rr.PagingResponse(cksn=cksn, mobile_station_classmark=CLASSMARK_2, mobile_identity=MobileIdentity(identity))


def setup(identifier: TransactionIdentifier = OURS) -> SetupMo:
    """SETUP of a mobile."""
    number = CalledPartyBcdNumber("123")
    return SetupMo(transaction_identifier=identifier, bearer_capability_1=b"\xa0", called_party_bcd_number=number)


def originate(world: World) -> Phone:
    """A mobile that is known calls, and the call is through."""
    tmsi = world.attach()
    phone = world.bss1.open(service(tmsi))
    phone.heard(CmServiceAccept)
    phone.say(setup())
    assert phone.heard(ConnectMt).transaction_identifier == THEIRS
    phone.say(ConnectAcknowledge(transaction_identifier=OURS))
    assert world.seen()["call"] == "N10"
    return phone


def terminate(world: World) -> Phone:
    """A mobile that is known is called, up to SETUP."""
    tmsi = world.attach()
    assert world.command("call", imsi=IMSI)[0].status == "accepted"
    assert world.bss1.heard(Paging).tmsi == tmsi
    phone = world.bss1.open(answer(tmsi))
    assert phone.heard(SetupMt).transaction_identifier == OURS
    assert world.seen()["call"] == "N6"
    return phone


def reply(world: World) -> tuple[str, Any]:
    """The last answer to a command."""
    return world.last_reply.status, world.last_reply.body


# --- the mobile calls (4.5.1, 5.2.1) -----------------------------------------------------------------------------


def test_call_by_the_mobile(world: World) -> None:
    """24.008 5.2.1, 5.4.3: CM SERVICE REQUEST, SETUP, CONNECT; DISCONNECT, RELEASE, RELEASE COMPLETE; released."""
    phone = originate(world)
    assert world.seen()["channel"] == "bss1"
    phone.say(DisconnectMo(transaction_identifier=OURS, cause=CLEARING))
    phone.heard(ReleaseMt)
    phone.say(ReleaseCompleteMo(transaction_identifier=OURS))
    assert phone.cleared()
    assert (world.seen()["call"], world.seen()["channel"]) == (None, None)


def test_call_by_an_associated_mobile(world: World) -> None:
    """29.018 4: a call on the A interface does not touch the association."""
    tmsi = world.associate()
    phone = world.bss1.open(service(tmsi, cksn=Cksn.NO_KEY))
    world.give_vectors()
    phone.prove()
    phone.heard(CmServiceAccept)
    assert (world.seen()["gs"], world.seen()["state"]) == ("Gs-ASSOCIATED", "IMSI attached through an SGSN")


def test_call_by_a_detached_mobile(world: World) -> None:
    """23.012 3.3: a mobile that is heard is attached, whatever was thought of it."""
    tmsi = world.attach()
    message = DetachOnA(mobile_station_classmark=CLASSMARK_1, mobile_identity=MobileIdentity(tmsi))
    assert world.bss1.open(message).cleared()
    phone = world.bss1.open(service(tmsi))
    phone.heard(CmServiceAccept)
    assert world.seen()["imsi_detached"] is None


def test_service_to_nobody(world: World) -> None:
    """24.008 4.5.1.1: an IMSI that has no record here is told #4, and is not asked for proof."""
    phone = world.bss1.open(service(Tmsi(5)))
    phone.heard(mm.IdentityRequest)
    phone.say(mm.IdentityResponse(mobile_identity=MobileIdentity(IMSI)))
    assert phone.heard(CmServiceReject).reject_cause is MmCause.IMSI_UNKNOWN_IN_VLR
    assert phone.cleared()
    assert not world.knows()


def test_service_to_one_who_does_not_prove_it(world: World) -> None:
    """24.008 4.3.2.6: T3260 runs out; nothing is said, the record stays."""
    tmsi = world.attach()
    phone = world.bss1.open(service(tmsi, cksn=Cksn.KEY_3))
    world.give_vectors()
    phone.heard(AuthenticationRequest)
    world.wait(T3260.duration)
    assert phone.cleared()
    assert world.knows()


@pytest.mark.parametrize("kind", [CmServiceType.SHORT_MESSAGE_SERVICE, CmServiceType.VOICE_GROUP_CALL])
def test_service_that_is_not_offered(world: World, kind: CmServiceType) -> None:
    """24.008 4.5.1.1: #32."""
    phone = world.bss1.open(service(world.attach(), kind))
    assert phone.heard(CmServiceReject).reject_cause is MmCause.SERVICE_OPTION_NOT_SUPPORTED
    assert phone.cleared()


def test_emergency_call(world: World) -> None:
    """24.008 4.5.1.5: anybody may make one, with an IMEI too."""
    phone = world.bss1.open(service(Imei("490154203237518"), CmServiceType.EMERGENCY_CALL))
    phone.heard(CmServiceAccept)
    phone.say(EmergencySetup(transaction_identifier=OURS))
    phone.heard(ConnectMt)
    phone.say(ConnectAcknowledge(transaction_identifier=OURS))
    phone.say(ReleaseMo(transaction_identifier=OURS, cause=CLEARING))
    phone.heard(ReleaseCompleteMt)
    assert phone.cleared()


def test_re_establishment(world: World) -> None:
    """24.008 4.5.1.6: the call is gone; #38."""
    request = CmReEstablishmentRequest(
        cksn=Cksn.KEY_0, mobile_station_classmark=CLASSMARK_2, mobile_identity=MobileIdentity(IMSI)
    )
    phone = world.bss1.open(request)
    assert phone.heard(CmServiceReject).reject_cause is MmCause.CALL_CANNOT_BE_IDENTIFIED
    assert phone.cleared()


def test_second_service_during_a_call(world: World) -> None:
    """There is room for one call at a time."""
    phone = originate(world)
    phone.say(service(IMSI))
    assert phone.heard(CmServiceReject).reject_cause is MmCause.CONGESTION
    phone.say(answer(IMSI))
    assert not phone.inbox
    assert world.seen()["call"] == "N10"


def test_service_aborted(world: World) -> None:
    """24.008 4.5.1.7: CM SERVICE ABORT."""
    phone = world.bss1.open(service(world.attach()))
    phone.heard(CmServiceAccept)
    phone.say(CmServiceAbort())
    assert phone.cleared()


def test_nobody_is_called(world: World) -> None:
    """24.008 4.5.1.3: no SETUP comes, the channel is released."""
    phone = world.bss1.open(service(world.attach()))
    phone.heard(CmServiceAccept)
    world.wait(X_SETUP.duration)
    assert phone.cleared()


# --- the mobile is called on the A interface (5.2.2, 48.008 3.1.10) ------------------------------------------------


def test_call_to_the_mobile(world: World) -> None:
    """24.008 5.2.2: PAGING, PAGING RESPONSE, SETUP, CONNECT; the operator hangs up."""
    phone = terminate(world)
    phone.say(ConnectMo(transaction_identifier=THEIRS))
    phone.heard(ConnectAcknowledge)
    assert reply(world) == ("done", {"call": "active"})
    world.command("hang-up", imsi=IMSI)
    assert phone.heard(DisconnectMt).cause == CLEARING
    phone.say(ReleaseMo(transaction_identifier=THEIRS))
    phone.heard(ReleaseCompleteMt)
    assert reply(world) == ("done", {"call": None})
    assert phone.cleared()
    assert world.command("hang-up", imsi=IMSI)[-1].status == "failed"


def test_call_that_rings(world: World) -> None:
    """24.008 5.2.2.3: CALL CONFIRMED and ALERTING may come before CONNECT."""
    phone = terminate(world)
    phone.say(CallConfirmed(transaction_identifier=THEIRS))
    assert world.seen()["call"] == "N9"
    phone.say(AlertingMo(transaction_identifier=THEIRS))
    assert world.seen()["call"] == "N7"
    phone.say(ConnectMo(transaction_identifier=THEIRS))
    phone.heard(ConnectAcknowledge)


def test_call_refused(world: World) -> None:
    """24.008 5.2.2.3.1: RELEASE COMPLETE instead; whoever calls is told."""
    phone = terminate(world)
    phone.say(ReleaseCompleteMo(transaction_identifier=THEIRS, cause=Cause(CcCause.USER_BUSY)))
    assert reply(world) == ("failed", {"error": "#17 User busy"})
    assert phone.cleared()


def test_paging_unanswered_on_a(world: World) -> None:
    """44.018 3.3.2: PAGING is repeated by T3113, then given up."""
    world.attach()
    world.command("call", imsi=IMSI)
    world.wait(T3113.duration * 2)
    for _ in range(2):
        assert world.bss1.heard(Paging).cell_identifier_list.form is CellForm.LAI
    assert not world.bss1.inbox
    assert not world.bss2.inbox
    assert reply(world) == ("failed", {"error": "no answer to paging"})
    assert world.seen()["paging"] is None


def test_busy(world: World) -> None:
    """A mobile that is being paged, or has a call, is busy."""
    world.attach()
    world.command("call", imsi=IMSI)
    assert world.command("call", imsi=IMSI)[0].status == "failed"
    world.command("hang-up", imsi=IMSI)
    phone = world.bss1.open(service(IMSI, cksn=Cksn.NO_KEY))
    world.give_vectors()
    phone.prove()
    phone.heard(CmServiceAccept)
    assert world.command("call", imsi=IMSI)[0].body == {"error": f"{IMSI} is busy"}
    assert world.command("call", imsi="x")[0].status == "failed"


def test_given_up_while_paged(world: World) -> None:
    """Whoever calls hangs up before the mobile answers; an answer that comes late finds no call."""
    tmsi = world.attach()
    world.command("call", imsi=IMSI)
    world.command("hang-up", imsi=IMSI)
    assert [one.status for one in world.replies[-2:]] == ["done", "failed"]
    phone = world.bss1.open(answer(tmsi))
    assert phone.cleared()
    assert world.command("hang-up", imsi=IMSI)[-1].status == "failed"


def test_detach_while_paged(world: World) -> None:
    """The mobile leaves instead of answering."""
    tmsi = world.attach()
    world.command("call", imsi=IMSI)
    message = DetachOnA(mobile_station_classmark=CLASSMARK_1, mobile_identity=MobileIdentity(tmsi))
    assert world.bss1.open(message).cleared()
    assert reply(world) == ("failed", {"error": "IMSI detached"})


def test_location_updating_while_paged(world: World) -> None:
    """The mobile moves instead of answering: it is paged again where it is."""
    tmsi = world.attach()
    world.command("call", imsi=IMSI)
    world.bss1.heard(Paging)
    phone = world.bss2.open(updating_request(tmsi, cksn=Cksn.KEY_0), next(iter(list(world.node.config.bsss)[1:])))
    phone.heard(LocationUpdatingAccept)
    assert world.bss2.heard(Paging).tmsi is None
    assert not world.bss1.inbox


def test_answer_of_somebody_else(world: World) -> None:
    """24.008 4.3.2.5: a proof that is wrong; the page has failed, and a later one starts anew."""
    tmsi = world.attach()
    world.command("call", imsi=IMSI)
    phone = world.bss1.open(answer(tmsi, Cksn.KEY_3))
    world.give_vectors()
    phone.heard(AuthenticationRequest)
    assert world.seen()["paging"] == "page answered, wait for verification"
    phone.lose()
    assert reply(world) == ("failed", {"error": "the mobile that answered is lost"})
    again = world.bss1.open(answer(tmsi))
    assert again.cleared()


def test_channel_lost_during_a_call(world: World) -> None:
    """48.008 3.1.9.2: the BSS loses the mobile; a new call may be made."""
    phone = terminate(world)
    phone.tell(ClearRequest(cause=BssmapCause.RADIO_INTERFACE_FAILURE))
    assert reply(world) == ("failed", {"error": "the channel is lost"})
    assert phone.cleared()
    assert world.seen()["call"] is None


def test_hang_up_before_set_up(world: World) -> None:
    """The operator ends a call of the mobile that is not set up yet."""
    phone = world.bss1.open(service(world.attach()))
    phone.heard(CmServiceAccept)
    world.command("hang-up", imsi=IMSI)
    assert reply(world) == ("done", {"call": None})
    assert phone.cleared()


# --- call control in trouble (5.4, 5.5, 8) -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "timer", "cause"),
    [
        ((), T303_NETWORK, CcCause.NO_USER_RESPONDING),
        ((CallConfirmed,), T310_NETWORK, CcCause.NO_USER_RESPONDING),
        ((CallConfirmed, AlertingMo), T301_NETWORK, CcCause.USER_ALERTING_NO_ANSWER),
    ],
)
def test_mobile_does_not_go_on(world: World, said: Any, timer: Any, cause: CcCause) -> None:
    """24.008 5.2.2.3: a timer runs out, the call is cleared, T305 and T308 too, and the channel released."""
    phone = terminate(world)
    for kind in said:
        phone.say(kind(transaction_identifier=THEIRS))
    world.wait(timer.duration)
    assert phone.heard(DisconnectMt).cause.value is cause
    world.wait(T305_NETWORK.duration)
    assert phone.heard(ReleaseMt).cause.value is CcCause.RECOVERY_ON_TIMER_EXPIRY
    world.wait(T308_NETWORK.duration * 2)
    phone.heard(ReleaseMt)
    assert reply(world) == ("failed", {"error": cause.words})
    assert phone.cleared()


def test_connect_not_acknowledged(world: World) -> None:
    """24.008 5.2.1.6: T313 runs out."""
    phone = world.bss1.open(service(world.attach()))
    phone.heard(CmServiceAccept)
    phone.say(setup())
    phone.heard(ConnectMt)
    world.wait(T313_NETWORK.duration)
    assert phone.heard(DisconnectMt).cause.value is CcCause.RECOVERY_ON_TIMER_EXPIRY
    phone.say(DisconnectMo(transaction_identifier=OURS, cause=CLEARING))
    phone.heard(ReleaseMt)
    phone.say(ReleaseMo(transaction_identifier=OURS))
    assert phone.cleared()


def test_status(world: World) -> None:
    """24.008 5.5.3: the state is told on enquiry; a mobile that says that it has no call has none."""
    phone = originate(world)
    phone.say(StatusEnquiry(transaction_identifier=OURS))
    status = phone.heard(Status)
    assert status.cause.value is CcCause.RESPONSE_TO_STATUS_ENQUIRY
    assert status.call_state.call_state_value is CallStateValue.ACTIVE
    told = Status(
        transaction_identifier=OURS,
        cause=Cause(CcCause.PROTOCOL_ERROR_UNSPECIFIED),
        call_state=CallState(call_state_value=CallStateValue.ACTIVE),
    )
    phone.say(told)
    assert world.seen()["call"] == "N10"
    phone.say(told.replace(call_state=CallState(call_state_value=CallStateValue.NULL)))
    assert phone.cleared()


def test_messages_that_do_not_fit(world: World) -> None:
    """24.008 8.3.1, 8.4, 8.5: #81 for an unknown transaction, #98 for a state, #96 and #97 for what cannot be read."""
    phone = originate(world)
    phone.say(setup(TransactionIdentifier(3)))
    assert phone.heard(ReleaseCompleteMt).cause.value is CcCause.INVALID_TRANSACTION_IDENTIFIER_VALUE
    phone.say(ReleaseCompleteMo(transaction_identifier=TransactionIdentifier(3)))
    phone.say(ConnectAcknowledge(transaction_identifier=OURS))
    assert phone.heard(Status).cause.value is CcCause.MESSAGE_TYPE_NOT_COMPATIBLE_WITH_PROTOCOL_STATE
    phone.say_octets(bytes.fromhex("0325"))
    assert phone.heard(Status).cause.value is CcCause.INVALID_MANDATORY_INFORMATION
    phone.say_octets(bytes.fromhex("033f"))
    assert phone.heard(Status).cause.value is CcCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED
    assert world.seen()["call"] == "N10"


def test_call_control_without_a_call(world: World) -> None:
    """24.008 8.3.1: there is no transaction yet; what cannot be read is not answered."""
    phone = world.bss1.open(updating_request(IMSI))
    phone.say_octets(bytes.fromhex("0325"))
    phone.say(StatusEnquiry(transaction_identifier=OURS))
    assert phone.heard(ReleaseCompleteMt).transaction_identifier == THEIRS
    assert not phone.inbox


# --- paging through the SGSN (29.018 5) --------------------------------------------------------------------------


def test_paging_on_gs(world: World) -> None:
    """29.018 5.3: the SGSN is asked, once; the mobile answers on the A interface and T5 stops."""
    tmsi = world.associate()
    world.command("call", imsi=IMSI)
    request = world.sgsn1.heard(PagingRequest)
    assert (request.imsi, request.tmsi, request.location_area_identifier) == (IDENTITY, tmsi, AREA)
    assert str(request.vlr_number) == str(VLR)
    assert world.command("call", imsi=IMSI)[0].status == "failed"
    phone = world.bss1.open(answer(tmsi, Cksn.NO_KEY))
    world.wait(T5_GS.duration // 2)
    world.give_vectors()
    phone.prove()
    world.wait(T5_GS.duration)
    phone.heard(SetupMt)
    phone.say(ConnectMo(transaction_identifier=THEIRS))
    assert reply(world) == ("done", {"call": "active"})
    assert not world.sgsn1.inbox
    assert not world.bss1.inbox
    assert world.seen()["gs"] == "Gs-ASSOCIATED"


def test_paging_by_imsi_while_two_tmsis_are_valid(world: World) -> None:
    """29.018 6.3: nobody knows which of them the mobile has."""
    world.associate()
    world.associate(complete=False)
    world.command("call", imsi=IMSI)
    assert world.sgsn1.heard(PagingRequest).tmsi is None


@pytest.mark.ttcn3("sgsap_paging_and_nothing")
def test_paging_unanswered(world: World) -> None:
    """29.018 5.3.4: T5 runs out, the association stays."""
    world.associate()
    world.command("call", imsi=IMSI)
    world.sgsn1.heard(PagingRequest)
    world.wait(T5_GS.duration)
    assert reply(world) == ("failed", {"error": "no answer to paging"})
    assert world.seen()["gs"] == "Gs-ASSOCIATED"
    assert not world.sgsn1.inbox


@pytest.mark.parametrize(
    ("cause", "on_a", "detached"),
    [
        (GsCause.IMSI_UNKNOWN, True, None),
        (GsCause.IMSI_DETACHED_FOR_GPRS_SERVICES, True, None),
        (GsCause.IMSI_DETACHED_FOR_GPRS_AND_NON_GPRS_SERVICES, False, "implicit"),
        (GsCause.IMSI_DETACHED_FOR_NON_GPRS_SERVICES, False, "implicit"),
        (GsCause.IMSI_IMPLICITLY_DETACHED_FOR_NON_GPRS_SERVICES, False, "implicit"),
    ],
)
@pytest.mark.ttcn3("sgsap_paging_rej", "sgsap_paging_subscr_rej")
def test_paging_rejected(world: World, cause: GsCause, on_a: bool, detached: str | None) -> None:
    """29.018 5.3.3: there is no association; unless the mobile takes no calls it is paged on the A interface."""
    world.associate()
    world.command("call", imsi=IMSI)
    world.sgsn1.heard(PagingRequest)
    world.sgsn1.say(PagingReject(imsi=IDENTITY, gs_cause=cause))
    assert (world.seen()["gs"], world.seen()["imsi_detached"]) == ("Gs-NULL", detached)
    if on_a:
        world.bss1.heard(Paging)
    else:
        assert reply(world) == ("failed", {"error": cause.words})
        assert not world.bss1.inbox


@pytest.mark.ttcn3("sgsap_paging_ue_unr")
def test_mobile_unreachable(world: World) -> None:
    """29.018 5.3.3: MS-UNREACHABLE ends it, the association stays."""
    world.associate()
    world.command("call", imsi=IMSI)
    world.sgsn1.heard(PagingRequest)
    world.sgsn1.say(MsUnreachable(imsi=IDENTITY, gs_cause=GsCause.MS_UNREACHABLE))
    assert reply(world) == ("failed", {"error": "Ms unreachable"})
    assert world.seen()["gs"] == "Gs-ASSOCIATED"
    world.sgsn1.inbox.clear()
    assert not world.bss1.inbox


@pytest.mark.ttcn3("sgsap_paging_and_lu")
def test_location_update_while_paged(world: World) -> None:
    """29.018 6.3: after a location update the mobile is paged again, where it is."""
    world.associate()
    world.forget_at_hlr()
    world.command("call", imsi=IMSI)
    world.sgsn1.heard(PagingRequest)
    world.sgsn2.update()
    assert world.seen()["paging"] == "wait for the location update"
    world.register_at_hlr()
    world.sgsn2.heard(LocationUpdateAccept)
    assert world.sgsn2.heard(PagingRequest).tmsi is None
    world.wait(T5_GS.duration)
    assert reply(world) == ("failed", {"error": "no answer to paging"})


def test_location_update_refused_while_paged(world: World) -> None:
    """29.018 6.3.4: the mobile may not be here."""
    world.associate()
    world.forget_at_hlr()
    world.sgsn1.update()
    world.command("call", imsi=IMSI)
    assert world.seen()["paging"] == "wait for the location update"
    message, _ = world.hlr.asked(UpdateLocationArg)
    world.hlr.refuse(message, SystemFailureParam())
    world.sgsn1.heard(LocationUpdateReject)
    assert reply(world) == ("failed", {"error": "location update refused: Network failure"})


def test_association_lost_while_paged(world: World) -> None:
    """29.018 12: a mobile whose update is lost with its SGSN is paged where it was last."""
    world.associate()
    world.forget_at_hlr()
    world.command("call", imsi=IMSI)
    world.sgsn1.update()
    world.sgsn1.say(ResetIndication(sgsn_number=IsdnAddress(SGSN1)))
    world.bss1.heard(Paging)


def test_detach_through_the_sgsn_while_paged(world: World) -> None:
    """29.018 9: the mobile leaves instead of answering."""
    world.associate()
    world.command("call", imsi=IMSI)
    kind = ImsiDetachFromNonGprsServiceType.EXPLICIT_MS_INITIATED_IMSI_DETACH_FROM_NON_GPRS_SERVICES
    number = IsdnAddress(SGSN1)
    world.sgsn1.say(
        ImsiDetachIndication(imsi=IDENTITY, sgsn_number=number, imsi_detach_from_non_gprs_service_type=kind)
    )
    assert reply(world) == ("failed", {"error": "IMSI detached"})


def test_page_that_is_not_delivered(world: World) -> None:
    """Q.714 4.2: the request comes back, and the mobile is paged on the A interface."""
    world.associate()
    world.command("call", imsi=IMSI)
    request = world.sgsn1.heard(PagingRequest)
    returned = sccp.Udts(
        cause=sccp.ReturnCause.SUBSYSTEM_FAILURE,
        called=Address(ssn=98, gt=VLR),
        calling=Address(ssn=98, gt=SGSN1),
        payload=request.encode(),
    )
    world.receive("sgsn1", "gs", returned.encode())
    world.bss1.heard(Paging)
    world.receive("sgsn1", "gs", returned.encode())
    assert not world.bss1.inbox


# --- the mobile is called after a restart (23.007 4.2) --------------------------------------------------------------


def restore(world: World) -> None:
    """The HLR is asked for the data of a subscriber who was lost, and tells them."""
    message, argument = world.hlr.asked(RestoreDataArg)
    assert argument.imsi == IMSI
    world.hlr.reply(message, tcap.invoke(1, InsertSubscriberDataArg(msisdn=MSISDN)), own=b"\0\0\0\x09")
    world.hlr.heard(tcap.Continue)
    result = tcap.result(message.components[0].invoke_id, RestoreDataRes(hlr_number=IsdnAddress(HLR)))
    world.hlr.say(tcap.End(dtid=message.otid, dialogue=None, components=(result,)))


def test_search(world: World) -> None:
    """23.007 4.2: the HLR's data are fetched, all SGSNs and BSSs page by IMSI, and the mobile may answer anywhere."""
    world.command("call", imsi=IMSI)
    restore(world)
    for peer in (world.sgsn1, world.sgsn2):
        request = peer.heard(PagingRequest)
        assert (request.tmsi, request.location_area_identifier) == (None, None)
        peer.say(PagingReject(imsi=IDENTITY, gs_cause=GsCause.IMSI_UNKNOWN))
    world.sgsn2.say(MsUnreachable(imsi=IDENTITY, gs_cause=GsCause.MS_UNREACHABLE))
    for bss in (world.bss1, world.bss2):
        assert bss.heard(Paging).cell_identifier_list.form is CellForm.ALL_CELLS
    phone = world.bss1.open(answer(IMSI, Cksn.NO_KEY))
    world.give_vectors()
    phone.prove()
    phone.heard(SetupMt)
    seen = world.seen()
    assert (seen["lai"], seen["msisdn"], seen["state"]) == ("262-01-1", str(MSISDN), "IMSI attached")
    assert (seen["confirmed_by_radio"], seen["confirmed_in_hlr"]) == (True, True)


def test_search_in_vain(world: World) -> None:
    """23.007 4.2: nobody answers; the record is not kept."""
    world.command("call", imsi=IMSI)
    restore(world)
    world.wait(T5_GS.duration)
    assert reply(world) == ("failed", {"error": "no answer to paging"})
    assert not world.knows()


@pytest.mark.parametrize("silent", [True, False])
def test_search_for_nobody(world: World, silent: bool) -> None:
    """23.007 4.2: the HLR knows no such subscriber, or does not answer."""
    world.command("call", imsi=IMSI)
    message, _ = world.hlr.asked(RestoreDataArg)
    if silent:
        world.wait(MAP_M.duration)
    else:
        world.hlr.refuse(message, UnknownSubscriberParam())
    assert reply(world) == ("failed", {"error": "the HLR gives no data"})
    assert not world.knows()


def test_search_overtaken_by_a_location_update(world: World) -> None:
    """23.007 4.2: the mobile comes by itself before the data do."""
    world.command("call", imsi=IMSI)
    message, _ = world.hlr.asked(RestoreDataArg)
    world.sgsn1.update()
    world.register_at_hlr()
    world.sgsn1.heard(LocationUpdateAccept)
    result = tcap.result(message.components[0].invoke_id, RestoreDataRes(hlr_number=IsdnAddress(HLR)))
    world.hlr.say(tcap.End(dtid=message.otid, dialogue=None, components=(result,)))
    world.sgsn1.heard(PagingRequest)


def test_search_abandoned(world: World) -> None:
    """Whoever calls hangs up before the HLR has answered."""
    world.command("call", imsi=IMSI)
    world.command("hang-up", imsi=IMSI)
    assert reply(world)[0] == "failed"
    assert not world.knows()
    assert world.node.next_timer() is None
