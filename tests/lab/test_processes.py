"""The laboratory as processes: the real command, the embedded broker, every node its own process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from gprslab.broker_session import BrokerSession
from gprslab.config import load_lab
from gprslab.drills.invariants import INVARIANTS, broken
from gprslab.faults import Rule
from gprslab.store import Store
from gprslab.supervisor import LabArguments, Supervisor, SupervisorError
from gprslab.trace.records import NoteRecord, PduRecord

ROOT = Path(__file__).parents[2]
BOUND = 30.0
"""Seconds within which whatever a test awaits must have happened."""
ATTACH = 60_000_000


def command(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    """Run the ``gprslab`` command."""
    return subprocess.Popen(
        [sys.executable, "-m", "gprslab", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def until(condition: Callable[[], bool]) -> None:
    """Wait until ``condition`` holds."""
    deadline = time.monotonic() + BOUND
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def processes_with(text: str) -> list[int]:
    """Processes whose environment or command line names ``text``."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                told = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if text.encode() in told:
                found.append(int(entry.name))
    return found


@pytest.fixture(scope="module")
def network() -> Iterator[Supervisor]:
    """The laboratory that comes with gprslab, up."""
    with Supervisor(LabArguments(note_level="transitions")) as supervisor:
        yield supervisor


@pytest.fixture
def session(network: Supervisor) -> Iterator[BrokerSession]:
    """A session with the network, reset."""
    with BrokerSession(load_lab(), network.url, network) as session:
        session.clear_faults()
        session.reset()
        session.set_note_level("transitions")
        yield session


def is_attached(session: BrokerSession, at: int = 0) -> bool:
    """Whether the mobile number ``at`` of the laboratory is GMM-REGISTERED."""
    mobile = session.lab.mobiles[at]
    return str(session.inspect(mobile.ms, mobile.name)["state"]).startswith("GMM-REGISTERED")


def attach(session: BrokerSession, at: int = 0) -> None:
    """Switch the mobile on and attach it."""
    mobile = session.lab.mobiles[at]
    assert session.command(mobile.ms, "power-on", {"mobile": mobile.name}).status == "done"
    if not is_attached(session, at):
        outcome = session.command(mobile.ms, "attach", {"mobile": mobile.name}, within_us=ATTACH)
        assert outcome.status == "done", outcome
    assert is_attached(session, at)


def test_a_mobile_attaches_over_the_broker(session: BrokerSession) -> None:
    """The seven processes carry an attach, the session hears it whole, and all nodes agree on it."""
    attach(session)
    mobile = session.lab.mobiles[0]
    assert session.inspect("hlr1")["located"] == 1
    assert session.inspect("hlr1", mobile.imsi)
    interfaces = {record.interface for record in session.trace if not isinstance(record, NoteRecord)}
    assert {"um", "gb", "gr"} <= interfaces
    assert any(isinstance(record, NoteRecord) and record.note.kind == "transition" for record in session.trace)
    assert (session.gaps.lost, session.gaps.disordered, session.rejected) == (0, 0, 0)
    times = [record.time for record in session.trace]
    assert times == sorted(times)


def test_a_reset_begins_anew(session: BrokerSession) -> None:
    """After a reset nothing is known of the mobile that was attached, and it attaches again."""
    attach(session)
    session.reset()
    assert session.inspect("hlr1")["located"] == 0
    attach(session)


def test_a_fault_strikes_over_the_broker(session: BrokerSession) -> None:
    """A rule that the session adds is told as a note where it strikes, and the attach recovers."""
    session.add_fault(Rule(action="duplicate", message="AttachAccept", nth=1))
    attach(session)
    assert session.wait_for(
        lambda: any(isinstance(record, NoteRecord) and record.note.kind == "fault" for record in session.trace),
        5_000_000,
    )


