"""TCAP with MAP in it: whole messages, what becomes of parts that cannot be read, and what the oracles say."""

import re
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gprslab.trace.pcapng import PcapngWriter
from gprslab.trace.stacks import Endpoint, Stacks
from protocol import sccp, tcap
from protocol.ber import Oid, bounds
from protocol.charging import ChargingCharacteristics
from protocol.declare import printable
from protocol.errors import DecodeError
from protocol.identities import Apn, GsnAddress, Gt, Imei, Imsi, IsdnAddress
from protocol.map import contexts
from protocol.map.authentication import (
    AuthenticationFailureReportArg,
    AuthenticationFailureReportRes,
    AuthenticationQuintuplet,
    AuthenticationSetList,
    AuthenticationTriplet,
    FailureCause,
    ReSynchronisationInfo,
    SendAuthenticationInfoArg,
    SendAuthenticationInfoArgV2,
    SendAuthenticationInfoRes,
    SendAuthenticationInfoResV2,
)
from protocol.map.codes import BearerServiceCode, Category, ExtBearerServiceCode, ExtTeleserviceCode, TeleserviceCode
from protocol.map.contexts import ApplicationContext
from protocol.map.dialogue import MAP_DIALOGUE_AS, MapDialoguePdu, MapOpenInfo, RefuseReason
from protocol.map.equipment import (
    CheckImeiArg,
    CheckImeiArgV2,
    CheckImeiRes,
    CheckImeiResV2,
    EquipmentStatus,
    RequestedEquipmentInfo,
)
from protocol.map.errors import (
    ErrorCode,
    NetworkResource,
    RoamingNotAllowedCause,
    RoamingNotAllowedParam,
    SystemFailureParam,
    UnknownSubscriberDiagnostic,
    UnknownSubscriberParam,
)
from protocol.map.location import (
    CancellationType,
    CancelLocationArg,
    CancelLocationRes,
    Identity,
    PurgeMsArg,
    PurgeMsRes,
    UpdateGprsLocationArg,
    UpdateGprsLocationRes,
)
from protocol.map.operations import OPERATIONS, OperationCode
from protocol.map.packet import ExtQosSubscribed, GprsSubscriptionData, PdpAddress, PdpContext, PdpType
from protocol.map.subscriber import (
    InsertSubscriberDataArg,
    InsertSubscriberDataRes,
    NetworkAccessMode,
    OdbData,
    OdbGeneralData,
    SubscriberStatus,
    ZoneCode,
)
from protocol.sm.quality_of_service import QualityOfService
from tests.conftest import pycrate
from tests.wire.ber_strategies import elements, rewritten

IMSI = Imsi("262011234567890")
SGSN = IsdnAddress("491720000003")
HLR = IsdnAddress("491720000005")
OTID = bytes.fromhex("00000001")
DTID = bytes.fromhex("00000002")

