"""PDP contexts that SGSNs make, change and delete in the GGSN (23.060 9.2, 29.060 7.3)."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address
from typing import Any

import pytest

from nodes.core.outputs import Record
from nodes.ggsn.config import AccessPoint
from protocol.causes import GtpCause
from protocol.gtp import (
    CreatePdpContextResponse,
    DeletePdpContextRequest,
    DeletePdpContextResponse,
    EchoRequest,
    EchoResponse,
    EndUserAddress,
    ErrorIndication,
    Nsapi,
    QualityOfServiceProfile,
    TeardownInd,
    UpdatePdpContextResponse,
)
from protocol.gtp import GsnAddress as GtpAddress
from protocol.gtp import Imsi as GtpImsi
from protocol.identities import Apn, Teid
from protocol.sm.packet_filter import PacketFilter, ProtocolIdentifier, SingleSourcePort, SourcePortRange
from protocol.sm.pdp_address import PdpTypeNumber, PdpTypeOrganisation
from protocol.sm.quality_of_service import QualityOfService
from protocol.sm.traffic_flow_template import TftOperation, TrafficFlowTemplate
from tests.machines.ggsn_lab import (
    DYNAMIC_6,
    DYNAMIC_BOTH,
    GGSN,
    IMSI,
    OTHER_IMSI,
    QOS,
    SGSN,
    STATIC,
    STATIC_6,
    STATIC_IMSI,
    WEB,
    WEB_6,
    AroundGgsn,
    create,
    datagram,
    packet,
)


@pytest.mark.ttcn3("pdp4_act_deact", "pdp4_act_deact_gtpu_access")
def test_activation_and_deactivation() -> None:
    """23.060 9.2.2.1, 9.2.4.1: a dynamic address, packets both ways, and everything given back."""
    around = AroundGgsn()
    created = around.creates()
    assert isinstance(created, CreatePdpContextResponse)
    assert created.cause is GtpCause.REQUEST_ACCEPTED
    assert created.teid == 0x2001
    assert created.end_user_address == EndUserAddress.static(IPv4Address("10.100.0.1"))
    assert (created.ggsn_address_for_control_plane, created.ggsn_address_for_user_traffic) == (GGSN, GGSN)
    assert created.quality_of_service_profile == QOS
    assert created.recovery == 0
    assert created.charging_id is not None
    assert created.reordering_required is not None
    assert created.protocol_configuration_options is None
    up = packet("10.100.0.1", WEB)
    around.sends_up(created, up)
    assert around.packets == [up]
    down = packet(WEB, "10.100.0.1", b"back")
    around.sends_down(down)
    assert around.tunnelled() == [(0x1001, down)]
    shown = around.inspects(f"{IMSI}-5")
    assert (shown["apn"], shown["address"], shown["state"], shown["sgsn"]) == (
        "internet",
        "10.100.0.1",
        "ACTIVE",
        "sgsn1",
    )
    assert (shown["packets_up"], shown["octets_up"]) == (1, len(up))
    assert (shown["packets_down"], shown["octets_down"]) == (1, len(down))
    assert around.inspects()["access_points"]["internet"] == {"in_use": 1, "free": 9}
    answer = around.deletes(created)
    assert answer == DeletePdpContextResponse(
        teid=Teid(0x2001), sequence_number=answer.sequence_number, cause=GtpCause.REQUEST_ACCEPTED
    )
    assert around.is_empty()
    assert not around.warnings


@pytest.mark.ttcn3("pdp6_act_deact", "pdp6_act_deact_gtpu_access")
def test_activation_of_ipv6() -> None:
    """23.060 9.2.1.1: a prefix of 64 bits and an interface identifier; all of the prefix is the mobile's."""
    around = AroundGgsn()
    created = around.creates(end_user_address=DYNAMIC_6)
    address = created.end_user_address.ipv6
    assert address.packed[:8] == IPv6Address("2001:db8:100::").packed[:8]
    assert address.packed[8:] != bytes(8)
    mine = IPv6Address(address.packed[:8] + b"anything")
    up, down = packet(mine, WEB_6), packet(WEB_6, mine)
    around.sends_up(created, up)
    around.sends_down(down)
    assert around.packets == [up]
    assert around.tunnelled() == [(0x1001, down)]
    around.deletes(created)
    assert around.is_empty()


