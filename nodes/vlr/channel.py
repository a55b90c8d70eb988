"""The dedicated channel of a mobile, as the MSC sees it: an SCCP connection of the A interface (TS 48.008 3.1.9).

What the mobile says on it goes to the procedure that runs there; nobody's message is answered by a STATUS (24.008 8.4).
When nothing runs any more the channel is cleared.
"""

from typing import Any

from nodes.core.connections import Connection
from nodes.core.machine import Machine, Procedure, State
from nodes.vlr import access, call, location_updating
from nodes.vlr.access import Access
from nodes.vlr.call import Call
from nodes.vlr.events import (
    ACCESS_FAILED,
    ACCESSED,
    ASSOCIATION_LOST,
    CONNECTION_LOST,
    SUPERSEDED,
    UNPROVED,
    ConnectionLost,
    Detached,
    Superseded,
)
from nodes.vlr.location_updating import LocationUpdating
from nodes.vlr.paging import Paging
from nodes.vlr.subscribers import Subscriber
from protocol import bssmap, cc, mm, rr
from protocol.bssmap import (
    BssmapCause,
    BssmapMessage,
    ChosenAlgorithm,
    ClassmarkUpdate,
    ClearCommand,
    ClearComplete,
    ClearRequest,
    Dtap,
)
from protocol.causes import CcCause, MmCause
from protocol.cc import CcMessage, ReleaseCompleteMo, ReleaseCompleteMt
from protocol.errors import DecodeError
from protocol.identities import Lai
from protocol.mm import (
    CmReEstablishmentRequest,
    CmServiceReject,
    CmServiceRequest,
    ImsiDetachIndication,
    LocationUpdatingReject,
    LocationUpdatingRequest,
    MmMessage,
    MmStatus,
)
from protocol.rr import PagingResponse
from protocol.timers import X_CLEAR_COMMAND, X_FOLLOW_ON, Timer

DECODERS = {cc.PROTOCOL_DISCRIMINATOR: cc.decode, mm.PROTOCOL_DISCRIMINATOR: mm.decode, 6: rr.decode}
"""What may come on a channel, by its discriminator."""


class S(State):
    """States of the channel."""

    OPEN = "in use"
    FOLLOW_ON = "wait for CM SERVICE REQUEST"
    CLEARING = "wait for CLEAR COMPLETE"
    GONE = "released"


