"""BSSAP+ beneath the procedures of the Gs interface (TS 29.018): messages over SCCP unit data, by number of the peer.

Both sides use it, the SGSN (``up``) and the VLR. What cannot be read, and what nobody can take in its state, is
answered by MOBILE-STATUS; what is unknown is ignored, and a MOBILE-STATUS is never answered (clause 16).
"""

from collections.abc import Callable, Mapping

from nodes.core.clock import Running
from nodes.core.node import Node
from nodes.core.outputs import Interface, Name
from nodes.core.sccp import Reassembly
from protocol import bssap_plus, sccp
from protocol.bssap_plus import BssapPlusMessage, MobileStatus
from protocol.bssgp import ImsiIdentity
from protocol.causes import GsCause
from protocol.errors import DecodeError
from protocol.identities import Gt
from protocol.layout import find_length
from protocol.sccp import Address, Ssn
from protocol.timers import X_SEGMENTS, Timer

IMSI = 0x01
"""The element identifier of the IMSI (18.2)."""

MOST_TOLD = 255
"""How many octets of an erroneous message are told (18.4.5)."""

Hear = Callable[[Gt, BssapPlusMessage], bool]
"""Takes a message of the peer with this number; False where its state has no place for it."""

Returned = Callable[[Gt, BssapPlusMessage], None]
"""Is told of a message of ours that the network could not deliver to this number."""


class BssapPlus:
    """The Gs interface of one node.

    ``routes`` says which node and interface a number leads to.
    """

    def __init__(
        self,
        node: Node,
        number: Gt,
        routes: Mapping[Gt, tuple[Name, Interface]],
        *,
        up: bool,
        hear: Hear,
        returned: Returned,
    ) -> None:
        self._node = node
        self._own = Address(ssn=Ssn.BSSAP_PLUS, gt=number)
        self._routes = routes
        self._up = up
        self._hear = hear
        self._returned = returned
        self._reassembly = Reassembly(timeout=node.clock.duration(X_SEGMENTS))
        self._watch: Running | None = None
        self._reference = node.rng.getrandbits(24)

    def send(self, number: Gt, message: BssapPlusMessage) -> bool:
        """Send a message to the peer with this number; False where no route leads there."""
        route = self._routes.get(number)
        if route is None:
            self._node.warn("sccp route", f"no route to {number} for {message.title}")
            return False
        identity = getattr(message, "imsi", None)
        meta = {"imsi": str(identity.imsi)} if identity is not None else None
        self._reference = (self._reference + 1) & 0xFFFFFF
        peer = Address(ssn=Ssn.BSSAP_PLUS, gt=number)
        for pdu in sccp.segments(peer, self._own, message.encode(), self._reference):
            self._node.send(route[0], route[1], pdu, meta)
        return True

    def receive(self, pdu: bytes) -> None:
        """Take an SCCP message."""
        message = sccp.decode(pdu)
        if isinstance(message, sccp.Udts | sccp.Xudts | sccp.Ludts):
            self._take_back(message)
            return
        if not isinstance(message, sccp.Udt | sccp.Xudt | sccp.Ludt):
            raise DecodeError(f"{type(message).__name__}: Gs has no connections")
        if message.called.ssn is not Ssn.BSSAP_PLUS:
            raise DecodeError(f"for {message.called}, who is not here")
        if message.calling.gt is None:
            raise DecodeError(f"from {message.calling}, who has no number")
        payload = self._reassembly.accept(message, self._node.clock.now)
        self._watch_segments()
        if payload is not None:
            self._take(message.calling.gt, payload)

    def refuse(self, number: Gt, octets: bytes, cause: GsCause) -> None:
        """Tell the peer what is wrong with its message, unless that told the same of one of ours (16)."""
        if octets[0] == MobileStatus.code:
            return
        self.send(number, MobileStatus(imsi=find_imsi(octets), gs_cause=cause, erroneous_message=octets[:MOST_TOLD]))

    # --- within ---------------------------------------------------------------------------------------------------

    def _take(self, number: Gt, octets: bytes) -> None:
        try:
            message = bssap_plus.decode(octets, up=not self._up)
        except DecodeError as error:
            if error.cause is not None:
                self.refuse(number, octets, GsCause(error.cause))
            raise
        if not self._hear(number, message):
            self._node.warn("gs state", f"{message.title} from {number} does not fit the state", octets)
            self.refuse(number, octets, GsCause.MESSAGE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE)

    def _take_back(self, service: sccp.Udts | sccp.Xudts | sccp.Ludts) -> None:
        """Our own message came back: the network could not deliver it (Q.714 4.2)."""
        number = service.calling.gt
        self._node.warn("sccp returned", f"returned by {service.calling}: {service.cause.name}")
        if number is not None and service.called.ssn is Ssn.BSSAP_PLUS:
            self._returned(number, bssap_plus.decode(service.payload, up=self._up))

    def _watch_segments(self) -> None:
        deadline = self._reassembly.next_deadline()
        if deadline is not None and self._watch is None:
            self._watch = self._node.clock.start(X_SEGMENTS, self, deadline - self._node.clock.now)

    def expired(self, timer: Timer) -> None:
        """Segments have waited too long."""
        self._watch = None
        for calling, reference in self._reassembly.expire(self._node.clock.now):
            self._node.warn("sccp segments", f"segments {reference} of {calling} never completed within {timer}")
        self._watch_segments()


def find_imsi(octets: bytes) -> ImsiIdentity | None:
    """The IMSI in a message that as a whole cannot be taken, if it can be read."""
    at = 1
    try:
        while at < len(octets):
            start, end = find_length(octets, at + 1, 1)
            if octets[at] == IMSI and end <= len(octets):
                return ImsiIdentity.from_octets(octets[start:end])
            at = end
    except DecodeError:
        pass
    return None
