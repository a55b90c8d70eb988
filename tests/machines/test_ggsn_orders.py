"""What the GGSN begins itself: modification, deactivation, inactivity (23.060 9.2.3.2, 9.2.4.3)."""

from typing import Any

import pytest

from protocol.causes import GtpCause
from protocol.gtp import (
    DeletePdpContextRequest,
    DeletePdpContextResponse,
    GgsnInitiatedUpdatePdpContextRequest,
    Nsapi,
    QualityOfServiceProfile,
    UpdatePdpContextResponse,
)
from protocol.identities import Apn, Teid
from protocol.sm.packet_filter import PacketFilter, SingleSourcePort
from protocol.sm.quality_of_service import QualityOfService
from protocol.sm.traffic_flow_template import TftOperation, TrafficFlowTemplate
from tests.machines.ggsn_lab import IMSI, QOS, WEB, AroundGgsn, packet

TFT = TrafficFlowTemplate(TftOperation.CREATE_NEW_TFT, (PacketFilter(0, 10, (SingleSourcePort(5000),)),))
LESS = QualityOfServiceProfile(2, QualityOfService.from_octets(bytes.fromhex("23231f")))


def modify(around: AroundGgsn, **changes: Any) -> Any:
    """An operator wants less throughput."""
    return around.orders("modify", **{"imsi": IMSI, "nsapi": 5, "qos": {"peak_throughput": 2}} | changes)


def deactivate(around: AroundGgsn, nsapi: int = 5) -> Any:
    """An operator wants the context to go."""
    return around.orders("deactivate", imsi=IMSI, nsapi=nsapi)


def test_modification() -> None:
    """23.060 9.2.3.2: the SGSN is asked, and its answer holds."""
    around = AroundGgsn()
    around.creates()
    assert modify(around).status == "accepted"
    request = around.asked(GgsnInitiatedUpdatePdpContextRequest)
    assert (request.teid, request.nsapi.value, request.quality_of_service_profile) == (0x2001, 5, LESS)
    assert around.inspects(f"{IMSI}-5")["state"] == "ACTIVE, wait for Update PDP Context Response"
    around.answers(UpdatePdpContextResponse, quality_of_service_profile=LESS)
    assert around.replies[-1].body == {"qos": str(LESS)}
    shown = around.inspects(f"{IMSI}-5")
    assert (shown["state"], shown["qos"]) == ("ACTIVE", str(LESS))


def test_modification_answered_without_quality() -> None:
    """29.060 7.3.4: an SGSN that agrees need not repeat what was asked for."""
    around = AroundGgsn()
    around.creates()
    modify(around)
    around.answers(UpdatePdpContextResponse)
    assert around.inspects(f"{IMSI}-5")["qos"] == str(LESS)


def test_modification_refused() -> None:
    """29.060 7.3.4: the context stays as it was."""
    around = AroundGgsn()
    around.creates()
    modify(around)
    around.answers(UpdatePdpContextResponse, cause=GtpCause.SERVICE_NOT_SUPPORTED)
    assert around.replies[-1].body == {"error": "refused by the SGSN: Service not supported"}
    assert around.inspects(f"{IMSI}-5")["qos"] == str(QOS)


def test_modification_of_what_the_sgsn_has_not() -> None:
    """29.060 7.3.4: non-existent there, deleted here."""
    around = AroundGgsn()
    around.creates()
    modify(around)
    around.answers(UpdatePdpContextResponse, cause=GtpCause.NON_EXISTENT)
    assert around.replies[-1].status == "failed"
    assert around.is_empty()


def test_modification_unanswered() -> None:
    """29.060 7.6: sent N3-REQUESTS times in vain; nothing has changed."""
    around = AroundGgsn()
    around.creates()
    modify(around)
    around.waits(10)
    assert sum(isinstance(message, GgsnInitiatedUpdatePdpContextRequest) for _, message in around.heard) == 5
    assert around.replies[-1].status == "failed"
    assert around.inspects(f"{IMSI}-5")["state"] == "ACTIVE"


def test_modification_and_update_of_the_sgsn() -> None:
    """29.060 7.3.3: an update of the same SGSN is answered, one of another ends the wait."""
    around = AroundGgsn()
    created = around.creates()
    modify(around)
    request = around.asked(GgsnInitiatedUpdatePdpContextRequest)
    assert around.updates(created).cause is GtpCause.REQUEST_ACCEPTED
    assert around.inspects(f"{IMSI}-5")["state"] == "ACTIVE, wait for Update PDP Context Response"
    assert around.updates(created, "sgsn2").cause is GtpCause.REQUEST_ACCEPTED
    assert around.replies[-1].body == {"error": "the mobile has gone to another SGSN"}
    assert around.inspects(f"{IMSI}-5")["state"] == "ACTIVE"
    around.says(
        UpdatePdpContextResponse(teid=Teid(0), sequence_number=request.sequence_number, cause=GtpCause.REQUEST_ACCEPTED)
    )
    assert around.warnings == {"gtp unexpected": 1}


