"""What a mobile does when its radio changes: another cell, none, or a call. Actions of :mod:`nodes.ms.gmm`."""

from nodes.core.machine import State
from nodes.ms.card import UpdateStatus
from nodes.ms.config import RadioCell
from nodes.ms.detach import Detach
from nodes.ms.events import CellHeard, PeriodicUpdateDue, Resumed, Suspended
from nodes.ms.mobile import ATTEMPTS, Mobile
from nodes.ms.orders import FindCover, LoseCover, Move
from nodes.ms.states import ATTEMPTING_MM, REGISTERED_CAMPED, REGISTERED_SEARCHING, UPDATE_FAILED, S
from protocol.gmm.elements import DetachTypeMo

# --- another cell -------------------------------------------------------------------------------------------------


def carry(mobile: Mobile, cell: RadioCell) -> bool:
    """Select the other cell; true where it is known, and in the area where the mobile last attached or updated.

    Elsewhere nothing that runs can come to its end.
    """
    listening = mobile.stage.listening
    listening.shut(mobile)
    listening.leave(mobile)
    mobile.cell = cell
    listening.enter(mobile)
    mobile.stage.unsettled[mobile] = None
    here = mobile.here
    if here is None or here.rai != mobile.attempted:
        mobile.end_children()
        return False
    listening.listen(mobile)
    return True


def carried(mobile: Mobile, event: Move) -> S:
    """A mobile that is off does not notice."""
    mobile.cell = event.cell
    return mobile.conclude(S.NULL)


def reselected(mobile: Mobile, event: Move) -> S:
    """Not registered: perhaps there is service."""
    carry(mobile, event.cell)
    return mobile.conclude(mobile.find_service())


def reselected_attempting(mobile: Mobile, event: Move) -> S:
    """Another routing area is worth another attempt at once; the same is not (4.2.4.1.3)."""
    if carry(mobile, event.cell):
        assert isinstance(mobile.state, S)
        return mobile.conclude(mobile.state)
    mobile.attempts = 0
    return mobile.conclude(mobile.find_service())


def reselected_attaching(mobile: Mobile, event: Move) -> S:
    """The attach goes on in the same area, and begins anew in another one (4.7.3.1.5 e, f)."""
    if carry(mobile, event.cell):
        mobile.update_cell()
        return S.REGISTERED_INITIATED
    return mobile.conclude(mobile.find_service())


def reselected_registered(mobile: Mobile, event: Move) -> S:
    """Another routing area is told by an update, another cell only in READY (4.7.5, 23.060 6.9.1)."""
    carry(mobile, event.cell)
    state = mobile.find_service_again()
    if state is S.REGISTERED and mobile.readiness.is_ready:
        mobile.update_cell()
    return mobile.conclude(state)


def reselected_attempting_update(mobile: Mobile, event: Move) -> S:
    """Another routing area is worth another attempt at once; the same is not (4.2.5.1.4, 4.2.5.1.7)."""
    if carry(mobile, event.cell):
        if mobile.readiness.is_ready:
            mobile.update_cell()
        assert isinstance(mobile.state, S)
        return mobile.conclude(mobile.state)
    mobile.update_attempts = 0
    return mobile.conclude(mobile.find_service_again())


def reselected_updating(mobile: Mobile, event: Move) -> S:
    """The update goes on in the same area, and begins anew in another one (4.7.5.1.5 e, f)."""
    if carry(mobile, event.cell):
        mobile.update_cell()
        return S.UPDATING
    mobile.card.update_status = UpdateStatus.NOT_UPDATED
    mobile.save()
    return mobile.conclude(mobile.find_service_again())


def reselected_detaching(mobile: Mobile, event: Move) -> S:
    """The detach goes on in the same area; in another one it waits for an update (4.7.4.1.4 e, f).

    One that followed an attach without end has no registration to update.
    """
    redo = next(child.type for child in mobile.children if isinstance(child, Detach))
    if carry(mobile, event.cell):
        mobile.update_cell()
        assert isinstance(mobile.state, S)
        return mobile.state
    if mobile.readiness.is_attached:
        state = mobile.find_service_again()
        if state is S.UPDATING:
            mobile.redo = redo
            return state
    return detached_at_once(mobile, redo)


def detached_at_once(mobile: Mobile, kind: DetachTypeMo) -> S:
    """The detach cannot come to its end: it counts as done."""
    mobile.imsi_attached &= kind is DetachTypeMo.GPRS_DETACH
    if kind is DetachTypeMo.IMSI_DETACH:
        mobile.end_children()
        return mobile.conclude(mobile.find_service_again())
    mobile.deregister()
    return mobile.conclude(mobile.find_service())


def reselected_in_call(mobile: Mobile, event: Move) -> State:
    """Handed over: packets look at the new cell when the call is over."""
    carry(mobile, event.cell)
    mobile.stage.listening.shut(mobile)
    assert isinstance(mobile.state, S)
    return mobile.conclude(mobile.state)


# --- what the cell tells ------------------------------------------------------------------------------------------


def cell_heard(mobile: Mobile, event: CellHeard) -> S:
    """Not registered: perhaps there is service, or none any more."""
    return mobile.conclude(mobile.find_service())


def cell_heard_registered(mobile: Mobile, event: CellHeard) -> S:
    """Registered: the area, or the network mode of operation, may ask for an update."""
    return mobile.conclude(mobile.find_service_again())


