"""What GGSNs ask on Gc, and are told (TS 29.002 13, 24; TS 23.060 9.2.2.2)."""

from dataclasses import replace
from typing import Any

import pytest

from nodes.hlr import Subscriber
from nodes.hlr.absence import MOST_GGSNS, Absence, Ggsn
from protocol.identities import GsnAddress, Imsi, IsdnAddress
from protocol.map.contexts import (
    FAILURE_REPORT_V3,
    GPRS_LOCATION_INFO_RETRIEVAL_V3,
    GPRS_LOCATION_INFO_RETRIEVAL_V4,
    MS_PURGING_V3,
    MWD_MNGT_V3,
)
from protocol.map.errors import (
    AbsentSubscriberParam,
    AbsentSubscriberReason,
    CallBarredParam,
    CallBarringCause,
    UnexpectedDataParam,
    UnknownSubscriberDiagnostic,
    UnknownSubscriberParam,
)
from protocol.map.location import CancelLocationRes, PurgeMsArg
from protocol.map.packet import (
    AbsentSubscriberDiagnosticSm,
    FailureReportArg,
    FailureReportRes,
    NoteMsPresentForGprsArg,
    NoteMsPresentForGprsRes,
    SendRoutingInfoForGprsArg,
    SendRoutingInfoForGprsRes,
)
from protocol.map.short_messages import AlertReason, ReadyForSmArg, ReadyForSmRes
from protocol.timers import X_MS_PRESENT
from tests.machines.conftest import SUBSCRIBER
from tests.machines.hlr_lab import ADDRESSES, IMSI, PEERS, HlrLab

NOBODY = Imsi("262010000000000")
GGSN1 = str(PEERS["ggsn1"][0])


def number(name: str) -> IsdnAddress:
    """The number of a peer."""
    return IsdnAddress(str(PEERS[name][0]))


def route(lab: HlrLab, imsi: Imsi = IMSI, name: str = "ggsn1", context: Any = GPRS_LOCATION_INFO_RETRIEVAL_V3) -> Any:
    """A GGSN asks where the mobile is; returns the component that answers."""
    argument = SendRoutingInfoForGprsArg(imsi=imsi, ggsn_number=number(name))
    return lab.peers[name].answered(lab.peers[name].begin(context, argument))


def report(lab: HlrLab, imsi: Imsi = IMSI, name: str = "ggsn1", **more: Any) -> Any:
    """A GGSN has failed to reach the mobile; returns the component that answers."""
    argument = FailureReportArg(imsi=imsi, **({"ggsn_number": number(name)} | more))
    return lab.peers[name].answered(lab.peers[name].begin(FAILURE_REPORT_V3, argument))


def ready(lab: HlrLab, name: str = "sgsn1", imsi: Imsi = IMSI) -> Any:
    """An SGSN or VLR has heard the mobile; returns the component that answers."""
    indicator = name.startswith("sgsn")
    argument = ReadyForSmArg(imsi=imsi, alert_reason=AlertReason.MS_PRESENT, alert_reason_indicator=indicator)
    return lab.peers[name].answered(lab.peers[name].begin(MWD_MNGT_V3, argument))


def purge(lab: HlrLab, name: str = "sgsn1") -> None:
    """The SGSN purges the mobile."""
    argument = PurgeMsArg(imsi=IMSI, sgsn_number=number(name))
    lab.peers[name].answered(lab.peers[name].begin(MS_PURGING_V3, argument))


def noted(lab: HlrLab, name: str = "ggsn1") -> NoteMsPresentForGprsArg:
    """The GGSN is told that the mobile is there, and takes it."""
    message, argument = lab.peers[name].asked(NoteMsPresentForGprsArg)
    lab.peers[name].result(message, NoteMsPresentForGprsRes())
    assert isinstance(argument, NoteMsPresentForGprsArg)
    return argument


# --- send routing info for GPRS (13.1) ----------------------------------------------------------------------------


@pytest.mark.parametrize("context", [GPRS_LOCATION_INFO_RETRIEVAL_V3, GPRS_LOCATION_INFO_RETRIEVAL_V4])
def test_route(context: Any) -> None:
    """23.060 9.2.2.2.1: the address of the serving SGSN."""
    lab = HlrLab()
    lab.attach("sgsn1")
    assert route(lab, context=context).result == SendRoutingInfoForGprsRes(sgsn_address=ADDRESSES["sgsn1"])
    assert not lab.look()["mnrg"]


