"""Activation of PDP contexts in the mobile (24.008 6.1.3.1, 6.1.3.2), with every abnormal case."""

from ipaddress import IPv4Address, IPv6Address
from typing import Any

import pytest

from protocol.causes import SmCause
from protocol.gmm import RoutingAreaUpdateRequest
from protocol.gmm.elements import PdpContextStatus
from protocol.identities import Apn
from protocol.sm import (
    ActivatePdpContextReject,
    ActivatePdpContextRequest,
    ActivateSecondaryPdpContextReject,
    ActivateSecondaryPdpContextRequest,
    DeactivatePdpContextAccept,
    DeactivatePdpContextRequest,
    RequestPdpContextActivation,
    RequestPdpContextActivationReject,
    SmStatus,
    TransactionIdentifier,
)
from protocol.sm.elements import LlcSapi, LlcSapiValue
from protocol.sm.packet_filter import Ipv4SourceAddress, PacketFilter, ProtocolIdentifier, SingleSourcePort
from protocol.sm.pdp_address import PdpAddress, PdpTypeNumber, PdpTypeOrganisation
from protocol.sm.ppp import Ipcp, IpcpOption, IpcpOptionType, LcpCode
from protocol.sm.protocol_configuration_options import (
    Address,
    ProtocolConfigurationOptions,
    ProtocolOrContainer,
    Unit,
)
from protocol.sm.traffic_flow_template import TftOperation
from tests.machines.mobile_calls import calling, kinds, over, replies
from tests.machines.mobile_sessions import (
    ADDRESS,
    ADDRESS_2,
    QOS,
    THEIRS,
    TI,
    TI_2,
    accept_context,
    accept_secondary,
    activated,
    contexts,
    end_context,
    nsapis,
    only,
    reject_context,
)
from tests.machines.mobiles import (
    ATTACHED,
    Around,
    accept_update,
    attached,
    attached_for_both,
)

DNS = IPv4Address("198.51.100.53")
UDP_FILTER = {"protocol": "udp", "address": "198.51.100.0/24", "port": 7}


def offer(
    address: PdpAddress | None = None, identifier: TransactionIdentifier = THEIRS, apn: str | None = "internet"
) -> RequestPdpContextActivation:
    """A REQUEST PDP CONTEXT ACTIVATION."""
    return RequestPdpContextActivation(
        transaction_identifier=identifier,
        offered_pdp_address=address or PdpAddress.static(ADDRESS),
        access_point_name=None if apn is None else Apn(apn),
    )


# --- by the mobile ------------------------------------------------------------------------------------------------


