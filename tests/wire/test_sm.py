"""Session management: known-good PDUs, the error rules of TS 24.008 section 8, and octets that are given back."""

import re
import subprocess
from collections.abc import Callable
from contextlib import closing
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gprslab.trace.pcapng import PcapngWriter
from gprslab.trace.stacks import Stacks
from protocol import sm
from protocol.causes import SmCause
from protocol.document import from_document, to_document
from protocol.errors import DecodeError
from protocol.sm import ActivatePdpContextRequest, SmMessage, SmStatus, TransactionIdentifier
from protocol.sm.elements import FlowIdentifier, LinkedTi, RadioPriorityLevel
from protocol.sm.packet_filter import (
    FilterIdentifier,
    Ipv4SourceAddress,
    PacketFilter,
    ProtocolIdentifier,
    SingleSourcePort,
)
from protocol.sm.pdp_address import PdpAddress, PdpTypeNumber, PdpTypeOrganisation
from protocol.sm.ppp import Chap, Ipcp, IpcpOption, IpcpOptionType, Lcp, LcpCode, LcpOption, LcpOptionType, Pap, PapCode
from protocol.sm.protocol_configuration_options import ProtocolConfigurationOptions, ProtocolOrContainer, Unit
from protocol.sm.quality_of_service import (
    BitRate,
    DelayClass,
    ExtendedBitRate,
    ExtendedBitRate2,
    MaximumSduSize,
    MeanThroughput,
    PeakThroughput,
    PrecedenceClass,
    QualityOfService,
    ReliabilityClass,
    ResidualBer,
    SduErrorRatio,
    TransferDelay,
)
from protocol.sm.quantity import Quantity
from protocol.sm.traffic_flow_template import TftOperation, TrafficFlowTemplate
from tests.wire.oracle import dissect, packet

PROFILE = "1b921f7396fefe742bffff"
"""Octets 3 to 13 of a profile: interactive class, 8640 kbit/s."""

IPV6_FILTER = "2020010db8000000000000000000000000ffffffff0000000000000000000000008001234570b8fc"
"""Source address and mask, flow label, traffic class."""

EXAMPLES: list[tuple[str, bool, str]] = [
    # From TS 24.008's tables; tshark 4.0.17 dissects each without objection (see below), except where said.
    ("ActivatePdpContextRequest", True, f"0a4105030b{PROFILE}0201212809 08696e7465726e6574"),
    ("ActivatePdpContextRequest", True, "fa8a4106090300001f0200012715 80c0230e0100000e047573657204706173 73000d00"),
    (
        "ActivatePdpContextAccept",
        False,
        f"8a42030b{PROFILE}012b0601210a010203271b808021100300001081060a00003583060a000036000d040a000035340108",
    ),
    ("ActivatePdpContextReject", False, "8a431b270980c023050201000500"),
    ("RequestPdpContextActivation", False, "1a440601210a010203280908696e7465726e6574"),
    ("RequestPdpContextActivationReject", True, "9a4520"),
    ("DeactivatePdpContextRequest", True, "0a462491"),
    ("DeactivatePdpContextRequest", False, "8a462490"),
    ("DeactivatePdpContextAccept", True, "8a47"),
    ("DeactivatePdpContextAccept", False, "8a47"),
    ("ModifyPdpContextRequestMt", False, f"8a4802030b{PROFILE}2b0601210a010203340101"),
    ("ModifyPdpContextAcceptMo", True, "0a49"),
    ("ModifyPdpContextRequestMo", True, f"0a4a3205300b{PROFILE}31122100010e100a000001ffffffff3011500035"),
    ("ModifyPdpContextAcceptMt", False, f"8a4b300b{PROFILE}320582340109"),
    ("ModifyPdpContextReject", False, "8a4c1a"),
    (
        "ActivateSecondaryPdpContextRequest",
        True,
        f"1a4d06050b{PROFILE}0100362c21000128{IPV6_FILTER}",
    ),
    ("ActivateSecondaryPdpContextAccept", False, f"9a4e050b{PROFILE}02340101"),
    ("ActivateSecondaryPdpContextReject", False, "9a4f2a"),
    ("SmStatus", True, "0a5561"),
    ("SmStatus", False, "fae95551"),
]


def example(name: str) -> Any:
    """The first example of a message."""
    title, up, octets = next(entry for entry in EXAMPLES if entry[0] == name)
    assert title == name
    return sm.decode(bytes.fromhex(octets), up=up)


