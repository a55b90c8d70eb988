"""What the SGSN knows of one mobile (TS 23.060 13.2), and how it is heard and spoken to."""

from typing import TYPE_CHECKING, Any

from nodes.core.llc import LogicalLink
from nodes.core.machine import BEGIN, Procedure
from nodes.core.outputs import Name
from nodes.core.zones import answer_zones, may_be_in
from nodes.sgsn import reachability, suspension
from nodes.sgsn.events import DEREGISTERED, HEARD, REGISTERED, RETURNED, SENT_TO_STANDBY
from nodes.sgsn.mm_context import Keys
from nodes.sgsn.paging import Paging
from nodes.sgsn.reachability import Reachability
from nodes.sgsn.suspension import SUSPENDED_ELSEWHERE, Suspension
from protocol.charging import ChargingCharacteristics
from protocol.gmm import GmmMessage
from protocol.gmm.elements import (
    CipheringAlgorithm,
    Cksn,
    DrxParameter,
    ForceToStandby,
    GprsTimer,
    MsNetworkCapability,
    MsRadioAccessCapability,
)
from protocol.identities import CellIdentifier, Imei, Imsi, IsdnAddress, Rai, Tlli, Tmsi
from protocol.map.packet import PdpContext
from protocol.map.subscriber import (
    DeleteSubscriberDataArg,
    InsertSubscriberDataArg,
    OdbGeneralData,
    RegionalSubscriptionResponse,
    SubscriberStatus,
    ZoneCode,
)
from protocol.sm.pdp_address import PdpAddress

if TYPE_CHECKING:
    from nodes.sgsn.context_handover import ContextHandover

Place = tuple[Name, int, CellIdentifier | None, Tlli]
"""BSS, BVCI, cell and TLLI under which a mobile was heard."""

MOST_KEPT = 16
"""How many messages are kept for a mobile that cannot be reached now; the oldest goes first."""


