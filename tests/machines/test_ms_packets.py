"""Packets of mobiles (23.060 9, 44.065 6.7, 6.9.2): what they answer, send and discard, and when it must wait."""

from ipaddress import IPv4Address, IPv6Address
from typing import Any

import pytest

from nodes.core import host
from nodes.core.sndcp import LONGEST, Reassembly
from nodes.ms.router_discovery import ALL_NODES
from nodes.ms.sessions import MOST_PROBES
from nodes.ms.user_plane import MOST_WAITING
from protocol import ip
from protocol.gmm import RoutingAreaUpdateRequest
from protocol.gmm.elements import GprsTimer
from protocol.ip import (
    EchoReply,
    EchoReplyV6,
    IpProtocol,
    Ipv6,
    Options,
    PrefixInformation,
    RouterAdvertisement,
    RouterSolicitation,
    Udp,
)
from protocol.llc import Disc, Dm, Sabm, Xid, XidInformation
from protocol.llc.frame import Sapi, UiFrame
from protocol.llc.xid import N201U, Layer3Parameters, Reset
from protocol.sm import DeactivatePdpContextRequest
from protocol.sm.elements import LlcSapi, LlcSapiValue
from protocol.sndcp import Compression, FirstSegment, SnData, SndcpXid, SnUnitdata, segment
from protocol.timers import SECOND
from protocol.um import PacketChannel
from tests.machines.mobile_calls import called, kinds, over, replies
from tests.machines.mobile_sessions import (
    ADDRESS,
    ADDRESS_2,
    TI_2,
    accept_context,
    activated,
    contexts,
    end_context,
    modification,
    with_secondary,
)
from tests.machines.mobiles import CELLS, Around, Said, accept, accept_update, attached, attached_for_both

FAR = IPv4Address("198.51.100.1")
INTERFACE = IPv6Address("2001:db8:100::5")
LINK_LOCAL, GLOBAL = IPv6Address("fe80::5"), IPv6Address("2001:db8:100:7::5")
ROUTER, FAR_6 = IPv6Address("fe80::1"), IPv6Address("2001:db8:ffff::1")
DEACTIVATED = end_context()
PING = host.echo_request(FAR, ADDRESS, 1, 2, b"abc")


def comes(around: Around, octets: bytes, nsapi: int = 5, sapi: Sapi = Sapi.LL3, number: int = 0) -> list[Said]:
    """A packet comes down in a context; what the mobile says."""
    said: list[Said] = []
    for part in segment(octets, nsapi=nsapi, n_pdu_number=number):
        said += around.says(part.encode(), sapi=sapi)
    return said


def packets(said: list[Said]) -> list[tuple[int, Any]]:
    """The packets that were said, and in which contexts."""
    reassembly = Reassembly()
    found = []
    for message in said:
        assert isinstance(message, SnUnitdata)
        n_pdu = reassembly.accept(message, 0)
        if n_pdu is not None:
            found.append((n_pdu.nsapi, n_pdu.octets))
    return [(nsapi, ip.decode(octets)) for nsapi, octets in found]


def echo(around: Around, said: list[Said]) -> list[Said]:
    """The other end answers what was said."""
    after: list[Said] = []
    for nsapi, packet in packets(said):
        answer = host.answer(*host.read(packet.encode()))
        assert answer is not None
        after += comes(around, answer, nsapi)
    return after


def activated_ipv6(*, quiet: bool = False) -> Around:
    """A mobile that has asked for a context of IPv6, and now asks for a router."""
    around = attached()
    around.order("activate", type="ipv6")
    said = around.says(accept_context(address=INTERFACE))
    ((nsapi, packet),) = packets(said)
    assert (nsapi, packet.source, packet.destination, packet.hop_limit) == (
        5,
        LINK_LOCAL,
        IPv6Address("ff02::2"),
        255,
    )
    assert isinstance(host.read(packet.encode())[1], RouterSolicitation)
    if not quiet:
        assert advertise(around) == []
    return around


