"""Regional subscription: zone codes in HLR, SGSN and VLR (TS 23.003 4.4, TS 29.002 8.8.1, TS 23.060 6.5.3, 6.9.1.2)."""

from dataclasses import replace
from typing import Any

import pytest

from nodes.hlr.config import Subscriber
from nodes.hlr.subscriber_data import changed_data
from nodes.hlr.subscribers import GprsLocation, VlrLocation
from nodes.hlr.subscription import make_insertions, make_vlr_insertion
from protocol import tcap
from protocol.bssap_plus import LocationUpdateReject
from protocol.causes import GmmCause, MmCause
from protocol.errors import DecodeError
from protocol.gmm import AttachReject, RoutingAreaUpdateReject
from protocol.gmm.elements import UpdateTypeValue
from protocol.identities import IsdnAddress, Lai
from protocol.map.contexts import SUBSCRIBER_DATA_MNGT_V3
from protocol.map.location import (
    PurgeMsArg,
    PurgeMsRes,
    UpdateGprsLocationArg,
    UpdateGprsLocationRes,
    UpdateLocationArg,
    UpdateLocationRes,
)
from protocol.map.subscriber import (
    DeleteSubscriberDataArg,
    InsertSubscriberDataArg,
    InsertSubscriberDataRes,
    RegionalSubscriptionResponse,
    ZoneCode,
)
from protocol.mm import LocationUpdatingAccept, LocationUpdatingReject
from tests.machines.sgsn_lab import AWAY, HLR, IMSI, NEAR, Lab
from tests.machines.vlr import AREA, IDENTITY, OTHER_AREA, World, updating_request
from tests.machines.vlr import HLR as HLR_OF_VLR

HERE, THERE, NOWHERE = ZoneCode(code=1), ZoneCode(code=2), ZoneCode(code=3)
RESTRICTED = RegionalSubscriptionResponse.NETWORK_NODE_AREA_RESTRICTED

# --- HLR ----------------------------------------------------------------------------------------------------------


def test_zones_of_a_subscriber_are_kept(subscriber: Subscriber) -> None:
    """TS 29.002 17.7.1: up to ten zone codes, in the record and in what SGSNs and VLRs are told."""
    one = replace(subscriber, zones=(7, 0xFFFF))
    one.check()
    octets = one.to_octets()
    assert Subscriber.from_octets(one.imsi, octets) == one
    codes = (ZoneCode(code=7), ZoneCode(code=0xFFFF))
    assert make_insertions(one)[-1].regional_subscription_data == codes
    assert make_vlr_insertion(one).regional_subscription_data == codes
    at = octets.index(b"\0\x02\0\x07")
    for broken in (octets[: at + 1], octets[: at + 4], octets[:at] + b"\0\0" + octets[at + 6 :]):
        with pytest.raises(DecodeError):
            Subscriber.from_octets(one.imsi, broken)


@pytest.mark.parametrize("zones", [tuple(range(11)), (1, 1), (0x10000,)])
def test_zones_that_cannot_be_told(subscriber: Subscriber, zones: tuple[int, ...]) -> None:
    """TS 29.002 17.7.1: ten at most, each once, of two octets."""
    with pytest.raises(ValueError, match="zone code"):
        replace(subscriber, zones=zones).check()


@pytest.mark.parametrize("kind", [GprsLocation, VlrLocation])
def test_zones_change(subscriber: Subscriber, kind: Any) -> None:
    """TS 29.002 8.8.1, 8.8.2: a new list replaces the old one; where none is left each is withdrawn."""
    location = kind.__new__(kind)
    with_zones, with_others = replace(subscriber, zones=(1, 2)), replace(subscriber, zones=(2,))
    ((told,),) = changed_data(with_zones, with_others, location)
    assert isinstance(told, InsertSubscriberDataArg)
    assert told.regional_subscription_data == (ZoneCode(code=2),)
    withdrawn = changed_data(with_zones, subscriber, location)
    assert withdrawn == [
        (DeleteSubscriberDataArg(imsi=subscriber.imsi, regional_subscription_identifier=ZoneCode(code=zone)),)
        for zone in (1, 2)
    ]
    both = changed_data(with_zones, replace(subscriber, circuit=False), location)
    assert len(both) == 3
    assert changed_data(with_zones, with_zones, location) == []


# --- SGSN ---------------------------------------------------------------------------------------------------------


