"""Enquiries about a subscriber: provideSubscriberInfo, anyTimeInterrogation (TS 29.002 17.7.1)."""

from typing import Annotated

from protocol.ber import (
    CHOICE,
    ENUMERATED,
    EXPLICIT,
    INTEGER,
    NULL,
    OCTETS,
    SEQUENCE,
    SEQUENCE_OF,
    Choice,
    Sequence,
)
from protocol.charging import ChargingCharacteristics
from protocol.classmarks import MobileStationClassmark2
from protocol.declare import OpenEnum
from protocol.gmm.capability import MsNetworkCapability, MsRadioAccessCapability
from protocol.identities import Apn, GsnAddress, Imei, Imeisv, Imsi, IsdnAddress, Teid
from protocol.map.equipment import IMEI
from protocol.map.extension import ExtensionContainer
from protocol.map.numbers import Tbcd
from protocol.map.packet import ExtQosSubscribed, PdpAddress, PdpType
from protocol.map.position import (
    LocationInformation,
    LocationInformationGprs,
    NotReachableReason,
    SubscriberState,
)


class ChargingId(Teid):
    """The number under which the use of a PDP context is charged (TS 29.060 7.7.26)."""

    __slots__ = ()


class PdpContextInfo(Sequence):
    """A PDP context as it is at the moment (TS 23.078, TS 23.060)."""

    pdp_context_identifier: Annotated[int, INTEGER(0, least=1, most=50)]
    pdp_context_active: Annotated[bool, NULL(1)] = False
    pdp_type: Annotated[PdpType, OCTETS(2, size=2)]
    pdp_address: Annotated[PdpAddress | None, OCTETS(3, least=1, most=16)] = None
    apn_subscribed: Annotated[Apn | None, OCTETS(4, least=2, most=63)] = None
    apn_in_use: Annotated[Apn | None, OCTETS(5, least=2, most=63)] = None
    nsapi: Annotated[int | None, INTEGER(6, most=15)] = None
    transaction_id: Annotated[bytes | None, OCTETS(7, least=1, most=2)] = None
    teid_for_gn_and_gp: Annotated[Teid | None, OCTETS(8, size=4)] = None
    teid_for_iu: Annotated[Teid | None, OCTETS(9, size=4)] = None
    ggsn_address: Annotated[GsnAddress | None, OCTETS(10, least=5, most=17)] = None
    qos_subscribed: Annotated[ExtQosSubscribed | None, OCTETS(11, least=1, most=9)] = None
    qos_requested: Annotated[ExtQosSubscribed | None, OCTETS(12, least=1, most=9)] = None
    qos_negotiated: Annotated[ExtQosSubscribed | None, OCTETS(13, least=1, most=9)] = None
    charging_id: Annotated[ChargingId | None, OCTETS(14, size=4)] = None
    charging_characteristics: Annotated[ChargingCharacteristics | None, OCTETS(15, size=2)] = None
    rnc_address: Annotated[GsnAddress | None, OCTETS(16, least=5, most=17)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(17)] = None


class PsSubscriberState(Choice):
    """What a mobile is doing in the packet domain."""

    not_provided_from_sgsn: Annotated[bool | None, NULL(0)] = None
    ps_detached: Annotated[bool | None, NULL(1)] = None
    ps_attached_not_reachable_for_paging: Annotated[bool | None, NULL(2)] = None
    ps_attached_reachable_for_paging: Annotated[bool | None, NULL(3)] = None
    ps_pdp_active_not_reachable_for_paging: Annotated[
        tuple[PdpContextInfo, ...] | None, SEQUENCE_OF(SEQUENCE(), 4, most=50)
    ] = None
    ps_pdp_active_reachable_for_paging: Annotated[
        tuple[PdpContextInfo, ...] | None, SEQUENCE_OF(SEQUENCE(), 5, most=50)
    ] = None
    net_det_not_reachable: Annotated[NotReachableReason | None, ENUMERATED()] = None


class GprsMsClass(Sequence):
    """Capabilities of a mobile in packet services: elements of TS 24.008."""

    ms_network_capability: Annotated[MsNetworkCapability, OCTETS(0, least=1, most=8)]
    ms_radio_access_capability: Annotated[MsRadioAccessCapability | None, OCTETS(1, least=1, most=50)] = None


