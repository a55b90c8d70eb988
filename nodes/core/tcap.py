"""Dialogues: TCAP transactions with their invokes and timers (Q.771 to Q.774, TS 29.002 15), beneath the procedures.

A procedure begins a dialogue, or is given one that a peer began. It hears of what comes by :meth:`User.hear`: the typed
argument of an invoke, the typed result of its own, :class:`Refused` for an error, :class:`NoAnswer` for everything that
ends its hope: a timer, a reject, an abort, a peer that cannot be reached.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from nodes.core.clock import Running
from nodes.core.machine import Procedure
from nodes.core.node import Node
from nodes.core.outputs import Interface, Name
from nodes.core.sccp import Reassembly
from protocol import sccp, tcap
from protocol.errors import DecodeError
from protocol.identities import Gt
from protocol.map.contexts import ApplicationContext
from protocol.map.operations import OPERATIONS, ErrorCode, Operation, operation_of
from protocol.sccp import Address
from protocol.timers import MAP_M, MAP_ML, MAP_S, X_SEGMENTS, Timer

CLASSES = {"s": MAP_S, "m": MAP_M, "ml": MAP_ML}
"""The timer of an operation, by its class in TS 29.002 17.1.2."""


class Refused:
    """The peer answered an invoke with an error."""

    __slots__ = ("error", "parameter")

    def __init__(self, error: ErrorCode, parameter: Any) -> None:
        self.error = error
        self.parameter = parameter


class NoAnswer:
    """An invoke will not be answered any more."""

    __slots__ = ("why",)

    def __init__(self, why: str) -> None:
        self.why = why


class Closed:
    """The peer has ended the dialogue, in which nothing was left to answer."""


class User(Protocol):
    """Who uses a dialogue."""

    def hear(self, event: Any) -> bool:
        """Take what came; False if it cannot be taken now."""


class Invocation:
    """One of our invokes that waits for its answer."""

    __slots__ = ("dialogue", "number", "operation", "running")

    def __init__(self, dialogue: "Dialogue", number: int, operation: Operation) -> None:
        self.dialogue = dialogue
        self.number = number
        self.operation = operation
        self.running: Running | None = None

    def expired(self, timer: Timer) -> None:
        """No answer in time: the dialogue is given up (TS 29.002 15.3.4)."""
        self.dialogue.lost(f"{self.operation.name} not answered within {timer}")


class Dialogue:
    """One transaction with a peer."""

    __slots__ = (
        "_asked",
        "_components",
        "_confirmed",
        "_invocations",
        "_number",
        "closed",
        "context",
        "imsi",
        "local",
        "peer",
        "remote",
        "tcap",
        "user",
    )

    def __init__(self, layer: "Tcap", local: int, peer: Address, context: ApplicationContext | None) -> None:
        self.tcap = layer
        self.local = local
        self.remote: bytes | None = None
        self.peer = peer
        self.context = context
        self.user: User | None = None
        self.imsi = ""
        self.closed = False
        """Either side has left the transaction: what is sent in it goes nowhere."""
        self._confirmed = False
        self._number = 0
        self._components: list[Any] = []
        self._asked: dict[int, Any] = {}
        self._invocations: dict[int, Invocation] = {}

    # --- for the user -----------------------------------------------------------------------------------------------

    def invoke(self, argument: Any) -> None:
        """Put an invoke into the next message; its timer runs from now, unless nothing is to come of it (class 4)."""
        number = self._number
        self._number = (number + 1) % 128
        operation = OPERATIONS[operation_of(type(argument))]
        if operation.results or operation.errors:
            invocation = Invocation(self, number, operation)
            self._invocations[number] = invocation
            timer = CLASSES[operation.timer]
            invocation.running = self.tcap.node.clock.start(timer, invocation)
        self._components.append(tcap.invoke(number, argument))

    def answer(self, result: Any) -> None:
        """Put the result of the peer's invoke into the next message."""
        operation = operation_of(type(result))
        for number, asked in self._asked.items():
            if asked == operation:
                del self._asked[number]
                self._components.append(tcap.result(number, result))
                return
        raise AssertionError(f"nobody asked for {type(result).__name__}")

    def refuse(self, error: Any) -> None:
        """Put an error for the peer's first open invoke into the next message: its code, or its parameter."""
        number = next(iter(self._asked))
        del self._asked[number]
        self._components.append(tcap.error(number, error))

    def send(self) -> None:
        """Send what was put together: TC-BEGIN at first, TC-CONTINUE later; nothing where the peer has left."""
        if self.closed:
            return
        components, self._components = tuple(self._components), []
        local = self.local.to_bytes(4, "big")
        if self.remote is None:
            opening = None if self.context is None else tcap.Aarq(application_context=self.context)
            self.tcap.transmit(self, tcap.Begin(otid=local, dialogue=opening, components=components).encode())
        else:
            message = tcap.Continue(otid=local, dtid=self.remote, dialogue=self._confirm(), components=components)
            self.tcap.transmit(self, message.encode())

    def end(self) -> None:
        """Send what was put together as TC-END; the dialogue is over. A peer that left or never came hears nothing."""
        gone = self.closed
        self.forget()
        if not gone and self.remote is not None:
            components = tuple(self._components)
            message = tcap.End(dtid=self.remote, dialogue=self._confirm(), components=components)
            self.tcap.transmit(self, message.encode())

    def abort(self) -> None:
        """Give the dialogue up; the peer is told, if it has answered before."""
        gone = self.closed
        self.forget()
        if not gone and self.remote is not None:
            opening = tcap.Abrt(abort_source=tcap.AbortSource.DIALOGUE_SERVICE_USER)
            self.tcap.transmit(self, tcap.Abort(dtid=self.remote, dialogue=opening).encode())

    # --- for the layer ----------------------------------------------------------------------------------------------

    def _confirm(self) -> Any:
        """The dialogue portion of the first backward message."""
        if self._confirmed or self.context is None:
            return None
        self._confirmed = True
        return tcap.Aare(application_context=self.context)

    def began(self, remote: bytes) -> None:
        """The peer has opened this dialogue."""
        self.remote = remote

    def repeats(self, other: "Dialogue") -> bool:
        """Whether the peer opened this dialogue by the very TC-BEGIN that opened the ``other``: it came twice."""
        return self.remote == other.remote and self.peer == other.peer

    def answered(self, remote: bytes) -> None:
        """The peer has answered our TC-BEGIN: dialogue control needs no more."""
        self.remote = remote
        self._confirmed = True

    def forget(self) -> None:
        """Leave the transaction, its timers stopped."""
        self.closed = True
        self.tcap.dialogues.pop(self.local, None)
        for invocation in self._invocations.values():
            if invocation.running is not None:
                self.tcap.node.clock.stop(invocation.running)
        self._invocations.clear()

    def lost(self, why: str) -> None:
        """What was asked will not be answered: the user may still answer what the peer asked, then it is over."""
        self._tell(NoAnswer(why))
        self.abort()

    def take(self, components: tuple[Any, ...], *, last: bool = False) -> None:
        """Hand the components to the user, one by one; it may leave before the last. ``last``: the peer has left."""
        self.closed = last
        for component in components:
            if self.closed and not last:
                return
            match component:
                case tcap.Invoke():
                    self._invoked(component)
                case tcap.ReturnResultLast(invoke_id=number):
                    self._resulted(component, number)
                case tcap.ReturnError(invoke_id=number, error=error):
                    if self._settle(number) is None:
                        continue
                    if error is None:
                        self.lost("refused by an error that is not MAP's")
                    else:
                        self._tell(Refused(error, component.parameter))
                case tcap.Reject(problem=tcap.ReturnResultProblem() | tcap.ReturnErrorProblem()):
                    self.tcap.node.warn("tcap answer", f"our answer was rejected: {component.problem.name}")
                case tcap.Reject(invoke_id=number, problem=problem):
                    if number is None or self._settle(number) is not None:
                        self.lost(f"rejected: {problem.name}")
                case _:
                    self.tcap.node.warn("tcap component", f"component {type(component).__name__} not taken")

    def _invoked(self, component: Any) -> None:
        problem = component.problem
        if problem is None:
            if component.invoke_id in self._asked:
                problem = tcap.InvokeProblem.DUPLICATE_INVOKE_ID
            elif self.context is not None and self.context not in OPERATIONS[component.operation].contexts:
                problem = tcap.InvokeProblem.UNRECOGNIZED_OPERATION
            elif component.argument is None:
                problem = tcap.InvokeProblem.MISTYPED_PARAMETER
        if problem is not None:
            self.reject(component.invoke_id, problem)
            return
        self._asked[component.invoke_id] = component.operation
        if not self._tell(component.argument):
            self._asked.pop(component.invoke_id, None)
            self.reject(component.invoke_id, tcap.InvokeProblem.UNRECOGNIZED_OPERATION)

    def reject(self, number: int, problem: Any) -> None:
        """Refuse a component that cannot be."""
        self.tcap.node.warn("tcap reject", f"component {number} rejected: {problem.name}")
        if not self.closed:
            self._components.append(tcap.Reject(invoke_id=number, problem=problem))

    def _resulted(self, component: Any, number: int) -> None:
        invocation = self._settle(number)
        if invocation is None:
            return
        result = component.result
        if result is None:
            result = invocation.operation.empty_result
        if not isinstance(result, invocation.operation.results):
            self.lost(f"{invocation.operation.name}: the result cannot be read")
        else:
            self._tell(result)

    def _settle(self, number: int) -> Invocation | None:
        """The invoke that this answers, its timer stopped; an answer to nothing is counted and dropped."""
        invocation = self._invocations.pop(number, None)
        if invocation is None:
            self.tcap.node.warn("tcap answer", f"answer to invoke {number}, which is not open")
        elif invocation.running is not None:
            self.tcap.node.clock.stop(invocation.running)
        return invocation

    def _tell(self, event: Any) -> bool:
        return self.user is not None and self.user.hear(event)

    def finished(self) -> None:
        """The peer has ended the dialogue; invokes still open will not be answered."""
        asked = bool(self._invocations)
        self.forget()
        self._tell(NoAnswer("the peer ended the dialogue") if asked else Closed())

    def flush(self) -> None:
        """Send what the user left unsent while it heard, such as rejects."""
        if self._components and not self.closed and self.remote is not None:
            self.send()