class MmContext(Procedure):
    """The context of one mobile: the run of the main GMM machine (mobility.py), with attach, detach and so on below.

    ``imsi`` may be a mere claim until the context is registered under it. ``tlli`` is the identity on the link,
    ``tlli_old`` the one before, valid until the mobile has used the new one; ``tlli_asked`` that of a routing area
    update from elsewhere, as long as it runs; ``tlli_used`` the one heard last, on which the mobile is answered.
    ``rai`` is where the mobile is registered, ``rai_old`` where ``ptmsi_old`` was given. ``bss``, ``bvci`` and ``cell``
    tell where it was heard last, ``place_before`` where it was before its last request for a routing area update.
    ``radio_lost`` is set when the BSS says that it cannot reach the mobile, until that is heard again. ``resets_link``
    is set while a mobile may still count its frames as with a context that was lost.

    ``keys`` are those of ``cksn``, ``cipher`` is the algorithm agreed on. ``barring`` is what the operator bars.

    ``pdp`` are the PDP contexts by NSAPI, companions like those below. ``ggsns_know`` is False where their GGSNs may
    hold the mobile for being elsewhere. ``pdp_requests`` are activations that the network has asked for, by address.

    ``reachability`` is a companion: a machine that lasts as long as the context, beside its procedures. So is
    ``handover``, while another SGSN asks for the context, ``paging``, while the mobile is looked for, ``suspension``,
    once it was in a call; and the Gs association, which is known by IMSI (gs.py).
    """

    __slots__ = (
        "_confirmed",
        "ac_reference",
        "barring",
        "bss",
        "bvci",
        "cell",
        "cell_notification",
        "charging_characteristics",
        "cipher",
        "cksn",
        "drx_parameter",
        "equipment_checked",
        "ggsns_know",
        "handover",
        "imei",
        "imsi",
        "kept",
        "keys",
        "link",
        "ms_network_capability",
        "ms_radio_access_capability",
        "msisdn",
        "paging",
        "pdp",
        "pdp_requests",
        "pdp_subscriptions",
        "place_before",
        "ptmsi",
        "ptmsi_old",
        "ptmsi_signature",
        "ptmsi_signature_old",
        "radio_lost",
        "rai",
        "rai_old",
        "reachability",
        "ready_timer",
        "resets_link",
        "sent_to_standby",
        "suspension",
        "tlli",
        "tlli_asked",
        "tlli_old",
        "tlli_used",
        "vectors",
        "zones",
    )

    def __init__(self, stage: Any, tlli: Tlli) -> None:
        super().__init__(stage)
        self.tlli = tlli
        self.tlli_old: Tlli | None = None
        self.tlli_asked: Tlli | None = None
        self.tlli_used = tlli
        self.ptmsi: Tmsi | None = None
        self.ptmsi_old: Tmsi | None = None
        self.ptmsi_signature: int | None = None
        self.ptmsi_signature_old: int | None = None
        self.rai: Rai | None = None
        self.rai_old: Rai | None = None
        self.imsi: Imsi | None = None
        self.imei: Imei | None = None
        self.equipment_checked = False
        self._confirmed: int | None = None
        self.cksn = Cksn.NO_KEY
        self.cipher = CipheringAlgorithm.NOT_USED
        self.keys: Keys | None = None
        self.ac_reference = 0
        self.vectors: tuple[Any, ...] = ()
        self.msisdn: IsdnAddress | None = None
        self.pdp_subscriptions: tuple[PdpContext, ...] = ()
        self.barring: OdbGeneralData | None = None
        self.zones: tuple[ZoneCode, ...] = ()
        self.charging_characteristics: ChargingCharacteristics | None = None
        self.ggsns_know = True
        self.pdp: dict[int, Any] = {}
        self.pdp_requests: dict[PdpAddress, Any] = {}
        self.ms_network_capability: MsNetworkCapability | None = None
        self.ms_radio_access_capability: MsRadioAccessCapability | None = None
        self.drx_parameter: DrxParameter | None = None
        self.ready_timer: GprsTimer = stage.config.ready_timer
        self.cell_notification = False
        self.sent_to_standby = False
        self.link = LogicalLink(network=True)
        self.resets_link = False
        self.bss: Name = ""
        self.bvci = 0
        self.cell: CellIdentifier | None = None
        self.place_before: Place = self.place
        self.radio_lost = False
        self.kept: tuple[Any, ...] = ()
        self.reachability = Reachability(self)
        self.handover: ContextHandover | None = None
        self.paging: Paging | None = None
        self.suspension: Suspension | None = None

    @property
    def subject(self) -> str:
        return self.imsi or str(self.tlli)

    def transmit(self, message: Any) -> None:
        self.stage.transmit(self, message)

    def ended(self) -> None:
        self.drop_sessions()
        self.reachability.end()
        if self.handover is not None:
            self.handover.end()
        if self.paging is not None:
            self.paging.end()
        if self.suspension is not None:
            self.suspension.end()
        self.stage.forget(self)

    # --- on the link ----------------------------------------------------------------------------------------------

    def heard(
        self, bss: Name, bvci: int, cell: CellIdentifier, *, tlli: Tlli | None = None, null: bool = False
    ) -> None:
        """A valid LLC frame came up: the mobile is in this cell, and READY if the frame is not NULL (24.008 4.7.2.1.1).

        In another cell than before it is a cell update (23.060 6.9.1.1), by NULL only if that was agreed. ``tlli`` is
        the one under which it came.
        """
        if null and not self.cell_notification:
            return
        if bvci != self.bvci or bss != self.bss:
            self.move(bss, bvci, cell)
        self.cell = cell
        if tlli is not None:
            self.tlli_used = tlli
        if null:
            return
        if self.handover is not None:
            self.handover.hear(RETURNED)
        companion = self.reachability
        if companion.state is reachability.S.READY:
            companion.heard_at = self.stage.clock.now
        elif companion.state.rows.get(type(HEARD)) is not None:
            companion.hear(HEARD)
        if self.paging is not None:
            self.paging.hear(HEARD)
        if self.suspension is not None:
            self.suspension.hear(HEARD)
        if self.kept or self.radio_lost or self.pdp:
            self.resume()

    @property
    def place(self) -> Place:
        """Where the mobile was heard last, and under which TLLI."""
        return self.bss, self.bvci, self.cell, self.tlli_used

    def put_back(self, place: Place) -> None:
        """Whoever was heard since then was not the mobile."""
        self.bss, self.bvci, self.cell, self.tlli_used = place

    def move(self, bss: Name, bvci: int, cell: CellIdentifier) -> None:
        """The mobile is in another cell: what waits for it in the old one is moved or deleted (48.018 8.1)."""
        old, self.bss = self.bss, bss
        old_bvci, self.bvci = self.bvci, bvci
        if old:
            same_area = self.cell is not None and self.cell.rai == cell.rai
            self.stage.gb.flush(self, old, old_bvci, same_area=same_area)

    def resume(self) -> None:
        """Nothing hinders any more to speak to the mobile: say what was kept."""
        self.radio_lost = False
        self.say_kept()

    def say_kept(self) -> None:
        """Say what was kept, or keep it for longer; then packets go, if they may."""
        kept, self.kept = self.kept, ()
        for message in kept:
            self.stage.transmit(self, message)
        self.stage.user_plane.release(self)

    def keep(self, message: Any) -> None:
        """Say this later; a repetition of what is kept already is one with it."""
        if message not in self.kept:
            self.kept = (*self.kept, message)[-MOST_KEPT:]

    def unsay(self, message: Any) -> None:
        """Who wanted to say this does not want it any more."""
        self.kept = tuple(kept for kept in self.kept if kept is not message)

    @property
    def cannot_be_told(self) -> bool:
        """True while messages to the mobile must wait, whatever its MM state: it is in a call, lost, or elsewhere."""
        return self.suspended is not None or self.radio_lost or self.departed

    @property
    def suspended(self) -> int | None:
        """The suspend reference number of a mobile in a call, None for one that is not."""
        running = self.suspension is not None and self.suspension.state is suspension.S.SUSPENDED
        return self.suspension.number if running and self.suspension is not None else None

    @property
    def must_be_paged(self) -> bool:
        """True for a mobile in STANDBY, but for the moment in which it was heard with a READY timer of 0."""
        companion = self.reachability
        return companion.mm_state == "STANDBY" and companion.heard_at != self.stage.clock.now

    def page(self) -> Paging | None:
        """Look for the mobile, unless that is being done; None where it cannot be (PPF)."""
        if self.paging is None and self.can_be_paged:
            self.paging = Paging(self)
            self.paging.hear(BEGIN)
        return self.paging

    def suspend_elsewhere(self) -> None:
        """The mobile took a call under another SGSN: it is not spoken to until it is heard (29.060 6.1.3)."""
        if self.suspension is None:
            self.suspension = Suspension(self)
        self.suspension.hear(SUSPENDED_ELSEWHERE)

    @property
    def location_confirmed(self) -> bool:
        """True where the HLR has confirmed that the mobile is here, and has not lost it since."""
        return self._confirmed is not None and not self.lost_by_hlr

    @location_confirmed.setter
    def location_confirmed(self, confirmed: bool) -> None:
        self._confirmed = self.stage.hlr_resets.last if confirmed else None

    @property
    def lost_by_hlr(self) -> bool:
        """True where the HLR has confirmed that the mobile is here, but was reset after that."""
        if self._confirmed is None or self.imsi is None:
            return False
        return bool(self._confirmed < self.stage.hlr_resets.last_of(self.imsi))

    @property
    def departed(self) -> bool:
        """True while another SGSN serves the mobile, and this one keeps the context for a return."""
        return self.handover is not None and self.handover.departed

    @property
    def can_be_paged(self) -> bool:
        """PPF, the paging proceed flag (23.060 6.1.2)."""
        return self.reachability.state not in (reachability.S.IDLE, reachability.S.UNREACHABLE)

    def force_to_standby(self, *, wanted: bool = False) -> ForceToStandby:
        """What the next message of a procedure says of STANDBY; the last one counts when the procedure is over."""
        self.sent_to_standby = wanted or self.stage.config.force_to_standby
        return ForceToStandby.INDICATED if self.sent_to_standby else ForceToStandby.NOT_INDICATED

    # --- main states ----------------------------------------------------------------------------------------------

    def registered(self) -> None:
        """A procedure ends in GMM-REGISTERED: READY, unless its last message sent the mobile to STANDBY."""
        self.reachability.hear(REGISTERED)
        self.settled()

    def settled(self) -> None:
        """A common procedure ends and the mobile is registered as before: what it still wanted to say is of no use."""
        self.kept = tuple(message for message in self.kept if not isinstance(message, GmmMessage))
        if self.sent_to_standby:
            self.sent_to_standby = False
            self.reachability.hear(SENT_TO_STANDBY)
        self.stage.user_plane.release(self)

    def deregistered(self) -> None:
        """The mobile is not attached any more: nothing is left to say, and nobody waits for it to be heard."""
        self.sent_to_standby = False
        self.radio_lost = False
        self.kept = ()
        self.drop_sessions()
        if self.paging is not None:
            self.paging.end()
        if self.suspension is not None:
            self.suspension.hear(DEREGISTERED)
        self.reachability.hear(DEREGISTERED)

    def drop_sessions(self) -> None:
        """No PDP context is left, here and in the GGSNs; the mobile is not told (23.060 6.6).

        Where the HLR has cancelled the mobile because it is with another SGSN, so are its PDP contexts, and what that
        has made of them since then: the GGSNs are not told.
        """
        if self.handover is not None and self.handover.cancelled:
            for pdp in self.pdp.values():
                pdp.in_ggsn = False
        while self.pdp:
            next(iter(self.pdp.values())).drop()
        for request in tuple(self.pdp_requests.values()):
            request.hear(DEREGISTERED)

    def tell_gs(self, event: Any) -> None:
        """Let the Gs association know, if there is one, and the mobile has proved to be the one whose it is."""
        if self.stage.is_registered(self):
            self.stage.gs.tell(self.imsi, event)

    def ask_under(self, tlli: Tlli) -> None:
        """A routing area update comes under another TLLI than that of the area where the mobile was."""
        if tlli not in (self.tlli, self.tlli_old):
            self.stage.release_asked(self)
            self.tlli_asked = tlli

    # --- who it is ------------------------------------------------------------------------------------------------

    def become(self, imsi: Imsi) -> None:
        """The mobile says it is ``imsi``: what was known of another is nothing to it."""
        if imsi == self.imsi:
            return
        self.stage.disown(self)
        self.imsi = imsi
        known = self.stage.context_of(imsi)
        if known is not None and known is not self:
            self.adopt(known)
            return
        self.imei = self.msisdn = None
        self.equipment_checked = self.location_confirmed = False
        self.cksn = Cksn.NO_KEY
        self.cipher = CipheringAlgorithm.NOT_USED
        self.keys = None
        self.vectors = self.pdp_subscriptions = self.zones = ()
        self.barring = self.charging_characteristics = None

    def adopt(self, known: "MmContext") -> None:
        """Know what another context of the same mobile knows; that one is left as it is until this is registered."""
        if known is self:
            return
        self.imsi = known.imsi
        self.imei = known.imei
        self.equipment_checked = known.equipment_checked
        self.cksn = known.cksn
        self.cipher = known.cipher
        self.keys = known.keys
        self.subscribe_as(known)

    def subscribe_as(self, known: "MmContext") -> None:
        """Know the subscription that the HLR has told of another context of the same mobile."""
        self.msisdn = known.msisdn
        self.pdp_subscriptions = known.pdp_subscriptions
        self.barring = known.barring
        self.zones = known.zones
        self.charging_characteristics = known.charging_characteristics

    def signature_of(self, ptmsi: Tmsi) -> int | None:
        """The signature that goes with a P-TMSI of this mobile; None for one that is not its own."""
        if ptmsi == self.ptmsi:
            return self.ptmsi_signature
        return self.ptmsi_signature_old if ptmsi == self.ptmsi_old else None

    def next_vector(self) -> Any:
        """A vector that is left, here or with the registered context of the same mobile; None if there is none."""
        for holder in (self, self.stage.context_of(self.imsi)):
            if holder is not None and holder.vectors:
                vector, *rest = holder.vectors
                holder.vectors = tuple(rest)
                return vector
        return None

    def zone_response(self) -> RegionalSubscriptionResponse | None:
        """What the HLR is to know of the zone codes that it has told (29.002 8.8.1)."""
        return answer_zones(self.zones, self.stage.config.zones)

    @property
    def is_restricted(self) -> bool:
        """True in an area to which the subscription does not extend (23.060 6.5.3, 6.9.1.2)."""
        assert self.cell is not None
        return not may_be_in(self.cell.rai.lai, self.zones, self.stage.config.zones)

    def insert(self, data: InsertSubscriberDataArg) -> None:
        """Keep what the HLR says of the subscription (TS 29.002 8.8.1)."""
        if data.msisdn is not None:
            self.msisdn = data.msisdn
        if data.odb_data is not None:
            self.barring = data.odb_data.odb_general_data
        elif data.subscriber_status is SubscriberStatus.SERVICE_GRANTED:
            self.barring = None
        if data.regional_subscription_data:
            self.zones = data.regional_subscription_data
        if data.charging_characteristics is not None:
            self.charging_characteristics = data.charging_characteristics
        if data.gprs_subscription_data is not None:
            kept = () if data.gprs_subscription_data.complete_data_list_included else self.pdp_subscriptions
            new = data.gprs_subscription_data.gprs_data_list
            ids = {context.pdp_context_id for context in new}
            self.pdp_subscriptions = (*(c for c in kept if c.pdp_context_id not in ids), *new)

    def delete(self, data: DeleteSubscriberDataArg) -> None:
        """Forget what the HLR takes away of the subscription (TS 29.002 8.8.2)."""
        self.zones = tuple(zone for zone in self.zones if zone != data.regional_subscription_identifier)
        withdrawn = data.gprs_subscription_data_withdraw
        if withdrawn is not None:
            gone = withdrawn.context_id_list
            kept = () if gone is None else (c for c in self.pdp_subscriptions if c.pdp_context_id not in gone)
            self.pdp_subscriptions = tuple(kept)

    def look(self) -> dict[str, Any]:
        """All that ``inspect`` tells."""
        look: dict[str, Any] = {
            "imsi": self.imsi,
            "state": self.state.value,
            "mm_state": self.reachability.mm_state,
            "ppf": self.can_be_paged,
            "ptmsi": None if self.ptmsi is None else str(self.ptmsi),
            "ptmsi_old": None if self.ptmsi_old is None else str(self.ptmsi_old),
            "tlli": str(self.tlli),
            "tlli_old": None if self.tlli_old is None else str(self.tlli_old),
            "rai": None if self.rai is None else str(self.rai),
            "cell": str(self.cell),
            "suspended": self.suspended,
            "departed": self.departed,
            "kept": len(self.kept),
            "imei": self.imei,
            "location_confirmed": self.location_confirmed,
            "cipher": self.cipher.name,
            "vectors": len(self.vectors),
            "apns": [str(subscription.apn) for subscription in self.pdp_subscriptions],
            "pdp_contexts": [pdp.look() for _, pdp in sorted(self.pdp.items())],
            "procedures": [f"{child.machine.title}: {child.state.value}" for child in descendants(self)],
        }
        look.update(self.stage.gs.look(self.imsi))
        return look


def descendants(procedure: Procedure) -> list[Procedure]:
    """All procedures below one."""
    return [below for child in procedure.children for below in (child, *descendants(child))]
