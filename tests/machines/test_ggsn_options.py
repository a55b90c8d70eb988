"""Protocol configuration options, as the GGSN answers them (24.008 10.5.6.3, 29.061 11.2.1)."""

from ipaddress import IPv4Address
from typing import Any

import pytest

from protocol.gtp import EndUserAddress
from protocol.sm.packet_filter import PacketFilter, SingleSourcePort
from protocol.sm.ppp import Chap, ChapCode, Ipcp, IpcpOption, IpcpOptionType, LcpCode, Pap, PapCode
from protocol.sm.protocol_configuration_options import (
    Address,
    Mtu,
    ProtocolConfigurationOptions,
    ProtocolOrContainer,
    Unit,
)
from protocol.sm.traffic_flow_template import TftOperation, TrafficFlowTemplate
from tests.machines.ggsn_lab import DNS, DYNAMIC_6, DYNAMIC_BOTH, AroundGgsn

PRIMARY, SECONDARY = IpcpOptionType.PRIMARY_DNS_SERVER_ADDRESS, IpcpOptionType.SECONDARY_DNS_SERVER_ADDRESS
NBNS, OWN = IpcpOptionType.PRIMARY_NBNS_SERVER_ADDRESS, IpcpOptionType.IP_ADDRESS
NONE, MINE = IPv4Address(0), IPv4Address("10.100.0.1")
DNS_4, DNS_6 = ProtocolOrContainer.DNS_SERVER_IPV4_ADDRESS, ProtocolOrContainer.DNS_SERVER_IPV6_ADDRESS
FIRST, SECOND = DNS[0], DNS[1]


def asked(*units: Unit, address: Any = None, **changes: Any) -> tuple[Unit, ...] | None:
    """What a mobile is answered, that asks for this in its activation."""
    answer = AroundGgsn(**changes).creates(
        protocol_configuration_options=ProtocolConfigurationOptions(units),
        **({} if address is None else {"end_user_address": address}),
    )
    options = answer.protocol_configuration_options
    return None if options is None else options.units


def ipcp(*options: tuple[IpcpOptionType, IPv4Address], code: LcpCode = LcpCode.CONFIGURE_REQUEST) -> Unit:
    """A packet of IPCP."""
    return Unit(ProtocolOrContainer.IPCP, Ipcp(code, 3, tuple(IpcpOption(*option) for option in options)))


NAK, ACK, REJECT = LcpCode.CONFIGURE_NAK, LcpCode.CONFIGURE_ACK, LcpCode.CONFIGURE_REJECT


@pytest.mark.ttcn3("pdp4_act_deact_ipcp", "pdp46_act_deact_ipcp")
@pytest.mark.parametrize("address", [EndUserAddress.dynamic(), DYNAMIC_BOTH])
@pytest.mark.parametrize(
    ("options", "answer"),
    [
        ([(PRIMARY, NONE), (SECONDARY, NONE)], ipcp((PRIMARY, FIRST), (SECONDARY, SECOND), code=NAK)),
        ([(OWN, NONE), (PRIMARY, FIRST)], ipcp((OWN, MINE), code=NAK)),
        ([(PRIMARY, NONE), (NBNS, NONE)], ipcp((PRIMARY, FIRST), code=NAK)),
        (
            [(PRIMARY, FIRST), (SECONDARY, SECOND), (OWN, MINE)],
            ipcp((PRIMARY, FIRST), (SECONDARY, SECOND), (OWN, MINE), code=ACK),
        ),
        ([(PRIMARY, FIRST), (NBNS, NONE)], ipcp((NBNS, NONE), code=REJECT)),
        ([], ipcp(code=ACK)),
    ],
)
def test_ipcp(address: EndUserAddress, options: list[Any], answer: Unit) -> None:
    """RFC 1332, RFC 1877: Nak tells what the mobile may have, Ack that it has it, Reject what there is not."""
    assert asked(ipcp(*options), address=address) == (answer,)


@pytest.mark.ttcn3("pdp6_act_deact_ipcp")
def test_ipcp_in_an_ipv6_context() -> None:
    """RFC 1877: DNS servers of IPv4 are told whoever asks; an address of IPv4 is not given."""
    assert asked(ipcp((PRIMARY, NONE), (OWN, NONE)), address=DYNAMIC_6) == (ipcp((PRIMARY, FIRST), code=NAK),)
    assert asked(ipcp((OWN, NONE)), address=DYNAMIC_6) == (ipcp((OWN, NONE), code=REJECT),)


@pytest.mark.ttcn3("pdp4_act_deact_pcodns", "pdp6_act_deact_pcodns", "pdp46_act_deact_pcodns", "pdp4_act_deact_mtu")
@pytest.mark.parametrize("address", [EndUserAddress.dynamic(), DYNAMIC_6, DYNAMIC_BOTH])
def test_containers(address: EndUserAddress) -> None:
    """24.008 10.5.6.3: empty containers ask for DNS servers of either version, and for the link MTU."""
    four = (Unit(DNS_4, Address(FIRST)), Unit(DNS_4, Address(SECOND)))
    six = (Unit(DNS_6, Address(DNS[2])),)
    mtu = ProtocolOrContainer.IPV4_LINK_MTU
    assert asked(Unit(DNS_4), Unit(DNS_6), Unit(mtu), address=address) == (*four, *six, Unit(mtu, Mtu(1500)))


def test_authentication() -> None:
    """29.061 11.2.1.2: PAP and CHAP are acknowledged, as no server is asked."""
    assert asked(
        Unit(ProtocolOrContainer.PAP, Pap(PapCode.AUTHENTICATE_REQUEST, 1, "me", "secret")),
        Unit(ProtocolOrContainer.CHAP, Chap(ChapCode.CHALLENGE, 2, bytes(16), "ms")),
        Unit(ProtocolOrContainer.CHAP, Chap(ChapCode.RESPONSE, 2, bytes(16), "me")),
    ) == (
        Unit(ProtocolOrContainer.PAP, Pap(PapCode.AUTHENTICATE_ACK, 1, message="")),
        Unit(ProtocolOrContainer.CHAP, Chap(ChapCode.SUCCESS, 2, message="")),
    )


def test_what_is_not_known() -> None:
    """24.008 10.5.6.3: other containers and broken packets are ignored; where nothing is left there are no options."""
    assert (
        asked(
            Unit(ProtocolOrContainer.P_CSCF_IPV6_ADDRESS),
            Unit(ProtocolOrContainer(0xFF00), b"x"),
            Unit(ProtocolOrContainer.IPCP, b"\x01"),
            Unit(ProtocolOrContainer.IPCP, Ipcp(LcpCode.TERMINATE_REQUEST, 1)),
            Unit(DNS_4, Address(FIRST)),
        )
        is None
    )


def test_in_a_secondary_activation() -> None:
    """29.060 7.3.2: options may stand in any activation."""
    around = AroundGgsn()
    tft = TrafficFlowTemplate(TftOperation.CREATE_NEW_TFT, (PacketFilter(0, 1, (SingleSourcePort(1),)),))
    options = ProtocolConfigurationOptions((Unit(DNS_6),))
    answer = around.adds(around.creates(), tft=tft, protocol_configuration_options=options)
    assert answer.protocol_configuration_options.units == (Unit(DNS_6, Address(DNS[2])),)
