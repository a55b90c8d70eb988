"""The VLR on the A interface: location updating, verification, IMSI detach, channels and resets (24.008 4, 48.008)."""

from typing import Any

import pytest

from nodes.core.outputs import Record
from protocol import bssmap, mm
from protocol.bssap_plus import ResetIndication
from protocol.bssmap import (
    BssmapCause,
    CellForm,
    CellIdentifierList,
    ClearCommand,
    ClearComplete,
    ClearRequest,
    CompleteLayer3Information,
    Reset,
    ResetAcknowledge,
)
from protocol.causes import MmCause
from protocol.gmm.elements import Cksn, IdentityType
from protocol.identities import Imei, IsdnAddress, MobileIdentity, Tmsi
from protocol.map.authentication import (
    AuthenticationSetList,
    SendAuthenticationInfoArg,
    SendAuthenticationInfoRes,
)
from protocol.map.contexts import LOCATION_CANCEL_V3
from protocol.map.errors import SystemFailureParam, UnknownSubscriberParam
from protocol.map.location import CancelLocationArg, Identity, UpdateLocationArg, UpdateLocationRes
from protocol.mm import (
    AuthenticationFailure,
    AuthenticationReject,
    AuthenticationRequest,
    AuthenticationResponse,
    IdentityRequest,
    IdentityResponse,
    ImsiDetachIndication,
    LocationUpdatingAccept,
    LocationUpdatingReject,
    LocationUpdatingType,
    MmStatus,
    TypeOfLocationUpdating,
)
from protocol.timers import (
    MAP_M,
    T16,
    T3250,
    T3260,
    T3270,
    X_CLEAR_COMMAND,
    X_FOLLOW_ON,
    X_IMSI_DETACH,
)
from tests.machines.vlr import (
    AREA,
    CLASSMARK_1,
    CLASSMARK_2,
    FOREIGN_AREA,
    IMSI,
    OTHER,
    OTHER_AREA,
    QUINTUPLET,
    SGSN1,
    TRIPLET,
    Phone,
    World,
    updating_request,
)

WRONG = AuthenticationResponse(authentication_response_parameter=b"\xff\xff\xff\xff")
AUTS = bytes(range(14))
IMEI = Imei("490154203237518")


@pytest.fixture
def world() -> World:
    """A VLR that knows nobody."""
    return World()


def detach(world: World, identity: Any) -> Phone:
    """IMSI DETACH INDICATION."""
    message = ImsiDetachIndication(mobile_station_classmark=CLASSMARK_1, mobile_identity=MobileIdentity(identity))
    return world.bss1.open(message)


# --- location updating (4.4.4) -----------------------------------------------------------------------------------


def test_imsi_attach(world: World) -> None:
    """24.008 4.4.4, 23.012: identified by its IMSI, verified, registered at the HLR, and given a TMSI."""
    phone = world.bss1.open(updating_request(IMSI))
    world.give_vectors()
    phone.prove()
    world.register_at_hlr()
    accept = phone.heard(LocationUpdatingAccept)
    assert accept.location_area_identification == AREA
    phone.say(mm.TmsiReallocationComplete(send_sequence_number=1))
    assert phone.cleared()
    expected = {
        "gs": "Gs-NULL",
        "sgsn": None,
        "tmsi": str(accept.mobile_identity.value),
        "tmsi_old": None,
        "lai": "262-01-1",
        "imsi_detached": None,
        "confirmed_by_radio": True,
        "confirmed_in_hlr": True,
        "channel": None,
        "state": "IMSI attached",
    }
    assert expected.items() <= world.seen().items()
    (reply,) = world.command("inspect")
    assert (reply.body["connections"], reply.body["dialogues"]) == (0, 0)


@pytest.mark.parametrize("kind", list(TypeOfLocationUpdating))
def test_known_mobile_is_believed(world: World, kind: TypeOfLocationUpdating) -> None:
    """24.008 4.3.2.1: by its TMSI and the last key; the HLR is not asked at all."""
    tmsi = world.attach()
    phone = world.bss2.open(updating_request(tmsi, cksn=Cksn.KEY_0, kind=kind), OTHER_AREA)
    assert phone.heard(LocationUpdatingAccept).location_area_identification == OTHER_AREA
    phone.say(mm.TmsiReallocationComplete())
    assert phone.cleared()
    assert world.seen()["lai"] == "262-01-2"
    assert not world.hlr.inbox


