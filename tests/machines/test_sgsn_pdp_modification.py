"""PDP context modification in the SGSN: by mobile, SGSN, GGSN and HLR (24.008 6.1.3.3, 23.060 9.2.3)."""

from ipaddress import IPv4Address
from typing import Any

import pytest

from protocol import tcap
from protocol.bssgp import Resume, Suspend
from protocol.causes import GtpCause, SmCause, sm_cause_of
from protocol.gmm import DetachRequestMo
from protocol.gmm.elements import DetachTypeMo, MoDetach
from protocol.gtp import (
    DeletePdpContextRequest,
    EndUserAddress,
    QualityOfServiceProfile,
    UpdatePdpContextRequest,
    UpdatePdpContextResponse,
)
from protocol.map.contexts import SUBSCRIBER_DATA_MNGT_V3
from protocol.map.subscriber import InsertSubscriberDataArg, OdbData, OdbGeneralData, SubscriberStatus
from protocol.sm import (
    DeactivatePdpContextAccept,
    DeactivatePdpContextRequest,
    ModifyPdpContextAcceptMt,
    ModifyPdpContextReject,
    ModifyPdpContextRequestMt,
    SmStatus,
    TransactionIdentifier,
)
from protocol.sm.elements import LlcSapi, LlcSapiValue
from protocol.sm.pdp_address import PdpAddress
from protocol.sm.quality_of_service import DelayClass, PeakThroughput, PrecedenceClass
from tests.machines.sgsn_lab import IMSI
from tests.machines.sgsn_sessions import OPEN_QOS, SUBSCRIBED_QOS, SessionLab, subscription, whole

LOWER_QOS = SUBSCRIBED_QOS.replace(peak_throughput=PeakThroughput(1))
LOWER = QualityOfServiceProfile(2, LOWER_QOS)


@pytest.fixture
def lab() -> SessionLab:
    """An SGSN with a mobile that has one active context."""
    lab = SessionLab()
    lab.provided()
    lab.active()
    return lab


# --- by the mobile ----------------------------------------------------------------------------------------------------


def test_modification_by_mobile(lab: SessionLab) -> None:
    """23.060 figure 72: the GGSN agrees, then the mobile is told what it has."""
    lab.modifies(requested_new_qos=LOWER_QOS, requested_llc_sapi=LlcSapi(value=LlcSapiValue.SAPI_9))
    update = lab.last(UpdatePdpContextRequest)
    assert lab.names() == ["UpdatePdpContextRequest"]
    assert update.teid == lab.pdp().ggsn_teid_control
    assert update.quality_of_service_profile.quality_of_service == LOWER_QOS
    assert update.tunnel_endpoint_identifier_data_i == lab.pdp().teid_data
    lab.said.append(("ggsn1", update))
    lab.updates(quality_of_service_profile=LOWER)
    accept = lab.heard(ModifyPdpContextAcceptMt)
    assert (accept.negotiated_qos, accept.negotiated_llc_sapi.value) == (LOWER_QOS, 9)
    assert lab.pdp().qos_negotiated == LOWER_QOS


def test_modification_beyond_subscription(lab: SessionLab) -> None:
    """23.060 9.2.3.3: what is not subscribed is not asked for."""
    lab.modifies(requested_new_qos=SUBSCRIBED_QOS.replace(delay_class=DelayClass.CLASS_1))
    assert lab.last(UpdatePdpContextRequest).quality_of_service_profile.quality_of_service == SUBSCRIBED_QOS


