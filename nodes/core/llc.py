"""One end of the logical link of one mobile: numbering of UI frames (TS 44.064 8.4)."""

from protocol.llc import Xid, XidInformation
from protocol.llc.frame import Sapi, UiFrame
from protocol.llc.parameters import DEFAULTS
from protocol.llc.xid import N201U, Reset

MODULUS = 512
WINDOW = 32

RESET = Xid(sapi=Sapi.LLGMM, command=True, poll_final=True, information=XidInformation.of(Reset())).encode()
"""The network's XID frame that has both ends of a link count anew (8.5.3.1)."""


class LogicalLink:
    """V(U) and V(UR) of the service access points in use, and which of the last 32 numbers have come.

    The same on both sides; ``network`` says which, for the C/R bit.
    """

    __slots__ = ("_n201_u", "_network", "_received", "_sent")

    def __init__(self, *, network: bool) -> None:
        self._network = network
        self._n201_u: dict[int, int] | None = None
        self._sent: dict[int, int] | None = None
        self._received: dict[int, tuple[int, int]] | None = None

    def frame(self, sapi: Sapi, information: bytes) -> bytes:
        """The next UI frame with this information."""
        sent = self._sent
        if sent is None:
            sent = self._sent = {}
        nu = sent.get(sapi, 0)
        sent[sapi] = (nu + 1) % MODULUS
        return UiFrame(sapi=sapi, command=self._network, nu=nu, information=information).encode()

    def accepts(self, frame: UiFrame) -> bool:
        """True for a frame that is new; a repeat of one of the last 32 numbers is to be discarded (8.4.2)."""
        received = self._received
        if received is None:
            received = self._received = {}
        if frame.sapi not in received:
            received[frame.sapi] = ((frame.nu + 1) % MODULUS, 1)
            return True
        expected, seen = received[frame.sapi]
        behind = (expected - frame.nu) % MODULUS
        if 0 < behind <= WINDOW:
            bit = 1 << (behind - 1)
            if seen & bit:
                return False
            received[frame.sapi] = (expected, seen | bit)
            return True
        ahead = (frame.nu - expected) % MODULUS
        received[frame.sapi] = ((frame.nu + 1) % MODULUS, (seen << ahead + 1 | 1) & (1 << WINDOW) - 1)
        return True

    def n201_u(self, sapi: Sapi) -> int:
        """The most octets of information in a UI frame (8.9.9)."""
        return (self._n201_u or {}).get(sapi, DEFAULTS[sapi].n201_u)

    def agree(self, answer: Xid) -> None:
        """What one side has answered to the parameters that the other proposed (8.5.3)."""
        agreed = answer.information.find(N201U)
        if agreed is not None:
            self._n201_u = {**(self._n201_u or {}), answer.sapi: agreed.octets}

    def hear_anew(self) -> None:
        """Take the next frame for the first: its sender has begun anew. What is sent is numbered on."""
        self._received = None

    def begin_anew(self) -> None:
        """Count from 0 both ways, with defaults, as a reset asks (8.5.3.1)."""
        self._n201_u = None
        self._sent = self._received = None
