"""Location updating, mobile side (TS 24.008 4.4): one attempt, normal, periodic, or to attach for calls.

So updates a mobile whose calls do not go through the SGSN. What follows an attempt that failed is the business of
:mod:`nodes.ms.mm`.
"""

from typing import TYPE_CHECKING

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.ms.attach import DELETED_LAC
from nodes.ms.card import UpdateStatus
from protocol.causes import MmCause
from protocol.classmarks import MobileStationClassmark1
from protocol.identities import Imsi, Lai, MobileIdentity, Tmsi
from protocol.mm import (
    LocationUpdatingAccept,
    LocationUpdatingReject,
    LocationUpdatingRequest,
    LocationUpdatingType,
    TmsiReallocationComplete,
    TypeOfLocationUpdating,
)
from protocol.rr import SuspensionCause
from protocol.timers import T3210, Timer

if TYPE_CHECKING:
    from nodes.ms.mm import MobilityManagement
    from nodes.ms.mobile import Mobile


class S(State):
    """States of an attempt to update."""

    START = "start"
    WAIT_ACCEPT = "wait for LOCATION UPDATING ACCEPT"
    UPDATED = "location updated"
    REFUSED = "update refused"
    UNANSWERED = "update not answered"


class LocationUpdating(Procedure):
    """One attempt; ``cause`` is the network's, if it refused, ``proceeds`` whether it waits for more on the channel."""

    __slots__ = ("cause", "mm", "proceeds")

    def __init__(self, mm: "MobilityManagement") -> None:
        super().__init__(mm.stage, mm)
        self.mm = mm
        self.cause: MmCause | None = None
        self.proceeds = False


def choose_type(mobile: "Mobile") -> TypeOfLocationUpdating:
    """Where the network knows the mobile, its time has come; where it is said to be off, it is on again (4.4.1-3)."""
    assert mobile.here is not None
    if not mobile.mm.is_known(mobile.here):
        return TypeOfLocationUpdating.NORMAL_LOCATION_UPDATING
    return TypeOfLocationUpdating.PERIODIC_UPDATING if mobile.imsi_attached else TypeOfLocationUpdating.IMSI_ATTACH


def classmark_1(mobile: "Mobile") -> MobileStationClassmark1:
    """The first octet of what the mobile says of itself."""
    classmark = mobile.stage.config.classmark
    return MobileStationClassmark1(
        revision_level=classmark.revision_level,
        es_ind=classmark.es_ind,
        no_a5_1=classmark.no_a5_1,
        rf_power_capability=classmark.rf_power_capability,
    )


def begun(updating: LocationUpdating, event: Begin) -> S:
    """Open a channel, and ask (4.4.4.1); a call that waits would follow on it."""
    mobile = updating.mm.mobile
    card, here = mobile.card, mobile.here
    assert here is not None
    request = LocationUpdatingRequest(
        location_updating_type=LocationUpdatingType(
            follow_on_request=updating.mm.waiting is not None, type_of_location_updating=choose_type(mobile)
        ),
        cksn=card.cs_cksn,
        location_area_identification=card.lai or Lai(here.rai.plmn, DELETED_LAC),
        mobile_station_classmark=classmark_1(mobile),
        mobile_identity=MobileIdentity(card.imsi if card.tmsi is None else card.tmsi),
    )
    updating.mm.open_channel(request, SuspensionCause.LOCATION_AREA_UPDATE)
    return S.WAIT_ACCEPT


def take_identity(mobile: "Mobile", area: Lai, identity: MobileIdentity | None) -> bool:
    """The network of calls names the mobile in this area: a TMSI is taken, an IMSI deletes it (4.3.1.2, 4.4.4.6).

    True where there is a TMSI to be acknowledged.
    """
    value = None if identity is None else identity.value
    tmsi = value if isinstance(value, Tmsi) else None if isinstance(value, Imsi) else mobile.card.tmsi
    mobile.stage.listening.name(mobile, area, tmsi)
    mobile.save()
    return isinstance(value, Tmsi)


def accepted(updating: LocationUpdating, event: LocationUpdatingAccept) -> S:
    """Take area and identity; a TMSI is acknowledged (4.4.4.6)."""
    mobile = updating.mm.mobile
    mobile.card.location_status = UpdateStatus.UPDATED
    updating.proceeds = event.follow_on_proceed is True
    if take_identity(mobile, event.location_area_identification, event.mobile_identity):
        updating.tell(TmsiReallocationComplete())
    listed = () if event.equivalent_plmns is None else event.equivalent_plmns.plmns
    mobile.equivalent_plmns = tuple(plmn for plmn in listed if plmn not in mobile.forbidden)
    return S.UPDATED


def rejected(updating: LocationUpdating, event: LocationUpdatingReject) -> S:
    """The network does not want this mobile here, or not now."""
    updating.cause = event.reject_cause
    return S.REFUSED


def unanswered(updating: LocationUpdating, event: Timer) -> S:
    """T3210 has run out (4.4.4.9 d)."""
    return S.UNANSWERED


LOCATION_UPDATING = Machine(
    "location updating, mobile side",
    clause="24.008 4.4.4",
    of=LocationUpdating,
    initial=S.START,
    final=(S.UPDATED, S.REFUSED, S.UNANSWERED),
    guards={S.WAIT_ACCEPT: T3210},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_ACCEPT,)),
        (S.WAIT_ACCEPT, LocationUpdatingAccept, accepted, (S.UPDATED,)),
        (S.WAIT_ACCEPT, LocationUpdatingReject, rejected, (S.REFUSED,)),
        (S.WAIT_ACCEPT, T3210, unanswered, (S.UNANSWERED,)),
    ],
)
