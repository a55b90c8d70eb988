"""Packets through the SGSN (23.060 9, 44.065 6.9.2, 29.060 7.3.7): READY, STANDBY, in a call, moved, no tunnel."""

from typing import Any

import pytest

from nodes.core.sndcp import LONGEST, Reassembly
from nodes.sgsn.packets import MOST_OCTETS, MOST_WAITING, make_profile
from protocol import gtp
from protocol.bssgp import DlQosProfile, FlowControlBvc, PagingPs, Resume, Suspend
from protocol.bssgp.elements import BucketSize, LeakRate
from protocol.causes import GtpCause, SmCause
from protocol.gtp import ErrorIndication, SgsnContextAcknowledge, SgsnContextRequest, TPdu
from protocol.identities import Teid
from protocol.llc import Xid, XidInformation
from protocol.llc.frame import Sapi
from protocol.llc.xid import N201U
from protocol.sm import DeactivatePdpContextRequest
from protocol.sm.quality_of_service import QualityOfService
from protocol.sndcp import Compression, FirstSegment, SnData, SnUnitdata, segment
from tests.machines.sgsn_lab import IMSI, NEXT, Mobile
from tests.machines.sgsn_sessions import GGSNS, SessionLab

PACKET = bytes(range(256)) * 4


class Network(SessionLab):
    """A network in which the mobile has a PDP context."""

    def __init__(self, **changes: Any) -> None:
        super().__init__(**changes)
        self.me: Mobile = self.provided()
        self.first = self.active()
        self.own_end, self.far_end = self.first.teid_data or Teid(0), self.first.ggsn_teid_data or Teid(0)

    def down(self, packet: bytes = PACKET) -> None:
        """A packet comes from the GGSN."""
        self.gn(TPdu(teid=self.own_end, payload=packet), "ggsn1")

    def up(self, packet: bytes = PACKET, nsapi: int = 5, number: int = 0, sapi: Sapi = Sapi.LL3) -> None:
        """A packet comes from the mobile."""
        for part in segment(packet, nsapi=nsapi, n_pdu_number=number):
            self.me.says(part, sapi=sapi)

    def arrived(self) -> list[bytes]:
        """The packets that have reached the mobile since this was asked last."""
        reassembly = Reassembly()
        parts = [message for to, message in self.said if to == "ms" and isinstance(message, SnUnitdata)]
        self.said = [entry for entry in self.said if not isinstance(entry[1], SnUnitdata)]
        whole = [reassembly.accept(part, 0) for part in parts]
        return [n_pdu.octets for n_pdu in whole if n_pdu is not None]

    def sent_up(self) -> list[tuple[str, TPdu]]:
        """The packets that have left for GSNs since this was asked last."""
        found = [(to, message) for to, message in self.said if isinstance(message, TPdu)]
        self.said.clear()
        return found

    def dropped(self, why: str) -> int:
        """How many packets went no further for this reason."""
        number: int = self.orders("inspect").body["packets_dropped"].get(why, 0)
        return number


@pytest.fixture
def lab() -> Network:
    """An SGSN with a mobile that has a PDP context."""
    return Network()


def test_downlink_as_long_as_agreed(lab: Network) -> None:
    """44.064 8.5.3, 8.9.9: the mobile wants shorter frames on the SAPI of its context, and gets them from then on."""
    proposal = XidInformation.of(N201U(octets=200))
    lab.me.sends(Xid(sapi=Sapi.LL3, command=False, poll_final=True, information=proposal).encode())
    lab.said.clear()
    lab.down()
    parts = [message for to, message in lab.said if to == "ms" and isinstance(message, SnUnitdata)]
    assert len(parts) == 6
    assert max(len(part.encode()) for part in parts) == 200
    assert lab.arrived() == [PACKET]


# --- up ---------------------------------------------------------------------------------------------------------------


