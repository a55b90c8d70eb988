"""The life of a subscriber in the VLR (TS 23.012, TS 23.007 4): attached here or through an SGSN, detached, purged.

A mobile that is attached on the A interface must be heard now and then, or it counts as detached; one that an SGSN
speaks for is the SGSN's care, and the timer does not run (TS 23.060 6.3). Whatever is heard of one that the HLR has not
confirmed since its reset makes the VLR tell it where the mobile is (TS 23.007 5.1).
"""

from nodes.core.machine import ANY, Machine, State
from nodes.vlr import alert, association, location_update, ms_information, paging, purge
from nodes.vlr.alert import Alert
from nodes.vlr.events import (
    UNPROVED,
    AlertOrder,
    Associated,
    CallOrder,
    Contact,
    Detached,
    Dissociated,
    InformationOrder,
    LocationRefused,
    Unproved,
    Unwelcome,
    Updated,
)
from nodes.vlr.location_update import LocationUpdate
from nodes.vlr.ms_information import MsInformation
from nodes.vlr.paging import Paging
from nodes.vlr.purge import Purge
from nodes.vlr.subscribers import Subscriber
from protocol.map.location import CancelLocationArg
from protocol.timers import X_IMSI_DETACH, X_VLR_PURGE, Timer


class S(State):
    """States of a subscriber."""

    NEW = "not registered yet"
    ATTACHED = "IMSI attached"
    ASSOCIATED = "IMSI attached through an SGSN"
    DETACHED = "IMSI detached"
    PURGING = "wait for the HLR to be told"
    GONE = "no record"


def attached(subscriber: Subscriber, event: Updated | Contact) -> S:
    """The mobile was heard on the A interface: the time until it must be heard again begins anew."""
    subscriber.confirmed_by_radio = True
    subscriber.detached = None
    if subscriber.state is S.ATTACHED:
        subscriber.hold_guard()
        subscriber.release_guard()
    confirm(subscriber)
    return S.ATTACHED


def heard(subscriber: Subscriber, event: Contact) -> S:
    """The mobile was heard on the A interface or by its SGSN, through which it is registered."""
    confirm(subscriber)
    return S.ASSOCIATED


def confirm(subscriber: Subscriber) -> None:
    """Tell the HLR where the mobile is, unless it has confirmed that, or is being told."""
    told = subscriber.association.state is association.S.LA_UPDATE_PRESENT or subscriber.child(LocationUpdate)
    if not subscriber.confirmed_in_hlr and not told:
        subscriber.start(LocationUpdate(subscriber, subscriber))


def confirmed(subscriber: Subscriber, event: LocationUpdate) -> State:
    """The HLR has it."""
    return subscriber.state


def not_confirmed(subscriber: Subscriber, event: LocationUpdate) -> State:
    """The HLR does not answer: the next contact is another chance; or it does not want the subscriber here."""
    return S.GONE if event.final else subscriber.state


def associated(subscriber: Subscriber, event: Associated) -> S:
    """An SGSN speaks for the mobile."""
    subscriber.detached = None
    return S.ASSOCIATED


def returned(subscriber: Subscriber, event: Updated | Contact) -> S:
    """The mobile comes back while it is being purged: it stays (TS 29.002 19.1.4)."""
    subscriber.end_children()
    return attached(subscriber, event)


def returned_through_sgsn(subscriber: Subscriber, event: Associated) -> S:
    """The same, through an SGSN."""
    subscriber.end_children()
    return associated(subscriber, event)


def dissociated(subscriber: Subscriber, event: Dissociated) -> S:
    """It does not any more: the mobile must be heard by ourselves."""
    return S.ATTACHED


def detached(subscriber: Subscriber, event: Detached) -> S:
    """The mobile has left."""
    subscriber.detached = event.how
    return S.DETACHED


def silent(subscriber: Subscriber, event: Timer) -> S:
    """The periodic update is long overdue: implicit detach (TS 23.012 3.4)."""
    subscriber.detached = "implicit"
    return S.DETACHED


def silent_for_long(subscriber: Subscriber, event: Timer) -> S:
    """It is not likely to come back here."""
    subscriber.start(Purge(subscriber))
    return S.PURGING


def purged(subscriber: Subscriber, event: Purge) -> S:
    """The HLR was told."""
    return S.GONE


def refused(subscriber: Subscriber, event: LocationRefused) -> State:
    """The HLR does not want it here: the record goes, as does that of one who never was here (TS 29.002 19.1.1)."""
    return S.GONE if event.final or subscriber.state is S.NEW else subscriber.state


def unproved(subscriber: Subscriber, event: Unproved) -> S:
    """Who said to be the subscriber is not, so nothing is known of it, unless somebody else has asked for it."""
    wanted = subscriber.is_busy or subscriber.association.state is not association.S.GS_NULL
    return S.NEW if wanted else S.GONE


