"""Captures as tshark reads them: every frame in full, with its names, time and checksums right."""

import json
import os
import signal
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gprslab.trace.pcapng import PcapngWriter
from gprslab.trace.profile import write_profile
from gprslab.trace.stacks import (
    LINKTYPE_IPV4,
    LINKTYPE_RAW,
    REFERENCE_POINTS,
    Endpoint,
    Stacks,
    UmKind,
    crc32c,
    internet_checksum,
)

ROOT = Path(__file__).parents[2]
FLAGGED = '_ws.malformed || _ws.expert.severity >= "Note" || bssap.extraneous_data'
START = 1_700_000_000_123_456
STEP = 1_000_001
"""Microseconds from one frame to the next."""
COMMENT = "attach of ms1 → the next frames"

MS = Endpoint("ms1", "10.0.0.9")
BSS = Endpoint("bss1", "10.0.0.2")
SGSN = Endpoint("sgsn1", "10.0.0.3", 301)
GGSN = Endpoint("ggsn1", "10.0.0.4", 302)
HLR = Endpoint("hlr1", "10.0.0.5", 401)
EIR = Endpoint("eir1", "10.0.0.6", 402)
VLR = Endpoint("vlr1", "10.0.0.7", 403)
WEB = Endpoint("web1", "192.0.2.1")
ENDS = (MS, BSS, SGSN, GGSN, HLR, EIR, VLR, WEB)

DTAP = "ip:udp:gsmtap:gsm_a.dtap"
LLC = "ip:udp:gsmtap:llcgprs:gsm_a.dtap"
NS = "ip:udp:gprs-ns"
BSSGP = "ip:udp:gprs-ns:bssgp"
MAP = "ip:sctp:m3ua:sccp:tcap:gsm_map"
GS = "ip:sctp:m3ua:sccp:bssap_plus"
A = "ip:sctp:m3ua:sccp:bssap:gsm_a.bssmap"
GTP = "ip:udp:gtp"


@dataclass(frozen=True)
class Frame:
    """A PDU as it is on the bus (in hex), and the layers and the summary that tshark must show for it."""

    interface: str
    source: Endpoint
    target: Endpoint
    pdu: str
    protocols: str
    info: str
    kind: UmKind | None = None

    @property
    def uplink(self) -> bool | None:
        """Whether the frame goes up from the mobile; None between elements of the core network."""
        lower = {"um": MS, "gb": BSS}.get(self.interface)
        return None if lower is None else self.source is lower

    def packet(self, stacks: Stacks) -> bytes:
        """The frame with all its layers."""
        pdu = bytes.fromhex(self.pdu)
        if self.kind is None:
            return stacks.wrap(self.interface, self.source, self.target, pdu)
        return stacks.wrap_um(self.kind, self.source, self.target, pdu, uplink=self.source is MS)


# LLC UI frames with their FCS, and what is used in more than one frame.
ATTACH_REQUEST = "01c005 0801 02e5e0 71 0a00 05f4c1020304 62f210123405 0b3417432b25960200000000 792fb8"
IDENTITY_REQUEST = "41c001 081501 ff6cba"
ECHO_REQUEST = "4500001c000100004001acdb 0a010203c0000201 0800f7f700070001"
SOLICITATION = "6000000000083aff fe80000000000000020000fffe000001 ff020000000000000000000000000002 85007c3600000000"
UL_UNITDATA = "00000002 01 c1020304 000004 0888 62f2101234050001"
DIALOGUE = "6b1e281c060700118605010101a011600f80020780a109060704000001"
SSN_98 = "0900030507 024262 024262"
LOCATION_UPDATE_REQUEST = "09 0108 2926102143658709 0907 91947102000030 0a0101"

