"""The Gb interface of the SGSN: BVCs, flow control, radio status, capabilities, network service, LLC frames."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodes.core.outputs import Send
from nodes.sgsn import Sgsn
from nodes.sgsn.flow_control import MOST, MOST_OF_ONE
from protocol import bssgp, llc, ns
from protocol.bssgp import (
    BvcBlock,
    BvcReset,
    BvcResetAck,
    DlUnitdata,
    FlowControlBvc,
    FlowControlBvcAck,
    FlowControlMs,
    FlowControlMsAck,
    FlushLl,
    FlushLlAck,
    ImsiIdentity,
    LlcDiscarded,
    MsRegistrationEnquiry,
    MsRegistrationEnquiryResponse,
    RaCapabilityUpdate,
    RaCapabilityUpdateAck,
    RadioStatus,
    Status,
)
from protocol.bssgp.elements import BucketSize, FlushAction, LeakRate, RaCapUpdCause
from protocol.causes import BssgpCause, GmmCause, NsCause, RadioCause
from protocol.gmm import DetachAcceptMo, GmmStatus
from protocol.gmm.elements import GprsTimer, UpdateTypeValue
from protocol.identities import Imsi, Tlli, Tmsi
from protocol.llc import Disc, Dm, Null, Sabm, Sapi, Xid, XidInformation
from protocol.llc.xid import KD, KU, MD, MU, N200, N201I, N201U, T200, IovUi, Layer3Parameters, LlcVersion, Reset
from protocol.sndcp.xid import SndcpVersion, SndcpXid
from protocol.timers import SECOND
from tests.machines.sgsn_lab import FAR, IMSI, NEAR, NEXT, RADIO, Lab, Mobile


@pytest.fixture
def lab() -> Lab:
    """An SGSN with a mobile that has attached."""
    lab = Lab()
    lab.attached()
    return lab


# --- BVC reset, block (48.018 8.3, 8.4) -------------------------------------------------------------------------------


@pytest.mark.ttcn3("BVC_bringup")
def test_start_resets_signalling() -> None:
    """48.018 8.4: an SGSN that starts tells every BSS, so that their cells start anew."""
    lab = Lab()
    assert [(bss, m.bvci) for bss, m in lab.said if isinstance(m, BvcReset)] == [("bss1", 0), ("bss2", 0)]
    assert lab.warnings == []


def silent_bss() -> tuple[Any, Callable[[float], list[Any]]]:
    """An SGSN whose only BSS says nothing, and a function that lets time pass and returns what was said."""
    sgsn = Sgsn(Lab(bsss=("bss1",)).sgsn.config, Lab().sgsn.rng, [])
    sgsn.start(0)
    now = 0

    def wait(seconds: float) -> list[Any]:
        nonlocal now
        end = now + round(seconds * SECOND)
        while (deadline := sgsn.next_timer()) is not None and deadline.when <= end:
            now = deadline.when
            sgsn.on_time(now)
        now = end
        found: list[Any] = []
        for output in sgsn.outputs():
            if isinstance(output, Send) and output.interface == "gb":
                unit = ns.decode(output.pdu)
                assert isinstance(unit, ns.NsUnitdata)
                found.append(bssgp.decode(unit.sdu, up=False))
        return found

    return sgsn, wait


@pytest.mark.ttcn3("bvc_reset_sig_from_sgsn")
def test_reset_is_not_acknowledged() -> None:
    """48.018 8.4, T2: four in all, then O&M is told; a BSS that comes up resets its BVCs itself."""
    sgsn, wait = silent_bss()
    assert [type(message) for message in wait(11)] == [BvcReset] * 4
    assert wait(2) == []
    assert sgsn.warnings["bvc failed"] == 1
    assert sgsn.gb.resets == {}


@pytest.mark.ttcn3("BVC_bringup_conflicting")
def test_resets_cross() -> None:
    """48.018 8.4: each acknowledges the other's; ours goes on until it is acknowledged."""
    sgsn, wait = silent_bss()
    wait(0)
    reset = BvcReset(bvci=0, cause=BssgpCause.OM_INTERVENTION)
    sgsn.receive("bss1", "gb", ns.NsUnitdata(bvci=0, sdu=reset.encode()).encode(), 0)
    assert [type(message) for message in wait(3)] == [BvcResetAck, BvcReset]
    acknowledge = BvcResetAck(bvci=0)
    sgsn.receive("bss1", "gb", ns.NsUnitdata(bvci=0, sdu=acknowledge.encode()).encode(), 3 * SECOND)
    assert wait(60) == []


@pytest.mark.ttcn3("bvc_reset_ptp_from_sgsn")
def test_operator_resets_a_cell(lab: Lab) -> None:
    """48.018 8.4: the cell's BVC begins anew: what waited is gone, and so are its limits."""
    assert lab.orders("reset", bss="bss1", bvci=2).status == "done"
    lab.orders("reset", bss="bss1", bvci=2)
    assert lab.names() == ["BvcReset"]
    lab.gb(BvcResetAck(bvci=2, cell_identifier=NEAR))
    assert lab.sgsn.gb.bvcs["bss1", 2].cell == NEAR
    lab.waits(20)
    assert lab.names() == []
    assert lab.orders("reset", bss="bss1", bvci=0).status == "done"
    lab.gb(BvcResetAck(bvci=0))
    for arguments in ({"bss": "bss9"}, {"bss": "bss1", "bvci": 9}, {"bss": "bss1", "bvci": "x"}):
        assert lab.orders("reset", **arguments).status == "failed"


