"""What is fast, measured side by side in one run: `make bench` prints tables and writes out/bench.json."""

import contextlib
import gc
import io
import json
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from protocol import bssgp, gmm, ns, sccp, tcap, um
from protocol.gmm.elements import (
    AttachType,
    Cksn,
    DrxParameter,
    MsNetworkCapability,
    MsRadioAccessCapability,
    TypeOfAttach,
)
from protocol.identities import CellIdentifier, GsnAddress, Gt, Imsi, IsdnAddress, MobileIdentity, Rai, Tlli
from protocol.llc.frame import Sapi, UiFrame
from protocol.map import contexts
from protocol.map.authentication import AuthenticationQuintuplet, AuthenticationSetList, SendAuthenticationInfoRes
from protocol.map.location import UpdateGprsLocationArg

sys.path.insert(0, str(Path(__file__).parent.parent))
from bench import brokers
from bench.attaches import Storm

REPEATS = 7
Row = dict[str, Any]


def calls_in(work: Callable[[], object], seconds: float) -> int:
    """How many calls take about so long."""
    count = 1
    while True:
        start = time.process_time()
        for _ in range(count):
            work()
        if time.process_time() - start > seconds / 4:
            return count
        count *= 4


def microseconds(works: list[Callable[[], object]], seconds: float = 0.05) -> list[float]:
    """CPU time of one call of each, the median over several rounds.

    They take turns in each round, so that what slows the machine for a while slows them all.
    """
    counts = [calls_in(work, seconds) for work in works]
    costs: list[list[float]] = [[] for _ in works]
    for _ in range(REPEATS):
        for work, count, rounds in zip(works, counts, costs, strict=True):
            start = time.process_time()
            for _ in range(count):
                work()
            rounds.append((time.process_time() - start) / count * 1e6)
    return [statistics.median(rounds) for rounds in costs]


def samples() -> dict[str, tuple[Callable[[bytes], Any], bytes]]:
    """One PDU of each kind, and what decodes it."""
    cell = CellIdentifier(Rai.parse("001-01-1-7"), 1)
    attach = gmm.AttachRequest(
        ms_network_capability=MsNetworkCapability.from_octets(b"\xe5\xe0"),
        attach_type=AttachType(type_of_attach=TypeOfAttach.GPRS_ATTACH),
        cksn=Cksn.NO_KEY,
        drx_parameter=DrxParameter(split_pg_cycle_code=10),
        mobile_identity=MobileIdentity(Imsi("001010000000001")),
        old_routing_area=cell.rai,
        ms_radio_access_capability=MsRadioAccessCapability.from_octets(
            bytes.fromhex("18b3432b2596620060809ac2c662006080bac8c66200608000")
        ),
    ).encode()
    frame = UiFrame(sapi=Sapi.LLGMM, command=False, nu=1, information=attach).encode()
    unit = bssgp.UlUnitdata(
        tlli=Tlli(0x78000001), qos_profile=bssgp.UlQosProfile.from_octets(bytes(3)), cell_identifier=cell, llc_pdu=frame
    ).encode()

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


def signalling() -> dict[str, tuple[Callable[[bytes], Any], bytes]]:
    """The same of SS7: MAP in TCAP, and the SCCP message around it."""
    dice = Random(7)
    update = UpdateGprsLocationArg(
        imsi=Imsi("001010000000001"),
        sgsn_number=IsdnAddress("999010000003"),
        sgsn_address=GsnAddress.parse("10.0.0.3"),
    )
    begin = tcap.Begin(
        otid=dice.randbytes(4),
        dialogue=tcap.Aarq(application_context=contexts.GPRS_LOCATION_UPDATE_V3),
        components=(tcap.invoke(1, update),),
    ).encode()
    quintuplets = tuple(
        AuthenticationQuintuplet(
            rand=dice.randbytes(16),
            xres=dice.randbytes(8),
            ck=dice.randbytes(16),
            ik=dice.randbytes(16),
            autn=dice.randbytes(16),
        )
        for _ in range(5)
    )
    vectors = SendAuthenticationInfoRes(authentication_set_list=AuthenticationSetList(quintuplet_list=quintuplets))
    end = tcap.End(
        dtid=dice.randbytes(4),
        dialogue=tcap.Aare(application_context=contexts.INFO_RETRIEVAL_V3),
        components=(tcap.result(1, vectors),),
    ).encode()
    hlr, sgsn = (
        sccp.Address(ssn=sccp.Ssn.HLR, gt=Gt("999010000004")),
        sccp.Address(ssn=sccp.Ssn.SGSN, gt=Gt("999010000003")),
    )
    return {
        "TC-BEGIN updateGprsLocation": (tcap.decode, begin),
        "TC-END sendAuthenticationInfo": (tcap.decode, end),
        "SCCP UDT": (sccp.decode, sccp.Udt(called=hlr, calling=sgsn, payload=begin).encode()),
    }


class Pycrate(NamedTuple):
    """How pycrate reads one message, and writes what it has read; its NAS reader builds the octets as it reads."""

    decode: Callable[[bytes], Any]
    encode: Callable[[], bytes] | None = None


