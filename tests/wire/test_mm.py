"""MM (TS 24.008 9.2): known-good PDUs, the rules for bad ones (section 8), and the send sequence number."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gprslab.trace.stacks import Stacks
from protocol import layout, mm
from protocol.causes import MmCause
from protocol.document import from_document, to_document
from protocol.errors import DecodeError
from protocol.mm import MmMessage
from tests.conftest import pycrate
from tests.wire import oracle
from tests.wire.strategies import messages

LAI = "62f2101234"
"""Location area 262-01-4660."""

CLASSMARK_1 = {"revision_level": "PHASE_2", "es_ind": True, "no_a5_1": False, "rf_power_capability": 0}

KNOWN: list[tuple[str, bool, str, dict[str, Any]]] = [
    # Fields as tshark 4.0.17 dissects them; PDUs made by hand from the tables of 9.2 unless a source is named.
    (
        "0541" + "30" + "05f40980ad8a",
        True,
        "ImsiDetachIndication",
        {
            "send_sequence_number": 1,
            "mobile_station_classmark": CLASSMARK_1,
            "mobile_identity": {"value": {"Tmsi": "0x0980ad8a"}},
        },
    ),
    (
        "0502" + LAI + "1705f412345678" + "a1" + "a2" + "4a0662f21062f220" + "3404031f11f2",
        False,
        "LocationUpdatingAccept",
        {
            "location_area_identification": "262-01-4660",
            "mobile_identity": {"value": {"Tmsi": "0x12345678"}},
            "follow_on_proceed": True,
            "cts_permission": True,
            "equivalent_plmns": {"plmns": ["262-01", "262-02"]},
        },
    ),
    (
        "050202f8100404",  # pycrate test_mobile.py, a capture
        False,
        "LocationUpdatingAccept",
        {"location_area_identification": "208-01-1028", "mobile_identity": None},
    ),
    ("05040c", False, "LocationUpdatingReject", {"reject_cause": "LOCATION_AREA_NOT_ALLOWED"}),
    (
        "05080200f11040005705f44c6a94c033035758a6",  # pycrate test_mobile.py, a capture
        True,
        "LocationUpdatingRequest",
        {
            "location_updating_type": {"type_of_location_updating": "IMSI_ATTACH"},
            "cksn": "KEY_0",
            "location_area_identification": "001-01-16384",
            "mobile_identity": {"value": {"Tmsi": "0x4c6a94c0"}},
        },
    ),
    (
        "050802008168000130089910070000006402",  # libosmocore gsm0408_test.c, a capture; the LAI was deleted
        True,
        "LocationUpdatingRequest",
        {
            "location_updating_type": {"type_of_location_updating": "IMSI_ATTACH"},
            "mobile_station_classmark": CLASSMARK_1,
            "mobile_identity": {"value": {"Imsi": "901700000004620"}},
        },
    ),
    (
        "05084262f224002a5005f40980ad8a",  # libosmocore gsm0408_test.c, a capture
        True,
        "LocationUpdatingRequest",
        {
            "location_updating_type": {"type_of_location_updating": "IMSI_ATTACH"},
            "cksn": "KEY_4",
            "location_area_identification": "262-42-42",
        },
    ),
    (
        "0548" + "78" + LAI + "57" + "05f412345678" + "c2" + "d1" + "e1",
        True,
        "LocationUpdatingRequest",
        {
            "send_sequence_number": 1,
            "location_updating_type": {
                "follow_on_request": True,
                "type_of_location_updating": "NORMAL_LOCATION_UPDATING",
            },
            "cksn": "NO_KEY",
            "additional_update_parameters": {"csmo": True, "csmt": False},
            "device_properties": {"low_priority": True},
            "ms_network_feature_support": {"extended_periodic_timers": True},
        },
    ),
    ("0511", False, "AuthenticationReject", {}),
    (
        "051201f6e3c095753f23a9194291c86395f4782010a322f1689dc5000030dcb7d5eaafafe3",  # pycrate, a capture
        False,
        "AuthenticationRequest",
        {
            "cksn": "KEY_1",
            "rand": "f6e3c095753f23a9194291c86395f478",
            "autn": "a322f1689dc5000030dcb7d5eaafafe3",
        },
    ),
    ("05d4c729e021", True, "AuthenticationResponse", {"send_sequence_number": 3}),
    (
        "0514a3c729e021042a92f637",  # pycrate test_mobile.py, a capture
        True,
        "AuthenticationResponse",
        {"authentication_response_parameter": "a3c729e0", "authentication_response_extension": "2a92f637"},
    ),
    (
        "055c15" + "220e" + "0102030405060708090a0b0c0d0e",
        True,
        "AuthenticationFailure",
        {"reject_cause": "SYNCH_FAILURE", "authentication_failure_parameter": "0102030405060708090a0b0c0d0e"},
    ),
    ("051802", False, "IdentityRequest", {"identity_type": "IMEI"}),
    (
        "0559" + "082926102143658709",
        True,
        "IdentityResponse",
        {"mobile_identity": {"value": {"Imsi": "262011234567890"}}},
    ),
    (
        "051a" + LAI + "05f412345678",
        False,
        "TmsiReallocationCommand",
        {"location_area_identification": "262-01-4660", "mobile_identity": {"value": {"Tmsi": "0x12345678"}}},
    ),
    ("059b", True, "TmsiReallocationComplete", {"send_sequence_number": 2}),
    ("0521", False, "CmServiceAccept", {}),  # pycrate test_mobile.py, a capture
    ("052220", False, "CmServiceReject", {"reject_cause": "SERVICE_OPTION_NOT_SUPPORTED"}),
    ("0563", True, "CmServiceAbort", {"send_sequence_number": 1}),
    (
        "052401035758a605f4345b7129c2",  # pycrate test_mobile.py, a capture
        True,
        "CmServiceRequest",
        {
            "cm_service_type": "MOBILE_ORIGINATING_CALL_OR_PACKET_MODE_CONNECTION",
            "cksn": "KEY_0",
            "mobile_identity": {"value": {"Tmsi": "0x345b7129"}},
            "additional_update_parameters": {"csmo": True, "csmt": False},
        },
    ),
    (
        "0564" + "74" + "033358a6" + "05f4345b7129" + "83",
        True,
        "CmServiceRequest",
        {
            "send_sequence_number": 1,
            "cm_service_type": "SHORT_MESSAGE_SERVICE",
            "cksn": "NO_KEY",
            "priority": {"call_priority": "CALL_PRIORITY_LEVEL_2"},
        },
    ),
    ("052535", False, "CmServicePrompt", {"pd_and_sapi": {"sapi": "SAPI_3", "protocol_discriminator": 5}}),
    (
        "0568" + "03" + "033358a6" + "05f4345b7129" + "13" + LAI,
        True,
        "CmReEstablishmentRequest",
        {"cksn": "KEY_3", "location_area_identification": "262-01-4660"},
    ),
    ("052911", False, "Abort", {"reject_cause": "NETWORK_FAILURE"}),
    ("0530", True, "MmNull", {}),
    ("057165", True, "MmStatus", {"send_sequence_number": 1}),
    ("053161", False, "MmStatus", {"reject_cause": "MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED"}),
    (
        "0532" + "4680" + "4771019190724780" + "490101",
        False,
        "MmInformation",
        {
            "time_zone": "+02:00",
            "universal_time_and_time_zone": "17-10-19 09:27:74 +02:00",
            "network_daylight_saving_time": {"adjustment": "HOUR_1"},
        },
    ),
]
NAMES = [f"{row[2]}-{number}" for number, row in enumerate(KNOWN)]


@pytest.mark.parametrize(("octets", "up", "name", "fields"), KNOWN, ids=NAMES)
def test_known_good(octets: str, up: bool, name: str, fields: dict[str, Any]) -> None:
    """Each is the message that it says, with these fields, and is encoded to the same octets, by way of JSON too."""
    message = mm.decode(bytes.fromhex(octets), up=up)
    assert type(message).__name__ == name
    document = json.loads(json.dumps(to_document(message)))
    assert from_document(type(message), document | fields) == message
    assert message.coding is None
    assert message.extras == ()
    assert message.encode().hex() == octets
    assert from_document(type(message), document).encode().hex() == octets


def test_every_message_is_there() -> None:
    """All message types of TS 24.008 10.4 for MM, each in its direction."""
    assert set(MmMessage.up) == {0x01, 0x08, 0x14, 0x1C, 0x19, 0x1B, 0x23, 0x24, 0x28, 0x30, 0x31}
    down = {0x02, 0x04, 0x11, 0x12, 0x18, 0x1A, 0x21, 0x22, 0x25, 0x29, 0x31, 0x32}
    assert set(MmMessage.down) == down
    assert {type(mm.decode(bytes.fromhex(row[0]), up=row[1])) for row in KNOWN} == set(layout.messages(MmMessage))


def decoded(octets: bytes, *, up: bool) -> MmMessage | DecodeError:
    """A message, or how it is refused."""
    try:
        return mm.decode(octets, up=up)
    except DecodeError as error:
        return error


def refusal(octets: str, *, up: bool) -> DecodeError:
    """How a PDU is refused."""
    error = decoded(bytes.fromhex(octets), up=up)
    assert isinstance(error, DecodeError), error
    return error


# --- section 8 ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("octets", ["", "05", "150802", "0608"])
def test_ignored(octets: str) -> None:
    """8.2: too short for a message type; 10.3.1: a skip indicator; another protocol: no answer."""
    for up in (True, False):
        assert refusal(octets, up=up).cause is None


@pytest.mark.parametrize("code", range(0x40))
def test_unknown_message_type(code: int) -> None:
    """8.4: #97 for a type that is not defined, or not in this direction; whatever the sequence number."""
    for up, table in ((True, MmMessage.up), (False, MmMessage.down)):
        for number in range(4):
            if code not in table:
                error = refusal(f"05{number << 6 | code:02x}", up=up)
                assert error.cause == MmCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED


