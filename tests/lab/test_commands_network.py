"""``gprslab tell``, ``inspect``, ``ping`` and ``send`` with a network that is up."""

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from gprslab.cli import main
from gprslab.supervisor import LabArguments, Supervisor


class Done(NamedTuple):
    """How a command ended, and what it wrote."""

    status: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture(scope="module")
def network() -> Iterator[Supervisor]:
    """The laboratory that comes with gprslab, up."""
    with Supervisor(LabArguments()) as supervisor:
        yield supervisor


@pytest.fixture
def gprslab(network: Supervisor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command on the network."""

    def run(*words: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["gprslab", *words, "--broker", network.url])
        with pytest.raises(SystemExit) as ended:
            main()
        return Done(int(ended.value.code or 0), *capsys.readouterr())

    return run


def answer(done: Done) -> Any:
    """The answer on standard output."""
    assert done.status == 0, done.err
    return json.loads(done.out)


def test_a_mobile_is_told_to_attach_and_shown(gprslab: Run) -> None:
    """Orders are verb and KEY=VALUE; the SGSN's subject may be told by the mobile's name."""
    assert answer(gprslab("tell", "ms1", "attach", "mobile=anna", "combined=false"))["state"].startswith("GMM-REG")
    assert answer(gprslab("inspect", "ms1", "anna"))["mm_state"] == "READY"
    assert answer(gprslab("inspect", "sgsn1", "anna"))["imsi"] == "001010000000001"
    assert answer(gprslab("inspect", "hlr1"))["located"] == 1


def test_a_mobile_is_pinged_and_sent_to(gprslab: Run) -> None:
    """Each answer is told as it comes, then how many came; with --json all at once."""
    for order in ("attach", "activate"):
        answer(gprslab("tell", "ms1", order, "mobile=finn"))
    done = gprslab("ping", "finn", "-c", "2", "-i", "0")
    assert done.status == 0, done.err
    first, *lines = done.out.splitlines()
    assert first.startswith("ping finn (10.100.0.")
    assert [line.partition(":")[0] for line in lines[:2]] == ["1", "2"]
    assert lines[2].startswith("2 sent, 2 answered, ")
    told = answer(gprslab("ping", "finn", "-c", "1", "--json"))
    assert (told["sent"], told["received"], len(told["times_ms"])) == (1, 1, 1)
    told = answer(gprslab("send", "finn", "-c", "3", "-i", "0.01", "--json"))
    assert (told["sent"], told["received"], told["echoed"]) == (3, 3, 3)
    assert "finn" in gprslab("send", "finn", "-c", "1").out


def test_a_mobile_out_of_reach_does_not_answer(gprslab: Run) -> None:
    """Status 1 where no answer came."""
    answer(gprslab("tell", "ms1", "attach", "mobile=emma"))
    answer(gprslab("tell", "ms1", "activate", "mobile=emma", "apn=internet"))
    answer(gprslab("tell", "ms1", "cover", "mobile=emma", "on=false"))
    done = gprslab("ping", "emma", "-c", "1")
    assert done.status == 1
    assert done.out.splitlines()[-1] == "1 sent, 0 answered"


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (("tell", "ms1", "attach", "mobile"), 2, "expected KEY=VALUE such as mobile=anna, found 'mobile'"),
        (("tell", "ms1", "attach", "mobile=[a"), 2, "argument mobile"),
        (("tell", "ms9", "attach"), 2, "expected one of"),
        (("tell", "ms1", "attach", "mobile=zoe"), 1, "ms1 has no mobile 'zoe'"),
        (("inspect", "sgsn1", "nobody"), 1, "sgsn1 knows no nobody"),
        (("ping", "zoe"), 2, "no mobile 'zoe' in the laboratory; expected one of anna, bert"),
        (("ping", "anna", "-c", "0"), 2, "-c"),
        (("send", "dora"), 1, "dora has no PDP context and no static address"),
    ],
)
def test_what_cannot_be_is_one_line(gprslab: Run, words: tuple[str, ...], status: int, told: str) -> None:
    """Bad input is status 2, a refusal of the network 1; never a traceback."""
    done = gprslab(*words)
    assert done.status == status
    assert told in done.err
    assert done.err.count("\n") == 1
