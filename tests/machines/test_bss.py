"""The BSS alone: octets in by ``receive`` and time by ``on_time``, octets out. Its BVCs, frames, and errors."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.bss.config import Cell
from nodes.bss.gb import TAKES
from nodes.bss.whereabouts import Whereabouts
from nodes.core.clock import Clock
from nodes.core.outputs import Command
from protocol import bssgp
from protocol.bssgp import (
    BssgpMessage,
    BvcBlock,
    BvcBlockAck,
    BvcReset,
    BvcResetAck,
    BvcUnblock,
    BvcUnblockAck,
    DeleteBssPfc,
    DlUnitdata,
    DummyPagingPs,
    DummyPagingPsResponse,
    FlowControlBvc,
    ImsiIdentity,
    LlcDiscarded,
    MsRegistrationEnquiry,
    MsRegistrationEnquiryResponse,
    Overload,
    RaCapability,
    RaCapabilityUpdate,
    RaCapabilityUpdateAck,
    RadioStatus,
    SgsnInvokeTrace,
    Status,
    UlUnitdata,
)
from protocol.bssgp.elements import (
    PacketFlowIdentifier,
    PriorityClassIndicator,
    RaCapUpdCause,
    TimeUntilNextPagingOccasion,
)
from protocol.causes import BssgpCause, RadioCause
from protocol.gmm.elements import MsRadioAccessCapability
from protocol.identities import CellIdentifier, Imsi, Plmn, Rai, Tlli
from protocol.timers import SECOND, T1, T2, T5, X_AIR, X_RETRY
from protocol.um import PacketChannel

CELLS = tuple(
    Cell(name=f"cell{number}", bvci=number + 1, identifier=CellIdentifier(Rai.parse("001-01-1-1"), number))
    for number in (1, 2)
)
HERE, THERE = CELLS
TLLI, OTHER = Tlli(0x78000001), Tlli(0xC0000002)
FRAME = b"up"


def states(around: Any) -> list[str]:
    """The states of signalling and of the two cells."""
    return list(around.inspect()["bvcs"].values())


def told(around: Any) -> list[tuple[type, int]]:
    """What the SGSN was told about BVCs."""
    return [(type(message), message.bvci) for _, message in around.said()]


def acknowledge(cell: Cell) -> BvcResetAck:
    """The SGSN's answer to the reset of a cell's BVC."""
    return BvcResetAck(bvci=cell.bvci, cell_identifier=cell.identifier)


@pytest.fixture
def down(make_bss: Callable[..., Any]) -> Any:
    """A BSS of two cells that has just started."""
    return make_bss(cells=CELLS)


@pytest.fixture
def up(make_bss: Callable[..., Any]) -> Any:
    """A BSS of two cells of which all BVCs are operative."""
    return make_bss(cells=CELLS).bring_up()


@pytest.mark.ttcn3("BVC_bringup")
def test_bvcs_come_up_in_order(down: Any) -> None:
    """48.018 8.4: signalling is reset first, then each cell's BVC with its cell identifier, which is then unblocked."""
    reset = BssgpCause.OM_INTERVENTION
    assert down.said() == [(0, BvcReset(bvci=0, cause=reset))]
    down.say(BvcResetAck(bvci=0))
    resets = [(0, BvcReset(bvci=cell.bvci, cause=reset, cell_identifier=cell.identifier)) for cell in CELLS]
    assert down.said() == resets
    for cell in CELLS:
        down.say(acknowledge(cell))
        assert down.said() == [(0, BvcUnblock(bvci=cell.bvci))]
        assert not down.warned
        down.say(BvcUnblockAck(bvci=cell.bvci))
        assert [(bvci, type(message)) for bvci, message in down.said()] == [(cell.bvci, FlowControlBvc)]
    assert states(down) == ["operative"] * 3


