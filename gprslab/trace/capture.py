"""A trace as a capture file that Wireshark dissects in full, by the layers of :mod:`gprslab.trace.stacks`."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from gprslab.trace.pcapng import PcapngWriter
from gprslab.trace.records import PduRecord, TraceRecord
from gprslab.trace.stacks import REFERENCE_POINTS, Endpoint, Stacks, UmKind
from protocol import um
from protocol.errors import DecodeError

EVERYBODY = "255.255.255.255"
"""The address to which a cell speaks."""


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
                for packet, uplink in packets_of(stacks, record, lab):
                    writer.write(record.interface, record.time, packet, uplink=uplink)
                    packets += 1
    return packets


def packets_of(stacks: Stacks, record: PduRecord, lab: Any) -> Iterator[tuple[bytes, bool | None]]:
    """The IP packets of a PDU, and whether they go up where that can be told."""
    source = lab.endpoint(record.sender)
    role = lab.roles[record.sender]
    if record.interface != "um":
        uplink = role == "bss" if record.interface == "gb" else None
        yield stacks.wrap(record.interface, source, lab.endpoint(record.receiver), record.pdu), uplink
        return
    uplink = role == "ms"
    target = lab.endpoint(record.receiver) if record.receiver in lab.roles else Endpoint(record.receiver, EVERYBODY)
    for kind, octets in channels(record.pdu, uplink=uplink):
        yield stacks.wrap_um(kind, source, target, octets, uplink=uplink), uplink


def channels(pdu: bytes, *, uplink: bool) -> Iterator[tuple[UmKind, bytes]]:
    """What follows our header on the air, and on which channel."""
    try:
        message = um.decode(pdu, up=uplink)
    except DecodeError:
        return
    match message:
        case um.PacketChannel():
            yield "llc", message.llc_frame
        case um.DedicatedChannel():
            yield "rr", message.message
        case um.PagingChannel():
            yield "ccch", message.message
        case um.BroadcastChannel():
            yield "bcch", message.system_information_3
            yield "bcch", message.system_information_13
