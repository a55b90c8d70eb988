"""PDP contexts that move with their mobile from SGSN to SGSN (TS 23.060 6.9.1.2.2, TS 29.060 7.7.29, 7.3.3).

The old SGSN tells what it has; the new one makes contexts of that, which are active at once, and lets each GGSN send
their packets to its own tunnel ends. A context that its GGSN does not keep is deleted; the mobile learns it from the
PDP context status in ROUTING AREA UPDATE ACCEPT. The same goes for a mobile that comes back before its update elsewhere
was complete: its contexts are here still, but the GGSNs may have been told otherwise.
"""

from typing import TYPE_CHECKING

from nodes.core import gtp
from nodes.core.gtp import Transaction
from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.sgsn import quality_of_service
from nodes.sgsn.events import TAKEN_OVER
from nodes.sgsn.pdp_activation import plain
from nodes.sgsn.pdp_context import PdpContext
from nodes.sgsn.pdp_creation import peer_address
from nodes.sgsn.pdp_modification import NO_CONTEXT, make_update, take_update
from nodes.sgsn.pdp_states import S as PdpState
from nodes.sgsn.quality_of_service import ASSIGNED
from protocol.gtp import (
    EndUserAddress,
    GsnAddress,
    QualityOfServiceProfile,
    UpdatePdpContextRequest,
    UpdatePdpContextResponse,
)
from protocol.gtp import PdpContext as GtpPdpContext
from protocol.gtp import TransactionIdentifier as GtpIdentifier
from protocol.sm import TransactionIdentifier
from protocol.sm.elements import EXTENDED, LlcSapiValue

if TYPE_CHECKING:
    from nodes.sgsn.context import MmContext

NSAPIS = range(5, 16)
"""NSAPIs that PDP contexts may have (TS 24.008 10.5.6.2)."""

EXTENSION = 0x80
"""What stands in the second octet of a transaction identifier of 7 and more beside its value (TS 24.007 11.2.3.1.3)."""


# --- what is told ----------------------------------------------------------------------------------------------------


def make_pdp_contexts(context: "MmContext") -> tuple[GtpPdpContext, ...]:
    """What another SGSN needs to know of the active PDP contexts of a mobile."""
    movable = (pdp for _, pdp in sorted(context.pdp.items()) if can_move(pdp))
    return tuple(make_pdp_context(pdp) for pdp in movable)


def can_move(pdp: PdpContext) -> bool:
    """Only what is active, and is to stay so, moves."""
    return pdp.is_active and pdp.state is not PdpState.INACTIVE_PENDING


def make_pdp_context(pdp: PdpContext) -> GtpPdpContext:
    """One PDP context (7.7.29). Nothing is numbered: no delivery order is kept over the move."""
    subscribed, requested, negotiated = (
        QualityOfServiceProfile(pdp.priority, profile)
        for profile in (pdp.qos_subscribed, pdp.qos_requested, pdp.qos_negotiated)
        if profile is not None
    )
    address = pdp.pdp_address
    assert address is not None
    assert pdp.ggsn_teid_control is not None
    assert pdp.ggsn_teid_data is not None
    assert pdp.ggsn_control is not None
    assert pdp.ggsn_user is not None
    return GtpPdpContext(
        nsapi=pdp.nsapi,
        sapi=pdp.llc_sapi,
        quality_of_service_subscribed=subscribed,
        quality_of_service_requested=requested,
        quality_of_service_negotiated=negotiated,
        sequence_number_down=0,
        sequence_number_up=0,
        uplink_teid_control_plane=pdp.ggsn_teid_control,
        uplink_teid_data_i=pdp.ggsn_teid_data,
        pdp_context_identifier=pdp.subscription_id,
        pdp_address=EndUserAddress(address.organisation, address.number, address.ipv4, address.ipv6, address.other),
        ggsn_address_for_control_plane=GsnAddress(pdp.ggsn_control.address),
        ggsn_address_for_user_traffic=GsnAddress(pdp.ggsn_user.address),
        access_point_name=pdp.apn,
        transaction_identifier=make_identifier(pdp.ti),
    )


def make_identifier(ti: TransactionIdentifier) -> GtpIdentifier:
    """A transaction identifier as the messages of the mobile have it."""
    extended = ti.value >= EXTENDED
    return GtpIdentifier(ti.flag << 3 | min(ti.value, EXTENDED), extension=EXTENSION | ti.value if extended else 0)


def identifier_of(told: GtpIdentifier) -> TransactionIdentifier | None:
    """The transaction identifier that another SGSN tells; None for one that cannot be."""
    value = told.value & EXTENDED
    if value == EXTENDED:
        value = told.extension & ~EXTENSION
    return None if value == 127 else TransactionIdentifier(value, bool(told.value & 8))


# --- what is taken ---------------------------------------------------------------------------------------------------


def take_pdp_contexts(context: "MmContext", received: tuple[GtpPdpContext, ...]) -> None:
    """Make PDP contexts of what another SGSN has told. What there is already stays, what cannot be is left out."""
    for told in received:
        identifier = identifier_of(told.transaction_identifier)
        known = told.ggsn_address_for_control_plane is not None and told.ggsn_address_for_user_traffic is not None
        fits = told.nsapi in NSAPIS and told.sapi in ASSIGNED and told.nsapi not in context.pdp
        if known and fits and identifier is not None:
            take_pdp_context(context, told, identifier)


