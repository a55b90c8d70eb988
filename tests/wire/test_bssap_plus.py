"""BSSAP+: known PDUs and error rules."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gprslab.trace.stacks import Stacks
from protocol import bssap_plus, layout
from protocol.bssap_plus import elements
from protocol.causes import GsCause
from protocol.document import from_document, to_document
from protocol.errors import DecodeError
from protocol.identities import Plmn
from tests.wire.oracle import dissect, packet
from tests.wire.strategies import messages

IMSI = "0108" + "2926111032547698"
"""262110123456789."""

SGSN = "0907" + "91947102000030"
VLR = "0207" + "91947102000070"
CELL = "1808" + "62f210123405" + "0007"
LAI = "0405" + "62f2101234"
SAI = "1e07" + "62f21012340009"

KNOWN: list[tuple[str, bool, str, dict[str, Any]]] = [
    # Made by hand from the tables of clause 17; tshark 4.0.17 dissects each in full.
    (
        "01" + IMSI + VLR + "030400000001" + LAI + "050102" + "060103" + "0b0562f2100007",
        False,
        "PagingRequest",
        {
            "imsi.imsi": "262110123456789",
            "vlr_number": "491720000007",
            "tmsi": "0x00000001",
            "location_area_identifier": "262-01-4660",
            "channel_needed.first": "TCH_F",
            "emlpp_priority.call_priority": "LEVEL_2",
            "global_cn_id": {"plmn": "262-01", "cn_id": 7},
        },
    ),
    ("02" + IMSI + "080101", True, "PagingReject", {"gs_cause": "IMSI_DETACHED_FOR_GPRS_SERVICES"}),
    (
        "07" + IMSI + VLR + "1c03" + "0d" + "0102",
        False,
        "DownlinkTunnelRequest",
        {
            "downlink_tunnel_payload_control_and_info.control": {
                "tom_protocol_discriminator": "TIA_EIA_136",
                "e": True,
                "tunnel_priority": 1,
            },
            "downlink_tunnel_payload_control_and_info.payload": "0102",
        },
    ),
    ("08" + IMSI + SGSN + "1d03" + "08" + "0102", True, "UplinkTunnelRequest", {"sgsn_number": "491720000003"}),
    (
        "09" + IMSI + SGSN + "0a0102" + CELL + "0d0133" + LAI + "070101" + SAI + "1508" + "5346129078563412",
        True,
        "LocationUpdateRequest",
        {
            "update_type": "NORMAL_LOCATION_UPDATE",
            "new_cell_global_identity": "262-01-4660-5-7",
            "mobile_station_classmark.rf_power_capability": 3,
            "old_location_area_identifier": "262-01-4660",
            "tmsi_status": {"valid_tmsi_available": True},
            "new_service_area_identification": {"plmn": "262-01", "lac": 0x1234, "sac": 9},
            "imeisv": "3564210987654321",
        },
    ),
    (
        "0a" + IMSI + LAI + "0e05" + "f400000001",
        False,
        "LocationUpdateAccept",
        {"new_tmsi_or_imsi": {"value": {"Tmsi": "0x00000001"}}},
    ),
    ("0b" + IMSI + "0f0102", False, "LocationUpdateReject", {"reject_cause": "IMSI_UNKNOWN_IN_HLR"}),
    ("0c" + IMSI + CELL + SAI, True, "TmsiReallocationComplete", {"cell_global_identity": "262-01-4660-5-7"}),
    ("0d" + IMSI, False, "AlertRequest", {}),
    ("0e" + IMSI, True, "AlertAck", {}),
    ("0f" + IMSI + "080103", True, "AlertReject", {"gs_cause": "IMSI_UNKNOWN"}),
    ("10" + IMSI + CELL, True, "MsActivityIndication", {}),
    (
        "11" + IMSI + SGSN + "100102" + CELL,
        True,
        "GprsDetachIndication",
        {"imsi_detach_from_gprs_service_type": "MS_INITIATED_IMSI_DETACH_FROM_GPRS_SERVICES"},
    ),
    ("12" + IMSI, False, "GprsDetachAck", {}),
    (
        "13" + IMSI + SGSN + "110101" + CELL + "1902003c" + SAI,
        True,
        "ImsiDetachIndication",
        {
            "imsi_detach_from_non_gprs_service_type": "EXPLICIT_MS_INITIATED_IMSI_DETACH_FROM_NON_GPRS_SERVICES",
            "location_information_age": "60 min",
        },
    ),
    ("14" + IMSI, False, "ImsiDetachAck", {}),
    ("15" + SGSN, True, "ResetIndication", {"sgsn_number": "491720000003"}),
    ("15" + VLR, False, "ResetIndication", {"vlr_number": "491720000007"}),
    ("16" + VLR, False, "ResetAck", {"vlr_number": "491720000007"}),
    ("17" + IMSI + "120107", False, "MsInformationRequest", {"information_requested": "PTMSI_IMEI_AND_IMEISV"}),
    (
        "18" + IMSI + "030400000001" + "1304e0000001" + "1408" + "53461290785634f2" + "1508" + "5346129078563412"
        "1808" + "62f210123405" + "0007" + "19020000" + "1a0105" + SAI,
        True,
        "MsInformationResponse",
        {
            "ptmsi": "0xe0000001",
            "imei": "356421098765432",
            "location_information_age": "0 min",
            "mobile_station_state": "READY_OR_PMM_CONNECTED_0_PDP_CONTEXTS_ACTIVE",
        },
    ),
    (
        "1a" + IMSI + "1719" + "4308804f79d87d2e838c" + "4508804f79d87d2e838c" + "4640" + "490101",
        False,
        "MmInformationRequest",
        {"mm_information.local_time_zone": "+01:00", "mm_information.full_name_for_network.text": "Orange F"},
    ),
    ("1a" + IMSI, False, "MmInformationRequest", {}),
    (
        "1d" + IMSI + "080108" + "1b0102",
        True,
        "MobileStatus",
        {"gs_cause": "MISSING_MANDATORY_INFORMATION_ELEMENT", "erroneous_message": "02"},
    ),
    ("1d" + "08010c" + "1b0199", False, "MobileStatus", {"gs_cause": "MESSAGE_UNKNOWN"}),
    ("1f" + IMSI + "080106", True, "MsUnreachable", {"gs_cause": "MS_UNREACHABLE"}),
]


def part(document: Any, path: str) -> Any:
    """A field of a document, by the names on the way to it."""
    for name in path.split("."):
        document = document[name]
    return document


@pytest.mark.parametrize(("octets", "up", "title", "fields"), KNOWN)
def test_known(octets: str, up: bool, title: str, fields: dict[str, Any]) -> None:
    """Each message of clause 17, element by element."""
    whole = bytes.fromhex(octets)
    message = bssap_plus.decode(whole, up=up)
    assert type(message).__name__ == title
    document = to_document(message)
    for path, value in fields.items():
        assert part(document, path) == value, path
    assert not message.extras
    assert message.coding is None
    assert message.encode() == whole
    assert from_document(type(message), document) == message


def test_known_are_all() -> None:
    """No message is without a known PDU."""
    assert {cls.__name__ for cls in layout.messages(bssap_plus.BssapPlusMessage)} == {title for _, _, title, _ in KNOWN}


def test_known_in_tshark(tshark: str, tmp_path: Path) -> None:
    """The messages are the same to tshark, and it objects to none."""
    stacks = Stacks()
    packets = [packet("bssap_plus", bytes.fromhex(octets), stacks, up=up) for octets, up, _, _ in KNOWN]
    for (_, _, title, _), seen in zip(KNOWN, dissect(tshark, tmp_path, packets), strict=True):
        assert not seen.objection, (title, seen)
        assert seen.info.startswith(f"BSSAP+-{getattr(bssap_plus, title).title}"), (title, seen)


@pytest.mark.parametrize(
    ("octets", "up", "cause"),
    [
        ("03" + IMSI, True, None),  # an unknown message is ignored
        ("01" + IMSI + VLR, True, None),  # and so is one of the other side
        ("02" + IMSI, True, GsCause.MISSING_MANDATORY_INFORMATION_ELEMENT),
        ("02" + "080101", True, GsCause.MISSING_MANDATORY_INFORMATION_ELEMENT),
        ("02" + IMSI + "0800", True, GsCause.INVALID_MANDATORY_INFORMATION),
        ("02" + "0102" + "2926" + "080101", True, GsCause.INVALID_MANDATORY_INFORMATION),
        (
            "09" + IMSI + SGSN + "0a0102" + "1807" + "62f21012340500" + "0d0133",
            True,
            GsCause.INVALID_MANDATORY_INFORMATION,
        ),
        ("15", True, GsCause.CONDITIONAL_IE_ERROR),
        ("15" + SGSN + VLR, True, GsCause.CONDITIONAL_IE_ERROR),
        ("15" + "0901" + "91", True, GsCause.CONDITIONAL_IE_ERROR),
    ],
)
def test_refused(octets: str, up: bool, cause: GsCause | None) -> None:
    """29.018 clause 16: each fault has its cause, or is met with silence."""
    with pytest.raises(DecodeError) as caught:
        bssap_plus.decode(bytes.fromhex(octets), up=up)
    assert caught.value.cause is cause


@pytest.mark.parametrize(
    "octets",
    [
        "02" + IMSI + "7f0101" + "080101",  # an unknown element is ignored
        "02" + IMSI + "080101" + "1f03010203",  # and so is one that came later: TMSI based NRI container
        "02" + "080101" + IMSI,  # in another order
        "02" + IMSI + "080101" + "080102",  # the first of repeated ones counts
        "02" + IMSI + "08020100",  # longer than it should be
    ],
)
def test_other_codings(octets: str) -> None:
    """What a receiver takes though we would send otherwise is encoded as it came."""
    whole = bytes.fromhex(octets)
    message = bssap_plus.decode(whole, up=True)
    assert isinstance(message, bssap_plus.PagingReject)
    assert message.gs_cause is GsCause.IMSI_DETACHED_FOR_GPRS_SERVICES
    assert message.extras or message.coding
    assert message.encode() == whole
    assert from_document(bssap_plus.PagingReject, to_document(message)) == message


def test_network_of_a_service_area() -> None:
    """25.413 9.2.3.9: three digits of the MNC follow the MCC, other than in 24.008."""
    area = elements.ServiceAreaIdentification(Plmn("310", "410"), 1, 2)
    assert area.to_octets().hex() == "134001" + "0001" + "0002"
    assert elements.ServiceAreaIdentification.from_octets(area.to_octets()) == area


TYPES = [
    *(elements.TmsiStatus, elements.LocationInformationAge, elements.ServiceAreaIdentification),
    *(elements.TunnelPayload, elements.MmInformation),
]


@settings(deadline=None)
@given(st.binary(max_size=12), st.sampled_from(TYPES))
def test_values_give_back_their_octets(octets: bytes, kind: Any) -> None:
    """Octets are refused or come back, through the document too."""
    try:
        value = kind.from_octets(octets)
    except DecodeError:
        return
    assert value.to_octets() == octets
    assert from_document(kind, to_document(value, kind)) == value


@settings(deadline=None)
@given(st.data())
def test_messages_round_trip(data: st.DataObject) -> None:
    """Whatever the declarations allow is read as it was written."""
    cls = data.draw(st.sampled_from([*layout.messages(bssap_plus.BssapPlusMessage)]))
    message = data.draw(messages(cls))
    assert cls.decode(message.encode()) == message