def test_signalling_unanswered(down: Any) -> None:
    """48.018 8.4: BVC-RESET is repeated three times at T2, then O&M is told; after X-retry it begins again."""
    down.wait(T2.duration * T2.expiries - 1)
    assert len(down.said()) == 4
    down.wait(1)
    assert states(down)[0] == "failed"
    assert sum(down.warned.values()) == 1
    assert not down.said()
    down.wait(X_RETRY.duration)
    assert [type(message) for _, message in down.said()] == [BvcReset]
    assert states(down)[0] == "wait for BVC-RESET-ACK"


def test_cell_unanswered(down: Any) -> None:
    """48.018 8.3, 8.4: a cell's BVC fails after its last T2, or T1, and is tried again."""
    down.say(BvcResetAck(bvci=0))
    down.say(acknowledge(HERE))
    down.said()
    down.wait(T1.duration * T1.expiries)
    said = [(type(message), message.bvci) for _, message in down.said()]
    assert sorted(said, key=lambda item: item[1]) == [(BvcUnblock, 2)] * 3 + [(BvcReset, 3)] * 3
    assert states(down) == ["operative", "failed", "failed"]
    assert sum(down.warned.values()) == 2
    down.wait(X_RETRY.duration)
    assert sorted(message.bvci for _, message in down.said() if isinstance(message, BvcReset)) == [2, 3]


@pytest.mark.ttcn3("bvc_reset_sig_from_sgsn")
def test_sgsn_resets_signalling(up: Any) -> None:
    """48.018 8.4.2: a BVC-RESET of signalling is acknowledged, and all cells begin anew."""
    up.say(BvcReset(bvci=0, cause=BssgpCause.EQUIPMENT_FAILURE))
    (_, first), *others = up.said()
    assert first == BvcResetAck(bvci=0)
    assert [(type(message), message.bvci) for _, message in others] == [(BvcReset, 2), (BvcReset, 3)]
    assert states(up) == ["operative", *["wait for BVC-RESET-ACK"] * 2]


def test_sgsn_resets_a_failed_bss(down: Any) -> None:
    """A BVC-RESET of the SGSN shows that it is back, before X-retry has run out."""
    down.wait(T2.duration * T2.expiries)
    down.said()
    down.say(BvcReset(bvci=0, cause=BssgpCause.EQUIPMENT_FAILURE))
    assert [type(message) for _, message in down.said()] == [BvcResetAck, BvcReset, BvcReset]


def test_signalling_resets_cross(down: Any) -> None:
    """Both sides reset signalling: ours is still awaited after theirs was acknowledged."""
    down.said()
    down.say(BvcReset(bvci=0, cause=BssgpCause.EQUIPMENT_FAILURE))
    assert down.said() == [(0, BvcResetAck(bvci=0))]
    assert states(down)[0] == "wait for BVC-RESET-ACK"
    down.say(BvcResetAck(bvci=0))
    assert states(down)[0] == "operative"


@pytest.mark.ttcn3("bvc_reset_ptp_from_sgsn")
def test_sgsn_resets_cell(up: Any) -> None:
    """48.018 8.4: a BVC-RESET of a cell's BVC is acknowledged, and it is unblocked again; the other one stays."""
    up.say(BvcReset(bvci=HERE.bvci, cause=BssgpCause.EQUIPMENT_FAILURE, cell_identifier=HERE.identifier))
    assert up.said() == [(0, acknowledge(HERE)), (0, BvcUnblock(bvci=HERE.bvci))]
    assert states(up) == ["operative", "wait for BVC-UNBLOCK-ACK", "operative"]


def test_cell_resets_cross(down: Any) -> None:
    """Both sides reset a cell's BVC: ours is still awaited."""
    down.say(BvcResetAck(bvci=0))
    down.said()
    down.say(BvcReset(bvci=HERE.bvci, cause=BssgpCause.EQUIPMENT_FAILURE, cell_identifier=HERE.identifier))
    assert down.said() == [(0, acknowledge(HERE))]
    assert states(down)[1] == "wait for BVC-RESET-ACK"


