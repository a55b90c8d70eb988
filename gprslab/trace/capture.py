"""A trace as a capture file that Wireshark dissects in full, by the layers of :mod:`gprslab.trace.stacks`."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gprslab.trace.pcapng import PcapngWriter
from gprslab.trace.records import PduRecord, TraceRecord
from gprslab.trace.stacks import REFERENCE_POINTS, Stacks
from protocol import um
from protocol.errors import DecodeError


def write_capture(path: Path, records: Iterable[TraceRecord], lab: Any) -> int:
    """Write the PDUs of a trace into a new file at ``path``, its folder made where it is not there.

    Returns the number of packets. What has no place in a capture (a PDU on Um without our header) is left out.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    stacks = Stacks()
    packets = 0
    with path.open("wb") as file:
        writer = PcapngWriter(file)
        writer.name(lab.endpoint(name) for name in lab.nodes)
        for record in records:
            if isinstance(record, PduRecord) and record.interface in REFERENCE_POINTS:
                packet, uplink = packet_of(stacks, record, lab)
                if packet is not None:
                    writer.write(record.interface, record.time, packet, uplink=uplink)
                    packets += 1
    return packets


def packet_of(stacks: Stacks, record: PduRecord, lab: Any) -> tuple[bytes | None, bool | None]:
    """The IPv4 packet of a PDU, and whether it goes up where that can be told."""
    source, target = lab.endpoint(record.sender), lab.endpoint(record.receiver)
    role = lab.roles[record.sender]
    if record.interface != "um":
        uplink = role == "bss" if record.interface == "gb" else None
        return stacks.wrap(record.interface, source, target, record.pdu), uplink
    uplink = role == "ms"
    try:
        message = um.decode(record.pdu, up=uplink)
    except DecodeError:
        return None, uplink
    match message:
        case um.PacketChannel(llc_frame=frame):
            return stacks.wrap_um("llc", source, target, frame, uplink=uplink), uplink
        case um.DedicatedChannel(message=octets):
            return stacks.wrap_um("rr", source, target, octets, uplink=uplink), uplink
        case _:
            return None, uplink