def test_activation_asked_and_granted() -> None:
    """Type, access point, quality and DNS are asked for; what is granted is told to the user (6.1.3.1.1)."""
    around = attached()
    request = only(around.order("activate", apn="internet", type="ipv4"))
    assert isinstance(request, ActivatePdpContextRequest)
    assert request.transaction_identifier == TransactionIdentifier(0)
    assert (request.requested_nsapi.value, request.requested_llc_sapi.value) == (5, LlcSapiValue.SAPI_3)
    assert request.requested_qos.to_octets() == bytes(3), "as subscribed"
    assert request.requested_pdp_address == PdpAddress.dynamic()
    assert request.access_point_name == "internet"
    options = request.protocol_configuration_options
    assert options is not None
    (ipcp,) = options.contents(ProtocolOrContainer.IPCP)
    assert isinstance(ipcp, Ipcp)
    assert ipcp.address(IpcpOptionType.PRIMARY_DNS_SERVER_ADDRESS) == IPv4Address(0)
    assert list(options.contents(ProtocolOrContainer.DNS_SERVER_IPV4_ADDRESS)) == [b""]
    assert around.timers() >= {"T3380"}
    assert contexts(around, "nsapi", "state", "address") == [(5, "PDP-ACTIVE-PENDING", None)]
    assert around.says(accept_context()) == []
    ((status, body),) = replies(around)
    assert status == "done"
    assert {key: body[key] for key in ("nsapi", "ti", "address", "apn", "dns")} == {
        "nsapi": 5,
        "ti": 0,
        "address": "10.100.0.1",
        "apn": "internet",
        "dns": [],
    }
    assert body["qos"]["delay_class"] == "CLASS_4_BEST_EFFORT"
    assert contexts(around, "nsapi", "state", "llc_sapi", "linked_nsapi") == [(5, "PDP-ACTIVE", 3, None)]
    assert "T3380" not in around.timers()


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        (Unit(ProtocolOrContainer.DNS_SERVER_IPV4_ADDRESS, Address(DNS)), ["198.51.100.53"]),
        (
            Unit(
                ProtocolOrContainer.IPCP,
                Ipcp(
                    LcpCode.CONFIGURE_NAK,
                    1,
                    (
                        IpcpOption(IpcpOptionType.PRIMARY_DNS_SERVER_ADDRESS, DNS),
                        IpcpOption(IpcpOptionType.SECONDARY_DNS_SERVER_ADDRESS, IPv4Address(0)),
                    ),
                ),
            ),
            ["198.51.100.53"],
        ),
        (
            Unit(
                ProtocolOrContainer.IPCP,
                Ipcp(LcpCode.CONFIGURE_REJECT, 1, (IpcpOption(IpcpOptionType.PRIMARY_DNS_SERVER_ADDRESS, DNS),)),
            ),
            [],
        ),
        (Unit(ProtocolOrContainer.P_CSCF_IPV4_ADDRESS, Address(DNS)), []),
    ],
)
def test_activation_names_servers(unit: Unit, expected: list[str]) -> None:
    """Servers of names come in IPCP or in their container, each counts once (10.5.6.3)."""
    around = attached()
    around.order("activate")
    around.says(accept_context(protocol_configuration_options=ProtocolConfigurationOptions((unit, unit))))
    assert contexts(around, "dns") == [(expected,)]


def test_activation_as_wanted() -> None:
    """A static address, an NSAPI and a quality that the user chooses; the SAPI goes by the delay."""
    around = attached()
    request = only(
        around.order("activate", address="10.1.2.3", nsapi=7, qos={"delay_class": "CLASS_2", "mean_throughput": 31})
    )
    assert request.requested_pdp_address == PdpAddress.static(IPv4Address("10.1.2.3"))
    assert (request.requested_nsapi.value, request.requested_llc_sapi.value) == (7, LlcSapiValue.SAPI_5)
    assert request.requested_qos.to_octets() == bytes((0x10, 0x00, 0x1F))
    assert request.access_point_name is None
    assert around.says(accept_context(address=None)) == [], "a static address need not be told again (9.5.2.2)"
    assert contexts(around, "nsapi", "address") == [(7, "10.1.2.3")]


def test_activation_quality_of_r99() -> None:
    """With a field of R99 the quality has all of them, those not told as subscribed (10.5.6.5)."""
    around = attached()
    wanted = {"traffic_class": "STREAMING_CLASS", "maximum_bit_rate_for_downlink": "64 kbit/s"}
    request = only(around.order("activate", qos=wanted))
    octets = request.requested_qos.to_octets()
    assert (len(octets), octets[3] >> 5, octets[6]) == (11, 2, 64)
    assert not any(octets[:3] + octets[4:6] + octets[7:])


def test_activation_several() -> None:
    """NSAPIs from 5 and transactions from 0 on, the lowest that are free; the twelfth finds no NSAPI (6.1.1)."""
    around = attached()
    for number in range(11):
        activated(around, TransactionIdentifier(number, flag=True))
    assert nsapis(around) == list(range(5, 16))
    assert contexts(around, "ti") == [(number,) for number in range(11)]
    assert around.order("activate") == []
    ((status, body),) = replies(around)
    assert (status, "no NSAPI left" in body["error"]) == ("failed", True)
    assert around.order("activate-secondary", nsapi=5) == []
    ((status, body),) = replies(around)
    assert (status, "no NSAPI left" in body["error"]) == ("failed", True)
    around.says(end_context(identifier=TransactionIdentifier(3, flag=True)))
    assert only(around.order("activate")).transaction_identifier == TransactionIdentifier(3)