class Channel(Procedure):
    """The channel of a mobile in the location area ``area``; whose it is, is known once the mobile is verified.

    ``paged``: whom the mobile says to be that has answered a page. ``classmark`` is what it has told of itself,
    ``cipher`` the algorithm that is agreed on; ``secured``: the mobile has answered to that.
    """

    __slots__ = ("area", "cipher", "classmark", "connected", "connection", "paged", "secured", "subscriber")

    def __init__(self, stage: Any, connection: Connection, area: Lai) -> None:
        super().__init__(stage)
        self.connection = connection
        self.connected = True
        self.area = area
        self.paged: Subscriber | None = None
        self.subscriber: Any = None
        self.classmark: Any = None
        self.cipher = ChosenAlgorithm.NO_ENCRYPTION
        self.secured = False

    @property
    def subject(self) -> str:
        return f"channel {int(self.connection.local)}" if self.subscriber is None else self.subscriber.subject

    def transmit(self, message: Any) -> None:
        """To the BSS, or through it to the mobile."""
        carried = message if isinstance(message, BssmapMessage) else Dtap(message=message.encode())
        self.connection.send(carried.encode())

    def ended(self) -> None:
        if self.connected:
            self.connection.release()
        if self.paged is not None:
            self.paged.tell_children(ACCESS_FAILED)
        owner = self.subscriber
        if owner is not None and owner.channel is self:
            owner.channel = None
            owner.hear(UNPROVED)

    @property
    def call(self) -> Call | None:
        """The call on it."""
        return next((child for child in self.children if isinstance(child, Call)), None)

    @property
    def is_taken(self) -> bool:
        """True while a call is on it, or is about to be."""
        return any(isinstance(child, Access | Call) for child in self.children)

    # --- for procedures -------------------------------------------------------------------------------------------

    def recognise(self, subscriber: Subscriber) -> None:
        """The mobile says to be this subscriber; one that is paged is not paged any more (29.018 5.2)."""
        for child in self.children:
            if isinstance(child, Access) and isinstance(child.request, PagingResponse):
                self.paged = subscriber
                subscriber.tell_children(child.request)

    def adopt(self, subscriber: Subscriber) -> None:
        """The mobile is this subscriber; a channel that it had before is of no use any more."""
        before, subscriber.channel = subscriber.channel, self
        self.subscriber = subscriber
        if before is not None and before is not self:
            before.hear(SUPERSEDED)

    def clear(self, cause: BssmapCause) -> S:
        """Have the channel released."""
        self.end_children()
        self.ask(ClearCommand(cause=cause))
        return S.CLEARING

    # --- what comes in --------------------------------------------------------------------------------------------

    def received(self, octets: bytes) -> None:
        """A message of the BSS about the channel, or of the mobile on it. DecodeError for what cannot be read."""
        if octets[:1] == bytes((bssmap.DTAP,)):
            self.take(bssmap.decode_dtap(octets).message)
            return
        message = bssmap.decode(octets, up=True)
        if not self.deliver(message):
            self.stage.warn("bssmap state", f"{message.title} on {self.subject} is not awaited")

    def released(self, why: str) -> None:
        """The connection is no more."""
        del why
        self.connected = False
        self.hear(CONNECTION_LOST)

    def take(self, octets: bytes) -> None:
        """A message of the mobile; one that comes while the channel is being cleared is late."""
        if self.state is S.CLEARING:
            return
        decode = DECODERS.get(octets[0] & 15) if octets else None
        if decode is None:
            raise DecodeError(f"{octets[:1].hex() or 'nothing'} is of no protocol of this interface")
        try:
            message: Any = decode(octets, up=True)
        except DecodeError as error:
            self._answer_error(octets, error)
            raise
        if isinstance(message, CcMessage):
            self._take_call_control(message)
        elif not self.deliver(message):
            self.stage.warn("mm state", f"{message.title} from {self.subject} in {self.state.value}")
            if isinstance(message, MmMessage) and not isinstance(message, MmStatus):
                self.tell(MmStatus(reject_cause=MmCause.MESSAGE_TYPE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE))

    def _take_call_control(self, message: CcMessage) -> None:
        """To the call; of a transaction that is not known every message but RELEASE COMPLETE ends it (8.3.1)."""
        current = self.call
        if current is None or not current.takes(message):
            self.stage.warn("cc transaction", f"{message.title} of {self.subject}: no such transaction")
            if not isinstance(message, ReleaseCompleteMo):
                cause = cc.Cause(CcCause.INVALID_TRANSACTION_IDENTIFIER_VALUE)
                identifier = message.transaction_identifier.answer
                self.tell(ReleaseCompleteMt(transaction_identifier=identifier, cause=cause))
        elif not current.hear(message):
            self.stage.warn("cc state", f"{message.title} from {self.subject} in {current.state.value}")
            if not isinstance(message, cc.Status):
                self.tell(current.status(CcCause.MESSAGE_TYPE_NOT_COMPATIBLE_WITH_PROTOCOL_STATE))

    def _answer_error(self, octets: bytes, error: DecodeError) -> None:
        """Answer what cannot be read (8): a request by its reject, all else by a STATUS of its protocol."""
        current = self.call
        if error.cause is None or octets[0] & 15 == 6:
            return
        if octets[0] & 15 == cc.PROTOCOL_DISCRIMINATOR:
            if current is not None:
                self.tell(current.status(CcCause(error.cause)))
            return
        cause = MmCause(error.cause)
        code = octets[1] & 0x3F
        if code == LocationUpdatingRequest.code:
            self.tell(LocationUpdatingReject(reject_cause=cause))
        elif code == CmServiceRequest.code:
            self.tell(CmServiceReject(reject_cause=cause))
        elif code != MmStatus.code:
            self.tell(MmStatus(reject_cause=cause))

    def begin_with(self, octets: bytes) -> None:
        """The message with which the mobile opened the channel; if nothing comes of it the channel is cleared."""
        try:
            self.take(octets)
        finally:
            if self.state is S.OPEN and not self.children:
                self.hear(SUPERSEDED)


def update_requested(channel: Channel, event: LocationUpdatingRequest) -> S:
    """Location updating begins."""
    if not channel.children:
        channel.classmark = event.mobile_station_classmark
        channel.start(LocationUpdating(channel, event))
    return S.OPEN


def service_requested(channel: Channel, event: CmServiceRequest) -> S:
    """A mobile wants to call; one call at a time is all that there is room for."""
    if channel.children:
        channel.tell(CmServiceReject(reject_cause=MmCause.CONGESTION))
    else:
        channel.classmark = event.mobile_station_classmark
        channel.start(Access(channel, event))
    return S.OPEN


def page_answered(channel: Channel, event: PagingResponse) -> S:
    """A mobile answers."""
    if not channel.children:
        channel.classmark = event.mobile_station_classmark
        channel.start(Access(channel, event))
    return S.OPEN


def re_establishment_requested(channel: Channel, event: CmReEstablishmentRequest) -> S:
    """The call that it had is gone (24.008 4.5.1.6)."""
    channel.tell(CmServiceReject(reject_cause=MmCause.CALL_CANNOT_BE_IDENTIFIED))
    return channel.clear(BssmapCause.CALL_CONTROL)


