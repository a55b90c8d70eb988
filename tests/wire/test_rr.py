"""RR (TS 44.018 9.1): known-good PDUs, the rules for bad ones (section 8), pseudo length, rest octets, frequencies."""

import json
import subprocess
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gprslab.trace.stacks import Stacks
from protocol import layout, rr
from protocol.causes import RrCause
from protocol.classmarks import MobileStationClassmark1
from protocol.csn1 import FILLING
from protocol.declare import OpenEnum
from protocol.document import from_document, to_document
from protocol.errors import DecodeError
from protocol.identities import Imsi, MobileIdentity, Tmsi
from protocol.rr import BlockMessage, RrMessage, elements, frequencies, rest_octets, si13
from protocol.rr.blocks import rest_octets as type_of_rest
from protocol.rr.immediate import (
    EgprsAssignment,
    EgprsPacketUplinkAssignment,
    IaRestOctets,
    MultiBlock,
    PacketAssignment,
    PacketUplinkAssignment,
    SingleBlock,
)
from protocol.rr.messages import PagingRequestType1, SystemInformationType1
from protocol.rr.rest_octets import P1RestOctets, Si3RestOctets
from protocol.rr.si13 import Si13RestOctets
from tests.conftest import pycrate
from tests.wire import oracle
from tests.wire.strategies import messages

FULL_RELEASE = (
    "060d05" + "7306020047c80375" + "74050c70450305" + "83" + "c1" + "7506c01baa08fcf0" + "7606d31ba7619538"
    "628fe90020000000000000000000000000"
)
"""CHANNEL RELEASE with every element of Rel-4."""

