"""What a VLR wants to be sure of: who it is, that nobody listens, and that the equipment may be used.

TS 24.008 4.3.2, 4.3.3, TS 48.008 3.1.13, 3.1.14, TS 23.012 4.1, TS 29.002 8.7.1.
"""

from typing import Any

import pytest

from protocol.auth import c3
from protocol.bssap_plus import LocationUpdateAccept
from protocol.bssmap import (
    BssmapCause,
    ChosenAlgorithm,
    CipherModeCommand,
    CipherModeComplete,
    CipherModeReject,
    ClassmarkRequest,
    ClassmarkUpdate,
)
from protocol.causes import MmCause
from protocol.gmm.elements import Cksn, IdentityType
from protocol.identities import Imei, Imeisv, MobileIdentity
from protocol.map.authentication import (
    AuthenticationSetList,
    SendAuthenticationInfoArg,
    SendAuthenticationInfoRes,
)
from protocol.map.equipment import CheckImeiArg, CheckImeiRes, EquipmentStatus
from protocol.map.errors import ErrorCode
from protocol.map.location import PurgeMsArg, PurgeMsRes
from protocol.mm import (
    AuthenticationResponse,
    CmServiceAccept,
    CmServiceReject,
    CmServiceRequest,
    CmServiceType,
    IdentityRequest,
    IdentityResponse,
    LocationUpdatingAccept,
    LocationUpdatingReject,
    TmsiReallocationComplete,
)
from protocol.timers import MAP_M, T3270, X_CIPHER_MODE
from tests.machines.vlr import (
    CLASSMARK_2,
    EIR,
    IDENTITY,
    IMSI,
    QUINTUPLET,
    TRIPLET,
    Phone,
    World,
    updating_request,
)

ANY, OR_NONE, NONE = (3,), (3, 0), (0,)
"""Ciphering by A5/3 alone, by that or not at all, and not at all."""

IMEI = Imei("490154203237518")


def no_vectors(world: World, how: str) -> None:
    """The HLR has nothing by which the subscriber could prove anything."""
    message, _ = world.hlr.asked(SendAuthenticationInfoArg)
    if how == "empty":
        world.hlr.result(message, SendAuthenticationInfoRes())
    else:
        world.hlr.refuse(message, ErrorCode.DATA_MISSING)


def tell_classmark(phone: Phone) -> None:
    """CLASSMARK REQUEST has come: the mobile has A5/1 and A5/3."""
    phone.heard(ClassmarkRequest)
    phone.tell(ClassmarkUpdate(classmark_information_type_2=CLASSMARK_2))


def cipher(phone: Phone, kc: bytes = TRIPLET.kc, chosen: ChosenAlgorithm | None = ChosenAlgorithm.A5_3) -> None:
    """CIPHER MODE COMMAND has come: the channel is ciphered."""
    command = phone.heard(CipherModeCommand)
    assert command.encryption_information.key == kc
    phone.tell(CipherModeComplete(chosen_encryption_algorithm=chosen))


def service_request(identity: Any = IMSI) -> CmServiceRequest:
    """CM SERVICE REQUEST for a call."""
    return CmServiceRequest(
        cm_service_type=CmServiceType.MOBILE_ORIGINATING_CALL_OR_PACKET_MODE_CONNECTION,
        cksn=Cksn.NO_KEY,
        mobile_station_classmark=CLASSMARK_2,
        mobile_identity=MobileIdentity(identity),
    )


OPTIONS = [
    # number of the case, authentication, ciphering, has the HLR vectors: is the mobile challenged, ciphered, served
    (0, "optional", NONE, False, "", False, True),
    (1, "optional", NONE, True, "", False, True),
    (2, "optional", OR_NONE, False, "in vain", False, True),
    (3, "optional", OR_NONE, True, "yes", True, True),
    (4, "optional", ANY, False, "in vain", False, False),
    (5, "optional", ANY, True, "yes", True, True),
    (6, "required", NONE, False, "in vain", False, False),
    (7, "required", NONE, True, "yes", False, True),
    (8, "required", OR_NONE, False, "in vain", False, False),
    (9, "required", OR_NONE, True, "yes", True, True),
    (10, "required", ANY, False, "in vain", False, False),
    (11, "required", ANY, True, "yes", True, True),
]