def test_modification_and_delete_of_the_sgsn() -> None:
    """29.060 7.3.5: a delete takes precedence."""
    around = AroundGgsn()
    created = around.creates()
    modify(around)
    assert around.deletes(created).cause is GtpCause.REQUEST_ACCEPTED
    assert around.replies[-1].body == {"error": "the context was deleted"}
    assert around.is_empty()


def test_deactivation() -> None:
    """23.060 9.2.4.3: the last context of an address goes with teardown, and the address is free."""
    around = AroundGgsn()
    around.creates()
    assert deactivate(around).status == "accepted"
    request = around.asked(DeletePdpContextRequest)
    assert (request.teid, request.nsapi.value) == (0x2001, 5)
    assert request.teardown_ind is not None
    assert request.teardown_ind.teardown
    around.answers(DeletePdpContextResponse)
    assert around.replies[-1].body == {"cause": "Request accepted"}
    assert around.is_empty()
    assert not around.warnings


def test_deactivation_of_one_of_two() -> None:
    """29.060 7.3.5: without teardown the other stays."""
    around = AroundGgsn()
    around.adds(around.creates(), tft=TFT)
    deactivate(around, 6)
    assert around.asked(DeletePdpContextRequest).teardown_ind is None
    around.answers(DeletePdpContextResponse)
    assert list(around.node.everybody()) == [f"{IMSI}-5"]


def deletes(around: AroundGgsn) -> list[tuple[int, bool]]:
    """NSAPI and teardown of the deletes that were heard since this was asked last."""
    found = [
        (message.nsapi.value, message.teardown_ind is not None)
        for _, message in around.heard
        if isinstance(message, DeletePdpContextRequest)
    ]
    around.heard.clear()
    return found


def test_deactivation_of_both() -> None:
    """29.060 7.3.5: whichever is asked for last takes the address along, though the first has not gone yet."""
    around = AroundGgsn()
    around.adds(around.creates(), tft=TFT)
    deactivate(around, 6)
    deactivate(around, 5)
    assert deletes(around) == [(6, False), (5, True)]
    around.waits(10)
    assert around.is_empty()


def test_deactivation_of_one_while_the_other_is_deleted() -> None:
    """29.060 7.3.5: what is left alone is asked for anew, with the address: without that it would be ignored."""
    around = AroundGgsn()
    first = around.creates()
    around.adds(first, tft=TFT)
    deactivate(around, 6)
    assert deletes(around) == [(6, False)]
    assert around.deletes(first, 5, teardown=False).cause is GtpCause.REQUEST_ACCEPTED
    assert deletes(around) == [(6, True)]
    around.waits(10)
    assert around.is_empty()


def test_deactivation_of_three_while_one_is_answered() -> None:
    """Whoever has been asked for with the address is not asked for again."""
    around = AroundGgsn()
    first = around.creates()
    around.adds(first, 6, tft=TFT)
    other = TrafficFlowTemplate(TftOperation.CREATE_NEW_TFT, (PacketFilter(0, 11, (SingleSourcePort(1),)),))
    around.adds(first, 7, nsapi=Nsapi(value=7), tft=other)
    for nsapi in (5, 6, 7):
        deactivate(around, nsapi)
    assert deletes(around) == [(5, False), (6, False), (7, True)]
    around.deletes(first, 6)
    assert deletes(around) == []
    assert around.is_empty()


def test_deactivation_and_delete_of_the_last_without_teardown() -> None:
    """29.060 7.3.5: it would be ignored; but both sides want to be rid of the context."""
    around = AroundGgsn()
    created = around.creates()
    deactivate(around)
    assert around.deletes(created, teardown=False).cause is GtpCause.REQUEST_ACCEPTED
    assert around.is_empty()


def test_inactivity_of_both_at_once() -> None:
    """Contexts that were made together are idle together."""
    around = AroundGgsn()
    around.adds(around.creates(), tft=TFT)
    around.heard.clear()
    around.waits(300)
    assert deletes(around) == [(5, False), (6, True)]
    around.waits(10)
    assert around.is_empty()


