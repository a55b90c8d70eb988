"""A TUN device puts this host into the packet data network: its own ping reaches a mobile."""

import socket
import time
from collections.abc import Iterator

import pytest

from gprslab.broker_session import BrokerSession
from gprslab.config import load_lab
from gprslab.supervisor import LabArguments, Supervisor
from gprslab.tun import TunDevice, TunError
from protocol.ip import EchoRequest, Ipv4, decode, decode_icmp

DEVICE = "gprstest0"


def device_opens() -> bool:
    """Whether this process may make a TUN device."""
    try:
        with TunDevice(DEVICE, load_lab().node_config("pdn1")):
            return True
    except TunError:
        return False


@pytest.fixture(scope="module")
def network() -> Iterator[Supervisor]:
    """The laboratory that comes with gprslab, with this host behind Gi."""
    if not device_opens():
        pytest.skip("a TUN device needs Linux, the right CAP_NET_ADMIN and the command ip")
    with Supervisor(LabArguments(), tun=DEVICE) as supervisor:
        yield supervisor


def test_the_host_reaches_a_mobile(network: Supervisor) -> None:
    """The kernel's packets go through GGSN, SGSN and BSS to the mobile, and its answers come back."""
    with BrokerSession(load_lab(), network.url, watch=False) as session:
        assert session.command("ms1", "attach", {"mobile": "anna"}).status == "done"
        answer = session.command("ms1", "activate", {"mobile": "anna", "apn": "internet"})
        assert answer.status == "done"
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as raw:
            raw.settimeout(10)
            request = EchoRequest(identifier=4711, sequence_number=1, payload=b"gprs")
            raw.sendto(request.encode(), (answer.body["address"], 0))
            deadline = time.monotonic() + 10
            while time.monotonic() < deadline:
                packet = decode(raw.recv(2048))
                assert isinstance(packet, Ipv4)
                message = decode_icmp(packet.payload)
                if getattr(message, "identifier", None) == 4711 and str(packet.source) == answer.body["address"]:
                    break
            else:
                pytest.fail("no answer")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.settimeout(10)
            udp.sendto(b"echo", (answer.body["address"], 7))
            assert udp.recv(100) == b"echo"


@pytest.mark.parametrize("name", ["", "a" * 16, "a/b", "a b"])
def test_names_that_no_device_has(name: str) -> None:
    """One clear line, before anything is opened."""
    with pytest.raises(TunError, match="no name of a network device"):
        TunDevice(name, load_lab().node_config("pdn1"))
