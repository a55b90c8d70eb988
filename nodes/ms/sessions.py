"""The PDP contexts of one mobile: which there are, and what is said of them (TS 24.008 6.1, 8).

A mobile can ask for contexts, and have packets, where it is registered and no update or call is in the way; what it is
asked to do meanwhile waits. Contexts that the network has lost are activated again when it is served again.
"""

from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Any

from nodes.core.probe import MOST, Probe
from nodes.ms import host
from nodes.ms.orders import (
    ActivateOrder,
    AutomaticOrder,
    DeactivateOrder,
    ModifyOrder,
    Order,
    ProbeOrder,
    SecondaryOrder,
)
from nodes.ms.pdp_context import PdpContext, Wanted
from nodes.ms.pdp_states import PENDING, S, words
from nodes.ms.quality import SUBSCRIBED
from nodes.ms.states import SERVED
from protocol import sm
from protocol.causes import SmCause
from protocol.errors import DecodeError
from protocol.identities import Apn
from protocol.sm import (
    DeactivatePdpContextRequest,
    RequestPdpContextActivation,
    RequestPdpContextActivationReject,
    SmMessage,
    SmStatus,
    TransactionIdentifier,
)
from protocol.sm.elements import take_identifier
from protocol.sm.pdp_address import PdpAddress

if TYPE_CHECKING:
    from nodes.ms.mobile import Mobile

NSAPIS = range(5, 16)
"""What a context can have (10.5.6.2)."""

MOST_PROBES = 64
"""How many probes a mobile has at a time."""


