"""Information elements of GTP, as far as they are not those of other protocols (TS 29.060 clause 7.7)."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Annotated, Self

from protocol import identities
from protocol.bits import BITS, Struct
from protocol.declare import OpenEnum
from protocol.errors import DecodeError
from protocol.gmm.elements import RadioPriority
from protocol.gtp.header import ExtensionHeaderType
from protocol.identities import Rai, Teid
from protocol.sm.pdp_address import PdpAddress
from protocol.sm.quality_of_service import QualityOfService


class Imsi(identities.Imsi):
    """IMSI (7.7.2): eight octets, those that the digits leave filled up with ones."""

    __slots__ = ()

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read eight octets of TBCD."""
        if len(octets) != 8:
            raise DecodeError(f"{len(octets)} octets are no IMSI")
        return super().from_octets(octets.rstrip(b"\xff"))

    def to_octets(self) -> bytes:
        """Write eight octets of TBCD."""
        return super().to_octets().ljust(8, b"\xff")


class ReorderingRequired(Struct):
    """Reordering required (7.7.6). Without meaning where the quality of service is of R99."""

    spare: Annotated[int, BITS(7)] = 127
    required: Annotated[bool, BITS(1)]


class MsValidated(Struct):
    """MS validated (7.7.10): whether the new SGSN has authenticated the mobile."""

    spare: Annotated[int, BITS(7)] = 127
    validated: Annotated[bool, BITS(1)]


class SelectionModeValue(OpenEnum):
    """Where an APN comes from (table 42); 3 counts as 2."""

    MS_OR_NETWORK_PROVIDED_APN_SUBSCRIBED_VERIFIED = 0
    MS_PROVIDED_APN_SUBSCRIPTION_NOT_VERIFIED = 1
    NETWORK_PROVIDED_APN_SUBSCRIPTION_NOT_VERIFIED = 2


class SelectionMode(Struct):
    """Selection mode (7.7.12)."""

    spare: Annotated[int, BITS(6)] = 63
    value: Annotated[SelectionModeValue, BITS(2)]


class TunnelEndpointIdentifierDataII(Struct):
    """Tunnel endpoint identifier data II (7.7.15): where the new SGSN wants what is forwarded of a context."""

    spare: Annotated[int, BITS(4)] = 0
    nsapi: Annotated[int, BITS(4)]
    teid: Annotated[Teid, BITS(32)]


class TeardownInd(Struct):
    """Teardown indication (7.7.16): whether all contexts with the same address go."""

    spare: Annotated[int, BITS(7)] = 127
    teardown: Annotated[bool, BITS(1)]


class Nsapi(Struct):
    """NSAPI (7.7.17)."""

    spare: Annotated[int, BITS(4)] = 0
    value: Annotated[int, BITS(4)]


