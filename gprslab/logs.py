"""Logs: structlog on standard error, one line an event.

Levels by meaning: ``debug`` what a node tells (transitions, expiries); ``info`` what an operator wants in the file
(started, ready, stopped, a fault that was asked for struck); ``warning`` what works on but should not have happened
(a peer's bad octets, the broker away); ``error`` the service stops, and why.
"""

import logging
import sys
from typing import Any, Literal

import structlog
from structlog.typing import Processor

from nodes.core.outputs import Note

Form = Literal["json", "console"]
"""How a line looks: for machines, or for people."""


def set_up(form: Form, level: int = logging.INFO) -> None:
    """Set logs up for this process; ``level`` is a number of the standard library's ``logging``."""
    look: Processor = structlog.processors.JSONRenderer(default=str)
    if form == "console":
        look = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info if form == "json" else _as_it_is,
            look,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def log_note(log: Any, note: Note) -> None:
    """Log what a node told, at the level of its kind."""
    tell = {"warning": log.warning, "fault": log.info}.get(note.kind, log.debug)
    tell(note.text, kind=note.kind, subject=note.subject, **{f"note_{key}": text for key, text in note.detail.items()})


def _as_it_is(_logger: object, _method: str, event: Any) -> Any:
    return event  # the console's look prints tracebacks itself