class NumberPortabilityStatus(OpenEnum):
    """Whether a number has been taken from or to another network."""

    NOT_KNOWN_TO_BE_PORTED = 0
    OWN_NUMBER_PORTED_OUT = 1
    FOREIGN_NUMBER_PORTED_TO_FOREIGN_NETWORK = 2
    OWN_NUMBER_NOT_PORTED_OUT = 4
    FOREIGN_NUMBER_PORTED_IN = 5


class MnpInfoRes(Sequence):
    """What is known of a number's portability."""

    routeing_number: Annotated[Tbcd | None, OCTETS(0, least=1, most=5)] = None
    imsi: Annotated[Imsi | None, OCTETS(1)] = None
    msisdn: Annotated[IsdnAddress | None, OCTETS(2, least=1, most=9)] = None
    number_portability_status: Annotated[NumberPortabilityStatus | None, ENUMERATED(3)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(4)] = None


class SubscriberInfo(Sequence):
    """Where a subscriber is, and in which state."""

    location_information: Annotated[LocationInformation | None, SEQUENCE(0)] = None
    subscriber_state: Annotated[SubscriberState | None, EXPLICIT(1, CHOICE())] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(2)] = None
    location_information_gprs: Annotated[LocationInformationGprs | None, SEQUENCE(3)] = None
    ps_subscriber_state: Annotated[PsSubscriberState | None, EXPLICIT(4, CHOICE())] = None
    imei: Annotated[Imei | Imeisv | None, IMEI(5)] = None
    ms_classmark_2: Annotated[MobileStationClassmark2 | None, OCTETS(6, size=3)] = None
    gprs_ms_class: Annotated[GprsMsClass | None, SEQUENCE(7)] = None
    mnp_info_res: Annotated[MnpInfoRes | None, SEQUENCE(8)] = None


class DomainType(OpenEnum):
    """A domain of the core network."""

    CS_DOMAIN = 0
    PS_DOMAIN = 1


class RequestedInfo(Sequence):
    """What is asked about a subscriber."""

    location_information: Annotated[bool, NULL(0)] = False
    subscriber_state: Annotated[bool, NULL(1)] = False
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(2)] = None
    current_location: Annotated[bool, NULL(3)] = False
    requested_domain: Annotated[DomainType | None, ENUMERATED(4)] = None
    imei: Annotated[bool, NULL(6)] = False
    ms_classmark: Annotated[bool, NULL(5)] = False
    mnp_requested_info: Annotated[bool, NULL(7)] = False


class ProvideSubscriberInfoArg(Sequence):
    """HLR → VLR or SGSN: tell me where this subscriber is, and what it does."""

    imsi: Annotated[Imsi, OCTETS(0)]
    lmsi: Annotated[bytes | None, OCTETS(1, size=4)] = None
    requested_info: Annotated[RequestedInfo, SEQUENCE(2)]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(3)] = None


class ProvideSubscriberInfoRes(Sequence):
    """VLR or SGSN → HLR: there, and this."""

    subscriber_info: Annotated[SubscriberInfo, SEQUENCE()]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class SubscriberIdentity(Choice):
    """A subscriber, by IMSI or by number."""

    imsi: Annotated[Imsi | None, OCTETS(0)] = None
    msisdn: Annotated[IsdnAddress | None, OCTETS(1, least=1, most=9)] = None


class AnyTimeInterrogationArg(Sequence):
    """gsmSCF → HLR: tell me where this subscriber is, and what it does."""

    subscriber_identity: Annotated[SubscriberIdentity, EXPLICIT(0, CHOICE())]
    requested_info: Annotated[RequestedInfo, SEQUENCE(1)]
    gsm_scf_address: Annotated[IsdnAddress, OCTETS(3, least=1, most=9)]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(2)] = None


class AnyTimeInterrogationRes(Sequence):
    """HLR → gsmSCF: there, and this."""

    subscriber_info: Annotated[SubscriberInfo, SEQUENCE()]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