Service = Callable[[Dialogue, Any], None]
"""Takes a dialogue that a peer began with this argument."""


class Tcap:
    """The dialogues of one node, over SCCP.

    ``routes`` says which node and interface a global title leads to; ``services`` what to do with an argument that
    begins a dialogue, in which application contexts.
    """

    def __init__(
        self,
        node: Node,
        own: Address,
        routes: Mapping[Gt, tuple[Name, Interface]],
        services: Mapping[Any, Service],
        contexts: frozenset[ApplicationContext],
    ) -> None:
        self.node = node
        self.own = own
        self.dialogues: dict[int, Dialogue] = {}
        self._routes = routes
        self._services = services
        self._contexts = contexts
        self._reassembly = Reassembly(timeout=node.clock.duration(X_SEGMENTS))
        self._watch: Running | None = None
        self._last = node.rng.getrandbits(32)
        self._reference = node.rng.getrandbits(24)

    def begin(self, user: User, peer: Address, context: ApplicationContext, imsi: str = "") -> Dialogue:
        """Open a dialogue; nothing is sent until :meth:`Dialogue.send`."""
        while True:
            self._last = (self._last + 1) & 0xFFFFFFFF
            if self._last not in self.dialogues:
                break
        dialogue = Dialogue(self, self._last, peer, context)
        dialogue.user = user
        dialogue.imsi = imsi
        self.dialogues[self._last] = dialogue
        return dialogue

    def transmit(self, dialogue: Dialogue, payload: bytes) -> None:
        """Send a TCAP message to the dialogue's peer."""
        self._send(dialogue.peer, payload, {"imsi": dialogue.imsi} if dialogue.imsi else None)

    def _send(self, peer: Address, payload: bytes, meta: dict[str, str] | None = None) -> None:
        route = None if peer.gt is None else self._routes.get(peer.gt)
        if route is None:
            # Lost as in a network without translation: the operation's timer tells the user.
            self.node.warn("sccp route", f"no route to {peer}")
            return
        self._reference = (self._reference + 1) & 0xFFFFFF
        for pdu in sccp.segments(peer, self.own, payload, self._reference):
            self.node.send(route[0], route[1], pdu, meta)

    def receive(self, pdu: bytes) -> None:
        """Take an SCCP message."""
        message = sccp.decode(pdu)
        if isinstance(message, sccp.Udts | sccp.Xudts | sccp.Ludts):
            self._returned(message)
            return
        if not isinstance(message, sccp.Udt | sccp.Xudt | sccp.Ludt):
            self.node.warn("sccp connection", f"{type(message).__name__}: nobody here has connections")
            return
        payload = self._reassembly.accept(message, self.node.clock.now)
        self._watch_segments()
        if payload is None:
            return
        try:
            transaction = tcap.decode(payload)
        except DecodeError as error:
            otid = tcap.originating(payload)
            if otid is not None:
                cause = tcap.PAbortCause.INCORRECT_TRANSACTION_PORTION if error.cause is None else error.cause
                self._send(message.calling, tcap.Abort(dtid=otid, p_abort_cause=tcap.PAbortCause(cause)).encode())
            raise
        match transaction:
            case tcap.Begin():
                self._begun(message.calling, transaction)
            case tcap.Continue(dtid=dtid) | tcap.End(dtid=dtid) | tcap.Abort(dtid=dtid):
                self._went_on(message.calling, dtid, transaction)
            case _:
                self.node.warn("tcap unidirectional", "TC-UNI is not used by MAP")

    def _begun(self, peer: Address, begin: Any) -> None:
        context = begin.dialogue.application_context if begin.dialogue is not None else None
        if context not in self._contexts:
            self.node.warn("tcap context", f"application context {context} from {peer} is not served")
            refusal = cause = None
            if context is None:
                cause = tcap.PAbortCause.INCORRECT_TRANSACTION_PORTION
            else:
                refusal = tcap.Aare(
                    application_context=context,
                    result=tcap.AssociateResult.REJECT_PERMANENT,
                    diagnostic=tcap.UserDiagnostic.APPLICATION_CONTEXT_NAME_NOT_SUPPORTED,
                )
            self._send(peer, tcap.Abort(dtid=begin.otid, p_abort_cause=cause, dialogue=refusal).encode())
            return
        dialogue = self.begin(Opening(self), peer, context)
        assert isinstance(dialogue.user, Opening)
        dialogue.user.dialogue = dialogue
        dialogue.began(begin.otid)
        dialogue.take(begin.components)
        if isinstance(dialogue.user, Opening):
            dialogue.end()  # nobody took it: end with the rejects, if any
        dialogue.flush()

    def _went_on(self, peer: Address, dtid: bytes, transaction: Any) -> None:
        dialogue = self.dialogues.get(int.from_bytes(dtid, "big")) if len(dtid) == 4 else None
        if dialogue is None:
            self.node.warn("tcap transaction", f"{type(transaction).__name__} for transaction {dtid.hex()}, not open")
            if isinstance(transaction, tcap.Continue):
                cause = tcap.PAbortCause.UNRECOGNIZED_TRANSACTION_ID
                self._send(peer, tcap.Abort(dtid=transaction.otid, p_abort_cause=cause).encode())
            return
        if isinstance(transaction, tcap.Abort):
            dialogue.forget()
            why = transaction.p_abort_cause.name if transaction.p_abort_cause is not None else "by its user"
            if dialogue.user is not None:
                dialogue.user.hear(NoAnswer(f"aborted: {why}"))
            return
        if isinstance(transaction, tcap.Continue) and dialogue.remote is None:
            dialogue.answered(transaction.otid)
            dialogue.peer = peer
        ended = isinstance(transaction, tcap.End)
        dialogue.take(transaction.components, last=ended)
        if ended:
            dialogue.finished()
        dialogue.flush()

    def _returned(self, service: Any) -> None:
        """Our own message came back: the network could not deliver it."""
        otid = tcap.originating(service.payload)
        dialogue = None if otid is None else self.dialogues.get(int.from_bytes(otid, "big"))
        self.node.warn("sccp returned", f"returned by {service.calling}: {service.cause.name}")
        if dialogue is not None:
            dialogue.forget()
            if dialogue.user is not None:
                dialogue.user.hear(NoAnswer(f"not delivered: {service.cause.name}"))

    def _watch_segments(self) -> None:
        deadline = self._reassembly.next_deadline()
        if deadline is not None and self._watch is None:
            self._watch = self.node.clock.start(X_SEGMENTS, self, deadline - self.node.clock.now)

    def expired(self, timer: Timer) -> None:
        """Segments have waited too long."""
        self._watch = None
        for calling, reference in self._reassembly.expire(self.node.clock.now):
            self.node.warn("sccp segments", f"segments {reference} of {calling} never completed within {timer}")
        self._watch_segments()


