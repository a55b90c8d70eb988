"""N-PDUs in segments (TS 44.065 6.7): cut and numbered, and put together again, bounded in time, number and size.

Segments of SN-DATA come in order, as LLC sees to that, and those of one NSAPI belong together from the first to the
last. Segments of SN-UNITDATA are numbered: they may overtake each other, and those of several N-PDUs may mix. What
lacks a segment is lost when its time is over, or when there is no more room.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from nodes.core.clock import Clock, Running
from protocol.llc.frame import Sapi
from protocol.llc.parameters import DEFAULTS
from protocol.sndcp import Compression, SnData, SnUnitdata, segment
from protocol.timers import X_N_PDU, Timer

Key = tuple[int, int, int | None]
"""Logical link, NSAPI, and of an unacknowledged N-PDU its number."""

LONGEST = 1502
"""Octets of the longest N-PDU (TS 23.060 9.3); a longer packet goes no further."""

NUMBERS = 4096
"""N-PDU numbers of SN-UNITDATA go from 0 to one less than this, and begin anew (6.9.2)."""

N201_U = DEFAULTS[Sapi.LL3].n201_u
"""Octets of the longest SN-PDU on any SAPI of user data, where nothing else was agreed on (TS 44.064 8.9.9)."""

MOST_PARTS = 64
"""Segments of one N-PDU that are kept: more are only octets short of N201's least value."""


class NPdu(NamedTuple):
    """A whole N-PDU: whose it is, how it is compressed, its number, and its octets."""

    nsapi: int
    number: int
    compression: Compression
    octets: bytes


class Segmentation:
    """Cuts the N-PDUs of one PDP context into SN-UNITDATA, and numbers them one after the other."""

    __slots__ = ("_nsapi", "_number")

    def __init__(self, nsapi: int) -> None:
        self._nsapi = nsapi
        self._number = 0

    def cut(self, n_pdu: bytes, n201_u: int = N201_U) -> list[SnUnitdata]:
        """The SN-UNITDATA PDUs of an N-PDU, none longer than ``n201_u``; ValueError for more than 16 of them.

        Those of an N-PDU of at most :data:`LONGEST` octets are never so many with an N201-U of 140 or more.
        """
        segments = segment(n_pdu, nsapi=self._nsapi, n_pdu_number=self._number, n201_u=n201_u)
        self._number = (self._number + 1) % NUMBERS
        return segments


class _Waiting:
    """An N-PDU of which segments are still to come; ``count`` of them when the last has been seen."""

    __slots__ = ("compression", "count", "deadline", "number", "parts", "size")

    def __init__(self, number: int, deadline: int) -> None:
        self.number = number
        self.deadline = deadline
        self.compression: Compression | None = None
        self.parts: dict[int, bytes] = {}
        self.count: int | None = None
        self.size = 0


