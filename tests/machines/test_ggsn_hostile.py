"""Whatever peers send to a GGSN and a packet data network, they live on, and lose nothing of their own."""

from random import Random
from typing import Any

import pytest

from nodes.core import host
from protocol.causes import GtpCause
from protocol.gtp import (
    DeletePdpContextRequest,
    EchoRequest,
    EndUserAddress,
    ErrorIndication,
    Nsapi,
    PduNotificationResponse,
    TeardownInd,
    TPdu,
)
from protocol.gtp import Imsi as GtpImsi
from protocol.identities import Apn, GsnAddress, Teid
from protocol.map.packet import SendRoutingInfoForGprsRes
from protocol.sm.packet_filter import PacketFilter, SingleSourcePort
from protocol.sm.protocol_configuration_options import ProtocolConfigurationOptions, ProtocolOrContainer, Unit
from protocol.sm.traffic_flow_template import TftOperation, TrafficFlowTemplate
from tests.machines.ggsn_lab import (
    DYNAMIC_6,
    DYNAMIC_BOTH,
    OTHER_IMSI,
    SGSN,
    STATIC,
    STATIC_IMSI,
    WEB,
    AroundGgsn,
    create,
    datagram,
    packet,
    secondary,
    update,
)
from tests.machines.test_ggsn_network_request import call
from tests.machines.test_pdn import MOBILE, AroundPdn

TFT = TrafficFlowTemplate(TftOperation.CREATE_NEW_TFT, (PacketFilter(0, 10, (SingleSourcePort(5000),)),))
OPTIONS = ProtocolConfigurationOptions((Unit(ProtocolOrContainer.DNS_SERVER_IPV4_ADDRESS),))


def spoil(octets: bytes, random: Random) -> bytes:
    """The octets with a few faults."""
    made = bytearray(octets)
    for _ in range(random.choice((1, 1, 2, 3))):
        at = random.randrange(len(made) + 1)
        match random.randrange(5):
            case 0 if at < len(made):
                made[at] ^= 1 << random.randrange(8)
            case 1:
                made[at : at + 1] = random.randbytes(1)
            case 2:
                made[at:at] = random.randbytes(random.randrange(1, 5))
            case 3:
                del made[at : at + random.randrange(1, 5)]
            case _:
                del made[at:]
    return bytes(made)


def said(around: AroundGgsn, number: int) -> list[tuple[str, str, bytes]]:
    """What a life of sessions consists of, in order."""
    first: Any = around.creates(
        imsi=GtpImsi(OTHER_IMSI), end_user_address=DYNAMIC_BOTH, protocol_configuration_options=OPTIONS, recovery=1
    )
    requests = [
        create(end_user_address=DYNAMIC_6, protocol_configuration_options=OPTIONS),
        create(
            "sgsn2",
            imsi=GtpImsi(STATIC_IMSI),
            end_user_address=EndUserAddress.static(STATIC),
            access_point_name=Apn("static"),
        ),
        secondary(first, 7, tft=TFT),
        update(first, tft=TrafficFlowTemplate(TftOperation.DELETE_EXISTING_TFT)),
        update(first, "sgsn2"),
        EchoRequest(teid=Teid(0)),
        TPdu(teid=first.tunnel_endpoint_identifier_data_i, payload=packet("10.100.0.1", WEB)),
        ErrorIndication(teid=Teid(0), tunnel_endpoint_identifier_data_i=Teid(0x1001), gsn_address=SGSN),
        PduNotificationResponse(teid=Teid(0), cause=GtpCause.REQUEST_ACCEPTED),
        DeletePdpContextRequest(
            teid=first.tunnel_endpoint_identifier_control_plane,
            teardown_ind=TeardownInd(teardown=True),
            nsapi=Nsapi(value=5),
        ),
    ]
    octets = [
        ("sgsn1", "gn", message.replace(sequence_number=1000 * number + at).encode())
        for at, message in enumerate(requests)
    ]
    down = [packet(WEB, "10.100.0.1"), packet(WEB, STATIC), datagram(WEB, "10.100.0.2", 5000, 7)]
    return octets + [("pdn1", "gi", each) for each in down]


@pytest.mark.parametrize("seed", range(8))
def test_spoilt_messages(seed: int) -> None:
    """29.060 11: what cannot be read is answered or dropped; in the end nothing is left behind."""
    random = Random(seed)
    around = AroundGgsn()
    for number in range(1, 8):
        for link, interface, octets in said(around, number):
            for _ in range(6):
                around.receive(link, interface, spoil(octets, random))
            around.receive(link, interface, octets)
            if random.random() < 0.2:
                around.waits(random.choice((1, 5, 70, 400)))
        around.orders("inspect", subject="*")
    for sgsn in ("sgsn1", "sgsn2"):
        around.creates(sgsn, recovery=77)
        around.creates(sgsn, recovery=78)
    around.waits(1000)
    assert around.inspects()["teids"] == 2 * around.inspects()["contexts"]


@pytest.mark.parametrize("seed", range(4))
def test_spoilt_answers_of_the_hlr(seed: int) -> None:
    """Q.773, 29.002 15: a dialogue ends in whatever way; the packets that wait are dropped in the end."""
    random = Random(seed)
    around = AroundGgsn()
    around.spoil = lambda pdu: spoil(pdu, random)
    for _ in range(40):
        call(around)
        around.hlr_results(SendRoutingInfoForGprsRes(sgsn_address=GsnAddress.parse("10.0.0.3")))
        around.waits(random.choice((1, 30, 300)))
    around.waits(1000)
    assert around.is_empty()


@pytest.mark.parametrize("seed", range(4))
def test_spoilt_packets_at_the_network(seed: int) -> None:
    """RFC 1122: hosts discard what is broken."""
    random = Random(seed)
    around = AroundPdn()
    around.orders("ping", address=str(MOBILE), count=3)
    packets = [host.echo_request(MOBILE, WEB, 1, 1, b"data"), host.datagram(MOBILE, WEB, 4000, 7, b"data")]
    for _ in range(300):
        around.receives(spoil(random.choice(packets), random))
    assert around.orders("inspect").status == "done"