UGL = UpdateGprsLocationArg(imsi=IMSI, sgsn_number=SGSN, sgsn_address=GsnAddress.parse("10.0.0.3"))
QUINTUPLETS = SendAuthenticationInfoRes(
    authentication_set_list=AuthenticationSetList(
        quintuplet_list=tuple(
            AuthenticationQuintuplet(
                rand=bytes([n]) * 16, xres=bytes(8), ck=bytes(range(16)), ik=bytes(16), autn=bytes([n]) * 16
            )
            for n in range(5)
        )
    )
)
TRIPLET = AuthenticationTriplet(rand=bytes(16), sres=b"sres", kc=b"kckckckc")
SUBSCRIPTION = InsertSubscriberDataArg(
    imsi=IMSI,
    msisdn=IsdnAddress("491711234567"),
    category=Category.ORDINARY_CALLING_SUBSCRIBER,
    subscriber_status=SubscriberStatus.OPERATOR_DETERMINED_BARRING,
    bearer_service_list=(ExtBearerServiceCode(code=BearerServiceCode.DATA_CDA_300BPS),),
    teleservice_list=(
        ExtTeleserviceCode(code=TeleserviceCode.TELEPHONY),
        ExtTeleserviceCode(code=TeleserviceCode.SHORT_MESSAGE_MT_PP),
    ),
    odb_data=OdbData(odb_general_data=OdbGeneralData.of(OdbGeneralData.ROAMER_ACCESS_TO_VPLMN_AP_BARRED)),
    regional_subscription_data=(ZoneCode(code=1), ZoneCode(code=2)),
    gprs_subscription_data=GprsSubscriptionData(
        complete_data_list_included=True,
        gprs_data_list=tuple(
            PdpContext(
                pdp_context_id=number,
                pdp_type=PdpType(),
                pdp_address=address,
                qos_subscribed=QualityOfService.from_octets(bytes.fromhex("23921f")),
                apn=apn,
                ext_qos_subscribed=ExtQosSubscribed.from_octets(bytes.fromhex("022396740000000000")),
                pdp_charging_characteristics=ChargingCharacteristics(normal_charging=True),
            )
            for number, apn, address in ((1, Apn("internet"), None), (2, Apn("mms"), PdpAddress.parse("10.1.2.3")))
        ),
    ),
    network_access_mode=NetworkAccessMode.PACKET_AND_CIRCUIT,
    charging_characteristics=ChargingCharacteristics(normal_charging=True),
)
EQUIPMENT_STATUS = RequestedEquipmentInfo.of(RequestedEquipmentInfo.EQUIPMENT_STATUS)


def begin(context: ApplicationContext | None, argument: Any) -> tcap.Begin:
    """TC-BEGIN with one invoke."""
    dialogue = None if context is None else tcap.Aarq(application_context=context)
    return tcap.Begin(otid=OTID, dialogue=dialogue, components=(tcap.invoke(1, argument),))


def end(context: ApplicationContext | None, component: tcap.Component) -> tcap.End:
    """TC-END with one component."""
    dialogue = None if context is None else tcap.Aare(application_context=context)
    return tcap.End(dtid=OTID, dialogue=dialogue, components=(component,))


GPRS = contexts.GPRS_LOCATION_UPDATE_V3
INFO = contexts.INFO_RETRIEVAL_V3
CANCEL = contexts.LOCATION_CANCEL_V3
PURGE = contexts.MS_PURGING_V3
EQUIPMENT = contexts.EQUIPMENT_MNGT_V3
REPORT = contexts.AUTHENTICATION_FAILURE_REPORT_V3
RESYNC = ReSynchronisationInfo(rand=bytes(16), auts=bytes(14))