def follow_on(world: World) -> Phone:
    """A mobile whose location is updated, and that wants more on its channel."""
    kind = LocationUpdatingType(follow_on_request=True, type_of_location_updating=TypeOfLocationUpdating.IMSI_ATTACH)
    phone = world.bss1.open(updating_request(IMSI).replace(location_updating_type=kind))
    world.give_vectors()
    phone.prove()
    world.register_at_hlr()
    assert phone.heard(LocationUpdatingAccept).follow_on_proceed
    phone.say(mm.TmsiReallocationComplete())
    assert not phone.inbox
    return phone


def test_call_follows_on_the_channel(world: World) -> None:
    """24.008 4.4.4.6: who has said that it wants more may ask for it on the same channel."""
    phone = follow_on(world)
    request = mm.CmServiceRequest(
        cm_service_type=mm.CmServiceType.MOBILE_ORIGINATING_CALL_OR_PACKET_MODE_CONNECTION,
        cksn=Cksn.KEY_0,
        mobile_station_classmark=CLASSMARK_2,
        mobile_identity=MobileIdentity(Tmsi(int(world.seen()["tmsi"], 16))),
    )
    phone.say(request)
    phone.heard(mm.CmServiceAccept)
    assert world.seen()["call"] == "N0, service accepted"


def test_nothing_follows_on_the_channel(world: World) -> None:
    """24.008 4.4.4.6: the channel is cleared after a while, or as soon as the BSS or the mobile leaves it."""
    phone = follow_on(world)
    world.wait(X_FOLLOW_ON.duration)
    assert phone.cleared()
    one = follow_on_known(world)
    one.tell(ClearRequest(cause=BssmapCause.RADIO_INTERFACE_FAILURE))
    assert one.cleared()
    one = follow_on_known(world)
    one.say(ImsiDetachIndication(mobile_station_classmark=CLASSMARK_1, mobile_identity=MobileIdentity(IMSI)))
    assert one.cleared()
    one = follow_on_known(world)
    one.lose()
    assert world.seen()["channel"] is None
    first, second = follow_on_known(world), world.bss1.open(updating_request(IMSI))
    world.give_vectors()
    second.prove()
    first.heard(ClearCommand)  # the mobile is on the other one


def follow_on_known(world: World) -> Phone:
    """The same of a mobile of which the HLR knows that it is here."""
    kind = LocationUpdatingType(follow_on_request=True, type_of_location_updating=TypeOfLocationUpdating.IMSI_ATTACH)
    phone = world.bss1.open(updating_request(IMSI).replace(location_updating_type=kind))
    world.give_vectors()
    phone.prove()
    if world.hlr.inbox:
        world.register_at_hlr()
    phone.heard(LocationUpdatingAccept)
    phone.say(mm.TmsiReallocationComplete())
    return phone


def test_known_mobile_must_prove_itself_always() -> None:
    """A VLR may be told to believe nobody."""
    world = World(authenticate="always")
    tmsi = world.attach()
    phone = world.bss1.open(updating_request(tmsi, cksn=Cksn.KEY_0))
    world.give_vectors()
    phone.prove()
    phone.heard(LocationUpdatingAccept)


def test_vectors_that_are_left_are_used(world: World) -> None:
    """33.102 6.3: each vector serves one challenge, with the next key number."""
    phone = world.bss1.open(updating_request(IMSI))
    world.give_vectors(AuthenticationSetList(triplet_list=(TRIPLET, TRIPLET)))
    phone.prove()
    world.register_at_hlr()
    phone.heard(LocationUpdatingAccept)
    again = world.bss1.open(updating_request(IMSI))
    assert again.heard(AuthenticationRequest).cksn is Cksn.KEY_1
    assert not world.hlr.inbox


def test_usim(world: World) -> None:
    """33.102 6.3: a quintuplet is a challenge with AUTN, and the proof may be longer."""
    phone = world.bss1.open(updating_request(IMSI))
    world.give_vectors(AuthenticationSetList(quintuplet_list=(QUINTUPLET,)))
    request = phone.heard(AuthenticationRequest)
    assert (request.rand, request.autn) == (QUINTUPLET.rand, QUINTUPLET.autn)
    response = AuthenticationResponse(
        authentication_response_parameter=QUINTUPLET.xres[:4], authentication_response_extension=QUINTUPLET.xres[4:]
    )
    phone.say(response)
    world.register_at_hlr()
    phone.heard(LocationUpdatingAccept)