@pytest.mark.ttcn3("auth_options_0")
@pytest.mark.ttcn3("auth_options_1")
@pytest.mark.ttcn3("auth_options_2")
@pytest.mark.ttcn3("auth_options_3")
@pytest.mark.ttcn3("auth_options_4")
@pytest.mark.ttcn3("auth_options_5")
@pytest.mark.ttcn3("auth_options_6")
@pytest.mark.ttcn3("auth_options_7")
@pytest.mark.ttcn3("auth_options_8")
@pytest.mark.ttcn3("auth_options_9")
@pytest.mark.ttcn3("auth_options_10")
@pytest.mark.ttcn3("auth_options_11")
@pytest.mark.parametrize("how", ["empty", "error"])
@pytest.mark.parametrize(
    ("authentication", "ciphering", "vectors", "challenged", "ciphered", "served"),
    [pytest.param(*option, id=str(number)) for number, *option in OPTIONS],
)
def test_security_policies(
    how: str, authentication: Any, ciphering: Any, vectors: bool, challenged: str, ciphered: bool, served: bool
) -> None:
    """24.008 4.3.2: who needs no proof and no cipher is not asked; who cannot have them is served where he may be."""
    world = World(authentication=authentication, ciphering=ciphering, authenticate="always")
    phone = world.bss1.open(updating_request(IMSI))
    prove(world, phone, how, challenged, vectors=vectors)
    if ciphered:
        tell_classmark(phone)
        cipher(phone)
        assert world.seen()["cipher"] == "A5_3"
    if not served:
        assert phone.heard(LocationUpdatingReject).reject_cause is MmCause.NETWORK_FAILURE
        assert phone.cleared()
        assert not world.knows()
        return
    world.register_at_hlr()
    phone.heard(LocationUpdatingAccept)
    phone.say(TmsiReallocationComplete())
    assert phone.cleared()
    caller = world.bss1.open(service_request())
    prove(world, caller, how, challenged, vectors=vectors)
    if ciphered:
        cipher(caller)
    else:
        caller.heard(CmServiceAccept)
    assert not caller.inbox  # who is ciphered knows by that
    assert world.seen()["channel"] == "bss1"


def prove(world: World, phone: Phone, how: str, challenged: str, *, vectors: bool) -> None:
    """The HLR gives vectors, or does not; the mobile proves who it is if it must."""
    if challenged and vectors:
        world.give_vectors()
        phone.prove()
    elif challenged:
        no_vectors(world, how)


# --- ciphering ----------------------------------------------------------------------------------------------------


def ciphered_world(*algorithms: int) -> tuple[World, Phone]:
    """A VLR that ciphers, and a mobile that has proved who it is."""
    world = World(ciphering=algorithms)
    phone = world.bss1.open(updating_request(IMSI))
    world.give_vectors()
    phone.prove()
    return world, phone


def test_ciphering_by_what_classmark_1_tells() -> None:
    """24.008 10.5.1.5: A5/1 stands there: nobody is asked; a BSS that does not tell the algorithm uses that."""
    world, phone = ciphered_world(1, 0)
    command = phone.heard(CipherModeCommand)
    assert command.encryption_information.algorithms == (0, 1)
    phone.tell(CipherModeComplete())
    assert world.seen()["cipher"] == "A5_1"
    world.register_at_hlr()
    phone.heard(LocationUpdatingAccept)


def test_ciphering_after_umts_aka() -> None:
    """33.102 6.8.1.2: the key is what c3 makes of CK and IK."""
    world = World(ciphering=(1,))
    phone = world.bss1.open(updating_request(IMSI))
    world.give_vectors(AuthenticationSetList(quintuplet_list=(QUINTUPLET,)))
    phone.inbox.clear()
    proof, rest = QUINTUPLET.xres[:4], QUINTUPLET.xres[4:]
    phone.say(AuthenticationResponse(authentication_response_parameter=proof, authentication_response_extension=rest))
    cipher(phone, c3(QUINTUPLET.ck, QUINTUPLET.ik), ChosenAlgorithm.A5_1)
    world.register_at_hlr()
    phone.heard(LocationUpdatingAccept)


