"""Selection of the access point (23.060 annex A): names, wildcard, default, static addresses, barring; and QoS."""

from ipaddress import IPv4Address, IPv6Address
from typing import Any

import pytest

from nodes.sgsn.quality_of_service import R99_ATTRIBUTES, negotiate
from protocol.causes import SmCause
from protocol.charging import ChargingCharacteristics
from protocol.gtp import CreatePdpContextRequest, EndUserAddress, SelectionModeValue
from protocol.identities import Imsi
from protocol.map.packet import ExtQosSubscribed, PdpType
from protocol.map.packet import PdpAddress as SubscribedAddress
from protocol.map.subscriber import OdbData, OdbGeneralData, SubscriberStatus
from protocol.sm import ActivatePdpContextReject
from protocol.sm.elements import LlcSapiValue
from protocol.sm.pdp_address import PdpAddress, PdpTypeNumber, PdpTypeOrganisation
from protocol.sm.quality_of_service import DelayClass, QualityOfService
from tests.machines.sgsn_lab import HLR
from tests.machines.sgsn_sessions import OPEN_QOS, SUBSCRIBED_QOS, SessionLab, subscription

FIXED = IPv4Address("10.102.0.1")
IPV6 = PdpType(number=PdpTypeNumber.IPV6)
VERIFIED = SelectionModeValue.MS_OR_NETWORK_PROVIDED_APN_SUBSCRIBED_VERIFIED
BY_MOBILE = SelectionModeValue.MS_PROVIDED_APN_SUBSCRIPTION_NOT_VERIFIED
BY_NETWORK = SelectionModeValue.NETWORK_PROVIDED_APN_SUBSCRIPTION_NOT_VERIFIED
STATIC = subscription(2, pdp_address=SubscribedAddress(FIXED))


def asked(*subscriptions: Any, **request: Any) -> CreatePdpContextRequest:
    """What a GGSN is asked for where the mobile asks for this."""
    lab = SessionLab(*subscriptions)
    lab.provided()
    lab.asks(**request)
    create: CreatePdpContextRequest = lab.last(CreatePdpContextRequest)
    return create


def refused(*subscriptions: Any, **request: Any) -> SmCause:
    """Why the mobile gets none."""
    lab = SessionLab(*subscriptions)
    lab.provided()
    lab.asks(**request)
    assert lab.names() == ["ActivatePdpContextReject"]
    assert lab.is_clean
    cause: SmCause = lab.heard(ActivatePdpContextReject).sm_cause
    return cause


@pytest.mark.parametrize(
    ("subscriptions", "apn", "name", "mode"),
    [
        ((subscription(),), "internet", "internet", VERIFIED),
        ((subscription(),), "INTERNET", "internet", VERIFIED),
        ((subscription(),), "internet.mnc001.mcc001.gprs", "internet", VERIFIED),
        ((subscription(1, "Internet"),), "internet", "internet", VERIFIED),
        ((subscription(), subscription(2, "*")), "mms", "mms", BY_MOBILE),
        ((subscription(), subscription(2, "*")), "internet", "internet", VERIFIED),
        ((subscription(),), None, "internet", VERIFIED),
        ((subscription(), STATIC), None, "internet", VERIFIED),
        ((subscription(), subscription(2, "*")), None, "internet", VERIFIED),
        ((subscription(1, "*"),), None, "internet", BY_NETWORK),
    ],
)
def test_access_point(subscriptions: Any, apn: str | None, name: str, mode: SelectionModeValue) -> None:
    """Annex A: the mobile's name if subscribed, or any is allowed; without one its only one, or the network's."""
    create = asked(*subscriptions, apn=apn)
    assert create.access_point_name == name
    assert create.selection_mode is not None
    assert create.selection_mode.value is mode


