"""The ladder: a line of life for each mobile and node, an arrow for each message, and what changed between them.

In a terminal it is coloured; elsewhere it is plain text of at most 120 columns. :func:`mermaid` draws the same for
documents.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from gprslab.trace.records import NoteRecord, PduRecord, TraceRecord
from gprslab.trace.story import Story, Told, told_by
from protocol.bits import Struct
from protocol.declare import printable
from protocol.timers import SECOND

WIDEST: Final = 120
"""Columns of a line, at most."""

_CLOCK: Final = 9
_LANE: Final = 10
_STYLES: Final = {
    "gmm": "bold cyan",
    "sm": "bold cyan",
    "map": "bold magenta",
    "gtp": "magenta",
    "bssgp": "green",
    "cc": "bright_blue",
    "icmp": "bright_green",
    "udp": "bright_green",
    "tcap": "blue",
    "sccp": "blue",
}
_BAD: Final = ("Reject", "Failure", "Error", "Abort", "undecodable", "Unknown", "Param")

KEYS: Final = (
    "gmm_cause",
    "sm_cause",
    "cause",
    "requested_nsapi",
    "nsapi",
    "linked_nsapi",
    "access_point_name",
    "pdp_address",
    "end_user_address",
    "teardown_ind",
    "tear_down_indicator",
    "attach_type",
    "attach_result",
    "identity_type",
    "mobile_identity",
    "allocated_ptmsi",
    "power_off",
    "bvci",
    "re_synchronisation_info",
    "imsi",
    "imei",
    "sgsn_number",
    "hlr_number",
    "equipment_status",
    "unknown_subscriber_diagnostic",
    "roaming_not_allowed_cause",
    "cancellation_type",
    "failure_cause",
)
"""Elements that a line tells, in this order, wherever they stand in the message."""


class Ladder:
    """Prints told messages and notes, one line each.

    ``columns`` are the names across the page, mobiles first; ``since`` is the time of zero (microseconds); messages of
    other ``protocols`` and between others are left out.
    """

    def __init__(
        self, story: Story, columns: Sequence[str], since: int = 0, protocols: Iterable[str] = ("gmm", "map")
    ) -> None:
        self._story = story
        self._columns = list(columns)
        self._since = since
        self._protocols = frozenset(protocols)
        self._timers: dict[tuple[str, str, str], str] = {}

    def header(self) -> Text:
        """The names over the lines."""
        names = "".join(f"{name[: _LANE - 1]:<{_LANE}}" for name in self._columns)
        return Text(f"{'':{_CLOCK}}{names}".rstrip(), style="bold")

    def lines(self, record: TraceRecord) -> Iterator[Text]:
        """What a record shows; nothing for relays and what is not asked for."""
        if isinstance(record, PduRecord):
            for told in self._story.tell(record):
                if self.shows(told):
                    yield self.arrow(told)
        else:
            line = self.note(record)
            if line is not None:
                yield line

    def shows(self, told: Told) -> bool:
        """Whether a message has a line here."""
        ends = told.source in self._columns and told.target in self._columns
        return (
            ends
            and not told.relay
            and not told.carrier
            and told.protocol in self._protocols
            and told.source != told.target
        )

    def arrow(self, told: Told, *, marked: bool = False) -> Text:
        """The line of a message; a ``marked`` one stands out."""
        start, end = self._columns.index(told.source), self._columns.index(told.target)
        left, right = min(start, end), max(start, end)
        cells = ["│"] * len(self._columns)
        shaft = "─" * (_LANE * (right - left) - 1)
        line = Text()
        line.append("✗" if marked else " ", style="bold red")
        line.append(f"{(told.time - self._since) / SECOND:>{_CLOCK - 2}.3f} ", style="dim")
        line.append("".join(f"{cell:<{_LANE}}" for cell in cells[:left]), style="dim")
        style = "bold red" if marked or told.message.startswith(_BAD) or "Reject" in told.message else ""
        style = style or _STYLES.get(told.protocol, "")
        line.append(f"●{shaft}▶" if start < end else f"◀{shaft}●", style=style)
        line.append(" " * (_LANE - 1) + "".join(f"{cell:<{_LANE}}" for cell in cells[right + 1 :]), style="dim")
        line.append(told.message, style=style)
        summary = summary_of(told)
        if summary:
            line.append(f"  {summary}", style="yellow" if "cause" in summary else "")
        return fitted(line)

    def note(self, record: NoteRecord) -> Text | None:
        """The line of a note: a state and its timer, an expiry, a fault, a warning; None where it is of others."""
        note = record.note
        whom = self._story.name_of(note.subject)
        role = self._story.role_of(record.node)
        if note.kind in ("transition", "expiry") and whom not in self._columns:
            return None
        speaker = whom if role == "ms" or whom == record.node else f"{record.node}: {whom}"
        match note.kind:
            case "transition":
                text = self._transition(record, speaker)
            case "expiry":
                text = f"{speaker} {note.detail['timer']} expired, {note.detail['count']} of {note.detail['of']}"
            case _:
                text = f"{record.node}: {note.text}"
        if text is None:
            return None
        style = {"fault": "bold yellow", "warning": "yellow", "expiry": "italic yellow"}.get(note.kind, "dim italic")
        return self.remark(text, style, record.time)

    def remark(self, text: str, style: str = "", time: int | None = None) -> Text:
        """A line that is no message."""
        clock = "" if time is None else f"{(time - self._since) / SECOND:.3f}"
        line = Text(f"{clock:>{_CLOCK - 1}} ", style="dim")
        line.append(f"{'│':<{_LANE}}" * len(self._columns), style="dim")
        line.append(text, style=style)
        return fitted(line)

    def _transition(self, record: NoteRecord, speaker: str) -> str | None:
        """The main state now, and the timer that started or stopped; None where neither changed."""
        detail = record.note.detail
        key = (record.node, record.note.subject, str(detail.get("procedure", "")))
        before, timer = self._timers.pop(key, ""), str(detail.get("timer", ""))
        state = str(detail.get("state", record.note.text))
        parts = []
        if state != detail.get("before") and state.startswith(("GMM-", "PDP-")):
            parts.append(state)
        if before and before != timer:
            parts.append(f"{before} stopped")
        if timer:
            self._timers[key] = timer
            until = detail.get("until")
            if before != timer and isinstance(until, int):
                parts.append(f"{timer} runs {lasting(until - record.time)}")
        return f"{speaker} {', '.join(parts)}" if parts else None


def lasting(duration: int) -> str:
    """A duration (microseconds) in the unit that suits it."""
    for unit, length in (("h", 3600 * SECOND), ("min", 60 * SECOND)):
        if duration >= 2 * length:
            return f"{duration / length:.0f} {unit}"
    return f"{duration / SECOND:.0f} s"


def fitted(line: Text) -> Text:
    """The line, cut where the page ends."""
    line.truncate(WIDEST, overflow="ellipsis")
    line.rstrip()
    return line


def console_for(file: Any = None) -> Console:
    """A console on ``file`` (standard output): coloured on a terminal, plain elsewhere, never wrapping a ladder."""
    console = Console(file=file, highlight=False, markup=False, emoji=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = WIDEST
    return console


def summary_of(told: Told) -> str:
    """The elements that matter most, as ``name=value``."""
    found: dict[str, Any] = {}
    for name, value in flat(told.fields):
        found.setdefault(name, value)
    parts = []
    for key in KEYS:
        if key not in found or found[key] is False:
            continue
        value = found[key]
        cause = told_by(getattr(told.said, key, None))
        if value == "" and isinstance(cause, Enum):
            value = printable(cause)
        elif value == "" and isinstance(cause, Struct):
            value = next((item for name, item in cause.present() if name != "spare"), "")
        if key in ("gmm_cause", "sm_cause") and isinstance(cause, int):
            value = f"#{int(cause)} {value}"
        name = key.removeprefix("gmm_").removeprefix("sm_").removeprefix("requested_")
        parts.append(key.replace("_", " ") if value is True else f"{name}={value}")
    vectors = [key for key in ("quintuplet_list", "triplet_list") if isinstance(found.get(key), list)]
    parts += [f"{len(found[key])} {key.removesuffix('_list')}s" for key in vectors]
    return " ".join(parts)


def flat(fields: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """All elements with their names, those within others too."""
    for name, value in fields.items():
        yield name, "" if isinstance(value, dict) else value
        if isinstance(value, dict):
            yield from flat(value)


def mermaid(told: Iterable[Told]) -> str:
    """The text of a Mermaid sequence diagram; relays are left out."""
    said = [message for message in told if not message.relay]
    names = list(dict.fromkeys(name for message in said for name in (message.source, message.target)))
    lines = ["sequenceDiagram", *(f"    participant {name}" for name in names)]
    for message in said:
        summary = summary_of(message).replace("#", "#35;").replace(";", "#59;").replace("#35#59;", "#35;")
        text = f"{message.message}<br/>{summary}" if summary else message.message
        lines.append(f"    {message.source}->>{message.target}: {text}")
    return "\n".join(lines) + "\n"
