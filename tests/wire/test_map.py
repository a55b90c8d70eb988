"""MAP types and tables: what others encoded, what we encode, and whether the tables agree with themselves."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protocol import tcap
from protocol.ber import Choice, Element, reference
from protocol.charging import ChargingCharacteristics
from protocol.declare import printable
from protocol.document import from_document, to_document
from protocol.errors import DecodeError
from protocol.identities import Apn, GsnAddress, Imei, Imeisv, Imsi, IsdnAddress
from protocol.map.authentication import (
    AuthenticationFailureReportArg,
    AuthenticationSetList,
    AuthenticationTriplet,
    FailureCause,
    SendAuthenticationInfoArg,
    SendAuthenticationInfoArgV2,
    SendAuthenticationInfoRes,
)
from protocol.map.codes import (
    Category,
    CugInterlock,
    ExtBearerServiceCode,
    ExtTeleserviceCode,
    ForwardingOptions,
    SsCode,
    SsStatus,
)
from protocol.map.contexts import (
    GPRS_LOCATION_UPDATE_V3,
    INFO_RETRIEVAL_V3,
    ApplicationContext,
    ContextName,
)
from protocol.map.dialogue import MapDialoguePdu, MapRefuseInfo, RefuseReason
from protocol.map.equipment import (
    CheckImeiArg,
    CheckImeiArgV2,
    CheckImeiRes,
    EquipmentStatus,
    RequestedEquipmentInfo,
)
from protocol.map.errors import NetworkResource, RoamingNotAllowedCause, RoamingNotAllowedParam, UnknownSubscriberParam
from protocol.map.extension import ExtensionContainer, PrivateExtension
from protocol.map.location import (
    CancellationType,
    CancelLocationArg,
    Identity,
    ImsiWithLmsi,
    LocationInfo,
    PurgeMsArg,
    SgsnCapability,
    SuperChargerInfo,
    UpdateGprsLocationArg,
    UpdateLocationArg,
)
from protocol.map.numbers import CellGlobalId, HlrId, IsdnSubaddress, LocationNumber, LsaIdentity, Tbcd
from protocol.map.operations import ERRORS, OPERATIONS, ErrorCode, OperationCode, error_of, operation_of
from protocol.map.packet import (
    ExtQosSubscribed,
    GprsSubscriptionData,
    PdpAddress,
    PdpContext,
    PdpType,
    SendRoutingInfoForGprsArg,
)
from protocol.map.position import GeodeticInformation, GeographicalInformation
from protocol.map.restart import ResetArg
from protocol.map.short_messages import MoForwardSmArg, SmRpDa, SmRpOa
from protocol.map.subscriber import (
    InsertSubscriberDataArg,
    NetworkAccessMode,
    OdbData,
    OdbGeneralData,
    SubscriberStatus,
)
from protocol.sm.quality_of_service import QualityOfService
from tests.wire.ber_strategies import elements, rewritten

IMSI = Imsi("262011234567890")

TYPES: list[type[Element]] = [
    *{kind: None for row in OPERATIONS.values() for kind in (*row.arguments, *row.results)},
    *(kind for row in ERRORS.values() for kind in row.parameters),
    MapDialoguePdu,
]
"""Everything that stands as a parameter by itself."""

EXAMPLES: list[tuple[Element, str]] = [
    (
        UpdateGprsLocationArg(
            imsi=IMSI,
            sgsn_number=IsdnAddress("491720000003"),
            sgsn_address=GsnAddress.parse("10.0.0.3"),
            sgsn_capability=SgsnCapability(
                super_charger_supported_in_serving_network_entity=SuperChargerInfo(send_subscriber_data=True),
                gprs_enhancements_support_indicator=True,
            ),
        ),
        "3022 040862021132547698f0 040791947102000030 0405040a000003 a006 a2028000 8300",
    ),
    (
        InsertSubscriberDataArg(
            msisdn=IsdnAddress("491711234567"),
            subscriber_status=SubscriberStatus.SERVICE_GRANTED,
            odb_data=OdbData(odb_general_data=OdbGeneralData.of(OdbGeneralData.ALL_PACKET_ORIENTED_SERVICES_BARRED)),
            gprs_subscription_data=GprsSubscriptionData(
                complete_data_list_included=True,
                gprs_data_list=(
                    PdpContext(
                        pdp_context_id=1,
                        pdp_type=PdpType(),
                        qos_subscribed=QualityOfService.from_octets(bytes.fromhex("23921f")),
                        vplmn_address_allowed=True,
                        apn=Apn("internet"),
                        ext_qos_subscribed=ExtQosSubscribed.from_octets(bytes.fromhex("022396740000000000")),
                    ),
                ),
            ),
            network_access_mode=NetworkAccessMode.ONLY_PACKET,
        ),
        "3042 810791947111325476 830100 a805 0303000001 b02a 0500 a126 3024 020101 9002f121"  # noqa: ISC004  one value
        "920323921f 9300 940908696e7465726e6574 8009022396740000000000 980102",
    ),
    (
        CancelLocationArg(identity=Identity(imsi=IMSI), cancellation_type=CancellationType.SUBSCRIPTION_WITHDRAW),
        "a30d 040862021132547698f0 0a0101",
    ),
    (
        PurgeMsArg(imsi=IMSI, sgsn_number=IsdnAddress("491720000003")),
        "a313 040862021132547698f0 810791947102000030",
    ),
    (SendAuthenticationInfoArg(imsi=IMSI, number_of_requested_vectors=5), "300d 800862021132547698f0 020105"),
    (
        SendAuthenticationInfoRes(
            authentication_set_list=AuthenticationSetList(
                triplet_list=(AuthenticationTriplet(rand=bytes(16), sres=bytes(4), kc=bytes(8)),)
            )
        ),
        "a326 a024 3022 0410" + "00" * 16 + "0404" + "00" * 4 + "0408" + "00" * 8,
    ),
    (SendAuthenticationInfoRes(), "a300"),
    (
        CheckImeiArg(
            imei=Imei("490154203237518"),
            requested_equipment_info=RequestedEquipmentInfo.of(RequestedEquipmentInfo.EQUIPMENT_STATUS),
        ),
        "300e 0408 94104502237315f8 03020680",
    ),
    (CheckImeiArgV2(imei=Imeisv("4901542032375181")), "0408 9410450223731518"),
    (CheckImeiRes(equipment_status=EquipmentStatus.BLACK_LISTED), "3003 0a0101"),
    (
        AuthenticationFailureReportArg(imsi=IMSI, failure_cause=FailureCause.WRONG_NETWORK_SIGNATURE),
        "300d 040862021132547698f0 0a0101",
    ),
    (
        RoamingNotAllowedParam(roaming_not_allowed_cause=RoamingNotAllowedCause.OPERATOR_DETERMINED_BARRING),
        "3003 0a0103",
    ),
    (
        MapDialoguePdu(map_refuse=MapRefuseInfo(reason=RefuseReason.NO_REASON_GIVEN)),
        "a303 0a0100",
    ),
]
"""Octets worked out by hand from the ASN.1 of TS 29.002 17.7."""


@pytest.mark.parametrize(("value", "octets"), EXAMPLES, ids=lambda item: type(item).__name__)
def test_golden(value: Element, octets: str) -> None:
    """Types are encoded as their ASN.1 and the encoding rules say (TS 29.002 17.1.1, 17.7)."""
    assert value.encode().hex() == octets.replace(" ", "")
    assert type(value).decode(bytes.fromhex(octets)) == value


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_round_trip(kind: type[Element], data: st.DataObject) -> None:
    """What is encoded decodes to the same, in every form that BER allows."""
    value = data.draw(elements(kind))
    assert kind.decode(value.encode()) == value
    value = data.draw(elements(kind, opaque=False))
    choose = Random(data.draw(st.integers(0, 1000)))  # one draw for all elements: there are many
    octets = rewritten(value.encode(), lambda: choose.randrange(3))
    assert kind.decode(octets) == value
    assert kind.decode(octets).encode() == octets


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_prefixes_and_flips(kind: type[Element], data: st.DataObject) -> None:
    """Every prefix raises DecodeError; a flipped bit raises that, or decodes to something that encodes again."""
    octets = data.draw(elements(kind)).encode()
    with pytest.raises(DecodeError):
        kind.decode(octets[: data.draw(st.integers(0, len(octets) - 1))])
    at = data.draw(st.integers(0, 8 * len(octets) - 1))
    flipped = bytearray(octets)
    flipped[at // 8] ^= 1 << at % 8
    try:
        other = kind.decode(bytes(flipped))
    except DecodeError:
        return
    assert kind.decode(other.encode()) == other


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_documents(kind: type[Element], data: st.DataObject) -> None:
    """The document of a value, through JSON, is that value again."""
    value = data.draw(elements(kind))
    assert from_document(kind, json.loads(json.dumps(to_document(value)))) == value


# --- other people's octets --------------------------------------------------------------------------------------------


def test_extension_of_later_release() -> None:
    """What Rel-8 added to sendAuthenticationInfo is kept, though it is not read."""
    octets = bytes.fromhex("a30a a208 3006 8001ff 810100")
    value = SendAuthenticationInfoRes.decode(octets)
    assert value.authentication_set_list is None
    assert value.extras[0].octets == octets[2:]
    assert value.encode() == octets


# --- value types ------------------------------------------------------------------------------------------------------

VALUE_TYPES: list[Any] = [
    Category,
    CellGlobalId,
    ChargingCharacteristics,
    CugInterlock,
    ExtBearerServiceCode,
    ExtQosSubscribed,
    ExtTeleserviceCode,
    ForwardingOptions,
    GeodeticInformation,
    GeographicalInformation,
    HlrId,
    IsdnSubaddress,
    LocationNumber,
    LsaIdentity,
    PdpAddress,
    PdpType,
    PrivateExtension,
    SsCode,
    SsStatus,
    Tbcd,
]


@pytest.mark.parametrize("kind", VALUE_TYPES, ids=lambda kind: kind.__name__)
@settings(max_examples=100, deadline=None)
@given(octets=st.binary(max_size=20))
def test_value_types_keep_octets(kind: Any, octets: bytes) -> None:
    """Octets raise DecodeError, or are written again as they came; what prints itself is parsed again."""
    try:
        value = kind.from_octets(octets)
    except DecodeError:
        return
    assert value.to_octets() == octets
    if hasattr(kind, "parse"):
        assert kind.parse(str(value)) == value
    assert from_document(kind, to_document(value, kind)) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [(CellGlobalId, "262-01-1"), (Tbcd, "471"), (PdpAddress, "300.1.1.1"), (CellGlobalId, "262-01-1-70000")],
)
def test_wrong_text(kind: Any, text: str) -> None:
    """Text that is no value raises ValueError."""
    with pytest.raises(ValueError):  # noqa: PT011  each type has words of its own
        kind.parse(text)


def test_position() -> None:
    """Coordinates are counted in fractions of a quarter and a whole circle (TS 23.032 6.1)."""
    berlin = GeographicalInformation.from_octets(bytes.fromhex("104ac2a009856f00"))
    latitude, longitude = berlin.point.degrees
    assert round(latitude, 2) == 52.57
    assert round(longitude, 2) == 13.39
    south_west = GeographicalInformation.from_octets(bytes.fromhex("10c00000c0000000"))
    assert south_west.point.degrees == (-45.0, -90.0)


def test_location_number() -> None:
    """A location number has the filler that its parity tells (Q.763 3.30)."""
    number = LocationNumber.from_octets(bytes.fromhex("84 13 9417 0203 00"))
    assert (number.header.nature.name, number.signals, number.filler) == ("INTERNATIONAL_NUMBER", "497120300", 0)
    with pytest.raises(ValueError, match="has not the number of signals"):
        LocationNumber(number.header, "4971").to_octets()


def test_private_extension() -> None:
    """An extension keeps what it holds, an element or not, and a longer identifier than needed."""
    octets = bytes.fromhex("3019 a014 3007 06032a0304 0500 3009 0681032a03050b0c0d a101ff")
    container = ExtensionContainer.decode(octets)
    first, second = container.private_extension_list
    assert (first.ext_id, first.ext_type, first.length_octets) == ("1.2.3.4", b"\x05\x00", None)
    assert (second.ext_id, second.ext_type, second.length_octets) == ("1.2.3.5", b"\x0b\x0c\x0d", 2)
    assert container.pcs_extensions == b"\xff"
    assert container.encode() == octets
    with pytest.raises(DecodeError, match="starts with its identifier"):
        ExtensionContainer.decode(bytes.fromhex("3006 a004 3002 0500"))


# --- single types -----------------------------------------------------------------------------------------------------


def test_cancel_location_imsi() -> None:
    """The subscriber is told by IMSI alone or with LMSI."""
    both = Identity(imsi_with_lmsi=ImsiWithLmsi(imsi=IMSI, lmsi=bytes(4)))
    assert CancelLocationArg(identity=Identity(imsi=IMSI)).imsi == IMSI
    assert CancelLocationArg(identity=both).imsi == IMSI


def test_imei_forms() -> None:
    """An IMEI without check digit gets the spare digit 0; with software version it has 16 digits (17.7.8)."""
    info = RequestedEquipmentInfo("10")
    short = CheckImeiArg(imei=Imei("49015420323751"), requested_equipment_info=info)
    assert CheckImeiArg.decode(short.encode()).imei == Imei("490154203237510")
    long = CheckImeiArg(imei=Imeisv("4901542032375199"), requested_equipment_info=info)
    assert isinstance(CheckImeiArg.decode(long.encode()).imei, Imeisv)


def test_requested_equipment_info_has_two_bits() -> None:
    """A BIT STRING of one bit is not RequestedEquipmentInfo, though tshark takes it (17.7.1)."""
    with pytest.raises(DecodeError, match="requested equipment info: 0780 is not 2 to 8 bits"):
        CheckImeiArg.decode(bytes.fromhex("300e 0408 94104502237315f8 03020780"))


def test_number_of_vectors_in_range() -> None:
    """One to five vectors may be asked for."""
    with pytest.raises(DecodeError, match="the number 6 is not within 1 to 5"):
        SendAuthenticationInfoArg.decode(bytes.fromhex("300d 800862021132547698f0 020106"))


# --- tables -----------------------------------------------------------------------------------------------------------


def test_types_belong_to_one_row() -> None:
    """Every type names the operation or error that it is a parameter of, and its forms differ in their tag."""
    for row in OPERATIONS.values():
        for kinds in (row.arguments, row.results):
            tags = [tag for kind in kinds for tag in kind.take]
            assert len(tags) == len(set(tags)), row.name
            assert all(operation_of(kind) is row.code for kind in kinds)
    for error in ERRORS.values():
        assert all(error_of(kind) is error.code for kind in error.parameters)
    assert error_of(UnknownSubscriberParam) is ErrorCode.UNKNOWN_SUBSCRIBER


def test_errors_of_operations_have_rows() -> None:
    """An operation refuses only with errors whose parameter can be read."""
    for row in OPERATIONS.values():
        assert set(row.errors) <= ERRORS.keys(), row.name


def test_old_forms() -> None:
    """Versions 1 and 2 have fewer elements, or others, under the same code (GSM 09.02 17.6, 17.7)."""
    roaming = UpdateLocationArg.decode(bytes.fromhex("300f 0403210043 80039171f9 0403911732"))
    assert roaming.location_info == LocationInfo(roaming_number=IsdnAddress("179"))
    reset = ResetArg.decode(bytes.fromhex("3008 0a0101 0403917132"))
    assert reset.network_resource is NetworkResource.HLR
    old = MoForwardSmArg.decode(bytes.fromhex("3010 8003214365 8403917132 040201ff 0500"))
    assert old.sm_rp_da == SmRpDa(imsi=Imsi("123456"))
    assert old.sm_rp_oa == SmRpOa(service_centre_address_oa=IsdnAddress("1723"))
    assert old.more_messages_to_send


def test_barring_in_version_2() -> None:
    """Six bits in version 2; we write the fifteen of version 3 (17.7.1)."""
    assert OdbGeneralData.from_octets(bytes.fromhex("0284")) == "100001"
    assert OdbGeneralData.of(OdbGeneralData.SS_ACCESS_BARRED) == "000001000000000"


def test_operations_of_other_users() -> None:
    """Codes in a dialogue of CAMEL are CAMEL's, whose contexts lie below map-ac too (TS 29.078)."""
    argument = SendRoutingInfoForGprsArg(imsi=IMSI, ggsn_number=IsdnAddress("4917"))
    context = ApplicationContext.from_octets(bytes.fromhex("04000001003201"))
    assert not context.is_map
    begin = tcap.Begin(
        otid=b"1234", dialogue=tcap.Aarq(application_context=context), components=(tcap.invoke(1, argument),)
    )
    read = tcap.decode(begin.encode())
    assert isinstance(read, tcap.Begin)
    (component,) = read.components
    assert isinstance(component, tcap.Invoke)
    assert isinstance(component.argument, tcap.Unread)
    assert component.argument.octets == argument.encode()
    assert read.encode() == begin.encode()


