"""An SGSN with GGSNs, and a mobile that is subscribed to access points; the GGSNs answer as a test lets them."""

from ipaddress import IPv4Address
from typing import Any

from nodes.sgsn.context import MmContext
from nodes.sgsn.pdp_context import PdpContext
from protocol import tcap
from protocol.causes import GtpCause, SmCause
from protocol.gtp import (
    CreatePdpContextRequest,
    CreatePdpContextResponse,
    DeletePdpContextRequest,
    DeletePdpContextResponse,
    EndUserAddress,
    GgsnInitiatedUpdatePdpContextRequest,
    ReorderingRequired,
    UpdatePdpContextRequest,
    UpdatePdpContextResponse,
)
from protocol.gtp import GsnAddress as TunnelAddress
from protocol.gtp import Nsapi as GtpNsapi
from protocol.identities import Apn, GsnAddress, Teid
from protocol.map.contexts import SUBSCRIBER_DATA_MNGT_V3
from protocol.map.packet import GprsSubscriptionData, PdpType
from protocol.map.packet import PdpContext as Subscription
from protocol.map.subscriber import InsertSubscriberDataArg
from protocol.sm import (
    ActivatePdpContextAccept,
    ActivatePdpContextRequest,
    ActivateSecondaryPdpContextRequest,
    DeactivatePdpContextAccept,
    DeactivatePdpContextRequest,
    ModifyPdpContextAcceptMo,
    ModifyPdpContextRequestMo,
    TransactionIdentifier,
)
from protocol.sm.elements import LinkedTi, LlcSapi, LlcSapiValue, Nsapi, TearDownIndicator
from protocol.sm.packet_filter import PacketFilter, SingleSourcePort
from protocol.sm.pdp_address import PdpAddress
from protocol.sm.quality_of_service import QualityOfService
from protocol.sm.traffic_flow_template import TftOperation, TrafficFlowTemplate
from tests.machines.sgsn_lab import IMSI, Lab, Mobile

GGSNS = {"ggsn1": GsnAddress.parse("10.0.0.7"), "ggsn2": GsnAddress.parse("10.0.0.12")}
SUBSCRIBED_QOS = QualityOfService.from_octets(bytes.fromhex("23421f"))
"""Delay class 4, reliability class 3, 8000 octets a second, precedence class 2, best effort."""
OPEN_QOS = QualityOfService.from_octets(bytes(3))
"""All as subscribed."""


def subscription(number: int = 1, apn: str = "internet", **more: Any) -> Subscription:
    """A subscribed context."""
    more.setdefault("pdp_type", PdpType())
    more.setdefault("qos_subscribed", SUBSCRIBED_QOS)
    return Subscription(pdp_context_id=number, apn=Apn(apn), **more)


def whole(*subscriptions: Subscription) -> GprsSubscriptionData:
    """All that is subscribed."""
    return GprsSubscriptionData(complete_data_list_included=True, gprs_data_list=subscriptions)


def packet_filter(identifier: int = 0, precedence: int = 0, port: int = 7) -> PacketFilter:
    """A filter for packets from this port."""
    return PacketFilter(identifier, precedence, (SingleSourcePort(port),))


def template(precedence: int = 0, **more: Any) -> TrafficFlowTemplate:
    """A template with one filter."""
    more.setdefault("operation", TftOperation.CREATE_NEW_TFT)
    more.setdefault("filters", (packet_filter(0, precedence),))
    return TrafficFlowTemplate(**more)


