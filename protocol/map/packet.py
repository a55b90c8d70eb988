"""Packet services: subscribed PDP contexts, and what GGSN and HLR ask each other (TS 29.002 17.7.1)."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Annotated, Self

from protocol.ber import (
    INTEGER,
    NULL,
    OCTETS,
    SEQUENCE,
    SEQUENCE_OF,
    Choice,
    Sequence,
)
from protocol.bits import BITS, Struct
from protocol.charging import ChargingCharacteristics
from protocol.declare import OpenEnum
from protocol.errors import DecodeError
from protocol.identities import Apn, GsnAddress, Imsi, IsdnAddress
from protocol.map.extension import ExtensionContainer
from protocol.sm.pdp_address import PdpTypeNumber, PdpTypeOrganisation
from protocol.sm.quality_of_service import (
    BitRate,
    DeliveryOfErroneousSdus,
    DeliveryOrder,
    MaximumSduSize,
    QualityOfService,
    ResidualBer,
    SduErrorRatio,
    TrafficClass,
    TrafficHandlingPriority,
    TransferDelay,
)

# --- subscription ---


class PdpType(Struct):
    """PDP-Type: the first two octets of GTP's end user address (TS 29.060 7.7.27)."""

    spare: Annotated[int, BITS(4)] = 15
    organisation: Annotated[PdpTypeOrganisation, BITS(4)] = PdpTypeOrganisation.IETF
    number: Annotated[PdpTypeNumber, BITS(8)] = PdpTypeNumber.IPV4


@dataclass(frozen=True, slots=True)
class PdpAddress:
    """PDP-Address: the octets that follow the type in GTP's end user address; those that are no IP address as such."""

    address: IPv4Address | IPv6Address | bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``10.1.0.1`` or ``2001:db8::1``, or hexadecimal digits."""
        try:
            return cls(ip_address(text))
        except ValueError:
            return cls(bytes.fromhex(text))

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read octets: four are IPv4, sixteen IPv6."""
        if not 1 <= len(octets) <= 16:
            raise DecodeError(f"{len(octets)} octets are no PDP address")
        if len(octets) == 4:
            return cls(IPv4Address(octets))
        return cls(IPv6Address(octets) if len(octets) == 16 else octets)

    def to_octets(self) -> bytes:
        """Write them."""
        return self.address if isinstance(self.address, bytes) else self.address.packed

    def __str__(self) -> str:
        return self.address.hex() if isinstance(self.address, bytes) else str(self.address)


class ExtQosSubscribed(Struct):
    """Ext-QoS-Subscribed: a priority of allocation and retention, 1 to 3 (TS 23.107), and octets 6 to 13 of TS 24.008.

    It may end earlier, and was shorter in drafts of R99.
    """

    allocation_retention_priority: Annotated[int, BITS(8)]
    traffic_class: Annotated[TrafficClass | None, BITS(3)] = None
    delivery_order: Annotated[DeliveryOrder | None, BITS(2)] = None
    delivery_of_erroneous_sdus: Annotated[DeliveryOfErroneousSdus | None, BITS(3)] = None
    maximum_sdu_size: Annotated[MaximumSduSize | None, BITS(8)] = None
    maximum_bit_rate_for_uplink: Annotated[BitRate | None, BITS(8)] = None
    maximum_bit_rate_for_downlink: Annotated[BitRate | None, BITS(8)] = None
    residual_ber: Annotated[ResidualBer | None, BITS(4)] = None
    sdu_error_ratio: Annotated[SduErrorRatio | None, BITS(4)] = None
    transfer_delay: Annotated[TransferDelay | None, BITS(6)] = None
    traffic_handling_priority: Annotated[TrafficHandlingPriority | None, BITS(2)] = None
    guaranteed_bit_rate_for_uplink: Annotated[BitRate | None, BITS(8)] = None
    guaranteed_bit_rate_for_downlink: Annotated[BitRate | None, BITS(8)] = None

    def to_octets(self) -> bytes:
        """Write it; ValueError where it ends within an octet."""
        value, width = self.to_bits()
        if width % 8:
            raise ValueError("ext-QoS-Subscribed: the fields of an octet are there together or not")
        return value.to_bytes(width // 8, "big")


class PdpContext(Sequence):
    """One subscribed PDP context. Quality of service is octets 3 to 5 of TS 24.008, and the rest where it is known."""

    pdp_context_id: Annotated[int, INTEGER(least=1, most=50)]
    pdp_type: Annotated[PdpType, OCTETS(16, size=2)]
    pdp_address: Annotated[PdpAddress | None, OCTETS(17, least=1, most=16)] = None
    qos_subscribed: Annotated[QualityOfService, OCTETS(18, size=3)]
    vplmn_address_allowed: Annotated[bool, NULL(19)] = False
    apn: Annotated[Apn, OCTETS(20, least=2, most=63)]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(21)] = None
    ext_qos_subscribed: Annotated[ExtQosSubscribed | None, OCTETS(0, least=1, most=9)] = None
    pdp_charging_characteristics: Annotated[ChargingCharacteristics | None, OCTETS(1, size=2)] = None