@pytest.mark.ttcn3("status_sig_dl_bvci")
@pytest.mark.parametrize("cause", [BssgpCause.BVCI_UNKNOWN, BssgpCause.BVCI_BLOCKED])
def test_status_about_bvc(up: Any, cause: BssgpCause) -> None:
    """48.018 10.4.14: an SGSN that cannot use a BVC of ours has lost its memory: the BVC is reset, nothing else."""
    up.say(Status(cause=cause, bvci=HERE.bvci))
    assert [(type(message), message.bvci) for _, message in up.said()] == [(BvcReset, 2)]
    assert states(up) == ["operative", "wait for BVC-RESET-ACK", "operative"]


@pytest.mark.parametrize(
    "status",
    [
        Status(cause=BssgpCause.BVCI_UNKNOWN, bvci=77),
        Status(cause=BssgpCause.UNKNOWN_MS, bvci=HERE.bvci),
        Status(cause=BssgpCause.PROTOCOL_ERROR_UNSPECIFIED, pdu_in_error=b"\x01"),
    ],
)
def test_status_is_never_answered(up: Any, status: Status) -> None:
    """48.018 9: any other STATUS is told and leaves all as it is."""
    up.say(status)
    assert not up.said()
    assert sum(up.warned.values()) == 1
    assert states(up) == ["operative"] * 3


def test_uplink(up: Any) -> None:
    """48.018 10.2.2: a frame from the air goes up on its cell's BVC, as it came."""
    up.speak(cell=THERE)
    message = UlUnitdata(
        tlli=TLLI, qos_profile=bssgp.UlQosProfile.from_octets(bytes(3)), cell_identifier=THERE.identifier, llc_pdu=FRAME
    )
    assert up.said() == [(THERE.bvci, message)]
    assert up.inspect()["tllis"] == 1


def test_uplink_without_bvc(down: Any) -> None:
    """What comes from the air before the BVC is operative is dropped and counted."""
    down.said()
    down.speak()
    assert not down.said()
    assert down.warned == {"bvc not operative": 1}


def test_downlink(up: Any) -> None:
    """48.018 10.2.1: a frame for a TLLI goes to the node that it was last heard from."""
    up.speak(ms="ms1")
    up.speak(ms="ms2")
    up.send_down(TLLI, size=3)
    assert up.air == [("ms2", PacketChannel(cell=HERE.identifier, tlli=TLLI, llc_frame=bytes(3)))]


def test_downlink_by_old_tlli(up: Any) -> None:
    """48.018 10.2.1: a TLLI not heard yet is found by the old one that the SGSN names."""
    up.speak()
    up.send_down(OTHER, tlli_old=TLLI)
    assert [(to, channel.tlli) for to, channel in up.air] == [("ms1", OTHER)]


@pytest.mark.ttcn3("radio_status")
def test_downlink_to_nobody(up: Any) -> None:
    """48.018 7.3, 8.1.2: a frame for a TLLI not heard of late is discarded, and the contact told to be lost."""
    up.send_down(OTHER, size=7, tlli_old=OTHER)
    assert not up.air
    assert up.said() == [
        (0, LlcDiscarded(tlli=OTHER, llc_frames_discarded=1, bvci=HERE.bvci, number_of_octets_deleted=7)),
        (HERE.bvci, RadioStatus(tlli=OTHER, radio_cause=RadioCause.RADIO_CONTACT_LOST_WITH_THE_MS)),
    ]
    assert up.warned == {"tlli unknown": 1}
    assert up.inspect("cell1")["discarded_octets"] == 7


def test_tlli_ages_out(up: Any) -> None:
    """A TLLI is forgotten X-air after it was last heard, whatever others do."""
    up.speak(TLLI)
    up.wait(SECOND)
    up.speak(OTHER)
    up.wait(X_AIR.duration - 2 * SECOND)
    up.speak(TLLI)
    up.wait(2 * SECOND)
    assert up.inspect()["tllis"] == 1
    up.send_down(TLLI)
    up.send_down(OTHER)
    assert len(up.air) == 1
    up.wait(X_AIR.duration)
    assert up.inspect()["tllis"] == 0
    assert up.bss.next_timer() is None


