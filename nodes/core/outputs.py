"""What goes out of a node: the only ways in which it acts on the world.

A node appends these in the order in which they must happen; whoever runs the node drains them with
``Node.outputs()``, commits every :class:`Save` of the turn, and only then lets the rest leave.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

Name = str
"""A node's name on the bus: ``[a-z][a-z0-9-]*``, such as ``sgsn1``."""

Interface = str
"""A reference point in lower case: ``um gb gr gf gc gs gn gi d f a``."""


@dataclass(frozen=True, slots=True)
class Save:
    """Keep ``octets`` under ``key`` for the next life of this node; ``None`` forgets the key."""

    key: str
    octets: bytes | None


@dataclass(frozen=True, slots=True)
class Send:
    """One PDU to one node. ``meta`` is for watchers only; no node reads it."""

    to: Name
    interface: Interface
    pdu: bytes
    meta: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Broadcast:
    """What a cell sends to every mobile camped on it: paging; or ``lasting``, what it tells whoever comes later too."""

    cell: str
    pdu: bytes
    meta: dict[str, str] | None = None
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to a command, matched by its ``id``. A command is answered once or twice: accepted, then done."""

    id: str
    status: Literal["accepted", "done", "failed"]
    body: Any = None


@dataclass(frozen=True, slots=True)
class Note:
    """What a node tells besides PDUs: a transition, an expiry, a warning."""

    kind: Literal["transition", "expiry", "warning", "fault"]
    subject: str
    text: str
    detail: dict[str, Any] = field(default_factory=dict)


Output = Save | Send | Broadcast | Reply | Note


@dataclass(frozen=True, slots=True)
class Command:
    """An operator, a scenario or a test asks a node for something."""

    id: str
    verb: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """One record that a node saved in an earlier life."""

    key: str
    octets: bytes


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a node wants to be woken (microseconds), and why."""

    when: int
    why: str
