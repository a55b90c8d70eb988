"""BSSAP+ over SCCP: who is reached, and how what is wrong is answered (TS 29.018 clause 16)."""

from random import Random

import pytest

from nodes.core.bssap_plus import BssapPlus, find_imsi
from nodes.core.node import Node, NodeConfig
from nodes.core.outputs import Interface, Name, Note, Send
from protocol import bssap_plus, sccp
from protocol.bssap_plus import (
    BssapPlusMessage,
    LocationUpdateAccept,
    MmInformationRequest,
    MobileStatus,
    MsActivityIndication,
    PagingRequest,
    ResetIndication,
)
from protocol.bssap_plus.elements import MmInformation
from protocol.bssgp import ImsiIdentity
from protocol.causes import GsCause
from protocol.gmm.names import CodingScheme, NetworkName
from protocol.identities import Gt, Imsi, IsdnAddress, Lai
from protocol.sccp import Address, ReturnCause, Ssn, Udts
from protocol.timers import SECOND

SGSN, VLR = Gt("49170000003"), Gt("49170000004")
IMSI = Imsi("001010000000001")
PAGING = PagingRequest(imsi=ImsiIdentity(IMSI), vlr_number=IsdnAddress(VLR))


class Side(Node):
    """An SGSN that knows only Gs."""

    role = "sgsn"

    def __init__(self) -> None:
        super().__init__(NodeConfig(name="sgsn1"), Random(1), [])
        self.gs = BssapPlus(self, SGSN, {VLR: ("vlr1", "gs")}, up=True, hear=self.hear, returned=self.came_back)
        self.heard: list[tuple[Gt, BssapPlusMessage]] = []
        self.returned: list[tuple[Gt, BssapPlusMessage]] = []
        self.willing = True

    def take(self, link: Name, interface: Interface, pdu: bytes) -> None:
        self.gs.receive(pdu)

    def hear(self, number: Gt, message: BssapPlusMessage) -> bool:
        self.heard.append((number, message))
        return self.willing

    def came_back(self, number: Gt, message: BssapPlusMessage) -> None:
        self.returned.append((number, message))

    def says(self) -> list[BssapPlusMessage]:
        """What it has sent to the VLR since."""
        said: list[BssapPlusMessage] = []
        for output in self.outputs():
            if isinstance(output, Send):
                message = sccp.decode(output.pdu)
                assert isinstance(message, sccp.Udt)
                assert (output.to, message.called) == ("vlr1", Address(ssn=98, gt=VLR))
                said.append(bssap_plus.decode(message.payload, up=True))
        return said


@pytest.fixture
def side() -> Side:
    """The SGSN's side."""
    return Side()


def arrives(side: Side, payload: bytes, calling: Address | None = None, ssn: int = 98) -> None:
    """The VLR's octets arrive."""
    calling = calling or Address(ssn=98, gt=VLR)
    for pdu in sccp.segments(Address(ssn=ssn, gt=SGSN), calling, payload, 5):
        side.receive("vlr1", "gs", pdu, 0)


def test_message_reaches_its_user(side: Side) -> None:
    """A message is told with the number of who sent it."""
    arrives(side, PAGING.encode())
    assert side.heard == [(VLR, PAGING)]
    assert side.says() == []


def test_message_is_routed_by_number(side: Side) -> None:
    """A number without route is told to who sends."""
    message = MsActivityIndication(imsi=ImsiIdentity(IMSI))
    assert side.gs.send(VLR, message)
    assert side.says() == [message]
    assert not side.gs.send(Gt("49179999999"), message)
    assert side.warnings["sccp route"] == 1


@pytest.mark.parametrize(
    ("octets", "cause", "imsi"),
    [
        # PAGING-REQUEST without VLR number
        (bytes.fromhex("01 0108 09 10 10 00 00 00 00 10"), GsCause.MISSING_MANDATORY_INFORMATION_ELEMENT, IMSI),
        # LOCATION-UPDATE-ACCEPT without IMSI
        (bytes.fromhex("0a 0405 00f1100001"), GsCause.MISSING_MANDATORY_INFORMATION_ELEMENT, None),
        # LOCATION-UPDATE-ACCEPT with a LAI of four octets
        (
            bytes.fromhex("0a 0108 0910100000000010 0404 00f11000"),
            GsCause.INVALID_MANDATORY_INFORMATION,
            IMSI,
        ),
        # an IMSI that has half octets that are no digits
        (bytes.fromhex("0d 0103 f9ffff"), GsCause.INVALID_MANDATORY_INFORMATION, None),
        # RESET-INDICATION of neither SGSN nor VLR
        (bytes.fromhex("15"), GsCause.CONDITIONAL_IE_ERROR, None),
    ],
)
def test_wrong_message_is_answered_by_mobile_status(
    side: Side, octets: bytes, cause: GsCause, imsi: Imsi | None
) -> None:
    """TS 29.018 16.4, 16.5: MOBILE-STATUS with cause, the message, and the IMSI where that can be read."""
    arrives(side, octets)
    identity = None if imsi is None else ImsiIdentity(imsi)
    assert side.says() == [MobileStatus(imsi=identity, gs_cause=cause, erroneous_message=octets)]
    assert side.heard == []


