"""tshark as an oracle: many PDUs in one capture, dissected in one run."""

import subprocess
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from ipaddress import IPv6Address
from pathlib import Path
from typing import Literal

from gprslab.trace.pcapng import PcapngWriter
from gprslab.trace.stacks import Endpoint, Stacks
from protocol import ns, sccp
from protocol.ip import IpProtocol, Ipv6
from protocol.llc import IRr, UiFrame
from protocol.llc.frame import Sapi

LOWER = Endpoint("lower", "10.0.0.1", 301)
UPPER = Endpoint("upper", "10.0.0.2", 401)
NOTE = 0x400000
"""The severity from which on tshark means that something is not in order."""

ON_BCCH = frozenset({0x00, 0x19, 0x1A, 0x1B, 0x1C})
"""System information that is broadcast (TS 44.018 table 9.1.1): types 13, 1, 2, 3 and 4."""

ON_SACCH = frozenset({0x1D, 0x1E})
"""Types 5 and 6, whose pseudo length is the length of LAPDm."""

SACCH = bytes.fromhex("00000303")
"""What stands before them: power and timing of layer 1, and a UI frame (TS 44.006)."""

SUBSYSTEMS = {"bssap_plus": (98, 98), "bssmap": (254, 254), "dtap": (254, 254), "sccp_management": (1, 1)}
V6 = IPv6Address("2001:db8::1")

SIGNS = ("_ws.malformed", "_ws.expert.severity", "_ws.expert.message", "bssap.extraneous_data")


@dataclass(frozen=True, slots=True)
class Dissection:
    """What tshark shows of one frame: its summary, its layers, what it objects to, and the fields asked for."""

    info: str
    protocols: str
    objection: str
    fields: dict[str, tuple[str, ...]]


def packet(protocol: str, octets: bytes, stacks: Stacks, *, up: bool = True, ssn: int = 6) -> bytes:
    """An IPv4 packet in which tshark finds a PDU of that protocol; ``ssn`` is the called subsystem of SS7."""
    source, target = (LOWER, UPPER) if up else (UPPER, LOWER)
    match protocol:
        case "rr" if octets[0] & 3 == 1 and octets[2] in ON_SACCH:
            return stacks.wrap_um("sacch", source, target, SACCH + octets, uplink=up)
        case "rr" if octets[0] & 3 == 1:
            channel: Literal["bcch", "ccch"] = "bcch" if octets[2] in ON_BCCH else "ccch"
            return stacks.wrap_um(channel, source, target, octets, uplink=up)
        case "gmm" | "sm" | "rr" | "mm" | "cc":
            return stacks.wrap_um("rr", source, target, octets, uplink=up)
        case "llc":
            return stacks.wrap_um("llc", source, target, octets, uplink=up)
        case "sndcp":
            acknowledged = octets[0] & 0x20 == 0
            frame = (
                IRr(sapi=Sapi.LL3, command=not up, ns=0, nr=0, information=octets)
                if acknowledged
                else UiFrame(sapi=Sapi.LL3, command=not up, nu=0, information=octets)
            )
            return stacks.wrap_um("llc", source, target, frame.encode(), uplink=up)
        case "bssgp":
            return stacks.wrap("gb", source, target, ns.NsUnitdata(bvci=2, sdu=octets).encode())
        case "ns":
            return stacks.wrap("gb", source, target, octets)
        case "gtp":
            return stacks.wrap("gn", source, target, octets)
        case "sccp":
            return stacks.wrap("gr", source, target, octets)
        case "m3ua":
            return stacks._sctp(source, target, octets)
        case "tcap" | "map" | "bssap_plus" | "bssmap" | "dtap" | "sccp_management":
            called, calling = SUBSYSTEMS.get(protocol, (ssn, 149))
            made = sccp.Ludt(called=sccp.Address(ssn=called), calling=sccp.Address(ssn=calling), payload=octets)
            return stacks.wrap("gr", source, target, made.encode())
        case "ip":
            return stacks.wrap("gi", source, target, octets)
        case "icmp" if octets[0] & 0x80:
            return Ipv6(next_header=IpProtocol.ICMPV6, source=V6, destination=V6, payload=octets).encode()
        case "icmp" | "udp":
            return stacks._ipv4(1 if protocol == "icmp" else 17, source, target, octets)
    raise AssertionError(protocol)


def dissect(
    tshark: str, folder: Path, packets: Iterable[bytes], fields: Sequence[str] = (), preferences: Sequence[str] = ()
) -> list[Dissection]:
    """What tshark shows of each packet, in one run."""
    path = folder / "oracle.pcapng"
    count = 0
    with path.open("wb") as file, closing(PcapngWriter(file)) as writer:
        for count, octets in enumerate(packets, start=1):
            writer.write("gi", 1_700_000_000_000_000 + count, octets)
    columns = ("_ws.col.Info", "frame.protocols", *SIGNS, *fields)
    command = [tshark, "-n", "-r", str(path), "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a"]
    command += ["-E", "aggregator=\x1f"]
    command += [part for preference in preferences for part in ("-o", preference)]
    command += [part for column in columns for part in ("-e", column)]
    shown = subprocess.run(command, check=True, capture_output=True, timeout=300).stdout.decode(errors="replace")
    found = [dissection(line.split("\t"), fields) for line in shown.splitlines()]
    assert len(found) == count
    return found


def dissection(cells: list[str], fields: Sequence[str]) -> Dissection:
    """One line of tshark's table."""
    info, protocols, malformed, severities, messages, extraneous, *rest = cells
    told = messages.split("\x1f")
    objections = [
        told[number] if number < len(told) else "?"
        for number, severity in enumerate(severities.split("\x1f"))
        if severity and int(severity) >= NOTE
    ]
    if malformed:
        objections.append("malformed")
    if extraneous:
        objections.append("extraneous data")
    return Dissection(
        info,
        protocols,
        "; ".join(objections),
        {name: tuple(cell.split("\x1f")) if cell else () for name, cell in zip(fields, rest, strict=True)},
    )
