"""What is fast, measured side by side in one run: `make bench` prints tables and writes out/bench.json."""

import gc
import json
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from bench import brokers, codecs, subscribers
from bench.attaches import Storm
from bench.codecs import REPEATS, Row


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
        "codecs": codecs.measure,
        "brokers": brokers.measure,
        "subscribers": subscribers.places,
        "register": subscribers.service,
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
    met = True
    for name, verdict in {"codecs": codecs.verdict, "subscribers": subscribers.verdict}.items():
        if name in results:
            kept, words = verdict(results[name])
            met = met and kept
            print(f"\n{words}")
    out = Path("out")
    out.mkdir(exist_ok=True)
    (out / "bench.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
