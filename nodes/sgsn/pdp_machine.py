"""The life of a PDP context in the SGSN: session management, network side (TS 24.008 6.1.2.2, TS 23.060 9.2).

The procedures that make, modify and delete it run as its children.
"""

from nodes.core.machine import ANY, Machine, State
from nodes.sgsn import (
    pdp_activation,
    pdp_deactivation,
    pdp_modification,
    pdp_network_modification,
    pdp_secondary_activation,
)
from nodes.sgsn.events import GgsnLost, TakenOver
from nodes.sgsn.pdp_activation import Activation
from nodes.sgsn.pdp_context import PdpContext
from nodes.sgsn.pdp_creation import reject
from nodes.sgsn.pdp_deactivation import DeactivationOrder, MobileDeactivation, NetworkDeactivation
from nodes.sgsn.pdp_modification import MobileModification
from nodes.sgsn.pdp_network_modification import ModificationOrder, NetworkModification
from nodes.sgsn.pdp_secondary_activation import SecondaryActivation
from nodes.sgsn.pdp_states import S
from protocol.causes import GtpCause, SmCause
from protocol.sm import (
    ActivatePdpContextRequest,
    ActivateSecondaryPdpContextRequest,
    DeactivatePdpContextAccept,
    DeactivatePdpContextRequest,
    ModifyPdpContextRequestMo,
    SmStatus,
)


class AddressGone:
    """Context → another that was to share its address: that is gone."""


ADDRESS_GONE = AddressGone()


def activation_requested(pdp: PdpContext, event: ActivatePdpContextRequest) -> S:
    """Ask a GGSN for it."""
    pdp.start(Activation(pdp, event))
    return S.INACTIVE


def secondary_requested(pdp: PdpContext, event: ActivateSecondaryPdpContextRequest) -> S:
    """Ask for it the GGSN that has the context of the same address."""
    pdp.start(SecondaryActivation(pdp, event))
    return S.INACTIVE


def activated(pdp: PdpContext, event: Activation | SecondaryActivation) -> S:
    """It is there, and the mobile knows."""
    return S.ACTIVE


def taken_over(pdp: PdpContext, event: TakenOver) -> S:
    """It was active under another SGSN, and is so here (23.060 6.9.1.2.2)."""
    return S.ACTIVE


def rejected(pdp: PdpContext, event: Activation | SecondaryActivation) -> S:
    """The mobile gets none."""
    return S.GONE


def withdrawn(pdp: PdpContext, event: DeactivatePdpContextRequest) -> S:
    """The mobile does not want it any more before it is there; what the GGSN makes will be deleted."""
    pdp.tell(DeactivatePdpContextAccept(transaction_identifier=pdp.ti.answer))
    return S.GONE


def given_up(pdp: PdpContext, event: DeactivationOrder) -> S:
    """The network does not want it any more before it is there."""
    reject(pdp, event.cause)
    event.answer(pdp)
    return S.GONE


def modification_requested(pdp: PdpContext, event: ModifyPdpContextRequestMo) -> S:
    """The mobile wants it modified."""
    pdp.start(MobileModification(pdp, event))
    return S.ACTIVE


def modified(pdp: PdpContext, event: MobileModification | NetworkModification) -> S:
    """It is modified, or as it was."""
    return S.ACTIVE


def modification_ordered(pdp: PdpContext, event: ModificationOrder) -> S:
    """The network wants it modified; what the mobile wants gives way (6.1.3.3.3).

    A GGSN does not wait as long as a call lasts: it hears at once that the mobile cannot be asked (29.060 7.3.4).
    """
    if event.incoming is not None and pdp.context.suspended is not None:
        event.answer(pdp, GtpCause.MS_IS_NOT_GPRS_RESPONDING)
        return S.ACTIVE
    pdp.end_children()
    pdp.start(NetworkModification(pdp, event))
    return S.MODIFY_PENDING


def ordered_meanwhile(pdp: PdpContext, event: ModificationOrder) -> S:
    """It is being modified. The GGSN may ask again; what the SGSN wants takes the place of what is under way."""
    if event.incoming is None:
        return modification_ordered(pdp, event)
    event.answer(pdp, GtpCause.NO_RESOURCES_AVAILABLE)
    return S.MODIFY_PENDING


def nothing_to_modify(pdp: PdpContext, event: ModificationOrder) -> State:
    """It is not there yet, or not for long."""
    event.answer(pdp, GtpCause.CONTEXT_NOT_FOUND)
    return pdp.state


def not_confirmed(pdp: PdpContext, event: NetworkModification) -> S:
    """The mobile does not answer what the GGSN has agreed to: it cannot stay as it was (6.1.3.3.3)."""
    return deactivation_ordered(pdp, DeactivationOrder(SmCause.NETWORK_FAILURE))


def found_lost(pdp: PdpContext, event: MobileModification | NetworkModification) -> S:
    """The GGSN says that it has none."""
    return lose(pdp)


def lost(pdp: PdpContext, event: GgsnLost) -> S:
    """The GGSN has none any more."""
    return lose(pdp)


def lose(pdp: PdpContext) -> S:
    """The mobile is to activate it again (23.060 9.2.4, 24.008 10.5.6.6 #39), and what shares its address."""
    for gone in (pdp, *pdp.linked):
        gone.in_ggsn = False
    return deactivation_ordered(pdp, DeactivationOrder(SmCause.REACTIVATION_REQUESTED, teardown=bool(pdp.linked)))


def deactivation_requested(pdp: PdpContext, event: DeactivatePdpContextRequest) -> S:
    """The mobile wants it deleted; what else runs is over (6.1.3.4.1)."""
    pdp.end_children()
    pdp.start(MobileDeactivation(pdp, event))
    return S.INACTIVE_PENDING