@pytest.mark.parametrize(("identity", "old"), [(Tmsi(5), AREA), (Tmsi(5), FOREIGN_AREA), (IMEI, AREA)])
def test_unknown_mobile_is_asked_for_its_imsi(world: World, identity: Any, old: Any) -> None:
    """24.008 4.3.3: a TMSI that is not known, or of another VLR, tells nothing."""
    phone = world.bss1.open(updating_request(identity, old=old))
    assert phone.heard(IdentityRequest).identity_type is IdentityType.IMSI
    phone.say(IdentityResponse(mobile_identity=MobileIdentity(Tmsi(5))))
    phone.say(IdentityResponse(mobile_identity=MobileIdentity(IMSI)))
    world.give_vectors()
    phone.prove()
    world.register_at_hlr()
    phone.heard(LocationUpdatingAccept)


def test_tmsi_of_another_vlr(world: World) -> None:
    """23.003 2.4: a TMSI means something in its area alone."""
    tmsi = world.attach()
    phone = world.bss1.open(updating_request(tmsi, old=FOREIGN_AREA, cksn=Cksn.KEY_0))
    phone.heard(IdentityRequest)


def test_identification_unanswered(world: World) -> None:
    """24.008 4.3.3.3: T3270 runs out, the channel is released."""
    phone = world.bss1.open(updating_request(Tmsi(5)))
    phone.heard(IdentityRequest)
    world.wait(T3270.duration)
    assert phone.cleared()


def test_authentication_unanswered(world: World) -> None:
    """24.008 4.3.2.6 b: T3260 runs out, the channel is released, and the newcomer is forgotten."""
    phone = world.bss1.open(updating_request(IMSI))
    world.give_vectors()
    phone.heard(AuthenticationRequest)
    world.wait(T3260.duration)
    assert phone.cleared()
    assert not world.knows()


def test_proof_wrong(world: World) -> None:
    """24.008 4.3.2.5: AUTHENTICATION REJECT to one who told its IMSI."""
    phone = world.bss1.open(updating_request(IMSI))
    world.give_vectors()
    phone.heard(AuthenticationRequest)
    phone.say(WRONG)
    phone.heard(AuthenticationReject)
    assert phone.cleared()
    assert not world.knows()


@pytest.mark.parametrize("same", [True, False])
def test_proof_wrong_by_tmsi(world: World, same: bool) -> None:
    """24.008 4.3.2.5: the TMSI may be another's, so the IMSI is asked for; the same one is rejected then."""
    tmsi = world.attach()
    phone = world.bss1.open(updating_request(tmsi))
    world.give_vectors()
    phone.heard(AuthenticationRequest)
    phone.say(WRONG)
    phone.heard(IdentityRequest)
    phone.say(IdentityResponse(mobile_identity=MobileIdentity(IMSI if same else OTHER)))
    if same:
        phone.heard(AuthenticationReject)
        assert phone.cleared()
    else:
        world.give_vectors()
        phone.prove()
        world.register_at_hlr()
        phone.heard(LocationUpdatingAccept)
    assert world.knows()


def test_resynchronisation(world: World) -> None:
    """33.102 6.3.5: AUTS goes to the HLR, once; a second failure is a wrong proof."""
    phone = world.bss1.open(updating_request(IMSI))
    quintuplets = AuthenticationSetList(quintuplet_list=(QUINTUPLET,))
    world.give_vectors(quintuplets)
    phone.heard(AuthenticationRequest)
    failure = AuthenticationFailure(reject_cause=MmCause.SYNCH_FAILURE, authentication_failure_parameter=AUTS)
    phone.say(failure)
    message, argument = world.hlr.asked(SendAuthenticationInfoArg)
    info = argument.re_synchronisation_info
    assert (info.rand, info.auts) == (QUINTUPLET.rand, AUTS)
    world.hlr.result(message, SendAuthenticationInfoRes(authentication_set_list=quintuplets))
    phone.heard(AuthenticationRequest)
    phone.say(failure)
    phone.heard(AuthenticationReject)


