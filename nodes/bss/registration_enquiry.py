"""MS-REGISTRATION-ENQUIRY, BSS side (TS 48.018 10.3.15, 10.3.16): the SGSN is asked which operator serves a mobile.

In a network that several operators share the BSS asks it about a mobile of which it only knows the IMSI. Here an
operator orders it, and is told what the SGSN answers.
"""

from typing import Any

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.core.outputs import Command
from protocol.bssgp import MsRegistrationEnquiry, MsRegistrationEnquiryResponse
from protocol.bssgp.elements import ImsiIdentity
from protocol.identities import Imsi
from protocol.timers import X_REGISTRATION, Timer


class S(State):
    """States of the enquiry."""

    START = "start"
    WAIT_RESPONSE = "wait for MS-REGISTRATION-ENQUIRY-RESPONSE"
    TOLD = "registration told"


class RegistrationEnquiry(Procedure):
    """One enquiry about ``imsi``, for ``command``; the interface to the SGSN finds it by the IMSI."""

    __slots__ = ("command", "gb", "imsi")

    def __init__(self, gb: Any, imsi: Imsi, command: Command) -> None:
        super().__init__(gb.node)
        self.gb = gb
        self.imsi = imsi
        self.command = command
        gb.registrations[imsi] = self

    @property
    def subject(self) -> str:
        return self.imsi

    def transmit(self, message: Any) -> None:
        self.gb.send(0, message)

    def ended(self) -> None:
        del self.gb.registrations[self.imsi]


def begun(enquiry: RegistrationEnquiry, event: Begin) -> S:
    """Ask."""
    enquiry.ask(MsRegistrationEnquiry(imsi=ImsiIdentity(enquiry.imsi)))
    return S.WAIT_RESPONSE


def answered(enquiry: RegistrationEnquiry, event: MsRegistrationEnquiryResponse) -> S:
    """This operator serves the mobile, or nobody does."""
    operator = event.ps_registered_operator
    enquiry.stage.reply(enquiry.command, "done", {"operator": None if operator is None else str(operator)})
    return S.TOLD


def unanswered(enquiry: RegistrationEnquiry, event: Timer) -> S:
    """The SGSN does not know the PDU, or is not there."""
    enquiry.stage.reply(enquiry.command, "failed", {"error": f"{enquiry.gb.sgsn} does not answer"})
    return S.TOLD


REGISTRATION_ENQUIRY = Machine(
    "registration enquiry, BSS side",
    clause="48.018 10.3.15",
    of=RegistrationEnquiry,
    initial=S.START,
    final=(S.TOLD,),
    guards={S.WAIT_RESPONSE: X_REGISTRATION},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_RESPONSE,)),
        (S.WAIT_RESPONSE, MsRegistrationEnquiryResponse, answered, (S.TOLD,)),
        (S.WAIT_RESPONSE, X_REGISTRATION, unanswered, (S.TOLD,)),
    ],
)
