"""The main states of session management, network side (TS 24.008 6.1.2.2).

24.008 calls a context inactive until the mobile is told that it is there. PDP-ACTIVE-PENDING is the state of an
activation that the network asks for, before there is a context (pdp_network_requested.py).
"""

from nodes.core.machine import State


class S(State):
    """States of a PDP context on the network's side."""

    INACTIVE = "PDP-INACTIVE"
    ACTIVE = "PDP-ACTIVE"
    MODIFY_PENDING = "PDP-MODIFY-PENDING"
    INACTIVE_PENDING = "PDP-INACTIVE-PENDING"
    GONE = "no PDP context"
