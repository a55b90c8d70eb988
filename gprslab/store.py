"""The durable records of all nodes: what each node saved in its earlier lives, and the commit of each turn's saves.

The runner hands ``records(node)`` to a node being built and calls ``commit(node, saves)`` once per turn, off the event
loop, before anything of that turn leaves. When ``commit`` returns, the records outlive the process and the machine.

A node's records have one owner: the first call that names a node makes this store their owner until it is closed or
its process dies, so that two processes of one node can never both write. Calls for different nodes may overlap, calls
for one node may not.

One SQLite file may hold many nodes, but a file per node is what a network should use: SQLite lets one process write at
a time and the others poll with growing sleeps. Of seven nodes that commit once per turn, the slowest commit took 100
to 600 ms on a shared file, and 5 to 22 ms on files of their own.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Protocol, Self

from sqlalchemy import (
    URL,
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    NullPool,
    Select,
    Table,
    Text,
    bindparam,
    create_engine,
    delete,
    event,
    func,
    insert,
    inspect,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from nodes.core.outputs import Record, Save

SCHEMA_VERSION = 1
"""What this module writes into a new database; it opens no other."""

BUSY_TIMEOUT = 10
"""Seconds for which a commit waits for another process that writes to the same SQLite file."""

_SCHEMA = MetaData()
# Records come in the order of their code points on every database, whatever the server's locale.
_NAME = Text().with_variant(Text(collation="C"), "postgresql")
_RECORDS = Table(
    "records",
    _SCHEMA,
    Column("node", _NAME, primary_key=True),
    Column("key", _NAME, primary_key=True),
    Column("octets", LargeBinary, nullable=False),
    sqlite_with_rowid=False,  # one tree, sorted by the primary key, instead of a heap and its index
)
_VERSION = Table("gprslab_schema", _SCHEMA, Column("version", Integer, primary_key=True, autoincrement=False))

_SELECT = (
    select(_RECORDS.c.key, _RECORDS.c.octets)
    .where(_RECORDS.c.node == bindparam("of_node"))
    .order_by(_RECORDS.c.key)
    .execution_options(yield_per=1000)
)
_COUNT = select(func.count()).select_from(_RECORDS).where(_RECORDS.c.node == bindparam("of_node"))
_ONE = select(_RECORDS.c.octets).where(_RECORDS.c.node == bindparam("of_node"), _RECORDS.c.key == bindparam("of_key"))
_CLEAR = delete(_RECORDS).where(_RECORDS.c.node == bindparam("of_node"))
_DELETE = _CLEAR.where(_RECORDS.c.key == bindparam("of_key"))

_CLAIM = select(func.pg_try_advisory_lock(func.hashtextextended(bindparam("claim"), 0)))
"""Takes a PostgreSQL lock that lasts as long as the connection; false if another connection holds it."""

_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
"""The insert with ON CONFLICT of each database that serves."""

_STAGE = "CREATE TEMPORARY TABLE staged (key text, octets bytea) ON COMMIT DROP"
_COPY = "COPY staged FROM STDIN (FORMAT BINARY)"
_MERGE = (
    "INSERT INTO records (node, key, octets) SELECT %(node)s, key, octets FROM staged"
    " ON CONFLICT (node, key) DO UPDATE SET octets = excluded.octets"
)
"""How many records come into PostgreSQL at once: all that is copied is staged first, for COPY knows no conflicts."""

_ALONE = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(hashtext('gprslab'))"}
"""What makes a transaction wait for every other that looks at or makes the schema."""


class StoreError(Exception):
    """The records cannot be opened, read or written; the text is one line for the operator."""


class RecordStore(Protocol):
    """What a runner, the world and a test need of a store."""

    def records(self, node: str) -> Iterator[Record]:
        """Everything kept for ``node``, in the order of the keys, as it stands when the first record is read."""

    def commit(self, node: str, saves: Sequence[Save]) -> None:
        """Make ``saves`` durable, all or none; of several with one key the last counts."""

    def clear(self, node: str) -> None:
        """Forget everything kept for ``node``."""

    def close(self) -> None:
        """Give up all nodes owned."""


class MemoryStore:
    """Records that live as long as this object: for the world, where a node's restart is a new node object."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, bytes]] = {}

    def records(self, node: str) -> Iterator[Record]:
        """Everything kept for ``node``, in the order of the keys, as it stands when the first record is read."""
        yield from [Record(key, octets) for key, octets in sorted(self._kept.get(node, {}).items())]

    def commit(self, node: str, saves: Sequence[Save]) -> None:
        """Keep ``saves``; of several with one key the last counts."""
        kept = self._kept.setdefault(node, {})
        for save in saves:
            if save.octets is None:
                kept.pop(save.key, None)
            else:
                kept[save.key] = save.octets

    def clear(self, node: str) -> None:
        """Forget everything kept for ``node``."""
        self._kept.pop(node, None)

    def close(self) -> None:
        """Do nothing: the records stay, so that the world can stop a network and start it again."""