@pytest.mark.ttcn3("pdp46_act_deact", "pdp46_act_deact_gtpu_access")
def test_activation_of_both_versions() -> None:
    """29.060 7.7.27 (release 8): an SGSN that asks for IPv4v6 gets an address and a prefix in one context."""
    around = AroundGgsn()
    created = around.creates(end_user_address=DYNAMIC_BOTH)
    assert created.cause is GtpCause.REQUEST_ACCEPTED
    four, six = created.end_user_address.ipv4, created.end_user_address.ipv6
    assert (created.end_user_address.number, four) == (PdpTypeNumber.IPV4V6, IPv4Address("10.100.0.1"))
    for here, there in ((four, WEB), (six, WEB_6)):
        around.sends_up(created, packet(here, there))
        around.sends_down(packet(there, here))
    assert len(around.packets) == len(around.tunnelled()) == 2
    assert around.inspects(f"{IMSI}-5")["address"] == f"{four} {six}"
    around.deletes(created)
    assert around.is_empty()


def test_activation_of_both_versions_where_there_is_one() -> None:
    """29.060 7.7.1 (release 8): cause 129, new PDP type due to network preference."""
    around = AroundGgsn(access_points={"one": AccessPoint(pools=(IPv4Network("10.100.0.0/29"),))})
    created = around.creates(end_user_address=DYNAMIC_BOTH, access_point_name=Apn("one"))
    assert created.cause is GtpCause.NEW_PDP_TYPE_DUE_TO_NETWORK_PREFERENCE
    assert created.end_user_address == EndUserAddress.static(IPv4Address("10.100.0.1"))


def refused(created: Any, cause: GtpCause) -> bool:
    """Whether a creation was refused with this cause, and nothing but that is told."""
    return bool(
        created == CreatePdpContextResponse(teid=created.teid, sequence_number=created.sequence_number, cause=cause)
    )


@pytest.mark.ttcn3("addr_pool_exhaustion")
def test_activation_pool_exhausted() -> None:
    """29.060 7.7.1: all dynamic PDP addresses are occupied; the address that was free for longest goes first."""
    around = AroundGgsn()
    created = [
        around.creates(imsi=GtpImsi(f"00101000000010{number}"), tunnel_endpoint_identifier_data_i=Teid(number + 1))
        for number in range(6)
    ]
    assert [answer.end_user_address.ipv4 for answer in created] == [
        IPv4Address(f"10.100.0.{number}") for number in range(1, 7)
    ]
    refusal = around.creates()
    assert refused(refusal, GtpCause.ALL_DYNAMIC_PDP_ADDRESSES_ARE_OCCUPIED)
    assert refusal.teid == 0x2001
    around.deletes(created[3])
    around.deletes(created[1])
    assert around.creates().end_user_address.ipv4 == IPv4Address("10.100.0.4")
    for number in (0, 2, 4, 5):
        around.deletes(created[number])
    assert around.inspects()["access_points"]["internet"] == {"in_use": 1, "free": 9}


