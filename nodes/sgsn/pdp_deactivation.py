"""PDP context deactivation, network side (TS 24.008 6.1.3.4, TS 23.060 9.2.4, TS 29.060 7.3.5, 7.3.6).

By the mobile: the GGSN deletes, then the mobile is answered. By the SGSN or the HLR: the GGSN deletes while the mobile
is told. By the GGSN: the mobile is told, then the GGSN is answered.

A GGSN that still makes a context which nobody wants any more is told to delete it, even if it answers late.
"""

from typing import TYPE_CHECKING, Any

from nodes.core import gtp
from nodes.core.gtp import NO_TEID, Answer, Incoming, Transaction, Unreadable
from nodes.core.machine import BEGIN, Begin, Machine, Procedure, State
from protocol.causes import GtpCause, SmCause
from protocol.gtp import (
    CreatePdpContextResponse,
    DeletePdpContextRequest,
    DeletePdpContextResponse,
    Nsapi,
    TeardownInd,
)
from protocol.identities import GsnAddress, Teid
from protocol.sm import DeactivatePdpContextAccept, DeactivatePdpContextRequest
from protocol.sm.elements import TearDownIndicator
from protocol.timers import T3395, X_LATE, Timer

if TYPE_CHECKING:
    from nodes.sgsn.pdp_context import PdpContext


# --- towards the GGSN, when nobody waits -----------------------------------------------------------------------------


class DeletionState(State):
    """States of a deletion in the GGSN."""

    START = "start"
    WAIT_RESPONSE = "wait for Delete PDP Context Response"
    OVER = "deleted in the GGSN"


class Deletion(Procedure):
    """Delete PDP Context Request for a context that is no more here."""

    __slots__ = ("_subject", "address", "request")

    def __init__(self, stage: Any, subject: str, address: GsnAddress, request: DeletePdpContextRequest) -> None:
        super().__init__(stage)
        self._subject = subject
        self.address = address
        self.request = request

    @property
    def subject(self) -> str:
        return self._subject


def make_deletion(teid: Teid, nsapi: int, *, teardown: bool) -> DeletePdpContextRequest:
    """Delete PDP Context Request: of this context, or of all that share its address."""
    return DeletePdpContextRequest(
        teid=teid, teardown_ind=TeardownInd(teardown=True) if teardown else None, nsapi=Nsapi(value=nsapi)
    )


def delete_in_ggsn(stage: Any, subject: str, address: GsnAddress, teid: Teid, nsapi: int, *, teardown: bool) -> None:
    """Let the GGSN delete a context."""
    Deletion(stage, subject, address, make_deletion(teid, nsapi, teardown=teardown)).hear(BEGIN)


def deletion_begun(deletion: Deletion, event: Begin) -> DeletionState:
    """Tell the GGSN."""
    layer = deletion.stage.gn.gtp
    deletion.start(layer.request(deletion, deletion.address, deletion.request, deletion.subject))
    return DeletionState.WAIT_RESPONSE


def deletion_over(deletion: Deletion, event: Transaction) -> DeletionState:
    """It has, had not, or is silent: there is nothing more to do."""
    return DeletionState.OVER


DELETION = Machine(
    "deletion of a PDP context in the GGSN",
    clause="29.060 7.3.5",
    of=Deletion,
    initial=DeletionState.START,
    final=(DeletionState.OVER,),
    rows=[
        # in this state    on this event     do this      and be in one of
        (DeletionState.START, Begin, deletion_begun, (DeletionState.WAIT_RESPONSE,)),
        (DeletionState.WAIT_RESPONSE, gtp.S.ANSWERED, deletion_over, (DeletionState.OVER,)),
        (DeletionState.WAIT_RESPONSE, gtp.S.NO_RESPONSE, deletion_over, (DeletionState.OVER,)),
    ],
)


def delete_made(transaction: Transaction, response: CreatePdpContextResponse, nsapi: int) -> None:
    """Delete what the GGSN has made, if its answer tells where it is."""
    teid = response.tunnel_endpoint_identifier_control_plane or transaction.message.teid
    if not response.cause.is_acceptance or not teid:
        return
    told = response.ggsn_address_for_control_plane
    address = transaction.address if told is None else GsnAddress(told.address)
    first = not transaction.message.teid
    delete_in_ggsn(transaction.stage, transaction.imsi, address, teid, nsapi, teardown=first)


class UnwantedState(State):
    """States of a creation that nobody wants any more."""

    WAIT_RESPONSE = "wait for Create PDP Context Response, to delete what it tells of"
    OVER = "nothing is left"


class UnwantedCreation(Procedure):
    """A Create PDP Context Request goes on without its context: the GGSN may have made one."""

    __slots__ = ("nsapi", "transaction")

    def __init__(self, transaction: Transaction, nsapi: int) -> None:
        super().__init__(transaction.stage)
        self.transaction = transaction
        self.nsapi = nsapi
        self.children = (transaction,)
        transaction.parent = self

    @property
    def subject(self) -> str:
        return self.transaction.imsi