def test_modification_tunnel_moved(lab: SessionLab) -> None:
    """29.060 7.3.4: the GGSN may tell another end of the tunnel."""
    pdp = lab.pdp()
    assert pdp.ggsn_teid_data is not None
    assert pdp.ggsn_teid_control is not None
    other, another = type(pdp.ggsn_teid_data)(0x77), type(pdp.ggsn_teid_control)(0x78)
    lab.modifies(requested_new_qos=LOWER_QOS)
    lab.updates(
        tunnel_endpoint_identifier_data_i=other,
        tunnel_endpoint_identifier_control_plane=another,
        ggsn_address_for_control_plane=lab.sgsn.gn.own,
        ggsn_address_for_user_traffic=lab.sgsn.gn.own,
        charging_id=99,
    )
    assert (pdp.ggsn_teid_data, pdp.ggsn_teid_control, pdp.charging_id) == (other, another, 99)
    assert pdp.ggsn_control == pdp.ggsn_user == lab.sgsn.config.address
    assert pdp.traffic.tunnel == (pdp.ggsn_user, other)


@pytest.mark.parametrize("cause", [GtpCause.SYSTEM_FAILURE, GtpCause.SEMANTIC_ERRORS_IN_PACKET_FILTERS])
def test_modification_rejected(lab: SessionLab, cause: GtpCause) -> None:
    """29.060 7.3.4, 24.008 6.1.3.3.2: the context stays as it was."""
    lab.modifies(requested_new_qos=LOWER_QOS)
    lab.updates(cause=cause)
    assert lab.heard(ModifyPdpContextReject).sm_cause is sm_cause_of(cause)
    assert lab.pdp().qos_negotiated == SUBSCRIBED_QOS
    assert lab.pdp().state.value == "PDP-ACTIVE"


def test_modification_ggsn_silent(lab: SessionLab) -> None:
    """29.060 7.6: the context stays as it was."""
    lab.modifies(requested_new_qos=LOWER_QOS)
    lab.waits(11)
    assert lab.heard(ModifyPdpContextReject).sm_cause is SmCause.NETWORK_FAILURE


@pytest.mark.parametrize("cause", [GtpCause.NON_EXISTENT, GtpCause.CONTEXT_NOT_FOUND])
def test_modification_ggsn_has_lost_it(lab: SessionLab, cause: GtpCause) -> None:
    """29.060 7.3.4: the GGSN knows of no such context: the mobile is to activate it again."""
    lab.modifies(requested_new_qos=LOWER_QOS)
    lab.updates(cause=cause)
    assert lab.names("ms") == ["ModifyPdpContextReject", "DeactivatePdpContextRequest"]
    assert lab.mobiles[0].heard[-1].sm_cause is SmCause.REACTIVATION_REQUESTED
    lab.agrees()
    assert lab.is_clean


def test_modification_repeated(lab: SessionLab) -> None:
    """T3381 expired before the GGSN answered: the first request goes on; another takes its place."""
    lab.modifies(requested_new_qos=LOWER_QOS)
    lab.modifies(requested_new_qos=LOWER_QOS)
    assert lab.names() == ["UpdatePdpContextRequest"]
    lab.modifies(requested_new_qos=OPEN_QOS)
    assert lab.last(UpdatePdpContextRequest).quality_of_service_profile.quality_of_service == SUBSCRIBED_QOS
    lab.updates()
    assert lab.heard(ModifyPdpContextAcceptMt)


def test_modification_then_deactivation(lab: SessionLab) -> None:
    """23.060 9.2.4.1: who deactivates wants nothing modified; the late answer is nothing to anybody."""
    lab.modifies(requested_new_qos=LOWER_QOS)
    update = lab.last(UpdatePdpContextRequest)
    lab.leaves()
    lab.gn(
        UpdatePdpContextResponse(
            teid=update.teid, sequence_number=update.sequence_number, cause=GtpCause.REQUEST_ACCEPTED
        ),
        "ggsn1",
    )
    lab.deletes()
    assert lab.heard(DeactivatePdpContextAccept)
    assert lab.is_clean


# --- by the SGSN ------------------------------------------------------------------------------------------------------


def orders(lab: SessionLab, **qos: Any) -> Any:
    """The operator wants another quality of service."""
    return lab.orders("modify", imsi=IMSI, nsapi=5, qos=qos)


