"""`make fuzz`: damaged PDUs of every protocol decode exactly or raise DecodeError, in time linear in their length.

Seeds are messages of ours and, where GPRSLAB_VECTORS names their folder, those of third parties. What fails is shrunk
and printed with the exception; the exit status is then 1.
"""

import argparse
import gc
import json
import os
import re
import statistics
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from protocol.errors import DecodeError
from protocol.layers import Pdu, encode_document, guess, pdu_document, read, read_message
from protocol.llc.fcs import fcs
from protocol.map.operations import ERRORS, OPERATIONS
from protocol.registry import PARAMETERS, PROTOCOLS
from protocol.tcap import Begin, End, error, invoke, result
from tests.wire.ber_strategies import elements, rewritten
from tests.wire.carried import fitting
from tests.wire.samples import gathered, samples

LONGEST: Final = 3000
"""Octets of a damaged PDU."""

BATCH: Final = 1000
FEW: Final = 10
"""Samples of each class."""

NAMES: Final = (*PROTOCOLS, "map", "any")
"""All protocols; the parameters of MAP; and octets whose protocol is guessed."""

ODD_OCTETS: Final = (0, 1, 2, 0x1F, 0x2B, 0x30, 0x7F, 0x80, 0x81, 0x82, 0x84, 0xA0, 0xFE, 0xFF)
"""Lengths, tags and fillings that mean something somewhere."""

THEIRS: Final = {"gtpc1": "gtp", "gtpu": "gtp", "map-tcap": "tcap"}
"""What the file of vectors calls protocols otherwise."""


# --- seeds -------------------------------------------------------------------------------------------------------


def seeds(protocol: str) -> list[tuple[str, bytes]]:
    """Octets of undamaged PDUs, each with the name of the parameter where it is one."""
    if protocol == "map":
        return [(name, value.encode()) for name, kind in PARAMETERS.items() for value in gathered(elements(kind), FEW)]
    if protocol == "any":
        return [seed for name in PROTOCOLS for seed in seeds(name)[::7]]
    found = list(dialogues() if protocol == "tcap" else messages(protocol))
    return [("", octets) for octets in dict.fromkeys([*found, *vectors(protocol)])]


def messages(protocol: str) -> Iterator[bytes]:
    """Messages of a protocol, as they are drawn and with whole PDUs in them."""
    for cls in PROTOCOLS[protocol].classes.values():
        for message in samples(cls, FEW):
            yield message.encode()
            yield fitting(message).encode()


def dialogues() -> Iterator[bytes]:
    """Operations with their arguments and results, and errors."""
    kinds: list[tuple[Callable[[int, Any], Any], Any, Any]] = []
    for row in OPERATIONS.values():
        kinds += [(invoke, kind, Begin) for kind in row.arguments]
        kinds += [(result, kind, End) for kind in row.results]
    kinds += [(error, kind, End) for row in ERRORS.values() for kind in row.parameters]
    random = Random(7)
    for make, kind, cls in kinds:
        for value in gathered(elements(kind), 3):
            name = "otid" if cls is Begin else "dtid"
            octets = cls(**{name: b"\x01\x02\x03\x04"}, components=(make(1, value),)).encode()
            yield octets
            yield rewritten(octets, lambda: random.choice((0, 0, 1, 2)))


def vectors(protocol: str) -> Iterator[bytes]:
    """What others made."""
    folder = os.environ.get("GPRSLAB_VECTORS")
    if not folder:
        return
    for line in (Path(folder) / "third_party.jsonl").read_text(encoding="utf-8").splitlines():
        vector = json.loads(line)
        if "layer" not in vector and THEIRS.get(vector["protocol"], vector["protocol"]) == protocol:
            yield bytes.fromhex(vector["hex"])


# --- damage ------------------------------------------------------------------------------------------------------