FRAMES = (
    Frame("um", MS, BSS, "0634 a1020304 62f210 1234 05 01", DTAP, "(RR) GPRS Suspension Request", "rr"),
    Frame("um", BSS, MS, "060d00", DTAP, "(RR) Channel Release", "rr"),
    Frame("um", BSS, MS, "062100 08 2926102143658709", DTAP, "(RR) Paging Request Type 1", "rr"),
    Frame("um", MS, BSS, "062700 03535886 05f4c1020304", DTAP, "(RR) Paging Response", "rr"),
    Frame("um", MS, BSS, ATTACH_REQUEST, LLC, "(GMM) Attach Request", "llc"),
    Frame("um", BSS, MS, IDENTITY_REQUEST, LLC, "(GMM) Identity Request", "llc"),
    Frame("gb", BSS, SGSN, "02 008101 01820065 04820065", NS, "NS_RESET"),
    Frame("gb", BSS, SGSN, "00000000 22 04820002 078108 0888 62f2101234050001", BSSGP, "BVC-RESET"),
    Frame("gb", BSS, SGSN, "00000000 0b 1f84c1020304 1b86 62f210123405", BSSGP, "SUSPEND"),
    Frame("gb", SGSN, BSS, "00000000 0c 1f84c1020304 1b86 62f210123405 1d8107", BSSGP, "SUSPEND-ACK"),
    Frame("gb", BSS, SGSN, f"{UL_UNITDATA} 0ea6 {ATTACH_REQUEST}", f"{BSSGP}:llcgprs:gsm_a.dtap", "Attach Request"),
    Frame(
        "gb", BSS, SGSN, f"{UL_UNITDATA} 0ea6 03c001 65000001 {ECHO_REQUEST} 94f170",
        f"{BSSGP}:llcgprs:sndcp:ip:icmp", "Echo (ping) request",
    ),
    Frame(
        "gr", SGSN, HLR,
        "0900030e19 0b12060012049471 02000050 0b12950012049471 02000030 4e"
        f"624c 480400000017 {DIALOGUE} 002003"
        "6c24a122 020101 020117 301a 0408 62021132547698f0 0407 91947102000030 0405040a000003",
        MAP, "invoke updateGprsLocation",
    ),
    Frame(
        "gr", HLR, SGSN, "0900030507 024295 024206 1f"
        "641d 490400000017 6c15a213 020101 300e 020117 3009 0407 91947102000050",
        MAP, "returnResultLast updateGprsLocation",
    ),
    Frame(
        "gf", SGSN, EIR,
        f"0900030507 024209 024295 3c 623a 480400000018 {DIALOGUE} 000d02"
        "6c12a110 020101 02012b 0408 5311112233445500",
        MAP, "invoke checkIMEI",
    ),
    Frame(
        "f", VLR, EIR,
        f"0900030507 024209 024207 3c 623a 480400000018 {DIALOGUE} 000d02"
        "6c12a110 020101 02012b 0408 5311112233445500",
        MAP, "invoke checkIMEI",
    ),
    Frame(
        "gc", GGSN, HLR,
        f"0900030507 024206 024296 47 6245 480400000019 {DIALOGUE} 002103"
        "6c1da11b 020101 020118 3013 8008 62021132547698f0 8207 91947102000040",
        MAP, "invoke sendRoutingInfoForGprs",
    ),
    Frame(
        "d", VLR, HLR,
        f"0900030507 024206 024207 50 624e 48040000001a {DIALOGUE} 000103"
        "6c26a124 020101 020102 301c 0408 62021132547698f0 8107 91947102000070 0407 91947102000070",
        MAP, "invoke updateLocation",
    ),
    Frame(
        "gs", SGSN, VLR,
        f"{SSN_98} 38 {LOCATION_UPDATE_REQUEST} 1808 62f2101234050007 0d0133 0405 62f2101234 070101"
        "1508 33111122334455f6",
        GS, "BSSAP+-LOCATION-UPDATE-REQUEST",
    ),
    Frame(
        "gs", VLR, SGSN, f"{SSN_98} 12 0a 0108 2926102143658709 0405 62f2101234",
        GS, "BSSAP+-LOCATION-UPDATE-ACCEPT",
    ),
    Frame("a", BSS, VLR, "0900030507 0242fe 0242fe 06 0004 30 040107", A, "(BSSMAP) Reset"),
    Frame("gs", SGSN, VLR, f"{SSN_98} 0b 10 0108 2926102143658709", GS, "BSSAP+-MS-ACTIVITY-INDICATION"),
    Frame("gn", SGSN, GGSN, "32010004 00000000 00010000", GTP, "Echo request"),
    Frame(
        "gn", SGSN, GGSN,
        "3210004d 00000000 00020000 02 62021132547698f0 0e07 0ffc 1000000101 1100000102 1405 800002f121"
        "830009 08696e7465726e6574 8500040a000003 8500040a000003 86000791947102000090 87000400 0b921f",
        GTP, "Create PDP context request",
    ),
    Frame("gn", SGSN, GGSN, f"30ff001c 00000201 {ECHO_REQUEST}", f"{GTP}:ip:icmp", "Echo (ping) request"),
    Frame("gn", GGSN, SGSN, "321a0010 00000000 00000000 1000000201 8500040a000004", GTP, "Error indication"),
    Frame("gn", GGSN, SGSN, "30fe0000 00000101", GTP, "End Marker"),
    Frame("gi", GGSN, WEB, ECHO_REQUEST, "raw:ip:icmp", "Echo (ping) request"),
    Frame("gi", WEB, GGSN, SOLICITATION, "raw:ipv6:icmpv6", "Router Solicitation"),
)  # fmt: skip