def test_activation_of_both_versions_gives_back_what_it_took() -> None:
    """29.060 7.7.1: where one of two pools is exhausted, nothing of the other is lost."""
    around = AroundGgsn()
    for number in range(4):
        around.creates(imsi=GtpImsi(f"00101000000010{number}"), end_user_address=DYNAMIC_6)
    assert refused(around.creates(end_user_address=DYNAMIC_BOTH), GtpCause.ALL_DYNAMIC_PDP_ADDRESSES_ARE_OCCUPIED)
    assert around.inspects()["access_points"]["internet"] == {"in_use": 4, "free": 6}


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"access_point_name": Apn("nowhere")}, GtpCause.MISSING_OR_UNKNOWN_APN),
        ({"access_point_name": Apn("internet.mnc001.gprs")}, GtpCause.MISSING_OR_UNKNOWN_APN),
        (
            {"end_user_address": EndUserAddress(PdpTypeOrganisation.ETSI, PdpTypeNumber.PPP)},
            GtpCause.UNKNOWN_PDP_ADDRESS_OR_PDP_TYPE,
        ),
        (
            {"end_user_address": EndUserAddress(PdpTypeOrganisation.IETF, PdpTypeNumber(0x99))},
            GtpCause.UNKNOWN_PDP_ADDRESS_OR_PDP_TYPE,
        ),
        ({"end_user_address": EndUserAddress.static(STATIC)}, GtpCause.UNKNOWN_PDP_ADDRESS_OR_PDP_TYPE),
        (
            {"end_user_address": EndUserAddress.static(STATIC), "access_point_name": Apn("static")},
            GtpCause.UNKNOWN_PDP_ADDRESS_OR_PDP_TYPE,
        ),
        (
            {"end_user_address": DYNAMIC_6, "access_point_name": Apn("quiet")},
            GtpCause.UNKNOWN_PDP_ADDRESS_OR_PDP_TYPE,
        ),
        ({"nsapi": Nsapi(value=4)}, GtpCause.MANDATORY_IE_INCORRECT),
        ({"sgsn_address_for_signalling": GtpAddress.parse("10.9.9.9")}, GtpCause.SYSTEM_FAILURE),
        ({"sgsn_address_for_user_traffic": GtpAddress.parse("10.9.9.9")}, GtpCause.SYSTEM_FAILURE),
    ],
)
def test_activation_refused(changes: dict[str, Any], cause: GtpCause) -> None:
    """29.060 7.3.2, 7.7.1: what the GGSN does not know, it refuses; nothing is left of it."""
    around = AroundGgsn()
    assert refused(around.creates(**changes), cause)
    assert around.is_empty()


@pytest.mark.parametrize(
    "missing",
    ["imsi", "selection_mode", "end_user_address", "access_point_name", "tunnel_endpoint_identifier_control_plane"],
)
def test_activation_without_what_the_first_context_needs(missing: str) -> None:
    """29.060 11.1.5: a conditional element that is missing is answered by mandatory IE missing."""
    around = AroundGgsn()
    request = create(sequence_number=1)
    whole = request.encode()
    element = getattr(request, missing)
    octets = element.to_octets()
    at = whole.index(octets) - (3 if missing in ("end_user_address", "access_point_name") else 1)
    end = whole.index(octets) + len(octets)
    if missing == "selection_mode":
        at = whole.index(b"\x0f\xfc")
        end = at + 2
    short = whole[:at] + whole[end:]
    short = short[:2] + (len(short) - 8).to_bytes(2, "big") + short[4:]
    around.receive("sgsn1", "gn", short)
    _, answer = around.heard[-1]
    assert refused(answer, GtpCause.MANDATORY_IE_MISSING)
    assert around.is_empty()


def test_activation_no_memory() -> None:
    """29.060 7.7.1: no memory is available, for a first context as for a secondary one."""
    around = AroundGgsn(capacity=1)
    first = around.creates()
    assert refused(around.creates(imsi=GtpImsi(OTHER_IMSI)), GtpCause.NO_MEMORY_IS_AVAILABLE)
    assert refused(around.adds(first), GtpCause.NO_MEMORY_IS_AVAILABLE)


def test_activation_with_operator_identifier() -> None:
    """23.003 9.1: the network identifier names the access point, in whatever case."""
    around = AroundGgsn()
    assert around.creates(access_point_name=Apn("Internet.mnc001.mcc001.GPRS")).cause.is_acceptance


