"""Parameters of SCCP messages (Q.713 clause 3) other than addresses."""

from dataclasses import dataclass
from typing import Annotated, Self

from protocol.bits import BITS, Struct
from protocol.declare import OpenEnum
from protocol.errors import DecodeError
from protocol.identities import number_from


class ProtocolClass(OpenEnum):
    """Protocol class; in the upper half, without connections, whether the message shall come back (3.6)."""

    CLASS_0 = 0x00
    CLASS_1 = 0x01
    CLASS_2 = 0x02
    CLASS_3 = 0x03
    CLASS_0_RETURN_ON_ERROR = 0x80
    CLASS_1_RETURN_ON_ERROR = 0x81

    @property
    def in_sequence(self) -> bool:
        """True for class 1, whose messages stay in order."""
        return self & 15 == 1


class ReleaseCause(OpenEnum):
    """Why a connection is released (3.11)."""

    END_USER_ORIGINATED = 0
    END_USER_CONGESTION = 1
    END_USER_FAILURE = 2
    SCCP_USER_ORIGINATED = 3
    REMOTE_PROCEDURE_ERROR = 4
    INCONSISTENT_CONNECTION_DATA = 5
    ACCESS_FAILURE = 6
    ACCESS_CONGESTION = 7
    SUBSYSTEM_FAILURE = 8
    SUBSYSTEM_CONGESTION = 9
    MTP_FAILURE = 10
    NETWORK_CONGESTION = 11
    EXPIRATION_OF_RESET_TIMER = 12
    EXPIRATION_OF_RECEIVE_INACTIVITY_TIMER = 13
    UNQUALIFIED = 15
    SCCP_FAILURE = 16


class ReturnCause(OpenEnum):
    """Why a message came back (3.12)."""

    NO_TRANSLATION_FOR_ADDRESS_OF_SUCH_NATURE = 0
    NO_TRANSLATION_FOR_THIS_ADDRESS = 1
    SUBSYSTEM_CONGESTION = 2
    SUBSYSTEM_FAILURE = 3
    UNEQUIPPED_USER = 4
    MTP_FAILURE = 5
    NETWORK_CONGESTION = 6
    UNQUALIFIED = 7
    ERROR_IN_MESSAGE_TRANSPORT = 8
    ERROR_IN_LOCAL_PROCESSING = 9
    DESTINATION_CANNOT_PERFORM_REASSEMBLY = 10
    SCCP_FAILURE = 11
    HOP_COUNTER_VIOLATION = 12
    SEGMENTATION_NOT_SUPPORTED = 13
    SEGMENTATION_FAILURE = 14


class ResetCause(OpenEnum):
    """Why a connection is reset (3.13)."""

    END_USER_ORIGINATED = 0
    SCCP_USER_ORIGINATED = 1
    INCORRECT_SEND_SEQUENCE_NUMBER = 2
    INCORRECT_RECEIVE_SEQUENCE_NUMBER = 3
    MESSAGE_OUT_OF_WINDOW = 4
    INCORRECT_SEND_SEQUENCE_NUMBER_AFTER_INITIALIZATION = 5
    REMOTE_PROCEDURE_ERROR = 6
    REMOTE_END_USER_OPERATIONAL = 7
    NETWORK_OPERATIONAL = 8
    ACCESS_OPERATIONAL = 9
    NETWORK_CONGESTION = 10
    UNQUALIFIED = 12


class ErrorCause(OpenEnum):
    """What is wrong with a message of a connection (3.14)."""

    UNASSIGNED_DESTINATION_LOCAL_REFERENCE = 0
    INCONSISTENT_SOURCE_LOCAL_REFERENCE = 1
    POINT_CODE_MISMATCH = 2
    SERVICE_CLASS_MISMATCH = 3
    UNQUALIFIED = 4


