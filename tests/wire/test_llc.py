"""LLC: every frame, XID parameters, FRMR; what is refused, and what tshark says of them."""

import json
import re
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import llc
from protocol.document import from_document, to_document
from protocol.errors import DecodeError
from protocol.layout import messages, reference
from protocol.llc import (
    FRAMES,
    W1,
    W3,
    Ack,
    Bitmap,
    Disc,
    Dm,
    Frmr,
    IAck,
    IFrame,
    IRnr,
    IRr,
    ISack,
    LlcFrame,
    Null,
    RejectCondition,
    RejectedControl,
    Rnr,
    Rr,
    Sabm,
    Sack,
    Sapi,
    SFrame,
    Ua,
    UiFrame,
    Xid,
    XidInformation,
    XidParameter,
)
from protocol.llc.fcs import fcs
from protocol.llc.parameters import DEFAULTS, TABLE_6, in_range
from protocol.llc.reject import SControl, UControl, UiControl
from protocol.llc.xid import (
    KU,
    MD,
    MU,
    N200,
    N201I,
    N201U,
    T200,
    TYPES,
    IovUi,
    Layer3Parameters,
    LlcVersion,
    OtherParameter,
    Reset,
)
from protocol.sndcp import SndcpXid
from tests.wire.kinds_llc import KINDS

LINKTYPE_GPRS_LLC = 169
LL3: dict[str, Any] = {"sapi": Sapi.LL3, "command": True}

WRONG_FCS = "these three were printed by a test with a stubbed FCS: tshark says incorrect too"


def summed(octets: str) -> bytes:
    """A frame from its hexadecimal octets without FCS, FCS over all."""
    frame = bytes.fromhex(octets)
    return frame + fcs(frame)


def refusal(octets: bytes) -> DecodeError:
    """How a frame is refused."""
    with pytest.raises(DecodeError) as caught:
        llc.decode(octets)
    return caught.value


def known(cls: type[LlcFrame], octets: str, **fields: Any) -> LlcFrame:
    """A frame of known octets: it decodes to these fields, and encodes back."""
    frame = llc.decode(summed(octets))
    assert type(frame) is cls
    assert frame == cls(**fields)
    assert frame.encode() == summed(octets)
    return frame


# --- frames ------------------------------------------------------------------------------------------------------


def test_every_format() -> None:
    """Octets of clause 6.3 to the letter, one of each frame."""
    known(Null, "01e0", sapi=Sapi.LLGMM, command=False)
    known(Dm, "41f1", sapi=Sapi.LLGMM, command=True, poll_final=True)
    known(Disc, "43f4", **LL3, poll_final=True)
    known(Ua, "03f6", sapi=Sapi.LL3, command=False, poll_final=True)
    known(Sabm, "43f7 1601f4", **LL3, poll_final=True, information=XidInformation.of(N201U(octets=500)))
    known(Rr, "4380 2c", **LL3, nr=11)
    known(Ack, "43a4 01", **LL3, acknowledgement_request=True, nr=256)
    known(Rnr, "4387 fe", **LL3, nr=511)
    known(Sack, "4380 2f a0", **LL3, nr=11, bitmap=Bitmap.of(1, 3))
    known(IRr, "4340 102c 6162", **LL3, acknowledgement_request=True, ns=1, nr=11, information=b"ab")
    known(IAck, "431f f7fd", **LL3, ns=511, nr=511, information=b"")
    known(IRnr, "4300 0002 00", **LL3, ns=0, nr=0, information=b"\0")
    known(ISack, "4300 102f 01 8001 6162", **LL3, ns=1, nr=11, bitmap=Bitmap.of(1, 16), information=b"ab")
    known(UiFrame, "43c7fd 6162", **LL3, nu=511, information=b"ab")


def test_spare_bits_are_kept() -> None:
    """6.2.0 and 6.3.0: bits marked X are not looked at, so the frame is taken, and they come back."""
    known(UiFrame, "73d801", **LL3, address_spare=3, spare=3, nu=0, information=b"")
    known(Rr, "6398 00", **LL3, address_spare=2, spare=3, nr=0)
    known(IRr, "5320 0800", **LL3, address_spare=1, spare=1, spare_2=1, ns=0, nr=0, information=b"")
    known(ISack, "4300 0003 e0 ff", **LL3, ns=0, nr=0, k_spare=7, bitmap=Bitmap(b"\xff"), information=b"")


