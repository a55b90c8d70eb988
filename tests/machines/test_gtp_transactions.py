"""The transactions of GTP-C: a node that asks and answers, and a peer made of octets."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from nodes.core import echo, gtp
from nodes.core.gtp import MOST, NO_TEID, Gtp, Incoming, Transaction
from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.core.node import Node, NodeConfig
from nodes.core.outputs import Command, Note, Record, Reply, Send
from protocol import gtp as messages
from protocol.causes import GtpCause
from protocol.errors import DecodeError
from protocol.gtp import (
    CreatePdpContextResponse,
    DeletePdpContextRequest,
    EchoRequest,
    EchoResponse,
    ErrorIndication,
    ExtensionHeader,
    ExtensionHeaderType,
    GtpRequest,
    IdentificationRequest,
    IdentificationResponse,
    Nsapi,
    PduNotificationResponse,
    SgsnContextAcknowledge,
    SgsnContextRequest,
    SgsnContextResponse,
    SupportedExtensionHeadersNotification,
    TPdu,
    VersionNotSupported,
)
from protocol.gtp import GsnAddress as GtpAddress
from protocol.gtp import Imsi as GtpImsi
from protocol.identities import GsnAddress, Rai, Teid, Tlli, Tmsi
from protocol.timers import SECOND
from tests.machines.ggsn_lab import create

RAI = Rai.parse("001-01-1-7")
OWN, PEER, OTHER, NOBODY = (GsnAddress.parse(f"10.0.0.{number}") for number in (3, 4, 5, 9))
IDENTIFY = IdentificationRequest(teid=NO_TEID, rai=RAI, ptmsi=Tmsi(0xC0000001))
IDENTIFIED = IdentificationResponse(teid=NO_TEID, cause=GtpCause.REQUEST_ACCEPTED, imsi=GtpImsi("001010000000001"))
ASK_CONTEXT = SgsnContextRequest(
    teid=NO_TEID,
    rai=RAI,
    tlli=Tlli(0x80000001),
    tunnel_endpoint_identifier_control_plane=Teid(7),
    sgsn_address_for_control_plane=GtpAddress.parse("10.0.0.4"),
)
REFUSED = SgsnContextResponse(teid=Teid(7), cause=GtpCause.IMSI_NOT_KNOWN)
AREA, TLLI, TEID = b"\x03\0\xf1\x10\0\x01\x07", b"\x04\x80\0\0\1", b"\x11\0\0\0\x07"
TAKEN = SgsnContextAcknowledge(teid=NO_TEID, cause=GtpCause.REQUEST_ACCEPTED)


class S(State):
    """States of who asks."""

    START = "start"
    WAIT = "wait"
    DONE = "done"
    FAILED = "failed"


class Asker(Procedure):
    """Who sends one message and keeps what comes of it."""

    __slots__ = ("outcome", "transaction")

    def __init__(self, stage: Any, transaction: Any) -> None:
        super().__init__(stage)
        self.transaction: Transaction = transaction(self)
        self.outcome: Any = None

    @property
    def where(self) -> str:
        """The state's name."""
        return self.state.name


def begun(asker: Asker, event: Begin) -> S:
    asker.start(asker.transaction)
    return S.WAIT


def answered(asker: Asker, event: Transaction) -> S:
    asker.outcome = event.answer
    return S.DONE


def failed(asker: Asker, event: Transaction) -> S:
    asker.outcome = event.why
    return S.FAILED


ASKER = Machine(
    "who asks",
    clause="none",
    of=Asker,
    initial=S.START,
    final=(S.DONE, S.FAILED),
    rows=[
        (S.START, Begin, begun, (S.WAIT,)),
        (S.WAIT, gtp.S.ANSWERED, answered, (S.DONE,)),
        (S.WAIT, gtp.S.NO_RESPONSE, failed, (S.FAILED,)),
    ],
)


