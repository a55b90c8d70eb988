"""SCCP: unit data of every length, addresses of every form, segments."""

import pickle
import subprocess
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gprslab.trace.pcapng import PcapngWriter
from gprslab.trace.stacks import Endpoint, Stacks
from protocol import sccp
from protocol.document import from_document, to_document
from protocol.errors import DecodeError
from protocol.identities import Gt
from protocol.layout import Extra
from protocol.sccp import (
    Address,
    EncodingScheme,
    GlobalTitle,
    Importance,
    LocalReference,
    NatureOfAddress,
    NumberingPlan,
    ProtocolClass,
    ReturnCause,
    Segmentation,
    Ssn,
)
from tests.wire.kinds_sccp import ADDRESSES

HLR = Address(ssn=Ssn.HLR, gt=Gt("491720000005"))
SGSN = Address(ssn=Ssn.SGSN, gt=Gt("4917200000031"))
VLR = Address(ssn=Ssn.BSSAP_PLUS, point_code=0x0123)
HERE = Address(ssn=254)


addresses = st.builds(
    Address,
    ssn=st.integers(0, 255),
    gt=st.none() | st.text("0123456789", min_size=5, max_size=15).map(Gt),
    point_code=st.none() | st.integers(0, 0x3FFF),
)
"""Addresses such as ours."""

payloads = st.binary(max_size=180)
rests = st.just(b"") | st.binary(max_size=3)
segmentations = st.none() | st.builds(
    Segmentation, st.booleans(), st.integers(0, 15), st.integers(0, 0xFFFFFF), st.booleans(), st.integers(0, 3)
)
importances = st.none() | st.builds(Importance, spare=st.integers(0, 31), level=st.integers(0, 7))
references = st.integers(0, 0xFFFFFF).map(LocalReference)
octet = st.integers(0, 255)
sequencing = st.binary(min_size=2, max_size=2).map(sccp.SequencingSegmenting.from_octets)
receive = st.binary(min_size=1, max_size=1).map(sccp.ReceiveSequenceNumber.from_octets)
data = st.none() | st.binary(max_size=130)
maybe_octet = st.none() | octet
PARTS = {"called": addresses | ADDRESSES, "calling": addresses | ADDRESSES, "payload": payloads, "rest": rests}
EXTENDED = PARTS | {
    "hop_counter": octet,
    "segmentation": segmentations,
    "importance": importances,
    "extras": st.sampled_from([(), (Extra(-1, bytes.fromhex("7701aa")),), (Extra(5, bytes.fromhex("12021234")),)]),
}
CLASSES = {"protocol_class": st.sampled_from(ProtocolClass)}
CAUSES = {"cause": st.sampled_from(ReturnCause)}
unitdata: st.SearchStrategy[sccp.Unitdata] = st.one_of(
    st.builds(sccp.Udt, **PARTS, **CLASSES),
    st.builds(sccp.Udts, **PARTS, **CAUSES),
    st.builds(sccp.Xudt, **EXTENDED, **CLASSES),
    st.builds(sccp.Xudts, **EXTENDED, **CAUSES),
    st.builds(sccp.Ludt, **EXTENDED | {"payload": st.binary(max_size=600)}, **CLASSES),
    st.builds(sccp.Ludts, **EXTENDED | {"payload": st.binary(max_size=600)}, **CAUSES),
)
ENDS = {"destination": references, "source": references}
connections: st.SearchStrategy[sccp.SccpMessage] = st.one_of(
    st.builds(
        sccp.Cr,
        source=references,
        called=addresses,
        credit=maybe_octet,
        calling=st.none() | addresses,
        payload=data,
        hop_counter=maybe_octet,
        importance=importances,
    ),
    st.builds(sccp.Cc, **ENDS, credit=maybe_octet, called=st.none() | addresses, payload=data, importance=importances),
    st.builds(
        sccp.Cref,
        destination=references,
        cause=octet.map(sccp.RefusalCause),
        called=st.none() | addresses,
        payload=data,
        importance=importances,
    ),
    st.builds(sccp.Rlsd, **ENDS, cause=octet.map(sccp.ReleaseCause), payload=data, importance=importances),
    st.builds(sccp.Rlc, **ENDS),
    st.builds(sccp.Dt1, destination=references, payload=payloads, rest=rests),
    st.builds(sccp.Dt2, destination=references, sequencing=sequencing, payload=payloads),
    st.builds(sccp.Ak, destination=references, receive_sequence_number=receive, credit=octet),
    st.builds(sccp.Ed, destination=references, payload=payloads),
    st.builds(sccp.Ea, destination=references, rest=rests),
    st.builds(sccp.Rsr, **ENDS, cause=octet.map(sccp.ResetCause)),
    st.builds(sccp.Rsc, **ENDS),
    st.builds(sccp.Err, destination=references, cause=octet.map(sccp.ErrorCause)),
    st.builds(sccp.It, **ENDS, protocol_class=octet.map(sccp.ProtocolClass), sequencing=sequencing, credit=octet),
)
messages: st.SearchStrategy[sccp.SccpMessage] = unitdata | connections