class SessionLab(Lab):
    """A lab with two GGSNs, both of which have the access point ``internet``; one has ``mms``."""

    def __init__(self, *subscriptions: Subscription, **changes: Any) -> None:
        config: dict[str, Any] = {
            "gsns": {address: name for name, address in GGSNS.items()} | {GsnAddress.parse("10.0.0.4"): "sgsn2"},
            "ggsns": {"internet": tuple(GGSNS.values()), "mms": (GGSNS["ggsn2"],)},
        } | changes
        self.answered: Any = None
        self.imsi = IMSI
        super().__init__(**config)
        self.subscriptions = subscriptions or (subscription(), subscription(2, "mms"))
        self.addresses = iter(range(1, 255))

    def provided(self) -> Mobile:
        """A mobile that has attached, and what it is subscribed to is known."""
        mobile = self.mobile(self.imsi)
        mobile.attach()
        self.inserts(gprs_subscription_data=whole(*self.subscriptions))
        self.said.clear()
        mobile.heard.clear()
        return mobile

    @property
    def context(self) -> MmContext:
        """The context of the mobile."""
        return self.sgsn.by_imsi[self.imsi]

    def inserts(self, **data: Any) -> None:
        """The HLR inserts subscriber data."""
        opening = tcap.Aarq(application_context=SUBSCRIBER_DATA_MNGT_V3)
        argument = InsertSubscriberDataArg(imsi=self.imsi, **data)
        self.gr(tcap.Begin(otid=b"\0\0\0\5", dialogue=opening, components=(tcap.invoke(1, argument),)))
        assert isinstance(self.answered, tcap.Continue)
        self.gr(tcap.End(dtid=self.answered.otid))

    def _ask_hlr(self, transaction: Any) -> None:
        self.answered = transaction
        super()._ask_hlr(transaction)

    # --- the mobile ---

    def asks(
        self,
        *,
        nsapi: int = 5,
        ti: int | TransactionIdentifier = 0,
        apn: str | None = "internet",
        address: PdpAddress | None = None,
        qos: QualityOfService = OPEN_QOS,
        sapi: LlcSapiValue = LlcSapiValue.SAPI_3,
        **more: Any,
    ) -> ActivatePdpContextRequest:
        """The mobile asks for a context."""
        request = ActivatePdpContextRequest(
            transaction_identifier=TransactionIdentifier(ti) if isinstance(ti, int) else ti,
            requested_nsapi=Nsapi(value=nsapi),
            requested_llc_sapi=LlcSapi(value=sapi),
            requested_qos=qos,
            requested_pdp_address=address or PdpAddress.dynamic(),
            access_point_name=None if apn is None else Apn(apn),
            **more,
        )
        self.mobiles[0].says(request)
        return request

    def asks_beside(
        self,
        *,
        nsapi: int = 6,
        ti: int = 1,
        linked: int = 0,
        tft: TrafficFlowTemplate | None = None,
        qos: QualityOfService = OPEN_QOS,
    ) -> ActivateSecondaryPdpContextRequest:
        """The mobile asks for a secondary context."""
        request = ActivateSecondaryPdpContextRequest(
            transaction_identifier=TransactionIdentifier(ti),
            requested_nsapi=Nsapi(value=nsapi),
            requested_llc_sapi=LlcSapi(value=LlcSapiValue.SAPI_5),
            requested_qos=qos,
            linked_ti=LinkedTi(TransactionIdentifier(linked)),
            tft=tft,
        )
        self.mobiles[0].says(request)
        return request

    def modifies(self, ti: int = 0, **elements: Any) -> ModifyPdpContextRequestMo:
        """The mobile wants a context modified."""
        request = ModifyPdpContextRequestMo(transaction_identifier=TransactionIdentifier(ti), **elements)
        self.mobiles[0].says(request)
        return request

    def confirms(self, ti: int = 0) -> None:
        """The mobile takes a context as the network has modified it."""
        self.mobiles[0].says(ModifyPdpContextAcceptMo(transaction_identifier=TransactionIdentifier(ti)))

    def leaves(self, ti: int = 0, *, teardown: bool = False) -> None:
        """The mobile wants a context deactivated."""
        indicator = TearDownIndicator(tear_down_requested=True) if teardown else None
        self.mobiles[0].says(
            DeactivatePdpContextRequest(
                transaction_identifier=TransactionIdentifier(ti),
                sm_cause=SmCause.REGULAR_DEACTIVATION,
                tear_down_indicator=indicator,
            )
        )

    def agrees(self, ti: int = 0) -> None:
        """The mobile accepts that a context is deactivated."""
        self.mobiles[0].says(DeactivatePdpContextAccept(transaction_identifier=TransactionIdentifier(ti)))

    # --- the GGSN ---

    def creates(self, request: CreatePdpContextRequest | None = None, link: str = "ggsn1", **changes: Any) -> Any:
        """A GGSN makes the context that was asked for last."""
        asked: CreatePdpContextRequest = request or self.last(CreatePdpContextRequest)
        own = TunnelAddress(GGSNS[link].address)
        number = next(self.addresses)
        elements: dict[str, Any] = {
            "teid": asked.tunnel_endpoint_identifier_control_plane or Teid(0),
            "sequence_number": asked.sequence_number,
            "cause": GtpCause.REQUEST_ACCEPTED,
            "recovery": 3,
            "reordering_required": ReorderingRequired(required=False),
            "tunnel_endpoint_identifier_data_i": Teid(0x2000 + number),
            "tunnel_endpoint_identifier_control_plane": Teid(0x1000 + number),
            "charging_id": number,
            "end_user_address": EndUserAddress.static(IPv4Address(f"10.100.0.{number}")),
            "ggsn_address_for_control_plane": own,
            "ggsn_address_for_user_traffic": own,
            "quality_of_service_profile": asked.quality_of_service_profile,
        }
        response = CreatePdpContextResponse(**(elements | changes))
        self.gn(response, link)
        return response

    def refuses(self, cause: GtpCause, link: str = "ggsn1") -> None:
        """A GGSN does not make it."""
        asked = self.last(CreatePdpContextRequest)
        teid = asked.tunnel_endpoint_identifier_control_plane or Teid(0)
        self.gn(CreatePdpContextResponse(teid=teid, sequence_number=asked.sequence_number, cause=cause), link)

    def deletes(self, cause: GtpCause = GtpCause.REQUEST_ACCEPTED, link: str = "ggsn1") -> None:
        """A GGSN answers the last request to delete."""
        asked = self.last(DeletePdpContextRequest)
        self.gn(DeletePdpContextResponse(teid=Teid(0), sequence_number=asked.sequence_number, cause=cause), link)

    def updates(self, link: str = "ggsn1", cause: GtpCause = GtpCause.REQUEST_ACCEPTED, **elements: Any) -> None:
        """A GGSN answers the last request to update."""
        asked = self.last(UpdatePdpContextRequest)
        teid = self.pdp(asked.nsapi.value).teid_control
        assert teid is not None
        elements.setdefault("recovery", 3)
        response = UpdatePdpContextResponse(teid=teid, sequence_number=asked.sequence_number, cause=cause, **elements)
        self.gn(response, link)

    def wants(self, nsapi: int = 5, number: int = 70, **elements: Any) -> GgsnInitiatedUpdatePdpContextRequest:
        """A GGSN wants a context modified."""
        teid = self.pdp(nsapi).teid_control
        assert teid is not None
        request = GgsnInitiatedUpdatePdpContextRequest(
            teid=teid, sequence_number=number, nsapi=GtpNsapi(value=nsapi), **elements
        )
        self.gn(request, "ggsn1")
        return request

    # --- the SGSN ---

    def pdp(self, nsapi: int = 5) -> PdpContext:
        """A context of the mobile."""
        pdp: PdpContext = self.context.pdp[nsapi]
        return pdp

    def active(self, *, nsapi: int = 5, ti: int = 0, **more: Any) -> PdpContext:
        """A context that is active; what was said is forgotten."""
        self.asks(nsapi=nsapi, ti=ti, **more)
        self.creates()
        assert self.pdp(nsapi).state.value == "PDP-ACTIVE"
        assert self.last(ActivatePdpContextAccept)
        self.said.clear()
        return self.pdp(nsapi)

    def beside(self, *, nsapi: int = 6, ti: int = 1, tft: TrafficFlowTemplate | None = None) -> PdpContext:
        """A secondary context that is active; what was said is forgotten."""
        self.asks_beside(nsapi=nsapi, ti=ti, tft=tft or template(nsapi))
        self.creates()
        assert self.pdp(nsapi).state.value == "PDP-ACTIVE"
        self.said.clear()
        return self.pdp(nsapi)

    def heard(self, kind: type) -> Any:
        """The one message of a kind that the mobile was sent since this was asked last."""
        heard, self.mobiles[0].heard = self.mobiles[0].heard, []
        (message,) = (message for message in heard if isinstance(message, kind))
        return message

    @property
    def is_clean(self) -> bool:
        """True where neither context, nor tunnel, nor transaction is left."""
        node = self.orders("inspect").body
        gn = self.sgsn.gn
        return not (node["pdp_contexts"] or node["teids"] or gn.controls or gn.tunnels or gn.gtp.outstanding)
