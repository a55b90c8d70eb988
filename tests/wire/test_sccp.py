"""SCCP: unit data of every length, addresses of every form, segments."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import sccp
from protocol.errors import DecodeError
from protocol.identities import Gt
from protocol.sccp import Address, ProtocolClass, ReturnCause, Segmentation, Ssn

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
payloads = st.binary(max_size=180)
segmentations = st.none() | st.builds(
    Segmentation, st.booleans(), st.integers(0, 15), st.integers(0, 0xFFFFFF), st.booleans()
)
PARTS = {"called": addresses, "calling": addresses, "payload": payloads}
EXTENDED = PARTS | {
    "hop_counter": st.integers(1, 15),
    "segmentation": segmentations,
    "importance": st.none() | st.integers(0, 7),
    "others": st.sampled_from([b"", bytes.fromhex("7701aa")]),
}
CLASSES = {"protocol_class": st.sampled_from(ProtocolClass)}
CAUSES = {"cause": st.sampled_from(ReturnCause)}
messages: st.SearchStrategy[sccp.Message] = st.one_of(
    st.builds(sccp.Udt, **PARTS, **CLASSES),
    st.builds(sccp.Udts, **PARTS, **CAUSES),
    st.builds(sccp.Xudt, **EXTENDED, **CLASSES),
    st.builds(sccp.Xudts, **EXTENDED, **CAUSES),
    st.builds(sccp.Ludt, **EXTENDED | {"payload": st.binary(max_size=600)}, **CLASSES),
    st.builds(sccp.Ludts, **EXTENDED | {"payload": st.binary(max_size=600)}, **CAUSES),
)


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
def test_round_trip(message: sccp.Message) -> None:
    """What is encoded decodes to the same, optional parameters that are not known included."""
    assert sccp.decode(message.encode()) == message


@given(messages, st.data())
def test_prefixes_and_flips(message: sccp.Message, data: st.DataObject) -> None:
    """Every prefix raises DecodeError; a flipped bit raises that, or decodes to something that encodes again."""
    octets = message.encode()
    with pytest.raises(DecodeError):
        sccp.decode(octets[: data.draw(st.integers(0, len(octets) - 1))])
    at = data.draw(st.integers(0, 8 * len(octets) - 1))
    flipped = bytearray(octets)
    flipped[at // 8] ^= 1 << at % 8
    try:
        other = sccp.decode(bytes(flipped))
    except DecodeError:
        return
    try:
        again = other.encode()
    except ValueError:  # parts that shared octets may be too long once each has its own
        return
    assert sccp.decode(again).encode() == again


@given(st.sampled_from([9, 10, 17, 18, 19, 20, 1]), st.binary(max_size=60))
def test_any_octets(code: int, octets: bytes) -> None:
    """Whatever arrives, nothing but DecodeError is raised."""
    try:
        sccp.decode(bytes([code]) + octets)
    except DecodeError:
        return
    assert code != 1


@pytest.mark.parametrize(
    "octets",
    [
        "",
        "01 010202 0204 0242fe 0f00",  # CR: a connection
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
    ("octets", "ssn", "gt"),
    [
        ("9206001204443145", 6, "441354"),  # the national bit
        ("5206001204447758105100", 6, "447785011500"),  # a title, but routed on the subsystem
        ("0e060012947102000050", 6, "491720000005"),  # indicator 3: no nature of address
        ("060604947102000050", 6, "491720000005"),  # indicator 1: an even number of digits
        ("0606839471020000f1", 6, None),  # a national number
        ("0a0600947102000050", 6, None),  # indicator 2: the numbering plan is not told
        ("1206007204947102000050", 6, None),  # E.214, a mobile global title
        ("120600120494710200005b", 6, None),  # a digit that is none
        ("12060012040021", 6, None),  # too few digits
    ],
)
def test_address_of_others(octets: str, ssn: int, gt: str | None) -> None:
    """Other forms keep their octets; an E.164 number in them is told (Q.713 3.4.2.3)."""
    raw = bytes.fromhex(octets)
    address = Address.from_octets(raw)
    assert address.to_octets() == raw
    assert address.ssn == ssn
    assert address.gt == gt


@given(st.binary(max_size=14))
def test_address_of_any_octets(octets: bytes) -> None:
    """An address is read and written again as it came, or refused."""
    try:
        address = Address.from_octets(octets)
    except DecodeError:
        return
    assert address.to_octets() == octets


def test_address_prints_itself() -> None:
    """An address tells the subsystem and where it is."""
    assert str(HLR) == "6@491720000005"
    assert str(VLR) == "98@point code 291"
    assert str(HERE) == "254@here"
    assert str(Address.from_octets(bytes.fromhex("1206007204947102000050"))) == "6@1206007204947102000050"


# --- segments ---------------------------------------------------------------------------------------------------------


@given(st.integers(0, 3400), st.integers(0, 0xFFFFFF), addresses, addresses)
def test_segments(size: int, reference: int, called: Address, calling: Address) -> None:
    """What fits goes in one UDT; the rest in XUDT of one reference, counted down, in order (Q.714 4.1.1.2)."""
    payload = bytes(number % 251 for number in range(size))
    parts = [sccp.decode(octets) for octets in sccp.segments(called, calling, payload, reference)]
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


# --- other people's octets --------------------------------------------------------------------------------------------

REFUSED = {"bssmap_cr": "CR, the request of a connection, which nothing here uses"}
"""Recorded messages that are rightly refused, and why."""


def test_recorded_messages(vectors: list[dict[str, Any]]) -> None:
    """Recorded messages decode to type, subsystems and digits that tshark shows, and encode to the same octets."""
    taken = [vector for vector in vectors if vector["protocol"] == "sccp"]
    for vector in taken:
        octets = bytes.fromhex(vector["hex"])
        if vector["name"] in REFUSED:
            with pytest.raises(DecodeError):
                sccp.decode(octets)
            continue
        message = sccp.decode(octets)
        assert message.encode() == octets, vector["name"]
        fields = vector["expect"]["fields"]
        assert message.code == int(fields["sccp.message_type"], 16)
        for end, address in (("called", message.called), ("calling", message.calling)):
            assert address.ssn == int(fields[f"sccp.{end}.ssn"]), vector["name"]
            if f"sccp.{end}.digits" in fields and address.gt is not None:
                assert address.gt == fields[f"sccp.{end}.digits"], vector["name"]
    assert len(taken) > 40