def advertise(
    around: Around, *prefixes: PrefixInformation, source: IPv6Address = ROUTER, hops: int = 255
) -> list[Said]:
    """A router tells its prefixes."""
    told = prefixes or (PrefixInformation(IPv6Address("2001:db8:100:7::")),)
    message = RouterAdvertisement(options=Options(told)).summed(source, ALL_NODES)
    return comes(around, host.wrap(source, ALL_NODES, IpProtocol.ICMPV6, message.encode(), hops))


def dropped(around: Around) -> dict[str, int]:
    """Why packets went no further."""
    return {reason: count for reason, count in around.ms.user_plane.dropped.items() if count}


# --- what mobiles answer ------------------------------------------------------------------------------------------


def test_ping_answered() -> None:
    """An echo request comes, the reply goes up on the SAPI of the context; both are counted, per context."""
    around = activated()
    said = comes(around, PING)
    ((nsapi, packet),) = packets(said)
    assert (nsapi, packet.source, packet.destination) == (5, ADDRESS, FAR)
    reply = host.read(packet.encode())[1]
    assert reply == EchoReply(identifier=1, sequence_number=2, payload=b"abc")
    (frame,) = around.frames
    assert isinstance(frame, UiFrame)
    assert (frame.sapi, frame.nu, frame.command) == (Sapi.LL3, 0, False)
    keys = ("packets_received", "octets_received", "packets_sent", "octets_sent")
    assert contexts(around, *keys) == [(1, 31, 1, 31)]


def test_long_packets_in_segments() -> None:
    """More than N201-U go in segments, which come in any order; the answer does, too (44.065 6.7)."""
    around = activated()
    octets = host.echo_request(FAR, ADDRESS, 1, 2, bytes(1000))
    first, second, third = segment(octets, nsapi=5, n_pdu_number=9)
    assert around.says(second.encode(), sapi=Sapi.LL3) == []
    assert around.says(third.encode(), sapi=Sapi.LL3) == []
    said = around.says(first.encode(), sapi=Sapi.LL3)
    assert [message.segment_number for message in said if isinstance(message, SnUnitdata)] == [0, 1, 2]
    assert [len(packet.encode()) for _, packet in packets(said)] == [1028]
    assert contexts(around, "packets_received", "packets_sent") == [(1, 1)]
    assert all(len(frame.encode()) <= 500 + 6 for frame in around.frames)


def test_segment_missing() -> None:
    """What lacks a segment is given up when its time is over (44.065 6.7.2)."""
    around = activated()
    first, _ = segment(host.echo_request(FAR, ADDRESS, 1, 2, bytes(600)), nsapi=5, n_pdu_number=9)
    around.says(first.encode(), sapi=Sapi.LL3)
    assert around.wait(16) == []
    assert dropped(around) == {"down, segments missing": 1}
    around.says(first.encode(), sapi=Sapi.LL3)
    around.says(DEACTIVATED)
    around.wait(20)
    assert dropped(around) == {"down, segments missing": 1}, "with its context it is forgotten"


def test_numbers_of_packets() -> None:
    """N-PDU numbers count up, each context its own (44.065 6.9.2.2)."""
    around = activated(activated(), TI_2, ADDRESS_2)
    numbers = []
    for _ in range(2):
        for nsapi, address in ((5, ADDRESS), (6, ADDRESS_2)):
            (message,) = comes(around, host.echo_request(FAR, address, 1, 2, b""), nsapi)
            assert isinstance(message, SnUnitdata)
            numbers.append((message.nsapi, message.n_pdu_number))
    assert numbers == [(5, 0), (6, 0), (5, 1), (6, 1)]


def test_datagrams() -> None:
    """Port 7 echoes, port 9 discards; what goes elsewhere is counted."""
    around = activated()
    ((_, packet),) = packets(comes(around, host.datagram(FAR, ADDRESS, 50_000, 7, b"abc")))
    answer = host.read(packet.encode())[1]
    assert isinstance(answer, Udp)
    assert (answer.source_port, answer.destination_port, answer.payload) == (7, 50_000, b"abc")
    assert comes(around, host.datagram(FAR, ADDRESS, 50_000, 9, b"abc")) == []
    assert comes(around, host.datagram(FAR, ADDRESS, 7, 50_000, b"abc")) == [], "an echo that nobody waits for"
    assert dropped(around) == {"down, not taken": 2}


