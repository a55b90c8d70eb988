"""The table of a mobile's main states (TS 24.008 4.1.3.1, 4.2.4, 4.2.5). It names the modules of its actions."""

from nodes.core.machine import Machine
from nodes.ms import attach, authentication, detach, ended, moved, ordered, routing_area_update, told
from nodes.ms.events import CellHeard, PagedByImsi, PagedByPtmsi, PeriodicUpdateDue, Resumed, Suspended
from nodes.ms.mobile import Mobile
from nodes.ms.orders import AttachOrder, DetachOrder, FindCover, ImsiDetachOrder, LoseCover, Move, SwitchOff, SwitchOn
from nodes.ms.states import (
    ANY_SUSPENDED,
    ATTEMPTING,
    ATTEMPTING_MM,
    DEREGISTERED_CAMPED,
    DEREGISTERED_SEARCHING,
    FINDING_SERVICE,
    FINDING_SERVICE_AGAIN,
    INITIATED,
    REGISTERED_CAMPED,
    REGISTERED_SEARCHING,
    REGISTERED_SERVED,
    UPDATE_FAILED,
    S,
)
from protocol.gmm import (
    AttachAccept,
    AuthenticationAndCipheringReject,
    AuthenticationAndCipheringRequest,
    DetachRequestMt,
    GmmInformation,
    GmmStatus,
    IdentityRequest,
    PtmsiReallocationCommand,
    RoutingAreaUpdateAccept,
)
from protocol.timers import T3302, T3311, X_SEARCH

HEARING = (*DEREGISTERED_CAMPED, *REGISTERED_CAMPED, *INITIATED)
DETACHING = (S.DEREGISTERED_INITIATED, S.IMSI_DETACH_INITIATED)
KNOWN = (S.REGISTERED, *UPDATE_FAILED, *ATTEMPTING_MM)
"""Registered, and free to speak."""
UPDATE_OVER = (*UPDATE_FAILED, S.REGISTERED_LIMITED, *FINDING_SERVICE)
FOUND_AGAIN = FINDING_SERVICE_AGAIN