@pytest.mark.parametrize(("name", "up", "text"), EXAMPLES)
def test_examples(name: str, up: bool, text: str) -> None:
    """Each is the message that it is said to be, without anything left over, and gives back its octets."""
    octets = bytes.fromhex(text)
    message = sm.decode(octets, up=up)
    assert type(message).__name__ == name
    assert message.extras == ()
    assert message.coding is None
    assert message.encode() == octets
    assert from_document(type(message), to_document(message)) == message


def test_every_message_has_an_example() -> None:
    """PROCEDURES 6.11: 41 to 4F and 55."""
    assert sorted({*SmMessage.up, *SmMessage.down}) == [*range(0x41, 0x50), 0x55]
    classes = {cls.__name__ for table in (SmMessage.up, SmMessage.down) for cls in table.values()}
    assert classes == {name for name, _, _ in EXAMPLES}


def test_examples_in_tshark(tshark: str, tmp_path: Path) -> None:
    """Tshark shows each as the same message, and objects to none."""
    stacks = Stacks()
    shown = dissect(tshark, tmp_path, [packet("sm", bytes.fromhex(text), stacks, up=up) for _, up, text in EXAMPLES])
    for (name, _, text), seen in zip(EXAMPLES, shown, strict=True):
        assert not seen.objection, (text, seen.objection)
        words = re.sub(r"[^a-z]", "", seen.info.lower().replace("rej.", "reject").rpartition("(sm)")[2])
        assert words.startswith(name.lower().removesuffix("mo").removesuffix("mt")), seen.info


def test_third_party_vectors(vectors: list[dict[str, Any]]) -> None:
    """Every SM vector is the message that tshark says, with its APN, and gives back its octets."""
    found = [vector for vector in vectors if vector["protocol"] == "sm"]
    for vector in found:
        octets = bytes.fromhex(vector["hex"])
        message = sm.decode(octets, up=vector["dir"] == "MO")
        assert message.title.lower() == vector["expect"]["message"].rpartition(") ")[2].lower()
        assert message.encode() == octets
        assert isinstance(message, ActivatePdpContextRequest)
        assert message.access_point_name == vector["expect"]["fields"]["gsm_a.gm.sm.apn"]
        assert message.requested_nsapi.value == 5
        assert message.requested_qos.mean_throughput.is_best_effort
        assert message.requested_pdp_address.is_dynamic
        options = message.protocol_configuration_options
        assert options is not None
        (ipcp,) = options.contents(ProtocolOrContainer.IPCP)
        assert isinstance(ipcp, Ipcp)
        assert ipcp.address(IpcpOptionType.SECONDARY_DNS_SERVER_ADDRESS) == IPv4Address(0)
    assert len(found) >= 2


# --- transaction identifier --------------------------------------------------------------------------------------


def refused(text: str, *, up: bool = True) -> DecodeError:
    """How the octets are refused."""
    with pytest.raises(DecodeError) as caught:
        sm.decode(bytes.fromhex(text), up=up)
    return caught.value


def test_transaction_identifiers() -> None:
    """24.007 11.2.3.1.3: 0 to 6 in three bits, 7 to 126 in a further octet; the flag tells the side that chose it."""
    for flag in (False, True):
        for value in range(127):
            message = SmStatus(
                transaction_identifier=TransactionIdentifier(value, flag), sm_cause=SmCause.NETWORK_FAILURE
            )
            octets = message.encode()
            assert len(octets) == (3 if value < 7 else 4)
            assert sm.decode(octets, up=True) == message
    assert TransactionIdentifier(5).answer == TransactionIdentifier(5, flag=True)
    with pytest.raises(ValueError, match="0 to 126"):
        TransactionIdentifier(127)


@pytest.mark.parametrize("second", ["80", "86", "ff"])
def test_transaction_identifier_that_none_can_have(second: str) -> None:
    """24.008 8.3: an extension that holds 0 to 6, or the reserved 127, is an invalid TI (#81)."""
    assert refused(f"7a{second}5561").cause == SmCause.INVALID_TRANSACTION_IDENTIFIER_VALUE
    assert refused(f"7a{second}7f61").cause == SmCause.INVALID_TRANSACTION_IDENTIFIER_VALUE  # 8.3 before 8.4


@pytest.mark.parametrize("text", ["", "0a", "7a", "7a87", "7a0755", "7a415561", "095561"])
def test_ignored(text: str) -> None:
    """24.008 8.2, 8.3: too short for a type, an EXT bit of 0, another protocol's discriminator: silence."""
    assert refused(text).cause is None


# --- the other error rules ---------------------------------------------------------------------------------------