class Gsn(Node):
    """A node with nothing but GTP. It leaves what it is asked to the test."""

    role = "gsn"

    def __init__(self, records: list[Record]) -> None:
        super().__init__(NodeConfig(name="gsn1", note_level="all"), Random(1), records)
        self.asked: list[Incoming] = []
        self.restarted: list[str] = []
        self.packets: list[tuple[str, Any]] = []
        services: dict[type[GtpRequest], Callable[[Incoming], None]] = {
            IdentificationRequest: self.asked.append,
            SgsnContextRequest: self.asked.append,
        }
        self.gtp = Gtp(
            self,
            OWN,
            {PEER: "gsn2", OTHER: "gsn3"},
            services,
            restarted=self.restarted.append,
            user_plane=lambda peer, message: self.packets.append((peer, message)),
            headers=(ExtensionHeaderType.SUSPEND_REQUEST,),
        )

    def take(self, link: str, interface: str, pdu: bytes) -> None:
        self.gtp.receive(link, pdu)

    def command_echo(self, command: Command) -> None:
        """Ask whether a GSN is alive."""
        echo.order(self.gtp, command)


class Around:
    """What is around the node: whatever it says is kept, read and as octets."""

    def __init__(self, *records: Record) -> None:
        self.node = Gsn(list(records))
        self.now = 0
        self.octets: list[bytes] = []
        self.heard: list[Any] = []
        self.to: list[str] = []
        self.notes: list[Note] = []
        self.replies: list[Reply] = []
        self.node.start(0)
        self.listen()

    def listen(self) -> None:
        for output in self.node.outputs():
            match output:
                case Send(to=to, interface="gn", pdu=pdu):
                    self.octets.append(pdu)
                    self.heard.append(messages.decode(pdu))
                    self.to.append(to)
                case Note():
                    self.notes.append(output)
                case Reply():
                    self.replies.append(output)

    def says(self, message: Any, peer: str = "gsn2") -> None:
        """A peer says a message, or octets that should be one."""
        pdu = message if isinstance(message, bytes) else message.encode()
        self.node.receive(peer, "gn", pdu, self.now)
        self.listen()

    def asks(self, message: Any = IDENTIFY, address: GsnAddress = PEER) -> Asker:
        """The node asks a peer."""
        self.node.clock.now = self.now
        asker = Asker(self.node, lambda parent: self.node.gtp.request(parent, address, message, "001010000000001"))
        asker.begin()
        self.listen()
        return asker

    def answers(self, message: Any, index: int = -1) -> None:
        """The node answers what it was asked."""
        self.node.clock.now = self.now
        self.node.asked[index].answer(message)
        self.listen()

    def hands_over(self, index: int = -1) -> Asker:
        """The node answers by what awaits an acknowledge."""
        self.node.clock.now = self.now
        incoming = self.node.asked[index]
        asker = Asker(self.node, lambda parent: self.node.gtp.respond(parent, incoming, REFUSED))
        asker.begin()
        self.listen()
        return asker

    def waits(self, seconds: float) -> None:
        end = self.now + round(seconds * SECOND)
        while (deadline := self.node.next_timer()) is not None and deadline.when <= end:
            self.now = deadline.when
            self.node.on_time(self.now)
            self.listen()
        self.now = end

    def said(self) -> list[str]:
        names = [type(message).__name__ for message in self.heard]
        for kept in (self.heard, self.octets, self.to):
            kept.clear()
        return names

    @property
    def warnings(self) -> dict[str, int]:
        return dict(self.node.warnings)


@pytest.fixture
def around() -> Iterator[Around]:
    """A node and its peers; in the end nothing is left of any transaction."""
    world = Around()
    yield world
    world.waits(60)
    assert world.node.gtp.outstanding == {}
    assert world.node.gtp.unacknowledged == {}
    assert world.node.clock.running() == []


def test_request_is_answered(around: Around) -> None:
    """29.060 7.6: the response has the sequence number of the request."""
    asker = around.asks()
    (request,) = around.heard
    assert request == IDENTIFY.replace(sequence_number=request.sequence_number)
    around.says(IDENTIFIED.replace(sequence_number=request.sequence_number))
    assert asker.where == "DONE"
    assert asker.outcome.imsi == "001010000000001"


