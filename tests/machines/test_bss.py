"""The BSS alone: octets in by ``receive`` and time by ``on_time``, octets out."""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.bss import Bss, BssConfig, Cell
from nodes.bss.whereabouts import Whereabouts
from nodes.core.clock import Clock
from nodes.core.outputs import Command, Note, Reply, Send
from protocol import bssgp, ns, um
from protocol.bssgp import (
    BvcBlockAck,
    BvcReset,
    BvcResetAck,
    BvcUnblock,
    BvcUnblockAck,
    DlUnitdata,
    Status,
    UlUnitdata,
)
from protocol.causes import BssgpCause
from protocol.identities import CellIdentifier, Rai, Tlli
from protocol.timers import SECOND, T1, T2, X_AIR, X_RETRY
from protocol.um import DedicatedChannel, PacketChannel

CELLS = tuple(
    Cell(name=f"cell{number}", bvci=number + 1, identifier=CellIdentifier(Rai.parse("001-01-1-1"), number))
    for number in (1, 2)
)
HERE, THERE = CELLS
TLLI, OTHER = Tlli(0x78000001), Tlli(0xC0000002)
FRAME = b"not for the BSS to read"


class Around:
    """The BSS, its SGSN and the air."""

    def __init__(self) -> None:
        self.bss = Bss(BssConfig(name="bss1", sgsn="sgsn1", cells=CELLS, note_level="all"), Random(1), ())
        self.now = 0
        self.notes: list[Note] = []
        self.replies: list[Reply] = []
        self.air: list[tuple[str, PacketChannel]] = []
        self.gb: list[tuple[int, Any]] = []
        self.bss.start(0)
        self.drain()

    def drain(self) -> None:
        """Read what the BSS has put out."""
        for output in self.bss.outputs():
            match output:
                case Send(to="sgsn1", interface="gb", pdu=pdu):
                    unit = ns.decode(pdu)
                    assert isinstance(unit, ns.NsUnitdata)
                    self.gb.append((unit.bvci, bssgp.decode(unit.sdu, up=True)))
                case Send(to=to, interface="um", pdu=pdu):
                    channel = um.decode(pdu, up=False)
                    assert isinstance(channel, PacketChannel)
                    self.air.append((to, channel))
                case Note():
                    self.notes.append(output)
                case Reply():
                    self.replies.append(output)

    def said(self) -> list[tuple[int, Any]]:
        """What the SGSN was told since the last time."""
        said, self.gb = self.gb, []
        return said

    def octets(self, sdu: bytes, bvci: int = 0, link: str = "sgsn1") -> None:
        """Let an NS-UNITDATA come."""
        self.bss.receive(link, "gb", ns.NsUnitdata(bvci=bvci, sdu=sdu).encode(), self.now)
        self.drain()

    def say(self, message: Any, bvci: int = 0) -> None:
        """Let the SGSN say something."""
        self.octets(message.encode(), bvci)

    def speak(self, tlli: Tlli = TLLI, cell: Cell = HERE, ms: str = "ms1") -> None:
        """Let a mobile send a frame."""
        channel = PacketChannel(cell=cell.identifier, tlli=tlli, llc_frame=FRAME)
        self.bss.receive(ms, "um", channel.encode(), self.now)
        self.drain()

    def send_down(self, tlli: Tlli = TLLI, cell: Cell = HERE, old: Tlli | None = None) -> None:
        """Let the SGSN send a frame to a mobile."""
        message = DlUnitdata(
            tlli=tlli,
            qos_profile=bssgp.DlQosProfile.from_octets(bytes(3)),
            pdu_lifetime=bssgp.INFINITE,
            tlli_old=old,
            llc_pdu=FRAME,
        )
        self.say(message, cell.bvci)

    def wait(self, duration: int) -> None:
        """Let time pass."""
        until = self.now + duration
        while (deadline := self.bss.next_timer()) is not None and deadline.when <= until:
            self.now = deadline.when
            self.bss.on_time(self.now)
            self.drain()
        self.now = until

    def inspect(self) -> Any:
        """What the BSS tells of itself."""
        self.bss.command(Command("1", "inspect"), self.now)
        self.drain()
        return self.replies.pop().body

    @property
    def bvcs(self) -> list[str]:
        """The states of signalling and of the two cells."""
        return list(self.inspect()["bvcs"].values())

    @property
    def warned(self) -> int:
        """How often it has warned."""
        return sum(self.bss.warnings.values())