@pytest.mark.parametrize("address", [STATIC, STATIC_6])
def test_activation_with_static_address(address: Any) -> None:
    """23.060 9.2.1: the subscriber's own address; asked for anew, the contexts that had it are gone."""
    around = AroundGgsn()
    changes: dict[str, Any] = {
        "imsi": GtpImsi(STATIC_IMSI),
        "access_point_name": Apn("static"),
        "end_user_address": EndUserAddress.static(address),
    }
    created = around.creates(**changes)
    assert created.end_user_address == EndUserAddress.static(address)
    again = around.creates(**changes, nsapi=Nsapi(value=7), tunnel_endpoint_identifier_data_i=Teid(0x1007))
    assert again.cause.is_acceptance
    assert list(around.node.everybody()) == [f"{STATIC_IMSI}-7"]
    around.deletes(again, 7)
    assert around.is_empty()


def test_activation_with_zeros_for_an_address() -> None:
    """29.060 7.7.27: an address of zeros is none, so it is a dynamic one."""
    around = AroundGgsn()
    created = around.creates(end_user_address=EndUserAddress.static(IPv4Address(0)))
    assert created.end_user_address == EndUserAddress.static(IPv4Address("10.100.0.1"))


def test_static_addresses_are_not_given_dynamically() -> None:
    """23.060 9.2.1: what one subscriber owns is no dynamic address of others, though it lies in the pool."""
    around = AroundGgsn()
    changes = {"access_point_name": Apn("static")}
    assert around.creates(**changes).end_user_address.ipv4 == IPv4Address("10.101.0.2")
    assert refused(around.creates(imsi=GtpImsi(OTHER_IMSI), **changes), GtpCause.ALL_DYNAMIC_PDP_ADDRESSES_ARE_OCCUPIED)


@pytest.mark.ttcn3("act_deact_retrans_duplicate")
def test_activation_repeated() -> None:
    """29.060 7.6: a request that comes twice is answered twice alike, and makes one context; so is a delete."""
    around = AroundGgsn()
    created = around.creates()
    assert around.says(create(), again=True) == created
    assert around.inspects()["contexts"] == 1
    deleted = around.deletes(created)
    request = DeletePdpContextRequest(
        teid=created.tunnel_endpoint_identifier_control_plane,
        teardown_ind=TeardownInd(teardown=True),
        nsapi=Nsapi(value=5),
    )
    assert around.says(request, again=True) == deleted
    assert around.is_empty()


def test_activation_anew_of_the_same_nsapi() -> None:
    """29.060 7.3.1: a request on TEID 0 for an active context is a new session; all of the old one is torn down."""
    around = AroundGgsn()
    first = around.creates()
    around.adds(first, tft=TFT)
    again = around.creates(tunnel_endpoint_identifier_data_i=Teid(0x1009))
    assert again.end_user_address.ipv4 == IPv4Address("10.100.0.2")
    assert list(around.node.everybody()) == [f"{IMSI}-5"]
    assert around.deletes(first).cause is GtpCause.NON_EXISTENT
    around.deletes(again)
    assert around.is_empty()


@pytest.mark.ttcn3("lots_of_concurrent_pdp_ctx")
def test_many_contexts() -> None:
    """All with addresses and tunnel ends of their own; nothing of them is left."""
    around = AroundGgsn(access_points={"internet": AccessPoint(pools=(IPv4Network("10.0.0.0/16"),))})
    created = [
        around.creates(
            imsi=GtpImsi(f"{1010000000000 + number:015d}"), tunnel_endpoint_identifier_data_i=Teid(number + 1)
        )
        for number in range(2000)
    ]
    assert len({answer.end_user_address.ipv4 for answer in created}) == 2000
    assert len({answer.tunnel_endpoint_identifier_data_i for answer in created}) == 2000
    assert len({answer.charging_id for answer in created}) == 2000
    assert around.inspects()["teids"] == 4000
    for answer in created:
        around.deletes(answer)
    assert around.is_empty()


# --- secondary contexts ---------------------------------------------------------------------------------------------

TFT = TrafficFlowTemplate(
    TftOperation.CREATE_NEW_TFT, (PacketFilter(0, 10, (ProtocolIdentifier(17), SingleSourcePort(5000))),)
)