def test_packets_not_for_the_mobile() -> None:
    """A host takes what is sent to it alone; what it cannot read it discards."""
    around = activated()
    assert comes(around, host.echo_request(FAR, ADDRESS_2, 1, 2, b"")) == []
    assert comes(around, host.echo_request(FAR_6, GLOBAL, 1, 2, b"")) == []
    assert comes(around, PING[:-1]) == []
    assert comes(around, b"") == []
    assert dropped(around) == {"down, not for us": 2, "down, unreadable": 2}


def test_frames_that_are_no_packets() -> None:
    """Another SAPI than the context has, an NSAPI without context, compression that was not agreed, SN-DATA in UI."""
    around = activated()
    assert comes(around, PING, sapi=Sapi.LL5) == []
    assert comes(around, PING, nsapi=7) == []
    (part,) = segment(PING, nsapi=5, n_pdu_number=0, compression=Compression(pcomp=1))
    assert around.says(part.encode(), sapi=Sapi.LL3) == []
    assert dropped(around) == {"down, other sapi": 1, "down, no context": 1, "down, compressed": 1}
    acknowledged = SnData(nsapi=5, first_segment=FirstSegment(n_pdu_number=1), payload=PING)
    assert around.says(acknowledged.encode(), sapi=Sapi.LL3) == []
    assert around.says(b"", sapi=Sapi.LL3) == []
    assert around.says(part.encode(), sapi=Sapi.LLSMS) == []
    assert len(around.warnings) == 3


def test_packets_of_pending_context() -> None:
    """Before its accept, and when it is being deactivated, a context has no packets."""
    around = attached()
    around.order("activate")
    assert comes(around, PING) == []
    around.says(accept_context())
    around.order("deactivate")
    assert comes(around, PING) == []
    assert dropped(around) == {"down, no context": 2}


def test_repeated_frame() -> None:
    """A frame that comes twice on the link counts once (44.064 8.4.2)."""
    around = activated()
    (part,) = segment(PING, nsapi=5, n_pdu_number=0)
    pdu = around.pdu(part.encode(), sapi=Sapi.LL3)
    assert len(around.hears(pdu)) == 1
    assert around.hears(pdu) == []


# --- what they send -----------------------------------------------------------------------------------------------


def test_ping_by_mobile() -> None:
    """Echo requests leave, a second apart; the order is answered when all are back."""
    around = activated()
    said = around.order("ping", address=str(FAR), count=2, size=100)
    ((_, packet),) = packets(said)
    assert (packet.source, packet.destination, len(packet.encode())) == (ADDRESS, FAR, 128)
    around.now += 40_000
    assert echo(around, said) == []
    after = around.wait(1)
    around.now += 60_000
    assert echo(around, after) == []
    ((status, body),) = replies(around)
    assert (status, body["sent"], body["received"]) == ("done", 2, 2)
    assert body["times_us"][0] == 40_000
    assert contexts(around, "packets_sent", "packets_received") == [(2, 2)]


def test_ping_unanswered() -> None:
    """What does not come back in time is lost."""
    around = activated()
    around.order("ping", address=str(FAR))
    around.wait(11)
    assert replies(around) == [("done", {"sent": 1, "received": 0, "times_us": []})]
    assert around.timers() == {"T3312", "T3314"} & around.timers()


def test_send_by_mobile() -> None:
    """Datagrams to the port of echoes; two orders at a time are told apart."""
    around = activated()
    first = around.order("send", address=str(FAR), size=20)
    second = around.order("send", address=str(FAR), size=20)
    assert packets(first) != packets(second)
    echo(around, second)
    echo(around, first)
    assert replies(around) == [("done", {"sent": 1, "echoed": 1})] * 2


