"""The ladder and the story that it tells, from records made by hand."""

import io

import pytest

from gprslab.trace.ladder import WIDEST, Ladder, console_for, mermaid, summary_of
from gprslab.trace.records import NoteRecord, PduRecord, Trace, TraceRecord
from gprslab.trace.story import Story
from nodes.core.outputs import Note
from protocol import bssgp, ns, sccp, tcap
from protocol.causes import GmmCause
from protocol.gmm import AttachReject, GmmMessage, IdentityResponse
from protocol.identities import CellIdentifier, Gt, Imei, MobileIdentity, Rai, Tlli
from protocol.llc.frame import Sapi, UiFrame
from protocol.map.contexts import INFO_RETRIEVAL_V3
from protocol.map.equipment import CheckImeiArg, RequestedEquipmentInfo
from protocol.map.errors import UnknownSubscriberDiagnostic, UnknownSubscriberParam
from protocol.map.operations import ErrorCode
from protocol.sccp import Address, Ssn
from protocol.um import PacketChannel

ROLES = {"ms1": "ms", "bss1": "bss", "sgsn1": "sgsn", "hlr1": "hlr", "eir1": "eir"}
IMSI = "001010000000001"
CELL = CellIdentifier(Rai.parse("001-01-1-1"), 1)
TLLI = Tlli(0x78000001)
ANSWER = IdentityResponse(mobile_identity=MobileIdentity(Imei("001001000000010")))
ASKED = CheckImeiArg(
    imei=Imei("001001000000010"),
    requested_equipment_info=RequestedEquipmentInfo.of(RequestedEquipmentInfo.EQUIPMENT_STATUS),
)
REJECT = AttachReject(gmm_cause=GmmCause.ILLEGAL_ME)
SGSN, HLR = (Address(ssn=ssn, gt=Gt(number)) for ssn, number in ((Ssn.SGSN, "99901003"), (Ssn.HLR, "99901004")))


@pytest.fixture
def story() -> Story:
    return Story(ROLES, {IMSI: "anna"}, {"bss1": "sgsn1"})


def frame_of(message: GmmMessage, *, up: bool) -> bytes:
    return UiFrame(sapi=Sapi.LLGMM, command=not up, nu=0, information=message.encode()).encode()


def on_um(time: int, message: GmmMessage, *, up: bool) -> PduRecord:
    pdu = PacketChannel(cell=CELL, tlli=TLLI, llc_frame=frame_of(message, up=up)).encode()
    ends = ("ms1", "bss1") if up else ("bss1", "ms1")
    return PduRecord(time, *ends, "um", pdu, 0, {"mobile": "anna", "imsi": IMSI} if up else None)


def on_gb(time: int, message: GmmMessage, *, up: bool) -> PduRecord:
    frame = frame_of(message, up=up)
    unit: bssgp.BssgpMessage
    if up:
        unit = bssgp.UlUnitdata(
            tlli=TLLI, qos_profile=bssgp.UlQosProfile.from_octets(bytes(3)), cell_identifier=CELL, llc_pdu=frame
        )
    else:
        unit = bssgp.DlUnitdata(
            tlli=TLLI, qos_profile=bssgp.DlQosProfile.from_octets(bytes(3)), pdu_lifetime=bssgp.Delay(1), llc_pdu=frame
        )
    ends = ("bss1", "sgsn1") if up else ("sgsn1", "bss1")
    return PduRecord(time, *ends, "gb", ns.NsUnitdata(bvci=2, sdu=unit.encode()).encode(), 0)


def both_ways() -> list[TraceRecord]:
    return [
        on_um(0, ANSWER, up=True),
        on_gb(1, ANSWER, up=True),
        on_gb(2, REJECT, up=False),
        on_um(3, REJECT, up=False),
    ]


def test_a_gmm_message_is_told_once_and_its_relay_is_marked(story: Story) -> None:
    """Uplink it is said on Um, downlink on Gb; its ends are the mobile and the SGSN (24.007 5)."""
    told = [message for message in story.tell_all(both_ways()) if message.protocol == "gmm"]
    assert [(t.source, t.target, t.message, t.interface, t.relay) for t in told] == [
        ("anna", "sgsn1", "IdentityResponse", "um", False),
        ("anna", "sgsn1", "IdentityResponse", "gb", True),
        ("sgsn1", "anna", "AttachReject", "gb", False),
        ("sgsn1", "anna", "AttachReject", "um", True),
    ]
    assert told[2].hex == REJECT.encode().hex()
    assert told[2].fields == {"gmm_cause": "ILLEGAL_ME"}


def test_bssgp_is_told_between_bss_and_sgsn(story: Story) -> None:
    """The BSSGP PDU below a GMM message has the BSS and the SGSN for its ends (48.018 4)."""
    told = [message for message in story.tell_all(both_ways()) if message.protocol == "bssgp"]
    assert [(t.source, t.target, t.message) for t in told] == [
        ("bss1", "sgsn1", "UlUnitdata"),
        ("sgsn1", "bss1", "DlUnitdata"),
    ]


def test_an_answer_without_identity_is_of_whom_its_transaction_is(story: Story) -> None:
    """CheckIMEI has no IMSI: the answer is found by the transaction id of the begin (Q.773 3.2)."""
    begin = tcap.Begin(otid=b"\0\0\0\1", components=(tcap.invoke(0, ASKED),))
    end = tcap.End(dtid=b"\0\0\0\1", components=(tcap.error(0, ErrorCode.UNKNOWN_EQUIPMENT),))
    [asked] = sccp.segments(HLR, SGSN, begin.encode(), 1)
    [answered] = sccp.segments(SGSN, HLR, end.encode(), 2)
    records = [
        PduRecord(0, "sgsn1", "eir1", "gf", asked, 0, {"imsi": IMSI}),
        PduRecord(1, "eir1", "sgsn1", "gf", answered, 0),
    ]
    told = [message for message in story.tell_all(records) if message.protocol == "map"]
    assert [(t.message, t.mobile) for t in told] == [("CheckImeiArg", "anna"), ("UnknownEquipment", "anna")]