@pytest.mark.ttcn3("bvc_reset_sig_from_bss")
def test_bss_resets_signalling(lab: Lab) -> None:
    """48.018 8.4: all cells of that BSS are gone, those of the other stay."""
    lab.gb(BvcReset(bvci=0, cause=BssgpCause.EQUIPMENT_FAILURE))
    assert lab.names() == ["BvcResetAck"]
    assert {bss for bss, _ in lab.sgsn.gb.bvcs} == {"bss2"}


def test_acknowledge_that_nobody_awaits(lab: Lab) -> None:
    """A late acknowledge is told."""
    lab.gb(BvcResetAck(bvci=2, cell_identifier=NEAR))
    assert "not awaited" in lab.warnings[-1]
    assert lab.names() == []


@pytest.mark.ttcn3("bvc_block_ptp")
def test_blocked_cell_is_not_sent_to(lab: Lab) -> None:
    """48.018 8.3: nothing goes down on a blocked BVC; other cells are not concerned."""
    limits(lab, rate=0, size=1)
    lab.context.tell(STATUS)
    lab.gb(BvcBlock(bvci=2, cause=BssgpCause.CELL_TRAFFIC_CONGESTION))
    assert waiting(lab) == 0
    lab.context.tell(STATUS)
    assert "GmmStatus" not in lab.names()
    assert lab.orders("inspect").body["downlink_discarded"]["bvc not operative"] == 1


@pytest.mark.parametrize(("cause", "gone"), [(BssgpCause.BVCI_UNKNOWN, True), (BssgpCause.BVCI_BLOCKED, False)])
def test_bss_does_not_know_the_bvc(lab: Lab, cause: BssgpCause, gone: bool) -> None:
    """48.018 9: STATUS is never answered; a BVC that the BSS cannot use is not used."""
    lab.gb(Status(cause=cause, bvci=2))
    lab.gb(Status(cause=cause, bvci=77))
    assert lab.names() == []
    assert (("bss1", 2) not in lab.sgsn.gb.bvcs) == gone
    lab.context.tell(STATUS)
    assert lab.names() == []


def test_signalling_on_the_bvc_of_a_cell(lab: Lab) -> None:
    """48.018 table 5.4: what belongs to signalling is refused elsewhere."""
    lab.gb(BvcBlock(bvci=2, cause=BssgpCause.OM_INTERVENTION), 2)
    assert lab.last(Status).cause is BssgpCause.PROTOCOL_ERROR_UNSPECIFIED


def test_features_not_offered(lab: Lab) -> None:
    """48.018 8.4: neither packet flow contexts nor location services were offered."""
    for message in (
        bssgp.DownloadBssPfc(tlli=Tlli(1), packet_flow_identifier=bssgp.elements.PacketFlowIdentifier(value=8)),
        bssgp.CreateBssPfcNack(
            tlli=Tlli(1),
            packet_flow_identifier=bssgp.elements.PacketFlowIdentifier(value=8),
            cause=BssgpCause.PFC_CREATE_FAILURE,
        ),
    ):
        lab.gb(message, 0)
        assert lab.last(Status).cause is BssgpCause.PDU_NOT_COMPATIBLE_WITH_THE_FEATURE_SET


# --- flow control (48.018 8.2) ----------------------------------------------------------------------------------------

STATUS = GmmStatus(gmm_cause=GmmCause.CONGESTION)