class RefusalCause(OpenEnum):
    """Why a connection is refused (3.15)."""

    END_USER_ORIGINATED = 0
    END_USER_CONGESTION = 1
    END_USER_FAILURE = 2
    SCCP_USER_ORIGINATED = 3
    DESTINATION_ADDRESS_UNKNOWN = 4
    DESTINATION_INACCESSIBLE = 5
    QUALITY_OF_SERVICE_NOT_AVAILABLE_NON_TRANSIENT = 6
    QUALITY_OF_SERVICE_NOT_AVAILABLE_TRANSIENT = 7
    ACCESS_FAILURE = 8
    ACCESS_CONGESTION = 9
    SUBSYSTEM_FAILURE = 10
    SUBSYSTEM_CONGESTION = 11
    EXPIRATION_OF_CONNECTION_ESTABLISHMENT_TIMER = 12
    INCOMPATIBLE_USER_DATA = 13
    UNQUALIFIED = 15
    HOP_COUNTER_VIOLATION = 16
    SCCP_FAILURE = 17
    NO_TRANSLATION_FOR_ADDRESS_OF_SUCH_NATURE = 18
    UNEQUIPPED_USER = 19


@dataclass(frozen=True, slots=True)
class Segmentation:
    """Which part of a segmented message this is (3.17).

    ``remaining`` counts the segments still to come, ``reference`` (24 bits) tells messages of one sender apart,
    ``in_sequence`` says that the user had asked for class 1; ``spare`` are two bits.
    """

    first: bool
    remaining: int
    reference: int
    in_sequence: bool = False
    spare: int = 0

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read four octets."""
        if len(octets) != 4:
            raise DecodeError(f"{len(octets)} octets are no segmentation parameter")
        first = octets[0]
        reference = int.from_bytes(octets[1:], "big")
        return cls(first & 0x80 != 0, first & 15, reference, first & 0x40 != 0, first >> 4 & 3)

    def to_octets(self) -> bytes:
        """Write four octets. ValueError where a part does not fit."""
        if not (0 <= self.remaining < 16 and 0 <= self.spare < 4 and 0 <= self.reference < 1 << 24):
            raise ValueError("4 bits tell how many segments remain, 24 are the reference, 2 are spare")
        first = self.first << 7 | self.in_sequence << 6 | self.spare << 4 | self.remaining
        return bytes([first]) + self.reference.to_bytes(3, "big")

    def __str__(self) -> str:
        place = "first segment" if self.first else "segment"
        return f"{place} of {self.reference}, {self.remaining} to come"


class Importance(Struct):
    """How much a message matters where there is congestion, 7 the most (3.19)."""

    spare: Annotated[int, BITS(5)] = 0
    level: Annotated[int, BITS(3)]


class LocalReference(int):
    """What one end calls a connection (3.2, 3.3): three octets, the least significant first."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``0x00a1b2``."""
        number = number_from(text)
        if not 0 <= number < 1 << 24:
            raise ValueError(f"{text[:40]} does not fit into three octets")
        return cls(number)

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read three octets."""
        if len(octets) != 3:
            raise DecodeError(f"{len(octets)} octets are no local reference")
        return cls(int.from_bytes(octets, "little"))

    def to_octets(self) -> bytes:
        """Write three octets. ValueError where it does not fit."""
        if not 0 <= self < 1 << 24:
            raise ValueError(f"local reference {int(self)} does not fit into three octets")
        return self.to_bytes(3, "little")

    def __str__(self) -> str:
        return f"{int(self):#08x}"


class SegmentingReassembling(Struct):
    """Whether more of the user's message follows, in class 2 (3.7)."""

    spare: Annotated[int, BITS(7)] = 0
    more_data: Annotated[bool, BITS(1)] = False


class ReceiveSequenceNumber(Struct):
    """The next message that is expected, in class 3 (3.8)."""

    receive: Annotated[int, BITS(7)]
    spare: Annotated[int, BITS(1)] = 0


class SequencingSegmenting(Struct):
    """Number of this message, number of the next that is expected, and whether more follows, in class 3 (3.9)."""

    send: Annotated[int, BITS(7)] = 0
    spare: Annotated[int, BITS(1)] = 0
    receive: Annotated[int, BITS(7)] = 0
    more_data: Annotated[bool, BITS(1)] = False
