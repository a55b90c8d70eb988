"""The Gn interface of the SGSN (TS 29.060): what other GSNs ask of the mobiles that it knows, and its tunnel ends."""

from functools import partial
from typing import TYPE_CHECKING, Any

from nodes.core.gtp import NO_TEID, Gtp, Incoming
from nodes.core.outputs import Name
from nodes.core.path import Paths
from nodes.sgsn import context_handover, ggsn_restoration, mobility, pdp_network_requested, pdp_tunnels
from nodes.sgsn.mm_context import take_vectors
from nodes.sgsn.old_suspension import SUSPEND_REQUEST, SUSPEND_RESPONSE
from protocol.causes import GtpCause
from protocol.gtp import (
    AuthenticationQuintuplet,
    AuthenticationTriplet,
    DeletePdpContextRequest,
    ExtensionHeaderType,
    GgsnInitiatedUpdatePdpContextRequest,
    GsnAddress,
    IdentificationRequest,
    IdentificationResponse,
    PduNotificationRequest,
    SgsnContextRequest,
    SgsnContextResponse,
)
from protocol.gtp import Imsi as GtpImsi
from protocol.gtp.mobility_management import is_validated
from protocol.identities import GsnAddress as PeerAddress
from protocol.identities import Imsi, Rai, Teid, Tmsi

if TYPE_CHECKING:
    from nodes.sgsn.context import MmContext
    from nodes.sgsn.pdp_context import PdpContext

HEADERS = (ExtensionHeaderType.SUSPEND_REQUEST, ExtensionHeaderType.SUSPEND_RESPONSE)
"""The extension headers that an SGSN must know."""


