"""Selection of the access point (TS 23.060 Annex A): what the mobile asks for, against what it has subscribed to.

A subscription context allows its own APN, or any (``*``). A mobile that names none gets that of its only subscription
context of the PDP type and address asked for.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING

from protocol.causes import SmCause
from protocol.gtp import SelectionModeValue
from protocol.identities import Apn, Plmn
from protocol.map.packet import PdpContext as Subscription
from protocol.map.subscriber import OdbGeneralData
from protocol.sm import ActivatePdpContextRequest
from protocol.sm.pdp_address import PdpAddress, PdpTypeNumber, PdpTypeOrganisation

if TYPE_CHECKING:
    from nodes.sgsn.context import MmContext

WILDCARD = "*"
"""The APN of a subscription that allows any."""

SUPPORTED = {PdpTypeNumber.IPV4: PdpTypeNumber.IPV4, PdpTypeNumber.IPV6: PdpTypeNumber.IPV6}
"""PDP types of the IETF that are known; all others count as IPv4 (TS 24.008 10.5.6.4)."""

IpAddress = IPv4Address | IPv6Address


class AccessPointError(Exception):
    """The mobile gets no access point; ``cause`` is what it is told."""

    def __init__(self, cause: SmCause) -> None:
        super().__init__(cause.words)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Selection:
    """An access point: its network identifier, where that comes from, the type, an address if it is static."""

    apn: Apn
    mode: SelectionModeValue
    subscription: Subscription
    type: PdpTypeNumber
    address: IpAddress | None

    @property
    def pdp_address(self) -> PdpAddress:
        """The type and, where it is static, the address."""
        return PdpAddress.dynamic(self.type) if self.address is None else PdpAddress.static(self.address)


def select(context: "MmContext", request: ActivatePdpContextRequest) -> Selection:
    """The access point of a request; AccessPointError where there is none."""
    if barred(context, OdbGeneralData.ALL_PACKET_ORIENTED_SERVICES_BARRED):
        raise AccessPointError(SmCause.OPERATOR_DETERMINED_BARRING)
    kind = type_of(request.requested_pdp_address)
    address = address_of(request.requested_pdp_address, kind)
    of_type = [item for item in context.pdp_subscriptions if matches(item, kind)]
    if not of_type:
        raise AccessPointError(SmCause.REQUESTED_SERVICE_OPTION_NOT_SUBSCRIBED)
    candidates = of_type if address is None else [item for item in of_type if static_address(item) == address]
    if not candidates:
        raise AccessPointError(SmCause.UNKNOWN_PDP_ADDRESS_OR_PDP_TYPE)
    name, operator = (None, None) if request.access_point_name is None else split(request.access_point_name)
    if name is None:
        chosen, apn, mode = choose_without_name(context, candidates)
    else:
        chosen, apn, mode = choose_by_name(candidates, name)
    if address is None:
        address = static_address(chosen)
    check_roaming(context, chosen, operator)
    if apn not in context.stage.config.ggsns:
        raise AccessPointError(SmCause.MISSING_OR_UNKNOWN_APN)
    return Selection(apn, mode, chosen, kind, address)


def type_of(address: PdpAddress) -> PdpTypeNumber:
    """The PDP type asked for."""
    if address.organisation == PdpTypeOrganisation.IETF:
        return SUPPORTED.get(address.number, PdpTypeNumber.IPV4)
    if address.kind in ("PPP", "X.25", "OSP:IHOSS", "empty"):
        raise AccessPointError(SmCause.SERVICE_OPTION_NOT_SUPPORTED)
    raise AccessPointError(SmCause.UNKNOWN_PDP_ADDRESS_OR_PDP_TYPE)


def address_of(address: PdpAddress, kind: PdpTypeNumber) -> IpAddress | None:
    """The static address asked for; none, or one of zeros, leaves it to the network."""
    asked = address.ipv4 if kind is PdpTypeNumber.IPV4 else address.ipv6
    return None if asked is None or not int(asked) else asked


def matches(subscription: Subscription, kind: PdpTypeNumber) -> bool:
    """True for a subscription context of this PDP type."""
    told = subscription.pdp_type
    return told.organisation == PdpTypeOrganisation.IETF and SUPPORTED.get(told.number, PdpTypeNumber.IPV4) is kind


def static_address(subscription: Subscription) -> IpAddress | None:
    """The address that is subscribed, if any."""
    told = None if subscription.pdp_address is None else subscription.pdp_address.address
    return None if isinstance(told, bytes) else told


def split(apn: Apn) -> tuple[str, str | None]:
    """Network identifier in lower case, and operator identifier if there is one (TS 23.003 9.1)."""
    labels = apn.lower().split(".")
    if len(labels) > 3 and labels[-1] == "gprs" and labels[-3].startswith("mnc") and labels[-2].startswith("mcc"):
        return ".".join(labels[:-3]), ".".join(labels[-3:])
    return ".".join(labels), None


def choose_by_name(candidates: list[Subscription], name: str) -> tuple[Subscription, Apn, SelectionModeValue]:
    """The subscription of that APN, or one that allows any; of several the one with a dynamic address."""
    ordered = sorted(candidates, key=lambda item: item.pdp_address is not None)
    for item in ordered:
        if split(item.apn)[0] == name:
            return item, Apn(name), SelectionModeValue.MS_OR_NETWORK_PROVIDED_APN_SUBSCRIBED_VERIFIED
    for item in ordered:
        if item.apn == WILDCARD:
            return item, Apn(name), SelectionModeValue.MS_PROVIDED_APN_SUBSCRIPTION_NOT_VERIFIED
    raise AccessPointError(SmCause.REQUESTED_SERVICE_OPTION_NOT_SUBSCRIBED)


def choose_without_name(
    context: "MmContext", candidates: list[Subscription]
) -> tuple[Subscription, Apn, SelectionModeValue]:
    """The only subscription; where it allows any APN, the network's first."""
    named = [item for item in candidates if item.apn != WILDCARD]
    names = {split(item.apn)[0] for item in named}
    if len(names) == 1:
        item = min(named, key=lambda item: item.pdp_address is not None)
        return item, Apn(names.pop()), SelectionModeValue.MS_OR_NETWORK_PROVIDED_APN_SUBSCRIBED_VERIFIED
    default = next(iter(context.stage.config.ggsns), None)
    if named or default is None:
        raise AccessPointError(SmCause.MISSING_OR_UNKNOWN_APN)
    return candidates[0], Apn(default), SelectionModeValue.NETWORK_PROVIDED_APN_SUBSCRIPTION_NOT_VERIFIED


def barred(context: "MmContext", category: int) -> bool:
    """True where the operator bars this."""
    return context.barring is not None and context.barring.has(category)


def check_roaming(context: "MmContext", subscription: Subscription, operator: str | None) -> None:
    """Refuse a roamer what the operator bars: access points at home, or those of the visited network (TS 23.015)."""
    assert context.rai is not None
    assert context.imsi is not None
    plmn = context.rai.lai.plmn
    if context.imsi.startswith(plmn.mcc + plmn.mnc):
        return
    visited = subscription.vplmn_address_allowed if operator is None else operator == operator_identifier(plmn)
    category = (
        OdbGeneralData.ROAMER_ACCESS_TO_VPLMN_AP_BARRED if visited else OdbGeneralData.ROAMER_ACCESS_TO_HPLMN_AP_BARRED
    )
    if barred(context, category):
        raise AccessPointError(SmCause.OPERATOR_DETERMINED_BARRING)


def operator_identifier(plmn: Plmn) -> str:
    """The operator identifier of a network (TS 23.003 9.1.2)."""
    return f"mnc{plmn.mnc:0>3}.mcc{plmn.mcc}.gprs"