def test_table_is_bounded() -> None:
    """The oldest TLLI makes room for the newest."""
    table = Whereabouts(Clock({}), most=2)
    for number in (1, 2, 1, 3):
        table.hear(Tlli(number), "ms1", HERE)
    assert [table.find(Tlli(number)) is not None for number in (1, 2, 3)] == [True, False, True]


@pytest.mark.parametrize(
    ("message", "bvci", "answer"),
    [
        (
            DlUnitdata(
                tlli=TLLI,
                qos_profile=bssgp.DlQosProfile.from_octets(bytes(3)),
                pdu_lifetime=bssgp.Delay(1),
                llc_pdu=b"",
            ),
            77,
            BssgpCause.BVCI_UNKNOWN,
        ),
        (BvcResetAck(bvci=77), 0, BssgpCause.BVCI_UNKNOWN),
        (BvcResetAck(bvci=0), HERE.bvci, BssgpCause.PROTOCOL_ERROR_UNSPECIFIED),
        (BvcBlockAck(bvci=HERE.bvci), HERE.bvci, BssgpCause.PROTOCOL_ERROR_UNSPECIFIED),
        (BvcResetAck(bvci=HERE.bvci), 88, BssgpCause.PROTOCOL_ERROR_UNSPECIFIED),
    ],
)
def test_misplaced(up: Any, message: Any, bvci: int, answer: BssgpCause) -> None:
    """48.018 9: what makes no sense here is answered by STATUS, and changes nothing."""
    up.say(message, bvci)
    ((where, status),) = up.said()
    assert where == 0
    assert isinstance(status, Status)
    assert status.cause is answer
    assert sum(up.warned.values()) == 1
    assert states(up) == ["operative"] * 3


def test_downlink_on_blocked_bvc(down: Any) -> None:
    """48.018 9: a frame on a BVC that is not unblocked yet is answered by STATUS."""
    down.say(BvcResetAck(bvci=0))
    down.said()
    down.send_down(TLLI)
    assert down.said() == [(0, Status(cause=BssgpCause.BVCI_BLOCKED, bvci=HERE.bvci))]


@pytest.mark.parametrize(
    ("sdu", "cause"),
    [
        (b"\xfe", BssgpCause.PROTOCOL_ERROR_UNSPECIFIED),
        (b"\x22", BssgpCause.MISSING_MANDATORY_IE),
        (b"\x25\x04\x81\x00", BssgpCause.INVALID_MANDATORY_INFORMATION),
    ],
)
def test_unreadable_is_refused(up: Any, sdu: bytes, cause: BssgpCause) -> None:
    """48.018 9: what cannot be read is answered by STATUS with the octets."""
    up.octets(sdu)
    assert up.said() == [(0, Status(cause=cause, pdu_in_error=sdu))]


def test_unreadable_status_is_not_answered(up: Any) -> None:
    """48.018 9: not even a STATUS that cannot be read is answered by a STATUS."""
    up.octets(b"\x41")
    assert not up.said()
    assert sum(up.warned.values()) == 1


def test_acknowledgement_not_awaited(up: Any) -> None:
    """48.018 8.3: a late acknowledgement is counted and changes nothing."""
    up.say(BvcUnblockAck(bvci=HERE.bvci))
    up.say(BvcResetAck(bvci=0))
    assert not up.said()
    assert up.warned == {"bssgp state": 2}
    assert states(up) == ["operative"] * 3


def test_strangers(up: Any) -> None:
    """Another SGSN, an MSC that is not ours, a cell of another BSS and an interface not in use: counted, unanswered."""
    up.octets(BvcReset(bvci=0, cause=BssgpCause.EQUIPMENT_FAILURE).encode(), link="sgsn2")
    up.receive("vlr2", "a", b"")
    far = CellIdentifier(Rai.parse("001-01-9-9"), 9)
    up.receive("ms1", "um", PacketChannel(cell=far, tlli=TLLI, llc_frame=FRAME).encode())
    up.receive("hlr1", "gr", b"")
    assert not up.said()
    assert sum(up.warned.values()) == 4
    assert [up.command("inspect", subject=what)[0].status for what in ("cell9", "0x78000001")] == ["failed"] * 2