class Sessions:
    """The contexts of one mobile by NSAPI; ``wanted`` are those to be activated as soon as that can be.

    ``last_probe`` is the number of the last probe of an operator. ``automatic``: contexts that the network asks for are
    activated, else refused.
    """

    __slots__ = ("automatic", "contexts", "last_probe", "mobile", "stage", "wanted")

    def __init__(self, mobile: "Mobile") -> None:
        self.mobile = mobile
        self.stage: Any = mobile.stage
        self.contexts: dict[int, PdpContext] = {}
        self.wanted: tuple[Wanted, ...] = ()
        self.last_probe = 0
        self.automatic = True

    @property
    def is_served(self) -> bool:
        """Whether requests and packets can leave."""
        return self.mobile.state in SERVED

    @property
    def active_nsapis(self) -> tuple[int, ...]:
        """Those that are not inactive (10.5.7.1): the network has been asked for them."""
        return tuple(sorted(nsapi for nsapi, context in self.contexts.items() if not context.is_unheard_of))

    def tell(self, message: SmMessage) -> None:
        """Send a message."""
        self.stage.transmit(self.mobile, message)

    def find(self, identifier: TransactionIdentifier) -> PdpContext | None:
        """The context of a transaction, named as the network names it."""
        own = identifier.answer
        return next((context for context in self.contexts.values() if context.identifier == own), None)

    def beside(self, context: PdpContext) -> tuple[PdpContext, ...]:
        """The other contexts of the same address and APN."""
        address, apn = context.address, context.apn
        if address.is_dynamic:
            return ()
        found = self.contexts.values()
        return tuple(c for c in found if c is not context and (c.address, c.apn) == (address, apn))

    # --- orders ---------------------------------------------------------------------------------------------------

    def obey(self, order: Order) -> str | None:
        """Take an order; why not, if it makes no sense now."""
        name = self.mobile.subject
        if isinstance(order, AutomaticOrder):
            self.automatic = order.on
            self.stage.reply(order.command, "done", {})
            return None
        if not self.mobile.readiness.is_attached:
            return f"{name} is not attached: no PDP contexts"
        match order:
            case ActivateOrder():
                return self._activate(order)
            case SecondaryOrder():
                return self._activate_beside(order)
            case DeactivateOrder():
                return self._deactivate(order)
            case ModifyOrder():
                return self._tell_context(order, order.nsapi)
            case ProbeOrder():
                return self._probe(order)
        raise AssertionError(order)

    def _activate(self, order: ActivateOrder) -> str | None:
        nsapi = self.allocate_nsapi() if order.nsapi is None else order.nsapi
        if nsapi is None:
            return f"{self.mobile.subject} has no NSAPI left: all of {NSAPIS.start} to {NSAPIS.stop - 1} are in use"
        if nsapi in self.contexts:
            return f"{self.mobile.subject} has a PDP context with NSAPI {nsapi} already"
        wanted = Wanted(nsapi=nsapi, address=order.address, apn=order.apn, qos=order.qos, least_qos=order.least_qos)
        self._begin(order, wanted)
        return None

    def _activate_beside(self, order: SecondaryOrder) -> str | None:
        linked, nsapi = self.contexts.get(order.nsapi), self.allocate_nsapi()
        if linked is None or not linked.carries:
            return f"{self.mobile.subject} has no active PDP context with NSAPI {order.nsapi}"
        if nsapi is None:
            return f"{self.mobile.subject} has no NSAPI left: all of {NSAPIS.start} to {NSAPIS.stop - 1} are in use"
        wanted = Wanted(
            nsapi=nsapi,
            address=linked.address,
            apn=linked.apn,
            qos=order.qos,
            least_qos=order.least_qos,
            linked_nsapi=linked.nsapi,
            filters=order.filters,
        )
        self._begin(order, wanted)
        return None

    def _begin(self, order: Order, wanted: Wanted) -> None:
        self.stage.reply(order.command, "accepted")
        self.activate(wanted, self.allocate_identifier(wanted.nsapi), (order,))

    def _tell_context(self, order: Order, nsapi: int) -> str | None:
        context = self.contexts.get(nsapi)
        if context is None:
            return f"{self.mobile.subject} has no PDP context with NSAPI {nsapi}"
        if type(order) not in context.state.rows:
            return f"NSAPI {nsapi} of {self.mobile.subject} is in {words(context.state)}: no {order.command.verb} now"
        self.stage.reply(order.command, "accepted")
        context.hear(order)
        return None

    def _deactivate(self, order: DeactivateOrder) -> str | None:
        if order.nsapi is not None:
            if order.nsapi in self.contexts:
                order.left = 1
            return self._tell_context(order, order.nsapi)
        self.wanted = ()
        contexts = tuple(self.contexts.values())
        if not contexts:
            return f"{self.mobile.subject} has no PDP contexts"
        self.stage.reply(order.command, "accepted")
        order.left = len(contexts)
        for context in contexts:
            context.hear(order)
        return None

    def _probe(self, order: ProbeOrder) -> str | None:
        destination = order.asked.destination
        context = self.choose(destination, order.nsapi)
        if context is None:
            where = "" if order.nsapi is None else f" with NSAPI {order.nsapi}"
            return f"{self.mobile.subject} has no active PDP context{where} for {destination}"
        return host.begin_probe(context, order)

    def over(self, order: DeactivateOrder) -> None:
        """One of the contexts that are to be deactivated is."""
        order.left -= 1
        if not order.left:
            self.stage.reply(order.command, "done", {})

    def choose(self, destination: IPv4Address | IPv6Address, nsapi: int | None) -> PdpContext | None:
        """The context in which a packet leaves: the one told, or the first one of its version, primaries before."""
        found = [
            context
            for context in self.contexts.values()
            if context.carries
            and nsapi in (None, context.nsapi)
            and isinstance(context.host_address, type(destination))
        ]
        return min(found, key=lambda context: context.wanted.linked_nsapi is not None, default=None)

    def find_probe(self, identifier: int, source: IPv4Address | IPv6Address) -> Probe | None:
        """The probe to ``source`` whose packets have this identifier."""
        for context in self.contexts.values():
            for probe in context.probes.values():
                if probe.identifier == identifier and probe.asked.destination == source:
                    return probe
        return None

    def allocate_probe(self) -> int | None:
        """A number for a probe, not that of one which has just ended: its packets may come back late."""
        used = {number for context in self.contexts.values() for number in context.probes}
        if len(used) >= MOST_PROBES:
            return None
        number = self.last_probe
        while number in used or number == self.last_probe:
            number = (number + 1) % MOST
        self.last_probe = number
        return number

    # --- what there is --------------------------------------------------------------------------------------------

    def allocate_nsapi(self) -> int | None:
        """The lowest that is free."""
        return next((nsapi for nsapi in NSAPIS if nsapi not in self.contexts), None)

    def allocate_identifier(self, nsapi: int) -> TransactionIdentifier:
        """The lowest transaction of ours that is free for a context: there are more than NSAPIs.

        One that an unanswered request names, which may come again (T3380), is free for the NSAPI that it means alone.
        """
        taken = [context.identifier for context in self.contexts.values()]
        for context in self.contexts.values():
            if context.linked is not None and context.state is S.SECONDARY_PENDING:
                taken += [context.linked] if context.wanted.linked_nsapi != nsapi else []
        used = {identifier.value for identifier in taken if not identifier.flag}
        return TransactionIdentifier(min(set(range(len(used) + 1)) - used))

    def activate(self, wanted: Wanted, identifier: TransactionIdentifier, orders: tuple[Order, ...] = ()) -> None:
        """Begin to activate a context."""
        context = self.contexts[wanted.nsapi] = PdpContext(self, wanted, identifier)
        context.orders = orders
        context.begin()

    def activated(self, context: PdpContext) -> None:
        """It is active: those that wait for it come next."""
        if self.wanted:
            self.stage.unsettled[self.mobile] = None

    def forget(self, context: PdpContext) -> None:
        """It is no more."""
        del self.contexts[context.nsapi]

    def want_again(self, *contexts: PdpContext) -> None:
        """They are to be activated anew, with what is wanted of them; one an NSAPI, the last word counts."""
        wanted = {each.nsapi: each for each in self.wanted}
        wanted |= {context.nsapi: context.wanted for context in contexts}
        self.wanted = tuple(wanted.values())
        self.stage.unsettled[self.mobile] = None

    # --- what becomes of the mobile -------------------------------------------------------------------------------

    def settle(self) -> None:
        """The mobile has settled anew: requests leave, or wait without their timers."""
        if not self.is_served:
            self.pause()
            return
        for context in tuple(self.contexts.values()):
            context.go_on()
        wanted, self.wanted = self.wanted, ()
        for each in wanted:
            self._activate_again(each)

    def pause(self) -> None:
        """Something goes before: requests are not repeated meanwhile."""
        for context in self.contexts.values():
            context.pause()

    def _activate_again(self, wanted: Wanted) -> None:
        if wanted.nsapi in self.contexts:
            return  # the user has been faster
        if wanted.linked_nsapi is not None:
            linked = self.contexts.get(wanted.linked_nsapi)
            if linked is None:
                return
            if not linked.carries:
                self.wanted += (wanted,)
                return
            wanted = replace(wanted, address=linked.address, apn=linked.apn)
        self.activate(wanted, self.allocate_identifier(wanted.nsapi))

    def remember(self) -> None:
        """The registration is of no use: what was active is to be activated again (4.7.4.2.2, 4.7.5.1.4)."""
        self.want_again(*(context for context in self.contexts.values() if context.carries))

    def end(self) -> None:
        """Not attached any more: there are no contexts."""
        for context in tuple(self.contexts.values()):
            context.release(f"{self.mobile.subject} is not attached any more")

    def keep(self, nsapis: tuple[int, ...]) -> None:
        """Deactivate those that the network does not have (4.7.5.1.3); one that is asked for is asked for again."""
        for context in tuple(self.contexts.values()):
            if context.nsapi not in nsapis and context.state not in PENDING:
                context.release("the network does not have it any more")

    # --- what the network says ------------------------------------------------------------------------------------

    def take(self, octets: bytes) -> None:
        """A message of SM; what cannot be taken is answered as 24.008 8 says, but for an SM STATUS."""
        if not self.mobile.readiness.is_attached:
            raise DecodeError(f"a message of SM for {self.mobile.subject}, which is not attached")
        identifier, at = take_identifier(octets)
        code = octets[at] if at < len(octets) else None
        context = self.find(identifier)
        if context is None and code not in (RequestPdpContextActivation.code, SmStatus.code, None):
            self._warn("sm transaction", f"message {code:#04x} of transaction {identifier}, which is unknown")
            cause = SmCause.INVALID_TRANSACTION_IDENTIFIER_VALUE
            self.tell(SmStatus(transaction_identifier=identifier.answer, sm_cause=cause))  # 8.3.2
            return
        try:
            message = sm.decode(octets, up=False)
        except DecodeError as error:
            self._answer_error(code, identifier, context, error)
            raise
        if isinstance(message, RequestPdpContextActivation):
            self._requested(message, context)
        elif context is None:
            self._warn("sm status", f"SM STATUS {message} of transaction {identifier}, which is unknown")
        elif not context.deliver(message):
            self._warn("sm state", f"{message.title} in {words(context.state)}")
            self.tell(context.status(SmCause.MESSAGE_TYPE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE))

    def _warn(self, kind: str, text: str) -> None:
        self.stage.warn(kind, f"{self.mobile.subject}: {text}")

    def _answer_error(
        self, code: int | None, identifier: TransactionIdentifier, context: PdpContext | None, error: DecodeError
    ) -> None:
        """Answer what cannot be read: a request to deactivate counts, one to activate is refused (8.4, 8.5)."""
        if error.cause is None or code == SmStatus.code:
            return
        cause = SmCause(error.cause)
        if code == DeactivatePdpContextRequest.code and context is not None:
            context.hear(DeactivatePdpContextRequest(transaction_identifier=identifier, sm_cause=cause))
        elif code == RequestPdpContextActivation.code:
            self.tell(RequestPdpContextActivationReject(transaction_identifier=identifier.answer, sm_cause=cause))
        else:
            self.tell(SmStatus(transaction_identifier=identifier.answer, sm_cause=cause))

    # --- the network wants a context (6.1.3.1.2) ------------------------------------------------------------------

    def _requested(self, request: RequestPdpContextActivation, context: PdpContext | None) -> None:
        identifier = request.transaction_identifier
        if identifier.flag:
            self._warn("sm transaction", f"{request.title} of a transaction of the mobile: ignored")  # 8.3.2
            return
        address, apn = request.offered_pdp_address, request.access_point_name
        if context is not None and context.state in PENDING and is_of(context, address, apn):
            return  # it came again, and the request that answers it is under way
        if any(collides(other, address, apn) for other in self.contexts.values()):
            self._warn("sm collision", f"{request.title} for {address}, which the mobile asks for: discarded")
            return
        refusal = None if self.automatic else SmCause.ACTIVATION_REJECTED_UNSPECIFIED
        if address.ipv4 is None and address.ipv6 is None:
            refusal = SmCause.FEATURE_NOT_SUPPORTED
        for other in () if refusal is not None else tuple(self.contexts.values()):
            if other is context or is_of(other, address, apn):
                other.release("the network activates it anew")  # 6.1.3.1.5 d
        nsapi = self.allocate_nsapi()
        if nsapi is None or refusal is not None:
            cause = refusal or SmCause.INSUFFICIENT_RESOURCES
            self.tell(RequestPdpContextActivationReject(transaction_identifier=identifier.answer, sm_cause=cause))
            return
        # In the transaction that the network has begun: with flag 1 it takes none but that (8.3.2).
        self.activate(Wanted(nsapi=nsapi, address=address, apn=apn, qos=SUBSCRIBED), identifier.answer)


def is_of(context: PdpContext, address: PdpAddress, apn: Apn | None) -> bool:
    """Whether a context is one of this address and access point; one of which nothing was said may be any."""
    same = context.address == address or (context.address.is_dynamic and context.address.kind == address.kind)
    return same and (apn is None or context.apn is None or context.apn.lower() == apn.lower())


def collides(context: PdpContext, address: PdpAddress, apn: Apn | None) -> bool:
    """Whether the mobile has asked for what the network requests: then its own request goes on (6.1.3.1.5 b)."""
    return context.state is S.ACTIVE_PENDING and is_of(context, address, apn)