def test_reserved_sapi_is_kept() -> None:
    """6.2.3: what to do with a reserved SAPI is the receiver's matter."""
    frame = llc.decode(summed("04c001"))
    assert frame.sapi.is_reserved
    assert frame.encode() == summed("04c001")


def test_unprotected_information() -> None:
    """5.5.1: with PM = 0 the FCS covers the header and N202 = 4 octets, so later ones may be garbled."""
    frame = UiFrame(**LL3, nu=1, protected=False, encrypted=True, information=b"abcdefgh").encode()
    garbled = frame[:8] + b"?" + frame[9:]
    found = llc.decode(garbled)
    assert isinstance(found, UiFrame)
    assert found.encrypted
    assert found.encode() == garbled
    assert refusal(frame[:6] + b"?" + frame[7:]).cause is None


def test_what_is_refused() -> None:
    """5.8 and 6.2.1: a wrong FCS or protocol discriminator, or too few octets, are discarded without answer."""
    for frame in (llc.decode(summed(octets)) for octets in ("01e0", "438000", "43000000aa", "43c00161")):
        octets = frame.encode()
        for bit in range(8 * len(octets)):
            turned = int.from_bytes(octets, "big") ^ 1 << bit
            assert refusal(turned.to_bytes(len(octets), "big")).cause is None
        for end in range(len(octets)):
            assert refusal(octets[:end]).cause is None
    assert "discriminator" in refusal(summed("81e0")).why
    assert "discriminator" in refusal(summed("c1c00161")).why


@pytest.mark.parametrize("code", sorted(set(range(0xE0, 0xF0)) - set(FRAMES)))
def test_undefined_control_field(code: int) -> None:
    """8.8: an undefined control field is rejected with W3; but with a wrong FCS, it is discarded."""
    octets = summed(f"43{code:02x}")
    assert refusal(octets).cause == W3
    assert refusal(octets[:-1] + b"?").cause is None


@pytest.mark.parametrize("octets", ["43e000", "43e400", "43e100", "43800000", "43e8000000", "438003", "4300000301ff"])
def test_wrong_length(octets: str) -> None:
    """8.8: information that is not permitted, or an S or U frame of wrong length, is rejected with W1."""
    assert refusal(summed(octets)).cause == W1


def test_longest_bitmap() -> None:
    """6.3.5.4: a bitmap has at most 32 octets, as the window has at most 255 frames."""
    sack = Sack(**LL3, nr=0, bitmap=Bitmap(bytes(32)))
    assert llc.decode(sack.encode()) == sack
    assert refusal(summed("438003" + "00" * 33)).cause == W1
    long = ISack(**LL3, ns=0, nr=0, bitmap=Bitmap.of(255), information=b"x")
    assert long.encode()[4] == 31
    assert llc.decode(long.encode()) == long


def test_bitmap() -> None:
    """R(n) is 1 for the frames that have come, R(1) first; str and parse invert each other."""
    bitmap = Bitmap.of(2, 9)
    assert str(bitmap) == "0100000010000000"
    assert [n for n in range(-1, 20) if n in bitmap] == [2, 9]
    for text in ("", "01", "01000000x", "0" * 264):
        with pytest.raises(ValueError, match="digits"):
            Bitmap.parse(text)


def test_what_does_not_fit() -> None:
    """A value of ours that is wider than its field is our own fault."""
    for frame in (
        UiFrame(**LL3, nu=512, information=b""),
        UiFrame(**LL3, nu=-1, information=b""),
        UiFrame(**LL3, nu=0, spare=4, information=b""),
        IRr(**LL3, ns=0, nr=512, information=b""),
        Rr(**LL3, nr=-1),
        Null(**LL3, address_spare=4),
        Sack(**LL3, nr=0, bitmap=Bitmap(b"")),
        ISack(**LL3, ns=0, nr=0, bitmap=Bitmap(bytes(33)), information=b""),
    ):
        with pytest.raises(ValueError, match=r"fit|octets"):
            frame.encode()