def take_pdp_context(context: "MmContext", told: GtpPdpContext, identifier: TransactionIdentifier) -> None:
    """Make one PDP context. Those of one address are known by the tunnel for control that they share in the GGSN."""
    control = peer_address(told.ggsn_address_for_control_plane)
    ends = (control, told.uplink_teid_control_plane)
    linked = next((p for p in context.pdp.values() if (p.ggsn_control, p.ggsn_teid_control) == ends), None)
    pdp = PdpContext(context, told.nsapi, identifier)
    pdp.llc_sapi = LlcSapiValue(told.sapi)
    pdp.qos_subscribed = told.quality_of_service_subscribed.quality_of_service
    pdp.qos_requested = told.quality_of_service_requested.quality_of_service
    pdp.qos_negotiated = told.quality_of_service_negotiated.quality_of_service
    pdp.priority = told.quality_of_service_negotiated.allocation_retention_priority
    pdp.radio_priority = quality_of_service.choose_radio_priority(pdp.qos_negotiated)
    pdp.subscription_id = told.pdp_context_identifier
    pdp.apn = told.access_point_name
    pdp.pdp_address = plain(told.pdp_address)
    pdp.filters = None
    pdp.ggsn_control, pdp.ggsn_teid_control = ends
    pdp.ggsn_user = peer_address(told.ggsn_address_for_user_traffic)
    pdp.ggsn_teid_data = told.uplink_teid_data_i
    pdp.in_ggsn = True
    gn = context.stage.gn
    if linked is None:
        gn.assign(pdp)
    else:
        pdp.linked_nsapi = linked.nsapi if linked.linked_nsapi is None else linked.linked_nsapi
        gn.assign(pdp, linked.teid_control)
    gn.connect(pdp)
    pdp.hear(TAKEN_OVER)


# --- what the GGSNs are told -----------------------------------------------------------------------------------------


class S(State):
    """States of the update."""

    START = "start"
    WAIT_RESPONSES = "wait for Update PDP Context Responses"
    UPDATED = "GGSNs updated"


class TunnelUpdate(Procedure):
    """All GGSNs of a mobile are told that it is here.

    ``lost`` is True where one of them does not keep a context; those that are ``lowered`` get less than they had.
    """

    __slots__ = ("context", "lost", "lowered", "requests")

    def __init__(self, parent: Procedure, context: "MmContext") -> None:
        super().__init__(parent.stage, parent)
        self.context = context
        self.lost = False
        self.lowered: tuple[PdpContext, ...] = ()
        self.requests: dict[Transaction, PdpContext] = {}

    def make_request(self, pdp: PdpContext) -> UpdatePdpContextRequest:
        """Update PDP Context Request with tunnel ends that the GGSN does not know (7.3.3)."""
        cell = self.context.cell
        assert pdp.qos_negotiated is not None
        return make_update(pdp, pdp.qos_negotiated).replace(
            rai=None if cell is None else cell.rai, tunnel_endpoint_identifier_control_plane=pdp.teid_control
        )

    def settle(self, transaction: Transaction) -> PdpContext | None:
        """The context that a transaction is about, if it is there still."""
        pdp = self.requests.pop(transaction)
        return pdp if self.context.pdp.get(pdp.nsapi) is pdp else None

    @property
    def rest(self) -> S:
        """All have answered, or some have not yet."""
        if self.requests:
            return S.WAIT_RESPONSES
        self.context.ggsns_know = True
        return S.UPDATED


def begun(update: TunnelUpdate, event: Begin) -> S:
    """Ask them all at once."""
    gtp_layer = update.stage.gn.gtp
    for pdp in update.context.pdp.values():
        if pdp.in_ggsn:
            message = update.make_request(pdp)
            transaction = gtp_layer.request(update, pdp.ggsn_control, message, update.context.imsi or "")
            update.requests[transaction] = pdp
            update.start(transaction)
    return update.rest


def answered(update: TunnelUpdate, event: Transaction) -> S:
    """A GGSN sends the packets here now, perhaps from elsewhere and of a lesser quality, or has no such context."""
    response: UpdatePdpContextResponse = event.answer
    pdp = update.settle(event)
    if pdp is None:
        pass
    elif response.cause.is_acceptance:
        take_update(pdp, response)
        profile = response.quality_of_service_profile
        if profile is not None and profile.quality_of_service != pdp.qos_negotiated:
            pdp.qos_negotiated = profile.quality_of_service
            update.lowered += (pdp,)
    else:
        update.lost = True
        pdp.in_ggsn = pdp.in_ggsn and response.cause not in NO_CONTEXT
        pdp.drop()
    return update.rest


def unanswered(update: TunnelUpdate, event: Transaction) -> S:
    """A GGSN is silent, or cannot be read: the context is deleted, there too should it hear of it."""
    pdp = update.settle(event)
    if pdp is not None:
        update.lost = True
        pdp.drop()
    return update.rest


TUNNEL_UPDATE = Machine(
    "update of PDP contexts in the GGSNs",
    clause="23.060 6.9.1.2.2 step 6, 29.060 7.3.3",
    of=TunnelUpdate,
    initial=S.START,
    final=(S.UPDATED,),
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_RESPONSES, S.UPDATED)),
        (S.WAIT_RESPONSES, gtp.S.ANSWERED, answered, (S.WAIT_RESPONSES, S.UPDATED)),
        (S.WAIT_RESPONSES, gtp.S.NO_RESPONSE, unanswered, (S.WAIT_RESPONSES, S.UPDATED)),
    ],
)


def accept_status(context: "MmContext", active: tuple[int, ...]) -> None:
    """Delete what the mobile does not have, without a word to it (24.008 4.7.5.1.3)."""
    for nsapi in [nsapi for nsapi in context.pdp if nsapi not in active]:
        if nsapi in context.pdp:  # and has not gone with another one
            context.pdp[nsapi].drop()
