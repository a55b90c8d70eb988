"""A PDP context in the mobile (TS 24.008 6.1): what it knows, and what its procedures need of it.

A context is itself a procedure, from the request that activates it to its end: the table is in
:mod:`nodes.ms.pdp_machine`. The contexts of a mobile are its :class:`~nodes.ms.sessions.Sessions`.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Any

from nodes.core.machine import Procedure
from nodes.core.probe import Probe
from nodes.core.sndcp import Segmentation
from nodes.ms.orders import DeactivateOrder, Order
from nodes.ms.pdp_states import CARRYING, PENDING, S, words
from nodes.ms.quality import falls_short
from nodes.ms.router_discovery import RouterDiscovery
from protocol.causes import SmCause
from protocol.document import to_document
from protocol.identities import Apn
from protocol.llc.frame import Sapi
from protocol.sm import (
    ActivatePdpContextAccept,
    ActivateSecondaryPdpContextAccept,
    DeactivatePdpContextRequest,
    SmStatus,
    TransactionIdentifier,
)
from protocol.sm.elements import LlcSapi, LlcSapiValue, TearDownIndicator
from protocol.sm.packet_filter import PacketFilter
from protocol.sm.pdp_address import PdpAddress, PdpTypeNumber
from protocol.sm.ppp import Ipcp, IpcpOptionType, LcpCode
from protocol.sm.protocol_configuration_options import Address, ProtocolConfigurationOptions
from protocol.sm.quality_of_service import QualityOfService

if TYPE_CHECKING:
    from nodes.ms.sessions import Sessions

SAPIS = {LlcSapiValue(value): Sapi(value) for value in (3, 5, 9, 11)}
"""The service access points of user data (10.5.6.9); to have none is of no use in A/Gb mode."""

DNS = (IpcpOptionType.PRIMARY_DNS_SERVER_ADDRESS, IpcpOptionType.SECONDARY_DNS_SERVER_ADDRESS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for: it is asked for again where the network wants so, or has lost it.

    ``least_qos`` is what the user does not go below. A secondary context has ``linked_nsapi``, whose address and APN it
    shares, and ``filters`` that say which packets are its own.
    """

    nsapi: int
    address: PdpAddress
    apn: Apn | None
    qos: QualityOfService
    least_qos: QualityOfService | None = None
    linked_nsapi: int | None = None
    filters: tuple[PacketFilter, ...] = ()