GMM = Machine(
    "GMM, mobile side",
    clause="24.008 4.1.3.1",
    of=Mobile,
    initial=S.NULL,
    guards={
        S.PLMN_SEARCH: X_SEARCH,
        S.REGISTERED_SEARCH: X_SEARCH,
        S.ATTEMPTING_TO_ATTACH: T3311,
        S.ATTEMPTING_LATER: T3302,
        S.UPDATE_AGAIN: T3311,
        S.ATTEMPTING_TO_UPDATE: T3311,
        S.UPDATING_LATER: T3302,
        S.ATTEMPTING_TO_UPDATE_MM: T3311,
        S.UPDATING_MM_LATER: T3302,
    },
    rows=[
        # in this state    on this event     do this      and be in one of
        # --- what the user orders
        (S.NULL, SwitchOn, ordered.switched_on, FINDING_SERVICE),
        (S.NULL, AttachOrder, ordered.switched_on_to_attach, FINDING_SERVICE),
        ((S.NORMAL_SERVICE, *ATTEMPTING), AttachOrder, ordered.attach_ordered, FINDING_SERVICE),
        (
            (S.ATTACH_NEEDED, S.LIMITED_SERVICE, S.NO_IMSI, S.NO_CELL_AVAILABLE),
            AttachOrder,
            ordered.attach_impossible,
            (S.ATTACH_NEEDED, S.LIMITED_SERVICE, S.NO_IMSI, S.NO_CELL_AVAILABLE),
        ),
        (
            (S.REGISTERED_LIMITED, S.REGISTERED_NO_CELL, S.UPDATE_NEEDED),
            AttachOrder,
            ordered.attach_impossible,
            (S.REGISTERED_LIMITED, S.REGISTERED_NO_CELL, S.UPDATE_NEEDED),
        ),
        (
            (S.PLMN_SEARCH, S.REGISTERED_SEARCH, *ANY_SUSPENDED),
            AttachOrder,
            ordered.attach_awaited,
            (S.PLMN_SEARCH, S.REGISTERED_SEARCH, *ANY_SUSPENDED),
        ),
        (KNOWN, AttachOrder, ordered.attach_ordered_again, FOUND_AGAIN),
        (
            (S.REGISTERED_INITIATED, S.UPDATING),
            AttachOrder,
            ordered.joined,
            (S.REGISTERED_INITIATED, S.UPDATING),
        ),
        (S.DEREGISTERED_INITIATED, DetachOrder, ordered.joined, (S.DEREGISTERED_INITIATED,)),
        (
            (S.REGISTERED_INITIATED, S.UPDATING, S.IMSI_DETACH_INITIATED, *KNOWN),
            DetachOrder,
            ordered.detach_ordered,
            (S.DEREGISTERED_INITIATED,),
        ),
        (
            (S.PLMN_SEARCH, S.ATTACH_NEEDED, *ATTEMPTING),
            DetachOrder,
            ordered.given_up,
            (S.PLMN_SEARCH, S.NORMAL_SERVICE),
        ),
        (
            (*REGISTERED_SEARCHING, S.REGISTERED_LIMITED, S.UPDATE_NEEDED),
            DetachOrder,
            ordered.detached_unheard,
            (*DEREGISTERED_SEARCHING, S.LIMITED_SERVICE, S.NORMAL_SERVICE),
        ),
        (
            (S.REGISTERED, *ATTEMPTING_MM),
            ImsiDetachOrder,
            ordered.imsi_detach_ordered,
            (S.REGISTERED, *ATTEMPTING_MM, S.IMSI_DETACH_INITIATED),
        ),
        (DEREGISTERED_CAMPED, ImsiDetachOrder, ordered.imsi_detach_ordered, DEREGISTERED_CAMPED),
        ((*INITIATED, *KNOWN), SwitchOff, ordered.leaving, (S.DEREGISTERED_INITIATED,)),
        (
            (
                *DEREGISTERED_CAMPED,
                *DEREGISTERED_SEARCHING,
                *REGISTERED_SEARCHING,
                S.REGISTERED_LIMITED,
                S.UPDATE_NEEDED,
                *ANY_SUSPENDED,
            ),
            SwitchOff,
            ordered.switched_off,
            (S.NULL,),
        ),
        # --- what comes of it
        (
            S.REGISTERED_INITIATED,
            attach.S.ATTACHED,
            ended.attached,
            (S.REGISTERED, *ATTEMPTING_MM),
        ),
        (
            S.REGISTERED_INITIATED,
            attach.S.REFUSED,
            ended.refused,
            (S.LIMITED_SERVICE, S.NO_IMSI, *ATTEMPTING),
        ),
        (S.REGISTERED_INITIATED, attach.S.UNANSWERED, ended.unanswered, ATTEMPTING),
        (S.ATTEMPTING_TO_ATTACH, T3311, ended.attach_due, FINDING_SERVICE),
        (S.ATTEMPTING_LATER, T3302, ended.attach_due_anew, FINDING_SERVICE),
        (
            S.UPDATING,
            routing_area_update.S.UPDATED,
            ended.updated,
            (S.REGISTERED, *ATTEMPTING_MM, *DETACHING),
        ),
        (S.UPDATING, routing_area_update.S.REFUSED, ended.update_refused, UPDATE_OVER),
        (S.UPDATING, routing_area_update.S.UNANSWERED, ended.update_unanswered, UPDATE_FAILED),
        (
            (S.UPDATE_AGAIN, S.ATTEMPTING_TO_UPDATE, S.ATTEMPTING_TO_UPDATE_MM),
            T3311,
            ended.update_due,
            FOUND_AGAIN,
        ),
        ((S.UPDATING_LATER, S.UPDATING_MM_LATER), T3302, ended.update_due_anew, FOUND_AGAIN),
        (
            (S.PLMN_SEARCH, S.REGISTERED_SEARCH),
            X_SEARCH,
            ended.cell_not_found,
            (S.NO_CELL_AVAILABLE, S.REGISTERED_NO_CELL),
        ),
        (S.DEREGISTERED_INITIATED, detach.S.DETACHED, ended.detached, (*FINDING_SERVICE, S.NULL)),
        (S.IMSI_DETACH_INITIATED, detach.S.DETACHED, ended.imsi_detached, FOUND_AGAIN),
        (
            S.IMSI_DETACH_INITIATED,
            detach.S.OVERTAKEN,
            ended.overtaken,
            FINDING_SERVICE,
        ),
        (HEARING, authentication.S.ANSWERED, ended.authenticated, HEARING),
        (
            HEARING,
            authentication.S.FALSE_NETWORK,
            ended.network_false,
            (S.NO_CELL_AVAILABLE, S.REGISTERED_NO_CELL, S.NO_IMSI),
        ),
        # --- what the network says
        (HEARING, AuthenticationAndCipheringRequest, told.challenged, HEARING),
        (HEARING, AuthenticationAndCipheringReject, told.proof_refused, (S.NO_IMSI,)),
        (HEARING, IdentityRequest, told.asked_who, HEARING),
        (KNOWN, PtmsiReallocationCommand, told.renamed, KNOWN),
        (
            S.DEREGISTERED_INITIATED,
            PtmsiReallocationCommand,
            told.renaming_ignored,
            (S.DEREGISTERED_INITIATED,),
        ),
        (KNOWN, AttachAccept, told.accepted_again, KNOWN),
        (KNOWN, RoutingAreaUpdateAccept, told.updated_again, KNOWN),
        (
            REGISTERED_CAMPED,
            DetachRequestMt,
            told.detached_by_network,
            (*FINDING_SERVICE, *REGISTERED_CAMPED, S.UPDATING),
        ),
        (
            S.REGISTERED_INITIATED,
            DetachRequestMt,
            told.detached_while_attaching,
            FINDING_SERVICE,
        ),
        (S.UPDATING, DetachRequestMt, told.detached_while_updating, (*FINDING_SERVICE, S.UPDATING)),
        (DEREGISTERED_CAMPED, DetachRequestMt, told.detached_again, DEREGISTERED_CAMPED),
        (KNOWN, PagedByPtmsi, told.paged, KNOWN),
        ((*KNOWN, S.UPDATING), PagedByImsi, told.paged_by_imsi, FINDING_SERVICE),
        (HEARING, GmmInformation, told.informed, HEARING),
        (HEARING, GmmStatus, told.noted, HEARING),
        # --- where the mobile is
        (S.NULL, Move, moved.carried, (S.NULL,)),
        (
            (*DEREGISTERED_SEARCHING, S.NORMAL_SERVICE, S.ATTACH_NEEDED, S.LIMITED_SERVICE, S.NO_IMSI),
            Move,
            moved.reselected,
            FINDING_SERVICE,
        ),
        (ATTEMPTING, Move, moved.reselected_attempting, (*FINDING_SERVICE, *ATTEMPTING)),
        (S.REGISTERED_INITIATED, Move, moved.reselected_attaching, FINDING_SERVICE),
        (
            (S.REGISTERED, S.UPDATE_NEEDED, S.REGISTERED_LIMITED, *REGISTERED_SEARCHING),
            Move,
            moved.reselected_registered,
            FOUND_AGAIN,
        ),
        (
            (*UPDATE_FAILED, *ATTEMPTING_MM),
            Move,
            moved.reselected_attempting_update,
            (*FOUND_AGAIN, *UPDATE_FAILED, *ATTEMPTING_MM),
        ),
        (S.UPDATING, Move, moved.reselected_updating, FOUND_AGAIN),
        (DETACHING, Move, moved.reselected_detaching, (*DETACHING, *FINDING_SERVICE, *FOUND_AGAIN)),
        (ANY_SUSPENDED, Move, moved.reselected_in_call, ANY_SUSPENDED),
        (
            (*DEREGISTERED_SEARCHING, S.NORMAL_SERVICE, S.ATTACH_NEEDED, S.LIMITED_SERVICE),
            CellHeard,
            moved.cell_heard,
            FINDING_SERVICE,
        ),
        (
            (*REGISTERED_SEARCHING, S.REGISTERED, S.UPDATE_NEEDED, S.REGISTERED_LIMITED, *ATTEMPTING_MM),
            CellHeard,
            moved.cell_heard_registered,
            FOUND_AGAIN,
        ),
        (
            (*ATTEMPTING, *UPDATE_FAILED, *INITIATED),
            CellHeard,
            moved.cell_heard_between,
            (*ATTEMPTING, *UPDATE_FAILED, *INITIATED, *FINDING_SERVICE, *FOUND_AGAIN),
        ),
        (
            (*HEARING, *DEREGISTERED_SEARCHING, *REGISTERED_SEARCHING, *ANY_SUSPENDED),
            LoseCover,
            moved.cover_lost,
            (S.NO_CELL_AVAILABLE, S.REGISTERED_NO_CELL, S.NO_IMSI),
        ),
        (S.NULL, LoseCover, moved.cover_noted, (S.NULL,)),
        (DEREGISTERED_SEARCHING, FindCover, moved.cover_found, FINDING_SERVICE),
        (REGISTERED_SEARCHING, FindCover, moved.cover_found_registered, FOUND_AGAIN),
        (
            (S.NULL, *HEARING, *ANY_SUSPENDED),
            FindCover,
            moved.cover_noted,
            (S.NULL, *HEARING, *ANY_SUSPENDED),
        ),
        ((S.REGISTERED, *ATTEMPTING_MM), PeriodicUpdateDue, moved.periodic_update_due, FOUND_AGAIN),
        (
            (S.UPDATE_NEEDED, *UPDATE_FAILED, S.REGISTERED_LIMITED, S.REGISTERED_SUSPENDED, S.UPDATING, *DETACHING),
            PeriodicUpdateDue,
            moved.periodic_update_later,
            (S.UPDATE_NEEDED, *UPDATE_FAILED, S.REGISTERED_LIMITED, S.REGISTERED_SUSPENDED, S.UPDATING, *DETACHING),
        ),
        (REGISTERED_SEARCHING, PeriodicUpdateDue, moved.periodic_update_missed, REGISTERED_SEARCHING),
        # --- calls
        (
            (S.NORMAL_SERVICE, S.ATTACH_NEEDED, *ATTEMPTING, S.REGISTERED_INITIATED, S.DEREGISTERED_INITIATED),
            Suspended,
            moved.suspended,
            (S.SUSPENDED,),
        ),
        (
            (*REGISTERED_SERVED, S.UPDATING, S.IMSI_DETACH_INITIATED),
            Suspended,
            moved.suspended_registered,
            (S.REGISTERED_SUSPENDED,),
        ),
        (S.SUSPENDED, Resumed, moved.resumed, (*FINDING_SERVICE, S.ATTEMPTING_LATER)),
        (
            S.REGISTERED_SUSPENDED,
            Resumed,
            moved.resumed_registered,
            (*FOUND_AGAIN, *UPDATE_FAILED, *ATTEMPTING_MM),
        ),
    ],
)
