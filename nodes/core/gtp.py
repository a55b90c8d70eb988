"""GTP-C between support nodes: requests and their responses, beneath the procedures (TS 29.060 7.6, 11.1, 11.4).

A request is repeated until its response comes or N3-REQUESTS are reached; a request that comes twice is answered twice
alike; what nobody waits for is dropped. An SGSN Context Response is treated as a request too: it is repeated until its
acknowledge comes, and the acknowledge is repeated as often as the response.

A GSN is known by its address; the link that octets come over is the path to the node that has it.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Generic, TypeVar

from nodes.core.clock import Clock
from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.core.node import Node
from nodes.core.outputs import Name
from protocol import gtp
from protocol.causes import GtpCause
from protocol.errors import DecodeError
from protocol.gtp import (
    EchoRequest,
    EchoResponse,
    ErrorIndication,
    ExtensionHeaderType,
    ExtensionHeaderTypeList,
    GtpMessage,
    GtpRequest,
    IdentificationRequest,
    IdentificationResponse,
    SgsnContextAcknowledge,
    SgsnContextRequest,
    SgsnContextResponse,
    SupportedExtensionHeadersNotification,
    TPdu,
    VersionNotSupported,
)
from protocol.identities import GsnAddress, Teid
from protocol.timers import T3_RESPONSE, Timer

NO_TEID = Teid(0)
"""Of a message that belongs to no tunnel, and where the peer's TEID is not known (8.2)."""

RESPONSES: dict[type[GtpMessage], Any] = {
    EchoRequest: EchoResponse,
    gtp.CreatePdpContextRequest: gtp.CreatePdpContextResponse,
    gtp.UpdatePdpContextRequest: gtp.UpdatePdpContextResponse,
    gtp.GgsnInitiatedUpdatePdpContextRequest: gtp.UpdatePdpContextResponse,
    gtp.DeletePdpContextRequest: gtp.DeletePdpContextResponse,
    gtp.PduNotificationRequest: gtp.PduNotificationResponse,
    gtp.PduNotificationRejectRequest: gtp.PduNotificationRejectResponse,
    IdentificationRequest: IdentificationResponse,
    SgsnContextRequest: SgsnContextResponse,
}
"""What answers what."""

MOST = 16384
"""How many answers are remembered at a time."""

MOST_OUTSTANDING = 60_000
"""How many requests of ours wait for their answer at a time: there are few more sequence numbers (8.2)."""

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """What is remembered for a time, by key; where it would be too much, the oldest goes first."""

    __slots__ = ("_capacity", "_clock", "_entries", "_lifetime")

    def __init__(self, clock: Clock, lifetime: int, capacity: int = MOST) -> None:
        self._clock = clock
        self._lifetime = lifetime
        self._capacity = capacity
        self._entries: OrderedDict[Hashable, tuple[int, Value]] = OrderedDict()  # by time, as all live equally long

    def __len__(self) -> int:
        return len(self._entries)

    def keep(self, key: Hashable, value: Value) -> None:
        """Remember a value from now on."""
        entries = self._entries
        entries.pop(key, None)
        entries[key] = (self._clock.now + self._lifetime, value)
        while len(entries) > self._capacity or next(iter(entries.values()))[0] <= self._clock.now:
            entries.popitem(last=False)

    def find(self, key: Hashable) -> Value | None:
        """What is remembered, if it is not too old."""
        entry = self._entries.get(key)
        return entry[1] if entry is not None and entry[0] > self._clock.now else None


class Incoming:
    """A request of a peer, and what it was answered by, if it was."""

    __slots__ = ("_answer", "_gtp", "imsi", "message", "octets", "peer")

    def __init__(self, layer: "Gtp", peer: Name, message: Any, octets: bytes) -> None:
        self._gtp = layer
        self.peer = peer
        self.message = message
        self.octets = octets
        self.imsi = ""
        self._answer = b""

    @property
    def key(self) -> tuple[Name, int]:
        """What it is known by on its path."""
        return self.peer, self.message.sequence_number

    def answer(self, response: GtpMessage) -> None:
        """Answer it, and its repeats from now on."""
        if getattr(response, "recovery", None) is not None:
            self._gtp.told.add(self.peer)
        self._answer = response.replace(sequence_number=self.message.sequence_number).encode()
        self._gtp.remember(self)
        self.repeat_answer()

    def repeat_answer(self) -> None:
        """It came once more: answer alike, if there is an answer."""
        if self._answer:
            self._gtp.send(self.peer, self._answer, self.imsi)


class S(State):
    """States of a transaction."""

    START = "start"
    WAIT_ANSWER = "wait for the answer"
    ANSWERED = "answered"
    NO_RESPONSE = "no response"