@pytest.mark.parametrize("row", KNOWN, ids=NAMES)
def test_every_prefix(row: tuple[str, bool, str, dict[str, Any]]) -> None:
    """8.5 and 8.7: without its mandatory part a message is #96; a wrong conditional element is #100."""
    whole = bytes.fromhex(row[0])
    for end in range(2, len(whole)):
        message = decoded(whole[:end], up=row[1])
        if isinstance(message, DecodeError):
            assert message.cause in (MmCause.INVALID_MANDATORY_INFORMATION, MmCause.CONDITIONAL_IE_ERROR)
            assert message.at <= end
        else:
            assert message.encode() == whole[:end]


@pytest.mark.parametrize(
    "identity",
    [
        "089d10070000006402",  # a type that is reserved
        "0899100700000064",  # an octet is missing
        "03193254",  # five digits
        "05f40980ad",  # a TMSI of four octets, one of which is missing
    ],
)
def test_identity_that_cannot_be_read(identity: str) -> None:
    """8.5: #96; the PDUs are those of libosmocore gsm0408_test.c."""
    error = refusal("050802008168000130" + identity, up=True)
    assert error.cause == MmCause.INVALID_MANDATORY_INFORMATION


def test_elements_that_are_not_expected() -> None:
    """8.6: unknown and repeated elements are skipped and kept; 8.5: but not unknown ones with tag 0000 xxxx."""
    for extra in ("360105", "a3", "1705f412345678" * 2, "3e00"):  # T3246 of Rel-10, and unknown ones
        pdu = "0502" + LAI + extra
        message = mm.decode(bytes.fromhex(pdu), up=False)
        assert message.extras
        assert message.encode().hex() == pdu
    error = refusal("0502" + LAI + "050100", up=False)
    assert error.cause == MmCause.INVALID_MANDATORY_INFORMATION