def acknowledge(cell: Cell) -> BvcResetAck:
    """The SGSN's answer to the reset of a cell's BVC."""
    return BvcResetAck(bvci=cell.bvci, cell_identifier=cell.identifier)


@pytest.fixture
def down() -> Around:
    """A BSS that has just started."""
    return Around()


@pytest.fixture
def up() -> Around:
    """A BSS of which all BVCs are operative."""
    around = Around()
    around.say(BvcResetAck(bvci=0))
    for cell in CELLS:
        around.say(acknowledge(cell))
        around.say(BvcUnblockAck(bvci=cell.bvci))
    assert around.bvcs == ["operative"] * 3
    around.said()
    return around


def test_bvcs_come_up_in_order(down: Around) -> None:
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
    assert down.bvcs == ["operative"] * 3
    assert not down.said()
    assert down.bss.next_timer() is None


def test_signalling_unanswered(down: Around) -> None:
    """48.018 8.4: BVC-RESET is repeated three times at T2, then O&M is told; after X-retry it begins again."""
    down.wait(T2.duration * T2.expiries - 1)
    assert len(down.said()) == 4
    down.wait(1)
    assert down.bvcs[0] == "failed"
    assert down.warned == 1
    assert not down.said()
    down.wait(X_RETRY.duration)
    assert [type(message) for _, message in down.said()] == [BvcReset]
    assert down.bvcs[0] == "wait for BVC-RESET-ACK"


def test_cell_unanswered(down: Around) -> None:
    """48.018 8.3, 8.4: a cell's BVC fails after its last T2, or T1, and is tried again."""
    down.say(BvcResetAck(bvci=0))
    down.say(acknowledge(HERE))
    down.said()
    down.wait(T1.duration * T1.expiries)
    said = [(type(message), message.bvci) for _, message in down.said()]
    assert sorted(said, key=lambda item: item[1]) == [(BvcUnblock, 2)] * 3 + [(BvcReset, 3)] * 3
    assert down.bvcs == ["operative", "failed", "failed"]
    assert down.warned == 2
    down.wait(X_RETRY.duration)
    assert sorted(message.bvci for _, message in down.said() if isinstance(message, BvcReset)) == [2, 3]


def test_sgsn_resets_signalling(up: Around) -> None:
    """48.018 8.4.2: a BVC-RESET of signalling is acknowledged, and all cells begin anew."""
    up.say(BvcReset(bvci=0, cause=BssgpCause.EQUIPMENT_FAILURE))
    (_, first), *others = up.said()
    assert first == BvcResetAck(bvci=0)
    assert [(type(message), message.bvci) for _, message in others] == [(BvcReset, 2), (BvcReset, 3)]
    assert up.bvcs == ["operative", *["wait for BVC-RESET-ACK"] * 2]


def test_sgsn_resets_a_failed_bss(down: Around) -> None:
    """A BVC-RESET of the SGSN shows that it is back, before X-retry has run out."""
    down.wait(T2.duration * T2.expiries)
    down.said()
    down.say(BvcReset(bvci=0, cause=BssgpCause.EQUIPMENT_FAILURE))
    assert [type(message) for _, message in down.said()] == [BvcResetAck, BvcReset, BvcReset]


def test_signalling_resets_cross(down: Around) -> None:
    """Both sides reset signalling: ours is still awaited after theirs was acknowledged."""
    down.said()
    down.say(BvcReset(bvci=0, cause=BssgpCause.EQUIPMENT_FAILURE))
    assert down.said() == [(0, BvcResetAck(bvci=0))]
    assert down.bvcs[0] == "wait for BVC-RESET-ACK"
    down.say(BvcResetAck(bvci=0))
    assert down.bvcs[0] == "operative"