def test_confirmed() -> None:
    """Operations without result and error are not answered (17.1.2)."""
    told = {row.name for row in OPERATIONS.values() if not row.is_confirmed}
    assert told == {
        "reset",
        "forwardCheckSS-Indication",
        "noteSubscriberPresent",
        "alertServiceCentreWithoutResult",
        "informServiceCentre",
    }


def test_operation_names() -> None:
    """Operations, errors and contexts have the names of TS 29.002."""
    assert OPERATIONS[OperationCode.CHECK_IMEI].name == "checkIMEI"
    assert ERRORS[ErrorCode.CUG_REJECT].name == "cug-Reject"
    assert OPERATIONS[OperationCode.UPDATE_GPRS_LOCATION].name == "updateGprsLocation"
    assert ERRORS[ErrorCode.UNKNOWN_SUBSCRIBER].name == "unknownSubscriber"
    assert str(GPRS_LOCATION_UPDATE_V3) == "gprsLocationUpdateContext-v3"


def test_empty_result() -> None:
    """A result without parameter stands for the empty type where nothing in it is mandatory."""
    assert OPERATIONS[OperationCode.UPDATE_GPRS_LOCATION].empty_result is None
    empty = OPERATIONS[OperationCode.CANCEL_LOCATION].empty_result
    assert empty is not None
    assert empty.encode() == b"\x30\x00"


