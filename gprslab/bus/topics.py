"""The topics of the bus: the name of every channel, and what an incoming name means.

All topics of one laboratory begin with ``gprslab/<lab>/``. A name, of a laboratory as of a node, cell or client,
is a lower-case letter followed by at most 62 letters, digits and hyphens.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

ROOT: Final = "gprslab"
"""First level of every topic."""

_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,62}")
_LONGEST: Final = len(ROOT) + len("/command/") + 3 * 64


@dataclass(frozen=True, slots=True)
class PduTopic:
    """PDUs from one node to another."""

    to: str
    from_: str


@dataclass(frozen=True, slots=True)
class AirTopic:
    """What a cell sends to every mobile camped on it: paging."""

    bss: str
    cell: str


@dataclass(frozen=True, slots=True)
class CellTopic:
    """System information of a cell, retained."""

    bss: str
    cell: str


@dataclass(frozen=True, slots=True)
class NodeTopic:
    """Status of a node, retained."""

    name: str


@dataclass(frozen=True, slots=True)
class NoteTopic:
    """What a node tells besides PDUs."""

    name: str


@dataclass(frozen=True, slots=True)
class CommandTopic:
    """Commands to a node."""

    name: str


@dataclass(frozen=True, slots=True)
class ReplyTopic:
    """Answers to the commands of one client."""

    client: str


@dataclass(frozen=True, slots=True)
class SettingsTopic:
    """The settings that all nodes obey, retained."""


Topic = PduTopic | AirTopic | CellTopic | NodeTopic | NoteTopic | CommandTopic | ReplyTopic | SettingsTopic

_KINDS: Final[dict[str, type[Topic]]] = {
    "pdu": PduTopic,
    "air": AirTopic,
    "cell": CellTopic,
    "node": NodeTopic,
    "note": NoteTopic,
    "command": CommandTopic,
    "reply": ReplyTopic,
    "settings": SettingsTopic,
}


def check_name(name: str) -> str:
    """Return ``name`` if it is one; else raises ``ValueError`` with one clear line."""
    if _NAME.fullmatch(name) is None:
        raise ValueError(f"{name!r} is not a name: a lower-case letter, then up to 62 letters, digits and hyphens")
    return name


class Topics:
    """The topics of the laboratory ``lab``: names to publish to, filters to subscribe to, and their reading.

    A name that is no name raises ``ValueError`` with one clear line.
    """

    __slots__ = ("_base", "lab")

    def __init__(self, lab: str = "lab") -> None:
        self.lab: Final = check_name(lab)
        self._base: Final = f"{ROOT}/{lab}"

    def pdu(self, to: str, from_: str) -> str:
        """PDUs to the node ``to`` from the node ``from_``."""
        return f"{self._base}/pdu/{check_name(to)}/{check_name(from_)}"

    def air(self, bss: str, cell: str) -> str:
        """What a cell sends to all; also the filter of a mobile camped there."""
        return f"{self._base}/air/{check_name(bss)}/{check_name(cell)}"

    def cell(self, bss: str, cell: str) -> str:
        """System information of a cell."""
        return f"{self._base}/cell/{check_name(bss)}/{check_name(cell)}"

    def node(self, name: str) -> str:
        """Status of a node; also the topic of its last will."""
        return f"{self._base}/node/{check_name(name)}"

    def note(self, name: str) -> str:
        """What a node tells besides PDUs."""
        return f"{self._base}/note/{check_name(name)}"

    def command(self, name: str) -> str:
        """Commands to a node; also the filter of that node."""
        return f"{self._base}/command/{check_name(name)}"

    def reply(self, client: str) -> str:
        """Answers to a client's commands; also the filter of that client."""
        return f"{self._base}/reply/{check_name(client)}"

    @property
    def settings(self) -> str:
        """The settings that all nodes obey."""
        return f"{self._base}/settings"

    def own_pdus(self, name: str) -> str:
        """Filter of a node: every PDU sent to it."""
        return f"{self._base}/pdu/{check_name(name)}/+"

    @property
    def all_pdus(self) -> str:
        """Filter of a watcher: every PDU between nodes."""
        return f"{self._base}/pdu/#"

    @property
    def all_air(self) -> str:
        """Filter: what every cell sends to all."""
        return f"{self._base}/air/#"

    @property
    def all_cells(self) -> str:
        """Filter: system information of every cell."""
        return f"{self._base}/cell/#"

    @property
    def all_nodes(self) -> str:
        """Filter: status of every node."""
        return f"{self._base}/node/+"

    @property
    def all_notes(self) -> str:
        """Filter: notes of every node."""
        return f"{self._base}/note/+"

    @property
    def all_commands(self) -> str:
        """Filter: commands to every node."""
        return f"{self._base}/command/+"

    @property
    def all_replies(self) -> str:
        """Filter: answers to every client."""
        return f"{self._base}/reply/+"

    def parse(self, topic: str) -> Topic | None:
        """What the name of an incoming topic means; ``None`` where it is not a topic of this laboratory."""
        if len(topic) > _LONGEST:
            return None
        lab, meaning = _parse(topic)
        return meaning if lab == self.lab else None


@lru_cache(maxsize=1024)
def _parse(topic: str) -> tuple[str, Topic | None]:
    root, lab, kind, *names = topic.split("/") if topic.count("/") >= 2 else ("", "", "")
    meaning = _KINDS.get(kind)
    if root != ROOT or meaning is None or len(names) != len(meaning.__match_args__):
        return lab, None
    if not all(map(_NAME.fullmatch, names)):
        return lab, None
    return lab, meaning(*names)