def test_message_in_wrong_state(side: Side) -> None:
    """TS 29.018 16.3: answered by MOBILE-STATUS, message not compatible with the protocol state."""
    side.willing = False
    arrives(side, PAGING.encode())
    (status,) = side.says()
    assert isinstance(status, MobileStatus)
    assert status.gs_cause is GsCause.MESSAGE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE
    assert status.erroneous_message == PAGING.encode()


@pytest.mark.ttcn3("sgsap_unexp_ud")
@pytest.mark.parametrize("octets", [b"\x63\x01\x02", b"\x1f\x01\x03\x09\x10\x10\x08\x01\x06", b""])
def test_unknown_message_is_ignored(side: Side, octets: bytes) -> None:
    """TS 29.018 16.2: an unknown message type, here also one that only an SGSN sends, and nothing at all."""
    arrives(side, octets)
    assert (side.says(), side.heard) == ([], [])
    assert side.warnings["gs undecodable"] == 1


def test_unknown_element_is_ignored(side: Side) -> None:
    """TS 29.018 16.6: an element that is not known is skipped."""
    arrives(side, PAGING.encode() + b"\x7f\x02\x00\x00")
    ((number, message),) = side.heard
    assert isinstance(message, PagingRequest)
    assert (number, message.imsi, message.tmsi) == (VLR, PAGING.imsi, None)


@pytest.mark.parametrize("octets", [bytes.fromhex("1d 0801 07"), bytes.fromhex("1d 0801 07 1b01 01")])
def test_mobile_status_is_never_answered(side: Side, octets: bytes) -> None:
    """TS 29.018 16: neither one that lacks an element, nor one that fits no state."""
    side.willing = False
    arrives(side, octets)
    assert side.says() == []


def test_long_message_comes_in_segments(side: Side) -> None:
    """More than an UDT holds, as MM information may be, is put together; a segment that stays alone is given up."""
    text = "g" * 60
    names = MmInformation(
        full_name_for_network=NetworkName(CodingScheme.UCS2, text),
        short_name_for_network=NetworkName(CodingScheme.UCS2, text),
    )
    message = MmInformationRequest(imsi=ImsiIdentity(IMSI), mm_information=names)
    pdus = sccp.segments(Address(ssn=98, gt=SGSN), Address(ssn=98, gt=VLR), message.encode(), 5)
    assert len(pdus) == 2
    for pdu in pdus:
        side.receive("vlr1", "gs", pdu, 0)
    assert side.heard == [(VLR, message)]
    side.receive("vlr1", "gs", pdus[0], 0)
    side.on_time(15 * SECOND)
    assert side.warnings["sccp segments"] == 1
    assert side.next_timer() is None


def test_message_returned(side: Side) -> None:
    """What the network cannot deliver is told to who sent it."""
    accept = MsActivityIndication(imsi=ImsiIdentity(IMSI))
    own = Address(ssn=98, gt=SGSN)
    service = Udts(
        cause=ReturnCause.SUBSYSTEM_FAILURE, called=own, calling=Address(ssn=98, gt=VLR), payload=accept.encode()
    )
    side.receive("vlr1", "gs", service.encode(), 0)
    assert side.returned == [(VLR, accept)]


@pytest.mark.parametrize(
    ("calling", "ssn"),
    [(Address(ssn=98), 98), (Address(ssn=98, gt=VLR), Ssn.SGSN)],
)
def test_strange_address(side: Side, calling: Address, ssn: int) -> None:
    """Who has no number cannot be answered, and other subsystems are not here."""
    arrives(side, PAGING.encode(), calling, ssn)
    assert (side.heard, side.says()) == ([], [])


def test_connection_is_not_taken(side: Side) -> None:
    """Gs uses SCCP without connections (TS 29.016)."""
    side.receive(
        "vlr1", "gs", sccp.Cr(source=sccp.LocalReference(1), called=Address(ssn=98), payload=b"\x01").encode(), 0
    )
    assert [output.kind for output in side.outputs() if isinstance(output, Note)] == ["warning"]


def test_find_imsi() -> None:
    """The IMSI is found wherever it stands, and not in half of an element."""
    accept = LocationUpdateAccept(imsi=ImsiIdentity(IMSI), location_area_identifier=Lai.parse("001-01-1"))
    assert find_imsi(b"\x0a" + accept.encode()[11:] + accept.encode()[1:11]) == ImsiIdentity(IMSI)
    assert find_imsi(accept.encode()[:8]) is None
    assert find_imsi(ResetIndication(vlr_number=IsdnAddress(VLR)).encode()) is None
