"""PDP context deactivation, network side (TS 24.008 6.1.3.4, TS 23.060 9.2.4).

By the mobile: the GGSN deletes, then the mobile is answered. By the SGSN or the HLR: the GGSN deletes while the mobile
is told. By the GGSN: the mobile is told, then the GGSN is answered.
"""

from typing import TYPE_CHECKING, Any

from nodes.core import gtp
from nodes.core.gtp import Incoming, Transaction
from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.sgsn.pdp_deletion import answer_deletion, make_deletion
from protocol.causes import SmCause
from protocol.sm import DeactivatePdpContextAccept, DeactivatePdpContextRequest
from protocol.sm.elements import TearDownIndicator
from protocol.timers import T3395, Timer

if TYPE_CHECKING:
    from nodes.sgsn.pdp_context import PdpContext


# --- by the mobile ---------------------------------------------------------------------------------------------------


class S(State):
    """States of a deactivation by the mobile."""

    START = "start"
    WAIT_GGSN = "wait for Delete PDP Context Response"
    DEACTIVATED = "PDP context deactivated by the mobile"


class MobileDeactivation(Procedure):
    """One deactivation of ``pdp`` by the mobile; ``teardown``: all that share its address go."""

    __slots__ = ("pdp", "teardown")

    def __init__(self, pdp: "PdpContext", request: DeactivatePdpContextRequest) -> None:
        super().__init__(pdp.stage, pdp)
        self.pdp = pdp
        wanted = request.tear_down_indicator
        self.teardown = wanted is not None and wanted.tear_down_requested


def begun(deactivation: MobileDeactivation, event: Begin) -> S:
    """Let the GGSN delete it; the last context of an address takes that with it (29.060 7.3.5)."""
    pdp, layer = deactivation.pdp, deactivation.stage.gn.gtp
    assert pdp.ggsn_control is not None
    assert pdp.ggsn_teid_control is not None
    teardown = deactivation.teardown or pdp.is_last
    request = make_deletion(pdp.ggsn_teid_control, pdp.nsapi, teardown=teardown)
    deactivation.start(layer.request(deactivation, pdp.ggsn_control, request, pdp.subject))
    return S.WAIT_GGSN


def requested_again(deactivation: MobileDeactivation, event: DeactivatePdpContextRequest) -> S:
    """T3390 was quicker than the GGSN: the first one goes on."""
    return S.WAIT_GGSN


def not_deleted(deactivation: MobileDeactivation, event: Transaction) -> S:
    """The GGSN is silent. It ignores a request without teardown for the last context of an address (29.060 7.3.5).

    That it is the last was not known where a secondary one was still being made beside it, and came to nothing.
    """
    pdp = deactivation.pdp
    request: Any = event.message
    if request.teardown_ind is None and pdp.is_last:
        pdp.delete_in_ggsn(teardown=True)
    return deleted(deactivation, event)


def deleted(deactivation: MobileDeactivation, event: Transaction) -> S:
    """It has, had not, or is silent: for the mobile it is no more."""
    pdp = deactivation.pdp
    for gone in (pdp, *(pdp.linked if deactivation.teardown else ())):
        gone.in_ggsn = False
    pdp.tell(DeactivatePdpContextAccept(transaction_identifier=pdp.ti.answer))
    return S.DEACTIVATED


MOBILE_DEACTIVATION = Machine(
    "PDP context deactivation by the mobile, network side",
    clause="24.008 6.1.3.4.1, 23.060 9.2.4.1",
    of=MobileDeactivation,
    initial=S.START,
    final=(S.DEACTIVATED,),
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_GGSN,)),
        (S.WAIT_GGSN, DeactivatePdpContextRequest, requested_again, (S.WAIT_GGSN,)),
        (S.WAIT_GGSN, gtp.S.ANSWERED, deleted, (S.DEACTIVATED,)),
        (S.WAIT_GGSN, gtp.S.NO_RESPONSE, not_deleted, (S.DEACTIVATED,)),
    ],
)


# --- by the network --------------------------------------------------------------------------------------------------


