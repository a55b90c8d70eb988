"""Information elements of call control (TS 24.008 10.5.4)."""

from dataclasses import dataclass
from typing import Annotated, Self

from protocol.bits import BITS, Struct
from protocol.causes import CcCause
from protocol.declare import OpenEnum
from protocol.errors import DecodeError
from protocol.identities import digits_of, octets_of


class CodingStandard(OpenEnum):
    """By which standard an element is coded."""

    ITU_T_Q_931 = 0
    OTHER_INTERNATIONAL_STANDARD = 1
    NATIONAL_STANDARD = 2
    GSM_PLMN_STANDARD = 3


class Location(OpenEnum):
    """Where a call was cleared, or progress made."""

    USER = 0
    PRIVATE_NETWORK_SERVING_THE_LOCAL_USER = 1
    PUBLIC_NETWORK_SERVING_THE_LOCAL_USER = 2
    TRANSIT_NETWORK = 3
    PUBLIC_NETWORK_SERVING_THE_REMOTE_USER = 4
    PRIVATE_NETWORK_SERVING_THE_REMOTE_USER = 5
    INTERNATIONAL_NETWORK = 7
    NETWORK_BEYOND_INTERWORKING_POINT = 10


@dataclass(frozen=True, slots=True)
class Cause:
    """Cause (10.5.4.11): why, said by whom, with a recommendation where the coding is not ours, and diagnostics."""

    value: CcCause
    location: Location = Location.PUBLIC_NETWORK_SERVING_THE_LOCAL_USER
    coding_standard: CodingStandard = CodingStandard.GSM_PLMN_STANDARD
    recommendation: int | None = None
    diagnostics: bytes = b""
    spare: bool = False

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read octets 3 and on."""
        first = octets[0] if octets else 0
        p = 1 if first & 0x80 else 2
        if len(octets) <= p:
            raise DecodeError("a cause has no value")
        if not octets[p] & 0x80 or (p == 2 and not octets[1] & 0x80):
            raise DecodeError("the EXT bit is 0 where nothing more can come", at=p)
        return cls(
            CcCause(octets[p] & 0x7F),
            Location(first & 15),
            CodingStandard(first >> 5 & 3),
            octets[1] & 0x7F if p == 2 else None,
            octets[p + 1 :],
            first & 16 != 0,
        )

    def to_octets(self) -> bytes:
        """Write octets 3 and on."""
        first = self.coding_standard << 5 | self.spare << 4 | self.location
        known = b"" if self.recommendation is None else bytes((self.recommendation | 0x80,))
        if (
            self.value > 127
            or self.location > 15
            or self.coding_standard > 3
            or (known and known[0] & 0x7F != self.recommendation)
        ):
            raise ValueError(f"{self} does not fit into its octets")
        return bytes((first if known else first | 0x80,)) + known + bytes((self.value | 0x80,)) + self.diagnostics

    def __str__(self) -> str:
        return f"#{int(self.value)} {self.value.words}"


class TypeOfNumber(OpenEnum):
    """Type of number (10.5.4.7)."""

    UNKNOWN = 0
    INTERNATIONAL_NUMBER = 1
    NATIONAL_NUMBER = 2
    NETWORK_SPECIFIC_NUMBER = 3
    DEDICATED_ACCESS_SHORT_CODE = 4


class NumberingPlan(OpenEnum):
    """Numbering plan identification (10.5.4.7)."""

    UNKNOWN = 0
    ISDN_TELEPHONY_E_164 = 1
    DATA_X_121 = 3
    TELEX_F_69 = 4
    NATIONAL = 8
    PRIVATE = 9
    CTS = 11


@dataclass(frozen=True, slots=True)
class CalledPartyBcdNumber:
    """Called party BCD number (10.5.4.7)."""

    digits: str
    type_of_number: TypeOfNumber = TypeOfNumber.UNKNOWN
    numbering_plan: NumberingPlan = NumberingPlan.ISDN_TELEPHONY_E_164

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read octets 3 and on."""
        if not octets or not octets[0] & 0x80:
            raise DecodeError("the number has no type, or one that goes on")
        return cls(digits_of(octets[1:]), TypeOfNumber(octets[0] >> 4 & 7), NumberingPlan(octets[0] & 15))

    def to_octets(self) -> bytes:
        """Write octets 3 and on."""
        return bytes((0x80 | type_and_plan(self.type_of_number, self.numbering_plan),)) + octets_of(self.digits)

    def __str__(self) -> str:
        return self.digits