def deactivation_ordered(pdp: PdpContext, event: DeactivationOrder) -> S:
    """The network wants it deleted; what else runs is over (6.1.3.4.2)."""
    pdp.end_children()
    pdp.start(NetworkDeactivation(pdp, event))
    return S.INACTIVE_PENDING


def deactivated(pdp: PdpContext, event: MobileDeactivation | NetworkDeactivation) -> S:
    """It is no more, nor are those that go with it; one that is only asked for is refused."""
    if event.teardown:
        for other in pdp.linked:
            if not other.deliver(ADDRESS_GONE):
                other.end()
    return S.GONE


def address_gone(pdp: PdpContext, event: AddressGone) -> S:
    """The address that it was to share is gone."""
    reject(pdp, SmCause.UNKNOWN_PDP_CONTEXT)
    return S.GONE


def lost_too(pdp: PdpContext, event: GgsnLost) -> S:
    """It is being deleted already."""
    pdp.in_ggsn = False
    return S.INACTIVE_PENDING


def ordered_again(pdp: PdpContext, event: DeactivationOrder) -> S:
    """It is being deleted already; a GGSN that wants the same is answered."""
    event.answer(pdp)
    return S.INACTIVE_PENDING


def too_late(pdp: PdpContext, event: ModifyPdpContextRequestMo) -> S:
    """It is being deleted: nothing is modified any more (6.1.3.4.3)."""
    return S.INACTIVE_PENDING


def noted(pdp: PdpContext, event: SmStatus) -> State:
    """The mobile cannot take something: told, never answered. One that knows of no such context has none (6.1.3.5)."""
    pdp.stage.warn("sm status", f"SM STATUS from {pdp.subject}: {event.sm_cause.words}")
    if event.sm_cause is not SmCause.INVALID_TRANSACTION_IDENTIFIER_VALUE:
        return pdp.state
    pdp.delete_in_ggsn(teardown=pdp.is_last)
    return S.GONE


UNCHANGED = (S.ACTIVE, S.MODIFY_PENDING)

SM = Machine(
    "SM, network side",
    clause="24.008 6.1.2.2",
    of=PdpContext,
    initial=S.INACTIVE,
    final=(S.GONE,),
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.INACTIVE, ActivatePdpContextRequest, activation_requested, (S.INACTIVE,)),
        (S.INACTIVE, ActivateSecondaryPdpContextRequest, secondary_requested, (S.INACTIVE,)),
        (S.INACTIVE, pdp_activation.S.ACTIVATED, activated, (S.ACTIVE,)),
        (S.INACTIVE, pdp_activation.S.REJECTED, rejected, (S.GONE,)),
        (S.INACTIVE, pdp_secondary_activation.S.ACTIVATED, activated, (S.ACTIVE,)),
        (S.INACTIVE, pdp_secondary_activation.S.REJECTED, rejected, (S.GONE,)),
        (S.INACTIVE, TakenOver, taken_over, (S.ACTIVE,)),
        (S.INACTIVE, DeactivatePdpContextRequest, withdrawn, (S.GONE,)),
        (S.INACTIVE, DeactivationOrder, given_up, (S.GONE,)),
        (S.INACTIVE, AddressGone, address_gone, (S.GONE,)),
        (S.ACTIVE, ModifyPdpContextRequestMo, modification_requested, (S.ACTIVE,)),
        (S.ACTIVE, pdp_modification.S.MODIFIED, modified, (S.ACTIVE,)),
        (S.ACTIVE, pdp_modification.S.REFUSED, modified, (S.ACTIVE,)),
        (S.ACTIVE, pdp_modification.S.LOST, found_lost, (S.INACTIVE_PENDING,)),
        (S.ACTIVE, ModificationOrder, modification_ordered, (S.ACTIVE, S.MODIFY_PENDING)),
        (S.MODIFY_PENDING, ModificationOrder, ordered_meanwhile, (S.MODIFY_PENDING,)),
        (S.MODIFY_PENDING, pdp_network_modification.S.MODIFIED, modified, (S.ACTIVE,)),
        (S.MODIFY_PENDING, pdp_network_modification.S.KEPT, modified, (S.ACTIVE,)),
        (S.MODIFY_PENDING, pdp_network_modification.S.UNANSWERED, not_confirmed, (S.INACTIVE_PENDING,)),
        (S.MODIFY_PENDING, pdp_network_modification.S.LOST, found_lost, (S.INACTIVE_PENDING,)),
        (UNCHANGED, DeactivatePdpContextRequest, deactivation_requested, (S.INACTIVE_PENDING,)),
        (UNCHANGED, DeactivationOrder, deactivation_ordered, (S.INACTIVE_PENDING,)),
        (UNCHANGED, GgsnLost, lost, (S.INACTIVE_PENDING,)),
        (S.INACTIVE_PENDING, pdp_deactivation.S.DEACTIVATED, deactivated, (S.GONE,)),
        (S.INACTIVE_PENDING, pdp_deactivation.NetworkState.DEACTIVATED, deactivated, (S.GONE,)),
        (S.INACTIVE_PENDING, GgsnLost, lost_too, (S.INACTIVE_PENDING,)),
        (S.INACTIVE_PENDING, DeactivationOrder, ordered_again, (S.INACTIVE_PENDING,)),
        (S.INACTIVE_PENDING, ModifyPdpContextRequestMo, too_late, (S.INACTIVE_PENDING,)),
        (ANY, ModificationOrder, nothing_to_modify, (S.INACTIVE, S.INACTIVE_PENDING)),
        (ANY, SmStatus, noted, tuple(S)),
    ],
)

__all__ = ["SM", "S"]
