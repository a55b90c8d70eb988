"""What the SGSN knows of one PDP context (TS 23.060 13.2).

A PDP context is a companion of the MM context of its mobile: it lives from the request for it until it is deleted.
Contexts of one address and access point share a tunnel for control, so they are found together by its TEID.
"""

from typing import TYPE_CHECKING, Any

from nodes.core.machine import Procedure
from nodes.core.traffic_flow import Filters
from nodes.sgsn import quality_of_service
from nodes.sgsn.packets import Traffic
from nodes.sgsn.pdp_creation import ActivationRequest
from nodes.sgsn.pdp_deletion import delete_in_ggsn
from nodes.sgsn.pdp_states import S
from protocol.document import to_document
from protocol.identities import Apn, GsnAddress, Teid
from protocol.sm import TransactionIdentifier
from protocol.sm.elements import LlcSapiValue, RadioPriorityLevel
from protocol.sm.pdp_address import PdpAddress
from protocol.sm.quality_of_service import QualityOfService

if TYPE_CHECKING:
    from nodes.sgsn.context import MmContext


class PdpContext(Procedure):
    """One PDP context of the mobile of ``context``, which knows it by its ``nsapi``.

    ``ti`` is the transaction as the mobile's messages name it; ``request`` is what it asked for, None for a context
    that came from another SGSN. ``qos_requested``, ``qos_subscribed`` and ``qos_negotiated`` are the profiles,
    ``priority`` goes with them to the GGSN. ``subscription_id`` is the subscribed context that allows it.
    ``linked_nsapi`` is that of the context whose address a secondary one shares. ``filters`` are the packet filters of
    its template, None where another SGSN had it, which does not tell them.

    Our tunnel ends are ``teid_control`` and ``teid_data``; the GGSN's are ``ggsn_teid_control`` and ``ggsn_teid_data``,
    at ``ggsn_control`` and ``ggsn_user``. ``in_ggsn`` is True while the GGSN has the context and was not asked to
    delete it. ``traffic`` is what passes through it (packets.py).
    """

    __slots__ = (
        "apn",
        "charging_id",
        "context",
        "filters",
        "ggsn_control",
        "ggsn_teid_control",
        "ggsn_teid_data",
        "ggsn_user",
        "in_ggsn",
        "linked_nsapi",
        "llc_sapi",
        "nsapi",
        "pdp_address",
        "priority",
        "qos_negotiated",
        "qos_requested",
        "qos_subscribed",
        "radio_priority",
        "request",
        "subscription_id",
        "teid_control",
        "teid_data",
        "ti",
        "traffic",
    )

    def __init__(
        self,
        context: "MmContext",
        nsapi: int,
        ti: TransactionIdentifier,
        request: ActivationRequest | None = None,
    ) -> None:
        super().__init__(context.stage)
        self.context = context
        self.nsapi = nsapi
        self.ti = ti
        self.request = request
        self.llc_sapi = LlcSapiValue.NOT_ASSIGNED
        self.qos_requested: QualityOfService | None = None
        self.qos_subscribed: QualityOfService | None = None
        self.qos_negotiated: QualityOfService | None = None
        self.priority = 3
        self.radio_priority = RadioPriorityLevel.LEVEL_4
        self.subscription_id = 0
        self.apn: Apn | None = None
        self.pdp_address: PdpAddress | None = None
        self.linked_nsapi: int | None = None
        self.filters: Filters | None = ()
        self.ggsn_control: GsnAddress | None = None
        self.ggsn_user: GsnAddress | None = None
        self.teid_control: Teid | None = None
        self.teid_data: Teid | None = None
        self.ggsn_teid_control: Teid | None = None
        self.ggsn_teid_data: Teid | None = None
        self.in_ggsn = False
        self.charging_id: int | None = None
        self.traffic = Traffic(nsapi)
        context.pdp[nsapi] = self

    @property
    def subject(self) -> str:
        return self.context.subject

    def transmit(self, message: Any) -> None:
        self.stage.transmit(self.context, message)

    def ended(self) -> None:
        del self.context.pdp[self.nsapi]
        self.stage.gn.release(self)

    @property
    def is_active(self) -> bool:
        """True while packets may pass."""
        return self.state is not S.INACTIVE and self.in_ggsn

    @property
    def can_be_linked(self) -> bool:
        """True where further contexts may share its address."""
        return self.state in (S.ACTIVE, S.MODIFY_PENDING) and self.in_ggsn

    def take_quality(self, profile: QualityOfService, sapi: LlcSapiValue) -> None:
        """Keep what was agreed on, and what goes with it."""
        self.qos_negotiated = profile
        self.llc_sapi = quality_of_service.choose_sapi(sapi, profile)
        self.radio_priority = quality_of_service.choose_radio_priority(profile)

    # --- with others ------------------------------------------------------------------------------------------------

    @property
    def linked(self) -> "list[PdpContext]":
        """The other contexts of the same address and access point."""
        if self.teid_control is None:
            return []
        return [
            other
            for other in self.context.pdp.values()
            if other is not self and other.teid_control == self.teid_control
        ]

    @property
    def is_last(self) -> bool:
        """True where no other context of the address stays: with this one goes the address (29.060 7.3.5)."""
        return all(other.state is S.INACTIVE_PENDING for other in self.linked)

    def drop(self) -> None:
        """Delete it here without a word to the mobile, and in the GGSN if that has it."""
        self.delete_in_ggsn(teardown=self.is_last)
        self.end()

    def delete_in_ggsn(self, *, teardown: bool) -> None:
        """Let the GGSN delete it, and with ``teardown`` all that share its address; nobody waits for its answer."""
        if not self.in_ggsn:
            return
        for pdp in (self, *(self.linked if teardown else ())):
            pdp.in_ggsn = False
        assert self.ggsn_control is not None
        assert self.ggsn_teid_control is not None
        delete_in_ggsn(
            self.stage,
            self.subject,
            self.ggsn_control,
            self.ggsn_teid_control,
            self.nsapi,
            teardown=teardown,
            control=self.teid_control,
        )

    def look(self) -> dict[str, Any]:
        """All that ``inspect`` tells."""
        address = self.pdp_address
        return {
            "nsapi": self.nsapi,
            "ti": self.ti.value,
            "state": self.state.value,
            "apn": told(self.apn),
            "address": None if address is None or address.is_dynamic else str(address.ipv4 or address.ipv6),
            "ggsn": told(self.ggsn_control),
            "teid_control": told(self.teid_control),
            "teid_data": told(self.teid_data),
            "ggsn_teid_control": told(self.ggsn_teid_control),
            "ggsn_teid_data": told(self.ggsn_teid_data),
            "llc_sapi": int(self.llc_sapi),
            "qos": None if self.qos_negotiated is None else to_document(self.qos_negotiated),
            "linked_nsapi": self.linked_nsapi,
        } | self.traffic.look()


def told(value: Any) -> str | None:
    """How a value is told, if there is one."""
    return None if value is None else str(value)