def test_unknown_message_type() -> None:
    """24.008 8.4: #97 also for a type that goes the other way, and for those of AA-PDP and MBMS."""
    for text, up in (("0a40", True), ("0a42", True), ("0a41", False), ("0a50", True), ("0a56", True), ("0a5d", False)):
        assert refused(text, up=up).cause == SmCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED


@pytest.mark.parametrize(
    "text",
    [
        "0a4105030b" + PROFILE,  # no PDP address
        "0a41050302" + "1b92" + "020121",  # a profile of two octets
        "0a41050305" + "1b921f7396" + "020121",  # a profile that ends within octets 6 to 13
        "0a4105030b" + PROFILE + "0101",  # half a type
        "0a4105030b" + PROFILE + "0501210a0102",  # three octets of IPv4
        "0a4105030b" + PROFILE + "0201210101",  # an element that must be understood (8.5)
        "1a4d06050b" + PROFILE + "017000",  # a linked TI without its extension
        "0a46",
    ],
)
def test_invalid_mandatory(text: str) -> None:
    """24.008 8.5: #96."""
    assert refused(text).cause == SmCause.INVALID_MANDATORY_INFORMATION


def test_elements_that_are_not_used_are_kept() -> None:
    """24.008 8.6, 8.7: unknown, repeated, misplaced and broken optional elements are ignored, and given back."""
    base = bytes.fromhex(f"0a4105030b{PROFILE}0201212803026162")
    for extra in ("a1", "3303010203", "2803026364", "9f", "2700", "28036162", "2802ff61"):
        octets = base + bytes.fromhex(extra)
        message = sm.decode(octets, up=True)
        assert isinstance(message, ActivatePdpContextRequest)
        assert message.access_point_name == "ab"
        assert message.protocol_configuration_options is None
        assert message.extras[0].octets.hex() == extra
        assert message.encode() == octets
        assert from_document(type(message), to_document(message)) == message


@pytest.mark.parametrize(
    ("text", "up"),
    [
        (f"8a42030b{PROFILE}0134020801", False),  # a packet flow identifier of two octets
        (f"1a4d06050b{PROFILE}03010000", True),  # a linked TI of three
        (f"0a41050316{PROFILE}{'00' * 11}020121", True),  # a profile of 22
        (f"0a4105030b{PROFILE}1801210a010203{'ab' * 18}", True),  # an IPv4 address with 18 octets behind it
    ],
)
def test_longer_than_defined(text: str, up: bool) -> None:
    """24.008 8.1: an element of type 4 that is longer than defined is no error; what is more is ignored."""
    octets = bytes.fromhex(text)
    message = sm.decode(octets, up=up)
    assert message.extras == ()
    assert message.encode() == octets
    assert from_document(type(message), to_document(message)) == message


def test_spare_bits_are_kept() -> None:
    """Spare bits are fields, and reserved values have names."""
    octets = bytes.fromhex(f"8a42f30b{PROFILE}f9")
    message = sm.decode(octets, up=False)
    assert isinstance(message, sm.ActivatePdpContextAccept)
    assert (message.negotiated_llc_sapi.spare, message.radio_priority.spare, message.spare_half_octet) == (15, 1, 15)
    assert message.radio_priority.level is RadioPriorityLevel.LEVEL_1
    assert RadioPriorityLevel(7).taken_for is RadioPriorityLevel.LEVEL_4
    assert message.encode() == octets


def test_causes() -> None:
    """24.008 10.5.6.6: a cause not listed counts as #34 at the mobile, as #111 in the network."""
    assert SmCause(99).taken_for(up=True) is SmCause.INFORMATION_ELEMENT_NON_EXISTENT_OR_NOT_IMPLEMENTED
    assert SmCause(200).taken_for(up=True) is SmCause.PROTOCOL_ERROR_UNSPECIFIED
    assert SmCause(200).taken_for(up=False) is SmCause.SERVICE_OPTION_TEMPORARILY_OUT_OF_ORDER


def test_editing_one_field_changes_that_alone() -> None:
    """A document with one field edited is the message with one element changed."""
    octets = bytes.fromhex(EXAMPLES[2][2])
    document = to_document(sm.decode(octets, up=False))
    document["protocol_configuration_options"]["units"][1]["content"]["Address"]["address"]["IPv4Address"] = "1.2.3.4"
    document["negotiated_qos"]["maximum_bit_rate_for_uplink"] = "64 kbit/s"
    edited = from_document(sm.ActivatePdpContextAccept, document).encode()
    wanted = octets.replace(bytes.fromhex("000d040a000035"), bytes.fromhex("000d0401020304")).replace(
        bytes.fromhex("96fefe"), bytes.fromhex("9640fe")
    )
    assert edited == wanted


