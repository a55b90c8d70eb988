"""The VLR on Gs: associations, detach, alert, information, tunnel, resets (TS 29.018 6 to 19)."""

from typing import Any

import pytest

from nodes.core.outputs import Record
from protocol import sccp
from protocol.bssap_plus import (
    AlertAck,
    AlertReject,
    AlertRequest,
    DownlinkTunnelRequest,
    GprsDetachAck,
    GprsDetachIndication,
    ImsiDetachAck,
    ImsiDetachIndication,
    LocationUpdateAccept,
    LocationUpdateReject,
    MmInformationRequest,
    MobileStatus,
    MsActivityIndication,
    MsInformationRequest,
    MsInformationResponse,
    MsUnreachable,
    PagingReject,
    ResetAck,
    ResetIndication,
    TmsiReallocationComplete,
    UplinkTunnelRequest,
)
from protocol.bssap_plus.elements import (
    ImsiDetachFromGprsServiceType,
    ImsiDetachFromNonGprsServiceType,
    InformationRequested,
    MobileStationState,
    TomProtocolDiscriminator,
    TunnelPayload,
    TunnelPayloadControl,
)
from protocol.causes import GsCause, MmCause
from protocol.identities import IsdnAddress
from protocol.map.contexts import LOCATION_CANCEL_V3
from protocol.map.errors import (
    RoamingNotAllowedCause,
    RoamingNotAllowedParam,
    SystemFailureParam,
    UnknownSubscriberDiagnostic,
    UnknownSubscriberParam,
)
from protocol.map.location import CancelLocationArg, Identity, UpdateLocationArg
from protocol.sccp import Address
from protocol.timers import MAP_M, T6_2, T7, T11, X_IMSI_DETACH, X_INFORMATION
from tests.machines.vlr import IDENTITY, IMSI, MSISDN, OTHER, SGSN1, SGSN2, VLR, SgsnPeer, World

FROM_GPRS = list(ImsiDetachFromGprsServiceType)
FROM_NON_GPRS = list(ImsiDetachFromNonGprsServiceType)


@pytest.fixture
def world() -> World:
    """A VLR that knows nobody."""
    return World()


def gprs_detach(peer: SgsnPeer, kind: ImsiDetachFromGprsServiceType = FROM_GPRS[1]) -> None:
    """GPRS-DETACH-INDICATION."""
    number = IsdnAddress(peer.number)
    peer.say(GprsDetachIndication(imsi=IDENTITY, sgsn_number=number, imsi_detach_from_gprs_service_type=kind))


def imsi_detach(peer: SgsnPeer, kind: ImsiDetachFromNonGprsServiceType = FROM_NON_GPRS[0]) -> None:
    """IMSI-DETACH-INDICATION."""
    number = IsdnAddress(peer.number)
    peer.say(ImsiDetachIndication(imsi=IDENTITY, sgsn_number=number, imsi_detach_from_non_gprs_service_type=kind))


# --- location update (6) -----------------------------------------------------------------------------------------


@pytest.mark.ttcn3("sgsap_lu")
def test_location_update(world: World) -> None:
    """29.018 6.3: the HLR is told and tells, the mobile gets a TMSI, and is associated when it has taken it."""
    world.sgsn1.update()
    assert world.seen()["gs"] == "LA-UPDATE-PRESENT"
    world.register_at_hlr()
    accept = world.sgsn1.heard(LocationUpdateAccept)
    tmsi = accept.new_tmsi_or_imsi.value
    assert str(accept.location_area_identifier) == "262-01-1"
    assert tmsi >> 30 != 3
    world.sgsn1.say(TmsiReallocationComplete(imsi=IDENTITY))
    expected = {
        "gs": "Gs-ASSOCIATED",
        "sgsn": str(SGSN1),
        "tmsi": str(tmsi),
        "tmsi_old": None,
        "lai": "262-01-1",
        "msisdn": str(MSISDN),
        "imsi_detached": None,
        "confirmed_by_radio": True,
        "confirmed_in_hlr": True,
    }
    assert expected.items() <= world.seen().items()
    assert world.node.next_timer() is None
    (reply,) = world.command("inspect")
    assert (reply.body["subscribers"], reply.body["attached"], reply.body["associated"]) == (1, 1, 1)
    (reply,) = world.command("inspect", subject="*")
    assert list(reply.body["subjects"]) == [IMSI]


