"""What travels on the bus besides PDUs: the status of a node, its notes, commands to it and its replies.

All are msgpack. What arrives is read strictly and in bounds: anything that the functions here cannot make raises
:class:`BadControl` with one line, and nothing else.
"""

import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from importlib import metadata
from typing import Any, Final, Literal, NamedTuple, get_args

import msgpack  # type: ignore[import-untyped]

from nodes.core.outputs import Command, Note, Reply

State = Literal["starting", "ready", "stopping", "lost"]
"""``ready``: subscriptions acknowledged and records restored. ``lost`` is the last will: for people, not for nodes."""

LARGEST: Final = 1024 * 1024
"""Octets of a payload that is read, at most."""

LARGEST_BUNDLE: Final = 64 * 1024
MOST_NOTES: Final = 256
"""Octets and notes of a payload of several notes, at most."""

LONGEST_ID: Final = 128
"""Characters of a command's id, at most."""

_ID: Final = re.compile(r"[\x21-\x7e]{1,128}")
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,62}")
_KINDS: Final = frozenset({"transition", "expiry", "warning", "fault"})
_STATUSES: Final = frozenset({"accepted", "done", "failed"})


class BadControl(Exception):  # noqa: N818 - says what arrived, not what failed
    """A payload is not what its topic carries. Its text is the reason, in one line."""


@dataclass(frozen=True, slots=True)
class Status:
    """What a node is doing, retained on its topic."""

    state: State
    role: str
    pid: int
    started: int
    """When the process began, microseconds."""
    recovery: int
    """The node's restart counter; -1 while it is not restored."""
    version: str


class StampedNote(NamedTuple):
    """A note with the time (microseconds) at which it was told."""

    time: int
    note: Note


class Gaps:
    """Counts what is missing in the sequences of envelopes, one sequence for each topic.

    A sequence begins at 0 with each life of its sender, so 0 is never a gap.
    """

    def __init__(self) -> None:
        self.lost = 0
        """Numbers that were skipped."""
        self.disordered = 0
        """Envelopes that came twice, or after a later one."""
        self._next: dict[str, int] = {}

    def see(self, topic: str, sequence: int) -> None:
        """Count one envelope."""
        expected = self._next.get(topic, sequence)
        if sequence > expected:
            self.lost += sequence - expected
        elif 0 < sequence < expected:
            self.disordered += 1
            return
        self._next[topic] = sequence + 1


def version() -> str:
    """Return the version of this gprslab, ``source`` where it runs without being installed."""
    try:
        return metadata.version("gprslab")
    except metadata.PackageNotFoundError:
        return "source"


def pack_status(status: Status) -> bytes:
    """Payload of ``node/<name>``."""
    return _pack(dict(zip(Status.__match_args__, astuple(status), strict=True)))


def unpack_status(octets: bytes) -> Status:
    """Read the payload of ``node/<name>``. Raises :class:`BadControl`."""
    fields = _map(octets, Status.__match_args__)
    status = Status(**fields)
    numbers = (status.pid, status.started, status.recovery)
    if status.state not in get_args(State) or any(type(number) is not int for number in numbers):
        raise BadControl("a status has a known state, and numbers for pid, started and recovery")
    if not isinstance(status.role, str) or not isinstance(status.version, str):
        raise BadControl("role and version of a status are text")
    return status


def pack_notes(notes: Sequence[StampedNote]) -> list[bytes]:
    """Payloads of ``note/<name>``: arrays of notes, in order, each ``[time, kind, subject, text, detail]``."""
    if len(notes) <= MOST_NOTES:
        octets = _pack([(time, note.kind, note.subject, note.text, note.detail) for time, note in notes])
        if len(octets) <= LARGEST_BUNDLE or len(notes) == 1:
            return [octets] if notes else []
    middle = len(notes) // 2
    return pack_notes(notes[:middle]) + pack_notes(notes[middle:])


def unpack_notes(octets: bytes) -> list[StampedNote]:
    """Read the payload of ``note/<name>``. Raises :class:`BadControl`."""
    bundle = _unpack(octets)
    if not isinstance(bundle, list):
        raise BadControl(f"{type(bundle).__name__} where the array of notes belongs")
    return [_note(item) for item in bundle]


def pack_command(client: str, command: Command) -> bytes:
    """Payload of ``command/<name>``: ``client`` is where the replies go."""
    return _pack({"id": command.id, "client": client, "verb": command.verb, "arguments": command.arguments})


def unpack_command(octets: bytes) -> tuple[str, Command]:
    """Read the payload of ``command/<name>``: client and command. Raises :class:`BadControl`."""
    fields = _map(octets, ("id", "client", "verb", "arguments"))
    name, client, verb, arguments = fields.values()
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise BadControl(f"the id of a command is 1 to {LONGEST_ID} printable characters")
    if not isinstance(client, str) or not _NAME.fullmatch(client):
        raise BadControl("the client of a command is a name")
    if not isinstance(verb, str) or not _NAME.fullmatch(verb):
        raise BadControl("the verb of a command is a lower-case word")
    if not isinstance(arguments, dict) or not all(isinstance(key, str) for key in arguments):
        raise BadControl("the arguments of a command are a map by name")
    return client, Command(name, verb, arguments)


def pack_reply(node: str, reply: Reply) -> bytes:
    """Payload of ``reply/<client>``."""
    return _pack({"id": reply.id, "node": node, "status": reply.status, "body": reply.body})


def unpack_reply(octets: bytes) -> tuple[str, Reply]:
    """Read the payload of ``reply/<client>``: node and reply. Raises :class:`BadControl`."""
    name, node, status, body = _map(octets, ("id", "node", "status", "body")).values()
    if not isinstance(name, str) or not isinstance(node, str) or status not in _STATUSES:
        raise BadControl("a reply has text for id and node, and a known status")
    return node, Reply(name, status, body)


def _note(item: object) -> StampedNote:
    if not isinstance(item, list) or len(item) != 5:
        raise BadControl("a note is an array of five")
    time, kind, subject, text, detail = item
    if type(time) is not int or kind not in _KINDS:
        raise BadControl("a note has a time and a known kind")
    if not isinstance(subject, str) or not isinstance(text, str) or not isinstance(detail, dict):
        raise BadControl("a note has text for subject and text, and a map for detail")
    return StampedNote(time, Note(kind, subject, text, detail))


def _map(octets: bytes, keys: tuple[str, ...]) -> dict[str, Any]:
    """Read a map of exactly ``keys``; it comes back in their order."""
    fields = _unpack(octets)
    if not isinstance(fields, dict) or fields.keys() != set(keys):
        raise BadControl(f"expected a map of {', '.join(keys)}")
    return {key: fields[key] for key in keys}


def _pack(content: object) -> bytes:
    octets: bytes = msgpack.packb(content)
    return octets


def _unpack(octets: bytes) -> Any:
    if len(octets) > LARGEST:
        raise BadControl(f"payload of {len(octets)} octets")
    try:
        return msgpack.unpackb(octets, max_ext_len=0)
    except (ValueError, msgpack.UnpackException) as error:
        raise BadControl(f"not msgpack: {error}") from None