SPOKEN: list[tuple[tcap.Message, str]] = [
    (begin(GPRS, UGL), "invoke updateGprsLocation"),
    (
        tcap.Continue(
            otid=DTID,
            dtid=OTID,
            dialogue=tcap.Aare(application_context=GPRS),
            components=(tcap.invoke(0, SUBSCRIPTION),),
        ),
        "invoke insertSubscriberData",
    ),
    (
        tcap.Continue(otid=OTID, dtid=DTID, components=(tcap.result(0, InsertSubscriberDataRes()),)),
        "returnResultLast insertSubscriberData",
    ),
    (end(None, tcap.result(1, UpdateGprsLocationRes(hlr_number=HLR))), "returnResultLast updateGprsLocation"),
    (
        begin(INFO, SendAuthenticationInfoArg(imsi=IMSI, number_of_requested_vectors=5)),
        "invoke sendAuthenticationInfo",
    ),
    (
        begin(
            INFO,
            SendAuthenticationInfoArg(
                imsi=IMSI,
                number_of_requested_vectors=1,
                segmentation_prohibited=True,
                immediate_response_preferred=True,
                re_synchronisation_info=RESYNC,
            ),
        ),
        "invoke sendAuthenticationInfo",
    ),
    (end(INFO, tcap.result(1, QUINTUPLETS)), "returnResultLast sendAuthenticationInfo"),
    (end(INFO, tcap.result(1, SendAuthenticationInfoRes())), "returnResultLast sendAuthenticationInfo"),
    (begin(contexts.INFO_RETRIEVAL_V2, SendAuthenticationInfoArgV2(imsi=IMSI)), "invoke sendAuthenticationInfo"),
    (
        end(contexts.INFO_RETRIEVAL_V2, tcap.result(1, SendAuthenticationInfoResV2(triplets=(TRIPLET,)))),
        "returnResultLast sendAuthenticationInfo",
    ),
    (
        begin(
            CANCEL,
            CancelLocationArg(identity=Identity(imsi=IMSI), cancellation_type=CancellationType.UPDATE_PROCEDURE),
        ),
        "invoke cancelLocation",
    ),
    (end(CANCEL, tcap.result(1, CancelLocationRes())), "returnResultLast cancelLocation"),
    (begin(contexts.LOCATION_CANCEL_V2, Identity(imsi=IMSI)), "invoke cancelLocation"),
    (begin(PURGE, PurgeMsArg(imsi=IMSI, sgsn_number=SGSN)), "invoke purgeMS"),
    (end(PURGE, tcap.result(1, PurgeMsRes(freeze_p_tmsi=True))), "returnResultLast purgeMS"),
    (
        begin(EQUIPMENT, CheckImeiArg(imei=Imei("490154203237518"), requested_equipment_info=EQUIPMENT_STATUS)),
        "invoke checkIMEI",
    ),
    (
        end(EQUIPMENT, tcap.result(1, CheckImeiRes(equipment_status=EquipmentStatus.GREY_LISTED))),
        "returnResultLast checkIMEI",
    ),
    (begin(contexts.EQUIPMENT_MNGT_V2, CheckImeiArgV2(imei=Imei("490154203237518"))), "invoke checkIMEI"),
    (
        end(contexts.EQUIPMENT_MNGT_V2, tcap.result(1, CheckImeiResV2(equipment_status=EquipmentStatus.WHITE_LISTED))),
        "returnResultLast checkIMEI",
    ),
    (
        begin(REPORT, AuthenticationFailureReportArg(imsi=IMSI, failure_cause=FailureCause.WRONG_USER_RESPONSE)),
        "invoke authenticationFailureReport",
    ),
    (
        end(REPORT, tcap.result(1, AuthenticationFailureReportRes())),
        "returnResultLast authenticationFailureReport",
    ),
    (
        end(
            GPRS,
            tcap.error(
                1,
                UnknownSubscriberParam(
                    unknown_subscriber_diagnostic=UnknownSubscriberDiagnostic.GPRS_SUBSCRIPTION_UNKNOWN
                ),
            ),
        ),
        "returnError",
    ),
    (
        end(
            GPRS,
            tcap.error(
                1, RoamingNotAllowedParam(roaming_not_allowed_cause=RoamingNotAllowedCause.PLMN_ROAMING_NOT_ALLOWED)
            ),
        ),
        "returnError",
    ),
    (end(GPRS, tcap.error(1, SystemFailureParam(network_resource=NetworkResource.HLR))), "returnError"),
    (end(EQUIPMENT, tcap.error(1, ErrorCode.UNKNOWN_EQUIPMENT)), "returnError"),
    (
        end(None, tcap.Reject(invoke_id=1, problem=tcap.InvokeProblem.UNRECOGNIZED_OPERATION)),
        "reject",
    ),
    (
        tcap.Abort(
            dtid=OTID,
            dialogue=tcap.Aare(
                application_context=GPRS,
                result=tcap.AssociateResult.REJECT_PERMANENT,
                diagnostic=tcap.UserDiagnostic.APPLICATION_CONTEXT_NAME_NOT_SUPPORTED,
            ),
        ),
        "Abort",
    ),
    (tcap.Abort(dtid=OTID, dialogue=tcap.Abrt(abort_source=tcap.AbortSource.DIALOGUE_SERVICE_USER)), "Abort"),
    (tcap.Abort(dtid=OTID, p_abort_cause=tcap.PAbortCause.UNRECOGNIZED_TRANSACTION_ID), "Abort"),
]
"""What the nodes say, and what tshark calls it."""