def test_route_for_a_converting_gsn() -> None:
    """13.1.3: the address of a GGSN behind a GSN that converts protocols comes back."""
    lab = HlrLab()
    lab.attach("sgsn1")
    address = GsnAddress.parse("10.0.0.77")
    argument = SendRoutingInfoForGprsArg(imsi=IMSI, ggsn_number=number("ggsn1"), ggsn_address=address)
    ggsn = lab.peers["ggsn1"]
    assert ggsn.answered(ggsn.begin(GPRS_LOCATION_INFO_RETRIEVAL_V3, argument)).result.ggsn_address == address


@pytest.mark.parametrize("ask", [route, report])
def test_subscriber_not_known(ask: Any) -> None:
    """13.1.3, 13.2.3: unknownSubscriber, IMSI unknown."""
    lab = HlrLab()
    diagnostic = UnknownSubscriberDiagnostic.IMSI_UNKNOWN
    assert ask(lab, NOBODY).parameter == UnknownSubscriberParam(unknown_subscriber_diagnostic=diagnostic)


@pytest.mark.parametrize("ask", [route, report])
def test_subscriber_without_gprs(ask: Any) -> None:
    """13.1.3: unknownSubscriber, GPRS subscription unknown."""
    lab = HlrLab(replace(SUBSCRIBER, gprs=False))
    diagnostic = UnknownSubscriberDiagnostic.GPRS_SUBSCRIPTION_UNKNOWN
    assert ask(lab).parameter == UnknownSubscriberParam(unknown_subscriber_diagnostic=diagnostic)


def test_ggsn_that_could_not_be_told() -> None:
    """A number that is none: unexpectedDataValue."""
    assert report(HlrLab(), ggsn_number=IsdnAddress("1")).parameter == UnexpectedDataParam()


@pytest.mark.parametrize(
    ("subscriber", "home", "barred"),
    [
        (replace(SUBSCRIBER, packet_services_barred=True), (), True),
        (replace(SUBSCRIBER, hplmn_ap_barred=True), ("49172000000",), False),
        (replace(SUBSCRIBER, hplmn_ap_barred=True), ("499",), True),
        (replace(SUBSCRIBER, vplmn_ap_barred=True), ("499",), False),
    ],
)
def test_barred(subscriber: Subscriber, home: tuple[str, ...], barred: bool) -> None:
    """23.015 2.6.2: contexts that the network requests are barred here: callBarred, operator barring."""
    lab = HlrLab(subscriber, home=home)
    lab.attach("sgsn1")
    answer = route(lab)
    if barred:
        assert answer.parameter == CallBarredParam(call_barring_cause=CallBarringCause.OPERATOR_BARRING)
    else:
        assert answer.result.sgsn_address == ADDRESSES["sgsn1"]


def test_served_nowhere() -> None:
    """Nobody serves: absentSubscriber; the GGSN is told when somebody does."""
    lab = HlrLab()
    parameter = AbsentSubscriberParam(absent_subscriber_reason=AbsentSubscriberReason.IMSI_DETACH)
    assert route(lab).parameter == parameter
    look = lab.look()
    assert (look["mnrg"], look["mnrr"], look["ggsns"]) == (True, "DEREGISTERED_IN_HLR_FOR_GPRS", [GGSN1])
    lab.attach("sgsn2")
    assert noted(lab).sgsn_address == ADDRESSES["sgsn2"]
    assert lab.look()["ggsns"] == []


def test_purged() -> None:
    """29.002 8.1.6: a purged mobile is treated as not reachable."""
    lab = HlrLab()
    lab.attach("sgsn1")
    purge(lab)
    parameter = AbsentSubscriberParam(absent_subscriber_reason=AbsentSubscriberReason.PURGED_MS)
    assert route(lab).parameter == parameter
    assert lab.look()["mnrr"] == "MS_PURGED_FOR_GPRS"
    lab.attach("sgsn1")
    assert noted(lab).sgsn_address == ADDRESSES["sgsn1"]


# --- failure report (13.2) ----------------------------------------------------------------------------------------


