"""What is fast, measured side by side in one run: `make bench` prints tables and writes out/bench.json."""

import contextlib
import gc
import io
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from protocol import bssgp, gmm, ns, um
from protocol.gmm.elements import (
    AttachType,
    Cksn,
    DrxParameter,
    MsNetworkCapability,
    MsRadioAccessCapability,
)
from protocol.identities import CellIdentifier, Imsi, MobileIdentity, Rai, Tlli
from protocol.llc.frame import Sapi, UiFrame

sys.path.insert(0, str(Path(__file__).parent.parent))
from bench.attaches import Storm

REPEATS = 7
Row = dict[str, Any]


def microseconds(work: Callable[[], object], seconds: float = 0.05) -> float:
    """Median over several rounds of the cost of one call."""
    count = 1
    while True:
        start = time.perf_counter()
        for _ in range(count):
            work()
        spent = time.perf_counter() - start
        if spent > seconds / 4:
            break
        count *= 4
    rounds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        for _ in range(count):
            work()
        rounds.append((time.perf_counter() - start) / count * 1e6)
    return statistics.median(rounds)


def samples() -> dict[str, tuple[Callable[[bytes], Any], bytes]]:
    """One PDU of each kind, and what decodes it."""
    cell = CellIdentifier(Rai.parse("001-01-1-7"), 1)
    attach = gmm.AttachRequest(
        ms_network_capability=MsNetworkCapability.from_octets(b"\xe5\xe0"),
        attach_type=AttachType.GPRS_ATTACH,
        cksn=Cksn.NO_KEY,
        drx_parameter=DrxParameter(split_pg_cycle_code=10),
        mobile_identity=MobileIdentity(Imsi("001010000000001")),
        old_routing_area=cell.rai,
        ms_radio_access_capability=MsRadioAccessCapability.from_octets(
            bytes.fromhex("18b3432b2596620060809ac2c662006080bac8c66200608000")
        ),
    ).encode()
    frame = UiFrame(sapi=Sapi.LLGMM, command=False, nu=1, information=attach).encode()
    unit = bssgp.UlUnitdata(tlli=Tlli(0x78000001), qos_profile=bytes(3), cell_identifier=cell, llc_pdu=frame).encode()

    def up(octets: bytes) -> Any:
        return gmm.decode(octets, up=True)

    def down(octets: bytes) -> Any:
        return gmm.decode(octets, up=False)

    return {
        "ATTACH REQUEST": (up, attach),
        "ATTACH ACCEPT": (down, bytes.fromhex("08020109040" + "0f1100001071912345617161805f4c0000001")),
        "AUTH AND CIPH REQUEST": (down, bytes.fromhex("08120010" + "21" + "11" * 16 + "80" + "2810" + "22" * 16)),
        "AUTH AND CIPH RESPONSE": (up, bytes.fromhex("081300" + "221e7b2904" + "2904aabbccdd")),
        "IDENTITY RESPONSE": (up, bytes.fromhex("0816084a09512430325781")),
        "DETACH REQUEST": (up, bytes.fromhex("0805011805f4c00000011903123456")),
        "UL-UNITDATA": (lambda octets: bssgp.decode(octets, up=True), unit),
        "NS-UNITDATA": (ns.decode, ns.NsUnitdata(bvci=2, sdu=unit).encode()),
        "packet channel": (um.decode, um.PacketChannel(cell=cell, tlli=Tlli(1), llc_frame=frame).encode()),
        "LLC UI": (UiFrame.decode, frame),
    }


def codecs() -> list[Row]:
    """Decode and encode of each message, and pycrate on the same octets in the same run."""
    with contextlib.redirect_stdout(io.StringIO()):
        from pycrate_mobile.NAS import parse_NAS_MO, parse_NAS_MT  # noqa: PLC0415  slow to import, used here only
    rows = []
    for name, (decode, octets) in samples().items():
        message = decode(octets)
        row: Row = {"message": name, "octets": len(octets), "decode_us": microseconds(lambda: decode(octets))}  # noqa: B023
        row["encode_us"] = microseconds(message.encode)
        if octets[0] == 8 and name.isupper():
            theirs = parse_NAS_MO if name in ("ATTACH REQUEST", "AUTH AND CIPH RESPONSE", "IDENTITY RESPONSE") else None
            theirs = theirs or (parse_NAS_MO if "DETACH" in name else parse_NAS_MT)
            row["pycrate_decode_us"] = microseconds(lambda: theirs(octets))  # noqa: B023
            row["ratio"] = row["pycrate_decode_us"] / row["decode_us"]
        rows.append(row)
    return rows


def world(mobiles: int, attaches: int) -> Row:
    """Whole attaches per CPU-second in the world, with many mobiles attached already, and memory in the SGSN."""
    storm = Storm(mobiles + attaches)
    storm.attach(mobiles)
    gc.collect()
    start = time.process_time()
    pdus = storm.attach(attaches)
    spent = time.process_time() - start
    return {
        "attached": mobiles,
        "attaches": attaches,
        "per_cpu_second": attaches / spent,
        "cpu_us": spent / attaches * 1e6,
        "pdus_per_attach": pdus / attaches,
    }


def memory(mobiles: int = 2000) -> Row:
    """Octets per attached mobile in the SGSN: contexts with vectors left and subscription data, indexes, timers."""
    storm = Storm(mobiles)
    storm.attach(100)
    before = storm.sgsn_octets()
    storm.attach(mobiles - 100)
    return {"mobiles": mobiles - 100, "octets_per_mobile": (storm.sgsn_octets() - before) / (mobiles - 100)}


def table(title: str, rows: list[Row]) -> None:
    """Print rows."""
    print(f"\n{title}")
    heads = list(dict.fromkeys(key for row in rows for key in row))
    cells = [
        [f"{row.get(h, ''):.1f}" if isinstance(row.get(h), float) else str(row.get(h, "")) for h in heads]
        for row in rows
    ]
    widths = [max(len(head), *(len(line[i]) for line in cells)) for i, head in enumerate(heads)]
    for line in [heads, *cells]:
        print("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)))


def main() -> int:
    """Measure all, or only what is named: codecs, world, memory."""
    chosen = set(sys.argv[1:]) or {"codecs", "world", "memory"}
    results: dict[str, list[Row]] = {}
    if "codecs" in chosen:
        results["codecs"] = codecs()
    if "world" in chosen:
        results["world"] = [world(mobiles, 500) for mobiles in (1, 1000, 100_000)]
    if "memory" in chosen:
        results["memory"] = [memory()]
    for title, rows in results.items():
        table(title, rows)
    out = Path("out")
    out.mkdir(exist_ok=True)
    (out / "bench.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
