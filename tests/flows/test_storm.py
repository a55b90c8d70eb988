"""Many mobiles at once on a lossy radio: attempts are bounded, and in the end everybody is served (TS 24.008 4.7.3)."""

from typing import Any

import pytest

from gprslab.config import load_lab
from gprslab.drills.invariants import AT_REST, broken
from gprslab.faults import Rule
from gprslab.session import WorldSession
from protocol.timers import SECOND

MANY = 100
MINUTE = 60 * SECOND


def crowd() -> dict[str, Any]:
    """Mobiles in all cells, with USIMs and SIMs."""
    cells = ("cell1", "cell2", "cell3", "cell4")
    return {
        f"mobile{number}": {
            "imsi": f"00101000001{number:04}",
            "msisdn": f"99902001{number:04}",
            "algorithm": "milenage" if number % 3 else "gsm-milenage",
            "key": f"{number + 1:032x}",
            "opc": f"{number + 7:032x}",
            "contexts": {1: {"apn": "internet"}},
            "mobile": {"node": "ms1", "cell": cells[number % 4], "imeisv": f"00100200{number:04}0101"},
        }
        for number in range(MANY)
    }


@pytest.mark.parametrize("loss", [0.2, 0.4])
def test_attach_storm(loss: float) -> None:
    """All attach within a second, and move, while frames are lost; later nothing is lost, and all agree."""
    lab = load_lab().with_changes({"subscribers": crowd()}, "a crowd")
    names = [f"mobile{number}" for number in range(MANY)]
    with WorldSession(lab, 3, "off") as session:
        session.add_fault(Rule(action="lose", interface="um", chance=loss))
        for name in names:
            session.start_command("ms1", "attach", {"mobile": name})
            session.advance(SECOND // MANY)
        session.advance(3 * MINUTE)
        for name in names[::2]:
            session.start_command("ms1", "move", {"mobile": name, "cell": "cell2"})
        session.advance(3 * MINUTE)
        session.clear_faults()
        session.advance(40 * MINUTE)
        mobiles = session.inspect_all("ms1")
        states = {name: mobiles[name]["state"] for name in names}
        assert set(states.values()) == {"GMM-REGISTERED.NORMAL-SERVICE"}
        assert broken(session, lab, AT_REST) == []
        assert {mobiles[name]["cell"] for name in names[::2]} == {"cell2"}
