"""Session management messages of a mobile: which PDP context each is about, and what else is answered (TS 24.008 8).

A request for a context makes one; of those with the same NSAPI or transaction it takes the place (6.1.3.1.5).
"""

from typing import TYPE_CHECKING, Any

from nodes.core.node import CommandError
from nodes.core.outputs import Command
from nodes.sgsn import mobility
from nodes.sgsn.pdp_context import PdpContext
from nodes.sgsn.pdp_context import S as PdpState
from nodes.sgsn.pdp_deactivation import DeactivationOrder
from protocol import sm
from protocol.causes import SmCause
from protocol.errors import DecodeError
from protocol.identities import Teid
from protocol.sm import (
    ActivatePdpContextReject,
    ActivatePdpContextRequest,
    ActivateSecondaryPdpContextReject,
    ActivateSecondaryPdpContextRequest,
    DeactivatePdpContextAccept,
    ModifyPdpContextReject,
    ModifyPdpContextRequestMo,
    SmMessage,
    SmStatus,
    TransactionIdentifier,
)
from protocol.sm.elements import take_identifier

if TYPE_CHECKING:
    from nodes.sgsn.context import MmContext

SERVED = (mobility.S.REGISTERED, mobility.S.COMMON_PROCEDURE_INITIATED)
"""Main states in which a mobile may have sessions."""

REJECTS: dict[int, Any] = {
    ActivatePdpContextRequest.code: ActivatePdpContextReject,
    ActivateSecondaryPdpContextRequest.code: ActivateSecondaryPdpContextReject,
    ModifyPdpContextRequestMo.code: ModifyPdpContextReject,
}
"""Requests that have a reject, by message type: what cannot be read of them gets that instead of a STATUS."""


def receive(context: "MmContext", octets: bytes) -> None:
    """Take an SM message of a mobile that is registered; a DecodeError that leaves has been answered."""
    try:
        message = sm.decode(octets, up=True)
    except DecodeError as error:
        answer_error(context, octets, error)
        raise
    pdp = find(context, message.transaction_identifier)
    if isinstance(message, ActivatePdpContextRequest):
        activate(context, message, pdp)
    elif pdp is None:
        answer_unknown(context, message)
    elif not pdp.deliver(message):
        context.stage.warn("sm state", f"{message.title} from {context.subject} in {pdp.state.value}")
        tell_status(
            context, message.transaction_identifier, SmCause.MESSAGE_TYPE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE
        )


def find(context: "MmContext", identifier: TransactionIdentifier) -> PdpContext | None:
    """The context that this transaction is about."""
    return next((pdp for pdp in context.pdp.values() if pdp.ti == identifier), None)


def activate(context: "MmContext", request: ActivatePdpContextRequest, same: PdpContext | None) -> None:
    """A context is wanted. The same request again while it is under way adds nothing; older contexts give way."""
    identifier, nsapi = request.transaction_identifier, request.requested_nsapi
    if identifier.flag:  # a transaction that the mobile has not begun (8.3.2)
        context.stage.warn("sm transaction", f"{request.title} from {context.subject} in a transaction of ours")
        return
    if same is not None and same.state is PdpState.INACTIVE and same.request == request:
        return
    if same is not None:
        same.drop()
    old: PdpContext | None = context.pdp.get(nsapi.value)
    if old is not None:
        old.drop()
    if nsapi.is_reserved:
        reject(context, request, SmCause.INVALID_MANDATORY_INFORMATION)
        return
    PdpContext(context, nsapi.value, identifier, request).deliver(request)


def reject(context: "MmContext", request: SmMessage, cause: SmCause) -> None:
    """Reject a request for which there is no context."""
    kind = REJECTS[request.code]
    context.tell(kind(transaction_identifier=request.transaction_identifier.answer, sm_cause=cause))


def answer_unknown(context: "MmContext", message: SmMessage) -> None:
    """A transaction that is none of a context: cause #81 (8.3.2). What merely ends one is not answered."""
    context.stage.warn("sm transaction", f"{message.title} from {context.subject} in a transaction that is not known")
    if not isinstance(message, SmStatus | DeactivatePdpContextAccept):
        tell_status(context, message.transaction_identifier, SmCause.INVALID_TRANSACTION_IDENTIFIER_VALUE)


def answer_error(context: "MmContext", octets: bytes, error: DecodeError) -> None:
    """Answer what cannot be read (8.4, 8.5): a request by its reject, all else by a STATUS."""
    if error.cause in (None, SmCause.INVALID_TRANSACTION_IDENTIFIER_VALUE):  # nor can one be answered in that
        return
    identifier, p = take_identifier(octets)
    kind = REJECTS.get(octets[p])
    if octets[p] == SmStatus.code:
        return
    if kind is None:
        tell_status(context, identifier, SmCause(error.cause))
    else:
        context.tell(kind(transaction_identifier=identifier.answer, sm_cause=SmCause(error.cause)))


def tell_status(context: "MmContext", identifier: TransactionIdentifier, cause: SmCause) -> None:
    """SM STATUS."""
    context.tell(SmStatus(transaction_identifier=identifier.answer, sm_cause=cause))


# --- the operator ---


def ordered(context: "MmContext", command: Command) -> PdpContext:
    """The context of a mobile that a command names by its NSAPI."""
    nsapi = command.arguments.get("nsapi")
    pdp: PdpContext | None = context.pdp.get(nsapi) if isinstance(nsapi, int) else None
    if pdp is None:
        raise CommandError(f"{context.imsi} has no PDP context {nsapi!r}")
    return pdp


def deactivate(context: "MmContext", command: Command) -> None:
    """Deactivate one context, or all of them, those of an address together."""
    if "nsapi" in command.arguments:
        ordered(context, command).deliver(DeactivationOrder(SmCause.REGULAR_DEACTIVATION))
    else:
        deactivate_all(context, SmCause.REGULAR_DEACTIVATION)
    context.stage.reply(command, "done")


def deactivate_all(context: "MmContext", cause: SmCause) -> None:
    """Deactivate all contexts of a mobile by the network, which tells it this cause."""
    seen: set[Teid | None] = set()
    for pdp in tuple(context.pdp.values()):
        if pdp.teid_control not in seen:
            seen.add(pdp.teid_control)
            pdp.deliver(DeactivationOrder(cause, teardown=bool(pdp.linked)))
