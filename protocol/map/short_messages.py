"""Short messages (TS 29.002 17.7.6). ``sm_rp_ui`` is a TPDU of TS 23.040, which MAP carries as octets.

Arguments of version 1 and 2 are those of version 3 with less in them.
"""

from typing import Annotated

from protocol.ber import (
    BIT_STRING,
    BOOLEAN,
    CHOICE,
    ENUMERATED,
    EXPLICIT,
    INTEGER,
    NULL,
    OCTETS,
    SEQUENCE,
    Bits,
    Choice,
    Sequence,
)
from protocol.declare import OpenEnum
from protocol.identities import Imsi, IsdnAddress
from protocol.map.codes import TeleserviceCode
from protocol.map.extension import ExtensionContainer
from protocol.map.packet import AbsentSubscriberDiagnosticSm


class RoutingInfoForSmArg(Sequence):
    """SMS gateway MSC → HLR: where shall a short message for this number go? ``teleservice`` is of version 1.

    ``sm_rp_mti`` 0 is a message, 1 a status report; ``sm_rp_smea`` is the sender's address as in TS 23.040.
    """

    msisdn: Annotated[IsdnAddress, OCTETS(0, least=1, most=9)]
    sm_rp_pri: Annotated[bool, BOOLEAN(1)]
    service_centre_address: Annotated[IsdnAddress, OCTETS(2, least=1, most=20)]
    teleservice: Annotated[TeleserviceCode | None, OCTETS(5, size=1)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(6)] = None
    gprs_support_indicator: Annotated[bool, NULL(7)] = False
    sm_rp_mti: Annotated[int | None, INTEGER(8, most=10)] = None
    sm_rp_smea: Annotated[bytes | None, OCTETS(9, least=1, most=12)] = None


class AdditionalNumber(Choice):
    """Another node that may reach the mobile."""

    msc_number: Annotated[IsdnAddress | None, OCTETS(0, least=1, most=9)] = None
    sgsn_number: Annotated[IsdnAddress | None, OCTETS(1, least=1, most=9)] = None


