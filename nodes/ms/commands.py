"""What operators may order of a population of mobiles: the commands of :class:`nodes.ms.node.Ms`, read and checked."""

from collections.abc import Mapping

from nodes.core.node import CommandError
from nodes.core.outputs import Command
from nodes.ms.config import RadioCell
from nodes.ms.orders import (
    AnswerOrder,
    AttachOrder,
    CallOrder,
    DetachOrder,
    FindCover,
    HangUpOrder,
    ImsiDetachOrder,
    LoseCover,
    LoseLink,
    Move,
    Order,
    SwitchOff,
    SwitchOn,
)
from nodes.ms.session_commands import SESSION_ARGUMENTS, SESSION_ORDERS
from protocol.gmm.elements import DetachTypeMo

ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "power-on": (),
    "power-off": (),
    "attach": ("combined",),
    "detach": ("type", "power_off"),
    "move": ("cell",),
    "cover": ("on",),
    "call": ("number",),
    "answer": (),
    "hang-up": (),
    "lose-link": (),
    **SESSION_ARGUMENTS,
}
"""The arguments of each command besides the mobile's name."""

MOST_DIGITS = 32
"""How many digits a called number has."""

NUMBER = "100"
"""Who is called, unless told."""

DETACH_TYPES = {
    None: None,
    "gprs": DetachTypeMo.GPRS_DETACH,
    "imsi": DetachTypeMo.IMSI_DETACH,
    "combined": DetachTypeMo.COMBINED_GPRS_IMSI_DETACH,
}


def make_order(command: Command, cells: Mapping[str, RadioCell]) -> Order:
    """The order that a command gives; CommandError where its arguments make none."""
    arguments = command.arguments
    unknown = sorted(arguments.keys() - {"mobile", *ARGUMENTS[command.verb]})
    if unknown:
        raise CommandError(f"{command.verb} has no argument {unknown[0]!r}")
    match command.verb:
        case "power-on":
            return SwitchOn(command)
        case "attach":
            return AttachOrder(command, read_flag(arguments, "combined", None))
        case "detach":
            return make_detach(command)
        case "move":
            cell = arguments.get("cell")
            if not isinstance(cell, str) or cell not in cells:
                raise CommandError(f"there is no cell {cell!r}")
            return Move(command, cells[cell])
        case "cover":
            on = read_flag(arguments, "on", None)
            if on is None:
                raise CommandError("cover needs on: true or false")
            return FindCover(command) if on else LoseCover(command)
        case "call":
            number = arguments.get("number", NUMBER)
            if not isinstance(number, str) or not number.isdecimal() or len(number) > MOST_DIGITS:
                raise CommandError(f"number is up to {MOST_DIGITS} digits, not {number!r}")
            return CallOrder(command, number)
        case "answer":
            return AnswerOrder(command)
        case "hang-up":
            return HangUpOrder(command)
        case "lose-link":
            return LoseLink(command)
        case verb if verb in SESSION_ORDERS:
            return SESSION_ORDERS[verb](command)
        case _:
            return SwitchOff(command)


def make_detach(command: Command) -> Order:
    """A detach; ``power_off`` true switches the mobile off, which is not answered by the network."""
    if read_flag(command.arguments, "power_off", False):
        return SwitchOff(command)
    name = command.arguments.get("type")
    if name is not None and (not isinstance(name, str) or name not in DETACH_TYPES):
        raise CommandError(f"type is gprs, imsi or combined, not {name!r}")
    kind = DETACH_TYPES[name]
    return ImsiDetachOrder(command) if kind is DetachTypeMo.IMSI_DETACH else DetachOrder(command, kind)


def read_flag(arguments: Mapping[str, object], name: str, default: bool | None) -> bool | None:
    """A truth value among the arguments."""
    value = arguments.get(name, default)
    if value is not default and not isinstance(value, bool):
        raise CommandError(f"{name} is true or false, not {value!r}")
    return value if isinstance(value, bool) else None