class Opening:
    """The user of a dialogue that was just begun: it finds the service that its first argument asks for."""

    __slots__ = ("_tcap", "dialogue")

    def __init__(self, layer: Tcap) -> None:
        self._tcap = layer
        self.dialogue: Dialogue | None = None

    def hear(self, event: Any) -> bool:
        """Give the dialogue to its service."""
        service = self._tcap._services.get(type(event))  # noqa: SLF001  two parts of one layer
        if service is None or self.dialogue is None:
            return False
        service(self.dialogue, event)
        return True


class Inquiry(Procedure):
    """A procedure that asks a register, in a dialogue of its own that ends with it."""

    __slots__ = ("_dialogue",)

    def __init__(self, stage: Any, parent: Procedure | None = None) -> None:
        super().__init__(stage, parent)
        self._dialogue: Dialogue | None = None

    @property
    def dialogue(self) -> Dialogue:
        """The dialogue that was begun last."""
        assert self._dialogue is not None
        return self._dialogue

    def begin_dialogue(self, peer: Address, context: ApplicationContext, imsi: str) -> Dialogue:
        """Begin a dialogue about a subscriber; one before it is given up."""
        Inquiry.ended(self)
        self._dialogue = self.stage.tcap.begin(self, peer, context, imsi)
        return self.dialogue

    def ended(self) -> None:
        if self._dialogue is not None:
            self._dialogue.abort()
