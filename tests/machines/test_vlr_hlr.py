"""The VLR and the HLR: cancellation, subscriber data, reset, purge, and a VLR without HLR (29.002, 23.007, 23.012)."""

from typing import Any

import pytest

from protocol import mm, tcap
from protocol.bssap_plus import (
    AlertAck,
    AlertRequest,
    LocationUpdateAccept,
    MsActivityIndication,
    TmsiReallocationComplete,
)
from protocol.gmm.elements import Cksn
from protocol.identities import Imsi, IsdnAddress, MobileIdentity
from protocol.map.codes import Category, ExtBasicServiceCode, ExtTeleserviceCode, TeleserviceCode
from protocol.map.contexts import (
    LOCATION_CANCEL_V2,
    LOCATION_CANCEL_V3,
    RESET_V2,
    SUBSCRIBER_DATA_MNGT_V3,
)
from protocol.map.errors import (
    ErrorCode,
    SystemFailureParam,
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
    UpdateLocationArg,
)
from protocol.map.numbers import HlrId
from protocol.map.restart import ResetArg
from protocol.map.subscriber import (
    DeleteSubscriberDataArg,
    DeleteSubscriberDataRes,
    InsertSubscriberDataArg,
    InsertSubscriberDataRes,
    OdbData,
    OdbGeneralData,
    SubscriberStatus,
    ZoneCode,
)
from protocol.mm import LocationUpdatingAccept
from protocol.timers import MAP_M, X_IMSI_DETACH, X_VLR_PURGE
from tests.machines.vlr import CLASSMARK_2, HLR, IDENTITY, IMSI, MSISDN, OTHER, VLR, World, updating_request

SPEECH = ExtTeleserviceCode(code=TeleserviceCode(0x11))
EMERGENCY = ExtTeleserviceCode(code=TeleserviceCode(0x12))


@pytest.fixture
def world() -> World:
    """A VLR that knows nobody."""
    return World()


def cancel(world: World, kind: CancellationType | None = None, imsi: Imsi = IMSI) -> None:
    """CancelLocation, acknowledged."""
    otid = world.hlr.begin(LOCATION_CANCEL_V3, CancelLocationArg(identity=Identity(imsi=imsi), cancellation_type=kind))
    answer = world.hlr.answered(otid)
    assert isinstance(answer, tcap.ReturnResultLast)
    assert isinstance(answer.result, CancelLocationRes | None)


def service(identity: Any, cksn: Cksn) -> mm.CmServiceRequest:
    """CM SERVICE REQUEST."""
    return mm.CmServiceRequest(
        cm_service_type=mm.CmServiceType.MOBILE_ORIGINATING_CALL_OR_PACKET_MODE_CONNECTION,
        cksn=cksn,
        mobile_station_classmark=CLASSMARK_2,
        mobile_identity=MobileIdentity(identity),
    )


# --- cancellation (8.1.3) ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [None, *CancellationType])
def test_cancelled(world: World, kind: CancellationType | None) -> None:
    """29.002 8.1.3: the record goes with its TMSIs and its association; no SGSN is told."""
    tmsi = world.associate()
    cancel(world, kind)
    assert not world.knows()
    assert tmsi not in world.node.register.by_tmsi
    assert not world.sgsn1.inbox
    assert world.node.next_timer() is None
    world.sgsn1.say(TmsiReallocationComplete(imsi=IDENTITY))
    assert world.sgsn1.inbox


def test_cancelled_during_a_call(world: World) -> None:
    """29.002 8.1.3: the record goes, the call goes on."""
    tmsi = world.attach()
    request = service(tmsi, Cksn.KEY_0)
    phone = world.bss1.open(request)
    phone.heard(mm.CmServiceAccept)
    cancel(world)
    assert not world.knows()
    assert not phone.inbox


def test_cancelled_who_is_not_known(world: World) -> None:
    """29.002 8.1.3: acknowledged all the same; version 2 is not served."""
    cancel(world, imsi=OTHER)
    otid = world.hlr.begin(LOCATION_CANCEL_V2, Identity(imsi=IMSI))
    abort = world.hlr.heard(tcap.Abort)
    assert abort.dtid == otid


# --- subscriber data (8.8) ---------------------------------------------------------------------------------------


def test_inserted(world: World) -> None:
    """29.002 8.8.1: what is told replaces, what is not told stays."""
    world.associate()
    services = (SPEECH, EMERGENCY)
    otid = world.hlr.begin(SUBSCRIBER_DATA_MNGT_V3, InsertSubscriberDataArg(imsi=IMSI, teleservice_list=services))
    assert isinstance(world.hlr.answered(otid).result, InsertSubscriberDataRes | None)
    data = world.node.register.find(IMSI).data
    assert (data.teleservice_list, data.msisdn) == (services, MSISDN)
    assert world.seen()["msisdn"] == str(MSISDN)


