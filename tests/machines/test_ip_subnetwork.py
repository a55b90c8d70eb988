"""The IP sub-network service of Gb (TS 48.016 7.4b), each side against the octets of the other."""

from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

import pytest

from nodes.core.outputs import Send
from protocol import bssgp, ns
from protocol.bssgp import BvcReset, BvcResetAck
from protocol.causes import BssgpCause, NsCause
from protocol.ns import (
    NsAlive,
    NsAliveAck,
    NsReset,
    NsStatus,
    NsUnitdata,
    SnsAck,
    SnsAdd,
    SnsConfig,
    SnsConfigAck,
    SnsSize,
    SnsSizeAck,
)
from protocol.ns.elements import EndFlag, Ip4Element, Ip4Elements, ResetFlag
from protocol.timers import TNS_ALIVE, TNS_TEST, TSNS_PROV, X_BSS_CONFIG, X_RETRY, X_SGSN_CONFIG
from tests.machines.sgsn_lab import Lab

OURS = Ip4Element(IPv4Address("10.0.0.2"), 2157, 1, 1)
THEIRS = Ip4Element(IPv4Address("10.0.0.3"), 2157, 1, 1)
NSEI = 1

SIZE = SnsSize(nsei=NSEI, reset_flag=ResetFlag(reset=True), maximum_number_of_ns_vcs=128, number_of_ip4_endpoints=1)
SIZE_ACK, CONFIG_ACK = SnsSizeAck(nsei=NSEI), SnsConfigAck(nsei=NSEI)


def config(*elements: Ip4Element, end: bool = True, nsei: int = NSEI) -> SnsConfig:
    """SNS-CONFIG with these endpoints."""
    return SnsConfig(end_flag=EndFlag(end=end), nsei=nsei, list_of_ip4_elements=Ip4Elements(elements))


# --- BSS ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def bss(make_bss: Callable[..., Any]) -> Any:
    """A BSS with an IP sub-network, which has asked for its size."""
    return make_bss(endpoints=(OURS,))


def heard(bss: Any) -> list[Any]:
    """What NS PDUs the SGSN has heard since the last time."""
    told, bss.ns = bss.ns, []
    return list(told)


def say(bss: Any, *messages: Any) -> list[Any]:
    """Let the SGSN say something; what is answered."""
    bss.ns = []
    for message in messages:
        bss.receive("sgsn1", "gb", message.encode())
    return heard(bss)


def state(bss: Any) -> str:
    """How the sub-network stands."""
    found: str = bss.inspect()["ns"]["sgsn1"]
    return found


def bring_up(bss: Any) -> Any:
    """Let the SGSN agree to everything."""
    say(bss, SIZE_ACK, CONFIG_ACK, config(THEIRS), NsAliveAck())
    say(bss, NsAliveAck())
    bss.gb = []
    return bss


def test_subnetwork_is_configured(bss: Any) -> None:
    """48.016 7.4b.1: size, our endpoints, theirs, a test; then the test goes on, and BSSGP begins."""
    assert heard(bss) == [SIZE]
    assert say(bss, SIZE_ACK) == [config(OURS)]
    assert say(bss, CONFIG_ACK) == []
    assert state(bss) == "wait for SNS-CONFIG"
    assert say(bss, config(THEIRS)) == [CONFIG_ACK, NsAlive()]
    assert bss.gb == []
    assert say(bss, NsAliveAck()) == [NsAlive()]
    assert say(bss, NsAliveAck()) == []
    assert bss.messages() == [BvcReset(bvci=0, cause=BssgpCause.OM_INTERVENTION)]
    assert state(bss) == "alive"
    bss.wait(TNS_TEST.duration)
    assert heard(bss) == [NsAlive()]


def test_subnetwork_before_it_is_configured(bss: Any) -> None:
    """48.016 7.4b.1: nothing of BSSGP is sent or taken before; what is asked is answered all the same."""
    reset = BvcReset(bvci=0, cause=BssgpCause.OM_INTERVENTION).encode()
    assert say(bss, NsUnitdata(bvci=0, sdu=reset)) == []
    assert bss.warned == {"gb undecodable": 1}
    assert say(bss, NsAlive()) == [NsAliveAck()]
    bss.speak()
    assert bss.gb == []