class Telling(Lab):
    """A network whose HLR tells ``codes`` with each update of the location, and keeps what it hears of them."""

    codes: tuple[ZoneCode, ...] = ()

    def __init__(self, *codes: ZoneCode, **changes: Any) -> None:
        self.codes = codes
        self.heard: list[Any] = []
        self._invoke = 0
        super().__init__(**changes)

    def _ask_hlr(self, transaction: Any) -> None:
        for component in getattr(transaction, "components", ()):
            if isinstance(component, tcap.ReturnResultLast) and isinstance(transaction, tcap.Continue):
                self.heard.append(component)
                result = tcap.result(self._invoke, UpdateGprsLocationRes(hlr_number=IsdnAddress(HLR)))
                self.gr(tcap.End(dtid=transaction.otid, components=(result,)))
                return
            if isinstance(component, tcap.Invoke) and isinstance(component.argument, UpdateGprsLocationArg):
                self._invoke = component.invoke_id
                told = InsertSubscriberDataArg(regional_subscription_data=self.codes)
                self.gr(
                    tcap.Continue(
                        otid=b"\0\0\0\x07",
                        dtid=transaction.otid,
                        dialogue=tcap.Aare(application_context=transaction.dialogue.application_context),
                        components=(tcap.invoke(1, told),),
                    )
                )
                return
        super()._ask_hlr(transaction)

    @property
    def response(self) -> Any:
        """What the SGSN has said of the zone codes."""
        result = self.heard[-1].result
        return result.regional_subscription_response if isinstance(result, InsertSubscriberDataRes) else None


ZONES = {NEAR.rai.lai: (1, 9), AWAY.rai.lai: (2,)}


@pytest.mark.parametrize(
    ("codes", "cause", "response"),
    [
        ((HERE,), None, None),
        ((THERE,), GmmCause.LOCATION_AREA_NOT_ALLOWED, None),
        ((THERE, HERE), None, None),
        ((NOWHERE,), GmmCause.LOCATION_AREA_NOT_ALLOWED, RESTRICTED),
        ((), None, None),
    ],
)
def test_attach_in_a_zone(codes: Any, cause: GmmCause | None, response: Any) -> None:
    """23.060 6.5.3: the subscription must extend to the area; the HLR learns if it does to none of the SGSN's."""
    lab = Telling(*codes, zones=ZONES)
    lab.mobile().attach()
    rejects = [message for _, message in lab.said if isinstance(message, AttachReject)]
    assert [reject.gmm_cause for reject in rejects] == ([] if cause is None else [cause])
    assert lab.response is response


def test_attach_where_zones_are_not_supported() -> None:
    """29.002 8.8.1: the HLR is told so; nothing is restricted."""
    lab = Telling(NOWHERE)
    lab.attached()
    assert lab.response is RegionalSubscriptionResponse.REGIONAL_SUBSCRIPTION_NOT_SUPPORTED
    assert lab.look["state"] == "GMM-REGISTERED"


@pytest.mark.parametrize("cause", [12, 13, 15])
def test_attach_restricted_by_policy(cause: int) -> None:
    """24.008 annex G: networks say #12, #13 or #15."""
    lab = Telling(NOWHERE, zones=ZONES)
    lab.sgsn.config.map_causes["zone restricted"] = GmmCause(cause)
    lab.mobile().attach()
    assert lab.last(AttachReject).gmm_cause == cause


def test_update_out_of_the_zones() -> None:
    """23.060 6.9.1.2.1 step 3: without asking the HLR anything; the context is gone."""
    lab = Telling(HERE, zones=ZONES)
    mobile = lab.attached()
    mobile.cell = AWAY
    lab.said.clear()
    mobile.update(UpdateTypeValue.RA_UPDATING)
    assert lab.last(RoutingAreaUpdateReject).gmm_cause is GmmCause.LOCATION_AREA_NOT_ALLOWED


@pytest.mark.parametrize(("codes", "detached"), [((THERE,), True), ((THERE, HERE), False)])
def test_zones_taken_from_an_attached_mobile(codes: Any, detached: bool) -> None:
    """23.060 6.11.1: the mobile may not be here any more: it is detached."""
    lab = Telling(HERE, zones=ZONES)
    lab.attached()
    lab.said.clear()
    argument = InsertSubscriberDataArg(imsi=IMSI, regional_subscription_data=codes)
    opening = tcap.Aarq(application_context=SUBSCRIBER_DATA_MNGT_V3)
    lab.gr(tcap.Begin(otid=b"\0\0\0\x09", dialogue=opening, components=(tcap.invoke(1, argument),)))
    assert ("DetachRequestMt" in lab.names()) is detached


