"""Whole attaches over real brokers: the network as processes, and what an attach costs each of them."""

import asyncio
import getpass
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from asyncio import run as run_loop
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from gprslab.bus.embedded import EmbeddedBroker, probe
from gprslab.bus.mqtt import MqttBus
from gprslab.bus.topics import Topics
from gprslab.control import pack_command, unpack_reply
from gprslab.supervisor import LabArguments, Supervisor
from nodes.core.outputs import Command, Reply

WARM_UP = 20
ATTACHES = {1: 200, 32: 1000, 512: 2048}
"""How many mobiles attach, by how many of them are under way at a time."""

CLIENT = "bench"
PATIENCE = 60.0
"""Seconds in which a command must be answered."""

TICKS = os.sysconf("SC_CLK_TCK")


class Broker(NamedTuple):
    """A broker that runs."""

    name: str
    url: str
    pid: int


def cpu_us(pid: int) -> float:
    """CPU time, user's and system's, of a process and all its threads so far; the kernel tells it in ticks of 10 ms."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS * 1e6


@contextmanager
def embedded() -> Iterator[Broker]:
    """The broker that comes with gprslab."""
    with EmbeddedBroker() as broker:
        assert broker._process is not None  # noqa: SLF001  only we ask for its process id
        yield Broker("embedded", broker.url, broker._process.pid)  # noqa: SLF001


@contextmanager
def mosquitto(program: str) -> Iterator[Broker]:
    """Debian's mosquitto, on loopback and for everybody, as the embedded broker is."""
    with tempfile.TemporaryDirectory(prefix="gprslab-mosquitto-") as folder:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port: int = free.getsockname()[1]
        configuration = Path(folder, "mosquitto.conf")
        settings = f"listener {port} 127.0.0.1\nset_tcp_nodelay true\nallow_anonymous true\nuser {getpass.getuser()}\n"
        configuration.write_text(settings + "log_type error\n", encoding="utf-8")
        log = Path(folder, "log")
        with (
            log.open("wb") as stderr,
            subprocess.Popen([program, "-c", configuration], stderr=stderr) as process,  # noqa: S603
        ):
            try:
                deadline = time.monotonic() + 10
                while True:
                    try:
                        probe("127.0.0.1", port)
                        break
                    except OSError:
                        assert process.poll() is None, log.read_text(encoding="utf-8")
                        assert time.monotonic() < deadline, "mosquitto does not listen"
                        time.sleep(0.01)
                yield Broker("mosquitto", f"mqtt://127.0.0.1:{port}", process.pid)
            finally:
                process.terminate()


def subscribers(count: int) -> str:
    """The subscribers file of so many mobiles, all in one cell."""
    dice = Random(7)
    return "".join(
        f"m{number}:\n"
        f"  imsi: 00101{number + 1:010}\n"
        f"  msisdn: 99902{number:07}\n"
        f"  algorithm: milenage\n"
        f"  key: {dice.randbytes(16).hex()}\n"
        f"  opc: {dice.randbytes(16).hex()}\n"
        f"  contexts: {{1: {{apn: internet}}}}\n"
        f"  mobile: {{node: ms1, cell: cell1, imeisv: 4901542{number:07}01}}\n"
        for number in range(count)
    )


