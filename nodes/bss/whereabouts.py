"""Where mobiles were heard last: the BSS's table from TLLI to a node of mobiles and a cell."""

from nodes.bss.config import Cell
from nodes.core.clock import Clock, Running
from nodes.core.outputs import Name
from protocol.gmm.elements import MsRadioAccessCapability
from protocol.identities import Tlli
from protocol.timers import X_AIR, Timer


class Place:
    """The node that a TLLI was heard from, the cell, and when it is forgotten (microseconds).

    ``capability`` is what its radio can do, as far as the SGSN has told; ``asked``, whether it was asked for that.
    """

    __slots__ = ("asked", "capability", "cell", "ms", "until")

    def __init__(self, ms: Name, cell: Cell, until: int) -> None:
        self.ms = ms
        self.cell = cell
        self.until = until
        self.capability: MsRadioAccessCapability | None = None
        self.asked = False


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

    def hear(self, tlli: Tlli, ms: Name, cell: Cell) -> Cell | None:
        """A frame of this TLLI came from this node in this cell; returns the cell where it was until now."""
        until = self._clock.now + self._clock.duration(X_AIR)
        place = self._places.pop(tlli, None)
        before = None
        if place is None:
            place = Place(ms, cell, until)
        else:
            before = place.cell
            place.ms, place.cell, place.until = ms, cell, until
        self._places[tlli] = place
        if len(self._places) > self._most:
            del self._places[next(iter(self._places))]
        if self._running is None:
            self._running = self._clock.start(X_AIR, self)
        return before

    def find(self, tlli: Tlli) -> Place | None:
        """Where the mobile with this TLLI was heard last."""
        return self._places.get(tlli)

    def rename(self, old: Tlli, new: Tlli) -> None:
        """The SGSN knows the mobile with a TLLI under another one, too."""
        place = self._places[old]
        self.hear(new, place.ms, place.cell)
        self._places[new].capability = place.capability

    def learn(self, tlli: Tlli, capability: MsRadioAccessCapability) -> None:
        """The SGSN tells what the radio of a mobile can do."""
        place = self._places.get(tlli)
        if place is not None:
            place.capability = capability

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
