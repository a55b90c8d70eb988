"""Modification of PDP contexts in the mobile (24.008 6.1.3.3), with every abnormal case."""

from typing import Any

import pytest

from protocol.causes import SmCause
from protocol.sm import (
    DeactivatePdpContextRequest,
    ModifyPdpContextAcceptMo,
    ModifyPdpContextAcceptMt,
    ModifyPdpContextReject,
    ModifyPdpContextRequestMo,
)
from protocol.sm.elements import LlcSapi, LlcSapiValue, RadioPriority, RadioPriorityLevel
from protocol.sm.pdp_address import PdpAddress
from protocol.sm.quality_of_service import DelayClass
from protocol.sm.traffic_flow_template import TftOperation
from tests.machines.mobile_calls import kinds, replies
from tests.machines.mobile_sessions import (
    ADDRESS_2,
    QOS,
    TI,
    TI_2,
    activated,
    contexts,
    modification,
    only,
    with_secondary,
)
from tests.machines.mobiles import Around

BETTER = QOS.replace(delay_class=DelayClass.CLASS_2)


def granted(**changes: Any) -> ModifyPdpContextAcceptMt:
    """A MODIFY PDP CONTEXT ACCEPT of the network."""
    return ModifyPdpContextAcceptMt(transaction_identifier=TI).replace(**changes)


def delay(around: Around) -> list[str]:
    """The delay class of each context."""
    return [context["qos"]["delay_class"] for context in around.m1["pdp_contexts"]]


# --- by the mobile ------------------------------------------------------------------------------------------------


def test_modification_by_mobile() -> None:
    """Another quality is asked for, and what is granted counts (6.1.3.3.2)."""
    around = activated()
    request = only(around.order("modify", nsapi=5, qos={"delay_class": "CLASS_1"}))
    assert isinstance(request, ModifyPdpContextRequestMo)
    assert request.requested_new_qos is not None
    assert request.requested_new_qos.delay_class is DelayClass.CLASS_1
    assert (request.new_tft, request.requested_llc_sapi) == (None, None)
    assert contexts(around, "state") == [("PDP-MODIFY-PENDING",)]
    accept = granted(
        negotiated_qos=BETTER,
        negotiated_llc_sapi=LlcSapi(value=LlcSapiValue.SAPI_9),
        new_radio_priority=RadioPriority(level=RadioPriorityLevel.LEVEL_1),
    )
    assert around.says(accept) == []
    ((status, body),) = replies(around)
    assert (status, body["qos"]["delay_class"]) == ("done", "CLASS_2")
    assert contexts(around, "state", "llc_sapi") == [("PDP-ACTIVE", 9)]
    assert "T3381" not in around.timers()


def test_modification_granted_as_asked() -> None:
    """An accept that tells nothing grants all (9.5.12)."""
    around = activated()
    around.order("modify", nsapi=5, qos={"delay_class": "CLASS_1"})
    assert around.says(granted()) == []
    assert delay(around) == ["CLASS_1"]


def test_modification_of_filters() -> None:
    """Packets become the context's own: a TFT is made, and later added to (6.1.3.3.2, 10.5.6.12)."""
    around = activated()
    request = only(around.order("modify", nsapi=5, filter={"protocol": "udp"}))
    assert request.new_tft.operation is TftOperation.CREATE_NEW_TFT
    assert request.requested_new_qos is None
    around.says(granted())
    assert [status for status, _ in replies(around)] == ["done"]
    assert delay(around) == ["CLASS_4_BEST_EFFORT"]
    request = only(around.order("modify", nsapi=5, filter={"protocol": "icmp"}))
    assert request.new_tft.operation is TftOperation.ADD_PACKET_FILTERS_TO_EXISTING_TFT
    assert request.new_tft.filters[0].identifier == 1
    assert request.new_tft.filters[0].evaluation_precedence == 1


def filters(around: Around) -> list[list[int]]:
    """The identifiers of the filters of each context."""
    return [context["filters"] for context in around.m1["pdp_contexts"]]


def test_modification_replaces_and_deletes_filters() -> None:
    """Single filters are replaced and deleted, then the whole TFT; a free identifier is used again (10.5.6.12)."""
    around = activated()
    for port in (7, 9):
        around.order("modify", nsapi=5, filter={"port": port})
        around.says(granted())
    request = only(around.order("modify", nsapi=5, filter={"port": 11, "precedence": 4}, replace=0))
    assert request.new_tft.operation is TftOperation.REPLACE_PACKET_FILTERS_IN_EXISTING_TFT
    assert [(one.identifier, one.evaluation_precedence) for one in request.new_tft.filters] == [(0, 4)]
    around.says(granted())
    request = only(around.order("modify", nsapi=5, delete=1))
    assert request.new_tft.operation is TftOperation.DELETE_PACKET_FILTERS_FROM_EXISTING_TFT
    assert [one.identifier for one in request.new_tft.identifiers] == [1]
    around.says(granted())
    assert filters(around) == [[0]]
    request = only(around.order("modify", nsapi=5, filter={"port": 9}))
    assert [(one.identifier, one.evaluation_precedence) for one in request.new_tft.filters] == [(1, 5)]
    around.says(granted())
    request = only(around.order("modify", nsapi=5, delete="all"))
    assert request.new_tft.operation is TftOperation.DELETE_EXISTING_TFT
    assert filters(around) == [[0, 1]]
    around.says(granted())
    assert filters(around) == [[]]