def test_uplink_packet(lab: Network) -> None:
    """44.065 6.9.2, 29.060 9.3.1: the segments of a packet become one T-PDU to the GGSN, and are counted."""
    lab.up()
    assert lab.sent_up() == [("ggsn1", TPdu(teid=lab.far_end, payload=PACKET))]
    assert lab.first.traffic.look() == {
        "waiting": 0,
        "packets_up": 1,
        "packets_down": 0,
        "octets_up": len(PACKET),
        "octets_down": 0,
    }


def test_uplink_without_context(lab: Network) -> None:
    """44.065 7.2: an NSAPI without PDP context, or whose context is not active: discarded and counted."""
    lab.up(nsapi=6)
    lab.leaves()
    lab.deletes()
    lab.said.clear()
    lab.up()
    assert lab.sent_up() == []
    assert lab.dropped("up, no context") == 6


def test_uplink_on_other_sapi(lab: Network) -> None:
    """44.065 6.1: an NSAPI is used on the SAPI of its PDP context alone."""
    lab.up(b"x", sapi=Sapi.LL11)
    assert lab.sent_up() == []
    assert lab.dropped("up, other sapi") == 1


def test_uplink_compressed(lab: Network) -> None:
    """44.065 6.5, 6.6: nothing was agreed on, so a compressed packet cannot be read."""
    (part,) = segment(b"x", nsapi=5, n_pdu_number=0, compression=Compression(dcomp=1))
    lab.me.says(part, sapi=Sapi.LL3)
    assert lab.sent_up() == []
    assert lab.dropped("up, compressed") == 1


def test_uplink_acknowledged(lab: Network) -> None:
    """44.065 7.2: SN-DATA does not come in UI frames; nothing breaks."""
    lab.me.says(SnData(nsapi=5, first_segment=FirstSegment(n_pdu_number=0), payload=b"x"), sapi=Sapi.LL3)
    assert lab.sent_up() == []
    assert "SN-DATA in a UI frame" in lab.warnings[-1]


def test_uplink_segment_lost(lab: Network) -> None:
    """44.065 6.7.2: what lacks a segment is given up after a time; another packet is not held up by it."""
    first, *_ = segment(PACKET, nsapi=5, n_pdu_number=0)
    lab.me.says(first, sapi=Sapi.LL3)
    lab.waits(5)
    second, *_ = segment(PACKET, nsapi=5, n_pdu_number=1)
    lab.me.says(second, sapi=Sapi.LL3)
    lab.waits(11)
    assert lab.dropped("up, segments missing") == 1
    lab.waits(5)
    assert lab.dropped("up, segments missing") == 2
    lab.up(number=2)
    assert len(lab.sent_up()) == 1


# --- down -------------------------------------------------------------------------------------------------------------


def test_downlink_in_ready(lab: Network) -> None:
    """23.060 6.1.2.2: in READY a packet goes at once, in segments on the SAPI of its context, and is counted."""
    lab.down()
    assert lab.arrived() == [PACKET]
    assert lab.first.traffic.packets_down == 1
    assert lab.first.traffic.octets_down == len(PACKET)


@pytest.mark.parametrize(
    ("octets", "told"),
    [
        ("23421f", DlQosProfile.from_octets(bytes.fromhex("028031"))),
        ("24411f", DlQosProfile.from_octets(bytes.fromhex("028038"))),
        ("1d131f", DlQosProfile.from_octets(bytes.fromhex("00503a"))),
    ],
)
def test_downlink_quality(lab: Network, octets: str, told: DlQosProfile) -> None:
    """48.018 11.3.28: the BSS learns precedence, whether RLC acknowledges, and the peak rate of the context."""
    lab.first.qos_negotiated = QualityOfService.from_octets(bytes.fromhex(octets))
    assert make_profile(lab.first.qos_negotiated) == told


def test_downlink_in_standby(lab: Network) -> None:
    """23.060 8.1.4: in STANDBY the mobile is paged once, and its packets wait for its answer, in their order."""
    lab.waits(45)
    lab.said.clear()
    lab.down(b"one")
    lab.down(b"two")
    assert lab.names() == ["PagingPs", "PagingPs"]  # one for each BSS
    assert lab.first.traffic.look()["waiting"] == 2
    lab.me.says(b"")
    assert lab.arrived() == [b"one", b"two"]
    assert lab.first.traffic.look()["waiting"] == 0