def test_choice_of_context() -> None:
    """The context that is told, else the first one, not the secondary; of another version there is none."""
    around = with_secondary()
    around.says(modified_sapi())
    ((nsapi, _),) = packets(around.order("ping", address=str(FAR)))
    assert nsapi == 5
    ((nsapi, packet),) = packets(around.order("ping", address=str(FAR), nsapi=6))
    assert (nsapi, packet.source) == (6, ADDRESS)
    replies(around)
    for arguments, where in (({"address": str(FAR_6)}, ""), ({"address": str(FAR), "nsapi": 9}, " with NSAPI 9")):
        around.order("ping", **arguments)
        expected = f"m1 has no active PDP context{where} for {arguments['address']}"
        assert replies(around) == [("failed", {"error": expected})]


def modified_sapi() -> Any:
    """The network moves the first context to SAPI 9."""
    return modification(requested_llc_sapi=LlcSapi(value=LlcSapiValue.SAPI_9))


def test_answer_in_another_context() -> None:
    """Filters may lead what comes back into another context of the address."""
    around = with_secondary()
    ((_, packet),) = packets(around.order("ping", address=str(FAR)))
    answer = host.answer(*host.read(packet.encode()))
    assert answer is not None
    comes(around, answer, 6, Sapi.LL5)
    assert [status for status, _ in replies(around)] == ["done"]


def test_late_answer() -> None:
    """What comes back after its time, or from somebody else, is not taken for the answer to what was sent later."""
    around = activated()
    ((_, late),) = packets(around.order("ping", address=str(FAR)))
    around.wait(11)
    around.order("ping", address=str(FAR))
    answer = host.answer(*host.read(late.encode()))
    assert answer is not None
    comes(around, answer)
    comes(around, host.wrap(IPv4Address("192.0.2.1"), ADDRESS, IpProtocol.ICMP, EchoReply(identifier=2).encode()))
    around.wait(11)
    assert [body["received"] for _, body in replies(around)] == [0, 0]


def test_too_many_pings() -> None:
    """So many at a time, and no more."""
    around = activated()
    for _ in range(MOST_PROBES):
        around.order("ping", address=str(FAR))
    around.order("ping", address=str(FAR))
    assert [status for status, _ in replies(around)] == ["failed"]
    around.wait(11)
    assert len(replies(around)) == MOST_PROBES


def test_ping_ends_with_context() -> None:
    """The context is deactivated: the order has failed."""
    around = activated()
    around.order("ping", address=str(FAR), count=5)
    around.says(DEACTIVATED)
    ((status, body),) = replies(around)
    assert (status, body["error"], body["sent"]) == ("failed", "NSAPI 5 of m1 is deactivated", 1)
    assert around.wait(10) == []


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, "address is an IP address, not None"),
        ({"address": str(FAR), "nsapi": 99}, "nsapi is a number, 5 to 15, not 99"),
        ({"address": str(FAR), "port": 9}, "ping has no argument 'port'"),
    ],
)
def test_ping_refused(arguments: dict[str, Any], expected: str) -> None:
    """One clear line."""
    around = activated()
    assert around.order("ping", **arguments) == []
    assert replies(around) == [("failed", {"error": expected})]


def test_ping_not_attached() -> None:
    """No context, no packets."""
    around = Around()
    assert around.order("ping", address=str(FAR)) == []
    assert replies(around) == [("failed", {"error": "m1 is not attached: no PDP contexts"})]


# --- when it must wait --------------------------------------------------------------------------------------------


def test_packets_wait_for_call() -> None:
    """While a call suspends packets nothing leaves; afterwards all do, in order (23.060 16.2.1)."""
    around = called(activated(attached_for_both()))
    assert around.order("ping", address=str(FAR), count=3, interval_ms=0) == []
    assert around.wait(5) == []
    assert contexts(around, "packets_sent") == [(0,)]
    said = over(around)
    assert len(packets(said)) == 3
    echo(around, said)
    assert [body["received"] for status, body in replies(around) if status == "done" and "sent" in body] == [3]


def test_waiting_is_bounded() -> None:
    """No more wait than there is room for."""
    around = called(activated(attached_for_both()))
    around.order("send", address=str(FAR), count=MOST_WAITING + 3, interval_ms=0)
    around.wait(1)
    assert dropped(around) == {"up, no room": 3}
    assert len(packets(over(around))) == MOST_WAITING


