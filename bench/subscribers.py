"""A million subscribers: how long they take to import, what an HLR takes to come up with them, and to serve them."""

import gc
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from random import Random
from typing import Any

from bench.codecs import REPEATS, Row
from gprslab.broker_session import BrokerSession
from gprslab.bus.embedded import EmbeddedBroker
from gprslab.config import load_lab
from gprslab.store import Store
from nodes.core.outputs import Save
from nodes.hlr import PdpSubscription, Subscriber
from nodes.hlr.subscribers import GprsLocation, VlrLocation
from protocol.auth import Algorithm
from protocol.identities import Apn, GsnAddress, Gt, Imsi, IsdnAddress
from protocol.map.authentication import SendAuthenticationInfoArg
from protocol.map.contexts import INFO_RETRIEVAL_V3
from tests.lab.postgresql import PostgresqlServer, programs
from tests.machines.hlr_lab import HlrLab

MILLION = 1_000_000
FEW = 1000
ONLINE = 50_000
"""Subscribers that are imported through an HLR which has the others already."""

FIRST = 1000
"""Number in the IMSI of the first subscriber: those before are in subscribers.yaml."""

DRAWN = 100
"""Subscribers of one round, each of whom is served once."""

COMMAND = [sys.executable, "-m", "gprslab"]
ROOT = Path(__file__).parents[1]


def imsi_of(number: int) -> Imsi:
    """The IMSI of one subscriber."""
    return Imsi(f"00101{number:010}")


def write_file(path: Path, first: int, count: int) -> None:
    """So many subscribers as CSV, in no order."""
    dice = Random(7)
    numbers = list(range(first, first + count))
    dice.shuffle(numbers)
    with path.open("w", encoding="ascii") as stream:
        stream.write("imsi,msisdn,algorithm,key,opc,contexts\n")
        for number in numbers:
            keys = f"{dice.randbytes(16).hex()},{dice.randbytes(16).hex()}"
            services = "1 internet; 2 mms delay_class=3"
            stream.write(f"{imsi_of(number)},9990{number:08},milenage,{keys},{services}\n")


def imported(path: Path, *place: str) -> tuple[float, float]:
    """Import a file by the command, with its bar; the seconds that it took as a process, and its megabytes at most."""
    start = time.perf_counter()
    process = subprocess.Popen([*COMMAND, "subscriber", "import", str(path), *place], cwd=ROOT)  # noqa: S603
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return time.perf_counter() - start, used.ru_maxrss / 1024