def test_modification_by_operator(lab: SessionLab) -> None:
    """23.060 figure 70: the GGSN agrees, then the mobile."""
    assert orders(lab, peak_throughput=1).status == "done"
    update = lab.last(UpdatePdpContextRequest)
    assert update.quality_of_service_profile.quality_of_service == LOWER_QOS
    assert lab.pdp().state.value == "PDP-MODIFY-PENDING"
    lab.updates(quality_of_service_profile=LOWER)
    assert lab.heard(ModifyPdpContextRequestMt).new_qos == LOWER_QOS
    lab.confirms()
    assert lab.pdp().state.value == "PDP-ACTIVE"
    assert lab.pdp().qos_negotiated == LOWER_QOS


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"nsapi": 6, "qos": {"delay_class": 4}},
        {"nsapi": [5], "qos": {"delay_class": 4}},
        {"nsapi": 5},
        {"nsapi": 5, "qos": {}},
        {"nsapi": 5, "qos": {"colour": 1}},
        {"nsapi": 5, "qos": {"delay_class": "often"}},
        {"nsapi": 5, "qos": {"peak_throughput": 99}},
        {"nsapi": 5, "qos": {"peak_throughput": []}},
    ],
)
def test_modification_by_operator_wrong(lab: SessionLab, arguments: dict[str, Any]) -> None:
    """A command that makes no sense is answered by one line."""
    reply = lab.orders("modify", imsi=IMSI, **arguments)
    assert reply.status == "failed"
    assert lab.names() == []


def test_modification_by_operator_busy(lab: SessionLab) -> None:
    """A context that is being modified or deleted is not modified by command."""
    orders(lab, peak_throughput=1)
    assert orders(lab, peak_throughput=2).status == "failed"


@pytest.mark.parametrize("cause", [GtpCause.SYSTEM_FAILURE, None])
def test_modification_by_operator_ggsn_disagrees(lab: SessionLab, cause: GtpCause | None) -> None:
    """23.060 9.2.3.1: what the GGSN does not agree to does not reach the mobile."""
    orders(lab, peak_throughput=1)
    if cause is None:
        lab.waits(11)
    else:
        lab.updates(cause=cause)
    assert lab.names("ms") == []
    assert lab.pdp().state.value == "PDP-ACTIVE"
    assert lab.pdp().qos_negotiated == SUBSCRIBED_QOS


def test_modification_by_operator_ggsn_has_lost_it(lab: SessionLab) -> None:
    """29.060 7.3.4: the mobile is to activate it again."""
    orders(lab, peak_throughput=1)
    lab.updates(cause=GtpCause.NON_EXISTENT)
    assert lab.heard(DeactivatePdpContextRequest).sm_cause is SmCause.REACTIVATION_REQUESTED


def test_modification_by_operator_mobile_silent(lab: SessionLab) -> None:
    """24.008 6.1.3.3.3: five requests; as the GGSN has the new quality already, the context is deactivated."""
    orders(lab, peak_throughput=1)
    lab.updates(quality_of_service_profile=LOWER)
    lab.said.clear()
    lab.waits(33)
    assert lab.names("ms") == ["ModifyPdpContextRequestMt"] * 4
    lab.waits(8)
    assert lab.names() == ["DeletePdpContextRequest", "DeactivatePdpContextRequest"]
    assert lab.mobiles[0].heard[-1].sm_cause is SmCause.NETWORK_FAILURE


def suspends(lab: SessionLab) -> None:
    """A call begins; what was said is forgotten."""
    lab.gb(Suspend(tlli=lab.mobiles[0].tlli, routeing_area=lab.mobiles[0].cell.rai))
    lab.said.clear()
    lab.mobiles[0].heard.clear()


def resumes(lab: SessionLab) -> None:
    """The call is over."""
    me, number = lab.mobiles[0], lab.context.suspended
    assert number is not None
    lab.gb(Resume(tlli=me.tlli, routeing_area=me.cell.rai, suspend_reference_number=number))