class Gn:
    """The SGSN's end of Gn.

    ``controls`` finds the mobile of a tunnel for control by its TEID here, which all contexts of an address share;
    ``tunnels`` finds a PDP context by the TEID of its tunnel for packets, from when the GGSN is asked for it on.
    ``by_ggsn`` finds those that a GGSN has, by its address for control.
    """

    def __init__(self, node: Any) -> None:
        self._node = node
        self.controls: dict[int, MmContext] = {}
        self.tunnels: dict[int, PdpContext] = {}
        self.by_ggsn: dict[PeerAddress, dict[PdpContext, None]] = {}
        self._ggsn_of: dict[PdpContext, PeerAddress] = {}
        self.own = GsnAddress(node.config.address.address)
        self.gtp = Gtp(
            node,
            node.config.address,
            node.config.gsns,
            {
                IdentificationRequest: self.identification_requested,
                SgsnContextRequest: self.context_requested,
                DeletePdpContextRequest: partial(pdp_tunnels.deletion_requested, node),
                GgsnInitiatedUpdatePdpContextRequest: partial(pdp_tunnels.update_requested, node),
                PduNotificationRequest: partial(pdp_network_requested.notified, node),
            },
            restarted=self.restarted,
            user_plane=node.user_plane.take,
            headers=HEADERS,
        )
        delete = node.config.path_failure == "delete"
        self.paths = Paths(self.gtp, failed=lambda peer: ggsn_restoration.failed(self, peer, delete=delete))

    # --- tunnel ends ------------------------------------------------------------------------------------------------

    def assign(self, pdp: "PdpContext", control: Teid | None = None) -> None:
        """Give a PDP context its tunnel ends here; ``control`` is that of the contexts whose address it shares."""
        pdp.teid_control = self.gtp.allocate_teid() if control is None else control
        pdp.teid_data = self.gtp.allocate_teid()
        self.controls[pdp.teid_control] = pdp.context
        self.tunnels[pdp.teid_data] = pdp

    def connect(self, pdp: "PdpContext") -> None:
        """The GGSN has told its end of the tunnel, or another one than before."""
        assert pdp.ggsn_user is not None
        assert pdp.ggsn_teid_data is not None
        assert pdp.ggsn_control is not None
        self._node.user_plane.connect(pdp, pdp.ggsn_user, pdp.ggsn_teid_data)
        self.paths.use(pdp.ggsn_control)
        self._leave_ggsn(pdp)
        self._ggsn_of[pdp] = pdp.ggsn_control
        self.by_ggsn.setdefault(pdp.ggsn_control, {})[pdp] = None

    def _leave_ggsn(self, pdp: "PdpContext") -> None:
        address = self._ggsn_of.pop(pdp, None)
        if address is not None:
            self.paths.release(address)
            del self.by_ggsn[address][pdp]
            if not self.by_ggsn[address]:
                del self.by_ggsn[address]

    def release(self, pdp: "PdpContext") -> None:
        """The tunnel ends of a PDP context are free, that for control with the last that shares it."""
        self._node.user_plane.forget(pdp)
        self._leave_ggsn(pdp)
        if pdp.teid_data is not None:
            del self.tunnels[pdp.teid_data]
            self.gtp.release_teid(pdp.teid_data)
        if pdp.teid_control is not None and not pdp.linked:
            del self.controls[pdp.teid_control]
            self.gtp.release_teid(pdp.teid_control)

    # --- what comes in ----------------------------------------------------------------------------------------------

    def identification_requested(self, incoming: Incoming) -> None:
        """A mobile attaches elsewhere with a P-TMSI of ours: say who it is (23.060 6.5 step 2)."""
        request = incoming.message
        context = self._holder(request.ptmsi, request.rai)
        cause = GtpCause.REQUEST_ACCEPTED
        if context is None:
            cause = GtpCause.IMSI_NOT_KNOWN
        elif not signed(context, request.ptmsi, request.ptmsi_signature):
            cause = GtpCause.PTMSI_SIGNATURE_MISMATCH
        if context is None or cause is not GtpCause.REQUEST_ACCEPTED:
            incoming.answer(IdentificationResponse(teid=NO_TEID, cause=cause))
            return
        incoming.imsi = str(context.imsi)
        vectors = take_vectors(context)
        incoming.answer(
            IdentificationResponse(
                teid=NO_TEID,
                cause=cause,
                imsi=GtpImsi(incoming.imsi),
                authentication_triplets=tuple(v for v in vectors if isinstance(v, AuthenticationTriplet)),
                authentication_quintuplets=tuple(v for v in vectors if isinstance(v, AuthenticationQuintuplet)),
            )
        )

    def context_requested(self, incoming: Incoming) -> None:
        """A mobile of ours is elsewhere: hand over its contexts, or suspend it."""
        request = incoming.message
        ptmsi = self._ptmsi_of(request)
        suspend = SUSPEND_REQUEST in request.extension_headers
        validated = is_validated(request) and not suspend
        if validated:
            context = self._node.context_of(Imsi(request.imsi))
        else:
            context = None if ptmsi is None else self._holder(ptmsi, request.rai)
        if context is None or context.state not in mobility.SERVED:
            self._refuse(incoming, GtpCause.IMSI_NOT_KNOWN, suspend=suspend)
        elif suspend:
            self._suspend(incoming, context)
        elif not validated and not signed(context, ptmsi, request.ptmsi_signature):
            incoming.imsi = str(context.imsi)
            self._refuse(incoming, GtpCause.PTMSI_SIGNATURE_MISMATCH, GtpImsi(incoming.imsi))
        else:
            context_handover.hand_over(context, incoming)

    def restarted(self, peer: Name) -> None:
        """A GSN has lost all that it knew (29.060 11.4)."""
        self._node.warn("gn restart", f"{peer} has restarted: its recovery counter is {self.gtp.recoveries[peer]}")
        ggsn_restoration.restarted(self, peer)

    def _suspend(self, incoming: Incoming, context: "MmContext") -> None:
        """The mobile is in a call elsewhere: it is not spoken to until it is heard again (29.060 6.1.3)."""
        incoming.imsi = str(context.imsi)
        context.suspend_elsewhere()
        self._refuse(incoming, GtpCause.REQUEST_ACCEPTED, suspend=True)

    def _refuse(
        self, incoming: Incoming, cause: GtpCause, imsi: GtpImsi | None = None, *, suspend: bool = False
    ) -> None:
        """Answer a context request without contexts."""
        incoming.answer(
            SgsnContextResponse(
                teid=incoming.message.tunnel_endpoint_identifier_control_plane,
                extension_headers=(SUSPEND_RESPONSE,) if suspend else (),
                cause=cause,
                imsi=imsi,
            )
        )

    def _holder(self, ptmsi: Tmsi, area: Rai) -> "MmContext | None":
        """The registered context that was given this P-TMSI in this area."""
        context: MmContext | None = self._node.holder_of(ptmsi, area)
        return context if context is not None and self._node.is_registered(context) else None

    def _ptmsi_of(self, request: SgsnContextRequest) -> Tmsi | None:
        """The P-TMSI that a request names, or that its TLLI was made from."""
        if request.tlli is None:
            return request.ptmsi
        return request.tlli.ptmsi if request.tlli.kind in ("local", "foreign") else None


def signed(context: "MmContext", ptmsi: Tmsi | None, signature: int | None) -> bool:
    """Whether the P-TMSI signature is the one that was stored with the P-TMSI; without one, any will do."""
    stored = None if ptmsi is None else context.signature_of(ptmsi)
    return stored is None or stored == signature