BROKEN = Frame(
    "gs", SGSN, VLR, f"{SSN_98} 21 {LOCATION_UPDATE_REQUEST} 1807 62f21012340007",
    GS, "a cell global identity of 7 octets, not 8",
)  # fmt: skip


@dataclass(frozen=True)
class Tshark:
    """The program, in a configuration of our own: what the developer has set must not count."""

    program: str
    configuration: Path

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run it and return what it printed, whether it was content or not."""
        environment = {**os.environ, "WIRESHARK_CONFIG_DIR": str(self.configuration)}
        return subprocess.run(
            [self.program, *arguments], env=environment, capture_output=True, text=True, encoding="utf-8", check=False
        )

    def read(self, capture: Path, fields: str, *options: str) -> list[dict[str, list[str]]]:
        """The named fields of each frame; a field that a frame lacks is an empty list."""
        names = fields.split()
        chosen = [argument for name in names for argument in ("-e", name)]
        done = self.run("-r", capture, "-T", "json", *chosen, *options)
        assert done.returncode == 0, done.stderr
        layers = (frame["_source"]["layers"] for frame in json.loads(done.stdout))
        return [{name: frame.get(name, []) for name in names} for frame in layers]

    def flagged(self, capture: Path) -> list[int]:
        """The numbers of the frames with which tshark finds fault."""
        done = self.run("-r", capture, "-Y", FLAGGED, "-T", "fields", "-e", "frame.number")
        assert done.returncode == 0, done.stderr
        return [int(number) for number in done.stdout.split()]


@pytest.fixture(scope="module")
def oracle(tshark: str, tmp_path_factory: pytest.TempPathFactory) -> Tshark:
    """Tshark, with the profile of our elements among its own."""
    configuration = tmp_path_factory.mktemp("wireshark")
    write_profile(configuration / "profiles" / "lab", ENDS)
    return Tshark(tshark, configuration)


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A capture of FRAMES with BROKEN after them; the first frame has a comment."""
    path = tmp_path_factory.mktemp("capture") / "lab.pcapng"
    stacks = Stacks()
    with closing(PcapngWriter(path.open("wb"), "gprslab 0.1.0")) as writer:
        writer.name(ENDS)
        for number, frame in enumerate((*FRAMES, BROKEN)):
            at, packet = START + number * STEP, frame.packet(stacks)
            writer.write(frame.interface, at, packet, uplink=frame.uplink, comment=None if number else COMMENT)
    return path