def test_udt_golden() -> None:
    """UDT with two global titles, as captures show it (Q.713 4.10, 3.5)."""
    udt = sccp.Udt(called=HLR, calling=SGSN, payload=b"\x62\x00", protocol_class=ProtocolClass.CLASS_1)
    assert udt.encode() == bytes.fromhex(
        "09 01 03 0e 1a 0b 12 06 00 12 04 947102000050 0c 12 95 00 11 04 94710200003001 02 6200"
    )


def test_xudt_golden() -> None:
    """XUDT with the segmentation parameter (Q.713 4.18, 3.17)."""
    xudt = sccp.Xudt(
        called=HERE, calling=VLR, payload=b"ab", segmentation=Segmentation(first=True, remaining=2, reference=0x010203)
    )
    assert xudt.encode() == bytes.fromhex("11 00 0f 04 06 0a 0c 02 42fe 04 43 2301 62 02 6162 10 04 82 010203 00")


def test_ludt_golden() -> None:
    """LUDT has pointers and a length of two octets, the less significant first (Q.713 4.20)."""
    ludt = sccp.Ludt(called=HERE, calling=HERE, payload=b"ab")
    assert ludt.encode() == bytes.fromhex("13 00 0f 0700 0800 0900 0000 02 42fe 02 42fe 0200 6162")


@given(messages)
def test_round_trip(message: sccp.SccpMessage) -> None:
    """What is encoded decodes to the same, parameters that are not known and octets behind it included."""
    read = sccp.decode(message.encode())
    assert read.encode() == message.encode()
    if not message.extras:
        assert read == message


@given(messages, st.data())
def test_prefixes_and_flips(message: sccp.SccpMessage, data: st.DataObject) -> None:
    """A prefix raises DecodeError unless it ends behind all parts; other octets do, or encode to the same again."""
    octets = message.encode()
    short = data.draw(st.integers(0, len(octets) - len(message.rest) - 1))
    with pytest.raises(DecodeError):
        sccp.decode(octets[:short])
    flipped = bytearray(octets)
    for _ in range(data.draw(st.integers(1, 3))):
        flipped[data.draw(st.integers(0, len(octets) - 1))] = data.draw(octet)
    try:
        other = sccp.decode(bytes(flipped))
    except DecodeError:
        return
    assert other.encode() == flipped
    assert from_document(type(other), to_document(other)).encode() == flipped


@given(st.integers(0, 21), st.binary(max_size=60))
def test_any_octets(code: int, octets: bytes) -> None:
    """Whatever arrives, nothing but DecodeError is raised, and what is read is written again as it came."""
    octets = bytes([code]) + octets
    try:
        message = sccp.decode(octets)
    except DecodeError:
        return
    assert 0 < code < 21
    assert message.encode() == octets