class LocationInfoWithLmsi(Sequence):
    """Which node reaches the mobile; an SGSN, where ``gprs_node_indicator``. A ``roaming_number`` is of version 1."""

    roaming_number: Annotated[IsdnAddress | None, OCTETS(0, least=1, most=9)] = None
    network_node_number: Annotated[IsdnAddress | None, OCTETS(1, least=1, most=9)] = None
    lmsi: Annotated[bytes | None, OCTETS(size=4)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
    gprs_node_indicator: Annotated[bool, NULL(5)] = False
    additional_number: Annotated[AdditionalNumber | None, EXPLICIT(6, CHOICE())] = None


class RoutingInfoForSmRes(Sequence):
    """HLR → SMS gateway MSC: there. ``mwd_set`` is of version 1."""

    imsi: Annotated[Imsi, OCTETS()]
    location_info_with_lmsi: Annotated[LocationInfoWithLmsi, SEQUENCE(0)]
    mwd_set: Annotated[bool | None, BOOLEAN(2)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(4)] = None


class SmRpDa(Choice):
    """To whom a short message goes; by a ``roaming_number`` in version 1 only."""

    imsi: Annotated[Imsi | None, OCTETS(0)] = None
    lmsi: Annotated[bytes | None, OCTETS(1, size=4)] = None
    roaming_number: Annotated[IsdnAddress | None, OCTETS(3, least=1, most=9)] = None
    service_centre_address_da: Annotated[IsdnAddress | None, OCTETS(4, least=1, most=20)] = None
    no_sm_rp_da: Annotated[bool | None, NULL(5)] = None


class SmRpOa(Choice):
    """From whom a short message comes."""

    msisdn: Annotated[IsdnAddress | None, OCTETS(2, least=1, most=9)] = None
    service_centre_address_oa: Annotated[IsdnAddress | None, OCTETS(4, least=1, most=20)] = None
    no_sm_rp_oa: Annotated[bool | None, NULL(5)] = None


class MoForwardSmArg(Sequence):
    """MSC or SGSN → interworking MSC: a short message; in versions 1 and 2 either way, with more to come or not."""

    sm_rp_da: Annotated[SmRpDa, CHOICE()]
    sm_rp_oa: Annotated[SmRpOa, CHOICE()]
    sm_rp_ui: Annotated[bytes, OCTETS(least=1, most=200)]
    more_messages_to_send: Annotated[bool, NULL()] = False
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
    imsi: Annotated[Imsi | None, OCTETS()] = None


class MoForwardSmRes(Sequence):
    """Interworking MSC → MSC or SGSN: delivered."""

    sm_rp_ui: Annotated[bytes | None, OCTETS(least=1, most=200)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class MtForwardSmArg(Sequence):
    """SMS gateway MSC → MSC or SGSN: a short message. The last two elements came with later releases."""

    sm_rp_da: Annotated[SmRpDa, CHOICE()]
    sm_rp_oa: Annotated[SmRpOa, CHOICE()]
    sm_rp_ui: Annotated[bytes, OCTETS(least=1, most=200)]
    more_messages_to_send: Annotated[bool, NULL()] = False
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
    sm_delivery_timer: Annotated[int | None, INTEGER(least=30, most=600)] = None
    sm_delivery_start_time: Annotated[bytes | None, OCTETS(size=4)] = None


class MtForwardSmRes(Sequence):
    """MSC or SGSN → SMS gateway MSC: delivered."""

    sm_rp_ui: Annotated[bytes | None, OCTETS(least=1, most=200)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class SmDeliveryOutcome(OpenEnum):
    """What became of a short message."""

    MEMORY_CAPACITY_EXCEEDED = 0
    ABSENT_SUBSCRIBER = 1
    SUCCESSFUL_TRANSFER = 2


class ReportSmDeliveryStatusArg(Sequence):
    """SMS gateway MSC → HLR: this became of the message. Version 1 has no outcome."""

    msisdn: Annotated[IsdnAddress, OCTETS(least=1, most=9)]
    service_centre_address: Annotated[IsdnAddress, OCTETS(least=1, most=20)]
    sm_delivery_outcome: Annotated[SmDeliveryOutcome | None, ENUMERATED()] = None
    absent_subscriber_diagnostic_sm: Annotated[AbsentSubscriberDiagnosticSm | None, INTEGER(0)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(1)] = None
    gprs_support_indicator: Annotated[bool, NULL(2)] = False
    delivery_outcome_indicator: Annotated[bool, NULL(3)] = False
    additional_sm_delivery_outcome: Annotated[SmDeliveryOutcome | None, ENUMERATED(4)] = None
    additional_absent_subscriber_diagnostic_sm: Annotated[AbsentSubscriberDiagnosticSm | None, INTEGER(5)] = None


class ReportSmDeliveryStatusRes(Sequence):
    """HLR → SMS gateway MSC: noted, under this number of the subscriber."""

    stored_msisdn: Annotated[IsdnAddress | None, OCTETS(least=1, most=9)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class ReportSmDeliveryStatusResV2(Choice):
    """HLR → SMS gateway MSC: noted, under this number of the subscriber (version 2)."""

    stored_msisdn: Annotated[IsdnAddress | None, OCTETS(least=1, most=9)] = None


class AlertServiceCentreArg(Sequence):
    """HLR → interworking MSC: the mobile that had messages waiting is there. ``imsi`` came with a later release."""

    msisdn: Annotated[IsdnAddress, OCTETS(least=1, most=9)]
    service_centre_address: Annotated[IsdnAddress, OCTETS(least=1, most=20)]
    imsi: Annotated[Imsi | None, OCTETS()] = None


class AlertServiceCentreWithoutResultArg(AlertServiceCentreArg):
    """HLR → interworking MSC: the mobile that had messages waiting is there (version 1)."""


class MwStatus(Bits):
    """Why messages wait."""

    __slots__ = ()
    least = 6
    most = 16
    SC_ADDRESS_NOT_INCLUDED = 0
    MNRF_SET = 1
    MCEF_SET = 2
    MNRG_SET = 3


class InformServiceCentreArg(Sequence):
    """HLR → SMS gateway MSC: what is known of the subscriber whose messages wait."""

    stored_msisdn: Annotated[IsdnAddress | None, OCTETS(least=1, most=9)] = None
    mw_status: Annotated[MwStatus | None, BIT_STRING()] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
    absent_subscriber_diagnostic_sm: Annotated[AbsentSubscriberDiagnosticSm | None, INTEGER()] = None
    additional_absent_subscriber_diagnostic_sm: Annotated[AbsentSubscriberDiagnosticSm | None, INTEGER(0)] = None


class AlertReason(OpenEnum):
    """Why messages can be sent again."""

    MS_PRESENT = 0
    MEMORY_AVAILABLE = 1


class ReadyForSmArg(Sequence):
    """VLR or SGSN → HLR: the mobile can take messages again; from an SGSN, where ``alert_reason_indicator``."""

    imsi: Annotated[Imsi, OCTETS(0)]
    alert_reason: Annotated[AlertReason, ENUMERATED()]
    alert_reason_indicator: Annotated[bool, NULL()] = False
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class ReadyForSmRes(Sequence):
    """HLR → VLR or SGSN: noted."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class NoteSubscriberPresentArg(Choice):
    """VLR → HLR: the mobile can take messages again (version 1)."""

    imsi: Annotated[Imsi | None, OCTETS()] = None