@pytest.mark.parametrize(
    ("subscriptions", "request_", "cause"),
    [
        ((subscription(),), {"apn": "mms"}, SmCause.REQUESTED_SERVICE_OPTION_NOT_SUBSCRIBED),
        ((subscription(), subscription(2, "mms")), {"apn": None}, SmCause.MISSING_OR_UNKNOWN_APN),
        ((subscription(1, "nowhere"),), {"apn": "nowhere"}, SmCause.MISSING_OR_UNKNOWN_APN),
        ((subscription(1, "*"),), {"apn": "nowhere"}, SmCause.MISSING_OR_UNKNOWN_APN),
        (
            (subscription(),),
            {"address": PdpAddress.dynamic(PdpTypeNumber.IPV6)},
            SmCause.REQUESTED_SERVICE_OPTION_NOT_SUBSCRIBED,
        ),
        ((subscription(),), {"address": PdpAddress.static(FIXED)}, SmCause.UNKNOWN_PDP_ADDRESS_OR_PDP_TYPE),
        (
            (subscription(),),
            {"address": PdpAddress(PdpTypeOrganisation.ETSI, PdpTypeNumber.PPP)},
            SmCause.SERVICE_OPTION_NOT_SUPPORTED,
        ),
        (
            (subscription(),),
            {"address": PdpAddress(PdpTypeOrganisation(7), PdpTypeNumber.PPP)},
            SmCause.UNKNOWN_PDP_ADDRESS_OR_PDP_TYPE,
        ),
        ((subscription(),), {"nsapi": 3}, SmCause.INVALID_MANDATORY_INFORMATION),
        ((subscription(),), {"sapi": LlcSapiValue(1)}, SmCause.INVALID_MANDATORY_INFORMATION),
    ],
)
def test_no_access_point(subscriptions: Any, request_: dict[str, Any], cause: SmCause) -> None:
    """Annex A, 24.008 6.1.3.1.2 and 8.5: each refusal has its cause, and no GGSN is asked."""
    assert refused(*subscriptions, **request_) is cause


def test_static_address() -> None:
    """23.060 9.2.1: the mobile asks for its static address, or gets that if its only subscription has one."""
    assert asked(subscription(), STATIC, address=PdpAddress.static(FIXED)).end_user_address == EndUserAddress.static(
        FIXED
    )
    assert asked(STATIC).end_user_address == EndUserAddress.static(FIXED)
    assert asked(subscription(), STATIC).end_user_address == EndUserAddress.dynamic()


def test_static_address_of_zeros() -> None:
    """An address of zeros leaves it to the network."""
    create = asked(subscription(), address=PdpAddress.static(IPv4Address(0)))
    assert create.end_user_address == EndUserAddress.dynamic()


def test_ipv6() -> None:
    """23.060 9.2.1.1: a context of IPv6."""
    create = asked(subscription(), subscription(2, pdp_type=IPV6), address=PdpAddress.dynamic(PdpTypeNumber.IPV6))
    assert create.end_user_address == EndUserAddress.dynamic(PdpTypeNumber.IPV6)
    fixed = IPv6Address("2001:db8:102::1")
    create = asked(
        subscription(1, pdp_type=IPV6, pdp_address=SubscribedAddress(fixed)), address=PdpAddress.static(fixed)
    )
    assert create.end_user_address == EndUserAddress.static(fixed)


def test_ipv4v6_counts_as_ipv4() -> None:
    """24.008 10.5.6.4: types that are not known count as IPv4."""
    create = asked(subscription(), address=PdpAddress.dynamic(PdpTypeNumber.IPV4V6))
    assert create.end_user_address == EndUserAddress.dynamic()


def test_charging_characteristics() -> None:
    """32.215: those of the context, or of the subscriber."""
    flat, prepaid = ChargingCharacteristics(flat_rate=True), ChargingCharacteristics(prepaid_service=True)
    assert asked(subscription(pdp_charging_characteristics=flat)).charging_characteristics == flat
    lab = SessionLab()
    lab.provided()
    lab.inserts(charging_characteristics=prepaid)
    lab.asks()
    assert lab.last(CreatePdpContextRequest).charging_characteristics == prepaid


def test_no_room() -> None:
    """24.008 6.1.3.1.2: there are as many contexts as there may be."""
    lab = SessionLab(pdp_capacity=1)
    lab.provided()
    lab.active()
    lab.asks(nsapi=6, ti=1)
    assert lab.heard(ActivatePdpContextReject).sm_cause is SmCause.INSUFFICIENT_RESOURCES
    lab.asks(ti=1)
    assert lab.last(CreatePdpContextRequest)


