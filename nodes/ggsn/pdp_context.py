"""A PDP context in the GGSN (TS 23.060 9.2, TS 29.060 7.3): made, changed and deleted by either side.

The context is a run of this machine, from the Create PDP Context Request on; requests to the SGSN run below it. A
delete takes precedence over whatever else is under way (29.060 7.3.5): who asks for an update meanwhile is told that
there is no such context.
"""

from typing import TYPE_CHECKING, Any

from nodes.core import gtp
from nodes.core.gtp import NO_TEID, Incoming, Transaction
from nodes.core.machine import ANY, Begin, Machine, Procedure, State
from nodes.core.outputs import Command, Name
from nodes.core.traffic_flow import Filters
from nodes.ggsn import traffic_flow
from nodes.ggsn.contexts import Connection
from nodes.ggsn.traffic_flow import RefusedError
from protocol.causes import GtpCause
from protocol.gtp import (
    DeletePdpContextRequest,
    DeletePdpContextResponse,
    GgsnInitiatedUpdatePdpContextRequest,
    Nsapi,
    QualityOfServiceProfile,
    TeardownInd,
    UpdatePdpContextResponse,
)
from protocol.identities import GsnAddress, Teid
from protocol.timers import X_INACTIVITY, Timer

if TYPE_CHECKING:
    from nodes.ggsn.node import Ggsn


class S(State):
    """PDP states; what stands behind the comma tells what goes on."""

    INACTIVE = "INACTIVE"
    ACTIVE = "ACTIVE"
    ACTIVE_FOR_EVER = "ACTIVE, without inactivity timer"
    WAIT_UPDATE = "ACTIVE, wait for Update PDP Context Response"
    WAIT_DELETE = "ACTIVE, wait for Delete PDP Context Response"
    DELETED = "INACTIVE, deleted"


class UpdateRequested:
    """The SGSN wants to change the context."""

    __slots__ = ("incoming",)

    def __init__(self, incoming: Incoming) -> None:
        self.incoming = incoming


class DeleteRequested(UpdateRequested):
    """The SGSN wants to delete the context."""

    __slots__ = ()


class ModifyOrdered:
    """An operator wants another quality of service."""

    __slots__ = ("command", "qos")

    def __init__(self, command: Command, qos: QualityOfServiceProfile) -> None:
        self.command = command
        self.qos = qos


class DeactivateOrdered:
    """An operator wants the context to be deleted."""

    __slots__ = ("command",)

    def __init__(self, command: Command) -> None:
        self.command = command


class Lost:
    """The context cannot go on: the SGSN has none, or none of this address remains."""

    __slots__ = ("why",)

    def __init__(self, why: str) -> None:
        self.why = why


class Alone:
    """The others of the address are gone: what is being deleted takes the address along."""


