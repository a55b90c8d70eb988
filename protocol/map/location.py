"""Location management: updateLocation, updateGprsLocation, cancelLocation, purgeMS, sendIdentification (29.002 17.7.1).

Fields that only version 1 or 2 has say so; where version 3 demands what they do not, it is optional here.
"""

from typing import Annotated

from protocol.ber import (
    BIT_STRING,
    CHOICE,
    ENUMERATED,
    EXPLICIT,
    INTEGER,
    NULL,
    OCTETS,
    SEQUENCE,
    SEQUENCE_OF,
    Bits,
    Choice,
    Sequence,
)
from protocol.bits import BITS, Struct
from protocol.declare import OpenEnum
from protocol.identities import GsnAddress, Imsi, IsdnAddress, Lai, Tmsi
from protocol.map.authentication import AuthenticationSetList, AuthenticationTriplet
from protocol.map.extension import ExtensionContainer


class SupportedCamelPhases(Bits):
    """Phases of CAMEL that a node supports."""

    __slots__ = ()
    least = 1
    most = 16
    PHASE_1 = 0
    PHASE_2 = 1
    PHASE_3 = 2
    PHASE_4 = 3


class SupportedLcsCapabilitySets(Bits):
    """Capability sets of location services that a node supports."""

    __slots__ = ()
    least = 2
    most = 16
    SET_1 = 0
    SET_2 = 1
    SET_3 = 2
    SET_4 = 3
    SET_5 = 4


class IstSupportIndicator(OpenEnum):
    """How much of immediate service termination a node can do (TS 43.035)."""

    BASIC_IST_SUPPORTED = 0
    IST_COMMAND_SUPPORTED = 1


class SuperChargerInfo(Choice):
    """Whether the node still holds the subscriber's data, and how old they are (TS 23.116)."""

    send_subscriber_data: Annotated[bool | None, NULL(0)] = None
    subscriber_data_stored: Annotated[bytes | None, OCTETS(1, least=1, most=6)] = None


