"""Arguments of commands that several nodes take, read and checked."""

from collections.abc import Mapping
from typing import Any, TypeVar

from nodes.core.node import CommandError

Default = TypeVar("Default", int, None)


def whole(arguments: Mapping[str, Any], name: str, least: int, most: int, default: Default) -> int | Default:
    """A whole number among the arguments; CommandError where it is none from ``least`` to ``most``."""
    value = arguments.get(name)
    if value is None:
        return default
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise CommandError(f"{name} is a number, {least} to {most}, not {value!r}")
    return value
