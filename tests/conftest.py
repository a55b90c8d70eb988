"""What all tests share: the outside oracles, and where the third-party vectors lie.

``GPRSLAB_REQUIRE`` (a comma-separated list, set by ``.ci/run``) names the oracles whose absence is a failure, not a
reason to skip.
"""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

REQUIRED = {name for name in os.environ.get("GPRSLAB_REQUIRE", "").split(",") if name}


def absent(name: str, reason: str) -> None:
    """Skip the test that needs ``name``, or fail it where this run must have it."""
    if name in REQUIRED:
        pytest.fail(f"{reason}, and GPRSLAB_REQUIRE names {name}")
    pytest.skip(reason)


def program(name: str) -> str:
    """Path of an oracle's program."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if path is None:
        absent(name, f"{name} is not installed")
    assert path is not None
    return path


@pytest.fixture(scope="session")
def tshark() -> str:
    """Path of tshark."""
    return program("tshark")


@pytest.fixture(scope="session")
def mosquitto() -> str:
    """Path of the mosquitto broker."""
    return program("mosquitto")


@pytest.fixture(scope="session")
def vectors() -> list[dict[str, Any]]:
    """The third-party PDUs with what they decode to."""
    folder = os.environ.get("GPRSLAB_VECTORS")
    if not folder:
        absent("vectors", "GPRSLAB_VECTORS names no folder of third-party vectors")
    assert folder is not None
    lines = (Path(folder) / "third_party.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


LAST = "test_every_row_was_taken"
"""The test that looks back at all others."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run the test of row coverage last; in a run of a part of the tests it would say nothing, so it is left out."""
    last = [item for item in items if item.name.startswith(LAST)]
    items[:] = [item for item in items if not item.name.startswith(LAST)]
    whole = config.args == config.getini("testpaths") and not config.option.keyword and not config.option.markexpr
    if whole:
        items += last
    else:
        config.hook.pytest_deselected(items=last)
