"""PDP context activation by the mobile, network side (TS 24.008 6.1.3.1, TS 23.060 9.2.2.1, TS 29.060 7.3.1, 7.3.2).

The access point is selected, then one of the GGSNs that have it is asked; where it is silent or has no room, the next.
"""

from typing import TYPE_CHECKING

from nodes.core import gtp
from nodes.core.gtp import NO_TEID, Transaction
from nodes.core.machine import Begin, Machine, State
from nodes.sgsn import quality_of_service
from nodes.sgsn.apn_selection import AccessPointError, Selection, select
from nodes.sgsn.pdp_creation import Creation, reject
from nodes.sgsn.pdp_deletion import delete_made
from protocol.causes import GtpCause, SmCause, sm_cause_of
from protocol.gtp import CreatePdpContextRequest, CreatePdpContextResponse, EndUserAddress, SelectionMode
from protocol.gtp import Imsi as GtpImsi
from protocol.gtp import Nsapi as GtpNsapi
from protocol.identities import GsnAddress
from protocol.sm import ActivatePdpContextAccept, ActivatePdpContextRequest
from protocol.sm.elements import LlcSapi, RadioPriority
from protocol.sm.pdp_address import PdpAddress
from protocol.sm.protocol_configuration_options import ProtocolConfigurationOptions

if TYPE_CHECKING:
    from nodes.sgsn.pdp_context import PdpContext

NEXT_MAY_HAVE = (
    GtpCause.NO_RESOURCES_AVAILABLE,
    GtpCause.ALL_DYNAMIC_PDP_ADDRESSES_ARE_OCCUPIED,
    GtpCause.NO_MEMORY_IS_AVAILABLE,
    GtpCause.SYSTEM_FAILURE,
    GtpCause.MISSING_OR_UNKNOWN_APN,
    GtpCause.UNKNOWN_PDP_ADDRESS_OR_PDP_TYPE,
)
"""Refusals that are the one GGSN's alone: another one that has the access point may give what is asked (23.060 A)."""


class S(State):
    """States of the activation."""

    START = "start"
    WAIT_GGSN = "wait for Create PDP Context Response"
    ACTIVATED = "PDP context activated"
    REJECTED = "PDP context rejected"


class Activation(Creation):
    """One activation; ``ggsns`` are those that were not asked yet."""

    __slots__ = ("ggsns", "request", "selection")

    def __init__(self, pdp: "PdpContext", request: ActivatePdpContextRequest) -> None:
        super().__init__(pdp)
        self.request = request
        self.selection: Selection | None = None
        self.ggsns: tuple[GsnAddress, ...] = ()

    def choose(self, selection: Selection) -> None:
        """Fill in what is known before a GGSN is asked."""
        pdp, subscription = self.pdp, selection.subscription
        self.selection = selection
        paths = self.stage.gn.paths  # those that are known to be silent are asked last
        self.ggsns = tuple(sorted(self.stage.config.ggsns[selection.apn], key=lambda ggsn: not paths.is_up(ggsn)))
        pdp.apn = selection.apn
        pdp.pdp_address = selection.pdp_address
        pdp.subscription_id = subscription.pdp_context_id
        pdp.qos_subscribed = quality_of_service.subscribed(subscription)
        pdp.priority = quality_of_service.priority_of(subscription, pdp.qos_subscribed)
        self.prepare(self.request)
        self.stage.gn.assign(pdp)

    def ask_ggsn(self) -> S:
        """Ask the next GGSN."""
        layer, address = self.stage.gn.gtp, self.ggsns[0]
        self.ggsns = self.ggsns[1:]
        self.start(layer.request(self, address, self.make_request(), self.pdp.subject))
        return S.WAIT_GGSN

    def make_request(self) -> CreatePdpContextRequest:
        """Create PDP Context Request for the first context of an address (7.3.1).

        It tells each time how often we have restarted: a GGSN that has itself just restarted does not know it any more,
        and should we restart in turn, it must tell by that what to delete.
        """
        pdp, context, selection = self.pdp, self.pdp.context, self.selection
        assert selection is not None
        assert pdp.teid_data is not None
        assert context.imsi is not None
        charging = selection.subscription.pdp_charging_characteristics
        address = selection.pdp_address
        return CreatePdpContextRequest(
            teid=NO_TEID,
            imsi=GtpImsi(context.imsi),
            rai=context.rai,
            recovery=self.stage.gn.gtp.recovery,
            selection_mode=SelectionMode(value=selection.mode),
            tunnel_endpoint_identifier_data_i=pdp.teid_data,
            tunnel_endpoint_identifier_control_plane=pdp.teid_control,
            nsapi=GtpNsapi(value=pdp.nsapi),
            charging_characteristics=context.charging_characteristics if charging is None else charging,
            end_user_address=EndUserAddress(address.organisation, address.number, address.ipv4, address.ipv6),
            access_point_name=selection.apn,
            protocol_configuration_options=self.request.protocol_configuration_options,
            sgsn_address_for_signalling=self.stage.gn.own,
            sgsn_address_for_user_traffic=self.stage.gn.own,
            msisdn=context.msisdn,
            quality_of_service_profile=self.profile(),
        )

    def reject(self, cause: SmCause, options: ProtocolConfigurationOptions | None = None) -> S:
        """Tell the mobile that it gets none."""
        reject(self.pdp, cause, options)
        return S.REJECTED