def test_secondary_activation() -> None:
    """23.060 9.2.2.1.1, 15.3: a packet takes the tunnel of its address whose filter it matches."""
    around = AroundGgsn()
    first = around.creates()
    second = around.adds(first, tft=TFT)
    assert second.cause is GtpCause.REQUEST_ACCEPTED
    assert second.end_user_address is None
    assert second.tunnel_endpoint_identifier_control_plane is None
    matching, other = datagram(WEB, "10.100.0.1", 5000, 7), datagram(WEB, "10.100.0.1", 5001, 7)
    around.sends_down(matching)
    around.sends_down(other)
    assert around.tunnelled() == [(0x1006, matching), (0x1001, other)]
    assert around.inspects(f"{IMSI}-6")["linked_nsapi"] == 5
    assert around.deletes(first, 6, teardown=False).cause is GtpCause.REQUEST_ACCEPTED
    around.sends_down(matching)
    assert around.tunnelled() == [(0x1001, matching)]
    around.deletes(first)
    assert around.is_empty()


def test_secondary_activation_repairs_what_the_sgsn_lost() -> None:
    """29.060 7.3.1: an NSAPI that the SGSN thinks free is free, where it was one of another address."""
    around = AroundGgsn()
    first = around.creates()
    around.creates(nsapi=Nsapi(value=6), tunnel_endpoint_identifier_data_i=Teid(0x1066))
    assert around.adds(first, tft=TFT).cause is GtpCause.REQUEST_ACCEPTED
    assert around.inspects(f"{IMSI}-6")["address"] == "10.100.0.1"
    assert around.inspects()["contexts"] == 2


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"teid": Teid(0x7777)}, GtpCause.CONTEXT_NOT_FOUND),
        ({"linked_nsapi": Nsapi(value=9)}, GtpCause.CONTEXT_NOT_FOUND),
        ({"linked_nsapi": None}, GtpCause.MANDATORY_IE_MISSING),
        ({"nsapi": Nsapi(value=5)}, GtpCause.MANDATORY_IE_INCORRECT),
        ({"tft": None}, GtpCause.PDP_CONTEXT_WITHOUT_TFT_ALREADY_ACTIVATED),
        (
            {"tft": TrafficFlowTemplate(TftOperation.ADD_PACKET_FILTERS_TO_EXISTING_TFT, TFT.filters)},
            GtpCause.SEMANTIC_ERROR_IN_THE_TFT_OPERATION,
        ),
        (
            {"tft": TrafficFlowTemplate(TftOperation.CREATE_NEW_TFT)},
            GtpCause.SYNTACTIC_ERROR_IN_THE_TFT_OPERATION,
        ),
        (
            {
                "tft": TrafficFlowTemplate(
                    TftOperation.CREATE_NEW_TFT,
                    (PacketFilter(0, 1, (SingleSourcePort(1), SourcePortRange(1, 2))),),
                )
            },
            GtpCause.SEMANTIC_ERRORS_IN_PACKET_FILTERS,
        ),
        (
            {"tft": TrafficFlowTemplate(TftOperation.CREATE_NEW_TFT, (PacketFilter(0, 1),))},
            GtpCause.SYNTACTIC_ERRORS_IN_PACKET_FILTERS,
        ),
    ],
)
def test_secondary_activation_refused(changes: dict[str, Any], cause: GtpCause) -> None:
    """29.060 7.3.2, 24.008 6.1.3.2.3: what cannot be is refused, and the first context stays."""
    around = AroundGgsn()
    first = around.creates()
    answer = around.adds(first, **({"tft": TFT} | changes))
    assert refused(answer, cause)
    assert answer.teid == (0 if cause is GtpCause.CONTEXT_NOT_FOUND else 0x2001)
    assert list(around.node.everybody()) == [f"{IMSI}-5"]