def test_location_update_of_a_confirmed_mobile(world: World) -> None:
    """29.018 6.3: where the HLR has confirmed this VLR it is not asked again; the mobile gets a new TMSI."""
    first = world.associate()
    second = world.associate()
    assert first != second
    assert not world.hlr.inbox
    assert list(world.node.register.by_tmsi) == [second]


def test_location_update_again_while_it_runs(world: World) -> None:
    """29.018 6.3: a request is taken in every state and begins anew; the HLR's answer to the first one is late."""
    world.sgsn1.update()
    message, _ = world.hlr.asked(UpdateLocationArg)
    world.sgsn1.update()
    world.hlr.refuse(message, SystemFailureParam())
    assert not world.sgsn1.inbox
    world.register_at_hlr()
    world.sgsn1.heard(LocationUpdateAccept)
    world.sgsn1.update()
    world.sgsn1.heard(LocationUpdateAccept)
    assert world.seen()["gs"] == "Gs-ASSOCIATED"


def test_two_sgsns_claim_a_mobile(world: World) -> None:
    """29.018 6.3: the later one has it; what the former says of it meets no association, but is acknowledged."""
    world.associate(world.sgsn1)
    world.associate(world.sgsn2)
    assert world.seen()["sgsn"] == str(SGSN2)
    gprs_detach(world.sgsn1)
    world.sgsn1.heard(GprsDetachAck)
    imsi_detach(world.sgsn1)
    world.sgsn1.heard(ImsiDetachAck)
    world.sgsn1.say(TmsiReallocationComplete(imsi=IDENTITY))
    assert world.sgsn1.heard(MobileStatus).gs_cause is GsCause.MESSAGE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE
    assert world.seen()["gs"] == "Gs-ASSOCIATED"
    assert world.seen()["sgsn"] == str(SGSN2)


def test_sgsn_that_calls_itself_otherwise(world: World) -> None:
    """29.018 18.4.23: the number from which it speaks counts."""
    world.sgsn1.update(called=SGSN2)
    assert world.seen()["sgsn"] == str(SGSN1)
    assert world.warnings


@pytest.mark.parametrize(
    ("error", "cause", "known"),
    [
        (
            UnknownSubscriberParam(unknown_subscriber_diagnostic=UnknownSubscriberDiagnostic.IMSI_UNKNOWN),
            MmCause.IMSI_UNKNOWN_IN_HLR,
            False,
        ),
        (
            RoamingNotAllowedParam(roaming_not_allowed_cause=RoamingNotAllowedCause.PLMN_ROAMING_NOT_ALLOWED),
            MmCause.PLMN_NOT_ALLOWED,
            False,
        ),
        (
            RoamingNotAllowedParam(roaming_not_allowed_cause=RoamingNotAllowedCause.OPERATOR_DETERMINED_BARRING),
            MmCause.ROAMING_NOT_ALLOWED_IN_THIS_LOCATION_AREA,
            False,
        ),
        (SystemFailureParam(), MmCause.NETWORK_FAILURE, False),
    ],
    ids=["unknown", "plmn", "barred", "failure"],
)
@pytest.mark.ttcn3("sgsap_lu_imsi_reject")
def test_location_update_refused(world: World, error: Any, cause: MmCause, known: bool) -> None:
    """29.018 6.3.4, 29.010: the HLR's refusal becomes a reject cause, and the record of a newcomer goes."""
    world.sgsn1.update()
    message, _ = world.hlr.asked(UpdateLocationArg)
    world.hlr.refuse(message, error)
    assert world.sgsn1.heard(LocationUpdateReject).reject_cause is cause
    assert world.knows() is known
    assert world.node.next_timer() is None