PLACED = {
    "gap": "09 00 05 07 09 dead 0242fe 0242fe 016200",
    "other order": "09 00 03 07 04 0242fe 0162 0242fe",
    "behind the end": "09 00 03 05 07 0242fe 0242fe 0162 0000",
    "empty optional part": "11 00 0f 04 06 08 09 0242fe 0242fe 0162 00",
    "optional part first": "11 00 0f 0b 0d 0f 01 1004c0010203 00 0242fe 0242fe 0162",
    "parameters in another order": "11 00 0f 04 06 08 09 0242fe 0242fe 0162 120103 1004c0010203 00",
    "unknown parameters": "11 00 0f 04 06 08 09 0242fe 0242fe 0162 7700 1004c0010203 7801aa 120103 790101 00",
    "repeated parameters": "11 00 0f 04 06 08 09 0242fe 0242fe 0162 1004c0010203 100440010203 00",
    "importance without octets": "11 00 0f 04 06 08 09 0242fe 0242fe 0162 1200 00",
    "long pointers": "13 00 0f 0a00 0b00 0300 0a00 010062 0242fe 0242fe 120107 00",
}
"""Messages whose sender placed its parts otherwise than we do."""


@pytest.mark.parametrize("name", PLACED)
def test_placed_otherwise(name: str) -> None:
    """Parts stay where they were, also when another one changes (Q.713 1.5 to 1.8)."""
    octets = bytes.fromhex(PLACED[name])
    message = sccp.decode(octets)
    assert isinstance(message, sccp.Unitdata)
    assert message.encode() == octets
    document = to_document(message)
    assert from_document(type(message), document) == message
    assert {"coding", "extras", "rest"} & document.keys()
    longer = message.replace(payload=b"longer")
    read = sccp.decode(longer.encode())
    assert read == longer
    assert read.replace(payload=message.payload).encode() == octets


def test_parameters_told() -> None:
    """A parameter that is not known, repeated or wrong stands in the extras, and why; the first counts."""
    message = sccp.decode(bytes.fromhex(PLACED["repeated parameters"]))
    assert isinstance(message, sccp.Xudt)
    assert message.segmentation is not None
    assert message.segmentation.first
    assert [(extra.octets.hex(), extra.why) for extra in message.extras] == [
        ("100440010203", "segmentation is repeated")
    ]
    message = sccp.decode(bytes.fromhex(PLACED["parameters in another order"]))
    assert message.coding == sccp.Coding(parameters=("importance", "segmentation"))
    message = sccp.decode(bytes.fromhex(PLACED["gap"]))
    assert message.coding == sccp.Coding(gaps=(sccp.Gap("called", b"\xde\xad"),))


GOLDEN: list[tuple[sccp.SccpMessage, str]] = [
    (
        sccp.Cr(source=LocalReference(0x030201), called=Address(ssn=254), payload=b"ab"),
        "01 010203 02 02 04 0242fe 0f026162 00",
    ),
    (sccp.Cc(destination=LocalReference(1), source=LocalReference(2), credit=7), "02 010000 020000 02 01 090107 00"),
    (sccp.Cref(destination=LocalReference(1), cause=sccp.RefusalCause.UNEQUIPPED_USER), "03 010000 13 00"),
    (
        sccp.Rlsd(
            destination=LocalReference(1), source=LocalReference(2), cause=sccp.ReleaseCause.SCCP_USER_ORIGINATED
        ),
        "04 010000 020000 03 00",
    ),
    (sccp.Rlc(destination=LocalReference(1), source=LocalReference(2)), "05 010000 020000"),
    (sccp.Dt1(destination=LocalReference(1), payload=b"ab"), "06 010000 00 01 026162"),
    (
        sccp.Dt2(
            destination=LocalReference(1),
            sequencing=sccp.SequencingSegmenting(send=1, receive=2, more_data=True),
            payload=b"ab",
        ),
        "07 010000 0205 01 026162",
    ),
    (
        sccp.Ak(destination=LocalReference(1), receive_sequence_number=sccp.ReceiveSequenceNumber(receive=3), credit=4),
        "08 010000 06 04",
    ),
    (sccp.Ed(destination=LocalReference(1), payload=b"a"), "0b 010000 01 0161"),
    (sccp.Ea(destination=LocalReference(1)), "0c 010000"),
    (
        sccp.Rsr(destination=LocalReference(1), source=LocalReference(2), cause=sccp.ResetCause.UNQUALIFIED),
        "0d 010000 020000 0c",
    ),
    (sccp.Rsc(destination=LocalReference(1), source=LocalReference(2)), "0e 010000 020000"),
    (sccp.Err(destination=LocalReference(1), cause=sccp.ErrorCause.UNQUALIFIED), "0f 010000 04"),
    (
        sccp.It(
            destination=LocalReference(1),
            source=LocalReference(2),
            protocol_class=ProtocolClass.CLASS_2,
            sequencing=sccp.SequencingSegmenting(),
            credit=0,
        ),
        "10 010000 020000 02 0000 00",
    ),
]
"""One message of connections of each kind (Q.713 4.2 to 4.17)."""