def type_and_plan(type_of_number: TypeOfNumber, numbering_plan: NumberingPlan) -> int:
    """Both in the lower seven bits of an octet."""
    if type_of_number > 7 or numbering_plan > 15:
        raise ValueError(f"{int(type_of_number)} and {int(numbering_plan)} do not fit into their bits")
    return type_of_number << 4 | numbering_plan


class PresentationIndicator(OpenEnum):
    """Presentation indicator (10.5.4.9): whether the number may be shown."""

    ALLOWED = 0
    RESTRICTED = 1
    NUMBER_NOT_AVAILABLE_DUE_TO_INTERWORKING = 2


class ScreeningIndicator(OpenEnum):
    """Screening indicator (10.5.4.9): who gave the number, and whether it was checked."""

    USER_PROVIDED_NOT_SCREENED = 0
    USER_PROVIDED_VERIFIED_AND_PASSED = 1
    USER_PROVIDED_VERIFIED_AND_FAILED = 2
    NETWORK_PROVIDED = 3


class Screening(Struct):
    """Octet 3a of a number."""

    ext: Annotated[bool, BITS(1)] = True
    presentation_indicator: Annotated[PresentationIndicator, BITS(2)] = PresentationIndicator.ALLOWED
    spare: Annotated[int, BITS(3)] = 0
    screening_indicator: Annotated[ScreeningIndicator, BITS(2)] = ScreeningIndicator.USER_PROVIDED_NOT_SCREENED