def test_zone_withdrawn() -> None:
    """29.002 8.8.2: one zone less; where none is left nothing is restricted."""
    lab = Telling(HERE, zones=ZONES)
    lab.attached()
    argument = DeleteSubscriberDataArg(imsi=IMSI, regional_subscription_identifier=HERE)
    opening = tcap.Aarq(application_context=SUBSCRIBER_DATA_MNGT_V3)
    lab.gr(tcap.Begin(otid=b"\0\0\0\x09", dialogue=opening, components=(tcap.invoke(1, argument),)))
    assert lab.context.zones == ()


# --- VLR ----------------------------------------------------------------------------------------------------------


def register(world: World, *codes: ZoneCode) -> Any:
    """The HLR tells these zones; what the VLR says of them."""
    message, _ = world.hlr.asked(UpdateLocationArg)
    told = InsertSubscriberDataArg(regional_subscription_data=codes)
    world.hlr.reply(message, tcap.invoke(1, told), own=b"\0\0\0\x09")
    answer = world.hlr.heard(tcap.Continue)
    result = tcap.result(message.components[0].invoke_id, UpdateLocationRes(hlr_number=IsdnAddress(HLR_OF_VLR)))
    world.hlr.say(tcap.End(dtid=message.otid, dialogue=None, components=(result,)))
    told = answer.components[0].result
    return told.regional_subscription_response if isinstance(told, InsertSubscriberDataRes) else None


def purged(world: World) -> None:
    """The VLR tells the HLR that it has not the subscriber."""
    message, _ = world.hlr.asked(PurgeMsArg)
    world.hlr.result(message, PurgeMsRes())
    assert not world.knows()


VLR_ZONES: dict[Lai, tuple[int, ...]] = {AREA: (1,), OTHER_AREA: (2,)}


@pytest.mark.parametrize(("codes", "response"), [((THERE,), None), ((NOWHERE,), RESTRICTED)])
def test_location_updating_out_of_the_zones(codes: Any, response: Any) -> None:
    """23.012 3.6.5, 24.008 4.4.4.7: #12; what was new here does not stay."""
    world = World(zones=VLR_ZONES)
    phone = world.bss1.open(updating_request(IMSI_OF_VLR))
    world.give_vectors()
    phone.prove()
    assert register(world, *codes) is response
    assert phone.heard(LocationUpdatingReject).reject_cause is MmCause.LOCATION_AREA_NOT_ALLOWED
    assert phone.cleared()
    purged(world)


def test_location_updating_in_a_zone() -> None:
    """23.012 3.6.5: where the subscription extends to the area all is well; in the next area it does not."""
    world = World(zones=VLR_ZONES)
    phone = world.bss1.open(updating_request(IMSI_OF_VLR))
    world.give_vectors()
    phone.prove()
    assert register(world, HERE) is None
    phone.heard(LocationUpdatingAccept)
    away = world.bss2.open(updating_request(IMSI_OF_VLR), OTHER_AREA)
    world.give_vectors()
    away.prove()
    assert away.heard(LocationUpdatingReject).reject_cause is MmCause.LOCATION_AREA_NOT_ALLOWED


@pytest.mark.parametrize("known", [False, True])
def test_update_through_an_sgsn_out_of_the_zones(known: bool) -> None:
    """29.018 6.3.4: the SGSN is told why, and does not speak for the mobile."""
    world = World(zones=VLR_ZONES)
    world.sgsn1.update()
    register(world, HERE if known else THERE)
    if known:
        world.sgsn1.inbox.clear()
        message = InsertSubscriberDataArg(imsi=IMSI_OF_VLR, regional_subscription_data=(NOWHERE,))
        otid = world.hlr.begin(SUBSCRIBER_DATA_MNGT_V3, message)
        assert world.hlr.answered(otid).result == InsertSubscriberDataRes(regional_subscription_response=RESTRICTED)
        world.sgsn1.update()
    reject = world.sgsn1.heard(LocationUpdateReject)
    assert (reject.imsi, reject.reject_cause) == (IDENTITY, MmCause.LOCATION_AREA_NOT_ALLOWED)
    if not known:
        purged(world)


IMSI_OF_VLR = IDENTITY.imsi