# --- quality of service ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [3, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 40])
def test_profile_of_any_release(size: int) -> None:
    """24.008 10.5.6.5: R97 ends after octet 5, R99 after 13, later releases behind it."""
    octets = bytes(range(1, size + 1))
    profile = QualityOfService.from_octets(octets)
    assert profile.to_octets() == octets
    assert (profile.traffic_class is None) is (size == 3)
    assert (profile.signalling_indication is None) is (size < 12)
    assert from_document(QualityOfService, to_document(profile)) == profile


@pytest.mark.parametrize("size", [0, 1, 2, 4, 5, 6, 7, 8, 9, 10])
def test_profile_cut_short(size: int) -> None:
    """24.008 10.5.6.5: other lengths are not accepted."""
    with pytest.raises(DecodeError):
        QualityOfService.from_octets(bytes(size))


def test_profile_of_ours_cut_short() -> None:
    """What a later field needs before it is our own fault to leave out."""
    whole = QualityOfService.from_octets(bytes(range(1, 13)))
    for change in ({"delivery_order": None}, {"guaranteed_bit_rate_for_downlink": None}, {"spare_octet_14": None}):
        with pytest.raises(ValueError, match="there"):
            whole.replace(**change).to_octets()
    with pytest.raises(ValueError, match="together"):
        whole.replace(source_statistics_descriptor=None).to_octets()


def test_units() -> None:
    """Table 10.5.156: the ends of the ranges, with their units."""
    assert [BitRate(code).kbit_per_s for code in (0, 1, 63, 64, 127, 128, 254, 255)] == [
        None, 1, 63, 64, 568, 576, 8640, 0,
    ]  # fmt: skip
    assert [ExtendedBitRate(code).kbit_per_s for code in (0, 1, 74, 75, 186, 187, 250, 251)] == [
        None, 8700, 16_000, 17_000, 128_000, 130_000, 256_000, None,
    ]  # fmt: skip
    assert [ExtendedBitRate2(code).kbit_per_s for code in (0, 1, 61, 62, 161, 162, 246, 247)] == [
        None, 260_000, 500_000, 510_000, 1_500_000, 1_600_000, 10_000_000, None,
    ]  # fmt: skip
    assert [MaximumSduSize(code).octets for code in (0, 1, 150, 151, 152, 153, 154)] == [
        None, 10, 1500, 1502, 1510, 1520, None,
    ]  # fmt: skip
    assert [TransferDelay(code).milliseconds for code in (0, 1, 15, 16, 31, 32, 62, 63)] == [
        None, 10, 150, 200, 950, 1000, 4000, None,
    ]  # fmt: skip
    assert [ResidualBer(code).ratio for code in (0, 1, 4, 9, 10)] == [None, 5e-2, 4e-3, 6e-8, None]
    assert [SduErrorRatio(code).ratio for code in (0, 1, 2, 7, 8)] == [None, 1e-2, 7e-3, 1e-1, None]
    assert [PeakThroughput(code).kbit_per_s for code in (0, 1, 9, 10, 15)] == [None, 8, 2048, 8, None]
    assert [MeanThroughput(code).octets_per_hour for code in (1, 18, 31)] == [100, 50_000_000, None]
    assert [code for code in range(32) if MeanThroughput(code).is_best_effort] == [*range(19, 30), 31]


def test_values_not_listed() -> None:
    """Table 10.5.156: what the receiver takes them for."""
    assert DelayClass(5).taken_for is DelayClass.CLASS_4_BEST_EFFORT
    assert DelayClass(7).taken_for.is_reserved
    assert ReliabilityClass(6).taken_for is ReliabilityClass(3)
    assert PrecedenceClass(4).taken_for is PrecedenceClass.NORMAL_PRIORITY


def test_subscribed_or_reserved() -> None:
    """Table 10.5.156: 0 asks from the mobile for the subscribed value, and is reserved from the network."""
    profile = QualityOfService.from_octets(bytes(20))
    assert profile.reserved(up=True) == ()
    reserved = profile.reserved(up=False)
    assert {"delay_class", "mean_throughput", "traffic_class", "guaranteed_bit_rate_for_uplink"} < set(reserved)
    assert not any(name.endswith(("extended", "extended_2", "descriptor")) for name in reserved)
    assert QualityOfService.from_octets(b"\x07\x71\x1f").reserved(up=True) == ("reliability_class",)


