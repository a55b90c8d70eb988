"""Values of M3UA parameters (RFC 4666 clause 3). Numbers of four octets stand here in their octet that is in use."""

import struct
from dataclasses import dataclass
from typing import Annotated, Self

from protocol.bits import BITS, Struct
from protocol.declare import OpenEnum
from protocol.errors import DecodeError
from protocol.mtp3 import NetworkIndicator, ServiceIndicator


class InfoString(str):
    """Text that goes along with a message, each octet a character (3.4.1)."""

    __slots__ = ()

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read text."""
        return cls(octets.decode("latin-1"))

    def to_octets(self) -> bytes:
        """Write text. ValueError for a character of more than an octet."""
        try:
            return self.encode("latin-1")
        except UnicodeEncodeError as error:
            raise ValueError(f"{self[error.start]!a} is no character of one octet") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolData:
    """A message of an MTP user with its routing label (3.3.1)."""

    opc: int
    dpc: int
    service_indicator: ServiceIndicator = ServiceIndicator.SCCP
    network_indicator: NetworkIndicator = NetworkIndicator.NATIONAL
    message_priority: int = 0
    sls: int = 0
    payload: bytes

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read point codes of four octets, four single octets, and the user's message."""
        if len(octets) < 12:
            raise DecodeError(f"{len(octets)} octets are no protocol data")
        opc, dpc, service, network, priority, sls = LABEL.unpack_from(octets)
        return cls(
            opc=opc,
            dpc=dpc,
            service_indicator=ServiceIndicator(service),
            network_indicator=NetworkIndicator(network),
            message_priority=priority,
            sls=sls,
            payload=octets[12:],
        )

    def to_octets(self) -> bytes:
        """Write it. ValueError where a number does not fit."""
        own = (self.opc, self.dpc, self.service_indicator, self.network_indicator, self.message_priority, self.sls)
        try:
            return LABEL.pack(*own) + self.payload
        except struct.error:
            told = ", ".join(str(int(number)) for number in own)
            raise ValueError(f"of {told} the first two do not fit into four octets or others into one") from None


LABEL = struct.Struct(">IIBBBB")
"""Both point codes, and four octets."""


@dataclass(frozen=True, slots=True)
class AffectedPointCode:
    """A signalling point, or all whose code differs from its in the last ``mask`` bits only (3.4.1)."""

    code: int
    mask: int = 0

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read four octets."""
        if len(octets) != 4:
            raise DecodeError(f"{len(octets)} octets are no affected point code")
        return cls(int.from_bytes(octets[1:], "big"), octets[0])

    def to_octets(self) -> bytes:
        """Write four octets. ValueError where a number does not fit."""
        if not (0 <= self.code < 1 << 24 and 0 <= self.mask < 256):
            raise ValueError(f"point code {self.code} with mask {self.mask} does not fit into four octets")
        return bytes([self.mask]) + self.code.to_bytes(3, "big")

    def __str__(self) -> str:
        return f"{self.code}" + (f" and the last {self.mask} bits" if self.mask else "")


class CongestionLevel(OpenEnum):
    """How congested a destination is (3.4.4)."""

    NO_CONGESTION_OR_UNDEFINED = 0
    CONGESTION_LEVEL_1 = 1
    CONGESTION_LEVEL_2 = 2
    CONGESTION_LEVEL_3 = 3


class CongestionIndications(Struct):
    """Congestion indications (3.4.4)."""

    reserved: Annotated[int, BITS(24)] = 0
    level: Annotated[CongestionLevel, BITS(8)]


class UnavailabilityCause(OpenEnum):
    """Why a user part cannot be reached (3.4.5)."""

    UNKNOWN = 0
    UNEQUIPPED_REMOTE_USER = 1
    INACCESSIBLE_REMOTE_USER = 2


class UserCause(Struct):
    """The user part that is unavailable, and why (3.4.5)."""

    reserved: Annotated[int, BITS(8)] = 0
    cause: Annotated[UnavailabilityCause, BITS(8)]
    reserved_2: Annotated[int, BITS(8)] = 0
    user: Annotated[ServiceIndicator, BITS(8)]


class TrafficMode(OpenEnum):
    """How the ASPs of a server share its traffic (3.7.1)."""

    OVERRIDE = 1
    LOADSHARE = 2
    BROADCAST = 3


class TrafficModeParameter(Struct):
    """Traffic mode type (3.7.1)."""

    reserved: Annotated[int, BITS(24)] = 0
    mode: Annotated[TrafficMode, BITS(8)]


class ErrorCode(OpenEnum):
    """What is wrong with a message (3.8.1)."""

    INVALID_VERSION = 0x01
    UNSUPPORTED_MESSAGE_CLASS = 0x03
    UNSUPPORTED_MESSAGE_TYPE = 0x04
    UNSUPPORTED_TRAFFIC_MODE_TYPE = 0x05
    UNEXPECTED_MESSAGE = 0x06
    PROTOCOL_ERROR = 0x07
    INVALID_STREAM_IDENTIFIER = 0x09
    REFUSED_MANAGEMENT_BLOCKING = 0x0D
    ASP_IDENTIFIER_REQUIRED = 0x0E
    INVALID_ASP_IDENTIFIER = 0x0F
    INVALID_PARAMETER_VALUE = 0x11
    PARAMETER_FIELD_ERROR = 0x12
    UNEXPECTED_PARAMETER = 0x13
    DESTINATION_STATUS_UNKNOWN = 0x14
    INVALID_NETWORK_APPEARANCE = 0x15
    MISSING_PARAMETER = 0x16
    INVALID_ROUTING_CONTEXT = 0x19
    NO_CONFIGURED_AS_FOR_ASP = 0x1A


class ErrorParameter(Struct):
    """Error code (3.8.1)."""

    reserved: Annotated[int, BITS(24)] = 0
    code: Annotated[ErrorCode, BITS(8)]


class StatusType(OpenEnum):
    """What a notification is about (3.8.2)."""

    AS_STATE_CHANGE = 1
    OTHER = 2


class Status(Struct):
    """Status type and information (3.8.2).

    Of a state change: 2 AS-INACTIVE, 3 AS-ACTIVE, 4 AS-PENDING; else: 1 insufficient ASP resources active in AS,
    2 alternate ASP active, 3 ASP failure.
    """

    reserved: Annotated[int, BITS(8)] = 0
    type: Annotated[StatusType, BITS(8)]
    information: Annotated[int, BITS(16)]
