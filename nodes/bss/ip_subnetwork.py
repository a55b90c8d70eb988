"""The IP sub-network service to an SGSN, BSS side (TS 48.016 6.2.5, 7.4b): sizes and endpoints, then the test.

Instead of NS-VCs that are reset and blocked, each side tells its endpoints: the BSS asks whether the SGSN can do with
so many (SNS-SIZE), tells them (SNS-CONFIG), and is told those of the SGSN. Each pair of endpoints is an NS-VC then. The
bus has one way between two nodes, so what NS-ALIVE tests stands for all of them; BSSGP begins when that is answered.
"""

from typing import Any

from nodes.bss.network_service import AliveState, NsTest, ResetOrder
from nodes.core.ip_endpoints import config_fault
from nodes.core.machine import ANY, Begin, Machine, Procedure, State
from protocol.causes import NsCause
from protocol.ns import (
    NsAlive,
    NsAliveAck,
    SnsAck,
    SnsAdd,
    SnsChangeWeight,
    SnsConfig,
    SnsConfigAck,
    SnsDelete,
    SnsSize,
    SnsSizeAck,
)
from protocol.ns.elements import EndFlag, Ip4Element, Ip4Elements, ResetFlag
from protocol.timers import TNS_ALIVE, TSNS_PROV, X_RETRY, X_SGSN_CONFIG, Timer


class S(State):
    """States of the IP sub-network service (7.4b.1)."""

    START = "start"
    WAIT_SIZE_ACK = "wait for SNS-SIZE-ACK"
    WAIT_CONFIG_ACK = "wait for SNS-CONFIG-ACK"
    WAIT_CONFIG = "wait for SNS-CONFIG"
    WAIT_ALIVE_ACK = "configured, wait for NS-ALIVE-ACK"
    IN_SERVICE = "alive"
    FAILED = "not configured"


class IpSubnetwork(Procedure):
    """What a BSS and an SGSN have agreed on: ``told`` are the endpoints of the SGSN."""

    __slots__ = ("gb", "told")

    def __init__(self, gb: Any) -> None:
        super().__init__(gb.node)
        self.gb = gb
        self.told: tuple[Ip4Element, ...] = ()

    @property
    def subject(self) -> str:
        return f"IP sub-network to {self.gb.sgsn}"

    @property
    def in_service(self) -> bool:
        """True where BSSGP may be sent."""
        return self.state is S.IN_SERVICE

    def transmit(self, message: Any) -> None:
        self.gb.send_ns(message)

    def ask_size(self) -> S:
        """Begin anew: the SGSN is to forget what it knows."""
        self.end_children()
        config = self.stage.config
        self.told = ()
        self.ask(
            SnsSize(
                nsei=config.nsei,
                reset_flag=ResetFlag(reset=True),
                maximum_number_of_ns_vcs=config.most_ns_vcs,
                number_of_ip4_endpoints=len(config.endpoints),
            )
        )
        return S.WAIT_SIZE_ACK

    def fail(self, why: str) -> S:
        """O&M is told; it is tried again later."""
        self.stage.warn("ns failed", f"{self.subject}: {why}")
        return S.FAILED

    def accept(self) -> S:
        """Acknowledge the endpoints of the SGSN."""
        self.tell(SnsConfigAck(nsei=self.stage.config.nsei))
        self.ask(NsAlive())
        return S.WAIT_ALIVE_ACK


def begun(service: IpSubnetwork, event: Begin | ResetOrder | Timer) -> S:
    """Ask whether the SGSN can do with so many endpoints."""
    return service.ask_size()


def size_told(service: IpSubnetwork, event: SnsSizeAck) -> S:
    """It can: tell them; or it cannot."""
    if event.cause is not None:
        return service.fail(f"size refused: {event.cause.words}")
    endpoints = Ip4Elements(service.stage.config.endpoints)
    service.ask(SnsConfig(end_flag=EndFlag(end=True), nsei=service.stage.config.nsei, list_of_ip4_elements=endpoints))
    return S.WAIT_CONFIG_ACK


def endpoints_told(service: IpSubnetwork, event: SnsConfigAck) -> S:
    """It knows them, and has to tell its own; or does not take them."""
    if event.cause is not None:
        return service.fail(f"endpoints refused: {event.cause.words}")
    return S.WAIT_CONFIG