def test_failure_report() -> None:
    """23.060 9.2.2.2.2: MNRG is set, and the GGSN listed; while it is, routing tells the reason."""
    lab = HlrLab()
    lab.attach("sgsn1")
    assert report(lab).result == FailureReportRes()
    look = lab.look()
    assert (look["mnrg"], look["mnrr"], look["ggsns"]) == (True, "NO_PAGING_RESPONSE_VIA_SGSN", [GGSN1])
    reason = AbsentSubscriberDiagnosticSm.NO_PAGING_RESPONSE_VIA_SGSN
    assert route(lab, name="ggsn2").result.mobile_not_reachable_reason is reason
    assert lab.look()["ggsns"] == [GGSN1]


def test_reason_other_than_no_paging_response() -> None:
    """23.060 9.2.2.2.1 step 2: where MNRR is another, the GGSN that asks is listed too, and does not try."""
    lab = HlrLab()
    route(lab)
    absence = lab.node.register.find(IMSI).absence
    lab.attach("sgsn1")
    noted(lab)
    lab.node.register.set_absence(lab.node.register.find(IMSI), absence)
    result = route(lab, name="ggsn2").result
    assert result.mobile_not_reachable_reason is AbsentSubscriberDiagnosticSm.DEREGISTERED_IN_HLR_FOR_GPRS
    assert lab.look()["ggsns"] == [GGSN1, str(PEERS["ggsn2"][0])]


def test_failure_reported_of_one_who_is_served_nowhere() -> None:
    """The reason is what the HLR knows of the mobile."""
    lab = HlrLab()
    report(lab)
    assert lab.look()["mnrr"] == "DEREGISTERED_IN_HLR_FOR_GPRS"
    lab.attach("sgsn1")
    noted(lab)
    purge(lab)
    report(lab)
    assert lab.look()["mnrr"] == "MS_PURGED_FOR_GPRS"


def test_ggsns_are_bounded() -> None:
    """Each GGSN stands once in the list; where there would be too many, the oldest goes."""
    absence = Absence(None)
    for last in range(MOST_GGSNS + 2):
        absence = absence.with_ggsn(Ggsn(IsdnAddress(f"49172000010{last}")))
    absence = absence.with_ggsn(Ggsn(IsdnAddress("491720000105")))
    assert len(absence.ggsns) == MOST_GGSNS
    assert absence.ggsns[0].number.digits == "491720000102"
    assert absence.ggsns[-1].number.digits == "491720000105"


@pytest.mark.parametrize("reason", [None, AbsentSubscriberDiagnosticSm.GPRS_DETACHED])
@pytest.mark.parametrize("address", [None, GsnAddress.parse("10.0.0.7"), GsnAddress.parse("2001:db8::7")])
def test_absence_record(reason: Any, address: GsnAddress | None) -> None:
    """What is saved is read back the same."""
    absence = Absence(reason, (Ggsn(number("ggsn1"), address), Ggsn(number("ggsn2"))))
    assert Absence.from_octets(absence.to_octets()) == absence


# --- note MS present for GPRS (13.3) ------------------------------------------------------------------------------


def missed(*names: str) -> HlrLab:
    """The mobile is served by sgsn1, where these GGSNs have not reached it."""
    lab = HlrLab()
    lab.attach("sgsn1")
    for name in names:
        report(lab, name=name)
    return lab


def test_mobile_is_back_by_an_update() -> None:
    """23.060 9.2.2.2.2: the update of its location clears MNRG, and every GGSN in the list is told."""
    lab = missed("ggsn1", "ggsn2")
    lab.attach("sgsn1")
    assert not lab.look()["mnrg"]
    for name in ("ggsn1", "ggsn2"):
        assert noted(lab, name) == NoteMsPresentForGprsArg(imsi=IMSI, sgsn_address=ADDRESSES["sgsn1"])
    assert lab.look()["ggsns"] == []
    assert not [record for record in lab.records() if record.key.startswith("mnrg/")]
    assert lab.node.next_timer() is None


def test_mobile_is_back_at_its_sgsn() -> None:
    """29.002 12.4: readyForSM of an SGSN does the same; that of a VLR is about short messages."""
    lab = missed("ggsn1")
    lab.attach("vlr1")
    assert ready(lab, "vlr1").result == ReadyForSmRes()
    assert lab.look()["mnrg"]
    assert ready(lab).result == ReadyForSmRes()
    noted(lab)
    assert not lab.look()["mnrg"]
    ready(lab)
    assert not lab.peers["ggsn1"].inbox