def test_every_pdu_of_an_sgsn_has_its_place() -> None:
    """48.018 table 5.4: whatever PDU can be read, it is known on which BVC it belongs and what is done with it."""
    assert set(BssgpMessage.down.values()) == set(TAKES)


@given(octets=st.binary(max_size=60), interface=st.sampled_from(["um", "gb", "a"]))
def test_hostile_octets(make_bss: Callable[..., Any], octets: bytes, interface: str) -> None:
    """Whatever octets come, nothing is raised."""
    around = make_bss(cells=CELLS, vlr="vlr1")
    around.say(BvcResetAck(bvci=0))
    around.receive("vlr1" if interface == "a" else "sgsn1", interface, octets)
    around.octets(octets)
    around.octets(octets, HERE.bvci)
    around.wait(X_AIR.duration)
    assert around.bss.next_timer() is not None


# --- block and reset by the operator ------------------------------------------------------------------------------


@pytest.mark.ttcn3("bvc_block_ptp")
@pytest.mark.ttcn3("bvc_unblock_ptp")
def test_block_and_unblock(up: Any) -> None:
    """48.018 8.3: the operator blocks a cell's BVC, and unblocks it; the command is done when the SGSN knows."""
    assert not up.command("block", cell="cell1")
    assert up.said() == [(0, BvcBlock(bvci=HERE.bvci, cause=BssgpCause.OM_INTERVENTION))]
    assert states(up)[1] == "wait for BVC-BLOCK-ACK"
    up.say(BvcBlockAck(bvci=HERE.bvci))
    assert [reply.status for reply in up.replies] == ["done"]
    assert states(up) == ["operative", "blocked", "operative"]
    assert up.inspect("cell1")["blocked"]
    up.send_down(TLLI)
    up.speak(TLLI)
    assert up.said() == [(0, Status(cause=BssgpCause.BVCI_BLOCKED, bvci=HERE.bvci))]
    assert not up.command("unblock", cell="cell1")
    assert up.said() == [(0, BvcUnblock(bvci=HERE.bvci))]
    up.say(BvcUnblockAck(bvci=HERE.bvci))
    assert [reply.status for reply in up.replies] == ["done"]
    assert states(up) == ["operative"] * 3


def test_block_unanswered(up: Any) -> None:
    """48.018 8.3.2: BVC-BLOCK is repeated three times at T1; then the BVC is blocked here all the same, O&M told."""
    up.command("block", cell="cell1")
    up.wait(T1.duration * T1.expiries)
    assert told(up) == [(BvcBlock, HERE.bvci)] * 4
    assert [(reply.status, reply.body) for reply in up.replies] == [("failed", {"error": "cell1: no answer (T1)"})]
    assert states(up)[1] == "blocked"
    assert up.warned["bvc failed"] == 1


def test_orders_that_overtake(up: Any) -> None:
    """An order that comes before the last one has ended takes its place."""
    up.command("block", cell="cell1")
    up.bss.command(Command("c2", "unblock", {"cell": "cell1"}), up.now)
    up.drain()
    assert [(reply.id, reply.status) for reply in up.replies] == [("c1", "failed")]
    up.bss.command(Command("c3", "block", {"cell": "cell1"}), up.now)
    up.drain()
    up.say(BvcReset(bvci=0, cause=BssgpCause.EQUIPMENT_FAILURE))
    assert [(reply.id, reply.status) for reply in up.replies] == [("c1", "failed"), ("c2", "failed"), ("c3", "failed")]


def test_orders_that_cannot_be(down: Any) -> None:
    """No such cell, no BVC yet, a state that does not fit, an argument that is none: one clear line each."""
    assert down.command("block", cell="cell9")[0].body == {"error": "bss1 has no cell 'cell9'"}
    assert "has not begun" in down.command("block", cell="cell1")[0].body["error"]
    assert "no reset now" in down.command("reset")[0].body["error"]
    down.say(BvcResetAck(bvci=0))
    assert "no block now" in down.command("block", cell="cell1")[0].body["error"]
    assert down.command("block", cel="cell1")[0].body == {"error": "block has no argument 'cel'"}