KNOWN: list[tuple[str, bool, str, dict[str, Any]]] = [
    # Fields as tshark 4.0.17 dissects them; those of pycrate's test_gsmrr.py are captures, marked "trace".
    (
        "0634c430946102f81003100106",  # trace
        True,
        "GprsSuspensionRequest",
        {
            "tlli": "0xc4309461",
            "routeing_area_identification": "208-01-784-1",
            "suspension_cause": "DTM_NOT_SUPPORTED_IN_THE_CELL",
        },
    ),
    (
        "0634a102030462f21012340501" + "0102",
        True,
        "GprsSuspensionRequest",
        {
            "tlli": "0xa1020304",
            "routeing_area_identification": "262-01-4660-5",
            "suspension_cause": "LOCATION_AREA_UPDATE",
            "service_support": {"mbms_multicast": True, "mbms_broadcast": False},
        },
    ),
    ("060d00", False, "ChannelRelease", {"rr_cause": "NORMAL_EVENT"}),  # trace
    (
        FULL_RELEASE,
        False,
        "ChannelRelease",
        {
            "rr_cause": "PREEMPTIVE_RELEASE",
            "ba_range": {"ranges": [{"lower": 1, "higher": 124}, {"lower": 512, "higher": 885}]},
            "group_channel_description": {
                "channel": {
                    "channel_type": "TCH_F_ACCHS",
                    "timeslot": 4,
                    "training_sequence_code": 3,
                    "frequency": {"Hopping": {"maio": 1, "hsn": 5}},
                },
                "mobile_allocation": {"frequencies": [1, 3, 9, 10]},
            },
            "group_cipher_key_number": 3,
            "gprs_resumption": {"ack": True},
            "ba_list_pref": {"ranges": [{"lower": 512, "higher": 885}], "frequencies": [17, 975]},
            "utran_frequency_list": {"fdd_arfcns": [10637, 10712], "tdd_arfcns": [9550]},
            "cell_channel_description": {
                "format_identifier": "RANGE_OR_VARIABLE_BIT_MAP",
                "others": {"format": {"VariableBitMap": {"orig_arfcn": 978, "offsets": [10]}}},
            },
        },
    ),
    (
        "060d00" + "7306020047c80375" + "c0" + "628fe90020000000000000000000000000",
        False,
        "ChannelRelease",
        {
            "ba_range": {"ranges": [{"lower": 1, "higher": 124}, {"lower": 512, "higher": 885}]},
            "gprs_resumption": {"ack": False},
        },
    ),
    (
        "063505",  # trace
        False,
        "CipheringModeCommand",
        {
            "ciphering_mode_setting": {"algorithm_identifier": "A5_3", "start_ciphering": True},
            "cipher_response": {"imeisv": False},
        },
    ),
    ("0632", True, "CipheringModeComplete", {}),  # trace
    (
        "0632" + "17093385934020913004f1",
        True,
        "CipheringModeComplete",
        {"mobile_equipment_identity": {"value": {"Imeisv": "3583904021903401"}}},
    ),
    (
        "0616035359a6200b601404ef6503b8878d2100",  # trace
        True,
        "ClassmarkChange",
        {
            "additional_mobile_station_classmark_information": {
                "multiband_supported": 6,
                "associated_radio_capability_2": 1,
                "associated_radio_capability_1": 4,
                "ucs2_treatment": False,
                "extended_measurement_capability": False,
                "ms_positioning_method_capability": 7,
                "eight_psk": {"modulation_capability": True, "rf_power_capability_1": 2, "rf_power_capability_2": 2},
                "gsm_850_associated_radio_capability": 4,
                "umts_fdd_radio_access_technology_capability": False,
                "umts_3_84_mcps_tdd_radio_access_technology_capability": False,
                "cdma_2000_radio_access_technology_capability": False,
                "dtm": {
                    "dtm_gprs_multislot_class": 3,
                    "single_slot_dtm": False,
                    "dtm_egprs_multislot_class": 3,
                },
                "umts_1_28_mcps_tdd_radio_access_technology_capability": False,
                "geran_feature_package_1": True,
                "geran_feature_package_2": False,
                "gmsk_multislot_power_profile": 3,
                "eight_psk_multislot_power_profile": 3,
                "downlink_advanced_receiver_performance": 1,
                "dtm_enhancements_capability": True,
                "repeated_acch_capability": True,
                "ciphering_mode_setting_capability": True,
                "additional_positioning_capabilities": False,
                "e_utra_fdd_support": False,
                "e_utra_tdd_support": False,
                "e_utra_measurement_and_reporting_support": False,
                "priority_based_reselection_support": True,
                "rest": "00000000",
            }
        },
    ),
    ("0613" + "100180", False, "ClassmarkEnquiry", {}),
    (
        "062702035359a605f4312949c4",  # trace
        True,
        "PagingResponse",
        {
            "cksn": "KEY_2",
            "mobile_identity": {"value": {"Tmsi": "0x312949c4"}},
            "mobile_station_classmark": {
                "revision_level": "R99_OR_LATER",
                "es_ind": True,
                "no_a5_1": False,
                "rf_power_capability": 3,
                "ps_capability": True,
                "ss_screening_indicator": "ELLIPSIS_AND_PHASE_2_ERROR_HANDLING",
                "sm_capability": True,
                "vbs_notification_reception": False,
                "vgcs_notification_reception": False,
                "frequency_capability": True,
                "classmark_3": True,
                "lcs_va_capability": True,
                "ucs2_treatment": False,
                "solsa": False,
                "cm_service_prompt": True,
                "a5_3": True,
                "a5_2": False,
            },
        },
    ),
    ("061261", True, "RrStatus", {"rr_cause": "MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED"}),
    ("061262", False, "RrStatus", {"rr_cause": "MESSAGE_TYPE_NOT_COMPATIBLE_WITH_PROTOCOL_STATE"}),
    (
        "2506212005f438e593af2b2b2b2b2b2b2b2b2b2b2b2b2b",  # trace
        False,
        "PagingRequestType1",
        {
            "page_mode": {"pm": "NORMAL_PAGING"},
            "channels_needed": {"first": "TCH_F"},
            "mobile_identity_1": {"value": {"Tmsi": "0x38e593af"}},
            "p1_rest_octets": None,
        },
    ),
    (
        "4d06 21 13 05f4c0000001 17082926102143658709" + "23 2b2b",
        False,
        "PagingRequestType1",
        {
            "page_mode": {"pm": "SAME_AS_BEFORE"},
            "channels_needed": {"first": "SDCCH"},
            "mobile_identity_1": {"value": {"Tmsi": "0xc0000001"}},
            "mobile_identity_2": {"value": {"Imsi": "262011234567890"}},
            "p1_rest_octets": {"packet_page_indication_1": True},
        },
    ),
    (
        "490622a0c9585d282cf7eb861705f4df78a200cc8b2b2b",  # trace
        False,
        "PagingRequestType2",
        {
            "channels_needed": {"second": "TCH_F", "first": "TCH_F"},
            "mobile_identity_1": "0xc9585d28",
            "mobile_identity_2": "0x2cf7eb86",
            "mobile_identity_3": {"value": {"Tmsi": "0xdf78a200"}},
            "p2_rest_octets": {"channel_needed_3": 2, "priority_2": 1, "packet_page_indication_3": True},
        },
    ),
    (
        "4d0624a0356c9f6bf1e09909ff402879d9304369d32b2b",  # trace
        False,
        "PagingRequestType3",
        {
            "mobile_identity_4": "0xd9304369",
            "p3_rest_octets": {"channels_needed_3_and_4": {"third": 2, "fourth": 2}},
        },
    ),
    (
        "5506198fe900200000000000000000000000007900002b",  # trace
        False,
        "SystemInformationType1",
        {
            "cell_channel_description": {
                "format_identifier": "RANGE_OR_VARIABLE_BIT_MAP",
                "others": {"format": {"VariableBitMap": {"orig_arfcn": 978, "offsets": [10]}}},
            }
        },
    ),
    (
        "59061a9b3200c69087e0000000000000000000ffb90000",  # trace
        False,
        "SystemInformationType2",
        {"ncc_permitted": 255},
    ),
    (
        "49061bfae102f8100310c8021e1785407900008000029b",  # trace
        False,
        "SystemInformationType3",
        {
            "cell_identity": 64225,
            "location_area_identification": "208-01-784",
            "control_channel_description": {
                "mscr": True,
                "att": True,
                "bs_ag_blks_res": 1,
                "ccch_conf": "ONE_NOT_COMBINED",
                "bs_pa_mfrms": 2,
                "t3212": 30,
            },
            "cell_options": {"pwrc": False, "dtx": "SHALL", "radio_link_timeout": 7},
            "cell_selection_parameters": {
                "cell_reselect_hysteresis": 4,
                "ms_txpwr_max_cch": 5,
                "acs": False,
                "neci": True,
                "rxlev_access_min": 0,
            },
            "rach_control_parameters": {
                "max_retrans": "RETRANSMISSIONS_2",
                "tx_integer": 14,
                "cell_bar_access": False,
                "re": True,
            },
            "si3_rest_octets": {
                "selection_parameters": {
                    "cbq": False,
                    "cell_reselect_offset": 0,
                    "temporary_offset": 0,
                    "penalty_time": 0,
                },
                "early_classmark_sending_control": True,
                "gprs_indicator": {"ra_colour": 2, "si13_position": True},
                "si2quater_position": 1,
            },
        },
    ),
    (
        "31061c02f810031085407900008000572b2b2b2b2b2b2b",  # trace
        False,
        "SystemInformationType4",
        {
            "location_area_identification": "208-01-784",
            "si4_rest_octets": {
                "selection_parameters": {
                    "cbq": False,
                    "cell_reselect_offset": 0,
                    "temporary_offset": 0,
                    "penalty_time": 0,
                },
                "gprs_indicator": {"ra_colour": 2, "si13_position": True},
            },
        },
    ),
    (
        "51061c00f11000014540fd0004" + "64 517009" + "7202 0103" + "2b2b",
        False,
        "SystemInformationType4",
        {
            "rach_control_parameters": {
                "max_retrans": "RETRANSMISSIONS_7",
                "tx_integer": 15,
                "cell_bar_access": False,
                "re": True,
                "ac_2": True,
            },
            "cbch_channel_description": {
                "channel_type": "SDCCH_8_2",
                "timeslot": 1,
                "training_sequence_code": 3,
                "frequency": {"Hopping": {"maio": 0, "hsn": 9}},
            },
            "cbch_mobile_allocation": {"frequencies": [1, 2, 9]},
        },
    ),
    ("49061d00000000000000000000000000007eff", False, "SystemInformationType5", {}),  # trace
    (
        "2d061e87e902f810031097ff2b2b2b2b2b2b2b",  # trace
        False,
        "SystemInformationType6",
        {
            "cell_identity": 34793,
            "cell_options": {"dtx_half_rate": True, "pwrc": False, "dtx": "SHALL", "radio_link_timeout": 7},
            "ncc_permitted": 255,
        },
    ),
    (
        "01060080005847eb4a93f51a298a16ab2b2b2b2b2b2b2b",  # trace
        False,
        "SystemInformationType13",
        {
            "si13_rest_octets": {
                "information": {
                    "bcch_change_mark": 0,
                    "si_change_field": 0,
                    "cell": {
                        "NoPbcch": {
                            "rac": 1,
                            "spgc_ccch_sup": False,
                            "priority_access_thr": 6,
                            "network_control_order": 0,
                            "gprs_cell_options": {
                                "nmo": "MODE_II",
                                "t3168": 0,
                                "t3192": "MS_200",
                                "drx_timer_max": 7,
                                "access_burst_type": False,
                                "control_ack_type": True,
                                "bs_cv_max": 6,
                                "pan": {"pan_dec": 1, "pan_inc": 2, "pan_max": 4},
                                "extension": {
                                    "egprs": {"egprs_packet_channel_request": True, "bep_period": 5},
                                    "pfc_feature_mode": False,
                                    "dtm_support": False,
                                    "bss_paging_coordination": False,
                                    "ccn_active": True,
                                    "nw_ext_utbf": True,
                                    "multiple_tbf_capability": False,
                                    "ext_utbf_nodata": True,
                                    "dtm_enhancements_capability": False,
                                    "reduced_latency_access": False,
                                },
                            },
                            "gprs_power_control_parameters": {
                                "alpha": 10,
                                "t_avg_w": 12,
                                "t_avg_t": 10,
                                "pc_meas_chan": False,
                                "n_avg_i": 2,
                            },
                        }
                    },
                    "additions_in_r99": {"sgsnr": True, "additions_in_rel_4": {"si_status_ind": True}},
                }
            }
        },
    ),
    (
        "0106009000d85a6fc9e58410ab2b2b2b2b2b2b2b2b2b2b",  # libosmocore rest_octets_test.ok
        False,
        "SystemInformationType13",
        {},
    ),
    (
        "2d063f110e600c7f1d3800004bc26b0284b510f32b2b2b",  # trace
        False,
        "ImmediateAssignment",
        {
            "page_mode": {"pm": "EXTENDED_PAGING"},
            "dedicated_mode_or_tbf": {"tma": False, "downlink": False, "tbf": True},
            "channel_description": {
                "channel_type": "TCH_F_ACCHS",
                "timeslot": 6,
                "training_sequence_code": 3,
                "frequency": {"AssignedFrequency": {"arfcn": 12}},
            },
            "request_reference": {"ra": 127, "t1": 3, "t3": 41, "t2": 24},
        },
    ),
    (
        "35063f0178b18207ec1704021fff2b2b2b2b2b2b2b2b2b",  # trace
        False,
        "ImmediateAssignment",
        {
            "channel_description": {
                "channel_type": "SDCCH_8_7",
                "timeslot": 0,
                "training_sequence_code": 5,
                "frequency": {"Hopping": {"maio": 6, "hsn": 2}},
            },
            "mobile_allocation": {"frequencies": list(range(1, 14))},
            "ia_rest_octets": None,
        },
    ),
]

