"""A PDP context in the SGSN: the main states of session management, network side (TS 24.008 6.1.2.2, TS 23.060 13.2).

A PDP context is a companion of the MM context of its mobile. It lives from the request for it until it is deleted; the
procedures that make, modify and delete it run as its children. 24.008 calls it inactive until the mobile is told that
it is there; PDP-ACTIVE-PENDING is the state of an activation that the network asks for (pdp_network_requested.py),
before there is a context.

Contexts of one address and access point share a tunnel for control, so they are found together by its TEID.
"""

from typing import TYPE_CHECKING, Any

from nodes.core.machine import ANY, Machine, Procedure, State
from nodes.sgsn import pdp_activation, pdp_deactivation
from nodes.sgsn.events import GgsnLost, TakenOver
from nodes.sgsn.packets import Traffic
from nodes.sgsn.pdp_activation import Activation
from nodes.sgsn.pdp_deactivation import DeactivationOrder, MobileDeactivation, NetworkDeactivation, delete_in_ggsn
from protocol.causes import SmCause
from protocol.identities import Apn, GsnAddress, Teid
from protocol.sm import (
    ActivatePdpContextRequest,
    DeactivatePdpContextAccept,
    DeactivatePdpContextRequest,
    SmStatus,
    TransactionIdentifier,
)
from protocol.sm.elements import LlcSapiValue, RadioPriorityLevel
from protocol.sm.pdp_address import PdpAddress
from protocol.sm.quality_of_service import QualityOfService
from protocol.sm.traffic_flow_template import TrafficFlowTemplate

if TYPE_CHECKING:
    from nodes.sgsn.context import MmContext


class S(State):
    """States of a PDP context on the network's side."""

    INACTIVE = "PDP-INACTIVE"
    ACTIVE = "PDP-ACTIVE"
    INACTIVE_PENDING = "PDP-INACTIVE-PENDING"
    GONE = "no PDP context"


