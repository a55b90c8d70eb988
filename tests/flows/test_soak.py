"""The soak, which is a tool to find faults with: it tells the same story for the same seed, and what is wrong."""

from typing import Any

import pytest
from click.testing import CliRunner

from gprslab.config import Lab, load_lab
from gprslab.drills import soak
from gprslab.drills.soak import Soak, main
from gprslab.world import World


@pytest.fixture(scope="module")
def lab() -> Lab:
    return load_lab()


def test_a_seed_tells_the_same_story(lab: Lab) -> None:
    """All that happens comes from the seed; another seed tells another story. Nothing is wrong after either."""
    told: list[list[str]] = []
    for seed in (4, 4, 5):
        told.append([])
        assert list(Soak(lab).wrong(seed, 40, told[-1].append)) == []
    assert told[0] == told[1] != told[2]
    assert len(told[0]) >= 40


def test_the_soak_by_hand() -> None:
    """``python -m gprslab.drills.soak`` counts the seeds after which something does not hold."""
    ended = CliRunner().invoke(main, ["--seeds", "2", "--happenings", "20", "--verbose"])
    assert ended.exit_code == 0, ended.output
    assert ended.output.endswith("soak: 2 seeds with 20 happenings each, 0 bad\n")
    assert "ms1: attach" in ended.output


def test_what_is_wrong_is_told_by_its_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not hold, and a node that raises, are told with the seed; the exit status is 1."""
    monkeypatch.setattr(soak, "broken", lambda *_: ["nobody is well"])
    ended = CliRunner().invoke(main, ["--seeds", "1", "--happenings", "1", "--variant", "mode II"])
    assert (ended.exit_code, ended.output.splitlines()[0]) == (1, "seed 1 (mode II): nobody is well")

    def advance(*_: Any) -> None:
        raise AssertionError("time stands still")

    monkeypatch.setattr(Soak, "__init__", lambda *_: None)
    monkeypatch.setattr(Soak, "wrong", lambda *_: World.advance(None, 0))  # type: ignore[arg-type]
    monkeypatch.setattr(World, "advance", advance)
    ended = CliRunner().invoke(main, ["--seeds", "1", "--variant", "pool"])
    assert ended.exit_code == 1
    assert ended.output.startswith("seed 1 (pool): AssertionError: time stands still in test_soak.py, line")