def test_registry() -> None:
    """Sixteen frames, each with code, title, clause, way and a sentence; NULL is the mobile's alone (6.4.1.7)."""
    listed = list(messages(LlcFrame))
    assert len(listed) == len(FRAMES) == 16
    assert [cls.__name__ for cls in listed if cls.way != "both"] == ["Null"]
    assert {cls.title for cls in listed} >= {"UI", "SABM", "UA", "DM", "DISC", "FRMR", "XID", "NULL", "RR", "I+SACK"}
    assert all(cls.protocol == "llc" and cls.__doc__ for cls in listed)
    assert all(issubclass(cls, IFrame) == (cls.code < 4) for cls in listed)
    assert all(issubclass(cls, SFrame) == (0x80 <= cls.code < 0x84) for cls in listed)
    assert "| information | XidInformation 6.4.1.6 |" in reference(messages(LlcFrame)).replace("|  |", "|")


# --- FRMR --------------------------------------------------------------------------------------------------------


def test_frmr() -> None:
    """6.4.1.5, the figure's bits: rejected control field in 6 octets, V(S), V(R), C/R and W4 to W1."""
    condition = RejectCondition(vs=0x101, vr=0x0FF, command=True, w4=True, w1=True)
    frmr = Frmr(
        sapi=Sapi.LL3,
        command=False,
        poll_final=True,
        rejected_control=RejectedControl(UControl(poll_final=True, function=4)),
        condition=condition,
    )
    assert frmr.encode() == summed("03f8 f40000000000 0809ff09")
    assert llc.decode(frmr.encode()) == frmr


def test_rejected_control_of_frames() -> None:
    """The field holds the control field of the rejected frame, without its information, filled up with zeros."""
    for octets, control in (
        ("43c00161626364656667", "c00100000000"),
        ("43f462", "f40000000000"),
        ("4340102c61626364", "40102c000000"),
        ("4300102f0180016162", "00102f018001"),
        ("43802fa0", "802fa0000000"),
    ):
        rejected = RejectedControl.of_frame(summed(octets))
        assert rejected.to_octets().hex() == control
        assert RejectedControl.from_octets(rejected.to_octets()) == rejected
    assert RejectedControl.of_frame(summed("43c0fd")).control == UiControl(nu=0x3F, protected=True)
    assert RejectedControl.of_frame(summed("43a02c")).control == SControl(
        acknowledgement_request=True, nr=11, function=0
    )


# --- XID ---------------------------------------------------------------------------------------------------------

REAL = (
    "01001605f01a05f0acd8000100023182022789ffe0000f00a80000000101010002010200030103000401040005010500060007010700080108"
    "80000412004007"
)
"""What a phone sent, in osmo-sgsn:tests/xid/xid_test.c; the ROHC profiles are of a later release."""

BLOCKS = {
    "25401602082c": "libosmo-gprs:tests/llc/xid_codec_test.c: layer-3 parameters of no octets",
    "16020825402c": "the same, in another order",
    "01001601f41a05df": "the same",
    "01001605f01a05f0ac18112233445566": "the same: layer-3 parameters that are no SNDCP block",
    "01001601f41a02081e00002200002908": "the same",
    "01000e0fff110a8810424242428410deadbeefac1811223344556630": "libosmo-gprs:tests/llc/xid_codec_test.ok",
    "108c1443434343430b4242420541": "osmo-sgsn:tests/xid/xid_test.c, types 4 to 1 with lengths of other types",
    REAL: "a real phone",
    "01000e00641105160190": "openbsc:tests/gbproxy/gbproxy_test.c",
    "": "nothing",
}


@pytest.mark.parametrize("block", BLOCKS)
def test_known_blocks(block: str) -> None:
    """Each block of others encodes back, from its document too."""
    octets = bytes.fromhex(block)
    information = XidInformation.from_octets(octets)
    assert information.to_octets() == octets
    assert from_document(XidInformation, json.loads(json.dumps(to_document(information)))) == information


def test_real_block() -> None:
    """The parameters of the real block, and the SNDCP parameters within."""
    information = XidInformation.from_octets(bytes.fromhex(REAL))
    assert information.find(N201U) == N201U(octets=1520)
    assert information.find(N201I) == N201I(octets=1520)
    layer_3 = information.find(Layer3Parameters)
    assert layer_3 is not None
    assert isinstance(layer_3.content, SndcpXid)
    assert information.find(Reset) is None


