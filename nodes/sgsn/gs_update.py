"""Location update for non-GPRS services, SGSN side (TS 29.018 clause 6), as part of an attach or routing area update.

The VLR is asked only if it must be: at an IMSI attach, in a new location area, or where the association is not there or
not to be relied on (23.060 6.9.1.3, 23.007 11).
"""

from typing import Any

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.sgsn.association import NOT_UPDATED, Association, UpdateWanted
from nodes.sgsn.association import S as Gs
from protocol import gmm
from protocol.bssap_plus import LocationUpdateAccept, LocationUpdateReject, LocationUpdateRequest
from protocol.bssap_plus.elements import GprsLocationUpdateType, TmsiStatus
from protocol.bssgp import ImsiIdentity
from protocol.causes import GmmCause, MmCause
from protocol.classmarks import MobileStationClassmark1, RevisionLevel
from protocol.gmm.capability import AccessCapabilities, MsRadioAccessCapability
from protocol.gmm.elements import UpdateTypeValue
from protocol.identities import Gt, MobileIdentity
from protocol.timers import T6_1, Timer

PARTIAL = {
    MmCause.IMSI_UNKNOWN_IN_HLR: GmmCause.IMSI_UNKNOWN_IN_HLR,
    MmCause.ILLEGAL_MS: GmmCause.IMSI_UNKNOWN_IN_HLR,
    MmCause.ILLEGAL_ME: GmmCause.IMSI_UNKNOWN_IN_HLR,
    MmCause.CONGESTION: GmmCause.CONGESTION,
}
"""What the mobile is told of a reject: one of the causes of a success for GPRS alone (24.008 4.7.3.2.3.2).

Who may not use calls at all must not try again before the card is changed, as with #2; all else is #17, try again.
"""

ATTACHING = (UpdateTypeValue.COMBINED_RA_LA_UPDATING_WITH_IMSI_ATTACH,)


class NotDelivered:
    """Gs → update: the network could not deliver the request."""


NOT_DELIVERED = NotDelivered()


class S(State):
    """States of the update."""

    START = "start"
    WAIT_ACCEPT = "wait for LOCATION-UPDATE-ACCEPT"
    UPDATED = "registered with the VLR"
    REFUSED = "refused by the VLR"
    UNANSWERED = "VLR not reachable"


class GsUpdate(Procedure):
    """One update for the mobile of ``context``, whose ``request`` began it.

    ``cause`` is what the mobile is told if it failed, ``identity`` its new TMSI, or its IMSI if it is to use none.
    """

    __slots__ = ("association", "cause", "context", "identity", "request")

    def __init__(self, parent: Any, context: Any, request: gmm.AttachRequest | gmm.RoutingAreaUpdateRequest) -> None:
        super().__init__(parent.stage, parent)
        self.context = context
        self.request = request
        self.association: Association | None = None
        self.cause: GmmCause | None = None
        self.identity: MobileIdentity | None = None

    def ended(self) -> None:
        if self.association is not None and self.association.update is self:
            self.association.hear(NOT_UPDATED)

    def is_needed(self, association: Association, vlr: Gt) -> bool:
        """False where the VLR knows all that it would hear (23.060 6.9.1.3.1 step 5).

        A mobile that has not acknowledged its TMSI may not have it: it is given one again, or is never paged by it.
        """
        return (
            self.update_type is GprsLocationUpdateType.IMSI_ATTACH
            or association.state is not Gs.ASSOCIATED
            or not association.is_reliable
            or association.vlr != vlr
            or association.lai != self.context.cell.rai.lai
            or association.tmsi_given is not None
        )

    @property
    def update_type(self) -> GprsLocationUpdateType:
        """What the VLR is told of the kind of update (18.4.6)."""
        request = self.request
        if isinstance(request, gmm.RoutingAreaUpdateRequest) and request.update_type.update_type_value not in ATTACHING:
            return GprsLocationUpdateType.NORMAL_LOCATION_UPDATE
        return GprsLocationUpdateType.IMSI_ATTACH

    def make_request(self) -> LocationUpdateRequest:
        """LOCATION-UPDATE-REQUEST (17.1.11)."""
        context, status = self.context, self.request.tmsi_status
        return LocationUpdateRequest(
            imsi=ImsiIdentity(context.imsi),
            sgsn_number=self.stage.isdn,
            update_type=self.update_type,
            new_cell_global_identity=context.cell,
            mobile_station_classmark=make_classmark(context.ms_radio_access_capability),
            old_location_area_identifier=self.request.old_routing_area.lai,
            tmsi_status=None if status is None else TmsiStatus(valid_tmsi_available=status == 1),
        )


def make_classmark(capability: MsRadioAccessCapability) -> MobileStationClassmark1:
    """The classmark that the VLR wants, from what the SGSN knows of the mobile's radio: that of its first band."""
    first = capability.accesses[0].capabilities
    if not isinstance(first, AccessCapabilities):
        return MobileStationClassmark1(
            revision_level=RevisionLevel.PHASE_2, es_ind=False, no_a5_1=False, rf_power_capability=0
        )
    newer = bool(first.revision_level_indicator)
    return MobileStationClassmark1(
        revision_level=RevisionLevel.R99_OR_LATER if newer else RevisionLevel.PHASE_2,
        es_ind=first.es_ind,
        no_a5_1=first.a5_bits is not None and not first.a5_bits & 0x40,
        rf_power_capability=first.rf_power_capability or 0,
    )


def begun(update: GsUpdate, event: Begin) -> S:
    """Ask the VLR that serves the cell."""
    vlr = update.stage.config.vlrs.get(update.context.cell.rai.lai)
    if vlr is None:
        update.cause = GmmCause.MSC_TEMPORARILY_NOT_REACHABLE
        return S.UNANSWERED
    association = update.stage.gs.associate(update.context.imsi)
    if not update.is_needed(association, vlr):
        return S.UPDATED
    update.association = association
    association.hear(UpdateWanted(update, vlr, update.make_request()))
    return S.WAIT_ACCEPT


def accepted(update: GsUpdate, event: LocationUpdateAccept) -> S:
    """The mobile is registered there."""
    update.identity = event.new_tmsi_or_imsi
    return S.UPDATED


def rejected(update: GsUpdate, event: LocationUpdateReject) -> S:
    """It is not (6.2.3)."""
    update.cause = PARTIAL.get(event.reject_cause, GmmCause.NETWORK_FAILURE)
    return S.REFUSED


def unanswered(update: GsUpdate, event: Timer | NotDelivered) -> S:
    """T6-1 has run out (6.4), or the VLR cannot be reached: an answer that comes later fits no state."""
    update.cause = GmmCause.MSC_TEMPORARILY_NOT_REACHABLE
    return S.UNANSWERED


GS_UPDATE = Machine(
    "location update for non-GPRS services",
    clause="29.018 6",
    of=GsUpdate,
    initial=S.START,
    final=(S.UPDATED, S.REFUSED, S.UNANSWERED),
    guards={S.WAIT_ACCEPT: T6_1},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_ACCEPT, S.UPDATED, S.UNANSWERED)),
        (S.WAIT_ACCEPT, LocationUpdateAccept, accepted, (S.UPDATED,)),
        (S.WAIT_ACCEPT, LocationUpdateReject, rejected, (S.REFUSED,)),
        (S.WAIT_ACCEPT, NotDelivered, unanswered, (S.UNANSWERED,)),
        (S.WAIT_ACCEPT, T6_1, unanswered, (S.UNANSWERED,)),
    ],
)