@pytest.mark.parametrize(
    "cause",
    [cause for cause in SmCause if 8 <= cause <= 40 and cause not in (24, 36, 37, 39)],
)
def test_activation_rejected(cause: SmCause) -> None:
    """The user is told the cause, and NSAPI and transaction are free (6.1.3.1.3)."""
    around = attached()
    around.order("activate", apn="nowhere")
    assert around.says(reject_context(cause)) == []
    assert replies(around) == [("failed", {"cause": cause.name})]
    assert nsapis(around) == []
    assert around.m1["state"] == ATTACHED


def test_activation_rejected_by_unknown_cause() -> None:
    """Any other cause counts as #34 in the mobile (10.5.6.6)."""
    around = attached()
    around.order("activate")
    around.says(ActivatePdpContextReject(transaction_identifier=TI, sm_cause=SmCause(200)))
    assert replies(around) == [("failed", {"cause": "SERVICE_OPTION_TEMPORARILY_OUT_OF_ORDER"})]


@pytest.mark.parametrize("secondary", [False, True])
def test_activation_unanswered(secondary: bool) -> None:
    """T3380: four repetitions, the fifth expiry frees all (6.1.3.1.5 a, 6.1.3.2.3 a)."""
    around = activated() if secondary else attached()
    first = around.order("activate-secondary", nsapi=5) if secondary else around.order("activate")
    assert around.wait(150.5) == first * 4
    assert replies(around) == [("failed", {"cause": None, "error": "not answered"})]
    assert nsapis(around) == [5] * secondary


def test_activation_answered_twice() -> None:
    """A repeated request may be answered twice: the second answer says nothing new."""
    around = attached()
    around.order("activate")
    around.wait(31)
    assert around.says(accept_context()) == []
    assert around.says(accept_context()) == []
    assert contexts(around, "state") == [("PDP-ACTIVE",)]
    assert around.warnings == []


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"address": None}, SmCause.REGULAR_DEACTIVATION),
        ({"pdp_address": PdpAddress.static(IPv6Address("2001:db8::1"))}, SmCause.REGULAR_DEACTIVATION),
        ({"pdp_address": PdpAddress.dynamic()}, SmCause.REGULAR_DEACTIVATION),
        ({"negotiated_llc_sapi": LlcSapi(value=LlcSapiValue.NOT_ASSIGNED)}, SmCause.LLC_OR_SNDCP_FAILURE),
        ({"negotiated_llc_sapi": LlcSapi(value=LlcSapiValue(4))}, SmCause.LLC_OR_SNDCP_FAILURE),
        ({}, SmCause.QOS_NOT_ACCEPTED),
    ],
)
def test_activation_granted_unfit(changes: dict[str, Any], cause: SmCause) -> None:
    """What is granted is of no use: deactivated at once, and the order has failed (6.1.3.1.1, 6.1.3.4.1)."""
    around = attached()
    least = {"delay_class": "CLASS_1"} if cause is SmCause.QOS_NOT_ACCEPTED else {}
    around.order("activate", least_qos=least)
    request = only(around.says(accept_context(**changes)))
    assert isinstance(request, DeactivatePdpContextRequest)
    assert request.sm_cause is cause
    assert replies(around) == [("failed", {"cause": cause.name})]
    assert contexts(around, "state") == [("PDP-INACTIVE-PENDING",)]
    around.says(DeactivatePdpContextAccept(transaction_identifier=TI))
    assert nsapis(around) == []


@pytest.mark.parametrize(
    ("least", "fits"),
    [
        ({"delay_class": "CLASS_4_BEST_EFFORT"}, True),
        ({"delay_class": "CLASS_3"}, False),
        ({"reliability_class": 3, "precedence_class": "NORMAL_PRIORITY"}, True),
        ({"reliability_class": 2}, False),
        ({"precedence_class": "HIGH_PRIORITY"}, False),
        ({"peak_throughput": "256000 octet/s"}, True),
        ({"mean_throughput": "100 octet/h"}, False),
        ({"mean_throughput": "best effort"}, True),
    ],
)
def test_activation_least_quality(least: dict[str, Any], fits: bool) -> None:
    """What the user does not tell may be anything; best effort promises no rate (10.5.6.5)."""
    around = attached()
    around.order("activate", least_qos=least)
    assert (around.says(accept_context()) == []) is fits


