"""tshark as an oracle: many PDUs in one capture, dissected in one run."""

import subprocess
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from gprslab.trace.pcapng import PcapngWriter
from gprslab.trace.stacks import Endpoint, Stacks
from protocol import ns, sccp
from protocol.llc.frame import Sapi, UiFrame

LOWER = Endpoint("lower", "10.0.0.1", 301)
UPPER = Endpoint("upper", "10.0.0.2", 401)
NOTE = 0x400000
"""The severity from which on tshark means that something is not in order."""

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
        case "gmm" | "sm" | "rr" | "mm":
            return stacks.wrap_um("rr", source, target, octets, uplink=up)
        case "llc":
            return stacks.wrap_um("llc", source, target, octets, uplink=up)
        case "sndcp":
            frame = UiFrame(sapi=Sapi.LL3, command=not up, nu=0, information=octets)
            return stacks.wrap_um("llc", source, target, frame.encode(), uplink=up)
        case "bssgp":
            return stacks.wrap("gb", source, target, ns.NsUnitdata(bvci=2, sdu=octets).encode())
        case "ns":
            return stacks.wrap("gb", source, target, octets)
        case "gtp":
            return stacks.wrap("gn", source, target, octets)
        case "sccp":
            return stacks.wrap("gr", source, target, octets)
        case "tcap" | "bssap_plus":
            number = 98 if protocol == "bssap_plus" else ssn
            calling = 98 if protocol == "bssap_plus" else 149
            made = sccp.segments(sccp.Address(ssn=number), sccp.Address(ssn=calling), octets, reference=1)
            assert len(made) == 1, "use LUDT for what is longer"
            return stacks.wrap("gr", source, target, made[0])
        case "ip":
            return stacks.wrap("gi", source, target, octets)
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
    shown = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout
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
