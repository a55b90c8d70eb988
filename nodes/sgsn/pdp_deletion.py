"""Deletion of PDP contexts in the GGSN for which nobody waits (TS 29.060 7.3.5, 7.3.6, TS 23.060 9.2.4).

A GGSN that still makes a context which nobody wants any more is told to delete it, even if it answers late.
"""

from typing import Any

from nodes.core import gtp
from nodes.core.gtp import NO_TEID, Answer, Incoming, Transaction, Unreadable
from nodes.core.machine import BEGIN, Begin, Machine, Procedure, State
from protocol.causes import GtpCause
from protocol.gtp import (
    CreatePdpContextResponse,
    DeletePdpContextRequest,
    DeletePdpContextResponse,
    Nsapi,
    TeardownInd,
)
from protocol.identities import GsnAddress, Teid
from protocol.timers import X_LATE, Timer


class DeletionState(State):
    """States of a deletion in the GGSN."""

    START = "start"
    WAIT_RESPONSE = "wait for Delete PDP Context Response"
    OVER = "deleted in the GGSN"


class Deletion(Procedure):
    """Delete PDP Context Request for a context that is no more here.

    ``control`` is our end of the tunnel for control that it shared with the others of its address.
    """

    __slots__ = ("_subject", "address", "control", "request")

    def __init__(
        self, stage: Any, subject: str, address: GsnAddress, request: DeletePdpContextRequest, control: Teid | None
    ) -> None:
        super().__init__(stage)
        self._subject = subject
        self.address = address
        self.request = request
        self.control = control

    @property
    def subject(self) -> str:
        return self._subject


def make_deletion(teid: Teid, nsapi: int, *, teardown: bool) -> DeletePdpContextRequest:
    """Delete PDP Context Request: of this context, or of all that share its address."""
    return DeletePdpContextRequest(
        teid=teid, teardown_ind=TeardownInd(teardown=True) if teardown else None, nsapi=Nsapi(value=nsapi)
    )


def delete_in_ggsn(
    stage: Any, subject: str, address: GsnAddress, teid: Teid, nsapi: int, *, teardown: bool, control: Teid | None
) -> None:
    """Let the GGSN delete a context; ``control`` is our end of the tunnel for control of its address."""
    Deletion(stage, subject, address, make_deletion(teid, nsapi, teardown=teardown), control).hear(BEGIN)


def deletion_begun(deletion: Deletion, event: Begin) -> DeletionState:
    """Tell the GGSN."""
    layer = deletion.stage.gn.gtp
    deletion.start(layer.request(deletion, deletion.address, deletion.request, deletion.subject))
    return DeletionState.WAIT_RESPONSE


def deletion_over(deletion: Deletion, event: Transaction) -> DeletionState:
    """It has, or had not: there is nothing more to do."""
    return DeletionState.OVER


def not_deleted(deletion: Deletion, event: Transaction) -> DeletionState:
    """The GGSN is silent, as it is where the last context of an address is to go without teardown (29.060 7.3.5).

    It was not the last when that was said; if it is now, the address goes with it.
    """
    request = deletion.request
    if request.teardown_ind is not None or deletion.control in deletion.stage.gn.controls:
        return DeletionState.OVER
    deletion.request = make_deletion(request.teid, request.nsapi.value, teardown=True)
    return deletion_begun(deletion, BEGIN)


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
        (
            DeletionState.WAIT_RESPONSE,
            gtp.S.NO_RESPONSE,
            not_deleted,
            (DeletionState.WAIT_RESPONSE, DeletionState.OVER),
        ),
    ],
)


def delete_made(transaction: Transaction, response: CreatePdpContextResponse, nsapi: int, control: Teid | None) -> None:
    """Delete what the GGSN has made, if its answer tells where it is; ``control`` is our end of its tunnel."""
    teid = response.tunnel_endpoint_identifier_control_plane or transaction.message.teid
    if not response.cause.is_acceptance or not teid:
        return
    told = response.ggsn_address_for_control_plane
    address = transaction.address if told is None else GsnAddress(told.address)
    first = not transaction.message.teid
    delete_in_ggsn(transaction.stage, transaction.imsi, address, teid, nsapi, teardown=first, control=control)


class UnwantedState(State):
    """States of a creation that nobody wants any more."""

    WAIT_RESPONSE = "wait for Create PDP Context Response, to delete what it tells of"
    OVER = "nothing is left"


class UnwantedCreation(Procedure):
    """A Create PDP Context Request goes on without its context: the GGSN may have made one."""

    __slots__ = ("control", "nsapi", "transaction")

    def __init__(self, transaction: Transaction, nsapi: int, control: Teid | None) -> None:
        super().__init__(transaction.stage)
        self.transaction = transaction
        self.nsapi = nsapi
        self.control = control
        self.children = (transaction,)
        transaction.parent = self

    @property
    def subject(self) -> str:
        return self.transaction.imsi


def made_unwanted(creation: UnwantedCreation, event: Transaction) -> UnwantedState:
    """Delete it."""
    delete_made(event, event.answer, creation.nsapi, creation.control)
    return UnwantedState.OVER


def not_answered(creation: UnwantedCreation, event: Transaction) -> UnwantedState:
    """It may still answer."""
    if not event.unreadable:
        LateCreation(event, creation.nsapi, creation.control)
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
    """A Create PDP Context Request that was given up: an answer that comes late is not left without its deletion.

    A GGSN that has restarted meanwhile may have made two: ``deleted`` are those that have been told by now.
    """

    __slots__ = ("control", "deleted", "nsapi")

    def __init__(self, given_up: Transaction, nsapi: int, control: Teid | None) -> None:
        super().__init__(None, given_up.gtp, given_up.address, given_up.message, given_up.imsi)
        self.nsapi = nsapi
        self.control = control
        self.deleted: frozenset[Teid | None] = frozenset()
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
    """Delete it, but for an answer that is a mere repeat."""
    response: Any = event.message
    teid = response.tunnel_endpoint_identifier_control_plane
    if teid not in creation.deleted:
        creation.deleted |= {teid}
        delete_made(creation, response, creation.nsapi, creation.control)
    return LateState.LISTENING


def came_unreadable(creation: LateCreation, event: Unreadable) -> LateState:
    """Nobody can tell what was made."""
    return LateState.LISTENING


def no_more(creation: LateCreation, event: Timer) -> LateState:
    """Nothing comes any more."""
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
        (LateState.LISTENING, Answer, came_late, (LateState.LISTENING,)),
        (LateState.LISTENING, Unreadable, came_unreadable, (LateState.LISTENING,)),
        (LateState.LISTENING, X_LATE, no_more, (LateState.OVER,)),
    ],
)


def answer_deletion(incoming: Incoming, teid: Teid | None, cause: GtpCause = GtpCause.REQUEST_ACCEPTED) -> None:
    """Delete PDP Context Response."""
    incoming.answer(DeletePdpContextResponse(teid=teid or NO_TEID, cause=cause))