def test_each_parameter() -> None:
    """Table 6: type, length and coding of every parameter; more than 3 octets take the long length."""
    information = XidInformation.of(
        LlcVersion(version=0),
        IovUi(offset=0xDEADBEEF),
        T200(tenths=50),
        N200(retransmissions=3),
        N201U(octets=400),
        N201I(octets=1503),
        MD(units=1520),
        MU(units=0),
        KU(frames=16),
        Layer3Parameters(b""),
        Reset(),
    )
    told = "0100 8410deadbeef 0e0032 1103 160190 1a05df 1e05f0 220000 2910 2c 30"
    assert information.to_octets() == bytes.fromhex(told)
    assert XidInformation.from_octets(bytes.fromhex(told)) == information
    assert T200(tenths=50).duration == DEFAULTS[Sapi.LLGMM].t200


def test_other_codings_are_explicit() -> None:
    """A long length where a short one would do, spare bits, unknown types and odd lengths come back as they came."""
    for block, parameter in {
        "94090190": XidParameter(N201U(octets=400), long=True, spare=1),
        "b003": XidParameter(Reset(), long=True, spare=3),
        "7d2a": XidParameter(OtherParameter(31, b"*")),
        "1501": XidParameter(OtherParameter(5, b"\x01")),
        "160990": XidParameter(N201U(spare=1, octets=0x190)),
        "1a0000": XidParameter(N201I(octets=0)),
    }.items():
        octets = bytes.fromhex(block)
        assert XidInformation.from_octets(octets) == XidInformation((parameter,))
        assert parameter.to_octets() == octets
    longer = XidInformation.from_octets(bytes.fromhex("17019000"))
    assert longer.find(N201U) == N201U(octets=400, rest="00000000")
    assert longer.to_octets() == bytes.fromhex("17019000")


@pytest.mark.parametrize("block", ["16", "1601", "84", "8411000000", "ac", "acfc"])
def test_cut_parameters(block: str) -> None:
    """A parameter that does not fit into its frame spoils it."""
    refusal(summed("43eb" + block))


def test_what_no_parameter_can_be() -> None:
    """Our own faults."""
    for parameter in (
        XidParameter(OtherParameter(32, b"")),
        XidParameter(OtherParameter(20, bytes(256))),
        XidParameter(N201U(octets=400), spare=1),
        XidParameter(N201U(octets=400), long=True, spare=4),
        XidParameter(N201U(octets=2048)),
    ):
        with pytest.raises(ValueError, match=r"fit|octets|spare"):
            parameter.to_octets()


def test_table_6() -> None:
    """The rows stand in the order of the types, which they tell; ranges judge what their own lengths can carry."""
    assert [row.kind for row in TABLE_6] == list(TYPES)
    assert [row.number for row in TABLE_6] == list(range(13))
    for row in TABLE_6:
        if row.octets is not None:
            octets = bytes((row.number << 2 | row.octets,) if row.octets < 4 else (0x80 | row.number << 2, 0x10))
            information = XidInformation.from_octets(octets + bytes(row.octets))
            assert information.find(row.kind) is not None
    assert in_range(MD(units=0))
    assert not in_range(MD(units=8))
    assert not in_range(N201U(octets=139))
    assert in_range(N201U(octets=1520))
    assert not in_range(N200(retransmissions=0))
    assert in_range(Reset())
    assert in_range(OtherParameter(20, b""))


def test_defaults() -> None:
    """8.9.9: SAPIs for user data have acknowledged operation, with buffers and windows; IOV-I is SAPI times 2^27."""
    assert set(DEFAULTS) == set(Sapi)
    user = {Sapi.LL3, Sapi.LL5, Sapi.LL9, Sapi.LL11}
    assert {sapi for sapi, parameters in DEFAULTS.items() if parameters.n201_i is not None} == user
    assert {sapi for sapi, parameters in DEFAULTS.items() if parameters.md is not None} == user
    assert {parameters.n200 for parameters in DEFAULTS.values()} == {3}
    assert DEFAULTS[Sapi.LL9].iov_i == 9 << 27
    assert (DEFAULTS[Sapi.LL11].md, DEFAULTS[Sapi.LL11].ku, DEFAULTS[Sapi.LL11].t200) == (190, 2, 40_000_000)


# --- anything ----------------------------------------------------------------------------------------------------


@given(st.one_of([KINDS[cls] for cls in FRAMES.values()]))
def test_round_trip(frame: LlcFrame) -> None:
    """Every frame comes back from its octets, and from its document."""
    octets = frame.encode()
    assert llc.decode(octets) == frame
    assert from_document(type(frame), json.loads(json.dumps(to_document(frame)))) == frame
    assert octets[-3:] == fcs(octets[:-3]) or (isinstance(frame, UiFrame) and not frame.protected)