def cell_heard_between(mobile: Mobile, event: CellHeard) -> S:
    """An attempt waits for its timer; only the loss of the cell, or of the right to use it, changes that."""
    here = mobile.here
    if here is None or not mobile.forbidden.isdisjoint((here.rai.plmn, here.rai.lai)):
        return radio_gone(mobile)
    assert isinstance(mobile.state, S)
    return mobile.state


# --- no radio -----------------------------------------------------------------------------------------------------


def cover_lost(mobile: Mobile, event: LoseCover) -> S:
    """Nothing is sent nor heard any more."""
    mobile.covered = False
    return radio_gone(mobile)


def radio_gone(mobile: Mobile) -> S:
    """What runs has failed in the lower layers (4.7.3.1.5 b, 4.7.4.1.4 a, 4.7.5.1.5 b)."""
    match mobile.state:
        case S.REGISTERED_INITIATED:
            mobile.attempts += 1
            mobile.deregister()
            if mobile.attempts >= ATTEMPTS:
                mobile.forget(UpdateStatus.NOT_UPDATED)
            return mobile.conclude(mobile.find_service())
        case S.DEREGISTERED_INITIATED | S.IMSI_DETACH_INITIATED:
            return detached_at_once(mobile, next(c.type for c in mobile.children if isinstance(c, Detach)))
        case S.UPDATING:
            mobile.end_children()
            mobile.update_attempts += 1
            mobile.update_due = True
            if mobile.attempted != mobile.card.rai:
                mobile.card.update_status = UpdateStatus.NOT_UPDATED
                mobile.save()
            return mobile.conclude(mobile.find_service_again())
        case S.REGISTERED_SUSPENDED:
            mobile.update_due = True  # nobody will say that packets go on (44.018 3.4.25)
            return mobile.conclude(mobile.find_service_again())
        case state if state in (*REGISTERED_CAMPED, *REGISTERED_SEARCHING):
            return mobile.conclude(mobile.find_service_again())
        case _:
            return mobile.conclude(mobile.find_service())


def cover_noted(mobile: Mobile, event: LoseCover | FindCover) -> S:
    """Nothing comes of it now."""
    mobile.covered = isinstance(event, FindCover)
    assert isinstance(mobile.state, S)
    return mobile.conclude(mobile.state)


def cover_found(mobile: Mobile, event: FindCover) -> S:
    """Not registered: perhaps there is service."""
    mobile.covered = True
    return mobile.conclude(mobile.find_service())


def cover_found_registered(mobile: Mobile, event: FindCover) -> S:
    """Registered: an update, if it has been missed, or if this is elsewhere."""
    mobile.covered = True
    return mobile.conclude(mobile.find_service_again())


# --- the time of the periodic update ------------------------------------------------------------------------------


def periodic_update_due(mobile: Mobile, event: PeriodicUpdateDue) -> S:
    """T3312 has run out (4.7.2.2)."""
    mobile.periodic_due = True
    return mobile.conclude(mobile.find_service_again())


def periodic_update_later(mobile: Mobile, event: PeriodicUpdateDue) -> State:
    """It is made good in normal service (4.7.2.2)."""
    mobile.periodic_due = True
    return mobile.state


def periodic_update_missed(mobile: Mobile, event: PeriodicUpdateDue) -> State:
    """Out of coverage: the SGSN may give the mobile up, and calls with it: on return it attaches for them (4.7.2.2)."""
    mobile.periodic_due = True
    mobile.imsi_attach_due = mobile.imsi_attached
    return mobile.state


# --- a call -------------------------------------------------------------------------------------------------------


def suspended(mobile: Mobile, event: Suspended) -> S:
    """Not registered: no attach during the call. One that ran, or a detach, is over."""
    mobile.before = S.ATTEMPTING_LATER if mobile.state is S.ATTEMPTING_LATER else None
    mobile.deregister()
    mobile.stage.listening.shut(mobile)
    return mobile.conclude(S.SUSPENDED)


def suspended_registered(mobile: Mobile, event: Suspended) -> S:
    """Registered: nothing is sent nor heard during the call; an update that ran must be done again."""
    mobile.update_due |= mobile.state is S.UPDATING
    mobile.before = S(mobile.state) if mobile.state in (*UPDATE_FAILED, *ATTEMPTING_MM) else None
    mobile.suspended_in = mobile.cell
    if mobile.state is S.IMSI_DETACH_INITIATED:
        mobile.imsi_attached = False
    mobile.end_children()
    mobile.stage.listening.shut(mobile)
    return mobile.conclude(S.REGISTERED_SUSPENDED)


def resumed(mobile: Mobile, event: Resumed) -> S:
    """The call is over: attach, if wanted; but attempts that had come to their end do not begin anew by that."""
    return mobile.conclude(find_before(mobile) or mobile.find_service())


def find_before(mobile: Mobile) -> S | None:
    """The state in which the call has found the mobile, if it waited for another attempt in this very area."""
    before, here = mobile.before, mobile.here
    if before is None or here is None or here.rai != mobile.attempted:
        return None
    mobile.stage.listening.listen(mobile)
    return before


def resumed_registered(mobile: Mobile, event: Resumed) -> S:
    """The call is over; unless the network said that packets go on, an update says so (44.018 3.4.25, 4.7.5).

    In another cell of the same area they go on by a cell update, in READY.
    """
    mobile.update_due |= not event.ok
    state = (find_before(mobile) if event.ok else None) or mobile.find_service_again()
    still = (S.REGISTERED, *UPDATE_FAILED, *ATTEMPTING_MM)
    if state in still and mobile.cell is not mobile.suspended_in and mobile.readiness.is_ready:
        mobile.update_cell()
    return mobile.conclude(state)
