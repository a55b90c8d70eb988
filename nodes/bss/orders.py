"""What an operator may want of a BSS."""

from typing import Any

from nodes.bss import network_service as ns
from nodes.bss.bvc import BlockOrder, Bvc, Order, ResetOrder, UnblockOrder
from nodes.bss.channels import RadioLost
from nodes.bss.config import Cell
from nodes.bss.downlink import Limit
from nodes.bss.flow_control import CHANGED, MsFlowControl
from nodes.bss.gb import Membership
from nodes.bss.registration_enquiry import RegistrationEnquiry
from nodes.core.machine import BEGIN
from nodes.core.node import CommandError
from nodes.core.outputs import Command
from protocol.causes import RadioCause
from protocol.identities import Imsi, Tlli

NS_ORDERS = {"reset": ns.ResetOrder, "block": ns.BlockOrder, "unblock": ns.UnblockOrder}

MOST = 0xFFFF * 100
"""The largest bucket that BSSGP can tell, in octets."""


class Waiting:
    """A command that is answered once every BVC concerned has come to its end."""

    def __init__(self, node: Any, command: Command, bvcs: list[Bvc]) -> None:
        self._node = node
        self._command = command
        self._left = len(bvcs)
        self._failures: list[str] = []

    def give(self, kind: type[Order], bvcs: list[Bvc]) -> None:
        """Give each BVC the order."""
        for bvc in bvcs:
            bvc.hear(kind(lambda why, name=bvc.subject: self._heard(name, why)))  # type: ignore[misc]

    def _heard(self, name: str, why: str | None) -> None:
        self._left -= 1
        if why is not None:
            self._failures.append(f"{name}: {why}")
        if self._left == 0 and self._failures:
            self._node.reply(self._command, "failed", {"error": "; ".join(self._failures)})
        elif self._left == 0:
            self._node.reply(self._command, "done")


def order(node: Any, command: Command, kind: type[Order], bvcs: list[Bvc]) -> None:
    """Give an order to BVCs, all of which must be in a state that has an answer to it."""
    for bvc in bvcs:
        if kind not in bvc.state.rows:
            raise CommandError(f"the BVC {bvc.subject} is in {bvc.state.value!r}: no {command.verb} now")
    Waiting(node, command, bvcs).give(kind, bvcs)


def block(node: Any, command: Command) -> None:
    """Block the BVCs of a cell."""
    cell = cell_of(node, command, "cell")
    order(node, command, BlockOrder, bvcs_of(node, cell))
    node.blocked.add(cell.bvci)


def unblock(node: Any, command: Command) -> None:
    """Unblock the BVCs of a cell."""
    cell = cell_of(node, command, "cell")
    order(node, command, UnblockOrder, bvcs_of(node, cell))
    node.blocked.discard(cell.bvci)


def reset(node: Any, command: Command) -> None:
    """Reset the BVCs of a cell, or all."""
    if "cell" in command.arguments:
        bvcs = bvcs_of(node, cell_of(node, command, "cell"))
    else:
        check(command)
        bvcs = [gb.signalling for gb in node.gbs.values()]
    order(node, command, ResetOrder, bvcs)


def change_capacity(node: Any, command: Command) -> None:
    """Change what a cell, or a mobile, can take, and tell the SGSN."""
    if "tlli" in command.arguments:
        tlli, cell = mobile_of(node, command, "tlli", "bucket", "rate")
        downlink, gb = node.downlinks[cell.bvci], node.gb_of(tlli)
        bvc = gb.bvcs[cell.bvci]
        limit = Limit(
            number(command, "bucket", downlink.mobile_limit.size), number(command, "rate", downlink.mobile_limit.rate)
        )
        downlink.limit_mobile(tlli, limit)
        flow = bvc.flows.get(tlli)
        if flow is None:
            MsFlowControl(bvc, tlli).begin()
        else:
            flow.hear(CHANGED)
    else:
        cell = cell_of(node, command, "cell", "bucket", "rate", "mobile_bucket", "mobile_rate")
        downlink = node.downlinks[cell.bvci]
        whole = Limit(number(command, "bucket", downlink.limit.size), number(command, "rate", downlink.limit.rate))
        mobile = Limit(
            number(command, "mobile_bucket", downlink.mobile_limit.size),
            number(command, "mobile_rate", downlink.mobile_limit.rate),
        )
        downlink.change(whole, mobile)
        for bvc in bvcs_of(node, cell):
            for flow in bvc.children:
                flow.hear(CHANGED)
    node.reply(command, "done")


def reselect(node: Any, command: Command) -> None:
    """RADIO-STATUS: cell reselection ordered (48.018 7.3)."""
    tlli, cell = mobile_of(node, command, "tlli")
    node.gb_of(tlli).tell_radio(cell.bvci, tlli, RadioCause.CELL_RESELECTION_ORDERED)
    node.reply(command, "done")


