"""The GMM context of one mobile in the SGSN, and its main states (TS 24.008 4.1.3.3).

The context is itself a procedure: the one that lasts as long as the SGSN knows the mobile. Attach, detach and purge run
as its children.
"""

from typing import Any

from nodes.core.llc import LogicalLink
from nodes.core.machine import ANY, Machine, Procedure, State
from nodes.sgsn import attach, detach, purge
from nodes.sgsn.attach import Attach
from nodes.sgsn.detach import NetworkDetach
from nodes.sgsn.purge import Purge
from protocol.gmm import AttachRequest, DetachAcceptMt, DetachRequestMo, GmmStatus
from protocol.gmm.elements import Cksn, DetachTypeMt, DrxParameter, ForceToStandby, MsNetworkCapability
from protocol.identities import CellIdentifier, Imei, Imsi, IsdnAddress, Tlli, Tmsi
from protocol.map.location import CancellationType, CancelLocationArg
from protocol.map.packet import PdpContext
from protocol.map.subscriber import InsertSubscriberDataArg
from protocol.timers import X_PURGE, Timer


class S(State):
    """Main states of GMM on the network's side."""

    DEREGISTERED = "GMM-DEREGISTERED"
    COMMON_PROCEDURE_INITIATED = "GMM-COMMON-PROCEDURE-INITIATED"
    REGISTERED = "GMM-REGISTERED"
    DEREGISTERED_INITIATED = "GMM-DEREGISTERED-INITIATED"
    GONE = "no context"


class DetachOrder:
    """The operator wants the mobile detached."""

    __slots__ = ("type",)

    def __init__(self, kind: DetachTypeMt) -> None:
        self.type = kind


class MmContext(Procedure):
    """What the SGSN knows of one mobile (TS 23.060 13.2).

    ``imsi`` may be a mere claim until the context is registered under it. ``tlli`` is the identity on the link,
    ``tlli_old`` the one before, valid until the mobile has used the new one. ``bss`` and ``bvci`` tell where it was
    heard last.
    """

    __slots__ = (
        "ac_reference",
        "bss",
        "bvci",
        "cell",
        "cksn",
        "drx_parameter",
        "equipment_checked",
        "imei",
        "imsi",
        "link",
        "location_confirmed",
        "ms_network_capability",
        "msisdn",
        "pdp_subscriptions",
        "ptmsi",
        "ptmsi_old",
        "ptmsi_signature",
        "tlli",
        "tlli_old",
        "vectors",
    )

    def __init__(self, stage: Any, tlli: Tlli) -> None:
        super().__init__(stage)
        self.tlli = tlli
        self.tlli_old: Tlli | None = None
        self.ptmsi: Tmsi | None = None
        self.ptmsi_old: Tmsi | None = None
        self.ptmsi_signature: int | None = None
        self.imsi: Imsi | None = None
        self.imei: Imei | None = None
        self.equipment_checked = False
        self.location_confirmed = False
        self.cksn = Cksn.NO_KEY
        self.ac_reference = 0
        self.vectors: tuple[Any, ...] = ()
        self.msisdn: IsdnAddress | None = None
        self.pdp_subscriptions: tuple[PdpContext, ...] = ()
        self.ms_network_capability: MsNetworkCapability | None = None
        self.drx_parameter: DrxParameter | None = None
        self.link = LogicalLink(network=True)
        self.bss = ""
        self.bvci = 0
        self.cell: CellIdentifier | None = None

    @property
    def subject(self) -> str:
        return self.imsi or str(self.tlli)

    def transmit(self, message: Any) -> None:
        self.stage.transmit(self, message)

    def ended(self) -> None:
        self.stage.forget(self)

    def become(self, imsi: Imsi) -> None:
        """The mobile says it is ``imsi``: what was known of another is nothing to it."""
        if imsi == self.imsi:
            return
        self.stage.disown(self)
        self.imsi = imsi
        known = self.stage.context_of(imsi)
        if known is not None and known is not self:
            self.adopt(known)
            return
        self.imei = self.msisdn = None
        self.equipment_checked = self.location_confirmed = False
        self.cksn = Cksn.NO_KEY
        self.vectors = self.pdp_subscriptions = ()

    def adopt(self, known: "MmContext") -> None:
        """Know what another context of the same mobile knows; that one is left as it is until this is registered."""
        if known is self:
            return
        self.imsi = known.imsi
        self.imei = known.imei
        self.equipment_checked = known.equipment_checked
        self.cksn = known.cksn
        self.msisdn = known.msisdn
        self.pdp_subscriptions = known.pdp_subscriptions
        self.ptmsi_signature = known.ptmsi_signature

    def next_vector(self) -> Any:
        """A vector that is left, here or with the registered context of the same mobile; None if there is none."""
        for holder in (self, self.stage.context_of(self.imsi)):
            if holder is not None and holder.vectors:
                vector, *rest = holder.vectors
                holder.vectors = tuple(rest)
                return vector
        return None

    def insert(self, data: InsertSubscriberDataArg) -> None:
        """Keep what the HLR says of the subscription (TS 29.002 8.8.1)."""
        if data.msisdn is not None:
            self.msisdn = data.msisdn
        if data.gprs_subscription_data is not None:
            kept = () if data.gprs_subscription_data.complete_data_list_included else self.pdp_subscriptions
            new = data.gprs_subscription_data.gprs_data_list
            ids = {context.pdp_context_id for context in new}
            self.pdp_subscriptions = (*(c for c in kept if c.pdp_context_id not in ids), *new)


