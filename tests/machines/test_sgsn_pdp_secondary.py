"""Secondary PDP context activation in the SGSN (24.008 6.1.3.2, 23.060 9.2.2.1.1), contexts of one address."""

from typing import Any

import pytest

from protocol.causes import GtpCause, SmCause, sm_cause_of
from protocol.gtp import (
    CreatePdpContextRequest,
    DeletePdpContextRequest,
    DeletePdpContextResponse,
    Nsapi,
    TeardownInd,
)
from protocol.identities import Teid
from protocol.sm import (
    ActivateSecondaryPdpContextAccept,
    ActivateSecondaryPdpContextReject,
    DeactivatePdpContextAccept,
    DeactivatePdpContextRequest,
)
from protocol.sm.packet_filter import (
    DestinationPortRange,
    FilterIdentifier,
    FlowLabel,
    Ipv4SourceAddress,
    Ipv6SourceAddress,
    PacketFilter,
    SecurityParameterIndex,
    SingleDestinationPort,
    SingleSourcePort,
)
from protocol.sm.traffic_flow_template import TftOperation, TrafficFlowTemplate
from tests.machines.sgsn_lab import IMSI
from tests.machines.sgsn_sessions import SUBSCRIBED_QOS, SessionLab, packet_filter, template


@pytest.fixture
def lab() -> SessionLab:
    """An SGSN with a mobile that has one active context."""
    lab = SessionLab()
    lab.provided()
    lab.active()
    return lab


def test_secondary_activation(lab: SessionLab) -> None:
    """23.060 figure 64: the GGSN is asked in the tunnel for control of the first, with its NSAPI and the TFT."""
    primary = lab.pdp()
    lab.asks_beside(tft=template())
    create = lab.last(CreatePdpContextRequest)
    assert create.teid == primary.ggsn_teid_control
    assert (create.nsapi.value, create.linked_nsapi.value) == (6, 5)
    assert create.tft == template()
    assert create.imsi is create.end_user_address is create.access_point_name is create.selection_mode is None
    assert create.tunnel_endpoint_identifier_control_plane is None
    assert create.quality_of_service_profile.quality_of_service == SUBSCRIBED_QOS
    lab.creates(tunnel_endpoint_identifier_control_plane=None, end_user_address=None)
    accept = lab.heard(ActivateSecondaryPdpContextAccept)
    assert accept.negotiated_llc_sapi.value == 5
    pdp = lab.pdp(6)
    assert pdp.state.value == "PDP-ACTIVE"
    assert pdp.teid_control == primary.teid_control
    assert pdp.ggsn_teid_control == primary.ggsn_teid_control
    assert pdp.teid_data != primary.teid_data
    assert pdp.linked == [primary]
    assert lab.look["pdp_contexts"][1]["linked_nsapi"] == 5
    assert lab.orders("inspect").body["teids"] == 3


def test_secondary_of_unknown_transaction(lab: SessionLab) -> None:
    """24.008 6.1.3.2.2: there is no such context."""
    lab.asks_beside(linked=3, tft=template())
    assert lab.heard(ActivateSecondaryPdpContextReject).sm_cause is SmCause.UNKNOWN_PDP_CONTEXT
    assert list(lab.context.pdp) == [5]


def test_secondary_without_second_template(lab: SessionLab) -> None:
    """24.008 6.1.3.2.3 a: the first has no template either, so this one needs one."""
    lab.asks_beside()
    cause = SmCause.PDP_CONTEXT_WITHOUT_TFT_ALREADY_ACTIVATED
    assert lab.heard(ActivateSecondaryPdpContextReject).sm_cause is cause


def test_secondary_without_template_after_first_has_one(lab: SessionLab) -> None:
    """24.008 6.1.3.2.3 a: one context of an address may be without a template."""
    lab.modifies(new_tft=template())
    lab.updates()
    lab.asks_beside()
    lab.creates()
    assert lab.heard(ActivateSecondaryPdpContextAccept)
    assert lab.pdp(6).filters == ()


V4 = Ipv4SourceAddress.from_octets(bytes(8))
V6 = Ipv6SourceAddress.from_octets(bytes(32))


def filters(*components: Any) -> TrafficFlowTemplate:
    """A template of one filter."""
    return template(filters=(PacketFilter(0, 0, components),))


