"""Flow control, BSS side (TS 48.018 8.2): the SGSN is told how fast it may send into a cell, and to a mobile.

What is told is what the cell can take (:mod:`nodes.bss.downlink`). A tag pairs request and answer. Nothing is told
twice within C; what is not acknowledged is told again at C. The values of a mobile hold for Th at the SGSN, so they are
told anew in time, for as long as the mobile is in the cell.
"""

from typing import Any

from nodes.bss.downlink import Limit
from nodes.core.machine import Begin, Machine, Procedure, State
from protocol.bssgp import FlowControlBvc, FlowControlBvcAck, FlowControlMs, FlowControlMsAck
from protocol.bssgp.elements import BucketSize, LeakRate
from protocol.identities import Tlli
from protocol.timers import TH, X_FLOW_CONTROL, C, Timer


class S(State):
    """States of flow control."""

    START = "start"
    WAIT_ACK = "wait for FLOW-CONTROL-ACK"
    ACKNOWLEDGED = "acknowledged, not to be told again yet"
    SETTLED = "settled"
    SETTLED_FOR_TH = "settled for Th"
    GONE = "mobile gone"


class Changed:
    """What a cell, or a mobile, can take is another now."""


CHANGED = Changed()


class FlowControl(Procedure):
    """What the SGSN knows of a limit. ``told`` is it, ``tag`` that of the last request."""

    __slots__ = ("bvc", "tag", "told")

    def __init__(self, bvc: Any, parent: Any) -> None:
        super().__init__(bvc.stage, parent)
        self.bvc = bvc
        self.tag = 255
        self.told: Any = None

    @property
    def subject(self) -> str:
        return str(self.bvc.subject)

    def transmit(self, message: Any) -> None:
        self.bvc.gb.send(self.bvc.cell.bvci, message)

    def limit(self) -> Any:
        """What the SGSN is to know; None where there is nothing to tell any more."""
        raise NotImplementedError

    def make_message(self) -> Any:
        """The message that tells it."""
        raise NotImplementedError

    def settle(self) -> S:
        """The SGSN knows it."""
        return S.SETTLED

    def tell_limit(self) -> S:
        """Tell it, under a new tag."""
        self.tag = (self.tag + 1) % 256
        self.told = self.limit()
        self.ask(self.make_message())
        return S.WAIT_ACK


class BvcFlowControl(FlowControl):
    """What a cell can take; in a pool each SGSN gets an equal part of it."""

    __slots__ = ()

    def __init__(self, bvc: Any) -> None:
        super().__init__(bvc, bvc)

    def limit(self) -> Any:
        downlink = self.stage.downlinks[self.bvc.cell.bvci]
        return downlink.limit, downlink.mobile_limit

    def make_message(self) -> FlowControlBvc:
        whole, mobile = self.told
        parts = len(self.stage.gbs)
        return FlowControlBvc(
            tag=self.tag,
            bvc_bucket_size=size_of(whole, parts),
            bucket_leak_rate=rate_of(whole, parts),
            bmax_default_ms=size_of(mobile),
            r_default_ms=rate_of(mobile),
        )


class MsFlowControl(FlowControl):
    """What one mobile can take, where it differs from the others; a companion of the BVC, found by TLLI."""

    __slots__ = ("tlli",)

    def __init__(self, bvc: Any, tlli: Tlli) -> None:
        super().__init__(bvc, None)
        self.tlli = tlli
        bvc.flows[tlli] = self

    @property
    def subject(self) -> str:
        return f"TLLI {self.tlli}"

    def ended(self) -> None:
        del self.bvc.flows[self.tlli]
        self.stage.downlinks[self.bvc.cell.bvci].limit_mobile(self.tlli, None)

    def duration(self, timer: Timer) -> int:
        whole = super().duration(timer)
        return whole // 2 if timer is TH else whole

    def limit(self) -> Any:
        return self.stage.downlinks[self.bvc.cell.bvci].limits.get(self.tlli)

    def make_message(self) -> FlowControlMs:
        return FlowControlMs(
            tlli=self.tlli, tag=self.tag, ms_bucket_size=size_of(self.told), bucket_leak_rate=rate_of(self.told)
        )

    def settle(self) -> S:
        return S.SETTLED_FOR_TH


def size_of(limit: Limit, parts: int = 1) -> BucketSize:
    """Bmax, in 100 octets."""
    return BucketSize(min(limit.size // parts // 100, 0xFFFF))


def rate_of(limit: Limit, parts: int = 1) -> LeakRate:
    """R, in 100 bit/s."""
    return LeakRate(min(limit.rate * 8 // parts // 100, 0xFFFF))


def begun(flow: FlowControl, event: Begin | Changed) -> S:
    """Tell it."""
    return flow.tell_limit()


def acknowledged(flow: FlowControl, event: FlowControlBvcAck | FlowControlMsAck) -> S:
    """The SGSN keeps to it, if it is the last one that it means."""
    if event.tag != flow.tag:
        flow.stage.warn("bssgp state", f"{event.title} for {flow.subject} with tag {event.tag}, not {flow.tag}")
        return S.WAIT_ACK
    return S.ACKNOWLEDGED


def unanswered(flow: FlowControl, event: Timer) -> S:
    """O&M is told; the SGSN may send too fast."""
    flow.stage.warn("flow control", f"flow control of {flow.subject} is not acknowledged ({event})")
    return may_be_told(flow, event)


def changed(flow: FlowControl, event: Changed) -> S:
    """It must wait for C."""
    assert isinstance(flow.state, S)
    return flow.state


def may_be_told(flow: FlowControl, event: Timer) -> S:
    """C is over: if the SGSN knows the last, it rests."""
    return flow.settle() if flow.told == flow.limit() else flow.tell_limit()


def told_anew(flow: MsFlowControl, event: Timer) -> S:
    """The SGSN would soon forget it; it may, if the mobile is no longer here (8.2.3)."""
    place = flow.stage.whereabouts.find(flow.tlli)
    return S.GONE if place is None or place.cell is not flow.bvc.cell else flow.tell_limit()


FLOW_CONTROL = Machine(
    "flow control, BSS side",
    clause="48.018 8.2",
    of=FlowControl,
    initial=S.START,
    final=(S.GONE,),
    guards={S.WAIT_ACK: X_FLOW_CONTROL, S.ACKNOWLEDGED: C, S.SETTLED_FOR_TH: TH},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_ACK,)),
        (S.WAIT_ACK, FlowControlBvcAck, acknowledged, (S.ACKNOWLEDGED, S.WAIT_ACK)),
        (S.WAIT_ACK, FlowControlMsAck, acknowledged, (S.ACKNOWLEDGED, S.WAIT_ACK)),
        (S.WAIT_ACK, X_FLOW_CONTROL, unanswered, (S.SETTLED, S.SETTLED_FOR_TH, S.WAIT_ACK)),
        ((S.WAIT_ACK, S.ACKNOWLEDGED), Changed, changed, (S.WAIT_ACK, S.ACKNOWLEDGED)),
        (S.ACKNOWLEDGED, C, may_be_told, (S.SETTLED, S.SETTLED_FOR_TH, S.WAIT_ACK)),
        ((S.SETTLED, S.SETTLED_FOR_TH), Changed, begun, (S.WAIT_ACK,)),
        (S.SETTLED_FOR_TH, TH, told_anew, (S.WAIT_ACK, S.GONE)),
    ],
)