def test_activation_peak_too_low() -> None:
    """A rate below the least one."""
    around = attached()
    around.order("activate", least_qos={"peak_throughput": "2000 octet/s"})
    slow = QOS.replace(peak_throughput=type(QOS.peak_throughput)(1))
    assert only(around.says(accept_context(negotiated_qos=slow))).sm_cause is SmCause.QOS_NOT_ACCEPTED


# --- when it can be ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["activate", "deactivate", "modify"])
def test_order_not_attached(verb: str) -> None:
    """A mobile that is not attached has no contexts; it is not attached for that."""
    around = Around()
    arguments = {"nsapi": 5, "qos": {"delay_class": 1}} if verb == "modify" else {}
    assert around.order(verb, **arguments) == []
    around.order("power-on")
    assert around.order(verb, **arguments) == []
    first, _, second = replies(around)
    assert first == second == ("failed", {"error": "m1 is not attached: no PDP contexts"})


def test_activation_waits_for_call() -> None:
    """While a call suspends packets the request waits, its timer too; after the call it goes on (23.060 16.2.1)."""
    around = calling()
    assert around.order("activate") == []
    assert contexts(around, "state") == [("PDP-ACTIVE-PENDING",)]
    assert around.wait(600) == []
    assert kinds(over(around)) == [ActivatePdpContextRequest]
    assert around.says(accept_context()) == []
    assert [status for status, _ in replies(around)] == ["done"]


def test_activation_answered_after_call() -> None:
    """A call comes between request and answer: T3380 waits, and the request is not repeated meanwhile."""
    around = calling_after_request()
    assert around.wait(600) == []
    assert over(around) == []
    assert around.wait(29) == []
    assert kinds(around.wait(2)) == [ActivatePdpContextRequest], "T3380 runs anew"
    around.says(accept_context())
    assert contexts(around, "state") == [("PDP-ACTIVE",)]


def calling_after_request() -> Around:
    """A mobile that calls while its request is not answered."""
    around = attached_for_both()
    assert kinds(around.order("activate")) == [ActivatePdpContextRequest]
    return calling(around)


def test_activation_waits_for_update() -> None:
    """A routing area update comes first: signalling of sessions waits for it (24.008 4.7.2, 44.064 7.2.1.2)."""
    around = attached()
    (update,) = around.order("move", cell="c3")
    assert isinstance(update, RoutingAreaUpdateRequest)
    assert around.order("activate") == []
    assert update.pdp_context_status is not None
    said = around.says(accept_update("c3"))
    assert kinds(said) == [ActivatePdpContextRequest]


def test_activation_lost_by_update() -> None:
    """An update ends in another SGSN that knows nothing of the request: T3380 repeats it there."""
    around = attached()
    around.order("activate")
    around.order("move", cell="c3")
    assert around.says(accept_update("c3", pdp_context_status=PdpContextStatus(()))) == []
    assert kinds(around.wait(31)) == [ActivatePdpContextRequest]


def test_activation_ends_with_attachment() -> None:
    """Detached meanwhile: the order has failed, and nothing is left."""
    around = attached()
    around.order("activate")
    around.order("detach", power_off=True)
    assert ("failed", {"cause": None, "error": "m1 is not attached any more"}) in replies(around)
    assert nsapis(around) == []
    assert around.timers() == set()


# --- beside another ------------------------------------------------------------------------------------------------


def test_secondary_activation() -> None:
    """Linked to the first by its transaction, with a filter; address and APN are shared (6.1.3.2.1)."""
    around = activated(order={"apn": "internet"})
    request = only(around.order("activate-secondary", nsapi=5, filter=UDP_FILTER, qos={"delay_class": 2}))
    assert isinstance(request, ActivateSecondaryPdpContextRequest)
    assert request.transaction_identifier == TransactionIdentifier(1)
    assert request.linked_ti.transaction_identifier == TransactionIdentifier(0)
    assert (request.requested_nsapi.value, request.requested_llc_sapi.value) == (6, LlcSapiValue.SAPI_5)
    assert request.tft is not None
    assert request.tft.fault() is None
    assert request.tft.operation is TftOperation.CREATE_NEW_TFT
    (found,) = request.tft.filters
    assert found.components == (
        Ipv4SourceAddress(IPv4Address("198.51.100.0"), IPv4Address("255.255.255.0")),
        ProtocolIdentifier(17),
        SingleSourcePort(7),
    )
    assert around.says(accept_secondary()) == []
    ((status, body),) = replies(around)
    assert (status, body["nsapi"], body["address"], body["apn"]) == ("done", 6, "10.100.0.1", "internet")
    assert contexts(around, "nsapi", "llc_sapi", "linked_nsapi") == [(5, 3, None), (6, 5, 5)]


