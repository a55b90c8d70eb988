"""SGSN context transfer, new side (TS 23.060 6.9.1.2.2 steps 2 to 4, TS 29.060 7.5.3 to 7.5.5).

A mobile that comes from the routing area of another SGSN: that one hands over what it knows of it. Where the P-TMSI
signature does not convince it, it tells the IMSI alone: the mobile is authenticated, and then it is asked again.
"""

from typing import TYPE_CHECKING

from nodes.core import gtp
from nodes.core.gtp import NO_TEID, Transaction
from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.sgsn.mm_context import take_mm_context
from nodes.sgsn.pdp_transfer import take_pdp_contexts
from protocol.causes import GmmCause, GtpCause
from protocol.gtp import Imsi as GtpImsi
from protocol.gtp import (
    MsValidated,
    SgsnContextAcknowledge,
    SgsnContextRequest,
    SgsnContextResponse,
    TunnelEndpointIdentifierDataII,
)
from protocol.identities import Imsi, Rai, Teid, Tlli, Tmsi

if TYPE_CHECKING:
    from nodes.sgsn.context import MmContext


class S(State):
    """States of the context transfer."""

    START = "start"
    WAIT_RESPONSE = "wait for SGSN Context Response"
    TRANSFERRED = "contexts transferred"
    NOT_VALIDATED = "P-TMSI signature mismatch"
    REFUSED = "contexts refused"


class ContextTransfer(Procedure):
    """One request for the contexts of the mobile that was given ``identity`` in the routing area ``rai``.

    ``context`` is filled: with its IMSI alone where the old SGSN wants it authenticated first, and with all it gets.
    ``validated``: it was authenticated, and is known by its IMSI. ``cause`` tells what the mobile is told of a refusal.
    Contexts that were transferred are to be acknowledged (or given back) once the security functions are done.
    """

    __slots__ = (
        "_acknowledged",
        "_response",
        "_teid",
        "_transaction",
        "cause",
        "context",
        "identity",
        "rai",
        "signature",
        "validated",
    )

    def __init__(
        self,
        parent: Procedure,
        context: "MmContext",
        rai: Rai,
        identity: Tmsi | Tlli,
        signature: int | None,
        *,
        validated: bool = False,
    ) -> None:
        super().__init__(parent.stage, parent)
        self.context = context
        self.rai = rai
        self.identity = identity
        self.signature = signature
        self.validated = validated
        self.cause = GmmCause.NETWORK_FAILURE
        self._teid: Teid | None = None
        self._transaction: Transaction | None = None
        self._response: SgsnContextResponse | None = None
        self._acknowledged = False

    def ended(self) -> None:
        if self._teid is not None:
            self.stage.gn.gtp.release_teid(self._teid)

    def make_request(self) -> SgsnContextRequest:
        """Who is asked for: by the IMSI where that is proved, else by what the mobile was given."""
        self._teid = self.stage.gn.gtp.allocate_teid()
        known = self.validated
        imsi = self.context.imsi
        return SgsnContextRequest(
            teid=NO_TEID,
            imsi=GtpImsi(imsi) if known and imsi is not None else None,
            rai=self.rai,
            tlli=self.identity if not known and isinstance(self.identity, Tlli) else None,
            ptmsi=None if known or isinstance(self.identity, Tlli) else self.identity,
            ptmsi_signature=self.signature,
            ms_validated=MsValidated(validated=True) if known else None,
            tunnel_endpoint_identifier_control_plane=self._teid,
            sgsn_address_for_control_plane=self.stage.gn.own,
        )

    def refuse(self, why: str) -> S:
        """There are no contexts."""
        self.cause = self.stage.config.transfer_causes[why]
        return S.REFUSED

    def take(self, transaction: Transaction) -> S:
        """Keep what was handed over."""
        response = transaction.answer
        self._transaction, self._response = transaction, response
        if response.imsi is None or response.mm_context is None:
            self.give_back(GtpCause.MANDATORY_IE_MISSING)
            return self.refuse("refused")
        imsi = Imsi(response.imsi)
        if self.validated and imsi != self.context.imsi:
            self.give_back(GtpCause.SYSTEM_FAILURE)
            return self.refuse("refused")
        self.context.become(imsi)
        take_mm_context(self.context, response.mm_context)
        return S.TRANSFERRED

    def acknowledge(self) -> None:
        """The mobile is served here now: make its PDP contexts, and take what is forwarded at their tunnel ends."""
        context, response = self.context, self._response
        if response is not None and not self._acknowledged:
            take_pdp_contexts(context, response.pdp_contexts)
            context.ggsns_know = not context.pdp
        ends = tuple(
            TunnelEndpointIdentifierDataII(nsapi=nsapi, teid=pdp.teid_data)
            for nsapi, pdp in sorted(context.pdp.items())
        )
        self._answer(
            SgsnContextAcknowledge(
                teid=self._peer_teid,
                cause=GtpCause.REQUEST_ACCEPTED,
                tunnel_endpoint_identifiers_data_ii=ends,
                sgsn_address_for_user_traffic=self.stage.gn.own if ends else None,
            )
        )

    def give_back(self, cause: GtpCause) -> None:
        """The mobile is not served here: the old SGSN goes on as if it had never been asked."""
        self._answer(SgsnContextAcknowledge(teid=self._peer_teid, cause=cause))

    @property
    def _peer_teid(self) -> Teid:
        response = self._response
        teid = None if response is None else response.tunnel_endpoint_identifier_control_plane
        return NO_TEID if teid is None else teid

    def _answer(self, message: SgsnContextAcknowledge) -> None:
        """Settle it, once."""
        if self._transaction is not None and not self._acknowledged:
            self._acknowledged = True
            self._transaction.acknowledge(message)


def begun(transfer: ContextTransfer, event: Begin) -> S:
    """Ask the SGSN of the old routing area, if there is one."""
    stage = transfer.stage
    address = stage.old_sgsn(transfer.rai, transfer.identity)
    if address is None:
        return transfer.refuse("old sgsn unknown")
    transfer.start(stage.gn.gtp.request(transfer, address, transfer.make_request(), transfer.context.imsi or ""))
    return S.WAIT_RESPONSE


def responded(transfer: ContextTransfer, event: Transaction) -> S:
    """It has handed them over, or says why not."""
    response = event.answer
    match response.cause:
        case GtpCause.PTMSI_SIGNATURE_MISMATCH if response.imsi is not None and not transfer.validated:
            transfer.context.become(Imsi(response.imsi))
            return S.NOT_VALIDATED
        case GtpCause.IMSI_NOT_KNOWN:
            return transfer.refuse("imsi not known")
        case cause if cause.is_acceptance:
            return transfer.take(event)
        case _:
            return transfer.refuse("refused")


def unanswered(transfer: ContextTransfer, event: Transaction) -> S:
    """It does not answer, or not so that it can be read."""
    return transfer.refuse("no answer")


CONTEXT_TRANSFER = Machine(
    "SGSN context transfer, new side",
    clause="23.060 6.9.1.2.2, 29.060 7.5.3",
    of=ContextTransfer,
    initial=S.START,
    final=(S.TRANSFERRED, S.NOT_VALIDATED, S.REFUSED),
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_RESPONSE, S.REFUSED)),
        (S.WAIT_RESPONSE, gtp.S.ANSWERED, responded, (S.TRANSFERRED, S.NOT_VALIDATED, S.REFUSED)),
        (S.WAIT_RESPONSE, gtp.S.NO_RESPONSE, unanswered, (S.REFUSED,)),
    ],
)
