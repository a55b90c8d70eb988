"""The world around a GGSN: two SGSNs, an HLR and a packet data network, all made of octets."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from random import Random
from typing import Any

from nodes.core.outputs import Command, Note, Record, Reply, Send
from nodes.ggsn import Ggsn, GgsnConfig
from nodes.ggsn.config import AccessPoint
from protocol import gtp, ip, sccp, tcap
from protocol.causes import GtpCause
from protocol.charging import ChargingCharacteristics
from protocol.gtp import (
    CreatePdpContextRequest,
    DeletePdpContextRequest,
    EchoRequest,
    EchoResponse,
    EndUserAddress,
    Nsapi,
    QualityOfServiceProfile,
    SelectionMode,
    SelectionModeValue,
    TeardownInd,
    TPdu,
    UpdatePdpContextRequest,
)
from protocol.gtp import GsnAddress as GtpAddress
from protocol.gtp import Imsi as GtpImsi
from protocol.identities import Apn, GsnAddress, Gt, Imsi, IsdnAddress, Teid
from protocol.ip import EchoRequestV6, IpProtocol, Ipv4, Ipv6, Udp
from protocol.sm.pdp_address import PdpTypeNumber
from protocol.sm.quality_of_service import QualityOfService
from protocol.timers import SECOND

IMSI, OTHER_IMSI, STATIC_IMSI = "001010000000001", "001010000000002", "001010000000003"
GGSN, SGSN, SGSN_2 = (GtpAddress.parse(text) for text in ("10.0.0.7", "10.0.0.3", "10.0.0.9"))
NODES = {"10.0.0.3": "sgsn1", "10.0.0.9": "sgsn2"}
QOS = QualityOfServiceProfile(2, QualityOfService.from_octets(bytes.fromhex("23431f")))
WEB, WEB_6 = IPv4Address("198.51.100.1"), IPv6Address("2001:db8:ffff::1")
DNS = (IPv4Address("198.51.100.53"), IPv4Address("198.51.100.54"), IPv6Address("2001:db8:ffff::53"))
STATIC, STATIC_6 = IPv4Address("10.101.0.1"), IPv6Address("2001:db8:101::1")
HLR = Gt("999010000004")
ACCESS_POINTS = {
    "internet": AccessPoint(
        pools=(IPv4Network("10.100.0.0/29"), IPv6Network("2001:db8:100::/62")), dns=DNS, inactivity=300 * SECOND
    ),
    "static": AccessPoint(
        pools=(IPv4Network("10.101.0.0/30"),),
        subscribers={STATIC: Imsi(STATIC_IMSI), STATIC_6: Imsi(STATIC_IMSI)},
    ),
    "quiet": AccessPoint(subscribers={IPv4Address("10.102.0.1"): Imsi(STATIC_IMSI)}, network_requested=False),
}

Address = IPv4Address | IPv6Address


class AroundGgsn:
    """The GGSN, and what its neighbours hear of it, read; all that they say goes in as octets."""

    def __init__(self, *records: Record, **changes: Any) -> None:
        config: dict[str, Any] = {
            "name": "ggsn1",
            "address": GsnAddress(GGSN.address),
            "number": Gt("999010000007"),
            "gsns": {GsnAddress.parse(address): name for address, name in NODES.items()},
            "routes": {HLR: ("hlr1", "gc")},
            "hlrs": {"00101": HLR},
            "access_points": ACCESS_POINTS,
            "pdn": "pdn1",
            "note_level": "all",
        }
        self.node = Ggsn(GgsnConfig(**config | changes), Random(1), records)
        self.now = 0
        self.heard: list[tuple[str, Any]] = []
        self.packets: list[bytes] = []
        self.notes: list[Note] = []
        self.replies: list[Reply] = []
        self.hlr: list[Any] = []
        self.spoil: Callable[[bytes], bytes] = lambda pdu: pdu
        """What becomes of a PDU of the HLR on its way."""
        self._sequence = 0
        self.node.start(0)
        self.listen()

    # --- time and octets --------------------------------------------------------------------------------------------

    def listen(self) -> None:
        """Take what the GGSN puts out."""
        for output in self.node.outputs():
            match output:
                case Send(to=to, interface="gn", pdu=pdu):
                    self.heard.append((to, gtp.decode(pdu, up=False)))
                case Send(to="pdn1", interface="gi", pdu=pdu):
                    self.packets.append(pdu)
                case Send(to="hlr1", interface="gc", pdu=pdu):
                    message = sccp.decode(pdu)
                    assert isinstance(message, sccp.Udt | sccp.Xudt | sccp.Ludt)
                    self.hlr.append((message, tcap.decode(message.payload)))
                case Note():
                    self.notes.append(output)
                case Reply():
                    self.replies.append(output)
                case Send():
                    raise AssertionError(output)

    def receive(self, link: str, interface: str, pdu: bytes) -> None:
        """Octets come in."""
        self.node.receive(link, interface, pdu, self.now)
        self.listen()

    def waits(self, seconds: float) -> None:
        """Time passes, from timer to timer."""
        end = self.now + round(seconds * SECOND)
        while (deadline := self.node.next_timer()) is not None and deadline.when <= end:
            self.now = deadline.when
            self.node.on_time(self.now)
            self.listen()
        self.now = end

    def orders(self, verb: str, **arguments: Any) -> Reply:
        """An operator's command; the last answer so far."""
        self.node.command(Command("c1", verb, arguments), self.now)
        self.listen()
        return self.replies[-1]

    def inspects(self, subject: str | None = None) -> dict[str, Any]:
        """What ``inspect`` shows."""
        reply = self.orders("inspect", **({} if subject is None else {"subject": subject}))
        assert reply.status == "done", reply.body
        body: dict[str, Any] = reply.body
        return body

    # --- what is said to it -----------------------------------------------------------------------------------------

    def says(self, message: Any, sgsn: str = "sgsn1", *, again: bool = False) -> Any:
        """An SGSN says a message under the next sequence number, or ``again`` the last; what it hears next, if any."""
        if message.sequence_number is None:
            self._sequence += not again
            message = message.replace(sequence_number=self._sequence)
        before = len(self.heard)
        self.receive(sgsn, "gn", message.encode())
        return self.heard[before][1] if len(self.heard) > before else None

    def creates(self, sgsn: str = "sgsn1", **changes: Any) -> Any:
        """An SGSN asks for the first context of an address; the answer."""
        return self.says(create(sgsn, **changes), sgsn)

    def adds(self, first: Any, number: int = 6, **changes: Any) -> Any:
        """An SGSN asks for a secondary context; the answer."""
        return self.says(secondary(first, number, **changes))

    def updates(self, created: Any, sgsn: str = "sgsn1", **changes: Any) -> Any:
        """An SGSN updates a context; the answer."""
        return self.says(update(created, sgsn, **changes), sgsn)

    def deletes(self, created: Any, nsapi: int = 5, *, teardown: bool = True, sgsn: str = "sgsn1") -> Any:
        """An SGSN deletes a context; the answer."""
        return self.says(
            DeletePdpContextRequest(
                teid=created.tunnel_endpoint_identifier_control_plane,
                teardown_ind=TeardownInd(teardown=True) if teardown else None,
                nsapi=Nsapi(value=nsapi),
            ),
            sgsn,
        )

    def sends_up(self, created: Any, packet: bytes, sgsn: str = "sgsn1") -> None:
        """A packet of the mobile comes through the tunnel."""
        message = TPdu(teid=created.tunnel_endpoint_identifier_data_i, payload=packet)
        self.receive(sgsn, "gn", message.encode())

    def sends_down(self, packet: bytes) -> None:
        """A packet comes from the packet data network."""
        self.receive("pdn1", "gi", packet)

    def hlr_says(self, message: Any) -> None:
        """The HLR says a TCAP message."""
        called = sccp.Address(ssn=sccp.Ssn.GGSN, gt=Gt("999010000007"))
        calling = sccp.Address(ssn=sccp.Ssn.HLR, gt=HLR)
        for pdu in sccp.segments(called, calling, message.encode(), 1):
            self.receive("hlr1", "gc", self.spoil(pdu))

    def hlr_answers(self, component: Any) -> None:
        """The HLR ends the dialogue that was begun last: by a result, an error, or what is made of the invoke."""
        begin = self.hlr[-1][1]
        opening = tcap.Aare(application_context=begin.dialogue.application_context)
        number = begin.components[0].invoke_id
        self.hlr_says(tcap.End(dtid=begin.otid, dialogue=opening, components=(component(number),)))

    def hlr_results(self, value: Any) -> None:
        """The HLR answers what it was asked last."""
        self.hlr_answers(lambda number: tcap.result(number, value))

    def hlr_refuses(self, why: Any) -> None:
        """The HLR refuses what it was asked last."""
        self.hlr_answers(lambda number: tcap.error(number, why))

    # --- what it said -----------------------------------------------------------------------------------------------

    def hlr_asked(self) -> Any:
        """The argument of the last invoke to the HLR."""
        return self.hlr[-1][1].components[0].argument

    def tunnelled(self, sgsn: str = "sgsn1") -> list[tuple[int, bytes]]:
        """The packets that an SGSN was sent, each with its TEID; they are told once."""
        found: list[tuple[int, bytes]] = [
            (message.teid, message.payload) for to, message in self.heard if to == sgsn and isinstance(message, TPdu)
        ]
        self.heard = [(to, message) for to, message in self.heard if to != sgsn or not isinstance(message, TPdu)]
        return found

    def asked(self, kind: Any, sgsn: str = "sgsn1") -> Any:
        """The last message to an SGSN, which is of this kind."""
        to, message = self.heard[-1]
        assert (to, type(message)) == (sgsn, kind), message
        return message

    def answers(self, kind: Any, sgsn: str = "sgsn1", **elements: Any) -> None:
        """An SGSN answers the last request."""
        to, request = self.heard[-1]
        assert to == sgsn, request
        elements.setdefault("cause", GtpCause.REQUEST_ACCEPTED)
        elements.setdefault("teid", Teid(0))
        self.receive(sgsn, "gn", kind(sequence_number=request.sequence_number, **elements).encode())

    def echoes(self, recovery: int, sgsn: str = "sgsn1") -> None:
        """An SGSN answers the echo that it was sent."""
        request = self.asked(EchoRequest, sgsn)
        answer = EchoResponse(teid=Teid(0), sequence_number=request.sequence_number, recovery=recovery)
        self.receive(sgsn, "gn", answer.encode())

    @property
    def warnings(self) -> dict[str, int]:
        """Warnings by kind."""
        return dict(self.node.warnings)

    def is_empty(self) -> bool:
        """Whether nothing is left of any context: no address, tunnel end, transaction, timer, dialogue, path."""
        shown = self.inspects()
        in_use = sum(point["in_use"] for point in shown["access_points"].values())
        left = {
            key: shown[key] for key in ("contexts", "teids", "network_requests", "paths", "transactions", "dialogues")
        }
        tables = [table for table in vars(self.node.contexts).values() if table]
        return not (in_use or any(left.values()) or tables or shown["timers_running"])