def test_secondary_without_filter() -> None:
    """No TFT: then the first context must have one, which is the network's to say (#46)."""
    around = activated()
    assert only(around.order("activate-secondary", nsapi=5)).tft is None
    reject = ActivateSecondaryPdpContextReject(
        transaction_identifier=TI_2, sm_cause=SmCause.PDP_CONTEXT_WITHOUT_TFT_ALREADY_ACTIVATED
    )
    assert around.says(reject) == []
    assert replies(around) == [("failed", {"cause": "PDP_CONTEXT_WITHOUT_TFT_ALREADY_ACTIVATED"})]


def test_secondary_granted_unfit() -> None:
    """Deactivated alone; the first context stays."""
    around = activated()
    around.order("activate-secondary", nsapi=5, filter=UDP_FILTER)
    request = only(around.says(accept_secondary(negotiated_llc_sapi=LlcSapi(value=LlcSapiValue.NOT_ASSIGNED))))
    assert (request.sm_cause, request.tear_down_indicator) == (SmCause.LLC_OR_SNDCP_FAILURE, None)
    around.says(DeactivatePdpContextAccept(transaction_identifier=TI_2))
    assert nsapis(around) == [5]


def test_secondary_answered_twice() -> None:
    """As with a first one."""
    around = activated()
    around.order("activate-secondary", nsapi=5, filter=UDP_FILTER)
    around.says(accept_secondary())
    assert around.says(accept_secondary()) == []


@pytest.mark.parametrize("state", ["none", "pending"])
def test_secondary_without_primary(state: str) -> None:
    """There must be an active context whose address is shared."""
    around = attached()
    if state == "pending":
        around.order("activate")
    assert around.order("activate-secondary", nsapi=5, filter=UDP_FILTER) == []
    assert replies(around) == [("failed", {"error": "m1 has no active PDP context with NSAPI 5"})]


def test_secondary_whose_primary_goes() -> None:
    """24.008 10.5.6.7: the request names a transaction, and may come again: no other context gets that meanwhile."""
    around = activated()
    first = only(around.order("activate-secondary", nsapi=5, filter=UDP_FILTER))
    assert first.linked_ti.transaction_identifier == TransactionIdentifier(0)
    around.says(end_context())
    assert only(around.order("activate", nsapi=7)).transaction_identifier == TransactionIdentifier(2)
    assert only(around.order("activate", nsapi=5)).transaction_identifier == TransactionIdentifier(0)


def test_secondary_accept_for_first() -> None:
    """An answer to another request does not fit the state: SM STATUS #98 (8.4)."""
    around = attached()
    around.order("activate")
    status = only(around.says(accept_secondary(TI)))
    assert isinstance(status, SmStatus)
    assert status.sm_cause is SmCause.MESSAGE_TYPE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE
    assert contexts(around, "state") == [("PDP-ACTIVE-PENDING",)]


# --- by the network ------------------------------------------------------------------------------------------------


def test_network_requests_activation() -> None:
    """The mobile asks for what is offered, in the transaction of the network (6.1.3.1.2, 8.3.2)."""
    around = attached()
    request = only(around.says(offer()))
    assert isinstance(request, ActivatePdpContextRequest)
    assert request.transaction_identifier == THEIRS.answer
    assert request.requested_pdp_address == PdpAddress.static(ADDRESS)
    assert request.access_point_name == "internet"
    assert around.says(offer()) == [], "the request came again: its answer is under way"
    assert around.says(accept_context(THEIRS)) == []
    assert contexts(around, "nsapi", "ti", "state", "address") == [(5, 2, "PDP-ACTIVE", "10.100.0.1")]
    assert only(around.order("activate")).transaction_identifier == TransactionIdentifier(0)


