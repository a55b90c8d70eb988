"""The states of a PDP context in the mobile (TS 24.008 6.1.2.1.1)."""

from nodes.core.machine import State


class S(State):
    """States of a PDP context; what follows a comma is ours."""

    INACTIVE = "PDP-INACTIVE"
    ACTIVE_PENDING = "PDP-ACTIVE-PENDING"
    SECONDARY_PENDING = "PDP-ACTIVE-PENDING, beside a context with the same address"
    ACTIVE = "PDP-ACTIVE"
    MODIFY_PENDING = "PDP-MODIFY-PENDING"
    INACTIVE_PENDING = "PDP-INACTIVE-PENDING"
    OVER = "PDP-INACTIVE, and forgotten"


PENDING = (S.ACTIVE_PENDING, S.SECONDARY_PENDING)
"""The network has been asked for it."""

CARRYING = (S.ACTIVE, S.MODIFY_PENDING)
"""Packets pass."""


def words(state: State) -> str:
    """A state as the specification calls it."""
    return str(state.value).partition(",")[0]
