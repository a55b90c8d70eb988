"""Echo (TS 29.060 7.2.1): whether the GSN at the other end of a path is alive, and how often it has restarted."""

from nodes.core import gtp
from nodes.core.gtp import NO_TEID, Gtp, Transaction
from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.core.node import CommandError
from nodes.core.outputs import Command
from protocol.gtp import EchoRequest
from protocol.identities import GsnAddress


class S(State):
    """States of an echo."""

    START = "start"
    WAIT_RESPONSE = "wait for the Echo Response"
    ALIVE = "path alive"
    DOWN = "path down"


class Echo(Procedure):
    """One echo to the GSN at ``address``; the operator's ``command`` is answered."""

    __slots__ = ("address", "command", "gtp")

    def __init__(self, layer: Gtp, address: GsnAddress, command: Command) -> None:
        super().__init__(layer.node)
        self.gtp = layer
        self.address = address
        self.command = command

    @property
    def subject(self) -> str:
        return str(self.address)


def order(layer: Gtp, command: Command) -> None:
    """Ask the GSN at ``address``, as an operator wants."""
    text = str(command.arguments.get("address"))
    try:
        address = GsnAddress.parse(text)
    except ValueError:
        raise CommandError(f"{text!r} is no address") from None
    if not layer.path_to(address):
        raise CommandError(f"no GSN has the address {address}")
    layer.node.reply(command, "accepted")
    Echo(layer, address, command).begin()


def begun(echo: Echo, event: Begin) -> S:
    """Ask."""
    echo.start(echo.gtp.request(echo, echo.address, EchoRequest(teid=NO_TEID)))
    return S.WAIT_RESPONSE


def answered(echo: Echo, event: Transaction) -> S:
    """It is alive."""
    echo.stage.reply(echo.command, "done", {"recovery": event.answer.recovery})
    return S.ALIVE


def unanswered(echo: Echo, event: Transaction) -> S:
    """It is down, or the path to it is."""
    echo.stage.reply(echo.command, "failed", {"error": event.why})
    return S.DOWN


ECHO = Machine(
    "GTP echo",
    clause="29.060 7.2.1",
    of=Echo,
    initial=S.START,
    final=(S.ALIVE, S.DOWN),
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_RESPONSE,)),
        (S.WAIT_RESPONSE, gtp.S.ANSWERED, answered, (S.ALIVE,)),
        (S.WAIT_RESPONSE, gtp.S.NO_RESPONSE, unanswered, (S.DOWN,)),
    ],
)