@pytest.mark.parametrize(("message", "octets"), GOLDEN, ids=lambda item: type(item).__name__)
def test_connections_golden(message: sccp.SccpMessage, octets: str) -> None:
    """Messages of connections, octet by octet."""
    assert message.encode() == bytes.fromhex(octets)
    assert sccp.decode(message.encode()) == message


def test_connections_as_tshark_reads_them(tshark: str, tmp_path: Path) -> None:
    """Tshark shows the name of every message and finds nothing wrong."""
    frames = shown(tshark, tmp_path, [message.encode() for message, _ in GOLDEN])
    for (message, _), (name, flagged) in zip(GOLDEN, frames, strict=True):
        assert (name.split()[0], flagged) == (type(message).__name__.upper(), "")


def shown(tshark: str, folder: Path, pdus: list[bytes]) -> list[list[str]]:
    """What tshark says of SCCP messages: info, and the most severe of its remarks."""
    path = folder / "sccp.pcapng"
    stacks = Stacks()
    ends = Endpoint("a", "10.0.0.3", 301), Endpoint("b", "10.0.0.5", 401)
    with closing(PcapngWriter(path.open("wb"))) as writer:
        for number, pdu in enumerate(pdus):
            writer.write("gr", 1_700_000_000_000_000 + number, stacks.wrap("gr", *ends, pdu))
    fields = ["-T", "fields", "-e", "_ws.col.Info", "-e", "_ws.malformed"]
    told = subprocess.run([tshark, "-r", str(path), *fields], capture_output=True, text=True, check=True).stdout
    return [line.split("\t") for line in told.splitlines()]


@pytest.mark.parametrize(
    "octets",
    [
        "",
        "00",  # no such message
        "05 0102",  # a message that ends within its fixed parts
        "09 00 03 03 05 0242fe 0242fe 0162",  # called and calling party in the same octets
        "09 00 03 04 07 0242fe 0242fe 0162",  # parts that overlap
        "09 00 02 04 06 0242fe 0242fe 016200",  # pointers into pointers
        "09 00 03 05 ff 0242fe 0242fe 0162",  # a pointer beyond the message
        "09 00 03 05 07 00 0242fe 0162",  # an empty address
        "11 00 0f 04 06 08 01 02 42fe 0242fe 0162",  # a pointer to the optional part within the pointers
        "11 00 0f 04 06 08 09 0242fe 0242fe 0162 1004c0010203",  # an optional part without end
        "11 00 0f 04 06 08 09 0242fe 0242fe 0162 1003c0010200",  # segmentation of three octets
    ],
)
def test_refused(octets: str) -> None:
    """Pointers that lead astray and parts of the wrong size are refused."""
    with pytest.raises(DecodeError):
        sccp.decode(bytes.fromhex(octets))


# --- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("octets", "address"),
    [
        ("1206001204947102000050", HLR),
        ("42fe", HERE),
        ("43230162", VLR),
        ("40", Address()),
        ("13010006001104947102000001", Address(6, Gt("49172000001"), 1)),
    ],
)
def test_address_of_ours(octets: str, address: Address) -> None:
    """Global title of indicator 4, translation type 0, E.164, international; or routed on the subsystem (Q.713 3.4)."""
    assert address.to_octets().hex() == octets
    assert Address.from_octets(bytes.fromhex(octets)) == address


