"""The IP sub-network service to a BSS, SGSN side (TS 48.016 6.2.5, 7.4b).

The BSS begins: it tells how many endpoints it has, and then which; the SGSN tells its own. Until both know all of them,
and again after each SNS-SIZE, the NSE of the BSS is not in use.
"""

from typing import Any

from nodes.core.ip_endpoints import config_fault
from nodes.core.machine import ANY, Machine, Procedure, State
from nodes.core.outputs import Name
from protocol.causes import NsCause
from protocol.ns import (
    SnsAck,
    SnsAdd,
    SnsChangeWeight,
    SnsConfig,
    SnsConfigAck,
    SnsDelete,
    SnsSize,
    SnsSizeAck,
)
from protocol.ns.elements import EndFlag, Ip4Element, Ip4Elements
from protocol.timers import TSNS_PROV, X_BSS_CONFIG, Timer


class S(State):
    """States of the IP sub-network service (7.4b.1)."""

    NOT_CONFIGURED = "not configured"
    WAIT_CONFIG = "wait for SNS-CONFIG"
    WAIT_CONFIG_ACK = "wait for SNS-CONFIG-ACK"
    CONFIGURED = "configured"


class IpSubnetwork(Procedure):
    """What an SGSN and ``bss`` have agreed on: ``size`` and endpoints, ``told`` by the BSS."""

    __slots__ = ("bss", "nsei", "service", "size", "told")

    def __init__(self, service: Any, bss: Name) -> None:
        super().__init__(service.node)
        self.service = service
        self.bss = bss
        self.nsei = 0
        self.size = 0
        self.told: tuple[Ip4Element, ...] = ()

    @property
    def subject(self) -> str:
        return f"IP sub-network to {self.bss}"

    def transmit(self, message: Any) -> None:
        self.service.send(self.bss, message)

    def refuse(self, message: SnsSizeAck | SnsConfigAck) -> S:
        """It cannot be so."""
        self.tell(message)
        assert message.cause is not None
        self.stage.warn("ns failed", f"{self.subject}: {message.cause.words}")
        return S.NOT_CONFIGURED


def size_fault(service: IpSubnetwork, size: SnsSize) -> NsCause | None:
    """Why so many are not taken (7.4b.1.2): no IPv4 on either side, or more NS-VCs than one of them can do."""
    config, number = service.stage.config, size.number_of_ip4_endpoints
    if not number or not config.endpoints:
        return NsCause.INVALID_NUMBER_OF_IP4_ENDPOINTS
    ns_vcs = number * len(config.endpoints)
    return NsCause.INVALID_NUMBER_OF_NS_VCS if ns_vcs > min(config.most_ns_vcs, size.maximum_number_of_ns_vcs) else None


def size_told(service: IpSubnetwork, event: SnsSize) -> S:
    """The BSS begins, or begins anew: what was known of it is forgotten."""
    service.nsei, service.told = event.nsei, ()
    service.service.put_out_of_use(service.bss)
    cause = size_fault(service, event)
    if cause is not None:
        return service.refuse(SnsSizeAck(nsei=event.nsei, cause=cause))
    service.size = event.number_of_ip4_endpoints or 0
    service.tell(SnsSizeAck(nsei=event.nsei))
    return S.WAIT_CONFIG


def endpoints_told(service: IpSubnetwork, event: SnsConfig) -> S:
    """The BSS tells its endpoints, by several PDUs if they are many; then it is told ours."""
    if event.list_of_ip4_elements is not None:
        service.told += event.list_of_ip4_elements.elements
    if not event.end_flag.end and len(service.told) <= service.size:
        return S.WAIT_CONFIG
    cause = config_fault(service.told, service.size)
    if cause is not None:
        return service.refuse(SnsConfigAck(nsei=service.nsei, cause=cause))
    service.tell(SnsConfigAck(nsei=service.nsei))
    endpoints = Ip4Elements(service.stage.config.endpoints)
    service.ask(SnsConfig(end_flag=EndFlag(end=True), nsei=service.nsei, list_of_ip4_elements=endpoints))
    return S.WAIT_CONFIG_ACK


def endpoints_told_again(service: IpSubnetwork, event: SnsConfig) -> State:
    """The BSS has missed the acknowledgement."""
    service.tell(SnsConfigAck(nsei=service.nsei))
    return service.state


def configured(service: IpSubnetwork, event: SnsConfigAck) -> S:
    """Both know all endpoints; or the BSS does not take ours."""
    if event.cause is not None:
        service.stage.warn("ns failed", f"{service.subject}: endpoints refused: {event.cause.words}")
        return S.NOT_CONFIGURED
    service.service.put_in_use(service.bss)
    return S.CONFIGURED


def unanswered(service: IpSubnetwork, event: Timer) -> S:
    """The BSS does not go on (7.4b.1.4): it will begin anew."""
    service.stage.warn("ns failed", f"{service.subject}: no answer ({event})")
    return S.NOT_CONFIGURED


def change_refused(service: IpSubnetwork, event: SnsAdd | SnsDelete | SnsChangeWeight) -> S:
    """Endpoints are told at the beginning, and do not change in service."""
    cause = NsCause.PROTOCOL_ERROR_UNSPECIFIED
    service.tell(SnsAck(nsei=service.nsei, transaction_id=event.transaction_id, cause=cause))
    return S.CONFIGURED


KNOWN = (S.WAIT_CONFIG_ACK, S.CONFIGURED)

IP_SUBNETWORK = Machine(
    "IP sub-network service, SGSN side",
    clause="48.016 7.4b",
    of=IpSubnetwork,
    initial=S.NOT_CONFIGURED,
    guards={S.WAIT_CONFIG: X_BSS_CONFIG, S.WAIT_CONFIG_ACK: TSNS_PROV},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.WAIT_CONFIG, SnsConfig, endpoints_told, (S.WAIT_CONFIG, S.WAIT_CONFIG_ACK, S.NOT_CONFIGURED)),
        (S.WAIT_CONFIG, X_BSS_CONFIG, unanswered, (S.NOT_CONFIGURED,)),
        (S.WAIT_CONFIG_ACK, SnsConfigAck, configured, (S.CONFIGURED, S.NOT_CONFIGURED)),
        (S.WAIT_CONFIG_ACK, TSNS_PROV, unanswered, (S.NOT_CONFIGURED,)),
        (KNOWN, SnsConfig, endpoints_told_again, KNOWN),
        (S.CONFIGURED, SnsAdd, change_refused, (S.CONFIGURED,)),
        (S.CONFIGURED, SnsDelete, change_refused, (S.CONFIGURED,)),
        (S.CONFIGURED, SnsChangeWeight, change_refused, (S.CONFIGURED,)),
        (ANY, SnsSize, size_told, (S.WAIT_CONFIG, S.NOT_CONFIGURED)),
    ],
)