# --- messages of SGSNs ----------------------------------------------------------------------------------------------


def create(sgsn: str = "sgsn1", **changes: Any) -> CreatePdpContextRequest:
    """A request for the first context of an address, as an SGSN makes it."""
    own = address_of(sgsn)
    elements: dict[str, Any] = {
        "teid": Teid(0),
        "imsi": GtpImsi(IMSI),
        "recovery": 0,
        "selection_mode": SelectionMode(value=SelectionModeValue.MS_OR_NETWORK_PROVIDED_APN_SUBSCRIBED_VERIFIED),
        "tunnel_endpoint_identifier_data_i": Teid(0x1001),
        "tunnel_endpoint_identifier_control_plane": Teid(0x2001),
        "nsapi": Nsapi(value=5),
        "charging_characteristics": ChargingCharacteristics.from_octets(b"\x08\x00"),
        "end_user_address": EndUserAddress.dynamic(),
        "access_point_name": Apn("internet"),
        "sgsn_address_for_signalling": own,
        "sgsn_address_for_user_traffic": own,
        "msisdn": IsdnAddress("999010000100"),
        "quality_of_service_profile": QOS,
    }
    return CreatePdpContextRequest(**elements | changes)


def secondary(first: Any, number: int = 6, **changes: Any) -> CreatePdpContextRequest:
    """A request for one more context of the address that ``first`` answered."""
    elements: dict[str, Any] = {
        "teid": first.tunnel_endpoint_identifier_control_plane,
        "tunnel_endpoint_identifier_data_i": Teid(0x1000 + number),
        "nsapi": Nsapi(value=number),
        "linked_nsapi": Nsapi(value=5),
        "sgsn_address_for_signalling": SGSN,
        "sgsn_address_for_user_traffic": SGSN,
        "quality_of_service_profile": QOS,
    }
    return CreatePdpContextRequest(**elements | changes)


