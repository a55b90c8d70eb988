"""Mobility management for calls, mobile side: what it knows and decides (TS 24.008 4.1.2, 4.2.2, 4.4, 4.5).

A companion of the mobile: it has at most one dedicated channel, and what runs on it, as its children. Where calls go
through the SGSN it only looks on while packets update the location for both; elsewhere it does so itself. It is told by
``CHANGED`` that the mobile has settled anew, never in the midst of it. The table is in :mod:`nodes.ms.mm_machine`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nodes.core.machine import Procedure
from nodes.ms import mm_states, states
from nodes.ms.call import Call, own
from nodes.ms.card import UpdateStatus
from nodes.ms.cell import SystemInformation
from nodes.ms.cm_service import CmService
from nodes.ms.events import CELL_HEARD
from nodes.ms.imsi_detach import ImsiDetach
from nodes.ms.location_updating import LocationUpdating
from nodes.ms.mm_states import IDLE, SERVED, TRYING, S
from nodes.ms.orders import AnswerOrder, AttachOrder, CallOrder, HangUpOrder, LoseLink
from nodes.ms.radio import Channel
from protocol import cc, mm
from protocol.causes import CcCause, MmCause
from protocol.cc import CcMessage, DisconnectMt, ReleaseCompleteMo, ReleaseCompleteMt, SetupMt, Status
from protocol.errors import DecodeError
from protocol.identities import Imsi, Lai, Tmsi
from protocol.mm import MmStatus
from protocol.rr import NetworkModeOfOperation, SuspensionCause
from protocol.sm.elements import take_identifier
from protocol.timers import T3212, Timer

if TYPE_CHECKING:
    from nodes.ms.mobile import Mobile

ATTEMPTS = 4
"""The value of the location update attempt counter that ends quick attempts (4.4.4.9)."""

MOST_ACCESS_FAILURES = 2
"""How often a location updating without a channel is tried again by T3213 (11.2.1)."""

UNIT = 360_000_000
"""The unit of T3212 in system information: six minutes (TS 44.018 10.5.2.11)."""


class MobilityManagement(Procedure):
    """Calls of one mobile.

    ``waiting`` is a call that must wait for an update. ``by_gs``: the location was updated through the SGSN last.
    ``tried`` is the area of the last attempt to update; ``failed`` tells that it has failed, which is still to be
    followed up, ``retry`` that another one may be made there, ``update_due`` that its time has come. ``answered`` is
    the last challenge that was in order (RAND, AUTN, RES); ``periodic_at`` is when T3212 runs out. ``access_failures``
    counts attempts in this area for which there was no channel, ``refused`` tells that the last one was such.
    """

    __slots__ = (
        "access_failures",
        "answered",
        "attempts",
        "by_gs",
        "failed",
        "mobile",
        "periodic_at",
        "refused",
        "retry",
        "tried",
        "update_due",
        "waiting",
    )

    def __init__(self, mobile: "Mobile") -> None:
        super().__init__(mobile.stage)
        self.mobile = mobile
        self.periodic_at = 0
        self.waiting: CallOrder | None = None
        self.renew()

    def renew(self) -> None:
        """All is as it is when a mobile is switched on."""
        self.attempts = self.access_failures = 0
        self.refused = False
        self.tried: Lai | None = None
        self.answered: tuple[bytes, bytes | None, bytes] | None = None
        self.by_gs = self.failed = self.retry = self.update_due = False

    @property
    def subject(self) -> str:
        return self.mobile.subject

    def transmit(self, message: Any) -> None:
        """Send a message on the channel."""
        assert self.channel is not None
        self.channel.tell(message)

    def duration(self, timer: Timer) -> int:
        return self.periodic_at - int(self.stage.clock.now) if timer is T3212 else super().duration(timer)

    # --- what there is --------------------------------------------------------------------------------------------

    @property
    def cs_state(self) -> str:
        """The state as 24.008 calls it."""
        return mm_states.words(self.state)

    @property
    def channel(self) -> Channel | None:
        """The dedicated channel."""
        return next((child for child in self.children if isinstance(child, Channel)), None)

    @property
    def call(self) -> Call | None:
        """The call."""
        return next((child for child in self.children if isinstance(child, Call)), None)

    @property
    def identity(self) -> Imsi | Tmsi:
        """How the mobile names itself to the network of calls in this area (10.5.1.4)."""
        card, here = self.mobile.card, self.mobile.here
        known_here = card.tmsi is not None and here is not None and card.lai == here.rai.lai
        return card.tmsi if card.tmsi is not None and known_here else card.imsi

    # --- where the mobile stands ----------------------------------------------------------------------------------

    @property
    def through_sgsn(self) -> bool:
        """Whether packets see to the location for calls too (4.1.1.2.1).

        Where they have failed for long, or for ever, the mobile acts as in a network without Gs (4.7.3.2.5, 4.7.5.2.5).
        """
        mobile = self.mobile
        if not mobile.has_gs or "GPRS" in mobile.sim_invalid or mobile.state in states.LEFT_TO_CALLS:
            return False
        return mobile.wants_gprs or mobile.readiness.is_attached or mobile.state in states.INITIATED

    def is_known(self, here: SystemInformation) -> bool:
        """Whether the network of calls knows the mobile in this area; what the SGSN said is said again without Gs."""
        card = self.mobile.card
        if card.location_status is not UpdateStatus.UPDATED or card.lai != here.rai.lai:
            return False
        return not self.by_gs or here.nmo is NetworkModeOfOperation.MODE_I  # 4.1.1.2.2

    def is_located(self, here: SystemInformation) -> bool:
        """Whether it also knows that the mobile is on, as far as the cell wants that."""
        return self.is_known(here) and (self.mobile.imsi_attached or not (here.attach or self.through_sgsn))

    def may_speak(self, here: SystemInformation) -> bool:
        """Whether the mobile may use the network here, and has access now."""
        mobile = self.mobile
        return mobile.forbidden.isdisjoint((here.rai.plmn, here.rai.lai)) and not here.bars(mobile.card.imsi)

    def is_trying(self, here: SystemInformation) -> bool:
        """Whether another attempt in this area waits for its timer."""
        return self.state in TRYING and self.tried == here.rai.lai and not self.retry

    @property
    def is_served_by_itself(self) -> bool:
        """Whether a location updating of its own, not one through the SGSN, has brought it here."""
        here = self.mobile.here
        return here is not None and not self.by_gs and self.mobile.imsi_attached and self.is_located(here)

    @property
    def wants_to_update(self) -> bool:
        """Whether a location updating of its own must be, and can be."""
        mobile, here = self.mobile, self.mobile.here
        if not mobile.wants_calls or "non-GPRS" in mobile.sim_invalid or here is None or self.through_sgsn:
            return False
        if self.failed or self.is_trying(here):
            return False
        return self.may_speak(here) and (self.update_due or not self.is_located(here))

    @property
    def goes_first(self) -> bool:
        """Whether packets must wait: without Gs, class B updates the location area first (23.060 6.9.1).

        They must for a call, too, that waited for the end of the channel.
        """
        mobile, here, channel = self.mobile, self.mobile.here, self.channel
        if mobile.config.ms_class != "B" or here is None:
            return False
        ending = channel is not None and channel.over
        if ending and self.waiting is not None and self.is_located(here):
            return True
        if mobile.has_gs:
            return False
        return self.state is S.UPDATING or ((self.state in IDLE or ending) and self.wants_to_update)

    def find_service(self) -> S:
        """Be idle in the state that fits, or do what is to be done first (4.2.1.1)."""
        mobile, here = self.mobile, self.mobile.here
        if not mobile.wants_calls:
            return self.leave()
        if "non-GPRS" in mobile.sim_invalid:
            return self.conclude(S.NO_IMSI)
        if here is None:
            return self.conclude(S.NO_CELL_AVAILABLE)
        if not mobile.forbidden.isdisjoint((here.rai.plmn, here.rai.lai)):
            return self.conclude(S.LIMITED_SERVICE)
        if self.through_sgsn:
            self.failed = self.update_due = False
            return self.conclude(S.NORMAL_SERVICE if self.is_located(here) else S.UPDATE_PENDING)
        if self.failed:
            self.failed = False
            return self.conclude(self.try_again(here))
        if self.is_trying(here):
            return S(self.state)
        if not self.update_due and self.is_located(here):
            mobile.imsi_attached = True
            return self.conclude(self.await_period(here))
        return self.conclude(S.UPDATE_NEEDED) if here.bars(mobile.card.imsi) else self.update(here)

    def update(self, here: SystemInformation) -> S:
        """Begin a location updating."""
        if self.tried != here.rai.lai:
            self.attempts = self.access_failures = 0
        self.tried, self.retry = here.rai.lai, False
        self.start(LocationUpdating(self))
        return S.UPDATING

    def try_again(self, here: SystemInformation) -> S:
        """An attempt has failed: another one soon, or late; only in the known area it is served meanwhile (4.4.4.9).

        Where only a channel was missing, the first two are as good as not made (4.4.4.9 c).
        """
        refused, self.refused = self.refused, False
        if refused and self.access_failures < MOST_ACCESS_FAILURES:
            self.access_failures += 1
            return S.ACCESS_FAILED
        self.access_failures = 0
        self.attempts += 1
        if self.attempts < ATTEMPTS and self.is_located(here):
            self.update_due = True
            return S.UPDATE_AGAIN
        self.mobile.forget_location(UpdateStatus.NOT_UPDATED)
        if self.attempts < ATTEMPTS:
            return S.ATTEMPTING_TO_UPDATE
        period = here.t3212 * UNIT or self.stage.clock.duration(T3212)
        self.periodic_at = self.stage.clock.now + period
        return S.UPDATING_LATER

    def await_period(self, here: SystemInformation) -> S:
        """Served: T3212 runs, where the cell wants that; on in a cell with another period (4.4.2)."""
        if not here.t3212:
            return S.NORMAL_SERVICE
        now, period = self.stage.clock.now, here.t3212 * UNIT
        if self.state is not S.PERIODIC:
            self.periodic_at = now + period
        elif self.periodic_at - now > period:
            self.periodic_at = now + (self.periodic_at - now) % period
            self.hold_guard()
            self.release_guard()
        return S.PERIODIC

    def leave(self) -> S:
        """Calls are not wanted: say so where the cell wants to know (4.3.4)."""
        mobile, here = self.mobile, self.mobile.here
        packets_first = mobile.config.ms_class == "B" and mobile.state in states.INITIATED
        if not mobile.imsi_attached or self.through_sgsn or packets_first:
            self.end_children()
            return self.conclude(S.NULL)
        mobile.imsi_attached = False
        if here is not None and here.attach and (self.channel is not None or self.may_speak(here)):
            self.start(ImsiDetach(self))
            return self.conclude(S.DETACH_INITIATED)
        self.end_children()
        return self.conclude(S.NULL)

    def conclude(self, state: S) -> S:
        """It has come to ``state``: a call that waited begins, waits on, or cannot be."""
        order = self.waiting
        if order is None or state is S.UPDATING:
            return state
        if state is S.UPDATE_PENDING and self.mobile.state in states.PENDING:
            return state
        self.waiting = None
        if state in SERVED:
            return self.request_service(order)
        self.stage.reply(order.command, "failed", {"error": f"{self.subject} is in {mm_states.words(state)}"})
        return state

    def request_service(self, order: CallOrder) -> S:
        """Begin a call."""
        self.start(CmService(self, order))
        return S.WAIT_OUTGOING

    def ask_packets(self) -> None:
        """Have packets try again to update the location for both (4.2.2.2)."""
        assert self.waiting is not None
        if self.mobile.state not in states.PENDING:
            self.mobile.hear(AttachOrder(self.waiting.command, None))

    def tell_packets(self) -> None:
        """What calls have found out may concern packets: the area, the cell, or that calls must be attached again."""
        self.mobile.hear(CELL_HEARD)

    # --- orders ---------------------------------------------------------------------------------------------------

    def obey(self, order: AnswerOrder | CallOrder | HangUpOrder | LoseLink) -> str | None:
        """Take an order; why not, if it makes no sense now."""
        if isinstance(order, AnswerOrder):
            return None if self.deliver(order) else f"{self.subject} has no call that rings"
        if isinstance(order, LoseLink):
            if not self.hear(order):
                return f"{self.subject} has no dedicated channel"
            self.stage.reply(order.command, "done")
            return None
        if isinstance(order, HangUpOrder):
            return self._hang_up(order)
        if not self.mobile.wants_calls:
            return f"{self.subject} is not attached for calls"
        if CallOrder not in self.state.rows or self.waiting is not None:
            return f"{self.subject} is in {self.cs_state}: no call now"
        here = self.mobile.here
        if here is not None and here.bars(self.mobile.card.imsi):
            return f"{self.subject} may not use {self.mobile.cell.name}: its access class is barred"
        self.stage.reply(order.command, "accepted")
        self.hear(order)
        return None

    def _hang_up(self, order: HangUpOrder) -> str | None:
        waiting, self.waiting = self.waiting, None
        if waiting is not None:
            self.stage.reply(waiting.command, "failed", {"error": "hung up"})
            self.stage.reply(order.command, "done", {"call": None})
            return None
        return None if self.deliver(order) else f"{self.subject} has no call"

    # --- what comes on the channel --------------------------------------------------------------------------------

    def take(self, octets: bytes) -> None:
        """A message of MM; what cannot be taken is answered by MM STATUS, but for an MM STATUS (8)."""
        try:
            message = mm.decode(octets, up=False)
        except DecodeError as error:
            if error.cause is not None and octets[1] & 0x3F != MmStatus.code:
                self.tell(MmStatus(reject_cause=MmCause(error.cause)))
            raise
        if not self.deliver(message):
            self.stage.warn("mm state", f"{message.title} to {self.subject} in {self.cs_state}")
            self.tell(MmStatus(reject_cause=MmCause.MESSAGE_TYPE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE))
        elif self.state is S.WAIT_NETWORK_COMMAND:
            self.hold_guard()
            self.release_guard()  # T3240 runs anew (11.2.1)

    def take_call_control(self, octets: bytes) -> None:
        """A message of CC, for the call, or to begin one."""
        try:
            message = cc.decode(octets, up=False)
        except DecodeError as error:
            self._answer_error(octets, error)
            raise
        call = self.call
        if call is not None and call.takes(message):
            if not isinstance(message, SetupMt) and not call.hear(message):
                self.stage.warn("cc state", f"{message.title} to {self.subject} in {call.state.value}")
                if not isinstance(message, Status):
                    self.tell(call.status(CcCause.MESSAGE_TYPE_NOT_COMPATIBLE_WITH_PROTOCOL_STATE))
        elif not isinstance(message, SetupMt):
            self._refuse(message, CcCause.INVALID_TRANSACTION_IDENTIFIER_VALUE)
        elif call is not None:
            self._refuse(message, CcCause.USER_BUSY)
        elif message.transaction_identifier.flag or not self.hear(message):
            self.stage.warn("cc transaction", f"{message.title} to {self.subject} in {self.cs_state}: ignored")

    def _refuse(self, message: CcMessage, cause: CcCause) -> None:
        """Nothing here is about this transaction: every message but RELEASE COMPLETE ends it (8.3.1, 5.2.2.3.1)."""
        self.stage.warn("cc transaction", f"{message.title} to {self.subject}: {cause.words}")
        if not isinstance(message, ReleaseCompleteMt):
            self.tell(ReleaseCompleteMo(transaction_identifier=message.transaction_identifier.answer, cause=own(cause)))

    def _answer_error(self, octets: bytes, error: DecodeError) -> None:
        """Answer what cannot be read: SETUP is refused, DISCONNECT counts, all else gets a STATUS (8.4, 8.5)."""
        if error.cause is None:
            return
        identifier, at = take_identifier(octets)
        code, cause, call = octets[at] & 0x3F, CcCause(error.cause), self.call
        if call is None or call.identifier != identifier.answer:
            if code == SetupMt.code and not identifier.flag:
                self.tell(ReleaseCompleteMo(transaction_identifier=identifier.answer, cause=own(cause)))
        elif code == DisconnectMt.code:
            call.hear(DisconnectMt(transaction_identifier=identifier, cause=own(cause)))
        elif code != Status.code:
            self.tell(call.status(cause))

    # --- for procedures -------------------------------------------------------------------------------------------

    def open_channel(self, first: Any, reason: SuspensionCause) -> None:
        """Open the channel by this message."""
        self.start(Channel(self, first, reason))

    def end_procedures(self, why: str) -> None:
        """End what runs on the channel, which stays."""
        for child in self.children:
            if isinstance(child, CmService | Call):
                child.why = why
            if not isinstance(child, Channel):
                child.end()

    def hold_requests(self) -> None:
        """Stop the timers of what the mobile has asked for, as long as the network must prove itself (4.3.2.6)."""
        self._each(Procedure.hold_guard)

    def release_requests(self) -> None:
        """The network has: they run again."""
        self._each(Procedure.release_guard)

    def _each(self, do: Callable[[Procedure], None]) -> None:
        for child in self.children:
            if isinstance(child, LocationUpdating | CmService):
                do(child)