@pytest.mark.parametrize(
    ("asked", "most", "granted"),
    [
        ("23431f", None, "23431f"),
        ("09910b", "13420a", "13420a"),  # class 1, 256 kbyte/s, high priority: all of it less
        ("23431f", "09910b", "23431f"),  # less than is granted
        ("23121f", "13420a", "23121f"),  # best effort, which is less than any rate
        ("0b9105", "0b911f", "0b911f"),  # best effort alone is granted
        ("00001f", "13420a", "13421f"),  # left open
    ],
)
def test_quality_of_service_granted(asked: str, most: str | None, granted: str) -> None:
    """23.060 9.2.2.1 step 4: the GGSN may restrict what is asked for, and tells what holds."""
    limits = None if most is None else QualityOfService.from_octets(bytes.fromhex(most))
    around = AroundGgsn(access_points={"internet": AccessPoint(pools=(IPv4Network("10.100.0.0/29"),), qos=limits)})
    profile = QualityOfServiceProfile(2, QualityOfService.from_octets(bytes.fromhex(asked)))
    holds = QualityOfServiceProfile(2, QualityOfService.from_octets(bytes.fromhex(granted)))
    created = around.creates(quality_of_service_profile=profile)
    assert created.quality_of_service_profile == holds
    assert around.updates(created, quality_of_service_profile=profile).quality_of_service_profile == holds


# --- update ---------------------------------------------------------------------------------------------------------


@pytest.mark.ttcn3("pdp4_act_update_teic", "pdp4_act_update_teid")
def test_update_of_the_tunnel_ends() -> None:
    """23.060 6.9.1.2.2 step 5, 9.2.3.1: answers and packets go to the new ends, of whatever SGSN."""
    around = AroundGgsn()
    created = around.creates()
    answer = around.updates(
        created,
        "sgsn2",
        tunnel_endpoint_identifier_data_i=Teid(0x3001),
        tunnel_endpoint_identifier_control_plane=Teid(0x4001),
    )
    assert answer == UpdatePdpContextResponse(
        teid=Teid(0x4001),
        sequence_number=answer.sequence_number,
        cause=GtpCause.REQUEST_ACCEPTED,
        recovery=0,
        tunnel_endpoint_identifier_data_i=created.tunnel_endpoint_identifier_data_i,
        charging_id=created.charging_id,
        ggsn_address_for_control_plane=GGSN,
        ggsn_address_for_user_traffic=GGSN,
        quality_of_service_profile=QOS,
    )
    assert around.heard[-1][0] == "sgsn2"
    down = packet(WEB, "10.100.0.1")
    around.sends_down(down)
    assert around.tunnelled("sgsn2") == [(0x3001, down)]
    assert around.inspects(f"{IMSI}-5")["sgsn"] == "sgsn2"
    assert list(around.inspects()["paths"]) == ["10.0.0.9"]
    answer = around.updates(created, "sgsn2", tunnel_endpoint_identifier_control_plane=None)
    assert answer.teid == 0x4001
    around.deletes(created, sgsn="sgsn2")
    assert around.is_empty()


def test_deletion_by_the_sgsn_that_the_mobile_has_left() -> None:
    """23.060 6.9.1.2.2: its request is late, as the context is another SGSN's now; that one may delete it."""
    around = AroundGgsn()
    created = around.creates()
    around.updates(created, "sgsn2")
    assert around.deletes(created).cause is GtpCause.NON_EXISTENT
    around.updates(created)
    assert around.deletes(created, sgsn="sgsn2").cause is GtpCause.NON_EXISTENT
    assert around.deletes(created).cause is GtpCause.REQUEST_ACCEPTED
    assert around.is_empty()


def test_deletion_of_what_has_not_moved() -> None:
    """23.060 6.9.1.2.2: one of two contexts was still being made, and did not move: the old SGSN deletes it."""
    around = AroundGgsn()
    created = around.creates()
    assert around.adds(created, tft=TFT).cause is GtpCause.REQUEST_ACCEPTED
    around.updates(created, "sgsn2")
    assert around.deletes(created, 6, teardown=False).cause is GtpCause.REQUEST_ACCEPTED
    assert around.deletes(created).cause is GtpCause.NON_EXISTENT
    assert around.inspects()["contexts"] == 1