@pytest.mark.parametrize("cause", [NsCause.INVALID_NUMBER_OF_NS_VCS, NsCause.INVALID_NUMBER_OF_IP4_ENDPOINTS])
def test_size_refused(bss: Any, cause: NsCause) -> None:
    """48.016 7.4b.1.2: O&M is told; it is tried again later."""
    heard(bss)
    assert say(bss, SnsSizeAck(nsei=NSEI, cause=cause)) == []
    assert state(bss) == "not configured"
    assert bss.warned == {"ns failed": 1}
    bss.wait(X_RETRY.duration)
    assert heard(bss) == [SIZE]


def test_endpoints_refused(bss: Any) -> None:
    """48.016 7.4b.1.3: the SGSN does not take them."""
    say(bss, SIZE_ACK, SnsConfigAck(nsei=NSEI, cause=NsCause.INVALID_WEIGHTS))
    assert state(bss) == "not configured"


@pytest.mark.parametrize("upto", [(), (SIZE_ACK,)])
def test_size_or_endpoints_unanswered(bss: Any, upto: tuple[Any, ...]) -> None:
    """48.016 7.4b.1.4: three repeats by Tsns-prov, then O&M is told."""
    heard(bss)
    first = say(bss, *upto) or [SIZE]
    bss.wait(TSNS_PROV.duration * TSNS_PROV.expiries)
    assert heard(bss) == first * 3
    assert state(bss) == "not configured"


def test_endpoints_of_the_sgsn_do_not_come(bss: Any) -> None:
    """48.016 7.4b.1.4: the SGSN must tell its own."""
    say(bss, SIZE_ACK, CONFIG_ACK)
    bss.wait(X_SGSN_CONFIG.duration)
    assert state(bss) == "not configured"


def test_endpoints_of_the_sgsn_in_several_pdus(make_bss: Callable[..., Any]) -> None:
    """48.016 9.3.4: the last has the end flag; too many are not taken."""
    bss = make_bss(endpoints=(OURS, replace(OURS, udp_port=2158)), most_ns_vcs=5)
    say(bss, SIZE_ACK, CONFIG_ACK)
    second = replace(THEIRS, udp_port=2158)
    assert say(bss, config(THEIRS, end=False)) == []
    assert say(bss, config(second)) == [CONFIG_ACK, NsAlive()]
    say(bss, NsAliveAck())
    bss.command("ns", do="reset")
    say(bss, SIZE_ACK, CONFIG_ACK)
    refused = SnsConfigAck(nsei=NSEI, cause=NsCause.INVALID_NUMBER_OF_IP4_ENDPOINTS)
    assert say(bss, config(THEIRS, second, replace(THEIRS, udp_port=1), end=False)) == [refused]
    assert state(bss) == "not configured"


WEIGHTS = [
    ((), NsCause.INVALID_NUMBER_OF_IP4_ENDPOINTS),
    ((replace(THEIRS, signalling_weight=0),), NsCause.INVALID_WEIGHTS),
    ((replace(THEIRS, data_weight=0),), NsCause.INVALID_WEIGHTS),
]


@pytest.mark.parametrize(("elements", "cause"), WEIGHTS)
def test_endpoints_of_the_sgsn_that_are_of_no_use(bss: Any, elements: Any, cause: NsCause) -> None:
    """48.016 7.4b.1.3: somebody must take signalling, and data."""
    say(bss, SIZE_ACK, CONFIG_ACK)
    assert say(bss, config(*elements)) == [SnsConfigAck(nsei=NSEI, cause=cause)]
    assert state(bss) == "not configured"


def test_subnetwork_is_never_alive(bss: Any) -> None:
    """48.016 7.4b.1.5: no NS-ALIVE is answered: O&M is told."""
    say(bss, SIZE_ACK, CONFIG_ACK, config(THEIRS))
    bss.wait(TNS_ALIVE.duration * TNS_ALIVE.expiries)
    assert state(bss) == "not configured"


def test_subnetwork_dies(bss: Any) -> None:
    """48.016 7.4b.1.5: all begins anew, BSSGP too."""
    bring_up(bss)
    say(bss, NsUnitdata(bvci=0, sdu=BvcResetAck(bvci=0).encode()))
    bss.gb = []
    bss.wait(TNS_TEST.duration + TNS_ALIVE.duration * TNS_ALIVE.expiries)
    assert heard(bss)[-1] == SIZE
    assert state(bss) == "wait for SNS-SIZE-ACK"
    bring_up(bss)
    assert state(bss) == "alive"
    assert bss.inspect()["bvcs"]["signalling"] == "wait for BVC-RESET-ACK"