@pytest.mark.parametrize(
    ("octets", "gt", "address"),
    [
        ("9206001204443145", "441354", Address(6, Gt("441354"), national=True)),
        ("5206001204447758105100", "447785011500", Address(6, Gt("447785011500"), route_on_ssn=True)),
        (
            "0e060012947102000050",
            "491720000005",
            Address(6, title=GlobalTitle("491720000005", indicator=3), route_on_ssn=False),
        ),
        ("060604947102000050", "491720000005", Address(6, title=GlobalTitle("491720000005", indicator=1))),
        (
            "0606839471020000f1",
            None,
            Address(
                6,
                title=GlobalTitle("49172000001", indicator=1, nature_of_address=NatureOfAddress.NATIONAL, filler=15),
            ),
        ),
        (
            "0a0600947102000050",
            None,
            Address(6, title=GlobalTitle(indicator=2, octets=bytes.fromhex("947102000050"))),
        ),
        (
            "1206007204947102000050",
            None,
            Address(6, title=GlobalTitle("491720000005", numbering_plan=NumberingPlan.E214)),
        ),
        ("120600120494710200005b", None, Address(6, title=GlobalTitle("4917200000b5"))),
        (
            "1206091284947102000050",
            "491720000005",
            Address(6, title=GlobalTitle("491720000005", translation_type=9, spare=1)),
        ),
        ("12060012040021", None, Address(6, title=GlobalTitle("0012"))),
        ("1206001304ffee", None, Address(6, title=GlobalTitle(scheme=EncodingScheme.NATIONAL, octets=b"\xff\xee"))),
        ("1206001104", None, Address(6, title=GlobalTitle(scheme=EncodingScheme.BCD_ODD))),
        ("2a06aabb", None, Address(6, title=GlobalTitle(indicator=10, octets=b"\xaa\xbb"))),
        ("43ffff08dead", None, Address(8, point_code=0x3FFF, point_code_spare=3, rest=b"\xde\xad")),
        ("00", None, Address(route_on_ssn=False)),
    ],
)
def test_address_of_others(octets: str, gt: str | None, address: Address) -> None:
    """Every form is told in its parts; an E.164 number in it is told whatever the form (Q.713 3.4.2.3)."""
    raw = bytes.fromhex(octets)
    read = Address.from_octets(raw)
    assert read == address
    assert read.gt == gt
    assert address.to_octets() == raw
    assert from_document(Address, to_document(read)) == read
    assert pickle.loads(pickle.dumps(read)) == read  # noqa: S301  our own octets


@given(st.binary(max_size=14))
def test_address_of_any_octets(octets: bytes) -> None:
    """An address is read and written again as it came, from its parts alone, or refused."""
    try:
        address = Address.from_octets(octets)
    except DecodeError:
        return
    assert replace(address).to_octets() == octets
    again = from_document(Address, to_document(address))
    assert (again, again.to_octets()) == (address, octets)


def test_address_edited() -> None:
    """One part of an address is changed in its document, and the rest stays."""
    document = to_document(Address.from_octets(bytes.fromhex("92060072844431f5")))
    assert document == {
        "ssn": "HLR",
        "title": {
            "digits": "44135f",
            "indicator": 4,
            "translation_type": 0,
            "numbering_plan": "E214",
            "nature_of_address": "INTERNATIONAL",
            "spare": 1,
        },
        "national": True,
    }
    document["title"]["digits"] = "4413500"
    assert from_document(Address, document).to_octets().hex() == "920600718444310500"


@pytest.mark.parametrize(
    "address",
    [
        Address(ssn=300),
        Address(point_code=1 << 14),
        Address(point_code_spare=1),
        Address(title=GlobalTitle("12x4")),
        Address(title=GlobalTitle("1234", indicator=16)),
        Address(title=GlobalTitle("1234", indicator=1, translation_type=1)),
        Address(title=GlobalTitle("1234", filler=3)),
        Address(gt=Gt("12345"), rest=b"a"),
    ],
)
def test_address_own_fault(address: Address) -> None:
    """Parts that do not fit, or that the indicator has no room for, raise ValueError."""
    with pytest.raises(ValueError, match=r"."):
        address.to_octets()