class Operator:
    """Commands the network over the bus. It hears the replies only: a watcher of all PDUs would cost CPU itself."""

    def __init__(self, bus: MqttBus) -> None:
        self._bus = bus
        self._topics = Topics()
        self._number = 0
        self._waiting: dict[str, asyncio.Future[Reply]] = {}

    async def listen(self) -> None:
        """Take the replies, until cancelled."""
        while True:
            for message in await self._bus.receive():
                _, reply = unpack_reply(message.payload)
                if reply.status != "accepted" and reply.id in self._waiting:
                    self._waiting.pop(reply.id).set_result(reply)

    async def command(self, node: str, verb: str, **arguments: str) -> Any:
        """Give a command; returns what was answered at its end."""
        self._number += 1
        command = Command(f"{self._number}", verb, arguments)
        answer = self._waiting[command.id] = asyncio.get_running_loop().create_future()
        await self._bus.publish(self._topics.command(node), pack_command(CLIENT, command), qos=1)
        reply = await asyncio.wait_for(answer, PATIENCE)
        assert reply.status == "done", f"{node}: {verb} {arguments}: {reply.body}"
        return reply.body

    async def attach(self, mobiles: Iterator[str]) -> None:
        """Let mobiles attach one after the other, until there are no more; several may share ``mobiles``."""
        for mobile in mobiles:
            await self.command("ms1", "attach", mobile=mobile)

    async def counters(self, names: Collection[str]) -> dict[str, int]:
        """What the runners have counted, all nodes together."""
        counted = [await self.command(name, "runner-counters") for name in names]
        return {key: sum(one[key] for one in counted) for key in counted[0]}


async def storm(broker: Broker, pids: dict[str, int]) -> list[dict[str, Any]]:
    """Let the mobiles of a network that is up attach."""
    async with MqttBus(broker.url, "operator") as bus:
        await bus.subscribe({Topics().reply(CLIENT): 1})
        operator = Operator(bus)
        listening = asyncio.create_task(operator.listen())
        while set((await operator.command("bss1", "inspect"))["bvcs"].values()) != {"operative"}:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        await operator.attach(f"m{number}" for number in range(WARM_UP))
        rows = []
        used = WARM_UP
        for under_way, attaches in ATTACHES.items():
            row = await one_row(operator, pids, range(used, used + attaches), under_way)
            rows.append({"broker": broker.name} | row)
            used += attaches
            print(f"bench: brokers: {broker.name}: {attaches} attaches, {under_way} under way", file=sys.stderr)
        listening.cancel()
        return rows


async def one_row(operator: Operator, pids: dict[str, int], mobiles: range, under_way: int) -> dict[str, Any]:
    """Attaches per second, CPU microseconds per attach, and PDUs."""
    before = await operator.counters(pids.keys() - {"broker"})
    used = {name: cpu_us(pid) for name, pid in pids.items()}
    start = time.perf_counter()
    waiting = (f"m{number}" for number in mobiles)
    await asyncio.gather(*(operator.attach(waiting) for _ in range(under_way)))
    spent = time.perf_counter() - start
    cpu = {name: (cpu_us(pid) - used[name]) / len(mobiles) for name, pid in pids.items()}
    after = await operator.counters(pids.keys() - {"broker"})
    counted = {key: after[key] - before[key] for key in after}
    return {
        "under_way": under_way,
        "attaches": len(mobiles),
        "per_second": len(mobiles) / spent,
        "pdus_per_attach": counted["pdus_out"] / len(mobiles),
        "pdus_per_publish": counted["pdus_out"] / counted["publishes"],
        "lost": counted["pdus_lost"] + counted["pdus_missed"],
        "cpu_us": sum(cpu.values()),
    } | {f"{name}_us": cost for name, cost in cpu.items()}


def measure() -> list[dict[str, Any]]:
    """All rows: the embedded broker, and mosquitto where it is installed. Nodes tell no notes (level off)."""
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    rows = []
    with tempfile.TemporaryDirectory(prefix="gprslab-bench-") as folder:
        path = Path(folder, "subscribers.yaml")
        path.write_text(subscribers(WARM_UP + sum(ATTACHES.values())), encoding="utf-8")
        lab = LabArguments(subscribers=path, note_level="off")
        for start in (embedded(), *([mosquitto(program)] if program else [])):
            with start as broker, Supervisor(lab, broker.url) as supervisor:
                pids = {name: supervisor.pid(name) for name in ("hlr1", "eir1", "sgsn1", "bss1", "ms1")}
                running = {name: pid for name, pid in pids.items() if pid is not None}
                rows += run_loop(storm(broker, {"broker": broker.pid} | running))
    if not program:
        print("mosquitto is not installed: the embedded broker only", file=sys.stderr)
    return rows