def test_modification_by_operator_in_a_call(lab: SessionLab) -> None:
    """23.060 16.2.1: a suspended mobile keeps its contexts: T3386 does not count what it cannot be told."""
    suspends(lab)
    orders(lab, peak_throughput=1)
    lab.updates(quality_of_service_profile=LOWER)
    lab.waits(600)
    assert lab.pdp().state.value == "PDP-MODIFY-PENDING"
    resumes(lab)
    assert lab.heard(ModifyPdpContextRequestMt).new_qos == LOWER_QOS
    lab.confirms()
    assert lab.pdp().qos_negotiated == LOWER_QOS
    assert lab.pdp().state.value == "PDP-ACTIVE"


def test_modification_given_up_in_a_call(lab: SessionLab) -> None:
    """What the mobile could not be told is not said any more where it is not wanted any more."""
    suspends(lab)
    orders(lab, peak_throughput=1)
    lab.updates(quality_of_service_profile=LOWER)
    lab.orders("deactivate", imsi=IMSI)
    resumes(lab)
    assert [type(message).__name__ for message in lab.mobiles[0].heard] == ["DeactivatePdpContextRequest"]


def test_modification_mobile_disagrees(lab: SessionLab) -> None:
    """24.008 6.1.3.3.1: a mobile that does not take the quality of service deactivates the context."""
    orders(lab, peak_throughput=1)
    lab.updates()
    lab.leaves()
    assert lab.last(DeletePdpContextRequest)
    lab.deletes()
    assert lab.is_clean


def test_modification_by_operator_while_mobile_wants_one(lab: SessionLab) -> None:
    """24.008 6.1.3.3.3: what the mobile wants gives way, before and after the GGSN has agreed to ours."""
    lab.modifies(requested_new_qos=OPEN_QOS)
    orders(lab, peak_throughput=1)
    lab.modifies(requested_new_qos=OPEN_QOS)
    lab.updates(quality_of_service_profile=LOWER)
    lab.modifies(requested_new_qos=OPEN_QOS)
    assert lab.names("ms") == ["ModifyPdpContextRequestMt"]
    lab.confirms()
    assert lab.pdp().qos_negotiated == LOWER_QOS


def test_modification_then_deactivation_by_operator(lab: SessionLab) -> None:
    """Deactivation ends a modification that is under way; what the mobile still wants modified is ignored."""
    orders(lab, peak_throughput=1)
    lab.orders("deactivate", imsi=IMSI)
    lab.modifies(requested_new_qos=OPEN_QOS)
    lab.agrees()
    assert lab.names("ms") == ["DeactivatePdpContextRequest"]
    lab.waits(11)
    assert lab.is_clean


def test_status_of_unknown_transaction(lab: SessionLab) -> None:
    """24.008 6.1.3.5: the mobile knows of no such context: it is deleted. Any other status is noted."""
    identifier = TransactionIdentifier(0)
    lab.mobiles[0].says(
        SmStatus(transaction_identifier=identifier, sm_cause=SmCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED)
    )
    assert lab.pdp().state.value == "PDP-ACTIVE"
    orders(lab, peak_throughput=1)
    lab.updates()
    lab.mobiles[0].says(
        SmStatus(transaction_identifier=identifier, sm_cause=SmCause.INVALID_TRANSACTION_IDENTIFIER_VALUE)
    )
    assert lab.context.pdp == {}
    lab.deletes()
    assert lab.is_clean


# --- by the GGSN ------------------------------------------------------------------------------------------------------


def test_modification_by_ggsn(lab: SessionLab) -> None:
    """23.060 figure 71: the mobile agrees, then the GGSN is answered, repeats alike."""
    request = lab.wants(quality_of_service_profile=LOWER)
    lab.gn(request, "ggsn1")
    assert lab.names() == ["ModifyPdpContextRequestMt"]
    assert lab.heard(ModifyPdpContextRequestMt).new_qos == LOWER_QOS
    lab.confirms()
    response = lab.last(UpdatePdpContextResponse)
    assert response.cause is GtpCause.REQUEST_ACCEPTED
    assert response.teid == lab.pdp().ggsn_teid_control
    assert response.quality_of_service_profile == LOWER
    lab.gn(request, "ggsn1")
    assert [message for _, message in lab.said] == [response, response]
    assert lab.pdp().qos_negotiated == LOWER_QOS


