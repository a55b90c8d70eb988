"""A little of `make fuzz` in every run of the tests, and that it finds what it looks for."""

import time

import pytest

from protocol.errors import DecodeError
from tests.wire import fuzz

SOON = 60
"""Seconds."""


SLOW = {"tcap", "map", "any"}
"""Of these the seeds take long to make, and tests/wire/test_tcap.py and test_map.py damage them too."""


@pytest.mark.parametrize("protocol", [name for name in fuzz.NAMES if name not in SLOW])
def test_damaged_pdus(protocol: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few damaged PDUs of each protocol decode exactly or raise DecodeError."""
    monkeypatch.setattr(fuzz, "FEW", 2)
    monkeypatch.delitem(fuzz.SEEDS, protocol, raising=False)
    outcome = fuzz.run(protocol, 0, 100, time.monotonic() + SOON)
    assert not outcome.faults
    assert outcome.read


def test_a_fault_is_found_and_shrunk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else than DecodeError is raised is told, with few octets that raise it."""

    def broken(_: str, __: str, octets: bytes, ___: bool | None) -> object:
        if 7 in octets:
            raise ZeroDivisionError
        raise DecodeError("all is well")

    monkeypatch.setattr(fuzz, "read_any", broken)
    monkeypatch.setitem(fuzz.SEEDS, "gmm", [("", bytes(range(40)))])
    outcome = fuzz.run("gmm", 0, 50, time.monotonic() + SOON)
    (line,) = outcome.faults.values()
    assert "ZeroDivisionError" in line
    assert " 07\n" in line


def test_time_that_grows_as_the_square_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice as many octets shall take twice the time."""
    took = {"linear": lambda size: size / 1e6, "square": lambda size: (size / 1e5) ** 2}
    monkeypatch.setattr(fuzz, "seconds", lambda protocol, _, octets, __: took[protocol](len(octets)))
    assert not fuzz.too_slow("linear", "", bytes)
    assert "65536: " in fuzz.too_slow("square", "", bytes)
    assert fuzz.nested(1 << 12)[:2] == b"\x30\x83"