def test_sgsn_resets_cell(up: Around) -> None:
    """48.018 8.4: a BVC-RESET of a cell's BVC is acknowledged, and it is unblocked again; the other one stays."""
    up.say(BvcReset(bvci=HERE.bvci, cause=BssgpCause.EQUIPMENT_FAILURE, cell_identifier=HERE.identifier))
    assert up.said() == [(0, acknowledge(HERE)), (0, BvcUnblock(bvci=HERE.bvci))]
    assert up.bvcs == ["operative", "wait for BVC-UNBLOCK-ACK", "operative"]


def test_cell_resets_cross(down: Around) -> None:
    """Both sides reset a cell's BVC: ours is still awaited."""
    down.say(BvcResetAck(bvci=0))
    down.said()
    down.say(BvcReset(bvci=HERE.bvci, cause=BssgpCause.EQUIPMENT_FAILURE, cell_identifier=HERE.identifier))
    assert down.said() == [(0, acknowledge(HERE))]
    assert down.bvcs[1] == "wait for BVC-RESET-ACK"


@pytest.mark.parametrize("cause", [BssgpCause.BVCI_UNKNOWN, BssgpCause.BVCI_BLOCKED])
def test_status_about_bvc(up: Around, cause: BssgpCause) -> None:
    """48.018 10.4.14: an SGSN that cannot use a BVC of ours has lost its memory: the BVC is reset, nothing else."""
    up.say(Status(cause=cause, bvci=HERE.bvci))
    assert [(type(message), message.bvci) for _, message in up.said()] == [(BvcReset, 2)]
    assert up.bvcs == ["operative", "wait for BVC-RESET-ACK", "operative"]


@pytest.mark.parametrize(
    "status",
    [
        Status(cause=BssgpCause.BVCI_UNKNOWN, bvci=77),
        Status(cause=BssgpCause.UNKNOWN_MS, bvci=HERE.bvci),
        Status(cause=BssgpCause.PROTOCOL_ERROR_UNSPECIFIED, pdu_in_error=b"\x01"),
    ],
)
def test_status_is_never_answered(up: Around, status: Status) -> None:
    """48.018 9: any other STATUS is told and leaves all as it is."""
    up.say(status)
    assert not up.said()
    assert up.warned == 1
    assert up.bvcs == ["operative"] * 3


def test_uplink(up: Around) -> None:
    """48.018 10.2.2: a frame from the air goes up on its cell's BVC, as it came."""
    up.speak(cell=THERE)
    message = UlUnitdata(
        tlli=TLLI, qos_profile=bssgp.UlQosProfile.from_octets(bytes(3)), cell_identifier=THERE.identifier, llc_pdu=FRAME
    )
    assert up.said() == [(THERE.bvci, message)]
    assert up.inspect()["tllis"] == 1


def test_uplink_without_bvc(down: Around) -> None:
    """What comes from the air before the BVC is operative is dropped and counted."""
    down.said()
    down.speak()
    assert not down.said()
    assert down.bss.warnings == {"bvc not operative": 1}


def test_downlink(up: Around) -> None:
    """48.018 10.2.1: a frame for a TLLI goes to the node that it was last heard from."""
    up.speak(ms="ms1")
    up.speak(ms="ms2")
    up.send_down()
    assert up.air == [("ms2", PacketChannel(cell=HERE.identifier, tlli=TLLI, llc_frame=FRAME))]


def test_downlink_by_old_tlli(up: Around) -> None:
    """48.018 10.2.1: a TLLI not heard yet is found by the old one that the SGSN names."""
    up.speak()
    up.send_down(tlli=OTHER, old=TLLI)
    assert [(to, channel.tlli) for to, channel in up.air] == [("ms1", OTHER)]