def test_modification_by_ggsn_address(lab: SessionLab) -> None:
    """29.060 7.3.3: the GGSN tells the address that an external network has given."""
    given = IPv4Address("10.100.0.99")
    address = PdpAddress.static(given)
    lab.wants(end_user_address=EndUserAddress.static(given))
    assert lab.heard(ModifyPdpContextRequestMt).pdp_address == address
    lab.confirms()
    response = lab.last(UpdatePdpContextResponse)
    assert response.quality_of_service_profile is None
    assert lab.pdp().pdp_address == address


def test_modification_by_ggsn_mobile_silent(lab: SessionLab) -> None:
    """24.008 6.1.3.3.3: five requests; all stays as it was, and the GGSN knows."""
    lab.wants(quality_of_service_profile=LOWER)
    lab.waits(41)
    assert lab.names("ms") == ["ModifyPdpContextRequestMt"] * 5
    assert lab.pdp().state.value == "PDP-ACTIVE"


def test_modification_by_ggsn_in_a_call(lab: SessionLab) -> None:
    """29.060 7.3.4, 23.060 16.2.1: the mobile cannot be asked: the GGSN hears so at once."""
    suspends(lab)
    lab.wants(quality_of_service_profile=LOWER)
    assert lab.last(UpdatePdpContextResponse).cause is GtpCause.MS_IS_NOT_GPRS_RESPONDING
    assert lab.pdp().state.value == "PDP-ACTIVE"
    resumes(lab)
    assert lab.mobiles[0].heard == []


def test_modification_by_ggsn_before_a_call(lab: SessionLab) -> None:
    """24.008 6.1.3.3.3: a call comes before the mobile has answered: all stays as it was, on both sides."""
    lab.wants(quality_of_service_profile=LOWER)
    suspends(lab)
    lab.waits(41)
    assert lab.last(UpdatePdpContextResponse).cause is GtpCause.MS_IS_NOT_GPRS_RESPONDING
    lab.mobiles[0].heard.clear()
    resumes(lab)
    assert lab.mobiles[0].heard == []
    assert lab.pdp().qos_negotiated == SUBSCRIBED_QOS


def test_modification_by_ggsn_mobile_leaves(lab: SessionLab) -> None:
    """The mobile does not agree, and deactivates: the GGSN is answered, then told."""
    lab.wants(quality_of_service_profile=LOWER)
    lab.leaves()
    assert lab.names("ggsn1") == ["UpdatePdpContextResponse", "DeletePdpContextRequest"]


def test_modification_by_ggsn_of_unknown_context(lab: SessionLab) -> None:
    """29.060 7.3.4: there is no such context."""
    request = lab.wants()
    lab.confirms()
    lab.gn(request.replace(teid=lab.pdp().teid_data, sequence_number=71), "ggsn1")
    assert lab.last(UpdatePdpContextResponse).cause is GtpCause.NON_EXISTENT


def test_modification_by_ggsn_twice_at_once(lab: SessionLab) -> None:
    """A second modification by the GGSN waits for no first one: it is refused, and may come again."""
    lab.wants(quality_of_service_profile=LOWER)
    lab.wants(number=71, quality_of_service_profile=LOWER)
    response = lab.last(UpdatePdpContextResponse)
    assert (response.sequence_number, response.cause) == (71, GtpCause.NO_RESOURCES_AVAILABLE)


def test_modification_by_ggsn_of_context_that_goes(lab: SessionLab) -> None:
    """A context that is being deleted is not modified."""
    lab.leaves()
    lab.wants(quality_of_service_profile=LOWER)
    assert lab.last(UpdatePdpContextResponse).cause is GtpCause.CONTEXT_NOT_FOUND