def test_barring_inserted_and_gone(world: World) -> None:
    """29.002 8.8.1: operator determined barring is told with its status, and gone when service is granted."""
    world.associate()
    barring = OdbData(odb_general_data=OdbGeneralData.of(OdbGeneralData.ALL_OUTGOING_CALLS_BARRED))
    barred, granted = SubscriberStatus.OPERATOR_DETERMINED_BARRING, SubscriberStatus.SERVICE_GRANTED
    for told in (
        InsertSubscriberDataArg(imsi=IMSI, subscriber_status=barred, odb_data=barring),
        InsertSubscriberDataArg(imsi=IMSI, category=Category(10)),
    ):
        world.hlr.answered(world.hlr.begin(SUBSCRIBER_DATA_MNGT_V3, told))
        assert world.node.register.find(IMSI).data.odb_data == barring
    told = InsertSubscriberDataArg(imsi=IMSI, subscriber_status=granted)
    world.hlr.answered(world.hlr.begin(SUBSCRIBER_DATA_MNGT_V3, told))
    data = world.node.register.find(IMSI).data
    assert (data.odb_data, data.subscriber_status) == (None, granted)


def test_deleted(world: World) -> None:
    """29.002 8.8.2: services and zones are withdrawn."""
    world.associate()
    zones = (ZoneCode(code=1), ZoneCode(code=2))
    told = InsertSubscriberDataArg(
        imsi=IMSI,
        teleservice_list=(SPEECH, EMERGENCY),
        regional_subscription_data=zones,
        roaming_restriction_due_to_unsupported_feature=True,
    )
    world.hlr.answered(world.hlr.begin(SUBSCRIBER_DATA_MNGT_V3, told))
    withdrawn = DeleteSubscriberDataArg(
        imsi=IMSI,
        basic_service_list=(ExtBasicServiceCode(ext_teleservice=SPEECH),),
        regional_subscription_identifier=zones[0],
        roaming_restriction_due_to_unsupported_feature=True,
    )
    otid = world.hlr.begin(SUBSCRIBER_DATA_MNGT_V3, withdrawn)
    assert isinstance(world.hlr.answered(otid).result, DeleteSubscriberDataRes | None)
    data = world.node.register.find(IMSI).data
    assert (data.teleservice_list, data.regional_subscription_data) == ((EMERGENCY,), (zones[1],))
    assert not data.roaming_restriction_due_to_unsupported_feature


@pytest.mark.parametrize(
    "argument", [InsertSubscriberDataArg(imsi=OTHER), InsertSubscriberDataArg(), DeleteSubscriberDataArg(imsi=OTHER)]
)
def test_data_of_nobody(world: World, argument: Any) -> None:
    """29.002 8.8: unidentified subscriber."""
    otid = world.hlr.begin(SUBSCRIBER_DATA_MNGT_V3, argument)
    assert world.hlr.answered(otid).error is ErrorCode.UNIDENTIFIED_SUBSCRIBER


# --- reset of the HLR (23.007 5.1) --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prefixes", "confirmed"), [((), False), ((HlrId("26201"),), False), ((HlrId("310150"),), True)]
)
def test_reset(world: World, prefixes: Any, confirmed: bool) -> None:
    """23.007 5.1: the HLR's subscribers are confirmed there when they are next heard; those of others are not."""
    tmsi = world.attach()
    world.hlr.begin(RESET_V2, ResetArg(hlr_number=IsdnAddress(HLR), hlr_list=prefixes))
    world.hlr.inbox.clear()
    assert world.seen()["confirmed_in_hlr"] is confirmed
    phone = world.bss1.open(updating_request(tmsi, cksn=Cksn.KEY_0))
    if not confirmed:
        world.register_at_hlr()
    phone.heard(LocationUpdatingAccept)


def heard_by_its_sgsn(world: World) -> None:
    """The SGSN tells that the mobile is active."""
    world.sgsn1.say(MsActivityIndication(imsi=IDENTITY))


def asks_for_a_call(world: World) -> None:
    """The mobile wants to call, on the A interface."""
    tmsi = world.node.register.find(IMSI).tmsi
    world.bss1.open(service(tmsi, Cksn.KEY_0)).heard(mm.CmServiceAccept)


@pytest.mark.parametrize("alerted", [False, True])
def test_activity_after_a_reset(world: World, alerted: bool) -> None:
    """29.018 13, 23.007 5.1: what the SGSN hears of the mobile makes the VLR tell the HLR, and once is enough."""
    world.associate()
    world.forget_at_hlr()
    if alerted:
        world.command("alert", imsi=IMSI)
        world.sgsn1.heard(AlertRequest)
        world.sgsn1.say(AlertAck(imsi=IDENTITY))
    heard_by_its_sgsn(world)
    heard_by_its_sgsn(world)
    world.register_at_hlr()
    heard_by_its_sgsn(world)
    assert not world.hlr.inbox
    assert world.seen()["confirmed_in_hlr"]
    assert world.seen()["state"] == "IMSI attached through an SGSN"
    assert (world.replies[-1].status == "done") if alerted else not world.replies