KNOWN = [(octets.replace(" ", ""), *further) for octets, *further in KNOWN]  # type: ignore[misc]
NAMES = [f"{row[2]}-{number}" for number, row in enumerate(KNOWN)]


@pytest.mark.parametrize(("octets", "up", "name", "fields"), KNOWN, ids=NAMES)
def test_known_good(octets: str, up: bool, name: str, fields: dict[str, Any]) -> None:
    """Each is the message that it says, with these fields, and is encoded to the same octets, by way of JSON too."""
    message = rr.decode(bytes.fromhex(octets), up=up)
    assert type(message).__name__ == name
    document = json.loads(json.dumps(to_document(message)))
    assert from_document(type(message), document | fields) == message
    assert message.coding is None
    assert message.extras == ()
    assert message.encode().hex() == octets
    assert from_document(type(message), document).encode().hex() == octets


def decoded(octets: bytes, *, up: bool = False) -> RrMessage | DecodeError:
    """A message, or how it is refused."""
    try:
        return rr.decode(octets, up=up)
    except DecodeError as error:
        return error


def refusal(octets: str, *, up: bool = False) -> DecodeError:
    """How a PDU is refused."""
    error = decoded(bytes.fromhex(octets), up=up)
    assert isinstance(error, DecodeError), error
    return error