@pytest.fixture(scope="module")
def shown(oracle: Tshark, capture: Path) -> list[dict[str, list[str]]]:
    """What tshark shows of the capture, without BROKEN."""
    fields = (
        "_ws.col.Info frame.protocols frame.interface_name frame.interface_description frame.time_epoch frame.comment"
        " frame.packet_flags_direction ip.checksum.status udp.checksum.status sctp.checksum.status udp.dstport ip.id"
        " ip.src_host ip.dst_host sctp.data_tsn_raw sctp.data_ssn sctp.verification_tag gsmtap.uplink"
    )
    checks = ("ip.check_checksum:TRUE", "udp.check_checksum:TRUE", "sctp.checksum:CRC 32c", "nameres.network_name:TRUE")
    return oracle.read(capture, fields, *(argument for check in checks for argument in ("-o", check)))[:-1]


def test_capture_clean(oracle: Tshark, capture: Path) -> None:
    """Of all frames, tshark finds fault only with the one that is broken."""
    assert oracle.flagged(capture) == [len(FRAMES) + 1]


def test_capture_dissected(shown: list[dict[str, list[str]]]) -> None:
    """Each frame is dissected from IPv4 to its innermost message, with no setting that tells tshark how."""
    assert [frame["frame.protocols"] for frame in shown] == [[frame.protocols] for frame in FRAMES]
    for seen, frame in zip(shown, FRAMES, strict=True):
        assert frame.info in seen["_ws.col.Info"][0]


def test_capture_every_reference_point() -> None:
    """The frames of these tests leave no reference point out."""
    assert {frame.interface for frame in FRAMES} == set(REFERENCE_POINTS)


def test_capture_interfaces(shown: list[dict[str, list[str]]]) -> None:
    """Each frame lies on the interface of its reference point, which has its usual name and says what it is."""
    for seen, frame in zip(shown, FRAMES, strict=True):
        assert seen["frame.interface_name"] == [frame.interface.capitalize()]
        assert seen["frame.interface_description"] == [REFERENCE_POINTS[frame.interface]]


def test_capture_times(shown: list[dict[str, list[str]]]) -> None:
    """Each frame has its time to the microsecond, in a file that counts nanoseconds."""
    times = (START + number * STEP for number in range(len(FRAMES)))
    expected = [[f"{time // 1_000_000}.{time % 1_000_000:06}000"] for time in times]
    assert [frame["frame.time_epoch"] for frame in shown] == expected


def test_capture_checksums(shown: list[dict[str, list[str]]]) -> None:
    """Tshark computes the same checksum for every IPv4 header, UDP datagram and SCTP packet (status 1, good)."""
    for seen, frame in zip(shown, FRAMES, strict=True):
        layers = frame.protocols.split(":")
        for layer in ("ip", "udp", "sctp"):
            assert seen[f"{layer}.checksum.status"] == ["1"] * layers.count(layer)


def test_capture_names(shown: list[dict[str, list[str]]]) -> None:
    """The capture brings the names of its addresses with it."""
    for seen, frame in zip(shown, FRAMES, strict=True):
        if frame.interface != "gi":  # its addresses are those inside the PDU
            assert seen["ip.src_host"][0] == frame.source.name
            assert seen["ip.dst_host"][0] == frame.target.name


def test_capture_directions_and_comment(shown: list[dict[str, list[str]]]) -> None:
    """Frames from the mobile's side are inbound (1), those to it outbound (2); Um tells it in GSMTAP too."""
    directions: dict[bool | None, list[str]] = {True: ["0x00000001"], False: ["0x00000002"], None: []}
    assert [frame["frame.packet_flags_direction"] for frame in shown] == [directions[f.uplink] for f in FRAMES]
    assert [frame["frame.comment"] for frame in shown[:2]] == [[COMMENT], []]
    uplinks = [frame["gsmtap.uplink"] for frame in shown if frame["gsmtap.uplink"]]
    assert uplinks == [["1" if frame.uplink else "0"] for frame in FRAMES if frame.interface == "um"]


def test_capture_ports(shown: list[dict[str, list[str]]]) -> None:
    """User plane GTP lies on port 2152, control plane GTP on 2123 (29.060 clause 10.1)."""
    ports = [frame["udp.dstport"] for frame, sent in zip(shown, FRAMES, strict=True) if sent.interface == "gn"]
    assert ports == [["2123"], ["2123"], ["2152"], ["2152"], ["2152"]]