def test_ready_for_sm_of_another_sgsn() -> None:
    """One that does not serve the mobile is acknowledged, and nothing follows."""
    lab = missed("ggsn1")
    assert ready(lab, "sgsn2").result == ReadyForSmRes()
    assert lab.look()["mnrg"]
    assert "does not serve" in lab.warnings[-1]


def test_ready_for_sm_of_nobody() -> None:
    """29.002 12.4: unknownSubscriber."""
    parameter = UnknownSubscriberParam(unknown_subscriber_diagnostic=UnknownSubscriberDiagnostic.IMSI_UNKNOWN)
    assert ready(HlrLab(), imsi=NOBODY).parameter == parameter


def test_ready_for_sm_of_one_who_is_served_nowhere() -> None:
    """There is no SGSN to tell of."""
    lab = HlrLab()
    report(lab)
    ready(lab)
    assert lab.look()["mnrg"]


def test_note_lost() -> None:
    """A GGSN that does not answer is told again, in the next life too, and given up in the end."""
    lab = missed("ggsn1")
    lab.attach("sgsn1")
    lab.wait(X_MS_PRESENT.duration)
    assert len(lab.peers["ggsn1"].inbox) == 2
    lab = lab.reborn()
    assert len(lab.peers["ggsn1"].inbox) == 1
    lab.wait(X_MS_PRESENT.duration * X_MS_PRESENT.expiries)
    assert len(lab.peers["ggsn1"].inbox) == X_MS_PRESENT.expiries
    assert "not noted by GGSN" in " ".join(lab.warnings)
    assert lab.look()["ggsns"] == []
    assert not lab.node.notes_present


def test_note_refused() -> None:
    """A GGSN that knows nothing of the mobile is not told again."""
    lab = missed("ggsn1")
    lab.attach("sgsn1")
    message, _ = lab.peers["ggsn1"].asked(NoteMsPresentForGprsArg)
    diagnostic = UnknownSubscriberDiagnostic.IMSI_UNKNOWN
    lab.peers["ggsn1"].refuse(message, UnknownSubscriberParam(unknown_subscriber_diagnostic=diagnostic))
    assert lab.look()["ggsns"] == []
    assert lab.node.next_timer() is None


def test_missed_again_while_it_is_told() -> None:
    """A GGSN that has missed the mobile again is not told of the time before."""
    lab = missed("ggsn1")
    lab.attach("sgsn1")
    report_before = lab.peers["ggsn1"].heard(object)
    assert report_before is not None
    report(lab)
    lab.wait(X_MS_PRESENT.duration)
    assert not lab.peers["ggsn1"].inbox
    assert lab.look()["mnrg"]


def test_heard_twice_while_it_is_told() -> None:
    """The mobile goes on to another SGSN before the GGSN has answered: it is told the newer one alone."""
    lab = missed("ggsn1")
    lab.attach("sgsn1")
    lab.peers["ggsn1"].inbox.clear()
    lab.attach("sgsn2")
    assert noted(lab).sgsn_address == ADDRESSES["sgsn2"]
    lab.wait(X_MS_PRESENT.duration)
    assert not lab.peers["ggsn1"].inbox


def test_restarted_while_it_is_missed() -> None:
    """The list of GGSNs outlives the HLR."""
    lab = missed("ggsn1").reborn()
    assert (lab.look()["mnrg"], lab.look()["ggsns"]) == (True, [GGSN1])
    lab.peers["sgsn1"].inbox.clear()
    lab.attach("sgsn1")
    noted(lab)


def test_restarted_when_it_is_gone_again() -> None:
    """Who was heard, and is served nowhere when the HLR comes back, is told of later."""
    lab = missed("ggsn1")
    lab.attach("sgsn1")
    lab.command("cancel", imsi=IMSI)
    lab.peers["sgsn1"].result(lab.peers["sgsn1"].inbox.pop(), CancelLocationRes())
    lab = lab.reborn()
    assert not lab.peers["ggsn1"].inbox
    lab.attach("sgsn2")
    noted(lab)


def test_removed_while_it_is_told() -> None:
    """Of a subscriber who is removed nobody is told anything."""
    lab = missed("ggsn1")
    lab.attach("sgsn1")
    lab.peers["ggsn1"].inbox.clear()
    lab.obey("provision", records={IMSI: None})
    lab.wait(X_MS_PRESENT.duration)
    assert not lab.peers["ggsn1"].inbox
    assert not [record for record in lab.records() if record.key.startswith("mnrg/")]