def test_modification_by_ggsn_while_mobile_leaves_for_good(lab: SessionLab) -> None:
    """A mobile that detaches takes its contexts with it: the GGSN is answered, and told to delete."""
    lab.wants(quality_of_service_profile=LOWER)
    kind = MoDetach(power_off=True, type=DetachTypeMo.GPRS_DETACH)
    lab.mobiles[0].says(DetachRequestMo(detach_type=kind))
    assert lab.names("ggsn1") == ["DeletePdpContextRequest", "UpdatePdpContextResponse"]


# --- by the HLR -------------------------------------------------------------------------------------------------------


def test_subscription_lowered(lab: SessionLab) -> None:
    """23.060 6.11.1.1: less is subscribed: the context is modified."""
    lab.inserts(gprs_subscription_data=whole(subscription(qos_subscribed=LOWER_QOS)))
    assert lab.last(UpdatePdpContextRequest).quality_of_service_profile.quality_of_service == LOWER_QOS
    lab.updates()
    lab.confirms()
    assert lab.pdp().qos_negotiated == LOWER_QOS


def test_subscription_lowered_while_modified(lab: SessionLab) -> None:
    """What the HLR wants takes the place of a modification under way; a GGSN that asked for that is answered."""
    lab.wants(quality_of_service_profile=LOWER)
    less = SUBSCRIBED_QOS.replace(precedence_class=PrecedenceClass.LOW_PRIORITY)
    lab.inserts(gprs_subscription_data=whole(subscription(qos_subscribed=less)))
    assert lab.last(UpdatePdpContextResponse).cause is GtpCause.MS_REFUSES
    assert lab.last(UpdatePdpContextRequest).quality_of_service_profile.quality_of_service == less


def test_subscription_withdrawn(lab: SessionLab) -> None:
    """23.060 6.11.1.2, 9.2.4.2: a context that is not subscribed any more is deactivated."""
    lab.inserts(gprs_subscription_data=whole(subscription(2, "mms")))
    assert lab.heard(DeactivatePdpContextRequest).sm_cause is SmCause.REGULAR_DEACTIVATION


def test_subscription_in_parts(lab: SessionLab) -> None:
    """29.002 8.8.1: nothing follows before the HLR has told all: what the first part lacks may come with the next."""
    opening = tcap.Aarq(application_context=SUBSCRIBER_DATA_MNGT_V3)
    first, second = (
        InsertSubscriberDataArg(imsi=IMSI, gprs_subscription_data=data)
        for data in (whole(subscription(2, "mms")), whole(subscription()).replace(complete_data_list_included=False))
    )
    lab.gr(tcap.Begin(otid=b"\0\0\0\5", dialogue=opening, components=(tcap.invoke(1, first),)))
    assert lab.names() == []
    lab.gr(tcap.Continue(otid=b"\0\0\0\5", dtid=lab.answered.otid, components=(tcap.invoke(2, second),)))
    lab.gr(tcap.End(dtid=lab.answered.otid))
    assert lab.names() == []
    assert lab.pdp().state.value == "PDP-ACTIVE"


def test_subscription_same(lab: SessionLab) -> None:
    """What has not changed changes nothing."""
    lab.inserts(gprs_subscription_data=whole(*lab.subscriptions))
    assert lab.names() == []


def test_packet_services_barred(lab: SessionLab) -> None:
    """23.015 2.2: the operator bars packet services: all contexts go, and the mobile knows why."""
    data = OdbData(odb_general_data=OdbGeneralData.of(OdbGeneralData.ALL_PACKET_ORIENTED_SERVICES_BARRED))
    lab.inserts(subscriber_status=SubscriberStatus.OPERATOR_DETERMINED_BARRING, odb_data=data)
    assert lab.heard(DeactivatePdpContextRequest).sm_cause is SmCause.OPERATOR_DETERMINED_BARRING
    lab.agrees()
    lab.asks()
    assert lab.mobiles[0].heard[-1].sm_cause is SmCause.OPERATOR_DETERMINED_BARRING
    lab.inserts(subscriber_status=SubscriberStatus.SERVICE_GRANTED)
    lab.asks()
    lab.creates()
    assert lab.pdp().state.value == "PDP-ACTIVE"
