"""GMM (TS 24.008 9.4): known-good PDUs, the rules for bad ones (section 8), and elements octet by octet."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import gmm, layout
from protocol.causes import GmmCause
from protocol.document import from_document, to_document
from protocol.errors import DecodeError
from protocol.gmm import GmmMessage, elements
from protocol.gmm.elements import (
    Access,
    AccessTechnology,
    AdditionalAccesses,
    AttachType,
    CodingScheme,
    DaylightSavingTime,
    DrxParameter,
    EmergencyNumberList,
    LsaIdentifier,
    MsNetworkCapability,
    MsRadioAccessCapability,
    NetworkFeatureSupport,
    NetworkName,
    PdpContextStatus,
    PlmnList,
    PsLcsCapability,
    ReceiveNPduNumbers,
    TimeZone,
    TypeOfAttach,
    UniversalTime,
)
from protocol.gmm.names import ALPHABET
from protocol.identities import MobileIdentity

RAI = "00f11000010a"
"""Routing area 001-01-1-10."""

CAPABILITY = "18b3432b2596620060809ac2c662006080bac8c66200608000"
"""An MS radio access capability of 25 octets (openbsc gbproxy_test.c)."""

SERVICES = ("mountain_rescue", "marine_guard", "fire_brigade", "ambulance", "police")
EVERYBODY, NOBODY = dict.fromkeys(SERVICES, True), dict.fromkeys(SERVICES, False)

KNOWN: list[tuple[str, bool, str, dict[str, Any]]] = [
    # Fields as tshark 4.0.17 dissects them; PDUs made by hand from the tables of 9.4 unless a source is named.
    # Of a list of N-PDU numbers tshark reads the first alone: it takes the next from the wrong bits.
    (
        "080102e5e0" + "79" + "0a04" + "05f4c0000001" + RAI + "19" + CAPABILITY + "19123456" + "1716" + "91" + "33011f",
        True,
        "AttachRequest",
        {
            "attach_type": {"follow_on_request": True, "type_of_attach": "GPRS_ATTACH"},
            "cksn": "NO_KEY",
            "old_routing_area": "001-01-1-10",
            "old_ptmsi_signature": 0x123456,
            "tmsi_status": "VALID_TMSI",
            "ps_lcs_capability": {
                "otd_a": True,
                "otd_b": True,
                "gps_a": True,
                "gps_b": True,
                "gps_c": True,
            },
        },
    ),
    (
        "0802" + "13" + "4a" + "43" + RAI + "19aabbcc" + "1716" + "1805f4c0000001" + "2305f40000beef" + "2511"
        "2a012c" + "8c" + "4a0662f21062f220" + "b8" + "3408031f11f203029211" + "370105" + "3801e0",
        False,
        "AttachAccept",
        {
            "attach_result": {"result_of_attach": "COMBINED_GPRS_IMSI_ATTACHED"},
            "force_to_standby": "INDICATED",
            "radio_priority_for_sms": "PRIORITY_3",
            "radio_priority_for_tom8": "PRIORITY_4",
            "ms_identity": {"value": {"Tmsi": "0x0000beef"}},
            "gmm_cause": "NETWORK_FAILURE",
            "cell_notification": True,
            "equivalent_plmns": {"plmns": ["262-01", "262-02"]},
            "network_feature_support": {"lcs_molr": True},
            "emergency_number_list": {
                "numbers": [
                    {"category": EVERYBODY, "digits": "112"},
                    {"category": NOBODY | {"ambulance": True}, "digits": "2911"},
                ]
            },
            "t3319_value": {"unit": "SECONDS_2", "value": 5},
            "t3323_value": {"unit": "DEACTIVATED", "value": 0},
        },
    ),
    (
        "0808" + "60" + "02f8108003c8" + "1c1a53432b259ef9890040009dd9c633120080013a332c66240100026019e6e820"
        "17051805f4c2c85e9a3103e5e034320220005804e060c0401a05f4c3e0732f1b0602f8107500015d0100",
        True,  # pycrate test_mobile.py, a capture
        "RoutingAreaUpdateRequest",
        {
            "update_type": {"update_type_value": "RA_UPDATING"},
            "cksn": "KEY_6",
            "old_routing_area": "208-01-32771-200",
            "ptmsi": {"value": {"Tmsi": "0xc2c85e9a"}},
            "pdp_context_status": {"active": [5]},
        },
    ),
    (
        "0808" + "1a" + RAI + "19" + CAPABILITY + "270a04" + "90" + "32026000" + "330100",
        True,
        "RoutingAreaUpdateRequest",
        {
            "update_type": {
                "follow_on_request": True,
                "update_type_value": "COMBINED_RA_LA_UPDATING_WITH_IMSI_ATTACH",
            },
            "cksn": "KEY_1",
            "drx_parameter": {"split_pg_cycle_code": 10, "non_drx_timer": 4},
            "tmsi_status": "NO_VALID_TMSI",
            "pdp_context_status": {"active": [5, 6]},
        },
    ),
    (
        "0809"
        "11"
        "49" + RAI + "19aabbcc" + "1805f4c0000001" + "2305f40000beef" + "26055ff60179b0" + "1716" + "2510"
        "2a012c" + "8c" + "4a0362f210" + "32026080" + "b0",
        False,
        "RoutingAreaUpdateAccept",
        {
            "force_to_standby": "INDICATED",
            "update_result": {"update_result_value": "COMBINED_RA_LA_UPDATED"},
            "gmm_cause": "MSC_TEMPORARILY_NOT_REACHABLE",
            "pdp_context_status": {"active": [5, 6, 15]},
        },
    ),
    (
        "080a" + "26035ff600",
        True,
        "RoutingAreaUpdateComplete",
        {"receive_n_pdu_numbers": {"numbers": [{"nsapi": 5, "n_pdu_number": 255}, {"nsapi": 6, "n_pdu_number": 0}]}},
    ),
    (
        "080b" + "0a" + "01" + "2a012c",
        False,
        "RoutingAreaUpdateReject",
        {
            "gmm_cause": "IMPLICITLY_DETACHED",
            "force_to_standby": "INDICATED",
            "t3302_value": {"unit": "MINUTE", "value": 12},
        },
    ),
    (
        "0810" + "05f4c0000001" + RAI + "01" + "19aabbcc",
        False,
        "PtmsiReallocationCommand",
        {
            "allocated_ptmsi": {"value": {"Tmsi": "0xc0000001"}},
            "routing_area": "001-01-1-10",
            "force_to_standby": "INDICATED",
            "ptmsi_signature": 0xAABBCC,
        },
    ),
    ("0811", True, "PtmsiReallocationComplete", {}),
    (
        "0821" + "4308804f79d87d2e838c" + "4508804f79d87d2e838c" + "4771019190727480" + "490101",
        False,  # pycrate test_mobile.py, a capture
        "GmmInformation",
        {
            "universal_time_and_time_zone": "17-10-19 09:27:47 +02:00",
            "network_daylight_saving_time": {"adjustment": "HOUR_1"},
        },
    ),
    (
        "0821" + "43059800470037" + "450584e7b27c0e" + "4619" + "4803000003",
        False,
        "GmmInformation",
        {
            "full_name_for_network": {"coding_scheme": "UCS2", "text": "G7", "add_country_initials": True},
            "short_name_for_network": {"coding_scheme": "GSM_DEFAULT_ALPHABET", "text": "gers"},
            "time_zone": "-02:45",
            "lsa_identity": {"number": 1, "universal": True},
        },
    ),
    (
        "080c" + "26" + "05f4f1c8e8bf" + "32022000",
        True,  # pycrate test_mobile.py, a capture
        "ServiceRequest",
        {
            "cksn": "KEY_6",
            "service_type": "PAGING_RESPONSE",
            "ptmsi": {"value": {"Tmsi": "0xf1c8e8bf"}},
            "pdp_context_status": {"active": [5]},
        },
    ),
    ("080d" + "32022000", False, "ServiceAccept", {"pdp_context_status": {"active": [5]}}),
    ("080e" + "28", False, "ServiceReject", {"gmm_cause": "NO_PDP_CONTEXT_ACTIVATED"}),
]


@pytest.mark.parametrize(("octets", "up", "name", "fields"), KNOWN, ids=[f"{row[2]}-{row[0][4:12]}" for row in KNOWN])
def test_known_good(octets: str, up: bool, name: str, fields: dict[str, Any]) -> None:
    """Each is the message that it says, with these fields, and is encoded to the same octets, by way of JSON too."""
    message = gmm.decode(bytes.fromhex(octets), up=up)
    assert type(message).__name__ == name
    document = json.loads(json.dumps(to_document(message)))
    assert from_document(type(message), document | fields) == message
    assert message.coding is None
    assert message.encode().hex() == octets
    assert from_document(type(message), document).encode().hex() == octets


def test_every_message_is_there() -> None:
    """PROCEDURES 6.11: all message types of TS 24.008 10.4 for GMM, each in its direction."""
    both = {0x05, 0x06, 0x20}
    assert set(GmmMessage.up) == both | {0x01, 0x03, 0x08, 0x0A, 0x0C, 0x11, 0x13, 0x16, 0x1C}
    assert set(GmmMessage.down) == both | {0x02, 0x04, 0x09, 0x0B, 0x0D, 0x0E, 0x10, 0x12, 0x14, 0x15, 0x21}


# --- what others made --------------------------------------------------------------------------------------------


def decoded(octets: bytes, *, up: bool) -> GmmMessage | DecodeError:
    """A message, or how it is refused."""
    try:
        return gmm.decode(octets, up=up)
    except DecodeError as error:
        return error


# --- section 8 ---------------------------------------------------------------------------------------------------


def refusal(octets: str, *, up: bool) -> DecodeError:
    """How a PDU is refused."""
    error = decoded(bytes.fromhex(octets), up=up)
    assert isinstance(error, DecodeError), error
    return error


@pytest.mark.parametrize("octets", ["", "08", "18010203", "090102", "f8"])
def test_ignored(octets: str) -> None:
    """8.2: too short for a message type; 10.3.1: a skip indicator; another protocol: no answer."""
    for up in (True, False):
        assert refusal(octets, up=up).cause is None


@pytest.mark.parametrize("code", [*range(0x100)])
def test_unknown_message_type(code: int) -> None:
    """8.4: #97 for a type that is not defined, or not in this direction (24.007 11.2.3)."""
    for up, table in ((True, GmmMessage.up), (False, GmmMessage.down)):
        if code not in table:
            assert refusal(f"08{code:02x}", up=up).cause == GmmCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED


