"""The states of mobility management for calls in the mobile (TS 24.008 4.1.2.1)."""

from nodes.core.machine import State


class S(State):
    """Main states; what follows a semicolon is ours, and tells which timer runs."""

    NULL = "NULL"
    NORMAL_SERVICE = "MM IDLE, NORMAL SERVICE"
    PERIODIC = "MM IDLE, NORMAL SERVICE; T3212 runs"
    UPDATE_AGAIN = "MM IDLE, NORMAL SERVICE; an update has failed"
    ATTEMPTING_TO_UPDATE = "MM IDLE, ATTEMPTING TO UPDATE"
    ACCESS_FAILED = "MM IDLE, ATTEMPTING TO UPDATE; no channel was to be had"
    UPDATING_LATER = "MM IDLE, ATTEMPTING TO UPDATE; counter at its end"
    LIMITED_SERVICE = "MM IDLE, LIMITED SERVICE"
    NO_IMSI = "MM IDLE, NO IMSI"
    NO_CELL_AVAILABLE = "MM IDLE, NO CELL AVAILABLE"
    UPDATE_NEEDED = "MM IDLE, LOCATION UPDATE NEEDED"
    UPDATE_PENDING = "LOCATION UPDATING PENDING"
    UPDATING = "LOCATION UPDATING INITIATED"
    WAIT_OUTGOING = "WAIT FOR OUTGOING MM CONNECTION"
    CONNECTION_ACTIVE = "MM CONNECTION ACTIVE"
    WAIT_NETWORK_COMMAND = "WAIT FOR NETWORK COMMAND"
    DETACH_INITIATED = "IMSI DETACH INITIATED"


SERVED = (S.NORMAL_SERVICE, S.PERIODIC, S.UPDATE_AGAIN)
"""The network knows where the mobile is: it may call."""
ATTEMPTING = (S.ATTEMPTING_TO_UPDATE, S.ACCESS_FAILED, S.UPDATING_LATER)
TRYING = (S.UPDATE_AGAIN, *ATTEMPTING)
"""An update has failed; another one waits for its timer, or for another area."""
WITHOUT_SERVICE = (S.NULL, S.LIMITED_SERVICE, S.NO_IMSI, S.NO_CELL_AVAILABLE, S.UPDATE_NEEDED)
IDLE = (*SERVED, *ATTEMPTING, *WITHOUT_SERVICE, S.UPDATE_PENDING)
"""There is no dedicated channel."""
BUSY = (S.UPDATING, S.WAIT_OUTGOING, S.CONNECTION_ACTIVE, S.WAIT_NETWORK_COMMAND)
"""There is one, and it is the mobile's wish."""


def words(state: State) -> str:
    """A main state as the specification calls it."""
    return str(state.value).partition(";")[0]
