"""Codes in octets: services, their states, categories (TS 29.002 17.7.5, 17.7.8 to 17.7.10).

Each is an OCTET STRING to ASN.1. Some have room for more octets, which stay in ``rest``.
"""

from typing import Annotated, Self

from protocol.ber import OCTETS, Choice
from protocol.bits import BITS, Struct
from protocol.declare import OpenEnum
from protocol.errors import DecodeError


class Code(OpenEnum):
    """An enumeration coded in one octet of an OCTET STRING."""

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read one octet."""
        if len(octets) != 1:
            raise DecodeError(f"{len(octets)} octets are no {cls.__name__}")
        return cls(octets[0])

    def to_octets(self) -> bytes:
        """Write one octet."""
        return bytes((self,))


class SsCode(Code):
    """A supplementary service or a group of them (17.7.5)."""

    ALL_SS = 0x00
    ALL_LINE_IDENTIFICATION_SS = 0x10
    CLIP = 0x11
    CLIR = 0x12
    COLP = 0x13
    COLR = 0x14
    MCI = 0x15
    ALL_NAME_IDENTIFICATION_SS = 0x18
    CNAP = 0x19
    ALL_FORWARDING_SS = 0x20
    CFU = 0x21
    CD = 0x24
    ALL_COND_FORWARDING_SS = 0x28
    CFB = 0x29
    CFNRY = 0x2A
    CFNRC = 0x2B
    ALL_CALL_OFFERING_SS = 0x30
    ECT = 0x31
    MAH = 0x32
    ALL_CALL_COMPLETION_SS = 0x40
    CW = 0x41
    HOLD = 0x42
    CCBS_A = 0x43
    CCBS_B = 0x44
    MC = 0x45
    ALL_MULTI_PARTY_SS = 0x50
    MULTI_PTY = 0x51
    ALL_COMMUNITY_OF_INTEREST_SS = 0x60
    CUG = 0x61
    ALL_CHARGING_SS = 0x70
    AOCI = 0x71
    AOCC = 0x72
    ALL_ADDITIONAL_INFO_TRANSFER_SS = 0x80
    UUS1 = 0x81
    UUS2 = 0x82
    UUS3 = 0x83
    ALL_BARRING_SS = 0x90
    BARRING_OF_OUTGOING_CALLS = 0x91
    BAOC = 0x92
    BOIC = 0x93
    BOIC_EX_HC = 0x94
    BARRING_OF_INCOMING_CALLS = 0x99
    BAIC = 0x9A
    BIC_ROAM = 0x9B
    ALL_CALL_PRIORITY_SS = 0xA0
    EMLPP = 0xA1
    ALL_LCS_PRIVACY_EXCEPTION = 0xB0
    UNIVERSAL = 0xB1
    CALL_SESSION_RELATED = 0xB2
    CALL_SESSION_UNRELATED = 0xB3
    PLMN_OPERATOR = 0xB4
    SERVICE_TYPE = 0xB5
    ALL_MOLR_SS = 0xC0
    BASIC_SELF_LOCATION = 0xC1
    AUTONOMOUS_SELF_LOCATION = 0xC2
    TRANSFER_TO_THIRD_PARTY = 0xC3
    ALL_PLMN_SPECIFIC_SS = 0xF0
    PLMN_SPECIFIC_SS_1 = 0xF1
    PLMN_SPECIFIC_SS_2 = 0xF2
    PLMN_SPECIFIC_SS_3 = 0xF3
    PLMN_SPECIFIC_SS_4 = 0xF4
    PLMN_SPECIFIC_SS_5 = 0xF5
    PLMN_SPECIFIC_SS_6 = 0xF6
    PLMN_SPECIFIC_SS_7 = 0xF7
    PLMN_SPECIFIC_SS_8 = 0xF8
    PLMN_SPECIFIC_SS_9 = 0xF9
    PLMN_SPECIFIC_SS_A = 0xFA
    PLMN_SPECIFIC_SS_B = 0xFB
    PLMN_SPECIFIC_SS_C = 0xFC
    PLMN_SPECIFIC_SS_D = 0xFD
    PLMN_SPECIFIC_SS_E = 0xFE
    PLMN_SPECIFIC_SS_F = 0xFF


class TeleserviceCode(Code):
    """A teleservice or a group of them (17.7.9, TS 22.003)."""

    ALL_TELESERVICES = 0x00
    ALL_SPEECH_TRANSMISSION_SERVICES = 0x10
    TELEPHONY = 0x11
    EMERGENCY_CALLS = 0x12
    ALL_SHORT_MESSAGE_SERVICES = 0x20
    SHORT_MESSAGE_MT_PP = 0x21
    SHORT_MESSAGE_MO_PP = 0x22
    ALL_FACSIMILE_TRANSMISSION_SERVICES = 0x60
    FACSIMILE_GROUP_3_AND_ALTER_SPEECH = 0x61
    AUTOMATIC_FACSIMILE_GROUP_3 = 0x62
    FACSIMILE_GROUP_4 = 0x63
    ALL_DATA_TELESERVICES = 0x70
    ALL_TELESERVICES_EXCEPT_SMS = 0x80
    ALL_VOICE_GROUP_CALL_SERVICES = 0x90
    VOICE_GROUP_CALL = 0x91
    VOICE_BROADCAST_CALL = 0x92
    ALL_PLMN_SPECIFIC_TS = 0xD0
    PLMN_SPECIFIC_TS_1 = 0xD1
    PLMN_SPECIFIC_TS_2 = 0xD2
    PLMN_SPECIFIC_TS_3 = 0xD3
    PLMN_SPECIFIC_TS_4 = 0xD4
    PLMN_SPECIFIC_TS_5 = 0xD5
    PLMN_SPECIFIC_TS_6 = 0xD6
    PLMN_SPECIFIC_TS_7 = 0xD7
    PLMN_SPECIFIC_TS_8 = 0xD8
    PLMN_SPECIFIC_TS_9 = 0xD9
    PLMN_SPECIFIC_TS_A = 0xDA
    PLMN_SPECIFIC_TS_B = 0xDB
    PLMN_SPECIFIC_TS_C = 0xDC
    PLMN_SPECIFIC_TS_D = 0xDD
    PLMN_SPECIFIC_TS_E = 0xDE
    PLMN_SPECIFIC_TS_F = 0xDF


class BearerServiceCode(Code):
    """A bearer service or a group of them (17.7.10, TS 22.002)."""

    ALL_BEARER_SERVICES = 0x00
    ALL_DATA_CDA_SERVICES = 0x10
    DATA_CDA_300BPS = 0x11
    DATA_CDA_1200BPS = 0x12
    DATA_CDA_1200_75BPS = 0x13
    DATA_CDA_2400BPS = 0x14
    DATA_CDA_4800BPS = 0x15
    DATA_CDA_9600BPS = 0x16
    GENERAL_DATA_CDA = 0x17
    ALL_DATA_CDS_SERVICES = 0x18
    DATA_CDS_1200BPS = 0x1A
    DATA_CDS_2400BPS = 0x1C
    DATA_CDS_4800BPS = 0x1D
    DATA_CDS_9600BPS = 0x1E
    GENERAL_DATA_CDS = 0x1F
    ALL_PAD_ACCESS_CA_SERVICES = 0x20
    PAD_ACCESS_CA_300BPS = 0x21
    PAD_ACCESS_CA_1200BPS = 0x22
    PAD_ACCESS_CA_1200_75BPS = 0x23
    PAD_ACCESS_CA_2400BPS = 0x24
    PAD_ACCESS_CA_4800BPS = 0x25
    PAD_ACCESS_CA_9600BPS = 0x26
    GENERAL_PAD_ACCESS_CA = 0x27
    ALL_DATA_PDS_SERVICES = 0x28
    DATA_PDS_2400BPS = 0x2C
    DATA_PDS_4800BPS = 0x2D
    DATA_PDS_9600BPS = 0x2E
    GENERAL_DATA_PDS = 0x2F
    ALL_ALTERNATE_SPEECH_DATA_CDA = 0x30
    ALL_ALTERNATE_SPEECH_DATA_CDS = 0x38
    ALL_SPEECH_FOLLOWED_BY_DATA_CDA = 0x40
    ALL_SPEECH_FOLLOWED_BY_DATA_CDS = 0x48
    ALL_DATA_CIRCUIT_ASYNCHRONOUS = 0x50
    ALL_DATA_CIRCUIT_SYNCHRONOUS = 0x58
    ALL_ASYNCHRONOUS_SERVICES = 0x60
    ALL_SYNCHRONOUS_SERVICES = 0x68
    ALL_PLMN_SPECIFIC_BS = 0xD0
    PLMN_SPECIFIC_BS_1 = 0xD1
    PLMN_SPECIFIC_BS_2 = 0xD2
    PLMN_SPECIFIC_BS_3 = 0xD3
    PLMN_SPECIFIC_BS_4 = 0xD4
    PLMN_SPECIFIC_BS_5 = 0xD5
    PLMN_SPECIFIC_BS_6 = 0xD6
    PLMN_SPECIFIC_BS_7 = 0xD7
    PLMN_SPECIFIC_BS_8 = 0xD8
    PLMN_SPECIFIC_BS_9 = 0xD9
    PLMN_SPECIFIC_BS_A = 0xDA
    PLMN_SPECIFIC_BS_B = 0xDB
    PLMN_SPECIFIC_BS_C = 0xDC
    PLMN_SPECIFIC_BS_D = 0xDD
    PLMN_SPECIFIC_BS_E = 0xDE
    PLMN_SPECIFIC_BS_F = 0xDF


class ExtTeleserviceCode(Struct):
    """Ext-TeleserviceCode: a teleservice, with room for four octets more."""

    code: Annotated[TeleserviceCode, BITS(8)]


class ExtBearerServiceCode(Struct):
    """Ext-BearerServiceCode: a bearer service, with room for four octets more."""

    code: Annotated[BearerServiceCode, BITS(8)]


EXT_CODE = OCTETS(least=1, most=5)
"""The size of a code with room for four octets more."""


class ExtBasicServiceCode(Choice):
    """A bearer service or a teleservice (17.7.8). Of version 1 and 2 too, where it had but one octet."""

    ext_bearer_service: Annotated[ExtBearerServiceCode | None, OCTETS(2, least=1, most=5)] = None
    ext_teleservice: Annotated[ExtTeleserviceCode | None, OCTETS(3, least=1, most=5)] = None


class BasicServiceCode(Choice):
    """A bearer service or a teleservice (17.7.8)."""

    bearer_service: Annotated[BearerServiceCode | None, OCTETS(2, size=1)] = None
    teleservice: Annotated[TeleserviceCode | None, OCTETS(3, size=1)] = None


class SsStatus(Struct):
    """Ext-SS-Status: the state of a supplementary service (17.7.8, TS 23.011)."""

    spare: Annotated[int, BITS(4)] = 0
    quiescent: Annotated[bool, BITS(1)]
    provisioned: Annotated[bool, BITS(1)]
    registered: Annotated[bool, BITS(1)]
    active: Annotated[bool, BITS(1)]


class ForwardingReason(OpenEnum):
    """When a call is forwarded."""

    MS_NOT_REACHABLE = 0
    MS_BUSY = 1
    NO_REPLY = 2
    UNCONDITIONAL = 3


class ForwardingOptions(Struct):
    """Ext-ForwOptions: who is told of a forwarded call, and why it is forwarded (17.7.1)."""

    notification_to_forwarding_party: Annotated[bool, BITS(1)]
    redirecting_presentation: Annotated[bool, BITS(1)]
    notification_to_calling_party: Annotated[bool, BITS(1)]
    spare: Annotated[int, BITS(1)] = 0
    forwarding_reason: Annotated[ForwardingReason, BITS(2)]
    spare_2: Annotated[int, BITS(2)] = 0


class InterCugRestrictions(Struct):
    """Calls from and to outside of a closed user group (17.7.1)."""

    spare: Annotated[int, BITS(6)] = 0
    incoming_access: Annotated[bool, BITS(1)]
    outgoing_access: Annotated[bool, BITS(1)]


class CugInterlock(Struct):
    """The interlock code of a closed user group: a network by its digits, and a code in it (Q.763 3.15)."""

    network_digit_1: Annotated[int, BITS(4)]
    network_digit_2: Annotated[int, BITS(4)]
    network_digit_3: Annotated[int, BITS(4)]
    network_digit_4: Annotated[int, BITS(4)]
    binary_code: Annotated[int, BITS(16)]


class Category(Code):
    """Calling party's category (Q.763 3.11)."""

    UNKNOWN = 0x00
    OPERATOR_FRENCH = 0x01
    OPERATOR_ENGLISH = 0x02
    OPERATOR_GERMAN = 0x03
    OPERATOR_RUSSIAN = 0x04
    OPERATOR_SPANISH = 0x05
    ORDINARY_CALLING_SUBSCRIBER = 0x0A
    CALLING_SUBSCRIBER_WITH_PRIORITY = 0x0B
    DATA_CALL = 0x0C
    TEST_CALL = 0x0D
    PAYPHONE = 0x0F


class MmCode(Code):
    """An event of mobility management (17.7.1, TS 23.078)."""

    LOCATION_UPDATE_IN_SAME_VLR = 0x00
    LOCATION_UPDATE_TO_OTHER_VLR = 0x01
    IMSI_ATTACH = 0x02
    MS_INITIATED_IMSI_DETACH = 0x03
    NETWORK_INITIATED_IMSI_DETACH = 0x04


class AlertingPattern(Code):
    """How a called mobile alerts (17.7.8, TS 22.101)."""

    LEVEL_0 = 0x00
    LEVEL_1 = 0x01
    LEVEL_2 = 0x02
    CATEGORY_1 = 0x04
    CATEGORY_2 = 0x05
    CATEGORY_3 = 0x06
    CATEGORY_4 = 0x07
    CATEGORY_5 = 0x08


class AllocationRetentionPriority(Struct):
    """How a bearer stands against others when resources are short: 1 is the highest priority (TS 23.107)."""

    priority: Annotated[int, BITS(8)]