# --- section 8 ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("octets", ["", "06", "160d00", "050d00", "49", "4906", "49161b00", "49081b00"])
def test_ignored(octets: str) -> None:
    """8.2: too short; a skip indicator, another protocol: no answer."""
    assert refusal(octets).cause is None


@pytest.mark.parametrize("code", range(0x100))
def test_unknown_message_type(code: int) -> None:
    """8.4: #97 for a type that is not defined, not in this direction, or in a block where it has no place."""
    for up, table in ((True, RrMessage.up), (False, RrMessage.down)):
        cls = table.get(code)
        if cls is None or issubclass(cls, BlockMessage):
            assert refusal(f"06{code:02x}", up=up).cause == RrCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED
        if cls is None or not issubclass(cls, BlockMessage):
            assert refusal(f"0906{code:02x}", up=up).cause == RrCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED


@pytest.mark.parametrize("row", KNOWN, ids=NAMES)
def test_every_prefix(row: tuple[str, bool, str, dict[str, Any]]) -> None:
    """8.5, 8.7: without its mandatory part a message is #96 or #100; rest octets that are cut off survive."""
    whole = bytes.fromhex(row[0])
    for end in range(len(whole)):
        message = decoded(whole[:end], up=row[1])
        if isinstance(message, DecodeError):
            assert message.cause in (None, RrCause.INVALID_MANDATORY_INFORMATION, RrCause.CONDITIONAL_IE_ERROR)
            assert message.at <= end
        else:
            assert message.encode() == whole[:end]


