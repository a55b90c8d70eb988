"""A call, mobile side (TS 24.008 5.2, 5.4, 5.5), in the shortest form.

A call that comes is confirmed and rings until the user takes it, which may be at once. Either side ends a call:
DISCONNECT, RELEASE, RELEASE COMPLETE. There is no speech, so tones and patterns mean nothing.
"""

from typing import TYPE_CHECKING

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.core.outputs import Command
from nodes.ms.orders import AnswerOrder, CallOrder, HangUpOrder
from protocol.causes import CcCause
from protocol.cc import (
    AlertingMo,
    AlertingMt,
    CallConfirmed,
    CalledPartyBcdNumber,
    CallProceeding,
    CallState,
    CallStateValue,
    Cause,
    CcMessage,
    ConnectAcknowledge,
    ConnectMo,
    ConnectMt,
    DisconnectMo,
    DisconnectMt,
    Location,
    ReleaseCompleteMo,
    ReleaseCompleteMt,
    ReleaseMo,
    ReleaseMt,
    SetupMo,
    SetupMt,
    Status,
    StatusEnquiry,
    TransactionIdentifier,
)
from protocol.timers import T303, T305, T308, T310, T313, X_RINGING, Timer

if TYPE_CHECKING:
    from nodes.ms.mm import MobilityManagement

SPEECH = bytes((0xA0,))
"""Bearer capability (10.5.4.5): speech, full rate."""

GIVING_UP = CcCause.RECOVERY_ON_TIMER_EXPIRY
"""Why the mobile clears a call that does not come about (5.2.1.1, 5.2.1.3, 5.2.2.6)."""


class S(State):
    """States of call control on the mobile's side (5.1.2.1)."""

    START = "U0"
    CALL_INITIATED = "U1, call initiated"
    PROCEEDING = "U3, mobile originating call proceeding"
    DELIVERED = "U4, call delivered"
    RECEIVED = "U7, call received"
    CONNECT_REQUEST = "U8, connect request"
    ACTIVE = "U10, active"
    DISCONNECT_REQUEST = "U11, disconnect request"
    RELEASE_REQUEST = "U19, release request"
    RELEASED = "U0, released"


class Call(Procedure):
    """One call: that of ``order``, or the one that ``setup`` offers. ``hang_ups`` are the orders to end it."""

    __slots__ = ("hang_ups", "identifier", "order", "rings", "setup", "why")

    def __init__(self, mm: "MobilityManagement", order: CallOrder | None, setup: SetupMt | None = None) -> None:
        super().__init__(mm.stage, mm)
        self.order = order
        self.setup = setup
        self.identifier = TransactionIdentifier(0) if setup is None else setup.transaction_identifier.answer
        self.rings = mm.mobile.config.rings
        self.hang_ups: tuple[Command, ...] = ()
        self.why = "the channel is lost"

    def ended(self) -> None:
        """Whoever waits is told."""
        if self.order is not None:
            self.stage.reply(self.order.command, "failed", {"error": self.why})
        for command in self.hang_ups:
            self.stage.reply(command, "done", {"call": None})

    def duration(self, timer: Timer) -> int:
        return self.rings if timer is X_RINGING else super().duration(timer)

    def takes(self, message: CcMessage) -> bool:
        """True for a message of this transaction."""
        return message.transaction_identifier.answer == self.identifier

    def status(self, cause: CcCause) -> Status:
        """What the state is here, and why that is said."""
        state = CallState(call_state_value=CallStateValue(int(self.state.value[1:].partition(",")[0])))
        return Status(transaction_identifier=self.identifier, cause=own(cause), call_state=state)

    def connect(self) -> S:
        """The call is through: whoever ordered it is told."""
        if self.order is not None:
            self.stage.reply(self.order.command, "done", {"call": "active"})
            self.order = None
        return S.ACTIVE

    def take(self) -> S:
        """The user takes the call (5.2.2.5)."""
        self.ask(ConnectMo(transaction_identifier=self.identifier))
        return S.CONNECT_REQUEST

    def disconnect(self, cause: CcCause) -> S:
        """Clear the call end to end."""
        self.why = cause.words
        self.ask(DisconnectMo(transaction_identifier=self.identifier, cause=own(cause)))
        return S.DISCONNECT_REQUEST

    def release(self, cause: CcCause | None) -> S:
        """Let the transaction go."""
        self.ask(ReleaseMo(transaction_identifier=self.identifier, cause=None if cause is None else own(cause)))
        return S.RELEASE_REQUEST


def own(cause: CcCause) -> Cause:
    """A cause as the mobile's user gives it."""
    return Cause(cause, location=Location.USER)


def begun(call: Call, event: Begin) -> S:
    """Say whom to call (5.2.1.1); or take the call that is offered (5.2.2.3 to 5.2.2.5)."""
    if call.order is not None:
        number = CalledPartyBcdNumber(call.order.number)
        call.ask(
            SetupMo(transaction_identifier=call.identifier, bearer_capability_1=SPEECH, called_party_bcd_number=number)
        )
        return S.CALL_INITIATED
    assert call.setup is not None
    wanting = None if call.setup.bearer_capability_1 is not None else SPEECH
    call.tell(CallConfirmed(transaction_identifier=call.identifier, bearer_capability_1=wanting))
    call.tell(AlertingMo(transaction_identifier=call.identifier))
    return S.RECEIVED if call.rings else call.take()


def rung(call: Call, event: Timer) -> S:
    """The user has heard it."""
    return call.take()


def taken(call: Call, event: AnswerOrder) -> S:
    """The user takes it at once."""
    call.stage.reply(event.command, "done")
    return call.take()