def test_location_update_unanswered_by_the_hlr(world: World) -> None:
    """29.002 15: the HLR is silent; #17."""
    world.sgsn1.update()
    world.wait(MAP_M.duration)
    assert world.sgsn1.heard(LocationUpdateReject).reject_cause is MmCause.NETWORK_FAILURE
    assert not world.knows()


def test_location_update_of_an_imsi_of_no_hlr(world: World) -> None:
    """29.272 A.2 read for MAP: no HLR of this IMSI is reachable; #15."""
    world.sgsn1.update(imsi=type(IMSI)("310150123456789"))
    assert world.sgsn1.heard(LocationUpdateReject).reject_cause is MmCause.NO_SUITABLE_CELLS_IN_LOCATION_AREA


def test_location_update_refused_for_the_time_being(world: World) -> None:
    """29.018 6.3.4: a known mobile whose update fails stays known, without association."""
    world.associate()
    world.forget_at_hlr()
    world.sgsn1.update()
    message, _ = world.hlr.asked(UpdateLocationArg)
    world.hlr.refuse(message, SystemFailureParam())
    world.sgsn1.heard(LocationUpdateReject)
    assert (world.seen()["gs"], world.seen()["sgsn"], world.seen()["state"]) == ("Gs-NULL", None, "IMSI attached")


@pytest.mark.ttcn3("sgsap_lu_and_nothing")
def test_tmsi_never_acknowledged(world: World) -> None:
    """29.018 6.3: T6-2 runs out; the association holds, and both TMSIs are valid until the next update."""
    first = world.associate()
    second = world.associate(complete=False)
    world.wait(T6_2.duration)
    assert world.seen()["gs"] == "Gs-ASSOCIATED"
    assert set(world.node.register.by_tmsi) == {first, second}
    third = world.associate(complete=False)
    assert set(world.node.register.by_tmsi) == {first, third}
    world.sgsn1.say(TmsiReallocationComplete(imsi=IDENTITY))
    assert set(world.node.register.by_tmsi) == {third}


# --- detach (8, 9, 10) -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FROM_GPRS)
@pytest.mark.ttcn3("sgsap_expl_imsi_det_eps", "sgsap_impl_imsi_det_eps")
def test_detach_from_gprs(world: World, kind: ImsiDetachFromGprsServiceType) -> None:
    """29.018 8.3: no SGSN speaks for the mobile any more; it is still attached for calls, if it is heard at times."""
    world.associate()
    gprs_detach(world.sgsn1, kind)
    world.sgsn1.heard(GprsDetachAck)
    assert {
        "gs": "Gs-NULL",
        "sgsn": None,
        "imsi_detached": None,
        "state": "IMSI attached",
    }.items() <= world.seen().items()
    world.wait(X_IMSI_DETACH.duration)
    assert world.seen()["imsi_detached"] == "implicit"
    gprs_detach(world.sgsn1, kind)
    world.sgsn1.heard(GprsDetachAck)


@pytest.mark.parametrize(("kind", "how"), list(zip(FROM_NON_GPRS, ("explicit", "explicit", "implicit"), strict=True)))
@pytest.mark.ttcn3("sgsap_expl_imsi_det_noneps", "sgsap_impl_imsi_det_noneps")
def test_detach_from_calls(world: World, kind: ImsiDetachFromNonGprsServiceType, how: str) -> None:
    """29.018 9.3, 10.3: the mobile is IMSI detached; an indication that is repeated is acknowledged again."""
    world.associate()
    for _ in range(2):
        imsi_detach(world.sgsn1, kind)
        world.sgsn1.heard(ImsiDetachAck)
        assert {"gs": "Gs-NULL", "sgsn": None, "imsi_detached": how}.items() <= world.seen().items()
    (_, reply) = world.command("call", imsi=IMSI)
    assert (reply.status, reply.body) == ("failed", {"error": "IMSI detached"})
    world.associate()
    assert world.seen()["imsi_detached"] is None


def test_detach_aborts_a_location_update(world: World) -> None:
    """29.018 10: an implicit detach aborts what runs; the newcomer is forgotten."""
    world.sgsn1.update()
    imsi_detach(world.sgsn1, FROM_NON_GPRS[2])
    world.sgsn1.heard(ImsiDetachAck)
    assert not world.knows()
    assert world.node.next_timer() is None