@pytest.mark.parametrize(
    ("tft", "cause"),
    [
        (TrafficFlowTemplate(TftOperation.DELETE_EXISTING_TFT), SmCause.SEMANTIC_ERROR_IN_THE_TFT_OPERATION),
        (
            template(operation=TftOperation.ADD_PACKET_FILTERS_TO_EXISTING_TFT),
            SmCause.SEMANTIC_ERROR_IN_THE_TFT_OPERATION,
        ),
        (template(filters=()), SmCause.SYNTACTICAL_ERROR_IN_THE_TFT_OPERATION),
        (template(number_of_packet_filters=3), SmCause.SYNTACTICAL_ERROR_IN_THE_TFT_OPERATION),
        (
            template(filters=tuple(packet_filter(number, number) for number in range(9))),
            SmCause.SYNTACTICAL_ERROR_IN_THE_TFT_OPERATION,
        ),
        (filters(V4, V6), SmCause.SEMANTIC_ERRORS_IN_PACKET_FILTERS),
        (filters(SingleSourcePort(7), SecurityParameterIndex(1)), SmCause.SEMANTIC_ERRORS_IN_PACKET_FILTERS),
        (filters(FlowLabel(1), SecurityParameterIndex(1)), SmCause.SEMANTIC_ERRORS_IN_PACKET_FILTERS),
        (filters(FlowLabel(1), SingleDestinationPort(7)), SmCause.SEMANTIC_ERRORS_IN_PACKET_FILTERS),
        (filters(SingleSourcePort(7), SingleSourcePort(8)), SmCause.SEMANTIC_ERRORS_IN_PACKET_FILTERS),
        (filters(DestinationPortRange(9, 7)), SmCause.SEMANTIC_ERRORS_IN_PACKET_FILTERS),
        (template(filters=(packet_filter(), packet_filter())), SmCause.SYNTACTICAL_ERRORS_IN_PACKET_FILTERS),
        (template(filters=(PacketFilter(0, 0),)), SmCause.SYNTACTICAL_ERRORS_IN_PACKET_FILTERS),
    ],
)
def test_secondary_with_bad_template(lab: SessionLab, tft: TrafficFlowTemplate, cause: SmCause) -> None:
    """24.008 6.1.3.2.3: each error in a template has its cause; the GGSN is not asked."""
    lab.asks_beside(tft=tft)
    assert lab.heard(ActivateSecondaryPdpContextReject).sm_cause is cause
    assert lab.names() == ["ActivateSecondaryPdpContextReject"]


def test_secondary_with_precedence_of_another(lab: SessionLab) -> None:
    """24.008 6.1.3.2.3 d: no two filters of one address have the same precedence."""
    lab.beside(tft=template(4))
    lab.asks_beside(nsapi=7, ti=2, tft=template(4))
    cause = SmCause.SYNTACTICAL_ERRORS_IN_PACKET_FILTERS
    assert lab.heard(ActivateSecondaryPdpContextReject).sm_cause is cause


@pytest.mark.parametrize("cause", [GtpCause.CONTEXT_NOT_FOUND, GtpCause.SEMANTIC_ERROR_IN_THE_TFT_OPERATION])
def test_secondary_rejected_by_ggsn(lab: SessionLab, cause: GtpCause) -> None:
    """29.060 7.3.2: the mobile is told what the GGSN's cause means."""
    lab.asks_beside(tft=template())
    lab.refuses(cause)
    assert lab.heard(ActivateSecondaryPdpContextReject).sm_cause is sm_cause_of(cause)


def test_secondary_ggsn_silent(lab: SessionLab) -> None:
    """29.060 7.6: N3-REQUESTS in vain, network failure; an answer that comes late is deleted without teardown."""
    lab.asks_beside(tft=template())
    create = lab.last(CreatePdpContextRequest)
    lab.waits(11)
    assert lab.heard(ActivateSecondaryPdpContextReject).sm_cause is SmCause.NETWORK_FAILURE
    lab.creates(create, teid=lab.pdp().teid_control, tunnel_endpoint_identifier_control_plane=None)
    delete = lab.last(DeletePdpContextRequest)
    assert (delete.teid, delete.nsapi.value) == (lab.pdp().ggsn_teid_control, 6)
    assert delete.teardown_ind is None


def test_secondary_response_incomplete(lab: SessionLab) -> None:
    """29.060 11.1.6: an acceptance that lacks what it needs is none; what was made is deleted."""
    lab.asks_beside(tft=template())
    lab.creates(tunnel_endpoint_identifier_data_i=None)
    assert lab.heard(ActivateSecondaryPdpContextReject).sm_cause is SmCause.NETWORK_FAILURE
    assert lab.last(DeletePdpContextRequest).nsapi.value == 6


def test_secondary_repeated(lab: SessionLab) -> None:
    """T3380 expired before the GGSN answered: the first request goes on."""
    lab.asks_beside(tft=template())
    lab.asks_beside(tft=template())
    assert lab.names() == ["CreatePdpContextRequest"]


def test_secondary_again_for_active(lab: SessionLab) -> None:
    """24.008 6.1.3.2.3: a context of the same NSAPI gives way without a word to the mobile."""
    lab.beside()
    lab.asks_beside(ti=2, tft=template(6))
    assert lab.names() == ["DeletePdpContextRequest", "CreatePdpContextRequest"]