def test_elements_that_are_not_expected() -> None:
    """8.6.1: unknown elements are skipped and kept; 8.5: not those that must be understood, tag 0000 xxxx."""
    for extra in ("7a0104", "95", "7704a0b0c0d0"):  # talker priority status and cell selection indicator of Rel-6
        message = rr.decode(bytes.fromhex("060d00" + extra), up=False)
        assert [one.octets.hex() for one in message.extras] == [extra]
        assert message.encode().hex() == "060d00" + extra
    error = refusal("060d00" + "040100")  # VGCS ciphering parameters of Rel-6
    assert error.cause == RrCause.INVALID_MANDATORY_INFORMATION


def test_unknown_element_in_a_block() -> None:
    """It stands within the pseudo length, before the rest octets, and is encoded there again."""
    pdu = bytes.fromhex("2d062120 05f438e593af 3a 00" + "2b" * 11)
    message = rr.decode(pdu, up=False)
    assert isinstance(message, PagingRequestType1)
    assert message.extras[0].octets == b"\x3a\x00"
    assert message.p1_rest_octets == P1RestOctets()
    assert message.encode() == pdu


def test_classmark_3_is_missing() -> None:
    """9.1.11.1: classmark 2 says that there is a classmark 3, so there must be one."""
    assert refusal("0616035359a6", up=True).cause == RrCause.CONDITIONAL_IE_ERROR
    assert isinstance(decoded(bytes.fromhex("061603535926"), up=True), rr.ClassmarkChange)


def test_direction() -> None:
    """A mobile asks for suspension, a network for release."""
    assert refusal("060d00", up=True).cause == RrCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED
    assert refusal("0634c430946102f81003100106").cause == RrCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED


# --- blocks ------------------------------------------------------------------------------------------------------


def test_pseudo_length_before_extras() -> None:
    """10.5.2.19: octets behind the pseudo length of a message without rest octets are kept, and not counted."""
    pdu = bytes.fromhex("49061d") + bytes(16) + bytes.fromhex("54f114")
    message = rr.decode(pdu, up=False)
    assert isinstance(message, BlockMessage)
    assert message.l2_pseudo_length == 18
    assert [extra.octets.hex() for extra in message.extras] == ["54f114"]
    assert message.encode() == pdu


