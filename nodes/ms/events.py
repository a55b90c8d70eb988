"""What a mobile and its companions tell each other, and what the radio tells it."""

from protocol.identities import MobileIdentity


class CellHeard:
    """Radio → mobile: its cell tells of itself for the first time, or something else than before."""


class PagedByPtmsi:
    """Radio → mobile: there are packets for it (24.008 4.7.9.1.1)."""


class PagedByImsi:
    """Radio → mobile: the network has lost its P-TMSI (24.008 4.7.9.1.2)."""


class Suspended:
    """Calls → mobile: a dedicated channel is in use, and packets must wait (23.060 16.2.1)."""


class Resumed:
    """Calls → mobile: the dedicated channel is left. ``ok``: the network says that packets go on."""

    __slots__ = ("ok",)

    def __init__(self, *, ok: bool) -> None:
        self.ok = ok


class PeriodicUpdateDue:
    """READY and STANDBY → mobile: T3312 has run out."""


class Transmitted:
    """Mobile → READY and STANDBY: an LLC frame was sent that is not NULL."""


class Registered:
    """Mobile → READY and STANDBY: it is attached, or its timers were agreed anew."""


class Deregistered:
    """Mobile → READY and STANDBY: it is not attached any more."""


class SentToStandby:
    """Mobile → READY and STANDBY: the network wants STANDBY."""


class Changed:
    """Mobile → calls: it has settled anew: its cell, its packets, or what its user wants."""


class Paged:
    """Radio → calls: there is a call for the mobile, under this identity."""

    __slots__ = ("identity",)

    def __init__(self, identity: MobileIdentity) -> None:
        self.identity = identity


class Secured:
    """Channel → calls: the network ciphers, or has said that it does not."""


CELL_HEARD = CellHeard()
PAGED_BY_PTMSI = PagedByPtmsi()
PAGED_BY_IMSI = PagedByImsi()
CHANGED = Changed()
SECURED = Secured()
SUSPENDED = Suspended()
PERIODIC_UPDATE_DUE = PeriodicUpdateDue()
TRANSMITTED = Transmitted()
REGISTERED = Registered()
DEREGISTERED = Deregistered()
SENT_TO_STANDBY = SentToStandby()