def damaged(protocol: str, octets: bytes, other: bytes, random: Random) -> bytes:
    """The octets with one to four faults; ``other`` is a PDU of which a piece may get in."""
    made = bytearray(octets)
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 4))):
        at = random.randrange(len(made) + 1)
        piece = made[at : at + random.randrange(1, 24)]
        match random.randrange(12):
            case 0 if piece:
                made[at] ^= 1 << random.randrange(8)
            case 1 if piece:
                made[at] = random.randrange(256)
            case 2 if piece:
                made[at] = random.choice(ODD_OCTETS)
            case 3 if piece:
                made[at] = made[at] + random.choice((-2, -1, 1, 2)) & 0xFF  # perhaps a length
            case 4:
                made[at:at] = random.randbytes(random.randrange(1, 6))
            case 5:
                del made[at : at + random.randrange(1, 6)]
            case 6:
                del made[at:]
            case 7:
                made[at:at] = piece * random.choice((1, 1, 2, 5, 40))
            case 8:
                start = random.randrange(len(other) + 1)
                made[at:at] = other[start : start + random.randrange(1, 40)]
            case 9 if len(piece) < 128:
                made[at : at + len(piece)] = bytes((random.choice((0x30, 0xA0, 0xA1, 0x24, 0x6C)), len(piece))) + piece
            case 10:
                made[at : at + len(piece)] = bytes((random.choice((0x30, 0xA0, 0x6C)), 0x80)) + piece + b"\0\0"
            case _:
                made += random.randbytes(random.randrange(1, 4))
    octets = bytes(made[:LONGEST])
    return mended(protocol, octets) if random.random() < MENDED else octets


MENDED: Final = 0.7
"""How often the frame of a damaged PDU is put right, so that it is looked into."""


def mended(protocol: str, octets: bytes) -> bytes:
    """With the length, or the frame check sequence, that its protocol has."""
    size = len(octets)
    match protocol:
        case "llc":
            return octets[:-3] + fcs(octets[:-3])
        case "gtp" if size >= 8:
            return octets[:2] + min(size - 8, 0xFFFF).to_bytes(2, "big") + octets[4:]
        case "m3ua" if size >= 8:
            return octets[:4] + size.to_bytes(4, "big") + octets[8:]
        case "bssmap" | "map" if 2 <= size < 130:
            return octets[:1] + bytes((size - 2,)) + octets[2:]
        case "tcap" if size >= 2:
            contents = octets[2 + max(0, octets[1] - 0x80) if octets[1] < 0x85 else 2 :]
            return octets[:1] + b"\x84" + len(contents).to_bytes(4, "big") + contents
        case "ip" if size > 40:
            at = 2 if octets[0] >> 4 == 4 else 4
            return octets[:at] + min(size, 0xFFFF).to_bytes(2, "big") + octets[at + 2 :]
    return octets


# --- what must hold ----------------------------------------------------------------------------------------------


def read_any(protocol: str, name: str, octets: bytes, up: bool | None) -> Pdu:
    """Read a PDU, or a parameter of MAP, or guess what it is."""
    if protocol == "map":
        return read_message("map", name, octets)
    return guess(octets, up) if protocol == "any" else read(protocol, octets, up)


def exactly(protocol: str, name: str, octets: bytes, up: bool | None) -> bool:
    """Whether octets are read; AssertionError where what is read is not all of them."""
    refused = None
    try:
        pdu = read_any(protocol, name, octets, up)
    except DecodeError as error:
        refused = error
    if refused is not None:
        assert 0 <= refused.at <= len(octets), f"the octet {refused.at} of {len(octets)}"
        assert refused.why
        return False
    assert pdu.message.encode() == octets, "the message is encoded to other octets"
    document = json.loads(json.dumps(pdu_document(pdu)))
    assert encode_document(document) == octets, "the document is encoded to other octets"
    return True


def fault_of(protocol: str, name: str, octets: bytes, up: bool | None) -> str:
    """What is wrong, in a word that is the same for the same fault; nothing where all is right."""
    try:
        exactly(protocol, name, octets, up)
    except Exception as error:  # noqa: BLE001  whatever it is, it is what we look for
        *_, last = traceback.extract_tb(error.__traceback__)
        return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno} in {last.name}: {error}"[:300]
    return ""


def shrunk(protocol: str, name: str, octets: bytes, up: bool | None, fault: str) -> bytes:
    """Fewer octets with the same kind of fault."""
    kind = fault.split(":", maxsplit=1)[0]
    size = len(octets) // 2
    while size:
        for at in range(0, len(octets), size):
            less = octets[:at] + octets[at + size :]
            if fault_of(protocol, name, less, up).split(":")[0] == kind:
                octets = less
                break
        else:
            size //= 2
    return octets