@pytest.mark.parametrize("row", KNOWN, ids=[f"{row[2]}-{row[0][4:12]}" for row in KNOWN])
def test_every_prefix(row: tuple[str, bool, str, dict[str, Any]]) -> None:
    """8.5 and 8.7.1: without its mandatory part a message is #96; an optional element that is cut off is not there."""
    whole = bytes.fromhex(row[0])
    for end in range(2, len(whole)):
        message = decoded(whole[:end], up=row[1])
        if isinstance(message, DecodeError):
            assert message.cause == GmmCause.INVALID_MANDATORY_INFORMATION
            assert message.at <= end
        else:
            assert message.encode() == whole[:end]


SHORT = {
    gmm.AttachComplete: "0803",
    gmm.AttachReject: "080411",
    gmm.DetachRequestMo: "080501",
    gmm.DetachRequestMt: "080501",
    gmm.DetachAcceptMo: "0806",
    gmm.DetachAcceptMt: "080600",
    gmm.AuthenticationAndCipheringRequest: "08120000",
    gmm.AuthenticationAndCipheringResponse: "081300",
    gmm.AuthenticationAndCipheringReject: "0814",
    gmm.AuthenticationAndCipheringFailure: "081c14",
    gmm.IdentityRequest: "081501",
    gmm.IdentityResponse: "08160100",
    gmm.GmmStatus: "082061",
}
"""Messages that are not among the known ones."""


