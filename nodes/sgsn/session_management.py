"""Session management messages of a mobile: which PDP context each is about, and what else is answered (TS 24.008 8).

A request for a context makes one. It takes the place of those with the same transaction, NSAPI or static address, of
which the mobile knows no more (6.1.3.1.5, 6.1.3.2.3).
"""

from typing import TYPE_CHECKING, Any

from nodes.sgsn.apn_selection import split
from nodes.sgsn.pdp_context import PdpContext
from nodes.sgsn.pdp_creation import ActivationRequest
from nodes.sgsn.pdp_machine import S as PdpState
from protocol import sm
from protocol.causes import SmCause
from protocol.errors import DecodeError
from protocol.sm import (
    ActivatePdpContextReject,
    ActivatePdpContextRequest,
    ActivateSecondaryPdpContextReject,
    ActivateSecondaryPdpContextRequest,
    DeactivatePdpContextAccept,
    ModifyPdpContextReject,
    ModifyPdpContextRequestMo,
    RequestPdpContextActivationReject,
    SmMessage,
    SmStatus,
    TransactionIdentifier,
)
from protocol.sm.elements import take_identifier

if TYPE_CHECKING:
    from nodes.sgsn.context import MmContext

REJECTS: dict[int, Any] = {
    ActivatePdpContextRequest.code: ActivatePdpContextReject,
    ActivateSecondaryPdpContextRequest.code: ActivateSecondaryPdpContextReject,
    ModifyPdpContextRequestMo.code: ModifyPdpContextReject,
}
"""Requests that have a reject, by message type: what cannot be read of them gets that instead of a STATUS."""

WRONG_STATE = SmCause.MESSAGE_TYPE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE


def receive(context: "MmContext", octets: bytes) -> None:
    """Take an SM message of a mobile that is registered; a DecodeError that leaves has been answered."""
    try:
        message = sm.decode(octets, up=True)
    except DecodeError as error:
        answer_error(context, octets, error)
        raise
    identifier = message.transaction_identifier
    pdp = find(context, identifier)
    if isinstance(message, ActivationRequest):
        activate(context, message, pdp)
    elif isinstance(message, RequestPdpContextActivationReject):
        refuse(context, message)
    elif pdp is None:
        answer_unknown(context, message)
    elif not pdp.deliver(message):
        context.stage.warn("sm state", f"{message.title} from {context.subject} in {pdp.state.value}")
        tell_status(context, identifier, WRONG_STATE)


def find(context: "MmContext", identifier: TransactionIdentifier) -> PdpContext | None:
    """The context that this transaction is about."""
    return next((pdp for pdp in context.pdp.values() if pdp.ti == identifier), None)


def activate(context: "MmContext", request: ActivationRequest, same: PdpContext | None) -> None:
    """A context is wanted. The same request again while it is under way adds nothing; older contexts give way."""
    identifier, nsapi = request.transaction_identifier, request.requested_nsapi
    asked_for = any(pending.ti.answer == identifier for pending in context.pdp_requests.values())
    if identifier.flag and same is None and not asked_for:  # a transaction that nobody has begun (8.3.2)
        context.stage.warn("sm transaction", f"{request.title} from {context.subject} in a transaction of ours")
        return
    if same is not None and same.state is PdpState.INACTIVE and same.request == request:
        return
    if nsapi.is_reserved or request.requested_llc_sapi.value.is_reserved:
        reject(context, request, SmCause.INVALID_MANDATORY_INFORMATION)
        return
    for old in tuple(context.pdp.values()):
        if old is same or old.nsapi == nsapi.value or is_doubled(old, request):
            old.drop()
    if len(context.stage.gn.tunnels) >= context.stage.config.pdp_capacity:
        reject(context, request, SmCause.INSUFFICIENT_RESOURCES)
        return
    if isinstance(request, ActivatePdpContextRequest):
        for pending in tuple(context.pdp_requests.values()):
            if pending.wants(request):
                pending.hear(request)
    PdpContext(context, nsapi.value, identifier, request).deliver(request)


def is_doubled(old: PdpContext, request: ActivationRequest) -> bool:
    """True for a context of the same access point, type and static address as one that is wanted (6.1.3.1.5 b)."""
    if not isinstance(request, ActivatePdpContextRequest) or request.requested_pdp_address.is_dynamic:
        return False
    wanted, name = request.requested_pdp_address, request.access_point_name
    has = old.pdp_address
    same = has is not None and (has.ipv4, has.ipv6) == (wanted.ipv4, wanted.ipv6)
    return same and (name is None or split(name)[0] == old.apn)


def refuse(context: "MmContext", reject: RequestPdpContextActivationReject) -> None:
    """The mobile does not want what the network asks it to activate."""
    for request in tuple(context.pdp_requests.values()):
        if request.ti.answer == reject.transaction_identifier:
            context.stage.warn("sm refused", f"{reject.title} from {context.subject}: {reject.sm_cause.words}")
            request.hear(reject)
            return
    answer_unknown(context, reject)


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
    cause, kind = SmCause(error.cause), octets[p]
    if kind in REJECTS:
        context.tell(REJECTS[kind](transaction_identifier=identifier.answer, sm_cause=cause))
    elif kind != SmStatus.code:
        tell_status(context, identifier, cause)


def tell_status(context: "MmContext", identifier: TransactionIdentifier, cause: SmCause) -> None:
    """SM STATUS."""
    context.tell(SmStatus(transaction_identifier=identifier.answer, sm_cause=cause))
