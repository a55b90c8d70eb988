"""What is left in a network that nobody uses: told from ``inspect`` answers, against what was there before."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gprslab.config import Lab
from gprslab.session import Session

HISTORY: Final = frozenset(
    {
        *("restarts", "warnings", "timers", "located", "purged", "checked", "counts"),
        *("downlink_discarded", "packets_dropped", "discarded_frames", "dropped", "mnrg"),
    }
)
"""What a node tells of its past, or of when it will act."""

PROVISIONED: Final = frozenset({("hlr", "subscribers")})
"""What operators enter and remove, by the roles of nodes: it is no use of the network."""

StillLife = Mapping[str, Any]
"""What each node tells of itself, but for its past."""


def still_life(session: Session, lab: Lab) -> StillLife:
    """What the nodes of a network hold now."""
    return {
        node: {
            name: value
            for name, value in _present("", session.inspect(node))
            if (lab.roles[node], name) not in PROVISIONED
        }
        for node in lab.nodes
    }


def leftovers(before: StillLife, after: StillLife) -> Iterator[str]:
    """What is there now and was not, or is no more, a sentence each."""
    for node, was in before.items():
        now = after[node]
        for name in sorted(was.keys() | now.keys()):
            if was.get(name) != now.get(name):
                yield f"{node}: {name} is {now.get(name)}, and was {was.get(name)}"


def _present(above: str, told: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What is told, by the keys that lead to it; what is empty or zero counts as absent."""
    for name, value in told.items():
        if name in HISTORY:
            continue
        if isinstance(value, dict):
            yield from _present(f"{above}{name} ", value)
        elif value:
            yield f"{above}{name}", value


__all__ = ["StillLife", "leftovers", "still_life"]