class Reassembly:
    """Puts segments together. All times are microseconds.

    ``timeout`` counts from the first segment that came. At most ``capacity`` N-PDUs and ``most_octets`` octets wait at
    a time, the oldest goes when there would be more; one that grows beyond ``longest`` octets is given up.
    """

    def __init__(
        self,
        capacity: int = 1024,
        most_octets: int = 1 << 20,
        longest: int = 4096,
        timeout: int = 15_000_000,
    ) -> None:
        self._capacity = capacity
        self._most_octets = most_octets
        self._longest = longest
        self._timeout = timeout
        self._waiting: OrderedDict[Key, _Waiting] = OrderedDict()  # by deadline, as they all wait equally long
        self._octets = 0
        self.broken_off = 0
        """How many N-PDUs were lost to disorder or lack of room; those that ran out of time are told by expire."""

    def accept(self, message: SnData | SnUnitdata, now: int, link: int = 0) -> NPdu | None:
        """Take a segment that came over a logical link: the N-PDU that it completes, if it does."""
        if isinstance(message, SnUnitdata):
            return self._unacknowledged(message, now, link)
        return self._acknowledged(message, now, link)

    def _unacknowledged(self, message: SnUnitdata, now: int, link: int) -> NPdu | None:
        compression, segment_number = message.compression, message.segment_number
        if compression is not None and not message.more and not segment_number:
            self._break_off((link, message.nsapi, message.n_pdu_number))
            return NPdu(message.nsapi, message.n_pdu_number, compression, message.payload)
        if (compression is None) is (segment_number == 0):  # the first segment, and only that, has number 0
            return None
        key = (link, message.nsapi, message.n_pdu_number)
        waiting = self._of(key, message.n_pdu_number, now)
        if segment_number in waiting.parts:
            if compression is None:
                return None
            self._break_off(key)  # a first segment that comes again begins an N-PDU whose number is in use again
            waiting = self._of(key, message.n_pdu_number, now)
        if compression is not None:
            waiting.compression = compression
        if not message.more:
            waiting.count = segment_number + 1
        if waiting.count is not None and max(segment_number, *waiting.parts, 0) >= waiting.count:
            self._break_off(key)
            return None
        return self._grow(key, waiting, segment_number, message.payload)

    def _acknowledged(self, message: SnData, now: int, link: int) -> NPdu | None:
        key = (link, message.nsapi, None)
        first, compression = message.first_segment, message.compression
        if first is not None and compression is not None:
            self._break_off(key)
            if not message.more:
                return NPdu(message.nsapi, first.n_pdu_number, compression, message.payload)
            waiting = self._of(key, first.n_pdu_number, now)
            waiting.compression = compression
        else:
            found = self._waiting.get(key)
            if found is None:
                return None
            waiting = found
            if now >= waiting.deadline:
                self._break_off(key)
                return None
        if not message.more:
            waiting.count = len(waiting.parts) + 1
        return self._grow(key, waiting, len(waiting.parts), message.payload)

    def expire(self, now: int) -> list[Key]:
        """Give up what has waited too long; returns what it was."""
        expired: list[Key] = []
        while self._waiting:
            key, waiting = next(iter(self._waiting.items()))
            if waiting.deadline > now:
                break
            self._remove(key)
            expired.append(key)
        return expired

    def next_deadline(self) -> int | None:
        """When the next N-PDU will have waited too long."""
        return next(iter(self._waiting.values())).deadline if self._waiting else None

    def forget(self, link: int, nsapi: int | None = None) -> None:
        """Give up what waits of a logical link, or of one NSAPI of it: its context or its link is no more."""
        for key in [key for key in self._waiting if key[0] == link and nsapi in (None, key[1])]:
            self._remove(key)

    def __len__(self) -> int:
        """How many N-PDUs wait for segments."""
        return len(self._waiting)

    def _of(self, key: Key, number: int, now: int) -> _Waiting:
        """What waits under this key, or something new."""
        waiting = self._waiting.get(key)
        if waiting is not None and now < waiting.deadline:
            return waiting
        self._break_off(key)
        waiting = self._waiting[key] = _Waiting(number, now + self._timeout)
        return waiting

    def _grow(self, key: Key, waiting: _Waiting, segment_number: int, part: bytes) -> NPdu | None:
        """Add a segment: the N-PDU, if it is whole now."""
        waiting.parts[segment_number] = part
        waiting.size += len(part)
        self._octets += len(part)
        if waiting.size > self._longest or len(waiting.parts) > MOST_PARTS:
            self._break_off(key)
            return None
        if waiting.compression is not None and len(waiting.parts) == waiting.count:
            self._remove(key)
            whole = b"".join(waiting.parts[number] for number in range(waiting.count))
            return NPdu(key[1], waiting.number, waiting.compression, whole)
        while len(self._waiting) > self._capacity or self._octets > self._most_octets:
            self._break_off(next(iter(self._waiting)))
        return None

    def _break_off(self, key: Key) -> None:
        if key in self._waiting:
            self._remove(key)
            self.broken_off += 1

    def _remove(self, key: Key) -> None:
        self._octets -= self._waiting.pop(key).size


class WatchedReassembly(Reassembly):
    """Reassembly under the clock of a node; ``lost`` is told how many N-PDUs have waited too long for a segment."""

    def __init__(self, clock: Clock, lost: Callable[[int], None]) -> None:
        super().__init__(timeout=clock.duration(X_N_PDU))
        self._clock = clock
        self._lost = lost
        self._running: Running | None = None

    def take(self, message: SnData | SnUnitdata, link: int) -> NPdu | None:
        """Take a segment that has come now over a logical link: the N-PDU that it completes, if it does."""
        n_pdu = self.accept(message, self._clock.now, link)
        self._watch()
        return n_pdu

    def expired(self, timer: Timer) -> None:
        """Segments have waited too long for the others."""
        self._running = None
        self._lost(len(self.expire(self._clock.now)))
        self._watch()

    def _watch(self) -> None:
        deadline = self.next_deadline()
        if deadline is not None and self._running is None:
            self._running = self._clock.start(X_N_PDU, self, deadline - self._clock.now)
