"""The visitor location register. It is there, and it does nothing yet: no procedure of the Gs or D interface runs."""

from collections.abc import Iterable
from random import Random
from typing import Any, ClassVar

from nodes.core.node import Node
from nodes.core.outputs import Record
from nodes.vlr.config import VlrConfig


class Vlr(Node):
    """A VLR that comes up, counts its restarts and answers ``inspect``. Every PDU that reaches it is warned about."""

    role: ClassVar[str] = "vlr"

    def __init__(self, config: VlrConfig, rng: Random, records: Iterable[Record]) -> None:
        super().__init__(config, rng, records)
        self.config = config

    def look(self, what: str | None) -> Any:
        if what is not None:
            raise KeyError(what)
        return {"number": str(self.config.number)}