def test_request_is_repeated(around: Around) -> None:
    """29.060 7.6: the same octets each time, N3-REQUESTS times in all; then whoever asked is told."""
    asker = around.asks()
    around.waits(9)
    assert len(around.octets) == 5
    assert len(set(around.octets)) == 1
    assert asker.where == "WAIT"
    around.waits(1)
    assert asker.where == "FAILED"
    assert asker.outcome == "no answer of gsn2 to Identification Request"
    assert len(around.octets) == 5


def test_response_that_is_late(around: Around) -> None:
    """29.060 7.6, 11.1.4: nobody waits any more, so it is dropped."""
    around.asks()
    sequence = around.heard[0].sequence_number
    around.waits(10)
    around.said()
    around.says(IDENTIFIED.replace(sequence_number=sequence))
    assert around.said() == []
    assert around.warnings == {"gtp unexpected": 1}


def test_response_that_comes_twice(around: Around) -> None:
    """29.060 7.6: the second is a duplicate and is discarded."""
    asker = around.asks()
    response = IDENTIFIED.replace(sequence_number=around.heard[0].sequence_number)
    around.says(response)
    around.says(response)
    assert asker.where == "DONE"
    assert around.warnings == {"gtp unexpected": 1}


@pytest.mark.parametrize(
    ("message", "peer", "shift"),
    [
        (IDENTIFIED, "gsn2", 1),
        (IDENTIFIED, "gsn3", 0),
        (REFUSED, "gsn2", 0),
        (IDENTIFIED.replace(sequence_number=None), "gsn2", None),
    ],
    ids=["other number", "other peer", "other kind", "no number"],
)
def test_response_that_does_not_match(around: Around, message: Any, peer: str, shift: int | None) -> None:
    """29.060 11.1.4: discarded, and the request goes on."""
    asker = around.asks()
    if shift is not None:
        message = message.replace(sequence_number=(around.heard[0].sequence_number + shift) % 65536)
    around.says(message, peer)
    assert asker.where == "WAIT"
    assert around.warnings == {"gtp unexpected": 1}


def test_response_without_mandatory_element(around: Around) -> None:
    """29.060 11.1.5: whoever asked is told at once."""
    asker = around.asks()
    sequence = around.heard[0].sequence_number
    around.says(b"\x32\x31\0\x04" + bytes(4) + sequence.to_bytes(2, "big") + bytes(2))
    assert asker.where == "FAILED"
    assert "cause is missing" in asker.outcome
    assert around.warnings == {"gn undecodable": 1}


@pytest.mark.parametrize("octets", [b"\0", GtpImsi("001010000000001").to_octets()], ids=["length", "order"])
def test_response_that_counts_as_not_received(around: Around, octets: bytes) -> None:
    """29.060 11.1.2, 11.1.10: of a wrong length, or out of order: discarded, and the request is repeated."""
    asker = around.asks()
    response = IDENTIFIED.replace(sequence_number=around.heard[0].sequence_number)
    pdu = response.encode()
    if len(octets) > 1:
        pdu = pdu[:3] + b"\x0f" + pdu[4:12] + b"\x02" + octets + pdu[12:14]
    else:
        pdu += octets
    around.says(pdu)
    assert asker.where == "WAIT"
    around.says(response)
    assert asker.where == "DONE"


def test_unreadable_response_that_nobody_awaits(around: Around) -> None:
    """29.060 11.1.4 before 11.1.5: nobody is told."""
    around.says(b"\x32\x31\0\x04" + bytes(4) + b"\0\x01\0\0")
    assert around.said() == []
    assert around.warnings == {"gn undecodable": 1}


def test_address_that_no_node_has(around: Around) -> None:
    """Lost as on a network without a route: T3-RESPONSE tells."""
    asker = around.asks(address=NOBODY)
    around.waits(10)
    assert asker.where == "FAILED"
    assert around.said() == []
    assert around.warnings == {"gtp route": 5}