def test_waiting_ends_with_context() -> None:
    """What waits in a context that ends is dropped."""
    around = called(activated(attached_for_both()))
    around.order("ping", address=str(FAR))
    around.order("power-off")
    assert dropped(around) == {"up, no context": 1}


def test_packets_wait_for_update() -> None:
    """A routing area update comes first (44.064 7.2.1.2)."""
    around = activated()
    (update,) = around.order("move", cell="c3")
    assert isinstance(update, RoutingAreaUpdateRequest)
    assert around.order("ping", address=str(FAR)) == []
    assert len(packets(around.says(accept_update("c3")))) == 1


def test_packets_make_ready() -> None:
    """A packet makes a mobile in STANDBY READY, as any frame does (23.060 6.1.2)."""
    around = activated(attached(answer=accept(negotiated_ready_timer=GprsTimer.lasting(10 * SECOND))))
    around.wait(11)
    assert around.m1["mm_state"] == "STANDBY"
    around.order("ping", address=str(FAR))
    assert around.m1["mm_state"] == "READY"
    assert around.order("move", cell="c2") != [], "so the network must hear of a change of cell"


def test_too_long_packet() -> None:
    """More than an N-PDU may have does not leave (23.060 9.3)."""
    around = activated()
    context = around.mobile.sessions.contexts[5]
    around.ms.user_plane.send(context, bytes(LONGEST + 1))
    assert dropped(around) == {"up, too long": 1}
    around.order("deactivate")
    around.ms.user_plane.send(context, bytes(5))
    assert dropped(around) == {"up, too long": 1, "up, no context": 1}


# --- IPv6 ---------------------------------------------------------------------------------------------------------


def test_prefix_advertised() -> None:
    """The interface identifier is the network's, the prefix the router's (29.061 11.2.1.3.2)."""
    around = activated_ipv6(quiet=True)
    assert contexts(around, "address") == [(str(LINK_LOCAL),)]
    assert replies(around) == []
    assert advertise(around) == []
    ((status, body),) = replies(around)
    assert (status, body["address"]) == ("done", str(GLOBAL))
    assert "X-solicitation" not in around.timers()
    assert advertise(around, PrefixInformation(IPv6Address("2001:db8:100:8::"))) == []
    assert contexts(around, "address") == [("2001:db8:100:8::5",)], "it may change"


def test_router_silent() -> None:
    """Three solicitations; then the mobile has its address on the link alone (RFC 4861 6.3.7)."""
    around = activated_ipv6(quiet=True)
    assert len(packets(around.wait(12.5))) == 2
    ((status, body),) = replies(around)
    assert (status, body["address"]) == ("done", str(LINK_LOCAL))
    assert advertise(around) == []
    assert contexts(around, "address") == [(str(GLOBAL),)], "one that comes late is taken all the same"


@pytest.mark.parametrize(
    "prefix",
    [
        PrefixInformation(IPv6Address("2001:db8::"), prefix_length=48),
        PrefixInformation(IPv6Address("2001:db8::"), autonomous=False),
        PrefixInformation(IPv6Address("2001:db8::"), valid_lifetime=0),
    ],
)
def test_advertisement_without_prefix(prefix: PrefixInformation) -> None:
    """No prefix that is good for an address: not the answer; later it changes nothing (RFC 4862 5.5.3)."""
    around = activated_ipv6(quiet=True)
    advertise(around, prefix)
    assert replies(around) == []
    advertise(around, prefix, PrefixInformation(IPv6Address("2001:db8:100:7::")))
    advertise(around, prefix)
    assert contexts(around, "address") == [(str(GLOBAL),)]


def test_advertisement_from_elsewhere() -> None:
    """From another link, or for a context of IPv4: not a router's (RFC 4861 6.1.2)."""
    around = activated_ipv6(quiet=True)
    advertise(around, hops=64)
    advertise(around, source=FAR_6)
    assert contexts(around, "address") == [(str(LINK_LOCAL),)]
    assert dropped(around) == {"down, not from a router": 2}


