"""What a mobile does when its user orders something: actions of :mod:`nodes.ms.gmm`."""

from nodes.core.machine import State
from nodes.ms.mobile import Mobile
from nodes.ms.orders import AttachOrder, DetachOrder, ImsiDetachOrder, SwitchOff, SwitchOn
from nodes.ms.states import UPDATE_FAILED, S
from protocol.gmm.elements import DetachTypeMo


def switched_on(mobile: Mobile, event: SwitchOn) -> S:
    """Look for the cell, and camp on it."""
    mobile.renew()
    mobile.stage.listening.enter(mobile)
    return mobile.conclude(mobile.find_service())


def wish(mobile: Mobile, order: AttachOrder) -> None:
    """The user wants it: what failed before does not count any more (4.7.3)."""
    mobile.wants_gprs = True
    mobile.attempts = mobile.update_attempts = 0
    if order.combined is not None:
        mobile.combined = order.combined
    mobile.wants_calls = mobile.combined and mobile.config.ms_class != "C"


def give_up(mobile: Mobile, order: DetachOrder) -> None:
    """The user does not want it any more; nor calls, unless he says that packets alone are meant."""
    mobile.wants_gprs = False
    mobile.wants_calls &= order.type is DetachTypeMo.GPRS_DETACH
    mobile.sessions.wanted = ()


def switched_on_to_attach(mobile: Mobile, event: AttachOrder) -> S:
    """A mobile that is off is switched on first."""
    mobile.renew()
    mobile.stage.listening.enter(mobile)
    return attach_ordered(mobile, event)


def attach_ordered(mobile: Mobile, event: AttachOrder) -> S:
    """Attach where that is possible."""
    wish(mobile, event)
    return mobile.conclude(mobile.find_service())


def attach_impossible(mobile: Mobile, event: AttachOrder) -> S:
    """No service here, or none with this card. The wish stays, for another cell."""
    wish(mobile, event)
    assert isinstance(mobile.state, S)
    return mobile.conclude(mobile.state)


def attach_awaited(mobile: Mobile, event: AttachOrder) -> State:
    """It comes when there is a cell, or when the call is over."""
    wish(mobile, event)
    return mobile.state


def attach_ordered_again(mobile: Mobile, event: AttachOrder) -> S:
    """Attached already: at most calls are still wanting, or an update that has failed (4.7.5.2)."""
    wish(mobile, event)
    if mobile.state in UPDATE_FAILED:
        mobile.update_due = True
    return mobile.conclude(mobile.find_service_again())


def joined(mobile: Mobile, event: AttachOrder | DetachOrder) -> State:
    """It is being done already."""
    return mobile.state


def detach_ordered(mobile: Mobile, event: DetachOrder) -> S:
    """Leave, even if the attach or the update has not come to its end (4.7.3.1.5 g)."""
    give_up(mobile, event)
    return mobile.leave(event.type)


def given_up(mobile: Mobile, event: DetachOrder) -> S:
    """Nothing to leave, and no more attempts."""
    give_up(mobile, event)
    return mobile.conclude(mobile.find_service())


def detached_unheard(mobile: Mobile, event: DetachOrder) -> S:
    """There is no cell to say it in, or none where it may be said."""
    give_up(mobile, event)
    mobile.deregister()
    return mobile.conclude(mobile.find_service())


def imsi_detach_ordered(mobile: Mobile, event: ImsiDetachOrder) -> S:
    """Calls are not wanted any more; where they come through the SGSN it must know (4.7.4.1.3)."""
    through_sgsn = mobile.imsi_attached and mobile.may_combine and mobile.readiness.is_attached
    mobile.combined = mobile.wants_calls = False
    if not through_sgsn:
        assert isinstance(mobile.state, S)
        return mobile.conclude(mobile.state)
    mobile.leave(DetachTypeMo.IMSI_DETACH)
    return S.IMSI_DETACH_INITIATED


def leaving(mobile: Mobile, event: SwitchOff) -> S:
    """Tell the network before going off."""
    return mobile.leave(None, power_off=True)


def switched_off(mobile: Mobile, event: SwitchOff) -> S:
    """There is nobody to tell."""
    return off(mobile)


def off(mobile: Mobile) -> S:
    """Nothing runs, and nothing is heard."""
    mobile.wants_gprs = mobile.wants_calls = False
    mobile.unbar()
    mobile.deregister()
    mobile.stage.listening.release_tlli(mobile)
    mobile.stage.listening.leave(mobile)
    return mobile.conclude(S.NULL)