def test_ciphering_by_the_key_that_both_have() -> None:
    """24.008 4.3.2.1: a mobile that is believed is not challenged, and ciphers by the key of last time."""
    world, phone = ciphered_world(1)
    cipher(phone, chosen=ChosenAlgorithm.A5_1)
    world.register_at_hlr()
    tmsi = phone.heard(LocationUpdatingAccept).mobile_identity.value
    phone.say(TmsiReallocationComplete())
    assert phone.cleared()
    again = world.bss1.open(updating_request(tmsi, cksn=Cksn.KEY_0))
    cipher(again, chosen=ChosenAlgorithm.A5_1)
    again.heard(LocationUpdatingAccept)


def test_classmark_told_unasked() -> None:
    """48.008 3.1.13: where the BSS tells at once what the mobile can do, it is not asked."""
    world = World(ciphering=(3,))
    phone = world.bss1.open(updating_request(IMSI))
    phone.tell(ClassmarkUpdate(classmark_information_type_2=CLASSMARK_2))
    world.give_vectors()
    phone.prove()
    cipher(phone)
    world.register_at_hlr()
    phone.heard(LocationUpdatingAccept)


@pytest.mark.parametrize(("algorithms", "served"), [((3, 1), True), ((3,), False), ((3, 0), True)])
def test_classmark_is_not_told(algorithms: tuple[int, ...], served: bool) -> None:
    """48.008 3.1.13: what classmark 1 tells must do, or there is no ciphering, if there need not be."""
    world, phone = ciphered_world(*algorithms)
    phone.heard(ClassmarkRequest)
    world.wait(X_CIPHER_MODE.duration)
    if not served:
        assert phone.heard(LocationUpdatingReject).reject_cause is MmCause.NETWORK_FAILURE
        assert "none of the algorithms" in world.warnings[-1]
        return
    if 1 in algorithms:
        cipher(phone, chosen=ChosenAlgorithm.A5_1)
    world.register_at_hlr()
    phone.heard(LocationUpdatingAccept)


@pytest.mark.parametrize("algorithms", [(1, 0), (1,)])
def test_ciphering_rejected(algorithms: tuple[int, ...]) -> None:
    """48.008 3.1.14.2: without, where that is permitted."""
    world, phone = ciphered_world(*algorithms)
    phone.heard(CipherModeCommand)
    phone.tell(CipherModeReject(cause=BssmapCause.CIPHERING_ALGORITHM_NOT_SUPPORTED))
    if 0 in algorithms:
        world.register_at_hlr()
        phone.heard(LocationUpdatingAccept)
    else:
        assert phone.heard(LocationUpdatingReject).reject_cause is MmCause.NETWORK_FAILURE
        assert phone.cleared()


def test_ciphering_unanswered() -> None:
    """48.008 3.1.14: nobody knows what the mobile does: it is refused, and its channel cleared."""
    world, phone = ciphered_world(1, 0)
    phone.heard(CipherModeCommand)
    world.wait(X_CIPHER_MODE.duration)
    phone.heard(LocationUpdatingReject)
    assert phone.cleared()


def test_ciphering_by_what_is_not_permitted() -> None:
    """48.008 3.1.14.1: the BSS may choose among the permitted algorithms only."""
    world, phone = ciphered_world(1)
    phone.heard(CipherModeCommand)
    phone.tell(CipherModeComplete(chosen_encryption_algorithm=ChosenAlgorithm.NO_ENCRYPTION))
    phone.heard(LocationUpdatingReject)
    assert "A5/0, which is not permitted" in world.warnings[-1]