class DeactivationOrder:
    """The network wants a context deactivated, and with ``teardown`` all that share its address.

    ``cause`` is what the mobile is told. ``incoming`` is the request of a GGSN, which is answered in the end.
    """

    __slots__ = ("cause", "incoming", "teardown")

    def __init__(self, cause: SmCause, incoming: Incoming | None = None, *, teardown: bool = False) -> None:
        self.cause = cause
        self.incoming = incoming
        self.teardown = teardown

    def answer(self, pdp: "PdpContext") -> None:
        """Answer the GGSN, if it has asked: it is deleted."""
        if self.incoming is not None:
            answer_deletion(self.incoming, pdp.ggsn_teid_control)


class NetworkState(State):
    """States of a deactivation by the network."""

    START = "start"
    WAIT_MOBILE = "wait for DEACTIVATE PDP CONTEXT ACCEPT"
    DEACTIVATED = "PDP context deactivated by the network"


class NetworkDeactivation(Procedure):
    """One deactivation of ``pdp`` by SGSN, HLR or GGSN; ``teardown``: all that share its address go."""

    __slots__ = ("order", "pdp", "teardown")

    def __init__(self, pdp: "PdpContext", order: DeactivationOrder) -> None:
        super().__init__(pdp.stage, pdp)
        self.pdp = pdp
        self.order = order
        self.teardown = order.teardown

    def ended(self) -> None:
        self.order.answer(self.pdp)


def network_begun(deactivation: NetworkDeactivation, event: Begin) -> NetworkState:
    """Tell the mobile, and the GGSN if it is not the one that asks (23.060 9.2.4.2: neither waits for the other)."""
    pdp, order = deactivation.pdp, deactivation.order
    if order.incoming is None:
        pdp.delete_in_ggsn(teardown=order.teardown or pdp.is_last)
    else:
        for gone in (pdp, *(pdp.linked if order.teardown else ())):
            gone.in_ggsn = False
    deactivation.ask(
        DeactivatePdpContextRequest(
            transaction_identifier=pdp.ti.answer,
            sm_cause=order.cause,
            tear_down_indicator=TearDownIndicator(tear_down_requested=True) if order.teardown else None,
        )
    )
    return NetworkState.WAIT_MOBILE


def accepted(deactivation: NetworkDeactivation, event: DeactivatePdpContextAccept) -> NetworkState:
    """The mobile has deleted it."""
    return NetworkState.DEACTIVATED


def collided(deactivation: NetworkDeactivation, event: DeactivatePdpContextRequest) -> NetworkState:
    """The mobile wants the same: both are answered, and T3395 stops (24.008 6.1.3.4.3).

    It may want more than the network does: all that share the address (6.1.3.4.1).
    """
    pdp, wanted = deactivation.pdp, event.tear_down_indicator
    if wanted is not None and wanted.tear_down_requested:
        for other in pdp.linked:
            other.delete_in_ggsn(teardown=True)
        deactivation.teardown = True
    pdp.tell(DeactivatePdpContextAccept(transaction_identifier=pdp.ti.answer))
    return NetworkState.DEACTIVATED


def unanswered(deactivation: NetworkDeactivation, event: Timer) -> NetworkState:
    """The fifth expiry of T3395: deleted without the mobile (24.008 6.1.3.4.3)."""
    return NetworkState.DEACTIVATED


NETWORK_DEACTIVATION = Machine(
    "PDP context deactivation by the network",
    clause="24.008 6.1.3.4.2, 23.060 9.2.4.2, 9.2.4.3",
    of=NetworkDeactivation,
    initial=NetworkState.START,
    final=(NetworkState.DEACTIVATED,),
    guards={NetworkState.WAIT_MOBILE: T3395},
    rows=[
        # in this state    on this event     do this      and be in one of
        (NetworkState.START, Begin, network_begun, (NetworkState.WAIT_MOBILE,)),
        (NetworkState.WAIT_MOBILE, DeactivatePdpContextAccept, accepted, (NetworkState.DEACTIVATED,)),
        (NetworkState.WAIT_MOBILE, DeactivatePdpContextRequest, collided, (NetworkState.DEACTIVATED,)),
        (NetworkState.WAIT_MOBILE, T3395, unanswered, (NetworkState.DEACTIVATED,)),
    ],
)