@pytest.mark.ttcn3("bvc_reset_blocked_ptp_from_sgsn")
def test_blocked_bvc_is_reset(up: Any) -> None:
    """48.018 8.3, 8.4: what the operator has blocked stays so when the SGSN resets it, or all: it is told again."""
    up.command("block", cell="cell1")
    up.say(BvcBlockAck(bvci=HERE.bvci))
    up.said()
    up.say(BvcReset(bvci=HERE.bvci, cause=BssgpCause.EQUIPMENT_FAILURE))
    assert [type(message) for message in up.messages()] == [BvcResetAck, BvcBlock]
    up.say(BvcBlockAck(bvci=HERE.bvci))
    up.say(BvcReset(bvci=0, cause=BssgpCause.EQUIPMENT_FAILURE))
    up.said()
    up.say(acknowledge(HERE))
    assert up.said() == [(0, BvcBlock(bvci=HERE.bvci, cause=BssgpCause.OM_INTERVENTION))]
    assert states(up)[1] == "wait for BVC-BLOCK-ACK"


@pytest.mark.ttcn3("bvc_reset_ptp_from_bss")
def test_operator_resets_cell(up: Any) -> None:
    """48.018 8.4: the BVC of one cell begins anew; the other stays."""
    assert not up.command("reset", cell="cell1")
    reset = BvcReset(bvci=HERE.bvci, cause=BssgpCause.OM_INTERVENTION, cell_identifier=HERE.identifier)
    assert up.said() == [(0, reset)]
    up.say(acknowledge(HERE))
    up.say(BvcUnblockAck(bvci=HERE.bvci))
    assert [reply.status for reply in up.replies] == ["done"]
    assert states(up) == ["operative"] * 3


@pytest.mark.ttcn3("bvc_reset_sig_from_bss")
def test_operator_resets_signalling(up: Any) -> None:
    """48.018 8.4.1: with signalling all cells begin anew."""
    assert not up.command("reset")
    assert told(up) == [(BvcReset, 0)]
    assert states(up) == ["wait for BVC-RESET-ACK", "start", "start"]
    up.say(BvcResetAck(bvci=0))
    assert [reply.status for reply in up.replies] == ["done"]
    assert told(up) == [(BvcReset, 2), (BvcReset, 3)]


@pytest.mark.ttcn3("BVC_bringup_conflicting")
def test_bvc_that_the_sgsn_refuses(down: Any) -> None:
    """An SGSN that has another cell on this BVCI does not acknowledge: the reset is repeated, and O&M told."""
    down.say(BvcResetAck(bvci=0))
    down.say(acknowledge(THERE))
    down.say(BvcUnblockAck(bvci=THERE.bvci))
    down.say(Status(cause=BssgpCause.BVCI_BLOCKED, bvci=HERE.bvci))
    down.wait(T2.duration * T2.expiries)
    assert states(down) == ["operative", "failed", "operative"]


# --- what the SGSN tells besides ----------------------------------------------------------------------------------


@pytest.mark.ttcn3("trace")
@pytest.mark.ttcn3("overload")
def test_trace_and_overload(up: Any) -> None:
    """48.018 8.5, 8.6: accepted with a note, not answered."""
    up.say(SgsnInvokeTrace(trace_type=1, trace_reference=2))
    up.say(Overload(priority_class_indicator=PriorityClassIndicator(value=True)))
    assert not up.said()
    assert up.warned == {"SGSN-INVOKE-TRACE": 1, "OVERLOAD": 1}