def unwelcome(subscriber: Subscriber, event: Unwelcome) -> S:
    """Its first location update came to nothing, though the HLR holds it for here: that is told."""
    subscriber.start(Purge(subscriber))
    return S.PURGING


def never_associated(subscriber: Subscriber, event: Dissociated) -> S:
    """Its first location update came to nothing."""
    return S.NEW if subscriber.is_busy else S.GONE


def cancelled(subscriber: Subscriber, event: CancelLocationArg) -> S:
    """The HLR knows the subscriber elsewhere, or not at all."""
    return S.GONE


def called(subscriber: Subscriber, event: CallOrder) -> State:
    """Find the mobile."""
    subscriber.start(Paging(subscriber, event))
    return subscriber.state


def called_in_vain(subscriber: Subscriber, event: CallOrder) -> State:
    """A mobile that is detached is not paged."""
    subscriber.stage.reply(event.command, "failed", {"error": "IMSI detached"})
    return subscriber.state


def found(subscriber: Subscriber, event: Paging) -> State:
    """The channel goes on with the call."""
    return subscriber.state


def not_found(subscriber: Subscriber, event: Paging) -> State:
    """Whoever calls is told."""
    subscriber.stage.reply(event.order.command, "failed", {"error": event.why})
    return unproved(subscriber, UNPROVED) if subscriber.state is S.NEW else subscriber.state


def alerted(subscriber: Subscriber, event: AlertOrder) -> S:
    """Ask the SGSN to tell."""
    subscriber.start(Alert(subscriber, event))
    return S.ASSOCIATED


def asked(subscriber: Subscriber, event: InformationOrder) -> S:
    """Ask the SGSN."""
    subscriber.start(MsInformation(subscriber, event))
    return S.ASSOCIATED


def over(subscriber: Subscriber, event: Alert | MsInformation) -> State:
    """That is done."""
    return subscriber.state


KNOWN = (S.NEW, S.ATTACHED, S.ASSOCIATED, S.DETACHED)
HERE = (S.ATTACHED, S.ASSOCIATED)
ALIVE = (*KNOWN, S.PURGING)

MOBILITY = Machine(
    "life of a subscriber in the VLR",
    clause="23.012",
    of=Subscriber,
    initial=S.NEW,
    final=(S.GONE,),
    guards={S.ATTACHED: X_IMSI_DETACH, S.DETACHED: X_VLR_PURGE},
    rows=[
        # in this state    on this event     do this      and be in one of
        (KNOWN, Updated, attached, (S.ATTACHED,)),
        ((S.NEW, S.ATTACHED, S.DETACHED), Contact, attached, (S.ATTACHED,)),
        (S.ASSOCIATED, Contact, heard, (S.ASSOCIATED,)),
        (KNOWN, Associated, associated, (S.ASSOCIATED,)),
        (S.PURGING, Updated, returned, (S.ATTACHED,)),
        (S.PURGING, Contact, returned, (S.ATTACHED,)),
        (S.PURGING, Associated, returned_through_sgsn, (S.ASSOCIATED,)),
        (S.ASSOCIATED, Dissociated, dissociated, (S.ATTACHED,)),
        (HERE, Detached, detached, (S.DETACHED,)),
        (S.ATTACHED, X_IMSI_DETACH, silent, (S.DETACHED,)),
        (S.DETACHED, X_VLR_PURGE, silent_for_long, (S.PURGING,)),
        (S.PURGING, purge.S.PURGED, purged, (S.GONE,)),
        (ANY, location_update.S.UPDATED, confirmed, ALIVE),
        (ANY, location_update.S.REFUSED, not_confirmed, (*ALIVE, S.GONE)),
        (ANY, LocationRefused, refused, (*ALIVE, S.GONE)),
        (S.NEW, Unproved, unproved, (S.NEW, S.GONE)),
        (S.NEW, Unwelcome, unwelcome, (S.PURGING,)),
        (S.NEW, Dissociated, never_associated, (S.NEW, S.GONE)),
        (ANY, CancelLocationArg, cancelled, (S.GONE,)),
        ((S.NEW, *HERE), CallOrder, called, (S.NEW, *HERE)),
        ((S.DETACHED, S.PURGING), CallOrder, called_in_vain, (S.DETACHED, S.PURGING)),
        (ANY, paging.S.ANSWERED, found, ALIVE),
        (ANY, paging.S.FAILED, not_found, (*ALIVE, S.GONE)),
        (S.ASSOCIATED, AlertOrder, alerted, (S.ASSOCIATED,)),
        (S.ASSOCIATED, InformationOrder, asked, (S.ASSOCIATED,)),
        (ANY, alert.S.OVER, over, ALIVE),
        (ANY, ms_information.S.OVER, over, ALIVE),
    ],
)