@dataclass
class Outcome:
    """What a batch, or all batches of a protocol, came to."""

    protocol: str
    tried: int = 0
    read: int = 0
    faults: dict[str, str] = field(default_factory=dict)

    def add(self, other: "Outcome") -> None:
        """Count another batch."""
        self.tried += other.tried
        self.read += other.read
        for fault, line in other.faults.items():
            self.faults.setdefault(fault, line)


def run(protocol: str, seed: int, count: int, until: float) -> Outcome:
    """Damage so many PDUs, or as many as time allows."""
    random = Random(f"{protocol} {seed}")
    pool = SEEDS.get(protocol) or SEEDS.setdefault(protocol, seeds(protocol))
    outcome = Outcome(protocol)
    for _ in range(count):
        if time.monotonic() > until:
            break
        name, octets = random.choice(pool)
        octets = damaged(protocol, octets, random.choice(pool)[1], random)
        up = random.choice((None, True, False))
        outcome.tried += 1
        try:
            outcome.read += exactly(protocol, name, octets, up)
        except Exception:  # noqa: BLE001
            fault = fault_of(protocol, name, octets, up)
            key = re.sub(r"\d+", "", f"{protocol} {fault[:100]}")
            if key not in outcome.faults and len(outcome.faults) < 20:
                octets = shrunk(protocol, name, octets, up, fault)
                fault = fault_of(protocol, name, octets, up)
                outcome.faults[key] = f"{protocol} {name} up={up} {octets.hex()}\n    {fault}"
    return outcome


SEEDS: dict[str, list[tuple[str, bytes]]] = {}
"""The seeds of this process."""


# --- time --------------------------------------------------------------------------------------------------------

SIZES: Final = (1 << 12, 1 << 16)
"""Octets of the inputs whose times are compared; if there is doubt, those of twice and four times as many."""

SLACK: Final = 2.0
"""By how much 16 times as many octets may take longer than 16 times the time, for there to be no doubt."""

STEEP: Final = 3.0
"""Twice as many octets take twice the time, or four times where it grows as the square."""

SHORT: Final = 0.005
"""Seconds that are nothing."""

UNITS: Final = tuple(
    bytes.fromhex(unit)
    for unit in (
        "00", "01", "2b", "7f", "80", "ff", "3080", "3000", "2480", "a080", "a082ffff", "1fff", "0600", "8000", "0101",
        "01010101010101010101", "8001ff", "30038001ff", "3084fffffff0", "ff0000", "ff000200ff", "820000", "0f01aa",
        "1200040001ff", "0006000c00010002", "f0", "00800080", "6b80", "6c80", "a106020101020110",
    )
)  # fmt: skip
"""What is repeated, besides pieces of PDUs."""

SHAPES: Final = 48
"""Shapes of each protocol."""

Shape = Callable[[int], bytes]


def nested(size: int) -> bytes:
    """Elements within elements, each with its length."""
    octets = b""
    while len(octets) < size - 8:
        length = bytes((len(octets),)) if len(octets) < 128 else b"\x83" + len(octets).to_bytes(3, "big")
        octets = b"\x30" + length + octets
    return octets


def nest(protocol: str, head: bytes) -> Shape:
    """Elements within elements behind a head."""
    return lambda size: mended(protocol, head + nested(size))


def shapes(protocol: str, seed: int) -> Iterator[tuple[str, str, Shape]]:
    """Inputs that are long for some reason: the name of the parameter, what they are, and what makes so many octets."""
    random = Random(f"{protocol} {seed} time")
    pool = SEEDS.get(protocol) or SEEDS.setdefault(protocol, seeds(protocol))
    for number in range(SHAPES):
        name, octets = random.choice(pool)
        at = random.randrange(len(octets) + 1) if random.random() < 0.7 else len(octets)
        other = random.choice(pool)[1] if random.random() < 0.5 else octets
        start = random.randrange(len(other) + 1)
        unit = other[start : start + random.randrange(1, 20)] if random.random() < 0.5 else random.choice(UNITS)
        yield name, f"{octets[:at].hex()} + {unit.hex()}...", repeated(protocol, octets[:at], unit, octets[at:])
        if number % 12 == 0:
            yield name, f"{octets[:at].hex()} + nested", nest(protocol, octets[:at])