NAMES = [f"{number} {name}" for number, (_, name) in enumerate(SPOKEN)]


# --- coding -----------------------------------------------------------------------------------------------------------


def test_golden_begin() -> None:
    """TC-BEGIN with AARQ and updateGprsLocation, octet by octet (Q.773 clause 4, TS 29.002 17.7.1)."""
    assert begin(GPRS, UGL).encode() == bytes.fromhex(
        "6248 480400000001"
        "6b1a 2818 060700118605010101 a00d 600b a109 060704000001002003"
        "6c24 a122 020101 020117 301a 040862021132547698f0 040791947102000030 0405040a000003"
    )


def test_golden_end() -> None:
    """TC-END with AARE and a return error."""
    unknown = UnknownSubscriberParam(unknown_subscriber_diagnostic=UnknownSubscriberDiagnostic.IMSI_UNKNOWN)
    assert end(GPRS, tcap.error(1, unknown)).encode() == bytes.fromhex(
        "643d 490400000001"
        "6b26 2824 060700118605010101 a019 6117 a109 060704000001002003 a203 020100 a305 a103 020100"
        "6c0d a30b 020101 020101 3003 0a0100"
    )


@pytest.mark.parametrize(("message", "name"), SPOKEN, ids=NAMES)
def test_round_trip(message: tcap.Message, name: str) -> None:
    """What the nodes say decodes to the same, with nothing to reject in it."""
    read = tcap.decode(message.encode())
    assert read == message, name
    for component in () if isinstance(read, tcap.Abort) else read.components:
        if not isinstance(component, tcap.Reject | tcap.Unreadable):
            assert component.problem is None


PARAMETERS = [
    (make, kind)
    for row in OPERATIONS.values()
    for make, kinds in ((tcap.invoke, row.arguments), (tcap.result, row.results))
    for kind in kinds
]


def components() -> st.SearchStrategy[Any]:
    """Components of every kind."""
    numbers = st.integers(-128, 127)
    typed = st.sampled_from(PARAMETERS).flatmap(
        lambda pair: st.builds(pair[0], numbers, elements(pair[1], opaque=False))
    )
    problems = st.sampled_from(
        [
            *tcap.GeneralProblem.__members__.values(),
            *tcap.InvokeProblem.__members__.values(),
            *tcap.ReturnResultProblem.__members__.values(),
            *tcap.ReturnErrorProblem.__members__.values(),
        ]
    )
    rejects = st.builds(tcap.Reject, invoke_id=st.none() | numbers, problem=problems)
    errors = st.builds(tcap.error, numbers, elements(UnknownSubscriberParam, opaque=False))
    bare = st.builds(tcap.ReturnResultLast, invoke_id=numbers) | st.builds(tcap.ReturnResultNotLast, invoke_id=numbers)
    return typed | rejects | errors | bare


def messages() -> st.SearchStrategy[tcap.Message]:
    """Messages of every kind."""
    ids = st.binary(min_size=1, max_size=4)
    parts = st.lists(components(), max_size=3).map(tuple)
    aarq = st.none() | elements(tcap.Aarq, opaque=False).filter(lambda dialogue: dialogue.application_context.is_map)
    aare = st.none() | elements(tcap.Aare, opaque=False).filter(lambda dialogue: dialogue.application_context.is_map)
    causes = st.none() | st.sampled_from(tcap.PAbortCause)
    return (
        st.builds(tcap.Begin, otid=ids, dialogue=aarq, components=parts)
        | st.builds(tcap.Continue, otid=ids, dtid=ids, dialogue=aare, components=parts)
        | st.builds(tcap.End, dtid=ids, dialogue=aare, components=parts)
        | st.builds(tcap.Abort, dtid=ids, p_abort_cause=causes, dialogue=st.none() | elements(tcap.Abrt, opaque=False))
        | st.builds(tcap.Unidirectional, components=parts)
    )