def test_acknowledgement_is_lost(bss: Any) -> None:
    """48.016 7.4b.1.4: the SGSN tells its endpoints again, and is answered again."""
    bring_up(bss)
    assert say(bss, config(THEIRS)) == [CONFIG_ACK]


def test_endpoints_do_not_change(bss: Any) -> None:
    """48.016 7.4b.2: what is added, taken away or weighed anew is refused."""
    bring_up(bss)
    cause = NsCause.PROTOCOL_ERROR_UNSPECIFIED
    change = Ip4Elements((THEIRS,))
    for number, kind in enumerate((SnsAdd, ns.SnsDelete, ns.SnsChangeWeight)):
        message = kind(nsei=NSEI, transaction_id=number, list_of_ip4_elements=change)
        assert say(bss, message) == [SnsAck(nsei=NSEI, transaction_id=number, cause=cause)]


def test_what_fits_nothing(bss: Any) -> None:
    """48.016 7.4b: what is about another NSE, or about NS-VCs of frame relay, changes nothing."""
    bring_up(bss)
    reset = NsReset(cause=NsCause.OM_INTERVENTION, ns_vci=1, nsei=NSEI)
    assert say(bss, config(THEIRS, nsei=9), SIZE_ACK, reset, NsStatus(cause=NsCause.IP_TEST_FAILED)) == []
    assert state(bss) == "alive"
    assert bss.warned == {"gb undecodable": 1, "ns state": 2, "ns status": 1}
    assert "is alive" in bss.command("ns", do="block")[0].body["error"]


# --- SGSN ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def sgsn() -> Lab:
    """An SGSN with one endpoint."""
    lab = Lab(endpoints=(THEIRS,))
    lab.said.clear()
    return lab


def told(lab: Lab, *messages: Any) -> list[Any]:
    """What an SGSN answers to NS PDUs of a BSS."""
    said = []
    for message in messages:
        lab.sgsn.receive("bss1", "gb", message.encode(), lab.now)
        said += [ns.decode(output.pdu) for output in lab.sgsn.outputs() if isinstance(output, Send)]
    return said


def waited(lab: Lab, duration: int) -> list[Any]:
    """What it says while time passes."""
    lab.now += duration
    lab.sgsn.on_time(lab.now)
    return [ns.decode(output.pdu) for output in lab.sgsn.outputs() if isinstance(output, Send)]


@pytest.mark.ttcn3("SNS_size")
def test_size_of_a_bss(sgsn: Lab) -> None:
    """48.016 7.4b.1.1: the SGSN can do with that."""
    assert told(sgsn, SIZE) == [SIZE_ACK]


@pytest.mark.ttcn3("SNS_size_too_big")
@pytest.mark.parametrize(
    ("number", "most", "cause"),
    [
        (100, 1, NsCause.INVALID_NUMBER_OF_NS_VCS),
        (200, 1000, NsCause.INVALID_NUMBER_OF_NS_VCS),
        (0, 8, NsCause.INVALID_NUMBER_OF_IP4_ENDPOINTS),
        (None, 8, NsCause.INVALID_NUMBER_OF_IP4_ENDPOINTS),
    ],
)
def test_size_too_big(sgsn: Lab, number: int | None, most: int, cause: NsCause) -> None:
    """48.016 7.4b.1.2: more NS-VCs than one of the two can do, or no endpoint that the other could speak to."""
    six = 1 if number is None else None
    size = SIZE.replace(number_of_ip4_endpoints=number, maximum_number_of_ns_vcs=most, number_of_ip6_endpoints=six)
    assert told(sgsn, size) == [SnsSizeAck(nsei=NSEI, cause=cause)]
    assert told(sgsn, NsUnitdata(bvci=0, sdu=BvcReset(bvci=0, cause=BssgpCause.OM_INTERVENTION).encode())) == []


@pytest.mark.ttcn3("SNS_config_bss")
def test_endpoints_of_a_bss(sgsn: Lab) -> None:
    """48.016 7.4b.1.3: the endpoints of the BSS are acknowledged, and those of the SGSN follow."""
    assert told(sgsn, SIZE, config(OURS)) == [SIZE_ACK, CONFIG_ACK, config(THEIRS)]
    assert told(sgsn, config(OURS)) == [CONFIG_ACK]  # the BSS has missed it


