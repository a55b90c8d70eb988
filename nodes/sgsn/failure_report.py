"""Authentication failure report (TS 29.002 8.5.3): the SGSN tells the HLR that a mobile's proof was wrong."""

from typing import Any

from nodes.core.machine import Begin, Machine, State
from nodes.core.tcap import Inquiry, NoAnswer, Refused
from protocol.identities import Imsi
from protocol.map.authentication import (
    AuthenticationFailureReportArg,
    AuthenticationFailureReportRes,
    FailureCause,
)
from protocol.map.contexts import AUTHENTICATION_FAILURE_REPORT_V3


class S(State):
    """States of the report."""

    START = "start"
    WAIT_RESULT = "wait for the HLR's result"
    DONE = "reported"


class FailureReport(Inquiry):
    """One report; nobody waits for it, so it has no parent."""

    __slots__ = ("imsi",)

    def __init__(self, stage: Any, imsi: Imsi) -> None:
        super().__init__(stage)
        self.imsi = imsi

    @property
    def subject(self) -> str:
        return self.imsi

    def report(self) -> S:
        """Send it, if an HLR serves the IMSI."""
        hlr = self.stage.hlr_of(self.imsi)
        if hlr is None:
            return S.DONE
        dialogue = self.begin_dialogue(hlr, AUTHENTICATION_FAILURE_REPORT_V3, self.imsi)
        cause = FailureCause.WRONG_USER_RESPONSE
        dialogue.invoke(AuthenticationFailureReportArg(imsi=self.imsi, failure_cause=cause))
        dialogue.send()
        return S.WAIT_RESULT


def begun(report: FailureReport, event: Begin) -> S:
    """Tell the HLR."""
    return report.report()


def settled(report: FailureReport, event: AuthenticationFailureReportRes | Refused | NoAnswer) -> S:
    """However it is taken, there is nothing more to do."""
    return S.DONE


FAILURE_REPORT = Machine(
    "authentication failure report",
    clause="29.002 8.5.3",
    of=FailureReport,
    initial=S.START,
    final=(S.DONE,),
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_RESULT, S.DONE)),
        (S.WAIT_RESULT, AuthenticationFailureReportRes, settled, (S.DONE,)),
        (S.WAIT_RESULT, Refused, settled, (S.DONE,)),
        (S.WAIT_RESULT, NoAnswer, settled, (S.DONE,)),
    ],
)