def test_pseudo_length_that_is_wrong() -> None:
    """It is kept as the sender's: where all elements have a fixed length, and where it runs past the block."""
    for wrong in ("45061bfae102f8100310c8021e1785407900008000029b", "fd062120" + "05f438e593af"):
        message = rr.decode(bytes.fromhex(wrong), up=False)
        assert isinstance(message, BlockMessage)
        assert message.l2_pseudo_length == int(wrong[:2], 16) >> 2
        assert message.encode().hex() == wrong
    assert refusal("0906212005f438e593af").cause == RrCause.INVALID_MANDATORY_INFORMATION
    assert refusal("0106212005f438e593af").cause is None


def test_edited_identity() -> None:
    """Another identity has another length: the pseudo length and the filling follow, the block has 23 octets."""
    message = rr.decode(bytes.fromhex("2506212005f438e593af" + "23" + "2b" * 12), up=False)
    assert isinstance(message, PagingRequestType1)
    edited = message.replace(mobile_identity_1=MobileIdentity(Imsi("262011234567890"))).encode()
    assert edited.hex() == "31062120" + "082926102143658709" + "23" + "2b" * 9
    again = rr.decode(edited, up=False)
    assert isinstance(again, PagingRequestType1)
    assert again.p1_rest_octets.packet_page_indication_1


def test_blocks_without_filling() -> None:
    """Some captures have no rest octets, or other ones than fill up: their number is kept."""
    for pdu in ("2506212005f438e593af", "2506212005f438e593af2b2b", "2506212005f438e593af" + "00" * 13):
        message = rr.decode(bytes.fromhex(pdu), up=False)
        assert isinstance(message, PagingRequestType1)
        assert message.encode().hex() == pdu
        assert from_document(PagingRequestType1, to_document(message)) == message


def test_no_room() -> None:
    """Rest octets of ours that do not fit are our own fault."""
    imsi = MobileIdentity(Imsi("262011234567890"))
    message = rr.decode(bytes.fromhex("2506212005f438e593af" + "23" + "2b" * 12), up=False)
    assert isinstance(message, PagingRequestType1)
    with pytest.raises(ValueError, match="has no room"):
        message.replace(mobile_identity_1=imsi, mobile_identity_2=imsi).encode()
    full = message.replace(mobile_identity_1=imsi, mobile_identity_2=imsi, p1_rest_octets=P1RestOctets()).encode()
    assert len(full) == 23
    assert rr.decode(full, up=False).encode() == full


def test_defaults_fill_up() -> None:
    """A message of ours without rest octets is filled with 2B (TS 44.006 5.2)."""
    made = PagingRequestType1(
        page_mode=elements.PageMode(pm=elements.PagingMode.NORMAL_PAGING),
        channels_needed=rr.ChannelsNeeded(first=rr.ChannelNeeded.ANY_CHANNEL),
        mobile_identity_1=MobileIdentity(Tmsi(0xC0000001)),
    )
    assert made.encode().hex() == "2506210005f4c0000001" + "2b" * 13


def test_gprs_indicator_is_seen_through_the_filling() -> None:
    """10.5.2.34: L and H are relative to 2B, so the same field has another bit at another place."""
    plain = Si3RestOctets(gprs_indicator=rest_octets.GprsIndicator(ra_colour=5, si13_position=False))
    shifted = plain.replace(power_offset=3)
    for value in (plain, shifted):
        octets = value.of_size(4).to_octets()
        assert len(octets) == 4
        assert Si3RestOctets.from_octets(octets).gprs_indicator == plain.gprs_indicator


def test_pbcch_and_hopping() -> None:
    """10.5.2.37b, 44.060 12.10a: a mobile allocation, and a cell with PBCCH; checked with tshark 4.0.17."""
    value = Si13RestOctets(
        information=si13.GprsInformation(
            bcch_change_mark=5,
            si_change_field=2,
            hopping=si13.Si13Hopping(
                si13_change_mark=2,
                gprs_mobile_allocation=si13.GprsMobileAllocation(
                    hsn=33, rfl_numbers=(1, 9), frequencies=si13.MaBitmap(ma_bitmap="10110")
                ),
            ),
            cell=si13.Pbcch(
                psi1_repeat_period=3,
                pbcch_description=si13.PbcchDescription(pb=2, tsc=5, tn=6, frequency=si13.PbcchFrequency(arfcn=871)),
            ),
            additions_in_r99=si13.Si13R99(sgsnr=True),
        )
    )
    pdu = rr.SystemInformationType13(si13_rest_octets=value).encode()
    assert pdu.hex() == PBCCH
    assert rr.decode(pdu, up=False).encode() == pdu