@settings(max_examples=150)
@given(messages(), st.data())
def test_any_message_in_any_form(message: tcap.Message, data: st.DataObject) -> None:
    """Every message decodes to the same in every form that BER allows, and is encoded in the form that it came in."""
    octets = message.encode()
    assert tcap.decode(octets) == message
    other = rewritten(octets, lambda: data.draw(st.integers(0, 2)))
    assert tcap.decode(other) == message
    assert tcap.decode(other).encode() == other


@settings(max_examples=150)
@given(messages(), st.data())
def test_prefixes_and_flips(message: tcap.Message, data: st.DataObject) -> None:
    """Every prefix raises DecodeError; a flipped bit raises that, or decodes to what encodes to it again."""
    octets = message.encode()
    with pytest.raises(DecodeError):
        tcap.decode(octets[: data.draw(st.integers(0, len(octets) - 1))])
    at = data.draw(st.integers(0, 8 * len(octets) - 1))
    flipped = bytearray(octets)
    flipped[at // 8] ^= 1 << at % 8
    try:
        other = tcap.decode(bytes(flipped))
    except DecodeError as error:
        assert error.cause in tcap.PAbortCause.__members__.values()  # noqa: PT017  either outcome is right
        return
    assert other.encode() == flipped


def test_every_prefix_of_a_begin() -> None:
    """Every prefix of an updateGprsLocation is refused, and tells its originator as soon as that is there."""
    octets = begin(GPRS, UGL).encode()
    for size in range(len(octets)):
        with pytest.raises(DecodeError):
            tcap.decode(octets[:size])
        assert tcap.originating(octets[:size]) == (OTID if size >= 8 else None)


@given(st.binary(max_size=80))
def test_any_octets(octets: bytes) -> None:
    """Whatever arrives, nothing but DecodeError is raised."""
    for prefix in (b"", begin(None, UGL).encode()[:12], bytes.fromhex("6280480400000001 6c80")):
        try:
            message = tcap.decode(prefix + octets)
        except DecodeError:
            tcap.originating(prefix + octets)
        else:
            assert message.encode() == prefix + octets


def test_printable() -> None:
    """A message prints as plain values."""
    shown = printable(begin(GPRS, UGL))
    assert shown["components"][0]["operation"] == "UPDATE_GPRS_LOCATION"
    assert shown["components"][0]["argument"]["imsi"] == str(IMSI)
    assert shown["dialogue"]["application_context"] == "gprsLocationUpdateContext-v3"


# --- parts that cannot be read ----------------------------------------------------------------------------------------


def only(octets: str) -> Any:
    """The one component of a TC-BEGIN, given in hex; the message gives the same octets back."""
    component = bytes.fromhex(octets)
    whole = bytes.fromhex("480400000001") + bytes((0x6C, len(component))) + component
    whole = bytes((0x62, len(whole))) + whole
    message = tcap.decode(whole)
    assert message.encode() == whole
    assert isinstance(message, tcap.Begin)
    (found,) = message.components
    return found


def test_unknown_operation() -> None:
    """An operation that is not known keeps its parameter and is rejected as such (Q.774 3.2.2.2)."""
    component = only("a10a 020105 020163 04021234")
    assert component.argument == tcap.Unread(bytes.fromhex("04021234"), "reserved99 is not known")
    assert component.problem is tcap.InvokeProblem.UNRECOGNIZED_OPERATION
    assert only("a106 020105 020144").problem is tcap.InvokeProblem.UNRECOGNIZED_OPERATION


def test_global_operation() -> None:
    """An operation named by an object identifier is another user's."""
    component = only("a10a 020105 06032a0304 0500")
    assert (component.operation, component.global_operation) == (None, Oid("1.2.3.4"))
    assert component.problem is tcap.InvokeProblem.UNRECOGNIZED_OPERATION


@pytest.mark.parametrize(
    ("parameter", "why"),
    [
        ("3003040111", "octet 22: imsi: 2 digits are no Imsi"),
        ("0500", "no parameter of updateGprsLocation starts with 0x05"),
        ("3000", "octet 20: imsi is missing"),
        ("9f200101", "no parameter of updateGprsLocation starts with 0x9f"),
    ],
)
def test_mistyped_argument(parameter: str, why: str) -> None:
    """An argument that cannot be read is kept, with the reason, and rejected as mistyped (TS 29.002 17.1.2)."""
    component = only(f"a1{6 + len(parameter) // 2:02x} 020105 020117 {parameter}")
    assert component.argument == tcap.Unread(bytes.fromhex(parameter), why)
    assert component.problem is tcap.InvokeProblem.MISTYPED_PARAMETER


def test_mistyped_result_and_error() -> None:
    """Results and errors that cannot be read have their own problems."""
    result = only("a20a 020105 3005 020117 3000")
    assert isinstance(result.result, tcap.Unread)
    assert result.operation is OperationCode.UPDATE_GPRS_LOCATION
    assert result.problem is tcap.ReturnResultProblem.MISTYPED_PARAMETER
    error = only("a308 020105 020108 3000")
    assert error.problem is tcap.ReturnErrorProblem.MISTYPED_PARAMETER
    assert only("a306 020105 020163").problem is tcap.ReturnErrorProblem.UNRECOGNIZED_ERROR
    assert only("a306 020105 02010d").problem is None


@pytest.mark.parametrize(
    ("octets", "problem", "invoke_id"),
    [
        ("a503020105", tcap.GeneralProblem.UNRECOGNIZED_COMPONENT, None),
        ("0500", tcap.GeneralProblem.UNRECOGNIZED_COMPONENT, None),
        ("a105 0201fd 0401", tcap.GeneralProblem.MISTYPED_COMPONENT, -3),
        ("a103 040105", tcap.GeneralProblem.MISTYPED_COMPONENT, None),
        ("a100", tcap.GeneralProblem.MISTYPED_COMPONENT, None),
        ("a406 020105 840109", tcap.GeneralProblem.MISTYPED_COMPONENT, 5),
    ],
)
def test_unreadable_component(octets: str, problem: tcap.GeneralProblem, invoke_id: int | None) -> None:
    """A component that cannot be read does not lose the message; its invoke id is told where it is there."""
    component = only(octets)
    assert isinstance(component, tcap.Unreadable)
    assert (component.problem, component.invoke_id) == (problem, invoke_id)


def test_components_after_a_bad_one() -> None:
    """Components behind one that cannot be read are read."""
    message = begin(None, UGL)
    bad = tcap.Unreadable(bytes.fromhex("a100"), tcap.GeneralProblem.MISTYPED_COMPONENT, "any")
    octets = message.replace(components=(bad, *message.components)).encode()
    read = tcap.decode(octets)
    assert isinstance(read, tcap.Begin)
    assert read.components[1] == message.components[0]


def test_reject_without_invoke_id() -> None:
    """A reject of what has no invoke id says NULL (Q.773 3.1)."""
    reject = tcap.Reject(problem=tcap.GeneralProblem.BADLY_STRUCTURED_COMPONENT)
    assert reject.encode() == bytes.fromhex("a405 0500 800102")
    assert only("a405 0500 800102") == reject


# --- messages that cannot be read -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("octets", "cause"),
    [
        ("", tcap.PAbortCause.BADLY_FORMATTED_TRANSACTION_PORTION),
        ("6300", tcap.PAbortCause.UNRECOGNIZED_MESSAGE_TYPE),
        ("6200", tcap.PAbortCause.BADLY_FORMATTED_TRANSACTION_PORTION),
        ("6206480400000001ff", tcap.PAbortCause.BADLY_FORMATTED_TRANSACTION_PORTION),
        ("6207 48050000000001", tcap.PAbortCause.BADLY_FORMATTED_TRANSACTION_PORTION),
        ("620a 480400000001 6c02a105", tcap.PAbortCause.BADLY_FORMATTED_TRANSACTION_PORTION),
        ("620a 480400000001 6b022800", tcap.PAbortCause.INCORRECT_TRANSACTION_PORTION),
        ("6208 480400000001 6b00", tcap.PAbortCause.INCORRECT_TRANSACTION_PORTION),
    ],
)
def test_message_refused(octets: str, cause: tcap.PAbortCause) -> None:
    """A message that cannot be read tells the P-Abort cause to answer (Q.774 3.3.4)."""
    with pytest.raises(DecodeError) as caught:
        tcap.decode(bytes.fromhex(octets))
    assert caught.value.cause == cause