def test_service_not_ciphered() -> None:
    """24.008 4.5.1.1: a call for which the channel cannot be ciphered is refused."""
    world, phone = ciphered_world(1)
    cipher(phone, chosen=ChosenAlgorithm.A5_1)
    world.register_at_hlr()
    phone.heard(LocationUpdatingAccept)
    phone.say(TmsiReallocationComplete())
    assert phone.cleared()
    caller = world.bss1.open(service_request())
    world.give_vectors()
    caller.prove()
    caller.heard(CipherModeCommand)
    caller.tell(CipherModeReject(cause=BssmapCause.EQUIPMENT_FAILURE))
    assert caller.heard(CmServiceReject).reject_cause is MmCause.NETWORK_FAILURE


# --- identities ---------------------------------------------------------------------------------------------------


def test_no_tmsis() -> None:
    """24.008 4.4.4.6: a network without TMSIs tells the IMSI, which deletes one of elsewhere; there is no complete."""
    world = World(tmsi=False)
    phone = world.bss1.open(updating_request(IMSI))
    world.give_vectors()
    phone.prove()
    world.register_at_hlr()
    assert phone.heard(LocationUpdatingAccept).mobile_identity == MobileIdentity(IMSI)
    assert phone.cleared()
    assert (world.seen()["state"], world.seen()["tmsi"]) == ("IMSI attached", None)
    assert world.node.next_timer().why == "X-imsi-detach"


@pytest.mark.parametrize("known", [False, True])
def test_no_tmsis_on_gs(known: bool) -> None:
    """29.018 6.3: LOCATION-UPDATE-ACCEPT without identity: associated at once."""
    world = World(tmsi=False)
    world.sgsn1.update()
    world.register_at_hlr()
    if known:
        world.sgsn1.heard(LocationUpdateAccept)
        world.sgsn1.update()
    accept = world.sgsn1.heard(LocationUpdateAccept)
    assert (accept.imsi, accept.new_tmsi_or_imsi) == (IDENTITY, None)
    assert world.seen()["gs"] == "Gs-ASSOCIATED"


# --- equipment ----------------------------------------------------------------------------------------------------


def checking(when: str, **more: Any) -> tuple[World, Phone]:
    """A VLR that checks equipment and challenges nobody, and a mobile that updates its location."""
    world = World(eir=EIR, check_imei=when, authentication="optional", **more)
    phone = world.bss1.open(updating_request(IMSI))
    if when == "late":
        world.register_at_hlr()
    return world, phone


def identify(world: World, phone: Phone, told: Any = IMEI) -> Any:
    """IDENTITY REQUEST has come: the mobile tells its equipment; what the EIR is asked."""
    assert phone.heard(IdentityRequest).identity_type is IdentityType.IMEI
    phone.say(IdentityResponse(mobile_identity=MobileIdentity(told)))
    message, argument = world.eir.asked(CheckImeiArg)
    assert argument.imei == told
    return message


def accepted(world: World, phone: Phone, when: str) -> None:
    """The location is updated."""
    if when == "early":
        world.register_at_hlr()
    phone.heard(LocationUpdatingAccept)
    phone.say(TmsiReallocationComplete())
    assert phone.cleared()
    assert world.seen()["state"] == "IMSI attached"


WHEN = [
    pytest.param("late", marks=pytest.mark.ttcn3("lu_imsi_noauth_tmsi_check_imei")),
    pytest.param("early", marks=pytest.mark.ttcn3("lu_imsi_noauth_tmsi_check_imei_early")),
]


@pytest.mark.parametrize("told", [IMEI, Imeisv("4901542032375101")])
@pytest.mark.parametrize("status", [EquipmentStatus.WHITE_LISTED, EquipmentStatus.GREY_LISTED])
@pytest.mark.parametrize("when", WHEN)
def test_equipment_checked(when: str, status: EquipmentStatus, told: Any) -> None:
    """23.012 4.1, 29.002 8.7.1: the EIR knows the equipment: it may be used, and is watched if it is grey."""
    world, phone = checking(when)
    world.eir.result(identify(world, phone, told), CheckImeiRes(equipment_status=status))
    accepted(world, phone, when)
    assert [text for text in world.warnings if "grey" in text] == (
        [] if status is EquipmentStatus.WHITE_LISTED else world.warnings
    )


