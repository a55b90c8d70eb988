"""What a subscriber and the procedures around it tell each other, and what operators order."""

from typing import Literal

from nodes.core.outputs import Command
from protocol.bssap_plus.elements import InformationRequested
from protocol.causes import MmCause


class Contact:
    """→ subscriber, alert: the mobile was heard on the A interface, and is who it says; or its SGSN has heard it."""


class Updated:
    """Location updating on the A interface → subscriber, paging: the mobile is registered by it."""


class Associated:
    """Gs association → subscriber, paging: the mobile is registered through an SGSN."""


class Dissociated:
    """Gs association → subscriber, paging: no SGSN speaks for the mobile any more."""


class AssociationLost:
    """→ Gs association: it is no more, as we hear of it otherwise; the SGSN is not told (29.018 6.3, 11)."""


class UpdateBegun:
    """Gs association → paging: the mobile is moving, its page may not have reached it."""


class Detached:
    """→ subscriber, paging: the mobile is IMSI detached."""

    __slots__ = ("how",)

    def __init__(self, how: Literal["explicit", "implicit"]) -> None:
        self.how = how


class LocationRefused:
    """→ subscriber, paging: the HLR has refused the location update; ``final``: the subscriber is deleted."""

    __slots__ = ("cause", "final")

    def __init__(self, cause: MmCause, *, final: bool) -> None:
        self.cause = cause
        self.final = final


class Unproved:
    """Verification → subscriber: who said to be it has not proved it."""


class Undelivered:
    """Gs → paging: the network could not deliver the request to the SGSN."""


class Accessed:
    """Channel → paging: the mobile has answered, and is who it says."""


class AccessFailed:
    """Channel → paging: the mobile has answered, but the channel is gone."""


class Unwelcome:
    """Location updating → subscriber: its equipment may not be used."""


class Superseded:
    """→ channel: its mobile has opened another one."""


class ConnectionLost:
    """A interface → channel: the SCCP connection is no more."""


class CallOrder:
    """The operator calls the mobile."""

    __slots__ = ("command",)

    def __init__(self, command: Command) -> None:
        self.command = command


class HangUpOrder:
    """The operator ends the call."""

    __slots__ = ("command",)

    def __init__(self, command: Command) -> None:
        self.command = command


class AlertOrder:
    """The operator wants to hear when the mobile is active."""

    __slots__ = ("command",)

    def __init__(self, command: Command) -> None:
        self.command = command


class InformationOrder:
    """The operator wants to know something of the mobile that the SGSN knows."""

    __slots__ = ("command", "wanted")

    def __init__(self, command: Command, wanted: InformationRequested) -> None:
        self.command = command
        self.wanted = wanted


CONTACT = Contact()
UPDATED = Updated()
ASSOCIATED = Associated()
DISSOCIATED = Dissociated()
ASSOCIATION_LOST = AssociationLost()
UPDATE_BEGUN = UpdateBegun()
UNPROVED = Unproved()
UNWELCOME = Unwelcome()
UNDELIVERED = Undelivered()
ACCESSED = Accessed()
ACCESS_FAILED = AccessFailed()
SUPERSEDED = Superseded()
CONNECTION_LOST = ConnectionLost()