def test_capture_counters(shown: list[dict[str, list[str]]]) -> None:
    """Packets are numbered through the capture, DATA chunks through each way of an association (RFC 9260)."""
    numbers = [int(frame["ip.id"][0], 16) for frame, sent in zip(shown, FRAMES, strict=True) if sent.interface != "gi"]
    assert numbers == list(range(1, len(numbers) + 1))
    ways: dict[tuple[Endpoint, Endpoint], list[list[str]]] = {}
    tags: dict[str, tuple[Endpoint, Endpoint]] = {}
    for seen, frame in zip(shown, FRAMES, strict=True):
        if seen["sctp.verification_tag"]:
            way = (frame.source, frame.target)
            ways.setdefault(way, []).append([*seen["sctp.data_tsn_raw"], *seen["sctp.data_ssn"]])
            assert tags.setdefault(seen["sctp.verification_tag"][0], way) == way
    assert ways.pop((SGSN, VLR)) == [["0", "0"], ["1", "1"]]
    assert len(ways) == 8
    assert all(sent == [["0", "0"]] for sent in ways.values())


def test_profile_names_point_codes(oracle: Tshark, capture: Path) -> None:
    """With the profile, the two ends of an M3UA message have names, which point codes alone do not."""
    columns = "_ws.col.Source _ws.col.Destination"
    bare = oracle.read(capture, columns, "-Y", "m3ua")[0]
    named = oracle.read(capture, columns, "-Y", "m3ua", "-C", "lab")[0]
    assert list(bare.values()) == [["301"], ["401"]]
    assert list(named.values()) == [["sgsn1"], ["hlr1"]]


