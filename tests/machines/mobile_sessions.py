"""Mobiles with PDP contexts: what the network says about them."""

from ipaddress import IPv4Address, IPv6Address
from typing import Any

from protocol.causes import SmCause
from protocol.sm import (
    ActivatePdpContextAccept,
    ActivatePdpContextReject,
    ActivatePdpContextRequest,
    ActivateSecondaryPdpContextAccept,
    DeactivatePdpContextRequest,
    ModifyPdpContextRequestMt,
    SmMessage,
    TransactionIdentifier,
)
from protocol.sm.elements import LlcSapi, LlcSapiValue, RadioPriority, RadioPriorityLevel
from protocol.sm.pdp_address import PdpAddress
from protocol.sm.quality_of_service import QualityOfService
from tests.machines.mobile_calls import replies
from tests.machines.mobiles import Around, Said, attached

TI, TI_2 = TransactionIdentifier(0, flag=True), TransactionIdentifier(1, flag=True)
"""The first two transactions of the mobile, as the network names them."""
THEIRS = TransactionIdentifier(2)
"""A transaction of the network, as it names it."""
ADDRESS, ADDRESS_2 = IPv4Address("10.100.0.1"), IPv4Address("10.100.0.2")
QOS = QualityOfService.from_octets(bytes.fromhex("23921f"))
"""Delay class 4, reliability class 3, 256000 octet/s, normal priority, best effort."""


def accept_context(
    identifier: TransactionIdentifier = TI, address: IPv4Address | IPv6Address | None = ADDRESS, **changes: Any
) -> ActivatePdpContextAccept:
    """An ACTIVATE PDP CONTEXT ACCEPT."""
    return ActivatePdpContextAccept(
        transaction_identifier=identifier,
        negotiated_llc_sapi=LlcSapi(value=LlcSapiValue.SAPI_3),
        negotiated_qos=QOS,
        radio_priority=RadioPriority(level=RadioPriorityLevel.LEVEL_2),
        pdp_address=None if address is None else PdpAddress.static(address),
    ).replace(**changes)


def accept_secondary(identifier: TransactionIdentifier = TI_2, **changes: Any) -> ActivateSecondaryPdpContextAccept:
    """An ACTIVATE SECONDARY PDP CONTEXT ACCEPT."""
    return ActivateSecondaryPdpContextAccept(
        transaction_identifier=identifier,
        negotiated_llc_sapi=LlcSapi(value=LlcSapiValue.SAPI_5),
        negotiated_qos=QOS,
        radio_priority=RadioPriority(level=RadioPriorityLevel.LEVEL_1),
    ).replace(**changes)


def modification(**changes: Any) -> ModifyPdpContextRequestMt:
    """A MODIFY PDP CONTEXT REQUEST of the network."""
    return ModifyPdpContextRequestMt(
        transaction_identifier=TI,
        radio_priority=RadioPriority(level=RadioPriorityLevel.LEVEL_3),
        requested_llc_sapi=LlcSapi(value=LlcSapiValue.SAPI_5),
        new_qos=QOS,
    ).replace(**changes)


def reject_context(cause: SmCause, identifier: TransactionIdentifier = TI) -> ActivatePdpContextReject:
    """An ACTIVATE PDP CONTEXT REJECT."""
    return ActivatePdpContextReject(transaction_identifier=identifier, sm_cause=cause)


def end_context(
    cause: SmCause = SmCause.REGULAR_DEACTIVATION, identifier: TransactionIdentifier = TI, **changes: Any
) -> DeactivatePdpContextRequest:
    """A DEACTIVATE PDP CONTEXT REQUEST of the network."""
    request = DeactivatePdpContextRequest(transaction_identifier=identifier, sm_cause=cause)
    return request.replace(**changes)


def activated(
    around: Around | None = None,
    identifier: TransactionIdentifier = TI,
    address: IPv4Address = ADDRESS,
    order: dict[str, Any] | None = None,
    **changes: Any,
) -> Around:
    """A mobile that has activated a context."""
    around = attached() if around is None else around
    (request,) = around.order("activate", **(order or {}))
    assert isinstance(request, ActivatePdpContextRequest)
    assert request.transaction_identifier == identifier.answer
    assert around.says(accept_context(identifier, address, **changes)) == []
    ((status, body),) = replies(around)
    assert (status, body["address"]) == ("done", str(address))
    return around


def with_secondary() -> Around:
    """A mobile with two contexts of one address, NSAPIs 5 and 6."""
    around = activated()
    around.order("activate-secondary", nsapi=5, filter={"protocol": "udp"})
    around.says(accept_secondary())
    assert [status for status, _ in replies(around)] == ["done"]
    return around


def nsapis(around: Around) -> list[int]:
    """The NSAPIs of the contexts."""
    return [context["nsapi"] for context in around.m1["pdp_contexts"]]


def contexts(around: Around, *keys: str) -> list[tuple[Any, ...]]:
    """What the contexts show of themselves."""
    return [tuple(context[key] for key in keys) for context in around.m1["pdp_contexts"]]


def only(said: list[Said]) -> Any:
    """The one message that was said."""
    (message,) = said
    assert isinstance(message, SmMessage)
    return message