def test_deletion_by_an_sgsn_that_could_not_update() -> None:
    """29.060 7.3.3: its update was lost, and so the context is to go: it may delete what it has got from another."""
    around = AroundGgsn()
    created = around.creates()
    assert around.deletes(created, sgsn="sgsn2").cause is GtpCause.REQUEST_ACCEPTED
    assert around.is_empty()


@pytest.mark.parametrize(
    ("changes", "cause", "teid"),
    [
        ({"teid": Teid(0x7777)}, GtpCause.NON_EXISTENT, 0),
        ({"nsapi": Nsapi(value=9)}, GtpCause.NON_EXISTENT, 0),
        ({"imsi": GtpImsi(OTHER_IMSI)}, GtpCause.NON_EXISTENT, 0),
        ({"sgsn_address_for_control_plane": GtpAddress.parse("10.9.9.9")}, GtpCause.SYSTEM_FAILURE, 0x2001),
        ({"sgsn_address_for_user_traffic": GtpAddress.parse("10.9.9.9")}, GtpCause.SYSTEM_FAILURE, 0x2001),
        (
            {"tft": TrafficFlowTemplate(TftOperation.CREATE_NEW_TFT)},
            GtpCause.SYNTACTIC_ERROR_IN_THE_TFT_OPERATION,
            0x2001,
        ),
    ],
)
def test_update_refused(changes: dict[str, Any], cause: GtpCause, teid: int) -> None:
    """29.060 7.3.4: the context stays as it was."""
    around = AroundGgsn()
    created = around.creates()
    answer = around.updates(created, **changes)
    assert (answer.cause, answer.teid, answer.charging_id) == (cause, teid, None)
    around.sends_down(packet(WEB, "10.100.0.1"))
    assert [end for end, _ in around.tunnelled()] == [0x1001]


def test_update_of_own_imsi() -> None:
    """29.060 7.3.3: the IMSI may be told, and is looked at."""
    around = AroundGgsn()
    assert around.updates(around.creates(), imsi=GtpImsi(IMSI)).cause is GtpCause.REQUEST_ACCEPTED


def test_update_of_the_filters() -> None:
    """24.008 6.1.3.3: a first context gets a TFT, and what no filter matches is dropped (23.060 15.3.2)."""
    around = AroundGgsn()
    created = around.creates()
    assert around.updates(created, tft=TFT).cause is GtpCause.REQUEST_ACCEPTED
    around.sends_down(datagram(WEB, "10.100.0.1", 5001, 7))
    around.sends_down(datagram(WEB, "10.100.0.1", 5000, 7))
    assert len(around.tunnelled()) == 1
    assert around.inspects()["dropped"] == {"no filter": 1}
    second = around.adds(created, tft=None)
    assert second.cause is GtpCause.REQUEST_ACCEPTED
    answer = around.updates(created, tft=TrafficFlowTemplate(TftOperation.DELETE_EXISTING_TFT))
    assert answer.cause is GtpCause.SEMANTIC_ERROR_IN_THE_TFT_OPERATION


# --- delete ---------------------------------------------------------------------------------------------------------


def test_delete_unknown() -> None:
    """29.060 7.3.6: non existent, to TEID 0."""
    around = AroundGgsn()
    created = around.creates()
    for changes in ({"teid": Teid(0x7777)}, {"nsapi": Nsapi(value=9)}):
        elements = {"teid": created.tunnel_endpoint_identifier_control_plane, "nsapi": Nsapi(value=5)} | changes
        answer = around.says(DeletePdpContextRequest(**elements))
        assert (answer.cause, answer.teid) == (GtpCause.NON_EXISTENT, 0)
    assert around.inspects()["contexts"] == 1


def test_delete_of_all_contexts() -> None:
    """29.060 7.3.5: with teardown, all contexts of the address go."""
    around = AroundGgsn()
    first = around.creates()
    around.adds(first, tft=TFT)
    around.deletes(first, 6)
    assert around.is_empty()