class PdpContext(Procedure):
    """One context. ``teid`` is our end of its tunnel; ``sgsn``, ``sgsn_address`` and ``sgsn_teid`` are the other end.

    Packets are many and expiries few: a packet only sets ``used_at``, and an inactivity timer that runs out early runs
    on.
    """

    __slots__ = (
        "charging_id",
        "command",
        "connection",
        "filters",
        "linked_nsapi",
        "nsapi",
        "octets_down",
        "octets_up",
        "packets_down",
        "packets_up",
        "qos",
        "sgsn",
        "sgsn_address",
        "sgsn_teid",
        "teid",
        "used_at",
    )

    stage: "Ggsn"

    def __init__(self, ggsn: "Ggsn", connection: Connection, nsapi: int, qos: QualityOfServiceProfile) -> None:
        super().__init__(ggsn)
        self.connection = connection
        self.nsapi = nsapi
        self.linked_nsapi: int | None = None
        self.qos = qos
        self.filters: Filters = ()
        self.teid: Teid = ggsn.gtp.allocate_teid()
        self.sgsn: Name = ""
        self.sgsn_address = connection.sgsn_address
        self.sgsn_teid = NO_TEID
        self.charging_id = ggsn.next_charging_id()
        self.command: Command | None = None
        self.used_at: int = ggsn.clock.now
        self.packets_up = self.packets_down = self.octets_up = self.octets_down = 0

    @property
    def subject(self) -> str:
        return f"{self.connection.imsi}-{self.nsapi}"

    def duration(self, timer: Timer) -> int:
        """What is left of the access point's inactivity."""
        return max(0, self.used_at + (self.connection.point.told.inactivity or 0) - self.stage.clock.now)

    def expired(self, timer: Timer) -> None:
        """Packets have passed since the timer was started: it runs on."""
        if self.duration(timer) > 0:
            self._arm(count=0)
        else:
            super().expired(timer)

    def ended(self) -> None:
        """Give back what the context had, and with the last of an address the address."""
        self.settle(None, "the context was deleted")
        self.stage.release(self)

    def rest(self) -> S:
        """ACTIVE, with the inactivity timer if the access point has one."""
        return S.ACTIVE_FOR_EVER if self.connection.point.told.inactivity is None else S.ACTIVE

    def settle(self, body: Any, why: str = "") -> None:
        """Answer the operator's command, if one is open: done with ``body``, or failed."""
        command, self.command = self.command, None
        if command is None:
            return
        if why:
            self.stage.reply(command, "failed", {"error": why})
        else:
            self.stage.reply(command, "done", body)

    def ask_delete(self) -> S:
        """Ask the SGSN to deactivate it: alone, or with the address if no other stays (29.060 7.3.5)."""
        self.end_children()
        connection = self.connection
        last = all(other is self or other.state is S.WAIT_DELETE for other in connection.contexts.values())
        request = DeletePdpContextRequest(
            teid=connection.sgsn_teid,
            teardown_ind=TeardownInd(teardown=True) if last else None,
            nsapi=Nsapi(value=self.nsapi),
        )
        self.start(self.stage.gtp.request(self, connection.sgsn_address, request, connection.imsi))
        return S.WAIT_DELETE

    def take_update(self, incoming: Incoming) -> GtpCause:
        """Apply what the SGSN asks for, and answer; the cause of the answer."""
        try:
            self._apply(incoming)
        except RefusedError as refused:
            teid = NO_TEID if refused.cause is GtpCause.NON_EXISTENT else self.connection.sgsn_teid
            incoming.answer(UpdatePdpContextResponse(teid=teid, cause=refused.cause))
            return refused.cause
        stage, connection = self.stage, self.connection
        incoming.answer(
            UpdatePdpContextResponse(
                teid=connection.sgsn_teid,
                cause=GtpCause.REQUEST_ACCEPTED,
                recovery=stage.gtp.recovery_to(incoming.peer),
                tunnel_endpoint_identifier_data_i=self.teid,
                charging_id=self.charging_id,
                ggsn_address_for_control_plane=stage.own,
                ggsn_address_for_user_traffic=stage.own,
                quality_of_service_profile=self.qos,
            )
        )
        return GtpCause.REQUEST_ACCEPTED

    def _apply(self, incoming: Incoming) -> None:
        request, stage, connection = incoming.message, self.stage, self.connection
        if request.imsi is not None and request.imsi != connection.imsi:
            raise RefusedError(GtpCause.NON_EXISTENT)
        control = GsnAddress(request.sgsn_address_for_control_plane.address)
        user = GsnAddress(request.sgsn_address_for_user_traffic.address)
        if not stage.gtp.path_to(control) or not stage.gtp.path_to(user):
            raise RefusedError(GtpCause.SYSTEM_FAILURE)
        if request.tft is not None:
            others = (context.filters for context in connection.contexts.values() if context is not self)
            self.filters = traffic_flow.changed(request.tft, self.filters, others)
            connection.arrange()
        if request.tunnel_endpoint_identifier_control_plane is not None:
            connection.sgsn_teid = request.tunnel_endpoint_identifier_control_plane
        stage.serve(connection, control)
        stage.contexts.tunnel(self, stage.gtp.path_to(user), user, request.tunnel_endpoint_identifier_data_i)
        self.qos = stage.granted(connection.point, request.quality_of_service_profile)


def made(context: PdpContext, event: Begin) -> S:
    """The SGSN has asked for it, and is answered by whoever makes it (activation.py)."""
    return context.rest()


def updated(context: PdpContext, event: UpdateRequested) -> S:
    """The mobile is with another SGSN, or wants another quality of service or other filters (23.060 9.2.3.1)."""
    context.take_update(event.incoming)
    return context.rest()


def updated_meanwhile(context: PdpContext, event: UpdateRequested) -> S:
    """Likewise. An SGSN that has the context no longer will not answer what it was asked for."""
    before = context.connection.sgsn_address
    context.take_update(event.incoming)
    if context.connection.sgsn_address == before:
        return S.WAIT_UPDATE
    context.end_children()
    context.settle(None, "the mobile has gone to another SGSN")
    return context.rest()


def update_refused(context: PdpContext, event: UpdateRequested) -> S:
    """The context is being deleted, which takes precedence: the SGSN deletes it too (29.060 7.3.4, 7.3.5)."""
    event.incoming.answer(UpdatePdpContextResponse(teid=NO_TEID, cause=GtpCause.NON_EXISTENT))
    return S.WAIT_DELETE


def deleted(context: PdpContext, event: DeleteRequested) -> S:
    """The mobile or the SGSN has deactivated it, or all of the address (23.060 9.2.4.1, 9.2.4.2)."""
    request, connection = event.incoming.message, context.connection
    event.incoming.answer(DeletePdpContextResponse(teid=connection.sgsn_teid, cause=GtpCause.REQUEST_ACCEPTED))
    if request.teardown_ind is not None and request.teardown_ind.teardown:
        connection.closing = True
        for other in tuple(connection.contexts.values()):
            if other is not context:
                other.hear(Lost("all contexts of the address were deleted"))
    return S.DELETED