def test_downlink_page_not_answered(lab: Network) -> None:
    """24.008 4.7.9.1.2: nobody answers: what waited is dropped and counted; the next packet pages again."""
    lab.waits(45)
    lab.down()
    lab.waits(60)
    assert lab.dropped("down, page not answered") == 1
    lab.said.clear()
    lab.down()
    assert isinstance(lab.said[0][1], PagingPs)


def test_downlink_not_reachable(lab: Network) -> None:
    """23.060 6.1.2: a mobile that missed its periodic update (PPF) is not paged; its packets go no further."""
    lab.waits(45 + 58 * 60)
    lab.said.clear()
    lab.down()
    assert lab.said == []
    assert lab.dropped("down, not reachable") == 1


def test_downlink_in_a_call(lab: Network) -> None:
    """23.060 16.2.1: while the mobile is suspended its packets wait, without pages, until it is resumed."""
    lab.gb(Suspend(tlli=lab.me.tlli, routeing_area=lab.me.cell.rai))
    lab.said.clear()
    lab.down(b"one")
    lab.down(b"two")
    lab.waits(50)
    assert lab.said == []
    number = lab.look["suspended"]
    lab.gb(Resume(tlli=lab.me.tlli, routeing_area=lab.me.cell.rai, suspend_reference_number=number))
    assert lab.arrived() == [b"one", b"two"]


def test_downlink_that_waits_for_the_radio_when_a_call_begins(lab: Network) -> None:
    """23.060 16.2.1: frames that wait for their turn in a full cell are held, too, and go on after the call."""
    slows(lab)
    for number in range(4):
        lab.down(bytes((number,)) * 1000)
    lab.waits(1)
    before = len(lab.arrived())
    lab.gb(Suspend(tlli=lab.me.tlli, routeing_area=lab.me.cell.rai))
    assert lab.orders("inspect").body["downlink_waiting"] == 0
    lab.said.clear()
    lab.waits(120)
    assert "SnUnitdata" not in lab.names()
    number = lab.look["suspended"]
    lab.gb(Resume(tlli=lab.me.tlli, routeing_area=lab.me.cell.rai, suspend_reference_number=number))
    lab.waits(20)
    assert len([message for to, message in lab.said if isinstance(message, SnUnitdata)]) > 3 * (4 - before - 1)
    assert lab.sgsn.gb.discarded == {}


def test_downlink_while_waiting_is_bounded(lab: Network) -> None:
    """What waits is bounded in number and in octets: the oldest goes, and is counted."""
    lab.waits(45)
    for number in range(MOST_WAITING + 3):
        lab.down(bytes((number,)))
    assert lab.dropped("down, no room") == 3
    lab.me.says(b"")
    assert lab.arrived()[0] == b"\x03"
    lab.waits(45)
    packets = MOST_OCTETS // LONGEST + 2
    for _ in range(packets):
        lab.down(bytes(LONGEST))
    assert lab.first.traffic.waiting_octets <= MOST_OCTETS
    assert lab.dropped("down, no room") == 3 + 2 - (MOST_OCTETS % LONGEST == 0)


def test_downlink_too_long(lab: Network) -> None:
    """23.060 9.3: no N-PDU is longer than 1502 octets."""
    lab.down(bytes(LONGEST))
    assert lab.arrived() == [bytes(LONGEST)]
    lab.down(bytes(LONGEST + 1))
    assert lab.arrived() == []
    assert lab.dropped("down, too long") == 1


def test_downlink_follows_the_mobile(lab: Network) -> None:
    """23.060 6.9.1.1: packets go to the cell from which the mobile was heard last."""
    lab.me.cell = NEXT
    lab.me.says(b"")
    lab.down()
    assert lab.arrived() == [PACKET]
    assert lab.context.bvci == 3


