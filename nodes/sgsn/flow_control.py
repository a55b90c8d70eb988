"""Downlink flow control (TS 48.018 8.2): no faster into a cell, and to a mobile in it, than the BSS has said.

Two leaky buckets in a row, that of the mobile and that of the cell. What they do not let pass waits; the frames of one
mobile keep their order, but that signalling goes before user data, and mobiles that may go take turns. A frame whose
life ends is discarded wherever it stands, though what is before it may never go (8.1.1).
"""

import heapq
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from nodes.core.clock import Running
from protocol.bssgp import DlUnitdata
from protocol.bssgp.elements import SduType
from protocol.timers import X_DOWNLINK, Timer

OCTET = 8_000_000
"""An octet in the unit of a bucket's level: what leaks in a microsecond at a bit a second."""

MOST_OF_ONE = 65_536
"""How many octets may wait for one mobile; a frame that would be more is discarded."""

MOST = 1_048_576
"""How many octets may wait for one cell."""


class Bucket:
    """A leaky bucket (8.2.3.1): ``size`` in octets, ``rate`` in bit/s."""

    __slots__ = ("level", "rate", "size", "when")

    def __init__(self, size: int, rate: int) -> None:
        self.size = size
        self.rate = rate
        self.level = 0
        self.when = 0

    def leak(self, now: int) -> None:
        """What has left the bucket till now."""
        self.level = max(0, self.level - (now - self.when) * self.rate)
        self.when = now

    def wait(self, octets: int, now: int) -> int | None:
        """How long (microseconds) until so many octets may go, None for ever.

        One that is larger than the bucket goes when that is empty: else it never would.
        """
        self.leak(now)
        excess = min(self.level + (octets - self.size) * OCTET, self.level)
        if excess <= 0 and self.size:
            return 0
        return -(-excess // self.rate) if self.rate and self.size else None


@dataclass(slots=True)
class Frame:
    """A frame on its way, and until when it is worth sending (None: for ever)."""

    message: DlUnitdata
    imsi: str | None
    until: int | None


class Flow:
    """What goes to one mobile in this cell. ``own``: until when its limits are its own, not those of all mobiles."""

    __slots__ = ("bucket", "frames", "in_turn", "octets", "own", "ticket")

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket
        self.frames: deque[Frame] = deque()
        self.octets = 0
        self.own = 0
        self.in_turn = False
        self.ticket = 0

    def place_of(self, message: DlUnitdata) -> int:
        """Where a frame takes its place: at the end, but signalling before user data, unless that may go already."""
        if message.qos_profile.t is not SduType.SIGNALLING:
            return len(self.frames)
        data = (place for place, frame in enumerate(self.frames) if frame.message.qos_profile.t is SduType.DATA)
        first = next(data, len(self.frames))
        return max(first, 1) if self.in_turn else first


class Downlink:
    """All that goes down into one cell; a mobile is named by any key."""

    def __init__(self, gb: Any, bss: str, bvci: int) -> None:
        self._gb = gb
        self._clock = gb.node.clock
        self._bss = bss
        self._bvci = bvci
        self._bucket: Bucket | None = None
        self._default = (0, 0)
        self._flows: dict[Hashable, Flow] = {}
        self._next_sweep = 64
        self._octets = 0
        self._turns: deque[Flow] = deque()
        """Those whose own bucket lets them pass, in turn."""
        self._later: list[tuple[int, int, Flow]] = []
        """Those that wait for their own bucket, by time; an entry counts if its number is the flow's ticket."""
        self._ends: list[tuple[int, int, Flow]] = []
        """When lives of waiting frames end, by time."""
        self._number = 0
        self._running: Running | None = None

    @property
    def waiting(self) -> int:
        """How many octets wait."""
        return self._octets

    # --- what the BSS says ----------------------------------------------------------------------------------------

    def limit(self, size: int, rate: int, size_of_one: int, rate_of_one: int) -> None:
        """FLOW-CONTROL-BVC: the limits of the cell, and of mobiles that have none of their own (8.2.3.4)."""
        now = self._clock.now
        if self._bucket is None:
            self._bucket = Bucket(size, rate)
        else:
            self._bucket.leak(now)
            self._bucket.size, self._bucket.rate = size, rate
        if self._default != (size_of_one, rate_of_one):
            self._default = size_of_one, rate_of_one
            for flow in self._flows.values():
                if flow.own <= now:
                    self._set(flow, size_of_one, rate_of_one)
        self._go()

    def limit_one(self, key: Hashable, size: int, rate: int, until: int) -> None:
        """FLOW-CONTROL-MS: the limits of one mobile, for as long as Th (8.2.3.5)."""
        flow = self._flow(key)
        flow.own = until
        self._set(flow, size, rate)
        self._go()

    def _set(self, flow: Flow, size: int, rate: int) -> None:
        flow.bucket.leak(self._clock.now)
        flow.bucket.size, flow.bucket.rate = size, rate
        self._schedule(flow)

    # --- frames ---------------------------------------------------------------------------------------------------

    def send(self, key: Hashable, message: DlUnitdata, imsi: str | None, until: int | None) -> bool:
        """Send now or later; False for a frame for which there is no room."""
        octets = len(message.llc_pdu)
        cell = self._bucket
        if cell is None:
            self._gb.send(self._bss, self._bvci, message, imsi)  # the BSS has set no limit
            return True
        now = self._clock.now
        flow = self._flow(key)
        if not flow.frames and not self._turns and self._wait(flow, octets) == 0 and cell.wait(octets, now) == 0:
            cell.level += octets * OCTET
            flow.bucket.level += octets * OCTET
            self._gb.send(self._bss, self._bvci, message, imsi)
            return True
        if flow.octets + octets > MOST_OF_ONE or self._octets + octets > MOST:
            return False
        place = flow.place_of(message)
        flow.frames.insert(place, Frame(message, imsi, until))
        flow.octets += octets
        self._octets += octets
        if until is not None:
            self._number += 1
            heapq.heappush(self._ends, (until, self._number, flow))
        if place == 0:
            self._schedule(flow)
        self._go()
        return True

    def take(self, key: Hashable) -> list[Frame]:
        """All that waits for a mobile; it is not waited for any more."""
        flow = self._flows.pop(key, None)
        if flow is None:
            return []
        frames = list(flow.frames)
        self._octets -= flow.octets
        flow.frames.clear()  # what stands for it among those that wait is passed over
        flow.ticket = 0
        return frames

    def clear(self) -> None:
        """The BVC is no more, or blocked: nothing waits for it."""
        self._flows.clear()
        self._turns.clear()
        self._later.clear()
        self._ends.clear()
        self._octets = 0
        self._bucket = None
        if self._running is not None:
            self._clock.stop(self._running)
            self._running = None

    # --- turns ----------------------------------------------------------------------------------------------------

    def _flow(self, key: Hashable) -> Flow:
        flow = self._flows.get(key)
        if flow is None:
            if len(self._flows) >= self._next_sweep:
                self._sweep()
            flow = self._flows[key] = Flow(Bucket(*self._default))
        return flow

    def _sweep(self) -> None:
        """Forget mobiles to which nothing was sent of late."""
        now = self._clock.now
        for flow in self._flows.values():
            flow.bucket.leak(now)
        kept = {k: f for k, f in self._flows.items() if f.frames or f.bucket.level or f.own > now}
        self._flows = kept
        self._next_sweep = 2 * len(kept) + 64

    def _wait(self, flow: Flow, octets: int) -> int | None:
        """How long a mobile's own bucket lets it wait; limits of its own that are too old do not count."""
        now = self._clock.now
        if flow.own and flow.own <= now:
            flow.own = 0
            flow.bucket.leak(now)
            flow.bucket.size, flow.bucket.rate = self._default
        return flow.bucket.wait(octets, now)

    def _schedule(self, flow: Flow) -> None:
        """Say when the next frame of a mobile may go, as far as its own bucket is concerned."""
        if flow.in_turn:
            return
        if not flow.frames:
            return
        wait = self._wait(flow, len(flow.frames[0].message.llc_pdu))
        if wait == 0:
            flow.in_turn = True
            self._turns.append(flow)
        elif wait is not None or flow.own:
            # Limits of its own that let nothing pass end with Th.
            now = self._clock.now
            when = flow.own if wait is None else now + wait
            self._number = flow.ticket = self._number + 1
            heapq.heappush(self._later, (when, flow.ticket, flow))

    def _drop_stale(self, flow: Flow) -> None:
        """Discard what is not worth sending any more; another frame may be the first then."""
        now, first = self._clock.now, flow.frames[0] if flow.frames else None
        kept = deque(frame for frame in flow.frames if frame.until is None or frame.until > now)
        octets = sum(len(frame.message.llc_pdu) for frame in kept)
        self._gb.discarded["lifetime over"] += len(flow.frames) - len(kept)
        self._octets -= flow.octets - octets
        flow.frames, flow.octets = kept, octets
        if kept and kept[0] is not first:
            self._schedule(flow)

    def _go(self) -> None:
        """Send whatever may go, and set the timer for the next."""
        now, cell = self._clock.now, self._bucket
        while self._ends and self._ends[0][0] <= now:
            self._drop_stale(heapq.heappop(self._ends)[2])
        while self._later and self._later[0][0] <= now:
            _, ticket, flow = heapq.heappop(self._later)
            if ticket == flow.ticket:
                self._schedule(flow)
        wait: int | None = None
        while self._turns and cell is not None:
            flow = self._turns[0]
            if not flow.frames:
                self._turns.popleft().in_turn = False
                continue
            frame = flow.frames[0]
            octets = len(frame.message.llc_pdu)
            wait = cell.wait(octets, now)
            if wait != 0:
                break
            self._turns.popleft().in_turn = False
            flow.frames.popleft()
            flow.octets -= octets
            self._octets -= octets
            cell.level += octets * OCTET
            flow.bucket.leak(now)
            flow.bucket.level += octets * OCTET
            self._gb.send_waited(self._bss, self._bvci, frame)
            self._schedule(flow)
        self._wake(now, wait if self._turns else None)

    def _wake(self, now: int, wait: int | None) -> None:
        """Run the timer until the next frame may go, if one ever may."""
        if self._running is not None:
            self._clock.stop(self._running)
            self._running = None
        times = [] if wait is None else [now + wait]
        while self._later and self._later[0][1] != self._later[0][2].ticket:
            heapq.heappop(self._later)
        while self._ends and not self._ends[0][2].frames:
            heapq.heappop(self._ends)
        if self._later:
            times.append(self._later[0][0])
        if self._ends:
            times.append(self._ends[0][0])
        if times:
            self._running = self._clock.start(X_DOWNLINK, self, max(1, min(times) - now))

    def expired(self, timer: Timer) -> None:
        """Something may go now, or a life ends."""
        self._running = None
        self._go()
