"""What a GGSN asks about the PDP contexts of the SGSN (TS 29.060 7.3), found by the TEID for control and the NSAPI."""

from typing import TYPE_CHECKING, Any

from nodes.core.gtp import NO_TEID, Incoming
from nodes.sgsn.pdp_activation import plain
from nodes.sgsn.pdp_deactivation import DeactivationOrder
from nodes.sgsn.pdp_deletion import answer_deletion
from nodes.sgsn.pdp_network_modification import ModificationOrder
from protocol.causes import GtpCause, SmCause
from protocol.gtp import DeletePdpContextRequest, GgsnInitiatedUpdatePdpContextRequest, UpdatePdpContextResponse

if TYPE_CHECKING:
    from nodes.sgsn.pdp_context import PdpContext

SM_CAUSES = {
    GtpCause.REACTIVATION_REQUESTED: SmCause.REACTIVATION_REQUESTED,
    GtpCause.NETWORK_FAILURE: SmCause.NETWORK_FAILURE,
    GtpCause.QOS_PARAMETER_MISMATCH: SmCause.QOS_NOT_ACCEPTED,
}
"""What the mobile is told of the reason that a GGSN gives (since Rel-8); without one it is regular."""


def find(node: Any, incoming: Incoming) -> "PdpContext | None":
    """The PDP context that a request is about: it comes in our tunnel for control, and names the NSAPI."""
    message = incoming.message
    context = node.gn.controls.get(message.teid)
    pdp: PdpContext | None = None if context is None else context.pdp.get(message.nsapi.value)
    if pdp is None or pdp.teid_control != message.teid:
        return None
    incoming.imsi = pdp.subject
    return pdp


def deletion_requested(node: Any, incoming: Incoming) -> None:
    """A GGSN deletes a context, or all that share its address (7.3.5).

    Without teardown the last one of an address stays: such a request is ignored.
    """
    message: DeletePdpContextRequest = incoming.message
    pdp = find(node, incoming)
    if pdp is None:
        answer_deletion(incoming, None, GtpCause.NON_EXISTENT)
        return
    teardown = message.teardown_ind is not None and message.teardown_ind.teardown
    if not teardown and not pdp.linked:
        node.warn("gtp teardown", f"{message.title} for the last context of {pdp.subject} without teardown")
        return
    cause = SmCause.REGULAR_DEACTIVATION if message.cause is None else SM_CAUSES.get(message.cause)
    pdp.deliver(DeactivationOrder(cause or SmCause.REGULAR_DEACTIVATION, incoming, teardown=teardown))


def update_requested(node: Any, incoming: Incoming) -> None:
    """A GGSN changes the quality of service of a context, or tells the address that it was given late (7.3.3)."""
    message: GgsnInitiatedUpdatePdpContextRequest = incoming.message
    pdp = find(node, incoming)
    if pdp is None:
        incoming.answer(UpdatePdpContextResponse(teid=NO_TEID, cause=GtpCause.NON_EXISTENT))
        return
    profile, address = message.quality_of_service_profile, message.end_user_address
    pdp.deliver(
        ModificationOrder(
            None if profile is None else profile.quality_of_service,
            incoming,
            address=None if address is None else plain(address),
            options=message.protocol_configuration_options,
        )
    )
