"""Where mobiles were heard last: the BSS's table from TLLI to a node of mobiles and a cell."""

from typing import NamedTuple

from nodes.bss.config import Cell
from nodes.core.clock import Clock, Running
from nodes.core.outputs import Name
from protocol.identities import Tlli
from protocol.timers import X_AIR, Timer


class Place(NamedTuple):
    """The node that a TLLI was heard from, the cell, and when it is forgotten (microseconds)."""

    ms: Name
    cell: Cell
    until: int


class Whereabouts:
    """The table. An entry lasts X-air from the last frame heard; there are at most ``most``, the oldest goes first.

    All entries last equally long, so the order of hearing is the order of forgetting, and one timer serves all.
    """

    __slots__ = ("_clock", "_most", "_places", "_running")

    def __init__(self, clock: Clock, most: int = 1_000_000) -> None:
        self._clock = clock
        self._most = most
        self._places: dict[Tlli, Place] = {}
        self._running: Running | None = None

    def hear(self, tlli: Tlli, ms: Name, cell: Cell) -> None:
        """A frame of this TLLI came from this node in this cell."""
        self._places.pop(tlli, None)
        self._places[tlli] = Place(ms, cell, self._clock.now + self._clock.duration(X_AIR))
        if len(self._places) > self._most:
            del self._places[next(iter(self._places))]
        if self._running is None:
            self._running = self._clock.start(X_AIR, self)

    def find(self, tlli: Tlli) -> Place | None:
        """Where the mobile with this TLLI was heard last."""
        return self._places.get(tlli)

    def expired(self, timer: Timer) -> None:
        """Forget whom nobody has heard for long; the timer then runs for the next."""
        self._running = None
        while self._places:
            tlli, place = next(iter(self._places.items()))
            if place.until > self._clock.now:
                self._running = self._clock.start(timer, self, place.until - self._clock.now)
                return
            del self._places[tlli]

    def __len__(self) -> int:
        """How many TLLIs are known."""
        return len(self._places)