class Store:
    """Records in an SQL database; see :meth:`open`."""

    def __init__(self, url: URL) -> None:
        self._engine = _engine(url)
        self._name = _name(url)
        self._path = Path(self._name) if self._engine.dialect.name == "sqlite" else None
        self._owned: dict[str, Connection] = {}
        """For each node owned the one connection that writes its records."""
        self._held = ExitStack()
        insertion = _INSERT[self._engine.dialect.name](_RECORDS)
        self._upsert = insertion.on_conflict_do_update(
            index_elements=_RECORDS.primary_key.columns, set_={"octets": insertion.excluded.octets}
        )
        self._plain_upsert = str(self._upsert.compile(self._engine))

    @classmethod
    def open(cls, url_or_path: str) -> Self:
        """Open the database at an SQLAlchemy URL, or the SQLite file at a path; make it if it is new or empty.

        :raises StoreError: it cannot be reached or written, or is something else than records of this version.
        """
        url = _url(url_or_path)
        with _in_one_line(f"{_name(url)}: cannot open the records"):
            store = cls(url)
            with _alone_in(store._path.parent) if store._path else nullcontext():
                store._prepare()
        return store

    def records(self, node: str, prefix: str = "") -> Iterator[Record]:
        """Everything kept for ``node`` whose key begins with ``prefix``, in the order of the keys.

        They are shown as they stand when the first is read, and streamed: memory does not grow with their number. Read
        to the end or close the iterator; until then it holds a connection.

        :raises StoreError: at once if another process owns the node; while reading, if the database fails.
        """
        self._own(node)
        return self._stream(node, prefix)

    def commit(self, node: str, saves: Sequence[Save]) -> None:
        """Make ``saves`` durable in one transaction; of several with one key the last counts.

        :raises StoreError: another process owns the node, or the database fails; none of ``saves`` is kept then. (If
            the connection to a server breaks while it commits, it may have kept them all: the next start will tell.)
        """
        last = {save.key: save.octets for save in saves}
        kept = [{"node": node, "key": key, "octets": octets} for key, octets in last.items() if octets is not None]
        gone = [{"of_node": node, "of_key": key} for key, octets in last.items() if octets is None]
        connection = self._own(node)
        with _in_one_line(f"{self._name}: cannot commit {len(last)} records of {node}"), connection.begin():
            if kept:
                connection.execute(self._upsert, kept)
            if gone:
                connection.execute(_DELETE, gone)

    def clear(self, node: str) -> None:
        """Forget everything kept for ``node``.

        :raises StoreError: another process owns the node, or the database fails.
        """
        connection = self._own(node)
        with _in_one_line(f"{self._name}: cannot clear the records of {node}"), connection.begin():
            connection.execute(_CLEAR, {"of_node": node})

    def record(self, node: str, key: str) -> bytes | None:
        """What is kept for ``node`` under ``key``.

        :raises StoreError: another process owns the node, or the database fails.
        """
        connection = self._own(node)
        with _in_one_line(f"{self._name}: cannot read the records of {node}"), connection.begin():
            octets: bytes | None = connection.scalar(_ONE, {"of_node": node, "of_key": key})
        return octets

    def count(self, node: str, prefix: str = "") -> int:
        """How many records are kept for ``node`` whose keys begin with ``prefix``.

        :raises StoreError: another process owns the node, or the database fails.
        """
        connection = self._own(node)
        with _in_one_line(f"{self._name}: cannot read the records of {node}"), connection.begin():
            count: int = connection.scalar(_beginning(_COUNT, prefix), {"of_node": node}) or 0
        return count

    def load(self, node: str, records: Mapping[str, bytes]) -> None:
        """Make many records durable in one transaction, as fast as the database can: 10,000 to 100,000 are good.

        :raises StoreError: another process owns the node, or the database fails; none of ``records`` is kept then.
        """
        connection = self._own(node)
        with _in_one_line(f"{self._name}: cannot load {len(records)} records of {node}"), connection.begin():
            if not records:
                return
            if self._path:
                # In the order of the keys, so that each page of the tree is written once.
                rows = [(node, key, octets) for key, octets in sorted(records.items())]
                connection.exec_driver_sql(self._plain_upsert, rows)
                return
            connection.exec_driver_sql(_STAGE)
            self._copy(connection, records)
            connection.exec_driver_sql(_MERGE, {"node": node})

    def close(self) -> None:
        """Close the connections and give up all nodes owned. A second call does nothing."""
        self._owned.clear()
        self._held.close()
        self._engine.dispose()

    def _prepare(self) -> None:
        """Check the schema, or make it in a new database; nothing of a foreign database is changed."""
        with self._engine.begin() as connection:
            connection.exec_driver_sql(_ALONE[connection.dialect.name])
            tables = inspect(connection).get_table_names()
            if not tables:
                _SCHEMA.create_all(connection, checkfirst=False)
                connection.execute(insert(_VERSION).values(version=SCHEMA_VERSION))
            elif _VERSION.name not in tables:
                raise StoreError(f"{self._name}: not a database of gprslab: it holds the table {tables[0]}")
            version = connection.execute(select(func.max(_VERSION.c.version))).scalar()
            if version != SCHEMA_VERSION:
                raise StoreError(f"{self._name}: has schema version {version}, this gprslab knows {SCHEMA_VERSION}")
        if self._path:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA journal_mode = WAL")

    def _own(self, node: str) -> Connection:
        """The connection that writes the records of ``node``; the first call takes their lock.

        A server's lock lives in the session of that same connection: whoever loses the one can no longer commit.
        """
        connection = self._owned.get(node)
        if connection is None:
            with _in_one_line(f"{self._name}: cannot own the records of {node}"), ExitStack() as undo:
                if self._path:
                    undo.enter_context(_claimed(self._path.with_name(f"{self._path.name}.{node}.lock")))
                connection = undo.enter_context(self._engine.connect())
                if not self._path:
                    with connection.begin():
                        if not connection.scalar(_CLAIM, {"claim": f"gprslab {node}"}):
                            raise StoreError(f"{self._name}: the records of {node} are in use by another process")
                self._owned[node] = connection
                self._held.push(undo.pop_all())
        elif connection.invalidated:
            raise StoreError(f"{self._name}: lost the connection that owned the records of {node}")
        return connection

    def _copy(self, connection: Connection, records: Mapping[str, bytes]) -> None:
        """COPY is the driver's own: SQLAlchemy neither speaks it nor names its errors."""
        driver: Any = connection.connection.driver_connection
        try:
            with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
                copy.set_types(["text", "bytea"])
                for row in records.items():
                    copy.write_row(row)
        except self._engine.dialect.loaded_dbapi.Error as error:
            raise OSError(*error.args) from error

    def _stream(self, node: str, prefix: str) -> Iterator[Record]:
        with _in_one_line(f"{self._name}: cannot read the records of {node}"), self._engine.connect() as connection:
            for part in connection.execute(_beginning(_SELECT, prefix), {"of_node": node}).partitions():
                for key, octets in part:
                    yield Record(key, octets)