def test_challenge_found_wrong(world: World) -> None:
    """24.008 4.3.2.6 c: MAC failure."""
    phone = world.bss1.open(updating_request(IMSI))
    world.give_vectors()
    phone.heard(AuthenticationRequest)
    phone.say(AuthenticationFailure(reject_cause=MmCause.MAC_FAILURE))
    phone.heard(AuthenticationReject)


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (UnknownSubscriberParam(), MmCause.IMSI_UNKNOWN_IN_HLR),
        (SendAuthenticationInfoRes(), MmCause.NETWORK_FAILURE),
        (None, MmCause.NETWORK_FAILURE),
    ],
    ids=["unknown", "none", "silent"],
)
def test_no_vectors(world: World, answer: Any, cause: MmCause) -> None:
    """29.010: the HLR gives none."""
    phone = world.bss1.open(updating_request(IMSI))
    message, _ = world.hlr.asked(SendAuthenticationInfoArg)
    if answer is None:
        world.wait(MAP_M.duration)
    elif isinstance(answer, SendAuthenticationInfoRes):
        world.hlr.result(message, answer)
    else:
        world.hlr.refuse(message, answer)
    assert phone.heard(LocationUpdatingReject).reject_cause is cause
    assert phone.cleared()
    assert not world.knows()


def test_imsi_of_no_hlr(world: World) -> None:
    """29.272 A.2 read for MAP: no HLR of this IMSI is reachable; #15."""
    phone = world.bss1.open(updating_request(type(IMSI)("310150123456789")))
    assert phone.heard(LocationUpdatingReject).reject_cause is MmCause.NO_SUITABLE_CELLS_IN_LOCATION_AREA


@pytest.mark.parametrize(("error", "known"), [(UnknownSubscriberParam(), False), (SystemFailureParam(), True)])
def test_location_refused(world: World, error: Any, known: bool) -> None:
    """29.002 19.1.1: the HLR refuses; who is known stays, unless the HLR will not change its mind."""
    world.attach()
    world.forget_at_hlr()
    phone = world.bss1.open(updating_request(IMSI))
    world.give_vectors()
    phone.prove()
    message, _ = world.hlr.asked(UpdateLocationArg)
    world.hlr.refuse(message, error)
    phone.heard(LocationUpdatingReject)
    assert phone.cleared()
    assert world.knows() is known


def test_tmsi_never_acknowledged(world: World) -> None:
    """24.008 4.3.1.3: T3250 runs out; the channel is released, both TMSIs stay valid."""
    first = world.attach()
    phone = world.bss1.open(updating_request(first, cksn=Cksn.KEY_0))
    second = phone.heard(LocationUpdatingAccept).mobile_identity.value
    world.wait(T3250.duration)
    assert phone.cleared()
    assert set(world.node.register.by_tmsi) == {first, second}


def test_location_updating_ends_the_association(world: World) -> None:
    """23.060 6.3, 29.018 6.3: a mobile that updates on the A interface has no SGSN any more, and that is not told."""
    world.associate()
    world.attach()
    assert (world.seen()["gs"], world.seen()["sgsn"], world.seen()["state"]) == ("Gs-NULL", None, "IMSI attached")
    assert not world.sgsn1.inbox
    world.associate()
    assert world.seen()["state"] == "IMSI attached through an SGSN"


def test_cancelled_while_it_updates(world: World) -> None:
    """29.002 8.1.3: a mobile that was cancelled meanwhile is not accepted."""
    phone = world.bss1.open(updating_request(IMSI))
    world.give_vectors()
    phone.prove()
    message, _ = world.hlr.asked(UpdateLocationArg)
    world.hlr.begin(LOCATION_CANCEL_V3, CancelLocationArg(identity=Identity(imsi=IMSI)))
    world.hlr.inbox.clear()
    world.hlr.result(message, UpdateLocationRes(hlr_number=world.node.isdn))
    assert phone.heard(LocationUpdatingReject).reject_cause is MmCause.NETWORK_FAILURE
    assert phone.cleared()
    assert not world.node.register.by_tmsi