def test_deactivated_before_advertisement() -> None:
    """The order has failed."""
    around = activated_ipv6(quiet=True)
    around.says(DEACTIVATED)
    assert replies(around) == [("failed", {"cause": None, "error": "deactivated"})]
    assert "X-solicitation" not in around.timers()


def test_solicitation_waits_for_call() -> None:
    """A call comes before the answer: the search goes on after it, with its timer."""
    around = called(ipv6_in_both())
    assert around.wait(60) == []
    assert over(around) == []
    assert len(packets(around.wait(5))) == 1


def ipv6_in_both() -> Around:
    """A mobile for packets and calls that asks for a router."""
    around = attached_for_both()
    around.order("activate", type="ipv6")
    assert len(packets(around.says(accept_context(address=INTERFACE)))) == 1
    return around


def test_ping_over_ipv6() -> None:
    """Both ways, from and to the global address; the one of the link is there, too."""
    around = activated_ipv6()
    for address in (GLOBAL, LINK_LOCAL):
        ((_, packet),) = packets(comes(around, host.echo_request(FAR_6, address, 1, 2, b"abc")))
        assert isinstance(packet, Ipv6)
        assert packet.source == address
        assert isinstance(host.read(packet.encode())[1], EchoReplyV6)
    assert comes(around, host.echo_request(FAR_6, ALL_NODES, 1, 2, b"")) == [], "not to all nodes"
    replies(around)
    said = around.order("ping", address=str(FAR_6))
    ((_, packet),) = packets(said)
    assert packet.source == GLOBAL
    echo(around, said)
    assert [status for status, _ in replies(around)] == ["done"]


# --- the link -----------------------------------------------------------------------------------------------------


def hears_frame(around: Around, frame: Any) -> list[Any]:
    """A frame that is not UI comes; the frames that answer it."""
    around.frames.clear()
    pdu = PacketChannel(cell=CELLS[around.cell][1], tlli=around.tlli, llc_frame=frame.encode()).encode()
    assert around.hears(pdu) == []
    return list(around.frames)


def test_parameters_agreed() -> None:
    """XID on the SAPI of a context: N201-U as proposed, and it counts from now on; no compression (44.064 8.5.3)."""
    around = activated()
    proposed = XidInformation.of(N201U(octets=200), Layer3Parameters(SndcpXid()))
    (answer,) = hears_frame(around, Xid(sapi=Sapi.LL3, command=True, poll_final=True, information=proposed))
    assert isinstance(answer, Xid)
    assert (answer.sapi, answer.command, answer.poll_final) == (Sapi.LL3, True, True)
    assert answer.information.find(N201U) == N201U(octets=200)
    assert len(comes(around, host.echo_request(FAR, ADDRESS, 1, 2, bytes(400)))) == 3
    reset = Xid(sapi=Sapi.LLGMM, command=True, poll_final=True, information=XidInformation.of(Reset()))
    (answer,) = hears_frame(around, reset)
    assert answer.information == XidInformation()
    assert len(comes(around, host.echo_request(FAR, ADDRESS, 1, 3, bytes(400)))) == 1, "a reset brings the defaults"


@pytest.mark.parametrize("kind", [Sabm, Disc])
def test_no_acknowledged_operation(kind: Any) -> None:
    """What is asked of an established link is answered by DM (44.064 8.5.1, 8.5.2)."""
    around = activated()
    frame = kind(
        sapi=Sapi.LL3, command=True, poll_final=True, **({"information": XidInformation()} if kind is Sabm else {})
    )
    (answer,) = hears_frame(around, frame)
    assert isinstance(answer, Dm)
    assert answer.command


def test_frame_that_answers_nothing() -> None:
    """DM from the network: nothing was asked."""
    around = activated()
    assert hears_frame(around, Dm(sapi=Sapi.LL3, command=True, poll_final=True)) == []
    assert len(around.warnings) == 1


def test_deactivation_leaves_the_link() -> None:
    """User data and signalling are numbered apart (44.064 8.4)."""
    around = activated()
    comes(around, PING)
    assert kinds(around.order("deactivate")) == [DeactivatePdpContextRequest]
    (frame,) = around.frames
    assert isinstance(frame, UiFrame)
    assert frame.nu == 0
