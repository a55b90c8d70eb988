"""SGSN context transfer, old side (TS 23.060 6.9.1.2.2 steps 2 to 4 and 8, TS 29.060 7.5.4, 7.5.5).

A companion of the context, from the first request of another SGSN on. What is handed over is repeated until it is
acknowledged; then the mobile is served elsewhere, and its context is kept for a time, should it come back before the
update there is complete. Without acknowledge, or with a negative one, the SGSN goes on as if it had never been asked.
"""

from typing import TYPE_CHECKING, Any

from nodes.core import gtp
from nodes.core.gtp import Incoming, Transaction
from nodes.core.machine import Machine, Procedure, State
from nodes.sgsn.events import DEPARTED, Forgotten, Returned
from nodes.sgsn.mm_context import make_mm_context
from nodes.sgsn.pdp_transfer import make_pdp_contexts
from protocol.causes import GtpCause
from protocol.gtp import Imsi as GtpImsi
from protocol.gtp import SgsnContextAcknowledge, SgsnContextResponse
from protocol.identities import GsnAddress, Teid
from protocol.map.location import CancelLocationArg
from protocol.timers import X_MOVED, Timer

if TYPE_CHECKING:
    from nodes.sgsn.context import MmContext
    from nodes.sgsn.packets import Tunnel


class S(State):
    """States of the handover of a context."""

    START = "start"
    WAIT_ACKNOWLEDGE = "wait for SGSN Context Acknowledge"
    DEPARTED = "served by another SGSN, context kept for a return"
    KEPT = "as if never asked"
    RETURNED = "the mobile has come back"
    FORGOTTEN = "context removed"


class ContextHandover(Procedure):
    """The handover of ``context``.

    ``departed``: another SGSN serves the mobile; ``cancelled``: the HLR has cancelled it here. ``handed_over`` are the
    NSAPIs of the PDP contexts that moved.
    """

    __slots__ = ("cancelled", "context", "departed", "handed_over", "teid")

    def __init__(self, context: "MmContext") -> None:
        super().__init__(context.stage)
        self.context = context
        self.departed = False
        self.cancelled = False
        self.handed_over: frozenset[int] = frozenset()
        self.teid: Teid = self.stage.gn.gtp.allocate_teid()

    @property
    def subject(self) -> str:
        return self.context.subject

    def ended(self) -> None:
        self.stage.gn.gtp.release_teid(self.teid)
        self.context.handover = None
        self.stage.user_plane.release(self.context)

    def hand_over(self, incoming: Incoming) -> S:
        """Answer with all that is known of the mobile."""
        context = self.context
        self.end_children()
        incoming.imsi = context.imsi or ""
        pdp_contexts = make_pdp_contexts(context)
        self.handed_over = frozenset(pdp.nsapi for pdp in pdp_contexts)
        response = SgsnContextResponse(
            teid=incoming.message.tunnel_endpoint_identifier_control_plane,
            cause=GtpCause.REQUEST_ACCEPTED,
            imsi=GtpImsi(str(context.imsi)),
            tunnel_endpoint_identifier_control_plane=self.teid,
            mm_context=make_mm_context(context),
            pdp_contexts=pdp_contexts,
            sgsn_address_for_control_plane=self.stage.gn.own,
        )
        self.start(self.stage.gn.gtp.respond(self, incoming, response))
        return S.WAIT_ACKNOWLEDGE

    def depart(self, acknowledge: SgsnContextAcknowledge) -> S:
        """Another SGSN serves the mobile, and takes the packets that come here for it at the tunnel ends that it names.

        A TEID of 0 is the end of no tunnel.
        """
        self.departed = True
        address, user_plane = acknowledge.sgsn_address_for_user_traffic, self.stage.user_plane
        ends: dict[int, Tunnel] = {}
        if address is not None:
            to = GsnAddress(address.address)
            named = acknowledge.tunnel_endpoint_identifiers_data_ii
            ends = {end.nsapi: (to, end.teid) for end in named if end.teid}
        for pdp in self.context.pdp.values():
            user_plane.forward(pdp, ends.get(pdp.nsapi))
        self.drop_rest()
        self.context.hear(DEPARTED)
        return S.DEPARTED

    def drop_rest(self) -> None:
        """What did not move with the mobile, as it was not active yet or no more, is over."""
        for nsapi in [nsapi for nsapi in self.context.pdp if nsapi not in self.handed_over]:
            if nsapi in self.context.pdp:
                self.context.pdp[nsapi].drop()

    def go_on(self) -> S:
        """Go on as if this request had never come."""
        return S.DEPARTED if self.departed else S.KEPT


def requested(handover: ContextHandover, event: Incoming) -> S:
    """Another SGSN asks for the contexts; one that asks again, or a third one, gets them as well."""
    return handover.hand_over(event)


def acknowledged(handover: ContextHandover, event: Transaction) -> S:
    """It has them, or gives them back because the mobile is not served there (29.060 7.5.5)."""
    if event.answer.cause.is_acceptance:
        return handover.depart(event.answer)
    return handover.go_on()


def unacknowledged(handover: ContextHandover, event: Transaction) -> S:
    """It has not said so, N3-REQUESTS times (29.060 7.5.4)."""
    return handover.go_on()


def moved(handover: ContextHandover, event: CancelLocationArg) -> S:
    """The HLR knows already that the mobile is elsewhere: nothing else needs to be said."""
    handover.end_children()
    handover.departed = handover.cancelled = True
    handover.drop_rest()
    return S.DEPARTED


def cancelled(handover: ContextHandover, event: CancelLocationArg) -> S:
    """The HLR knows that the mobile is elsewhere. The context stays until the timer ends (23.060 6.9.1.2.2 step 8)."""
    handover.cancelled = True
    return S.DEPARTED


def returned(handover: ContextHandover, event: Returned) -> S:
    """The mobile is here: its context is as good as before, but HLR and VLR must be told if they had been."""
    return S.RETURNED


def not_returned(handover: ContextHandover, event: Timer) -> S:
    """The mobile is gone for good."""
    handover.context.hear(Forgotten(cancelled=handover.cancelled))
    return S.FORGOTTEN


CONTEXT_HANDOVER = Machine(
    "SGSN context transfer, old side",
    clause="23.060 6.9.1.2.2, 29.060 7.5.4",
    of=ContextHandover,
    initial=S.START,
    final=(S.KEPT, S.RETURNED, S.FORGOTTEN),
    guards={S.DEPARTED: X_MOVED},
    rows=[
        # in this state    on this event     do this      and be in one of
        ((S.START, S.WAIT_ACKNOWLEDGE, S.DEPARTED), Incoming, requested, (S.WAIT_ACKNOWLEDGE,)),
        (S.WAIT_ACKNOWLEDGE, gtp.S.ANSWERED, acknowledged, (S.DEPARTED, S.KEPT)),
        (S.WAIT_ACKNOWLEDGE, gtp.S.NO_RESPONSE, unacknowledged, (S.DEPARTED, S.KEPT)),
        (S.WAIT_ACKNOWLEDGE, CancelLocationArg, moved, (S.DEPARTED,)),
        (S.DEPARTED, CancelLocationArg, cancelled, (S.DEPARTED,)),
        ((S.WAIT_ACKNOWLEDGE, S.DEPARTED), Returned, returned, (S.RETURNED,)),
        (S.DEPARTED, X_MOVED, not_returned, (S.FORGOTTEN,)),
    ],
)


def hand_over(context: Any, incoming: Incoming) -> None:
    """Another SGSN asks for a context."""
    if context.handover is None:
        context.handover = ContextHandover(context)
    context.handover.hear(incoming)
