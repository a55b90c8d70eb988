"""The timer store of a node: one heap, equal deadlines by order of insertion, cancel without search."""

import heapq
from typing import Protocol

from nodes.core.outputs import Deadline
from protocol.timers import Timer


class Owner(Protocol):
    """Whoever starts a timer hears of its expiry."""

    def expired(self, timer: Timer) -> None:
        """The timer has run out; it is no longer running."""


class Running:
    """A timer that runs. Stopped or expired, it has no owner."""

    __slots__ = ("number", "owner", "timer", "when")

    def __init__(self, when: int, number: int, timer: Timer, owner: Owner) -> None:
        self.when = when
        self.number = number
        self.timer = timer
        self.owner: Owner | None = owner


class Clock:
    """Time as the node was last told it, and what is to happen later. All times are microseconds.

    ``durations`` overrides the defaults of the timer table by name. A stopped timer stays in the heap until its time
    comes or until half of the heap is such; so start and stop cost O(log n) at most, whatever the number of others.
    """

    __slots__ = ("_durations", "_heap", "_number", "_stopped", "now")

    def __init__(self, durations: dict[str, int]) -> None:
        self.now = 0
        self._durations = durations
        self._heap: list[tuple[int, int, Running]] = []
        self._number = 0
        self._stopped = 0

    def duration(self, timer: Timer) -> int:
        """How long ``timer`` runs in this node."""
        return self._durations.get(timer.name, timer.duration)

    def start(self, timer: Timer, owner: Owner, duration: int | None = None) -> Running:
        """Run ``timer`` for ``duration``, by default for as long as the table says."""
        number = self._number = self._number + 1
        when = self.now + (self.duration(timer) if duration is None else duration)
        running = Running(when, number, timer, owner)
        heapq.heappush(self._heap, (when, number, running))
        return running

    def stop(self, running: Running) -> None:
        """Stop it; a timer that is not running any more is left alone."""
        if running.owner is None:
            return
        running.owner = None
        self._stopped += 1
        if self._stopped > 64 and self._stopped * 2 > len(self._heap):
            self._heap = [entry for entry in self._heap if entry[2].owner is not None]
            heapq.heapify(self._heap)
            self._stopped = 0

    def next(self) -> Deadline | None:
        """The earliest deadline, and which timer it is."""
        heap = self._heap
        while heap and heap[0][2].owner is None:
            heapq.heappop(heap)
            self._stopped -= 1
        return Deadline(heap[0][0], heap[0][2].timer.name) if heap else None

    def expire(self) -> None:
        """Tell the owners of all timers whose time has come, the earliest first."""
        while (deadline := self.next()) is not None and deadline.when <= self.now:
            running = heapq.heappop(self._heap)[2]
            owner = running.owner
            assert owner is not None
            running.owner = None
            owner.expired(running.timer)

    def running(self) -> list[Running]:
        """All timers that run, the earliest first."""
        return [entry[2] for entry in sorted(self._heap, key=lambda entry: entry[:2]) if entry[2].owner is not None]