def detach_indicated(channel: Channel, event: ImsiDetachIndication) -> S:
    """The mobile leaves; it is not answered, and not asked for proof (24.008 4.3.4)."""
    subscriber = channel.stage.register.identify(event.mobile_identity)
    if subscriber is not None:
        detach = Detached("explicit")
        subscriber.tell_children(detach)
        subscriber.association.hear(ASSOCIATION_LOST)
        subscriber.hear(detach)
    return channel.clear(BssmapCause.CALL_CONTROL)


def classmark_told(channel: Channel, event: ClassmarkUpdate) -> S:
    """The BSS tells unasked what the mobile can do (48.008 3.1.13)."""
    channel.classmark = event.classmark_information_type_2
    return S.OPEN


def update_over(channel: Channel, event: LocationUpdating) -> S:
    """Nothing more to do here, unless the mobile has said that it wants more (24.008 4.4.4.6)."""
    if event.proceeds:
        return S.FOLLOW_ON
    return channel.clear(BssmapCause.CALL_CONTROL)


def nothing_followed(channel: Channel, event: Timer) -> S:
    """The mobile does not want anything, after all."""
    return channel.clear(BssmapCause.CALL_CONTROL)


def service_accepted(channel: Channel, event: Access) -> S:
    """Wait for it to say whom it calls."""
    channel.start(Call(channel))
    return S.OPEN


def page_verified(channel: Channel, event: Access) -> S:
    """Offer the call, if there still is one."""
    paging = channel.subscriber.child(Paging)
    channel.paged = None
    if paging is None or not paging.hear(ACCESSED):
        return channel.clear(BssmapCause.CALL_CONTROL)
    channel.start(Call(channel, paging.order))
    return S.OPEN


def access_refused(channel: Channel, event: Access) -> S:
    """Nothing more to do here."""
    return channel.clear(BssmapCause.CALL_CONTROL)


def call_over(channel: Channel, event: Call) -> S:
    """Nothing more to do here."""
    return channel.clear(BssmapCause.CALL_CONTROL)


def superseded(channel: Channel, event: Superseded) -> S:
    """The mobile is elsewhere, or nothing came of its first message."""
    return channel.clear(BssmapCause.CALL_CONTROL)


def clear_requested(channel: Channel, event: ClearRequest) -> S:
    """The BSS has lost the mobile: whatever ran is over (48.008 3.1.9.2)."""
    return channel.clear(event.cause)


def requested_again(channel: Channel, event: ClearRequest) -> S:
    """Our command crosses it."""
    return S.CLEARING


def cleared(channel: Channel, event: ClearComplete) -> S:
    """The channel is free."""
    return S.GONE


def never_cleared(channel: Channel, event: Timer) -> S:
    """The BSS does not say so: the connection goes all the same."""
    return S.GONE


def lost(channel: Channel, event: ConnectionLost) -> S:
    """The connection is gone, and with it whatever ran."""
    return S.GONE


CHANNEL = Machine(
    "dedicated channel, MSC side",
    clause="48.008 3.1.9",
    of=Channel,
    initial=S.OPEN,
    final=(S.GONE,),
    guards={S.FOLLOW_ON: X_FOLLOW_ON, S.CLEARING: X_CLEAR_COMMAND},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.OPEN, LocationUpdatingRequest, update_requested, (S.OPEN,)),
        (S.OPEN, CmServiceRequest, service_requested, (S.OPEN,)),
        (S.OPEN, PagingResponse, page_answered, (S.OPEN,)),
        (S.OPEN, CmReEstablishmentRequest, re_establishment_requested, (S.CLEARING,)),
        (S.OPEN, ClassmarkUpdate, classmark_told, (S.OPEN,)),
        ((S.OPEN, S.FOLLOW_ON), ImsiDetachIndication, detach_indicated, (S.CLEARING,)),
        (S.OPEN, location_updating.S.OVER, update_over, (S.FOLLOW_ON, S.CLEARING)),
        (S.FOLLOW_ON, CmServiceRequest, service_requested, (S.OPEN,)),
        (S.FOLLOW_ON, X_FOLLOW_ON, nothing_followed, (S.CLEARING,)),
        (S.OPEN, access.S.ORIGINATING, service_accepted, (S.OPEN,)),
        (S.OPEN, access.S.TERMINATING, page_verified, (S.OPEN, S.CLEARING)),
        (S.OPEN, access.S.REFUSED, access_refused, (S.CLEARING,)),
        (S.OPEN, call.S.RELEASED, call_over, (S.CLEARING,)),
        ((S.OPEN, S.FOLLOW_ON), Superseded, superseded, (S.CLEARING,)),
        ((S.OPEN, S.FOLLOW_ON), ClearRequest, clear_requested, (S.CLEARING,)),
        (S.CLEARING, ClearRequest, requested_again, (S.CLEARING,)),
        (S.CLEARING, ClearComplete, cleared, (S.GONE,)),
        (S.CLEARING, X_CLEAR_COMMAND, never_cleared, (S.GONE,)),
        ((S.OPEN, S.FOLLOW_ON, S.CLEARING), ConnectionLost, lost, (S.GONE,)),
    ],
)