def proceeding(call: Call, event: CallProceeding) -> S:
    """The network has all that it needs."""
    return S.PROCEEDING


def delivered(call: Call, event: AlertingMt) -> S:
    """It rings at the other end."""
    return S.DELIVERED


def accepted(call: Call, event: ConnectMt) -> S:
    """The other end has taken the call."""
    call.tell(ConnectAcknowledge(transaction_identifier=call.identifier))
    return call.connect()


def connected(call: Call, event: ConnectAcknowledge) -> S:
    """The call is through."""
    return call.connect()


def given_up(call: Call, event: Timer) -> S:
    """The network does not go on."""
    return call.disconnect(GIVING_UP)


def hung_up(call: Call, event: HangUpOrder) -> S:
    """The user ends the call."""
    call.hang_ups += (event.command,)
    return call.disconnect(CcCause.NORMAL_CALL_CLEARING)


def joined(call: Call, event: HangUpOrder) -> State:
    """It is ending already."""
    call.hang_ups += (event.command,)
    return call.state


def disconnected(call: Call, event: DisconnectMt) -> S:
    """The network ends the call, or both sides do at once (5.4.4.1.1, 5.4.5)."""
    call.why = str(event.cause)
    return call.release(None)


def not_released(call: Call, event: Timer) -> S:
    """T305 has run out: say the same once more by RELEASE (5.4.3.5)."""
    return call.release(CcCause.NORMAL_CALL_CLEARING)


def released(call: Call, event: ReleaseMt) -> S:
    """The network lets the transaction go (5.4.3.4)."""
    call.why = str(event.cause or call.why)
    call.tell(ReleaseCompleteMo(transaction_identifier=call.identifier))
    return S.RELEASED


def released_too(call: Call, event: ReleaseMt) -> S:
    """Both sides do at once (5.4.5)."""
    return S.RELEASED


def over(call: Call, event: ReleaseCompleteMt) -> S:
    """The network has let the transaction go, or does not want it."""
    call.why = str(event.cause or call.why)
    return S.RELEASED


def never_released(call: Call, event: Timer) -> S:
    """The second expiry of T308 (5.4.4.1.3)."""
    return S.RELEASED


def enquired(call: Call, event: StatusEnquiry) -> State:
    """Tell the state (5.5.3.1)."""
    call.tell(call.status(CcCause.RESPONSE_TO_STATUS_ENQUIRY))
    return call.state


def status_told(call: Call, event: Status) -> State:
    """A network that knows of no call has none (5.5.3.2)."""
    if event.call_state.call_state_value is CallStateValue.NULL:
        call.why = str(event.cause)
        return S.RELEASED
    call.stage.warn("cc status", f"STATUS to {call.subject}: {event.cause}")
    return call.state


CALLING = (S.CALL_INITIATED, S.PROCEEDING, S.DELIVERED)
LIVE = (*CALLING, S.RECEIVED, S.CONNECT_REQUEST, S.ACTIVE)
CLEARED = (S.DISCONNECT_REQUEST, S.RELEASE_REQUEST)

CALL = Machine(
    "call, mobile side",
    clause="24.008 5.2 to 5.5",
    of=Call,
    initial=S.START,
    final=(S.RELEASED,),
    guards={
        S.CALL_INITIATED: T303,
        S.PROCEEDING: T310,
        S.RECEIVED: X_RINGING,
        S.CONNECT_REQUEST: T313,
        S.DISCONNECT_REQUEST: T305,
        S.RELEASE_REQUEST: T308,
    },
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.CALL_INITIATED, S.RECEIVED, S.CONNECT_REQUEST)),
        (S.RECEIVED, X_RINGING, rung, (S.CONNECT_REQUEST,)),
        (S.RECEIVED, AnswerOrder, taken, (S.CONNECT_REQUEST,)),
        (S.CALL_INITIATED, CallProceeding, proceeding, (S.PROCEEDING,)),
        ((S.CALL_INITIATED, S.PROCEEDING), AlertingMt, delivered, (S.DELIVERED,)),
        (CALLING, ConnectMt, accepted, (S.ACTIVE,)),
        (S.CONNECT_REQUEST, ConnectAcknowledge, connected, (S.ACTIVE,)),
        (S.CALL_INITIATED, T303, given_up, (S.DISCONNECT_REQUEST,)),
        (S.PROCEEDING, T310, given_up, (S.DISCONNECT_REQUEST,)),
        (S.CONNECT_REQUEST, T313, given_up, (S.DISCONNECT_REQUEST,)),
        (LIVE, HangUpOrder, hung_up, (S.DISCONNECT_REQUEST,)),
        (CLEARED, HangUpOrder, joined, CLEARED),
        ((*LIVE, S.DISCONNECT_REQUEST), DisconnectMt, disconnected, (S.RELEASE_REQUEST,)),
        (S.DISCONNECT_REQUEST, T305, not_released, (S.RELEASE_REQUEST,)),
        ((*LIVE, S.DISCONNECT_REQUEST), ReleaseMt, released, (S.RELEASED,)),
        (S.RELEASE_REQUEST, ReleaseMt, released_too, (S.RELEASED,)),
        (S.RELEASE_REQUEST, T308, never_released, (S.RELEASED,)),
        ((*LIVE, *CLEARED), ReleaseCompleteMt, over, (S.RELEASED,)),
        ((*LIVE, *CLEARED), StatusEnquiry, enquired, (*LIVE, *CLEARED)),
        ((*LIVE, *CLEARED), Status, status_told, (*LIVE, *CLEARED, S.RELEASED)),
    ],
)