@pytest.mark.ttcn3("SNS_config_sgsn")
def test_endpoints_of_the_sgsn(sgsn: Lab) -> None:
    """48.016 7.4b.1.3: once the BSS knows them the NSE is in use; before it is not."""
    reset = NsUnitdata(bvci=0, sdu=BvcReset(bvci=0, cause=BssgpCause.OM_INTERVENTION).encode())
    told(sgsn, SIZE, config(OURS))
    assert told(sgsn, reset) == []
    assert told(sgsn, CONFIG_ACK) == []
    (answer,) = told(sgsn, reset)
    assert isinstance(bssgp.decode(answer.sdu, up=False), BvcResetAck)


@pytest.mark.ttcn3("SNS_and_alive")
def test_alive_after_configuration(sgsn: Lab) -> None:
    """48.016 7.4b.1.5: what is tested is there."""
    told(sgsn, SIZE, config(OURS), CONFIG_ACK)
    assert told(sgsn, NsAlive()) == [NsAliveAck()]


def test_endpoints_of_a_bss_in_several_pdus(sgsn: Lab) -> None:
    """48.016 9.3.4: the last has the end flag; no more than were told."""
    second = replace(OURS, udp_port=2158)
    size = SIZE.replace(number_of_ip4_endpoints=2)
    assert told(sgsn, size, config(OURS, end=False)) == [SIZE_ACK]
    assert told(sgsn, config(second)) == [CONFIG_ACK, config(THEIRS)]
    told(sgsn, SIZE)
    refused = SnsConfigAck(nsei=NSEI, cause=NsCause.INVALID_NUMBER_OF_IP4_ENDPOINTS)
    assert told(sgsn, config(OURS, second, end=False)) == [refused]


@pytest.mark.parametrize(("elements", "cause"), WEIGHTS)
def test_endpoints_of_a_bss_that_are_of_no_use(sgsn: Lab, elements: Any, cause: NsCause) -> None:
    """48.016 7.4b.1.3: somebody must take signalling, and data."""
    told(sgsn, SIZE)
    assert told(sgsn, config(*elements)) == [SnsConfigAck(nsei=NSEI, cause=cause)]


def test_endpoints_of_a_bss_do_not_come(sgsn: Lab) -> None:
    """48.016 7.4b.1.4: the BSS begins anew, some time."""
    told(sgsn, SIZE)
    waited(sgsn, X_BSS_CONFIG.duration)
    assert told(sgsn, config(OURS)) == [
        NsStatus(cause=NsCause.PDU_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE, ns_pdu=config(OURS).encode())
    ]
    assert told(sgsn, SIZE) == [SIZE_ACK]


def test_endpoints_of_the_sgsn_unanswered(sgsn: Lab) -> None:
    """48.016 7.4b.1.4: they are told four times; the BSS may also not take them."""
    told(sgsn, SIZE, config(OURS))
    for _ in range(3):
        assert config(THEIRS) in waited(sgsn, TSNS_PROV.duration)
    assert config(THEIRS) not in waited(sgsn, TSNS_PROV.duration)
    told(sgsn, SIZE, config(OURS), SnsConfigAck(nsei=NSEI, cause=NsCause.INVALID_WEIGHTS))
    assert sgsn.sgsn.warnings["ns failed"] == 2


def test_endpoints_of_a_bss_do_not_change(sgsn: Lab) -> None:
    """48.016 7.4b.2: what is added, taken away or weighed anew is refused; what is about another NSE is not taken."""
    told(sgsn, SIZE, config(OURS), CONFIG_ACK)
    cause = NsCause.PROTOCOL_ERROR_UNSPECIFIED
    change = Ip4Elements((OURS,))
    for number, kind in enumerate((SnsAdd, ns.SnsDelete, ns.SnsChangeWeight)):
        message = kind(nsei=NSEI, transaction_id=number, list_of_ip4_elements=change)
        assert told(sgsn, message) == [SnsAck(nsei=NSEI, transaction_id=number, cause=cause)]
    (status,) = told(sgsn, SnsAdd(nsei=9, transaction_id=1, list_of_ip4_elements=change))
    assert status.cause is NsCause.PDU_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE


def test_sgsn_without_endpoints() -> None:
    """48.016 7.4b.1.2: one that has none cannot have an IP sub-network."""
    lab = Lab()
    assert told(lab, SIZE)[-1] == SnsSizeAck(nsei=NSEI, cause=NsCause.INVALID_NUMBER_OF_IP4_ENDPOINTS)