def ask_capability(node: Any, command: Command) -> None:
    """RA-CAPABILITY-UPDATE (48.018 6.5)."""
    tlli, cell = mobile_of(node, command, "tlli")
    gb = node.gb_of(tlli)
    gb.enquire(gb.bvcs[cell.bvci], tlli)
    node.reply(command, "done")


def lose(node: Any, command: Command) -> None:
    """The radio link of a dedicated channel fails."""
    check(command, "reference")
    reference = command.arguments.get("reference")
    for channel in node.channels.values():
        if channel.key[1] == reference or channel.subject == f"channel {reference}":
            if not channel.hear(RadioLost()):
                raise CommandError(f"{channel.subject} is {channel.state.value}")
            node.reply(command, "done")
            return
    raise CommandError(f"no dedicated channel {reference!r}")


def enquire(node: Any, command: Command) -> None:
    """MS-REGISTRATION-ENQUIRY (48.018 10.3.15)."""
    check(command, "imsi", "sgsn")
    gb = gb_named(node, command)
    try:
        imsi = Imsi(str(command.arguments.get("imsi", "")))
    except ValueError as error:
        raise CommandError(str(error)) from None
    if imsi in gb.registrations:
        raise CommandError(f"{gb.sgsn} was asked about {imsi} already")
    RegistrationEnquiry(gb, imsi, command).hear(BEGIN)


def change_membership(node: Any, command: Command) -> None:
    """An SGSN of the pool takes other mobiles from now on (23.236 4.5)."""
    check(command, "sgsn", "takes")
    gb = gb_named(node, command)
    told = command.arguments.get("takes")
    if not node.config.pool:
        raise CommandError(f"{node.name} has no pool of SGSNs")
    if told not in [one.value for one in Membership]:
        raise CommandError(f"takes is one of {', '.join(one.value for one in Membership)}, not {told!r}")
    gb.membership = Membership(told)
    node.reply(command, "done")


def network_service(node: Any, command: Command) -> None:
    """Reset, block or unblock an NS-VC."""
    check(command, "sgsn", "do")
    gb = gb_named(node, command)
    kind = NS_ORDERS.get(str(command.arguments.get("do")))
    if kind is None:
        raise CommandError(f"do is one of {', '.join(NS_ORDERS)}")
    if not gb.ns_vc.hear(kind()):  # in an IP sub-network nothing is blocked (48.016 7.4b)
        raise CommandError(f"the {gb.ns_vc.subject} is {gb.ns_vc.state.value}")
    node.reply(command, "done")


# --- arguments ----------------------------------------------------------------------------------------------------


def check(command: Command, *names: str) -> None:
    """Refuse arguments that the command does not have."""
    unknown = sorted(command.arguments.keys() - set(names))
    if unknown:
        raise CommandError(f"{command.verb} has no argument {unknown[0]!r}")


def gb_named(node: Any, command: Command) -> Any:
    """The interface to the SGSN that a command names, to that of the BSS if it names none."""
    name = command.arguments.get("sgsn", node.config.sgsn)
    gb = node.gbs.get(name) if isinstance(name, str) else None
    if gb is None:
        raise CommandError(f"no SGSN {name!r}")
    return gb


def cell_of(node: Any, command: Command, *names: str) -> Cell:
    """The cell that a command names."""
    check(command, *names)
    for cell in node.config.cells:
        if cell.name == command.arguments.get("cell"):
            found: Cell = cell
            return found
    raise CommandError(f"{node.name} has no cell {command.arguments.get('cell')!r}")


def bvcs_of(node: Any, cell: Cell) -> list[Bvc]:
    """The BVCs of a cell, one for each SGSN."""
    bvcs = [gb.bvcs[cell.bvci] for gb in node.gbs.values() if cell.bvci in gb.bvcs]
    if not bvcs:
        raise CommandError(f"the BVC of {cell.name} has not begun: signalling is not up")
    return bvcs


def mobile_of(node: Any, command: Command, *names: str) -> tuple[Tlli, Cell]:
    """The mobile that a command names, and its cell, whose BVC must be in use."""
    check(command, *names)
    try:
        tlli = Tlli.parse(str(command.arguments.get("tlli")))
    except ValueError:
        raise CommandError(f"{command.arguments.get('tlli')!r} is no TLLI such as 0xc0000001") from None
    place = node.whereabouts.find(tlli)
    if place is None:
        raise CommandError(f"TLLI {tlli} was not heard of late")
    if not node.gb_of(tlli).is_operative(place.cell.bvci):
        raise CommandError(f"the BVC of {place.cell.name} is not in use")
    return tlli, place.cell


def number(command: Command, name: str, default: int) -> int:
    """A number of octets, or octets a second."""
    value = command.arguments.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST:
        raise CommandError(f"{name} is a number from 0 to {MOST}, not {value!r}")
    return value