@pytest.mark.parametrize(
    ("cause", "warnings"),
    [(GtpCause.NON_EXISTENT, {}), (GtpCause.SERVICE_NOT_SUPPORTED, {"delete refused": 1})],
)
def test_deactivation_answered_otherwise(cause: GtpCause, warnings: dict[str, int]) -> None:
    """29.060 7.3.6: whatever the SGSN says, the GGSN has no context any more."""
    around = AroundGgsn()
    around.creates()
    deactivate(around)
    around.answers(DeletePdpContextResponse, cause=cause)
    assert around.is_empty()
    assert around.warnings == warnings


def test_deactivation_unanswered() -> None:
    """29.060 7.6: asked N3-REQUESTS times in vain, the context is deleted."""
    around = AroundGgsn()
    around.creates()
    deactivate(around)
    around.waits(10)
    assert sum(isinstance(message, DeletePdpContextRequest) for _, message in around.heard) == 5
    assert around.replies[-1].status == "failed"
    assert around.is_empty()


def test_deactivation_takes_precedence() -> None:
    """29.060 7.3.5: a modification is given up, an update refused, a delete accepted."""
    around = AroundGgsn()
    created = around.creates()
    modify(around)
    deactivate(around)
    assert around.replies[-2].body == {"error": "the context is being deactivated"}
    answer = around.updates(created)
    assert (answer.cause, answer.teid) == (GtpCause.NON_EXISTENT, 0)
    assert around.adds(created, tft=TFT).cause is GtpCause.CONTEXT_NOT_FOUND
    assert deactivate(around).body == {"error": f"{IMSI}-5 is being deactivated"}
    assert modify(around).body == {"error": f"{IMSI}-5 is being changed"}
    assert around.deletes(created).cause is GtpCause.REQUEST_ACCEPTED
    assert around.is_empty()


def test_inactivity() -> None:
    """X-inactivity: a context without packets for as long as the access point says is deactivated."""
    around = AroundGgsn()
    created = around.creates()
    around.waits(200)
    around.sends_down(packet(WEB, "10.100.0.1"))
    around.waits(200)
    around.sends_up(created, packet("10.100.0.1", WEB))
    around.waits(299)
    assert around.inspects(f"{IMSI}-5")["state"] == "ACTIVE"
    around.waits(1)
    request = around.asked(DeletePdpContextRequest)
    assert request.teardown_ind is not None
    around.answers(DeletePdpContextResponse)
    assert around.is_empty()


def test_no_inactivity() -> None:
    """An access point may let contexts be for ever."""
    around = AroundGgsn(path_failure="keep")
    around.creates(access_point_name=Apn("static"))
    around.waits(100_000)
    assert around.inspects(f"{IMSI}-5")["state"] == "ACTIVE, without inactivity timer"


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("deactivate", {}),
        ("deactivate", {"imsi": IMSI}),
        ("deactivate", {"imsi": IMSI, "nsapi": "5"}),
        ("deactivate", {"imsi": IMSI, "nsapi": True}),
        ("deactivate", {"imsi": [], "nsapi": 5}),
        ("deactivate", {"imsi": IMSI, "nsapi": 6}),
        ("modify", {"imsi": IMSI, "nsapi": 5}),
        ("modify", {"imsi": IMSI, "nsapi": 5, "qos": {}}),
        ("modify", {"imsi": IMSI, "nsapi": 5, "qos": "best"}),
        ("modify", {"imsi": IMSI, "nsapi": 5, "qos": {"speed": 1}}),
        ("modify", {"imsi": IMSI, "nsapi": 5, "qos": {7: 1}}),
        ("modify", {"imsi": IMSI, "nsapi": 5, "qos": {"delay_class": 0}}),
        ("modify", {"imsi": IMSI, "nsapi": 5, "qos": {"delay_class": True}}),
        ("modify", {"imsi": IMSI, "nsapi": 5, "qos": {"mean_throughput": 25}}),
        ("inspect", {"subject": "1-x"}),
        ("inspect", {"subject": f"{IMSI}-²"}),
        ("echo", {"address": 7}),
        ("echo", {"address": "10.9.9.9"}),
    ],
)
def test_orders_that_cannot_be(verb: str, arguments: dict[str, Any]) -> None:
    """Each is answered by failed, in a line, and changes nothing."""
    around = AroundGgsn()
    around.creates()
    heard = len(around.heard)
    reply = around.orders(verb, **arguments)
    assert reply.status == "failed"
    assert "\n" not in reply.body["error"]
    assert len(around.heard) == heard


def test_all_contexts_shown() -> None:
    """Inspect with * shows a page of contexts, each with what the brief names."""
    around = AroundGgsn()
    around.creates()
    (subject,) = around.orders("inspect", subject="*").body["subjects"].items()
    assert subject[0] == f"{IMSI}-5"
    assert subject[1]["sgsn_teid_control"] == 0x2001
    assert subject[1]["sgsn_teid_data"] == 0x1001