def test_sequence_numbers(around: Around) -> None:
    """29.060 7.6: unique among the requests that are not answered yet; they wrap."""
    around.node.gtp._last = 65534
    for _ in range(3):
        around.asks()
    assert [message.sequence_number for message in around.heard] == [65535, 0, 1]
    around.node.gtp._last = 65534
    around.asks()
    assert around.heard[-1].sequence_number == 2


def test_request_whose_asker_is_aborted(around: Around) -> None:
    """An aborted procedure waits for nothing: the answer is late."""
    asker = around.asks()
    asker.end()
    around.says(IDENTIFIED.replace(sequence_number=around.heard[0].sequence_number))
    assert around.warnings == {"gtp unexpected": 1}


# --- requests of a peer ---


def test_request_that_comes_twice_is_answered_alike(around: Around) -> None:
    """29.060 7.6: the answer is remembered, whatever is asked for is done once."""
    request = IDENTIFY.replace(sequence_number=9)
    around.says(request)
    around.says(request)  # before the answer: it will come
    assert around.said() == []
    around.answers(IDENTIFIED)
    around.says(request)
    assert len(around.node.asked) == 1
    assert around.to == ["gsn2", "gsn2"]
    assert around.octets[0] == around.octets[1] == IDENTIFIED.replace(sequence_number=9).encode()


def test_answers_are_remembered_for_as_long_as_repeats_may_come(around: Around) -> None:
    """29.060 7.6: for T3-RESPONSE times N3-REQUESTS after the answer."""
    request = IDENTIFY.replace(sequence_number=9)
    around.says(request)
    around.waits(8)
    around.answers(IDENTIFIED)
    around.waits(9)
    around.says(request)
    assert len(around.node.asked) == 1
    around.waits(1)
    around.says(request)
    assert len(around.node.asked) == 2


def test_same_sequence_number_is_not_yet_the_same_request(around: Around) -> None:
    """A peer that has restarted, or another one: its request is a new one."""
    request = IDENTIFY.replace(sequence_number=9)
    around.says(request)
    around.says(request, "gsn3")
    around.says(request.replace(ptmsi=Tmsi(0xC0000002)))
    assert [incoming.peer for incoming in around.node.asked] == ["gsn2", "gsn3", "gsn2"]


def test_memory_is_bounded(around: Around) -> None:
    """However many requests come, so many answers are remembered at most; the oldest goes first."""
    around.node.gtp._answers._capacity = 3
    for number in range(5):
        around.says(IDENTIFY.replace(sequence_number=number))
        around.answers(IDENTIFIED)
    assert len(around.node.gtp._answers) == 3
    around.says(IDENTIFY.replace(sequence_number=4))
    assert len(around.node.asked) == 5
    around.says(IDENTIFY.replace(sequence_number=0))
    assert len(around.node.asked) == 6
    assert MOST > 1000


@pytest.mark.parametrize(
    ("octets", "cause"),
    [
        (IDENTIFY.replace(sequence_number=9).encode() + b"\0", GtpCause.INVALID_MESSAGE_FORMAT),
        (b"\x32\x30\0\x04\0\0\0\0\0\x09\0\0", GtpCause.MANDATORY_IE_MISSING),
        (b"\x32\x32\0\x10\0\0\0\0\0\x09\0\0" + TEID + b"\x85\0\x04\x0a\0\0\4", GtpCause.MANDATORY_IE_MISSING),
        (
            b"\x32\x32\0\x1b\0\0\0\0\0\x09\0\0" + AREA + TLLI + TEID + b"\x85\0\x03\x0a\0\0",
            GtpCause.MANDATORY_IE_INCORRECT,
        ),
    ],
    ids=["length", "nothing", "rai", "address"],
)
def test_request_that_cannot_be_read(around: Around, octets: bytes, cause: GtpCause) -> None:
    """29.060 11.1.2, 11.1.5, 11.1.7: answered by the response that belongs to it, with the cause alone."""
    around.says(octets)
    (answer,) = around.heard
    assert type(answer) is (IdentificationResponse if octets[1] == 48 else SgsnContextResponse)
    assert (answer.cause, answer.sequence_number, answer.teid) == (cause, 9, 0)
    assert around.warnings == {"gn undecodable": 1}
    assert around.node.asked == []