class GprsSubscriptionData(Sequence):
    """The PDP contexts subscribed; all of them, where ``complete_data_list_included``."""

    complete_data_list_included: Annotated[bool, NULL()] = False
    gprs_data_list: Annotated[tuple[PdpContext, ...], SEQUENCE_OF(SEQUENCE(), 1, most=50)]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(2)] = None


class GprsSubscriptionDataWithdraw(Choice):
    """PDP contexts that are taken away."""

    all_gprs_data: Annotated[bool | None, NULL()] = None
    context_id_list: Annotated[tuple[int, ...] | None, SEQUENCE_OF(INTEGER(least=1, most=50), most=50)] = None


# --- network-requested contexts ---


class AbsentSubscriberDiagnosticSm(OpenEnum):
    """Why a mobile was not reached (17.7.6, TS 23.040 3.3.2)."""

    NO_PAGING_RESPONSE_VIA_MSC = 0
    IMSI_DETACHED = 1
    ROAMING_RESTRICTION = 2
    DEREGISTERED_IN_HLR_FOR_NON_GPRS = 3
    MS_PURGED_FOR_NON_GPRS = 4
    NO_PAGING_RESPONSE_VIA_SGSN = 5
    GPRS_DETACHED = 6
    DEREGISTERED_IN_HLR_FOR_GPRS = 7
    MS_PURGED_FOR_GPRS = 8
    UNIDENTIFIED_SUBSCRIBER_VIA_MSC = 9
    UNIDENTIFIED_SUBSCRIBER_VIA_SGSN = 10


class SendRoutingInfoForGprsArg(Sequence):
    """GGSN → HLR: tell me which SGSN serves the subscriber."""

    imsi: Annotated[Imsi, OCTETS(0)]
    ggsn_address: Annotated[GsnAddress | None, OCTETS(1, least=5, most=17)] = None
    ggsn_number: Annotated[IsdnAddress, OCTETS(2, least=1, most=9)]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(3)] = None


class SendRoutingInfoForGprsRes(Sequence):
    """HLR → GGSN: this one; though the mobile may not be reachable there."""

    sgsn_address: Annotated[GsnAddress, OCTETS(0, least=5, most=17)]
    ggsn_address: Annotated[GsnAddress | None, OCTETS(1, least=5, most=17)] = None
    mobile_not_reachable_reason: Annotated[AbsentSubscriberDiagnosticSm | None, INTEGER(2)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(3)] = None


class FailureReportArg(Sequence):
    """GGSN → HLR: the mobile was not reached; tell me when it is there again."""

    imsi: Annotated[Imsi, OCTETS(0)]
    ggsn_number: Annotated[IsdnAddress, OCTETS(1, least=1, most=9)]
    ggsn_address: Annotated[GsnAddress | None, OCTETS(2, least=5, most=17)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(3)] = None


class FailureReportRes(Sequence):
    """HLR → GGSN: I shall."""

    ggsn_address: Annotated[GsnAddress | None, OCTETS(0, least=5, most=17)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(1)] = None


class NoteMsPresentForGprsArg(Sequence):
    """HLR → GGSN: the mobile is there again, at this SGSN."""

    imsi: Annotated[Imsi, OCTETS(0)]
    sgsn_address: Annotated[GsnAddress, OCTETS(1, least=5, most=17)]
    ggsn_address: Annotated[GsnAddress | None, OCTETS(2, least=5, most=17)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(3)] = None


class NoteMsPresentForGprsRes(Sequence):
    """GGSN → HLR: noted."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(0)] = None
