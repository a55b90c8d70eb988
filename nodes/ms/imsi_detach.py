"""IMSI detach, mobile side (TS 24.008 4.3.4): calls do not reach the mobile any more. The network does not answer."""

from typing import TYPE_CHECKING

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.ms.location_updating import classmark_1
from protocol.identities import MobileIdentity
from protocol.mm import ImsiDetachIndication
from protocol.rr import SuspensionCause
from protocol.timers import T3220, Timer

if TYPE_CHECKING:
    from nodes.ms.mm import MobilityManagement


class S(State):
    """States of the IMSI detach."""

    START = "start"
    WAIT_RELEASE = "wait for CHANNEL RELEASE"
    DETACHED = "detached"


class ImsiDetach(Procedure):
    """One detach, on the channel that there is, or on one of its own."""

    __slots__ = ("mm",)

    def __init__(self, mm: "MobilityManagement") -> None:
        super().__init__(mm.stage, mm)
        self.mm = mm


def begun(detach: ImsiDetach, event: Begin) -> S:
    """Say it, and wait for the channel's release (4.3.4.1)."""
    mobile = detach.mm.mobile
    card = mobile.card
    indication = ImsiDetachIndication(
        mobile_station_classmark=classmark_1(mobile),
        mobile_identity=MobileIdentity(card.imsi if card.tmsi is None else card.tmsi),
    )
    if detach.mm.channel is None:
        detach.mm.open_channel(indication, SuspensionCause.OTHER_PROCEDURE_WITH_AN_SDCCH)
    else:
        detach.tell(indication)
    return S.WAIT_RELEASE


def unheard(detach: ImsiDetach, event: Timer) -> S:
    """T3220 has run out: nobody releases the channel (4.3.4.3)."""
    return S.DETACHED


IMSI_DETACH = Machine(
    "IMSI detach, mobile side",
    clause="24.008 4.3.4",
    of=ImsiDetach,
    initial=S.START,
    final=(S.DETACHED,),
    guards={S.WAIT_RELEASE: T3220},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_RELEASE,)),
        (S.WAIT_RELEASE, T3220, unheard, (S.DETACHED,)),
    ],
)