def test_application_context() -> None:
    """Contexts are arcs below map-ac; a foreign one keeps its identifier (17.3.3)."""
    assert INFO_RETRIEVAL_V3.oid == "0.4.0.0.1.0.14.3"
    assert INFO_RETRIEVAL_V3.to_octets().hex() == "04000001000e03"
    assert ApplicationContext.from_octets(bytes.fromhex("04000001000e03")) == INFO_RETRIEVAL_V3
    assert INFO_RETRIEVAL_V3.with_version(2) == ApplicationContext(ContextName.INFO_RETRIEVAL, 2)
    foreign = ApplicationContext.from_octets(bytes.fromhex("2a863a008961330101"))
    assert foreign.to_octets().hex() == "2a863a008961330101"
    assert str(foreign) == foreign.oid == "1.2.826.0.1249.51.1.1"


def test_reference_covers_all() -> None:
    """The reference has a table for every type that stands as a parameter."""
    text = "\n".join(reference(TYPES))
    assert all(f"## {kind.__name__}\n" in text for kind in TYPES)


def test_printable() -> None:
    """A type prints as plain values, without what is absent."""
    assert printable(CancelLocationArg(identity=Identity(imsi=IMSI))) == {"identity": {"imsi": str(IMSI)}}


def test_choice_types_are_small() -> None:
    """Forms of older versions are a CHOICE, and choose what they were given."""
    assert issubclass(SendAuthenticationInfoArgV2, Choice)
    assert SendAuthenticationInfoArgV2(imsi=IMSI).chosen == IMSI