@pytest.mark.parametrize("cls", [*layout.messages(GmmMessage)])
def test_elements_that_are_not_expected(cls: type[GmmMessage]) -> None:
    """8.5, 8.6.1: an element of tag 0X spoils any message; others that are unknown are kept and encoded again."""
    example = SHORT.get(cls) or next(row[0] for row in KNOWN if row[2] == cls.__name__)
    up = cls.way != "down"
    assert isinstance(gmm.decode(bytes.fromhex(example), up=up), cls)
    for unknown in ("0a", "0a00", "0a0155"):
        assert refusal(example + unknown, up=up).cause == GmmCause.INVALID_MANDATORY_INFORMATION
    for unknown in ("7f00", "6a03010203", "f5", "f57f0155f6", "7f", "7f05aa"):
        message = gmm.decode(bytes.fromhex(example + unknown), up=up)
        assert isinstance(message, cls)
        assert message.extras
        assert message.encode().hex() == example + unknown


def test_repeated() -> None:
    """8.6.3: the first of repeated elements counts."""
    octets = bytes.fromhex("080b0a00" + "2a012c" + "2a0121" + "2a01e0")
    message = gmm.decode(octets, up=False)
    assert isinstance(message, gmm.RoutingAreaUpdateReject)
    assert message.t3302_value is not None
    assert message.t3302_value.value == 12
    assert [extra.octets.hex() for extra in message.extras] == ["2a0121", "2a01e0"]
    assert message.encode() == octets