def test_both_ways_at_once(world: World) -> None:
    """A newcomer that fails on the A interface keeps the record that its SGSN has begun, and the other way round."""
    world.sgsn1.update()
    world.hlr.asked(UpdateLocationArg)
    phone = world.bss1.open(updating_request(IMSI))
    world.give_vectors()
    phone.heard(AuthenticationRequest)
    phone.say(WRONG)
    assert world.seen()["gs"] == "LA-UPDATE-PRESENT"
    again = world.bss1.open(updating_request(IMSI))
    world.give_vectors()
    again.prove()
    world.sgsn1.say(ResetIndication(sgsn_number=IsdnAddress(SGSN1)))
    world.hlr.inbox.popleft()  # TC-BEGIN of the second update
    assert (world.seen()["gs"], world.seen()["state"]) == ("Gs-NULL", "not registered yet")


# --- IMSI detach, implicit detach (4.3.4) ------------------------------------------------------------------------


@pytest.mark.parametrize("by_tmsi", [True, False])
def test_imsi_detach(world: World, by_tmsi: bool) -> None:
    """24.008 4.3.4: marked, not answered; the channel is released."""
    tmsi = world.attach()
    phone = detach(world, tmsi if by_tmsi else IMSI)
    assert phone.cleared()
    assert world.seen()["imsi_detached"] == "explicit"


def test_imsi_detach_of_nobody(world: World) -> None:
    """24.008 4.3.4: of a mobile that is not known, nothing."""
    assert detach(world, Tmsi(5)).cleared()
    assert detach(world, IMEI).cleared()
    assert not world.knows()


def test_imsi_detach_of_an_associated_mobile(world: World) -> None:
    """A mobile that leaves by itself has no SGSN either."""
    tmsi = world.associate()
    assert detach(world, tmsi).cleared()
    assert (world.seen()["gs"], world.seen()["imsi_detached"]) == ("Gs-NULL", "explicit")


def test_implicit_detach(world: World) -> None:
    """23.012 3.4: a mobile on the A interface must be heard; one of an SGSN is the SGSN's care."""
    tmsi = world.attach()
    world.wait(X_IMSI_DETACH.duration - 1)
    phone = world.bss1.open(updating_request(tmsi, cksn=Cksn.KEY_0, kind=TypeOfLocationUpdating.PERIODIC_UPDATING))
    phone.heard(LocationUpdatingAccept)
    phone.say(mm.TmsiReallocationComplete())
    assert phone.cleared()
    world.wait(X_IMSI_DETACH.duration - 1)
    assert world.seen()["imsi_detached"] is None
    world.wait(1)
    assert world.seen()["imsi_detached"] == "implicit"
    world.associate()
    world.wait(X_IMSI_DETACH.duration * 3)
    assert world.seen()["imsi_detached"] is None


# --- channels (48.008 3.1.9) --------------------------------------------------------------------------------------


def test_channel_lost_by_the_bss(world: World) -> None:
    """48.008 3.1.9.2: CLEAR REQUEST is answered by CLEAR COMMAND, and once only."""
    phone = world.bss1.open(updating_request(IMSI))
    phone.tell(ClearRequest(cause=BssmapCause.RADIO_INTERFACE_FAILURE))
    assert phone.heard(ClearCommand).cause is BssmapCause.RADIO_INTERFACE_FAILURE
    phone.tell(ClearRequest(cause=BssmapCause.RADIO_INTERFACE_FAILURE))
    phone.say(mm.TmsiReallocationComplete())
    assert not phone.inbox
    phone.tell(ClearComplete())
    assert phone.released
    assert not world.knows()


def test_channel_never_cleared(world: World) -> None:
    """48.008 3.1.9: without CLEAR COMPLETE the connection is released all the same."""
    phone = world.bss1.open(updating_request(IMSI))
    phone.tell(ClearRequest(cause=BssmapCause.RADIO_INTERFACE_FAILURE))
    world.wait(X_CLEAR_COMMAND.duration)
    assert phone.released


def test_connection_lost(world: World) -> None:
    """48.006 9.2: the connection breaks; what ran is over, and a newcomer forgotten."""
    phone = world.bss1.open(updating_request(IMSI))
    world.give_vectors()
    phone.prove()
    world.hlr.asked(UpdateLocationArg)
    phone.lose()
    assert not world.knows()
    assert world.node.next_timer() is None
    assert len(world.node.a.connections) == 0


