"""Network-requested activation in the GGSN (23.060 9.2.2.2, 29.060 7.3.8 to 7.3.11, 29.002 8.1.9, 13A)."""

from typing import Any

import pytest

from protocol import tcap
from protocol.causes import GtpCause
from protocol.gtp import (
    EndUserAddress,
    Nsapi,
    PduNotificationRejectRequest,
    PduNotificationRejectResponse,
    PduNotificationRequest,
    PduNotificationResponse,
)
from protocol.gtp import Imsi as GtpImsi
from protocol.identities import Apn, GsnAddress, Imsi, IsdnAddress, Teid
from protocol.map.contexts import GPRS_LOCATION_INFO_RETRIEVAL_V3, GPRS_NOTIFY_V3
from protocol.map.errors import ErrorCode
from protocol.map.packet import (
    AbsentSubscriberDiagnosticSm,
    FailureReportArg,
    FailureReportRes,
    NoteMsPresentForGprsArg,
    NoteMsPresentForGprsRes,
    SendRoutingInfoForGprsArg,
    SendRoutingInfoForGprsRes,
)
from tests.machines.ggsn_lab import GGSN, STATIC, STATIC_6, STATIC_IMSI, WEB, WEB_6, AroundGgsn, packet

SGSN, SGSN_2 = GsnAddress.parse("10.0.0.3"), GsnAddress.parse("10.0.0.9")
OWN: dict[str, Any] = {"ggsn_number": IsdnAddress("999010000007"), "ggsn_address": GsnAddress.parse("10.0.0.7")}
CONTEXT: dict[str, Any] = {
    "imsi": GtpImsi(STATIC_IMSI),
    "access_point_name": Apn("static"),
    "end_user_address": EndUserAddress.static(STATIC),
}


def call(around: AroundGgsn, number: int = 0) -> bytes:
    """A packet for the static address comes; it."""
    octets = packet(WEB, STATIC, b"%d" % number)
    around.sends_down(octets)
    return octets


def locate(around: AroundGgsn, **changes: Any) -> None:
    """The HLR tells the SGSN."""
    around.hlr_results(SendRoutingInfoForGprsRes(**{"sgsn_address": SGSN} | changes))


def called(around: AroundGgsn) -> PduNotificationRequest:
    """A packet has come, and the SGSN was notified; the request."""
    call(around)
    locate(around)
    request = around.asked(PduNotificationRequest)
    assert isinstance(request, PduNotificationRequest)
    return request


def reject(around: AroundGgsn, request: PduNotificationRequest, cause: GtpCause, **changes: Any) -> Any:
    """The SGSN says that the mobile makes no context."""
    elements: dict[str, Any] = {
        "teid": request.tunnel_endpoint_identifier_control_plane,
        "cause": cause,
        "tunnel_endpoint_identifier_control_plane": Teid(0x7001),
        "end_user_address": request.end_user_address,
        "access_point_name": request.access_point_name,
    }
    return around.says(PduNotificationRejectRequest(**elements | changes))


def unreachable(around: AroundGgsn) -> None:
    """The mobile is detached, and the HLR has been told."""
    called(around)
    around.answers(PduNotificationResponse, cause=GtpCause.MS_IS_GPRS_DETACHED)
    around.hlr_results(FailureReportRes())
    assert around.inspects()["mnrg"] == [STATIC_IMSI]


def note_present(around: AroundGgsn, imsi: str = STATIC_IMSI) -> Any:
    """The HLR tells that the mobile is there; its answer."""
    argument = NoteMsPresentForGprsArg(imsi=Imsi(imsi), sgsn_address=SGSN)
    opening = tcap.Aarq(application_context=GPRS_NOTIFY_V3)
    around.hlr_says(tcap.Begin(otid=b"\0\0\0\x09", dialogue=opening, components=(tcap.invoke(0, argument),)))
    end = next(message for _, message in reversed(around.hlr) if isinstance(message, tcap.End))
    assert end.dtid == b"\0\0\0\x09"
    component: Any = end.components[0]
    return component.result or NoteMsPresentForGprsRes()


def has_failed(around: AroundGgsn) -> bool:
    """Whether it has failed: nobody is asked for 10 s, whatever comes, and then nothing is left of it."""
    shown = around.inspects()
    asked, heard, dropped = len(around.hlr), len(around.heard), shown["dropped"].get("not activated", 0)
    call(around)
    assert (len(around.hlr), len(around.heard)) == (asked, heard)
    assert around.inspects()["dropped"]["not activated"] == dropped + 1
    assert (shown["teids"], shown["mnrg"]) == (0, [])
    around.waits(10)
    return around.is_empty()