def test_rate_that_counts() -> None:
    """10.5.6.5: an extension that is not 0 counts in place of the rate before it."""
    rates = {"": 8640, "00de00": 200_000, "000000": 8640, "00fafa0000": 256_000, "00fafa00003d003d00": 500_000}
    for later, rate in rates.items():
        profile = QualityOfService.from_octets(bytes.fromhex(PROFILE + later))
        assert profile.maximum_bit_rate(up=False) == rate
        assert profile.maximum_bit_rate(up=True) == (500_000 if len(later) == 18 else 8640)
        assert profile.guaranteed_bit_rate(up=True) == 0
        assert profile.guaranteed_bit_rate(up=False) == (256_000 if "fafa" in later else 0)


@pytest.mark.parametrize("kind", [*Quantity.__subclasses__()])
def test_quantities_are_parsed_again(kind: type[Quantity]) -> None:
    """Text and code are each other's inverse."""
    for code in range(1 << kind.bits):
        assert kind.parse(str(kind(code))) == code
        amount = kind(code).amount
        assert amount is None or kind.of(amount) == code
    with pytest.raises(ValueError, match=kind.__name__):
        kind.parse("much")
    with pytest.raises(ValueError, match="cannot be coded"):
        kind.of(0.123)


NAMES = {
    "max_bitrate_upl": "maximum_bit_rate_for_uplink",
    "guar_bitrate_downl": "guaranteed_bit_rate_for_downlink",
    "max_bitrate_downl_ext": "maximum_bit_rate_for_downlink_extended",
    "guar_bitrate_upl_ext2": "guaranteed_bit_rate_for_uplink_extended_2",
    "trans_delay": "transfer_delay",
    "peak_throughput": "peak_throughput",
    "mean_throughput": "mean_throughput",
}
FACTORS = {"Mbps": 1000, "kbps": 1, "ms": 1, "octet/s": 1, "octet/h": 1}


def test_units_in_tshark(tshark: str, tmp_path: Path) -> None:
    """All codes of the larger tables are the amounts that tshark shows.

    Tshark 4.0.17 goes on counting beyond 256 Mbit/s and 10 Gbit/s, where the table ends.
    """
    stacks, path = Stacks(), tmp_path / "profiles.pcapng"
    pdus = [bytes.fromhex("8a420314") + bytes((code,)) * 20 + b"\x01" for code in range(256)]
    with path.open("wb") as file, closing(PcapngWriter(file)) as writer:
        for number, pdu in enumerate(pdus):
            writer.write("gi", 1_700_000_000_000_000 + number, packet("sm", pdu, stacks, up=False))
    command = [tshark, "-n", "-r", str(path), "-T", "pdml"]
    frames = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("<packet>")[1:]
    compared = 0
    for pdu, frame in zip(pdus, frames, strict=True):
        message = sm.decode(pdu, up=False)
        assert isinstance(message, sm.ActivatePdpContextAccept)
        for theirs, ours in NAMES.items():
            shown = re.search(rf'name="gsm_a.gm.sm.qos.{theirs}" showname="([^"]*)"', frame)
            assert shown is not None
            told = re.search(r"([\d. ]+) (Mbps|kbps|ms|octet/s|octet/h)", shown[1])
            value = getattr(message.negotiated_qos, ours)
            beyond = (isinstance(value, ExtendedBitRate) and value > 250) or (
                isinstance(value, ExtendedBitRate2) and value > 246
            )
            if told is None or beyond or "Interpreted" in shown[1]:
                assert value.amount is None
                continue
            assert value.amount == float(told[1].replace(" ", "")) * FACTORS[told[2]], shown[1]
            compared += 1
    assert compared > 1200


# --- the other elements ------------------------------------------------------------------------------------------