# --- contexts that share an address -----------------------------------------------------------------------------------


def test_deactivation_of_one_leaves_the_other(lab: SessionLab) -> None:
    """23.060 9.2.4.1: without teardown one goes, and the tunnel for control stays for the other."""
    lab.beside()
    lab.leaves()
    delete = lab.last(DeletePdpContextRequest)
    assert delete.teardown_ind is None
    lab.deletes()
    assert list(lab.context.pdp) == [6]
    assert lab.sgsn.gn.controls == {lab.pdp(6).teid_control: lab.context}
    lab.leaves(1)
    assert lab.last(DeletePdpContextRequest).teardown_ind.teardown
    lab.deletes()
    assert lab.is_clean


def test_deactivation_with_teardown(lab: SessionLab) -> None:
    """23.060 9.2.4.1: with teardown all go."""
    lab.beside()
    lab.leaves(1, teardown=True)
    assert lab.last(DeletePdpContextRequest).teardown_ind.teardown
    lab.deletes()
    assert lab.heard(DeactivatePdpContextAccept)
    assert lab.is_clean


def test_teardown_of_pending(lab: SessionLab) -> None:
    """A secondary context that is only asked for when its address goes is refused; what the GGSN makes is deleted."""
    lab.asks_beside(tft=template())
    create = lab.last(CreatePdpContextRequest)
    lab.leaves(teardown=True)
    lab.deletes()
    assert lab.heard(ActivateSecondaryPdpContextReject).sm_cause is SmCause.UNKNOWN_PDP_CONTEXT
    lab.creates(create, teid=Teid(0), tunnel_endpoint_identifier_control_plane=None)
    lab.deletes(GtpCause.NON_EXISTENT)
    assert lab.is_clean


def test_teardown_by_operator(lab: SessionLab) -> None:
    """23.060 9.2.4.2: one request to the mobile and one to the GGSN take all of an address."""
    lab.beside()
    lab.orders("deactivate", imsi=IMSI)
    assert lab.names() == ["DeletePdpContextRequest", "DeactivatePdpContextRequest"]
    assert lab.heard(DeactivatePdpContextRequest).tear_down_indicator.tear_down_requested
    lab.agrees()
    lab.waits(11)
    assert lab.is_clean


def test_teardown_by_ggsn(lab: SessionLab) -> None:
    """23.060 9.2.4.3: the mobile is told once."""
    lab.beside()
    teid = lab.pdp().teid_control
    assert teid is not None
    indicator = TeardownInd(teardown=True)
    lab.gn(DeletePdpContextRequest(teid=teid, sequence_number=9, teardown_ind=indicator, nsapi=Nsapi(value=6)), "ggsn1")
    assert lab.heard(DeactivatePdpContextRequest).tear_down_indicator.tear_down_requested
    lab.agrees(1)
    assert lab.last(DeletePdpContextResponse).cause is GtpCause.REQUEST_ACCEPTED
    assert lab.is_clean


def test_one_by_ggsn(lab: SessionLab) -> None:
    """29.060 7.3.5: without teardown only the one goes, as there is another."""
    lab.beside()
    teid = lab.pdp().teid_control
    assert teid is not None
    lab.gn(DeletePdpContextRequest(teid=teid, sequence_number=9, nsapi=Nsapi(value=5)), "ggsn1")
    assert lab.heard(DeactivatePdpContextRequest).tear_down_indicator is None
    lab.agrees()
    assert list(lab.context.pdp) == [6]


def test_secondary_beside_what_the_ggsn_has_lost(lab: SessionLab) -> None:
    """29.060 7.3.2: the GGSN has no context for the address: #43, and the first one is to be activated again."""
    lab.asks_beside(tft=template())
    lab.refuses(GtpCause.CONTEXT_NOT_FOUND)
    assert lab.names("ms") == ["ActivateSecondaryPdpContextReject", "DeactivatePdpContextRequest"]
    assert lab.mobiles[0].heard[-2].sm_cause is SmCause.UNKNOWN_PDP_CONTEXT
    assert lab.mobiles[0].heard[-1].sm_cause is SmCause.REACTIVATION_REQUESTED
    lab.agrees()
    assert lab.is_clean


def test_mobile_tears_down_what_the_network_deactivates(lab: SessionLab) -> None:
    """24.008 6.1.3.4.3: requests for one context cross; that of the mobile is about all of its address."""
    lab.beside()
    lab.beside(nsapi=7, ti=2)
    lab.orders("deactivate", imsi=IMSI, nsapi=7)
    lab.leaves(2, teardown=True)
    first, second = (message for _, message in lab.said if isinstance(message, DeletePdpContextRequest))
    assert (first.nsapi.value, first.teardown_ind) == (7, None)
    assert second.teardown_ind == TeardownInd(teardown=True)
    lab.waits(21)
    assert lab.is_clean