def test_out_of_sequence() -> None:
    """8.6.2: an element that stands behind one which should follow it is ignored."""
    octets = bytes.fromhex("0821" + "490101" + "4600" + "480100")
    message = gmm.decode(octets, up=False)
    assert isinstance(message, gmm.GmmInformation)
    assert message.network_daylight_saving_time is not None
    assert message.time_zone is None
    assert [extra.octets.hex() for extra in message.extras] == ["4600", "480100"]
    assert message.encode() == octets


@pytest.mark.parametrize("wrong", ["3200", "320120", "26010f", "2a00", "1805f1c0000001", "180012", "340305"])
def test_optional_element_that_cannot_be_read(wrong: str) -> None:
    """8.7.1: it counts as absent; what follows is read, and all is encoded again."""
    base = "0809" + "00" + "49" + RAI
    octets = bytes.fromhex(base + wrong)
    message = gmm.decode(octets, up=False)
    assert isinstance(message, gmm.RoutingAreaUpdateAccept)
    assert [name for name, _ in message.present()][4:] == []
    assert message.extras
    assert message.encode() == octets


def test_longer_than_declared() -> None:
    """24.007 11.4.2: extra octets of an element with a length are no error; they are ignored, and encoded again."""
    octets = bytes.fromhex("0809" + "00" + "49" + RAI + "2a022cff" + "3203200001")
    message = gmm.decode(octets, up=False)
    assert isinstance(message, gmm.RoutingAreaUpdateAccept)
    assert message.t3302_value is not None
    assert message.pdp_context_status == PdpContextStatus((5,))
    assert message.encode() == octets
    assert message.replace(pdp_context_status=PdpContextStatus(())).encode().hex().endswith("2a022cff3203000001")


@pytest.mark.parametrize("told", ["21" + "11" * 16, "80"])
def test_conditional_element(told: str) -> None:
    """8.7.2: #100 where the CKSN is missing beside a RAND, or there without one (9.4.9)."""
    assert refusal("08120010" + told, up=False).cause == GmmCause.CONDITIONAL_IE_ERROR


# --- elements ----------------------------------------------------------------------------------------------------

OPEN = [
    getattr(elements, name)
    for name in elements.__all__
    if hasattr(getattr(elements, name), "from_octets") and hasattr(getattr(elements, name), "to_octets")
]