def test_pdp_addresses() -> None:
    """24.008 10.5.6.4: organisation, number, and an address where it is static; GTP fills the spare half octet."""
    known = {
        "0121": "IPv4 dynamic",
        "01210a010203": "IPv4 10.1.2.3",
        "f1210a010203": "IPv4 10.1.2.3",
        "0157": "IPv6 dynamic",
        "015720010db8000000000000000000000001": "IPv6 2001:db8::1",
        "018d0a01020320010db8000000000000000000000001": "IPv4v6 10.1.2.3 2001:db8::1",
        "018d0a010203": "IPv4v6 10.1.2.3",
        "018d20010db8000000000000000000000001": "IPv4v6 2001:db8::1",
        "0001": "PPP",
        "00001234": "X.25 1234",
        "0f00": "empty",
        "01990a010203": "1/0x99 0a010203",
        "01210a010203ff": "IPv4 10.1.2.3 ff",
    }
    for text, told in known.items():
        address = PdpAddress.from_octets(bytes.fromhex(text))
        assert str(address) == told
        assert address.to_octets().hex() == text
        assert from_document(PdpAddress, to_document(address)) == address
    assert PdpAddress.static(IPv6Address("2001:db8::1")).to_octets()[:2] == b"\x01\x57"
    with pytest.raises(ValueError, match="no such address"):
        PdpAddress(PdpTypeOrganisation.ETSI, PdpTypeNumber.PPP, IPv4Address(0))
    with pytest.raises(ValueError, match="in the place"):
        PdpAddress(PdpTypeOrganisation.IETF, PdpTypeNumber.IPV4, other=b"ab")


def test_linked_ti() -> None:
    """24.008 10.5.6.7: as a transaction identifier, over four spare bits; an octet too many is kept."""
    for text in ("50", "f0a0", "53", "5080"):
        linked = LinkedTi.from_octets(bytes.fromhex(text))
        assert linked.to_octets().hex() == text
    assert LinkedTi.from_octets(b"\xf0\xa0").transaction_identifier == TransactionIdentifier(32, flag=True)


def test_packet_flow_identifiers() -> None:
    """24.008 10.5.6.11."""
    assert [str(FlowIdentifier(code)) for code in (0, 1, 2, 3, 4, 8, 127)] == [
        "best effort", "signalling", "SMS", "TOM8", "reserved 4", "8", "127",
    ]  # fmt: skip


def units_of(text: str) -> tuple[Unit, ...]:
    """The units of configuration options, which give back their octets."""
    options = ProtocolConfigurationOptions.from_octets(bytes.fromhex(text))
    assert options.to_octets() == bytes.fromhex(text)
    assert from_document(ProtocolConfigurationOptions, to_document(options)) == options
    return options.units


def test_packets_in_options() -> None:
    """24.008 10.5.6.3: the packets of LCP, PAP, CHAP and IPCP, and containers."""
    assert units_of("80c02313010000130565706c757308696e7465726e6574")[0].content == Pap(
        PapCode.AUTHENTICATE_REQUEST, 0, "eplus", "internet"
    )
    (lcp,) = units_of("80c0210e0101000e0304c0230506deadbeef")
    assert isinstance(lcp.content, Lcp)
    assert lcp.content.options == (
        LcpOption(LcpOptionType.AUTHENTICATION_PROTOCOL, 0xC023),
        LcpOption(LcpOptionType.MAGIC_NUMBER, 0xDEADBEEF),
    )
    challenge, response, success = units_of(
        "80c223 0c 0107000c 04 01020304 676773c223 0b 0207000b 02 aabb 75736572c223 06 03070006 6f6b"
    )
    assert isinstance(challenge.content, Chap)
    assert (challenge.content.value, challenge.content.name) == (b"\1\2\3\4", "ggs")
    assert isinstance(response.content, Chap)
    assert response.content.name == "user"
    assert str(success) == "CHAP Success: ok"
    (ipcp,) = units_of("80802116 02010016 0306 0a010203 8106 0a000035 8206 0a000036".replace(" ", ""))
    assert isinstance(ipcp.content, Ipcp)
    assert ipcp.content.code is LcpCode.CONFIGURE_ACK
    assert ipcp.content.address(IpcpOptionType.IP_ADDRESS) == IPv4Address("10.1.2.3")
    told = units_of("80 000d04 08080808 000310 20014860486000000000000000008888 001002 05dc ff0003 010203 000a00")
    assert [str(unit) for unit in told] == [
        "Dns server ipv4 address 8.8.8.8",
        "Dns server ipv6 address 2001:4860:4860::8888",
        "Ipv4 link mtu 1500 octets",
        "Reserved 65280 010203",
        "Ip address allocation via nas signalling",
    ]


@pytest.mark.parametrize(
    "unit",
    [
        "c023090100000b0131013233",  # the packet is longer than its unit
        "c0230701000007056162",  # the peer id is longer than the packet
        "802108010000080306 0a01",  # an option is longer than the packet
        "8021060100000603 01",  # an option of less than its own head
        "c2230501000005ff",
        "c02103010000",
        "000d03 080808",
    ],
)
def test_unit_that_is_not_its_protocol(unit: str) -> None:
    """It stays octets, and the units beside it are read."""
    text = f"80 000d0408080808 {unit} 000d0408080404".replace(" ", "")
    first, middle, last = units_of(text)
    assert isinstance(middle.content, bytes)
    assert str(first).endswith("8.8.8.8")
    assert str(last).endswith("8.8.4.4")