def test_newer_channel_counts(world: World) -> None:
    """A mobile that opens another channel has lost the one before."""
    tmsi = world.attach()
    first = world.bss1.open(updating_request(tmsi, cksn=Cksn.KEY_0))
    accept = first.heard(LocationUpdatingAccept)
    second = world.bss1.open(updating_request(tmsi, cksn=Cksn.KEY_0))
    second.heard(LocationUpdatingAccept)
    assert first.cleared()
    second.say(mm.TmsiReallocationComplete())
    assert second.cleared()
    assert accept.mobile_identity.value not in world.node.register.by_tmsi


def test_request_repeated(world: World) -> None:
    """The same request on the same channel changes nothing."""
    phone = world.bss1.open(updating_request(IMSI))
    phone.say(updating_request(IMSI))
    world.give_vectors()
    phone.prove()
    assert not phone.inbox


def test_message_that_does_not_fit_the_state(world: World) -> None:
    """24.008 8.4: MM STATUS #98; a STATUS is not answered."""
    phone = world.bss1.open(updating_request(IMSI))
    phone.say(mm.TmsiReallocationComplete())
    cause = phone.heard(MmStatus).reject_cause
    assert cause is MmCause.MESSAGE_TYPE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE
    phone.say(MmStatus(reject_cause=MmCause.PROTOCOL_ERROR_UNSPECIFIED))
    phone.tell(bssmap.ResetAcknowledge())
    assert not phone.inbox


def test_channel_opened_by_a_message_of_no_use(world: World) -> None:
    """24.008 8.4: MM STATUS, and the channel is released."""
    phone = world.bss1.open(mm.TmsiReallocationComplete())
    phone.heard(MmStatus)
    assert phone.cleared()


@pytest.mark.parametrize(
    ("octets", "answer"),
    [
        ("0508", LocationUpdatingReject),
        ("0524", mm.CmServiceReject),
        ("0519", MmStatus),
        ("053f", MmStatus),
        ("0531", None),
        ("0627", None),
        ("0f", None),
    ],
)
def test_octets_that_cannot_be_read(world: World, octets: str, answer: Any) -> None:
    """24.008 8: a request is answered by its reject, all else by a STATUS, or not at all; nothing raises."""

    class Octets:
        def encode(self) -> bytes:
            return bytes.fromhex(octets)

    phone = world.bss1.open(Octets())
    if answer is not None:
        phone.heard(answer)
    assert phone.cleared()
    assert world.warnings


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\x00\x01",
        ClearComplete().encode(),
        CompleteLayer3Information(
            cell_identifier=CellIdentifierList(CellForm.ALL_CELLS), layer_3_information=b"\x05\x08"
        ).encode(),
    ],
)
def test_connection_refused(world: World, octets: bytes) -> None:
    """48.006 9.2: a connection is opened by a mobile's message in a known area, or refused."""
    phone = world.bss1.open_with(octets)
    assert phone.refused
    assert len(world.node.a.connections) == 0


def test_unknown_bss_and_interface(world: World) -> None:
    """Nobody else is listened to."""
    world.receive("bss9", "a", b"\x01")
    world.receive("bss1", "um", b"\x01")
    assert [text.partition(" ")[0] for text in world.warnings] == ["a", "um"]


# --- resets (48.008 3.1.4) ---------------------------------------------------------------------------------------


def test_reset_by_a_bss(world: World) -> None:
    """48.008 3.1.4.1.1: its channels are gone; it is acknowledged."""
    world.bss1.open(updating_request(IMSI))
    other = world.bss2.open(updating_request(OTHER), OTHER_AREA)
    world.bss1.tell(Reset(cause=BssmapCause.EQUIPMENT_FAILURE))
    world.bss1.heard(ResetAcknowledge)
    assert len(world.node.a.connections) == 1
    assert not other.released
    world.bss1.tell(ResetAcknowledge())
    world.bss1.tell(ClearComplete())
    assert not world.bss1.inbox


def test_restart() -> None:
    """48.008 3.1.4.1.2: the BSSs are told after a restart, again until they answer, then O&M is."""
    world = World([Record("restarts", (1).to_bytes(4))])
    world.bss1.heard(Reset)
    world.bss1.tell(ResetAcknowledge())
    world.wait(T16.duration * 4)
    for _ in range(4):
        world.bss2.heard(Reset)
    assert not world.bss1.inbox
    assert any("RESET is not acknowledged" in warning for warning in world.warnings)
