"""Many subscribers into the place where they are kept, chunk by chunk."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from gprslab.provisioning.files import Entry
from gprslab.provisioning.places import Place


@dataclass(slots=True)
class Import:
    """How far an import has come. A chunk is put as a whole or not at all, but for rows that a running HLR refuses.

    ``on_refused`` is told HLR, IMSI and reason of such a row; what it raises ends the import.
    """

    place: Place
    on_refused: Callable[[str, str, str], None]
    done: int = 0
    """How many subscribers are in their place."""
    where: str = ""
    """The last line, or the last name, up to which all are."""
    read: int = 0
    """Octets of the file up to there."""
    _waiting: dict[str, dict[str, bytes]] = field(default_factory=dict)
    """Records of the present chunk by HLR and IMSI; a subscriber who comes again is as told last."""

    def run(self, entries: Iterable[Entry], on_chunk: Callable[[], None]) -> None:
        """Put all; whatever is raised on the way, up to ``where`` all is done."""
        waiting = 0
        last = None
        for last in entries:
            subscriber = last.subscriber
            self._waiting.setdefault(last.hlr, {})[subscriber.imsi] = subscriber.to_octets()
            waiting += 1
            if waiting >= self.place.chunk:
                self._put(last, waiting)
                on_chunk()
                waiting = 0
        if last is not None and waiting:
            self._put(last, waiting)
            on_chunk()

    def _put(self, last: Entry, count: int) -> None:
        waiting, self._waiting = self._waiting, {}
        refused = [
            (hlr, imsi, why) for hlr, records in waiting.items() for imsi, why in self.place.put(hlr, records).items()
        ]
        self.done += count - len(refused)
        self.where = last.where
        self.read = last.read
        for row in refused:
            self.on_refused(*row)
