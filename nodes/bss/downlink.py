"""What a cell can take, and what waits for it (TS 48.018 8.2.2): leaky buckets, and a queue for each mobile.

A frame leaves at once where both the bucket of its mobile and that of the cell have room. Else it waits in the queue of
its mobile: first until the mobile's bucket has room, then in line with other mobiles for the cell's. Frames of more
than ``backlog`` octets, and those that have waited longer than their lifetime, are discarded, and the SGSN hears of it:
a frame ends with its life wherever it stands, though nothing before it may ever leave.

The queue of a mobile that was heard in another cell waits for FLUSH-LL. Two timers run for each mobile that waits, and
one for the cell; nothing here looks at all mobiles but the reset of the cell's BVC.
"""

from collections import OrderedDict, deque
from collections.abc import Iterable
from itertools import groupby
from typing import Any, NamedTuple

from nodes.bss.config import Cell
from nodes.core.clock import Running
from protocol.bssgp import LlcDiscarded
from protocol.identities import Tlli
from protocol.timers import SECOND, X_BUCKET, X_FLUSH, X_LIFETIME, Timer


class Limit(NamedTuple):
    """A leaky bucket: its ``size`` in octets, and ``rate``, at which it leaks, in octets a second."""

    size: int
    rate: int


class Frame(NamedTuple):
    """An LLC frame for a mobile, until when it is of use (microseconds; None: always), and the SGSN that it is from."""

    gb: Any
    tlli: Tlli
    llc_pdu: bytes
    until: int | None


