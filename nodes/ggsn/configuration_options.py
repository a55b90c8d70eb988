"""Protocol configuration options in the GGSN (TS 24.008 10.5.6.3, TS 29.061 11.2.1): what mobiles ask, answered.

The mobile asks once and the GGSN answers once: IPCP is not carried on to its end. So a Configure-Nak tells all that the
mobile may have, and a Configure-Reject is sent only where there is nothing to tell. Any PAP or CHAP is acknowledged: no
server of the external network decides about users here.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

from protocol.sm.ppp import Chap, ChapCode, Ipcp, IpcpOption, IpcpOptionType, LcpCode, Pap, PapCode
from protocol.sm.protocol_configuration_options import (
    Address,
    Mtu,
    ProtocolConfigurationOptions,
    ProtocolOrContainer,
    Unit,
)

LINK_MTU = 1500
"""Octets of the largest IPv4 packet that mobiles are told to send."""

DNS_OPTIONS = (IpcpOptionType.PRIMARY_DNS_SERVER_ADDRESS, IpcpOptionType.SECONDARY_DNS_SERVER_ADDRESS)

Addresses = tuple[IPv4Address | IPv6Address, ...]


def answered(
    asked: ProtocolConfigurationOptions | None, dns: Addresses, address: IPv4Address | None
) -> ProtocolConfigurationOptions | None:
    """The options for a mobile that has this IPv4 ``address``, if any; None where there is nothing to say."""
    if asked is None:
        return None
    units = tuple(unit for one in asked.units for unit in answers(one, dns, address))
    return ProtocolConfigurationOptions(units) if units else None


def answers(unit: Unit, dns: Addresses, address: IPv4Address | None) -> Iterator[Unit]:
    """What one unit is answered by. A container that is not known, or that asks for nothing, is ignored."""
    match unit.content:
        case Ipcp(code=LcpCode.CONFIGURE_REQUEST) as packet:
            yield Unit(unit.identifier, configured(packet, dns, address))
        case Pap(code=PapCode.AUTHENTICATE_REQUEST, identifier=identifier):
            yield Unit(unit.identifier, Pap(PapCode.AUTHENTICATE_ACK, identifier, message=""))
        case Chap(code=ChapCode.RESPONSE, identifier=identifier):
            yield Unit(unit.identifier, Chap(ChapCode.SUCCESS, identifier, message=""))
        case bytes():
            yield from contained(unit.identifier, dns)


def contained(identifier: ProtocolOrContainer, dns: Addresses) -> Iterator[Unit]:
    """What an empty container asks for."""
    versions = {ProtocolOrContainer.DNS_SERVER_IPV4_ADDRESS: 4, ProtocolOrContainer.DNS_SERVER_IPV6_ADDRESS: 6}
    for server in dns:
        if versions.get(identifier) == server.version:
            yield Unit(identifier, Address(server))
    if identifier == ProtocolOrContainer.IPV4_LINK_MTU:
        yield Unit(identifier, Mtu(LINK_MTU))


def configured(packet: Ipcp, dns: Addresses, address: IPv4Address | None) -> Ipcp:
    """The answer to an IPCP Configure-Request (RFC 1332, RFC 1877): Ack, Nak or Reject."""
    servers = [server for server in dns if isinstance(server, IPv4Address)]
    told: dict[IpcpOptionType, IPv4Address] = {}
    if address is not None:
        told[IpcpOptionType.IP_ADDRESS] = address
    told |= dict(zip(DNS_OPTIONS, servers, strict=False))
    others = [option for option in packet.options if option.type in told and option.address != told[option.type]]
    if others:
        options = tuple(IpcpOption(option.type, told[option.type]) for option in others)
        return Ipcp(LcpCode.CONFIGURE_NAK, packet.identifier, options)
    rejected = tuple(option for option in packet.options if option.type not in told)
    if rejected:
        return Ipcp(LcpCode.CONFIGURE_REJECT, packet.identifier, rejected)
    return Ipcp(LcpCode.CONFIGURE_ACK, packet.identifier, packet.options)
