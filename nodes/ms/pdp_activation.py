"""Activation of a PDP context, of a first or of a secondary one (TS 24.008 6.1.3.1, 6.1.3.2): actions of the table."""

from ipaddress import IPv4Address
from typing import Final

from nodes.core.machine import Begin, State
from nodes.ms.pdp_context import DNS, PdpContext
from nodes.ms.pdp_states import S
from nodes.ms.quality import choose_sapi
from nodes.ms.router_discovery import Advertised, RouterDiscovery
from protocol.sm import (
    ActivatePdpContextAccept,
    ActivatePdpContextReject,
    ActivatePdpContextRequest,
    ActivateSecondaryPdpContextAccept,
    ActivateSecondaryPdpContextReject,
    ActivateSecondaryPdpContextRequest,
)
from protocol.sm.elements import LinkedTi, Nsapi
from protocol.sm.pdp_address import PdpTypeNumber
from protocol.sm.ppp import Ipcp, IpcpOption, LcpCode
from protocol.sm.protocol_configuration_options import ProtocolConfigurationOptions, ProtocolOrContainer, Unit
from protocol.sm.traffic_flow_template import TftOperation, TrafficFlowTemplate
from protocol.timers import Timer

ASKED_FOR: Final = Ipcp(
    code=LcpCode.CONFIGURE_REQUEST,
    identifier=1,
    options=tuple(IpcpOption(kind, IPv4Address(0)) for kind in DNS),
)
"""A request for the addresses of two servers, as most mobiles make it (RFC 1877)."""

OPTIONS: Final = {
    PdpTypeNumber.IPV4: ProtocolConfigurationOptions((
        Unit(ProtocolOrContainer.IPCP, ASKED_FOR),
        Unit(ProtocolOrContainer.DNS_SERVER_IPV4_ADDRESS),
    )),
    PdpTypeNumber.IPV6: ProtocolConfigurationOptions((Unit(ProtocolOrContainer.DNS_SERVER_IPV6_ADDRESS),)),
}  # fmt: skip
"""How each type of context asks for servers of names."""


def requested(context: PdpContext, event: Begin) -> S:
    """Ask for it."""
    wanted = context.wanted
    if wanted.linked_nsapi is not None:
        return requested_beside(context, wanted.linked_nsapi)
    context.ask(
        ActivatePdpContextRequest(
            transaction_identifier=context.identifier,
            requested_nsapi=Nsapi(value=wanted.nsapi),
            requested_llc_sapi=choose_sapi(wanted.qos),
            requested_qos=wanted.qos,
            requested_pdp_address=wanted.address,
            access_point_name=wanted.apn,
            protocol_configuration_options=OPTIONS[wanted.address.number],
        )
    )
    return S.ACTIVE_PENDING


def requested_beside(context: PdpContext, linked_nsapi: int) -> S:
    """Ask for another context with the address of one that is active (6.1.3.2)."""
    linked = context.sessions.contexts[linked_nsapi]
    wanted = context.wanted
    template = TrafficFlowTemplate(TftOperation.CREATE_NEW_TFT, wanted.filters) if wanted.filters else None
    context.linked = linked.identifier
    context.ask(
        ActivateSecondaryPdpContextRequest(
            transaction_identifier=context.identifier,
            requested_nsapi=Nsapi(value=wanted.nsapi),
            requested_llc_sapi=choose_sapi(wanted.qos),
            requested_qos=wanted.qos,
            linked_ti=LinkedTi(linked.identifier),
            tft=template,
        )
    )
    return S.SECONDARY_PENDING


def accepted(context: PdpContext, event: ActivatePdpContextAccept | ActivateSecondaryPdpContextAccept) -> S:
    """The context is active; one that is of no use is deactivated at once (6.1.3.1.1)."""
    cause = context.take_accept(event)
    if cause is not None:
        context.answer_failed(cause)
        return context.leave(cause)
    if context.address.ipv6 is not None and context.prefix is None:
        context.discover_router()
    context.answer_done()
    context.sessions.activated(context)
    return S.ACTIVE


def addressed(context: PdpContext, event: RouterDiscovery) -> State:
    """The prefix of the address is known, or no router tells it."""
    return context.state


def readdressed(context: PdpContext, event: Advertised) -> State:
    """A router tells a prefix again, or another one."""
    context.prefix = event.prefix or context.prefix
    return context.state


def rejected(context: PdpContext, event: ActivatePdpContextReject | ActivateSecondaryPdpContextReject) -> S:
    """The network does not want it (6.1.3.1.3, 6.1.3.2.2)."""
    context.answer_failed(event.sm_cause.taken_for(up=False))
    return S.OVER


def unanswered(context: PdpContext, event: Timer) -> S:
    """The fifth expiry of T3380: all that was allocated is free (6.1.3.1.5 a, 6.1.3.2.3 a)."""
    context.answer_failed("not answered")
    return S.OVER


def accepted_again(context: PdpContext, event: ActivatePdpContextAccept | ActivateSecondaryPdpContextAccept) -> State:
    """A request that was repeated is answered twice, or late: nothing new."""
    return context.state


def rejected_late(context: PdpContext, event: ActivatePdpContextReject | ActivateSecondaryPdpContextReject) -> State:
    """The mobile has asked for the end of it already: there is nothing to be ended."""
    context.answer_done()
    return S.OVER
