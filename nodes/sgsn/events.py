"""What a mobile's context and its companions tell each other (TS 23.060 6.1, TS 29.018)."""

from protocol.bssap_plus.elements import ImsiDetachFromGprsServiceType, ImsiDetachFromNonGprsServiceType


class Registered:
    """Context → reachability: the mobile is attached, or its timers were agreed anew."""


class Heard:
    """Context → reachability: an LLC frame came that is not NULL."""


class SentToStandby:
    """Context → reachability: the mobile was told to go to STANDBY, and the procedure that told so is over."""


class RadioLost:
    """Gb → reachability and procedures: the BSS has lost the mobile (48.018 RADIO-STATUS), a lower layer failure."""


class Deregistered:
    """Context → reachability: the mobile is not attached any more."""


class ImplicitDetach:
    """Reachability → context: the mobile was not heard for so long that it counts as gone (23.060 6.6.1)."""


class DetachedFromGprs:
    """Context → Gs association: no packet services for the mobile any more (29.018 GPRS-DETACH-INDICATION)."""

    __slots__ = ("type",)

    def __init__(self, kind: ImsiDetachFromGprsServiceType) -> None:
        self.type = kind


class DetachedFromNonGprs:
    """Context → Gs association: no calls for the mobile any more (29.018 IMSI-DETACH-INDICATION)."""

    __slots__ = ("type",)

    def __init__(self, kind: ImsiDetachFromNonGprsServiceType) -> None:
        self.type = kind


class TmsiTaken:
    """Context → Gs association: the mobile has acknowledged the TMSI of the VLR (29.018 6.2)."""


class Departed:
    """Context handover → context → Gs association: another SGSN serves the mobile; what is known here is not valid.

    Should the mobile come back, HLR and VLR must be told (23.060 6.9.1.2.2 step 4).
    """


class Returned:
    """Context → context handover: the mobile was heard here."""


class Forgotten:
    """Context handover → context: the mobile has not come back; ``cancelled``: the HLR knows that it is elsewhere."""

    __slots__ = ("cancelled",)

    def __init__(self, *, cancelled: bool) -> None:
        self.cancelled = cancelled


class GgsnLost:
    """User plane, Gn → PDP context: the GGSN has lost it, and is not to be told of its end (29.060 7.3.7, 23.007)."""


class TakenOver:
    """Context transfer → PDP context: it came from another SGSN, where it was active."""


class LocationLost:
    """Node → context: the mobile was heard, and its HLR may not know any more where it is (29.002 19.3.2)."""


REGISTERED = Registered()
HEARD = Heard()
SENT_TO_STANDBY = SentToStandby()
RADIO_LOST = RadioLost()
DEREGISTERED = Deregistered()
TMSI_TAKEN = TmsiTaken()
DEPARTED = Departed()
RETURNED = Returned()
GGSN_LOST = GgsnLost()
TAKEN_OVER = TakenOver()
LOCATION_LOST = LocationLost()
