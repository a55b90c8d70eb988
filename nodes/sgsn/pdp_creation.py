"""Creation of a PDP context in the GGSN (TS 29.060 7.3.1, 7.3.2): what the two kinds of activation have in common."""

from typing import TYPE_CHECKING, Any

from nodes.core.gtp import Transaction
from nodes.core.machine import Procedure
from nodes.sgsn import quality_of_service
from nodes.sgsn.pdp_deletion import LateCreation, UnwantedCreation
from protocol.causes import SmCause
from protocol.gtp import CreatePdpContextResponse, GsnAddress, QualityOfServiceProfile
from protocol.identities import GsnAddress as PeerAddress
from protocol.sm import (
    ActivatePdpContextReject,
    ActivatePdpContextRequest,
    ActivateSecondaryPdpContextReject,
    ActivateSecondaryPdpContextRequest,
)
from protocol.sm.protocol_configuration_options import ProtocolConfigurationOptions

if TYPE_CHECKING:
    from nodes.sgsn.pdp_context import PdpContext

ActivationRequest = ActivatePdpContextRequest | ActivateSecondaryPdpContextRequest

NEEDED = (
    "tunnel_endpoint_identifier_data_i",
    "charging_id",
    "ggsn_address_for_control_plane",
    "ggsn_address_for_user_traffic",
    "quality_of_service_profile",
)
"""Elements of a response that accepts (29.060 7.3.2)."""


class Creation(Procedure):
    """The activation of ``pdp``, which the mobile has asked for."""

    __slots__ = ("pdp",)

    def __init__(self, pdp: "PdpContext") -> None:
        super().__init__(pdp.stage, pdp)
        self.pdp = pdp

    def end(self) -> None:
        """Nobody waits for the GGSN any more: what it makes is deleted."""
        for child in self.children:
            if isinstance(child, Transaction):
                UnwantedCreation(child, self.pdp.nsapi, self.pdp.teid_control)
        self.children = ()
        super().end()

    def prepare(self, request: ActivationRequest) -> None:
        """Settle the quality of service that the GGSN is asked for."""
        pdp = self.pdp
        assert pdp.qos_subscribed is not None
        pdp.qos_requested = request.requested_qos
        pdp.qos_negotiated = quality_of_service.negotiate(pdp.qos_requested, pdp.qos_subscribed)

    def profile(self) -> QualityOfServiceProfile:
        """The quality of service that the GGSN is asked for."""
        assert self.pdp.qos_negotiated is not None
        return QualityOfServiceProfile(self.pdp.priority, self.pdp.qos_negotiated)

    def give_up(self, transaction: Transaction) -> None:
        """The GGSN does not answer, or not so that it can be read; should it answer late, what it made is deleted."""
        if not transaction.unreadable:
            LateCreation(transaction, self.pdp.nsapi, self.pdp.teid_control)

    def take_tunnel(self, response: CreatePdpContextResponse) -> bool:
        """Keep the GGSN's end of the tunnel, and what it agrees to; False where the response lacks any of it."""
        pdp = self.pdp
        control = response.tunnel_endpoint_identifier_control_plane or pdp.ggsn_teid_control
        if control is None or any(getattr(response, name) is None for name in NEEDED):
            return False
        assert pdp.request is not None
        profile: Any = response.quality_of_service_profile
        pdp.ggsn_teid_control = control
        pdp.ggsn_teid_data = response.tunnel_endpoint_identifier_data_i
        pdp.ggsn_control = peer_address(response.ggsn_address_for_control_plane)
        pdp.ggsn_user = peer_address(response.ggsn_address_for_user_traffic)
        pdp.charging_id = response.charging_id
        pdp.take_quality(profile.quality_of_service, pdp.request.requested_llc_sapi.value)
        pdp.in_ggsn = True
        pdp.stage.gn.connect(pdp)
        return True


def peer_address(address: GsnAddress | None) -> PeerAddress:
    """The address of a GGSN, as nodes are known by."""
    assert address is not None
    return PeerAddress(address.address)


def reject(pdp: "PdpContext", cause: SmCause, options: ProtocolConfigurationOptions | None = None) -> None:
    """Tell the mobile that it does not get the context that it asked for."""
    primary = isinstance(pdp.request, ActivatePdpContextRequest)
    kind = ActivatePdpContextReject if primary else ActivateSecondaryPdpContextReject
    pdp.tell(kind(transaction_identifier=pdp.ti.answer, sm_cause=cause, protocol_configuration_options=options))