def megabytes(pid: int) -> float:
    """Memory that a process has."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


@contextmanager
def running(state: str, url: str) -> Iterator[tuple[float, int]]:
    """An HLR that runs with these records: the seconds after which it was ready, and its process id."""
    with tempfile.TemporaryDirectory(prefix="gprslab-bench-") as folder:
        ready, log = Path(folder, "ready"), Path(folder, "log")
        words = ["node", "hlr1", "--broker", url, "--state", state, "--ready", str(ready)]
        start = time.perf_counter()
        with (
            log.open("wb") as told,
            subprocess.Popen([*COMMAND, *words], cwd=ROOT, stdout=told, stderr=told) as process,  # noqa: S603
        ):
            try:
                while not ready.exists():
                    assert process.poll() is None, log.read_text(encoding="utf-8")
                    time.sleep(0.005)
                yield time.perf_counter() - start, process.pid
            finally:
                process.terminate()


def come_up(state: str, url: str, repeats: int = 3) -> Row:
    """How long an HLR takes to be ready, the median of several starts, and its memory then."""
    seconds, memory = [], []
    for _ in range(repeats):
        with running(state, url) as (took, pid):
            seconds.append(took)
            memory.append(megabytes(pid))
    return {"ready_s": statistics.median(seconds), "hlr_mb": statistics.median(memory)}


def while_it_serves(path: Path, state: str, url: str) -> Row:
    """Import through an HLR that runs, and see how long others wait for an answer of it meanwhile."""
    waits: list[float] = []
    over = threading.Event()
    with running(state, url), BrokerSession(load_lab(), url, watch=False) as session:

        def ask() -> None:
            while not over.wait(0.01):
                start = time.perf_counter()
                assert session.command("hlr1", "inspect", {"subject": "001010000000001"}).status == "done"
                waits.append(time.perf_counter() - start)

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            seconds, _ = imported(path, "--broker", url)
        finally:
            over.set()
            asking.join()
        found = session.inspect("hlr1")["subscribers"]
    assert found > MILLION + ONLINE, found
    waits.sort()
    return {
        "online_per_s": ONLINE / seconds,
        "answer_ms": statistics.median(waits) * 1e3,
        "answer_99_ms": waits[len(waits) * 99 // 100] * 1e3,
    }


def places() -> list[Row]:
    """One row for each kind of records: import at rest, start of the HLR, import while it runs."""
    rows: list[Row] = []
    folder = programs()
    with tempfile.TemporaryDirectory(prefix="gprslab-bench-") as scratch, EmbeddedBroker() as broker:
        few, million, more = (Path(scratch, f"{name}.csv") for name in ("few", "million", "more"))
        write_file(few, FIRST, FEW)
        write_file(million, FIRST, MILLION)
        write_file(more, FIRST + MILLION, ONLINE)
        imported(few, "--state", f"{scratch}/few")
        rows.append({"records": "sqlite", "subscribers": FEW} | come_up(f"{scratch}/few", broker.url))
        server = PostgresqlServer(folder, durable=True) if folder else None
        with server or nullcontext():
            for name, state in {"sqlite": f"{scratch}/many", "postgresql": server.url if server else ""}.items():
                if not state:
                    print("postgresql is not installed: sqlite only", file=sys.stderr)
                    continue
                print(f"bench: subscribers: {name}", file=sys.stderr)
                seconds, memory = imported(million, "--state", state)
                row = {"records": name, "subscribers": MILLION, "import_s": seconds, "import_mb": memory}
                rows.append(row | come_up(state, broker.url) | while_it_serves(more, state, broker.url))
        locate_all(f"{scratch}/many/hlr1.db")
        rows.append({"records": "sqlite, all served", "subscribers": MILLION} | come_up(f"{scratch}/many", broker.url))
    return rows


def locate_all(database: str) -> None:
    """Let all be served by an SGSN and a VLR, with SQNs: three records more of each."""
    gprs = GprsLocation(IsdnAddress("999010000003"), GsnAddress.parse("10.0.0.3")).to_octets()
    vlr = VlrLocation(IsdnAddress("999010000006"), IsdnAddress("999010000006")).to_octets()
    with closing(Store.open(database)) as store:
        for kind, octets in (("gprs", gprs), ("sqn", bytes(6)), ("vlr", vlr)):
            for first in range(FIRST, FIRST + MILLION, 50_000):
                numbers = range(first, first + 50_000)
                store.load("hlr1", {f"{kind}/{imsi_of(number)}": octets for number in numbers})


# --- serving ------------------------------------------------------------------------------------------------------


class Timed(HlrLab):
    """An HLR among its peers, with a store; what the node and the commits cost is counted."""

    def __init__(self, store: Store) -> None:
        self.spent = 0.0
        self.commits: list[float] = []
        self._store = store
        super().__init__(nobody=True, records=store.records("hlr1"))

    def receive(self, link: str, interface: str, pdu: bytes) -> None:
        start = time.perf_counter()
        self.node.receive(link, interface, pdu, self.now)
        self.spent += time.perf_counter() - start
        self.turn()

    def turn(self) -> Any:
        self.outputs.clear()
        outputs = super().turn()
        saves = [output for output in self.outputs if isinstance(output, Save)]
        if saves:
            start = time.perf_counter()
            self._store.commit("hlr1", saves)
            self.commits.append(time.perf_counter() - start)
        return outputs

    def cost_us(self, *, authentication: bool, imsis: list[Imsi]) -> float:
        """Let subscribers be served once each; microseconds of the node for each."""
        before = self.spent
        for imsi in imsis:
            if authentication:
                argument = SendAuthenticationInfoArg(imsi=imsi, number_of_requested_vectors=5)
                self.peers["sgsn1"].begin(INFO_RETRIEVAL_V3, argument)
                self.peers["sgsn1"].inbox.clear()
            else:
                self.attach("sgsn1", imsi)
        return (self.spent - before) / len(imsis) * 1e6


def served(count: int) -> Row:
    """What sendAuthenticationInfo and updateGprsLocation cost among so many; nobody is asked for twice.

    Costs are the median of several rounds, the node's alone; a commit is that of one turn.
    """
    dice = Random(7)
    services = (PdpSubscription(context_id=1, apn=Apn("internet"), qos=b"\x0b\x92\x1f"),)
    with (
        tempfile.TemporaryDirectory(prefix="gprslab-bench-") as folder,
        closing(Store.open(f"{folder}/hlr1.db")) as store,
    ):
        for first in range(0, count, 50_000):
            records = {}
            for number in range(first, min(count, first + 50_000)):
                one = Subscriber(
                    imsi=imsi_of(number),
                    msisdn=IsdnAddress(Gt(f"9990{number:08}")),
                    algorithm=Algorithm.MILENAGE,
                    key=dice.randbytes(16),
                    opc=dice.randbytes(16),
                    contexts=services,
                )
                records[f"subscriber/{one.imsi}"] = one.to_octets()
            store.load("hlr1", records)
        lab = Timed(store)
        gc.freeze()  # as the process of a node does when it has come up
        drawn = iter([imsi_of(number) for number in dice.sample(range(count), REPEATS * DRAWN)])
        rounds = [[next(drawn) for _ in range(DRAWN)] for _ in range(REPEATS)]
        lab.commits.clear()
        asked = [lab.cost_us(authentication=True, imsis=imsis) for imsis in rounds]
        commits = lab.commits[:]
        updated = [lab.cost_us(authentication=False, imsis=imsis) for imsis in rounds]
        gc.unfreeze()
    return {
        "subscribers": count,
        "sai_us": statistics.median(asked),
        "ugl_us": statistics.median(updated),
        "commit_us": statistics.median(commits) * 1e6,
    }


def service() -> list[Row]:
    """The same with few and many; growth is the cost beside that of the first row."""
    rows = [served(count) for count in (FEW, MILLION)]
    for row in rows:
        for name in ("sai", "ugl", "commit"):
            row[f"{name}_growth"] = row[f"{name}_us"] / rows[0][f"{name}_us"]
    return rows


def verdict(rows: list[Row]) -> tuple[bool, str]:
    """Whether a million are imported in the three minutes that they may take."""
    slowest = max(float(row["import_s"]) for row in rows if "import_s" in row)
    return slowest < 180, f"subscribers: a million are imported in {slowest:.0f} s; they may take 180 s"
