"""SUSPEND and RESUME of the BSSs (TS 48.018 7.4, 7.5): which mobile is meant, and the answer where none is known."""

from typing import TYPE_CHECKING, Any

from nodes.core.machine import BEGIN, Begin, Machine, Procedure, State
from nodes.core.outputs import Name
from nodes.sgsn import mobility, old_suspension
from nodes.sgsn.bvc import SIGNALLING
from nodes.sgsn.old_suspension import SuspendAtOldSgsn
from nodes.sgsn.suspension import VOIDED, Suspension
from protocol.bssgp import Resume, ResumeNack, Suspend, SuspendAck, SuspendNack
from protocol.causes import BssgpCause
from protocol.identities import Rai, Tlli

if TYPE_CHECKING:
    from nodes.sgsn.context import MmContext

NUMBERS = 255
"""Suspend reference numbers go from 1 to this (11.3.36)."""


class Suspensions:
    """All suspended mobiles of an SGSN, by the BSS that knows of the call."""

    def __init__(self, node: Any) -> None:
        self._node = node
        self._number = 0
        self._by_bss: dict[Name, dict[Suspension, None]] = {}
        self.elsewhere: dict[tuple[Name, Tlli], SuspensionElsewhere] = {}
        """Those that another SGSN is asked about, by BSS and TLLI."""
        node.gb.takers |= {Suspend: self._suspend, Resume: self._resume}

    def allocate(self) -> int:
        """A number that was not used of late."""
        self._number = self._number % NUMBERS + 1
        return self._number

    def enter(self, suspension: Suspension) -> int:
        """A BSS knows of a call; returns its number."""
        self._by_bss.setdefault(suspension.bss, {})[suspension] = None
        return self.allocate()

    def leave(self, suspension: Suspension) -> None:
        """The call is over."""
        self._by_bss.get(suspension.bss, {}).pop(suspension, None)

    def void(self, bss: Name) -> None:
        """The BSS has begun anew, and has no calls any more (48.018 8.4)."""
        for suspension in self._by_bss.pop(bss, {}):
            suspension.hear(VOIDED)

    def _find(self, tlli: Tlli, area: Rai) -> "MmContext | None":
        """The attached mobile that uses a TLLI of this routing area."""
        context: MmContext | None = self._node.by_tlli.get(tlli)
        if context is None or area not in (context.rai, context.rai_old) or not self._node.is_registered(context):
            return None
        return None if context.state is mobility.S.DEREGISTERED else context

    def _suspend(self, bss: Name, bvci: int, message: Suspend) -> None:
        """SUSPEND (7.4): here, or where the mobile was last (23.060 16.2.1.2)."""
        context = self._find(message.tlli, message.routeing_area)
        if context is not None:
            suspension = context.suspension
            if suspension is None:
                suspension = context.suspension = Suspension(context)
            if suspension.bss != bss:
                self.leave(suspension)
                suspension.bss, suspension.request = bss, None
            suspension.hear(message)
        elif self._node.old_sgsn(message.routeing_area, message.tlli) is None:
            refuse(self._node, bss, message)
        elif (bss, message.tlli) not in self.elsewhere:
            self.elsewhere[bss, message.tlli] = SuspensionElsewhere(self._node, bss, message)
            self.elsewhere[bss, message.tlli].hear(BEGIN)

    def _resume(self, bss: Name, bvci: int, message: Resume) -> None:
        """RESUME (7.5)."""
        context = self._find(message.tlli, message.routeing_area)
        if context is not None and context.suspension is not None and context.suspension.bss == bss:
            context.suspension.hear(message)
            return
        cause = BssgpCause.UNKNOWN_MS
        answer = ResumeNack(tlli=message.tlli, routeing_area=message.routeing_area, cause=cause)
        self._node.gb.send(bss, SIGNALLING, answer)


def refuse(node: Any, bss: Name, request: Suspend) -> None:
    """SUSPEND-NACK: nobody with this TLLI is attached."""
    cause = BssgpCause.UNKNOWN_MS
    answer = SuspendNack(tlli=request.tlli, routeing_area=request.routeing_area, cause=cause)
    node.gb.send(bss, SIGNALLING, answer)


class S(State):
    """States of a suspension that another SGSN is asked for."""

    START = "start"
    WAIT_OLD_SGSN = "wait for the old SGSN"
    ANSWERED = "BSS answered"


class SuspensionElsewhere(Procedure):
    """One SUSPEND for a mobile of another SGSN. A RESUME will find it unknown: the mobile updates its area instead."""

    __slots__ = ("bss", "request")

    def __init__(self, stage: Any, bss: Name, request: Suspend) -> None:
        super().__init__(stage)
        self.bss = bss
        self.request = request

    @property
    def subject(self) -> str:
        return f"TLLI {self.request.tlli}"

    def ended(self) -> None:
        del self.stage.suspensions.elsewhere[self.bss, self.request.tlli]


def begun(suspension: SuspensionElsewhere, event: Begin) -> S:
    """Ask the SGSN of its routing area."""
    request = suspension.request
    suspension.start(SuspendAtOldSgsn(suspension, request.routeing_area, request.tlli))
    return S.WAIT_OLD_SGSN


def acknowledged(suspension: SuspensionElsewhere, event: SuspendAtOldSgsn) -> S:
    """It is suspended there."""
    request, number = suspension.request, suspension.stage.suspensions.allocate()
    answer = SuspendAck(tlli=request.tlli, routeing_area=request.routeing_area, suspend_reference_number=number)
    suspension.stage.gb.send(suspension.bss, SIGNALLING, answer)
    return S.ANSWERED


def refused(suspension: SuspensionElsewhere, event: SuspendAtOldSgsn) -> S:
    """It is not known there, or that SGSN cannot, or is silent."""
    refuse(suspension.stage, suspension.bss, suspension.request)
    return S.ANSWERED


SUSPENSION_ELSEWHERE = Machine(
    "suspend for another SGSN",
    clause="23.060 16.2.1.2",
    of=SuspensionElsewhere,
    initial=S.START,
    final=(S.ANSWERED,),
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_OLD_SGSN,)),
        (S.WAIT_OLD_SGSN, old_suspension.S.ACKNOWLEDGED, acknowledged, (S.ANSWERED,)),
        (S.WAIT_OLD_SGSN, old_suspension.S.REFUSED, refused, (S.ANSWERED,)),
    ],
)