def test_a_killed_hlr_comes_back_with_its_records(network: Supervisor, session: BrokerSession) -> None:
    """After kill -9 the HLR is another process that knows its SQN and where the subscriber is (TS 23.007)."""
    attach(session)
    imsi = session.lab.mobiles[0].imsi
    before = session.inspect("hlr1", imsi)
    old, restarts = network.pid("hlr1"), session.inspect("hlr1")["restarts"]
    assert old is not None
    os.kill(old, signal.SIGKILL)
    until(
        lambda: (status := session.statuses.get("hlr1")) is not None and status.state == "ready" and status.pid != old
    )
    assert session.inspect("hlr1")["restarts"] == restarts + 1
    assert session.inspect("hlr1", imsi) == before | {"unconfirmed": True}  # until the subscriber is heard again
    attach(session, 1)


SAMPLE = [(node, Random(f"{node} dies").randrange(1, 9)) for node in ("sgsn1", "bss1", "hlr1", "eir1", "vlr1", "ms1")]
"""Nodes with the number of their messages, sent or received, at which they are killed."""


@pytest.mark.parametrize(("node", "message"), SAMPLE)
def test_a_node_killed_in_the_midst_comes_back_by_itself(
    network: Supervisor, session: BrokerSession, node: str, message: int
) -> None:
    """SIGKILL during a combined attach: the supervisor starts the node again, its stored recovery counter is stepped.

    Then mobiles attach, and no node holds what another does not know.
    """
    old, lives, before = network.pid(node), network.restarts, session.inspect(node)["restarts"]
    assert old is not None
    names = [mobile.name for mobile in session.lab.mobiles]
    start = session.trace.end
    session.start_command("ms1", "attach", {"mobile": "emma"})

    def said() -> int:
        records = session.trace.after(start)
        return sum(isinstance(record, PduRecord) and node in (record.sender, record.receiver) for record in records)

    session.wait_for(lambda: said() >= message, 2_000_000)
    os.kill(old, signal.SIGKILL)
    until(lambda: (status := session.statuses.get(node)) is not None and status.state == "ready" and status.pid != old)
    assert network.restarts == lives + 1
    assert session.inspect(node)["restarts"] == before + 1
    assert session.wait_for(session.is_up, 30_000_000)
    if node == "ms1":
        attach(session, names.index("emma"))
    else:
        assert session.wait_for(lambda: is_attached(session, names.index("emma")), ATTACH)
    attach(session, names.index("bert"))
    attach(session, names.index("finn"))
    assert session.inspect("vlr1", str(session.lab.mobiles[names.index("finn")].imsi))["gs"] == "Gs-ASSOCIATED"
    assert session.wait_for(lambda: broken(session, session.lab, INVARIANTS) == [], ATTACH)


def test_a_node_killed_on_purpose_stays_dead_until_it_is_restarted(network: Supervisor, session: BrokerSession) -> None:
    """The session kills a process, which the supervisor does not start by itself; a new life obeys the fault rules."""
    lives, before = network.restarts, session.inspect("eir1")["restarts"]
    session.add_fault(Rule(action="lose", message="CheckImeiArg", receiver="eir1", nth=1))
    session.kill("eir1")
    assert network.pid("eir1") is None
    assert session.command("eir1", "inspect", within_us=1_000_000).status == "failed"
    session.restart("eir1")
    assert session.inspect("eir1")["restarts"] == before + 1
    assert network.restarts == lives
    attach(session)
    assert any(isinstance(record, NoteRecord) and record.note.kind == "fault" for record in session.trace)


def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    """``gprslab up`` says that the network is up; SIGINT ends it with status 0, no process and no file left.

    Meanwhile other commands find it without being told where it is, and afterwards they say that there is none.
    """
    mark = f"GPRSLAB_TEST_{os.getpid()}"
    up = command("up", TMPDIR=str(tmp_path), XDG_RUNTIME_DIR="", **{mark: "1"})
    assert up.stdout is not None
    try:
        line = up.stdout.readline()
        assert line.startswith("gprslab: the network is up on mqtt://127.0.0.1:"), up.communicate()
        assert len(processes_with(mark)) >= len(load_lab().nodes) + 2
        found = command("inspect", "hlr1", TMPDIR=str(tmp_path), XDG_RUNTIME_DIR="")
        assert '"located": 0' in found.communicate(timeout=BOUND)[0]
        up.send_signal(signal.SIGINT)
        _, errors = up.communicate(timeout=BOUND)
    finally:
        up.kill()
        up.communicate()
    assert (up.returncode, errors) == (0, "")
    assert processes_with(mark) == []
    assert list(tmp_path.iterdir()) == []
    found = command("inspect", "hlr1", TMPDIR=str(tmp_path), XDG_RUNTIME_DIR="")
    assert found.communicate(timeout=BOUND)[1].startswith("gprslab: no network is up here: expected --broker URL")


