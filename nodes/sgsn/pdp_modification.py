"""PDP context modification by the mobile, network side (TS 24.008 6.1.3.3.2, TS 23.060 9.2.3.3, TS 29.060 7.3.3)."""

from typing import TYPE_CHECKING, Any

from nodes.core import gtp
from nodes.core.gtp import NO_TEID, Transaction
from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.core.traffic_flow import Filters, TemplateError
from nodes.sgsn import quality_of_service
from nodes.sgsn.traffic_flow import next_filters
from protocol.causes import GtpCause, SmCause, sm_cause_of
from protocol.gtp import Nsapi, QualityOfServiceProfile, UpdatePdpContextRequest, UpdatePdpContextResponse
from protocol.identities import GsnAddress
from protocol.sm import ModifyPdpContextAcceptMt, ModifyPdpContextReject, ModifyPdpContextRequestMo
from protocol.sm.elements import LlcSapi, RadioPriority
from protocol.sm.protocol_configuration_options import ProtocolConfigurationOptions
from protocol.sm.quality_of_service import QualityOfService
from protocol.sm.traffic_flow_template import TrafficFlowTemplate

if TYPE_CHECKING:
    from nodes.sgsn.pdp_context import PdpContext

NO_CONTEXT = (GtpCause.NON_EXISTENT, GtpCause.CONTEXT_NOT_FOUND)
"""The GGSN knows of no such context."""


def make_update(
    pdp: "PdpContext",
    profile: QualityOfService,
    tft: TrafficFlowTemplate | None = None,
    options: ProtocolConfigurationOptions | None = None,
) -> UpdatePdpContextRequest:
    """Update PDP Context Request: this quality of service and these filters from now on (7.3.3)."""
    layer, own = pdp.stage.gn.gtp, pdp.stage.gn.own
    assert pdp.ggsn_teid_control is not None
    assert pdp.teid_data is not None
    return UpdatePdpContextRequest(
        teid=pdp.ggsn_teid_control,
        recovery=layer.recovery_to(layer.path_to(pdp.ggsn_control)),
        tunnel_endpoint_identifier_data_i=pdp.teid_data,
        nsapi=Nsapi(value=pdp.nsapi),
        protocol_configuration_options=options,
        sgsn_address_for_control_plane=own,
        sgsn_address_for_user_traffic=own,
        quality_of_service_profile=QualityOfServiceProfile(pdp.priority, profile),
        tft=tft,
    )


def take_update(pdp: "PdpContext", response: UpdatePdpContextResponse) -> None:
    """Keep what the GGSN says of its end of the tunnel (7.3.4); what it does not say stays."""
    if response.tunnel_endpoint_identifier_control_plane not in (None, NO_TEID):
        pdp.ggsn_teid_control = response.tunnel_endpoint_identifier_control_plane
    if response.tunnel_endpoint_identifier_data_i is not None:
        pdp.ggsn_teid_data = response.tunnel_endpoint_identifier_data_i
    if response.ggsn_address_for_control_plane is not None:
        pdp.ggsn_control = GsnAddress(response.ggsn_address_for_control_plane.address)
    if response.ggsn_address_for_user_traffic is not None:
        pdp.ggsn_user = GsnAddress(response.ggsn_address_for_user_traffic.address)
    if response.charging_id is not None:
        pdp.charging_id = response.charging_id
    pdp.stage.gn.connect(pdp)


class S(State):
    """States of a modification by the mobile."""

    START = "start"
    WAIT_GGSN = "wait for Update PDP Context Response"
    MODIFIED = "PDP context modified by the mobile"
    REFUSED = "PDP context not modified by the mobile"
    LOST = "the GGSN has no such PDP context"