def test_equipment_checked_after_the_proof() -> None:
    """23.012 4.1: with authentication and ciphering before it."""
    world = World(eir=EIR, ciphering=(1,))
    phone = world.bss1.open(updating_request(IMSI))
    world.give_vectors()
    phone.prove()
    cipher(phone, chosen=ChosenAlgorithm.A5_1)
    world.register_at_hlr()
    world.eir.result(identify(world, phone), CheckImeiRes(equipment_status=EquipmentStatus.WHITE_LISTED))
    accepted(world, phone, "late")


REFUSALS = [
    pytest.param("black", MmCause.ILLEGAL_ME, marks=pytest.mark.ttcn3("lu_imsi_noauth_tmsi_check_imei_nack")),
    pytest.param("unknown", MmCause.ILLEGAL_ME),
    pytest.param("failure", MmCause.NETWORK_FAILURE, marks=pytest.mark.ttcn3("lu_imsi_noauth_tmsi_check_imei_err")),
    pytest.param("silence", MmCause.NETWORK_FAILURE),
]


def answer(world: World, message: Any, why: str) -> None:
    """The EIR says this, or nothing."""
    match why:
        case "black":
            world.eir.result(message, CheckImeiRes(equipment_status=EquipmentStatus.BLACK_LISTED))
        case "unknown":
            world.eir.refuse(message, ErrorCode.UNKNOWN_EQUIPMENT)
        case "failure":
            world.eir.refuse(message, ErrorCode.SYSTEM_FAILURE)
        case _:
            world.wait(MAP_M.duration)


@pytest.mark.parametrize("when", ["early", "late"])
@pytest.mark.parametrize(("why", "cause"), REFUSALS)
def test_equipment_refused(when: str, why: str, cause: MmCause) -> None:
    """24.008 4.4.4.7, annex G: #6 where the equipment may not be used, #17 where nobody can tell."""
    world, phone = checking(when, eir_policy="closed")
    answer(world, identify(world, phone), why)
    assert phone.heard(LocationUpdatingReject).reject_cause is cause
    assert phone.cleared()
    if when == "late":  # the HLR holds the mobile for here
        message, argument = world.hlr.asked(PurgeMsArg)
        assert argument.imsi == IMSI
        world.hlr.result(message, PurgeMsRes())
    assert not world.knows()


@pytest.mark.parametrize("why", ["unknown", "failure", "silence"])
@pytest.mark.parametrize("when", ["early", "late"])
def test_equipment_that_nobody_knows_of(when: str, why: str) -> None:
    """23.012 4.1: an operator may let it in."""
    world, phone = checking(when)
    answer(world, identify(world, phone), why)
    accepted(world, phone, when)


@pytest.mark.parametrize("when", ["early", "late"])
def test_equipment_not_told(when: str) -> None:
    """24.008 4.3.3.3: an answer of another type is none; T3270 runs out, and the channel is released."""
    world, phone = checking(when)
    phone.heard(IdentityRequest)
    phone.say(IdentityResponse(mobile_identity=MobileIdentity(IMSI)))
    world.wait(T3270.duration)
    assert phone.cleared()
    if when == "late":
        message, _ = world.hlr.asked(PurgeMsArg)
        world.hlr.result(message, PurgeMsRes())
    assert not world.knows()


def test_equipment_of_a_known_mobile_refused() -> None:
    """24.008 4.4.4.7: whoever was here before stays known, with other equipment."""
    world, phone = checking("late")
    world.eir.result(identify(world, phone), CheckImeiRes(equipment_status=EquipmentStatus.WHITE_LISTED))
    accepted(world, phone, "late")
    again = world.bss1.open(updating_request(IMSI))
    world.eir.result(identify(world, again), CheckImeiRes(equipment_status=EquipmentStatus.BLACK_LISTED))
    assert again.heard(LocationUpdatingReject).reject_cause is MmCause.ILLEGAL_ME
    assert again.cleared()
    assert world.seen()["state"] == "IMSI attached"