WRITE_AND_DIE = """
import os, signal, sys
from gprslab.trace.pcapng import PcapngWriter
writer = PcapngWriter(open(sys.argv[1], "wb"))
for number in range(3):
    writer.write("gi", number, bytes.fromhex(sys.argv[2]))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_capture_writer_killed(oracle: Tshark, tmp_path: Path) -> None:
    """A writer killed between two frames leaves a whole file: tshark reads all frames and has nothing to say."""
    path = tmp_path / "killed.pcapng"
    done = subprocess.run([sys.executable, "-c", WRITE_AND_DIE, path, ECHO_REQUEST], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(oracle.read(path, "frame.number")) == 3


def test_capture_cut_short(oracle: Tshark, capture: Path, tmp_path: Path) -> None:
    """A file cut within a block (a full disk) is still read up to the block before."""
    path = tmp_path / "cut.pcapng"
    path.write_bytes(capture.read_bytes()[:-7])
    done = oracle.run("-r", path, "-T", "fields", "-e", "frame.number")
    assert len(done.stdout.split()) == len(FRAMES)
    assert "cut short" in done.stderr


def test_capture_blocks(oracle: Tshark, capture: Path) -> None:
    """Dissected as a file, the capture says who wrote it, and introduces each interface once, before its first use."""
    names = "pcapng.options.option.data.interface.name"
    application = "pcapng.options.option.data.user_application"
    fields = f"pcapng.block.type pcapng.interface_description.link_type {names} {application} _ws.malformed"
    (file,) = oracle.read(capture, fields, "-X", "read_format:MIME Files Format")
    section, names_of_ends, interface, packet = "0x0a0d0d0a", "0x00000004", "0x00000001", "0x00000006"
    blocks, seen = [section, names_of_ends], list[str]()
    for frame in (*FRAMES, BROKEN):
        if frame.interface not in seen:
            seen.append(frame.interface)
            blocks.append(interface)
        blocks.append(packet)
    assert file["pcapng.block.type"] == blocks
    assert file[names] == [name.capitalize() for name in seen]
    links = [LINKTYPE_RAW if name == "gi" else LINKTYPE_IPV4 for name in seen]  # IPv6 goes over Gi too
    assert file["pcapng.interface_description.link_type"] == list(map(str, links))
    assert file[application] == ["gprslab 0.1.0"]
    assert not file["_ws.malformed"]


BEARERS = {
    "gmm": "um", "sm": "um", "rr": "um", "llc": "um", "bssgp": "gb", "ns": "gb", "sccp": "gr", "gtpc1": "gn",
    "gtpu": "gn",
}  # fmt: skip
"""Over which reference point the third-party PDUs of each protocol go."""

NOT_MAP = "recorded sccp frame 3"
"""The last segment of a private dialogue: tshark joins the segments here, and takes what they make for MAP."""


def test_third_party_pdus(oracle: Tshark, vectors: list[dict[str, Any]], tmp_path: Path) -> None:
    """Each third-party PDU that tshark takes bare it takes within our layers too, and makes the same of it."""
    path = tmp_path / "vectors.pcapng"
    taken = [
        vector
        for vector in vectors
        if vector["expect"]["verdict"] == "clean" and vector["protocol"] in BEARERS and vector["name"] != NOT_MAP
    ]
    stacks = Stacks()
    with closing(PcapngWriter(path.open("wb"))) as writer:
        for vector in taken:
            bearer, pdu = vector["protocol"], bytes.fromhex(vector["hex"])
            if BEARERS[bearer] == "um":
                packet = stacks.wrap_um(
                    "llc" if bearer == "llc" else "rr", MS, BSS, pdu, uplink=vector.get("dir") != "MT"
                )
            else:
                unitdata = bytes.fromhex("00000002") if bearer == "bssgp" else b""
                packet = stacks.wrap(BEARERS[bearer], SGSN, HLR, unitdata + pdu)
            writer.write(BEARERS[bearer], START, packet)
    assert len(taken) > 100
    assert not oracle.flagged(path)
    for seen, vector in zip(oracle.read(path, "frame.protocols _ws.col.Info"), taken, strict=True):
        assert seen["frame.protocols"][0].endswith(f":{vector['expect']['tshark_protocols'].removeprefix('ip:')}")
        assert vector["expect"]["tshark_info"] in seen["_ws.col.Info"][0]


def test_crc32c_check_value() -> None:
    """The published check value of CRC-32C."""
    assert crc32c(b"123456789") == 0xE3069283


def test_internet_checksum_example() -> None:
    """The example of RFC 1071 clause 3, whose sum is ddf2; an odd octet counts as the upper half of a word."""
    assert internet_checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0xFFFF - 0xDDF2
    assert internet_checksum(b"\x12") == 0xFFFF - 0x1200


def test_m3ua_whole_words() -> None:
    """M3UA fills its message up to whole words, and counts the filling (RFC 4666 clause 3.1.4)."""
    for length in range(4):
        message = Stacks().wrap("gr", SGSN, HLR, bytes(length))[20 + 12 + 16 :]
        assert len(message) == int.from_bytes(message[4:8])
        assert len(message) % 4 == 0


def test_udp_checksum_never_zero() -> None:
    """A UDP checksum that comes out as zero is sent as all ones, since zero means that there is none (RFC 768)."""
    plain = Stacks().wrap("gb", BSS, SGSN, bytes(2))
    checksum = plain[26:28]
    assert Stacks().wrap("gb", BSS, SGSN, checksum)[26:] == b"\xff\xff" + checksum


def test_wrap_octets_as_they_are() -> None:
    """A PDU too short to tell its own kind is wrapped all the same: faults make such PDUs, and captures go on."""
    stacks = Stacks()
    for interface in REFERENCE_POINTS.keys() - {"um", "gi"}:
        assert len(stacks.wrap(interface, SGSN, HLR, b"")) < len(stacks.wrap(interface, SGSN, HLR, b"\x32"))
    assert stacks.wrap("gi", GGSN, WEB, b"") == b""


def test_wrap_unknown_interface() -> None:
    """A reference point of which nothing is known is a fault of ours."""
    with pytest.raises(ValueError, match="no layers are known below a PDU on 'x'"):
        Stacks().wrap("x", BSS, SGSN, b"")
