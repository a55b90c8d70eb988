"""Every message of ours, with all that its declaration lets it have, as tshark reads it.

The operations and errors of MAP, in TCAP, have their own (tests/wire/test_map_oracles.py).
"""

import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from gprslab.trace.pcapng import PcapngWriter
from gprslab.trace.stacks import Stacks
from protocol.errors import DecodeError
from protocol.layout import HEADER
from protocol.registry import PROTOCOLS
from tests.wire.carried import fitting
from tests.wire.oracle import Dissection, dissect, packet
from tests.wire.samples import ELEMENT_MESSAGES, directions, samples
from tests.wire.tshark_faults import ADVICE, CARRIERS, FIELD_FAULTS, NAMES, ORACLE_FAULTS, FieldFault, OracleFault
from tests.wire.tshark_fields import FIELDS, same

COUNT = 40
"""Messages of each class."""

LEFT_OUT = {
    "um": "the air interface as it travels on our bus, which is no protocol of a specification",
    "tcap": "with the parameters of MAP, in tests/wire/test_map_oracles.py and tests/wire/test_tcap.py",
    "mtp3": "tshark reads it in captures of its own link type: test_mtp3_heads",
}


def sent(protocol: str) -> Iterator[tuple[Any, bool]]:
    """Messages of a protocol, and which way they go."""
    for cls in PROTOCOLS[protocol].classes.values():
        up = next(directions(cls))
        for message in samples(cls, COUNT):
            yield fitting(message), up


def letters(text: str) -> str:
    """What of a name counts."""
    return re.sub("[^a-z0-9]", "", text.lower())


def objection_in(shown: Dissection) -> str:
    """What tshark objects to, each thing once, without good advice."""
    return "; ".join(part for part in dict.fromkeys(shown.objection.split("; ")) if ADVICE not in part)


def complaints(protocol: str, message: Any, shown: Dissection) -> Iterator[str]:
    """What is wrong in a dissection."""
    cls, objection = type(message), objection_in(shown)
    fault = next((f for f in ORACLE_FAULTS if cls in f.classes and f.words == objection and f.when(message)), None)
    if fault is None and objection:
        yield f"objects: {objection}"
    if not isinstance(message, CARRIERS) and letters(NAMES.get(cls, cls.title.partition(" (")[0])) not in letters(
        shown.info
    ):
        yield f"is called {shown.info}"
    if fault is not None and fault.blind:
        return
    for name, read in FIELDS[protocol].items():
        ours, cells = read(message), [cell for cell in shown.fields[name] if cell]
        if isinstance(message, CARRIERS) or name in QUOTED:
            cells = cells[: len(ours)]
        if len(ours) == len(cells) and all(map(same, ours, cells)):
            continue
        if not any(cls in known.classes and name in known.fields for known in FIELD_FAULTS):
            yield f"{name} is {ours}, not {cells}"


QUOTED = frozenset({"nsip.pdu_type", "bssgp.pdu_type"})
"""A PDU that is quoted in another has a type as well."""


@pytest.mark.parametrize("protocol", FIELDS)
def test_every_message(protocol: str, tshark: str, tmp_path: Path) -> None:
    """No flag, the same name and the same values in the fields that matter, or a fault of tshark that is known."""
    stacks = Stacks()
    messages = list(sent(protocol))
    packets = [packet(protocol, message.encode(), stacks, up=up) for message, up in messages]
    bad = [
        f"{type(message).__name__} {message.encode().hex()}: {complaint}"
        for (message, _), shown in zip(
            messages, dissect(tshark, tmp_path, packets, list(FIELDS[protocol])), strict=True
        )
        for complaint in complaints(protocol, message, shown)
    ]
    assert not bad, "\n".join(bad[:20])


def example(fault: OracleFault | FieldFault) -> tuple[Any, bool]:
    """The message with which a fault is shown, and which way it goes."""
    octets = bytes.fromhex(fault.example)
    protocol = PROTOCOLS[fault.classes[0].protocol]
    for up in (True, False):
        with suppress(DecodeError):
            message = protocol.decode(octets, up)
            if isinstance(message, fault.classes):
                return message, up
    raise AssertionError(fault.example)


