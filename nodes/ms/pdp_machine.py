"""Session management in the mobile: the table of a PDP context (TS 24.008 6.1.2.1.1, 6.1.3)."""

from nodes.core.machine import Begin, Machine
from nodes.ms import pdp_activation as activation
from nodes.ms import pdp_deactivation as deactivation
from nodes.ms import pdp_modification as modification
from nodes.ms import router_discovery
from nodes.ms.orders import DeactivateOrder, ModifyOrder
from nodes.ms.pdp_context import PdpContext
from nodes.ms.pdp_states import CARRYING, PENDING, S
from nodes.ms.router_discovery import Advertised
from protocol.sm import (
    ActivatePdpContextAccept,
    ActivatePdpContextReject,
    ActivateSecondaryPdpContextAccept,
    ActivateSecondaryPdpContextReject,
    DeactivatePdpContextAccept,
    DeactivatePdpContextRequest,
    ModifyPdpContextAcceptMt,
    ModifyPdpContextReject,
    ModifyPdpContextRequestMt,
    SmStatus,
)
from protocol.timers import T3380, T3381, T3390

ACTIVATED = (S.ACTIVE, S.INACTIVE_PENDING)
LATE = (*CARRYING, S.INACTIVE_PENDING)

SM = Machine(
    "SM, mobile side",
    clause="24.008 6.1.2.1.1",
    of=PdpContext,
    initial=S.INACTIVE,
    final=(S.OVER,),
    guards={
        S.ACTIVE_PENDING: T3380,
        S.SECONDARY_PENDING: T3380,
        S.MODIFY_PENDING: T3381,
        S.INACTIVE_PENDING: T3390,
    },
    rows=[
        # in this state    on this event     do this      and be in one of
        # --- activation
        (S.INACTIVE, Begin, activation.requested, PENDING),
        (S.ACTIVE_PENDING, ActivatePdpContextAccept, activation.accepted, ACTIVATED),
        (S.ACTIVE_PENDING, ActivatePdpContextReject, activation.rejected, (S.OVER,)),
        (S.SECONDARY_PENDING, ActivateSecondaryPdpContextAccept, activation.accepted, ACTIVATED),
        (S.SECONDARY_PENDING, ActivateSecondaryPdpContextReject, activation.rejected, (S.OVER,)),
        (PENDING, T3380, activation.unanswered, (S.OVER,)),
        (LATE, ActivatePdpContextAccept, activation.accepted_again, LATE),
        (LATE, ActivateSecondaryPdpContextAccept, activation.accepted_again, LATE),
        (S.INACTIVE_PENDING, ActivatePdpContextReject, activation.rejected_late, (S.OVER,)),
        (S.INACTIVE_PENDING, ActivateSecondaryPdpContextReject, activation.rejected_late, (S.OVER,)),
        (LATE, router_discovery.S.CONFIGURED, activation.addressed, LATE),
        (LATE, router_discovery.S.SILENT, activation.addressed, LATE),
        (LATE, Advertised, activation.readdressed, LATE),
        # --- modification
        (S.ACTIVE, ModifyOrder, modification.ordered, (S.MODIFY_PENDING,)),
        (S.MODIFY_PENDING, ModifyPdpContextAcceptMt, modification.granted, ACTIVATED),
        (S.MODIFY_PENDING, ModifyPdpContextReject, modification.refused, (S.ACTIVE,)),
        (S.MODIFY_PENDING, T3381, modification.unanswered, (S.ACTIVE,)),
        (CARRYING, ModifyPdpContextRequestMt, modification.modified, ACTIVATED),
        (S.INACTIVE_PENDING, ModifyPdpContextRequestMt, modification.ignored, (S.INACTIVE_PENDING,)),
        (S.INACTIVE_PENDING, ModifyPdpContextAcceptMt, modification.ignored, (S.INACTIVE_PENDING,)),
        (S.INACTIVE_PENDING, ModifyPdpContextReject, modification.ignored, (S.INACTIVE_PENDING,)),
        # --- deactivation
        ((*PENDING, *CARRYING), DeactivateOrder, deactivation.ordered, (S.INACTIVE_PENDING, S.OVER)),
        (S.INACTIVE_PENDING, DeactivateOrder, deactivation.joined, (S.INACTIVE_PENDING,)),
        (S.INACTIVE_PENDING, DeactivatePdpContextAccept, deactivation.granted, (S.OVER,)),
        (S.INACTIVE_PENDING, T3390, deactivation.unanswered, (S.OVER,)),
        (
            (*PENDING, *CARRYING, S.INACTIVE_PENDING),
            DeactivatePdpContextRequest,
            deactivation.deactivated,
            (S.OVER,),
        ),
        (
            (*PENDING, *CARRYING, S.INACTIVE_PENDING),
            SmStatus,
            deactivation.told_status,
            (*PENDING, *CARRYING, S.INACTIVE_PENDING, S.OVER),
        ),
    ],
)