def test_downlink_to_nobody(up: Around) -> None:
    """A frame for a TLLI that was not heard, or in another cell, is dropped and counted."""
    up.speak(cell=THERE)
    up.send_down(tlli=OTHER, old=OTHER)
    up.send_down(cell=HERE)
    assert not up.air
    assert up.bss.warnings == {"tlli unknown": 2}


def test_tlli_ages_out(up: Around) -> None:
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
        (BvcBlockAck(bvci=HERE.bvci), 0, BssgpCause.PDU_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE),
    ],
)
def test_misplaced(up: Around, message: Any, bvci: int, answer: BssgpCause) -> None:
    """48.018 9: what makes no sense here is answered by STATUS, and changes nothing."""
    up.say(message, bvci)
    ((where, status),) = up.said()
    assert where == 0
    assert isinstance(status, Status)
    assert status.cause is answer
    assert up.warned == 1
    assert up.bvcs == ["operative"] * 3


def test_downlink_on_blocked_bvc(down: Around) -> None:
    """48.018 9: a frame on a BVC that is not unblocked yet is answered by STATUS."""
    down.say(BvcResetAck(bvci=0))
    down.said()
    down.send_down()
    assert down.said() == [(0, Status(cause=BssgpCause.BVCI_BLOCKED, bvci=HERE.bvci))]


@pytest.mark.parametrize(
    ("sdu", "cause"),
    [
        (b"\xfe", BssgpCause.PROTOCOL_ERROR_UNSPECIFIED),
        (b"\x22", BssgpCause.MISSING_MANDATORY_IE),
        (b"\x25\x04\x81\x00", BssgpCause.INVALID_MANDATORY_INFORMATION),
    ],
)
def test_unreadable_is_refused(up: Around, sdu: bytes, cause: BssgpCause) -> None:
    """48.018 9: what cannot be read is answered by STATUS with the octets."""
    up.octets(sdu)
    assert up.said() == [(0, Status(cause=cause, pdu_in_error=sdu))]


def test_unreadable_status_is_not_answered(up: Around) -> None:
    """48.018 9: not even a STATUS that cannot be read is answered by a STATUS."""
    up.octets(b"\x41")
    assert not up.said()
    assert up.warned == 1


def test_acknowledgement_not_awaited(up: Around) -> None:
    """48.018 8.3: a late acknowledgement is counted and changes nothing."""
    up.say(BvcUnblockAck(bvci=HERE.bvci))
    up.say(BvcResetAck(bvci=0))
    assert not up.said()
    assert up.bss.warnings == {"bssgp state": 2}
    assert up.bvcs == ["operative"] * 3


def test_strangers(up: Around) -> None:
    """Another SGSN, a cell of another BSS, a channel and an interface not in use: counted, not answered."""
    up.octets(BvcReset(bvci=0, cause=BssgpCause.EQUIPMENT_FAILURE).encode(), link="sgsn2")
    far = CellIdentifier(Rai.parse("001-01-9-9"), 9)
    for channel in (
        PacketChannel(cell=far, tlli=TLLI, llc_frame=FRAME),
        DedicatedChannel(cell=HERE.identifier, reference=1, message=FRAME),
    ):
        up.bss.receive("ms1", "um", channel.encode(), up.now)
    up.bss.receive("hlr1", "gr", b"", up.now)
    up.drain()
    assert not up.said()
    assert up.warned == 4
    up.bss.command(Command("1", "inspect", {"subject": "cell1"}), up.now)
    up.drain()
    assert up.replies.pop().status == "failed"


@given(octets=st.binary(max_size=60), interface=st.sampled_from(["um", "gb"]))
def test_hostile_octets(octets: bytes, interface: str) -> None:
    """Whatever octets come, nothing is raised."""
    around = Around()
    around.say(BvcResetAck(bvci=0))
    around.bss.receive("sgsn1", interface, octets, 1)
    around.octets(octets)
    around.octets(octets, HERE.bvci)
    around.wait(X_AIR.duration)
    assert around.bss.next_timer() is not None