def test_identity_that_is_too_long() -> None:
    """24.007 11.4.2: of an element that is longer than 9.2.15 has it the first octets are read, the surplus is kept."""
    pdu = "050802008168000130" + "091132547698103254f6"  # libosmocore gsm0408_test.c
    message = mm.decode(bytes.fromhex(pdu), up=True)
    assert message.coding is not None
    assert message.coding.surplus == (("mobile_identity", b"\xf6"),)
    assert message.encode().hex() == pdu


def test_order_of_elements() -> None:
    """8.6.2: an optional element out of order is ignored."""
    pdu = "0502" + LAI + "a1" + "1705f412345678"
    message = mm.decode(bytes.fromhex(pdu), up=False)
    assert isinstance(message, mm.LocationUpdatingAccept)
    assert message.mobile_identity is None
    assert message.encode().hex() == pdu


def test_send_sequence_number() -> None:
    """24.007 11.2.3.2: two bits of the message type, whatever the rest says."""
    message = mm.decode(bytes.fromhex("0524" + "01035758a605f4345b7129"), up=True)
    for number in range(4):
        octets = message.replace(send_sequence_number=number).encode()
        assert octets[1] == number << 6 | 0x24
        again = mm.decode(octets, up=True)
        assert again.send_sequence_number == number
    with pytest.raises(ValueError, match="does not fit"):
        message.replace(send_sequence_number=4).encode()