def _beginning(query: Select[Any], prefix: str) -> Select[Any]:
    """The query, of the records alone whose keys begin with ``prefix``: the index finds them."""
    if not prefix:
        return query
    return query.where(_RECORDS.c.key >= prefix, _RECORDS.c.key < prefix[:-1] + chr(ord(prefix[-1]) + 1))


def records_of(node: str, state: str, *, make: bool = True) -> str:
    """Where the records of a node are, for :meth:`Store.open`: in a file of its own, or in the database that all share.

    :raises StoreError: the folder ``state`` cannot be made, or with ``make`` False holds no records of the node.
    """
    if "://" in state:
        return state
    folder = Path(state)
    path = folder / f"{node}.db"
    if make:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{folder}: {error.strerror}") from None
    elif not path.is_file():
        raise StoreError(f"{path}: there are no records of {node}")
    return str(path)


def _url(url_or_path: str) -> URL:
    """Read what the user gave; an SQLite file comes back by its one true path, since its locks are named after it."""
    if "://" not in url_or_path:
        url = URL.create("sqlite", database=url_or_path)
    else:
        try:
            url = make_url(url_or_path)
        except (SQLAlchemyError, ValueError):
            # The text is not repeated: it may hold a password.
            raise StoreError("the database URL cannot be read; expected such as sqlite:///hlr1.db") from None
    backend = url.get_backend_name()
    if backend not in _INSERT:
        raise StoreError(f"cannot keep records in {backend}; expected a URL of {' or '.join(_INSERT)}, or a path")
    if backend != "sqlite":
        # The driver of a URL that names none is otherwise a matter of SQLAlchemy's version.
        return url.set(drivername="postgresql+psycopg") if url.drivername == backend else url
    if url.database in (None, "", ":memory:") or url.query:
        raise StoreError(f"{url_or_path!r} names no SQLite file; expected a path without parameters")
    try:
        path = Path(url.database).resolve()
    except (OSError, ValueError, RuntimeError) as error:
        raise StoreError(f"{url.database!r} is not a usable path: {error}") from error
    if not path.parent.is_dir():
        raise StoreError(f"{path}: the directory {path.parent} does not exist")
    return url.set(database=str(path))