class PdpContext(Procedure):
    """One context. ``identifier`` is its transaction as the mobile writes it; ``orders`` wait for what runs.

    ``held``: what was asked has not been sent, as the mobile is not served. ``address`` and ``apn`` are those that it
    has, or has asked for; ``prefix`` is that of an IPv6 address. ``waiting`` are packets that are to leave, ``probes``
    those of operators by their number; ``asked_filters`` are to take the place of its ``filters``. The counters are of
    packets that left and came, and of their octets. ``linked`` is the transaction that a request beside another names.
    """

    __slots__ = (
        "address",
        "apn",
        "asked_filters",
        "dns",
        "filters",
        "held",
        "identifier",
        "linked",
        "llc_sapi",
        "octets_received",
        "octets_sent",
        "orders",
        "packets_received",
        "packets_sent",
        "prefix",
        "probes",
        "qos",
        "radio_priority",
        "segmentation",
        "sessions",
        "waiting",
        "wanted",
    )

    def __init__(self, sessions: "Sessions", wanted: Wanted, identifier: TransactionIdentifier) -> None:
        super().__init__(sessions.stage)
        self.sessions = sessions
        self.wanted = wanted
        self.identifier = identifier
        self.address = wanted.address
        self.apn = wanted.apn
        self.qos = wanted.qos
        self.filters = () if wanted.linked_nsapi is None else wanted.filters
        self.asked_filters: tuple[PacketFilter, ...] = ()
        self.llc_sapi: Sapi | None = None
        self.radio_priority = 4
        self.dns: tuple[IPv4Address | IPv6Address, ...] = ()
        self.prefix: bytes | None = None
        self.orders: tuple[Order, ...] = ()
        self.held = False
        self.linked: TransactionIdentifier | None = None
        self.segmentation = Segmentation(wanted.nsapi)
        self.waiting: tuple[bytes, ...] = ()
        self.probes: dict[int, Probe] = {}
        self.packets_sent = self.packets_received = self.octets_sent = self.octets_received = 0

    @property
    def subject(self) -> str:
        return self.sessions.mobile.subject

    @property
    def nsapi(self) -> int:
        """By what its packets are told from others."""
        return self.wanted.nsapi

    @property
    def is_unheard_of(self) -> bool:
        """Whether the network has not been asked for it yet."""
        return self.held and self.state in PENDING

    @property
    def carries(self) -> bool:
        """Whether packets pass."""
        return self.state in CARRYING

    @property
    def host_address(self) -> IPv4Address | IPv6Address | None:
        """The address of the host at this end; of IPv6 the global one, once a router has told the prefix."""
        if self.address.ipv6 is None:
            return self.address.ipv4
        interface = self.address.ipv6.packed[8:]
        return IPv6Address((self.prefix or LINK_LOCAL) + interface)

    @property
    def link_local(self) -> IPv6Address | None:
        """The address of IPv6 on the link to the GGSN (TS 29.061 11.2.1.3.2)."""
        return None if self.address.ipv6 is None else IPv6Address(LINK_LOCAL + self.address.ipv6.packed[8:])

    # --- what is said ---------------------------------------------------------------------------------------------

    def transmit(self, message: Any) -> None:
        """Ask the network, once the mobile is served."""
        self.held = not self.sessions.is_served
        if self.held:
            self.stage.unsettled[self.sessions.mobile] = None
        else:
            self.tell(message)

    def tell(self, message: Any) -> None:
        """Answer the network, which it can only have asked for where it is heard."""
        self.sessions.tell(message)

    def pause(self) -> None:
        """The mobile is not served: timers wait with the requests."""
        for procedure in (self, *self.children):
            procedure.hold_guard()

    def go_on(self) -> None:
        """The mobile is served again: send what has waited, or go on waiting for the answer."""
        if self.held and self.state.guard is not None:
            self.repeat()
        self.held = False
        for procedure in (self, *self.children):
            procedure.release_guard()
        self.stage.user_plane.release(self)

    def status(self, cause: SmCause) -> SmStatus:
        """What tells the network that its message cannot be taken."""
        return SmStatus(transaction_identifier=self.identifier, sm_cause=cause)

    def leave(self, cause: SmCause, *, tear_down: bool = False) -> S:
        """Ask the network to end the context (6.1.3.4.1)."""
        self.ask(
            DeactivatePdpContextRequest(
                transaction_identifier=self.identifier,
                sm_cause=cause,
                tear_down_indicator=TearDownIndicator(tear_down_requested=True) if tear_down else None,
            )
        )
        return S.INACTIVE_PENDING

    # --- what it gets ---------------------------------------------------------------------------------------------

    def take_accept(self, accept: ActivatePdpContextAccept | ActivateSecondaryPdpContextAccept) -> SmCause | None:
        """Take what the network grants; the cause for which it is of no use, if it is not (6.1.3.1.1)."""
        cause = self.take_quality(accept.negotiated_llc_sapi, accept.negotiated_qos)
        self.radio_priority = accept.radio_priority.level.taken_for
        if isinstance(accept, ActivateSecondaryPdpContextAccept):
            self.share_address()
        elif not self.take_address(accept.pdp_address):
            return SmCause.REGULAR_DEACTIVATION
        if accept.protocol_configuration_options is not None:
            self.dns = read_dns(accept.protocol_configuration_options)
        return cause

    def take_quality(self, sapi: LlcSapi, qos: QualityOfService) -> SmCause | None:
        """Take service access point and quality; the cause for which they are of no use."""
        self.llc_sapi = SAPIS.get(sapi.value)
        return self.check_quality(qos)

    def check_quality(self, qos: QualityOfService) -> SmCause | None:
        """Take the quality; the cause for which it, or the service access point, is of no use."""
        self.qos = qos
        if self.llc_sapi is None:
            return SmCause.LLC_OR_SNDCP_FAILURE
        return SmCause.QOS_NOT_ACCEPTED if falls_short(qos, self.wanted.least_qos) else None

    def take_address(self, granted: PdpAddress | None) -> bool:
        """Take the address; a static one need not be told again. False for none, or one of another type."""
        wanted = self.wanted.address
        if granted is None:
            return not wanted.is_dynamic
        alike = granted.kind == wanted.kind and not granted.is_dynamic
        if alike:
            self.address = PdpAddress.static(granted.ipv4 or granted.ipv6)  # type: ignore[arg-type]
        return alike

    def share_address(self) -> None:
        """Share the address that the context beside which it is has now; while it was asked for it may have changed."""
        nsapi = self.wanted.linked_nsapi
        linked = None if nsapi is None else self.sessions.contexts.get(nsapi)
        if linked is not None and linked.carries:
            self.address, self.apn, self.prefix = linked.address, linked.apn, linked.prefix

    def discover_router(self) -> None:
        """Ask for the prefix of the address; the order is answered when it is known."""
        orders, self.orders = self.orders, ()
        self.start(RouterDiscovery(self, orders))

    # --- orders ---------------------------------------------------------------------------------------------------

    def obey(self, order: Order) -> bool:
        """Take an order, if it makes sense in this state."""
        if type(order) not in self.state.rows:
            return False
        return self.hear(order)

    def answer_done(self) -> None:
        """What was ordered is done."""
        orders, self.orders = self.orders, ()
        for order in orders:
            if isinstance(order, DeactivateOrder):
                self.sessions.over(order)
            else:
                self.stage.reply(order.command, "done", self.summary())

    def answer_failed(self, why: SmCause | str) -> None:
        """What was ordered has failed, by the network's cause or for another reason."""
        orders, self.orders = self.orders, ()
        body = {"cause": why.name} if isinstance(why, SmCause) else {"cause": None, "error": why}
        for order in orders:
            if isinstance(order, DeactivateOrder):
                self.sessions.over(order)  # it has ended, as was wanted
            else:
                self.stage.reply(order.command, "failed", body)

    def summary(self) -> dict[str, Any]:
        """What an order is answered."""
        address = self.host_address
        return {
            "nsapi": self.nsapi,
            "ti": self.identifier.value,
            "address": None if address is None else str(address),
            "apn": None if self.apn is None else str(self.apn),
            "dns": [str(server) for server in self.dns],
            "qos": to_document(self.qos),
        }

    def look(self) -> dict[str, Any]:
        """What inspect shows."""
        return self.summary() | {
            "state": words(self.state),
            "llc_sapi": None if self.llc_sapi is None else int(self.llc_sapi),
            "linked_nsapi": self.wanted.linked_nsapi,
            "filters": [item.identifier for item in self.filters],
            "packets_sent": self.packets_sent,
            "packets_received": self.packets_received,
            "octets_sent": self.octets_sent,
            "octets_received": self.octets_received,
        }

    # --- its end --------------------------------------------------------------------------------------------------

    def release(self, why: str) -> None:
        """The context is no more, and the network is not told."""
        self.answer_failed(why)
        self.end()

    def ended(self) -> None:
        self.sessions.forget(self)
        self.stage.user_plane.forget(self)
        for probe in tuple(self.probes.values()):
            probe.give_up(f"NSAPI {self.nsapi} of {self.subject} is deactivated")


LINK_LOCAL = bytes.fromhex("fe80000000000000")

KINDS = {"ipv4": PdpTypeNumber.IPV4, "ipv6": PdpTypeNumber.IPV6}
"""The types of address that a mobile asks for."""


def read_dns(options: ProtocolConfigurationOptions) -> tuple[IPv4Address | IPv6Address, ...]:
    """The servers that the network names, each once, in its order."""
    found: dict[IPv4Address | IPv6Address, None] = {}
    for unit in options.units:
        match unit.content:
            case Address(address=address):
                if unit.identifier.name.startswith("DNS_SERVER"):
                    found[address] = None
            case Ipcp(code=LcpCode.CONFIGURE_NAK | LcpCode.CONFIGURE_ACK) as packet:
                for kind in DNS:
                    server = packet.address(kind)
                    if server is not None and int(server):
                        found[server] = None
    return tuple(found)