def test_records_in_postgresql_outlive_the_network(postgresql: str) -> None:
    """One database for all nodes: who was registered before the network went down is so when it is up again."""
    with closing(Store.open(postgresql)) as store:
        for name in load_lab().nodes:
            store.clear(name)  # other tests were there
    for life in (0, 1):
        with (
            Supervisor(LabArguments(), records=postgresql) as network,
            BrokerSession(load_lab(), network.url, watch=False) as session,
        ):
            assert session.inspect("hlr1")["restarts"] == life
            assert session.inspect("hlr1")["located"] == life
            if not life:
                attach(session)


def test_a_state_that_is_no_folder_is_one_line(tmp_path: Path) -> None:
    """Where the folder for records cannot be made, ``gprslab up`` says so in one line, with exit status 1."""
    (tmp_path / "file").touch()
    up = command("up", "--state", str(tmp_path / "file"), TMPDIR=str(tmp_path))
    told, errors = up.communicate(timeout=BOUND)
    assert (up.returncode, told, errors.count("\n")) == (1, "", 1)
    assert "file: File exists" in errors
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_nothing_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    """When ``gprslab up`` is killed, its nodes and its broker end with it, and the records go.

    What stays is the note of where it was; it leads nobody there.
    """
    mark = f"GPRSLAB_TEST_KILL_{os.getpid()}"
    runtime = tmp_path / "runtime"
    runtime.mkdir()
    up = command("up", TMPDIR=str(tmp_path), XDG_RUNTIME_DIR=str(runtime), **{mark: "1"})
    assert up.stdout is not None
    assert up.stdout.readline().startswith("gprslab: the network is up")
    up.kill()
    up.communicate()
    until(lambda: processes_with(mark) == [])
    assert list(tmp_path.iterdir()) == [runtime]
    found = command("inspect", "hlr1", XDG_RUNTIME_DIR=str(runtime))
    assert found.communicate(timeout=BOUND)[1].startswith("gprslab: no network is up here")


def test_a_node_that_does_not_start_is_named(tmp_path: Path) -> None:
    """Where a node cannot open its records, the supervisor says which and why, and leaves nothing running."""
    (tmp_path / "hlr1.db").write_bytes(b"no database" * 1000)
    with pytest.raises(SupervisorError, match=r"hlr1 did not start: .*hlr1\.db"), Supervisor(state=tmp_path):
        pass
    assert processes_with(str(tmp_path)) == []


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["node", "nobody", "--state", "x", "--broker", "mqtt://localhost"], "no node 'nobody'"),
        (["node", "hlr1", "--state", "x"], "expected --broker"),
        (["node", "hlr1", "--state", "x", "--broker", "http://localhost"], "scheme 'http'"),
        (["node", "hlr1", "--broker", "mqtt://localhost"], "--state"),
        (["up", "--config", "missing.yaml"], "missing.yaml"),
        (["up", "--seed", "many"], "many"),
        (["up", "--broker", "nonsense"], "broker URL"),
        (["dance"], "dance"),
    ],
)
def test_bad_input_is_one_line(tmp_path: Path, arguments: list[str], expected: str) -> None:
    """What the user got wrong is one line that names it, and exit status 2; nothing is left behind."""
    ended = subprocess.run(
        [sys.executable, "-m", "gprslab", *arguments],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "300"},
        capture_output=True,
        text=True,
        timeout=BOUND,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.count("\n") == 1
    assert expected in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_version_is_told() -> None:
    """``gprslab version`` prints one line."""
    told = command("version")
    assert told.communicate(timeout=BOUND)[0].startswith("gprslab ")
    assert told.returncode == 0