def pycrate() -> dict[str, Pycrate]:
    """What pycrate has for the same messages."""
    # Slow to import and used here only; it tells of modules that it does without.
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        from pycrate_asn1dir.TCAP_MAPv2v3 import TCAP_MAP_Messages  # noqa: PLC0415
        from pycrate_mobile.NAS import parse_NAS_MO, parse_NAS_MT  # noqa: PLC0415
        from pycrate_mobile.SCCP import SCCPUnitData  # noqa: PLC0415
    tcap_map = TCAP_MAP_Messages.TCAP_MAP_Message
    up, down = Pycrate(parse_NAS_MO), Pycrate(parse_NAS_MT)
    asn1 = Pycrate(tcap_map.from_ber, tcap_map.to_ber)
    udt = SCCPUnitData()
    return {
        "ATTACH REQUEST": up,
        "ATTACH ACCEPT": down,
        "AUTH AND CIPH REQUEST": down,
        "AUTH AND CIPH RESPONSE": up,
        "IDENTITY RESPONSE": up,
        "DETACH REQUEST": up,
        "TC-BEGIN updateGprsLocation": asn1,
        "TC-END sendAuthenticationInfo": asn1,
        "SCCP UDT": Pycrate(udt.from_bytes, udt.to_bytes),
    }


def codecs() -> list[Row]:
    """Decode and encode of each message, and pycrate on the same octets in the same run."""
    rows = []
    theirs = pycrate()
    for name, (decode, octets) in (samples() | signalling()).items():
        message = decode(octets)
        assert message.encode() == octets, name
        works: dict[str, Callable[[], object]] = {"decode": partial(decode, octets), "encode": message.encode}
        if name in theirs:
            read, write = theirs[name]
            works["pycrate_decode"] = partial(read, octets)
            if write is not None:
                read(octets)
                assert write() == octets, name
                works["pycrate_encode"] = write
        costs = dict(zip(works, microseconds(list(works.values())), strict=True))
        row: Row = {"message": name, "octets": len(octets)} | {f"{work}_us": cost for work, cost in costs.items()}
        for work in ("decode", "encode"):
            if f"pycrate_{work}" in costs:
                row[f"{work}_ratio"] = costs[f"pycrate_{work}"] / costs[work]
        rows.append(row)
    return rows


def world(mobiles: int, attaches: int = 100) -> Row:
    """Whole attaches in the world, with many mobiles attached already; the cost is the median of several rounds.

    The garbage collector runs as it does by default, so that what it costs with many mobiles is in the figures.
    """
    storm = Storm(mobiles + REPEATS * attaches)
    for attached in range(0, mobiles, 20_000):
        print(f"bench: world: {attached} of {mobiles} are attached", file=sys.stderr)
        storm.attach(min(20_000, mobiles - attached))
    gc.collect()
    costs = []
    for _ in range(REPEATS):
        start = time.process_time()
        pdus = storm.attach(attaches)
        costs.append((time.process_time() - start) / attaches)
    storm.check()
    cost = statistics.median(costs)
    return {
        "attached": mobiles,
        "attaches": REPEATS * attaches,
        "per_cpu_second": 1 / cost,
        "cpu_us": cost * 1e6,
        "least_cpu_us": min(costs) * 1e6,
        "pdus_per_attach": pdus / attaches,
    }


def worlds() -> list[Row]:
    """The same with few and many attached; ``growth`` is the cost per attach beside that of the first row."""
    rows = [world(mobiles) for mobiles in (1, 1000, 100_000)]
    for row in rows:
        row["growth"] = row["cpu_us"] / rows[0]["cpu_us"]
    return rows


def memory(mobiles: int = 2000) -> Row:
    """Octets per attached mobile in the SGSN by tracemalloc: what is freed when it drops contexts, indexes, timers."""
    tracemalloc.start()
    storm = Storm(mobiles)
    storm.attach(mobiles)
    storm.check()
    gc.collect()
    before, _ = tracemalloc.get_traced_memory()
    storm.forget_in_sgsn()
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return {"mobiles": mobiles, "octets_per_mobile": (before - after) / mobiles}


def shown(value: object) -> str:
    """A cell of a table: three digits are enough of what was measured."""
    if not isinstance(value, float):
        return str(value)
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def table(title: str, rows: list[Row]) -> None:
    """Print rows."""
    print(f"\n{title}")
    heads = list(dict.fromkeys(key for row in rows for key in row))
    cells = [[shown(row.get(head, "")) for head in heads] for row in rows]
    widths = [max(len(head), *(len(line[i]) for line in cells)) for i, head in enumerate(heads)]
    for line in [heads, *cells]:
        print("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)), flush=True)


def main() -> int:
    """Measure all, or only the sections that are named."""
    sections: dict[str, Callable[[], list[Row]]] = {
        "codecs": codecs,
        "brokers": brokers.measure,
        "memory": lambda: [memory()],
        "world": worlds,
    }
    chosen = sys.argv[1:] or list(sections)
    unknown = [name for name in chosen if name not in sections]
    if unknown:
        print(f"bench: no section {unknown[0]}; there are {', '.join(sections)}", file=sys.stderr)
        return 2
    results: dict[str, list[Row]] = {}
    for name in chosen:
        print(f"bench: {name}", file=sys.stderr)
        results[name] = sections[name]()
        table(name, results[name])
    out = Path("out")
    out.mkdir(exist_ok=True)
    (out / "bench.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
