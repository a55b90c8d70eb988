"""SNDCP: SN-PDUs, XID blocks, and segmentation."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gprslab.trace.stacks import Stacks
from protocol import sndcp
from protocol.document import from_document, to_document
from protocol.errors import DecodeError
from protocol.layout import messages
from protocol.llc import LlcFrame, Sapi, UiFrame, Xid, XidInformation
from protocol.llc.xid import Layer3Parameters
from protocol.sndcp import (
    Compression,
    FirstSegment,
    SnData,
    SndcpMessage,
    SndcpXid,
    SnUnitdata,
    segment,
    segment_acknowledged,
)
from protocol.sndcp.compression import (
    V44,
    Direction,
    Known,
    NsapiSet,
    OtherAlgorithm,
    ProposedData,
    ProposedProtocol,
    Rfc1144,
    Rfc2507,
    Rohc,
    RohcParameters,
    RohcProfile,
    V42Bis,
    V44Capability,
)
from protocol.sndcp.xid import DataCompression, OtherSndcpParameter, ProtocolCompression, SndcpVersion
from tests.wire.kinds_sndcp import KINDS
from tests.wire.oracle import Dissection, dissect, packet

# --- SN-PDUs -----------------------------------------------------------------------------------------------------


def test_vectors(vectors: list[dict[str, Any]]) -> None:
    """The third-party SN-PDU is a first and only segment of NSAPI 5, and encodes back."""
    found = [vector for vector in vectors if vector["protocol"] == "sndcp"]
    assert found
    for vector in found:
        octets = bytes.fromhex(vector["hex"])
        message = sndcp.decode(octets)
        assert isinstance(message, SnUnitdata)
        assert str(message.nsapi) == vector["expect"]["fields"]["sndcp.nsapib"]
        assert (message.first, message.more, message.payload) == (True, False, octets[4:])
        assert message.encode() == octets


def test_octets() -> None:
    """7.2, to the letter: X, F, T, M, NSAPI; DCOMP and PCOMP; segment and N-PDU number."""
    for octets, message in {
        "75 12 0abc 45": SnUnitdata(
            nsapi=5,
            more=True,
            compression=Compression(dcomp=1, pcomp=2),
            segment_number=0,
            n_pdu_number=0xABC,
            payload=b"E",
        ),
        "2f f001": SnUnitdata(nsapi=15, segment_number=15, n_pdu_number=1, payload=b""),
        "46 21 ff 45": SnData(nsapi=6, first_segment=FirstSegment(dcomp=2, pcomp=1, n_pdu_number=255), payload=b"E"),
        "96 45": SnData(nsapi=6, spare=1, more=True, payload=b"E"),
    }.items():
        assert sndcp.decode(bytes.fromhex(octets)) == message
        assert message.encode() == bytes.fromhex(octets)
    data = SnData(nsapi=6, first_segment=FirstSegment(dcomp=2, pcomp=1, n_pdu_number=255), payload=b"E")
    assert (data.first, data.dcomp, data.pcomp) == (True, 2, 1)
    assert (SnData(nsapi=6, payload=b"").first, SnData(nsapi=6, payload=b"").dcomp) == (False, 0)


@pytest.mark.parametrize("octets", ["", "65", "6500", "650000", "25", "2500", "45", "4500"])
def test_cut_header(octets: str) -> None:
    """A header that is cut off is no SN-PDU."""
    with pytest.raises(DecodeError):
        sndcp.decode(bytes.fromhex(octets))


def test_what_does_not_fit() -> None:
    """Values of ours that are wider than their fields."""
    for message in (
        SnUnitdata(nsapi=16, segment_number=0, n_pdu_number=0, payload=b""),
        SnUnitdata(nsapi=5, segment_number=16, n_pdu_number=0, payload=b""),
        SnUnitdata(nsapi=5, segment_number=0, n_pdu_number=4096, payload=b""),
        SnData(nsapi=5, spare=2, payload=b""),
        SnData(nsapi=5, first_segment=FirstSegment(n_pdu_number=256), payload=b""),
    ):
        with pytest.raises(ValueError, match=r"bits|bit"):
            message.encode()


def test_registry() -> None:
    """Both types, with code, title and clause."""
    assert [(cls.__name__, cls.code, cls.title, cls.clause) for cls in messages(SndcpMessage)] == [
        ("SnData", 0, "SN-DATA", "7.2"),
        ("SnUnitdata", 0x20, "SN-UNITDATA", "7.2"),
    ]


@given(KINDS[SnData] | KINDS[SnUnitdata])
def test_round_trip(message: SndcpMessage) -> None:
    """Every SN-PDU comes back from its octets, and from its document."""
    assert sndcp.decode(message.encode()) == message
    assert from_document(type(message), json.loads(json.dumps(to_document(message)))) == message


@given(st.binary(max_size=20))
def test_any_octets(octets: bytes) -> None:
    """Any octets are refused, or come back."""
    try:
        message = sndcp.decode(octets)
    except DecodeError:
        return
    assert message.encode() == octets


# --- segments ----------------------------------------------------------------------------------------------------


@given(st.binary(max_size=1500), st.integers(140, 1520))
def test_segments(n_pdu: bytes, n201: int) -> None:
    """6.7: no segment is longer than N201, none could be left out, and together they are the N-PDU."""
    unacknowledged = segment(n_pdu, nsapi=5, n_pdu_number=7, n201_u=n201)
    acknowledged = segment_acknowledged(n_pdu, nsapi=5, n_pdu_number=7, n201_i=n201)
    for parts in (unacknowledged, acknowledged):
        sizes = [len(part.encode()) for part in parts]
        assert max(sizes) <= n201
        assert all(size == n201 for size in sizes[:-1])
        assert b"".join(part.payload for part in parts) == n_pdu
        assert [part.first for part in parts] == [True] + [False] * (len(parts) - 1)
        assert [part.more for part in parts] == [True] * (len(parts) - 1) + [False]
    assert [part.segment_number for part in unacknowledged] == list(range(len(unacknowledged)))


def test_too_many_segments() -> None:
    """The segment number has four bits."""
    assert len(segment(bytes(16 * 137 - 1), nsapi=5, n_pdu_number=0, n201_u=140)) == 16
    with pytest.raises(ValueError, match="17 segments"):
        segment(bytes(16 * 137), nsapi=5, n_pdu_number=0, n201_u=140)
    with pytest.raises(ValueError, match="no room"):
        segment(b"x", nsapi=5, n_pdu_number=0, n201_u=4)


# --- XID blocks --------------------------------------------------------------------------------------------------

REAL = "000100023182022789ffe0000f00a8000000010101000201020003010300040104000501050006000701070008010880000412004007"
"""What a phone sent, in osmo-sgsn:tests/sndcp_xid/sndcp_xid_test.c."""

MADE = (
    "000100011a83010dab00208003012c012c02580258830007a000200308001402408000041200200781010c3456700040010005a80f000f"
    "82022789ffe0000f00a80000000101010002010200030103000401040005010500060007010700080108"
)
"""What osmo-sgsn encodes in the same test, with every algorithm."""


def known(block: str) -> SndcpXid:
    """A block of others: it encodes back, from its document too."""
    found = SndcpXid.from_octets(bytes.fromhex(block))
    assert found.to_octets() == bytes.fromhex(block)
    assert from_document(SndcpXid, json.loads(json.dumps(to_document(found)))) == found
    return found


def test_real_block() -> None:
    """A phone proposes ROHC and RFC 1144."""
    compression = known(REAL).find(ProtocolCompression)
    assert compression is not None
    rohc, rfc1144 = compression.entities
    assert isinstance(rohc, ProposedProtocol)
    assert isinstance(rohc.content, Rohc)
    assert rohc.content.parameters == RohcParameters(
        pcomp_1=8, pcomp_2=9, applicable_nsapis=NsapiSet.of(*range(5, 16)), max_cid=15, max_header=168
    )
    assert rohc.content.profiles[:2] == (RohcProfile.UNCOMPRESSED, RohcProfile.RTP)
    assert len(rohc.content.profiles) == 16
    assert rfc1144 == ProposedProtocol(0, Rfc1144(pcomp_1=1, pcomp_2=2, applicable_nsapis=NsapiSet.of(6), s0_minus_1=7))


def test_every_algorithm() -> None:
    """6.5.2 to 6.6.3: the parameters of each algorithm."""
    block = known(MADE)
    data, protocol = block.find(DataCompression), block.find(ProtocolCompression)
    assert block.find(SndcpVersion) == SndcpVersion(version=0)
    assert data is not None
    assert protocol is not None
    five = NsapiSet.of(5)
    assert data.entities == (
        ProposedData(
            3,
            V44(
                dcomp_1=10,
                dcomp_2=11,
                applicable_nsapis=five,
                c0=V44Capability.PACKET_METHOD,
                p0=Direction.BOTH,
                p1t=300,
                p1r=300,
                p3t=600,
                p3r=600,
            ),
        ),
        ProposedData(3, V42Bis(dcomp_1=10, applicable_nsapis=five, p0=Direction.BOTH, p1=2048, p2=20)),
    )
    assert protocol.entities[1] == ProposedProtocol(
        1,
        Rfc2507(
            pcomp_1=3,
            pcomp_2=4,
            pcomp_3=5,
            pcomp_4=6,
            pcomp_5=7,
            applicable_nsapis=NsapiSet.of(6),
            f_max_period=256,
            f_max_time=5,
            max_header=168,
            tcp_space=15,
            non_tcp_space=15,
        ),
    )


def test_other_forms() -> None:
    """Answers (P = 0), parameters left out, spare bits, unknown algorithms and types come back as they came."""
    for block, parameter in {
        "0205 00 03 0040 07": ProtocolCompression((Known(0, NsapiSet.of(6), b"\x07"),)),
        "0202 05 00": ProtocolCompression((Known(5),)),
        "0203 7f 01 aa": ProtocolCompression((Known(31, None, b"\xaa", spare=3),)),
        "0204 80 00 01 12": ProtocolCompression((ProposedProtocol(0, Rfc1144(pcomp_1=1, pcomp_2=2)),)),
        "0206 80 00 03 12 0020": ProtocolCompression(
            (ProposedProtocol(0, Rfc1144(pcomp_1=1, pcomp_2=2, applicable_nsapis=NsapiSet.of(5))),)
        ),
        "0205 e1 e9 02 abcd": ProtocolCompression((ProposedProtocol(1, OtherAlgorithm(9, b"\xab\xcd"), 3, 7),)),
        "0103 80 00 00": DataCompression((ProposedData(0, OtherAlgorithm(0, b"")),)),
        "0104 80 00 01 5a": DataCompression((ProposedData(0, V42Bis(dcomp_1=5, padding=10)),)),
        "0100": DataCompression(),
        "0001 f0": SndcpVersion(spare=15, version=0),
        "0000": OtherSndcpParameter(0, b""),
        "0202 80 00": OtherSndcpParameter(2, b"\x80\0"),
        "4201 ff": OtherSndcpParameter(0x42, b"\xff"),
    }.items():
        assert known(block).parameters == (parameter,), block


@pytest.mark.parametrize("block", ["00", "0001", "000200", "0203ffff"])
def test_cut_blocks(block: str) -> None:
    """A parameter that does not fit in."""
    with pytest.raises(DecodeError):
        SndcpXid.from_octets(bytes.fromhex(block))


def test_nsapi_set() -> None:
    """Bit n stands for NSAPI n; str and parse invert each other."""
    some = NsapiSet.of(5, 10, 15)
    assert str(some) == "5+10+15"
    assert 10 in some
    assert 6 not in some
    assert NsapiSet.parse("none") == 0
    for value in range(0, 65536, 37):
        assert NsapiSet.parse(str(NsapiSet(value))) == value
    for text in ("", "5+", "16", "-1", "5 6", "five"):
        with pytest.raises(ValueError, match="form"):
            NsapiSet.parse(text)


def test_what_no_block_can_be() -> None:
    """Our own faults."""
    headless = Rohc(RohcParameters(pcomp_1=0, pcomp_2=0), (RohcProfile.RTP,))
    for block in (
        SndcpXid((OtherSndcpParameter(256, b""),)),
        SndcpXid((OtherSndcpParameter(7, bytes(256)),)),
        SndcpXid((ProtocolCompression((Known(32),)),)),
        SndcpXid((ProtocolCompression((Known(0, None, b"xy"),)),)),
        SndcpXid((ProtocolCompression((ProposedProtocol(0, OtherAlgorithm(32, b"")),)),)),
        SndcpXid((ProtocolCompression((ProposedProtocol(0, headless),)),)),
        SndcpXid((ProtocolCompression((Known(0, NsapiSet(0), bytes(254)),)),)),
    ):
        with pytest.raises(ValueError, match=r"fits|are|take|stand|behind"):
            block.to_octets()


@given(KINDS[SndcpXid])
def test_block_round_trip(block: SndcpXid) -> None:
    """Every block comes back from its octets, and from its document."""
    assert SndcpXid.from_octets(block.to_octets()) == block
    assert from_document(SndcpXid, json.loads(json.dumps(to_document(block)))) == block


@given(st.lists(st.binary(max_size=40), max_size=4), st.binary(max_size=6))
def test_any_block(parameters: list[bytes], end: bytes) -> None:
    """Any octets are refused, or come back."""
    octets = b"".join(bytes((index % 3, len(value))) + value for index, value in enumerate(parameters)) + end
    try:
        block = SndcpXid.from_octets(octets)
    except DecodeError:
        return
    assert block.to_octets() == octets


# --- tshark ------------------------------------------------------------------------------------------------------


def shown(tshark: str, folder: Path, frames: list[LlcFrame], *fields: str) -> list[Dissection]:
    """What tshark shows of LLC frames on the air."""
    stacks = Stacks()
    return dissect(tshark, folder, [packet("llc", frame.encode(), stacks, up=False) for frame in frames], fields)


def test_segments_by_tshark(tshark: str, tmp_path: Path) -> None:
    """Tshark puts our segments together again, and finds the packet in them."""
    n_pdu = bytes.fromhex("4500003000000000400166bb0a0000010a000002 0800f7ff00000000") + bytes(20)
    parts = segment(n_pdu, nsapi=5, n_pdu_number=3, n201_u=24)
    frames: list[LlcFrame] = [
        UiFrame(sapi=Sapi.LL3, command=True, nu=number, information=part.encode()) for number, part in enumerate(parts)
    ]
    found = shown(tshark, tmp_path, frames, "sndcp.nsapib", "sndcp.npdu", "sndcp.segment")
    assert [each.fields["sndcp.nsapib"] for each in found] == [("5",)] * len(parts)
    assert [each.fields["sndcp.segment"][0] for each in found] == [str(number) for number in range(len(parts))]
    assert {each.fields["sndcp.npdu"] for each in found} == {("3",)}
    assert "icmp" in found[-1].protocols
    assert not any("malformed" in each.objection for each in found)


def test_xid_by_tshark(tshark: str, tmp_path: Path) -> None:
    """Tshark reads the parameters of our blocks."""
    blocks = [SndcpXid.from_octets(bytes.fromhex(block)) for block in (REAL, MADE)]
    frames: list[LlcFrame] = [
        Xid(sapi=Sapi.LL3, command=True, information=XidInformation.of(Layer3Parameters(block))) for block in blocks
    ]
    real, made = shown(
        tshark, tmp_path, frames, "sndcpxid.rfc1144_s0", "sndcpxid.V42bis_p2", "sndcpxid.rfc2507_max_header",
        "llcgprs.l3xidentity",
    )  # fmt: skip
    assert real.fields["sndcpxid.rfc1144_s0"] == ("7",)
    assert made.fields["sndcpxid.V42bis_p2"] == ("0x14",)
    assert made.fields["sndcpxid.rfc2507_max_header"] == ("168",)
    assert made.fields["llcgprs.l3xidentity"] == ("3", "3", "0", "1", "2")
    assert not real.objection
    assert not made.objection