def test_network_request_same_transaction_value() -> None:
    """Transactions of both sides may have the same value: the flag tells them apart (24.007 11.2.3.1.3)."""
    around = activated(address=ADDRESS_2)
    request = only(around.says(offer(identifier=TransactionIdentifier(0))))
    assert request.transaction_identifier == TransactionIdentifier(0, flag=True)
    around.says(accept_context(TransactionIdentifier(0)))
    around.says(end_context(identifier=TransactionIdentifier(0)))
    assert contexts(around, "nsapi", "address") == [(5, "10.100.0.2")]


@pytest.mark.parametrize("arguments", [{}, {"address": "10.100.0.1"}, {"apn": "Internet"}])
def test_collision_same_address(arguments: dict[str, Any]) -> None:
    """The mobile has asked for it, or for any address: the request is discarded (6.1.3.1.5 b, 51.010 45.2.4.2)."""
    around = attached()
    around.order("activate", **arguments)
    assert around.says(offer()) == []
    around.says(accept_context())
    assert contexts(around, "state") == [("PDP-ACTIVE",)]


@pytest.mark.parametrize("arguments", [{"address": "10.100.0.2"}, {"apn": "mms"}, {"type": "ipv6"}])
def test_no_collision(arguments: dict[str, Any]) -> None:
    """Another address, APN or type: both go on."""
    around = attached()
    around.order("activate", **arguments)
    assert kinds(around.says(offer())) == [ActivatePdpContextRequest]
    assert nsapis(around) == [5, 6]


def test_network_request_for_active_context() -> None:
    """The context for it, and those beside it, are deactivated locally, and the request is taken (6.1.3.1.5 d)."""
    around = activated()
    around.order("activate-secondary", nsapi=5, filter=UDP_FILTER)
    around.says(accept_secondary())
    assert kinds(around.says(offer())) == [ActivatePdpContextRequest]
    assert contexts(around, "nsapi", "state") == [(5, "PDP-ACTIVE-PENDING")]


def test_network_requests_another_in_the_same_transaction() -> None:
    """What the network began before in this transaction is over: it has forgotten it (8.3.2)."""
    around = attached()
    around.says(offer())
    request = only(around.says(offer(PdpAddress.static(ADDRESS_2))))
    assert request.requested_pdp_address == PdpAddress.static(ADDRESS_2)
    assert nsapis(around) == [5]


def test_network_request_refused() -> None:
    """No NSAPI is left: #26; a type that the mobile does not know: #40 (6.1.3.1.2)."""
    around = attached()
    ppp = PdpAddress(PdpTypeOrganisation.ETSI, PdpTypeNumber.PPP)
    request = only(around.says(offer(ppp)))
    assert isinstance(request, RequestPdpContextActivationReject)
    assert request.sm_cause is SmCause.FEATURE_NOT_SUPPORTED
    assert request.transaction_identifier == THEIRS.answer
    for number in range(11):
        activated(around, TransactionIdentifier(number, flag=True), ADDRESS_2)
    assert only(around.says(offer())).sm_cause is SmCause.INSUFFICIENT_RESOURCES


def test_network_request_not_wanted() -> None:
    """The user wants no contexts that the network asks for: #31, what is active stays (6.1.3.1.2, 27.007 10.1.9)."""
    around = activated()
    assert around.order("auto-activate", on=False) == []
    assert only(around.says(offer())).sm_cause is SmCause.ACTIVATION_REJECTED_UNSPECIFIED
    assert nsapis(around) == [5]
    around.order("auto-activate", on=True)
    assert [status for status, _ in replies(around)] == ["done", "done"]
    assert isinstance(only(around.says(offer())), ActivatePdpContextRequest)


def test_network_request_of_our_transaction() -> None:
    """Flag 1: only the mobile could have begun it: ignored (8.3.2)."""
    around = attached()
    assert around.says(offer(identifier=TI)) == []
    assert nsapis(around) == []


def test_network_request_for_ipv6() -> None:
    """A static address of IPv6."""
    around = attached()
    address = PdpAddress.static(IPv6Address("2001:db8:1::7"))
    assert only(around.says(offer(address))).requested_pdp_address == address


