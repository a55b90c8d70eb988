"""GPRS detach started by the network (TS 24.008 4.7.4.2): the SGSN, or the HLR through it, sends the mobile away."""

from typing import Any

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.sgsn.events import RadioLost
from protocol.causes import GmmCause
from protocol.gmm import DetachAcceptMo, DetachRequestMt
from protocol.gmm.elements import DetachTypeMt, MtDetach
from protocol.timers import T3322, Timer


class S(State):
    """States of the detach."""

    START = "start"
    WAIT_ACCEPT = "wait for DETACH ACCEPT"
    DETACHED = "detached"


class NetworkDetach(Procedure):
    """One detach; ``type`` tells whether the mobile is to attach again."""

    __slots__ = ("cause", "context", "type")

    def __init__(self, context: Any, kind: DetachTypeMt, cause: GmmCause | None = None) -> None:
        super().__init__(context.stage, context)
        self.context = context
        self.type = kind
        self.cause = cause


def begun(detach: NetworkDetach, event: Begin) -> S:
    """Tell the mobile."""
    detach.ask(
        DetachRequestMt(
            detach_type=MtDetach(type=detach.type),
            force_to_standby=detach.context.force_to_standby(),
            gmm_cause=detach.cause,
        )
    )
    return S.WAIT_ACCEPT


def accepted(detach: NetworkDetach, event: DetachAcceptMo) -> S:
    """It has gone."""
    return S.DETACHED


def unanswered(detach: NetworkDetach, event: Timer | RadioLost) -> S:
    """The fifth expiry of T3322, or the radio is lost: it counts as gone (4.7.4.2.5 a, b)."""
    return S.DETACHED


NETWORK_DETACH = Machine(
    "GPRS detach by the network",
    clause="24.008 4.7.4.2",
    of=NetworkDetach,
    initial=S.START,
    final=(S.DETACHED,),
    guards={S.WAIT_ACCEPT: T3322},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_ACCEPT,)),
        (S.WAIT_ACCEPT, DetachAcceptMo, accepted, (S.DETACHED,)),
        (S.WAIT_ACCEPT, T3322, unanswered, (S.DETACHED,)),
        (S.WAIT_ACCEPT, RadioLost, unanswered, (S.DETACHED,)),
    ],
)