def test_segments_are_told_one_by_one_and_as_a_whole(story: Story) -> None:
    """Each XUDT segment has a record; the last one completes the message (Q.714 4.1.1)."""
    dialogue = tcap.Aarq(application_context=INFO_RETRIEVAL_V3)
    message = tcap.Begin(
        otid=b"\0\0\0\2",
        dialogue=dialogue,
        components=(tcap.Unreadable(b"\x6f\x82\x01\x90" + bytes(400), 0, ""),),  # type: ignore[arg-type]
    )
    pdus = sccp.segments(HLR, SGSN, message.encode(), 7)
    told = list(story.tell_all([PduRecord(n, "sgsn1", "hlr1", "gr", pdu, n) for n, pdu in enumerate(pdus)]))
    assert len(pdus) > 1
    assert [t.message for t in told if t.protocol == "sccp"] == ["Xudt"] * len(pdus)
    assert [t.message for t in told if t.protocol == "tcap"] == ["Begin", "Unreadable"]


def test_a_ladder_without_a_terminal_is_plain_and_fits_the_page(story: Story) -> None:
    """Every line is plain text of at most 120 columns, arrows end under the names of their ends."""
    state = Note(
        "transition", IMSI, "", {"procedure": "GMM", "before": "x", "state": "GMM-REGISTERED", "timer": "T3350"}
    )
    stopped = Note("transition", IMSI, "", {"procedure": "GMM", "before": "y", "state": "GMM-DEREGISTERED"})
    fault = Note("fault", "ms1", "lose AttachAccept from bss1 " + "x" * 200)
    records = [
        *both_ways(),
        NoteRecord(4, "sgsn1", state),
        NoteRecord(5, "sgsn1", stopped),
        NoteRecord(6, "ms1", fault),
    ]
    ladder = Ladder(story, ["anna", "sgsn1", "hlr1"])
    console = console_for(file := io.StringIO())
    console.print(ladder.header())
    for record in records:
        for line in ladder.lines(record):
            console.print(line)
    lines = file.getvalue().splitlines()
    assert all(len(line) <= WIDEST for line in lines)
    assert "\x1b" not in file.getvalue()
    names, up, down, registered, deregistered, lost = lines
    assert (up.index("●"), up.index("▶")) == (names.index("anna"), names.index("sgsn1"))
    assert (down.index("◀"), down.index("●")) == (names.index("anna"), names.index("sgsn1"))
    assert down.endswith("AttachReject  cause=#6 ILLEGAL_ME")
    assert registered.endswith("sgsn1: anna GMM-REGISTERED")
    assert deregistered.endswith("sgsn1: anna GMM-DEREGISTERED, T3350 stopped")
    assert "ms1: lose AttachAccept" in lost


def test_mermaid_draws_what_was_said_without_relays(story: Story) -> None:
    """The diagram names each end once and has one arrow for each message."""
    text = mermaid(told for told in story.tell_all(both_ways()) if told.protocol == "gmm")
    assert text.splitlines() == [
        "sequenceDiagram",
        "    participant anna",
        "    participant sgsn1",
        "    anna->>sgsn1: IdentityResponse<br/>mobile_identity=Imei 001001000000010",
        "    sgsn1->>anna: AttachReject<br/>cause=#35;6 ILLEGAL_ME",
    ]


def test_a_refusal_tells_its_diagnostic(story: Story) -> None:
    """An error's parameter is told by its name and what it says (29.002 17.7.7)."""
    end = tcap.End(
        dtid=b"\0\0\0\1",
        components=(
            tcap.error(
                0, UnknownSubscriberParam(unknown_subscriber_diagnostic=UnknownSubscriberDiagnostic.IMSI_UNKNOWN)
            ),
        ),
    )
    [pdu] = sccp.segments(SGSN, HLR, end.encode(), 2)
    told = story.tell(PduRecord(0, "hlr1", "sgsn1", "gr", pdu, 0, {"imsi": IMSI}))
    assert summary_of(told[-1]) == "unknown_subscriber_diagnostic=IMSI_UNKNOWN"


@pytest.mark.parametrize("interface", ["um", "gb", "gr", "gf", "gn"])
def test_octets_that_nobody_can_read_are_told_all_the_same(story: Story, interface: str) -> None:
    """A trace never breaks off at a PDU in error."""
    told = story.tell(PduRecord(0, "sgsn1", "hlr1", interface, b"\xff\xfe\xfd", 0))
    assert all(message.said is None and message.message.startswith("undecodable") for message in told)
    assert len(told) == 1


def test_a_trace_puts_a_late_record_where_it_belongs() -> None:
    """The order is (time, node, arrival), whenever a record is heard."""
    trace = Trace()
    for time, node in ((5, "b"), (9, "a"), (5, "a"), (5, "b"), (1, "z")):
        trace.append(NoteRecord(time, node, Note("warning", f"{len(trace)}", "")))
    assert [(r.time, r.note.subject) for r in trace if isinstance(r, NoteRecord)] == [
        (1, "4"),
        (5, "2"),
        (5, "0"),
        (5, "3"),
        (9, "1"),
    ]
    assert len(trace.after((5, "a"), until=5)) == 2
    assert trace.end == (9, "a")