def test_activation() -> None:
    """23.060 figure 65: the HLR is asked, the SGSN notified, and what came meanwhile waits for the context."""
    around = AroundGgsn()
    first = call(around)
    begin = around.hlr[-1][1]
    assert begin.dialogue.application_context == GPRS_LOCATION_INFO_RETRIEVAL_V3
    assert around.hlr_asked() == SendRoutingInfoForGprsArg(imsi=Imsi(STATIC_IMSI), **OWN)
    second = call(around, 1)
    assert len(around.hlr) == 1
    locate(around)
    request = around.asked(PduNotificationRequest)
    assert (request.teid, request.imsi, request.access_point_name) == (0, STATIC_IMSI, "static")
    assert request.end_user_address == EndUserAddress.static(STATIC)
    assert request.ggsn_address_for_control_plane == GGSN
    around.answers(PduNotificationResponse)
    third = call(around, 2)
    created = around.creates(**CONTEXT)
    assert [octets for _, octets in around.tunnelled()] == [first, second, third]
    assert around.inspects()["network_requests"] == 0
    around.deletes(created)
    assert around.is_empty()
    assert not around.warnings


def test_activation_of_ipv6() -> None:
    """A packet for any address of the static prefix."""
    around = AroundGgsn()
    around.sends_down(packet(WEB_6, "2001:db8:101::99"))
    locate(around)
    assert around.asked(PduNotificationRequest).end_user_address == EndUserAddress.static(STATIC_6)


def test_context_before_the_response() -> None:
    """29.060 7.3.8: a Create before the PDU Notification Response is taken as usual, and the response ignored."""
    around = AroundGgsn()
    request = called(around)
    around.creates(**CONTEXT)
    assert len(around.tunnelled()) == 1
    around.says(
        PduNotificationResponse(teid=Teid(0), sequence_number=request.sequence_number, cause=GtpCause.REQUEST_ACCEPTED)
    )
    assert around.inspects()["network_requests"] == 0
    assert around.warnings == {"gtp unexpected": 1}


def test_mobile_with_another_context() -> None:
    """29.060 7.3.8: the SGSN is known from an active context; the HLR is not asked."""
    around = AroundGgsn()
    around.creates("sgsn2", imsi=GtpImsi(STATIC_IMSI), nsapi=Nsapi(value=9))
    call(around)
    around.asked(PduNotificationRequest, "sgsn2")
    assert not around.hlr


def test_too_many_packets_wait() -> None:
    """The newest 16 wait; the oldest are dropped and counted."""
    around = AroundGgsn()
    sent = [call(around, number) for number in range(20)]
    locate(around)
    around.creates(**CONTEXT)
    assert [octets for _, octets in around.tunnelled()] == sent[4:]
    assert around.inspects()["dropped"] == {"waited too long": 4}


@pytest.mark.parametrize(
    "cause", [GtpCause.IMSI_NOT_KNOWN, GtpCause.MS_IS_GPRS_DETACHED, GtpCause.MS_IS_NOT_GPRS_RESPONDING]
)
def test_not_reachable(cause: GtpCause) -> None:
    """23.060 9.2.2.2.2: a failure report to the HLR, MNRG, and nobody is asked until the mobile is there."""
    around = AroundGgsn()
    called(around)
    around.answers(PduNotificationResponse, cause=cause)
    if cause is GtpCause.IMSI_NOT_KNOWN:
        locate(around)  # it is where it was
    assert around.hlr_asked() == FailureReportArg(imsi=Imsi(STATIC_IMSI), **OWN)
    assert around.inspects()["mnrg"] == []
    around.hlr_results(FailureReportRes())
    assert around.inspects()["mnrg"] == [STATIC_IMSI]
    asked, heard = len(around.hlr), len(around.heard)
    call(around)
    around.waits(120)
    call(around)
    assert (len(around.hlr), len(around.heard)) == (asked, heard)
    assert around.inspects()["dropped"] == {"not activated": 2, "not reachable": 1}
    assert around.is_empty()


