"""How long PDUs take to decode and to encode, beside pycrate on the same octets in the same run."""

import contextlib
import io
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final, NamedTuple

from bench.pdus import PDUS, Octets
from protocol.registry import PROTOCOLS

REPEATS: Final = 7
MEDIAN: Final = 30
LEAST: Final = 5
"""How many times as fast as pycrate: in the median of all figures, and each of them."""

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


class Pycrate(NamedTuple):
    """How pycrate reads the PDUs of a protocol: from them to something with ``to_bytes``, or None."""

    read: Callable[[bytes], Any]
    write: Callable[[Any], bytes]


def pycrate() -> dict[tuple[str, bool], Pycrate]:
    """What pycrate has, by protocol and direction; of the others here there is nothing in it."""
    # Slow to import and used here only; it tells of modules that it does without.
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        from pycrate_asn1dir.TCAP_MAPv2v3 import TCAP_MAP_Messages  # noqa: PLC0415
        from pycrate_mobile.M3UA import parse_M3UA  # noqa: PLC0415
        from pycrate_mobile.NAS import parse_NAS_MO, parse_NAS_MT  # noqa: PLC0415
        from pycrate_mobile.SCCP import parse_SCCP  # noqa: PLC0415
        from pycrate_mobile.TS29060_GTP import parse_GTP  # noqa: PLC0415
        from pycrate_mobile.TS29281_GTPU import parse_GTPU  # noqa: PLC0415
    tcap_map = TCAP_MAP_Messages.TCAP_MAP_Message

    def read_tcap(octets: bytes) -> Any:
        tcap_map.from_ber(octets)
        return tcap_map

    def first(parse: Callable[..., Any], **further: Any) -> Callable[[bytes], Any]:
        return lambda octets: parse(octets, **further)[0]

    def octets_of(message: Any) -> bytes:
        return message.to_bytes()  # type: ignore[no-any-return]

    known: dict[tuple[str, bool], Pycrate] = {}
    for up in (True, False):
        for protocol in ("gmm", "sm", "mm"):
            known[protocol, up] = Pycrate(first(parse_NAS_MO if up else parse_NAS_MT), octets_of)
        known["gtp", up] = Pycrate(first(parse_GTP), octets_of)
        known["sccp", up] = Pycrate(first(parse_SCCP), octets_of)
        known["m3ua", up] = Pycrate(first(parse_M3UA), octets_of)
        known["tcap", up] = Pycrate(read_tcap, lambda message: bytes(message.to_ber()))
    known["rr", True] = known["mm", True]
    known["rr", False] = Pycrate(first(parse_NAS_MT, wl2=True), octets_of)
    known["user plane", True] = Pycrate(first(parse_GTPU), octets_of)
    return known


def measure() -> list[Row]:
    """Decode and encode of each PDU; the ratios tell how many times as long pycrate takes."""
    known = pycrate()
    return [one_row(name, pdu, known) for name, pdu in PDUS.items()]


def one_row(name: str, pdu: Octets, known: dict[tuple[str, bool], Pycrate]) -> Row:
    """One PDU."""
    protocol, up, octets = pdu
    decode = PROTOCOLS[protocol].decode
    message = decode(octets, up)
    assert message.encode() == octets, name
    works: dict[str, Callable[[], object]] = {"decode": partial(decode, octets, up), "encode": message.encode}
    theirs = known.get(("user plane" if octets[1] == 255 and protocol == "gtp" else protocol, up))
    if theirs is not None:
        found = theirs.read(octets)
        assert theirs.write(found) == octets, name
        works["pycrate_decode"] = partial(theirs.read, octets)
        works["pycrate_encode"] = partial(theirs.write, found)
    costs = dict(zip(works, microseconds(list(works.values()), 0.02), strict=True))
    row: Row = {"message": name, "octets": len(octets)} | {f"{work}_us": cost for work, cost in costs.items()}
    if theirs is not None:
        row |= {f"{work}_ratio": costs[f"pycrate_{work}"] / costs[work] for work in ("decode", "encode")}
    return row


def verdict(rows: list[Row]) -> tuple[bool, str]:
    """Whether it is as fast as it shall be, and the figures that tell."""
    ratios = {
        f"{work} of {row['message']}": row[f"{work}_ratio"]
        for row in rows
        for work in ("decode", "encode")
        if f"{work}_ratio" in row
    }
    median = statistics.median(ratios.values())
    slowest = min(ratios, key=lambda name: ratios[name])
    met = median >= MEDIAN and ratios[slowest] >= LEAST
    words = (
        f"{len(ratios)} figures beside pycrate: the median is {median:.0f} times as fast (at least {MEDIAN}), "
        f"the least {ratios[slowest]:.1f} times (at least {LEAST}), {slowest}: {'met' if met else 'NOT MET'}"
    )
    return met, words
