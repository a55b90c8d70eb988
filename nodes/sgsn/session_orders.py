"""PDP contexts as operators and the HLR want them: deactivated, or modified (TS 23.060 9.2.3.1, 9.2.4.2)."""

from typing import TYPE_CHECKING, Any

from nodes.core.node import CommandError
from nodes.core.outputs import Command
from nodes.sgsn import quality_of_service
from nodes.sgsn.apn_selection import barred
from nodes.sgsn.pdp_context import PdpContext
from nodes.sgsn.pdp_deactivation import DeactivationOrder
from nodes.sgsn.pdp_network_modification import ModificationOrder
from nodes.sgsn.pdp_states import S
from protocol.causes import SmCause
from protocol.document import DocumentError, from_document, to_document
from protocol.identities import Teid
from protocol.map.subscriber import OdbGeneralData
from protocol.sm.quality_of_service import QualityOfService

if TYPE_CHECKING:
    from nodes.sgsn.context import MmContext

FIELDS = ("delay_class", "reliability_class", "peak_throughput", "precedence_class", "mean_throughput")
"""The fields of quality of service that an operator may tell: those of R97."""


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
    pdp.deliver(ModificationOrder(read_quality(pdp.qos_negotiated, command.arguments.get("qos"))))
    context.stage.reply(command, "done")


def named(context: "MmContext", command: Command) -> PdpContext:
    """The context of a mobile that a command names by its NSAPI."""
    nsapi = command.arguments.get("nsapi")
    pdp: PdpContext | None = context.pdp.get(nsapi) if isinstance(nsapi, int) else None
    if pdp is None:
        raise CommandError(f"{context.imsi} has no PDP context {nsapi!r}")
    return pdp


def read_quality(present: QualityOfService, wanted: Any) -> QualityOfService:
    """The quality of service of a command."""
    if not isinstance(wanted, dict) or not wanted or not wanted.keys() <= set(FIELDS):
        raise CommandError(f"qos is an object of {', '.join(FIELDS)}, not {wanted!r}")
    try:
        plain: dict[str, Any] = {name: spell(name, value) for name, value in wanted.items()}
        read: QualityOfService = from_document(QualityOfService, {**to_document(present), **plain})
        read.to_octets()
    except (DocumentError, ValueError) as error:
        raise CommandError(f"qos: {error}") from None
    return read


def spell(name: str, value: Any) -> Any:
    """A throughput may be told by its code, too."""
    texts = getattr(QUANTITIES.get(name), "texts", ())
    coded = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(texts)
    return texts[value] if coded else value


QUANTITIES = {field.name: field.type for field in QualityOfService.fields if field.name.endswith("throughput")}


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