def test_not_known_where_it_was() -> None:
    """23.060 9.2.2.2.2: the SGSN does not know the mobile: the HLR tells the one to which it has gone meanwhile."""
    around = AroundGgsn()
    called(around)
    around.answers(PduNotificationResponse, cause=GtpCause.IMSI_NOT_KNOWN)
    assert isinstance(around.hlr_asked(), SendRoutingInfoForGprsArg)
    locate(around, sgsn_address=SGSN_2)
    around.asked(PduNotificationRequest, "sgsn2")
    around.answers(PduNotificationResponse, "sgsn2")
    around.creates("sgsn2", **CONTEXT)
    assert len(around.tunnelled("sgsn2")) == 1
    assert around.inspects()["network_requests"] == 0


def test_not_known_anywhere() -> None:
    """23.060 9.2.2.2.2: nor does the other SGSN: the HLR is not asked for ever, but told."""
    around = AroundGgsn()
    called(around)
    around.answers(PduNotificationResponse, cause=GtpCause.IMSI_NOT_KNOWN)
    locate(around, sgsn_address=SGSN_2)
    around.answers(PduNotificationResponse, "sgsn2", cause=GtpCause.IMSI_NOT_KNOWN)
    assert isinstance(around.hlr_asked(), FailureReportArg)


def test_note_present() -> None:
    """23.060 9.2.2.2.2: the HLR tells that the mobile is there; what waits still makes the GGSN try once more."""
    around = AroundGgsn()
    unreachable(around)
    assert note_present(around) == NoteMsPresentForGprsRes()
    assert around.inspects()["mnrg"] == []
    around.asked(PduNotificationRequest)
    around.answers(PduNotificationResponse)
    around.creates(**CONTEXT)
    assert len(around.tunnelled()) == 1


def test_note_present_after_all_packets_were_dropped() -> None:
    """MNRG is cleared, and the next packet asks again."""
    around = AroundGgsn()
    unreachable(around)
    around.waits(120)
    heard = len(around.heard)
    note_present(around)
    note_present(around, "001010000000999")
    assert around.inspects()["mnrg"] == []
    assert len(around.heard) == heard
    call(around)
    assert isinstance(around.hlr_asked(), SendRoutingInfoForGprsArg)


def test_context_clears_mnrg() -> None:
    """29.060 7.3.1: a Create PDP Context Request of the mobile counts as Note MS Present."""
    around = AroundGgsn()
    unreachable(around)
    around.creates(imsi=GtpImsi(STATIC_IMSI), nsapi=Nsapi(value=9))
    assert around.inspects()["mnrg"] == []
    around.asked(PduNotificationRequest)
    around.creates(**CONTEXT)
    assert len(around.tunnelled()) == 1


def test_context_while_unreachable() -> None:
    """The very context is made: what waits goes, and nobody is asked any more."""
    around = AroundGgsn()
    unreachable(around)
    around.creates(**CONTEXT)
    assert len(around.tunnelled()) == 1
    assert around.inspects()["mnrg"] == []
    assert around.inspects()["network_requests"] == 0


@pytest.mark.parametrize("cause", [GtpCause.GPRS_CONNECTION_SUSPENDED, GtpCause.NO_RESOURCES_AVAILABLE])
def test_notification_refused(cause: GtpCause) -> None:
    """29.060 7.3.9: the mobile is there, in a call, or the SGSN cannot: the next packet asks again."""
    around = AroundGgsn()
    called(around)
    around.answers(PduNotificationResponse, cause=cause)
    assert has_failed(around)
    call(around)
    assert len(around.hlr) == 2


def test_rejected_without_answer_to_paging() -> None:
    """29.060 7.3.10: the SGSN tells later that the mobile does not answer."""
    around = AroundGgsn()
    request = called(around)
    around.answers(PduNotificationResponse)
    answer = reject(around, request, GtpCause.MS_IS_NOT_GPRS_RESPONDING_TO_PAGING)
    assert isinstance(answer, PduNotificationRejectResponse)
    assert (answer.teid, answer.cause) == (0x7001, GtpCause.REQUEST_ACCEPTED)
    assert isinstance(around.hlr_asked(), FailureReportArg)


@pytest.mark.parametrize("cause", [GtpCause.MS_REFUSES, GtpCause.MS_REFUSES_TO_BE_ACTIVATED])
def test_rejected_by_the_mobile(cause: GtpCause) -> None:
    """29.060 7.3.10: a mobile that refuses is reachable; a reject may overtake the response."""
    around = AroundGgsn()
    request = called(around)
    reject(around, request, cause)
    assert has_failed(around)
    answer = reject(around, request, cause)
    assert (answer.teid, answer.cause) == (0x7001, GtpCause.NON_EXISTENT)