# --- alert, activity (7, 13) -------------------------------------------------------------------------------------


def test_alert(world: World) -> None:
    """29.018 7: the SGSN tells when the mobile is active; meanwhile it is not asked again."""
    world.associate()
    assert world.command("alert", imsi=IMSI)[0].status == "accepted"
    world.sgsn1.heard(AlertRequest)
    world.sgsn1.say(AlertAck(imsi=IDENTITY))
    assert world.command("alert", imsi=IMSI)[0].status == "failed"
    world.sgsn1.say(MsActivityIndication(imsi=IDENTITY))
    assert world.last_reply.status == "done"
    world.sgsn1.say(MsActivityIndication(imsi=IDENTITY))
    assert not world.sgsn1.inbox


def test_alert_ended_by_another_procedure(world: World) -> None:
    """29.018 7.2: a location update tells that the mobile is active, too."""
    world.associate()
    world.command("alert", imsi=IMSI)
    world.sgsn1.heard(AlertRequest)
    world.sgsn1.update()
    assert world.last_reply.status == "done"


def test_alert_rejected(world: World) -> None:
    """29.018 7.3: the SGSN does not know the mobile, so there is no association."""
    world.associate()
    world.command("alert", imsi=IMSI)
    world.sgsn1.heard(AlertRequest)
    world.sgsn1.say(AlertReject(imsi=IDENTITY, gs_cause=GsCause.IMSI_UNKNOWN))
    assert (world.last_reply.status, world.last_reply.body) == ("failed", {"error": "Imsi unknown"})
    assert world.seen()["gs"] == "Gs-NULL"


def test_alert_unanswered(world: World) -> None:
    """29.018 7.4: ALERT-REQUEST is repeated N7 times, then O&M is told."""
    world.associate()
    world.command("alert", imsi=IMSI)
    world.wait(T7.duration * 3)
    for _ in range(3):
        world.sgsn1.heard(AlertRequest)
    assert not world.sgsn1.inbox
    assert world.last_reply.status == "failed"
    assert "ALERT-REQUEST" in world.warnings[-1]


def test_orders_end_with_the_subscriber(world: World) -> None:
    """Whoever waits for an answer about a subscriber who is deleted gets one."""
    world.associate()
    world.command("alert", imsi=IMSI)
    world.command("ms-information", imsi=IMSI)
    world.command("call", imsi=IMSI)
    before = len(world.replies)
    world.hlr.begin(LOCATION_CANCEL_V3, CancelLocationArg(identity=Identity(imsi=IMSI)))
    assert [reply.status for reply in world.replies[before:]] == ["failed"] * 3
    assert world.node.next_timer() is None


# --- MS information, MM information, tunnel (14, 15, 19) -----------------------------------------------------------


def test_ms_information(world: World) -> None:
    """29.018 14: the SGSN tells what it knows."""
    world.associate()
    world.command("ms-information", imsi=IMSI)
    request = world.sgsn1.heard(MsInformationRequest)
    assert request.information_requested is InformationRequested.MOBILE_LOCATION_INFORMATION
    state = MobileStationState.STANDBY_OR_PMM_IDLE_0_PDP_CONTEXTS_ACTIVE
    world.sgsn1.say(MsInformationResponse(imsi=IDENTITY, mobile_station_state=state))
    assert world.last_reply.status == "done"
    assert world.last_reply.body["mobile_station_state"] == state.name
    (reply,) = world.command("ms-information", imsi=IMSI, wanted="COLOUR")
    assert reply.status == "failed"


def test_ms_information_unanswered(world: World) -> None:
    """29.018 14: no answer."""
    world.associate()
    world.command("ms-information", imsi=IMSI, wanted="PTMSI")
    world.wait(X_INFORMATION.duration)
    assert (world.last_reply.status, world.last_reply.body) == ("failed", {"error": "no answer"})