@given(st.binary(min_size=2, max_size=60))
def test_any_octets(octets: bytes) -> None:
    """Octets with a right FCS decode and encode back, or are refused."""
    frame = octets + fcs(octets)
    try:
        found = llc.decode(frame)
    except DecodeError:
        return
    assert found.encode() == frame
    document = json.loads(json.dumps(to_document(found)))
    assert from_document(type(found), document).encode() == frame


@given(st.binary(max_size=60))
def test_any_xid_block(octets: bytes) -> None:
    """Any octets are refused, or come back."""
    try:
        information = XidInformation.from_octets(octets)
    except DecodeError:
        return
    assert information.to_octets() == octets


@given(st.binary(min_size=6, max_size=6))
def test_any_rejected_control(octets: bytes) -> None:
    """Six octets are always a control field of some format."""
    assert RejectedControl.from_octets(octets).to_octets() == octets


# --- tshark ------------------------------------------------------------------------------------------------------

SHOWN = {
    Null: "Unknown/invalid code:0",  # its table of U frames lacks NULL, which 6.4.1.7 has with M bits 0000
    Dm: "DM-response",
    Disc: "DISC-command",
    Ua: "UA-response",
}


def test_by_tshark(tshark: str, tmp_path: Path) -> None:
    """Tshark shows our frames of every format as what they are, with their numbers and a correct FCS.

    Of I frames it takes the A bit from the second octet of the control field, where N(S) stands (packet-gprs-llc.c
    shifts 16 bits, for a field of 24); 6.3.1 has it in the first.
    """
    xid = XidInformation.from_octets(bytes.fromhex(REAL))
    frames: list[Any] = [
        Null(**LL3),
        Dm(**LL3),
        Disc(**LL3),
        Ua(**LL3, information=xid),
        Sabm(**LL3, information=xid),
        Xid(**LL3, information=xid),
        Frmr(
            **LL3,
            rejected_control=RejectedControl(UControl(function=4)),
            condition=RejectCondition(vs=257, vr=259, command=True, w2=True),
        ),
        Rr(**LL3, nr=300),
        Ack(**LL3, nr=301),
        Rnr(**LL3, nr=302),
        Sack(**LL3, nr=303, bitmap=Bitmap.of(1, 9)),
        IRr(**LL3, ns=401, nr=300, information=b"\0"),
        IAck(**LL3, ns=402, nr=301, information=b"\0"),
        IRnr(**LL3, ns=403, nr=302, information=b"\0"),
        ISack(**LL3, ns=404, nr=303, bitmap=Bitmap.of(1, 9), information=b"\0"),
        UiFrame(**LL3, nu=511, encrypted=True, information=b"secret"),
    ]
    assert {type(frame) for frame in frames} == set(FRAMES.values())
    capture = tmp_path / "llc.pcap"
    octets = [frame.encode() for frame in frames]
    capture.write_bytes(
        struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, LINKTYPE_GPRS_LLC)
        + b"".join(struct.pack("<IIII", 0, 0, len(one), len(one)) + one for one in octets)
    )
    shown = subprocess.run([tshark, "-r", capture, "-V"], capture_output=True, text=True, check=True).stdout
    parts = re.split(r"(?m)^Frame \d+:", shown)[1:]
    assert len(parts) == len(frames)
    for frame, part in zip(frames, parts, strict=True):
        assert "(correct)" in part, frame
        title = SHOWN.get(type(frame), frame.title.removeprefix("I+"))
        assert title in part or isinstance(frame, UiFrame), frame
        for name, words in (("ns", r"N\(S\)"), ("nr", r"(N\(R\)|sequence number)"), ("nu", r"N\(U\)")):
            if hasattr(frame, name):
                assert re.search(rf"{words}:? (= )?{getattr(frame, name)}\b", part), frame
        if isinstance(frame, Sack | ISack):
            assert part.count("1000 0000 = R Bitmap Bits: 0x80") == 2
    frmr = next(part for frame, part in zip(frames, parts, strict=True) if isinstance(frame, Frmr))
    assert "= V(S): 257" in frmr
    assert "= V(R): 259" in frmr
    assert re.search(r"1. = W2", frmr)
    assert shown.count("XID parameter Type: L3 parameters") == 3