def test_modification_of_filters_refused() -> None:
    """What the network refuses leaves the filters as they were (6.1.3.3.2)."""
    around = activated()
    around.order("modify", nsapi=5, filter={"port": 7})
    around.says(granted())
    around.order("modify", nsapi=5, delete=[0])
    around.says(ModifyPdpContextReject(transaction_identifier=TI, sm_cause=SmCause.SEMANTIC_ERROR_IN_THE_TFT_OPERATION))
    assert filters(around) == [[0]]


def test_modification_refused() -> None:
    """All stays as it was (6.1.3.3.2)."""
    around = activated()
    around.order("modify", nsapi=5, qos={"delay_class": "CLASS_1"})
    reject = ModifyPdpContextReject(transaction_identifier=TI, sm_cause=SmCause.INSUFFICIENT_RESOURCES)
    assert around.says(reject) == []
    assert replies(around) == [("failed", {"cause": "INSUFFICIENT_RESOURCES"})]
    assert contexts(around, "state") == [("PDP-ACTIVE",)]
    assert delay(around) == ["CLASS_4_BEST_EFFORT"]


def test_modification_unanswered() -> None:
    """T3381: four repetitions; the fifth expiry leaves the context as it was (6.1.3.3.3 a)."""
    around = activated()
    first = around.order("modify", nsapi=5, qos={"delay_class": "CLASS_1"})
    assert around.wait(40.5) == first * 4
    assert replies(around) == [("failed", {"cause": None, "error": "not answered"})]
    assert contexts(around, "state") == [("PDP-ACTIVE",)]


def test_modification_granted_unfit() -> None:
    """Less than the user wants at least: deactivated with #37 (6.1.3.3.2)."""
    around = activated(order={"least_qos": {"delay_class": 4}})
    around.order("modify", nsapi=5, qos={"peak_throughput": "2000 octet/s"})
    worse = granted(negotiated_llc_sapi=LlcSapi(value=LlcSapiValue.NOT_ASSIGNED))
    assert only(around.says(worse)).sm_cause is SmCause.LLC_OR_SNDCP_FAILURE
    assert replies(around) == [("failed", {"cause": "LLC_OR_SNDCP_FAILURE"})]


def test_modification_ordered_twice() -> None:
    """One at a time."""
    around = activated()
    around.order("modify", nsapi=5, qos={"delay_class": "CLASS_1"})
    assert around.order("modify", nsapi=5, qos={"delay_class": "CLASS_2"}) == []
    assert replies(around) == [("failed", {"error": "NSAPI 5 of m1 is in PDP-MODIFY-PENDING: no modify now"})]


# --- by the network -----------------------------------------------------------------------------------------------


def test_modification_by_network() -> None:
    """Quality, SAPI and priority are the network's to change (6.1.3.3.1)."""
    around = activated()
    assert around.says(modification(new_qos=BETTER)) == [ModifyPdpContextAcceptMo(transaction_identifier=TI.answer)]
    assert delay(around) == ["CLASS_2"]
    assert contexts(around, "state", "llc_sapi") == [("PDP-ACTIVE", 5)]


def test_modification_by_network_of_address() -> None:
    """A GGSN that takes the address from elsewhere tells it later (6.1.3.3.1)."""
    around = activated()
    around.says(modification(pdp_address=PdpAddress.static(ADDRESS_2)))
    assert contexts(around, "address") == [("10.100.0.2",)]


def test_modification_by_network_of_one() -> None:
    """A secondary context is modified alone."""
    around = with_secondary()
    around.says(modification(new_qos=BETTER, transaction_identifier=TI_2))
    assert delay(around) == ["CLASS_4_BEST_EFFORT", "CLASS_2"]


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({}, SmCause.QOS_NOT_ACCEPTED),
        ({"requested_llc_sapi": LlcSapi(value=LlcSapiValue.NOT_ASSIGNED)}, SmCause.LLC_OR_SNDCP_FAILURE),
    ],
)
def test_modification_by_network_unfit(changes: dict[str, Any], cause: SmCause) -> None:
    """Below what the user wants at least: the mobile deactivates instead of accepting (6.1.3.3.1)."""
    around = activated(negotiated_qos=BETTER, order={"least_qos": {"delay_class": "CLASS_2"}})
    request = only(around.says(modification(**changes)))
    assert isinstance(request, DeactivatePdpContextRequest)
    assert request.sm_cause is cause
    assert contexts(around, "state") == [("PDP-INACTIVE-PENDING",)]


def test_modifications_collide() -> None:
    """The network's takes precedence: the mobile's is over (6.1.3.3.3 b)."""
    around = activated()
    around.order("modify", nsapi=5, qos={"delay_class": "CLASS_1"})
    assert kinds(around.says(modification(new_qos=BETTER))) == [ModifyPdpContextAcceptMo]
    assert replies(around) == [("failed", {"cause": "COLLISION_WITH_NETWORK_INITIATED_REQUEST"})]
    assert contexts(around, "state") == [("PDP-ACTIVE",)]
    assert delay(around) == ["CLASS_2"]
    assert "T3381" not in around.timers()