def limits(
    lab: Lab, size: int = 1000, rate: int = 8000, own_size: int = 60000, own_rate: int = 80000, bvci: int = 2
) -> None:
    """FLOW-CONTROL-BVC: octets and bit/s; the acknowledge is checked and forgotten."""
    lab.gb(
        FlowControlBvc(
            tag=7,
            bvc_bucket_size=BucketSize(size // 100),
            bucket_leak_rate=LeakRate(rate // 100),
            bmax_default_ms=BucketSize(own_size // 100),
            r_default_ms=LeakRate(own_rate // 100),
        ),
        bvci,
    )
    assert lab.last(FlowControlBvcAck).tag == 7
    lab.said.clear()


def send(lab: Lab, octets: int, imsi: Imsi = IMSI, lifetime: int = 65535) -> None:
    """Send so many octets to a mobile, as an LLC frame that only its length matters of."""
    context = lab.sgsn.by_imsi[imsi]
    frame = llc.UiFrame(sapi=Sapi.LL3, command=True, nu=0, information=bytes(octets - 6)).encode()
    lab.sgsn.gb.send_frame(context.bss, context.bvci, context.tlli_used, frame, context, lifetime)
    lab.listen()


class Heard:
    """When which frames went down, by length."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.frames: list[tuple[float, int, DlUnitdata]] = []
        lab._down = self.take  # type: ignore[method-assign]

    def take(self, bss: str, message: Any) -> None:
        """A PDU for a BSS."""
        if isinstance(message, DlUnitdata):
            self.frames.append((round(self.lab.now / SECOND, 3), len(message.llc_pdu), message))

    @property
    def times(self) -> list[float]:
        """When frames went."""
        return [when for when, _, _ in self.frames]


def waiting(lab: Lab) -> int:
    """How many octets wait."""
    found: int = lab.orders("inspect").body["downlink_waiting"]
    return found


@pytest.mark.ttcn3("fc_bvc")
def test_cell_takes_so_much(lab: Lab) -> None:
    """48.018 8.2.3.1: a bucket of 1000 octets that leaks 1000 octets a second: two at once, then one every half."""
    limits(lab)
    heard = Heard(lab)
    start = lab.now
    for _ in range(6):
        send(lab, 500)
    assert len(heard.frames) == 2
    assert waiting(lab) == 2000
    lab.waits(10)
    assert heard.times == [0, 0, 0.5, 1.0, 1.5, 2.0]
    assert start == 0
    assert waiting(lab) == 0
    assert lab.sgsn.gb.discarded == {}


@pytest.mark.ttcn3("fc_ms")
def test_mobile_takes_so_much(lab: Lab) -> None:
    """48.018 8.2.3.5: the mobile's own bucket holds its frames back, and nobody else's."""
    other = lab.mobile(Imsi("001010000000002"))
    other.attach()
    limits(lab, size=100_000, rate=800_000)
    lab.gb(FlowControlMs(tlli=lab.context.tlli, tag=9, ms_bucket_size=BucketSize(5), bucket_leak_rate=LeakRate(40)), 2)
    acknowledge = lab.last(FlowControlMsAck)
    assert (acknowledge.tlli, acknowledge.tag) == (lab.context.tlli, 9)
    heard = Heard(lab)
    for _ in range(3):
        send(lab, 500)
        send(lab, 400, other.imsi)
    assert [octets for _, octets, _ in heard.frames] == [500, 400, 400, 400]
    lab.waits(5)
    assert heard.times[4:] == [1.0, 2.0]


def test_limits_of_all_mobiles(lab: Lab) -> None:
    """48.018 8.2.3.4: a mobile without limits of its own has those of FLOW-CONTROL-BVC."""
    limits(lab, size=100_000, rate=800_000, own_size=500, own_rate=4000)
    heard = Heard(lab)
    for _ in range(3):
        send(lab, 500)
    lab.waits(5)
    assert heard.times == [0, 1.0, 2.0]


def test_own_limits_grow_old(lab: Lab) -> None:
    """48.018 8.2.3.5: after Th a mobile has no limits of its own any more."""
    lab = Lab(timers={"Th": 5 * SECOND})
    lab.attached()
    limits(lab, size=100_000, rate=800_000)
    lab.gb(FlowControlMs(tlli=lab.context.tlli, tag=9, ms_bucket_size=BucketSize(1), bucket_leak_rate=LeakRate(0)), 2)
    heard = Heard(lab)
    send(lab, 100)
    send(lab, 100)
    lab.waits(4)
    assert heard.times == [0]
    lab.waits(4)
    assert heard.times == [0, 5.0]


def test_starved_cell(lab: Lab) -> None:
    """48.018 8.2: rate 0 holds everything until there is another, but for what is not worth sending any more."""
    limits(lab, size=100, rate=0)
    heard = Heard(lab)
    send(lab, 100)
    send(lab, 90)
    send(lab, 80, lifetime=100)
    send(lab, 70, lifetime=2000)
    lab.waits(10)
    assert heard.times == [0]
    assert lab.sgsn.next_timer().why != "X-downlink"  # type: ignore[union-attr]
    lab.gb(
        FlowControlBvc(
            tag=8,
            bvc_bucket_size=BucketSize(10),
            bucket_leak_rate=LeakRate(80),
            bmax_default_ms=BucketSize(10),
            r_default_ms=LeakRate(80),
        ),
        2,
    )
    assert [octets for _, octets, _ in heard.frames] == [100, 90, 70]
    assert heard.frames[-1][2].pdu_lifetime == 1000
    assert lab.sgsn.gb.discarded == {"lifetime over": 1}


def test_lives_end_in_a_starved_cell(lab: Lab) -> None:
    """48.018 8.1.1: behind a frame that never goes the others are discarded when their time is over, not kept."""
    limits(lab, size=100, rate=0)
    heard = Heard(lab)
    send(lab, 100)
    for octets, lifetime in ((90, 65535), (80, 300), (70, 100), (60, 65535)):
        send(lab, octets, lifetime=lifetime)
    assert waiting(lab) == 300
    lab.waits(1)
    assert waiting(lab) == 230
    lab.waits(2)
    assert waiting(lab) == 150
    assert lab.sgsn.gb.discarded == {"lifetime over": 2}
    lab.gb(
        FlowControlBvc(
            tag=8,
            bvc_bucket_size=BucketSize(10),
            bucket_leak_rate=LeakRate(80),
            bmax_default_ms=BucketSize(10),
            r_default_ms=LeakRate(80),
        ),
        2,
    )
    assert [octets for _, octets, _ in heard.frames] == [100, 90, 60]


def test_lives_end_in_a_starved_mobile(lab: Lab) -> None:
    """48.018 8.1.1: the first frame goes at its time, and the next may be small enough for what there is room for."""
    limits(lab, size=100_000, rate=800_000, own_size=1000, own_rate=80)
    heard = Heard(lab)
    send(lab, 900)
    send(lab, 500, lifetime=100)
    send(lab, 90)
    lab.waits(2)
    assert heard.times == [0, 1.0]
    assert [octets for _, octets, _ in heard.frames] == [900, 90]


def test_frame_larger_than_the_bucket(lab: Lab) -> None:
    """It goes when the bucket is empty: else it never would."""
    limits(lab, size=100, rate=8000)
    heard = Heard(lab)
    send(lab, 90)
    send(lab, 500)
    lab.waits(3)
    assert heard.times == [0, 0.09]


def test_bucket_of_nothing(lab: Lab) -> None:
    """A bucket of 0 octets takes nothing at all."""
    limits(lab, size=0, rate=8000)
    heard = Heard(lab)
    send(lab, 90)
    lab.waits(30)
    assert heard.times == []


def test_mobiles_take_turns(lab: Lab) -> None:
    """48.018 8.2: the cell's bucket is shared; frames of one mobile keep their order."""
    second = Imsi("001010000000002")
    lab.mobile(second).attach()
    limits(lab, size=100, rate=800)
    heard = Heard(lab)
    for octets in (100, 99, 98, 97):
        send(lab, octets)
    for octets in (50, 49):
        send(lab, octets, second)
    lab.waits(10)
    assert [octets for _, octets, _ in heard.frames] == [100, 99, 50, 98, 49, 97]


def test_what_waits_is_bounded(lab: Lab) -> None:
    """No more than so many octets wait for a mobile, and for a cell."""
    limits(lab, size=0, rate=0)
    for _ in range(MOST_OF_ONE // 1000 + 2):
        send(lab, 1000)
    assert waiting(lab) <= MOST_OF_ONE
    assert lab.sgsn.gb.discarded["no room"] == 2
    for number in range(2, 2 + MOST // MOST_OF_ONE + 1):
        mobile = lab.mobile(Imsi(f"00101{number:010}"))
        mobile.attach()
    bvc = lab.sgsn.gb.bvcs["bss1", 2]
    for key in range(20):
        for _ in range(MOST_OF_ONE // 1000):
            message = DlUnitdata(
                tlli=Tlli(key),
                qos_profile=bssgp.DlQosProfile.from_octets(bytes(3)),
                pdu_lifetime=bssgp.INFINITE,
                llc_pdu=bytes(1000),
            )
            bvc.downlink.send(key, message, None, None)
    assert waiting(lab) <= MOST


def test_idle_mobiles_are_forgotten(lab: Lab) -> None:
    """What is remembered of buckets does not grow with all mobiles that ever were."""
    limits(lab, size=60000, rate=800_000)
    Heard(lab)
    bvc = lab.sgsn.gb.bvcs["bss1", 2]
    message = DlUnitdata(
        tlli=Tlli(1),
        qos_profile=bssgp.DlQosProfile.from_octets(bytes(3)),
        pdu_lifetime=bssgp.INFINITE,
        llc_pdu=bytes(10),
    )
    for key in range(5000):
        lab.waits(0.01)
        lab.sgsn.on_time(lab.now)
        bvc.downlink.send(key, message, None, None)
    assert len(bvc.downlink._flows) < 200


def test_cell_change_takes_along_what_waits(lab: Lab) -> None:
    """48.018 8.1: what waits here for the mobile goes down in its new cell, in order."""
    limits(lab, size=100, rate=0)
    heard = Heard(lab)
    send(lab, 100)
    send(lab, 99)
    send(lab, 98)
    lab.mobiles[0].cell = NEXT
    lab.mobiles[0].says(b"")
    assert [octets for _, octets, _ in heard.frames] == [100, 99, 98]
    assert waiting(lab) == 0


@pytest.mark.ttcn3("flush_ll_no_bvci_new")
def test_flush_to_another_bss_or_from_a_blocked_cell(lab: Lab) -> None:
    """48.018 8.1: no new BVCI towards another BSS; a cell that is blocked holds nothing."""
    mobile = lab.mobiles[0]
    mobile.cell = FAR
    mobile.says(b"")
    assert lab.last(FlushLl).bvci_new is None
    lab.said.clear()
    lab.gb(BvcBlock(bvci=3, cause=BssgpCause.OM_INTERVENTION), 0, "bss2")
    mobile.cell = NEAR
    mobile.says(b"")
    assert lab.names() == ["BvcBlockAck"]


@pytest.mark.ttcn3("flush_ll_bvci_new")
def test_flush_acknowledged(lab: Lab) -> None:
    """48.018 8.1: moved is well, deleted is counted."""
    for action, octets in ((FlushAction.LLC_PDUS_TRANSFERRED, 50), (FlushAction.LLC_PDUS_DELETED, 70)):
        bvci = 3 if action is FlushAction.LLC_PDUS_TRANSFERRED else None
        lab.gb(FlushLlAck(tlli=lab.context.tlli, flush_action=action, bvci_new=bvci, number_of_octets_affected=octets))
    assert lab.orders("inspect").body["downlink_discarded"] == {"octets deleted by flush": 70}


@pytest.mark.ttcn3("llc_discarded")
def test_bss_discards_frames(lab: Lab) -> None:
    """48.018 8.2: what the BSS discards is counted."""
    lab.gb(LlcDiscarded(tlli=lab.context.tlli, llc_frames_discarded=3, bvci=2, number_of_octets_deleted=900))
    assert lab.sgsn.gb.discarded == {"by bss": 3, "octets discarded by bss": 900}
    assert lab.names() == []


def test_flow_control_of_an_unknown_mobile(lab: Lab) -> None:
    """It is acknowledged: nothing is sent to that mobile anyway."""
    lab.gb(FlowControlMs(tlli=Tlli(1), tag=1, ms_bucket_size=BucketSize(1), bucket_leak_rate=LeakRate(1)), 2)
    assert lab.names() == ["FlowControlMsAck"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("send"), st.integers(0, 3), st.integers(10, 1500)),
            st.tuples(st.just("cell"), st.integers(1, 30), st.integers(1, 200)),
            st.tuples(st.just("one"), st.integers(0, 3), st.integers(0, 20)),
            st.tuples(st.just("wait"), st.integers(0, 3000), st.just(0)),
        ),
        max_size=40,
    )
)
def test_flow_control_holds_always(steps: list[tuple[str, int, int]]) -> None:
    """48.018 8.2.3.1: whatever happens, order is kept, and what went in any time fits the bucket and its rate."""
    lab = Lab()
    lab.attached()
    size, rate = 1000, 8000
    limits(lab, size=size, rate=rate)
    heard = Heard(lab)
    downlink = lab.sgsn.gb.bvcs["bss1", 2].downlink
    sent: dict[int, list[int]] = {}
    number = 0
    fixed = True
    for verb, first, second in steps:
        match verb:
            case "send":
                number += 1
                message = DlUnitdata(
                    tlli=Tlli(first),
                    qos_profile=bssgp.DlQosProfile.from_octets(bytes(3)),
                    pdu_lifetime=bssgp.INFINITE,
                    llc_pdu=number.to_bytes(4, "big") + bytes(second),
                )
                assert downlink.send(first, message, None, None)
                sent.setdefault(first, []).append(number)
            case "cell":
                downlink.limit(first * 100, second * 100, 60000, 80000)
                fixed = False
            case "one":
                downlink.limit_one(first, 500, second * 100, lab.now + 60 * SECOND)
            case _:
                lab.waits(first / 1000)
        lab.listen()
    downlink.limit(60000, 1_000_000, 60000, 80000) if not fixed else None
    lab.waits(600)
    assert downlink.waiting == 0
    got: dict[int, list[int]] = {}
    for _, _, message in heard.frames:
        got.setdefault(int(message.tlli), []).append(int.from_bytes(message.llc_pdu[:4], "big"))
    assert got == sent
    if fixed:
        for i, (start, _, _) in enumerate(heard.frames):
            total = 0
            for when, octets, _ in heard.frames[i:]:
                total += octets
                assert total <= max(size, octets) + (when - start) * rate / 8 + 1501


# --- mobiles (48.018 7.1, 7.3) ----------------------------------------------------------------------------------------


@pytest.mark.ttcn3("ra_capability_upd")
def test_capability_asked_for(lab: Lab) -> None:
    """48.018 7.1: IMSI and capability of who is known, or why not."""
    lab.gb(RaCapabilityUpdate(tlli=lab.context.tlli, tag=5), 2)
    told = lab.last(RaCapabilityUpdateAck)
    assert (told.tag, told.tlli) == (5, lab.context.tlli)
    assert told.ra_cap_upd_cause is RaCapUpdCause.OK_RA_CAPABILITY_IE_PRESENT
    assert (told.imsi, told.ms_radio_access_capability) == (ImsiIdentity(IMSI), RADIO)
    lab.context.ms_radio_access_capability = None
    lab.gb(RaCapabilityUpdate(tlli=lab.context.tlli, tag=6), 2)
    none = RaCapUpdCause.NO_RA_CAPABILITIES_OR_IMSI_AVAILABLE_FOR_THIS_MS
    assert lab.last(RaCapabilityUpdateAck).ra_cap_upd_cause is none
    lab.gb(RaCapabilityUpdate(tlli=Tlli(1), tag=7), 2)
    told = lab.last(RaCapabilityUpdateAck)
    assert told.ra_cap_upd_cause is RaCapUpdCause.TLLI_UNKNOWN_IN_SGSN
    assert told.imsi is None


def naming(lab: Lab, how: str, cause: RadioCause) -> RadioStatus:
    """A RADIO-STATUS about the mobile."""
    ptmsi = lab.context.ptmsi
    assert ptmsi is not None
    match how:
        case "tlli":
            return RadioStatus(tlli=lab.context.tlli, radio_cause=cause)
        case "tmsi":
            return RadioStatus(tmsi=ptmsi, radio_cause=cause)
        case _:
            return RadioStatus(imsi=ImsiIdentity(IMSI), radio_cause=cause)


@pytest.mark.ttcn3("radio_status")
@pytest.mark.ttcn3("radio_status_tmsi")
@pytest.mark.ttcn3("radio_status_imsi")
@pytest.mark.parametrize("how", ["tlli", "tmsi", "imsi"])
@pytest.mark.parametrize(
    "cause",
    [
        RadioCause.RADIO_CONTACT_LOST_WITH_THE_MS,
        RadioCause.RADIO_LINK_QUALITY_INSUFFICIENT_TO_CONTINUE_COMMUNICATION,
    ],
)
def test_radio_lost(lab: Lab, how: str, cause: RadioCause) -> None:
    """48.018 7.3, 23.060 6.1.2.3: STANDBY: what waits is dropped, and the next downlink pages."""
    limits(lab, size=0, rate=0)
    send(lab, 200)
    send(lab, 200)
    lab.gb(naming(lab, how, cause), 2)
    assert lab.look["mm_state"] == "STANDBY"
    assert waiting(lab) == 0
    lab.waits(1)
    lab.orders("reallocate", imsi=IMSI)
    assert "PagingPs" in lab.names()
    lab.gb(naming(lab, how, cause), 2)
    assert lab.look["mm_state"] == "STANDBY"


def test_cell_reselection_ordered(lab: Lab) -> None:
    """48.018 7.3: nothing goes down until the mobile shows where it is, or the BSS says that it has stayed."""
    for then in ("heard", "failed"):
        lab.gb(naming(lab, "tlli", RadioCause.CELL_RESELECTION_ORDERED), 2)
        lab.context.tell(STATUS)
        lab.waits(1)
        assert lab.names() == []
        if then == "heard":
            lab.mobiles[0].says(b"")
        else:
            lab.gb(naming(lab, "tlli", RadioCause.CELL_RESELECTION_FAILURE), 2)
        assert lab.names() == ["GmmStatus"]


@pytest.mark.parametrize("imsi", [Imsi("001010000000009"), IMSI])
def test_radio_status_of_who_is_not_there(lab: Lab, imsi: Imsi) -> None:
    """Of a mobile that is not known, or is in another cell: told, and nothing else."""
    lab.gb(
        RadioStatus(imsi=ImsiIdentity(imsi), radio_cause=RadioCause.RADIO_CONTACT_LOST_WITH_THE_MS),
        2 if imsi != IMSI else 3,
    )
    lab.gb(RadioStatus(tmsi=Tmsi(1), radio_cause=RadioCause.CELL_RESELECTION_ORDERED), 2)
    assert lab.look["mm_state"] == "READY"
    assert "not there" in lab.warnings[-1]


def test_radio_lost_with_a_ready_timer_that_is_deactivated() -> None:
    """23.060 6.1.2.3: STANDBY even then."""
    lab = Lab(ready_timer=GprsTimer.lasting(None))
    lab.attached()
    lab.gb(naming(lab, "tlli", RadioCause.RADIO_CONTACT_LOST_WITH_THE_MS), 2)
    assert lab.look["mm_state"] == "STANDBY"


@pytest.mark.ttcn3("ms_reg_enq")
def test_registration_asked_for(lab: Lab) -> None:
    """48.018 10.3.15: the operator that serves a mobile here; none for one that is not attached, or not known."""
    other = ImsiIdentity(Imsi("001010000000009"))
    lab.gb(MsRegistrationEnquiry(imsi=ImsiIdentity(IMSI)))
    assert lab.last(MsRegistrationEnquiryResponse).ps_registered_operator == NEAR.rai.plmn
    lab.gb(MsRegistrationEnquiry(imsi=other))
    assert lab.last(MsRegistrationEnquiryResponse) == MsRegistrationEnquiryResponse(imsi=other)
    lab.orders("detach", imsi=IMSI, type="no-reattach")
    lab.mobiles[0].says(DetachAcceptMo())
    lab.gb(MsRegistrationEnquiry(imsi=ImsiIdentity(IMSI)))
    assert lab.last(MsRegistrationEnquiryResponse).ps_registered_operator is None


# --- network service (48.016) -----------------------------------------------------------------------------------------


def said_ns(lab: Lab, message: ns.NsMessage | bytes) -> list[Any]:
    """What the SGSN answers to an NS PDU."""
    octets = message if isinstance(message, bytes) else message.encode()
    lab.sgsn.receive("bss1", "gb", octets, lab.now)
    return [ns.decode(output.pdu) for output in lab.sgsn.outputs() if isinstance(output, Send)]


@pytest.mark.ttcn3("NS_connect_reset")
def test_ns_reset_and_unblock(lab: Lab) -> None:
    """48.016 7.3: a reset NS-VC is blocked; what comes on it is refused until it is unblocked."""
    reset = ns.NsReset(cause=NsCause.OM_INTERVENTION, ns_vci=5, nsei=6)
    assert said_ns(lab, reset) == [ns.NsResetAck(ns_vci=5, nsei=6)]
    unit = ns.NsUnitdata(bvci=0, sdu=BvcResetAck(bvci=0).encode())
    assert said_ns(lab, unit) == [ns.NsStatus(cause=NsCause.NS_VC_BLOCKED, ns_vci=5)]
    lab.context.tell(STATUS)
    assert not [output for output in lab.sgsn.outputs() if isinstance(output, Send)]
    assert said_ns(lab, ns.NsUnblock()) == [ns.NsUnblockAck()]
    lab.context.tell(STATUS)
    assert [output for output in lab.sgsn.outputs() if isinstance(output, Send)]


@pytest.mark.ttcn3("NS_connect_alive")
def test_ns_alive(lab: Lab) -> None:
    """48.016 7.4: a test is answered."""
    assert said_ns(lab, ns.NsAlive()) == [ns.NsAliveAck()]


def test_ns_block(lab: Lab) -> None:
    """48.016 7.2: blocked, if it is the NS-VC that was reset."""
    assert said_ns(lab, ns.NsBlock(cause=NsCause.OM_INTERVENTION, ns_vci=5)) == [ns.NsBlockAck(ns_vci=5)]
    said_ns(lab, ns.NsReset(cause=NsCause.OM_INTERVENTION, ns_vci=5, nsei=6))
    wrong = ns.NsBlock(cause=NsCause.OM_INTERVENTION, ns_vci=9)
    assert said_ns(lab, wrong) == [ns.NsStatus(cause=NsCause.NS_VC_UNKNOWN, ns_vci=9)]


def test_ns_that_fits_nothing(lab: Lab) -> None:
    """48.016 8: refused by NS-STATUS, which itself is never answered."""
    for message in (ns.NsResetAck(ns_vci=5, nsei=6), ns.NsUnblockAck()):
        (status,) = said_ns(lab, message)
        assert status.cause is NsCause.PDU_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE
    assert said_ns(lab, ns.NsStatus(cause=NsCause.NS_VC_BLOCKED, ns_vci=1)) == []
    (status,) = said_ns(lab, b"\x02")
    assert status.cause is NsCause.MISSING_ESSENTIAL_IE
    assert said_ns(lab, b"\x08") == []


# --- LLC frames that are not UI (44.064) ------------------------------------------------------------------------------


def answered(lab: Lab, frame: llc.LlcFrame) -> list[Any]:
    """What LLC says to a frame of the mobile."""
    lab.said.clear()
    lab.mobiles[0].sends(frame.encode())
    return [message for _, message in lab.said]


@pytest.mark.ttcn3("xid_n201u")
def test_xid(lab: Lab) -> None:
    """44.064 8.5.3: what is proposed and can be is agreed to; what cannot gets our own value; the rest no answer."""
    proposed = XidInformation.of(
        LlcVersion(version=3),
        IovUi(offset=1),
        T200(tenths=0),
        N201U(octets=1234),
        N201I(octets=1),
        MD(units=0),
        KD(frames=0),
        Layer3Parameters(SndcpXid((SndcpVersion(version=1),))),
        Reset(),
    )
    (answer,) = answered(lab, Xid(sapi=Sapi.LL3, command=False, poll_final=True, information=proposed))
    agreed = XidInformation.of(
        LlcVersion(version=0),
        T200(tenths=50),
        N201U(octets=1234),
        N201I(octets=1503),
        MD(units=0),
        KD(frames=16),
        Layer3Parameters(SndcpXid((SndcpVersion(version=0),))),
    )
    assert answer == Xid(sapi=Sapi.LL3, command=False, poll_final=True, information=agreed)


@pytest.mark.ttcn3("xid_empty_l3")
def test_xid_with_empty_layer_3_parameters(lab: Lab) -> None:
    """44.064 6.4.1.6: nothing is proposed for the layer above, and nothing agreed to."""
    empty = XidInformation.of(Layer3Parameters(b""))
    (answer,) = answered(lab, Xid(sapi=Sapi.LLGMM, command=False, poll_final=True, information=empty))
    assert answer.information == empty


@pytest.mark.parametrize("what", ["n200", "mu", "ku"])
def test_xid_out_of_range(lab: Lab, what: str) -> None:
    """44.064 table 6: a value that is not allowed gets our own."""
    bad: Any = {"n200": N200(retransmissions=0), "mu": MU(units=32000), "ku": KU(frames=0)}[what]
    own: Any = {"n200": N200(retransmissions=3), "mu": MU(units=1520), "ku": KU(frames=16)}[what]
    (answer,) = answered(lab, Xid(sapi=Sapi.LL3, command=False, poll_final=True, information=XidInformation.of(bad)))
    assert answer.information == XidInformation.of(own)


@pytest.mark.ttcn3("llc_sabm_dm_llgmm")
@pytest.mark.ttcn3("llc_sabm_dm_ll5")
@pytest.mark.parametrize("sapi", [Sapi.LLGMM, Sapi.LL5])
@pytest.mark.parametrize("kind", [Sabm, Disc])
def test_sabm_and_disc(lab: Lab, sapi: Sapi, kind: type) -> None:
    """44.064 8.5.1, 8.5.2: acknowledged operation is not in use: DM, with F as P was."""
    (answer,) = answered(lab, kind(sapi=sapi, command=False, poll_final=True))
    assert answer == Dm(sapi=sapi, command=False, poll_final=True)


def test_i_frame_in_adm(lab: Lab) -> None:
    """44.064 8.5: the mobile holds the link for established: DM."""
    frame = llc.IRr(sapi=Sapi.LL3, command=False, ns=0, nr=0, information=b"x")
    assert answered(lab, frame) == [Dm(sapi=Sapi.LL3, command=False)]


@pytest.mark.ttcn3("llc_null")
def test_frames_that_need_no_answer(lab: Lab) -> None:
    """NULL, and responses to nothing that was asked."""
    assert answered(lab, Null(sapi=Sapi.LLGMM, command=False)) == []
    assert answered(lab, llc.Ua(sapi=Sapi.LL3, command=True)) == []
    assert answered(lab, Dm(sapi=Sapi.LL3, command=True)) == []
    assert answered(lab, llc.Ua(sapi=Sapi.LL3, command=False)) == []


def test_xid_of_an_unknown_mobile() -> None:
    """44.064 7.2.1.1: of an unknown TLLI only UI and XID on SAPI 1 count."""
    lab = Lab()
    mobile = lab.mobile()
    mobile.tlli = Tlli.local(0xC0000001)
    proposed = XidInformation.of(N201U(octets=500))
    (answer,) = answered(lab, Xid(sapi=Sapi.LLGMM, command=False, information=proposed))
    assert answer.information == proposed
    assert answered(lab, Xid(sapi=Sapi.LL3, command=False, information=proposed)) == []
    assert answered(lab, Sabm(sapi=Sapi.LLGMM, command=False)) == []


def test_reserved_sapi(lab: Lab) -> None:
    """44.064 6.2.3: frames with a reserved SAPI are discarded."""
    assert answered(lab, Xid(sapi=Sapi(4), command=False)) == []
    assert "SAPI 4" in lab.warnings[-1]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=40))
def test_any_frame_leaves_it_alive(octets: bytes) -> None:
    """Hostile LLC frames never raise."""
    lab = Lab()
    lab.attached()
    lab.mobiles[0].sends(octets)
    lab.mobiles[0].sends(octets + llc.fcs.fcs(octets))
    assert lab.context.imsi == IMSI


# --- lower layer failure of procedures (24.008) -----------------------------------------------------------------------


def lose(lab: Lab) -> None:
    """The BSS has lost the mobile."""
    tlli = lab.mobiles[0].tlli
    lab.gb(RadioStatus(tlli=tlli, radio_cause=RadioCause.RADIO_CONTACT_LOST_WITH_THE_MS), 2)
    lab.said.clear()
    lab.waits(31)
    assert lab.names() == []


def test_radio_lost_before_attach_complete() -> None:
    """24.008 4.7.3.1.6 a: the accept is not sent again; the P-TMSI given stays valid."""
    lab = Lab()
    mobile = lab.mobile()
    mobile.completes = False
    mobile.attach()
    ptmsi = lab.context.ptmsi
    lose(lab)
    assert lab.context.state.value == "GMM-DEREGISTERED"
    assert set(lab.sgsn.by_ptmsi) == {ptmsi}


def test_radio_lost_before_update_complete(lab: Lab) -> None:
    """24.008 4.7.5.1.6 a: the accept is not sent again; the mobile is registered under both P-TMSIs."""
    mobile = lab.mobiles[0]
    mobile.completes = False
    lab.sgsn.config = dataclasses.replace(lab.sgsn.config, ptmsi_reallocation="every update")
    mobile.update(UpdateTypeValue.RA_UPDATING)
    lose(lab)
    assert lab.context.state.value == "GMM-REGISTERED"
    assert len(lab.sgsn.by_ptmsi) == 2


def test_radio_lost_during_ptmsi_reallocation(lab: Lab) -> None:
    """24.008 4.7.6.6 a: both P-TMSIs are valid."""
    lab.orders("reallocate", imsi=IMSI)
    lose(lab)
    assert lab.context.state.value == "GMM-REGISTERED"
    assert len(lab.sgsn.by_ptmsi) == 2


def test_radio_lost_during_network_detach(lab: Lab) -> None:
    """24.008 4.7.4.2.5 b: the mobile counts as detached."""
    lab.orders("detach", imsi=IMSI)
    lose(lab)
    assert lab.context.state.value == "GMM-DEREGISTERED"


class Mute(Mobile):
    """A mobile that answers nothing."""

    def hears(self, message: Any) -> None:
        self.heard.append(message)


@pytest.mark.parametrize("known", [True, False])
def test_radio_lost_during_common_procedures(known: bool) -> None:
    """24.008 4.7.7.6 a, 4.7.8.4 a: challenge and identity request die, and the attach around them."""
    lab = Lab()
    mobile = Mute(lab)
    lab.mobiles.append(mobile)
    if not known:
        mobile.tlli = Tlli.local(0xC0000001)
    mobile.attach(by_ptmsi=not known)
    assert lab.names("ms") == ["AuthenticationAndCipheringRequest" if known else "IdentityRequest"]
    lose(lab)
    assert lab.sgsn.by_tlli == {}