class RanapCause(OpenEnum):
    """RANAP cause (7.7.18), as TS 25.413 9.2.1.4 lists them; 129 to 255 are not standardised."""

    RAB_PRE_EMPTED = 1
    T_RELOC_OVERALL_EXPIRY = 2
    T_RELOC_PREP_EXPIRY = 3
    T_RELOC_COMPLETE_EXPIRY = 4
    T_QUEUING_EXPIRY = 5
    RELOCATION_TRIGGERED = 6
    T_RELOC_ALLOC_EXPIRY = 7
    UNABLE_TO_ESTABLISH_DURING_RELOCATION = 8
    UNKNOWN_TARGET_RNC = 9
    RELOCATION_CANCELLED = 10
    SUCCESSFUL_RELOCATION = 11
    REQUESTED_CIPHERING_AND_OR_INTEGRITY_PROTECTION_ALGORITHMS_NOT_SUPPORTED = 12
    CONFLICT_WITH_ALREADY_EXISTING_INTEGRITY_PROTECTION_AND_OR_CIPHERING_INFORMATION = 13
    FAILURE_IN_THE_RADIO_INTERFACE_PROCEDURE = 14
    RELEASE_DUE_TO_UTRAN_GENERATED_REASON = 15
    USER_INACTIVITY = 16
    TIME_CRITICAL_RELOCATION = 17
    REQUESTED_TRAFFIC_CLASS_NOT_AVAILABLE = 18
    INVALID_RAB_PARAMETERS_VALUE = 19
    REQUESTED_MAXIMUM_BIT_RATE_NOT_AVAILABLE = 20
    REQUESTED_GUARANTEED_BIT_RATE_NOT_AVAILABLE = 21
    REQUESTED_TRANSFER_DELAY_NOT_ACHIEVABLE = 22
    INVALID_RAB_PARAMETERS_COMBINATION = 23
    CONDITION_VIOLATION_FOR_SDU_PARAMETERS = 24
    CONDITION_VIOLATION_FOR_TRAFFIC_HANDLING_PRIORITY = 25
    CONDITION_VIOLATION_FOR_GUARANTEED_BIT_RATE = 26
    USER_PLANE_VERSIONS_NOT_SUPPORTED = 27
    IU_UP_FAILURE = 28
    RELOCATION_FAILURE_IN_TARGET_CN_RNC_OR_TARGET_SYSTEM = 29
    INVALID_RAB_ID = 30
    NO_REMAINING_RAB = 31
    INTERACTION_WITH_OTHER_PROCEDURE = 32
    REQUESTED_MAXIMUM_BIT_RATE_FOR_DL_NOT_AVAILABLE = 33
    REQUESTED_MAXIMUM_BIT_RATE_FOR_UL_NOT_AVAILABLE = 34
    REQUESTED_GUARANTEED_BIT_RATE_FOR_DL_NOT_AVAILABLE = 35
    REQUESTED_GUARANTEED_BIT_RATE_FOR_UL_NOT_AVAILABLE = 36
    REPEATED_INTEGRITY_CHECKING_FAILURE = 37
    REQUESTED_REQUEST_TYPE_NOT_SUPPORTED = 38
    REQUEST_SUPERSEDED = 39
    RELEASE_DUE_TO_UE_GENERATED_SIGNALLING_CONNECTION_RELEASE = 40
    RESOURCE_OPTIMISATION_RELOCATION = 41
    REQUESTED_INFORMATION_NOT_AVAILABLE = 42
    RELOCATION_DESIRABLE_FOR_RADIO_REASONS = 43
    RELOCATION_NOT_SUPPORTED_IN_TARGET_RNC_OR_TARGET_SYSTEM = 44
    DIRECTED_RETRY = 45
    RADIO_CONNECTION_WITH_UE_LOST = 46
    SIGNALLING_TRANSPORT_RESOURCE_FAILURE = 65
    IU_TRANSPORT_CONNECTION_FAILED_TO_ESTABLISH = 66
    USER_RESTRICTION_START_INDICATION = 81
    USER_RESTRICTION_END_INDICATION = 82
    NORMAL_RELEASE = 83
    TRANSFER_SYNTAX_ERROR = 97
    SEMANTIC_ERROR = 98
    MESSAGE_NOT_COMPATIBLE_WITH_RECEIVER_STATE = 99
    ABSTRACT_SYNTAX_ERROR_REJECT = 100
    ABSTRACT_SYNTAX_ERROR_IGNORE_AND_NOTIFY = 101
    ABSTRACT_SYNTAX_ERROR_FALSELY_CONSTRUCTED_MESSAGE = 102
    OM_INTERVENTION = 113
    NO_RESOURCE_AVAILABLE = 114
    UNSPECIFIED_FAILURE = 115
    NETWORK_OPTIMISATION = 116


class RabContext(Struct):
    """RAB context (7.7.19): the next sequence numbers of one radio access bearer."""

    spare: Annotated[int, BITS(4)] = 0
    nsapi: Annotated[int, BITS(4)]
    dl_gtp_u_sequence_number: Annotated[int, BITS(16)]
    ul_gtp_u_sequence_number: Annotated[int, BITS(16)]
    dl_pdcp_sequence_number: Annotated[int, BITS(16)]
    ul_pdcp_sequence_number: Annotated[int, BITS(16)]