@dataclass(frozen=True, slots=True)
class CallingPartyBcdNumber:
    """Calling party BCD number (10.5.4.9); connected (10.5.4.13) and redirecting numbers (10.5.4.21b) alike."""

    digits: str
    type_of_number: TypeOfNumber = TypeOfNumber.UNKNOWN
    numbering_plan: NumberingPlan = NumberingPlan.ISDN_TELEPHONY_E_164
    screening: Screening | None = None

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read octets 3 and on."""
        if not octets:
            raise DecodeError("the number has no type")
        first = octets[0]
        p = 1 if first & 0x80 else 2
        if len(octets) < p:
            raise DecodeError("octet 3a is missing", at=1)
        screening = None if p == 1 else Screening.from_octets(octets[1:2])
        return cls(digits_of(octets[p:]), TypeOfNumber(first >> 4 & 7), NumberingPlan(first & 15), screening)

    def to_octets(self) -> bytes:
        """Write octets 3 and on."""
        first = type_and_plan(self.type_of_number, self.numbering_plan)
        head = bytes((first | 0x80,)) if self.screening is None else bytes((first,)) + self.screening.to_octets()
        return head + octets_of(self.digits)

    def __str__(self) -> str:
        return self.digits


class RepeatIndicator(OpenEnum):
    """Repeat indicator (10.5.4.22): what two elements of one kind mean."""

    CIRCULAR_FOR_SUCCESSIVE_SELECTION = 1
    SUPPORT_OF_FALLBACK = 2
    SERVICE_CHANGE_AND_FALLBACK = 4


class ProgressDescription(OpenEnum):
    """Progress description (10.5.4.21)."""

    NOT_END_TO_END_PLMN_OR_ISDN = 1
    DESTINATION_ADDRESS_IN_NON_PLMN_OR_ISDN = 2
    ORIGINATION_ADDRESS_IN_NON_PLMN_OR_ISDN = 3
    RETURNED_TO_THE_PLMN_OR_ISDN = 4
    IN_BAND_INFORMATION_AVAILABLE = 8
    IN_BAND_MULTIMEDIA_CAT_AVAILABLE = 9
    END_TO_END_PLMN_OR_ISDN = 32
    QUEUEING = 64


class ProgressIndicator(Struct):
    """Progress indicator (10.5.4.21)."""

    ext: Annotated[bool, BITS(1)] = True
    coding_standard: Annotated[CodingStandard, BITS(2)] = CodingStandard.GSM_PLMN_STANDARD
    spare: Annotated[bool, BITS(1)] = False
    location: Annotated[Location, BITS(4)]
    ext_4: Annotated[bool, BITS(1)] = True
    progress_description: Annotated[ProgressDescription, BITS(7)]


class Signal(OpenEnum):
    """Signal (10.5.4.23): what the mobile lets its user hear."""

    DIAL_TONE_ON = 0
    RING_BACK_TONE_ON = 1
    INTERCEPT_TONE_ON = 2
    NETWORK_CONGESTION_TONE_ON = 3
    BUSY_TONE_ON = 4
    CONFIRM_TONE_ON = 5
    ANSWER_TONE_ON = 6
    CALL_WAITING_TONE_ON = 7
    OFF_HOOK_WARNING_TONE_ON = 8
    TONES_OFF = 0x3F
    ALERTING_OFF = 0x4F


class CallStateValue(OpenEnum):
    """Call state (10.5.4.6), as mobile and network call it."""

    NULL = 0
    CALL_INITIATED = 1
    MM_CONNECTION_PENDING = 2
    MOBILE_ORIGINATING_CALL_PROCEEDING = 3
    CALL_DELIVERED = 4
    CALL_PRESENT = 6
    CALL_RECEIVED = 7
    CONNECT_REQUEST = 8
    MOBILE_TERMINATING_CALL_CONFIRMED = 9
    ACTIVE = 10
    DISCONNECT_REQUEST = 11
    DISCONNECT_INDICATION = 12
    RELEASE_REQUEST = 19
    MOBILE_ORIGINATING_MODIFY = 26
    MOBILE_TERMINATING_MODIFY = 27
    CONNECT_INDICATION = 28
    CC_CONNECTION_PENDING = 34
    NETWORK_ANSWER_PENDING = 35
    CC_ESTABLISHMENT_PRESENT = 36
    CC_ESTABLISHMENT_CONFIRMED = 37
    CC_RECALL_PRESENT = 38


class CallState(Struct):
    """Call state (10.5.4.6)."""

    coding_standard: Annotated[CodingStandard, BITS(2)] = CodingStandard.GSM_PLMN_STANDARD
    call_state_value: Annotated[CallStateValue, BITS(6)]


class CallControlCapabilities(Struct):
    """Call control capabilities (10.5.4.5a): what of call control a mobile knows."""

    maximum_number_of_supported_bearers: Annotated[int, BITS(4)] = 0
    multimedia_cat: Annotated[bool, BITS(1)] = False
    enhanced_network_initiated_in_call_modification: Annotated[bool, BITS(1)] = False
    prolonged_clearing_procedure: Annotated[bool, BITS(1)]
    dtmf: Annotated[bool, BITS(1)]
    spare: Annotated[int, BITS(4)] = 0
    maximum_number_of_speech_bearers: Annotated[int, BITS(4)] = 0


class NetworkCallControlCapabilities(Struct):
    """Network call control capabilities (10.5.4.29): whether the network knows multicall."""

    spare: Annotated[int, BITS(7)] = 0
    multicall: Annotated[bool, BITS(1)]


class AlertingPattern(Struct):
    """Alerting pattern (10.5.4.26)."""

    spare: Annotated[int, BITS(4)] = 0
    value: Annotated[int, BITS(4)]


class AllowedActions(Struct):
    """Allowed actions (10.5.4.27): whether the call may be completed when the other is free again."""

    ccbs_possible: Annotated[bool, BITS(1)]
    spare: Annotated[int, BITS(7)] = 0


class CauseOfNoCli(OpenEnum):
    """Cause of no CLI (10.5.4.30): why the number of who calls is not told."""

    UNAVAILABLE = 0
    REJECTED_BY_USER = 1
    INTERACTION_WITH_OTHER_SERVICE = 2
    COIN_LINE_OR_PAYPHONE = 3