def test_delete_of_the_last_without_teardown() -> None:
    """29.060 7.3.5: it is a symptom of a race, and is ignored."""
    around = AroundGgsn()
    created = around.creates()
    assert around.deletes(created, teardown=False) is None
    assert around.inspects()["contexts"] == 1
    assert around.warnings == {"gtp teardown": 1}


# --- restart, echo, error indication ----------------------------------------------------------------------------------


@pytest.mark.ttcn3("pdp_act2_recovery")
def test_recovery_changes() -> None:
    """23.007 11.1.1: a request with another recovery counter makes its context; those before are gone."""
    around = AroundGgsn()
    around.creates(recovery=1)
    around.creates(imsi=GtpImsi(OTHER_IMSI), recovery=1)
    assert around.inspects()["contexts"] == 2
    created = around.creates(imsi=GtpImsi(STATIC_IMSI), recovery=2)
    assert created.cause is GtpCause.REQUEST_ACCEPTED
    assert list(around.node.everybody()) == [f"{STATIC_IMSI}-5"]
    assert created.recovery == 0  # a peer that has restarted knows no counter of ours
    assert around.creates(imsi=GtpImsi(OTHER_IMSI), recovery=2).recovery is None


def test_recovery_of_another_sgsn() -> None:
    """23.007 11.1.1: the contexts of others stay."""
    around = AroundGgsn()
    around.creates(recovery=1)
    around.creates("sgsn2", imsi=GtpImsi(OTHER_IMSI), recovery=1)
    around.says(EchoResponse(teid=Teid(0), sequence_number=9, recovery=2), "sgsn2")
    assert list(around.node.everybody()) == [f"{IMSI}-5"]


@pytest.mark.ttcn3("pdp_act_restart_ctr_echo")
def test_recovery_in_echo() -> None:
    """29.060 7.2.2, 23.007: contexts make the path to be asked, and its answer tells of a restart."""
    around = AroundGgsn()
    around.creates(recovery=1)
    around.waits(60)
    around.asked(EchoRequest)
    around.echoes(1)
    assert around.inspects()["contexts"] == 1
    around.waits(60)
    around.echoes(2)
    assert around.is_empty()
    assert around.warnings == {"gn restart": 1}


@pytest.mark.ttcn3("echo_req_resp", "echo_req_resp_gtpu")
def test_echo() -> None:
    """29.060 7.2.1, 29.281 7.2.1: answered with the restart counter, whether there are contexts or not."""
    around = AroundGgsn(Record("restarts", (300).to_bytes(4, "big")))
    answer = around.says(EchoRequest(teid=Teid(0)))
    assert answer == EchoResponse(teid=Teid(0), sequence_number=1, recovery=301 % 256)


def test_error_indication_of_the_sgsn() -> None:
    """29.060 7.3.7: the context of that tunnel is deleted, and no other."""
    around = AroundGgsn()
    first = around.creates()
    around.adds(first, tft=TFT)
    told = ErrorIndication(teid=Teid(0), tunnel_endpoint_identifier_data_i=Teid(0x1006), gsn_address=SGSN)
    around.receive("sgsn2", "gn", told.encode())
    around.receive("sgsn1", "gn", told.replace(gsn_address=GtpAddress.parse("10.0.0.9")).encode())
    assert around.inspects()["contexts"] == 2
    assert around.warnings == {"error indication": 2}
    around.receive("sgsn1", "gn", told.encode())
    assert list(around.node.everybody()) == [f"{IMSI}-5"]


def test_tunnel_unknown() -> None:
    """29.060 7.3.7: a T-PDU for no tunnel is answered by Error Indication."""
    around = AroundGgsn()
    created = around.creates()
    around.deletes(created)
    around.sends_up(created, packet("10.100.0.1", WEB))
    told = around.asked(ErrorIndication)
    assert told.tunnel_endpoint_identifier_data_i == created.tunnel_endpoint_identifier_data_i
    assert told.gsn_address == GGSN
    assert not around.packets
