"""The Gs interface of the SGSN (TS 29.018): what VLRs say of its mobiles, and which of them trust whom."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nodes.core.bssap_plus import BssapPlus
from nodes.core.machine import BEGIN
from nodes.sgsn import mobility, non_gprs_paging
from nodes.sgsn.association import CONTEXT_GONE, DISOWNED, Association, S
from nodes.sgsn.gs_reset import Forgetful, GsReset, SgsnReset
from nodes.sgsn.gs_update import NOT_DELIVERED
from nodes.sgsn.ms_information import MsInformationWanted, make_response, needs_mobile
from protocol.bssap_plus import (
    AlertAck,
    AlertReject,
    AlertRequest,
    BssapPlusMessage,
    DownlinkTunnelRequest,
    GprsDetachAck,
    ImsiDetachAck,
    LocationUpdateAccept,
    LocationUpdateReject,
    LocationUpdateRequest,
    MmInformationRequest,
    MobileStatus,
    MsActivityIndication,
    MsInformationRequest,
    MsInformationResponse,
    PagingRequest,
    ResetAck,
    ResetIndication,
)
from protocol.bssap_plus.elements import MmInformation, MobileStationState
from protocol.bssgp import ImsiIdentity
from protocol.causes import GsCause
from protocol.gmm import GmmInformation
from protocol.identities import Gt, Imsi

if TYPE_CHECKING:
    from nodes.sgsn.context import MmContext

NOT_KNOWN = (GsCause.IMSI_UNKNOWN, GsCause.MESSAGE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE)
"""With these causes a VLR says that there is no association on its side."""

Taker = Callable[[Gt, Any], bool]
"""Takes a message of a VLR; False where it fits no state."""


class Gs:
    """The SGSN's end of Gs: the associations of its mobiles, found by IMSI.

    ``generations`` counts how often each VLR has started anew: an association of an earlier one is not reliable.
    """

    def __init__(self, node: Any) -> None:
        config = node.config
        self.node = node
        self.link = BssapPlus(node, config.number, config.routes, up=True, hear=self.hear, returned=self.returned)
        self.associations: dict[str, Association] = {}
        self.vlrs = tuple(dict.fromkeys(config.vlrs.values()))
        self.generations: dict[Gt, int] = dict.fromkeys(self.vlrs, 0)
        self.resets: dict[Gt, GsReset] = {}
        self.forgetful = SgsnReset(node)
        self._takers: dict[type, Taker] = {
            LocationUpdateAccept: self._update_answered,
            LocationUpdateReject: self._update_answered,
            GprsDetachAck: self._detach_acknowledged,
            ImsiDetachAck: self._detach_acknowledged,
            PagingRequest: lambda vlr, message: non_gprs_paging.page(self, vlr, message),
            AlertRequest: self._alert,
            MsInformationRequest: self._tell_information,
            MmInformationRequest: self._pass_information,
            DownlinkTunnelRequest: self._tunnel,
            ResetIndication: self._vlr_reset,
            ResetAck: self._reset_acknowledged,
            MobileStatus: self._status,
        }

    def start(self) -> None:
        """After a restart all VLRs are told that all is forgotten (12)."""
        if not self.node.restarts:
            return
        self.forgetful.hear(BEGIN)
        for vlr in self.vlrs:
            self.resets[vlr] = GsReset(self.node, vlr)
            self.resets[vlr].hear(BEGIN)

    @property
    def has_forgotten(self) -> bool:
        """SGSN-Reset (23.007 11): a mobile that is not known may have been known before the restart."""
        return self.forgetful.state is Forgetful.TRUE

    # --- for the contexts -----------------------------------------------------------------------------------------

    def associate(self, imsi: Imsi) -> Association:
        """The association of a mobile, made if there is none."""
        association = self.associations.get(imsi)
        if association is None:
            association = self.associations[imsi] = Association(self.node, imsi)
        return association

    def is_associated(self, imsi: Imsi) -> bool:
        """Whether a VLR takes this SGSN to speak for the mobile."""
        association = self.associations.get(imsi)
        return association is not None and association.state is S.ASSOCIATED

    def updating(self, imsi: Imsi | None) -> "MmContext | None":
        """The context of a mobile that waits for its VLR."""
        association = None if imsi is None else self.associations.get(imsi)
        if association is None or association.update is None:
            return None
        context: MmContext = association.update.context
        return context

    def drop(self, association: Association) -> None:
        """An association is over."""
        del self.associations[association.imsi]

    def tell(self, imsi: Imsi | None, event: object) -> None:
        """Tell the association of a mobile, if there is one, what has become of that."""
        association = None if imsi is None else self.associations.get(imsi)
        if association is not None:
            association.hear(event)

    def forget(self, imsi: Imsi) -> None:
        """The SGSN knows nothing more of this mobile."""
        self.tell(imsi, CONTEXT_GONE)

    def wants_update(self, imsi: Imsi | None) -> bool:
        """True where the VLR is to be asked anew, as it has lost its memory (11, 23.007 10).

        After a combined update it has been. A periodic one cannot bring a TMSI to the mobile (24.008 9.4.15.5), so that
        must ask by itself.
        """
        association = None if imsi is None else self.associations.get(imsi)
        return association is not None and association.state is S.ASSOCIATED and not association.is_reliable

    def heard(self, context: "MmContext") -> None:
        """The mobile was active: the VLR that waits for that is told, unless a procedure will tell it more (8.3)."""
        association = None if context.imsi is None else self.associations.get(context.imsi)
        if association is None or association.alert is None or context.children:
            return
        if context.state is mobility.S.REGISTERED:
            vlr, association.alert = association.alert, None
            self.link.send(
                vlr, MsActivityIndication(imsi=ImsiIdentity(association.imsi), cell_global_identity=context.cell)
            )

    def set_ngaf(self, imsi: Imsi) -> None:
        """The VLR that is associated with a mobile is to hear of its activity (23.007 5.1)."""
        association = self.associations.get(imsi)
        if association is not None and association.state is S.ASSOCIATED:
            association.alert = association.vlr

    def look(self, imsi: Imsi | None) -> dict[str, Any]:
        """What ``inspect`` tells of a mobile."""
        association = None if imsi is None else self.associations.get(imsi)
        if association is None:
            return {"gs": S.NULL.value, "vlr": None, "vlr_reliable": None, "ngaf": False, "tmsi": None}
        known = association.state in (S.LA_UPDATE_REQUESTED, S.ASSOCIATED)
        return {
            "gs": association.words,
            "vlr": str(association.vlr) if known else None,
            "vlr_reliable": association.is_reliable if known else None,
            "ngaf": association.alert is not None,
            "tmsi": None if association.tmsi is None else str(association.tmsi),
        }

    # --- what VLRs say --------------------------------------------------------------------------------------------

    def receive(self, pdu: bytes) -> None:
        """Take an SCCP message."""
        self.link.receive(pdu)

    def hear(self, vlr: Gt, message: BssapPlusMessage) -> bool:
        """Take a message of a VLR."""
        return self._takers[type(message)](vlr, message)

    def returned(self, vlr: Gt, message: BssapPlusMessage) -> None:
        """A message could not be delivered; a location update need not wait for its timer."""
        association = self.associations.get(message.imsi.imsi) if isinstance(message, LocationUpdateRequest) else None
        if association is not None and association.update is not None and association.vlr == vlr:
            association.update.hear(NOT_DELIVERED)

    def _from(self, vlr: Gt, imsi: Imsi) -> Association | None:
        """The association of a mobile with this VLR."""
        association = self.associations.get(imsi)
        return association if association is not None and association.vlr == vlr else None

    def _update_answered(self, vlr: Gt, message: LocationUpdateAccept | LocationUpdateReject) -> bool:
        """First the association, then the update that waits for it."""
        association = self._from(vlr, message.imsi.imsi)
        if association is None:
            return False
        update = association.update
        if not association.hear(message):
            return False
        if update is not None:
            update.hear(message)
        return True

    def _detach_acknowledged(self, vlr: Gt, message: GprsDetachAck | ImsiDetachAck) -> bool:
        association = self._from(vlr, message.imsi.imsi)
        if association is not None:
            association.hear(message)
        return True

    def _alert(self, vlr: Gt, message: AlertRequest) -> bool:
        """ALERT-REQUEST (8): NGAF is set, until the mobile is heard."""
        if self.node.context_of(message.imsi.imsi) is None:
            self.link.send(vlr, AlertReject(imsi=message.imsi, gs_cause=GsCause.IMSI_UNKNOWN))
        else:
            self.associate(message.imsi.imsi).alert = vlr
            self.link.send(vlr, AlertAck(imsi=message.imsi))
        return True

    def _tell_information(self, vlr: Gt, message: MsInformationRequest) -> bool:
        """MS-INFORMATION-REQUEST (13): answered at once, unless the mobile must be asked, and can be."""
        context = self.node.context_of(message.imsi.imsi)
        if context is None:
            state = MobileStationState.IMSI_UNKNOWN
            self.link.send(vlr, MsInformationResponse(imsi=message.imsi, mobile_station_state=state))
        elif not (needs_mobile(context, message) and context.hear(MsInformationWanted(vlr, message))):
            self.link.send(vlr, make_response(context, message, context.imei))
        return True

    def _pass_information(self, vlr: Gt, message: MmInformationRequest) -> bool:
        """MM-INFORMATION-REQUEST (14): the mobile is told by GMM; in Gs-NULL it should not have come."""
        association = self._from(vlr, message.imsi.imsi)
        context = self.node.context_of(message.imsi.imsi)
        if association is None or association.state is not S.ASSOCIATED or context is None:
            return False
        if message.mm_information is not None:
            context.tell(make_information(message.mm_information))
        return True

    def _tunnel(self, vlr: Gt, message: DownlinkTunnelRequest) -> bool:
        """DOWNLINK-TUNNEL-REQUEST (15): tunnels to non-GSM networks are not offered."""
        octets = message.encode()
        self.node.warn("gs tunnel", f"{vlr} has a message of another network for {message.imsi.imsi}", octets)
        self.link.refuse(vlr, octets, GsCause.TOM_FUNCTIONALITY_NOT_SUPPORTED)
        return True

    def _vlr_reset(self, vlr: Gt, message: ResetIndication) -> bool:
        """RESET-INDICATION (11): none of its associations is to be relied on any more."""
        if message.vlr_number is None:
            self.link.refuse(vlr, message.encode(), GsCause.CONDITIONAL_IE_ERROR)
            return True
        if vlr in self.generations:
            self.generations[vlr] += 1
        self.link.send(vlr, ResetAck(sgsn_number=self.node.isdn))
        return True

    def _reset_acknowledged(self, vlr: Gt, message: ResetAck) -> bool:
        """RESET-ACK (12); one that nobody waits for changes nothing."""
        reset = self.resets.get(vlr)
        if reset is not None:
            reset.hear(message)
        return True

    def _status(self, vlr: Gt, message: MobileStatus) -> bool:
        """MOBILE-STATUS (16): told to the operator, never answered; it may be that the VLR has lost the association."""
        whose = "no IMSI" if message.imsi is None else message.imsi.imsi
        self.node.warn("gs status", f"MOBILE-STATUS from {vlr} ({whose}): {message.gs_cause.words}")
        association = None if message.imsi is None else self._from(vlr, message.imsi.imsi)
        if association is not None and message.gs_cause in NOT_KNOWN:
            association.hear(DISOWNED)
        return True


def make_information(told: MmInformation) -> GmmInformation:
    """GMM INFORMATION with what MM INFORMATION would say."""
    return GmmInformation(
        full_name_for_network=told.full_name_for_network,
        short_name_for_network=told.short_name_for_network,
        time_zone=told.local_time_zone,
        universal_time_and_time_zone=told.universal_time_and_local_time_zone,
        lsa_identity=told.lsa_identity,
        network_daylight_saving_time=told.network_daylight_saving_time,
    )