# --- oracles -----------------------------------------------------------------------------------------------------


def test_as_tshark_reads_them(tshark: str, tmp_path: Path) -> None:
    """Tshark finds the same messages and objects to none."""
    stacks = Stacks()
    packets = [oracle.packet("mm", bytes.fromhex(row[0]), stacks, up=row[1]) for row in KNOWN]
    shown = oracle.dissect(tshark, tmp_path, packets, ["gsm_a.dtap.msg_mm_type", "gsm_a.dtap.seq_no"])
    for row, found in zip(KNOWN, shown, strict=True):
        message = mm.decode(bytes.fromhex(row[0]), up=row[1])
        assert found.objection == "", (row[0], found.info, found.objection)
        assert int(found.fields["gsm_a.dtap.msg_mm_type"][0], 16) == message.code
        assert int(found.fields["gsm_a.dtap.seq_no"][0]) == message.send_sequence_number


def test_as_pycrate_reads_them() -> None:
    """Pycrate finds the same messages, with no error."""
    nas = pycrate("pycrate_mobile.NAS")
    for octets, up, _, _ in KNOWN:
        pdu = bytes.fromhex(octets)
        found, error = (nas.parse_NAS_MO if up else nas.parse_NAS_MT)(pdu)
        assert error == 0, octets
        assert found[0]["Type"].get_val() == mm.decode(pdu, up=up).code
        assert found.to_bytes() == pdu


# --- losslessness ------------------------------------------------------------------------------------------------


@settings(max_examples=500, deadline=None)
@given(st.sampled_from([*layout.messages(MmMessage)]), st.binary(max_size=60), st.integers(0, 3))
def test_every_message_is_lossless(cls: type[MmMessage], octets: bytes, number: int) -> None:
    """Whatever is read as a message is given back."""
    pdu = bytes((5, number << 6 | cls.code)) + octets
    message = decoded(pdu, up=cls.way == "up")
    if isinstance(message, MmMessage):
        assert message.encode() == pdu


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([*layout.messages(MmMessage)]).flatmap(messages))
def test_every_message_of_ours(message: MmMessage) -> None:
    """What we say is read as we said it."""
    assert mm.decode(message.encode(), up=message.way == "up") == message