# --- what operators get wrong ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "arguments", "expected"),
    [
        ("activate", {"apn": 5}, "apn is a name such as internet, not 5"),
        ("activate", {"apn": ".."}, "apn is a name such as internet, not '..'"),
        ("activate", {"type": "x25"}, "type is ipv4 or ipv6, not 'x25'"),
        ("activate", {"type": 4}, "type is ipv4 or ipv6, not 4"),
        ("activate", {"address": "anna"}, "address is an IP address, not 'anna'"),
        ("activate", {"address": "::1", "type": "ipv4"}, "::1 is no address of type ipv4"),
        ("activate", {"nsapi": 4}, "nsapi is a number, 5 to 15, not 4"),
        ("activate", {"nsapi": True}, "nsapi is a number, 5 to 15, not True"),
        ("activate", {"nsapi": 5}, "m1 has a PDP context with NSAPI 5 already"),
        ("activate", {"color": 5}, "activate has no argument 'color'"),
        ("activate", {"qos": 5}, "qos is an object of delay_class, reliability_class"),
        ("activate", {"qos": {"speed": 5}}, "qos is an object of delay_class, reliability_class"),
        ("activate", {"qos": {"delay_class": "FAST"}}, "qos: delay_class"),
        ("activate", {"least_qos": {"delay_class": 900}}, "least_qos: "),
        ("activate-secondary", {}, "which PDP context: nsapi is missing"),
        ("activate-secondary", {"nsapi": 5, "filter": {}}, "filter is an object of address"),
        ("activate-secondary", {"nsapi": 5, "filter": {"precedence": 5}}, "a filter of precedence alone"),
        ("activate-secondary", {"nsapi": 5, "filter": {"protocol": "x"}}, "protocol is icmp"),
        ("activate-secondary", {"nsapi": 5, "filter": {"address": "x"}}, "address is an IP address or prefix"),
        ("modify", {"nsapi": 5}, "modify needs qos, filter or delete"),
        ("modify", {"nsapi": 5, "delete": []}, "delete is all, or identifiers of filters, 0 to 7, not []"),
        ("modify", {"nsapi": 5, "delete": [8]}, "delete is all, or identifiers of filters, 0 to 7, not [8]"),
        ("modify", {"nsapi": 5, "delete": True}, "delete is all, or identifiers of filters, 0 to 7, not True"),
        ("modify", {"nsapi": 5, "delete": "all", "filter": {"port": 7}}, "modify adds filters or deletes them"),
        ("modify", {"nsapi": 5, "replace": 0, "qos": {}}, "replace is about the place of a filter"),
        ("modify", {"nsapi": 5, "replace": 8, "filter": {"port": 7}}, "replace is a number, 0 to 7, not 8"),
        ("modify", {"nsapi": 6, "qos": {}}, "m1 has no PDP context with NSAPI 6"),
        ("auto-activate", {}, "auto-activate needs on: true or false, not None"),
        ("deactivate", {"nsapi": 6}, "m1 has no PDP context with NSAPI 6"),
        ("deactivate", {"teardown": True}, "teardown is about the address of one context: nsapi is missing"),
        ("deactivate", {"nsapi": 5, "teardown": 1}, "teardown is true or false, not 1"),
    ],
)
def test_order_refused(verb: str, arguments: dict[str, Any], expected: str) -> None:
    """One clear line; nothing is said on the air."""
    around = activated()
    assert around.order(verb, **arguments) == []
    ((status, body),) = replies(around)
    assert status == "failed"
    assert body["error"].startswith(expected)


def test_filters_of_all_kinds() -> None:
    """Each part of a filter becomes a component (10.5.6.12)."""
    around = activated()
    told = {"address": "2001:db8::/32", "protocol": 17, "local_port": 9, "port": 7, "tos": 8, "precedence": 3}
    request = only(around.order("activate-secondary", nsapi=5, filter=told))
    assert request.tft is not None
    (found,) = request.tft.filters
    assert isinstance(found, PacketFilter)
    assert found.evaluation_precedence == 3
    assert [type(component).__name__ for component in found.components] == [
        "Ipv6SourceAddress",
        "ProtocolIdentifier",
        "SingleDestinationPort",
        "SingleSourcePort",
        "TypeOfService",
    ]