def test_features_that_are_not_negotiated(up: Any) -> None:
    """48.018 9: packet flow contexts are not in the feature bitmap, so there are none here."""
    up.say(DeleteBssPfc(tlli=TLLI, packet_flow_identifier=PacketFlowIdentifier(value=8)), HERE.bvci)
    ((_, status),) = up.said()
    assert status.cause is BssgpCause.PDU_NOT_COMPATIBLE_WITH_THE_FEATURE_SET


SUBJECT = ImsiIdentity(Imsi("001010000000001"))


@pytest.mark.parametrize(
    "bvci",
    [
        pytest.param(0, marks=pytest.mark.ttcn3("dummy_paging_ps_sig")),
        pytest.param(HERE.bvci, marks=pytest.mark.ttcn3("dummy_paging_ps_ptp")),
    ],
)
def test_dummy_paging(up: Any, bvci: int) -> None:
    """48.018 7.1: nobody is paged; the SGSN hears on the same BVC when a page would be heard: at once."""
    up.pages = []
    up.say(DummyPagingPs(imsi=SUBJECT, routeing_area=HERE.identifier.rai), bvci)
    soon = TimeUntilNextPagingOccasion(minutes=0, seconds=0)
    assert up.said() == [(bvci, DummyPagingPsResponse(imsi=SUBJECT, time_until_next_paging_occasion=soon))]
    assert not up.pages


@pytest.mark.ttcn3("ms_reg_enq")
@pytest.mark.parametrize("operator", [None, Plmn("001", "01")])
def test_registration_is_told(up: Any, operator: Plmn | None) -> None:
    """48.018 10.3.15, 10.3.16: an operator asks; the answer comes on the signalling BVC alone."""
    answer = MsRegistrationEnquiryResponse(imsi=SUBJECT, ps_registered_operator=operator)
    assert up.command("enquire", imsi=SUBJECT.imsi) == []
    assert up.said() == [(0, MsRegistrationEnquiry(imsi=SUBJECT))]
    assert "already" in up.command("enquire", imsi=SUBJECT.imsi)[0].body["error"]
    up.replies.clear()
    up.say(answer)
    assert up.replies[0].body == {"operator": None if operator is None else "001-01"}
    up.say(answer)
    assert not up.said()
    assert up.warned == {"bssgp state": 1}
    up.say(answer, HERE.bvci)
    ((_, status),) = up.said()
    assert status.cause is BssgpCause.PROTOCOL_ERROR_UNSPECIFIED


def test_registration_is_not_told(up: Any) -> None:
    """48.018 10.3.15: an SGSN that does not know the PDU does not answer; hostile orders are refused."""
    up.command("enquire", imsi=SUBJECT.imsi)
    up.replies.clear()
    up.wait(8_000_000)
    assert [message for _, message in up.said()] == [MsRegistrationEnquiry(imsi=SUBJECT)] * 2
    assert up.replies[0].body == {"error": "sgsn1 does not answer"}
    hostile: list[dict[str, Any]] = [{"imsi": []}, {"imsi": "1", "sgsn": []}, {"imsi": "1", "sgsn": "sgsn9"}, {"x": 1}]
    for wrong in hostile:
        assert up.command("enquire", **wrong)[0].status == "failed"
    assert up.command("ns", do=[])[0].status == "failed"


CAPABILITY = MsRadioAccessCapability.from_octets(bytes.fromhex("1365146200"))


@pytest.mark.ttcn3("status_ptp_dl_bvci")
def test_status_on_the_bvc_of_a_cell(up: Any) -> None:
    """48.018 9: a STATUS may come on the BVC that the PDU in error came on; it is told, and not answered."""
    up.speak(TLLI)
    ((_, message),) = up.said()
    up.say(Status(cause=BssgpCause.UNKNOWN_MS, pdu_in_error=message.encode()), HERE.bvci)
    assert not up.said()
    assert up.warned == {"bssgp status": 1}