def test_access_after_a_reset(world: World) -> None:
    """23.007 5.1: so does any contact on the A interface; the service does not wait for it."""
    world.attach()
    world.forget_at_hlr()
    asks_for_a_call(world)
    world.register_at_hlr()
    assert world.seen()["confirmed_in_hlr"]
    assert world.seen()["state"] == "IMSI attached"


def test_hlr_silent_after_a_reset(world: World) -> None:
    """An HLR that does not answer is told at the next contact."""
    world.associate()
    world.forget_at_hlr()
    heard_by_its_sgsn(world)
    world.hlr.asked(UpdateLocationArg)
    world.wait(MAP_M.duration)
    assert not world.seen()["confirmed_in_hlr"]
    heard_by_its_sgsn(world)
    world.register_at_hlr()
    assert world.seen()["confirmed_in_hlr"]


def test_subscriber_not_known_after_a_reset(world: World) -> None:
    """29.002 19.1.1: an HLR that does not know the subscriber any more refuses: the record goes."""
    world.associate()
    world.forget_at_hlr()
    heard_by_its_sgsn(world)
    message, _ = world.hlr.asked(UpdateLocationArg)
    diagnostic = UnknownSubscriberDiagnostic.IMSI_UNKNOWN
    world.hlr.refuse(message, UnknownSubscriberParam(unknown_subscriber_diagnostic=diagnostic))
    assert not world.knows()


def test_update_after_activity_after_a_reset(world: World) -> None:
    """A location update through the SGSN while the HLR is being told: the HLR is told by that."""
    world.associate()
    world.forget_at_hlr()
    heard_by_its_sgsn(world)
    first, _ = world.hlr.asked(UpdateLocationArg)
    world.sgsn1.update()
    world.hlr.say(tcap.Abort(dtid=first.otid, p_abort_cause=tcap.PAbortCause.RESOURCE_LIMITATION))
    world.register_at_hlr()
    world.sgsn1.heard(LocationUpdateAccept)
    heard_by_its_sgsn(world)
    assert not world.hlr.inbox


# --- purge (8.1.6) -----------------------------------------------------------------------------------------------


def silent_for_long(world: World) -> None:
    """A mobile that is not heard is detached, and after a while forgotten."""
    world.attach()
    world.wait(X_IMSI_DETACH.duration + X_VLR_PURGE.duration)
    assert world.seen()["state"] == "wait for the HLR to be told"


@pytest.mark.parametrize("freeze", [True, False])
def test_purge(world: World, freeze: bool) -> None:
    """29.002 8.1.6: the HLR is told, the record goes; a TMSI that is frozen is not used before the mobile is back."""
    silent_for_long(world)
    tmsi = world.node.register.find(IMSI).tmsi
    message, argument = world.hlr.asked(PurgeMsArg)
    assert (argument.imsi, argument.vlr_number.digits) == (IMSI, VLR)
    world.hlr.result(message, PurgeMsRes(freeze_tmsi=freeze))
    assert not world.knows()
    assert (tmsi in world.node.register.frozen) is freeze
    world.attach()
    assert not world.node.register.frozen


@pytest.mark.parametrize("refused", [True, False])
def test_purge_that_the_hlr_does_not_take(world: World, refused: bool) -> None:
    """29.002 8.1.6: the record goes all the same."""
    silent_for_long(world)
    message, _ = world.hlr.asked(PurgeMsArg)
    if refused:
        world.hlr.refuse(message, SystemFailureParam())
    else:
        world.wait(MAP_M.duration)
    assert not world.knows()


def test_calls_while_it_is_purged(world: World) -> None:
    """A mobile that is about to be forgotten is not paged."""
    silent_for_long(world)
    assert world.command("call", imsi=IMSI)[-1].body == {"error": "IMSI detached"}


@pytest.mark.parametrize("way", ["updating", "service", "sgsn"])
def test_back_while_it_is_purged(world: World, way: str) -> None:
    """29.002 19.1.4: the mobile comes back before the HLR has answered: it stays."""
    silent_for_long(world)
    message, _ = world.hlr.asked(PurgeMsArg)
    if way == "sgsn":
        world.sgsn1.update()
        world.sgsn1.heard(LocationUpdateAccept)
    else:
        request: Any = updating_request(IMSI)
        if way == "service":
            request = service(IMSI, Cksn.NO_KEY)
        phone = world.bss1.open(request)
        world.give_vectors()
        phone.prove()
    world.hlr.result(message, PurgeMsRes())
    assert world.seen()["imsi_detached"] is None
    assert world.seen()["state"] in ("IMSI attached", "IMSI attached through an SGSN")
