"""Supplementary services that a subscriber has (TS 29.002 17.7.1, 17.7.4, 17.7.8).

SS-Info, of versions 1 and 2, is Ext-SS-Info with less in it: what only version 3 demands is optional.
"""

from typing import Annotated

from protocol.ber import CHOICE, ENUMERATED, INTEGER, NULL, OCTETS, SEQUENCE, SEQUENCE_OF, Choice, Sequence
from protocol.declare import OpenEnum
from protocol.identities import IsdnAddress
from protocol.map.codes import (
    CugInterlock,
    ExtBasicServiceCode,
    ForwardingOptions,
    InterCugRestrictions,
    SsCode,
    SsStatus,
)
from protocol.map.extension import ExtensionContainer
from protocol.map.numbers import IsdnSubaddress


class ExtForwFeature(Sequence):
    """Where calls of one basic service are forwarded to; the time without reply is in seconds."""

    basic_service: Annotated[ExtBasicServiceCode | None, CHOICE()] = None
    ss_status: Annotated[SsStatus | None, OCTETS(4, least=1, most=5)] = None
    forwarded_to_number: Annotated[IsdnAddress | None, OCTETS(5, least=1, most=9)] = None
    forwarded_to_subaddress: Annotated[IsdnSubaddress | None, OCTETS(8, least=1, most=21)] = None
    forwarding_options: Annotated[ForwardingOptions | None, OCTETS(6, least=1, most=5)] = None
    no_reply_condition_time: Annotated[int | None, INTEGER(7, least=1, most=100)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(9)] = None
    long_forwarded_to_number: Annotated[IsdnAddress | None, OCTETS(10, least=1, most=15)] = None


class ExtForwInfo(Sequence):
    """A call forwarding service."""

    ss_code: Annotated[SsCode | None, OCTETS(size=1)] = None
    forwarding_feature_list: Annotated[tuple[ExtForwFeature, ...], SEQUENCE_OF(SEQUENCE(), most=32)]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(0)] = None


class ExtCallBarringFeature(Sequence):
    """Whether calls of one basic service are barred."""

    basic_service: Annotated[ExtBasicServiceCode | None, CHOICE()] = None
    ss_status: Annotated[SsStatus | None, OCTETS(4, least=1, most=5)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class ExtCallBarInfo(Sequence):
    """A call barring service."""

    ss_code: Annotated[SsCode | None, OCTETS(size=1)] = None
    call_barring_feature_list: Annotated[tuple[ExtCallBarringFeature, ...], SEQUENCE_OF(SEQUENCE(), most=32)]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class IntraCugOptions(OpenEnum):
    """Calls within a closed user group."""

    NO_CUG_RESTRICTIONS = 0
    CUG_IC_CALL_BARRED = 1
    CUG_OG_CALL_BARRED = 2


BASIC_SERVICES = SEQUENCE_OF(CHOICE(), most=32)
"""Ext-BasicServiceGroupList."""


class CugSubscription(Sequence):
    """A closed user group that the subscriber is in."""

    cug_index: Annotated[int, INTEGER(most=32767)]
    cug_interlock: Annotated[CugInterlock, OCTETS(size=4)]
    intra_cug_options: Annotated[IntraCugOptions, ENUMERATED()]
    basic_service_group_list: Annotated[tuple[ExtBasicServiceCode, ...], BASIC_SERVICES] = ()
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(0)] = None


class CugFeature(Sequence):
    """What of closed user groups holds for one basic service."""

    basic_service: Annotated[ExtBasicServiceCode | None, CHOICE()] = None
    preferential_cug_indicator: Annotated[int | None, INTEGER(most=32767)] = None
    inter_cug_restrictions: Annotated[InterCugRestrictions, OCTETS(size=1)]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class CugInfo(Sequence):
    """Closed user groups."""

    cug_subscription_list: Annotated[tuple[CugSubscription, ...], SEQUENCE_OF(SEQUENCE(), least=0, most=10)]
    cug_feature_list: Annotated[tuple[CugFeature, ...], SEQUENCE_OF(SEQUENCE(), most=32)] = ()
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(0)] = None


class CliRestrictionOption(OpenEnum):
    """Whether the subscriber's number is shown."""

    PERMANENT = 0
    TEMPORARY_DEFAULT_RESTRICTED = 1
    TEMPORARY_DEFAULT_ALLOWED = 2


class OverrideCategory(OpenEnum):
    """Whether the subscriber sees numbers that are not to be shown."""

    OVERRIDE_ENABLED = 0
    OVERRIDE_DISABLED = 1


class SsSubscriptionOption(Choice):
    """How line identification is subscribed."""

    cli_restriction_option: Annotated[CliRestrictionOption | None, ENUMERATED(2)] = None
    override_category: Annotated[OverrideCategory | None, ENUMERATED(1)] = None


class ExtSsData(Sequence):
    """Another service."""

    ss_code: Annotated[SsCode | None, OCTETS(size=1)] = None
    ss_status: Annotated[SsStatus | None, OCTETS(4, least=1, most=5)] = None
    ss_subscription_option: Annotated[SsSubscriptionOption | None, CHOICE()] = None
    basic_service_group_list: Annotated[tuple[ExtBasicServiceCode, ...], BASIC_SERVICES] = ()
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(5)] = None


class EmlppInfo(Sequence):
    """Priorities of calls: 0 to 4, and 6 for A and 5 for B, which are higher."""

    maximum_entitled_priority: Annotated[int, INTEGER(most=15)]
    default_priority: Annotated[int, INTEGER(most=15)]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class ExtSsInfo(Choice):
    """A supplementary service."""

    forwarding_info: Annotated[ExtForwInfo | None, SEQUENCE(0)] = None
    call_barring_info: Annotated[ExtCallBarInfo | None, SEQUENCE(1)] = None
    cug_info: Annotated[CugInfo | None, SEQUENCE(2)] = None
    ss_data: Annotated[ExtSsData | None, SEQUENCE(3)] = None
    emlpp_info: Annotated[EmlppInfo | None, SEQUENCE(4)] = None


class McSsInfo(Sequence):
    """Multicall: how many bearers at once are subscribed, and how many the user wants."""

    ss_code: Annotated[SsCode, OCTETS(0, size=1)]
    ss_status: Annotated[SsStatus, OCTETS(1, least=1, most=5)]
    nbr_sb: Annotated[int, INTEGER(2, least=2, most=7)]
    nbr_user: Annotated[int, INTEGER(3, least=1, most=7)]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(4)] = None


class CugCheckInfo(Sequence):
    """The closed user group of a call."""

    cug_interlock: Annotated[CugInterlock, OCTETS(size=4)]
    cug_outgoing_access: Annotated[bool, NULL()] = False
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