def made_unwanted(creation: UnwantedCreation, event: Transaction) -> UnwantedState:
    """Delete it."""
    delete_made(event, event.answer, creation.nsapi)
    return UnwantedState.OVER


def not_answered(creation: UnwantedCreation, event: Transaction) -> UnwantedState:
    """It may still answer."""
    if not event.unreadable:
        LateCreation(event, creation.nsapi)
    return UnwantedState.OVER


UNWANTED_CREATION = Machine(
    "creation of a PDP context that nobody wants any more",
    clause="23.060 9.2.2.1, 9.2.4",
    of=UnwantedCreation,
    initial=UnwantedState.WAIT_RESPONSE,
    final=(UnwantedState.OVER,),
    rows=[
        # in this state    on this event     do this      and be in one of
        (UnwantedState.WAIT_RESPONSE, gtp.S.ANSWERED, made_unwanted, (UnwantedState.OVER,)),
        (UnwantedState.WAIT_RESPONSE, gtp.S.NO_RESPONSE, not_answered, (UnwantedState.OVER,)),
    ],
)


class LateState(State):
    """States of a creation that was given up."""

    START = "start"
    LISTENING = "given up, but an answer may come late"
    OVER = "late no more"


class LateCreation(Transaction):
    """A Create PDP Context Request that was given up: an answer that comes late is not left without its deletion."""

    __slots__ = ("nsapi",)

    def __init__(self, given_up: Transaction, nsapi: int) -> None:
        super().__init__(None, given_up.gtp, given_up.address, given_up.message, given_up.imsi)
        self.nsapi = nsapi
        self.sequence = given_up.sequence
        self.gtp.outstanding[self.sequence] = self
        self.hear(BEGIN)

    @property
    def subject(self) -> str:
        return self.imsi


def listening(creation: LateCreation, event: Begin) -> LateState:
    """For a time."""
    return LateState.LISTENING


def came_late(creation: LateCreation, event: Answer) -> LateState:
    """Delete it."""
    response: Any = event.message
    delete_made(creation, response, creation.nsapi)
    return LateState.OVER


def no_more(creation: LateCreation, event: Unreadable | Timer) -> LateState:
    """Nothing came, or nothing that can be read."""
    return LateState.OVER


LATE_CREATION = Machine(
    "creation of a PDP context that was given up",
    clause="23.060 9.2.2.1",
    of=LateCreation,
    initial=LateState.START,
    final=(LateState.OVER,),
    guards={LateState.LISTENING: X_LATE},
    rows=[
        # in this state    on this event     do this      and be in one of
        (LateState.START, Begin, listening, (LateState.LISTENING,)),
        (LateState.LISTENING, Answer, came_late, (LateState.OVER,)),
        (LateState.LISTENING, Unreadable, no_more, (LateState.OVER,)),
        (LateState.LISTENING, X_LATE, no_more, (LateState.OVER,)),
    ],
)


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
    teardown = deactivation.teardown or not pdp.linked
    request = make_deletion(pdp.ggsn_teid_control, pdp.nsapi, teardown=teardown)
    deactivation.start(layer.request(deactivation, pdp.ggsn_control, request, pdp.subject))
    return S.WAIT_GGSN


def requested_again(deactivation: MobileDeactivation, event: DeactivatePdpContextRequest) -> S:
    """T3390 was quicker than the GGSN: the first one goes on."""
    return S.WAIT_GGSN


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
        (S.WAIT_GGSN, gtp.S.NO_RESPONSE, deleted, (S.DEACTIVATED,)),
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


def answer_deletion(incoming: Incoming, teid: Teid | None, cause: GtpCause = GtpCause.REQUEST_ACCEPTED) -> None:
    """Delete PDP Context Response."""
    incoming.answer(DeletePdpContextResponse(teid=NO_TEID if teid is None else teid, cause=cause))


class NetworkState(State):
    """States of a deactivation by the network."""

    START = "start"
    WAIT_MOBILE = "wait for DEACTIVATE PDP CONTEXT ACCEPT"
    DEACTIVATED = "PDP context deactivated by the network"


class NetworkDeactivation(Procedure):
    """One deactivation of ``pdp`` by SGSN, HLR or GGSN."""

    __slots__ = ("order", "pdp")

    def __init__(self, pdp: "PdpContext", order: DeactivationOrder) -> None:
        super().__init__(pdp.stage, pdp)
        self.pdp = pdp
        self.order = order

    @property
    def teardown(self) -> bool:
        """True where all that share the address go."""
        return self.order.teardown

    def ended(self) -> None:
        self.order.answer(self.pdp)


def network_begun(deactivation: NetworkDeactivation, event: Begin) -> NetworkState:
    """Tell the mobile, and the GGSN if it is not the one that asks (23.060 9.2.4.2: neither waits for the other)."""
    pdp, order = deactivation.pdp, deactivation.order
    if order.incoming is None:
        pdp.delete_in_ggsn(teardown=order.teardown or not pdp.linked)
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
    """The mobile wants the same: both are answered, and T3395 stops (24.008 6.1.3.4.3)."""
    pdp = deactivation.pdp
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