def test_deactivation_beside_a_secondary_that_comes_to_nothing(lab: SessionLab) -> None:
    """29.060 7.3.5: the context is the last of its address after all: the GGSN is asked anew, with teardown."""
    lab.asks_beside(tft=template())
    lab.leaves()
    assert lab.last(DeletePdpContextRequest).teardown_ind is None
    lab.refuses(GtpCause.NO_RESOURCES_AVAILABLE)
    lab.waits(11)
    assert lab.last(DeletePdpContextRequest).teardown_ind.teardown
    lab.deletes()
    assert lab.heard(DeactivatePdpContextAccept)
    assert lab.is_clean


def test_deletion_of_a_secondary_that_outlives_its_primary(lab: SessionLab) -> None:
    """29.060 7.3.5: nobody waits for the deletion any more, and no context of the address is left: with teardown."""
    lab.asks_beside(tft=template())
    lab.leaves()
    lab.deletes()
    lab.leaves(1)
    create = lab.last(CreatePdpContextRequest)
    lab.creates(create, teid=Teid(0), tunnel_endpoint_identifier_control_plane=None)
    assert lab.last(DeletePdpContextRequest).teardown_ind is None
    lab.waits(11)
    assert lab.last(DeletePdpContextRequest).teardown_ind.teardown
    lab.deletes()
    assert lab.is_clean


# --- templates that are modified --------------------------------------------------------------------------------------

ADD = TftOperation.ADD_PACKET_FILTERS_TO_EXISTING_TFT
REPLACE = TftOperation.REPLACE_PACKET_FILTERS_IN_EXISTING_TFT
REMOVE = TftOperation.DELETE_PACKET_FILTERS_FROM_EXISTING_TFT
SEMANTIC = SmCause.SEMANTIC_ERROR_IN_THE_TFT_OPERATION


@pytest.mark.parametrize(
    ("tft", "left"),
    [
        (template(operation=ADD, filters=(packet_filter(1, 9),)), [(0, 6), (1, 9)]),
        (template(operation=ADD, filters=(packet_filter(0, 9),)), [(0, 9)]),
        (template(operation=ADD, filters=(packet_filter(1, 6),)), [(1, 6)]),
        (template(operation=REPLACE, filters=(packet_filter(0, 9),)), [(0, 9)]),
        (template(operation=REPLACE, filters=(packet_filter(1, 9),)), [(0, 6), (1, 9)]),
        (template(8), [(0, 8)]),
        (template(operation=TftOperation.NO_TFT_OPERATION, filters=()), [(0, 6)]),
        (template(operation=REMOVE, filters=(), identifiers=(FilterIdentifier(1),)), [(0, 6)]),
    ],
)
def test_template_modified(lab: SessionLab, tft: TrafficFlowTemplate, left: list[tuple[int, int]]) -> None:
    """24.008 6.1.3.3.3: filters are added, replaced and deleted when the GGSN agrees; others stay."""
    pdp = lab.beside()
    lab.modifies(1, new_tft=tft)
    lab.updates()
    assert pdp.filters is not None
    assert [(item.identifier, item.evaluation_precedence) for item in pdp.filters] == left


@pytest.mark.parametrize(
    ("ti", "tft", "cause"),
    [
        (0, template(operation=ADD), SEMANTIC),
        (1, TrafficFlowTemplate(TftOperation.DELETE_EXISTING_TFT), SEMANTIC),
        (1, template(operation=REMOVE, filters=(), identifiers=(FilterIdentifier(0),)), SEMANTIC),
        (0, template(6), SmCause.SYNTACTICAL_ERRORS_IN_PACKET_FILTERS),
        (1, filters(V4, V6), SmCause.SEMANTIC_ERRORS_IN_PACKET_FILTERS),
        (1, template(filters=()), SmCause.SYNTACTICAL_ERROR_IN_THE_TFT_OPERATION),
    ],
)
def test_template_not_modified(lab: SessionLab, ti: int, tft: TrafficFlowTemplate, cause: SmCause) -> None:
    """24.008 6.1.3.3.3: each error in a template has its cause; nothing changes."""
    lab.beside()
    lab.modifies(ti, new_tft=tft)
    assert lab.names() == ["ModifyPdpContextReject"]
    assert lab.mobiles[0].heard[-1].sm_cause is cause


def test_template_deleted(lab: SessionLab) -> None:
    """24.008 6.1.3.3.3: the template goes where no other context of the address is without one."""
    lab.modifies(new_tft=template())
    lab.updates()
    lab.modifies(new_tft=TrafficFlowTemplate(TftOperation.DELETE_EXISTING_TFT))
    lab.updates()
    assert lab.pdp().filters == ()
