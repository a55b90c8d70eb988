"""What pycrate and tshark say about arguments, results and errors of MAP, generated from the declarations."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gprslab.trace.stacks import Stacks
from protocol import tcap
from protocol.ber import Element
from protocol.identities import IsdnAddress
from protocol.map import (
    calls,
    equipment,
    errors,
    location,
    restart,
    service_errors,
    short_messages,
    subscriber,
    supplementary,
    tracing,
    unstructured,
)
from protocol.map.codes import SsCode, SsStatus
from protocol.map.contexts import ApplicationContext
from protocol.map.operations import ERRORS, OPERATIONS, error_of
from tests.conftest import pycrate
from tests.wire import oracle
from tests.wire.ber_strategies import elements
from tests.wire.samples import gathered

NUMBER = IsdnAddress("491720000003")
MSC = location.LocationInfo(msc_number=NUMBER)
ACTIVE = SsStatus(quiescent=False, provisioned=True, registered=True, active=True)
DELIVER = bytes.fromhex("0404812143000011111111111111 00")
"""A TPDU of TS 23.040: SMS-DELIVER without text. What is generated there would be malformed."""

DA = short_messages.SmRpDa(lmsi=bytes(4))


def location_in_v3(value: short_messages.RoutingInfoForSmRes) -> short_messages.RoutingInfoForSmRes:
    """A result of version 3."""
    inner = value.location_info_with_lmsi.replace(network_node_number=NUMBER, roaming_number=None)
    return value.replace(location_info_with_lmsi=inner, mwd_set=None)


def subscription_in_v3(value: subscriber.InsertSubscriberDataArg) -> subscriber.InsertSubscriberDataArg:
    """An argument of version 3: more bits of barring data, and supplementary services with code and state."""
    return value.replace(odb_data=None, provisioned_ss=tuple(map(service_in_v3, value.provisioned_ss)))


def service_in_v3(info: supplementary.ExtSsInfo) -> supplementary.ExtSsInfo:
    """A supplementary service of version 3."""
    if info.ss_data is not None:
        return supplementary.ExtSsInfo(ss_data=info.ss_data.replace(ss_code=SsCode.CW, ss_status=ACTIVE))
    if info.forwarding_info is not None:
        features = tuple(item.replace(ss_status=ACTIVE) for item in info.forwarding_info.forwarding_feature_list)
        inner = info.forwarding_info.replace(ss_code=SsCode.CFU, forwarding_feature_list=features)
        return supplementary.ExtSsInfo(forwarding_info=inner)
    if info.call_barring_info is not None:
        barred = tuple(item.replace(ss_status=ACTIVE) for item in info.call_barring_info.call_barring_feature_list)
        barring = info.call_barring_info.replace(ss_code=SsCode.BAOC, call_barring_feature_list=barred)
        return supplementary.ExtSsInfo(call_barring_info=barring)
    return info


def routing_in_v2(value: calls.SendRoutingInfoResV2) -> calls.SendRoutingInfoResV2:
    """A result of version 2, which has no extensions."""
    group = value.cug_check_info
    data = value.routing_info.forwarding_data
    routing = value.routing_info
    if data is not None:
        routing = calls.RoutingInfo(
            forwarding_data=data.replace(extension_container=None, long_forwarded_to_number=None)
        )
    return value.replace(
        routing_info=routing, cug_check_info=None if group is None else group.replace(extension_container=None)
    )


def parameters_in_v1(value: subscriber.SendParametersRes) -> subscriber.SendParametersRes:
    """A result without subscriber data, in which codes have one octet."""
    told = tuple(item for item in value.chosen if item.subscriber_data is None)
    return subscriber.SendParametersRes(sent_parameter_list=told or (subscriber.SentParameter(ki=bytes(16)),))


IN_ITS_VERSION: dict[type[Element], Callable[[Any], Any]] = {
    location.UpdateLocationArg: lambda value: value.replace(location_info=MSC),
    calls.SendRoutingInfoResV2: routing_in_v2,
    subscriber.SendParametersRes: parameters_in_v1,
    short_messages.AlertServiceCentreWithoutResultArg: lambda value: value.replace(imsi=None),
    restart.ResetArg: lambda value: value.replace(network_resource=None),
    subscriber.InsertSubscriberDataArg: subscription_in_v3,
    subscriber.InsertSubscriberDataRes: lambda value: value.replace(odb_general_data=None),
    calls.SendRoutingInfoArg: lambda value: value.replace(
        interrogation_type=calls.InterrogationType.BASIC_CALL, gmsc_or_gsm_scf_address=NUMBER
    ),
    calls.ProvideRoamingNumberArg: lambda value: value.replace(msc_number=NUMBER, previous_roaming_number=None),
    short_messages.RoutingInfoForSmArg: lambda value: value.replace(teleservice=None),
    short_messages.RoutingInfoForSmRes: location_in_v3,
    short_messages.MoForwardSmArg: lambda value: value.replace(sm_rp_da=DA, more_messages_to_send=False),
    # What later releases added is untagged, which pycrate does not tell apart.
    short_messages.MtForwardSmArg: lambda value: value.replace(
        sm_rp_da=DA, sm_delivery_timer=None, sm_delivery_start_time=None
    ),
    short_messages.ReportSmDeliveryStatusArg: lambda value: value.replace(
        sm_delivery_outcome=short_messages.SmDeliveryOutcome.ABSENT_SUBSCRIBER
    ),
}
"""What makes a value one of the version that the oracles know, of a type that serves several."""

NAMES_IN_PYCRATE = {
    location.Identity: "v2 CancelLocationArg",
    location.PurgeMsArgV2: "v2 PurgeMS-Arg",
    location.SendIdentificationArgV2: "v2 TMSI",
    location.SendIdentificationResV2: "v2 SendIdentificationRes",
    location.UpdateLocationResV1: "v2 ISDN-AddressString",
    service_errors.SsErrorStatusParam: "v3 SS-Status",
    service_errors.PwRegistrationFailureParam: "v3 PW-RegistrationFailureCause",
    service_errors.SmDeliveryFailureCauseV1: "v2 SM-DeliveryFailureCause",
    service_errors.SsSubscriptionViolationParamV1: "v3 SS-SubscriptionOption",
    errors.RoamingNotAllowedParamV2: "v2 RoamingNotAllowedCause",
    errors.CallBarredParamV2: "v2 CallBarringCause",
    service_errors.CugRejectParamV2: "v2 CUG-RejectCause",
    calls.ProvideRoamingNumberResV2: "v2 ISDN-AddressString",
    calls.SendRoutingInfoResV2: "v2 SendRoutingInfoRes",
    short_messages.ReportSmDeliveryStatusResV2: "v2 ISDN-AddressString",
    short_messages.AlertServiceCentreWithoutResultArg: "v2 AlertServiceCentreArg",
    short_messages.NoteSubscriberPresentArg: "v2 IMSI",
    subscriber.SendParametersArg: "v2 SendParametersArg",
    subscriber.SendParametersRes: "v2 SentParameterList",
    equipment.CheckImeiArgV2: "v2 IMEI",
    equipment.CheckImeiResV2: "v2 EquipmentStatus",
    tracing.SendImsiArg: "v2 ISDN-AddressString",
    tracing.SendImsiRes: "v2 IMSI",
    errors.SystemFailureParamV2: "v2 NetworkResource",
    unstructured.ProcessUnstructuredSsRequestArg: "v3 USSD-Arg",
    unstructured.ProcessUnstructuredSsRequestRes: "v3 USSD-Res",
    unstructured.UnstructuredSsRequestArg: "v3 USSD-Arg",
    unstructured.UnstructuredSsRequestRes: "v3 USSD-Res",
    unstructured.UnstructuredSsNotifyArg: "v3 USSD-Arg",
    errors.AbsentSubscriberParamV1: "",  # a BOOLEAN by itself has no name
}
"""Types whose name in pycrate is not ours."""

TYPES: list[type[Element]] = [
    *{kind: None for row in OPERATIONS.values() for kind in (*row.arguments, *row.results)},
    *(kind for row in ERRORS.values() for kind in row.parameters),
]


def values_of(kind: type[Element], count: int) -> list[Any]:
    """Generated values, always the same."""
    finish = IN_ITS_VERSION.get(kind, lambda value: value)
    return [with_tpdu(finish(value)) for value in gathered(elements(kind, opaque=False, named=True), count)]


# --- pycrate ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def pycrate_types() -> dict[str, Any]:
    """The types of pycrate, ``v3 Name`` and ``v2 Name``."""
    pycrate("pycrate_asn1dir.MAPv2")
    modules = pycrate("pycrate_asn1dir.MAP").GLOBAL.MOD
    found: dict[str, Any] = {}
    for module, types in modules.items():
        version = "v2" if module.startswith("MAPv2-") else "v3" if module.startswith("MAP-") else None
        if version is not None:
            found |= {f"{version} {name}": kind for name, kind in types.items() if hasattr(kind, "from_ber")}
    return found


def name_in_pycrate(kind: type[Element], known: dict[str, Any]) -> str:
    """The name of a type: ours without hyphens, and with V2 behind it where it is older."""
    if kind in NAMES_IN_PYCRATE:
        return NAMES_IN_PYCRATE[kind]
    version, wanted = ("v2", kind.__name__[:-2]) if kind.__name__.endswith(("V1", "V2")) else ("v3", kind.__name__)
    for name in known:
        if name.startswith(version) and name[3:].replace("-", "").lower() == wanted.lower():
            return name
    raise AssertionError(f"pycrate has no {kind.__name__}")


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)
def test_pycrate_reads_and_writes_the_same(pycrate_types: dict[str, Any], kind: type[Element]) -> None:
    """Pycrate reads what we write as the type of 29.002 or 09.02, and writes the same octets."""
    name = name_in_pycrate(kind, pycrate_types)
    if not name:
        assert kind.decode(b"\x01\x01\xff").encode() == b"\x01\x01\xff"
        return
    theirs = pycrate_types[name]
    for value in values_of(kind, 25):
        octets = bytes(value.encode())
        theirs.from_ber(octets)
        assert theirs.to_ber() == octets, value


# --- tshark -----------------------------------------------------------------------------------------------------------


def message_with(kind: type[Element], value: Any, number: int) -> tcap.Message:
    """A TCAP message in whose transaction the value has its place, in the oldest context that has its form."""
    otid = number.to_bytes(4, "big")
    for row in OPERATIONS.values():
        if kind in row.arguments:
            context = context_of(kind, row.contexts)
            opening = tcap.Aarq(application_context=context)
            return tcap.Begin(otid=otid, dialogue=opening, components=(tcap.invoke(1, value),))
        if kind in row.results:
            answer = tcap.Aare(application_context=context_of(kind, row.contexts))
            return tcap.End(dtid=otid, dialogue=answer, components=(tcap.result(1, value),))
    code = error_of(kind)
    row = next((row for row in OPERATIONS.values() if code in row.errors), next(iter(OPERATIONS.values())))
    answer = tcap.Aare(application_context=context_of(kind, row.contexts))
    return tcap.End(dtid=otid, dialogue=answer, components=(tcap.error(1, value),))


def context_of(kind: type[Element], contexts: tuple[ApplicationContext, ...]) -> ApplicationContext:
    """The context of the version that a form belongs to."""
    version = int(kind.__name__[-1]) if kind.__name__.endswith(("V1", "V2")) else 3
    return next((context for context in contexts if context.version == version), contexts[0])


ONLY_V3 = "tshark 4.0 knows version 3 alone; GSM 09.02 17.7.7 gives the error this form"
NOT_TO_TSHARK: dict[type[Element], str] = {
    errors.AbsentSubscriberParamV1: ONLY_V3,
    errors.RoamingNotAllowedParamV2: ONLY_V3,
    service_errors.CugRejectParamV2: ONLY_V3,
    service_errors.SsSubscriptionViolationParamV1: ONLY_V3,
    location.UpdateLocationResV1: "tshark takes the HLR number for an IMSI; GSM 09.02 17.7.1: an ISDN-AddressString",
}
"""Forms that tshark does not know, and who is right."""


NO_FAULTS = (
    "Unknown bit(s)",  # bits that may be set, and are not known
    "length of item (5) is not valid",  # of Ext-BearerServiceCode: it has 1 to 5 octets (17.7.10), tshark takes 4
    "should not have data if LPRI",  # a coordinate beside a presentation that is reserved: generated so
)
"""What tshark says of messages that are right."""


def with_tpdu(value: Any) -> Any:
    """The value with a short message that tshark can dissect, where it has one."""
    names = {field.name for field in value.fields}
    for name in ("sm_rp_ui", "diagnostic_info"):
        if name in names and getattr(value, name) is not None:
            value = value.replace(**{name: DELIVER})
    return value.replace(sm_rp_smea=None) if "sm_rp_smea" in names else value


def test_tshark_finds_no_fault(tshark: str, tmp_path: Path) -> None:
    """Tshark dissects every form of every argument, result and error, and flags none."""
    stacks = Stacks()
    messages: list[tuple[type[Element], Any, tcap.Message]] = []
    for kind in TYPES:
        if kind not in NOT_TO_TSHARK:
            messages += [(kind, value, message_with(kind, value, len(messages) + 1)) for value in values_of(kind, 8)]
    packets = [oracle.packet("tcap", message.encode(), stacks) for _, _, message in messages]
    for (kind, value, _), seen in zip(messages, oracle.dissect(tshark, tmp_path, packets), strict=True):
        assert "gsm_map" in seen.protocols, kind
        if not any(told in seen.objection for told in NO_FAULTS):
            assert not seen.objection, (kind, value, seen.objection)