class MobileModification(Procedure):
    """One modification of ``pdp`` by the mobile; ``filters`` are those that the context will have."""

    __slots__ = ("filters", "pdp", "request")

    def __init__(self, pdp: "PdpContext", request: ModifyPdpContextRequestMo) -> None:
        super().__init__(pdp.stage, pdp)
        self.pdp = pdp
        self.request = request
        self.filters: Filters | None = pdp.filters

    def reject(self, cause: SmCause) -> S:
        """Tell the mobile that all stays as it was."""
        self.tell(ModifyPdpContextReject(transaction_identifier=self.pdp.ti.answer, sm_cause=cause))
        return S.REFUSED


def begun(modification: MobileModification, event: Begin) -> S:
    """Check the template, hold the quality of service down to what is subscribed, and ask the GGSN."""
    pdp, request = modification.pdp, modification.request
    assert pdp.qos_subscribed is not None
    assert pdp.qos_negotiated is not None
    assert pdp.ggsn_control is not None
    if request.new_tft is not None:
        try:
            modification.filters = next_filters(pdp.filters, request.new_tft, pdp.linked)
        except TemplateError as error:
            return modification.reject(error.cause)
    profile = pdp.qos_negotiated
    if request.requested_new_qos is not None:
        profile = quality_of_service.negotiate(request.requested_new_qos, pdp.qos_subscribed)
    update = make_update(pdp, profile, request.new_tft, request.protocol_configuration_options)
    modification.start(modification.stage.gn.gtp.request(modification, pdp.ggsn_control, update, pdp.subject))
    return S.WAIT_GGSN


def requested_again(modification: MobileModification, event: ModifyPdpContextRequestMo) -> S:
    """T3381 was quicker than the GGSN: the first request goes on. Another one takes its place."""
    if event == modification.request:
        return S.WAIT_GGSN
    modification.end_children()
    modification.request = event
    modification.filters = modification.pdp.filters
    return begun(modification, Begin())


def answered(modification: MobileModification, event: Transaction) -> S:
    """The GGSN has modified it, or says why not."""
    response: UpdatePdpContextResponse = event.answer
    pdp, request = modification.pdp, modification.request
    if response.cause in NO_CONTEXT:
        modification.reject(SmCause.NETWORK_FAILURE)
        return S.LOST
    if not response.cause.is_acceptance:
        return modification.reject(sm_cause_of(response.cause))
    take_update(pdp, response)
    if request.requested_new_qos is not None:
        pdp.qos_requested = request.requested_new_qos
    pdp.filters = modification.filters
    asked: Any = event.message
    profile = response.quality_of_service_profile or asked.quality_of_service_profile
    wanted = None if request.requested_llc_sapi is None else request.requested_llc_sapi.value
    pdp.take_quality(profile.quality_of_service, pdp.llc_sapi if wanted is None else wanted)
    modification.tell(
        ModifyPdpContextAcceptMt(
            transaction_identifier=pdp.ti.answer,
            negotiated_qos=pdp.qos_negotiated,
            negotiated_llc_sapi=LlcSapi(value=pdp.llc_sapi),
            new_radio_priority=RadioPriority(level=pdp.radio_priority),
            protocol_configuration_options=response.protocol_configuration_options,
        )
    )
    return S.MODIFIED


def unanswered(modification: MobileModification, event: Transaction) -> S:
    """The GGSN does not answer, or not so that it can be read."""
    return modification.reject(SmCause.NETWORK_FAILURE)


MOBILE_MODIFICATION = Machine(
    "PDP context modification by the mobile, network side",
    clause="24.008 6.1.3.3.2, 23.060 9.2.3.3",
    of=MobileModification,
    initial=S.START,
    final=(S.MODIFIED, S.REFUSED, S.LOST),
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_GGSN, S.REFUSED)),
        (S.WAIT_GGSN, ModifyPdpContextRequestMo, requested_again, (S.WAIT_GGSN, S.REFUSED)),
        (S.WAIT_GGSN, gtp.S.ANSWERED, answered, (S.MODIFIED, S.REFUSED, S.LOST)),
        (S.WAIT_GGSN, gtp.S.NO_RESPONSE, unanswered, (S.REFUSED,)),
    ],
)
