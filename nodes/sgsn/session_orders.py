"""PDP contexts as operators and the HLR want them: deactivated, or modified (TS 23.060 9.2.3.1, 9.2.4.2)."""

from typing import TYPE_CHECKING

from nodes.core.node import CommandError
from nodes.core.outputs import Command
from nodes.core.quality_of_service import read_quality
from nodes.sgsn import quality_of_service
from nodes.sgsn.apn_selection import barred
from nodes.sgsn.pdp_context import PdpContext
from nodes.sgsn.pdp_deactivation import DeactivationOrder
from nodes.sgsn.pdp_network_modification import ModificationOrder
from nodes.sgsn.pdp_states import S
from protocol.causes import SmCause
from protocol.identities import Teid
from protocol.map.subscriber import OdbGeneralData

if TYPE_CHECKING:
    from nodes.sgsn.context import MmContext

CAUSES = {
    cause.name: cause
    for cause in (
        SmCause.OPERATOR_DETERMINED_BARRING,
        SmCause.INSUFFICIENT_RESOURCES,
        SmCause.REGULAR_DEACTIVATION,
        SmCause.NETWORK_FAILURE,
        SmCause.REACTIVATION_REQUESTED,
    )
}
"""Why the network may deactivate a context (TS 24.008 6.1.3.4.2)."""


def deactivate(context: "MmContext", command: Command) -> None:
    """Deactivate one context, or all of them, those of an address together."""
    told = command.arguments.get("cause", SmCause.REGULAR_DEACTIVATION.name)
    cause = CAUSES.get(told) if isinstance(told, str) else None
    if cause is None:
        raise CommandError(f"cause is one of {', '.join(CAUSES)}, not {told!r}")
    if "nsapi" in command.arguments:
        named(context, command).deliver(DeactivationOrder(cause))
    else:
        deactivate_all(context, cause)
    context.stage.reply(command, "done")


def deactivate_all(context: "MmContext", cause: SmCause) -> None:
    """Deactivate all contexts of a mobile by the network, which tells it this cause."""
    seen: set[Teid | None] = set()
    pdp: PdpContext
    for pdp in tuple(context.pdp.values()):
        if pdp.teid_control not in seen:
            seen.add(pdp.teid_control)
            pdp.deliver(DeactivationOrder(cause, teardown=bool(pdp.linked)))


def modify(context: "MmContext", command: Command) -> None:
    """Modify the quality of service of one context; fields that are not told stay."""
    pdp = named(context, command)
    if pdp.state is not S.ACTIVE or pdp.qos_negotiated is None:
        raise CommandError(f"the PDP context {pdp.nsapi} of {context.imsi} is in {pdp.state.value}")
    wanted = command.arguments.get("qos")
    if not wanted:
        raise CommandError("modify needs qos")
    pdp.deliver(ModificationOrder(read_quality(wanted, pdp.qos_negotiated)))
    context.stage.reply(command, "done")


def named(context: "MmContext", command: Command) -> PdpContext:
    """The context of a mobile that a command names by its NSAPI."""
    nsapi = command.arguments.get("nsapi")
    pdp: PdpContext | None = context.pdp.get(nsapi) if isinstance(nsapi, int) else None
    if pdp is None:
        raise CommandError(f"{context.imsi} has no PDP context {nsapi!r}")
    return pdp


def subscription_changed(context: "MmContext") -> None:
    """The HLR has changed what the mobile is subscribed to: its contexts follow (23.060 6.11.1, 9.2.3.1, 9.2.4.2).

    A context that is barred, or whose subscription is withdrawn, is deactivated; one that has more than is subscribed
    now, or could have what it asked for, is modified.
    """
    if context.departed:
        return
    if barred(context, OdbGeneralData.ALL_PACKET_ORIENTED_SERVICES_BARRED):
        deactivate_all(context, SmCause.OPERATOR_DETERMINED_BARRING)
        return
    subscriptions = {item.pdp_context_id: item for item in context.pdp_subscriptions}
    pdp: PdpContext
    for pdp in tuple(context.pdp.values()):
        subscription = subscriptions.get(pdp.subscription_id)
        if context.pdp.get(pdp.nsapi) is not pdp or not pdp.can_be_linked:
            continue
        if subscription is None:
            pdp.deliver(DeactivationOrder(SmCause.REGULAR_DEACTIVATION, teardown=bool(pdp.linked)))
            continue
        allowed = quality_of_service.subscribed(subscription)
        if allowed != pdp.qos_subscribed and pdp.qos_requested is not None:
            pdp.qos_subscribed = allowed
            pdp.priority = quality_of_service.priority_of(subscription, allowed)
            pdp.deliver(ModificationOrder(pdp.qos_requested))