def examples(faults: Sequence[OracleFault | FieldFault], tshark: str, folder: Path) -> Iterator[tuple[Any, Dissection]]:
    """The messages with which faults are shown, as tshark shows them."""
    stacks = Stacks()
    told = [example(fault) for fault in faults]
    packets = [packet(message.protocol, message.encode(), stacks, up=up) for message, up in told]
    names = sorted({name for fault in FIELD_FAULTS for name in fault.fields})
    yield from zip([message for message, _ in told], dissect(tshark, folder, packets, names), strict=True)


def test_no_objection_is_stale(tshark: str, tmp_path: Path) -> None:
    """Tshark still objects to each example."""
    for fault, (message, shown) in zip(ORACLE_FAULTS, examples(ORACLE_FAULTS, tshark, tmp_path), strict=True):
        assert objection_in(shown) == fault.words, fault.why
        assert fault.when(message)


def test_no_other_value_is_stale(tshark: str, tmp_path: Path) -> None:
    """Tshark still shows another value in some field of each example."""
    for fault, (message, shown) in zip(FIELD_FAULTS, examples(FIELD_FAULTS, tshark, tmp_path), strict=True):
        wrong = []
        for name in fault.fields:
            ours, cells = FIELDS[message.protocol][name](message), [cell for cell in shown.fields[name] if cell]
            wrong.append(len(ours) != len(cells) or not all(map(same, ours, cells)))
        assert any(wrong), fault.why


@pytest.mark.parametrize("protocol", FIELDS)
def test_every_field_is_compared(protocol: str) -> None:
    """Each field in the table is there in some message."""
    messages = [message for message, _ in sent(protocol)]
    assert not [name for name, read in FIELDS[protocol].items() if not any(map(read, messages))]


def test_no_protocol_is_left_out() -> None:
    """Every protocol is dissected, or stands in LEFT_OUT."""
    assert FIELDS.keys() | LEFT_OUT.keys() == PROTOCOLS.keys()
    assert not FIELDS.keys() & LEFT_OUT.keys()


@pytest.mark.parametrize("cls", ELEMENT_MESSAGES, ids=lambda cls: f"{cls.protocol}-{cls.__name__}")
def test_every_element_is_there_and_is_not(cls: Any) -> None:
    """Among the messages of a class each optional element is there in some, and lacks in others."""
    messages = samples(cls, COUNT)
    for field in cls.fields:
        if field.optional and not isinstance(field.layout, HEADER) and field.name != "alignment_octets":
            there = {getattr(message, field.name) is not None for message in messages}
            if len(there) < 2:  # one of several that exclude each other
                there |= {getattr(message, field.name) is not None for message in samples(cls, 8 * COUNT)}
            assert there == {True, False}, field.name


def test_frame_check_sequences(tshark: str, tmp_path: Path) -> None:
    """A wrong FCS is no expert item and no field: only the text tells."""
    stacks = Stacks()
    path = tmp_path / "llc.pcapng"
    messages = list(sent("llc"))
    with path.open("wb") as file, closing(PcapngWriter(file)) as writer:
        for number, (message, up) in enumerate(messages):
            writer.write("um", 1_700_000_000_000_000 + number, packet("llc", message.encode(), stacks, up=up))
    command = [tshark, "-n", "-r", str(path), "-O", "llcgprs"]
    text = subprocess.run(command, check=True, capture_output=True, timeout=100).stdout.decode(errors="replace")
    verdicts = re.findall(r"FCS: 0x[0-9a-f]+ \((\w+)", text)
    assert len(verdicts) == len(messages)
    assert set(verdicts) == {"correct"}


def test_mtp3_heads(tshark: str, tmp_path: Path) -> None:
    """The label of Q.704, in a capture of signalling links."""
    path = tmp_path / "mtp3.pcap"
    messages = samples(PROTOCOLS["mtp3"].classes["Mtp3Message"], COUNT)
    with path.open("wb") as file:
        file.write(bytes.fromhex("d4c3b2a1 0200 0400 00000000 00000000 ffff0000 8d000000"))
        for message in messages:
            octets = message.encode()
            file.write(bytes(8) + 2 * len(octets).to_bytes(4, "little") + octets)
    names = ("opc", "dpc", "sls", "network_indicator", "service_indicator")
    columns = [part for name in names for part in ("-e", f"mtp3.{name}")]
    command = [tshark, "-n", "-r", str(path), "-T", "fields", *columns]
    lines = subprocess.run(command, check=True, capture_output=True, timeout=100, text=True).stdout.splitlines()
    for message, line in zip(messages, lines, strict=True):
        assert [int(cell, 0) for cell in line.split("\t")] == [int(getattr(message, name)) for name in names]
