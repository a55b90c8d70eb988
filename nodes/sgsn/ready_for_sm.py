"""Mobile user activity (TS 23.060 9.2.2.2.2, TS 29.002 12.4): the HLR is told that a mobile is there again.

A GGSN that was refused a mobile, because it is detached or does not answer, has the HLR set MNRG. The SGSN sets its own
mark then, and at the next contact with the mobile, once that is registered, it says so. A mobile whose context is no
more has its location updated at the next attach, which tells the HLR likewise.
"""

from typing import TYPE_CHECKING, Any

from nodes.core.machine import Begin, Machine, State
from nodes.core.tcap import Inquiry, NoAnswer, Refused
from nodes.sgsn import mobility
from protocol.identities import Imsi
from protocol.map.contexts import MWD_MNGT_V3
from protocol.map.short_messages import AlertReason, ReadyForSmArg, ReadyForSmRes

if TYPE_CHECKING:
    from nodes.sgsn.context import MmContext

MOST = 65_536
"""How many mobiles are marked at a time; the oldest mark goes first."""


class S(State):
    """States of what is told of a mobile's activity."""

    START = "start"
    WAIT_RESULT = "wait for the HLR's result"
    TOLD = "told, or of no use"


class ReadyForSm(Inquiry):
    """The HLR is told that the mobile ``imsi`` is there."""

    __slots__ = ("imsi",)

    def __init__(self, node: Any, imsi: Imsi) -> None:
        super().__init__(node)
        self.imsi = imsi

    @property
    def subject(self) -> str:
        return str(self.imsi)


def mark(node: Any, imsi: Imsi) -> None:
    """Set MNRG: a GGSN could not have the mobile."""
    marks: dict[Imsi, None] = node.unreached
    marks.pop(imsi, None)
    marks[imsi] = None
    if len(marks) > MOST:
        del marks[next(iter(marks))]


def heard(context: "MmContext") -> None:
    """A frame of a mobile came: if it is marked, and is who it says, the HLR is told."""
    node, imsi = context.stage, context.imsi
    if imsi is None or imsi not in node.unreached:
        return
    if context.state is mobility.S.REGISTERED and node.is_registered(context):
        del node.unreached[imsi]
        ReadyForSm(node, imsi).begin()


def begun(ready: ReadyForSm, event: Begin) -> S:
    """Tell it, if an HLR serves the mobile."""
    hlr = ready.stage.hlr_of(ready.imsi)
    if hlr is None:
        return S.TOLD
    dialogue = ready.begin_dialogue(hlr, MWD_MNGT_V3, ready.imsi)
    dialogue.invoke(ReadyForSmArg(imsi=ready.imsi, alert_reason=AlertReason.MS_PRESENT, alert_reason_indicator=True))
    dialogue.send()
    return S.WAIT_RESULT


def told(ready: ReadyForSm, event: ReadyForSmRes | Refused) -> S:
    """It knows, or does not know the mobile."""
    return S.TOLD


def not_told(ready: ReadyForSm, event: NoAnswer) -> S:
    """It does not know: it is told at the next contact."""
    mark(ready.stage, ready.imsi)
    return S.TOLD


READY_FOR_SM = Machine(
    "mobile user activity",
    clause="23.060 9.2.2.2.2, 29.002 12.4",
    of=ReadyForSm,
    initial=S.START,
    final=(S.TOLD,),
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_RESULT, S.TOLD)),
        (S.WAIT_RESULT, ReadyForSmRes, told, (S.TOLD,)),
        (S.WAIT_RESULT, Refused, told, (S.TOLD,)),
        (S.WAIT_RESULT, NoAnswer, not_told, (S.TOLD,)),
    ],
)