def modification_ordered(context: PdpContext, event: ModifyOrdered) -> S:
    """The GGSN wants another quality of service (23.060 9.2.3.2)."""
    connection = context.connection
    context.command = event.command
    request = GgsnInitiatedUpdatePdpContextRequest(
        teid=connection.sgsn_teid,
        recovery=context.stage.gtp.recovery_to(connection.sgsn),
        nsapi=Nsapi(value=context.nsapi),
        quality_of_service_profile=event.qos,
    )
    context.start(context.stage.gtp.request(context, connection.sgsn_address, request, connection.imsi))
    return S.WAIT_UPDATE


def deactivation_ordered(context: PdpContext, event: DeactivateOrdered) -> S:
    """The GGSN wants to be rid of it (23.060 9.2.4.3)."""
    context.settle(None, "the context is being deactivated")
    context.command = event.command
    return context.ask_delete()


def inactive(context: PdpContext, event: Timer) -> S:
    """No packet for long: the address is needed for others."""
    return context.ask_delete()


def update_answered(context: PdpContext, event: Transaction) -> S:
    """The SGSN and the mobile agree, or not; where there is no such context, it goes."""
    cause = event.answer.cause
    if cause is GtpCause.NON_EXISTENT or cause is GtpCause.CONTEXT_NOT_FOUND:
        context.settle(None, f"the SGSN has no such context: {cause.words}")
        return S.DELETED
    if not cause.is_acceptance:
        context.settle(None, f"refused by the SGSN: {cause.words}")
        return context.rest()
    request: Any = event.message
    context.qos = event.answer.quality_of_service_profile or request.quality_of_service_profile
    context.settle({"qos": str(context.qos)})
    return context.rest()


def update_unanswered(context: PdpContext, event: Transaction) -> S:
    """Nothing has changed; what becomes of the contexts of a silent SGSN is a matter of its path (23.007)."""
    context.settle(None, event.why)
    return context.rest()


def left_alone(context: PdpContext, event: Alone) -> S:
    """The SGSN ignores a delete of the last context without teardown: it is asked anew, if it was asked so."""
    if any(isinstance(child, Transaction) and asks_teardown(child) for child in context.children):
        return S.WAIT_DELETE
    return context.ask_delete()


def asks_teardown(transaction: Transaction) -> bool:
    """Whether a delete takes the address along."""
    request: Any = transaction.message
    return request.teardown_ind is not None


def delete_answered(context: PdpContext, event: Transaction) -> S:
    """The SGSN has deleted it, or had none; whatever else it says, the GGSN has none any more (29.060 7.3.6)."""
    cause = event.answer.cause
    if not cause.is_acceptance and cause is not GtpCause.NON_EXISTENT:
        context.stage.warn("delete refused", f"{context.subject}: {event.peer} answers Delete by {cause.words}")
    context.settle({"cause": cause.words})
    return S.DELETED


def delete_unanswered(context: PdpContext, event: Transaction) -> S:
    """Asked N3-REQUESTS times in vain: it is deleted all the same."""
    context.settle(None, event.why)
    return S.DELETED


def lost(context: PdpContext, event: Lost) -> S:
    """It is gone without anybody being asked."""
    context.settle(None, event.why)
    return S.DELETED


ACTIVE = (S.ACTIVE, S.ACTIVE_FOR_EVER)

PDP_CONTEXT = Machine(
    "PDP context, GGSN side",
    clause="23.060 9.2, 29.060 7.3",
    of=PdpContext,
    initial=S.INACTIVE,
    final=(S.DELETED,),
    guards={S.ACTIVE: X_INACTIVITY},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.INACTIVE, Begin, made, ACTIVE),
        (ACTIVE, UpdateRequested, updated, ACTIVE),
        (S.WAIT_UPDATE, UpdateRequested, updated_meanwhile, (S.WAIT_UPDATE, *ACTIVE)),
        (S.WAIT_DELETE, UpdateRequested, update_refused, (S.WAIT_DELETE,)),
        ((*ACTIVE, S.WAIT_UPDATE, S.WAIT_DELETE), DeleteRequested, deleted, (S.DELETED,)),
        (ACTIVE, ModifyOrdered, modification_ordered, (S.WAIT_UPDATE,)),
        ((*ACTIVE, S.WAIT_UPDATE), DeactivateOrdered, deactivation_ordered, (S.WAIT_DELETE,)),
        (S.ACTIVE, X_INACTIVITY, inactive, (S.WAIT_DELETE,)),
        (S.WAIT_UPDATE, gtp.S.ANSWERED, update_answered, (*ACTIVE, S.DELETED)),
        (S.WAIT_UPDATE, gtp.S.NO_RESPONSE, update_unanswered, ACTIVE),
        (S.WAIT_DELETE, Alone, left_alone, (S.WAIT_DELETE,)),
        (S.WAIT_DELETE, gtp.S.ANSWERED, delete_answered, (S.DELETED,)),
        (S.WAIT_DELETE, gtp.S.NO_RESPONSE, delete_unanswered, (S.DELETED,)),
        (ANY, Lost, lost, (S.DELETED,)),
    ],
)