def repeated(protocol: str, head: bytes, unit: bytes, tail: bytes) -> Shape:
    """A piece over and over, between a head and a tail."""

    def make(size: int) -> bytes:
        count = max(1, (size - len(head) - len(tail)) // max(1, len(unit)))
        return mended(protocol, head + unit * count + tail)

    return make


def seconds(protocol: str, name: str, octets: bytes, repeats: int) -> float:
    """How long it takes to read octets, and to write and tell what they are: the median of some times."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        with suppress(Exception):  # what is wrong otherwise is found above
            exactly(protocol, name, octets, up=True)
        times.append(time.process_time() - start)
    return statistics.median(times)


def too_slow(protocol: str, name: str, make: Shape) -> str:
    """The times for each size where they grow faster than the sizes, else nothing.

    More octets may be read in another way than fewer, so only what grows from size to size, twice, is told.
    """
    few, many = SIZES
    limit = SLACK * many / few
    if seconds(protocol, name, make(many), 1) < max(SHORT, limit * seconds(protocol, name, make(few), 3)):
        return ""
    for sizes in ((many, 2 * many, 4 * many), (many // 4, many // 2, many)):
        times = [seconds(protocol, name, make(size), 3) for size in sizes]
        told = ", ".join(f"{size}: {1000 * spent:.1f} ms" for size, spent in zip(sizes, times, strict=True))
        if times[2] > SHORT and times[2] > STEEP * times[1] and times[1] > STEEP * times[0]:
            return told
        if times[2] > times[1] > times[0]:
            return ""
    return ""


def measure(protocol: str, seed: int, until: float) -> Outcome:
    """Look for inputs whose time grows faster than their length."""
    outcome = Outcome(protocol)
    gc.disable()  # it would only spoil the times
    for name, words, make in shapes(protocol, seed):
        if time.monotonic() > until:
            break
        outcome.tried += 1
        slow = too_slow(protocol, name, make)
        if slow:
            outcome.faults[words] = f"{protocol} {name} time is not linear: {words[:200]}\n    {slow}"
    gc.enable()
    return outcome


# --- the run -----------------------------------------------------------------------------------------------------


def main() -> int:
    """Fuzz all protocols, or those that are named."""
    parser = argparse.ArgumentParser(description="Damage PDUs and see that they decode exactly or raise DecodeError.")
    parser.add_argument("protocols", nargs="*", help=f"of {', '.join(NAMES)}; all if none is named")
    parser.add_argument("--count", type=int, default=100_000, help="PDUs of each protocol (100000)")
    parser.add_argument("--seconds", type=float, default=300, help="at most so long for each protocol (300)")
    parser.add_argument("--seed", type=int, default=1, help="another number gives other PDUs (1)")
    options = parser.parse_args()
    names = options.protocols or list(NAMES)
    for name in names:
        if name not in NAMES:
            parser.error(f"no protocol {name}: there are {', '.join(NAMES)}")
    console = Console()
    outcomes = {name: Outcome(name) for name in names}
    slow = {name: Outcome(name) for name in names}
    columns = (TextColumn("{task.description:<16}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress, ProcessPoolExecutor(os.cpu_count()) as pool:
        for name in names:
            until = time.monotonic() + options.seconds
            task = progress.add_task(name, total=options.count)
            batches = range(options.seed * 1_000_000, options.seed * 1_000_000 + options.count // BATCH)
            waiting = [pool.submit(run, name, batch, BATCH, until) for batch in batches]
            for done in as_completed(waiting):
                outcomes[name].add(done.result())
                progress.update(task, completed=outcomes[name].tried)
        task = progress.add_task("time", total=len(names))
        until = time.monotonic() + options.seconds * len(names)
        timing = [pool.submit(measure, name, options.seed, until) for name in names]
        for done in as_completed(timing):
            slow[done.result().protocol].add(done.result())
            progress.advance(task)
    for name in names:
        told = outcomes[name]
        words = f"{told.tried:>7} damaged, {told.read:>6} of them read exactly; {slow[name].tried} shapes timed"
        console.print(f"{name:<16} {words}")
    faults = [line for part in (outcomes, slow) for outcome in part.values() for line in outcome.faults.values()]
    for line in faults:
        console.print(line, style="red", markup=False, soft_wrap=True)
    short = [name for name in names if outcomes[name].tried < options.count // BATCH * BATCH]
    if short:
        console.print(f"not all were tried in time: {', '.join(short)}")
    console.print(f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
