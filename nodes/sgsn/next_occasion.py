"""DUMMY-PAGING-PS, SGSN side (TS 48.018 7.1, 10.3.12): when would a mobile hear a page? Nobody is paged.

Each BSS with a cell in its routing area is asked; the first that answers tells, as the mobile may be in any cell.
"""

from typing import TYPE_CHECKING

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.core.outputs import Command
from nodes.sgsn.bvc import SIGNALLING
from protocol.bssgp import DummyPagingPs, DummyPagingPsResponse, ImsiIdentity
from protocol.identities import Imsi
from protocol.timers import X_REGISTRATION, Timer

if TYPE_CHECKING:
    from nodes.sgsn.context import MmContext


class S(State):
    """States of the question."""

    START = "start"
    WAIT_RESPONSE = "wait for DUMMY-PAGING-PS-RESPONSE"
    TOLD = "paging occasion told"


class NextOccasion(Procedure):
    """One question, for ``command``."""

    __slots__ = ("area", "command", "imsi")

    def __init__(self, context: "MmContext", imsi: Imsi, command: Command) -> None:
        super().__init__(context.stage)
        self.imsi = imsi
        self.area = context.rai
        self.command = command
        self.stage.gb.occasions[imsi] = self

    @property
    def subject(self) -> str:
        return self.imsi

    def transmit(self, message: DummyPagingPs) -> None:
        """To each BSS with a cell in the routing area."""
        gb = self.stage.gb
        for bss in gb.bsss_of(lambda area: area == self.area):
            gb.send(bss, SIGNALLING, message, self.imsi)

    def ended(self) -> None:
        del self.stage.gb.occasions[self.imsi]


def begun(question: NextOccasion, event: Begin) -> S:
    """Ask."""
    question.ask(DummyPagingPs(imsi=ImsiIdentity(question.imsi), routeing_area=question.area))
    return S.WAIT_RESPONSE


def answered(question: NextOccasion, event: DummyPagingPsResponse) -> S:
    """In so long."""
    later = event.time_until_next_paging_occasion
    question.stage.reply(question.command, "done", {"seconds": later.minutes * 60 + later.seconds})
    return S.TOLD


def unanswered(question: NextOccasion, event: Timer) -> S:
    """No BSS knows."""
    question.stage.reply(question.command, "failed", {"error": "no BSS answers"})
    return S.TOLD


NEXT_OCCASION = Machine(
    "next paging occasion",
    clause="48.018 7.1",
    of=NextOccasion,
    initial=S.START,
    final=(S.TOLD,),
    guards={S.WAIT_RESPONSE: X_REGISTRATION},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_RESPONSE,)),
        (S.WAIT_RESPONSE, DummyPagingPsResponse, answered, (S.TOLD,)),
        (S.WAIT_RESPONSE, X_REGISTRATION, unanswered, (S.TOLD,)),
    ],
)
