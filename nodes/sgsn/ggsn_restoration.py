"""What becomes of PDP contexts whose GGSN has restarted or does not answer (TS 23.007, TS 29.060 7.2.1, 11.4).

A GGSN that has restarted has lost them: they are deactivated, and the mobiles are to activate them again (#39). One
that does not answer may have them still: by policy they are kept, or deactivated as after a network failure (#38).
"""

from typing import TYPE_CHECKING, Any

from nodes.core.outputs import Name
from nodes.sgsn.events import GGSN_LOST
from nodes.sgsn.pdp_deactivation import DeactivationOrder
from nodes.sgsn.pdp_states import S
from protocol.causes import SmCause

if TYPE_CHECKING:
    from nodes.sgsn.gn import Gn
    from nodes.sgsn.pdp_context import PdpContext


def addresses_of(gn: "Gn", peer: Name) -> list[Any]:
    """The addresses at which a GGSN has contexts."""
    return [address for address in gn.by_ggsn if gn.gtp.path_to(address) == peer]


def contexts_of(gn: "Gn", peer: Name) -> list["PdpContext"]:
    """The contexts that a GGSN has, one for each of their addresses: those that share it go with it.

    It is one that is not going already: that one takes no other along.
    """
    found: dict[Any, PdpContext] = {}
    for address in addresses_of(gn, peer):
        for pdp in gn.by_ggsn[address]:
            known = found.get(pdp.teid_control)
            if known is None or known.state is S.INACTIVE_PENDING:
                found[pdp.teid_control] = pdp
    return list(found.values())


def restarted(gn: "Gn", peer: Name) -> None:
    """It has lost them (23.007). A mobile that another SGSN serves hears of it there."""
    for pdp in contexts_of(gn, peer):
        if pdp.context.departed:
            for gone in (*pdp.linked, pdp):
                gone.in_ggsn = False
                gone.drop()
        else:
            pdp.deliver(GGSN_LOST)


def failed(gn: "Gn", peer: Name, *, delete: bool) -> None:
    """It does not answer its echoes (29.060 7.2.1)."""
    for pdp in contexts_of(gn, peer) if delete else ():
        if not pdp.context.departed:
            pdp.deliver(DeactivationOrder(SmCause.NETWORK_FAILURE, teardown=bool(pdp.linked)))