def test_options_with_spare_bits_padding_and_rest() -> None:
    """The extension bit, spare bits, padding behind a packet, and a unit that is cut short are kept."""
    options = ProtocolConfigurationOptions.from_octets(
        bytes.fromhex("79 c02306 02000005 00ff 8021 40 01".replace(" ", ""))
    )
    assert (options.extension, options.spare, options.configuration_protocol) == (False, 15, 1)
    pap = options.units[0].content
    assert isinstance(pap, Pap)
    assert (pap.message, pap.padding) == ("", b"\xff")
    assert options.rest.hex() == "80214001"
    (empty,) = ProtocolConfigurationOptions.from_octets(bytes.fromhex("80c0230402000004")).units
    assert empty.content == Pap(PapCode.AUTHENTICATE_ACK, 0)


def test_packets_of_ours_that_do_not_fit() -> None:
    """Our own faults are ValueErrors."""
    with pytest.raises(ValueError, match="peer id"):
        Pap(PapCode.AUTHENTICATE_ACK, 0, "a", "b")
    with pytest.raises(ValueError, match="no address"):
        IpcpOption(IpcpOptionType.IP_COMPRESSION_PROTOCOL, IPv4Address(0))
    with pytest.raises(ValueError, match="do not fit"):
        Pap(PapCode.AUTHENTICATE_REQUEST, 0, "a" * 256, "b").to_octets()
    with pytest.raises(ValueError, match="does not fit"):
        Unit(ProtocolOrContainer.MSISDN, bytes(256)).to_octets()
    with pytest.raises(ValueError, match="no content of"):
        Unit(ProtocolOrContainer.IPCP, Pap(PapCode.AUTHENTICATE_ACK, 0)).to_octets()
    with pytest.raises(ValueError, match="fit"):
        Pap(PapCode.AUTHENTICATE_REQUEST, 256, "a", "b").to_octets()


def test_template() -> None:
    """24.008 10.5.6.12: a new template of one filter, and its text."""
    octets = bytes.fromhex("2100010e100a000001ffffffff3011500035")
    template = TrafficFlowTemplate.from_octets(octets)
    assert template == TrafficFlowTemplate(
        TftOperation.CREATE_NEW_TFT,
        (
            PacketFilter(
                0,
                1,
                (
                    Ipv4SourceAddress(IPv4Address("10.0.0.1"), IPv4Address("255.255.255.255")),
                    ProtocolIdentifier(17),
                    SingleSourcePort(53),
                ),
            ),
        ),
    )
    assert template.fault() is None
    assert template.to_octets() == octets


OPERATION, FILTERS = SmCause.SYNTACTICAL_ERROR_IN_THE_TFT_OPERATION, SmCause.SYNTACTICAL_ERRORS_IN_PACKET_FILTERS


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("40", None),  # delete the template
        ("a20001", None),  # delete two filters
        ("b2000101021234", None),  # and an authorization token
        ("d003020011", None),  # a parameter alone
        ("2100020640005050 0035".replace(" ", ""), None),
        ("20", OPERATION),  # a new template without filters
        ("a0", OPERATION),
        ("41000103500035", OPERATION),  # to delete, with a filter
        ("e0", OPERATION),
        ("22000103500035", OPERATION),  # fewer filters than said
        ("21000103500035ff", OPERATION),  # more octets than said
        ("a1000103500035", OPERATION),
        ("220001035000350002 03500035".replace(" ", ""), FILTERS),  # one identifier twice
        ("220001035000350101 03500035".replace(" ", ""), FILTERS),  # one precedence twice
        ("21000100", FILTERS),  # no component
        ("21000102 9901".replace(" ", ""), FILTERS),  # a reserved component
        ("21000103 500035ff".replace(" ", "")[:-4], OPERATION),  # a filter that is cut short
        ("210001021000", FILTERS),  # a component that is cut short
        ("a20101", FILTERS),
    ],
)
def test_template_faults(text: str, fault: SmCause | None) -> None:
    """24.008 6.1.3.2.3, 6.1.3.3.3: a template with faults is read, told by its cause, and gives back its octets."""
    template = TrafficFlowTemplate.from_octets(bytes.fromhex(text))
    assert template.fault() is fault
    assert template.to_octets().hex() == text
    assert from_document(TrafficFlowTemplate, to_document(template)) == template


