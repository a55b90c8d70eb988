"""Suspension at the old SGSN (TS 23.060 16.2.1.2, TS 29.060 6.1.2, 6.1.3).

A mobile that took a call under another SGSN: that one is asked to speak to it no more. GTP has no message for this; it
is an SGSN Context Request with an extension header, and no context moves.
"""

from nodes.core import gtp
from nodes.core.gtp import NO_TEID, Transaction
from nodes.core.machine import Begin, Machine, Procedure, State
from protocol.gtp import ExtensionHeader, ExtensionHeaderType, SgsnContextRequest
from protocol.identities import Rai, Teid, Tlli

SUSPEND_REQUEST = ExtensionHeader(ExtensionHeaderType.SUSPEND_REQUEST)
SUSPEND_RESPONSE = ExtensionHeader(ExtensionHeaderType.SUSPEND_RESPONSE)


class S(State):
    """States of the suspension at the old SGSN."""

    START = "start"
    WAIT_RESPONSE = "wait for SGSN Context Response (suspend)"
    ACKNOWLEDGED = "suspended at the old SGSN"
    REFUSED = "not suspended at the old SGSN"


class SuspendAtOldSgsn(Procedure):
    """One suspension of the mobile that uses ``tlli`` and was last in ``rai``."""

    __slots__ = ("_teid", "rai", "tlli")

    def __init__(self, parent: Procedure, rai: Rai, tlli: Tlli) -> None:
        super().__init__(parent.stage, parent)
        self.rai = rai
        self.tlli = tlli
        self._teid: Teid | None = None

    def ended(self) -> None:
        if self._teid is not None:
            self.stage.gn.gtp.release_teid(self._teid)

    def make_request(self) -> SgsnContextRequest:
        """Without IMSI, P-TMSI, signature and MS validated (6.1.2)."""
        self._teid = self.stage.gn.gtp.allocate_teid()
        return SgsnContextRequest(
            teid=NO_TEID,
            extension_headers=(SUSPEND_REQUEST,),
            rai=self.rai,
            tlli=self.tlli,
            tunnel_endpoint_identifier_control_plane=self._teid,
            sgsn_address_for_control_plane=self.stage.gn.own,
        )


def begun(suspension: SuspendAtOldSgsn, event: Begin) -> S:
    """Ask the SGSN of the old routing area, if there is one."""
    stage = suspension.stage
    address = stage.old_sgsn(suspension.rai, suspension.tlli)
    if address is None:
        return S.REFUSED
    suspension.start(stage.gn.gtp.request(suspension, address, suspension.make_request()))
    return S.WAIT_RESPONSE


def responded(suspension: SuspendAtOldSgsn, event: Transaction) -> S:
    """It has suspended the mobile only if it says so by the header: one that does not know it (R99) refuses."""
    accepted = event.answer.cause.is_acceptance and SUSPEND_RESPONSE in event.answer.extension_headers
    return S.ACKNOWLEDGED if accepted else S.REFUSED


def unanswered(suspension: SuspendAtOldSgsn, event: Transaction) -> S:
    """It does not answer."""
    return S.REFUSED


SUSPEND_AT_OLD_SGSN = Machine(
    "suspension at the old SGSN",
    clause="23.060 16.2.1.2, 29.060 6.1.2",
    of=SuspendAtOldSgsn,
    initial=S.START,
    final=(S.ACKNOWLEDGED, S.REFUSED),
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_RESPONSE, S.REFUSED)),
        (S.WAIT_RESPONSE, gtp.S.ANSWERED, responded, (S.ACKNOWLEDGED, S.REFUSED)),
        (S.WAIT_RESPONSE, gtp.S.NO_RESPONSE, unanswered, (S.REFUSED,)),
    ],
)