class RadioPrioritySms(Struct):
    """Radio priority SMS (7.7.20)."""

    spare: Annotated[int, BITS(5)] = 0
    value: Annotated[RadioPriority, BITS(3)]


class ContextRadioPriority(Struct):
    """Radio priority (7.7.21) of one PDP context."""

    nsapi: Annotated[int, BITS(4)]
    spare: Annotated[int, BITS(1)] = 0
    value: Annotated[RadioPriority, BITS(3)]


class PacketFlowId(Struct):
    """Packet flow identifier (7.7.22) of one PDP context."""

    spare: Annotated[int, BITS(4)] = 0
    nsapi: Annotated[int, BITS(4)]
    packet_flow_id: Annotated[int, BITS(8)]


class MsNotReachableReason(OpenEnum):
    """MS not reachable reason (7.7.25A), the reason for absence of TS 23.040 3.2.8."""

    NO_PAGING_RESPONSE_VIA_THE_MSC = 0
    IMSI_DETACHED = 1
    ROAMING_RESTRICTION = 2
    DEREGISTERED_IN_THE_HLR_FOR_NON_GPRS = 3
    MS_PURGED_FOR_NON_GPRS = 4
    NO_PAGING_RESPONSE_VIA_THE_SGSN = 5
    GPRS_DETACHED = 6
    DEREGISTERED_IN_THE_HLR_FOR_GPRS = 7
    MS_PURGED_FOR_GPRS = 8
    UNIDENTIFIED_SUBSCRIBER_VIA_THE_MSC = 9
    UNIDENTIFIED_SUBSCRIBER_VIA_THE_SGSN = 10


@dataclass(frozen=True, slots=True)
class EndUserAddress(PdpAddress):
    """End user address (7.7.27): what TS 24.008 calls the PDP address, with ones in the spare half octet."""

    spare: int = 15


@dataclass(frozen=True, slots=True)
class GsnAddress:
    """GSN address (7.7.32): an IP address of a node, without the type and length that TS 23.003 puts before it."""

    address: IPv4Address | IPv6Address

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``10.0.0.3``."""
        return cls(identities.GsnAddress.parse(text).address)

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read 4 or 16 octets."""
        known = _addresses.get(octets)
        if known is None:
            if len(octets) not in (4, 16):
                raise DecodeError(f"{len(octets)} octets are no IP address")
            known = cls(IPv4Address(octets) if len(octets) == 4 else IPv6Address(octets))
            if len(_addresses) < 4096:
                _addresses[octets] = known
        assert isinstance(known, cls)
        return known

    def to_octets(self) -> bytes:
        """Write 4 or 16 octets."""
        return self.address.packed

    def __str__(self) -> str:
        return str(self.address)


_addresses: dict[bytes, GsnAddress] = {}
"""Addresses already read: a lab has few nodes."""


