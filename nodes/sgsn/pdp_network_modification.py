"""PDP context modification by the network (TS 24.008 6.1.3.3.1, TS 23.060 9.2.3.1, 9.2.3.2, TS 29.060 7.3.3, 7.3.4).

By the SGSN: the GGSN agrees first, then the mobile. By the GGSN: the mobile is asked, then the GGSN is answered. A
mobile that does not agree deactivates the context.
"""

from typing import TYPE_CHECKING

from nodes.core import gtp
from nodes.core.gtp import NO_TEID, Incoming, Transaction
from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.sgsn import quality_of_service
from nodes.sgsn.pdp_modification import NO_CONTEXT, make_update, take_update
from protocol.causes import GtpCause
from protocol.gtp import QualityOfServiceProfile, UpdatePdpContextResponse
from protocol.sm import ModifyPdpContextAcceptMo, ModifyPdpContextRequestMo, ModifyPdpContextRequestMt
from protocol.sm.elements import LlcSapi, RadioPriority
from protocol.sm.pdp_address import PdpAddress
from protocol.sm.protocol_configuration_options import ProtocolConfigurationOptions
from protocol.sm.quality_of_service import QualityOfService
from protocol.timers import T3386, Timer

if TYPE_CHECKING:
    from nodes.sgsn.pdp_context import PdpContext


class S(State):
    """States of a modification by the network."""

    START = "start"
    WAIT_GGSN = "wait for Update PDP Context Response of the GGSN"
    WAIT_MOBILE = "wait for MODIFY PDP CONTEXT ACCEPT"
    MODIFIED = "PDP context modified by the network"
    KEPT = "PDP context as it was"
    UNANSWERED = "the mobile does not answer what the GGSN has agreed to"
    LOST = "the GGSN has lost the PDP context"


class ModificationOrder:
    """The network wants a context modified.

    ``qos`` and ``address`` are new, None where they stay. ``incoming`` is the request of a GGSN, which is answered.
    """

    __slots__ = ("address", "incoming", "options", "qos")

    def __init__(
        self,
        qos: QualityOfService | None,
        incoming: Incoming | None = None,
        *,
        address: PdpAddress | None = None,
        options: ProtocolConfigurationOptions | None = None,
    ) -> None:
        self.qos = qos
        self.incoming = incoming
        self.address = address
        self.options = options

    def answer(self, pdp: "PdpContext", cause: GtpCause) -> None:
        """Answer the GGSN, once, if it has asked."""
        incoming, self.incoming = self.incoming, None
        if incoming is not None:
            answer_update(pdp, incoming, cause)


def answer_update(pdp: "PdpContext", incoming: Incoming, cause: GtpCause) -> None:
    """Update PDP Context Response of an SGSN (7.3.4): with the quality of service where it was modified."""
    layer = pdp.stage.gn.gtp
    profile = None
    if cause.is_acceptance and incoming.message.quality_of_service_profile is not None:
        assert pdp.qos_negotiated is not None
        profile = QualityOfServiceProfile(pdp.priority, pdp.qos_negotiated)
    incoming.answer(
        UpdatePdpContextResponse(
            teid=pdp.ggsn_teid_control or NO_TEID,
            cause=cause,
            recovery=layer.recovery_to(incoming.peer),
            quality_of_service_profile=profile,
        )
    )


class NetworkModification(Procedure):
    """One modification of ``pdp``; ``profile`` is the quality of service that it will have.

    ``request`` is what the mobile is asked: if it must wait, then no longer than anybody wants it.
    """

    __slots__ = ("order", "pdp", "profile", "request")

    def __init__(self, pdp: "PdpContext", order: ModificationOrder) -> None:
        super().__init__(pdp.stage, pdp)
        self.pdp = pdp
        self.order = order
        self.request: ModifyPdpContextRequestMt | None = None
        assert pdp.qos_negotiated is not None
        assert pdp.qos_subscribed is not None
        self.profile = pdp.qos_negotiated
        if order.qos is not None:
            self.profile = quality_of_service.negotiate(order.qos, pdp.qos_subscribed)

    def ended(self) -> None:
        """Where something else has come before its end, the mobile does not want it."""
        self.order.answer(self.pdp, GtpCause.MS_REFUSES)
        self.pdp.context.unsay(self.request)

    def expired(self, timer: Timer) -> None:
        """A mobile in a call cannot answer: what the SGSN wants of it waits for the end of the call (23.060 16.2.1)."""
        if self.order.incoming is None and self.pdp.context.suspended is not None:
            self.hold_guard()
            self.release_guard()
        else:
            super().expired(timer)

    def ask_mobile(self) -> S:
        """MODIFY PDP CONTEXT REQUEST."""
        pdp = self.pdp
        self.request = ModifyPdpContextRequestMt(
            transaction_identifier=pdp.ti.answer,
            radio_priority=RadioPriority(level=quality_of_service.choose_radio_priority(self.profile)),
            requested_llc_sapi=LlcSapi(value=pdp.llc_sapi),
            new_qos=self.profile,
            pdp_address=self.order.address,
            protocol_configuration_options=self.order.options,
        )
        self.ask(self.request)
        return S.WAIT_MOBILE