def test_mm_information(world: World) -> None:
    """29.018 15: the SGSN is to tell the mobile what the network is called; there is no answer."""
    world.associate()
    (reply,) = world.command("mm-information", imsi=IMSI)
    assert reply.status == "done"
    request = world.sgsn1.heard(MmInformationRequest)
    assert request.mm_information.full_name_for_network.text == "gprslab"


def test_tunnel(world: World) -> None:
    """29.018 19: messages go through the tunnel both ways; one from a mobile without association does not."""
    world.associate()
    (reply,) = world.command("tunnel", imsi=IMSI, payload="cafe")
    assert reply.status == "done"
    assert world.sgsn1.heard(DownlinkTunnelRequest).downlink_tunnel_payload_control_and_info.payload == b"\xca\xfe"
    control = TunnelPayloadControl(
        tom_protocol_discriminator=TomProtocolDiscriminator.NOT_SPECIFIED, e=False, tunnel_priority=1
    )
    uplink = UplinkTunnelRequest(
        imsi=IDENTITY,
        sgsn_number=IsdnAddress(SGSN1),
        uplink_tunnel_payload_control_and_info=TunnelPayload(control, b"\xbe\xef"),
    )
    world.sgsn1.say(uplink)
    assert world.seen()["tunnelled"] == "beef"
    assert world.command("tunnel", imsi=IMSI, payload="no")[0].status == "failed"
    gprs_detach(world.sgsn1)
    world.sgsn1.heard(GprsDetachAck)
    world.sgsn1.say(uplink)
    world.sgsn1.heard(MobileStatus)


@pytest.mark.parametrize("verb", ["alert", "ms-information", "mm-information", "tunnel"])
def test_no_question_without_association(world: World, verb: str) -> None:
    """29.018 11.2.1: in Gs-NULL no SGSN is asked; nor about somebody who is not known, or is nobody."""
    world.attach()
    for imsi in (IMSI, OTHER, "nobody"):
        (reply,) = world.command(verb, imsi=imsi)
        assert reply.status == "failed"
    assert not world.sgsn1.inbox


# --- MOBILE-STATUS and what cannot be taken (16) -------------------------------------------------------------------


def test_mobile_status(world: World) -> None:
    """29.018 16: told, never answered; an SGSN that knows no association ends it."""
    world.associate()
    broken = MobileStatus(imsi=IDENTITY, gs_cause=GsCause.SEMANTICALLY_INCORRECT_MESSAGE, erroneous_message=b"\x01")
    world.sgsn1.say(broken)
    assert world.seen()["gs"] == "Gs-ASSOCIATED"
    world.sgsn1.say(broken.replace(gs_cause=GsCause.IMSI_UNKNOWN))
    assert world.seen()["gs"] == "Gs-NULL"
    world.sgsn1.say(broken.replace(imsi=None))
    assert not world.sgsn1.inbox


@pytest.mark.parametrize(
    "answer",
    [
        AlertAck(imsi=IDENTITY),
        MsInformationResponse(imsi=IDENTITY),
        MsUnreachable(imsi=IDENTITY, gs_cause=GsCause.MS_UNREACHABLE),
        AlertReject(imsi=IDENTITY, gs_cause=GsCause.SEMANTICALLY_INCORRECT_MESSAGE),
        PagingReject(imsi=IDENTITY, gs_cause=GsCause.SEMANTICALLY_INCORRECT_MESSAGE),
    ],
)
def test_answer_that_comes_too_late(world: World, answer: Any) -> None:
    """29.018 16: an answer of the SGSN for which nobody waits any more is no message against the state."""
    world.associate()
    world.sgsn1.say(answer)
    assert not world.sgsn1.inbox
    assert world.seen()["gs"] == "Gs-ASSOCIATED"


@pytest.mark.parametrize("answer", [AlertReject, PagingReject])
def test_refusal_that_comes_too_late(world: World, answer: type) -> None:
    """29.018 5.3.3, 7.3: but where the SGSN says that there is no association, there is none."""
    world.associate()
    world.sgsn1.say(answer(imsi=IDENTITY, gs_cause=GsCause.IMSI_UNKNOWN))
    assert not world.sgsn1.inbox
    assert world.seen()["gs"] == "Gs-NULL"