@dataclass(frozen=True, slots=True)
class QualityOfServiceProfile:
    """Quality of service profile (7.7.34): a priority (TS 23.107; 1 is the highest), and the profile of TS 24.008."""

    allocation_retention_priority: int
    quality_of_service: QualityOfService

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read an octet of priority and the profile."""
        if not octets:
            raise DecodeError("a quality of service profile has a priority")
        try:
            return cls(octets[0], QualityOfService.from_octets(octets[1:]))
        except DecodeError as error:
            raise DecodeError(error.why, error.cause, error.at + 1) from None

    def to_octets(self) -> bytes:
        """Write it."""
        return octet(self.allocation_retention_priority) + self.quality_of_service.to_octets()

    def __str__(self) -> str:
        return f"priority {self.allocation_retention_priority}, {self.quality_of_service}"


@dataclass(frozen=True, slots=True)
class TargetIdentification:
    """Target identification (7.7.37): an RNC. One without content stands in a handover that is not to an RNC.

    An ``extended_rnc_id`` counts instead of the other. ``rest`` holds octets behind.
    """

    rai: Rai | None = None
    rnc_id: int = 0
    extended_rnc_id: int | None = None
    rest: bytes = b""

    @property
    def absent(self) -> frozenset[str]:
        """Without an area there is nothing."""
        return frozenset({"rnc_id"} if self.rai is None else ())

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read nothing, eight octets or ten."""
        if not octets:
            return cls()
        if len(octets) < 8:
            raise DecodeError(f"{len(octets)} octets identify no RNC")
        extended = int.from_bytes(octets[8:10], "big") if len(octets) >= 10 else None
        rest = octets[8:] if extended is None else octets[10:]
        return cls(Rai.from_octets(octets[:6]), octets[6] << 8 | octets[7], extended, rest)

    def to_octets(self) -> bytes:
        """Write it."""
        if self.rai is None:
            if self.rnc_id or self.extended_rnc_id is not None or self.rest:
                raise ValueError("an RNC is one of an area")
            return b""
        extended = b"" if self.extended_rnc_id is None else number(self.extended_rnc_id, 2)
        return self.rai.to_octets() + number(self.rnc_id, 2) + extended + self.rest


@dataclass(frozen=True, slots=True)
class RabSetupInformation:
    """RAB setup information (7.7.39): where to forward what is left of a bearer; without ``teid`` it is released."""

    nsapi: int
    teid: Teid | None = None
    rnc_ip_address: GsnAddress | None = None
    spare: int = 0

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read one octet, or one and a tunnel end."""
        if not octets:
            raise DecodeError("RAB setup information has an NSAPI")
        nsapi, spare = octets[0] & 15, octets[0] >> 4
        if len(octets) == 1:
            return cls(nsapi, spare=spare)
        if len(octets) < 9:
            raise DecodeError(f"{len(octets)} octets are no RAB setup information")
        return cls(nsapi, Teid.from_octets(octets[1:5]), GsnAddress.from_octets(octets[5:]), spare)

    def to_octets(self) -> bytes:
        """Write it."""
        first = octet(number_of_bits(self.spare, 4) << 4 | number_of_bits(self.nsapi, 4))
        if self.teid is None and self.rnc_ip_address is None:
            return first
        if self.teid is None or self.rnc_ip_address is None:
            raise ValueError("RAB setup information has a TEID and an address, or none of them")
        return first + self.teid.to_octets() + self.rnc_ip_address.to_octets()


@dataclass(frozen=True, slots=True)
class ExtensionHeaderTypeList:
    """Extension header type list (7.7.40): the types that the sender knows."""

    types: tuple[ExtensionHeaderType, ...]

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read an octet a type."""
        return cls(tuple([ExtensionHeaderType(kind) for kind in octets]))

    def to_octets(self) -> bytes:
        """Write an octet a type."""
        return bytes(self.types)


@dataclass(frozen=True, slots=True)
class PrivateExtension:
    """Private extension (7.7.46): what a vendor wants; ``extension_identifier`` is its enterprise number."""

    extension_identifier: int
    extension_value: bytes = b""

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read two octets of identifier and the rest."""
        if len(octets) < 2:
            raise DecodeError("a private extension has an identifier of two octets")
        return cls(octets[0] << 8 | octets[1], octets[2:])

    def to_octets(self) -> bytes:
        """Write it."""
        return number(self.extension_identifier, 2) + self.extension_value


def number(value: int, octets: int) -> bytes:
    """A number of so many octets; ValueError where it does not fit."""
    return number_of_bits(value, 8 * octets).to_bytes(octets, "big")


def octet(value: int) -> bytes:
    """A number of one octet."""
    return number(value, 1)


def number_of_bits(value: int, bits: int) -> int:
    """The number; ValueError where it does not fit."""
    if not 0 <= value < 1 << bits:
        raise ValueError(f"{value} does not fit into {bits} bits")
    return value