class PdpContext(Procedure):
    """One PDP context of the mobile of ``context``, which knows it by its ``nsapi``.

    ``ti`` is the transaction as the mobile's messages name it; ``request`` is what it asked for, None for a context
    that came from another SGSN. ``qos_requested``, ``qos_subscribed`` and ``qos_negotiated`` are the profiles,
    ``priority`` goes with them to the GGSN. ``subscription_id`` is the subscribed context that allows it.
    ``linked_nsapi`` is that of the context whose address a secondary one shares.

    Our tunnel ends are ``teid_control`` and ``teid_data``; the GGSN's are ``ggsn_teid_control`` and ``ggsn_teid_data``,
    at ``ggsn_control`` and ``ggsn_user``. ``in_ggsn`` is True while the GGSN has the context and was not asked to
    delete it. ``traffic`` is what passes through it (packets.py).
    """

    __slots__ = (
        "apn",
        "charging_id",
        "context",
        "ggsn_control",
        "ggsn_teid_control",
        "ggsn_teid_data",
        "ggsn_user",
        "in_ggsn",
        "linked_nsapi",
        "llc_sapi",
        "nsapi",
        "pdp_address",
        "priority",
        "qos_negotiated",
        "qos_requested",
        "qos_subscribed",
        "radio_priority",
        "request",
        "subscription_id",
        "teid_control",
        "teid_data",
        "tft",
        "ti",
        "traffic",
    )

    def __init__(
        self,
        context: "MmContext",
        nsapi: int,
        ti: TransactionIdentifier,
        request: ActivatePdpContextRequest | None = None,
    ) -> None:
        super().__init__(context.stage)
        self.context = context
        self.nsapi = nsapi
        self.ti = ti
        self.request = request
        self.llc_sapi = LlcSapiValue.NOT_ASSIGNED
        self.qos_requested: QualityOfService | None = None
        self.qos_subscribed: QualityOfService | None = None
        self.qos_negotiated: QualityOfService | None = None
        self.priority = 3
        self.radio_priority = RadioPriorityLevel.LEVEL_4
        self.subscription_id = 0
        self.apn: Apn | None = None
        self.pdp_address: PdpAddress | None = None
        self.linked_nsapi: int | None = None
        self.tft: TrafficFlowTemplate | None = None
        self.ggsn_control: GsnAddress | None = None
        self.ggsn_user: GsnAddress | None = None
        self.teid_control: Teid | None = None
        self.teid_data: Teid | None = None
        self.ggsn_teid_control: Teid | None = None
        self.ggsn_teid_data: Teid | None = None
        self.in_ggsn = False
        self.charging_id: int | None = None
        self.traffic = Traffic(nsapi)
        context.pdp[nsapi] = self

    @property
    def subject(self) -> str:
        return self.context.subject

    def transmit(self, message: Any) -> None:
        self.stage.transmit(self.context, message)

    def ended(self) -> None:
        del self.context.pdp[self.nsapi]
        self.stage.gn.release(self)

    @property
    def is_active(self) -> bool:
        """True while packets may pass."""
        return self.state in (S.ACTIVE, S.INACTIVE_PENDING) and self.in_ggsn

    # --- with others ------------------------------------------------------------------------------------------------

    @property
    def linked(self) -> "list[PdpContext]":
        """The other contexts of the same address and access point."""
        if self.teid_control is None:
            return []
        return [
            other
            for other in self.context.pdp.values()
            if other is not self and other.teid_control == self.teid_control
        ]

    def drop(self) -> None:
        """Delete it here without a word to the mobile, and in the GGSN if that has it."""
        self.delete_in_ggsn(teardown=not self.linked)
        self.end()

    def delete_in_ggsn(self, *, teardown: bool) -> None:
        """Let the GGSN delete it, and with ``teardown`` all that share its address; nobody waits for its answer."""
        if not self.in_ggsn:
            return
        for pdp in (self, *(self.linked if teardown else ())):
            pdp.in_ggsn = False
        assert self.ggsn_control is not None
        assert self.ggsn_teid_control is not None
        delete_in_ggsn(
            self.stage, self.subject, self.ggsn_control, self.ggsn_teid_control, self.nsapi, teardown=teardown
        )

    def look(self) -> dict[str, Any]:
        """All that ``inspect`` tells."""
        address = self.pdp_address
        return {
            "nsapi": self.nsapi,
            "ti": self.ti.value,
            "state": self.state.value,
            "apn": self.apn,
            "address": None if address is None or address.is_dynamic else str(address.ipv4 or address.ipv6),
            "ggsn": told(self.ggsn_control),
            "teid_control": told(self.teid_control),
            "teid_data": told(self.teid_data),
            "ggsn_teid_control": told(self.ggsn_teid_control),
            "ggsn_teid_data": told(self.ggsn_teid_data),
            "llc_sapi": int(self.llc_sapi),
            "qos": None if self.qos_negotiated is None else str(self.qos_negotiated),
            "linked_nsapi": self.linked_nsapi,
        } | self.traffic.look()


def told(value: Any) -> str | None:
    """How a value is told, if there is one."""
    return None if value is None else str(value)


def activation_requested(pdp: PdpContext, event: ActivatePdpContextRequest) -> S:
    """Ask the GGSN for it."""
    pdp.start(Activation(pdp, event))
    return S.INACTIVE


def activated(pdp: PdpContext, event: Activation) -> S:
    """It is there, and the mobile knows."""
    return S.ACTIVE


def taken_over(pdp: PdpContext, event: TakenOver) -> S:
    """It was active under another SGSN, and is so here (23.060 6.9.1.2.2)."""
    return S.ACTIVE


def rejected(pdp: PdpContext, event: Activation) -> S:
    """The mobile gets none."""
    return S.GONE


def withdrawn(pdp: PdpContext, event: DeactivatePdpContextRequest) -> S:
    """The mobile does not want it any more before it is there; what the GGSN makes will be deleted."""
    pdp.tell(DeactivatePdpContextAccept(transaction_identifier=pdp.ti.answer))
    return S.GONE


def given_up(pdp: PdpContext, event: DeactivationOrder) -> S:
    """The network does not want it any more before it is there."""
    pdp_activation.reject(pdp, event.cause)
    return S.GONE