def configured(service: IpSubnetwork, event: SnsConfig) -> S:
    """The SGSN tells its endpoints, with several PDUs if they are many: the last has the end flag."""
    if event.list_of_ip4_elements is not None:
        service.told += event.list_of_ip4_elements.elements
    most = service.stage.config.most_ns_vcs // len(service.stage.config.endpoints)
    if not event.end_flag.end and len(service.told) <= most:
        return S.WAIT_CONFIG
    cause = config_fault(service.told, most)
    if cause is not None:
        service.tell(SnsConfigAck(nsei=service.stage.config.nsei, cause=cause))
        return service.fail(f"endpoints of the SGSN are not taken: {cause.words}")
    return service.accept()


def configured_again(service: IpSubnetwork, event: SnsConfig) -> State:
    """The SGSN has missed the acknowledgement."""
    service.tell(SnsConfigAck(nsei=service.stage.config.nsei))
    return service.state


def unanswered(service: IpSubnetwork, event: Timer) -> S:
    """The SGSN does not answer, or tells no endpoints (7.4b.1.4)."""
    return service.fail(f"no answer ({event})")


def alive(service: IpSubnetwork, event: NsAliveAck) -> S:
    """The NS-VCs are alive: they are tested all the time, and BSSGP begins."""
    service.start(NsTest(service))
    return S.IN_SERVICE


def died(service: IpSubnetwork, event: NsTest) -> S:
    """All NS-VCs are dead: the service begins anew (7.4b.1.5)."""
    service.stage.warn("ns failed", f"{service.subject} is dead: no NS-ALIVE is answered")
    return service.ask_size()


def change_refused(service: IpSubnetwork, event: SnsAdd | SnsDelete | SnsChangeWeight) -> State:
    """Endpoints are configured, and do not change in service."""
    cause = NsCause.PROTOCOL_ERROR_UNSPECIFIED
    service.tell(SnsAck(nsei=service.stage.config.nsei, transaction_id=event.transaction_id, cause=cause))
    return service.state


LIVE = (S.WAIT_ALIVE_ACK, S.IN_SERVICE)

IP_SUBNETWORK = Machine(
    "IP sub-network service, BSS side",
    clause="48.016 7.4b",
    of=IpSubnetwork,
    initial=S.START,
    guards={
        S.WAIT_SIZE_ACK: TSNS_PROV,
        S.WAIT_CONFIG_ACK: TSNS_PROV,
        S.WAIT_CONFIG: X_SGSN_CONFIG,
        S.WAIT_ALIVE_ACK: TNS_ALIVE,
        S.FAILED: X_RETRY,
    },
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_SIZE_ACK,)),
        (S.WAIT_SIZE_ACK, SnsSizeAck, size_told, (S.WAIT_CONFIG_ACK, S.FAILED)),
        (S.WAIT_SIZE_ACK, TSNS_PROV, unanswered, (S.FAILED,)),
        (S.WAIT_CONFIG_ACK, SnsConfigAck, endpoints_told, (S.WAIT_CONFIG, S.FAILED)),
        (S.WAIT_CONFIG_ACK, TSNS_PROV, unanswered, (S.FAILED,)),
        (S.WAIT_CONFIG, SnsConfig, configured, (S.WAIT_CONFIG, S.WAIT_ALIVE_ACK, S.FAILED)),
        (S.WAIT_CONFIG, X_SGSN_CONFIG, unanswered, (S.FAILED,)),
        (S.WAIT_ALIVE_ACK, NsAliveAck, alive, (S.IN_SERVICE,)),
        (S.WAIT_ALIVE_ACK, TNS_ALIVE, unanswered, (S.FAILED,)),
        (LIVE, SnsConfig, configured_again, LIVE),
        (LIVE, SnsAdd, change_refused, LIVE),
        (LIVE, SnsDelete, change_refused, LIVE),
        (LIVE, SnsChangeWeight, change_refused, LIVE),
        (S.IN_SERVICE, AliveState.FAILED, died, (S.WAIT_SIZE_ACK,)),
        (S.FAILED, X_RETRY, begun, (S.WAIT_SIZE_ACK,)),
        (ANY, ResetOrder, begun, (S.WAIT_SIZE_ACK,)),
    ],
)