PBCCH = "010600d2d0c72096995cecfb2b2b2b2b2b2b2b2b2b2b2b"


# --- oracles and third parties -----------------------------------------------------------------------------------


ON_SACCH = ("SystemInformationType5", "SystemInformationType6")
"""Messages that tshark finds only behind LAPDm."""

EXTRANEOUS = "Extraneous Data, dissector bug or later version spec(report to wireshark.org)"

TSHARK = {
    # tshark 4.0.17 does not know service support, which 9.1.13b has since Rel-6.
    "0634a102030462f210123405010102": EXTRANEOUS,
    # Nor the group channel description and the group cipher key number of 9.1.7.
    FULL_RELEASE: EXTRANEOUS,
}
"""What tshark wrongly objects to."""


def test_as_tshark_reads_them(tshark: str, tmp_path: Path) -> None:
    """Tshark finds the same messages and objects to none."""
    stacks, packets = Stacks(), []
    rows = [row for row in KNOWN if row[2] not in ON_SACCH]
    for octets, up, name, _ in rows:
        pdu = bytes.fromhex(octets)
        if pdu[0] & 3 != 1:
            packets.append(oracle.packet("rr", pdu, stacks, up=up))
        else:
            kind: Literal["bcch", "ccch"] = "bcch" if name.startswith("System") else "ccch"
            packets.append(stacks.wrap_um(kind, oracle.UPPER, oracle.LOWER, pdu, uplink=False))
    shown = oracle.dissect(tshark, tmp_path, packets, ["gsm_a.dtap.msg_rr_type"])
    for (octets, up, _, _), found in zip(rows, shown, strict=True):
        assert found.objection == TSHARK.get(octets, ""), (octets, found.info)
        assert int(found.fields["gsm_a.dtap.msg_rr_type"][0], 16) == rr.decode(bytes.fromhex(octets), up=up).code


PYCRATE = {
    # The value part of 10.5.2.1c and 10.5.2.1d starts behind the length; pycrate reads a second length there.
    "7506c0": "BA list pref",
    # pycrate has the channel description of 10.5.2.5 as 3 bits, where 9.1.36 has 3 octets.
    "64517009": "CBCH channel description",
}
"""Elements that pycrate 0.8 reads wrongly, by their octets."""


def test_as_pycrate_reads_them() -> None:
    """Pycrate finds the same messages, with no error."""
    nas = pycrate("pycrate_mobile.NAS")
    for octets, up, name, _ in KNOWN:
        if any(wrong in octets for wrong in PYCRATE):
            continue
        pdu = bytes.fromhex(octets)
        in_block = issubclass(type(rr.decode(pdu, up=up)), BlockMessage)
        found, error = nas.parse_NAS_MO(pdu) if up else nas.parse_NAS_MT(pdu, wl2=in_block)
        assert error == 0, (name, octets)
        assert found.to_bytes() == pdu


# --- losslessness ------------------------------------------------------------------------------------------------

STRUCTURES: list[Any] = sorted(
    {
        field.type
        for cls in layout.messages(RrMessage)
        for field in cls.fields
        if field.type not in (int, bytes) and not issubclass(field.type, OpenEnum)
    }
    | {MobileStationClassmark1, frequencies.NeighbourCellDescription},
    key=lambda kind: str(kind.__name__),
)
"""The types of elements and rest octets."""


@settings(max_examples=1500, deadline=None)
@given(st.sampled_from(STRUCTURES), st.binary(max_size=24), st.binary(min_size=24, max_size=24))
def test_every_structure_is_lossless(kind: Any, octets: bytes, mask: bytes) -> None:
    """Whatever octets are read are given back, by way of JSON too; half of them filling, so that little is there."""
    for given_octets in (octets, bytes(o & m | FILLING & ~m for o, m in zip(octets, mask, strict=False))):
        try:
            value = kind.from_octets(given_octets)
        except DecodeError:
            continue
        assert value.to_octets() == given_octets
        assert from_document(kind, to_document(value)) == value