def _name(url: URL) -> str:
    """How messages call the database: an SQLite file by its path, a server by its URL without the password."""
    return url.database or "" if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)


def _engine(url: URL) -> Engine:
    """Make the engine. Connections live as long as a node is owned or a stream is read: there is nothing to pool."""
    on_sqlite = url.get_backend_name() == "sqlite"
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": BUSY_TIMEOUT} if on_sqlite else {})
    if engine.dialect.is_async:
        raise StoreError(f"the driver {engine.driver} is asynchronous; expected such as {engine.name}+psycopg")
    if on_sqlite:
        event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous = FULL"))
    return engine


@contextmanager
def _claimed(path: Path) -> Iterator[None]:
    """Hold the lock on a side file with our process id in it; the system lets go of it when the process dies.

    The file stays when the lock goes: were it removed, two processes could hold locks on two files of one name.
    """
    with path.open("a+") as side:
        try:
            fcntl.flock(side, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            side.seek(0)
            raise StoreError(f"{path}: the records are in use by process {side.read()}") from None
        side.truncate(0)
        side.write(str(os.getpid()))
        side.flush()
        yield


@contextmanager
def _alone_in(directory: Path) -> Iterator[None]:
    """Keep other processes from opening a database in ``directory``: SQLite fails at once if two turn WAL on."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _in_one_line(what: str) -> Iterator[None]:
    """Turn what the database, its driver or the file system raises into a StoreError of one line."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise StoreError(f"{what}: {error.name} is not installed (pip install 'gprslab[postgresql]')") from error
    except (SQLAlchemyError, OSError) as error:
        why = " ".join(str(getattr(error, "orig", None) or error).split())
        raise StoreError(f"{what}: {why}") from error