def attach_requested(context: MmContext, event: AttachRequest) -> S:
    """An attach begins. That of a registered mobile runs in a context of its own until it is proved (4.7.3.1.6 f)."""
    context.end_children()
    context.start(Attach(context, event))
    return S.COMMON_PROCEDURE_INITIATED


def attached(context: MmContext, event: Attach) -> S:
    """The mobile has acknowledged its new identity: the old ones are free."""
    context.stage.release_old(context)
    return S.REGISTERED


def left(context: MmContext) -> S:
    """A context that was never registered goes; one that was is kept, detached, until it is purged."""
    return S.DEREGISTERED if context.stage.is_registered(context) else S.GONE


def attach_failed(context: MmContext, event: Attach) -> S:
    """The mobile is not attached."""
    return left(context)


def attach_requested_while_leaving(context: MmContext, event: AttachRequest) -> S:
    """During a detach by the network: ignored, unless the detach wanted the mobile to attach again (4.7.4.2.5 c)."""
    wanted = any(isinstance(c, NetworkDetach) and c.type is DetachTypeMt.RE_ATTACH_REQUIRED for c in context.children)
    return attach_requested(context, event) if wanted else S.DEREGISTERED_INITIATED


def detach_requested(context: MmContext, event: DetachRequestMo) -> S:
    """The mobile leaves, whatever runs; it is answered unless it is switched off (4.7.4.1)."""
    context.end_children()
    if not event.detach_type.power_off:
        context.tell(DetachAcceptMt(force_to_standby=ForceToStandby.NOT_INDICATED))
    return left(context)


def detach_ordered(context: MmContext, event: DetachOrder) -> S:
    """Send the mobile away."""
    context.start(NetworkDetach(context, event.type))
    return S.DEREGISTERED_INITIATED


def cancelled(context: MmContext, event: CancelLocationArg) -> S:
    """The HLR cancels: silently if the mobile moved, by a detach if its subscription is withdrawn (23.060 6.6.2.2)."""
    context.end_children()
    context.location_confirmed = False
    if event.cancellation_type is not CancellationType.SUBSCRIPTION_WITHDRAW:
        return S.GONE
    context.start(NetworkDetach(context, DetachTypeMt.RE_ATTACH_NOT_REQUIRED))
    return S.DEREGISTERED_INITIATED


def cancelled_when_detached(context: MmContext, event: CancelLocationArg) -> S:
    """Nothing is left to tell the mobile."""
    context.end_children()
    return S.GONE


def detached(context: MmContext, event: NetworkDetach) -> S:
    """The mobile is gone, and the HLR wants it forgotten."""
    return S.DEREGISTERED if context.location_confirmed else S.GONE


def detached_again(context: MmContext, event: DetachRequestMo) -> S:
    """The mobile has not heard that it is detached."""
    if not event.detach_type.power_off:
        context.tell(DetachAcceptMt(force_to_standby=ForceToStandby.NOT_INDICATED))
    return S.DEREGISTERED


def purge_due(context: MmContext, event: Timer) -> S:
    """Detached for long: from now on the HLR may hold the mobile for purged."""
    context.location_confirmed = False
    context.start(Purge(context))
    return S.DEREGISTERED


def purged(context: MmContext, event: Purge) -> S:
    """Forgotten."""
    return S.GONE


def noted(context: MmContext, event: GmmStatus) -> State:
    """A STATUS is told, never answered (8.4)."""
    context.stage.warn("gmm status", f"GMM STATUS from {context.subject}: {event.gmm_cause.words}")
    return context.state


MAIN = (S.DEREGISTERED, S.COMMON_PROCEDURE_INITIATED, S.REGISTERED, S.DEREGISTERED_INITIATED)

GMM = Machine(
    "GMM, network side",
    clause="24.008 4.1.3.3",
    of=MmContext,
    initial=S.DEREGISTERED,
    final=(S.GONE,),
    guards={S.DEREGISTERED: X_PURGE},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.DEREGISTERED, AttachRequest, attach_requested, (S.COMMON_PROCEDURE_INITIATED,)),
        (S.COMMON_PROCEDURE_INITIATED, attach.S.ATTACHED, attached, (S.REGISTERED,)),
        (S.COMMON_PROCEDURE_INITIATED, attach.S.REJECTED, attach_failed, (S.DEREGISTERED, S.GONE)),
        (S.COMMON_PROCEDURE_INITIATED, attach.S.ABANDONED, attach_failed, (S.DEREGISTERED, S.GONE)),
        (
            S.DEREGISTERED_INITIATED,
            AttachRequest,
            attach_requested_while_leaving,
            (S.DEREGISTERED_INITIATED, S.COMMON_PROCEDURE_INITIATED),
        ),
        (ANY, DetachRequestMo, detach_requested, (S.DEREGISTERED, S.GONE)),
        (S.DEREGISTERED, DetachRequestMo, detached_again, (S.DEREGISTERED,)),
        (S.REGISTERED, DetachOrder, detach_ordered, (S.DEREGISTERED_INITIATED,)),
        (
            (S.COMMON_PROCEDURE_INITIATED, S.REGISTERED, S.DEREGISTERED_INITIATED),
            CancelLocationArg,
            cancelled,
            (S.DEREGISTERED_INITIATED, S.GONE),
        ),
        (S.DEREGISTERED, CancelLocationArg, cancelled_when_detached, (S.GONE,)),
        (S.DEREGISTERED_INITIATED, detach.S.DETACHED, detached, (S.DEREGISTERED, S.GONE)),
        (S.DEREGISTERED, X_PURGE, purge_due, (S.DEREGISTERED,)),
        (S.DEREGISTERED, purge.S.PURGED, purged, (S.GONE,)),
        (ANY, GmmStatus, noted, MAIN),
    ],
)