class Answer:
    """The layer → transaction: what was awaited has come."""

    __slots__ = ("message",)

    def __init__(self, message: GtpMessage) -> None:
        self.message = message


class Unreadable:
    """The layer → transaction: what was awaited has come, but cannot be read (11.1.5, 11.1.7)."""

    __slots__ = ("error",)

    def __init__(self, error: DecodeError) -> None:
        self.error = error


class Transaction(Procedure):
    """One request to the GSN at ``address``; it is the child of whoever asks. ``why`` tells why there is no answer.

    ``unreadable`` is True where none will come: one was there, but cannot be read, or nothing was sent.
    """

    __slots__ = ("address", "answer", "gtp", "imsi", "message", "peer", "sequence", "unreadable", "why")

    def __init__(
        self, parent: Procedure | None, layer: "Gtp", address: GsnAddress, message: GtpMessage, imsi: str
    ) -> None:
        super().__init__(layer.node, parent)
        self.gtp = layer
        self.address = address
        self.peer = layer.path_to(address)
        self.message = message
        self.imsi = imsi
        self.sequence = -1
        self.answer: Any = None
        self.unreadable = False
        self.why = ""

    def transmit(self, message: Any) -> None:
        self.gtp.send(self.peer, message.encode(), self.imsi)

    def ended(self) -> None:
        self.gtp.outstanding.pop(self.sequence, None)

    def enlist(self) -> None:
        """Be found by what is awaited."""
        self.sequence = self.gtp.next_sequence()
        self.message = self.message.replace(sequence_number=self.sequence)
        self.gtp.outstanding[self.sequence] = self

    def acknowledge(self, acknowledge: GtpMessage) -> None:
        """Say once more that the answer has come: an SGSN Context Acknowledge, now and for each repeat of it (7.6)."""
        octets = acknowledge.replace(sequence_number=self.sequence).encode()
        self.gtp.acknowledges.keep((self.peer, self.sequence), (octets, self.imsi))
        self.gtp.send(self.peer, octets, self.imsi)


class AcknowledgedResponse(Transaction):
    """An SGSN Context Response, which awaits its acknowledge under the sequence number of the request (7.5.4, 7.6)."""

    __slots__ = ("incoming",)

    def __init__(self, parent: Procedure, layer: "Gtp", incoming: Incoming, message: GtpMessage) -> None:
        super().__init__(parent, layer, layer.own, message, incoming.imsi)
        self.incoming = incoming
        self.peer = incoming.peer

    def transmit(self, message: Any) -> None:
        self.incoming.answer(message)

    def ended(self) -> None:
        self.gtp.unacknowledged.pop(self.incoming.key, None)

    def enlist(self) -> None:
        self.gtp.unacknowledged[self.incoming.key] = self


def begun(transaction: Transaction, event: Begin) -> S:
    """Send it, if there is a sequence number for it."""
    if len(transaction.gtp.outstanding) >= MOST_OUTSTANDING:
        transaction.why = f"{MOST_OUTSTANDING} requests wait for their answers already"
        transaction.unreadable = True
        transaction.stage.warn("gtp congestion", f"{transaction.message.title} is not sent: {transaction.why}")
        return S.NO_RESPONSE
    transaction.enlist()
    transaction.ask(transaction.message)
    return S.WAIT_ANSWER


def answered(transaction: Transaction, event: Answer) -> S:
    """It has come. That an SGSN Context Response may be repeated until it is acknowledged is no error."""
    transaction.answer = event.message
    if getattr(transaction.message, "recovery", None) is not None:
        transaction.gtp.told.add(transaction.peer)
    if isinstance(event.message, SgsnContextResponse):
        transaction.gtp.acknowledges.keep((transaction.peer, transaction.sequence), (b"", ""))
    return S.ANSWERED


def unreadable(transaction: Transaction, event: Unreadable) -> S:
    """It has come, and is of no use: the procedure has failed."""
    transaction.unreadable = True
    transaction.why = event.error.why
    return S.NO_RESPONSE


def unanswered(transaction: Transaction, event: Timer) -> S:
    """Sent N3-REQUESTS times in vain."""
    transaction.why = f"no answer of {transaction.peer} to {transaction.message.title}"
    transaction.gtp.told.discard(transaction.peer)
    return S.NO_RESPONSE


