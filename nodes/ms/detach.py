"""Detach started by the mobile: from GPRS, from calls, or from both (TS 24.008 4.7.4.1)."""

from typing import Any

from nodes.core.machine import Begin, Machine, Procedure, State
from protocol.gmm import DetachAcceptMo, DetachAcceptMt, DetachRequestMo, DetachRequestMt
from protocol.gmm.elements import DetachTypeMo, DetachTypeMt, MoDetach
from protocol.identities import MobileIdentity
from protocol.timers import T3321, Timer


class S(State):
    """States of the detach."""

    START = "start"
    WAIT_ACCEPT = "wait for DETACH ACCEPT"
    DETACHED = "detached"
    OVERTAKEN = "overtaken by the network's detach"


class Detach(Procedure):
    """One detach; ``power_off`` tells whether the mobile is being switched off.

    ``overtaken_by`` is the network's request that takes its place.
    """

    __slots__ = ("mobile", "overtaken_by", "power_off", "type")

    def __init__(self, mobile: Any, kind: DetachTypeMo, *, power_off: bool) -> None:
        super().__init__(mobile.stage, mobile)
        self.mobile = mobile
        self.type = kind
        self.power_off = power_off
        self.overtaken_by: DetachRequestMt | None = None


def begun(detach: Detach, event: Begin) -> S:
    """Tell the network; one who is switched off does not wait for the answer (4.7.4.1.1)."""
    card = detach.mobile.card
    request = DetachRequestMo(
        detach_type=MoDetach(power_off=detach.power_off, type=detach.type),
        ptmsi=None if card.ptmsi is None else MobileIdentity(card.ptmsi),
        ptmsi_signature=card.ptmsi_signature,
    )
    if detach.power_off:
        detach.tell(request)
        return S.DETACHED
    detach.ask(request)
    return S.WAIT_ACCEPT


def accepted(detach: Detach, event: DetachAcceptMt) -> S:
    """The network agrees."""
    return S.DETACHED


def crossed(detach: Detach, event: DetachRequestMt) -> S:
    """The network's own request crosses: ignored where it is for calls only; else granted, and ours goes on.

    One of ours that is for calls only has become pointless (4.7.4.1.4 c).
    """
    if event.detach_type.type is DetachTypeMt.IMSI_DETACH:
        return S.WAIT_ACCEPT
    if detach.type is DetachTypeMo.IMSI_DETACH:
        detach.overtaken_by = event
        return S.OVERTAKEN
    detach.tell(DetachAcceptMo())
    return S.WAIT_ACCEPT


def unanswered(detach: Detach, event: Timer) -> S:
    """The fifth expiry of T3321: detached all the same (4.7.4.1.4 b)."""
    return S.DETACHED


DETACH = Machine(
    "GPRS detach by the mobile",
    clause="24.008 4.7.4.1",
    of=Detach,
    initial=S.START,
    final=(S.DETACHED, S.OVERTAKEN),
    guards={S.WAIT_ACCEPT: T3321},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_ACCEPT, S.DETACHED)),
        (S.WAIT_ACCEPT, DetachAcceptMt, accepted, (S.DETACHED,)),
        (S.WAIT_ACCEPT, DetachRequestMt, crossed, (S.WAIT_ACCEPT, S.OVERTAKEN)),
        (S.WAIT_ACCEPT, T3321, unanswered, (S.DETACHED,)),
    ],
)
