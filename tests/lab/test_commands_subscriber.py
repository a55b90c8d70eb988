"""``gprslab subscriber``: offline under the lock of the records, on both databases, and through an HLR that runs."""

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import NullPool, create_engine, text

from gprslab.broker_session import BrokerSession
from gprslab.bus.embedded import EmbeddedBroker
from gprslab.cli import main
from gprslab.config import load_lab, shipped
from gprslab.provisioning import places
from gprslab.provisioning.places import RunningHlrs, StoredHlrs
from gprslab.session import Outcome
from gprslab.store import Store, StoreError
from nodes.core.outputs import Save
from nodes.hlr.cancelling import record_key
from nodes.hlr.subscribers import KINDS, GprsLocation
from protocol.identities import GsnAddress, IsdnAddress
from protocol.map.location import CancellationType
from protocol.sccp import Ssn
from tests.lab.test_subscriber_files import HEAD, OPC, ROW, K

ANNA, FRED = "001010000000001", "001010000000101"
FULL = ("--msisdn", "999020000101", "--algorithm", "milenage", "--key", K, "--opc", OPC)


class Done(NamedTuple):
    """How a command ended, and what it wrote."""

    status: int
    out: str
    err: str


Run = Callable[..., Done]


class Input(io.StringIO):
    """Standard input."""

    @property
    def buffer(self) -> io.BytesIO:
        """Its octets."""
        return io.BytesIO(self.getvalue().encode())


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run ``gprslab subscriber`` in this process."""
    monkeypatch.delenv("GPRSLAB_BROKER", raising=False)

    def runs(*words: str, text: str = "") -> Done:
        monkeypatch.setattr(sys, "argv", ["gprslab", "subscriber", *words])
        monkeypatch.setattr(sys, "stdin", Input(text))
        with pytest.raises(SystemExit) as ended:
            main()
        return Done(int(ended.value.code or 0), *capsys.readouterr())

    return runs


@contextmanager
def hlr_of(url: str, state: str, ready: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The process of hlr1 with these records on a broker."""
    command = [sys.executable, "-m", "gprslab", "node", "hlr1", "--broker", url, "--state", state]
    with subprocess.Popen([*command, "--ready", str(ready)], cwd=Path(__file__).parents[2]) as process:
        try:
            deadline = time.monotonic() + 60
            while not ready.exists():
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.02)
            yield process
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def running(embedded: EmbeddedBroker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a broker on which hlr1 runs, as a process."""
    state = tmp_path_factory.mktemp("running")
    with hlr_of(embedded.url, str(state), state / "ready"):
        yield embedded.url


def rest_of(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the records of an HLR are that does not run; there are none yet."""
    if database == "sqlite":
        Store.open(str(tmp_path / "hlr1.db")).close()
        return str(tmp_path)
    url: str = request.getfixturevalue("postgresql")
    with create_engine(url, poolclass=NullPool).begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS records, gprslab_schema"))
    return url


@pytest.fixture(params=["sqlite", "postgresql", "running"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The option that names a place in which only the subscribers of the configuration file are."""
    if request.param != "running":
        yield "--state", rest_of(request.param, request, tmp_path)
        return
    url = request.getfixturevalue("running")
    yield "--broker", url
    with BrokerSession(load_lab(), url, watch=False) as session:
        session.command("hlr1", "runner-reset")


def rows(count: int, first: int = 101, **changes: str) -> str:
    """A CSV file of so many subscribers."""
    lines = [ROW.replace("0000000101", f"{number:010}", 1) for number in range(first, first + count)]
    for number, line in changes.items():
        lines[int(number[1:])] = line
    return "\n".join([HEAD, *lines])


def shown(run: Run, place: tuple[str, str], imsi: str, *words: str) -> dict[str, Any]:
    """What is shown of a subscriber."""
    done = run("show", imsi, "--json", *words, *place)
    assert done.status == 0, done.err
    result: dict[str, Any] = json.loads(done.out)
    return result


# --- one subscriber -----------------------------------------------------------------------------------------------


def test_the_life_of_a_subscriber(run: Run, place: tuple[str, str]) -> None:
    """Added, shown, changed, removed, and added again; the same offline and through the HLR."""
    assert run("show", FRED, *place) == Done(1, "", f"gprslab: hlr1 knows no IMSI {FRED}\n")
    assert run("add", FRED, *FULL, "--barred", *place) == Done(0, f"{FRED} is a subscriber of hlr1\n", "")
    told = shown(run, place, FRED)
    assert (told["hlr"], told["msisdn"], told["barred"], told["contexts"]) == ("hlr1", "999020000101", True, {})
    assert not {"key", "opc"} & told.keys()
    assert shown(run, place, FRED, "--keys")["key"] == K
    assert (
        run("add", FRED, *FULL, *place).err == f"gprslab: hlr1 has IMSI {FRED} already; `subscriber set` changes it\n"
    )

    changes = ("--no-barred", "--contexts", "1 internet address=10.102.0.9", "--amf", "0001")
    assert run("set", FRED, *changes, *place) == Done(0, f"{FRED} is changed in hlr1\n", "")
    told = shown(run, place, FRED)
    assert (told["barred"], told["amf"], told["msisdn"]) == (False, "0001", "999020000101")
    assert told["contexts"] == {"1": {"apn": "internet", "address": "10.102.0.9"}}
    assert run("set", FRED, "--contexts", "", "--amf", "", *place).status == 0
    told = shown(run, place, FRED)
    assert (told["contexts"], told["amf"]) == ({}, "8000")

    assert run("remove", FRED, *place) == Done(0, f"{FRED} is no subscriber of hlr1 any more\n", "")
    assert run("remove", FRED, *place).status == 1
    assert run("set", FRED, "--barred", *place) == Done(1, "", f"gprslab: hlr1 knows no IMSI {FRED}\n")
    assert run("add", FRED, *FULL, *place).status == 0


def test_a_subscriber_of_the_file(run: Run, place: tuple[str, str]) -> None:
    """Who stands in subscribers.yaml is there without a record, by name too, can be changed, and stays removed."""
    assert shown(run, place, ANNA)["barred"] is False
    assert run("set", "anna", "--barred", *place).status == 0
    assert shown(run, place, ANNA)["barred"] is True
    assert shown(run, place, "anna") == shown(run, place, ANNA)
    assert run("remove", "anna", *place).status == 0
    assert run("show", ANNA, *place).status == 1
    assert ANNA not in run("export", "-", *place).out


def test_a_subscriber_as_a_table(run: Run, place: tuple[str, str]) -> None:
    """A line for each thing; contexts as they are told."""
    lines = dict(line.split(None, 1) for line in run("show", ANNA, *place).out.splitlines() if " " in line.strip())
    assert lines["barred"].strip() in {"no", "false"}
    assert lines["contexts"].startswith("1 internet; 2 mms delay_class=3 precedence_class=1")


def test_where_a_subscriber_is(run: Run, running: str) -> None:
    """An HLR that runs also tells what changes."""
    told = shown(run, ("--broker", running), ANNA)
    assert (told["sqn"], told["sgsn_number"], told["purged"]) == (0, None, False)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("add", FRED), "expected --msisdn"),
        (("add", FRED, *FULL[:-2]), "--opc: expected 32 hexadecimal digits for milenage, found nothing"),
        (
            ("add", FRED, *FULL, "--contexts", "1"),
            "--contexts: expected PDP contexts, each number once, such as 1 inter",
        ),
        (
            ("add", FRED, *FULL, "--contexts", "1 x type=ppp"),
            "--contexts: 1.type: expected ipv4 or ipv6, found 'ppp'",
        ),
        (
            ("add", "26201", *FULL),
            "expected an IMSI of 6 to 15 digits that an HLR serves, or a name in subscribers.yaml, found '26201'",
        ),
        (
            ("add", "262010000000001", *FULL),
            "expected an IMSI of 6 to 15 digits that an HLR serves, or a name in subscribers.yaml, found '26201000000",
        ),
        (
            ("add", "x", *FULL),
            "expected an IMSI of 6 to 15 digits that an HLR serves, or a name in subscribers.yaml, found 'x'",
        ),
        (("set", ANNA), "expected an option that tells what shall change"),
        (("set", ANNA, "--key", "00"), "--key: expected 32 hexadecimal digits, found '00'"),
        (
            ("import", "no such file.csv"),
            "no such file.csv: expected a file that can be read, found no such file or direc",
        ),
        (("import", "."), ".: expected a file that can be read, found is a directory"),
        (("import", "a\0b"), "a\0b: expected a file that can be read, found embedded null byte"),
        (
            ("export", "no such folder/x.csv"),
            "no such folder/x.csv: expected a file that can be written, found No such",
        ),
    ],
)
def test_words_that_are_wrong(run: Run, tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    """One clear line, and exit status 2."""
    Store.open(str(tmp_path / "hlr1.db")).close()
    done = run(*words, "--state", str(tmp_path))
    assert (done.status, done.out) == (2, "")
    assert done.err.splitlines()[-1].startswith(f"gprslab: {told}")


def test_one_place_is_told(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Exactly one; a broker of the environment gives way to --state on the command line."""
    expected = "gprslab: expected --broker URL of a network that runs, or --state DIR|URL of one at rest\n"
    assert run("show", ANNA) == Done(2, "", expected)
    assert run("show", ANNA, "--state", "x", "--broker", "mqtt://127.0.0.1:1") == Done(2, "", expected)
    monkeypatch.setenv("GPRSLAB_BROKER", "mqtt://127.0.0.1:1")
    assert run("add", FRED, *FULL, "--state", str(tmp_path)).status == 0


# --- many ---------------------------------------------------------------------------------------------------------


def test_import_and_export(run: Run, place: tuple[str, str], tmp_path: Path) -> None:
    """Some hundreds of rows, in more than one chunk, and out again; who was there is as the file has it."""
    (tmp_path / "s.csv").write_text(rows(1200), encoding="utf-8")
    run("add", FRED, *FULL, "--barred", *place)
    done = run("import", str(tmp_path / "s.csv"), "--json", *place)
    assert done.status == 0, done.err
    assert json.loads(done.out).items() >= {"imported": 1200, "skipped": 0}.items()
    assert shown(run, place, FRED)["barred"] is False
    assert shown(run, place, "001010000001300")["contexts"]["2"] == {"apn": "mms", "qos": {"delay_class": 3}}

    done = run("export", str(tmp_path / "out.yaml"), *place)
    assert (done.status, done.out) == (0, "")
    assert int(done.err.split()[0]) > 1200
    assert (tmp_path / "out.yaml").stat().st_mode & 0o777 == 0o600
    imsis = [line.partition(",")[0] for line in run("export", "-", *place).out.splitlines()[1:]]
    assert imsis == sorted(set(imsis))
    assert {ANNA, FRED, "001010000001300"} <= set(imsis)
    done = run("import", str(tmp_path / "out.yaml"), *place)
    assert done.out.startswith(f"{len(imsis)} subscribers are imported in ")
    assert done.err == ""


def test_import_stops_at_the_first_wrong_row(run: Run, place: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks before it are in, and it is told up to where; nothing of its own chunk is."""
    monkeypatch.setattr(StoredHlrs, "chunk", 100)
    monkeypatch.setattr(RunningHlrs, "chunk", 100)
    done = run("import", "-", *place, text=rows(300, r250=ROW.replace(K, "00")))
    assert (done.status, done.out) == (2, "")
    assert done.err.splitlines() == [
        "200 subscribers are imported, up to line 201; nothing behind it",
        "gprslab: -: line 252, column key: expected 32 hexadecimal digits, found '00'",
    ]
    assert run("show", "001010000000300", *place).status == 0
    assert run("show", "001010000000301", *place).status == 1


def test_import_skips_wrong_rows_where_told(run: Run, place: tuple[str, str]) -> None:
    """Each is told on standard error; all others are in."""
    wrong = rows(30, r3="", r5="x", r7=ROW.replace(K, "00"))
    done = run("import", "-", "--skip-bad", *place, text=wrong)
    assert (done.status, done.err.splitlines()) == (
        0,
        [
            "skipped: -: line 7: expected 8 cells, found 1",
            "skipped: -: line 9, column key: expected 32 hexadecimal digits, found '00'",
        ],
    )
    assert done.out.startswith("27 subscribers are imported in ")
    assert done.out.endswith(" s, 2 rows skipped\n")
    assert shown(run, place, "001010000000130")["imsi"] == "001010000000130"


def test_import_of_a_subscriber_who_comes_twice(run: Run, place: tuple[str, str]) -> None:
    """The later row counts, within a chunk too."""
    assert run("import", "-", *place, text=rows(3, r2=ROW.replace("; 2 mms", "; 3 x"))).status == 0
    assert list(shown(run, place, FRED)["contexts"]) == ["1", "3"]


# --- at rest ------------------------------------------------------------------------------------------------------


def test_records_in_use(run: Run, tmp_path: Path) -> None:
    """While their owner lives, nobody else touches them."""
    with closing(Store.open(str(tmp_path / "hlr1.db"))) as store:
        store.records("hlr1")
        done = run("import", "-", "--state", str(tmp_path), text=rows(1))
    assert done.status == 1
    assert done.err.splitlines()[-1].endswith(f"the records are in use by process {os.getpid()}")


def test_records_that_are_not_there(run: Run, tmp_path: Path) -> None:
    """What only looks or changes makes none; what brings subscribers does."""
    state = tmp_path / "new"
    for words in (("show", ANNA), ("set", ANNA, "--barred"), ("remove", ANNA), ("export", "-")):
        done = run(*words, "--state", str(state))
        assert (done.status, done.err) == (1, f"gprslab: {state}/hlr1.db: there are no records of hlr1\n")
    assert not state.exists()
    assert run("import", "-", "--state", str(state), text=rows(1)).status == 0
    assert (state / "hlr1.db").exists()


def test_removal_at_rest_is_told_to_who_serves(run: Run, tmp_path: Path) -> None:
    """Nothing of the subscriber is left but that its SGSN is to be told, which the HLR does when it starts."""
    place = ("--state", str(tmp_path))
    run("add", FRED, *FULL, *place)
    number = IsdnAddress("999010000003")
    with closing(Store.open(str(tmp_path / "hlr1.db"))) as store:
        location = GprsLocation(number, GsnAddress.parse("10.0.0.3")).to_octets()
        store.commit("hlr1", [Save(f"{kind}/{FRED}", bytes(6)) for kind in KINDS if kind not in ("subscriber", "vlr")])
        store.commit("hlr1", [Save(f"gprs/{FRED}", location)])
    assert run("remove", FRED, *place).status == 0
    with closing(Store.open(str(tmp_path / "hlr1.db"))) as store:
        found = {record.key: record.octets for record in store.records("hlr1")}
    kind = CancellationType.SUBSCRIPTION_WITHDRAW
    assert found == {record_key(FRED, number, Ssn.SGSN): bytes((kind,)) + number.to_octets()}


def test_who_is_imported_at_rest_is_served(run: Run, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """An HLR that starts knows them; while it lives its records are its own, and a kill loses nothing that it did."""
    rest = rest_of("postgresql", request, tmp_path)
    assert run("import", "-", "--state", rest, text=rows(300)).status == 0
    with EmbeddedBroker() as broker, hlr_of(broker.url, rest, tmp_path / "ready") as hlr:
        assert shown(run, ("--broker", broker.url), "001010000000400")["sqn"] == 0
        done = run("import", "-", "--state", rest, text=rows(1))
        assert (done.status, "in use by " in done.err) == (1, True)
        assert run("set", FRED, "--barred", "--broker", broker.url).status == 0
        hlr.kill()
        hlr.wait()
    assert shown(run, ("--state", rest), FRED)["barred"] is True


@pytest.mark.parametrize(
    ("fault", "status", "last"),
    [
        (KeyboardInterrupt(), 130, "200 subscribers are imported, up to line 201; nothing behind it"),
        (StoreError("the disk is full"), 1, "gprslab: the disk is full"),
    ],
)
def test_import_that_is_broken_off(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException, status: int, last: str
) -> None:
    """Whatever ends it, it says how far it came."""
    put, chunks = StoredHlrs.put, []

    def puts(place: StoredHlrs, hlr: str, records: dict[str, bytes]) -> dict[str, str]:
        chunks.append(len(records))
        if len(chunks) == 3:
            raise fault
        return put(place, hlr, records)

    monkeypatch.setattr(StoredHlrs, "chunk", 100)
    monkeypatch.setattr(StoredHlrs, "put", puts)
    done = run("import", "-", "--state", str(tmp_path), text=rows(300))
    assert (done.status, done.out) == (status, "")
    told = done.err.strip().splitlines()
    assert (told[0], told[-1]) == ("200 subscribers are imported, up to line 201; nothing behind it", last)
    monkeypatch.undo()
    assert run("show", "001010000000300", "--state", str(tmp_path)).status == 0
    assert run("show", "001010000000301", "--state", str(tmp_path)).status == 1


# --- while it runs ------------------------------------------------------------------------------------------------


def test_no_hlr_there(run: Run, embedded_broker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker on which the HLR is not is told in seconds."""
    monkeypatch.setattr(places, "THERE", 100_000)
    config = tmp_path / "lab.yaml"
    config.write_text((shipped() / "lab.yaml").read_text(encoding="utf-8").replace("hlr1", "hlr9"), encoding="utf-8")
    done = run("show", ANNA, "--broker", embedded_broker, "--config", str(config))
    assert done == Done(1, "", "gprslab: no hlr9 is on this broker\n")


class PutOff:
    """An HLR that puts off one row after the other, and refuses one for good."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def ask(self, hlr: str, verb: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Answer a provision."""
        imsis = list(arguments["records"])
        self.asked.append(imsis)
        refused = dict.fromkeys(imsis[1:], "10000 changes are still being told; try again later")
        return {"refused": refused | ({"1": "no"} if "1" in imsis else {})}


def test_rows_that_an_hlr_takes_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are sent again until it takes them; what it refuses for good is told."""
    hlr = PutOff()
    place = RunningHlrs.__new__(RunningHlrs)
    monkeypatch.setattr(place, "_ask", hlr.ask)
    monkeypatch.setattr(places, "PAUSE", 0)
    assert place.put("hlr1", {"1": b"", "2": b"", "3": b""}) == {"1": "no"}
    assert hlr.asked == [["1", "2", "3"], ["2", "3"], ["3"]]
    monkeypatch.setattr(places, "LATER", -1)
    assert set(place.put("hlr1", {"2": b"", "3": b""})) == {"3"}


class Forgetful:
    """A session with an HLR that dies over commands: so many are not answered."""

    def __init__(self, lost: int) -> None:
        self.statuses = {"hlr1": None}
        self.asked: list[str] = []
        self._lost = lost

    def wait_for(self, condition: Callable[[], bool], within_us: int) -> bool:
        """It is there."""
        return condition()

    def start_command(self, node: str, verb: str, arguments: dict[str, Any]) -> str:
        """Take a command."""
        self.asked.append(verb)
        return verb

    def end_of(self, command: str, within_us: int) -> Outcome | None:
        """Answer it, or not."""
        return None if len(self.asked) <= self._lost else Outcome("done", {"refused": {}})


def test_an_hlr_that_died_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chunk that may have been lost is sent again, which does no harm where it was not; but not for ever."""
    place = RunningHlrs.__new__(RunningHlrs)
    session = Forgetful(2)
    monkeypatch.setattr(place, "_session", session, raising=False)
    assert place.put("hlr1", {"1": b""}) == {}
    assert session.asked == ["provision"] * 3
    session = Forgetful(99)
    monkeypatch.setattr(place, "_session", session, raising=False)
    with pytest.raises(StoreError, match="hlr1: no answer to provision in 60 s"):
        place.put("hlr1", {"1": b""})
    assert len(session.asked) == places.ATTEMPTS


def test_payloads_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long records go in several commands: the bus takes no payload of any length."""
    asked = []

    def ask(hlr: str, verb: str, arguments: dict[str, Any]) -> dict[str, Any]:
        asked.append(len(arguments["records"]))
        return {"refused": {}}

    place = RunningHlrs.__new__(RunningHlrs)
    monkeypatch.setattr(place, "_ask", ask)
    assert place.put("hlr1", {f"{number}": bytes(5000) for number in range(50)}) == {}
    assert place.put("hlr1", {f"{number}": bytes(50) for number in range(500)}) == {}
    assert asked == [20, 20, 10, 500]
