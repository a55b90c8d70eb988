"""Secondary PDP context activation, network side (TS 24.008 6.1.3.2, TS 23.060 9.2.2.1.1, TS 29.060 7.3.1, 7.3.2).

The mobile wants a further context for an address that it has: with another quality of service, and a template that
tells which packets belong to it. Access point, address and tunnel for control are those of the context that it names.
"""

from typing import TYPE_CHECKING

from nodes.core import gtp
from nodes.core.gtp import Transaction
from nodes.core.machine import Begin, Machine, State
from nodes.core.traffic_flow import TemplateError
from nodes.sgsn.events import GGSN_LOST
from nodes.sgsn.pdp_creation import Creation, reject
from nodes.sgsn.pdp_deletion import delete_made
from nodes.sgsn.pdp_modification import NO_CONTEXT
from nodes.sgsn.traffic_flow import first_filters
from protocol.causes import SmCause, sm_cause_of
from protocol.gtp import CreatePdpContextRequest, CreatePdpContextResponse, Nsapi
from protocol.sm import ActivateSecondaryPdpContextAccept, ActivateSecondaryPdpContextRequest
from protocol.sm.elements import LlcSapi, RadioPriority

if TYPE_CHECKING:
    from nodes.sgsn.pdp_context import PdpContext


class S(State):
    """States of the secondary activation."""

    START = "start"
    WAIT_GGSN = "wait for Create PDP Context Response of the secondary context"
    ACTIVATED = "secondary PDP context activated"
    REJECTED = "secondary PDP context rejected"


class SecondaryActivation(Creation):
    """One activation of ``pdp``, beside the context ``primary``."""

    __slots__ = ("request",)

    def __init__(self, pdp: "PdpContext", request: ActivateSecondaryPdpContextRequest) -> None:
        super().__init__(pdp)
        self.request = request

    def find_primary(self) -> "PdpContext | None":
        """The active context that the mobile names by its transaction, flag and value (24.008 10.5.6.7)."""
        wanted = self.request.linked_ti.transaction_identifier
        found = (pdp for pdp in self.pdp.context.pdp.values() if pdp.ti == wanted and pdp.can_be_linked)
        return next(found, None)

    def share(self, primary: "PdpContext") -> None:
        """Fill in what both have in common."""
        pdp = self.pdp
        pdp.linked_nsapi = primary.nsapi
        pdp.apn, pdp.pdp_address = primary.apn, primary.pdp_address
        pdp.subscription_id, pdp.qos_subscribed = primary.subscription_id, primary.qos_subscribed
        pdp.priority = primary.priority
        pdp.ggsn_teid_control = primary.ggsn_teid_control
        self.prepare(self.request)
        self.stage.gn.assign(pdp, primary.teid_control)

    def make_request(self, primary: "PdpContext", recovery: int | None) -> CreatePdpContextRequest:
        """Create PDP Context Request for a further context of an address (7.3.1)."""
        pdp, own = self.pdp, self.stage.gn.own
        assert primary.ggsn_teid_control is not None
        assert pdp.teid_data is not None
        return CreatePdpContextRequest(
            teid=primary.ggsn_teid_control,
            recovery=recovery,
            tunnel_endpoint_identifier_data_i=pdp.teid_data,
            nsapi=Nsapi(value=pdp.nsapi),
            linked_nsapi=Nsapi(value=primary.nsapi),
            protocol_configuration_options=self.request.protocol_configuration_options,
            sgsn_address_for_signalling=own,
            sgsn_address_for_user_traffic=own,
            quality_of_service_profile=self.profile(),
            tft=self.request.tft,
        )

    def reject(self, cause: SmCause) -> S:
        """Tell the mobile that it gets none."""
        reject(self.pdp, cause)
        return S.REJECTED


def begun(activation: SecondaryActivation, event: Begin) -> S:
    """Find the context that it belongs to, check the template, and ask the GGSN."""
    pdp, primary = activation.pdp, activation.find_primary()
    if primary is None:
        return activation.reject(SmCause.UNKNOWN_PDP_CONTEXT)
    try:
        pdp.filters = first_filters(activation.request.tft, [primary, *primary.linked])
    except TemplateError as error:
        return activation.reject(error.cause)
    activation.share(primary)
    layer = activation.stage.gn.gtp
    request = activation.make_request(primary, layer.recovery_to(layer.path_to(primary.ggsn_control)))
    assert primary.ggsn_control is not None
    activation.start(layer.request(activation, primary.ggsn_control, request, pdp.subject))
    return S.WAIT_GGSN


def answered(activation: SecondaryActivation, event: Transaction) -> S:
    """The GGSN has made it, or says why not."""
    response: CreatePdpContextResponse = event.answer
    pdp = activation.pdp
    if not response.cause.is_acceptance:
        activation.reject(sm_cause_of(response.cause))
        assert pdp.linked_nsapi is not None
        primary = pdp.context.pdp.get(pdp.linked_nsapi)
        if response.cause in NO_CONTEXT and primary is not None:  # it is the first context that is not there
            primary.hear(GGSN_LOST)
        return S.REJECTED
    if not activation.take_tunnel(response):
        delete_made(event, response, pdp.nsapi, pdp.teid_control)
        return activation.reject(SmCause.NETWORK_FAILURE)
    assert pdp.qos_negotiated is not None
    pdp.tell(
        ActivateSecondaryPdpContextAccept(
            transaction_identifier=pdp.ti.answer,
            negotiated_llc_sapi=LlcSapi(value=pdp.llc_sapi),
            negotiated_qos=pdp.qos_negotiated,
            radio_priority=RadioPriority(level=pdp.radio_priority),
            protocol_configuration_options=response.protocol_configuration_options,
        )
    )
    return S.ACTIVATED


def unanswered(activation: SecondaryActivation, event: Transaction) -> S:
    """The GGSN does not answer, or not so that it can be read."""
    activation.give_up(event)
    return activation.reject(SmCause.NETWORK_FAILURE)


SECONDARY_ACTIVATION = Machine(
    "secondary PDP context activation, network side",
    clause="24.008 6.1.3.2, 23.060 9.2.2.1.1",
    of=SecondaryActivation,
    initial=S.START,
    final=(S.ACTIVATED, S.REJECTED),
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_GGSN, S.REJECTED)),
        (S.WAIT_GGSN, gtp.S.ANSWERED, answered, (S.ACTIVATED, S.REJECTED)),
        (S.WAIT_GGSN, gtp.S.NO_RESPONSE, unanswered, (S.REJECTED,)),
    ],
)