def update(created: Any, sgsn: str = "sgsn1", **changes: Any) -> UpdatePdpContextRequest:
    """A request to update the context that ``created`` answered."""
    own = address_of(sgsn)
    elements: dict[str, Any] = {
        "teid": created.tunnel_endpoint_identifier_control_plane,
        "recovery": 0,
        "tunnel_endpoint_identifier_data_i": Teid(0x1001),
        "tunnel_endpoint_identifier_control_plane": Teid(0x2001),
        "nsapi": Nsapi(value=5),
        "sgsn_address_for_control_plane": own,
        "sgsn_address_for_user_traffic": own,
        "quality_of_service_profile": QOS,
    }
    return UpdatePdpContextRequest(**elements | changes)


def address_of(sgsn: str) -> GtpAddress:
    """The address of an SGSN."""
    return next(GtpAddress.parse(address) for address, name in NODES.items() if name == sgsn)


DYNAMIC_6 = EndUserAddress.dynamic(PdpTypeNumber.IPV6)
DYNAMIC_BOTH = EndUserAddress.dynamic(PdpTypeNumber.IPV4V6)


def packet(source: Any, destination: Any, payload: bytes = b"hello") -> bytes:
    """An ICMP echo request between two addresses."""
    here, there = ip_address(source), ip_address(destination)
    if isinstance(here, IPv4Address) and isinstance(there, IPv4Address):
        echo = ip.EchoRequest(identifier=1, sequence_number=1, payload=payload).encode()
        return Ipv4(protocol_number=IpProtocol.ICMP, source=here, destination=there, payload=echo).encode()
    assert isinstance(here, IPv6Address)
    assert isinstance(there, IPv6Address)
    echo = EchoRequestV6(identifier=1, sequence_number=1, payload=payload).summed(here, there).encode()
    return Ipv6(next_header=IpProtocol.ICMPV6, source=here, destination=there, payload=echo).encode()


def datagram(source: Any, destination: Any, source_port: int, destination_port: int) -> bytes:
    """A UDP datagram between two IPv4 addresses."""
    here, there = IPv4Address(source), IPv4Address(destination)
    udp = Udp(source_port=source_port, destination_port=destination_port, payload=b"data").summed(here, there)
    return Ipv4(protocol_number=IpProtocol.UDP, source=here, destination=there, payload=udp.encode()).encode()


def read(octets: bytes) -> Any:
    """A packet, read."""
    return ip.decode(octets)