@pytest.mark.parametrize(
    "octets",
    [
        b"\x32",
        b"\x32\x30\0\0\0\0\0\0",
        b"\x32\x63\0\x04\0\0\0\0\0\x09\0\0",
        b"\x22\x30\0\x04\0\0\0\0\0\x09\0\0",
        b"\x30\x30\0\0\0\0\0\0",
        b"\x32\x14\0\x04\0\0\0\0\0\x09\0\0",
        EchoRequest(teid=NO_TEID, sequence_number=1).encode() + b"\0",
        IDENTIFY.encode(),
        b"\x41\x03\0\0",
    ],
    ids=["short", "no number", "unknown", "charging", "no optional", "not served", "echo", "unnumbered", "version"],
)
def test_what_is_dropped(around: Around, octets: bytes) -> None:
    """29.060 11.1.2 to 11.1.4: too short, unknown, unexpected, or without a number that an answer could have."""
    around.says(octets)
    assert around.said() == []
    assert around.warnings == {"gn undecodable": 1}


def test_user_plane(around: Around) -> None:
    """29.060 9.3: what comes through a tunnel, or tells that there is none, is handed over; nothing else is done."""
    packet = TPdu(teid=Teid(1), payload=b"\x45\0")
    lost = ErrorIndication(
        teid=NO_TEID, tunnel_endpoint_identifier_data_i=Teid(1), gsn_address=GtpAddress.parse("10.0.0.4")
    )
    around.says(packet)
    around.says(lost)
    assert around.node.packets == [("gsn2", packet), ("gsn2", lost)]
    assert around.said() == []


def test_recovery_is_told_once(around: Around) -> None:
    """29.060 7.7.11: until it was heard, and again where the peer has not answered, has restarted, or may have."""
    around.asks(create(recovery=0))
    assert around.node.gtp.recovery_to("gsn2") == 0, "the request may be lost"
    refusal = CreatePdpContextResponse(teid=NO_TEID, cause=GtpCause.MISSING_OR_UNKNOWN_APN)
    around.says(refusal.replace(sequence_number=around.heard[-1].sequence_number))
    assert around.node.gtp.recovery_to("gsn2") is None
    assert around.node.gtp.recovery_to("gsn3") == 0
    around.says(EchoRequest(teid=NO_TEID, sequence_number=1), "gsn3")
    assert around.node.gtp.recovery_to("gsn3") is None
    for recovery in (3, 4):
        around.node.command(Command("1", "echo", {"address": "10.0.0.4"}), around.now)
        around.listen()
        around.says(EchoResponse(teid=NO_TEID, sequence_number=around.heard[-1].sequence_number, recovery=recovery))
    assert around.node.gtp.recovery_to("gsn2") == 0
    around.says(
        ErrorIndication(
            teid=NO_TEID, tunnel_endpoint_identifier_data_i=Teid(1), gsn_address=GtpAddress.parse("10.0.0.4")
        )
    )
    assert around.node.gtp.recovery_to("gsn2") == 0


@pytest.mark.parametrize(
    "message",
    [
        DeletePdpContextRequest(teid=Teid(1), sequence_number=1, nsapi=Nsapi(value=5)),
        PduNotificationResponse(teid=NO_TEID, sequence_number=1, cause=GtpCause.REQUEST_ACCEPTED),
        VersionNotSupported(teid=NO_TEID, sequence_number=1),
        TAKEN.replace(sequence_number=1),
    ],
    ids=lambda message: type(message).__name__,
)
def test_what_nobody_expects(around: Around, message: Any) -> None:
    """29.060 11.1.4: silently discarded."""
    around.says(message)
    assert around.said() == []
    assert around.warnings == {"gtp unexpected": 1}