def test_template_of_ours_that_does_not_fit() -> None:
    """Our own faults are ValueErrors."""
    with pytest.raises(ValueError, match="nowhere else"):
        TrafficFlowTemplate(TftOperation.CREATE_NEW_TFT, identifiers=(FilterIdentifier(1),))
    many = tuple(PacketFilter(0, number, (ProtocolIdentifier(1),)) for number in range(16))
    with pytest.raises(ValueError, match="16 packet filters"):
        TrafficFlowTemplate(TftOperation.CREATE_NEW_TFT, many).to_octets()
    for wrong in (PacketFilter(16, 0), PacketFilter(0, 256), PacketFilter(0, 0, (SingleSourcePort(1 << 16),))):
        with pytest.raises(ValueError, match=r"fit|precedence"):
            wrong.to_octets()


# --- losslessness ------------------------------------------------------------------------------------------------

COMPONENT = st.sampled_from([0x10, 0x11, 0x20, 0x21, 0x23, 0x30, 0x40, 0x41, 0x50, 0x51, 0x60, 0x70, 0x80, 0x99])
LENGTHS = {
    0x10: 8,
    0x11: 8,
    0x20: 32,
    0x21: 17,
    0x23: 17,
    0x30: 1,
    0x40: 2,
    0x41: 4,
    0x50: 2,
    0x51: 4,
    0x60: 4,
    0x70: 2,
}


@st.composite
def templates(draw: st.DrawFn) -> bytes:
    """Octets that look like templates, and here and there are not."""
    octets = bytes((draw(st.integers(0, 255)),))
    for _ in range(draw(st.integers(0, 3))):
        contents = b""
        for code in draw(st.lists(COMPONENT, max_size=3)):
            size = LENGTHS.get(code, 3) - draw(st.sampled_from((0, 0, 0, 1)))
            contents += bytes((code,)) + draw(st.binary(min_size=size, max_size=size))
        octets += draw(st.binary(min_size=2, max_size=2)) + bytes((len(contents),)) + contents
    return octets + draw(st.binary(max_size=3))


@st.composite
def options(draw: st.DrawFn) -> bytes:
    """Octets that look like configuration options, and here and there are not."""
    octets = draw(st.sampled_from((b"\x80", b"\x79")))
    for _ in range(draw(st.integers(0, 3))):
        content = draw(st.binary(max_size=12))
        length = len(content) + draw(st.sampled_from((4, 4, 4, 5, 2)))
        unit = bytes((draw(st.integers(0, 5)), 1, 0, length)) + content
        octets += draw(st.sampled_from((b"\x80\x21", b"\xc0\x21", b"\xc0\x23", b"\xc2\x23", b"\x00\x0d")))
        octets += bytes((len(unit) + draw(st.sampled_from((0, 0, 0, 1))),)) + unit
    return octets


@given(
    st.one_of(
        st.tuples(st.just(QualityOfService.from_octets), st.binary(max_size=24)),
        st.tuples(st.just(PdpAddress.from_octets), st.binary(max_size=24)),
        st.tuples(
            st.just(PdpAddress.from_octets),
            st.builds(bytes.__add__, st.sampled_from((b"\x01\x21", b"\xf1\x57", b"\x01\x8d")), st.binary(max_size=22)),
        ),
        st.tuples(st.just(LinkedTi.from_octets), st.binary(max_size=3)),
        st.tuples(st.just(TrafficFlowTemplate.from_octets), templates() | st.binary(max_size=30)),
        st.tuples(st.just(ProtocolConfigurationOptions.from_octets), options() | st.binary(max_size=30)),
    )
)
def test_octets_are_given_back(case: tuple[Callable[[bytes], Any], bytes]) -> None:
    """Any octets raise DecodeError, or are a value that gives them back, also by way of its document."""
    take, octets = case
    try:
        value = take(octets)
    except DecodeError:
        return
    assert value.to_octets() == octets
    assert from_document(type(value), to_document(value)) == value
    assert isinstance(str(value), str)


@given(st.booleans(), st.integers(0x41, 0x55), st.binary(max_size=50))
def test_messages_are_given_back(up: bool, code: int, octets: bytes) -> None:
    """Any octets behind a message type raise DecodeError, or are a message that gives them back."""
    pdu = bytes((0x0A, code)) + octets
    try:
        message = sm.decode(pdu, up=up)
    except DecodeError:
        return
    assert message.encode() == pdu
    assert from_document(type(message), to_document(message)).encode() == pdu
