"""Path supervision (TS 29.060 7.2.1, TS 23.007): whether the GSNs that share PDP contexts with this one are alive.

Each of them is sent an Echo Request every X-echo, as long as there are contexts. One that does not answer N3-REQUESTS
of them is down, and asked on: what becomes of its contexts is the node's policy. That it has restarted is told by its
restart counter, which all of GTP looks at (:class:`nodes.core.gtp.Gtp`).
"""

from collections.abc import Callable

from nodes.core import gtp
from nodes.core.gtp import NO_TEID, Gtp, Transaction
from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.core.outputs import Name
from protocol.gtp import EchoRequest
from protocol.identities import GsnAddress
from protocol.timers import X_ECHO, Timer


class S(State):
    """States of a path."""

    START = "start"
    UP = "up"
    WAIT_RESPONSE = "up, wait for the Echo Response"
    DOWN = "down"
    WAIT_RETURN = "down, wait for an Echo Response"
    UNUSED = "without contexts"


class Path(Procedure):
    """The path to the GSN at ``address``; ``uses`` counts what needs it."""

    __slots__ = ("address", "paths", "uses")

    def __init__(self, paths: "Paths", address: GsnAddress) -> None:
        super().__init__(paths.gtp.node)
        self.paths = paths
        self.address = address
        self.uses = 0

    @property
    def subject(self) -> str:
        return str(self.address)

    @property
    def peer(self) -> Name:
        """The node at the other end."""
        return self.paths.gtp.path_to(self.address)

    def ended(self) -> None:
        self.paths.forget(self)

    def child_ended(self, child: Procedure) -> None:
        """Tell a failure once the path is down, as it may end the last use of it."""
        was_up = self.state is S.WAIT_RESPONSE
        super().child_ended(child)
        if was_up and self.state is S.DOWN:
            self.paths.failed(self.peer)

    def echo(self) -> None:
        """Ask for a sign of life."""
        self.start(self.paths.gtp.request(self, self.address, EchoRequest(teid=NO_TEID)))

    def rest(self, state: S) -> S:
        """The state until the next echo; where nobody needs the path any more, there is none."""
        return state if self.uses else S.UNUSED


class Paths:
    """The paths of one node that are supervised. ``failed`` is told of a peer that does not answer any more."""

    def __init__(self, layer: Gtp, *, failed: Callable[[Name], None]) -> None:
        self.gtp = layer
        self.failed = failed
        self._paths: dict[GsnAddress, Path] = {}

    def use(self, address: GsnAddress) -> None:
        """One more context, or whatever is counted, needs the path to a GSN."""
        path = self._paths.get(address)
        if path is None:
            path = self._paths[address] = Path(self, address)
            path.uses = 1
            path.begin()
        else:
            path.uses += 1

    def release(self, address: GsnAddress) -> None:
        """One less. The last ends the supervision, at once or when the echo that is under way has been answered."""
        path = self._paths[address]
        path.uses -= 1
        if not path.uses and not path.children:
            path.end()

    def is_up(self, address: GsnAddress) -> bool:
        """False where the GSN was asked in vain."""
        path = self._paths.get(address)
        return path is None or path.state not in (S.DOWN, S.WAIT_RETURN)

    def forget(self, path: Path) -> None:
        """It has ended."""
        del self._paths[path.address]

    def look(self) -> dict[str, str]:
        """The states of all paths by address."""
        return {str(address): str(path.state.value) for address, path in self._paths.items()}


def begun(path: Path, event: Begin) -> S:
    """There are contexts: the message that made them was a sign of life.

    Where it did not tell how often the GSN has restarted, as that thinks that we know, it is asked at once: we may have
    forgotten it in a restart of our own, and would not notice its next.
    """
    if path.peer in path.paths.gtp.recoveries:
        return S.UP
    path.echo()
    return S.WAIT_RESPONSE


def due(path: Path, event: Timer) -> S:
    """Time for an echo."""
    path.echo()
    return S.WAIT_RESPONSE


def due_again(path: Path, event: Timer) -> S:
    """Time to see whether it is back."""
    path.echo()
    return S.WAIT_RETURN


def alive(path: Path, event: Transaction) -> S:
    """It has answered. If it has restarted, that has been noted already."""
    return path.rest(S.UP)


def failed(path: Path, event: Transaction) -> S:
    """N3-REQUESTS echoes in vain: the path counter is exceeded (29.060 7.2.1, 7.6)."""
    path.stage.warn("gtp path", f"the path to {path.peer} ({path.address}) is down")
    return path.rest(S.DOWN)


def returned(path: Path, event: Transaction) -> S:
    """It is back."""
    path.stage.warn("gtp path", f"the path to {path.peer} ({path.address}) is up again")
    return path.rest(S.UP)


def still_down(path: Path, event: Transaction) -> S:
    """It is not."""
    return path.rest(S.DOWN)


PATH = Machine(
    "GTP path",
    clause="29.060 7.2.1, 23.007",
    of=Path,
    initial=S.START,
    final=(S.UNUSED,),
    guards={S.UP: X_ECHO, S.DOWN: X_ECHO},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.UP, S.WAIT_RESPONSE)),
        (S.UP, X_ECHO, due, (S.WAIT_RESPONSE,)),
        (S.WAIT_RESPONSE, gtp.S.ANSWERED, alive, (S.UP, S.UNUSED)),
        (S.WAIT_RESPONSE, gtp.S.NO_RESPONSE, failed, (S.DOWN, S.UNUSED)),
        (S.DOWN, X_ECHO, due_again, (S.WAIT_RETURN,)),
        (S.WAIT_RETURN, gtp.S.ANSWERED, returned, (S.UP, S.UNUSED)),
        (S.WAIT_RETURN, gtp.S.NO_RESPONSE, still_down, (S.DOWN, S.UNUSED)),
    ],
)
