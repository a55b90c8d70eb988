"""Reassembly of segmented SCCP messages (Q.714 4.1.1.3), bounded in time, number and size.

What a reassembly is known by is the calling address and the segmentation local reference. Segments must come in order:
the first, then each with one fewer remaining. Anything else breaks it off, and with it the message is lost, as the
timers of the user will notice.
"""

from collections import OrderedDict

from protocol.sccp import Address, Ludt, Udt, Xudt

Key = tuple[Address, int]
"""Calling address and segmentation local reference."""


class _Waiting:
    """A message of which segments are still to come."""

    __slots__ = ("deadline", "parts", "remaining", "size")

    def __init__(self, part: bytes, remaining: int, deadline: int) -> None:
        self.parts = [part]
        self.size = len(part)
        self.remaining = remaining
        self.deadline = deadline


class Reassembly:
    """Puts segments together. All times are microseconds.

    ``timeout`` is T(reass), 10 to 20 s, from the first segment on. At most ``capacity`` messages and ``most_octets``
    octets wait at a time; the oldest message goes when there would be more.
    """

    def __init__(self, capacity: int = 1024, most_octets: int = 1 << 20, timeout: int = 15_000_000) -> None:
        self._capacity = capacity
        self._most_octets = most_octets
        self._timeout = timeout
        self._waiting: OrderedDict[Key, _Waiting] = OrderedDict()  # by deadline, as they all wait equally long
        self._octets = 0
        self.broken_off = 0
        """How many messages were lost to disorder or lack of room; those that ran out of time are told by expire."""

    def accept(self, message: Udt | Xudt | Ludt, now: int) -> bytes | None:
        """Take a message: the user data that it completes, or None if there is something to wait for."""
        segmentation = None if isinstance(message, Udt) else message.segmentation
        if segmentation is None:
            return message.payload
        if segmentation.first and not segmentation.remaining:
            return message.payload
        key = (message.calling, segmentation.reference)
        if segmentation.first:
            self._break_off(key)  # a reference that comes into use again ends what it stood for
            self._begin(key, message.payload, segmentation.remaining, now)
            return None
        waiting = self._waiting.get(key)
        if waiting is None:
            return None
        if now >= waiting.deadline or segmentation.remaining != waiting.remaining - 1:
            self._break_off(key)
            return None
        waiting.parts.append(message.payload)
        waiting.size += len(message.payload)
        self._octets += len(message.payload)
        waiting.remaining -= 1
        if waiting.remaining:
            self._make_room()
            return None
        self._remove(key)
        return b"".join(waiting.parts)

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
        """When the next message will have waited too long."""
        return next(iter(self._waiting.values())).deadline if self._waiting else None

    def __len__(self) -> int:
        """How many messages wait for segments."""
        return len(self._waiting)

    def _begin(self, key: Key, part: bytes, remaining: int, now: int) -> None:
        self._waiting[key] = _Waiting(part, remaining, now + self._timeout)
        self._octets += len(part)
        self._make_room()

    def _make_room(self) -> None:
        while len(self._waiting) > self._capacity or self._octets > self._most_octets:
            self._break_off(next(iter(self._waiting)))

    def _break_off(self, key: Key) -> None:
        if key in self._waiting:
            self._remove(key)
            self.broken_off += 1

    def _remove(self, key: Key) -> None:
        self._octets -= self._waiting.pop(key).size