def check_octets(kind: Any, octets: bytes) -> None:
    """Whatever can be read is written again exactly, and goes through JSON."""
    try:
        value = kind.from_octets(octets)
    except DecodeError:
        return
    assert value.to_octets() == octets
    assert from_document(kind, json.loads(json.dumps(to_document(value)))) == value
    assert isinstance(str(value), str)


@given(st.binary(max_size=60), st.sampled_from([*OPEN, MobileIdentity]))
def test_elements_give_back_their_octets(octets: bytes, kind: Any) -> None:
    """Every element type, for any octets."""
    check_octets(kind, octets)


@given(st.binary(min_size=1, max_size=20).map(lambda octets: b"\x18" + octets))
def test_capabilities_give_back_their_octets(octets: bytes) -> None:
    """The same of radio access capabilities that begin well."""
    check_octets(MsRadioAccessCapability, octets)


@given(st.binary(max_size=40), st.sampled_from([0x80, 0x84, 0x90, 0x98, 0x07, 0xA3]))
def test_network_names_give_back_their_octets(octets: bytes, first: int) -> None:
    """The same of names, of all coding schemes."""
    check_octets(NetworkName, bytes([first]) + octets)


@given(st.integers(0, 255))
def test_half_octets_give_back_their_bits(octet: int) -> None:
    """Spare bits and reserved values of every element of half an octet are kept."""
    for octets, up in (("0805" + f"{octet:02x}", True), ("0805" + f"{octet:02x}", False), (f"0806{octet:02x}", False)):
        assert gmm.decode(bytes.fromhex(octets), up=up).encode().hex() == octets
    for octets, up in ((f"0812{octet:02x}{octet:02x}", False), (f"080c{octet:02x}05f4c0000001", True)):
        assert gmm.decode(bytes.fromhex(octets), up=up).encode().hex() == octets


def test_the_follow_on_bit() -> None:
    """10.5.5.2: bit 4; 10.5.5.1: spare or of Iu mode alone."""
    wanted = AttachType(follow_on_request=True, type_of_attach=TypeOfAttach.COMBINED_GPRS_IMSI_ATTACH)
    assert wanted.to_bits() == (0b1011, 4)
    assert AttachType.from_bits(0b0001, 4).type_of_attach is TypeOfAttach.GPRS_ATTACH


@pytest.mark.parametrize(
    ("octets", "text", "name"),
    [
        # TS 23.038 6.1.2.3.1: the packing of one to eight characters, with the spare bits that 10.5.3.5a counts.
        ("80", "", None),
        ("8141", "A", None),
        ("8031d98c56b3dd70", "12345678", None),
        ("8731d98c56b3dd00", "1234567", None),
        ("829b32", "\u20ac", None),
        ("98004700e4", "Gä", True),
        ("90d83dde00", "😀", False),
    ],
)
def test_network_name(octets: str, text: str, name: bool | None) -> None:
    """10.5.3.5a: GSM 7 bit and UCS2, with the count of spare bits."""
    value = NetworkName.from_octets(bytes.fromhex(octets))
    assert value.text == text
    assert (value.opaque, value.rest, value.spare_bits) == (b"", "", None)
    assert value.coding_scheme is (CodingScheme.GSM_DEFAULT_ALPHABET if name is None else CodingScheme.UCS2)
    assert value.add_country_initials is (name or False)
    assert value.to_octets().hex() == octets