def begun(activation: Activation, event: Begin) -> S:
    """Find the access point, and ask its first GGSN."""
    try:
        selection = select(activation.pdp.context, activation.request)
    except AccessPointError as error:
        return activation.reject(error.cause)
    activation.choose(selection)
    return activation.ask_ggsn()


def answered(activation: Activation, event: Transaction) -> S:
    """The GGSN has made it, or says why not."""
    response: CreatePdpContextResponse = event.answer
    if not response.cause.is_acceptance:
        if response.cause in NEXT_MAY_HAVE and activation.ggsns:
            return activation.ask_ggsn()
        return activation.reject(sm_cause_of(response.cause), response.protocol_configuration_options)
    pdp = activation.pdp
    if not activation.take_tunnel(response) or response.end_user_address is None:
        delete_made(event, response, pdp.nsapi, pdp.teid_control)
        pdp.in_ggsn = False
        return activation.reject(SmCause.NETWORK_FAILURE)
    assert pdp.qos_negotiated is not None
    pdp.pdp_address = plain(response.end_user_address)
    pdp.tell(
        ActivatePdpContextAccept(
            transaction_identifier=pdp.ti.answer,
            negotiated_llc_sapi=LlcSapi(value=pdp.llc_sapi),
            negotiated_qos=pdp.qos_negotiated,
            radio_priority=RadioPriority(level=pdp.radio_priority),
            pdp_address=pdp.pdp_address if activation.request.requested_pdp_address.is_dynamic else None,
            protocol_configuration_options=response.protocol_configuration_options,
        )
    )
    return S.ACTIVATED


def plain(address: EndUserAddress) -> PdpAddress:
    """GTP's end user address as session management has it."""
    return PdpAddress(address.organisation, address.number, address.ipv4, address.ipv6, address.other)


def unanswered(activation: Activation, event: Transaction) -> S:
    """The GGSN does not answer, or not so that it can be read. Should it answer late, what it made is deleted."""
    activation.give_up(event)
    if activation.ggsns:
        return activation.ask_ggsn()
    return activation.reject(SmCause.NETWORK_FAILURE)


ACTIVATION = Machine(
    "PDP context activation, network side",
    clause="24.008 6.1.3.1, 23.060 9.2.2.1",
    of=Activation,
    initial=S.START,
    final=(S.ACTIVATED, S.REJECTED),
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_GGSN, S.REJECTED)),
        (S.WAIT_GGSN, gtp.S.ANSWERED, answered, (S.WAIT_GGSN, S.ACTIVATED, S.REJECTED)),
        (S.WAIT_GGSN, gtp.S.NO_RESPONSE, unanswered, (S.WAIT_GGSN, S.REJECTED)),
    ],
)
