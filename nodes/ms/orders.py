"""What a mobile can be ordered to do: the events that come from its user."""

from nodes.core.outputs import Command


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
    """Attach for GPRS."""

    __slots__ = ()


class DetachOrder(Order):
    """Detach from GPRS and stay on."""

    __slots__ = ()