def test_network_name_coded_otherwise() -> None:
    """A wrong count, bits that are not zero, another scheme, half a character: each is told, and kept."""
    wrong = NetworkName.from_octets(bytes.fromhex("8031d98c56b3dd00"))
    assert (wrong.text, wrong.spare_bits, wrong.rest) == ("1234567@", None, "")
    assert NetworkName.from_octets(bytes.fromhex("8341")) == NetworkName(
        CodingScheme.GSM_DEFAULT_ALPHABET, "", spare_bits=3, rest="01000001"
    )
    assert NetworkName.from_octets(bytes.fromhex("81c1")).rest == "1"
    assert NetworkName.from_octets(bytes.fromhex("900041d8")).opaque == b"\0A\xd8"
    assert NetworkName.from_octets(b"\x90\xd8\x00").opaque == b"\xd8\x00"
    assert NetworkName.from_octets(b"\xb0abc").opaque == b"abc"
    for fault in (
        NetworkName(CodingScheme.GSM_DEFAULT_ALPHABET, "пример"),
        NetworkName(CodingScheme(3), "text"),
        NetworkName(CodingScheme.UCS2, "text", opaque=b"x"),
        NetworkName(CodingScheme.GSM_DEFAULT_ALPHABET, "ab", rest="1"),
        NetworkName(CodingScheme.UCS2, "\ud800"),
        NetworkName(CodingScheme.UCS2, "a", spare_bits=8),
    ):
        with pytest.raises(ValueError, match=r"\w"):
            fault.to_octets()


def test_alphabet() -> None:
    """TS 23.038 6.2.1: 128 characters, each once."""
    assert len(ALPHABET) == len(set(ALPHABET)) == 128
    assert [ALPHABET.index(character) for character in "@\n Aaà¡¿"] == [0, 0x0A, 0x20, 0x41, 0x61, 0x7F, 0x40, 0x60]


@pytest.mark.parametrize(
    ("octet", "text", "quarter_hours"),
    [(0x80, "+02:00", 8), (0x08, "-00:00", 0), (0x00, "+00:00", 0), (0x4D, "-13:30", -54), (0x19, "-02:45", -11)],
)
def test_time_zone(octet: int, text: str, quarter_hours: int) -> None:
    """10.5.3.8: quarters of an hour, tens in the low half octet with the sign as its bit 4."""
    zone = TimeZone(octet)
    assert (str(zone), zone.quarter_hours) == (text, quarter_hours)
    assert TimeZone.parse(text) == zone
    assert TimeZone.ahead(quarter_hours).quarter_hours == quarter_hours


@given(st.binary(min_size=7, max_size=7))
def test_times_are_parsed_again(octets: bytes) -> None:
    """What prints itself is read again."""
    time = UniversalTime.from_octets(octets)
    assert UniversalTime.parse(str(time)) == time
    assert TimeZone.parse(str(time.time_zone)) == time.time_zone


@pytest.mark.parametrize("text", ["", "02:00", "+2:00", "+02:10", "+20:00", "0x80", "0xg0", "+٠٢:00"])
def test_no_time_zone(text: str) -> None:
    """One clear line."""
    with pytest.raises(ValueError, match="time zone"):
        TimeZone.parse(text)


def test_universal_time() -> None:
    """10.5.3.9: swapped half octets; digits that are no time are kept."""
    time = UniversalTime.from_octets(bytes.fromhex("71019190727480"))
    assert time.moment is not None
    assert time.moment.isoformat() == "2017-10-19T09:27:47+00:00"
    assert UniversalTime.parse("17-1f-00 09:27:47 -00:15").moment is None
    with pytest.raises(ValueError, match="no time such as"):
        UniversalTime.parse("2017-10-19 09:27:47 +02:00")


def test_receive_n_pdu_numbers() -> None:
    """10.5.5.11: twelve bits each, the last octet filled up with zeros."""
    numbers = ReceiveNPduNumbers.from_octets(bytes.fromhex("5ff0"))
    assert [(number.nsapi, number.n_pdu_number) for number in numbers.numbers] == [(5, 255)]
    assert numbers.rest == ""
    assert ReceiveNPduNumbers.from_octets(bytes.fromhex("5ff1")).rest == "0001"
    assert ReceiveNPduNumbers.from_octets(bytes.fromhex("5ff60000")).rest == "00000000"