@pytest.mark.ttcn3("ra_capability")
def test_ra_capability(up: Any) -> None:
    """48.018 6.4: the BSS remembers what the SGSN tells of a mobile that it has heard."""
    up.speak(TLLI)
    assert not up.inspect(str(TLLI))["capability_known"]
    for tlli in (OTHER, TLLI):
        up.say(RaCapability(tlli=tlli, ms_radio_access_capability=CAPABILITY), HERE.bvci)
    assert up.inspect(str(TLLI))["capability_known"]
    up.send_down(OTHER, tlli_old=TLLI)
    assert up.inspect(str(OTHER))["capability_known"]


@pytest.mark.ttcn3("ra_capability_upd")
def test_ra_capability_update(make_bss: Callable[..., Any]) -> None:
    """48.018 6.5: a BSS that needs the capability of a mobile asks once, with a tag, and takes the answer to it."""
    up = make_bss(cells=CELLS, ask_capability=True).bring_up()
    up.speak(TLLI)
    up.said()
    up.send_down(TLLI)
    up.send_down(TLLI)
    ((bvci, update),) = up.said()
    assert (bvci, update) == (HERE.bvci, RaCapabilityUpdate(tlli=TLLI, tag=update.tag))
    answer: dict[str, Any] = {"tlli": TLLI, "ra_cap_upd_cause": RaCapUpdCause.OK_RA_CAPABILITY_IE_PRESENT}
    up.say(RaCapabilityUpdateAck(tag=update.tag + 1, **answer), HERE.bvci)
    assert not up.inspect(str(TLLI))["capability_known"]
    up.say(RaCapabilityUpdateAck(tag=update.tag, ms_radio_access_capability=CAPABILITY, **answer), HERE.bvci)
    assert up.inspect(str(TLLI))["capability_known"]
    up.say(RaCapabilityUpdateAck(tag=update.tag, ms_radio_access_capability=CAPABILITY, **answer), HERE.bvci)
    assert up.warned == {"bssgp state": 2}
    up.send_down(TLLI, ms_radio_access_capability=CAPABILITY)
    assert not up.said()


def test_ra_capability_update_refused(up: Any) -> None:
    """48.018 6.5: the SGSN does not know the mobile; by command it can be asked again, but not while it is asked."""
    up.speak(TLLI)
    up.said()
    for _ in range(2):
        assert up.command("ask-capability", tlli=str(TLLI))[0].status == "done"
    ((_, update),) = up.said()
    cause = RaCapUpdCause.TLLI_UNKNOWN_IN_SGSN
    up.say(RaCapabilityUpdateAck(tlli=TLLI, tag=update.tag, ra_cap_upd_cause=cause), HERE.bvci)
    assert up.warned == {"ra capability": 1}
    assert "not heard" in up.command("ask-capability", tlli=str(OTHER))[0].body["error"]
    assert "is no TLLI" in up.command("ask-capability", tlli="bob")[0].body["error"]


def test_ra_capability_update_unanswered(up: Any) -> None:
    """48.018 6.5.1: repeated three times at T5, then O&M is told; a reset of the BVC ends it silently."""
    up.speak(TLLI)
    up.said()
    up.command("ask-capability", tlli=str(TLLI))
    up.wait(T5.duration * T5.expiries)
    assert [type(message) for message in up.messages()] == [RaCapabilityUpdate] * 4
    assert up.warned == {"ra capability": 1}
    up.command("ask-capability", tlli=str(TLLI))
    up.command("reset", cell="cell1")
    assert "not in use" in up.command("ask-capability", tlli=str(TLLI))[0].body["error"]
    up.say(acknowledge(HERE))
    up.say(BvcUnblockAck(bvci=HERE.bvci))
    up.wait(T5.duration * T5.expiries)
    assert up.warned["ra capability"] == 1


@pytest.mark.ttcn3("radio_status")
def test_cell_reselection_ordered(up: Any) -> None:
    """48.018 7.3: by command the SGSN is told that the mobile was ordered into another cell."""
    up.speak(TLLI, THERE)
    up.said()
    assert up.command("reselect", tlli=str(TLLI))[0].status == "done"
    assert up.said() == [(THERE.bvci, RadioStatus(tlli=TLLI, radio_cause=RadioCause.CELL_RESELECTION_ORDERED))]
