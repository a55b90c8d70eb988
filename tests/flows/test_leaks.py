"""Nothing leaks: after a day of life, and after many sessions, every table is empty and memory is what it was."""

import gc
import sys
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from gprslab.config import Lab, load_lab
from gprslab.drills.crash import DRAIN, QUICK
from gprslab.drills.invariants import AT_REST, broken
from gprslab.drills.leftovers import StillLife, leftovers, still_life
from gprslab.drills.service import switch_off
from gprslab.drills.soak import Life
from gprslab.session import WorldSession
from protocol.timers import SECOND

DAY = 24 * 3600 * SECOND
MOST_GROWN = 0.001
"""By how much memory may grow in a third of the time, as a share of what is in use."""

CYCLES = 10_002
"""How often a session comes and goes."""


@pytest.fixture(scope="module")
def lab() -> Lab:
    return load_lab().with_changes(QUICK, "a test of leaks")


def unused(lab: Lab) -> StillLife:
    """What the nodes hold when nobody uses them."""
    with WorldSession(lab, 1, "off") as session:
        session.advance(DRAIN)
        return still_life(session, lab)


def blocks() -> int:
    """How many blocks of memory are in use, after what is not needed has gone."""
    gc.collect()
    return sys.getallocatedblocks()


def thirds(session: WorldSession, lab: Lab, live: Callable[[], None]) -> None:
    """Live three times; each time, when all mobiles are off, nothing is left, and the last time costs no memory."""
    used, still = [], unused(lab)
    for _ in range(3):
        live()
        switch_off(session, lab)
        session.advance(2 * DRAIN)
        assert broken(session, lab, AT_REST) == []
        assert list(leftovers(still, still_life(session, lab))) == []
        session.trace.clear()
        session.world.replies.clear()
        used.append(blocks())
    assert used[2] - used[1] < used[1] * MOST_GROWN, used


def test_a_day(lab: Lab) -> None:
    """Mobiles attach, move, call, talk to the network behind Gi, and leave, for 24 hours."""
    with WorldSession(lab, 5, "off") as session:
        life = Life(session, lab, Random("a day"))

        def third() -> None:
            end = session.now + DAY // 3
            while session.now < end:
                life.live(10, longest_pause=600 * SECOND)
                session.trace.clear()

        thirds(session, lab, third)
        assert session.now >= DAY


def test_sessions_again_and_again(lab: Lab) -> None:
    """23.060 9.2.2, 9.2.4: PDP contexts come and go ten thousand times; TEIDs and addresses are back each time."""
    with WorldSession(lab, 6, "off") as session:

        def third() -> None:
            assert session.command("ms1", "attach", {"mobile": "anna"}).status == "done"
            for _ in range(CYCLES // 3):
                assert session.command("ms1", "activate", {"mobile": "anna", "apn": "internet"}).status == "done"
                assert session.command("ms1", "deactivate", {"mobile": "anna"}).status == "done"
                session.trace.clear()
            assert session.inspect("ggsn1")["contexts"] == 0

        thirds(session, lab, third)


def crowd(count: int) -> dict[str, Any]:
    """Subscribers of the access point that has few addresses."""
    return {
        f"guest{number}": {
            "imsi": f"00101000002{number:04}",
            "msisdn": f"99902002{number:04}",
            "algorithm": "milenage",
            "key": f"{number + 1:032x}",
            "opc": f"{number + 7:032x}",
            "contexts": {1: {"apn": "kiosk"}},
            "mobile": {"node": "ms1", "cell": "cell1", "imeisv": f"00100300{number:04}0101"},
        }
        for number in range(count)
    }


def test_addresses_run_out_again_and_again(lab: Lab) -> None:
    """29.060 7.7.1: when all addresses are occupied the rest are refused with #26; none is lost."""
    many = lab.with_changes({"subscribers": crowd(20)}, "more guests than addresses")
    guests = [mobile.name for mobile in many.mobiles if mobile.name.startswith("guest")]
    with WorldSession(many, 7, "off") as session:
        free = session.inspect("ggsn1")["access_points"]["kiosk"]["free"]
        assert 0 < free < len(guests)

        def third() -> None:
            for name in guests:
                assert session.command("ms1", "attach", {"mobile": name}).status == "done"
            for _ in range(10):
                outcomes = [session.command("ms1", "activate", {"mobile": name}) for name in guests]
                refused = [outcome.body["cause"] for outcome in outcomes if outcome.status == "failed"]
                assert refused == ["INSUFFICIENT_RESOURCES"] * (len(guests) - free)
                assert session.inspect("ggsn1")["access_points"]["kiosk"] == {"in_use": free, "free": 0}
                for name, outcome in zip(guests, outcomes, strict=True):
                    if outcome.status == "done":
                        assert session.command("ms1", "deactivate", {"mobile": name}).status == "done"
                assert session.inspect("ggsn1")["access_points"]["kiosk"] == {"in_use": 0, "free": free}

        thirds(session, many, third)