def test_dialogue_in_the_wrong_message() -> None:
    """TC-BEGIN carries AARQ, later messages AARE (Q.773 3.2)."""
    octets = tcap.Continue(otid=OTID, dtid=DTID, dialogue=tcap.Aare(application_context=GPRS)).encode()
    wrong = octets.replace(bytes.fromhex("490400000002"), b"")
    wrong = bytes((0x62, octets[1] - 6)) + wrong[2:]
    with pytest.raises(DecodeError, match="Aare has no place in this message") as caught:
        tcap.decode(wrong)
    assert caught.value.cause == tcap.PAbortCause.INCORRECT_TRANSACTION_PORTION


@pytest.mark.parametrize("apdu", ["", "6500", "600ba10906070400000100", "6002a100", "6006a1040602040081"])
def test_dialogue_refused(apdu: str) -> None:
    """A dialogue portion that cannot be read is an incorrect transaction portion."""
    value = bytes.fromhex("060700118605010101") + bytes((0xA0, len(apdu) // 2)) + bytes.fromhex(apdu)
    portion = bytes((0x6B, len(value) + 2, 0x28, len(value))) + value
    octets = bytes.fromhex("480400000001") + portion
    with pytest.raises(DecodeError) as caught:
        tcap.decode(bytes((0x62, len(octets))) + octets)
    assert caught.value.cause == tcap.PAbortCause.INCORRECT_TRANSACTION_PORTION


# --- dialogues --------------------------------------------------------------------------------------------------------


def test_map_dialogue_information() -> None:
    """What MAP itself says travels as user information (TS 29.002 17.4)."""
    opening = MapDialoguePdu(map_open=MapOpenInfo(destination_reference=IsdnAddress("491711234567")))
    information = tcap.External(direct_reference=MAP_DIALOGUE_AS, single_asn1_type=opening)
    message = tcap.Begin(otid=OTID, dialogue=tcap.Aarq(application_context=GPRS, user_information=(information,)))
    read = tcap.decode(message.encode())
    assert isinstance(read, tcap.Begin)
    assert read.dialogue is not None
    (told,) = read.dialogue.user_information
    assert told.single_asn1_type == opening


def test_user_abort_in_other_syntax() -> None:
    """A user may abort in a syntax of its own, which is kept."""
    own = tcap.External(direct_reference=Oid("1.2.3"), single_asn1_type=tcap.Unread(b"\x05\x00"))
    message = tcap.Abort(dtid=OTID, dialogue=own)
    assert tcap.decode(message.encode()) == message


# --- oracles ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def typed_by_pycrate() -> Any:
    """The TCAP-MAP message of pycrate."""
    module = pycrate("pycrate_asn1dir.TCAP_MAPv2v3")
    return module.TCAP_MAP_Messages.TCAP_MAP_Message


@pytest.mark.parametrize(("message", "name"), SPOKEN, ids=NAMES)
def test_pycrate_reads_and_writes_the_same(typed_by_pycrate: Any, message: tcap.Message, name: str) -> None:
    """Pycrate reads what we write, typed, and writes the same octets."""
    octets = message.encode()
    typed_by_pycrate.from_ber(octets)
    shown = typed_by_pycrate.to_asn1()
    assert typed_by_pycrate.to_ber() == octets
    if name.startswith("invoke"):
        assert re.search(r"opcode local : \d+,\s+argument [A-Z][\w.-]+: ", shown)


def test_tshark_shows_every_message(tshark: str, tmp_path: Path) -> None:
    """Tshark dissects each message in full, finds nothing wrong, and names its operation."""
    sgsn, hlr = Endpoint("sgsn1", "10.0.0.3", 301), Endpoint("hlr1", "10.0.0.5", 401)
    called, calling = sccp.Address(ssn=6, gt=Gt("491720000005")), sccp.Address(ssn=149, gt=Gt("491720000003"))
    path = tmp_path / "map.pcapng"
    stacks = Stacks()
    expected = []
    with closing(PcapngWriter(path.open("wb"))) as writer:
        for number, (message, name) in enumerate(SPOKEN):
            # A transaction of its own for each, or tshark takes the messages for one dialogue.
            octets = message.encode()
            for used in (OTID, DTID):
                octets = octets.replace(b"\x04" + used, b"\x04" + (2 * number + used[3] + 0x100).to_bytes(4, "big"))
            pdus = sccp.segments(called, calling, octets, number)
            for pdu in pdus:
                writer.write("gr", 1_700_000_000_000_000 + number, stacks.wrap("gr", sgsn, hlr, pdu))
            expected += ["XUDT (Message fragment)"] * (len(pdus) - 1) + [name]
    arguments = [tshark, "-r", str(path), "-T", "fields", "-e", "frame.protocols", "-e", "_ws.col.Info"]
    shown = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout.splitlines()
    flagged = '_ws.malformed || _ws.expert.severity >= "Note"'
    bad = subprocess.run([*arguments, "-Y", flagged], capture_output=True, text=True, check=True).stdout
    assert not bad
    assert len(shown) == len(expected)
    for line, name in zip(shown, expected, strict=True):
        protocols, info = line.split("\t")
        assert name in info
        assert protocols.startswith("ip:sctp:m3ua:sccp")
        assert protocols.endswith("tcap:gsm_map") or "fragment" in name or name in ("Abort", "reject"), line


def test_refuse_reason_is_told() -> None:
    """The reason of a refusal that others recorded can be read (jss7's abort)."""
    octets = bytes.fromhex(
        "672e 49047ba53413 6b26 2824 060700118605010101 a019 6417 800100 be12 2810 060704000001010101 a005 a3030a0100"
    )
    message = tcap.decode(octets)
    assert isinstance(message, tcap.Abort)
    assert isinstance(message.dialogue, tcap.Abrt)
    pdu = message.dialogue.user_information[0].single_asn1_type
    assert isinstance(pdu, MapDialoguePdu)
    assert pdu.map_refuse is not None
    assert pdu.map_refuse.reason is RefuseReason.NO_REASON_GIVEN
    assert bounds(octets, 0, len(octets))[3] == len(octets)


def test_octet_of_an_error_within_components() -> None:
    """What is wrong in an element within others names its octet in the whole message, which fuzzing found not so."""
    octets = bytes.fromhex("6484 00000019 4904 01020304 6c0c 0000 0001 22 a30a02010102010e30023000")
    with pytest.raises(DecodeError, match="components: 5 octets are missing") as caught:
        tcap.decode(octets)
    assert octets[caught.value.at :].hex() == "a30a02010102010e30023000"
