"""Messages of every kind for tests that look at many at once: the same ones in every run."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers

from protocol.layout import Message
from protocol.registry import PROTOCOLS
from tests.wire.strategies import flat, messages

ELEMENT_MESSAGES: list[Any] = [
    cls
    for protocol in PROTOCOLS.values()
    for cls in protocol.classes.values()
    if isinstance(cls, type) and issubclass(cls, Message)
]
"""Every message that is made of elements."""


def gathered(strategy: st.SearchStrategy[Any], count: int) -> list[Any]:
    """So many values of a strategy, always the same.

    Hypothesis likes constants of the modules that are loaded, so its examples change with each edit of any of them, and
    with the tests that run: not here.
    """
    found: list[Any] = []
    inner: Any = providers
    own = inner._get_local_constants
    inner._get_local_constants = inner.Constants
    inner.CONSTANTS_CACHE.cache.clear()

    @settings(
        max_examples=count,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def gather(value: Any) -> None:
        found.append(value)

    try:
        gather()
    finally:
        inner._get_local_constants = own
        inner.CONSTANTS_CACHE.cache.clear()
    return found


@cache
def samples(cls: Any, count: int = 12) -> tuple[Any, ...]:
    """Some messages of a class: among them the shortest, and ones with many elements."""
    return tuple(gathered(messages(cls) if issubclass(cls, Message) else flat(cls), count))


def directions(cls: Any) -> Iterator[bool]:
    """The ways that a message goes: up is True."""
    way = getattr(cls, "way", "both")
    if way != "down":
        yield True
    if way != "up":
        yield False