def test_who_is_no_gsn(around: Around) -> None:
    """A node that no address leads to is not listened to."""
    around.says(IDENTIFY.replace(sequence_number=1), "bss1")
    assert around.said() == []
    assert around.warnings == {"gn undecodable": 1}


def test_other_version(around: Around) -> None:
    """29.060 11.1.1: answered by Version Not Supported, of our version."""
    around.says(bytes.fromhex("1e010000 00000000 0000000000000000"))
    assert around.octets == [bytes.fromhex("32030004 00000000 00000000")]


def test_extension_header_that_is_not_known(around: Around) -> None:
    """29.060 7.2.4: one that must be known is answered by those that are, and by a response where there is one."""
    header = bytes.fromhex("01ffff00")
    request = b"\x36\x30\0\x08\0\0\0\0\0\x09\0\xbf" + header
    around.says(request)
    notification, response = around.heard
    assert isinstance(notification, SupportedExtensionHeadersNotification)
    assert notification.extension_header_type_list.types == (ExtensionHeaderType.SUSPEND_REQUEST,)
    assert response == IdentificationResponse(
        teid=NO_TEID, sequence_number=9, cause=GtpCause.UNKNOWN_MANDATORY_EXTENSION_HEADER
    )
    around.said()
    pdu_number = ExtensionHeader.of_pdcp_pdu(1)
    around.says(IDENTIFY.replace(sequence_number=9, extension_headers=(pdu_number,)))
    assert around.said() == ["SupportedExtensionHeadersNotification", "IdentificationResponse"]
    asker = around.asks()
    sequence = around.heard[0].sequence_number
    around.said()
    around.says(IDENTIFIED.replace(sequence_number=sequence, extension_headers=(pdu_number,)))
    assert around.said() == ["SupportedExtensionHeadersNotification"]
    assert asker.where == "FAILED"
    around.says(
        heard := SupportedExtensionHeadersNotification(
            teid=NO_TEID, sequence_number=0, extension_header_type_list=notification.extension_header_type_list
        )
    )
    assert heard.title in around.notes[-1].text


# --- responses that are acknowledged ---


def test_response_is_repeated_until_it_is_acknowledged(around: Around) -> None:
    """29.060 7.5.4, 7.6: by the rules of a request, under the number of the request that it answers."""
    around.says(ASK_CONTEXT.replace(sequence_number=9))
    asker = around.hands_over()
    around.waits(4)
    assert around.octets == [REFUSED.replace(sequence_number=9).encode()] * 3
    around.says(ASK_CONTEXT.replace(sequence_number=9))
    assert len(around.octets) == 4
    around.says(TAKEN.replace(sequence_number=8))
    around.says(TAKEN.replace(sequence_number=9), "gsn3")
    assert asker.where == "WAIT"
    around.says(TAKEN.replace(sequence_number=9))
    assert asker.where == "DONE"
    assert asker.outcome.cause is GtpCause.REQUEST_ACCEPTED
    around.waits(20)
    assert len(around.octets) == 4


def test_response_that_is_never_acknowledged(around: Around) -> None:
    """29.060 7.5.4: N3-REQUESTS times, then whoever sent it is told."""
    around.says(ASK_CONTEXT.replace(sequence_number=9))
    asker = around.hands_over()
    around.waits(10)
    assert len(around.octets) == 5
    assert asker.where == "FAILED"


def test_acknowledge_is_repeated_as_often_as_the_response(around: Around) -> None:
    """29.060 7.6: a response that comes again is acknowledged again, once it has been; till then it is no error."""
    asker = around.asks(ASK_CONTEXT)
    sequence = around.heard[0].sequence_number
    response = REFUSED.replace(sequence_number=sequence)
    around.says(response)
    around.said()
    around.says(response)
    assert around.said() == []
    around.node.clock.now = around.now
    asker.transaction.acknowledge(TAKEN)
    around.listen()
    around.says(response)
    assert around.octets == [TAKEN.replace(sequence_number=sequence).encode()] * 2
    around.waits(10)
    around.says(response)
    assert len(around.octets) == 2
    assert around.warnings == {"gtp unexpected": 1}