class VlrCapability(Sequence):
    """What the VLR can do that concerns the HLR."""

    supported_camel_phases: Annotated[SupportedCamelPhases | None, BIT_STRING(0)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
    solsa_support_indicator: Annotated[bool, NULL(2)] = False
    ist_support_indicator: Annotated[IstSupportIndicator | None, ENUMERATED(1)] = None
    super_charger_supported_in_serving_network_entity: Annotated[SuperChargerInfo | None, EXPLICIT(3, CHOICE())] = None
    long_ftn_supported: Annotated[bool, NULL(4)] = False
    supported_lcs_capability_sets: Annotated[SupportedLcsCapabilitySets | None, BIT_STRING(5)] = None


class LocationInfo(Choice):
    """How a subscriber is reached; by a roaming number in version 1 only."""

    roaming_number: Annotated[IsdnAddress | None, OCTETS(0, least=1, most=9)] = None
    msc_number: Annotated[IsdnAddress | None, OCTETS(1, least=1, most=9)] = None


class UpdateLocationArg(Sequence):
    """VLR → HLR: the subscriber is served here now, by this MSC."""

    imsi: Annotated[Imsi, OCTETS()]
    location_info: Annotated[LocationInfo, CHOICE()]
    vlr_number: Annotated[IsdnAddress, OCTETS(least=1, most=9)]
    lmsi: Annotated[bytes | None, OCTETS(10, size=4)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
    vlr_capability: Annotated[VlrCapability | None, SEQUENCE(6)] = None
    inform_previous_network_entity: Annotated[bool, NULL(11)] = False
    cs_lcs_not_supported_by_ue: Annotated[bool, NULL(12)] = False


class UpdateLocationRes(Sequence):
    """HLR → VLR: your location is noted, the subscriber's data have been inserted (versions 2 and 3)."""

    hlr_number: Annotated[IsdnAddress, OCTETS(least=1, most=9)]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
    add_capability: Annotated[bool, NULL()] = False


class UpdateLocationResV1(Choice):
    """HLR → VLR: your location is noted (version 1)."""

    hlr_number: Annotated[IsdnAddress | None, OCTETS(least=1, most=9)] = None


class SgsnCapability(Sequence):
    """What the SGSN can do that concerns the HLR."""

    solsa_support_indicator: Annotated[bool, NULL()] = False
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(1)] = None
    super_charger_supported_in_serving_network_entity: Annotated[SuperChargerInfo | None, EXPLICIT(2, CHOICE())] = None
    gprs_enhancements_support_indicator: Annotated[bool, NULL(3)] = False
    supported_camel_phases: Annotated[SupportedCamelPhases | None, BIT_STRING(4)] = None
    supported_lcs_capability_sets: Annotated[SupportedLcsCapabilitySets | None, BIT_STRING(5)] = None


class UpdateGprsLocationArg(Sequence):
    """SGSN → HLR: the subscriber is served here now, reach me by these addresses."""

    imsi: Annotated[Imsi, OCTETS()]
    sgsn_number: Annotated[IsdnAddress, OCTETS(least=1, most=9)]
    sgsn_address: Annotated[GsnAddress, OCTETS(least=5, most=17)]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
    sgsn_capability: Annotated[SgsnCapability | None, SEQUENCE(0)] = None
    inform_previous_network_entity: Annotated[bool, NULL(1)] = False
    ps_lcs_not_supported_by_ue: Annotated[bool, NULL(2)] = False


class UpdateGprsLocationRes(Sequence):
    """HLR → SGSN: your location is noted, the subscriber's data have been inserted."""

    hlr_number: Annotated[IsdnAddress, OCTETS(least=1, most=9)]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
    add_capability: Annotated[bool, NULL()] = False


class ImsiWithLmsi(Sequence):
    """An IMSI with the number under which the VLR files it."""

    imsi: Annotated[Imsi, OCTETS()]
    lmsi: Annotated[bytes, OCTETS(size=4)]


class Identity(Choice):
    """Whose location is cancelled. By itself it is the whole argument of cancelLocation in versions 1 and 2."""

    imsi: Annotated[Imsi | None, OCTETS()] = None
    imsi_with_lmsi: Annotated[ImsiWithLmsi | None, SEQUENCE()] = None


class CancellationType(OpenEnum):
    """Why a location is cancelled."""

    UPDATE_PROCEDURE = 0
    SUBSCRIPTION_WITHDRAW = 1


class CancelLocationArg(Sequence, tag=3):
    """HLR → SGSN or VLR: delete the subscriber, who is served elsewhere or withdrawn."""

    identity: Annotated[Identity, CHOICE()]
    cancellation_type: Annotated[CancellationType | None, ENUMERATED()] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None

    @property
    def imsi(self) -> Imsi:
        """The subscriber."""
        chosen = self.identity.chosen
        imsi: Imsi = chosen.imsi if isinstance(chosen, ImsiWithLmsi) else chosen
        return imsi


class CancelLocationRes(Sequence):
    """SGSN or VLR → HLR: deleted, or never known."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class PurgeMsArg(Sequence, tag=3):
    """SGSN or VLR → HLR: the subscriber was silent for long and is deleted here."""

    imsi: Annotated[Imsi, OCTETS()]
    vlr_number: Annotated[IsdnAddress | None, OCTETS(0, least=1, most=9)] = None
    sgsn_number: Annotated[IsdnAddress | None, OCTETS(1, least=1, most=9)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class PurgeMsArgV2(Sequence):
    """VLR → HLR: the subscriber was silent for long and is deleted here (version 2)."""

    imsi: Annotated[Imsi, OCTETS()]
    vlr_number: Annotated[IsdnAddress, OCTETS(least=1, most=9)]


class PurgeMsRes(Sequence):
    """HLR → SGSN or VLR: noted; do not use again the temporary identities named."""

    freeze_tmsi: Annotated[bool, NULL(0)] = False
    freeze_p_tmsi: Annotated[bool, NULL(1)] = False
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


# --- the old VLR ---


class SendIdentificationArg(Sequence):
    """VLR → previous VLR: tell me who has this TMSI. The last three elements came with later releases."""

    tmsi: Annotated[Tmsi, OCTETS(least=1, most=4)]
    number_of_requested_vectors: Annotated[int | None, INTEGER(least=1, most=5)] = None
    segmentation_prohibited: Annotated[bool, NULL()] = False
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
    msc_number: Annotated[IsdnAddress | None, OCTETS(least=1, most=9)] = None
    previous_lai: Annotated[Lai | None, OCTETS(0, size=5)] = None
    hop_counter: Annotated[int | None, INTEGER(1, most=3)] = None


class SendIdentificationArgV2(Choice):
    """VLR → previous VLR: tell me who has this TMSI (version 2)."""

    tmsi: Annotated[Tmsi | None, OCTETS(least=1, most=4)] = None


class KeySequence(Struct):
    """Cksn, KSI: which key is in use; 7 is none (TS 24.008 10.5.1.2)."""

    spare: Annotated[int, BITS(5)] = 0
    number: Annotated[int, BITS(3)]


class GsmSecurityContextData(Sequence):
    """The GSM key in use."""

    kc: Annotated[bytes, OCTETS(size=8)]
    cksn: Annotated[KeySequence, OCTETS(size=1)]


class UmtsSecurityContextData(Sequence):
    """The UMTS keys in use."""

    ck: Annotated[bytes, OCTETS(size=16)]
    ik: Annotated[bytes, OCTETS(size=16)]
    ksi: Annotated[KeySequence, OCTETS(size=1)]


class CurrentSecurityContext(Choice):
    """The keys in use."""

    gsm_security_context_data: Annotated[GsmSecurityContextData | None, SEQUENCE(0)] = None
    umts_security_context_data: Annotated[UmtsSecurityContextData | None, SEQUENCE(1)] = None


class SendIdentificationRes(Sequence, tag=3):
    """Previous VLR → VLR: this subscriber; with vectors and keys, if there are any."""

    imsi: Annotated[Imsi | None, OCTETS()] = None
    authentication_set_list: Annotated[AuthenticationSetList | None, CHOICE()] = None
    current_security_context: Annotated[CurrentSecurityContext | None, EXPLICIT(2, CHOICE())] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(3)] = None


class SendIdentificationResV2(Sequence):
    """Previous VLR → VLR: this subscriber (version 2)."""

    imsi: Annotated[Imsi, OCTETS()]
    authentication_set_list: Annotated[tuple[AuthenticationTriplet, ...], SEQUENCE_OF(SEQUENCE(), most=5)] = ()