def begun(modification: NetworkModification, event: Begin) -> S:
    """Ask the mobile where the GGSN has asked us, else the GGSN first."""
    pdp = modification.pdp
    if modification.order.incoming is not None:
        return modification.ask_mobile()
    assert pdp.ggsn_control is not None
    update = make_update(pdp, modification.profile)
    modification.start(modification.stage.gn.gtp.request(modification, pdp.ggsn_control, update, pdp.subject))
    return S.WAIT_GGSN


def agreed(modification: NetworkModification, event: Transaction) -> S:
    """The GGSN agrees, or says why not."""
    response: UpdatePdpContextResponse = event.answer
    if response.cause in NO_CONTEXT:
        return S.LOST
    if not response.cause.is_acceptance:
        modification.stage.warn("gtp update", f"{modification.pdp.subject}: {response.cause.words}")
        return S.KEPT
    take_update(modification.pdp, response)
    if response.quality_of_service_profile is not None:
        modification.profile = response.quality_of_service_profile.quality_of_service
    return modification.ask_mobile()


def not_agreed(modification: NetworkModification, event: Transaction) -> S:
    """The GGSN does not answer, or not so that it can be read: all stays as it was."""
    return S.KEPT


def put_off(modification: NetworkModification, event: ModifyPdpContextRequestMo) -> S:
    """What the mobile wants waits until it asks again (T3381); it does not know yet of ours."""
    return S.WAIT_GGSN


def accepted(modification: NetworkModification, event: ModifyPdpContextAcceptMo) -> S:
    """The mobile agrees."""
    pdp, order = modification.pdp, modification.order
    pdp.take_quality(modification.profile, pdp.llc_sapi)
    if order.address is not None:
        pdp.pdp_address = order.address
    order.answer(pdp, GtpCause.REQUEST_ACCEPTED)
    return S.MODIFIED


def collided(modification: NetworkModification, event: ModifyPdpContextRequestMo) -> S:
    """The mobile wants another modification: ours goes on as if it had not asked (24.008 6.1.3.3.3)."""
    return S.WAIT_MOBILE


def silent(modification: NetworkModification, event: Timer) -> S:
    """The fifth expiry of T3386 (24.008 6.1.3.3.3): all stays as it was, unless the GGSN has modified it already."""
    order = modification.order
    if order.incoming is None:
        return S.UNANSWERED
    order.answer(modification.pdp, GtpCause.MS_IS_NOT_GPRS_RESPONDING)
    return S.KEPT


NETWORK_MODIFICATION = Machine(
    "PDP context modification by the network",
    clause="24.008 6.1.3.3.1, 23.060 9.2.3.1, 9.2.3.2",
    of=NetworkModification,
    initial=S.START,
    final=(S.MODIFIED, S.KEPT, S.UNANSWERED, S.LOST),
    guards={S.WAIT_MOBILE: T3386},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_GGSN, S.WAIT_MOBILE)),
        (S.WAIT_GGSN, gtp.S.ANSWERED, agreed, (S.WAIT_MOBILE, S.KEPT, S.LOST)),
        (S.WAIT_GGSN, gtp.S.NO_RESPONSE, not_agreed, (S.KEPT,)),
        (S.WAIT_GGSN, ModifyPdpContextRequestMo, put_off, (S.WAIT_GGSN,)),
        (S.WAIT_MOBILE, ModifyPdpContextAcceptMo, accepted, (S.MODIFIED,)),
        (S.WAIT_MOBILE, ModifyPdpContextRequestMo, collided, (S.WAIT_MOBILE,)),
        (S.WAIT_MOBILE, T3386, silent, (S.KEPT, S.UNANSWERED)),
    ],
)