def test_signalling_goes_before_packets(lab: Network) -> None:
    """48.018 11.3.28: where a cell is full, signalling does not wait behind user data; packets keep their order."""
    slows(lab)
    for number in range(3):
        lab.down(bytes((number,)) * 1000)
    lab.orders("detach", imsi=IMSI, type="imsi")
    lab.waits(10)
    names = [type(message).__name__ for to, message in lab.said if to == "ms"]
    assert names.index("DetachRequestMt") < 6
    assert [packet[:1] for packet in lab.arrived()] == [b"\0", b"\1", b"\2"]


# --- tunnels ----------------------------------------------------------------------------------------------------------


def test_unknown_tunnel(lab: Network) -> None:
    """29.060 7.3.7: a T-PDU for a TEID that is not known is answered by an Error Indication that names it."""
    lab.said.clear()
    lab.gn(TPdu(teid=Teid(0x77), payload=b"x"), "ggsn1")
    (answer,) = [message for to, message in lab.said if to == "ggsn1"]
    assert isinstance(answer, ErrorIndication)
    assert answer.tunnel_endpoint_identifier_data_i == 0x77
    assert str(answer.gsn_address) == "10.0.0.3"


@pytest.mark.ttcn3("attach_pdp_act_user_error_ind_ggsn")
def test_error_indication(lab: Network) -> None:
    """29.060 7.3.7, 24.008 10.5.6.6: the GGSN has no such tunnel: the mobile is to activate again (#39)."""
    address = gtp.GsnAddress(GGSNS["ggsn1"].address)
    lab.gn(ErrorIndication(teid=Teid(0), tunnel_endpoint_identifier_data_i=lab.far_end, gsn_address=address), "ggsn1")
    assert lab.names("ms", "ggsn1") == ["DeactivatePdpContextRequest"]  # and the GGSN is not asked to delete it
    assert lab.heard(DeactivatePdpContextRequest).sm_cause is SmCause.REACTIVATION_REQUESTED
    lab.agrees()
    assert lab.is_clean


def test_error_indication_of_nobody(lab: Network) -> None:
    """29.060 7.3.7: one about a tunnel that is not ours, or from another GSN than its own, changes nothing."""
    address, other = (gtp.GsnAddress(GGSNS[name].address) for name in ("ggsn1", "ggsn2"))
    for teid, told in ((Teid(lab.far_end + 1), address), (lab.far_end, other)):
        lab.gn(ErrorIndication(teid=Teid(0), tunnel_endpoint_identifier_data_i=teid, gsn_address=told), "ggsn1")
        assert "to which nothing is sent" in lab.warnings[-1]
    assert lab.first.state.value == "PDP-ACTIVE"


def test_forgotten_tunnel(lab: Network) -> None:
    """What waits for a PDP context that ends is counted; its TEID is not known any more."""
    lab.waits(45)
    lab.down()
    lab.first.drop()
    assert lab.dropped("down, context gone") == 1
    lab.deletes()
    lab.said.clear()
    lab.down()
    assert isinstance(lab.said[-1][1], ErrorIndication)
    assert lab.is_clean
    assert lab.sgsn.user_plane.by_tunnel == {}


# --- another SGSN -----------------------------------------------------------------------------------------------------


def test_moved_without_forwarding(lab: Network) -> None:
    """29.060 7.5.5: the new SGSN names no tunnel: what comes for the mobile is dropped and counted."""
    asks(lab)
    lab.down(b"meanwhile")
    assert lab.arrived() == []
    acknowledges(lab)
    lab.down(b"later")
    assert lab.dropped("down, moved") == 2


