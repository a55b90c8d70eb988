"""What a mobile can be ordered to do: the events that come from its user, and from where it is carried."""

from nodes.core.outputs import Command
from nodes.core.probe import Asked
from nodes.ms.config import RadioCell
from protocol.gmm.elements import DetachTypeMo
from protocol.identities import Apn
from protocol.sm.packet_filter import PacketFilter
from protocol.sm.pdp_address import PdpAddress
from protocol.sm.quality_of_service import QualityOfService


class Order:
    """A command to a mobile."""

    __slots__ = ("command",)

    def __init__(self, command: Command) -> None:
        self.command = command


class SwitchOn(Order):
    """Switch it on."""

    __slots__ = ()


class SwitchOff(Order):
    """Switch it off; it takes its leave if it can."""

    __slots__ = ()


class AttachOrder(Order):
    """Attach for GPRS; ``combined``: for calls too, where class and network allow. None leaves it as it was."""

    __slots__ = ("combined",)

    def __init__(self, command: Command, combined: bool | None) -> None:
        super().__init__(command)
        self.combined = combined


class DetachOrder(Order):
    """Detach from GPRS, or from GPRS and calls, and stay on; None is whatever it is attached for."""

    __slots__ = ("type",)

    def __init__(self, command: Command, kind: DetachTypeMo | None) -> None:
        super().__init__(command)
        self.type = kind


class ImsiDetachOrder(Order):
    """Detach from calls alone."""

    __slots__ = ()


class CallOrder(Order):
    """Call a number."""

    __slots__ = ("number",)

    def __init__(self, command: Command, number: str) -> None:
        super().__init__(command)
        self.number = number


class AnswerOrder(Order):
    """Take the call that rings."""

    __slots__ = ()


class HangUpOrder(Order):
    """End the call."""

    __slots__ = ()


class LoseLink(Order):
    """Lose the radio link of the dedicated channel, and nothing else."""

    __slots__ = ()


class Move(Order):
    """Go to another cell."""

    __slots__ = ("cell",)

    def __init__(self, command: Command, cell: RadioCell) -> None:
        super().__init__(command)
        self.cell = cell


class LoseCover(Order):
    """Go where no radio reaches."""

    __slots__ = ()


class FindCover(Order):
    """Come back to where it does."""

    __slots__ = ()


# --- sessions and packets -----------------------------------------------------------------------------------------


class SessionOrder(Order):
    """A command about PDP contexts, or about packets in them."""

    __slots__ = ()


class ActivateOrder(SessionOrder):
    """Activate a PDP context; None for APN and NSAPI is whatever the network and the mobile choose."""

    __slots__ = ("address", "apn", "least_qos", "nsapi", "qos")

    def __init__(
        self,
        command: Command,
        *,
        apn: Apn | None,
        address: PdpAddress,
        nsapi: int | None,
        qos: QualityOfService,
        least_qos: QualityOfService | None,
    ) -> None:
        super().__init__(command)
        self.apn = apn
        self.address = address
        self.nsapi = nsapi
        self.qos = qos
        self.least_qos = least_qos


class SecondaryOrder(SessionOrder):
    """Activate another context with the address of ``nsapi``, for the packets of ``filters``."""

    __slots__ = ("filters", "least_qos", "nsapi", "qos")

    def __init__(
        self,
        command: Command,
        *,
        nsapi: int,
        filters: tuple[PacketFilter, ...],
        qos: QualityOfService,
        least_qos: QualityOfService | None,
    ) -> None:
        super().__init__(command)
        self.nsapi = nsapi
        self.filters = filters
        self.qos = qos
        self.least_qos = least_qos


class ModifyOrder(SessionOrder):
    """Ask for another quality of ``nsapi``, or for other packets than those that are its own.

    ``filters`` are added, or take the place of the one with the identifier ``replaces``; those with the identifiers
    ``deletes`` go, all of them where that is none.
    """

    __slots__ = ("deletes", "filters", "nsapi", "qos", "replaces")

    def __init__(
        self,
        command: Command,
        *,
        nsapi: int,
        qos: QualityOfService | None,
        filters: tuple[PacketFilter, ...],
        replaces: int | None,
        deletes: tuple[int, ...] | None,
    ) -> None:
        super().__init__(command)
        self.nsapi = nsapi
        self.qos = qos
        self.filters = filters
        self.replaces = replaces
        self.deletes = deletes


class DeactivateOrder(SessionOrder):
    """Deactivate ``nsapi``, with all others of its address if ``tear_down``; None is all. ``left`` are still to end."""

    __slots__ = ("left", "nsapi", "tear_down")

    def __init__(self, command: Command, nsapi: int | None, *, tear_down: bool) -> None:
        super().__init__(command)
        self.nsapi = nsapi
        self.tear_down = tear_down
        self.left = 0


class AutomaticOrder(SessionOrder):
    """Activate what the network asks for from now on, or refuse it (+CGAUTO of TS 27.007 10.1.9)."""

    __slots__ = ("on",)

    def __init__(self, command: Command, *, on: bool) -> None:
        super().__init__(command)
        self.on = on


class ProbeOrder(SessionOrder):
    """Send packets as ``asked`` in the context ``nsapi``; None is the first one that fits."""

    __slots__ = ("asked", "nsapi")

    def __init__(self, command: Command, asked: Asked, nsapi: int | None) -> None:
        super().__init__(command)
        self.asked = asked
        self.nsapi = nsapi