def test_small_elements() -> None:
    """10.5.7.1, 10.5.1.13, 10.5.5.22, 10.5.5.23, 10.5.3.11, 10.5.3.12, 10.5.3.13 octet by octet."""
    assert PdpContextStatus((5, 8, 15)).to_octets() == b"\x20\x81"
    assert str(PlmnList.from_octets(bytes.fromhex("62f21062f220ff"))) == "262-01, 262-02"
    assert PsLcsCapability.from_octets(b"\x15").to_octets() == b"\x15"
    assert NetworkFeatureSupport(lcs_molr=True).to_bits() == (8, 4)
    assert LsaIdentifier.from_octets(b"") == LsaIdentifier()
    assert LsaIdentifier(number=1, universal=False).to_octets() == b"\0\0\2"
    assert DaylightSavingTime.from_octets(b"\xff").spare == 63
    assert EmergencyNumberList.from_octets(bytes.fromhex("0201f9")).numbers[0].digits == "9"
    with pytest.raises(ValueError, match="is no NSAPI"):
        PdpContextStatus((16,)).to_octets()


def test_drx_parameter() -> None:
    """10.5.5.6: what the codes stand for."""
    cycles = {0: 704, 1: 1, 64: 64, 65: 71, 81: 112, 82: 116, 98: 352, 99: 1, 255: 1}
    assert {code: DrxParameter(split_pg_cycle_code=code).split_pg_cycle for code in cycles} == cycles
    durations = [DrxParameter(split_pg_cycle_code=1, non_drx_timer=timer).non_drx_duration for timer in range(8)]
    assert [duration // 1_000_000 for duration in durations] == [0, 1, 2, 4, 8, 16, 32, 64]


# --- MS capabilities ---------------------------------------------------------------------------------------------


def bits(text: str) -> bytes:
    """Octets from zeros and ones, filled up with zeros."""
    plain = text.replace(" ", "")
    plain += "0" * (-len(plain) % 8)
    return int(plain, 2).to_bytes(len(plain) // 8, "big")


def test_additional_access_technologies() -> None:
    """10.5.5.12a: technologies with the capabilities of the one before, each behind a 1; a 0 ends them."""
    octets = bits("0001 0001101 100 0 1 1 0 0 0 0 0 0 0 1  1111 0010101 1 0011 001 10 1 0100 001 10 0 0")
    capability = MsRadioAccessCapability.from_octets(octets)
    kinds = [access.technology for access in capability.accesses]
    assert kinds == [AccessTechnology.GSM_E, AccessTechnology.ADDITIONAL]
    further = capability.accesses[1].capabilities
    assert isinstance(further, AdditionalAccesses)
    assert further.rest == "0"
    assert [(one.technology, one.gmsk_power_class, one.eight_psk_power_class) for one in further.accesses] == [
        (AccessTechnology.GSM_1800, 1, 2),
        (AccessTechnology.GSM_1900, 1, 2),
    ]
    assert capability.to_octets() == octets
    with pytest.raises(ValueError, match="of another technology"):
        MsRadioAccessCapability((Access(AccessTechnology.GSM_P, further),)).to_octets()


@pytest.mark.parametrize("length", range(46))
def test_capabilities_cut_off_anywhere(length: int) -> None:
    """10.5.5.12a: what a structure is too short for does not exist; it does not spoil the message."""
    content = "100 1 1010000 1 1 0 0 1 1 00110 1 01100 1 1 0001 0010 0 1 01100 1 1 11 0 1 11".replace(" ", "")[:length]
    octets = bits(f"0001 {length:07b} {content} 0")
    (access,) = MsRadioAccessCapability.from_octets(octets).accesses
    assert access.capabilities.to_bits() == (int(content or "0", 2), length)
    assert MsRadioAccessCapability.from_octets(octets).to_octets() == octets
    if length >= 25:
        assert not isinstance(access.capabilities, AdditionalAccesses)
        assert access.capabilities.multislot_capability is not None
        assert access.capabilities.eight_psk_power_capability is None


def test_later_releases_are_kept() -> None:
    """Bits behind those of Rel-4 stay, in the network capability and in each access."""
    capability = MsNetworkCapability.from_octets(bytes.fromhex("e5e034"))
    assert capability.rest == "00110100"
    assert capability.to_octets().hex() == "e5e034"
    first = MsRadioAccessCapability.from_octets(bytes.fromhex(CAPABILITY)).accesses[0].capabilities
    assert first.rest
