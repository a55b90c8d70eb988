"""Location management of packet services: updateGprsLocation, cancelLocation, purgeMS (TS 29.002 17.7.1)."""

from typing import Annotated

from protocol.ber import (
    BIT_STRING,
    CHOICE,
    ENUMERATED,
    EXPLICIT,
    NULL,
    OCTETS,
    OPAQUE,
    SEQUENCE,
    Bits,
    Choice,
    Sequence,
)
from protocol.declare import OpenEnum
from protocol.identities import GsnAddress, Imsi, IsdnAddress


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


class SuperChargerInfo(Choice):
    """Whether the node still holds the subscriber's data, and how old they are (TS 23.116)."""

    send_subscriber_data: Annotated[bool | None, NULL(0)] = None
    subscriber_data_stored: Annotated[bytes | None, OCTETS(1, least=1, most=6)] = None


class SgsnCapability(Sequence):
    """What the SGSN can do that concerns the HLR."""

    solsa_support_indicator: Annotated[bool, NULL()] = False
    extension_container: Annotated[bytes | None, OPAQUE(1)] = None
    super_charger_supported_in_serving_network_entity: Annotated[SuperChargerInfo | None, EXPLICIT(2, CHOICE())] = None
    gprs_enhancements_support_indicator: Annotated[bool, NULL(3)] = False
    supported_camel_phases: Annotated[SupportedCamelPhases | None, BIT_STRING(4)] = None
    supported_lcs_capability_sets: Annotated[SupportedLcsCapabilitySets | None, BIT_STRING(5)] = None


class UpdateGprsLocationArg(Sequence):
    """SGSN → HLR: the subscriber is served here now, reach me by these addresses."""

    imsi: Annotated[Imsi, OCTETS()]
    sgsn_number: Annotated[IsdnAddress, OCTETS(least=1, most=9)]
    sgsn_address: Annotated[GsnAddress, OCTETS(least=5, most=17)]
    extension_container: Annotated[bytes | None, OPAQUE()] = None
    sgsn_capability: Annotated[SgsnCapability | None, SEQUENCE(0)] = None
    inform_previous_network_entity: Annotated[bool, NULL(1)] = False
    ps_lcs_not_supported_by_ue: Annotated[bool, NULL(2)] = False


class UpdateGprsLocationRes(Sequence):
    """HLR → SGSN: your location is noted, the subscriber's data have been inserted."""

    hlr_number: Annotated[IsdnAddress, OCTETS(least=1, most=9)]
    extension_container: Annotated[bytes | None, OPAQUE()] = None
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
    extension_container: Annotated[bytes | None, OPAQUE()] = None

    @property
    def imsi(self) -> Imsi:
        """The subscriber."""
        chosen = self.identity.chosen
        imsi: Imsi = chosen.imsi if isinstance(chosen, ImsiWithLmsi) else chosen
        return imsi


class CancelLocationRes(Sequence):
    """SGSN or VLR → HLR: deleted, or never known."""

    extension_container: Annotated[bytes | None, OPAQUE()] = None


class PurgeMsArg(Sequence, tag=3):
    """SGSN or VLR → HLR: the subscriber was silent for long and is deleted here."""

    imsi: Annotated[Imsi, OCTETS()]
    vlr_number: Annotated[IsdnAddress | None, OCTETS(0, least=1, most=9)] = None
    sgsn_number: Annotated[IsdnAddress | None, OCTETS(1, least=1, most=9)] = None
    extension_container: Annotated[bytes | None, OPAQUE()] = None


class PurgeMsArgV2(Sequence):
    """VLR → HLR: the subscriber was silent for long and is deleted here (version 2)."""

    imsi: Annotated[Imsi, OCTETS()]
    vlr_number: Annotated[IsdnAddress, OCTETS(least=1, most=9)]


class PurgeMsRes(Sequence):
    """HLR → SGSN or VLR: noted; do not use again the temporary identities named."""

    freeze_tmsi: Annotated[bool, NULL(0)] = False
    freeze_p_tmsi: Annotated[bool, NULL(1)] = False
    extension_container: Annotated[bytes | None, OPAQUE()] = None