# --- barring ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("imsi", "category", "vplmn", "apn", "barred"),
    [
        ("99901", OdbGeneralData.ROAMER_ACCESS_TO_HPLMN_AP_BARRED, False, "internet", True),
        ("99901", OdbGeneralData.ROAMER_ACCESS_TO_HPLMN_AP_BARRED, True, "internet", False),
        ("99901", OdbGeneralData.ROAMER_ACCESS_TO_VPLMN_AP_BARRED, True, "internet", True),
        ("99901", OdbGeneralData.ROAMER_ACCESS_TO_VPLMN_AP_BARRED, False, "internet", False),
        ("99901", OdbGeneralData.ROAMER_ACCESS_TO_VPLMN_AP_BARRED, False, "internet.mnc001.mcc001.gprs", True),
        ("99901", OdbGeneralData.ROAMER_ACCESS_TO_HPLMN_AP_BARRED, True, "internet.mnc001.mcc999.gprs", True),
        ("00101", OdbGeneralData.ROAMER_ACCESS_TO_HPLMN_AP_BARRED, False, "internet", False),
    ],
)
def test_barring_of_roamers(imsi: str, category: int, vplmn: bool, apn: str, barred: bool) -> None:
    """23.015 2.2: access points at home or in the visited network are barred, to a roamer alone."""
    lab = SessionLab(subscription(vplmn_address_allowed=vplmn), hlrs={imsi: HLR})
    lab.imsi = Imsi(imsi + "0000000001")
    lab.provided()
    status = SubscriberStatus.OPERATOR_DETERMINED_BARRING
    lab.inserts(subscriber_status=status, odb_data=OdbData(odb_general_data=OdbGeneralData.of(category)))
    lab.asks(apn=apn)
    assert (lab.names() == ["ActivatePdpContextReject"]) is barred
    if barred:
        assert lab.heard(ActivatePdpContextReject).sm_cause is SmCause.OPERATOR_DETERMINED_BARRING


# --- quality of service -----------------------------------------------------------------------------------------------


def quality(octets: str) -> QualityOfService:
    """A profile by its octets."""
    return QualityOfService.from_octets(bytes.fromhex(octets))


R99 = "7397fefe74414040"
"""Interactive, 1502 octets, 8640 kbit/s, and what goes with it: octets 6 to 13."""
LESS = "9396402063831010"
"""Background, 1500 octets, 64 and 32 kbit/s, and of all else less, too."""


@pytest.mark.parametrize(
    ("requested", "allowed", "granted"),
    [
        ("000000", "23421f", "23421f"),
        ("0b0101", "23421f", "23421f"),
        ("0b1110", "13210a", "13110a"),
        ("1d0313", "0b910a", "1d931f"),
        ("3ffffe", "23421f", "23421f"),
        ("09910a", "09910a", "0b910a"),
        ("0ba10a", "0b910a", "0b110a"),
        ("000000", "000000", "25131f"),
        ("23421f" + R99, "23421f", "23421f"),
        ("23421f", "23421f" + R99, "23421f"),
        ("23421f" + "00" * 8, "23521f" + R99, "23421f" + R99),
        ("23421f" + R99, "23421f" + LESS, "23421f" + LESS),
        ("23421f" + LESS, "23421f" + R99, "23421f" + LESS),
    ],
)
def test_quality_is_held_down(requested: str, allowed: str, granted: str) -> None:
    """23.060 9.2.2.1, 15.2: of each attribute the weaker demand; 0 asks for the subscribed one."""
    assert negotiate(quality(requested), quality(allowed)) == quality(granted)


def test_quality_of_r99_is_subscribed() -> None:
    """29.002 17.7.1: the extension holds octets 6 to 13, and the priority of allocation and retention."""
    whole = quality("23421f" + R99)
    extension = ExtQosSubscribed(
        allocation_retention_priority=1,
        **{name: getattr(whole, name) for name in R99_ATTRIBUTES},
    )
    create = asked(subscription(ext_qos_subscribed=extension), qos=whole)
    assert create.quality_of_service_profile.allocation_retention_priority == 1
    assert create.quality_of_service_profile.quality_of_service == whole
    short = ExtQosSubscribed(allocation_retention_priority=9)
    create = asked(subscription(ext_qos_subscribed=short))
    assert create.quality_of_service_profile.allocation_retention_priority == 2


@pytest.mark.parametrize(
    ("sapi", "delay", "given"),
    [(0, 1, 3), (0, 2, 5), (0, 3, 9), (0, 4, 11), (9, 1, 9)],
)
def test_link(sapi: int, delay: int, given: int) -> None:
    """24.008 6.1.3.1.1: the mobile's LLC SAPI; without one, by delay class."""
    lab = SessionLab(subscription(qos_subscribed=SUBSCRIBED_QOS.replace(delay_class=DelayClass(delay))))
    lab.provided()
    lab.asks(sapi=LlcSapiValue(sapi), qos=OPEN_QOS)
    lab.creates()
    assert lab.pdp().llc_sapi == given