# --- echo and restarts ---


def test_echo_is_answered(around: Around) -> None:
    """29.060 7.2.2: at any time, by the restart counter."""
    around.says(EchoRequest(teid=NO_TEID, sequence_number=5))
    assert around.heard == [EchoResponse(teid=NO_TEID, sequence_number=5, recovery=0)]


def test_restart_counter_is_of_one_octet() -> None:
    """29.060 11.4: one more after each restart, modulo 256."""
    around = Around(Record("restarts", (511).to_bytes(4, "big")))
    around.says(EchoRequest(teid=NO_TEID, sequence_number=5))
    assert around.heard[0].recovery == 0
    around = Around(Record("restarts", (256).to_bytes(4, "big")))
    around.says(EchoRequest(teid=NO_TEID, sequence_number=5))
    assert around.heard[0].recovery == 1


def test_echo_by_command(around: Around) -> None:
    """29.060 7.2.1: the operator learns the restart counter of a peer that is alive."""
    around.node.command(Command("1", "echo", {"address": "10.0.0.4"}), around.now)
    around.listen()
    assert around.replies == [Reply("1", "accepted")]
    sequence = around.heard[0].sequence_number
    around.says(EchoResponse(teid=NO_TEID, sequence_number=sequence, recovery=4))
    assert around.replies[-1] == Reply("1", "done", {"recovery": 4})
    assert around.node.restarted == []


@pytest.mark.ttcn3("attach_echo_timeout")
def test_echo_without_answer(around: Around) -> None:
    """29.060 11.2: the path is down."""
    around.node.command(Command("1", "echo", {"address": "10.0.0.4"}), around.now)
    around.waits(10)
    assert around.said() == ["EchoRequest"] * 5
    assert around.replies[-1].status == "failed"


@pytest.mark.parametrize("address", ["10.0.0.9", "somewhere", None])
def test_echo_to_nobody(around: Around, address: str | None) -> None:
    """An order that cannot be obeyed is answered so."""
    around.node.command(Command("1", "echo", {"address": address}), around.now)
    around.listen()
    assert [reply.status for reply in around.replies] == ["failed"]


@pytest.mark.ttcn3("attach_restart_ctr_echo")
def test_restart_of_a_peer(around: Around) -> None:
    """29.060 7.2.2, 11.4: another counter than before tells of a restart; the first one tells nothing."""
    for recovery in (3, 3, 4, 4, 255, 0):
        around.node.command(Command("1", "echo", {"address": "10.0.0.4"}), around.now)
        around.listen()
        around.says(EchoResponse(teid=NO_TEID, sequence_number=around.heard[-1].sequence_number, recovery=recovery))
    assert around.node.restarted == ["gsn2"] * 3
    assert around.node.gtp.recoveries == {"gsn2": 0}


def test_tunnel_endpoints() -> None:
    """29.060 7.7.13: no two are alike, and none is 0."""
    layer = Around().node.gtp
    teids = {layer.allocate_teid() for _ in range(100)}
    assert len(teids) == layer.teids == 100
    assert 0 not in teids
    for teid in teids:
        layer.release_teid(teid)
    assert layer.teids == 0


def test_nothing_that_a_peer_sends_raises(around: Around) -> None:
    """DESIGN 7: every prefix and every octet turned, of every message that is read here."""
    for message in (IDENTIFY, IDENTIFIED, ASK_CONTEXT, REFUSED, TAKEN, EchoRequest(teid=NO_TEID)):
        octets = message.replace(sequence_number=1).encode()
        for index in range(len(octets)):
            around.says(octets[:index])
            for value in (0, 1, 0x7F, 0x80, 0xFF):
                around.says(octets[:index] + bytes([value]) + octets[index + 1 :])


def test_decode_error_is_raised_on_a_foreign_interface() -> None:
    """What the layer refuses leaves it as a DecodeError, which the node counts."""
    with pytest.raises(DecodeError):
        Around().node.gtp.receive("gsn2", b"")