def test_moved_with_forwarding(lab: Network) -> None:
    """23.060 6.9.1.2.2 steps 4 and 5: what waits, and what comes later, goes to the tunnel of the new SGSN."""
    lab.waits(45)
    lab.down(b"waiting")
    asks(lab)
    lab.down(b"meanwhile")
    lab.said.clear()
    ends = (gtp.TunnelEndpointIdentifierDataII(nsapi=5, teid=Teid(0x55)),)
    address = gtp.GsnAddress.parse("10.0.0.4")
    acknowledges(lab, tunnel_endpoint_identifiers_data_ii=ends, sgsn_address_for_user_traffic=address)
    lab.down(b"later")
    packets = [("sgsn2", TPdu(teid=Teid(0x55), payload=packet)) for packet in (b"waiting", b"meanwhile", b"later")]
    assert lab.sent_up() == packets


def test_not_moved_after_all(lab: Network) -> None:
    """29.060 7.5.4: no acknowledge comes: what was held meanwhile goes to the mobile."""
    asks(lab)
    lab.down()
    assert lab.arrived() == []
    lab.waits(11)
    assert lab.arrived() == [PACKET]


def slows(lab: Network) -> None:
    """The cell of the mobile takes 1,000 octets a second."""
    size, rate = BucketSize(12), LeakRate(80)
    limits = FlowControlBvc(tag=1, bvc_bucket_size=size, bucket_leak_rate=rate, bmax_default_ms=size, r_default_ms=rate)
    lab.gb(limits, 2)
    lab.said.clear()


def asks(lab: Network) -> None:
    """The other SGSN asks for the contexts of the mobile."""
    assert lab.context.rai is not None
    lab.gn(
        SgsnContextRequest(
            teid=Teid(0),
            sequence_number=7,
            rai=lab.context.rai,
            ptmsi=lab.context.ptmsi,
            ptmsi_signature=lab.context.ptmsi_signature,
            tunnel_endpoint_identifier_control_plane=Teid(1),
            sgsn_address_for_control_plane=gtp.GsnAddress.parse("10.0.0.4"),
        )
    )
    assert lab.sgsn.by_imsi[IMSI].handover is not None


def acknowledges(lab: Network, **more: Any) -> None:
    """The other SGSN has them."""
    assert lab.context.handover is not None
    lab.gn(
        SgsnContextAcknowledge(
            teid=lab.context.handover.teid, sequence_number=7, cause=GtpCause.REQUEST_ACCEPTED, **more
        )
    )


# --- octets that nobody should send -----------------------------------------------------------------------------------


def test_any_octets_from_the_mobile(lab: Network) -> None:
    """Whatever an SN-PDU is, it raises nothing, and the next packet passes."""
    parts = [part.encode() for part in segment(PACKET, nsapi=5, n_pdu_number=1)]
    for octets in parts:
        for index in range(4):
            for value in range(0, 256, 5):
                lab.me.says(octets[:index] + bytes((value,)) + octets[index + 1 :], sapi=Sapi.LL3)
        for length in range(6):
            lab.me.says(octets[:length], sapi=Sapi.LL3)
    lab.waits(20)
    lab.said.clear()
    lab.up(b"whole", number=77)
    assert lab.sent_up() == [("ggsn1", TPdu(teid=lab.far_end, payload=b"whole"))]


def test_any_octets_from_a_gsn(lab: Network) -> None:
    """Whatever comes instead of a T-PDU or an Error Indication raises nothing."""
    address = gtp.GsnAddress(GGSNS["ggsn2"].address)
    indication = ErrorIndication(teid=Teid(0), tunnel_endpoint_identifier_data_i=lab.far_end, gsn_address=address)
    for octets in (TPdu(teid=lab.own_end, payload=b"x").encode(), indication.encode()):
        for index in range(len(octets)):
            for value in {0, 0x7F, 0xFF, octets[index] ^ 1}:
                lab.sgsn.receive("ggsn1", "gn", octets[:index] + bytes((value,)) + octets[index + 1 :], lab.now)
            lab.sgsn.receive("ggsn1", "gn", octets[:index], lab.now)
    lab.listen()
    assert lab.first.state.value == "PDP-ACTIVE"
    lab.arrived()
    lab.down(b"whole")
    assert lab.arrived() == [b"whole"]
