"""What a trace is made of: one record for each PDU as it was sent, and one for each note of a node."""

import threading
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from nodes.core.outputs import Interface, Name, Note


@dataclass(frozen=True, slots=True)
class PduRecord:
    """One PDU as its sender said it, at ``time`` (microseconds of lab time).

    ``sequence`` counts the PDUs from this sender to this receiver; ``meta`` is what the sender told watchers.
    """

    time: int
    sender: Name
    receiver: Name
    interface: Interface
    pdu: bytes
    sequence: int
    meta: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class NoteRecord:
    """What a node told besides PDUs, at ``time`` (microseconds of lab time)."""

    time: int
    node: Name
    note: Note


TraceRecord = PduRecord | NoteRecord

Position = tuple[int, Name]
"""A place in the order of a trace: time, and the node that spoke."""


def position_of(record: TraceRecord) -> Position:
    """Where a record belongs."""
    return record.time, record.sender if isinstance(record, PduRecord) else record.node


START: Position = (-(1 << 63), "")
"""Before every record."""


class Trace:
    """All records in the order (time, node, order of arrival). One thread may append while others read."""

    def __init__(self) -> None:
        self._records: list[TraceRecord] = []
        self._lock = threading.Lock()

    def append(self, record: TraceRecord) -> None:
        """Put a record where it belongs; one that came late goes between the others."""
        position = position_of(record)
        with self._lock:
            records = self._records
            if not records or position_of(records[-1]) <= position:
                records.append(record)
            else:
                records.insert(bisect_right(records, position, key=position_of), record)

    def after(self, position: Position, until: int | None = None) -> list[TraceRecord]:
        """All records behind ``position``, up to the time ``until`` where it is given."""
        with self._lock:
            start = bisect_right(self._records, position, key=position_of)
            if until is None:
                return self._records[start:]
            return self._records[start : bisect_right(self._records, until, key=lambda record: record.time)]

    @property
    def end(self) -> Position:
        """Behind every record that there is."""
        with self._lock:
            return position_of(self._records[-1]) if self._records else START

    def clear(self) -> None:
        """Forget all records."""
        with self._lock:
            self._records.clear()

    def __iter__(self) -> Iterator[TraceRecord]:
        return iter(self.after(START))

    def __len__(self) -> int:
        return len(self._records)
