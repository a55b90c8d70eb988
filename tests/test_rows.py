"""The coverage that matters: every line of every procedure's table."""

from nodes.core.machine import MACHINES, event_name


def test_every_row_was_taken() -> None:
    """Each row of each machine was taken by some test, through receive, command or on_time of its node."""
    machines = [machine for machine in MACHINES if machine.home.startswith("nodes.")]
    assert machines
    missed = [
        f"{machine.title}: ({row.state.name}, {event_name(row.event)}) {row.action.__name__}"
        for machine in machines
        for row in machine.rows
        if not row.taken
    ]
    assert not missed, "\n".join(missed)