def test_address_prints_itself() -> None:
    """An address tells the subsystem and where it is."""
    assert str(HLR) == "6@491720000005"
    assert str(VLR) == "98@point code 291"
    assert str(HERE) == "254@here"
    assert str(Address.from_octets(bytes.fromhex("1206007204947102000050"))) == "6@E214 491720000005"


# --- management -------------------------------------------------------------------------------------------------------

SAID = [
    (sccp.Ssa, "01 06 2301 00"),
    (sccp.Ssp, "02 06 23c1 01"),
    (sccp.Sst, "03 06 2301 02"),
    (sccp.Sor, "04 06 2301 03"),
    (sccp.Sog, "05 06 2301 ff"),
    (sccp.Ssc, "06 06 2301 00 f3"),
]


@pytest.mark.parametrize(("kind", "octets"), SAID)
def test_management(kind: type[sccp.ManagementMessage], octets: str) -> None:
    """Each message of SCCP management, with spare bits as they came (Q.713 5.2)."""
    raw = bytes.fromhex(octets)
    message: Any = sccp.decode_management(raw)
    assert message.affected_ssn is Ssn.HLR
    assert message.affected_point_code.code == 0x0123
    assert type(message) is kind
    assert message.encode() == raw
    assert from_document(kind, to_document(message)).encode() == raw
    for size in range(len(raw)):
        with pytest.raises(DecodeError):
            sccp.decode_management(raw[:size])
    behind = sccp.decode_management(raw + b"ab")
    assert (behind.rest, behind.encode()) == (b"ab", raw + b"ab")


@given(st.binary(max_size=9))
def test_management_of_any_octets(octets: bytes) -> None:
    """Whatever arrives is written again as it came, or refused."""
    try:
        message = sccp.decode_management(octets)
    except DecodeError:
        return
    assert message.encode() == octets


# --- segments ---------------------------------------------------------------------------------------------------------


@given(st.integers(0, 3400), st.integers(0, 0xFFFFFF), addresses, addresses)
def test_segments(size: int, reference: int, called: Address, calling: Address) -> None:
    """What fits goes in one UDT; the rest in XUDT of one reference, counted down, in order (Q.714 4.1.1.2)."""
    payload = bytes(number % 251 for number in range(size))
    parts: list[Any] = [sccp.decode(octets) for octets in sccp.segments(called, calling, payload, reference)]
    assert b"".join(part.payload for part in parts) == payload
    assert {(part.called, part.calling) for part in parts} == {(called, calling)}
    most = 255 if called.gt is None and calling.gt is None else 254
    if size <= most:
        (only,) = parts
        assert isinstance(only, sccp.Udt)
        return
    for number, part in enumerate(parts):
        assert isinstance(part, sccp.Xudt)
        assert part.protocol_class.in_sequence
        assert part.segmentation == Segmentation(
            first=number == 0, remaining=len(parts) - 1 - number, reference=reference
        )
    assert len(parts[0].payload) == max(len(part.payload) for part in parts)


def test_segmentation_prints_itself() -> None:
    """A segment tells which message it is of, and how many are to come."""
    assert str(Segmentation(first=True, remaining=2, reference=7)) == "first segment of 7, 2 to come"
    assert str(Segmentation(first=False, remaining=0, reference=7)) == "segment of 7, 0 to come"


def test_segments_limit() -> None:
    """Sixteen segments are the most; more is our own fault."""
    size = 251 - len(HLR.to_octets()) - len(SGSN.to_octets())
    assert len(sccp.segments(HLR, SGSN, bytes(16 * size), 1)) == 16
    with pytest.raises(ValueError, match="more than 16 segments"):
        sccp.segments(HLR, SGSN, bytes(16 * size + 1), 1)


def test_own_fault() -> None:
    """What does not fit into its part raises ValueError."""
    with pytest.raises(ValueError, match="too long"):
        sccp.Udt(called=HLR, calling=SGSN, payload=bytes(256)).encode()
    with pytest.raises(ValueError, match="range"):
        sccp.Cr(source=LocalReference(1), called=HLR, credit=256).encode()


# --- other people's octets --------------------------------------------------------------------------------------------
