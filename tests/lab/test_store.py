"""The contract of every record store, and what the durable ones promise when processes die or files are bad."""

import os
import random
import re
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import NullPool, create_engine, text

from gprslab.store import SCHEMA_VERSION, MemoryStore, RecordStore, Store, StoreError
from nodes.core.outputs import Record, Save

ROOT = Path(__file__).parents[2]

DURABLE = ["sqlite", "postgresql"]


@pytest.fixture
def sqlite_place(tmp_path: Path) -> str:
    """Path of an SQLite database that does not exist yet."""
    return str(tmp_path / "records.db")


@pytest.fixture
def postgresql_place(postgresql: str) -> str:
    """URL of an emptied PostgreSQL database."""
    engine = create_engine(postgresql, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS records, gprslab_schema"))
    return postgresql


@pytest.fixture(params=DURABLE)
def place(request: pytest.FixtureRequest) -> str:
    """Where a durable store keeps its records: what ``Store.open`` takes."""
    return str(request.getfixturevalue(f"{request.param}_place"))


@pytest.fixture(params=["memory", *DURABLE])
def store(request: pytest.FixtureRequest) -> Iterator[RecordStore]:
    """An empty store of every kind."""
    opened: RecordStore
    if request.param == "memory":
        opened = MemoryStore()
    else:
        opened = Store.open(request.getfixturevalue(f"{request.param}_place"))
    with closing(opened):
        yield opened


def kept(store: RecordStore, node: str = "hlr1") -> dict[str, bytes]:
    """What the store holds for a node."""
    return {record.key: record.octets for record in store.records(node)}


@contextmanager
def refused() -> Iterator[pytest.ExceptionInfo[StoreError]]:
    """Expect a StoreError of one line."""
    with pytest.raises(StoreError) as caught:
        yield caught
    assert len(str(caught.value).splitlines()) == 1


@contextmanager
def no_file_beyond(octets: int) -> Iterator[None]:
    """Let no file grow beyond a size: writes fail as on a full disk, since Python ignores SIGXFSZ."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def program(script: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a Python process beside this one, to be killed."""
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


class TestContract:
    """What a node may rely on, whatever keeps its records."""

    def test_reads_back_what_was_committed(self, store: RecordStore) -> None:
        """Records come back as they were saved; no octets at all are a record too."""
        store.commit("hlr1", [Save("imsi/262010000000001", b"\x00\xff"), Save("restart", b"")])
        assert list(store.records("hlr1")) == [Record("imsi/262010000000001", b"\x00\xff"), Record("restart", b"")]

    def test_knows_nothing_of_a_new_node(self, store: RecordStore) -> None:
        """A node in its first life finds no records, nor does one that committed an empty turn."""
        store.commit("eir1", [])
        assert kept(store, "eir1") == kept(store, "hlr1") == {}

    def test_overwrites(self, store: RecordStore) -> None:
        """A later commit replaces the octets of a key and leaves other keys alone."""
        store.commit("hlr1", [Save("a", b"1"), Save("b", b"1")])
        store.commit("hlr1", [Save("a", b"2")])
        assert kept(store) == {"a": b"2", "b": b"1"}

    def test_forgets_a_key_saved_as_none(self, store: RecordStore) -> None:
        """``None`` deletes the key; a key that was never there may be deleted too."""
        store.commit("hlr1", [Save("a", b"1"), Save("b", b"1")])
        store.commit("hlr1", [Save("a", None), Save("never", None), Save("c", b"1")])
        assert kept(store) == {"b": b"1", "c": b"1"}

    def test_last_save_of_a_key_counts(self, store: RecordStore) -> None:
        """Within one turn a key may be saved and forgotten several times."""
        store.commit("hlr1", [Save("gone", b"1"), Save("kept", None), Save("gone", None), Save("kept", b"2")])
        store.commit("hlr1", [Save("twice", b"1"), Save("twice", b"2")])
        assert kept(store) == {"kept": b"2", "twice": b"2"}

    def test_streams_in_the_order_of_code_points(self, store: RecordStore) -> None:
        """The order is the same on every database and in every locale, so that replays are."""
        keys = ["b", "B", "a", "é", "e", "z", "Z", "10", "9", "\uffff", "\U00010000", "a/b", "a-b", ""]
        store.commit("hlr1", [Save(key, b"1") for key in keys])
        assert [record.key for record in store.records("hlr1")] == sorted(keys)

    def test_keeps_big_octets(self, store: RecordStore) -> None:
        """A record may be much larger than a database page."""
        octets = bytes(range(256)) * (1 << 14)
        store.commit("hlr1", [Save("big", octets), Save("small", b"1")])
        assert kept(store) == {"big": octets, "small": b"1"}

    def test_keeps_nodes_apart(self, store: RecordStore) -> None:
        """Equal keys of two nodes are two records, and clearing one node leaves the other's."""
        store.commit("hlr1", [Save("restart", b"1"), Save("a", b"1")])
        store.commit("hlr11", [Save("restart", b"2"), Save("a", b"2")])
        store.commit("hlr1", [Save("restart", None)])
        assert kept(store, "hlr11") == {"restart": b"2", "a": b"2"}
        store.clear("hlr1")
        assert kept(store, "hlr1") == {}
        assert kept(store, "hlr11") == {"restart": b"2", "a": b"2"}

    def test_reading_is_not_disturbed_by_commits(self, store: RecordStore) -> None:
        """A stream shows the records as they stood when its first was read."""
        before = {f"{number:04}": b"1" for number in range(2500)}
        store.commit("hlr1", [Save(key, octets) for key, octets in before.items()])
        stream = store.records("hlr1")
        seen = [next(stream)]
        store.commit("hlr1", [Save("0001", b"2"), Save("2499", None), Save("9999", b"2")])
        seen += stream
        assert {record.key: record.octets for record in seen} == before
        after = before | {"0001": b"2", "9999": b"2"}
        del after["2499"]
        assert kept(store) == after

    def test_serves_any_thread(self, store: RecordStore) -> None:
        """The runner opens the store on one thread and commits on others, one turn after the other."""
        for turn in range(3):
            with ThreadPoolExecutor(1) as pool:
                pool.submit(store.commit, "hlr1", [Save(str(turn), b"1")]).result()
        assert list(kept(store)) == ["0", "1", "2"]


COMMIT_FOR_EVER = """
import itertools, sys
from gprslab.store import Save, Store
store = Store.open(sys.argv[1])
first = max((int(record.key) for record in store.records("hlr1") if record.key != "last"), default=0) + 1
for number in itertools.count(first):
    octets = b"%d" % number
    store.commit("hlr1", [Save(f"{number}", octets), Save(f"{number - 50}", None), Save("last", octets)])
    print(number, flush=True)
"""

OWN_FOR_EVER = """
import sys
from gprslab.store import Store
store = Store.open(sys.argv[1])
store.records("hlr1")
print("owned", flush=True)
sys.stdin.read()
"""


class TestDurability:
    """What survives the death of the process."""

    def test_survives_a_clean_stop(self, place: str) -> None:
        """A second life finds what the first saved."""
        with closing(Store.open(place)) as first:
            first.commit("hlr1", [Save("a", b"1"), Save("b", b"2")])
        with closing(Store.open(place)) as second:
            assert kept(second) == {"a": b"1", "b": b"2"}

    def test_survives_sigkill_after_commit_returned(self, place: str) -> None:
        """Whatever was acknowledged before SIGKILL is there afterwards, and each transaction is whole."""
        rng = random.Random(24008)
        for _ in range(4):
            acknowledged = 0
            with program(COMMIT_FOR_EVER, place) as writer:
                assert writer.stdout is not None
                for _ in range(rng.randrange(1, 400)):
                    acknowledged = int(writer.stdout.readline())
                writer.kill()
                acknowledged = max([acknowledged, *map(int, writer.stdout.read().split())])
            with closing(Store.open(place)) as store:
                found = kept(store)
            last = int(found.pop("last"))
            # The writer may have died between the commit and the printing of one more number.
            assert last in {acknowledged, acknowledged + 1}
            assert found == {f"{number}": b"%d" % number for number in range(max(1, last - 49), last + 1)}

    def test_sqlite_waits_for_the_disk(self, sqlite_place: str) -> None:
        """Each commit is synchronised to the disk, so that it survives the loss of power, and readers do not block."""
        with closing(Store.open(sqlite_place)) as store:
            store.commit("hlr1", [Save("a", b"1")])
            connection = store._owned["hlr1"]
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            connection.rollback()

    def test_streams_with_flat_memory(self, place: str) -> None:
        """Reading 24 MB of records takes a small part of that."""
        with closing(Store.open(place)) as store:
            for start in range(0, 6000, 1000):
                store.commit("hlr1", [Save(f"{start + number}", bytes(4000)) for number in range(1000)])
            tracemalloc.start()
            try:
                assert sum(len(record.octets) for record in store.records("hlr1")) == 24_000_000
                assert tracemalloc.get_traced_memory()[1] < 10_000_000
            finally:
                tracemalloc.stop()


class TestBulk:
    """What a durable store has for those who bring or look at many records."""

    def test_loads_many(self, place: str) -> None:
        """Loaded records overwrite those of the same key, and leave all others alone."""
        with closing(Store.open(place)) as store:
            store.commit("hlr1", [Save("a", b"1"), Save("b", b"1")])
            store.commit("hlr2", [Save("a", b"2")])
            store.load("hlr1", {"é": b"\x00", "b": b"3", "c": b""})
            store.load("hlr1", {})
            store.load("hlr1", {f"d{number}": b"4" for number in range(3000)})
            assert store.count("hlr1") == 3004
            assert kept(store, "hlr2") == {"a": b"2"}
        with closing(Store.open(place)) as store:
            assert list(kept(store).items())[:3] == [("a", b"1"), ("b", b"3"), ("c", b"")]
            assert kept(store)["é"] == b"\x00"

    def test_finds_records_by_the_beginning_of_their_keys(self, place: str) -> None:
        """One record, or all of a kind, without reading the others."""
        with closing(Store.open(place)) as store:
            keys = ["sqn/1", "subscriber", "subscriber/1", "subscriber/2", "subscriber0", "vlr/1"]
            store.load("hlr1", {key: key.encode() for key in keys})
            store.load("hlr2", {"subscriber/3": b""})
            assert [record.key for record in store.records("hlr1", "subscriber/")] == ["subscriber/1", "subscriber/2"]
            assert store.count("hlr1", "subscriber/") == 2
            assert store.record("hlr1", "subscriber/2") == b"subscriber/2"
            assert store.record("hlr1", "subscriber/3") is None

    def test_load_is_undone_as_a_whole(self, sqlite_place: str) -> None:
        """When the database refuses one record, none of those loaded with it is kept."""
        with closing(Store.open(sqlite_place)) as store:
            store.load("hlr1", {"a": b"1"})
            with closing(sqlite3.connect(sqlite_place)) as saboteur:
                step = "INSERT ON records WHEN NEW.key = 'c'"
                saboteur.execute(f"CREATE TRIGGER refuse BEFORE {step} BEGIN SELECT RAISE(ABORT, 'not this one'); END")
            with refused() as caught:
                store.load("hlr1", {"a": b"2", "b": b"2", "c": b"2"})
            assert str(caught.value) == f"{sqlite_place}: cannot load 3 records of hlr1: not this one"
            assert kept(store) == {"a": b"1"}

    def test_copy_is_undone_as_a_whole(self, postgresql_place: str) -> None:
        """The same where the server refuses a record in the midst of COPY; the store lives on."""
        with closing(Store.open(postgresql_place)) as store:
            store.load("hlr1", {"a": b"1"})
            with refused() as caught:
                store.load("hlr1", {"a": b"2", "no\0text": b"2", "b": b"2"})
            assert "cannot load 3 records of hlr1: " in str(caught.value)
            assert kept(store) == {"a": b"1"}
            store.load("hlr1", {"a": b"3"})
            assert kept(store) == {"a": b"3"}

    def test_load_by_another(self, place: str) -> None:
        """Who does not own the node can neither load, nor count, nor look."""
        with closing(Store.open(place)) as first, closing(Store.open(place)) as second:
            first.records("hlr1")
            attempts: list[Callable[[], object]] = [
                lambda: second.load("hlr1", {"a": b"1"}),
                lambda: second.count("hlr1"),
                lambda: second.record("hlr1", "a"),
            ]
            for attempt in attempts:
                with refused():
                    attempt()


class TestOwnership:
    """A node's records have one owner at a time."""

    def test_second_owner_is_refused(self, place: str) -> None:
        """Whoever comes second can neither read, commit nor clear, but may own another node of the same database."""
        with closing(Store.open(place)) as first, closing(Store.open(place)) as second:
            first.commit("hlr1", [Save("a", b"1")])
            attempts: list[Callable[[], object]] = [
                lambda: second.records("hlr1"),
                lambda: second.commit("hlr1", [Save("a", b"2")]),
                lambda: second.clear("hlr1"),
            ]
            for attempt in attempts:
                with refused() as caught:
                    attempt()
                assert "in use by" in str(caught.value)
            second.commit("sgsn1", [Save("a", b"2")])
            assert kept(first) == {"a": b"1"}

    def test_reading_makes_an_owner(self, place: str) -> None:
        """What a node was built from cannot change behind its back, even before its first commit."""
        with closing(Store.open(place)) as first, closing(Store.open(place)) as second:
            first.records("hlr1")
            with refused():
                second.commit("hlr1", [Save("a", b"1")])

    def test_closing_gives_the_node_up(self, place: str) -> None:
        """After ``close``, which may be called twice, another store may own the node."""
        first = Store.open(place)
        first.commit("hlr1", [Save("a", b"1")])
        first.close()
        first.close()
        with closing(Store.open(place)) as second:
            assert kept(second) == {"a": b"1"}

    def test_death_gives_the_node_up(self, sqlite_place: str) -> None:
        """The refusal names the owning process; once that is killed, the node is free."""
        with closing(Store.open(sqlite_place)) as store, program(OWN_FOR_EVER, sqlite_place) as owner:
            assert owner.stdout is not None
            assert owner.stdout.readline() == "owned\n"
            with refused() as caught:
                store.records("hlr1")
            assert str(caught.value).endswith(f"in use by process {owner.pid}")
            owner.kill()
            assert owner.wait() == -signal.SIGKILL
            assert kept(store) == {}
            with closing(Store.open(sqlite_place)) as late, refused() as caught:
                late.records("hlr1")
            assert str(caught.value).endswith(f"in use by process {os.getpid()}")

    def test_lock_file_that_cannot_be(self, sqlite_place: str) -> None:
        """Where the side file of the lock cannot be written, the node's records cannot be owned."""
        Path(f"{sqlite_place}.hlr1.lock").mkdir()
        with closing(Store.open(sqlite_place)) as store, refused() as caught:
            store.records("hlr1")
        assert str(caught.value).startswith(f"{sqlite_place}: cannot own the records of hlr1: ")

    def test_lost_server_connection_ends_ownership(self, postgresql_place: str) -> None:
        """When the session that held the lock is gone, every later commit is refused."""
        engine = create_engine(postgresql_place, poolclass=NullPool)
        with closing(Store.open(postgresql_place)) as store:
            store.commit("hlr1", [Save("a", b"1")])
            with engine.connect() as connection:
                connection.execute(
                    text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
                )
            for _ in range(2):
                with refused():
                    store.commit("hlr1", [Save("a", b"2")])
        with closing(Store.open(postgresql_place)) as store:
            assert kept(store) == {"a": b"1"}

    def test_many_open_one_new_database_together(self, place: str) -> None:
        """All nodes of a network may start at once on a database that none of them has made yet."""
        together = Barrier(7)

        def live(number: int) -> None:
            together.wait()
            with closing(Store.open(place)) as store:
                store.commit(f"ms{number}", [Save("restart", b"1")])

        with ThreadPoolExecutor(7) as pool:
            list(pool.map(live, range(7)))
        with closing(Store.open(place)) as store:
            assert [kept(store, f"ms{number}") for number in range(7)] == [{"restart": b"1"}] * 7


class TestFailedCommit:
    """A commit that fails leaves nothing half done."""

    @pytest.mark.parametrize("step", ["INSERT ON records WHEN NEW.key = 'c'", "DELETE ON records WHEN OLD.key = 'b'"])
    def test_is_undone_as_a_whole(self, sqlite_place: str, step: str) -> None:
        """When the database refuses one record, nothing else of the turn is kept either."""
        with closing(Store.open(sqlite_place)) as store:
            store.commit("hlr1", [Save("a", b"1"), Save("b", b"1")])
            with closing(sqlite3.connect(sqlite_place)) as saboteur:
                saboteur.execute(f"CREATE TRIGGER refuse BEFORE {step} BEGIN SELECT RAISE(ABORT, 'not\nthis one'); END")
            with refused() as caught:
                store.commit("hlr1", [Save("a", b"2"), Save("b", None), Save("c", b"2")])
            assert str(caught.value) == f"{sqlite_place}: cannot commit 3 records of hlr1: not this one"
            assert kept(store) == {"a": b"1", "b": b"1"}

    def test_full_disk(self, sqlite_place: str) -> None:
        """A disk that fills up in the middle of a commit loses only that commit, and the store lives on."""
        with closing(Store.open(sqlite_place)) as store:
            store.commit("hlr1", [Save("a", b"1")])
            with no_file_beyond(100_000), refused() as caught:
                store.commit("hlr1", [Save("a", b"2"), Save("big", bytes(1_000_000))])
            assert "cannot commit 2 records of hlr1: " in str(caught.value)
            assert kept(store) == {"a": b"1"}
            store.commit("hlr1", [Save("b", b"3")])
        with closing(Store.open(sqlite_place)) as store:
            assert kept(store) == {"a": b"1", "b": b"3"}

    def test_full_disk_at_first_start(self, sqlite_place: str) -> None:
        """A database that could be made only in part is made anew when there is room."""
        with no_file_beyond(10_000), refused():
            Store.open(sqlite_place)
        with closing(Store.open(sqlite_place)) as store:
            assert kept(store) == {}


def text_file(path: Path) -> None:
    path.write_text("subscribers:\n" * 100)


def truncated_database(path: Path) -> None:
    foreign_database(path)
    path.write_bytes(path.read_bytes()[:3000])


def foreign_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE subscriber (imsi TEXT)")


def newer_database(path: Path) -> None:
    Store.open(str(path)).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE gprslab_schema SET version = version + 1")


class TestUnusablePlaces:
    """What the user names may be anything; the answer is one line, and nothing is changed."""

    @pytest.mark.parametrize(
        ("make", "why"),
        [
            (text_file, "file is not a database"),
            (truncated_database, "malformed|not a database"),
            (foreign_database, "not a database of gprslab: it holds the table subscriber"),
            (newer_database, f"has schema version {SCHEMA_VERSION + 1}, this gprslab knows {SCHEMA_VERSION}"),
        ],
    )
    def test_file_of_another_kind(self, tmp_path: Path, make: Callable[[Path], None], why: str) -> None:
        """A file that is not ours is named, refused and left as it is."""
        path = tmp_path / "records.db"
        make(path)
        before = path.read_bytes()
        with refused() as caught:
            Store.open(str(path))
        assert re.match(f"{re.escape(str(path))}: .*({why})", str(caught.value))
        assert path.read_bytes() == before

    @pytest.mark.parametrize(
        ("name", "why"),
        [
            ("missing/records.db", "directory .*missing does not exist"),
            (".", "unable to open database file"),
            ("loop", "loop"),
            ("a\0b", "null byte"),
            ("n" * 300, "unable to open database file"),
        ],
    )
    def test_path_that_cannot_be(self, tmp_path: Path, name: str, why: str) -> None:
        """A path that leads nowhere is refused, and no directory is made for it."""
        (tmp_path / "loop").symlink_to("loop")
        with refused() as caught:
            Store.open(f"{tmp_path}/{name}")
        assert re.search(why, str(caught.value))
        assert [path.name for path in tmp_path.iterdir()] == ["loop"]

    @pytest.mark.parametrize(
        ("url", "why"),
        [
            ("", "names no SQLite file"),
            (":memory:", "names no SQLite file"),
            ("sqlite://", "names no SQLite file"),
            ("sqlite:///records.db?mode=ro", "names no SQLite file"),
            ("mysql://lab:secret@localhost/lab", "cannot keep records in mysql"),
            ("postgresql+nothing://lab:secret@localhost/lab", "cannot open the records"),
            ("postgresql://lab:secret@localhost:port/lab", "URL cannot be read"),
            ("://", "URL cannot be read"),
        ],
    )
    def test_url_that_does_not_serve(self, url: str, why: str) -> None:
        """A URL that cannot serve is refused without repeating its password."""
        with refused() as caught:
            Store.open(url)
        assert why in str(caught.value)
        assert "secret" not in str(caught.value)

    @pytest.mark.parametrize("driver", ["postgresql", "postgresql+psycopg"])
    def test_driver_that_is_not_installed(self, monkeypatch: pytest.MonkeyPatch, driver: str) -> None:
        """Without the driver, a URL of PostgreSQL is answered by how to install it."""
        monkeypatch.setitem(sys.modules, "psycopg", None)
        with refused() as caught:
            Store.open(f"{driver}://lab:secret@localhost/lab")
        why = "cannot open the records: psycopg is not installed (pip install 'gprslab[postgresql]')"
        assert str(caught.value) == f"postgresql+psycopg://lab:***@localhost/lab: {why}"

    @pytest.mark.parametrize("mode", [0o555, 0o755], ids=["directory", "file"])
    def test_read_only(self, mode: int) -> None:
        """A database whose file or directory may not be written is refused when it is opened or first owned."""
        # Root may write everything, so this test is someone else for a while, outside the directories of pytest.
        root = os.geteuid() == 0
        with tempfile.TemporaryDirectory() as name:
            directory = Path(name)
            path = directory / "records.db"
            with closing(Store.open(str(path))) as store:
                store.commit("hlr1", [Save("a", b"1")])
            path.chmod(0o644 if mode == 0o555 else 0o444)
            directory.chmod(mode)
            if root:
                os.seteuid(65534)
            try:
                with refused() as caught:
                    Store.open(str(path)).commit("hlr1", [Save("a", b"2")])
            finally:
                if root:
                    os.seteuid(0)
                directory.chmod(0o755)
            assert str(caught.value).startswith(f"{path}: ")
