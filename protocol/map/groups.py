"""Group calls, localised service areas and location services that a subscriber has (TS 29.002 17.7.1, 17.7.8)."""

from typing import Annotated

from protocol.ber import (
    BIT_STRING,
    ENUMERATED,
    NULL,
    OCTETS,
    SEQUENCE,
    SEQUENCE_OF,
    Bits,
    Choice,
    Sequence,
)
from protocol.declare import OpenEnum
from protocol.identities import IsdnAddress
from protocol.map.codes import SsCode, SsStatus
from protocol.map.extension import ExtensionContainer
from protocol.map.numbers import LsaAttributes, LsaIdentity, Tbcd

# --- group calls ---


class AdditionalSubscriptions(Bits):
    """What more a subscriber may do in a group call (TS 43.068)."""

    __slots__ = ()
    least = 3
    most = 8
    PRIVILEGED_UPLINK_REQUEST = 0
    EMERGENCY_UPLINK_REQUEST = 1
    EMERGENCY_RESET = 2


class VoiceBroadcastData(Sequence):
    """A broadcast group; the entitlement is to start a call in it."""

    groupid: Annotated[Tbcd, OCTETS(size=3)]
    broadcast_init_entitlement: Annotated[bool, NULL()] = False
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class VoiceGroupCallData(Sequence):
    """A voice group."""

    group_id: Annotated[Tbcd, OCTETS(size=3)]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
    additional_subscriptions: Annotated[AdditionalSubscriptions | None, BIT_STRING()] = None


# --- localised service areas ---


class LsaOnlyAccessIndicator(OpenEnum):
    """Whether a subscriber may be outside of the areas too."""

    ACCESS_OUTSIDE_LSAS_ALLOWED = 0
    ACCESS_OUTSIDE_LSAS_RESTRICTED = 1


class LsaData(Sequence):
    """One localised service area."""

    lsa_identity: Annotated[LsaIdentity, OCTETS(0, size=3)]
    lsa_attributes: Annotated[LsaAttributes, OCTETS(1, size=1)]
    lsa_active_mode_indicator: Annotated[bool, NULL(2)] = False
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(3)] = None


class LsaInformation(Sequence):
    """The localised service areas of a subscriber; all of them, where ``complete_data_list_included``."""

    complete_data_list_included: Annotated[bool, NULL()] = False
    lsa_only_access_indicator: Annotated[LsaOnlyAccessIndicator | None, ENUMERATED(1)] = None
    lsa_data_list: Annotated[tuple[LsaData, ...], SEQUENCE_OF(SEQUENCE(), 2, most=20)] = ()
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(3)] = None


class LsaInformationWithdraw(Choice):
    """Localised service areas that are taken away."""

    all_lsa_data: Annotated[bool | None, NULL()] = None
    lsa_identity_list: Annotated[tuple[LsaIdentity, ...] | None, SEQUENCE_OF(OCTETS(size=3), most=20)] = None


# --- location services ---


class LcsClientExternalId(Sequence):
    """A client of location services, by its number."""

    external_address: Annotated[IsdnAddress | None, OCTETS(0, least=1, most=9)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(1)] = None


class LcsClientInternalId(OpenEnum):
    """A client of location services in the network itself."""

    BROADCAST_SERVICE = 0
    O_AND_M_HPLMN = 1
    O_AND_M_VPLMN = 2
    ANONYMOUS_LOCATION = 3
    TARGET_MS_SUBSCRIBED_SERVICE = 4


class GmlcRestriction(OpenEnum):
    """From which gateways a client may ask."""

    GMLC_LIST = 0
    HOME_COUNTRY = 1


class NotificationToMsUser(OpenEnum):
    """Whether the user is told of being located, and asked."""

    NOTIFY_LOCATION_ALLOWED = 0
    NOTIFY_AND_VERIFY_LOCATION_ALLOWED_IF_NO_RESPONSE = 1
    NOTIFY_AND_VERIFY_LOCATION_NOT_ALLOWED_IF_NO_RESPONSE = 2
    LOCATION_NOT_ALLOWED = 3


class ExternalClient(Sequence):
    """A client that may locate the subscriber."""

    client_identity: Annotated[LcsClientExternalId, SEQUENCE()]
    gmlc_restriction: Annotated[GmlcRestriction | None, ENUMERATED(0)] = None
    notification_to_ms_user: Annotated[NotificationToMsUser | None, ENUMERATED(1)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(2)] = None


class LcsPrivacyClass(Sequence):
    """Who may locate the subscriber in one privacy class."""

    ss_code: Annotated[SsCode, OCTETS(size=1)]
    ss_status: Annotated[SsStatus, OCTETS(least=1, most=5)]
    notification_to_ms_user: Annotated[NotificationToMsUser | None, ENUMERATED(0)] = None
    external_client_list: Annotated[tuple[ExternalClient, ...] | None, SEQUENCE_OF(SEQUENCE(), 1, least=0, most=5)] = (
        None
    )
    plmn_client_list: Annotated[tuple[LcsClientInternalId, ...], SEQUENCE_OF(ENUMERATED(), 2, most=5)] = ()
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(3)] = None
    ext_external_client_list: Annotated[tuple[ExternalClient, ...], SEQUENCE_OF(SEQUENCE(), 4, most=35)] = ()


class MolrClass(Sequence):
    """A way in which the mobile may ask for its own location."""

    ss_code: Annotated[SsCode, OCTETS(size=1)]
    ss_status: Annotated[SsStatus, OCTETS(least=1, most=5)]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(0)] = None


class LcsInformation(Sequence):
    """Location services of a subscriber."""

    gmlc_list: Annotated[tuple[IsdnAddress, ...], SEQUENCE_OF(OCTETS(least=1, most=9), 0, most=5)] = ()
    lcs_privacy_exception_list: Annotated[tuple[LcsPrivacyClass, ...], SEQUENCE_OF(SEQUENCE(), 1, most=4)] = ()
    molr_list: Annotated[tuple[MolrClass, ...], SEQUENCE_OF(SEQUENCE(), 2, most=3)] = ()
    add_lcs_privacy_exception_list: Annotated[tuple[LcsPrivacyClass, ...], SEQUENCE_OF(SEQUENCE(), 3, most=4)] = ()
