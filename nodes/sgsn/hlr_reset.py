"""Reset of an HLR, SGSN side (TS 29.002 19.3.2, TS 23.007 5.1): what it may have lost is told to it again.

The MM contexts of its subscribers are marked: their location is not confirmed in the HLR, and a VLR that is associated
with the mobile is to hear of its activity (NGAF). At the next contact with the mobile the HLR is told where that is, by
the update that the mobile asks for, or by one of the SGSN's own.

Marks are not set on contexts, of which there may be a million: resets are counted, and a location that was confirmed
before the last one of its HLR is confirmed no more.
"""

from typing import Any

from nodes.core.tcap import Dialogue
from protocol.identities import Imsi
from protocol.map.contexts import RESET_V1, RESET_V2
from protocol.map.restart import ResetArg

CONTEXTS = frozenset({RESET_V1, RESET_V2})
"""Application contexts in which HLRs tell of a reset."""

MOST = 1024
"""How many beginnings of IMSIs are kept apart; with more, every location counts as lost."""


class HlrResets:
    """All resets so far. ``last`` is the number of the last one."""

    def __init__(self, node: Any) -> None:
        self._node = node
        self.last = 0
        self._by_prefix: dict[str, int] = {}
        self._lengths: tuple[int, ...] = ()

    def hear(self, dialogue: Dialogue, argument: ResetArg) -> None:
        """An HLR has lost data: of the IMSIs that it lists, or of all that it serves."""
        served = [prefix for prefix, number in self._node.config.hlrs.items() if number == argument.hlr_number.digits]
        if not served:
            self._node.warn("map reset", f"reset of {argument.hlr_number}, which serves nobody here")
        listed = [str(prefix) for prefix in argument.hlr_list if str(prefix).startswith(tuple(served))]
        self.last += 1
        self._by_prefix.update(dict.fromkeys(listed or served, self.last))
        if len(self._by_prefix) > MOST:
            self._by_prefix = {"": self.last}
        self._lengths = tuple({len(prefix) for prefix in self._by_prefix})
        dialogue.end()

    def last_of(self, imsi: Imsi) -> int:
        """The number of the last reset that concerns a subscriber, 0 for none."""
        return max((self._by_prefix.get(imsi[:length], 0) for length in self._lengths), default=0)