class Bucket:
    """A leaky bucket with something in it: what was poured in and has not leaked yet, in millionths of an octet."""

    __slots__ = ("_filled", "_when", "limit")

    def __init__(self, limit: Limit, now: int) -> None:
        self.limit = limit
        self._filled = 0
        self._when = now

    def level(self, now: int) -> int:
        """How much is in it now."""
        self._filled = max(0, self._filled - (now - self._when) * self.limit.rate)
        self._when = now
        return self._filled

    def wait(self, octets: int, now: int) -> int | None:
        """How long until there is room for so many octets; None for ever. What is larger than it needs it empty."""
        excess = self.level(now) + min(octets - self.limit.size, 0) * SECOND
        if excess <= 0:
            return 0
        return -(-excess // self.limit.rate) if self.limit.rate else None

    def pour(self, octets: int) -> None:
        """Put so many octets in."""
        self._filled += octets * SECOND


class Flow:
    """A mobile's bucket and queue in a cell. ``left``: it was heard elsewhere; ``ready``: it stands in line.

    ``ageing`` runs until the first life of a frame in the queue ends, ``running`` until something else happens to it.
    """

    __slots__ = ("_downlink", "ageing", "bucket", "frames", "left", "ready", "running", "tlli")

    def __init__(self, downlink: "Downlink", tlli: Tlli, limit: Limit, now: int) -> None:
        self._downlink = downlink
        self.tlli = tlli
        self.bucket = Bucket(limit, now)
        self.frames: deque[Frame] = deque()
        self.left = False
        self.ready = False
        self.running: Running | None = None
        self.ageing: Running | None = None

    def expired(self, timer: Timer) -> None:
        """The mobile's bucket has room; or a frame is too old; or nobody has asked for the queue."""
        if timer is X_LIFETIME:
            self.ageing = None
            self._downlink.drop_old(self)
            return
        self.running = None
        if timer is X_FLUSH:
            self._downlink.discard(self._downlink.flush(self.tlli))
        else:
            self._downlink.attend(self)


class Downlink:
    """The way down in one cell."""

    def __init__(self, node: Any, cell: Cell) -> None:
        self.cell = cell
        self.limit = Limit(cell.bucket, cell.rate)
        self.mobile_limit = Limit(cell.mobile_bucket, cell.mobile_rate)
        self.limits: dict[Tlli, Limit] = {}
        """Of mobiles that differ."""
        self.waiting = 0
        """Octets that wait."""
        self.discarded_frames = 0
        self.discarded_octets = 0
        self._node = node
        self._bucket = Bucket(self.limit, node.clock.now)
        self._flows: OrderedDict[Tlli, Flow] = OrderedDict()
        self._line: deque[Flow] = deque()
        self._running: Running | None = None

    # --- frames ---------------------------------------------------------------------------------------------------

    def put(self, frame: Frame) -> None:
        """A frame for a mobile: it leaves, waits, or is discarded."""
        place = self._node.whereabouts.find(frame.tlli)
        flow = self._flow(frame.tlli)
        now, size = self._node.clock.now, len(frame.llc_pdu)
        here = place is None or place.cell is self.cell
        idle = here and not flow.frames and not self._line
        if idle and flow.bucket.wait(size, now) == self._bucket.wait(size, now) == 0:
            self._send(flow, frame)
        elif self.waiting + size > self.cell.backlog:
            self.discard((frame,))
        else:
            flow.frames.append(frame)
            self.waiting += size
            self._age(flow, frame.until)
            if not here:
                self._wait_for_flush(flow)
            elif len(flow.frames) == 1:
                self.attend(flow)

    def attend(self, flow: Flow) -> None:
        """See what becomes of a mobile's first frame."""
        self._line_up(flow)
        self._serve()

    def flush(self, tlli: Tlli) -> list[Frame]:
        """Take out what waits for a mobile."""
        flow = self._flows.pop(tlli, None)
        if flow is None:
            return []
        self._stop(flow)
        self._stop_ageing(flow)
        flow.left = True  # where it stands in line, it is passed over
        frames = list(flow.frames)
        flow.frames.clear()
        self.waiting -= sum(len(frame.llc_pdu) for frame in frames)
        return frames

    def drop(self, gb: Any) -> None:
        """What waits from an SGSN is gone: the BVC begins anew (8.4)."""
        for tlli in [tlli for tlli, flow in self._flows.items() if any(frame.gb is gb for frame in flow.frames)]:
            self.flush(tlli)

    def leave(self, tlli: Tlli) -> None:
        """The mobile was heard in another cell: what waits here waits for FLUSH-LL."""
        flow = self._flows.get(tlli)
        if flow is not None and flow.frames:
            self._wait_for_flush(flow)

    def come_back(self, tlli: Tlli) -> None:
        """The mobile was heard here, though it had been elsewhere."""
        flow = self._flows.get(tlli)
        if flow is not None and flow.left:
            self._stop(flow)
            flow.left = False
            if not flow.ready:
                self.attend(flow)

    def drop_old(self, flow: Flow) -> None:
        """Discard what is too old in a queue; another frame may be the first then."""
        now, first = self._node.clock.now, flow.frames[0] if flow.frames else None
        old = [frame for frame in flow.frames if frame.until is not None and frame.until <= now]
        flow.frames = deque(frame for frame in flow.frames if frame.until is None or frame.until > now)
        self.waiting -= sum(len(frame.llc_pdu) for frame in old)
        self.discard(old)
        ends = [frame.until for frame in flow.frames if frame.until is not None]
        self._age(flow, min(ends, default=None))
        if first is not None and (not flow.frames or flow.frames[0] is not first) and not flow.left:
            self._stop(flow)
            if not flow.ready:
                self._line_up(flow)
            self._serve()

    def discard(self, frames: Iterable[Frame]) -> None:
        """Frames of one mobile are lost here; the SGSN is told how many, and of how many octets (8.1.2)."""
        for gb, lost in groupby(frames, key=lambda frame: frame.gb):
            dropped = list(lost)
            octets = sum(len(frame.llc_pdu) for frame in dropped)
            self.discarded_frames += len(dropped)
            self.discarded_octets += octets
            gb.tell_discarded(
                LlcDiscarded(
                    tlli=dropped[0].tlli,
                    llc_frames_discarded=min(len(dropped), 255),
                    bvci=self.cell.bvci,
                    number_of_octets_deleted=octets,
                )
            )

    # --- limits ---------------------------------------------------------------------------------------------------

    def change(self, limit: Limit, mobile_limit: Limit) -> None:
        """The cell can take more, or less; mobiles without a limit of their own as well."""
        now = self._node.clock.now
        self._bucket.level(now)
        self.limit = self._bucket.limit = limit
        self.mobile_limit = mobile_limit
        for flow in list(self._flows.values()):
            self._limit(flow)
        self._serve()

    def limit_mobile(self, tlli: Tlli, limit: Limit | None) -> None:
        """A mobile can take so much; None: as much as others."""
        if limit is None:
            self.limits.pop(tlli, None)
        else:
            self.limits[tlli] = limit
        flow = self._flows.get(tlli)
        if flow is not None:
            self._limit(flow)

    def look(self) -> dict[str, Any]:
        """How it stands."""
        return {
            "waiting_octets": self.waiting,
            "discarded_frames": self.discarded_frames,
            "discarded_octets": self.discarded_octets,
            "bucket": self.limit.size,
            "rate": self.limit.rate,
            "mobile_bucket": self.mobile_limit.size,
            "mobile_rate": self.mobile_limit.rate,
        }

    # --- inside ---------------------------------------------------------------------------------------------------

    def expired(self, timer: Timer) -> None:
        """The cell's bucket has room."""
        self._running = None
        self._serve()

    def _flow(self, tlli: Tlli) -> Flow:
        """The flow of a mobile. For each one made, one that has nothing to remember any more makes room."""
        flow = self._flows.get(tlli)
        if flow is None:
            now = self._node.clock.now
            if self._flows:
                oldest, idle = next(iter(self._flows.items()))
                if idle.frames or idle.bucket.level(now):
                    self._flows.move_to_end(oldest)
                else:
                    del self._flows[oldest]
            flow = self._flows[tlli] = Flow(self, tlli, self.limits.get(tlli, self.mobile_limit), now)
        return flow

    def _limit(self, flow: Flow) -> None:
        """Give a flow the limit that is its own now."""
        flow.bucket.level(self._node.clock.now)
        flow.bucket.limit = self.limits.get(flow.tlli, self.mobile_limit)
        if flow.frames and not (flow.left or flow.ready):
            self._stop(flow)
            self.attend(flow)

    def _line_up(self, flow: Flow) -> None:
        """Put a flow in the cell's line once its own bucket has room for its first frame, if it ever has."""
        if not flow.frames:
            return
        wait = flow.bucket.wait(len(flow.frames[0].llc_pdu), self._node.clock.now)
        if wait == 0:
            flow.ready = True
            self._line.append(flow)
        elif wait is not None:
            flow.running = self._node.clock.start(X_BUCKET, flow, wait)

    def _serve(self) -> None:
        """Send what the cell's bucket has room for, mobile by mobile."""
        if self._running is not None:
            self._node.clock.stop(self._running)
            self._running = None
        now = self._node.clock.now
        while self._line:
            flow = self._line[0]
            if flow.frames and not flow.left and flow.bucket.wait(len(flow.frames[0].llc_pdu), now) == 0:
                wait = self._bucket.wait(len(flow.frames[0].llc_pdu), now)
                if wait != 0:
                    self._running = None if wait is None else self._node.clock.start(X_BUCKET, self, wait)
                    return
                frame = flow.frames.popleft()
                self.waiting -= len(frame.llc_pdu)
                if not flow.frames:
                    self._stop_ageing(flow)
                self._send(flow, frame)
            self._line.popleft()
            flow.ready = False
            if not flow.left:
                self._line_up(flow)

    def _send(self, flow: Flow, frame: Frame) -> None:
        """Both buckets have room."""
        flow.bucket.pour(len(frame.llc_pdu))
        self._bucket.pour(len(frame.llc_pdu))
        self._node.deliver(self, frame)

    def _age(self, flow: Flow, until: int | None) -> None:
        """Watch over the queue's first end of a life, if this is it."""
        if until is None or (flow.ageing is not None and flow.ageing.when <= until):
            return
        self._stop_ageing(flow)
        flow.ageing = self._node.clock.start(X_LIFETIME, flow, max(0, until - self._node.clock.now))

    def _stop_ageing(self, flow: Flow) -> None:
        if flow.ageing is not None:
            self._node.clock.stop(flow.ageing)
            flow.ageing = None

    def _wait_for_flush(self, flow: Flow) -> None:
        if not flow.left:
            self._stop(flow)
            flow.left = True
            flow.running = self._node.clock.start(X_FLUSH, flow)

    def _stop(self, flow: Flow) -> None:
        if flow.running is not None:
            self._node.clock.stop(flow.running)
            flow.running = None