def test_never_activated() -> None:
    """X-activation: the SGSN promised to ask the mobile, and nothing came of it."""
    around = AroundGgsn()
    called(around)
    around.answers(PduNotificationResponse)
    around.waits(90)
    assert has_failed(around)
    assert around.inspects()["dropped"] == {"not activated": 2}


def test_sgsn_silent() -> None:
    """29.060 7.6: the notification is sent N3-REQUESTS times in vain."""
    around = AroundGgsn()
    called(around)
    around.waits(10)
    assert sum(isinstance(message, PduNotificationRequest) for _, message in around.heard) == 5
    assert has_failed(around)


def test_sgsn_unknown() -> None:
    """The HLR names an SGSN to which there is no path."""
    around = AroundGgsn()
    call(around)
    locate(around, sgsn_address=GsnAddress.parse("10.9.9.9"))
    assert has_failed(around)
    assert around.warnings == {"gtp route": 1}


def test_hlr_says_not_reachable() -> None:
    """23.060 9.2.2.2 step 3: with a reason, and another than no paging response, MNRG is set and nobody notified."""
    around = AroundGgsn()
    call(around)
    locate(around, mobile_not_reachable_reason=AbsentSubscriberDiagnosticSm.GPRS_DETACHED)
    assert not around.heard
    assert around.inspects()["mnrg"] == [STATIC_IMSI]
    note_present(around)
    around.asked(PduNotificationRequest)


def test_hlr_says_no_paging_response() -> None:
    """23.060 9.2.2.2 step 3: a mobile that did not answer paging is tried."""
    around = AroundGgsn()
    call(around)
    locate(around, mobile_not_reachable_reason=AbsentSubscriberDiagnosticSm.NO_PAGING_RESPONSE_VIA_SGSN)
    around.asked(PduNotificationRequest)


def test_hlr_knows_no_sgsn() -> None:
    """29.002 13A.2: absent subscriber: the HLR will tell when it is there."""
    around = AroundGgsn()
    call(around)
    around.hlr_refuses(ErrorCode.ABSENT_SUBSCRIBER)
    assert around.inspects()["mnrg"] == [STATIC_IMSI]


def test_hlr_knows_no_subscriber() -> None:
    """29.002 13A.2: unknown subscriber: what waits is dropped."""
    around = AroundGgsn()
    call(around)
    around.hlr_refuses(ErrorCode.UNKNOWN_SUBSCRIBER)
    assert around.inspects()["mnrg"] == []
    assert has_failed(around)


def test_hlr_silent() -> None:
    """29.002 17.1.2: no answer within the medium timer."""
    around = AroundGgsn()
    call(around)
    around.waits(20)
    assert has_failed(around)


def test_no_hlr() -> None:
    """No HLR serves the subscriber: nobody can be asked."""
    around = AroundGgsn(hlrs={"999": "999010000004"})
    call(around)
    assert not around.hlr
    assert has_failed(around)
    around.creates("sgsn2", imsi=GtpImsi(STATIC_IMSI), nsapi=Nsapi(value=9))
    call(around)
    around.answers(PduNotificationResponse, "sgsn2", cause=GtpCause.IMSI_NOT_KNOWN)
    around.waits(10)
    assert around.inspects()["network_requests"] == 0


def test_context_while_nobody_is_asked() -> None:
    """The mobile makes the context of its own accord: packets go at once."""
    around = AroundGgsn()
    call(around)
    around.hlr_refuses(ErrorCode.UNKNOWN_SUBSCRIBER)
    around.creates(**CONTEXT)
    call(around)
    assert len(around.tunnelled()) == 1
    assert around.inspects()["network_requests"] == 0


@pytest.mark.parametrize("refused", [True, False])
def test_failure_report_in_vain(refused: bool) -> None:
    """29.002 13A.3: an HLR that does not keep in mind to tell us must not leave MNRG set here."""
    around = AroundGgsn()
    called(around)
    around.answers(PduNotificationResponse, cause=GtpCause.MS_IS_GPRS_DETACHED)
    if refused:
        around.hlr_refuses(ErrorCode.UNKNOWN_SUBSCRIBER)
    else:
        around.waits(20)
    assert around.inspects()["mnrg"] == []
    assert has_failed(around)


def test_access_point_that_asks_nobody() -> None:
    """An operator may not want network-requested activation."""
    around = AroundGgsn()
    around.sends_down(packet(WEB, "10.102.0.1"))
    assert not around.hlr
    assert around.inspects()["dropped"] == {"no context": 1}