def test_message_for_nobody(world: World) -> None:
    """29.018 16: what fits no state is answered by MOBILE-STATUS; a detach is acknowledged: it is so here already."""
    world.sgsn1.say(TmsiReallocationComplete(imsi=IDENTITY))
    assert world.sgsn1.heard(MobileStatus).imsi == IDENTITY
    imsi_detach(world.sgsn1)
    world.sgsn1.heard(ImsiDetachAck)
    world.sgsn1.say(PagingReject(imsi=IDENTITY, gs_cause=GsCause.IMSI_UNKNOWN))
    world.sgsn1.heard(MobileStatus)
    assert not world.knows()


@pytest.mark.ttcn3("sgsap_unexp_ud")
def test_message_that_does_not_fit_the_state(world: World) -> None:
    """29.018 16: an acknowledge of what was not sent."""
    world.associate()
    for message in (TmsiReallocationComplete(imsi=IDENTITY), ResetAck(sgsn_number=IsdnAddress(SGSN1))):
        world.sgsn1.say(message)
        cause = world.sgsn1.heard(MobileStatus).gs_cause
        assert cause is GsCause.MESSAGE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE
    assert world.seen()["gs"] == "Gs-ASSOCIATED"


# --- resets (11, 12) ---------------------------------------------------------------------------------------------


@pytest.mark.ttcn3("sgsap_vlr_failure")
def test_restart() -> None:
    """29.018 11.2: all SGSNs are told after a restart, again and again until they answer, then O&M is."""
    world = World([Record("restarts", (1).to_bytes(4))])
    assert str(world.sgsn1.heard(ResetIndication).vlr_number) == str(VLR)
    world.sgsn1.say(ResetAck(sgsn_number=IsdnAddress(SGSN1)))
    world.wait(T11.duration * 3)
    for _ in range(3):
        world.sgsn2.heard(ResetIndication)
    assert not world.sgsn1.inbox
    assert not world.sgsn2.inbox
    assert any("RESET-INDICATION" in warning for warning in world.warnings)
    assert not world.knows()


def test_first_start(world: World) -> None:
    """29.018 11.2: nothing was lost when there was nothing."""
    assert not world.sgsn1.inbox
    assert not world.bss1.inbox


@pytest.mark.ttcn3("sgsap_reset")
def test_reset_by_an_sgsn(world: World) -> None:
    """29.018 12.3: its associations are gone, others are not, nor is a newcomer's update; it is acknowledged."""
    world.associate()
    world.sgsn2.update(OTHER)
    world.register_at_hlr()
    world.sgsn2.heard(LocationUpdateAccept)
    world.sgsn1.say(ResetIndication(sgsn_number=IsdnAddress(SGSN1)))
    assert str(world.sgsn1.heard(ResetAck).vlr_number) == str(VLR)
    assert (world.seen()["gs"], world.seen()["state"]) == ("Gs-NULL", "IMSI attached")
    assert world.seen(OTHER)["gs"] == "Gs-ASSOCIATED"


def test_reset_by_an_sgsn_during_an_update(world: World) -> None:
    """29.018 12.3: an update that runs is aborted, and the newcomer forgotten."""
    world.sgsn1.update()
    world.sgsn1.say(ResetIndication(sgsn_number=IsdnAddress(SGSN1)))
    world.sgsn1.heard(ResetAck)
    assert not world.knows()


def test_undelivered_messages(world: World) -> None:
    """Q.714 4.2: a message that comes back is told; timers do the rest."""
    world.associate()
    world.command("alert", imsi=IMSI)
    request = world.sgsn1.heard(AlertRequest)
    returned = sccp.Udts(
        cause=sccp.ReturnCause.SUBSYSTEM_FAILURE,
        called=Address(ssn=98, gt=VLR),
        calling=Address(ssn=98, gt=SGSN1),
        payload=request.encode(),
    )
    world.receive("sgsn1", "gs", returned.encode())
    assert "returned" in world.warnings[-1]