@settings(max_examples=600, deadline=None)
@given(st.sampled_from([*layout.messages(RrMessage)]), st.binary(max_size=40), st.booleans())
def test_every_message_is_lossless(cls: type[RrMessage], octets: bytes, cut: bool) -> None:
    """Whatever is read as a message is given back, pseudo length, filling and all."""
    if issubclass(cls, BlockMessage):
        pdu = bytes((octets[0] & 0xFC | 1 if octets else 1, 6, cls.code)) + octets
        pdu = pdu[: cls.block] if cut else pdu
    else:
        pdu = bytes((6, cls.code)) + octets
    message = decoded(pdu, up=cls.way == "up")
    if isinstance(message, RrMessage):
        assert message.encode() == pdu


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([*layout.messages(RrMessage)]).flatmap(messages))
def test_every_message_of_ours(message: RrMessage) -> None:
    """What we say is read as we said it."""
    octets = message.encode()
    if isinstance(message, BlockMessage) and type_of_rest(type(message)) is not None:
        assert len(octets) == message.block
    assert rr.decode(octets, up=message.way == "up") == message


# --- frequencies -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("octets", "arfcns"),
    [
        ("00000000000001c00001ff8000000000", None),
        ("9b3200c69087e0000000000000000000", (612, 613, 684, 685, 762, 810)),  # tshark 4.0.17, a capture
        ("8fe90020000000000000000000000000", (978, 988)),
        ("10000000000000000000000000007eff", (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15)),
    ],
)
def test_frequencies(octets: str, arfcns: tuple[int, ...] | None) -> None:
    """10.5.2.13: bit map 0, range 256 and variable bit map."""
    found = frequencies.NeighbourCellDescription.from_octets(bytes.fromhex(octets))
    assert found.arfcns == arfcns or arfcns is None
    assert found.to_octets().hex() == octets


FORMATS = {"0": 20, "100": 80, "101": 60, "110": 40, "111": 24}
"""Bits behind the format identifier of the range formats and the variable bit map, and how many more are drawn."""


def test_frequencies_as_tshark_reads_them(tshark: str, tmp_path: Path) -> None:
    """10.5.2.13.3 to 10.5.2.13.7: each format with words that differ, some lists cut short."""
    seed = 0x9E3779B97F4A7C15F39CC0605CEDC834
    pdus = []
    for number in range(60):
        for bits, width in FORMATS.items():
            seed = seed * 0x2360ED051FC65DA44385DF649FCCF645 + number & (1 << 128) - 1
            head = f"1000{bits}" + f"{seed >> 64:064b}"[: 10 + width * (number % 6 + 1) // 6]
            octets = int(head.ljust(128, "0")[:128], 2).to_bytes(16, "big")
            pdus.append(bytes.fromhex("550619") + octets + bytes.fromhex("7900002b"))
    packets = [Stacks().wrap_um("bcch", oracle.UPPER, oracle.LOWER, pdu, uplink=False) for pdu in pdus]
    assert not [one.objection for one in oracle.dissect(tshark, tmp_path, packets) if one.objection]
    command = [tshark, "-n", "-r", str(tmp_path / "oracle.pcapng"), "-V", "-O", "gsm_a.ccch"]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    lists = [line.partition("= ")[2].split() for line in shown.splitlines() if "List of ARFCNs" in line]
    for pdu, listed in zip(pdus, lists, strict=True):
        message = rr.decode(pdu, up=False)
        assert isinstance(message, SystemInformationType1)
        arfcns = message.cell_channel_description.arfcns
        # A label of tshark has 240 characters: the last number may be cut off.
        assert set(map(int, listed[:-1])) <= set(arfcns)
        assert len(listed) == len(arfcns) or len(listed) > 45


@pytest.mark.parametrize("block", [SingleBlock(alpha=12, gamma=21), MultiBlock(alpha=12, gamma=21)])
def test_a_block_has_a_starting_time(block: SingleBlock | MultiBlock) -> None:
    """TS 44.018 10.5.2.16: it is no option, so what stands behind it is not taken for it."""
    if isinstance(block, SingleBlock):
        content: Any = PacketAssignment(assignment=PacketUplinkAssignment(allocation=block))
    else:
        content = EgprsAssignment(assignment=EgprsPacketUplinkAssignment(extended_ra=1, allocation=block))
    octets = IaRestOctets(content=content).to_octets()
    assert IaRestOctets.from_octets(octets.ljust(23, b"+")).content == content
