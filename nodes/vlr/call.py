"""A call, as its network side sees it (TS 24.008 5.2 to 5.5), in the shortest form: nobody is at the other end.

A call that the mobile originates is accepted at once. One that the operator makes is offered, and connected when the
mobile accepts it. Either side ends it: DISCONNECT, RELEASE, RELEASE COMPLETE.
"""

from typing import TYPE_CHECKING

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.core.outputs import Command
from nodes.vlr.events import CallOrder, HangUpOrder
from protocol.causes import CcCause
from protocol.cc import (
    AlertingMo,
    CallConfirmed,
    CallState,
    CallStateValue,
    Cause,
    CcMessage,
    ConnectAcknowledge,
    ConnectMo,
    ConnectMt,
    DisconnectMo,
    DisconnectMt,
    EmergencySetup,
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
from protocol.mm import CmServiceAbort
from protocol.timers import (
    T301_NETWORK,
    T303_NETWORK,
    T305_NETWORK,
    T308_NETWORK,
    T310_NETWORK,
    T313_NETWORK,
    X_SETUP,
    Timer,
)

if TYPE_CHECKING:
    from nodes.vlr.channel import Channel

SPEECH = bytes((0xA0,))
"""Bearer capability (10.5.4.5): speech, full rate."""

GIVING_UP = {
    T303_NETWORK: CcCause.NO_USER_RESPONDING,
    T310_NETWORK: CcCause.NO_USER_RESPONDING,
    T301_NETWORK: CcCause.USER_ALERTING_NO_ANSWER,
    T313_NETWORK: CcCause.RECOVERY_ON_TIMER_EXPIRY,
}
"""Why a call is cleared when a timer runs out (5.2)."""


class S(State):
    """States of call control on the network's side (5.1.2.2)."""

    START = "N0"
    WAIT_SETUP = "N0, service accepted"
    CALL_PRESENT = "N6"
    CONFIRMED = "N9"
    RECEIVED = "N7"
    CONNECT_INDICATION = "N28"
    ACTIVE = "N10"
    DISCONNECT_INDICATION = "N12"
    RELEASE_REQUEST = "N19"
    RELEASED = "N0, released"


class Call(Procedure):
    """One call on a channel; ``order`` is that of who calls, None where the mobile does."""

    __slots__ = ("channel", "hang_up", "identifier", "order", "why")

    def __init__(self, channel: "Channel", order: CallOrder | None = None) -> None:
        super().__init__(channel.stage, channel)
        self.channel = channel
        self.order = order
        self.hang_up: Command | None = None
        self.identifier = TransactionIdentifier(0)
        self.why = "the channel is lost"

    def ended(self) -> None:
        """Whoever waits is told."""
        if self.order is not None:
            self.stage.reply(self.order.command, "failed", {"error": self.why})
        if self.hang_up is not None:
            self.stage.reply(self.hang_up, "done", {"call": None})

    def takes(self, message: CcMessage) -> bool:
        """True for a message of this transaction (8.3.1); the first SETUP of a mobile names it."""
        begins = self.state is S.WAIT_SETUP and isinstance(message, SetupMo | EmergencySetup)
        return begins or message.transaction_identifier.answer == self.identifier

    def status(self, cause: CcCause) -> Status:
        """What the state is here, and why that is said."""
        state = CallState(call_state_value=CallStateValue(int(self.state.value[1:].partition(",")[0])))
        return Status(transaction_identifier=self.identifier, cause=Cause(cause), call_state=state)

    def connect(self) -> S:
        """The call is through: whoever made it is told."""
        if self.order is not None:
            self.stage.reply(self.order.command, "done", {"call": "active"})
            self.order = None
        return S.ACTIVE

    def disconnect(self, cause: CcCause) -> S:
        """Clear the call end to end."""
        self.why = cause.words
        self.ask(DisconnectMt(transaction_identifier=self.identifier, cause=Cause(cause)))
        return S.DISCONNECT_INDICATION

    def release(self, cause: Cause | None) -> S:
        """Let the transaction go."""
        self.ask(ReleaseMt(transaction_identifier=self.identifier, cause=cause))
        return S.RELEASE_REQUEST


def begun(call: Call, event: Begin) -> S:
    """Offer the call, or wait for the mobile to say whom it calls."""
    if call.order is None:
        return S.WAIT_SETUP
    call.ask(SetupMt(transaction_identifier=call.identifier, bearer_capability_1=SPEECH))
    return S.CALL_PRESENT


def set_up(call: Call, event: SetupMo | EmergencySetup) -> S:
    """Whoever is called has accepted."""
    call.identifier = event.transaction_identifier.answer
    call.ask(ConnectMt(transaction_identifier=call.identifier))
    return S.CONNECT_INDICATION


def aborted(call: Call, event: CmServiceAbort) -> S:
    """The mobile does not want to call any more."""
    return S.RELEASED


def never_set_up(call: Call, event: Timer) -> S:
    """The mobile has not said whom it calls."""
    return S.RELEASED


def abandoned(call: Call, event: HangUpOrder) -> S:
    """There is nothing to clear yet."""
    call.hang_up = event.command
    return S.RELEASED


def confirmed(call: Call, event: CallConfirmed) -> S:
    """The call has reached the mobile."""
    return S.CONFIRMED


def alerting(call: Call, event: AlertingMo) -> S:
    """It rings."""
    return S.RECEIVED


def accepted(call: Call, event: ConnectMo) -> S:
    """The mobile's user takes the call."""
    call.tell(ConnectAcknowledge(transaction_identifier=call.identifier))
    return call.connect()


def connected(call: Call, event: ConnectAcknowledge) -> S:
    """The mobile knows that its call is through."""
    return call.connect()


def given_up(call: Call, event: Timer) -> S:
    """The mobile does not go on."""
    return call.disconnect(GIVING_UP[event])


def hung_up(call: Call, event: HangUpOrder) -> S:
    """The operator ends the call."""
    call.hang_up = event.command
    return call.disconnect(CcCause.NORMAL_CALL_CLEARING)


def disconnected(call: Call, event: DisconnectMo) -> S:
    """The mobile ends the call, or both sides do at once (5.4.3, 5.4.5)."""
    call.why = str(event.cause)
    return call.release(None)


def not_released(call: Call, event: Timer) -> S:
    """T305 has run out: say the same once more by RELEASE (5.4.4.2.3)."""
    return call.release(Cause(CcCause.RECOVERY_ON_TIMER_EXPIRY))


def released(call: Call, event: ReleaseMo) -> S:
    """The mobile lets the transaction go."""
    call.why = str(event.cause or call.why)
    call.tell(ReleaseCompleteMt(transaction_identifier=call.identifier))
    return S.RELEASED


def released_too(call: Call, event: ReleaseMo) -> S:
    """Both sides do at once (5.4.5)."""
    return S.RELEASED


def over(call: Call, event: ReleaseCompleteMo) -> S:
    """The mobile has let the transaction go."""
    call.why = str(event.cause or call.why)
    return S.RELEASED


def never_released(call: Call, event: Timer) -> S:
    """The second expiry of T308 (5.4.4.2.4)."""
    return S.RELEASED


def enquired(call: Call, event: StatusEnquiry) -> State:
    """Tell the state (5.5.3.1)."""
    call.tell(call.status(CcCause.RESPONSE_TO_STATUS_ENQUIRY))
    return call.state


def status_told(call: Call, event: Status) -> State:
    """A mobile that knows of no call has none (5.5.3.2)."""
    if event.call_state.call_state_value is CallStateValue.NULL:
        call.why = str(event.cause)
        return S.RELEASED
    call.stage.warn("cc status", f"STATUS of {call.subject}: {event.cause}")
    return call.state


OFFERED = (S.CALL_PRESENT, S.CONFIRMED, S.RECEIVED)
LIVE = (*OFFERED, S.CONNECT_INDICATION, S.ACTIVE)
CLEARED = (S.DISCONNECT_INDICATION, S.RELEASE_REQUEST)

CALL = Machine(
    "call, network side",
    clause="24.008 5.2 to 5.5",
    of=Call,
    initial=S.START,
    final=(S.RELEASED,),
    guards={
        S.WAIT_SETUP: X_SETUP,
        S.CALL_PRESENT: T303_NETWORK,
        S.CONFIRMED: T310_NETWORK,
        S.RECEIVED: T301_NETWORK,
        S.CONNECT_INDICATION: T313_NETWORK,
        S.DISCONNECT_INDICATION: T305_NETWORK,
        S.RELEASE_REQUEST: T308_NETWORK,
    },
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_SETUP, S.CALL_PRESENT)),
        (S.WAIT_SETUP, SetupMo, set_up, (S.CONNECT_INDICATION,)),
        (S.WAIT_SETUP, EmergencySetup, set_up, (S.CONNECT_INDICATION,)),
        (S.WAIT_SETUP, CmServiceAbort, aborted, (S.RELEASED,)),
        (S.WAIT_SETUP, HangUpOrder, abandoned, (S.RELEASED,)),
        (S.WAIT_SETUP, X_SETUP, never_set_up, (S.RELEASED,)),
        (S.CALL_PRESENT, CallConfirmed, confirmed, (S.CONFIRMED,)),
        ((S.CALL_PRESENT, S.CONFIRMED), AlertingMo, alerting, (S.RECEIVED,)),
        (OFFERED, ConnectMo, accepted, (S.ACTIVE,)),
        (S.CONNECT_INDICATION, ConnectAcknowledge, connected, (S.ACTIVE,)),
        (S.CALL_PRESENT, T303_NETWORK, given_up, (S.DISCONNECT_INDICATION,)),
        (S.CONFIRMED, T310_NETWORK, given_up, (S.DISCONNECT_INDICATION,)),
        (S.RECEIVED, T301_NETWORK, given_up, (S.DISCONNECT_INDICATION,)),
        (S.CONNECT_INDICATION, T313_NETWORK, given_up, (S.DISCONNECT_INDICATION,)),
        (LIVE, HangUpOrder, hung_up, (S.DISCONNECT_INDICATION,)),
        ((*LIVE, S.DISCONNECT_INDICATION), DisconnectMo, disconnected, (S.RELEASE_REQUEST,)),
        (S.DISCONNECT_INDICATION, T305_NETWORK, not_released, (S.RELEASE_REQUEST,)),
        ((*LIVE, S.DISCONNECT_INDICATION), ReleaseMo, released, (S.RELEASED,)),
        (S.RELEASE_REQUEST, ReleaseMo, released_too, (S.RELEASED,)),
        (S.RELEASE_REQUEST, T308_NETWORK, never_released, (S.RELEASED,)),
        ((*LIVE, *CLEARED), ReleaseCompleteMo, over, (S.RELEASED,)),
        ((*LIVE, *CLEARED), StatusEnquiry, enquired, (*LIVE, *CLEARED)),
        ((*LIVE, *CLEARED), Status, status_told, (*LIVE, *CLEARED, S.RELEASED)),
    ],
)
