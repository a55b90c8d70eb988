"""What a mobile can be ordered to do: the events that come from its user, and from where it is carried."""

from nodes.core.outputs import Command
from nodes.ms.config import RadioCell
from protocol.gmm.elements import DetachTypeMo


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