TRANSACTION = Machine(
    "GTP transaction",
    clause="29.060 7.6",
    of=Transaction,
    initial=S.START,
    final=(S.ANSWERED, S.NO_RESPONSE),
    guards={S.WAIT_ANSWER: T3_RESPONSE},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_ANSWER, S.NO_RESPONSE)),
        (S.WAIT_ANSWER, Answer, answered, (S.ANSWERED,)),
        (S.WAIT_ANSWER, Unreadable, unreadable, (S.NO_RESPONSE,)),
        (S.WAIT_ANSWER, T3_RESPONSE, unanswered, (S.NO_RESPONSE,)),
    ],
)


class Gtp:
    """The transactions of one node.

    ``gsns`` maps addresses to nodes; ``services`` says what to do with each request that this node expects;
    ``headers`` are the extension headers that it knows; ``restarted`` is told of a peer that has restarted;
    ``user_plane`` gets what comes through tunnels. ``up``: it is a GGSN. ``told`` are the peers that know how often
    this node has restarted.
    """

    def __init__(
        self,
        node: Node,
        own: GsnAddress,
        gsns: Mapping[GsnAddress, Name],
        services: Mapping[type[GtpRequest], Callable[[Incoming], None]],
        *,
        restarted: Callable[[Name], None],
        user_plane: Callable[[Name, TPdu | ErrorIndication], None],
        headers: tuple[ExtensionHeaderType, ...] = (),
        up: bool = False,
    ) -> None:
        self.node = node
        self.own = own
        self.outstanding: dict[int, Transaction] = {}
        self.unacknowledged: dict[tuple[Name, int], AcknowledgedResponse] = {}
        lifetime = node.clock.duration(T3_RESPONSE) * T3_RESPONSE.expiries
        self.acknowledges: Recent[tuple[bytes, str]] = Recent(node.clock, lifetime)
        self.recoveries: dict[Name, int] = {}
        self._answers: Recent[Incoming] = Recent(node.clock, lifetime)
        self._gsns = dict(gsns)
        self._names = frozenset(gsns.values())
        self._services: dict[type[GtpRequest], Callable[[Incoming], None]] = {EchoRequest: self._echo, **services}
        self._restarted = restarted
        self._user_plane = user_plane
        self.told: set[Name] = set()
        self._headers = headers
        self._up = up
        self._last = node.rng.getrandbits(16)
        self._teids: set[int] = set()

    # --- for procedures ---------------------------------------------------------------------------------------------

    def request(self, parent: Procedure, address: GsnAddress, message: GtpRequest, imsi: str = "") -> Transaction:
        """A request to another GSN, to be started by its parent."""
        return Transaction(parent, self, address, message, imsi)

    def respond(self, parent: Procedure, incoming: Incoming, message: SgsnContextResponse) -> Transaction:
        """A response that awaits its acknowledge, to be started by its parent."""
        return AcknowledgedResponse(parent, self, incoming, message)

    def allocate_teid(self) -> Teid:
        """A tunnel endpoint that nothing else here has."""
        while not (teid := self.node.rng.getrandbits(32)) or teid in self._teids:
            pass
        self._teids.add(teid)
        return Teid(teid)

    def release_teid(self, teid: Teid) -> None:
        """The tunnel is gone."""
        self._teids.discard(teid)

    @property
    def teids(self) -> int:
        """How many tunnel endpoints there are."""
        return len(self._teids)

    @property
    def recovery(self) -> int:
        """How often this node has restarted (7.7.11)."""
        return self.node.restarts % 256

    def recovery_to(self, peer: Name) -> int | None:
        """How often this node has restarted, for a message to a peer that does not know (7.7.11); None where it does.

        It knows once it has answered a request that told it, or was told in an answer; until a request to it stays
        without an answer, or it restarts itself. A request that is lost must not make the next one keep silent: the
        first that tells of a restart ends all that was before it.
        """
        return None if peer in self.told else self.recovery

    # --- for transactions -------------------------------------------------------------------------------------------

    def path_to(self, address: GsnAddress) -> Name:
        """The node that has an address; nothing where there is none."""
        return self._gsns.get(address, "")

    def next_sequence(self) -> int:
        """A sequence number that no request of ours has that is not answered yet."""
        while True:
            self._last = (self._last + 1) & 0xFFFF
            if self._last not in self.outstanding:
                return self._last

    def send(self, peer: Name, octets: bytes, imsi: str = "") -> None:
        """Send octets over a path. Without one they are lost, as T3-RESPONSE will tell."""
        if not peer:
            self.node.warn("gtp route", "no GSN has that address", octets)
            return
        self.node.send(peer, "gn", octets, {"imsi": imsi} if imsi else None)

    def remember(self, incoming: Incoming) -> None:
        """Know a request again when it is repeated."""
        self._answers.keep(incoming.key, incoming)

    # --- what comes in ----------------------------------------------------------------------------------------------

    def receive(self, peer: Name, octets: bytes) -> None:
        """Take a GTP message. A DecodeError that leaves has been answered, if an answer is due."""
        if peer not in self._names:
            raise DecodeError(f"{peer} is no GSN that this one knows")
        try:
            message = gtp.decode(octets, up=self._up)
            self._check(message)
        except DecodeError as error:
            self._refuse(peer, octets, error)
            raise
        if isinstance(message, TPdu | ErrorIndication):
            if isinstance(message, ErrorIndication):
                self.told.discard(peer)  # whoever has lost a tunnel may have lost our counter, too
            self._user_plane(peer, message)
            return
        recovery = getattr(message, "recovery", None)
        if recovery is not None:
            self._note_recovery(peer, recovery)
        if isinstance(message, GtpRequest):
            self._requested(peer, message, octets)
        else:
            self._answered(peer, message, octets)

    def _check(self, message: GtpMessage) -> None:
        """Refuse what the codec can read and this node cannot take."""
        for header in message.extension_headers:
            if header.type.endpoint_must_know and header.type not in self._headers:
                told = f"extension header {header.type.words} is not supported"
                raise DecodeError(told, GtpCause.UNKNOWN_MANDATORY_EXTENSION_HEADER)
        if isinstance(message, GtpRequest) and message.sequence_number is None:
            raise DecodeError(f"{message.title} without sequence number: its answer could not be matched")

    def _refuse(self, peer: Name, octets: bytes, error: DecodeError) -> None:
        """Answer what cannot be read, where 11.1 wants an answer."""
        if error.cause == GtpCause.VERSION_NOT_SUPPORTED:
            self.send(peer, VersionNotSupported(teid=NO_TEID, sequence_number=0).encode())
            return
        if error.cause is None or not octets[0] & 2:
            return
        if error.cause == GtpCause.UNKNOWN_MANDATORY_EXTENSION_HEADER:
            types = ExtensionHeaderTypeList(self._headers)
            message = SupportedExtensionHeadersNotification(
                teid=NO_TEID, sequence_number=0, extension_header_type_list=types
            )
            self.send(peer, message.encode())
        sequence = octets[8] << 8 | octets[9]
        kind = (GtpMessage.up if self._up else GtpMessage.down)[octets[1]]
        if issubclass(kind, GtpRequest):
            if kind in self._services and kind is not EchoRequest:  # an Echo Response has no cause
                response = RESPONSES[kind](teid=NO_TEID, sequence_number=sequence, cause=error.cause)
                self.send(peer, response.encode())
            return
        transaction = self._asked(peer, kind, sequence)
        if transaction is not None:
            transaction.hear(Unreadable(error))

    def _requested(self, peer: Name, message: GtpRequest, octets: bytes) -> None:
        known = self._answers.find((peer, message.sequence_number))
        if known is not None and known.octets == octets:
            known.repeat_answer()
            return
        service = self._services.get(type(message))
        if service is None:
            self.node.warn("gtp unexpected", f"{message.title} from {peer} is not expected here", octets)
            return
        incoming = Incoming(self, peer, message, octets)
        self.remember(incoming)
        service(incoming)

    def _answered(self, peer: Name, message: GtpMessage, octets: bytes) -> None:
        sequence = message.sequence_number
        transaction = None if sequence is None else self._asked(peer, type(message), sequence)
        if transaction is not None:
            transaction.hear(Answer(message))
            return
        if isinstance(message, SgsnContextResponse):
            acknowledge = self.acknowledges.find((peer, sequence))
            if acknowledge is not None:
                if acknowledge[0]:
                    self.send(peer, *acknowledge)
                return
        self.node.warn("gtp unexpected", f"{message.title} from {peer}, which nobody awaits", octets)

    def _asked(self, peer: Name, kind: type, sequence: int) -> Transaction | None:
        """The transaction that a message of this kind ends."""
        if kind is SgsnContextAcknowledge:
            return self.unacknowledged.get((peer, sequence))
        transaction = self.outstanding.get(sequence)
        if transaction is None or transaction.peer != peer or RESPONSES[type(transaction.message)] is not kind:
            return None
        return transaction

    def _echo(self, incoming: Incoming) -> None:
        """We are alive, and have restarted so often."""
        incoming.answer(EchoResponse(teid=NO_TEID, recovery=self.recovery))

    def _note_recovery(self, peer: Name, recovery: int) -> None:
        """A peer that tells another restart counter than before has restarted (11.4)."""
        before = self.recoveries.get(peer)
        self.recoveries[peer] = recovery
        if before is not None and before != recovery:
            self.told.discard(peer)
            self._restarted(peer)
