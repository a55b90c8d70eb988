"""A packet data network: all that lies outside of Gi (TS 29.061)."""

from collections.abc import Iterable
from random import Random
from typing import Any, ClassVar

from nodes.core.node import Node
from nodes.core.outputs import Record
from nodes.pdn.config import PdnConfig


class Pdn(Node):
    """A packet data network."""

    role: ClassVar[str] = "pdn"

    def __init__(self, config: PdnConfig, rng: Random, records: Iterable[Record]) -> None:
        super().__init__(config, rng, records)
        self.config = config

    def look(self, what: str | None) -> Any:
        if what is not None:
            raise KeyError(what)
        return {"hosts": [str(host) for host in self.config.hosts]}