def deactivation_requested(pdp: PdpContext, event: DeactivatePdpContextRequest) -> S:
    """The mobile wants it deleted; what else runs is over (6.1.3.4.1)."""
    pdp.end_children()
    pdp.start(MobileDeactivation(pdp, event))
    return S.INACTIVE_PENDING


def deactivation_ordered(pdp: PdpContext, event: DeactivationOrder) -> S:
    """The network wants it deleted; what else runs is over (6.1.3.4.2)."""
    pdp.end_children()
    pdp.start(NetworkDeactivation(pdp, event))
    return S.INACTIVE_PENDING


def deactivated(pdp: PdpContext, event: MobileDeactivation | NetworkDeactivation) -> S:
    """It is no more, nor are those that go with it."""
    if event.teardown:
        for other in pdp.linked:
            other.end()
    return S.GONE


def lost(pdp: PdpContext, event: GgsnLost) -> S:
    """The GGSN has lost it: the mobile is to activate it again (23.060 9.2.4, 24.008 10.5.6.6 #39)."""
    for gone in (pdp, *pdp.linked):
        gone.in_ggsn = False
    return deactivation_ordered(pdp, DeactivationOrder(SmCause.REACTIVATION_REQUESTED, teardown=bool(pdp.linked)))


def lost_too(pdp: PdpContext, event: GgsnLost) -> S:
    """It is being deleted already."""
    pdp.in_ggsn = False
    return S.INACTIVE_PENDING


def ordered_again(pdp: PdpContext, event: DeactivationOrder) -> S:
    """It is being deleted already; a GGSN that wants the same is answered."""
    event.answer(pdp)
    return S.INACTIVE_PENDING


def noted(pdp: PdpContext, event: SmStatus) -> S:
    """The mobile cannot take something: told, never answered."""
    pdp.stage.warn("sm status", f"SM STATUS from {pdp.subject}: {event.sm_cause.words}")
    if event.sm_cause is SmCause.INVALID_TRANSACTION_IDENTIFIER_VALUE:  # it knows of no such context (6.1.3.5)
        pdp.delete_in_ggsn(teardown=not pdp.linked)
        return S.GONE
    assert isinstance(pdp.state, S)
    return pdp.state


SM = Machine(
    "SM, network side",
    clause="24.008 6.1.2.2",
    of=PdpContext,
    initial=S.INACTIVE,
    final=(S.GONE,),
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.INACTIVE, ActivatePdpContextRequest, activation_requested, (S.INACTIVE,)),
        (S.INACTIVE, pdp_activation.S.ACTIVATED, activated, (S.ACTIVE,)),
        (S.INACTIVE, TakenOver, taken_over, (S.ACTIVE,)),
        (S.INACTIVE, pdp_activation.S.REJECTED, rejected, (S.GONE,)),
        (S.INACTIVE, DeactivatePdpContextRequest, withdrawn, (S.GONE,)),
        (S.INACTIVE, DeactivationOrder, given_up, (S.GONE,)),
        (S.ACTIVE, DeactivatePdpContextRequest, deactivation_requested, (S.INACTIVE_PENDING,)),
        (S.ACTIVE, DeactivationOrder, deactivation_ordered, (S.INACTIVE_PENDING,)),
        (S.INACTIVE_PENDING, pdp_deactivation.S.DEACTIVATED, deactivated, (S.GONE,)),
        (S.INACTIVE_PENDING, pdp_deactivation.NetworkState.DEACTIVATED, deactivated, (S.GONE,)),
        (S.ACTIVE, GgsnLost, lost, (S.INACTIVE_PENDING,)),
        (S.INACTIVE_PENDING, GgsnLost, lost_too, (S.INACTIVE_PENDING,)),
        (S.INACTIVE_PENDING, DeactivationOrder, ordered_again, (S.INACTIVE_PENDING,)),
        (ANY, SmStatus, noted, (S.INACTIVE, S.ACTIVE, S.INACTIVE_PENDING, S.GONE)),
    ],
)
